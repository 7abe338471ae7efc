/// The files of a folder for a reader that can open none itself: nothing but plain files below the folder.

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>

#include "bundle/file_source.hpp"
#include "bundle/sample.hpp"

using namespace moisson;
using namespace moisson::bundle_test;

TEST_CASE("a reader that was taken over could have any file of the machine opened for it") {
    const Scratch scratch;
    put_file(scratch / "secret", "x");
    put_file(scratch / "month/ledger.csv", "period\n");
    put_file(scratch / "month/erp/a.csv", std::string(600'000, 'a'));
    std::filesystem::create_symlink("../secret", scratch / "month/link.csv");
    std::filesystem::create_directory_symlink("..", scratch / "month/up");
    REQUIRE(::mkfifo((scratch / "month/pipe").c_str(), 0600) == 0);
    bundle::Folder folder(scratch / "month");
    for (const char* path :
         {"../secret", "link.csv", "up/secret", "erp/../../secret", "erp", "pipe", "", "/", "./ledger.csv", "erp//a.csv", "none"}) {
        CAPTURE(path);
        const auto file = folder.open(path);
        REQUIRE_FALSE(file);
        CHECK(file.error().code == ErrorCode::disk);
    }
    const auto file = folder.open("erp/a.csv");
    REQUIRE(file);
    CHECK(file->size_bytes().value() == 600'000);
    std::size_t size = 0;
    CHECK(file->read([&](std::string_view piece) { size += piece.size(); }).has_value());
    CHECK(size == 600'000);
    CHECK(file->read_at(599'999, 1).value() == "a");
    CHECK(file->read_at(599'999, 2).error().cause == "the file became shorter");
    CHECK(file->read_all(599'999).error().code == ErrorCode::too_large);
    CHECK(folder.open("ledger.csv")->read_all(100).value() == "period\n");
    auto entries = folder.list(100).value();
    std::sort(entries.begin(), entries.end(), [](const auto& left, const auto& right) { return left.path < right.path; });
    REQUIRE(entries.size() == 5);
    CHECK(entries[0].path == "erp/a.csv");
    CHECK(entries[0].is_plain);
    CHECK(entries[2].path == "link.csv");
    CHECK_FALSE(entries[2].is_plain);
    CHECK_FALSE(entries[3].is_plain);  // a pipe
    CHECK_FALSE(entries[4].is_plain);  // a link to a folder
    CHECK(folder.list(1).value().size() == 2);
}

// What lies in an inbox comes from anybody: were one of these wrong, an invoice would be missed without a word, a file outside of the
// folder be read, or a file made for it take the machine.
#include <doctest/doctest.h>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "invoice/inbox.hpp"
#include "pdf_sample.hpp"
#include "sample.hpp"

using namespace moisson;
using namespace moisson::invoice_test;

namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

void lay(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

void lay_zip(const std::filesystem::path& path, const Entries& entries, const char* password = nullptr) {
    archive* const handle = archive_write_new();
    archive_write_set_format_zip(handle);
    if (password != nullptr) {
        REQUIRE(archive_write_set_options(handle, "zip:encryption=traditional") == ARCHIVE_OK);
        REQUIRE(archive_write_set_passphrase(handle, password) == ARCHIVE_OK);
    }
    REQUIRE(archive_write_open_filename(handle, path.c_str()) == ARCHIVE_OK);
    for (const auto& [name, bytes] : entries) {
        archive_entry* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        REQUIRE(archive_write_header(handle, entry) == ARCHIVE_OK);
        REQUIRE(archive_write_data(handle, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size()));
        archive_entry_free(entry);
    }
    REQUIRE(archive_write_close(handle) == ARCHIVE_OK);
    archive_write_free(handle);
}

std::string numbered(const std::string& number) { return replaced(cii(), "F-2026-10-0042", number); }

invoice::InboxReading read(const std::filesystem::path& folder, const invoice::KeptReadings& kept = {}) {
    invoice::Options options;
    options.confined = true;
    options.readers = 1;
    auto reading = invoice::read_inbox(folder, options, kept);
    REQUIRE(reading.has_value());
    return std::move(*reading);
}

/// "a.xml=F-1 b.xml=" and the problems behind a bar.
std::string told(const invoice::InboxReading& reading) {
    std::string text;
    for (const invoice::InboxFile& one : reading.files) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", one.name, one.reading.values.number);
    }
    for (const invoice::InboxProblem& one : reading.problems) {
        text += fmt::format(" | {}: {}", one.name, one.why);
    }
    return text;
}

}  // namespace

TEST_CASE("all e-invoices of a folder and of the folders and ZIPs in it are read, in the order of their names") {
    const test::ScratchFolder folder;
    lay(folder / "b.XML", numbered("F-2"));
    lay(folder / "2026/10/a.xml", numbered("F-1"));
    lay(folder / "nothing.xml", "<a/>");
    lay_zip(folder / "october.zip",
            {{"deep/F-3.xml", numbered("F-3")}, {"../../F-4.xml", numbered("F-4")}, {"more.zip", "PK"}, {"readme.txt", ""}});
    lay(folder / "readme.txt", "hello");
    lay(folder / ".part.xml", numbered("F-9"));
    const invoice::InboxReading reading = read(folder.path());
    CHECK(told(reading) == "2026/10/a.xml=F-1 b.XML=F-2 nothing.xml= october.zip: ../../F-4.xml=F-4 october.zip: deep/F-3.xml=F-3");
    CHECK(reading.others == 4);
    CHECK(reading.files[0].sha256 == sha256_hex(numbered("F-1")));
    CHECK(reading.files[3].sha256 == sha256_hex(numbered("F-4")));
    CHECK(reading.files[3].size_bytes == numbered("F-4").size());
    CHECK(folder.names().size() == 6);  // nothing was unpacked there
    CHECK(!std::filesystem::exists(folder.path().parent_path() / "F-4.xml"));
}

TEST_CASE("links lead nowhere, and what is no file is not waited for") {
    const test::ScratchFolder outside;
    const test::ScratchFolder folder;
    lay(outside / "secret.xml", numbered("F-1"));
    REQUIRE(::symlink((outside / "secret.xml").c_str(), (folder / "a.xml").c_str()) == 0);
    REQUIRE(::symlink(outside.path().c_str(), (folder / "all").c_str()) == 0);
    REQUIRE(::symlink(".", (folder / "self").c_str()) == 0);
    REQUIRE(::mkfifo((folder / "pipe.xml").c_str(), 0600) == 0);
    const invoice::InboxReading reading = read(folder.path());
    CHECK(told(reading) == "");
    CHECK(reading.others == 4);
}

TEST_CASE("a ZIP that is broken, encrypted or a bomb is told, and costs only itself") {
    const test::ScratchFolder folder;
    lay(folder / "a.xml", numbered("F-1"));
    lay(folder / "not.zip", "PK\x03\x04 and no more");
    lay_zip(folder / "bomb.zip", {{"first.xml", numbered("F-2")}, {"zeros.xml", std::string(31U << 20U, '0')}});
    lay_zip(folder / "large.zip", {{"zeros.xml", std::string(33U << 20U, '0')}});
    lay_zip(folder / "locked.zip", {{"F-3.xml", numbered("F-3")}}, "secret");
    Entries many;
    for (int at = 0; at < 10'001; ++at) {
        many.emplace_back(fmt::format("{}.txt", at), "");
    }
    lay_zip(folder / "many.zip", many);
    const std::string text = told(read(folder.path()));
    CHECK(
        text.starts_with("a.xml=F-1 bomb.zip: first.xml=F-2 | bomb.zip: it unpacks to more than invoices do | "
                         "large.zip: it unpacks to more than invoices do | "));
    CHECK(text.find("locked.zip: it is encrypted | many.zip: it holds more than 10000 files | not.zip: it is no whole ZIP file") !=
          std::string::npos);
}

TEST_CASE("a ZIP that is cut or altered anywhere never ends a reading") {
    const test::ScratchFolder folder;
    lay_zip(folder / "whole.zip", {{"F-1.xml", numbered("F-1")}});
    std::ifstream file(folder / "whole.zip", std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const test::ScratchFolder inbox;
    for (std::size_t at = 0; at < 12; ++at) {
        std::string altered = whole;
        const std::size_t place = at * whole.size() / 12;
        altered[place] = static_cast<char>(altered[place] ^ 0x41);
        lay(inbox / fmt::format("altered{:02}.zip", at), altered);
        lay(inbox / fmt::format("cut{:02}.zip", at), whole.substr(0, place));
    }
    lay(inbox / "z.xml", numbered("F-2"));
    const invoice::InboxReading reading = read(inbox.path());
    REQUIRE(!reading.files.empty());
    CHECK(reading.files.back().reading.values.number == "F-2");
    const auto cut = std::count_if(reading.problems.begin(), reading.problems.end(),
                                   [](const invoice::InboxProblem& one) { return one.name.starts_with("cut"); });
    CHECK(cut == 12);
}

TEST_CASE("what an earlier run read of the same bytes is not read again, whatever its name is") {
    const test::ScratchFolder folder;
    lay(folder / "a.xml", numbered("F-1"));
    lay_zip(folder / "b.zip", {{"c.xml", numbered("F-2")}});
    std::map<std::string, invoice::Reading> kept;
    int recalled = 0;
    const invoice::KeptReadings memory{[&](const std::string& sha256) {
                                           const auto found = kept.find(sha256);
                                           recalled += found == kept.end() ? 0 : 1;
                                           return found == kept.end() ? std::nullopt : std::optional(found->second);
                                       },
                                       [&](const std::string& sha256, const invoice::Reading& reading) { kept[sha256] = reading; }};
    const std::string first = told(read(folder.path(), memory));
    CHECK(first == "a.xml=F-1 b.zip: c.xml=F-2");
    CHECK(kept.size() == 2);
    CHECK(told(read(folder.path(), memory)) == first);
    CHECK(recalled == 2);
}

TEST_CASE("a folder that is not there is an error, and one in it that cannot be opened is a problem") {
    const test::ScratchFolder folder;
    const auto missing = invoice::read_inbox(folder / "none");
    REQUIRE(!missing.has_value());
    CHECK(missing.error().code == ErrorCode::disk);
    if (::geteuid() != 0) {
        lay(folder / "closed/a.xml", numbered("F-1"));
        std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
        CHECK(told(read(folder.path())).find("closed: it cannot be opened") != std::string::npos);
        std::filesystem::permissions(folder / "closed", std::filesystem::perms::owner_all);
    }
}

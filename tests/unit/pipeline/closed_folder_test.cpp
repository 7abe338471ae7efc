// The folder of a closed month: kept whole, held against what was kept, and given back byte for byte.
#include "pipeline/closed_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;
namespace fs = std::filesystem;

struct Scene {
    test::ScratchFolder folder;
    fs::path out = folder / "out";
    fs::path published = out / "2026-10";
    std::unique_ptr<transfer::ObjectStore> store = transfer::ObjectStore::open(folder / "store").value();
    ClosedMonth month;

    Scene() {
        REQUIRE(make_folders(published / "erp"));
        REQUIRE(write_file(published / "ledger.csv", "period\n"));
        REQUIRE(write_file(published / "summary.json", "{}"));
        REQUIRE(write_file(published / "erp/fec.txt", "JournalCode\n"));
        month.period = *Month::parse("2026-10");
        month.files = pipeline::keep_files(published, *store);
    }
    [[nodiscard]] std::vector<std::string> differences() const { return pipeline::compare_with_closed(month, published); }
};

}  // namespace

TEST_CASE("every file of the month is kept, those in folders too: what is missing could never be given back") {
    const Scene scene;
    REQUIRE(scene.month.files.size() == 3);
    CHECK(scene.month.files[0].path == "erp/fec.txt");
    CHECK(scene.month.files[1].path == "ledger.csv");
    CHECK(scene.month.files[1].sha256 == sha256_hex("period\n"));
    CHECK(scene.month.files[2].path == "summary.json");
    CHECK(scene.differences().empty());
}

TEST_CASE("whatever changed in a closed folder is named by its file: a quiet change would be taken for what was sealed") {
    Scene scene;
    std::string names;
    SUBCASE("other bytes of the same length") {
        REQUIRE(write_file(scene.published / "ledger.csv", "PERIOD\n"));
        names = "ledger.csv";
    }
    SUBCASE("a file is gone") {
        fs::remove(scene.published / "erp/fec.txt");
        names = "erp/fec.txt";
    }
    SUBCASE("a file is a link to the same bytes") {
        fs::rename(scene.published / "summary.json", scene.folder / "elsewhere");
        fs::create_symlink(scene.folder / "elsewhere", scene.published / "summary.json");
        names = "summary.json";
    }
    SUBCASE("a file came") {
        REQUIRE(write_file(scene.published / "note.txt", "x"));
        names = "note.txt";
    }
    REQUIRE(scene.differences().size() == 1);
    CHECK(scene.differences()[0].find(names) != std::string::npos);
    CHECK_THROWS_AS(pipeline::must_be_as_closed(scene.month, scene.published), FatalError);
}

TEST_CASE("a closed month whose folder is gone comes back byte for byte, and not at all when a kept file is another one") {
    Scene scene;
    fs::remove_all(scene.published);
    SUBCASE("all is kept") {
        {
            pipeline::PublishFolder folder(scene.out, "2026-10", "run", 0640);
            pipeline::publish_closed(scene.month, *scene.store, folder);
        }
        CHECK(scene.differences().empty());
    }
    SUBCASE("one is damaged") {
        fs::permissions(scene.store->path_of(scene.month.files[1].sha256), fs::perms::owner_all);
        REQUIRE(write_file(scene.store->path_of(scene.month.files[1].sha256), "PERIOD\n"));
        {
            pipeline::PublishFolder folder(scene.out, "2026-10", "run", 0640);
            CHECK_THROWS_AS(pipeline::publish_closed(scene.month, *scene.store, folder), FatalError);
        }
        CHECK_FALSE(fs::exists(scene.published));
    }
}

TEST_CASE("files of addenda that the store lost are asked for before a month is published without them") {
    const Scene scene;
    Addendum addendum;
    addendum.period = scene.month.period;
    AddendumRow row;
    row.contract_id = "OCB1";
    row.document_id = "late";
    row.sha256 = scene.month.files[0].sha256;
    row.size_bytes = scene.month.files[0].size_bytes;
    row.path = "data/addenda/2026-10-01/OCB1/2026-10/invoices/late.pdf";
    addendum.rows.push_back(row);
    CHECK_NOTHROW(pipeline::must_hold_addendum_files({addendum}, *scene.store));
    fs::remove(scene.store->path_of(row.sha256));
    CHECK_THROWS_AS(pipeline::must_hold_addendum_files({addendum}, *scene.store), FatalError);
}

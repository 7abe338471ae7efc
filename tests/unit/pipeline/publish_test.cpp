// A month is put together and shown by one step: the old one or the new one, never half of each.
#include "pipeline/publish.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/bundle.hpp"
#include "support/manual_clock.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;
namespace fs = std::filesystem;

const Contract contract{"OCB1", "Contract", "", "", "", "", ""};
const std::string pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

struct Scene {
    test::ScratchFolder folder;
    fs::path out = folder / "out";
    std::unique_ptr<transfer::ObjectStore> store = transfer::ObjectStore::open(folder / "store").value();
    test::ManualClock clock;
    SilentReporter reporter;
    std::vector<LedgerEntry> entries;
    RunSummary summary;
    std::function<void()> before_rename;
    std::function<bool(const fs::path&, const std::string&)> accept_ledger;

    Scene() {
        summary.run_id = "run-1";
        summary.period = MonthRange{Month::parse("2026-10"), Month::parse("2026-10")};
        summary.source = "sandbox:small";
        summary.data_date = *parse_timestamp("2026-11-02T08:00:00Z");
        summary.retention = retention_of(RetentionTerms{}, Month::parse("2026-10")->last_day());
        const fs::path file = folder / "bytes";
        REQUIRE(write_file(file, pdf));
        const auto object = store->keep_copy(file).value();
        LedgerEntry entry;
        entry.contract = &contract;
        entry.document_id = "D1";
        entry.document_type = "invoices";
        entry.filename = "invoice.pdf";
        entry.status = DocumentStatus::ok;
        entry.period = Period{Month::parse("2026-10")->first_day(), Month::parse("2026-10")->last_day()};
        entry.sha256 = object.sha256;
        entry.size_bytes = object.size_bytes;
        entry.media_type = "application/pdf";
        entries.push_back(entry);
        bundle::assign_paths(entries);
    }
    bool publish() {
        pipeline::PublishFolder target(out, "2026-10", summary.run_id, 0640);
        pipeline::Stages stages(reporter, clock, {});
        summary.files.clear();
        return pipeline::publish({*store, target, clock, stages, Language::english, before_rename, accept_ledger}, entries, summary);
    }
    [[nodiscard]] std::string bytes(const std::string& name) const { return read_file(out / "2026-10" / name).value_or(""); }
    /// What lies in OUT, whatever its name.
    [[nodiscard]] std::size_t items_in_out() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(out), fs::directory_iterator()));
    }
};

}  // namespace

TEST_CASE("a month shows whole, its ledger named first, each file with the digest of its bytes") {
    Scene scene;
    REQUIRE(scene.publish());
    REQUIRE(scene.summary.files.size() == 6);
    CHECK(scene.summary.files[0].path == "ledger.csv");
    for (const PublishedFile& file : scene.summary.files) {
        CAPTURE(file.path);
        CHECK(sha256_hex(scene.bytes(file.path)) == file.sha256);
    }
    CHECK(scene.bytes("summary.json").find(scene.summary.files[0].sha256) != std::string::npos);
    CHECK(pipeline::published_ledger_digest(scene.out / "2026-10") == scene.summary.files[0].sha256);
    CHECK(scene.items_in_out() == 1);
    struct ::stat state {};
    REQUIRE(::stat((scene.out / "2026-10/ledger.csv").c_str(), &state) == 0);
    CHECK((state.st_mode & 0777U) == 0640U);
}

TEST_CASE("what fails at the last moment leaves the month that stood before: half a month would be imported") {
    Scene scene;
    REQUIRE(scene.publish());
    const std::string before = scene.bytes("summary.json");
    scene.summary.run_id = "run-2";
    scene.entries[0].filename = "renamed.pdf";
    SUBCASE("the state cannot be saved") {
        scene.before_rename = [] { throw FatalError(ExitCode::local, ErrorCode::state, "the state's disk is full"); };
        CHECK_THROWS_AS(scene.publish(), FatalError);
    }
    SUBCASE("a stored file is no longer what was fetched") {
        const fs::path object = scene.store->path_of(scene.entries[0].sha256);
        fs::permissions(object, fs::perms::owner_all);
        std::string other = pdf;
        other[10] = '2';
        REQUIRE(write_file(object, other));
        try {
            scene.publish();
            FAIL("it was published");
        } catch (const FatalError& problem) {
            CHECK(problem.exit_code() == ExitCode::inconsistent);
        }
    }
    SUBCASE("the ledger is not the one that is to be published") {
        scene.accept_ledger = [](const fs::path& ledger, const std::string& sha256) {
            CHECK(sha256_of_file(ledger).value() == sha256);
            return false;
        };
        CHECK_FALSE(scene.publish());
    }
    CHECK(scene.bytes("summary.json") == before);
    CHECK(scene.items_in_out() == 1);
}

TEST_CASE("addenda stand beside the ledger, and in the bundle with their files") {
    Scene scene;
    Addendum addendum;
    addendum.period = *Month::parse("2026-09");
    addendum.booking_period = *Month::parse("2026-10");
    AddendumRow row;
    row.contract_id = contract.id;
    row.document_id = "late";
    row.sha256 = scene.entries[0].sha256;
    row.size_bytes = *scene.entries[0].size_bytes;
    row.media_type = "application/pdf";
    row.path = "data/addenda/2026-09-01/OCB1/2026-09/invoices/late.pdf";
    row.csv = "2026-09,OCB1\n";
    addendum.rows.push_back(row);
    scene.summary.addenda.push_back(addendum);
    REQUIRE(scene.publish());
    CHECK(scene.bytes("addendum-2026-09-01.csv").ends_with("\n2026-09,OCB1\n"));
    CHECK(scene.bytes("bundle.zip").find("addenda/2026-09-01/OCB1/2026-09/invoices/late.pdf") != std::string::npos);
    CHECK(scene.summary.files[1].path == "addendum-2026-09-01.csv");
}

TEST_CASE("the same month has the same ledger and bundle, whoever makes it and when: archives could not be compared") {
    Scene first;
    Scene second;
    second.clock.advance(std::chrono::hours(24 * 400));
    second.summary.run_id = "another-run";
    REQUIRE(first.publish());
    REQUIRE(second.publish());
    CHECK(first.bytes("ledger.csv") == second.bytes("ledger.csv"));
    CHECK(first.bytes("bundle.zip") == second.bytes("bundle.zip"));
}

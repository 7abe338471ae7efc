// Which files a run asks for, and what the rows say of those that it does not get.
#include "pipeline/file_plan.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;
using pipeline::FilePlan;
namespace fs = std::filesystem;

const Contract contract{"OCB1", "Contract", "", "", "", "", ""};
const books::Declarations nothing_declared;

/// One contract's rows on their way to files.
struct Scene {
    test::ScratchFolder folder;
    config::Job job;
    const std::vector<pipeline::Login> logins{{"", {"https://service.test/v1", "https://service.test/oauth"}}};
    const std::string run_id = "run-2";
    std::unique_ptr<transfer::ObjectStore> store = transfer::ObjectStore::open(folder / "store").value();
    test::MemoryStore state;
    SilentReporter reporter;
    test::ManualClock clock;
    pipeline::Saver saver{state, store.get(), nullptr, reporter, clock};
    pipeline::Harvest harvest;
    Progress progress;
    bool exports_closed = false;
    Completeness verdict = Completeness::complete;
    std::optional<FilePlan> plan;

    void begin(bool exporting = true) {
        plan.emplace(pipeline::FilePlanContext{job, logins, exporting ? store.get() : nullptr, reporter, run_id, exports_closed}, harvest,
                     saver, progress);
    }
    /// A file that earlier runs fetched.
    [[nodiscard]] transfer::StoredObject keep(const std::string& bytes) const {
        const fs::path file = folder / "bytes";
        REQUIRE(write_file(file, bytes));
        return store->keep_copy(file).value();
    }
    /// An invoice of one version, listed; `object`: its file.
    [[nodiscard]] static pipeline::VersionedDocument document(std::string id, const transfer::StoredObject* object = nullptr) {
        pipeline::VersionedDocument one;
        one.record.contract_id = contract.id;
        one.record.document_id = std::move(id);
        one.record.document_type = "invoices";
        one.listed = one.id_listed = one.latest = true;
        if (object != nullptr) {
            one.record.sha256 = object->sha256;
            one.record.size_bytes = object->size_bytes;
            one.record.media_type = object->media_type;
        }
        return one;
    }
    LedgerEntry& add(pipeline::VersionedDocument versioned) {
        LedgerEntry entry;
        entry.contract = &contract;
        entry.document_id = versioned.record.document_id;
        entry.document_type = versioned.record.document_type;
        entry.version = versioned.record.version;
        harvest.entries.push_back(std::move(entry));
        const pipeline::ListedContract listed{contract, nothing_declared, false, false, verdict};
        plan->add(listed, versioned, {harvest.entries.size() - 1, false});
        return harvest.entries.back();
    }
    [[nodiscard]] bool has_finding(std::string_view code) const {
        for (const Finding& one : harvest.findings) {
            if (one.code.text() == code) {
                return true;
            }
        }
        return false;
    }
};

Result<transfer::Answer> file_answer(transfer::StoredObject object) { return transfer::Answer{200, {}, {}, std::move(object)}; }

const std::string pdf = "%PDF-1.4\nfirst\n%%EOF\n";
const std::string other_pdf = "%PDF-1.4\nsecond\n%%EOF\n";

}  // namespace

TEST_CASE("a file that is here is not asked for again: every run would fetch years of documents anew") {
    Scene scene;
    const auto object = scene.keep(pdf);
    scene.begin();
    const LedgerEntry& row = scene.add(Scene::document("a", &object));
    CHECK(row.status == DocumentStatus::ok);
    CHECK(row.sha256 == sha256_hex(pdf));
    CHECK(scene.harvest.reused == 1);
    CHECK_FALSE(scene.plan->next(0).has_value());
}

TEST_CASE("a file that is gone from the cache is asked for again, and its row has it then") {
    Scene scene;
    const auto object = scene.keep(pdf);
    fs::remove(scene.store->path_of(object.sha256));
    scene.begin();
    scene.add(Scene::document("a", &object));
    const auto question = scene.plan->next(0);
    REQUIRE(question.has_value());
    CHECK(question->job.body_to == transfer::BodyTo::store);
    CHECK_FALSE(question->job.table_allowed);
    scene.plan->done(question->file, file_answer(scene.keep(pdf)), 1);
    CHECK(scene.harvest.entries[0].status == DocumentStatus::ok);
    CHECK(scene.harvest.downloaded == 1);
}

TEST_CASE("a document that is not there yet is asked for twice more, when all else is done; then its row says so") {
    Scene scene;
    scene.begin();
    scene.add(Scene::document("a"));
    for (int time = 0; time < 3; ++time) {
        CAPTURE(time);
        const auto question = scene.plan->next(0);
        REQUIRE(question.has_value());
        CHECK_FALSE(scene.plan->next(0).has_value());
        scene.plan->done(question->file, fail(ErrorCode::not_ready, "a web page came in the file's place"), 1);
        CHECK_FALSE(scene.plan->next(0).has_value());
        scene.plan->queue_second_chances();
    }
    CHECK_FALSE(scene.plan->next(0).has_value());
    CHECK(scene.harvest.entries[0].status == DocumentStatus::not_ready);
    CHECK(scene.has_finding("document-not-ready"));
    CHECK(scene.progress.files_done == 1);
}

TEST_CASE("why a file could not be had is the same sentence in every run: what differs stays out of the archive") {
    struct Row {
        ErrorCode code;
        const char* finding;
        const char* says;
    };
    for (const Row& row : {Row{ErrorCode::not_found, "document-missing", "404 after 3 tries"},
                           Row{ErrorCode::server_error, "document-failed", "404 after 3 tries"},
                           Row{ErrorCode::too_slow, "document-failed", "failed: too-slow"}}) {
        Scene scene;
        scene.begin();
        scene.add(Scene::document("a"));
        scene.plan->done(scene.plan->next(0)->file, fail(row.code, "404 after 3 tries"), 1);
        REQUIRE(scene.harvest.findings.size() == 1);
        CHECK(scene.harvest.findings[0].code.text() == row.finding);
        CHECK(scene.harvest.findings[0].message == row.says);
        CHECK(scene.harvest.findings[0].detail.english().find("404 after 3 tries") != std::string::npos);
        CHECK(scene.harvest.entries[0].status == DocumentStatus::failed);
    }
}

TEST_CASE("--refetch: other bytes for the same data are the document's next version, and the first one stays in the books") {
    Scene scene;
    scene.job.export_.refetch = true;
    const auto object = scene.keep(pdf);
    scene.begin();
    scene.add(Scene::document("a", &object));
    const auto question = scene.plan->next(0);
    REQUIRE(question.has_value());
    SUBCASE("other bytes") {
        scene.plan->done(question->file, file_answer(scene.keep(other_pdf)), 1);
        REQUIRE(scene.harvest.entries.size() == 2);
        CHECK(scene.harvest.entries[0].findings.contains("superseded"));
        CHECK(scene.harvest.entries[0].sha256 == sha256_hex(pdf));
        CHECK(scene.harvest.entries[1].version == 2);
        CHECK(scene.harvest.entries[1].sha256 == sha256_hex(other_pdf));
        CHECK(scene.harvest.new_versions == 1);
        scene.saver.save();
        REQUIRE(scene.state.load_documents(contract.id).size() == 1);
        CHECK(scene.state.load_documents(contract.id)[0].version == 2);
        CHECK(scene.state.load_documents(contract.id)[0].first_seen_run == "run-2");
    }
    SUBCASE("the same bytes") {
        scene.plan->done(question->file, file_answer(scene.keep(pdf)), 1);
        CHECK(scene.harvest.entries.size() == 1);
    }
    SUBCASE("nothing came: what is here stands") {
        scene.plan->done(question->file, fail(ErrorCode::server_error, "503"), 1);
        CHECK(scene.harvest.entries[0].status == DocumentStatus::ok);
        CHECK(scene.harvest.findings.empty());
    }
}

TEST_CASE("a text that was once taken for an invoice is forgotten and asked for anew: a web page would stay in the archive for ever") {
    Scene scene;
    const auto page = scene.keep("<html><body>Please wait</body></html>");
    SUBCASE("of an open month") {
        scene.begin();
        const LedgerEntry& row = scene.add(Scene::document("a", &page));
        CHECK(row.status == DocumentStatus::not_ready);
        CHECK(scene.plan->next(0).has_value());
    }
    SUBCASE("of a closed month, which stays as it was sealed") {
        scene.exports_closed = true;
        scene.begin();
        const LedgerEntry& row = scene.add(Scene::document("a", &page));
        CHECK(row.status == DocumentStatus::ok);
        CHECK_FALSE(scene.plan->next(0).has_value());
    }
}

TEST_CASE("a document that is not listed is never asked for; its row says whether it is lost or only not shown") {
    struct Row {
        const char* what;
        Completeness verdict;
        bool latest;
        bool had_file;
        DocumentStatus status;
        const char* code;  ///< on the row; null: none
    };
    const Row rows[] = {
        {"a whole list lacks it", Completeness::complete, true, false, DocumentStatus::failed, "document-missing"},
        {"a whole list lacks it, and its file is gone here", Completeness::complete, true, true, DocumentStatus::failed,
         "document-missing"},
        {"the list was capped", Completeness::capped, true, false, DocumentStatus::skipped, "list-capped"},
        {"an earlier version whose file was never fetched", Completeness::complete, false, false, DocumentStatus::skipped, nullptr},
        {"an earlier version whose file is gone", Completeness::complete, false, true, DocumentStatus::failed, "document-missing"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Scene scene;
        scene.verdict = row.verdict;
        const auto object = scene.keep(pdf);
        fs::remove(scene.store->path_of(object.sha256));
        scene.begin();
        auto versioned = Scene::document("a", row.had_file ? &object : nullptr);
        versioned.listed = false;
        versioned.latest = row.latest;
        versioned.id_listed = !row.latest;
        const LedgerEntry& entry = scene.add(versioned);
        CHECK(entry.status == row.status);
        CHECK(entry.findings.to_text() == (row.code == nullptr ? "" : row.code));
        CHECK_FALSE(scene.plan->next(0).has_value());
    }
}

TEST_CASE("a plan asks for nothing and says what an export would fetch, and why") {
    Scene scene;
    scene.job.export_.refetch = true;
    const auto object = scene.keep(pdf);
    scene.begin(false);
    scene.add(Scene::document("new"));
    auto changed = Scene::document("changed");
    changed.record.version = 2;
    scene.add(changed);
    scene.add(Scene::document("again", &object));
    CHECK_FALSE(scene.plan->next(0).has_value());
    REQUIRE(scene.harvest.to_fetch.size() == 3);
    CHECK(scene.harvest.to_fetch[0].why == pipeline::PlannedFile::Why::new_);
    CHECK(scene.harvest.to_fetch[1].why == pipeline::PlannedFile::Why::changed);
    CHECK(scene.harvest.to_fetch[2].why == pipeline::PlannedFile::Why::again);
}

TEST_CASE("a plan knows what is at hand as the export does: what is lost and not listed would be owed in every month") {
    for (const bool is_there : {true, false}) {
        CAPTURE(is_there);
        Scene scene;
        scene.job.state.state_url = (scene.folder / "store" / "state.sqlite3").string();
        const auto object = scene.keep(pdf);
        if (!is_there) {
            fs::remove(scene.store->path_of(object.sha256));
        }
        scene.begin(false);
        auto versioned = Scene::document("a", &object);
        versioned.listed = versioned.id_listed = false;
        const LedgerEntry& entry = scene.add(versioned);
        CHECK(entry.sha256 == (is_there ? object.sha256 : std::string()));
        CHECK(entry.status == (is_there ? DocumentStatus::ok : DocumentStatus::failed));
    }
}

TEST_CASE("--no-files asks for nothing, and the row says that it was not asked for: it must not look like a failure") {
    Scene scene;
    scene.job.export_.files = false;
    scene.begin();
    const LedgerEntry& row = scene.add(Scene::document("a"));
    CHECK(row.status == DocumentStatus::skipped);
    CHECK(row.findings.to_text() == "file-not-requested");
    CHECK_FALSE(scene.plan->next(0).has_value());
}

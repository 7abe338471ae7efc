// Rows on their way into the state: saved in groups, never before their files are on disk, and in the journal meanwhile.
#include "pipeline/saver.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

#include "base/files.hpp"

namespace {

using moisson::pipeline::Journal;
using moisson::pipeline::read_journal;
using moisson::pipeline::Saver;
using moisson::state::DocumentRecord;

class Folder {
public:
    Folder() {
        std::string form = (std::filesystem::temp_directory_path() / "moisson-saver-XXXXXX").string();
        REQUIRE(::mkdtemp(form.data()) != nullptr);
        path = form;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
};

class StateDouble final : public moisson::state::StateStore {
public:
    std::string source() override { return {}; }
    void set_source(const std::string&) override {}
    std::vector<moisson::state::ContractRecord> load_contracts() override { return {}; }
    void save_contract(const moisson::state::ContractRecord&) override {}
    std::vector<DocumentRecord> load_documents(const std::string&) override { return saved; }
    std::vector<DocumentRecord> load_all_documents() override { return saved; }
    void save_documents(std::span<const DocumentRecord> records) override { saved.insert(saved.end(), records.begin(), records.end()); }
    void save_run(const moisson::state::RunRecord&) override {}
    std::vector<moisson::state::RunRecord> load_runs() override { return {}; }
    std::vector<DocumentRecord> saved;
};

/// Stands still until it is told.
class ClockDouble final : public moisson::Clock {
public:
    [[nodiscard]] moisson::Timestamp now() const override { return {}; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return instant; }
    std::chrono::steady_clock::time_point instant{std::chrono::hours(1)};
};

DocumentRecord make_record(std::string document_id, std::string sha256 = {}) {
    DocumentRecord record;
    record.contract_id = "OCB0000001";
    record.document_id = std::move(document_id);
    record.version = 1;
    record.sha256 = std::move(sha256);
    return record;
}

struct Scene {
    Folder folder;
    std::filesystem::path path = folder.path / "state.fetched";
    std::unique_ptr<moisson::transfer::ObjectStore> store = moisson::transfer::ObjectStore::open(folder.path / "store").value();
    StateDouble state;
    moisson::SilentReporter reporter;
    ClockDouble clock;
    Journal journal{path};
    Saver saver{state, store.get(), &journal, reporter, clock};

    [[nodiscard]] std::vector<DocumentRecord> journaled() const {
        const auto bytes = moisson::read_file(path);
        return bytes ? read_journal(*bytes) : std::vector<DocumentRecord>{};
    }
};

}  // namespace

TEST_CASE("a fetched file is in the journal at once and in the state at the end: a kill at any instant costs no download") {
    Scene scene;
    scene.saver.keep(make_record("listed"));
    scene.saver.keep_fetched(make_record("fetched", "aa"));
    CHECK(scene.journaled().size() == 2);
    CHECK(scene.state.saved.empty());
    scene.saver.save();
    CHECK(scene.state.saved == std::vector{make_record("listed"), make_record("fetched", "aa")});
    CHECK_FALSE(std::filesystem::exists(scene.path));
    scene.saver.save();
    CHECK(scene.state.saved.size() == 2);
}

TEST_CASE("files go into the state while others still arrive, each once and in order: a power loss costs seconds, not the run") {
    Scene scene;
    std::vector<DocumentRecord> expected;
    for (int number = 0; number < 2000 && scene.state.saved.empty(); ++number) {
        scene.clock.instant += std::chrono::seconds(1);
        expected.push_back(make_record(std::to_string(number), "aa"));
        scene.saver.keep_fetched(expected.back());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the flush is the kernel's: there is no event to wait for
    }
    REQUIRE_FALSE(scene.state.saved.empty());
    // Neither saved nor in the journal: that one would be fetched again after a kill.
    CHECK(scene.state.saved.size() + scene.journaled().size() == expected.size());
    scene.saver.save();
    CHECK(scene.state.saved == expected);
    CHECK_FALSE(std::filesystem::exists(scene.path));
}

TEST_CASE("rows without files are saved in groups without waiting: 200,000 listed documents must not wait for the disk") {
    Scene scene;
    for (int number = 0; number < 12'000; ++number) {
        scene.saver.keep(make_record(std::to_string(number)));
    }
    CHECK(scene.state.saved.size() >= 10'000);
    scene.saver.save();
    CHECK(scene.state.saved.size() == 12'000);
}

TEST_CASE("a plan keeps nothing: it writes neither state nor journal") {
    Folder folder;
    StateDouble state;
    moisson::SilentReporter reporter;
    ClockDouble clock;
    Saver saver(state, nullptr, nullptr, reporter, clock);
    saver.keep(make_record("a"));
    saver.keep_fetched(make_record("b", "aa"));
    saver.save();
    CHECK(state.saved.empty());
}

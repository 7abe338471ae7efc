// Rows on their way into the state: saved in groups, never before their files are on disk, and in the journal meanwhile.
#include "pipeline/saver.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

#include "base/files.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"

namespace {

using moisson::pipeline::Journal;
using moisson::pipeline::read_journal;
using moisson::pipeline::Saver;
using moisson::state::DocumentRecord;
using moisson::test::ManualClock;
using moisson::test::MemoryStore;
using moisson::test::ScratchFolder;

DocumentRecord make_record(std::string document_id, std::string sha256 = {}) {
    DocumentRecord record;
    record.contract_id = "OCB0000001";
    record.document_id = std::move(document_id);
    record.version = 1;
    record.sha256 = std::move(sha256);
    return record;
}

struct Scene {
    ScratchFolder folder;
    std::filesystem::path path = folder / "state.fetched";
    std::unique_ptr<moisson::transfer::ObjectStore> store = moisson::transfer::ObjectStore::open(folder / "store").value();
    MemoryStore state;
    moisson::SilentReporter reporter;
    ManualClock clock;
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
    CHECK(scene.state.saved_documents.empty());
    scene.saver.save();
    CHECK(scene.state.saved_documents == std::vector{make_record("listed"), make_record("fetched", "aa")});
    CHECK_FALSE(std::filesystem::exists(scene.path));
    scene.saver.save();
    CHECK(scene.state.saved_documents.size() == 2);
}

TEST_CASE("files go into the state while others still arrive, each once and in order: a power loss costs seconds, not the run") {
    Scene scene;
    std::vector<DocumentRecord> expected;
    for (int number = 0; number < 2000 && scene.state.saved_documents.empty(); ++number) {
        scene.clock.advance(std::chrono::seconds(1));
        expected.push_back(make_record(std::to_string(number), "aa"));
        scene.saver.keep_fetched(expected.back());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the flush is the kernel's: there is no event to wait for
    }
    REQUIRE_FALSE(scene.state.saved_documents.empty());
    // Neither saved nor in the journal: that one would be fetched again after a kill.
    CHECK(scene.state.saved_documents.size() + scene.journaled().size() == expected.size());
    scene.saver.save();
    CHECK(scene.state.saved_documents == expected);
    CHECK_FALSE(std::filesystem::exists(scene.path));
}

TEST_CASE("rows without files are saved in groups without waiting: 200,000 listed documents must not wait for the disk") {
    Scene scene;
    for (int number = 0; number < 12'000; ++number) {
        scene.saver.keep(make_record(std::to_string(number)));
    }
    CHECK(scene.state.saved_documents.size() >= 10'000);
    scene.saver.save();
    CHECK(scene.state.saved_documents.size() == 12'000);
}

TEST_CASE("a plan keeps nothing: it writes neither state nor journal") {
    ScratchFolder folder;
    MemoryStore state;
    moisson::SilentReporter reporter;
    ManualClock clock;
    Saver saver(state, nullptr, nullptr, reporter, clock);
    saver.keep(make_record("a"));
    saver.keep_fetched(make_record("b", "aa"));
    saver.save();
    CHECK(state.saved_documents.empty());
}

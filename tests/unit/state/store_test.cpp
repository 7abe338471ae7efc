// The state store on a SQLite file: two runs are kept apart, and a file that cannot be trusted is refused and left as it was. What every
// store promises is in tests/contract.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/files.hpp"
#include "state/schema.hpp"
#include "state/state_url.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"
#include "support/state_samples.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::test;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<state::StateStore> open_store(const fs::path& path) { return state::open_state_store(path.string(), "moisson export"); }

/// The failure of an opening; `internal` with an empty message when it succeeded.
struct Refusal {
    ExitCode exit_code = ExitCode::complete;
    Error error;
};
Refusal refusal_of(const std::string& url) {
    try {
        const auto store = state::open_state_store(url, "moisson export");
        return {};
    } catch (const FatalError& failure) {
        return {failure.exit_code(), failure.error()};
    }
}

/// Some documents in a closed file.
std::vector<state::DocumentRecord> fill(const fs::path& path, std::size_t count = 40) {
    std::vector<state::DocumentRecord> records;
    for (std::size_t index = 0; index < count; ++index) {
        records.push_back(document_record(fmt::format("OCB{:07}", index / 10), fmt::format("D{:05}", index)));
    }
    const auto store = open_store(path);
    store->set_source("https://api.orange.com/cloud/b2b/v1");
    store->save_contract(contract_record("OCB0000000"));
    store->save_documents(records);
    return records;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("addresses: a path, sqlite: and nothing else") {
    // Else: the state lands in a file nobody expects, in memory, or a password stands in an error.
    const ScratchFolder folder;
    for (const std::string& url :
         {(folder / "plain.db").string(), "sqlite:" + (folder / "scheme.db").string(), ((folder / "deep") / "er" / "state.db").string(),
          (folder / "odd %20?#name:x.db").string(), (folder / ":memory:").string()}) {
        CAPTURE(url);
        open_store(url)->set_source("here");
        CHECK(state::open_state_store(url, "")->source() == "here");
        CHECK(state::check_state_store(url).has_value());
    }
    CHECK(fs::exists(folder / "odd %20?#name:x.db"));
    CHECK(fs::exists(folder / ":memory:"));
    for (const std::string url :
         {"postgresql://user:hunter2@host/db", "http://x", "file:state.db", "sqlite:", "", "sqlite://host/x", "folder/"}) {
        CAPTURE(url);
        const Refusal refusal = refusal_of(url);
        CHECK(refusal.exit_code == ExitCode::usage);
        CHECK_FALSE(refusal.error.hint.empty());
        CHECK_FALSE(mentions(refusal.error.to_line(), "hunter2"));
        CHECK(state::check_state_store(url).error().code == ErrorCode::bad_input);
    }
}

TEST_CASE("two openers: the second is told who holds the state, and the lock falls with its holder") {
    // Else: two runs write one ledger, or a dead run locks the state for ever.
    const ScratchFolder folder;
    auto store = state::open_state_store((folder / "state.db").string(), "moisson export\nnightly");
    Refusal refusal = refusal_of((folder / "state.db").string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(refusal.error.code == ErrorCode::locked);
    CHECK(mentions(refusal.error.message.english(), fmt::format("pid {} on ", ::getpid())));
    CHECK(mentions(refusal.error.message.english(), "moisson export\\x0anightly"));
    CHECK(state::check_state_store((folder / "state.db").string()).error().code == ErrorCode::locked);
    store->set_source("still works");
    store.reset();
    CHECK(refusal_of((folder / "state.db").string()).exit_code == ExitCode::complete);

    ChildProcess child("child: holds the state", folder / "state.db");
    REQUIRE(child.wait_for(1));
    refusal = refusal_of((folder / "state.db").string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(mentions(refusal.error.message.english(), fmt::format("pid {} on ", child.pid())));
    child.send(SIGKILL);
    CHECK(child.wait() == -SIGKILL);
    CHECK(folder.read("state.db.lock").starts_with("pid "));
    CHECK(open_store(folder / "state.db")->source() == "held");
    CHECK(folder.read("state.db.lock").empty());
}

TEST_CASE("child: holds the state" * doctest::skip()) {
    const auto store = open_store(ChildProcess::argument());
    store->set_source("held");
    ChildProcess::tell_parent();
    ::pause();
}

TEST_CASE("child: saves batches without end" * doctest::skip()) {
    const auto store = open_store(ChildProcess::argument());
    for (std::size_t batch = 0; batch < 100'000; ++batch) {
        store->save_documents(make_batch(batch));
        ChildProcess::tell_parent();
    }
}

TEST_CASE("a full disk ends the run, and what was saved before stands") {
    // Else: the state is damaged by the first full disk, or the failure passes unseen.
    const ScratchFolder folder;
    ChildProcess child("child: writes until the disk is full", folder / "state.db");
    CHECK(child.wait() == 0);
    const auto records = open_store(folder / "state.db")->load_all_documents();
    CHECK(records.size() % batch_size == 0);
    CHECK(records.size() > 0);
    CHECK(records.size() < 1000 * batch_size);

    ChildProcess creator("child: has no room for a new state", folder / "other.db");
    CHECK(creator.wait() == 0);
    CHECK_FALSE(fs::exists(folder / "other.db"));
}

TEST_CASE("child: writes until the disk is full" * doctest::skip()) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto store = open_store(ChildProcess::argument());
    store->save_documents(make_batch(0));
    const rlimit limit{400'000, 400'000};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto fill_up = [&] {
        for (std::size_t batch = 1; batch < 1000; ++batch) {
            store->save_documents(make_batch(batch));
        }
    };
    try {
        fill_up();
        FAIL("the limit was not met");
    } catch (const FatalError& failure) {
        CHECK(failure.exit_code() == ExitCode::local);
        CHECK(failure.error().code == ErrorCode::state);
        CHECK_FALSE(failure.error().hint.empty());
    }
    // The failed one is rolled back; the store still answers.
    CHECK(store->load_all_documents().size() % batch_size == 0);
}

TEST_CASE("child: has no room for a new state" * doctest::skip()) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{5'000, 5'000};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const Refusal refusal = refusal_of(ChildProcess::argument());
    CHECK(refusal.exit_code == ExitCode::local);
}

TEST_CASE("a file cut at any length is refused and left alone, or is whole") {
    // Else: a damaged state is silently begun anew, and closed months with it.
    const ScratchFolder folder;
    const auto records = fill(folder / "state.db");
    const std::string whole = folder.read("state.db");
    REQUIRE(whole.size() > 20'000);
    const std::size_t step = 997;
    for (std::size_t size = 0; size <= whole.size(); size += size < 200 ? 1 : step) {
        CAPTURE(size);
        const std::string cut = whole.substr(0, size);
        folder.write("cut.db", cut);
        const Refusal refusal = refusal_of((folder / "cut.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(refusal.error.code == ErrorCode::state);
        CHECK(mentions(refusal.error.where, "cut.db"));
        CHECK_FALSE(refusal.error.hint.empty());
        CHECK(folder.read("cut.db") == cut);
        CHECK_FALSE(fs::exists(folder / "cut.db-wal"));
        CHECK_FALSE(state::check_state_store((folder / "cut.db").string()).has_value());
    }
    for (std::size_t size = 4096; size < whole.size(); size += 4096) {
        CAPTURE(size);
        folder.write("cut.db", whole.substr(0, size));
        CHECK(refusal_of((folder / "cut.db").string()).exit_code == ExitCode::local);
    }
    folder.write("cut.db", whole);
    CHECK(open_store(folder / "cut.db")->load_all_documents() == records);
}

TEST_CASE("damage inside the file is found before anything is written") {
    // Else: the run goes on with rows that a broken disk made up, and spoils what was left.
    const ScratchFolder folder;
    fill(folder / "state.db", 400);
    const std::string whole = folder.read("state.db");
    std::size_t refused = 0;
    for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
        CAPTURE(page);
        std::string damaged = whole;
        damaged.replace(page * 4096, 4096, 4096, '\x5a');
        folder.write("damaged.db", damaged);
        const Refusal refusal = refusal_of((folder / "damaged.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(folder.read("damaged.db") == damaged);
        refused += refusal.exit_code == ExitCode::local ? 1 : 0;
    }
    CHECK(refused == whole.size() / 4096);
}

TEST_CASE("other programs' files and newer states are refused without being touched") {
    // Else: a wrong path in the job file destroys someone's database, or an old program spoils a newer state.
    const ScratchFolder folder;
    fill(folder / "state.db");
    const std::string whole = folder.read("state.db");
    std::string newer = whole;
    newer[63] = '\x7f';
    std::string foreign = whole;
    foreign[68] = '\0';
    std::string unversioned = whole;
    unversioned[63] = '\0';
    struct Case {
        std::string bytes;
        std::string_view says;
    };
    for (const Case& each : std::vector<Case>{{newer, "newer Moisson"},
                                              {foreign, "not a Moisson state file"},
                                              {unversioned, "damaged"},
                                              {"# notes\n", "not a Moisson state file"},
                                              {std::string(100'000, 'x'), "not a Moisson state file"},
                                              {"SQLite format 3", "damaged"},
                                              {"", "damaged"}}) {
        CAPTURE(each.says);
        folder.write("other.db", each.bytes);
        const auto before = fs::last_write_time(folder / "other.db");
        const Refusal refusal = refusal_of((folder / "other.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(refusal.error.code == ErrorCode::state);
        CAPTURE(refusal.error.message.english());
        CHECK(mentions(refusal.error.message.english(), each.says));
        CHECK(mentions(refusal.error.hint, "not changed"));
        CHECK(folder.read("other.db") == each.bytes);
        CHECK(fs::last_write_time(folder / "other.db") == before);
        CHECK(state::check_state_store((folder / "other.db").string()).error().message == refusal.error.message);
    }
    CHECK(folder.names() == std::vector<std::string>{"other.db", "other.db.lock", "state.db", "state.db.lock"});

    fs::create_directory(folder / "folder.db");
    CHECK(refusal_of((folder / "folder.db").string()).exit_code == ExitCode::local);
    REQUIRE(::mkfifo((folder / "pipe.db").c_str(), 0600) == 0);
    CHECK(refusal_of((folder / "pipe.db").string()).exit_code == ExitCode::local);
}

TEST_CASE("a newer version that stands in the log alone is refused too") {
    // Else: a newer program that was killed leaves a state that this one spoils.
    const ScratchFolder folder;
    fill(folder / "state.db");
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((folder / "state.db").c_str(), &other) == SQLITE_OK);
    const std::string newer = fmt::format("PRAGMA user_version={}", state::schema_version + 1);
    REQUIRE(sqlite3_exec(other, newer.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    const std::string bytes = folder.read("state.db");
    const std::string log = folder.read("state.db-wal");
    REQUIRE(log.size() > 4096);
    folder.write("killed.db", bytes);
    folder.write("killed.db-wal", log);
    sqlite3_close(other);
    CHECK(mentions(state::check_state_store((folder / "killed.db").string()).error().message.english(), "newer Moisson"));
    const Refusal refusal = refusal_of((folder / "killed.db").string());
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(mentions(refusal.error.message.english(), "newer Moisson"));
    CHECK(folder.read("killed.db") == bytes);
    CHECK(folder.read("killed.db-wal") == log);
}

TEST_CASE("a log without its file is not mixed into a new state") {
    // Else: moving the damaged file away, but not its log, damages the new one too.
    const ScratchFolder folder;
    folder.write("state.db-wal", "anything");
    const Refusal refusal = refusal_of((folder / "state.db").string());
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(mentions(refusal.error.hint, "move the log away"));
    CHECK_FALSE(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK_FALSE(fs::exists(folder / "state.db"));
}

TEST_CASE("the probe makes nothing and finds what an opening would find") {
    // Else: doctor changes what it looks at, or says ok where the export then fails.
    const ScratchFolder folder;
    const auto missing = (folder / "not") / "there" / "state.db";
    CHECK(state::check_state_store(missing.string()).has_value());
    CHECK(folder.names().empty());
    fill(folder / "state.db");
    const auto names = folder.names();
    const std::string bytes = folder.read("state.db");
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK(folder.names() == names);
    CHECK(folder.read("state.db") == bytes);

    // A log left by a killed run is read too, and stays.
    ChildProcess child("child: saves batches without end", folder / "state.db");
    REQUIRE(child.wait_for(2));
    child.send(SIGKILL);
    CHECK(child.wait() == -SIGKILL);
    REQUIRE(fs::file_size(folder / "state.db-wal") > 0);
    const auto names_after = folder.names();
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK(folder.names() == names_after);
    CHECK(fs::file_size(folder / "state.db-wal") > 0);
    CHECK(open_store(folder / "state.db")->load_all_documents().size() >= 40 + 2 * batch_size);
}

TEST_CASE("a glance at one setting takes no lock and leaves no trace") {
    // Else: doctor changes what it looks at, or disturbs a run that is under way.
    const ScratchFolder folder;
    CHECK(state::peek_setting((folder / "none.db").string(), "a").empty());
    CHECK(state::peek_setting("mysql:somewhere", "a").empty());
    CHECK(folder.names().empty());
    {
        const auto store = open_store(folder / "state.db");
        store->set_setting("a", "2026-11-22");
        static_cast<void>(state::peek_setting((folder / "state.db").string(), "a"));  // a run holds the file for itself; it goes on
        store->set_setting("b", "2026-11-23");
    }
    const auto names = folder.names();
    const std::string bytes = folder.read("state.db");
    CHECK(state::peek_setting((folder / "state.db").string(), "a") == "2026-11-22");
    CHECK(state::peek_setting("sqlite:" + (folder / "state.db").string(), "a") == "2026-11-22");
    CHECK(state::peek_setting((folder / "state.db").string(), "c").empty());
    CHECK(folder.names() == names);
    CHECK(folder.read("state.db") == bytes);
    std::ofstream(folder / "other.db") << "no database";
    CHECK(state::peek_setting((folder / "other.db").string(), "a").empty());
}

TEST_CASE("a folder or file that may not be written is an error before the run begins") {
    // Else: the export works for an hour and then cannot remember what it did.
    const ScratchFolder folder;
    fill(folder / "state.db");
    fs::permissions((folder / "state.db").parent_path(),
                    fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
    CHECK(ChildProcess("child: may not write", folder / "state.db").wait() == 0);
    CHECK(ChildProcess("child: may not write", folder / "new.db").wait() == 0);
    CHECK(ChildProcess("child: may not write", (folder / "deep") / "new.db").wait() == 0);
    CHECK(folder.names() == std::vector<std::string>{"state.db", "state.db.lock"});
    fs::permissions((folder / "state.db").parent_path(), fs::perms::all);
    fs::permissions(folder / "state.db", fs::perms::owner_read | fs::perms::others_read);
    CHECK(ChildProcess("child: may not write", folder / "state.db").wait() == 0);
}

TEST_CASE("child: may not write" * doctest::skip()) {
    if (::geteuid() == 0) {
        REQUIRE(::setuid(65534) == 0);
    }
    const std::string path = ChildProcess::argument();
    const Refusal refusal = refusal_of(path);
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(refusal.error.code == ErrorCode::state);
    CHECK(mentions(refusal.error.to_line(), "ermission denied"));
    CHECK(mentions(refusal.error.hint, "right"));
    CHECK(state::check_state_store(path).error().code == ErrorCode::state);
}

TEST_CASE("a state file that another program has open is reported, not waited for") {
    // Else: a forgotten database browser makes the nightly run hang.
    const ScratchFolder folder;
    fill(folder / "state.db");
    sqlite3* browser = nullptr;
    REQUIRE(sqlite3_open((folder / "state.db").c_str(), &browser) == SQLITE_OK);
    REQUIRE(sqlite3_exec(browser, "BEGIN; SELECT * FROM document", nullptr, nullptr, nullptr) == SQLITE_OK);
    const Refusal refusal = refusal_of((folder / "state.db").string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(mentions(refusal.error.message.english(), "another program has the state file open"));
    sqlite3_close(browser);
    CHECK(refusal_of((folder / "state.db").string()).exit_code == ExitCode::complete);
}

TEST_CASE("random damage ends in an error or in rows, never in a crash") {
    // Else: one flipped bit on a worn disk ends every later run without a message.
    const ScratchFolder folder;
    fill(folder / "state.db");
    const std::string whole = folder.read("state.db");
    const std::uint32_t seed = 20261122;
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t refused = 0;
    for (int round = 0; round < test::rounds(300); ++round) {
        std::string damaged = whole;
        for (unsigned change = 0; change < 1U + random() % 8U; ++change) {
            damaged[random() % damaged.size()] = static_cast<char>(random() % 256U);
        }
        folder.write("damaged.db", damaged);
        try {
            const auto store = open_store(folder / "damaged.db");
            const std::size_t documents = store->load_all_documents().size();
            const std::size_t contracts = store->load_contracts().size();
            CHECK(documents <= 40);
            CHECK(contracts <= 1);
        } catch (const FatalError& failure) {
            ++refused;
            CHECK(failure.exit_code() == ExitCode::local);
            CHECK(failure.error().code == ErrorCode::state);
        }
        for (const char* suffix : {"", "-wal", "-shm"}) {
            fs::remove((folder / fmt::format("damaged.db{}", suffix)));
        }
    }
    CHECK(refused > 0);
}

TEST_CASE("a creation that was cut short is simply done again") {
    // Else: a run killed in its first second needs a person to clean up.
    const ScratchFolder folder;
    folder.write("state.db.new", "half");
    folder.write("state.db.new-wal", "half");
    folder.write("state.db.lock", "pid 1 on nowhere since never: a dead run\n");
    open_store(folder / "state.db")->set_source("x");
    CHECK(folder.names() == std::vector<std::string>{"state.db", "state.db.lock"});
}

TEST_CASE("every table and column says in the file what it means") {
    // Else: whoever opens the state with other tools has to guess.
    const ScratchFolder folder;
    fill(folder / "state.db");
    const std::string bytes = folder.read("state.db");
    CHECK(mentions(bytes, "one row per version of a document"));
    CHECK(mentions(bytes, "-- of ledger.csv; empty when nothing was published"));
}

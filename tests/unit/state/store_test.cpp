// The state store: what is saved comes back, two runs are kept apart, and a file that cannot be trusted is refused and left as it was.
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
#include "state/state_store.hpp"

using namespace moisson;

namespace {

namespace fs = std::filesystem;

/// A folder of its own, removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "moisson-state-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code problem;
        fs::permissions(path_, fs::perms::owner_all, problem);
        fs::remove_all(path_, problem);
    }
    [[nodiscard]] fs::path file(std::string_view name = "state.db") const { return path_ / name; }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : fs::directory_iterator(path_)) {
            all.push_back(entry.path().filename().string());
        }
        std::sort(all.begin(), all.end());
        return all;
    }

private:
    fs::path path_;
};

std::string read_bytes(const fs::path& path) { return read_file(path).value_or("unreadable"); }

/// Without waiting for the disk: hundreds of damaged files are made here.
void write_bytes(const fs::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    REQUIRE(file.good());
}

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

state::DocumentRecord make_record(std::string contract, std::string document, std::uint32_t version = 1) {
    state::DocumentRecord record;
    record.contract_id = std::move(contract);
    record.document_id = std::move(document);
    record.version = version;
    record.document_type = "bills";
    record.filename = "bill.pdf";
    record.period = "202110";
    record.created_at = "2021-08-18T09:07:47.372Z";
    record.updated_at = "2021-08-19T09:07:47.372Z";
    record.amount = "1234.50";
    record.amount_kind = 2;
    record.currency = "EUR";
    record.present = 63;
    record.sha256 = std::string(64, 'a');
    record.size_bytes = 123'456'789'012;
    record.media_type = "application/pdf";
    record.unframed = true;
    record.first_seen_run = "run-1";
    return record;
}

state::ContractRecord make_contract(std::string id) {
    state::ContractRecord record;
    record.contract = Contract{std::move(id), "Prod", "FE", "Flexible Engine", "42", "ACME", "p-1"};
    record.list_item_digest = std::string(64, 'b');
    record.detail_known = true;
    record.mixed_list_trusted = true;
    record.compared_month = Month::parse("2026-11");
    record.compared_count = 110;
    record.proved_by_types = true;
    record.documents_last = 117;
    record.last_seen_run = "run-1";
    record.first_month = Month::parse("2026-03");
    record.earlier_name = "an earlier name";
    record.renamed_month = Month::parse("2026-09");
    return record;
}

/// Some documents in a closed file.
std::vector<state::DocumentRecord> fill(const fs::path& path, std::size_t count = 40) {
    std::vector<state::DocumentRecord> records;
    for (std::size_t index = 0; index < count; ++index) {
        records.push_back(make_record(fmt::format("OCB{:07}", index / 10), fmt::format("D{:05}", index)));
    }
    const auto store = open_store(path);
    store->set_source("https://api.orange.com/cloud/b2b/v1");
    store->save_contract(make_contract("OCB0000000"));
    store->save_documents(records);
    return records;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Runs the hidden test case `name` of this program in a fresh process, with STATE_FILE and STATE_PIPE (the writing end) in its
/// environment.
class Child {
public:
    Child(const char* name, const fs::path& path) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        const std::string test = fmt::format("--test-case={}", name);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::close(ends[0]);
            ::setenv("STATE_FILE", path.c_str(), 1);
            ::setenv("STATE_PIPE", fmt::to_string(ends[1]).c_str(), 1);
            ::execl("/proc/self/exe", "test_state", test.c_str(), "--no-skip", "--minimal", static_cast<char*>(nullptr));
            ::_exit(99);
        }
        ::close(ends[1]);
        read_end_ = ends[0];
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            (void)wait();
        }
        ::close(read_end_);
    }
    /// Waits for `count` letters from the child; false when it ended before.
    [[nodiscard]] bool wait_for(std::size_t count) const {
        for (std::size_t got = 0; got < count; ++got) {
            char letter = 0;
            if (::read(read_end_, &letter, 1) != 1) {
                return false;
            }
        }
        return true;
    }
    void kill_hard() const { ::kill(pid_, SIGKILL); }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Exit code, or minus the signal.
    [[nodiscard]] int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    pid_t pid_ = -1;
    int read_end_ = -1;
};

/// In a child: tells the parent that one step is done.
void tell_parent() {
    const int descriptor = std::atoi(std::getenv("STATE_PIPE"));
    CHECK(::write(descriptor, "x", 1) == 1);
}

constexpr std::size_t batch_size = 50;

std::vector<state::DocumentRecord> make_batch(std::size_t number) {
    std::vector<state::DocumentRecord> records;
    for (std::size_t index = 0; index < batch_size; ++index) {
        records.push_back(make_record(fmt::format("C{:06}", number), fmt::format("D{:03}", index)));
        records.back().filename.assign(500, 'f');
    }
    return records;
}

}  // namespace

TEST_CASE("everything that is saved comes back, also after closing") {
    // Else: the next run fetches files again, or publishes other rows than the first.
    const Folder folder;
    const auto contract = make_contract("OCB0000002");
    const auto other = make_contract("OCB0000001");
    std::vector<state::DocumentRecord> records{make_record("b", "2", 2), make_record("b", "10"), make_record("b", "2", 1),
                                               make_record("a", "1")};
    records[1].amount_kind = 4;
    records[1].present = 0;
    records[1].unframed = false;
    records[1].size_bytes = 0;
    state::RunRecord run;
    run.run_id = "run-1";
    run.period = "2026-10";
    run.started_at = Timestamp(std::chrono::milliseconds(1'763'800'000'123));
    run.finished_at = Timestamp(std::chrono::milliseconds(-5));
    run.verdict = "complete";
    run.exit_code = 143;
    run.ledger_sha256 = std::string(64, 'c');
    {
        const auto store = open_store(folder.file());
        CHECK(store->source().empty());
        store->set_source("first");
        store->set_source("sandbox:small");
        store->save_contract(contract);
        store->save_contract(other);
        store->save_documents(records);
        store->save_documents({});
        store->save_run(run);
        state::RunRecord second = run;
        second.run_id = "run-0";
        second.exit_code = 0;
        store->save_run(second);
        second.verdict = "incomplete";
        store->save_run(second);
    }
    for (int opening = 0; opening < 2; ++opening) {
        const auto store = open_store(folder.file());
        CHECK(store->source() == "sandbox:small");
        CHECK(store->load_contracts() == std::vector<state::ContractRecord>{other, contract});
        CHECK(store->load_documents("a") == std::vector<state::DocumentRecord>{records[3]});
        CHECK(store->load_documents("b") == std::vector<state::DocumentRecord>{records[1], records[2], records[0]});
        CHECK(store->load_documents("c").empty());
        CHECK(store->load_all_documents() == std::vector<state::DocumentRecord>{records[3], records[1], records[2], records[0]});
        const auto runs = store->load_runs();
        REQUIRE(runs.size() == 2);
        CHECK(runs[0].run_id == "run-1");
        CHECK(runs[0].period == "2026-10");
        CHECK(runs[0].started_at == run.started_at);
        CHECK(runs[0].finished_at == run.finished_at);
        CHECK(runs[0].verdict == "complete");
        CHECK(runs[0].exit_code == 143);
        CHECK(runs[0].ledger_sha256 == run.ledger_sha256);
        CHECK(runs[1].run_id == "run-0");
        CHECK(runs[1].verdict == "incomplete");
    }
    CHECK(folder.names() == std::vector<std::string>{"state.db", "state.db.lock"});
}

TEST_CASE("a record saved again replaces the one with its key, and no other") {
    // Else: a fetched file's digest is not remembered, or another version's is overwritten.
    const Folder folder;
    const auto store = open_store(folder.file());
    store->save_documents(std::vector{make_record("c", "d", 1), make_record("c", "d", 2)});
    auto changed = make_record("c", "d", 2);
    changed.sha256 = std::string(64, 'f');
    changed.size_bytes = 1;
    store->save_documents(std::vector{changed});
    CHECK(store->load_documents("c") == std::vector<state::DocumentRecord>{make_record("c", "d", 1), changed});
    // Taken back: what one run was the first to see in one contract.
    auto other = make_record("c", "e", 1);
    other.first_seen_run = "run-9";
    store->save_documents(std::vector{other});
    store->forget_documents("c", "run-9");
    store->forget_documents("d", "run-1");
    CHECK(store->load_documents("c") == std::vector<state::DocumentRecord>{make_record("c", "d", 1), changed});
    auto contract = make_contract("c");
    store->save_contract(contract);
    contract.mixed_list_trusted = false;
    contract.documents_last = 0;
    store->save_contract(contract);
    CHECK(store->load_contracts() == std::vector<state::ContractRecord>{contract});
}

TEST_CASE("any bytes survive: NUL, line ends, bytes that are no UTF-8, quotes, nothing") {
    // Else: a hostile file name is cut in the state, and the second run publishes another ledger than the first.
    const Folder folder;
    const std::vector<std::string> texts{std::string("a\0b", 3),
                                         std::string("\0", 1),
                                         "",
                                         "'; DROP TABLE document; --",
                                         "\xff\xfe\x80",
                                         "a\r\nb\t",
                                         "é😀\u202e",
                                         std::string(1'000'000, 'x'),
                                         "?1 %s {}"};
    std::vector<state::DocumentRecord> records;
    for (const std::string& text : texts) {
        auto record = make_record("c", text);
        record.filename = text;
        record.amount = text;
        record.period = text;
        records.push_back(record);
    }
    const std::string odd("c\0d", 3);
    {
        const auto store = open_store(folder.file());
        store->save_documents(records);
        store->save_documents(std::vector{make_record(odd, "only")});
        store->set_source(texts[0]);
        auto contract = make_contract(odd);
        contract.contract.name = texts[4];
        store->save_contract(contract);
    }
    const auto store = open_store(folder.file());
    const auto loaded = store->load_documents("c");
    REQUIRE(loaded.size() == texts.size());
    for (const state::DocumentRecord& record : loaded) {
        CHECK(record.filename == record.document_id);
        CHECK(record.amount == record.document_id);
        CHECK(std::find(texts.begin(), texts.end(), record.document_id) != texts.end());
    }
    CHECK(store->load_documents(odd).size() == 1);
    CHECK(store->source() == texts[0]);
    CHECK(store->load_contracts().front().contract.id == odd);
    CHECK(store->load_contracts().front().contract.name == texts[4]);
}

TEST_CASE("addresses: a path, sqlite: and nothing else") {
    // Else: the state lands in a file nobody expects, in memory, or a password stands in an error.
    const Folder folder;
    for (const std::string& url : {folder.file("plain.db").string(), "sqlite:" + folder.file("scheme.db").string(),
                                   (folder.file("deep") / "er" / "state.db").string(), folder.file("odd %20?#name:x.db").string(),
                                   folder.file(":memory:").string()}) {
        CAPTURE(url);
        open_store(url)->set_source("here");
        CHECK(state::open_state_store(url, "")->source() == "here");
        CHECK(state::check_state_store(url).has_value());
    }
    CHECK(fs::exists(folder.file("odd %20?#name:x.db")));
    CHECK(fs::exists(folder.file(":memory:")));
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
    const Folder folder;
    auto store = state::open_state_store(folder.file().string(), "moisson export\nnightly");
    Refusal refusal = refusal_of(folder.file().string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(refusal.error.code == ErrorCode::locked);
    CHECK(mentions(refusal.error.message, fmt::format("pid {} on ", ::getpid())));
    CHECK(mentions(refusal.error.message, "moisson export\\x0anightly"));
    CHECK(state::check_state_store(folder.file().string()).error().code == ErrorCode::locked);
    store->set_source("still works");
    store.reset();
    CHECK(refusal_of(folder.file().string()).exit_code == ExitCode::complete);

    Child child("child: holds the state", folder.file());
    REQUIRE(child.wait_for(1));
    refusal = refusal_of(folder.file().string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(mentions(refusal.error.message, fmt::format("pid {} on ", child.pid())));
    child.kill_hard();
    CHECK(child.wait() == -SIGKILL);
    CHECK(read_bytes(folder.file("state.db.lock")).starts_with("pid "));
    CHECK(open_store(folder.file())->source() == "held");
    CHECK(read_bytes(folder.file("state.db.lock")).empty());
}

TEST_CASE("child: holds the state" * doctest::skip()) {
    const auto store = open_store(std::getenv("STATE_FILE"));
    store->set_source("held");
    tell_parent();
    ::pause();
}

TEST_CASE("a process killed in the middle of saving leaves whole batches") {
    // Else: after a power cut the next run believes in half a contract.
    for (const std::size_t batches : {1U, 2U, 7U, 20U}) {
        CAPTURE(batches);
        const Folder folder;
        Child child("child: saves batches without end", folder.file());
        REQUIRE(child.wait_for(batches));
        child.kill_hard();
        CHECK(child.wait() == -SIGKILL);
        CHECK(state::check_state_store(folder.file().string()).has_value());
        const auto store = open_store(folder.file());
        const auto records = store->load_all_documents();
        CHECK(records.size() >= batches * batch_size);
        REQUIRE(records.size() % batch_size == 0);
        for (std::size_t batch = 0; batch < records.size() / batch_size; ++batch) {
            CHECK(store->load_documents(fmt::format("C{:06}", batch)) == make_batch(batch));
        }
    }
}

TEST_CASE("child: saves batches without end" * doctest::skip()) {
    const auto store = open_store(std::getenv("STATE_FILE"));
    for (std::size_t batch = 0; batch < 100'000; ++batch) {
        store->save_documents(make_batch(batch));
        tell_parent();
    }
}

TEST_CASE("a full disk ends the run, and what was saved before stands") {
    // Else: the state is damaged by the first full disk, or the failure passes unseen.
    const Folder folder;
    Child child("child: writes until the disk is full", folder.file());
    CHECK(child.wait() == 0);
    const auto records = open_store(folder.file())->load_all_documents();
    CHECK(records.size() % batch_size == 0);
    CHECK(records.size() > 0);
    CHECK(records.size() < 1000 * batch_size);

    Child creator("child: has no room for a new state", folder.file("other.db"));
    CHECK(creator.wait() == 0);
    CHECK_FALSE(fs::exists(folder.file("other.db")));
}

TEST_CASE("child: writes until the disk is full" * doctest::skip()) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto store = open_store(std::getenv("STATE_FILE"));
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
    const Refusal refusal = refusal_of(std::getenv("STATE_FILE"));
    CHECK(refusal.exit_code == ExitCode::local);
}

TEST_CASE("a file cut at any length is refused and left alone, or is whole") {
    // Else: a damaged state is silently begun anew, and closed months with it.
    const Folder folder;
    const auto records = fill(folder.file());
    const std::string whole = read_bytes(folder.file());
    REQUIRE(whole.size() > 20'000);
    const std::size_t step = 997;
    for (std::size_t size = 0; size <= whole.size(); size += size < 200 ? 1 : step) {
        CAPTURE(size);
        const std::string cut = whole.substr(0, size);
        write_bytes(folder.file("cut.db"), cut);
        const Refusal refusal = refusal_of(folder.file("cut.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(refusal.error.code == ErrorCode::state);
        CHECK(mentions(refusal.error.where, "cut.db"));
        CHECK_FALSE(refusal.error.hint.empty());
        CHECK(read_bytes(folder.file("cut.db")) == cut);
        CHECK_FALSE(fs::exists(folder.file("cut.db-wal")));
        CHECK_FALSE(state::check_state_store(folder.file("cut.db").string()).has_value());
    }
    for (std::size_t size = 4096; size < whole.size(); size += 4096) {
        CAPTURE(size);
        write_bytes(folder.file("cut.db"), whole.substr(0, size));
        CHECK(refusal_of(folder.file("cut.db").string()).exit_code == ExitCode::local);
    }
    write_bytes(folder.file("cut.db"), whole);
    CHECK(open_store(folder.file("cut.db"))->load_all_documents() == records);
}

TEST_CASE("damage inside the file is found before anything is written") {
    // Else: the run goes on with rows that a broken disk made up, and spoils what was left.
    const Folder folder;
    fill(folder.file(), 400);
    const std::string whole = read_bytes(folder.file());
    std::size_t refused = 0;
    for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
        CAPTURE(page);
        std::string damaged = whole;
        damaged.replace(page * 4096, 4096, 4096, '\x5a');
        write_bytes(folder.file("damaged.db"), damaged);
        const Refusal refusal = refusal_of(folder.file("damaged.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(read_bytes(folder.file("damaged.db")) == damaged);
        refused += refusal.exit_code == ExitCode::local ? 1 : 0;
    }
    CHECK(refused == whole.size() / 4096);
}

TEST_CASE("other programs' files and newer states are refused without being touched") {
    // Else: a wrong path in the job file destroys someone's database, or an old program spoils a newer state.
    const Folder folder;
    fill(folder.file());
    const std::string whole = read_bytes(folder.file());
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
        write_bytes(folder.file("other.db"), each.bytes);
        const auto before = fs::last_write_time(folder.file("other.db"));
        const Refusal refusal = refusal_of(folder.file("other.db").string());
        CHECK(refusal.exit_code == ExitCode::local);
        CHECK(refusal.error.code == ErrorCode::state);
        CAPTURE(refusal.error.message);
        CHECK(mentions(refusal.error.message, each.says));
        CHECK(mentions(refusal.error.hint, "not changed"));
        CHECK(read_bytes(folder.file("other.db")) == each.bytes);
        CHECK(fs::last_write_time(folder.file("other.db")) == before);
        CHECK(state::check_state_store(folder.file("other.db").string()).error().message == refusal.error.message);
    }
    CHECK(folder.names() == std::vector<std::string>{"other.db", "other.db.lock", "state.db", "state.db.lock"});

    fs::create_directory(folder.file("folder.db"));
    CHECK(refusal_of(folder.file("folder.db").string()).exit_code == ExitCode::local);
    REQUIRE(::mkfifo(folder.file("pipe.db").c_str(), 0600) == 0);
    CHECK(refusal_of(folder.file("pipe.db").string()).exit_code == ExitCode::local);
}

TEST_CASE("a newer version that stands in the log alone is refused too") {
    // Else: a newer program that was killed leaves a state that this one spoils.
    const Folder folder;
    fill(folder.file());
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &other) == SQLITE_OK);
    const std::string newer = fmt::format("PRAGMA user_version={}", state::schema_version + 1);
    REQUIRE(sqlite3_exec(other, newer.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    const std::string bytes = read_bytes(folder.file());
    const std::string log = read_bytes(folder.file("state.db-wal"));
    REQUIRE(log.size() > 4096);
    write_bytes(folder.file("killed.db"), bytes);
    write_bytes(folder.file("killed.db-wal"), log);
    sqlite3_close(other);
    CHECK(mentions(state::check_state_store(folder.file("killed.db").string()).error().message, "newer Moisson"));
    const Refusal refusal = refusal_of(folder.file("killed.db").string());
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(mentions(refusal.error.message, "newer Moisson"));
    CHECK(read_bytes(folder.file("killed.db")) == bytes);
    CHECK(read_bytes(folder.file("killed.db-wal")) == log);
}

TEST_CASE("a log without its file is not mixed into a new state") {
    // Else: moving the damaged file away, but not its log, damages the new one too.
    const Folder folder;
    write_bytes(folder.file("state.db-wal"), "anything");
    const Refusal refusal = refusal_of(folder.file().string());
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(mentions(refusal.error.hint, "move the log away"));
    CHECK_FALSE(state::check_state_store(folder.file().string()).has_value());
    CHECK_FALSE(fs::exists(folder.file()));
}

TEST_CASE("the probe makes nothing and finds what an opening would find") {
    // Else: doctor changes what it looks at, or says ok where the export then fails.
    const Folder folder;
    const auto missing = folder.file("not") / "there" / "state.db";
    CHECK(state::check_state_store(missing.string()).has_value());
    CHECK(folder.names().empty());
    fill(folder.file());
    const auto names = folder.names();
    const std::string bytes = read_bytes(folder.file());
    CHECK(state::check_state_store(folder.file().string()).has_value());
    CHECK(folder.names() == names);
    CHECK(read_bytes(folder.file()) == bytes);

    // A log left by a killed run is read too, and stays.
    Child child("child: saves batches without end", folder.file());
    REQUIRE(child.wait_for(2));
    child.kill_hard();
    CHECK(child.wait() == -SIGKILL);
    REQUIRE(fs::file_size(folder.file("state.db-wal")) > 0);
    const auto names_after = folder.names();
    CHECK(state::check_state_store(folder.file().string()).has_value());
    CHECK(folder.names() == names_after);
    CHECK(fs::file_size(folder.file("state.db-wal")) > 0);
    CHECK(open_store(folder.file())->load_all_documents().size() >= 40 + 2 * batch_size);
}

TEST_CASE("a glance at one setting takes no lock and leaves no trace") {
    // Else: doctor changes what it looks at, or disturbs a run that is under way.
    const Folder folder;
    CHECK(state::peek_setting(folder.file("none.db").string(), "a").empty());
    CHECK(state::peek_setting("mysql:somewhere", "a").empty());
    CHECK(folder.names().empty());
    {
        const auto store = open_store(folder.file());
        store->set_setting("a", "2026-11-22");
        static_cast<void>(state::peek_setting(folder.file().string(), "a"));  // a run holds the file for itself; it goes on
        store->set_setting("b", "2026-11-23");
    }
    const auto names = folder.names();
    const std::string bytes = read_bytes(folder.file());
    CHECK(state::peek_setting(folder.file().string(), "a") == "2026-11-22");
    CHECK(state::peek_setting("sqlite:" + folder.file().string(), "a") == "2026-11-22");
    CHECK(state::peek_setting(folder.file().string(), "c").empty());
    CHECK(folder.names() == names);
    CHECK(read_bytes(folder.file()) == bytes);
    std::ofstream(folder.file("other.db")) << "no database";
    CHECK(state::peek_setting(folder.file("other.db").string(), "a").empty());
}

TEST_CASE("a folder or file that may not be written is an error before the run begins") {
    // Else: the export works for an hour and then cannot remember what it did.
    const Folder folder;
    fill(folder.file());
    fs::permissions(folder.file().parent_path(),
                    fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
    CHECK(Child("child: may not write", folder.file()).wait() == 0);
    CHECK(Child("child: may not write", folder.file("new.db")).wait() == 0);
    CHECK(Child("child: may not write", folder.file("deep") / "new.db").wait() == 0);
    CHECK(folder.names() == std::vector<std::string>{"state.db", "state.db.lock"});
    fs::permissions(folder.file().parent_path(), fs::perms::all);
    fs::permissions(folder.file(), fs::perms::owner_read | fs::perms::others_read);
    CHECK(Child("child: may not write", folder.file()).wait() == 0);
}

TEST_CASE("child: may not write" * doctest::skip()) {
    if (::geteuid() == 0) {
        REQUIRE(::setuid(65534) == 0);
    }
    const std::string path = std::getenv("STATE_FILE");
    const Refusal refusal = refusal_of(path);
    CHECK(refusal.exit_code == ExitCode::local);
    CHECK(refusal.error.code == ErrorCode::state);
    CHECK(mentions(refusal.error.to_line(), "ermission denied"));
    CHECK(mentions(refusal.error.hint, "right"));
    CHECK(state::check_state_store(path).error().code == ErrorCode::state);
}

TEST_CASE("a state file that another program has open is reported, not waited for") {
    // Else: a forgotten database browser makes the nightly run hang.
    const Folder folder;
    fill(folder.file());
    sqlite3* browser = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &browser) == SQLITE_OK);
    REQUIRE(sqlite3_exec(browser, "BEGIN; SELECT * FROM document", nullptr, nullptr, nullptr) == SQLITE_OK);
    const Refusal refusal = refusal_of(folder.file().string());
    CHECK(refusal.exit_code == ExitCode::locked);
    CHECK(mentions(refusal.error.message, "another program has the state file open"));
    sqlite3_close(browser);
    CHECK(refusal_of(folder.file().string()).exit_code == ExitCode::complete);
}

TEST_CASE("random damage ends in an error or in rows, never in a crash") {
    // Else: one flipped bit on a worn disk ends every later run without a message.
    const Folder folder;
    fill(folder.file());
    const std::string whole = read_bytes(folder.file());
    const std::uint32_t seed = 20261122;
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t refused = 0;
    for (int round = 0; round < 300; ++round) {
        std::string damaged = whole;
        for (unsigned change = 0; change < 1U + random() % 8U; ++change) {
            damaged[random() % damaged.size()] = static_cast<char>(random() % 256U);
        }
        write_bytes(folder.file("damaged.db"), damaged);
        try {
            const auto store = open_store(folder.file("damaged.db"));
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
            fs::remove(folder.file(fmt::format("damaged.db{}", suffix)));
        }
    }
    CHECK(refused > 0);
}

TEST_CASE("a creation that was cut short is simply done again") {
    // Else: a run killed in its first second needs a person to clean up.
    const Folder folder;
    write_bytes(folder.file("state.db.new"), "half");
    write_bytes(folder.file("state.db.new-wal"), "half");
    write_bytes(folder.file("state.db.lock"), "pid 1 on nowhere since never: a dead run\n");
    open_store(folder.file())->set_source("x");
    CHECK(folder.names() == std::vector<std::string>{"state.db", "state.db.lock"});
}

TEST_CASE("every table and column says in the file what it means") {
    // Else: whoever opens the state with other tools has to guess.
    const Folder folder;
    fill(folder.file());
    const std::string bytes = read_bytes(folder.file());
    CHECK(mentions(bytes, "one row per version of a document"));
    CHECK(mentions(bytes, "-- of ledger.csv; empty when nothing was published"));
}

// What archive/store.hpp promises, on every store: what archives a month must not be able to tell which one it has.
// The S3 store is held against a real server, which tests/consumers/archive_s3_test.py starts and names in the environment.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/folder_store.hpp"
#include "archive/s3_store.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::archive;
using namespace moisson::test;

namespace {

struct Folder {
    ScratchFolder folder{};
    [[nodiscard]] static bool is_here() { return true; }
    [[nodiscard]] std::unique_ptr<Store> open() const { return open_folder_store(folder.path(), 0640); }
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// A prefix of its own in the bucket of the server that the environment names.
struct S3 {
    std::string prefix = [] {
        static int count = 0;
        return fmt::format("contract {}/é+{}", variable("MOISSON_TEST_S3_RUN"), ++count);
    }();

    [[nodiscard]] static bool is_here() {
        if (variable("MOISSON_TEST_S3_ENDPOINT").empty()) {
            MESSAGE("S3 is not held against the contract: MOISSON_TEST_S3_ENDPOINT names no server");
            return false;
        }
        return true;
    }
    [[nodiscard]] static S3Options options(const std::string& prefix) {
        S3Options made;
        made.endpoint = http::Url::parse(variable("MOISSON_TEST_S3_ENDPOINT")).value();
        made.bucket = variable("MOISSON_TEST_S3_BUCKET");
        made.prefix = prefix;
        made.keys = {variable("MOISSON_TEST_S3_ID"), variable("MOISSON_TEST_S3_SECRET"), "", "us-east-1"};
        made.attempts_max = 2;
        made.first_wait = std::chrono::milliseconds(10);
        return made;
    }
    [[nodiscard]] static std::unique_ptr<Store> open(S3Options made) {
        return open_s3_store(std::move(made), http::Transport::make({}).value(), system_clock(), {});
    }
    [[nodiscard]] std::unique_ptr<Store> open() const { return open(options(prefix)); }
};

#define STORES Folder, S3

Status put(Store& store, const std::string& key, std::string_view bytes) { return store.put(key, bytes, {sha256_hex(bytes), {}}); }

std::vector<std::string> keys_of(Store& store, const std::string& beginning) {
    std::vector<std::string> keys;
    const auto listed = store.list(beginning);
    for (const ObjectInfo& one : listed.value()) {
        keys.push_back(one.key);
    }
    return keys;
}

/// A published month, as far as an archive looks at it; `marks` makes its bytes its own.
MonthToArchive make_month(const ScratchFolder& scratch, const std::string& name, const std::string& marks) {
    const std::filesystem::path folder = scratch / name;
    std::filesystem::create_directories(folder / "erp");
    for (const std::string& file : {std::string("summary.json"), std::string("ledger.csv"), std::string("erp/fec.txt"), std::string("a"),
                                    std::string("b"), std::string("c"), std::string("d"), std::string("bundle.zip")}) {
        const std::string bytes(file == "bundle.zip" ? 3'000'000 : 3'000, file.front());
        REQUIRE(write_file(folder / file, bytes + marks).has_value());
    }
    using namespace std::chrono;
    return {"2026-10", folder, "https://api.example.com", year(2036) / December / 31};
}

std::map<std::string, std::string> tree(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files[entry.path().lexically_relative(folder).string()] = sha256_of_file(entry.path()).value();
        }
    }
    return files;
}

/// The month as this generation brings it back.
std::map<std::string, std::string> fetched(Store& store, const Generation& generation) {
    const ScratchFolder scratch;
    const auto manifest = read_manifest(store, generation);
    REQUIRE(manifest.has_value());
    REQUIRE(fetch_month(store, *manifest, scratch / "back", 0640).has_value());
    return tree(scratch / "back");
}

}  // namespace

TEST_CASE_TEMPLATE("a month would come back with other bytes than it was archived with", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const auto store = kind.open();
    std::string bytes;
    for (int at = 0; at < 300'000; ++at) {
        bytes += static_cast<char>(at * 7 + at / 256);
    }
    for (const std::string& key : {std::string("months/2026-10/data/a"), std::string("é à+b (1).pdf"), std::string("a%20b/~c&d=e?f#g")}) {
        CAPTURE(key);
        CHECK_FALSE(store->head(key).value().has_value());
        CHECK(store->get(key).error().code == ErrorCode::not_found);
        REQUIRE(put(*store, key, bytes).has_value());
        CHECK(store->get(key).value() == bytes);
        CHECK(store->head(key).value()->size_bytes == bytes.size());
        REQUIRE(put(*store, key, bytes).has_value());  // again is no error
    }
    REQUIRE(put(*store, "empty", "").has_value());
    CHECK(store->get("empty").value().empty());
    CHECK(store->head("empty").value()->size_bytes == 0);
}

TEST_CASE_TEMPLATE("a list would leave months out", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const auto store = kind.open();
    CHECK(keys_of(*store, "").empty());
    CHECK(keys_of(*store, "months/").empty());
    for (const char* key : {"months/b/2", "months/a/1", "months/a/10", "monthsx", "z"}) {
        REQUIRE(put(*store, key, key).has_value());
    }
    CHECK(keys_of(*store, "") == std::vector<std::string>{"months/a/1", "months/a/10", "months/b/2", "monthsx", "z"});
    CHECK(keys_of(*store, "months/") == std::vector<std::string>{"months/a/1", "months/a/10", "months/b/2"});
    CHECK(keys_of(*store, "months/a/1") == std::vector<std::string>{"months/a/1", "months/a/10"});
    CHECK(store->list("months/a/1").value().front().size_bytes == 10);
}

TEST_CASE_TEMPLATE("more objects than one page of a list holds would be forgotten", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const auto store = kind.open();
    std::vector<std::string> expected;
    for (int number = 0; number < 1'203; ++number) {
        expected.push_back(fmt::format("many/{:04}", number));
        REQUIRE(put(*store, expected.back(), "x").has_value());
    }
    CHECK(keys_of(*store, "many/") == expected);
}

TEST_CASE_TEMPLATE("bytes that were damaged on their way would be kept as if they were right", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const auto store = kind.open();
    const auto refused = store->put("a", "other bytes", {sha256_hex("these bytes"), {}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::verification);
    CHECK_FALSE(store->head("a").value().has_value());
    REQUIRE(put(*store, "a", "first").has_value());
    CHECK_FALSE(store->put("a", "second", {sha256_hex("third"), {}}).has_value());
    CHECK(store->get("a").value() == "first");
}

TEST_CASE_TEMPLATE("a name from outside would lead out of the archive", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const auto store = kind.open();
    for (const std::string& key : {std::string("../a"), std::string("a/../../b"), std::string("/a"), std::string("a//b"), std::string("a/"),
                                   std::string("a\nb"), std::string("."), std::string(), std::string(1'000, 'a')}) {
        CAPTURE(key);
        CHECK(put(*store, key, "x").error().code == ErrorCode::bad_input);
        CHECK(store->get(key).error().code == ErrorCode::bad_input);
        CHECK(store->head(key).error().code == ErrorCode::bad_input);
    }
    CHECK(keys_of(*store, "").empty());
}

TEST_CASE("a disk that is not mounted would be archived to as if it were there") {
    const ScratchFolder scratch;
    const auto store = open_folder_store(scratch / "not-there", 0640);
    CHECK(put(*store, "a", "x").error().code == ErrorCode::disk);
    CHECK(store->list("").error().code == ErrorCode::disk);
    CHECK(store->head("a").error().code == ErrorCode::disk);
    CHECK(store->get("a").error().code == ErrorCode::disk);
    CHECK(store->protection().error().code == ErrorCode::disk);
    CHECK_FALSE(std::filesystem::exists(scratch / "not-there"));
}

TEST_CASE("whoever fails to get in would not learn why") {
    if (!S3::is_here()) {
        return;
    }
    S3Options wrong = S3::options("x");
    wrong.keys.secret_access_key += "x";
    CHECK(S3::open(wrong)->list("").error().code == ErrorCode::credentials);
    CHECK(put(*S3::open(wrong), "a", "x").error().code == ErrorCode::credentials);
    wrong = S3::options("x");
    wrong.keys.access_key_id += "x";
    CHECK(S3::open(wrong)->list("").error().code == ErrorCode::credentials);
    wrong = S3::options("x");
    wrong.bucket = "there-is-none";
    CHECK(S3::open(wrong)->list("").error().code == ErrorCode::not_found);
    CHECK(S3::open(wrong)->list("").error().message.in(Language::english).find("bucket") != std::string::npos);
    wrong = S3::options("x");
    wrong.endpoint = http::Url::parse("http://127.0.0.1:1").value();
    CHECK(S3::open(wrong)->list("").error().code == ErrorCode::connect);
}

TEST_CASE("what is locked could be taken away before its time") {
    if (!S3::is_here()) {
        return;
    }
    S3Options locking = S3::options(S3{}.prefix);
    CHECK_FALSE(S3::open(locking)->protection().value().locks);
    locking.bucket = variable("MOISSON_TEST_S3_LOCKED_BUCKET");
    const auto store = S3::open(locking);
    CHECK(store->protection().value().locks);
    CHECK(store->protection().value().versions);
    const Timestamp until = parse_timestamp("2036-12-31T23:59:59Z").value();
    REQUIRE(store->put("a", "x", {sha256_hex("x"), until}).has_value());
    CHECK(store->head("a").value()->locked_until == until);
    const Timestamp later = parse_timestamp("2037-12-31T23:59:59Z").value();
    REQUIRE(store->lock("a", later).has_value());
    CHECK(store->head("a").value()->locked_until == later);
    CHECK_FALSE(store->lock("a", until).has_value());  // never shorter
    CHECK(store->get("a").value() == "x");
    locking.object_lock = false;
    CHECK_FALSE(S3::open(locking)->protection().value().locks);
}

TEST_CASE_TEMPLATE("a process killed at any instant would leave a month torn, or lose one that was there", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const ScratchFolder scratch;
    const std::vector<MonthToArchive> states{make_month(scratch, "one", "1"), make_month(scratch, "two", "2")};
    std::minstd_rand chance(13);
    std::size_t generations = 0;
    for (int turn = 0; turn < 12; ++turn) {
        CAPTURE(turn);
        const MonthToArchive& month = states[static_cast<std::size_t>(turn / 4 % 2)];
        ChildProcess child([&] { return archive_month(*kind.open(), month, system_clock()) ? 0 : 1; });
        std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(0, 300'000)(chance)));
        child.send(SIGKILL);
        (void)child.wait();
        const auto store = kind.open();
        const auto found = list_generations(*store);
        REQUIRE(found.has_value());
        CHECK(found->size() >= generations);
        generations = found->size();
        for (const Generation& one : *found) {
            const auto back = fetched(*store, one);
            CHECK((back == tree(states[0].folder) || back == tree(states[1].folder)));
        }
    }
    const auto store = kind.open();
    const auto done = archive_month(*store, states[0], system_clock());
    REQUIRE(done.has_value());
    CHECK(fetched(*store, newest_of(*store, "2026-10")->generation) == tree(states[0].folder));
    CHECK(archive_month(*store, states[0], system_clock())->was_there);
}

TEST_CASE_TEMPLATE("of two machines that archive a month at once, one would lose its own", Kind, STORES) {
    if (!Kind::is_here()) {
        return;
    }
    const Kind kind;
    const ScratchFolder scratch;
    const std::vector<MonthToArchive> states{make_month(scratch, "one", "1"), make_month(scratch, "two", "2")};
    ChildProcess one([&] { return archive_month(*kind.open(), states[0], system_clock()) ? 0 : 1; });
    ChildProcess two([&] { return archive_month(*kind.open(), states[1], system_clock()) ? 0 : 1; });
    CHECK(one.wait() == 0);
    CHECK(two.wait() == 0);
    const auto store = kind.open();
    const auto found = list_generations(*store);
    REQUIRE(found->size() == 2);
    std::vector<std::map<std::string, std::string>> back{fetched(*store, found->front()), fetched(*store, found->back())};
    CHECK(back[0] != back[1]);
    for (const MonthToArchive& month : states) {
        CHECK((back[0] == tree(month.folder) || back[1] == tree(month.folder)));
    }
    CHECK(newest_months(*store)->size() == 1);
}

// If these failed, a month that people believe to be archived would not be there, or would come back as another one.
#include <filesystem>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/folder_store.hpp"
#include "archive/manifest.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/manual_clock.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::archive;
using namespace moisson::test;

namespace {

/// A store in memory that fails, lies and lags as a test asks.
class Double final : public Store {
public:
    std::map<std::string, std::string> objects;
    std::map<std::string, Timestamp> locks;
    int puts_until_end = -1;     ///< then every call fails; negative: never
    bool keeps_nothing = false;  ///< says yes
    bool keeps_other = false;    ///< says yes, and damages
    bool lists_nothing = false;
    bool keeps_locks = false;
    int puts = 0;

    [[nodiscard]] std::string name() const override { return "double"; }
    [[nodiscard]] Result<std::vector<ObjectInfo>> list(const std::string& beginning) override {
        std::vector<ObjectInfo> found;
        for (const auto& [key, bytes] : objects) {
            if (!lists_nothing && key.starts_with(beginning)) {
                found.push_back({key, bytes.size(), {}});
            }
        }
        return found;
    }
    [[nodiscard]] Result<std::optional<ObjectInfo>> head(const std::string& key) override {
        if (puts_until_end == 0) {
            return fail(ErrorCode::disk, "no space left");
        }
        const auto found = objects.find(key);
        if (found == objects.end()) {
            return std::nullopt;
        }
        const auto locked = locks.find(key);
        return ObjectInfo{key, found->second.size(), locked == locks.end() ? std::nullopt : std::optional(locked->second)};
    }
    [[nodiscard]] Status put(const std::string& key, std::string_view bytes, const PutOptions& options) override {
        if (puts_until_end == 0) {
            return fail(ErrorCode::disk, "no space left");
        }
        --puts_until_end;
        ++puts;
        CHECK(sha256_hex(bytes) == options.sha256);
        if (!keeps_nothing) {
            objects[key] = keeps_other ? std::string(bytes.size(), '?') : std::string(bytes);
            if (keeps_locks && options.lock_until) {
                locks[key] = *options.lock_until;
            }
        }
        return {};
    }
    [[nodiscard]] Result<std::string> get(const std::string& key) override {
        const auto found = objects.find(key);
        return found == objects.end() ? Result<std::string>(fail(ErrorCode::not_found, "no such object")) : found->second;
    }
    [[nodiscard]] Status lock(const std::string& key, Timestamp until) override {
        if (keeps_locks) {
            locks[key] = until;
        }
        return {};
    }
    [[nodiscard]] Result<Protection> protection() override { return Protection{false, keeps_locks}; }
};

/// A published month, as far as an archive looks at it.
struct Published {
    ScratchFolder scratch{};
    std::filesystem::path folder = scratch / "2026-10";
    explicit Published(std::string_view ledger = "ledger") {
        std::filesystem::create_directories(folder / "erp");
        write("summary.json", std::string("{\"l\": \"") + std::string(ledger) + "\"}");
        write("ledger.csv", ledger);
        write("erp/fec.txt", "");
        write("bundle.zip", std::string(200'000, 'b') + std::string(ledger));
    }
    void write(const std::string& name, std::string_view bytes) const { REQUIRE(write_file(folder / name, bytes).has_value()); }
    [[nodiscard]] MonthToArchive month() const {
        using namespace std::chrono;
        return {"2026-10", folder, "https://api.example.com", year(2036) / December / 31};
    }
};

std::map<std::string, std::string> tree(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files[entry.path().lexically_relative(folder).string()] = read_file(entry.path()).value();
        }
    }
    return files;
}

/// The month as it comes back.
std::map<std::string, std::string> fetched(Store& store) {
    const ScratchFolder scratch;
    const auto manifest = newest_of(store, "2026-10");
    REQUIRE(manifest.has_value());
    REQUIRE(fetch_month(store, *manifest, scratch / "there", 0640).has_value());
    CHECK(scratch.names() == std::vector<std::string>{"there"});
    return tree(scratch / "there");
}

}  // namespace

TEST_CASE("a month would come back with other bytes, or would be sent again for nothing") {
    const Published month;
    Double store;
    const ManualClock clock;
    const auto first = archive_month(store, month.month(), clock);
    REQUIRE(first.has_value());
    CHECK(first->generation.number == 1);
    CHECK(first->objects_sent == 5);
    CHECK(fetched(store) == tree(month.folder));
    const int puts = store.puts;
    const auto again = archive_month(store, month.month(), clock);
    CHECK(again->was_there);
    CHECK(again->generation.number == 1);
    CHECK(store.puts == puts);
    month.write("summary.json", "another run");  // that found nothing new
    CHECK(archive_month(store, month.month(), clock)->was_there);
    CHECK(store.puts == puts);
    const auto manifest = newest_of(store, "2026-10");
    CHECK(manifest->retain_until == "2036-12-31");
    CHECK(manifest->source == "https://api.example.com");
}

TEST_CASE("another export of a month would take the earlier one out of the archive") {
    const Published month;
    const Published corrected("ledger, corrected");
    Double store;
    const ManualClock clock;
    REQUIRE(archive_month(store, month.month(), clock).has_value());
    const auto before = store.objects;
    const auto second = archive_month(store, corrected.month(), clock);
    CHECK(second->generation.number == 2);
    CHECK(second->objects_kept == 1);  // the empty file
    for (const auto& [key, bytes] : before) {
        CHECK(store.objects.at(key) == bytes);
    }
    CHECK(fetched(store) == tree(corrected.folder));
    CHECK(newest_of(store, "2026-10")->previous == list_generations(store, "2026-10")->front().manifest_sha256);
    // Back to the first state: that counts now, as a third generation.
    CHECK(archive_month(store, month.month(), clock)->generation.number == 3);
    CHECK(fetched(store) == tree(month.folder));
    CHECK(newest_months(store)->size() == 1);
}

TEST_CASE("an end at any instant would leave a month torn, or would cost what was sent") {
    const Published month;
    const ManualClock clock;
    Double whole;
    REQUIRE(archive_month(whole, month.month(), clock).has_value());
    for (int end = 0; end < whole.puts; ++end) {
        CAPTURE(end);
        Double store;
        store.puts_until_end = end;
        const auto cut = archive_month(store, month.month(), clock);
        REQUIRE_FALSE(cut.has_value());
        CHECK(cut.error().code == ErrorCode::disk);
        CHECK(list_generations(store)->empty());
        store.puts_until_end = -1;
        store.puts = 0;
        REQUIRE(archive_month(store, month.month(), clock).has_value());
        CHECK(store.puts == whole.puts - end);
        CHECK(fetched(store) == tree(month.folder));
    }
}

TEST_CASE("a store that says yes and keeps nothing, or other bytes, would be believed") {
    const Published month;
    const ManualClock clock;
    for (bool Double::*lie : {&Double::keeps_nothing, &Double::keeps_other}) {
        Double store;
        store.*lie = true;
        const auto done = archive_month(store, month.month(), clock);
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error().code == ErrorCode::verification);
        CHECK(list_generations(store)->empty());
    }
}

TEST_CASE("a store that lists late would make a month look lost, or a late list would overwrite one") {
    const Published month;
    const Published corrected("ledger, corrected");
    const ManualClock clock;
    Double store;
    store.lists_nothing = true;
    const auto first = archive_month(store, month.month(), clock);
    REQUIRE(first.has_value());
    CHECK_FALSE(first->is_listed);
    const auto before = store.objects;
    REQUIRE(archive_month(store, corrected.month(), clock)->generation.number == 1);  // it could not know better
    for (const auto& [key, bytes] : before) {
        CHECK(store.objects.at(key) == bytes);
    }
    store.lists_nothing = false;
    CHECK(list_generations(store)->size() == 2);
    CHECK(newest_of(store, "2026-10").has_value());
}

TEST_CASE("what a store lost or damaged would stay so, or come back as if it were whole") {
    const Published month;
    const ManualClock clock;
    Double store;
    REQUIRE(archive_month(store, month.month(), clock).has_value());
    const auto sound = store.objects;
    const std::string summary = read_file(month.folder / "summary.json").value();
    for (const auto& [key, bytes] : sound) {
        CAPTURE(key);
        for (const bool is_lost : {true, false}) {
            store.objects = sound;
            if (is_lost) {
                store.objects.erase(key);
            } else {
                store.objects[key] = bytes + "x";
            }
            const ScratchFolder scratch;
            const auto manifest = newest_of(store, "2026-10");
            const Status done = manifest ? fetch_month(store, *manifest, scratch / "there", 0640) : Status(fail(manifest.error()));
            REQUIRE_FALSE(done.has_value());
            CHECK(scratch.names().empty());
            if (key.find("/data/") != std::string::npos) {
                REQUIRE(archive_month(store, month.month(), clock).has_value());
                CHECK(store.objects == sound);
                store.objects.erase(key);
                month.write("summary.json", "another run");
                REQUIRE(archive_month(store, month.month(), clock).has_value());
                CHECK(fetched(store).size() == 4);  // of this generation, or of a further one that has what is there now
                month.write("summary.json", summary);
            }
        }
    }
}

TEST_CASE("objects would be unlocked before their time") {
    const Published month;
    const ManualClock clock;
    Double store;
    store.keeps_locks = true;
    MonthToArchive longer = month.month();
    longer.retain_until = std::chrono::year(2040) / std::chrono::December / 31;
    REQUIRE(archive_month(store, month.month(), clock).has_value());
    CHECK(store.locks.size() == store.objects.size());
    for (const auto& [key, until] : store.locks) {
        CHECK(format_timestamp_seconds(until) == "2037-01-01T00:00:00Z");
    }
    month.write("usage.csv", "new");
    REQUIRE(archive_month(store, longer, clock).has_value());  // shares objects with the first generation
    int extended = 0;
    for (const auto& [key, until] : store.locks) {
        extended += format_timestamp_seconds(until) == "2041-01-01T00:00:00Z" ? 1 : 0;
    }
    CHECK(extended == 6);
}

TEST_CASE("months of two sources would lie in one archive") {
    Double store;
    REQUIRE(claim(store, "https://one.example.com").has_value());
    REQUIRE(claim(store, "https://one.example.com").has_value());
    CHECK(claim(store, "https://two.example.com").error().code == ErrorCode::verification);
}

TEST_CASE("a forged manifest would write outside the folder, or bring what was never archived") {
    const std::string digest(64, 'a');
    const std::string good =
        "{\"schema\": 1, \"month\": \"2026-10\", \"generation\": 1, \"content\": \"0123456789abcdef\", \"files\": [{\"path\": "
        "\"a/b\", \"size_bytes\": 3, \"sha256\": \"" +
        digest + "\", \"pieces\": [{\"sha256\": \"" + digest + "\", \"size_bytes\": 3}]}]}";
    const Generation generation{"2026-10", 1, "0123456789abcdef", digest};
    CHECK(read_manifest_json(good, generation).has_value());
    const auto forged = [&](std::string from, std::string to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return read_manifest_json(text, generation);
    };
    CHECK_FALSE(forged("a/b", "../b").has_value());
    CHECK_FALSE(forged("a/b", "/etc/b").has_value());
    CHECK_FALSE(forged("a/b", "").has_value());
    CHECK_FALSE(forged("\"schema\": 1", "\"schema\": 2").has_value());
    CHECK_FALSE(forged("2026-10", "2026-11").has_value());
    CHECK_FALSE(forged("\"size_bytes\": 3, \"sha256\"", "\"size_bytes\": 4, \"sha256\"").has_value());
    CHECK_FALSE(forged("\"files\"", "\"fils\"").has_value());
    CHECK_FALSE(read_manifest_json("", generation).has_value());
    CHECK_FALSE(read_manifest_json("[]", generation).has_value());
    for (const char* key : {"months/2026-10/manifests/000001.json", "months/../manifests/x.json", "months/2026-10/data/x", "archive.txt"}) {
        CHECK_FALSE(parse_manifest_key(key).has_value());
    }
    CHECK(parse_manifest_key(generation.key())->key() == generation.key());
    CHECK(is_month_name("2026-01..2026-03"));
    CHECK_FALSE(is_month_name("2026-10+bills-3f9a1c2b"));
}

TEST_CASE("a month that is fetched would be written over another one") {
    const Published month;
    const ScratchFolder archive;
    const auto store = open_folder_store(archive.path(), 0640);
    const ManualClock clock;
    REQUIRE(archive_month(*store, month.month(), clock).has_value());
    const ScratchFolder target;
    std::filesystem::create_directory(target / "2026-10");
    const auto manifest = newest_of(*store, "2026-10");
    CHECK(fetch_month(*store, *manifest, target / "2026-10", 0640).error().code == ErrorCode::bad_input);
    CHECK(std::filesystem::is_empty(target / "2026-10"));
    REQUIRE(fetch_file(*store, *manifest, "bundle.zip", target / "previous.zip").has_value());
    CHECK(target.read("previous.zip") == read_file(month.folder / "bundle.zip").value());
    CHECK(fetch_file(*store, *manifest, "nothing", target / "x").error().code == ErrorCode::not_found);
}

namespace {

ClosingRecord a_closing() {
    ClosingRecord record;
    record.number = 3;
    record.event.period = record.month.period = *Month::make(2026, 10);
    record.event.at = record.month.closed_at = parse_timestamp("2026-11-05T06:07:08.009Z").value();
    record.event.by = record.month.closed_by = "ana \"é\"";
    record.event.ledger_sha256 = record.month.ledger_sha256 = std::string(64, 'a');
    record.month.rows = 12;
    record.month.counted = 11;
    record.month.verdict = "complete";
    record.month.addenda_before = 2;
    return record;
}

constexpr std::chrono::year_month_day last_day = std::chrono::year(2036) / std::chrono::December / 31;

}  // namespace

TEST_CASE("a closing would come back as another one, or be sent again for nothing") {
    Double store;
    store.keeps_locks = true;
    const ClosingRecord closing = a_closing();
    REQUIRE(archive_closing(store, closing, last_day).has_value());
    REQUIRE(archive_closing(store, closing, last_day).has_value());
    CHECK(store.puts == 1);
    ClosingRecord opening;
    opening.number = 4;
    opening.event = closing.event;
    opening.event.closed = false;
    opening.event.reason = "a letter";
    opening.event.ledger_sha256.clear();
    REQUIRE(archive_closing(store, opening, last_day).has_value());
    const auto keys = list_closings(store);
    REQUIRE(keys.has_value());
    REQUIRE(keys->size() == 2);
    CHECK(store.locks.size() == 2);
    CHECK(store.locks.begin()->second == Timestamp(std::chrono::sys_days(std::chrono::year(2037) / std::chrono::January / 1)));
    const auto first = read_closing(store, keys->front());
    REQUIRE(first.has_value());
    CHECK(first->number == 3);
    CHECK(first->event == closing.event);
    CHECK(first->month == closing.month);
    const auto second = read_closing(store, keys->back());
    REQUIRE(second.has_value());
    CHECK(second->event == opening.event);
    CHECK(second->month.ledger_sha256.empty());
}

TEST_CASE("a closing that rotted or was forged would close another month") {
    Double store;
    REQUIRE(archive_closing(store, a_closing(), last_day).has_value());
    const ClosingKey key = list_closings(store)->front();
    std::string& bytes = store.objects[key.key()];
    bytes[20] ^= 1;
    CHECK(read_closing(store, key).error().code == ErrorCode::verification);
    const auto forged = [&](std::string text, std::uint32_t number) {
        const ClosingKey other{number, *Month::make(2026, 10), sha256_hex(text)};
        store.objects[other.key()] = std::move(text);
        return read_closing(store, other);
    };
    CHECK_FALSE(forged("", 3).has_value());
    CHECK_FALSE(forged("[]", 3).has_value());
    CHECK_FALSE(forged(R"({"schema": 2})", 3).has_value());
    CHECK_FALSE(forged(R"({"schema": 1, "number": 4, "period": "2026-10"})", 4).has_value());
    bytes[20] ^= 1;
    CHECK_FALSE(forged(bytes, 5).has_value());  // its name says another number
    store.objects["closings/000001-2026-13-" + std::string(64, 'a') + ".json"] = "x";
    store.objects["closings/readme.txt"] = "x";
    const auto listed = list_closings(store);
    REQUIRE(listed.has_value());
    for (const ClosingKey& one : *listed) {
        CHECK(one.period == *Month::make(2026, 10));
    }
}

TEST_CASE("an archive that keeps no closing would be believed") {
    Double store;
    store.keeps_nothing = true;
    CHECK(archive_closing(store, a_closing(), last_day).error().code == ErrorCode::verification);
    store.keeps_nothing = false;
    store.keeps_other = true;
    CHECK(archive_closing(store, a_closing(), last_day).error().code == ErrorCode::verification);
}

TEST_CASE("a closed month would be archived without the files of the run that it was closed with") {
    const Published month;
    Double store;
    const ManualClock clock;
    MonthToArchive whole = month.month();
    whole.chain_number = 7;
    REQUIRE(archive_month(store, whole, clock).has_value());
    CHECK(newest_of(store, "2026-10")->chain_number == 7);
    CHECK(newest_of(store, "2026-10")->link().bundle_sha256 == sha256_of_file(month.folder / "bundle.zip").value());
    month.write("summary.json", "{\"another\": \"run\"}");
    CHECK(archive_month(store, whole, clock)->was_there);
    whole.exact = true;
    CHECK_FALSE(archive_month(store, whole, clock)->was_there);
    CHECK(archive_month(store, whole, clock)->was_there);
    CHECK(newest_of(store, "2026-10")->generation.number == 2);
}

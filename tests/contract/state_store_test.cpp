// What state/state_store.hpp promises, on every store: a run must not be able to tell which one it has. A further store is a struct with
// `open` here, and its name in KEEPING_STORES. Compiled a second time for PostgreSQL, which postgresql_test.py starts.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "state/null_store.hpp"
#include "state/state_url.hpp"
#include "support/child_process.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"
#include "support/state_samples.hpp"

using namespace moisson;
using namespace moisson::test;

namespace {

using StorePtr = std::unique_ptr<state::StateStore>;

struct SqliteFile {
    ScratchFolder folder{};
    std::string url = (folder / "state.db").string();
    [[nodiscard]] StorePtr open() const { return state::open_state_store(url, "contract"); }
};

struct Memory {
    std::shared_ptr<MemoryStore::Content> content = std::make_shared<MemoryStore::Content>();
    [[nodiscard]] StorePtr open() const { return std::make_unique<MemoryStore>(content); }
};

struct Nothing {
    [[nodiscard]] StorePtr open() const { return std::make_unique<state::NullStore>(); }
};

#ifdef MOISSON_CONTRACT_POSTGRESQL
/// A schema that nobody had before, in the database that MOISSON_CONTRACT_POSTGRESQL names; the caller starts and ends its server.
struct PostgresqlSchema {
    std::string url = next();
    [[nodiscard]] StorePtr open() const { return state::open_state_store(url, "contract"); }
    static std::string next() {
        static int number = 0;
        const char* const database = std::getenv("MOISSON_CONTRACT_POSTGRESQL");
        REQUIRE(database != nullptr);
        return fmt::format("{}?schema=contract_{}_{}", database, ::getpid(), ++number);
    }
};
#define KEEPING_STORES PostgresqlSchema
#define ADDRESSED_STORES PostgresqlSchema
#else
#define KEEPING_STORES SqliteFile, Memory
#define ADDRESSED_STORES SqliteFile  // those that another process can open
#endif

void check_empty(state::StateStore& store) {
    CHECK(store.source().empty());
    CHECK(store.setting("a").empty());
    CHECK(store.load_contracts().empty());
    CHECK(store.load_documents("OCB1").empty());
    CHECK(store.load_all_documents().empty());
    CHECK_FALSE(store.load_reading("", "", "").has_value());
    CHECK(store.load_runs().empty());
    CHECK(store.load_closed_months().empty());
    CHECK(store.load_closing_history().empty());
    CHECK(store.load_closed_rows("OCB1").empty());
    CHECK(store.load_closed_rows(month("2026-10")).empty());
    CHECK(store.load_closed_contracts("OCB1").empty());
    CHECK(store.load_addenda().empty());
    CHECK(store.load_postings("OCB1").empty());
    CHECK(store.load_postings_of("fec").empty());
    CHECK(store.load_booked_months().empty());
    CHECK(store.load_template_bases().empty());
    CHECK(store.load_entry_numbers("fec").empty());
    CHECK(store.load_adoptions().empty());
    CHECK(store.load_adopted_months().empty());
    CHECK(store.load_chain().empty());
    CHECK(store.load_versions("OCB1", "A").empty());
    CHECK(store.load_published_months().empty());
    CHECK(store.load_published_rows("OCB1").empty());
    CHECK(store.pending_publications().empty());
    CHECK_FALSE(store.was_open_to_others());
}

ClosedContract judged(std::string_view period, std::string contract) {
    return {month(period),
            {std::move(contract), "n", "o", "on", "c", "cn", "p", "paris"},
            {"bills", "invoices"},
            {{"creditNotes", "bills", ""}, {"x", "", ""}}};
}

/// What run `run_id` publishes of an open month.
Publication month_of(const std::string& run_id, std::string_view period, std::int64_t minor) {
    Publication one = publication(run_id);
    one.months = {{month(period), run_id, "sha-" + run_id}};
    one.rows = {published_row(period, "OCB1", "A", money(minor))};
    return one;
}

/// Something of every kind.
void fill(state::StateStore& store) {
    store.set_source("here");
    store.set_setting("a", "1");
    store.save_contract(contract_record("OCB1"));
    store.save_documents(std::vector{document_record("OCB1", "A"), document_record("OCB2", "B")});
    store.forget_documents("OCB2", "run-1");
    store.save_run(run_record("run-1"));
    store.save_closing(closed_month("2026-10"), std::vector{closed_row("2026-10", "OCB1", "A", money(5))},
                       std::vector{judged("2026-10", "OCB1")}, std::vector{posting("", "A", 1, "close")});
    store.save_closing(closed_month("2026-09"), {}, {}, {});
    store.save_reopening(reopening("2026-09"));
    store.save_closed_files(month("2026-10"), std::vector<ClosedFile>{{"ledger.csv", 1, "x"}});
    state::Takeover takeover;
    takeover.adoption = {1, {}, "why", "what"};
    takeover.booked_months = {month("2026-08")};
    store.adopt(takeover);
    Publication published = month_of("run-1", "2026-11", 7);
    published.addenda = {addendum(1, "run-1")};
    published.postings = {posting("fec", "A", 1, "run-1")};
    published.bases = {{"fec", month("2026-10"), 1, "run-1"}};
    published.numbers["fec"] = {{"s", "OCB1/A/1", 1}};
    store.begin_publication(published);
    store.end_publication("run-1", true);
    store.begin_publication(publication("run-2"));
}

/// That `work` fails as a store's failures do.
void check_refused(const std::function<void()>& work) {
    try {
        work();
        FAIL_CHECK("it was not refused");
    } catch (const FatalError& failure) {
        CHECK(failure.exit_code() == ExitCode::local);
        CHECK(failure.error().code == ErrorCode::state);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("a new store knows nothing, also when it is opened again", Kind, KEEPING_STORES, Nothing) {
    // Else: a first run believes in what nobody saw.
    const Kind kind;
    check_empty(*kind.open());
    check_empty(*kind.open());
}

TEST_CASE("a store that keeps nothing takes everything and stays new, and nobody locks another out") {
    // Else: a plan on a machine that never exported fails, or tells of what was never exported.
    const Nothing kind;
    const StorePtr store = kind.open();
    fill(*store);
    check_empty(*store);
    check_empty(*kind.open());
}

TEST_CASE_TEMPLATE("everything that is saved comes back, also after closing", Kind, KEEPING_STORES) {
    // Else: the next run fetches files again, or publishes other rows than the first.
    const Kind kind;
    const auto contract = contract_record("OCB0000002");
    const auto other = contract_record("OCB0000001");
    std::vector<state::DocumentRecord> records{document_record("b", "2", 2), document_record("b", "10"), document_record("b", "2", 1),
                                               document_record("a", "1")};
    records[1].amount_kind = 4;
    records[1].present = 0;
    records[1].unframed = false;
    records[1].size_bytes = 0;
    records[2].damaged = true;
    const state::RunRecord run = run_record("run-1");
    {
        const StorePtr store = kind.open();
        store->set_source("first");
        store->set_source("sandbox:small");
        store->save_contract(contract);
        store->save_contract(other);
        store->save_documents(records);
        store->save_documents({});
        store->save_run(run);
        state::RunRecord second = run_record("run-0");
        second.exit_code = 0;
        store->save_run(second);
        second.verdict = "incomplete";
        store->save_run(second);
        store->save_run(run);
    }
    for (int opening = 0; opening < 2; ++opening) {
        const StorePtr store = kind.open();
        CHECK(store->source() == "sandbox:small");
        CHECK(store->load_contracts() == std::vector{other, contract});
        CHECK(store->load_documents("a") == std::vector{records[3]});
        CHECK(store->load_documents("b") == std::vector{records[1], records[2], records[0]});
        CHECK(store->load_documents("c").empty());
        CHECK(store->load_all_documents() == std::vector{records[3], records[1], records[2], records[0]});
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
}

TEST_CASE_TEMPLATE("a record saved again replaces the one with its key, and no other", Kind, KEEPING_STORES) {
    // Else: a fetched file's digest is not remembered, or another version's is overwritten.
    const Kind kind;
    const StorePtr store = kind.open();
    store->save_documents(std::vector{document_record("c", "d", 1), document_record("c", "d", 2)});
    auto changed = document_record("c", "d", 2);
    changed.sha256 = std::string(64, 'f');
    changed.size_bytes = 1;
    store->save_documents(std::vector{changed});
    CHECK(store->load_documents("c") == std::vector{document_record("c", "d", 1), changed});
    // Taken back: what one run was the first to see in one contract.
    auto other = document_record("c", "e", 1);
    other.first_seen_run = "run-9";
    store->save_documents(std::vector{other});
    store->forget_documents("c", "run-9");
    store->forget_documents("d", "run-1");
    CHECK(store->load_documents("c") == std::vector{document_record("c", "d", 1), changed});
    auto contract = contract_record("c");
    store->save_contract(contract);
    contract.mixed_list_trusted = false;
    contract.documents_last = 0;
    contract.compared_month.reset();
    store->save_contract(contract);
    CHECK(store->load_contracts() == std::vector{contract});
    store->set_setting("first", "1");
    store->set_setting("first", "2");
    store->set_source("there");
    CHECK(store->setting("first") == "2");
    CHECK(store->setting("never set").empty());
}

TEST_CASE_TEMPLATE("any bytes survive, and order is that of bytes: NUL, line ends, no UTF-8, quotes, nothing", Kind, KEEPING_STORES) {
    // Else: a hostile file name is cut in the state, and the second run publishes another ledger than the first.
    const Kind kind;
    std::vector<std::string> texts{std::string("a\0b", 3),
                                   std::string("\0", 1),
                                   "",
                                   "'; DROP TABLE document; --",
                                   "\xff\xfe\x80",
                                   "a\r\nb\t",
                                   "a",
                                   "B",
                                   "é😀\u202e",
                                   std::string(1'000'000, 'x'),
                                   "?1 %s {}"};
    const std::string odd("c\0d", 3);
    {
        const StorePtr store = kind.open();
        std::vector<state::DocumentRecord> records;
        for (const std::string& text : texts) {
            auto record = document_record("c", text);
            record.filename = record.amount = record.period = text;
            records.push_back(record);
        }
        store->save_documents(records);
        store->save_documents(std::vector{document_record(odd, "only")});
        store->set_source(texts[0]);
        auto contract = contract_record(odd);
        contract.contract.name = texts[4];
        store->save_contract(contract);
    }
    const StorePtr store = kind.open();
    std::sort(texts.begin(), texts.end());
    const auto loaded = store->load_documents("c");
    REQUIRE(loaded.size() == texts.size());
    for (std::size_t index = 0; index < texts.size(); ++index) {
        CHECK(loaded[index].document_id == texts[index]);
        CHECK(loaded[index].filename == texts[index]);
        CHECK(loaded[index].amount == texts[index]);
    }
    CHECK(store->load_documents(odd).size() == 1);
    CHECK(store->source() == std::string("a\0b", 3));
    CHECK(store->load_contracts().front().contract.id == odd);
    CHECK(store->load_contracts().front().contract.name == "\xff\xfe\x80");
}

TEST_CASE_TEMPLATE("closing, reopening and closing again: the months closed now, their rows, and the whole history", Kind, KEEPING_STORES) {
    // Else: a closed month could be written over, or a reopening leave no trace.
    const Kind kind;
    const std::vector<ClosedRow> rows{closed_row("2026-10", "OCB1", "A", money(1234)), closed_row("2026-10", "OCB1", "B", money(0)),
                                      closed_row("2026-10", "OCB2", "B", std::nullopt)};
    const std::vector<ClosedRow> earlier{closed_row("2026-09", "OCB1", "Z", money(-1))};
    {
        const StorePtr store = kind.open();
        store->save_closing(closed_month("2026-10"), std::vector{rows[2], rows[1], rows[0]}, std::vector{judged("2026-10", "OCB1")},
                            std::vector{posting("", "A", 1, "close")});
        store->save_closing(closed_month("2026-09"), earlier, {}, {});
    }
    const StorePtr store = kind.open();
    CHECK(store->load_closed_months() == std::vector{closed_month("2026-09"), closed_month("2026-10")});
    CHECK(store->load_closed_rows("OCB1") == std::vector{earlier[0], rows[0], rows[1]});
    CHECK(store->load_closed_rows(month("2026-10")) == rows);
    CHECK(store->load_closed_contracts("OCB1") == std::vector{judged("2026-10", "OCB1")});
    CHECK(store->load_closed_contracts("OCB2").empty());

    store->save_reopening(reopening("2026-10"));
    CHECK(store->load_closed_months() == std::vector{closed_month("2026-09")});
    CHECK(store->load_closed_rows(month("2026-10")).empty());
    CHECK(store->load_closed_rows("OCB1") == earlier);
    CHECK(store->load_closed_contracts("OCB1").empty());

    store->save_closing(closed_month("2026-10", 2), std::span(rows).first(1), {}, {});
    CHECK(store->load_closed_months()[1] == closed_month("2026-10", 2));
    const std::vector<ClosedFile> files{{"a.csv", 1, "x"}, {"summary.json", 2, "y"}};
    store->save_closed_files(month("2026-10"), files);
    CHECK(store->load_closed_months()[1].files == files);
    CHECK(store->load_closed_months()[0].files == closed_month("2026-09").files);
    const auto history = store->load_closing_history();
    REQUIRE(history.size() == 4);
    CHECK(history[0].closed);
    CHECK(history[0].period == month("2026-10"));
    CHECK(history[0].ledger_sha256 == closed_month("2026-10").ledger_sha256);
    CHECK(history[1].period == month("2026-09"));
    CHECK(history[2] == reopening("2026-10"));
    CHECK(history[3].revision == 2);
    CHECK(without_numbers(store->load_postings_of("")) == std::vector{posting("", "A", 1, "close")});
}

TEST_CASE_TEMPLATE("what a publish adds stands until it is taken back, and then no trace of it stays", Kind, KEEPING_STORES) {
    // Else: a run killed while publishing books a difference that no file holds, or loses one that a file holds.
    const Kind kind;
    Publication first = publication("run-2");
    first.addenda = {addendum(1, "run-2")};
    first.postings = {posting("fec", "A", 1, "run-2"), posting("fec", "A", 2, "run-2"), posting("hledger", "A", 1, "run-2")};
    first.bases = {{"fec", month("2026-09"), 12, "run-2"}};
    kind.open()->begin_publication(first);
    const StorePtr store = kind.open();
    REQUIRE(store->pending_publications().size() == 1);
    CHECK(store->pending_publications()[0].run_id == "run-2");
    CHECK(store->pending_publications()[0].folder == first.folder);
    CHECK(store->load_addenda() == first.addenda);
    CHECK(without_numbers(store->load_postings("OCB1")) == first.postings);
    CHECK(store->load_template_bases() == first.bases);

    SUBCASE("published") {
        store->end_publication("run-2", true);
        CHECK(store->load_addenda() == first.addenda);
        CHECK(store->load_postings_of("fec").size() == 2);
    }
    SUBCASE("not published") {
        Publication second = publication("run-3");
        second.addenda = {addendum(2, "run-3")};
        second.postings = {posting("fec", "A", 3, "run-3")};
        store->begin_publication(second);
        CHECK(store->load_addenda().size() == 2);
        store->end_publication("run-2", true);
        store->end_publication("run-3", false);
        CHECK(store->load_addenda() == std::vector{addendum(1, "run-2")});
        CHECK(without_numbers(store->load_postings_of("fec")) ==
              std::vector{posting("fec", "A", 1, "run-2"), posting("fec", "A", 2, "run-2")});
        CHECK(store->load_template_bases().size() == 1);
    }
    CHECK(store->pending_publications().empty());
}

TEST_CASE_TEMPLATE("postings are numbered as they come, and each booking month knows its last", Kind, KEEPING_STORES) {
    // Else: a template that is first used later starts from other books than were closed.
    const Kind kind;
    {
        const StorePtr store = kind.open();
        Publication first = publication("run-1");
        first.postings = {posting("hledger", "B", 1, "run-1"), posting("fec", "B", 1, "run-1"), posting("fec", "A", 1, "run-1")};
        store->begin_publication(first);
        store->end_publication("run-1", true);
        Publication second = publication("run-2");
        second.postings = {posting("fec", "C", 1, "run-2")};
        second.postings[0].booking_period = month("2026-12");
        store->begin_publication(second);
        store->end_publication("run-2", true);
    }
    const StorePtr store = kind.open();
    const auto postings = store->load_postings_of("fec");
    REQUIRE(postings.size() == 3);
    CHECK(postings[0].document_id == "A");
    CHECK(postings[1].number < postings[0].number);
    CHECK(postings[0].number < postings[2].number);
    CHECK(store->load_booked_months() ==
          std::vector<TemplateBase>{{"fec", month("2026-11"), postings[0].number, ""},
                                    {"fec", month("2026-12"), postings[2].number, ""},
                                    {"hledger", month("2026-11"), store->load_postings_of("hledger")[0].number, ""}});
    const auto all = store->load_postings("OCB1");
    REQUIRE(all.size() == 4);
    CHECK(all[1].template_name == "fec");
    CHECK(all[2].template_name == "hledger");
}

TEST_CASE_TEMPLATE("the numbers of entries are kept by template and series, and go with a publication that is taken back", Kind,
                   KEEPING_STORES) {
    // Else: a number stands twice in the books, or a run killed while publishing leaves a gap.
    const Kind kind;
    const std::vector<EntryNumber> first{{"number/ACH/2026-01-01", "OCB1/A/1", 1}, {"number/ACH/2026-01-01", "OCB1/B/1", 2}};
    const std::vector<EntryNumber> second{{"number/ACH/2026-01-01", "OCB1/C/1", 3}};
    const auto publish = [&](const std::string& run_id, const std::string& name, const std::vector<EntryNumber>& numbers, bool shows) {
        const StorePtr store = kind.open();
        Publication one = publication(run_id);
        one.numbers[name] = numbers;
        CHECK_FALSE(one.empty());
        store->begin_publication(one);
        store->end_publication(run_id, shows);
    };
    publish("run-1", "fec", {first[1], first[0]}, true);
    publish("run-2", "other", first, true);
    publish("run-3", "fec", second, false);
    CHECK(kind.open()->load_entry_numbers("fec") == first);
    CHECK(kind.open()->load_entry_numbers("other") == first);
    publish("run-4", "fec", second, true);
    CHECK(kind.open()->load_entry_numbers("fec").size() == 3);
    check_refused([&] { publish("run-5", "fec", {{"number/ACH/2026-01-01", "OCB1/D/1", 3}}, true); });
    check_refused([&] { publish("run-6", "fec", {{"number/ACH/2026-01-01", "OCB1/A/1", 4}}, true); });
    CHECK(kind.open()->load_entry_numbers("fec").size() == 3);
}

TEST_CASE_TEMPLATE("a month that is published again has both ledgers while that is pending, and one of them afterwards", Kind,
                   KEEPING_STORES) {
    // Else: a run killed while publishing leaves a month that is "outdated" for ever, or one that is never owed again.
    const Kind kind;
    {
        const StorePtr store = kind.open();
        store->begin_publication(month_of("run-1", "2026-10", 100));
        store->end_publication("run-1", true);
        Publication other = month_of("run-2", "2026-09", 5);
        other.rows.push_back(published_row("2026-09", "OCB2", "B", std::nullopt));
        store->begin_publication(other);
        store->end_publication("run-2", true);
        store->begin_publication(month_of("run-3", "2026-10", 200));
    }
    const StorePtr store = kind.open();
    const std::vector<PublishedMonth> expected{
        {month("2026-09"), "run-2", "sha-run-2"}, {month("2026-10"), "run-1", "sha-run-1"}, {month("2026-10"), "run-3", "sha-run-3"}};
    CHECK(store->load_published_months() == expected);
    CHECK(store->load_published_rows("OCB1").size() == 3);
    CHECK(store->load_published_rows("OCB2") == std::vector{published_row("2026-09", "OCB2", "B", std::nullopt)});
    SUBCASE("published") {
        store->end_publication("run-3", true);
        CHECK(store->load_published_months() == std::vector{expected[0], expected[2]});
        CHECK(store->load_published_rows("OCB1") ==
              std::vector{published_row("2026-09", "OCB1", "A", money(5)), published_row("2026-10", "OCB1", "A", money(200))});
    }
    SUBCASE("not published") {
        store->end_publication("run-3", false);
        CHECK(store->load_published_months() == std::vector{expected[0], expected[1]});
        CHECK(store->load_published_rows("OCB1") ==
              std::vector{published_row("2026-09", "OCB1", "A", money(5)), published_row("2026-10", "OCB1", "A", money(100))});
    }
}

TEST_CASE_TEMPLATE("a month that is opened again is what its addenda booked, until it is published again", Kind, KEEPING_STORES) {
    // Else: its ledger is the one that stands there, nothing is owed, and what an addendum took away stays away for ever.
    const Kind kind;
    {
        const StorePtr store = kind.open();
        Publication one = month_of("run-1", "2026-10", 100);
        one.rows.push_back(published_row("2026-10", "OCB1", "second", money(3)));
        store->begin_publication(one);
        store->end_publication("run-1", true);
        store->save_closing(closed_month("2026-10"), std::vector{closed_row("2026-10", "OCB1", "A", money(100))}, {}, {});
        Publication later = month_of("run-2", "2026-11", 5);
        later.addenda = {addendum(closed_month("2026-10").addenda_before + 1, "run-2")};
        store->begin_publication(later);
        store->end_publication("run-2", true);
        store->save_reopening(reopening("2026-10"));
    }
    const StorePtr store = kind.open();
    const std::vector<PublishedMonth> months = store->load_published_months();
    REQUIRE(months.size() == 2);
    CHECK(months[0] == PublishedMonth{month("2026-10"), "run-1", ""});
    CHECK(months[1].ledger_sha256 == "sha-run-2");
    const std::vector<ClosedRow> rows = store->load_published_rows("OCB1");
    const auto find = [&](std::string_view document) {
        return std::find_if(rows.begin(), rows.end(), [&](const ClosedRow& row) { return row.document_id == document; });
    };
    REQUIRE(rows.size() == 4);
    CHECK(*find("A") == published_row("2026-10", "OCB1", "A", money(100)));
    REQUIRE(find("second") != rows.end());
    CHECK(find("second")->version == booked_by_addendum);
    CHECK_FALSE(find("second")->counted);
    store->begin_publication(month_of("run-3", "2026-10", 100));
    store->end_publication("run-3", true);
    CHECK(store->load_published_months()[0].ledger_sha256 == "sha-run-3");
    CHECK(store->load_published_rows("OCB1").size() == 2);
}

TEST_CASE_TEMPLATE("a folder that is taken over is saved whole: runs, closings, addenda, and why", Kind, KEEPING_STORES) {
    // Else: what another state closed is open again here, or nobody can tell why it is not.
    const Kind kind;
    state::Takeover takeover;
    takeover.adoption = {3, Timestamp(std::chrono::milliseconds(1'795'000'000'123)), "the disk died", "2026-10 was published by run x"};
    takeover.runs = {run_record("run-x")};
    takeover.reopenings = {reopening("2026-09")};
    takeover.closings = {{closed_month("2026-10"), {closed_row("2026-10", "OCB1", "a", money(500))}, {}, {posting("", "a", 1, "adopted")}}};
    takeover.addenda = {addendum(1, "run-x")};
    takeover.postings = {posting("", "b", 1, "adopted")};
    takeover.booked_months = {month("2026-11"), month("2026-10")};
    {
        const StorePtr store = kind.open();
        store->save_closing(closed_month("2026-09"), {}, {}, {});
        store->adopt(takeover);
    }
    const StorePtr store = kind.open();
    CHECK(store->load_adoptions() == std::vector{takeover.adoption});
    CHECK(store->load_adopted_months() == std::vector{month("2026-10"), month("2026-11")});
    CHECK(store->load_runs().at(0).run_id == "run-x");
    CHECK(store->load_closed_months() == std::vector{takeover.closings[0].month});
    CHECK(store->load_closed_rows("OCB1") == takeover.closings[0].rows);
    CHECK(store->load_closing_history().size() == 3);
    CHECK(store->load_addenda() == takeover.addenda);
    CHECK(store->load_postings_of("").size() == 2);
}

TEST_CASE_TEMPLATE("a reading is found by content, question and reader, and another reader's takes its place", Kind, KEEPING_STORES) {
    // Else: every run reads every document again, or a month keeps what an older reader misread.
    const Kind kind;
    {
        const StorePtr store = kind.open();
        store->save_readings(std::vector<state::KeptReading>{{"aa", "1.00 EUR", "1", std::string("a\0b", 3)}, {"aa", "", "1", "none"}});
        store->save_readings({});
        CHECK(store->load_reading("aa", "1.00 EUR", "1") == std::string("a\0b", 3));
    }
    const StorePtr store = kind.open();
    CHECK(store->load_reading("aa", "1.00 EUR", "1") == std::string("a\0b", 3));
    CHECK(store->load_reading("aa", "", "1") == "none");
    CHECK_FALSE(store->load_reading("aa", "1.00 EUR", "2").has_value());
    CHECK_FALSE(store->load_reading("aa", "2.00 EUR", "1").has_value());
    CHECK_FALSE(store->load_reading("bb", "", "1").has_value());
    store->save_readings(std::vector<state::KeptReading>{{"aa", "1.00 EUR", "2", "better"}});
    CHECK(store->load_reading("aa", "1.00 EUR", "2") == "better");
    CHECK_FALSE(store->load_reading("aa", "1.00 EUR", "1").has_value());
}

TEST_CASE_TEMPLATE("a link of the chain stands while its publication is pending, and goes with it", Kind, KEEPING_STORES) {
    // Else: a run killed while publishing leaves a chain with a folder that was never there.
    const Kind kind;
    const ChainLink first{1, "2026-10", std::string(64, 'a'), std::string(64, 'b')};
    const ChainLink second{2, "2026-11", std::string(64, 'c'), std::string(64, 'd')};
    {
        const StorePtr store = kind.open();
        Publication one = publication("run-1");
        one.link = first;
        store->begin_publication(one);
        store->end_publication("run-1", true);
        one = publication("run-2");
        one.link = second;
        store->begin_publication(one);
    }
    const StorePtr store = kind.open();
    CHECK(store->load_chain() == std::vector{first, second});
    store->end_publication("run-2", false);
    CHECK(store->load_chain() == std::vector{first});
    Publication twice = publication("run-3");
    twice.link = first;
    check_refused([&] { store->begin_publication(twice); });
    CHECK(store->pending_publications().empty());
}

TEST_CASE_TEMPLATE("books that are restored take the place of those that were there, and documents come on top", Kind, KEEPING_STORES) {
    // Else: a state that was behind keeps postings that its archive knows otherwise.
    const Kind kind;
    state::Books books;
    books.chain = {{1, "2026-10", std::string(64, 'a'), std::string(64, 'b')}};
    ClosingEvent closing;
    closing.period = month("2026-10");
    closing.at = closed_month("2026-10").closed_at;
    closing.by = "ana";
    closing.reason = "the contract ended";
    closing.ledger_sha256 = std::string(64, 'c');
    books.history = {closing, reopening("2026-10"), closing};
    books.history[2].revision = 2;
    books.months = {closed_month("2026-10", 2)};
    books.rows = {closed_row("2026-10", "OCB1", "a", money(500))};
    books.judged = {judged("2026-10", "OCB1")};
    books.adoptions = {{2, {}, "why", "what"}};
    books.adopted_months = {month("2026-08")};
    books.addenda = {addendum(1, "archive")};
    books.postings = {posting("fec", "b", 2, "archive"), posting("", "a", 1, "archive")};
    books.bases = {{"fec", month("2026-10"), 1, "archive"}};
    books.numbers["fec"] = {{"number/ACH/2026-01-01", "OCB1/b/2", 4}};
    books.published = {{month("2026-11"), "run-9", "sha"}};
    books.published_rows = {published_row("2026-11", "OCB1", "d", money(7))};
    books.contracts = {contract_record("OCB1")};
    books.documents = {document_record("OCB1", "A", 2)};
    {
        const StorePtr store = kind.open();
        fill(*store);
        store->restore(books, std::vector{run_record("run-9")}, "archive");
    }
    const StorePtr store = kind.open();
    CHECK(store->source() == "here");
    CHECK(store->load_chain() == books.chain);
    CHECK(store->load_closing_history() == books.history);
    CHECK(store->load_closed_months() == books.months);
    CHECK(store->load_closed_rows("OCB1") == books.rows);
    CHECK(store->load_closed_contracts("OCB1") == books.judged);
    CHECK(store->load_adoptions() == books.adoptions);
    CHECK(store->load_adopted_months() == books.adopted_months);
    CHECK(store->load_addenda() == books.addenda);
    CHECK(without_numbers(store->load_postings("OCB1")) == std::vector{books.postings[1], books.postings[0]});
    CHECK(store->load_postings_of("fec").at(0).number < store->load_postings_of("").at(0).number);
    CHECK(store->load_template_bases() == books.bases);
    CHECK(store->load_entry_numbers("fec") == books.numbers["fec"]);
    CHECK(store->load_published_months() == books.published);
    CHECK(store->load_published_rows("OCB1") == books.published_rows);
    CHECK(store->pending_publications().empty());
    CHECK(store->load_versions("OCB1", "A") == std::vector{document_record("OCB1", "A"), document_record("OCB1", "A", 2)});
    CHECK(store->load_runs().size() == 2);
}

TEST_CASE_TEMPLATE("many rows at once, and rows of one key in one save: the last counts", Kind, KEEPING_STORES) {
    // Else: a first backfill loses documents, or keeps what the service said before it said better.
    const Kind kind;
    constexpr std::size_t count = 3000;
    std::vector<state::DocumentRecord> records;
    for (std::size_t index = 0; index < count; ++index) {
        records.push_back(document_record("c", fmt::format("{:05}", index)));
    }
    const std::string long_name(5000, 'n');
    for (const char* end : {"a", "b"}) {
        records.push_back(document_record(long_name + end, long_name + end));
    }
    {
        const StorePtr store = kind.open();
        store->save_documents(records);
        std::vector<state::DocumentRecord> again(records.begin(), records.begin() + 900);
        for (state::DocumentRecord& record : again) {
            record.filename = "earlier";
        }
        again.push_back(again[7]);
        again.back().filename = "later";
        store->save_documents(again);
        store->save_documents(std::vector{again[3], records[3], again[4], records[4]});
        for (std::size_t index = 0; index < 900; ++index) {
            records[index].filename = index == 3 || index == 4 ? records[index].filename : index == 7 ? "later" : "earlier";
        }
        CHECK(store->load_documents("c").size() == count);
    }
    const StorePtr store = kind.open();
    CHECK(store->load_all_documents() == records);
    CHECK(store->load_documents(long_name + "b") == std::vector{records.back()});
    CHECK(store->load_versions(long_name + "a", long_name + "a").size() == 1);
    CHECK(store->load_versions(long_name + "a", long_name + "b").empty());
}

TEST_CASE_TEMPLATE("a save that cannot be whole leaves nothing of itself", Kind, KEEPING_STORES) {
    // Else: two files of a template hold the same import key for different amounts, or half a closing stands.
    const Kind kind;
    const StorePtr store = kind.open();
    store->save_closing(closed_month("2026-10"), std::vector{closed_row("2026-10", "OCB1", "A", money(5))}, {}, {});

    Publication twice = publication("run-2");
    twice.addenda = {addendum(1, "run-2")};
    twice.postings = {posting("fec", "A", 1, "run-2"), posting("fec", "A", 1, "run-2")};
    check_refused([&] { store->begin_publication(twice); });
    twice.postings.clear();
    twice.addenda.push_back(addendum(1, "run-2"));
    check_refused([&] { store->begin_publication(twice); });
    twice.addenda.clear();
    twice.bases = {{"fec", month("2026-10"), 1, "run-2"}, {"fec", month("2026-10"), 2, "run-2"}};
    check_refused([&] { store->begin_publication(twice); });
    CHECK(store->pending_publications().empty());
    CHECK(store->load_postings("OCB1").empty());
    CHECK(store->load_addenda().empty());
    CHECK(store->load_template_bases().empty());

    store->begin_publication(publication("run-2"));
    check_refused([&] { store->begin_publication(publication("run-2")); });
    CHECK(store->pending_publications().size() == 1);

    const auto row = closed_row("2026-10", "OCB1", "B", money(6));
    check_refused([&] { store->save_closing(closed_month("2026-10", 2), std::vector{row, row}, {}, {}); });
    CHECK(store->load_closed_months() == std::vector{closed_month("2026-10")});
    CHECK(store->load_closed_rows("OCB1") == std::vector{closed_row("2026-10", "OCB1", "A", money(5))});

    state::Takeover takeover;
    takeover.adoption = {1, {}, "why", "what"};
    store->adopt(takeover);
    takeover.reopenings = {reopening("2026-10")};
    check_refused([&] { store->adopt(takeover); });
    CHECK(store->load_adoptions().size() == 1);
    CHECK(store->load_closed_months().size() == 1);
    store->set_setting("after", "it works");
    CHECK(store->setting("after") == "it works");
}

TEST_CASE_TEMPLATE("one opener at a time: the second is told, and the first goes on", Kind, KEEPING_STORES) {
    // Else: two runs write one ledger.
    const Kind kind;
    StorePtr store = kind.open();
    try {
        const StorePtr second = kind.open();
        FAIL_CHECK("two have it open");
    } catch (const FatalError& failure) {
        CHECK(failure.exit_code() == ExitCode::locked);
        CHECK(failure.error().code == ErrorCode::locked);
    }
    store->set_source("still works");
    store.reset();
    CHECK(kind.open()->source() == "still works");
}

TEST_CASE_TEMPLATE("everything of every kind is there after the process that saved it was killed", Kind, ADDRESSED_STORES) {
    // Else: a power cut costs a closed month, or a dead run locks the state for ever.
    const Kind kind;
    ChildProcess child("child: fills the store and stays", kind.url);
    REQUIRE(child.wait_for(1));
    CHECK_THROWS_AS(static_cast<void>(kind.open()), const FatalError&);
    child.send(SIGKILL);
    CHECK(child.wait() == -SIGKILL);
    const StorePtr store = kind.open();
    CHECK(store->source() == "here");
    CHECK(store->setting("a") == "1");
    CHECK(store->load_contracts() == std::vector{contract_record("OCB1")});
    CHECK(store->load_all_documents() == std::vector{document_record("OCB1", "A")});
    CHECK(store->load_runs().size() == 1);
    REQUIRE(store->load_closed_months().size() == 1);
    CHECK(store->load_closed_months()[0].files == std::vector<ClosedFile>{{"ledger.csv", 1, "x"}});
    CHECK(store->load_closing_history().size() == 3);
    CHECK(store->load_closed_rows("OCB1").size() == 1);
    CHECK(store->load_closed_contracts("OCB1") == std::vector{judged("2026-10", "OCB1")});
    CHECK(store->load_adoptions().size() == 1);
    CHECK(store->load_adopted_months() == std::vector{month("2026-08")});
    CHECK(store->load_addenda() == std::vector{addendum(1, "run-1")});
    CHECK(store->load_postings("OCB1").size() == 2);
    CHECK(store->load_template_bases().size() == 1);
    CHECK(store->load_entry_numbers("fec").size() == 1);
    CHECK(store->load_published_months().size() == 1);
    CHECK(store->load_published_rows("OCB1") == std::vector{published_row("2026-11", "OCB1", "A", money(7))});
    REQUIRE(store->pending_publications().size() == 1);
    CHECK(store->pending_publications()[0].run_id == "run-2");
}

TEST_CASE("child: fills the store and stays" * doctest::skip()) {
    const StorePtr store = state::open_state_store(ChildProcess::argument(), "contract");
    fill(*store);
    ChildProcess::tell_parent();
    for (;;) {
        static_cast<void>(std::raise(SIGSTOP));
    }
}

TEST_CASE_TEMPLATE("a process killed in the middle of saving leaves whole batches", Kind, ADDRESSED_STORES) {
    // Else: after a power cut the next run believes in half a contract.
    for (const std::size_t batches : {1U, 2U, 7U, 20U}) {
        CAPTURE(batches);
        const Kind kind;
        ChildProcess child("child: saves batches without end", kind.url);
        REQUIRE(child.wait_for(batches));
        child.send(SIGKILL);
        CHECK(child.wait() == -SIGKILL);
        CHECK(state::check_state_store(kind.url).has_value());
        const StorePtr store = kind.open();
        const auto records = store->load_all_documents();
        CHECK(records.size() >= batches * batch_size);
        REQUIRE(records.size() % batch_size == 0);
        for (std::size_t batch = 0; batch < records.size() / batch_size; ++batch) {
            CHECK(store->load_documents(fmt::format("C{:06}", batch)) == make_batch(batch));
        }
    }
}

TEST_CASE("child: saves batches without end" * doctest::skip()) {
    const StorePtr store = state::open_state_store(ChildProcess::argument(), "contract");
    std::size_t batch = 0;
    do {
        store->save_documents(make_batch(batch));
        ++batch;
    } while (ChildProcess::tell_parent());
}

TEST_CASE_TEMPLATE("what asks about a store by its address makes nothing, and tells the same as opening it", Kind, ADDRESSED_STORES) {
    // Else: doctor changes what it looks at, or says ok where the export then fails.
    const Kind kind;
    CHECK_FALSE(state::has_state_store(kind.url));
    CHECK(state::check_state_store(kind.url).has_value());
    CHECK(state::peek_setting(kind.url, "a").empty());
    CHECK_FALSE(state::has_state_store(kind.url));
    {
        const StorePtr store = kind.open();
        store->set_setting("a", "2026-11-22");
        CHECK(state::check_state_store(kind.url).error().code == ErrorCode::locked);
        static_cast<void>(state::peek_setting(kind.url, "a"));  // a run may hold it for itself; it goes on
        store->set_setting("b", "2026-11-23");
    }
    CHECK(state::has_state_store(kind.url));
    CHECK(state::check_state_store(kind.url).has_value());
    CHECK(state::peek_setting(kind.url, "a") == "2026-11-22");
    CHECK(state::peek_setting(kind.url, "never set").empty());
}

// Closed months, addenda and postings in the state store, and the migration of an older state.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "state/schema.hpp"
#include "state/state_store.hpp"

using namespace moisson;

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "moisson-books-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code problem;
        fs::remove_all(path_, problem);
    }
    [[nodiscard]] fs::path file() const { return path_ / "state.db"; }

private:
    fs::path path_;
};

std::unique_ptr<state::StateStore> open_store(const Folder& folder) {
    return state::open_state_store(folder.file().string(), "moisson close");
}

Month month(std::string_view text) { return Month::parse(text).value(); }
Money money(std::int64_t minor, std::string_view code = "EUR") { return {minor, find_currency(code).value()}; }

ClosedMonth closed_month(std::string_view period, std::uint32_t revision = 1) {
    ClosedMonth closed;
    closed.period = month(period);
    closed.revision = revision;
    closed.closed_at = Timestamp(std::chrono::milliseconds(1'795'000'000'123));
    closed.closed_by = "ana";
    closed.ledger_sha256 = std::string(64, 'c');
    closed.rows = 3;
    closed.counted = 2;
    closed.verdict = "incomplete";
    closed.reason = "the contract ended";
    closed.totals = {{money(-5, "CHF"), 1}, {money(1234), 2}};
    closed.files = {{"erp/fec.txt", 17, std::string(64, '1')}, {"ledger.csv", 99, std::string(64, 'c')}};
    closed.addenda_before = revision - 1;
    return closed;
}

ClosedRow closed_row(std::string_view period, std::string contract, std::string document, std::optional<Money> amount) {
    ClosedRow row;
    row.period = month(period);
    row.contract_id = std::move(contract);
    row.document_id = std::move(document);
    row.version = 2;
    row.document_type = "invoices";
    row.counted = amount.has_value();
    row.amount = amount;
    row.sha256 = std::string(64, 'd');
    row.row_sha256 = std::string(64, 'e');
    return row;
}

HandedPosting posting(std::string name, std::string document, std::uint32_t sequence, std::string run) {
    HandedPosting one;
    one.template_name = std::move(name);
    one.contract_id = "OCB1";
    one.document_id = std::move(document);
    one.sequence = sequence;
    one.version = 3;
    one.kind = PostingKind::correction;
    one.amount = money(-70, "JPY");
    one.period = month("2026-09");
    one.booking_period = month("2026-11");
    one.run_id = std::move(run);
    if (sequence > 1) {
        one.terms =
            std::make_shared<PostingTerms>(PostingTerms{"amount_is=gross\nmap.account=626100\nmap.vat_rate=20\n", "rounding=down\n"});
        one.parts = {-70, -58, -12, -700, -583, -117};
    }
    return one;
}

Addendum addendum(std::uint32_t number, std::string run) {
    Addendum one;
    one.period = month("2026-10");
    one.number = number;
    one.booking_period = month("2026-11");
    one.run_id = std::move(run);
    one.reporting = number == 2;
    AddendumRow row;
    row.contract_id = "OCB1";
    row.document_id = std::string("a\0b\nc", 5);
    row.version = 2;
    row.change = Change::counting;
    row.document_type = "bills";
    row.counted = false;
    row.amount = money(700);
    row.counted_before = money(500);
    row.sha256 = std::string(64, 'f');
    row.size_bytes = 99;
    row.media_type = "application/pdf";
    row.path = "data/addenda/x.pdf";
    row.csv = "2026-10,OCB1,…\n";
    one.rows = {row, row};
    one.rows[1].document_id = "second";
    one.rows[1].amount.reset();
    one.rows[1].counted_before.reset();
    return one;
}

std::vector<HandedPosting> without_numbers(std::vector<HandedPosting> postings) {
    for (HandedPosting& one : postings) {
        one.number = 0;
    }
    return postings;
}

/// A state file as version 1 made it, with one setting and one contract; `more` follows.
void make_version_1(const fs::path& path, const std::string& more = {}) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    const std::string sql = fmt::format(
        "PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id={}; PRAGMA user_version=1; {} INSERT INTO setting VALUES('source','x');"
        "INSERT INTO contract VALUES('OCB1','n','o','o','c','c','p','d',1,1,7,'run-1'); {} COMMIT; PRAGMA wal_checkpoint(TRUNCATE)",
        state::application_id, state::schema_sql, more);
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(handle) == SQLITE_OK);
}

int version_of(const fs::path& path) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const int version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return version;
}

}  // namespace

TEST_CASE("a state of version 1 is brought up to date with all that it holds") {
    // Else: an update of the program costs a user every download, or the history of the state.
    const Folder folder;
    make_version_1(folder.file());
    CHECK(state::check_state_store(folder.file().string()).has_value());
    CHECK(version_of(folder.file()) == 1);
    {
        const auto store = open_store(folder);
        CHECK(store->source() == "x");
        REQUIRE(store->load_contracts().size() == 1);
        CHECK(store->load_contracts()[0].documents_last == 7);
        CHECK_FALSE(store->load_contracts()[0].compared_month.has_value());
        CHECK(store->load_closed_months().empty());
        store->save_closing(closed_month("2026-10"), {}, {}, {});
    }
    CHECK(version_of(folder.file()) == static_cast<int>(state::schema_version));
    CHECK(open_store(folder)->load_closed_months().size() == 1);
}

TEST_CASE("a state of version 2 is brought up to date: what it booked is there, and does not say by which settings") {
    // Else: an update of the program books all months again, or invents how they were split.
    const Folder folder;
    const std::string posting =
        "INSERT INTO posting VALUES(7,'fec','OCB1','A',1,1,0,12000,'EUR','2026-10','2026-10','run-1'); PRAGMA user_version=2;";
    make_version_1(folder.file(), state::schema_2_sql + posting);
    CHECK(state::check_state_store(folder.file().string()).has_value());
    CHECK(version_of(folder.file()) == 2);
    {
        const auto store = open_store(folder);
        const auto before = store->load_postings_of("fec");
        REQUIRE(before.size() == 1);
        CHECK(before[0].number == 7);
        CHECK(before[0].amount == money(12000));
        CHECK(before[0].terms == nullptr);
        CHECK(before[0].parts == PostingParts{});
        Publication publication;
        publication.run_id = "run-2";
        publication.folder = "/out/2026-10";
        publication.postings = {::posting("fec", "A", 2, "run-2"), ::posting("fec", "B", 2, "run-2")};
        store->begin_publication(publication);
        store->end_publication("run-2", true);
    }
    CHECK(version_of(folder.file()) == static_cast<int>(state::schema_version));
    const auto store = open_store(folder);
    const auto kept = store->load_postings("OCB1");
    REQUIRE(kept.size() == 3);
    CHECK(without_numbers({kept[1], kept[2]}) ==
          std::vector<HandedPosting>{::posting("fec", "A", 2, "run-2"), ::posting("fec", "B", 2, "run-2")});
    CHECK(kept[1].terms == kept[2].terms);  // kept once
}

TEST_CASE("a state of version 2 keeps its closed months, of which nothing is kept that judged them") {
    // Else: an update of the program opens what an accountant closed.
    const Folder folder;
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &handle) == SQLITE_OK);
    const std::string sql = fmt::format(
        "PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id={}; PRAGMA user_version=2; {} {} INSERT INTO setting VALUES('source','x');"
        "INSERT INTO closing(period,closed,revision,happened_at,done_by,reason,ledger_sha256,row_count,counted_count,verdict,"
        "addenda_before) "
        "VALUES('2026-10',1,1,1000,'ana','','abc',1,1,'complete',0);"
        "INSERT INTO closed_row VALUES('OCB1','2026-10','A',1,'invoices',1,1250,'EUR','','def'); COMMIT; PRAGMA wal_checkpoint(TRUNCATE)",
        state::application_id, state::schema_sql, state::schema_2_sql);
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(handle) == SQLITE_OK);
    {
        const auto store = open_store(folder);
        REQUIRE(store->load_closed_months().size() == 1);
        CHECK(store->load_closed_rows("OCB1").size() == 1);
        CHECK(store->load_closed_contracts("OCB1").empty());
    }
    CHECK(version_of(folder.file()) == 3);
}

TEST_CASE("a state of version 2 keeps its postings, and numbers of entries can be kept from then on") {
    // Else: an update of the program loses what the accounts have booked.
    const Folder folder;
    make_version_1(folder.file(), std::string(state::schema_2_sql) +
                                      "PRAGMA user_version=2; INSERT INTO posting(template,contract_id,document_id,sequence,version,kind,"
                                      "amount_minor,currency,period,booking_period,run_id) "
                                      "VALUES('fec','OCB1','A',1,1,0,1200,'EUR','2026-10','2026-10','run-1');");
    CHECK(version_of(folder.file()) == 2);
    {
        const auto store = open_store(folder);
        CHECK(store->load_postings_of("fec").size() == 1);
        CHECK(store->load_entry_numbers("fec").empty());
    }
    CHECK(version_of(folder.file()) == static_cast<int>(state::schema_version));
    CHECK(open_store(folder)->load_postings_of("fec").size() == 1);
}

TEST_CASE("the numbers of entries are kept by template and series, and go with a publication that is taken back") {
    // Else: a number stands twice in the books, or a run killed while publishing leaves a gap.
    const Folder folder;
    const std::vector<EntryNumber> first{{"number/ACH/2026-01-01", "OCB1/A/1", 1}, {"number/ACH/2026-01-01", "OCB1/B/1", 2}};
    const std::vector<EntryNumber> second{{"number/ACH/2026-01-01", "OCB1/C/1", 3}};
    const auto publish = [&](const std::string& run_id, const std::string& name, const std::vector<EntryNumber>& numbers, bool shows) {
        const auto store = open_store(folder);
        Publication publication;
        publication.run_id = run_id;
        publication.folder = "2026-10";
        publication.numbers[name] = numbers;
        CHECK_FALSE(publication.empty());
        store->begin_publication(publication);
        store->end_publication(run_id, shows);
    };
    publish("run-1", "fec", first, true);
    publish("run-2", "other", first, true);
    publish("run-3", "fec", second, false);
    CHECK(open_store(folder)->load_entry_numbers("fec") == first);
    CHECK(open_store(folder)->load_entry_numbers("other") == first);
    publish("run-4", "fec", second, true);
    CHECK(open_store(folder)->load_entry_numbers("fec").size() == 3);
    CHECK_THROWS_AS(publish("run-5", "fec", {{"number/ACH/2026-01-01", "OCB1/D/1", 3}}, true), const FatalError&);
    CHECK_THROWS_AS(publish("run-6", "fec", {{"number/ACH/2026-01-01", "OCB1/A/1", 4}}, true), const FatalError&);
    CHECK(open_store(folder)->load_entry_numbers("fec").size() == 3);
}

namespace {

/// Runs `sql` on the file as another program would.
void change(const fs::path& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    CHECK_MESSAGE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sql, ": ", sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

/// A closed month, an addendum, a posting and a document.
void fill(state::StateStore& store) {
    store.save_closing(closed_month("2026-10"), std::vector{closed_row("2026-10", "OCB1", "a", money(500))}, {}, {});
    Publication publication;
    publication.run_id = "run-1";
    publication.folder = "2026-11";
    publication.addenda = {addendum(1, "run-1")};
    publication.postings = {posting("fec", "a", 1, "run-1")};
    publication.bases = {{"fec", month("2026-10"), 4, "run-1"}};
    store.begin_publication(publication);
    store.end_publication("run-1", true);
    state::DocumentRecord record;
    record.contract_id = "OCB1";
    record.document_id = "a";
    record.period = "202610";
    record.amount = "5.00";
    record.currency = "EUR";
    store.save_documents(std::vector{record});
}

}  // namespace

TEST_CASE("a state of version 2 is brought up to date, its rows under checksums") {
    // Else: an update of the program loses the closings of a user, or takes all of their rows for damaged.
    const Folder folder;
    make_version_1(folder.file());
    change(folder.file(), fmt::format("{} PRAGMA user_version=2;"
                                      "INSERT INTO closing VALUES(1,'2026-10',1,1,1795000000123,'ana','','cc',1,1,'complete',0);"
                                      "INSERT INTO closing_total VALUES(1,'EUR',500,1);"
                                      "INSERT INTO closed_row VALUES('OCB1','2026-10','a',1,'invoices',1,500,'EUR','dd','ee');"
                                      "INSERT INTO posting VALUES(1,'','OCB1','a',1,1,0,500,'EUR','2026-10','2026-10','r')",
                                      state::schema_2_sql));
    for (int round = 0; round < 2; ++round) {
        const auto store = open_store(folder);
        REQUIRE(store->load_closed_months().size() == 1);
        CHECK(store->load_closed_months()[0].totals == std::vector<ClosedTotal>{{money(500), 1}});
        CHECK(store->load_closed_months()[0].files.empty());
        CHECK(store->load_closed_rows("OCB1").at(0).amount == money(500));
        CHECK(store->load_postings("OCB1").at(0).amount == money(500));
    }
    CHECK(state::check_state_store(folder.file().string()).has_value());
}

TEST_CASE("a value that changed outside of the program is a damaged state that names the row") {
    // Else: a bit that flips on a disk becomes a correction in the accounts, or a closed month another one.
    const std::vector<std::pair<std::string, std::string>> damages{
        {"document", "UPDATE document SET amount='5.01'"},
        {"document", "UPDATE document SET period='202611'"},
        {"document", "UPDATE document SET currency='CHF'"},
        {"document", "UPDATE document SET contract_id='OCB0'"},
        {"closing", "UPDATE closing SET ledger_sha256='d'||substr(ledger_sha256,2)"},
        {"closing", "UPDATE closing SET closed=0"},
        {"closing_total", "UPDATE closing_total SET amount_minor=amount_minor+1"},
        {"closed_row", "UPDATE closed_row SET amount_minor=501"},
        {"closed_row", "UPDATE closed_row SET counted=0"},
        {"closed_row", "UPDATE closed_row SET contract_id='OCB0'"},
        {"closed_file", "UPDATE closed_file SET size_bytes=18 WHERE path='erp/fec.txt'"},
        {"addendum", "UPDATE addendum SET booking_period='2026-12'"},
        {"addendum_row", "UPDATE addendum_row SET amount_minor=701 WHERE position=1"},
        {"addendum_row", "UPDATE addendum_row SET before_currency='' WHERE position=1"},
        {"posting", "UPDATE posting SET sequence=2"},
        {"posting", "UPDATE posting SET amount_minor=-amount_minor"},
        {"template_base", "UPDATE template_base SET last_number=5"},
        {"posting", "UPDATE posting SET template='',contract_id='fecOCB1'"},
        {"posting", "UPDATE posting SET checksum=checksum+1"},
    };
    for (const auto& [table, sql] : damages) {
        CAPTURE(sql);
        const Folder folder;
        fill(*open_store(folder));
        CHECK(state::check_state_store(folder.file().string()).has_value());
        change(folder.file(), sql);
        const auto looked = state::check_state_store(folder.file().string());
        REQUIRE_FALSE(looked.has_value());
        CHECK(looked.error().cause.find(fmt::format("a row of the table {} ", table)) != std::string::npos);
        bool is_refused = false;
        try {
            const auto store = open_store(folder);
        } catch (const FatalError& failure) {
            is_refused = true;
            CHECK(failure.exit_code() == ExitCode::local);
            CHECK(failure.error().cause.find(fmt::format("a row of the table {} ", table)) != std::string::npos);
            CHECK(failure.error().where == folder.file().string());
        }
        CHECK(is_refused);
    }
}

TEST_CASE("a folder that is taken over is saved whole: runs, closings, addenda, and why") {
    // Else: what another state closed is open again here, or nobody can tell why it is not.
    const Folder folder;
    state::Takeover takeover;
    takeover.adoption = {3, Timestamp(std::chrono::milliseconds(1'795'000'000'123)), "the disk died", "2026-10 was published by run x"};
    takeover.runs = {{"run-x", "2026-10", {}, {}, "complete", 0, "cc"}};
    takeover.closings = {{closed_month("2026-10"), {closed_row("2026-10", "OCB1", "a", money(500))}, {}, {posting("", "a", 1, "adopted")}}};
    takeover.addenda = {addendum(1, "run-x")};
    takeover.postings = {posting("", "b", 1, "adopted")};
    takeover.booked_months = {month("2026-11"), month("2026-10")};
    open_store(folder)->adopt(takeover);
    const auto store = open_store(folder);
    CHECK(store->load_adoptions() == std::vector{takeover.adoption});
    CHECK(store->load_adopted_months() == std::vector{month("2026-10"), month("2026-11")});
    CHECK(store->load_runs().at(0).run_id == "run-x");
    CHECK(store->load_closed_months() == std::vector{takeover.closings[0].month});
    CHECK(store->load_closed_rows("OCB1") == takeover.closings[0].rows);
    CHECK(store->load_addenda() == takeover.addenda);
    CHECK(store->load_postings_of("").size() == 2);
}

TEST_CASE("a migration that cannot be finished leaves the state as it was") {
    // Else: a half-migrated state can be read by neither the old program nor the new one.
    const Folder folder;
    make_version_1(folder.file(), "CREATE TABLE posting(other TEXT);");
    CHECK_THROWS_AS(open_store(folder), const FatalError&);
    CHECK(version_of(folder.file()) == 1);
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, "SELECT * FROM closing", nullptr, nullptr, nullptr) != SQLITE_OK);
    CHECK(sqlite3_exec(handle, "DROP TABLE posting", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
    CHECK(open_store(folder)->source() == "x");
}

TEST_CASE("a setting comes back by its name, and an unknown one is empty") {
    // Else: what a run remembered (the key's age) is forgotten or mixed up with something else.
    const Folder folder;
    {
        const auto store = open_store(folder);
        store->set_source("https://one.example");
        store->set_setting("api_key_first_seen", "2026-01-02");
        store->set_setting("api_key_first_seen", "2026-01-03");
    }
    const auto store = open_store(folder);
    CHECK(store->setting("api_key_first_seen") == "2026-01-03");
    CHECK(store->setting("never set").empty());
    CHECK(store->source() == "https://one.example");
}

TEST_CASE("closing, reopening and closing again: the months closed now, their rows, and the whole history") {
    // Else: a closed month could be written over, or a reopening leave no trace.
    const Folder folder;
    const std::vector<ClosedRow> rows{closed_row("2026-10", "OCB1", "A", money(1234)), closed_row("2026-10", "OCB2", "B", std::nullopt)};
    ClosingEvent reopening;
    reopening.period = month("2026-10");
    reopening.closed = false;
    reopening.at = Timestamp(std::chrono::milliseconds(1'795'000'001'000));
    reopening.by = "ben";
    reopening.reason = "wrong \"rate\"";
    const std::vector<ClosedContract> judged{
        {month("2026-10"), {"OCB1", "n", "o", "on", "c", "cn", "p"}, {"bills", "invoices"}, {{"creditNotes", "bills", ""}, {"x", "", ""}}}};
    {
        const auto store = open_store(folder);
        store->save_closing(closed_month("2026-10"), rows, judged, std::vector{posting("", "A", 1, "close")});
        store->save_closing(closed_month("2026-09"), {}, {}, {});
        CHECK(store->load_closed_months() == std::vector{closed_month("2026-09"), closed_month("2026-10")});
        CHECK(store->load_closed_rows("OCB1") == std::vector{rows[0]});
        CHECK(store->load_closed_contracts("OCB1") == judged);
        CHECK(store->load_closed_contracts("OCB2").empty());
        CHECK(store->load_closed_rows(month("2026-10")) == rows);
    }
    const auto store = open_store(folder);
    CHECK(store->load_closed_rows(month("2026-10")) == rows);
    store->save_reopening(reopening);
    CHECK(store->load_closed_months() == std::vector{closed_month("2026-09")});
    CHECK(store->load_closed_rows(month("2026-10")).empty());
    CHECK(store->load_closed_contracts("OCB1").empty());
    store->save_closing(closed_month("2026-10", 2), std::span(rows).first(1), {}, {});
    CHECK(store->load_closed_months()[1] == closed_month("2026-10", 2));
    const auto history = store->load_closing_history();
    REQUIRE(history.size() == 4);
    CHECK(history[2] == reopening);
    CHECK(history[3].revision == 2);
    CHECK(store->load_postings_of("").size() == 1);
}

TEST_CASE("what a publish adds stands until it is taken back, and then no trace of it stays") {
    // Else: a run killed while publishing books a difference that no file holds, or loses one that a file holds.
    const Folder folder;
    Publication publication;
    publication.run_id = "run-2";
    publication.folder = "2026-11";
    publication.addenda = {addendum(1, "run-2")};
    publication.postings = {posting("fec", "A", 1, "run-2"), posting("hledger", "A", 1, "run-2")};
    publication.bases = {{"fec", month("2026-09"), 12, "run-2"}};
    {
        const auto store = open_store(folder);
        store->begin_publication(publication);
    }
    const auto store = open_store(folder);
    REQUIRE(store->pending_publications().size() == 1);
    CHECK(store->pending_publications()[0].folder == "2026-11");
    CHECK(store->load_addenda() == publication.addenda);
    CHECK(without_numbers(store->load_postings("OCB1")) == publication.postings);
    CHECK(store->load_template_bases() == publication.bases);
    CHECK(store->load_booked_months() == std::vector<TemplateBase>{{"fec", month("2026-11"), 1, ""}, {"hledger", month("2026-11"), 2, ""}});

    SUBCASE("published") {
        store->end_publication("run-2", true);
        CHECK(store->load_addenda() == publication.addenda);
        CHECK(store->load_postings_of("fec").size() == 1);
    }
    SUBCASE("not published") {
        publication.run_id = "run-3";
        publication.addenda = {addendum(2, "run-3")};
        publication.postings = {posting("fec", "A", 2, "run-3")};
        publication.bases.clear();
        store->begin_publication(publication);
        store->end_publication("run-2", true);
        store->end_publication("run-3", false);
        CHECK(store->load_addenda() == std::vector{addendum(1, "run-2")});
        CHECK(without_numbers(store->load_postings_of("fec")) == std::vector{posting("fec", "A", 1, "run-2")});
        CHECK(store->load_template_bases().size() == 1);
    }
    CHECK(store->pending_publications().empty());
}

TEST_CASE("one posting key cannot be stored twice") {
    // Else: two files of a template hold the same import key for different amounts.
    const Folder folder;
    const auto store = open_store(folder);
    Publication publication;
    publication.run_id = "run-2";
    publication.folder = "2026-11";
    publication.postings = {posting("fec", "A", 1, "run-2"), posting("fec", "A", 1, "run-2")};
    CHECK_THROWS_AS(store->begin_publication(publication), const FatalError&);
    CHECK(store->pending_publications().empty());
    CHECK(store->load_postings("OCB1").empty());
}

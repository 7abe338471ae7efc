// Closed months, addenda and postings in the state store, and the migration of an older state.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "state/checksum.hpp"
#include "state/schema.hpp"
#include "state/state_url.hpp"
#include "support/scratch_folder.hpp"
#include "support/state_samples.hpp"

using namespace moisson;
using namespace moisson::test;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<state::StateStore> open_store(const ScratchFolder& folder) {
    return state::open_state_store((folder / "state.db").string(), "moisson close");
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
    const ScratchFolder folder;
    make_version_1(folder / "state.db");
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK(version_of(folder / "state.db") == 1);
    {
        const auto store = open_store(folder);
        CHECK(store->source() == "x");
        REQUIRE(store->load_contracts().size() == 1);
        CHECK(store->load_contracts()[0].documents_last == 7);
        CHECK_FALSE(store->load_contracts()[0].compared_month.has_value());
        CHECK(store->load_closed_months().empty());
        store->save_closing(closed_month("2026-10"), {}, {}, {});
    }
    CHECK(version_of(folder / "state.db") == static_cast<int>(state::schema_version));
    CHECK(open_store(folder)->load_closed_months().size() == 1);
}

TEST_CASE("a state of version 2 is brought up to date: what it booked is there, and does not say by which settings") {
    // Else: an update of the program books all months again, or invents how they were split.
    const ScratchFolder folder;
    const std::string posting =
        "INSERT INTO posting VALUES(7,'fec','OCB1','A',1,1,0,12000,'EUR','2026-10','2026-10','run-1'); PRAGMA user_version=2;";
    make_version_1(folder / "state.db", state::schema_2_sql + posting);
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK(version_of(folder / "state.db") == 2);
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
        publication.postings = {test::posting("fec", "A", 2, "run-2"), test::posting("fec", "B", 2, "run-2")};
        store->begin_publication(publication);
        store->end_publication("run-2", true);
    }
    CHECK(version_of(folder / "state.db") == static_cast<int>(state::schema_version));
    const auto store = open_store(folder);
    const auto kept = store->load_postings("OCB1");
    REQUIRE(kept.size() == 3);
    CHECK(without_numbers({kept[1], kept[2]}) ==
          std::vector<HandedPosting>{test::posting("fec", "A", 2, "run-2"), test::posting("fec", "B", 2, "run-2")});
    CHECK(kept[1].terms == kept[2].terms);  // kept once
}

TEST_CASE("a state of version 2 keeps its closed months, of which nothing is kept that judged them") {
    // Else: an update of the program opens what an accountant closed.
    const ScratchFolder folder;
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open((folder / "state.db").c_str(), &handle) == SQLITE_OK);
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
    CHECK(version_of(folder / "state.db") == static_cast<int>(state::schema_version));
}

TEST_CASE("a state of version 2 keeps its postings, and numbers of entries can be kept from then on") {
    // Else: an update of the program loses what the accounts have booked.
    const ScratchFolder folder;
    make_version_1(folder / "state.db",
                   std::string(state::schema_2_sql) +
                       "PRAGMA user_version=2; INSERT INTO posting(template,contract_id,document_id,sequence,version,kind,"
                       "amount_minor,currency,period,booking_period,run_id) "
                       "VALUES('fec','OCB1','A',1,1,0,1200,'EUR','2026-10','2026-10','run-1');");
    CHECK(version_of(folder / "state.db") == 2);
    {
        const auto store = open_store(folder);
        CHECK(store->load_postings_of("fec").size() == 1);
        CHECK(store->load_entry_numbers("fec").empty());
    }
    CHECK(version_of(folder / "state.db") == static_cast<int>(state::schema_version));
    CHECK(open_store(folder)->load_postings_of("fec").size() == 1);
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
    const ClosedContract judged{month("2026-10"), contract_record("OCB1").contract, {"invoices"}, {}};
    store.save_closing(closed_month("2026-10"), std::vector{closed_row("2026-10", "OCB1", "a", money(500))}, std::vector{judged}, {});
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
    const ScratchFolder folder;
    make_version_1(folder / "state.db");
    change(folder / "state.db", fmt::format("{} PRAGMA user_version=2;"
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
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
}

namespace {

/// Brings a file of version 1 to version 5, with one closed month whose contract was judged and sealed as that version did it.
void make_version_5(const fs::path& path) {
    make_version_1(path);
    state::RowChecksum sum;
    std::string values;
    for (const char* const text :
         {"OCB1", "2026-10", "old name", "FE", "Flexible Engine", "42", "ACME", "", "invoices\nbills", "x\tbills\n"}) {
        sum.add(text);
        values += fmt::format("'{}',", text);
    }
    change(path, fmt::format("{} {} {} {} PRAGMA user_version=5; INSERT INTO closed_contract VALUES({}{})", state::schema_2_sql,
                             state::schema_3_sql, state::schema_4_sql, state::schema_5_sql, values, sum.take()));
}

}  // namespace

TEST_CASE("a state of version 5 is brought up to date: its contracts have no perimeter, and its sealed rows hold") {
    // Else: an update of the program takes every closed month for damaged, or moves its rows to a login of today.
    const ScratchFolder folder;
    make_version_5(folder / "state.db");
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    CHECK(version_of(folder / "state.db") == 5);
    const Contract judged{"OCB1", "old name", "FE", "Flexible Engine", "42", "ACME", "", ""};
    for (int round = 0; round < 2; ++round) {  // the second time from a file of today
        const auto store = open_store(folder);
        REQUIRE(store->load_closed_contracts("OCB1").size() == 1);
        const ClosedContract one = store->load_closed_contracts("OCB1")[0];
        CHECK(one.contract == judged);
        CHECK(one.types == std::vector<std::string>{"invoices", "bills"});
        CHECK(one.decided.size() == 1);
        auto contracts = store->load_contracts();
        REQUIRE(contracts.size() == 1);
        CHECK(contracts[0].contract.perimeter == (round == 0 ? "" : "paris"));
        contracts[0].contract.perimeter = "paris";
        store->save_contract(contracts[0]);
    }
    CHECK(version_of(folder / "state.db") == static_cast<int>(state::schema_version));
    CHECK(state::check_state_store((folder / "state.db").string()).has_value());
    change(folder / "state.db", "UPDATE closed_contract SET perimeter='lyon'");
    CHECK_THROWS_AS(open_store(folder), FatalError);
}

TEST_CASE("a row of version 5 that is damaged is told before the state is brought up to date") {
    // Else: the update seals what a disk has changed.
    const ScratchFolder folder;
    make_version_5(folder / "state.db");
    change(folder / "state.db", "UPDATE closed_contract SET customer_name='ACMF'");
    CHECK_THROWS_AS(open_store(folder), FatalError);
    CHECK(version_of(folder / "state.db") == 5);
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
        {"closed_contract", "UPDATE closed_contract SET perimeter='lyon'"},
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
        const ScratchFolder folder;
        fill(*open_store(folder));
        CHECK(state::check_state_store((folder / "state.db").string()).has_value());
        change(folder / "state.db", sql);
        const auto looked = state::check_state_store((folder / "state.db").string());
        REQUIRE_FALSE(looked.has_value());
        CHECK(looked.error().cause.find(fmt::format("a row of the table {} ", table)) != std::string::npos);
        bool is_refused = false;
        try {
            const auto store = open_store(folder);
        } catch (const FatalError& failure) {
            is_refused = true;
            CHECK(failure.exit_code() == ExitCode::local);
            CHECK(failure.error().cause.find(fmt::format("a row of the table {} ", table)) != std::string::npos);
            CHECK(failure.error().where == (folder / "state.db").string());
        }
        CHECK(is_refused);
    }
}

TEST_CASE("a migration that cannot be finished leaves the state as it was") {
    // Else: a half-migrated state can be read by neither the old program nor the new one.
    const ScratchFolder folder;
    make_version_1(folder / "state.db", "CREATE TABLE posting(other TEXT);");
    CHECK_THROWS_AS(open_store(folder), const FatalError&);
    CHECK(version_of(folder / "state.db") == 1);
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open((folder / "state.db").c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, "SELECT * FROM closing", nullptr, nullptr, nullptr) != SQLITE_OK);
    CHECK(sqlite3_exec(handle, "DROP TABLE posting", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
    CHECK(open_store(folder)->source() == "x");
}

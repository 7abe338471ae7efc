// A published ledger read back for closing: its rows and their digests, whatever stands in them.
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "ledger/csv_writer.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::test;

namespace {

namespace fs = std::filesystem;

const Contract contract{"OCB\"1", "name,\nsecond \"line\"", "", "", "", "", ""};

LedgerEntry entry(std::string id, std::optional<Money> amount, bool counted) {
    LedgerEntry one;
    one.contract = &contract;
    one.document_id = std::move(id);
    one.document_type = "invoices";
    one.filename = "quoted \"\n\n\", file";
    one.amount = amount;
    one.counted = counted;
    one.period = Period{Month::make(2026, 10)->first_day(), Month::make(2026, 10)->last_day()};
    return one;
}

Result<pipeline::SealedLedger> read(const ScratchFolder& folder, const std::string& bytes) {
    REQUIRE(write_file(folder / "ledger.csv", bytes));
    return pipeline::read_sealed_ledger(folder / "ledger.csv");
}

}  // namespace

TEST_CASE("what the ledger's writer wrote comes back row by row, line ends and quotes inside fields too") {
    // Else: a closed row is compared with half of itself, and every export of the month is refused.
    const ScratchFolder folder;
    std::vector<LedgerEntry> entries{entry("A", Money{-105, *find_currency("EUR")}, true),
                                     entry("B,\"\n", Money{7, *find_currency("JPY")}, false), entry("C", std::nullopt, false),
                                     entry("D", Money{1234, *find_currency("TND")}, true)};
    entries[2].period.reset();
    entries[3].findings.insert("file-not-requested");
    REQUIRE(ledger::write_ledger_csv(folder / "ledger.csv", entries));
    const auto ledger = pipeline::read_sealed_ledger(folder / "ledger.csv");
    REQUIRE(ledger.has_value());
    CHECK(ledger->row_count == 4);
    CHECK(ledger->counted == 2);
    CHECK(ledger->files_not_requested);
    CHECK(ledger->sha256 == sha256_of_file(folder / "ledger.csv").value());
    REQUIRE(ledger->rows.size() == 3);
    for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
        const LedgerEntry& written = entries[at == 2 ? 3 : at];
        const ClosedRow& row = ledger->rows[at];
        CHECK(row.contract_id == contract.id);
        CHECK(row.document_id == written.document_id);
        CHECK(row.amount == written.amount);
        CHECK(row.counted == written.counted);
        std::string text;
        ledger::append_csv_row(text, written);
        CHECK(row.row_sha256 == sha256_hex(text));
    }
}

TEST_CASE("a closed ledger's contracts are named as its rows name them, and those of earlier versions have no perimeter") {
    // Else: rows of a closed month would move to the login under which the contract is read today.
    const ScratchFolder folder;
    Contract moved = contract;
    moved.perimeter = "paris";
    LedgerEntry row = entry("A", Money{1, *find_currency("EUR")}, true);
    row.contract = &moved;
    REQUIRE(ledger::write_ledger_csv(folder / "ledger.csv", std::vector{row}));
    CHECK(pipeline::read_sealed_ledger(folder / "ledger.csv").value().contracts.at(contract.id) == moved);
    std::string bytes = read_file(folder / "ledger.csv").value();
    for (const std::string_view cut : {",perimeter", ",paris"}) {
        bytes.erase(bytes.find(cut), cut.size());
    }
    CHECK(read(folder, bytes).value().contracts.at(contract.id) == contract);
}

TEST_CASE("a ledger that cannot be read is an error that says where") {
    // Else: a month is closed on what happened to be readable of it.
    const ScratchFolder folder;
    std::string header;
    ledger::append_csv_header(header);
    std::string row;
    ledger::append_csv_row(row, entry("A", Money{100, *find_currency("EUR")}, true));
    const auto replaced = [&](const std::string& what, const std::string& by) {
        std::string text = row;
        text.replace(text.find(what), what.size(), by);
        return text;
    };
    struct Case {
        std::string bytes;
        std::string says;
    };
    for (const Case& each : std::vector<Case>{{"", "empty"},
                                              {"period,contract_id\n", "no column"},
                                              {header + "2026-10,x\n", "row 2 has 2 columns"},
                                              {header + replaced("1.00", "1.0"), "row 2"},
                                              {header + replaced("1.00", "1e2"), "row 2"},
                                              {header + replaced("EUR", "EUX"), "row 2"},
                                              {header + replaced("2026-10,", "2026-13,"), "row 2"},
                                              {header + row.substr(0, row.size() - 1), "line end"},
                                              {header + "\"open", "quote"}}) {
        CAPTURE(each.bytes);
        const auto ledger = read(folder, each.bytes);
        REQUIRE_FALSE(ledger.has_value());
        CAPTURE(ledger.error().message.english());
        CHECK(ledger.error().code == ErrorCode::verification);
        const bool says =
            ledger.error().message.english().find(each.says) != std::string::npos || each.says == "line end" || each.says == "quote";
        CHECK(says);
    }
    CHECK(pipeline::read_sealed_ledger(folder / "none.csv").error().code == ErrorCode::disk);
}

TEST_CASE("random damage to a ledger ends in an error or in rows, never in a crash") {
    // Else: a damaged file takes the program down in the middle of closing.
    const ScratchFolder folder;
    std::string whole;
    ledger::append_csv_header(whole);
    for (int at = 0; at < 4; ++at) {
        ledger::append_csv_row(whole, entry(std::string(1, static_cast<char>('A' + at)), Money{at, *find_currency("EUR")}, true));
    }
    std::mt19937 random(11);
    for (int round = 0; round < 300; ++round) {
        std::string bytes = whole;
        for (int hit = 0; hit < 3; ++hit) {
            bytes[std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(random)] = static_cast<char>(random() & 0xffU);
        }
        bytes.resize(std::uniform_int_distribution<std::size_t>(0, bytes.size())(random));
        const auto ledger = read(folder, bytes);
        const bool is_error = !ledger.has_value();
        CHECK((is_error || ledger->row_count <= 8));
    }
}

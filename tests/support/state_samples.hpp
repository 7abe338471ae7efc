#pragma once
/// Values with something in every member, for tests of what a state store keeps.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "state/state_store.hpp"

namespace moisson::test {

inline Month month(std::string_view text) { return Month::parse(text).value(); }
inline Money money(std::int64_t minor, std::string_view code = "EUR") { return {minor, find_currency(code).value()}; }

inline state::DocumentRecord document_record(std::string contract, std::string document, std::uint32_t version = 1) {
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

inline state::ContractRecord contract_record(std::string id) {
    state::ContractRecord record;
    record.contract = Contract{std::move(id), "Prod", "FE", "Flexible Engine", "42", "ACME", "p-1", "paris"};
    record.list_item_digest = std::string(64, 'b');
    record.detail_known = true;
    record.mixed_list_trusted = true;
    record.compared_month = month("2026-11");
    record.compared_count = 110;
    record.proved_by_types = true;
    record.documents_last = 117;
    record.last_seen_run = "run-1";
    record.first_month = month("2026-03");
    record.earlier_name = "an earlier name";
    record.renamed_month = month("2026-09");
    return record;
}

inline state::RunRecord run_record(std::string run_id) {
    state::RunRecord run;
    run.run_id = std::move(run_id);
    run.period = "2026-10";
    run.started_at = Timestamp(std::chrono::milliseconds(1'763'800'000'123));
    run.finished_at = Timestamp(std::chrono::milliseconds(-5));
    run.verdict = "complete";
    run.exit_code = 143;
    run.ledger_sha256 = std::string(64, 'c');
    return run;
}

inline ClosedMonth closed_month(std::string_view period, std::uint32_t revision = 1) {
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

inline ClosedRow closed_row(std::string_view period, std::string contract, std::string document, std::optional<Money> amount) {
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

/// A row of a published month, which keeps neither digests nor type.
inline ClosedRow published_row(std::string_view period, std::string contract, std::string document, std::optional<Money> amount) {
    ClosedRow row = closed_row(period, std::move(contract), std::move(document), amount);
    row.document_type.clear();
    row.sha256.clear();
    row.row_sha256.clear();
    return row;
}

inline ClosingEvent reopening(std::string_view period) {
    ClosingEvent event;
    event.period = month(period);
    event.closed = false;
    event.at = Timestamp(std::chrono::milliseconds(1'795'000'001'000));
    event.by = "ben";
    event.reason = "wrong \"rate\"";
    return event;
}

/// From the second of a document on with the terms that it was made by.
inline HandedPosting posting(std::string name, std::string document, std::uint32_t sequence, std::string run) {
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

inline Addendum addendum(std::uint32_t number, std::string run) {
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

inline Publication publication(std::string run_id) {
    Publication one;
    one.run_id = std::move(run_id);
    one.folder = "/out/2026-11";
    return one;
}

/// The numbers are the store's.
inline std::vector<HandedPosting> without_numbers(std::vector<HandedPosting> postings) {
    for (HandedPosting& one : postings) {
        one.number = 0;
    }
    return postings;
}

inline constexpr std::size_t batch_size = 50;

/// The documents of one contract, large enough that a process can be killed, and a disk can fill up, in the middle of saving them.
inline std::vector<state::DocumentRecord> make_batch(std::size_t number) {
    std::vector<state::DocumentRecord> records;
    for (std::size_t index = 0; index < batch_size; ++index) {
        records.push_back(document_record(fmt::format("C{:06}", number), fmt::format("D{:03}", index)));
        records.back().filename.assign(500, 'f');
    }
    return records;
}

}  // namespace moisson::test

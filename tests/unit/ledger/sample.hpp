#pragma once
/// Ledger rows and a run summary for the tests of the ledger room.

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/files.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::ledger_test {

using Scratch = test::ScratchFolder;

inline Period month_period(int year, unsigned month) {
    const Month value = Month::make(year, month).value();
    return Period{value.first_day(), value.last_day()};
}

inline Contract plain_contract(std::string id) {
    Contract contract;
    contract.name = "Contract " + id;
    contract.id = std::move(id);
    contract.offer_id = "FE";
    contract.offer_name = "Flexible Engine";
    contract.customer_id = "C-17";
    contract.customer_name = "Société Générique";
    return contract;
}

inline LedgerEntry plain_entry(const Contract& contract, const std::string& document_id, std::int64_t amount_minor,
                               std::string_view currency = "EUR", unsigned month = 10) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = document_id;
    entry.document_type = "invoices";
    entry.standing = Standing::final_;
    entry.status = DocumentStatus::ok;
    entry.counted = true;
    entry.amount = Money{amount_minor, find_currency(currency).value()};
    entry.currency = entry.amount->currency;
    entry.period = month_period(2026, month);
    entry.issued_at = parse_timestamp("2026-11-02T09:07:47.372Z");
    entry.updated_at = parse_timestamp("2026-11-03T00:00:00.000Z");
    entry.filename = "Facture_" + document_id + ".pdf";
    entry.path = "documents/" + contract.id + "/2026-10/invoices/" + entry.filename;
    entry.size_bytes = 12345;
    entry.sha256 = std::string(64, 'a');
    entry.media_type = "application/pdf";
    entry.raw_amount = to_decimal(*entry.amount);
    entry.raw_currency = std::string(currency);
    entry.raw_period = "2026" + std::to_string(month);
    return entry;
}

/// What `pipeline` would say about these rows.
inline RunSummary summarise(const std::deque<Contract>& contracts, const std::vector<LedgerEntry>& entries) {
    RunSummary summary;
    summary.run_id = "run-1";
    summary.source = "sandbox:small";
    summary.period = MonthRange{Month::parse("2026-10"), Month::parse("2026-10")};
    summary.counting_rule = "of a contract and month, invoices count when there are any, else bills";
    summary.data_date = parse_timestamp("2026-11-03T00:00:00Z").value();
    summary.exit_code = ExitCode::incomplete;
    summary.contracts = contracts.size();
    summary.documents.rows = entries.size();
    std::map<std::string, CurrencyTotal> totals;
    std::map<std::tuple<std::string, Month, std::string>, MonthTotal> months;
    for (const LedgerEntry& entry : entries) {
        if (!entry.counted) {
            continue;
        }
        const std::string code(entry.amount->currency.code());
        CurrencyTotal& total = totals[code];
        total.total.currency = entry.amount->currency;
        total.total.amount_minor += entry.amount->amount_minor;
        ++total.documents;
        total.credits += entry.amount->amount_minor < 0 ? 1U : 0U;
        const auto key = std::tuple(entry.contract->id, entry.period->month(), code);
        auto found = months.find(key);
        if (found == months.end()) {
            found = months.emplace(key, MonthTotal{entry.contract, entry.period->month(), Money{0, entry.amount->currency}, 0}).first;
        }
        found->second.total.amount_minor += entry.amount->amount_minor;
        ++found->second.documents;
    }
    for (const auto& [code, total] : totals) {
        summary.totals.push_back(total);
    }
    for (const auto& [key, total] : months) {
        summary.month_totals.push_back(total);
    }
    for (const Contract& contract : contracts) {
        ContractCompleteness line;
        line.contract = &contract;
        line.verdict = Completeness::complete;
        line.listed = 12;
        line.in_period = 2;
        line.files_ok = 2;
        line.listed_by_type["invoices"] = 12;
        summary.completeness.push_back(line);
    }
    return summary;
}

}  // namespace moisson::ledger_test

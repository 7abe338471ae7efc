#include "pipeline/closed_csv.hpp"

#include <fmt/format.h>

#include "bundle/csv_reader.hpp"
#include "ledger/columns.hpp"
#include "ledger/csv_writer.hpp"

namespace moisson::pipeline {

namespace {

/// A row that was published never changes: those of earlier versions have no columns from invoice_number, channel or perimeter on.
std::string addendum_header(const Addendum& addendum) {
    constexpr std::size_t behind = ledger::column_at("perimeter") + 1;
    const auto columns = addendum.reporting ? ledger::CsvColumns::with_reporting : ledger::CsvColumns::fixed;
    std::string text;
    ledger::append_csv_header(text, columns);
    std::size_t width = ledger::column_count(columns);
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) { width = row.size(); });
    reader.feed(addendum.rows.empty() ? text : addendum.rows.front().csv);
    if (!reader.finish().empty()) {
        return text;
    }
    for (const std::size_t first : {ledger::column_at("invoice_number"), ledger::column_at("channel"), ledger::column_at("perimeter")}) {
        if (width + (behind - first) == ledger::column_count(columns)) {
            const std::size_t from = text.find(fmt::format(",{}", ledger::column_infos[first].name));
            const std::string_view last = ledger::column_infos[behind - 1].name;
            return text.erase(from, text.find(last, from) + last.size() - from);
        }
    }
    return text;
}

}  // namespace

std::string addendum_csv(const Addendum& addendum) {
    std::string text = addendum_header(addendum);
    for (const AddendumRow& row : addendum.rows) {
        text += row.csv;
    }
    return text;
}

std::string closed_months_csv(const std::vector<ClosedMonth>& months, std::string (*time)(Timestamp)) {
    const auto quoted = [](const std::string& value) {
        std::string text = "\"";
        for (const char letter : value) {
            text += letter == '"' ? "\"\"" : std::string(1, letter);
        }
        return text + "\"";
    };
    std::string text = "period,revision,closed_at,closed_by,ledger_sha256,rows,counted,verdict,reason,addenda_before\n";
    for (const ClosedMonth& one : months) {
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{},{}\n", one.period.to_text(), one.revision, time(one.closed_at), quoted(one.closed_by),
                        one.ledger_sha256, one.rows, one.counted, one.verdict, quoted(one.reason), one.addenda_before);
    }
    return text;
}

}  // namespace moisson::pipeline

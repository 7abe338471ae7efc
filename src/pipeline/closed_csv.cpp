#include "pipeline/closed_csv.hpp"

#include <fmt/format.h>

#include "ledger/csv_writer.hpp"

namespace moisson::pipeline {

std::string addendum_csv(const Addendum& addendum) {
    std::string text;
    ledger::append_csv_header(text, addendum.reporting ? ledger::CsvColumns::with_reporting : ledger::CsvColumns::fixed);
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

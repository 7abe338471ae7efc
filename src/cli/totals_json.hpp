#pragma once
/// Sums by currency in `--json` answers. Pure.

#include <string_view>
#include <vector>

#include "cli/json_text.hpp"
#include "domain/money.hpp"

namespace moisson::cli {

/// The member `name`: a list with currency, amount and number of documents of each total.
template <class Total>
void write_totals(JsonWriter& writer, std::string_view name, const std::vector<Total>& totals) {
    writer.key(name).begin_array();
    for (const Total& total : totals) {
        writer.begin_object();
        writer.key("currency").text(total.total.currency.code());
        writer.key("amount").text(to_decimal(total.total));
        writer.key("documents").count(total.documents);
        writer.end_object();
    }
    writer.end_array();
}

}  // namespace moisson::cli

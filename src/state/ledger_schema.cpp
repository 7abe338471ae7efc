#include "state/ledger_schema.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace moisson::state {

namespace {

constexpr std::string_view ledger_sql =
#include "ledger_sql.inc"
    ;

}  // namespace

std::vector<std::string> schema_statements(const std::string& schema) {
    constexpr std::string_view own_name = "moisson";
    std::vector<std::string> statements;
    std::string statement;
    for (std::size_t at = 0; at < ledger_sql.size();) {
        const std::size_t end = std::min(ledger_sql.find('\n', at), ledger_sql.size());
        std::string line(ledger_sql.substr(at, end - at));
        at = end + 1;
        if (line.empty() || line.starts_with("--")) {
            continue;
        }
        for (const std::string& before : {fmt::format("{}.", own_name), fmt::format("EXISTS {}", own_name)}) {
            if (const auto found = line.find(before); found != std::string::npos) {
                line.replace(found + before.find(own_name), own_name.size(), schema);
            }
        }
        const bool last = line.ends_with(';');
        statement += statement.empty() ? "" : "\n";
        statement += last ? line.substr(0, line.size() - 1) : line;
        if (last) {
            statements.push_back(std::exchange(statement, {}));
        }
    }
    return statements;
}

}  // namespace moisson::state

#pragma once
/// The table that accountants keep: which account, supplier, cost centre … belongs to which contract. templates/README.md, "The mapping".

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/contract.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

/// Calls `take(cells, line)` for every record of a CSV text (separator found from the first line) that is not blank and no comment, until
/// it returns false. A sentence when the text is no CSV.
[[nodiscard]] std::string for_each_record(std::string_view text, const std::function<bool(std::vector<std::string>&, unsigned)>& take);

/// The column that every mapping may have: percent, from which the VAT is computed.
inline constexpr std::string_view vat_rate_column = "vat_rate";

/// A mapping's number as people and their spreadsheets write it: "20", "5.5", "5,5", with blanks of any kind around it; in `vat_rate` also
/// "5,50 %". False for anything else, a number with two separators among it.
[[nodiscard]] bool parse_mapping_number(std::string_view column, std::string_view cell, Value& into);

class Mapping {
public:
    /// CSV (separator found from the header line; UTF-8, or what Excel saves: cp1252, UTF-16 with its mark) or TOML (`[[row]]`), by the
    /// name's ending.
    /// `bad_input` with file and line.
    [[nodiscard]] static Result<Mapping> parse(std::string_view text, const std::string& path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Of the columns that are no keys.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    /// -1 when there is none.
    [[nodiscard]] int find_column(std::string_view name) const noexcept;

    struct Found {
        bool is_set = false;    ///< some row that fits has a value
        std::string_view text;  ///< empty for "-", which says "empty on purpose"
        unsigned line = 0;
    };
    /// From top to bottom, the first row that fits and has a value in this column. `rate`: the VAT rate that it is asked for; empty: for
    /// none, and rows for one rate do not fit.
    [[nodiscard]] Found find(const Contract& contract, std::string_view document_type, std::string_view currency, const Value& rate,
                             int column) const;
    /// Some row is for one VAT rate alone.
    [[nodiscard]] bool has_rate_keys() const noexcept { return has_rate_keys_; }

    /// Calls `check(text, line)` for every value of a column, until it says something.
    template <class Check>
    [[nodiscard]] std::string check_column(int column, unsigned& line, const Check& check) const {
        for (const Row& row : rows_) {
            const std::string& cell = row.cells[static_cast<std::size_t>(column)];
            if (cell.empty() || cell == "-") {
                continue;
            }
            if (std::string problem = check(std::string_view(cell)); !problem.empty()) {
                line = row.line;
                return problem;
            }
        }
        return {};
    }

private:
    struct Row {
        // Patterns; empty fits everything.
        std::string contract;
        std::string customer;
        std::string offer;
        std::string perimeter;
        std::string type;
        std::string currency;
        std::string rate;
        Value rate_value = Value::empty(Type::number);
        std::vector<std::string> cells;
        unsigned line = 0;
        [[nodiscard]] bool fits_all() const noexcept;
    };
    [[nodiscard]] Status take_row(const std::vector<std::string>& names, std::vector<std::string>& cells, unsigned line);
    [[nodiscard]] Status parse_csv(std::string_view text);
    [[nodiscard]] Status parse_toml(std::string_view text);
    [[nodiscard]] Status check_header(std::vector<std::string>& names, unsigned line);
    [[nodiscard]] Status check_rows() const;
    [[nodiscard]] Status read_rates();
    static std::string* key_cell(Row& row, std::string_view name) noexcept;

    std::string path_;
    std::vector<std::string> columns_;
    std::vector<Row> rows_;
    bool has_rate_keys_ = false;
};

}  // namespace moisson::erp

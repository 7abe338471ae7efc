#pragma once
/// Tables of a workbook, kept row by row and then held against what they must show. Only the bundle room includes this header.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/ledger_check.hpp"
#include "bundle/sheet_reader.hpp"
#include "bundle/vocabulary.hpp"
#include "domain/words.hpp"

namespace moisson::bundle {

/// How a cell shows a value. `sentence`: one of ours, which the summary has in English.
enum class Shows { text, number, day, instant, sentence };

/// No cell where the value is empty. Not for sentences.
[[nodiscard]] bool shows_value(const Cell& cell, std::string_view text, Shows how);

/// A value that a row must show, under the title of its column: that word, or `title` where it is none of ours.
struct Wanted {
    Word column;
    std::string text;
    Shows how = Shows::text;
    std::string title = {};
};

struct SheetTable {
    std::vector<std::string> heading;
    std::vector<SheetRow> rows;  ///< of all its sheets, without headings
};

/// By the English name of their sheet. One thread.
class SheetTables {
public:
    /// `budget_bytes`: so much may be kept of all.
    SheetTables(const Vocabulary& words, std::uint64_t budget_bytes, Problems& problems)
        : words_(words), budget_left_(budget_bytes), problems_(problems) {}

    void take(std::string_view table, const SheetRow& row);
    /// Keeps a row of another sheet than the ledger's until all are there.
    void hold(std::vector<SheetRow>& rows, const SheetRow& row);
    /// It was said.
    [[nodiscard]] bool is_over_budget() const noexcept { return is_over_budget_; }

    [[nodiscard]] const SheetTable& at(std::string_view table) { return tables_[std::string(table)]; }
    /// The titles are these and no more.
    void want_heading(std::string_view table, const std::vector<std::string>& titles);
    /// The table's row of that index shows these values.
    void want(std::string_view table, std::size_t index, const std::vector<Wanted>& values);
    /// `none`: what stands in the place of a row where there is none.
    void want_rows(std::string_view table, std::size_t count, std::optional<Word> none = {});

    /// A sentence of ours, which the summary has in English.
    [[nodiscard]] bool shows_sentence(const Cell& cell, std::string_view english) const;

private:
    const Vocabulary& words_;
    std::uint64_t budget_left_;
    bool is_over_budget_ = false;
    Problems& problems_;
    std::map<std::string, SheetTable> tables_;
};

}  // namespace moisson::bundle

#pragma once
/// The parts of report.html, a file each, and what they share. Only for this room.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/language.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "domain/verdict.hpp"
#include "language/places.hpp"
#include "report/text.hpp"

namespace moisson::report {

/// Rows shown of one kind of finding; the rest are counted and stand in ledger.xlsx and summary.json. A page of more than some thousand
/// rows no longer opens at once in a browser.
inline constexpr std::size_t finding_rows_max = 200;
/// Rows of one kind, things to do and changes that are seen at once; more of them unfold.
inline constexpr std::size_t rows_seen_max = 10;
/// Counted documents shown, in the ledger's order: with as many contracts the page stays below 3 MB.
inline constexpr std::size_t document_rows_max = 2500;

/// Where rows of the page are, so that others lead to them: "c7" is the seventh contract of the perimeter, "d12" the twelfth document that
/// counts. Ids of the service would have to be made fit for an attribute, and may stand twice.
class PageAnchors {
public:
    PageAnchors(const RunSummary& summary, std::span<const LedgerEntry> entries);

    /// Documents that count, as far as they are shown.
    [[nodiscard]] const std::vector<const LedgerEntry*>& documents() const noexcept { return documents_; }
    /// … and how many there are in all.
    [[nodiscard]] std::size_t counted() const noexcept { return counted_; }

    /// The number of its row; 0: it has none.
    [[nodiscard]] std::size_t contract(std::string_view id) const;
    [[nodiscard]] std::size_t document(std::string_view contract, std::string_view id) const;
    /// Of the first document of that contract.
    [[nodiscard]] std::size_t first_document(std::string_view contract) const;

    /// Escaped ids, which lead to their rows where there are such.
    [[nodiscard]] std::string link_to_contract(std::string_view id) const;
    [[nodiscard]] std::string link_to_document(std::string_view contract, std::string_view id) const;

private:
    std::vector<const LedgerEntry*> documents_;
    std::size_t counted_ = 0;
    std::map<std::string_view, std::size_t> contracts_;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> numbers_;
    std::map<std::string_view, std::size_t> first_;
};

/// What every part is made of.
struct Page {
    const RunSummary& summary;
    const Language language;
    const PageAnchors anchors;
    std::string out;

    template <class... Values>
    void put(fmt::format_string<Values...> form, Values&&... values) {
        fmt::format_to(std::back_inserter(out), form, std::forward<Values>(values)...);
    }
    [[nodiscard]] std::string_view word(Word word) const { return translate(language, word); }
    [[nodiscard]] std::string amount(const Money& money) const { return amount_for_people(money, language); }
    [[nodiscard]] std::string amount(const std::optional<Money>& money) const { return money ? amount(*money) : std::string(); }
    void put_note(std::string_view escaped) { put("<p class=\"note\">{}</p>\n", escaped); }
    /// `id` is the heading's, and names the section.
    void begin_section(std::string_view id, Word heading);
    /// Its heading stands in the line that unfolds it.
    void begin_folded_section(std::string_view id, Word heading);

    /// Columns of numbers are set to the right, those of pictures are not sorted.
    struct Column {
        Word name;
        std::string_view kind;  ///< "number", "picture", or nothing
    };
    /// A table with caption and heading, up to its first row. `kind`: its class. `goes_on`: the caption stands above and is not seen again.
    void begin_table(std::string_view kind, std::string_view caption, std::span<const Column> columns, bool goes_on = false);
    void begin_table(std::string_view kind, std::string_view caption, std::initializer_list<Column> columns) {
        begin_table(kind, caption, std::span(columns.begin(), columns.size()));
    }
    /// Of a table of `all` rows, before the row of that number, from 0: the first ones are seen, the others unfold.
    void fold_table(std::size_t row, std::size_t all, std::string_view kind, std::string_view caption, std::span<const Column> columns);
    /// … of which `all` rows are shown up to `finding_rows_max`. `is_folded`: by `fold_table`.
    void end_table(std::size_t all = 0, bool is_folded = false);
};

void put_to_do(Page& page);
void put_totals(Page& page);
void put_changes(Page& page);
void put_documents(Page& page);
void put_completeness(Page& page, const std::vector<ContractSum>& sums);
void put_months(Page& page);
void put_largest_contracts(Page& page, const std::vector<ContractSum>& contracts);
void put_findings(Page& page);
void put_inbox(Page& page);

/// Columns of the months of one currency, this month's in its own colour: a picture, whose figures stand beside it.
[[nodiscard]] std::string history_chart(const PastSums& sums, const std::vector<Month>& months, Language language);
/// … as small as a line, with its figures as its text.
[[nodiscard]] std::string sparkline(const PastSums& sums, Language language);

/// A count with its digits grouped as the page groups them.
[[nodiscard]] place::Count written(std::uint64_t number);
/// Text from outside: escaped, and kept from turning the direction of what stands beside it.
[[nodiscard]] std::string outside(std::string_view text);
[[nodiscard]] std::string join(const std::vector<std::string>& values);
[[nodiscard]] std::string_view colour_of(Severity severity);
[[nodiscard]] std::string_view colour_of(Mood mood);
/// What was seen, escaped; empty where it is only what the kind of finding means. Failures hold texts of the service and of libraries, in
/// the language that they came in.
[[nodiscard]] std::string seen(const Finding& finding, Language language);
[[nodiscard]] std::string sum_for_people(const Sum& sum, Language language);

}  // namespace moisson::report

#pragma once
/// What report.html says by itself: headings, heads of tables, lines that unfold, remarks. Only the bundle room includes this header.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/limits.hpp"
#include "bundle/vocabulary.hpp"
#include "language/places.hpp"

namespace moisson::bundle {

/// Rows that the page shows of one kind of finding, of things to do, of what changed.
inline constexpr std::size_t page_rows_max = 200;
/// Counted documents that it shows.
inline constexpr std::size_t page_documents_max = limits::page_documents;

/// Which of them a page has follows from the summary and the ledger.
class PageWords {
public:
    PageWords(const rapidjson::Value& summary, const LedgerFacts& facts, const Vocabulary& words)
        : summary_(summary), facts_(facts), words_(words), language_(words.language()) {}

    /// In the order of the page, without blanks.
    [[nodiscard]] std::vector<std::string> all();

private:
    void say(std::string_view text);
    void say_heading(Word heading);
    void say_words(std::initializer_list<Word> words);
    /// The note below a table of which not all is shown.
    void say_rest(std::size_t all);
    /// Caption and heads of a table of that many rows: the first ones are seen, the others unfold in a table of their own.
    void say_folded(std::size_t all, std::initializer_list<Word> words);
    void say_to_do();
    void say_totals();
    void say_history();
    void say_changes();
    void say_documents();
    void say_completeness();
    void say_months();
    void say_largest();
    void say_findings();
    void say_kinds(std::string_view severity);
    void say_inbox();

    const rapidjson::Value& summary_;
    const LedgerFacts& facts_;
    const Vocabulary words_;
    const Language language_;
    std::vector<std::string> said_;
    std::string headings_;
};

/// As the page writes a count: digits grouped by three.
[[nodiscard]] place::Count grouped_count(std::uint64_t number);
/// … and an amount, with its minus: "−1 234.50".
[[nodiscard]] std::string grouped_amount(std::string_view decimal, Language language);

}  // namespace moisson::bundle

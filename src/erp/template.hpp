#pragma once
/// A template as it is after reading: typed, compiled, checked, never changed again.

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/finding.hpp"
#include "erp/encoding.hpp"
#include "erp/erp.hpp"
#include "erp/expression.hpp"
#include "erp/pattern.hpp"
#include "erp/regex.hpp"

namespace moisson::erp {

enum class Layout : std::uint8_t { delimited, fixed, text, worksheet };
enum class Quoting : std::uint8_t { never, needed, text, all };
enum class QuoteInside : std::uint8_t { double_, backslash, forbid };
enum class CreditNotes : std::uint8_t { swap, negative };
enum class ZeroAmounts : std::uint8_t { skip, post, refuse };
/// Where a line stands.
enum class Per : std::uint8_t {
    file,
    group,
    entry,
    rate,  ///< with an entry, once for each of its VAT rates
    group_end,
    file_end
};
[[nodiscard]] constexpr bool is_of_entry(Per per) noexcept { return per == Per::entry || per == Per::rate; }
/// Which of a posting's amounts a line holds: what the control compares.
enum class Control : std::uint8_t { none, amount, gross, net, vat };
enum class TooLong : std::uint8_t { error, cut, shorten };
enum class NotAllowed : std::uint8_t { error, drop, replace };
enum class LetterCase : std::uint8_t { as_is, upper, lower };

/// A setting that a template declares, or that every template may use.
struct SettingSpec {
    std::string name;
    std::string about;
    Type type = Type::text;
    bool required = true;
    bool is_standard = false;  ///< one that Moisson itself knows: required only where it is used
    std::optional<std::string> default_text;
    std::optional<std::size_t> pattern;  ///< index of a compiled expression
    bool has_check_digit = false;        ///< its last digit is a check digit by Luhn's rule (ISO/IEC 7812-1, annex B)
    std::vector<std::string> choices;
};

struct MappingSpec {
    std::string name;
    std::string about;
    Type type = Type::text;
    bool required = true;
    std::optional<std::size_t> pattern;
    bool is_label = false;  ///< a text beside an account: what is booked stays as it is when it changes
};

struct LetSpec {
    std::string name;
    SourceText source;
    const Node* node = nullptr;  ///< of the expression
    bool is_open = false;        ///< being compiled: meeting it again is a circle
    const Node* use = nullptr;   ///< what stands for it in other expressions
};

struct CounterSpec {
    std::string name;
    bool per_row = false;
    bool per_group = false;       ///< steps with each group instead of each entry
    const Node* key = nullptr;    ///< one count for each value; null: one for all
    const Node* start = nullptr;  ///< null: 1
    bool restarts = true;         ///< with each file
    bool is_kept = false;         ///< an entry that was given a number has it in every run: `RenderOptions::numbers`
};

/// How a cell's value becomes bytes.
struct CellFormat {
    NumberPattern money;
    NumberPattern number;
    DatePattern date;
    DatePattern instant;
    std::uint32_t width = 0;  ///< bytes after encoding; 0: none
    bool align_right = false;
    char pad = ' ';
    std::uint32_t length_max = 0;  ///< letters; 0: none
    TooLong too_long = TooLong::error;
    std::optional<std::size_t> allowed;  ///< index of a compiled expression that fits one letter that is not allowed
    NotAllowed not_allowed = NotAllowed::error;
    std::string not_allowed_text;
    LetterCase letter_case = LetterCase::as_is;
    bool required = false;
    bool unique = false;
    bool parent = false;
    bool has_text_rules = false;     ///< case or allowed characters: no short way
    std::optional<bool> quote;       ///< beats the file's rule
    std::string empty_text;          ///< for an empty value
    bool guard = true;               ///< formula guard, where the file has one
    std::string spreadsheet_format;  ///< of a worksheet's number or date
};

struct ColumnSpec {
    std::string name;
    SourceText value;
    bool has_format = false;       ///< a pattern of its own
    bool formats_numbers = false;  ///< and what it can be
    bool formats_dates = false;
    Place format_place;
    CellFormat format;
    std::optional<std::int64_t> n;  ///< which of a repeated family
    std::uint32_t at = 0;           ///< worksheet column, from 0
    Place place;
};

/// One cell of one kind of line; cells that do not depend on the line are shared by all.
struct CellSpec {
    std::uint32_t column = 0;  ///< index into `Template::columns`
    const Node* value = nullptr;
};

/// A piece of a text line: bytes as they stand, or a value.
struct TextPart {
    std::string literal;  ///< UTF-8
    const Node* value = nullptr;
};

struct LineSpec {
    std::string name;
    Place place;
    Per per = Per::entry;
    const Node* when = nullptr;
    std::optional<Place> amount_place;
    const Node* amount = nullptr;  ///< of `debit`, `credit` or `amount`
    bool is_credit = false;        ///< `credit`
    bool is_plain = false;         ///< `amount`: no side of its own
    Control control = Control::none;
    std::vector<std::pair<std::string, const Node*>> set;
    std::vector<std::uint32_t> cells;  ///< ids
    bool has_unique = false;           ///< one of their columns is `unique`
    bool is_header = false;            ///< writes the columns' names instead
    std::vector<std::uint32_t> header_columns;
    bool is_text = false;
    std::vector<TextPart> text;
    int each = -1;                ///< index of `FileSpec::eaches`
    std::uint32_t at_row = 0;     ///< worksheet: absolute row, from 1; 0: the next one
    std::uint32_t skip_rows = 0;  ///< worksheet: rows left free before it
};

/// The distinct values that an `each` line is written for, gathered from the lines of entries.
struct EachSpec {
    /// By line (same index as `FileSpec::lines`); null where the line has none.
    std::vector<const Node*> value;
    std::vector<const Node*> sum;
};

struct FileSpec {
    Place place;
    std::string extension;
    std::vector<TextPart> name;  ///< empty: "{base}.EXT"
    Layout layout = Layout::delimited;
    Charset charset = Charset::utf_8;
    LossPolicy losses;
    bool byte_order_mark = false;
    std::string line_end = "\n";
    bool last_line_end = true;
    std::string separator = ",";
    char quote = '"';
    Quoting quoting = Quoting::needed;
    QuoteInside quote_inside = QuoteInside::double_;
    bool clean = false;      ///< separators and control characters in texts become one blank
    std::string clean_also;  ///< further bytes that do
    bool formula_guard = false;
    std::string sheet = "Sheet1";
    bool header = false;
    bool parent_first_only = false;
    const Node* where = nullptr;
    const Node* split = nullptr;
    std::uint64_t rows_max = 0;  ///< a new file after so many; 0: none
    std::vector<LineSpec> lines;
    std::vector<EachSpec> eaches;
    bool has_totals = false;  ///< totals or each values are wanted before the entries: the file is gone through twice
    bool has_group_totals = false;
    bool balance = true;
    std::array<bool, 5> controls_used{};  ///< by Control: some line has it
    CellFormat formats;  ///< of values in texts
};

enum class CheckKind : std::uint8_t { that, unique, continuous };
struct CheckSpec {
    CheckKind kind = CheckKind::that;
    bool per_rate = false;  ///< of `that`: must hold for each VAT rate of an entry
    const Node* value = nullptr;
    FindingCode code = "erp-check-failed";
    std::vector<TextPart> message;
    Place place;
};

struct SampleSpec {
    std::map<std::string, ErpValue> settings;
    std::string mapping;                          ///< CSV text; empty: the standard one
    std::string postings;                         ///< CSV text; empty: the standard ones
    std::map<std::string, std::string> expected;  ///< file name to UTF-8 text with LF
};

class Template {
public:
    TemplateInfo info;
    std::string text;
    std::string path;
    bool is_built_in = false;

    NodePool pool;
    std::vector<SettingSpec> settings;
    std::vector<bool> setting_used;
    std::vector<MappingSpec> mappings;
    std::deque<LetSpec> lets;
    std::vector<CounterSpec> counters;
    std::vector<std::pair<std::string, std::map<std::string, std::string, std::less<>>>> tables;
    std::vector<NumberPattern> number_patterns;
    std::vector<DatePattern> date_patterns;
    std::vector<Regex> regexes;

    std::vector<std::string> types;  ///< document types that are posted; empty: all
    const Node* where = nullptr;
    const Node* date = nullptr;  ///< of an entry: for totals and file splits; may be null
    std::vector<const Node*> order;
    const Node* group = nullptr;
    CreditNotes credit_notes = CreditNotes::swap;
    ZeroAmounts zero_amounts = ZeroAmounts::skip;
    std::vector<FileSpec> files;
    std::vector<ColumnSpec> columns;
    std::vector<CellSpec> cells;
    std::vector<CheckSpec> checks;
    SampleSpec sample;

    // What the fields in use need.
    bool uses_split = false;
    bool uses_local = false;
    bool uses_dates = false;
    bool uses_posting_date = false;

    [[nodiscard]] int find_setting(std::string_view name) const noexcept;
    /// Index of a standard setting (always there).
    [[nodiscard]] std::size_t standard_setting(std::string_view name) const noexcept;
};

/// A setting's text as a value of its type; an empty value of the wrong form gives the sentence that says what it must be.
[[nodiscard]] std::string parse_setting(Type type, std::string_view text, Value& into);
/// Such a text of type date; empty when it is none.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_day_setting(std::string_view text);

}  // namespace moisson::erp

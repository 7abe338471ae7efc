/// Reads rate tables: the European Central Bank's, and a user's own.
#include "books/rate_file.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace moisson::books {

namespace {

using std::chrono::sys_days;

constexpr std::uint64_t rate_file_bytes_max = 16U << 20U;
constexpr int rate_decimals_max = 18;  // of a written rate: a mean of a month's then fits in 128 bits
constexpr std::string_view formats_hint =
    "Give eurofxref-hist.csv as the European Central Bank publishes it, or a CSV with the header date,currency,rate";

/// One field and where it begins.
struct Field {
    std::string text;
    std::size_t column = 1;
};

/// Splits a text into records of fields, one line each. A quoted field may hold separators and doubled quotes, no line ends.
class Lines {
public:
    Lines(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    void set_separator(char separator) { separator_ = separator; }
    [[nodiscard]] std::size_t line() const { return line_; }

    /// The next line that is not blank; empty at the end.
    Result<std::optional<std::vector<Field>>> next() {
        while (!text_.empty()) {
            const std::size_t end = std::min(text_.find('\n'), text_.size());
            std::string_view one = text_.substr(0, end);
            text_.remove_prefix(std::min(end + 1, text_.size()));
            ++line_;
            if (one.ends_with('\r')) {
                one.remove_suffix(1);
            }
            if (trim(one, line_blanks).empty()) {
                continue;
            }
            auto fields = split(one);
            if (!fields) {
                return fail(std::move(fields.error()));
            }
            return std::optional(std::move(*fields));
        }
        return std::optional<std::vector<Field>>();
    }

    [[nodiscard]] tl::unexpected<Error> problem(std::string message, std::size_t column, std::string hint = {}) const {
        return fail(ErrorCode::bad_input, std::move(message), fmt::format("{}:{}:{}", path_, line_, column), std::move(hint));
    }

private:
    Result<std::vector<Field>> split(std::string_view one) const {
        std::vector<Field> fields;
        std::size_t at = 0;
        for (;;) {
            Field field{{}, at + 1};
            if (at < one.size() && one[at] == '"') {
                ++at;
                for (;; ++at) {
                    if (at >= one.size()) {
                        return problem("a quoted field is not closed on its line", field.column);
                    }
                    if (one[at] == '"' && (at + 1 == one.size() || one[at + 1] != '"')) {
                        break;
                    }
                    at += one[at] == '"' ? 1U : 0U;
                    field.text += one[at];
                }
                ++at;
            }
            const std::size_t end = std::min(one.find(separator_, at), one.size());
            field.text += one.substr(at, end - at);
            field.text = std::string(trim(field.text, line_blanks));
            fields.push_back(std::move(field));
            if (end == one.size()) {
                return fields;
            }
            at = end + 1;
        }
    }

    std::string_view text_;
    const std::string& path_;
    std::size_t line_ = 0;
    char separator_ = ',';
};

bool is_code(std::string_view text) {
    return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

Result<sys_days> read_day(const Lines& lines, const Field& field) {
    constexpr std::chrono::year first_year{1900};
    const std::string& text = field.text;
    if (const auto day = parse_day(text); day && day->year() >= first_year) {
        return sys_days(*day);
    }
    return lines.problem(fmt::format("\"{}\" is not a day", sanitise(text, 40)), field.column, "Write YYYY-MM-DD, for example 2026-10-30");
}

/// A rate with its line, so that a second one of the day can be told of.
struct Entry {
    sys_days day;
    std::size_t line = 0;
    Decimal value;
};

/// Sorts by day; the line of the second of two entries of one day, 0 when there are none.
template <class Entries>
std::size_t sort_by_day(Entries& entries) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& left, const Entry& right) { return left.day != right.day ? left.day < right.day : left.line < right.line; });
    const auto twice =
        std::adjacent_find(entries.begin(), entries.end(), [](const Entry& one, const Entry& next) { return one.day == next.day; });
    return twice == entries.end() ? 0 : std::next(twice)->line;
}

tl::unexpected<Error> day_twice(const std::string& path, std::size_t line, std::string what) {
    return fail(ErrorCode::bad_input, fmt::format("{} twice", std::move(what)), fmt::format("{}:{}:1", path, line),
                "Keep one of the two lines");
}

Result<void> fill_series(RateFile& file, std::map<Currency, std::vector<Entry>>& entries, const std::string& path) {
    for (auto& [currency, list] : entries) {
        if (const std::size_t line = sort_by_day(list); line > 0) {
            return day_twice(path, line, fmt::format("{} has a rate of this day", currency.code()));
        }
        RateFile::Series& series = file.series[currency];
        series.days.reserve(list.size());
        series.values.reserve(list.size());
        for (const Entry& entry : list) {
            series.days.push_back(entry.day);
            series.values.push_back(entry.value);
        }
    }
    return {};
}

/// `Date,USD,JPY,…,` then one row for each day.
Result<void> read_by_day(RateFile& file, Lines& lines, const std::vector<Field>& header, const std::string& path) {
    std::vector<std::optional<Currency>> columns;
    const std::size_t width = header.back().text.empty() ? header.size() - 1 : header.size();
    for (std::size_t at = 1; at < width; ++at) {
        const std::string& code = header[at].text;
        if (!is_code(code)) {
            return lines.problem(fmt::format("\"{}\" is not a currency's three letters", sanitise(code, 40)), header[at].column,
                                 std::string(formats_hint));
        }
        const auto same = std::find_if(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(at),
                                       [&](const Field& one) { return one.text == code; });
        if (same != header.begin() + static_cast<std::ptrdiff_t>(at)) {
            return lines.problem(fmt::format("the currency {} stands twice in the header", code), header[at].column);
        }
        columns.push_back(find_currency(code));
    }
    file.by_day = true;
    file.base = *find_currency("EUR");
    std::vector<Entry> days;
    std::map<Currency, std::vector<Entry>> entries;
    for (;;) {
        auto row = lines.next();
        if (!row) {
            return fail(std::move(row.error()));
        }
        if (!*row) {
            break;
        }
        const std::vector<Field>& fields = **row;
        const bool has_tail = fields.size() == width + 1 && fields.back().text.empty();
        if (fields.size() != width && !has_tail) {
            return lines.problem(fmt::format("{} fields in place of {}", fields.size(), width), fields.back().column,
                                 "The file may have been cut: fetch it again");
        }
        const auto day = read_day(lines, fields[0]);
        if (!day) {
            return fail(day.error());
        }
        days.push_back(Entry{*day, lines.line(), {}});
        for (std::size_t at = 1; at < width; ++at) {
            const std::string& text = fields[at].text;
            if (text.empty() || text == "N/A") {
                continue;
            }
            const auto value = Decimal::parse(text);
            if (!value || value->decimals > rate_decimals_max) {
                return lines.problem(fmt::format("\"{}\" is not a rate", sanitise(text, 40)), fields[at].column,
                                     "A rate is a number above zero with a dot, or N/A");
            }
            if (columns[at - 1]) {
                entries[*columns[at - 1]].push_back(Entry{*day, lines.line(), *value});
            }
        }
    }
    if (const std::size_t line = sort_by_day(days); line > 0) {
        return day_twice(path, line, "this day stands in the table");
    }
    for (const Entry& entry : days) {
        file.days.push_back(entry.day);
    }
    return fill_series(file, entries, path);
}

/// Where the columns of a file of one's own are.
struct OwnColumns {
    std::size_t width = 0;
    std::optional<std::size_t> date;
    std::optional<std::size_t> currency;
    std::optional<std::size_t> rate;
    std::optional<std::size_t> base;
};

Result<OwnColumns> read_own_header(const Lines& lines, const std::vector<Field>& header) {
    OwnColumns columns;
    columns.width = header.size();
    for (std::size_t at = 0; at < header.size(); ++at) {
        const std::string name = lower(header[at].text);
        std::optional<std::size_t>* place = name == "date"       ? &columns.date
                                            : name == "currency" ? &columns.currency
                                            : name == "rate"     ? &columns.rate
                                            : name == "base"     ? &columns.base
                                                                 : nullptr;
        if (place == nullptr) {
            return lines.problem(fmt::format("the column \"{}\" is not known", sanitise(header[at].text, 40)), header[at].column,
                                 std::string(formats_hint));
        }
        if (*place) {
            return lines.problem(fmt::format("the column \"{}\" stands twice", name), header[at].column);
        }
        *place = at;
    }
    for (const auto& [place, name] :
         {std::pair{&columns.date, "date"}, std::pair{&columns.currency, "currency"}, std::pair{&columns.rate, "rate"}}) {
        if (!*place) {
            return lines.problem(fmt::format("the column \"{}\" is missing", name), 1, std::string(formats_hint));
        }
    }
    return columns;
}

Result<Currency> read_currency(const Lines& lines, const Field& field) {
    const auto currency = find_currency(field.text);
    if (!currency) {
        return lines.problem(fmt::format("\"{}\" is not a currency of ISO 4217", sanitise(field.text, 40)), field.column,
                             "Write its three capital letters, for example USD");
    }
    return *currency;
}

Result<Decimal> read_own_rate(const Lines& lines, const Field& field, bool decimal_comma) {
    std::string text = field.text;
    if (decimal_comma && text.find('.') == std::string::npos && std::count(text.begin(), text.end(), ',') == 1) {
        text[text.find(',')] = '.';
    }
    const auto value = Decimal::parse(text);
    if (!value || value->decimals > rate_decimals_max) {
        return lines.problem(
            fmt::format("\"{}\" is not a rate", sanitise(field.text, 40)), field.column,
            decimal_comma ? "A rate is a number above zero, for example 1,0850" : "A rate is a number above zero, for example 1.0850");
    }
    return *value;
}

Result<void> read_own(RateFile& file, Lines& lines, const std::vector<Field>& header, bool decimal_comma, const std::string& path) {
    const auto columns = read_own_header(lines, header);
    if (!columns) {
        return fail(columns.error());
    }
    std::optional<Currency> base;
    std::map<Currency, std::vector<Entry>> entries;
    for (;;) {
        auto row = lines.next();
        if (!row) {
            return fail(std::move(row.error()));
        }
        if (!*row) {
            break;
        }
        const std::vector<Field>& fields = **row;
        if (fields.size() != columns->width) {
            return lines.problem(fmt::format("{} fields in place of {}", fields.size(), columns->width), fields.back().column);
        }
        const auto day = read_day(lines, fields[*columns->date]);
        const auto currency = read_currency(lines, fields[*columns->currency]);
        const auto value = read_own_rate(lines, fields[*columns->rate], decimal_comma);
        const auto row_base = columns->base ? read_currency(lines, fields[*columns->base]) : Result<Currency>(*find_currency("EUR"));
        if (!day || !currency || !value || !row_base) {
            return fail(!day ? day.error() : !currency ? currency.error() : !value ? value.error() : row_base.error());
        }
        if (base.value_or(*row_base) != *row_base) {
            return lines.problem(fmt::format("the base is {} here and {} above", row_base->code(), base->code()),
                                 fields[*columns->base].column, "One file has one base; rates between other currencies follow from it");
        }
        base = *row_base;
        if (*currency == *base) {
            return lines.problem(fmt::format("a rate of {} against itself", currency->code()), fields[*columns->currency].column,
                                 "Remove the line: it is 1");
        }
        entries[*currency].push_back(Entry{*day, lines.line(), *value});
    }
    file.base = base.value_or(*find_currency("EUR"));
    return fill_series(file, entries, path);
}

}  // namespace

Result<std::string> read_rate_file(const std::filesystem::path& path) {
    auto text = read_file(path, rate_file_bytes_max);
    if (!text && text.error().code == ErrorCode::too_large) {
        return fail(ErrorCode::bad_input, "the rate table is longer than 16 MiB", path.string(), std::string(formats_hint));
    }
    if (!text) {
        text.error().message = "cannot read the rate table";
        text.error().hint = "Check rates in [books] of the job file";
    }
    return text;
}

Result<RateFile> parse_rate_file(std::string_view text, const std::string& path) {
    RateFile file;
    file.name = std::filesystem::path(path).filename().string();
    file.sha256 = sha256_hex(text);
    if (text.starts_with("PK\x03\x04")) {
        return fail(ErrorCode::bad_input, "the rate table is a ZIP file", path, "Unpack it, and name the CSV file inside");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    Lines lines(text, path);
    const bool decimal_comma = text.substr(0, text.find('\n')).find(';') != std::string_view::npos;
    lines.set_separator(decimal_comma ? ';' : ',');
    const auto header = lines.next();
    if (!header) {
        return fail(header.error());
    }
    if (!*header) {
        return fail(ErrorCode::bad_input, "the rate table is empty", fmt::format("{}:1:1", path), std::string(formats_hint));
    }
    const std::vector<Field>& names = **header;
    const bool by_day = names.front().text == "Date" && names.size() > 1 && is_code(names[1].text);
    auto read = by_day ? read_by_day(file, lines, names, path) : read_own(file, lines, names, decimal_comma, path);
    if (!read) {
        return fail(std::move(read.error()));
    }
    if (file.series.empty()) {
        return fail(ErrorCode::bad_input, "the rate table has no rates", fmt::format("{}:1:1", path), std::string(formats_hint));
    }
    return file;
}

}  // namespace moisson::books

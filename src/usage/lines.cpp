/// Lines of consumption reports, field by field. The usual line is read without a single allocation: each field goes straight into the row.
#include "usage/lines.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/code_points.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"
#include "base/windows_1252.hpp"
#include "usage/headings.hpp"
#include "usage/messages.hpp"

namespace moisson::usage {

namespace {

/// Room for what a row has beside the line's own bytes: commas, the line's number, digits that numbers gain.
constexpr std::size_t row_extra_bytes = 64 + 8 * number_text_max + 64;
/// One byte of a line becomes three at most (a byte of Windows-1252; a doubled quote takes two).
constexpr std::size_t growth = 3;

bool begins_with_digit(std::string_view text) {
    text = trim(text);
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// Those with decimal commas for certain (api/README.md §6); the other number columns may be written by another rule.
constexpr std::array<std::uint8_t, 4> marked_columns{quantity, unit_price, amount, discounted_amount};

/// More than what it is a discount on. Never true of numbers that could not be read.
bool is_dearer(const ReadNumber& discounted, const ReadNumber& before) {
    if (discounted.form != NumberForm::number || before.form != NumberForm::number) {
        return false;
    }
    const auto size_of = [](const BigDecimal& number) { return number.value < 0 ? negated(number) : number; };
    return size_of(before.value) < size_of(discounted.value);
}

char* put_quoted(char* out, std::string_view value) {
    *out++ = '"';
    for (const char letter : value) {
        if (letter == '"') {
            *out++ = '"';
        }
        *out++ = letter;
    }
    *out++ = '"';
    return out;
}

bool needs_quotes(std::string_view value) {
    return !value.empty() && (value.front() == ' ' || value.back() == ' ' || value.find_first_of(",\"\r\n") != std::string_view::npos);
}

constexpr std::array<std::uint64_t, 9> powers_of_ten{1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// As `read_number`, for a field with sixteen readable bytes behind its begin and as much room in `out`: the usual form at once. The number
/// is written where it is wanted: as a result it would be copied, and the copy would wait for what was just stored piece by piece.
inline void read_padded_number(std::string_view field, DecimalMark mark, char* out, ReadNumber& number) noexcept {
#if defined(__SSE2__)
    const std::size_t size = field.size();
    if (size == 0) {
        number = {NumberForm::empty, out, {}};
        return;
    }
    if (size <= 16) {
        __m128i piece;
        std::memcpy(&piece, field.data(), sizeof piece);
        std::memcpy(out, &piece, sizeof piece);
        const __m128i above = _mm_cmpgt_epi8(piece, _mm_set1_epi8('9'));
        const __m128i below = _mm_cmplt_epi8(piece, _mm_set1_epi8('0'));
        const auto within = (1U << size) - 1U;
        unsigned others = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(above, below))) & within;
        const unsigned sign = (others & 1U) != 0 && field.front() == '-' ? 1U : 0U;
        others &= ~sign;
        const char decimal_mark = mark == DecimalMark::dot ? '.' : ',';
        const std::size_t place = others == 0 ? size : static_cast<std::size_t>(__builtin_ctz(others));
        const std::size_t whole = place - sign;
        const std::size_t fraction = others == 0 ? 0 : size - place - 1;
        const bool is_usual = (others & (others - 1U)) == 0 && (others == 0 || (field[place] == decimal_mark && fraction > 0)) &&
                              whole > 0 && whole <= 8 && fraction <= 8 && (whole == 1 || field[sign] != '0');
        const std::uint64_t value = !is_usual ? 0
                                              : value_of_digits(field.data() + sign, whole) * powers_of_ten[fraction] +
                                                    value_of_digits(field.data() + place + 1, fraction);
        if (is_usual && (sign == 0 || value != 0)) {
            out[place] = '.';  // of a whole number this is behind its end
            const auto signed_value = static_cast<std::int64_t>(value);
            number.form = NumberForm::number;
            number.end = out + size;
            number.value.value = sign != 0 ? -signed_value : signed_value;
            number.value.scale = static_cast<std::uint8_t>(fraction);
            return;
        }
    }
#endif
    number = read_number(field, mark, out);
}

}  // namespace

void append_csv_field(std::string& out, std::string_view value) {
    if (!needs_quotes(value)) {
        out += value;
        return;
    }
    const std::size_t start = out.size();
    out.resize(start + 2 * value.size() + 2);
    const char* end = put_quoted(out.data() + start, value);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

void Yield::clear() {
    rows.clear();
    lines = 0;
    sums.clear();
    by_service.clear();
    by_project.clear();
    without_amount = unreadable_numbers = not_utf8 = formula_like = more_columns = total_rows = Sightings{};
    marks = MarksSeen{};
    total_row = BigDecimal{};
    row_ends.clear();
    other_sheet.clear();
    counted = is_no_source = is_last = false;
    unpacked_bytes = milliseconds = 0;
    error.reset();
}

std::string_view LineReader::plain_text(const Field& field, std::string& scratch) const {
    std::string_view text = field.text();
    if (field.escaped) {
        scratch.clear();
        for (std::size_t at = 0; at < text.size(); ++at) {
            scratch += text[at];
            at += text[at] == '"' ? 1U : 0U;
        }
        text = scratch;
    }
    if (!cutter_.is_text_valid() && !is_utf8(text)) {
        scratch = from_windows_1252(text);
        text = scratch;
    }
    return text;
}

namespace {

/// Nearly every text is told by its first byte to be none.
bool may_begin_formula(char letter) noexcept {
    const auto byte = static_cast<unsigned char>(letter);
    return byte <= ' ' || byte >= 0x80 || letter == '=' || letter == '+' || letter == '-' || letter == '@';
}

}  // namespace

char* LineReader::put_text(char* out, const Field& field, Yield& yield) {
    *out++ = ',';
    if (field.size == 0) {
        return out;
    }
    if (may_begin_formula(field.begin[0]) && is_formula_like(field.text())) {
        yield.formula_like.add(line_, field.text());
    }
    if (cutter_.is_text_valid() && !field.escaped && copy_unquoted(out, field.begin, field.size) && field.begin[0] != ' ' &&
        field.begin[field.size - 1] != ' ') {
        return out + field.size;
    }
    return put_rare_text(out, field, yield);
}

char* LineReader::put_rare_text(char* out, const Field& field, Yield& yield) {
    if (!cutter_.is_text_valid() && !is_utf8(field.text())) {
        yield.not_utf8.add(line_, {});
    }
    const std::string_view text = plain_text(field, scratch_);
    if (needs_quotes(text) && text.find('"') == std::string_view::npos) {
        *out++ = '"';
        std::memcpy(out, text.data(), text.size());
        out[text.size()] = '"';
        return out + text.size() + 1;
    }
    if (needs_quotes(text)) {
        return put_quoted(out, text);
    }
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// Only the first of each matters: of a usual number nothing is looked at twice.
void LineReader::note_mark(std::string_view text, DecimalMark mark, bool has_decimals, MarksSeen& marks) const {
    const char contrary = mark == DecimalMark::dot ? ',' : '.';
    const char own = mark == DecimalMark::dot ? '.' : ',';
    const bool is_known = marks.leant.count > 0 && (mark == DecimalMark::dot ? marks.dot : marks.comma).count > 0;
    const bool shows_nothing_new = has_decimals ? is_known : text.find(own) == std::string_view::npos;
    if (shows_nothing_new && text.find(contrary) == std::string_view::npos) {
        return;
    }
    const DecimalMark shown = mark_shown_by(text);
    if (shown == DecimalMark::comma) {
        marks.comma.add(line_, text);
    } else if (shown == DecimalMark::dot) {
        marks.dot.add(line_, text);
    } else if (leans_on_mark(text)) {
        marks.leant.add(line_, text);
    }
}

char* LineReader::put_number(char* out, std::size_t column, const Shape& shape, ReadNumber& number, Yield& yield) const {
    *out++ = ',';
    const std::string_view text = cutter_.field(column).text();
    read_padded_number(text, shape.mark, out, number);
    if (shape.watches_marks && number.form == NumberForm::number) {
        note_mark(text, shape.mark, number.value.scale > 0, yield.marks);
    }
    if (number.form == NumberForm::number) {
        return number.end;
    }
    if (number.form == NumberForm::unreadable && column != discounted_amount) {
        yield.unreadable_numbers.add(line_, fmt::format("{} \"{}\"", usage_column_name(column), sanitise(text, 40)));
    }
    return out;
}

/// A line that adds up others: a word says so where a service would stand, or nothing is there that could have been consumed.
bool LineReader::is_total_row() const {
    if (!trim(cutter_.field(unit_price).text()).empty()) {
        return false;
    }
    const auto text_of = [&](std::size_t column) { return trim(cutter_.field(column).text()); };
    bool says_total = false;
    bool names_something = false;
    bool is_empty = true;
    for (std::size_t column = 0; column <= tags; ++column) {
        const bool is_total = begins_with_total(text_of(column));
        const bool is_reference =
            column == begin_date || column == end_date || column == service_id || column == tenant_label || column == country;
        says_total = says_total || is_total;
        is_empty = is_empty && text_of(column).empty();
        names_something = names_something || (!is_reference && !is_total && !text_of(column).empty());
    }
    const bool is_measured = !text_of(billing_unit).empty() || !text_of(quantity).empty();
    if (says_total) {
        return !names_something;
    }
    return (is_empty && text_of(billing_unit).empty()) || (!names_something && !is_measured);
}

Message LineReader::doubt_about_columns(const Shape& shape, Yield& yield) {
    if (cutter_.field_count() == shape.columns) {
        return {};
    }
    // Separators at the end alone do no harm; but a separator inside a text moves all columns behind it, and the currency shows that.
    if (cutter_.field_count() > shape.columns && !cutter_.surplus_has_text() && cutter_.field(currency_code).size > 0 &&
        read_currency(shape)) {
        yield.more_columns.add_columns(line_, cutter_.field_count());
        return {};
    }
    if (cutter_.field_count() < shape.columns && cutter_.ended_by_file()) {
        return messages::file_ends_middle_fields(cutter_.field_count(), shape.columns);
    }
    return messages::fields_expected(cutter_.field_count(), shape.columns);
}

std::optional<Currency> LineReader::read_currency(const Shape& shape) {
    const Field& field = cutter_.field(currency_code);
    if (field.size == last_currency_text_.size() && last_currency_ &&
        std::memcmp(field.begin, last_currency_text_.data(), last_currency_text_.size()) == 0) {
        return last_currency_;
    }
    std::string scratch;
    std::string text(trim(plain_text(field, scratch)));
    if (text.empty()) {
        return shape.currency;
    }
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; });
    const auto currency = find_currency(text == "\xE2\x82\xAC" ? "EUR" : std::string_view(text));
    if (currency && field.size == last_currency_text_.size()) {
        std::memcpy(last_currency_text_.data(), field.begin, last_currency_text_.size());
        last_currency_ = currency;
    }
    return currency == Currency{} ? std::nullopt : currency;
}

bool LineReader::add_up(Currency currency, const ReadNumber& before, const ReadNumber& discounted, Yield& yield) {
    auto sum = std::find_if(yield.sums.begin(), yield.sums.end(), [&](const UsageSum& other) { return other.currency == currency; });
    if (sum == yield.sums.end()) {
        yield.sums.push_back(UsageSum{currency, 0, {}, {}});
        sum = std::prev(yield.sums.end());
    }
    const std::string_view service = plain_text(cutter_.field(service_cloud), service_text_);
    const std::string_view of_project = plain_text(cutter_.field(project), scratch_);
    project_text_.assign(of_project);
    project_text_ += '\0';
    project_text_ += plain_text(cutter_.field(tags), scratch_);
    return add_line(*sum, before, discounted) && add_line(yield.by_service.at(service, currency), before, discounted) &&
           add_line(yield.by_project.at(project_text_, currency), before, discounted);
}

Message LineReader::put_row(const Shape& shape, Yield& yield) {
    std::size_t bytes = 0;
    for (std::size_t column = 0; column < known_columns; ++column) {
        bytes += cutter_.field(column).size + std::size_t{2};
    }
    char* const begin = yield.rows.reserve(shape.prefix.size() + growth * bytes + row_extra_bytes);
    char* out = begin;
    std::memcpy(out, shape.prefix.data(), shape.prefix.size());
    out = std::to_chars(out + shape.prefix.size(), out + shape.prefix.size() + 24, line_).ptr;
    *out++ = ',';
    if (shape.counted) {
        std::memcpy(out, "yes", 3);
        out += 3;
    } else {
        std::memcpy(out, "no", 2);
        out += 2;
    }
    ReadNumber other;
    ReadNumber before;
    ReadNumber discounted;
    for (std::size_t column = 0; column < quantity; ++column) {
        out = put_text(out, cutter_.field(column), yield);
    }
    out = put_number(out, quantity, shape, other, yield);
    out = put_text(out, cutter_.field(billing_unit), yield);
    out = put_number(out, unit_price, shape, other, yield);
    out = put_number(out, amount, shape, before, yield);
    out = put_number(out, volume_discount, shape, other, yield);
    out = put_number(out, discounted_amount, shape, discounted, yield);
    if (shape.heading_is_strange && is_dearer(discounted, before)) {
        return messages::discountedamount_larger_amount;
    }
    if (discounted.form == NumberForm::unreadable) {
        return messages::discountedamount_cannot_read(sanitise(cutter_.field(discounted_amount).text(), 60));
    }
    const bool has_amount = before.form == NumberForm::number || discounted.form == NumberForm::number;
    const std::optional<Currency> currency = read_currency(shape);
    *out++ = ',';
    if (currency) {
        std::memcpy(out, currency->code().data(), 3);
        out += 3;
    } else if (has_amount) {
        const std::string_view text = trim(cutter_.field(currency_code).text());
        return text.empty() ? Message(messages::no_currency_nor_document) : messages::currency_not_one_iso_4217_knows(sanitise(text, 40));
    }
    for (const std::size_t column : {subs_charge_type, subs_begin_date, subs_end_date}) {
        out = put_text(out, cutter_.field(column), yield);
    }
    out = put_number(out, subs_upfront, shape, other, yield);
    out = put_number(out, subs_upfront_discounted, shape, other, yield);
    out = put_text(out, cutter_.field(subs_flavor), yield);
    out = put_text(out, cutter_.field(subs_duration), yield);
    *out++ = '\n';
    if (discounted.form == NumberForm::empty) {
        yield.without_amount.add(line_, {});
    }
    if (currency && !add_up(*currency, before, discounted, yield)) {
        return messages::sum_up_not_fit_38_digits;
    }
    yield.rows.resize(yield.rows.size() + static_cast<std::size_t>(out - begin));
    yield.row_ends.push_back(static_cast<std::uint32_t>(yield.rows.size()));
    ++yield.lines;
    return {};
}

void LineReader::read(const Shape& shape, std::string_view lines, std::uint64_t first_line, Yield& yield) {
    cutter_.begin(lines);
    last_currency_.reset();
    line_ = first_line;
    yield.mark = shape.mark;
    while (cutter_.position() < lines.size() && (shape.line_limit == 0 || line_ < shape.line_limit)) {
        const LineCutter::Taken taken = cutter_.take(shape.columns);
        Message problem;
        if (taken == LineCutter::Taken::broken) {
            problem = cutter_.why_broken();
        } else if (taken == LineCutter::Taken::line) {
            problem = doubt_about_columns(shape, yield);
            if (problem.empty() && is_total_row()) {
                std::array<char, number_text_max> text{};
                yield.total_rows.add(line_, {});
                yield.total_row = read_number(cutter_.field(discounted_amount).text(), shape.mark, text.data()).value;
            } else if (problem.empty()) {
                problem = put_row(shape, yield);
            }
        }
        if (!problem.empty()) {
            yield.error = LineError{line_, std::move(problem)};
            return;
        }
        if (yield.rows.size() > shape.rows_bytes_max) {
            yield.error = LineError{line_, rows_too_long, Trouble::over_budget};
            return;
        }
        line_ += shape.lines_are_rows ? 1 : cutter_.lines_in_record();
    }
}

void LineReader::learn_mark(std::string_view lines, Shape& shape) {
    constexpr std::size_t bytes_looked_at = 64U << 10U;
    bool comma_seen = false;
    bool dot_seen = false;
    while (cutter_.position() < std::min(lines.size(), bytes_looked_at)) {
        const LineCutter::Taken taken = cutter_.take(shape.columns);
        if (taken == LineCutter::Taken::broken) {
            break;
        }
        for (const std::uint8_t column : marked_columns) {
            if (taken == LineCutter::Taken::line && column < cutter_.field_count()) {
                const DecimalMark mark = mark_shown_by(cutter_.field(column).text());
                comma_seen = comma_seen || mark == DecimalMark::comma;
                dot_seen = dot_seen || mark == DecimalMark::dot;
            }
        }
    }
    shape.mark = comma_seen == dot_seen ? DecimalMark::unknown : comma_seen ? DecimalMark::comma : DecimalMark::dot;
    shape.watches_marks = true;
}

/// Whether the line at hand is a heading: it names the amounts, or holds nothing that a line of consumption holds. A line whose numbers
/// alone cannot be read is a line.
bool LineReader::is_heading(const Shape& shape) {
    if (names_amounts()) {
        return true;
    }
    const bool has_numbers = std::any_of(marked_columns.begin(), marked_columns.end(),
                                         [&](std::uint8_t column) { return begins_with_digit(cutter_.field(column).text()); });
    const bool has_currency = !trim(cutter_.field(currency_code).text()).empty() && read_currency(shape).has_value();
    return !has_numbers && !has_currency && !begins_with_digit(cutter_.field(begin_date).text());
}

bool LineReader::names_amounts() const {
    return names_amount(cutter_.field(amount).text()) && names_discounted(cutter_.field(discounted_amount).text());
}

/// Why the heading at hand does not fit the order of columns; empty: it fits, or tells nothing.
Message LineReader::doubt_about_heading() const {
    static const std::array<std::string, known_columns> known_names = [] {
        std::array<std::string, known_columns> names;
        std::transform(report_column_names.begin(), report_column_names.end(), names.begin(), fold_heading);
        return names;
    }();
    for (std::size_t column = 0; column < known_columns; ++column) {
        const std::string name = fold_heading(cutter_.field(column).text());
        for (std::size_t other = 0; other < known_columns; ++other) {
            if (other != column && name == known_names.at(other)) {
                return messages::column_known_column_columns_stand(column + 1, report_column_names.at(other), other + 1);
            }
        }
    }
    const std::string_view before = cutter_.field(amount).text();
    const std::string_view after = cutter_.field(discounted_amount).text();
    if (names_discounted(before) && names_amount(after) && !names_amount(before)) {
        return messages::column_column_amounts_stand(amount + 1, sanitise(trim(before), 40), discounted_amount + 1,
                                                     sanitise(trim(after), 40));
    }
    return {};
}

LineReader::Start LineReader::find_start(std::string_view lines, Shape& shape) {
    Start start;
    cutter_.begin(lines);
    last_currency_.reset();
    LineCutter::Taken taken = LineCutter::Taken::blank;
    std::uint64_t line = 1;
    std::size_t line_begin = 0;
    while (cutter_.position() < lines.size() && taken == LineCutter::Taken::blank) {
        start.bytes = line_begin = cutter_.position();
        start.line = line;
        taken = cutter_.take(known_columns);
        line += cutter_.lines_in_record();
    }
    if (taken == LineCutter::Taken::blank) {
        start.bytes = lines.size();
        start.line = line;
        return start;
    }
    if (taken == LineCutter::Taken::broken) {
        start.error = LineError{start.line, cutter_.why_broken()};
        return start;
    }
    if (cutter_.field_count() < known_columns) {
        start.error =
            LineError{start.line, cutter_.ended_by_file() ? messages::file_ends_middle_fields(cutter_.field_count(), known_columns)
                                                          : messages::fields_expected(cutter_.field_count(), known_columns)};
        return start;
    }
    if (cutter_.surplus_has_text()) {
        shape.columns = cutter_.field_count();
        start.columns = cutter_.field_count();
    }
    if (is_heading(shape)) {
        if (Message doubt = doubt_about_heading(); !doubt.empty()) {
            start.error = LineError{start.line, std::move(doubt)};
            return start;
        }
        shape.heading_is_strange = !names_amounts();
        start.bytes = std::min(cutter_.position(), lines.size());
        start.line = line;
    } else {
        cutter_.take_again(line_begin);
    }
    learn_mark(lines, shape);
    return start;
}

std::optional<LineError> MarksSeen::contradiction(DecimalMark mark) const {
    const Sightings& contrary = mark == DecimalMark::dot ? comma : dot;
    if (leant.count == 0 || contrary.count == 0) {
        return std::nullopt;
    }
    return LineError{leant.first_line, messages::can_read_two_ways_line_mark_stands(sanitise(leant.sample, 40), contrary.first_line,
                                                                                    sanitise(contrary.sample, 40))};
}

std::string_view usage_column_name(std::size_t report_column) noexcept {
    return report_column < known_columns ? report_column_names[report_column] : std::string_view("a column");
}

bool add_line(UsageSum& sum, const ReadNumber& before, const ReadNumber& discounted) noexcept {
    ++sum.lines;
    // Nearly always both have the sum's own scale.
    if (before.value.scale == sum.amount.scale && discounted.value.scale == sum.discounted.scale) {
        return !__builtin_add_overflow(sum.amount.value, before.value.value, &sum.amount.value) &&
               !__builtin_add_overflow(sum.discounted.value, discounted.value.value, &sum.discounted.value);
    }
    return add_to(sum.amount, before.value) && add_to(sum.discounted, discounted.value);
}

bool add_sum(UsageSum& sum, const UsageSum& other) noexcept {
    sum.lines += other.lines;
    return add_to(sum.amount, other.amount) && add_to(sum.discounted, other.discounted);
}

bool add_by_currency(std::vector<UsageSum>& sums, const UsageSum& other) {
    const auto found = std::find_if(sums.begin(), sums.end(), [&](const UsageSum& sum) { return sum.currency == other.currency; });
    if (found == sums.end()) {
        sums.push_back(other);
        return true;
    }
    return add_sum(*found, other);
}

}  // namespace moisson::usage

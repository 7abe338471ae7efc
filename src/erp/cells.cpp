/// The rules for one cell, in order: text of the value, clean, case, allowed letters, length, encoding, quotes or padding.
#include "erp/cells.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "erp/days.hpp"
#include "erp/guard.hpp"
#include "erp/messages.hpp"
#include "erp/texts.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value ^= value >> 30U;
    value *= 0xbf58476d1ce4e5b9ULL;
    value ^= value >> 27U;
    value *= 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

}  // namespace

std::pair<std::uint64_t, std::uint64_t> fingerprint(std::string_view text) noexcept {
    std::uint64_t one = 0x9e3779b97f4a7c15ULL ^ text.size();
    std::uint64_t other = 0xc2b2ae3d27d4eb4fULL + text.size();
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t size = std::min(text.size(), sizeof word);
        std::memcpy(&word, text.data(), size);
        one = mix(one ^ word);
        other = mix(other + word * 0xd6e8feb86659fd93ULL);
        text.remove_prefix(size);
    }
    return {one | 1U, other};
}

std::uint64_t FingerprintTable::insert(std::string_view text, std::uint64_t note) {
    if (2 * (count_ + 1) > slots_.size()) {
        grow();
    }
    const auto [first, second] = fingerprint(text);
    for (std::size_t at = second & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
        Entry& slot = slots_[at];
        if (slot.first == 0) {
            slot = {first, second, note};
            ++count_;
            return note;
        }
        if (slot.first == first && slot.second == second) {
            return slot.note;
        }
    }
}

void FingerprintTable::grow() {
    std::vector<Entry> before(std::max<std::size_t>(64, slots_.size() * 2));
    before.swap(slots_);
    for (const Entry& entry : before) {
        if (entry.first == 0) {
            continue;
        }
        std::size_t at = entry.second & (slots_.size() - 1);
        while (slots_[at].first != 0) {
            at = (at + 1) & (slots_.size() - 1);
        }
        slots_[at] = entry;
    }
}

Cells::Cells(const Template& of, const FileSpec& file, Evaluator& evaluator)
    : template_(of), file_(file), evaluator_(evaluator), states_(of.cells.size()) {
    if (file.layout == Layout::delimited && file.quoting == Quoting::never) {
        for (const char letter : file.separator) {
            foreign_[static_cast<unsigned char>(letter)] = true;
        }
    }
    for (const char letter : file.clean_also) {
        if (static_cast<unsigned char>(letter) < 0x80) {
            foreign_[static_cast<unsigned char>(letter)] = true;
        }
    }
    for (const char letter : file.separator) {
        needs_quote_[static_cast<unsigned char>(letter)] = true;
    }
    for (const char letter : {file.quote, '\r', '\n'}) {
        needs_quote_[static_cast<unsigned char>(letter)] = true;
    }
    for (std::size_t byte = 0; byte < 256; ++byte) {
        is_special_[byte] = byte < 0x20 || byte >= 0x7f || foreign_[byte] || (file.layout == Layout::delimited && needs_quote_[byte]);
    }
    for (std::size_t cell = 0; cell < states_.size(); ++cell) {
        states_[cell].level = of.cells[cell].value->level;
    }
    uses_.resize(of.cells.size());
    for (const LineSpec& line : file.lines) {
        for (const std::uint32_t cell : line.cells) {
            ++uses_[cell];
        }
    }
}

std::vector<Cells::Segment> Cells::segments_of(const LineSpec& line) {
    std::vector<Segment> segments;
    for (const std::uint32_t cell : line.cells) {
        const Level level = template_.cells[cell].value->level;
        const bool is_joined = level <= Level::contract || (level == Level::entry && uses_[cell] > 1);
        const bool goes_on = is_joined && !segments.empty() && segments.back().is_joined &&
                             (segments.back().level <= Level::contract) == (level <= Level::contract);
        if (!goes_on) {
            segments.emplace_back();
            segments.back().is_first = segments.size() == 1;
        }
        Segment& segment = segments.back();
        segment.cells.push_back(cell);
        segment.level = goes_on ? std::max(segment.level, level) : level;
        segment.is_joined = is_joined;
    }
    for (Segment& segment : segments) {
        if (segment.is_joined) {
            segment.slot = slots_.try_emplace({segment.cells, segment.is_first}, static_cast<std::uint32_t>(slots_.size())).first->second;
        }
    }
    joined_.resize(slots_.size());
    return segments;
}

void Cells::join(const Segment& segment, std::string_view separator, Joined& into) {
    into.bytes.clear();
    into.problems.clear();
    evaluator_.watch(&into.problems);
    for (std::size_t at = 0; at < segment.cells.size(); ++at) {
        if (at > 0 || !segment.is_first) {
            into.bytes += separator;
        }
        into.bytes += bytes(segment.cells[at]);
    }
    evaluator_.unwatch();
}

const std::string& Cells::find_joined(const Segment& segment, std::string_view separator) {
    constexpr std::size_t contract_bytes_max = 24U << 20U;
    Joined& mine = joined_[segment.slot];
    const std::uint64_t now = evaluator_.stamp(segment.level);
    if (mine.stamp == now) {
        if (!mine.problems.empty()) {
            evaluator_.report_again(mine.problems);
        }
        return mine.bytes;
    }
    if (segment.level != Level::contract) {
        mine.stamp = now;
        join(segment, separator, mine);
        return mine.bytes;
    }
    if (of_contract_epoch_ != evaluator_.contract_epoch()) {
        of_contract_.clear();
        of_contract_epoch_ = evaluator_.contract_epoch();
        of_contract_bytes_ = 0;
    }
    const std::uint32_t serial = evaluator_.contract_serial();
    if (serial < of_contract_.size() && segment.slot < of_contract_[serial].is_known.size() &&
        of_contract_[serial].is_known[segment.slot]) {
        return of_contract_[serial].bytes[segment.slot];
    }
    mine.stamp = now;
    join(segment, separator, mine);
    if (mine.problems.empty() && of_contract_bytes_ < contract_bytes_max) {
        if (serial >= of_contract_.size()) {
            of_contract_.resize(serial + 1U);
        }
        OfContract& kept = of_contract_[serial];
        if (kept.is_known.size() < slots_.size()) {
            of_contract_bytes_ += slots_.size() * sizeof(std::string);
            kept.is_known.resize(slots_.size());
            kept.bytes.resize(slots_.size());
        }
        kept.is_known[segment.slot] = true;
        kept.bytes[segment.slot] = mine.bytes;
        of_contract_bytes_ += mine.bytes.size();
    }
    return mine.bytes;
}

void Cells::append_row(std::string& out, const LineSpec& line, std::string_view separator) {
    const auto index = static_cast<std::size_t>(&line - file_.lines.data());
    if (segments_.empty()) {
        for (const LineSpec& each : file_.lines) {
            segments_.push_back(segments_of(each));
        }
    }
    for (const Segment& segment : segments_[index]) {
        if (segment.is_joined) {
            out += joined(segment, separator);
            continue;
        }
        if (segment.is_first) {
            // nothing stands before it
        } else if (separator.size() == 1) {
            out += separator.front();
        } else {
            out += separator;
        }
        out += bytes(segment.cells.front());
    }
}

Message Cells::name_of_column(const ColumnSpec& column) const {
    return column.name.empty() ? messages::value_line_template(column.place.line)
                               : messages::column_named(sanitise(column.name, 60));
}

const std::string& Cells::fresh(std::uint32_t cell, State& state) {
    const std::uint64_t now = evaluator_.stamp(state.level);
    if (state.stamp != now) {
        state.stamp = now;
        refresh(cell, state);
    } else {
        evaluator_.report_again(state.problems);
    }
    return state.bytes;
}

std::pair<Value, std::string_view> Cells::typed(std::uint32_t cell) {
    static_cast<void>(bytes(cell));
    return {states_[cell].value, states_[cell].text};
}

void Cells::refresh(std::uint32_t cell, State& state) {
    const ColumnSpec& column = column_of(cell);
    const bool had_problems = !state.problems.empty();
    state.problems.clear();
    evaluator_.watch(&state.problems);
    const Value value = evaluator_.value(*template_.cells[cell].value);
    // The same number or date as before gives the same bytes.
    const bool both_empty = value.is_empty && state.value.is_empty;
    const bool is_same =
        state.is_filled && !had_problems && state.problems.empty() && value.type == state.value.type &&
        (both_empty || (value.type != Type::text && value.is_empty == state.value.is_empty && value.number == state.value.number &&
                        value.scale == state.value.scale && value.currency == state.value.currency));
    if (is_same) {
        evaluator_.unwatch();
        return;
    }
    state.is_filled = true;
    state.bytes.clear();
    state.value = value;
    if (file_.layout == Layout::worksheet) {
        std::string_view text = value.type == Type::text ? value.text : std::string_view();
        if (value.is_empty) {
            if (column.format.required) {
                evaluator_.report("erp-field-missing", messages::field_empty(name_of_column(column)));
            }
            text = column.format.empty_text;
        } else if (value.type == Type::text) {
            apply_text_rules(column, text);
        } else {
            scratch_.clear();
            if (!append_plain(column.format, value, scratch_)) {
                evaluator_.report("erp-number-too-long",
                                  messages::not_fit_pattern(name_of_column(column), plain_text(value)));
            }
            text = scratch_;
        }
        state.text.assign(text);
    } else {
        format(column, value, state.bytes);
    }
    evaluator_.unwatch();
}

bool Cells::append_plain(const CellFormat& format, const Value& value, std::string& out) const {
    switch (value.type) {
        case Type::money: {
            const auto digits = static_cast<unsigned>(value.currency.minor_digits());
            return format.money.append(out, value.number, digits, digits);
        }
        case Type::number: return format.number.append(out, value.number, value.scale, value.scale);
        case Type::date: return format.date.append(out, value.number, 0);
        case Type::instant: {
            const std::int64_t days = floor_days(value.number);
            return format.instant.append(out, days, value.number - days * day_milliseconds);
        }
        case Type::text:
        case Type::truth: out += value.text; break;
    }
    return true;
}

/// Most texts are plain: printable ASCII that no rule has anything to say about.
bool Cells::append_simple(const ColumnSpec& column, std::string_view text, std::string& out) const {
    const CellFormat& format = column.format;
    if (format.has_text_rules || (format.length_max != 0 && text.size() > format.length_max) || text.empty() || file_.formula_guard ||
        file_.layout == Layout::fixed || text.front() == ' ' || text.back() == ' ') {
        return false;
    }
    const bool quotes = format.quote ? *format.quote : file_.quoting == Quoting::text || file_.quoting == Quoting::all;
    bool special = quotes && file_.layout == Layout::delimited;
    for (const char byte : text) {
        special |= is_special_[static_cast<unsigned char>(byte)];
    }
    if (special) {
        return false;
    }
    out += text;
    return true;
}

void Cells::format(const ColumnSpec& column, const Value& value, std::string& out) {
    if (value.type == Type::text && !value.is_empty && append_simple(column, value.text, out)) {
        return;
    }
    const std::size_t begin = out.size();
    const bool is_text = value.type == Type::text;
    if (value.is_empty) {
        if (column.format.required) {
            evaluator_.report("erp-field-missing", messages::field_empty(name_of_column(column)));
        }
        append_encoded(column, column.format.empty_text, out);
    } else if (is_text) {
        std::string_view text = value.text;
        apply_text_rules(column, text);
        append_encoded(column, text, out);
    } else if (!append_plain(column.format, value, out)) {
        evaluator_.report("erp-number-too-long", messages::not_fit_pattern(name_of_column(column), plain_text(value)));
    } else if (column.format.length_max != 0 && out.size() - begin > column.format.length_max) {
        evaluator_.report("erp-number-too-long", messages::longer_characters(name_of_column(column),
                                                             plain_text(value), column.format.length_max));
    }
    if (file_.layout == Layout::fixed) {
        pad(column, is_text, begin, out);
    } else if (file_.layout == Layout::delimited) {
        quote(column, is_text, begin, out);
    }
}

void Cells::apply_text_rules(const ColumnSpec& column, std::string_view& text) {
    const CellFormat& format = column.format;
    if (file_.clean && clean_text(text, foreign_, scratch_)) {
        rule_text_.swap(scratch_);
        text = rule_text_;
    }
    if (format.letter_case != LetterCase::as_is) {
        rule_text_ = change_case(text, format.letter_case == LetterCase::upper);
        text = rule_text_;
    }
    if (format.allowed && template_.regexes[*format.allowed].finds(text)) {
        if (format.not_allowed == NotAllowed::error) {
            evaluator_.report("erp-text-not-allowed", messages::character_may_not_stand(name_of_column(column), sanitise(text, 80)));
        } else {
            std::string changed(text);
            const std::string with = format.not_allowed == NotAllowed::drop ? std::string()
                                     : format.not_allowed_text == "\\"      ? "\\\\"
                                                                            : format.not_allowed_text;
            static_cast<void>(template_.regexes[*format.allowed].replace_all(changed, with));
            rule_text_ = std::move(changed);
            text = rule_text_;
        }
    }
    if (file_.formula_guard && format.guard && needs_guard(text)) {
        rule_text_ = "'" + std::string(text);
        text = rule_text_;
    }
    if (format.length_max != 0 && text.size() > format.length_max) {
        limit_length(column, text);
    }
    if (text.empty() && format.required) {
        evaluator_.report("erp-field-missing", messages::field_empty(name_of_column(column)));
    }
}

void Cells::limit_length(const ColumnSpec& column, std::string_view& text) {
    const CellFormat& format = column.format;
    if (count_letters(text) <= format.length_max) {
        return;
    }
    switch (format.too_long) {
        case TooLong::error: {  // a block: clang 16 would destroy the message at the end of the switch, whatever case was taken
            evaluator_.report("erp-text-too-long", messages::characters_most(name_of_column(column),
                                                               sanitise(text, 80), count_letters(text), format.length_max));
            return;
        }
        case TooLong::cut: text = cut_text(text, format.length_max); return;
        case TooLong::shorten: break;
    }
    const std::uint64_t whole = fingerprint(text).second;
    std::string shorter = shorten_text(text, format.length_max);
    const auto index = static_cast<std::uint32_t>(&column - template_.columns.data());
    if (shortened_[index].insert(shorter, whole) != whole) {
        evaluator_.report("erp-key-duplicate", messages::another_text_both_become(name_of_column(column),
                                                           sanitise(text, 80), shorter));
    }
    rule_text_ = std::move(shorter);
    text = rule_text_;
}

void Cells::append_encoded(const ColumnSpec& column, std::string_view text, std::string& out) {
    if (!encode(out, text, file_.charset, file_.losses, lost_)) {
        evaluator_.report("erp-character-lost",
                          messages::character_lost(name_of_column(column), name_of(file_.charset), lost_));
    }
}

void Cells::quote(const ColumnSpec& column, bool is_text, std::size_t begin, std::string& out) const {
    bool wanted = false;
    const std::string_view text = std::string_view(out).substr(begin);
    if (column.format.quote) {
        wanted = *column.format.quote;
    } else if (file_.quoting == Quoting::needed) {
        wanted = text.starts_with(' ') || text.ends_with(' ');
        for (const char byte : text) {
            wanted |= needs_quote_[static_cast<unsigned char>(byte)];
        }
    } else {
        wanted = file_.quoting == Quoting::all || (file_.quoting == Quoting::text && is_text);
    }
    if (!wanted) {
        return;
    }
    if (file_.quote_inside == QuoteInside::forbid && text.find(file_.quote) != std::string_view::npos) {
        evaluator_.report("erp-text-not-allowed",
                          messages::holds_quote_may_not_stand_inside(name_of_column(column), std::string(1, file_.quote)));
    }
    std::string quoted(1, file_.quote);
    for (const char byte : text) {
        if (byte == file_.quote || (byte == '\\' && file_.quote_inside == QuoteInside::backslash)) {
            quoted += file_.quote_inside == QuoteInside::backslash ? '\\' : file_.quote;
        }
        quoted += byte;
    }
    quoted += file_.quote;
    out.resize(begin);
    out += quoted;
}

void Cells::pad(const ColumnSpec& column, bool is_text, std::size_t begin, std::string& out) {
    const CellFormat& format = column.format;
    if (format.width == 0) {
        return;
    }
    std::size_t size = out.size() - begin;
    if (size > format.width) {
        if (is_text && format.too_long == TooLong::cut) {
            std::size_t end = begin + format.width;
            while (file_.charset == Charset::utf_8 && end > begin && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80U) {
                --end;
            }
            out.resize(end);
            size = end - begin;
        } else {
            evaluator_.report(
                is_text ? FindingCode("erp-text-too-long") : FindingCode("erp-number-too-long"),
                messages::takes_bytes_most(name_of_column(column),
                            sanitise(decode_text(std::string_view(out).substr(begin), file_.charset), 80), size, format.width));
            out.resize(begin + format.width);
            return;
        }
    }
    const std::size_t missing = format.width - size;
    if (!format.align_right) {
        out.append(missing, format.pad);
        return;
    }
    // A sign stays in front of zeros.
    const bool behind_sign = format.pad == '0' && size > 0 && (out[begin] == '-' || out[begin] == '+');
    out.insert(begin + (behind_sign ? 1U : 0U), missing, format.pad);
}

void Cells::append_blank(std::string& out, std::uint32_t cell) {
    const ColumnSpec& column = column_of(cell);
    if (file_.layout == Layout::fixed) {
        out.append(column.format.width, ' ');
    }
}

void Cells::append_name(std::string& out, std::uint32_t column_index) {
    const ColumnSpec& column = template_.columns[column_index];
    const std::size_t begin = out.size();
    append_encoded(column, column.name, out);
    if (file_.layout == Layout::delimited) {
        quote(column, true, begin, out);
    } else if (file_.layout == Layout::fixed) {
        pad(column, true, begin, out);
    }
}

void Cells::append_text(std::string& out, const std::vector<TextPart>& parts) {
    static const ColumnSpec unnamed = [] {
        ColumnSpec column;
        column.name = "text";
        return column;
    }();
    for (const TextPart& part : parts) {
        if (part.value == nullptr) {
            append_encoded(unnamed, part.literal, out);
            continue;
        }
        const Value value = evaluator_.value(*part.value);
        if (value.is_empty) {
            continue;
        }
        if (value.type != Type::text) {
            if (!append_plain(file_.formats, value, out)) {
                evaluator_.report("erp-number-too-long", messages::text_not_fit_pattern(plain_text(value)));
            }
            continue;
        }
        std::string_view text = value.text;
        if (file_.clean && clean_text(text, foreign_, scratch_)) {
            text = scratch_;
        }
        append_encoded(unnamed, text, out);
    }
}

void Cells::check_unique(const std::vector<std::uint32_t>& cells) {
    for (const std::uint32_t cell : cells) {
        const ColumnSpec& column = column_of(cell);
        if (!column.format.unique) {
            continue;
        }
        const std::string_view key = file_.layout == Layout::worksheet ? typed(cell).second : bytes(cell);
        // The same posting comes once: any earlier fingerprint is another one's.
        const std::uint64_t me = reinterpret_cast<std::uintptr_t>(&evaluator_.posting());
        if (unique_[template_.cells[cell].column].insert(key, me) != me) {
            evaluator_.report("erp-key-duplicate", messages::stands_twice(name_of_column(column),
                                                               sanitise(decode_text(key, file_.charset), 80)));
        }
    }
}

}  // namespace moisson::erp

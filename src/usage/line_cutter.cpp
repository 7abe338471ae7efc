/// Separators, quotes and line ends.
#include "usage/line_cutter.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "base/utf8.hpp"
#include "usage/messages.hpp"

namespace moisson::usage {

namespace {


}  // namespace

void LineCutter::begin(std::string_view lines) {
    lines_ = lines;
    MOISSON_INVARIANT(lines.size() < UINT32_MAX, "a chunk of lines is small");
    const std::size_t room = lines.size() + 65;
    if (index_capacity_ < room) {
        index_capacity_ = room + room / 4;
        index_memory_.reset(new std::uint32_t[2 * index_capacity_]);
    }
    index_ = separators_.positions = index_memory_.get();
    separators_.line_ends = index_memory_.get() + index_capacity_;
    find_separators(lines.data(), lines.size(), separators_);
    index_[separators_.position_count] = static_cast<std::uint32_t>(lines.size());
    line_end_at_ = 0;
    index_at_ = 0;
    line_begin_ = 0;
    is_text_valid_ = is_utf8(lines);
    has_nul_ = lines.find('\0') != std::string_view::npos;
}

bool LineCutter::take_quoted(Field& field) {
    const char* const data = lines_.data();
    // The opening quote is at hand; the closing one is the first that is not doubled.
    const std::size_t begin = index_[index_at_++] + std::size_t{1};
    field.begin = data + begin;
    for (;; ++index_at_) {
        const std::size_t at = index_[index_at_];
        if (at == lines_.size()) {
            why_broken_ = messages::quote_opened_not_closed_file_cut;
            return false;
        }
        if (data[at] == '\n') {
            ++lines_in_record_;
        } else if (data[at] == '"') {
            if (at + 1 < lines_.size() && data[at + 1] == '"') {
                field.escaped = true;
                ++index_at_;
                continue;
            }
            field.size = static_cast<std::uint32_t>(at - begin);
            ++index_at_;
            break;
        }
    }
    const std::size_t behind = begin + field.size + 1;
    const bool before_line_end = behind + 1 < lines_.size() && data[behind] == '\r' && data[behind + 1] == '\n';
    const bool before_file_end = behind + 1 == lines_.size() && data[behind] == '\r';
    if (index_[index_at_] != behind + (before_line_end || before_file_end ? 1U : 0U) || (behind < lines_.size() && data[behind] == '"')) {
        why_broken_ = messages::text_follows_closing_quote;
        return false;
    }
    return true;
}

LineCutter::Taken LineCutter::take(std::size_t columns) {
    const char* const data = lines_.data();
    const std::size_t size = lines_.size();
    const std::size_t line_begin = line_begin_;
    if (!separators_.has_quotes) {
        return take_plain_line(columns);
    }
    field_count_ = 0;
    surplus_has_text_ = false;
    lines_in_record_ = 1;
    std::size_t at = line_begin;
    for (;;) {
        Field field;
        if (at < size && data[at] == '"') {
            if (!take_quoted(field)) {
                return Taken::broken;
            }
        } else {
            std::size_t end = index_[index_at_];
            while (end < size && data[end] == '"') {  // a quote inside a field that does not begin with one is a letter
                end = index_[++index_at_];
            }
            field.begin = data + at;
            field.size = static_cast<std::uint32_t>(end - at);
        }
        const std::size_t end = index_[index_at_++];
        const bool is_last = end == size || data[end] == '\n';
        if (is_last && field.size > 0 && field.begin + field.size == data + end && data[end - 1] == '\r') {
            --field.size;
        }
        if (field_count_ < known_columns) {
            fields_[field_count_] = field;
        }
        surplus_has_text_ = surplus_has_text_ || (field_count_ >= columns && field.size > 0);
        ++field_count_;
        if (is_last) {
            line_begin_ = end + 1;
            ended_by_file_ = end == size;
            break;
        }
        if (field_count_ == fields_max) {
            why_broken_ = messages::more_thousand_fields;
            return Taken::broken;
        }
        at = end + 1;
    }
    return end_line(line_begin);
}

LineCutter::Taken LineCutter::take_plain_line(std::size_t columns) {
    const char* const data = lines_.data();
    const std::size_t line_begin = line_begin_;
    // Without quotes the fields are what stands between one position and the next.
    const bool is_cut = line_end_at_ == separators_.line_end_count;
    const std::size_t last = is_cut ? separators_.position_count : separators_.line_ends[line_end_at_++];
    field_count_ = last - index_at_ + 1;
    lines_in_record_ = 1;
    ended_by_file_ = is_cut;
    surplus_has_text_ = false;
    const std::uint32_t* const ends = index_ + index_at_;
    std::size_t at = line_begin;
    for (std::size_t field = 0; field < std::min(field_count_, known_columns); ++field) {
        fields_[field].begin = data + at;
        fields_[field].size = static_cast<std::uint32_t>(ends[field] - at);
        fields_[field].escaped = false;
        at = ends[field] + std::size_t{1};
    }
    const std::size_t end = ends[field_count_ - 1];
    const bool has_return = end > line_begin && data[end - 1] == '\r';
    if (has_return && field_count_ <= known_columns && fields_[field_count_ - 1].size > 0) {
        --fields_[field_count_ - 1].size;
    }
    index_at_ = last + 1;
    line_begin_ = end + 1;
    if (field_count_ > columns) {
        // Text in a surplus field: something else than separators (and the line's CR) behind the known ones.
        const std::size_t surplus_begin = ends[columns - 1] + std::size_t{1};
        surplus_has_text_ = end - surplus_begin > field_count_ - columns - 1 + (has_return ? 1U : 0U);
    }
    if (field_count_ > fields_max) {
        why_broken_ = messages::more_thousand_fields;
        return Taken::broken;
    }
    return end_line(line_begin);
}

LineCutter::Taken LineCutter::end_line(std::size_t line_begin) {
    if (line_begin_ - line_begin > line_bytes_max) {
        why_broken_ = line_too_long;
        return Taken::broken;
    }
    if (has_nul_ && lines_.substr(line_begin, line_begin_ - line_begin).find('\0') != std::string_view::npos) {
        why_broken_ = messages::holds_zero_byte_file_damaged_not;
        return Taken::broken;
    }
    return is_blank() ? Taken::blank : Taken::line;
}

bool LineCutter::is_blank() const noexcept {
    if (!trim(fields_[0].text()).empty() || surplus_has_text_) {
        return false;
    }
    for (std::size_t column = 1; column < std::min(field_count_, known_columns); ++column) {
        if (!trim(fields_.at(column).text()).empty()) {
            return false;
        }
    }
    return true;
}

void LineCutter::take_again(std::size_t line_begin) {
    index_at_ = 0;
    while (index_[index_at_] < line_begin) {
        ++index_at_;
    }
    line_end_at_ -= separators_.has_quotes || line_end_at_ == 0 ? 0 : 1;
    line_begin_ = line_begin;
}

}  // namespace moisson::usage

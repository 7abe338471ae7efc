/// See message.hpp.

#include "language/message.hpp"

#include <algorithm>

#include "language/format.hpp"
#include "language/pieces.hpp"

namespace moisson {

namespace {

constexpr bool stands_behind_a_blank(std::string_view rest) {
    return std::string_view(";:!?%").find(rest.front()) != std::string_view::npos || rest.starts_with("»");
}

/// Braces become single, and in French the blanks that must not break.
void append_words(std::string& out, Language language, std::string_view words) {
    constexpr std::string_view opening = "« ";
    while (!words.empty()) {
        const std::string_view rest = words.substr(1);
        if (words.front() == '{' || words.front() == '}') {
            out += words.front();
            words.remove_prefix(2);
        } else if (language == Language::french && words.front() == ' ' && !rest.empty() && stands_behind_a_blank(rest)) {
            out += narrow_blank;
            words.remove_prefix(1);
        } else if (language == Language::french && words.starts_with(opening)) {
            out.append(opening.substr(0, opening.size() - 1)).append(narrow_blank);
            words.remove_prefix(opening.size());
        } else {
            out += words.front();
            words.remove_prefix(1);
        }
    }
}

std::string_view by_count(Language language, const TextPiece& piece, std::string_view count) {
    const bool is_one = count == "1" || count == "-1" || (language == Language::french && count == "0");
    return is_one ? piece.one : piece.many;
}

std::string show(const MessageValue& value, const TextPiece& piece, Language language) {
    switch (value.place) {
        case Place::text: break;
        case Place::count:
        case Place::number: return show_number(language, value.text);
        case Place::amount: return show_amount(language, value.text);
        case Place::day: return show_day(language, value.text);
        case Place::months: return piece.hint.empty() ? show_months(language, value.text) : show_of_months(language, value.text);
        case Place::said: return value.said.in(language);
    }
    return value.text;
}

}  // namespace

Message::Message(std::string plain) {
    if (!plain.empty()) {
        values_.push_back({Place::text, std::move(plain), {}});
    }
}

Message::Message(const MessageText& row, std::vector<MessageValue> values) : row_(&row), values_(std::move(values)) {}

std::string Message::in(Language language) const {
    if (row_ == nullptr) {
        return values_.empty() ? std::string() : values_.front().text;
    }
    std::string out;
    std::string_view text = row_->in.at(static_cast<std::size_t>(language));
    while (!text.empty()) {
        const TextPiece piece = take_piece(text);
        if (!piece.is_value) {
            append_words(out, language, piece.words);
        } else if (piece.is_plural()) {
            append_words(out, language, by_count(language, piece, values_.at(piece.value).text));
        } else {
            out += show(values_.at(piece.value), piece, language);
        }
    }
    return out;
}

std::string Message::english() const { return in(Language::english); }

bool operator==(const Message& left, const Message& right) { return left.english() == right.english(); }

std::strong_ordering operator<=>(const Message& left, const Message& right) { return left.english() <=> right.english(); }

void Message::change_values(const std::function<std::string(std::string_view)>& change) {
    for (MessageValue& value : values_) {
        if (value.place == Place::text) {
            value.text = change(value.text);
        } else if (value.place == Place::said) {
            value.said.change_values(change);
        }
    }
}

void Message::change_texts(const std::function<std::string(std::string_view)>& change) {
    change_values(change);
    const std::string whole = english();
    if (std::string changed = change(whole); changed != whole) {
        *this = Message(std::move(changed));
    }
}

}  // namespace moisson

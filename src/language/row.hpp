#pragma once
/// Rows of a room's table of messages: one row a message, all languages side by side.
///
///     inline constexpr Row<place::Count, place::Text> left_out{"{0} {0|line is|lines are} left out of {1}.",
///                                                              "{0} {0|ligne est omise|lignes sont omises} de {1}."};
///     finding.message = left_out(count, name);
///
/// The kinds of the values stand in the row's type, so both texts have the same; that every text shows every value, counts words by counts
/// alone, and is set as its language is set, is checked while it compiles. A further language is a further text of each row.

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/message.hpp"
#include "language/pieces.hpp"
#include "language/places.hpp"

namespace moisson {

namespace language_checks {

/// « and » in turn, a blank inside each, and no apostrophe of typesetters; a blank before ; : ! ? at the end of a word.
constexpr void check_french(std::string_view text, bool check_marks) {
    bool is_open = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((text[at] >= 'a' && text[at] <= 'z') || text[at] == ' ') {
            continue;  // most of them: compilers count their steps
        }
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("«") || rest.starts_with("»")) {
            const bool opens = rest.starts_with("«");
            if (opens == is_open || (opens ? !rest.starts_with("« ") : at == 0 || text[at - 1] != ' ')) {
                throw std::invalid_argument("French quotes stand in pairs with a blank inside each");
            }
            is_open = opens;
        }
        if (rest.starts_with("’")) {
            throw std::invalid_argument("an apostrophe is written '");
        }
        const bool is_mark = check_marks && std::string_view(";:!?").find(text[at]) != std::string_view::npos;
        const char before = at == 0 ? ' ' : text[at - 1];
        const bool is_word = (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') || (before >= '0' && before <= '9');
        if (is_mark && is_word && (rest.size() == 1 || rest[1] == ' ')) {
            throw std::invalid_argument("in French a blank stands before ; : ! ?");
        }
    }
    if (is_open) {
        throw std::invalid_argument("French quotes stand in pairs with a blank inside each");
    }
}

/// Throws where a text does not fit its places.
constexpr void check_text(Language language, std::string_view text, const Place* places, std::size_t places_size, bool check_marks = true) {
    if (language == Language::french) {
        check_french(text, check_marks);
    }
    std::array<bool, 10> is_shown{};
    while (!text.empty()) {
        const TextPiece piece = take_piece(text);
        if (!piece.is_value) {
            continue;
        }
        if (piece.value >= places_size) {
            throw std::invalid_argument("a place for a value that the message does not have");
        }
        if (piece.is_plural() && places[piece.value] != Place::count) {
            throw std::invalid_argument("words go by a Count alone");
        }
        if (!piece.hint.empty() && (piece.hint != "de" || language != Language::french || places[piece.value] != Place::months)) {
            throw std::invalid_argument("{0:de} is for Months in French");
        }
        is_shown.at(piece.value) = true;
    }
    for (std::size_t at = 0; at < places_size; ++at) {
        if (!is_shown.at(at)) {
            throw std::invalid_argument("a value that one language does not show");
        }
    }
}

/// A text without values, as meanings and remedies of findings are; they may quote what has marks of its own (a header, a command).
constexpr bool is_plain_text(const MessageText& text) {
    check_text(Language::english, text.in[0], nullptr, 0, false);
    check_text(Language::french, text.in[1], nullptr, 0, false);
    return text.in[0].empty() == text.in[1].empty();
}

}  // namespace language_checks

/// A row without its type, for messages that are taken over from elsewhere by a number.
struct AnyRow {
    const MessageText* text;
    std::span<const Place> places;
};

template <class... Places>
class Row {
public:
    static constexpr std::array<Place, sizeof...(Places)> places{Places::kind...};

    consteval Row(std::string_view english, std::string_view french) : text_{{english, french}} {
        for (std::size_t at = 0; at < language_count; ++at) {
            if (text_.in[at].empty()) {
                throw std::invalid_argument("a message without words in one language");
            }
            language_checks::check_text(static_cast<Language>(at), text_.in[at], places.data(), sizeof...(Places));
        }
    }

    [[nodiscard]] Message operator()(Places... values) const {
        std::vector<MessageValue> list;
        list.reserve(sizeof...(Places));
        (list.push_back(std::move(static_cast<MessageValue&>(values))), ...);
        return Message(text_, std::move(list));
    }
    /// One without values is its message.
    operator Message() const  // NOLINT(google-explicit-constructor)
        requires(sizeof...(Places) == 0) {
        return Message(text_, {});
    }
    [[nodiscard]] std::string in(Language language) const requires(sizeof...(Places) == 0) { return Message(text_, {}).in(language); }
    [[nodiscard]] constexpr const MessageText& text() const noexcept { return text_; }
    constexpr operator AnyRow() const noexcept { return {&text_, places}; }  // NOLINT(google-explicit-constructor)

private:
    MessageText text_;
};

}  // namespace moisson

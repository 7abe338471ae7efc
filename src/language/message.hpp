#pragma once
/// A message for people: which one it is, and its values, each of a kind. Words are made of it at the last moment, in whatever language is
/// asked for; nothing is ever recognised in a text. Rows of messages, and how one is made: row.hpp.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "language/language.hpp"

namespace moisson {

/// What a message says, one text a language. In a text `{0}` is the first value; `{0|document|documents}` a word by its count (one, or not:
/// in English 1 is one, in French 0 is one too); `{0:de}`, in French alone, months behind "de" or "d'". `{{` and `}}` are braces.
/// Blanks before ; : ! ? % and inside « » are written plainly: they are made narrow and unbreakable where the text is shown.
struct MessageText {
    std::array<std::string_view, language_count> in;  ///< by Language
    [[nodiscard]] constexpr std::string_view english() const noexcept { return in.front(); }
};

/// The kind of a value, which says how a language shows it.
enum class Place : std::uint8_t {
    text,    ///< verbatim: from outside, a name, a code
    count,   ///< a whole number that words may follow
    number,  ///< "1234.50"
    amount,  ///< "1234.50 EUR"
    day,     ///< a day or an instant, ISO 8601
    months,  ///< "2026-10", "2026-08..2026-10", "2026-08 to 2026-10"
    said,    ///< another message
};

struct MessageValue;

/// A value; copied freely. Any number of threads may read one.
class Message {
public:
    Message() noexcept;  ///< says nothing
    /// A text that is the same in every language: it came from outside, or was kept as text.
    Message(std::string plain);       // NOLINT(google-explicit-constructor): what is only text is a message too
    Message(std::string_view plain);  // NOLINT(google-explicit-constructor)
    Message(const char* plain);       // NOLINT(google-explicit-constructor)
    /// `values` fit the row's places: made by Row alone, or checked by who reads it from elsewhere.
    Message(const MessageText& row, std::vector<MessageValue> values);

    [[nodiscard]] std::string in(Language language) const;
    [[nodiscard]] std::string english() const;
    [[nodiscard]] bool empty() const noexcept;
    [[nodiscard]] const MessageText* row() const noexcept { return row_; }  ///< null: a plain text
    [[nodiscard]] const std::vector<MessageValue>& values() const noexcept { return values_; }
    /// Every text from outside becomes what `change` makes of it; where the whole would still be changed, it becomes that plain text.
    void change_texts(const std::function<std::string(std::string_view)>& change);

    /// What says the same in English is the same; in the order of the English texts.
    friend bool operator==(const Message& left, const Message& right);
    friend std::strong_ordering operator<=>(const Message& left, const Message& right);

private:
    void change_values(const std::function<std::string(std::string_view)>& change);

    const MessageText* row_ = nullptr;
    std::vector<MessageValue> values_;  ///< of a plain text: that text
};

struct MessageValue {
    Place place = Place::text;
    std::string text;  ///< in the form of the data; of `said` empty
    Message said;
};

inline Message::Message() noexcept = default;
inline Message::Message(std::string_view plain) : Message(std::string(plain)) {}
inline Message::Message(const char* plain) : Message(std::string(plain)) {}
inline bool Message::empty() const noexcept { return row_ == nullptr && values_.empty(); }

}  // namespace moisson

/// A log line or the terminal: English.
template <>
struct fmt::formatter<moisson::Message> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const moisson::Message& message, Context& context) const {
        return fmt::formatter<std::string_view>::format(message.english(), context);
    }
};

/// See json_mend.hpp.
#include "api/json_mend.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/utf8.hpp"
#include "base/windows_1252.hpp"

namespace moisson::api {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  ///< U+FFFD
/// The library turns numbers to doubles even where it hands their text on, and refuses what no double holds: 309 digits or more.
constexpr std::size_t number_bytes_max = 300;
constexpr std::size_t exponent_digits_max = 2;

bool is_number_byte(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

/// True when one of the eight bytes is a quote, a backslash, a control character or above ASCII: zero bytes found as in "Bit Twiddling
/// Hacks"; a false alarm costs a look at each of the eight.
bool needs_a_look(const char* at) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const auto has_zero = [](std::uint64_t value) { return (value - ones) & ~value; };
    const std::uint64_t below_blank = word - ones * 0x20U;
    return ((word | below_blank | has_zero(word ^ ones * std::uint64_t{'"'}) | has_zero(word ^ ones * std::uint64_t{'\\'})) & highs) != 0;
}

/// The code unit of `\uXXXX` at `at`; -1 when there is none.
int unit_at(std::string_view text, std::size_t at) {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') {
        return -1;
    }
    int unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

class Mender {
public:
    explicit Mender(std::string& body) : body_(body) {}

    Mending run() {
        const std::string_view text = body_;
        for (std::size_t at = 0; at < text.size();) {
            const char c = text[at];
            if (c == '"') {
                at = string_from(at + 1);
            } else if (c == '-' || (c >= '0' && c <= '9')) {
                at = number_from(at);
            } else {
                if (c == '\0') {
                    replace(at, 1, " ");
                }
                ++at;
            }
        }
        if (copied_to_ > 0) {
            mended_.append(text.substr(copied_to_));
            body_ = std::move(mended_);
        }
        return std::move(result_);
    }

private:
    void replace(std::size_t at, std::size_t length, std::string_view by) {
        mended_.append(body_, copied_to_, at - copied_to_);
        mended_.append(by);
        copied_to_ = at + length;
    }
    void replace_in_string(std::size_t at, std::size_t length, std::string_view by) {
        replace(at, length, by);
        if (result_.strings.empty() || result_.strings.back() != string_begin_) {
            result_.strings.push_back(string_begin_);
        }
    }

    /// From behind the opening quote to behind the closing one.
    std::size_t string_from(std::size_t at) {
        const std::string_view text = body_;
        string_begin_ = mended_.size() + at - copied_to_;
        while (at < text.size()) {
            if (at + sizeof(std::uint64_t) <= text.size() && !needs_a_look(text.data() + at)) {
                at += sizeof(std::uint64_t);
                continue;
            }
            const auto byte = static_cast<unsigned char>(text[at]);
            if (byte == '"') {
                return at + 1;
            }
            if (byte == '\\') {
                at = escape_from(at);
            } else if (byte < 0x20) {
                replace_in_string(at++, 1, replacement);
            } else if (byte < 0x80) {
                ++at;
            } else if (const std::size_t length = utf8_sequence_length(text.substr(at, 4)); length > 0) {
                at += length;
            } else {
                replace_in_string(at, 1, from_windows_1252(text.substr(at, 1)));
                ++at;
            }
        }
        return at;
    }

    std::size_t escape_from(std::size_t at) {
        const std::string_view text = body_;
        if (at + 1 == text.size()) {
            return at + 1;
        }
        if (std::string_view("\"\\/bfnrt").find(text[at + 1]) != std::string_view::npos) {
            return at + 2;
        }
        const int unit = unit_at(text, at);
        if (unit < 0) {
            replace_in_string(at, 1, replacement);
            return at + 1;
        }
        const bool is_high = unit >= 0xd800 && unit <= 0xdbff;
        if (is_high) {
            if (const int low = unit_at(text, at + 6); low >= 0xdc00 && low <= 0xdfff) {
                return at + 12;
            }
        }
        if (is_high || (unit >= 0xdc00 && unit <= 0xdfff)) {
            replace_in_string(at, 6, replacement);
        }
        return at + 6;
    }

    std::size_t number_from(std::size_t at) {
        const std::string_view text = body_;
        const std::size_t begin = at;
        while (at < text.size() && is_number_byte(text[at])) {
            ++at;
        }
        const std::string_view number = text.substr(begin, at - begin);
        const std::size_t exponent = number.find_first_of("eE");
        const bool is_far = exponent != std::string_view::npos && number.size() - exponent - 1 > exponent_digits_max;
        if ((is_far || number.size() > number_bytes_max) && is_json_number(number)) {
            replace(begin, number.size(), "0");
            result_.numbers.emplace(mended_.size() - 1, std::string(number));
        }
        return at;
    }

    /// RFC 8259 §6; what is no number is left for the library to refuse.
    static bool is_json_number(std::string_view number) {
        const auto skip = [&](std::string_view some) {
            const bool found = !number.empty() && some.find(number.front()) != std::string_view::npos;
            number.remove_prefix(found ? 1 : 0);
            return found;
        };
        const auto digits = [&] {
            const std::size_t count = std::min(number.find_first_not_of("0123456789"), number.size());
            number.remove_prefix(count);
            return count > 0;
        };
        skip("-");
        if (!skip("0") && !digits()) {
            return false;
        }
        if (skip(".") && !digits()) {
            return false;
        }
        if (skip("eE")) {
            skip("+-");
            if (!digits()) {
                return false;
            }
        }
        return number.empty();
    }

    std::string& body_;
    std::string mended_;
    std::size_t copied_to_ = 0;
    std::size_t string_begin_ = 0;  ///< in the mended text
    Mending result_;
};

}  // namespace

Mending mend_json(std::string& body) { return Mender(body).run(); }

}  // namespace moisson::api

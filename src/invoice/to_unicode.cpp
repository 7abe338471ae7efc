#include "invoice/to_unicode.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "invoice/utf8_append.hpp"

namespace moisson::invoice {

namespace {

/// The longest text of one code that is kept, in bytes of UTF-16: ligatures have three letters.
constexpr std::size_t target_bytes_max = 32;

/// Bytes between "<" and ">", and words; everything else is one letter.
struct CmapToken {
    enum class Kind { end, hex, word, open, close } kind = Kind::end;
    std::string bytes;
};

class CmapTokens {
public:
    explicit CmapTokens(std::string_view text) : text_(text) {}

    CmapToken next() {
        while (at_ < text_.size()) {
            const char letter = text_[at_];
            if (letter == '%') {
                at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
            } else if (letter == '<') {
                return hex();
            } else if (letter == '[' || letter == ']') {
                ++at_;
                return {letter == '[' ? CmapToken::Kind::open : CmapToken::Kind::close, {}};
            } else if (is_regular(letter)) {
                const std::size_t begin = at_;
                while (at_ < text_.size() && is_regular(text_[at_])) {
                    ++at_;
                }
                return {CmapToken::Kind::word, std::string(text_.substr(begin, std::min<std::size_t>(at_ - begin, 40)))};
            } else {
                ++at_;
            }
        }
        return {};
    }

private:
    static bool is_regular(char letter) noexcept {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '-';
    }

    CmapToken hex() {
        CmapToken token{CmapToken::Kind::hex, {}};
        unsigned value = 0;
        bool is_half = false;
        for (++at_; at_ < text_.size() && text_[at_] != '>'; ++at_) {
            const char digit = text_[at_];
            const int worth = digit >= '0' && digit <= '9'   ? digit - '0'
                              : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                              : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                             : -1;
            if (worth < 0) {
                continue;
            }
            value = value * 16 + static_cast<unsigned>(worth);
            is_half = !is_half;
            if (!is_half) {
                if (token.bytes.size() <= target_bytes_max) {
                    token.bytes += static_cast<char>(static_cast<unsigned char>(value));
                }
                value = 0;
            }
        }
        ++at_;
        if (is_half) {
            token.bytes += static_cast<char>(static_cast<unsigned char>(value * 16));
        }
        return token;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<std::uint32_t> code_of(const CmapToken& token) {
    if (token.kind != CmapToken::Kind::hex || token.bytes.empty() || token.bytes.size() > 4) {
        return std::nullopt;
    }
    std::uint32_t code = 0;
    for (const char byte : token.bytes) {
        code = (code << 8U) | static_cast<unsigned char>(byte);
    }
    return code;
}

/// UTF-16, big-endian.
std::u32string letters_of(std::string_view bytes) {
    std::u32string letters;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        const auto unit = [&](std::size_t from) {
            return static_cast<char32_t>((static_cast<unsigned char>(bytes[from]) << 8U) | static_cast<unsigned char>(bytes[from + 1]));
        };
        char32_t letter = unit(at);
        if (letter >= 0xd800 && letter < 0xdc00 && at + 3 < bytes.size()) {
            const char32_t low = unit(at + 2);
            letter = 0x10000 + ((letter - 0xd800) << 10U) + (low - 0xdc00);
            at += 2;
        }
        letters += letter;
    }
    return letters;
}

}  // namespace

class ToUnicodeReader {
public:
    ToUnicodeReader(std::string_view cmap, std::size_t& left) : tokens_(cmap), left_(left) {}

    ToUnicode read() {
        for (CmapToken token = tokens_.next(); token.kind != CmapToken::Kind::end; token = tokens_.next()) {
            if (token.bytes == "begincodespacerange") {
                read_codespace();
            } else if (token.bytes == "beginbfchar") {
                read_chars();
            } else if (token.bytes == "beginbfrange") {
                read_ranges();
            }
        }
        std::stable_sort(map_.ranges_.begin(), map_.ranges_.end(), [](const auto& one, const auto& other) { return one.low < other.low; });
        return std::move(map_);
    }

private:
    void read_codespace() {
        for (CmapToken low = tokens_.next(); low.kind == CmapToken::Kind::hex; low = tokens_.next()) {
            static_cast<void>(tokens_.next());
            map_.code_bytes_ = std::max(map_.code_bytes_, std::min<std::size_t>(low.bytes.size(), 2));
        }
    }

    void read_chars() {
        for (CmapToken source = tokens_.next(); source.kind == CmapToken::Kind::hex; source = tokens_.next()) {
            const CmapToken target = tokens_.next();
            const auto code = code_of(source);
            if (code && target.kind == CmapToken::Kind::hex) {
                add(*code, *code, target.bytes);
            }
        }
    }

    void read_ranges() {
        for (CmapToken source = tokens_.next(); source.kind == CmapToken::Kind::hex; source = tokens_.next()) {
            const auto low = code_of(source);
            const auto high = code_of(tokens_.next());
            const CmapToken target = tokens_.next();
            if (target.kind == CmapToken::Kind::open) {
                std::uint32_t at = 0;
                for (CmapToken item = tokens_.next(); item.kind == CmapToken::Kind::hex; item = tokens_.next(), ++at) {
                    if (low && high && *low + at <= *high) {
                        add(*low + at, *low + at, item.bytes);
                    }
                }
            } else if (low && high && *low <= *high && target.kind == CmapToken::Kind::hex) {
                add(*low, *high, target.bytes);
            }
        }
    }

    void add(std::uint32_t low, std::uint32_t high, std::string_view target) {
        const std::u32string letters = letters_of(target);
        if (letters.empty() || left_ == 0) {
            return;
        }
        --left_;
        if (letters.size() == 1) {
            map_.ranges_.push_back({low, high, letters.front()});
            return;
        }
        std::string text;
        for (const char32_t letter : letters) {
            append_utf8(text, letter);
        }
        // Of a range whose texts have several letters only the first is plain: what the last letter becomes is the next one's.
        map_.ranges_.push_back({low, low, 0, static_cast<std::uint32_t>(map_.texts_.size()), static_cast<std::uint32_t>(text.size())});
        map_.texts_ += text;
    }

    CmapTokens tokens_;
    std::size_t& left_;
    ToUnicode map_;
};

ToUnicode ToUnicode::read(std::string_view cmap, std::size_t& ranges_max) { return ToUnicodeReader(cmap, ranges_max).read(); }

bool ToUnicode::append(std::string& text, std::uint32_t code) const {
    auto found =
        std::upper_bound(ranges_.begin(), ranges_.end(), code, [](std::uint32_t wanted, const Range& row) { return wanted < row.low; });
    // Ranges may lie inside others; a few steps back find all that real files have.
    for (int steps = 0; found != ranges_.begin() && steps < 4; ++steps) {
        --found;
        if (code > found->high) {
            continue;
        }
        if (found->bytes > 0) {
            text.append(texts_, found->text, found->bytes);
        } else {
            append_utf8(text, found->letter + (code - found->low));
        }
        return true;
    }
    return false;
}

}  // namespace moisson::invoice

/// How tags are written was never published: what people write is read, and nothing is dropped but blanks around it.
#include "focus/tags.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace moisson::focus {

namespace {

/// Pairs in order of first sight. A line can hold a hundred thousand keys.
class Tags {
public:
    /// `value`: as JSON.
    void add(std::string key, std::string_view value) {
        if (key.empty() || !keys_.insert(key).second) {
            return;
        }
        out_ += out_.empty() ? '{' : ',';
        append_json(out_, key);
        out_ += ':';
        out_ += value;
    }
    [[nodiscard]] std::string finish() && {
        out_ += out_.empty() ? "" : "}";
        return std::move(out_);
    }

private:
    std::set<std::string> keys_;
    std::string out_;
};

std::string as_json(std::string_view text) {
    std::string out;
    append_json(out, text);
    return out;
}

/// The place of the first `mark` outside of quotes, from `from`.
std::size_t find_outside(std::string_view text, char mark, std::size_t from = 0) noexcept {
    bool is_inside = false;
    for (std::size_t at = from; at < text.size(); ++at) {
        is_inside = is_inside != (text[at] == '"');
        if (text[at] == mark && !is_inside) {
            return at;
        }
    }
    return std::string_view::npos;
}

std::string without_quotes(std::string_view text) {
    text = trim(text);
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
        return std::string(text);
    }
    std::string bare;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        bare += text[at];
        at += text[at] == '"' && text[at + 1] == '"' && at + 2 < text.size() ? 1U : 0U;
    }
    return bare;
}

/// A flat object of JSON, read strictly.
class FlatObject {
public:
    explicit FlatObject(std::string_view text) : text_(text) {}

    /// The object as it is to be written; none: it is not one.
    [[nodiscard]] std::optional<std::string> read() {
        Tags tags;
        if (!take('{')) {
            return std::nullopt;
        }
        if (take('}')) {
            return is_at_end() ? std::optional(std::string()) : std::nullopt;
        }
        do {
            auto key = string();
            if (!key || !take(':')) {
                return std::nullopt;
            }
            auto read = value();
            if (!read) {
                return std::nullopt;
            }
            tags.add(std::move(*key), *read);
        } while (take(','));
        return take('}') && is_at_end() ? std::optional(std::move(tags).finish()) : std::nullopt;
    }

private:
    void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(ascii_blanks), text_.size())); }
    bool take(char mark) {
        skip();
        if (!text_.starts_with(mark)) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }
    bool is_at_end() {
        skip();
        return text_.empty();
    }
    /// The text of a string. One with an escape is none here: it is kept as one key, whole.
    std::optional<std::string> string() {
        if (!take('"')) {
            return std::nullopt;
        }
        const std::size_t end = text_.find_first_of("\"\\\r\n");
        if (end == std::string_view::npos || text_[end] != '"') {
            return std::nullopt;
        }
        std::string found(text_.substr(0, end));
        text_.remove_prefix(end + 1);
        return found;
    }
    std::optional<std::string> value() {
        skip();
        if (text_.starts_with('"')) {
            const auto text = string();
            return text ? std::optional(as_json(*text)) : std::nullopt;
        }
        const std::string_view word = text_.substr(0, text_.find_first_of(",} \t\r\n"));
        const bool is_number = word.size() <= 15 && !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos &&
                               (word.size() == 1 || word.front() != '0');
        if (word != "true" && word != "false" && word != "null" && !is_number) {
            return std::nullopt;
        }
        text_.remove_prefix(word.size());
        return std::string(word);
    }

    std::string_view text_;
};

char separator_of(std::string_view text) noexcept {
    return find_outside(text, ';') != std::string_view::npos ? ';' : find_outside(text, '|') != std::string_view::npos ? '|' : ',';
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (letter == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(letter) < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(letter));
        } else {
            out += letter;
        }
    }
    out += '"';
}

std::string tags_as_json(std::string_view text) {
    text = trim(text);
    if (text.starts_with('{')) {
        if (auto object = FlatObject(text).read()) {
            return std::move(*object);
        }
        return "{" + as_json(text) + ":true}";
    }
    Tags tags;
    const char separator = separator_of(text);
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(find_outside(text, separator, begin), text.size());
        const std::string_view pair = trim(text.substr(begin, end - begin));
        const std::size_t equals = find_outside(pair, '=');
        const std::size_t mark = equals != std::string_view::npos ? equals : find_outside(pair, ':');
        std::string key = mark == std::string_view::npos ? std::string() : without_quotes(pair.substr(0, mark));
        if (key.empty()) {
            tags.add(without_quotes(pair), "true");
        } else {
            tags.add(std::move(key), as_json(without_quotes(pair.substr(mark + 1))));
        }
        begin = end + 1;
    }
    return std::move(tags).finish();
}

}  // namespace moisson::focus

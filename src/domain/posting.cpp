#include "domain/posting.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/result.hpp"
#include "domain/posting_terms.hpp"

namespace moisson {

std::string_view to_text(PostingKind kind) noexcept {
    switch (kind) {
        case PostingKind::first: return "first";
        case PostingKind::correction: return "correction";
        case PostingKind::withdrawal: return "withdrawal";
    }
    return "first";
}

std::string Posting::key() const { return fmt::format("{}/{}/{}", entry->contract->id, entry->document_id, sequence); }

namespace {

/// Line ends and backslashes of a value, so that a line stays one.
std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        text += letter == '\n' ? "\\n" : letter == '\\' ? "\\\\" : std::string(1, letter);
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_pair = text[at] == '\\' && at + 1 < text.size();
        at += is_pair ? 1U : 0U;
        value += is_pair && text[at] == 'n' ? '\n' : text[at];
    }
    return value;
}

/// The next line without its end; `text` loses both.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

void append_term(std::string& text, std::string_view name, std::optional<std::string_view> value) {
    text += name;
    if (value) {
        text += '=';
        text += escaped(*value);
    }
    text += '\n';
}

std::optional<std::optional<std::string>> find_term(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line == name) {
            return std::optional<std::string>();
        }
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=') {
            return unescaped(line.substr(name.size() + 1));
        }
    }
    return std::nullopt;
}

std::string differing_terms(std::string_view left, std::string_view right, std::size_t named_max) {
    constexpr std::size_t letters_max = 60;
    std::vector<std::string> named;
    const auto in_words = [](const std::optional<std::optional<std::string>>& value) {
        return value && *value ? sanitise(**value, letters_max) : std::string("-");
    };
    const auto look = [&](std::string_view text, bool only_missing) {
        while (!text.empty()) {
            const std::string_view line = take_line(text);
            const std::string_view name = line.substr(0, line.find('='));
            const auto mine = find_term(left, name);
            const auto other = find_term(right, name);
            if (mine == other || (only_missing && mine)) {
                continue;
            }
            if (name.starts_with(document_terms)) {
                named.emplace_back(name);  // each document's are others
            } else {
                named.push_back(fmt::format("{} {} -> {}", sanitise(name, letters_max), in_words(mine), in_words(other)));
            }
        }
    };
    look(left, false);
    look(right, true);
    if (named.size() > named_max) {
        named.resize(named_max);
        named.emplace_back("…");
    }
    return fmt::format("{}", fmt::join(named, ", "));
}

bool posting_order(const Posting& left, const Posting& right) noexcept {
    const auto key = [](const Posting& posting) {
        return std::tuple(posting.booking_period, posting.period, std::string_view(posting.entry->contract->id),
                          std::string_view(posting.entry->document_id), posting.sequence);
    };
    return key(left) < key(right);
}

}  // namespace moisson

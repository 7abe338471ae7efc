/// See markup.hpp.

#include "bundle/markup.hpp"

#include <string.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/gate.hpp"
#include "base/utf8.hpp"

namespace moisson::bundle {

namespace {

constexpr std::string_view narrow_blank = "\u202f";

/// Every `part` replaced.
std::string with(std::string_view text, std::string_view part, std::string_view replacement) {
    std::string out;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part)) {
        out.append(text.substr(0, at)).append(replacement);
        text.remove_prefix(at + part.size());
    }
    return out.append(text);
}

std::string without(std::string_view text, std::string_view part) { return with(text, part, {}); }

}  // namespace

std::string_view next_between(std::string_view text, std::string_view before, std::string_view after, std::size_t& at) {
    const std::size_t from = text.find(before, at);
    const std::size_t to = from == std::string_view::npos ? from : text.find(after, from + before.size());
    if (to == std::string_view::npos) {
        return {};
    }
    at = to + after.size();
    return text.substr(from + before.size(), to - from - before.size());
}

std::string_view first_between(std::string_view text, std::string_view before, std::string_view after) {
    std::size_t at = 0;
    return next_between(text, before, after, at);
}

bool has_text(std::string_view text, std::string_view part) noexcept {
    return part.empty() || ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::string unescape_markup(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {{"&lt;", '<'},   {"&gt;", '>'},  {"&quot;", '"'}, {"&apos;", '\''},
                                                              {"&#39;", '\''}, {"&#34;", '"'}, {"&#10;", '\n'}, {"&#9;", '\t'},
                                                              {"&#13;", '\r'}, {"&#35;", '#'}, {"&#58;", ':'},  {"&amp;", '&'}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto* const known =
            std::find_if(std::begin(entities), std::end(entities), [&](const auto& one) { return text.starts_with(one.first); });
        out += known != std::end(entities) ? known->second : text.front();
        text.remove_prefix(known != std::end(entities) ? known->first.size() : 1);
    }
    return out;
}

std::string text_of_markup(std::string_view markup) {
    std::string text;
    while (!markup.empty()) {
        const std::size_t open = std::min(markup.find('<'), markup.size());
        text += unescape_markup(markup.substr(0, open));
        markup.remove_prefix(open);
        if (markup.starts_with("<small") || markup.starts_with("<br")) {
            text += '\n';
        }
        const std::size_t close = markup.find('>');
        markup.remove_prefix(close == std::string_view::npos ? markup.size() : close + 1);
    }
    return text;
}

std::string plain_number(std::string_view text) {
    std::string plain = without(without(without(text, narrow_blank), "\u00a0"), " ");
    plain = with(plain, "\u2212", "-");  // of several amounts in one cell each may have its own
    std::replace(plain.begin(), plain.end(), ',', '.');
    return plain;
}

std::vector<std::uint64_t> numbers_in(std::string_view text) {
    const std::string joined = without(text, narrow_blank);
    std::vector<std::uint64_t> numbers;
    for (std::size_t at = 0; at < joined.size();) {
        if (joined[at] < '0' || joined[at] > '9') {
            ++at;
            continue;
        }
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(joined.data() + at, joined.data() + joined.size(), value);
        numbers.push_back(error == std::errc{} ? value : UINT64_MAX);
        at = static_cast<std::size_t>(end - joined.data());
    }
    return numbers;
}

bool is_odd_text(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        const std::string_view letter = text.substr(0, length);
        if (length == 0 || letter == "\u2400" || letter == "\ufffd" || letter == "\xef\xbf\xbe" || letter == "\xef\xbf\xbf" ||
            is_treacherous(letter)) {
            return true;
        }
        text.remove_prefix(length);
    }
    return false;
}

std::string attribute_of(std::string_view tag, std::string_view name) {
    const std::string mark = " " + std::string(name) + "=\"";
    const std::size_t at = tag.find(mark);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = tag.substr(at + mark.size());
    return unescape_markup(rest.substr(0, rest.find('"')));
}

}  // namespace moisson::bundle

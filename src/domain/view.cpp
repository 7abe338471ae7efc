/// See view.hpp.

#include "domain/view.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"

namespace moisson {

namespace {

constexpr std::size_t readable_bytes_max = 40;
constexpr std::size_t digest_digits = 8;

/// What every file system and shell takes as it is, of the first parts that have any of it.
void append_readable(std::string& text, const std::vector<std::string>& parts) {
    const std::set<std::string> sorted(parts.begin(), parts.end());
    for (const std::string& part : sorted) {
        std::string plain;
        std::copy_if(part.begin(), part.end(), std::back_inserter(plain), [](char letter) {
            return is_letter_or_digit(letter) || letter == '.' || letter == '_' || letter == '-';
        });
        if (!plain.empty() && text.size() < readable_bytes_max) {
            text += (text.empty() ? "" : "-") + plain;
        }
    }
    text.resize(std::min(text.size(), readable_bytes_max));
}

/// Every part behind its length: no two filters have the same text.
void append_exact(std::string& text, std::string_view name, const std::set<std::string>& parts) {
    text += name;
    for (const std::string& part : parts) {
        text += " " + std::to_string(part.size()) + ":" + part;
    }
    text += '\n';
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + sanitise(word);
    }
    return text;
}

}  // namespace

std::string View::label() const {
    if (is_whole()) {
        return {};
    }
    std::string exact;
    append_exact(exact, "contracts", {contracts.begin(), contracts.end()});
    append_exact(exact, "types", {types.begin(), types.end()});
    append_exact(exact, files ? "files" : "no-files", {});
    if (!perimeters.empty()) {
        append_exact(exact, "perimeters", {perimeters.begin(), perimeters.end()});
    }
    std::string readable;
    append_readable(readable, perimeters);
    append_readable(readable, contracts);
    append_readable(readable, types);
    if (!files) {
        append_readable(readable, {"no-files"});
    }
    readable = readable.empty() ? "view" : readable;
    return readable + "-" + sha256_hex(exact).substr(0, digest_digits);
}

std::string in_words(Language language, const View& view) {
    std::string text;
    const auto add = [&](std::string words) { text += (text.empty() ? "" : "; ") + std::move(words); };
    if (!view.perimeters.empty()) {
        add(messages::only_perimeters(joined(view.perimeters)).in(language));
    }
    if (!view.contracts.empty()) {
        add(messages::only_contracts(joined(view.contracts)).in(language));
    }
    if (!view.types.empty()) {
        add(messages::only_types(joined(view.types)).in(language));
    }
    if (!view.files) {
        add(std::string(translate(language, "without files")));
    }
    return text;
}

}  // namespace moisson

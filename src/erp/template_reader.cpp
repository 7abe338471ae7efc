/// Places inside texts are found by walking the file's own bytes beside the decoded text: a text may have escapes and several lines.
#include "erp/template_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "base/utf8.hpp"

namespace moisson::erp {

namespace {

/// Walks one TOML text from its opening quote, byte of the decoded text by byte.
class TextWalk {
public:
    TextWalk(const std::string& source, std::size_t at, Place place) : source_(source), at_(at), place_(place) {
        const std::string_view opening = std::string_view(source_).substr(std::min(at_, source_.size()));
        is_basic_ = opening.starts_with('"');
        const bool is_long = opening.starts_with("\"\"\"") || opening.starts_with("'''");
        step(is_long ? 3 : 1);
        if (is_long && ahead().starts_with("\r\n")) {
            step(2);
        } else if (is_long && ahead().starts_with("\n")) {
            step(1);
        }
    }
    /// Moves on by one byte of the decoded text, or more where an escape makes several.
    std::size_t next() {
        if (!is_basic_ || !ahead().starts_with('\\')) {
            step(1);
            return 1;
        }
        const char kind = ahead().size() > 1 ? ahead()[1] : '\0';
        if (kind == 'u' || kind == 'U') {
            std::uint32_t letter = 0;
            const std::size_t digits = kind == 'u' ? 4 : 8;
            for (const char digit : ahead().substr(2, digits)) {
                letter = letter * 16 + static_cast<std::uint32_t>(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            }
            step(2 + digits);
            return letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
        }
        step(2);
        if (kind == '\n' || kind == '\r' || kind == ' ' || kind == '\t') {
            while (!ahead().empty() && ahead().find_first_of(" \t\r\n") == 0) {
                step(1);
            }
            return 0;
        }
        return 1;
    }
    [[nodiscard]] Place place() const { return place_; }

private:
    [[nodiscard]] std::string_view ahead() const { return std::string_view(source_).substr(std::min(at_, source_.size())); }
    void step(std::size_t count) {
        for (; count > 0 && at_ < source_.size(); --count, ++at_) {
            const auto byte = static_cast<unsigned char>(source_[at_]);
            if (byte == '\n') {
                ++place_.line;
                place_.column = 1;
            } else if ((byte & 0xc0U) != 0x80U) {
                ++place_.column;
            }
        }
    }

    const std::string& source_;
    std::size_t at_;
    Place place_;
    bool is_basic_ = false;
};

/// The byte that stands at a place.
std::size_t offset_of(const std::string& source, Place place) {
    std::size_t at = 0;
    for (unsigned line = 1; line < place.line && at != std::string::npos; ++line) {
        at = source.find('\n', at);
        at = at == std::string::npos ? at : at + 1;
    }
    for (unsigned column = 1; column < place.column && at < source.size(); ++column) {
        const std::size_t length = utf8_sequence_length(std::string_view(source).substr(at));
        at += length == 0 ? 1 : length;
    }
    return std::min(at, source.size());
}

}  // namespace

Place TableReader::place_of(const toml::node& node) {
    return {static_cast<unsigned>(node.source().begin.line), static_cast<unsigned>(node.source().begin.column)};
}

SourceText TableReader::source_of(const toml::node& node) const {
    const Place begin = place_of(node);
    return {node.as_string()->get(), [source = source_, begin](std::size_t offset) {
                TextWalk walk(*source, offset_of(*source, begin), begin);
                for (std::size_t at = 0; at < offset;) {
                    at += walk.next();
                }
                return walk.place();
            }};
}

const toml::node* TableReader::find(std::string_view key) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
        asked_.emplace_back(key);
    }
    return table_.get(key);
}

Place TableReader::place(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return place_of(node == nullptr ? static_cast<const toml::node&>(table_) : *node);
}

void TableReader::wrong_kind(std::string_view key, std::string_view expected) const {
    wrong(key, fmt::format("\"{}\" must be {}", key, expected));
}

bool TableReader::has(std::string_view key) { return find(key) != nullptr; }

std::optional<std::string> TableReader::text(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_string()) {
        wrong_kind(key, "a text");
    }
    return node->as_string()->get();
}

std::string TableReader::text_or(std::string_view key, std::string_view otherwise) {
    auto found = text(key);
    return found ? std::move(*found) : std::string(otherwise);
}

std::string TableReader::required_text(std::string_view key) {
    auto found = text(key);
    if (!found || found->empty()) {
        wrong(key, fmt::format("{} needs \"{}\"", name_, key));
    }
    return std::move(*found);
}

bool TableReader::truth_or(std::string_view key, bool otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return otherwise;
    }
    if (!node->is_boolean()) {
        wrong_kind(key, "true or false");
    }
    return node->as_boolean()->get();
}

std::optional<std::int64_t> TableReader::whole(std::string_view key, std::int64_t least, std::int64_t most) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_integer() || node->as_integer()->get() < least || node->as_integer()->get() > most) {
        wrong_kind(key, fmt::format("a whole number from {} to {}", least, most));
    }
    return node->as_integer()->get();
}

std::optional<std::size_t> TableReader::word(std::string_view key, const std::vector<std::string_view>& words) {
    const auto written = text(key);
    if (!written) {
        return std::nullopt;
    }
    const auto found = std::find(words.begin(), words.end(), *written);
    if (found == words.end()) {
        wrong(key, fmt::format("\"{}\" is none of: {}", sanitise(*written, 40), fmt::join(words, ", ")));
    }
    return static_cast<std::size_t>(found - words.begin());
}

std::optional<SourceText> TableReader::source_text(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_string()) {
        wrong_kind(key, "a text between quotes");
    }
    return source_of(*node);
}

std::vector<SourceText> TableReader::source_texts(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return {};
    }
    if (node->is_string()) {
        return {source_of(*node)};
    }
    const toml::array* list = node->as_array();
    if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::string))) {
        wrong_kind(key, "a list of expressions");
    }
    std::vector<SourceText> found;
    for (const toml::node& item : *list) {
        found.push_back(source_of(item));
    }
    return found;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
    std::vector<std::string> found;
    for (SourceText& one : source_texts(key)) {
        found.push_back(std::move(one.text));
    }
    return found;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_table()) {
        wrong_kind(key, fmt::format("a table: [{}]", key));
    }
    return inner(*node->as_table(), fmt::format("[{}]", key));
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return {};
    }
    const toml::array* list = node->as_array();
    if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::table))) {
        wrong_kind(key, fmt::format("a list of tables: [[{}]]", key));
    }
    std::vector<TableReader> found;
    for (const toml::node& item : *list) {
        found.push_back(inner(*item.as_table(), std::string(key)));
    }
    return found;
}

std::vector<std::pair<std::string, const toml::node*>> TableReader::all() {
    std::vector<std::pair<std::string, const toml::node*>> items;
    for (const auto& [key, node] : table_) {
        asked_.emplace_back(key.str());
        items.emplace_back(std::string(key.str()), &node);
    }
    std::sort(items.begin(), items.end(), [](const auto& left, const auto& right) {
        const Place one = place_of(*left.second);
        const Place other = place_of(*right.second);
        return one.line != other.line ? one.line < other.line : one.column < other.column;
    });
    return items;
}

void TableReader::finish() const {
    const toml::key* first = nullptr;
    for (const auto& [key, node] : table_) {
        const bool known = std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end();
        if (!known && (first == nullptr || key.source().begin.line < first->source().begin.line)) {
            first = &key;
        }
    }
    if (first == nullptr) {
        return;
    }
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    const auto near = nearest_word(first->str(), known);
    const auto& begin = first->source().begin;
    throw TemplateProblem({static_cast<unsigned>(begin.line), static_cast<unsigned>(begin.column)},
                          fmt::format("{} has no \"{}\"", name_, sanitise(first->str(), 60)),
                          near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("It may have: {}", fmt::join(known, ", ")));
}

}  // namespace moisson::erp

// Typed reading of TOML tables, with places and hints for what is wrong.
#include "sandbox/toml_reader.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace moisson::sandbox {

namespace {

std::size_t edit_distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t substitute = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_word(std::string_view text, const std::vector<std::string>& words) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
    for (const std::string& word : words) {
        const std::size_t distance = edit_distance(text, word);
        if (distance < best_distance) {
            best_distance = distance;
            best = word;
        }
    }
    return best;
}

void Problems::add(const toml::source_region& source, std::string message, std::string hint) {
    if (!first_) {
        first_ = fail(ErrorCode::bad_input, std::move(message), fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column),
                      std::move(hint))
                     .value();
    }
}

const toml::node* TomlReader::find(std::string_view key) {
    asked_.emplace_back(key);
    return table_.get(key);
}

const toml::source_region& TomlReader::source_of(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node == nullptr ? table_.source() : node->source();
}

void TomlReader::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    problems_.add(node.source(), fmt::format("`{}` in {} must be {}", key, name_, wanted));
}

std::int64_t TomlReader::integer(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return fallback;
    }
    const std::optional<std::int64_t> value = node->value_exact<std::int64_t>();
    if (!value) {
        wrong_type(*node, key, "a whole number");
        return fallback;
    }
    if (*value < low || *value > high) {
        problems_.add(node->source(), fmt::format("`{}` in {} must be from {} to {}, not {}", key, name_, low, high, *value));
        return fallback;
    }
    return *value;
}

void TomlReader::read(std::string_view key, bool& value) {
    if (const toml::node* node = find(key)) {
        const std::optional<bool> found = node->value_exact<bool>();
        if (!found) {
            wrong_type(*node, key, "true or false");
            return;
        }
        value = *found;
    }
}

void TomlReader::read(std::string_view key, std::string& value) {
    std::optional<std::string> found;
    read(key, found);
    if (found) {
        value = std::move(*found);
    }
}

void TomlReader::read(std::string_view key, std::optional<std::string>& value) {
    if (const toml::node* node = find(key)) {
        if (!node->is_string()) {
            wrong_type(*node, key, "text in quotes");
            return;
        }
        value = node->as_string()->get();
    }
}

void TomlReader::read(std::string_view key, std::vector<std::string>& value) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        wrong_type(*node, key, "a list of texts");
        return;
    }
    value.clear();
    for (const toml::node& item : *array) {
        if (!item.is_string()) {
            wrong_type(item, key, "a list of texts");
            return;
        }
        value.push_back(item.as_string()->get());
    }
}

void TomlReader::read(std::string_view key, std::vector<std::int64_t>& value) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    const toml::array* array = node->as_array();
    value.clear();
    for (std::size_t at = 0; array != nullptr && at < array->size(); ++at) {
        const toml::node& item = (*array)[at];
        if (!item.is_integer()) {
            array = nullptr;
            break;
        }
        value.push_back(item.as_integer()->get());
    }
    if (array == nullptr) {
        wrong_type(*node, key, "a list of whole numbers");
    }
}

std::optional<std::size_t> TomlReader::word_index(std::string_view key, const std::vector<std::string_view>& words) {
    std::optional<std::string> text;
    read(key, text);
    if (!text) {
        return std::nullopt;
    }
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found == words.end()) {
        problems_.add(source_of(key), fmt::format("`{}` in {} cannot be \"{}\"", key, name_, sanitise(*text)),
                      fmt::format("Write one of: {}", fmt::join(words, ", ")));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - words.begin());
}

const toml::table* TomlReader::find_table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return nullptr;
    }
    if (!node->is_table()) {
        wrong_type(*node, key, "a table");
        return nullptr;
    }
    return node->as_table();
}

std::vector<const toml::table*> TomlReader::find_tables(std::string_view key) {
    std::vector<const toml::table*> tables;
    const toml::node* node = find(key);
    if (node == nullptr) {
        return tables;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        wrong_type(*node, key, fmt::format("tables, each begun with [[{}]]", key));
        return tables;
    }
    for (const toml::node& item : *array) {
        tables.push_back(item.as_table());
    }
    return tables;
}

void TomlReader::refuse_unknown() {
    for (const auto& [key, node] : table_) {
        const std::string_view text = key.str();
        if (std::find(asked_.begin(), asked_.end(), text) != asked_.end()) {
            continue;
        }
        const std::string near = nearest_word(text, asked_);
        problems_.add(key.source(), fmt::format("unknown key `{}` in {}", sanitise(text), name_),
                      near.empty() ? fmt::format("Known keys: {}", fmt::join(asked_, ", ")) : fmt::format("Did you mean `{}`?", near));
    }
}

}  // namespace moisson::sandbox

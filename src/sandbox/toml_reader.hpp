#pragma once
/// Reads typed values out of one TOML table and refuses what nobody asked for. Only for scenario.cpp: it shows toml++.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "base/result.hpp"

namespace moisson::sandbox {

/// The first thing wrong in a file. One thread at a time.
class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}
    /// Keeps the first problem only: the ones after it are often its echo.
    void add(const toml::source_region& source, std::string message, std::string hint = {});
    [[nodiscard]] const std::optional<Error>& first() const noexcept { return first_; }

private:
    std::string file_;
    std::optional<Error> first_;
};

/// The keys that are asked for are the known ones: ask for all, then call `refuse_unknown`. An absent key gives the fallback.
class TomlReader {
public:
    TomlReader(const toml::table& table, std::string name, Problems& problems)
        : table_(table), name_(std::move(name)), problems_(problems) {}

    template <class Integer>
    void read_integer(std::string_view key, Integer& value, std::int64_t low, std::int64_t high) {
        value = static_cast<Integer>(integer(key, static_cast<std::int64_t>(value), low, high));
    }
    void read(std::string_view key, bool& value);
    void read(std::string_view key, std::string& value);
    void read(std::string_view key, std::optional<std::string>& value);
    void read(std::string_view key, std::vector<std::string>& value);
    void read(std::string_view key, std::vector<std::int64_t>& value);
    /// One of the words; `value` is set to the one beside it.
    template <class Value>
    void read_word(std::string_view key, Value& value, const std::vector<std::pair<std::string_view, Value>>& words) {
        std::vector<std::string_view> known;
        for (const auto& word : words) {
            known.push_back(word.first);
        }
        if (const std::optional<std::size_t> index = word_index(key, known)) {
            value = words[*index].second;
        }
    }
    [[nodiscard]] const toml::table* find_table(std::string_view key);
    /// The tables of `[[key]]`; empty when absent.
    [[nodiscard]] std::vector<const toml::table*> find_tables(std::string_view key);
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[nodiscard]] const toml::source_region& source_of(std::string_view key) const;
    void refuse_unknown();
    [[nodiscard]] Problems& problems() noexcept { return problems_; }

private:
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high);
    [[nodiscard]] std::optional<std::size_t> word_index(std::string_view key, const std::vector<std::string_view>& words);
    void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted);

    const toml::table& table_;
    std::string name_;
    Problems& problems_;
    std::vector<std::string> asked_;
};

/// The word with the smallest edit distance, when it is near enough to be a slip of the pen; empty else.
[[nodiscard]] std::string nearest_word(std::string_view text, const std::vector<std::string>& words);

}  // namespace moisson::sandbox

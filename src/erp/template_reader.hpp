#pragma once
/// TOML with places: tables whose every key is asked for, so that a misspelt one is found.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "erp/expression.hpp"

namespace moisson::erp {

/// One table while it is read. What is wrong is thrown as TemplateProblem. `finish` names the first key that nobody asked for.
class TableReader {
public:
    TableReader(const toml::table& table, std::string name, std::shared_ptr<const std::string> source)
        : table_(table), name_(std::move(name)), source_(std::move(source)) {}

    [[nodiscard]] bool has(std::string_view key);
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise);
    [[nodiscard]] std::string required_text(std::string_view key);
    [[nodiscard]] bool truth_or(std::string_view key, bool otherwise);
    [[nodiscard]] std::optional<std::int64_t> whole(std::string_view key, std::int64_t least, std::int64_t most);
    /// One of the words; its index.
    [[nodiscard]] std::optional<std::size_t> word(std::string_view key, const std::vector<std::string_view>& words);
    /// An expression, or a text with values in it: its source.
    [[nodiscard]] std::optional<SourceText> source_text(std::string_view key);
    /// A list of expressions; one alone counts as a list.
    [[nodiscard]] std::vector<SourceText> source_texts(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::optional<TableReader> table(std::string_view key);
    /// An array of tables, or of inline tables.
    [[nodiscard]] std::vector<TableReader> tables(std::string_view key);
    /// Every key of this table with its node, in the file's order; all count as asked for.
    [[nodiscard]] std::vector<std::pair<std::string, const toml::node*>> all();

    /// The place of a key's value, or of the table.
    [[nodiscard]] Place place(std::string_view key) const;
    [[nodiscard]] Place place() const { return place_of(table_); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[noreturn]] void wrong(std::string_view key, const std::string& message, std::string hint = {}) const {
        throw TemplateProblem(place(key), message, std::move(hint));
    }
    void finish() const;

    [[nodiscard]] static Place place_of(const toml::node& node);
    [[nodiscard]] SourceText source_of(const toml::node& node) const;
    [[nodiscard]] TableReader inner(const toml::table& table, std::string name) const { return {table, std::move(name), source_}; }

private:
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[noreturn]] void wrong_kind(std::string_view key, std::string_view expected) const;

    const toml::table& table_;
    std::string name_;
    std::shared_ptr<const std::string> source_;
    std::vector<std::string> asked_;
};

}  // namespace moisson::erp

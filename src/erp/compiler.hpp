#pragma once
/// From a template's TOML to a Template: every table read, every expression compiled, every reference settled.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erp/template.hpp"
#include "erp/template_reader.hpp"

namespace moisson::erp {

class Compiler {
public:
    /// `source`: the file's text, for places.
    Compiler(Template& into, std::shared_ptr<const std::string> source) : template_(into), source_(std::move(source)) {}

    /// TemplateProblem: what is wrong, and where.
    void compile(const toml::table& root);

private:
    /// What the line in hand offers to the expressions in it.
    struct Surroundings {
        const LineSpec* line = nullptr;
        bool has_amount = false;
        bool has_each = false;
        bool before_entries = false;  ///< totals read here must be known before the entries are written
        FileSpec* file = nullptr;
        std::optional<std::int64_t> n;
        bool uses_line = false;  ///< set when an expression asked for something of the line
    };

    // The tables, one by one.
    void read_about(TableReader& root);
    void read_settings(TableReader& root);
    void read_mappings(TableReader& root);
    void read_lets(TableReader& root);
    void read_tables(TableReader& root);
    void read_counters(TableReader& root);
    void read_select(TableReader& root);
    void read_entry(TableReader& root);
    void read_checks(TableReader& root);
    void read_sample(TableReader& root);
    void read_files(TableReader& root);
    void read_usage(TableReader& root, TableReader& usage);
    void list_wanted();

    // One file.
    FileSpec read_file(TableReader& table, const std::map<std::string, std::string>& own_rules);
    void read_layout(TableReader& table, FileSpec& file);
    void read_encoding(TableReader& table, FileSpec& file);
    void read_file_parts(TableReader& table, FileSpec& file);
    void read_lines(TableReader& table, FileSpec& file, const std::vector<std::uint32_t>& columns);
    LineSpec read_line(TableReader& table, FileSpec& file, const std::vector<std::uint32_t>& columns);
    void read_line_amount(TableReader& table, LineSpec& line, Surroundings& around);
    void read_line_content(TableReader& table, FileSpec& file, LineSpec& line, const std::vector<std::uint32_t>& columns,
                           Surroundings& around);
    void read_each(TableReader& table, FileSpec& file, LineSpec& line);
    void compile_eaches(FileSpec& file);
    void check_file(TableReader& table, FileSpec& file);

    // Columns.
    struct FileFormats {
        NumberPattern money;
        NumberPattern number;
        DatePattern date;
        DatePattern instant;
    };
    FileFormats read_formats(TableReader& table);
    std::vector<std::uint32_t> read_columns(TableReader& table, std::string_view key, const FileSpec& file);
    void read_column(TableReader& table, const FileSpec& file, std::optional<std::int64_t> n, std::vector<std::uint32_t>& into);
    void read_column_format(TableReader& table, ColumnSpec& column);
    void read_column_text_rules(TableReader& table, ColumnSpec& column);
    void read_column_place(TableReader& table, const FileSpec& file, ColumnSpec& column, std::size_t before);
    std::uint32_t add_cell(std::uint32_t column, Surroundings& around, bool may_share);
    void add_plain_cells(const std::vector<SourceText>& values, const FileSpec& file, LineSpec& line, Surroundings& around);

    // Expressions.
    const Node* expression(const SourceText& source, Surroundings& around);
    const Node* expression_of(TableReader& table, std::string_view key, Surroundings& around, std::optional<Type> type = std::nullopt);
    std::vector<TextPart> text_parts(const SourceText& source, Surroundings& around);
    [[nodiscard]] Scope scope_for(Surroundings& around);
    void add_template_names(Scope& scope);
    void add_patterns(Scope& scope);
    [[nodiscard]] std::vector<std::string> known_names(const Surroundings& around) const;
    const Node* let_node(std::string_view name);
    std::size_t add_regex(std::string_view pattern, Place place);
    void note_use(Field field, Surroundings& around);

    Template& template_;
    std::shared_ptr<const std::string> source_;
    FileFormats formats_;                                  // of the file in hand
    std::map<std::uint32_t, std::uint32_t> shared_cells_;  // column to cell, where the line does not matter
    struct PendingEach {
        std::size_t line = 0;
        SourceText value;
        std::optional<SourceText> sum;
    };
    std::vector<PendingEach> pending_eaches_;  // of the file in hand
    std::map<std::string, std::string> own_rules_;
    int depth_ = 0;                            // of the parsers that wait for each other
    bool has_control_ = false;  // some line says which of a posting's amounts it holds
};

}  // namespace moisson::erp

#include "ledger/dictionary.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>

#include "base/result.hpp"
#include "domain/language.hpp"

namespace moisson::ledger {

namespace {

/// The table's own texts alone: of what JSON escapes they have quotes at most.
std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out + '"';
}

/// What XML Schema calls such a column (www.w3.org/TR/tabular-data-model, "Datatypes"). A type that is new in the table is said here.
std::string_view datatype_of(const ColumnInfo& column) {
    if (column.name == "period") {
        return "\"gYearMonth\"";
    }
    if (column.sql_type == "boolean") {
        return R"({"base": "boolean", "format": "yes|no"})";
    }
    if (column.sql_type == "integer" || column.sql_type == "bigint") {
        return "\"integer\"";
    }
    if (column.sql_type == "numeric") {
        return "\"decimal\"";
    }
    if (column.sql_type == "date") {
        return "\"date\"";
    }
    if (column.sql_type == "timestamp with time zone") {
        return "\"dateTime\"";
    }
    MOISSON_INVARIANT(column.sql_type == "text", "every type of a column has its name in CSV on the Web");
    return "\"string\"";
}

/// In a file, nothing stands where a database has NULL.
std::string meaning_of(Language language, const ColumnInfo& column) {
    std::string meaning(column.meaning);
    if (const auto at = meaning.find("NULL"); at != std::string::npos) {
        meaning.replace(at, 4, "empty");
    }
    return language == Language::english ? meaning : show_text(language, MessageText{{meaning, column.french}});
}

void append_column(std::string& out, const ColumnInfo& column) {
    out += fmt::format("      {{\n        \"name\": {},\n", json_text(column.name));
    out += fmt::format("        \"titles\": {{\"en\": [{0}, {1}], \"fr\": [{0}, {2}]}},\n", json_text(column.name),
                       json_text(show_text(Language::english, column.titles)), json_text(show_text(Language::french, column.titles)));
    out += fmt::format("        \"datatype\": {},\n", datatype_of(column));
    if (column.sql_rule.find("NOT NULL") != std::string_view::npos && column.name != "document_id") {
        out += "        \"required\": true,\n";
    }
    out += fmt::format("        \"dc:description\": [\n          {{\"@value\": {}, \"@language\": \"en\"}},\n",
                       json_text(meaning_of(Language::english, column)));
    out += fmt::format("          {{\"@value\": {}, \"@language\": \"fr\"}}\n        ]\n      }}",
                       json_text(meaning_of(Language::french, column)));
}

}  // namespace

std::string ledger_schema_json(CsvColumns which) {
    std::string out = R"({
  "@context": "http://www.w3.org/ns/csvw",
  "url": "ledger.csv",
  "dc:title": [
    {"@value": "The ledger: one row for each version of each document", "@language": "en"},
    {"@value": "Le registre : une ligne par version de chaque document", "@language": "fr"}
  ],
  "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": "\"", "doubleQuote": true, "header": true, "lineTerminators": ["\n"]},
  "tableSchema": {
    "columns": [
)";
    const auto columns = std::span(column_infos).first(column_count(which));
    for (const ColumnInfo& column : columns) {
        append_column(out, column);
        out += &column == &columns.back() ? "\n" : ",\n";
    }
    return out + "    ],\n    \"primaryKey\": [\"contract_id\", \"document_id\", \"version\"]\n  }\n}\n";
}

std::vector<NotedColumn> noted_columns(Language language, CsvColumns which) {
    std::vector<NotedColumn> columns;
    for (const ColumnInfo& column : std::span(column_infos).first(column_count(which))) {
        columns.push_back({std::string(column.name), show_text(language, column.titles), meaning_of(language, column)});
    }
    return columns;
}

}  // namespace moisson::ledger

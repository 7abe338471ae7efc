#pragma once
/// README.txt and LISEZ-MOI.txt of a bundle: what it is, how to check it with standard tools, what the columns of its ledger mean, how a
/// posting leads to its document. `verify` makes them again from what the bundle says. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/language.hpp"
#include "domain/retention.hpp"

namespace moisson {

inline constexpr std::string_view notes_name_english = "README.txt";
inline constexpr std::string_view notes_name_french = "LISEZ-MOI.txt";
inline constexpr std::string_view bag_page_name = "index.html";
inline constexpr std::string_view ledger_schema_name = "ledger.schema.json";  ///< below data/

/// A column of the ledger as ledger.schema.json tells of it.
struct NotedColumn {
    std::string name;
    std::string title;  ///< in the notes' language
    std::string meaning;
};

/// A document by which the way from a posting to its file is shown. Its id and path are letters, digits, `.`, `_`, `-` (and '/').
struct NotedDocument {
    std::string document_id;
    std::string path;
    std::string sha256;
};

struct BagNotes {
    std::string bag;       ///< the folder in the bundle: "moisson-2026-10"
    std::string period;    ///< "2026-10", "2026-01..2026-03", "all"
    std::string source;    ///< who was asked; sanitised
    std::string program;   ///< "moisson 1.0.0"
    bool is_view = false;  ///< of a part of the month
    Organization organization;
    Retention retention;
    bool has_addenda = false;
    bool has_closed_months = false;
    bool has_erp_files = false;
    bool has_books = false;
    bool has_chain = false;  ///< a folder was published before this one
    /// ERP files have an invoice's number as piece. Those of ledgers without a column `channel` had the document's id always.
    bool has_numbers = false;
    std::optional<NotedDocument> example;
    std::vector<NotedColumn> columns;
};

/// True where it can stand in a command as it is.
[[nodiscard]] bool is_plain_word(std::string_view text) noexcept;

/// UTF-8, LF, lines of prose of at most 100 letters. Commands stand on lines of their own that begin with four blanks.
[[nodiscard]] std::string bag_notes(Language language, const BagNotes& notes);

}  // namespace moisson

#pragma once
/// index.html of a bundle: the page by which an auditor finds every document, in French first and then in English. One page without a
/// script and without anything from outside; every link is relative to the bundle's folder. `verify` writes it again from the ledger and
/// the summary in the bundle, so it is made of their texts. Pure.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/retention.hpp"

namespace moisson {

/// A row of ledger.csv or of an addendum, as it is spelt there.
struct PageRow {
    std::string_view contract_id;
    std::string_view contract_name;
    std::string_view period;  ///< "2026-10", or empty
    std::string_view document_type;
    std::string_view document_id;
    std::string_view version;
    std::string_view amount;  ///< empty when unknown
    std::string_view currency;
    std::string_view filename;
    std::string_view path;  ///< empty without a file
    std::string_view sha256;
    std::string_view status;  ///< "ok", "not-ready", "failed", "skipped"
    bool counted = false;
};

/// A sentence in both languages.
struct PageSentence {
    std::string english;
    std::string french;
};

struct PageTotal {
    std::string currency;  ///< its code
    std::string amount;    ///< "1234.50"
    std::uint64_t documents = 0;
    std::uint64_t credits = 0;
};

/// A contract that is not complete.
struct PageContract {
    std::string id;
    std::string verdict;  ///< its word in the summary
    PageSentence reason;
};

struct PageAddendum {
    std::string file;  ///< "addendum-2026-09-01.csv"
    std::function<void(const std::function<void(const PageRow&)>&)> each_row;
};

struct AuditorPage {
    std::string period;  ///< "2026-10", "2026-01..2026-03", "all"
    bool is_view = false;
    bool without_files = false;  ///< a view whose files were not asked for
    std::string source;          ///< sanitised
    std::string program;         ///< "moisson 1.0.0"
    Organization organization;
    Retention retention;
    std::vector<PageTotal> totals;
    std::vector<PageContract> contracts;
    /// Why the document has no file; empty where nothing says so. Asked once for each, in the ledger's order.
    std::function<std::vector<PageSentence>(std::string_view contract_id, std::string_view document_id)> reasons_of;
    std::function<void(const std::function<void(const PageRow&)>&)> each_row;  ///< the ledger's, in its order; called twice
    std::vector<PageAddendum> addenda;
    std::vector<std::string> files;  ///< what is linked besides, in order: "data/ledger.csv", "bag-info.txt"
};

/// Hands the page to `sink` in pieces.
void write_auditor_page(const AuditorPage& page, const std::function<void(std::string_view)>& sink);

/// French sentences stand between these, for who reads the page back.
inline constexpr std::string_view page_reason_before = "<span class=\"w\">";
inline constexpr std::string_view page_reason_after = "</span>";

/// The codes of findings that say why a document has no file.
[[nodiscard]] bool explains_missing_file(std::string_view code) noexcept;

/// What is linked besides documents and addenda, of the files below data/ (paths without it), in order.
[[nodiscard]] std::vector<std::string> page_files(const std::vector<std::string_view>& payload);

}  // namespace moisson

#pragma once
/// What earlier months tell: the final documents of all contracts and all months, packed, and what is odd against them. Pure.
///
/// Use: `add` every row of every month while the lists come in (also those that the export leaves out), `seal` once, then the checks.
/// They tell only of months inside the exported range; two runs over the same documents on the same day say the same.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "books/books.hpp"
#include "domain/books_settings.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::books {

/// About 48 bytes a document. One thread.
class History {
public:
    History();
    History(History&&) noexcept;
    History& operator=(History&&) noexcept;
    ~History();

    /// Keeps what is needed of a final document with a period; ignores all else, and rows that carry `superseded`. Of a document's versions
    /// give only the latest. The row's contract must outlive the history; the row need not.
    void add(const LedgerEntry& entry);
    /// Sorts, and decides what counts in each month by the same rule as the ledger. Once, before the checks.
    void seal(const CountingRule& rule);

    struct Content;
    [[nodiscard]] const Content& content() const noexcept { return *content_; }

private:
    std::unique_ptr<Content> content_;
};

/// The export that the checks speak for.
struct ExportScope {
    MonthRange period;                ///< what was asked for; open for --all
    std::vector<std::string> types;   ///< the job's filter; empty: all. Without final types the checks are silent
    std::chrono::year_month_day today{};  ///< the run's date, UTC (SOURCE_DATE_EPOCH where it is set)
};

/// Declared and learned expectations of the scope's months: fills `expected` of `completeness` and tells of `invoice-missing` (not there,
/// due day over) and `invoice-late` (issued after its due day). A declared one that is missing is raised to an error, a learned one is a
/// warning. Contracts whose list is not complete are left out: their verdict says more.
///
/// Learned, where no declaration names the contract: a contract with a final document filed in each of the twelve months before owes one
/// this month; one with documents in exactly every third of them owes one each third month. Due: eight days after the month, or three days
/// after the slowest of the twelve where that is later. Open ranges end at the newest month that any contract has documents of.
void check_expectations(const History& history, const BooksSettings& settings, const ExportScope& scope,
                        std::vector<ContractCompleteness>& completeness, std::vector<Finding>& findings);

/// `amount-unusual`: a contract's counted sum of a month and currency is far from the median of up to 24 months before (those with
/// documents; at least 8): more than `outlier_deviations` x 1.4826 x MAD (median absolute deviation), more than `outlier_change_percent` of
/// the median, and more than 10 units of the currency. `currency-changed`: a month counts in a currency that the last earlier month with
/// counted documents did not have. (told with `outliers` off, too).
/// `entries`: the ledger's rows; where a month has exactly one of the contract and currency, it is marked and named.
void check_amounts(const History& history, const BooksSettings& settings, const ExportScope& scope, std::vector<LedgerEntry>& entries,
                   std::vector<Finding>& findings);

/// `amount-zero-unusual` on counted rows with amount zero, where the contract counted documents in at least 3 earlier months and none of
/// these was zero.
void check_zero_amounts(const History& history, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

/// What the state keeps of a contract beside its values, so that new and renamed ones are told of in their month, however often it runs.
struct ContractMemory {
    std::optional<Month> first_month;    ///< the last closed month when the contract was first seen
    std::string earlier_name;            ///< before the last renaming
    std::optional<Month> renamed_month;  ///< the last closed month when that was seen
    friend bool operator==(const ContractMemory&, const ContractMemory&) = default;
};

/// Brings a memory up to date with what is listed now. `known_name`: the name in the state; an empty optional where it is new to the state.
/// `last_closed`: the month before the run's date.
void remember_contract(ContractMemory& memory, const std::optional<std::string>& known_name, const Contract& listed, Month last_closed);

struct RememberedContract {
    const Contract* contract = nullptr;
    ContractMemory memory;
};

/// `contract-new` and `contract-renamed` for months of the scope. The contracts of the first run of all are not new: nothing was before.
void check_contracts(std::span<const RememberedContract> contracts, const ExportScope& scope, std::vector<Finding>& findings);

/// A file of an earlier month, as the state knows it.
struct KnownFile {
    std::string_view contract_id;
    std::string_view document_id;
    std::string_view sha256;
    Month month;
};

/// `file-duplicate` on rows whose bytes also stand under another document of a month before the exported ones. `earlier` in any order;
/// files of other months are ignored.
void mark_earlier_duplicates(std::vector<LedgerEntry>& entries, std::span<const KnownFile> earlier, const ExportScope& scope,
                             std::vector<Finding>& findings);

}  // namespace moisson::books

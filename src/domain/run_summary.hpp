#pragma once
/// What a run did, as values: filled by `pipeline`, written by `report` (summary.json, junit.xml, report.html) and `ledger` (the
/// workbook's sheets).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "domain/books_settings.hpp"
#include "domain/changes.hpp"
#include "domain/closing.hpp"
#include "domain/contract.hpp"
#include "domain/credentials.hpp"
#include "domain/finding.hpp"
#include "domain/inbox.hpp"
#include "domain/language.hpp"
#include "domain/money.hpp"
#include "domain/past_months.hpp"
#include "domain/period.hpp"
#include "domain/retention.hpp"
#include "domain/to_do.hpp"
#include "domain/usage_summary.hpp"
#include "domain/view.hpp"

namespace moisson {

/// The sum of counted rows in one currency. Never across currencies.
struct CurrencyTotal {
    Money total;
    std::uint64_t documents = 0;  ///< counted rows
    std::uint64_t credits = 0;    ///< of these, negative ones
};

/// The sum of counted rows of one contract, month and currency; sorted by (contract id, month, currency code).
struct MonthTotal {
    const Contract* contract = nullptr;
    Month month;
    Money total;
    std::uint64_t documents = 0;
};

/// The counted rows in the reporting currency. An extra beside the totals by currency, never in their place.
struct ReportingTotal {
    Money total;                          ///< of the rows that could be converted
    std::uint64_t documents = 0;          ///< counted rows in `total`
    std::uint64_t documents_missing = 0;  ///< counted rows without a rate: not in `total`
    std::string rate_rule;                ///< "month-end", "month-average", "issue-day"
    std::string rates_file;               ///< its name without folder
    std::string rates_sha256;             ///< digest of its bytes
};

/// A counting rule other than the default, and where it was used.
struct CountingUse {
    Message rule;                        ///< in words
    std::vector<std::string> types;      ///< in order of preference
    std::vector<std::string> contracts;  ///< contract ids, sorted
};

/// What became of a contract's documents of one type.
struct TypeCompleteness {
    std::uint64_t listed = 0;         ///< all periods
    std::uint64_t in_period = 0;      ///< ledger rows of the latest version
    std::uint64_t final_ = 0;         ///< of these, with final standing
    std::uint64_t counted = 0;
    std::uint64_t files_ok = 0;
    std::uint64_t files_missing = 0;  ///< not-ready and failed
};

/// A document that a contract owes for a month.
struct Expectation {
    enum class Status {
        arrived,  ///< "arrived"
        late,     ///< "late": there, but issued after the due day
        missing,  ///< "missing": not there, and the due day is over
        not_due,  ///< "not-due": not there, and the due day is not over
    };
    Month month = *Month::make(1980, 1);
    std::string type;                        ///< empty: any final type
    std::chrono::year_month_day due{};       ///< last day on which it is in time
    std::optional<std::chrono::year_month_day> issued;  ///< of the first document that meets it; empty: none, or without a date
    Status status = Status::arrived;
    std::string source;                      ///< "declared" or "learned"
};

[[nodiscard]] std::string_view to_text(Expectation::Status status) noexcept;

/// One per contract of the perimeter, in contract id order.
struct ContractCompleteness {
    const Contract* contract = nullptr;
    Completeness verdict = Completeness::failed;
    Message reason;                            ///< why not complete; empty when complete
    std::uint64_t listed = 0;                  ///< documents that the API listed, all periods
    std::uint64_t in_period = 0;               ///< ledger rows of the latest version
    std::uint64_t files_ok = 0;
    std::uint64_t files_missing = 0;           ///< not-ready and failed
    std::map<std::string, std::uint64_t> listed_by_type;  ///< key: document type
    std::map<std::string, TypeCompleteness> by_type;      ///< key: document type; `listed` and rows together
    std::vector<Expectation> expected;                    ///< by month, then type
    bool type_by_type = false;  ///< the mixed list was not trusted and the types were asked one by one
};

/// What the contracts of one perimeter (login) came to.
struct PerimeterSummary {
    std::string name;                   ///< empty: rows of contracts that were read under none
    bool listed = true;                 ///< false: its login could not list its contracts
    std::uint64_t contracts = 0;        ///< of `completeness`
    std::uint64_t rows = 0;             ///< of the ledger
    std::vector<CurrencyTotal> totals;  ///< by currency code; those of all perimeters add up to the summary's
    Organization organization = {};     ///< whose contracts these are, where the job says it of this perimeter
};

struct PublishedFile {
    std::string path;  ///< relative to the published folder
    std::uint64_t size_bytes = 0;
    std::string sha256;
};

struct RequestCounts {
    std::uint64_t token = 0;
    std::uint64_t contracts = 0;  ///< contract lists and details
    std::uint64_t lists = 0;      ///< document lists
    std::uint64_t files = 0;
    std::uint64_t retries = 0;    ///< of all the above, repeated attempts
    std::uint64_t throttled = 0;
    std::uint64_t bytes_received = 0;
};

struct DocumentCounts {
    std::uint64_t listed = 0;      ///< what the API listed in all contracts, all periods
    std::uint64_t rows = 0;        ///< ledger rows
    std::uint64_t counted = 0;
    std::uint64_t ok = 0;
    std::uint64_t not_ready = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
    std::uint64_t downloaded = 0;  ///< files fetched by this run
    std::uint64_t reused = 0;      ///< files that the store already had
};

/// Where a published folder stands in the chain of all that were published.
struct ChainPlace {
    std::uint32_t number = 1;             ///< of its link
    std::optional<ChainLink> previous;    ///< the link before it; empty: it is the first
    std::uint64_t closings = 0;           ///< closings and reopenings until then
    std::string closings_sha256;          ///< head of the hash tree over them
};

struct RunSummary {
    std::string run_id;  ///< unique per run
    std::string source;  ///< API base URL, or "sandbox:<scenario>"
    MonthRange period;
    View view;                                 ///< what was left out; nothing: the run is about its whole months
    Message counting_rule;                     ///< the default rule in words
    std::vector<CountingUse> counting_uses;    ///< where another rule was used; empty: nowhere
    std::vector<TypeDecision> type_decisions;  ///< what the job file says of unknown types
    std::vector<WithdrawnDecision> withdrawn_decisions;  ///< and of documents that are no longer listed
    std::optional<ReportingTotal> reporting;   ///< set when the job has a reporting currency
    Timestamp started_at;
    Timestamp finished_at;
    Timestamp data_date;  ///< SOURCE_DATE_EPOCH, else the newest instant in the data, else 1980-01-01; stamps every published byte
    ExitCode exit_code = ExitCode::internal;
    std::uint64_t contracts = 0;
    DocumentCounts documents;
    RequestCounts requests;
    std::vector<CurrencyTotal> totals;             ///< by currency code
    std::vector<MonthTotal> month_totals;
    std::vector<PerimeterSummary> perimeters;      ///< by name, those that have contracts or rows, or failed; empty: the job has none
    std::vector<ContractCompleteness> completeness;
    std::vector<Finding> findings;  ///< sorted by contract id, document id, code, message
    /// Findings of this run and not of its data (credentials, clock): they come and go with the calendar, so they stand in the published
    /// summary, the page, JUnit and the metrics, never in the archive or the workbook. Errors only where the job says so.
    std::vector<Finding> run_findings;
    CredentialHorizon credentials;
    bool closed_incomplete = false;  ///< the exported month stays as it was closed, and it was closed as incomplete
    std::vector<ClosedMonth> closed_months;  ///< closed now and before the exported month; of a range also those in it
    std::vector<Addendum> addenda;           ///< booked in the exported months, by closed month and number
    std::vector<AddendumSum> addendum_sums;  ///< one for each of them
    std::vector<PublishedFile> files;
    std::optional<Retention> retention;  ///< until when the folder is to be kept
    Organization organization;           ///< whose books these are; empty where the job does not say
    std::optional<ChainPlace> chain;  ///< empty: a view, or it was not brought out
    std::vector<ToDo> to_do;         ///< in order; of this run, as `inbox`
    std::optional<Changes> changes;  ///< of this run, as `inbox`; empty: nothing to compare with, or not the whole of one month
    std::optional<PastMonths> history;  ///< of this run, as `inbox`; empty: not the whole of one month
    std::optional<InboxSummary> inbox;  ///< of this run and not of its data, as `run_findings`; empty: the job has none
    UsageSummary usage;  ///< the lines inside reports and workbooks; empty when none were read
};

/// The name under which it is published: "2026-10" for a month, "2026-10+bills-3f9a1c2b" for a view of it.
[[nodiscard]] std::string publication_name(const MonthRange& period, const View& view);
/// The month or months of which a folder of that name holds a view; empty when it is no view's name.
[[nodiscard]] std::string viewed_period(std::string_view publication_name);

}  // namespace moisson

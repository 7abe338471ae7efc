#pragma once
/// What a run did, as values: filled by `pipeline`, written by `report` (summary.json, junit.xml, report.html) and `ledger` (the
/// workbook's sheets).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "domain/contract.hpp"
#include "domain/finding.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

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

/// One per contract of the perimeter, in contract id order.
struct ContractCompleteness {
    const Contract* contract = nullptr;
    Completeness verdict = Completeness::failed;
    std::string reason;                        ///< why not complete; empty when complete
    std::uint64_t listed = 0;                  ///< documents that the API listed, all periods
    std::uint64_t in_period = 0;               ///< ledger rows of the latest version
    std::uint64_t files_ok = 0;
    std::uint64_t files_missing = 0;           ///< not-ready and failed
    std::map<std::string, std::uint64_t> listed_by_type;  ///< key: document type
    bool type_by_type = false;  ///< the mixed list was not trusted and the types were asked one by one
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

struct RunSummary {
    std::string run_id;  ///< unique per run
    std::string source;  ///< API base URL, or "sandbox:<scenario>"
    MonthRange period;
    std::vector<std::string> contract_filter;  ///< globs; empty: all
    std::vector<std::string> type_filter;      ///< empty: all
    std::string counting_rule;                 ///< the rule in words, as used
    Timestamp started_at;
    Timestamp finished_at;
    Timestamp data_date;  ///< SOURCE_DATE_EPOCH, else the newest instant in the data, else 1980-01-01; stamps every published byte
    ExitCode exit_code = ExitCode::internal;
    std::uint64_t contracts = 0;
    DocumentCounts documents;
    RequestCounts requests;
    std::vector<CurrencyTotal> totals;             ///< by currency code
    std::vector<MonthTotal> month_totals;
    std::vector<ContractCompleteness> completeness;
    std::vector<Finding> findings;  ///< sorted by contract id, document id, code, message
    std::vector<PublishedFile> files;
};

}  // namespace moisson

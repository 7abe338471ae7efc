#pragma once
/// What the lines inside consumption reports and billing workbooks add up to: filled by `usage`, written by `ledger` and `report`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/contract.hpp"
#include "domain/currency.hpp"
#include "domain/period.hpp"

namespace moisson {

/// Lines of one currency. Never across currencies.
struct UsageSum {
    Currency currency;
    std::uint64_t lines = 0;
    BigDecimal amount;      ///< before volume discount
    BigDecimal discounted;  ///< what is billed (DiscountedAmount)
};

/// One document whose lines were read; in the order of `usage.csv`.
struct UsageDocument {
    const Contract* contract = nullptr;
    std::string document_id;
    std::string document_type;
    std::uint32_t version = 1;
    std::optional<Period> period;
    bool whole = false;    ///< read to its end
    bool counted = false;  ///< its lines enter the sums below and the comparison
    std::string reason;    ///< why not counted; empty when counted
    std::uint64_t lines = 0;
    std::vector<UsageSum> sums;  ///< by currency code; of all its lines, counted or not
};

/// Counted lines of one contract, month, currency and one further key. `others`: what the limit of groups left without a group of its own.
struct UsageGroup {
    const Contract* contract = nullptr;
    Month month = *Month::make(1980, 1);
    std::string service;  ///< groups by service only
    std::string project;  ///< groups by project only
    std::string tags;     ///< groups by project only; as the report has them
    bool others = false;
    UsageSum sum;
};

/// A contract and month whose lines do not add up to what is billed.
struct UsageDifference {
    const Contract* contract = nullptr;
    Month first_month = *Month::make(1980, 1);  ///< the months compared: of a bill over several months the first …
    Month last_month = *Month::make(1980, 1);   ///< … and the last, else the same
    Currency currency;
    BigDecimal usage;
    BigDecimal billed;
};

struct UsageSummary {
    std::vector<UsageDocument> documents;
    std::uint64_t lines = 0;  ///< rows of usage.csv
    std::uint64_t counted_lines = 0;
    std::vector<UsageSum> totals;              ///< counted lines by currency code
    std::vector<UsageGroup> by_service;        ///< by contract id, month, service, currency code; `others` last of their month
    std::vector<UsageGroup> by_project;        ///< by contract id, month, project, tags, currency code; `others` last of their month
    std::uint64_t compared = 0;                ///< contracts and months (and currencies) that had both lines and a bill
    std::vector<UsageDifference> differences;  ///< by contract id, month, currency code
};

}  // namespace moisson

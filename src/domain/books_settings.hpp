#pragma once
/// What a job says about its books ([books] of the job file), as values: read by `config`, obeyed by `books`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"
#include "domain/document_type.hpp"
#include "domain/period.hpp"

namespace moisson {

/// One `[[books.types]]`: what a type is that Moisson does not know.
struct TypeDecision {
    std::string type;       ///< as the service spells it
    std::string counts_as;  ///< a final type: its documents are counted together with those; empty: they never count
    std::string reason;
    friend bool operator==(const TypeDecision&, const TypeDecision&) = default;
};

/// One `[[books.withdrawn]]`: whether a document that the service no longer lists still counts. Says nothing about one that is listed.
struct WithdrawnDecision {
    std::vector<std::string> documents;  ///< patterns on document id
    std::vector<std::string> contracts;  ///< patterns on contract id or name; empty: all
    bool counts = false;
    std::string reason;
    friend bool operator==(const WithdrawnDecision&, const WithdrawnDecision&) = default;
};

/// One `[[books.counting]]`: which document types count for the contracts that it names.
struct CountingChoice {
    /// In order of preference, final types only, none twice.
    std::vector<std::string> types{final_type_names.begin(), final_type_names.end()};
    std::vector<std::string> contracts;                   ///< patterns on contract id or name; empty: all
    std::vector<std::string> offers;                      ///< patterns on offer id or name; empty: all
    std::vector<std::string> perimeters = {};             ///< patterns on the perimeter's name; empty: all
    friend bool operator==(const CountingChoice&, const CountingChoice&) = default;
};

/// Which day's rate converts a document.
enum class RateRule {
    month_end,      ///< "month-end": the last day of the month in which the ledger files the document
    month_average,  ///< "month-average": the mean over that month's published days
    issue_day,      ///< "issue-day": the UTC day of `issued_at`
};

[[nodiscard]] std::string_view to_text(RateRule rule) noexcept;
[[nodiscard]] std::optional<RateRule> parse_rate_rule(std::string_view text) noexcept;

/// One `[[books.expected]]`: documents that certain contracts owe.
struct ExpectedDocuments {
    std::vector<std::string> contracts = {};  ///< patterns on contract id or name; empty: all
    std::string type = {};               ///< empty: any final type
    int every_months = 1;                ///< 1 or 3
    int due_day = 8;                     ///< of the month after; 1..28
    std::optional<Month> from = {};      ///< first month that is owed; empty: the first with a document of this contract
    std::optional<Month> until = {};     ///< last month that is owed; empty: no end
    std::string where = {};              ///< "job file line 31", for messages
    friend bool operator==(const ExpectedDocuments&, const ExpectedDocuments&) = default;
};

/// One `[[books.ended]]`: a contract that ended. It owes nothing from `since` on, and may leave the perimeter or show no document any more.
struct EndedContract {
    std::string contract = {};                         ///< pattern on contract id or name
    Month since = *Month::make(1980, 1);               ///< first month without a bill
    std::string reason = {};
    friend bool operator==(const EndedContract&, const EndedContract&) = default;
};

/// One `[[books.no_invoices]]`: a contract that never shows an invoice or bill here.
struct SilentContract {
    std::string contract = {};  ///< pattern on contract id or name
    std::string reason = {};
    friend bool operator==(const SilentContract&, const SilentContract&) = default;
};

struct BooksSettings {
    std::vector<CountingChoice> counting;     ///< the first whose patterns match decides; none: the default choice
    std::vector<TypeDecision> types;          ///< none twice, none of a known type
    std::vector<WithdrawnDecision> withdrawn; ///< the first whose patterns match decides

    std::optional<Currency> reporting_currency;  ///< empty: no conversion
    std::string rates_file;                      ///< path, resolved; set when `reporting_currency` is
    RateRule rate_rule = RateRule::month_end;
    int rate_age_days_max = 7;                   ///< how old a rate may be on the day it stands for; 0..366

    std::vector<ExpectedDocuments> expected;
    std::vector<EndedContract> ended;            ///< the first whose pattern matches decides
    std::vector<SilentContract> no_invoices;     ///< the first whose pattern matches decides
    bool learn_expectations = true;              ///< also from twelve months of history

    bool outliers = true;
    std::int64_t outlier_deviations = 6;         ///< robust standard deviations from the median
    std::int64_t outlier_change_percent = 30;    ///< and at least this much of the median

    bool usage = true;                           ///< the lines of consumption reports are read into usage.csv
    BigDecimal usage_tolerance{1, 2};            ///< a difference up to this, between lines and bill, is none; 0 or more

    /// Codes of findings that are to make a run incomplete although they are no errors by themselves.
    std::vector<std::string> errors{"media-type-unexpected"};
    friend bool operator==(const BooksSettings&, const BooksSettings&) = default;
};

}  // namespace moisson

/// See to_do.hpp.

#include "domain/to_do.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace moisson {

namespace {

/// Who runs the program acts on what is not listed here as another's: settings, templates, networks, disks.
constexpr std::array<FindingCode, 7> of_administrator{
    "contract-forbidden", "contract-gone", "invoices-not-visible", "list-emptied", "list-empty", "no-longer-listed", "perimeter-empty",
};
constexpr std::array<FindingCode, 22> of_support{
    "amount-is-neither",       "api-key-expired",         "api-key-expires-soon", "contract-unknown-answer",
    "date-implausible",        "document-id-conflict",    "document-id-missing",  "document-missing",
    "file-damaged",            "invoice-missing",         "invoice-over-budget",  "invoice-unreadable",
    "invoice-value-ambiguous", "list-capped",             "member-contradicting", "secret-in-answer",
    "usage-columns",           "usage-differs",           "usage-over-budget",    "usage-unreadable",
    "usage-workbook-unreadable", "vat-sum-wrong",
};
constexpr std::array<FindingCode, 34> of_accounting{
    "addendum-changed",        "amount-missing",          "amount-unreadable",    "amount-unusual",       "amount-zero-unusual",
    "bill-set-aside",          "buyer-unexpected",        "currency-changed",     "currency-missing",     "currency-unreadable",
    "detail-unreadable",       "document-active",         "document-type-missing", "document-type-undecided", "erp-booked-elsewhere",
    "erp-terms-changed",       "file-duplicate",          "folder-adopted",       "formula-like",         "inbox-ambiguous",
    "inbox-delivered",         "inbox-differs",           "inbox-late",           "inbox-not-counted",    "inside-differs",
    "invoice-number-duplicate", "invoice-only-inbox",     "list-unproven",        "period-missing",       "period-unreadable",
    "usage-amount-missing",    "usage-number-unreadable", "version-changed",      "withdrawn-undecided",
};

template <std::size_t count>
bool has(const std::array<FindingCode, count>& codes, std::string_view code) {
    return std::any_of(codes.begin(), codes.end(), [&](FindingCode one) { return one.kind().code == code; });
}

/// What another run may mend.
constexpr std::array<FindingCode, 7> run_again{"archive-behind",  "contract-failed",              "contract-unknown-answer",
                                               "database-load-failed", "document-failed", "document-of-another-contract",
                                               "document-not-ready"};
constexpr std::array<FindingCode, 2> owed{"month-outdated", "month-unpublished"};
constexpr std::array<FindingCode, 2> to_stamp{"evidence-not-signed", "evidence-not-stamped"};

bool is_plain_word(std::string_view word) {
    return !word.empty() && word.front() != '-' && std::all_of(word.begin(), word.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               std::string_view("._-").find(letter) != std::string_view::npos;
    });
}

}  // namespace

std::string_view to_text(Acting acting) noexcept {
    switch (acting) {
        case Acting::accounting: return "accounting";
        case Acting::support: return "support";
        case Acting::administrator: return "administrator";
        case Acting::operations: return "operations";
    }
    return "operations";
}

Acting who_acts(std::string_view code) noexcept {
    return has(of_administrator, code) ? Acting::administrator
           : has(of_support, code)     ? Acting::support
           : has(of_accounting, code)  ? Acting::accounting
                                       : Acting::operations;
}

std::string command_for(std::string_view code, std::string_view document_id, const MonthRange& months) {
    const bool is_closed_range = months.first && months.last;
    if (has(owed, code)) {
        return "moisson export --due";
    }
    if (has(run_again, code)) {
        return is_closed_range ? fmt::format("moisson export --period {}", months.to_text()) : std::string();
    }
    if (code == "file-damaged") {
        return is_closed_range ? fmt::format("moisson export --period {} --refetch", months.to_text()) : std::string();
    }
    if (has(to_stamp, code)) {
        return is_closed_range ? fmt::format("moisson evidence stamp OUT/{}", months.to_text()) : std::string();
    }
    return is_plain_word(document_id) ? fmt::format("moisson explain {}", document_id) : std::string();
}

}  // namespace moisson

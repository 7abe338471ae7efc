/// See verdict.hpp.

#include "domain/verdict.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "domain/language.hpp"
#include "domain/page_messages.hpp"

namespace moisson {

namespace {

/// A document of the ledger has no file, for whatever reason.
constexpr std::array<FindingCode, 4> file_codes{"document-failed", "document-id-missing", "document-missing", "document-not-ready"};
/// What a contract's list ended with, said once more as a finding.
constexpr std::array<FindingCode, 6> list_codes{"contract-failed",      "contract-forbidden", "contract-unknown-answer",
                                                     "invoices-not-visible", "list-capped",        "list-emptied"};

template <std::size_t size>
bool is_one_of(const std::array<FindingCode, size>& codes, FindingCode code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// A cause with how often.
struct Phrase {
    std::string_view code;
    const Row<place::Count>* words;
};

constexpr std::array phrases{
    Phrase{"files-missing", &messages::files_missing},
    Phrase{"contracts-forbidden", &messages::contracts_forbidden},
    Phrase{"contracts-failed", &messages::contracts_failed},
    Phrase{"contracts-unknown-answer", &messages::contracts_unknown_answer},
    Phrase{"lists-capped", &messages::lists_capped},
    Phrase{"amount-missing", &messages::amounts_missing},
    Phrase{"amount-unreadable", &messages::amounts_unreadable},
    Phrase{"currency-missing", &messages::currencies_missing},
    Phrase{"currency-unreadable", &messages::currencies_unreadable},
    Phrase{"period-missing", &messages::periods_missing},
    Phrase{"period-unreadable", &messages::periods_unreadable},
    Phrase{"invoice-missing", &messages::owed_missing},
    Phrase{"list-emptied", &messages::lists_emptied},
    Phrase{"document-type-undecided", &messages::types_undecided},
    Phrase{"withdrawn-undecided", &messages::withdrawn_undecided},
    Phrase{"usage-unreadable", &messages::reports_unreadable},
    Phrase{"usage-over-budget", &messages::reports_over_budget},
    Phrase{"usage-reader-failed", &messages::readers_failed},
    Phrase{"fx-rate-missing", &messages::rates_missing},
    Phrase{"erp-file-refused", &messages::erp_files_refused},
};

/// A cause that there is once.
struct Remark {
    std::string_view code;
    Word words;
};

constexpr std::array remarks{
    Remark{"database-load-failed", "the database was not loaded"},
    Remark{"archive-behind", "the archive lacks the month"},
    Remark{"perimeter-empty", "no contract in the perimeter"},
    Remark{"api-key-expires-soon", "the API key expires soon"},
    Remark{"api-key-expired", "the API key has expired"},
    Remark{"clock-offset", "the clock is off"},
    Remark{"closed-incomplete", "closed as incomplete"},
};

std::string_view code_of(Completeness verdict) {
    switch (verdict) {
        case Completeness::capped: return "lists-capped";
        case Completeness::forbidden: return "contracts-forbidden";
        case Completeness::unknown_answer: return "contracts-unknown-answer";
        case Completeness::complete:
        case Completeness::unproven:
        case Completeness::failed: break;
    }
    return "contracts-failed";
}

/// What is wrong with a run or a contract, while it is counted.
class Tally {
public:
    void add(const ContractCompleteness& contract) {
        files_missing_ += contract.files_missing;
        if (!is_whole(contract.verdict)) {
            ++lists_[contract.verdict];
            lists_told_.insert(contract.contract->id);
        }
    }
    /// After all contracts.
    void add(const Finding& finding) {
        if (finding.severity() != Severity::error || (is_one_of(list_codes, finding.code) && lists_told_.contains(finding.contract_id))) {
            return;
        }
        if (finding.code == "usage-differs") {
            ++sums_;
        } else if (is_one_of(file_codes, finding.code)) {
            // Rows of earlier months that an addendum brings are not among the contracts' counts.
            files_.emplace(finding.contract_id, finding.document_id);
        } else {
            ++others_[finding.code];
        }
    }
    void add(const UsageDifference& difference) {
        BigDecimal amount = difference.usage;
        if (!add_to(amount, negated(difference.billed))) {
            return;  // the count alone is told
        }
        if (amount < BigDecimal{}) {
            amount = negated(amount);
        }
        BigDecimal& sum = differences_[difference.currency];
        static_cast<void>(add_to(sum, amount));
    }
    [[nodiscard]] std::vector<Cause> causes() const {
        std::vector<Cause> causes;
        const auto put = [&](std::string_view code, std::uint64_t count) {
            if (count > 0) {
                causes.push_back({std::string(code), count, {}, false});
            }
        };
        put("files-missing", std::max<std::uint64_t>(files_missing_, files_.size()));
        for (const auto& [verdict, count] : lists_) {
            put(code_of(verdict), count);
        }
        put("sums-differ", sums_);
        if (sums_ > 0) {
            for (const auto& [currency, amount] : differences_) {
                const int digits = std::max(0, currency.minor_digits());
                causes.back().amounts.push_back(to_short_decimal(amount, digits) + " " + std::string(currency.code()));
            }
        }
        for (const auto& [code, count] : others_) {
            put(code, count);
        }
        return causes;
    }

private:
    std::uint64_t files_missing_ = 0;
    std::set<std::pair<std::string_view, std::string_view>> files_;
    std::map<Completeness, std::uint64_t> lists_;
    std::set<std::string_view> lists_told_;
    std::uint64_t sums_ = 0;
    std::map<Currency, BigDecimal> differences_;
    std::map<std::string_view, std::uint64_t> others_;
};

std::uint64_t overdue_of(const ContractCompleteness& contract) {
    return static_cast<std::uint64_t>(std::count_if(contract.expected.begin(), contract.expected.end(), [](const Expectation& expected) {
        return expected.status == Expectation::Status::missing;
    }));
}

ContractVerdict judge(const ContractCompleteness& contract, const Tally& tally) {
    ContractVerdict verdict;
    for (Cause& cause : tally.causes()) {
        if (is_whole(contract.verdict) || cause.code != code_of(contract.verdict)) {
            verdict.causes.push_back(std::move(cause));
        }
    }
    const bool is_incomplete = !verdict.causes.empty();
    const std::uint64_t overdue = overdue_of(contract);
    const auto told = [](const Cause& cause) { return cause.code == "invoice-missing"; };
    if (overdue > 0 && std::none_of(verdict.causes.begin(), verdict.causes.end(), told)) {
        verdict.causes.push_back({"invoice-missing", overdue, {}, false});
    }
    const bool is_listed = is_whole(contract.verdict);
    verdict.passed = is_listed && verdict.causes.empty();
    verdict.word = !is_listed || verdict.passed ? to_text(contract.verdict) : is_incomplete ? "incomplete" : "overdue";
    verdict.mood = contract.verdict == Completeness::complete && verdict.passed ? Mood::good
                   : is_listed || contract.verdict == Completeness::capped      ? Mood::warn
                                                                                : Mood::bad;
    return verdict;
}

}  // namespace

std::vector<Cause> causes_of_data(const RunSummary& summary) {
    Tally tally;
    for (const ContractCompleteness& contract : summary.completeness) {
        tally.add(contract);
    }
    for (const Finding& finding : summary.findings) {
        tally.add(finding);
    }
    for (const UsageDifference& difference : summary.usage.differences) {
        tally.add(difference);
    }
    return tally.causes();
}

std::vector<Cause> causes_of(const RunSummary& summary) {
    std::vector<Cause> causes = causes_of_data(summary);
    Tally tally;
    for (const Finding& finding : summary.run_findings) {
        tally.add(finding);
    }
    for (Cause& cause : tally.causes()) {
        cause.of_run = true;
        causes.push_back(std::move(cause));
    }
    if (summary.closed_incomplete) {
        causes.push_back({"closed-incomplete", 1, {}, true});
    }
    return causes;
}

ExitCode exit_code_of(const std::vector<Cause>& causes) noexcept {
    return causes.empty() ? ExitCode::complete : ExitCode::incomplete;
}

std::string in_words(Language language, const Cause& cause) {
    const place::Count count = cause.count;
    if (cause.code == "sums-differ") {
        std::string amounts;
        for (const std::string& amount : cause.amounts) {
            const std::size_t blank = amount.find(' ');
            amounts += (amounts.empty() ? "" : " + ") + decimal_for_people(language, amount.substr(0, blank)) + amount.substr(blank);
        }
        return (amounts.empty() ? messages::sums_differ(count) : messages::sums_differ_by(count, amounts)).in(language);
    }
    const auto of_code = [&](const auto& one) { return one.code == cause.code; };
    if (const auto phrase = std::find_if(phrases.begin(), phrases.end(), of_code); phrase != phrases.end()) {
        return (*phrase->words)(count).in(language);
    }
    if (const auto remark = std::find_if(remarks.begin(), remarks.end(), of_code); remark != remarks.end()) {
        return std::string(remark->words.in(language));
    }
    return messages::findings_of_kind(count, cause.code).in(language);
}

std::string in_words(Language language, const std::vector<Cause>& causes) {
    std::string text;
    for (const Cause& cause : causes) {
        text += (text.empty() ? "" : ", ") + in_words(language, cause);
    }
    return text;
}

std::string_view verdict_of(const RunSummary& summary) noexcept { return verdict_of(summary, summary.exit_code); }

std::string_view verdict_of(const RunSummary& summary, ExitCode exit_code) noexcept {
    const bool is_out = exit_code == ExitCode::complete || exit_code == ExitCode::incomplete;
    return is_out && !summary.view.is_whole() ? "partial-view" : verdict_of(exit_code);
}

std::vector<ContractVerdict> contract_verdicts(const RunSummary& summary) {
    std::map<std::string_view, Tally> tallies;
    for (const ContractCompleteness& contract : summary.completeness) {
        tallies[contract.contract->id].add(contract);
    }
    const auto add = [&](std::string_view contract_id, const auto& fact) {
        if (const auto found = tallies.find(contract_id); found != tallies.end()) {
            found->second.add(fact);
        }
    };
    for (const Finding& finding : summary.findings) {
        add(finding.contract_id, finding);
    }
    for (const UsageDifference& difference : summary.usage.differences) {
        add(difference.contract->id, difference);
    }
    std::vector<ContractVerdict> verdicts;
    verdicts.reserve(summary.completeness.size());
    for (const ContractCompleteness& contract : summary.completeness) {
        verdicts.push_back(judge(contract, tallies[contract.contract->id]));
    }
    return verdicts;
}

std::string reason_of(Language language, const ContractCompleteness& contract, const ContractVerdict& verdict) {
    const std::string list = contract.reason.in(language);
    const std::string causes = in_words(language, verdict.causes);
    return list.empty() ? causes : causes.empty() ? list : list + "; " + causes;
}

}  // namespace moisson

/// See verdict.hpp.

#include "domain/verdict.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

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

struct Phrase {
    std::string_view code;
    std::string_view one;
    std::string_view several;
};

constexpr std::array phrases{
    Phrase{"files-missing", "{} file missing", "{} files missing"},
    Phrase{"contracts-forbidden", "{} contract refused", "{} contracts refused"},
    Phrase{"contracts-failed", "{} contract not listed", "{} contracts not listed"},
    Phrase{"contracts-unknown-answer", "{} contract with an unknown answer", "{} contracts with an unknown answer"},
    Phrase{"lists-capped", "{} list not shown to be whole", "{} lists not shown to be whole"},
    Phrase{"amount-missing", "{} amount missing", "{} amounts missing"},
    Phrase{"amount-unreadable", "{} amount unreadable", "{} amounts unreadable"},
    Phrase{"currency-missing", "{} currency missing", "{} currencies missing"},
    Phrase{"currency-unreadable", "{} currency unreadable", "{} currencies unreadable"},
    Phrase{"period-missing", "{} period missing", "{} periods missing"},
    Phrase{"period-unreadable", "{} period unreadable", "{} periods unreadable"},
    Phrase{"invoice-missing", "{} owed document missing", "{} owed documents missing"},
    Phrase{"list-emptied", "{} list emptied", "{} lists emptied"},
    Phrase{"document-type-undecided", "{} document of an undecided type", "{} documents of an undecided type"},
    Phrase{"withdrawn-undecided", "{} withdrawn document undecided", "{} withdrawn documents undecided"},
    Phrase{"usage-unreadable", "{} report unreadable", "{} reports unreadable"},
    Phrase{"usage-over-budget", "{} report over budget", "{} reports over budget"},
    Phrase{"usage-reader-failed", "{} report whose reader failed", "{} reports whose reader failed"},
    Phrase{"fx-rate-missing", "{} exchange rate missing", "{} exchange rates missing"},
    Phrase{"erp-file-refused", "{} ERP file refused", "{} ERP files refused"},
    Phrase{"database-load-failed", "the database was not loaded", "the database was not loaded"},
    Phrase{"perimeter-empty", "no contract in the perimeter", "no contract in the perimeter"},
    Phrase{"api-key-expires-soon", "the API key expires soon", "the API key expires soon"},
    Phrase{"api-key-expired", "the API key has expired", "the API key has expired"},
    Phrase{"clock-offset", "the clock is off", "the clock is off"},
    Phrase{"closed-incomplete", "closed as incomplete", "closed as incomplete"},
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
    const std::string count = std::to_string(cause.count);
    if (cause.code == "sums-differ") {
        std::string amounts;
        for (const std::string& amount : cause.amounts) {
            const std::size_t blank = amount.find(' ');
            amounts += (amounts.empty() ? "" : " + ") + decimal_for_people(language, amount.substr(0, blank)) + amount.substr(blank);
        }
        if (amounts.empty()) {
            return say(language, cause.count == 1 ? "{} sum differs" : "{} sums differ", {count});
        }
        return say(language, cause.count == 1 ? "{} sum differs by {}" : "{} sums differ by {}", {count, amounts});
    }
    const auto phrase = std::find_if(phrases.begin(), phrases.end(), [&](const Phrase& one) { return one.code == cause.code; });
    if (phrase != phrases.end()) {
        const std::string_view words = cause.count == 1 ? phrase->one : phrase->several;
        return words.find("{}") == std::string_view::npos ? std::string(translate(language, words)) : say(language, words, {count});
    }
    return say(language, cause.count == 1 ? "{} finding {}" : "{} findings {}", {count, cause.code});
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
    const std::string list = show_message(language, contract.reason);
    const std::string causes = in_words(language, verdict.causes);
    return list.empty() ? causes : causes.empty() ? list : list + "; " + causes;
}

}  // namespace moisson

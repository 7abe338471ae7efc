/// Documents that contracts owe: declared in the job file, or learned from twelve months.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/declarations.hpp"
#include "books/history.hpp"
#include "books/history_content.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using Documents = std::span<const HistoryDocument>;

constexpr int months_learned = 12;
constexpr days due_earliest(8);  // after the month's end: the 8th of the next month
constexpr days due_margin(3);    // on top of the slowest month that was seen
constexpr days due_latest(45);   // slower months say nothing of when documents are issued: they were loaded at once, or later

/// What is owed for one month, and why.
struct Owed {
    Month month;
    std::string type;      ///< empty: any
    int every_months = 1;  ///< a document of any of the last so many months meets it
    sys_days due;
    bool judges_lateness = true;
    bool declared = false;
    Message why;  ///< in words, for the finding
};

bool covers(const HistoryDocument& document, Month first, Month last) {
    return Month::of(document.period.first) <= last && first <= document.month();
}

sys_days end_of(Month month) { return sys_days(month.last_day()); }

/// One contract, one scope: what is owed, month by month.
class Creditor {
public:
    Creditor(const Contract& contract, Documents documents, const History::Content& history, const BooksSettings& settings,
             const ExportScope& scope)
        : contract_(contract),
          documents_(documents),
          history_(history),
          settings_(settings),
          scope_(scope),
          declared_(declarations_of(settings, contract)) {}

    [[nodiscard]] std::vector<Owed> owed() const {
        std::vector<Owed> all = owed_by_rules();
        std::erase_if(all, [&](const Owed& one) { return declared_.frees(one.month); });
        return all;
    }

    [[nodiscard]] std::vector<Owed> owed_by_rules() const {
        std::vector<Owed> all;
        bool is_declared = false;
        for (const ExpectedDocuments& rule : settings_.expected) {
            if (any_glob_matches(rule.contracts, contract_.id, contract_.name)) {
                is_declared = true;
                add_declared(rule, all);
            }
        }
        if (!is_declared && settings_.learn_expectations && !documents_.empty()) {
            add_learned(all);
        }
        std::stable_sort(all.begin(), all.end(), [](const Owed& left, const Owed& right) {
            return std::tie(left.month, left.type) < std::tie(right.month, right.type);
        });
        return all;
    }

    [[nodiscard]] Expectation judge(const Owed& owed) const {
        Expectation result;
        result.month = owed.month;
        result.type = owed.type;
        result.due = std::chrono::year_month_day(owed.due);
        result.source = owed.declared ? "declared" : "learned";
        const Month first = owed.month.plus(1 - owed.every_months);
        bool is_there = false;
        for (const HistoryDocument& document : documents_) {
            if (!covers(document, first, owed.month) || (!owed.type.empty() && history_.types[document.type] != owed.type)) {
                continue;
            }
            is_there = true;
            if (document.issued.ok() && (!result.issued || document.issued < *result.issued)) {
                result.issued = document.issued;
            }
        }
        if (!is_there) {
            result.status = owed.due < sys_days(scope_.today) ? Expectation::Status::missing : Expectation::Status::not_due;
        } else if (result.issued && owed.judges_lateness && owed.due < sys_days(*result.issued)) {
            result.status = Expectation::Status::late;
        }
        return result;
    }

private:
    /// The scope's months that can be owed at all, of an open range those that the data speak of.
    [[nodiscard]] std::pair<std::optional<Month>, std::optional<Month>> months(const std::optional<Month>& earliest) const {
        std::optional<Month> first = scope_.period.first;
        if (!first || (earliest && *first < *earliest)) {
            first = earliest;
        }
        return {first, scope_.period.last ? scope_.period.last : history_.newest};
    }

    void add_declared(const ExpectedDocuments& rule, std::vector<Owed>& all) const {
        std::optional<Month> earliest = rule.from;
        if (!earliest && !documents_.empty()) {
            earliest = documents_.front().month();
        }
        if (!earliest && rule.contracts.empty()) {
            return;  // a contract that never had a document, under a rule for everybody
        }
        const auto [first, last] = months(earliest);
        if (!first || !last) {
            return;
        }
        for (Month month = *first; month <= *last && (!rule.until || month <= *rule.until); month = month.plus(1)) {
            const int since_from =
                rule.from ? (month.year() - rule.from->year()) * 12 + static_cast<int>(month.month()) - static_cast<int>(rule.from->month())
                          : static_cast<int>(month.month());
            if (since_from % rule.every_months != 0) {
                continue;
            }
            const Month next = month.plus(1);
            const sys_days due = sys_days(next.first_day()) + days(rule.due_day - 1);
            all.push_back(
                Owed{month, rule.type, rule.every_months, due, true, true, messages::declared_at(rule.where)});
        }
    }

    /// The slowest issue of the twelve months before; empty when no month tells.
    [[nodiscard]] std::optional<days> slowest_before(Month month) const {
        std::map<Month, sys_days> first_issue;
        for (const HistoryDocument& document : documents_) {
            if (document.issued.ok() && month.plus(-months_learned) <= document.month() && document.month() < month) {
                const auto [found, is_new] = first_issue.try_emplace(document.month(), sys_days(document.issued));
                found->second = std::min(found->second, sys_days(document.issued));
            }
        }
        std::optional<days> slowest;
        for (const auto& [filed, issued] : first_issue) {
            slowest = std::max(slowest.value_or(days(0)), issued - end_of(filed));
        }
        return slowest;
    }

    void add_learned(std::vector<Owed>& all) const {
        const auto [first, last] = months(documents_.front().month().plus(months_learned));
        if (!first || !last) {
            return;
        }
        std::set<Month> filed;
        for (const HistoryDocument& document : documents_) {
            filed.insert(document.month());
        }
        for (Month month = *first; month <= *last; month = month.plus(1)) {
            int monthly = 0;
            int quarterly = 0;
            for (int back = 1; back <= months_learned; ++back) {
                const int is_there = filed.contains(month.plus(-back)) ? 1 : 0;
                monthly += is_there;
                quarterly += back % 3 == 0 ? is_there : 0;
            }
            const bool each_month = monthly == months_learned;
            const bool each_quarter = quarterly == months_learned / 3 && monthly == quarterly;
            if (!each_month && !each_quarter) {
                continue;
            }
            const auto slowest = slowest_before(month);
            const bool tells = slowest && *slowest + due_margin <= due_latest;
            const days due = !slowest ? due_earliest + due_margin : tells ? std::max(due_earliest, *slowest + due_margin) : due_latest;
            all.push_back(Owed{month,
                               {},
                               each_month ? 1 : 3,
                               end_of(month) + due,
                               tells,
                               false,
                               each_month ? messages::learned_monthly
                                          : messages::learned_quarterly});
        }
    }

    const Contract& contract_;
    Documents documents_;
    const History::Content& history_;
    const BooksSettings& settings_;
    const ExportScope& scope_;
    Declarations declared_;
};

/// `is_gone`: the contract left the perimeter, so nobody else will say that its document is missing.
void tell(const Owed& owed, const Expectation& judged, const std::string& contract_id, bool is_gone, std::vector<Finding>& findings) {
    const Message what = owed.type.empty() ? Message(messages::final_document) : messages::document_of_type(words_of_type(owed.type));
    const place::Months month = span_of(owed.month.plus(1 - owed.every_months), owed.month);
    if (judged.status == Expectation::Status::missing) {
        findings.push_back(make_finding(
            "invoice-missing", messages::owed_missing(what, month, judged.due, owed.why),
            contract_id));
        findings.back().raised = owed.declared || is_gone;
    } else if (judged.status == Expectation::Status::late) {
        findings.push_back(make_finding("invoice-late",
                                        messages::owed_late(what, month,
                                                    *judged.issued, judged.due, owed.why),
                                        contract_id));
    }
}

}  // namespace

void check_expectations(const History& history, const BooksSettings& settings, const ExportScope& scope,
                        std::vector<ContractCompleteness>& completeness, std::vector<Finding>& findings) {
    if (!has_final_types(scope)) {
        return;
    }
    const History::Content& content = history.content();
    const auto check = [&](const Contract& contract, Documents documents, std::vector<Expectation>* kept) {
        const Creditor creditor(contract, documents, content, settings, scope);
        for (const Owed& owed : creditor.owed()) {
            Expectation judged = creditor.judge(owed);
            tell(owed, judged, contract.id, kept == nullptr, findings);
            if (kept != nullptr) {
                kept->push_back(std::move(judged));
            }
        }
    };
    std::set<std::string_view> listed;
    for (ContractCompleteness& one : completeness) {
        listed.insert(one.contract->id);
        one.expected.clear();
        if (is_whole(one.verdict)) {
            check(*one.contract, content.documents_of(one.contract->id), &one.expected);
        }
    }
    for (const History::Content::Group& group : content.groups) {
        if (!listed.contains(group.contract->id)) {
            check(*group.contract, content.documents_of(group), nullptr);  // gone from the perimeter, and still owing
        }
    }
}

}  // namespace moisson::books

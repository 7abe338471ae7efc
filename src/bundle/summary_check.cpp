/// A summary against the ledger: everything that can be counted is counted again.

#include "bundle/summary_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/version.hpp"
#include "bundle/changes_check.hpp"
#include "bundle/history_check.hpp"
#include "bundle/limits.hpp"
#include "domain/document_type.hpp"
#include "domain/finding.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// The types of a counting rule in words, in order; empty when the words are not known.
std::vector<std::string> types_in_words(std::string_view rule) {
    const auto between = [](std::string_view text, std::string_view before, std::string_view after) {
        const std::size_t from = text.find(before);
        const std::size_t to = from == std::string_view::npos ? from : text.find(after, from + before.size());
        return to == std::string_view::npos ? std::string() : std::string(text.substr(from + before.size(), to - from - before.size()));
    };
    std::vector<std::string> types;
    if (std::string only = between(rule, "latest version, ", " count;"); !only.empty()) {
        types.push_back(std::move(only));
        return types;
    }
    std::string first = between(rule, "latest versions of ", " count when");
    if (first.empty()) {
        return types;
    }
    types.push_back(std::move(first));
    constexpr std::string_view next = "else those of ";
    for (std::size_t at = rule.find(next); at != std::string_view::npos && types.size() <= limits::types_of_rule;
         at = rule.find(next, at + 1)) {
        const std::string_view rest = rule.substr(at + next.size());
        types.emplace_back(rest.substr(0, rest.find_first_of(",;")));
    }
    return types;
}

/// Findings that stand on the row of their document whenever they are made.
constexpr std::array<std::string_view, 22> row_codes{
    "amount-missing",      "amount-unreadable",    "amount-zero",      "bill-set-aside",     "credit-note",         "currency-missing",
    "currency-unreadable", "detail-unreadable",    "document-failed",  "document-missing",   "document-not-ready",  "document-type-unknown",
    "filename-missing",    "filename-unsafe",      "invoice-and-bill", "period-missing",     "period-spans-months", "period-tail",
    "period-unreadable",   "timestamp-unreadable", "type-not-counted", "updated-after-issue"};

std::string in_words(const PerimeterFacts& facts, std::uint64_t contracts, bool listed) {
    std::string words = fmt::format("{} contracts, {} rows, {}", contracts, facts.rows, listed ? "listed" : "not listed");
    for (const auto& [code, total] : facts.totals) {
        words += fmt::format(", {} {} in {} documents, {} of them credits", to_decimal(total.total), code, total.documents, total.credits);
    }
    return words;
}

class Against {
public:
    Against(const Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems)
        : summary_(summary), where_(where), facts_(facts), problems_(problems) {}

    void check_documents() {
        const Value* const documents = find_member(summary_, "documents");
        if (documents == nullptr) {
            problems_.add(where_ + ": it has no documents");
            return;
        }
        expect("documents.rows", text_member(*documents, "rows"), facts_.rows);
        expect("documents.counted", text_member(*documents, "counted"), facts_.counted);
        for (const auto& [member, status] :
             {std::pair("ok", "ok"), std::pair("not_ready", "not-ready"), std::pair("failed", "failed"), std::pair("skipped", "skipped")}) {
            const auto found = facts_.by_status.find(status);
            expect(fmt::format("documents.{}", member), text_member(*documents, member),
                   found == facts_.by_status.end() ? 0 : found->second);
        }
    }

    void check_totals() {
        std::map<std::string, std::string> counted;
        for (const auto& [code, total] : facts_.totals) {
            counted[code] = fmt::format("{} in {} documents, {} of them credits", to_decimal(total.total), total.documents, total.credits);
        }
        std::map<std::string, std::string> stated;
        for (const Value& total : items_member(summary_, "totals").GetArray()) {
            put(stated, "totals", text_member(total, "currency"),
                fmt::format("{} in {} documents, {} of them credits", text_member(total, "amount"), text_member(total, "documents"),
                            text_member(total, "credits")));
        }
        compare("total in", stated, counted);
    }

    /// Rows and totals by perimeter, contracts by what completeness says, and which login failed by its finding.
    void check_perimeters() {
        std::map<std::string, std::uint64_t> contracts;
        const StatedPeriod period = stated_period(summary_);
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            const std::string name = text_member(entry, "perimeter");
            ++contracts[name];
            // In several months it may have moved from one to another.
            const auto rows = facts_.contracts.find(view_member(entry, "contract_id"));
            if (period.first == period.last && rows != facts_.contracts.end() && rows->second.perimeter != name) {
                problems_.add(fmt::format("{}: completeness names the perimeter {} of {}, the ledger {}", where_, sanitise(name, 60),
                                          sanitise(rows->first, 60), sanitise(rows->second.perimeter, 60)));
            }
        }
        std::set<std::string> failed;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            if (view_member(finding, "code") == "perimeter-failed") {
                failed.insert(text_member(finding, "message").substr(0, text_member(finding, "message").find(": ")));
            }
        }
        std::map<std::string, std::string> counted;
        for (const auto& [name, facts] : facts_.perimeters) {
            counted[name] = in_words(facts, contracts[name], !failed.contains(name));
        }
        const bool has_none =
            std::all_of(facts_.perimeters.begin(), facts_.perimeters.end(), [](const auto& one) { return one.first.empty(); });
        if (find_member(summary_, "perimeters") == nullptr && has_none) {
            return;
        }
        std::map<std::string, std::string> stated;
        for (const Value& one : items_member(summary_, "perimeters").GetArray()) {
            const std::string name = text_member(one, "name");
            std::string words = fmt::format("{} contracts, {} rows, {}", text_member(one, "contracts"), text_member(one, "rows"),
                                            flag_member(one, "listed") ? "listed" : "not listed");
            for (const Value& total : items_member(one, "totals").GetArray()) {
                words += fmt::format(", {} {} in {} documents, {} of them credits", text_member(total, "amount"),
                                     text_member(total, "currency"), text_member(total, "documents"), text_member(total, "credits"));
            }
            put(stated, "perimeters", name, words);
            if (!counted.contains(name)) {  // its contracts have no rows
                counted[name] = in_words({}, contracts[name], !failed.contains(name));
            }
        }
        for (const auto& [name, count] : contracts) {
            if (!counted.contains(name)) {
                counted[name] = in_words({}, count, !failed.contains(name));
            }
        }
        compare("perimeter", stated, counted);
    }

    void check_months() {
        std::map<std::string, std::string> counted;
        for (const auto& [key, total] : facts_.months) {
            counted[fmt::format("{} {}", key.second, key.first)] =
                fmt::format("{} in {} documents", total.fits ? to_decimal(total.total) : "", total.documents);
        }
        std::map<std::string, std::string> stated;
        for (const Value& month : items_member(summary_, "months").GetArray()) {
            put(stated, "months", fmt::format("{} {}", text_member(month, "month"), text_member(month, "currency")),
                fmt::format("{} in {} documents", text_member(month, "amount"), text_member(month, "documents")));
        }
        compare("sum of months", stated, counted);
    }

    void check_completeness() {
        const Value& completeness = items_member(summary_, "completeness");
        expect("contracts", text_member(summary_, "contracts"), completeness.Size());
        std::set<std::string_view> named;
        std::string_view last;
        for (const Value& entry : completeness.GetArray()) {
            const std::string_view contract = view_member(entry, "contract_id");
            const bool is_new = named.insert(contract).second;
            if (!is_new || contract < last) {
                problems_.add(fmt::format("{}: completeness names {} twice or out of order", where_, sanitise(contract, 60)));
            }
            last = contract;
            if (is_new) {
                check_contract(entry, contract);
            }
        }
        std::set<std::string_view> gone;  // no longer in the perimeter: known documents are kept
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            if (view_member(finding, "code") == "contract-gone") {
                gone.insert(view_member(finding, "contract_id"));
            }
        }
        for (const auto& [contract, facts] : facts_.contracts) {
            if (!named.contains(contract) && !gone.contains(contract)) {
                problems_.add(
                    fmt::format("{}: completeness lacks the contract {}, which stands in the ledger", where_, sanitise(contract, 60)));
            }
        }
    }

    void check_reporting() {
        const Value* const total = find_member(summary_, "reporting_total");
        if (total == nullptr) {
            if (!facts_.reporting.empty()) {
                problems_.add(where_ + ": it has no reporting_total, though the ledger is converted");
            }
            return;
        }
        const std::string code = text_member(*total, "currency");
        for (const auto& [found, sum] : facts_.reporting) {
            if (found != code) {
                problems_.add(fmt::format("{}: reporting_total is in {}, rows of the ledger in {}", where_, sanitise(code, 20), found));
            }
        }
        const auto sum = facts_.reporting.find(code);
        const auto unit = find_currency(code);
        const Money none{0, unit.value_or(Currency{})};
        expect_text("reporting_total.amount", text_member(*total, "amount"),
                    to_decimal(sum == facts_.reporting.end() ? none : sum->second.total));
        expect("reporting_total.documents", text_member(*total, "documents"), sum == facts_.reporting.end() ? 0 : sum->second.documents);
        expect("reporting_total.documents_without_rate", text_member(*total, "documents_without_rate"), facts_.without_rate);
    }

    /// Each code of a row has its sentence, and the sentences about a row that the row itself must show are on it.
    void check_findings() {
        using Key = std::tuple<std::string_view, std::string_view, std::string_view>;  // contract, document, code
        std::set<Key> stated;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            stated.emplace(view_member(finding, "contract_id"), view_member(finding, "document_id"), view_member(finding, "code"));
        }
        for (const auto& [contract, facts] : facts_.contracts) {
            for (const auto& [document, codes] : facts.documents) {
                for (const RowCode& own : codes) {
                    const std::string& code = facts_.codes[own.code];
                    if (own.is_stated && !stated.contains(Key(contract, document, code)) && !stated.contains(Key(contract, "", code)) &&
                        !stated.contains(Key("", "", code))) {
                        problems_.add(fmt::format("{}: findings lack {} of {} {}, which the ledger's column findings has", where_,
                                                  sanitise(code, 40), sanitise(contract, 60), sanitise(document, 80)));
                    }
                }
            }
        }
        std::set<std::pair<std::string_view, std::string_view>> booked_late;  // their rows stand in an addendum
        for (const auto& [contract, document, code] : stated) {
            if (code.starts_with("addendum-")) {
                booked_late.emplace(contract, document);
            }
        }
        for (const auto& [contract, document, code] : stated) {
            const auto facts = facts_.contracts.find(contract);
            const std::vector<RowCode>* const codes = facts == facts_.contracts.end() ? nullptr : facts->second.find_codes(document);
            const bool is_of_row = codes != nullptr && !booked_late.contains({contract, document}) &&
                                   std::find(row_codes.begin(), row_codes.end(), code) != row_codes.end();
            const auto is_it = [&, wanted = code](const RowCode& own) { return facts_.codes[own.code] == wanted; };
            if (is_of_row && std::none_of(codes->begin(), codes->end(), is_it)) {
                problems_.add(fmt::format("{}: findings have {} of {} {}, which the ledger's column findings lacks", where_,
                                          sanitise(code, 40), sanitise(contract, 60), sanitise(document, 80)));
            }
        }
    }

private:
    void expect_text(std::string_view member, const std::string& stated, const std::string& counted) {
        if (stated != counted) {
            problems_.add(fmt::format("{}: {} is {}, the ledger gives {}", where_, member,
                                      stated.empty() ? "missing" : sanitise(stated, 60), counted));
        }
    }
    void expect(std::string_view member, const std::string& stated, std::uint64_t counted) {
        expect_text(member, stated, fmt::format("{}", counted));
    }

    void put(std::map<std::string, std::string>& stated, std::string_view member, const std::string& key, const std::string& text) {
        if (!stated.emplace(key, text).second) {
            problems_.add(fmt::format("{}: its {} name {} twice", where_, member, sanitise(key, 60)));
        }
    }

    void compare(std::string_view what, const std::map<std::string, std::string>& stated,
                 const std::map<std::string, std::string>& counted) {
        for (const auto& [key, text] : counted) {
            const auto found = stated.find(key);
            if (found == stated.end() || found->second != text) {
                problems_.add(fmt::format("{}: its {} {} is {}, the ledger's counted rows give {}", where_, what, key,
                                          found == stated.end() ? "missing" : sanitise(found->second), text));
            }
        }
        for (const auto& [key, text] : stated) {
            if (!counted.contains(key)) {
                problems_.add(fmt::format("{}: it has a {} {}, the ledger counts none", where_, what, sanitise(key, 60)));
            }
        }
    }

    void check_contract(const Value& entry, std::string_view contract) {
        static const ContractFacts none;
        const auto found = facts_.contracts.find(contract);
        const ContractFacts& facts = found == facts_.contracts.end() ? none : found->second;
        const std::string at = fmt::format("completeness of {}: ", sanitise(contract, 60));
        TypeFacts sum;
        std::map<std::string_view, const Value*> stated;
        if (const Value* const types = find_member(entry, "types"); types != nullptr && types->IsObject()) {
            for (const auto& type : types->GetObject()) {
                stated[view_of(type.name)] = &type.value;
            }
        }
        static const Value empty(rapidjson::kObjectType);
        for (const auto& [type, counted] : facts.types) {
            sum.in_period += counted.in_period;
            sum.files_ok += counted.files_ok;
            sum.files_missing += counted.files_missing;
            const auto own = stated.find(type);
            check_type(own == stated.end() ? empty : *own->second, fmt::format("{}types.{}.", at, sanitise(type, 40)), counted);
        }
        for (const auto& [type, value] : stated) {
            if (!facts.types.contains(std::string(type))) {
                check_type(*value, fmt::format("{}types.{}.", at, sanitise(type, 40)), TypeFacts{});
            }
        }
        expect(at + "in_period", text_member(entry, "in_period"), sum.in_period);
        expect(at + "files_ok", text_member(entry, "files_ok"), sum.files_ok);
        expect(at + "files_missing", text_member(entry, "files_missing"), sum.files_missing);
    }

    void check_type(const Value& stated, const std::string& at, const TypeFacts& counted) {
        expect(at + "in_period", text_member(stated, "in_period"), counted.in_period);
        expect(at + "final", text_member(stated, "final"), counted.final_);
        expect(at + "counted", text_member(stated, "counted"), counted.counted);
        expect(at + "files_ok", text_member(stated, "files_ok"), counted.files_ok);
        expect(at + "files_missing", text_member(stated, "files_missing"), counted.files_missing);
    }

    const Value& summary_;
    const std::string& where_;
    const LedgerFacts& facts_;
    Problems& problems_;
};

}  // namespace

StatedPeriod stated_period(const Value& summary) {
    const std::string period = text_member(summary, "period");
    if (period == "all") {
        return {};
    }
    const std::size_t dots = period.find("..");
    return {period.substr(0, dots), dots == std::string::npos ? period : period.substr(dots + 2)};
}

bool is_rule_of_this_version(std::string_view rule) {
    const std::vector<std::string> types = types_in_words(rule);
    if (std::any_of(types.begin(), types.end(), [](const std::string& type) { return find_document_type(type) == nullptr; })) {
        return true;  // a name of the service's own may hold what stands between names
    }
    if (types.empty()) {
        return false;
    }
    if (types.size() == 1) {
        return rule == fmt::format("Of each document's latest version, {} count; nothing else does.", types.front());
    }
    return rule == fmt::format("Of a contract and month, the latest versions of {} count when there are any, else those of {}; never both. "
                               "Documents without a readable amount and period, and all other types, never count.",
                               types.front(), fmt::join(types.begin() + 1, types.end(), ", else those of "));
}

bool is_of_this_version(const Value& summary) {
    const Value* const tool = find_member(summary, "tool");
    return tool != nullptr && text_member(*tool, "version") == moisson::version();
}

bool is_of_this_build(const Value& summary) {
    return is_of_this_version(summary) && text_member(*find_member(summary, "tool"), "git") == moisson::git_description();
}

std::vector<Cause> stated_causes(const Value& summary) {
    std::vector<Cause> causes;
    for (const Value& stated : items_member(summary, "causes").GetArray()) {
        Cause cause;
        cause.code = text_member(stated, "code");
        cause.count = count_member(stated, "count");
        cause.of_run = flag_member(stated, "of_run");
        for (const Value& amount : items_member(stated, "amounts").GetArray()) {
            cause.amounts.push_back(text_of(amount));
        }
        causes.push_back(std::move(cause));
    }
    return causes;
}

StatedRules stated_rules(const Value& summary) {
    StatedRules rules;
    rules.default_types = types_in_words(text_member(summary, "counting_rule"));
    for (const Value& use : items_member(summary, "counting_rules").GetArray()) {
        std::vector<std::string>& types = rules.other_types.emplace_back();
        for (const Value& type : items_member(use, "types").GetArray()) {
            if (types.size() < limits::types_of_rule) {  // more are a problem: check_own_statements
                types.push_back(text_of(type));
            }
        }
        for (const Value& contract : items_member(use, "contracts").GetArray()) {
            rules.by_contract[text_of(contract)] = rules.other_types.size() - 1;
        }
    }
    if (const Value* const decisions = find_member(summary, "decisions")) {
        for (const Value& type : items_member(*decisions, "types").GetArray()) {
            rules.counts_as[text_member(type, "type")] = text_member(type, "counts_as");
        }
    }
    for (const Value& month : items_member(summary, "closed_months").GetArray()) {
        rules.closed_months.insert(text_member(month, "period"));
    }
    const StatedPeriod period = stated_period(summary);
    rules.first_month = period.first;
    rules.last_month = period.last;
    return rules;
}

void check_against_ledger(const Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems) {
    Against against(summary, where, facts, problems);
    against.check_documents();
    against.check_totals();
    against.check_perimeters();
    against.check_months();
    against.check_completeness();
    against.check_reporting();
    against.check_findings();
    check_changed_sums(summary, where, facts, problems);
    check_history(summary, where, facts, problems);
}

}  // namespace moisson::bundle

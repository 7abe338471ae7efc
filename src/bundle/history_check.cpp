#include "bundle/history_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "bundle/summary_check.hpp"
#include "domain/big_decimal.hpp"
#include "domain/past_months.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;
using Amounts = std::vector<std::optional<Int128>>;  // minor units, a month each

/// Of an amount, with sign and dot: a million of them still add up in 128 bits. Those of ledgers have 20 digits each.
constexpr std::size_t amount_letters_max = 32;

/// Empty: there are not as many as months, or one of them is no amount of the currency.
std::optional<Amounts> amounts_of(const Value& series, Currency currency) {
    const Value& items = items_member(series, "amounts");
    if (items.Size() != past_months_shown) {
        return std::nullopt;
    }
    Amounts amounts;
    for (const Value& item : items.GetArray()) {
        if (item.IsNull()) {
            amounts.emplace_back();
            continue;
        }
        const auto amount = view_of(item).size() <= amount_letters_max ? parse_big_decimal(view_of(item)) : std::nullopt;
        if (!amount || to_decimal(amount->value, currency) != view_of(item)) {
            return std::nullopt;
        }
        amounts.emplace_back(amount->value);
    }
    return amounts;
}

void add_amounts(Amounts& sums, const Amounts& amounts) {
    sums.resize(past_months_shown);
    for (std::size_t at = 0; at < amounts.size(); ++at) {
        if (amounts[at]) {
            sums[at] = sums[at].value_or(0) + *amounts[at];
        }
    }
}

std::optional<Int128> counted_in(const std::map<std::string, LedgerTotal>& sums, const std::string& code) {
    const auto found = sums.find(code);
    return found == sums.end() ? std::nullopt : std::optional<Int128>(found->second.total.amount_minor);
}

class HistoryCheck {
public:
    HistoryCheck(const Value& summary, const Value& history, const std::string& where, const LedgerFacts& facts, Problems& problems)
        : summary_(summary), history_(history), where_(where), facts_(facts), problems_(problems) {}

    void run() {
        check_months();
        find_known();
        std::map<std::string, Amounts> of_contracts = check_contracts();
        std::string last;
        for (const Value& one : items_member(history_, "totals").GetArray()) {
            const std::string code = text_member(one, "currency");
            const auto currency = find_currency(code);
            const auto amounts = currency ? amounts_of(one, *currency) : std::nullopt;
            const auto found = of_contracts.find(code);
            if (!amounts || found == of_contracts.end() || code <= last || *amounts != found->second ||
                amounts->back() != counted_in(facts_.totals, code)) {
                add(fmt::format("the total {} is not what its contracts, or the ledger's counted rows, make", sanitise(code, 10)));
            }
            of_contracts.erase(code);
            last = code;
        }
        if (!of_contracts.empty()) {
            add(fmt::format("the total {} is missing", sanitise(of_contracts.begin()->first, 10)));
        }
    }

private:
    void add(const std::string& what) { problems_.add(fmt::format("{}: history: {}", where_, what)); }

    void check_months() {
        const StatedPeriod period = stated_period(summary_);
        const auto month = Month::parse(period.first);
        const Value& months = items_member(history_, "months");
        bool fits = month && period.first == period.last && months.Size() == past_months_shown;
        for (int at = 0; fits && at < past_months_shown; ++at) {
            fits = view_of(months[static_cast<rapidjson::SizeType>(at)]) == month->plus(at - past_months_shown + 1).to_text();
        }
        if (!fits) {
            add("its months are not this one and the twelve before it");
        }
    }

    void find_known() {
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            known_.insert(view_member(entry, "contract_id"));
        }
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            if (view_member(finding, "code") == "contract-gone") {
                known_.insert(view_member(finding, "contract_id"));
            }
        }
    }

    /// The sums of all contracts by currency code.
    std::map<std::string, Amounts> check_contracts() {
        std::map<std::string, Amounts> sums;
        std::set<std::pair<std::string_view, std::string_view>> counted;
        for (const auto& [contract, facts] : facts_.contracts) {
            for (const auto& [code, total] : facts.sums) {
                counted.emplace(contract, code);
            }
        }
        std::pair<std::string_view, std::string_view> last;
        for (const Value& one : items_member(history_, "contracts").GetArray()) {
            const std::pair key(view_member(one, "contract_id"), view_member(one, "currency"));
            const std::string code(key.second);
            const auto currency = find_currency(code);
            const auto amounts = currency ? amounts_of(one, *currency) : std::nullopt;
            const auto facts = facts_.contracts.find(key.first);
            const auto now = facts == facts_.contracts.end() ? std::nullopt : counted_in(facts->second.sums, code);
            const bool is_known = known_.contains(key.first) || facts != facts_.contracts.end();
            if (!amounts || !is_known || key <= last || amounts->back() != now ||
                std::none_of(amounts->begin(), amounts->end(), [](const auto& amount) { return amount.has_value(); })) {
                add(fmt::format("{} {} is not what the ledger gives, or stands twice or out of order", sanitise(key.first, 60),
                                sanitise(code, 10)));
            }
            if (amounts) {
                add_amounts(sums[code], *amounts);
            }
            counted.erase(key);
            last = key;
        }
        if (!counted.empty()) {
            add(fmt::format("{} {} is missing", sanitise(counted.begin()->first, 60), sanitise(counted.begin()->second, 10)));
        }
        return sums;
    }

    const Value& summary_;
    const Value& history_;
    const std::string& where_;
    const LedgerFacts& facts_;
    Problems& problems_;
    std::set<std::string_view> known_;
};

}  // namespace

void check_history(const Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems) {
    if (const Value* const history = find_member(summary, "history")) {
        HistoryCheck(summary, *history, where, facts, problems).run();
    }
}

}  // namespace moisson::bundle

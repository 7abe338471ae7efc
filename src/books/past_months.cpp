#include "books/past_months.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "books/history_content.hpp"

namespace moisson::books {

namespace {

/// Sums by contract id and currency; of all contracts the id is empty.
class PastSumsMaker {
public:
    explicit PastSumsMaker(Month last) {
        for (int back = past_months_shown - 1; back >= 0; --back) {
            made_.months.push_back(last.plus(-back));
        }
    }

    [[nodiscard]] Month first() const { return made_.months.front(); }
    [[nodiscard]] Month last() const { return made_.months.back(); }

    void add(const Contract& contract, Month month, const Money& amount) {
        PastSums& own = contracts_[{contract.id, amount.currency}];
        own.contract_id = contract.id;
        own.contract_name = contract.name;
        add_to(own, month, amount);
        add_to(totals_[amount.currency], month, amount);
    }

    PastMonths take() {
        for (auto& [currency, sums] : totals_) {
            made_.totals.push_back(std::move(sums));
        }
        for (auto& [key, sums] : contracts_) {
            made_.contracts.push_back(std::move(sums));
        }
        return std::move(made_);
    }

private:
    void add_to(PastSums& sums, Month month, const Money& amount) const {
        sums.currency = amount.currency;
        sums.amounts_minor.resize(past_months_shown);
        const int at = (month.year() - first().year()) * 12 + static_cast<int>(month.month()) - static_cast<int>(first().month());
        std::optional<Int128>& sum = sums.amounts_minor.at(static_cast<std::size_t>(at));
        sum = sum.value_or(0) + amount.amount_minor;
    }

    PastMonths made_;
    std::map<Currency, PastSums> totals_;
    std::map<std::pair<std::string_view, Currency>, PastSums> contracts_;
};

}  // namespace

PastMonths past_months(const History& history, std::span<const LedgerEntry> entries, Month month) {
    PastSumsMaker maker(month);
    for (const History::Content::Group& group : history.content().groups) {
        for (const HistoryDocument& document : history.content().documents_of(group)) {
            if (document.counted && document.month() >= maker.first() && document.month() < maker.last()) {
                maker.add(*group.contract, document.month(), document.amount());
            }
        }
    }
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount && entry.period && entry.period->month() == month) {
            maker.add(*entry.contract, month, *entry.amount);
        }
    }
    return maker.take();
}

}  // namespace moisson::books

/// See counting_rule.hpp.
#include "books/counting_rule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

bool same_decisions(const std::vector<TypeDecision>& left, const std::vector<TypeDecision>& right) {
    const auto key = [](const TypeDecision& one) { return std::pair(one.type, one.counts_as); };
    return std::is_permutation(left.begin(), left.end(), right.begin(), right.end(),
                               [&](const TypeDecision& one, const TypeDecision& other) { return key(one) == key(other); });
}

}  // namespace

bool Judge::is_same(const Judge& other) const {
    return choice == other.choice || (choice->types == other.choice->types && same_decisions(*decided, *other.decided));
}

const TypeDecision* Judge::decision_on(const LedgerEntry& entry) const {
    if (!entry.findings.contains("document-type-unknown")) {
        return nullptr;
    }
    const auto found =
        std::find_if(decided->begin(), decided->end(), [&](const TypeDecision& one) { return one.type == entry.document_type; });
    return found == decided->end() ? nullptr : &*found;
}

std::string_view Judge::type_of(const LedgerEntry& entry) const {
    const TypeDecision* const decision = decision_on(entry);
    return decision == nullptr ? std::string_view(entry.document_type) : std::string_view(decision->counts_as);
}

std::optional<std::size_t> Judge::rank_of(const LedgerEntry& entry) const {
    if (entry.standing != Standing::final_) {
        return std::nullopt;
    }
    const auto found = std::find(choice->types.begin(), choice->types.end(), type_of(entry));
    return found == choice->types.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - choice->types.begin()));
}

CountingRule::CountingRule(const BooksSettings& books)
    : choices_(books.counting), decided_(books.types), withdrawn_(books.withdrawn) {}

const CountingChoice& CountingRule::choice_for(const Contract& contract) const {
    const auto found = std::find_if(choices_.begin(), choices_.end(), [&](const CountingChoice& choice) {
        return any_glob_matches(choice.contracts, contract.id, contract.name) &&
               any_glob_matches(choice.offers, contract.offer_id, contract.offer_name) &&
               any_glob_matches(choice.perimeters, contract.perimeter, contract.perimeter);
    });
    return found == choices_.end() ? default_choice_ : *found;
}

Judge CountingRule::judge_of(const LedgerEntry& entry) const {
    if (!kept_.empty() && entry.period) {
        if (const auto found = kept_.find(std::pair(entry.contract->id, entry.period->month())); found != kept_.end()) {
            return {&found->second.choice, &found->second.decided, found->second.order};
        }
    }
    return {&choice_for(*entry.contract), &decided_, Judge::open};
}

const WithdrawnDecision* CountingRule::decision_on_withdrawn(const LedgerEntry& entry) const {
    const auto found = std::find_if(withdrawn_.begin(), withdrawn_.end(), [&](const WithdrawnDecision& one) {
        const bool is_named = std::find(one.documents.begin(), one.documents.end(), entry.document_id) != one.documents.end();
        return (is_named || any_glob_matches(one.documents, entry.document_id, entry.document_id)) &&
               any_glob_matches(one.contracts, entry.contract->id, entry.contract->name);
    });
    return found == withdrawn_.end() ? nullptr : &*found;
}

void CountingRule::set_standing(LedgerEntry& entry) const {
    if (entry.findings.contains("document-type-unknown")) {
        const TypeDecision* const decision = judge_of(entry).decision_on(entry);
        entry.standing = decision != nullptr && !decision->counts_as.empty() ? Standing::final_ : Standing::supporting;
    }
}

void CountingRule::keep(const ClosedContract& kept, std::uint32_t order) {
    Kept& place = kept_[{kept.contract.id, kept.period}];
    place.order = order;
    place.choice.types = kept.types;
    place.decided = kept.decided;
}

bool CountingRule::keeps(std::string_view contract_id) const {
    if (kept_.empty()) {
        return false;
    }
    const auto found = kept_.lower_bound(std::pair(std::string(contract_id), *Month::make(1000, 1)));
    return found != kept_.end() && found->first.first == contract_id;
}

std::string_view CountingRule::type_today(std::string_view type) const {
    const auto found = std::find_if(decided_.begin(), decided_.end(), [&](const TypeDecision& one) { return one.type == type; });
    return found == decided_.end() ? type : std::string_view(found->counts_as);
}

CountingRule CountingRule::today() const {
    CountingRule rule = *this;
    rule.kept_.clear();
    return rule;
}

Message CountingRule::in_words(const CountingChoice& choice) {
    if (choice.types.size() == 1) {
        return messages::rule_of_one(words_of_type(choice.types.front()));
    }
    Message others = messages::else_those_of(words_of_type(choice.types[1]));
    for (std::size_t at = 2; at < choice.types.size(); ++at) {
        others = messages::then_else_those_of(std::move(others), words_of_type(choice.types[at]));
    }
    return messages::rule_of_several(words_of_type(choice.types.front()), std::move(others));
}

Message CountingRule::in_words() const { return in_words(default_choice_); }

std::vector<CountingUse> CountingRule::uses(std::span<const Contract* const> contracts, std::optional<Month> closed) const {
    std::map<std::vector<std::string>, CountingUse> by_types;
    for (const Contract* const one : contracts) {
        const auto kept = closed ? kept_.find(std::pair(one->id, *closed)) : kept_.end();
        const CountingChoice& choice = kept == kept_.end() ? choice_for(*one) : kept->second.choice;
        if (choice.types == default_choice_.types) {
            continue;
        }
        CountingUse& use = by_types[choice.types];
        use.rule = in_words(choice);
        use.types = choice.types;
        use.contracts.push_back(one->id);
    }
    std::vector<CountingUse> uses;
    for (auto& [types, use] : by_types) {
        std::sort(use.contracts.begin(), use.contracts.end());
        uses.push_back(std::move(use));
    }
    return uses;
}

}  // namespace moisson::books

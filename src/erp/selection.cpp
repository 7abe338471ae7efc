/// Selection and order of postings.
#include "erp/selection.hpp"
#include "erp/messages.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace moisson::erp {

Selection Selector::select(bool only_new) {
    MOISSON_INVARIANT(postings_.size() < UINT32_MAX, "postings are counted in 32 bits");
    Selection selection;
    selection.indices.reserve(postings_.size());
    evaluator_.begin_part(1);
    for (std::size_t at = 0; at < postings_.size(); ++at) {
        if (is_wanted(postings_[at], only_new)) {
            selection.indices.push_back(static_cast<std::uint32_t>(at));
        }
    }
    sort(selection);
    return selection;
}

bool Selector::is_wanted(const Posting& posting, bool only_new) {
    if (only_new && !posting.is_new) {
        return false;
    }
    if (posting.terms != nullptr) {
        return true;  // whether the template takes the document was asked when the posting was made
    }
    const auto& types = template_.types;
    if (!types.empty() && std::find(types.begin(), types.end(), posting.entry->document_type) == types.end()) {
        return false;
    }
    if (posting.amount.amount_minor == 0 && template_.zero_amounts != ZeroAmounts::post) {
        const bool refuse = template_.zero_amounts == ZeroAmounts::refuse;
        findings_.add(
            make_finding(refuse ? FindingCode("erp-check-failed") : FindingCode("erp-zero-skipped"),
                         messages::template_amount_zero(findings_.of(), refuse ? Message() : Message(messages::nothing_posted)),
                         posting.entry->contract->id, posting.entry->document_id));
        return false;
    }
    if (template_.where == nullptr) {
        return true;
    }
    evaluator_.begin_entry(posting);
    const bool wanted = evaluator_.is_true(template_.where);
    findings_.take_problems(evaluator_, &posting);
    return wanted;
}

void Selector::sort(Selection& selection) {
    if (template_.order.empty() && template_.group == nullptr) {
        return;
    }
    auto& selected = selection.indices;
    struct Key {
        std::string group;
        std::vector<std::string> texts;
        std::vector<Value> values;
    };
    std::vector<Key> keys(selected.size());
    for (std::size_t at = 0; at < selected.size(); ++at) {
        const Posting& posting = postings_[selected[at]];
        evaluator_.begin_entry(posting);
        evaluator_.step_kept_counters();
        Key& key = keys[at];
        key.group = template_.group == nullptr ? std::string() : std::string(evaluator_.value(*template_.group).text);
        for (const Node* node : template_.order) {
            key.values.push_back(evaluator_.value(*node));
            key.texts.emplace_back(key.values.back().text);
        }
        findings_.take_problems(evaluator_, &posting);
    }
    std::vector<std::uint32_t> places(selected.size());
    std::iota(places.begin(), places.end(), 0U);
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t left, std::uint32_t right) {
        const Key& one = keys[left];
        const Key& other = keys[right];
        if (one.group != other.group) {
            return one.group < other.group;
        }
        for (std::size_t at = 0; at < one.values.size(); ++at) {
            const Value& mine = one.values[at];
            const Value& theirs = other.values[at];
            const int order = mine.is_empty != theirs.is_empty ? (mine.is_empty ? -1 : 1)
                              : mine.type == Type::text        ? one.texts[at].compare(other.texts[at])
                                                               : (mine.is_empty ? 0 : compare(mine, theirs));
            if (order != 0) {
                return order < 0;
            }
        }
        return false;
    });
    std::vector<std::uint32_t> sorted;
    sorted.reserve(selected.size());
    if (template_.group != nullptr) {
        selection.group_of.resize(postings_.size());
    }
    std::uint32_t group = 0;
    for (std::size_t at = 0; at < places.size(); ++at) {
        sorted.push_back(selected[places[at]]);
        if (template_.group != nullptr) {
            group += at > 0 && keys[places[at]].group != keys[places[at - 1]].group ? 1U : 0U;
            selection.group_of[sorted.back()] = group;
        }
    }
    selected = std::move(sorted);
}

}  // namespace moisson::erp

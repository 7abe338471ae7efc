#include "pipeline/list_evidence.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/days.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

constexpr const char* mixed_setting = "longest_mixed_list";
constexpr const char* type_setting = "longest_type_list";
constexpr const char* contracts_setting = "longest_contract_list";
constexpr const char* probed_setting = "contract_list_probed";  // "2026-11 36": calendar month and length

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// A setting that each login has for itself.
std::string of_perimeter(const char* name, const std::string& perimeter) {
    return perimeter.empty() ? std::string(name) : fmt::format("{}.{}", name, perimeter);
}

void set_if_new(state::StateStore& state, const std::string& name, const std::string& value) {
    if (state.setting(name) != value) {
        state.set_setting(name, value);
    }
}

std::uint64_t content_of(const wire::Document& document) {
    const std::hash<std::string_view> hash;
    std::uint64_t value = hash(document.id);
    const auto add = [&](std::string_view text) { value = (value ^ (value >> 29U)) * 0x9E3779B97F4A7C15ULL + hash(text); };
    for (const auto* member :
         {&document.filename, &document.period, &document.createdAt, &document.updatedAt, &document.currency, &document.documentType}) {
        add(*member ? std::string_view(**member) : std::string_view("\0", 1));
    }
    add(document.amount);
    add(std::string_view("anrso").substr(static_cast<std::size_t>(document.amount_kind), 1));
    return value;
}

}  // namespace

Completeness to_domain(api::ListingVerdict verdict) noexcept {
    switch (verdict) {
        case api::ListingVerdict::complete: return Completeness::complete;
        case api::ListingVerdict::capped: return Completeness::capped;
        case api::ListingVerdict::forbidden: return Completeness::forbidden;
        case api::ListingVerdict::failed: return Completeness::failed;
        case api::ListingVerdict::unknown_answer: return Completeness::unknown_answer;
    }
    return Completeness::failed;
}

Month this_month(const Clock& clock) { return Month::of(day_of(clock.now())); }

ListEvidence::ListEvidence(state::StateStore& state) {
    known_.note_mixed(number_of(state.setting(mixed_setting)));
    known_.note_type(number_of(state.setting(type_setting)));
    sizes_ = known_;
}

api::PerimeterOptions ListEvidence::perimeter_options(state::StateStore& state, const Clock& clock, const std::string& perimeter) {
    const Month month = this_month(clock);
    api::PerimeterOptions options;
    options.longest = number_of(state.setting(of_perimeter(contracts_setting, perimeter)));
    const std::string probed = state.setting(of_perimeter(probed_setting, perimeter));
    if (probed.starts_with(month.to_text() + " ")) {
        options.probed = number_of(std::string_view(probed).substr(month.to_text().size() + 1));
    }
    return options;
}

void ListEvidence::remember_perimeter(state::StateStore& state, const Clock& clock, const std::string& perimeter,
                                      const api::PerimeterResult& listed) {
    const std::string longest_setting = of_perimeter(contracts_setting, perimeter);
    const std::uint64_t longest = std::max(number_of(state.setting(longest_setting)), listed.answer_max);
    set_if_new(state, longest_setting, fmt::to_string(longest));
    set_if_new(state, of_perimeter(probed_setting, perimeter),
               listed.unproven ? fmt::format("{} {}", this_month(clock).to_text(), listed.contracts.size()) : std::string("none"));
}

void ListEvidence::note_list(std::size_t contract, const api::ListingResult& result, const state::ContractRecord& record,
                             bool lost_oldest) {
    for (api::ListSizes* sizes : {&seen_, &sizes_}) {
        sizes->note_mixed(result.mixed_answer_max);
        sizes->note_type(result.type_answer_max);
    }
    if (result.verdict != api::ListingVerdict::complete) {
        return;
    }
    shrank_ = shrank_ || (!result.documents.empty() && result.documents.size() < record.documents_last);
    const bool proved_before =
        !result.compared_with_types && record.proved_by_types && record.mixed_list_trusted && result.mixed_count == record.compared_count;
    if (result.proof != api::ListingProof::none || proved_before) {
        return;
    }
    if (!result.type_by_type) {
        open_.push_back({contract, result.mixed_count, false, lost_oldest});
        return;
    }
    open_.push_back({contract, result.type_answer_max, true, lost_oldest});
    if (result.types_cut) {
        open_.push_back({contract, result.mixed_count, false, lost_oldest});
    }
}

void ListEvidence::note_document(std::size_t contract, const wire::Document& document) {
    if (document.id.empty()) {
        return;
    }
    documents_.push_back({content_of(document), contract, document.id});
    if (listed_.size() <= contract) {
        listed_.resize(contract + 1);
    }
    ++listed_[contract];
}

api::ListSizes ListEvidence::measure() const { return shrank_ ? seen_ : sizes_; }

std::vector<ListEvidence::Doubt> ListEvidence::doubts() const {
    const api::ListSizes sizes = measure();
    std::vector<const List*> open;
    for (const List& list : open_) {
        if (!(list.by_type ? sizes.is_type_whole(list.count) : sizes.is_mixed_whole(list.count))) {
            open.push_back(&list);
        }
    }
    std::map<std::pair<bool, std::uint64_t>, std::size_t> as_long;
    for (const List* list : open) {
        ++as_long[{list->by_type, list->count}];
    }
    std::map<std::size_t, Doubt> by_contract;
    for (const List* list : open) {
        const std::size_t alike = as_long[{list->by_type, list->count}];
        Doubt doubt{list->contract, Completeness::unproven, {}};
        if (alike > 1) {
            doubt.verdict = Completeness::capped;
            doubt.reason = messages::lists_contracts_end_exactly(alike, list->count);
        } else if (list->lost_oldest) {
            doubt.verdict = Completeness::capped;
            doubt.reason = messages::list_ends_documents_most_service(list->count);
        } else {
            doubt.reason = messages::documents_listed_most_service_ever(list->count);
        }
        const auto [found, is_new] = by_contract.try_emplace(list->contract, doubt);
        if (!is_new && doubt.verdict == Completeness::capped) {
            found->second = doubt;
        }
    }
    std::vector<Doubt> doubts;
    doubts.reserve(by_contract.size());
    for (auto& [contract, doubt] : by_contract) {
        doubts.push_back(std::move(doubt));
    }
    return doubts;
}

std::vector<ListEvidence::Shared> ListEvidence::shared() const {
    std::vector<const Known*> sorted;
    sorted.reserve(documents_.size());
    for (const Known& one : documents_) {
        sorted.push_back(&one);
    }
    std::sort(sorted.begin(), sorted.end(), [](const Known* left, const Known* right) {
        return std::tie(left->content, left->contract) < std::tie(right->content, right->contract);
    });
    std::map<std::size_t, Shared> by_contract;
    std::map<std::size_t, std::uint64_t> counts;
    for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
        while (end < sorted.size() && sorted[end]->content == sorted[begin]->content) {
            ++end;
        }
        if (sorted[begin]->contract == sorted[end - 1]->contract) {
            continue;
        }
        for (std::size_t at = begin; at < end; ++at) {
            Shared& shared = by_contract[sorted[at]->contract];
            shared.contract = sorted[at]->contract;
            shared.documents.insert(sorted[at]->id);
            ++counts[sorted[at]->contract];
        }
    }
    std::vector<Shared> result;
    for (auto& [contract, shared] : by_contract) {
        shared.all = counts[contract] == listed_[contract];
        result.push_back(std::move(shared));
    }
    return result;
}

void ListEvidence::save(state::StateStore& state) const {
    const api::ListSizes sizes = measure();
    set_if_new(state, mixed_setting, fmt::to_string(sizes.longest_mixed()));
    set_if_new(state, type_setting, fmt::to_string(sizes.longest_type()));
}

}  // namespace moisson::pipeline

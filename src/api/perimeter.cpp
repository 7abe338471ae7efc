#include "api/perimeter.hpp"
#include "api/messages.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace moisson::api {

namespace {

constexpr std::size_t pages_max = 1000;
constexpr int asked_with_limit_max = 4;

}  // namespace

std::optional<PerimeterListing::Question> PerimeterListing::next() const {
    return done_ ? std::nullopt : std::optional(Question{limit_, page_});
}

void PerimeterListing::answer(wire::ContractsAnswer answer) {
    MOISSON_INVARIANT(!done_, "an answer without a question");
    const std::uint64_t count = answer.contracts.size();
    result_.answer_max = std::max(result_.answer_max, count);
    std::size_t fresh = 0;
    for (wire::Contract& contract : answer.contracts) {
        // One without an id cannot be told from another: those of the first answer stand for all.
        const bool is_new = contract.id.empty() ? page_.empty() && limit_ == 0 : ids_.insert(contract.id).second;
        if (is_new) {
            ++fresh;
            result_.contracts.push_back(std::move(contract));
        }
    }
    if (!answer.paging.next.empty()) {
        if ((fresh > 0 || pages_.empty()) && count > 0 && pages_.size() < pages_max && pages_.insert(answer.paging.next).second) {
            page_ = answer.paging.next;
            return;
        }
        note_capped(messages::service_names_one_page_contracts(pages_.size() + 1));
        answer.paging.more.clear();
    }
    end_of_pages(answer.paging, count);
}

bool PerimeterListing::failed(const Error& error) {
    done_ = true;
    if (!page_.empty()) {
        note_capped(messages::page_contracts_could_not(pages_.size() + 1, error.message));
        return false;
    }
    result_.unproven = limit_ != 0;  // a service that takes no limit for this list says so
    return limit_ == 0;
}

void PerimeterListing::end_of_pages(const wire::Paging& paging, std::uint64_t count) {
    const bool was_paged = !pages_.empty();
    page_.clear();
    pages_.clear();
    total_ = std::max(total_, paging.total);
    if (limit_ != 0 && !was_paged && count >= limit_ && ++asked_with_limit_ < asked_with_limit_max) {
        limit_ *= 4;
        return;
    }
    const std::size_t listed = result_.contracts.size();
    if (!paging.more.empty() || (!was_paged && paging.pages > 1)) {
        note_capped(
            messages::service_says_more_contracts_lists(paging.more.empty() ? messages::pages(paging.pages) : Message(paging.more)));
    }
    const bool is_told = result_.verdict == ListingVerdict::complete && (was_paged || (paging.total_is_of_all && total_ == listed));
    const bool is_shown = is_told || listed < std::max(ListSizes::given_unasked, options_.longest);
    if (limit_ == 0 && !is_shown && !was_paged && listed != options_.probed) {
        limit_ = std::max<std::uint64_t>(total_, listed) + listed / 2 + 100;
        return;
    }
    done_ = true;
    if (total_ > listed) {
        note_capped(messages::service_says_contracts_lists(total_, listed));
    } else if (limit_ != 0 && count >= limit_) {
        note_capped(messages::list_still_held_contracts(count, limit_));
    }
    result_.unproven = result_.verdict == ListingVerdict::complete && !is_shown;
}

void PerimeterListing::note_capped(Message reason) {
    result_.verdict = ListingVerdict::capped;
    if (result_.reason.english().find(reason.english()) == std::string::npos) {
        result_.reason = result_.reason.empty() ? std::move(reason) : messages::and_also(std::move(result_.reason), std::move(reason));
    }
}

}  // namespace moisson::api

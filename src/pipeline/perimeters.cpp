#include "pipeline/perimeters.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/glob.hpp"

namespace moisson::pipeline {

namespace {

/// An administrator's list holds all contracts of a group, a client's the few on which it is declared.
std::vector<std::size_t> lanes_by_size(const ListedPerimeters& listed) {
    std::vector<std::size_t> lanes(listed.size());
    std::iota(lanes.begin(), lanes.end(), std::size_t{0});
    const auto size_of = [&](std::size_t lane) { return listed[lane] ? listed[lane]->contracts.size() : 0; };
    std::stable_sort(lanes.begin(), lanes.end(), [&](std::size_t left, std::size_t right) { return size_of(left) > size_of(right); });
    return lanes;
}

bool sees_more(const LoginList& one, const LoginList& other) {
    const bool is_whole = one.result.verdict == api::ListingVerdict::complete;
    const bool other_is_whole = other.result.verdict == api::ListingVerdict::complete;
    return is_whole != other_is_whole ? is_whole : one.result.documents.size() > other.result.documents.size();
}

void add_content(std::vector<OtherContent>& contents, const wire::Document& document, std::size_t lane) {
    const auto same = std::ranges::find(contents, document, &OtherContent::document);
    OtherContent& one = same == contents.end() ? contents.emplace_back(OtherContent{document, {}}) : *same;
    if (one.lanes.empty() || one.lanes.back() != lane) {
        one.lanes.push_back(lane);
    }
}

/// Refused credentials are no right that a login lacks: it would have shown something.
bool casts_doubt(const LoginList& list, std::optional<std::size_t> former) {
    const bool lacks_right = list.result.verdict == api::ListingVerdict::forbidden && list.result.error.code != ErrorCode::credentials;
    return list.result.verdict != api::ListingVerdict::complete && (!lacks_right || list.lane == former);
}

}  // namespace

std::map<std::string, SeenContract> join_perimeters(const std::vector<config::PerimeterSettings>& logins, const ListedPerimeters& listed) {
    std::map<std::string, SeenContract> seen;
    for (const std::size_t lane : lanes_by_size(listed)) {
        if (!listed[lane]) {
            continue;
        }
        for (const wire::Contract& item : listed[lane]->contracts) {
            if (item.id.empty() || !any_glob_matches(logins[lane].contracts, item.id, item.name)) {
                continue;
            }
            SeenContract& one = seen[item.id];
            one.item = one.item == nullptr ? &item : one.item;
            one.lanes.push_back(lane);
        }
    }
    return seen;
}

JoinedList join_lists(std::vector<LoginList> lists, std::optional<std::size_t> former) {
    auto best = std::min_element(lists.begin(), lists.end(), sees_more);
    const auto stood = std::find_if(lists.begin(), lists.end(), [&](const LoginList& one) { return one.lane == former; });
    if (stood != lists.end() && !sees_more(*best, *stood)) {
        best = stood;
    }
    JoinedList joined;
    joined.lane = best->lane;
    joined.result = std::move(best->result);
    std::unordered_map<std::string, wire::Document> known;
    std::vector<wire::Document> without_id;
    for (const wire::Document& document : joined.result.documents) {
        document.id.empty() ? without_id.push_back(document) : static_cast<void>(known.emplace(document.id, document));
    }
    for (LoginList& other : lists) {
        if (other.lane == joined.lane) {
            continue;
        }
        for (wire::Document& document : other.result.documents) {
            if (document.id.empty()) {
                if (std::find(without_id.begin(), without_id.end(), document) == without_id.end()) {
                    without_id.push_back(document);
                    joined.result.documents.push_back(std::move(document));
                }
                continue;
            }
            const auto [found, is_new] = known.emplace(document.id, document);
            if (is_new) {
                joined.elsewhere.emplace(document.id, other.lane);
                joined.result.documents.push_back(std::move(document));
                continue;
            }
            if (found->second != document) {
                add_content(joined.otherwise[document.id], document, other.lane);
                continue;
            }
            // A login may list a document twice.
            const auto elsewhere = joined.elsewhere.find(document.id);
            std::vector<std::size_t>& further = joined.further[document.id];
            const std::size_t first = elsewhere == joined.elsewhere.end() ? joined.lane : elsewhere->second;
            if ((further.empty() ? first : further.back()) != other.lane) {
                further.push_back(other.lane);
            }
        }
        if (joined.result.verdict == api::ListingVerdict::complete && casts_doubt(other, former)) {
            joined.doubtful = other.lane;
            joined.result.verdict = other.result.verdict;
            joined.result.reason = std::move(other.result.reason);
            joined.result.error = std::move(other.result.error);
        }
    }
    return joined;
}

}  // namespace moisson::pipeline

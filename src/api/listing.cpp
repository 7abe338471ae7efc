#include "api/listing.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "api/messages.hpp"
#include "domain/document_type.hpp"

namespace moisson::api {

namespace {

using IdSet = std::unordered_set<std::string_view>;
using Documents = std::vector<wire::Document>;

IdSet ids_of(const Documents& documents) {
    IdSet ids;
    ids.reserve(documents.size());
    for (const wire::Document& document : documents) {
        ids.insert(document.id);
    }
    return ids;
}

std::string_view type_of(const wire::Document& document) {
    return document.documentType ? std::string_view(*document.documentType) : std::string_view{};
}

bool is_asked_type(std::string_view type) { return find_document_type(type) != nullptr; }

/// Tells documents apart by id and type: the same id under two types must not hide one of them. Those without an id by all they hold.
struct SameDocument {
    std::size_t operator()(const wire::Document* document) const noexcept {
        const std::hash<std::string_view> hash;
        std::size_t value = hash(document->id) * 31 + hash(type_of(*document));
        if (document->id.empty()) {
            value = value * 31 + hash(document->filename ? std::string_view(*document->filename) : std::string_view{});
            value = value * 31 + hash(document->amount);
        }
        return value;
    }
    bool operator()(const wire::Document* left, const wire::Document* right) const noexcept {
        return left->id.empty() ? *left == *right : left->id == right->id && type_of(*left) == type_of(*right);
    }
};

/// Points into the lists that were added.
class Seen {
public:
    void add(const Documents& documents) {
        for (const wire::Document& document : documents) {
            documents_.insert(&document);
        }
    }
    /// False when it was there already.
    bool add(const wire::Document& document) { return documents_.insert(&document).second; }
    [[nodiscard]] bool contains(const wire::Document& document) const { return documents_.contains(&document); }

private:
    std::unordered_set<const wire::Document*, SameDocument, SameDocument> documents_;
};

/// ISO 8601 in UTC orders as text. A list where one instant is missing orders nothing.
std::pair<std::string, std::string> span_of(const Documents& documents) {
    const auto created = [](const wire::Document& document) { return document.createdAt.value_or(std::string()); };
    std::pair<std::string, std::string> span(created(documents.front()), created(documents.front()));
    for (const wire::Document& document : documents) {
        span = {std::min(span.first, created(document)), std::max(span.second, created(document))};
    }
    return span;
}

/// A cut list holds the newest of all types, or the oldest: true when `others` are both newer than its oldest and older than its newest.
bool lie_among(const Documents& others, const Documents& list) {
    const auto [oldest, newest] = span_of(list);
    const auto [other_oldest, other_newest] = span_of(others);
    return !oldest.empty() && !other_oldest.empty() && oldest < other_newest && other_oldest < newest;
}

/// 401/41 and 404/60 for one contract while others work mean that this login may not see it; after a fresh token they mean the same here.
bool is_refusal(ErrorCode code) { return code == ErrorCode::forbidden || code == ErrorCode::credentials || code == ErrorCode::not_found; }

ListingVerdict verdict_of(const Error& error) {
    if (is_refusal(error.code)) {
        return ListingVerdict::forbidden;
    }
    return error.code == ErrorCode::bad_answer ? ListingVerdict::unknown_answer : ListingVerdict::failed;
}

/// After these nothing else will be answered in this run.
bool ends_all(ErrorCode code) { return code == ErrorCode::cancelled || code == ErrorCode::quota_spent; }

/// The gravest of several problems is the verdict.
int gravity(ListingVerdict verdict) {
    switch (verdict) {
        case ListingVerdict::complete: return 0;
        case ListingVerdict::capped: return 1;
        case ListingVerdict::unknown_answer: return 2;
        case ListingVerdict::forbidden: return 3;
        case ListingVerdict::failed: return 4;
    }
    return 4;
}

}  // namespace

ContractListing::ContractListing(ListingOptions options) : options_(std::move(options)) {
    options_.limit_max = std::max<std::uint64_t>(options_.limit_max, 1);
    // Half as many again as last time: the list has grown since, and one request should do.
    limit_ = std::clamp<std::uint64_t>(std::max(options_.limit_first, options_.documents_last + options_.documents_last / 2 + 100), 1,
                                       options_.limit_max);
    result_.verdict = ListingVerdict::complete;
}

std::optional<ContractListing::Question> ContractListing::next() const {
    switch (stage_) {
        case Stage::mixed:
        case Stage::mixed_again:
        case Stage::probe: return Question{{}, limit_, page_};
        case Stage::types: return Question{std::string(document_type_names[type_at_]), limit_, page_};
        case Stage::finished: return std::nullopt;
    }
    return std::nullopt;
}

void ContractListing::answer(wire::DocumentsAnswer answer) {
    MOISSON_INVARIANT(stage_ != Stage::finished, "an answer without a question");
    if (answer.is_null && !page_.empty()) {
        failed(fail(ErrorCode::bad_answer, messages::service_answered_place).value());
        return;
    }
    if (answer.is_null) {
        if (stage_ == Stage::types) {
            result_.null_types.emplace_back(document_type_names[type_at_]);
            next_type();
            return;
        }
        // A further look at the mixed list only ever adds; null adds nothing.
        if (stage_ == Stage::mixed_again) {
            settle();
            return;
        }
        if (stage_ == Stage::probe) {
            finish();
            return;
        }
        mixed_readable_ = false;
        note_problem(ListingVerdict::unknown_answer, messages::service_answered_place_contract, {});
        start_types();
        return;
    }
    const std::uint64_t count = answer.documents.size();
    std::uint64_t& most = stage_ == Stage::types ? result_.type_answer_max : result_.mixed_answer_max;
    most = stage_ == Stage::probe ? most : std::max(most, count);
    if (wants_next_page(answer)) {
        return;
    }
    const bool was_paged = !pages_.empty();
    end_pages();
    if (!was_paged && grow(count)) {
        return;
    }
    note_more(answer.paging, was_paged);
    if (!was_paged && count >= limit_) {
        note_problem(ListingVerdict::capped,
                     messages::list_still_held_documents(
                         stage_ == Stage::types ? messages::of_a_type(document_type_names[type_at_]) : Message(), count, limit_),
                     {});
    }
    if (stage_ != Stage::types) {
        announced_ = std::max(announced_, answer.paging.total);  // of a type's answer it is not known whether it speaks of all
        told_whole_ = was_paged || answer.paging.total_is_of_all;
    }
    accept(std::move(answer.documents));
}

/// True: `page_` is asked for. Else `answer` holds the documents of all its pages.
bool ContractListing::wants_next_page(wire::DocumentsAnswer& answer) {
    constexpr std::size_t pages_max = 1000;
    if (pages_.empty() && answer.paging.next.empty()) {
        return false;
    }
    std::size_t fresh = 0;
    for (wire::Document& document : answer.documents) {
        // What stands twice in one page is the service's; what comes again in a later one is a page that moved on meanwhile.
        const bool is_new = gathered_ids_.insert(std::string(type_of(document)) + '\0' + document.id).second;
        if (is_new || page_.empty() || document.id.empty()) {
            gathered_.push_back(std::move(document));
            fresh += is_new ? 1U : 0U;
        }
    }
    page_.clear();
    if (!answer.paging.next.empty()) {
        const bool goes_on = fresh > 0 && pages_.size() < pages_max && gathered_.size() < options_.limit_max;
        if (goes_on && pages_.insert(answer.paging.next).second) {
            page_ = answer.paging.next;
            return true;
        }
        note_problem(ListingVerdict::capped,
                     messages::service_names_one_page_after_other(pages_.size() + 1), {});
        answer.paging.more.clear();
    }
    answer.documents = std::move(gathered_);
    gathered_.clear();
    return false;
}

void ContractListing::end_pages() {
    page_.clear();
    pages_.clear();
    gathered_.clear();
    gathered_ids_.clear();
}

/// What the service says is left, and cannot be asked for.
void ContractListing::note_more(const wire::Paging& paging, bool was_paged) {
    const bool more_pages = !was_paged && paging.pages > 1;
    if (!paging.more.empty() || more_pages) {
        note_problem(ListingVerdict::capped,
                     messages::service_says_more_lists_names(paging.more.empty() ? messages::pages(paging.pages) : Message(paging.more)),
                     {});
    }
}

void ContractListing::accept(Documents documents) {
    switch (stage_) {
        case Stage::mixed:
        case Stage::mixed_again: accept_mixed(std::move(documents)); break;
        case Stage::types: accept_type(std::move(documents)); break;
        case Stage::probe: accept_probe(std::move(documents)); break;
        case Stage::finished: break;
    }
}

void ContractListing::failed(const Error& error) {
    MOISSON_INVARIANT(stage_ != Stage::finished, "an answer without a question");
    if (!page_.empty()) {
        note_problem(verdict_of(error), messages::page_list(pages_.size() + 1, error.message), error);
        Documents documents = std::move(gathered_);
        end_pages();
        accept(std::move(documents));
        return;
    }
    if (stage_ == Stage::probe) {
        finish();
        return;
    }
    if (stage_ == Stage::mixed_again) {
        if (ends_all(error.code)) {
            note_problem(verdict_of(error), error.message, error);
        }
        settle();
        return;
    }
    const ListingVerdict verdict = verdict_of(error);
    if (stage_ == Stage::mixed) {
        mixed_readable_ = false;
        note_problem(verdict, error.message, error);
        if (verdict == ListingVerdict::unknown_answer) {
            start_types();
        } else {
            finish();
        }
        return;
    }
    note_problem(verdict, messages::of_type(document_type_names[type_at_], error.message), error);
    if (ends_all(error.code)) {
        settle();
    } else {
        next_type();
    }
}

/// True: the same question is asked again with a higher limit.
bool ContractListing::grow(std::uint64_t count) {
    if (count < limit_ || limit_ >= options_.limit_max) {
        return false;
    }
    limit_ = std::min(options_.limit_max, std::max(limit_ * 4, count + count / 2 + 1));
    return true;
}

void ContractListing::accept_mixed(Documents documents) {
    mixed_ = std::move(documents);
    if (stage_ == Stage::mixed_again) {
        compare();
        return;
    }
    // Past the highest limit the types would end there too.
    const bool falls_short = misses_known_ids() || announced_ > mixed_.size();
    const bool outgrew = mixed_.size() > options_.compared_count && !is_told_whole() &&
                         (options_.sizes == nullptr || !options_.sizes->is_mixed_whole(mixed_.size()));
    const bool is_at_end = mixed_.size() >= options_.limit_max || gravity(result_.verdict) > gravity(ListingVerdict::capped);
    const bool is_trusted = options_.mixed_list_trusted && result_.verdict == ListingVerdict::complete && !falls_short && !outgrew;
    if (is_at_end || is_trusted) {
        finish();
        return;
    }
    start_types();
}

/// The list once more, with a limit just above its length: longer, it shows that a high limit is not what the service takes it for.
void ContractListing::finish_or_probe() {
    const bool is_shown = is_told_whole() || is_proved_by_types() ||
                          (options_.sizes != nullptr && options_.sizes->is_mixed_whole(mixed_.size())) ||
                          mixed_.size() < ListSizes::given_unasked;
    if (result_.verdict != ListingVerdict::complete || !result_.types_agreed || is_shown || mixed_.size() >= options_.limit_max) {
        finish();
        return;
    }
    stage_ = Stage::probe;
    limit_ = mixed_.size() + 1;
}

void ContractListing::accept_probe(Documents documents) {
    const std::size_t before = mixed_.size();
    Documents fresh;
    {
        Seen seen;
        seen.add(mixed_);
        for (const wire::Document& document : documents) {
            if (seen.add(document)) {
                fresh.push_back(document);
            }
        }
    }
    if (documents.size() > before && !fresh.empty()) {
        note_problem(ListingVerdict::capped,
                     messages::list_holds_documents_when_asked(documents.size(), before),
                     {});
    }
    mixed_.insert(mixed_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    finish();
}

bool ContractListing::is_told_whole() const { return told_whole_ && (announced_ == 0 || announced_ == mixed_.size()); }

bool ContractListing::is_proved_by_types() const {
    return result_.types_agreed && std::all_of(by_type_.begin(), by_type_.end(),
                                               [&](const auto& each) { return each.second.size() < mixed_.size(); });
}

bool ContractListing::misses_known_ids() const {
    if (options_.known_ids.empty()) {
        return false;
    }
    const IdSet ids = ids_of(mixed_);
    const auto missing = std::count_if(options_.known_ids.begin(), options_.known_ids.end(),
                                       [&](const std::string& id) { return !ids.contains(id); });
    return static_cast<std::uint64_t>(missing) > options_.missing_last;
}

void ContractListing::start_types() {
    stage_ = Stage::types;
    type_at_ = 0;
    result_.compared_with_types = true;
    // No type has more than the mixed list holds, unless that is cut.
    limit_ = std::clamp<std::uint64_t>(std::max<std::uint64_t>(options_.limit_first, mixed_.size() + mixed_.size() / 2 + 100), 1,
                                       options_.limit_max);
}

void ContractListing::accept_type(Documents documents) {
    by_type_[std::string(document_type_names[type_at_])] = std::move(documents);
    next_type();
}

void ContractListing::next_type() {
    // A limit that had to grow for one type stays for the next.
    if (++type_at_ == document_type_names.size()) {
        compare();
    }
}

/// All lists are there: does the mixed list hold what the types gave?
void ContractListing::compare() {
    if (!mixed_readable_) {
        settle();
        return;
    }
    Seen in_mixed;
    in_mixed.add(mixed_);
    std::uint64_t missing = 0;
    for (const auto& [type, documents] : by_type_) {
        missing += static_cast<std::uint64_t>(std::count_if(documents.begin(), documents.end(),
                                                            [&](const wire::Document& document) { return !in_mixed.contains(document); }));
    }
    if (missing > 0 && stage_ == Stage::types) {
        stage_ = Stage::mixed_again;
        limit_ = std::min(options_.limit_max, std::max(limit_, mixed_.size() + missing + 100));
        return;
    }
    settle();
}

/// The documents are what the lists hold together; decides agreement and whether a list stops at a hidden limit.
void ContractListing::settle() {
    Seen seen;
    IdSet typed_ids;
    const std::uint64_t mixed_count = mixed_.size();
    seen.add(mixed_);
    Documents extra;
    for (const auto& [type, documents] : by_type_) {
        typed_ids.merge(ids_of(documents));
        for (const wire::Document& document : documents) {
            if (seen.add(document)) {
                extra.push_back(document);
            }
        }
    }
    // A type outside the six can only stand in the mixed list.
    const bool types_lack = std::any_of(mixed_.begin(), mixed_.end(), [&](const wire::Document& document) {
        return is_asked_type(type_of(document)) && !typed_ids.contains(document.id);
    });
    note_null_types(!extra.empty());
    result_.types_agreed = mixed_readable_ && result_.verdict == ListingVerdict::complete && extra.empty() && !types_lack;
    result_.type_by_type = !result_.types_agreed && (!mixed_readable_ || !extra.empty() || types_lack);
    result_.types_cut = mixed_readable_ && types_lack;
    if (const std::string type = capped_type(extra); !type.empty()) {
        note_problem(
            ListingVerdict::capped,
            messages::list_stops_documents_mixed_list(type, mixed_count, mixed_count + extra.size()),
            {});
    }
    result_.mixed_count = mixed_count;
    mixed_.insert(mixed_.end(), std::make_move_iterator(extra.begin()), std::make_move_iterator(extra.end()));
    if (announced_ > mixed_.size()) {
        note_problem(ListingVerdict::capped,
                     messages::service_says_documents_lists(announced_, mixed_.size()), {});
    }
    finish_or_probe();
}

/// Null is what the service says to a type that it does not know. It cannot mean that where the mixed list names the type; and where the
/// mixed list is cut, nothing shows that the type has no older documents.
void ContractListing::note_null_types(bool mixed_is_cut) {
    for (const std::string& type : result_.null_types) {
        const bool is_listed =
            std::any_of(mixed_.begin(), mixed_.end(), [&](const wire::Document& document) { return type_of(document) == type; });
        if (mixed_is_cut || is_listed) {
            note_problem(ListingVerdict::unknown_answer,
                         messages::type_service_answered_documents(type,
                                     is_listed ? messages::mixed_list_holds_documents : messages::mixed_list_not_hold_everything),
                         {});
        }
    }
}

/// The type whose own list is as long as the mixed one, which is known to lack `extra`; empty when there is none.
std::string ContractListing::capped_type(const std::vector<wire::Document>& extra) const {
    if (!mixed_readable_ || mixed_.empty() || extra.empty()) {
        return {};
    }
    const auto as_long = [&](const auto& each) { return each.second.size() == mixed_.size(); };
    const auto is_mixed = [&](const auto& each) { return as_long(each) && ids_of(each.second) == ids_of(mixed_); };
    // A server that reads `documentType=` as its default type gives that type's very list. It is not a cut: a cut list holds the newest of
    // all types (api/README.md §5) or the oldest, and here others lie among them. Ten, what is given unasked, stays a cut.
    if (mixed_.size() != ListSizes::given_unasked && lie_among(extra, mixed_) && std::any_of(by_type_.begin(), by_type_.end(), is_mixed)) {
        return {};
    }
    const auto found = std::find_if(by_type_.begin(), by_type_.end(), as_long);
    return found == by_type_.end() ? std::string() : found->first;
}

void ContractListing::note_problem(ListingVerdict verdict, Message reason, const Error& error) {
    if (result_.reason.english().find(reason.english()) == std::string::npos) {  // each type's list may have the same flaw
        result_.reason = result_.reason.empty() ? std::move(reason) : messages::and_also(std::move(result_.reason), std::move(reason));
    }
    if (gravity(verdict) > gravity(result_.verdict)) {
        result_.verdict = verdict;
        result_.error = error;
    }
}

void ContractListing::finish() {
    stage_ = Stage::finished;
    if (!result_.compared_with_types) {
        result_.mixed_count = mixed_.size();
    }
    result_.proof = is_told_whole() && !result_.type_by_type ? ListingProof::told
                    : is_proved_by_types()                   ? ListingProof::types
                                                             : ListingProof::none;
    result_.documents = std::move(mixed_);
    by_type_.clear();
}

ListingResult ContractListing::take_result() {
    MOISSON_INVARIANT(stage_ == Stage::finished, "the listing still has a question");
    return std::move(result_);
}

}  // namespace moisson::api

/// See posting_history.hpp.

#include "books/posting_history.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace moisson::books {

namespace {

constexpr std::array posting_parts = {&PostingParts::gross_minor,       &PostingParts::net_minor,       &PostingParts::vat_minor,
                                      &PostingParts::local_gross_minor, &PostingParts::local_net_minor, &PostingParts::local_vat_minor};

}  // namespace

DocumentKey document_key(const HandedPosting& posting) {
    return {posting.contract_id, posting.document_id, posting.document_id.empty() ? posting.version : 0};
}

void PostingSum::add(const Money& more, const PostingParts& of) {
    amount += more.amount_minor;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        parts.at(at) += of.*(posting_parts.at(at));
    }
}

PostingSum PostingSum::minus(const PostingSum& other) const {
    PostingSum difference = *this;
    difference.amount -= other.amount;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        difference.parts.at(at) -= other.parts.at(at);
    }
    return difference;
}

bool PostingSum::is_zero() const {
    return amount == 0 && std::all_of(parts.begin(), parts.end(), [](Int128 part) { return part == 0; });
}

std::optional<std::pair<std::int64_t, PostingParts>> PostingSum::narrow() const {
    PostingParts made;
    bool fits = is_narrow(amount);
    for (std::size_t at = 0; at < parts.size(); ++at) {
        fits = fits && is_narrow(parts.at(at));
        made.*(posting_parts.at(at)) = static_cast<std::int64_t>(parts.at(at));
    }
    return fits ? std::optional(std::pair(static_cast<std::int64_t>(amount), made)) : std::nullopt;
}

bool PostingSum::is_narrow(Int128 value) {
    return value <= std::numeric_limits<std::int64_t>::max() && value >= std::numeric_limits<std::int64_t>::min();
}

Int128 PostingSide::sum_of(const std::vector<const HandedPosting*>& postings) {
    Int128 sum = 0;
    for (const HandedPosting* const one : postings) {
        sum += one->amount.amount_minor;
    }
    return sum;
}

PostingHistory::PostingHistory(const PostingInput& input) : input_(input) {
    for (const HandedPosting& posting : input_.handed) {
        add(posting, Origin::own);
    }
    if (input_.share != nullptr) {
        for (const HandedPosting& posting : input_.share->elsewhere) {
            add(posting, Origin::elsewhere);
        }
        for (const HandedPosting& posting : input_.share->left) {
            add(posting, Origin::left);
        }
    }
    add_closed_books();
    for (auto& [key, sides] : documents_) {
        std::sort(sides.begin(), sides.end(), [](const PostingSide& left, const PostingSide& right) {
            return std::tuple(left.period, left.currency.code()) < std::tuple(right.period, right.currency.code());
        });
        for (PostingSide& side : sides) {
            std::sort(side.own.begin(), side.own.end(),
                      [](const HandedPosting* left, const HandedPosting* right) { return left->sequence < right->sequence; });
        }
    }
}

std::span<const PostingSide> PostingHistory::sides_of(const LedgerEntry& entry) const {
    const auto found = documents_.find(document_key(entry));
    return found == documents_.end() ? std::span<const PostingSide>() : std::span<const PostingSide>(found->second);
}

std::uint32_t PostingHistory::next_sequence(std::string_view contract_id, std::string_view document_id) {
    std::uint32_t& highest = sequences_[{contract_id, document_id}];
    highest = std::max(highest, input_.sequence_floor) + 1;
    return highest;
}

void PostingHistory::add(const HandedPosting& posting, Origin origin) {
    PostingSide& side = side_of(posting);
    const bool is_closed = std::binary_search(input_.closed.begin(), input_.closed.end(), posting.period);
    const bool is_foreign = origin == Origin::elsewhere || (origin == Origin::left && !is_closed);
    side.is_known = side.is_known || !is_foreign;
    switch (origin) {
        case Origin::own: side.own.push_back(&posting); break;
        case Origin::closed_books: side.base += posting.amount.amount_minor; break;
        case Origin::elsewhere: side.elsewhere += posting.amount.amount_minor; break;
        case Origin::left: side.left.push_back(&posting); break;
    }
    std::uint32_t& highest = sequences_[{posting.contract_id, posting.document_id}];
    highest = std::max(highest, posting.sequence);
}

void PostingHistory::add_closed_books() {
    std::map<Month, std::int64_t> last_numbers;
    for (const TemplateBase& base : input_.bases) {
        last_numbers.emplace(base.booking_period, base.last_number);
    }
    for (const HandedPosting& posting : input_.closed_books) {
        const auto base = last_numbers.find(posting.booking_period);
        if (base != last_numbers.end() && posting.number <= base->second) {
            add(posting, Origin::closed_books);
        }
    }
}

PostingSide& PostingHistory::side_of(const HandedPosting& posting) {
    std::vector<PostingSide>& sides = documents_[document_key(posting)];
    const auto found = std::find_if(sides.begin(), sides.end(), [&](const PostingSide& one) {
        return one.period == posting.period && one.currency == posting.amount.currency;
    });
    return found != sides.end() ? *found : sides.emplace_back(PostingSide{posting.period, posting.amount.currency});
}

}  // namespace moisson::books

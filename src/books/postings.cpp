/// See postings.hpp.

#include "books/postings.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "books/posting_history.hpp"
#include "domain/posting_terms.hpp"

namespace moisson::books {

namespace {

/// What stands in the ERP under the same terms.
struct BookedGroup {
    PostingTermsPtr terms;  ///< the latest of this basis
    PostingSum sum;
    std::uint32_t version = 0;  ///< that led to the latest posting
};

/// Rows of one document, by month, the highest version of each last.
using Rows = std::span<const LedgerEntry* const>;

/// One month of one document.
struct DocumentMonth {
    Month period = *Month::make(1980, 1);
    Rows rows;                              ///< none: the document has left the month
    const LedgerEntry* counting = nullptr;  ///< null: none counts
    std::optional<Month> booking;           ///< whose file takes a difference; empty: none of this export
    bool is_here = true;                    ///< what counts belongs into these files
};

/// What the terms say under a name; of a mapping column's value for one VAT rate, where they have none, what they say of the column.
std::optional<std::optional<std::string>> said_of(const PostingTerms& terms, std::string_view name) {
    auto said = find_term(terms.basis, name);
    said = said ? said : find_term(terms.remarks, name);
    const std::size_t mark = name.find(rate_mark);
    return said || mark == std::string_view::npos ? said : said_of(terms, name.substr(0, mark));
}

/// What `one` says of its basis from there on, `other` says too, or its template did not have the column of the mapping then.
bool agrees(const PostingTerms& one, std::string_view text, const PostingTerms& other) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::string_view name = line.substr(0, line.find('='));
        const auto theirs = said_of(other, name);
        const bool is_new_column = !theirs && name.starts_with("map.");
        if (!is_new_column && (!theirs || *theirs != *find_term(one.basis, name))) {
            return false;
        }
    }
    return true;
}

/// Postings with these terms stand in the same place of the ERP, as far as both know its columns.
bool same_place(const PostingTermsPtr& left, const PostingTermsPtr& right) {
    if (left == right || left == nullptr || right == nullptr) {
        return left == right;
    }
    return left->basis == right->basis || (agrees(*left, left->basis, *right) && agrees(*right, right->basis, *left));
}

/// The same settings and accounts, whatever the invoice said.
bool same_rules(const PostingTerms& left, const PostingTerms& right) {
    const std::string_view mine = without_document(left.basis);
    const std::string_view theirs = without_document(right.basis);
    return mine == theirs || (agrees(left, mine, right) && agrees(right, theirs, left));
}

/// Settings and accounts of `booked`, with what the invoice says now, where both ask it: its values of another amount split no other.
PostingTermsPtr with_invoice_of(const PostingTermsPtr& booked, const PostingTermsPtr& now) {
    if (!booked->basis.starts_with(document_terms) || !now->basis.starts_with(document_terms)) {
        return booked;
    }
    const auto join = [](const std::string& from, std::string_view rest) {
        return from.substr(0, from.size() - without_document(from).size()).append(without_document(rest));
    };
    return std::make_shared<PostingTerms>(PostingTerms{join(now->basis, booked->basis), join(now->remarks, booked->remarks)});
}

class Maker {
    using Sum = PostingSum;
    using Side = PostingSide;

public:
    explicit Maker(const PostingInput& input) : input_(input), has_terms_(static_cast<bool>(input.terms.now)), history_(input) {}

    Result<std::vector<Posting>> make() {
        const std::vector<const LedgerEntry*> rows = sorted_rows();
        for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
            end = begin + 1;
            while (end < rows.size() && document_key(*rows[end]) == document_key(*rows[begin])) {
                ++end;
            }
            if (auto made = make_document(Rows(rows).subspan(begin, end - begin)); !made) {
                return fail(std::move(made.error()));
            }
        }
        std::sort(postings_.begin(), postings_.end(), posting_order);
        return std::move(postings_);
    }

private:
    [[nodiscard]] bool is_closed(Month month) const { return std::binary_search(input_.closed.begin(), input_.closed.end(), month); }

    [[nodiscard]] std::vector<const LedgerEntry*> sorted_rows() const {
        std::vector<const LedgerEntry*> rows;
        rows.reserve(input_.entries.size());
        std::copy_if(input_.entries.begin(), input_.entries.end(), std::back_inserter(rows),
                     [](const LedgerEntry* entry) { return entry->period.has_value(); });
        std::sort(rows.begin(), rows.end(), [](const LedgerEntry* left, const LedgerEntry* right) {
            const auto left_key = document_key(*left);
            const auto right_key = document_key(*right);
            return std::tuple(left_key, left->period->month(), left->version) <
                   std::tuple(right_key, right->period->month(), right->version);
        });
        return rows;
    }

    /// What counts of one document against what was handed out, month by month: what is taken back first.
    Status make_document(Rows rows) {
        const std::span<const Side> sides = history_.sides_of(*rows.front());
        is_known_ = std::any_of(sides.begin(), sides.end(), [](const Side& side) { return side.is_known; });
        std::vector<DocumentMonth> places = places_of(rows, sides);
        for (DocumentMonth& place : places) {
            place.is_here = is_here(place, *rows.front(), sides);
        }
        for (const bool counts : {false, true}) {
            for (const DocumentMonth& place : places) {
                if (place.booking && (place.counting != nullptr) == counts) {
                    if (auto made = compare(place, rows, sides); !made) {
                        return made;
                    }
                }
            }
        }
        for (const DocumentMonth& place : places) {
            if (place.booking && !is_closed(place.period) && input_.notes != nullptr) {
                if (auto done = void_left(place, sides); !done) {
                    return done;
                }
            }
        }
        return repeat_earlier(rows, sides);
    }

    /// See PostingNotes::voided.
    Status void_left(const DocumentMonth& place, std::span<const Side> sides) {
        for (const Side& side : sides) {
            std::vector<std::pair<const HandedPosting*, Sum>> sums;  // by name and terms, in the order in which they were handed out
            for (const HandedPosting* const one : side.period == place.period ? side.left : std::vector<const HandedPosting*>()) {
                const auto is_same = [&](const auto& other) {
                    return other.first->template_name == one->template_name && other.first->terms == one->terms;
                };
                auto sum = std::find_if(sums.begin(), sums.end(), is_same);
                sum = sum != sums.end() ? sum : sums.insert(sums.end(), {one, Sum()});
                sum->second.add(one->amount, one->parts);
            }
            for (const auto& [of, sum] : sums) {
                const auto narrow = Sum().minus(sum).narrow();
                if (sum.is_zero()) {
                    continue;
                }
                if (!narrow) {
                    return too_large(*of);
                }
                HandedPosting one = *of;
                one.number = 0;
                one.sequence = history_.next_sequence(one.contract_id, one.document_id);
                one.kind = PostingKind::withdrawal;
                one.booking_period = *place.booking;
                one.amount.amount_minor = narrow->first;
                one.parts = narrow->second;
                input_.notes->voided.push_back(std::move(one));
            }
        }
        return {};
    }

    static tl::unexpected<Error> too_large(const HandedPosting& of) {
        return fail(ErrorCode::bad_input, fmt::format("what was booked of {} {} does not fit in 64 bits of minor units",
                                                      sanitise(of.contract_id, 60), sanitise(of.document_id, 80)));
    }

    [[nodiscard]] std::vector<DocumentMonth> places_of(Rows rows, std::span<const Side> sides) const {
        std::vector<DocumentMonth> places;
        for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
            const Month period = rows[begin]->period->month();
            end = begin + 1;
            while (end < rows.size() && rows[end]->period->month() == period) {
                ++end;
            }
            const Rows inside = rows.subspan(begin, end - begin);
            const auto counted =
                std::find_if(inside.rbegin(), inside.rend(), [](const LedgerEntry* row) { return row->counted && row->amount; });
            places.push_back({period, inside, counted == inside.rend() ? nullptr : *counted, booking_of(period)});
        }
        leave_other_months(rows, sides, places);
        return places;
    }

    /// See PostingShare. Of a closed month's document that stands in several files, since one of them was refused when the others took it
    /// over, those keep it where it belongs.
    [[nodiscard]] bool is_here(const DocumentMonth& place, const LedgerEntry& row, std::span<const Side> sides) const {
        if (input_.share == nullptr || !input_.share->belongs) {
            return true;
        }
        const bool belongs = input_.share->belongs(row.contract->id, place.period);
        if (!is_closed(place.period)) {
            return belongs;
        }
        const auto has = [&](auto is) {
            return std::any_of(sides.begin(), sides.end(), [&](const Side& side) { return side.period == place.period && is(side); });
        };
        const bool booked_elsewhere = has([](const Side& side) { return side.elsewhere != 0; });
        return belongs ? !booked_elsewhere || has([](const Side& side) { return side.is_booked(); })
                       : !booked_elsewhere && has([](const Side& side) { return side.is_booked(); });
    }

    /// A document that is booked in one month of this export stands in no other: what was handed out there is taken back with it.
    void leave_other_months(Rows rows, std::span<const Side> sides, std::vector<DocumentMonth>& places) const {
        const auto home =
            std::find_if(places.begin(), places.end(), [](const DocumentMonth& one) { return one.counting != nullptr && one.booking; });
        if (!input_.is_current || home == places.end() || rows.front()->document_id.empty()) {
            return;
        }
        const Month booking = *home->booking;
        for (const Side& side : sides) {
            const auto place =
                std::find_if(places.begin(), places.end(), [&](const DocumentMonth& one) { return one.period == side.period; });
            if (place == places.end()) {
                places.push_back({side.period, {}, nullptr, booking});
            } else if (place->counting == nullptr && !place->booking) {
                place->booking = booking;
            }
        }
    }

    [[nodiscard]] std::optional<Month> booking_of(Month period) const {
        if (is_closed(period)) {
            return input_.exporting && period < *input_.exporting ? input_.exporting : std::nullopt;
        }
        return input_.range.contains(period) ? std::optional(period) : std::nullopt;
    }

    /// Currency by currency.
    Status compare(const DocumentMonth& place, Rows rows, std::span<const Side> sides) {
        const Side none{place.period, place.counting == nullptr ? Currency() : place.counting->amount->currency};
        const Side* counts_in = &none;
        for (const Side& side : sides) {
            if (side.period != place.period) {
                continue;
            }
            if (place.counting != nullptr && side.currency == none.currency) {
                counts_in = &side;
            } else if (auto made = post(place, rows, side, nullptr); !made) {
                return made;
            }
        }
        return place.counting == nullptr ? Status{} : post(place, rows, *counts_in, place.counting);
    }

    [[nodiscard]] Int128 taken_for_booked(const Side& side) const {
        return side.base + (is_closed(side.period) ? Side::sum_of(side.left) : 0);
    }

    /// `counting`: the row that counts in this currency; null: none does.
    Status post(const DocumentMonth& place, Rows rows, const Side& side, const LedgerEntry* counting) {
        const LedgerEntry* const row =
            counting != nullptr ? counting : row_that_counted(place.rows.empty() ? rows : place.rows, side.currency);
        auto groups = groups_of(side, *row, place.is_here ? taken_for_booked(side) : 0);
        if (!groups) {
            return fail(std::move(groups.error()));
        }
        counting = place.is_here ? counting : nullptr;
        if (counting != nullptr && stays(place, *groups, *counting)) {
            return {};
        }
        const bool wanted = counting != nullptr && (!has_terms_ || input_.terms.takes(*counting));
        BookedGroup target;
        if (wanted) {
            target.terms = terms_for(place, *counting, *groups);
            add_split(target, *counting->amount);
        }
        return settle(place, *row, *groups, wanted ? &target : nullptr);
    }

    /// What was booked of a closed month stays as long as its amount is the same, whatever today's settings are.
    [[nodiscard]] bool stays(const DocumentMonth& place, const std::vector<BookedGroup>& groups, const LedgerEntry& counting) const {
        Int128 booked = 0;
        for (const BookedGroup& group : groups) {
            booked += group.sum.amount;
        }
        return is_closed(place.period) && booked != 0 && booked == counting.amount->amount_minor;
    }

    /// The terms of what counts.
    PostingTermsPtr terms_for(const DocumentMonth& place, const LedgerEntry& counting, const std::vector<BookedGroup>& groups) {
        if (!has_terms_) {
            return {};
        }
        PostingTermsPtr now = input_.terms.now(counting, counting.amount->currency);
        const auto last = std::find_if(groups.rbegin(), groups.rend(), [](const BookedGroup& group) { return group.sum.amount != 0; });
        if (!is_closed(place.period) || last == groups.rend() || last->terms == nullptr || same_rules(*last->terms, *now) ||
            input_.terms.closed_terms == ClosedTerms::as_now) {
            return now;
        }
        const PostingTermsPtr booked = with_invoice_of(last->terms, now);
        const auto as_booked = input_.terms.split(*counting.amount, booked);
        const auto as_now = input_.terms.split(*counting.amount, now);
        if (!as_booked || !as_now) {
            return now;  // an invoice's earlier values split no other amount; what does not fit today says so when it is written
        }
        if (input_.notes != nullptr) {
            const bool is_clear = input_.terms.closed_terms == ClosedTerms::as_booked || *as_booked == *as_now;
            (is_clear ? input_.notes->kept : input_.notes->undecided).push_back({&counting, booked, now});
        }
        return booked;
    }

    /// Takes back what stands under other terms, and books the difference under the target's. `target` null: nothing counts.
    Status settle(const DocumentMonth& place, const LedgerEntry& row, const std::vector<BookedGroup>& groups, const BookedGroup* target) {
        const BookedGroup* same = nullptr;
        const BookedGroup* taken_back = nullptr;
        for (const BookedGroup& group : groups) {
            const bool is_target = target != nullptr && same_place(group.terms, target->terms);
            // A posting has an amount: where net and VAT alone are others, it is all taken back.
            if (is_target && (target->sum.minus(group.sum).amount != 0 || target->sum.minus(group.sum).is_zero())) {
                same = &group;
                continue;
            }
            if (group.sum.is_zero()) {
                continue;
            }
            taken_back = &group;
            const LedgerEntry* const booked = row_of_version(place.rows, group.version);
            if (auto made =
                    add_posting(place, booked != nullptr ? *booked : row, Sum().minus(group.sum), group.terms, side_currency_, true);
                !made) {
                return made;
            }
        }
        if (target == nullptr) {
            return {};
        }
        const Sum difference = same == nullptr ? target->sum : target->sum.minus(same->sum);
        // An invoice that says another amount is another version of the document: nobody changed a setting.
        const bool is_version = taken_back != nullptr && target->terms != nullptr && taken_back->terms != nullptr &&
                                taken_back->sum.amount != target->sum.amount && same_rules(*taken_back->terms, *target->terms);
        if (taken_back != nullptr && !is_version && input_.notes != nullptr) {
            input_.notes->renewed.push_back({&row, taken_back->terms, target->terms});
        }
        return difference.is_zero() || difference.amount == 0 ? Status{}
                                                              : add_posting(place, row, difference, target->terms, side_currency_, false);
    }

    Status add_posting(const DocumentMonth& place, const LedgerEntry& row, const Sum& sum, const PostingTermsPtr& terms, Currency currency,
                       bool takes_back) {
        const auto narrow = sum.narrow();
        if (!narrow) {
            return fail(ErrorCode::bad_input,
                        fmt::format("the difference to what was booked of {} {} does not fit in 64 bits of minor units",
                                    sanitise(row.contract->id, 60), sanitise(row.document_id, 80)));
        }
        Posting posting;
        posting.entry = &row;
        posting.kind = takes_back ? PostingKind::withdrawal : is_known_ ? PostingKind::correction : PostingKind::first;
        posting.sequence = history_.next_sequence(row.contract->id, row.document_id);
        posting.version = row.version;
        posting.amount = {narrow->first, currency};
        posting.terms = terms;
        posting.parts = narrow->second;
        posting.period = place.period;
        posting.booking_period = *place.booking;
        posting.late = posting.booking_period != posting.period;
        posting.is_new = true;
        postings_.push_back(std::move(posting));
        is_known_ = true;
        return {};
    }

    /// Adds a whole amount, split by the group's terms. One that cannot be split goes without terms: its file is refused when it is
    /// written.
    void add_split(BookedGroup& group, const Money& amount) const {
        const auto parts = group.terms != nullptr ? input_.terms.split(amount, group.terms) : Result<PostingParts>(PostingParts{});
        if (!parts) {
            group.terms.reset();
        }
        group.sum.add(amount, parts.value_or(PostingParts{}));
    }

    /// What stands in the ERP of the side, by terms, those of the latest posting last. Where nobody kept the terms, the parts are those of
    /// the whole sum. `row`: of the document, for its contract and type. `base`: what is taken for booked.
    Result<std::vector<BookedGroup>> groups_of(const Side& side, const LedgerEntry& row, Int128 base) {
        side_currency_ = side.currency;
        std::vector<BookedGroup> groups;
        Int128 unknown = 0;
        for (const HandedPosting* const one : side.own) {
            unknown += one->terms == nullptr ? one->amount.amount_minor : 0;
        }
        for (const Int128 amount : {base, unknown}) {
            if (amount == 0) {
                continue;
            }
            if (!Sum::is_narrow(amount)) {
                return fail(ErrorCode::bad_input, fmt::format("what was booked of {} {} does not fit in 64 bits of minor units",
                                                              sanitise(row.contract->id, 60), sanitise(row.document_id, 80)));
            }
            if (groups.empty()) {
                groups.push_back({has_terms_ ? terms_of_unknown(side, row) : nullptr, {}, 0});
            }
            add_split(groups.front(), {static_cast<std::int64_t>(amount), side.currency});
        }
        for (const HandedPosting* const one : side.own) {
            if (one->terms == nullptr) {
                continue;
            }
            auto group = std::find_if(groups.begin(), groups.end(),
                                      [&](const BookedGroup& other) { return !has_terms_ || same_place(other.terms, one->terms); });
            if (group == groups.end()) {
                group = groups.insert(groups.end(), BookedGroup{});
            }
            std::rotate(group, group + 1, groups.end());
            groups.back().sum.add(one->amount, has_terms_ ? one->parts : PostingParts{});
            groups.back().terms = has_terms_ ? one->terms : nullptr;
            groups.back().version = one->version;
        }
        return groups;
    }

    /// Of what was booked in another way, or before terms were kept: those of the side's latest posting that has some, else today's.
    [[nodiscard]] PostingTermsPtr terms_of_unknown(const Side& side, const LedgerEntry& row) const {
        const auto known = std::find_if(side.own.rbegin(), side.own.rend(), [](const HandedPosting* one) { return one->terms != nullptr; });
        const auto& derive_terms = input_.terms.unknown ? input_.terms.unknown : input_.terms.now;
        return known != side.own.rend() ? (*known)->terms : derive_terms(row, side.currency);
    }

    static const LedgerEntry* row_that_counted(Rows rows, Currency currency) {
        const auto found = std::find_if(rows.rbegin(), rows.rend(),
                                        [&](const LedgerEntry* row) { return row->amount && row->amount->currency == currency; });
        return found == rows.rend() ? rows.back() : *found;
    }

    static const LedgerEntry* row_of_version(Rows rows, std::uint32_t version) {
        const auto found = std::find_if(rows.begin(), rows.end(), [&](const LedgerEntry* row) { return row->version == version; });
        return found == rows.end() ? nullptr : *found;
    }

    /// The row that an earlier posting is told with: of the version that led to it, else of its month, else any.
    static const LedgerEntry* row_of(Rows rows, const HandedPosting& posting) {
        const LedgerEntry* found = rows.back();
        int best = 0;
        for (const LedgerEntry* const row : rows) {
            const int fit = (row->version == posting.version ? 2 : 0) + (row->period->month() == posting.period ? 1 : 0);
            if (fit > 0 && fit >= best) {
                best = fit;
                found = row;
            }
        }
        return found;
    }

    /// What earlier files of the range's months held.
    Status repeat_earlier(Rows rows, std::span<const Side> sides) {
        for (const Side& side : sides) {
            BookedGroup unknown;  // what was booked without terms so far
            for (const HandedPosting* const one : side.own) {
                Posting posting;
                posting.entry = row_of(rows, *one);
                posting.terms = one->terms;
                posting.parts = one->parts;
                if (has_terms_ && one->terms == nullptr) {
                    if (auto derived = derive(posting, *one, side, unknown); !derived) {
                        return derived;
                    }
                }
                if (!input_.range.contains(one->booking_period)) {
                    continue;
                }
                posting.kind = one->kind;
                posting.sequence = one->sequence;
                posting.version = one->version;
                posting.amount = one->amount;
                posting.period = one->period;
                posting.booking_period = one->booking_period;
                posting.late = one->booking_period != one->period;
                posting.is_new = false;
                postings_.push_back(std::move(posting));
            }
        }
        return {};
    }

    /// Terms and parts of a posting of which nobody kept them: those of the sum so far less those of the sum before.
    Status derive(Posting& posting, const HandedPosting& one, const Side& side, BookedGroup& unknown) {
        if (input_.notes != nullptr) {
            ++input_.notes->terms_unknown;
        }
        unknown.terms = terms_of_unknown(side, *posting.entry);
        const Sum before = unknown.sum;
        unknown.sum = {};
        const Int128 amount = before.amount + one.amount.amount_minor;
        if (Sum::is_narrow(amount)) {
            add_split(unknown, {static_cast<std::int64_t>(amount), one.amount.currency});
        }
        const auto parts = unknown.sum.minus(before).narrow();
        if (!Sum::is_narrow(amount) || !parts) {
            return too_large(one);
        }
        posting.terms = unknown.terms;
        posting.parts = parts->second;
        return {};
    }

    const PostingInput& input_;
    bool has_terms_;
    PostingHistory history_;
    std::vector<Posting> postings_;
    // Of the document in hand.
    bool is_known_ = false;  ///< it has a posting
    Currency side_currency_;
};

}  // namespace

Result<std::vector<Posting>> make_postings(const PostingInput& input) { return Maker(input).make(); }

std::vector<TemplateBase> find_bases(const std::string& template_name, std::span<const Month> closed, std::span<const TemplateBase> booked,
                                     std::span<const TemplateBase> bases) {
    const auto find = [](std::span<const TemplateBase> all, std::string_view name, Month month) {
        return std::find_if(all.begin(), all.end(),
                            [&](const TemplateBase& one) { return one.template_name == name && one.booking_period == month; });
    };
    std::vector<TemplateBase> found;
    for (const Month month : closed) {
        if (find(bases, template_name, month) != bases.end() || find(booked, template_name, month) != booked.end()) {
            continue;
        }
        const auto books = find(booked, "", month);
        found.push_back({template_name, month, books == booked.end() ? 0 : books->last_number, {}});
    }
    return found;
}

std::vector<HandedPosting> to_handed(std::span<const Posting> postings, const std::string& template_name, const std::string& run_id) {
    std::vector<HandedPosting> handed;
    for (const Posting& posting : postings) {
        if (!posting.is_new) {
            continue;
        }
        HandedPosting one;
        one.template_name = template_name;
        one.contract_id = posting.entry->contract->id;
        one.document_id = posting.entry->document_id;
        one.sequence = posting.sequence;
        one.version = posting.version;
        one.kind = posting.kind;
        one.amount = posting.amount;
        one.period = posting.period;
        one.booking_period = posting.booking_period;
        one.run_id = run_id;
        one.terms = posting.terms;
        one.parts = posting.parts;
        handed.push_back(std::move(one));
    }
    return handed;
}

}  // namespace moisson::books

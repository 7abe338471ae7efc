/// See postings.hpp.

#include "books/postings.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

namespace moisson::books {

namespace {

__extension__ using Wide = __int128;

/// A document; one without an id is told apart by its version, which is only a running number then.
struct DocumentKey {
    std::string_view contract_id;
    std::string_view document_id;
    std::uint32_t running = 0;
    friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

DocumentKey key_of(std::string_view contract_id, std::string_view document_id, std::uint32_t version) {
    return {contract_id, document_id, document_id.empty() ? version : 0};
}

DocumentKey key_of(const LedgerEntry& entry) { return key_of(entry.contract->id, entry.document_id, entry.version); }
DocumentKey key_of(const HandedPosting& posting) { return key_of(posting.contract_id, posting.document_id, posting.version); }

struct DocumentHash {
    std::size_t operator()(const DocumentKey& key) const noexcept {
        const std::size_t contract = std::hash<std::string_view>{}(key.contract_id);
        return (contract * 31 + std::hash<std::string_view>{}(key.document_id)) * 31 + key.running;
    }
};

/// What was handed out of one document.
struct History {
    std::map<std::pair<Month, Currency>, Wide> sums;
};

/// The highest sequence of a document id, which documents without one share.
using Sequences = std::map<std::pair<std::string_view, std::string_view>, std::uint32_t>;

/// Rows of one document in one month, the highest version last.
using Rows = std::span<const LedgerEntry* const>;

class Maker {
public:
    explicit Maker(const PostingInput& input) : input_(input) {}

    Result<std::vector<Posting>> make() {
        take_history();
        std::vector<const LedgerEntry*> rows = sorted_rows();
        Status status;
        for (std::size_t begin = 0, end = 0; begin < rows.size() && status; begin = end) {
            end = begin + 1;
            while (end < rows.size() && key_of(*rows[end]) == key_of(*rows[begin]) &&
                   rows[end]->period->month() == rows[begin]->period->month()) {
                ++end;
            }
            status = compare(Rows(rows).subspan(begin, end - begin));
        }
        if (!status) {
            return fail(std::move(status.error()));
        }
        repeat_earlier(rows);
        std::sort(postings_.begin(), postings_.end(), posting_order);
        return std::move(postings_);
    }

private:
    [[nodiscard]] bool is_closed(Month month) const { return std::binary_search(input_.closed.begin(), input_.closed.end(), month); }

    void add(const HandedPosting& posting) {
        histories_[key_of(posting)].sums[{posting.period, posting.amount.currency}] += posting.amount.amount_minor;
        std::uint32_t& highest = sequences_[{posting.contract_id, posting.document_id}];
        highest = std::max(highest, posting.sequence);
    }

    void take_history() {
        for (const HandedPosting& posting : input_.handed) {
            own_[key_of(posting)].push_back(&posting);
        }
        std::map<Month, std::int64_t> last_numbers;
        for (const TemplateBase& base : input_.bases) {
            last_numbers.emplace(base.booking_period, base.last_number);
        }
        for (const HandedPosting& posting : input_.handed) {
            add(posting);
        }
        for (const HandedPosting& posting : input_.closed_books) {
            const auto base = last_numbers.find(posting.booking_period);
            if (base != last_numbers.end() && posting.number <= base->second) {
                add(posting);
            }
        }
    }

    [[nodiscard]] std::vector<const LedgerEntry*> sorted_rows() const {
        std::vector<const LedgerEntry*> rows;
        rows.reserve(input_.entries.size());
        std::copy_if(input_.entries.begin(), input_.entries.end(), std::back_inserter(rows),
                     [](const LedgerEntry* entry) { return entry->period.has_value(); });
        std::sort(rows.begin(), rows.end(), [](const LedgerEntry* left, const LedgerEntry* right) {
            const auto left_key = key_of(*left);
            const auto right_key = key_of(*right);
            return std::tuple(left_key, left->period->month(), left->version) <
                   std::tuple(right_key, right->period->month(), right->version);
        });
        return rows;
    }

    /// One document in one month: what counts against what was handed out, currency by currency.
    Status compare(Rows rows) {
        const Month period = rows.front()->period->month();
        const auto booking = booking_of(period);
        if (!booking) {
            return {};
        }
        const auto counted = std::find_if(rows.rbegin(), rows.rend(), [](const LedgerEntry* row) { return row->counted && row->amount; });
        const LedgerEntry* const counting = counted == rows.rend() ? nullptr : *counted;
        const auto history = histories_.find(key_of(*rows.front()));
        bool is_done = false;
        if (history != histories_.end()) {
            for (const auto& [place, sum] : history->second.sums) {
                if (place.first != period) {
                    continue;
                }
                const bool counts = counting != nullptr && counting->amount->currency == place.second;
                is_done = is_done || counts;
                if (auto made = post(rows, counts ? counting : nullptr, place.second, sum, *booking); !made) {
                    return made;
                }
            }
        }
        return counting == nullptr || is_done ? Status{} : post(rows, counting, counting->amount->currency, 0, *booking);
    }

    [[nodiscard]] std::optional<Month> booking_of(Month period) const {
        if (is_closed(period)) {
            return input_.exporting && period < *input_.exporting ? input_.exporting : std::nullopt;
        }
        return input_.range.contains(period) ? std::optional(period) : std::nullopt;
    }

    /// `counting`: the row that counts in this currency; null: none does.
    Status post(Rows rows, const LedgerEntry* counting, Currency currency, Wide handed, Month booking) {
        const Wide wanted = counting == nullptr ? Wide{0} : Wide{counting->amount->amount_minor};
        const Wide difference = wanted - handed;
        if (difference == 0) {
            return {};
        }
        Posting posting;
        posting.entry = counting != nullptr ? counting : row_that_counted(rows, currency);
        if (difference > std::numeric_limits<std::int64_t>::max() || difference < std::numeric_limits<std::int64_t>::min()) {
            return fail(ErrorCode::bad_input,
                        fmt::format("the difference to what was booked of {} {} does not fit in 64 bits of minor units",
                                    sanitise(posting.entry->contract->id, 60), sanitise(posting.entry->document_id, 80)));
        }
        posting.kind = handed == 0 ? PostingKind::first : counting == nullptr ? PostingKind::withdrawal : PostingKind::correction;
        posting.sequence = ++sequences_[{posting.entry->contract->id, posting.entry->document_id}];
        posting.version = posting.entry->version;
        posting.amount = {static_cast<std::int64_t>(difference), currency};
        posting.booked_before_minor = own_before(*rows.front(), rows.front()->period->month(), currency, posting.sequence);
        posting.period = rows.front()->period->month();
        posting.booking_period = booking;
        posting.late = posting.booking_period != posting.period;
        posting.is_new = true;
        postings_.push_back(posting);
        return {};
    }

    /// What the template's own earlier postings of the document, month and currency add up to; the closed books that it may have started
    /// from are not among them, because nobody knows how these were split. 0 where the sum does not fit.
    [[nodiscard]] std::int64_t own_before(const LedgerEntry& row, Month period, Currency currency, std::uint32_t sequence) const {
        const auto found = own_.find(key_of(row));
        if (found == own_.end()) {
            return 0;
        }
        Wide sum = 0;
        for (const HandedPosting* const one : found->second) {
            if (one->period == period && one->amount.currency == currency && one->sequence < sequence) {
                sum += one->amount.amount_minor;
            }
        }
        const bool fits = sum <= std::numeric_limits<std::int64_t>::max() && sum >= std::numeric_limits<std::int64_t>::min();
        return fits ? static_cast<std::int64_t>(sum) : 0;
    }

    static const LedgerEntry* row_that_counted(Rows rows, Currency currency) {
        const auto found = std::find_if(rows.rbegin(), rows.rend(),
                                        [&](const LedgerEntry* row) { return row->amount && row->amount->currency == currency; });
        return found == rows.rend() ? rows.back() : *found;
    }

    /// What earlier files of the range's months held, with the row of the version that led to it.
    void repeat_earlier(Rows rows) {
        const bool any = std::any_of(input_.handed.begin(), input_.handed.end(),
                                     [&](const HandedPosting& one) { return input_.range.contains(one.booking_period); });
        if (!any) {
            return;
        }
        std::unordered_map<DocumentKey, std::vector<const LedgerEntry*>, DocumentHash> by_document;
        for (const LedgerEntry* row : rows) {
            by_document[key_of(*row)].push_back(row);
        }
        for (const HandedPosting& one : input_.handed) {
            const auto found = by_document.find(key_of(one));
            if (!input_.range.contains(one.booking_period) || found == by_document.end()) {
                continue;
            }
            // Only a row of the posting's own month tells what its earlier file said.
            const LedgerEntry* row = nullptr;
            for (const LedgerEntry* const one_row : found->second) {
                if (one_row->period->month() == one.period && (row == nullptr || row->version != one.version)) {
                    row = one_row;
                }
            }
            if (row == nullptr) {
                continue;
            }
            Posting posting;
            posting.entry = row;
            posting.kind = one.kind;
            posting.sequence = one.sequence;
            posting.version = one.version;
            posting.amount = one.amount;
            posting.booked_before_minor = own_before(*row, one.period, one.amount.currency, one.sequence);
            posting.period = one.period;
            posting.booking_period = one.booking_period;
            posting.late = one.booking_period != one.period;
            posting.is_new = false;
            postings_.push_back(posting);
        }
    }

    const PostingInput& input_;
    std::unordered_map<DocumentKey, History, DocumentHash> histories_;
    std::unordered_map<DocumentKey, std::vector<const HandedPosting*>, DocumentHash> own_;  // of the template itself
    Sequences sequences_;
    std::vector<Posting> postings_;
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
        handed.push_back(std::move(one));
    }
    return handed;
}

}  // namespace moisson::books

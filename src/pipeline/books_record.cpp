/// See books_record.hpp.

#include "pipeline/books_record.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/hash_tree.hpp"
#include "pipeline/books_tables.hpp"

namespace moisson::pipeline {

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Contract and document id.
using Key = std::pair<std::string_view, std::string_view>;

class BooksMaker {
public:
    BooksMaker(state::StateStore& state, const Publication& publication, Month last_month)
        : state_(state), publication_(publication), last_month_(last_month) {}

    state::Books run() {
        books_.chain = state_.load_chain();
        books_.adoptions = state_.load_adoptions();
        books_.adopted_months = state_.load_adopted_months();
        books_.history = state_.load_closing_history();
        books_.months = state_.load_closed_months();
        books_.addenda = state_.load_addenda();
        append(books_.addenda, publication_.addenda);
        std::sort(books_.addenda.begin(), books_.addenda.end(), [](const Addendum& left, const Addendum& right) {
            return std::tie(left.period, left.number) < std::tie(right.period, right.number);
        });
        take_postings();
        take_contracts_and_rows();
        take_documents();
        return std::move(books_);
    }

private:
    /// In the order in which they were handed out, numbered from 1; bases name them by these numbers.
    void take_postings() {
        books_.bases = state_.load_template_bases();
        append(books_.bases, publication_.bases);
        std::set<std::string> names{""};
        for (const TemplateBase& booked : state_.load_booked_months()) {
            names.insert(booked.template_name);
        }
        for (const TemplateBase& base : books_.bases) {
            names.insert(base.template_name);
        }
        for (const auto& numbered : publication_.numbers) {
            names.insert(numbered.first);
        }
        for (const std::string& name : names) {
            append(books_.postings, state_.load_postings_of(name));
            std::vector<EntryNumber> numbers = state_.load_entry_numbers(name);
            if (const auto added = publication_.numbers.find(name); added != publication_.numbers.end()) {
                append(numbers, added->second);
            }
            if (!numbers.empty()) {
                std::sort(numbers.begin(), numbers.end(), [](const EntryNumber& left, const EntryNumber& right) {
                    return std::tie(left.series, left.number) < std::tie(right.series, right.number);
                });
                books_.numbers[name] = std::move(numbers);
            }
        }
        const auto by_number = [](const HandedPosting& left, const HandedPosting& right) { return left.number < right.number; };
        std::sort(books_.postings.begin(), books_.postings.end(), by_number);
        for (TemplateBase& base : books_.bases) {
            base.last_number = std::count_if(books_.postings.begin(), books_.postings.end(),
                                             [&](const HandedPosting& one) { return one.number <= base.last_number; });
        }
        std::sort(books_.bases.begin(), books_.bases.end(), [](const TemplateBase& left, const TemplateBase& right) {
            return std::tie(left.template_name, left.booking_period) < std::tie(right.template_name, right.booking_period);
        });
        append(books_.postings, publication_.postings);
        for (std::size_t at = 0; at < books_.postings.size(); ++at) {
            books_.postings[at].number = static_cast<std::int64_t>(at + 1);
        }
    }

    void take_contracts_and_rows() {
        const auto is_published_now = [&](Month period) {
            return std::any_of(publication_.months.begin(), publication_.months.end(),
                               [&](const PublishedMonth& one) { return one.period == period; });
        };
        books_.published = state_.load_published_months();
        std::erase_if(books_.published, [&](const PublishedMonth& one) { return is_published_now(one.period); });
        append(books_.published, publication_.months);
        std::sort(books_.published.begin(), books_.published.end(),
                  [](const PublishedMonth& left, const PublishedMonth& right) { return left.period < right.period; });
        for (const ClosedMonth& month : books_.months) {
            append(books_.rows, state_.load_closed_rows(month.period));
        }
        for (state::ContractRecord& record : state_.load_contracts()) {
            append(books_.judged, state_.load_closed_contracts(record.contract.id));
            std::vector<ClosedRow> rows = state_.load_published_rows(record.contract.id);
            std::erase_if(rows, [&](const ClosedRow& row) { return is_published_now(row.period); });
            append(books_.published_rows, std::move(rows));
            if (record.first_month) {
                record.first_month = std::min(*record.first_month, last_month_);
            }
            if (record.renamed_month) {
                record.renamed_month = std::min(*record.renamed_month, last_month_);
            }
            books_.contracts.push_back(std::move(record));
        }
        append(books_.published_rows, publication_.rows);
        std::sort(books_.published_rows.begin(), books_.published_rows.end(), [](const ClosedRow& left, const ClosedRow& right) {
            return std::tie(left.contract_id, left.period, left.document_id, left.version) <
                   std::tie(right.contract_id, right.period, right.document_id, right.version);
        });
        std::sort(books_.judged.begin(), books_.judged.end(), [](const ClosedContract& left, const ClosedContract& right) {
            return std::tie(left.period, left.contract.id) < std::tie(right.period, right.contract.id);
        });
    }

    /// Those that a published row is of: what else the service lists, the next run sees again.
    void take_documents() {
        std::vector<Key> keys;
        keys.reserve(books_.rows.size() + books_.published_rows.size());
        for (const std::vector<ClosedRow>* const rows : {&books_.rows, &books_.published_rows}) {
            for (const ClosedRow& row : *rows) {
                keys.emplace_back(row.contract_id, row.document_id);
            }
        }
        for (const Addendum& addendum : books_.addenda) {
            for (const AddendumRow& row : addendum.rows) {
                keys.emplace_back(row.contract_id, row.document_id);
            }
        }
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        books_.documents.reserve(keys.size());
        for (const auto& [contract_id, document_id] : keys) {
            append(books_.documents, state_.load_versions(std::string(contract_id), std::string(document_id)));
        }
    }

    state::StateStore& state_;
    const Publication& publication_;
    const Month last_month_;
    state::Books books_;
};

}  // namespace

state::Books books_with(state::StateStore& state, const Publication& publication, Month last_month) {
    return BooksMaker(state, publication, last_month).run();
}

ChainPlace place_of(const state::Books& books) {
    ChainPlace place;
    place.number = books.chain.empty() ? 1 : books.chain.back().number + 1;
    place.previous = books.chain.empty() ? std::nullopt : std::optional(books.chain.back());
    place.closings = books.history.size();
    place.closings_sha256 = tree_head(closing_lines(books.history));
    return place;
}

const ChainLink* last_link_of(const std::vector<ChainLink>& chain, const std::string& folder) {
    const auto found = std::find_if(chain.rbegin(), chain.rend(), [&](const ChainLink& one) { return one.folder == folder; });
    return found == chain.rend() ? nullptr : &*found;
}

}  // namespace moisson::pipeline

#include "support/memory_store.hpp"

#include <algorithm>

namespace moisson::test {

namespace {

using Content = MemoryStore::Content;

/// Puts a value that must be new.
template <class Map>
void insert_new(Map& map, typename Map::key_type key, typename Map::mapped_type value) {
    if (!map.emplace(std::move(key), std::move(value)).second) {
        throw FatalError(ExitCode::local, ErrorCode::state, "the store has such a row");
    }
}

/// The values whose keys `matches`, in the order of their keys.
template <class Map, class Matches>
std::vector<typename Map::mapped_type> select(const Map& map, const Matches& matches) {
    std::vector<typename Map::mapped_type> values;
    for (const auto& [key, value] : map) {
        if (matches(value)) {
            values.push_back(value);
        }
    }
    return values;
}

template <class Map>
std::vector<typename Map::mapped_type> all_of(const Map& map) {
    return select(map, [](const auto&) { return true; });
}

void write_run(Content& content, const state::RunRecord& record) {
    const auto found =
        std::find_if(content.runs.begin(), content.runs.end(), [&](const state::RunRecord& one) { return one.run_id == record.run_id; });
    if (found == content.runs.end()) {
        content.runs.push_back(record);
    } else {
        *found = record;
    }
}

void add_posting(Content& content, HandedPosting posting) {
    posting.number = 1;
    for (const auto& [key, one] : content.postings) {
        posting.number = std::max(posting.number, one.number + 1);
    }
    auto key = std::make_tuple(posting.contract_id, posting.document_id, posting.template_name, posting.sequence);
    insert_new(content.postings, std::move(key), std::move(posting));
}

void add_addendum(Content& content, const Addendum& addendum) { insert_new(content.addenda, {addendum.period, addendum.number}, addendum); }

void drop_month(Content& content, Month period) {
    content.closed_months.erase(period);
    std::erase_if(content.closed_rows, [&](const auto& row) { return row.second.period == period; });
    std::erase_if(content.closed_contracts, [&](const auto& one) { return one.second.period == period; });
}

void close_month(Content& content, const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                 std::span<const HandedPosting> postings) {
    drop_month(content, month.period);
    content.history.push_back({month.period, true, month.revision, month.closed_at, month.closed_by, month.reason, month.ledger_sha256});
    content.closed_months.emplace(month.period, month);
    for (ClosedRow row : rows) {
        row.period = month.period;
        auto key = std::make_tuple(row.period, row.contract_id, row.document_id, row.version);
        insert_new(content.closed_rows, std::move(key), std::move(row));
    }
    for (ClosedContract one : contracts) {
        one.period = month.period;
        std::string id = one.contract.id;
        insert_new(content.closed_contracts, {month.period, std::move(id)}, std::move(one));
    }
    for (const HandedPosting& posting : postings) {
        add_posting(content, posting);
    }
}

void reopen_month(Content& content, ClosingEvent event) {
    event.closed = false;
    event.ledger_sha256.clear();
    const auto closed = content.closed_months.find(event.period);
    std::vector<Addendum> addenda;
    for (const auto& [place, one] : content.addenda) {
        addenda.push_back(one);
    }
    const auto booked = rows_of_addenda(addenda, event.period, closed == content.closed_months.end() ? 0 : closed->second.addenda_before);
    for (auto& [place, month] : content.published_months) {
        if (booked.empty() || month.period != event.period) {
            continue;
        }
        month.ledger_sha256.clear();
        for (const ClosedRow& row : booked) {
            std::erase_if(content.published_rows, [&](const auto& one) {
                return std::tie(one.second.contract_id, one.second.period, one.second.document_id) ==
                       std::tie(row.contract_id, row.period, row.document_id);
            });
            content.published_rows[{row.contract_id, row.period, row.document_id, row.version, month.run_id}] = row;
        }
    }
    drop_month(content, event.period);
    content.history.push_back(std::move(event));
}

void add_number(Content& content, Content::Numbered added) {
    for (const Content::Numbered& one : content.numbers) {
        const bool same_series = one.template_name == added.template_name && one.entry.series == added.entry.series;
        if (same_series && (one.entry.number == added.entry.number || one.entry.posting == added.entry.posting)) {
            throw FatalError(ExitCode::local, ErrorCode::state, "the store has such a number");
        }
    }
    content.numbers.push_back(std::move(added));
}

/// What a publication adds to the books.
void add_books(Content& content, const Publication& publication) {
    for (const Addendum& addendum : publication.addenda) {
        add_addendum(content, addendum);
    }
    for (const HandedPosting& posting : publication.postings) {
        add_posting(content, posting);
    }
    for (const TemplateBase& base : publication.bases) {
        insert_new(content.bases, {base.template_name, base.booking_period}, base);
    }
    for (const auto& [template_name, numbers] : publication.numbers) {
        for (const EntryNumber& one : numbers) {
            add_number(content, {template_name, publication.run_id, one});
        }
    }
}

}  // namespace

template <class Work>
void MemoryStore::change(const Work& work) {
    Content changed = *content_;
    work(changed);
    *content_ = std::move(changed);
}

MemoryStore::MemoryStore() : MemoryStore(std::make_shared<Content>()) {}

MemoryStore::MemoryStore(std::shared_ptr<Content> content) : content_(std::move(content)) {
    if (content_->is_open) {
        throw FatalError(ExitCode::locked, ErrorCode::locked, "another run holds the state");
    }
    content_->is_open = true;
}

MemoryStore::~MemoryStore() { content_->is_open = false; }

std::string MemoryStore::source() { return setting("source"); }
void MemoryStore::set_source(const std::string& source) { set_setting("source", source); }

std::string MemoryStore::setting(const std::string& name) {
    const auto found = content_->settings.find(name);
    return found == content_->settings.end() ? std::string() : found->second;
}
void MemoryStore::set_setting(const std::string& name, const std::string& value) { content_->settings[name] = value; }

std::vector<state::ContractRecord> MemoryStore::load_contracts() { return all_of(content_->contracts); }
void MemoryStore::save_contract(const state::ContractRecord& record) { content_->contracts[record.contract.id] = record; }

std::vector<state::DocumentRecord> MemoryStore::load_documents(const std::string& contract_id) {
    return select(content_->documents, [&](const state::DocumentRecord& one) { return one.contract_id == contract_id; });
}
std::vector<state::DocumentRecord> MemoryStore::load_all_documents() { return all_of(content_->documents); }
void MemoryStore::save_documents(std::span<const state::DocumentRecord> records) {
    for (const state::DocumentRecord& record : records) {
        content_->documents[{record.contract_id, record.document_id, record.version}] = record;
        saved_documents.push_back(record);
    }
}
void MemoryStore::forget_documents(const std::string& contract_id, const std::string& run_id) {
    std::erase_if(content_->documents,
                  [&](const auto& one) { return one.second.contract_id == contract_id && one.second.first_seen_run == run_id; });
}

std::optional<std::string> MemoryStore::load_reading(const std::string& sha256, const std::string& expected, const std::string& reader) {
    const auto found = content_->readings.find({sha256, expected});
    return found != content_->readings.end() && found->second.reader == reader ? std::optional(found->second.reading) : std::nullopt;
}

void MemoryStore::save_readings(std::span<const state::KeptReading> readings) {
    for (const state::KeptReading& one : readings) {
        content_->readings[{one.sha256, one.expected}] = one;
    }
}

void MemoryStore::save_run(const state::RunRecord& record) { write_run(*content_, record); }
std::vector<state::RunRecord> MemoryStore::load_runs() { return content_->runs; }

std::vector<ClosedMonth> MemoryStore::load_closed_months() { return all_of(content_->closed_months); }
std::vector<ClosingEvent> MemoryStore::load_closing_history() { return content_->history; }
std::vector<ClosedRow> MemoryStore::load_closed_rows(const std::string& contract_id) {
    return select(content_->closed_rows, [&](const ClosedRow& row) { return row.contract_id == contract_id; });
}
std::vector<ClosedRow> MemoryStore::load_closed_rows(Month period) {
    return select(content_->closed_rows, [&](const ClosedRow& row) { return row.period == period; });
}
std::vector<ClosedContract> MemoryStore::load_closed_contracts(const std::string& contract_id) {
    return select(content_->closed_contracts, [&](const ClosedContract& one) { return one.contract.id == contract_id; });
}
void MemoryStore::save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                               std::span<const HandedPosting> postings) {
    change([&](Content& content) { close_month(content, month, rows, contracts, postings); });
}
void MemoryStore::save_reopening(const ClosingEvent& event) { reopen_month(*content_, event); }

std::vector<Addendum> MemoryStore::load_addenda() { return all_of(content_->addenda); }
std::vector<HandedPosting> MemoryStore::load_postings(const std::string& contract_id) {
    return select(content_->postings, [&](const HandedPosting& one) { return one.contract_id == contract_id; });
}
std::vector<HandedPosting> MemoryStore::load_postings_of(const std::string& template_name) {
    return select(content_->postings, [&](const HandedPosting& one) { return one.template_name == template_name; });
}
std::vector<TemplateBase> MemoryStore::load_booked_months() {
    std::map<std::pair<std::string, Month>, TemplateBase> booked;
    for (const auto& [key, one] : content_->postings) {
        TemplateBase& base =
            booked.try_emplace({one.template_name, one.booking_period}, TemplateBase{one.template_name, one.booking_period, 0, {}})
                .first->second;
        base.last_number = std::max(base.last_number, one.number);
    }
    return all_of(booked);
}
std::vector<TemplateBase> MemoryStore::load_template_bases() { return all_of(content_->bases); }
std::vector<EntryNumber> MemoryStore::load_entry_numbers(const std::string& template_name) {
    std::vector<EntryNumber> numbers;
    for (const Content::Numbered& one : content_->numbers) {
        if (one.template_name == template_name) {
            numbers.push_back(one.entry);
        }
    }
    std::sort(numbers.begin(), numbers.end(), [](const EntryNumber& left, const EntryNumber& right) {
        return std::tie(left.series, left.number) < std::tie(right.series, right.number);
    });
    return numbers;
}

void MemoryStore::adopt(const state::Takeover& takeover) {
    change([&](Content& content) {
        for (const state::RunRecord& run : takeover.runs) {
            write_run(content, run);
        }
        for (const ClosingEvent& event : takeover.reopenings) {
            reopen_month(content, event);
        }
        for (const state::Takeover::Closing& closing : takeover.closings) {
            close_month(content, closing.month, closing.rows, closing.contracts, closing.postings);
        }
        for (const Addendum& addendum : takeover.addenda) {
            add_addendum(content, addendum);
        }
        for (const HandedPosting& posting : takeover.postings) {
            add_posting(content, posting);
        }
        insert_new(content.adoptions, takeover.adoption.number, takeover.adoption);
        content.adopted_months.insert(takeover.booked_months.begin(), takeover.booked_months.end());
    });
}
std::vector<Adoption> MemoryStore::load_adoptions() { return all_of(content_->adoptions); }
std::vector<Month> MemoryStore::load_adopted_months() { return {content_->adopted_months.begin(), content_->adopted_months.end()}; }
void MemoryStore::save_closed_files(Month period, std::span<const ClosedFile> files) {
    if (const auto found = content_->closed_months.find(period); found != content_->closed_months.end()) {
        found->second.files.assign(files.begin(), files.end());
    }
}

std::vector<state::DocumentRecord> MemoryStore::load_versions(const std::string& contract_id, const std::string& document_id) {
    return select(content_->documents,
                  [&](const state::DocumentRecord& one) { return one.contract_id == contract_id && one.document_id == document_id; });
}

std::vector<ChainLink> MemoryStore::load_chain() {
    std::vector<ChainLink> chain;
    for (const auto& [number, link] : content_->chain) {
        chain.push_back(link.first);
    }
    return chain;
}

void MemoryStore::restore(const state::Books& books, std::span<const state::RunRecord> runs, const std::string& run_id) {
    change([&](Content& content) {
        Content fresh;
        fresh.settings = std::move(content.settings);
        fresh.contracts = std::move(content.contracts);
        fresh.documents = std::move(content.documents);
        fresh.runs = std::move(content.runs);
        fresh.is_open = content.is_open;
        content = std::move(fresh);
        content.history = books.history;
        for (const ClosedMonth& month : books.months) {
            content.closed_months[month.period] = month;
        }
        for (const ClosedRow& row : books.rows) {
            content.closed_rows[{row.period, row.contract_id, row.document_id, row.version}] = row;
        }
        for (const ClosedContract& one : books.judged) {
            content.closed_contracts[{one.period, one.contract.id}] = one;
        }
        for (const Adoption& adoption : books.adoptions) {
            content.adoptions[adoption.number] = adoption;
        }
        content.adopted_months.insert(books.adopted_months.begin(), books.adopted_months.end());
        Publication all;
        all.run_id = run_id;
        all.addenda = books.addenda;
        all.postings = books.postings;
        all.bases = books.bases;
        all.numbers = books.numbers;
        add_books(content, all);
        for (const ChainLink& link : books.chain) {
            insert_new(content.chain, link.number, std::pair(link, run_id));
        }
        std::map<Month, std::string> run_ids;
        for (const PublishedMonth& month : books.published) {
            run_ids[month.period] = month.run_id;
            insert_new(content.published_months, {month.period, month.run_id}, month);
        }
        for (const ClosedRow& row : books.published_rows) {
            insert_new(content.published_rows,
                       std::make_tuple(row.contract_id, row.period, row.document_id, row.version, run_ids[row.period]), row);
        }
        for (const state::ContractRecord& record : books.contracts) {
            content.contracts[record.contract.id] = record;
        }
        for (const state::DocumentRecord& record : books.documents) {
            content.documents[{record.contract_id, record.document_id, record.version}] = record;
        }
        for (const state::RunRecord& run : runs) {
            write_run(content, run);
        }
    });
}

std::vector<PublishedMonth> MemoryStore::load_published_months() { return all_of(content_->published_months); }
std::vector<ClosedRow> MemoryStore::load_published_rows(const std::string& contract_id) {
    return select(content_->published_rows, [&](const ClosedRow& row) { return row.contract_id == contract_id; });
}

void MemoryStore::begin_publication(const Publication& publication) {
    change([&](Content& content) {
        insert_new(content.pending, publication.run_id, publication.folder);
        add_books(content, publication);
        if (publication.link) {
            insert_new(content.chain, publication.link->number, std::pair(*publication.link, publication.run_id));
        }
        for (PublishedMonth month : publication.months) {
            month.run_id = publication.run_id;
            insert_new(content.published_months, {month.period, month.run_id}, month);
        }
        for (const ClosedRow& row : publication.rows) {
            auto key = std::make_tuple(row.contract_id, row.period, row.document_id, row.version, publication.run_id);
            insert_new(content.published_rows, std::move(key), row);
        }
    });
}

std::vector<Publication> MemoryStore::pending_publications() {
    std::vector<Publication> pending;
    for (const auto& [run_id, folder] : content_->pending) {
        Publication& one = pending.emplace_back();
        one.run_id = run_id;
        one.folder = folder;
    }
    return pending;
}

void MemoryStore::end_publication(const std::string& run_id, bool published) {
    Content& content = *content_;
    if (published) {
        std::set<Month> months;
        for (const auto& [key, one] : content.published_months) {
            if (one.run_id == run_id) {
                months.insert(one.period);
            }
        }
        std::erase_if(content.published_months,
                      [&](const auto& one) { return one.first.second != run_id && months.contains(one.first.first); });
        std::erase_if(content.published_rows,
                      [&](const auto& one) { return std::get<4>(one.first) != run_id && months.contains(one.second.period); });
    } else {
        std::erase_if(content.addenda, [&](const auto& one) { return one.second.run_id == run_id; });
        std::erase_if(content.postings, [&](const auto& one) { return one.second.run_id == run_id; });
        std::erase_if(content.bases, [&](const auto& one) { return one.second.run_id == run_id; });
        std::erase_if(content.numbers, [&](const Content::Numbered& one) { return one.run_id == run_id; });
        std::erase_if(content.chain, [&](const auto& one) { return one.second.second == run_id; });
        std::erase_if(content.published_months, [&](const auto& one) { return one.first.second == run_id; });
        std::erase_if(content.published_rows, [&](const auto& one) { return std::get<4>(one.first) == run_id; });
    }
    content.pending.erase(run_id);
}

}  // namespace moisson::test

#include "pipeline/closed_books.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "bundle/bundle.hpp"
#include "ledger/csv_writer.hpp"
#include "pipeline/closed_content.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/scope.hpp"
#include "pipeline/settle.hpp"

namespace moisson::pipeline {

namespace {

state::StateStore& settled(state::StateStore& state, const config::Job& job, bool exporting) {
    if (exporting) {
        settle_publications(state, job.export_.out);
    }
    return state;
}

ledger::CsvColumns columns_of(bool reporting) { return reporting ? ledger::CsvColumns::with_reporting : ledger::CsvColumns::fixed; }

/// What was kept under one of the names, under the first of them, whose own comes first.
std::vector<TemplateBase> under_one_name(std::vector<TemplateBase> bases, const std::vector<std::string>& names) {
    std::stable_partition(bases.begin(), bases.end(), [&](const TemplateBase& base) { return base.template_name == names.front(); });
    for (TemplateBase& base : bases) {
        if (std::find(names.begin(), names.end(), base.template_name) != names.end()) {
            base.template_name = names.front();
        }
    }
    return bases;
}

std::set<std::string> names_in(const std::vector<TemplateBase>& booked, const std::vector<TemplateBase>& bases) {
    std::set<std::string> names;
    for (const auto* const all : {&booked, &bases}) {
        for (const TemplateBase& one : *all) {
            names.insert(one.template_name);
        }
    }
    return names;
}

AddendumRow to_row(const LateEntry& late, bool reporting) {
    const LedgerEntry& entry = late.entry;
    AddendumRow row;
    row.contract_id = entry.contract->id;
    row.document_id = entry.document_id;
    row.version = entry.version;
    row.change = *late.change;
    row.document_type = entry.document_type;
    row.counted = entry.counted;
    row.amount = entry.amount;
    row.counted_before = late.counted_before;
    row.sha256 = entry.sha256;
    row.size_bytes = entry.size_bytes.value_or(0);
    row.media_type = entry.media_type;
    row.path = entry.path;
    ledger::append_csv_row(row.csv, entry, columns_of(reporting));
    return row;
}

}  // namespace

ClosedBooks::ClosedBooks(const config::Job& job, std::vector<std::string> templates, state::StateStore& state, books::CountingRule& rule,
                         std::string run_id, bool exporting)
    : job_(job),
      state_(state),
      rule_(rule),
      run_id_(std::move(run_id)),
      months_(settled(state, job, exporting).load_closed_months()),
      addenda_before_(state.load_addenda()),
      rules_(state, rule, months_, addenda_before_),
      addenda_(addenda_before_),
      booked_(state.load_booked_months()),
      bases_(state.load_template_bases()),
      templates_(job.erp, std::move(templates), names_in(booked_, bases_)) {
    std::transform(months_.begin(), months_.end(), std::back_inserter(closed_), [](const ClosedMonth& one) { return one.period; });
    taken_ = closed_;
    for (const Month month : state.load_adopted_months()) {
        taken_.push_back(month);
    }
    std::sort(taken_.begin(), taken_.end());
    taken_.erase(std::unique(taken_.begin(), taken_.end()), taken_.end());
    for (const Adoption& adoption : state.load_adoptions()) {
        sequence_floor_ = std::max(sequence_floor_, adoption.number * sequences_per_adoption);
    }
    publication_.run_id = run_id_;
    // The next run may have another --out.
    publication_.folder = (std::filesystem::absolute(job.export_.out) / publication_name(job.export_.period, view_of(job))).string();
    const bool whole = view_of(job).is_whole();
    is_view_ = !whole;
    const bool one_month = job.export_.period.first && job.export_.period.first == job.export_.period.last;
    if (one_month && whole && exported() == nullptr) {
        booking_ = job.export_.period.first;
    }
    // Months that were opened again count too: what was booked late of them still stands in the files of other months.
    const bool ever_closed = !state.load_closing_history().empty();
    looks_back_ = ever_closed && whole && (booking_ || !templates_.asked().empty());
}

const ClosedMonth* ClosedBooks::exported() const noexcept {
    if (is_view_ || !job_.export_.period.first || job_.export_.period.first != job_.export_.period.last) {
        return nullptr;
    }
    const auto found =
        std::find_if(months_.begin(), months_.end(), [&](const ClosedMonth& one) { return one.period == *job_.export_.period.first; });
    return found == months_.end() ? nullptr : &*found;
}

std::vector<ClosedBooks::Kept> ClosedBooks::select(const Contract& contract, std::vector<LedgerEntry>& entries,
                                                   std::vector<Finding>& findings) {
    MOISSON_INVARIANT(looks_back_, "closed months are looked at where they are not asked for");
    std::vector<Finding> said;
    books::apply_counting_rule(entries, rule_, said);
    std::map<std::size_t, Kept> kept;
    if (booking_) {
        kept = find_late(contract.id, entries);
        rules_.tell_differences(contract, entries, *booking_, findings);
        // All else that counting finds about closed months was told when they were open.
        for (Finding& finding : said) {
            if (finding.code == "withdrawn-undecided" && stands_before_booking(entries, finding.document_id)) {
                findings.push_back(std::move(finding));
            }
        }
    }
    for (std::size_t at = 0; booking_ && at < entries.size(); ++at) {
        if (entries[at].channel == Channel::inbox && entries[at].counted && stands_before_booking(entries, entries[at].document_id)) {
            kept.try_emplace(at, Kept{at, false, std::nullopt, entries[at].amount, std::nullopt});  // until the service delivers it
        }
    }
    for (const std::size_t at : booked_late(contract.id, entries)) {
        kept.try_emplace(at, Kept{at, false, std::nullopt, std::nullopt, std::nullopt});
    }
    keep_other_versions(entries, kept);
    std::vector<Kept> result;
    std::transform(kept.begin(), kept.end(), std::back_inserter(result), [](const auto& one) { return one.second; });
    return result;
}

/// The document counts in a month that was closed before the one that is exported.
bool ClosedBooks::stands_before_booking(const std::vector<LedgerEntry>& entries, const std::string& document_id) const {
    return std::any_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) {
        return entry.counted && entry.document_id == document_id && entry.period->month() < *booking_ &&
               std::binary_search(closed_.begin(), closed_.end(), entry.period->month());
    });
}

/// Postings compare what a document counts with what was booked of it, so they need all of its versions in a month or none: a version
/// that was replaced would look like a document that counts no longer.
void ClosedBooks::keep_other_versions(const std::vector<LedgerEntry>& entries, std::map<std::size_t, Kept>& kept) const {
    if (templates_.asked().empty() || kept.empty()) {
        return;
    }
    std::set<std::pair<Month, std::string_view>> documents;
    for (const auto& [at, one] : kept) {
        if (entries[at].period && !entries[at].document_id.empty()) {
            documents.emplace(entries[at].period->month(), entries[at].document_id);
        }
    }
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        if (entry.period && !job_.export_.period.contains(entry.period->month()) &&
            documents.contains({entry.period->month(), entry.document_id})) {
            kept.try_emplace(at, Kept{at, false, std::nullopt, std::nullopt, std::nullopt});
        }
    }
}

/// What the closed months before the exported one owe, and what addenda of the exported one hold of them.
std::map<std::size_t, ClosedBooks::Kept> ClosedBooks::find_late(const std::string& contract_id,
                                                                const std::vector<LedgerEntry>& entries) const {
    const auto documents = books::closed_documents(state_.load_closed_rows(contract_id), addenda_, months_, contract_id);
    std::map<std::size_t, Kept> kept;
    for (const books::LateRow& late : books::find_late(entries, documents, months_, *booking_)) {
        kept[late.entry] = {late.entry, true, late.change, late.counted_before, std::nullopt};
    }
    const auto keep = [&](Month period, const std::string& document_id, std::uint32_t version, std::optional<std::string> held_sha256) {
        const auto row = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
            return entry.period && entry.period->month() == period && entry.document_id == document_id && entry.version == version;
        });
        if (row != entries.end()) {
            const auto at = static_cast<std::size_t>(row - entries.begin());
            kept.try_emplace(at, Kept{at, true, std::nullopt, std::nullopt, std::move(held_sha256)});
        }
    };
    for (const books::ClosedDocument& document : documents) {
        if (document.held_in == *booking_) {
            keep(document.period, document.document_id, document.version, document.sha256);
        }
    }
    // Versions that a later addendum replaced, too: what is said of them stands in the archive, which a rerun must not change.
    for (const Addendum& addendum : addenda_) {
        if (addendum.booking_period != *booking_ || !books::is_current(addendum, months_)) {
            continue;
        }
        for (const AddendumRow& row : addendum.rows) {
            if (row.contract_id == contract_id) {
                keep(addendum.period, row.document_id, row.version, std::nullopt);
            }
        }
    }
    return kept;
}

/// Rows of other months than the exported ones that postings booked in these, old or new, need.
std::vector<std::size_t> ClosedBooks::booked_late(const std::string& contract_id, const std::vector<LedgerEntry>& entries) const {
    std::vector<std::size_t> found;
    if (templates_.asked().empty()) {
        return found;
    }
    std::vector<const LedgerEntry*> rows;
    std::transform(entries.begin(), entries.end(), std::back_inserter(rows), [](const LedgerEntry& entry) { return &entry; });
    std::map<std::string, std::vector<HandedPosting>> by_name;
    for (HandedPosting& posting : state_.load_postings(contract_id)) {
        by_name[posting.template_name].push_back(std::move(posting));
    }
    const RowPerimeters perimeters(rows);
    const auto load = [&](const std::string& name) -> const std::vector<HandedPosting>& { return by_name[name]; };
    for (const std::string& name : templates_.asked()) {
        const FilesHistory history =
            templates_.is_shared(name) ? templates_.history_of(name, load, {}, rows, perimeters) : whole_history_of(name, load, rows);
        if (history.rows.empty()) {
            continue;
        }
        const auto postings = books::make_postings({name, history.rows, closed_, history.own, by_name[""], bases_for(name),
                                                    job_.export_.period, booking_, true, {}, nullptr, sequence_floor_, &history.share});
        for (const Posting& posting : postings ? *postings : std::vector<Posting>()) {
            if (posting.late && !job_.export_.period.contains(posting.entry->period->month())) {
                found.push_back(static_cast<std::size_t>(posting.entry - entries.data()));
            }
        }
    }
    return found;
}

/// Of a template without files of perimeters: all rows, and all that the family booked.
FilesHistory ClosedBooks::whole_history_of(const std::string& template_name,
                                           const std::function<std::vector<HandedPosting>(const std::string&)>& take,
                                           std::vector<const LedgerEntry*> rows) const {
    FilesHistory history;
    for (const std::string& name : templates_.family_of(template_name)) {
        std::vector<HandedPosting> some = take(name);
        std::move(some.begin(), some.end(), std::back_inserter(history.own));
    }
    history.rows = std::move(rows);
    return history;
}

std::vector<TemplateBase> ClosedBooks::new_bases_for(const std::string& template_name) const {
    const std::vector<std::string>& names = templates_.family_of(template_name);
    return books::find_bases(template_name, taken_, under_one_name(booked_, names), under_one_name(bases_, names));
}

const std::vector<TemplateBase>& ClosedBooks::bases_for(const std::string& template_name) const {
    const auto [found, is_new] = bases_of_.try_emplace(template_name);
    if (is_new) {
        found->second = new_bases_for(template_name);
        const auto kept = under_one_name(bases_, templates_.family_of(template_name));
        std::copy_if(kept.begin(), kept.end(), std::back_inserter(found->second),
                     [&](const TemplateBase& one) { return one.template_name == template_name; });
    }
    return found->second;
}

std::vector<std::string> ClosedBooks::booked_elsewhere(const std::string& template_name) const {
    std::set<std::string> others;
    if (const auto found = taken_over_.find(template_name); found != taken_over_.end() && !is_view_) {
        others = found->second;
    }
    std::vector<std::string> known = templates_.family_of(template_name);
    const auto is_known = [&](const TemplateBase& one) { return std::find(known.begin(), known.end(), one.template_name) != known.end(); };
    if (std::any_of(booked_.begin(), booked_.end(), is_known) || std::any_of(bases_.begin(), bases_.end(), is_known)) {
        return {others.begin(), others.end()};
    }
    known.insert(known.end(), templates_.asked().begin(), templates_.asked().end());
    for (const TemplateBase& one : booked_) {
        if (!one.template_name.empty() && !is_known(one) && job_.export_.period.contains(one.booking_period)) {
            others.insert(one.template_name);
        }
    }
    return {others.begin(), others.end()};
}

/// What the addenda of this month show in the reporting currency, old rows for their findings alone.
void ClosedBooks::convert(const books::RateTable& rates, Currency currency, std::vector<Finding>& findings) {
    std::vector<LedgerEntry> entries;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < late_.size(); ++at) {
        if (late_[at].change || late_[at].held_sha256) {
            entries.push_back(late_[at].entry);
            places.push_back(at);
        }
    }
    books::convert_rows(entries, rates, currency, job_.books.rate_rule, findings);
    for (std::size_t at = 0; at < places.size(); ++at) {
        late_[places[at]].entry = std::move(entries[at]);
    }
}

void ClosedBooks::take(std::vector<LateEntry> late, const std::optional<books::RateTable>& rates, RunSummary& summary) {
    std::sort(late.begin(), late.end(),
              [](const LateEntry& left, const LateEntry& right) { return ledger_order(left.entry, right.entry); });
    late_ = std::move(late);
    const bool reporting = rates && job_.books.reporting_currency;
    if (reporting) {
        convert(*rates, *job_.books.reporting_currency, summary.findings);
    }
    if (booking_) {
        std::map<Month, std::vector<std::size_t>> by_month;
        for (std::size_t at = 0; at < late_.size(); ++at) {
            LateEntry& one = late_[at];
            if (!one.change && one.held_sha256 && !one.entry.sha256.empty() && one.entry.sha256 != *one.held_sha256) {
                one.change = Change::file;  // what an earlier addendum of this month had to leave out
                one.counted_before = one.entry.counted ? one.entry.amount : std::nullopt;
            }
            if (one.change) {
                by_month[late_[at].entry.period->month()].push_back(at);
            }
        }
        for (const auto& [period, rows] : by_month) {
            add_addendum(period, rows, reporting);
        }
    }
    std::copy_if(months_.begin(), months_.end(), std::back_inserter(summary.closed_months), [&](const ClosedMonth& one) {
        return !job_.export_.period.last || one.period < *job_.export_.period.last ||
               (job_.export_.period.first != job_.export_.period.last && one.period == *job_.export_.period.last);
    });
    if (is_view_) {
        return;
    }
    for (const Addendum& addendum : addenda_) {
        if (!job_.export_.period.contains(addendum.booking_period)) {
            continue;
        }
        summary.addenda.push_back(addendum);
        summary.addendum_sums.push_back(
            {addendum.file_name(), addendum.period, addendum.booking_period, addendum.rows.size(), books::differences_of(addendum)});
        for (const AddendumRow& row : addendum.rows) {
            summary.findings.push_back(
                make_finding(row.change == Change::late ? FindingCode("addendum-late") : FindingCode("addendum-changed"),
                             books::describe(row, addendum), row.contract_id, row.document_id));
        }
    }
}

void ClosedBooks::add_addendum(Month period, const std::vector<std::size_t>& rows, bool reporting) {
    Addendum addendum;
    addendum.period = period;
    addendum.booking_period = *booking_;
    addendum.run_id = run_id_;
    addendum.reporting = reporting;
    for (const Addendum& earlier : addenda_) {
        addendum.number = earlier.period == period ? std::max(addendum.number, earlier.number + 1) : addendum.number;
    }
    std::vector<LedgerEntry*> entries;
    std::transform(rows.begin(), rows.end(), std::back_inserter(entries), [&](std::size_t at) { return &late_[at].entry; });
    // In a folder of its own: another version of a document may stand in another addendum of the same bundle.
    bundle::assign_paths(entries, fmt::format("addenda/{}-{:02}", period.to_text(), addendum.number));
    for (const std::size_t at : rows) {
        addendum.rows.push_back(to_row(late_[at], reporting));
    }
    const auto after = std::upper_bound(addenda_.begin(), addenda_.end(), addendum, [](const Addendum& left, const Addendum& right) {
        return std::pair(left.period, left.number) < std::pair(right.period, right.number);
    });
    publication_.addenda.push_back(addendum);
    addenda_.insert(after, std::move(addendum));
}

/// The files of a template's perimeters ask for the same: it is loaded once.
FilesHistory ClosedBooks::shared_history_of(const std::string& template_name, const std::vector<const LedgerEntry*>& rows) {
    if (!perimeters_) {
        perimeters_.emplace(rows);
    }
    const auto load = [&](const std::string& name) -> const std::vector<HandedPosting>& {
        const auto [found, is_new] = postings_of_.try_emplace(name);
        if (is_new) {
            found->second = state_.load_postings_of(name);
        }
        return found->second;
    };
    return templates_.history_of(template_name, load, publication_.postings, rows, *perimeters_);
}

std::vector<Posting> ClosedBooks::make_postings(const std::string& template_name, const std::vector<LedgerEntry>& entries,
                                                books::TermsSource terms, books::PostingNotes& notes) {
    std::vector<const LedgerEntry*> rows;
    rows.reserve(entries.size() + late_.size());
    std::transform(entries.begin(), entries.end(), std::back_inserter(rows), [](const LedgerEntry& entry) { return &entry; });
    std::transform(late_.begin(), late_.end(), std::back_inserter(rows), [](const LateEntry& late) { return &late.entry; });
    const bool is_shared = templates_.is_shared(template_name);
    const auto load = [&](const std::string& name) { return state_.load_postings_of(name); };
    const FilesHistory history =
        is_shared ? shared_history_of(template_name, rows) : whole_history_of(template_name, load, std::move(rows));
    const auto closed_books = taken_.empty() ? std::vector<HandedPosting>() : load("");
    auto postings = books::make_postings({template_name, history.rows, closed_, history.own, closed_books, bases_for(template_name),
                                          job_.export_.period, booking_, true, std::move(terms), &notes, sequence_floor_, &history.share});
    if (!postings) {
        throw FatalError(ExitCode::inconsistent, std::move(postings.error()));
    }
    note_taken_over(template_name, history.share.left, *postings);
    voided_[template_name] = notes.voided;
    return std::move(*postings);
}

/// What the files book anew, or correct, of what stands under names that the job has no more.
void ClosedBooks::note_taken_over(const std::string& template_name, const std::vector<HandedPosting>& left,
                                  const std::vector<Posting>& postings) {
    if (left.empty()) {
        return;
    }
    std::set<std::pair<std::string_view, std::string_view>> booked;
    for (const Posting& posting : postings) {
        if (posting.is_new) {
            booked.emplace(posting.entry->contract->id, posting.entry->document_id);
        }
    }
    for (const HandedPosting& one : left) {
        if (booked.contains({one.contract_id, one.document_id})) {
            taken_over_[template_name].insert(one.template_name);
        }
    }
}

void ClosedBooks::book(const std::string& template_name, std::span<const Posting> postings, std::span<const std::uint32_t> written) {
    std::vector<Posting> held;
    held.reserve(written.size());
    for (const std::uint32_t at : written) {
        held.push_back(postings[at]);
    }
    auto fresh = books::to_handed(held, template_name, run_id_);
    std::move(fresh.begin(), fresh.end(), std::back_inserter(publication_.postings));
    for (HandedPosting& one : voided_[template_name]) {
        one.run_id = run_id_;
        publication_.postings.push_back(std::move(one));
    }
    for (TemplateBase& base : new_bases_for(template_name)) {
        base.run_id = run_id_;
        publication_.bases.push_back(std::move(base));
    }
}

std::vector<EntryNumber> ClosedBooks::numbers_of(const std::string& template_name) const {
    std::vector<EntryNumber> numbers;
    for (const std::string& name : templates_.names_of(template_name)) {
        auto some = state_.load_entry_numbers(name);
        std::move(some.begin(), some.end(), std::back_inserter(numbers));
    }
    return numbers;
}

void ClosedBooks::keep_numbers(const std::string& template_name, std::vector<EntryNumber> numbers) {
    if (!numbers.empty()) {
        publication_.numbers[template_name] = std::move(numbers);
    }
}

void ClosedBooks::owe(const std::string& template_name, const std::vector<LedgerEntry>& entries) {
    std::set<Month> months;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.period && templates_.belongs(template_name, entry.contract->perimeter)) {
            months.insert(entry.period->month());
        }
    }
    for (const Month month : months) {
        const auto is_same = [&](const TemplateBase& one) { return one.template_name == template_name && one.booking_period == month; };
        const bool is_closed = std::binary_search(closed_.begin(), closed_.end(), month);
        if (!is_closed && std::none_of(bases_.begin(), bases_.end(), is_same)) {
            publication_.bases.push_back({template_name, month, 0, run_id_});  // starts from nothing of that month
        }
    }
}

std::vector<Month> ClosedBooks::taken_for_booked(const std::string& template_name) const {
    std::vector<Month> months;
    for (const TemplateBase& base : new_bases_for(template_name)) {
        if (base.last_number > 0) {
            months.push_back(base.booking_period);
        }
    }
    return months;
}

bool ClosedBooks::folder_is_gone() const {
    std::error_code problem;
    return exported() != nullptr &&
           !std::filesystem::exists(std::filesystem::path(job_.export_.out) / exported()->period.to_text(), problem);
}

void ClosedBooks::check_exported_folder(const std::stop_token& stop) const {
    if (exported() != nullptr && !folder_is_gone()) {
        must_be_as_closed(*exported(), std::filesystem::path(job_.export_.out) / exported()->period.to_text(), stop);
    }
}

bool ClosedBooks::is_to_publish(const std::filesystem::path& ledger, const std::string& sha256) const {
    const ClosedMonth* const closed = exported();
    if (closed == nullptr) {
        return true;
    }
    const bool is_gone = folder_is_gone();
    if (sha256 == closed->ledger_sha256 || (is_gone && !closed->files.empty())) {
        return is_gone && closed->files.empty();
    }
    const auto now = read_sealed_ledger(ledger);
    if (!now) {
        throw FatalError(ExitCode::local, now.error());
    }
    const std::string month = closed->period.to_text();
    const auto differences = books::name_differences(state_.load_closed_rows(closed->period), now->rows);
    // Documents whose month nobody can read are shown in every month's ledger; they are of no month, and change none. Nor do names,
    // findings and settings that became other ones since: what is closed stands as it is.
    if (books::changes_books(state_.load_closed_rows(closed->period), now->rows) || is_gone) {
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("{} is closed, and {}. Nothing was published", month,
                                     differences.empty() ? std::string("documents without a month came or changed")
                                                         : fmt::format("{} of its rows would change: {}", differences.size(),
                                                                       join_sentences(differences))),
                         "",
                         fmt::format("The next export of an open month carries late and changed documents as an addendum to {0}. To change "
                                     "{0} itself: moisson close {0} --reopen \"reason\"",
                                     month));
    }
    return false;
}

void ClosedBooks::begin_publication() {
    if (books_something() || !publication_.months.empty() || publication_.link) {
        state_.begin_publication(publication_);
    }
}

void ClosedBooks::end_publication() {
    if (books_something() || !publication_.months.empty() || publication_.link) {
        state_.end_publication(publication_.run_id, true);
    }
}

}  // namespace moisson::pipeline

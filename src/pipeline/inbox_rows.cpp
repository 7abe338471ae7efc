/// What an inbox alone has becomes rows; rows of earlier runs are matched with what the service lists since. See inbox_rows.hpp.
#include "pipeline/inbox_rows.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/days.hpp"
#include "books/inbox_match.hpp"
#include "domain/document_type.hpp"
#include "domain/plausible.hpp"
#include "invoice/kept_reading.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/records.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t digits_of_id = 32;  // of a SHA-256: nobody makes two files that share them

std::string id_of(const std::string& sha256) { return "inbox-" + sha256.substr(0, digits_of_id); }

/// Contract and document id.
using DocumentKey = std::pair<std::string, std::string>;

/// A row of the harvest.
struct Place {
    std::size_t at = 0;
    bool late = false;
};

/// A document of an inbox that an earlier run made a row.
struct KnownRow {
    std::string contract_id;
    std::string document_id;
    std::string sha256;
    const InvoiceValues* values = nullptr;
    std::optional<Place> place;  ///< empty: of a month that this run is not about
};

/// What a new row is made of.
struct Candidate {
    std::size_t file = 0;
    const Contract* contract = nullptr;
    Period period;
    Money amount;
};

/// What is on the service's side, and how its lists are: all that an inbox's invoice is held against.
class ServiceSide {
public:
    ServiceSide(const InboxRowsContext& context, const InvoiceReadings& readings, const Harvest& harvest)
        : context_(context), reader_(reader_name(context.invoices.job.invoices.profiles_folder)) {
        for (const ContractCompleteness& one : harvest.completeness) {
            contracts_.emplace(one.contract->id, one.contract);
            if (is_whole(one.verdict)) {
                whole_.insert(one.contract->id);
            }
        }
        for (const LedgerEntry& entry : harvest.entries) {
            take(entry, entry.sha256);
            learn(entry, readings);
        }
        for (const LateEntry& one : harvest.late) {
            take(one.entry, one.entry.sha256);
        }
    }

    /// Adds what the state knows of the contract's other months, and gives back the rows of inboxes among it.
    std::vector<state::DocumentRecord> look_up(const std::string& contract_id) {
        std::vector<state::DocumentRecord> known = context_.invoices.state.load_documents(contract_id);
        std::vector<state::DocumentRecord> of_inbox = take_of_inbox(known);
        const auto contract = contracts_.find(contract_id);
        for (const state::DocumentRecord& record : known) {
            if (contract != contracts_.end() && standing_of(record.document_type) == Standing::final_ &&
                !latest_.contains({contract_id, record.document_id})) {
                std::vector<Finding> unused;
                made_.push_back(normalize::make_entry(to_wire(record), *contract->second, unused));
                made_.back().version = record.version;
                looked_up_[record.document_id] = {&made_.back(), record.sha256};  // by version: the last one stays
            }
        }
        for (const auto& [id, one] : looked_up_) {
            take(*one.first, one.second);
        }
        looked_up_.clear();
        return of_inbox;
    }

    /// All of them, the latest version of each.
    [[nodiscard]] std::vector<books::ServiceInvoice> invoices() {
        std::vector<books::ServiceInvoice> all;
        for (const auto& [key, one] : latest_) {
            const LedgerEntry& entry = *one.entry;
            books::ServiceInvoice invoice = service_invoice(entry);
            invoice.sha256 = one.sha256;
            invoice.values = entry.invoice ? invoice.values : recall(entry, one.sha256);
            all.push_back(invoice);
        }
        return all;
    }

    /// What an earlier run read of these bytes; null: nothing.
    const InvoiceValues* recall(const LedgerEntry& entry, const std::string& sha256) {
        const std::string expected =
            entry.amount ? fmt::format("{} {}", to_decimal(*entry.amount), entry.amount->currency.code()) : std::string();
        const auto kept = sha256.empty() ? std::nullopt : context_.invoices.state.load_reading(sha256, expected, reader_);
        auto reading = kept ? invoice::reading_from(*kept) : std::nullopt;
        if (!reading || reading->values.from == ValuesFrom::none) {
            return nullptr;
        }
        return &recalled_.emplace_back(booked(std::move(reading->values)));
    }

    [[nodiscard]] const std::map<std::string, const Contract*, std::less<>>& contracts() const noexcept { return contracts_; }
    [[nodiscard]] bool is_whole_list(const std::string& contract_id) const { return whole_.contains(contract_id); }
    [[nodiscard]] bool has(const std::string& contract_id, const std::string& document_id) const {
        return latest_.contains({contract_id, document_id});
    }

    /// What the list's amounts are: of the contract, else of all. Empty: not known, or not all the same.
    [[nodiscard]] std::string amounts_are(const std::string& contract_id) const {
        const auto own = told_.find(contract_id);
        const std::set<AmountIs>& told = own == told_.end() ? told_everywhere_ : own->second;
        return told.size() != 1 ? std::string() : *told.begin() == AmountIs::gross ? "gross" : "net";
    }
    /// That of the contract alone.
    [[nodiscard]] std::string amounts_of_contract_are(const std::string& contract_id) const {
        return told_.contains(contract_id) ? amounts_are(contract_id) : std::string();
    }
    /// By how many months all invoices of the exported months come after theirs; empty: not all by as many, or none tells.
    [[nodiscard]] std::optional<int> shift() const { return shifts_.size() == 1 ? std::optional(*shifts_.begin()) : std::nullopt; }

private:
    struct Latest {
        const LedgerEntry* entry = nullptr;
        std::string sha256;
    };

    void take(const LedgerEntry& entry, const std::string& sha256) {
        if (entry.channel != Channel::service || entry.standing != Standing::final_ || entry.document_id.empty()) {
            return;
        }
        Latest& latest = latest_[{entry.contract->id, entry.document_id}];
        if (latest.entry == nullptr || latest.entry->version < entry.version) {
            latest = {&entry, sha256};
        }
    }

    void learn(const LedgerEntry& entry, const InvoiceReadings& readings) {
        if (entry.channel != Channel::service || !entry.invoice || !entry.period ||
            !context_.invoices.job.export_.period.contains(entry.period->month())) {
            return;
        }
        if (entry.invoice->issue_date) {
            shifts_.insert(months_between(entry.period->month(), *entry.invoice->issue_date));
        }
        const InvoiceReadings::Known* const known = readings.find(entry);
        const AmountIs amount_is = known == nullptr ? AmountIs::unknown : known->reading.amount_is;
        if (amount_is == AmountIs::gross || amount_is == AmountIs::net) {
            told_[entry.contract->id].insert(amount_is);
            told_everywhere_.insert(amount_is);
        }
    }

    const InboxRowsContext& context_;
    const std::string reader_;
    std::map<std::string, const Contract*, std::less<>> contracts_;  ///< of the perimeter
    std::set<std::string> whole_;
    std::map<DocumentKey, Latest> latest_;
    std::map<std::string, std::set<AmountIs>> told_;
    std::set<AmountIs> told_everywhere_;
    std::set<int> shifts_;
    std::deque<LedgerEntry> made_;
    std::map<std::string, std::pair<const LedgerEntry*, std::string>> looked_up_;
    std::deque<InvoiceValues> recalled_;
};

class InboxRows {
public:
    InboxRows(const InboxRowsContext& context, Inboxes& inboxes, InvoiceReader& reader, Harvest& harvest)
        : context_(context), inboxes_(inboxes), reader_(reader), harvest_(harvest), service_(context, reader.readings(), harvest) {}

    void run() {
        find_known();
        if (!is_asked_for()) {
            return;
        }
        match();
        if (context_.books) {
            make_rows();
            save();
        }
    }

private:
    [[nodiscard]] bool is_asked_for() const {
        const auto& all = context_.invoices.job.invoices.inboxes;
        return !known_.empty() || std::any_of(all.begin(), all.end(), [](const config::InboxSettings& one) { return one.count; });
    }

    /// The rows of this run, then those of other months of the contracts that the inboxes name.
    void find_known() {
        std::set<std::string> contracts;
        std::set<DocumentKey> seen;
        const auto add = [&](const LedgerEntry& entry, Place place) {
            if (entry.channel == Channel::inbox && seen.emplace(entry.contract->id, entry.document_id).second) {
                known_.push_back({entry.contract->id, entry.document_id, digest_of(entry), entry.invoice.get(), place});
                contracts.insert(entry.contract->id);
            }
        };
        for (std::size_t at = 0; at < harvest_.entries.size(); ++at) {
            add(harvest_.entries[at], {at, false});
        }
        for (std::size_t at = 0; at < harvest_.late.size(); ++at) {
            add(harvest_.late[at].entry, {at, true});
        }
        for (std::size_t at = 0; at < inboxes_.files.size(); ++at) {
            for (const Contract* const contract : named_by(at)) {
                contracts.insert(contract->id);
            }
        }
        for (const std::string& contract_id : contracts) {
            for (state::DocumentRecord& record : service_.look_up(contract_id)) {
                const auto contract = service_.contracts().find(contract_id);
                if (contract == service_.contracts().end() || !seen.emplace(contract_id, record.document_id).second) {
                    continue;
                }
                std::vector<Finding> unused;
                const LedgerEntry entry = normalize::make_entry(to_wire(record), *contract->second, unused);
                known_.push_back({contract_id, record.document_id, record.sha256, service_.recall(entry, record.sha256), std::nullopt});
            }
        }
        for (KnownRow& one : known_) {
            if (one.place && one.values == nullptr) {  // of a closed month, unread by this run
                one.values = service_.recall(entry_at(*one.place), one.sha256);
            }
        }
    }

    /// Rows of closed months have their file only where they are shown.
    [[nodiscard]] std::string digest_of(const LedgerEntry& entry) const {
        return entry.sha256.empty() ? record_of(entry.contract->id, entry.document_id).sha256 : entry.sha256;
    }

    [[nodiscard]] state::DocumentRecord record_of(const std::string& contract_id, const std::string& document_id) const {
        const auto versions = context_.invoices.state.load_versions(contract_id, document_id);
        return versions.empty() ? state::DocumentRecord() : versions.back();
    }

    [[nodiscard]] LedgerEntry& entry_at(const Place& place) const {
        return place.late ? harvest_.late[place.at].entry : harvest_.entries[place.at];
    }

    /// The contracts of the perimeter that the invoice names, in its reference to a contract or to an order.
    [[nodiscard]] std::set<const Contract*> named_by(std::size_t file) const {
        std::set<const Contract*> named;
        if (const InvoiceValues* const values = inboxes_.values_of(file)) {
            for (const std::string& reference : {values->contract_reference, values->order_reference}) {
                const auto found = service_.contracts().find(reference);
                if (found != service_.contracts().end()) {
                    named.insert(found->second);
                }
            }
        }
        return named;
    }

    /// Files first, in their order, then known rows that are none of them.
    void match() {
        const std::vector<books::ServiceInvoice> service = service_.invoices();
        std::vector<books::InboxInvoice> all;
        std::map<std::string_view, std::vector<std::size_t>> by_bytes;
        for (std::size_t at = 0; at < inboxes_.files.size(); ++at) {
            const invoice::InboxFile& file = inboxes_.files[at].file;
            all.push_back({file.name, file.sha256, inboxes_.values_of(at)});
            by_bytes[file.sha256].push_back(at);
        }
        std::vector<std::vector<std::size_t>> rows(all.size());  // known ones, by what was matched
        for (std::size_t at = 0; at < known_.size(); ++at) {
            const KnownRow& known = known_[at];
            const auto files = by_bytes.find(known.sha256);
            if (files == by_bytes.end()) {
                all.push_back({known.document_id, known.sha256, known.values});
                rows.push_back({at});
                continue;
            }
            rows[files->second.front()].push_back(at);
            for (const std::size_t file : files->second) {
                inboxes_.files[file].contract_id = known.contract_id;
                inboxes_.files[file].document_id = known.document_id;
            }
        }
        const books::InboxMatches matches = books::match_inbox(service, all, inboxes_.sellers);
        std::map<std::size_t, std::vector<std::size_t>> rows_of;  // by which stands for the invoice
        for (std::size_t at = 0; at < all.size(); ++at) {
            const books::InboxMatch& match = matches.inbox[at];
            std::vector<std::size_t>& of_invoice = rows_of[match.where == InboxClass::doubled ? *match.partner : at];
            of_invoice.insert(of_invoice.end(), rows[at].begin(), rows[at].end());
        }
        for (const auto& [stands, known] : rows_of) {
            settle(stands, matches.inbox[stands], service, known);
        }
    }

    void settle(std::size_t stands, const books::InboxMatch& match, const std::vector<books::ServiceInvoice>& service,
                const std::vector<std::size_t>& known) {
        const bool is_file = stands < inboxes_.files.size();
        const bool is_to_count = is_file && context_.invoices.job.invoices.inboxes[inboxes_.files[stands].inbox].count;
        switch (match.where) {
            case InboxClass::matched:
            case InboxClass::differs: {
                for (const std::size_t one : known) {
                    deliver(known_[one], std::string(service[*match.partner].document_id));
                }
                break;
            }
            case InboxClass::ambiguous: {
                for (const std::size_t one : known) {
                    tell_ambiguous(known_[one]);
                }
                if (known.empty() && is_to_count) {
                    inboxes_.files[stands].why_not = messages::fits_several;
                }
                break;
            }
            case InboxClass::only_inbox: {
                if (known.empty() && is_to_count && context_.books) {
                    consider(stands);
                }
                break;
            }
            default: break;
        }
    }

    /// The service has it: its document counts, or says why it does not.
    void deliver(const KnownRow& known, const std::string& document_id) {
        if (!known.place) {
            return;  // the export of its month, or of what takes the late rows of that, does it
        }
        LedgerEntry& entry = entry_at(*known.place);
        if (entry.findings.contains("inbox-delivered")) {
            return;
        }
        state::DocumentRecord record = record_of(known.contract_id, known.document_id);
        entry.findings.insert("inbox-delivered");
        entry.withdrawn = false;
        harvest_.add_finding("inbox-delivered", messages::inbox_delivered(sanitise(document_id, 60)), known.contract_id, known.document_id);
        if (known.place->late) {
            LateEntry& late = harvest_.late[known.place->at];
            late.counted_before = entry.counted ? entry.amount : std::nullopt;
            late.change = entry.counted ? Change::counting : late.change;
            entry.counted = false;
            entry.invoice = known.values == nullptr ? nullptr : std::make_shared<const InvoiceValues>(*known.values);
            if (context_.store.has(record.sha256, record.size_bytes)) {
                entry.status = DocumentStatus::ok;
                entry.sha256 = record.sha256;
                entry.size_bytes = record.size_bytes;
                entry.media_type = record.media_type;
            }
        }
        mark_delivered(record, document_id);
        to_save_.push_back(std::move(record));
    }

    /// It stands as it was booked, and somebody has to look.
    void tell_ambiguous(const KnownRow& known) {
        if (known.place && !entry_at(*known.place).findings.contains("inbox-delivered")) {
            inboxes_.findings.push_back(
                make_finding("inbox-ambiguous", messages::inbox_ambiguous(known.document_id), known.contract_id, known.document_id));
            inboxes_.findings.back().raised = true;
        }
    }

    /// What a new row needs, or why there is none.
    void consider(std::size_t file) {
        InboxFile& one = inboxes_.files[file];
        const auto named = named_by(file);
        const InvoiceValues& values = *inboxes_.values_of(file);
        const Organization& whose =
            config::organization_of(context_.invoices.job, named.size() == 1 ? (*named.begin())->perimeter : std::string());
        const auto& observations = one.file.reading.observations;
        if (named.size() != 1) {
            one.why_not = messages::not_one_contract;
        } else if (!service_.is_whole_list((*named.begin())->id)) {
            one.why_not = messages::list_not_whole;
        } else if (values.number.empty() || !values.issue_date || values.kind == InvoiceKind::unknown) {
            one.why_not = messages::no_identity;
        } else if (std::any_of(observations.begin(), observations.end(), [](const auto& seen) { return seen.code == "vat-sum-wrong"; })) {
            one.why_not = messages::sums_wrong;
        } else if (!whose.siren.empty() && !values.buyer.siren.empty() && values.buyer.siren != whose.siren) {
            one.why_not = messages::of_another_buyer;
        } else if (service_.has((*named.begin())->id, id_of(one.file.sha256))) {
            one.why_not = messages::id_taken(id_of(one.file.sha256));
        } else {
            consider(file, **named.begin(), values);
        }
    }

    void consider(std::size_t file, const Contract& contract, const InvoiceValues& values) {
        InboxFile& one = inboxes_.files[file];
        const std::optional<int> shift = service_.shift();
        if (!values.billed && !shift) {
            one.why_not = messages::months_differ;
            return;
        }
        const Month issued = Month::of(*values.issue_date).plus(-shift.value_or(0));
        const Period period = values.billed.value_or(Period{issued.first_day(), issued.last_day()});
        if (!is_of_this_run(period.month())) {
            return;  // told, with its month, beside those that count
        }
        const std::string& asked = context_.invoices.job.invoices.inboxes[one.inbox].amount_is;
        const std::string of_contract = service_.amounts_of_contract_are(contract.id);
        if (!asked.empty() && !of_contract.empty() && asked != of_contract) {
            one.why_not = messages::amount_is_otherwise;
            return;
        }
        const bool is_taxed = !values.net || !values.gross || *values.net != *values.gross;
        const std::string amount_is = !asked.empty() ? asked : is_taxed ? service_.amounts_are(contract.id) : "gross";
        const std::optional<Money>& amount = amount_is == "net" ? values.net : values.gross;
        if (amount_is.empty()) {
            one.why_not = messages::amount_is_unknown;
        } else if (!amount) {
            one.why_not = messages::has_no_amount;
        } else {
            candidates_.push_back({file, &contract, period, *amount});
        }
    }

    [[nodiscard]] bool is_closed(Month month) const {
        return std::binary_search(context_.closed.closed_months().begin(), context_.closed.closed_months().end(), month);
    }

    /// It stands in this ledger, or in an addendum of this run.
    [[nodiscard]] bool is_of_this_run(Month month) const {
        const bool is_late = context_.closed.booking() && month < *context_.closed.booking() && is_closed(month);
        return is_late || (context_.invoices.job.export_.period.contains(month) && !is_closed(month));
    }

    /// Brings the bytes to the store; what is no longer as it was read is read again by the next run.
    std::map<std::string, transfer::StoredObject> keep_files() {
        std::map<std::string, transfer::StoredObject> kept;  // by digest
        for (std::size_t inbox = 0; inbox < inboxes_.folders.size(); ++inbox) {
            std::map<std::string, std::string> wanted;
            for (const Candidate& one : candidates_) {
                const InboxFile& file = inboxes_.files[one.file];
                if (file.inbox == inbox) {
                    wanted.emplace(file.own_name, file.file.sha256);
                }
            }
            if (wanted.empty()) {
                continue;
            }
            const auto take = [&](const std::string&, const std::filesystem::path& file) -> Status {
                auto object = context_.store.keep_copy(file);
                if (!object) {
                    return fail(std::move(object.error()));
                }
                std::string sha256 = object->sha256;
                kept.emplace(std::move(sha256), std::move(*object));
                return {};
            };
            must_be_done(invoice::take_from_inbox(inboxes_.folders[inbox], wanted, context_.invoices.stop, take));
        }
        return kept;
    }

    void make_rows() {
        if (candidates_.empty()) {
            return;
        }
        const auto kept = keep_files();
        std::vector<LedgerEntry> entries;
        std::vector<LateEntry> late;
        for (const Candidate& one : candidates_) {
            const auto object = kept.find(inboxes_.files[one.file].file.sha256);
            if (object == kept.end()) {
                inboxes_.files[one.file].why_not = messages::changed_meanwhile;
                continue;
            }
            make_row(one, object->second, entries, late);
        }
        reader_.read(entries, late);
        harvest_.new_versions += entries.size();
        std::move(entries.begin(), entries.end(), std::back_inserter(harvest_.entries));
        std::move(late.begin(), late.end(), std::back_inserter(harvest_.late));
    }

    void make_row(const Candidate& from, const transfer::StoredObject& object, std::vector<LedgerEntry>& entries,
                  std::vector<LateEntry>& late) {
        InboxFile& file = inboxes_.files[from.file];
        const state::DocumentRecord record = record_for(from, object);
        std::vector<Finding> findings;
        LedgerEntry entry = normalize::make_entry(to_wire(record), *from.contract, findings, PlausibleTimes(context_.invoices.clock.now()));
        if (entry.amount != from.amount || entry.period != from.period) {
            file.why_not = messages::no_identity;  // days or an amount that no ledger holds
            return;
        }
        entry.channel = Channel::inbox;
        entry.status = DocumentStatus::ok;
        entry.sha256 = record.sha256;
        entry.size_bytes = record.size_bytes;
        entry.media_type = record.media_type;
        file.contract_id = record.contract_id;
        file.document_id = record.document_id;
        std::move(findings.begin(), findings.end(), std::back_inserter(harvest_.findings));
        to_save_.push_back(record);
        if (is_closed(from.period.month())) {
            entry.counted = true;
            late.push_back({std::move(entry), Change::late, std::nullopt, std::nullopt});
        } else {
            entries.push_back(std::move(entry));
        }
    }

    [[nodiscard]] state::DocumentRecord record_for(const Candidate& from, const transfer::StoredObject& object) const {
        const InboxFile& file = inboxes_.files[from.file];
        const Month month = from.period.month();
        const bool is_month = from.period == Period{month.first_day(), month.last_day()};
        std::string_view name = file.own_name;
        name.remove_prefix(std::min(name.size(), name.find(": ") == std::string_view::npos ? 0 : name.find(": ") + 2));
        wire::Document document;
        document.id = id_of(file.file.sha256);
        document.documentType = document_types.front().name;  // invoices
        document.filename = std::string(name.substr(name.rfind('/') + 1));  // npos + 1 is 0
        document.period = is_month ? fmt::format("{:04}{:02}", month.year(), month.month())
                                   : fmt::format("{}/{}", to_text(from.period.first), to_text(from.period.last));
        document.createdAt = format_timestamp(Timestamp(std::chrono::sys_days{*file.file.reading.values.issue_date}));
        document.amount = to_decimal(from.amount);
        document.amount_kind = wire::AmountKind::number;
        document.currency = std::string(from.amount.currency.code());
        state::DocumentRecord record = to_record(document, from.contract->id, 1);
        mark_of_inbox(record);
        record.first_seen_run = context_.run_id;
        record.sha256 = object.sha256;
        record.size_bytes = object.size_bytes;
        record.media_type = object.media_type;
        return record;
    }

    /// A record that names a digest is a promise that the file is on disk.
    void save() {
        if (!to_save_.empty()) {
            must_be_done(context_.store.sync_all());
            context_.invoices.state.save_documents(to_save_);
        }
    }

    const InboxRowsContext& context_;
    Inboxes& inboxes_;
    InvoiceReader& reader_;
    Harvest& harvest_;
    ServiceSide service_;
    std::vector<KnownRow> known_;
    std::vector<Candidate> candidates_;
    std::vector<state::DocumentRecord> to_save_;
};

}  // namespace

void take_inbox_rows(const InboxRowsContext& context, Inboxes& inboxes, InvoiceReader& reader, Harvest& harvest) {
    InboxRows(context, inboxes, reader, harvest).run();
}

}  // namespace moisson::pipeline

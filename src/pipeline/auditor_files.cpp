#include "pipeline/auditor_files.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "domain/auditor_page.hpp"
#include "domain/bag_notes.hpp"
#include "domain/verdict.hpp"
#include "ledger/dictionary.hpp"
#include "pipeline/publish_folder.hpp"

namespace moisson::pipeline {

namespace {

/// Of the published months; where their end is open, of the latest month that a row is filed in.
std::chrono::year_month_day last_day_of(const RunSummary& summary, const std::vector<LedgerEntry>& entries) {
    if (summary.period.last) {
        return summary.period.last->last_day();
    }
    std::optional<Month> latest;
    for (const LedgerEntry& entry : entries) {
        if (entry.period) {
            latest = std::max(latest, std::optional(entry.period->month()));
        }
    }
    return latest.value_or(Month::of(day_of(summary.data_date))).last_day();
}

/// As a publication was made by them.
RetentionTerms terms_of(const Retention& retention) {
    const std::chrono::year_month_day end = retention.fiscal_year_end;
    return {std::chrono::month_day(end.month(), end.day()), retention.years, retention.at_least};
}

std::string bag_name_of(const RunSummary& summary) { return "moisson-" + publication_name(summary.period, summary.view); }

std::optional<NotedDocument> example_of(const std::vector<LedgerEntry>& entries) {
    const auto found = std::find_if(entries.begin(), entries.end(), [](const LedgerEntry& entry) {
        return entry.counted && entry.status == DocumentStatus::ok && is_plain_word(entry.document_id) && is_plain_word(entry.path);
    });
    return found == entries.end() ? std::nullopt : std::optional(NotedDocument{found->document_id, found->path, found->sha256});
}

bool has_path(const std::vector<bundle::Payload>& payload, std::string_view beginning) {
    return std::any_of(payload.begin(), payload.end(), [&](const bundle::Payload& one) { return one.path.starts_with(beginning); });
}

ledger::CsvColumns columns_of(const RunSummary& summary) {
    return summary.reporting ? ledger::CsvColumns::with_reporting : ledger::CsvColumns::fixed;
}

/// The views are into texts that live as long as the call.
void hand_rows(const std::vector<LedgerEntry>& entries, const std::function<void(const PageRow&)>& take) {
    for (const LedgerEntry& entry : entries) {
        const std::string period = entry.period ? entry.period->month().to_text() : std::string();
        const std::string version = fmt::to_string(entry.version);
        const std::string amount = entry.amount ? to_decimal(*entry.amount) : std::string();
        take({.contract_id = entry.contract->id,
              .contract_name = entry.contract->name,
              .period = period,
              .document_type = entry.document_type,
              .document_id = entry.document_id,
              .version = version,
              .amount = amount,
              .currency = entry.amount ? entry.amount->currency.code() : std::string_view(),
              .filename = entry.filename,
              .path = entry.path,
              .sha256 = entry.sha256,
              .status = to_text(entry.status),
              .counted = entry.counted});
    }
}

void hand_rows(const Addendum& addendum, const std::function<void(const PageRow&)>& take) {
    for (const AddendumRow& row : addendum.rows) {
        const std::string version = fmt::to_string(row.version);
        const std::string amount = row.amount ? to_decimal(*row.amount) : std::string();
        PageRow shown;
        shown.contract_id = row.contract_id;
        shown.document_id = row.document_id;
        shown.version = version;
        shown.amount = amount;
        shown.currency = row.amount ? row.amount->currency.code() : std::string_view();
        shown.path = row.path;
        shown.sha256 = row.sha256;
        take(shown);
    }
}

PageSentence sentence_of(const Message& message) { return {message.english(), message.in(Language::french)}; }

std::vector<PageContract> contracts_of(const RunSummary& summary) {
    std::vector<PageContract> contracts;
    const std::vector<ContractVerdict> verdicts = contract_verdicts(summary);
    for (std::size_t at = 0; at < verdicts.size(); ++at) {
        const ContractCompleteness& contract = summary.completeness[at];
        if (verdicts[at].word != "complete") {
            contracts.push_back(
                {contract.contract->id,
                 std::string(verdicts[at].word),
                 {reason_of(Language::english, contract, verdicts[at]), reason_of(Language::french, contract, verdicts[at])}});
        }
    }
    return contracts;
}

std::string program() { return fmt::format("{} {}", program_name, version()); }

AuditorPage page_of(const RunSummary& summary, const std::vector<LedgerEntry>& entries, const std::vector<bundle::Payload>& payload) {
    AuditorPage page;
    page.period = summary.period.to_text();
    page.is_view = !summary.view.is_whole();
    page.without_files = !summary.view.files;
    page.source = sanitise(summary.source);
    page.program = program();
    page.organization = summary.organization;
    page.retention = *summary.retention;
    for (const CurrencyTotal& total : summary.totals) {
        page.totals.push_back({std::string(total.total.currency.code()), to_decimal(total.total), total.documents, total.credits});
    }
    page.contracts = contracts_of(summary);
    std::map<std::pair<std::string_view, std::string_view>, std::vector<const Message*>> reasons;
    for (const Finding& finding : summary.findings) {
        if (explains_missing_file(finding.code)) {
            reasons[{finding.contract_id, finding.document_id}].push_back(&finding.message);
        }
    }
    page.reasons_of = [reasons = std::move(reasons)](std::string_view contract_id, std::string_view document_id) {
        std::vector<PageSentence> sentences;
        if (const auto found = reasons.find({contract_id, document_id}); found != reasons.end()) {
            std::transform(found->second.begin(), found->second.end(), std::back_inserter(sentences),
                           [](const Message* message) { return sentence_of(*message); });
        }
        return sentences;
    };
    page.each_row = [&](const auto& take) { hand_rows(entries, take); };
    for (const Addendum& addendum : summary.addenda) {
        page.addenda.push_back({addendum.file_name(), [&addendum](const auto& take) { hand_rows(addendum, take); }});
    }
    std::vector<std::string_view> paths;
    std::transform(payload.begin(), payload.end(), std::back_inserter(paths),
                   [](const bundle::Payload& one) { return std::string_view(one.path); });
    page.files = page_files(paths);
    return page;
}

}  // namespace

void set_retention(const config::Job& job, const std::vector<LedgerEntry>& entries, const std::filesystem::path& target, Reporter& reporter,
                   RunSummary& summary) {
    summary.organization = job.evidence.organization;
    summary.retention = retention_of(job.evidence.retention, last_day_of(summary, entries));
    const auto standing = bundle::stated_retention(target);
    const bool is_right = standing && retention_of(terms_of(*standing), last_day_of(summary, entries)) == *standing;
    if (is_right && standing->until > summary.retention->until) {
        reporter.log(LogLevel::warning, "retention-kept",
                     fmt::format("{} is published with a retention until {}, and keeps it: the job file asks for {}", target.string(),
                                 to_text(standing->until), to_text(summary.retention->until)));
        summary.retention = standing;
    }
}

AuditorFiles::AuditorFiles(const RunSummary& summary, const std::vector<LedgerEntry>& entries, const std::vector<bundle::Payload>& payload,
                           const std::filesystem::path& folder)
    : summary_(summary), entries_(entries), page_(folder / "index.html.tmp") {
    auto file = must_be_done(AtomicFile::create(page_));
    Digest digest;
    write_auditor_page(page_of(summary, entries, payload), [&](std::string_view piece) {
        must_be_done(file.write(piece));
        digest.update(piece);
        page_bytes_ += piece.size();
    });
    must_be_done(file.commit());
    page_sha256_ = digest.finish_hex();
}

AuditorFiles::~AuditorFiles() {
    // A file that stays would be published: the folder's list has no such name, and verify refuses it.
    static_cast<void>(remove_path(page_));
}

bundle::Payload AuditorFiles::schema() const {
    return {std::string(ledger_schema_name), {}, ledger::ledger_schema_json(columns_of(summary_)), {}, 0};
}

std::vector<bundle::Payload> AuditorFiles::tags(const std::vector<bundle::Payload>& payload) const {
    BagNotes notes;
    notes.bag = bag_name_of(summary_);
    notes.period = summary_.period.to_text();
    notes.source = sanitise(summary_.source);
    notes.program = program();
    notes.is_view = !summary_.view.is_whole();
    notes.organization = summary_.organization;
    notes.retention = *summary_.retention;
    notes.has_addenda = !summary_.addenda.empty();
    notes.has_closed_months = !summary_.closed_months.empty();
    notes.has_erp_files = has_path(payload, "erp/");
    notes.has_books = has_path(payload, "books/");
    notes.has_chain = has_path(payload, "books/chain.csv");
    notes.has_numbers = true;
    notes.example = example_of(entries_);
    std::vector<bundle::Payload> tags;
    for (const auto& [language, name] :
         {std::pair(Language::french, notes_name_french), std::pair(Language::english, notes_name_english)}) {
        notes.columns = ledger::noted_columns(language, columns_of(summary_));
        tags.push_back({std::string(name), {}, bag_notes(language, notes), {}, 0});
    }
    tags.push_back({std::string(bag_page_name), page_.string(), {}, page_sha256_, page_bytes_});
    return tags;
}

std::vector<std::pair<std::string, std::string>> record_keeping_fields(const RunSummary& summary) {
    std::vector<std::pair<std::string, std::string>> fields;
    if (!summary.organization.name.empty()) {
        fields.emplace_back("Source-Organization", sanitise(summary.organization.name));
    }
    if (!summary.organization.siren.empty()) {
        fields.emplace_back("External-Identifier", "SIREN " + summary.organization.siren);
    }
    if (summary.retention) {
        fields.emplace_back("Moisson-Fiscal-Year-End", to_text(summary.retention->fiscal_year_end));
        fields.emplace_back("Moisson-Retention-Years", fmt::format("{}", summary.retention->years));
        fields.emplace_back("Moisson-Retention-Until", to_text(summary.retention->until));
        fields.emplace_back("Internal-Sender-Description", "Ready for deposit in a certified archive");
    }
    return fields;
}

}  // namespace moisson::pipeline

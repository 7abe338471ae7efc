/// See explain.hpp.

#include "pipeline/explain.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "books/books.hpp"
#include "bundle/csv_reader.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/closed_rules.hpp"
#include "pipeline/records.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t piece_bytes = 256U * 1024U;
constexpr std::size_t suggestions_max = 3;

/// Up to three known ids, the nearest first.
std::string near_ids(const std::string& document_id, const std::vector<state::DocumentRecord>& known) {
    std::set<std::string_view> ids;
    for (const state::DocumentRecord& record : known) {
        ids.insert(record.document_id);
    }
    std::vector<std::string> found;
    while (found.size() < suggestions_max) {
        const std::vector<std::string_view> rest(ids.begin(), ids.end());
        const auto nearest = nearest_word(document_id, rest);
        if (!nearest) {
            break;
        }
        found.push_back(sanitise(*nearest, 80));
        ids.erase(ids.find(*nearest));
    }
    return found.empty() ? "moisson documents list --contract ID shows a contract's documents"
                         : fmt::format("Did you mean {}?", fmt::join(found, " or "));
}

/// The sentence of one of the findings, or empty.
std::string sentence_of(const std::vector<Finding>& findings, std::initializer_list<std::string_view> codes) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
        return std::find(codes.begin(), codes.end(), finding.code) != codes.end();
    });
    return found == findings.end() ? std::string() : found->message.english();
}

std::string why(const ExplainedVersion& version, bool is_latest, std::uint32_t latest, const std::string& rule) {
    const LedgerEntry& entry = version.entry;
    if (!is_latest) {
        return fmt::format("It does not count: version {} replaced it.", latest);
    }
    if (entry.counted) {
        return fmt::format("It counts. {}", rule);
    }
    if (std::string undecided = sentence_of(version.findings, {"document-type-undecided", "document-type-decided"}); !undecided.empty()) {
        return undecided;
    }
    if (std::string withdrawn = sentence_of(version.findings, {"withdrawn-decided"}); !withdrawn.empty()) {
        return withdrawn;
    }
    if (entry.standing != Standing::final_) {
        return fmt::format("It does not count: documents of type {} are {}.", sanitise(entry.document_type, 60), to_text(entry.standing));
    }
    std::string said = sentence_of(version.findings, {"invoice-and-bill", "bill-set-aside", "type-not-counted"});
    if (!said.empty()) {
        return said;
    }
    return fmt::format("It does not count: its {} cannot be read.", entry.period ? "amount" : "month");
}

/// The contract's documents read and counted as an export does; those of the wanted id. `rules`: those of closed months. `withdrawn`: the
/// last export that showed the document said so.
std::vector<ExplainedVersion> versions_of(const std::string& document_id, bool withdrawn, const Contract& contract,
                                          const books::CountingRule& rule, ClosedRules& rules, state::StateStore& state) {
    const PlausibleTimes plausible(system_clock().now());
    std::vector<state::DocumentRecord> records = state.load_documents(contract.id);
    std::vector<LedgerEntry> entries;
    std::vector<Finding> findings;
    for (const state::DocumentRecord& record : records) {
        LedgerEntry entry = normalize::make_entry(to_wire(record), contract, findings, plausible);
        entry.version = record.version;
        entry.withdrawn = withdrawn && record.document_id == document_id;
        entry.sha256 = record.sha256;
        entry.media_type = record.media_type;
        if (!record.sha256.empty()) {
            entry.size_bytes = record.size_bytes;
            entry.status = DocumentStatus::ok;
        }
        entries.push_back(std::move(entry));
    }
    findings.clear();
    std::vector<const std::string*> first_seen;
    std::transform(records.begin(), records.end(), std::back_inserter(first_seen),
                   [](const state::DocumentRecord& record) { return &record.first_seen_run; });
    rules.judge(contract, entries, first_seen);
    books::apply_counting_rule(entries, rule, findings);
    std::vector<ExplainedVersion> versions;
    for (std::size_t at = 0; at < records.size(); ++at) {
        if (records[at].document_id != document_id) {
            continue;
        }
        ExplainedVersion version;
        static_cast<void>(normalize::make_entry(to_wire(records[at]), contract, version.findings, plausible));
        version.record = std::move(records[at]);
        version.rule = books::CountingRule::in_words(*rule.judge_of(entries[at]).choice).english();
        version.entry = std::move(entries[at]);
        version.entry.contract = &contract;  // what its month's closing called it is the rules' own
        versions.push_back(std::move(version));
    }
    for (ExplainedVersion& version : versions) {
        const bool is_latest = &version == &versions.back();
        for (const Finding& finding : findings) {
            // Counting says nothing about an earlier version but that it was replaced.
            if (finding.document_id == document_id && is_latest == (finding.code != "superseded")) {
                version.findings.push_back(finding);
            }
        }
        version.why = why(version, is_latest, versions.back().entry.version, version.rule);
    }
    return versions;
}

/// The rows of one published file that are about the document.
void find_rows(const std::filesystem::path& path, const ExplainedDocument& document, std::vector<PublishedRow>& found) {
    std::ifstream file(path, std::ios::binary);
    bundle::CsvReader::Row header;
    std::uint64_t line = 0;
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) {
        ++line;
        if (header.empty()) {
            header = row;
            return;
        }
        if (row.size() != header.size()) {
            return;
        }
        PublishedRow one;
        one.folder = path.parent_path().filename().string();
        one.file = path.filename().string();
        one.line = line;
        for (std::size_t at = 0; at < row.size(); ++at) {
            one.columns.emplace_back(header[at], row[at]);
        }
        if (one.text("contract_id") == document.contract->id && one.text("document_id") == document.document_id) {
            found.push_back(std::move(one));
        }
    });
    std::string piece(piece_bytes, '\0');
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    }
}

/// By folder, then file.
std::vector<PublishedRow> published_rows(const std::filesystem::path& out, const ExplainedDocument& document) {
    std::vector<std::filesystem::path> files;
    std::error_code problem;
    for (const auto& folder : std::filesystem::directory_iterator(out, problem)) {
        if (folder.path().filename().string().starts_with(".") || !folder.is_directory(problem)) {
            continue;
        }
        for (const auto& file : std::filesystem::directory_iterator(folder.path(), problem)) {
            const std::string name = file.path().filename().string();
            if (name == "ledger.csv" || (name.starts_with("addendum-") && name.ends_with(".csv"))) {
                files.push_back(file.path());
            }
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<PublishedRow> rows;
    for (const std::filesystem::path& file : files) {
        find_rows(file, document, rows);
    }
    return rows;
}

void add_books(ExplainedDocument& document, state::StateStore& state) {
    for (const ClosedMonth& month : state.load_closed_months()) {
        if (std::any_of(document.versions.begin(), document.versions.end(), [&](const ExplainedVersion& version) {
                return version.entry.period && version.entry.period->month() == month.period;
            })) {
            document.closed_months.push_back(month);
        }
    }
    for (Addendum& addendum : state.load_addenda()) {
        std::erase_if(addendum.rows, [&](const AddendumRow& row) {
            return row.contract_id != document.contract->id || row.document_id != document.document_id;
        });
        if (!addendum.rows.empty()) {
            document.addenda.push_back(std::move(addendum));
        }
    }
    document.postings = state.load_postings(document.contract->id);
    std::erase_if(document.postings, [&](const HandedPosting& one) { return one.document_id != document.document_id; });
}

}  // namespace

const std::string& PublishedRow::text(std::string_view column) const {
    static const std::string none;
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.first == column; });
    return found == columns.end() ? none : found->second;
}

std::vector<ExplainedDocument> explain_document(const config::Job& job, const std::string& document_id, const std::string& contract_id) {
    const auto state = open_state_for_reading(job);
    if (state->source().empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("nothing was exported to {} yet", sanitise(job.export_.out)),
                         "", "Name the folder with --out or the job file, and add --sandbox when it holds the sandbox's months");
    }
    settle_publications(*state, job.export_.out);
    const std::vector<state::DocumentRecord> known = state->load_all_documents();
    std::set<std::string> contracts;
    for (const state::DocumentRecord& record : known) {
        if (record.document_id == document_id && (contract_id.empty() || record.contract_id == contract_id)) {
            contracts.insert(record.contract_id);
        }
    }
    if (contracts.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         fmt::format("no export has seen a document \"{}\"{}", sanitise(document_id, 80),
                                     contract_id.empty() ? "" : fmt::format(" of contract {}", sanitise(contract_id, 60))),
                         "", near_ids(document_id, known));
    }
    books::CountingRule rule(job.books);
    const std::vector<ClosedMonth> months = state->load_closed_months();
    const std::vector<Addendum> addenda = state->load_addenda();
    ClosedRules rules(*state, rule, months, addenda);
    std::map<std::string, Contract> details;
    for (state::ContractRecord& record : state->load_contracts()) {
        std::string id = record.contract.id;
        details.emplace(std::move(id), std::move(record.contract));
    }
    std::vector<ExplainedDocument> documents;
    for (const std::string& id : contracts) {
        ExplainedDocument document;
        auto contract = std::make_unique<Contract>(details[id]);
        contract->id = id;
        document.contract = std::move(contract);
        document.document_id = document_id;
        document.rule = books::CountingRule::in_words(rule.choice_for(*document.contract)).english();
        document.published = published_rows(job.export_.out, document);
        const bool withdrawn = std::any_of(document.published.begin(), document.published.end(), [](const PublishedRow& row) {
            return row.text("findings").find("withdrawn-") != std::string::npos;
        });
        document.versions = versions_of(document_id, withdrawn, *document.contract, rule, rules, *state);
        add_books(document, *state);
        documents.push_back(std::move(document));
    }
    return documents;
}

}  // namespace moisson::pipeline

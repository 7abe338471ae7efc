/// `explain`: one document from what the service said to its row in the ledger.

#include <set>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "pipeline/explain.hpp"

namespace moisson::cli {

namespace {

using pipeline::ExplainedDocument;
using pipeline::ExplainedVersion;
using pipeline::PublishedRow;

constexpr std::size_t value_bytes_max = 300;

/// What stands in a line stays on it.
std::string explained_line(std::string_view label, std::string_view text) {
    constexpr std::size_t text_bytes_max = 4000;
    return fmt::format("  {:<12}  {}\n", sanitise(label, value_bytes_max), sanitise(text, text_bytes_max));
}

std::string money_words(const Money& money) { return fmt::format("{} {}", to_decimal(money), money.currency.code()); }

std::string_view to_text(std::uint8_t amount_kind) {
    constexpr std::array<std::string_view, 5> names{"absent", "null", "number", "string", "other"};
    return amount_kind < names.size() ? names.at(amount_kind) : names.back();
}

/// The service's own members and texts; what was not there is said so.
std::vector<std::pair<std::string_view, std::optional<std::string>>> raw_values(const state::DocumentRecord& record) {
    const auto value = [&](const std::string& text, unsigned bit) {
        return (record.present & bit) != 0 ? std::optional(text) : std::nullopt;
    };
    return {{"documentType", value(record.document_type, 1)},
            {"filename", value(record.filename, 2)},
            {"period", value(record.period, 4)},
            {"createdAt", value(record.created_at, 8)},
            {"updatedAt", value(record.updated_at, 16)},
            {"currency", value(record.currency, 32)}};
}

std::string version_text(const ExplainedVersion& version) {
    const LedgerEntry& entry = version.entry;
    const state::DocumentRecord& record = version.record;
    std::string text = fmt::format("\nversion {}, first seen by run {}\n", record.version, sanitise(record.first_seen_run));
    std::string raw;
    for (const auto& [name, value] : raw_values(record)) {
        raw += fmt::format("{}{} {}", raw.empty() ? "" : ", ", name,
                           value ? fmt::format("\"{}\"", sanitise(*value, value_bytes_max)) : "absent");
    }
    text += explained_line("service said",
                           fmt::format("{}, amount {} ({})", raw, sanitise(record.amount, value_bytes_max), to_text(record.amount_kind)));
    const std::string period = entry.period ? fmt::format("{} ({} to {})", entry.period->month().to_text(),
                                                          moisson::to_text(entry.period->first), moisson::to_text(entry.period->last))
                                            : std::string("no month");
    text += explained_line("read as", fmt::format("{}, {}, {}, {}", sanitise(entry.document_type, 60), moisson::to_text(entry.standing),
                                                  entry.amount ? money_words(*entry.amount) : "no amount", period));
    text += explained_line("counts", version.why);
    text += explained_line("file", record.sha256.empty() ? "not fetched"
                                                         : fmt::format("{}, {}, SHA-256 {}", record.media_type,
                                                                       format_bytes(record.size_bytes), record.sha256));
    for (const Finding& finding : version.findings) {
        const std::string_view severity = moisson::to_text(finding.severity());
        text += explained_line("finding", fmt::format("{} ({}): {}", finding.code.text(), severity, finding.message));
        if (const std::string_view remedy = finding.code.kind().remedy.english(); !remedy.empty()) {
            text += explained_line("", fmt::format("what to do: {}", remedy));
        }
    }
    return text;
}

std::string published_text(const PublishedRow& row) {
    std::string words = fmt::format("{}/{} line {}: version {}, status {}, counted {}", row.folder, row.file, row.line, row.text("version"),
                                    row.text("status"), row.text("counted"));
    if (!row.text("amount").empty()) {
        words += fmt::format(", {} {}", row.text("amount"), row.text("currency"));
    }
    if (!row.text("path").empty()) {
        words += fmt::format(", file {} in its bundle.zip", row.text("path"));
    }
    if (!row.text("findings").empty()) {
        words += fmt::format(", findings {}", row.text("findings"));
    }
    return explained_line("", sanitise(words, 1000));
}

/// Codes on published rows whose long form only the export knew.
std::set<std::string> codes_of(const ExplainedDocument& document) {
    std::set<std::string> codes;
    for (const PublishedRow& row : document.published) {
        const std::string& text = row.text("findings");
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find(' ', begin), text.size());
            codes.insert(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    for (const ExplainedVersion& version : document.versions) {
        for (const Finding& finding : version.findings) {
            codes.erase(std::string(finding.code));
        }
    }
    return codes;
}

std::string posting_words(const HandedPosting& posting) {
    const auto part = [&](std::int64_t minor) { return to_decimal(Money{minor, posting.amount.currency}); };
    const std::string parts = posting.terms == nullptr
                                  ? std::string()
                                  : fmt::format(", net {}, VAT {}", part(posting.parts.net_minor), part(posting.parts.vat_minor));
    return fmt::format("{}: {} of {} in {} (sequence {}, version {}{})",
                       posting.template_name.empty() ? "closed ledgers" : sanitise(posting.template_name, 60),
                       fmt::format("{} {}", moisson::to_text(posting.kind), money_words(posting.amount)), posting.period.to_text(),
                       posting.booking_period.to_text(), posting.sequence, posting.version, parts);
}

std::string document_text(const ExplainedDocument& document) {
    std::string text = fmt::format("document {} of contract {}{}\n", sanitise(document.document_id), sanitise(document.contract->id),
                                   document.contract->name.empty() ? "" : fmt::format(" ({})", sanitise(document.contract->name)));
    for (const ExplainedVersion& version : document.versions) {
        text += version_text(version);
    }
    text += document.published.empty() ? "\npublished: in no folder here\n" : "\npublished\n";
    for (const PublishedRow& row : document.published) {
        text += published_text(row);
    }
    for (const std::string& code : codes_of(document)) {
        if (const FindingKind* const kind = find_finding_kind(code)) {
            text += explained_line(code, fmt::format("{} {}", kind->meaning.english(), kind->remedy.english()));
        }
    }
    if (document.closed_months.empty() && document.addenda.empty() && document.postings.empty()) {
        return text;
    }
    text += "\nbooks\n";
    for (const ClosedMonth& month : document.closed_months) {
        text += explained_line(month.period.to_text(),
                               fmt::format("closed {} by {}", format_timestamp_seconds(month.closed_at), sanitise(month.closed_by)));
    }
    for (const Addendum& addendum : document.addenda) {
        for (const AddendumRow& row : addendum.rows) {
            text += explained_line(
                "addendum", fmt::format("{} in {}: version {}, {}", addendum.file_name(), addendum.booking_period.to_text(), row.version,
                                        row.counted && row.amount ? "counts " + money_words(*row.amount) : "does not count"));
        }
    }
    for (const HandedPosting& posting : document.postings) {
        text += explained_line("posting", posting_words(posting));
    }
    return text;
}

void put_findings(JsonWriter& writer, const std::vector<Finding>& findings) {
    writer.key("findings").begin_array();
    for (const Finding& finding : findings) {
        writer.begin_object();
        writer.key("code").text(finding.code);
        writer.key("severity").text(moisson::to_text(finding.severity()));
        writer.key("message").text(finding.message.english());
        writer.key("meaning").text(finding.code.kind().meaning.english());
        writer.key("remedy").text(finding.code.kind().remedy.english());
        writer.end_object();
    }
    writer.end_array();
}

void put_version(JsonWriter& writer, const ExplainedVersion& version) {
    const LedgerEntry& entry = version.entry;
    writer.begin_object();
    writer.key("version").count(version.record.version);
    writer.key("first_seen_run").text(version.record.first_seen_run);
    writer.key("raw").begin_object();
    for (const auto& [name, value] : raw_values(version.record)) {
        writer.key(name);
        static_cast<void>(value ? writer.text(*value) : writer.null());
    }
    writer.key("amount").text(version.record.amount);
    writer.key("amount_kind").text(to_text(version.record.amount_kind));
    writer.end_object();
    writer.key("document_type").text(entry.document_type);
    writer.key("standing").text(moisson::to_text(entry.standing));
    writer.key("period").text(entry.period ? entry.period->month().to_text() : "");
    writer.key("amount").text(entry.amount ? to_decimal(*entry.amount) : "");
    writer.key("currency").text(entry.amount ? entry.amount->currency.code() : "");
    writer.key("counted").boolean(entry.counted);
    writer.key("why").text(version.why);
    writer.key("sha256").text(version.record.sha256);
    writer.key("size_bytes").count(version.record.size_bytes);
    writer.key("media_type").text(version.record.media_type);
    put_findings(writer, version.findings);
    writer.end_object();
}

void put_books(JsonWriter& writer, const ExplainedDocument& document) {
    writer.key("closed_months").begin_array();
    for (const ClosedMonth& month : document.closed_months) {
        writer.begin_object();
        writer.key("period").text(month.period.to_text());
        writer.key("closed_at").text(format_timestamp_seconds(month.closed_at));
        writer.key("ledger_sha256").text(month.ledger_sha256);
        writer.end_object();
    }
    writer.end_array();
    writer.key("addenda").begin_array();
    for (const Addendum& addendum : document.addenda) {
        for (const AddendumRow& row : addendum.rows) {
            writer.begin_object();
            writer.key("file").text(addendum.file_name());
            writer.key("booking_period").text(addendum.booking_period.to_text());
            writer.key("version").count(row.version);
            writer.key("change").text(moisson::to_text(row.change));
            writer.key("counted").boolean(row.counted);
            writer.key("path").text(row.path);
            writer.end_object();
        }
    }
    writer.end_array();
    writer.key("postings").begin_array();
    for (const HandedPosting& posting : document.postings) {
        writer.begin_object();
        writer.key("template").text(posting.template_name);
        writer.key("kind").text(moisson::to_text(posting.kind));
        writer.key("sequence").count(posting.sequence);
        writer.key("version").count(posting.version);
        writer.key("amount").text(to_decimal(posting.amount));
        writer.key("currency").text(posting.amount.currency.code());
        writer.key("period").text(posting.period.to_text());
        writer.key("booking_period").text(posting.booking_period.to_text());
        if (posting.terms != nullptr) {
            writer.key("net").text(to_decimal(Money{posting.parts.net_minor, posting.amount.currency}));
            writer.key("vat").text(to_decimal(Money{posting.parts.vat_minor, posting.amount.currency}));
            writer.key("gross").text(to_decimal(Money{posting.parts.gross_minor, posting.amount.currency}));
        }
        writer.end_object();
    }
    writer.end_array();
}

std::string documents_json(const std::vector<ExplainedDocument>& documents) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("documents").begin_array();
    for (const ExplainedDocument& document : documents) {
        writer.begin_object();
        writer.key("contract_id").text(document.contract->id);
        writer.key("contract_name").text(document.contract->name);
        writer.key("document_id").text(document.document_id);
        writer.key("counting_rule").text(document.rule);
        writer.key("versions").begin_array();
        for (const ExplainedVersion& version : document.versions) {
            put_version(writer, version);
        }
        writer.end_array();
        writer.key("published").begin_array();
        for (const PublishedRow& row : document.published) {
            writer.begin_object();
            writer.key("folder").text(row.folder);
            writer.key("file").text(row.file);
            writer.key("line").count(row.line);
            writer.key("row").begin_object();
            for (const auto& [name, value] : row.columns) {
                writer.key(name).text(value);
            }
            writer.end_object();
            writer.end_object();
        }
        writer.end_array();
        put_books(writer, document);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

struct ExplainOptions {
    std::string document_id;
    std::string contract_id;  ///< empty: any
    config::CommandLine settings;
};

void declare_explain(Arguments& arguments, ExplainOptions& options) {
    arguments.positional("DOCUMENT_ID", options.document_id, "document id, as in the ledger").required();
    arguments.text("--contract", "ID", options.contract_id, "only this contract's document of that id");
    arguments.text("--out", "DIR", options.settings.out, "folder that the months are published in (default: out)");
    declare_service(arguments, options.settings);
}

ExitCode run_explain(CommandContext& context, const ExplainOptions& options) {
    const config::Job job = load_job(context, options.settings, config::Need::no_credentials);
    const auto documents = pipeline::explain_document(job, options.document_id, options.contract_id);
    if (context.talk.json) {
        context.out.write(documents_json(documents));
        return ExitCode::complete;
    }
    std::string text;
    for (const ExplainedDocument& document : documents) {
        text += (text.empty() ? "" : "\n") + document_text(document);
    }
    context.out.write(text);
    return ExitCode::complete;
}

}  // namespace

Command explain_command() {
    return with_options({.name = "explain",
                         .help = "one document from what the service said to its row in the ledger; calls nothing",
                         .examples = "  moisson explain 61a0c3\n"
                                     "  moisson explain 61a0c3 --contract OCB0001234 --json\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local, ExitCode::locked}},
                        declare_explain, run_explain);
}

}  // namespace moisson::cli

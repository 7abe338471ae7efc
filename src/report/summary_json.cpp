/// summary.json: the run for machines, and its seal.

#include <algorithm>

#include "base/digest.hpp"
#include "base/gate.hpp"
#include "base/version.hpp"
#include "domain/verdict.hpp"
#include "report/json.hpp"
#include "report/report.hpp"
#include "report/summary_members.hpp"
#include "report/text.hpp"

namespace moisson::report {

namespace {

constexpr int schema_version = 1;
constexpr std::string_view seal_before = "  \"seal\": \"";
constexpr std::string_view seal_after = "\"\n}\n";
constexpr std::size_t sha256_hex_length = 64;

void write_causes(Json& json, const std::vector<Cause>& causes) {
    json.array("causes");
    for (const Cause& cause : causes) {
        json.object();
        json.member("code", cause.code);
        json.member("count", cause.count);
        json.member("text", in_words(Language::english, cause));
        if (!cause.amounts.empty()) {
            json.texts("amounts", cause.amounts);
        }
        json.flag("of_run", cause.of_run);
        json.end_object();
    }
    json.end_array();
}

/// The git description belongs to the run, not to the archive: a new build of the same version leaves a month's bundle as it is.
void write_head(Json& json, const RunSummary& summary, SummaryKind kind) {
    json.member("schema", std::uint64_t{schema_version});
    json.object("tool");
    json.member("name", program_name);
    json.member("version", version());
    if (kind == SummaryKind::published) {
        json.member("git", git_description());
    }
    json.end_object();
    if (kind == SummaryKind::published) {
        json.member("run_id", summary.run_id);
    }
    json.member("period", summary.period.to_text());
    if (kind == SummaryKind::published) {
        json.member("started_at", format_timestamp(summary.started_at));
        json.member("finished_at", format_timestamp(summary.finished_at));
    }
    // The archive says nothing of this run's credentials: they come and go with the calendar.
    const std::vector<Cause> causes = kind == SummaryKind::published ? causes_of(summary) : causes_of_data(summary);
    const ExitCode exit_code = kind == SummaryKind::published ? summary.exit_code : exit_code_of(causes);
    json.member("verdict", verdict_of(summary, exit_code));
    json.member("exit_code", static_cast<std::uint64_t>(exit_code));
    write_causes(json, causes);
    if (!summary.view.is_whole()) {
        json.member("view", publication_name(summary.period, summary.view));
    }
    json.member("contracts", summary.contracts);
}

void write_documents(Json& json, const DocumentCounts& documents, SummaryKind kind) {
    json.object("documents");
    if (kind == SummaryKind::published) {
        json.member("listed", documents.listed);
    }
    json.member("rows", documents.rows);
    json.member("counted", documents.counted);
    json.member("ok", documents.ok);
    json.member("not_ready", documents.not_ready);
    json.member("failed", documents.failed);
    json.member("skipped", documents.skipped);
    if (kind == SummaryKind::published) {
        json.member("downloaded", documents.downloaded);
        json.member("reused", documents.reused);
    }
    json.end_object();
}

void write_requests(Json& json, const RequestCounts& requests) {
    json.object("requests");
    json.member("token", requests.token);
    json.member("contracts", requests.contracts);
    json.member("lists", requests.lists);
    json.member("files", requests.files);
    json.member("retries", requests.retries);
    json.member("throttled", requests.throttled);
    json.member("bytes_received", requests.bytes_received);
    json.end_object();
}

void write_totals(Json& json, const std::vector<CurrencyTotal>& totals) {
    json.array("totals");
    for (const CurrencyTotal& total : totals) {
        json.object();
        json.member("currency", total.total.currency.code());
        json.member("amount", to_decimal(total.total));
        json.member("documents", total.documents);
        json.member("credits", total.credits);
        json.end_object();
    }
    json.end_array();
}

/// Where the job says whose books these are.
void write_organization(Json& json, const Organization& organization) {
    if (organization != Organization()) {
        json.object("organization");
        json.member("name", organization.name);
        json.member("siren", organization.siren);
        json.end_object();
    }
}

void write_perimeters(Json& json, const RunSummary& summary) {
    if (summary.perimeters.empty()) {
        return;
    }
    json.array("perimeters");
    for (const PerimeterSummary& one : summary.perimeters) {
        json.object();
        json.member("name", one.name);
        json.flag("listed", one.listed);
        json.member("contracts", one.contracts);
        json.member("rows", one.rows);
        write_totals(json, one.totals);
        write_organization(json, one.organization);
        json.end_object();
    }
    json.end_array();
}

/// How many are listed in all grows with later months: published, not archived.
void write_types(Json& json, const ContractCompleteness& entry, SummaryKind kind) {
    json.object("types");
    for (const auto& [type, counts] : entry.by_type) {
        if (kind == SummaryKind::archived && counts.in_period == 0) {
            continue;
        }
        json.object(repair_utf8(type));
        if (kind == SummaryKind::published) {
            json.member("listed", counts.listed);
        }
        json.member("in_period", counts.in_period);
        json.member("final", counts.final_);
        json.member("counted", counts.counted);
        json.member("files_ok", counts.files_ok);
        json.member("files_missing", counts.files_missing);
        json.end_object();
    }
    json.end_object();
}

void write_expected(Json& json, const ContractCompleteness& entry) {
    json.array("expected");
    for (const Expectation& expected : entry.expected) {
        json.object();
        json.member("month", expected.month.to_text());
        json.member("document_type", expected.type);
        json.member("due", to_text(expected.due));
        if (expected.issued) {
            json.member("issued", to_text(*expected.issued));
        } else {
            json.null("issued");
        }
        json.member("status", to_text(expected.status));
        json.member("source", expected.source);
        json.end_object();
    }
    json.end_array();
}

void write_completeness(Json& json, const RunSummary& summary, SummaryKind kind) {
    json.array("completeness");
    const std::vector<ContractVerdict> verdicts = contract_verdicts(summary);
    for (std::size_t at = 0; at < verdicts.size(); ++at) {
        const ContractCompleteness& entry = summary.completeness[at];
        json.object();
        json.member("contract_id", entry.contract->id);
        json.member("contract_name", entry.contract->name);
        if (!summary.perimeters.empty()) {
            json.member("perimeter", entry.contract->perimeter);
        }
        json.member("verdict", verdicts[at].word);
        json.member("list", to_text(entry.verdict));
        json.member("reason", reason_of(Language::english, entry, verdicts[at]));
        if (kind == SummaryKind::published) {
            json.member("listed", entry.listed);
        }
        json.member("in_period", entry.in_period);
        json.member("files_ok", entry.files_ok);
        json.member("files_missing", entry.files_missing);
        write_types(json, entry, kind);
        write_expected(json, entry);
        if (kind == SummaryKind::published) {
            json.object("by_type");
            for (const auto& [type, count] : entry.listed_by_type) {
                json.member(repair_utf8(type), count);
            }
            json.end_object();
            json.flag("type_by_type", entry.type_by_type);
        }
        json.end_object();
    }
    json.end_array();
}

void write_findings(Json& json, const RunSummary& summary, SummaryKind kind) {
    json.array("findings");
    const auto write = [&](const Finding& finding) {
        json.object();
        json.member("code", finding.code);
        json.member("severity", to_text(finding.severity()));
        json.member("contract_id", finding.contract_id);
        json.member("document_id", finding.document_id);
        json.member("message", kind == SummaryKind::published ? finding.in_full().english() : finding.message.english());
        if (kind == SummaryKind::published && !finding.request_id.empty()) {
            json.member("request_id", finding.request_id);
        }
        json.end_object();
    };
    if (kind == SummaryKind::published) {
        std::for_each(summary.run_findings.begin(), summary.run_findings.end(), write);
    }
    std::for_each(summary.findings.begin(), summary.findings.end(), write);
    json.end_array();
}

void write_files(Json& json, const RunSummary& summary) {
    json.array("files");
    for (const PublishedFile& file : summary.files) {
        json.object();
        json.member("path", file.path);
        json.member("size_bytes", file.size_bytes);
        json.member("sha256", file.sha256);
        json.end_object();
    }
    json.end_array();
}

void write_months(Json& json, const RunSummary& summary) {
    json.array("months");
    for (const MonthSum& entry : sums_by_month(summary)) {
        json.object();
        json.member("month", entry.month.to_text());
        json.member("currency", entry.sum.money.currency.code());
        if (entry.sum.fits) {
            json.member("amount", to_decimal(entry.sum.money));
        } else {
            json.null("amount");
        }
        json.member("documents", entry.sum.documents);
        json.end_object();
    }
    json.end_array();
}

/// What is not known is null.
void write_credentials(Json& json, const CredentialHorizon& credentials) {
    const auto day = [&](std::string_view name, const std::optional<std::chrono::sys_days>& value) {
        value ? json.member(name, to_text(std::chrono::year_month_day{*value})) : json.null(name);
    };
    const auto count = [&](std::string_view name, const std::optional<std::int64_t>& value) {
        value ? json.member(name, *value) : json.null(name);
    };
    const auto seconds = [](const std::optional<std::chrono::seconds>& span) {
        return span ? std::optional<std::int64_t>(span->count()) : std::nullopt;
    };
    json.object("credentials");
    json.member("api_key_date", to_text(credentials.api_key_date));
    day("api_key_since", credentials.api_key_since);
    day("api_key_ends", credentials.api_key_ends);
    count("api_key_days_left", credentials.api_key_days_left);
    count("token_life_seconds", seconds(credentials.token_life));
    count("clock_offset_seconds", seconds(credentials.clock_offset));
    json.end_object();
}

/// An extra: never in the place of `totals`, and absent where the job has no reporting currency.
void write_reporting_total(Json& json, const RunSummary& summary) {
    if (!summary.reporting) {
        return;
    }
    const ReportingTotal& reporting = *summary.reporting;
    json.object("reporting_total");
    json.member("currency", reporting.total.currency.code());
    json.member("amount", to_decimal(reporting.total));
    json.member("documents", reporting.documents);
    json.member("documents_without_rate", reporting.documents_missing);
    json.member("rate_rule", reporting.rate_rule);
    json.member("rates", reporting.rates_file);
    json.member("rates_sha256", reporting.rates_sha256);
    json.end_object();
}

/// Contracts that are counted by another rule than `counting_rule`.
void write_counting_uses(Json& json, const RunSummary& summary) {
    json.array("counting_rules");
    for (const CountingUse& use : summary.counting_uses) {
        json.object();
        json.member("rule", use.rule.english());
        json.texts("types", use.types);
        json.texts("contracts", use.contracts);
        json.end_object();
    }
    json.end_array();
}

/// What the job file decides where only the user can tell whether a document counts.
void write_decisions(Json& json, const RunSummary& summary) {
    json.object("decisions");
    json.array("types");
    for (const TypeDecision& one : summary.type_decisions) {
        json.object();
        json.member("type", one.type);
        json.member("counts_as", one.counts_as);
        json.member("reason", one.reason);
        json.end_object();
    }
    json.end_array();
    json.array("withdrawn");
    for (const WithdrawnDecision& one : summary.withdrawn_decisions) {
        json.object();
        json.texts("documents", one.documents);
        json.texts("contracts", one.contracts);
        json.flag("counts", one.counts);
        json.member("reason", one.reason);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

/// Consumption that was read line by line, and where it does not add up to what is billed.
void write_usage(Json& json, const RunSummary& summary) {
    const UsageSummary& usage = summary.usage;
    if (usage.documents.empty()) {
        return;
    }
    json.object("usage");
    json.member("documents", static_cast<std::uint64_t>(usage.documents.size()));
    json.member("lines", usage.lines);
    json.member("counted_lines", usage.counted_lines);
    json.array("totals");
    for (const UsageSum& sum : usage.totals) {
        const int digits = std::max(0, sum.currency.minor_digits());
        json.object();
        json.member("currency", sum.currency.code());
        json.member("lines", sum.lines);
        json.member("amount", to_short_decimal(sum.amount, digits));
        json.member("discounted_amount", to_short_decimal(sum.discounted, digits));
        json.end_object();
    }
    json.end_array();
    json.member("compared", usage.compared);
    json.array("differences");
    for (const UsageDifference& difference : usage.differences) {
        const int digits = std::max(0, difference.currency.minor_digits());
        json.object();
        json.member("contract_id", difference.contract->id);
        json.member("first_month", difference.first_month.to_text());
        json.member("last_month", difference.last_month.to_text());
        json.member("currency", difference.currency.code());
        json.member("usage", to_short_decimal(difference.usage, digits));
        json.member("billed", to_short_decimal(difference.billed, digits));
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_closed_totals(Json& json, std::string_view name, const std::vector<ClosedTotal>& totals) {
    json.array(name);
    for (const ClosedTotal& total : totals) {
        json.object();
        json.member("currency", total.total.currency.code());
        json.member("amount", to_decimal(total.total));
        json.member("documents", total.documents);
        json.end_object();
    }
    json.end_array();
}

void write_closed_months(Json& json, const RunSummary& summary) {
    json.array("closed_months");
    for (const ClosedMonth& month : summary.closed_months) {
        json.object();
        json.member("period", month.period.to_text());
        json.member("revision", std::uint64_t{month.revision});
        json.member("closed_at", format_timestamp_seconds(month.closed_at));
        json.member("closed_by", month.closed_by);
        json.member("ledger_sha256", month.ledger_sha256);
        json.member("rows", month.rows);
        json.member("counted", month.counted);
        json.member("verdict", month.verdict);
        json.member("reason", month.reason);
        json.member("addenda_before", std::uint64_t{month.addenda_before});
        write_closed_totals(json, "totals", month.totals);
        json.end_object();
    }
    json.end_array();
}

void write_addenda(Json& json, const RunSummary& summary) {
    json.array("addenda");
    for (const AddendumSum& addendum : summary.addendum_sums) {
        json.object();
        json.member("file", addendum.file);
        json.member("period", addendum.period.to_text());
        json.member("booking_period", addendum.booking_period.to_text());
        json.member("rows", addendum.rows);
        write_closed_totals(json, "differences", addendum.differences);
        json.end_object();
    }
    json.end_array();
}

/// The bundle of the folder says the same in its books; here it is found without opening that.
void write_chain(Json& json, const RunSummary& summary) {
    if (!summary.chain) {
        return;
    }
    const ChainPlace& place = *summary.chain;
    json.object("chain");
    json.member("number", std::uint64_t{place.number});
    if (place.previous) {
        json.object("previous");
        json.member("folder", place.previous->folder);
        json.member("bundle_sha256", place.previous->bundle_sha256);
        json.end_object();
    } else {
        json.null("previous");
    }
    json.member("closings", place.closings);
    json.member("closings_sha256", place.closings_sha256);
    json.end_object();
}

/// Whose books these are, and until when they are to be kept.
void write_record_keeping(Json& json, const RunSummary& summary) {
    write_organization(json, summary.organization);
    if (!summary.retention) {
        return;
    }
    const Retention& retention = *summary.retention;
    json.object("retention");
    json.member("fiscal_year_end", to_text(retention.fiscal_year_end));
    json.member("years", static_cast<std::uint64_t>(retention.years));
    if (retention.at_least) {
        json.member("at_least", to_text(*retention.at_least));
    } else {
        json.null("at_least");
    }
    json.member("until", to_text(retention.until));
    json.end_object();
}

void write_context(Json& json, const RunSummary& summary) {
    json.member("source", summary.source);
    json.object("filters");
    json.texts("contracts", summary.view.contracts);
    json.texts("types", summary.view.types);
    if (!summary.view.perimeters.empty()) {
        json.texts("perimeters", summary.view.perimeters);
    }
    json.flag("files", summary.view.files);
    json.end_object();
    json.member("counting_rule", summary.counting_rule.english());
    write_counting_uses(json, summary);
    write_decisions(json, summary);
    json.member("data_date", format_timestamp_seconds(summary.data_date));
    write_record_keeping(json, summary);
}

}  // namespace

std::string summary_json(const RunSummary& summary, SummaryKind kind) {
    Json json;
    json.object();
    write_head(json, summary, kind);
    write_documents(json, summary.documents, kind);
    if (kind == SummaryKind::published) {
        write_requests(json, summary.requests);
    }
    write_totals(json, summary.totals);
    write_perimeters(json, summary);
    write_completeness(json, summary, kind);
    write_findings(json, summary, kind);
    if (kind == SummaryKind::published) {
        write_files(json, summary);
    }
    write_months(json, summary);
    write_closed_months(json, summary);
    write_addenda(json, summary);
    write_reporting_total(json, summary);
    write_usage(json, summary);
    write_context(json, summary);
    if (kind == SummaryKind::published) {
        write_to_do(json, summary);
        write_history(json, summary);
        write_changes(json, summary);
        write_inbox(json, summary);
        write_credentials(json, summary.credentials);
        write_chain(json, summary);
    }
    json.end_object();
    std::string text = gated_json(json.take());
    if (kind == SummaryKind::archived) {
        return text + '\n';
    }
    text.resize(text.size() - std::string_view("\n}").size());
    text += ",\n";
    const std::string seal = sha256_hex(text);
    return text.append(seal_before).append(seal).append(seal_after);
}

std::string members_of_workbook(const RunSummary& summary) {
    Json json;
    json.object();
    write_to_do(json, summary);
    write_history(json, summary);
    json.end_object();
    const std::string text = gated_json(json.take());
    constexpr std::string_view begin = "{\n";
    constexpr std::string_view end = "\n}";
    return text.size() > begin.size() + end.size() ? text.substr(begin.size(), text.size() - begin.size() - end.size()) : std::string();
}

bool seal_holds(const std::string& summary_json_text) {
    const std::size_t length = seal_before.size() + sha256_hex_length + seal_after.size();
    if (summary_json_text.size() <= length) {
        return false;
    }
    const std::string_view text = summary_json_text;
    const std::string_view prefix = text.substr(0, text.size() - length);
    std::string expected(seal_before);
    expected.append(sha256_hex(prefix)).append(seal_after);
    return text.substr(prefix.size()) == expected;
}

}  // namespace moisson::report

#include "report/metrics.hpp"

#include <array>
#include <charconv>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/gate.hpp"
#include "base/version.hpp"
#include "domain/verdict.hpp"
#include "report/text.hpp"

namespace moisson::report {

namespace {

constexpr std::string_view last_success_name = "moisson_last_success_timestamp_seconds";
constexpr std::size_t earlier_bytes_max = 1U << 20U;

/// A label's value, fit to be printed; backslash, quote and line end escaped, as the format asks.
std::string label_value(std::string_view text) {
    std::string value;
    for (const char letter : gated_text(text)) {
        switch (letter) {
            case '\\': value += "\\\\"; break;
            case '"': value += "\\\""; break;
            case '\n': value += "\\n"; break;
            default: value += letter;
        }
    }
    return value;
}

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Families in the order of the calls, each with its samples together.
class Writer {
public:
    explicit Writer(std::string_view export_name) : base_(fmt::format("export=\"{}\"", label_value(export_name))) {}

    void family(std::string_view name, std::string_view help) {
        name_ = name;
        text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
    }
    void sample(std::string_view value, const Labels& labels = {}) {
        text_ += fmt::format("{}{{{}", name_, base_);
        for (const auto& [name, label] : labels) {
            text_ += fmt::format(",{}=\"{}\"", name, label_value(label));
        }
        text_ += fmt::format("}} {}\n", value);
    }
    void sample(std::uint64_t value, const Labels& labels = {}) { sample(fmt::to_string(value), labels); }
    void one(std::string_view name, std::string_view help, std::string_view value) {
        family(name, help);
        sample(value);
    }
    void one(std::string_view name, std::string_view help, std::uint64_t value) { one(name, help, fmt::to_string(value)); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string base_;
    std::string_view name_;
    std::string text_;
};

/// Seconds with milliseconds: "1795348800.250".
std::string seconds_text(std::chrono::milliseconds span) {
    const std::string sign = span.count() < 0 ? "-" : "";
    const std::int64_t millis = span.count() < 0 ? -span.count() : span.count();
    return fmt::format("{}{}.{:03}", sign, millis / 1000, millis % 1000);
}

bool is_success(ExitCode code) noexcept { return code == ExitCode::complete || code == ExitCode::nothing_new; }

void write_run(Writer& writer, const RunMetrics& metrics) {
    const std::string_view verdict =
        metrics.summary != nullptr ? verdict_of(*metrics.summary, metrics.exit_code) : verdict_of(metrics.exit_code);
    writer.family("moisson_run_info", "The last export: version, period and verdict as labels; always 1.");
    writer.sample(std::uint64_t{1}, {{"version", version()}, {"period", metrics.period}, {"verdict", verdict}});
    writer.one("moisson_run_exit_code", "Exit code of the last export; 0 and 9 are successes.",
               fmt::to_string(static_cast<int>(metrics.exit_code)));
    writer.one("moisson_run_success", "1 when the last export was a success (exit code 0 or 9).", is_success(metrics.exit_code) ? 1U : 0U);
    writer.one("moisson_run_start_timestamp_seconds", "When the last export began.", seconds_text(metrics.started_at.time_since_epoch()));
    writer.one("moisson_run_end_timestamp_seconds", "When the last export ended.", seconds_text(metrics.finished_at.time_since_epoch()));
    writer.one("moisson_run_duration_seconds", "How long the last export took.", seconds_text(metrics.finished_at - metrics.started_at));
    // Who waits for the month must not be told that it came when only a part of it was looked at.
    const bool is_view = metrics.summary != nullptr && !metrics.summary->view.is_whole();
    const auto success = is_success(metrics.exit_code) && !is_view ? std::optional(metrics.finished_at) : metrics.last_success;
    if (success) {
        writer.one(last_success_name, "When an export last ended as a success.", seconds_text(success->time_since_epoch()));
    }
}

void write_documents(Writer& writer, const RunSummary& summary) {
    writer.family("moisson_contracts", "Contracts of the last export, by how their document lists ended.");
    std::map<Completeness, std::uint64_t> contracts;
    for (const ContractCompleteness& one : summary.completeness) {
        ++contracts[one.verdict];
    }
    for (const Completeness verdict :
         {Completeness::complete, Completeness::unproven, Completeness::capped, Completeness::forbidden, Completeness::failed,
          Completeness::unknown_answer}) {
        writer.sample(contracts[verdict], {{"completeness", to_text(verdict)}});
    }
    const DocumentCounts& documents = summary.documents;
    writer.family("moisson_documents", "Rows of the ledger, by the status of their files.");
    writer.sample(documents.ok, {{"status", "ok"}});
    writer.sample(documents.not_ready, {{"status", "not-ready"}});
    writer.sample(documents.failed, {{"status", "failed"}});
    writer.sample(documents.skipped, {{"status", "skipped"}});
    writer.one("moisson_documents_listed", "Documents that the service listed, all months.", documents.listed);
    writer.one("moisson_documents_counted", "Rows of the ledger that count in the totals.", documents.counted);
    writer.one("moisson_documents_downloaded", "Files that the last export fetched.", documents.downloaded);
}

void write_requests(Writer& writer, const RequestCounts& requests) {
    writer.family("moisson_requests", "Calls of the last export, by what they asked for.");
    writer.sample(requests.token, {{"kind", "token"}});
    writer.sample(requests.contracts, {{"kind", "contracts"}});
    writer.sample(requests.lists, {{"kind", "lists"}});
    writer.sample(requests.files, {{"kind", "files"}});
    writer.one("moisson_requests_repeated", "Calls of the last export that were repeated.", requests.retries);
    writer.one("moisson_requests_throttled", "Calls of the last export that the service throttled.", requests.throttled);
    writer.one("moisson_received_bytes", "Bytes that the last export received.", requests.bytes_received);
}

/// Severities always, so that an alert has a series to look at; codes where there are findings.
void write_findings(Writer& writer, const RunSummary& summary) {
    std::map<FindingCode, std::uint64_t> codes;
    std::map<Severity, std::uint64_t> severities;
    for (const std::vector<Finding>* findings : {&summary.findings, &summary.run_findings}) {
        for (const Finding& finding : *findings) {
            ++codes[finding.code];
            ++severities[finding.severity()];
        }
    }
    writer.family("moisson_findings_by_severity", "Findings of the last export, by severity.");
    for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
        writer.sample(severities[severity], {{"severity", to_text(severity)}});
    }
    if (codes.empty()) {
        return;
    }
    writer.family("moisson_findings", "Findings of the last export, by code.");
    for (const auto& [code, count] : codes) {
        writer.sample(count, {{"code", code.text()}, {"severity", to_text(code.kind().severity)}});
    }
}

void write_totals(Writer& writer, const RunSummary& summary) {
    if (summary.totals.empty()) {
        return;
    }
    writer.family("moisson_total_amount", "Sum of the counted documents by currency; for watching, not for books.");
    for (const CurrencyTotal& total : summary.totals) {
        writer.sample(to_decimal(total.total), {{"currency", total.total.currency.code()}});
    }
    writer.family("moisson_total_documents", "Documents in that sum.");
    for (const CurrencyTotal& total : summary.totals) {
        writer.sample(total.documents, {{"currency", total.total.currency.code()}});
    }
}

/// Beside the sums of all, under names of their own: whoever adds up a metric must not add the same documents twice.
void write_perimeters(Writer& writer, const RunSummary& summary) {
    if (summary.perimeters.empty()) {
        return;
    }
    const auto write = [&](std::string_view name, std::string_view help, auto value_of) {
        writer.family(name, help);
        for (const PerimeterSummary& one : summary.perimeters) {
            writer.sample(value_of(one), {{"perimeter", one.name}});
        }
    };
    write("moisson_perimeter_listed", "1 when the perimeter's login could list its contracts.",
          [](const PerimeterSummary& one) { return std::uint64_t{one.listed ? 1U : 0U}; });
    write("moisson_perimeter_contracts", "Contracts of the last export, by perimeter.",
          [](const PerimeterSummary& one) { return one.contracts; });
    write("moisson_perimeter_rows", "Rows of the ledger, by perimeter.", [](const PerimeterSummary& one) { return one.rows; });
    writer.family("moisson_perimeter_total_amount", "Sum of the counted documents by perimeter and currency; for watching, not for books.");
    for (const PerimeterSummary& one : summary.perimeters) {
        for (const CurrencyTotal& total : one.totals) {
            writer.sample(to_decimal(total.total), {{"perimeter", one.name}, {"currency", total.total.currency.code()}});
        }
    }
}

void write_credentials(Writer& writer, const RunMetrics& metrics) {
    const CredentialHorizon& credentials = metrics.summary != nullptr ? metrics.summary->credentials : metrics.credentials;
    if (credentials.api_key_ends) {
        const Timestamp end{*credentials.api_key_ends};
        writer.family(
            "moisson_api_key_expiry_timestamp_seconds",
            "When the API key's two years are over; the latest possible time unless its day is known from the job file (date=issued).");
        Labels labels{{"date", to_text(credentials.api_key_date)}};
        if (!credentials.perimeter.empty()) {
            labels.emplace_back("perimeter", credentials.perimeter);
        }
        writer.sample(seconds_text(end.time_since_epoch()), labels);
        writer.one("moisson_api_key_left_seconds", "Life left to the API key at the end of the last export; negative when it is over.",
                   seconds_text(end - metrics.finished_at));
    }
    if (credentials.token_life) {
        writer.one("moisson_token_life_seconds", "Life of a token as the service names it.", seconds_text(*credentials.token_life));
    }
    if (credentials.clock_offset) {
        writer.one("moisson_clock_offset_seconds", "This machine's clock less the service's.", seconds_text(*credentials.clock_offset));
    }
}

/// "1795348800.250" as it is written here; anything else is not ours.
std::optional<Timestamp> parse_seconds(std::string_view text) {
    std::int64_t whole = 0;
    unsigned millis = 0;
    const char* const end = text.data() + text.size();
    const auto [dot, problem] = std::from_chars(text.data(), end, whole);
    constexpr std::int64_t whole_max = 253'402'300'799;  // 9999-12-31
    if (problem != std::errc{} || whole < 0 || whole > whole_max || end - dot != 4 || *dot != '.') {
        return std::nullopt;
    }
    const auto [stop, second_problem] = std::from_chars(dot + 1, end, millis);
    if (second_problem != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return Timestamp{std::chrono::seconds(whole) + std::chrono::milliseconds(millis)};
}

}  // namespace

std::string metrics_text(const RunMetrics& metrics) {
    Writer writer(metrics.export_name);
    write_run(writer, metrics);
    if (metrics.summary != nullptr) {
        write_documents(writer, *metrics.summary);
        write_requests(writer, metrics.summary->requests);
        write_findings(writer, *metrics.summary);
        write_totals(writer, *metrics.summary);
        write_perimeters(writer, *metrics.summary);
    }
    write_credentials(writer, metrics);
    return writer.take();
}

std::optional<Timestamp> last_success_of(std::string_view metrics_text) {
    std::string_view rest = metrics_text.substr(0, earlier_bytes_max);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        const std::size_t blank = line.rfind(' ');
        if (line.starts_with(last_success_name) && blank != std::string_view::npos) {
            return parse_seconds(line.substr(blank + 1));
        }
    }
    return std::nullopt;
}

std::string export_name_of(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
    if (name.ends_with(".prom")) {
        name.remove_suffix(std::string_view(".prom").size());
    }
    return std::string(name);
}

}  // namespace moisson::report

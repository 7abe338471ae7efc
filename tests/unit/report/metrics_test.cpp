/// The metrics file as text: what stands in it, what does not, and how an earlier one is read.

#include "report/metrics.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::report;

namespace {

Timestamp at(const char* text) { return *parse_timestamp(text); }

RunMetrics ended(ExitCode code) {
    RunMetrics metrics;
    metrics.export_name = "moisson";
    metrics.period = "2026-10";
    metrics.exit_code = code;
    metrics.started_at = at("2026-11-01T02:00:00.000Z");
    metrics.finished_at = at("2026-11-01T02:01:30.250Z");
    return metrics;
}

bool has(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

}  // namespace

TEST_CASE("an alert would have nothing to look at after a run that failed before it had a summary") {
    const std::string text = metrics_text(ended(ExitCode::refused));
    CHECK(has(text, "moisson_run_exit_code{export=\"moisson\"} 4"));
    CHECK(has(text, "moisson_run_success{export=\"moisson\"} 0"));
    CHECK(has(text, "moisson_run_duration_seconds{export=\"moisson\"} 90.250"));
    CHECK(has(text, "moisson_run_end_timestamp_seconds{export=\"moisson\"} 1793498490.250"));
    CHECK(text.find("moisson_documents") == std::string::npos);
    CHECK(text.find("moisson_last_success") == std::string::npos);
    CHECK(text.back() == '\n');
}

TEST_CASE("the last success would be forgotten in a failure, or a failure be taken for one") {
    RunMetrics failed = ended(ExitCode::unavailable);
    failed.last_success = at("2026-10-01T02:01:30.250Z");
    CHECK(last_success_of(metrics_text(failed)) == failed.last_success);
    CHECK(last_success_of(metrics_text(ended(ExitCode::incomplete))) == std::nullopt);
    for (const ExitCode code : {ExitCode::complete, ExitCode::nothing_new}) {
        RunMetrics good = ended(code);
        good.last_success = at("2026-10-01T02:01:30.250Z");
        CHECK(last_success_of(metrics_text(good)) == good.finished_at);
    }
}

TEST_CASE("another file would be taken for an earlier success, or crash the run") {
    const std::string name = "moisson_last_success_timestamp_seconds{export=\"m\"} ";
    CHECK(last_success_of(name + "1793498490.250\n") == at("2026-11-01T02:01:30.250Z"));
    CHECK(last_success_of(name + "1793498490.250") == at("2026-11-01T02:01:30.250Z"));
    for (const std::string& bad : {std::string(), std::string(" "), std::string("-1.000"), std::string("1.0000"), std::string("1.00"),
                                   std::string("1e9"), std::string("NaN"), std::string("99999999999999999999.000"),
                                   std::string("253402300800.000"), std::string("12.-34"), std::string("1793498490")}) {
        CAPTURE(bad);
        CHECK(last_success_of(name + bad + "\n") == std::nullopt);
    }
    CHECK(last_success_of("") == std::nullopt);
    CHECK(last_success_of("# HELP moisson_last_success_timestamp_seconds 1.000\n") == std::nullopt);
    CHECK(last_success_of(std::string(3U << 20U, 'x')) == std::nullopt);
}

TEST_CASE("a name from outside would break the file for every reader") {
    RunMetrics metrics = ended(ExitCode::complete);
    metrics.export_name = "a\"b\\c\nd\xff";
    CHECK(has(metrics_text(metrics), "moisson_run_exit_code{export=\"a\\\"b\\\\c\\nd\\\\xff\"} 0"));
    CHECK(export_name_of("/var/lib/node_exporter/moisson.prom") == "moisson");
    CHECK(export_name_of("moisson.prom") == "moisson");
    CHECK(export_name_of("metrics.txt") == "metrics.txt");
    CHECK(export_name_of("prom/") == "");
}

TEST_CASE("a login that was refused would not be seen beside the others") {
    RunSummary summary;
    summary.perimeters.push_back({"north", true, 3, 12, {CurrencyTotal{Money{-150, *find_currency("EUR")}, 2, 1}}, {}});
    summary.perimeters.push_back({"so\"uth", false, 0, 0, {}, {}});
    summary.credentials.perimeter = "north";
    set_api_key_date(summary.credentials, KeyDate::first_seen, std::chrono::sys_days{std::chrono::year{2024} / 12 / 1},
                     std::chrono::sys_days{std::chrono::year{2026} / 11 / 1});
    RunMetrics metrics = ended(ExitCode::incomplete);
    CHECK(metrics_text(metrics).find("perimeter") == std::string::npos);
    metrics.summary = &summary;
    const std::string text = metrics_text(metrics);
    CHECK(has(text, "moisson_perimeter_listed{export=\"moisson\",perimeter=\"north\"} 1"));
    CHECK(has(text, "moisson_perimeter_listed{export=\"moisson\",perimeter=\"so\\\"uth\"} 0"));
    CHECK(has(text, "moisson_perimeter_contracts{export=\"moisson\",perimeter=\"north\"} 3"));
    CHECK(has(text, "moisson_perimeter_rows{export=\"moisson\",perimeter=\"north\"} 12"));
    CHECK(has(text, "moisson_perimeter_total_amount{export=\"moisson\",perimeter=\"north\",currency=\"EUR\"} -1.50"));
    CHECK(has(text, "moisson_api_key_expiry_timestamp_seconds{export=\"moisson\",date=\"first-seen\",perimeter=\"north\"} 1796083200.000"));
}

TEST_CASE("sums would cross currencies or be rounded, and a key's end be wrong") {
    RunSummary summary;
    summary.totals = {CurrencyTotal{Money{-150, *find_currency("EUR")}, 2, 1},
                      CurrencyTotal{Money{9007199254740993, *find_currency("JPY")}, 1, 0}};
    summary.findings = {make_finding("credit-note"), make_finding("credit-note"), make_finding("list-capped")};
    summary.run_findings = {make_finding("api-key-expires-soon")};
    set_api_key_date(summary.credentials, KeyDate::first_seen, std::chrono::sys_days{std::chrono::year{2024} / 12 / 1},
                     std::chrono::sys_days{std::chrono::year{2026} / 11 / 1});
    summary.credentials.clock_offset = std::chrono::seconds(-7);
    RunMetrics metrics = ended(ExitCode::incomplete);
    metrics.summary = &summary;
    const std::string text = metrics_text(metrics);
    CHECK(has(text, "moisson_total_amount{export=\"moisson\",currency=\"EUR\"} -1.50"));
    CHECK(has(text, "moisson_total_amount{export=\"moisson\",currency=\"JPY\"} 9007199254740993"));
    CHECK(has(text, "moisson_findings{export=\"moisson\",code=\"credit-note\",severity=\"info\"} 2"));
    CHECK(has(text, "moisson_findings{export=\"moisson\",code=\"api-key-expires-soon\",severity=\"warning\"} 1"));
    CHECK(has(text, "moisson_findings_by_severity{export=\"moisson\",severity=\"error\"} 1"));
    CHECK(has(text, "moisson_contracts{export=\"moisson\",completeness=\"forbidden\"} 0"));
    CHECK(has(text, "moisson_api_key_expiry_timestamp_seconds{export=\"moisson\",date=\"first-seen\"} 1796083200.000"));
    CHECK(has(text, "moisson_clock_offset_seconds{export=\"moisson\"} -7.000"));
    CHECK(text.find("moisson_token_life_seconds") == std::string::npos);
}

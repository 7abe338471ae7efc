#pragma once
/// The end of an export as Prometheus metrics, for node_exporter's textfile collector. Pure text from values.
///
/// Format: Prometheus text exposition 0.0.4, UTF-8, LF, no timestamps (the collector refuses them). Every metric is a gauge: the file shows
/// the last run, it does not count over runs.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "domain/run_summary.hpp"

namespace moisson::report {

struct RunMetrics {
    std::string export_name;  ///< label `export` on every line, so that the files of several exports in one folder do not clash
    std::string period;       ///< "2026-10", or the name of a view of it; empty when the job was not read
    ExitCode exit_code = ExitCode::internal;
    Timestamp started_at;
    Timestamp finished_at;
    std::optional<Timestamp> last_success;  ///< of an earlier run, from its metrics; this run's end replaces it when it is a success
    const RunSummary* summary = nullptr;    ///< null: the run ended before it had one
    CredentialHorizon credentials;          ///< what is known of them without a summary
};

/// Amounts are written as exact decimals; Prometheus reads them as binary floating point, so they are for watching, not for books.
[[nodiscard]] std::string metrics_text(const RunMetrics& metrics);

/// The last success that an earlier metrics file names; empty when it names none or is no such file. Bounded work on any text.
[[nodiscard]] std::optional<Timestamp> last_success_of(std::string_view metrics_text);

/// The name of a metrics file without folder and ".prom".
[[nodiscard]] std::string export_name_of(std::string_view path);

}  // namespace moisson::report

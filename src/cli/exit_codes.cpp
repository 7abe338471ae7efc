#include "cli/exit_codes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::cli {

std::string_view meaning_of(ExitCode code) noexcept {
    switch (code) {
        case ExitCode::complete: return "everything listed, downloaded, reconciled, published";
        case ExitCode::internal: return "a bug";
        case ExitCode::usage: return "command line or job file wrong; nothing was called";
        case ExitCode::incomplete: return "published, but named contracts or documents are missing or failed";
        case ExitCode::refused: return "credentials or rights refused";
        case ExitCode::unavailable: return "the service did not answer well within the retry budget";
        case ExitCode::inconsistent: return "reconciliation or verification failed; nothing was published";
        case ExitCode::local: return "disk, file or state store failed";
        case ExitCode::locked: return "another run holds the state";
        case ExitCode::nothing_new: return "only with --exit-nothing-new";
        case ExitCode::interrupted:
        case ExitCode::terminated: return "SIGINT / SIGTERM; the next run goes on where this one stopped";
    }
    return "a bug";
}

std::string exit_code_numbers(ExitCode code) {
    return code == ExitCode::interrupted || code == ExitCode::terminated ? "130 / 143" : fmt::format("{}", static_cast<int>(code));
}

std::vector<ExitCode> codes_of_run() {
    return {ExitCode::complete, ExitCode::internal,    ExitCode::usage,        ExitCode::incomplete,
            ExitCode::refused,  ExitCode::unavailable, ExitCode::inconsistent, ExitCode::local,
            ExitCode::locked,   ExitCode::nothing_new, ExitCode::interrupted};
}

std::vector<ExitCode> codes_of_question() {
    return {ExitCode::complete, ExitCode::internal,    ExitCode::usage, ExitCode::incomplete,
            ExitCode::refused,  ExitCode::unavailable, ExitCode::local, ExitCode::interrupted};
}

std::vector<ExitCode> codes_of_write() {
    return {ExitCode::complete,    ExitCode::internal, ExitCode::usage,  ExitCode::incomplete, ExitCode::refused,
            ExitCode::unavailable, ExitCode::local,    ExitCode::locked, ExitCode::interrupted};
}

bool publishes(const std::vector<ExitCode>& codes) noexcept {
    return std::find(codes.begin(), codes.end(), ExitCode::nothing_new) != codes.end();
}

std::string exit_code_lines(const std::vector<ExitCode>& codes) {
    std::string text;
    for (const ExitCode code : codes) {
        if (code == ExitCode::terminated) {
            continue;  // shares the line of 130
        }
        text += fmt::format("  {:<9}  {:<12}  {}\n", exit_code_numbers(code), verdict_of(code), meaning_of(code));
        if (code == ExitCode::incomplete && publishes(codes)) {
            text += fmt::format("  {:<9}  {:<12}  {}\n", "0 / 3", "partial-view", partial_view_meaning);
        }
    }
    return text;
}

}  // namespace moisson::cli

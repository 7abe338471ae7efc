#include "writes/field_problems.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::writes {

namespace {

constexpr std::size_t problems_shown_max = 20;

}  // namespace

void report_problems(Reporter& reporter, const std::vector<PlacedProblem>& problems) {
    std::vector<const PlacedProblem*> fatal;
    std::size_t warnings = 0;
    for (const PlacedProblem& one : problems) {
        if (one.problem.fatal) {
            fatal.push_back(&one);
        } else if (++warnings <= problems_shown_max) {
            reporter.log(LogLevel::warning, "write-field", fmt::format("{}: {}", one.where, one.problem.message));
        }
    }
    if (warnings > problems_shown_max) {
        reporter.log(LogLevel::warning, "write-field", fmt::format("and {} more of these", warnings - problems_shown_max));
    }
    if (fatal.empty()) {
        return;
    }
    if (fatal.size() == 1) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fatal.front()->problem.message, fatal.front()->where,
                         "Correct it and run again; nothing was sent");
    }
    std::string hint = "Correct these and run again; nothing was sent:";
    for (std::size_t at = 0; at < std::min(fatal.size(), problems_shown_max); ++at) {
        hint += fmt::format("\n{}: {}", fatal[at]->where, fatal[at]->problem.message);
    }
    if (fatal.size() > problems_shown_max) {
        hint += fmt::format("\nand {} more", fatal.size() - problems_shown_max);
    }
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("{} fields cannot be sent as they are", fatal.size()),
                     fatal.front()->where, std::move(hint));
}

}  // namespace moisson::writes

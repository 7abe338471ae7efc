#pragma once
/// What is wrong with the fields of a write, told before anything is sent.

#include <string>
#include <vector>

#include "api/write_checks.hpp"
#include "base/reporter.hpp"

namespace moisson::writes {

struct PlacedProblem {
    std::string where;  ///< "users.csv:4:12", "--login"
    api::FieldProblem problem;
};

/// Logs warnings; FatalError(usage) with all that are fatal, where there are any. Twenty of each are shown in full.
void report_problems(Reporter& reporter, const std::vector<PlacedProblem>& problems);

}  // namespace moisson::writes

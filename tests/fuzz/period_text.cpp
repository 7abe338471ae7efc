/// Periods: the property is period_text.hpp's.
#include "period_text.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const std::string problem = period_text_problem(input);
    require(problem.empty(), problem);
}

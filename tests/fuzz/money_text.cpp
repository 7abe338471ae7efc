/// Amounts: the property is money_text.hpp's.
#include "money_text.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const std::string problem = money_text_problem(input);
    require(problem.empty(), problem);
}

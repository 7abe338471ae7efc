/// Rate tables of central banks and our own.

#include <algorithm>

#include "books/rate_file.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const auto file = books::parse_rate_file(input, "rates.csv");
    if (!file) {
        require(file.error().code == ErrorCode::bad_input && !file.error().message.empty(), "a refusal has a reason");
        return;
    }
    for (const auto& one : file->series) {
        const auto& days = one.second.days;
        require(days.size() == one.second.values.size(), "each day has its rate");
        require(std::adjacent_find(days.begin(), days.end(), std::greater_equal<>{}) == days.end(), "days ascend, none twice");
        for (const Decimal& rate : one.second.values) {
            require(rate.digits > 0, "a rate is above zero");
        }
    }
}

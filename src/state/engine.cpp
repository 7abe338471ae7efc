/// See engine.hpp.

#include "state/engine.hpp"

#include <utility>

#include <fmt/format.h>

#include "state/store_kind.hpp"

namespace moisson::state {

void Statement::execute() {
    const bool has_row = step();
    MOISSON_INVARIANT(!has_row, "a statement without rows gave one");
}

std::int64_t Statement::number_within(std::int64_t smallest, std::int64_t greatest) {
    const std::int64_t value = number();
    if (value < smallest || value > greatest) {
        Error error = engine_.damaged(fmt::format("a number is {}, not within {} and {}", value, smallest, greatest));
        reset();
        throw_fatal(std::move(error));
    }
    return value;
}

}  // namespace moisson::state

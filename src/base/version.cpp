#include "base/version.hpp"

namespace moisson {

std::string_view version() noexcept { return MOISSON_VERSION; }

std::string_view git_description() noexcept {
    return
#include "git_description.inc"
        ;
}

std::string_view source_date() noexcept {
    return
#include "git_date.inc"
        ;
}

std::string_view user_agent() noexcept { return "moisson/" MOISSON_VERSION; }

}  // namespace moisson

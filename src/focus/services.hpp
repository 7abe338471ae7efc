#pragma once
/// Which category of FOCUS a service belongs to. Only this room includes this header.

#include <string_view>

namespace moisson::focus {

struct Service {
    std::string_view category;
    std::string_view subcategory;
};

/// By the service's name as reports have it: an abbreviation ("ECS") or words ("Elastic Cloud Server"). One name has one category, whatever
/// the case of its letters; of a name that is not known it is "Other".
[[nodiscard]] Service service_of(std::string_view name) noexcept;

}  // namespace moisson::focus

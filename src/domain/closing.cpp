#include "domain/closing.hpp"

#include <fmt/format.h>

namespace moisson {

std::string_view to_text(Change change) noexcept {
    switch (change) {
        case Change::late: return "late";
        case Change::version: return "version";
        case Change::counting: return "counting";
        case Change::file: return "file";
    }
    return "late";
}

std::string Addendum::file_name() const { return fmt::format("addendum-{}-{:02}.csv", period.to_text(), number); }

}  // namespace moisson

#pragma once
/// What `close` and `explain` are asked for.

#include <optional>
#include <string>

namespace moisson::cli {

struct BooksOptions {
    std::string period;                 ///< close: the month; may be empty with `list`
    bool list = false;                  ///< close: what is closed, instead
    std::optional<std::string> reopen;  ///< close: the reason
    std::string accept_incomplete;      ///< close: the reason
    std::string by;                     ///< close: who does it; empty: the environment's user
};

}  // namespace moisson::cli

#pragma once
/// One reading of all documents: cut by one thread, read by many, taken in order. Only the usage room includes this header.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "usage/collector.hpp"
#include "usage/input.hpp"
#include "usage/usage.hpp"

namespace moisson::usage {

/// One document, and how its lines are to be taken.
struct Plan {
    Source source;
    int rank = 0;  ///< 0: report, 1: partial report, 2: workbook
    bool counted = false;
    std::string reason;            ///< why not counted
    bool is_known_broken = false;  ///< an earlier pass found its error: the lines before it are taken, and no more said
    std::uint64_t line_limit = 0;  ///< the line of that error; 0: none in particular
};

/// Takes what is read, always in order and never twice at a time.
class Taker {
public:
    virtual ~Taker() = default;
    /// Lines of `document` (index into the plans). An error ends the pass.
    [[nodiscard]] virtual Status take(std::size_t document, const Yield& yield, const std::string& other_sheet) = 0;
};

/// Reads every plan's document. `threads` of at least 1. `disk` and `cancelled`, and what `taker` returns.
[[nodiscard]] Status read_all(const std::vector<Plan>& plans, Taker& taker, const Options& options, unsigned threads);

}  // namespace moisson::usage

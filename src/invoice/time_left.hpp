#pragma once
/// Processor time that a document may still take. Only the invoice room includes this header.

#include <chrono>

namespace moisson::invoice {

/// Of the thread that made it and asks it.
class TimeLeft {
public:
    explicit TimeLeft(std::chrono::milliseconds time);
    [[nodiscard]] bool is_over() const;

private:
    std::chrono::nanoseconds end_;
};

}  // namespace moisson::invoice

#pragma once
/// What is odd about the document at hand, gathered. Only the invoice room includes this header.

#include <utility>
#include <vector>

#include "invoice/invoice.hpp"
#include "invoice/limits.hpp"

namespace moisson::invoice {

/// No more than limits::observations: what is beyond the first dozens tells nothing new.
inline void observe(std::vector<Observation>& observations, FindingCode code, Message message) {
    if (observations.size() < limits::observations) {
        observations.push_back({code, std::move(message)});
    }
}

/// An error of reading as what is told of it.
inline void observe(std::vector<Observation>& observations, const Error& error) {
    observe(observations, error.code == ErrorCode::too_large ? FindingCode("invoice-over-budget") : FindingCode("invoice-unreadable"),
            error.message);
}

}  // namespace moisson::invoice

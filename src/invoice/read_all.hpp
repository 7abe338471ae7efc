#pragma once
/// The door with another patience than a run has: for tests. Only the invoice room includes this header.

#include <chrono>

#include "invoice/invoice.hpp"

namespace moisson::invoice {

/// As `Readers::open`, with that patience.
[[nodiscard]] Result<std::unique_ptr<Readers>> open_readers(const Options& options, std::chrono::milliseconds patience);

/// As `read_all`; a reader that says nothing for so long is ended.
[[nodiscard]] Result<std::vector<Reading>> read_all_within(std::chrono::milliseconds patience, std::span<const Source> sources,
                                                           const Options& options);

}  // namespace moisson::invoice

#pragma once
/// One document from its bytes to its reading: which kind it is, and the best place that has its values. Only the invoice room includes
/// this header.

#include <optional>
#include <span>
#include <string_view>

#include "invoice/invoice.hpp"
#include "invoice/profile.hpp"

namespace moisson::invoice {

/// Reads in this thread, whatever the bytes are; `expected` as Source has it. A document that is neither PDF nor XML says nothing, and no
/// observation tells of it. Throws std::bad_alloc alone.
[[nodiscard]] Reading read_document(std::string_view bytes, const std::optional<Money>& expected, const Profiles& profiles);

/// What a document of this size is without being looked at: over budget, or nothing.
[[nodiscard]] std::optional<Reading> read_size(std::uint64_t file_bytes);

/// `expected` against net and gross as the books have them: exact, and in one currency; without a known kind of document whatever the sign.
[[nodiscard]] AmountIs compare_amount(const InvoiceValues& values, const std::optional<Money>& expected);

}  // namespace moisson::invoice

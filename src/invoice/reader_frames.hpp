#pragma once
/// What the run and its reader say to each other: the frames of the job `invoice`. Only the invoice room includes this header.
///
/// To the reader: `begin` once, then a `document` with its file for each document, in order. From the reader: a `reading` for each, in the
/// same order; `file_broken` in its place: the document at hand cannot be read from its descriptor.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cage/values.hpp"
#include "invoice/invoice.hpp"
#include "invoice/profile.hpp"

namespace moisson::invoice {

namespace frame {
inline constexpr std::uint8_t begin = 1;
inline constexpr std::uint8_t document = 2;
inline constexpr std::uint8_t reading = 1;
inline constexpr std::uint8_t file_broken = 2;
}  // namespace frame

inline constexpr std::string_view reader_job_name = "invoice";

/// What a document's frame holds.
struct Order {
    std::uint64_t document = 0;  ///< in the caller's sources
    std::optional<Money> expected;
};

void put_profiles(cage::ValueWriter& writer, std::span<const ProfileText> profiles);
[[nodiscard]] std::optional<std::vector<ProfileText>> read_profiles(std::string_view bytes);

void put_order(cage::ValueWriter& writer, const Order& order);
[[nodiscard]] std::optional<Order> read_order(std::string_view bytes);

void put_reading(cage::ValueWriter& writer, std::uint64_t document, const Reading& reading);
/// The reader may lie: values are of their kind and bounded, texts are UTF-8 without controls, check digits are right, amounts have the
/// invoice's currency, observations are of this room. Empty where that does not hold, or it is another document's.
[[nodiscard]] std::optional<Reading> read_reading(std::string_view bytes, std::uint64_t document);

}  // namespace moisson::invoice

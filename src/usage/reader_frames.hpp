#pragma once
/// What the run and its reader say to each other: the frames of the job `usage`. Only the usage room includes this header.
///
/// To the reader: `begin` once, then a `document` with its file for each document, in order. From the reader: for each piece of a document
/// its rows (`rows`, where they are wanted) and groups (`groups`), and then `piece` with all else. `file_broken` in their place: the
/// document at hand cannot be read from its descriptor.

#include <cstdint>
#include <optional>
#include <string_view>

#include "cage/cage.hpp"
#include "cage/values.hpp"
#include "usage/pass.hpp"

namespace moisson::usage {

namespace frame {
inline constexpr std::uint8_t begin = 1;
inline constexpr std::uint8_t document = 2;
inline constexpr std::uint8_t rows = 1;
inline constexpr std::uint8_t groups = 2;
inline constexpr std::uint8_t piece = 3;
inline constexpr std::uint8_t file_broken = 4;
}  // namespace frame

inline constexpr std::string_view reader_job_name = "usage";

/// What `begin` holds.
struct ReaderTerms {
    Reading reading;  ///< without the stop token: the reader is ended, not asked
    bool wants_rows = true;
};

void put_terms(cage::ValueWriter& writer, const ReaderTerms& terms);
[[nodiscard]] std::optional<ReaderTerms> read_terms(std::string_view bytes);

/// Without its descriptor, which goes with the frame.
void put_order(cage::ValueWriter& writer, const Order& order);
[[nodiscard]] std::optional<Order> read_order(std::string_view bytes);

/// Sends a piece.
void send_piece(cage::Link& link, std::size_t document, const Yield& yield, bool wants_rows);

/// Adds the groups of one frame to those that came for the piece. False when they cannot be.
[[nodiscard]] bool read_groups(std::string_view bytes, Yield& yield);
/// All else of a piece. What the reader says of it must hold together: sums of groups are the piece's (where it counts), currencies are of
/// ISO 4217, texts are no longer than they can be. False when it does not.
[[nodiscard]] bool read_piece(std::string_view bytes, const Order& order, Yield& yield);

}  // namespace moisson::usage

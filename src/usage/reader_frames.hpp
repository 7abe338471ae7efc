#pragma once
/// What the run and its reader say to each other: the frames of the job `usage`. Only the usage room includes this header.
///
/// To the reader: `begin` once, then a `document` with its file for each document, in order. From the reader: for each piece of a document
/// its rows (`rows`, where they are wanted), now and then and for the document's last piece the groups of all pieces since they came last
/// (`groups`), and then `piece` with all else. `file_broken` in their place: the document at hand cannot be read from its descriptor.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Sends pieces. Their groups are many and mostly the same from piece to piece, so they are added up and sent once for many.
class PieceSender {
public:
    PieceSender(cage::Link& link, bool wants_rows) : link_(link), wants_rows_(wants_rows) {}
    /// The next piece, in order. It may leave with the one after it.
    void send(std::size_t document, const Yield& yield);

private:
    [[nodiscard]] bool may_add(const Yield& yield) const;
    void send_groups();
    void send_held_piece();

    cage::Link& link_;
    const bool wants_rows_;
    std::string held_piece_;  // without its groups, which are in the next two; empty: none
    Groups by_service_;
    Groups by_project_;
    unsigned pieces_ = 0;  // in them
};

/// Adds the groups of one frame to those that came for the piece. False when they cannot be.
[[nodiscard]] bool read_groups(std::string_view bytes, Yield& yield);
/// All else of a piece. What the reader says of it must hold together: sums of groups are those of the pieces since groups came last (where
/// the document counts), currencies are of ISO 4217, texts are no longer than they can be. False when it does not. `without_groups`: the
/// sums of the document's earlier pieces whose groups have not come, and after the call of this one as well.
[[nodiscard]] bool read_piece(std::string_view bytes, const Order& order, Yield& yield, std::vector<UsageSum>& without_groups);

}  // namespace moisson::usage

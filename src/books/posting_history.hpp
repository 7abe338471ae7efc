#pragma once
/// What was handed out of each document so far, by month and currency, as postings.cpp compares it with what counts. Only for this room.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "books/grouping.hpp"
#include "books/postings.hpp"
#include "domain/big_decimal.hpp"

namespace moisson::books {

[[nodiscard]] DocumentKey document_key(const HandedPosting& posting);

/// Amounts that are added up: the document's, and the six parts of it.
struct PostingSum {
    Int128 amount = 0;
    std::array<Int128, 6> parts{};

    void add(const Money& more, const PostingParts& of);
    [[nodiscard]] PostingSum minus(const PostingSum& other) const;
    [[nodiscard]] bool is_zero() const;
    /// Empty when something does not fit.
    [[nodiscard]] std::optional<std::pair<std::int64_t, PostingParts>> narrow() const;
    [[nodiscard]] static bool is_narrow(Int128 value);
};

/// What was handed out of one document in one month and currency.
struct PostingSide {
    Month period = *Month::make(1980, 1);
    Currency currency = {};
    Int128 base = 0;                              ///< of the closed books that the template started from
    std::vector<const HandedPosting*> own = {};   ///< of the template itself, by sequence
    Int128 elsewhere = 0;                         ///< of the template's other files
    std::vector<const HandedPosting*> left = {};  ///< of those that are not made any more
    bool is_known = false;                        ///< these files have booked it, or take it for booked
    [[nodiscard]] bool is_booked() const { return sum_of(own) != 0; }
    [[nodiscard]] static Int128 sum_of(const std::vector<const HandedPosting*>& postings);
};

/// One thread. Views and pointers are into the input, which outlives it.
class PostingHistory {
public:
    explicit PostingHistory(const PostingInput& input);
    /// By month and currency; none: nothing was handed out of the document.
    [[nodiscard]] std::span<const PostingSide> sides_of(const LedgerEntry& entry) const;
    /// Given once: above all that were handed out of the document id, which documents without one share, and the input's floor.
    [[nodiscard]] std::uint32_t next_sequence(std::string_view contract_id, std::string_view document_id);

private:
    enum class Origin : std::uint8_t { own, closed_books, elsewhere, left };
    void add(const HandedPosting& posting, Origin origin);
    void add_closed_books();
    [[nodiscard]] PostingSide& side_of(const HandedPosting& posting);

    const PostingInput& input_;
    std::unordered_map<DocumentKey, std::vector<PostingSide>, HashOfDocument> documents_;
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> sequences_;  ///< the highest of a document id
};

}  // namespace moisson::books

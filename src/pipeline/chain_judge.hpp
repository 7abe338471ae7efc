#pragma once
/// What the months of a folder are to each other, by what each says of those before it. Pure.
///
/// Every month's books name all that was published before it; so two months either tell one history or two. The one that most months tell
/// is taken; what does not fit into it is named.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bundle/chain_month.hpp"
#include "pipeline/verify_chain.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

struct FoundMonth {
    std::string path;   ///< below the folder that is verified
    std::string place;  ///< the name of its folder; empty: a bundle alone, which may have any name
    bundle::ChainFacts facts;
};

/// The history as one month tells it, itself included.
struct ChainHistory {
    std::size_t teller = 0;                ///< index of the month
    bundle::ChainBooks books;              ///< `links` ends with its own
    std::vector<bundle::TableMark> marks;  ///< of the chain before each number; index 0: of the first

    ChainHistory(std::size_t month, bundle::ChainBooks told, const bundle::ChainFacts& facts);
    /// The month says the same of all that was published before it, and is itself what this history says.
    [[nodiscard]] bool holds(const bundle::ChainFacts& facts) const;
    [[nodiscard]] bool holds(const ChainHead& head) const;
};

/// Months that can tell a history, the latest first; of one number those first in which nothing is wrong.
[[nodiscard]] std::vector<std::size_t> tellers(const std::vector<FoundMonth>& months);
/// How many rows of closings and postings each of them has.
[[nodiscard]] bundle::ChainMarks marks_of(const std::vector<FoundMonth>& months);

/// Everything but time stamps, and what a whole re-check of single months says. Without a history no month says a place.
[[nodiscard]] ChainReport judge_chain(const std::vector<FoundMonth>& months, const ChainHistory* history,
                                      const std::optional<ChainHead>& head, const std::optional<FolderWitness>& witness);

}  // namespace moisson::pipeline

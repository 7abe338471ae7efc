#pragma once
/// What a run fetched since the state was last saved, in a file that survives the process: a run killed at any instant repeats no finished
/// download.
///
/// The state store is saved in groups, because each save waits for the disk. Between two saves this file stands in: one write(2) per
/// fetched file and no flush. A killed process loses none of it; a power loss may, and then the objects' own bytes decide what counts.
/// Control loop's thread only.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

class Journal {
public:
    /// Nothing is made before the first `append`.
    explicit Journal(std::filesystem::path path);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Adds records in the order in which the state would get them. `disk`: the file is given up, and later calls do nothing.
    [[nodiscard]] Status append(std::span<const state::DocumentRecord> records);
    /// The state holds the others now: these are all that is left, and without any the file goes away. At every instant the old or the new
    /// file is there. `disk`.
    [[nodiscard]] Status replace(std::span<const state::DocumentRecord> records);

private:
    [[nodiscard]] Status clear();
    [[nodiscard]] Status write(std::span<const state::DocumentRecord> records);
    void give_up() noexcept;

    std::filesystem::path path_;
    int descriptor_ = -1;
    bool given_up_ = false;
};

/// The whole records at the beginning of a journal's bytes; what a torn write left at the end is not read. Pure.
[[nodiscard]] std::vector<state::DocumentRecord> read_journal(std::string_view bytes);

/// Saves into the state what a killed run left in its journal, and removes the file. A record whose object is missing, or has other bytes
/// than its digest says, is saved without a file: it will be fetched again. Returns how many files were taken over. `disk`.
[[nodiscard]] Result<std::uint64_t> recover_journal(const std::filesystem::path& path, state::StateStore& state,
                                                    const transfer::ObjectStore& store);

}  // namespace moisson::pipeline

#pragma once
/// A folder of months as one chain (samples/bundle.md, "The chain"): whether each is what was published, none is missing, and none stands
/// there that was not.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evidence/trust.hpp"

namespace moisson::pipeline {

/// What somebody knows of the chain besides the folder.
struct ChainHead {
    std::uint64_t number = 1;   ///< of a publication
    std::string bundle_sha256;  ///< of its bundle.zip
};

/// "27:9f86d0…", or the path of a summary.json that was kept. `bad_input`: neither.
[[nodiscard]] Result<ChainHead> parse_chain_head(const std::string& text);

enum class ChainStanding {
    whole,       ///< it is what was published, and nothing of it is wrong
    superseded,  ///< it was published again later, and its bytes went with that
    outside,     ///< its bundle says no place in a chain: of an earlier version, or a partial view
    changed,     ///< it is not what was published, or something in it is wrong
    older,       ///< it was published again, and what stands here is of before
    swapped,     ///< under its name lies another month
    twice,       ///< the same bundle stands here under its name already
    added,       ///< no other month knows of it
    removed,     ///< it was published, and is not here
};
/// "whole", "superseded", "not-in-chain", "changed", "older", "swapped", "twice", "added", "removed".
[[nodiscard]] std::string_view to_text(ChainStanding standing) noexcept;

struct ChainEntry {
    std::uint64_t number = 0;  ///< of its publication; 0: not known
    std::string folder;        ///< "2026-10": the name that it was published under, or that it has here
    std::string path;          ///< below the folder that is verified; empty: it is not here
    ChainStanding standing = ChainStanding::whole;
    std::uint64_t held_by = 0;          ///< later months here that name its SHA-256
    bool is_closed = false;             ///< later months name every one of its files
    std::vector<std::string> problems;  ///< sentences
};

struct ChainReport {
    std::vector<ChainEntry> entries;    ///< by number; those without one behind them, by path
    std::vector<std::string> problems;  ///< of no single month
    std::uint64_t months = 0;           ///< here, in the chain or not
    std::uint64_t files = 0;
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
    std::uint64_t newest = 0;  ///< the highest number here; 0: no month says its place
    std::string newest_folder;
    std::string newest_sha256;           ///< of its bundle.zip
    std::vector<std::string> others;     ///< names in the folder that are no months, and were not looked at
    std::vector<std::string> evidence;   ///< what time stamps and signatures say
    std::vector<std::string> proved;     ///< sentences
    std::vector<std::string> not_shown;  ///< what these files cannot show

    [[nodiscard]] bool is_sound() const;
    /// The first that is wrong, in the order of numbers; null: none is.
    [[nodiscard]] const ChainEntry* first_problem() const;
};

struct ChainOptions {
    std::optional<ChainHead> head;
    evidence::Trust trust;  ///< that time stamps and signatures must lead to, as for `verify_month`
    bool full = false;      ///< every month goes through `verify_month`, too; else the newest alone, which no later one holds
};

/// Reads all months of `folder` and bundles that lie there alone, each in a child of its own (bundle/chain_month.hpp), on all cores. Names
/// that begin with a dot are passed over, links are not followed. `bad_input`: there is no month; `disk`; `cancelled`.
[[nodiscard]] Result<ChainReport> verify_chain(const std::filesystem::path& folder, const ChainOptions& options,
                                               const std::stop_token& stop);

}  // namespace moisson::pipeline

#pragma once
/// What the child that reads bundles and the parent say to each other (cage.hpp). Only the bundle room includes this header.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "cage/cage.hpp"
#include "cage/values.hpp"

namespace moisson::bundle {

/// Kinds of the parent's frames.
enum Task : std::uint8_t {
    verify_bundle_task = 1,  ///< with the descriptor
    verify_folder_task,      ///< after all its entries
    folder_entry,            ///< a path, and whether it is a plain file
    opened,                  ///< with the descriptor
    not_opened,              ///< an error
    files_task,              ///< with the descriptor: of this bundle files will be wanted
    read_task,               ///< the path of one
    chain_bundle_task,       ///< with the descriptor: its facts as a link of the chain
    chain_folder_task,       ///< after all its entries: the same of a folder
    chain_books_task,        ///< with the descriptor: counts of rows; what its books say of all before it
};
/// Kinds of the child's frames.
enum Answer : std::uint8_t {
    open_wanted = 1,  ///< a path
    problem_found,    ///< a sentence
    total_found,      ///< "EUR 1.00"
    file_piece,       ///< bytes
    done,             ///< of a verification: three counts; else nothing
    failed,           ///< an error
    chain_facts,      ///< what a link says of itself
    closed_revision,  ///< a month that it names as closed
    file_digest,      ///< a file of a folder
    chain_link,       ///< a link before it
    closings_mark,    ///< rows and digest
    postings_mark,
    closed_file,      ///< a file of a closed month
};

/// A path has at most 4096 bytes; other texts of an error are cut there.
inline constexpr std::size_t path_bytes_max = 4096;

/// Sentences hold values of a bounded length each.
inline constexpr std::size_t sentence_bytes_max = 64U << 10U;

void put_error(cage::ValueWriter& writer, const Error& error);
[[nodiscard]] Error take_error(cage::ValueReader& reader);

/// A child for files of this length together, with its limits.
[[nodiscard]] cage::Outcome<std::unique_ptr<cage::Cage>> start_child(std::uint64_t size_bytes, const std::stop_token& stop);
/// It may take so long from now on as files of this length together explain.
void allow_time(cage::Cage& child, std::uint64_t size_bytes);

/// A child's end as an error: `cancelled`; `internal` when there was none; else `verification`, with what happened.
[[nodiscard]] Error error_of(const cage::Failure& failure, const std::filesystem::path& path);

}  // namespace moisson::bundle

#pragma once
/// The published folder of a closed month: kept when it is sealed, held against what was kept, and published again from it.
///
/// All of a closed month's files are copied into the object store, bundle.zip too: that costs the folder's size once more on the state's
/// disk, and gives back the same bytes whatever the service, the state or the program have become since.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/closing.hpp"
#include "pipeline/publish_folder.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Copies every file of the folder into the store and gives back what they are, by path. Durable when it returns. FatalError(local).
[[nodiscard]] std::vector<ClosedFile> keep_files(const std::filesystem::path& folder, transfer::ObjectStore& store);

/// How the folder differs from the month that was closed, one sentence for each file; empty: it is as it was. Reads every byte. A time
/// stamp or a signature that came since is no difference; one that was there and is gone or another is.
/// A month that was closed before its files were kept is held against its own summary and the closed ledger's digest.
[[nodiscard]] std::vector<std::string> compare_with_closed(const ClosedMonth& month, const std::filesystem::path& folder,
                                                           const std::stop_token& stop = {});

/// FatalError(inconsistent) with what `compare_with_closed` finds, and what to do.
void must_be_as_closed(const ClosedMonth& month, const std::filesystem::path& folder, const std::stop_token& stop = {});

/// Publishes the month again from its kept files. FatalError(inconsistent) when one of them is missing or another: nothing is published.
void publish_closed(const ClosedMonth& month, const transfer::ObjectStore& store, PublishFolder& folder);

/// Files of addenda that the store does not hold (it was lost, or the folder was taken over) are taken from the bundle that was published
/// with them: the service may have no other. What is not there either stays out, to be asked for. FatalError(local).
void restore_addendum_files(const std::vector<Addendum>& addenda, const std::filesystem::path& bundle, transfer::ObjectStore& store);

/// FatalError(inconsistent), naming the first file of the addenda that the store does not hold, and what to do.
void must_hold_addendum_files(const std::vector<Addendum>& addenda, const transfer::ObjectStore& store);

/// The first few of them, in one sentence.
[[nodiscard]] std::string join_sentences(const std::vector<std::string>& sentences);

}  // namespace moisson::pipeline

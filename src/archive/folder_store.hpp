#pragma once
/// An archive in a folder, best one on another disk: each object is a file.

#include <filesystem>
#include <memory>

#include "archive/store.hpp"

namespace moisson::archive {

/// `root` must be there when something is asked of it: a disk that is not mounted must not become a folder on the one below (`disk`). Files
/// have `file_mode` without its rights to write; folders are made as the umask says. Links in the folder are not followed.
[[nodiscard]] std::unique_ptr<Store> open_folder_store(std::filesystem::path root, unsigned file_mode);

}  // namespace moisson::archive

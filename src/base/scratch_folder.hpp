#pragma once
/// A folder of this user alone that is there as long as the value: what lies in it goes with it.

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.hpp"

namespace moisson {

/// Moved, not copied; empty behind a move.
class ScratchFolder {
public:
    /// Makes `<beginning><6 random letters>` (0700). `disk` when it cannot.
    [[nodiscard]] static Result<ScratchFolder> make(const std::filesystem::path& beginning) {
        auto made = make_temporary_folder(beginning);
        return made ? Result<ScratchFolder>(ScratchFolder(std::move(*made))) : fail(std::move(made.error()));
    }
    ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchFolder& operator=(ScratchFolder&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;  // nothing of value is in there, and a destructor has nobody to tell
        if (!path_.empty()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    explicit ScratchFolder(std::filesystem::path path) noexcept : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace moisson

#pragma once
/// Files of a template while they are written.

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "erp/erp.hpp"
#include "erp/template.hpp"
#include "erp/worksheet.hpp"

namespace moisson::erp {

/// A file that grows under a temporary name: bytes, or a worksheet.
class Target {
public:
    [[nodiscard]] static Result<std::unique_ptr<Target>> create(const std::filesystem::path& path, const FileSpec& file, Timestamp created,
                                                                bool list_cells);
    /// Bytes that wait to be written; handed on by `drain`.
    std::string buffer;
    [[nodiscard]] Status drain();
    /// Closes the file, which stays under its temporary name; fills size and digest.
    [[nodiscard]] Status finish(RenderedFile& into);
    /// Gives the finished file its name. Without it the destructor removes the file.
    [[nodiscard]] Status rename_to(const std::filesystem::path& path);
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    ~Target();
    [[nodiscard]] Worksheet* sheet() { return sheet_ ? &*sheet_ : nullptr; }
    [[nodiscard]] const std::string& cells() const noexcept { return cells_; }

private:
    std::optional<AtomicFile> file_;
    std::optional<Worksheet> sheet_;
    std::filesystem::path temporary_;  // empty: renamed
    void write_pieces(const std::stop_token& stop);
    [[nodiscard]] Status write_piece(std::string_view piece);

    std::string cells_;
    Digest digest_;
    std::uint64_t size_ = 0;

    // Digest and write beside the rendering: a piece is handed over while the next one is made. Guarded by `mutex_`: `piece_`, `is_full_`,
    // `written_`. The writer alone touches `digest_`, `file_` and `size_` while it runs.
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string piece_;
    bool is_full_ = false;
    Status written_;
    std::jthread writer_;  // last: it ends before what it uses
};

}  // namespace moisson::erp

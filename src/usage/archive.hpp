#pragma once
/// A stored document, open for reading, and what unpacks it (libarchive underneath, not shown to other rooms). Only the usage room includes
/// this header.

#include <archive.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cage/cage.hpp"
#include "usage/budget.hpp"

namespace moisson::usage {

/// One thread. Outlives what reads it.
class StoredFile {
public:
    StoredFile(cage::Descriptor descriptor, std::uint64_t size_bytes, Budget& budget)
        : descriptor_(std::move(descriptor)), size_bytes_(size_bytes), budget_(budget) {}
    /// Up to `size` bytes from `offset` on; fewer only at the end. `disk`: it cannot be read; what the budget says.
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t size);
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] Budget& budget() noexcept { return budget_; }

private:
    cage::Descriptor descriptor_;
    std::uint64_t size_bytes_;
    Budget& budget_;
};

/// One way through an archive that lies in a file, or in memory.
class ArchiveReader {
public:
    /// By the central directory alone, as packages are read, or also from front to back where there is none.
    enum class Form { package, any };
    explicit ArchiveReader(StoredFile& file);
    /// `bytes` outlives the reader, and lies in `file`'s budget.
    ArchiveReader(StoredFile& file, std::string_view bytes);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    /// Each of these: `disk` when the file cannot be read, what the budget says, `bad_input` with the library's own text in `cause`.
    [[nodiscard]] Status open(Form form);
    /// The next entry's name and whether it is a file; none at the end. The name ends with the next call.
    struct Entry {
        std::string_view name;  ///< empty where the archive has none that can be told
        bool is_file = false;
    };
    [[nodiscard]] Result<std::optional<Entry>> next();
    /// Bytes of the entry; 0 at its end.
    [[nodiscard]] Result<std::size_t> read(char* to, std::size_t size);

private:
    struct Callbacks;
    tl::unexpected<Error> failure();

    StoredFile& file_;
    std::string_view bytes_;
    bool in_memory_ = false;
    std::uint64_t offset_ = 0;
    std::size_t entries_ = 0;
    std::optional<Error> read_error_;
    std::string piece_;
    archive* handle_ = nullptr;
};

}  // namespace moisson::usage

#pragma once
/// Where verification takes its bytes from: open files, and a folder whose files are opened one by one. What verifies never opens a name
/// itself, so that it can run where there are no names.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace moisson::bundle {

/// A file open for reading; closed with the object. Reads by place: several at a time may use it. All failures are `disk`.
class OpenFile {
public:
    /// Takes the descriptor. `name`: for sentences.
    OpenFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
    OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(name_, other.name_);
        return *this;
    }
    ~OpenFile();

    /// A path that a person named: links are followed.
    [[nodiscard]] static Result<OpenFile> at(const std::filesystem::path& path);

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Result<std::uint64_t> size_bytes() const;
    /// Exactly so many bytes.
    [[nodiscard]] Result<std::string> read_at(std::uint64_t offset, std::uint64_t size) const;
    /// All of it, in pieces of 256 KiB.
    [[nodiscard]] Status read(const std::function<void(std::string_view)>& sink) const;
    /// All of it; `too_large` when that is more than `size_max_bytes`.
    [[nodiscard]] Result<std::string> read_all(std::uint64_t size_max_bytes) const;

private:
    int descriptor_;
    std::string name_;
};

/// The files of one folder. One thread.
class FileSource {
public:
    struct Entry {
        std::string path;       ///< below the folder, '/' between parts
        bool is_plain = false;  ///< a regular file; else a link, a device …
    };
    virtual ~FileSource() = default;
    /// Everything below the folder but folders. More than `entries_max` are cut: one more is there than may be.
    [[nodiscard]] virtual Result<std::vector<Entry>> list(std::size_t entries_max) = 0;
    /// `disk` when it cannot be opened as a plain file, without a link on the way.
    [[nodiscard]] virtual Result<OpenFile> open(const std::string& path) = 0;
};

/// A folder of this machine.
class Folder final : public FileSource {
public:
    explicit Folder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<std::vector<Entry>> list(std::size_t entries_max) override;
    [[nodiscard]] Result<OpenFile> open(const std::string& path) override;

private:
    const std::filesystem::path folder_;
};

}  // namespace moisson::bundle

#pragma once
/// Standard output and standard error as the commands see them: whole writes, a closed pipe that ends quietly, secrets blotted out.

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace moisson::cli {

/// Data for people and other programs. One thread at a time.
class Output {
public:
    /// Does not own the descriptor.
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    /// Once the reader has gone (`| head`), writes are dropped: what the command does besides goes on. Any other failure (a full disk
    /// behind a redirection) is FatalError(local).
    void write(std::string_view text);
    [[nodiscard]] bool closed() const noexcept { return closed_; }

private:
    int descriptor_;
    bool closed_ = false;
};

/// Writes all bytes; 0, or the errno of the failure.
[[nodiscard]] int write_fully(int descriptor, std::string_view text) noexcept;

/// The last line of defence: text on its way to a person loses every secret of the job that slipped into it. Any thread.
class Redactor {
public:
    /// Values shorter than 6 bytes are not watched: they would blot out harmless words.
    void watch(std::string_view secret);
    [[nodiscard]] std::string clean(std::string_view text) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> secrets_;
};

}  // namespace moisson::cli

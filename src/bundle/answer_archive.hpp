#pragma once
/// A ZIP of whole texts, one after the other as they come: the service's raw answers, as `evidence/answers.zip` keeps them.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bundle/bundle.hpp"

namespace moisson::bundle {

/// Deflated where that pays. Any program that reads ZIP files reads it; `verify` also holds the seal over all its bytes (zip_format.hpp).
/// One thread at a time; texts are packed by another one, behind the caller. Memory: 8 MiB of texts that wait, or a longer one, and what
/// one packs to; some 150 bytes an entry. All failures are `disk`, and may be told by a later call.
class AnswerArchive {
public:
    /// Longer texts are not taken: no answer is.
    static constexpr std::size_t text_bytes_max = 1ULL << 30U;

    /// Writes beside `path` under a temporary name; without `finish` nothing stays. `instant` is stamped on every entry.
    [[nodiscard]] static Result<AnswerArchive> create(const std::filesystem::path& path, Timestamp instant);
    AnswerArchive(AnswerArchive&&) noexcept;
    AnswerArchive& operator=(AnswerArchive&&) noexcept;
    ~AnswerArchive();

    /// `name`: ASCII, unique, at most `text_bytes_max` of `text`.
    [[nodiscard]] Status add(std::string name, std::string_view text);
    /// The file has its name when this returns.
    [[nodiscard]] Result<WrittenBundle> finish();

private:
    struct State;
    explicit AnswerArchive(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace moisson::bundle

#pragma once
/// The files of a bundle, one at a time.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::bundle {

/// One thread at a time.
class BundleFiles {
public:
    /// `verification` when the file is no bundle; `disk` when it cannot be read.
    [[nodiscard]] static Result<BundleFiles> open(const std::filesystem::path& bundle);
    BundleFiles(BundleFiles&&) noexcept;
    ~BundleFiles();

    /// Hands the content of a file ("data/ledger.csv") to `sink` in pieces. `not_found`, `verification`, `disk`.
    [[nodiscard]] Status read(const std::string& path, const std::function<void(std::string_view)>& sink) const;
    /// The same into a file, which is made anew.
    [[nodiscard]] Status extract(const std::string& path, const std::filesystem::path& target) const;

private:
    struct Opened;
    explicit BundleFiles(std::unique_ptr<Opened> opened);
    std::unique_ptr<Opened> opened_;
};

}  // namespace moisson::bundle

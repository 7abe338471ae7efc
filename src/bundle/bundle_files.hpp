#pragma once
/// The files of a bundle, one at a time. A child process that can open nothing unpacks them (bundle.hpp, `verify_caged`).

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::bundle {

/// One thread, the same that opened it.
class BundleFiles {
public:
    /// `verification` when the file is no bundle, or the child ended before its time; `disk` when it cannot be read; `cancelled` when
    /// `stop` was requested, here and later.
    [[nodiscard]] static Result<BundleFiles> open(const std::filesystem::path& bundle, const std::stop_token& stop = {});
    BundleFiles(BundleFiles&&) noexcept;
    ~BundleFiles();

    /// Hands the content of a file ("data/ledger.csv") to `sink` in pieces. `not_found`, `verification`, `disk`.
    [[nodiscard]] Status read(const std::string& path, const std::function<void(std::string_view)>& sink) const;
    /// The same into a file that is not there yet, for a while: nothing waits for the disk.
    [[nodiscard]] Status extract(const std::string& path, const std::filesystem::path& target) const;

private:
    struct Opened;
    explicit BundleFiles(std::unique_ptr<Opened> opened);
    std::unique_ptr<Opened> opened_;
};

}  // namespace moisson::bundle

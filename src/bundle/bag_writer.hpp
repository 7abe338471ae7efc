#pragma once
/// The writing of a bag with its knobs, for tests and benchmarks; `write_bundle` is this with the defaults.

#include <stop_token>

#include "bundle/bundle.hpp"
#include "bundle/zip_format.hpp"

namespace moisson::bundle {

struct WriteOptions {
    unsigned threads = 0;                       ///< 0: one per core, at most 8; the bytes do not depend on it
    std::size_t piece_bytes = 512U << 10U;      ///< longer payload streams through in pieces of this size; the bytes depend on it
    ZipLimits limits;
    std::stop_token stop = {};                  ///< looked at before each file and piece: `cancelled`
};

[[nodiscard]] Result<WrittenBundle> write_bag(const std::filesystem::path& path, const std::string& top, const BagInfo& info,
                                              std::vector<Payload> payload, const WriteOptions& options);

}  // namespace moisson::bundle

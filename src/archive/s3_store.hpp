#pragma once
/// An archive in a bucket of an S3-compatible store, asked path-style (https://endpoint/bucket/key), signed by sigv4.hpp.
/// Source: docs.aws.amazon.com/AmazonS3/latest/API; held against Ceph's radosgw (tests/consumers/archive_s3_test.py).

#include <memory>
#include <stop_token>

#include "archive/sigv4.hpp"
#include "archive/store.hpp"
#include "base/clock.hpp"

namespace moisson::archive {

struct S3Options {
    http::Url endpoint;  ///< without a path
    std::string bucket;
    std::string prefix;  ///< without '/' at its ends; empty: none
    SigningKeys keys;
    bool object_lock = true;  ///< lock where the bucket can (compliance mode)
    int attempts_max = 4;     ///< of one request, with half a second, one, two, … between
    std::chrono::milliseconds first_wait{500};
};

/// Nothing is asked yet. `put` sends the digest of its bytes, which the store holds against what came, and locks in the same request.
[[nodiscard]] std::unique_ptr<Store> open_s3_store(S3Options options, std::shared_ptr<const http::Transport> transport, const Clock& clock,
                                                   std::stop_token stop);

}  // namespace moisson::archive

#pragma once
/// A place that keeps objects by key: what every archive store promises. tests/contract/archive_store_test.cpp holds it against each.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace moisson::archive {

/// Larger files are kept in several objects: so memory stays small, no store's limit is met, and a broken transfer costs no more than this.
inline constexpr std::uint64_t object_max_bytes = 32ULL << 20U;

struct ObjectInfo {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::optional<Timestamp> locked_until;  ///< told by `head` alone, where the store keeps locks
};

/// What the store itself does against loss.
struct Protection {
    bool versions = false;  ///< what is written over or deleted can be had again
    bool locks = false;     ///< objects can be locked until a day, against everyone
};

struct PutOptions {
    std::string sha256;                   ///< of the bytes, lower-case hexadecimal
    std::optional<Timestamp> lock_until;  ///< where the store keeps locks: nobody changes or deletes this object before; else unused
};

/// Keys are relative: parts of 1 to 255 bytes without control characters, joined by '/', no part "." or ".."; at most 900 bytes. Another
/// key is `bad_input`. There is no way to delete: this program never takes anything out of an archive.
///
/// Errors of all calls: `credentials` and `forbidden` (the store knows this user not, or not for this); `dns`, `connect`, `tls`, `timeout`
/// and others of http/http.hpp, `server_error`, `over_capacity`, `throttled` (not now); `not_found` (no such bucket); `disk` (a folder);
/// `quota_spent` (the store is full); `protocol`, `bad_answer` (what answers is no such store); `cancelled`. `where` names store and key.
/// One thread at a time.
class Store {
public:
    virtual ~Store() = default;
    /// For people: "s3://bucket/prefix", "file:///mnt/archive".
    [[nodiscard]] virtual std::string name() const = 0;
    /// All objects whose key begins with `beginning`, by key. May lag behind `put` where a store's lists do.
    [[nodiscard]] virtual Result<std::vector<ObjectInfo>> list(const std::string& beginning) = 0;
    /// Empty: there is no such object.
    [[nodiscard]] virtual Result<std::optional<ObjectInfo>> head(const std::string& key) = 0;
    /// Keeps at most `object_max_bytes` under `key`, whole or not at all; what was there is replaced. `verification` when the bytes are
    /// not of `options.sha256`: nothing is kept then.
    [[nodiscard]] virtual Status put(const std::string& key, std::string_view bytes, const PutOptions& options) = 0;
    /// `not_found` when there is no such object, `too_large` beyond `object_max_bytes`.
    [[nodiscard]] virtual Result<std::string> get(const std::string& key) = 0;
    /// Makes a lock later. Without effect where the store keeps no locks.
    [[nodiscard]] virtual Status lock(const std::string& key, Timestamp until) = 0;
    [[nodiscard]] virtual Result<Protection> protection() = 0;
};

/// `bad_input` for a text that is no key.
[[nodiscard]] Status check_key(std::string_view key);

}  // namespace moisson::archive

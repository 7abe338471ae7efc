#pragma once
/// Time zones by their IANA name (the system's tz database underneath, not shown here).

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::erp {

/// A zone; small, copied freely. Remembers the last stretch of time with one offset: one thread at a time.
class Zone {
public:
    /// `bad_input` when the database does not have it.
    [[nodiscard]] static Result<Zone> find(std::string_view name);
    /// The wall clock's reading of an instant, both in milliseconds since 1970.
    [[nodiscard]] std::int64_t to_local(std::int64_t milliseconds) const;

private:
    const void* zone_ = nullptr;
    mutable std::int64_t begin_ = 1;  // of the stretch, in seconds; empty at first
    mutable std::int64_t end_ = 0;
    mutable std::int64_t offset_ = 0;
};

}  // namespace moisson::erp

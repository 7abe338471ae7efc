#pragma once
/// One JSON line per request. Tests count requests with it, so a line is written before the answer leaves.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::sandbox {

struct AccessLine {
    std::string_view host;  ///< "api" or "elsewhere"
    std::string_view method;
    std::string_view path;
    std::string_view query;
    std::string_view contract;
    std::string_view user_agent;
    std::string_view fault;
    std::string_view request_id;
    int status = 0;
    int code = 0;
    std::uint64_t bytes = 0;
    std::int64_t us = 0;       ///< microseconds from the request's head to the answer's first byte
    bool credentials = false;  ///< whether any of Authorization and X-API-Key came along
};

/// Any thread. Holds no header values that are secret.
class AccessLog {
public:
    AccessLog() = default;
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;
    ~AccessLog();
    /// Appends to the file, which is made if need be. `disk`.
    [[nodiscard]] Status open(const std::string& path);
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    /// A line that cannot be written is left out: the sandbox goes on.
    void write(const AccessLine& line);

private:
    int descriptor_ = -1;
};

}  // namespace moisson::sandbox

// The access log: one write(2) with O_APPEND per line, so that lines never mix, and no lock is needed.
#include "sandbox/access_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/gate.hpp"
#include "sandbox/json_text.hpp"

namespace moisson::sandbox {

AccessLog::~AccessLog() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Status AccessLog::open(const std::string& path) {
    const bool is_device = path == "/dev/stdout" || path == "/dev/stderr" || path == "/dev/null" || path.starts_with("/dev/fd/");
    if (is_device) {  // links by nature, made by the system
        descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    } else if (const auto opened = open_kept_file(path, O_WRONLY | O_APPEND, Access::usual)) {
        descriptor_ = *opened;
    } else {
        return fail(ErrorCode::disk, fmt::format("the access log cannot be opened: {}", opened.error().cause), path);
    }
    if (descriptor_ < 0) {
        return fail(ErrorCode::disk, fmt::format("the access log cannot be opened: {}", std::strerror(errno)), path);
    }
    return {};
}

void AccessLog::write(const AccessLine& line) {
    std::string json = "{";
    append_json_member(json, "host", line.host);
    append_json_member(json, "method", sanitise(line.method));
    append_json_member(json, "path", sanitise(line.path, 2000));
    append_json_member(json, "query", sanitise(line.query, 2000));
    append_json_member(json, "contract", sanitise(line.contract));
    append_json_member(json, "user_agent", sanitise(line.user_agent));
    append_json_member(json, "fault", line.fault);
    append_json_member(json, "request_id", line.request_id);
    json += fmt::format(",\"status\":{},\"code\":{},\"bytes\":{},\"ms\":{}.{:03},\"credentials\":{}}}\n", line.status, line.code,
                        line.bytes, line.us / 1000, line.us % 1000, line.credentials);
    json = gated_json(json);  // it may be sent to a CI log
    const ssize_t written = ::write(descriptor_, json.data(), json.size());
    static_cast<void>(written);
}

}  // namespace moisson::sandbox

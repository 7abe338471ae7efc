#include "cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace moisson::cli {

namespace {

constexpr std::size_t watched_bytes_min = 6;

}  // namespace

int write_fully(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

void Output::write(std::string_view text) {
    if (closed_) {
        return;
    }
    const int problem = write_fully(descriptor_, text);
    if (problem == 0) {
        return;
    }
    closed_ = true;
    if (problem != EPIPE) {
        Error error;
        error.code = ErrorCode::disk;
        error.message = "cannot write to standard output";
        error.cause = std::generic_category().message(problem);
        error.hint = "Check where the output is sent to";
        throw FatalError(ExitCode::local, std::move(error));
    }
}

void Redactor::watch(std::string_view secret) {
    if (secret.size() >= watched_bytes_min) {
        const std::lock_guard lock(mutex_);
        secrets_.emplace_back(secret);
        // The longest first: a secret that holds another must not leave its rest behind.
        std::sort(secrets_.begin(), secrets_.end(), [](const auto& left, const auto& right) { return left.size() > right.size(); });
    }
}

std::string Redactor::clean(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    std::string result(text);
    for (const std::string& secret : secrets_) {
        for (auto at = result.find(secret); at != std::string::npos; at = result.find(secret, at)) {
            result.replace(at, secret.size(), "***");
            at += 3;
        }
    }
    return result;
}

}  // namespace moisson::cli

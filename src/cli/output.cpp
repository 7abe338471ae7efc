#include "cli/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/gate.hpp"

namespace moisson::cli {

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

void Output::write(std::string_view text, const std::function<std::string(std::string_view)>& dress) {
    if (closed_) {
        return;
    }
    const std::string fit = fit_to_leave(text, form_, redactor_);
    const int problem = write_fully(descriptor_, dress && form_ == OutputForm::text ? dress(fit) : fit);
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

std::string fit_to_leave(std::string_view text, OutputForm form, const Redactor& redactor) {
    return form == OutputForm::json ? gated_json(text, &redactor) : gated_text(redactor.clean(text));
}

}  // namespace moisson::cli

/// See stages.hpp.

#include "pipeline/stages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result.hpp"

namespace moisson::pipeline {

void stop_if_asked(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped; what was fetched is kept", "",
                         "The next run goes on where this one stopped");
    }
}

void Stages::done(std::string_view stage) {
    last_done(stage);
    stop_if_asked(stop_);
}

void Stages::last_done(std::string_view stage) {
    const auto now = clock_.steady_now();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
    began_ = now;
    const LogValue seconds = LogValue::decimal(static_cast<std::uint64_t>(std::max<std::int64_t>(took, 0)));
    reporter_.log(LogLevel::debug, "stage-done", fmt::format("{} took {} s", stage, seconds.text()),
                  {{"stage", std::string(stage)}, {"seconds", seconds}});
}

}  // namespace moisson::pipeline

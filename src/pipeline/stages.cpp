/// See stages.hpp.

#include "pipeline/stages.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::pipeline {

void Stages::done(std::string_view stage) {
    const auto now = clock_.steady_now();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
    began_ = now;
    const LogValue seconds = LogValue::decimal(static_cast<std::uint64_t>(std::max<std::int64_t>(took, 0)));
    reporter_.log(LogLevel::debug, "stage-done", fmt::format("{} took {} s", stage, seconds.text()),
                  {{"stage", std::string(stage)}, {"seconds", seconds}});
}

}  // namespace moisson::pipeline

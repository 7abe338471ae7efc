/// See stages.hpp.

#include "pipeline/stages.hpp"

#include <fmt/format.h>

namespace moisson::pipeline {

void Stages::done(std::string_view stage) {
    const auto now = clock_.steady_now();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
    began_ = now;
    const std::string seconds = fmt::format("{}.{:03}", took / 1000, took % 1000);
    reporter_.log(LogLevel::debug, "stage-done", fmt::format("{} took {} s", stage, seconds),
                  {{"stage", std::string(stage)}, {"seconds", seconds}});
}

}  // namespace moisson::pipeline

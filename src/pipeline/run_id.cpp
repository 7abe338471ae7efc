#include "pipeline/run_id.hpp"

#include <random>

#include <fmt/format.h>

namespace moisson::pipeline {

std::string make_run_id(const Clock& clock) {
    std::string stamp = format_timestamp_seconds(clock.now());
    std::erase_if(stamp, [](char letter) { return letter == '-' || letter == ':'; });
    std::random_device random;
    return fmt::format("{}-{:08x}", stamp, random());
}

}  // namespace moisson::pipeline

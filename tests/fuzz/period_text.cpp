/// libFuzzer target: period text. Build and run with tests/fuzz/run.
#include "../fuzz/period_text.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    if (const std::string problem = moisson::fuzz::period_text_problem(text); !problem.empty()) {
        std::fprintf(stderr, "%s\n", problem.c_str());
        std::abort();
    }
    return 0;
}

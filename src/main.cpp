/// The program: everything is in `cli`; this is the last resort for what nobody foresaw.

#include <cstdio>
#include <exception>

#include "cli/run.hpp"

int main(int argc, char** argv) {
    try {
        return moisson::cli::run(argc, argv);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "moisson: internal error: %s\n", problem.what());
    } catch (...) {
        std::fputs("moisson: internal error of an unknown kind\n", stderr);
    }
    return 1;
}

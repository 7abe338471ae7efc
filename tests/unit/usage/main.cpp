// Started anew as a reader, this program reads documents as `moisson` does.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <array>

#include "usage/usage.hpp"

int main(int count, char** arguments) {
    const std::array jobs{moisson::usage::reader_job()};
    if (const auto code = moisson::cage::run_if_child(count, arguments, jobs)) {
        return *code;
    }
    return doctest::Context(count, arguments).run();
}

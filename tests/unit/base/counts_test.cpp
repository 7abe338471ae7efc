/// Counts for people.

#include <doctest/doctest.h>

#include "base/counts.hpp"

using namespace moisson;

TEST_CASE("a person would read another size or number than there is") {
    CHECK(format_bytes(999) == "999 B");
    CHECK(format_bytes(1000) == "1.0 kB");
    CHECK(format_bytes(999'999) == "999.9 kB");
    CHECK(format_bytes(UINT64_MAX) == "18.4 EB");
    CHECK(format_count(0) == "0");
    CHECK(format_count(999) == "999");
    CHECK(format_count(1234567) == "1 234 567");
    CHECK(plural(1, "file") == "1 file");
    CHECK(plural(2, "file") == "2 files");
}

/// What a page shows, read back as the summary writes it.
#include <doctest/doctest.h>

#include "bundle/markup.hpp"

using namespace moisson::bundle;

TEST_CASE("every amount of a cell has its minus: a month with a charge in one currency and a credit in another could not be closed") {
    CHECK(plain_number("54.65 EUR\n\u22120.59 USD") == "54.65EUR\n-0.59USD");
    CHECK(plain_number("\u22121\u202f234,50 EUR\n\u22122,00 USD") == "-1234.50EUR\n-2.00USD");
    CHECK(plain_number("12,00\u00a0EUR") == "12.00EUR");
}

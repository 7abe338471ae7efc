#include <doctest/doctest.h>

#include <string_view>

#include "domain/to_do.hpp"

using namespace moisson;

TEST_CASE("a command is one that a shell takes as it stands, or none") {
    // An id of the service would run as a command where somebody copies the line.
    const MonthRange october{Month::parse("2026-10"), Month::parse("2026-10")};
    CHECK(command_for("amount-missing", "INV-2026_1.a", october) == "moisson explain INV-2026_1.a");
    for (const std::string_view id : {"", "-x", "a b", "a;b", "$(a)", "a'b", "a\nb", "été"}) {
        CHECK(command_for("amount-missing", id, october).empty());
    }
    CHECK(command_for("document-failed", "x y", october) == "moisson export --period 2026-10");
    CHECK(command_for("file-damaged", "", october) == "moisson export --period 2026-10 --refetch");
    CHECK(command_for("month-outdated", "", october) == "moisson export --due");
    CHECK(command_for("evidence-not-signed", "", october) == "moisson evidence stamp OUT/2026-10");
    CHECK(command_for("document-failed", "", {}).empty());
    CHECK(command_for("document-failed", "", {october.first, {}}).empty());
}

TEST_CASE("who acts is said of each kind") {
    CHECK(who_acts("invoices-not-visible") == Acting::administrator);
    CHECK(who_acts("document-missing") == Acting::support);
    CHECK(who_acts("amount-unusual") == Acting::accounting);
    CHECK(who_acts("erp-account-missing") == Acting::operations);
}

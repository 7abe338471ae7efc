/// Whether a list without invoices is taken for what it is: a Visitor's.

#include "books/visibility.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::books;

namespace {

std::optional<Period> month(const char* text) {
    if (*text == '\0') {
        return std::nullopt;
    }
    const Month parsed = *Month::parse(text);
    return Period{parsed.first_day(), parsed.last_day()};
}

using Documents = std::vector<std::pair<const char*, const char*>>;

std::string hidden(const Documents& documents, const char* last = "2026-10") {
    Visibility visibility;
    for (const auto& [type, period] : documents) {
        visibility.add(type, month(period));
    }
    MonthRange exported;
    if (*last != '\0') {
        exported = {Month::parse(last), Month::parse(last)};
    }
    return visibility.hidden_invoices(exported).value_or(Message()).english();
}

}  // namespace

TEST_CASE("a visitor's month would be called complete although nobody could see its invoice") {
    const std::string from_september =
        "invoices are not visible: consumption is listed, and documents from 2026-09 on, but no invoice or bill of any month";
    for (const char* type : {"comsumptionRatedReports", "partialBills", "partialConsumptionRatedReports"}) {
        CAPTURE(type);
        CHECK(hidden({{type, "2026-09"}}) == from_september);
        CHECK(hidden({{type, "2026-09"}, {type, "2026-10"}}, "2026-09") == from_september);  // October's begins: September is over
        CHECK(hidden({{type, "2026-10"}, {type, "2026-09"}}, "") == from_september);         // --all
        CHECK(hidden({{type, "2026-09"}, {"reports", "2026-10"}}, "2026-09") == from_september);
        // What a Visitor sees: consumption of the running month alone, and reports of the past.
        CHECK(hidden({{type, "2026-11"}, {"reports", "2026-09"}}) == from_september);
        CHECK(hidden({{type, ""}, {"reports", "2026-09"}}) == from_september);
    }
}

TEST_CASE("a manager's month would be called incomplete") {
    CHECK(hidden({{"comsumptionRatedReports", "2026-09"}, {"invoices", "2026-09"}}).empty());
    CHECK(hidden({{"comsumptionRatedReports", "2026-09"}, {"bills", "2024-01"}}).empty());
    CHECK(hidden({{"comsumptionRatedReports", "2026-09"}, {"invoices", ""}}).empty());
    CHECK(hidden({{"invoices", "2026-09"}}).empty());
    CHECK(hidden({}).empty());
}

TEST_CASE("a new contract, or one with documents of kinds we do not know, would be blamed on the role") {
    // Its first month: the bill is made in the next one.
    CHECK(hidden({{"comsumptionRatedReports", "2026-10"}, {"partialBills", "2026-10"}}).empty());
    CHECK(hidden({{"partialBills", "2026-11"}}).empty());
    CHECK(hidden({{"partialBills", "2026-11"}}, "").empty());
    // Reports alone are no consumption; a month that cannot be read is no month.
    CHECK(hidden({{"reports", "2026-01"}, {"reports", "2026-09"}}).empty());
    CHECK(hidden({{"partialBills", ""}}).empty());
    // It may be the invoice under another name.
    CHECK(hidden({{"comsumptionRatedReports", "2026-01"}, {"creditNotes", "2026-02"}}).empty());
    CHECK(hidden({{"comsumptionRatedReports", "2026-01"}, {"", "2026-02"}}).empty());
}

// Readings that are kept from one run to the next.
#include "invoice/kept_reading.hpp"

#include <string>

#include <doctest/doctest.h>

#include "invoice/messages.hpp"

using namespace moisson;

TEST_CASE("what is kept is what was read, and anything else is read anew") {
    // A month would get other values from its second export on.
    const Currency euro = *find_currency("EUR");
    invoice::Reading reading;
    reading.values.from = ValuesFrom::xml;
    reading.values.kind = InvoiceKind::credit_note;
    reading.values.number = "F-1";
    reading.values.issue_date = std::chrono::year(2026) / 11 / 2;
    reading.values.billed = Period{std::chrono::year(2026) / 10 / 1, std::chrono::year(2026) / 10 / 31};
    reading.values.currency = euro;
    reading.values.net = Money{10'000, euro};
    reading.values.vat_lines = {{"S", BigDecimal{20, 0}, Money{10'000, euro}, Money{2'000, euro}, ""}};
    reading.amount_is = AmountIs::net;
    reading.is_read = true;
    reading.observations = {{"vat-sum-wrong", invoice::messages::net_is_not_gross(*reading.values.net, Money{12'000, euro})}};
    const std::string kept = invoice::to_bytes(reading);
    const auto again = invoice::reading_from(kept);
    REQUIRE(again.has_value());
    CHECK(again->values == reading.values);
    CHECK(again->amount_is == reading.amount_is);
    CHECK(again->is_read);
    REQUIRE(again->observations.size() == 1);
    CHECK(again->observations[0].code == reading.observations[0].code);
    for (const Language language : {Language::english, Language::french}) {
        CHECK(again->observations[0].message.in(language) == reading.observations[0].message.in(language));
    }
    for (std::size_t at = 0; at < kept.size(); ++at) {
        CAPTURE(at);
        CHECK_FALSE(invoice::reading_from(kept.substr(0, at)).has_value());
    }
    CHECK_FALSE(invoice::reading_from("x" + kept).has_value());
}

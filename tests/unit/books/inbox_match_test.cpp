/// One invoice that came by two channels: paid twice where it is not seen as one, not at all where it is taken for another.
#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "books/inbox_match.hpp"

using namespace moisson;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::year_month_day last_of_october = 2026y / 10 / 31;

InvoiceValues invoice(const char* number, std::int64_t net) {
    InvoiceValues values;
    values.from = ValuesFrom::xml;
    values.kind = net < 0 ? InvoiceKind::credit_note : InvoiceKind::invoice;
    values.number = number;
    values.issue_date = last_of_october;
    values.seller.siren = "732829320";
    values.currency = find_currency("EUR");
    values.net = Money{net, *values.currency};
    values.vat = Money{net / 5, *values.currency};
    values.gross = Money{net + net / 5, *values.currency};
    return values;
}

/// The two sides, and what became of them as one line: "S1=matched:I1 I1=matched:S1".
struct Sides {
    std::deque<InvoiceValues> kept;
    std::vector<books::ServiceInvoice> service;
    std::vector<books::InboxInvoice> inbox;
    std::vector<std::string> sellers;

    books::ServiceInvoice& listed(const char* id, std::int64_t amount) {
        books::ServiceInvoice one;
        one.contract_id = "OCB0000001";
        one.document_id = id;
        one.amount = Money{amount, *find_currency("EUR")};
        one.period = Period{2026y / 10 / 1, last_of_october};
        one.counted = true;
        return service.emplace_back(one);
    }
    books::ServiceInvoice& listed(const char* id, InvoiceValues values) {
        books::ServiceInvoice& one = listed(id, values.net->amount_minor);
        one.values = &kept.emplace_back(std::move(values));
        return one;
    }
    books::InboxInvoice& laid(const char* name, InvoiceValues values, const char* sha256 = "") {
        return inbox.emplace_back(books::InboxInvoice{name, sha256, &kept.emplace_back(std::move(values))});
    }
    [[nodiscard]] std::string matched() const {
        const books::InboxMatches matches = books::match_inbox(service, inbox, sellers);
        std::string text;
        const auto say = [&](std::string_view name, const books::InboxMatch& one, std::string_view partner) {
            text += std::string(text.empty() ? "" : " ") + std::string(name) + "=" + std::string(to_text(one.where));
            text += partner.empty() ? "" : ":" + std::string(partner);
            for (const InboxField field : one.fields) {
                text += "," + std::string(to_text(field));
            }
        };
        for (std::size_t at = 0; at < service.size(); ++at) {
            const books::InboxMatch& one = matches.service[at];
            say(service[at].document_id, one,
                !one.partner                       ? std::string_view()
                : one.where == InboxClass::doubled ? service[*one.partner].document_id
                                                   : inbox[*one.partner].name);
        }
        for (std::size_t at = 0; at < inbox.size(); ++at) {
            const books::InboxMatch& one = matches.inbox[at];
            say(inbox[at].name, one,
                !one.partner                       ? std::string_view()
                : one.where == InboxClass::doubled ? inbox[*one.partner].name
                                                   : service[*one.partner].document_id);
        }
        return text;
    }
};

InvoiceValues with_contract(InvoiceValues values, const char* contract = "OCB0000001") {
    values.contract_reference = contract;
    return values;
}

}  // namespace

TEST_CASE("number and seller make one invoice of two, and what differs is named") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    sides.listed("S2", invoice("F2", 20000));
    sides.listed("S3", invoice("F3", 30000));
    sides.laid("a.xml", invoice("F2", 20001));
    sides.laid("b.xml", invoice("F1", 10000));
    sides.laid("c.xml", invoice("F4", 30000));
    CHECK(sides.matched() ==
          "S1=matched:b.xml S2=differs:a.xml,net,gross S3=only-service "
          "a.xml=differs:S2,net,gross b.xml=matched:S1 c.xml=only-inbox");
}

TEST_CASE("another supplier's invoice is left alone, whatever its number and amounts are") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    InvoiceValues other = with_contract(invoice("F1", 10000));
    other.seller.siren = "356000000";
    sides.laid("other.xml", other);
    CHECK(sides.matched() == "S1=only-service other.xml=other-supplier");
    sides.sellers = {"356 000 000"};
    CHECK(sides.matched() == "S1=only-service other.xml=only-inbox");  // a second company of the supplier
}

TEST_CASE("a seller is the same by SIREN, by SIRET and by VAT id") {
    for (const int way : {0, 1, 2, 3}) {
        CAPTURE(way);
        Sides sides;
        sides.listed("S1", invoice("F1", 10000));
        InvoiceValues values = invoice("F1", 10000);
        values.seller.siren = way == 0 ? "732829320" : "";
        values.seller.siret = way == 1 ? "73282932000074" : "";
        values.seller.vat_id = way == 2 ? "FR44732829320" : way == 3 ? "fr 44 732829320" : "";
        sides.laid("a.xml", values);
        CHECK(sides.matched() == "S1=matched:a.xml a.xml=matched:S1");
    }
}

TEST_CASE("a credit note is never the invoice of its number") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    sides.laid("credit.xml", invoice("F1", -10000));
    CHECK(sides.matched() == "S1=only-service credit.xml=only-inbox");
    sides.listed("S2", -10000);
    sides.inbox.clear();
    sides.laid("credit.xml", with_contract(invoice("F9", -10000)));
    CHECK(sides.matched() == "S1=only-service S2=matched:credit.xml credit.xml=matched:S2");
}

TEST_CASE("the number of another year is another invoice; without a date it is that of the only year there is") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    InvoiceValues old = invoice("F1", 10000);
    old.issue_date = 2025y / 10 / 31;
    sides.laid("old.xml", old);
    CHECK(sides.matched() == "S1=only-service old.xml=only-inbox");
    InvoiceValues undated = invoice("F1", 10000);
    undated.issue_date = {};
    sides.laid("undated.xml", undated);
    CHECK(sides.matched() == "S1=only-service old.xml=only-inbox undated.xml=ambiguous");
    sides.inbox.erase(sides.inbox.begin());
    CHECK(sides.matched() == "S1=matched:undated.xml undated.xml=matched:S1");
}

TEST_CASE("an invoice that is there twice counts once: the same bytes, or the same number with whatever else in it") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    sides.laid("a.xml", invoice("F1", 10005), "aa");
    sides.laid("b.xml", invoice("F1", 10000), "bb");
    sides.laid("c.xml", invoice("F1", 10000), "bb");
    sides.laid("d.xml", invoice("F7", 70000), "dd");
    sides.laid("e.xml", invoice("F7", 70000), "ee");
    CHECK(sides.matched() ==
          "S1=matched:b.xml a.xml=doubled:b.xml,net,vat,gross b.xml=matched:S1 c.xml=doubled:b.xml "
          "d.xml=only-inbox e.xml=doubled:d.xml");
}

TEST_CASE("of two documents of the service the one that counts stands for the invoice") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000)).counted = false;
    sides.listed("S2", invoice("F1", 10000));
    sides.laid("a.xml", invoice("F1", 10000));
    CHECK(sides.matched() == "S1=doubled:S2 S2=matched:a.xml a.xml=matched:S2");
}

TEST_CASE("without a number on the service's side contract, amount, currency and day decide, where they leave one choice") {
    Sides sides;
    sides.listed("net", 10000);
    sides.listed("gross", 24000);
    sides.laid("a.xml", with_contract(invoice("F1", 10000)));
    sides.laid("b.xml", with_contract(invoice("F2", 20000)));
    CHECK(sides.matched() == "net=matched:a.xml gross=matched:b.xml a.xml=matched:net b.xml=matched:gross");

    SUBCASE("a cent off is no partner, and nobody knows whose it is") {
        sides.inbox.clear();
        sides.laid("a.xml", with_contract(invoice("F1", 10001)));
        CHECK(sides.matched() == "net=only-service gross=only-service a.xml=other-supplier");
    }
    SUBCASE("one that tells no amounts is no partner either") {
        sides.inbox.clear();
        InvoiceValues silent = with_contract(invoice("F1", 10000));
        silent.net = silent.vat = silent.gross = {};
        sides.laid("a.xml", silent);
        CHECK(sides.matched() == "net=only-service gross=only-service a.xml=other-supplier");
    }
    SUBCASE("another contract, another currency, another month") {
        sides.inbox.clear();
        sides.laid("a.xml", with_contract(invoice("F1", 10000), "OCB0000002"));
        InvoiceValues dollars = with_contract(invoice("F2", 20000));
        dollars.currency = find_currency("USD");
        dollars.net->currency = dollars.gross->currency = dollars.vat->currency = *dollars.currency;
        sides.laid("b.xml", dollars);
        InvoiceValues later = with_contract(invoice("F3", 10000));
        later.issue_date = 2026y / 11 / 30;
        sides.laid("c.xml", later);
        CHECK(sides.matched() == "net=only-service gross=only-service a.xml=other-supplier b.xml=other-supplier c.xml=other-supplier");
    }
    SUBCASE("two that fit one document, or one that fits two, match nothing") {
        sides.laid("c.xml", with_contract(invoice("F3", 10000)));
        CHECK(sides.matched() == "net=ambiguous gross=matched:b.xml a.xml=ambiguous b.xml=matched:gross c.xml=ambiguous");
        sides.inbox.pop_back();
        sides.listed("twin", 12000);
        CHECK(sides.matched() == "net=ambiguous gross=matched:b.xml twin=ambiguous a.xml=ambiguous b.xml=matched:gross");
    }
}

TEST_CASE("months with equal amounts stay apart by their days") {
    Sides sides;
    for (const auto month : {8, 9, 10}) {
        const std::chrono::year_month_day end{2026y / month / std::chrono::last};
        books::ServiceInvoice& one = sides.listed(month == 8 ? "M8" : month == 9 ? "M9" : "M10", 10000);
        one.period = Period{2026y / month / 1, end};
        InvoiceValues values = with_contract(invoice(month == 8 ? "F8" : month == 9 ? "F9" : "F10", 10000));
        values.issue_date = std::chrono::sys_days(end) + std::chrono::days(3);
        sides.laid(month == 8 ? "8.xml" : month == 9 ? "9.xml" : "10.xml", values);
    }
    CHECK(sides.matched() == "M8=matched:8.xml M9=matched:9.xml M10=matched:10.xml 8.xml=matched:M8 9.xml=matched:M9 10.xml=matched:M10");
}

TEST_CASE("a number that names no seller needs more than itself") {
    Sides sides;
    sides.listed("S1", invoice("F1", 10000));
    InvoiceValues nameless = invoice("F1", 10000);
    nameless.seller = {};
    SUBCASE("amount and day agree, or day and contract") {
        sides.laid("a.pdf", nameless);
        CHECK(sides.matched() == "S1=matched:a.pdf a.pdf=matched:S1");
        sides.inbox.clear();
        nameless.net->amount_minor += 1;
        nameless.gross->amount_minor += 1;
        sides.laid("a.pdf", with_contract(nameless));
        CHECK(sides.matched() == "S1=differs:a.pdf,net,gross a.pdf=differs:S1,net,gross");
    }
    SUBCASE("only the day agrees") {
        nameless.net->amount_minor += 1;
        nameless.gross->amount_minor += 1;
        sides.laid("a.pdf", nameless);
        CHECK(sides.matched() == "S1=only-service a.pdf=other-supplier");
    }
}

TEST_CASE("the service's own bytes are its document, read or not; what tells nothing is said to be unreadable") {
    Sides sides;
    sides.listed("S1", 10000).sha256 = "aa";
    sides.inbox = {{"renamed.pdf", "aa", nullptr}, {"copy.pdf", "aa", nullptr}, {"scan.pdf", "bb", nullptr}};
    CHECK(sides.matched() == "S1=matched:copy.pdf renamed.pdf=doubled:copy.pdf copy.pdf=matched:S1 scan.pdf=unreadable");
}

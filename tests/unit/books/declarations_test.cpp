/// What the job file says of contracts that ended or never show an invoice.

#include "books/declarations.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::books;

namespace {

const Contract sold{"OCB0000001", "Plant", "", "", "", "", ""};
const Contract elsewhere{"OCB0000002", "Belgium", "", "", "", "", ""};

BooksSettings settings() {
    BooksSettings books;
    books.ended = {{"OCB*1", *Month::make(2026, 10), "sold"}};
    books.no_invoices = {{"belgium", "billed there"}};
    return books;
}

LedgerEntry entry_of(const Contract& contract, const char* month, Standing standing = Standing::final_) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.standing = standing;
    entry.period = Period{Month::parse(month)->first_day(), Month::parse(month)->last_day()};
    return entry;
}

}  // namespace

TEST_CASE("a contract that ended would owe a bill for ever, or a bill before its end would not be missed") {
    const BooksSettings books = settings();
    const Declarations ended = declarations_of(books, sold);
    REQUIRE(ended.ended != nullptr);
    CHECK_FALSE(ended.frees(*Month::make(2026, 9)));
    CHECK(ended.frees(*Month::make(2026, 10)));
    CHECK(ended.frees(*Month::make(2027, 1)));
    const Declarations silent = declarations_of(books, elsewhere);
    CHECK(silent.ended == nullptr);
    CHECK(silent.frees(*Month::make(2020, 1)));
    CHECK_FALSE(declarations_of(BooksSettings{}, sold).frees(*Month::make(2026, 10)));
}

TEST_CASE("a declaration would hide a document that comes after all") {
    const BooksSettings books = settings();
    Message why;
    CHECK(contradicts(declarations_of(books, sold), entry_of(sold, "2026-10"), why));
    CHECK(why.english().find("2026-10") != std::string::npos);
    CHECK_FALSE(contradicts(declarations_of(books, sold), entry_of(sold, "2026-09"), why));
    CHECK_FALSE(contradicts(declarations_of(books, sold), entry_of(sold, "2026-11", Standing::provisional), why));
    CHECK(contradicts(declarations_of(books, elsewhere), entry_of(elsewhere, "2020-01"), why));
    CHECK_FALSE(contradicts(declarations_of(books, elsewhere), entry_of(elsewhere, "2020-01", Standing::supporting), why));
}

TEST_CASE("what the job file declares would not be seen by whoever reads the month") {
    const BooksSettings books = settings();
    std::vector<Finding> findings;
    tell_declarations(declarations_of(books, sold), sold, {Month::make(2026, 9), Month::make(2026, 9)}, findings);
    CHECK(findings.empty());
    tell_declarations(declarations_of(books, sold), sold, {Month::make(2026, 10), Month::make(2026, 10)}, findings);
    tell_declarations(declarations_of(books, elsewhere), elsewhere, {}, findings);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].code.text() == "contract-ended");
    CHECK(findings[0].message.english().find("sold") != std::string::npos);
    CHECK(findings[1].code.text() == "contract-no-invoices");
}

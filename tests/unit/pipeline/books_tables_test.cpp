// The books as tables of a bundle, and back.
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "pipeline/books_record.hpp"
#include "pipeline/books_tables.hpp"
#include "support/memory_store.hpp"
#include "support/state_samples.hpp"

using namespace moisson;
using namespace moisson::test;

namespace {

using Files = std::map<std::string, std::string>;

Files files_of(const state::Books& books) {
    Files files;
    for (auto& [path, bytes] : pipeline::books_files(books)) {
        files[path] = bytes;
    }
    return files;
}

Result<state::Books> read(const Files& files) {
    return pipeline::read_books([&](const std::string& path, const std::function<void(std::string_view)>& sink) -> Status {
        const auto found = files.find(path);
        if (found == files.end()) {
            return fail(ErrorCode::not_found, "it is not there", path);
        }
        for (std::size_t at = 0; at < found->second.size(); at += 7) {
            sink(std::string_view(found->second).substr(at, 7));
        }
        return {};
    });
}

/// Every table has a row, and texts hold what tables find hard.
state::Books full() {
    state::Books books;
    books.chain = {{1, "2026-09", std::string(64, 'a'), std::string(64, 'b')}, {2, "2026-10", std::string(64, 'c'), std::string(64, 'd')}};
    books.adoptions = {{1, Timestamp(std::chrono::milliseconds(1'795'000'000'123)), "why, \"so\"\r\nthen", "what"}};
    books.adopted_months = {month("2026-08")};
    ClosingEvent closing;
    closing.period = month("2026-10");
    closing.at = Timestamp(std::chrono::milliseconds(1'795'000'000'123));
    closing.by = "ana";
    closing.ledger_sha256 = std::string(64, 'c');
    books.history = {closing, reopening("2026-10"), closing};
    books.history[2].revision = 2;
    books.months = {closed_month("2026-10", 2)};
    books.rows = {closed_row("2026-10", "OCB1", std::string("a\0b", 3), money(-500)), closed_row("2026-10", "OCB2", "c", std::nullopt)};
    books.judged = {
        {month("2026-10"), {"OCB1", "n", "o", "on", "c", "cn", "p", "paris"}, {"bills", "invoices"}, {{"x", "bills", ""}, {"y", "", ""}}}};
    books.addenda = {addendum(1, pipeline::archived_run), addendum(2, pipeline::archived_run)};
    books.postings = {posting("", "a", 1, pipeline::archived_run), posting("fec", "a", 2, pipeline::archived_run)};
    books.postings[0].number = 1;
    books.postings[1].number = 2;
    books.bases = {{"fec", month("2026-10"), 1, pipeline::archived_run}};
    books.numbers["fec"] = {{"number/ACH/2026-01-01", "OCB1/a/1", 1}};
    books.published = {{month("2026-11"), pipeline::archived_run, std::string(64, 'e')}};
    books.published_rows = {published_row("2026-11", "OCB1", "d", money(7, "JPY"))};
    state::ContractRecord contract;
    contract.contract = contract_record("OCB1").contract;
    contract.first_month = month("2026-03");
    contract.earlier_name = "an \xff earlier name";
    books.contracts = {contract};
    books.documents = {document_record("OCB1", std::string("a\0b", 3), 1), document_record("OCB1", std::string("a\0b", 3), 2)};
    for (state::DocumentRecord& record : books.documents) {
        record.first_seen_run.clear();
        record.damaged = true;
    }
    return books;
}

bool are_equal(const state::Books& left, const state::Books& right) { return files_of(left) == files_of(right); }

}  // namespace

TEST_CASE("books come back from their tables as they were") {
    // Else: a state made of an archive books a posting twice, or takes a closed month's row for changed.
    const state::Books books = full();
    const auto back = read(files_of(books));
    REQUIRE(back.has_value());
    CHECK(are_equal(*back, books));
    CHECK(back->months == books.months);
    CHECK(back->history == books.history);
    CHECK(back->rows == books.rows);
    CHECK(back->judged == books.judged);
    CHECK(back->addenda == books.addenda);
    CHECK(back->postings == books.postings);
    CHECK(back->bases == books.bases);
    CHECK(back->numbers == books.numbers);
    CHECK(back->documents == books.documents);
    CHECK(back->contracts == books.contracts);
    CHECK(back->published_rows == books.published_rows);
    CHECK(back->adoptions == books.adoptions);
    CHECK(are_equal(*read(files_of(state::Books{})), state::Books{}));
}

TEST_CASE("books that are not whole are refused with the place") {
    // Else: a table that somebody cut or lost makes a state that books again what it forgot.
    const Files files = files_of(full());
    for (const auto& [path, bytes] : files) {
        CAPTURE(path);
        Files without = files;
        without.erase(path);
        CHECK(read(without).error().code == (path == "books/tables.csv" ? ErrorCode::not_found : ErrorCode::verification));
        Files cut = files;
        cut[path].resize(bytes.size() - 3);
        CHECK(read(cut).error().code == ErrorCode::verification);
        Files longer = files;
        longer[path] += bytes.substr(bytes.find('\n') + 1);
        CHECK(read(longer).error().code == ErrorCode::verification);
    }
    Files other = files;
    other["books/closed_rows.csv"].replace(other["books/closed_rows.csv"].find("EUR"), 3, "EUX");
    CHECK(read(other).error().message.english().find("books/closed_rows.csv row 2") != std::string::npos);
    other = files;
    other["books/tables.csv"].replace(other["books/tables.csv"].find("format,2"), 8, "format,3");
    CHECK(read(other).error().code == ErrorCode::bad_input);
    other = files;
    other["books/tables.csv"].replace(other["books/tables.csv"].find("format,2"), 8, "format,1");
    CHECK(read(other).error().message.english().find("books/closed_contracts.csv row 1") != std::string::npos);
    other = files;
    other["books/posting_terms.csv"] = "number,basis,remarks\n9,a,b\n";
    CHECK(read(other).error().code == ErrorCode::verification);
}

TEST_CASE("books of bundles from before there were perimeters come back, their contracts without one") {
    // Else: who lost a state right after an update of the program has no books any more.
    state::Books books = full();
    Files files = files_of(books);
    for (const auto& [path, what] : std::vector<std::pair<std::string, std::string>>{
             {"books/contracts.csv", ",perimeter"}, {"books/contracts.csv", ",paris"}, {"books/closed_contracts.csv", ",perimeter"},
             {"books/closed_contracts.csv", ",paris"}}) {
        CAPTURE(path);
        REQUIRE(files[path].find(what) != std::string::npos);
        files[path].erase(files[path].find(what), what.size());
    }
    files["books/tables.csv"].replace(files["books/tables.csv"].find("format,2"), 8, "format,1");
    books.judged[0].contract.perimeter.clear();
    books.contracts[0].contract.perimeter.clear();
    const auto back = read(files);
    REQUIRE(back.has_value());
    CHECK(back->judged == books.judged);
    CHECK(back->contracts == books.contracts);
    CHECK(are_equal(*back, books));
}

TEST_CASE("a state made of the books of another has the same books") {
    // Else: after a lost state the next month's corrections are wrong.
    MemoryStore first;
    first.restore(full(), {}, "r");
    const state::Books carried = pipeline::books_with(first, Publication{}, month("2026-11"));
    MemoryStore second;
    const auto back = read(files_of(carried));
    REQUIRE(back.has_value());
    second.restore(*back, {}, "r");
    CHECK(are_equal(pipeline::books_with(second, Publication{}, month("2026-11")), carried));
    CHECK(second.load_closed_months() == first.load_closed_months());
    CHECK(second.load_closing_history() == first.load_closing_history());
    CHECK(second.load_chain() == first.load_chain());
    CHECK(second.load_postings_of("fec") == first.load_postings_of("fec"));
    CHECK(pipeline::place_of(carried).number == 3);
    CHECK(pipeline::place_of(carried).previous->folder == "2026-10");
    CHECK(pipeline::place_of(carried).closings == 3);
}

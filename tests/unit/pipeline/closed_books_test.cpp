// Closed months as one run sees them: what came late is booked once, in the month that is open, and by exactly the difference.
#include "pipeline/closed_books.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/files.hpp"
#include "pipeline/settle.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;
using pipeline::ClosedBooks;
using pipeline::LateEntry;

const Contract contract{"OCB1", "Contract", "", "", "", "", ""};

Money euros(std::int64_t cents) { return {cents, *find_currency("EUR")}; }
Month month(const char* text) { return *Month::parse(text); }

LedgerEntry invoice(std::string id, const char* period, std::int64_t cents, std::uint32_t version = 1) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = std::move(id);
    entry.document_type = "invoices";
    entry.version = version;
    entry.standing = Standing::final_;
    entry.status = DocumentStatus::ok;
    entry.amount = euros(cents);
    entry.currency = entry.amount->currency;
    entry.period = Period{month(period).first_day(), month(period).last_day()};
    entry.sha256 = std::string(64, 'a');
    entry.media_type = "application/pdf";
    return entry;
}

ClosedRow closed_row(const LedgerEntry& entry) {
    return {entry.period->month(), contract.id, entry.document_id, entry.version, entry.document_type, true, entry.amount,
            entry.sha256,          "row"};
}

/// A state in which some months are closed, and runs over it.
struct Scene {
    test::MemoryStore state;
    config::Job job;
    books::CountingRule rule;
    std::unique_ptr<ClosedBooks> books;
    RunSummary summary;
    std::vector<Finding> findings;

    Scene() { job.export_.out = "/nowhere"; }

    void close(const char* period, const std::vector<LedgerEntry>& entries) {
        ClosedMonth closed;
        closed.period = month(period);
        closed.ledger_sha256 = std::string(64, 'b');
        closed.verdict = "complete";
        std::vector<ClosedRow> rows;
        for (const LedgerEntry& entry : entries) {
            rows.push_back(closed_row(entry));
        }
        state.save_closing(closed, rows, {}, {});
    }

    /// An export of these months, as the service lists `entries`.
    void run(const char* first, const char* last, std::vector<LedgerEntry> entries, const std::string& run_id = "run-2") {
        job.export_.period = MonthRange{month(first), month(last)};
        summary = {};
        findings.clear();
        books = std::make_unique<ClosedBooks>(job, std::vector<std::string>{}, state, rule, run_id, true);
        std::vector<LateEntry> late;
        if (books->looks_back()) {
            const std::vector<const std::string*> first_seen(entries.size(), &run_id);
            books->rules().judge(contract, entries, first_seen);
            std::vector<LedgerEntry> counted = entries;
            for (const ClosedBooks::Kept& kept : books->select(contract, counted, findings)) {
                late.push_back({counted[kept.entry], kept.change, kept.counted_before, kept.held_sha256});
            }
        }
        books->take(std::move(late), std::nullopt, summary);
    }
};

}  // namespace

TEST_CASE("an invoice that comes after its month was closed is booked in the open month, once: twice would be paid twice") {
    Scene scene;
    const LedgerEntry known = invoice("known", "2026-09", 1000);
    const LedgerEntry late = invoice("late", "2026-09", 250);
    scene.close("2026-09", {known});
    scene.run("2026-10", "2026-10", {known, late});
    REQUIRE(scene.summary.addenda.size() == 1);
    const Addendum& addendum = scene.summary.addenda[0];
    CHECK(addendum.file_name() == "addendum-2026-09-01.csv");
    CHECK(addendum.booking_period == month("2026-10"));
    REQUIRE(addendum.rows.size() == 1);
    CHECK(addendum.rows[0].document_id == "late");
    CHECK(addendum.rows[0].change == Change::late);
    CHECK_FALSE(addendum.rows[0].counted_before.has_value());
    CHECK(addendum.rows[0].path.starts_with("data/addenda/2026-09-01/OCB1/2026-09/invoices/"));
    CHECK(scene.books->books_something());
    scene.books->begin_publication();
    scene.books->end_publication();

    scene.run("2026-10", "2026-10", {known, late}, "run-3");
    CHECK(scene.summary.addenda.size() == 1);
    CHECK_FALSE(scene.books->books_something());
    scene.run("2026-11", "2026-11", {known, late}, "run-4");
    CHECK(scene.summary.addenda.empty());
    CHECK_FALSE(scene.books->books_something());
}

TEST_CASE("a correction of a closed month books the difference: what stood in the books is said beside what stands there now") {
    Scene scene;
    const LedgerEntry before = invoice("a", "2026-09", 1000);
    scene.close("2026-09", {before});
    LedgerEntry replaced = before;
    replaced.findings.insert("superseded");
    scene.run("2026-10", "2026-10", {replaced, invoice("a", "2026-09", 900, 2)});
    REQUIRE(scene.summary.addenda.size() == 1);
    const AddendumRow& row = scene.summary.addenda[0].rows.at(0);
    CHECK(row.change == Change::version);
    CHECK(row.counted_before == euros(1000));
    CHECK(row.amount == euros(900));
    REQUIRE(scene.summary.addendum_sums.size() == 1);
    REQUIRE(scene.summary.addendum_sums[0].differences.size() == 1);
    CHECK(scene.summary.addendum_sums[0].differences[0].total == euros(-100));
}

TEST_CASE("rows of a closed month keep the perimeter that they were closed with, wherever the contract is read today") {
    // A month that an accountant closed for one company would be another one's, and its corrections would go to that one's accounts.
    Contract now = contract;
    now.perimeter = "lyon";
    struct Case {
        const char* what;
        std::optional<std::string> kept;  ///< empty: a closing from before anything was kept
        std::string expected;
    };
    for (const Case& one : {Case{"another login", "paris", "paris"}, Case{"from before there were perimeters", "", ""},
                            Case{"the same login", "lyon", "lyon"}, Case{"nothing was kept", std::nullopt, ""}}) {
        CAPTURE(one.what);
        Scene scene;
        std::vector<LedgerEntry> entries{invoice("a", "2026-09", 1000), invoice("late", "2026-09", 5), invoice("b", "2026-10", 7)};
        ClosedMonth closed;
        closed.period = month("2026-09");
        closed.ledger_sha256 = std::string(64, 'b');
        std::vector<ClosedContract> judged;
        if (one.kept) {
            judged.push_back({closed.period, contract, books::CountingRule().choice_for(contract).types, {}});
            judged.back().contract.perimeter = *one.kept;
        }
        scene.state.save_closing(closed, std::vector{closed_row(entries[0])}, judged, {});
        scene.job.export_.period = MonthRange{month("2026-10"), month("2026-10")};
        scene.books = std::make_unique<ClosedBooks>(scene.job, std::vector<std::string>{}, scene.state, scene.rule, "run-2", true);
        for (LedgerEntry& entry : entries) {
            entry.contract = &now;
        }
        const std::string run_id = "run-2";
        scene.books->rules().judge(now, entries, std::vector<const std::string*>(entries.size(), &run_id));
        CHECK(entries[0].contract->perimeter == one.expected);
        CHECK(entries[1].contract->perimeter == one.expected);
        CHECK(entries[0].contract->name == "Contract");
        CHECK(entries[2].contract == &now);
    }
}

TEST_CASE("ranges and partial views book nothing: two people would book the same addendum in two months") {
    const LedgerEntry late = invoice("late", "2026-08", 250);
    SUBCASE("a range") {
        Scene scene;
        scene.close("2026-08", {});
        scene.run("2026-09", "2026-10", {late});
        CHECK(scene.summary.addenda.empty());
        CHECK_FALSE(scene.books->books_something());
    }
    SUBCASE("a filter") {
        Scene scene;
        scene.close("2026-08", {});
        scene.job.export_.contracts = {"OCB1"};
        scene.run("2026-10", "2026-10", {late});
        CHECK(scene.summary.addenda.empty());
        CHECK_FALSE(scene.books->books_something());
        CHECK(scene.books->exported() == nullptr);
    }
    SUBCASE("the whole month does") {
        Scene scene;
        scene.close("2026-08", {});
        scene.run("2026-10", "2026-10", {late});
        CHECK(scene.summary.addenda.size() == 1);
    }
}

TEST_CASE("an export of the closed month itself takes nothing late into it: its ledger is what was sealed") {
    Scene scene;
    scene.close("2026-09", {invoice("known", "2026-09", 1000)});
    scene.run("2026-09", "2026-09", {invoice("known", "2026-09", 1000), invoice("late", "2026-09", 250)});
    REQUIRE(scene.books->exported() != nullptr);
    CHECK(scene.books->exported()->period == month("2026-09"));
    CHECK(scene.summary.addenda.empty());
    CHECK_FALSE(scene.books->books_something());
}

TEST_CASE("each closed month gets an addendum of its own, numbered on from those that it has") {
    Scene scene;
    scene.close("2026-08", {});
    scene.close("2026-09", {});
    const LedgerEntry first = invoice("a", "2026-08", 1);
    const LedgerEntry second = invoice("b", "2026-09", 2);
    scene.run("2026-10", "2026-10", {first, second});
    REQUIRE(scene.summary.addenda.size() == 2);
    CHECK(scene.summary.addenda[0].file_name() == "addendum-2026-08-01.csv");
    CHECK(scene.summary.addenda[1].file_name() == "addendum-2026-09-01.csv");
    scene.books->begin_publication();
    scene.books->end_publication();
    scene.run("2026-11", "2026-11", {first, second, invoice("c", "2026-08", 3)}, "run-3");
    REQUIRE(scene.summary.addenda.size() == 1);
    CHECK(scene.summary.addenda[0].file_name() == "addendum-2026-08-02.csv");
    CHECK(scene.summary.addenda[0].rows.at(0).document_id == "c");
}

TEST_CASE("two late documents of one name get paths of their own: one file would stand for both in the archive") {
    Scene scene;
    scene.close("2026-09", {});
    LedgerEntry one = invoice("a", "2026-09", 1);
    LedgerEntry other = invoice("b", "2026-09", 2);
    one.filename = other.filename = "invoice.pdf";
    other.sha256 = std::string(64, 'c');
    scene.run("2026-10", "2026-10", {one, other});
    REQUIRE(scene.summary.addenda.size() == 1);
    REQUIRE(scene.summary.addenda[0].rows.size() == 2);
    CHECK(scene.summary.addenda[0].rows[0].path != scene.summary.addenda[0].rows[1].path);
}

TEST_CASE("what a killed run was publishing is booked where its folder shows, and taken back where it does not") {
    const test::ScratchFolder out;
    test::MemoryStore state;
    const auto begin = [&](const std::string& run_id, const std::string& folder) {
        Publication publication;
        publication.run_id = run_id;
        publication.folder = (out / folder).string();
        Addendum addendum;
        addendum.period = month("2026-09");
        addendum.booking_period = month(folder.c_str());
        addendum.run_id = run_id;
        addendum.number = folder == "2026-10" ? 1 : 2;
        AddendumRow row;
        row.contract_id = contract.id;
        row.document_id = "late";
        addendum.rows.push_back(row);
        publication.addenda.push_back(addendum);
        state.begin_publication(publication);
    };
    begin("shown", "2026-10");
    begin("lost", "2026-11");
    REQUIRE(make_folders(out / "2026-10"));
    REQUIRE(write_file(out / "2026-10/summary.json", R"({"schema":1,"run_id":"shown"})"));
    REQUIRE(make_folders(out / "2026-11"));
    REQUIRE(write_file(out / "2026-11/summary.json", R"({"schema":1,"run_id":"an earlier run"})"));
    pipeline::settle_publications(state, out.path());
    CHECK(state.pending_publications().empty());
    REQUIRE(state.load_addenda().size() == 1);
    CHECK(state.load_addenda()[0].run_id == "shown");
}

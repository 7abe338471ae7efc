#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "books/changes.hpp"

using namespace moisson;

namespace {

const Currency euro = *find_currency("EUR");
const Contract one{"OCB1", "One", "", "", "", "", ""};
const Contract two{"OCB2", "Two", "", "", "", "", ""};

books::PublishedDocument before(const Contract& contract, std::string id, std::optional<std::int64_t> minor, bool counted = true,
                                std::uint32_t version = 1) {
    books::PublishedDocument document;
    document.row.contract_id = contract.id;
    document.row.document_id = std::move(id);
    document.row.document_type = "invoices";
    document.row.version = version;
    document.row.counted = counted;
    document.row.amount = minor ? std::optional(Money{*minor, euro}) : std::nullopt;
    document.row.sha256 = "aa";
    document.contract_name = contract.name;
    document.filename = "a.pdf";
    return document;
}

LedgerEntry now(const Contract& contract, std::string id, std::optional<std::int64_t> minor, bool counted = true,
                std::uint32_t version = 1) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = std::move(id);
    entry.document_type = "invoices";
    entry.version = version;
    entry.counted = counted;
    entry.amount = minor ? std::optional(Money{*minor, euro}) : std::nullopt;
    entry.sha256 = "aa";
    entry.filename = "a.pdf";
    return entry;
}

std::vector<std::string> told(const std::vector<DocumentChange>& changes) {
    std::vector<std::string> words;
    for (const DocumentChange& change : changes) {
        words.push_back(change.document_id + " " + std::string(to_text(change.event)));
    }
    return words;
}

}  // namespace

TEST_CASE("each document that is not as it was is told once, by the first thing that holds") {
    // A reissued invoice would be told as new and as gone, or a renamed one as reissued.
    std::vector<books::PublishedDocument> last{before(one, "gone", 1),     before(one, "same", 1),  before(one, "reissued", 1),
                                               before(one, "renamed", 1),  before(one, "both", 1),  before(one, "counting", 1),
                                               before(one, "file", 1),     before(one, "away", 1),  before(one, "away long ago", 1),
                                               before(one, "", 1, true, 1), before(one, "", 1, true, 2),
                                               before(one, "other name", 1)};
    last[8].withdrawn = true;
    std::vector<LedgerEntry> entries{now(two, "added", 5),          now(one, "same", 1),
                                     now(one, "reissued", 1, false), now(one, "reissued", 2, true, 2),
                                     now(one, "renamed", 1, false), now(one, "renamed", 1, true, 2),
                                     now(one, "both", 1, false),    now(one, "both", 3, true, 2),
                                     now(one, "counting", 1, false), now(one, "file", 1),
                                     now(one, "away", 1),           now(one, "away long ago", 1),
                                     now(one, "", 1, true, 1),      now(one, "", 1, true, 3),
                                     now(one, "other name", 1)};
    entries.back().filename = "c.pdf";
    entries[5].filename = "b.pdf";
    entries[7].filename = "b.pdf";
    entries[9].sha256 = "bb";
    entries[10].findings.insert("no-longer-listed");
    entries[11].findings.insert("no-longer-listed");
    const auto changes = books::compare_documents(last, entries);
    CHECK(told(changes) == std::vector<std::string>{" gone", " new", "away withdrawn", "both reissued", "counting counted-otherwise",
                                                    "file file-changed", "gone gone", "other name renamed", "reissued reissued", "renamed renamed", "added new"});
    const DocumentChange& renamed = changes[9];
    CHECK(renamed.filename_before == "a.pdf");
    CHECK(renamed.filename == "b.pdf");
    CHECK(renamed.version == 2);
    const DocumentChange& reissued = changes[8];
    CHECK(reissued.before->amount_minor == 1);
    CHECK(reissued.now->amount_minor == 2);
    CHECK(changes.back().contract_name == "Two");
    CHECK_FALSE(changes.back().before.has_value());
}

TEST_CASE("sums are compared by contract and currency, where they differ") {
    // A contract that vanished would be no change, and one that stayed the same would be among them.
    const std::vector<books::PublishedDocument> last{before(one, "a", 100), before(one, "b", 50), before(two, "c", 70),
                                                     before(two, "d", 9, false)};
    std::vector<LedgerEntry> entries{now(one, "e", 150), now(one, "f", 20, false)};
    LedgerEntry yen = now(one, "g", 1000);
    yen.amount = Money{1000, *find_currency("JPY")};
    entries.push_back(yen);
    const auto sums = books::compare_sums(last, entries, [](const std::string&) { return true; });
    REQUIRE(sums.size() == 2);
    CHECK(sums[0].currency.code() == "JPY");
    CHECK_FALSE(sums[0].before.has_value());
    CHECK(sums[0].is_first);
    CHECK(sums[1].contract_id == "OCB2");
    CHECK(sums[1].contract_name == "Two");
    CHECK(sums[1].before->amount_minor == 70);
    CHECK_FALSE(sums[1].now.has_value());
    CHECK_FALSE(sums[1].is_first);
}

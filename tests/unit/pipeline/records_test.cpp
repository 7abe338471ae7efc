#include <doctest/doctest.h>

#include "pipeline/collector.hpp"
#include "pipeline/records.hpp"

namespace {

using moisson::pipeline::match_versions;
using moisson::pipeline::to_record;
using moisson::state::DocumentRecord;
namespace wire = moisson::wire;

wire::Document listed(std::string id, std::string updated_at, std::string amount) {
    wire::Document document;
    document.id = std::move(id);
    document.updatedAt = std::move(updated_at);
    document.amount = std::move(amount);
    document.amount_kind = wire::AmountKind::number;
    document.currency = "EUR";
    document.period = "202610";
    document.documentType = "invoices";
    return document;
}

DocumentRecord known(const wire::Document& document, std::uint32_t version, std::string sha256) {
    DocumentRecord record = to_record(document, "OCB1", version);
    record.sha256 = std::move(sha256);
    record.first_seen_run = "run-1";
    return record;
}

}  // namespace

TEST_CASE("a document that did not change keeps its version and file: otherwise every run would fetch it again") {
    const auto document = listed("a", "2026-10-02T00:00:00Z", "10");
    const auto result = match_versions({document}, {known(document, 1, "digest")}, "OCB1", "run-2");
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].record.version == 1);
    CHECK(result.documents[0].record.sha256 == "digest");
    CHECK(result.documents[0].latest);
    CHECK(result.documents[0].listed);
    CHECK_FALSE(result.documents[0].is_new);
}

TEST_CASE("a moved updatedAt, amount, currency, period or type is a new version beside the old one: else a correction would be lost") {
    const auto old = listed("a", "2026-10-02T00:00:00Z", "10");
    std::vector<wire::Document> changes(5, old);
    changes[0].updatedAt = "2026-10-09T00:00:00Z";
    changes[1].amount = "11";
    changes[2].currency = "USD";
    changes[3].period = "202609";
    changes[4].documentType = "bills";
    for (const auto& changed : changes) {
        CAPTURE(&changed - changes.data());
        const auto result = match_versions({changed}, {known(old, 1, "digest")}, "OCB1", "run-2");
        REQUIRE(result.documents.size() == 2);
        CHECK(result.documents[0].record.sha256 == "digest");
        CHECK_FALSE(result.documents[0].latest);
        CHECK_FALSE(result.documents[0].listed);
        CHECK(result.documents[0].id_listed);
        CHECK(result.documents[1].record.version == 2);
        CHECK(result.documents[1].record.sha256.empty());
        CHECK(result.documents[1].latest);
        CHECK(result.documents[1].is_new);
        CHECK(result.documents[1].changed_since_known);
    }
}

TEST_CASE("a new file name alone is no new version: it would be booked as a correction") {
    const auto old = listed("a", "2026-10-02T00:00:00Z", "10");
    auto renamed = old;
    renamed.filename = "other.pdf";
    const auto result = match_versions({renamed}, {known(old, 1, "digest")}, "OCB1", "run-2");
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].document.filename == "other.pdf");
}

TEST_CASE("values that go back to those of an earlier version are a third version: the latest row must say what the service says") {
    const auto first = listed("a", "2026-10-02T00:00:00Z", "10");
    const auto second = listed("a", "2026-10-05T00:00:00Z", "11");
    const auto result = match_versions({first}, {known(first, 1, "one"), known(second, 2, "two")}, "OCB1", "run-3");
    REQUIRE(result.documents.size() == 3);
    CHECK(result.documents[2].record.version == 3);
    CHECK(result.documents[2].document.amount == "10");
    CHECK(result.documents[2].latest);
    CHECK(result.documents[2].listed);

    // The run after that finds the third version again: otherwise every run would make one more and fetch its file.
    const auto again = match_versions({first}, {known(first, 1, "one"), known(second, 2, "two"), known(first, 3, "one")}, "OCB1", "run-4");
    REQUIRE(again.documents.size() == 3);
    CHECK_FALSE(again.documents[2].is_new);
    CHECK(again.documents[2].listed);
    CHECK_FALSE(again.documents[0].listed);
}

TEST_CASE("an id listed twice: equal items stand once, different ones are versions by age, and a second run finds both again") {
    const auto older = listed("a", "2026-10-02T00:00:00Z", "10");
    const auto newer = listed("a", "2026-10-05T00:00:00Z", "12");
    const auto once = match_versions({older, older}, {}, "OCB1", "run-1");
    REQUIRE(once.documents.size() == 1);
    CHECK(once.documents[0].listed_twice);

    const auto both = match_versions({newer, older}, {}, "OCB1", "run-1");
    REQUIRE(both.documents.size() == 2);
    CHECK(both.documents[0].document.amount == "10");
    CHECK(both.documents[1].document.amount == "12");
    CHECK(both.documents[1].latest);

    const auto again = match_versions({newer, older}, {both.documents[0].record, both.documents[1].record}, "OCB1", "run-2");
    REQUIRE(again.documents.size() == 2);
    CHECK_FALSE(again.documents[0].is_new);
    CHECK_FALSE(again.documents[1].is_new);
}

TEST_CASE("an id listed twice in conflict: the same row counts whatever the order of the list, and the conflict is told") {
    struct Row {
        const char* what;
        wire::Document one;
        wire::Document other;
        std::size_t versions;
        bool in_conflict;
    };
    const auto plain = listed("a", "2026-10-02T00:00:00Z", "10");
    auto other_type = listed("a", "2026-10-05T00:00:00Z", "10");
    other_type.documentType = "reports";
    auto other_name = plain;
    other_name.filename = "b.pdf";
    auto ageless = listed("a", "", "12");
    ageless.updatedAt.reset();
    auto ageless_too = ageless;
    ageless_too.amount = "11";
    const Row rows[] = {
        {"same age, other amount", plain, listed("a", "2026-10-02T00:00:00Z", "12"), 2, true},
        {"later, but of another type", plain, other_type, 2, true},
        {"neither has an age", ageless, ageless_too, 2, true},
        {"later", plain, listed("a", "2026-10-05T00:00:00Z", "12"), 2, false},
        {"only the file name differs", plain, other_name, 1, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto first = match_versions({row.one, row.other}, {}, "OCB1", "run-1");
        const auto turned = match_versions({row.other, row.one}, {}, "OCB1", "run-1");
        REQUIRE(first.documents.size() == row.versions);
        REQUIRE(turned.documents.size() == row.versions);
        std::vector<DocumentRecord> records;
        for (std::size_t at = 0; at < row.versions; ++at) {
            CHECK(first.documents[at].document == turned.documents[at].document);
            CHECK(first.documents[at].listed_in_conflict == row.in_conflict);
            records.push_back(first.documents[at].record);
        }
        const auto again = match_versions({row.other, row.one}, records, "OCB1", "run-2");
        REQUIRE(again.documents.size() == row.versions);
        CHECK(again.documents.back().document == first.documents.back().document);
        CHECK(again.documents.back().listed_in_conflict == row.in_conflict);
    }
}

TEST_CASE("items without an id are in one order, however they were listed: else a second run would number them anew") {
    const auto one = listed("", "2026-10-02T00:00:00Z", "10");
    const auto other = listed("", "2026-10-02T00:00:00Z", "12");
    CHECK(match_versions({one, other}, {}, "OCB1", "run-1").without_id == match_versions({other, one}, {}, "OCB1", "run-1").without_id);
}

TEST_CASE("a document that is no longer listed stays: a smaller perimeter must not erase books") {
    const auto document = listed("a", "2026-10-02T00:00:00Z", "10");
    const auto result = match_versions({}, {known(document, 1, "digest")}, "OCB1", "run-2");
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].latest);
    CHECK_FALSE(result.documents[0].id_listed);
    CHECK(result.documents[0].document.amount == "10");
}

TEST_CASE("items without an id are kept apart, each one: they cannot be fetched but must be named") {
    auto nameless = listed("", "2026-10-02T00:00:00Z", "10");
    const auto result = match_versions({nameless, nameless}, {}, "OCB1", "run-1");
    CHECK(result.documents.empty());
    CHECK(result.without_id.size() == 2);
}

TEST_CASE("a record gives back exactly the item it was made of, absent members included: rows are made again from it") {
    wire::Document bare;
    bare.id = "x";
    auto full = listed("y", "2026-10-02T00:00:00Z", "1e2");
    full.filename = std::string("a\0b", 3);
    full.createdAt = "";
    for (const auto& document : {bare, full}) {
        CHECK(moisson::pipeline::to_wire(to_record(document, "OCB1", 1)) == document);
    }
}

TEST_CASE("a document of an inbox is never missed in a list, and one that the service lists under its id is the service's") {
    // It would be told as withdrawn in every run, or stand in the ledger twice.
    DocumentRecord of_inbox = known(listed("b", "", "20"), 1, "digest");
    moisson::pipeline::mark_of_inbox(of_inbox);
    std::vector<DocumentRecord> all{known(listed("a", "2026-10-02T00:00:00Z", "10"), 1, ""), of_inbox,
                                    known(listed("c", "2026-10-02T00:00:00Z", "30"), 1, "")};
    const auto taken = moisson::pipeline::take_of_inbox(all);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0] == of_inbox);
    REQUIRE(all.size() == 2);
    auto versioned = match_versions({listed("a", "2026-10-02T00:00:00Z", "10")}, all, "OCB1", "run-2");
    moisson::pipeline::add_of_inbox(versioned, taken);
    REQUIRE(versioned.documents.size() == 3);
    CHECK(versioned.documents[1].record == of_inbox);
    CHECK(versioned.documents[1].id_listed);
    CHECK(versioned.documents[1].latest);
    CHECK_FALSE(versioned.documents[1].is_new);
    CHECK_FALSE(versioned.documents[2].id_listed);
    auto same = match_versions({listed("b", "2026-10-02T00:00:00Z", "21")}, {}, "OCB1", "run-2");
    moisson::pipeline::add_of_inbox(same, taken);
    REQUIRE(same.documents.size() == 1);
    CHECK_FALSE(moisson::pipeline::is_of_inbox(same.documents[0].record));
}

TEST_CASE("whose invoice the service delivered since is kept with the document, and is no instant of it") {
    DocumentRecord record = to_record(listed("b", "", "20"), "OCB1", 1);
    record.present = static_cast<std::uint8_t>(record.present & ~16U);
    record.updated_at.clear();
    moisson::pipeline::mark_of_inbox(record);
    CHECK_FALSE(moisson::pipeline::is_delivered(record));
    moisson::pipeline::mark_delivered(record, "their-id");
    CHECK(moisson::pipeline::is_delivered(record));
    CHECK(moisson::pipeline::is_of_inbox(record));
    CHECK_FALSE(moisson::pipeline::to_wire(record).updatedAt.has_value());
}

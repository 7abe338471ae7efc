// Rows and findings out of versions: what the ledger says of each document, before anything is counted or fetched.
#include "pipeline/rows.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace moisson;
using pipeline::ContractRows;
using pipeline::ListedContract;
using pipeline::RowRules;

const Contract contract{"OCB1", "Contract", "", "", "", "", ""};

wire::Document item(std::string id, std::string period, std::string amount, std::string type = "invoices", std::string currency = "EUR") {
    wire::Document document;
    document.id = std::move(id);
    document.period = std::move(period);
    document.amount = std::move(amount);
    document.amount_kind = wire::AmountKind::number;
    document.currency = std::move(currency);
    document.documentType = std::move(type);
    document.updatedAt = "2026-10-02T00:00:00Z";
    document.createdAt = "2026-10-02T00:00:00Z";
    document.filename = "a.pdf";
    return document;
}

state::DocumentRecord known(const wire::Document& document, std::uint32_t version = 1) {
    state::DocumentRecord record = pipeline::to_record(document, contract.id, version);
    record.first_seen_run = "run-1";
    return record;
}

/// The rows of one contract and what is told of each, as a run about October 2026 makes them.
struct Scene {
    books::Declarations declared;
    books::CountingRule rule;
    bool gone = false;
    bool emptied = false;
    Completeness verdict = Completeness::complete;
    MonthRange period{Month::parse("2026-10"), Month::parse("2026-10")};
    ContractRows rows;
    std::vector<Finding> findings;

    void make(std::vector<wire::Document> listed, std::vector<state::DocumentRecord> before) {
        const ListedContract view{contract, declared, gone, emptied, verdict};
        const RowRules rules{rule, period};
        rows = pipeline::make_rows(pipeline::match_versions(std::move(listed), std::move(before), contract.id, "run-2"), view, rules);
        for (std::size_t at = 0; at < rows.documents.size(); ++at) {
            pipeline::tell_version(view, rules, rows, at, rows.entries[at], findings);
        }
    }
    [[nodiscard]] const Finding* find(std::string_view code) const {
        const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& one) { return one.code == code; });
        return found == findings.end() ? nullptr : &*found;
    }
};

}  // namespace

TEST_CASE("what a correction changes is said with both amounts and their difference: else somebody pays the sum of both") {
    struct Row {
        const char* what;
        wire::Document before;
        wire::Document now;
        const char* says;
    };
    const wire::Document plain = item("a", "202610", "10.50");
    wire::Document moved = plain;
    moved.updatedAt = "2026-10-09T00:00:00Z";
    const auto changed = [&](const char* amount, const char* currency = "EUR") {
        wire::Document document = item("a", "202610", amount, "invoices", currency);
        document.updatedAt = moved.updatedAt;
        return document;
    };
    const Row rows[] = {
        {"lower", plain, changed("8"), "version 2 replaces version 1: 10.50 EUR before, 8.00 EUR now, a difference of -2.50 EUR"},
        {"the same amount", plain, moved, "version 2 replaces version 1: 10.50 EUR as before"},
        {"another currency", plain, changed("8", "USD"), "version 2 replaces version 1: 10.50 EUR before, 8.00 USD now"},
        {"unreadable now", plain, changed("8.001"), "version 2 replaces version 1: 10.50 EUR before, no readable amount now"},
        {"unreadable before", changed("x"), plain, "version 2 replaces version 1: no readable amount before, 10.50 EUR now"},
        {"the lowest amount there is", item("a", "202610", "-92233720368547758.08"), changed("1"),
         "version 2 replaces version 1: -92233720368547758.08 EUR before, 1.00 EUR now"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Scene scene;
        scene.make({row.now}, {known(row.before)});
        REQUIRE(scene.rows.entries.size() == 2);
        REQUIRE(scene.find("version-changed") != nullptr);
        CHECK(scene.find("version-changed")->message == row.says);
        CHECK(scene.find("superseded")->message == "Version 1 was replaced by a later one and is not counted.");
        CHECK(scene.rows.entries[0].findings.contains("superseded"));
        CHECK(scene.rows.entries[1].findings.contains("version-changed"));
        CHECK_FALSE(scene.rows.entries[1].findings.contains("superseded"));
    }
}

TEST_CASE("a version whose data are those of the one before says that its file changed: two equal amounts would look like a double bill") {
    const wire::Document plain = item("a", "202610", "10");
    state::DocumentRecord second = known(plain, 2);
    second.first_seen_run = "run-1b";
    Scene scene;
    scene.make({plain}, {known(plain), second});
    REQUIRE(scene.find("version-changed") != nullptr);
    CHECK(scene.find("version-changed")->message == "version 2 replaces version 1: its file is another one, its data are the same");
}

TEST_CASE("flaws of a version that was replaced are not told: nobody can mend them, and the run would never be complete") {
    wire::Document flawed = item("a", "202610", "unreadable");
    wire::Document mended = item("a", "202610", "10");
    mended.updatedAt = "2026-10-09T00:00:00Z";
    Scene scene;
    scene.make({mended}, {known(flawed)});
    CHECK(scene.find("amount-unreadable") == nullptr);
    Scene alone;
    alone.make({flawed}, {});
    CHECK(alone.find("amount-unreadable") != nullptr);
}

TEST_CASE("a document that a list no longer has is withdrawn only where the list would show it: else books lose what is only old") {
    const EndedContract end{"OCB1", *Month::parse("2026-09"), "sold"};
    struct Row {
        const char* what;
        const char* period;  // of the document that is gone
        const char* listed;  // of one that is there; null: none is
        Completeness verdict;
        bool gone;
        bool has_ended;
        bool withdrawn;
    };
    const Row rows[] = {
        {"of a month that the list reaches back to", "202608", "202608", Completeness::complete, false, false, true},
        {"older than all that is listed", "202607", "202608", Completeness::complete, false, false, false},
        {"older, and of the exported month", "202610", "202611", Completeness::complete, false, false, true},
        {"nothing shows the list to be whole", "202608", "202608", Completeness::unproven, false, false, true},
        {"the list was capped", "202608", "202608", Completeness::capped, false, false, false},
        {"the list failed", "202608", "202608", Completeness::failed, false, false, false},
        {"the contract left the perimeter", "202608", nullptr, Completeness::failed, true, false, false},
        {"the contract has ended", "202610", "202608", Completeness::complete, false, true, false},
        {"its month is not known", "soon", "202608", Completeness::complete, false, false, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Scene scene;
        scene.verdict = row.verdict;
        scene.gone = row.gone;
        scene.declared.ended = row.has_ended ? &end : nullptr;
        scene.make(row.listed == nullptr ? std::vector<wire::Document>{} : std::vector<wire::Document>{item("there", row.listed, "1")},
                   {known(item("gone", row.period, "10"))});
        REQUIRE(scene.rows.entries.front().document_id == "gone");
        CHECK(scene.rows.entries.front().withdrawn == row.withdrawn);
    }
}

TEST_CASE("a decision on a withdrawn document holds whatever its month: the job file says that it is gone for good") {
    BooksSettings settings;
    settings.withdrawn.push_back({{"gone"}, {}, false, "cancelled"});
    Scene scene;
    scene.rule = books::CountingRule(settings);
    scene.make({item("there", "202609", "1")}, {known(item("gone", "202501", "10"))});
    CHECK(scene.rows.entries.front().withdrawn);
    REQUIRE(scene.find("no-longer-listed") != nullptr);
    CHECK_FALSE(scene.find("no-longer-listed")->raised);
}

TEST_CASE("what is no longer listed is told where the list says so, and an error only where nothing else tells of it") {
    struct Row {
        const char* what;
        const char* type;
        const char* period;
        Completeness verdict;
        bool emptied;
        bool told;
        bool raised;
    };
    const Row rows[] = {
        {"an invoice that the counting rule tells of", "invoices", "202610", Completeness::complete, false, true, false},
        {"an invoice older than the list", "invoices", "202501", Completeness::complete, false, true, true},
        {"a report", "reports", "202610", Completeness::complete, false, true, true},
        {"a simulation, which goes when the bill comes", "partialBills", "202610", Completeness::complete, false, true, false},
        {"under a capped list", "invoices", "202610", Completeness::capped, false, false, false},
        {"of a contract that lists nothing any more", "invoices", "202610", Completeness::unknown_answer, true, true, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Scene scene;
        scene.verdict = row.verdict;
        scene.emptied = row.emptied;
        scene.make({item("there", "202609", "1")}, {known(item("gone", row.period, "10", row.type))});
        const Finding* const finding = scene.find("no-longer-listed");
        REQUIRE((finding != nullptr) == row.told);
        if (finding != nullptr) {
            CHECK(finding->document_id == "gone");
            CHECK(finding->raised == row.raised);
        }
    }
}

TEST_CASE("an id that stands twice in a list is told once, as a conflict where nothing says which of the two holds") {
    const wire::Document one = item("a", "202610", "10");
    wire::Document later = item("a", "202610", "12");
    later.updatedAt = "2026-10-09T00:00:00Z";
    Scene same;
    same.make({one, one}, {});
    CHECK(same.find("document-id-duplicate") != nullptr);
    CHECK(same.find("document-id-conflict") == nullptr);
    Scene aged;
    aged.make({one, later}, {});
    CHECK(aged.find("document-id-conflict") == nullptr);
    CHECK(aged.rows.entries[1].findings.contains("document-id-duplicate"));
    Scene conflict;
    conflict.make({one, item("a", "202610", "12")}, {});
    CHECK(conflict.find("document-id-conflict") != nullptr);
    CHECK(conflict.find("document-id-duplicate") == nullptr);
}

TEST_CASE("a bill of a contract that was declared as ended is told of: the declaration hides missing bills") {
    const EndedContract end{"OCB1", *Month::parse("2026-10"), "sold"};
    Scene scene;
    scene.declared.ended = &end;
    scene.make({item("before", "202609", "1"), item("late", "202610", "10")}, {});
    REQUIRE(scene.find("declaration-contradicted") != nullptr);
    CHECK(scene.find("declaration-contradicted")->document_id == "late");
    CHECK_FALSE(scene.rows.entries[0].findings.contains("declaration-contradicted"));
}

TEST_CASE("documents without an id stand behind all others, numbered and failed: they cannot be fetched and must not look like one") {
    Scene scene;
    scene.make({item("", "202610", "1"), item("z", "202610", "2"), item("", "202610", "3")}, {});
    REQUIRE(scene.rows.entries.size() == 3);
    REQUIRE(scene.rows.of_values.size() == 3);
    CHECK(scene.rows.entries[0].document_id == "z");
    for (const std::size_t at : {std::size_t{1}, std::size_t{2}}) {
        CHECK(scene.rows.entries[at].version == at);
        CHECK(scene.rows.entries[at].status == DocumentStatus::failed);
        CHECK(scene.rows.entries[at].findings.contains("document-id-missing"));
    }
}

TEST_CASE("a type that the job file decided on counts as it says: the row's standing follows the decision") {
    BooksSettings settings;
    settings.types.push_back({"creditNotes", "invoices", "they are invoices"});
    Scene scene;
    scene.rule = books::CountingRule(settings);
    scene.make({item("a", "202610", "-5", "creditNotes"), item("b", "202610", "1", "leaflets")}, {});
    CHECK(scene.rows.entries[0].standing == Standing::final_);
    CHECK(scene.rows.entries[1].standing == Standing::supporting);
}

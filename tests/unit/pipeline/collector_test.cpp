// The perimeter, and what is believed of the lists of its contracts.
#include "pipeline/collector.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/manual_clock.hpp"
#include "support/memory_store.hpp"

namespace {

using namespace moisson;

const Month october = *Month::make(2026, 10);
const Month november = *Month::make(2026, 11);  // in which the run takes place

struct Document {
    std::string id;
    std::string type;
    std::string period;
};

wire::Contract listed(std::string id) {
    wire::Contract item;
    item.name = "Contract " + id;
    item.id = std::move(id);
    return item;
}

/// A run over October as it is planned: nothing is fetched.
struct Scene {
    config::Job job;
    test::MemoryStore state;
    SilentReporter reporter;
    test::ManualClock clock{"2026-11-22T10:00:00Z"};
    books::CountingRule rule;
    std::map<std::string, std::vector<Document>> lists;  ///< what the service has of each contract
    std::map<std::string, Error> failures;               ///< of contracts whose lists cannot be had
    std::map<std::pair<std::size_t, std::string>, Error> failures_of_login;
    std::map<std::pair<std::size_t, std::string>, std::vector<Document>> lists_of_login;  ///< where a lane is shown another list
    std::size_t questions = 0;

    Scene() { job.export_.period = {october, october}; }

    /// An earlier run saw the contract, with these documents.
    state::ContractRecord& remember(const std::string& id, const std::vector<Document>& documents) {
        record_ = {};
        record_.contract.id = id;
        record_.contract.name = "Contract " + id;
        record_.documents_last = documents.size();
        state.save_contract(record_);
        std::vector<state::DocumentRecord> records;
        for (const Document& one : documents) {
            state::DocumentRecord record;
            record.contract_id = id;
            record.document_id = one.id;
            record.document_type = one.type;
            record.period = one.period;
            record.present = 0x3f;
            record.first_seen_run = "run-1";
            records.push_back(std::move(record));
        }
        state.save_documents(records);
        return record_;
    }

    pipeline::Harvest run(const api::PerimeterResult& perimeter) {
        pipeline::ListedPerimeters listed;
        listed.emplace_back(perimeter);
        return run_listed(listed);
    }
    /// As many logins as there are lists.
    pipeline::Harvest run_listed(const pipeline::ListedPerimeters& listed) {
        std::vector<pipeline::Login> logins;
        for (std::size_t lane = 0; lane < listed.size(); ++lane) {
            logins.push_back({job.perimeters.empty() ? "" : job.perimeters[lane].name, urls_});
        }
        pipeline::Collector collector({job, logins, state, nullptr, reporter, "run-2", clock, nullptr, nullptr, nullptr, rule});
        collector.add_contracts(listed);
        for (bool goes_on = true; goes_on;) {
            goes_on = false;
            for (std::size_t lane = 0; lane < logins.size(); ++lane) {
                while (auto question = collector.next(lane)) {
                    ++questions;
                    goes_on = true;
                    collector.done({question->tag, answer(question->request, lane), 1});
                }
            }
        }
        collector.save();
        return collector.take_harvest();
    }
    pipeline::Harvest run(const std::vector<std::string>& ids) {
        api::PerimeterResult perimeter;
        for (const std::string& id : ids) {
            perimeter.contracts.push_back(listed(id));
        }
        return run(perimeter);
    }

private:
    [[nodiscard]] Result<transfer::Answer> answer(const http::Request& request, std::size_t lane) const {
        const std::string id(request.headers.find("X-ECCS-Contract-Id").value());
        const std::string& path = request.url.path_and_query;
        const auto type_at = path.find("documentType=");
        if (type_at == std::string::npos) {
            return transfer::Answer{200, {}, fmt::format(R"({{"id":"{}","name":"Contract {}"}})", id, id), std::nullopt};
        }
        if (const auto failure = failures_of_login.find({lane, id}); failure != failures_of_login.end()) {
            return tl::unexpected(failure->second);
        }
        if (const auto failure = failures.find(id); failure != failures.end()) {
            return tl::unexpected(failure->second);
        }
        const std::string type = path.substr(type_at + 13, path.find('&', type_at) - type_at - 13);
        std::string body;
        const auto own = lists_of_login.find({lane, id});
        for (const Document& one : own != lists_of_login.end() ? own->second
                                   : lists.contains(id)        ? lists.at(id)
                                                               : std::vector<Document>()) {
            if (type.empty() || type == one.type) {
                body += fmt::format(R"({}{{"id":"{}","documentType":"{}","period":"{}","amount":1,"currency":"EUR","filename":"{}.pdf"}})",
                                    body.empty() ? "" : ",", one.id, one.type, one.period, one.id);
            }
        }
        return transfer::Answer{200, {}, "[" + body + "]", std::nullopt};
    }

    api::ServiceUrls urls_{"https://service.test/v1", "https://service.test/oauth"};
    state::ContractRecord record_;
};

/// "code contract!" of each finding with that code; "!": it makes the run incomplete by itself.
std::string told(const pipeline::Harvest& harvest, std::string_view code) {
    std::string text;
    for (const Finding& one : harvest.findings) {
        if (one.code.text() == code) {
            text += fmt::format("{}{}{}", text.empty() ? "" : " ", one.contract_id + (one.document_id.empty() ? "" : "/" + one.document_id),
                                one.raised ? "!" : "");
        }
    }
    return text;
}

EndedContract ended(std::string contract, Month since) { return {std::move(contract), since, "sold"}; }

}  // namespace

TEST_CASE("contracts stand in the order of their ids, whatever the service lists first: else two runs differ in their bytes") {
    Scene scene;
    const auto harvest = scene.run({"OCB3", "OCB1", "OCB2"});
    REQUIRE(harvest.completeness.size() == 3);
    CHECK(harvest.completeness[0].contract->id == "OCB1");
    CHECK(harvest.completeness[2].contract->id == "OCB3");
    CHECK(harvest.contracts_listed == 3);
}

TEST_CASE("a contract that nobody asked for is neither asked for nor missed") {
    Scene scene;
    scene.job.export_.contracts = {"OCB1"};
    scene.remember("OCB9", {{"a", "invoices", "202609"}});
    const auto harvest = scene.run({"OCB1", "OCB2"});
    CHECK(harvest.completeness.size() == 1);
    CHECK(harvest.requests.contracts == 1);
    CHECK(harvest.requests.lists == scene.questions - 1);
    CHECK(told(harvest, "contract-gone").empty());
    CHECK(harvest.contracts_listed == 2);
}

TEST_CASE("a contract without an id has no documents that could be asked for: it would be missed in silence") {
    Scene scene;
    const auto harvest = scene.run({"", "OCB1"});
    REQUIRE(harvest.findings.size() >= 1);
    CHECK(harvest.findings[0].code == FindingCode("contract-failed"));
    CHECK(harvest.completeness.size() == 1);
}

TEST_CASE("a list of contracts that is cut, or that nothing shows to be whole, is told of") {
    Scene scene;
    api::PerimeterResult perimeter;
    perimeter.contracts = {listed("OCB1")};
    SUBCASE("cut") {
        perimeter.verdict = api::ListingVerdict::capped;
        const auto harvest = scene.run(perimeter);
        CHECK(harvest.findings[0].code == FindingCode("list-capped"));
        CHECK(harvest.findings[0].contract_id.empty());
    }
    SUBCASE("unproven") {
        perimeter.unproven = true;
        const auto harvest = scene.run(perimeter);
        CHECK(harvest.findings[0].code == FindingCode("list-unproven"));
    }
}

TEST_CASE("a contract that left the perimeter and still owes its bill makes the month incomplete; one that owes nothing does not") {
    struct Row {
        const char* what;
        std::vector<Document> known;
        std::optional<Month> ended_since;
        std::string asked_for;
        const char* told;
    };
    for (const Row& row : {
             Row{"billed until the month before", {{"a", "invoices", "202609"}}, std::nullopt, "", "OCB2!"},
             Row{"its last bill is here", {{"a", "invoices", "202609"}, {"b", "invoices", "202610"}}, std::nullopt, "", "OCB2"},
             Row{"only a report is here: no bill", {{"a", "invoices", "202609"}, {"b", "reports", "202610"}}, std::nullopt, "", "OCB2!"},
             Row{"declared to have ended", {{"a", "invoices", "202609"}}, october, "", "OCB2"},
             Row{"ends later than this month", {{"a", "invoices", "202609"}}, november, "", "OCB2!"},
             Row{"gone for long", {{"a", "invoices", "202507"}}, std::nullopt, "", ""},
             Row{"gone for long, and asked for by name", {{"a", "invoices", "202507"}}, std::nullopt, "OCB2", "OCB2"},
         }) {
        CAPTURE(row.what);
        Scene scene;
        scene.remember("OCB2", row.known);
        if (row.ended_since) {
            scene.job.books.ended = {ended("OCB2", *row.ended_since)};
        }
        if (!row.asked_for.empty()) {
            scene.job.export_.contracts = {row.asked_for};
        }
        const auto harvest = scene.run({"OCB1"});
        CHECK(told(harvest, "contract-gone") == row.told);
        for (const ContractCompleteness& one : harvest.completeness) {
            CHECK(one.contract->id != "OCB2");
        }
    }
}

TEST_CASE("a list that held documents and is empty now is not believed; where that is right, the job says so") {
    struct Row {
        const char* what;
        std::vector<Document> known;
        std::optional<Month> ended_since;
        bool silent;
        Completeness verdict;
        const char* code;
    };
    for (const Row& row : {
             Row{"invoices are gone", {{"a", "invoices", "202609"}}, std::nullopt, false, Completeness::unknown_answer, "list-emptied"},
             Row{"reports are gone", {{"a", "reports", "202609"}}, std::nullopt, false, Completeness::unknown_answer, "list-emptied"},
             Row{"provisional documents go", {{"a", "partialBills", "202610"}}, std::nullopt, false, Completeness::complete, "list-empty"},
             Row{"nothing was ever listed", {}, std::nullopt, false, Completeness::complete, "list-empty"},
             Row{"it ended", {{"a", "invoices", "202609"}}, october, false, Completeness::complete, ""},
             Row{"it shows no invoices", {}, std::nullopt, true, Completeness::complete, ""},
         }) {
        CAPTURE(row.what);
        Scene scene;
        scene.remember("OCB1", row.known);
        if (row.ended_since) {
            scene.job.books.ended = {ended("OCB1", *row.ended_since)};
        }
        if (row.silent) {
            scene.job.books.no_invoices = {{"OCB1", "signed elsewhere"}};
        }
        const auto harvest = scene.run({"OCB1"});
        REQUIRE(harvest.completeness.size() == 1);
        CHECK(harvest.completeness[0].verdict == row.verdict);
        CHECK(told(harvest, "list-emptied") == (std::string_view(row.code) == "list-emptied" ? "OCB1" : ""));
        CHECK(told(harvest, "list-empty") == (std::string_view(row.code) == "list-empty" ? "OCB1" : ""));
    }
}

TEST_CASE("what a contract's list could not be had for is kept from earlier runs, and the contract is not complete") {
    struct Row {
        ErrorCode error;
        Completeness verdict;
        const char* code;
    };
    for (const Row& row : {Row{ErrorCode::server_error, Completeness::failed, "contract-failed"},
                           Row{ErrorCode::forbidden, Completeness::forbidden, "contract-forbidden"}}) {
        Scene scene;
        scene.remember("OCB1", {{"a", "invoices", "202610"}});
        scene.lists["OCB2"] = {{"b", "invoices", "202610"}};
        scene.failures["OCB1"] = fail(row.error, "no list").value();
        const auto harvest = scene.run({"OCB1", "OCB2"});
        REQUIRE(harvest.completeness.size() == 2);
        CHECK(harvest.completeness[0].verdict == row.verdict);
        CHECK(told(harvest, row.code) == "OCB1");
        CHECK(harvest.completeness[1].verdict == Completeness::complete);
        REQUIRE(harvest.entries.size() == 2);
        CHECK(harvest.listed == 1);
        for (const LedgerEntry& entry : harvest.entries) {
            CHECK_FALSE(entry.withdrawn);  // a list that did not come says nothing of what is gone
        }
    }
}

TEST_CASE("the same documents under two contracts: an answer went to the wrong question, and nothing of it may be remembered") {
    Scene scene;
    scene.lists["OCB1"] = {{"a", "invoices", "202610"}};
    scene.lists["OCB2"] = {{"a", "invoices", "202610"}, {"b", "invoices", "202610"}};
    scene.lists["OCB3"] = {{"c", "invoices", "202610"}};
    const auto harvest = scene.run({"OCB1", "OCB2", "OCB3"});
    CHECK(told(harvest, "document-of-another-contract") == "OCB1/a OCB2/a");
    REQUIRE(harvest.completeness.size() == 3);
    CHECK(harvest.completeness[0].verdict == Completeness::unknown_answer);  // all that it lists is shared
    CHECK(harvest.completeness[1].verdict == Completeness::complete);
    CHECK(harvest.completeness[2].verdict == Completeness::complete);
    for (const LedgerEntry& entry : harvest.entries) {
        CHECK(entry.findings.contains("document-of-another-contract") == (entry.document_id == "a"));
    }
}

TEST_CASE("lists of several contracts that end at one length are cut there, when no longer one was ever given") {
    Scene scene;
    for (const std::string id : {"OCB1", "OCB2", "OCB3"}) {
        std::vector<Document> documents;
        for (int at = 0; at < (id == "OCB3" ? 11 : 12); ++at) {
            documents.push_back({fmt::format("{}-{}", id, at), "invoices", "2026" + fmt::format("{:02}", at % 10 + 1)});
        }
        scene.lists[id] = documents;
        // Compared in this month already, by lists that showed no more than the mixed one did.
        state::ContractRecord record = scene.remember(id, documents);
        record.mixed_list_trusted = true;
        record.compared_month = november;
        record.compared_count = documents.size();
        scene.state.save_contract(record);
    }
    const auto harvest = scene.run({"OCB1", "OCB2", "OCB3"});
    REQUIRE(harvest.completeness.size() == 3);
    CHECK(harvest.completeness[0].verdict == Completeness::capped);
    CHECK(harvest.completeness[1].verdict == Completeness::capped);
    CHECK(harvest.completeness[2].verdict == Completeness::complete);  // the others show that longer lists come whole
    CHECK(told(harvest, "list-capped") == "OCB1 OCB2");
}

TEST_CASE("a login that sees consumption and never an invoice has no complete month, unless the job says that there is none") {
    for (const bool silent : {false, true}) {
        CAPTURE(silent);
        Scene scene;
        scene.lists["OCB1"] = {{"a", "comsumptionRatedReports", "202609"}, {"b", "comsumptionRatedReports", "202610"}};
        scene.lists["OCB2"] = {{"c", "comsumptionRatedReports", "202610"}};  // the first month: nothing can be told yet
        if (silent) {
            scene.job.books.no_invoices = {{"OCB1", "signed elsewhere"}};
        }
        const auto harvest = scene.run({"OCB1", "OCB2"});
        REQUIRE(harvest.completeness.size() == 2);
        CHECK(harvest.completeness[0].verdict == (silent ? Completeness::complete : Completeness::forbidden));
        CHECK(told(harvest, "invoices-not-visible") == (silent ? "" : "OCB1"));
        CHECK(harvest.completeness[1].verdict == Completeness::complete);
    }
}

TEST_CASE("a contract whose entry in the list is as it was is not asked for its detail again: every month would cost a call more each") {
    Scene scene;
    state::ContractRecord record = scene.remember("OCB1", {});
    record.detail_known = true;
    record.list_item_digest = pipeline::list_item_digest(listed("OCB1"));
    scene.state.save_contract(record);
    CHECK(scene.run({"OCB1"}).requests.contracts == 0);
    api::PerimeterResult renamed;
    renamed.contracts = {listed("OCB1")};
    renamed.contracts[0].name = "another name";
    CHECK(scene.run(renamed).requests.contracts == 1);
}

namespace {

api::PerimeterResult perimeter_of(const std::vector<std::string>& ids) {
    api::PerimeterResult perimeter;
    for (const std::string& id : ids) {
        perimeter.contracts.push_back(listed(id));
    }
    return perimeter;
}

/// Logins "north" and "south".
struct Group : Scene {
    Group() {
        job.perimeters.resize(2);
        job.perimeters[0].name = "north";
        job.perimeters[1].name = "south";
    }
    pipeline::Harvest run(Result<api::PerimeterResult> north, Result<api::PerimeterResult> south) {
        pipeline::ListedPerimeters listed;
        listed.push_back(std::move(north));
        listed.push_back(std::move(south));
        return run_listed(listed);
    }
};

std::string perimeters_in(const pipeline::Harvest& harvest) {
    std::string text;
    for (const ContractCompleteness& one : harvest.completeness) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", one.contract->id, one.contract->perimeter);
    }
    return text;
}

}  // namespace

TEST_CASE("a contract that two logins see is counted once, for the one that sees most: else a group books it twice") {
    Group group;
    group.lists["OCB1"] = {{"a", "invoices", "202610"}};
    group.lists["OCB2"] = {{"b", "invoices", "202610"}, {"c", "reports", "202610"}};
    group.lists_of_login[{0, "OCB2"}] = {{"c", "reports", "202610"}};  // a visitor there
    group.lists["OCB3"] = {{"d", "invoices", "202610"}};
    const auto harvest = group.run(perimeter_of({"OCB1", "OCB2", "OCB9"}), perimeter_of({"OCB2", "OCB3"}));
    CHECK(perimeters_in(harvest) == "OCB1:north OCB2:south OCB3:south OCB9:north");
    CHECK(harvest.entries.size() == 4);
    CHECK(told(harvest, "contract-shared") == "OCB2");
    CHECK(told(harvest, "perimeters-disagree").empty());
    CHECK(harvest.contracts_listed == 4);
}

TEST_CASE("a document that the lesser login alone lists is a row: else it is lost because another login sees more") {
    Group group;
    group.lists["OCB1"] = {{"a", "invoices", "202610"}, {"b", "reports", "202610"}};
    group.lists_of_login[{1, "OCB1"}] = {{"c", "invoices", "202610"}};
    const auto harvest = group.run(perimeter_of({"OCB1"}), perimeter_of({"OCB1"}));
    CHECK(perimeters_in(harvest) == "OCB1:north");
    CHECK(harvest.entries.size() == 3);
    REQUIRE(harvest.to_fetch.size() == 3);
    CHECK(harvest.listed == 3);
}

TEST_CASE("a document that two logins are shown otherwise is an error, whatever the order") {
    for (const bool swapped : {false, true}) {
        CAPTURE(swapped);
        Group group;
        group.lists["OCB1"] = {{"a", "invoices", "202610"}, {"b", "reports", "202610"}};
        group.lists_of_login[{swapped ? 0U : 1U, "OCB1"}] = {{"a", "bills", "202610"}};
        const auto harvest = group.run(perimeter_of({"OCB1"}), perimeter_of({"OCB1"}));
        CHECK(perimeters_in(harvest) == (swapped ? "OCB1:south" : "OCB1:north"));
        CHECK(harvest.entries.size() == 2);
        CHECK(told(harvest, "perimeters-disagree") == "OCB1/a");
    }
}

TEST_CASE("a login that cannot list its contracts costs these, named, and nobody else's") {
    Group group;
    group.lists["OCB1"] = {{"a", "invoices", "202610"}};
    auto record = group.remember("OCB2", {{"b", "invoices", "202610"}});
    record.contract.perimeter = "south";
    group.state.save_contract(record);
    const auto harvest = group.run(perimeter_of({"OCB1"}), fail(ErrorCode::forbidden, "the key was refused"));
    CHECK(perimeters_in(harvest) == "OCB1:north OCB2:south");
    REQUIRE(harvest.completeness.size() == 2);
    CHECK(harvest.completeness[1].verdict == Completeness::forbidden);
    CHECK(std::count_if(harvest.findings.begin(), harvest.findings.end(),
                        [](const Finding& one) { return one.code == FindingCode("perimeter-failed"); }) == 1);
    CHECK(told(harvest, "contract-gone").empty());
    CHECK(harvest.entries.size() == 2);  // what is known of it stays
    CHECK(harvest.failed_perimeters == std::vector<std::string>{"south"});
}

TEST_CASE("a contract that moved from one login to another is the same contract, and its documents no new versions") {
    Group group;
    group.lists["OCB1"] = {{"a", "invoices", "202610"}};
    const auto first = group.run(perimeter_of({"OCB1"}), perimeter_of({}));
    CHECK(perimeters_in(first) == "OCB1:north");
    const auto second = group.run(perimeter_of({}), perimeter_of({"OCB1"}));
    CHECK(perimeters_in(second) == "OCB1:south");
    CHECK(second.entries.size() == 1);
    CHECK(told(second, "contract-gone").empty());
}

TEST_CASE("a perimeter that was not asked for is left out, and its contracts are not gone") {
    Group group;
    auto record = group.remember("OCB2", {{"b", "invoices", "202609"}});
    record.contract.perimeter = "south";
    group.state.save_contract(record);
    group.job.perimeters.pop_back();
    group.job.export_.perimeters = {"north"};
    pipeline::ListedPerimeters listed;
    listed.emplace_back(perimeter_of({"OCB1"}));
    const auto harvest = group.run_listed(listed);
    CHECK(perimeters_in(harvest) == "OCB1:north");
    CHECK(told(harvest, "contract-gone").empty());
}

TEST_CASE("a perimeter's own patterns leave out what is another perimeter's") {
    Group group;
    group.job.perimeters[0].contracts = {"OCB1"};
    const auto harvest = group.run(perimeter_of({"OCB1", "OCB2", "OCB3"}), perimeter_of({"OCB2"}));
    CHECK(perimeters_in(harvest) == "OCB1:north OCB2:south");
    CHECK(told(harvest, "contract-shared").empty());
}

namespace {

Error timed_out() {
    Error error = fail(ErrorCode::timeout, "no answer within 10 s").value();
    error.retry = Retry::never;
    return error;
}

}  // namespace

TEST_CASE("a login whose list broke off would have shown something: the other's whole list does not make the contract complete") {
    Group group;
    group.lists["OCB1"] = {{"a", "reports", "202610"}};
    group.failures_of_login[{1, "OCB1"}] = timed_out();
    const auto harvest = group.run(perimeter_of({"OCB1"}), perimeter_of({"OCB1"}));
    REQUIRE(harvest.completeness.size() == 1);
    CHECK(harvest.completeness[0].verdict == Completeness::failed);
    CHECK(harvest.completeness[0].reason.english().find("south") != std::string::npos);
    CHECK(harvest.entries.size() == 1);
}

TEST_CASE("a login that may not see a contract's documents casts no doubt on another's list, unless they were its own until now") {
    for (const bool was_its_own : {false, true}) {
        CAPTURE(was_its_own);
        Group group;
        group.lists["OCB1"] = {{"a", "reports", "202610"}};
        group.failures_of_login[{1, "OCB1"}] = fail(ErrorCode::forbidden, "403/50").value();
        auto record = group.remember("OCB1", {{"a", "reports", "202610"}});
        record.contract.perimeter = was_its_own ? "south" : "north";
        group.state.save_contract(record);
        const auto harvest = group.run(perimeter_of({"OCB1"}), perimeter_of({"OCB1"}));
        CHECK(harvest.completeness[0].verdict == (was_its_own ? Completeness::forbidden : Completeness::complete));
    }
}

TEST_CASE("what only a login showed that cannot be asked today is not withdrawn: else the books take it back") {
    Group group;
    group.lists["OCB1"] = {{"a", "reports", "202610"}};
    auto record = group.remember("OCB1", {{"a", "reports", "202610"}, {"b", "invoices", "202610"}});
    record.contract.perimeter = "south";
    group.state.save_contract(record);
    const auto harvest = group.run(perimeter_of({"OCB1"}), fail(ErrorCode::forbidden, "the key was refused"));
    CHECK(harvest.completeness[0].verdict == Completeness::forbidden);
    CHECK(told(harvest, "no-longer-listed").empty());
    CHECK(std::any_of(harvest.entries.begin(), harvest.entries.end(), [](const LedgerEntry& one) { return one.document_id == "b"; }));
    CHECK(std::none_of(harvest.entries.begin(), harvest.entries.end(), [](const LedgerEntry& one) { return one.withdrawn; }));
    CHECK(group.state.load_contracts().front().contract.perimeter == "south");  // and is asked for again
}

TEST_CASE("an item without an id that the lesser login alone lists is told of, and one that both list is told of once") {
    Group group;
    group.lists["OCB1"] = {{"a", "invoices", "202610"}, {"b", "reports", "202610"}, {"", "reports", "202610"}};
    group.lists_of_login[{1, "OCB1"}] = {{"", "reports", "202610"}, {"", "invoices", "202610"}};
    const auto harvest = group.run(perimeter_of({"OCB1"}), perimeter_of({"OCB1"}));
    CHECK(harvest.entries.size() == 4);
}

TEST_CASE("in a view of one perimeter a contract is left to the one under which it was read") {
    Group group;
    auto record = group.remember("OCB1", {{"a", "invoices", "202610"}, {"b", "invoices", "202610"}});
    record.contract.perimeter = "south";
    group.state.save_contract(record);
    group.lists["OCB1"] = {{"a", "invoices", "202610"}};
    group.job.perimeters.pop_back();
    group.job.export_.perimeters = {"north"};
    pipeline::ListedPerimeters listed;
    listed.emplace_back(perimeter_of({"OCB1", "OCB2"}));
    const auto harvest = group.run_listed(listed);
    CHECK(perimeters_in(harvest) == "OCB2:north");
    CHECK(harvest.entries.empty());
}

TEST_CASE("a contract that no perimeter's patterns name is told of, known or not: a slip would hide it") {
    Group group;
    group.job.perimeters[0].contracts = {"OCB1"};
    group.job.perimeters[1].contracts = {"OCB2"};
    group.remember("OCB3", {{"a", "invoices", "202610"}});
    const auto harvest = group.run(perimeter_of({"OCB1", "OCB3", "OCB4"}), perimeter_of({"OCB2", "OCB4"}));
    CHECK(told(harvest, "contract-left-out") == "OCB3 OCB4");
    CHECK(told(harvest, "contract-gone").empty());
    CHECK(perimeters_in(harvest) == "OCB1:north OCB2:south");
}

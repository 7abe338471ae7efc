// The questions that one contract is asked, in which order, how often, and what is believed of the answers.
#include "pipeline/contract_visit.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace moisson;
using pipeline::ContractVisit;
using After = ContractVisit::After;

const api::ServiceUrls urls{"https://service.test/v1", "https://service.test/oauth"};
const std::string detail_json = R"({"id":"OCB1","name":"One"})";
const std::string list_json = R"([{"id":"a","documentType":"invoices","period":"202610","amount":1,"currency":"EUR"}])";

Result<transfer::Answer> answer(std::string body) { return transfer::Answer{200, {}, std::move(body), std::nullopt}; }

/// Asked like any service, which shows the paths of its requests.
struct Scene {
    Redactor secrets;
    ContractVisit visit;

    explicit Scene(pipeline::VisitOptions options, std::string contract_id = "OCB1")
        : visit(urls, secrets, std::move(contract_id), std::move(options)) {}

    [[nodiscard]] std::string asks() {
        const auto question = visit.next();
        if (!question) {
            return "";
        }
        return question->request ? question->request->url.path_and_query : "refused";
    }
};

/// A list that a run of this month has compared with its types: one question shows it whole.
pipeline::VisitOptions trusted(bool detail = false) {
    pipeline::VisitOptions options;
    options.detail = detail;
    options.listing.mixed_list_trusted = true;
    options.listing.compared_count = 1;
    return options;
}

}  // namespace

TEST_CASE("the detail comes before the list, each once: else every run costs more calls than it may") {
    Scene scene(trusted(true));
    CHECK(scene.asks().starts_with("/v1/contract"));
    CHECK(scene.asks() == scene.asks());
    CHECK(scene.visit.take(answer(detail_json)) == After::go_on);
    const auto detail = scene.visit.take_detail();
    REQUIRE(detail.has_value());
    REQUIRE(detail->has_value());
    CHECK((*detail)->name == "One");
    CHECK_FALSE(scene.visit.take_detail().has_value());
    CHECK(scene.asks().find("documentType=&") != std::string::npos);
    CHECK(scene.visit.take(answer(list_json)) == After::over);
    CHECK(scene.asks().empty());
    const api::ListingResult list = scene.visit.take_list();
    CHECK(list.verdict == api::ListingVerdict::complete);
    CHECK(list.documents.size() == 1);
}

TEST_CASE("an answer that is no list is asked for again before it is believed, and then it is: a fault on the way hides no month") {
    Scene scene(trusted());
    const std::string first = scene.asks();
    CHECK(scene.visit.take(answer("<html>")) == After::later);
    CHECK(scene.asks() == first);
    CHECK(scene.visit.take(answer(R"({"documents": null})")) == After::later);
    CHECK(scene.asks() == first);
    SUBCASE("the third answer is well") {
        CHECK(scene.visit.take(answer(list_json)) == After::over);
        CHECK(scene.visit.take_list().verdict == api::ListingVerdict::complete);
    }
    SUBCASE("the third answer is not either: the types are asked in its place") {
        After after = scene.visit.take(answer("<html>"));
        int questions = 0;
        while (after == After::go_on && ++questions < 20) {
            after = scene.visit.take(answer("[]"));
        }
        CHECK(after == After::over);
        CHECK(questions == 6);
        CHECK(scene.visit.take_list().verdict == api::ListingVerdict::unknown_answer);
    }
}

TEST_CASE("a failed list is not asked for again here: the transfer loop has already tried as often as it may") {
    Scene scene(trusted());
    CHECK(scene.visit.take(fail(ErrorCode::server_error, "503")) == After::over);
    const api::ListingResult list = scene.visit.take_list();
    CHECK(list.verdict == api::ListingVerdict::failed);
    CHECK(list.error.code == ErrorCode::server_error);
}

TEST_CASE("where another contract's detail is what comes, nothing of the contract is believed and its list is not asked for") {
    Scene scene(trusted(true));
    const std::string others = R"({"id":"OCB2","name":"Two"})";
    CHECK(scene.visit.take(answer(others)) == After::later);
    CHECK(scene.visit.take(answer(others)) == After::later);
    CHECK(scene.visit.take(answer(others)) == After::over);
    const auto detail = scene.visit.take_detail();
    REQUIRE(detail.has_value());
    CHECK(detail->error().code == ErrorCode::verification);
    CHECK(scene.asks().empty());
}

TEST_CASE("a detail that cannot be had does not keep the list from being asked for: documents count more than names") {
    Scene scene(trusted(true));
    CHECK(scene.visit.take(fail(ErrorCode::server_error, "503")) == After::go_on);
    CHECK(scene.visit.take_detail()->error().code == ErrorCode::server_error);
    CHECK(scene.visit.take(answer(list_json)) == After::over);
    CHECK(scene.visit.take_list().documents.size() == 1);
}

TEST_CASE("an id that cannot stand in a request ends the visit with the reason, whatever was still to be asked") {
    Scene scene(trusted(true), "OCB\n1");
    auto question = scene.visit.next();
    REQUIRE(question.has_value());
    REQUIRE_FALSE(question->request.has_value());
    scene.visit.give_up(question->request.error());
    CHECK_FALSE(scene.visit.next().has_value());
    CHECK(scene.visit.take_detail()->error().code == question->request.error().code);
    CHECK(scene.visit.take_list().documents.empty());
}

TEST_CASE("a secret that the service repeats is gone from detail and list: it would stand in the ledger and in the archive") {
    Scene scene(trusted(true));
    scene.secrets.watch("very-secret-api-key-0123456789");
    CHECK(scene.visit.take(answer(R"({"id":"OCB1","name":"very-secret-api-key-0123456789"})")) == After::go_on);
    CHECK((*scene.visit.take_detail())->name.empty());
    CHECK(scene.visit.take(answer(R"([{"id":"a","filename":"very-secret-api-key-0123456789.pdf"}])")) == After::over);
    CHECK(scene.visit.take_list().documents.front().filename.value_or("").find("very-secret") == std::string::npos);
}

TEST_CASE("only a file whose place was taken by something else is asked for again, and not for ever") {
    const Error not_ready = fail(ErrorCode::not_ready, "a web page came").value();
    const Error missing = fail(ErrorCode::not_found, "404").value();
    CHECK(pipeline::is_file_asked_again(not_ready, 0));
    CHECK_FALSE(pipeline::is_file_asked_again(not_ready, pipeline::asked_again_max));
    CHECK_FALSE(pipeline::is_file_asked_again(missing, 0));
}

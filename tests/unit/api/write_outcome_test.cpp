// What became of a write, and what is said of it.
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "api/write_outcome.hpp"

using namespace moisson;
using namespace moisson::api;

namespace {

Error answered(int status, int code) {
    http::Response response;
    response.status = status;
    response.headers.set("X-OAPI-Request-Id", "r-1");
    response.error_body = code == 0 ? "" : fmt::format(R"({{"code":{},"message":"title","description":"sentence"}})", code);
    response.url = *http::Url::parse("https://api.orange.com/cloud/b2b/v1/contracts/");
    return judge(response, "/contracts/");
}

Error broken(ErrorCode code) { return fail(code, "words").value(); }

}  // namespace

TEST_CASE("a write that may have been carried out would count as refused, and be given again") {
    using enum http::Delivery;
    struct Row {
        Error error;
        http::Delivery delivery;
        WriteFate fate;
    };
    const std::vector<Row> rows = {
        {broken(ErrorCode::dns), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::connect), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::tls), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::certificate), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::timeout), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::cancelled), not_sent, WriteFate::not_sent},
        {broken(ErrorCode::timeout), sent, WriteFate::unclear},
        {broken(ErrorCode::reset), sent, WriteFate::unclear},
        {broken(ErrorCode::truncated), sent, WriteFate::unclear},
        {broken(ErrorCode::tls), sent, WriteFate::unclear},
        {broken(ErrorCode::protocol), sent, WriteFate::unclear},
        {broken(ErrorCode::too_large), sent, WriteFate::unclear},
        {broken(ErrorCode::too_slow), sent, WriteFate::unclear},
        {broken(ErrorCode::cancelled), sent, WriteFate::unclear},
        {broken(ErrorCode::internal), answered, WriteFate::unclear},
        {broken(ErrorCode::bad_answer), answered, WriteFate::unclear},
        // Turned away, and the run ended before the next attempt.
        {broken(ErrorCode::cancelled), answered, WriteFate::not_sent},
        {broken(ErrorCode::too_slow), answered, WriteFate::not_sent},
        {broken(ErrorCode::proxy), answered, WriteFate::not_sent},
        {::answered(403, 53), answered, WriteFate::not_sent},
        {::answered(429, 53), answered, WriteFate::not_sent},
        {::answered(401, 42), answered, WriteFate::not_sent},
        {::answered(400, 24), answered, WriteFate::refused},
        {::answered(401, 41), answered, WriteFate::refused},
        {::answered(403, 50), answered, WriteFate::refused},
        {::answered(404, 60), answered, WriteFate::refused},
        {::answered(409, 69), answered, WriteFate::refused},
        {::answered(308, 0), answered, WriteFate::refused},
        {::answered(302, 0), answered, WriteFate::unclear},
        {::answered(303, 0), answered, WriteFate::unclear},
        {::answered(408, 63), answered, WriteFate::unclear},
        {::answered(500, 1), answered, WriteFate::unclear},
        {::answered(502, 0), answered, WriteFate::unclear},
        {::answered(503, 5), answered, WriteFate::unclear},
        {::answered(504, 6), answered, WriteFate::unclear},
    };
    for (const Row& row : rows) {
        CAPTURE(row.error.to_line());
        CAPTURE(static_cast<int>(row.delivery));
        CHECK(fate_of(row.error, row.delivery) == row.fate);
    }
}

TEST_CASE("a person would not learn what to do about a refusal") {
    const std::vector<std::pair<int, int>> codes = {{400, 20}, {400, 21}, {400, 22}, {400, 23}, {400, 24}, {400, 25}, {400, 26},
                                                    {400, 27}, {400, 28}, {401, 40}, {401, 41}, {403, 50}, {403, 51}, {403, 52},
                                                    {404, 60}, {405, 61}, {406, 62}, {409, 69}, {411, 64}, {412, 65}, {413, 66},
                                                    {414, 67}, {415, 68}, {404, 0},  {403, 0},  {413, 0},  {500, 1},  {503, 6}};
    for (const WriteVerb verb : {WriteVerb::add_user, WriteVerb::create_contract}) {
        std::set<std::string> messages;
        for (const auto& [status, code] : codes) {
            CAPTURE(status);
            CAPTURE(code);
            const Error error = answered(status, code);
            const WriteFate fate = fate_of(error, http::Delivery::answered);
            const Error told = explain_write(error, fate, verb);
            CHECK_FALSE(told.hint.empty());
            CHECK(told.request_id == "r-1");
            CHECK(told.message.english().find(fmt::format("[{}", status)) != std::string::npos);
            CHECK(told.cause == error.cause);
            messages.insert(told.message.english());
            CHECK((told.message.english().find("is not known") != std::string::npos) == (fate == WriteFate::unclear));
        }
        CHECK(messages.size() == codes.size());
    }
    const Error role = explain_write(answered(403, 50), WriteFate::refused, WriteVerb::add_user);
    CHECK(role.hint.find("Manager in the Users section") != std::string::npos);
    const Error path = explain_write(answered(404, 60), WriteFate::refused, WriteVerb::create_contract);
    CHECK(path.hint.find("write_path") != std::string::npos);
}

TEST_CASE("a script would take a refusal for an outage, or an unclear end for a refusal") {
    const auto code_of = [](const Error& error, WriteVerb verb) {
        return write_exit_code(error, fate_of(error, http::Delivery::answered), verb);
    };
    CHECK(code_of(answered(400, 24), WriteVerb::add_user) == ExitCode::incomplete);
    CHECK(code_of(answered(401, 41), WriteVerb::add_user) == ExitCode::refused);
    CHECK(code_of(answered(403, 50), WriteVerb::create_contract) == ExitCode::refused);
    CHECK(code_of(answered(404, 60), WriteVerb::add_user) == ExitCode::refused);
    CHECK(code_of(answered(404, 60), WriteVerb::create_contract) == ExitCode::incomplete);
    CHECK(code_of(answered(429, 53), WriteVerb::create_contract) == ExitCode::unavailable);
    CHECK(code_of(answered(503, 6), WriteVerb::create_contract) == ExitCode::unavailable);
    CHECK(write_exit_code(broken(ErrorCode::connect), WriteFate::not_sent, WriteVerb::add_user) == ExitCode::unavailable);
    CHECK(write_exit_code(broken(ErrorCode::cancelled), WriteFate::not_sent, WriteVerb::add_user) == ExitCode::interrupted);
    CHECK(write_exit_code(broken(ErrorCode::cancelled), WriteFate::unclear, WriteVerb::add_user) == ExitCode::unavailable);
    CHECK(write_exit_code(broken(ErrorCode::bad_input), WriteFate::not_sent, WriteVerb::add_user) == ExitCode::usage);
}

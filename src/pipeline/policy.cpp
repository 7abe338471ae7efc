#include "pipeline/policy.hpp"

#include <fmt/format.h>

#include "base/wipe.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/secrecy.hpp"

namespace moisson::pipeline {

namespace {

/// Without the query: after a redirect it may be the signature that opens the file to everybody.
std::string path_of(const http::Response& response) {
    return response.url.path_and_query.substr(0, response.url.path_and_query.find('?'));
}

}  // namespace

ApiPolicy::~ApiPolicy() {
    for (Lane& lane : lanes_) {
        wipe(lane.api_key);
    }
}

Result<std::uint64_t> ApiPolicy::authorize(std::size_t lane, http::Request& request) {
    auto generation = lanes_[lane].tokens.authorize(request, lanes_[lane].api_key);
    if (!generation) {
        // Without a token no call of the lane can go out. Where there is no other lane this ends the run, and what was fetched is kept by
        // whoever started it.
        throw FatalError(exit_code_of(generation.error()), generation.error());
    }
    return generation;
}

void ApiPolicy::expired(std::size_t lane, std::uint64_t generation) { lanes_[lane].tokens.expired(generation); }

Error ApiPolicy::judge(const http::Response& response) const { return judge_answer(response, path_of(response), secrets_); }

std::string ApiPolicy::request_id_of(const http::Headers& headers) const { return api::request_id_of(headers); }

Status ApiPolicy::judge_body(const transfer::Job& job, const http::Response& response, const transfer::Kind& kind,
                             std::string_view first_bytes) const {
    const auto refuse = [&](Message message, bool quote) -> Status {
        Error error = fail(ErrorCode::not_ready, std::move(message), path_of(response)).value();
        error.cause = quote ? sanitise(api::hide_secrets(secrets_.clean(first_bytes))) : std::string();
        error.http_status = response.status;
        error.request_id = api::request_id_of(response.headers);
        return fail(std::move(error));
    };
    if (first_bytes.empty()) {
        return refuse(messages::file_came_empty, false);
    }
    if (kind.media_type == "text/html") {
        return refuse(messages::web_page_came_file_place, false);
    }
    if (transfer::is_message(kind.media_type)) {
        return refuse(messages::message_came_file_place, true);
    }
    if (transfer::is_textual(kind.media_type) && !job.table_allowed) {
        return refuse(messages::text_came_place_document_pdf, true);
    }
    // Bytes of a kind that is not known: a page in a coding of its own, where the service itself calls them a page.
    if (kind.media_type == "application/octet-stream" && response.headers.find("Content-Type").value_or("").starts_with("text/html")) {
        return refuse(messages::web_page_came_file_place, false);
    }
    return {};
}

Error judge_answer(const http::Response& response, std::string_view endpoint, const Redactor& secrets) {
    if (!secrets.finds(response.error_body)) {
        return api::judge(response, endpoint);
    }
    http::Response clean = response;
    clean.error_body = without_secrets(secrets, response.error_body);
    return api::judge(clean, endpoint);
}

transfer::Job make_answer_job(const config::Job& job, http::Request request) {
    transfer::Job made;
    made.request = std::move(request);
    made.limits.attempt = job.transfer.attempt_timeout;
    made.limits.body_max_bytes = job.transfer.list_bytes_max;
    return made;
}

transfer::Job make_file_job(const config::Job& job, http::Request request) {
    transfer::Job made;
    made.request = std::move(request);
    made.body_to = transfer::BodyTo::store;
    made.limits.attempt = job.transfer.attempt_timeout;
    made.limits.body_max_bytes = job.transfer.file_bytes_max;
    made.limits.accept_until_close = true;
    return made;
}

void name_limit(Error& error, std::string_view key) {
    if (error.code == ErrorCode::too_large && error.hint.find("body_max_bytes") != std::string::npos) {
        error.message = fmt::format("{}, the limit that {} sets", error.message, key);
        error.hint = fmt::format("If that size is right, raise {} in [transfer] of the job file", key);
    }
}

}  // namespace moisson::pipeline

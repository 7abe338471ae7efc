#include "pipeline/discovery.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "pipeline/policy.hpp"
#include "pipeline/secrecy.hpp"

namespace moisson::pipeline {

namespace {

/// The same request at another page of its list.
Result<http::Request> at_page(Result<http::Request> request, const std::string& page) {
    if (request && !page.empty()) {
        request->url.path_and_query = page;
    }
    return request;
}

/// The hint names the variable of a job with one login, which would be set in vain.
void name_perimeter(Error& error, const std::string& perimeter) {
    constexpr std::string_view general = "MOISSON_API_KEY";
    if (const auto at = error.hint.find(general); at != std::string::npos) {
        error.hint.replace(at, general.size(), fmt::format("api_key_file in [[perimeter]] {}", perimeter));
    }
}

Result<wire::ContractsAnswer> read_list(const http::Url& asked, Result<transfer::Answer> answer) {
    if (!answer) {
        return fail(std::move(answer.error()));
    }
    return api::with_request_id(api::read_contracts(std::move(answer->body), answer->headers, asked), answer->headers);
}

}  // namespace

Discovery::Discovery(const config::Job& job, const std::vector<Login>& logins, const std::vector<api::PerimeterOptions>& options,
                     Heard heard)
    : job_(job), heard_(std::move(heard)) {
    for (std::size_t lane = 0; lane < logins.size(); ++lane) {
        lists_.push_back({logins[lane].perimeter, logins[lane].urls, api::PerimeterListing(options[lane]), {}, false, std::nullopt});
    }
}

std::optional<transfer::Job> Discovery::next(std::size_t lane) {
    List& list = lists_[lane];
    const auto question = list.is_asking || list.problem ? std::nullopt : list.listing.next();
    if (!question) {
        return std::nullopt;
    }
    auto request = at_page(api::contracts_request(list.urls, question->limit), question->page);
    if (!request) {
        list.problem = std::move(request.error());
        return std::nullopt;
    }
    list.asked = request->url;
    list.is_asking = true;
    transfer::Job job = make_answer_job(job_, std::move(*request));
    job.tag = lane;
    return job;
}

void Discovery::done(transfer::Outcome outcome) {
    List& list = lists_[outcome.tag];
    list.is_asking = false;
    heard_({outcome.tag, list.asked, outcome.answer, outcome.attempts});
    if (!outcome.answer) {
        name_limit(outcome.answer.error(), "list_bytes_max");
    }
    auto decoded = read_list(list.asked, std::move(outcome.answer));
    if (decoded) {
        drop_secrets(*job_.secrets, *decoded);
        list.listing.answer(std::move(*decoded));
    } else if (list.listing.failed(decoded.error()) || decoded.error().code == ErrorCode::cancelled) {
        list.problem = std::move(decoded.error());
    }
}

std::vector<Result<api::PerimeterResult>> Discovery::take_results() {
    std::vector<Result<api::PerimeterResult>> results;
    for (List& list : lists_) {
        if (!list.problem && list.listing.next()) {
            list.problem = fail(ErrorCode::cancelled, "stopped before the contracts were listed").value();
        }
        if (list.problem && !list.perimeter.empty()) {
            name_perimeter(*list.problem, list.perimeter);
        }
        results.push_back(list.problem ? Result<api::PerimeterResult>(fail(std::move(*list.problem))) : list.listing.take_result());
    }
    return results;
}

}  // namespace moisson::pipeline

#include "pipeline/contract_visit.hpp"

#include "pipeline/secrecy.hpp"

namespace moisson::pipeline {

ContractVisit::ContractVisit(const api::ServiceUrls& urls, const Redactor& secrets, std::string contract_id, VisitOptions options)
    : urls_(urls),
      secrets_(secrets),
      contract_id_(std::move(contract_id)),
      needs_detail_(options.detail),
      needs_list_(options.list),
      listing_(std::move(options.listing)) {}

std::optional<ContractVisit::Question> ContractVisit::next() {
    if (needs_detail_) {
        return Question{true, api::contract_request(urls_, contract_id_)};
    }
    const auto question = needs_list_ ? listing_.next() : std::nullopt;
    if (!question) {
        return std::nullopt;
    }
    auto request = api::documents_request(urls_, contract_id_, question->document_type, question->limit);
    if (request) {
        asked_ = request->url;
        if (!question->page.empty()) {
            request->url.path_and_query = question->page;
        }
    }
    return Question{false, std::move(request)};
}

ContractVisit::After ContractVisit::take(Result<transfer::Answer> answer) {
    used_cache_ = used_cache_ || (answer && api::is_from_cache(answer->headers));
    return needs_detail_ ? take_detail_answer(std::move(answer)) : take_list_answer(std::move(answer));
}

void ContractVisit::give_up(const Error& error) {
    if (needs_detail_) {
        needs_detail_ = false;
        detail_ = fail(error);
    }
    while (listing_.next()) {
        listing_.failed(error);
    }
}

bool ContractVisit::ask_again() noexcept {
    if (asked_again_ >= asked_again_max) {
        return false;
    }
    ++asked_again_;
    return true;
}

ContractVisit::After ContractVisit::take_detail_answer(Result<transfer::Answer> answer) {
    auto detail = answer ? api::with_request_id(api::read_contract(std::move(answer->body), contract_id_), answer->headers)
                         : fail(std::move(answer.error()));
    const bool is_anothers = !detail && detail.error().code == ErrorCode::verification;
    if (!detail && (is_anothers || detail.error().code == ErrorCode::bad_answer) && ask_again()) {
        return After::later;
    }
    needs_detail_ = false;
    needs_list_ = needs_list_ && !is_anothers;
    asked_again_ = 0;
    if (detail) {
        drop_secrets(secrets_, *detail);
    }
    detail_ = std::move(detail);
    return needs_list_ ? After::go_on : After::over;
}

ContractVisit::After ContractVisit::take_list_answer(Result<transfer::Answer> answer) {
    const std::string request_id = answer ? api::request_id_of(answer->headers) : std::string();
    auto decoded = answer ? api::with_request_id(api::read_documents(std::move(answer->body), answer->headers, asked_), answer->headers)
                          : fail(std::move(answer.error()));
    const auto question = listing_.next();
    const bool is_mixed = question && question->document_type.empty();
    const bool unreadable = decoded ? decoded->is_null && is_mixed : decoded.error().code == ErrorCode::bad_answer;
    if (unreadable && ask_again()) {
        return After::later;
    }
    asked_again_ = 0;
    unread_request_id_ = unreadable ? request_id : unread_request_id_;
    if (decoded) {
        drop_secrets(secrets_, *decoded);
        repaired_list_ = repaired_list_ || decoded->repaired;
        listing_.answer(std::move(*decoded));
    } else {
        listing_.failed(decoded.error());
    }
    return listing_.next() ? After::go_on : After::over;
}

std::optional<Result<wire::Contract>> ContractVisit::take_detail() { return std::exchange(detail_, std::nullopt); }

api::ListingResult ContractVisit::take_list() {
    api::ListingResult result = listing_.take_result();
    if (result.verdict == api::ListingVerdict::unknown_answer && result.error.request_id.empty()) {
        result.error.request_id = unread_request_id_;
    }
    return result;
}

}  // namespace moisson::pipeline

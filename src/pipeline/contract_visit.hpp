#pragma once
/// The questions that one contract is asked: its detail, its list until that is shown to be whole, and once more what came whole and was
/// not what was asked for. A state machine without I/O: ask `next`, feed the answer to `take`. The export and the commands that look at
/// one contract go through it, so that they see the same.

#include <optional>
#include <string>

#include "api/endpoints.hpp"
#include "api/listing.hpp"
#include "api/wire.hpp"
#include "base/redactor.hpp"
#include "base/result.hpp"
#include "http/http.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// How often a whole answer that is not what the endpoint gives is asked for again: it is often a passing fault behind the gateway.
inline constexpr int asked_again_max = 2;

/// A file whose place was taken by something else, a page or a message, is asked for once more. `asked_again`: how often that was done.
[[nodiscard]] inline bool is_file_asked_again(const Error& error, int asked_again) noexcept {
    return error.code == ErrorCode::not_ready && asked_again < asked_again_max;
}

struct VisitOptions {
    bool detail = false;  ///< the contract's detail is asked for, before the list
    bool list = true;
    api::ListingOptions listing = {};
};

/// One thread at a time. Secrets that an answer repeats are gone from what it gives.
class ContractVisit {
public:
    /// `urls` and `secrets` outlive it.
    ContractVisit(const api::ServiceUrls& urls, const Redactor& secrets, std::string contract_id, VisitOptions options);

    struct Question {
        bool is_detail = false;
        Result<http::Request> request;  ///< an error: the contract's id cannot stand in a request. `give_up` then
    };
    /// Empty when nothing is left to ask. Stays the same until it is answered.
    [[nodiscard]] std::optional<Question> next();

    enum class After {
        go_on,  ///< the next question
        later,  ///< the same question once more, better after some time
        over,
    };
    /// The answer to the last `next`.
    After take(Result<transfer::Answer> answer);
    /// No question can be asked: detail and list end with this error.
    void give_up(const Error& error);

    /// The detail that came, or why none did; once, empty before that. An answer that names another contract is `verification`: nothing
    /// that answers for this one can be believed, and its list is not asked for.
    [[nodiscard]] std::optional<Result<wire::Contract>> take_detail();
    /// Once the visit is over, unless the detail was another contract's.
    [[nodiscard]] api::ListingResult take_list();

    /// Some answer came out of a cache on the way.
    [[nodiscard]] bool used_cache() const noexcept { return used_cache_; }
    /// A text beside a list of documents was not UTF-8.
    [[nodiscard]] bool repaired_list() const noexcept { return repaired_list_; }

private:
    [[nodiscard]] bool ask_again() noexcept;
    After take_detail_answer(Result<transfer::Answer> answer);
    After take_list_answer(Result<transfer::Answer> answer);

    const api::ServiceUrls& urls_;
    const Redactor& secrets_;
    std::string contract_id_;
    bool needs_detail_;
    bool needs_list_;
    int asked_again_ = 0;
    http::Url asked_;  // the list's first page
    std::optional<Result<wire::Contract>> detail_;
    api::ContractListing listing_;
    std::string unread_request_id_;  // of the last whole answer in the list's place that was none
    bool used_cache_ = false;
    bool repaired_list_ = false;
};

}  // namespace moisson::pipeline

// Answers outside 2xx as errors: the tables of api/README.md §1 and §2.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "api/json_reader.hpp"
#include "api/messages.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"

namespace moisson::api {

namespace {

/// What an error body says, whichever of the two shapes it has.
struct ErrorBody {
    int gateway_code = 0;
    std::string oauth_error;  ///< "invalid_client" …; empty in the gateway's shape
    std::string text;         ///< message and description, for people; also the start of a body that is no JSON
};

std::string describe_page(std::string_view body) {
    const std::string page = lower(body);
    const std::size_t open = page.find("<title>");
    const std::size_t close = page.find("</title>", open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) {
        return "an HTML page";
    }
    return fmt::format("an HTML page \"{}\"", trim(body.substr(open + 7, close - open - 7)));
}

ErrorBody read_error_body(const std::string& body) {
    ErrorBody result;
    const std::string_view text = trim(body);
    if (text.empty()) {
        return result;
    }
    if (text.front() == '<') {
        result.text = sanitise(hide_secrets(describe_page(text)));
        return result;
    }
    const auto object = read_flat_object(body, {});
    if (!object) {
        result.text = sanitise(hide_secrets(text));
        return result;
    }
    result.gateway_code = parse_gateway_code(object->text("code"));
    result.oauth_error = sanitise(hide_secrets(object->text("error")), 60);
    std::string said;
    for (const std::string_view name : {"message", "description", "error_description"}) {
        if (const std::string_view part = object->text(name); !part.empty()) {
            said += said.empty() ? "" : " - ";
            said += part;
        }
    }
    result.text = sanitise(hide_secrets(trim(said)));
    return result;
}

/// "spike arrest", "rate limit" and a bare "quota" pass within seconds; only a quota counted over days or longer does not.
bool names_a_long_quota(std::string_view text) {
    static constexpr std::array<std::string_view, 20> long_windows{
        "day",   "days",   "daily",  "week",     "weeks", "weekly", "month",      "months", "monthly", "year",
        "years", "yearly", "annual", "tomorrow", "jour",  "jours",  "journalier", "mois",   "mensuel", "mensuelle"};
    const std::string words = lower(text);
    if (words.find("quota") == std::string::npos || words.find("spike") != std::string::npos) {
        return false;
    }
    const auto is_letter = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    for (auto at = words.begin(); at != words.end();) {
        at = std::find_if(at, words.end(), is_letter);
        const auto end = std::find_if_not(at, words.end(), is_letter);
        const std::string_view word(words.data() + (at - words.begin()), static_cast<std::size_t>(end - at));
        if (std::find(long_windows.begin(), long_windows.end(), word) != long_windows.end()) {
            return true;
        }
        at = end;
    }
    return false;
}

/// The server's wish, at most a day; "at once", and a time that is past, are none: the caller's own back-off holds. A date is taken
/// against the answer's own Date, so that no clock of ours can be wrong.
std::optional<std::chrono::milliseconds> retry_after(const http::Headers& headers) {
    constexpr std::chrono::seconds wait_max = std::chrono::hours(24);
    const auto header = headers.find("Retry-After");
    if (!header) {
        return std::nullopt;
    }
    const std::string text(trim(*header));
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
        const std::int64_t seconds = text.size() > 6 ? wait_max.count() : std::int64_t{parse_gateway_code(text)};
        return seconds > 0 ? std::optional<std::chrono::milliseconds>(std::min(std::chrono::seconds(seconds), wait_max)) : std::nullopt;
    }
    const auto date = headers.find("Date");
    const auto until = parse_http_date(text);
    const auto sent = date ? parse_http_date(trim(*date)) : std::nullopt;
    if (!until || !sent || *until <= *sent) {
        return std::nullopt;
    }
    return std::min<std::chrono::milliseconds>(*until - *sent, wait_max);
}

constexpr std::string_view hint_application =
    "The client id and secret belong to an application of the Orange developer portal (developer.orange.com, My apps): copy them, or the "
    "finished Basic value, from there into MOISSON_CLIENT_ID and MOISSON_CLIENT_SECRET or MOISSON_BASIC";
constexpr std::string_view hint_api_key =
    "An API key belongs to a login of the Customer Space and lives two years: ask Orange support for a new one and set MOISSON_API_KEY. "
    "Were the key good, check in the developer portal that the application is still subscribed to the API";

void judge_throttled(const ErrorBody& body, Error& error) {
    if (names_a_long_quota(body.text)) {
        error.code = ErrorCode::quota_spent;
        error.message = messages::application_call_quota_spent;
        error.hint = "Run again when the quota begins anew; the run goes on where this one stopped. Orange support can raise the quota";
        return;
    }
    error.code = ErrorCode::throttled;
    error.retry = Retry::later;
    error.message = messages::service_asks_slow_down;
    error.hint = "Wait a little and run again; a lower --rate helps when other programs use the same application";
}

void judge_token_refusal(const ErrorBody& body, Error& error) {
    const bool of_client = error.http_status == 401 || body.oauth_error == "invalid_client" || body.oauth_error == "unauthorized_client";
    error.code = of_client ? ErrorCode::credentials : ErrorCode::client_error;
    if (of_client) {
        error.message = messages::token_endpoint_refused_client_id;
        error.hint = hint_application;
    } else {
        error.message = messages::token_endpoint_not_accept_request;
        error.hint = "Check MOISSON_OAUTH_URL; a proxy on the way must leave the request's headers and body alone";
    }
}

void judge_unauthorized(const ErrorBody& body, Error& error) {
    if (body.gateway_code == 42) {
        error.code = ErrorCode::token_expired;
        error.retry = Retry::later;
        error.message = messages::token_expired;
        error.hint =
            "Should it stay, the API key may have ended (it lives two years: ask Orange support for a new one), or this machine's clock "
            "be wrong (moisson doctor compares it)";
        return;
    }
    error.code = ErrorCode::credentials;
    if (body.gateway_code == 40) {
        error.message = messages::service_found_no_credentials_call;
        error.hint = "Check that no proxy on the way removes request headers, and that MOISSON_API_KEY is set";
        return;
    }
    error.message = messages::service_refused_api_key_token;
    error.hint = hint_api_key;
}

void judge_forbidden(const ErrorBody& body, Error& error) {
    error.code = ErrorCode::forbidden;
    switch (body.gateway_code) {
        case 50:
            error.message = messages::access_denied_application_not;
            error.hint =
                "Check the application's subscription in the developer portal, then the API key (MOISSON_API_KEY, it lives two years) and "
                "the "
                "rights of its login in the Customer Space";
            break;
        case 51:
        case 52:
            error.message = body.gateway_code == 51 ? messages::application_blocked : messages::login_blocked;
            error.hint = body.gateway_code == 51
                             ? "Ask Orange support why, with the request id"
                             : "Ask Orange support why, with the request id; the login's API key may have ended (it lives two "
                               "years)";
            break;
        default:
            error.message = messages::access_denied;
            error.hint = body.gateway_code == 0 ? "The answer is not the gateway's own: check the proxy, the company network and "
                                                  "MOISSON_API_URL, then the login's rights"
                                                : "Check the login's rights on the contract in the Customer Space";
    }
}

/// GET /contracts names nothing that could be missing: its own address is wrong, or the key's login is not known.
void judge_no_list(Error& error) {
    error.message = messages::service_finds_no_contracts_api_key;
    error.hint =
        "Check MOISSON_API_URL: the base address ends in /cloud/b2b/v1. If it is right, the API key is not known any more: it lives two "
        "years, ask Orange support for a new one";
}

void judge_not_found(const ErrorBody& body, Error& error) {
    error.code = ErrorCode::not_found;
    error.message =
        body.gateway_code == 60 ? messages::service_knows_no_such_resource : messages::address_leads_nowhere_404_not_from;
    error.hint = body.gateway_code == 60 ? "Check that the contract is in this login's perimeter and the document still exists"
                                         : "Check MOISSON_API_URL and MOISSON_OAUTH_URL: a wrong base address gives 404 too";
}

void judge_server(const ErrorBody& body, Error& error) {
    const bool over_capacity = error.http_status == 503 && (body.gateway_code == 5 || body.gateway_code == 6);
    error.code = over_capacity ? ErrorCode::over_capacity : ErrorCode::server_error;
    // 501 and 505 say that the server cannot do this at all (RFC 9110 §15.6).
    error.retry = error.http_status == 501 || error.http_status == 505 ? Retry::never : Retry::later;
    error.message = over_capacity ? messages::service_over_capacity_down_moment : messages::service_failed;
    error.hint = "Run again later; if it stays, give Orange support the request id";
}

/// What the gateway says of a request that it could read, by its code: api/README.md §2.
struct Complaint {
    int gateway_code;
    Row<> message;
    std::string_view hint;
};
constexpr std::string_view hint_header =
    "A proxy on the way must leave the request's headers alone; check MOISSON_API_KEY and the contract's number (OCB and seven digits)";
constexpr std::string_view hint_field = "Correct the field that the service names and try again";
constexpr std::string_view hint_report = "Report it, with the request id";
constexpr std::array<Complaint, 14> complaints{{
    {20, messages::value_address_not_valid, "Check the ids of contract and document"},
    {21, messages::service_found_no_body_request, "A proxy on the way must leave the request's body alone"},
    {22, messages::service_could_not_read_request, hint_report},
    {23, messages::field_missing, hint_field},
    {24, messages::field_value_not_accepted, hint_field},
    {25, messages::service_misses_header, hint_header},
    {26, messages::header_value_not_accepted, hint_header},
    {27, messages::service_misses_query_parameter, hint_report},
    {28, messages::query_parameter_value_not_accepted,
     "Check the document types asked for (--type), then report it, with the request id"},
    {61, messages::address_not_take_such_request, "Check MOISSON_API_URL: the base address ends in /cloud/b2b/v1"},
    {66, messages::request_too_large_service, "Send less at once"},
    {67, messages::address_too_long_service, "Check the ids of contract and document"},
    {68, messages::service_not_take_request_kind_body, "A proxy on the way must leave the Content-Type header alone"},
    {69, messages::conflicts_what_already, "Look at it in the Customer Space before anything is sent again"},
}};

void judge_complaint(const ErrorBody& body, Error& error) {
    const auto* const known =
        std::find_if(complaints.begin(), complaints.end(), [&](const Complaint& one) { return one.gateway_code == body.gateway_code; });
    if (known != complaints.end()) {
        error.message = known->message;
        error.hint = known->hint;
    } else {
        error.hint = body.gateway_code == 0 ? "Check the base addresses and the proxy; report it with the request id if they are right"
                                            : hint_report;
    }
}

void judge_client(const ErrorBody& body, Error& error) {
    error.code = ErrorCode::client_error;
    error.message = messages::service_not_accept_request;
    if (error.http_status == 406) {
        error.message = messages::service_cannot_answer_form_asked;
        error.hint = "Check that no proxy on the way removes or changes the Accept header";
    } else if (error.http_status == 407) {
        error.code = ErrorCode::proxy;
        error.message = messages::proxy_asks_credentials;
        error.hint = "Put user and password into HTTPS_PROXY";
    } else if (error.http_status == 408) {
        error.code = ErrorCode::server_error;
        error.retry = Retry::later;
        error.message = messages::service_gave_up_waiting_request;
        error.hint = "Run again later; check the network and the proxy";
    } else if (error.http_status == 425) {
        error.retry = Retry::later;
        error.hint = "Run again";
    } else {
        judge_complaint(body, error);
    }
}

/// Calls on one contract: a contract outside the login's perimeter may be refused in the words of a bad key (api/README.md §2).
bool is_of_contract(std::string_view path) {
    path = path.substr(0, path.find('?'));
    return path.ends_with("/contract") || path.ends_with("/documents") || path.ends_with("/file") || path.ends_with("/user");
}

bool is_contract_list(std::string_view path) { return path.substr(0, path.find('?')).ends_with("/contracts"); }

void add_perimeter(const http::Response& response, Error& error) {
    const bool refusal = error.code == ErrorCode::credentials || (error.code == ErrorCode::forbidden && error.gateway_code != 0) ||
                         (error.code == ErrorCode::not_found && error.gateway_code != 0);
    if (refusal && error.gateway_code != 40 && is_of_contract(response.url.path_and_query)) {
        error.hint +=
            ". Where other calls with this key succeed, the contract is outside its login's perimeter: moisson contracts list shows "
            "what the login sees";
    }
}

bool is_token_endpoint(const http::Response& response, std::string_view endpoint) {
    std::string_view path = response.url.path_and_query;
    path = path.substr(0, path.find('?'));
    return path.ends_with("/token") || endpoint.ends_with("/token");
}

void judge_status(const ErrorBody& body, bool of_token, Error& error) {
    const int status = error.http_status;
    if (status == 429 || (status == 403 && body.gateway_code == 53)) {
        judge_throttled(body, error);
    } else if (of_token && (status == 400 || status == 401 || (status == 403 && !body.oauth_error.empty()))) {
        judge_token_refusal(body, error);
    } else if (status == 401) {
        judge_unauthorized(body, error);
    } else if (status == 403) {
        judge_forbidden(body, error);
    } else if (status == 404) {
        judge_not_found(body, error);
    } else if (status >= 500) {
        judge_server(body, error);
    } else if (status >= 400) {
        judge_client(body, error);
    } else if (status >= 300) {
        error.code = ErrorCode::redirect;
        error.message = messages::service_redirects_should_answer;
        error.hint = "Check MOISSON_API_URL and MOISSON_OAUTH_URL";
    } else {
        error.code = ErrorCode::protocol;
        error.message = messages::answer_no_final_status;
        error.hint = "Check the proxy";
    }
}

/// The status alone does not say what it is (401 may be an expired token, 403 "slow down"), and the text that would has broken off.
bool hides_its_code(const http::Response& response, const ErrorBody& body) {
    if (!response.error_body_cut || body.gateway_code != 0 || !body.oauth_error.empty()) {
        return false;
    }
    const bool decides = response.status == 400 || response.status == 401 || response.status == 403 || response.status == 404;
    const std::string text(trim(response.error_body));
    return decides && (text.empty() || text.front() == '{' || text.front() == '\xEF');
}

}  // namespace

std::string hide_secrets(std::string_view text) {
    constexpr std::size_t run_max = 39;
    const auto is_secret_letter = [](char letter) {
        return is_letter_or_digit(letter) ||
               std::string_view("+/=-_.").find(letter) != std::string_view::npos;
    };
    std::string shown;
    for (auto at = text.begin(); at != text.end();) {
        const auto end = std::find_if_not(at, text.end(), is_secret_letter);
        if (static_cast<std::size_t>(end - at) > run_max) {
            shown += "[hidden]";
        } else {
            shown.append(at, end);
        }
        at = end;
        if (at != text.end()) {
            shown += *at++;
        }
    }
    return shown;
}

std::string request_id_of(const http::Headers& headers) {
    constexpr std::size_t bytes_max = 100;
    const std::string_view id = headers.find("X-OAPI-Request-Id").value_or(std::string_view{});
    return id.size() > bytes_max ? std::string() : sanitise(id);
}

Error judge(const http::Response& response, std::string_view endpoint) {
    const ErrorBody body = read_error_body(response.error_body);
    Error error;
    error.http_status = response.status;
    error.gateway_code = body.gateway_code;
    error.where = endpoint;
    error.cause = body.text;
    error.request_id = request_id_of(response.headers);
    const bool of_token = is_token_endpoint(response, endpoint);
    judge_status(body, of_token, error);
    if (error.code == ErrorCode::not_found && error.gateway_code != 0 && is_contract_list(response.url.path_and_query)) {
        judge_no_list(error);
    }
    if (!of_token) {
        add_perimeter(response, error);
    }
    if (hides_its_code(response, body)) {
        error.retry = Retry::later;
        error.message = messages::text_is_cut(error.message);
    }
    if (error.retry == Retry::later) {
        error.retry_after = retry_after(response.headers);
    }
    std::string said = fmt::to_string(response.status);
    if (body.gateway_code != 0) {
        said += fmt::format("/{}", body.gateway_code);
    }
    if (!body.oauth_error.empty()) {
        said += " " + body.oauth_error;
    }
    error.message = messages::with_status(error.message, said);
    return error;
}

}  // namespace moisson::api

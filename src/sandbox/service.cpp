// The gateway: it checks a request's credentials, rate, path and method, headers, key and contract, in this order.
#include "sandbox/service.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "sandbox/answers.hpp"
#include "sandbox/base64.hpp"
#include "sandbox/gzip.hpp"
#include "sandbox/lists.hpp"
#include "sandbox/random.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::string_view token_path = "/oauth/v3/token";
constexpr std::string_view api_path = "/cloud/b2b/v1";
constexpr std::string_view admin_path = "/sandbox/v1";

constexpr std::string_view login_page =
    "<!DOCTYPE html>\n<html><head><title>Authentication required</title></head>\n"
    "<body><h1>Web proxy</h1><form method=\"post\">User <input name=\"user\"> Password <input type=\"password\" name=\"pw\"></form>"
    "</body></html>\n";
constexpr std::string_view bad_gateway_page =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// Case-insensitive for ASCII letters; `lower` is lower case.
bool begins_with_word(std::string_view text, std::string_view lower) noexcept {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char letter) {
               return wanted == (letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter);
           });
}

bool accepts_json(const std::optional<std::string>& accept) {
    return accept && (accept->find("*/*") != std::string::npos || accept->find("application/*") != std::string::npos ||
                      accept->find("application/json") != std::string::npos);
}

Answer token_refusal(RefusalBody form, int status, int code, std::string_view description) {
    switch (form) {
        case RefusalBody::oauth: return oauth_error(status, "invalid_request", description);
        case RefusalBody::gateway: return gateway_error(status, code);
        case RefusalBody::html: return html_answer(status, "<html><body><h1>Request refused</h1></body></html>");
        case RefusalBody::empty: break;
    }
    Answer answer;
    answer.status = status;
    return answer;
}

}  // namespace

Service::Service(const World& world, Registry& registry, std::vector<double> fault_probabilities, const Clock& clock)
    : world_(world),
      registry_(registry),
      clock_(clock),
      tokens_(world.scenario().server, world.scenario().seed, clock),
      faults_(std::move(fault_probabilities), world.scenario().seed) {}

Answer Service::answer(const Request& request) {
    if (request.path.starts_with(admin_path)) {
        return answer_admin(request, std::string_view(request.path).substr(admin_path.size()));
    }
    const std::uint64_t target =
        mix_key({key_of(request.method), key_of(request.path), key_of(request.query), key_of(request.contract_id.value_or(""))});
    Answer answer;
    if (request.path == token_path) {
        answer = answer_token(request);
    } else if (request.path == api_path || request.path.starts_with(std::string(api_path) + "/")) {
        answer = answer_api(request, std::string_view(request.path).substr(api_path.size()));
    } else {
        answer = gateway_error(404, 60);
    }
    constexpr std::string_view code = "{\"code\":";
    if (world_.scenario().server.error_codes == CodeForm::text && answer.gateway_code != 0 && answer.body.starts_with(code)) {
        answer.body.insert(answer.body.find(','), 1, '"');
        answer.body.insert(code.size(), 1, '"');
    }
    deliver(answer, request.path, target);
    return answer;
}

Answer Service::answer_token(const Request& request) {
    const std::uint64_t target = key_of(token_path);
    const ServerRules& rules = world_.scenario().server;
    if (request.method != "POST") {
        return gateway_error(405, 61);
    }
    if (!accepts_json(request.accept)) {
        return token_refusal(rules.token_406, 406, 62, "The Accept header is missing or names no type that the service can give.");
    }
    if (!tokens_.admit()) {
        return token_refusal(rules.token_429, 429, 53, "Too many token requests.");
    }
    if (!request.content_type || !begins_with_word(*request.content_type, "application/x-www-form-urlencoded")) {
        // A JSON body is read as a form without grant_type; other types are refused.
        if (!request.content_type || begins_with_word(*request.content_type, "application/json")) {
            return oauth_error(400, "invalid_request", "Missing grant_type in body");
        }
        return oauth_error(415, "invalid_request", "The URI does not support the requested content type");
    }
    const auto form = parse_query(request.body);
    std::optional<std::string> credentials;
    if (request.authorization && begins_with_word(*request.authorization, "basic ")) {
        credentials = base64_decode(std::string_view(*request.authorization).substr(6));
        if (!credentials) {
            return oauth_error(401, "invalid_client", "Unable to decode Basic authorization.");
        }
    } else if (const auto id = parameter(form, "client_id")) {
        credentials = *id + ":" + parameter(form, "client_secret").value_or("");
    }
    const auto& applications = world_.applications();
    const auto application = std::find_if(applications.begin(), applications.end(), [&credentials](const Application& one) {
        return credentials && *credentials == one.client_id + ":" + one.client_secret;
    });
    if (application == applications.end()) {
        return oauth_error(401, "invalid_client", "The requested service needs credentials, but the ones provided were invalid.");
    }
    const std::optional<std::string> grant = parameter(form, "grant_type");
    if (!grant || grant->empty()) {
        return oauth_error(400, "invalid_request", "Missing grant_type in body");
    }
    if (*grant != "client_credentials") {
        return oauth_error(400, "unsupported_grant_type", "The grant type is not supported.");
    }
    if (faults_.strikes_now(FaultKind::token_refused, target)) {
        return struck(FaultKind::token_refused,
                      oauth_error(401, "invalid_client", "The requested service needs credentials, but the ones provided were invalid."));
    }
    return json_answer(tokens_.issue(static_cast<std::size_t>(application - applications.begin())));
}

/// In front of a token.
constexpr std::string_view token_scheme = "bearer ";

std::optional<Answer> Service::refuse_credentials(const Request& request, std::uint64_t target) {
    if (!request.authorization || !begins_with_word(*request.authorization, token_scheme)) {
        return gateway_error(401, 40);
    }
    const std::string_view token = std::string_view(*request.authorization).substr(token_scheme.size());
    const TokenDesk::Finding finding = tokens_.check(token);
    if (finding.validity == TokenDesk::Validity::unknown) {
        return gateway_error(401, 41);
    }
    if (faults_.strikes_now(FaultKind::token_death, target)) {
        tokens_.kill(token);
        return struck(FaultKind::token_death, gateway_error(401, 42));
    }
    if (finding.validity == TokenDesk::Validity::expired) {
        return gateway_error(401, 42);
    }
    switch (world_.applications()[finding.application].rule.subscription) {
        case Subscription::subscribed: return std::nullopt;
        case Subscription::unsubscribed: return gateway_error(403, 50, "The application has not subscribed to this API.");
        case Subscription::pending: return gateway_error(403, 50, "The application's subscription to this API is pending.");
        case Subscription::revoked: return gateway_error(403, 50, "The application's subscription to this API was revoked.");
    }
    return std::nullopt;
}

/// The gateway counts by application: the token tells which it is.
std::optional<Answer> Service::refuse_rate(const Request& request, std::uint64_t target) {
    constexpr std::string_view spike =
        "The application has made too many calls and has exceeded the rate limit for this service (spike arrest limit).";
    if (faults_.strikes_now(FaultKind::quota_spent, target)) {
        faults_.spend_quota();
    }
    if (faults_.quota_is_spent()) {
        return struck(FaultKind::quota_spent,
                      gateway_error(403, 53,
                                    fmt::format("The application has made too many calls and has exceeded the rate limit for this service "
                                                "(global quota limit{}).",
                                                world_.scenario().fault_rules.quota)));
    }
    if (faults_.strikes_now(FaultKind::throttle_403, target)) {
        return struck(FaultKind::throttle_403, gateway_error(403, 53, spike));
    }
    if (faults_.strikes_now(FaultKind::throttle_429, target)) {
        return struck(FaultKind::throttle_429, gateway_error(429, 53, spike));
    }
    const std::uint32_t rate = world_.scenario().server.requests_per_second;
    if (rate == 0) {
        return std::nullopt;
    }
    const auto now = clock_.steady_now();
    const std::size_t application = tokens_.check(std::string_view(*request.authorization).substr(token_scheme.size())).application;
    const std::scoped_lock lock(rate_mutex_);
    auto& admitted = admitted_[application];
    while (!admitted.empty() && now - admitted.front() >= std::chrono::seconds(1)) {
        admitted.pop_front();
    }
    if (admitted.size() >= rate) {
        return gateway_error(403, 53, spike);
    }
    admitted.push_back(now);
    return std::nullopt;
}

Answer Service::answer_api(const Request& request, std::string_view path) {
    const std::uint64_t target = mix_key({key_of(request.path), key_of(request.query), key_of(request.contract_id.value_or(""))});
    if (auto refused = refuse_credentials(request, target)) {
        return *refused;
    }
    if (auto refused = refuse_rate(request, target)) {
        return *refused;
    }
    if (faults_.strikes_now(FaultKind::over_capacity, target)) {
        return struck(FaultKind::over_capacity, gateway_error(503, 6));
    }
    if (faults_.strikes_now(FaultKind::gateway_html, target)) {
        return struck(FaultKind::gateway_html, html_answer(502, bad_gateway_page));
    }
    const Endpoint endpoint = find_endpoint(path);
    if (auto refused = refuse_method(request, endpoint)) {
        return *refused;
    }
    if (auto refused = refuse_form(request, endpoint)) {
        return *refused;
    }
    const Account* account = nullptr;
    if (auto refused = refuse_key(request, account)) {
        return *refused;
    }
    if (faults_.strikes_now(FaultKind::html_body, target)) {
        return struck(FaultKind::html_body, html_answer(200, login_page));
    }
    if (request.method == "POST") {
        return endpoint.kind == EndpointKind::user ? answer_user(request, *account, endpoint, target)
                                                   : answer_order(request, *account, target);
    }
    if (endpoint.kind == EndpointKind::contracts) {
        return answer_contracts(request, *account);
    }
    if (!request.contract_id || request.contract_id->empty()) {
        return gateway_error(400, 25, "The request is missing the HTTP header X-ECCS-Contract-Id.");
    }
    const Contract* contract = nullptr;
    if (auto refused = refuse_contract(*account, *request.contract_id, contract)) {
        return *refused;
    }
    switch (endpoint.kind) {
        case EndpointKind::contract: return json_answer(contract_json(*contract, registry_.run()));
        case EndpointKind::documents: return answer_documents(request, *account, *contract, target);
        case EndpointKind::file: return answer_file(request, *account, *contract, endpoint.id, target);
        case EndpointKind::none:
        case EndpointKind::user:
        case EndpointKind::contracts: break;
    }
    return gateway_error(404, 60);
}

Service::Endpoint Service::find_endpoint(std::string_view path) {
    if (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (path == "/contracts") {
        return {EndpointKind::contracts, {}};
    }
    if (path == "/contract") {
        return {EndpointKind::contract, {}, false};
    }
    if (path == "/documents") {
        return {EndpointKind::documents, {}};
    }
    struct Pattern {
        std::string_view before;
        std::string_view after;
        EndpointKind kind;
        bool plural;
    };
    static constexpr Pattern patterns[] = {{"/documents/", "/file", EndpointKind::file, true},
                                           {"/contracts/", "/user", EndpointKind::user, true},
                                           {"/contract/", "/user", EndpointKind::user, false}};
    for (const auto& [before, after, kind, plural] : patterns) {
        if (path.starts_with(before) && path.ends_with(after) && path.size() > before.size() + after.size()) {
            const std::string_view encoded = path.substr(before.size(), path.size() - before.size() - after.size());
            std::optional<std::string> id = percent_decode(encoded, false);
            if (id && encoded.find('/') == std::string_view::npos) {
                return {kind, std::move(*id), plural};
            }
        }
    }
    return {EndpointKind::none, {}};
}

std::optional<Answer> Service::refuse_method(const Request& request, const Endpoint& endpoint) const {
    if (endpoint.kind == EndpointKind::none) {
        return gateway_error(404, 60);
    }
    const PostPaths paths = world_.scenario().server.post_paths;
    const bool spelt_right = paths == PostPaths::both || (paths == PostPaths::plural) == endpoint.plural;
    if (endpoint.kind == EndpointKind::user && !spelt_right) {
        return gateway_error(404, 60);
    }
    const bool takes_get = endpoint.kind != EndpointKind::user;
    const bool takes_post = endpoint.kind == EndpointKind::user ||
                            ((endpoint.kind == EndpointKind::contracts || endpoint.kind == EndpointKind::contract) && spelt_right);
    if ((request.method == "GET" && takes_get) || (request.method == "POST" && takes_post)) {
        return std::nullopt;
    }
    Answer answer = gateway_error(405, 61);
    answer.headers.emplace_back("Allow", takes_get && takes_post ? "GET, POST" : (takes_get ? "GET" : "POST"));
    return answer;
}

std::optional<Answer> Service::refuse_form(const Request& request, const Endpoint& endpoint) const {
    // Files come whatever type is accepted: the printed request for one says application/json.
    if (endpoint.kind == EndpointKind::file ? !request.accept : !accepts_json(request.accept)) {
        return gateway_error(406, 62);
    }
    if (request.method != "POST") {
        return std::nullopt;
    }
    // The printed request for a write names no type: curl then calls its body a form.
    const bool is_json = request.content_type && begins_with_word(*request.content_type, "application/json");
    const bool is_unnamed = !request.content_type || begins_with_word(*request.content_type, "application/x-www-form-urlencoded");
    if (!is_json && !(is_unnamed && world_.scenario().server.post_types == PostTypes::lenient)) {
        return gateway_error(415, 68);
    }
    return std::nullopt;
}

std::optional<Answer> Service::refuse_key(const Request& request, const Account*& account) const {
    if (!request.api_key || request.api_key->empty()) {
        return gateway_error(400, 25, "The request is missing the HTTP header X-API-Key.");
    }
    const ServerRules& rules = world_.scenario().server;
    const std::optional<Registry::KeyFinding> finding = registry_.find_key(*request.api_key);
    if (finding && finding->state == KeyState::valid) {
        account = finding->account;
        return std::nullopt;
    }
    Refusal refusal = rules.bad_api_key;
    if (finding) {
        refusal = (finding->state == KeyState::expired ? rules.expired_api_key : rules.revoked_api_key).value_or(refusal);
    }
    return gateway_error(refusal.status, refusal.code);
}

std::optional<Answer> Service::refuse_contract(const Account& account, std::string_view id, const Contract*& contract) const {
    contract = registry_.find_contract(account, id, registry_.run());
    if (contract == nullptr) {
        const Refusal& refusal = world_.scenario().server.foreign_contract;
        return gateway_error(refusal.status, refusal.code);
    }
    if (contract->answer == ContractAnswer::forbidden) {
        return gateway_error(403, 50);
    }
    if (faults_.lies_on(FaultKind::forbidden_contract, key_of(contract->id))) {
        return struck(FaultKind::forbidden_contract, gateway_error(403, 50));
    }
    if (faults_.lies_on(FaultKind::another_contract, key_of(contract->id))) {
        contract = registry_.contracts_of(account, registry_.run(), true).front();
    }
    return std::nullopt;
}

Answer Service::answer_contracts(const Request& request, const Account& account) {
    const ServerRules& rules = world_.scenario().server;
    std::optional<std::uint32_t> limit = rules.contracts_limit;
    const auto text = parameter(parse_query(request.query), "limit");
    if (text && !text->empty() && rules.contracts_limit != 0) {
        limit = parse_limit(*text);
    }
    if (!limit) {
        return gateway_error(400, 28);
    }
    // One more look with another limit belongs to the run that the first one began.
    const std::uint32_t run = text ? registry_.run() : registry_.begin_run();
    std::vector<const Contract*> contracts = registry_.contracts_of(account, run, true);
    const std::size_t total = contracts.size();
    contracts.resize(*limit == 0 ? total : std::min<std::size_t>(total, *limit));
    Answer answer = json_answer(contracts_json(contracts, run));
    if (rules.count_headers) {
        answer.headers.emplace_back("X-Total-Count", std::to_string(total));
        answer.headers.emplace_back("X-Result-Count", std::to_string(contracts.size()));
    }
    return answer;
}

void Service::deliver(Answer& answer, std::string_view path, std::uint64_t target) {
    const Framing framing = world_.scenario().server.framing;
    answer.chunked = framing == Framing::chunked || (framing == Framing::mixed && mix(target) % 3 == 0);
    if (path == token_path || answer.status >= 300 || answer.bytes().empty()) {
        return;
    }
    if (faults_.strikes_now(FaultKind::gzip, target)) {
        note_fault(answer, FaultKind::gzip);
        answer.set_body(gzip(answer.bytes()));
        answer.headers.emplace_back("Content-Encoding", "gzip");
    }
    static constexpr std::pair<FaultKind, Delivery> deliveries[] = {
        {FaultKind::truncate_length, Delivery::cut_length},
        {FaultKind::truncate_chunk, Delivery::cut_chunk},
        {FaultKind::no_last_chunk, Delivery::no_last_chunk},
        {FaultKind::reset, Delivery::reset},
        {FaultKind::stall, Delivery::stall},
        {FaultKind::trickle, Delivery::trickle},
        {FaultKind::wrong_length, Delivery::wrong_length},
    };
    for (const auto& [kind, delivery] : deliveries) {
        if (faults_.strikes_now(kind, target)) {
            note_fault(answer, kind);
            answer.delivery = delivery;
            answer.cut_key = faults_.detail(kind, target);
            return;
        }
    }
}

}  // namespace moisson::sandbox

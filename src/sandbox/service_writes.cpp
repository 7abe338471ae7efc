// The two writes: POST /contracts/ and POST /contracts/{id}/user, each also in the singular (api-facts §7 and §8).
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sandbox/answers.hpp"
#include "sandbox/body_fields.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/random.hpp"
#include "sandbox/service.hpp"

namespace moisson::sandbox {

namespace {

// The portal's rule for logins.
constexpr std::size_t login_length_min = 8;
constexpr std::size_t login_length_max = 64;
constexpr std::size_t list_bytes_max = 1000;

// "M" is the one that is printed.
constexpr std::array<std::string_view, 8> civilities{"M", "Mme", "Mlle", "MME", "MLLE", "Mr", "Mrs", "Ms"};

bool is_login(std::string_view text) {
    return text.size() >= login_length_min && text.size() <= login_length_max && std::all_of(text.begin(), text.end(), [](char letter) {
               const bool alphanumeric =
                   (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
               return alphanumeric || letter == '.' || letter == '_' || letter == '-';
           });
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
           text.find(' ') == std::string_view::npos && text.find('.', at) != std::string_view::npos && text.find('.', at) > at + 1 &&
           text.back() != '.';
}

bool is_phone(std::string_view text) {
    const bool known = std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= '0' && letter <= '9') || letter == '+' || letter == ' ' || letter == '.' || letter == '-' || letter == '(' ||
               letter == ')';
    });
    return text.empty() ||
           (known && text.size() <= 25 && std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 4);
}

bool is_code(std::string_view text) {
    return text.size() <= 16 && std::all_of(text.begin(), text.end(), [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
           });
}

std::string read_civility(BodyFields& fields, std::string_view name) {
    std::string civility = fields.text(name, 10);
    if (std::find(civilities.begin(), civilities.end(), civility) == civilities.end()) {
        fields.refuse_value(name, "is no civility");
    }
    return civility;
}

std::string read_email(BodyFields& fields, std::string_view name) {
    std::string email = fields.text(name, 254);
    if (!is_email(email)) {
        fields.refuse_value(name, "is no e-mail address");
    }
    return email;
}

std::string read_phone(BodyFields& fields, std::string_view name) {
    std::string phone = fields.optional_text(name, 40);
    if (!is_phone(phone)) {
        fields.refuse_value(name, "is no phone number");
    }
    return phone;
}

/// Body of POST /contracts/{id}/user.
struct User {
    std::string civility;
    std::string last_name;
    std::string first_name;
    std::string email;
    std::string login;
    std::string fix_phone;
    std::string mobile_phone;
    std::map<std::string, std::vector<std::string>> roles;
};

using Words = std::vector<std::string>;

void check_roles(BodyFields& fields, const ServerRules& rules, const User& user) {
    const auto is_in = [](const Words& words, const std::string& word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    for (const auto& [section, roles] : user.roles) {
        if (!is_in(rules.role_sections, section)) {
            fields.refuse_value("roles", fmt::format("names the unknown section {}", sanitise(section)));
        }
        for (const std::string& role : roles) {
            if (!is_in(rules.role_names, role)) {
                fields.refuse_value("roles", fmt::format("names the unknown role {}", sanitise(role)));
            }
        }
    }
}

User read_user(BodyFields& fields, const ServerRules& rules) {
    User user;
    user.civility = read_civility(fields, "civility");
    user.last_name = fields.text("lastName");
    user.first_name = fields.text("firstName");
    user.email = read_email(fields, "email");
    user.login = fields.text("login", list_bytes_max);
    if (!is_login(user.login)) {
        fields.refuse_value("login", "needs 8 to 64 unaccented letters, digits, '.', '_' or '-'");
    }
    user.fix_phone = read_phone(fields, "fixPhone");
    user.mobile_phone = read_phone(fields, "mobilePhone");
    user.roles = fields.lists("roles");
    check_roles(fields, rules, user);
    return user;
}

std::string roles_json(const User& user) {
    std::string json = "{";
    for (const auto& [section, roles] : user.roles) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, section);
        json += ":[";
        for (std::size_t at = 0; at < roles.size(); ++at) {
            json += at > 0 ? "," : "";
            append_json_string(json, roles[at]);
        }
        json += ']';
    }
    return json + "}";
}

std::string user_json(const User& user) {
    std::string json = "{";
    append_json_member(json, "civility", user.civility);
    append_json_member(json, "lastName", user.last_name);
    append_json_member(json, "firstName", user.first_name);
    append_json_member(json, "email", user.email);
    append_json_member(json, "login", user.login);
    append_json_member(json, "fixPhone", user.fix_phone);
    append_json_member(json, "mobilePhone", user.mobile_phone);
    append_json_name(json, "roles");
    return json + roles_json(user) + "}";
}

Order read_order(BodyFields& fields) {
    Order order;
    order.billing_account = fields.text("billingAccountId", 40);
    order.offer_code = fields.text("offerCode", 40);
    order.name = fields.text("contractName");
    order.support_level = fields.text("supportLevel", 40);
    if (!is_code(order.support_level)) {
        fields.refuse_value("supportLevel", "is no support level");
    }
    read_civility(fields, "referentCivility");
    order.last_name = fields.text("referentName");
    order.first_name = fields.text("referentFirstName");
    order.email = read_email(fields, "referentMail");
    for (const std::string_view name : {"referentFixPhone", "referentMobilePhone"}) {
        static_cast<void>(read_phone(fields, name));
    }
    for (const std::string_view name : {"referenceExt1", "referenceExt2", "referenceExt3"}) {
        static_cast<void>(fields.optional_text(name));
    }
    return order;
}

Answer refused(const Refusal& refusal, std::string_view description) { return gateway_error(refusal.status, refusal.code, description); }

}  // namespace

Answer Service::accepted(Answer answer, std::string_view echo_fault, std::uint64_t target) {
    if (faults_.strikes_now(FaultKind::write_dropped, target)) {
        answer.delivery = Delivery::dropped;
        return struck(FaultKind::write_dropped, std::move(answer));
    }
    static constexpr std::array<std::tuple<FaultKind, int, int>, 3> errors{
        {{FaultKind::write_500, 500, 1}, {FaultKind::write_502, 502, 1}, {FaultKind::write_504, 504, 6}}};
    for (const auto& [kind, status, code] : errors) {
        if (faults_.strikes_now(kind, target)) {
            return struck(kind, gateway_error(status, code));
        }
    }
    if (faults_.strikes_now(FaultKind::write_echo, target)) {
        answer.body = echo_fault;
        return struck(FaultKind::write_echo, std::move(answer));
    }
    return answer;
}

Answer Service::answer_order(const Request& request, const Account& account, std::uint64_t target) {
    const ServerRules& rules = world_.scenario().server;
    if (account.rule.contracts_role != Role::manager) {
        return refused(rules.missing_role, "The user is no Manager of the Contracts section.");
    }
    BodyFields fields(request.body);
    const Order order = read_order(fields);
    if (fields.refusal()) {
        return *fields.refusal();
    }
    if (!registry_.may_order(account, order)) {
        return refused(rules.foreign_order, "The billing account or the offer is not one of the user's perimeter.");
    }
    const bool is_late = faults_.strikes_now(FaultKind::write_late, target);
    const std::uint32_t late = rules.created_listed_after + (is_late ? world_.scenario().fault_rules.write_late_listings : 0);
    const Result<const Contract*> ordered = registry_.order(account, order, late);
    if (!ordered) {
        return gateway_error(500, 1, sanitise(ordered.error().to_line()));
    }
    if (is_late) {
        return struck(FaultKind::write_late, gateway_error(504, 6));
    }
    Answer answer = json_answer(fmt::format("{{\"id\":\"{}\"}}", (*ordered)->id));
    answer.status = static_cast<int>(rules.order_status);
    return accepted(std::move(answer), "{}", target);
}

Answer Service::answer_user(const Request& request, const Account& account, const Endpoint& endpoint, std::uint64_t target) {
    const ServerRules& rules = world_.scenario().server;
    const Contract* contract = nullptr;
    if (auto refusal = refuse_contract(account, endpoint.id, contract)) {
        return *refusal;
    }
    if (account.rule.users_role != Role::manager) {
        return refused(rules.missing_role, "The user is no Manager of the Users section.");
    }
    BodyFields fields(request.body);
    User user = read_user(fields, rules);
    if (fields.refusal()) {
        return *fields.refusal();
    }
    const Result<std::optional<std::string>> login = registry_.add_user(user.email, user.login, contract->id, roles_json(user));
    if (!login) {
        return gateway_error(500, 1, sanitise(login.error().to_line()));
    }
    if (!*login) {
        return gateway_error(409, 69, "The login belongs to another e-mail address.");
    }
    if (faults_.strikes_now(FaultKind::write_late, target)) {
        return struck(FaultKind::write_late, gateway_error(504, 6));
    }
    user.login = **login;
    Answer answer = json_answer(user_json(user));
    answer.status = static_cast<int>(rules.user_status);
    User other = user;
    other.login += ".2";
    for (auto& [section, roles] : other.roles) {
        roles = {rules.role_names.empty() ? "visitor" : rules.role_names.front()};
    }
    return accepted(std::move(answer), user_json(other), target);
}

}  // namespace moisson::sandbox

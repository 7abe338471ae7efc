// The bodies of the two write verbs, and what comes back.
#include "api/write_endpoints.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/json_reader.hpp"
#include "base/text.hpp"

namespace moisson::api {

namespace {

using BodyWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void put(BodyWriter& writer, std::string_view text) { writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }
void put_key(BodyWriter& writer, std::string_view name) { writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

std::string taken(const rapidjson::StringBuffer& buffer) { return {buffer.GetString(), buffer.GetSize()}; }

std::string_view form_of(WritePath path) { return path == WritePath::contracts ? "contracts" : "contract"; }

/// POST with a JSON body and its delivery mark. The printed curl names no Content-Type and would send form data (api/README.md §7).
Result<http::Request> make_write(const ServiceUrls& urls, std::string_view path, std::string body) {
    std::string_view base = urls.api_url;
    while (base.ends_with('/')) {
        base.remove_suffix(1);
    }
    auto url = http::Url::parse(std::string(base) + std::string(path));
    if (!url) {
        return fail(std::move(url.error()));
    }
    http::Request request;
    request.method = "POST";
    request.url = std::move(*url);
    request.headers.set("Accept", "application/json");
    request.headers.set("Cache-Control", "no-store");
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
    request.delivery = std::make_shared<std::atomic<http::Delivery>>(http::Delivery::not_sent);
    return request;
}

/// Collects an echoed user: texts of the first level, and roles {section: [names]} (a single name in the list's place counts as a list).
class UserVisitor final : public JsonVisitor {
public:
    UserVisitor() { echo_.texts.resize(user_fields().size()); }

    bool on_key(std::string_view name) override {
        if (depth_ == 1) {
            member_ = name;
        } else if (depth_ == 2 && in_roles_) {
            echo_.roles->emplace_back(std::string(name), std::vector<std::string>());
        }
        return true;
    }
    bool on_scalar(ValueKind kind, std::string_view text) override {
        if (depth_ == 0) {
            return refuse("a single value where an object is due");
        }
        if (kind != ValueKind::string && kind != ValueKind::number) {
            return true;
        }
        if (in_roles_ && !echo_.roles->empty()) {
            echo_.roles->back().second.emplace_back(text);
        } else if (depth_ == 1) {
            take(text);
        }
        return true;
    }
    bool on_open(bool is_array) override {
        if (depth_ == 0 && is_array) {
            return refuse("a list where an object is due");
        }
        if (depth_ == 1 && member_ == "roles" && !is_array) {
            in_roles_ = true;
            echo_.roles.emplace();
        }
        ++depth_;
        return true;
    }
    bool on_close(bool) override {
        --depth_;
        in_roles_ = in_roles_ && depth_ > 1;
        return true;
    }
    [[nodiscard]] UserEcho take_echo() { return std::move(echo_); }

private:
    void take(std::string_view text) {
        for (std::size_t at = 0; at < user_fields().size(); ++at) {
            if (user_fields()[at].name == member_) {
                echo_.texts[at] = std::string(text);
            }
        }
    }

    UserEcho echo_;
    std::string member_;
    int depth_ = 0;
    bool in_roles_ = false;
};

/// "+33 (0)1-23" and "+330123" are one number.
std::string digits_of(std::string_view phone) {
    std::string digits;
    std::copy_if(phone.begin(), phone.end(), std::back_inserter(digits),
                 [](char letter) { return letter == '+' || (letter >= '0' && letter <= '9'); });
    return digits;
}

bool is_same(std::string_view name, const std::string& sent, const std::string& got) {
    if (name == "email") {
        return equal_ignoring_case(sent, got);
    }
    if (name.ends_with("Phone")) {
        return digits_of(sent) == digits_of(got);
    }
    return sent == got;
}

/// Every role asked for is there.
bool holds_roles(const Roles& got, const Roles& wanted) {
    std::set<std::pair<std::string_view, std::string_view>> there;
    for (const auto& [section, names] : got) {
        for (const std::string& name : names) {
            there.emplace(section, name);
        }
    }
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& role) {
        return std::all_of(role.second.begin(), role.second.end(), [&](const std::string& name) {
            return there.contains({role.first, name});
        });
    });
}

constexpr std::string_view unreadable_hint = "Whether it was done is not known: look in the Customer Space before trying again";

}  // namespace

const std::vector<BodyField<NewUser>>& user_fields() {
    static const std::vector<BodyField<NewUser>> fields = {
        {"civility", &NewUser::civility},
        {"lastName", &NewUser::last_name},
        {"firstName", &NewUser::first_name},
        {"email", &NewUser::email},
        {"login", &NewUser::login},
        {"fixPhone", &NewUser::fix_phone},
        {"mobilePhone", &NewUser::mobile_phone},
    };
    return fields;
}

const std::vector<BodyField<NewContract>>& contract_fields() {
    static const std::vector<BodyField<NewContract>> fields = {
        {"billingAccountId", &NewContract::billing_account_id},
        {"offerCode", &NewContract::offer_code},
        {"contractName", &NewContract::contract_name},
        {"supportLevel", &NewContract::support_level},
        {"referentCivility", &NewContract::referent_civility},
        {"referentName", &NewContract::referent_name},
        {"referentFirstName", &NewContract::referent_first_name},
        {"referentMail", &NewContract::referent_mail},
        {"referentFixPhone", &NewContract::referent_fix_phone},
        {"referentMobilePhone", &NewContract::referent_mobile_phone},
        {"referenceExt1", &NewContract::reference_ext1},
        {"referenceExt2", &NewContract::reference_ext2},
        {"referenceExt3", &NewContract::reference_ext3},
    };
    return fields;
}

std::string user_body(const NewUser& user) {
    rapidjson::StringBuffer buffer;
    BodyWriter writer(buffer);
    writer.StartObject();
    for (const auto& field : user_fields()) {
        put_key(writer, field.name);
        put(writer, user.*field.value);
    }
    put_key(writer, "roles");
    writer.StartObject();
    for (const auto& [section, names] : user.roles) {
        put_key(writer, section);
        writer.StartArray();
        for (const std::string& name : names) {
            put(writer, name);
        }
        writer.EndArray();
    }
    writer.EndObject();
    writer.EndObject();
    return taken(buffer);
}

std::string contract_body(const NewContract& contract) {
    rapidjson::StringBuffer buffer;
    BodyWriter writer(buffer);
    writer.StartObject();
    for (const auto& field : contract_fields()) {
        put_key(writer, field.name);
        put(writer, contract.*field.value);
    }
    writer.EndObject();
    return taken(buffer);
}

Result<http::Request> add_user_request(const ServiceUrls& urls, WritePath path, std::string_view contract_id, const NewUser& user) {
    const bool plain = std::all_of(contract_id.begin(), contract_id.end(),
                                   [](char letter) { return letter > ' ' && letter != 0x7f && static_cast<unsigned char>(letter) < 0x80; });
    if (contract_id.empty() || !plain || contract_id.find_first_not_of('.') == std::string_view::npos) {
        return fail(ErrorCode::bad_input, fmt::format("the contract id \"{}\" cannot stand in an address", sanitise(contract_id, 60)),
                    "--contract", "A contract number looks like OCB0001234; moisson contracts list shows yours");
    }
    return make_write(urls, fmt::format("/{}/{}/user", form_of(path), http::percent_encode(contract_id)), user_body(user));
}

Result<http::Request> create_contract_request(const ServiceUrls& urls, WritePath path, const NewContract& contract) {
    return make_write(urls, fmt::format("/{}/", form_of(path)), contract_body(contract));
}

Result<UserEcho> decode_user(std::string body) {
    constexpr std::string_view where = "POST user";
    UserVisitor visitor;
    if (auto read = read_json(body, visitor, where); !read) {
        read.error().hint = unreadable_hint;
        return fail(std::move(read.error()));
    }
    UserEcho echo = visitor.take_echo();
    const auto has = [&](std::string_view name) {
        for (std::size_t at = 0; at < user_fields().size(); ++at) {
            if (user_fields()[at].name == name && echo.texts[at] && !echo.texts[at]->empty()) {
                return true;
            }
        }
        return false;
    };
    if (!has("login") && !has("email")) {
        return fail(ErrorCode::bad_answer, "the answer holds neither a login nor an e-mail address: it is no user", std::string(where),
                    std::string(unreadable_hint));
    }
    return echo;
}

std::string to_text(const Roles& roles) {
    std::string text;
    for (const auto& [section, names] : roles) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", section, fmt::join(names, ","));
    }
    return text;
}

std::vector<EchoDifference> compare_user(const NewUser& sent, const UserEcho& echo) {
    std::vector<EchoDifference> differences;
    for (std::size_t at = 0; at < user_fields().size(); ++at) {
        const auto& field = user_fields()[at];
        const std::string& value = sent.*field.value;
        const std::optional<std::string>& got = echo.texts[at];
        const bool left_out = !got && value.empty();
        if (!left_out && (!got || !is_same(field.name, value, *got))) {
            differences.push_back({field.name, value, got});
        }
    }
    if (!echo.roles) {
        differences.push_back({"roles", to_text(sent.roles), std::nullopt});
    } else if (!holds_roles(*echo.roles, sent.roles)) {
        differences.push_back({"roles", to_text(sent.roles), to_text(*echo.roles)});
    }
    return differences;
}

Result<std::string> decode_created_contract(std::string body) {
    constexpr std::string_view where = "POST contracts";
    const auto object = read_flat_object(std::move(body), where);
    if (!object) {
        Error error = object.error();
        error.hint = unreadable_hint;
        return fail(std::move(error));
    }
    const std::string_view id = object->text("id");
    if (id.empty()) {
        return fail(ErrorCode::bad_answer, "the answer holds no contract number (\"id\")", std::string(where),
                    std::string(unreadable_hint));
    }
    return std::string(id);
}

std::string billing_account_of(std::string detail_body) {
    const auto object = read_flat_object(std::move(detail_body), {});
    if (!object) {
        return {};
    }
    for (const std::string_view name : {"billingAccountId", "billingAccount"}) {
        if (const std::string_view value = object->text(name); !value.empty()) {
            return std::string(value);
        }
    }
    return {};
}

}  // namespace moisson::api

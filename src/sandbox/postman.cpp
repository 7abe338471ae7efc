// The environment of a running sandbox for Postman, beside the collection that is inside the program.
#include "sandbox/postman.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "sandbox/json_text.hpp"

namespace moisson::sandbox {

namespace {

#include "collection.inc"

/// The item of that name, or the first one; null when there is none.
template <class Item>
const Item* named_or_first(const std::vector<Item>& items, const std::string& name) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
    return found != items.end() ? &*found : items.empty() ? nullptr : &items.front();
}

std::string first_of(const std::vector<std::string>& texts) { return texts.empty() ? std::string() : texts.front(); }

void append_variable(std::string& json, std::string_view name, std::string_view value, bool secret) {
    json += json.ends_with('[') ? "\n    {" : ",\n    {";
    append_json_member(json, "key", name);
    append_json_member(json, "value", value);
    append_json_member(json, "type", secret ? "secret" : "default");
    json += ",\"enabled\":true}";
}

}  // namespace

std::string_view postman_collection() noexcept { return collection::built_in_files.front().bytes; }

std::string postman_environment(const Endpoint& endpoint, const Directory& directory) {
    const AccountInfo* account = named_or_first(directory.accounts, endpoint.account);
    // An administrator orders within its own perimeter; empty lists mean all there is.
    std::string billing_account = account == nullptr ? std::string() : first_of(account->billing_accounts);
    if (billing_account.empty()) {
        billing_account = first_of(directory.billing_accounts);
    }
    std::string offer_code = account == nullptr ? std::string() : first_of(account->offers);
    if (offer_code.empty() && !directory.offers.empty()) {
        offer_code = directory.offers.front().code;
    }
    std::string json = "{\n  ";
    append_json_string(json, "name");
    json += ": ";
    append_json_string(json, "Moisson sandbox (" + endpoint.scenario + ")");
    json += ",\n  \"values\": [";
    append_variable(json, "Host", endpoint.api_url, false);
    append_variable(json, "oauth_host", endpoint.oauth_url, false);
    append_variable(json, "X-API-Key", endpoint.api_key, true);
    append_variable(json, "Contract-Id", account == nullptr ? std::string() : first_of(account->contracts), false);
    append_variable(json, "Token", "", true);
    append_variable(json, "client_id", endpoint.client_id, true);
    append_variable(json, "client_secret", endpoint.client_secret, true);
    append_variable(json, "billing_account", billing_account, false);
    append_variable(json, "offer_code", offer_code, false);
    if (!endpoint.ca_file.empty()) {
        // Readers of the environment are run from other folders.
        append_variable(json, "ca_file", std::filesystem::absolute(endpoint.ca_file).lexically_normal().string(), false);
    }
    json += "\n  ],\n  \"_postman_variable_scope\": \"environment\"\n}\n";
    return json;
}

Result<PostmanFiles> write_postman(const std::string& folder, const Endpoint& endpoint, const Directory& directory) {
    const std::filesystem::path place(folder);
    PostmanFiles files{(place / "moisson-sandbox.postman_environment.json").string(),
                       (place / "moisson-sandbox.postman_collection.json").string()};
    if (auto written = write_file(files.environment, postman_environment(endpoint, directory)); !written) {
        return fail(std::move(written.error()));
    }
    if (auto written = write_file(files.collection, postman_collection()); !written) {
        return fail(std::move(written.error()));
    }
    return files;
}

}  // namespace moisson::sandbox

// Accounts and applications of a scenario file.
#include "sandbox/scenario_accounts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace moisson::sandbox {

namespace {

const std::vector<std::pair<std::string_view, Role>> role_words{
    {"none", Role::none}, {"visitor", Role::visitor}, {"manager", Role::manager}};

/// Names go into key ids and options: letters, digits and hyphens.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
    });
}

template <class Rule>
void read_name(TomlReader& reader, const std::vector<Rule>& known, Rule& rule) {
    reader.read("name", rule.name);
    if (!is_name(rule.name)) {
        reader.problems().add(reader.source_of("name"), fmt::format("\"{}\" is no name", sanitise(rule.name)),
                              "Write 1 to 32 small letters, digits or hyphens");
    } else if (std::any_of(known.begin(), known.end(), [&rule](const Rule& other) { return other.name == rule.name; })) {
        reader.problems().add(reader.source_of("name"), fmt::format("the name \"{}\" is there twice", rule.name));
    }
}

void read_numbers(TomlReader& reader, std::string_view key, const Scenario& scenario, bool beaten, std::set<std::uint32_t>& numbers) {
    std::vector<std::int64_t> found;
    reader.read(key, found);
    for (const std::int64_t number : found) {
        if (number < 1 || (!beaten && number > static_cast<std::int64_t>(scenario.contracts))) {
            reader.problems().add(reader.source_of(key), fmt::format("`{}` names contract {}, which is not there", key, number),
                                  fmt::format("They are numbered from 1 to {}", scenario.contracts));
            return;
        }
        numbers.insert(static_cast<std::uint32_t>(number));
    }
}

template <class Known>
void check_words(TomlReader& reader, std::string_view key, const std::vector<std::string>& words, const Known& known) {
    for (const std::string& word : words) {
        if (std::find(known.begin(), known.end(), word) == known.end()) {
            reader.problems().add(reader.source_of(key), fmt::format("`{}` names \"{}\", which is not there", key, sanitise(word)),
                                  fmt::format("There are: {}", fmt::join(known, ", ")));
        }
    }
}

AccountRule read_account(const toml::table& table, const Scenario& scenario, bool beaten, Problems& problems) {
    TomlReader reader(table, "[[account]]", problems);
    AccountRule rule;
    read_name(reader, scenario.accounts, rule);
    reader.read_word<AccountType>("type", rule.type, {{"administrator", AccountType::administrator}, {"client", AccountType::client}});
    reader.read("billing_accounts", rule.billing_accounts);
    check_words(reader, "billing_accounts", rule.billing_accounts, scenario.billing_accounts);
    reader.read("offers", rule.offers);
    std::vector<std::string_view> codes;
    for (const Offer& offer : all_offers()) {
        codes.push_back(offer.code);
    }
    check_words(reader, "offers", rule.offers, codes);
    read_numbers(reader, "contracts", scenario, beaten, rule.contracts);
    read_numbers(reader, "visitor_of", scenario, beaten, rule.visitor_of);
    reader.read_word("contracts_role", rule.contracts_role, role_words);
    reader.read_word("invoices_role", rule.invoices_role, role_words);
    reader.read_word("users_role", rule.users_role, role_words);
    reader.read_integer("key_age_days", rule.key_age_days, 0, 36500);
    reader.read("key_revoked", rule.key_revoked);
    const bool has_perimeter = !rule.billing_accounts.empty() || !rule.offers.empty();
    if (rule.type == AccountType::client && has_perimeter) {
        problems.add(table.source(), fmt::format("the account \"{}\" is a client: it has no perimeter", sanitise(rule.name)),
                     "Write contracts = [...], or type = \"administrator\"");
    } else if (rule.type == AccountType::administrator && reader.find("contracts") != nullptr) {
        problems.add(table.source(),
                     fmt::format("the account \"{}\" is an administrator: it is declared on no contract", sanitise(rule.name)),
                     "Write billing_accounts and offers, or type = \"client\"");
    }
    reader.refuse_unknown();
    return rule;
}

ApplicationRule read_application(const toml::table& table, const Scenario& scenario, Problems& problems) {
    TomlReader reader(table, "[[application]]", problems);
    ApplicationRule rule;
    read_name(reader, scenario.applications, rule);
    reader.read_word<Subscription>("subscription", rule.subscription,
                                   {{"subscribed", Subscription::subscribed},
                                    {"unsubscribed", Subscription::unsubscribed},
                                    {"pending", Subscription::pending},
                                    {"revoked", Subscription::revoked}});
    reader.refuse_unknown();
    return rule;
}

}  // namespace

void read_accounts(TomlReader& top, Scenario& scenario, bool beaten, Problems& problems) {
    top.read("billing_accounts", scenario.billing_accounts);
    if (scenario.billing_accounts.empty()) {
        problems.add(top.source_of("billing_accounts"), "`billing_accounts` must name at least one");
        return;
    }
    for (const toml::table* table : top.find_tables("account")) {
        scenario.accounts.push_back(read_account(*table, scenario, beaten, problems));
    }
    if (scenario.accounts.empty()) {
        scenario.accounts.emplace_back().name = "admin";
    }
    for (const toml::table* table : top.find_tables("application")) {
        scenario.applications.push_back(read_application(*table, scenario, problems));
    }
    if (scenario.applications.empty()) {
        scenario.applications.emplace_back().name = "moisson";
    }
}

}  // namespace moisson::sandbox

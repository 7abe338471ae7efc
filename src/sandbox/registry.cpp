// Keys, orders and users in memory, and in a database where one is kept.
#include "sandbox/registry.hpp"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sandbox/toml_reader.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::uint32_t first_ordered_number = 9001;  // as printed: "OCB0009293"

std::string small_letters(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
    return small;
}

}  // namespace

Registry::Registry(const World& world, const Clock& clock) : world_(world), clock_(clock) {
    const Timestamp now = std::chrono::floor<std::chrono::seconds>(clock.now());
    for (std::size_t at = 0; at < world.accounts().size(); ++at) {
        const Account& account = world.accounts()[at];
        ApiKey key = make_key(at, 1, now - std::chrono::days(account.rule.key_age_days));
        key.revoked = account.rule.key_revoked;
        add_key(std::move(key));
        logins_[small_letters(account.email)] = account.login;
    }
}

ApiKey Registry::make_key(std::size_t account, std::uint32_t serial, Timestamp issued) const {
    const std::string& name = world_.accounts()[account].rule.name;
    return ApiKey{fmt::format("{}-{}", name, serial), account, serial, make_key_text(world_.scenario().seed, name, serial), issued, false};
}

void Registry::add_key(ApiKey key) {
    keys_.push_back(std::move(key));
    texts_[keys_.back().text] = keys_.size() - 1;
}

KeyState Registry::state_of(const ApiKey& key) const {
    if (key.revoked) {
        return KeyState::revoked;
    }
    const Timestamp end = key.issued + std::chrono::days(world_.scenario().server.key_life_days);
    return clock_.now() < end ? KeyState::valid : KeyState::expired;
}

KeyInfo Registry::info_of(const ApiKey& key) const {
    KeyInfo info;
    info.id = key.id;
    info.account = world_.accounts()[key.account].rule.name;
    info.key = key.text;
    info.issued_at = format_timestamp_seconds(key.issued);
    info.expires_at = format_timestamp_seconds(key.issued + std::chrono::days(world_.scenario().server.key_life_days));
    const KeyState state = state_of(key);
    info.state = state == KeyState::valid ? "valid" : (state == KeyState::expired ? "expired" : "revoked");
    return info;
}

std::optional<Registry::KeyFinding> Registry::find_key(std::string_view text) const {
    const std::shared_lock lock(mutex_);
    const auto found = texts_.find(text);
    if (found == texts_.end()) {
        return std::nullopt;
    }
    const ApiKey& key = keys_[found->second];
    return KeyFinding{&world_.accounts()[key.account], state_of(key)};
}

std::vector<KeyInfo> Registry::keys() const {
    const std::shared_lock lock(mutex_);
    std::vector<KeyInfo> infos;
    for (const ApiKey& key : keys_) {
        infos.push_back(info_of(key));
    }
    return infos;
}

std::string Registry::newest_key(std::string_view account) const {
    const std::shared_lock lock(mutex_);
    const ApiKey* newest = nullptr;
    for (const ApiKey& key : keys_) {
        if (world_.accounts()[key.account].rule.name == account &&
            (newest == nullptr || state_of(key) == KeyState::valid || state_of(*newest) != KeyState::valid)) {
            newest = &key;
        }
    }
    return newest == nullptr ? "" : newest->text;
}

Result<KeyInfo> Registry::issue_key(std::string_view account) {
    const std::unique_lock lock(mutex_);
    std::vector<std::string> names;
    for (std::size_t at = 0; at < world_.accounts().size(); ++at) {
        names.push_back(world_.accounts()[at].rule.name);
        if (names.back() != account) {
            continue;
        }
        std::uint32_t serial = 1;
        for (const ApiKey& key : keys_) {
            serial = key.account == at ? std::max(serial, key.serial + 1) : serial;
        }
        ApiKey key = make_key(at, serial, std::chrono::floor<std::chrono::seconds>(clock_.now()));
        if (Status stored = store(key); !stored) {
            return fail(stored.error());
        }
        add_key(std::move(key));
        return info_of(keys_.back());
    }
    const std::string near = nearest_word(account, names);
    return fail(ErrorCode::bad_input, fmt::format("there is no account \"{}\"", sanitise(account)), "",
                near.empty() ? fmt::format("The accounts are {}", fmt::join(names, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

Result<KeyInfo> Registry::change_key(std::string_view id, const std::function<void(ApiKey&)>& change) {
    const std::unique_lock lock(mutex_);
    std::vector<std::string> ids;
    for (ApiKey& key : keys_) {
        ids.push_back(key.id);
        if (key.id != id) {
            continue;
        }
        ApiKey changed = key;
        change(changed);
        if (Status stored = store(changed); !stored) {
            return fail(stored.error());
        }
        // The text stays where it is: the index points into it.
        key.issued = changed.issued;
        key.revoked = changed.revoked;
        return info_of(key);
    }
    const std::string near = nearest_word(id, ids);
    return fail(ErrorCode::bad_input, fmt::format("there is no key \"{}\"", sanitise(id)), "",
                near.empty() ? "moisson sandbox keys list shows them" : fmt::format("Did you mean \"{}\"?", near));
}

Result<KeyInfo> Registry::age_key(std::string_view id, std::uint32_t days) {
    return change_key(id, [days](ApiKey& key) { key.issued -= std::chrono::days(days); });
}

Result<KeyInfo> Registry::revoke_key(std::string_view id) {
    return change_key(id, [](ApiKey& key) { key.revoked = true; });
}

std::uint32_t Registry::begin_run() {
    const std::uint32_t run = ++runs_;
    const std::unique_lock lock(mutex_);
    if (database_ != nullptr) {
        // A count that could not be kept is a smaller harm than a list that is refused.
        static_cast<void>(database_->run("INSERT OR REPLACE INTO meta VALUES ('runs', ?)", {std::to_string(run)}));
    }
    return run;
}

std::vector<const Contract*> Registry::contracts_of(const Account& account, std::uint32_t run, bool listed) const {
    std::vector<const Contract*> seen;
    seen.reserve(world_.contracts().size());
    for (const Contract& contract : world_.contracts()) {
        if (contract.is_there(run) && account.sees(contract)) {
            seen.push_back(&contract);
        }
    }
    const std::shared_lock lock(mutex_);
    for (const Ordered& ordered : ordered_) {
        if (account.sees(ordered.contract) && (!listed || run >= ordered.listed_from)) {
            seen.push_back(&ordered.contract);
        }
    }
    return seen;
}

const Contract* Registry::find_contract(const Account& account, std::string_view id, std::uint32_t run) const {
    const Contract* contract = world_.find_contract(id);
    if (contract == nullptr) {
        const std::shared_lock lock(mutex_);
        for (const Ordered& ordered : ordered_) {
            contract = ordered.contract.id == id ? &ordered.contract : contract;
        }
    }
    return contract != nullptr && contract->is_there(run) && account.sees(*contract) ? contract : nullptr;
}

bool Registry::may_order(const Account& account, const Order& order) const {
    const std::vector<Offer>& offers = all_offers();
    const auto& billing_accounts = world_.scenario().billing_accounts;
    if (std::none_of(offers.begin(), offers.end(), [&order](const Offer& offer) { return offer.code == order.offer_code; }) ||
        std::find(billing_accounts.begin(), billing_accounts.end(), order.billing_account) == billing_accounts.end()) {
        return false;
    }
    Contract wanted;
    wanted.billing_account = order.billing_account;
    wanted.offer_code = order.offer_code;
    if (account.rule.type == AccountType::administrator) {
        return account.sees(wanted);
    }
    // A client has no perimeter of its own: it orders for the billing accounts of its contracts.
    const auto& contracts = world_.contracts();
    return std::any_of(contracts.begin(), contracts.end(), [&account, &order](const Contract& contract) {
        return contract.billing_account == order.billing_account && account.sees(contract);
    });
}

Contract Registry::make_contract(std::uint32_t number, std::string_view ordered_by, const Order& order, Timestamp created) const {
    Contract contract;
    contract.number = number;
    contract.id = fmt::format("OCB{:07}", number);
    contract.name = order.name;
    for (const Offer& offer : all_offers()) {
        if (offer.code == order.offer_code) {
            contract.offer_id = offer.id;
            contract.offer_name = offer.name;
        }
    }
    contract.offer_code = order.offer_code;
    contract.billing_account = order.billing_account;
    contract.ordered_by = ordered_by;
    // The customer of a billing account is the one of its first contract.
    for (const Contract& other : world_.contracts()) {
        if (other.billing_account == order.billing_account) {
            contract.customer_id = other.customer_id;
            contract.customer_name = other.customer_name;
            break;
        }
    }
    contract.first_name = order.first_name;
    contract.last_name = order.last_name;
    contract.email = order.email;
    contract.created = created;
    contract.updated = created;
    contract.currency = currency_of(world_.scenario(), 1);
    contract.digits = minor_digits_of(contract.currency);
    contract.documents = false;
    return contract;
}

Result<const Contract*> Registry::order(const Account& account, const Order& order, std::uint32_t late) {
    const std::unique_lock lock(mutex_);
    const std::uint32_t after_seeded = world_.scenario().contracts + 2000;
    const auto number = static_cast<std::uint32_t>(std::max(first_ordered_number, after_seeded) + ordered_.size());
    const Timestamp now = clock_.now();
    const std::uint32_t listed_from = runs_.load() + 1 + late;
    if (database_ != nullptr) {
        Status stored = database_->run(
            "INSERT INTO contract VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {std::int64_t{number}, account.rule.name, order.billing_account, order.offer_code, order.name, order.support_level,
             order.first_name, order.last_name, order.email, format_timestamp(now), std::int64_t{listed_from}});
        if (!stored) {
            return fail(stored.error());
        }
    }
    ordered_.push_back({make_contract(number, account.rule.name, order, now), listed_from});
    return &ordered_.back().contract;
}

Result<std::optional<std::string>> Registry::add_user(std::string_view email, std::string_view login, std::string_view contract_id,
                                                      std::string_view roles) {
    const std::unique_lock lock(mutex_);
    const std::string address = small_letters(email);
    const auto known = logins_.find(address);
    const std::string kept = known == logins_.end() ? std::string(login) : known->second;
    for (const auto& [other_address, other_login] : logins_) {
        if (other_login == kept && other_address != address) {
            return std::nullopt;
        }
    }
    if (database_ != nullptr) {
        Status stored = database_->run("INSERT OR IGNORE INTO user VALUES (?, ?)", {address, kept});
        stored = stored ? database_->run("INSERT OR REPLACE INTO user_role VALUES (?, ?, ?)",
                                         {address, std::string(contract_id), std::string(roles)})
                        : stored;
        if (!stored) {
            return fail(stored.error());
        }
    }
    logins_[address] = kept;
    return kept;
}

Status Registry::store(const ApiKey& key) {
    if (database_ == nullptr) {
        return {};
    }
    return database_->run("INSERT OR REPLACE INTO api_key VALUES (?, ?, ?, ?, ?)",
                          {key.id, world_.accounts()[key.account].rule.name, std::int64_t{key.serial}, format_timestamp(key.issued),
                           std::int64_t{key.revoked ? 1 : 0}});
}

Status Registry::load_keys() {
    const Result<std::vector<Row>> rows =
        database_->query("SELECT account, serial, issued_at, revoked FROM api_key ORDER BY account, serial");
    if (!rows) {
        return fail(rows.error());
    }
    for (const Row& row : *rows) {
        for (std::size_t at = 0; at < world_.accounts().size(); ++at) {
            if (world_.accounts()[at].rule.name != text_in(row[0])) {
                continue;
            }
            ApiKey key =
                make_key(at, static_cast<std::uint32_t>(number_in(row[1])), parse_timestamp(text_in(row[2])).value_or(clock_.now()));
            key.revoked = number_in(row[3]) != 0;
            const auto known = texts_.find(key.text);
            if (known == texts_.end()) {
                add_key(std::move(key));
            } else {
                keys_[known->second].issued = key.issued;
                keys_[known->second].revoked = key.revoked;
            }
        }
    }
    for (const ApiKey& key : keys_) {
        if (Status stored = store(key); !stored) {
            return stored;
        }
    }
    return {};
}

Status Registry::load_orders() {
    const Result<std::vector<Row>> rows = database_->query(
        "SELECT number, ordered_by, billing_account, offer_code, name, support_level, first_name, last_name, email, created_at, "
        "listed_from "
        "FROM contract ORDER BY number");
    if (!rows) {
        return fail(rows.error());
    }
    for (const Row& row : *rows) {
        const Order order{text_in(row[2]), text_in(row[3]), text_in(row[4]), text_in(row[5]),
                          text_in(row[6]), text_in(row[7]), text_in(row[8])};
        const Timestamp created = parse_timestamp(text_in(row[9])).value_or(clock_.now());
        ordered_.push_back({make_contract(static_cast<std::uint32_t>(number_in(row[0])), text_in(row[1]), order, created),
                            static_cast<std::uint32_t>(number_in(row[10]))});
    }
    return {};
}

Status Registry::load_users() {
    const Result<std::vector<Row>> rows = database_->query("SELECT email, login FROM user");
    if (!rows) {
        return fail(rows.error());
    }
    for (const Row& row : *rows) {
        logins_[text_in(row[0])] = text_in(row[1]);
    }
    const Result<std::vector<Row>> runs = database_->query("SELECT value FROM meta WHERE name = 'runs'");
    if (!runs) {
        return fail(runs.error());
    }
    if (!runs->empty()) {
        std::uint32_t count = 0;
        for (const char digit : text_in(runs->at(0).at(0)).substr(0, 9)) {
            count = digit >= '0' && digit <= '9' ? count * 10 + static_cast<std::uint32_t>(digit - '0') : count;
        }
        runs_.store(count);
    }
    return {};
}

Status Registry::keep_in(std::unique_ptr<Database> database) {
    const std::unique_lock lock(mutex_);
    database_ = std::move(database);
    for (Status (Registry::*load)() : {&Registry::load_keys, &Registry::load_orders, &Registry::load_users}) {
        if (Status loaded = (this->*load)(); !loaded) {
            return loaded;
        }
    }
    return {};
}

}  // namespace moisson::sandbox

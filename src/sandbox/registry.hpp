#pragma once
/// What changes while a sandbox runs: API keys, ordered contracts, added users, and how often the contracts were listed.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sandbox/database.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

enum class KeyState { valid, expired, revoked };

/// One API key.
struct ApiKey {
    std::string id;
    std::size_t account = 0;  ///< index into World::accounts
    std::uint32_t serial = 1;
    std::string text;
    Timestamp issued;
    bool revoked = false;
};

/// Body of POST /contracts/, checked.
struct Order {
    std::string billing_account;
    std::string offer_code;
    std::string name;
    std::string support_level;
    std::string first_name;  ///< the referent's
    std::string last_name;
    std::string email;
};

/// Any thread. `world` and `clock` must outlive it.
class Registry {
public:
    /// Gives every account its first key.
    Registry(const World& world, const Clock& clock);
    /// Takes over what the database holds, and keeps it up to date from then on. To be called before the first request. `state`, `disk`.
    [[nodiscard]] Status keep_in(std::unique_ptr<Database> database);

    struct KeyFinding {
        const Account* account = nullptr;
        KeyState state = KeyState::valid;
    };
    /// Empty when there is no such key.
    [[nodiscard]] std::optional<KeyFinding> find_key(std::string_view text) const;
    [[nodiscard]] std::vector<KeyInfo> keys() const;
    /// The account's newest key that is still good, or its newest.
    [[nodiscard]] std::string newest_key(std::string_view account) const;
    /// `bad_input`: no such account or key; `state`: the database.
    [[nodiscard]] Result<KeyInfo> issue_key(std::string_view account);
    [[nodiscard]] Result<KeyInfo> age_key(std::string_view id, std::uint32_t days);
    [[nodiscard]] Result<KeyInfo> revoke_key(std::string_view id);

    /// The run that a request belongs to: the number of listings so far, 1 before the first.
    [[nodiscard]] std::uint32_t run() const noexcept { return std::max(runs_.load(), 1U); }
    /// One more listing of the contracts; returns its run.
    [[nodiscard]] std::uint32_t begin_run();
    /// The next listing is this run.
    void set_next_run(std::uint32_t run) noexcept { runs_.store(run - 1); }

    /// All contracts that the account sees in this run, ordered ones last; the order of a listing. `listed`: without ordered ones that are
    /// not listed yet.
    [[nodiscard]] std::vector<const Contract*> contracts_of(const Account& account, std::uint32_t run, bool listed) const;
    /// A contract that the account sees in this run, by id.
    [[nodiscard]] const Contract* find_contract(const Account& account, std::string_view id, std::uint32_t run) const;
    /// Whether the account may order for this billing account and offer.
    [[nodiscard]] bool may_order(const Account& account, const Order& order) const;
    /// A new contract, which the next `late` listings leave out. `state`.
    [[nodiscard]] Result<const Contract*> order(const Account& account, const Order& order, std::uint32_t late);

    /// The login that belongs to the e-mail address from now on: the first one that was sent with it. Empty when the login sent belongs to
    /// another address. `state`.
    [[nodiscard]] Result<std::optional<std::string>> add_user(std::string_view email, std::string_view login, std::string_view contract_id,
                                                              std::string_view roles);

private:
    struct Ordered {
        Contract contract;
        std::uint32_t listed_from = 1;
    };
    [[nodiscard]] KeyState state_of(const ApiKey& key) const;
    [[nodiscard]] KeyInfo info_of(const ApiKey& key) const;
    [[nodiscard]] ApiKey make_key(std::size_t account, std::uint32_t serial, Timestamp issued) const;
    [[nodiscard]] Result<KeyInfo> change_key(std::string_view id, const std::function<void(ApiKey&)>& change);
    [[nodiscard]] Status store(const ApiKey& key);
    [[nodiscard]] Status load_keys();
    [[nodiscard]] Status load_orders();
    [[nodiscard]] Status load_users();
    void add_key(ApiKey key);
    [[nodiscard]] Contract make_contract(std::uint32_t number, std::string_view ordered_by, const Order& order, Timestamp created) const;

    const World& world_;
    const Clock& clock_;
    std::atomic<std::uint32_t> runs_{0};
    mutable std::shared_mutex mutex_;
    std::unique_ptr<Database> database_;                       // protected by mutex_; null: nothing is kept
    std::deque<ApiKey> keys_;                                  // protected by mutex_
    std::unordered_map<std::string_view, std::size_t> texts_;  // protected by mutex_: key text to index; the deque keeps the texts in place
    std::deque<Ordered> ordered_;                              // protected by mutex_; never shrinks, so that pointers stay good
    std::map<std::string, std::string, std::less<>> logins_;   // protected by mutex_: e-mail address in small letters to login
};

}  // namespace moisson::sandbox

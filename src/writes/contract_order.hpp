#pragma once
/// An order of a contract: looks whether the contract is there, orders it once, and says what is known of it afterwards.

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "writes/write_session.hpp"

namespace moisson::writes {

/// What is known of the contract that was asked for.
struct OrderResult {
    std::string_view outcome;      ///< "created", "exists", "unclear"
    std::string contract_id = {};  ///< empty: not known
    std::string message = {};
    std::vector<std::string> found = {};  ///< contracts of this name that are listed now
    std::string request_id = {};
};

/// How an order ended.
struct OrderEnd {
    std::optional<OrderResult> result = {};  ///< to be shown, whatever else
    ExitCode exit_code = ExitCode::complete;
    Error error = {};                         ///< where the code is not `complete`
    std::optional<Error> journal_error = {};  ///< beside it: the journal did not take the outcome
};

/// What to do about contracts that have the name already, or may have it.
enum class SameName { refused, allowed };

class ContractOrder {
public:
    /// `session` outlives it. `order`: trimmed and checked.
    ContractOrder(WriteSession& session, api::NewContract order) : session_(session), order_(std::move(order)) {}

    /// Asks for the contracts that there are. The contract where it is there, or was ordered before; that ends the command. FatalError when
    /// they cannot be listed, when the list is known to be cut short, or when an earlier order leaves open whether it was carried out;
    /// nothing was ordered then. `allowed`: asks, and lets all that pass.
    [[nodiscard]] std::optional<OrderResult> look_before(SameName same_name);
    /// How many contracts that look saw.
    [[nodiscard]] std::size_t listed() const { return listed_; }

    /// Notes the order in the journal, sends it once, notes its end; after an unclear end looks for new contracts of the name. Call after
    /// `look_before`. FatalError(local) when the journal cannot be written: nothing was sent.
    [[nodiscard]] OrderEnd send();

    [[nodiscard]] const api::NewContract& order() const { return order_; }

private:
    void look_at_detail(const std::string& contract_id, std::string& name, std::string& account);
    [[nodiscard]] std::vector<std::string> of_same_name(const std::vector<wire::Contract>& contracts,
                                                        const std::set<std::string>& without = {});
    [[nodiscard]] std::vector<const api::JournalledWrite*> earlier_orders();
    [[nodiscard]] std::optional<OrderResult> existing(const std::vector<wire::Contract>& contracts);
    [[nodiscard]] std::vector<std::string> look_after();
    [[nodiscard]] OrderEnd created(const std::string& write_id, const WriteEnd& end, const std::string& contract_id);
    [[nodiscard]] OrderEnd failed(const std::string& write_id, WriteEnd end);

    WriteSession& session_;
    api::NewContract order_;
    std::size_t listed_ = 0;
    std::set<std::string> before_;  ///< ids of the contracts that the look before saw
};

}  // namespace moisson::writes

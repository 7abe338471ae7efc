#include "writes/contract_order.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"

namespace moisson::writes {

namespace {

constexpr std::string_view order_verb = "contracts create";
/// Details asked for to tell contracts of one name apart.
constexpr std::size_t details_max = 200;
/// A new contract may be listed late (api/README.md §8).
constexpr std::chrono::seconds look_up_waits[] = {std::chrono::seconds(0), std::chrono::seconds(1), std::chrono::seconds(2)};

constexpr std::string_view insist_hint = "If you want a second contract of this name, add --allow-duplicate-name";

std::string folded(std::string_view text) { return lower(trim(text)); }

std::string value_of(const std::map<std::string, std::string, std::less<>>& members, std::string_view name) {
    const auto found = members.find(name);
    return found == members.end() ? std::string() : found->second;
}

}  // namespace

/// Takes a contract's name and billing account from its detail, where they are there.
void ContractOrder::look_at_detail(const std::string& contract_id, std::string& name, std::string& account) {
    auto request = api::contract_request(session_.service().urls(), contract_id);
    if (!request) {
        return;
    }
    const auto answer = session_.fetch(std::move(*request));
    if (!answer) {
        return;  // the list alone decides: better no order than two
    }
    const auto detail = api::read_contract(answer->body, contract_id);
    if (!detail) {
        return;  // another contract's, or none
    }
    account = api::billing_account_of(answer->body);
    name = detail->name.empty() ? name : detail->name;
}

/// Contracts of the order's name, and those of which no name can be had; one whose detail names another billing account is another
/// contract.
std::vector<std::string> ContractOrder::of_same_name(const std::vector<wire::Contract>& contracts, const std::set<std::string>& without) {
    std::vector<std::string> found;
    std::size_t details = 0;
    for (const wire::Contract& contract : contracts) {
        const bool has_name = !contract.name.empty();
        if (without.contains(contract.id) || (has_name && folded(contract.name) != folded(order_.contract_name))) {
            continue;
        }
        std::string account;
        std::string name = contract.name;
        if (details++ < details_max) {
            look_at_detail(contract.id, name, account);
        }
        if (!has_name && !name.empty() && folded(name) != folded(order_.contract_name)) {
            continue;
        }
        if (account.empty() || account == order_.billing_account_id) {
            found.push_back(contract.id);
        } else {
            session_.reporter().log(LogLevel::info, "other-account",
                                    fmt::format("{} has this name too, on billing account {}", sanitise(contract.id), sanitise(account)));
        }
    }
    return found;
}

/// Earlier orders of this name and billing account at this service, as the journal tells them.
std::vector<const api::JournalledWrite*> ContractOrder::earlier_orders() {
    std::vector<const api::JournalledWrite*> orders;
    for (const api::JournalledWrite& write : session_.journal().writes()) {
        if (write.verb == order_verb && write.service == session_.service_name() &&
            folded(value_of(write.about, "contract_name")) == folded(order_.contract_name) &&
            value_of(write.about, "billing_account_id") == order_.billing_account_id) {
            orders.push_back(&write);
        }
    }
    return orders;
}

/// The contract, when it is there already; throws when an earlier order leaves open whether it is.
std::optional<OrderResult> ContractOrder::existing(const std::vector<wire::Contract>& contracts) {
    const std::vector<std::string> found = of_same_name(contracts);
    const auto orders = earlier_orders();
    std::string story;
    for (const api::JournalledWrite* order : orders) {
        if (!order->is_unresolved()) {
            continue;
        }
        if (found.empty()) {
            Error error =
                fail(ErrorCode::bad_answer,
                     fmt::format("an order of this name was sent on {} by {}, and what became of it is not known: no contract of this "
                                 "name is listed, but new ones may be listed late",
                                 order->at, sanitise(order->who)),
                     fmt::format("{}, write {}", session_.journal().path().string(), order->id),
                     fmt::format("Nothing was ordered now. Look again later, or ask Orange support. {}", insist_hint))
                    .value();
            error.request_id = value_of(order->details, "request_id");
            throw FatalError(ExitCode::unavailable, std::move(error));
        }
        if (auto kept = session_.journal().outcome(order->id, "found", {{"contract_id", found.front()}}); !kept) {
            throw FatalError(ExitCode::local, kept.error());
        }
        story = fmt::format("; the order of {}, whose outcome was not known, is accounted for", order->at);
    }
    if (!found.empty()) {
        return OrderResult{"exists",
                           found.front(),
                           fmt::format("a contract of this name exists: {}{}; nothing was ordered. {}",
                                       sanitise(fmt::format("{}", fmt::join(found, ", "))), story, insist_hint),
                           found,
                           {}};
    }
    for (const api::JournalledWrite* order : orders) {
        if (order->outcome == "done" || order->outcome == "found") {
            const std::string id = value_of(order->details, "contract_id");
            return OrderResult{"exists",
                               id,
                               fmt::format("this contract was ordered on {} as {} and is not listed (yet); nothing was ordered. {}",
                                           order->at, sanitise(id), insist_hint),
                               {},
                               value_of(order->details, "request_id")};
        }
    }
    return std::nullopt;
}

std::optional<OrderResult> ContractOrder::look_before(SameName same_name) {
    const auto listed = session_.service().list_contracts({});
    if (!listed) {
        throw FatalError(pipeline::exit_code_of(listed.error()), listed.error());
    }
    listed_ = listed->contracts.size();
    for (const wire::Contract& contract : listed->contracts) {
        before_.insert(contract.id);
    }
    if (same_name == SameName::allowed) {
        return std::nullopt;
    }
    if (auto found = existing(listed->contracts)) {
        return found;
    }
    // A list that is known to be cut short proves nothing about what is not in it.
    if (listed->verdict != api::ListingVerdict::complete) {
        throw FatalError(ExitCode::unavailable, ErrorCode::bad_answer,
                         fmt::format("{}: whether a contract of this name exists is not known", listed->reason), "GET /contracts",
                         fmt::format("Nothing was ordered. {}", insist_hint));
    }
    return std::nullopt;
}

/// After an unclear end: contracts of this name that were not listed before. Tries again, for they may be listed late.
std::vector<std::string> ContractOrder::look_after() {
    for (const auto wait : look_up_waits) {
        const auto due = session_.clock().steady_now() + wait;
        while (session_.clock().steady_now() < due && !session_.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        if (session_.stop_requested()) {
            return {};
        }
        try {
            if (const auto contracts = session_.service().list_contracts({})) {
                if (auto found = of_same_name(contracts->contracts, before_); !found.empty()) {
                    return found;
                }
            }
        } catch (const FatalError& problem) {
            // The look-up may fail as the order did; what is told is the order's fate.
            session_.reporter().log(LogLevel::warning, "look-up", problem.error().to_line());
            return {};
        }
    }
    return {};
}

OrderEnd ContractOrder::created(const std::string& write_id, const WriteEnd& end, const std::string& contract_id) {
    api::JournalMembers details = journal_details(end);
    details.emplace_back("contract_id", contract_id);
    const auto kept = session_.journal().outcome(write_id, "done", details);
    const bool known = before_.contains(contract_id);
    OrderEnd ended;
    ended.result = {"created",
                    contract_id,
                    known ? "the service gave the number of a contract that was listed before the order"
                          : "ordered; it may be listed late, and has no documents yet",
                    {},
                    end.request_id};
    if (!kept) {
        ended.exit_code = ExitCode::local;
        ended.error = kept.error();
    } else if (known) {
        ended.exit_code = ExitCode::incomplete;
        ended.error =
            fail(ErrorCode::bad_answer,
                 fmt::format("the service took the order and gave the number {}, which was listed before it", sanitise(contract_id)), "",
                 "Look at this contract (moisson contracts show) and ask Orange support whether there is a new one")
                .value();
    }
    return ended;
}

OrderEnd ContractOrder::failed(const std::string& write_id, WriteEnd end) {
    OrderEnd ended;
    // First the record, then the look-up: a process killed in between leaves the order open, which is the truth.
    auto kept = session_.journal().outcome(write_id, to_text(end.fate), journal_details(end));
    if (end.fate == api::WriteFate::unclear) {
        const std::vector<std::string> found = look_after();
        if (!found.empty()) {
            end.error.message = fmt::format("{}; but {} of this name is listed now and was not before: it was ordered", end.error.message,
                                            sanitise(found.front()));
            end.error.hint = "Do not order again. The next run says that it exists";
            if (auto noted =
                    session_.journal().outcome(write_id, "found", {{"contract_id", found.front()}, {"request_id", end.request_id}});
                !noted) {
                kept = noted;
            }
        } else {
            end.error.message = fmt::format("{}; no new contract of this name is listed so far", end.error.message);
        }
        ended.result = {"unclear", found.empty() ? std::string() : found.front(), end.error.message.english(), found, end.request_id};
    }
    if (!kept) {
        ended.journal_error = kept.error();
    }
    ended.exit_code = end.exit_code;
    ended.error = std::move(end.error);
    return ended;
}

OrderEnd ContractOrder::send() {
    auto request = api::create_contract_request(session_.service().urls(), write_path_of(session_.job()), order_);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    const auto write_id = session_.journal().intent(order_verb, session_.service_name(),
                                                    {{"contract_name", order_.contract_name},
                                                     {"billing_account_id", order_.billing_account_id},
                                                     {"offer_code", order_.offer_code},
                                                     {"support_level", order_.support_level}});
    if (!write_id) {
        throw FatalError(ExitCode::local, write_id.error());
    }
    WriteEnd end = session_.send(std::move(*request), api::WriteVerb::create_contract);
    if (end.answer) {
        auto contract_id = api::decode_created_contract(std::move(end.answer->body));
        if (contract_id && !contract_id->empty()) {
            return created(*write_id, end, *contract_id);
        }
        if (!contract_id) {
            end = unreadable_end(end, std::move(contract_id.error()), api::WriteVerb::create_contract);
        }
    }
    return failed(*write_id, std::move(end));
}

}  // namespace moisson::writes

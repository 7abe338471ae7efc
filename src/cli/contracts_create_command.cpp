/// `contracts create`: looks whether the contract is there, orders it once, and says what is known of it afterwards.

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "cli/write_run.hpp"

namespace moisson::cli {

namespace {

constexpr std::string_view verb_name = "contracts create";
/// Details asked for to tell contracts of one name apart.
constexpr std::size_t details_max = 200;
/// A new contract may be listed late (api/README.md §8).
constexpr std::chrono::seconds look_up_waits[] = {std::chrono::seconds(0), std::chrono::seconds(1), std::chrono::seconds(2)};

constexpr std::string_view insist_hint = "If you want a second contract of this name, add --allow-duplicate-name";

/// The command's result, for people and --json.
struct CreateResult {
    std::string_view outcome;  ///< created, exists, unclear
    std::string contract_id;
    std::string message;
    std::vector<std::string> found;  ///< contracts of this name that are listed now
    std::string request_id;
};

struct Work {
    CommandContext& context;
    const config::Job& job;
    pipeline::Service& service;
    api::WriteJournal& journal;
    PatientStop& stop;
    const api::NewContract& order;
};

std::string folded(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    std::string result(text.substr(first, text.find_last_not_of(blanks) - first + 1));
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; });
    return result;
}

std::string value_of(const std::map<std::string, std::string, std::less<>>& members, std::string_view name) {
    const auto found = members.find(name);
    return found == members.end() ? std::string() : found->second;
}

api::NewContract read_order(CommandContext& context) {
    api::NewContract order = context.options.write.contract;
    const std::vector<std::string>& references = context.options.write.references;
    if (references.size() > 3) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         fmt::format("{} references are given; the service takes three", references.size()), "--reference",
                         "Leave some out; nothing was sent");
    }
    for (std::size_t at = 0; at < references.size(); ++at) {
        std::string* const targets[] = {&order.reference_ext1, &order.reference_ext2, &order.reference_ext3};
        *targets[at] = references[at];
    }
    api::trim(order);
    static const std::map<std::string_view, std::string_view> options = {{"billingAccountId", "--billing-account"},
                                                                         {"offerCode", "--offer"},
                                                                         {"contractName", "--name"},
                                                                         {"supportLevel", "--support-level"},
                                                                         {"referentCivility", "--referent-civility"},
                                                                         {"referentName", "--referent-name"},
                                                                         {"referentFirstName", "--referent-first-name"},
                                                                         {"referentMail", "--referent-mail"},
                                                                         {"referentFixPhone", "--referent-fix-phone"},
                                                                         {"referentMobilePhone", "--referent-mobile-phone"},
                                                                         {"referenceExt1", "--reference"},
                                                                         {"referenceExt2", "--reference"},
                                                                         {"referenceExt3", "--reference"}};
    std::vector<PlacedProblem> problems;
    for (api::FieldProblem& problem : api::check_new_contract(order)) {
        std::string where(options.at(problem.field));
        problems.push_back({std::move(where), std::move(problem)});
    }
    report_problems(context, problems);
    return order;
}

Result<api::PerimeterResult> list(Work& work) { return work.service.list_contracts({}); }

/// Takes a contract's name and billing account from its detail, where they are there.
void look_at_detail(Work& work, const std::string& contract_id, std::string& name, std::string& account) {
    auto request = api::contract_request(work.service.urls(), contract_id);
    if (!request) {
        return;
    }
    const auto answer = fetch_once(work.service, work.job, std::move(*request));
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
std::vector<std::string> of_same_name(Work& work, const std::vector<wire::Contract>& contracts, const std::set<std::string>& without = {}) {
    std::vector<std::string> found;
    std::size_t details = 0;
    for (const wire::Contract& contract : contracts) {
        const bool has_name = !contract.name.empty();
        if (without.contains(contract.id) || (has_name && folded(contract.name) != folded(work.order.contract_name))) {
            continue;
        }
        std::string account;
        std::string name = contract.name;
        if (details++ < details_max) {
            look_at_detail(work, contract.id, name, account);
        }
        if (!has_name && !name.empty() && folded(name) != folded(work.order.contract_name)) {
            continue;
        }
        if (account.empty() || account == work.order.billing_account_id) {
            found.push_back(contract.id);
        } else {
            work.context.reporter.log(LogLevel::info, "other-account",
                                      fmt::format("{} has this name too, on billing account {}", sanitise(contract.id), sanitise(account)));
        }
    }
    return found;
}

/// Earlier orders of this name and billing account at this service, as the journal tells them.
std::vector<const api::JournalledWrite*> earlier_orders(const Work& work) {
    std::vector<const api::JournalledWrite*> orders;
    for (const api::JournalledWrite& write : work.journal.writes()) {
        if (write.verb == verb_name && write.service == journal_service(work.job, work.service) &&
            folded(value_of(write.about, "contract_name")) == folded(work.order.contract_name) &&
            value_of(write.about, "billing_account_id") == work.order.billing_account_id) {
            orders.push_back(&write);
        }
    }
    return orders;
}

/// The contract, when it is there already; throws when an earlier order leaves open whether it is.
std::optional<CreateResult> look_before(Work& work, const std::vector<wire::Contract>& contracts) {
    const std::vector<std::string> found = of_same_name(work, contracts);
    const auto orders = earlier_orders(work);
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
                     fmt::format("{}, write {}", work.journal.path().string(), order->id),
                     fmt::format("Nothing was ordered now. Look again later, or ask Orange support. {}", insist_hint))
                    .value();
            error.request_id = value_of(order->details, "request_id");
            throw FatalError(ExitCode::unavailable, std::move(error));
        }
        if (auto kept = work.journal.outcome(order->id, "found", {{"contract_id", found.front()}}); !kept) {
            throw FatalError(ExitCode::local, kept.error());
        }
        story = fmt::format("; the order of {}, whose outcome was not known, is accounted for", order->at);
    }
    if (!found.empty()) {
        return CreateResult{"exists",
                            found.front(),
                            fmt::format("a contract of this name exists: {}{}; nothing was ordered. {}",
                                        sanitise(fmt::format("{}", fmt::join(found, ", "))), story, insist_hint),
                            found,
                            {}};
    }
    for (const api::JournalledWrite* order : orders) {
        if (order->outcome == "done" || order->outcome == "found") {
            const std::string id = value_of(order->details, "contract_id");
            return CreateResult{"exists",
                                id,
                                fmt::format("this contract was ordered on {} as {} and is not listed (yet); nothing was ordered. {}",
                                            order->at, sanitise(id), insist_hint),
                                {},
                                value_of(order->details, "request_id")};
        }
    }
    return std::nullopt;
}

std::string plan_of(const Work& work, std::size_t listed) {
    std::string text = fmt::format("Orders a contract at {}. This costs money.\n", sanitise(work.service.source_name()));
    for (const auto& field : api::contract_fields()) {
        if (const std::string& value = work.order.*field.value; !value.empty()) {
            text += fmt::format("  {:<20}  {}\n", field.name, sanitise(value));
        }
    }
    return text + fmt::format("None of the {} that this login sees has this name.\n", plural(listed, "contract"));
}

/// After an unclear end: contracts of this name that were not listed before. Tries again, for they may be listed late.
std::vector<std::string> look_after(Work& work, const std::set<std::string>& before) {
    for (const auto wait : look_up_waits) {
        const auto due = work.context.clock.steady_now() + wait;
        while (work.context.clock.steady_now() < due && !work.context.stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        if (work.context.stop.stop_requested()) {
            return {};
        }
        try {
            if (const auto contracts = list(work)) {
                if (auto found = of_same_name(work, contracts->contracts, before); !found.empty()) {
                    return found;
                }
            }
        } catch (const FatalError& problem) {
            // The look-up may fail as the order did; what is told is the order's fate.
            work.context.reporter.log(LogLevel::warning, "look-up", problem.error().to_line());
            return {};
        }
    }
    return {};
}

std::string result_text(const CreateResult& result) { return fmt::format("{}  {}\n", result.outcome, sanitise(result.contract_id)); }

std::string result_json(const Work& work, const CreateResult& result) {
    JsonWriter writer;
    writer.begin_object();
    writer.key("outcome").text(result.outcome);
    writer.key("contract_id");
    static_cast<void>(result.contract_id.empty() ? writer.null() : writer.text(result.contract_id));
    writer.key("contract_name").text(work.order.contract_name);
    writer.key("billing_account_id").text(work.order.billing_account_id);
    writer.key("message").text(result.message);
    writer.key("found").begin_array();
    for (const std::string& id : result.found) {
        writer.text(id);
    }
    writer.end_array();
    writer.key("request_id").text(result.request_id);
    writer.key("journal").text(work.journal.path().string());
    writer.end_object();
    return writer.finish();
}

void show(Work& work, const CreateResult& result) {
    work.context.reporter.finish();
    work.context.out.write(work.context.options.json ? result_json(work, result) : result_text(result));
}

/// Records the end and tells it; throws what is not a success.
ExitCode conclude(Work& work, const std::string& write_id, WriteEnd end, const std::set<std::string>& before) {
    std::string contract_id;
    if (end.answer) {
        auto created = api::decode_created_contract(std::move(end.answer->body));
        if (created) {
            contract_id = std::move(*created);
        } else {
            end = unreadable_end(end, std::move(created.error()), api::WriteVerb::create_contract);
        }
    }
    if (!contract_id.empty()) {
        api::JournalMembers details = journal_details(end);
        details.emplace_back("contract_id", contract_id);
        const auto kept = work.journal.outcome(write_id, "done", details);
        const bool known = before.contains(contract_id);
        show(work, {"created",
                    contract_id,
                    known ? "the service gave the number of a contract that was listed before the order"
                          : "ordered; it may be listed late, and has no documents yet",
                    {},
                    end.request_id});
        if (!kept) {
            throw FatalError(ExitCode::local, kept.error());
        }
        if (known) {
            throw FatalError(
                ExitCode::incomplete, ErrorCode::bad_answer,
                fmt::format("the service took the order and gave the number {}, which was listed before it", sanitise(contract_id)), "",
                "Look at this contract (moisson contracts show) and ask Orange support whether there is a new one");
        }
        work.context.reporter.log(LogLevel::info, "contract", "ordered; it may be listed late, and has no documents yet",
                                  {{"contract_id", contract_id}, {"request_id", end.request_id}});
        return ExitCode::complete;
    }
    // First the record, then the look-up: a process killed in between leaves the order open, which is the truth.
    auto kept = work.journal.outcome(write_id, to_text(end.fate), journal_details(end));
    if (end.fate == api::WriteFate::unclear) {
        const std::vector<std::string> found = look_after(work, before);
        if (!found.empty()) {
            end.error.message +=
                fmt::format("; but {} of this name is listed now and was not before: it was ordered", sanitise(found.front()));
            end.error.hint = "Do not order again. The next run says that it exists";
            if (auto noted = work.journal.outcome(write_id, "found", {{"contract_id", found.front()}, {"request_id", end.request_id}});
                !noted) {
                kept = noted;
            }
        } else {
            end.error.message += "; no new contract of this name is listed so far";
        }
        show(work, {"unclear", found.empty() ? std::string() : found.front(), end.error.message, found, end.request_id});
    }
    if (!kept) {
        work.context.reporter.log(LogLevel::error, "write-journal", kept.error().to_line());
    }
    throw FatalError(end.exit_code, end.error);
}

ExitCode show_request(CommandContext& context, const api::NewContract& order) {
    const config::Job job = load_job(context, config::Need::no_credentials);
    const auto request = api::create_contract_request({job.api_url, job.oauth_url}, write_path_of(job), order);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    if (context.options.json) {
        JsonWriter writer;
        write_request(writer, *request);
        context.out.write(writer.finish());
    } else {
        context.out.write(request_text(*request));
    }
    context.reporter.log(LogLevel::info, "dry-run", "nothing was sent");
    return ExitCode::complete;
}

/// A list that is known to be cut short proves nothing about what is not in it.
void check_whole(const Work& work, const api::PerimeterResult& listed) {
    if (listed.verdict == api::ListingVerdict::complete || work.context.options.write.allow_duplicate_name) {
        return;
    }
    throw FatalError(ExitCode::unavailable, ErrorCode::bad_answer,
                     fmt::format("{}: whether a contract of this name exists is not known", listed.reason),
                     "GET /contracts", fmt::format("Nothing was ordered. {}", insist_hint));
}

}  // namespace

ExitCode run_contracts_create(CommandContext& context) {
    const api::NewContract order = read_order(context);
    check_can_ask(context.options.write);
    if (context.options.write.dry_run) {
        return show_request(context, order);
    }
    const config::Job job = load_write_job(context);
    api::WriteJournal journal = open_write_journal(context, job);
    PatientStop stop(context.stop, context.reporter);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, stop.token());
    Work work{context, job, *service, journal, stop, order};
    const auto contracts = list(work);
    if (!contracts) {
        throw FatalError(pipeline::exit_code_of(contracts.error()), contracts.error());
    }
    std::set<std::string> before;
    for (const wire::Contract& contract : contracts->contracts) {
        before.insert(contract.id);
    }
    if (!context.options.write.allow_duplicate_name) {
        if (const auto existing = look_before(work, contracts->contracts)) {
            show(work, *existing);
            context.reporter.log(LogLevel::warning, "exists", existing->message);
            return ExitCode::complete;
        }
    }
    check_whole(work, *contracts);
    ask(context, plan_of(work, contracts->contracts.size()), "Order it?");
    auto request = api::create_contract_request(service->urls(), write_path_of(job), order);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    const auto write_id = journal.intent(verb_name, journal_service(job, *service),
                                         {{"contract_name", order.contract_name},
                                          {"billing_account_id", order.billing_account_id},
                                          {"offer_code", order.offer_code},
                                          {"support_level", order.support_level}});
    if (!write_id) {
        throw FatalError(ExitCode::local, write_id.error());
    }
    WriteEnd end = send_write(*service, job, std::move(*request), api::WriteVerb::create_contract, stop);
    return conclude(work, *write_id, std::move(end), before);
}

}  // namespace moisson::cli

/// `contracts create`: orders a contract, once, after a look whether it is there.

#include <map>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/write_options.hpp"
#include "writes/contract_order.hpp"
#include "writes/field_problems.hpp"

namespace moisson::cli {

namespace {

struct ContractsCreateOptions {
    api::NewContract contract;  ///< external references are in `references`
    std::vector<std::string> references;
    bool allow_duplicate_name = false;  ///< order although a contract of this name exists or may exist
    WriteOptions write;
};

void declare_contracts_create(Arguments& arguments, ContractsCreateOptions& options) {
    api::NewContract& contract = options.contract;
    const auto text = [&](const char* name, std::string& value, const char* help) { arguments.text(name, "TEXT", value, help); };
    text("--billing-account", contract.billing_account_id, "billing account that pays (billingAccountId)");
    text("--offer", contract.offer_code, "offer code, such as HONEY (offerCode)");
    text("--name", contract.contract_name, "name of the new contract (contractName)");
    text("--support-level", contract.support_level, "support level, such as BSC (supportLevel)");
    text("--referent-civility", contract.referent_civility, "civility of the person to refer to, such as M");
    text("--referent-name", contract.referent_name, "last name of that person");
    text("--referent-first-name", contract.referent_first_name, "first name of that person");
    text("--referent-mail", contract.referent_mail, "e-mail address of that person");
    text("--referent-fix-phone", contract.referent_fix_phone, "phone number of that person");
    text("--referent-mobile-phone", contract.referent_mobile_phone, "mobile phone number of that person");
    arguments.texts("--reference", "TEXT", options.references, "a reference of your own; up to three (referenceExt1 to 3)");
    arguments.flag("--allow-duplicate-name", options.allow_duplicate_name, "order although a contract of this name exists, or may exist");
    declare_write(arguments, options.write);
}

api::NewContract read_order(CommandContext& context, const ContractsCreateOptions& options) {
    api::NewContract order = options.contract;
    const std::vector<std::string>& references = options.references;
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
    static const std::map<std::string_view, std::string_view> option_names = {{"billingAccountId", "--billing-account"},
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
    std::vector<writes::PlacedProblem> problems;
    for (api::FieldProblem& problem : api::check_new_contract(order)) {
        std::string where(option_names.at(problem.field));
        problems.push_back({std::move(where), std::move(problem)});
    }
    writes::report_problems(context.reporter, problems);
    return order;
}

std::string plan_of(const writes::ContractOrder& ordering, const std::string& source) {
    std::string text = fmt::format("Orders a contract at {}. This costs money.\n", sanitise(source));
    for (const auto& field : api::contract_fields()) {
        if (const std::string& value = ordering.order().*field.value; !value.empty()) {
            text += fmt::format("  {:<20}  {}\n", field.name, sanitise(value));
        }
    }
    return text + fmt::format("None of the {} that this login sees has this name.\n", plural(ordering.listed(), "contract"));
}

std::string result_text(const writes::OrderResult& result) { return fmt::format("{}  {}\n", result.outcome, sanitise(result.contract_id)); }

std::string result_json(const api::NewContract& order, const std::string& journal, const writes::OrderResult& result) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("outcome").text(result.outcome);
    writer.key("contract_id");
    static_cast<void>(result.contract_id.empty() ? writer.null() : writer.text(result.contract_id));
    writer.key("contract_name").text(order.contract_name);
    writer.key("billing_account_id").text(order.billing_account_id);
    writer.key("message").text(result.message);
    writer.key("found").begin_array();
    for (const std::string& id : result.found) {
        writer.text(id);
    }
    writer.end_array();
    writer.key("request_id").text(result.request_id);
    writer.key("journal").text(journal);
    writer.end_object();
    return writer.finish();
}

ExitCode show_request(CommandContext& context, const ContractsCreateOptions& options, const api::NewContract& order) {
    const config::Job job = load_login(context, options.write.settings, config::Need::no_credentials);
    const auto request = api::create_contract_request({job.api.api_url, job.api.oauth_url}, writes::write_path_of(job), order);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        put_request(writer, *request);
        writer.end_object();
        context.out.write(writer.finish());
    } else {
        context.out.write(request_text(*request));
    }
    context.reporter.log(LogLevel::info, "dry-run", "nothing was sent");
    return ExitCode::complete;
}

void show(CommandContext& context, writes::WriteSession& session, const api::NewContract& order, const writes::OrderResult& result) {
    context.reporter.finish();
    context.out.write(context.talk.json ? result_json(order, session.journal().path().string(), result) : result_text(result));
}

ExitCode run_contracts_create(CommandContext& context, const ContractsCreateOptions& options) {
    const api::NewContract order = read_order(context, options);
    check_can_ask(options.write);
    if (options.write.dry_run) {
        return show_request(context, options, order);
    }
    const config::Job job = load_write_job(context, options.write);
    writes::WriteSession session(job, context.clock, context.reporter, context.stop);
    writes::ContractOrder ordering(session, order);
    if (const auto existing = ordering.look_before(options.allow_duplicate_name ? writes::SameName::allowed : writes::SameName::refused)) {
        show(context, session, order, *existing);
        context.reporter.log(LogLevel::warning, "exists", existing->message);
        return ExitCode::complete;
    }
    ask(context, options.write, plan_of(ordering, session.service().source_name()), "Order it?");
    const writes::OrderEnd end = ordering.send();
    if (end.result) {
        show(context, session, order, *end.result);
    }
    if (end.journal_error) {
        context.reporter.log(LogLevel::error, "write-journal", end.journal_error->to_line());
    }
    if (end.exit_code != ExitCode::complete) {
        throw FatalError(end.exit_code, end.error);
    }
    context.reporter.log(LogLevel::info, "contract", end.result->message,
                         {{"contract_id", end.result->contract_id}, {"request_id", end.result->request_id}});
    return ExitCode::complete;
}

}  // namespace

Command contracts_create_command() {
    return with_options({.name = "contracts create",
                         .help = "order a contract; this costs money",
                         .examples = "  moisson contracts create --billing-account 42 --offer HONEY --name 'Lab 2' --support-level BSC\n"
                                     "      --referent-civility M --referent-name Dupont --referent-first-name Jean\n"
                                     "      --referent-mail jean.dupont@example.com\n",
                         .exit_codes = codes_of_write()},
                        declare_contracts_create, run_contracts_create);
}

}  // namespace moisson::cli

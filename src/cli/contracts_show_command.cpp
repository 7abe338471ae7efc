/// `contracts show`: one contract as the service tells it.

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "domain/finding.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

struct ContractsShowOptions {
    std::string contract_id;
    config::CommandLine settings;
};

void declare_contracts_show(Arguments& arguments, ContractsShowOptions& options) {
    arguments.positional("ID", options.contract_id, "contract id").required();
    declare_login(arguments, options.settings);
}

/// What GET /contract answers, as it is called here. `path`: the service's own name.
struct ContractMember {
    std::string_view path;
    std::string_view label;  ///< for people
    std::string_view key;    ///< in --json
};

constexpr std::array contract_members{
    ContractMember{"id", "id", "id"},
    ContractMember{"name", "name", "name"},
    ContractMember{"contractType", "type", "contract_type"},
    ContractMember{"offer.name", "offer", "offer_name"},
    ContractMember{"offer.id", "offer id", "offer_id"},
    ContractMember{"customer.name", "customer", "customer_name"},
    ContractMember{"customer.id", "customer id", "customer_id"},
    ContractMember{"customer.segment", "segment", "customer_segment"},
    ContractMember{"platformId", "platform id", "platform_id"},
    ContractMember{"createdAt", "created", "created_at"},
    ContractMember{"updatedAt", "updated", "updated_at"},
    ContractMember{"contact.name", "contact", "contact_name"},
    ContractMember{"contact.title", "title", "contact_title"},
    ContractMember{"contact.lastName", "last name", "contact_last_name"},
    ContractMember{"contact.firstName", "first name", "contact_first_name"},
    ContractMember{"contact.email", "e-mail", "contact_email"},
};

/// The last of that path: as a reader of JSON takes a member that comes twice.
std::string member_of(const wire::Contract& contract, std::string_view path) {
    const auto found = std::find_if(contract.members.rbegin(), contract.members.rend(), [&](const auto& one) { return one.first == path; });
    return found == contract.members.rend() ? std::string() : found->second;
}

/// What the service says beside that, by its own names.
std::vector<std::pair<std::string, std::string>> other_members(const wire::Contract& contract) {
    std::vector<std::pair<std::string, std::string>> others;
    std::copy_if(contract.members.begin(), contract.members.end(), std::back_inserter(others), [](const auto& one) {
        return std::none_of(contract_members.begin(), contract_members.end(),
                            [&](const ContractMember& known) { return known.path == one.first; });
    });
    return others;
}

std::string contract_json(const wire::Contract& contract) {
    JsonWriter writer;
    writer.begin_answer();
    for (const ContractMember& member : contract_members) {
        writer.key(member.key).text(member_of(contract, member.path));
    }
    writer.key("other").begin_array();
    for (const auto& [path, value] : other_members(contract)) {
        writer.begin_object();
        writer.key("name").text(path);
        writer.key("value").text(value);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string contract_text(const wire::Contract& contract) {
    std::string text;
    const auto line = [&](std::string_view label, const std::string& value) {
        text += fmt::format("{:<11}  {}\n", sanitise(label, 60), value.empty() ? "(not given)" : sanitise(value));
    };
    for (const ContractMember& member : contract_members) {
        line(member.label, member_of(contract, member.path));
    }
    for (const auto& [path, value] : other_members(contract)) {
        line(path, value);
    }
    return text;
}

ExitCode run_contracts_show(CommandContext& context, const ContractsShowOptions& options) {
    const config::Job job = load_login(context, options.settings, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    const auto contract = service->contract(options.contract_id);
    if (!contract) {
        // A contract outside the login's perimeter is answered like one that does not exist: it is a matter of rights.
        const bool outside = contract.error().code == ErrorCode::not_found;
        throw FatalError(outside ? ExitCode::refused : pipeline::exit_code_of(contract.error()), contract.error());
    }
    context.reporter.finish();
    if (contract->secret) {
        context.reporter.log(LogLevel::error, "secret-in-answer", std::string(FindingCode("secret-in-answer").kind().meaning.english()));
    }
    context.out.write(context.talk.json ? contract_json(*contract) : contract_text(*contract));
    return ExitCode::complete;
}

}  // namespace

Command contracts_show_command() {
    return with_options({.name = "contracts show",
                         .help = "one contract in full",
                         .examples = "  moisson contracts show OCB0001234\n",
                         .exit_codes = codes_of_question()},
                        declare_contracts_show, run_contracts_show);
}

}  // namespace moisson::cli

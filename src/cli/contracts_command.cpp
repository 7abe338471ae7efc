/// `contracts list` and `contracts show`: the perimeter as the service tells it.

#include <algorithm>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

void write_contract(JsonWriter& writer, const wire::Contract& contract) {
    writer.begin_object();
    writer.key("id").text(contract.id);
    writer.key("name").text(contract.name);
    writer.key("offer_id").text(contract.offer_id);
    writer.key("offer_name").text(contract.offer_name);
    writer.key("customer_id").text(contract.customer_id);
    writer.key("customer_name").text(contract.customer_name);
    writer.key("platform_id").text(contract.platformId);
    writer.end_object();
}

std::string contracts_table(const std::vector<wire::Contract>& contracts) {
    std::vector<std::vector<std::string>> rows;
    for (const wire::Contract& contract : contracts) {
        rows.push_back({contract.id, contract.name, contract.offer_name, contract.customer_name});
    }
    return format_table({{"id"}, {"name"}, {"offer"}, {"customer"}}, rows);
}

}  // namespace

ExitCode run_contracts_list(CommandContext& context) {
    const config::Job job = load_job(context, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    auto contracts = service->list_contracts();
    if (!contracts) {
        throw FatalError(pipeline::exit_code_of(contracts.error()), contracts.error());
    }
    std::sort(contracts->begin(), contracts->end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    context.reporter.finish();
    if (!context.options.json) {
        context.out.write(contracts_table(*contracts));
        context.reporter.log(LogLevel::info, "contracts", plural(contracts->size(), "contract"));
        return ExitCode::complete;
    }
    JsonWriter writer;
    writer.begin_array();
    for (const wire::Contract& contract : *contracts) {
        write_contract(writer, contract);
    }
    writer.end_array();
    context.out.write(writer.finish());
    return ExitCode::complete;
}

ExitCode run_contracts_show(CommandContext& context) {
    const config::Job job = load_job(context, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    const auto contract = service->contract(context.options.contract_id);
    if (!contract) {
        // A contract outside the login's perimeter is answered like one that does not exist: it is a matter of rights.
        const bool outside = contract.error().code == ErrorCode::not_found;
        throw FatalError(outside ? ExitCode::refused : pipeline::exit_code_of(contract.error()), contract.error());
    }
    context.reporter.finish();
    if (context.options.json) {
        JsonWriter writer;
        write_contract(writer, *contract);
        context.out.write(writer.finish());
        return ExitCode::complete;
    }
    std::string text;
    for (const auto& [label, value] :
         {std::pair{"id", &contract->id}, std::pair{"name", &contract->name}, std::pair{"offer", &contract->offer_name},
          std::pair{"offer id", &contract->offer_id}, std::pair{"customer", &contract->customer_name},
          std::pair{"customer id", &contract->customer_id}, std::pair{"platform id", &contract->platformId}}) {
        text += fmt::format("{:<11}  {}\n", label, value->empty() ? "(not given)" : sanitise(*value));
    }
    context.out.write(text);
    return ExitCode::complete;
}

}  // namespace moisson::cli

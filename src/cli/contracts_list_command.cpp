/// `contracts list`: the perimeter as the service tells it.

#include <algorithm>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "domain/finding.hpp"
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

ExitCode run_contracts_list(CommandContext& context, const config::CommandLine& settings) {
    const config::Job job = load_job(context, settings, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    auto listed = service->list_contracts({});
    if (!listed) {
        throw FatalError(pipeline::exit_code_of(listed.error()), listed.error());
    }
    std::vector<wire::Contract>& contracts = listed->contracts;
    std::sort(contracts.begin(), contracts.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    context.reporter.finish();
    const bool is_capped = listed->verdict != api::ListingVerdict::complete;
    if (is_capped) {
        context.reporter.log(LogLevel::error, "contracts", fmt::format("the list is not whole: {}", listed->reason));
    }
    if (std::any_of(contracts.begin(), contracts.end(), [](const wire::Contract& contract) { return contract.secret; })) {
        context.reporter.log(LogLevel::error, "secret-in-answer", std::string(FindingCode("secret-in-answer").kind().meaning.english()));
    }
    const ExitCode exit_code = is_capped ? ExitCode::incomplete : ExitCode::complete;
    if (!context.talk.json) {
        context.out.write(contracts_table(contracts));
        context.reporter.log(LogLevel::info, "contracts", plural(contracts.size(), "contract"));
        return exit_code;
    }
    JsonWriter writer;
    writer.begin_answer().key("contracts").begin_array();
    for (const wire::Contract& contract : contracts) {
        write_contract(writer, contract);
    }
    writer.end_array().end_object();
    context.out.write(writer.finish());
    return exit_code;
}

}  // namespace

Command contracts_list_command() {
    return with_options({.name = "contracts list",
                         .help = "all contracts of the perimeter",
                         .examples = "  moisson contracts list\n"
                                     "  moisson contracts list --json\n",
                         .exit_codes = codes_of_question()},
                        declare_service, run_contracts_list);
}

}  // namespace moisson::cli

/// `contracts list`: the perimeter as the service tells it.

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.hpp"
#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "domain/finding.hpp"
#include "pipeline/perimeters.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

/// A contract, and the logins that see it.
struct Row {
    wire::Contract contract;
    std::vector<std::string> perimeters;  ///< empty where the job has one login only
};

void write_contract(JsonWriter& writer, const Row& row) {
    const wire::Contract& contract = row.contract;
    writer.begin_object();
    writer.key("id").text(contract.id);
    writer.key("name").text(contract.name);
    writer.key("offer_id").text(contract.offer_id);
    writer.key("offer_name").text(contract.offer_name);
    writer.key("customer_id").text(contract.customer_id);
    writer.key("customer_name").text(contract.customer_name);
    writer.key("platform_id").text(contract.platformId);
    writer.key("perimeters").begin_array();
    for (const std::string& name : row.perimeters) {
        writer.text(name);
    }
    writer.end_array();
    writer.end_object();
}

std::string contracts_table(const std::vector<Row>& contracts, bool has_perimeters) {
    std::vector<std::vector<std::string>> rows;
    for (const Row& row : contracts) {
        const wire::Contract& contract = row.contract;
        rows.push_back({contract.id, contract.name, contract.offer_name, contract.customer_name});
        if (has_perimeters) {
            rows.back().push_back(fmt::format("{}", fmt::join(row.perimeters, ", ")));
        }
    }
    return has_perimeters ? format_table({{"id"}, {"name"}, {"offer"}, {"customer"}, {"perimeter"}}, rows)
                          : format_table({{"id"}, {"name"}, {"offer"}, {"customer"}}, rows);
}

/// What stands in the way of one login, with its name where there are several.
std::string of_login(const pipeline::Login& login, std::string_view text) {
    return login.perimeter.empty() ? std::string(text) : fmt::format("{}: {}", login.perimeter, text);
}

void declare_login_list(Arguments& arguments, config::CommandLine& settings) {
    declare_service(arguments, settings);
    arguments.texts("--perimeter", "NAME", settings.perimeters, "only these of the job's perimeters (logins); repeatable");
}

ExitCode run_contracts_list(CommandContext& context, const config::CommandLine& settings) {
    const config::Job job = load_job(context, settings, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    const std::vector<pipeline::Login>& logins = service->logins();
    auto listed = service->list_perimeters(std::vector<api::PerimeterOptions>(logins.size()));
    bool is_whole = true;
    std::vector<Row> contracts;
    for (std::size_t lane = 0; lane < logins.size(); ++lane) {
        if (!listed[lane]) {
            if (std::ranges::none_of(listed, [](const auto& one) { return one.has_value(); }) ||
                listed[lane].error().code == ErrorCode::cancelled) {
                throw FatalError(pipeline::exit_code_of(listed[lane].error()), listed[lane].error());
            }
            is_whole = false;
            context.reporter.log(LogLevel::error, "contracts", of_login(logins[lane], listed[lane].error().to_line()));
            continue;
        }
        if (listed[lane]->verdict != api::ListingVerdict::complete) {
            is_whole = false;
            context.reporter.log(LogLevel::error, "contracts",
                                 of_login(logins[lane], fmt::format("the list is not whole: {}", listed[lane]->reason)));
        }
        if (std::ranges::any_of(listed[lane]->contracts, &wire::Contract::secret)) {
            context.reporter.log(LogLevel::error, "secret-in-answer",
                                 std::string(FindingCode("secret-in-answer").kind().meaning.english()));
        }
        if (logins.size() == 1) {
            std::ranges::transform(listed[lane]->contracts, std::back_inserter(contracts), [](auto& one) {
                return Row{std::move(one), {}};
            });
        }
    }
    if (logins.size() > 1) {
        for (const auto& [id, seen] : pipeline::join_perimeters(config::logins_of(job), listed)) {
            contracts.push_back({*seen.item, {}});
            for (const std::size_t lane : seen.lanes) {
                contracts.back().perimeters.push_back(logins[lane].perimeter);
            }
        }
    } else if (!logins.front().perimeter.empty()) {
        for (Row& row : contracts) {
            row.perimeters = {logins.front().perimeter};
        }
    }
    std::sort(contracts.begin(), contracts.end(), [](const Row& left, const Row& right) { return left.contract.id < right.contract.id; });
    context.reporter.finish();
    const ExitCode exit_code = is_whole ? ExitCode::complete : ExitCode::incomplete;
    if (!context.talk.json) {
        context.out.write(contracts_table(contracts, !logins.front().perimeter.empty()));
        context.reporter.log(LogLevel::info, "contracts", plural(contracts.size(), "contract"));
        return exit_code;
    }
    JsonWriter writer;
    writer.begin_answer().key("contracts").begin_array();
    for (const Row& row : contracts) {
        write_contract(writer, row);
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
                        declare_login_list, run_contracts_list);
}

}  // namespace moisson::cli

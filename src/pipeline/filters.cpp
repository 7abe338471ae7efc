/// See filters.hpp.

#include "pipeline/filters.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "base/suggest.hpp"
#include "pipeline/local_settings.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t names_max = 3;

struct Name {
    std::string id;
    std::string name;
};

/// What of a pattern is no pattern: "OCB0009*" is a slip of OCB0001234 by one digit.
std::string plain_part(std::string_view pattern) {
    std::string plain;
    std::copy_if(pattern.begin(), pattern.end(), std::back_inserter(plain),
                 [](char letter) { return letter != '*' && letter != '?' && letter != '[' && letter != ']'; });
    return plain;
}

/// "OCB0001234 (Web shop), OCB0001235 (Lab)": the nearest by id or name, each contract once.
std::string nearest_contracts(std::string_view pattern, const std::vector<Name>& contracts) {
    std::vector<std::string_view> known;
    for (const Name& contract : contracts) {
        known.push_back(contract.id);
        if (!contract.name.empty()) {
            known.push_back(contract.name);
        }
    }
    std::vector<std::string> told;
    for (const std::string& near : nearest_names(plain_part(pattern), known, 2 * names_max)) {
        const auto contract =
            std::find_if(contracts.begin(), contracts.end(), [&](const Name& one) { return one.id == near || one.name == near; });
        std::string words = sanitise(contract->id, 60) + (contract->name.empty() ? "" : fmt::format(" ({})", sanitise(contract->name, 60)));
        if (told.size() < names_max && std::find(told.begin(), told.end(), words) == told.end()) {
            told.push_back(std::move(words));
        }
    }
    return fmt::format("{}", fmt::join(told, ", "));
}

}  // namespace

namespace {

using Listed = std::map<std::string, std::string>;  // names by id

/// FatalError(usage) naming each pattern that fits no contract of `listed` and none that earlier runs knew.
void check_patterns(const std::vector<std::string>& patterns, const Listed& listed, const std::vector<state::ContractRecord>& known,
                    const std::string& where) {
    if (patterns.empty() || listed.empty()) {
        return;
    }
    std::vector<Name> contracts;
    std::transform(listed.begin(), listed.end(), std::back_inserter(contracts), [](const auto& one) {
        return Name{one.first, one.second};
    });
    for (const state::ContractRecord& record : known) {
        contracts.push_back({record.contract.id, record.contract.name});
    }
    std::vector<std::string> wrong;
    std::vector<std::string> near;
    for (const std::string& pattern : patterns) {
        const bool fits = std::any_of(contracts.begin(), contracts.end(), [&](const Name& one) {
            return glob_matches(pattern, one.id) || glob_matches(pattern, one.name);
        });
        if (!fits) {
            wrong.push_back(fmt::format("\"{}\"", sanitise(pattern, 80)));
            near.push_back(nearest_contracts(pattern, contracts));
        }
    }
    if (!wrong.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         fmt::format("no contract fits the pattern{} {}", wrong.size() == 1 ? "" : "s", fmt::join(wrong, ", ")), where,
                         fmt::format("The nearest of {} contract{}: {}; moisson contracts list shows all", listed.size(),
                                     listed.size() == 1 ? "" : "s", fmt::join(near, "; ")));
    }
}

}  // namespace

void check_contract_patterns(const config::Job& job, const ListedPerimeters& perimeters, state::StateStore& state) {
    const std::vector<config::PerimeterSettings> logins = config::logins_of(job);
    const std::vector<state::ContractRecord> known = state.load_contracts();
    Listed all;
    for (std::size_t lane = 0; lane < perimeters.size(); ++lane) {
        Listed own;
        for (const wire::Contract& one : perimeters[lane] ? perimeters[lane]->contracts : std::vector<wire::Contract>()) {
            own.emplace(one.id, one.name);
        }
        check_patterns(logins[lane].contracts, own, known,
                       fmt::format("contracts of the perimeter {} in {}", logins[lane].name, sanitise(job.job_file)));
        all.merge(own);
    }
    check_patterns(job.export_.contracts, all, known, place_of(job, "export.contracts"));
}

void check_types(const config::Job& job, const Harvest& harvest) {
    const bool whole = std::all_of(harvest.completeness.begin(), harvest.completeness.end(),
                                   [](const ContractCompleteness& one) { return is_whole(one.verdict); });
    if (job.export_.types.empty() || !whole) {
        return;
    }
    std::set<std::string_view> types(document_type_names.begin(), document_type_names.end());
    for (const ContractCompleteness& contract : harvest.completeness) {
        for (const auto& [type, count] : contract.listed_by_type) {
            types.insert(type);
        }
    }
    for (const LedgerEntry& entry : harvest.entries) {
        types.insert(entry.document_type);
    }
    for (const std::string& type : job.export_.types) {
        if (!types.contains(type)) {
            const std::vector<std::string_view> all(types.begin(), types.end());
            throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                             fmt::format("no document is of the type \"{}\"", sanitise(type, 80)), place_of(job, "export.types"),
                             fmt::format("The nearest types: {}", fmt::join(nearest_names(type, all, names_max), ", ")));
        }
    }
}

}  // namespace moisson::pipeline

#include "config/record_keeping.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/luhn.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

constexpr std::size_t name_bytes_max = 300;
constexpr std::size_t siren_digits = 9;
constexpr std::string_view leap_year = "2000-";  ///< so that 29 February is a day

/// Null where the file does not have it.
const Setting* find_in_evidence(Job& job, const JobFile& file, std::string_view name) {
    const std::string full = fmt::format("evidence.{}", name);
    const Setting* setting = file.find(full);
    job.origins[full] = setting == nullptr ? "not given" : fmt::format("job file line {}", setting->line);
    return setting;
}

}  // namespace

Organization read_organization(const JobFile& file, const Setting* name, const Setting* siren) {
    Organization organization;
    if (name != nullptr) {
        organization.name = std::get<std::string>(name->value);
        const bool is_line =
            std::none_of(organization.name.begin(), organization.name.end(), [](unsigned char letter) { return letter < 0x20; });
        if (trim(organization.name).empty() || organization.name.size() > name_bytes_max || !is_line) {
            usage_error(fmt::format("organization must be a name of at most {} bytes on one line", name_bytes_max), file.where(*name),
                        "Write the company's name, for example organization = \"Exemple SA\"");
        }
    }
    if (siren != nullptr) {
        organization.siren = std::get<std::string>(siren->value);
        std::erase(organization.siren, ' ');
        if (organization.siren.size() != siren_digits || !has_luhn_digit(organization.siren)) {
            usage_error(
                fmt::format("\"{}\" is no SIREN: nine digits, the last of which follows from the others", sanitise(organization.siren, 40)),
                file.where(*siren), "Look it up at annuaire-entreprises.data.gouv.fr; of a SIRET take the first nine digits");
        }
    }
    return organization;
}

void read_record_keeping(Job& job, const JobFile& file) {
    job.evidence.organization =
        read_organization(file, find_in_evidence(job, file, "organization"), find_in_evidence(job, file, "siren"));
    RetentionTerms& terms = job.evidence.retention;
    if (const Setting* end = find_in_evidence(job, file, "fiscal_year_end")) {
        const std::string& text = std::get<std::string>(end->value);
        const auto day = parse_day(fmt::format("{}{}", leap_year, text));
        if (!day) {
            usage_error(fmt::format("fiscal_year_end = \"{}\" is no day of a year", sanitise(text, 40)), file.where(*end),
                        "Write month and day on which the fiscal year ends, for example fiscal_year_end = \"06-30\"");
        }
        terms.fiscal_year_end = std::chrono::month_day(day->month(), day->day());
    }
    if (const Setting* years = find_in_evidence(job, file, "retention")) {
        terms.years = static_cast<int>(std::get<std::int64_t>(years->value));
    }
    if (const Setting* day = find_in_evidence(job, file, "retain_until")) {
        terms.at_least = parse_day(std::get<std::string>(day->value));
        if (!terms.at_least) {
            usage_error(fmt::format("retain_until = \"{}\" is no day", sanitise(std::get<std::string>(day->value), 40)), file.where(*day),
                        "Write the day before which nothing may go, for example retain_until = 2040-12-31");
        }
    }
}

}  // namespace moisson::config

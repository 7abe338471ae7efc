/// Settings are looked for in [erp.NAME], then in [erp], then in the template; what is missing or does not fit is named with its place.
#include "erp/settings.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/luhn.hpp"
#include "base/suggest.hpp"
#include "base/utf8.hpp"
#include "erp/built_in.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint64_t mapping_bytes_max = 32ULL << 20U;
constexpr std::size_t mapping_files_max = 20;

/// Keys of [erp] and [erp.NAME] that are no settings of a template.
constexpr std::string_view mapping_key = "mapping";
constexpr std::string_view continues_key = "continues";

const ErpValue* find_value(const ErpJob& job, const std::string& template_name, const std::string& name) {
    if (const auto own = job.by_template.find(template_name); own != job.by_template.end()) {
        if (const auto found = own->second.find(name); found != own->second.end()) {
            return &found->second;
        }
    }
    const auto found = job.common.find(name);
    return found == job.common.end() ? nullptr : &found->second;
}

std::string where_of(const ErpJob& job) { return job.where.empty() ? "job file" : job.where; }

tl::unexpected<Error> missing(const Template& of, const ErpJob& job, const SettingSpec& spec) {
    std::string example = spec.choices.empty() ? "\"…\"" : fmt::format("\"{}\"", fmt::join(spec.choices, "\" or \""));
    return fail(ErrorCode::bad_input, fmt::format("template {} needs the setting \"{}\": {}", of.info.name, spec.name, spec.about),
                where_of(job),
                fmt::format("Write {} = {} below [erp.{}], or below [erp] for all templates", spec.name, example, of.info.name));
}

/// Fills one value; what is wrong comes back as an error.
Status take_setting(const Template& of, const ErpJob& job, std::size_t index, Settings& into) {
    const SettingSpec& spec = of.settings[index];
    const ErpValue* given = find_value(job, of.info.name, spec.name);
    if (given != nullptr && given->texts.size() != 1) {
        return fail(ErrorCode::bad_input, fmt::format("\"{}\" is one value, not a list", spec.name), given->where);
    }
    const std::string* text = given != nullptr ? &given->texts.front() : spec.default_text ? &*spec.default_text : nullptr;
    into.values[index] = Value::empty(spec.type);
    if (text == nullptr || (text->empty() && spec.required)) {
        return spec.required ? Status(missing(of, job, spec)) : Status();
    }
    const std::string where = given != nullptr ? given->where : of.path;
    const auto wrong = [&](const std::string& why) {
        return fail(ErrorCode::bad_input, fmt::format("{} = \"{}\" {}", spec.name, sanitise(*text, 80), why), where, spec.about);
    };
    if (!is_utf8(*text)) {
        return wrong("is no UTF-8 text");
    }
    if (!spec.choices.empty() && std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
        return wrong(fmt::format("is none of: {}", fmt::join(spec.choices, ", ")));
    }
    const std::string& kept = into.texts.emplace_back(*text);
    if (const std::string problem = parse_setting(spec.type, kept, into.values[index]); !problem.empty()) {
        return wrong(problem);
    }
    if (spec.pattern && !of.regexes[*spec.pattern].fits(kept)) {
        return wrong("does not have the form that the template asks for");
    }
    if (spec.has_check_digit && !has_luhn_digit(kept)) {
        return wrong("cannot be right: its check digit (the last one, by Luhn's rule) does not fit the others. Look for a mistyped digit");
    }
    return {};
}

/// A misspelt key of [erp.NAME] would be a setting that is silently not obeyed.
Status check_names(const Template& of, const ErpJob& job) {
    const auto own = job.by_template.find(of.info.name);
    if (own == job.by_template.end()) {
        return {};
    }
    std::vector<std::string_view> known{mapping_key, continues_key};
    for (const SettingSpec& spec : of.settings) {
        known.push_back(spec.name);
    }
    for (const auto& [name, value] : own->second) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const auto near = nearest_word(name, known);
            return fail(ErrorCode::bad_input, fmt::format("template {} has no setting \"{}\"", of.info.name, sanitise(name, 60)),
                        value.where, near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("It has: {}", fmt::join(known, ", ")));
        }
    }
    return {};
}

Result<Mapping> read_mapping(const ErpJob& job, const ErpValue& value, const std::string& written) {
    if (job.built_in) {
        const auto text = built_in_file(written);
        MOISSON_INVARIANT(text.has_value(), "the sandbox's mapping is inside the program");
        return Mapping::parse(*text, written);
    }
    const std::filesystem::path path =
        std::filesystem::path(written).is_absolute() ? std::filesystem::path(written) : std::filesystem::path(job.folder) / written;
    auto bytes = read_file(path, mapping_bytes_max);
    if (!bytes) {
        Error error = bytes.error();
        error.message = fmt::format("the mapping {} cannot be read: {}", sanitise(written, 200), error.message);
        error.where = value.where;
        error.code = ErrorCode::bad_input;
        return fail(std::move(error));
    }
    return Mapping::parse(*bytes, path.lexically_normal().string());
}

Status check_mapping_column(const Template& of, const MappingSpec& spec, const Mapping& mapping, int column) {
    unsigned line = 0;
    const std::string problem = mapping.check_column(column, line, [&](std::string_view cell) -> std::string {
        Value number;
        if (spec.type == Type::number && !parse_mapping_number(spec.name, cell, number)) {
            return fmt::format("{} = \"{}\" must be a number such as 20, 5.5 or 5,5", spec.name, sanitise(cell, 60));
        }
        if (spec.name == vat_rate_column && (number.number < 0 || compare(number, Value::of_number(100)) > 0 || number.scale > 6)) {
            return fmt::format("vat_rate = \"{}\" must be a percentage from 0 to 100", sanitise(cell, 60));
        }
        if (spec.pattern && !of.regexes[*spec.pattern].fits(cell)) {
            return fmt::format("{} = \"{}\" does not have the form that template {} asks for", spec.name, sanitise(cell, 60), of.info.name);
        }
        return {};
    });
    if (!problem.empty()) {
        return fail(ErrorCode::bad_input, problem, fmt::format("{}:{}", mapping.path(), line), spec.about);
    }
    return {};
}

tl::unexpected<Error> no_column(const Template& of, const ErpJob& job, const MappingSpec& spec,
                                const std::deque<Mapping>& mappings) {
    if (mappings.empty()) {
        return fail(ErrorCode::bad_input,
                    fmt::format("template {} needs a mapping with the column \"{}\": {}", of.info.name, spec.name, spec.about),
                    where_of(job), "Write mapping = \"accounts.csv\" below [erp]");
    }
    const std::vector<std::string>& columns = mappings.front().columns();
    const std::vector<std::string_view> written(columns.begin(), columns.end());
    const auto near = nearest_word(spec.name, written);
    return fail(ErrorCode::bad_input, fmt::format("the mapping has no column \"{}\": {}", spec.name, spec.about),
                fmt::format("{}:1", mappings.front().path()),
                near ? fmt::format("Template {} needs it: is it \"{}\"?", of.info.name, *near)
                     : fmt::format("Template {} needs it", of.info.name));
}

Status take_mappings(const Template& of, const ErpJob& job, std::optional<std::string_view> sample, Settings& into) {
    const ErpValue* given = find_value(job, of.info.name, std::string(mapping_key));
    if (given != nullptr && given->texts.size() > mapping_files_max) {
        return fail(ErrorCode::bad_input, fmt::format("more than {} mapping files", mapping_files_max), given->where);
    }
    if (sample) {
        auto mapping = Mapping::parse(*sample, of.path + " (the sample's mapping)");
        if (!mapping) {
            return fail(std::move(mapping.error()));
        }
        into.mappings.push_back(std::move(*mapping));
    }
    for (const std::string& written : given == nullptr || sample ? std::vector<std::string>() : given->texts) {
        auto mapping = read_mapping(job, *given, written);
        if (!mapping) {
            return fail(std::move(mapping.error()));
        }
        into.mappings.push_back(std::move(*mapping));
    }
    into.has_rate_keys = std::any_of(into.mappings.begin(), into.mappings.end(), [](const Mapping& one) { return one.has_rate_keys(); });
    into.columns.resize(of.mappings.size());
    for (std::size_t at = 0; at < of.mappings.size(); ++at) {
        const MappingSpec& spec = of.mappings[at];
        for (const Mapping& mapping : into.mappings) {
            const int column = mapping.find_column(spec.name);
            if (column < 0) {
                continue;
            }
            if (auto fine = check_mapping_column(of, spec, mapping, column); !fine) {
                return fine;
            }
            into.columns[at].emplace_back(&mapping, column);
        }
        if (spec.required && into.columns[at].empty()) {
            return no_column(of, job, spec, into.mappings);
        }
    }
    return {};
}

/// The standard settings, where this template's fields need them.
Status take_standard(const Template& of, const ErpJob& job, Settings& into) {
    const auto text = [&](std::string_view name) { return into.values[of.standard_setting(name)].text; };
    const auto need = [&](std::string_view name) { return missing(of, job, of.settings[of.standard_setting(name)]); };
    const std::string_view amount_is = text("amount_is");
    if (of.uses_split && amount_is.empty()) {
        return need("amount_is");
    }
    const auto is = [](std::string_view word, AmountIs otherwise) {
        return word == "gross" ? AmountIs::gross : word == "net" ? AmountIs::net : word == "untaxed" ? AmountIs::untaxed : otherwise;
    };
    into.amount_is = amount_is == "document" ? AmountIs::document : is(amount_is, AmountIs::untaxed);
    into.amount_is_otherwise = is(text("amount_is_otherwise"), AmountIs::undecided);
    into.piece_is_number = text("piece") != "document-id";
    const std::string_view rounding = text("rounding");
    into.rounding = rounding == "half-even" ? Rounding::half_even
                    : rounding == "down"    ? Rounding::down
                    : rounding == "up"      ? Rounding::up
                                            : Rounding::half_up;
    if (const std::string_view code = text("local_currency"); !code.empty()) {
        into.local_currency = find_currency(code);
        if (!into.local_currency) {
            return fail(ErrorCode::bad_input, fmt::format("local_currency = \"{}\" is no currency of ISO 4217", sanitise(code, 20)),
                        where_of(job));
        }
    }
    const std::string_view date_from = text("date_from");
    if (of.uses_dates && date_from.empty()) {
        return need("date_from");
    }
    into.date_from = date_from == "period_end"     ? DateFrom::period_end
                     : date_from == "period_start" ? DateFrom::period_start
                     : date_from == "issued_at"    ? DateFrom::issued_at
                     : date_from == "updated_at"   ? DateFrom::updated_at
                                                   : DateFrom::none;
    const bool from_instant = into.date_from == DateFrom::issued_at || into.date_from == DateFrom::updated_at;
    if (const std::string_view name = text("time_zone"); !name.empty()) {
        auto zone = Zone::find(name);
        if (!zone) {
            zone.error().where = where_of(job);
            return fail(std::move(zone.error()));
        }
        into.zone = *zone;
    } else if (of.uses_dates && from_instant) {
        return need("time_zone");
    }
    return {};
}

Result<SettingsPtr> load(TemplatePtr of, const ErpJob& job, std::optional<std::string_view> mapping) {
    auto settings = std::make_shared<Settings>();
    settings->of = of;
    settings->values.resize(of->settings.size());
    if (auto fine = check_names(*of, job); !fine) {
        return fail(std::move(fine.error()));
    }
    for (std::size_t at = 0; at < of->settings.size(); ++at) {
        if (auto taken = take_setting(*of, job, at, *settings); !taken) {
            return fail(std::move(taken.error()));
        }
    }
    if (auto taken = take_standard(*of, job, *settings); !taken) {
        return fail(std::move(taken.error()));
    }
    if (auto taken = take_mappings(*of, job, mapping, *settings); !taken) {
        return fail(std::move(taken.error()));
    }
    return SettingsPtr(std::move(settings));
}

}  // namespace

ErpJob with_own(const ErpJob& job, const ErpJob& own) {
    ErpJob both = job;
    both.where = own.where;
    for (const auto& [name, value] : own.common) {
        both.common[name] = value;
        for (auto& [of, values] : both.by_template) {
            values.erase(name);
        }
    }
    for (const auto& [of, values] : own.by_template) {
        for (const auto& [name, value] : values) {
            both.by_template[of][name] = value;
        }
    }
    return both;
}

bool takes_any(const Template& of, const ErpJob& own) {
    const auto has = [&](std::string_view name) {
        return name == mapping_key ||
               std::any_of(of.settings.begin(), of.settings.end(), [&](const SettingSpec& spec) { return spec.name == name; });
    };
    return own.by_template.contains(of.info.name) ||
           std::any_of(own.common.begin(), own.common.end(), [&](const auto& one) { return has(one.first); });
}

Result<SettingsPtr> load_settings(TemplatePtr of, const ErpJob& job) { return load(std::move(of), job, std::nullopt); }

Result<SettingsPtr> load_sample_settings(TemplatePtr of, const ErpJob& job, std::string_view mapping) {
    return load(std::move(of), job, mapping);
}

}  // namespace moisson::erp

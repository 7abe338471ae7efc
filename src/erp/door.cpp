/// The room's door: finding, reading and rendering templates.
#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/files.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/toml_shape.hpp"
#include "base/utf8.hpp"
#include "erp/built_in.hpp"
#include "erp/compiler.hpp"
#include "erp/render.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint64_t template_bytes_max = 1U << 20U;

std::string stem_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

tl::unexpected<Error> problem_at(const std::string& path, Place place, std::string message, std::string hint) {
    return fail(ErrorCode::bad_input, std::move(message), fmt::format("{}:{}:{}", path, place.line, place.column), std::move(hint));
}

/// The folder of the accountant's own templates, where there is one.
std::optional<std::filesystem::path> template_folder(const ErpJob& job) {
    const auto found = job.common.find("template_folder");
    if (found == job.common.end() || found->second.texts.size() != 1 || job.built_in) {
        return std::nullopt;
    }
    const std::filesystem::path folder(found->second.texts.front());
    return folder.is_absolute() ? folder : std::filesystem::path(job.folder) / folder;
}

Result<TemplatePtr> load_file(const std::filesystem::path& path) {
    auto text = read_file(path, template_bytes_max);
    if (!text) {
        Error error = text.error();
        error.hint = error.code == ErrorCode::too_large ? "A template has at most 1 MiB" : "Check the path";
        error.code = ErrorCode::bad_input;
        return fail(std::move(error));
    }
    return parse_template(*text, path.string());
}

/// Letters, digits, - and _: a name cannot lead out of its folder.
bool is_template_name(std::string_view name) {
    return !name.empty() && name.size() <= 60 && is_letters_and_digits(name, "-_");
}

/// Names of the templates in the accountant's own folder.
std::vector<std::string> own_templates(const ErpJob& job) {
    std::vector<std::string> names;
    if (const auto folder = template_folder(job)) {
        std::error_code problem;
        for (const auto& item : std::filesystem::directory_iterator(*folder, problem)) {
            if (item.path().extension() == ".toml") {
                names.push_back(item.path().stem().string());
            }
        }
    }
    return names;
}

/// One or two letters off: nearer than a suggestion, since a name that nobody knows may be right.
std::optional<std::string> slip_of(std::string_view word, const std::vector<std::string>& known) {
    constexpr std::size_t edits_max = 2;
    const std::vector<std::string_view> names(known.begin(), known.end());
    auto near = nearest_word(word, names);
    return near && edit_distance(word, *near) <= edits_max ? std::move(near) : std::nullopt;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_tables(const ErpJob& job, std::span<const TemplatePtr> asked) {
    std::vector<std::string> known = built_in_templates();
    for (std::string& name : own_templates(job)) {
        known.push_back(std::move(name));
    }
    for (const TemplatePtr& one : asked) {
        known.push_back(one->info.name);
    }
    for (const auto& [name, keys] : job.by_template) {
        if (const auto meant = has(known, name) || keys.empty() ? std::nullopt : slip_of(name, known)) {
            return fail(ErrorCode::bad_input, fmt::format("no template has the table [erp.{}]", sanitise(name, 60)),
                        keys.begin()->second.where, fmt::format("Did you mean [erp.{}]?", *meant));
        }
    }
    return {};
}

void add_settings(const Template& of, std::vector<std::string>& into) {
    for (const SettingSpec& spec : of.settings) {
        into.push_back(spec.name);
    }
}

/// The keys of [erp], which are all templates': a key may be one of a template that is not asked for now.
Status check_common_keys(const ErpJob& job, std::span<const TemplatePtr> asked) {
    std::vector<std::string> known{"template_folder", "mapping"};
    for (const TemplatePtr& one : asked) {
        add_settings(*one, known);
    }
    const auto is_known = [&](const auto& pair) { return has(known, pair.first); };
    if (std::all_of(job.common.begin(), job.common.end(), is_known)) {
        return {};
    }
    for (const std::vector<std::string>& names : {built_in_templates(), own_templates(job)}) {
        for (const std::string& name : names) {
            if (const auto loaded = load_template(name, job)) {
                add_settings(**loaded, known);
            }
        }
    }
    for (const auto& [name, value] : job.common) {
        if (const auto meant = has(known, name) ? std::nullopt : slip_of(name, known)) {
            return fail(ErrorCode::bad_input, fmt::format("no template has the setting \"{}\"", sanitise(name, 60)), value.where,
                        fmt::format("Did you mean \"{}\"?", *meant));
        }
    }
    return {};
}

}  // namespace

Result<TemplatePtr> parse_template(std::string_view text, const std::string& path) {
    auto made = std::make_shared<Template>();
    made->path = path;
    made->text = std::string(text);
    made->info.name = stem_of(path);
    made->info.origin = path;
    if (text.size() > template_bytes_max || !is_utf8(text) || text.find('\0') != std::string_view::npos) {
        return problem_at(path, {1, 1}, "a template is a UTF-8 text of at most 1 MiB", {});
    }
    if (!is_template_name(made->info.name)) {
        return problem_at(path, {1, 1}, fmt::format("\"{}\" cannot be a template's name", sanitise(made->info.name, 60)),
                          "Letters, digits, - and _, at most 60, before \".toml\"");
    }
    if (const auto excess = find_toml_excess(text)) {
        return problem_at(path, {excess->line, excess->column}, fmt::format("the template has {}", excess->what), {});
    }
    try {
        const toml::table root = toml::parse(made->text, path);
        Compiler(*made, std::make_shared<const std::string>(text)).compile(root);
    } catch (const toml::parse_error& problem) {
        const auto& begin = problem.source().begin;
        return problem_at(path, {static_cast<unsigned>(begin.line), static_cast<unsigned>(begin.column)},
                          fmt::format("not valid TOML: {}", sanitise(problem.description(), 200)), {});
    } catch (const TemplateProblem& problem) {
        return problem_at(path, problem.place(), problem.what(), problem.hint());
    }
    return TemplatePtr(std::move(made));
}

Result<TemplatePtr> load_template(const std::string& name_or_path, const ErpJob& job) {
    if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
        return load_file(name_or_path);
    }
    const auto built_in = [&](const std::string& name) { return built_in_file(fmt::format("templates/{}.toml", name)); };
    std::vector<std::string> names = built_in_templates();
    if (is_template_name(name_or_path)) {
        if (const auto folder = template_folder(job)) {
            const std::filesystem::path own = *folder / (name_or_path + ".toml");
            std::error_code problem;
            if (std::filesystem::exists(own, problem)) {
                return load_file(own);
            }
        }
        if (const auto text = built_in(name_or_path)) {
            auto parsed = parse_template(*text, fmt::format("templates/{}.toml", name_or_path));
            if (parsed) {
                // The pointer is const for everyone but the one that made it.
                auto made = std::const_pointer_cast<Template>(*parsed);
                made->is_built_in = true;
                made->info.origin = "built in";
            }
            return parsed;
        }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = nearest_word(name_or_path, known);
    return fail(ErrorCode::not_found, fmt::format("there is no template \"{}\"", sanitise(name_or_path, 80)), {},
                near ? fmt::format("Did you mean \"{}\"?", *near)
                     : fmt::format("There are: {}; a template of your own is named by its path", fmt::join(names, ", ")));
}

std::vector<TemplateInfo> list_templates() {
    std::vector<TemplateInfo> found;
    for (const std::string& name : built_in_templates()) {
        if (const auto loaded = load_template(name)) {
            found.push_back((*loaded)->info);
        }
    }
    return found;
}

const TemplateInfo& info_of(const Template& of) noexcept { return of.info; }

const TemplateInfo& info_of(const Settings& settings) noexcept { return settings.of->info; }

const std::string& text_of(const Template& of) noexcept { return of.text; }

Result<Rendered> render(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options) {
    return Renderer(settings, postings, options).render();
}

Status check_names(const ErpJob& job, std::span<const TemplatePtr> asked) {
    if (Status tables = check_tables(job, asked); !tables) {
        return tables;
    }
    return check_common_keys(job, asked);
}

}  // namespace moisson::erp

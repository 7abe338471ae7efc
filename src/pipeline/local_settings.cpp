#include "pipeline/local_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/files.hpp"
#include "notify/notify.hpp"
#include "pipeline/archive_step.hpp"
#include "pipeline/service.hpp"
#include "pipeline/template_books.hpp"
#include "state/ledger_database.hpp"

namespace moisson::pipeline {

namespace {

/// Opens one thing after the other and keeps what is wrong with each.
class Look {
public:
    explicit Look(const config::Job& job) : job_(job) {}

    /// The machine's own authorities need no look; reading them takes a while.
    void check_certificates() {
        const config::ApiSettings& api = job_.api;
        if (job_.sandbox.enabled || (api.ca_file.empty() && api.ca_folder.empty() && api.client_certificate_file.empty())) {
            return;
        }
        if (Status usable = Service::check_settings(job_); !usable) {
            add("tls", std::move(usable.error()));
        }
    }

    void open_rates() {
        if (job_.books.rates_file.empty()) {
            return;
        }
        if (auto table = books::RateTable::read(job_.books.rates_file, job_.books.rate_age_days_max)) {
            found_.settings.rates = std::move(*table);
        } else {
            add("templates", std::move(table.error()));
        }
    }

    /// Each is read and compiled once in a run. A template that is wrong hides no other one's problem.
    void open_templates() {
        const ErpJob erp_job = uses_erp_samples(job_) ? erp::sandbox_job() : job_.erp;
        std::vector<std::pair<std::string, erp::TemplatePtr>> compiled;
        std::vector<erp::TemplatePtr> known;
        for (const std::string& name : job_.export_.templates) {
            if (auto loaded = erp::load_template(name, job_.erp)) {
                known.push_back(*loaded);
                compiled.emplace_back(name, std::move(*loaded));
            } else {
                add_of_template(name, std::move(loaded.error()));
            }
        }
        check_names(erp_job, known);
        std::map<std::string, std::string> keys;
        for (const auto& [name, one] : compiled) {
            const std::string& key = erp::info_of(*one).name;
            const auto [same, is_first] = keys.emplace(key, name);
            if (!is_first) {
                add("templates", named_twice(same->second, name, key));
            } else if (erp::info_of(*one).of_usage && !job_.books.usage) {
                add_of_template(name, fail(ErrorCode::bad_input,
                                           fmt::format("the template {} is made of usage lines, and none are read", sanitise(name)),
                                           place_of(job_, "books.usage"), "Take usage = false out of [books], or leave the template out")
                                          .value());
            } else if (auto settings = erp::load_settings(one, erp_job)) {
                found_.settings.templates.push_back({key, {}, std::move(*settings)});
                open_of_perimeters(name, one);
            } else {
                add_of_template(name, std::move(settings.error()));
            }
        }
    }

    void check_notices() {
        for (const notify::Way way : notify::ways_of(job_)) {
            if (Status usable = notify::check_settings(job_, way); !usable) {
                if (usable.error().where.empty()) {
                    usable.error().where = place_of(job_, way == notify::Way::mail ? "notify.mail.server" : "notify.webhook.url");
                }
                add("notify", std::move(usable.error()));
            }
        }
    }

    void open_evidence() {
        std::vector<Error> problems;
        found_.settings.evidence = open_evidence_tools(job_, problems);
        for (Error& problem : problems) {
            add("evidence", std::move(problem));
        }
    }

    void check_database() {
        if (!job_.output.database.url.empty()) {
            if (Status readable = state::check_database_address(job_.output.database.url.reveal()); !readable) {
                readable.error().where = place_of(job_, "output.database.url");
                add("output", std::move(readable.error()));
            }
        }
    }

    void check_archive() {
        if (Status usable = check_archive_settings(job_); !usable) {
            if (usable.error().where.empty()) {
                usable.error().where = place_of(job_, "archive.url");
            }
            add("output", std::move(usable.error()));
        }
    }

    void check_folders() {
        check_folder(job_.export_.out, "Give this user the right to write there, or choose another folder (--out)");
        if (!job_.export_.metrics.empty()) {
            check_folder(std::filesystem::absolute(job_.export_.metrics).parent_path(), "Choose another place for the metrics (--metrics)");
        }
    }

    [[nodiscard]] OpenedSettings take() { return std::move(found_); }

private:
    /// First, because a setting whose name has a slip is missing too.
    void check_names(const ErpJob& erp_job, const std::vector<erp::TemplatePtr>& known) {
        if (Status names = erp::check_names(erp_job, known); !names) {
            add("templates", std::move(names.error()));
        }
        for (const config::PerimeterSettings& one : job_.perimeters) {
            if (Status names = erp::check_names(one.erp, known); !names) {
                add("templates", std::move(names.error()));
            }
            check_folder_name(one, known);
        }
        for (const auto& [name, values] : job_.erp.by_template) {
            const auto continues = values.find("continues");
            for (const std::string& earlier : continues == values.end() ? std::vector<std::string>() : continues->second.texts) {
                if (!perimeter_of(earlier).empty()) {
                    add("templates", fail(ErrorCode::bad_input, fmt::format("continues = \"{}\" names no template", sanitise(earlier, 80)),
                                          continues->second.where,
                                          fmt::format("Write \"{}\": what its perimeters' own files booked goes on with it",
                                                      template_of(earlier)))
                                         .value());
                }
            }
        }
    }

    /// A perimeter's folder stands beside the files of the job.
    void check_folder_name(const config::PerimeterSettings& perimeter, const std::vector<erp::TemplatePtr>& known) {
        const std::string extension = std::filesystem::path(perimeter.name).extension().string();
        const auto is_like = [&](const std::string& file) { return std::filesystem::path(file).extension() == extension; };
        const bool is_taken = !extension.empty() && std::any_of(known.begin(), known.end(), [&](const erp::TemplatePtr& one) {
            const std::vector<std::string>& files = erp::info_of(*one).files;
            return std::any_of(files.begin(), files.end(), is_like);
        });
        if (is_taken && !perimeter.erp.empty()) {
            add("templates", fail(ErrorCode::bad_input,
                                  fmt::format("the perimeter {} cannot have ERP files of its own: its name ends as theirs do",
                                              perimeter.name),
                                  perimeter.erp.where, "Give it a name without such an ending: its folder is called so")
                                 .value());
        }
    }

    /// Files of their own for perimeters that say something else to the template.
    void open_of_perimeters(const std::string& name, const erp::TemplatePtr& of) {
        const erp::TemplateInfo& info = erp::info_of(*of);
        for (const config::PerimeterSettings& one : job_.perimeters) {
            if (!erp::takes_any(*of, one.erp)) {
                continue;
            }
            if (info.of_usage) {
                refuse_of_usage(info, one.erp);
                continue;
            }
            if (auto settings = erp::load_settings(of, erp::with_own(job_.erp, one.erp))) {
                found_.settings.templates.push_back({name_of_books(info.name, one.name), one.name, std::move(*settings)});
            } else {
                settings.error().message = fmt::format("perimeter {}: {}", one.name, settings.error().message);
                add_of_template(name, std::move(settings.error()));
            }
        }
    }

    /// A setting that no other template takes would be silently not obeyed.
    void refuse_of_usage(const erp::TemplateInfo& info, const ErpJob& own) {
        const ErpValue* said = nullptr;
        const auto of_template = own.by_template.find(info.name);
        if (of_template != own.by_template.end() && !of_template->second.empty()) {
            said = &of_template->second.begin()->second;
        }
        for (const erp::Wanted& setting : info.settings) {
            const auto common = own.common.find(setting.name);
            const bool is_taken = std::any_of(found_.settings.templates.begin(), found_.settings.templates.end(), [&](const auto& one) {
                const std::vector<erp::Wanted>& settings = erp::info_of(*one.settings).settings;
                return !erp::info_of(*one.settings).of_usage &&
                       std::any_of(settings.begin(), settings.end(), [&](const erp::Wanted& other) { return other.name == setting.name; });
            });
            said = said == nullptr && common != own.common.end() && !is_taken ? &common->second : said;
        }
        if (said != nullptr) {
            add("templates", fail(ErrorCode::bad_input, "files of usage lines are the job's, and do not differ by perimeter", said->where,
                                  fmt::format("Move it below [erp.{}]", info.name))
                                 .value());
        }
    }

    void add(std::string_view step, Error error, ExitCode exit_code = ExitCode::usage) {
        if (error.hint.empty()) {
            error.hint = "Mend the place that is named";
        }
        found_.problems.push_back({step, std::move(error), exit_code});
    }

    void add_of_template(const std::string& name, Error error) {
        if (error.where.empty()) {
            error.where = place_of(job_, "export.templates");
        }
        if (error.hint.empty()) {
            error.hint = fmt::format("Mend the place that is named, or leave the template {} out", sanitise(name));
        }
        add("templates", std::move(error));
    }

    [[nodiscard]] Error named_twice(const std::string& first, const std::string& second, const std::string& key) const {
        return fail(ErrorCode::bad_input,
                    first == second
                        ? fmt::format("the template {} is named twice", sanitise(first))
                        : fmt::format("the templates {} and {} are both called {}", sanitise(first), sanitise(second), sanitise(key)),
                    place_of(job_, "export.templates"), "Name each template once, each under a name of its own")
            .value();
    }

    void check_folder(const std::filesystem::path& folder, std::string hint) {
        if (Status writable = check_writable_folder(folder); !writable) {
            writable.error().hint = std::move(hint);
            add("output", std::move(writable.error()), ExitCode::local);
        }
    }

    const config::Job& job_;
    OpenedSettings found_;
};

}  // namespace

bool uses_erp_samples(const config::Job& job) {
    return job.sandbox.enabled && job.erp.empty() &&
           std::all_of(job.perimeters.begin(), job.perimeters.end(), [](const auto& one) { return one.erp.empty(); });
}

std::string place_of(const config::Job& job, const std::string& key) {
    const auto found = job.origins.find(key);
    if (found == job.origins.end() || found->second.starts_with("default")) {
        return {};
    }
    constexpr std::string_view in_job_file = "job file line ";
    const std::string& origin = found->second;
    if (origin.starts_with(in_job_file)) {
        return fmt::format("{}:{}", job.job_file, origin.substr(in_job_file.size()));
    }
    return origin.starts_with("--") ? "option " + origin : origin;
}

OpenedSettings look_at_local_settings(const config::Job& job, bool writes) {
    Look look(job);
    look.check_certificates();
    look.open_rates();
    look.open_templates();
    look.check_database();
    look.check_archive();
    look.open_evidence();
    look.check_notices();
    if (writes) {
        look.check_folders();
    }
    return look.take();
}

LocalSettings open_local_settings(const config::Job& job, bool writes) {
    OpenedSettings opened = look_at_local_settings(job, writes);
    if (opened.problems.empty()) {
        return std::move(opened.settings);
    }
    LocalProblem& first = opened.problems.front();
    if (const std::size_t more = opened.problems.size() - 1; more > 0) {
        first.error.hint += fmt::format("\n{}: moisson doctor names all", plural(more, "more problem"));
    }
    throw FatalError(first.exit_code, std::move(first.error));
}

}  // namespace moisson::pipeline

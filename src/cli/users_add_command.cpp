/// `users add`: one user from options, or many from a file, each with a verdict of its own.

#include <algorithm>

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/table.hpp"
#include "cli/write_options.hpp"
#include "writes/field_problems.hpp"
#include "writes/user_additions.hpp"

namespace moisson::cli {

namespace {

using writes::UserRow;

struct UsersAddOptions {
    std::string contract_id;
    api::NewUser user;               ///< one user; roles are in `roles`
    std::vector<std::string> roles;  ///< SECTION=NAME[,NAME]
    std::string file;                ///< many users instead, JSON or CSV
    WriteOptions write;
};

void declare_users_add(Arguments& arguments, UsersAddOptions& options) {
    arguments.text("--contract", "ID", options.contract_id, "contract id").required();
    api::NewUser& user = options.user;
    const auto text = [&](const char* name, std::string& value, const char* help) { arguments.text(name, "TEXT", value, help); };
    text("--civility", user.civility, "civility, such as M");
    text("--last-name", user.last_name, "last name");
    text("--first-name", user.first_name, "first name");
    text("--email", user.email, "e-mail address; one that already has a login keeps it");
    text("--login", user.login, "login: 8 to 64 unaccented letters, digits and . _ -");
    text("--fix-phone", user.fix_phone, "phone number");
    text("--mobile-phone", user.mobile_phone, "mobile phone number");
    arguments.texts("--role", "SECTION=NAME", options.roles, "a role in a section, such as contracts=visitor; repeatable");
    arguments.text("--file", "FILE", options.file, "many users instead: JSON (.json) or CSV with the API's member names");
    declare_write(arguments, options.write);
}

std::string_view option_of(std::string_view field) {
    for (const auto& [name, option] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{{"civility", "--civility"},
                                                                              {"lastName", "--last-name"},
                                                                              {"firstName", "--first-name"},
                                                                              {"email", "--email"},
                                                                              {"login", "--login"},
                                                                              {"fixPhone", "--fix-phone"},
                                                                              {"mobilePhone", "--mobile-phone"},
                                                                              {"roles", "--role"}}) {
        if (name == field) {
            return option;
        }
    }
    return "command line";
}

std::vector<UserRow> row_of_options(CommandContext& context, const UsersAddOptions& options) {
    UserRow row;
    row.user = options.user;
    api::trim(row.user);
    std::vector<writes::PlacedProblem> problems;
    for (const std::string& role : options.roles) {
        if (std::string wrong = api::add_role(row.user.roles, role); !wrong.empty()) {
            problems.push_back({"--role", {"roles", true, std::move(wrong)}});
        }
    }
    if (problems.empty()) {
        for (api::FieldProblem& problem : api::check_user(row.user)) {
            std::string where(option_of(problem.field));
            problems.push_back({std::move(where), std::move(problem)});
        }
    }
    writes::report_problems(context.reporter, problems);
    return {std::move(row)};
}

std::vector<UserRow> read_rows(CommandContext& context, const UsersAddOptions& options) {
    if (options.file.empty()) {
        return row_of_options(context, options);
    }
    const bool has_fields = !options.roles.empty() || std::any_of(api::user_fields().begin(), api::user_fields().end(),
                                                                  [&](const auto& field) { return !(options.user.*field.value).empty(); });
    if (has_fields) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "--file and a user's fields are both given", "command line",
                         "Give the fields for one user, or --file for many");
    }
    return writes::load_users(options.file, context.reporter);
}

std::string plan_of(const std::string& contract_id, const std::string& service, const std::vector<UserRow>& rows) {
    constexpr std::size_t shown_max = 20;
    std::string text =
        fmt::format("{} to contract {} at {}:\n", rows.size() == 1 ? "Adds a user" : fmt::format("Adds {} users", rows.size()),
                    sanitise(contract_id), sanitise(service));
    std::vector<std::vector<std::string>> cells;
    for (std::size_t at = 0; at < std::min(rows.size(), shown_max); ++at) {
        const api::NewUser& user = rows[at].user;
        cells.push_back({user.login, user.email, fmt::format("{} {}", user.first_name, user.last_name), api::to_text(user.roles)});
    }
    text += format_table({{"login"}, {"e-mail"}, {"name"}, {"roles"}}, cells);
    if (rows.size() > shown_max) {
        text += fmt::format("and {} more\n", rows.size() - shown_max);
    }
    return text;
}

std::string rows_json(const std::string& contract_id, const std::vector<UserRow>& rows, const std::string& journal, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("contract_id").text(contract_id);
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("journal").text(journal);
    writer.key("users").begin_array();
    for (const UserRow& row : rows) {
        writer.begin_object();
        if (row.line > 0) {
            writer.key("line").count(row.line);
        }
        writer.key("email").text(row.user.email);
        writer.key("login_sent").text(row.user.login);
        writer.key("login");
        static_cast<void>(row.login.empty() ? writer.null() : writer.text(row.login));
        writer.key("verdict").text(to_text(row.verdict));
        writer.key("note").text(row.note);
        writer.key("differences").begin_array();
        for (const api::EchoDifference& one : row.differences) {
            writer.begin_object();
            writer.key("member").text(one.name);
            writer.key("sent").text(one.sent);
            writer.key("got");
            static_cast<void>(one.got ? writer.text(*one.got) : writer.null());
            writer.end_object();
        }
        writer.end_array();
        writer.key("http_status").number(row.end.http_status);
        writer.key("gateway_code").number(row.end.error.gateway_code);
        writer.key("request_id").text(row.end.request_id);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string rows_table(const std::vector<UserRow>& rows) {
    std::vector<std::vector<std::string>> cells;
    for (const UserRow& row : rows) {
        cells.push_back({row.login.empty() ? row.user.login : row.login, row.user.email, std::string(to_text(row.verdict)), row.note});
    }
    return format_table({{"login"}, {"e-mail"}, {"verdict"}, {"note"}}, cells);
}

ExitCode show_requests(CommandContext& context, const UsersAddOptions& options, const std::vector<UserRow>& rows) {
    const config::Job job = load_login(context, options.write.settings, config::Need::no_credentials);
    const api::ServiceUrls urls{job.api.api_url, job.api.oauth_url};
    JsonWriter writer;
    writer.begin_answer().key("requests").begin_array();
    for (const UserRow& row : rows) {
        const auto request = api::add_user_request(urls, writes::write_path_of(job), options.contract_id, row.user);
        if (!request) {
            throw FatalError(ExitCode::usage, request.error());
        }
        if (context.talk.json) {
            writer.begin_object();
            put_request(writer, *request);
            writer.end_object();
        } else {
            context.out.write(request_text(*request) + "\n");
        }
    }
    writer.end_array().end_object();
    if (context.talk.json) {
        context.out.write(writer.finish());
    }
    context.reporter.log(LogLevel::info, "dry-run", "nothing was sent");
    return ExitCode::complete;
}

ExitCode run_users_add(CommandContext& context, const UsersAddOptions& options) {
    std::vector<UserRow> rows = read_rows(context, options);
    check_can_ask(options.write);
    if (options.write.dry_run) {
        return show_requests(context, options, rows);
    }
    const config::Job job = load_write_job(context, options.write);
    writes::WriteSession session(job, context.clock, context.reporter, context.stop);
    writes::UserAdditions additions(session, options.contract_id, std::move(rows));
    additions.warn_of_open_writes();
    ask(context, options.write, plan_of(options.contract_id, session.service().source_name(), additions.rows()),
        additions.rows().size() == 1 ? "Add this user?" : "Add these users?");
    additions.send_all();
    context.reporter.finish();
    const ExitCode exit_code = additions.exit_code();
    context.out.write(context.talk.json ? rows_json(options.contract_id, additions.rows(), session.journal().path().string(), exit_code)
                                        : rows_table(additions.rows()));
    if (exit_code != ExitCode::complete) {
        throw FatalError(exit_code, additions.error_of(exit_code));
    }
    return exit_code;
}

}  // namespace

Command users_add_command() {
    return with_options({.name = "users add",
                         .help = "add a user to a contract, or many from a file",
                         .examples = "  moisson users add --contract OCB0001234 --civility M --last-name Dupont --first-name Jean\n"
                                     "      --email jean.dupont@example.com --login jean.dupont --role contracts=visitor\n"
                                     "  moisson users add --contract OCB0001234 --file users.csv --dry-run\n",
                         .exit_codes = codes_of_write()},
                        declare_users_add, run_users_add);
}

}  // namespace moisson::cli

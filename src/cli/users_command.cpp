/// `users add`: one user from options, or many from a file, each with a verdict of its own.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "cli/users_file.hpp"
#include "cli/write_run.hpp"

namespace moisson::cli {

namespace {

constexpr std::string_view verb_name = "users add";
/// After so many in a row without a clear answer, the service is unwell and the rest is left alone.
constexpr int unclear_in_a_row_max = 3;

/// added: as sent. login_kept: the e-mail address had a login before and keeps it (portal rule, api/README.md §7). differs: it was added,
/// but something else than asked for stands in the answer.
enum class Verdict { added, login_kept, differs, refused, not_sent, unclear };

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::added: return "added";
        case Verdict::login_kept: return "login-kept";
        case Verdict::differs: return "differs";
        case Verdict::refused: return "refused";
        case Verdict::not_sent: return "not-sent";
        case Verdict::unclear: return "unclear";
    }
    return "unclear";
}

struct Row {
    api::NewUser user;
    std::uint64_t line = 0;  ///< in the file; 0: from options
    Verdict verdict = Verdict::not_sent;
    std::string login;  ///< the one that the user has now, as far as known
    std::string note;
    std::vector<api::EchoDifference> differences;
    WriteEnd end;
};

bool is_file_of_json(const std::string& path, std::string_view text) {
    if (path.ends_with(".json") || path.ends_with(".csv")) {
        return path.ends_with(".json");
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
}

std::vector<Row> rows_of_file(CommandContext& context) {
    const std::string& path = context.options.write.file;
    const auto text = read_file(path, users_file_max_bytes);
    if (!text) {
        throw FatalError(ExitCode::usage, text.error());
    }
    auto file = is_file_of_json(path, *text) ? read_users_json(*text, path) : read_users_csv(*text, path);
    if (!file) {
        throw FatalError(ExitCode::usage, file.error());
    }
    std::vector<PlacedProblem> problems = std::move(file->problems);
    // Rows that could not be read would only repeat themselves as missing fields.
    if (problems.empty()) {
        problems = check_users(file->users, path);
    }
    report_problems(context, problems);
    std::vector<Row> rows;
    for (FileUser& user : file->users) {
        Row row;
        row.user = std::move(user.user);
        row.line = user.place.line;
        rows.push_back(std::move(row));
    }
    return rows;
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

std::vector<Row> row_of_options(CommandContext& context) {
    Row row;
    row.user = context.options.write.user;
    api::trim(row.user);
    std::vector<PlacedProblem> problems;
    for (const std::string& role : context.options.write.roles) {
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
    report_problems(context, problems);
    return {std::move(row)};
}

std::vector<Row> read_rows(CommandContext& context) {
    const WriteOptions& options = context.options.write;
    if (options.file.empty()) {
        return row_of_options(context);
    }
    const bool has_fields = !options.roles.empty() || std::any_of(api::user_fields().begin(), api::user_fields().end(),
                                                                  [&](const auto& field) { return !(options.user.*field.value).empty(); });
    if (has_fields) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "--file and a user's fields are both given", "command line",
                         "Give the fields for one user, or --file for many");
    }
    return rows_of_file(context);
}

/// An address that is looked for again without standing in the journal.
std::string digest_of(const std::string& email) {
    std::string key = email;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; });
    return sha256_hex(key).substr(0, 32);
}

void warn_of_open_writes(const CommandContext& context, const api::WriteJournal& journal, const std::string& service,
                         const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        for (const api::JournalledWrite& write : journal.writes()) {
            const auto about = [&](std::string_view name) {
                const auto found = write.about.find(name);
                return found == write.about.end() ? std::string() : found->second;
            };
            if (write.verb == verb_name && write.service == service && write.is_unresolved() &&
                about("contract_id") == context.options.contract_id && about("email_sha256") == digest_of(row.user.email)) {
                context.reporter.log(
                    LogLevel::warning, "write-open",
                    fmt::format(
                        "what became of adding {} on {} is not known; adding the same address again makes no second user, as far as "
                        "the portal's rules say",
                        sanitise(row.user.login), write.at));
                break;
            }
        }
    }
}

std::string plan_of(const std::string& contract_id, const std::string& service, const std::vector<Row>& rows) {
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

/// Verdict of a whole 2xx answer.
void judge_echo(Row& row) {
    auto echo = api::decode_user(std::move(row.end.answer->body));
    if (!echo) {
        row.end = unreadable_end(row.end, std::move(echo.error()), api::WriteVerb::add_user);
        row.verdict = Verdict::unclear;
        row.note = row.end.error.message;
        return;
    }
    row.differences = api::compare_user(row.user, *echo);
    row.login = row.user.login;
    const auto differs = [&](std::string_view name) {
        return std::find_if(row.differences.begin(), row.differences.end(), [&](const auto& one) { return one.name == name; });
    };
    const auto login = differs("login");
    if (row.differences.empty()) {
        row.verdict = Verdict::added;
        return;
    }
    std::vector<std::string> notes;
    if (login != row.differences.end() && login->got) {
        row.login = *login->got;
        notes.push_back(fmt::format("this e-mail address had the login {} before and keeps it; {} was ignored", sanitise(*login->got, 80),
                                    sanitise(row.user.login, 80)));
    }
    for (const api::EchoDifference& one : row.differences) {
        if (one.name != "login" || !one.got) {
            notes.push_back(one.got
                                ? fmt::format("{} is \"{}\" instead of \"{}\"", one.name, sanitise(*one.got, 80), sanitise(one.sent, 80))
                                : fmt::format("{} is not in the answer", one.name));
        }
    }
    row.note = fmt::format("{}", fmt::join(notes, "; "));
    // A user who was there keeps name and phones too; rights and address must be the ones asked for.
    const bool kept = login != row.differences.end() && login->got && differs("roles") == row.differences.end() &&
                      differs("email") == row.differences.end();
    row.verdict = kept ? Verdict::login_kept : Verdict::differs;
}

void judge_end(Row& row) {
    if (row.end.answer) {
        judge_echo(row);
        return;
    }
    row.note = row.end.error.message;
    switch (row.end.fate) {
        case api::WriteFate::refused: row.verdict = Verdict::refused; break;
        case api::WriteFate::not_sent: row.verdict = Verdict::not_sent; break;
        case api::WriteFate::unclear: row.verdict = Verdict::unclear; break;
    }
}

/// The same refusal would meet every further row: rights, the contract, the address, a service out of reach.
bool ends_all(const Row& row) {
    if (row.verdict == Verdict::not_sent) {
        return true;
    }
    const Error& error = row.end.error;
    return row.verdict == Verdict::refused &&
           (row.end.exit_code == ExitCode::refused || error.http_status == 404 || error.http_status == 405);
}

/// The state of a command's run.
struct Run {
    CommandContext& context;
    const config::Job& job;
    pipeline::Service& service;
    api::WriteJournal& journal;
    PatientStop& stop;
    bool is_single = false;  ///< its failure is told as the command's error
    Status journalled{};     ///< the first outcome that could not be recorded
};

void add_one(Run& run, Row& row) {
    const std::string& contract_id = run.context.options.contract_id;
    auto request = api::add_user_request(run.service.urls(), write_path_of(run.job), contract_id, row.user);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    const auto id = run.journal.intent(verb_name, journal_service(run.job, run.service),
                                       {{"contract_id", contract_id},
                                        {"login", row.user.login},
                                        {"email_sha256", digest_of(row.user.email)},
                                        {"roles", api::to_text(row.user.roles)}});
    if (!id) {
        row.end.error = id.error();
        row.end.exit_code = ExitCode::local;
        row.note = id.error().message;
        run.journalled = fail(id.error());
        return;
    }
    row.end = send_write(run.service, run.job, std::move(*request), api::WriteVerb::add_user, run.stop);
    judge_end(row);
    api::JournalMembers details = journal_details(row.end);
    details.emplace_back("login", row.login);
    const bool done = row.verdict == Verdict::added || row.verdict == Verdict::login_kept || row.verdict == Verdict::differs;
    if (auto kept = run.journal.outcome(*id, done ? "done" : to_text(row.verdict), details); !kept && run.journalled) {
        run.journalled = kept;
    }
    const LogLevel level = row.verdict == Verdict::added ? LogLevel::debug : done ? LogLevel::warning : LogLevel::error;
    if (!run.is_single || done) {
        run.context.reporter.log(level, "user",
                                 fmt::format("{}: {}{}{}", row.user.login, to_text(row.verdict), row.note.empty() ? "" : ": ", row.note),
                                 {{"request_id", row.end.request_id}});
    }
}

void add_all(Run& run, std::vector<Row>& rows) {
    int unclear_in_a_row = 0;
    std::string why_not;
    for (Row& row : rows) {
        if (why_not.empty() && run.context.stop.stop_requested()) {
            why_not = "stopped before it was sent";
        }
        if (!why_not.empty()) {
            row.note = why_not;
            continue;
        }
        add_one(run, row);
        unclear_in_a_row = row.verdict == Verdict::unclear ? unclear_in_a_row + 1 : 0;
        if (ends_all(row)) {
            why_not = "not tried after what the one before met";
        } else if (unclear_in_a_row >= unclear_in_a_row_max) {
            why_not = "not tried: the service gives no clear answers";
        }
    }
}

/// Unclear beats all: who repeats without looking must be warned. Then a stop; then what stands in every row; else some failed.
ExitCode exit_code_of(const std::vector<Row>& rows, const Status& journalled, bool stopped) {
    const auto any = [&](Verdict verdict) {
        return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.verdict == verdict; });
    };
    if (any(Verdict::unclear)) {
        return ExitCode::unavailable;
    }
    if (stopped && any(Verdict::not_sent)) {
        return ExitCode::interrupted;
    }
    if (!journalled) {
        return ExitCode::local;
    }
    const bool some_done = any(Verdict::added) || any(Verdict::login_kept) || any(Verdict::differs);
    if (some_done) {
        return any(Verdict::differs) || any(Verdict::refused) || any(Verdict::not_sent) ? ExitCode::incomplete : ExitCode::complete;
    }
    const auto first = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.end.exit_code != ExitCode::complete; });
    if (first == rows.end()) {
        return ExitCode::incomplete;
    }
    const bool of_each = any(Verdict::refused) && rows.size() > 1 && first->end.exit_code != ExitCode::refused;
    return of_each ? ExitCode::incomplete : first->end.exit_code;
}

std::string rows_json(const CommandContext& context, const std::vector<Row>& rows, const api::WriteJournal& journal, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_object();
    writer.key("contract_id").text(context.options.contract_id);
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("journal").text(journal.path().string());
    writer.key("users").begin_array();
    for (const Row& row : rows) {
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

std::string rows_table(const std::vector<Row>& rows) {
    std::vector<std::vector<std::string>> cells;
    for (const Row& row : rows) {
        cells.push_back({row.login.empty() ? row.user.login : row.login, row.user.email, std::string(to_text(row.verdict)), row.note});
    }
    return format_table({{"login"}, {"e-mail"}, {"verdict"}, {"note"}}, cells);
}

ExitCode show_requests(CommandContext& context, const std::vector<Row>& rows) {
    const config::Job job = load_job(context, config::Need::no_credentials);
    const api::ServiceUrls urls{job.api_url, job.oauth_url};
    JsonWriter writer;
    writer.begin_array();
    for (const Row& row : rows) {
        const auto request = api::add_user_request(urls, write_path_of(job), context.options.contract_id, row.user);
        if (!request) {
            throw FatalError(ExitCode::usage, request.error());
        }
        if (context.options.json) {
            write_request(writer, *request);
        } else {
            context.out.write(request_text(*request) + "\n");
        }
    }
    writer.end_array();
    if (context.options.json) {
        context.out.write(writer.finish());
    }
    context.reporter.log(LogLevel::info, "dry-run", "nothing was sent");
    return ExitCode::complete;
}

/// What ends the command other than with a plain exit code: one row's failure in full, a stop, a journal that failed.
[[noreturn]] void end_with_error(ExitCode exit_code, const std::vector<Row>& rows, const Status& journalled) {
    const auto count = [&](Verdict verdict) {
        return std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.verdict == verdict; });
    };
    if (exit_code == ExitCode::interrupted) {
        throw FatalError(exit_code, ErrorCode::cancelled,
                         fmt::format("stopped; {} of {} users were not sent", count(Verdict::not_sent), rows.size()));
    }
    if (exit_code == ExitCode::local && !journalled) {
        throw FatalError(exit_code, journalled.error());
    }
    const auto worst = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
        return exit_code == ExitCode::unavailable && count(Verdict::unclear) > 0 ? row.verdict == Verdict::unclear
                                                                                 : row.end.exit_code != ExitCode::complete;
    });
    if (rows.size() == 1 && worst != rows.end()) {
        throw FatalError(exit_code, worst->end.error);
    }
    if (rows.size() == 1) {
        throw FatalError(exit_code, ErrorCode::bad_answer,
                         fmt::format("the user was added otherwise than asked for: {}", rows.front().note), "",
                         "Look in the Users section of the contract in the Customer Space");
    }
    const auto done = count(Verdict::added) + count(Verdict::login_kept);
    Error error = worst != rows.end() ? worst->end.error : fail(ErrorCode::client_error, "").value();
    error.message =
        fmt::format("{} of {} users are as asked for; {} refused, {} not sent, {} unclear, {} otherwise than asked for{}{}", done,
                    rows.size(), count(Verdict::refused), count(Verdict::not_sent), count(Verdict::unclear), count(Verdict::differs),
                    worst != rows.end() ? "; the first: " : "", worst != rows.end() ? worst->end.error.message : "");
    throw FatalError(exit_code, std::move(error));
}

}  // namespace

ExitCode run_users_add(CommandContext& context) {
    std::vector<Row> rows = read_rows(context);
    check_can_ask(context.options.write);
    if (context.options.write.dry_run) {
        return show_requests(context, rows);
    }
    const config::Job job = load_write_job(context);
    api::WriteJournal journal = open_write_journal(context, job);
    PatientStop stop(context.stop, context.reporter);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, stop.token());
    // A contract id that cannot be sent is found before the question.
    if (auto request = api::add_user_request(service->urls(), write_path_of(job), context.options.contract_id, rows.front().user);
        !request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    warn_of_open_writes(context, journal, journal_service(job, *service), rows);
    ask(context, plan_of(context.options.contract_id, service->source_name(), rows),
        rows.size() == 1 ? "Add this user?" : "Add these users?");
    if (auto token = service->fetch_token(); !token) {
        throw FatalError(pipeline::exit_code_of(token.error()), token.error());
    }
    Run run{context, job, *service, journal, stop, rows.size() == 1};
    add_all(run, rows);
    context.reporter.finish();
    const ExitCode exit_code = exit_code_of(rows, run.journalled, context.stop.stop_requested());
    context.out.write(context.options.json ? rows_json(context, rows, journal, exit_code) : rows_table(rows));
    if (exit_code != ExitCode::complete) {
        end_with_error(exit_code, rows, run.journalled);
    }
    return exit_code;
}

}  // namespace moisson::cli

#include "writes/user_additions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "writes/field_problems.hpp"
#include "writes/users_file.hpp"

namespace moisson::writes {

namespace {

constexpr std::string_view addition_verb = "users add";
/// After so many in a row without a clear answer, the service is unwell and the rest is left alone.
constexpr int unclear_in_a_row_max = 3;

bool is_file_of_json(const std::string& path, std::string_view text) {
    if (path.ends_with(".json") || path.ends_with(".csv")) {
        return path.ends_with(".json");
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
}

/// An address that is looked for again without standing in the journal.
std::string digest_of(const std::string& email) {
    return sha256_hex(lower(email)).substr(0, 32);
}

/// UserVerdict of a whole 2xx answer.
void judge_echo(UserRow& row) {
    auto echo = api::decode_user(std::move(row.end.answer->body));
    if (!echo) {
        row.end = unreadable_end(row.end, std::move(echo.error()), api::WriteVerb::add_user);
        row.verdict = UserVerdict::unclear;
        row.note = row.end.error.message.english();
        return;
    }
    row.differences = api::compare_user(row.user, *echo);
    row.login = row.user.login;
    const auto differs = [&](std::string_view name) {
        return std::find_if(row.differences.begin(), row.differences.end(), [&](const auto& one) { return one.name == name; });
    };
    const auto login = differs("login");
    if (row.differences.empty()) {
        row.verdict = UserVerdict::added;
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
    row.verdict = kept ? UserVerdict::login_kept : UserVerdict::differs;
}

void judge_end(UserRow& row) {
    if (row.end.answer) {
        judge_echo(row);
        return;
    }
    row.note = row.end.error.message.english();
    switch (row.end.fate) {
        case api::WriteFate::refused: row.verdict = UserVerdict::refused; break;
        case api::WriteFate::not_sent: row.verdict = UserVerdict::not_sent; break;
        case api::WriteFate::unclear: row.verdict = UserVerdict::unclear; break;
    }
}

/// The same refusal would meet every further row: rights, the contract, the address, a service out of reach.
bool ends_all(const UserRow& row) {
    if (row.verdict == UserVerdict::not_sent) {
        return true;
    }
    const Error& error = row.end.error;
    return row.verdict == UserVerdict::refused &&
           (row.end.exit_code == ExitCode::refused || error.http_status == 404 || error.http_status == 405);
}

}  // namespace

std::string_view to_text(UserVerdict verdict) noexcept {
    switch (verdict) {
        case UserVerdict::added: return "added";
        case UserVerdict::login_kept: return "login-kept";
        case UserVerdict::differs: return "differs";
        case UserVerdict::refused: return "refused";
        case UserVerdict::not_sent: return "not-sent";
        case UserVerdict::unclear: return "unclear";
    }
    return "unclear";
}

std::vector<UserRow> load_users(const std::string& path, Reporter& reporter) {
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
    report_problems(reporter, problems);
    std::vector<UserRow> rows;
    for (FileUser& user : file->users) {
        UserRow row;
        row.user = std::move(user.user);
        row.line = user.place.line;
        rows.push_back(std::move(row));
    }
    return rows;
}

UserAdditions::UserAdditions(WriteSession& session, std::string contract_id, std::vector<UserRow> rows)
    : session_(session), contract_id_(std::move(contract_id)), rows_(std::move(rows)) {
    if (auto request = request_of(rows_.front()); !request) {
        throw FatalError(ExitCode::usage, request.error());
    }
}

Result<http::Request> UserAdditions::request_of(const UserRow& row) {
    return api::add_user_request(session_.service().urls(), write_path_of(session_.job()), contract_id_, row.user);
}

void UserAdditions::warn_of_open_writes() {
    const std::string service = session_.service_name();
    for (const UserRow& row : rows_) {
        for (const api::JournalledWrite& write : session_.journal().writes()) {
            const auto about = [&](std::string_view name) {
                const auto found = write.about.find(name);
                return found == write.about.end() ? std::string() : found->second;
            };
            if (write.verb == addition_verb && write.service == service && write.is_unresolved() && about("contract_id") == contract_id_ &&
                about("email_sha256") == digest_of(row.user.email)) {
                session_.reporter().log(
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

void UserAdditions::send(UserRow& row) {
    auto request = request_of(row);
    if (!request) {
        throw FatalError(ExitCode::usage, request.error());
    }
    const auto id = session_.journal().intent(addition_verb, session_.service_name(),
                                              {{"contract_id", contract_id_},
                                               {"login", row.user.login},
                                               {"email_sha256", digest_of(row.user.email)},
                                               {"roles", api::to_text(row.user.roles)}});
    if (!id) {
        row.end.error = id.error();
        row.end.exit_code = ExitCode::local;
        row.note = id.error().message.english();
        journalled_ = fail(id.error());
        return;
    }
    row.end = session_.send(std::move(*request), api::WriteVerb::add_user);
    judge_end(row);
    api::JournalMembers details = journal_details(row.end);
    details.emplace_back("login", row.login);
    const bool done = row.verdict == UserVerdict::added || row.verdict == UserVerdict::login_kept || row.verdict == UserVerdict::differs;
    if (auto kept = session_.journal().outcome(*id, done ? "done" : to_text(row.verdict), details); !kept && journalled_) {
        journalled_ = kept;
    }
    const LogLevel level = row.verdict == UserVerdict::added ? LogLevel::debug : done ? LogLevel::warning : LogLevel::error;
    if (rows_.size() > 1 || done) {
        session_.reporter().log(level, "user",
                                fmt::format("{}: {}{}{}", row.user.login, to_text(row.verdict), row.note.empty() ? "" : ": ", row.note),
                                {{"request_id", row.end.request_id}});
    }
}

void UserAdditions::send_all() {
    if (auto token = session_.service().fetch_token(); !token) {
        throw FatalError(pipeline::exit_code_of(token.error()), token.error());
    }
    int unclear_in_a_row = 0;
    std::string why_not;
    for (UserRow& row : rows_) {
        if (why_not.empty() && session_.stop_requested()) {
            why_not = "stopped before it was sent";
        }
        if (!why_not.empty()) {
            row.note = why_not;
            continue;
        }
        send(row);
        unclear_in_a_row = row.verdict == UserVerdict::unclear ? unclear_in_a_row + 1 : 0;
        if (ends_all(row)) {
            why_not = "not tried after what the one before met";
        } else if (unclear_in_a_row >= unclear_in_a_row_max) {
            why_not = "not tried: the service gives no clear answers";
        }
    }
    stopped_ = session_.stop_requested();
}

std::ptrdiff_t UserAdditions::count(UserVerdict verdict) const {
    return std::count_if(rows_.begin(), rows_.end(), [&](const UserRow& row) { return row.verdict == verdict; });
}

ExitCode UserAdditions::exit_code() const {
    if (any(UserVerdict::unclear)) {
        return ExitCode::unavailable;
    }
    if (stopped_ && any(UserVerdict::not_sent)) {
        return ExitCode::interrupted;
    }
    if (!journalled_) {
        return ExitCode::local;
    }
    const bool some_done = any(UserVerdict::added) || any(UserVerdict::login_kept) || any(UserVerdict::differs);
    if (some_done) {
        return any(UserVerdict::differs) || any(UserVerdict::refused) || any(UserVerdict::not_sent) ? ExitCode::incomplete
                                                                                                    : ExitCode::complete;
    }
    const auto first = std::find_if(rows_.begin(), rows_.end(), [](const UserRow& row) { return row.end.exit_code != ExitCode::complete; });
    if (first == rows_.end()) {
        return ExitCode::incomplete;
    }
    const bool of_each = any(UserVerdict::refused) && rows_.size() > 1 && first->end.exit_code != ExitCode::refused;
    return of_each ? ExitCode::incomplete : first->end.exit_code;
}

Error UserAdditions::error_of(ExitCode exit_code) const {
    if (exit_code == ExitCode::interrupted) {
        return fail(ErrorCode::cancelled, fmt::format("stopped; {} of {} users were not sent", count(UserVerdict::not_sent), rows_.size()))
            .value();
    }
    if (exit_code == ExitCode::local && !journalled_) {
        return journalled_.error();
    }
    const auto worst = std::find_if(rows_.begin(), rows_.end(), [&](const UserRow& row) {
        return exit_code == ExitCode::unavailable && count(UserVerdict::unclear) > 0 ? row.verdict == UserVerdict::unclear
                                                                                     : row.end.exit_code != ExitCode::complete;
    });
    if (rows_.size() == 1 && worst != rows_.end()) {
        return worst->end.error;
    }
    if (rows_.size() == 1) {
        return fail(ErrorCode::bad_answer, fmt::format("the user was added otherwise than asked for: {}", rows_.front().note), "",
                    "Look in the Users section of the contract in the Customer Space")
            .value();
    }
    const auto done = count(UserVerdict::added) + count(UserVerdict::login_kept);
    Error error = worst != rows_.end() ? worst->end.error : fail(ErrorCode::client_error, "").value();
    error.message = fmt::format("{} of {} users are as asked for; {} refused, {} not sent, {} unclear, {} otherwise than asked for{}{}",
                                done, rows_.size(), count(UserVerdict::refused), count(UserVerdict::not_sent), count(UserVerdict::unclear),
                                count(UserVerdict::differs), worst != rows_.end() ? "; the first: " : "",
                                worst != rows_.end() ? worst->end.error.message.english() : "");
    return error;
}

}  // namespace moisson::writes

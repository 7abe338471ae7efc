/// The command line: what is understood, what is refused and with which words, and what the help says.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/command_line.hpp"
#include "cli/export_options.hpp"
#include "cli/table.hpp"

using namespace moisson;
using namespace moisson::cli;

namespace {

/// What a command with the options of an export gets, and how it is told to talk.
struct Given {
    config::CommandLine settings;
    Talk talk;
};

Given given_by(std::vector<std::string> arguments) {
    Given given;
    Command command{"export", "help", "", {}};
    command.declare = [&given](Arguments& declared) -> Run {
        declare_export(declared, given.settings);
        return [](CommandContext&) { return ExitCode::complete; };
    };
    arguments.insert(arguments.begin(), "export");
    const Parsed parsed = parse_command_line(arguments, {command});
    CAPTURE((parsed.error ? parsed.error->to_line() : std::string()));
    REQUIRE(parsed.run);
    given.talk = parsed.talk;
    return given;
}

/// What a command of the program writes to standard output.
std::string output_of(const std::vector<std::string>& arguments) {
    const Parsed parsed = parse_command_line(arguments);
    CAPTURE((parsed.error ? parsed.error->to_line() : std::string()));
    REQUIRE(parsed.run);
    const int file = ::memfd_create("output", 0);
    const int talk = ::memfd_create("talk", 0);
    config::Environment environment;
    const auto redactor = std::make_shared<Redactor>();
    Output out(file, parsed.talk.json ? OutputForm::json : OutputForm::text, *redactor);
    ConsoleOptions console;
    console.descriptor = talk;
    ConsoleReporter reporter(console, system_clock(), *redactor);
    CommandContext context{parsed.talk, system_clock(), environment, reporter, redactor, out, {}};
    CHECK(parsed.run(context) == ExitCode::complete);
    std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    CHECK(::pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    ::close(file);
    ::close(talk);
    return text;
}

/// "message | hint"
std::string problem_of(const std::vector<std::string>& arguments) {
    const Parsed parsed = parse_command_line(arguments);
    CHECK(parsed.text.empty());
    CHECK_FALSE(parsed.run);
    return parsed.error ? fmt::format("{} | {}", parsed.error->message, parsed.error->hint) : "no error";
}

}  // namespace

TEST_CASE("a user's options would end up in another setting") {
    const auto [settings, talk] = given_by({"job.toml",
                                            "--period",
                                            "2026-10",
                                            "--contract",
                                            "A*",
                                            "--contract",
                                            "B",
                                            "--type",
                                            "invoices,bills",
                                            "--type",
                                            "reports",
                                            "--out",
                                            "there",
                                            "--transfers",
                                            "3",
                                            "--rate",
                                            "2.5",
                                            "--max-duration",
                                            "30m",
                                            "--exit-nothing-new",
                                            "--json",
                                            "--log-format",
                                            "json",
                                            "-vv",
                                            "-q",
                                            "--no-progress",
                                            "--sandbox",
                                            "--scenario",
                                            "clean",
                                            "--no-files"});
    CHECK(settings.job_file == "job.toml");
    CHECK(settings.period == "2026-10");
    CHECK(settings.contracts == std::vector<std::string>{"A*", "B"});
    CHECK(settings.types == std::vector<std::string>{"invoices", "bills", "reports"});
    CHECK(settings.out == "there");
    CHECK(settings.transfers == 3);
    CHECK(settings.rate == 2.5);
    CHECK(settings.max_duration_seconds == 1800);
    CHECK(settings.exit_nothing_new);
    CHECK(settings.sandbox);
    CHECK(settings.scenario == "clean");
    CHECK(settings.no_files);
    CHECK(talk.json);
    CHECK(talk.log_json);
    CHECK(talk.verbosity == 1);
    CHECK_FALSE(talk.progress);
    CHECK(given_by({"--job", "a.toml"}).settings.job_file == "a.toml");
    CHECK(given_by({"a.toml", "--job", "a.toml"}).settings.job_file == "a.toml");
}

TEST_CASE("a user who gives nothing would get settings that nobody asked for") {
    const auto [settings, talk] = given_by({});
    CHECK_FALSE(settings.job_file.has_value());
    CHECK_FALSE(settings.period.has_value());
    CHECK_FALSE(settings.transfers.has_value());
    CHECK_FALSE(settings.rate.has_value());
    CHECK_FALSE(settings.all);
    CHECK(settings.contracts.empty());
    CHECK(talk.verbosity == 0);
    CHECK(talk.progress);
}

TEST_CASE("a user's order would name another person, or be given without being asked") {
    const std::string user = output_of({"users",          "add",
                                        "--contract",     "OCB1",
                                        "--civility",     "M",
                                        "--last-name",    "Dupont",
                                        "--first-name",   "Jean",
                                        "--email",        "j@example.com",
                                        "--login",        "jean.dupont",
                                        "--fix-phone",    "0123",
                                        "--mobile-phone", "0456",
                                        "--role",         "contracts=visitor",
                                        "--role",         "users=manager",
                                        "--dry-run"});
    CHECK(user.find("/OCB1/") != std::string::npos);
    for (const char* member : {"\"civility\":\"M\"", "\"lastName\":\"Dupont\"", "\"firstName\":\"Jean\"", "\"email\":\"j@example.com\"",
                               "\"login\":\"jean.dupont\"", "\"fixPhone\":\"0123\"", "\"mobilePhone\":\"0456\"",
                               "\"contracts\":[\"visitor\"]", "\"users\":[\"manager\"]"}) {
        CAPTURE(user);
        CHECK(user.find(member) != std::string::npos);
    }
    const std::string order = output_of({"contracts",
                                         "create",
                                         "--billing-account",
                                         "a",
                                         "--offer",
                                         "b",
                                         "--name",
                                         "c",
                                         "--support-level",
                                         "d",
                                         "--referent-civility",
                                         "M",
                                         "--referent-name",
                                         "f",
                                         "--referent-first-name",
                                         "g",
                                         "--referent-mail",
                                         "h@example.com",
                                         "--referent-fix-phone",
                                         "0123",
                                         "--referent-mobile-phone",
                                         "0456",
                                         "--reference",
                                         "k",
                                         "--reference",
                                         "l",
                                         "--dry-run"});
    for (const char* member :
         {"\"billingAccountId\":\"a\"", "\"offerCode\":\"b\"", "\"contractName\":\"c\"", "\"supportLevel\":\"d\"",
          "\"referentCivility\":\"M\"", "\"referentName\":\"f\"", "\"referentFirstName\":\"g\"", "\"referentMail\":\"h@example.com\"",
          "\"referentFixPhone\":\"0123\"", "\"referentMobilePhone\":\"0456\"", "\"referenceExt1\":\"k\"", "\"referenceExt2\":\"l\""}) {
        CAPTURE(order);
        CHECK(order.find(member) != std::string::npos);
    }
    CHECK(problem_of({"users", "add"}) == "--contract is missing | See moisson users add --help");
    CHECK(problem_of({"users"}) == "no command is given | The commands are add. See moisson users --help");
}

TEST_CASE("a user's wrong command line would be guessed at, or refused without a word that helps") {
    struct Row {
        std::vector<std::string> arguments;
        const char* expected;
    };
    const std::vector<Row> rows = {
        {{"exprot"}, "there is no command \"exprot\" | Did you mean \"export\"?"},
        {{"contracts"}, "no command is given | The commands are list, show, create. See moisson contracts --help"},
        {{"contracts", "lst"}, "there is no command \"contracts lst\" | Did you mean \"contracts list\"?"},
        {{"contracts", "destroy"}, "there is no command \"contracts destroy\" | The commands are list, show, create"},
        {{"sandbox", "kees"}, "there is no command \"sandbox kees\" | Did you mean \"sandbox keys\"?"},
        {{"sandbox", "--prot", "8080"}, "there is no option --prot for moisson sandbox | Did you mean --port?"},
        {{"sandbox", "keys"}, "no command is given | The commands are list, issue, age, revoke. See moisson sandbox keys --help"},
        {{"sandbox", "keys", "age", "admin-1"}, "--days is missing | See moisson sandbox keys age --help"},
        {{"sandbox", "keys", "revoke"}, "KEY is missing | See moisson sandbox keys revoke --help"},
        {{"--perod"}, "there is no option --perod | See moisson --help"},
        {{"export", "--perod", "2026-10"}, "there is no option --perod for moisson export | Did you mean --period?"},
        {{"export", "--perod=2026-10"}, "there is no option --perod for moisson export | Did you mean --period?"},
        {{"export", "--zzzzzzzz"}, "there is no option --zzzzzzzz for moisson export | See moisson export --help"},
        {{"export", "-x"}, "there is no option -x for moisson export | See moisson export --help"},
        {{"verify", "a", "--period", "2026-10"}, "there is no option --period for moisson verify | See moisson verify --help"},
        {{"export", "--period"}, "--period needs exactly one value | See moisson export --help"},
        {{"export", "--period", "2026-09", "--period", "2026-10"}, "--period needs exactly one value | See moisson export --help"},
        {{"export", "a.toml", "b.toml"}, "\"b.toml\" is one argument too many | See moisson export --help"},
        {{"export", "a.toml", "--job", "b.toml"}, "two job files are given: b.toml and a.toml | Name one, with or without --job"},
        {{"export", "--transfers", "0"}, "--transfers must be a whole number from 1 to 64, found \"0\" | See moisson export --help"},
        {{"export", "--transfers", "eight"},
         "--transfers must be a whole number from 1 to 64, found \"eight\" | See moisson export --help"},
        {{"export", "--transfers", "8x"}, "--transfers must be a whole number from 1 to 64, found \"8x\" | See moisson export --help"},
        {{"export", "--transfers", "99999999999999999999"},
         "--transfers must be a whole number from 1 to 64, found \"99999999999999999999\" | See moisson export --help"},
        {{"export", "--rate", "fast"}, "--rate must be a number, 0 or more, found \"fast\" | See moisson export --help"},
        {{"export", "--max-duration", "1d"},
         "--max-duration must be a duration such as 90s, 30m or 2h, at most 31 days, found \"1d\" | See moisson export --help"},
        {{"export", "--max-duration", "4294967295h"},
         "--max-duration must be a duration such as 90s, 30m or 2h, at most 31 days, found \"4294967295h\" | See moisson export --help"},
        {{"export", "--log-format", "xml"}, "--log-format must be text or json, found \"xml\" | See moisson export --help"},
        {{"verify"}, "PATH is missing | See moisson verify --help"},
        {{"documents", "list"}, "--contract is missing | See moisson documents list --help"},
        {{"sandbox", "--port", "65536"}, "--port must be a whole number from 0 to 65535, found \"65536\" | See moisson sandbox --help"},
        {{"sandbox", "--fault", "a=2"}, "--fault must be NAME or NAME=P with P from 0 to 1, found \"a=2\" | See moisson sandbox --help"},
        {{"sandbox", "--fault", "a=nan"},
         "--fault must be NAME or NAME=P with P from 0 to 1, found \"a=nan\" | See moisson sandbox --help"},
        {{"sandbox", "--for", "0"}, "--for must be a duration such as 90s, 30m or 2h, found \"0\" | See moisson sandbox --help"},
    };
    for (const Row& row : rows) {
        CAPTURE(fmt::format("{}", fmt::join(row.arguments, " ")));
        CHECK(problem_of(row.arguments) == row.expected);
    }
}

TEST_CASE("a script that asked for JSON would get an error as text") {
    CHECK(parse_command_line({"export", "--json", "--nope"}).json);
    CHECK_FALSE(parse_command_line({"export", "--nope"}).json);
}

TEST_CASE("a user would not learn what is running, or would need a command to ask") {
    CHECK(parse_command_line({"--version"}).text == fmt::format("moisson {} ({})\n", version(), git_description()));
    CHECK(parse_command_line({"--help"}).text == help_of(""));
    CHECK(parse_command_line({"-h"}).text == help_of(""));
    for (const std::string& command : all_commands()) {
        CAPTURE(command);
        std::vector<std::string> arguments;
        for (std::size_t at = 0; at <= command.size();) {
            const std::size_t end = std::min(command.find(' ', at), command.size());
            arguments.push_back(command.substr(at, end - at));
            at = end + 1;
        }
        arguments.push_back("--help");
        CHECK(parse_command_line(arguments).text == help_of(command));
    }
    CHECK(parse_command_line({"contracts", "--help"}).text.find("contracts show") == std::string::npos);
    CHECK(parse_command_line({"contracts", "--help"}).text.find("show") != std::string::npos);
}

TEST_CASE("a user would ask for help in another order of words and get none") {
    CHECK(output_of({"help"}) == help_of(""));
    CHECK(output_of({"help", "export"}) == help_of("export"));
    CHECK(output_of({"help", "contracts", "create"}) == help_of("contracts create"));
    CHECK(output_of({"help", "contracts"}) == help_of("contracts"));
    CHECK(output_of({"help", "exit-codes"}).starts_with("Exit codes\n==========\n"));
    CHECK(output_of({"help", "topics"}).find("\n  findings  ") != std::string::npos);
    const std::string both = output_of({"help", "sandbox"});
    CHECK(both.starts_with(help_of("sandbox")));
    CHECK(both.size() > help_of("sandbox").size() + 1000);
    CHECK(output_of({"help", "ledger", "--json"}).starts_with("{\n  \"schema\": 1,\n  \"name\": \"ledger\",\n  \"text\": \""));
}

TEST_CASE("a user would meet an option that the help does not explain") {
    std::map<std::string, std::string> helps;
    for (const OptionInfo& option : all_options()) {
        CAPTURE(option.command);
        CAPTURE(option.name);
        std::string& help = helps[option.command];
        help = help.empty() ? help_of(option.command) : help;
        CHECK(option.help.size() >= 6);
        CHECK(help.find(option.name) != std::string::npos);
    }
}

TEST_CASE("a user's script would not know what an exit code means, or how a command is used") {
    const std::vector<std::string> commands = all_commands();
    CHECK(commands.size() > 20);
    for (const std::string& command : commands) {
        CAPTURE(command);
        const std::string help = help_of(command);
        CHECK(help.find("Usage: moisson " + command) != std::string::npos);
        CHECK(help.find("\nExamples:\n  moisson " + command) != std::string::npos);
        CHECK(help.find("\nExit codes:\n  0 ") != std::string::npos);
        CHECK(help.find("  2          usage         command line or job file wrong; nothing was called\n") != std::string::npos);
    }
    for (const char* code : {"  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  5 ", "  6 ", "  7 ", "  8 ", "  9 ", "  130 / 143 "}) {
        CAPTURE(code);
        CHECK(help_of("").find(code) != std::string::npos);
        CHECK(help_of("export").find(code) != std::string::npos);
    }
}

TEST_CASE("a user's terminal would break the lines of a help text") {
    for (std::string command : {"", "export", "plan", "verify", "doctor", "contracts list", "documents get", "sandbox"}) {
        const std::string help = help_of(command);
        CAPTURE(command);
        for (std::size_t at = 0; at < help.size();) {
            const std::size_t end = help.find('\n', at);
            const std::string line = help.substr(at, end - at);
            CAPTURE(line);
            CHECK(width_of(line) <= 100);
            at = end + 1;
        }
    }
}

TEST_CASE("a secret on the command line would show in every process list") {
    for (const OptionInfo& option : all_options()) {
        for (const char* word : {"secret", "key", "basic", "password", "client-id", "token"}) {
            CAPTURE(option.name);
            CHECK(option.name.find(word) == std::string::npos);
        }
    }
}

/// Secrets: every way to give one, what is refused, and that none is ever shown.

#include "config/secret.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>

#include "config/keys.hpp"
#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

const Environment good = {{"MOISSON_CLIENT_ID", "an-id"}, {"MOISSON_CLIENT_SECRET", "a-secret"}, {"MOISSON_API_KEY", "a-key"}};

Environment with(Environment environment, const std::string& name, const std::string& value) {
    environment[name] = value;
    return environment;
}

Environment without(Environment environment, const std::string& name) {
    environment.erase(name);
    return environment;
}

std::string problem_of(const Environment& environment) {
    return usage_error_of([&] { (void)load({}, environment, Need::credentials); });
}

std::string words_of(std::string_view command) {
    const auto words = split_words(command);
    return words ? fmt::format("{}", fmt::join(*words, "|")) : "error: " + words.error().message.english();
}

Environment path() {
    return {{"PATH", "/usr/bin:/bin"}};
}

}  // namespace

TEST_CASE("a user's secret would be read from one place and not from another") {
    const Folder folder;
    Environment environment = {{"MOISSON_CLIENT_ID", " an-id\n"},
                               {"MOISSON_CLIENT_SECRET_FILE", folder.write("secret",
                                                                           "\xef\xbb\xbf"
                                                                           "a-secret\r\n")},
                               {"MOISSON_API_KEY_COMMAND", "printf '%s\\n' 'a key'"},
                               {"PATH", "/usr/bin:/bin"}};
    const Job job = load({}, environment, Need::credentials);
    CHECK(job.api.client_id.reveal() == "an-id");
    CHECK(job.api.client_secret.reveal() == "a-secret");
    CHECK(job.api.api_key.reveal() == "a key");
    CHECK(job.origins.at("api.client_secret") == "environment MOISSON_CLIENT_SECRET_FILE");
    CHECK(job.api.api_key_file.empty());

    CommandLine command_line;
    (void)folder.write("key", "the-key\n");
    command_line.job_file = folder.write(
        "job.toml", "[api]\nclient_id_command = \"echo file-id\"\nclient_secret = \"file-secret\"\napi_key_file = \"key\"\n");
    REQUIRE(::chmod(command_line.job_file->c_str(), 0600) == 0);
    const Job from_file = load(command_line, path(), Need::credentials);
    CHECK(from_file.api.client_id.reveal() == "file-id");
    CHECK(from_file.api.client_secret.reveal() == "file-secret");
    CHECK(from_file.api.api_key.reveal() == "the-key");
    CHECK(from_file.api.api_key_file == folder.path("key"));
    CHECK(from_file.warnings.empty());

    const Job mixed = load(command_line, with(path(), "MOISSON_CLIENT_SECRET", "environment-secret"), Need::credentials);
    CHECK(mixed.api.client_id.reveal() == "file-id");
    CHECK(mixed.api.client_secret.reveal() == "environment-secret");
}

TEST_CASE("a user whose job file everyone can read would never learn that the secret in it is public") {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", "[api]\nclient_id = \"an-id\"\nclient_secret = \"a-secret\"\napi_key = \"a-key\"\n");
    REQUIRE(::chmod(command_line.job_file->c_str(), 0644) == 0);
    const Job job = load(command_line, {}, Need::credentials);
    REQUIRE(job.warnings.size() == 3);
    CHECK(folder.without_folder(job.warnings[1]) ==
          "DIR/job.toml holds client_secret in plain text and every user of this machine can read it: run chmod 600 DIR/job.toml");
}

TEST_CASE("a user with two ways for one secret would not know which one was used") {
    CHECK(problem_of(with(good, "MOISSON_API_KEY_FILE", "/x")) ==
          "environment variable MOISSON_API_KEY_FILE | MOISSON_API_KEY and MOISSON_API_KEY_FILE are both given | Keep one of them: they "
          "name the "
          "same secret");
    CHECK(problem_of(with(good, "MOISSON_BASIC", "abc")) ==
          "environment MOISSON_BASIC and environment MOISSON_CLIENT_SECRET | the Basic value and the client secret are both given | Keep "
          "the "
          "Basic value, or the client id and client secret: they are two forms of one credential");
    CHECK(problem_of_job("[api]\napi_key = \"a\"\napi_key_command = \"b\"\n", good, Need::credentials) == "no error");
    CHECK(problem_of_job("[api]\napi_key = \"a\"\napi_key_command = \"b\"\n", without(good, "MOISSON_API_KEY"), Need::credentials) ==
          "DIR/job.toml:3 | api_key and api_key_command are both given | Keep one of them: they name the same secret");
}

TEST_CASE("a user's Basic value in the environment would lose against the job file's id and secret") {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", "[api]\nclient_id_command = \"false\"\n");
    Environment environment = {{"MOISSON_BASIC", "Basic YTpi\n"}, {"MOISSON_API_KEY", "a-key"}};
    command_line.job_file = folder.write("job.toml", "[api]\nclient_id = \"i\"\nclient_secret = \"s\"\n");
    const Job job = load(command_line, environment, Need::credentials);
    CHECK(job.api.basic.reveal() == "Basic YTpi");
    CHECK(job.api.client_secret.empty());
    CHECK(job.origins.at("api.client_secret") == "not used: basic is given");
}

TEST_CASE("a new user would learn of one missing secret a run, and not how to give it") {
    CHECK(problem_of({{"MOISSON_API_KEY", ""}}) ==
          "environment; no job file is given | missing credentials: client id, client secret, API key | Give them in one of these ways:\n"
          "  client id: MOISSON_CLIENT_ID, MOISSON_CLIENT_ID_FILE or MOISSON_CLIENT_ID_COMMAND in the environment; client_id_file or "
          "client_id_command in [api] of the job file\n"
          "  client secret: MOISSON_CLIENT_SECRET, MOISSON_CLIENT_SECRET_FILE or MOISSON_CLIENT_SECRET_COMMAND in the environment; "
          "client_secret_file or client_secret_command in [api] of the job file\n"
          "  API key: MOISSON_API_KEY, MOISSON_API_KEY_FILE or MOISSON_API_KEY_COMMAND in the environment; api_key_file or "
          "api_key_command in "
          "[api] of the job file\n"
          "  or, instead of client id and secret, the portal's finished Basic value: MOISSON_BASIC, MOISSON_BASIC_FILE or "
          "MOISSON_BASIC_COMMAND in the environment; basic_file or basic_command in [api] of the job file\n"
          "  (MOISSON_API_KEY is set but empty)\n"
          "To try moisson without credentials, add --sandbox");
    CHECK(problem_of(without(good, "MOISSON_API_KEY")).find("missing credentials: API key |") != std::string::npos);
    CHECK(problem_of(without(good, "MOISSON_API_KEY")).find("MOISSON_BASIC") == std::string::npos);
}

TEST_CASE("a user who tries the sandbox would be asked for credentials, or have secret commands run for nothing") {
    CommandLine command_line;
    command_line.sandbox = true;
    const Job job = load(command_line, {{"MOISSON_API_KEY_COMMAND", "false"}}, Need::credentials);
    CHECK(job.sandbox.enabled);
    CHECK(job.api.api_key.empty());
    CHECK(load({}, {{"MOISSON_API_KEY_COMMAND", "false"}}, Need::no_credentials).api.api_key.empty());
}

TEST_CASE("a user's unusable secret would be sent to the service and blamed on the credentials") {
    const Folder folder;
    struct Row {
        const char* name;
        std::string value;
        const char* expected;
    };
    const Row rows[] = {
        {"MOISSON_API_KEY_FILE", folder.path("none"),
         "environment variable MOISSON_API_KEY_FILE, file DIR/none | cannot read the file named by MOISSON_API_KEY_FILE: No such file or "
         "directory | Name a file that holds nothing but the secret and that this user may read"},
        {"MOISSON_API_KEY_FILE", folder.path(""),
         "environment variable MOISSON_API_KEY_FILE, file DIR/ | cannot read the file named by MOISSON_API_KEY_FILE: Is a directory | "
         "Name a "
         "file that holds nothing but the secret and that this user may read"},
        {"MOISSON_API_KEY_FILE", folder.write("empty", " \n\n"),
         "environment variable MOISSON_API_KEY_FILE | MOISSON_API_KEY_FILE gives an empty secret | Put the secret there"},
        {"MOISSON_API_KEY_FILE", folder.write("huge", std::string(70'000, 'k')),
         "environment variable MOISSON_API_KEY_FILE, file DIR/huge | the file named by MOISSON_API_KEY_FILE is longer than 64 KiB | Name "
         "a file "
         "that holds nothing but the secret and that this user may read"},
        {"MOISSON_CLIENT_SECRET_FILE", folder.write("two", "one\ntwo\n"),
         "environment variable MOISSON_CLIENT_SECRET_FILE | MOISSON_CLIENT_SECRET_FILE gives a secret with a line end or control "
         "character "
         "inside | Store the secret alone, as one line of plain text (UTF-8)"},
        {"MOISSON_CLIENT_SECRET_FILE",
         folder.write("utf16", std::string("\xff\xfe"
                                           "a\0b\0",
                                           6)),
         "environment variable MOISSON_CLIENT_SECRET_FILE | MOISSON_CLIENT_SECRET_FILE gives a secret with a line end or control "
         "character "
         "inside | Store the secret alone, as one line of plain text (UTF-8)"},
        {"MOISSON_API_KEY", "${API_KEY}",
         "environment variable MOISSON_API_KEY | MOISSON_API_KEY gives a variable that nothing replaced | Check the name of the variable "
         "in "
         "the CI job: the secret may be masked or not granted to this branch"},
        {"MOISSON_API_KEY_COMMAND", "sh -c 'echo s3cr3t-out; exit 3'",
         "environment variable MOISSON_API_KEY_COMMAND | the command of MOISSON_API_KEY_COMMAND gave no secret: it ended with code 3 | "
         "Run the "
         "command by hand: it must print the secret alone and end with 0"},
        {"MOISSON_API_KEY_COMMAND", "no-such-program-of-moisson --x",
         "environment variable MOISSON_API_KEY_COMMAND | the command of MOISSON_API_KEY_COMMAND gave no secret: cannot start "
         "\"no-such-program-of-moisson\" (No such file or directory) | Run the command by hand: it must print the secret alone and end "
         "with 0"},
        {"MOISSON_API_KEY_COMMAND", "cat key | base64 -d",
         "environment variable MOISSON_API_KEY_COMMAND | the command of MOISSON_API_KEY_COMMAND gave no secret: the command uses the "
         "shell's "
         "\"|\" | Commands run without a shell; write sh -c '…' where one is needed"},
        {"MOISSON_API_KEY_COMMAND", "true",
         "environment variable MOISSON_API_KEY_COMMAND | MOISSON_API_KEY_COMMAND gives an empty secret | Put the secret there"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.expected);
        const std::string name = row.name;
        Environment environment = without(good, name.substr(0, name.rfind('_')));
        environment["PATH"] = "/usr/bin:/bin";
        const std::string problem = folder.without_folder(problem_of(with(environment, name, row.value)));
        CHECK(problem == row.expected);
        CHECK(problem.find("s3cr3t") == std::string::npos);
    }
}

TEST_CASE("an API key that a document broke over lines would be refused instead of cleaned") {
    const Folder folder;
    const Environment environment =
        with(without(good, "MOISSON_API_KEY"), "MOISSON_API_KEY_FILE", folder.write("key", "abc \n def\r\nghi\n"));
    CHECK(load({}, environment, Need::credentials).api.api_key.reveal() == "abc \n def\r\nghi");
}

TEST_CASE("a user's secret command would get other words than a shell gives it") {
    CHECK(words_of("pass show a/b") == "pass|show|a/b");
    CHECK(words_of("  a\t b\n") == "a|b");
    CHECK(words_of("a 'b c' \"d e\" f\\ g") == "a|b c|d e|f g");
    CHECK(words_of("a'b'\"c\"d") == "abcd");
    CHECK(words_of("a \"\\\"x\\\\ \\n\" '\\n'") == "a|\"x\\ \\n|\\n");
    CHECK(words_of("a '' \"\"") == "a||");
    CHECK(words_of("echo $HOME *") == "echo|$HOME|*");
    CHECK(words_of("get 'a|b' \"c;d\" e\\|f http://x/?a=1&b=2") == "get|a|b|c;d|e|f|http://x/?a=1&b=2");
    CHECK(words_of("") == "error: the command is empty");
    CHECK(words_of("   ") == "error: the command is empty");
    CHECK(words_of("a 'b") == "error: a quote (') is opened and never closed");
    CHECK(words_of("a \"b") == "error: a quote (\") is opened and never closed");
    for (const char* shell : {"a | b", "a; b", "a;", "a > f", "a <f", "a && b", "a &", "a `b`", "a $(b)", "a x$(b)"}) {
        CAPTURE(shell);
        CHECK(words_of(shell).starts_with("error: the command uses the shell's"));
    }
}

TEST_CASE("a secret command that hangs, floods or dies would hang, flood or end the export") {
    using std::chrono::milliseconds;
    const auto message = [](const Result<std::string>& result) {
        return result ? "printed: " + *result : result.error().message.english();
    };
    const auto before = std::chrono::steady_clock::now();
    CHECK(message(run_command({"sleep", "60"}, path(), milliseconds(200))) == "it had not ended after 0.2 s");
    CHECK(message(run_command({"sh", "-c", "exec 1>&-; exec sleep 60"}, path(), milliseconds(200))) == "it had not ended after 0.2 s");
    CHECK(message(run_command({"yes"}, path(), milliseconds(20'000))) == "it printed more than 64 KiB");
    CHECK(message(run_command({"sh", "-c", "kill -9 $$"}, path(), milliseconds(20'000))) == "it was ended by signal 9");
    CHECK(message(run_command({"cat"}, path(), milliseconds(20'000))) == "printed: ");
    CHECK(message(run_command({"sh", "-c", "printf 'a\\n\\nb\\r\\n\\n'"}, path(), milliseconds(20'000))) == "printed: a\n\nb");
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
}

TEST_CASE("a signature that a command prints would lose bytes, or a command that does not read would hold up the export") {
    using std::chrono::seconds;
    std::string bytes(300'000, '\0');
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = static_cast<char>(at * 7 % 256);
    }
    bytes += "\r\n\n";
    const auto same = run_filter({"cat"}, path(), bytes, bytes.size(), seconds(20));
    REQUIRE(same.has_value());
    CHECK(*same == bytes);
    CHECK(run_filter({"true"}, path(), bytes, 10, seconds(20)).value().empty());
    CHECK(run_filter({"cat"}, path(), "", 10, seconds(20)).value().empty());
    CHECK(run_filter({"cat"}, path(), bytes, 1U << 10U, seconds(20)).error().message == Message("it printed more than 1 KiB"));
}

TEST_CASE("a secret command would see blocked signals or another environment than the program's") {
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto mask = run_command({"grep", "SigBlk", "/proc/self/status"}, path(), std::chrono::seconds(20));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    REQUIRE(mask.has_value());
    CHECK(*mask == "SigBlk:\t0000000000000000");
    const auto environment = run_command({"env"}, {{"ONLY", "this"}, {"PATH", "/usr/bin:/bin"}}, std::chrono::seconds(20));
    REQUIRE(environment.has_value());
    CHECK(*environment == "ONLY=this\nPATH=/usr/bin:/bin");
}

TEST_CASE("a secret command's children would live on after its time, with the pipe in their hands") {
    const Folder folder;
    const std::string note = folder.path("pid");
    const std::string script = fmt::format("sleep 300 & echo $! > {}; exit 0", note);
    const auto result = run_command({"sh", "-c", script}, path(), std::chrono::milliseconds(1500));
    REQUIRE_FALSE(result.has_value());  // the child holds the pipe
    CHECK(result.error().message == "it had not ended after 1.5 s");
    const int child = std::stoi(read_file(note).value());
    bool gone = false;
    for (int look = 0; look < 200 && !gone; ++look) {
        const auto status = read_file(fmt::format("/proc/{}/stat", child));
        gone = !status || status->find(") Z ") != std::string::npos;
        ::usleep(50'000);
    }
    CHECK(gone);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = run_command({"sleep", "60"}, path(), std::chrono::seconds(60), stop.get_token());
    REQUIRE_FALSE(stopped.has_value());
    CHECK(stopped.error().code == ErrorCode::cancelled);
}

TEST_CASE("a secret command would get the other secrets") {
    Environment environment = {{"PATH", "/usr/bin:/bin"}, {"MOISSON_API_URL", "https://a.example/v1"}, {"VAULT_TOKEN", "of the vault"}};
    const Environment kept = environment;
    for (const JobKey& key : all_job_keys()) {
        if (key.kind == KeyKind::secret) {
            for (const char* way : {"", "_FILE", "_COMMAND"}) {
                environment[fmt::format("{}{}", key.environment, way)] = "x";
            }
        }
    }
    environment["MOISSON_SANDBOX_TOKEN"] = "x";
    CHECK(environment.size() == kept.size() + 49);  // sixteen secrets in three ways, and the sandbox's token
    CHECK(environment_for_command(environment) == kept);
}

TEST_CASE("secrets would stay in memory when nobody needs them any more") {
    Secret secret{std::string(100, 's')};
    const char* bytes = secret.reveal().data();
    const Secret moved(std::move(secret));
    CHECK(moved.reveal() == std::string(100, 's'));
    CHECK(secret.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
    CHECK(moved.reveal().data() == bytes);
    Secret other(std::string("short"));
    other = moved;
    CHECK(other.reveal() == moved.reveal());
    std::string text = "a-secret-that-is-long-enough-for-the-heap";
    const std::size_t size = text.size();
    const char* place = text.data();
    wipe(text);
    CHECK(text.empty());
    CHECK(std::all_of(place, place + size, [](char letter) { return letter == '\0'; }));
    Environment environment = {
        {"MOISSON_API_KEY", "k"}, {"MOISSON_API_KEY_FILE", "/f"}, {"HTTPS_PROXY", "http://u:p@h:1"}, {"HTTP_PROXY", "http://h:1"}};
    forget_secrets(environment);
    CHECK(environment == Environment{{"MOISSON_API_KEY_FILE", "/f"}, {"HTTP_PROXY", "http://h:1"}});
}

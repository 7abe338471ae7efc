/// The four layers, the months, the addresses: which value wins, and what is refused.

#include "config/job.hpp"

#include <cstdlib>
#include <string>
#include <tuple>

#include "config/address.hpp"
#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

/// The job of this text.
Job job_of(const std::string& text, CommandLine command_line = {}, const Environment& environment = {}) {
    const Folder folder;
    command_line.job_file = folder.write("job.toml", text);
    return load(command_line, environment);
}

std::string problem_of(const CommandLine& command_line, const Environment& environment = {}) {
    return usage_error_of([&] { (void)load(command_line, environment); });
}

}  // namespace

TEST_CASE("a user who gives nothing would export another month, service or pace than the reference says") {
    const Job job = load({});
    CHECK(job.export_.period.to_text() == "2026-10");
    CHECK(job.api.api_url == "https://api.orange.com/cloud/b2b/v1");
    CHECK(job.api.oauth_url == "https://api.orange.com/oauth/v3");
    CHECK(job.export_.out == "out");
    CHECK(job.transfer.transfers == 8);
    CHECK(job.transfer.rate_per_second == 20.0);
    CHECK(state_url_of(job) == "out/.moisson/state.sqlite3");
    CHECK(job.warnings.empty());
    CHECK(job.origins.at("export.period") == "default: the last closed month");
    CHECK(job.origins.at("api.api_url") == "default");
}

TEST_CASE("a user who runs the job on new year's day would get no month, or the wrong year") {
    for (const auto& [now, month] : {std::pair{"2026-01-01T00:00:00Z", "2025-12"}, std::pair{"2026-03-31T23:59:59Z", "2026-02"},
                                     std::pair{"2026-03-01T00:30:00+01:00", "2026-01"}}) {
        CAPTURE(now);
        CHECK(load_job({}, {}, StillClock(now), Need::no_credentials).export_.period.to_text() == month);
    }
}

TEST_CASE("a user east or west of Greenwich would not know which month was taken on the first and the last day") {
    using std::chrono::hours;
    for (const auto& [now, offset, month, here] :
         {std::tuple{"2026-11-30T23:30:00Z", hours(1), "2026-10", "2026-12"},
          std::tuple{"2026-12-01T02:00:00Z", hours(-5), "2026-11", "2026-11"},
          std::tuple{"2026-12-31T12:30:00Z", hours(13), "2026-11", "2027-01"}}) {
        CAPTURE(now);
        CommandLine said;
        said.local_offset = offset;
        const Job job = load_job(said, {}, StillClock(now), Need::no_credentials);
        CHECK(job.export_.period.to_text() == month);
        REQUIRE(job.warnings.size() == 1);
        CHECK(job.warnings.front().find(fmt::format("by the clock on the wall it is {}", here)) != std::string::npos);
        CHECK(job.warnings.front().find(fmt::format("was taken as {}", month)) != std::string::npos);
        said.period = "2026-09";
        CHECK(load_job(said, {}, StillClock(now), Need::no_credentials).warnings.empty());
    }
    CommandLine near;
    near.local_offset = hours(2);
    CHECK(load_job(near, {}, StillClock("2026-12-01T02:00:00Z"), Need::no_credentials).warnings.empty());
}

TEST_CASE("a user's slip in SOURCE_DATE_EPOCH would be taken for none") {
    for (const char* text : {"tomorrow", "-1", "1e9", "0x10", " 1", "1.5", "253402300800", "99999999999999999999"}) {
        CAPTURE(text);
        REQUIRE(::setenv("SOURCE_DATE_EPOCH", text, 1) == 0);
        CHECK(problem_of({}, {{"SOURCE_DATE_EPOCH", text}}).find("SOURCE_DATE_EPOCH is no number of seconds") != std::string::npos);
    }
    for (const char* text : {"", "0", "1795348800", "253402300799"}) {
        CAPTURE(text);
        REQUIRE(::setenv("SOURCE_DATE_EPOCH", text, 1) == 0);
        CHECK(problem_of({}, {{"SOURCE_DATE_EPOCH", text}}) == "no error");
    }
    ::unsetenv("SOURCE_DATE_EPOCH");
}

TEST_CASE("a user's option would not beat the environment, or the environment not the job file") {
    const std::string text =
        "[api]\napi_url = \"https://file.example/v1/\"\n[export]\nout = \"from-file\"\n[transfer]\ntransfers = 3\nrate_per_second = 4\n"
        "[state]\nstate_url = \"file.sqlite3\"\n";
    const Environment environment = {{"MOISSON_API_URL", "https://environment.example/v1"}, {"MOISSON_STATE", "environment.sqlite3"}};

    const Job from_file = job_of(text);
    CHECK(from_file.api.api_url == "https://file.example/v1");
    CHECK(from_file.export_.out == "from-file");
    CHECK(from_file.transfer.transfers == 3);
    CHECK(from_file.transfer.rate_per_second == 4.0);
    CHECK(from_file.state.state_url == "file.sqlite3");
    CHECK(from_file.origins.at("api.api_url") == "job file line 2");

    const Job from_environment = job_of(text, {}, environment);
    CHECK(from_environment.api.api_url == "https://environment.example/v1");
    CHECK(from_environment.state.state_url == "environment.sqlite3");
    CHECK(from_environment.export_.out == "from-file");
    CHECK(from_environment.origins.at("api.api_url") == "environment MOISSON_API_URL");

    CommandLine command_line;
    command_line.out = "from-option";
    command_line.transfers = 5;
    command_line.rate = 0.0;
    command_line.max_duration_seconds = 60;
    const Job from_options = job_of(text, command_line, environment);
    CHECK(from_options.export_.out == "from-option");
    CHECK(from_options.transfer.transfers == 5);
    CHECK(from_options.transfer.rate_per_second == 0.0);
    CHECK(from_options.transfer.max_duration == std::chrono::seconds(60));
    CHECK(from_options.origins.at("export.out") == "--out");
    CHECK(from_options.origins.at("transfer.rate_per_second") == "--rate");
}

TEST_CASE("a CI job that passes an empty variable would lose the job file's value") {
    CHECK(job_of("[api]\napi_url = \"https://file.example/v1\"\n", {}, {{"MOISSON_API_URL", ""}}).api.api_url == "https://file.example/v1");
}

TEST_CASE("every key of a job file would be read but not used") {
    const Job job = job_of(
        "[api]\noauth_url = \"https://o.example\"\nca_file = \"/etc/ca.pem\"\nca_folder = \"ca\"\nclient_certificate_file = \"c.pem\"\n"
        "client_key_file = \"k.pem\"\n[export]\nfrom = \"2026-01\"\nto = \"2026-03\"\ncontracts = [\"A*\"]\ntypes = [\"bills\"]\n"
        "files = false\nexit_nothing_new = true\n[transfer]\nattempts_max = 2\nconnect_timeout_seconds = 3\nread_timeout_seconds = 4\n"
        "attempt_timeout_seconds = 5\nmax_duration_seconds = 6\nlist_bytes_max = 7000\nfile_bytes_max = 8000\n"
        "[sandbox]\nenabled = true\nscenario = \"mine.toml\"\n");
    CHECK(job.api.oauth_url == "https://o.example");
    CHECK(job.api.ca_file == "/etc/ca.pem");
    CHECK(job.api.ca_folder.ends_with("/ca"));
    CHECK(job.api.ca_folder.starts_with("/"));
    CHECK(job.api.client_certificate_file.ends_with("/c.pem"));
    CHECK(job.api.client_key_file.ends_with("/k.pem"));
    CHECK(job.export_.period.to_text() == "2026-01..2026-03");
    CHECK(job.export_.contracts == std::vector<std::string>{"A*"});
    CHECK(job.export_.types == std::vector<std::string>{"bills"});
    CHECK_FALSE(job.export_.files);
    CHECK(job.export_.exit_nothing_new);
    CHECK(job.transfer.attempts_max == 2);
    CHECK(job.transfer.connect_timeout == std::chrono::seconds(3));
    CHECK(job.transfer.read_timeout == std::chrono::seconds(4));
    CHECK(job.transfer.attempt_timeout == std::chrono::seconds(5));
    CHECK(job.transfer.max_duration == std::chrono::seconds(6));
    CHECK(job.transfer.list_bytes_max == 7000);
    CHECK(job.transfer.file_bytes_max == 8000);
    CHECK(job.sandbox.enabled);
    CHECK(job.sandbox.scenario.starts_with("/"));
    CHECK(job.sandbox.scenario.ends_with("/mine.toml"));
}

TEST_CASE("a user's months on the command line would mix with those of the job file") {
    CommandLine one;
    one.period = "2026-09";
    CHECK(job_of("[export]\nall = true\n", one).export_.period.to_text() == "2026-09");
    CommandLine all;
    all.all = true;
    CHECK(job_of("[export]\nperiod = \"2026-09\"\n", all).export_.period.to_text() == "all");
    CommandLine range;
    range.from = "2026-02";
    range.to = "2026-02";
    CHECK(job_of("[export]\nperiod = \"2026-09\"\n", range).export_.period.to_text() == "2026-02");
    CHECK(job_of("[export]\nall = false\n").export_.period.to_text() == "2026-10");
    CHECK(job_of("[export]\nall = true\n").export_.period.to_text() == "all");
}

TEST_CASE("a user with months that cannot be meant would export something else without a word") {
    struct Row {
        const char* period;
        const char* from;
        const char* to;
        bool all;
        const char* expected;
    };
    const Row rows[] = {
        {"2026-13", nullptr, nullptr, false,
         "option --period | --period must be a month, found \"2026-13\" | Write YYYY-MM, for example 2026-10"},
        {"202610", nullptr, nullptr, false,
         "option --period | --period must be a month, found \"202610\" | Write YYYY-MM, for example 2026-10"},
        {"", nullptr, nullptr, false, "option --period | --period must be a month, found \"\" | Write YYYY-MM, for example 2026-10"},
        {"2026-10\n", nullptr, nullptr, false,
         "option --period | --period must be a month, found \"2026-10\\x0a\" | Write YYYY-MM, for example 2026-10"},
        {"2026-10", nullptr, nullptr, true,
         "option --period | --all and --period are both given | Give --period for one month, --from and --to for several, or --all for "
         "everything"},
        {"2026-10", "2026-09", nullptr, false,
         "option --from | --period and --from are both given | Give --period for one month, --from and --to for several, or --all for "
         "everything"},
        {nullptr, nullptr, "2026-09", true,
         "option --to | --all and --to are both given | Give --period for one month, --from and --to for several, or --all for "
         "everything"},
        {nullptr, "2026-09", nullptr, false, "option --from | --from is given without --to | Give both months, or --period for one"},
        {nullptr, nullptr, "2026-09", false, "option --to | --to is given without --from | Give both months, or --period for one"},
        {nullptr, "2026-10", "2026-09", false, "option --from | --from 2026-10 is after --to 2026-09 | Exchange the two months"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.expected);
        CommandLine command_line;
        command_line.period = row.period != nullptr ? std::optional<std::string>(row.period) : std::nullopt;
        command_line.from = row.from != nullptr ? std::optional<std::string>(row.from) : std::nullopt;
        command_line.to = row.to != nullptr ? std::optional<std::string>(row.to) : std::nullopt;
        command_line.all = row.all;
        CHECK(problem_of(command_line) == row.expected);
    }
    CHECK(problem_of_job("[export]\nperiod = \"October\"\n") ==
          "DIR/job.toml:2 | period must be a month, found \"October\" | Write YYYY-MM, for example 2026-10");
    CHECK(problem_of_job("[export]\nall = true\nfrom = \"2026-01\"\nto = \"2026-02\"\n") ==
          "DIR/job.toml:3 | all and from are both given | Give period for one month, from and to for several, or all for everything");
}

TEST_CASE("a user who exports a month that is not over would take it for whole") {
    CommandLine command_line;
    command_line.period = "2026-11";
    REQUIRE(load(command_line).warnings.size() == 1);
    CHECK(load(command_line).warnings.front() == "2026-11 is not over: documents that come later are missing from this export");
    command_line.sandbox = true;
    CHECK(load(command_line).warnings.empty());
}

TEST_CASE("a user's credentials would travel readable, or to an address that was never meant") {
    struct Row {
        const char* url;
        const char* expected;  // the URL as used, or the reason
    };
    const Row rows[] = {
        {"https://api.orange.com/cloud/b2b/v1/", "https://api.orange.com/cloud/b2b/v1"},
        {" HTTPS://api.orange.com/x// ", "https://api.orange.com/x"},
        {"https://api.orange.com:8443", "https://api.orange.com:8443"},
        {"http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"},
        {"http://localhost/v1", "http://localhost/v1"},
        {"http://[::1]:99/v1", "http://[::1]:99/v1"},
        {"http://api.orange.com/v1", "it is plain http to another machine, where anyone on the way can read the credentials"},
        {"http://127.0.0.1.example.com/", "it is plain http to another machine, where anyone on the way can read the credentials"},
        {"http://127.evil.0.1/", "it is plain http to another machine, where anyone on the way can read the credentials"},
        {"http://localhost@example.com/", "it has a user or password in it"},
        {"api.orange.com/v1", "it does not begin with https://"},
        {"ftp://api.orange.com", "it does not begin with https://"},
        {"https://", "it names no host"},
        {"https:///v1", "it names no host"},
        {"https://:443/v1", "it names no host"},
        {"https://host:0/", "its port is not a number from 1 to 65535"},
        {"https://host:65536/", "its port is not a number from 1 to 65535"},
        {"https://host:80x/", "its port is not a number from 1 to 65535"},
        {"https://host:/", "its port is not a number from 1 to 65535"},
        {"https://[::1/", "its IPv6 address is not closed by ]"},
        {"https://ho st/", "its host has a character that no host name has"},
        {"https://h\xC3\xB4te/", "its host has a character that no host name has"},
        {"https://[::1%25eth0]/", "its host has a character that no host name has"},
        {"https://host/\xC3\xA9", "it has a letter beyond ASCII in it that is not percent-encoded"},
        {"https://host/v1?x=1", "it has a blank, query or fragment in it"},
        {"https://host?x=1", "it has a blank, query or fragment in it"},
        {"https://host/a b", "it has a blank, query or fragment in it"},
        {"", "it does not begin with https://"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.url);
        const auto checked = check_base_url(row.url);
        CHECK((checked ? *checked : checked.error().message.english()) == row.expected);
    }
    CHECK(problem_of({}, {{"MOISSON_API_URL", "http://api.orange.com/v1"}}) ==
          "environment variable MOISSON_API_URL | api.api_url cannot be used: it is plain http to another machine, where anyone on the "
          "way can "
          "read the credentials | Write a base URL such as https://api.orange.com/cloud/b2b/v1");
}

TEST_CASE("a user behind a proxy would connect past it, or find its password in a message") {
    const Job job = load({}, {{"https_proxy", "http://user:pa55word@proxy.example:3128/"},
                              {"HTTPS_PROXY", "http://other.example"},
                              {"HTTP_PROXY", "plain.example:8080"},
                              {"NO_PROXY", "localhost,.example"}});
    CHECK(job.proxies.https_proxy.reveal() == "http://user:pa55word@proxy.example:3128");
    CHECK(job.proxies.http_proxy.reveal() == "http://plain.example:8080");
    CHECK(job.proxies.no_proxy == "localhost,.example");
    CHECK(job.origins.at("proxy.https_proxy") == "environment https_proxy");
    CHECK(load({}, {{"https_proxy", ""}, {"HTTPS_PROXY", "p.example"}}).proxies.https_proxy.reveal() == "http://p.example");

    const std::string problem = problem_of({}, {{"HTTPS_PROXY", "socks5://user:pa55word@proxy.example"}});
    CHECK(problem ==
          "environment variable HTTPS_PROXY | the proxy cannot be used: it is a socks5 proxy; only http proxies are supported | "
          "Write it as http://proxy.example.com:8080");
    CHECK(problem_of({}, {{"HTTPS_PROXY", "http://user:pa55word@proxy.example:port"}}).find("pa55word") == std::string::npos);
}

TEST_CASE("a user's slip in a filter would export an empty ledger that looks complete") {
    const auto problem_of_contract = [](const std::string& glob) {
        CommandLine command_line;
        command_line.contracts = {"OCB*", glob};
        return problem_of(command_line);
    };
    CHECK(problem_of_contract("") ==
          "option --contract | the contract pattern \"\" cannot be used: it is empty | Write a contract id or name, with * for any text, "
          "? for "
          "one character, [ab] for one of several");
    CHECK(problem_of_contract("OCB[01").find("a [ in it is never closed") != std::string::npos);
    CHECK(problem_of_contract("OCB[]").find("a [ in it is never closed") != std::string::npos);
    CHECK(problem_of_contract("OCB\\").find("it ends with a backslash") != std::string::npos);
    CHECK(problem_of_contract(std::string(257, 'a')).find("longer than 256 bytes") != std::string::npos);
    for (const char* fine : {"*", "OCB000[!1-3]*", "a]b", "[]a]", "\\[x", "Société é?"}) {
        CAPTURE(fine);
        CHECK(problem_of_contract(fine) == "no error");
    }

    CommandLine types;
    types.types = {"invoices", "consumptionRatedReports"};
    CHECK(problem_of(types) ==
          "option --type | the document type \"consumptionRatedReports\" does not exist | Did you mean "
          "\"comsumptionRatedReports\"? (the service spells it so)");
    types.types = {"Invoice"};
    CHECK(problem_of(types).find("Did you mean \"invoices\"?") != std::string::npos);
    types.types = {"dunningLetters"};
    CHECK(load(types).warnings.front().starts_with("the document type \"dunningLetters\" is not one that moisson knows"));
}

TEST_CASE("a user's options out of bounds would be taken or crash") {
    CommandLine command_line;
    command_line.transfers = 65;
    CHECK(problem_of(command_line) ==
          "option --transfers | --transfers must be a whole number from 1 to 64, found 65 | Write for example --transfers 8");
    command_line = {};
    command_line.rate = -1.0;
    CHECK(
        problem_of(command_line) ==
        "option --rate | the rate must be a number from 0 to 1000, found -1 | Write requests a second, for example 20; 0 means no limit");
    command_line.rate = 26.0;
    CHECK(load(command_line).warnings.front() == "the rate of 26 is above the service's documented limit of 25 requests a second");
    command_line = {};
    command_line.out = "";
    CHECK(problem_of(command_line) == "option --out | the output folder is empty | Name a folder, for example --out out");
    command_line = {};
    command_line.scenario = "small";
    CHECK(problem_of(command_line) == "option --scenario | --scenario is given, but the sandbox is not used | Add --sandbox");
    CHECK(problem_of_job("[api]\nclient_key_file = \"k.pem\"\n") ==
          "DIR/job.toml:2 | client_key_file is given without client_certificate_file | A client certificate needs both, each a PEM file");
}

TEST_CASE("a user who misspells a variable would search for hours why it has no effect") {
    const Job job = load({}, {{"MOISSON_APIKEY", "x"}, {"MOISSON_ZZZZZZZZZZZ", "x"}, {"MOISSON_API_KEY_FILE", "x"}, {"PATH", "x"}});
    REQUIRE(job.warnings.size() == 2);
    CHECK(job.warnings[0] == "the environment variable MOISSON_APIKEY is not known; did you mean MOISSON_API_KEY?");
    CHECK(job.warnings[1] == "the environment variable MOISSON_ZZZZZZZZZZZ is not known");
}

TEST_CASE("a user's API key would be counted from a day that was never meant") {
    const Job job = job_of("[api]\napi_key_issued = 2025-03-01\n[export]\nmetrics = \"m/moisson.prom\"\n[sandbox]\nenabled = true\n");
    CHECK(job.api.api_key_issued == std::chrono::year{2025} / 3 / 1);
    CHECK(job.export_.metrics == "m/moisson.prom");
    CHECK(job_of("[api]\napi_key_issued = \"2025-03-01\"\n[sandbox]\nenabled = true\n").api.api_key_issued ==
          std::chrono::year{2025} / 3 / 1);
    CHECK_FALSE(job_of("[sandbox]\nenabled = true\n").api.api_key_issued.has_value());
    for (const char* wrong : {"2999-01-01", "\"2025-02-30\"", "\"01.03.2025\"", "\"2025-3-001\""}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(job_of(std::string("[api]\napi_key_issued = ") + wrong + "\n[sandbox]\nenabled = true\n"), FatalError);
    }
}

/// Bad job files: each message says the file, the line, what was found and what to write instead.

#include <string>

#include "config/job_file.hpp"
#include "config_support.hpp"

using namespace moisson::config;
using namespace moisson::config::test;

namespace {

struct Case {
    const char* name;
    const char* text;
    const char* expected;
};

constexpr Case cases[] = {
    {"a misspelt key", "[export]\nperiode = \"2026-10\"\n",
     "DIR/job.toml:2 | unknown key \"periode\" in table [export] | Did you mean \"period\"?"},
    {"a key without its unit", "[transfer]\n\nrate = 5\n",
     "DIR/job.toml:3 | unknown key \"rate\" in table [transfer] | Did you mean \"rate_per_second\"?"},
    {"a key in the wrong table", "[export]\nattempts_max = 3\n",
     "DIR/job.toml:2 | unknown key \"attempts_max\" in table [export] | \"attempts_max\" belongs in table [transfer]"},
    {"a key that is near nothing", "[state]\nfrobnicate = 1\n",
     "DIR/job.toml:2 | unknown key \"frobnicate\" in table [state] | [state] knows: state_url"},
    {"a misspelt table", "[exports]\nperiod = \"2026-10\"\n", "DIR/job.toml:1 | unknown table [exports] | Did you mean [export]?"},
    {"a key above all tables", "period = \"2026-10\"\n",
     "DIR/job.toml:1 | \"period\" stands outside of any table | Put it under a line that says [export]"},
    {"a table's name as a key", "api = 1\n",
     "DIR/job.toml:1 | [api] must be a table, found a number | Write a line [api] and its keys below it"},
    {"a text where a number is due", "[transfer]\ntransfers = \"eight\"\n",
     "DIR/job.toml:2 | transfer.transfers must be a whole number from 1 to 64, found the text \"eight\" | Write transfers = 8"},
    {"too many transfers", "[transfer]\ntransfers = 65\n",
     "DIR/job.toml:2 | transfer.transfers must be a whole number from 1 to 64, found the number 65 | Write transfers = 8"},
    {"a fraction where a whole number is due", "[transfer]\ntransfers = 8.5\n",
     "DIR/job.toml:2 | transfer.transfers must be a whole number from 1 to 64, found the number 8.5 | Write transfers = 8"},
    {"a negative rate", "[transfer]\nrate_per_second = -1\n",
     "DIR/job.toml:2 | transfer.rate_per_second must be a number, 0 or more, found the number -1 | Write rate_per_second = 20"},
    {"a rate that is no number", "[transfer]\nrate_per_second = nan\n",
     "DIR/job.toml:2 | transfer.rate_per_second must be a number, 0 or more, found the number nan | Write rate_per_second = 20"},
    {"a date without quotes", "[export]\nperiod = 2026-10-01\n",
     "DIR/job.toml:2 | export.period must be text in double quotes, found a date without quotes | Write period = \"2026-10\""},
    {"one text where a list is due", "[export]\ncontracts = \"OCB*\"\n",
     "DIR/job.toml:2 | export.contracts must be a list of texts, found the text \"OCB*\" | Write contracts = [\"OCB0001*\"]"},
    {"a list with a number in it", "[export]\ncontracts = [\"a\", 3]\n",
     "DIR/job.toml:2 | export.contracts must be a list of texts, found a list with something else in it | Write contracts = "
     "[\"OCB0001*\"]"},
    {"a text where true is due", "[export]\nall = \"yes\"\n",
     "DIR/job.toml:2 | export.all must be true or false, found the text \"yes\" | Write all = true"},
    {"a secret of the wrong kind is not shown", "[api]\nclient_secret = 12345678\n",
     "DIR/job.toml:2 | api.client_secret must be text in double quotes, found a number | Write client_secret = \"…\""},
    {"an empty value", "[export]\nout = \"\"\n", "DIR/job.toml:2 | out is empty | Give it a value or remove the line"},
    {"a misspelt inner table", "[output.databas]\n", "DIR/job.toml:1 | unknown table [output.databas] | Did you mean [output.database]?"},
    {"a key where only tables belong", "[output]\nurl = \"x\"\n",
     "DIR/job.toml:2 | unknown key \"url\" in table [output] | \"url\" belongs in table [output.database]"},
    {"a language that is not there", "language = \"de\"\n",
     "DIR/job.toml:1 | the language \"de\" is not known | Write language = \"en\" or language = \"fr\""},
    {"a fraction among the user's own keys", "[erp.fec]\nvat_rate = 20.0\n",
     "DIR/job.toml:2 | erp.fec.vat_rate must be a text, a whole number, true, false, a day or a list of texts, found the number 20 | "
     "Write numbers with a fraction between quotes: vat_rate = \"20.0\""},
    {"the first problem from the top is named", "[transfer]\nzzzzzzz = 1\n[export]\nperiode = 1\n",
     "DIR/job.toml:2 | unknown key \"zzzzzzz\" in table [transfer] | [transfer] knows: transfers, rate_per_second, attempts_max, "
     "connect_timeout_seconds, read_timeout_seconds, attempt_timeout_seconds, max_duration_seconds, list_bytes_max, file_bytes_max"},
};

}  // namespace

TEST_CASE("a user with a bad job file would have to guess which line is wrong and what to write") {
    for (const Case& row : cases) {
        CAPTURE(row.name);
        CHECK(problem_of_job(row.text) == row.expected);
    }
}

TEST_CASE("a user with a misspelt table would not learn which tables there are") {
    CHECK(problem_of_job("[zzzzzz]\n")
              .starts_with("DIR/job.toml:1 | unknown table [zzzzzz] | The tables are [api], [perimeter], [export], "));
}

TEST_CASE("a user's own keys of [erp] would be lost, or a day without quotes refused") {
    const JobFile file = parse_job_file(
        "language = \"fr\"\n[erp]\namount_is = \"gross\"\n[erp.fec]\nfiscal_year_begin = 2026-01-01\nnumber = 7\n", "job.toml");
    CHECK(std::get<std::string>(file.find("language")->value) == "fr");
    CHECK(std::get<std::string>(file.find("erp.amount_is")->value) == "gross");
    CHECK(std::get<std::string>(file.find("erp.fec.fiscal_year_begin")->value) == "2026-01-01");
    CHECK(std::get<std::int64_t>(file.find("erp.fec.number")->value) == 7);
    CHECK(file.find("erp.fec.number")->line == 6);
}

TEST_CASE("a user whose file is not TOML would not learn the line, or find a secret quoted in the CI log") {
    const std::string unquoted = problem_of_job("[export]\n# the month\nperiod = 2026-10\n");
    CHECK(unquoted.starts_with("DIR/job.toml:3 | the job file is not valid TOML"));
    CHECK(unquoted.ends_with("Texts and months go between double quotes, for example period = \"2026-10\""));

    CHECK(problem_of_job("[export]\nout = \"a\"\nout = \"b\"\n").ends_with(" | Keep one of the two lines"));

    for (const char* text : {"[api]\nclient_secret = s3cr3t-value\n", "[api]\napi_key = 's3cr3t-value\n", "[api]\nbasic = \"s3cr3t-value\n",
                             "[api]\nclient_secret = \"a\"s3cr3t-value\n"}) {
        CAPTURE(text);
        const std::string problem = problem_of_job(text);
        CHECK(problem.starts_with("DIR/job.toml:"));
        CHECK(problem.find("s3cr3t") == std::string::npos);
        CHECK(problem.find("valid TOML |") != std::string::npos);
    }
}

TEST_CASE("a user who names a missing, huge or folder path as job file would get no clear word") {
    const Folder folder;
    moisson::config::CommandLine command_line;
    const auto problem = [&](const std::string& path) {
        command_line.job_file = path;
        return folder.without_folder(usage_error_of([&] { (void)load(command_line); }));
    };
    CHECK(problem(folder.path("none.toml")) ==
          "DIR/none.toml | cannot read the job file: No such file or directory | Check the path, or start from samples/job.toml");
    CHECK(problem(folder.write("huge.toml", std::string((1U << 20U) + 1, '#'))) ==
          "DIR/huge.toml | the job file is longer than 1 MiB | Name a TOML file such as samples/job.toml");
    CHECK(problem(folder.path("")).find("cannot read the job file: Is a directory") != std::string::npos);
}

TEST_CASE("a user's job file with bytes that are not UTF-8 or nested without end would crash the program") {
    CHECK(problem_of_job("[export]\nout = \"\xff\xfe\"\n").starts_with("DIR/job.toml:2 | the job file is not valid TOML"));
    const std::string deep = "[export]\ncontracts = " + std::string(100'000, '[');
    CHECK(problem_of_job(deep).starts_with("DIR/job.toml:2 | the job file has lists and tables more than 32 deep"));
    std::string key = "[export]\na";
    for (int part = 0; part < 60'000; ++part) {
        key += ".a";
    }
    CHECK(problem_of_job(key + " = 1\n") == "DIR/job.toml:2 | the job file has a key of more than 32 parts | Start from samples/job.toml");
}

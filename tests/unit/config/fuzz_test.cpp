/// Job files and commands that nobody would write: read or refused, never a crash, and never a secret in a message.

#include <cstdlib>
#include <random>
#include <string>

#include "config/address.hpp"
#include "config/job_file.hpp"
#include "config/secret.hpp"
#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

/// MOISSON_FUZZ_SEED repeats a run; the default is always the same one.
unsigned seed_of_run() {
    const char* text = std::getenv("MOISSON_FUZZ_SEED");
    return text == nullptr ? 20'261'122U : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

constexpr std::string_view pieces[] = {"\"",
                                       "'",
                                       "\"\"\"",
                                       "[",
                                       "]",
                                       "[[",
                                       "{",
                                       "}",
                                       "=",
                                       "\n",
                                       "\\",
                                       "\\u12",
                                       "#",
                                       ",",
                                       ".",
                                       "-",
                                       "0x",
                                       "1e999",
                                       "nan",
                                       "2026-10-01",
                                       "true",
                                       "\xff",
                                       "\xed\xa0\x80",
                                       "\xe2\x80\xae",
                                       "api",
                                       "period",
                                       "client_secret",
                                       "9223372036854775808",
                                       "[api]\n",
                                       "export.period = 1\n",
                                       "\r\n",
                                       "\t"};

/// One to three edits: bytes changed, pieces put in, stretches taken out or doubled.
std::string mutate(std::string text, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(below(40), text.size() - at);
        switch (below(4)) {
            case 0: text.insert(at, pieces[below(std::size(pieces))]); break;
            case 1: text.erase(at, length); break;
            case 2: text.insert(at, text.substr(at, length)); break;
            default:
                if (at < text.size()) {
                    text[at] = static_cast<char>(below(256));
                }
        }
    }
    return text;
}

}  // namespace

TEST_CASE("a user's damaged job file would crash the program, or show a secret in the message") {
    const unsigned seed = seed_of_run();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::string good =
        "[api]\nclient_secret = \"S3CR3TVALUE\"\napi_key = \"S3CR3TVALUE\"\nbasic = 'S3CR3TVALUE'\n[export]\nperiod = \"2026-10\"\n"
        "contracts = [\"A*\", \"B\"]\nall = false\n[transfer]\ntransfers = 8\nrate_per_second = 2.5\n[sandbox]\nenabled = true\n";
    std::size_t read = 0;
    std::size_t refused = 0;
    for (int at = 0; at < 4'000; ++at) {
        const std::string text = mutate(good, random);
        CAPTURE(text);
        try {
            const JobFile file = parse_job_file(text, "job.toml");
            ++read;
            REQUIRE(file.settings.size() <= 40);
        } catch (const FatalError& problem) {
            ++refused;
            REQUIRE(problem.exit_code() == ExitCode::usage);
            REQUIRE(problem.error().where.starts_with("job.toml:"));
            REQUIRE(problem.error().to_line().find("S3CR3TVALUE") == std::string::npos);
        }
    }
    // Both ways must be walked, or the loop tests nothing.
    CHECK(read > 50);
    CHECK(refused > 50);
}

TEST_CASE("a user's odd command or address would crash the program") {
    const unsigned seed = seed_of_run();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int at = 0; at < 4'000; ++at) {
        const std::string command = mutate("pass 'show it' \"a \\\" b\" c\\ d", random);
        CAPTURE(command);
        if (const auto words = split_words(command)) {
            REQUIRE_FALSE(words->empty());
        }
        const std::string address = mutate("https://user:pw@[::1]:443/cloud/b2b/v1/", random);
        CAPTURE(address);
        if (const auto url = check_base_url(address)) {
            REQUIRE(url->find('@') == url->find('@', url->find('/', 8)));
            REQUIRE((url->starts_with("https://") || url->starts_with("http://")));
        }
        if (const auto proxy = check_proxy(address)) {
            REQUIRE(proxy->starts_with("http://"));
        }
    }
}

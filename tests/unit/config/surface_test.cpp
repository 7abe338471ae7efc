/// The surface polices itself: the table of keys, samples/job.toml and jobs/monthly.toml say the same.

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include "config/keys.hpp"
#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

std::string text_of(const char* path) {
    const auto text = read_file(std::filesystem::path(MOISSON_SOURCE_DIR) / path);
    REQUIRE(text.has_value());
    return *text;
}

/// "table.key" of every line that is one, also of those that are commented out.
std::set<std::string> keys_in(const std::string& text) {
    std::set<std::string> found;
    const std::regex line(R"(^(?:# )?(?:\[?\[([a-z_.]+)\]\]?|([a-z0-9_]+) = .*)$)");
    std::string table;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string one = text.substr(at, end - at);
        at = end + 1;
        std::smatch match;
        if (!std::regex_match(one, match, line)) {
            continue;
        }
        if (match[1].matched) {
            table = match[1];
        } else {
            const bool free = std::any_of(free_tables().begin(), free_tables().end(), [&](std::string_view name) {
                return table == name || table.starts_with(std::string(name) + ".");
            });
            if (!free) {
                found.insert(table.empty() ? match[2].str() : table + "." + match[2].str());
            }
        }
    }
    return found;
}

}  // namespace

TEST_CASE("a user would not find a key in the sample, or find one there that does not exist") {
    std::set<std::string> known;
    for (const JobKey& key : all_job_keys()) {
        known.insert(key.full_name());
    }
    CHECK(keys_in(text_of("samples/job.toml")) == known);
    for (const std::string& key : keys_in(text_of("jobs/monthly.toml"))) {
        CAPTURE(key);
        CHECK(known.contains(key));
    }
}

TEST_CASE("a user who copies the sample or the monthly job would get an error") {
    for (const char* path : {"samples/job.toml", "jobs/monthly.toml"}) {
        CAPTURE(path);
        CommandLine command_line;
        command_line.job_file = std::string(MOISSON_SOURCE_DIR) + "/" + path;
        CHECK(usage_error_of([&] { CHECK(load(command_line).export_.out == "out"); }) == "no error");
    }
}

TEST_CASE("a user who follows the sample's defaults would get others") {
    CommandLine command_line;
    command_line.job_file = std::string(MOISSON_SOURCE_DIR) + "/samples/job.toml";
    const Job sample = load(command_line);
    const Job plain = load({});
    CHECK(sample.api.api_url == plain.api.api_url);
    CHECK(sample.api.oauth_url == plain.api.oauth_url);
    CHECK(sample.transfer.transfers == plain.transfer.transfers);
    CHECK(sample.transfer.rate_per_second == plain.transfer.rate_per_second);
    CHECK(sample.transfer.attempts_max == plain.transfer.attempts_max);
    CHECK(sample.transfer.connect_timeout == plain.transfer.connect_timeout);
    CHECK(sample.transfer.read_timeout == plain.transfer.read_timeout);
    CHECK(sample.transfer.attempt_timeout == plain.transfer.attempt_timeout);
    CHECK(sample.transfer.max_duration == plain.transfer.max_duration);
    CHECK(sample.transfer.list_bytes_max == plain.transfer.list_bytes_max);
    CHECK(sample.transfer.file_bytes_max == plain.transfer.file_bytes_max);
    CHECK(sample.export_.period == plain.export_.period);
    CHECK_FALSE(sample.sandbox.enabled);
}

TEST_CASE("a user's message would suggest a value that is itself refused") {
    for (const JobKey& key : all_job_keys()) {
        CAPTURE(key.full_name());
        const std::string head = key.table.empty()                              ? std::string()
                                 : table_kind(key.table) == TableKind::repeated ? fmt::format("[[{}]]\n", key.table)
                                                                                : fmt::format("[{}]\n", key.table);
        std::string text = head;
        for (const JobKey& other : all_job_keys()) {
            // An entry of a repeated table may need all of its keys, but for one that stands in another's place.
            const bool is_instead = other.table == "invoices.inbox" && other.name == (key.name == "prefix" ? "folder" : "prefix");
            const bool is_beside = other.table == key.table && table_kind(key.table) == TableKind::repeated;
            if (other.full_name() == key.full_name() || (is_beside && !is_instead)) {
                text += fmt::format("{} = {}\n", other.name, other.example);
            }
        }
        for (const auto& [name, other] : {std::pair{"from", "to = \"2026-03\""}, std::pair{"to", "from = \"2026-01\""},
                                          std::pair{"client_certificate_file", "client_key_file = \"k\""},
                                          std::pair{"client_key_file", "client_certificate_file = \"c\""},
                                          std::pair{"tsa_ca_file", "tsa_url = \"https://tsa.example.com\""},
                                          std::pair{"certificate", "key = \"k\""}, std::pair{"key", "certificate = \"c\""}}) {
            text +=
                key.name == name && !key.table.starts_with("books") && !key.table.starts_with("notify") ? std::string(other) + "\n" : "";
        }
        // A mail needs its server and addresses, a login its password, a webhook its address.
        for (const auto& [table, name] : {std::pair{"notify.mail", "server"}, std::pair{"notify.mail", "from"},
                                          std::pair{"notify.mail", "to"}, std::pair{"notify.webhook", "url"}}) {
            const bool is_there = key.name == name || (key.table == "notify.webhook" && key.name.starts_with("url"));
            if (key.table == table && !is_there) {
                text += fmt::format("{} = {}\n", name, find_job_key(table, name)->example);
            }
        }
        text += key.table == "notify.mail" && key.name == "user" ? "password_file = \"p\"\n" : "";
        text += key.name == "reporting_currency" ? "rates = \"rates.csv\"\n" : "";
        CHECK(problem_of_job(text) == "no error");
    }
}

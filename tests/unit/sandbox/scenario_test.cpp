// Scenario files: what they mean, and how they are refused.
#include "sandbox/scenario.hpp"

#include <doctest/doctest.h>

#include "sandbox/random.hpp"
#include "support.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::sandbox;

TEST_CASE("a scenario with a key of 60,000 parts is refused") {
    // The stand-in would end without a word.
    std::string key = "contracts = 1\na";
    for (int part = 0; part < 60'000; ++part) {
        key += ".a";
    }
    const auto scenario = parse_scenario(key + " = 1\n", "test.toml", Options{}, Timestamp{});
    REQUIRE_FALSE(scenario);
    CHECK(scenario.error().message == "the scenario has a key of more than 32 parts");
    CHECK(scenario.error().where == "test.toml:2:64");
}

TEST_CASE("a scenario that is wrong is refused with its place and what to write instead") {
    // If this fails, someone who mistypes a key gets another scenario than he wrote, or an error that does not say where.
    struct Row {
        const char* toml;
        const char* where;
        const char* message;
        const char* hint;
    };
    const Row rows[] = {
        {"contracts = 3\nmonth = 4\n", "test.toml:2:1", "unknown key `month`", "Did you mean `months`?"},
        {"contracts = \"3\"\n", "test.toml:1:13", "must be a whole number", ""},
        {"contracts = 0\n", "test.toml:1:13", "from 1 to 100000, not 0", ""},
        {"contracts = \n", "test.toml:1:13", "not valid TOML", ""},
        {"partials = 1\n", "test.toml:1:12", "must be true or false", ""},
        {"last_month = \"2026-13\"\n", "test.toml:1:14", "is not a month", "YYYY-MM"},
        {"currencies = [\"euro\"]\n", "test.toml:1:14", "not an ISO 4217 code", "EUR"},
        {"currencies = []\n", "test.toml:1:14", "at least one", ""},
        {"final = \"bill\"\n", "test.toml:1:9", "cannot be \"bill\"", "invoices, bills, both"},
        {"lines_min = 9\nlines_max = 3\n", "test.toml:1:13", "above", ""},
        {"[server]\nlatncy_ms = 3\n", "test.toml:2:1", "unknown key `latncy_ms` in [server]", "`latency_ms`"},
        {"[server]\nbad_api_key = \"418\"\n", "test.toml:2:15", "cannot be \"418\"", "401/41, 403/50, 404/60"},
        {"[faults]\nthrottle = 0.1\n", "test.toml:2:1", "unknown fault", ""},
        {"[faults]\nthrottle-428 = 0.1\n", "test.toml:2:1", "unknown fault", "throttle-429"},
        {"[faults]\nreset = 1.5\n", "test.toml:2:9", "probability", ""},
        {"[[contract]]\nname = \"x\"\n", "test.toml:1:1", "which contract", ""},
        {"contracts = 3\n[[contract]]\nnumber = 4\n", "test.toml:3:10", "from 1 to 3, not 4", ""},
        {"[[contract]]\nnumber = 1\n[[contract]]\nnumber = 1\n", "test.toml:3:1", "two [[contract]]", "into one"},
        {"[[document]]\ncontract = 1\nmonth = \"1999-01\"\n", "test.toml:3:9", "outside the scenario's months", "They run from"},
        {"[[document]]\ncontract = 1\ntype = \"consumptionRatedReports\"\n", "test.toml:3:8", "cannot be", "comsumptionRatedReports"},
        {"[[document]]\ncontract = 1\nleave_out = [\"amout\"]\n", "test.toml:3:13", "no member \"amout\"", "amount"},
        {"currencies = [\"JPY\"]\n[[document]]\ncontract = 1\nusage_differs = \"0.5\"\n", "test.toml:4:17", "number of JPY", ""},
        {"[[document]]\ncontract = 1\ncopy = true\n", "test.toml:3:8", "added", "add = true"},
        {"[[document]]\ncontract = 1\ncsv = [\"bom\"]\n", "test.toml:3:7", "not for invoices", ""},
        {"[[document]]\ncontract = 1\ntype = \"comsumptionRatedReports\"\ncsv = [\"utf16\"]\n", "test.toml:4:7", "utf16", "latin1"},
        {"[[document]]\ncontract = 1\ninvoice = [\"lost\"]\n", "test.toml:3:11", "lost", "vat-sum"},
        {"[[document]]\ncontract = 1\ntype = \"reports\"\ninvoice = [\"vat-sum\"]\n", "test.toml:4:11", "not for reports", ""},
        {"invoices = \"pdf\"\n", "test.toml:1:12", "invoices", "en16931"},
        {"[[account]]\nname = \"Paul!\"\n", "test.toml:2:8", "no name", "small letters"},
        {"[[account]]\nname = \"a\"\n[[account]]\nname = \"a\"\n", "test.toml:4:8", "twice", ""},
        {"[[account]]\nname = \"a\"\ntype = \"client\"\noffers = [\"HONEY\"]\n", "test.toml:1:1", "no perimeter", "contracts"},
        {"[[account]]\nname = \"a\"\ncontracts = [1]\n", "test.toml:1:1", "administrator", "client"},
        {"[[account]]\nname = \"a\"\ntype = \"client\"\ncontracts = [13]\n", "test.toml:4:13", "contract 13", "1 to 12"},
        {"[[account]]\nname = \"a\"\noffers = [\"MONEY\"]\n", "test.toml:3:10", "MONEY", "HONEY, AVENUE, FCADV"},
        {"[[account]]\nname = \"a\"\nrole = \"x\"\n", "test.toml:3:1", "unknown key `role`", ""},
        {"[[application]]\nname = \"a\"\nsubscription = \"maybe\"\n", "test.toml:3:16", "maybe", "pending"},
        {"billing_accounts = []\n", "test.toml:1:20", "at least one", ""},
        {"[[contract]]\nnumber = 1\nrenamed_in_run = 2\n", "test.toml:1:1", "new_name", ""},
        {"[[contract]]\nnumber = 1\nfrom_month = \"2026-1\"\n", "test.toml:3:14", "not a month", "YYYY-MM"},
        {"[[contract]]\nnumber = 1\nbilling_account = \"BA1\"\n", "test.toml:3:19", "BA1", "BA0000101"},
        {"contract = 3\n", "test.toml:1:12", "[[contract]]", ""},
    };
    for (const Row& row : rows) {
        const std::string toml = row.toml;
        CAPTURE(toml);
        const Result<Scenario> scenario = parse_scenario(row.toml, "test.toml", {}, *parse_timestamp("2026-11-22T10:00:00Z"));
        REQUIRE_FALSE(scenario.has_value());
        CHECK(scenario.error().code == ErrorCode::bad_input);
        CHECK(scenario.error().where == row.where);
        CHECK_MESSAGE(scenario.error().message.english().find(row.message) != std::string::npos, scenario.error().message);
        CHECK_MESSAGE(scenario.error().hint.find(row.hint) != std::string::npos, scenario.error().hint);
    }
}

TEST_CASE("options beat the scenario file, and a missing last month is the last closed one") {
    // If this fails, `--contracts`, `--months` or `--seed` does nothing, or a demo of next year has no documents for last month.
    const Scenario plain = sandbox::test::scenario_from("contracts = 3\nmonths = 5\nseed = 9\n");
    CHECK(plain.contracts == 3);
    CHECK(plain.last_month.dashed() == "2026-10");
    Options options;
    options.contracts = 2;
    options.months = 4;
    options.seed = 11;
    const Scenario beaten = sandbox::test::scenario_from("contracts = 3\nmonths = 5\nseed = 9\n", options);
    CHECK(beaten.contracts == 2);
    CHECK(beaten.months == 4);
    CHECK(beaten.seed == 11);
    // Rules for contracts that a smaller perimeter does not have are let be.
    options.contracts = 1;
    CHECK(sandbox::test::built_in("small", options).contracts == 1);
}

TEST_CASE("the built-in scenarios are those of samples/ and all readable") {
    // If this fails, `moisson sandbox` of an installed program does not start.
    const std::vector<BuiltInScenario> all = built_in_scenarios();
    REQUIRE(all.size() == 4);
    CHECK(all[0].name == "books");
    CHECK(all[1].name == "clean");
    CHECK(all[2].name == "large");
    CHECK(all[3].name == "small");
    for (const BuiltInScenario& scenario : all) {
        CAPTURE(scenario.name);
        const World world(sandbox::test::built_in(scenario.name));
        CHECK(world.check().has_value());
        CHECK(world.scenario().name == scenario.name);
        CHECK(world.scenario().last_month.dashed() == "2026-10");
    }
}

TEST_CASE("damaged scenario files are refused, not run into") {
    // If this fails, a bad file ends the program instead of giving an error.
    const std::string good(built_in_scenarios().back().toml);
    constexpr std::uint64_t seed = 20261122;
    Random random(seed);
    int refused = 0;
    for (int round = 0; round < moisson::test::rounds(400); ++round) {
        CAPTURE(seed);
        CAPTURE(round);
        std::string text = good;
        for (std::uint64_t changes = random.between(1, 4); changes > 0; --changes) {
            const std::size_t at = random.between(0, text.size() - 1);
            switch (random.between(0, 3)) {
                case 0: text[at] = static_cast<char>(random.between(0, 255)); break;
                case 1: text.erase(at, random.between(1, 20)); break;
                case 2: text.insert(at, 1, "[]{}=\"'\\\n.#0-"[random.between(0, 12)]); break;
                default: text.resize(at + 1); break;
            }
        }
        const Result<Scenario> scenario = parse_scenario(text, "test.toml", {}, *parse_timestamp("2026-11-22T10:00:00Z"));
        refused += scenario ? 0 : 1;
        CHECK((scenario || scenario.error().where.starts_with("test.toml:")));
    }
    CHECK(refused > moisson::test::rounds(100));
}

TEST_CASE("a rule for a document that does not exist is refused") {
    // If this fails, a trap that someone writes into a scenario is silently not there.
    const World world(sandbox::test::scenario_from("final = \"bills\"\n[[document]]\ncontract = 1\ntype = \"invoices\"\n"));
    const Status checked = world.check();
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.english().find("invoices of contract 1 in 2026-10") != std::string::npos);
    CHECK(checked.error().hint.find("add = true") != std::string::npos);
}

TEST_CASE("an unknown scenario, fault or address is refused with what there is") {
    // If this fails, a typo on the command line starts the wrong sandbox or opens it to the network.
    Options options;
    options.scenario = "smal";
    Result<std::unique_ptr<Sandbox>> started = Sandbox::start(options);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().hint.find("books, clean, large, small") != std::string::npos);
    options.scenario = "clean";
    options.faults = {{"resett", 0.5}};
    started = Sandbox::start(options);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().hint == "Did you mean \"reset\"?");
    options.faults.clear();
    options.address = "0.0.0.0";
    started = Sandbox::start(options);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == ErrorCode::bad_input);
}

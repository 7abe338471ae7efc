// The two writes: what they accept, how they refuse, and what is there afterwards.
#include <doctest/doctest.h>

#include "sandbox/service.hpp"
#include "support.hpp"

using namespace moisson;
using namespace moisson::sandbox;
using moisson::sandbox::test::Bench;
using moisson::sandbox::test::count_of;

namespace {

constexpr const char* good_user =
    R"({"civility":"M","lastName":"Le Goff","firstName":"Noël","email":"noel@customer.example","login":"noel.legoff",)"
    R"("fixPhone":"+33 1 23 45 67 89","mobilePhone":"","roles":{"contracts":["visitor"]}})";
constexpr const char* good_order =
    R"({"billingAccountId":"BA0000102","offerCode":"HONEY","contractName":"Nouveau","supportLevel":"BSC","referentCivility":"M",)"
    R"("referentName":"Petit","referentFirstName":"Zoé","referentMail":"zoe@customer.example","referentFixPhone":"0123456789",)"
    R"("referentMobilePhone":"","referenceExt1":"","referenceExt2":"","referenceExt3":""})";

/// The text with `from` replaced once.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Request post(Bench& bench, const std::string& path, const std::string& body, const std::string& account = {}) {
    Request request = bench.request(path);
    request.method = "POST";
    request.contract_id.reset();
    request.content_type = "application/json";
    request.body = body;
    if (!account.empty()) {
        request.api_key = bench.key_of_account(account);
    }
    return request;
}

Answer send(Bench& bench, const std::string& path, const std::string& body, const std::string& account = {}) {
    return bench.service.answer(post(bench, path, body, account));
}

/// Contracts 1 to 6 in billing accounts 101, 102, 103, 101, 102, 103.
constexpr const char* people =
    "contracts = 6\n"
    "[[account]]\nname = \"admin\"\n"
    "[[account]]\nname = \"north\"\nbilling_accounts = [\"BA0000101\"]\n"
    "[[account]]\nname = \"honey\"\noffers = [\"HONEY\"]\n"
    "[[account]]\nname = \"client\"\ntype = \"client\"\ncontracts = [2, 4]\nvisitor_of = [4]\n"
    "[[account]]\nname = \"visitor\"\ncontracts_role = \"visitor\"\ninvoices_role = \"visitor\"\nusers_role = \"visitor\"\n"
    "[[account]]\nname = \"blind\"\ninvoices_role = \"none\"\n"
    "[[account]]\nname = \"old\"\nkey_age_days = 731\n"
    "[[account]]\nname = \"gone\"\nkey_revoked = true\n"
    "[[application]]\nname = \"moisson\"\n"
    "[[application]]\nname = \"stranger\"\nsubscription = \"unsubscribed\"\n"
    "[[application]]\nname = \"waiting\"\nsubscription = \"pending\"\n"
    "[[application]]\nname = \"ended\"\nsubscription = \"revoked\"\n";

std::size_t contracts_seen(Bench& bench, const std::string& account) {
    Request request = bench.request("/contracts");
    request.api_key = bench.key_of_account(account);
    const Answer answer = bench.service.answer(request);
    return answer.status == 200 ? count_of(answer.body, "\"id\":\"OCB") : 0;
}

}  // namespace

TEST_CASE("a user is added and echoed, by all four spellings of the path") {
    // If this fails, a printed request for a new user does not work here.
    for (const char* path :
         {"/contracts/OCB0001001/user", "/contract/OCB0001001/user", "/contracts/OCB0001001/user/", "/contract/OCB0001001/user/"}) {
        CAPTURE(path);
        Bench bench(sandbox::test::scenario_from(people));
        const Answer answer = send(bench, path, good_user);
        CHECK(answer.status == 200);
        CHECK(answer.body == good_user);
    }
}

TEST_CASE("brackets and escapes inside a text are text") {
    // If this fails, a name with quotes or brackets is refused as broken JSON.
    Bench bench(sandbox::test::scenario_from(people));
    const std::string odd = changed(good_user, "Le Goff", "\\\"[[[[[[[[[[[[[[[[[[[[[[[[{{{{ \\\\");
    const Answer answer = send(bench, "/contracts/OCB0001001/user", odd);
    CHECK(answer.status == 200);
    CHECK(answer.body == odd);
}

TEST_CASE("an e-mail address keeps its first login, and a login its first address") {
    // If this fails, a client that trusts the login it sent is not found out.
    Bench bench(sandbox::test::scenario_from(people));
    CHECK(send(bench, "/contracts/OCB0001001/user", good_user).status == 200);
    const Answer again =
        send(bench, "/contracts/OCB0001002/user", changed(changed(good_user, "noel.legoff", "another.login"), "noel@", "NOEL@"));
    CHECK(again.status == 200);
    CHECK(again.body == changed(changed(good_user, "noel.legoff", "noel.legoff"), "noel@", "NOEL@"));
    const Answer taken = send(bench, "/contracts/OCB0001001/user", changed(good_user, "noel@", "yann@"));
    CHECK(taken.status == 409);
    CHECK(taken.gateway_code == 69);
}

TEST_CASE("an order makes one contract, without documents and platform id, listed at once or late") {
    // If this fails, what a client finds after an order is not what the service may show.
    Bench bench(sandbox::test::scenario_from(std::string(people) + "[server]\ncreated_listed_after = 2\norder_status = 201\n"));
    for (const char* path : {"/contracts/", "/contract/", "/contracts", "/contract"}) {
        CAPTURE(path);
        const Answer answer = send(bench, path, good_order);
        CHECK(answer.status == 201);
        CHECK(answer.body.starts_with("{\"id\":\"OCB000900"));
    }
    CHECK(contracts_seen(bench, "admin") == 6);
    CHECK(contracts_seen(bench, "admin") == 6);
    CHECK(contracts_seen(bench, "admin") == 10);
    const Answer one = bench.get("/contract", "OCB0009001");
    CHECK(one.status == 200);
    CHECK(one.body.find("\"name\":\"Nouveau\"") != std::string::npos);
    CHECK(one.body.find("platformId") == std::string::npos);
    CHECK(bench.get("/documents?documentType=&limit=9", "OCB0009001").body == "[]");
    // It lies outside the perimeter of others.
    CHECK(contracts_seen(bench, "north") == 2);
}

TEST_CASE("a write that is not right is refused with status, code and the field's name, and changes nothing") {
    // If this fails, a client's mistake looks like another one, or a refused order is made all the same.
    struct Row {
        const char* name;
        const char* path;
        std::string body;
        int status;
        int code;
        const char* said;
    };
    const std::string user = good_user;
    const std::string order = good_order;
    const char* users = "/contracts/OCB0001001/user";
    const Row rows[] = {
        {"empty", users, "", 400, 21, "missing"},
        {"blanks", "/contracts/", " \r\n", 400, 21, "missing"},
        {"not JSON", users, "civility=M", 400, 22, "JSON"},
        {"cut JSON", "/contracts/", order.substr(0, 60), 400, 22, "JSON"},
        {"an array", users, "[" + user + "]", 400, 22, "JSON"},
        {"a text", users, "\"x\"", 400, 22, "JSON"},
        {"deep", users, std::string(5000, '[') + std::string(5000, ']'), 400, 22, "JSON"},
        {"not UTF-8", users, changed(user, "Noël", "No\xebl"), 400, 22, "JSON"},
        {"text after it", users, user + " x", 400, 22, "JSON"},
        {"two objects", users, user + user, 400, 22, "JSON"},
        {"single quotes", "/contracts/", "{'offerCode':'HONEY'}", 400, 22, "JSON"},
        {"a comma too many", "/contracts/", "{\"offerCode\":\"HONEY\",}", 400, 22, "JSON"},
        {"no civility", users, changed(user, "\"civility\":\"M\",", ""), 400, 23, "civility"},
        {"odd civility", users, changed(user, "\"M\"", "\"X\""), 400, 24, "civility"},
        {"number for a text", users, changed(user, "\"Le Goff\"", "7"), 400, 24, "lastName"},
        {"null for a text", users, changed(user, "\"Le Goff\"", "null"), 400, 24, "lastName"},
        {"empty name", users, changed(user, "Le Goff", ""), 400, 24, "lastName"},
        {"line end in a name", users, changed(user, "Le Goff", "Le\\nGoff"), 400, 24, "lastName"},
        {"long name", users, changed(user, "Le Goff", std::string(300, 'x')), 400, 24, "lastName"},
        {"no e-mail", users, changed(user, "noel@customer.example", "noel"), 400, 24, "email"},
        {"two e-mails", users, changed(user, "noel@customer.example", "a@b.c,d@e.f"), 400, 24, "email"},
        {"short login", users, changed(user, "noel.legoff", "noel.le"), 400, 24, "login"},
        {"long login", users, changed(user, "noel.legoff", std::string(65, 'n')), 400, 24, "login"},
        {"accented login", users, changed(user, "noel.legoff", "noël.legoff"), 400, 24, "login"},
        {"blank in the login", users, changed(user, "noel.legoff", "noel legoff"), 400, 24, "login"},
        {"odd phone", users, changed(user, "+33 1 23 45 67 89", "call me"), 400, 24, "fixPhone"},
        {"no roles", users, changed(user, ",\"roles\":{\"contracts\":[\"visitor\"]}", ""), 400, 23, "roles"},
        {"empty roles", users, changed(user, "{\"contracts\":[\"visitor\"]}", "{}"), 400, 24, "roles"},
        {"roles as a list", users, changed(user, "{\"contracts\":[\"visitor\"]}", "[\"visitor\"]"), 400, 24, "roles"},
        {"unknown role", users, changed(user, "visitor", "owner"), 400, 24, "owner"},
        {"unknown section", users, changed(user, "contracts", "contract"), 400, 24, "section contract"},
        {"foreign contract", "/contracts/OCB9999999/user", user, 404, 60, ""},
        {"path without id", "/contracts//user", user, 404, 60, ""},
        {"no billing account", "/contracts/", changed(order, "\"billingAccountId\":\"BA0000102\",", ""), 400, 23, "billingAccountId"},
        {"unknown billing account", "/contracts/", changed(order, "BA0000102", "BA0000999"), 400, 24, "billing account"},
        {"unknown offer", "/contracts/", changed(order, "HONEY", "MONEY"), 400, 24, "offer"},
        {"odd support level", "/contracts/", changed(order, "BSC", "basic!"), 400, 24, "supportLevel"},
        {"empty contract name", "/contracts/", changed(order, "Nouveau", ""), 400, 24, "contractName"},
        {"odd referent mail", "/contracts/", changed(order, "zoe@customer.example", "zoe"), 400, 24, "referentMail"},
        {"number as reference", "/contracts/", changed(order, "\"referenceExt3\":\"\"", "\"referenceExt3\":3"), 400, 24, "referenceExt3"},
    };
    Bench bench(sandbox::test::scenario_from(people));
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const Answer answer = send(bench, row.path, row.body);
        CHECK(answer.status == row.status);
        CHECK(answer.gateway_code == row.code);
        CHECK_MESSAGE(answer.body.find(row.said) != std::string::npos, answer.body);
    }
    CHECK(contracts_seen(bench, "admin") == 6);
    CHECK(send(bench, users, changed(user, "noel.legoff", "first.login")).body.find("first.login") != std::string::npos);
}

TEST_CASE("headers, methods and media types of writes") {
    // If this fails, curl as it is printed does not work, or a wrong call looks right.
    struct Row {
        const char* name;
        const char* path;
        void (*change)(Request&);
        int status;
        int code;
    };
    const Row rows[] = {
        {"curl's own type", "/contracts/", [](Request& r) { r.content_type = "application/x-www-form-urlencoded"; }, 200, 0},
        {"no type", "/contracts/", [](Request& r) { r.content_type.reset(); }, 200, 0},
        {"with a charset", "/contracts/", [](Request& r) { r.content_type = "Application/JSON; charset=UTF-8"; }, 200, 0},
        {"wrong type", "/contracts/", [](Request& r) { r.content_type = "text/plain"; }, 415, 68},
        {"no Accept", "/contracts/", [](Request& r) { r.accept.reset(); }, 406, 62},
        {"no API key", "/contracts/", [](Request& r) { r.api_key.reset(); }, 400, 25},
        {"wrong API key", "/contracts/", [](Request& r) { r.api_key = "abc"; }, 401, 41},
        {"no Bearer", "/contracts/", [](Request& r) { r.authorization->erase(0, 7); }, 401, 40},
        {"PUT", "/contracts/", [](Request& r) { r.method = "PUT"; }, 405, 61},
        {"GET of users", "/contracts/OCB0001001/user", [](Request& r) { r.method = "GET"; }, 405, 61},
        {"POST of documents", "/documents", [](Request&) {}, 405, 61},
        {"users", "/contracts/OCB0001001/users", [](Request&) {}, 404, 60},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Bench bench(sandbox::test::scenario_from(people));
        Request request = post(bench, row.path, good_order);
        row.change(request);
        const Answer answer = bench.service.answer(request);
        CHECK(answer.status == row.status);
        CHECK(answer.gateway_code == row.code);
    }
}

TEST_CASE("each account sees its own contracts and may do what its roles say") {
    // If this fails, a key with too few rights cannot be rehearsed.
    Bench bench(sandbox::test::scenario_from(people));
    CHECK(contracts_seen(bench, "admin") == 6);
    CHECK(contracts_seen(bench, "north") == 2);
    CHECK(contracts_seen(bench, "client") == 2);
    std::size_t honey = 0;
    for (const Contract& contract : bench.world.contracts()) {
        honey += contract.offer_code == "HONEY" ? 1U : 0U;
    }
    CHECK(contracts_seen(bench, "honey") == honey);

    CHECK(send(bench, "/contracts/OCB0001001/user", good_user, "client").status == 404);
    CHECK(send(bench, "/contracts/OCB0001002/user", good_user, "client").status == 200);
    CHECK(send(bench, "/contracts/OCB0001002/user", good_user, "visitor").gateway_code == 52);
    CHECK(send(bench, "/contracts/", good_order, "visitor").gateway_code == 52);
    CHECK(send(bench, "/contracts/", good_order, "north").gateway_code == 24);
    CHECK(send(bench, "/contracts/", changed(good_order, "BA0000102", "BA0000101"), "north").status == 200);
    CHECK(send(bench, "/contracts/", changed(good_order, "HONEY", "AVENUE"), "honey").gateway_code == 24);
    CHECK(send(bench, "/contracts/", changed(good_order, "BA0000102", "BA0000103"), "client").gateway_code == 24);
    CHECK(send(bench, "/contracts/", good_order, "client").status == 200);
    CHECK(contracts_seen(bench, "client") == 3);

    const auto documents = [&bench](const char* account, const char* contract, const char* type) {
        Request request = bench.request(std::string("/documents?limit=100&documentType=") + type, contract);
        request.api_key = bench.key_of_account(account);
        return bench.service.answer(request);
    };
    CHECK(count_of(documents("client", "OCB0001002", "bills").body, "\"id\":") == 14);
    CHECK(documents("client", "OCB0001004", "bills").body == "[]");
    CHECK(count_of(documents("client", "OCB0001004", "partialBills").body, "\"id\":") == 1);
    CHECK(documents("visitor", "OCB0001002", "bills").body == "[]");
    CHECK(documents("visitor", "OCB0001002", "comsumptionRatedReports").body == "[]");
    CHECK(documents("blind", "OCB0001002", "bills").gateway_code == 52);
    Request file = bench.request("/documents/" + *bench.world.documents_of(bench.world.contracts()[1])[5].id + "/file", "OCB0001002");
    CHECK(bench.service.answer(file).status == 200);
    file.api_key = bench.key_of_account("blind");
    CHECK(bench.service.answer(file).gateway_code == 52);
    Bench strict(sandbox::test::scenario_from(std::string(people) + "[server]\nvisitor_refused = true\nmissing_role = \"403/50\"\n"));
    Request asked = strict.request("/documents?documentType=bills", "OCB0001002");
    asked.api_key = strict.key_of_account("visitor");
    CHECK(strict.service.answer(asked).gateway_code == 50);
}

TEST_CASE("expired and revoked keys, and applications that have not subscribed, are refused") {
    // If this fails, the renewal of a key or a subscription that ends cannot be rehearsed.
    Bench bench(sandbox::test::scenario_from(std::string(people) + "[server]\nexpired_api_key = \"403/52\"\n"));
    Request request = bench.request("/contracts");
    request.api_key = bench.key_of_account("old");
    CHECK(bench.service.answer(request).gateway_code == 52);
    request.api_key = bench.key_of_account("gone");
    CHECK(bench.service.answer(request).gateway_code == 41);
    for (std::size_t application = 1; application < 4; ++application) {
        CAPTURE(application);
        const Application& one = bench.world.applications()[application];
        Request asked = bench.token_request();
        asked.authorization = "Basic " + Bench::base64(one.client_id + ":" + one.client_secret);
        const std::string token = Bench::token_in(bench.service.answer(asked).body);
        Request listing = bench.request("/contracts");
        listing.authorization = "Bearer " + token;
        const Answer refused = bench.service.answer(listing);
        CHECK(refused.status == 403);
        CHECK(refused.gateway_code == 50);
    }
    // A key that ages expires at the end of its second year, and a new one takes its place.
    CHECK(bench.registry.age_key("admin-1", 629)->state == "valid");
    CHECK(bench.registry.age_key("admin-1", 1)->state == "expired");
    CHECK(bench.service.answer(bench.request("/contracts")).gateway_code == 52);
    const Result<KeyInfo> issued = bench.registry.issue_key("admin");
    REQUIRE(issued.has_value());
    CHECK(issued->id == "admin-2");
    CHECK(issued->key.size() == 1200);
    CHECK(bench.get("/contracts").status == 200);
    CHECK(bench.registry.revoke_key("admin-2")->state == "revoked");
    CHECK(bench.get("/contracts").gateway_code == 41);
    CHECK(bench.registry.revoke_key("admin-22").error().hint == "Did you mean \"admin-2\"?");
    CHECK(bench.registry.issue_key("amdin").error().hint == "Did you mean \"admin\"?");
}

TEST_CASE("faults of writes: accepted once, whatever the answer says") {
    // If this fails, a client that repeats an order after an unclear answer is not found out.
    struct Row {
        const char* fault;
        int status;
        Delivery delivery;
        std::size_t listed;
    };
    const Row rows[] = {
        {"write-dropped", 200, Delivery::dropped, 7}, {"write-500", 500, Delivery::whole, 7},  {"write-502", 502, Delivery::whole, 7},
        {"write-504", 504, Delivery::whole, 7},       {"write-echo", 200, Delivery::whole, 7}, {"write-late", 504, Delivery::whole, 6},
    };
    for (const Row& row : rows) {
        const std::string fault = row.fault;
        CAPTURE(fault);
        Bench bench(sandbox::test::scenario_from(people), {{fault, 1.0}});
        const Answer answer = send(bench, "/contracts/", good_order);
        CHECK(answer.status == row.status);
        CHECK(answer.delivery == row.delivery);
        CHECK(answer.fault == fault);
        CHECK(contracts_seen(bench, "admin") == row.listed);
        CHECK(contracts_seen(bench, "admin") == row.listed);
        CHECK(contracts_seen(bench, "admin") == 7);
        const Answer user = send(bench, "/contracts/OCB0001001/user", good_user);
        CHECK(user.fault == fault);
        if (fault == "write-echo") {
            CHECK(answer.body == "{}");
            CHECK(user.body.find("\"login\":\"noel.legoff.2\"") != std::string::npos);
        }
    }
}

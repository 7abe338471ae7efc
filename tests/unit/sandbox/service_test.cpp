// The endpoints: answers, errors and defaults as they are known of the service.
#include "sandbox/service.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace moisson;
using namespace moisson::sandbox;
using moisson::sandbox::test::Bench;
using moisson::sandbox::test::count_of;

namespace {

std::string header_of(const Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

std::string code_text(int code) { return "{\"code\":" + std::to_string(code) + ","; }

}  // namespace

TEST_CASE("a token comes with blanks around it, and in both recorded forms") {
    // If this fails, a client that only reads one form of token passes here and fails on the real service.
    Bench bench(sandbox::test::built_in("small"));
    const std::string first = bench.service.answer(bench.token_request()).body;
    CHECK(first.front() == '\n');
    CHECK(first.back() == ' ');
    CHECK(first.find("\"expires_in\":3600}") != std::string::npos);
    CHECK(count_of(Bench::token_in(first), ".") == 2);
    CHECK(Bench::token_in(first).size() > 500);
    const std::string second = bench.service.answer(bench.token_request()).body;
    CHECK(second.find("\"expires_in\":\"3600\",\"scope\":") != std::string::npos);
    CHECK(Bench::token_in(second).size() == 28);
}

TEST_CASE("the token endpoint refuses as recorded") {
    // If this fails, a wrong secret, a wrong header or a wrong body is told to users as something else.
    struct Row {
        const char* name;
        void (*change)(Request&);
        int status;
        const char* error;
        const char* description;
    };
    const Row rows[] = {
        {"wrong secret", [](Request& r) { r.authorization = "Basic " + Bench::base64("a:b"); }, 401, "invalid_client",
         "provided were invalid."},
        {"newline in the secret", [](Request& r) { r.authorization->insert(r.authorization->size() - 4, "\n"); }, 401, "invalid_client",
         "Unable to decode"},
        {"not base64", [](Request& r) { r.authorization = "Basic id:secret"; }, 401, "invalid_client",
         "Unable to decode Basic authorization."},
        {"no credentials", [](Request& r) { r.authorization.reset(); }, 401, "invalid_client", "provided were invalid."},
        {"empty body", [](Request& r) { r.body.clear(); }, 400, "invalid_request", "Missing grant_type in body"},
        {"JSON body",
         [](Request& r) {
             r.content_type = "application/json";
             r.body = "{}";
         },
         400, "invalid_request", "Missing grant_type in body"},
        {"other grant", [](Request& r) { r.body = "grant_type=password"; }, 400, "unsupported_grant_type", ""},
        {"XML body", [](Request& r) { r.content_type = "text/xml"; }, 415, "invalid_request", "requested content type"},
        {"no Accept", [](Request& r) { r.accept.reset(); }, 406, "invalid_request", ""},
        {"odd Accept", [](Request& r) { r.accept = "text/html"; }, 406, "invalid_request", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Bench bench(sandbox::test::built_in("clean"));
        Request request = bench.token_request();
        row.change(request);
        const Answer answer = bench.service.answer(request);
        CHECK(answer.status == row.status);
        CHECK(answer.body.find(std::string("{\"error\":\"") + row.error + "\"") == 0);
        CHECK_MESSAGE(answer.body.find(row.description) != std::string::npos, answer.body);
        CHECK((header_of(answer, "WWW-Authenticate") == "Basic realm=\"Authorization Required\"") == (row.status == 401));
    }
    Bench bench(sandbox::test::built_in("clean"));
    Request request = bench.token_request();
    request.authorization.reset();
    request.body +=
        "&client_id=" + bench.world.applications().front().client_id + "&client_secret=" + bench.world.applications().front().client_secret;
    CHECK(bench.service.answer(request).status == 200);
    request.method = "GET";
    CHECK(bench.service.answer(request).status == 405);
}

TEST_CASE("the 51st token within a minute is refused, and one more a minute later is not") {
    // If this fails, a client that asks a token per call is not found out.
    Bench bench(sandbox::test::built_in("clean"));
    for (int at = 0; at < 50; ++at) {
        REQUIRE(bench.service.answer(bench.token_request()).status == 200);
    }
    const Answer refused = bench.service.answer(bench.token_request());
    CHECK(refused.status == 429);
    CHECK(refused.gateway_code == 53);
    bench.clock.advance(std::chrono::minutes(1));
    CHECK(bench.service.answer(bench.token_request()).status == 200);
}

TEST_CASE("a token lives as long as the scenario says, and then gives 401/42") {
    // If this fails, nothing can be tried out about tokens that end during a run.
    Bench bench(sandbox::test::scenario_from("[server]\ntoken_life_s = 90\n"));
    CHECK(bench.get("/contracts").status == 200);
    bench.clock.advance(std::chrono::seconds(89));
    CHECK(bench.get("/contracts").status == 200);
    bench.clock.advance(std::chrono::seconds(1));
    const Answer expired = bench.get("/contracts");
    CHECK(expired.status == 401);
    CHECK(expired.body.find(code_text(42)) == 0);
}

TEST_CASE("a request that is not right gets the gateway's status and code") {
    // If this fails, a client's mistake looks like another one, or like success.
    struct Row {
        const char* name;
        const char* url;
        void (*change)(Request&);
        int status;
        int code;
    };
    const auto nothing = [](Request&) {};
    const Row rows[] = {
        {"no Authorization", "/contracts", [](Request& r) { r.authorization.reset(); }, 401, 40},
        {"no Bearer", "/contracts", [](Request& r) { r.authorization->erase(0, 7); }, 401, 40},
        {"Basic", "/contracts", [](Request& r) { r.authorization = "Basic abcd"; }, 401, 40},
        {"Bearer doubled", "/contracts", [](Request& r) { r.authorization->insert(0, "Bearer "); }, 401, 41},
        {"made-up token", "/contracts", [](Request& r) { r.authorization = "Bearer abc"; }, 401, 41},
        {"no API key", "/contracts", [](Request& r) { r.api_key.reset(); }, 400, 25},
        {"blank in the API key", "/contracts", [](Request& r) { r.api_key->insert(600, " "); }, 401, 41},
        {"no Accept", "/contracts", [](Request& r) { r.accept.reset(); }, 406, 62},
        {"HTML wanted", "/contracts", [](Request& r) { r.accept = "text/html"; }, 406, 62},
        {"wrong base", "/contratcs", nothing, 404, 60},
        {"the slide's misprint", "/contrat", nothing, 404, 60},
        {"method", "/contracts", [](Request& r) { r.method = "PUT"; }, 405, 61},
        {"no contract header", "/contract", [](Request& r) { r.contract_id.reset(); }, 400, 25},
        {"foreign contract", "/documents", [](Request& r) { r.contract_id = "OCB9999999"; }, 404, 60},
        {"forbidden contract", "/documents", [](Request& r) { r.contract_id = "OCB0001009"; }, 403, 50},
        {"limit is no number", "/documents?limit=all", nothing, 400, 28},
        {"limit 0", "/documents?limit=0", nothing, 400, 28},
        {"limit below 0", "/documents?limit=-1", nothing, 400, 28},
        {"unknown document", "/documents/abc/file", nothing, 404, 60},
        {"broken escape", "/documents/%zz/file", nothing, 404, 60},
        {"document without id", "/documents//file", nothing, 404, 60},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Bench bench(sandbox::test::built_in("small"));
        Request request = bench.request(row.url);
        row.change(request);
        const Answer answer = bench.service.answer(request);
        CHECK(answer.status == row.status);
        CHECK(answer.gateway_code == row.code);
        CHECK(answer.body.find(code_text(row.code)) == 0);
        CHECK(answer.body.find("\"message\":\"") != std::string::npos);
        CHECK(header_of(answer, "Content-Type") == "application/json");
    }
}

TEST_CASE("what nobody knows can be set in the scenario") {
    // If this fails, the sandbox insists on one guess about the real service.
    Bench bench(sandbox::test::scenario_from(
        "[server]\nbad_api_key = \"403/50\"\nforeign_contract = \"403/50\"\ncount_headers = true\nlimit_max = 7\n"));
    Request request = bench.request("/contracts");
    request.api_key = "x";
    CHECK(bench.service.answer(request).status == 403);
    CHECK(bench.get("/documents", "OCB9999999").gateway_code == 50);
    const Answer list = bench.get("/documents?documentType=&limit=100");
    CHECK(count_of(list.body, "\"id\":") == 7);
    CHECK(header_of(list, "X-Result-Count") == "7");
    CHECK(header_of(list, "X-Total-Count") == "44");
    Bench text(sandbox::test::scenario_from("[server]\nerror_codes = \"text\"\n"));
    CHECK(text.get("/documents?limit=x").body.starts_with("{\"code\":\"28\",\"message\":"));
}

TEST_CASE("lists, files and refusals take the forms that a scenario asks for") {
    // If this fails, one more guess about the real service cannot be tried.
    Bench bench(sandbox::test::scenario_from(
        "months = 3\nlast_month = \"2026-10\"\n[server]\ncontracts_limit = 5\ndefault_type = \"all\"\norder = \"oldest\"\n"
        "period_names = \"issued\"\nperiod_tail = \"-A\"\nmedia_types = \"octet-stream\"\ndisposition = false\nzip_entry = \"folder\"\n"
        "token_406 = \"empty\"\ntoken_429 = \"html\"\ntoken_requests_per_minute = 1\n"));
    CHECK(count_of(bench.get("/contracts").body, "\"id\":\"OCB") == 5);
    CHECK(count_of(bench.get("/contracts?limit=9").body, "\"id\":\"OCB") == 9);
    CHECK(bench.get("/contracts?limit=x").gateway_code == 28);
    const std::string list = bench.get("/documents?limit=100").body;
    CHECK(count_of(list, "\"id\":") == 11);
    CHECK(list.find("\"period\":\"202609-A\"") < list.find("\"period\":\"202611-A\""));
    CHECK(list.find("\"period\":\"202608-A\"") == std::string::npos);
    const std::string id = *bench.world.documents_of(bench.world.contracts()[0]).back().id;
    const Answer file = bench.get("/documents/" + id + "/file?zipped=1");
    CHECK(header_of(file, "Content-Type") == "application/octet-stream");
    CHECK(header_of(file, "Content-Disposition").empty());
    CHECK(file.body.find("documents/") != std::string::npos);
    CHECK(bench.service.answer(bench.token_request()).body.starts_with("<html>"));
    Request request = bench.token_request();
    request.accept.reset();
    CHECK(bench.service.answer(request).status == 406);
    CHECK(bench.service.answer(request).body.empty());
    Bench mixed(sandbox::test::scenario_from("[server]\norder = \"mixed\"\n"));
    Bench sorted(sandbox::test::scenario_from(""));
    CHECK(mixed.get("/documents?documentType=&limit=100").body != sorted.get("/documents?documentType=&limit=100").body);
    CHECK(mixed.get("/documents?documentType=&limit=100").body.size() == sorted.get("/documents?documentType=&limit=100").body.size());
}

TEST_CASE("documents answers by type and limit as the service does") {
    // If this fails, a client that forgets the limit or misspells a type gets more here than from the real service.
    Bench bench(sandbox::test::built_in("clean"));
    const std::string all = bench.get("/documents?documentType=&limit=100").body;
    CHECK(count_of(all, "\"id\":") == 44);
    CHECK(all.front() == '[');
    struct Row {
        const char* query;
        std::size_t count;
        const char* only;
    };
    const Row rows[] = {
        {"", 10, "reports"},
        {"?offset=5&page=2", 10, "reports"},
        {"?limit=3", 3, "reports"},
        {"?documentType=", 10, ""},
        {"?documentType=&limit=44", 44, ""},
        {"?documentType=invoices", 10, "invoices"},
        {"?documentType=invoices&limit=100", 14, "invoices"},
        {"?documentType=bills&limit=100", 0, "bills"},
        {"?documentType=comsumptionRatedReports&limit=100", 14, "comsumptionRatedReports"},
        {"?documentType=partialBills&limit=100", 1, "partialBills"},
        {"?documentType=partialConsumptionRatedReports&limit=100", 1, "partialConsumptionRatedReports"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.query);
        const std::string body = bench.get(std::string("/documents") + row.query).body;
        CHECK(count_of(body, "\"id\":") == row.count);
        if (row.only[0] != '\0') {
            CHECK(count_of(body, std::string("\"documentType\":\"") + row.only + "\"") == row.count);
        }
    }
    for (const char* unknown : {"toto", "all", "consumptionRatedReports", "partialComsumptionRatedReports", "Bills"}) {
        CAPTURE(unknown);
        const Answer answer = bench.get(std::string("/documents?limit=100&documentType=") + unknown);
        CHECK(answer.status == 200);
        CHECK(answer.body == "{\"documents\": null}");
    }
    // Newest first: ten of the mixed list begin the whole one.
    const std::string ten = bench.get("/documents?documentType=&limit=10").body;
    CHECK(all.compare(0, ten.size() - 1, ten, 0, ten.size() - 1) == 0);
}

TEST_CASE("hostile names travel as valid JSON, and raw amounts as they stand") {
    // If this fails, the sandbox sends broken JSON instead of a hostile but valid one.
    Bench bench(sandbox::test::built_in("small"));
    const std::string names = bench.get("/documents?documentType=&limit=100", "OCB0001006").body;
    CHECK(names.find("\"filename\":\"report\\u0000.csv\"") != std::string::npos);
    CHECK(names.find("\"filename\":\"../../etc/passwd\"") != std::string::npos);
    const std::string amounts = bench.get("/documents?documentType=&limit=100", "OCB0001007").body;
    CHECK(amounts.find("\"amount\":12345678901234567.89,") != std::string::npos);
    CHECK(amounts.find("\"amount\":\"1 234,56 €\"") != std::string::npos);
    CHECK(count_of(bench.get("/documents?documentType=reports&limit=1", "OCB0001012").body, "\"id\":") == 1);
    CHECK(bench.get("/contract", "OCB0001002").body.find("platformId") == std::string::npos);
    CHECK(bench.get("/contract", "OCB0001001").body.find("platformId") != std::string::npos);
    CHECK(bench.get("/documents?documentType=&limit=9", "OCB0001011").body == "[]");
}

TEST_CASE("files: percent-encoded ids, odd answers, ZIP and ranges") {
    // If this fails, a document of the list cannot be fetched, or a file that is not there looks like one.
    Bench bench(sandbox::test::built_in("small"));
    const Answer encoded = bench.get("/documents/2026%2F10%20n%C2%B05%3F%23%2541%2B%26/file", "OCB0001005");
    CHECK(encoded.status == 200);
    CHECK(encoded.body.starts_with("%PDF"));
    CHECK(header_of(encoded, "Content-Type") == "application/pdf");
    // The document belongs to another contract.
    CHECK(bench.get("/documents/2026%2F10%20n%C2%B05%3F%23%2541%2B%26/file", "OCB0001001").status == 404);

    const auto id_of = [&bench](std::size_t contract, DocumentType type) {
        for (const Document& document : bench.world.documents_of(bench.world.contracts()[contract - 1])) {
            if (document.type == type && document.month.dashed() == "2026-10") {
                return *document.id;
            }
        }
        return std::string();
    };
    CHECK(bench.get("/documents/" + id_of(8, DocumentType::bills) + "/file", "OCB0001008").status == 404);
    const Answer page = bench.get("/documents/" + id_of(8, DocumentType::rated_report) + "/file", "OCB0001008");
    CHECK(page.status == 200);
    CHECK(page.body.starts_with("<!DOCTYPE html>"));

    const std::string file = "/documents/" + id_of(2, DocumentType::bills) + "/file";
    const Answer plain = bench.get(file, "OCB0001002");
    CHECK(plain.body.starts_with("PK"));
    CHECK(bench.get(file + "?zipped=0", "OCB0001002").body == plain.body);
    const Answer zipped = bench.get(file + "?zipped=1", "OCB0001002");
    CHECK(header_of(zipped, "Content-Type") == "application/zip");
    CHECK(zipped.body.find("xlsx") != std::string::npos);
    CHECK(bench.get(file + "?zipped=yes", "OCB0001002").gateway_code == 28);

    Request request = bench.request(file, "OCB0001002");
    request.range = "bytes=100-";
    request.if_range = header_of(plain, "ETag");
    const Answer rest = bench.service.answer(request);
    CHECK(rest.status == 206);
    CHECK(rest.body == plain.body.substr(100));
    CHECK(header_of(rest, "Content-Range") ==
          "bytes 100-" + std::to_string(plain.body.size() - 1) + "/" + std::to_string(plain.body.size()));
    request.if_range = "\"another\"";
    CHECK(bench.service.answer(request).status == 200);
    request.if_range.reset();
    const std::size_t size = plain.body.size();
    struct Row {
        std::string range;
        int status;
        std::string body;
    };
    const Row rows[] = {
        {"bytes=0-0", 206, plain.body.substr(0, 1)},
        {"bytes=5-9999999", 206, plain.body.substr(5)},
        {"bytes=-7", 206, plain.body.substr(size - 7)},
        {"bytes=-9999999", 206, plain.body},
        {"bytes=" + std::to_string(size) + "-", 416, ""},
        {"bytes=-0", 416, ""},
        {"bytes=9-5", 200, plain.body},
        {"bytes=-", 200, plain.body},
        {"bytes=1-2,4-5", 200, plain.body},
        {"lines=1-2", 200, plain.body},
    };
    for (const Row& row : rows) {
        CAPTURE(row.range);
        request.range = row.range;
        const Answer part = bench.service.answer(request);
        CHECK(part.status == row.status);
        CHECK((row.status == 416 || part.body == row.body));
    }
}

TEST_CASE("documents come, go and change from one run to the next as the scenario says") {
    // If this fails, late documents, documents that disappear and new versions cannot be tried against a sandbox that keeps running.
    Bench bench(sandbox::test::scenario_from(
        "contracts = 2\nfinal = \"bills\"\nmonths = 3\npartials = false\n[[document]]\ncontract = 1\ntype = \"bills\"\n"
        "from_run = 2\n[[document]]\ncontract = 1\ntype = \"reports\"\nuntil_run = 2\n[[document]]\ncontract = 2\n"
        "type = \"bills\"\nreissued_in_run = 3\n[[document]]\ncontract = 2\nadd = true\nlisted_type = \"estimates\"\n"));
    std::vector<std::size_t> bills;
    std::vector<std::size_t> reports;
    std::vector<std::string> others;
    for (int run = 1; run <= 3; ++run) {
        CHECK(bench.get("/contracts").status == 200);
        bills.push_back(count_of(bench.get("/documents?documentType=bills&limit=9").body, "\"id\":"));
        reports.push_back(count_of(bench.get("/documents?documentType=reports&limit=9").body, "\"id\":"));
        others.push_back(bench.get("/documents?documentType=bills&limit=9", "OCB0001002").body);
    }
    CHECK(bills == std::vector<std::size_t>{2, 3, 3});
    CHECK(reports == std::vector<std::size_t>{3, 3, 2});
    CHECK(others[0] == others[1]);
    CHECK(others[0] != others[2]);
    // A type that nobody asks for by name is in the mixed list only.
    CHECK(count_of(bench.get("/documents?documentType=&limit=99", "OCB0001002").body, "\"documentType\":\"estimates\"") == 1);
    CHECK(bench.get("/documents?documentType=invoices&limit=99", "OCB0001002").body == "[]");
    CHECK(bench.get("/documents?documentType=estimates&limit=99", "OCB0001002").body == "{\"documents\": null}");
}

TEST_CASE("the spike arrest refuses what passes its rate in one second") {
    // If this fails, a client that is too fast is not found out.
    Bench bench(sandbox::test::scenario_from("[server]\nrequests_per_second = 5\n"));
    for (int at = 0; at < 5; ++at) {
        CHECK(bench.get("/contracts").status == 200);
    }
    const Answer refused = bench.get("/contracts");
    CHECK(refused.status == 403);
    CHECK(refused.gateway_code == 53);
    CHECK(refused.body.find("spike arrest") != std::string::npos);
    CHECK(header_of(refused, "Retry-After").empty());
    bench.clock.advance(std::chrono::seconds(1));
    CHECK(bench.get("/contracts").status == 200);
}

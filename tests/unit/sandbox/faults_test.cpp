// Faults by name: each does what its name says, as often as asked, and the same way each time.
#include "sandbox/faults.hpp"

#include <filesystem>
#include <set>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <doctest/doctest.h>

#include "base/files.hpp"
#include "support.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::sandbox;
using moisson::sandbox::test::Bench;
using moisson::sandbox::test::count_of;
using moisson::sandbox::test::RawConnection;
using moisson::sandbox::test::Reply;
using moisson::sandbox::test::Running;

namespace {

constexpr const char* list_url = "/documents?documentType=&limit=100";

std::string bill_url(const World& world) {
    for (const Document& document : world.documents_of(world.contracts()[1])) {
        if (document.type == DocumentType::bills) {
            return "/documents/" + *document.id + "/file";
        }
    }
    return {};
}

std::string location_of(const Answer& answer) {
    for (const auto& [name, value] : answer.headers) {
        if (name == "Location") {
            return value;
        }
    }
    return {};
}

/// A running clean sandbox with one fault, short stalls.
std::unique_ptr<Running> running_with(const char* fault) {
    const moisson::test::ScratchFolder folder;
    const std::string path =
        folder.write("faulty.toml", "name = \"faulty\"\nlast_month = \"2026-10\"\n[fault_rules]\nstall_s = 1\ntrickle_s = 1\n").string();
    Options options;
    options.scenario = path;
    options.faults = {{fault, 1.0}};
    return std::make_unique<Running>(options);
}

}  // namespace

TEST_CASE("the fault names are those of the documentation, sorted") {
    // If this fails, a fault that users can read about cannot be asked for.
    const std::vector<FaultName> all = fault_names();
    CHECK(all.size() == 37);
    for (const char* name :
         {"page-cap",         "documents-null", "html-body",     "json-body",     "not-ready",     "truncate-length", "truncate-chunk",
          "no-last-chunk",    "reset",          "stall",         "trickle",       "throttle-403",  "throttle-429",    "quota-spent",
          "token-death",      "token-refused",  "over-capacity", "gateway-html",  "redirect-host", "redirect-loop",   "gzip",
          "wrong-length",     "reissue",        "slow-tls",      "duplicate-ids", "bad-json",      "deep-json",       "forbidden-contract",
          "missing-file",     "write-500",      "write-502",     "write-504",     "write-dropped", "write-echo",      "write-late",
          "another-contract", "empty-list"}) {
        CAPTURE(std::string(name));
        CHECK(std::any_of(all.begin(), all.end(), [name](const FaultName& fault) { return fault.name == name && !fault.effect.empty(); }));
    }
}

TEST_CASE("a fault strikes as often as its probability says, and a second run meets the same ones") {
    // If this fails, a seed that found a bug cannot be replayed.
    const std::vector<double> probabilities = FaultPlan::check({{"reset", 0.1}}).value();
    FaultPlan one(probabilities, 5);
    FaultPlan same(probabilities, 5);
    FaultPlan other(probabilities, 6);
    int struck = 0;
    int differing = 0;
    for (std::uint64_t target = 0; target < 1000; ++target) {
        for (int attempt = 0; attempt < 10; ++attempt) {
            const bool strikes_here = one.strikes_now(FaultKind::reset, target);
            CHECK(strikes_here == same.strikes_now(FaultKind::reset, target));
            differing += strikes_here != other.strikes_now(FaultKind::reset, target) ? 1 : 0;
            struck += strikes_here ? 1 : 0;
        }
    }
    CHECK(struck > 800);
    CHECK(struck < 1200);
    CHECK(differing > 1000);
    CHECK_FALSE(one.is_on(FaultKind::stall));
}

TEST_CASE("faults that are whole answers") {
    // If this fails, a fault does something else than its name says, and what is tried with it proves nothing.
    struct Row {
        const char* fault;
        bool of_file;
        int status;
        const char* body;
    };
    const Row rows[] = {
        {"documents-null", false, 200, "{\"documents\": null}"},
        {"html-body", false, 200, "<!DOCTYPE html>"},
        {"html-body", true, 200, "<!DOCTYPE html>"},
        {"json-body", true, 200, "{\"code\":1,"},
        {"not-ready", true, 200, "<!DOCTYPE html>"},
        {"throttle-403", false, 403, "{\"code\":53,"},
        {"throttle-429", true, 429, "{\"code\":53,"},
        {"quota-spent", false, 403, "{\"code\":53,"},
        {"token-death", false, 401, "{\"code\":42,"},
        {"over-capacity", true, 503, "{\"code\":6,"},
        {"gateway-html", false, 502, "<html>"},
        {"forbidden-contract", false, 403, "{\"code\":50,"},
        {"missing-file", true, 404, "{\"code\":60,"},
        {"deep-json", false, 200, "[[[[[[[["},
        {"gzip", true, 200, "\x1f\x8b"},
    };
    for (const Row& row : rows) {
        const std::string fault = row.fault;
        CAPTURE(fault);
        Bench bench(sandbox::test::built_in("clean"), {{fault, 1.0}});
        const Answer answer = bench.get(row.of_file ? bill_url(bench.world) : list_url, "OCB0001002");
        CHECK(answer.status == row.status);
        CHECK(answer.body.starts_with(row.body));
        CHECK(answer.fault == fault);
    }
}

TEST_CASE("faults that change lists") {
    // If this fails, a capped, broken or repeating list is not what is tried.
    Bench capped(sandbox::test::built_in("clean"), {{"page-cap", 1.0}});
    CHECK(count_of(capped.get(list_url, "OCB0001002").body, "\"id\":") == 25);
    Bench emptied(sandbox::test::built_in("clean"), {{"empty-list", 1.0}});
    CHECK(count_of(emptied.get(list_url, "OCB0001002").body, "\"id\":") > 0);
    static_cast<void>(emptied.get("/contracts", ""));
    static_cast<void>(emptied.get("/contracts", ""));
    CHECK(emptied.get(list_url, "OCB0001002").body == "[]");
    Bench mistaken(sandbox::test::built_in("clean"), {{"another-contract", 1.0}});
    CHECK(mistaken.get("/contract", "OCB0001002").body == mistaken.get("/contract", "OCB0001001").body);
    CHECK(mistaken.get(list_url, "OCB0001002").body == mistaken.get(list_url, "OCB0001001").body);
    Bench doubled(sandbox::test::built_in("clean"), {{"duplicate-ids", 1.0}});
    CHECK(count_of(doubled.get(list_url, "OCB0001002").body, "\"id\":") > 44);
    Bench broken(sandbox::test::built_in("clean"), {{"bad-json", 1.0}});
    const std::string body = broken.get(list_url, "OCB0001002").body;
    CHECK((body.empty() || body.back() != ']'));
    Bench deep(sandbox::test::built_in("clean"), {{"deep-json", 1.0}});
    CHECK(deep.get(list_url, "OCB0001002").body.size() == 200000);
}

TEST_CASE("a refused token, a dying token and a spent quota") {
    // If this fails, the ends of a run that these stand for are never tried.
    Bench refused(sandbox::test::built_in("clean"), {{"token-refused", 1.0}});
    CHECK(refused.service.answer(refused.token_request()).status == 401);

    Bench dying(sandbox::test::built_in("clean"), {{"token-death", 0.5}});
    std::set<int> codes;
    for (int at = 0; at < 40; ++at) {
        Request request = dying.request("/contracts");
        request.authorization = "Bearer " + dying.token();
        codes.insert(dying.service.answer(request).gateway_code);
    }
    CHECK(codes == std::set<int>{0, 42});

    // A quota that is spent stays spent, whatever the probability.
    Bench spent(sandbox::test::built_in("clean"), {{"quota-spent", 0.2}});
    bool struck = false;
    for (int at = 0; at < 100; ++at) {
        const Answer answer = spent.get("/contracts");
        CHECK((!struck || answer.gateway_code == 53));
        struck = struck || answer.gateway_code == 53;
        CHECK((answer.gateway_code == 0 || answer.body.find("global quota") != std::string::npos));
    }
    CHECK(struck);
}

TEST_CASE("a redirect to another host serves the file there, but not to one who brings credentials") {
    // If this fails, a client that leaks its token on a redirect is not found out, or a careful one does not get its file.
    Bench bench(sandbox::test::built_in("clean"), {{"redirect-host", 1.0}});
    bench.service.set_other_host("http://localhost:1");
    const std::string url = bill_url(bench.world);
    const Answer answer = bench.get(url, "OCB0001002");
    CHECK(answer.status == 302);
    const std::string location = location_of(answer);
    REQUIRE(location.starts_with("http://localhost:1/store/OCB0001002/"));
    Request request;
    request.method = "GET";
    const std::size_t mark = location.find('?');
    request.path = location.substr(18, mark - 18);
    request.query = location.substr(mark + 1);
    const Answer file = bench.service.answer_elsewhere(request);
    CHECK(file.status == 200);
    CHECK(file.body.starts_with("PK"));
    request.api_key = "x";
    CHECK(bench.service.answer_elsewhere(request).status == 400);
    request.api_key.reset();
    request.query = "signature=0";
    CHECK(bench.service.answer_elsewhere(request).status == 403);

    Bench loop(sandbox::test::built_in("clean"), {{"redirect-loop", 1.0}});
    std::string next = url;
    for (int hop = 0; hop < 8; ++hop) {
        const Answer again = loop.get(next, "OCB0001002");
        REQUIRE(again.status == 302);
        next = location_of(again).substr(13);
        CHECK(next == url + "?hop=" + std::to_string(hop + 1));
    }
}

TEST_CASE("reissue changes documents between two runs, never within one") {
    // If this fails, versions are not tried, or one run cannot be judged because its documents change under it.
    Bench bench(sandbox::test::built_in("clean"), {{"reissue", 0.3}});
    CHECK(bench.get("/contracts").status == 200);
    const std::string first = bench.get(list_url, "OCB0001002").body;
    CHECK(bench.get(list_url, "OCB0001002").body == first);
    const std::string url = bill_url(bench.world);
    std::set<std::string> files{bench.get(url, "OCB0001002").body};
    for (int run = 2; run < 12; ++run) {
        CHECK(bench.get("/contracts").status == 200);
        files.insert(bench.get(url, "OCB0001002").body);
    }
    CHECK(bench.get(list_url, "OCB0001002").body != first);
    CHECK(files.size() > 1);
}

TEST_CASE("broken deliveries break on the socket just as named") {
    // If this fails, a client's defence against cut bodies is tried with whole ones.
    for (const char* fault : {"truncate-length", "truncate-chunk", "no-last-chunk", "wrong-length", "stall", "trickle", "reset"}) {
        const std::string name = fault;
        CAPTURE(name);
        const std::unique_ptr<Running> running = running_with(fault);
        const World world(sandbox::test::scenario_from("name = \"faulty\"\nlast_month = \"2026-10\"\n"));
        RawConnection connection(running->port);
        connection.send(running->get_text(bill_url(world), running->token(), "OCB0001002"));
        const Reply reply = connection.receive();
        CHECK((reply.status == 200 || (name == "reset" && reply.reset)));
        const bool chunk_fault = name == "truncate-chunk" || name == "no-last-chunk";
        CHECK((reply.headers.count("transfer-encoding") == 1) == chunk_fault);
        if (name == "wrong-length") {
            CHECK(reply.complete);
            CHECK_FALSE((connection.rest().empty() && connection.is_closed()));
        } else {
            CHECK_FALSE(reply.complete);
        }
        if (name == "no-last-chunk") {
            // All of the body, and then the end without the chunk that proves it.
            CHECK(reply.body.size() > 5000);
            CHECK(reply.body.starts_with("PK"));
        }
        CHECK(connection.is_closed());
    }
}

TEST_CASE("a reset is a reset, and a slow handshake is slow") {
    // If this fails, what a client does about the two is never tried.
    Options options;
    options.scenario = "clean";
    options.faults = {{"reset", 1.0}};
    const Running running(options);
    int resets = 0;
    for (int contract = 1; contract <= 5; ++contract) {
        RawConnection connection(running.port);
        connection.send(running.get_text("/contract", running.token(), "OCB000100" + std::to_string(contract)));
        resets += connection.receive().reset ? 1 : 0;
    }
    CHECK(resets == 5);

    const moisson::test::ScratchFolder folder;
    const std::string path = folder.write("slow.toml", "[fault_rules]\nslow_tls_ms = 200\n").string();
    Options slow;
    slow.scenario = path;
    slow.tls = true;
    slow.faults = {{"slow-tls", 1.0}};
    const Running handshaking(slow);
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    Poco::Net::SecureStreamSocket socket(new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params));
    const auto begun = std::chrono::steady_clock::now();
    socket.connect(Poco::Net::SocketAddress("127.0.0.1", handshaking.port));
    CHECK(socket.completeHandshake() == 1);
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(200));
}

TEST_CASE("a stall ends at once when the sandbox stops") {
    // If this fails, tests with faults hang at their end.
    Options options;
    options.scenario = "clean";
    options.faults = {{"stall", 1.0}};
    auto running = std::make_unique<Running>(options);
    RawConnection connection(running->port);
    connection.send(running->get_text("/contracts", running->token()));
    const auto begun = std::chrono::steady_clock::now();
    running.reset();
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
}

TEST_CASE("a mix of faults still lets every request through in the end") {
    // If this fails, retrying can never win against the sandbox, and a fault run proves nothing.
    Options options;
    options.scenario = "clean";
    for (const char* fault : {"throttle-429", "reset", "truncate-length", "over-capacity", "html-body", "gateway-html"}) {
        options.faults.push_back({fault, 0.2});
    }
    const Running running(options);
    const std::string token = running.token();
    for (int contract = 1; contract <= 8; ++contract) {
        bool whole = false;
        for (int attempt = 0; attempt < 60 && !whole; ++attempt) {
            RawConnection connection(running.port);
            connection.send(running.get_text(list_url, token, "OCB000100" + std::to_string(contract)));
            const Reply reply = connection.receive();
            whole = reply.status == 200 && reply.complete && reply.body.starts_with("[{");
        }
        CHECK(whole);
    }
}

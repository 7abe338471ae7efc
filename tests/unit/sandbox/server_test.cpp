// A running sandbox, over real sockets.
#include <atomic>
#include <filesystem>
#include <thread>

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>
#include <doctest/doctest.h>

#include "base/files.hpp"
#include "support.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::sandbox;
using moisson::sandbox::test::count_of;
using moisson::sandbox::test::RawConnection;
using moisson::sandbox::test::Reply;
using moisson::sandbox::test::Running;

namespace {

Options clean() {
    Options options;
    options.scenario = "clean";
    return options;
}

}  // namespace

TEST_CASE("many requests go over one connection, each with its own request id") {
    // If this fails, keep-alive is broken or support's request ids cannot be told apart.
    const Running running(clean());
    RawConnection connection(running.port);
    connection.send(running.token_text());
    const Reply token_reply = connection.receive();
    CHECK(token_reply.status == 200);
    const std::string token = sandbox::test::Bench::token_in(token_reply.body);
    std::string last_id = token_reply.headers.at("x-oapi-request-id");
    for (int at = 0; at < 20; ++at) {
        connection.send(running.get_text(at % 2 == 0 ? "/contracts" : "/documents?documentType=&limit=100", token));
        const Reply reply = connection.receive();
        CHECK(reply.status == 200);
        CHECK(reply.complete);
        CHECK(reply.headers.at("x-oapi-request-id") != last_id);
        CHECK(reply.headers.at("content-type") == "application/json");
        last_id = reply.headers.at("x-oapi-request-id");
    }
    connection.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    const Reply nowhere = connection.receive();
    CHECK(nowhere.status == 404);
    CHECK(nowhere.headers.count("x-oapi-request-id") == 1);
}

TEST_CASE("chunked and sized bodies carry the same document") {
    // If this fails, the mixed framing of the small scenario damages files.
    Options options;
    const moisson::test::ScratchFolder folder;
    options.scenario = (folder / "framing.toml").string();
    std::vector<std::string> bodies;
    for (const char* framing : {"length", "chunked"}) {
        REQUIRE(write_file(options.scenario,
                           std::string("final = \"bills\"\nlines_min = 300\nlines_max = 300\n[server]\nframing = \"") + framing + "\"\n")
                    .has_value());
        const Running running(options);
        const World world(sandbox::test::scenario_from("final = \"bills\"\nlines_min = 300\nlines_max = 300\n"));
        std::string id;
        for (const Document& document : world.documents_of(world.contracts().front())) {
            id = document.type == DocumentType::bills && id.empty() ? *document.id : id;  // the first: the last is not issued on a 1st
        }
        RawConnection connection(running.port);
        connection.send(running.get_text("/documents/" + id + "/file", running.token()));
        const Reply reply = connection.receive();
        CHECK(reply.status == 200);
        CHECK(reply.complete);
        CHECK((reply.headers.count("transfer-encoding") == 1) == (std::string_view(framing) == "chunked"));
        bodies.push_back(reply.body);
    }
    CHECK(bodies[0].size() > 16384);
    CHECK(bodies[0] == bodies[1]);
}

TEST_CASE("over TLS the written CA proves the server, by name and by address") {
    // If this fails, a client that checks certificates cannot use the sandbox.
    Options options = clean();
    options.tls = true;
    const moisson::test::ScratchFolder folder;
    options.ca_file = (folder / "ca.pem").string();
    const Running running(options);
    CHECK(running.sandbox->endpoint().ca_file == options.ca_file);
    CHECK(running.sandbox->endpoint().api_url.starts_with("https://127.0.0.1:"));
    for (const char* host : {"127.0.0.1", "localhost"}) {
        CAPTURE(host);
        Poco::Net::Context::Params params;
        params.caLocation = options.ca_file;
        params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
        Poco::Net::HTTPSClientSession session(host, running.port, context);
        Poco::Net::HTTPRequest request("GET", "/cloud/b2b/v1/contracts", "HTTP/1.1");
        std::string body;
        Poco::Net::HTTPResponse response;
        try {
            session.sendRequest(request);
            Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
        } catch (const Poco::Exception& error) {
            FAIL_CHECK(error.displayText());
        }
        CHECK(response.getStatus() == 401);
        CHECK(body.find("\"code\":40") != std::string::npos);
        CHECK(response.has("Strict-Transport-Security"));
    }
}

TEST_CASE("it serves on the IPv6 loopback too, with a URL that names it right") {
    // If this fails, a client's IPv6 road cannot be tried.
    Options options = clean();
    options.address = "::1";
    options.tls = true;
    if (const Result<std::unique_ptr<Sandbox>> probe = Sandbox::start(options); !probe) {
        REQUIRE(probe.error().code == ErrorCode::connect);
        MESSAGE("this machine has no IPv6 loopback: nothing was tried");
        return;
    }
    const Running running(options);
    CHECK(running.sandbox->endpoint().api_url == "https://[::1]:" + std::to_string(running.port) + "/cloud/b2b/v1");
    Poco::Net::Context::Params params;
    params.caLocation = running.sandbox->endpoint().ca_file;
    params.verificationMode = Poco::Net::Context::VERIFY_RELAXED;
    const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    Poco::Net::HTTPSClientSession session("::1", running.port, context);
    Poco::Net::HTTPRequest request("GET", "/cloud/b2b/v1/contracts", "HTTP/1.1");
    Poco::Net::HTTPResponse response;
    try {
        session.sendRequest(request);
        session.receiveResponse(response);
    } catch (const Poco::Exception& error) {
        FAIL_CHECK(error.displayText());
    }
    CHECK(response.getStatus() == 401);
}

TEST_CASE("a temporary CA file is there while the sandbox runs and gone afterwards") {
    // If this fails, every run of `--sandbox` leaves a file behind.
    Options options = clean();
    options.tls = true;
    std::string path;
    {
        const Running running(options);
        path = running.sandbox->endpoint().ca_file;
        CHECK(read_file(path).value_or("").starts_with("-----BEGIN CERTIFICATE-----"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("idle connections neither block others nor hold up the end") {
    // If this fails, a client with many kept connections waits for its own idle ones, or the program hangs at its end.
    auto running = std::make_unique<Running>(clean());
    const std::string token = running->token();
    std::vector<std::unique_ptr<RawConnection>> idle;
    for (int at = 0; at < 200; ++at) {
        idle.push_back(std::make_unique<RawConnection>(running->port));
        idle.back()->send(running->get_text("/contract", token));
        CHECK(idle.back()->receive().status == 200);
    }
    const auto begun = std::chrono::steady_clock::now();
    running.reset();
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
    CHECK(idle.front()->is_closed());
}

TEST_CASE("the access log has one line per request, without secrets") {
    // If this fails, tests that count requests count wrongly, or a key stands in a log.
    Options options = clean();
    const moisson::test::ScratchFolder folder;
    options.access_log = (folder / "access.log").string();
    const Running running(options);
    const std::string token = running.token();
    RawConnection connection(running.port);
    for (int at = 0; at < 5; ++at) {
        connection.send(running.get_text("/documents?documentType=bills&limit=3", token));
        CHECK(connection.receive().status == 200);
    }
    connection.send("GET /cloud/b2b/v1/contracts HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(connection.receive().status == 401);
    const std::string log = read_file(options.access_log).value_or("");
    CHECK(count_of(log, "\n") == 7);
    CHECK(count_of(log, "\"path\":\"/cloud/b2b/v1/documents\",\"query\":\"documentType=bills&limit=3\",\"contract\":\"OCB0001001\"") == 5);
    CHECK(count_of(log, "\"status\":401,\"code\":40") == 1);
    CHECK(log.find(token) == std::string::npos);
    CHECK(log.find(running.sandbox->endpoint().api_key.substr(0, 40)) == std::string::npos);
    CHECK(log.find(running.sandbox->endpoint().client_secret) == std::string::npos);
}

TEST_CASE("a taken port and an unwritable CA file are errors, not crashes") {
    // If this fails, a second sandbox on one port ends without a word.
    const Running running(clean());
    Options options = clean();
    options.port = running.port;
    Result<std::unique_ptr<Sandbox>> started = Sandbox::start(options);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == ErrorCode::connect);
    CHECK(started.error().message.english().find(std::to_string(running.port)) != std::string::npos);
    options.port = 0;
    options.tls = true;
    options.ca_file = "/proc/no-such-folder/ca.pem";
    started = Sandbox::start(options);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == ErrorCode::disk);
}

TEST_CASE("a body past the limit is refused and the connection ends") {
    // If this fails, one request can fill the memory.
    const Running running(clean());
    RawConnection connection(running.port);
    const std::string body(1200000, 'x');
    const std::string head =
        "POST /oauth/v3/token HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    connection.send(head);
    std::thread sender([&connection, &body] { connection.send(body.substr(0, 1100000)); });
    const Reply reply = connection.receive();
    sender.join();
    CHECK(reply.status == 413);
}

TEST_CASE("a body of 10 MB is refused before it is sent, a small one is asked for") {
    // If this fails, a client with a huge body waits for its time-out, or one that asks first is never told to go on.
    const Running running(clean());
    const std::string head = "POST /cloud/b2b/v1/contracts/ HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nX-API-Key: " +
                             running.sandbox->endpoint().api_key + "\r\nAuthorization: Bearer " + running.token() +
                             "\r\nContent-Type: application/json\r\n";
    for (const char* expectation : {"", "Expect: 100-continue\r\n"}) {
        CAPTURE(expectation);
        RawConnection connection(running.port);
        connection.send(head + expectation + "Content-Length: 10485760\r\n\r\n");
        const Reply reply = connection.receive();
        CHECK(reply.status == 413);
        CHECK(reply.body.find("{\"code\":66,") == 0);
        CHECK(reply.headers.at("connection") == "close");
    }
    RawConnection chunked(running.port);
    chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    for (int at = 0; at < 17; ++at) {
        chunked.send(chunk);
    }
    CHECK(chunked.receive().status == 413);
    RawConnection asking(running.port);
    asking.send(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(asking.receive().status == 100);
    asking.send("{}");
    const Reply refused = asking.receive();
    CHECK(refused.status == 400);
    CHECK(refused.body.find("billingAccountId") != std::string::npos);
}

TEST_CASE("an order whose answer is dropped closes the connection without a byte, and is there") {
    // If this fails, what a client does after an unclear order is never tried.
    Options options = clean();
    options.faults = {{"write-dropped", 1.0}};
    const Running running(options);
    const std::string token = running.token();
    const std::string body =
        "{\"billingAccountId\":\"BA0000101\",\"offerCode\":\"HONEY\",\"contractName\":\"Lab\",\"supportLevel\":\"BSC\","
        "\"referentCivility\":\"M\",\"referentName\":\"A\",\"referentFirstName\":\"B\",\"referentMail\":\"a@b.example\"}";
    RawConnection connection(running.port);
    connection.send("POST /cloud/b2b/v1/contract/ HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nX-API-Key: " +
                    running.sandbox->endpoint().api_key + "\r\nAuthorization: Bearer " + token +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(connection.is_closed());
    CHECK(connection.rest().empty());
    RawConnection after(running.port);
    after.send(running.get_text("/contracts", token));
    CHECK(count_of(after.receive().body, "\"name\":\"Lab\"") == 1);
}

TEST_CASE("a database keeps orders, users, keys and the run, and is one sandbox's alone") {
    // If this fails, a rehearsal of several days is lost at each restart, or two sandboxes spoil one file.
    Options options = clean();
    const moisson::test::ScratchFolder folder;
    options.database = (folder / "kept.sqlite3").string();
    std::string issued;
    {
        const Running running(options);
        Result<std::unique_ptr<Sandbox>> second = Sandbox::start(options);
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().code == ErrorCode::locked);
        CHECK(second.error().where == options.database);
        const std::string token = running.token();
        const auto ask = [&running](const std::string& method, const std::string& url, const std::string& authorization,
                                    const std::string& body) {
            RawConnection connection(running.port);
            connection.send(method + " " + url + " HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nX-API-Key: " +
                            running.sandbox->endpoint().api_key + "\r\nAuthorization: Bearer " + authorization +
                            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
            return connection.receive();
        };
        const std::string admin = running.sandbox->endpoint().admin_token;
        CHECK(ask("GET", "/cloud/b2b/v1/contracts", token, "").status == 200);
        CHECK(ask("POST", "/cloud/b2b/v1/contracts/", token,
                  "{\"billingAccountId\":\"BA0000101\",\"offerCode\":\"HONEY\",\"contractName\":\"Lab\",\"supportLevel\":\"BSC\","
                  "\"referentCivility\":\"M\",\"referentName\":\"A\",\"referentFirstName\":\"B\",\"referentMail\":\"a@b.example\"}")
                  .body == "{\"id\":\"OCB0009001\"}");
        CHECK(ask("POST", "/cloud/b2b/v1/contracts/OCB0009001/user", token,
                  "{\"civility\":\"M\",\"lastName\":\"A\",\"firstName\":\"B\",\"email\":\"a@b.example\",\"login\":\"first.login\","
                  "\"roles\":{\"contracts\":[\"visitor\"]}}")
                  .status == 200);
        CHECK(ask("POST", "/sandbox/v1/keys?account=admin", "wrong", "").status == 401);
        CHECK(ask("POST", "/sandbox/v1/keys?account=nobody", admin, "").status == 404);
        CHECK(ask("POST", "/sandbox/v1/keys?account=admin", admin, "").body.find("\"id\":\"admin-2\"") != std::string::npos);
        CHECK(ask("POST", "/sandbox/v1/keys/admin-2/age?days=0", admin, "").status == 400);
        CHECK(ask("POST", "/sandbox/v1/keys/admin-2/age?days=30", admin, "").status == 200);
        CHECK(ask("POST", "/sandbox/v1/keys/admin-1/revoke", admin, "").status == 200);
        CHECK(ask("GET", "/sandbox/v1/keys", admin, "").body.find("\"state\":\"revoked\"") != std::string::npos);
        issued = running.sandbox->directory().keys[1].issued_at;
    }
    {
        const Running again(options);
        const Directory directory = again.sandbox->directory();
        REQUIRE(directory.keys.size() == 2);
        CHECK(directory.keys[0].state == "revoked");
        CHECK(directory.keys[1].state == "valid");
        CHECK(directory.keys[1].issued_at == issued);
        CHECK(directory.accounts[0].contracts.back() == "OCB0009001");
        CHECK(again.sandbox->endpoint().api_key == directory.keys[1].key);
    }
    options.scenario = "small";
    Result<std::unique_ptr<Sandbox>> other = Sandbox::start(options);
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().code == ErrorCode::state);
    CHECK(other.error().message.english().find("clean with seed 7") != std::string::npos);
    REQUIRE(write_file(options.database, "This is no database, but long enough to look like a file of some kind.").has_value());
    other = Sandbox::start(options);
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().code == ErrorCode::state);
    options.database = "/proc/no-such-folder/kept.sqlite3";
    other = Sandbox::start(options);
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().code == ErrorCode::disk);
}

TEST_CASE("garbage on a connection costs that connection only") {
    // If this fails, one broken client ends the sandbox for all.
    const Running running(clean());
    const std::string token = running.token();
    const std::string texts[] = {"\r\n\r\n",
                                 "GET\r\n\r\n",
                                 std::string(200000, 'A'),
                                 std::string("\x16\x03\x01\x02\0\x01\0", 7) + std::string(300, '\xff'),
                                 "GET / HTTP/9.9\r\n\r\n",
                                 "POST /oauth/v3/token HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                                 "POST /oauth/v3/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                 "GET /\xff\xfe%%% HTTP/1.1\r\nHost: x\r\n\r\n",
                                 "GET /cloud/b2b/v1/documents/%00%ff/file?zipped=%zz&&&=& HTTP/1.1\r\nHost: x\r\n\r\n"};
    for (const std::string& text : texts) {
        RawConnection garbage(running.port);
        garbage.send_some(text);
    }
    RawConnection connection(running.port);
    connection.send(running.get_text("/contracts", token));
    CHECK(connection.receive().status == 200);
}

TEST_CASE("parallel clients get the same lists and files as one") {
    // If this fails, the service's threads, or the libraries that make the files, disturb each other.
    const Running running(clean());
    const std::string token = running.token();
    const World world(sandbox::test::built_in("clean"));
    std::vector<std::string> requests;
    for (std::size_t number : {std::size_t{0}, std::size_t{1}}) {
        const Contract& contract = world.contracts()[number];
        requests.push_back(running.get_text("/documents?documentType=&limit=100", token, contract.id));
        for (const Document& document : world.documents_of(contract)) {
            if (document.month.dashed() >= "2026-09") {
                requests.push_back(running.get_text("/documents/" + *document.id + "/file", token, contract.id));
            }
        }
    }
    std::vector<std::string> wanted;
    RawConnection single(running.port);
    for (const std::string& request : requests) {
        single.send(request);
        wanted.push_back(single.receive().body);
    }
    std::vector<std::jthread> clients;
    std::atomic<std::size_t> equal{0};
    for (int at = 0; at < 8; ++at) {
        clients.emplace_back([&running, &requests, &wanted, &equal] {
            RawConnection connection(running.port);
            for (int round = 0; round < 3; ++round) {
                for (std::size_t next = 0; next < requests.size(); ++next) {
                    connection.send(requests[next]);
                    equal += connection.receive().body == wanted[next] ? 1U : 0U;
                }
            }
        });
    }
    clients.clear();
    CHECK(equal == 24 * requests.size());
}

// If these failed, a merge would take an answer for another one, lose one, or believe a part whose bytes had changed.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "parts/outcomes.hpp"
#include "parts/part.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::parts;

namespace {

http::Request request_for(const std::string& path, const std::string& contract = {}) {
    http::Request request;
    request.url = {"https", "api.example", 443, path};
    if (!contract.empty()) {
        request.headers.set("X-Contract", contract);
    }
    return request;
}

Heard answered(const http::Request& request, std::string body, const std::string& perimeter = "north") {
    transfer::Answer answer;
    answer.status = 200;
    answer.headers.add("Content-Type", "application/json");
    answer.body = std::move(body);
    answer.url = request.url;
    answer.peer = std::make_shared<const http::PeerCertificate>(http::PeerCertificate{"CN=api", "CN=authority", std::string(64, 'a')});
    answer.sent_at = Timestamp(std::chrono::milliseconds(1000));
    answer.head_at = Timestamp(std::chrono::milliseconds(1500));
    return {perimeter, question_of(request), request.url, std::move(answer), 2, Timestamp(std::chrono::milliseconds(2000)), "run-1"};
}

/// What was written, read again.
class Kept {
public:
    explicit Kept(const std::function<void(OutcomeWriter&)>& write) {
        secrets_.watch("a-very-secret-key");
        auto writer = OutcomeWriter::create(folder_ / "outcomes", "mark-0123456789", secrets_);
        REQUIRE(writer);
        write(*writer);
        REQUIRE(writer->finish());
        reader_.emplace(open());
    }
    [[nodiscard]] std::string bytes() const {
        std::ifstream file(folder_ / "outcomes", std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::optional<Heard> take(const http::Request& request, const std::string& perimeter = "north") {
        auto heard = reader_->take(perimeter, request);
        REQUIRE(heard);
        return std::move(*heard);
    }
    OutcomeReader& reader() { return *reader_; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "outcomes"; }

private:
    OutcomeReader open() {
        auto reader = OutcomeReader::open(path(), sha256_hex(bytes()));
        REQUIRE(reader);
        return std::move(*reader);
    }
    test::ScratchFolder folder_;
    Redactor secrets_;
    std::optional<OutcomeReader> reader_;
};

PartHeader some_header() {
    PartHeader header;
    header.program = program_of_parts();
    header.part = {2, 3};
    header.period = {Month::parse("2026-10"), Month::parse("2026-10")};
    header.view.contracts = {"OCB*"};
    header.perimeters = {"north", "south"};
    header.source = "https://api.example/v1";
    header.logins = {{"north", "https://api.example/v1", "https://api.example/oauth"}};
    header.share = {1, 2};
    header.run_id = "20261102T031500Z-3f9a1c2b";
    header.host = "pod-1";
    header.mark = "mark";
    header.requests.lists = 12;
    header.refetch = true;
    header.file_bytes = 1234567890123;
    header.exit_code = ExitCode::incomplete;
    header.missing = {"a \"sentence\""};
    return header;
}

void append(const std::filesystem::path& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

}  // namespace

TEST_CASE("each question gets its own answers, in their order, and none that another login or contract got") {
    const http::Request list = request_for("/v1/documents?documentType=&limit=1000", "OCB1");
    const http::Request other = request_for("/v1/documents?documentType=&limit=1000", "OCB2");
    Kept kept([&](OutcomeWriter& writer) {
        REQUIRE(writer.add(answered(list, "first")));
        REQUIRE(writer.add(answered(other, "of another contract")));
        REQUIRE(writer.add(answered(list, "second")));
        REQUIRE(writer.add(answered(list, "of the south", "south")));
        CHECK(writer.has("north", other));
        CHECK_FALSE(writer.has("south", other));
    });
    const auto first = kept.take(list);
    REQUIRE(first);
    REQUIRE(first->answer);
    CHECK(first->answer->body == "first");
    CHECK(first->answer->status == 200);
    CHECK(first->answer->headers.find("content-type") == "application/json");
    CHECK(first->answer->peer->subject == "CN=api");
    CHECK(first->answer->head_at == Timestamp(std::chrono::milliseconds(1500)));
    CHECK(first->asked == list.url);
    CHECK(first->attempts == 2);
    CHECK(first->run_id == "run-1");
    CHECK(first->body_sha256 == sha256_hex("first"));
    CHECK(kept.take(list)->answer->body == "second");
    CHECK_FALSE(kept.take(list));
    CHECK(kept.take(list, "south")->answer->body == "of the south");
    CHECK_FALSE(kept.take(request_for("/v1/documents?documentType=bills&limit=1000", "OCB1")));
    kept.reader().rewind();
    CHECK(kept.take(list)->answer->body == "first");
}

TEST_CASE("a list that was cut by its limit never answers for one with a higher limit") {
    Kept kept([](OutcomeWriter& writer) {
        REQUIRE(writer.add(answered(request_for("/v1/documents?documentType=&limit=10", "OCB1"), "cut")));
    });
    CHECK_FALSE(kept.take(request_for("/v1/documents?documentType=&limit=40", "OCB1")));
    CHECK(kept.take(request_for("/v1/documents?documentType=&limit=10", "OCB1"))->answer->body == "cut");
}

TEST_CASE("an id as long as a server likes costs no part") {
    const std::string one = std::string(300000, 'x') + "1";
    const std::string other = std::string(300000, 'x') + "2";
    Kept kept([&](OutcomeWriter& writer) {
        REQUIRE(writer.add(answered(request_for("/v1/documents", one), "of one")));
        REQUIRE(writer.add(answered(request_for("/v1/documents", other), "of the other")));
        REQUIRE(writer.add_asked_by("north", one, {true}));
    });
    CHECK(kept.take(request_for("/v1/documents", other))->answer->body == "of the other");
    CHECK(kept.take(request_for("/v1/documents", one))->answer->body == "of one");
    CHECK((*kept.reader().asked_by("north", one))->trusted);
    CHECK_FALSE(*kept.reader().asked_by("north", other));
}

TEST_CASE("a failure comes back with its words in both languages, and a login's refusal answers all that it asks") {
    Error error = fail(ErrorCode::forbidden, "access {denied}", "/v1/contract", "ask for the rights").value();
    error.http_status = 403;
    error.gateway_code = 50;
    error.request_id = "abc";
    const http::Request detail = request_for("/v1/contract", "OCB1");
    Kept kept([&](OutcomeWriter& writer) {
        Heard heard = answered(detail, "");
        heard.answer = fail(error);
        REQUIRE(writer.add(heard));
        REQUIRE(writer.add_refusal("south", error, Timestamp{}, "run-2"));
    });
    for (const auto& heard : {kept.take(detail), kept.take(request_for("/v1/anything"), "south"), kept.take(detail, "south")}) {
        REQUIRE(heard);
        REQUIRE_FALSE(heard->answer);
        CHECK(heard->answer.error().to_line() == error.to_line());
        CHECK(heard->answer.error().message.in(Language::french) == error.message.in(Language::french));
        CHECK(heard->answer.error().http_status == 403);
        CHECK(heard->answer.error().gateway_code == 50);
        CHECK(heard->answer.error().code == ErrorCode::forbidden);
    }
}

TEST_CASE("what a login was not asked has another one's last answer, as often as it is asked for") {
    const http::Request file = request_for("/v1/documents/D1/file", "OCB1");
    const http::Request other = request_for("/v2/documents/D1/file", "OCB1");
    Kept kept([&](OutcomeWriter& writer) {
        CHECK_FALSE(writer.has("south", file));
        REQUIRE(writer.add_same("south", file, "west", other));
        REQUIRE(writer.add_same("west", other, "north", file));
        CHECK(writer.has("south", file));
        REQUIRE(writer.add(answered(file, "not ready")));
        REQUIRE(writer.add(answered(file, "bytes")));
        REQUIRE(writer.add_same("east", file, "nobody", file));
    });
    CHECK(kept.take(file, "south")->answer->body == "bytes");
    CHECK(kept.take(file, "south")->answer->body == "bytes");
    CHECK(kept.take(other, "west")->answer->body == "bytes");
    CHECK(kept.take(file)->answer->body == "not ready");
    CHECK(kept.take(file)->answer->body == "bytes");
    CHECK_FALSE(kept.take(file));
    CHECK_FALSE(kept.take(request_for("/v1/documents/D1/file", "OCB2"), "south"));
    CHECK(kept.reader().take("east", file).error().code == ErrorCode::verification);
}

TEST_CASE("what a list was asked by is no answer to a question, and comes back whole") {
    const AskedBy options{true, 7, 1000, 12, 3, 40, 20, {"D1", "D\n2"}};
    Kept kept([&](OutcomeWriter& writer) {
        REQUIRE(writer.add_asked_by("north", "OCB1", options));
        REQUIRE(writer.add_asked_by("north", "", {}));
    });
    const auto again = kept.reader().asked_by("north", "OCB1");
    REQUIRE(again);
    REQUIRE(*again);
    CHECK(**again == options);
    CHECK(**kept.reader().asked_by("north", "") == AskedBy{});
    CHECK_FALSE(*kept.reader().asked_by("south", "OCB1"));
    CHECK_FALSE(*kept.reader().asked_by("north", "OCB2"));
}

TEST_CASE("of several parts, each that can have an answer is asked, in their order") {
    const http::Request list = request_for("/v1/documents", "OCB1");
    const http::Request file = request_for("/v1/documents/D1/file", "OCB1");
    const Error error = fail(ErrorCode::forbidden, "access denied").value();
    Kept first([&](OutcomeWriter& writer) { REQUIRE(writer.add(answered(request_for("/v1/documents", "OCB2"), "of another contract"))); });
    Kept second([&](OutcomeWriter& writer) {
        REQUIRE(writer.add(answered(list, "listed")));
        REQUIRE(writer.add(answered(list, "listed once more")));
        REQUIRE(writer.add(answered(file, "bytes")));
        REQUIRE(writer.add_same("west", file, "north", file));
        REQUIRE(writer.add_asked_by("north", "OCB1", {}));
    });
    Kept third([&](OutcomeWriter& writer) {
        REQUIRE(writer.add_refusal("south", error, Timestamp{}, "run-1"));
        REQUIRE(writer.add(answered(list, "listed by another part")));
    });
    const OutcomeIndex index({&first.reader(), &second.reader(), &third.reader()});
    using Places = std::vector<std::uint32_t>;
    CHECK(index.readers_of("north", list) == Places{1, 2});
    CHECK(index.readers_of("north", request_for("/v1/documents", "OCB2")) == Places{0});
    CHECK(index.readers_of("west", file) == Places{1});
    CHECK(index.readers_of("south", file) == Places{2});
    CHECK(index.readers_of("south", request_for("/v1/anything")) == Places{2});
    CHECK(index.readers_of("north", "OCB1") == Places{1});
    CHECK(index.readers_of("north", request_for("/v1/anything")).empty());
    CHECK(OutcomeIndex().readers_of("north", list).empty());
}

TEST_CASE("no secret is kept, and whoever reads it knows that one stood there") {
    const http::Request list = request_for("/v1/contracts");
    Kept kept([&](OutcomeWriter& writer) { REQUIRE(writer.add(answered(list, R"({"name": "a-very-secret-key"})"))); });
    CHECK(kept.bytes().find("a-very-secret-key") == std::string::npos);
    const auto heard = kept.take(list);
    CHECK(heard->answer->body == R"({"name": "mark-0123456789"})");
    CHECK(heard->body_sha256 == sha256_hex(R"({"name": "a-very-secret-key"})"));
}

TEST_CASE("outcomes whose bytes changed, were cut or are none are refused") {
    Kept kept([](OutcomeWriter& writer) { REQUIRE(writer.add(answered(request_for("/v1/contracts"), "body"))); });
    const std::string bytes = kept.bytes();
    CHECK(OutcomeReader::open(kept.path(), std::string(64, '0')).error().code == ErrorCode::verification);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const std::string cut = bytes.substr(0, length);
        std::ofstream(kept.path(), std::ios::binary) << cut;
        const auto opened = OutcomeReader::open(kept.path(), sha256_hex(cut));
        if (opened) {  // a file without answers
            CHECK(length < bytes.size() / 2);
        } else {
            CHECK(opened.error().code == ErrorCode::verification);
        }
    }
}

TEST_CASE("a sealed part says what it was sealed with") {
    const test::ScratchFolder folder;
    append(folder / "outcomes", "some");
    const std::string object = sha256_hex("file");
    REQUIRE(seal_part(folder.path(), some_header(), {{object_name(object), object}}));
    const auto part = open_part(folder.path());
    REQUIRE(part);
    const PartHeader header = some_header();
    CHECK(part->header.part == header.part);
    CHECK(part->header.period == header.period);
    CHECK(part->header.view == header.view);
    CHECK(part->header.perimeters == header.perimeters);
    CHECK(part->header.logins.front().oauth_url == "https://api.example/oauth");
    CHECK(part->header.share == header.share);
    CHECK(part->header.requests.lists == 12);
    CHECK(part->header.refetch);
    CHECK(part->header.file_bytes == 1234567890123);
    CHECK(part->header.exit_code == ExitCode::incomplete);
    CHECK(part->header.missing == header.missing);
    CHECK(part->outcomes_sha256 == sha256_hex("some"));
    CHECK(part->objects == std::vector<std::string>{object});
}

TEST_CASE("half a part, or one whose header was changed, is none") {
    const auto code_after = [](const std::function<void(const test::ScratchFolder&)>& change) {
        const test::ScratchFolder folder;
        append(folder / "outcomes", "some");
        REQUIRE(seal_part(folder.path(), some_header(), {}));
        change(folder);
        const auto part = open_part(folder.path());
        return part ? std::optional<ErrorCode>() : std::optional(part.error().code);
    };
    CHECK_FALSE(code_after([](const auto&) {}));
    CHECK(code_after([](const auto& folder) { std::filesystem::remove(folder / "part.sha256"); }) == ErrorCode::verification);
    CHECK(code_after([](const auto& folder) { std::filesystem::remove(folder / "part.json"); }) == ErrorCode::verification);
    CHECK(code_after([](const auto& folder) { append(folder / "part.json", " "); }) == ErrorCode::verification);
    CHECK(code_after([](const auto& folder) { append(folder / "part.sha256", "x"); }) == ErrorCode::verification);
    CHECK(code_after([](const auto& folder) { append(folder / "part.sha256", std::string(64, 'a') + "  ../../etc/passwd\n"); }) ==
          ErrorCode::verification);
    CHECK(open_part("/nowhere/at/all").error().code == ErrorCode::bad_input);
}

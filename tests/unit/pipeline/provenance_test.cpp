// Where the bytes of fetched files came from, kept over runs.
#include "pipeline/provenance.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "base/files.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;
using namespace moisson::pipeline;
using moisson::test::ScratchFolder;

FileProvenance make_provenance(std::string document_id, std::string run_id = "run-1") {
    FileProvenance file;
    file.contract_id = "OCB0000001";
    file.document_id = std::move(document_id);
    file.sha256 = std::string(64, 'a');
    file.run_id = std::move(run_id);
    file.call.sent_at = *parse_timestamp("2026-11-02T08:00:00.123Z");
    file.call.head_at = *parse_timestamp("2026-11-02T08:00:00.456Z");
    file.call.url = "https://api.example.com/documents/1/file";
    file.call.redirected_to = "https://files.example.com/1";
    file.call.status = 200;
    file.call.request_id = "r-\"1\"\n";
    file.call.attempts = 3;
    file.call.headers = {{"Content-Type", "application/pdf"}, {"ETag", "\"x\\y\""}};
    file.call.peer = http::PeerCertificate{"CN=api.example.com", "CN=authority", std::string(64, 'b')};
    return file;
}

void append_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

transfer::Answer answer_with(std::string url, std::initializer_list<std::pair<std::string, std::string>> headers) {
    transfer::Answer answer;
    answer.status = 200;
    answer.url = *http::Url::parse(url);
    for (const auto& [name, value] : headers) {
        answer.headers.add(name, value);
    }
    return answer;
}

}  // namespace

TEST_CASE("a later run is told where a file came from, whatever was torn in between") {
    // If this failed, a month that is published again would say nothing of how its files were fetched.
    const ScratchFolder folder;
    const auto path = folder.path() / "state.provenance";
    const FileProvenance first = make_provenance(std::string("a \0 b\nc", 7));
    const FileProvenance older = make_provenance("two");
    const FileProvenance newer = make_provenance("two", "run-2");
    {
        ProvenanceLog log(path);
        CHECK_FALSE(std::filesystem::exists(path));
        REQUIRE(log.append(first));
        REQUIRE(log.append(older));
    }
    append_text(path, provenance_line(make_provenance("torn")).substr(0, 100));  // killed
    {
        ProvenanceLog log(path);
        REQUIRE(log.append(newer));
        REQUIRE(log.append(make_provenance("nobody asks")));
    }
    append_text(path, std::string(200'000, 'x') + "\n" + std::string(64, '0') + " no JSON\n" + provenance_line(make_provenance("last")));
    ProvenanceIndex index;
    for (const auto* id : {"two", "torn", "never", "last"}) {
        index.want("OCB0000001", id, first.sha256);
    }
    index.want(first.contract_id, first.document_id, first.sha256);
    index.read(path);
    CHECK(index.find(first.contract_id, first.document_id, first.sha256) == first);
    CHECK(index.find("OCB0000001", "two", first.sha256) == newer);
    CHECK(index.find("OCB0000001", "last", first.sha256) == make_provenance("last"));
    CHECK_FALSE(index.find("OCB0000001", "torn", first.sha256));
    CHECK_FALSE(index.find("OCB0000001", "never", first.sha256));
    CHECK_FALSE(index.find("OCB0000001", "two", std::string(64, 'f')));
    ProvenanceIndex none;
    none.want("OCB0000001", "two", first.sha256);
    none.read(folder.path() / "missing");
    CHECK_FALSE(none.find("OCB0000001", "two", first.sha256));
}

TEST_CASE("a line that says it is another file's is no line") {
    // If this failed, a swapped line would tell of one file with another's evidence.
    std::string line = provenance_line(make_provenance("one"));
    CHECK(read_provenance_line(line) == make_provenance("one"));
    line.replace(0, 64, provenance_line(make_provenance("two")).substr(0, 64));
    CHECK_FALSE(read_provenance_line(line));
    CHECK_FALSE(read_provenance_line(""));
    CHECK_FALSE(read_provenance_line(std::string(64, '0') + " {}\n"));
}

TEST_CASE("evidence of a call holds no secret, no signature and nothing that a reader obeys") {
    // If this failed, whoever is handed the evidence could use the customer's account.
    Redactor secrets;
    secrets.watch("s3cr3t-key");
    const std::string signature(60, 'Z');
    const http::Url asked = *http::Url::parse("https://api.example.com/documents?documentType=bills&limit=10&cursor=abc&flag");
    const transfer::Answer answer =
        answer_with("https://a-very-long-name-of-a-bucket.s3.eu-west-3.amazonaws.com/file/" + signature +
                        "/a.pdf?X-Amz-Signature=" + signature,
                    {{"Content-Type", "application/pdf\x1b[31m"},
                     {"content-disposition", "attachment; filename=\"s3cr3t-key.pdf\""},
                     {"ETag", std::string(5000, 'e')},
                     {"Set-Cookie", "session=1"},
                     {"Last-Modified", "one"},
                     {"Last-Modified", "two"},
                     {"X-OAPI-Request-Id", "id-s3cr3t-key"}});
    const CallFacts call = facts_of(asked, answer, 2, secrets);
    CHECK(call.url == "https://api.example.com/documents?documentType=bills&limit=10&cursor=…&…");
    CHECK(call.redirected_to == "https://a-very-long-name-of-a-bucket.s3.eu-west-3.amazonaws.com/file/[hidden]/a.pdf");
    CHECK(call.request_id == "id-***");
    REQUIRE(call.headers.size() == 4);
    CHECK(call.headers[0].first == "Content-Type");
    CHECK(call.headers[0].second == "application/pdf\\x1b[31m");
    CHECK(call.headers[1].second == "attachment; filename=\"***.pdf\"");
    CHECK(call.headers[2].second.size() < 310);
    CHECK(call.headers[3].second == "one, two");
    CHECK_FALSE(call.peer);
    CHECK(call.attempts == 2);
}

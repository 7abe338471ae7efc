#include "evidence/timestamp.hpp"

#include <doctest/doctest.h>

#include <string>

#include "authority.hpp"
#include "base/digest.hpp"

using namespace moisson;
using namespace moisson::evidence;
using test::Authority;

namespace {

const std::string content = "what happened\n";

/// An authority with a usual certificate for time stamps.
struct Stamping {
    Authority authority;
    std::string digest = sha256_hex(content);
    std::string request = make_timestamp_request(digest).value();
    Trust trust;

    Stamping() {
        authority.certify("tsa", "stamps", "20200101000000Z", "20991231235959Z");
        trust = Trust::read(authority.folder() / "ca.pem").value();
    }
    [[nodiscard]] std::string said(const Result<TokenFacts>& result) const { return result ? "holds" : result.error().to_line(); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a stamp that no auditor's tool accepts would be worthless") {
    const Stamping one;
    const std::string answer = one.authority.answer(one.request);
    const auto facts = check_timestamp_answer(one.request, answer, one.trust);
    REQUIRE_MESSAGE(facts, one.said(facts));
    CHECK(facts->authority == "CN=tsa");
    CHECK(facts->policy == "1.2.3.4.1");
    CHECK(facts->serial == "2b");
    CHECK(facts->trusted);
    CHECK(format_timestamp_seconds(facts->certificate_end) == "2099-12-31T23:59:59Z");

    one.authority.folder().write("content", content);
    one.authority.folder().write("kept.tsr", answer);
    CHECK(one.authority.runs("ts -verify -in kept.tsr -data content -CAfile ca.pem"));
    CHECK(one.authority.runs("ts -verify -in kept.tsr -queryfile request.tsq -CAfile ca.pem"));

    const auto later = verify_timestamp(answer, one.digest, one.trust);
    REQUIRE_MESSAGE(later, one.said(later));
    CHECK(later->time == facts->time);
    const auto by_nobody = verify_timestamp(answer, one.digest, {});
    REQUIRE_MESSAGE(by_nobody, one.said(by_nobody));
    CHECK_FALSE(by_nobody->trusted);
}

TEST_CASE("a stamp of other bytes, or the answer to another question, would be kept as proof") {
    const Stamping one;
    const std::string answer = one.authority.answer(one.request);
    CHECK(has(one.said(verify_timestamp(answer, sha256_hex("other\n"), one.trust)), "of other bytes"));
    const std::string again = make_timestamp_request(one.digest).value();
    CHECK(has(one.said(check_timestamp_answer(again, answer, one.trust)), "nonce"));
    // The same digest by name of another function.
    one.authority.folder().write("content", content);
    one.authority.run("ts -query -data content -sha512 -no_nonce -cert -out request.tsq");
    CHECK(has(one.said(verify_timestamp(one.authority.answer(one.authority.folder().read("request.tsq")), one.digest, one.trust)),
              "of other bytes"));
}

TEST_CASE("damage anywhere in a token would stay unseen") {
    const Stamping one;
    const std::string answer = one.authority.answer(one.request);
    CHECK(has(one.said(verify_timestamp("", one.digest, one.trust)), "no time stamp"));
    CHECK(has(one.said(verify_timestamp("<html>busy</html>", one.digest, one.trust)), "no time stamp"));
    CHECK(has(one.said(verify_timestamp(answer + " ", one.digest, one.trust)), "follow the end"));
    CHECK_FALSE(verify_timestamp(answer.substr(0, answer.size() - 1), one.digest, one.trust));
    CHECK(has(one.said(verify_timestamp(std::string(token_bytes_max + 1, '0'), one.digest, one.trust)), "1 MiB"));
    // The last bytes are the signature's.
    std::string changed = answer;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    CHECK_FALSE(verify_timestamp(changed, one.digest, one.trust));
    // Without the certificates above the signer's, of which nothing but the name is read here.
    const std::string bare = one.authority.answer(one.request, "tsa", false);
    const Timestamp time = verify_timestamp(bare, one.digest, one.trust).value().time;
    std::size_t free_bytes = 0;
    for (std::size_t at = 0; at < bare.size(); ++at) {
        changed = bare;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        if (const auto facts = verify_timestamp(changed, one.digest, one.trust)) {
            ++free_bytes;
            CHECK(facts->time == time);
        }
    }
    // The names of the algorithms and the kinds of text in the issuer's name: RFC 5652 signs neither.
    CHECK(free_bytes < 32);
}

TEST_CASE("an authority that nobody named, or a certificate for something else, would pass") {
    const Stamping one;
    const Authority stranger("Another root");
    stranger.certify("tsa", "stamps", "20200101000000Z", "20991231235959Z");
    const std::string of_stranger = stranger.answer(one.request);
    CHECK(has(one.said(verify_timestamp(of_stranger, one.digest, one.trust)), "none of the authorities"));
    CHECK(verify_timestamp(of_stranger, one.digest, {}));

    one.authority.certify("web", "plain", "20200101000000Z", "20991231235959Z");
    one.authority.folder().write("request.tsq", one.request);
    // openssl itself refuses to stamp with it: no reply, or one without a token.
    const bool made = one.authority.runs(
        "ts -reply -config ca.cnf -section one -queryfile request.tsq -signer web.pem -inkey web.key -out answer.tsr");
    CHECK_FALSE((made && verify_timestamp(one.authority.folder().read("answer.tsr"), one.digest, one.trust)));
}

TEST_CASE("a certificate that ended meanwhile would take the proof with it, and one that had ended before would give one") {
    const Stamping one;
    one.authority.certify("past", "stamps", "20200101000000Z", "20210101000000Z");
    CHECK(has(one.said(verify_timestamp(one.authority.answer(one.request, "past"), one.digest, one.trust)),
              "was not valid when it stamped"));

    const std::string answer = one.authority.answer_of(one.digest, "20200601120000Z", "past");
    for (const Trust& trust : {one.trust, Trust()}) {
        const auto facts = verify_timestamp(answer, one.digest, trust);
        REQUIRE_MESSAGE(facts, one.said(facts));
        CHECK(format_timestamp_seconds(facts->time) == "2020-06-01T12:00:00Z");
        CHECK(format_timestamp_seconds(facts->certificate_end) == "2021-01-01T00:00:00Z");
    }
    // OpenSSL says the same, when it is told as of when (1590969600: 2020-06-01).
    one.authority.folder().write("content", content);
    one.authority.folder().write("kept.tsr", answer);
    CHECK(one.authority.runs("ts -verify -in kept.tsr -data content -CAfile ca.pem -attime 1590969600"));
    CHECK_FALSE(one.authority.runs("ts -verify -in kept.tsr -data content -CAfile ca.pem"));
    CHECK(has(one.said(verify_timestamp(one.authority.answer_of(one.digest, "20191231235959Z", "past"), one.digest, one.trust)),
              "was not valid when it stamped"));
}

TEST_CASE("a revoked authority's stamps would go on counting, or those of one that only ceased would not") {
    const Stamping one;
    const std::string answer = one.authority.answer(one.request);
    const auto by = [&](const std::string& date, const std::string& reason) {
        const Trust trust = Trust::read(one.authority.revoke("tsa", date, reason)).value();
        return one.said(verify_timestamp(answer, one.digest, trust));
    };
    CHECK(has(by("200601000000Z", "superseded"), "is revoked since 2020-06-01T00:00:00Z"));
    CHECK(by("491231000000Z", "superseded") == "holds");
    CHECK(by("491231000000Z", "cessationOfOperation") == "holds");
    CHECK(has(by("491231000000Z", "keyCompromise"), "is revoked"));
    CHECK(has(by("491231000000Z", ""), "is revoked"));
    one.authority.certify("other", "stamps", "20200101000000Z", "20991231235959Z");
    const Trust of_another = Trust::read(one.authority.revoke("other", "200601000000Z", "keyCompromise")).value();
    CHECK(one.said(verify_timestamp(answer, one.digest, of_another)) == "holds");
}

TEST_CASE("a file of authorities that holds none would be taken for one") {
    const test::ScratchFolder folder;
    CHECK(has(Trust::read(folder / "nowhere.pem").error().to_line(), "cannot be read"));
    CHECK(has(Trust::read(folder.write("text", "no certificate\n")).error().to_line(), "no certificate"));
    const Authority one;
    const Authority other("Another root");
    other.run("ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -out list.pem");
    folder.write("both.pem", one.folder().read("ca.pem") + other.folder().read("list.pem"));
    CHECK(has(Trust::read(folder / "both.pem").error().to_line(), "signed by none of its certificates"));
}

TEST_CASE("what is no digest would be stamped") {
    CHECK_FALSE(make_timestamp_request("abc"));
    CHECK_FALSE(make_timestamp_request(std::string(64, 'g')));
    CHECK(make_timestamp_request(std::string(64, 'A')));
}

#include "evidence/signature.hpp"

#include <doctest/doctest.h>

#include <string>

#include "authority.hpp"

using namespace moisson;
using namespace moisson::evidence;
using test::Authority;

namespace {

const std::string content = "what happened\nby line\r\n";
const Timestamp today = *parse_timestamp("2026-11-30T12:00:00Z");

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

template <class T>
std::string said(const Result<T>& result) {
    return result ? "holds" : result.error().to_line();
}

struct Signing {
    Authority authority;
    Signing() { authority.certify("seal", "plain", "20200101000000Z", "20991231235959Z"); }
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return authority.folder() / name; }
    [[nodiscard]] Trust trust() const { return Trust::read(*this / "ca.pem").value(); }
};

}  // namespace

TEST_CASE("a signature that openssl does not accept, or one that fits other bytes, would be handed to the auditor") {
    const Signing one;
    const auto signer = Signer::from_pem(one / "seal.pem", one / "seal.key", "");
    REQUIRE_MESSAGE(signer, said(signer));
    CHECK(signer->subject() == "CN=seal");
    const auto signature = signer->sign(content, today);
    REQUIRE_MESSAGE(signature, said(signature));

    const auto facts = verify_signature(*signature, content, one.trust(), today);
    REQUIRE_MESSAGE(facts, said(facts));
    CHECK(facts->signer == "CN=seal");
    CHECK(facts->time == today);
    CHECK(facts->trusted);

    one.authority.folder().write("content", content);
    one.authority.folder().write("content.p7s", *signature);
    const std::string verify = "cms -verify -binary -inform DER -in content.p7s -content content -CAfile ca.pem -purpose any -out shown";
    CHECK(one.authority.runs(verify));
    one.authority.folder().write("content", content + "x");
    CHECK_FALSE(one.authority.runs(verify));

    CHECK(has(said(verify_signature(*signature, content + "x", one.trust(), today)), "not one of these bytes"));
    CHECK(has(said(verify_signature(*signature + "x", content, one.trust(), today)), "follow the end"));
    CHECK(has(said(verify_signature("text", content, one.trust(), today)), "no CMS signature"));
    CHECK(has(said(verify_signature(signature->substr(0, 200), content, one.trust(), today)), "no CMS signature"));
    std::string changed = *signature;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    CHECK_FALSE(verify_signature(changed, content, {}, today));
}

TEST_CASE("openssl's own signatures, as a sign_command makes them, would be refused") {
    const Signing one;
    one.authority.folder().write("content", content);
    one.authority.run("cms -sign -binary -in content -signer seal.pem -inkey seal.key -outform DER -out own.p7s");
    const auto facts = verify_signature(one.authority.folder().read("own.p7s"), content, one.trust(), today);
    REQUIRE_MESSAGE(facts, said(facts));
    CHECK(facts->signer == "CN=seal");
    // One that holds the content beside is no detached one.
    one.authority.run("cms -sign -binary -nodetach -in content -signer seal.pem -inkey seal.key -outform DER -out whole.p7s");
    CHECK(has(said(verify_signature(one.authority.folder().read("whole.p7s"), content, one.trust(), today)), "detached"));
    one.authority.run("cms -sign -binary -nocerts -in content -signer seal.pem -inkey seal.key -outform DER -out bare.p7s");
    CHECK(has(said(verify_signature(one.authority.folder().read("bare.p7s"), content, one.trust(), today)),
              "does not hold the certificate"));
}

TEST_CASE("a signer whom nobody named, or whose certificate had ended, would pass for one of ours") {
    const Signing one;
    const Authority other("Another root");
    const auto signer = Signer::from_pem(one / "seal.pem", one / "seal.key", "").value().sign(content, today).value();
    const Trust stranger = Trust::read(other.folder() / "ca.pem").value();
    CHECK(has(said(verify_signature(signer, content, stranger, today)), "none of the authorities"));
    CHECK_FALSE(verify_signature(signer, content, {}, today).value().trusted);

    one.authority.certify("past", "plain", "20200101000000Z", "20210101000000Z");
    const auto past = Signer::from_pem(one / "past.pem", one / "past.key", "");
    REQUIRE(past);
    CHECK_FALSE(verify_signature(past->sign(content, today).value(), content, one.trust(), today));
    // While it was valid it signed well, and that stays so.
    const Timestamp then = *parse_timestamp("2020-06-01T00:00:00Z");
    CHECK(verify_signature(past->sign(content, then).value(), content, one.trust(), today));
}

TEST_CASE("a key that does not fit, or does not open, would be found out at the end of a month's export only") {
    const Signing one;
    one.authority.certify("other", "plain", "20200101000000Z", "20991231235959Z");
    CHECK(has(said(Signer::from_pem(one / "seal.pem", one / "other.key", "")), "not the one of the certificate"));
    CHECK(has(said(Signer::from_pem(one / "nowhere.pem", one / "seal.key", "")), "cannot be read"));
    CHECK(has(said(Signer::from_pem(one / "seal.key", one / "seal.key", "")), "no certificate"));
    CHECK(has(said(Signer::from_pem(one / "seal.pem", one / "seal.pem", "")), "no key"));
    one.authority.run("pkey -in seal.key -aes256 -passout pass:geheim -out locked.key");
    CHECK(has(said(Signer::from_pem(one / "seal.pem", one / "locked.key", "")), "no passphrase is given"));
    CHECK(has(said(Signer::from_pem(one / "seal.pem", one / "locked.key", "wrong")), "does not open"));
    CHECK(Signer::from_pem(one / "seal.pem", one / "locked.key", "geheim"));
}

TEST_CASE("a PKCS#12 container would not open, or hide why") {
    const Signing one;
    one.authority.run("pkcs12 -export -in seal.pem -inkey seal.key -certfile ca.pem -passout pass:geheim -out seal.p12");
    const auto signer = Signer::from_pkcs12(one / "seal.p12", "geheim");
    REQUIRE_MESSAGE(signer, said(signer));
    CHECK(verify_signature(signer->sign(content, today).value(), content, one.trust(), today));
    CHECK(has(said(Signer::from_pkcs12(one / "seal.p12", "wrong")), "does not open with the passphrase"));
    CHECK(has(said(Signer::from_pkcs12(one / "seal.p12", "")), "no passphrase is given"));
    CHECK(has(said(Signer::from_pkcs12(one / "seal.pem", "")), "no PKCS#12 container"));
    one.authority.run("pkcs12 -export -in seal.pem -inkey seal.key -passout pass: -out open.p12");
    CHECK(Signer::from_pkcs12(one / "open.p12", ""));
    one.authority.run("pkcs12 -export -nokeys -in seal.pem -passout pass: -out keyless.p12");
    CHECK(has(said(Signer::from_pkcs12(one / "keyless.p12", "")), "no key with its certificate"));
}

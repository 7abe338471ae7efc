#include "evidence/timestamp.hpp"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "evidence/libcrypto.hpp"

namespace moisson::evidence {

namespace {

constexpr std::size_t sha256_bytes = 32;

using RequestPtr = std::unique_ptr<TS_REQ, Freeing<TS_REQ_free>>;
using ResponsePtr = std::unique_ptr<TS_RESP, Freeing<TS_RESP_free>>;
using ImprintPtr = std::unique_ptr<TS_MSG_IMPRINT, Freeing<TS_MSG_IMPRINT_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Freeing<X509_ALGOR_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Freeing<ASN1_INTEGER_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freeing<BN_free>>;

std::optional<std::array<unsigned char, sha256_bytes>> bytes_of_digest(std::string_view sha256) {
    std::array<unsigned char, sha256_bytes> bytes{};
    if (sha256.size() != 2 * sha256_bytes) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < sha256.size(); ++at) {
        const char digit = lower(sha256[at]);
        if (!is_digit(digit) && (digit < 'a' || digit > 'f')) {
            return std::nullopt;
        }
        const int value = is_digit(digit) ? digit - '0' : digit - 'a' + 10;
        bytes[at / 2] = static_cast<unsigned char>(bytes[at / 2] * 16 + value);
    }
    return bytes;
}

std::string hexadecimal(const ASN1_INTEGER* number) {
    const NumberPtr value(ASN1_INTEGER_to_BN(number, nullptr));
    char* text = value == nullptr ? nullptr : BN_bn2hex(value.get());
    std::string words = text == nullptr ? "?" : text;
    OPENSSL_free(text);
    return lower(words);
}

std::string dotted(const ASN1_OBJECT* object) {
    std::array<char, 128> text{};
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return size > 0 ? sanitise(text.data()) : "?";
}

IntegerPtr make_nonce() {
    std::array<unsigned char, 8> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        return nullptr;
    }
    random[0] |= 0x40U;  // never 0, and of one length: some authorities refuse a short one
    random[0] &= 0x7fU;
    const NumberPtr number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
    return number == nullptr ? nullptr : IntegerPtr(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

bool names_sha256(TS_MSG_IMPRINT* imprint) {
    X509_ALGOR* algorithm = TS_MSG_IMPRINT_get_algo(imprint);
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    return OBJ_obj2nid(object) == NID_sha256;
}

Result<ResponsePtr> parse_answer(std::string_view answer) {
    if (answer.size() > token_bytes_max) {
        return refuse("the time stamp is longer than 1 MiB");
    }
    ERR_clear_error();
    const auto* at = reinterpret_cast<const unsigned char*>(answer.data());
    const auto* end = at + answer.size();
    ResponsePtr response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size())));
    if (response == nullptr) {
        return refuse("this is no time stamp", take_errors());
    }
    if (at != end) {
        return refuse("bytes follow the end of the time stamp");
    }
    return response;
}

/// The words of an authority that refuses (RFC 3161 §2.4.2).
Status check_granted(TS_RESP* response) {
    TS_STATUS_INFO* info = TS_RESP_get_status_info(response);
    const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
    if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) {
        std::string words;
        const STACK_OF(ASN1_UTF8STRING)* texts = TS_STATUS_INFO_get0_text(info);
        for (int at = 0; texts != nullptr && at < sk_ASN1_UTF8STRING_num(texts); ++at) {
            const ASN1_UTF8STRING* text = sk_ASN1_UTF8STRING_value(texts, at);
            words += words.empty() ? "" : "; ";
            words.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text)));
        }
        return refuse(fmt::format("the authority refused the time stamp (status {})", status), sanitise(words));
    }
    if (TS_RESP_get_token(response) == nullptr || TS_RESP_get_tst_info(response) == nullptr) {
        return refuse("the authority's answer holds no time stamp");
    }
    return {};
}

Status check_imprint(TS_TST_INFO* info, std::string_view sha256) {
    const auto wanted = bytes_of_digest(sha256);
    TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
    ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(imprint);
    const bool same = wanted && names_sha256(imprint) && ASN1_STRING_length(digest) == static_cast<int>(sha256_bytes) &&
                      std::equal(wanted->begin(), wanted->end(), ASN1_STRING_get0_data(digest));
    return same ? Status() : Status(refuse("the time stamp is of other bytes: its digest is another one"));
}

/// The certificate whose key is said to have signed, out of the token itself.
Result<CertificatePtr> find_signer(PKCS7* token) {
    if (!PKCS7_type_is_signed(token) || token->d.sign == nullptr) {
        return refuse("the time stamp is not signed");
    }
    const BorrowedCertificates signers(PKCS7_get0_signers(token, nullptr, 0));
    if (signers == nullptr || sk_X509_num(signers.get()) != 1) {
        return refuse("the time stamp does not hold the certificate that signed it", take_errors());
    }
    X509* signer = sk_X509_value(signers.get(), 0);
    X509_up_ref(signer);
    return CertificatePtr(signer);
}

/// Its certificate's validity, signature, purpose, name and way to an authority, all at the time of the stamp.
Status check_signature(PKCS7* token, X509* signer, Timestamp time, const Trust& trust) {
    const auto begins = to_timestamp(X509_get0_notBefore(signer));
    const auto ends = to_timestamp(X509_get0_notAfter(signer));
    if (!begins || !ends || time < *begins || time > *ends) {
        return refuse(fmt::format("the authority's certificate was not valid when it stamped, at {}: it runs from {} to {}",
                                  format_timestamp_seconds(time), begins ? format_timestamp_seconds(*begins) : "?",
                                  ends ? format_timestamp_seconds(*ends) : "?"));
    }
    const StorePtr store = make_store(trust, signer, time);
    ERR_clear_error();
    X509* found = nullptr;
    if (TS_RESP_verify_signature(token, nullptr, store.get(), &found) != 1) {
        const bool is_chain = has_error(ERR_LIB_TS, TS_R_CERTIFICATE_VERIFY_ERROR);
        std::string cause = take_errors();
        return refuse(!is_chain                  ? "the signature of the time stamp does not hold"
                      : trust.names_authorities() ? "the time stamp leads to none of the authorities that are believed"
                                                  : "the certificate that signed the time stamp is not one of an authority for time stamps",
                      std::move(cause));
    }
    X509_free(found);
    return check_not_revoked(trust, signer, time);
}

Result<TokenFacts> check(TS_RESP* response, std::string_view sha256, const ASN1_INTEGER* nonce, const Trust& trust) {
    if (auto granted = check_granted(response); !granted) {
        return fail(std::move(granted.error()));
    }
    TS_TST_INFO* info = TS_RESP_get_tst_info(response);
    PKCS7* token = TS_RESP_get_token(response);
    if (TS_TST_INFO_get_version(info) != 1) {
        return refuse("the time stamp is of another version than 1");
    }
    if (auto same = check_imprint(info, sha256); !same) {
        return fail(std::move(same.error()));
    }
    if (nonce != nullptr && (TS_TST_INFO_get_nonce(info) == nullptr || ASN1_INTEGER_cmp(nonce, TS_TST_INFO_get_nonce(info)) != 0)) {
        return refuse("the answer is to another question: its nonce is not the one that was asked with");
    }
    const auto time = to_timestamp(TS_TST_INFO_get_time(info));
    if (!time) {
        return refuse("the time stamp names no time that can be read");
    }
    auto signer = find_signer(token);
    if (!signer) {
        return fail(std::move(signer.error()));
    }
    if (auto holds = check_signature(token, signer->get(), *time, trust); !holds) {
        return fail(std::move(holds.error()));
    }
    TokenFacts facts;
    facts.time = *time;
    facts.policy = dotted(TS_TST_INFO_get_policy_id(info));
    facts.serial = hexadecimal(TS_TST_INFO_get_serial(info));
    facts.authority = name_in_words(X509_get_subject_name(signer->get()));
    facts.certificate_end = *to_timestamp(X509_get0_notAfter(signer->get()));
    facts.trusted = trust.names_authorities();
    ERR_clear_error();
    return facts;
}

std::string digest_of(TS_REQ* request) {
    ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(request));
    std::string text;
    for (int at = 0; at < ASN1_STRING_length(digest); ++at) {
        text += fmt::format("{:02x}", ASN1_STRING_get0_data(digest)[at]);
    }
    return text;
}

}  // namespace

Result<std::string> make_timestamp_request(std::string_view sha256) {
    const auto digest = bytes_of_digest(sha256);
    if (!digest) {
        return fail(ErrorCode::bad_input, "no SHA-256 digest: 64 hexadecimal digits are expected");
    }
    const RequestPtr request(TS_REQ_new());
    const ImprintPtr imprint(TS_MSG_IMPRINT_new());
    const AlgorithmPtr algorithm(X509_ALGOR_new());
    const IntegerPtr nonce = make_nonce();
    const bool made = request != nullptr && imprint != nullptr && algorithm != nullptr && nonce != nullptr &&
                      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
                      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
                      TS_MSG_IMPRINT_set_msg(imprint.get(), std::array(*digest).data(), static_cast<int>(sha256_bytes)) == 1 &&
                      TS_REQ_set_version(request.get(), 1) == 1 && TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
                      TS_REQ_set_nonce(request.get(), nonce.get()) == 1 && TS_REQ_set_cert_req(request.get(), 1) == 1;
    std::string der = made ? to_der<TS_REQ>(i2d_TS_REQ, request.get()) : std::string();
    if (der.empty()) {
        Error error = fail(ErrorCode::internal, "libcrypto made no request for a time stamp").value();
        error.cause = take_errors();
        return fail(std::move(error));
    }
    return der;
}

Result<TokenFacts> check_timestamp_answer(std::string_view request, std::string_view answer, const Trust& trust) {
    const auto* at = reinterpret_cast<const unsigned char*>(request.data());
    const RequestPtr asked(d2i_TS_REQ(nullptr, &at, static_cast<long>(request.size())));
    if (asked == nullptr) {
        return refuse("the request cannot be read", take_errors());
    }
    const auto response = parse_answer(answer);
    return response ? check(response->get(), digest_of(asked.get()), TS_REQ_get_nonce(asked.get()), trust) : fail(response.error());
}

Result<TokenFacts> verify_timestamp(std::string_view answer, std::string_view sha256, const Trust& trust) {
    const auto response = parse_answer(answer);
    return response ? check(response->get(), sha256, nullptr, trust) : fail(response.error());
}

}  // namespace moisson::evidence

#include "evidence/trust.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "base/files.hpp"
#include "evidence/libcrypto.hpp"

namespace moisson::evidence {

namespace {

constexpr std::uint64_t trust_bytes_max = 16U << 20U;  // the whole of a system's authorities is 220 KB; lists are longer

struct FreeingInfos {
    void operator()(STACK_OF(X509_INFO)* stack) const noexcept { sk_X509_INFO_pop_free(stack, X509_INFO_free); }
};

bool is_signed_by_one_of(X509_CRL* list, const std::vector<CertificatePtr>& certificates) {
    return std::any_of(certificates.begin(), certificates.end(), [&](const CertificatePtr& certificate) {
        EVP_PKEY* key = X509_get0_pubkey(certificate.get());
        return key != nullptr && X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(certificate.get())) == 0 &&
               X509_CRL_verify(list, key) == 1;
    });
}

}  // namespace

Result<Trust> Trust::read(const std::filesystem::path& file) {
    const std::string hint = "Name a PEM file with the certificates of the authorities to believe (\"BEGIN CERTIFICATE\")";
    const auto text = read_file(file, trust_bytes_max);
    if (!text) {
        Error error = fail(ErrorCode::bad_input, "the file of authorities cannot be read", file.string(), hint).value();
        error.cause = text.error().cause.empty() ? text.error().message.english() : text.error().cause;
        return fail(std::move(error));
    }
    ERR_clear_error();
    const BioPtr bio = bytes_to_read(*text);
    const std::unique_ptr<STACK_OF(X509_INFO), FreeingInfos> infos(PEM_X509_INFO_read_bio(bio.get(), nullptr, nullptr, nullptr));
    auto state = std::make_shared<TrustState>();
    for (int at = 0; infos != nullptr && at < sk_X509_INFO_num(infos.get()); ++at) {
        X509_INFO* info = sk_X509_INFO_value(infos.get(), at);
        if (info->x509 != nullptr) {
            X509_up_ref(info->x509);
            state->certificates.emplace_back(info->x509);
        }
        if (info->crl != nullptr) {
            X509_CRL_up_ref(info->crl);
            state->lists.emplace_back(info->crl);
        }
    }
    if (state->certificates.empty()) {
        Error error =
            fail(ErrorCode::bad_input, "the file of authorities holds no certificate that can be read", file.string(), hint).value();
        error.cause = take_errors();
        return fail(std::move(error));
    }
    for (const ListPtr& list : state->lists) {
        if (!is_signed_by_one_of(list.get(), state->certificates)) {
            ERR_clear_error();
            return fail(ErrorCode::bad_input, "a revocation list in the file of authorities is signed by none of its certificates",
                        file.string(),
                        "Add the certificate of " + name_in_words(X509_CRL_get_issuer(list.get())) + ", or take the list out");
        }
    }
    ERR_clear_error();
    Trust trust;
    trust.state_ = std::move(state);
    return trust;
}

}  // namespace moisson::evidence

// X.509 by OpenSSL's own interface.
#include "sandbox/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace moisson::sandbox {

namespace {

constexpr long day_s = 24L * 3600;
constexpr long life_s = 3650 * day_s;

struct KeyFree {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct CertificateFree {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct BioFree {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using Certificate = std::unique_ptr<X509, CertificateFree>;

tl::unexpected<Error> openssl_failed(std::string message) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    Error error = fail(ErrorCode::internal, std::move(message)).value();
    error.cause = text.data();
    ERR_clear_error();
    return fail(std::move(error));
}

Key make_key() { return Key(EVP_EC_gen("P-256")); }

bool add_extension(X509* certificate, X509* issuer, int name, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, name, value);
    if (extension == nullptr) {
        return false;
    }
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

bool set_serial(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        return false;
    }
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7fU) | 0x40U);
    BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
    const bool set = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    return set;
}

/// A certificate of `key` for `name`, not yet signed.
Certificate begin_certificate(EVP_PKEY* key, const char* name) {
    Certificate certificate(X509_new());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const auto add = [subject](const char* field, const char* value) {
        std::array<unsigned char, 64> text{};
        int size = 0;
        for (; value[size] != '\0' && size < 63; ++size) {
            text[static_cast<std::size_t>(size)] = static_cast<unsigned char>(value[size]);
        }
        return X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, text.data(), size, -1, 0) == 1;
    };
    const bool good = X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_serial(certificate.get()) &&
                      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_s) != nullptr &&
                      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), life_s) != nullptr &&
                      X509_set_pubkey(certificate.get(), key) == 1 && add("O", "Moisson sandbox") && add("CN", name);
    return good ? std::move(certificate) : nullptr;
}

std::string to_pem(X509* certificate) {
    const std::unique_ptr<BIO, BioFree> memory(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(memory.get(), certificate) != 1) {
        return {};
    }
    std::string pem(static_cast<std::size_t>(BIO_pending(memory.get())), '\0');
    const int size = BIO_read(memory.get(), pem.data(), static_cast<int>(pem.size()));
    pem.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return pem;
}

}  // namespace

struct Certificates::State {
    Key key;
    Certificate certificate;
};

Certificates::Certificates() : state_(std::make_unique<State>()) {}
Certificates::Certificates(Certificates&&) noexcept = default;
Certificates& Certificates::operator=(Certificates&&) noexcept = default;
Certificates::~Certificates() = default;

Result<Certificates> Certificates::make() {
    const Key ca_key = make_key();
    Certificates made;
    made.state_->key = make_key();
    if (!ca_key || !made.state_->key) {
        return openssl_failed("no key could be made for the sandbox's certificates");
    }
    const Certificate ca = begin_certificate(ca_key.get(), "Moisson sandbox CA");
    made.state_->certificate = begin_certificate(made.state_->key.get(), "localhost");
    X509* server = made.state_->certificate.get();
    const bool good = ca && server != nullptr && X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) == 1 &&
                      add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                      add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") &&
                      X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0 &&
                      X509_set_issuer_name(server, X509_get_subject_name(ca.get())) == 1 &&
                      add_extension(server, ca.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(server, ca.get(), NID_key_usage, "critical,digitalSignature") &&
                      add_extension(server, ca.get(), NID_ext_key_usage, "serverAuth") &&
                      add_extension(server, ca.get(), NID_subject_key_identifier, "hash") &&
                      add_extension(server, ca.get(), NID_authority_key_identifier, "keyid") &&
                      add_extension(server, ca.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
                      X509_sign(server, ca_key.get(), EVP_sha256()) > 0;
    if (!good) {
        return openssl_failed("the sandbox's certificates could not be made");
    }
    made.ca_pem_ = to_pem(ca.get());
    return made;
}

Status Certificates::install(ssl_ctx_st* context) const {
    const bool good = SSL_CTX_use_certificate(context, state_->certificate.get()) == 1 &&
                      SSL_CTX_use_PrivateKey(context, state_->key.get()) == 1 && SSL_CTX_check_private_key(context) == 1 &&
                      SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1;
    if (!good) {
        return openssl_failed("the sandbox's certificate could not be used");
    }
    return {};
}

}  // namespace moisson::sandbox

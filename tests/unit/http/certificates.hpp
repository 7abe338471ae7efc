#pragma once
/// Certificates made on the spot for tests: an authority and what it signs. Nothing here is ever written into the repository.

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "support/scratch_folder.hpp"

namespace moisson::test {

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* pointer) const { release(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;

inline void must(bool fine, const char* what) {
    if (!fine) {
        throw std::runtime_error(what);
    }
}

struct Identity {
    Key key;
    Certificate certificate;

    [[nodiscard]] std::string certificate_pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
        must(PEM_write_bio_X509(bio.get(), certificate.get()) == 1, "PEM");
        return text_of(bio.get());
    }
    [[nodiscard]] std::string key_pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
        must(PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
        return text_of(bio.get());
    }

private:
    static std::string text_of(BIO* bio) {
        const char* bytes = nullptr;
        const long size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &bytes);
        return {bytes, static_cast<std::size_t>(size)};
    }
};

struct CertificateWishes {
    std::string common_name = "test";
    std::string alternative_names{};   ///< OpenSSL's notation: "DNS:a.test,IP:127.0.0.1"; empty: none
    long valid_from_seconds = -86400;  ///< from now
    long valid_to_seconds = 86400;
    bool authority = false;
};

inline void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, by itself when that is null.
inline Identity make_identity(const CertificateWishes& wishes, const Identity* issuer = nullptr) {
    static long serial = 1000;
    Identity made;
    // EVP_EC_gen is a macro with a C cast.
    made.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    made.certificate.reset(X509_new());
    X509* certificate = made.certificate.get();
    must(made.key && certificate != nullptr, "key");
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wishes.valid_from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wishes.valid_to_seconds);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(wishes.common_name.c_str()), -1, -1, 0);
    X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    add_extension(certificate, signer, NID_basic_constraints, wishes.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!wishes.alternative_names.empty()) {
        add_extension(certificate, signer, NID_subject_alt_name, wishes.alternative_names);
    }
    must(X509_sign(certificate, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0, "sign");
    return made;
}

/// An authority with its PEM file in a folder of its own.
struct Authority {
    Identity identity = make_identity({.common_name = "Moisson test authority", .authority = true});
    ScratchFolder folder{};
    std::string ca_file = write("ca.pem", identity.certificate_pem());

    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const { return folder.write(name, text).string(); }
    [[nodiscard]] Identity sign(const CertificateWishes& wishes) const { return make_identity(wishes, &identity); }
};

}  // namespace moisson::test

#pragma once
/// What the files of this room share of libcrypto: owners, its errors as text, its times and names. Only this room includes it.

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "evidence/trust.hpp"

namespace moisson::evidence {

/// Frees with the library's own function.
template <auto Free>
struct Freeing {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
/// A stack and what is in it.
struct FreeingStack {
    void operator()(STACK_OF(X509)* stack) const noexcept;
};

/// A stack alone: what is in it belongs to another.
struct FreeingStackAlone {
    void operator()(STACK_OF(X509)* stack) const noexcept;
};

using BioPtr = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, Freeing<X509_free>>;
using ListPtr = std::unique_ptr<X509_CRL, Freeing<X509_CRL_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freeing<X509_STORE_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), FreeingStack>;
using BorrowedCertificates = std::unique_ptr<STACK_OF(X509), FreeingStackAlone>;

struct TrustState {
    std::vector<CertificatePtr> certificates;
    std::vector<ListPtr> lists;
};

/// Reads from these bytes, which outlive it. Never null.
[[nodiscard]] BioPtr bytes_to_read(std::string_view bytes);
/// What was written into a memory BIO.
[[nodiscard]] std::string bytes_of(BIO* bio);
/// DER by one of libcrypto's i2d functions; empty when it fails.
template <class T>
[[nodiscard]] std::string to_der(int (*write)(const T*, unsigned char**), const T* object) {
    unsigned char* bytes = nullptr;
    const int size = write(object, &bytes);
    if (size <= 0) {
        return {};
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

/// `verification`; this thread's queue of libcrypto's errors is empty afterwards.
[[nodiscard]] tl::unexpected<Error> refuse(std::string message, std::string cause = {});
/// Takes all errors off this thread's queue: the last one's reason and data, sanitised.
[[nodiscard]] std::string take_errors();
/// Whether one of the errors on the queue has this reason; takes none.
[[nodiscard]] bool has_error(int library, int reason);
/// UTC to the second; empty for a time that is none.
[[nodiscard]] std::optional<Timestamp> to_timestamp(const ASN1_TIME* time);
[[nodiscard]] std::time_t to_time_t(Timestamp time);
/// RFC 4514, UTF-8, sanitised.
[[nodiscard]] std::string name_in_words(const X509_NAME* name);

/// A store that holds the authorities as of `time`; without any, `self` alone, which is then believed.
[[nodiscard]] StorePtr make_store(const Trust& trust, X509* self, Timestamp time);
/// `verification` when a list of `trust` revokes the certificate as of `time`; see timestamp.hpp.
[[nodiscard]] Status check_not_revoked(const Trust& trust, X509* certificate, Timestamp time);

}  // namespace moisson::evidence

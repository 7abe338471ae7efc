#include "evidence/libcrypto.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <chrono>

namespace moisson::evidence {

void FreeingStack::operator()(STACK_OF(X509)* stack) const noexcept { sk_X509_pop_free(stack, X509_free); }

void FreeingStackAlone::operator()(STACK_OF(X509)* stack) const noexcept { sk_X509_free(stack); }

BioPtr bytes_to_read(std::string_view bytes) {
    BioPtr bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    MOISSON_INVARIANT(bio != nullptr, "libcrypto gives a memory BIO");
    return bio;
}

std::string bytes_of(BIO* bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

tl::unexpected<Error> refuse(std::string message, std::string cause) {
    Error error = fail(ErrorCode::verification, std::move(message)).value();
    error.cause = std::move(cause);
    ERR_clear_error();
    return fail(std::move(error));
}

std::string take_errors() {
    std::string last;
    const char* data = nullptr;
    int flags = 0;
    while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
        const char* reason = ERR_reason_error_string(code);
        last = reason == nullptr ? "unknown" : reason;
        if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') {
            last += std::string(": ") + data;
        }
    }
    return sanitise(last);
}

bool has_error(int library, int reason) {
    // The queue can only be looked at from its ends; what matters is the last or the first of them.
    for (const unsigned long code : {ERR_peek_last_error(), ERR_peek_error()}) {
        if (ERR_GET_LIB(code) == library && ERR_GET_REASON(code) == reason) {
            return true;
        }
    }
    return false;
}

std::optional<Timestamp> to_timestamp(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
        return std::nullopt;
    }
    namespace chrono = std::chrono;
    const chrono::year_month_day day{chrono::year{parts.tm_year + 1900}, chrono::month{static_cast<unsigned>(parts.tm_mon) + 1},
                                     chrono::day{static_cast<unsigned>(parts.tm_mday)}};
    if (!day.ok()) {
        return std::nullopt;
    }
    return Timestamp{chrono::sys_days{day} + chrono::hours{parts.tm_hour} + chrono::minutes{parts.tm_min} +
                     chrono::seconds{parts.tm_sec}};
}

std::time_t to_time_t(Timestamp time) {
    return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::string name_in_words(const X509_NAME* name) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    constexpr unsigned long form = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, form) < 0) {
        return "?";
    }
    return sanitise(bytes_of(bio.get()));
}

StorePtr make_store(const Trust& trust, X509* self, Timestamp time) {
    StorePtr store(X509_STORE_new());
    MOISSON_INVARIANT(store != nullptr, "libcrypto gives a store");
    if (trust.names_authorities()) {
        for (const CertificatePtr& certificate : trust.state()->certificates) {
            X509_STORE_add_cert(store.get(), certificate.get());
        }
    } else {
        X509_STORE_add_cert(store.get(), self);
    }
    // Whoever is named is believed, without its own issuer too.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), to_time_t(time));
    return store;
}

namespace {

/// RFC 3161 §4, 1: revoked for one of these reasons, a key's earlier stamps stay as good as they were.
bool spares_earlier_ones(long reason) {
    return reason == CRL_REASON_UNSPECIFIED || reason == CRL_REASON_AFFILIATION_CHANGED || reason == CRL_REASON_SUPERSEDED ||
           reason == CRL_REASON_CESSATION_OF_OPERATION;
}

}  // namespace

Status check_not_revoked(const Trust& trust, X509* certificate, Timestamp time) {
    if (!trust.names_authorities()) {
        return {};
    }
    for (const ListPtr& list : trust.state()->lists) {
        X509_REVOKED* entry = nullptr;
        if (X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_issuer_name(certificate)) != 0 ||
            X509_CRL_get0_by_cert(list.get(), &entry, certificate) != 1) {  // 2: taken back from the list
            continue;
        }
        long reason = -1;  // none is given: the worst is assumed
        if (auto* stated = static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr))) {
            reason = ASN1_ENUMERATED_get(stated);
            ASN1_ENUMERATED_free(stated);
        }
        const auto since = to_timestamp(X509_REVOKED_get0_revocationDate(entry));
        if (!since || *since <= time || !spares_earlier_ones(reason)) {
            return fail(ErrorCode::verification,
                        "the certificate that signed is revoked" + (since ? " since " + format_timestamp_seconds(*since) : std::string()),
                        name_in_words(X509_get_subject_name(certificate)));
        }
    }
    return {};
}

}  // namespace moisson::evidence

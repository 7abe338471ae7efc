#include "evidence/signature.hpp"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/wipe.hpp"
#include "evidence/libcrypto.hpp"

namespace moisson::evidence {

namespace {

constexpr std::uint64_t key_bytes_max = 1U << 20U;

using MessagePtr = std::unique_ptr<CMS_ContentInfo, Freeing<CMS_ContentInfo_free>>;
using ContainerPtr = std::unique_ptr<PKCS12, Freeing<PKCS12_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, Freeing<ASN1_TIME_free>>;

tl::unexpected<Error> unusable(std::string message, const std::filesystem::path& file, std::string hint, std::string cause = {}) {
    Error error = fail(ErrorCode::bad_input, std::move(message), file.string(), std::move(hint)).value();
    error.cause = std::move(cause);
    ERR_clear_error();
    return fail(std::move(error));
}

/// The text of a file that may hold a key; overwritten when it goes.
class KeptText {
public:
    explicit KeptText(std::string text) : text_(std::move(text)) { wipe(text); }
    KeptText(const KeptText&) = delete;
    KeptText& operator=(const KeptText&) = delete;
    ~KeptText() { wipe(text_); }
    [[nodiscard]] std::string_view view() const { return text_; }

private:
    std::string text_;
};

Result<std::unique_ptr<KeptText>> read_key_file(const std::filesystem::path& file, std::string_view what) {
    auto text = read_file(file, key_bytes_max);
    if (!text) {
        return unusable(fmt::format("{} cannot be read", what), file, "Correct the path, and let this user read the file",
                        text.error().cause.empty() ? text.error().message.english() : text.error().cause);
    }
    return std::make_unique<KeptText>(std::move(*text));
}

struct Passphrase {
    const std::string& text;
    bool was_asked = false;
};

/// What libcrypto calls instead of asking at a terminal.
int give_passphrase(char* buffer, int size, int /*writes*/, void* data) {
    auto& passphrase = *static_cast<Passphrase*>(data);
    passphrase.was_asked = true;
    if (passphrase.text.empty() || passphrase.text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(passphrase.text.begin(), passphrase.text.end(), buffer);
    return static_cast<int>(passphrase.text.size());
}

CertificatesPtr make_stack() { return CertificatesPtr(sk_X509_new_null()); }

bool is_signed_data(const CMS_ContentInfo* message) { return OBJ_obj2nid(CMS_get0_type(message)) == NID_pkcs7_signed; }

std::optional<Timestamp> signing_time_of(CMS_SignerInfo* signer) {
    const int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE* attribute = at < 0 ? nullptr : CMS_signed_get_attr(signer, at);
    ASN1_TYPE* value = attribute == nullptr ? nullptr : X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) {
        return std::nullopt;
    }
    return to_timestamp(value->type == V_ASN1_UTCTIME ? value->value.utctime : value->value.generalizedtime);
}

/// RFC 5652 §11.3: UTCTime until 2049; ASN1_TIME_set keeps to it.
bool add_signing_time(CMS_SignerInfo* signer, Timestamp now) {
    const TimePtr time(ASN1_TIME_set(nullptr, to_time_t(now)));
    return time != nullptr && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time.get(), -1) == 1;
}

}  // namespace

struct Signer::State {
    CertificatePtr certificate;
    CertificatesPtr others = make_stack();  ///< between it and its authority
    KeyPtr key;
    std::string subject;
    Timestamp begin;
    Timestamp end;
};

Signer::Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;
const std::string& Signer::subject() const noexcept { return state_->subject; }
Timestamp Signer::certificate_begin() const noexcept { return state_->begin; }
Timestamp Signer::certificate_end() const noexcept { return state_->end; }

namespace {

/// What both forms have in common: the pair fits, and can sign.
template <class State>
Status settle(State& state, const std::filesystem::path& certificate_file, const std::filesystem::path& key_file) {
    if (X509_check_private_key(state.certificate.get(), state.key.get()) != 1) {
        return unusable("the key is not the one of the certificate", key_file,
                        fmt::format("Name the key that belongs to {}", certificate_file.string()), take_errors());
    }
    const auto begins = to_timestamp(X509_get0_notBefore(state.certificate.get()));
    const auto ends = to_timestamp(X509_get0_notAfter(state.certificate.get()));
    if (!begins || !ends) {
        return unusable("the certificate does not say until when it is valid", certificate_file, "Name another certificate");
    }
    state.begin = *begins;
    state.end = *ends;
    state.subject = name_in_words(X509_get_subject_name(state.certificate.get()));
    return {};
}

Status must_sign(const Signer& signer, const std::filesystem::path& file) {
    if (auto tried = signer.sign("moisson", signer.certificate_begin()); !tried) {
        return unusable("the key cannot sign", file, "Name a key for RSA or ECDSA signatures", tried.error().cause);
    }
    return {};
}

}  // namespace

Result<Signer> Signer::from_pem(const std::filesystem::path& certificate, const std::filesystem::path& key, const std::string& passphrase) {
    const auto certificate_text = read_key_file(certificate, "the certificate");
    if (!certificate_text) {
        return fail(certificate_text.error());
    }
    const auto key_text = read_key_file(key, "the key");
    if (!key_text) {
        return fail(key_text.error());
    }
    auto state = std::make_unique<State>();
    ERR_clear_error();
    Passphrase none{{}};
    const BioPtr certificates = bytes_to_read((*certificate_text)->view());
    while (X509* one = PEM_read_bio_X509(certificates.get(), nullptr, give_passphrase, &none)) {
        if (state->certificate == nullptr) {
            state->certificate.reset(one);
        } else {
            sk_X509_push(state->others.get(), one);
        }
    }
    if (state->certificate == nullptr) {
        return unusable("the file holds no certificate that can be read", certificate,
                        "Name a PEM file (\"BEGIN CERTIFICATE\"), or the key's container as pkcs12", take_errors());
    }
    ERR_clear_error();
    Passphrase given{passphrase};
    const BioPtr keys = bytes_to_read((*key_text)->view());
    state->key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, give_passphrase, &given));
    if (state->key == nullptr) {
        if (given.was_asked && passphrase.empty()) {
            return unusable("the key is encrypted, and no passphrase is given", key,
                            "Give it as MOISSON_EVIDENCE_PASSPHRASE_FILE or passphrase_command of [evidence]");
        }
        return unusable(given.was_asked ? "the key does not open with the passphrase" : "the file holds no key that can be read", key,
                        given.was_asked ? "Give the passphrase of this key" : "Name a PEM file (\"BEGIN PRIVATE KEY\")", take_errors());
    }
    if (auto settled = settle(*state, certificate, key); !settled) {
        return fail(std::move(settled.error()));
    }
    Signer signer(std::move(state));
    if (auto signs = must_sign(signer, key); !signs) {
        return fail(std::move(signs.error()));
    }
    return signer;
}

Result<Signer> Signer::from_pkcs12(const std::filesystem::path& file, const std::string& passphrase) {
    const auto text = read_key_file(file, "the PKCS#12 container");
    if (!text) {
        return fail(text.error());
    }
    ERR_clear_error();
    const std::string_view bytes = (*text)->view();
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const ContainerPtr container(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
    if (container == nullptr) {
        return unusable("this is no PKCS#12 container", file, "Name a .p12 or .pfx file, or certificate and key as PEM files",
                        take_errors());
    }
    if (PKCS12_mac_present(container.get()) == 1 &&
        PKCS12_verify_mac(container.get(), passphrase.c_str(), static_cast<int>(passphrase.size())) != 1 &&
        !(passphrase.empty() && PKCS12_verify_mac(container.get(), nullptr, 0) == 1)) {
        return unusable(passphrase.empty() ? "the PKCS#12 container is encrypted, and no passphrase is given"
                                           : "the PKCS#12 container does not open with the passphrase",
                        file, "Give its passphrase as MOISSON_EVIDENCE_PASSPHRASE_FILE or passphrase_command of [evidence]", take_errors());
    }
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    ERR_clear_error();
    const bool parsed = PKCS12_parse(container.get(), passphrase.c_str(), &key, &certificate, &others) == 1;
    auto state = std::make_unique<State>();
    state->key.reset(key);
    state->certificate.reset(certificate);
    if (others != nullptr) {
        state->others.reset(others);
    }
    if (!parsed || key == nullptr || certificate == nullptr) {
        return unusable(parsed ? "the PKCS#12 container holds no key with its certificate" : "the PKCS#12 container cannot be read", file,
                        "One of old encryption is written anew by `openssl pkcs12 -legacy` and `openssl pkcs12 -export`", take_errors());
    }
    if (auto settled = settle(*state, file, file); !settled) {
        return fail(std::move(settled.error()));
    }
    Signer signer(std::move(state));
    if (auto signs = must_sign(signer, file); !signs) {
        return fail(std::move(signs.error()));
    }
    return signer;
}

Result<std::string> Signer::sign(std::string_view content, Timestamp now) const {
    ERR_clear_error();
    constexpr unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL | CMS_CADES;
    const BioPtr bytes = bytes_to_read(content);
    const MessagePtr message(CMS_sign(nullptr, nullptr, state_->others.get(), nullptr, flags));
    CMS_SignerInfo* signer = message == nullptr ? nullptr
                                                : CMS_add1_signer(message.get(), state_->certificate.get(), state_->key.get(),
                                                                  EVP_sha256(), flags);
    std::string der;
    if (signer != nullptr && add_signing_time(signer, now) && CMS_final(message.get(), bytes.get(), nullptr, flags) == 1) {
        der = to_der<CMS_ContentInfo>(i2d_CMS_ContentInfo, message.get());
    }
    if (der.empty()) {
        Error error = fail(ErrorCode::internal, "libcrypto made no signature").value();
        error.cause = take_errors();
        return fail(std::move(error));
    }
    ERR_clear_error();
    return der;
}

namespace {

Result<MessagePtr> parse_signature(std::string_view signature) {
    if (signature.size() > signature_bytes_max) {
        return refuse("the signature is longer than 1 MiB");
    }
    ERR_clear_error();
    const auto* at = reinterpret_cast<const unsigned char*>(signature.data());
    const auto* end = at + signature.size();
    MessagePtr message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature.size())));
    if (message == nullptr || !is_signed_data(message.get())) {
        return refuse("this is no CMS signature in DER", take_errors());
    }
    if (at != end) {
        return refuse("bytes follow the end of the signature");
    }
    ASN1_OCTET_STRING** inside = CMS_get0_content(message.get());
    if (inside != nullptr && *inside != nullptr) {
        return refuse("the signature holds a content of its own: a detached one is expected");
    }
    return message;
}

}  // namespace

Result<SignatureFacts> verify_signature(std::string_view signature, std::string_view content, const Trust& trust, Timestamp now) {
    const auto message = parse_signature(signature);
    if (!message) {
        return fail(message.error());
    }
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(message->get());
    if (signers == nullptr || sk_CMS_SignerInfo_num(signers) != 1) {
        return refuse("the signature is not one of exactly one signer");
    }
    CMS_SignerInfo* info = sk_CMS_SignerInfo_value(signers, 0);
    SignatureFacts facts;
    facts.time = signing_time_of(info);
    const Timestamp as_of = facts.time.value_or(now);
    const CertificatesPtr held(CMS_get1_certs(message->get()));
    X509* certificate = nullptr;
    for (int at = 0; held != nullptr && at < sk_X509_num(held.get()) && certificate == nullptr; ++at) {
        X509* one = sk_X509_value(held.get(), at);
        certificate = CMS_SignerInfo_cert_cmp(info, one) == 0 ? one : nullptr;
    }
    if (certificate == nullptr) {
        return refuse("the signature does not hold the certificate of its signer");
    }
    const StorePtr store = make_store(trust, certificate, as_of);
    X509_STORE_set_purpose(store.get(), X509_PURPOSE_ANY);
    const BioPtr bytes = bytes_to_read(content);
    constexpr unsigned flags = CMS_DETACHED | CMS_BINARY;
    ERR_clear_error();
    if (CMS_verify(message->get(), nullptr, store.get(), bytes.get(), nullptr, flags) != 1) {
        const bool is_chain = has_error(ERR_LIB_CMS, CMS_R_CERTIFICATE_VERIFY_ERROR);
        std::string cause = take_errors();
        return refuse(!is_chain                   ? "the signature is not one of these bytes"
                      : trust.names_authorities() ? "the signer's certificate leads to none of the authorities that are believed"
                                                  : "the signer's certificate was not valid when it signed",
                      std::move(cause));
    }
    if (auto good = check_not_revoked(trust, certificate, as_of); !good) {
        return fail(std::move(good.error()));
    }
    facts.signer = name_in_words(X509_get_subject_name(certificate));
    facts.certificate_end = to_timestamp(X509_get0_notAfter(certificate)).value_or(Timestamp{});
    facts.trusted = trust.names_authorities();
    ERR_clear_error();
    return facts;
}

}  // namespace moisson::evidence

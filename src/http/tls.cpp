/// TLS on a connected socket: handshake with a deadline, verification with reasons, reads and writes by slices.

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <ctime>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "http/stream.hpp"
#include "http/messages.hpp"

namespace moisson::http {

namespace {

/// The socket as OpenSSL's BIO sees it. An own one, so that a broken pipe raises no signal and that looking without waiting is possible.
struct Wire {
    int descriptor = -1;
    bool without_waiting = false;
    bool ended = false;  ///< FIN came
    int number = 0;      ///< errno of the last failure
};

Wire* wire_of(BIO* bio) { return static_cast<Wire*>(BIO_get_data(bio)); }

int wire_read(BIO* bio, char* to, int size) {
    Wire& wire = *wire_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(wire.descriptor, to, static_cast<std::size_t>(size), wire.without_waiting ? MSG_DONTWAIT : 0);
    if (got < 0) {
        wire.number = errno;
        if (only_waits(errno)) {
            BIO_set_retry_read(bio);
        }
    }
    wire.ended = got == 0;
    return static_cast<int>(got);
}

int wire_write(BIO* bio, const char* from, int size) {
    Wire& wire = *wire_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(wire.descriptor, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0) {
        wire.number = errno;
        if (only_waits(errno)) {
            BIO_set_retry_write(bio);
        }
    }
    return static_cast<int>(sent);
}

long wire_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return wire_of(bio)->ended ? 1 : 0;
        default: return 0;
    }
}

/// Made once for the process and never changed after; OpenSSL only reads it.
BIO_METHOD* wire_method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        BIO_meth_set_read(made, wire_read);
        BIO_meth_set_write(made, wire_write);
        BIO_meth_set_ctrl(made, wire_control);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, &BIO_meth_free);
    }();
    return method.get();
}

/// What the verification found wrong, kept while the certificate is at hand.
struct Complaint {
    int code = X509_V_OK;
    int depth = 0;
    std::string subject;
    std::string issuer;
    std::string not_before;
    std::string not_after;
    std::string names;
};

std::string text_of(const X509_NAME* name) {
    std::array<char, 256> text{};
    const int length = X509_NAME_get_text_by_NID(name, NID_commonName, text.data(), static_cast<int>(text.size()));
    if (length > 0) {
        return sanitise(std::string_view(text.data(), static_cast<std::size_t>(length)));
    }
    X509_NAME_oneline(name, text.data(), static_cast<int>(text.size()));
    return sanitise(text.data());
}

std::string text_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        return "an unreadable date";
    }
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                       parts.tm_min, parts.tm_sec);
}

/// DNS names and IP addresses that the certificate is for, at most a few.
std::string names_of(const X509* certificate) {
    constexpr int shown_max = 8;
    std::string names;
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)), &GENERAL_NAMES_free);
    const int count = all ? sk_GENERAL_NAME_num(all.get()) : 0;
    for (int at = 0; at < count && at < shown_max; ++at) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), at);
        std::string text;
        if (name->type == GEN_DNS) {
            text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                        static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            std::array<char, INET6_ADDRSTRLEN> address{};
            const int family = ASN1_STRING_length(name->d.iPAddress) == 16 ? AF_INET6 : AF_INET;
            if (::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), address.data(), address.size()) != nullptr) {
                text = address.data();
            }
        }
        if (!text.empty()) {
            names += (names.empty() ? "" : ", ") + sanitise(text);
        }
    }
    return names;
}

int note_complaint(int fine, X509_STORE_CTX* store) {
    if (fine == 1) {
        return 1;
    }
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* complaint = static_cast<Complaint*>(SSL_get_app_data(ssl));
    const X509* certificate = X509_STORE_CTX_get_current_cert(store);
    complaint->code = X509_STORE_CTX_get_error(store);
    complaint->depth = X509_STORE_CTX_get_error_depth(store);
    if (certificate != nullptr) {
        complaint->subject = text_of(X509_get_subject_name(certificate));
        complaint->issuer = text_of(X509_get_issuer_name(certificate));
        complaint->not_before = text_of(X509_get0_notBefore(certificate));
        complaint->not_after = text_of(X509_get0_notAfter(certificate));
        complaint->names = names_of(certificate);
    }
    return 0;
}

tl::unexpected<Error> certificate_error(const Complaint& complaint, const std::string& host, const Clock& clock) {
    const std::string which = complaint.depth == 0
                                  ? fmt::format("the certificate of {} ({})", host, complaint.subject)
                                  : fmt::format("the authority \"{}\" in the certificate chain of {}", complaint.subject, host);
    const std::string clock_hint =
        fmt::format("This machine's clock says {}: if that is wrong, set it; else the server's operator must renew the certificate",
                    format_timestamp_seconds(clock.now()));
    std::string message;
    std::string hint;
    switch (complaint.code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            message = fmt::format("{} expired on {}", which, complaint.not_after);
            hint = clock_hint;
            break;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            message = fmt::format("{} is valid only from {}", which, complaint.not_before);
            hint = clock_hint;
            break;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            message = complaint.names.empty() ? fmt::format("{} names no host", which)
                                              : fmt::format("{} is for another host: {}", which, complaint.names);
            hint = "Check the host in the URL; something on the way may answer in the service's place";
            break;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            message = fmt::format("{} is signed by an authority that this machine does not trust: \"{}\"", which, complaint.issuer);
            hint = "Where a company proxy inspects TLS, give the company's CA certificate as a PEM file (MOISSON_CA_FILE)";
            break;
        default: message = fmt::format("{} was not accepted", which); break;
    }
    return fail_with(ErrorCode::certificate, Retry::never, std::move(message), std::move(hint),
                     X509_verify_cert_error_string(complaint.code));
}

std::string library_text(unsigned long code) {
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : fmt::format("TLS library error {:#x}", code);
}

/// RFC 2253, with every byte beyond ASCII and every control escaped; a name that is longer than any is cut.
std::string distinguished_name(const X509_NAME* name) {
    constexpr std::size_t shown_max = 512;
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
    MOISSON_INVARIANT(text != nullptr, "out of memory for a certificate's name");
    if (X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253) < 0) {
        ERR_clear_error();
        return {};
    }
    char* bytes = nullptr;
    const long length = BIO_ctrl(text.get(), BIO_CTRL_INFO, 0, &bytes);  // what BIO_get_mem_data stands for
    return sanitise(std::string_view(bytes, length > 0 ? static_cast<std::size_t>(length) : 0), shown_max);
}

std::shared_ptr<const PeerCertificate> describe_certificate(const X509* certificate) {
    if (certificate == nullptr) {
        return nullptr;
    }
    auto peer = std::make_shared<PeerCertificate>();
    peer->subject = distinguished_name(X509_get_subject_name(certificate));
    peer->issuer = distinguished_name(X509_get_issuer_name(certificate));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1) {
        for (unsigned at = 0; at < size; ++at) {
            peer->sha256 += fmt::format("{:02x}", digest[at]);
        }
    }
    return peer;
}

class TlsStream final : public Stream {
public:
    TlsStream(Poco::Net::StreamSocket socket, SSL_CTX* settings) : socket_(std::move(socket)), ssl_(SSL_new(settings), &SSL_free) {
        wire_.descriptor = socket_.impl()->sockfd();
        BIO* bio = BIO_new(wire_method());
        MOISSON_INVARIANT(ssl_ && bio != nullptr, "out of memory for a TLS connection");
        BIO_set_data(bio, &wire_);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_app_data(ssl_.get(), &complaint_);
        SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, note_complaint);
    }
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    Status shake_hands(const std::string& host, std::chrono::milliseconds timeout, Watch& watch) {
        if (!expect_host(host)) {
            return fail_with(ErrorCode::tls, Retry::never, fmt::format("the host name {} cannot be verified", sanitise(host)));
        }
        SSL_set_connect_state(ssl_.get());
        const Watch::Instant deadline = watch.now() + timeout;
        for (;;) {
            ERR_clear_error();
            const int result = SSL_do_handshake(ssl_.get());
            if (result == 1) {
                peer_ = describe_certificate(SSL_get0_peer_certificate(ssl_.get()));
                return {};
            }
            const IoStep step = judge(result);
            if (step.kind != IoStep::Kind::again) {
                return handshake_error(step, host, watch);
            }
            if (auto checked = watch.check(); !checked) {
                return checked;
            }
            if (watch.now() >= deadline) {
                return fail_with(ErrorCode::timeout, Retry::later,
                                 messages::no_tls_handshake_within_ms(host, timeout.count()),
                                 "The connection was made, but the other side does not go on: a firewall or proxy may hold it");
            }
        }
    }

    IoStep read(char* to, std::size_t size) override {
        ERR_clear_error();
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), to, size, &got);
        return result == 1 ? moved(got) : judge(result);
    }

    IoStep write(const char* from, std::size_t size) override {
        ERR_clear_error();
        std::size_t sent = 0;
        const int result = SSL_write_ex(ssl_.get(), from, size, &sent);
        return result == 1 ? moved(sent) : judge(result);
    }

    bool is_quiet() override {
        // Session tickets may wait unread: they are taken in here and are no reason to drop the connection.
        wire_.without_waiting = true;
        ERR_clear_error();
        char byte = 0;
        std::size_t got = 0;
        const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
        const bool quiet = result != 1 && judge(result).kind == IoStep::Kind::again;
        wire_.without_waiting = false;
        return quiet;
    }

    void say_goodbye() override {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }

    std::shared_ptr<const PeerCertificate> peer() const override { return peer_; }

private:
    static IoStep moved(std::size_t size) {
        IoStep step;
        step.kind = IoStep::Kind::moved;
        step.size_bytes = size;
        return step;
    }

    /// Names the host to OpenSSL for SNI and for its own check. An IP address is never sent as SNI (RFC 6066 §3).
    bool expect_host(const std::string& host) {
        X509_VERIFY_PARAM* rules = SSL_get0_param(ssl_.get());
        if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) {
            return true;
        }
        ERR_clear_error();
        // Only the names that are meant for it count (RFC 9525): no common name, no wildcard within a label.
        X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        // A trailing dot belongs to DNS, not to the certificate's names nor to SNI.
        std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
        // SSL_set_tlsext_host_name is a macro with a C cast; this is what it stands for.
        return X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1 &&
               SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
    }

    IoStep judge(int result) {
        IoStep step;
        switch (SSL_get_error(ssl_.get(), result)) {
            case SSL_ERROR_WANT_READ:
            case SSL_ERROR_WANT_WRITE: break;
            case SSL_ERROR_ZERO_RETURN: step.kind = IoStep::Kind::ended; break;
            case SSL_ERROR_SYSCALL:
                step.kind = wire_.ended ? IoStep::Kind::cut : IoStep::Kind::failed;
                step.number = wire_.number;
                break;
            default: {
                const unsigned long code = ERR_peek_error();
                if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                    step.kind = IoStep::Kind::cut;
                } else {
                    step.kind = IoStep::Kind::failed;
                    step.cause = library_text(code);
                }
                reason_ = ERR_GET_REASON(code);
            }
        }
        return step;
    }

    tl::unexpected<Error> handshake_error(const IoStep& step, const std::string& host, const Watch& watch) {
        if (complaint_.code != X509_V_OK) {
            return certificate_error(complaint_, host, watch.clock());
        }
        if (step.kind != IoStep::Kind::failed || step.cause.empty()) {
            return fail_with(ErrorCode::reset, Retry::later, messages::broke_off_tls_handshake(host),
                             "A firewall, proxy or VPN may forbid the connection");
        }
        switch (reason_) {
            case SSL_R_WRONG_VERSION_NUMBER:
            case SSL_R_HTTP_REQUEST:
            case SSL_R_PACKET_LENGTH_TOO_LONG:
                return fail_with(ErrorCode::tls, Retry::never, fmt::format("{} does not speak TLS at this port", host),
                                 "Check port and scheme of the URL, and the proxy", step.cause);
            case SSL_R_UNSUPPORTED_PROTOCOL:
            case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
                return fail_with(ErrorCode::tls, Retry::never, fmt::format("{} does not offer TLS 1.2 or later", host),
                                 "Older versions are not accepted", step.cause);
            default:
                return fail_with(ErrorCode::tls, Retry::later, messages::tls_handshake_failed(host),
                                 "If the server asks for a client certificate, check client_certificate_file", step.cause);
        }
    }

    Poco::Net::StreamSocket socket_;
    Wire wire_;
    Complaint complaint_;
    std::shared_ptr<const PeerCertificate> peer_;
    int reason_ = 0;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace

Result<std::unique_ptr<Stream>> make_tls_stream(Poco::Net::StreamSocket socket, SSL_CTX* settings, const std::string& host,
                                                std::chrono::milliseconds timeout, Watch& watch) {
    auto stream = std::make_unique<TlsStream>(std::move(socket), settings);
    if (auto shaken = stream->shake_hands(host, timeout, watch); !shaken) {
        return fail(std::move(shaken.error()));
    }
    return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace moisson::http

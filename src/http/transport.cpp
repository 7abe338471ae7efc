#include "http/transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <Poco/Exception.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/version.hpp"
#include "http/proxy.hpp"
#include "http/reach.hpp"
#include "http/watch.hpp"

namespace moisson::http {

namespace {

/// AEAD ciphers with forward secrecy for TLS 1.2; those of TLS 1.3 are OpenSSL's own.
constexpr const char* ciphers_tls12 = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!PSK";
/// OpenSSL's list begins with X448 in Poco 1.11: a second round trip with most servers (measured, 1.6 to 1.9 times the cost of a
/// connection).
constexpr const char* curves = "X25519:P-256:P-384";
constexpr std::size_t read_ahead_bytes = 64U << 10U;

tl::unexpected<Error> unusable(std::string what, const std::string& path, std::string hint) {
    const unsigned long code = ERR_peek_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    Error error = fail(ErrorCode::bad_input, std::move(what), path, std::move(hint)).value();
    error.cause = reason != nullptr ? reason : "";
    ERR_clear_error();
    return fail(std::move(error));
}

Status check_readable(const std::string& what, const std::string& path) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    if (!std::filesystem::exists(status)) {
        return fail(ErrorCode::bad_input, fmt::format("the {} does not exist", what), path, "Correct the path");
    }
    if (::access(path.c_str(), R_OK) != 0) {
        return fail(ErrorCode::bad_input, fmt::format("the {} cannot be read", what), path, "Give this user the right to read it");
    }
    return {};
}

Status load_authorities(SSL_CTX* context, const ClientOptions& options) {
    if (!options.ca_file.empty()) {
        if (auto readable = check_readable("CA file", options.ca_file); !readable) {
            return readable;
        }
        if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
            return unusable("the CA file holds no usable certificate", options.ca_file, "Expected is PEM: -----BEGIN CERTIFICATE-----");
        }
    }
    if (!options.ca_folder.empty()) {
        if (auto readable = check_readable("CA folder", options.ca_folder); !readable) {
            return readable;
        }
        if (!std::filesystem::is_directory(options.ca_folder)) {
            return fail(ErrorCode::bad_input, "the CA folder is no folder", options.ca_folder, "Give a single file as CA file");
        }
        if (SSL_CTX_load_verify_dir(context, options.ca_folder.c_str()) != 1) {
            return unusable("the CA folder cannot be used", options.ca_folder, "Its files need hashed names (openssl rehash)");
        }
    }
    return {};
}

/// No console prompt: a key with a passphrase is refused.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* /*user*/) { return 0; }

Status load_client_certificate(SSL_CTX* context, const ClientOptions& options) {
    if (options.client_certificate_file.empty()) {
        return {};
    }
    const std::string& key_file = options.client_key_file.empty() ? options.client_certificate_file : options.client_key_file;
    if (auto readable = check_readable("client certificate file", options.client_certificate_file); !readable) {
        return readable;
    }
    if (auto readable = check_readable("client key file", key_file); !readable) {
        return readable;
    }
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(context, options.client_certificate_file.c_str()) != 1) {
        return unusable("the client certificate cannot be used", options.client_certificate_file, "Expected is PEM");
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return unusable("the client key cannot be used", key_file, "Expected is PEM without a passphrase, belonging to the certificate");
    }
    return {};
}

void tune(SSL_CTX* context, bool offers_http) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead_bytes);
    if (!offers_http) {
        return;
    }
    constexpr std::string_view http11 = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(http11.data()), static_cast<unsigned>(http11.size()));
}

Status check_proxy(const std::optional<Url>& proxy) {
    if (proxy && proxy->scheme != "http") {
        return fail(ErrorCode::bad_input, "a proxy that is itself reached over TLS is not supported", {},
                    "Give the proxy as http://host:port");
    }
    return {};
}

}  // namespace

Result<std::shared_ptr<const Transport>> Transport::make(ClientOptions options) {
    if (options.user_agent.empty()) {
        options.user_agent = user_agent();
    }
    for (const auto* proxy : {&options.https_proxy, &options.http_proxy}) {
        if (auto fine = check_proxy(*proxy); !fine) {
            return fail(std::move(fine.error()));
        }
    }
    try {
        Poco::Net::Context::Params params;
        params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        params.loadDefaultCAs = options.ca_file.empty() && options.ca_folder.empty();
        params.cipherList = ciphers_tls12;
        params.ecdhCurve = curves;
        const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
        SSL_CTX* settings = context->sslContext();
        tune(settings, options.offers_http);
        if (auto loaded = load_authorities(settings, options); !loaded) {
            return fail(std::move(loaded.error()));
        }
        if (auto loaded = load_client_certificate(settings, options); !loaded) {
            return fail(std::move(loaded.error()));
        }
        return std::make_shared<const SharedTransport>(std::move(options), context);
    } catch (const Poco::Exception& problem) {
        Error error = fail(ErrorCode::bad_input, "TLS cannot be set up").value();
        error.cause = sanitise(problem.displayText());
        return fail(std::move(error));
    }
}

const Url* SharedTransport::proxy_for(const Url& url) const {
    const std::optional<Url>& proxy = url.scheme == "https" ? options_.https_proxy : options_.http_proxy;
    // What is meant for this machine would leave it, in clear for http, and reach the proxy's own loopback.
    const bool is_here = reach_of_host(url.host) == Reach::machine;
    return proxy && !is_here && !bypasses_proxy(url, options_.no_proxy) ? &*proxy : nullptr;
}

std::chrono::milliseconds SharedTransport::slice() const {
    const auto shortest = std::min(options_.read_timeout, options_.connect_timeout);
    return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(200));
}

}  // namespace moisson::http

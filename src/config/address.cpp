#include "config/address.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace moisson::config {

namespace {

struct Authority {
    std::string host;
    std::string_view port;  ///< digits; empty: none
    bool has_user = false;
};

/// "[user@]host[:port]" or "[user@][::1][:port]".
Result<Authority> split_authority(std::string_view text) {
    Authority authority;
    const auto at = text.rfind('@');
    if (at != std::string_view::npos) {
        authority.has_user = true;
        text.remove_prefix(at + 1);
    }
    std::string_view rest;
    const bool is_ipv6 = text.starts_with('[');
    if (is_ipv6) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) {
            return fail(ErrorCode::bad_input, "its IPv6 address is not closed by ]");
        }
        authority.host = lower(text.substr(1, end - 1));
        rest = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        authority.host = lower(text.substr(0, colon));
        rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (authority.host.empty()) {
        return fail(ErrorCode::bad_input, "it names no host");
    }
    // What can be called: the same that requests accept.
    constexpr std::string_view of_ipv6 = "0123456789abcdef:.";
    constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    constexpr std::size_t host_bytes_max = 253;
    if (authority.host.find_first_not_of(is_ipv6 ? of_ipv6 : of_names) != std::string::npos || authority.host.size() > host_bytes_max ||
        authority.host == "." || (is_ipv6 && authority.host.size() < 2)) {
        return fail(ErrorCode::bad_input, "its host has a character that no host name has");
    }
    if (!rest.empty()) {
        unsigned port = 0;
        const char* end = rest.data() + rest.size();
        const auto [stop, problem] = std::from_chars(rest.data() + 1, end, port);
        if (rest.front() != ':' || problem != std::errc{} || stop != end || port == 0 || port > 65535) {
            return fail(ErrorCode::bad_input, "its port is not a number from 1 to 65535");
        }
        authority.port = rest.substr(1);
    }
    return authority;
}

}  // namespace

bool is_loopback(std::string_view host) {
    if (host == "localhost" || host.ends_with(".localhost") || host == "::1") {
        return true;
    }
    // Only a full IPv4 address: "127.example.com" is a name like any other.
    return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
           std::all_of(host.begin(), host.end(), [](char letter) { return letter == '.' || (letter >= '0' && letter <= '9'); });
}

namespace {

struct CheckedUrl {
    std::string text;  ///< the scheme in small letters
    std::string host;
    bool is_plain = false;  ///< http
};

/// No blanks, query or fragment in it.
Result<CheckedUrl> check_url(std::string_view url) {
    const auto colon = url.find("://");
    const std::string scheme = lower(url.substr(0, colon == std::string_view::npos ? 0 : colon));
    if (scheme != "https" && scheme != "http") {
        return fail(ErrorCode::bad_input, "it does not begin with https://");
    }
    const std::string_view rest = url.substr(colon + 3);
    const auto slash = rest.find_first_of("/?#");
    auto authority = split_authority(rest.substr(0, slash));
    if (!authority) {
        return fail(authority.error());
    }
    if (authority->has_user) {
        return fail(ErrorCode::bad_input, "it has a user or password in it");
    }
    const std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    const auto bad = [](char letter) { return static_cast<unsigned char>(letter) <= 0x20 || letter == '?' || letter == '#'; };
    if (std::any_of(path.begin(), path.end(), bad)) {
        return fail(ErrorCode::bad_input, "it has a blank, query or fragment in it");
    }
    if (std::any_of(path.begin(), path.end(), [](char letter) { return static_cast<unsigned char>(letter) >= 0x7f; })) {
        return fail(ErrorCode::bad_input, "it has a letter beyond ASCII in it that is not percent-encoded");
    }
    constexpr std::size_t url_bytes_max = 16U << 10U;
    if (url.size() > url_bytes_max) {
        return fail(ErrorCode::bad_input, "it is longer than 16 KiB");
    }
    return CheckedUrl{scheme + std::string(url.substr(colon)), std::move(authority->host), scheme == "http"};
}

}  // namespace

Result<std::string> check_base_url(std::string_view text) {
    std::string_view url = trim(text);
    while (url.ends_with('/') && !url.ends_with("://")) {
        url.remove_suffix(1);
    }
    auto checked = check_url(url);
    if (!checked) {
        return fail(std::move(checked.error()));
    }
    if (checked->is_plain && !is_loopback(checked->host)) {
        return fail(ErrorCode::bad_input, "it is plain http to another machine, where anyone on the way can read the credentials");
    }
    return std::move(checked->text);
}

Result<std::string> check_public_url(std::string_view text) {
    auto checked = check_url(trim(text));
    return checked ? Result<std::string>(std::move(checked->text)) : fail(std::move(checked.error()));
}

Result<std::string> check_webhook_url(std::string_view text) {
    const std::string_view url = trim(text);
    const std::size_t mark = std::min(url.find('?'), url.size());
    auto checked = check_url(url.substr(0, mark));
    if (!checked) {
        return fail(std::move(checked.error()));
    }
    if (checked->is_plain && !is_loopback(checked->host)) {
        return fail(ErrorCode::bad_input, "it is plain http to another machine, where anyone on the way can read it");
    }
    const std::string_view query = url.substr(mark);
    const auto bad = [](char letter) {
        return static_cast<unsigned char>(letter) <= 0x20 || static_cast<unsigned char>(letter) >= 0x7f || letter == '#';
    };
    constexpr std::size_t query_bytes_max = 4U << 10U;
    if (std::any_of(query.begin(), query.end(), bad) || query.size() > query_bytes_max) {
        return fail(ErrorCode::bad_input, "its query has a letter that is not percent-encoded, or is longer than 4 KiB");
    }
    return checked->text + std::string(query);
}

Result<MailServer> check_mail_server(std::string_view text) {
    const std::string_view address = trim(text);
    const std::size_t colon = std::min(address.find("://"), address.size());
    const std::string scheme = lower(address.substr(0, colon));
    if ((scheme != "smtp" && scheme != "smtps") || colon == address.size()) {
        return fail(ErrorCode::bad_input, "it begins with neither smtp:// nor smtps://");
    }
    std::string_view place = address.substr(colon + 3);
    place.remove_suffix(place.ends_with('/') ? 1 : 0);
    const auto authority = split_authority(place);
    if (!authority) {
        return fail(authority.error());
    }
    if (authority->has_user) {
        return fail(ErrorCode::bad_input, "it has a user or password in it");
    }
    MailServer server{authority->host, 0, scheme == "smtps"};
    server.port = server.tls_at_once ? 465 : 587;
    if (!authority->port.empty()) {
        std::from_chars(authority->port.data(), authority->port.data() + authority->port.size(), server.port);
    }
    return server;
}

bool is_mail_address(std::string_view text) {
    constexpr std::size_t bytes_max = 254;  // RFC 5321 §4.5.3.1
    constexpr std::size_t local_bytes_max = 64;
    const std::size_t at = std::min(text.find('@'), text.size());
    const std::string_view local = text.substr(0, at);
    const std::string_view domain = text.substr(std::min(at + 1, text.size()));
    const auto has_empty_part = [](std::string_view words) {
        return words.empty() || words.front() == '.' || words.back() == '.' || words.find("..") != std::string_view::npos;
    };
    return text.size() <= bytes_max && local.size() <= local_bytes_max && !has_empty_part(local) && !has_empty_part(domain) &&
           is_letters_and_digits(local, ".!#$%&'*+-/=?^_`{|}~") && is_letters_and_digits(domain, ".-");
}

Result<std::string> check_proxy(std::string_view text) {
    std::string_view address = trim(text);
    const auto colon = address.find("://");
    std::string scheme = "http";
    if (colon != std::string_view::npos) {
        scheme = lower(address.substr(0, colon));
        address.remove_prefix(colon + 3);
    }
    if (scheme != "http") {
        return fail(ErrorCode::bad_input, fmt::format("it is a {} proxy; only http proxies are supported", sanitise(scheme, 20)));
    }
    address = address.substr(0, address.find('/'));
    if (const auto authority = split_authority(address); !authority) {
        return fail(authority.error());
    }
    return fmt::format("http://{}", address);
}

}  // namespace moisson::config

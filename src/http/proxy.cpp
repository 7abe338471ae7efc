#include "http/proxy.hpp"

#include <charconv>

#include <Poco/Net/IPAddress.h>
#include <fmt/format.h>

#include "http/text.hpp"

namespace moisson::http {

namespace {

std::string_view without_trailing_dot(std::string_view name) { return name.ends_with('.') ? name.substr(0, name.size() - 1) : name; }

/// "10.0.0.0/8", "fd00::/8", or a single address.
bool address_matches(std::string_view pattern, const Poco::Net::IPAddress& address) {
    const std::size_t slash = pattern.find('/');
    Poco::Net::IPAddress network;
    if (!Poco::Net::IPAddress::tryParse(std::string(pattern.substr(0, slash)), network) || network.family() != address.family()) {
        return false;
    }
    if (slash == std::string_view::npos) {
        return network == address;
    }
    const std::string_view digits = pattern.substr(slash + 1);
    unsigned prefix_bits = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix_bits);
    if (problem != std::errc() || end != digits.data() + digits.size() || prefix_bits > static_cast<unsigned>(network.length()) * 8) {
        return false;
    }
    const auto* one = static_cast<const unsigned char*>(network.addr());
    const auto* other = static_cast<const unsigned char*>(address.addr());
    for (unsigned bit = 0; bit < prefix_bits; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
        if ((one[bit / 8] & mask) != (other[bit / 8] & mask)) {
            return false;
        }
    }
    return true;
}

/// Takes ":port" off an entry; false when it names another port than the URL's.
bool port_fits(std::string_view& entry, std::uint16_t port) {
    const std::size_t colon = entry.rfind(':');
    const bool bracketed = entry.starts_with('[');
    const bool bare_ipv6 = !bracketed && entry.find(':') != colon;
    if (colon == std::string_view::npos || bare_ipv6 || (bracketed && entry.ends_with(']'))) {
        return true;
    }
    const std::string_view digits = entry.substr(colon + 1);
    entry = entry.substr(0, colon);
    return digits == std::to_string(port);
}

int hexadecimal_value(char c) {
    const char small = lower(c);
    return is_digit(small) ? small - '0' : small - 'a' + 10;
}

bool percent_decode(std::string_view text, std::string& decoded) {
    decoded.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        if (at + 2 >= text.size() || !is_hexadecimal(text[at + 1]) || !is_hexadecimal(text[at + 2])) {
            return false;
        }
        decoded += static_cast<char>(hexadecimal_value(text[at + 1]) * 16 + hexadecimal_value(text[at + 2]));
        at += 2;
    }
    return true;
}

struct ProxySetting {
    Url url;
    std::string user;
    std::string password;
};

/// The errors name the variable and never its text: it holds a password.
Result<ProxySetting> parse_proxy(std::string_view text, std::string_view variable) {
    const auto unfit = [variable](std::string_view why) {
        return fail(ErrorCode::bad_input, fmt::format("{} cannot be used: {}", variable, why), {},
                    "Expected is http://[user:password@]host:port, with special characters of the password percent-encoded");
    };
    std::string_view rest = text;
    if (const std::size_t mark = rest.find("://"); mark != std::string_view::npos) {
        if (!equal_ignoring_case(rest.substr(0, mark), "http")) {
            return unfit("only proxies reached over plain http are supported");
        }
        rest.remove_prefix(mark + 3);
    }
    rest = rest.substr(0, rest.find_first_of("/?#"));
    ProxySetting setting;
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        const std::string_view credentials = rest.substr(0, at);
        const std::size_t colon = credentials.find(':');
        const std::string_view password = colon == std::string_view::npos ? std::string_view() : credentials.substr(colon + 1);
        if (!percent_decode(credentials.substr(0, colon), setting.user) || !percent_decode(password, setting.password)) {
            return unfit("user or password contain a broken percent-encoding");
        }
        rest.remove_prefix(at + 1);
    }
    auto url = Url::parse("http://" + std::string(rest));
    if (!url) {
        return unfit("host or port cannot be read");
    }
    setting.url = std::move(*url);
    return setting;
}

}  // namespace

bool bypasses_proxy(const Url& url, const std::vector<std::string>& no_proxy) {
    const std::string host(without_trailing_dot(url.host));
    Poco::Net::IPAddress address;
    const bool is_address = Poco::Net::IPAddress::tryParse(host, address);
    for (const std::string& raw : no_proxy) {
        const std::string lowered = lower(trim(raw));
        std::string_view entry = lowered;
        if (entry == "*") {
            return true;
        }
        if (entry.empty() || !port_fits(entry, url.port)) {
            continue;
        }
        if (entry.starts_with('[') && entry.ends_with(']')) {
            entry = entry.substr(1, entry.size() - 2);
        }
        if (is_address) {
            if (address_matches(entry, address)) {
                return true;
            }
            continue;
        }
        while (entry.starts_with('.') || entry.starts_with("*.")) {
            entry.remove_prefix(entry.front() == '*' ? 2 : 1);
        }
        entry = without_trailing_dot(entry);
        if (!entry.empty() &&
            (host == entry || (host.size() > entry.size() && host.ends_with(entry) && host[host.size() - entry.size() - 1] == '.'))) {
            return true;
        }
    }
    return false;
}

std::string basic_credentials(const std::string& user, const std::string& password) {
    if (user.empty() && password.empty()) {
        return {};
    }
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string plain = user + ":" + password;
    std::string text = "Basic ";
    for (std::size_t at = 0; at < plain.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t offset = 0; offset < 3; ++offset) {
            const bool there = at + offset < plain.size();
            group = group << 8U | (there ? static_cast<unsigned char>(plain[at + offset]) : 0U);
        }
        const std::size_t left = plain.size() - at;
        text += alphabet[group >> 18U & 63U];
        text += alphabet[group >> 12U & 63U];
        text += left > 1 ? alphabet[group >> 6U & 63U] : '=';
        text += left > 2 ? alphabet[group & 63U] : '=';
    }
    return text;
}

Status apply_proxy_settings(ClientOptions& options, std::string_view https_proxy, std::string_view http_proxy, std::string_view no_proxy) {
    std::optional<ProxySetting> first;
    if (!trim(https_proxy).empty()) {
        auto setting = parse_proxy(trim(https_proxy), "HTTPS_PROXY");
        if (!setting) {
            return fail(std::move(setting.error()));
        }
        first = *setting;
        options.https_proxy = setting->url;
        options.proxy_user = setting->user;
        options.proxy_password = setting->password;
    }
    if (!trim(http_proxy).empty()) {
        auto setting = parse_proxy(trim(http_proxy), "HTTP_PROXY");
        if (!setting) {
            return fail(std::move(setting.error()));
        }
        if (first && (first->user != setting->user || first->password != setting->password)) {
            return fail(ErrorCode::bad_input, "HTTPS_PROXY and HTTP_PROXY carry different users or passwords", {},
                        "Set only HTTPS_PROXY: the service is reached over https");
        }
        options.http_proxy = setting->url;
        options.proxy_user = setting->user;
        options.proxy_password = setting->password;
    }
    options.no_proxy.clear();
    while (!no_proxy.empty()) {
        const std::size_t end = no_proxy.find_first_of(", \t");
        if (const std::string_view entry = no_proxy.substr(0, end); !entry.empty()) {
            options.no_proxy.emplace_back(entry);
        }
        no_proxy = end == std::string_view::npos ? std::string_view() : no_proxy.substr(end + 1);
    }
    return {};
}

}  // namespace moisson::http

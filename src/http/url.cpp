/// URLs as the engine needs them: strict on the way in, sent as they stand, resolved against a base for redirects (RFC 3986).

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "http/http.hpp"
#include "http/text.hpp"

namespace moisson::http {

namespace {

constexpr std::size_t url_max_bytes = 16U << 10U;

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_host_character(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }

/// Splits "host", "host:port", "[v6]" and "[v6]:port"; false when it is none of these.
bool split_authority(std::string_view authority, Url& url) {
    std::string_view rest;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || close < 3) {
            return false;
        }
        const std::string_view address = authority.substr(1, close - 1);
        if (!std::all_of(address.begin(), address.end(), [](char c) { return is_hexadecimal(c) || c == ':' || c == '.'; })) {
            return false;
        }
        url.host = lower(address);
        rest = authority.substr(close + 1);
    } else {
        const std::size_t colon = authority.find(':');
        const std::string_view host = authority.substr(0, colon);
        if (host.empty() || host.size() > 253 || host == "." || !std::all_of(host.begin(), host.end(), is_host_character)) {
            return false;
        }
        url.host = lower(host);
        rest = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
    }
    if (rest.empty() || rest == ":") {
        url.port = default_port(url.scheme);
        return true;
    }
    const std::string_view digits = rest.substr(1);
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (rest.front() != ':' || problem != std::errc() || end != digits.data() + digits.size() || port == 0) {
        return false;
    }
    url.port = port;
    return true;
}

/// Leaves out "." and ".." segments (RFC 3986 §5.2.4) of a path that starts with '/'.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool folder = false;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        folder = segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) {
            kept.pop_back();
        } else if (!folder) {
            kept.push_back(segment);
        }
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    }
    std::string result;
    for (const std::string_view segment : kept) {
        result += '/';
        result += segment;
    }
    if (folder || result.empty()) {
        result += '/';
    }
    return result;
}

/// What servers write raw into Location though it may not stand there: blanks and bytes beyond ASCII.
std::string encode_unfit(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>') {
            result += fmt::format("%{:02X}", byte);
        } else {
            result += c;
        }
    }
    return result;
}

tl::unexpected<Error> unfit(std::string why) {
    return fail(ErrorCode::bad_input, "not a usable URL: " + std::move(why), {}, "Expected is https://host[:port]/path");
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    if (text.size() > url_max_bytes) {
        return unfit("it is longer than 16 KiB");
    }
    Url url;
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) {
        return unfit("it names no scheme");
    }
    url.scheme = lower(text.substr(0, colon));
    if (url.scheme != "http" && url.scheme != "https") {
        return unfit("its scheme is neither http nor https");
    }
    std::string_view rest = text.substr(colon + 3);
    rest = rest.substr(0, rest.find('#'));
    const std::size_t path = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, path);
    if (authority.find('@') != std::string_view::npos) {
        return unfit("it carries a user name or password");
    }
    if (!split_authority(authority, url)) {
        return unfit("host or port cannot be read (international names go in their xn-- form)");
    }
    url.path_and_query = path == std::string_view::npos ? std::string() : std::string(rest.substr(path));
    if (!url.path_and_query.starts_with('/')) {
        url.path_and_query.insert(0, 1, '/');
    }
    for (const char c : url.path_and_query) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f) {
            return unfit("path or query contains a blank, a control character or a byte beyond ASCII that is not percent-encoded");
        }
    }
    return url;
}

std::string Url::to_text() const {
    const std::string shown_host = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port == default_port(scheme)) {
        return fmt::format("{}://{}{}", scheme, shown_host, path_and_query);
    }
    return fmt::format("{}://{}:{}{}", scheme, shown_host, port, path_and_query);
}

bool Url::same_origin(const Url& other) const noexcept { return scheme == other.scheme && host == other.host && port == other.port; }

std::string Url::for_people() const {
    const std::string text = to_text();
    return text.substr(0, text.find('?'));
}

Result<Url> Url::resolve(std::string_view location) const {
    const auto refused = [] { return fail(ErrorCode::redirect, "the answer redirects to something that is no http or https URL"); };
    location = trim(location);
    std::string target = encode_unfit(location.substr(0, location.find('#')));
    const std::size_t scheme_end = target.find_first_of(":/?");
    if (scheme_end != std::string::npos && scheme_end > 0 && target[scheme_end] == ':') {
        auto absolute = Url::parse(target);
        return absolute ? std::move(absolute) : refused();
    }
    if (target.starts_with("//")) {
        auto absolute = Url::parse(scheme + ":" + target);
        return absolute ? std::move(absolute) : refused();
    }
    Url url = *this;
    if (target.empty()) {
        return url;
    }
    const std::string own_path = path_and_query.substr(0, path_and_query.find('?'));
    const std::size_t question = target.find('?');
    const std::string query = question == std::string::npos ? std::string() : target.substr(question);
    std::string path = target.substr(0, question);
    if (path.empty()) {
        path = own_path;
    } else if (!path.starts_with('/')) {
        path = own_path.substr(0, own_path.rfind('/') + 1) + path;
    }
    url.path_and_query = without_dot_segments(path) + query;
    return url;
}

std::string percent_encode(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

}  // namespace moisson::http

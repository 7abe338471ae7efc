// The two error shapes, and the small grammar of URLs.
#include "sandbox/message.hpp"

#include <array>

#include <fmt/format.h>

#include "sandbox/json_text.hpp"

namespace moisson::sandbox {

namespace {

struct GatewayText {
    int status;
    int code;
    std::string_view message;
    std::string_view description;
};

// The portal's table of common errors, with the sentences that are known; the others are made to match.
constexpr std::array gateway_texts{
    GatewayText{400, 20, "Invalid URL parameter value", "One or more URL parameters contain invalid values."},
    GatewayText{400, 21, "Missing body", "The request is missing its body."},
    GatewayText{400, 22, "Invalid body", "The body is not a JSON object."},
    GatewayText{400, 23, "Missing body field", "The body is missing a required field."},
    GatewayText{400, 24, "Invalid body field", "One or more fields of the body contain invalid values."},
    GatewayText{400, 25, "Missing header", "The request is missing a required HTTP header."},
    GatewayText{400, 26, "Invalid header value", "One or more HTTP headers contain invalid values."},
    GatewayText{400, 28, "Invalid query-string parameter value", "One or more query-string parameters contain invalid values."},
    GatewayText{401, 40, "Missing credentials", "The requested service needs credentials, but none were provided."},
    GatewayText{401, 41, "Invalid credentials", "The requested service needs credentials, but the ones provided were invalid."},
    GatewayText{401, 42, "Expired credentials", "The requested service needs credentials, and the ones provided were out-of-date."},
    GatewayText{403, 50, "Access denied", "The application that makes the request is not authorized to access this endpoint."},
    GatewayText{403, 51, "Forbidden requester", "The application is not authorized to make this request."},
    GatewayText{403, 52, "Forbidden user", "The user is not authorized to make this request."},
    GatewayText{403, 53, "Too many requests", "The application has made too many calls and has exceeded the rate limit for this service."},
    GatewayText{404, 60, "Resource not found", "The requested URI or the requested resource does not exist."},
    GatewayText{405, 61, "Method not allowed", "The URI does not support the requested method."},
    GatewayText{406, 62, "Not acceptable", "The Accept header is missing or names no type that the service can give."},
    GatewayText{408, 63, "Request time-out", "The request did not arrive in time."},
    GatewayText{409, 69, "Conflict", "The request conflicts with what is there."},
    GatewayText{411, 64, "Length required", "The request needs a Content-Length."},
    GatewayText{413, 66, "Request entity too large", "The body is longer than the service takes."},
    GatewayText{414, 67, "Request-URI too long", "The URI is longer than the service takes."},
    GatewayText{415, 68, "Unsupported Media Type", "The body's media type is not supported by this URI."},
    GatewayText{429, 53, "Too many requests", "The application has made too many calls and has exceeded the rate limit for this service."},
    GatewayText{500, 1, "Internal error", "The service met an unexpected condition."},
    GatewayText{502, 1, "Bad gateway", "The service behind the gateway gave no usable answer."},
    GatewayText{503, 5, "The service is temporarily unavailable", "The service is temporarily unavailable."},
    GatewayText{503, 6, "Orange API is over capacity, retry later !", "The service is over capacity."},
    GatewayText{504, 6, "Gateway timeout", "The service behind the gateway did not answer in time."},
};

int hex_digit(char letter) noexcept {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    const char lower = static_cast<char>(letter | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Answer gateway_error(int status, int code, std::string_view description) {
    std::string_view message = "Error";
    for (const GatewayText& text : gateway_texts) {
        if (text.status == status && text.code == code) {
            message = text.message;
            description = description.empty() ? text.description : description;
        }
    }
    Answer answer;
    answer.status = status;
    answer.gateway_code = code;
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = fmt::format("{{\"code\":{}", code);
    append_json_member(answer.body, "message", message);
    append_json_member(answer.body, "description", description);
    answer.body += '}';
    return answer;
}

Answer oauth_error(int status, std::string_view error, std::string_view description) {
    Answer answer;
    answer.status = status;
    if (status == 401) {
        answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"Authorization Required\"");
    }
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body.assign(1, '{');
    append_json_member(answer.body, "error", error);
    append_json_member(answer.body, "error_description", description);
    answer.body += '}';
    return answer;
}

std::string_view reason_of(int status) noexcept {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 206: return "Partial Content";
        case 302: return "Found";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 413: return "Request Entity Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 429: return "Too Many Requests";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return "Unknown";
    }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_blank) {
            decoded += ' ';
        } else if (text[at] != '%') {
            decoded += text[at];
        } else {
            const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            decoded += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) {
            continue;
        }
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        pairs.emplace_back(percent_decode(name, true).value_or(std::string(name)),
                           percent_decode(value, true).value_or(std::string(value)));
    }
    return pairs;
}

}  // namespace moisson::sandbox

/// Small texts from outside: currencies, file names, instants, days, rates, addresses, and what people get to see of any of them.

#include "base/clock.hpp"
#include "base/code_points.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"
#include "config/address.hpp"
#include "domain/period.hpp"
#include "domain/rate.hpp"
#include "fuzz.hpp"
#include "http/http.hpp"
#include "normalize/filename.hpp"
#include "normalize/normalize.hpp"

namespace moisson::fuzz {

namespace {

void check_currency(std::string_view text) {
    const Result<Currency> currency = normalize::parse_currency(text);
    require(currency || !currency.error().message.empty(), "a refused currency has a reason");
    require(!currency || find_currency(currency->code()) == *currency, "an accepted currency is one of ISO 4217");
}

void check_file_name(std::string_view text) {
    static_cast<void>(is_formula_like(text));
    if (!text.empty() && normalize::why_unsafe(text).empty()) {  // a document without a name is the caller's to say
        require(text != "." && text != ".." && text.size() <= 255, "a safe name is a name");
        require(text.find_first_of(std::string_view("/\\:\0", 4)) == std::string_view::npos, "a safe name is one part of a path");
    }
}

void check_times(std::string_view text) {
    if (const auto instant = parse_timestamp(text)) {
        require(parse_timestamp(format_timestamp(*instant)) == instant, "an instant comes back from its own text");
    }
    static_cast<void>(parse_http_date(text));
    if (const auto month = Month::parse(text)) {
        require(month->to_text() == text, "a month comes back from its own text");
    }
    if (const auto rate = Decimal::parse(text)) {
        require(Decimal::parse(rate->to_text()) == rate, "a rate comes back from its own text");
    }
}

void check_addresses(std::string_view text) {
    if (const auto url = http::Url::parse(text)) {
        const auto again = http::Url::parse(url->to_text());
        require(again && *again == *url, "a URL comes back from its own text");
        require(url->to_text().find_first_of(std::string_view("\r\n \0", 4)) == std::string::npos, "a URL cannot end a request's line");
    }
    const http::Url base{"https", "api.example.test", 443, "/cloud/b2b/v1/documents/file?a=b"};
    if (const auto target = base.resolve(text)) {
        const auto again = http::Url::parse(target->to_text());
        require(again && *again == *target, "where a redirect leads comes back from its own text");
    }
    if (const auto url = config::check_base_url(text)) {
        require(config::check_base_url(*url) == *url, "a base URL that was accepted is accepted again");
        require(http::Url::parse(*url).has_value(), "a base URL that was accepted can be called");
    }
    static_cast<void>(config::check_proxy(text));
}

void check_shown(std::string_view text) {
    const std::string shown = sanitise(text, 100);
    require(is_utf8(shown), "what people see is text");
    constexpr std::size_t longest_escape = std::string_view(R"(\xf3\xa0\x80\x81)").size();  // of a tag character, shown whole
    require(shown.size() < 100 + longest_escape + std::string_view("…").size(), "what people see is no longer than it may be");
    for (const char letter : shown) {
        require(static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f, "what people see obeys no terminal");
    }
}

}  // namespace

void run(std::string_view input) {
    check_currency(input);
    check_file_name(input);
    check_times(input);
    check_addresses(input);
    check_shown(input);
}

}  // namespace moisson::fuzz

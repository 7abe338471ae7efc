// If these failed, a notice would go in the clear, to an address that writes headers, or nowhere without a word.
#include <string>

#include <doctest/doctest.h>

#include "config/address.hpp"

using namespace moisson;
using namespace moisson::config;

TEST_CASE("a mail server is told with its way to TLS, and nothing else is one") {
    const auto starttls = check_mail_server("smtp://Mail.Example.com").value();
    CHECK(starttls.host == "mail.example.com");
    CHECK(starttls.port == 587);
    CHECK_FALSE(starttls.tls_at_once);
    const auto at_once = check_mail_server(" smtps://[::1]:8465/ ").value();
    CHECK(at_once.host == "::1");
    CHECK(at_once.port == 8465);
    CHECK(at_once.tls_at_once);
    CHECK(check_mail_server("smtps://mail").value().port == 465);
    for (const char* text : {"", "mail.example.com", "mail.example.com:25", "http://mail", "smtp://", "smtp://a b", "smtp://u:p@mail",
                             "smtp://mail:0", "smtp://mail:65536", "smtp://mail:x", "smtp://mail/path", "smtp:mail"}) {
        CAPTURE(text);
        CHECK_FALSE(check_mail_server(text));
    }
}

TEST_CASE("nothing in a mail address ends a line, a header or a command") {
    for (const char* text : {"a@b", "first.last+tag@mail.example.com", "o'neil@example.com"}) {
        CAPTURE(text);
        CHECK(is_mail_address(text));
    }
    for (const std::string& text :
         {std::string(), std::string("a"), std::string("@b"), std::string("a@"), std::string("a@b@c"), std::string("a b@c"),
          std::string("a@b\r\nBcc: c@d"), std::string("a@b>"), std::string("<a@b>"), std::string("Name <a@b>"), std::string("a@b,c@d"),
          std::string("\"a\"@b"), std::string("a..b@c"), std::string(".a@b"), std::string("a@b."), std::string("a@b\0", 4),
          std::string("é@b"), std::string(65, 'a') + "@b"}) {
        CAPTURE(text);
        CHECK_FALSE(is_mail_address(text));
    }
}

TEST_CASE("a webhook's address may have a query and is https, but to this machine") {
    CHECK(check_webhook_url("https://x.logic.azure.com:443/workflows/1/invoke?api-version=1&sig=a%2Fb").value() ==
          "https://x.logic.azure.com:443/workflows/1/invoke?api-version=1&sig=a%2Fb");
    CHECK(check_webhook_url("http://127.0.0.1:8080/hook"));
    CHECK(check_webhook_url("http://localhost/hook"));
    for (const char* text : {"", "hooks.example.com", "http://hooks.example.com/x", "ftp://h/x", "https://u:p@h/x", "https://h/x#f",
                             "https://h/x?a b", "https://h/x?\r\nX: y", "https://"}) {
        CAPTURE(text);
        CHECK_FALSE(check_webhook_url(text));
    }
}

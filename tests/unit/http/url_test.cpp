/// URLs, percent-encoding, proxy settings.

#include <doctest/doctest.h>

#include <string>

#include "http/http.hpp"
#include "http/proxy.hpp"

using namespace moisson;
using namespace moisson::http;

TEST_CASE("a URL is split as browsers split it, or refused with a reason") {
    // If this failed, a request with credentials could go to a host that the user did not mean.
    struct Row {
        std::string_view text;
        std::string_view scheme;
        std::string_view host;
        int port;
        std::string_view path;
    };
    const Row good[] = {
        {"https://api.orange.com/cloud/b2b/v1", "https", "api.orange.com", 443, "/cloud/b2b/v1"},
        {"HTTPS://API.Orange.COM", "https", "api.orange.com", 443, "/"},
        {"http://127.0.0.1:8080/x?y=%20z#part", "http", "127.0.0.1", 8080, "/x?y=%20z"},
        {"https://[2001:DB8::1]:444?q", "https", "2001:db8::1", 444, "/?q"},
        {"https://host:/a", "https", "host", 443, "/a"},
    };
    for (const Row& row : good) {
        CAPTURE(row.text);
        const auto url = Url::parse(row.text);
        REQUIRE(url.has_value());
        CHECK(url->scheme == row.scheme);
        CHECK(url->host == row.host);
        CHECK(url->port == row.port);
        CHECK(url->path_and_query == row.path);
        CHECK(Url::parse(url->to_text()) == *url);
    }
    for (const std::string_view bad :
         {"", "api.orange.com", "ftp://host/", "https://", "https:///x", "https://us:er@host/", "https://ho st/", "https://host:0/",
          "https://host:65536/", "https://host:x/", "https://[::1/", "https://[zz]/", "https://host/a b", "https://host/\r\nX: y",
          "https://h\xC3\xB4te/", "https://host\\@evil/"}) {
        CAPTURE(bad);
        const auto url = Url::parse(bad);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().code == ErrorCode::bad_input);
        CHECK(url.error().to_line().find("us:er") == std::string::npos);
    }
}

TEST_CASE("a redirect's target is found as RFC 3986 says") {
    // If this failed, a followed redirect would fetch another document.
    const Url base = *Url::parse("https://host:8443/a/b/c?q=1");
    struct Row {
        std::string_view location;
        std::string_view target;
    };
    const Row rows[] = {
        {"https://other/x", "https://other/x"},
        {"//other/x", "https://other/x"},
        {"/x/y?z", "https://host:8443/x/y?z"},
        {"d", "https://host:8443/a/b/d"},
        {"./d", "https://host:8443/a/b/d"},
        {"../d", "https://host:8443/a/d"},
        {"../../../../d", "https://host:8443/d"},
        {"..", "https://host:8443/a/"},
        {"?z=2", "https://host:8443/a/b/c?z=2"},
        {"", "https://host:8443/a/b/c?q=1"},
        {"/a b\xC3\xA9#x", "https://host:8443/a%20b%C3%A9"},
        {"d?at=10:30", "https://host:8443/a/b/d?at=10:30"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.location);
        const auto target = base.resolve(row.location);
        REQUIRE(target.has_value());
        CHECK(target->to_text() == row.target);
    }
    for (const std::string_view bad : {"ftp://host/", "javascript:x", "https://user:secret@host/", "//"}) {
        CAPTURE(bad);
        const auto target = base.resolve(bad);
        REQUIRE_FALSE(target.has_value());
        CHECK(target.error().code == ErrorCode::redirect);
        CHECK(target.error().to_line().find("secret") == std::string::npos);
    }
}

TEST_CASE("percent-encoding leaves only unreserved characters") {
    // If this failed, a document id with a slash would address another resource.
    CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encode("a/b?c=d&e f+g%\xC3\xA9") == "a%2Fb%3Fc%3Dd%26e%20f%2Bg%25%C3%A9");
}

TEST_CASE("NO_PROXY means what it means for curl") {
    // If this failed, internal hosts would be asked of the proxy, or outside hosts without it.
    struct Row {
        std::string_view host;
        std::vector<std::string> no_proxy;
        bool bypasses;
    };
    const Row rows[] = {
        {"api.orange.com", {}, false},
        {"api.orange.com", {"*"}, true},
        {"api.orange.com", {"orange.com"}, true},
        {"api.orange.com", {".orange.com"}, true},
        {"api.orange.com", {"*.orange.com"}, true},
        {"orange.com", {".orange.com"}, true},
        {"api.orange.com", {"ORANGE.com"}, true},
        {"api.orange.com.", {"orange.com"}, true},
        {"api.orange.com", {"orange.com."}, true},
        {"notorange.com", {"orange.com"}, false},
        {"api.orange.com", {"range.com"}, false},
        {"api.orange.com", {"orange.com.evil"}, false},
        {"apiXorange.com", {"api.orange.com"}, false},
        {"api.orange.com", {"other", "api.orange.com"}, true},
        {"api.orange.com", {"api.orange.com:443"}, true},
        {"api.orange.com", {"api.orange.com:8443"}, false},
        {"127.0.0.1", {"127.0.0.1"}, true},
        {"127.0.0.1", {"127.0.0.0/8"}, true},
        {"10.1.2.3", {"10.1.0.0/16"}, true},
        {"10.2.2.3", {"10.1.0.0/16"}, false},
        {"10.1.2.3", {"10.1.0.0/99"}, false},
        {"10.1.2.3", {"0.0.0.0/0"}, true},
        {"::1", {"::1"}, true},
        {"::1", {"[::1]"}, true},
        {"fd00::5", {"fd00::/8"}, true},
        {"fd00::5", {"10.0.0.0/8"}, false},
        {"api.orange.com", {"", " "}, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.host);
        Url url;
        url.scheme = "https";
        url.host = row.host;
        url.port = 443;
        CHECK(bypasses_proxy(url, row.no_proxy) == row.bypasses);
    }
}

TEST_CASE("proxy settings are read with user and password, and never shown") {
    // If this failed, the proxy would refuse a right password, or the log would show it.
    ClientOptions options;
    REQUIRE(apply_proxy_settings(options, "http://us%65r:p%40ss%3Aw%C3%B6rd@proxy.test:3128/", "", "localhost, .internal\t10.0.0.0/8")
                .has_value());
    CHECK(options.https_proxy->host == "proxy.test");
    CHECK(options.https_proxy->port == 3128);
    CHECK(options.proxy_user == "user");
    CHECK(options.proxy_password == "p@ss:w\xC3\xB6rd");
    CHECK(options.no_proxy == std::vector<std::string>{"localhost", ".internal", "10.0.0.0/8"});
    CHECK_FALSE(options.http_proxy.has_value());
    CHECK(basic_credentials("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(basic_credentials("", "") == "");
    CHECK(basic_credentials("a", "") == "Basic YTo=");

    ClientOptions bare;
    REQUIRE(apply_proxy_settings(bare, "proxy.test:3128", "", "").has_value());
    CHECK(bare.https_proxy->port == 3128);
    for (const std::string_view bad :
         {"socks5://u:topsecret@host", "https://u:topsecret@host", "http://u:topsecret%4@host", "http://u:topsecret@ho st", "http://"}) {
        CAPTURE(bad);
        ClientOptions other;
        const auto applied = apply_proxy_settings(other, bad, "", "");
        REQUIRE_FALSE(applied.has_value());
        CHECK(applied.error().to_line().find("topsecret") == std::string::npos);
        CHECK(applied.error().to_line().find("HTTPS_PROXY") != std::string::npos);
    }
}

/// The question before a write, and a request as it is shown.

#include <doctest/doctest.h>

#include "cli/write_options.hpp"

using namespace moisson;
using namespace moisson::cli;

TEST_CASE("a request shown to others would hold a credential") {
    http::Request request;
    request.method = "POST";
    request.url = *http::Url::parse("https://api.orange.com/cloud/b2b/v1/contracts/");
    request.headers.set("Content-Type", "application/json");
    request.body = "{\"a\":1}";
    CHECK(request_text(request) ==
          "POST https://api.orange.com/cloud/b2b/v1/contracts/\nAuthorization: Bearer [token]\nX-API-Key: [API key]\n"
          "Content-Type: application/json\n\n{\"a\":1}\n");
}

TEST_CASE("a script would be asked, and wait for ever") {
    WriteOptions options;
    options.yes = true;
    check_can_ask(options);
    options.yes = false;
    options.dry_run = true;
    check_can_ask(options);
}

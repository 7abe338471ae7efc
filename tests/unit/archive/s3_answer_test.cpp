// If these failed, a person would look for the fault in the wrong place, and a run would repeat what cannot help.
#include <doctest/doctest.h>

#include "archive/s3_answer.hpp"
#include "archive/xml.hpp"

using namespace moisson;
using namespace moisson::archive;

namespace {

Error judge(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.error_body = std::move(body);
    return judge_s3_answer(response, "s3://b/k");
}

std::string said(const std::string& code) { return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>m</Message></Error>"; }

}  // namespace

TEST_CASE("what an S3 store refuses is told by its meaning") {
    CHECK(judge(403, said("SignatureDoesNotMatch")).code == ErrorCode::credentials);
    CHECK(judge(403, said("RequestTimeTooSkewed")).message.in(Language::english).find("clock") != std::string::npos);
    CHECK(judge(403, said("AccessDenied")).code == ErrorCode::forbidden);
    CHECK(judge(403, "").code == ErrorCode::forbidden);
    CHECK(judge(403, said("QuotaExceeded")).code == ErrorCode::quota_spent);
    CHECK(judge(404, said("NoSuchBucket")).message.in(Language::english).find("bucket") != std::string::npos);
    CHECK(judge(400, said("XAmzContentSHA256Mismatch")).code == ErrorCode::verification);
    CHECK(judge(404, "<html>not S3").code == ErrorCode::not_found);
    for (const int status : {408, 429, 500, 503}) {
        CHECK(judge(status, "").retry == Retry::later);
    }
    CHECK(judge(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>").hint.find("eu-west-3") !=
          std::string::npos);
    CHECK(judge(501, said("NotImplemented")).http_status == 501);
}

TEST_CASE("an answer that is no S3 store's is refused, not obeyed") {
    CHECK_FALSE(read_xml("").has_value());
    CHECK_FALSE(read_xml("<a><b></a>").has_value());
    CHECK_FALSE(read_xml("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>").has_value());
    std::string deep;
    for (int at = 0; at < 40; ++at) {
        deep += "<a>";
    }
    CHECK_FALSE(read_xml(deep).has_value());
    const auto xml = read_xml("<s:r xmlns:s='u'><s:k>a&amp;b</s:k><s:k>c</s:k></s:r>");
    REQUIRE(xml.has_value());
    CHECK(text_at(*xml, "r/k") == "a&b");
    CHECK(text_at(*xml, "r/none").empty());
}

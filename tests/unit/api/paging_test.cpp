// What answers say of further pages: headers and members, in whatever words services use.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "api/endpoints.hpp"

using namespace moisson;

namespace {

http::Url asked() { return *http::Url::parse("https://api.example.com/cloud/b2b/v1/documents?documentType=&limit=1000"); }

wire::Paging read(const std::string& body, const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    http::Headers all;
    for (const auto& [name, value] : headers) {
        all.add(name, value);
    }
    const auto answer = api::read_documents(body, all, asked());
    REQUIRE(answer.has_value());
    CHECK(answer->documents.size() == 1);
    return answer->paging;
}

std::string beside(const std::string& members) { return R"({"documents":[{"id":"a","total":9,"next":"/x"}],)" + members + "}"; }

}  // namespace

TEST_CASE("a next page at the list's own address is followed") {
    // Else: half of the documents are missing from a month that is called complete.
    const std::string next = "/cloud/b2b/v1/documents?documentType=&limit=30&page=2";
    for (const std::string& link : {"<" + next + ">; rel=\"next\"", "<https://api.example.com" + next + ">;rel=next",
                                    "</cloud/b2b/v1/documents?page=9>; rel=\"last\", <" + next + ">; title=\"x\"; REL=\"Next\"",
                                    std::string("<?documentType=&limit=30&page=2>; rel=\"prefetch next\"")}) {
        CAPTURE(link);
        CHECK(read(R"([{"id":"a"}])", {{"Link", link}}).next == next);
    }
    for (const std::string& members :
         {"\"next\":\"" + next + "\"", "\"paging\":{\"next\":\"https://api.example.com" + next + "\"}",
          "\"_links\":{\"self\":{\"href\":\"/x\"},\"next\":{\"href\":\"" + next + "\"}}", "\"@odata.nextLink\":\"" + next + "\"",
          "\"links\":[{\"rel\":\"self\",\"href\":\"/x\"},{\"rel\":\"next\",\"href\":\"" + next + "\"}]",
          "\"nextPageUrl\":\"" + next + "\""}) {
        CAPTURE(members);
        const wire::Paging paging = read(beside(members));
        CHECK(paging.next == next);
        CHECK(paging.more.empty());
    }
}

TEST_CASE("a next page anywhere else is not followed, and is no secret") {
    // Else: token and API key go to another host, or the rest of the list is passed over without a word.
    for (const std::string next :
         {"https://api.example.org/cloud/b2b/v1/documents?page=2", "http://api.example.com/cloud/b2b/v1/documents?page=2",
          "/cloud/b2b/v2/documents?page=2", "//api.example.org/cloud/b2b/v1/documents?page=2",
          "https://api.example.com:444/cloud/b2b/v1/documents?page=2", "ftp://x/?", "/cloud/b2b/v1/documents?documentType=&limit=1000"}) {
        CAPTURE(next);
        const wire::Paging paging = read(R"([{"id":"a"}])", {{"Link", "<" + next + ">; rel=next"}});
        CHECK(paging.next.empty());
        CHECK_FALSE(paging.more.empty());
    }
}

TEST_CASE("what says that there is more, and cannot be followed") {
    // Else: 30 of 60 documents, and the run calls itself complete.
    for (const std::string members : {"\"hasMore\":true", "\"has_next\":true", "\"nextPage\":2", "\"nextCursor\":\"abc\"",
                                      "\"cursor\":\"abc\"", "\"meta\":{\"truncated\":true}", "\"page\":{\"last\":false}",
                                      "\"next\":{\"page\":2}", "\"continuationToken\":\"x\"", "\"pagination\":{\"next_page\":2}"}) {
        CAPTURE(members);
        CHECK_FALSE(read(beside(members)).more.empty());
    }
    CHECK_FALSE(read(R"([{"id":"a"}])", {{"X-Next-Page", "2"}}).more.empty());
    CHECK_FALSE(read(R"([{"id":"a"}])", {{"X-Has-More", "true"}}).more.empty());
    CHECK_FALSE(read(R"([{"id":"a"}])", {{"Content-Range", "documents 0-29/*"}}).more.empty());
    CHECK(read(beside(R"("page":1,"pages":2)")).pages == 2);
    CHECK(read(beside(R"("page":{"number":0,"totalPages":3})")).pages == 3);
    CHECK(read(R"([{"id":"a"}])", {{"X-Total-Pages", "4"}}).pages == 4);
}

TEST_CASE("counts, and whether they are of all there are") {
    // Else: a list that the service itself calls longer passes for whole, or the length of a page for a proof.
    for (const std::string members : {"\"total\":60", "\"totalCount\":60", "\"meta\":{\"total_items\":\"60\"}",
                                      "\"page\":{\"totalElements\":60}", "\"@odata.count\":60"}) {
        CAPTURE(members);
        CHECK(read(beside(members)).total == 60);
        CHECK(read(beside(members)).total_is_of_all);
    }
    CHECK(read(beside(R"("count":60)")).total == 60);
    CHECK_FALSE(read(beside(R"("count":1)")).total_is_of_all);
    CHECK(read(R"([{"id":"a"}])", {{"Content-Range", "items 0-29/60"}}).total == 60);
    CHECK(read(R"([{"id":"a"}])", {{"X-Result-Count", "60"}, {"X-Total-Count", "1"}}).total == 60);
    CHECK(read(R"([{"id":"a"}])", {{"X-Pagination", R"({"TotalCount":60,"next":null})"}}).total == 60);
}

TEST_CASE("what says nothing of further pages") {
    // Else: a whole list is called capped, and every month ends as incomplete.
    for (const std::string members :
         {"\"next\":null", "\"next\":\"\"", "\"hasMore\":false", "\"nextPage\":0", "\"page\":{\"number\":0,\"totalPages\":1,\"last\":true}",
          "\"account\":4711", "\"country\":250", "\"discount\":12", "\"totalAmount\":999", "\"_links\":{\"last\":{\"href\":\"/x?page=9\"}}",
          "\"customer\":{\"total\":60,\"next\":\"/x?y\"}", "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":\"abc\"}",
          "\"cursor\":null"}) {
        CAPTURE(members);
        const wire::Paging paging = read(beside(members));
        CHECK(paging.next.empty());
        CHECK(paging.more.empty());
        CHECK(paging.total <= 1);
        CHECK(paging.pages <= 1);
    }
    CHECK(read(R"([{"id":"a","next":"/x?y","total":60,"hasMore":true}])").more.empty());
    CHECK(read(R"([{"id":"a"}])", {{"Content-Range", "bytes 0-29/60"}, {"Link", "</x>; rel=\"last\""}}).total == 0);
}

TEST_CASE("a detail is that of the contract that was asked for") {
    // Else: a gateway that passes over X-ECCS-Contract-Id gives every contract the first one's name and customer.
    CHECK(api::read_contract(R"({"id":"OCB1","name":"n"})", "OCB1").has_value());
    CHECK(api::read_contract(R"({"name":"n"})", "OCB1").has_value());
    CHECK(api::read_contract(R"({"id":"OCB2","name":"n"})", "OCB1").error().code == ErrorCode::verification);
    CHECK(api::read_contract(R"({"id":"ocb1","name":"n"})", "OCB1").error().code == ErrorCode::verification);
}

TEST_CASE("an answer out of a cache is known by its age") {
    // Else: a list of last week passes for today's.
    http::Headers headers;
    CHECK_FALSE(api::is_from_cache(headers));
    headers.set("Age", "0");
    headers.set("X-Cache", "Miss from cloudfront");
    CHECK_FALSE(api::is_from_cache(headers));
    headers.set("Age", "17");
    CHECK(api::is_from_cache(headers));
    headers.set("Age", "0");
    headers.set("X-Cache", "HIT");
    CHECK(api::is_from_cache(headers));
}

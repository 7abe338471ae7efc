// If these failed, every S3 store would refuse every request.
#include <string>

#include <doctest/doctest.h>

#include "archive/sigv4.hpp"
#include "base/digest.hpp"

using namespace moisson;
using namespace moisson::archive;

namespace {

/// The examples of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
std::string signature_of(http::Request request, const std::string& path, const Query& query, std::string_view body) {
    request.url = http::Url::parse("https://examplebucket.s3.amazonaws.com/").value();
    request.url.path_and_query = encode_path(path) + (query.empty() ? "" : "?" + encode_query(query));
    const SigningKeys keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", "us-east-1"};
    sign(request, sha256_hex(body), keys, parse_timestamp("2013-05-24T00:00:00Z").value());
    const std::string header(request.headers.find("Authorization").value());
    return header.substr(header.rfind('=') + 1);
}

}  // namespace

TEST_CASE("requests are signed as Amazon's published examples are") {
    http::Request get;
    get.headers.set("Range", "bytes=0-9");
    CHECK(signature_of(get, "/test.txt", {}, "") == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    http::Request put;
    put.method = "PUT";
    put.headers.set("Date", "Fri, 24 May 2013 00:00:00 GMT");
    put.headers.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
    CHECK(signature_of(put, "/test$file.text", {}, "Welcome to Amazon S3.") ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CHECK(signature_of({}, "/", {{"lifecycle", ""}}, "") == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signature_of({}, "/", {{"prefix", "J"}, {"max-keys", "2"}}, "") ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("letters of a key reach the store as they are") {
    CHECK(encode_path("/b/é à+b (1).pdf") == "/b/%C3%A9%20%C3%A0%2Bb%20%281%29.pdf");
    CHECK(encode_query({{"prefix", "a/b é"}, {"list-type", "2"}, {"a", ""}}) == "a=&list-type=2&prefix=a%2Fb%20%C3%A9");
    CHECK(host_of(http::Url::parse("http://[::1]:8080/").value()) == "[::1]:8080");
    CHECK(host_of(http::Url::parse("https://s3.example.com:443/").value()) == "s3.example.com");
}

TEST_CASE("keys that live for hours are sent with their token, signed") {
    http::Request request;
    request.url = http::Url::parse("https://s3.example.com/").value();
    sign(request, sha256_hex(""), {"id", "secret", "token", "eu-west-3"}, parse_timestamp("2026-11-01T00:00:00Z").value());
    CHECK(request.headers.find("x-amz-security-token") == "token");
    CHECK(request.headers.find("Authorization")->find("x-amz-security-token") != std::string_view::npos);
    CHECK(request.headers.find("Authorization")->find("/20261101/eu-west-3/s3/aws4_request") != std::string_view::npos);
}

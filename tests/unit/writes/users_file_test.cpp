/// The file of `users add`: what is read, and where a problem is said to be.

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "writes/users_file.hpp"

using namespace moisson;
using namespace moisson::writes;

namespace {

std::string told(const Result<UsersFile>& file) {
    if (!file) {
        return fmt::format("{} {}", file.error().where, file.error().message);
    }
    std::string text;
    for (const PlacedProblem& one : file->problems) {
        text += fmt::format("{} {}\n", one.where, one.problem.message);
    }
    return text;
}

std::string told_of_json(std::string_view text) { return told(read_users_json(text, "u.json")); }
std::string told_of_csv(std::string_view text) { return told(read_users_csv(text, "u.csv")); }

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a column or member would end up in another field of a user") {
    const std::string json = R"([{"civility":"M","lastName":"Ünï \u00e9","firstName":"Jean","email":"j@example.com","login":"jean.dupont",
        "fixPhone":"+33 1","mobilePhone":"","roles":{"contracts":["visitor","manager"],"users":"manager"}},
        {"roles":"contracts=visitor users=manager"}])";
    const auto from_json = read_users_json(json, "u.json");
    REQUIRE(from_json.has_value());
    REQUIRE(from_json->users.size() == 2);
    CHECK(from_json->problems.empty());
    CHECK(from_json->users[0].user.last_name == "Ünï é");
    CHECK(from_json->users[0].user.login == "jean.dupont");
    CHECK(api::to_text(from_json->users[0].user.roles) == "contracts=visitor,manager users=manager");
    CHECK(api::to_text(from_json->users[1].user.roles) == "contracts=visitor users=manager");
    CHECK(read_users_json(R"({"login":"one"})", "u.json")->users.front().user.login == "one");

    for (const char separator : {',', ';'}) {
        for (const char* line_end : {"\n", "\r\n"}) {
            for (const char* mark : {"", "\xef\xbb\xbf"}) {
                std::string csv = fmt::format("{0}roles{1}login{1} email {1}lastName{1}civility{1}firstName{2}", mark, separator, line_end);
                csv += fmt::format(
                    "\"contracts=visitor{1} users=manager\"{0}jean.dupont{0} j@example.com {0}\"Du{1}pont \"\"x\"\"\"{0}M{0}{2}", separator,
                    ";", line_end);
                csv += line_end;
                csv += fmt::format("contracts=manager{0}anne.durand{0}a@example.com{0}\"two\nlines\"{0}Mme{0}Anne", separator);
                CAPTURE(csv);
                const auto file = read_users_csv(csv, "u.csv");
                REQUIRE(file.has_value());
                REQUIRE(file->users.size() == 2);
                CHECK(file->problems.empty());
                CHECK(file->users[0].user.email == "j@example.com");
                CHECK(file->users[0].user.last_name == "Du;pont \"x\"");
                CHECK(file->users[0].user.first_name.empty());
                CHECK(api::to_text(file->users[0].user.roles) == "contracts=visitor users=manager");
                CHECK(file->users[1].user.last_name == "two\nlines");
                CHECK(file->users[1].user.first_name == "Anne");
                CHECK(file->users[1].place.line == 4);
            }
        }
    }
}

TEST_CASE("a person would search a file of a thousand users for one slip") {
    CHECK(told_of_csv("login,email\n\"open,x\n1,2\n") == "u.csv:2:1 a quote is opened here and never closed");
    CHECK(told_of_csv("login,email\na,\"x\"y\n") == "u.csv:2:6 a quoted field is followed by more text");
    CHECK(told_of_csv("login,email\na\rb,c\n") == "u.csv:2:2 a carriage return in the middle of a line");
    CHECK(holds(told_of_csv("login,emial\na,b\n"), "u.csv:1:7 there is no column \"emial\"; did you mean \"email\"?"));
    CHECK(holds(told_of_csv("login,login\na,b\n"), "u.csv:1:7 the column login stands twice"));
    CHECK(holds(told_of_csv("login,email\na\nb,c,d\n"), "u.csv:2:1 1 field where the header line has 2\nu.csv:3:1 3 fields"));
    CHECK(holds(told_of_csv("login,roles\na,visitor\n"), "u.csv:2:3 a role is written SECTION=NAME"));
    CHECK(told_of_csv("") == "u.csv the file holds no user");
    CHECK(told_of_csv("login,email\n\n  \n") == "u.csv the file holds no user");

    CHECK(holds(told_of_json("[{\"login\":\"a\"},\n  {\"login\" \"b\"}]"), "u.json:2:12 the file is not JSON"));
    CHECK(holds(told_of_json("[\n {\"logn\": \"a\"}]"), "u.json:2:3 there is no member \"logn\"; did you mean \"login\"?"));
    CHECK(holds(told_of_json("[{\"login\":12}]"), "u.json:1:11 login must be a text in double quotes, found 12"));
    CHECK(holds(told_of_json("[{\"login\":null}]"), "u.json:1:11 login must be a text"));
    CHECK(holds(told_of_json("[{\"login\":[\"a\"]}]"), "u.json:1:11 a list where a text is due"));
    CHECK(holds(told_of_json("[{\"login\":{}}]"), "u.json:1:11 an object where a text is due"));
    CHECK(holds(told_of_json("[{\"login\":\"a\",\n\"login\":\"b\"}]"), "u.json:2:1 login stands twice"));
    CHECK(holds(told_of_json("[{\"roles\":{\"contracts\":[1]}}]"), "u.json:1:25 1 where a role name is due"));
    CHECK(holds(told_of_json("[{\"roles\":{\"contracts\":[{}]}}]"), "u.json:1:25 an object where a role name is due"));
    CHECK(holds(told_of_json("[1, [], {\"login\":\"a\"}]"), "u.json:1:2 1 where a user is due\nu.json:1:5 a list where a user is due\n"));
    CHECK(holds(told_of_json("7"), "u.json:1:1 a single value"));
    CHECK(told_of_json("[]") == "u.json the file holds no user");
    CHECK(holds(told_of_json("[{\"login\":\"\xff\"}]"), "not JSON"));
    CHECK(holds(told_of_json(std::string("[{\"login\":\"a\"}]\0x", 17)), "not JSON"));
    CHECK(holds(told_of_json("[{\"roles\":" + std::string(100, '[')), "nested deeper"));
}

TEST_CASE("the same person would be added twice, or a bad row hide behind good ones") {
    const std::string csv =
        "civility,lastName,firstName,email,login,roles\n"
        "M,A,B,a@example.com,login.one,contracts=visitor\n"
        "M,A,B,A@Example.com,login.two,contracts=visitor\n"
        "M,A,B,c@example.com,LOGIN.one,contracts=visitor\n"
        "M,A,B,d@example.com,short,contracts=visitor\n";
    const auto file = read_users_csv(csv, "u.csv");
    REQUIRE(file.has_value());
    std::string text;
    for (const PlacedProblem& one : check_users(file->users, "u.csv")) {
        text += fmt::format("{} {}\n", one.where, one.problem.message);
    }
    CHECK(holds(text, "u.csv:3:7 email \"A@Example.com\" stands in line 2 too"));
    CHECK(holds(text, "u.csv:4:21 login \"LOGIN.one\" stands in line 2 too"));
    CHECK(holds(text, "u.csv:5:21 login must have 8 to 64 characters, found 5"));
}

TEST_CASE("a file without end would eat the machine's memory, and any bytes would be taken") {
    std::string rows = "login\n";
    for (std::size_t row = 0; row <= users_max; ++row) {
        rows += fmt::format("login.{}\n", row);
    }
    CHECK(holds(told_of_csv(rows), fmt::format("u.csv:{}:1 more than", users_max + 2)));
    std::string objects = "[";
    for (std::size_t row = 0; row <= users_max; ++row) {
        objects += row == 0 ? "{}" : ",{}";
    }
    CHECK(holds(told_of_json(objects + "]"), "more than"));

    // Every cut and every changed byte of a good file ends in users or a sentence.
    const std::string json = R"([{"civility":"M","login":"a","roles":{"contracts":["visitor"],"x":"y"}},{"roles":"a=b"}])";
    const std::string csv = "login,roles\r\n\"a\"\"b\",\"x=y;z=w\"\r\n";
    for (const std::string& whole : {json, csv}) {
        for (std::size_t at = 0; at <= whole.size(); ++at) {
            static_cast<void>(told_of_json(whole.substr(0, at)));
            static_cast<void>(told_of_csv(whole.substr(0, at)));
            for (const char letter : {'"', '[', '{', ',', '\n', '\r', '\0', '\xff', '\\'}) {
                std::string changed = whole;
                changed.insert(at, 1, letter);
                static_cast<void>(told_of_json(changed));
                static_cast<void>(told_of_csv(changed));
            }
        }
    }
}

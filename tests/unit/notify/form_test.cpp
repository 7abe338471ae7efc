// If these failed, a chat would refuse a notice, or what a contract's name holds would become part of the form.
#include "notify/form.hpp"

#include <string>

#include <doctest/doctest.h>
#include <rapidjson/document.h>

using namespace moisson;
using namespace moisson::notify;

namespace {

Notice sample() {
    Notice notice;
    notice.id = "moisson-0123";
    notice.made_at = parse_timestamp("2026-12-02T00:31:55Z").value();
    notice.markdown = "# Moisson, 2026-10: complete\n\nAll is there.\n\n## What to do\n\n- `A \"<!channel>\" & {{verdict}}`\n- two\n";
    notice.members = R"({"verdict":"complete","exit_code":0,"period":"2026-10","totals":[{"currency":"EUR","amount":"1.50"},)"
                     R"({"currency":"USD","amount":"2.00"}],"to_do":[]})";
    return notice;
}

std::string filled(const std::string& form) { return Form::parse(form, "form.json").value().fill(sample()).value(); }

std::string problem_of(const std::string& form) {
    const auto parsed = Form::parse(form, "form.json");
    return parsed ? std::string() : parsed.error().message.english();
}

}  // namespace

TEST_CASE("a placeholder alone is the value itself, among words it is its text, and what is not there is null or nothing") {
    CHECK(filled(R"({"a":"{{totals}}","b":"{{exit_code}}","c":"{{nothing}}"})") ==
          R"({"a":[{"currency":"EUR","amount":"1.50"},{"currency":"USD","amount":"2.00"}],"b":0,"c":null})");
    CHECK(filled(R"({"d":"x {{nothing}}{{verdict}}","e":[1,true,null]})") == R"({"d":"x complete","e":[1,true,null]})");
    CHECK(filled(R"("{{notice.title|9}} {{notice.id|slack}}")") == R"("Moisson,\u2026 moisson-0123")");
}

TEST_CASE("an element stands for as many as the list has, and lists in lists too") {
    CHECK(filled(R"([{"$each":"totals","$do":"{{item.amount}} {{item.currency}}"},"end"])") == R"(["1.50 EUR","2.00 USD","end"])");
    CHECK(filled(R"([{"$each":"totals","$do":["{{item.amount}}","-"]}])") == R"(["1.50","-","2.00","-"])");
    CHECK(filled(R"([{"$each":"to_do","$do":1},{"$each":"nothing","$do":1},{"$each":"verdict","$do":1}])") == "[]");
    CHECK(filled(R"([{"$each":"notice.sections","$do":{"t":"{{item.title}}","l":[{"$each":"item.lines","$do":"{{item|5}}"}]}}])") ==
          R"([{"t":"Moisson","l":["All \u2026"]},{"t":"What to do","l":["\u2022 A \u2026","\u2022 two"]}])");
}

TEST_CASE("what a notice holds is text in every form") {
    for (const char* name : {"plain", "slack", "teams"}) {
        CAPTURE(name);
        const std::string text = Form::load(name).value().fill(sample()).value();
        rapidjson::Document document;
        document.Parse(text.data(), text.size());
        REQUIRE_FALSE(document.HasParseError());
        CHECK(text.find("{{verdict}}") != std::string::npos);  // a placeholder in a contract's name is none
    }
    CHECK(filled(R"("{{notice.sections}}")").find("<!channel>") != std::string::npos);
    CHECK(filled(R"([{"$each":"notice.sections","$do":"{{item.whole|slack}}"}])").find("&lt;!channel&gt;\\\" &amp; ") != std::string::npos);
}

TEST_CASE("a form that is none is told with what is wrong") {
    CHECK(problem_of("{\"a\":").find("no JSON at byte 5") != std::string::npos);
    CHECK(problem_of(R"({"a":"{{verdict"})").find("placeholder") != std::string::npos);
    CHECK(problem_of(R"({"a":"{{verdict|x}}"})").find("placeholder") != std::string::npos);
    CHECK(problem_of(R"({"a":"{{a b}}"})").find("placeholder") != std::string::npos);
    CHECK(problem_of(R"([{"$each":"totals"}])").find("$do") != std::string::npos);
    CHECK(problem_of(R"([{"$each":3,"$do":1}])").find("$do") != std::string::npos);
    CHECK(problem_of(std::string(40, '[') + std::string(40, ']')).find("deeper") != std::string::npos);
    CHECK(problem_of("{}").empty());
    CHECK_FALSE(Form::load("/nonexistent/form.json"));
}

TEST_CASE("a form that multiplies itself ends as an error") {
    std::string form = "\"{{notice.text}}\"";
    for (int depth = 0; depth < 12; ++depth) {
        form = R"([{"$each":"totals","$do":)" + form +
               "},"
               R"({"$each":"totals","$do":)" +
               form + "}]";
    }
    const auto parsed = Form::parse(form, "form.json");
    if (parsed) {
        CHECK_FALSE(parsed->fill(sample()));
    } else {
        CHECK(parsed.error().code == ErrorCode::bad_input);
    }
}

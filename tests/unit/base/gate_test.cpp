/// The gate for text that leaves, and the forms in which secrets are known.

#include "base/gate.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/result.hpp"

using namespace moisson;

namespace {

struct Row {
    std::string_view given;
    std::string_view expected;
};

}  // namespace

TEST_CASE("a name of a contract would run as a command of the CI that shows the text") {
    for (const Row& row :
         {Row{"a ##vso[task.complete result=Succeeded]", "a #\\x23vso[task.complete result=Succeeded]"},
          Row{"##[error]x", "#\\x23[error]x"}, Row{"###[x", "##\\x23[x"}, Row{"x##teamcity[buildStop]", "x#\\x23teamcity[buildStop]"},
          Row{"##VSO[x", "#\\x23VSO[x"}, Row{"##octopus[x", "#\\x23octopus[x"}, Row{"a ## b [c]", "a ## b [c]"},
          Row{"::error::x", "\\x3a:error::x"}, Row{"a\n \t::error::x\nb", "a\n \t\\x3a:error::x\nb"},
          Row{"\xc2\xa0::add-mask::x", "\xc2\xa0\\x3a:add-mask::x"}, Row{"moisson: ::error::x", "moisson: ::error::x"},
          Row{"section_start:12:a\r\x1b[0K", "section_start\\x3a12:a\\x0d\\x1b[0K"}, Row{"x section_end:12:a", "x section_end\\x3a12:a"},
          Row{"+++ open\n---\n~~~ a\n--- b", "\\x2b++ open\n\\x2d--\n\\x7e~~ a\n\\x2d-- b"}, Row{"a --- b\n----", "a --- b\n----"},
          Row{"a\r::error::x", "a\\x0d::error::x"}, Row{"a\xff\x1b]8;;\a", "a\\xff\\x1b]8;;\\x07"},
          Row{"\xe2\x80\xae\xf3\xa0\x81\x81\xc2\x85", "\\xe2\\x80\\xae\\xf3\\xa0\\x81\\x81\\xc2\\x85"},
          Row{"Facture été € — a\tb\n", "Facture été € — a\tb\n"}}) {
        CAPTURE(row.given);
        CHECK(gated_text(row.given) == row.expected);
        CHECK(gated_text(gated_text(row.given)) == row.expected);
    }
}

TEST_CASE("JSON would start commands of a CI, or programs would read another value in it") {
    for (const Row& row :
         {Row{R"({"a": "x ##vso[y", "b##": [1, "##[z"]})", R"({"a": "x \u0023#vso[y", "b\u0023#": [1, "\u0023#[z"]})"},
          Row{R"("\"##[\\")", R"("\"\u0023#[\\")"}, Row{R"("\\")", R"("\\")"}, Row{R"("section_start:1:a")", R"("section_start\u003a1:a")"},
          Row{"\"\xe2\x80\xae\x7f\xf3\xa0\x81\x81\xc2\x9b\"", R"("\u202e\u007f\udb40\udc41\u009b")"},
          Row{"\"\xed\xa0\x80\xff\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
          Row{"{\n  \"::error\": \"été\"\n}\n", "{\n  \"::error\": \"été\"\n}\n"}, Row{"\"open", "\"open"}, Row{"\"open\\", "\"open\\"}}) {
        CAPTURE(row.given);
        CHECK(gated_json(row.given) == row.expected);
        CHECK(gated_json(gated_json(row.given)) == row.expected);
    }
}

TEST_CASE("a secret would stay in JSON because quoting hides it, or taking it out would break the JSON") {
    Redactor secrets;
    secrets.watch("se\"cr\\et/7");
    CHECK(gated_json(R"({"a": "x se\"cr\\et\/7 y", "b": "se\u0022cr\u005cet/7", "c": "se\\\"cr"})", &secrets) ==
          R"({"a": "x *** y", "b": "***", "c": "se\\\"cr"})");
    // What looks like an escape behind an escaped backslash is none of the JSON's, and the backslash must not lose its other half.
    secrets.watch("A-secret");
    CHECK(gated_json(R"("\\u0041-secret\n")", &secrets) == R"("***\u000a")");
}

TEST_CASE("markup text is escaped, on one line and holds no character that XML forbids") {
    // A contract's name could run as code in the page, break the CI's parser, or forge a line.
    for (const Row& row :
         {Row{"<a href=\"x\">'&'</a>", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"}, Row{"a\tb\nc\r", "a\\x09b\\x0ac\\x0d"},
          Row{std::string_view("a\0b", 3), "a\\x00b"}, Row{"\x0b\x1f\x7f", "\\x0b\\x1f\\x7f"}, Row{"\xC2\x85", "\\xc2\\x85"},
          Row{"\xC2\xA0", "\xC2\xA0"}, Row{"\xEF\xBF\xBE\xEF\xBF\xBF", ""}, Row{"\xEF\xBF\xBD\xff", "\xEF\xBF\xBD\xEF\xBF\xBD"},
          Row{"##vso[x section_end:1", "&#35;#vso[x section_end&#58;1"}, Row{"\xe2\x80\xae", "\\xe2\\x80\\xae"}}) {
        CAPTURE(row.given);
        CHECK(gated_markup(row.given) == row.expected);
    }
}

TEST_CASE("a hidden character would turn or hide the text of a table") {
    CHECK(sanitise("a\xf3\xa0\x80\x81"
                   "b") ==
          "a\\xf3\\xa0\\x80\\x81"
          "b");
    CHECK(sanitise("\xef\xbf\xb9\xef\xbf\xbb") == "\\xef\\xbf\\xb9\\xef\\xbf\\xbb");
    CHECK(sanitise("\xf3\xa0\x84\x80") == "\xf3\xa0\x84\x80");  // a variation selector of Han characters
}

TEST_CASE("a secret would get through in another form than its own") {
    const std::string secret = "Zq?>~s3\"cr\\\xc3\xa9+t/ =&";
    Redactor secrets;
    secrets.watch(secret);
    std::vector<std::string> forms{secret,
                                   "Zq%3F%3E%7Es3%22cr%5C%C3%A9%2Bt%2F%20%3D%26",
                                   "Zq%3f%3e~s3%22cr%5c%c3%a9%2bt/+%3d&",
                                   "Zq?>~s3\\\"cr\\\\\\u00e9+t\\/ =\\u0026",
                                   "Zq?&gt;~s3&quot;cr\\&#xE9;+t/ =&amp;",
                                   "Zq?&#62;~s3&#34;cr\\&#233;+t/ =&amp;",
                                   "\\x5aq?>~s3\"cr\\\\\\xc3\\xa9+t/ =&",
                                   "Zq?>~s3…"};
    for (const std::string before : {"", "x", "xy", "client-id:"}) {
        for (const std::string after : {"", "x", "xy"}) {
            forms.push_back(encode_base64(before + secret + after));
            std::string& url = forms.emplace_back(forms.back());
            for (char& letter : url) {
                letter = letter == '+' ? '-' : letter == '/' ? '_' : letter;
            }
        }
    }
    for (const std::string& form : forms) {
        CAPTURE(form);
        CHECK(secrets.finds(form));
        CHECK(secrets.finds("before " + form + " after"));
        const std::string clean = secrets.clean("a" + form + "b");
        CHECK(clean.find("***") != std::string::npos);
        CHECK_FALSE(secrets.finds(clean));
        CHECK(clean.size() < 32);  // of base64, the letters that hold bytes of what stands around it stay
    }
    for (const std::string_view other : {"Zq?>~s", "zq?>~s3\"cr\\\xc3\xa9+t/ =&", "Zq?>~s3…"}) {
        CAPTURE(other);
        CHECK(secrets.finds(other) == (other == "Zq?>~s3…"));
    }
}

TEST_CASE("a short secret would blot out harmless words, and the rest of a longer one would be left") {
    Redactor secrets;
    secrets.watch("abcde");
    CHECK(secrets.clean("abcde") == "abcde");
    secrets.watch("s3cr3t");
    secrets.watch("s3cr3t");
    secrets.watch("s3cr3t-and-more");
    CHECK(secrets.clean("x s3cr3t-and-more s3cr3ts3cr3t") == "x *** ******");
    CHECK(secrets.clean("").empty());
    CHECK(Redactor().clean("anything") == "anything");
    CHECK_FALSE(Redactor().finds("anything"));
}

TEST_CASE("a text made to be slow would hold up the run") {
    Redactor secrets;
    for (const std::string_view secret : {"%%%%%%%%a", "aaaaaaaaab", "\\\\\\\\\\\\\\b", "++++++++++a"}) {
        secrets.watch(secret);
    }
    const auto begin = std::chrono::steady_clock::now();
    for (const char letter : {'%', 'a', '\\', '+', '&', '#'}) {
        const std::string text(1U << 15U, letter);  // a quadratic reading would take minutes under the sanitizers
        CHECK(secrets.clean(text).size() == text.size());
        CHECK_FALSE(gated_text(text).empty());
        CHECK_FALSE(gated_json('"' + text + '"', &secrets).empty());
    }
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

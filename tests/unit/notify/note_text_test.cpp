// If these failed, a mail's page would show other words than the note, or what a contract's name holds would become part of the page.
#include "notify/note_text.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::notify;

namespace {

constexpr const char* note =
    "# Moisson, 2026-10: incomplete\n\nPublished, but something is missing: 1 file missing.\n\n## Totals\n\n"
    "| Currency | Documents | Amount |\n|---|---:|---:|\n| EUR | 12 | 1 234.50 EUR |\n\n3 contracts.\n\n## What to do\n\n"
    "- **error** `file-failed`, 1×: A file \\<b\\> could not be had. Seen at: `OCB1` (`A & \\x3cscript\\x3e B`)\n- and 2 more\n";

}  // namespace

TEST_CASE("the page has the note's parts, and its text is text") {
    const std::string html = note_html(note, Language::english);
    CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    CHECK(html.find("<title>Moisson, 2026-10: incomplete</title>") != std::string::npos);
    CHECK(html.find("<h1>Moisson, 2026-10: incomplete</h1>") != std::string::npos);
    CHECK(html.find("<h2>Totals</h2>") != std::string::npos);
    CHECK(html.find("<tr><th>Currency</th><th>Documents</th><th>Amount</th></tr>\n<tr><td>EUR</td><td>12</td>") != std::string::npos);
    CHECK(html.find("<ul>\n<li><strong>error</strong> <code>file-failed</code>, 1×: A file &lt;b&gt; could not be had.") !=
          std::string::npos);
    CHECK(html.find("<code>A &amp; \\x3cscript\\x3e B</code>") != std::string::npos);
    CHECK(html.find("<li>and 2 more</li>\n</ul>\n</body>") != std::string::npos);
}

TEST_CASE("numbered things to do stay a list of their own, with their numbers") {
    const std::string numbered = "## What to do\n\n1. **error** `a`: Ask. *support*\n2. **warning** `b`\n\n- rest\n";
    CHECK(
        note_html(numbered, Language::english).find("<ol>\n<li><strong>error</strong> <code>a</code>: Ask. <em>support</em></li>\n<li>") !=
        std::string::npos);
    CHECK(note_html(numbered, Language::english).find("</li>\n</ol>\n<ul>\n<li>rest</li>\n</ul>\n") != std::string::npos);
    CHECK(note_sections(numbered).front().lines == std::vector<std::string>{"1. error a: Ask. support", "2. warning b", "• rest"});
}

TEST_CASE("nothing of a note becomes a tag, a link or a script") {
    const std::string hostile =
        "# <img src=x onerror=alert(1)>\n\n- <script>x</script> [a](javascript:x) [b](https://evil.example)\n\n| <b> |\n|---|\n| <i> |\n";
    const std::string html = note_html(hostile, Language::french);
    for (const char* tag : {"<img", "<script", "<a ", "<b>", "<i>", "href"}) {
        CAPTURE(tag);
        CHECK(html.find(tag) == std::string::npos);
    }
    CHECK(html.find("lang=\"fr\"") != std::string::npos);
}

TEST_CASE("a chat gets the note's sections as lines without marks") {
    const auto sections = note_sections(note);
    REQUIRE(sections.size() == 3);
    CHECK(sections[0].title.empty());
    CHECK(sections[0].lines == std::vector<std::string>{"Published, but something is missing: 1 file missing."});
    CHECK(sections[1].title == "Totals");
    CHECK(sections[1].lines == std::vector<std::string>{"EUR · 12 · 1 234.50 EUR", "3 contracts."});
    CHECK(sections[2].lines.front() == "• error file-failed, 1×: A file <b> could not be had. Seen at: OCB1 (A & \\x3cscript\\x3e B)");
    CHECK(note_title(note) == "Moisson, 2026-10: incomplete");
    CHECK(note_title("no heading") == "Moisson");
}

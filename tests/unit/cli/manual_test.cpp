/// The manual and completion: what programs that format and shells read.

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/markdown.hpp"
#include "cli/roff.hpp"

using namespace moisson;
using namespace moisson::cli;

TEST_CASE("a formatter would take text for an order, or change a letter of a command") {
    CHECK(roff_letters("a-b `c` 'd' \\e ~ ^ \"x\"") == "a\\-b \\(gac\\(ga \\(aqd\\(aq \\ee \\(ti \\(ha \\(dqx\\(dq");
    CHECK(roff_lines(".not a request") == "\\&.not a request\n");
    CHECK(roff_example(".x\n\n  y-z\n") == ".EX\n\\&.x\n\n  y\\-z\n.EE\n");
    CHECK(roff_bold("--out") == "\\fB\\-\\-out\\fR");
}

TEST_CASE("a page of the manual would lose the shape of its document") {
    CHECK(
        roff_markdown("# Title\n\nFirst `code` and *more*.\n\nSecond.\n\n## Part\n\n- one\n- two\n  - inner\n\n```sh\nmoisson x\n```\n") ==
        ".SH DESCRIPTION\nFirst \\fBcode\\fR and \\fImore\\fR.\n.PP\nSecond.\n.SH Part\n.IP \\(bu 3\none\n.IP \\(bu 3\ntwo\n.RS 3\n.IP "
        "\\(bu 3\n"
        "inner\n.RE\n.PP\n.RS 4\n.EX\nmoisson x\n.EE\n.RE\n");
    CHECK(roff_markdown("# T\n\n| a | b |\n|---|---|\n| 1 | x@y |\n") ==
          ".SH DESCRIPTION\n.TS\ntab(@);\nlB lB\nl l.\na@b\n1@x\\(aty\n.TE\n");
    const std::string wide = "what is too long for a table in a narrow terminal, as most are";
    CHECK(roff_markdown("# T\n\n| key | kind | meaning |\n|---|---|---|\n| `a` | k | " + wide + " |\n") ==
          ".SH DESCRIPTION\n.TP\n\\fBa\\fR\n\\fIkind\\fR: k\n.br\n\\fImeaning\\fR: " + wide + "\n");
}

TEST_CASE("emphasis, code and links would be told apart wrongly") {
    const auto spans = markdown_spans("a **b** *c* `d*` [e `f`](#x) [g](https://h) 2 * 3");
    std::string told;
    for (const Span& span : spans) {
        told += "pces"[static_cast<int>(span.style)] + std::string(":") + span.text + "|";
    }
    CHECK(told == "p:a |s:b|p: |e:c|p: |c:d*|p: e |c:f|p: g (https://h) 2 * 3|");
}

TEST_CASE("a command or an option would be missing from the manual and from completion") {
    const std::vector<ManualPage> pages = manual_pages();
    const std::string bash = completion_script(Shell::bash);
    const std::string zsh = completion_script(Shell::zsh);
    const std::string fish = completion_script(Shell::fish);
    for (const OptionInfo& option : all_options()) {
        CAPTURE(option.command);
        CAPTURE(option.name);
        std::string file = option.command.empty() ? "moisson.1" : "moisson-" + option.command + ".1";
        std::replace(file.begin(), file.end(), ' ', '-');
        const auto page = std::find_if(pages.begin(), pages.end(), [&](const ManualPage& one) { return one.file == file; });
        REQUIRE(page != pages.end());
        CHECK(page->text.find(roff_letters(option.name)) != std::string::npos);
        if (option.name.starts_with("--")) {
            CHECK(bash.find(option.name) != std::string::npos);
            CHECK(zsh.find(option.name) != std::string::npos);
            CHECK(fish.find(" -l " + option.name.substr(2) + " ") != std::string::npos);
        }
    }
    CHECK(shell_of("bash") == Shell::bash);
    CHECK_FALSE(shell_of("sh"));
}

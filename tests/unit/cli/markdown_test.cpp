/// The reference in a terminal.

#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "cli/markdown.hpp"
#include "cli/table.hpp"
#include "cli/topics.hpp"

using namespace moisson;
using namespace moisson::cli;

TEST_CASE("a person would read the signs of Markdown instead of its text") {
    CHECK(plain_markdown(
              "# A title\n\n## A part\n\nText with *stress*,\n**more** of it, `a * b` and\n[a link](#part).\n\n### Less\nx\n",
              60) == "A title\n=======\n\nA part\n------\n\nText with stress, more of it, `a * b` and a link.\n\nLess\nx\n");
    CHECK(plain_markdown("See [the rules](https://example.com/a) of it\\*, 2 * 3 and [x].", 80) ==
          "See the rules (https://example.com/a) of it*, 2 * 3 and [x].\n");
    CHECK(plain_markdown("- one that is\n  long\n- two\n  1. three\n\nText\n", 12) == "- one that\n  is long\n- two\n  1. three\n\nText\n");
    CHECK(plain_markdown("Before\n```sh\nmoisson  export   --all --and-more-than-fits\n\nx\n```\nafter", 20) ==
          "Before\n    moisson  export   --all --and-more-than-fits\n\n    x\n\nafter\n");
    CHECK(plain_markdown("", 60).empty());
    CHECK(plain_markdown("`never closed [nor](this", 60) == "`never closed [nor](this\n");
}

TEST_CASE("a table would break in a terminal, or be cut") {
    const std::string table =
        "| key | meaning |\n|---|---|\n| `a` | one \\| two |\n| `b|c` | what is long enough to be folded into two lines |\n";
    CHECK(plain_markdown(table, 80) ==
          "key    meaning\n"
          "-----  -----------------------------------------------\n"
          "`a`    one | two\n"
          "`b|c`  what is long enough to be folded into two lines\n");
    CHECK(plain_markdown(table, 40) ==
          "key    meaning\n"
          "-----  ---------------------------------\n"
          "`a`    one | two\n"
          "`b|c`  what is long enough to be folded\n"
          "       into two lines\n");
    const std::string wide =
        "| a | b | c | d |\n|---|---|---|---|\n| a first cell of words | a second one of words | | a fourth cell of words |\n";
    CHECK(plain_markdown(wide, 60) == "a first cell of words\n    b: a second one of words\n    d: a fourth cell of words\n");
}

TEST_CASE("a topic would be empty, or its lines wider than the terminal") {
    for (const Topic& topic : topics()) {
        for (const std::size_t width : {60U, 80U, 120U}) {
            const std::string text = topic_text(topic, width);
            CAPTURE(topic.name);
            CAPTURE(width);
            CHECK(text.size() > 500);
            bool wide = false;
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = text.find('\n', at);
                const std::string line = text.substr(at, end - at);
                // Code stands as it is, and exit codes are a table of the help.
                wide = wide || (width_of(line) > width && !line.starts_with("    ") && topic.name != "exit-codes");
                at = end + 1;
            }
            CHECK_FALSE(wide);
        }
    }
    CHECK(find_topic("findings") != nullptr);
    CHECK(find_topic("finding") == nullptr);
    CHECK(topic_text(*find_topic("exit-codes"), 100).find(exit_code_lines(codes_of_run())) != std::string::npos);
    CHECK(topic_text(*find_topic("findings"), 100).find("`file-damaged`") != std::string::npos);
    CHECK(topics_text(100).find("  exit-codes  ") != std::string::npos);
}

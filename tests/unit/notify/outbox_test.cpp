// If these failed, a notice that waits for its delivery would be lost with the run that made it.
#include "notify/outbox.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::notify;

namespace {

Outbox sample() {
    WaitingNotice one;
    one.notice = {"moisson-1", parse_timestamp("2026-12-02T00:31:55.123Z").value(), Language::french, "# é \"x\"\n",
                  "{\"verdict\":\"complete\"}"};
    one.run_id = "20261202T003155Z-1";
    one.folder = "2026-10";
    one.digest = "abc";
    one.is_settled = false;
    one.ways = {Way::mail, Way::webhook};
    WaitingNotice other = one;
    other.is_trouble = true;
    other.ways = {Way::webhook};
    return {{one, other}, {{"2026-10", "abc"}, {"2026-10+bills-3f9a1c2b", "d"}}};
}

}  // namespace

TEST_CASE("what was kept comes back as it was") {
    CHECK(read_outbox(outbox_text(sample())).value() == sample());
    CHECK(read_outbox("").value() == Outbox{});
    CHECK(read_outbox(outbox_text({})).value() == Outbox{});
}

TEST_CASE("what is no outbox is an error and no notice") {
    const std::string whole = outbox_text(sample());
    for (const std::string& text :
         {std::string("x"), std::string("[]"), std::string("{}"), whole.substr(0, whole.size() / 2),
          std::string(R"({"schema":2,"waiting":[],"told":{}})"), std::string(R"({"schema":1,"waiting":[1],"told":{}})"),
          std::string(R"({"schema":1,"waiting":[],"told":{"a":1}})")}) {
        CAPTURE(text);
        CHECK_FALSE(read_outbox(text));
    }
    for (const char* member : {"\"id\"", "\"made_at\"", "\"language\"", "\"settled\"", "\"ways\"", "\"trouble\"", "\"mail\"", "\"fr\""}) {
        CAPTURE(member);
        std::string text = whole;
        text.replace(text.find(member) + 1, 1, "X");
        CHECK_FALSE(read_outbox(text));
    }
}

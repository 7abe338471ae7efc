// Were one of these wrong, one document could end the run, keep it from ending, or put its values under another one's name.
#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <map>

#include <fmt/format.h>

#include "invoice/read_all.hpp"
#include "pdf_sample.hpp"
#include "sample.hpp"

using namespace moisson;
using namespace moisson::invoice_test;

namespace {

invoice::Options apart(unsigned readers = 1) {
    invoice::Options options;
    options.confined = true;
    options.readers = readers;
    return options;
}

std::string numbered(int number) { return replaced(cii(), "F-2026-10-0042", fmt::format("F-{}", number)); }

/// Good documents around one whose reader does that.
invoice::Reading read_with(std::int64_t deed, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    Documents documents;
    constexpr int before = 20;
    constexpr int behind = 10;
    for (int at = 0; at < before + 1 + behind; ++at) {
        documents.add(numbered(at), at == before ? std::optional(money(deed, deed_currency)) : std::nullopt);
    }
    auto readings = invoice::read_all_within(patience, documents.sources(), apart());
    REQUIRE(readings.has_value());
    for (int at = 0; at < before + 1 + behind; ++at) {
        if (at != before) {
            CHECK((*readings)[static_cast<std::size_t>(at)].values.number == fmt::format("F-{}", at));
            CHECK(told((*readings)[static_cast<std::size_t>(at)]) == "");
        }
    }
    return (*readings)[before];
}

}  // namespace

TEST_CASE("readings are the same with any number of readers, here and in processes of their own") {
    Documents documents;
    for (int at = 0; at < 70; ++at) {
        const std::string text = at % 7 == 3 ? cii().substr(0, 700) : at % 7 == 5 ? as_credit_note(ubl()) : numbered(at);
        documents.add(text, money(126275), fmt::format("{}.xml", at));
    }
    const auto here = documents.read();
    CHECK(told(here[3]).starts_with("invoice-unreadable: 3.xml: its XML is broken ("));
    CHECK(here[4].amount_is == AmountIs::gross);
    for (const unsigned readers : {1U, 3U}) {
        const auto confined = documents.read(apart(readers));
        for (std::size_t at = 0; at < here.size(); ++at) {
            CHECK(confined[at].values == here[at].values);
            CHECK(confined[at].amount_is == here[at].amount_is);
            CHECK(confined[at].is_read == here[at].is_read);
            CHECK(told(confined[at]) == told(here[at]));
        }
    }
}

TEST_CASE("a reader that fails costs its document alone") {
    for (const auto& [deed, what] : std::vector<std::pair<Deed, std::string>>{{Deed::crash, "crashed"},
                                                                             {Deed::memory, "memory"},
                                                                             {Deed::socket, "asked"},
                                                                             {Deed::other_document, "said"}}) {
        CAPTURE(what);
        const auto reading = read_with(static_cast<std::int64_t>(deed));
        CHECK(!reading.is_read);
        CHECK(reading.values == InvoiceValues{});
        CHECK(told(reading).starts_with("invoice-reader-failed: its reader failed: "));
        CHECK(told(reading).find(what) != std::string::npos);
    }
    CHECK(told(read_with(static_cast<std::int64_t>(Deed::hang), std::chrono::seconds(2))).starts_with("invoice-reader-failed: "));
}

TEST_CASE("a reader that lies changes no other document, and says nothing that cannot be") {
    for (std::int64_t bit = 0; bit < 8 * 600; bit += 397) {
        CAPTURE(bit);
        const auto reading = read_with(static_cast<std::int64_t>(Deed::flip) + bit);
        CHECK((reading.is_read || told(reading).starts_with("invoice-reader-failed: ")));
    }
}

TEST_CASE("a run that is told to stop ends, and a file that is gone is an error") {
    Documents documents;
    documents.add(cii());
    std::stop_source stop;
    stop.request_stop();
    for (const bool confined : {false, true}) {
        invoice::Options options;
        options.confined = confined;
        options.stop = stop.get_token();
        const auto stopped = invoice::read_all(documents.sources(), options);
        REQUIRE(!stopped);
        CHECK(stopped.error().code == ErrorCode::cancelled);
        options.stop = {};
        const std::vector<invoice::Source> missing{documents.sources().front(), {"/nowhere/at-all", "", {}}};
        const auto gone = invoice::read_all(missing, options);
        REQUIRE(!gone);
        CHECK(gone.error().code == ErrorCode::disk);
        CHECK(gone.error().where == "/nowhere/at-all");
        CHECK(invoice::read_all({}, options)->empty());
    }
}

TEST_CASE("a PDF is read in a process that may do nothing but read") {
    Documents documents;
    for (const std::string& bytes : {with_file("factur-x.xml", cii()), encrypted("", "factur-x.xml", cii())}) {
        documents.add(bytes);
    }
    for (const auto& reading : documents.read(apart())) {
        CHECK(told(reading) == "");
        CHECK(reading.values.gross == money(126275));
    }
}

TEST_CASE("readers take documents while others are read, and stay for more") {
    Documents documents;
    for (int at = 0; at < 40; ++at) {
        documents.add(numbered(at), at == 11 ? std::optional(money(static_cast<std::int64_t>(Deed::crash), deed_currency)) : std::nullopt);
    }
    const std::vector<invoice::Source> sources = documents.sources();
    for (const bool confined : {true, false}) {
        invoice::Options options = apart(2);
        options.confined = confined;
        auto readers = invoice::Readers::open(options);
        REQUIRE(readers.has_value());
        CHECK((*readers)->take().empty());
        CHECK((*readers)->wait(1)->empty());  // nothing was added: nothing to wait for
        std::map<std::uint64_t, invoice::Reading> read;
        const auto put = [&](std::vector<invoice::TaggedReading> some) {
            for (invoice::TaggedReading& one : some) {
                CHECK(read.emplace(one.tag, std::move(one.reading)).second);
            }
        };
        for (std::size_t at = 0; at < sources.size(); ++at) {
            if (confined || at != 11) {  // what crashes takes this process with it
                (*readers)->add(100 + at, sources[at]);
            }
            if (at % 10 == 9) {
                put(*(*readers)->wait(3));
                put((*readers)->take());
            }
            if (at == 19) {  // all, and then more
                put(*(*readers)->wait(sources.size()));
                CHECK(read.size() == (confined ? 20U : 19U));
            }
        }
        put(*(*readers)->wait(sources.size()));
        REQUIRE(read.size() == (confined ? 40U : 39U));
        for (const auto& [tag, reading] : read) {
            CHECK(reading.values.number == (tag == 111 ? "" : fmt::format("F-{}", tag - 100)));
        }
        CHECK((*readers)->wait(1)->empty());
    }
}

TEST_CASE("an error ends all readers, and readers that nobody waits for end at once") {
    Documents documents;
    for (int at = 0; at < 30; ++at) {
        documents.add(numbered(at), at < 20 ? std::optional(money(static_cast<std::int64_t>(Deed::hang), deed_currency)) : std::nullopt);
    }
    const auto start = std::chrono::steady_clock::now();
    {
        auto readers = invoice::Readers::open(apart(2));
        REQUIRE(readers.has_value());
        for (std::size_t at = 0; at < documents.sources().size(); ++at) {
            (*readers)->add(at, documents.sources()[at]);
        }
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    auto readers = invoice::Readers::open(apart(2));
    REQUIRE(readers.has_value());
    (*readers)->add(0, {"/nowhere/at-all", "", {}});
    for (int time = 0; time < 2; ++time) {
        const auto gone = (*readers)->wait(1);
        REQUIRE(!gone);
        CHECK(gone.error().code == ErrorCode::disk);
    }
    (*readers)->add(1, documents.sources().back());
    CHECK(!(*readers)->wait(1));
}

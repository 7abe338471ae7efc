// Were one of these wrong, one document could end the run, keep it from ending, or write into another one's lines.
#include <doctest/doctest.h>

#include <thread>

#include <fmt/format.h>

#include "base/sanitized.hpp"
#include "sample.hpp"
#include "usage/row_check.hpp"
#include "usage/scan.hpp"

using namespace moisson;
using namespace moisson::usage_test;

namespace {

usage::Options apart() {
    usage::Options options;
    options.confined = true;
    options.threads = 2;
    return options;
}

std::string report(std::size_t lines) {
    std::string text = heading + "\n";
    for (std::size_t at = 0; at < lines; ++at) {
        text += Line{}.text() + "\n";
    }
    return text;
}

std::string finding_of(const Read& read, std::string_view document) {
    std::string codes;
    for (const Finding& finding : read.extract.findings) {
        if (finding.document_id == document) {
            codes += (codes.empty() ? "" : " ") + std::string(finding.code) + (finding.severity() == Severity::error ? "!" : "");
        }
    }
    return codes;
}

std::uint64_t rows_of(const Read& read, const std::string& document) {
    return static_cast<std::uint64_t>(
        std::count_if(read.rows.begin(), read.rows.end(), [&](const auto& row) { return row.at(3) == document; }));
}

/// A good document before and behind one whose reader does that.
Read read_with(const std::string& deed, const usage::Options& options) {
    Store store;
    store.add("a-good", report(3));
    store.add("misdeed-" + deed, report(2));
    store.add("z-good", report(5000));
    const Read read = read_once(store, options);
    CHECK(rows_of(read, "a-good") == 3);
    CHECK(rows_of(read, "z-good") == 5000);
    CHECK(finding_of(read, "a-good").empty());
    CHECK(finding_of(read, "z-good").empty());
    return read;
}

}  // namespace

TEST_CASE("a document at which its reader fails would take others with it, or the run") {
    for (const std::string deed : {"crash", "memory", "socket", "disk"}) {
        CAPTURE(deed);
        const Read read = read_with(deed, apart());
        CHECK(finding_of(read, "misdeed-" + deed) == "usage-reader-failed!");
        CHECK(rows_of(read, "misdeed-" + deed) == 0);
        CHECK(read.extract.summary.counted_lines == 5003);
    }
}

TEST_CASE("a document at which its reader hangs would hold up the month") {
    usage::Options options = apart();
    options.limits.milliseconds = {0, 100, 150};
    options.limits.patience_milliseconds = is_sanitized ? 20'000 : 1500;  // 5,000 lines of the good one are read in it, too
    const Read read = read_with("hang", options);
    CHECK(finding_of(read, "misdeed-hang") == "usage-over-budget!");
}

TEST_CASE("a reader that lies would write into other documents' lines, or end the run") {
    std::size_t refused = 0;
    for (unsigned flip = 0; flip < 40 * 32; flip += is_sanitized ? 97 : 7) {
        CAPTURE(flip);
        Store store;
        const std::string document = fmt::format("misdeed-flip-{}", flip);
        store.add("a-good", report(1));
        store.add(document, report(2));
        store.add("z-good", report(1));
        const Read read = read_once(store, apart());
        CHECK(rows_of(read, "a-good") == 1);
        CHECK(rows_of(read, "z-good") == 1);
        CHECK(read.rows.size() == 2 + rows_of(read, document));
        CHECK(finding_of(read, "a-good").empty());
        CHECK(finding_of(read, "z-good").empty());
        refused += finding_of(read, document) == "usage-reader-failed!" ? 1U : 0U;
    }
    CHECK((is_sanitized || refused > 10));
}

TEST_CASE("a reader that is started beforehand would read otherwise, or end the run where it is gone") {
    Store store;
    store.add("REP", report(20));
    const auto sources = store.sources();
    const usage::Options options = apart();
    const auto usual = usage::extract(sources, store.csv(), options);
    REQUIRE(usual.has_value());
    auto early = usage::start_reader(options);
    REQUIRE(early != nullptr);
    auto broken = cage::Cage::launch("no-such-job", cage::Limits{});
    REQUIRE(broken.has_value());
    for (auto* const reader : {&early, &*broken}) {
        const auto extract = usage::extract(sources, store.csv(), options, std::move(*reader));
        REQUIRE(extract.has_value());
        CHECK(extract->findings.empty());
        CHECK(extract->summary.counted_lines == 20);
        CHECK(extract->sha256 == usual->sha256);
        CHECK(extract->reader.has_value());
    }
    CHECK(usage::start_reader(usage::Options{}) == nullptr);
}

TEST_CASE("a stop would wait for the reader") {
    Store store;
    store.add("misdeed-hang", report(2));
    std::stop_source stop;
    usage::Options options = apart();
    options.stop = stop.get_token();
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        stop.request_stop();
    });
    const auto sources = store.sources();
    const auto extract = usage::extract(sources, store.csv(), options);
    REQUIRE_FALSE(extract.has_value());
    CHECK(extract.error().code == ErrorCode::cancelled);
    CHECK_FALSE(std::filesystem::exists(store.csv()));
}

TEST_CASE("a stored file that is gone would be told as a document's fault") {
    Store store;
    const LedgerEntry& entry = store.add("REP", report(1));
    std::filesystem::remove(store.folder() / entry.sha256);
    const auto sources = store.sources();
    for (const bool confined : {false, true}) {
        usage::Options options;
        options.confined = confined;
        const auto extract = usage::extract(sources, store.csv(), options);
        REQUIRE_FALSE(extract.has_value());
        CHECK(extract.error().code == ErrorCode::disk);
    }
}

TEST_CASE("small limits hold in this process and in a child alike") {
    struct Case {
        std::string name;
        usage::Limits limits;
        std::string text;
        std::string codes;
    };
    std::vector<Case> cases;
    cases.push_back({"lines", {}, report(2000), "usage-over-budget"});
    cases.back().limits.lines = 1000;
    cases.push_back({"rows", {}, report(200), "usage-over-budget"});
    cases.back().limits.rows = {1, 100, 1000};
    cases.push_back({"rows of a piece", {}, report(200), "usage-over-budget"});
    cases.back().limits.piece_rows_bytes = 1000;
    cases.push_back({"rows within", {}, report(200), ""});
    cases.back().limits.rows = {2, 0, 0};
    for (const Case& each : cases) {
        CAPTURE(each.name);
        usage::Options options;
        options.limits = each.limits;
        options.chunk_bytes = 10'000;
        Store store;
        store.add("REP", each.text);
        const Read read = read_store(store, options);
        CHECK(read.codes() == each.codes);
        CHECK(read.rows.empty() == !each.codes.empty());
    }
}

TEST_CASE("ten thousand documents that each cost a little for free would cost much together") {
    Store store;
    for (int at = 0; at < 20; ++at) {
        store.add(fmt::format("REP-{:02}", at), report(3) + Line{}.text() + fmt::format("{:{}}", "", at) + "\n");
    }
    usage::Options options;
    options.limits.rows = {0, 1500, 5000};
    const Read read = read_once(store, options);
    std::size_t whole = 0;
    for (const UsageDocument& document : read.extract.summary.documents) {
        whole += document.whole ? 1U : 0U;
    }
    CHECK(whole > 2);
    CHECK(whole < 18);
    CHECK(read.codes().find("usage-over-budget") != std::string::npos);
}

TEST_CASE("charges and credits of two services would end the program where neither sum fits") {
    std::string text = heading + "\n";
    for (int at = 0; at < 400; ++at) {
        Line line;
        line.service = at % 2 == 0 ? "one" : "other";
        line.discounted = line.amount = (at % 2 == 0 ? "" : "-") + std::string(36, '9');
        text += line.text() + "\n";
    }
    Store store;
    store.add("REP", text);
    usage::Options options;
    options.chunk_bytes = 1000;
    const Read read = read_store(store, options);
    CHECK(read.codes() == "usage-unreadable");
    CHECK(read.message().find("does not fit in 38 digits") != std::string::npos);
}

TEST_CASE("groups that come once for many pieces would be other groups") {
    std::string text = heading + "\n";
    std::vector<std::uint64_t> lines_of_project(7);
    for (std::size_t at = 0; at < 2000; ++at) {
        Line line;
        const std::size_t project = at * at % 7;
        ++lines_of_project[project];
        line.project = fmt::format("p{}", project);
        line.service = at % 3 == 0 ? "one" : "other";
        line.currency = at % 11 == 0 ? "USD" : "EUR";
        if (at % 131 == 0) {  // not added up beforehand: beside others these might not fit
            line.discounted = line.amount = (at % 2 == 0 ? "" : "-") + std::string(20, '7');
        } else if (at % 137 == 0) {
            line.discounted = line.amount = "0," + std::string(16, '3');
        }
        text += line.text() + "\n";
    }
    Store store;
    store.add("REP-1", text);
    store.add("REP-2", heading + "\n" + Line{}.text() + "\n");
    for (const std::size_t chunk_bytes : {std::size_t{100}, std::size_t{1000}, std::size_t{1} << 20U}) {
        usage::Options options;
        options.chunk_bytes = chunk_bytes;
        const Read read = read_store(store, options);  // here and in a child: the same
        CHECK(read.codes().empty());
        std::vector<std::uint64_t> lines(7);
        for (const UsageGroup& group : read.extract.summary.by_project) {
            REQUIRE((group.project.size() == 2 || group.project == "web"));
            lines[group.project == "web" ? 0 : static_cast<std::size_t>(group.project[1] - '0')] += group.sum.lines;
        }
        --lines[0];  // of the second report
        CHECK(lines == lines_of_project);
    }
}

TEST_CASE("rows that are none would be taken for rows") {
    const std::string prefix = "OCB1,\"a, \"\"b\"\"\",2026-10,REP,1,comsumptionRatedReports,";
    const std::string good = prefix + "1,yes" + std::string(27, ',') + "\n";
    const auto check = [&](const std::string& rows) { return usage::RowCheck(prefix, true).check(rows).value_or(0); };
    CHECK(check(good) == 1);
    const auto line = [&](int number, const std::string& first) {
        return prefix + std::to_string(number) + ",yes," + first + std::string(26, ',') + "\n";
    };
    CHECK(check(line(1, "") + line(2, "\"two\nlines\"") + line(30, "\"a \"\"b\"\", c\"")) == 3);
    CHECK(check(line(1, std::string(1000, 'x')) + line(2, "\xC3\xA9") + line(3, "\"\"")) == 3);
    for (const std::string& bad : {std::string(),
                                   std::string("\n"),
                                   good.substr(0, good.size() - 1),
                                   good + "x",
                                   good.substr(1),
                                   line(1, "") + line(1, ""),
                                   line(2, "") + line(1, ""),
                                   line(1, "\n"),
                                   line(1, ","),
                                   line(1, "a\"b"),
                                   line(1, "\"a\"b"),
                                   line(1, "\"a\" "),
                                   line(1, "\"a"),
                                   line(1, "\xFF"),
                                   prefix + "1,no" + std::string(27, ',') + "\n",
                                   prefix + "x,yes" + std::string(27, ',') + "\n",
                                   prefix + "1,yes" + std::string(26, ',') + "\n",
                                   std::string("OCB2") + good.substr(4),
                                   line(1, std::string(500, 'x') + "\""),
                                   "\"" + line(1, "")}) {
        CAPTURE(bad);
        CHECK(check(bad) == 0);
    }
    // Wherever a block of 64 bytes begins.
    for (int size = 0; size < 200; ++size) {
        CHECK(check(line(1, std::string(static_cast<std::size_t>(size), 'x')) + line(2, "\"a\"\"\n,\"")) == 2);
        CHECK(check(line(1, std::string(static_cast<std::size_t>(size), 'x') + "\"") + line(2, "\"a\"\"\n,\"")) == 0);
        // Letters of several bytes, and halves of them, beside blocks that are all ASCII.
        const std::string before(static_cast<std::size_t>(size), 'x');
        const std::string behind(130, 'x');
        for (const std::string& letters : {std::string("\xE2\x82\xAC"), std::string("\xC3\xA9\xF0\x9F\x98\x80")}) {
            CHECK(check(line(1, before + letters + behind) + line(2, "")) == 2);
            CHECK(check(line(1, before + letters.substr(0, letters.size() - 1) + behind) + line(2, "")) == 0);
            CHECK(check(line(1, before + letters.substr(1) + behind) + line(2, letters)) == 0);
            CHECK(check(line(1, before + letters + behind) + line(2, before + letters + "\xAC")) == 0);
        }
    }
}

TEST_CASE("lines would have wrong numbers where many line ends stand close together") {
    for (const int number : {0, 1, 15, 16, 17, 31, 255 * 16 - 1, 255 * 16, 255 * 16 + 1, 2 * 255 * 16 + 15, 100'000}) {
        const auto size = static_cast<std::size_t>(number);
        CAPTURE(size);
        std::string text(size, '\n');
        CHECK(usage::count_of(text, '\n') == size);
        CHECK(usage::count_of(text, 'x') == 0);
        std::size_t left = size;
        for (std::size_t at = 0; at < size; at += 7) {
            text[at] = 'x';
            --left;
        }
        CHECK(usage::count_of(text, '\n') == left);
        CHECK(usage::count_of(text, 'x') == size - left);
    }
    std::uint64_t bits = 0;
    for (unsigned at = 0; at < 64; ++at) {
        CHECK(usage::bit_count(bits) == at);
        CHECK(usage::bit_count(std::uint64_t{1} << at) == 1);
        CHECK(usage::bit_count(~(std::uint64_t{1} << at)) == 63);
        bits |= std::uint64_t{1} << (at * 37 % 64);
    }
    CHECK(usage::bit_count(bits) == 64);
}

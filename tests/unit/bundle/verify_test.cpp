/// `verify` accepts what was written and nothing else.

#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "bundle/sample.hpp"
#include "bundle/verifier.hpp"
#include "bundle/csv_reader.hpp"
#include "bundle/zip_format.hpp"
#include "bundle/zip_reader.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::bundle_test;

namespace {

std::vector<std::string> problems_of(const std::filesystem::path& path) {
    const auto report = bundle::verify(path);
    REQUIRE(report.has_value());
    return without_pages(report->problems);
}

/// All in one text, for a failure's message.
std::string joined(const std::vector<std::string>& problems) {
    std::string text;
    for (const std::string& problem : problems) {
        text += problem + "\n";
    }
    return text;
}

bool mentions(const std::vector<std::string>& problems, std::string_view words) {
    for (const std::string& problem : problems) {
        if (problem.find(words) != std::string::npos) {
            return true;
        }
    }
    return false;
}

/// Gives the ledger the columns of what documents say: the first row these, the others none.
void tell(SampleMonth& month, const std::string& values) {
    for (Document& document : month.documents) {
        document.values = ",,,,,,,,";
    }
    month.documents[0].values = values;
}

/// Gives the ledger the column `channel`, behind those of what documents say: the first row this, the others `service`.
void bring(SampleMonth& month, const std::string& channel) {
    for (Document& document : month.documents) {
        document.values = ",,,,,,,,";
        document.channel = ",service";
    }
    month.documents[0].channel = channel;
}

/// Gives the ledger the column `perimeter`, behind the channel: the first row this, the others that.
void read_under(SampleMonth& month, const std::string& first, const std::string& others) {
    bring(month, ",service");
    for (Document& document : month.documents) {
        document.perimeter = "," + others;
    }
    month.documents[0].perimeter = "," + first;
}

/// Makes the first document one of an inbox.
void bring_by_inbox(SampleMonth& month, const std::string& id) {
    bring(month, ",inbox");
    month.documents[0].id = id.empty() ? "inbox-" + sha256_hex(month.documents[0].bytes).substr(0, 32) : id;
}

/// Gives the ledger its reporting columns: the first row these, the others none.
void convert_all(SampleMonth& month, const std::string& first) {
    for (Document& document : month.documents) {
        document.reporting = ",,,,";
    }
    month.documents[0].reporting = first;
}

std::string read(const std::filesystem::path& path) { return read_file(path).value(); }

void write(const std::filesystem::path& path, const std::string& bytes) { put_file(path, bytes); }

/// In place: rewriting the whole file for every byte would wait for the disk.
void poke(const std::filesystem::path& path, std::size_t at, char byte) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
}

/// Changes each byte in turn, `step` apart, and counts how often that is accepted; the file is as before afterwards.
std::size_t accepted_changes(const std::filesystem::path& file, const std::filesystem::path& verified, std::size_t step) {
    const std::string bytes = read(file);
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < bytes.size(); at += test::stride(step)) {
        poke(file, at, static_cast<char>(bytes[at] ^ (1 << at % 8)));
        if (!is_refused(verified)) {
            ++accepted;
            MESSAGE(file.filename().string(), " is accepted with another byte at ", at);
        }
        poke(file, at, bytes[at]);
    }
    return accepted;
}

}  // namespace

TEST_CASE("a bundle as written is accepted, with its totals added up again") {
    // Every archive would be refused.
    const Scratch scratch;
    const auto written = write_sample(scratch / "bundle.zip");
    const auto report = bundle::verify(scratch / "bundle.zip");
    REQUIRE(report.has_value());
    CAPTURE(joined(report->problems));
    CHECK(report->problems.empty());
    CHECK(report->files == 12);
    CHECK(report->files == written.files);
    CHECK(report->documents == 3);
    CHECK(report->totals == std::vector<std::string>{"EUR 7.50", "JPY 7"});
    CHECK(written.size_bytes == std::filesystem::file_size(scratch / "bundle.zip"));
    CHECK(written.sha256 == sha256_of_file(scratch / "bundle.zip").value());
}

TEST_CASE("one changed byte anywhere in a bundle is refused") {
    // An archive that was tampered with or has rotted would pass for whole.
    const Scratch scratch;
    write_sample(scratch / "bundle.zip");
    CHECK(accepted_changes(scratch / "bundle.zip", scratch / "bundle.zip", 1) == 0);
    CHECK_FALSE(is_refused(scratch / "bundle.zip"));
}

TEST_CASE("a bundle cut at any length, or with a byte more, is refused") {
    // Half an archive would pass for a whole one.
    const Scratch scratch;
    write_sample(scratch / "bundle.zip");
    const std::string bytes = read(scratch / "bundle.zip");
    for (const std::size_t at : {std::size_t{0}, std::size_t{30}, bytes.size() / 2, bytes.size()}) {
        std::string longer = bytes;
        longer.insert(at, 1, 'x');
        write(scratch / "longer.zip", longer);
        CHECK(is_refused(scratch / "longer.zip"));
    }
    for (std::size_t size = bytes.size(); size > 0;) {
        size -= std::min(size, test::stride<std::size_t>(1));
        std::filesystem::resize_file(scratch / "bundle.zip", size);
        if (!is_refused(scratch / "bundle.zip")) {
            FAIL_CHECK("accepted when cut to ", size);
        }
    }
}

TEST_CASE("a resealed bundle whose bytes are not the writer's is refused all the same") {
    // Someone who knows the seal could hide bytes between entries or in headers.
    const Scratch scratch;
    write_sample(scratch / "bundle.zip");
    const std::string bytes = read(scratch / "bundle.zip");
    const std::size_t end = bytes.size() - bundle::seal_digits;
    const auto first = [](const std::string& text, const char* mark) { return text.find(std::string(mark, 4)); };
    // Every byte of the first local header and of the first directory header, and of the end record.
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < 30; ++at) {
        places.push_back(at);
    }
    for (std::size_t at = 0; at < 46; ++at) {
        places.push_back(first(bytes, "PK\x01\x02") + at);
    }
    for (std::size_t at = bytes.rfind("PK\x05\x06"); at < end; ++at) {
        places.push_back(at);
    }
    for (const std::size_t at : places) {
        CAPTURE(at);
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        changed.replace(end, bundle::seal_digits, sha256_hex(std::string_view(changed).substr(0, end)));
        write(scratch / "bundle.zip", changed);
        CHECK(is_refused(scratch / "bundle.zip"));
    }
    // A gap before the directory, its offset moved along.
    std::string gap = bytes.substr(0, end);
    const std::size_t directory = first(gap, "PK\x01\x02");
    gap.insert(directory, 1, 'x');
    const std::size_t record = gap.rfind("PK\x05\x06");
    gap[record + 16] = static_cast<char>(gap[record + 16] + 1);
    write(scratch / "bundle.zip", gap + sha256_hex(gap));
    CHECK(is_refused(scratch / "bundle.zip"));
}

TEST_CASE("random damage under a right seal never crashes, and passes only where nothing can be told apart") {
    // A crafted archive could crash the check, or smuggle other content past it.
    const Scratch scratch;
    write_sample(scratch / "bundle.zip");
    const std::string bytes = read(scratch / "bundle.zip");
    const std::size_t end = bytes.size() - bundle::seal_digits;
    const auto contents = [&] {
        std::string all;
        const auto zip = bundle::ZipReader::open(scratch / "bundle.zip", {});
        for (const auto& entry : zip->entries()) {
            all += entry.name + '\0';
            const auto read_entry = zip->read(entry, [&](std::string_view piece) { all += piece; });
            all += read_entry.has_value() ? '1' : '0';
        }
        return all;
    };
    const std::string right = contents();
    std::uint64_t seed = 20261122;
    const auto next = [&](std::uint64_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return (seed >> 33U) % below;
    };
    for (int round = 0; round < test::rounds(1500); ++round) {
        CAPTURE(round);
        std::string changed = bytes.substr(0, end);
        for (std::uint64_t count = 1 + next(3); count > 0; --count) {
            const std::size_t at = next(changed.size());
            switch (next(4)) {
                case 0: changed[at] = static_cast<char>(next(256)); break;
                case 1: changed.replace(at, 4, "\xff\xff\xff\xff"); break;
                case 2: changed.erase(at, 1 + next(40)); break;
                default: changed.insert(at, changed.substr(next(changed.size()), next(60))); break;
            }
        }
        // A new file each time: one that is cut and written again is flushed to disk when it closes.
        std::filesystem::remove(scratch / "bundle.zip");
        std::ofstream(scratch / "bundle.zip", std::ios::binary) << changed << sha256_hex(changed);
        if (!is_refused(scratch / "bundle.zip")) {
            CHECK(contents() == right);
        }
    }
}

TEST_CASE("a bag whose parts disagree is refused, and the sentence names the file") {
    // A ledger that does not belong to its documents would be archived for ten years.
    struct Row {
        const char* what;
        std::function<void(SampleMonth&)> change;
        const char* words;
    };
    const Row rows[] = {
        {"nothing changed", [](SampleMonth& month) { month.documents[0].amount = "10.00"; }, nullptr},
        {"total off by a cent", [](SampleMonth& month) { month.totals = month.totals.replace(month.totals.find("7.50"), 4, "7.51"); }, "total in EUR"},
        {"total missing", [](SampleMonth& month) { month.totals = "[]"; }, "total in JPY is missing"},
        {"total too many", [](SampleMonth& month) { month.totals.insert(1, R"({"currency":"USD","amount":"1.00","documents":1},)"); }, "total in USD"},
        {"count off", [](SampleMonth& month) { month.totals = month.totals.replace(month.totals.find("\"documents\":2"), 13, "\"documents\":3"); }, "total in EUR"},
        {"no totals", [](SampleMonth& month) { month.totals = "1"; }, "total in EUR is missing"},
        {"broken summary", [](SampleMonth& month) { month.totals = "["; }, "not a JSON object"},
        {"amount with too many digits", [](SampleMonth& month) { month.documents[0].amount = "10.000"; }, "row 2: it counts"},
        {"amount with a comma", [](SampleMonth& month) { month.documents[0].amount = "\"10,00\""; }, "row 2: it counts"},
        {"amount with a plus", [](SampleMonth& month) { month.documents[0].amount = "+10.00"; }, "row 2: it counts"},
        {"amount of minus nothing", [](SampleMonth& month) { month.documents[0].amount = "-.50"; }, "row 2: it counts"},
        {"unknown currency", [](SampleMonth& month) { month.documents[0].currency = "ABC"; }, "row 2: it counts"},
        {"counted maybe", [](SampleMonth& month) { month.documents[0].counted = "maybe"; }, "neither yes nor no"},
        {"doubled row", [](SampleMonth& month) { month.documents.insert(month.documents.begin() + 3, month.documents[3]); }, "doubled or out of order"},
        {"order", [](SampleMonth& month) { month.documents[0].id = "Z"; }, "out of order"},
        {"too many columns", [](SampleMonth& month) { month.documents[0].currency = "EUR,"; }, "29 columns"},
        {"converted", [](SampleMonth& month) { convert_all(month, ",10.85,USD,1.0850,2026-10-30"); }, nullptr},
        {"not converted", [](SampleMonth& month) { convert_all(month, ",,,,"); }, nullptr},
        {"converted wrongly", [](SampleMonth& month) { convert_all(month, ",10.86,USD,1.0850,2026-10-30"); }, "row 2: 10.00 EUR at 1.0850 is not 10.86 USD"},
        {"converted without a rate", [](SampleMonth& month) { convert_all(month, ",10.85,USD,,2026-10-30"); }, "row 2: it is converted, but"},
        {"reporting columns without their header", [](SampleMonth& month) { month.documents[1].reporting = ",,,,"; }, "32 columns in place of 28"},
        {"values", [](SampleMonth& month) { tell(month, ",F 1,8.33,1.67,10.00,2026-11-30,,PO 4,xml"); }, nullptr},
        {"values, converted", [](SampleMonth& month) { tell(month, ",F 1,8.33,1.67,10.00,2026-11-30,,PO 4,text"); convert_all(month, ",10.85,USD,1.0850,2026-10-30"); }, nullptr},
        {"values that do not add up", [](SampleMonth& month) { tell(month, ",F 1,8.33,1.67,10.01,,,,xml"); }, "row 2: column gross_amount, 10.01: it is not net_amount and vat_amount together"},
        {"values out of nowhere", [](SampleMonth& month) { tell(month, ",F 1,,,,,,,"); }, "row 2: column invoice_number, F 1: it is not empty, though values_from is"},
        {"values from elsewhere", [](SampleMonth& month) { tell(month, ",,,,,,,,guess"); }, "row 2: column values_from, guess: it is none of"},
        {"values without a file", [](SampleMonth& month) { tell(month, ",,,,,,,,"); month.documents[3].values = ",F 1,,,,,,,xml"; }, "row 5: column values_from, xml: it is not empty, though there is no file"},
        {"values in another currency's digits", [](SampleMonth& month) { tell(month, ",,8.333,,,,,,xml"); }, "row 2: column net_amount, 8.333: it is no amount"},
        {"values due on no day", [](SampleMonth& month) { tell(month, ",,,,,2026-11-31,,,xml"); }, "row 2: column due_date, 2026-11-31: it is no day"},
        {"channel", [](SampleMonth& month) { bring(month, ",service"); }, nullptr},
        {"channel, converted", [](SampleMonth& month) { bring(month, ",service"); convert_all(month, ",10.85,USD,1.0850,2026-10-30"); }, nullptr},
        {"another channel", [](SampleMonth& month) { bring(month, ",mail"); }, "row 2: column channel, mail: it is neither service nor inbox"},
        {"another's digest", [](SampleMonth& month) { bring_by_inbox(month, "inbox-0123"); }, "column document_id, inbox-0123: it is not made of the digest"},
        {"inbox, not counted", [](SampleMonth& month) { bring_by_inbox(month, ""); month.documents[0].counted = "no"; }, "column findings lacks inbox-delivered"},
        {"perimeter", [](SampleMonth& month) { read_under(month, "paris", "paris"); }, nullptr},
        {"no perimeter", [](SampleMonth& month) { read_under(month, "", ""); }, nullptr},
        {"perimeter, converted", [](SampleMonth& month) { read_under(month, "paris", "paris"); convert_all(month, ",10.85,USD,1.0850,2026-10-30"); }, nullptr},
        {"another perimeter", [](SampleMonth& month) { read_under(month, "lyon", "paris"); }, "row 3: column perimeter, paris, is not that of the contract's other rows of the month, lyon"},
        {"a row without its perimeter", [](SampleMonth& month) { read_under(month, "paris", ""); }, "row 3: column perimeter, , is not that of"},
        {"perimeter without its header", [](SampleMonth& month) { bring(month, ",service"); month.documents[1].perimeter = ",paris"; }, "38 columns in place of 37"},
        {"values without their header", [](SampleMonth& month) { month.documents[1].values = ",,,,,,,,"; }, "36 columns in place of 28"},
        {"open quote", [](SampleMonth& month) { month.documents[3].id = "\""; }, "ends in the middle"},
        {"stray quote", [](SampleMonth& month) { month.documents[3].id = "x\"y"; }, "a quote or line end"},
    };
    const Scratch scratch;
    for (const Row& row : rows) {
        CAPTURE(row.what);
        SampleMonth month;
        row.change(month);
        write_sample(scratch / "bundle.zip", month);
        const auto problems = problems_of(scratch / "bundle.zip");
        CAPTURE(joined(problems));
        CHECK(problems.empty() == (row.words == nullptr));
        CHECK((row.words == nullptr || mentions(problems, row.words)));
    }
}

TEST_CASE("a bag with a file too many or too few is refused") {
    // A document could be slipped in or taken out together with its manifest line.
    const Scratch scratch;
    const SampleMonth month;
    const auto with = [&](const std::function<void(std::vector<bundle::Payload>&)>& change) {
        auto payload = month.payload();
        change(payload);
        REQUIRE(bundle::write_bundle(scratch / "bundle.zip", "moisson-2026-10", bag_info(), std::move(payload)).has_value());
        return problems_of(scratch / "bundle.zip");
    };
    CHECK(with([](auto&) {}).empty());
    CHECK(mentions(with([](auto& payload) { payload.erase(payload.begin()); }), "no file data/documents/OCB1/2026-10/invoices/a.pdf"));
    CHECK(mentions(with([](auto& payload) { payload[0].bytes += "x"; }), "a.pdf has another SHA-256"));
    CHECK(mentions(with([](auto& payload) { payload[0].bytes += "x"; }), "a.pdf has another length"));
    CHECK(mentions(with([](auto& payload) { payload.push_back({"documents/x", {}, "y", "", 0}); }), "data/documents/x: no row"));
    CHECK(mentions(with([](auto& payload) { payload.pop_back(); }), "data/summary.json: it is missing"));
    CHECK(mentions(with([](auto& payload) { payload.erase(payload.end() - 2); }), "data/ledger.csv: it is missing"));
    CHECK(mentions(with([](auto& payload) { payload.push_back({"notes/x.json", {}, "{}", "", 0}); }), "data/notes/x.json: a file that no"));
}

TEST_CASE("a published folder is accepted, and one changed byte of any file is refused") {
    // A month on a shared drive could be changed without anyone seeing it.
    const Scratch scratch;
    const auto folder = scratch / "2026-10";
    publish(folder);
    for (const auto& path : {folder, scratch / "2026-10/"}) {
        const auto report = bundle::verify(path);
        REQUIRE(report.has_value());
        CAPTURE(joined(report->problems));
        CHECK(without_pages(report->problems).empty());
        CHECK(report->files == 4);
        CHECK(report->documents == 3);
        CHECK(report->totals == std::vector<std::string>{"EUR 7.50", "JPY 7"});
    }
    for (const std::string name : {"ledger.csv", "summary.json", "erp/sage.txt"}) {
        CHECK(accepted_changes(folder / name, folder, 1) == 0);
    }
    CHECK(accepted_changes(folder / "bundle.zip", folder, 13) == 0);
    CHECK_FALSE(is_refused(folder));
}

TEST_CASE("a file added to, removed from or renamed in a published folder is refused by name") {
    // An invoice could be slipped into a closed month.
    const Scratch scratch;
    const auto folder = scratch / "2026-10";
    publish(folder);
    write(folder / "erp/extra.txt", "x");
    CHECK(mentions(problems_of(folder), "erp/extra.txt: a file that summary.json does not list"));
    std::filesystem::remove(folder / "erp/extra.txt");
    CHECK_FALSE(is_refused(folder));
    std::filesystem::create_symlink("sage.txt", folder / "erp/link.txt");
    CHECK(mentions(problems_of(folder), "erp/link.txt: it is not a plain file"));
    std::filesystem::remove(folder / "erp/link.txt");
    for (const std::string name : {"ledger.csv", "summary.json", "erp/sage.txt", "bundle.zip"}) {
        CAPTURE(name);
        std::filesystem::rename(folder / name, scratch / "away");
        CHECK(mentions(problems_of(folder), name + ": it is missing"));
        std::filesystem::create_symlink(scratch / "away", folder / name);
        CHECK(is_refused(folder));
        std::filesystem::remove(folder / name);
        std::filesystem::rename(scratch / "away", folder / name);
    }
    std::filesystem::rename(folder / "erp/sage.txt", folder / "erp/Sage.txt");
    CHECK(is_refused(folder));
}

TEST_CASE("a ledger that is not the bundle's is refused, though summary.json lists it rightly") {
    // Ledger and archive of one month could tell two stories.
    const Scratch scratch;
    const auto folder = scratch / "2026-10";
    SampleMonth month;
    publish(folder, month);
    const std::string bundle = read(folder / "bundle.zip");
    month.documents[3].id = "D5";
    publish(folder, month);
    CHECK_FALSE(is_refused(folder));
    // The earlier bundle, listed by its right digest.
    const std::string now = sha256_of_file(folder / "bundle.zip").value();
    write(folder / "bundle.zip", bundle);
    std::string summary = read(folder / "summary.json");
    summary.replace(summary.find(now), 64, sha256_hex(bundle));
    summary.resize(summary.rfind("  \"seal\""));
    write(folder / "summary.json", summary + "  \"seal\": \"" + sha256_hex(summary) + "\"\n}\n");
    CHECK(mentions(problems_of(folder), "ledger.csv: it differs from the ledger inside bundle.zip"));
}

TEST_CASE("what is neither bundle nor month is a wrong argument, not a damaged archive") {
    // A mistyped path would be reported as a broken archive.
    const Scratch scratch;
    write(scratch / "notes.txt", "hello");
    std::filesystem::create_directories(scratch / "empty");
    for (const std::string name : {"notes.txt", "empty", "nowhere"}) {
        const auto report = bundle::verify(scratch / name);
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error().code == ErrorCode::bad_input);
    }
    write(scratch / "other.zip", "PK\x05\x06" + std::string(18, '\0'));
    CHECK_FALSE(problems_of(scratch / "other.zip").empty());
}

TEST_CASE("ZIP64 records are written, read and guarded like all others") {
    // Archives past 4 GiB or 65,535 files would be refused, or accepted unread.
    const Scratch scratch;
    bundle::WriteOptions options;
    for (const auto& limits : {bundle::ZipLimits{0xffffffff, 64, 0xffff}, bundle::ZipLimits{700, 0xf0000000, 0xffff},
                               bundle::ZipLimits{0xffffffff, 0xf0000000, 5}, bundle::ZipLimits{0, 0, 0}}) {
        options.limits = limits;
        write_sample(scratch / "bundle.zip", {}, options);
        const std::string bytes = read(scratch / "bundle.zip");
        const auto is_accepted = [&] {
            bundle::Problems problems;
            const auto content = bundle::check_bundle(bundle::OpenFile::at(scratch / "bundle.zip").value(), limits, problems);
            return content.has_value() && problems.empty();
        };
        CHECK(is_accepted());
        for (std::size_t at = 0; at < bytes.size(); at += test::stride<std::size_t>(at < bytes.size() / 2 ? 7U : 1U)) {
            poke(scratch / "bundle.zip", at, static_cast<char>(bytes[at] + 1));
            if (is_accepted()) {
                FAIL_CHECK("accepted with another byte at ", at);
            }
            poke(scratch / "bundle.zip", at, bytes[at]);
        }
        CHECK(is_accepted());
        // The usual limits would not have written these bytes.
        CHECK(is_refused(scratch / "bundle.zip"));
    }
}

TEST_CASE("the ledger is read the same in pieces of any size, and no text makes the reader fail") {
    // A row across two pieces would be misread, and a good archive refused.
    const std::string text = SampleMonth{}.ledger();
    const auto rows_of = [](std::string_view bytes, std::size_t piece) {
        std::vector<std::vector<std::string>> rows;
        bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) { rows.push_back(row); });
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.feed(bytes.substr(at, piece));
        }
        return std::pair(rows, reader.finish());
    };
    const auto whole = rows_of(text, text.size());
    CHECK(whole.second.empty());
    CHECK(whole.first.size() == 5);
    CHECK(whole.first.at(1).at(2) == "A, b \"c\"");
    for (std::size_t piece = 1; piece < 50; ++piece) {
        CHECK(rows_of(text, piece) == whole);
    }
    std::uint64_t seed = 7;
    const auto next = [&](std::uint64_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return (seed >> 33U) % below;
    };
    for (int round = 0; round < test::rounds(5000); ++round) {
        std::string random;
        for (std::uint64_t length = next(30); length > 0; --length) {
            random += "\",\r\nab\0 "[next(8)];
        }
        CHECK(rows_of(random, 1 + next(5)) == rows_of(random, 100));
    }
}

/// If this fails, a cell of the Ledger sheet is not what libxlsxwriter would have written: its text, its format, its number.

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "base/files.hpp"
#include "ledger/cell_text.hpp"
#include "ledger/parts.hpp"
#include "ledger/sheet.hpp"
#include "ledger/workbook_check.hpp"
#include "ledger/workbook_parts.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::ledger;
using namespace moisson::ledger_test;

namespace {

constexpr std::uint16_t width = 30;  // past Z

std::string some_text(std::mt19937& chance) {
    static constexpr std::array<std::string_view, 14> parts{"OCB0001234", " ", "<", ">", "&", "\"", "'", "é", "\n", "_x0041_", "\x01",
                                                            "\xff", "=1+1", "€"};
    std::string text;
    for (auto left = 1 + chance() % 6; left > 0; --left) {
        text += parts.at(chance() % parts.size());
    }
    return text;
}

void write_cell(Sheet& sheet, std::uint32_t row, std::uint16_t column, std::mt19937& chance) {
    using namespace std::chrono;
    switch (chance() % 8) {
        case 0: sheet.text(row, column, some_text(chance)); break;
        case 1: sheet.text(row, column, some_text(chance), Look::muted); break;
        case 2: sheet.count(row, column, chance()); break;
        case 3:
            sheet.money(row, column, Money{static_cast<std::int64_t>(chance()) * (chance() % 2 == 0 ? 97 : -1),
                                           *find_currency(chance() % 2 == 0 ? "EUR" : "JPY")});
            break;
        case 4: sheet.day(row, column, year_month_day{sys_days{2026y / 1 / 1} + days{chance() % 4000}}); break;
        case 5: sheet.instant(row, column, Timestamp{milliseconds{1'700'000'000'000 + static_cast<std::int64_t>(chance()) * 100}}); break;
        case 6: sheet.money(row, column, Money{INT64_MAX, *find_currency("EUR")}); break;  // stays text
        default: break;  // no cell
    }
}

/// A workbook of two sheets with the same cells in both ways of writing.
std::map<std::string, std::string> written(const std::filesystem::path& folder, bool packed, std::uint32_t rows) {
    const std::filesystem::path path = folder / (packed ? "packed.xlsx" : "library.xlsx");
    Book book(path, Book::Options{folder, "title", Timestamp{}, Language::english});
    for (const std::string name : {"One", "Two"}) {
        Sheet& sheet = book.add_sheet(name);
        sheet.header(0, {"a", "b"});
        if (packed) {
            sheet.begin_rows(width);
        }
        std::mt19937 chance(20261201);
        for (std::uint32_t row = 1; row <= rows; ++row) {
            for (std::uint16_t column = 0; column + 1 < width; ++column) {
                write_cell(sheet, row, column, chance);
            }
            sheet.text(row, width - 1, "end");
        }
        if (packed) {
            sheet.end_rows();
        }
        sheet.filter(0, rows, width);
    }
    book.add_sheet("Three").text(0, 0, "after");
    REQUIRE(book.close());
    CHECK(book.rows_by_sheet() == std::vector<std::uint64_t>{rows + 1, rows + 1, 1});
    return parts_of(path);
}

/// Every number with 14 digits: the library writes 16, which not every double is told apart by.
std::string read_numbers(const std::string& xml) {
    std::string read;
    std::size_t from = 0;
    for (std::size_t at = 0; (at = xml.find("<v>", from)) != std::string::npos;) {
        read.append(xml, from, at - from);
        from = xml.find("</v>", at);
        read += fmt::format("<v>{:.14g}", std::strtod(xml.c_str() + at + 3, nullptr));
    }
    return read + xml.substr(from);
}

}  // namespace

TEST_CASE("packed rows are those that the library writes") {
    const test::ScratchFolder scratch;
    for (const std::uint32_t rows : {0U, 1U, 2U, 3000U}) {  // 3,000 rows are several pieces
        CAPTURE(rows);
        const auto ours = written(scratch.path(), true, rows);
        const auto theirs = written(scratch.path(), false, rows);
        REQUIRE(ours.size() == theirs.size());
        for (const auto& [name, bytes] : theirs) {
            CAPTURE(name);
            REQUIRE(ours.contains(name));
            const std::string one = read_numbers(ours.at(name));
            const std::string other = read_numbers(bytes);
            const auto at = static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
            CHECK(one.substr(at, 200) == other.substr(std::min(at, other.size()), 200));
        }
    }
}

TEST_CASE("numbers stand as the decimal that was meant, on every sheet") {
    // Who reads the XML without a spreadsheet would find 837676.6899999999 where 837676.69 is owed.
    const std::vector<std::pair<std::int64_t, std::string_view>> amounts{
        {83767669, "837676.69"}, {-83767669, "-837676.69"}, {-1, "-0.01"}, {0, "0"}, {100, "1"}, {10'000'000, "100000"},
        {999'999'999'999'999, "9999999999999.99"}};
    for (const bool packed : {true, false}) {
        CAPTURE(packed);
        const test::ScratchFolder scratch;
        const std::filesystem::path path = scratch.path() / "book.xlsx";
        Book book(path, Book::Options{scratch.path(), "title", Timestamp{}, Language::english});
        Sheet& sheet = book.add_sheet("One");
        if (packed) {
            sheet.begin_rows(1);
        }
        constexpr std::uint32_t rows = 20'000;  // several pieces
        for (std::uint32_t row = 0; row < rows; ++row) {
            sheet.money(row, 0, Money{amounts[row % amounts.size()].first, *find_currency("EUR")});
        }
        if (packed) {
            sheet.end_rows();
        }
        REQUIRE(book.close());
        const std::string xml = parts_of(path).at("xl/worksheets/sheet1.xml");
        std::string numbers;
        std::string wanted;
        for (std::size_t at = 0; (at = xml.find("<v>", at)) != std::string::npos;) {
            at += 3;
            numbers += xml.substr(at, xml.find('<', at) - at) + "\n";
        }
        for (std::uint32_t row = 0; row < rows; ++row) {
            wanted += std::string(amounts[row % amounts.size()].second) + "\n";
        }
        const auto at = static_cast<std::size_t>(
            std::mismatch(numbers.begin(), numbers.end(), wanted.begin(), wanted.end()).first - numbers.begin());
        CHECK(numbers.substr(at, 100) == wanted.substr(std::min(at, wanted.size()), 100));
    }
}

TEST_CASE("rows that the disk changed after they were packed do not pass the read-back") {
    // A workbook would be published in which rows cannot be read.
    const test::ScratchFolder scratch;
    const std::filesystem::path path = scratch.path() / "book.xlsx";
    const std::filesystem::path bare = scratch.path() / "bare.xlsx";
    {
        Book book(bare, Book::Options{scratch.path(), "title", Timestamp{}, Language::english});
        book.add_sheet("One").text(2999, 0, "the place of the rows");
        REQUIRE(book.close());
    }
    PackedRows rows(scratch.path(), 1);
    for (std::uint32_t row = 0; row < 3000; ++row) {
        rows.text(row, 0, fmt::format("{} of many rows", row * 7919), 0);
    }
    REQUIRE(rows.finish());
    REQUIRE(write_file(path, ""));
    const RowsOfSheet sheet{0, 2999, &rows};
    const auto written = put_together(bare, path, std::span(&sheet, 1));
    REQUIRE(written);
    const std::uint64_t right[] = {3000};
    const std::uint64_t wrong[] = {3001};
    CHECK(check_workbook(path, right, *written));
    CHECK(check_workbook(path, right));  // libarchive unpacks all of it
    CHECK_FALSE(check_workbook(path, wrong, *written));
    const std::string whole = read_file(path).value();
    const std::size_t entry = whole.find("xl/worksheets/sheet1.xml");
    const std::size_t end = entry + written->front().packed.packed_bytes;
    REQUIRE(entry != std::string::npos);
    for (std::size_t at = entry + 30; at < end; at += (end - entry) / 50) {
        CAPTURE(at);
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 4);
        REQUIRE(write_file(path, changed));
        const auto checked = check_workbook(path, right, *written);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == ErrorCode::disk);
        CHECK(checked.error().to_line().find("sheet1.xml is not what was written") != std::string::npos);
    }
}

TEST_CASE("a sheet that the library left without its last row is told") {
    // On a full temporary disk the library leaves a cut sheet and reports success.
    const test::ScratchFolder scratch;
    const std::filesystem::path path = scratch.path() / "book.xlsx";
    const std::filesystem::path bare = scratch.path() / "bare.xlsx";
    Book book(bare, Book::Options{scratch.path(), "title", Timestamp{}, Language::english});
    book.add_sheet("One").text(0, 0, "a heading");
    REQUIRE(book.close());
    PackedRows rows(scratch.path(), 1);
    rows.text(1, 0, "a row", 0);
    REQUIRE(rows.finish());
    REQUIRE(write_file(path, ""));
    const RowsOfSheet sheet{0, 1, &rows};
    const auto written = put_together(bare, path, std::span(&sheet, 1));
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::disk);
}

TEST_CASE("numbers of the library's sheets are rewritten, and nothing else") {
    for (const auto& [theirs, ours] : std::vector<std::pair<std::string, std::string>>{
             {"", ""},
             {"<v", "<v"},
             {"<c r=\"A1\"><v>837676.6899999999</v></c>", "<c r=\"A1\"><v>837676.69</v></c>"},
             {"<v>-0.1</v><v>1E-05</v>", "<v>-0.1</v><v>1E-05</v>"},
             {"<v>46000.12345678901</v>", "<v>46000.12345678901</v>"},
             {"<t>837676.6899999999</t><v></v>", "<t>837676.6899999999</t><v></v>"},
             {"<v>837676.6899999999", "<v>837676.69"},
             {"<v>TRUE</v>", "<v>TRUE</v>"}}) {
        CHECK(with_exact_numbers(theirs) == ours);
    }
}

TEST_CASE("a folder that cannot take the rows is told") {
    const test::ScratchFolder scratch;
    Book book(scratch.path() / "book.xlsx", Book::Options{"/proc/no-folder", "title", Timestamp{}, Language::english});
    Sheet& sheet = book.add_sheet("One");
    sheet.begin_rows(1);
    sheet.text(0, 0, "a");
    sheet.end_rows();
    const auto closed = book.close();
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == ErrorCode::disk);
}

TEST_CASE("a stop would wait for the workbook of a large month") {
    const test::ScratchFolder scratch;
    std::stop_source stop;
    Book book(scratch.path() / "book.xlsx", Book::Options{scratch.path(), "title", Timestamp{}, Language::english, stop.get_token()});
    Sheet& sheet = book.add_sheet("One");
    sheet.begin_rows(1);
    sheet.text(0, 0, "a");
    stop.request_stop();
    sheet.text(1, 0, "b");
    sheet.text(2, 0, "c");
    sheet.end_rows();
    const auto closed = book.close();
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == ErrorCode::cancelled);
}

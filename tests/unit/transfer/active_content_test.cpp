/// What documents run when they are opened: PDFs byte by byte, here; real files of other programs in tests/consumers/active_test.py.

#include "base/sanitized.hpp"
#include "transfer/active_content.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "cage/wire.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using transfer::Active;

namespace {

constexpr std::string_view pdf = "application/pdf";
constexpr std::string_view workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

std::vector<Active> active_in(const std::string& bytes, std::string_view media_type = pdf) {
    const test::ScratchFolder scratch;
    const auto found = transfer::find_active_content(scratch.write("document", bytes), media_type);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("a PDF that runs something would pass as paper, or paper would be called dangerous") {
    struct Row {
        std::string_view text;
        std::vector<Active> expected;
    };
    const std::vector<Row> rows{
        {"<</S/JavaScript/JS(app.alert(1))>>", {Active::javascript}},
        {"<</S /J#61vaScript /JS 5 0 R>>", {Active::javascript}},
        {"<</S/#4a#61#76#61#53#63#72#69#70#74>>", {Active::javascript}},
        {"<</S/Rendition/JS 12 0 R>>", {Active::javascript}},
        {"<</J#53\n<48>>>", {Active::javascript}},
        {"<</S/Launch/F(calc.exe)>>", {Active::launch, Active::program}},
        {"<</Type/Filespec/UF (Invoice.PDF.JS)>>", {Active::program}},
        {"<</OpenAction<</S/GoTo/D[3 0 R/Fit]>>>>", {}},
        {"<</AA<</O 7 0 R>>>>", {Active::automatic}},
        {"<</AA 7 0 R>>", {Active::automatic}},
        {"/JS /AA /AAA<< /JSON(x) /Launcher /JavaScripts /F(factur-x.xml) /F 4 /UF(invoice.pdf)", {}},
        {"(see /AA 12 and /JS 3)", {}},
        {"", {}},
        {"/", {}},
        {"/J#", {}},
        {"/J#5", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(active_in(std::string(row.text)) == row.expected);
        CHECK(active_in(std::string(row.text), "text/csv").empty());
    }
    // Wherever it stands: across every edge of a piece.
    for (std::size_t before = (64U << 10U) - 1100; before < (64U << 10U) + 40; before += 7) {
        CAPTURE(before);
        CHECK(active_in(std::string(before, 'x') + "/S /J#61vaScript ") == std::vector<Active>{Active::javascript});
        CHECK(active_in(std::string(before, 'x') + "/AA \n\n 123456 0 R" + std::string(70000, '/')) ==
              std::vector<Active>{Active::automatic});
    }
}

TEST_CASE("a file made to be slow, or a broken workbook, would hold up or end the run") {
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string_view unit : {"/", "/JS ", "/AA 1 1 ", "/#4a", "/F(", "/F                "}) {
        std::string text;
        while (text.size() < (8U << 20U)) {
            text += unit;
        }
        CHECK(active_in(text).empty());
    }
    std::string directory("PK\x05\x06", 4);
    directory.append(8, '\xff').append(4, '\xff').append(4, '\0').append(2, '\0');
    for (const std::string& broken : {std::string(), std::string("PK"), directory, std::string(100'000, 'P'), directory.substr(0, 12)}) {
        CHECK(active_in(broken, workbook).empty());
    }
    CHECK_FALSE(transfer::find_active_content("/nonexistent/file", pdf));
    // Sanitizers are slow, and more so on a busy machine; the square of the sizes would take hours.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(is_sanitized ? 240 : 60));
}

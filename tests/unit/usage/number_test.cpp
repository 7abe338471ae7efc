// Numbers of consumption reports.
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "usage/number.hpp"

using namespace moisson;
using usage::DecimalMark;
using usage::NumberForm;

namespace {

std::string read(std::string_view field, DecimalMark mark) {
    std::array<char, usage::number_text_max> text{};
    const usage::ReadNumber number = usage::read_number(field, mark, text.data());
    if (number.form == NumberForm::unreadable) {
        return "?";
    }
    const std::string written(text.data(), number.end);
    // Text and value are made in two ways and must say the same.
    CHECK((number.form == NumberForm::empty ? written.empty() : to_decimal(number.value) == written));
    return written;
}

}  // namespace

TEST_CASE("a price read as another number would make every sum wrong") {
    struct Case {
        std::string_view field;
        std::string_view comma;    // in a file with decimal commas
        std::string_view dot;      // in a file with decimal dots
        std::string_view unknown;  // where the file shows nothing
    };
    const std::vector<Case> cases{
        {"0", "0", "0", "0"},
        {"12,50", "12.50", "12.50", "12.50"},
        {"-12,50", "-12.50", "-12.50", "-12.50"},
        {"+7", "7", "7", "7"},
        {"- 7", "-7", "-7", "-7"},
        {"\xE2\x88\x92"
         "3,1",
         "-3.1", "-3.1", "-3.1"},
        {"007,5", "7.5", "7.5", "7.5"},
        {",5", "0.5", "0.5", "0.5"},
        {"-,05", "-0.05", "-0.05", "-0.05"},
        {"-0,00", "0.00", "0.00", "0.00"},
        {"5,", "?", "?", "?"},
        {"1,234", "1.234", "?", "1.234"},
        {"0,123", "0.123", "0.123", "0.123"},
        {"1.234", "1234", "1.234", "?"},
        {"0.123", "0.123", "0.123", "0.123"},
        {"1234.567", "1234.567", "1234.567", "1234.567"},
        {"12.50", "12.50", "12.50", "12.50"},
        {"1.234,56", "1234.56", "1234.56", "1234.56"},
        {"1,234.56", "1234.56", "1234.56", "1234.56"},
        {"1.234.567", "1234567", "1234567", "1234567"},
        {"1,234,567", "1234567", "1234567", "1234567"},
        {"1.234.567,891", "1234567.891", "1234567.891", "1234567.891"},
        {"1 234,56", "1234.56", "1234.56", "1234.56"},
        {"1\xC2\xA0"
         "234\xE2\x80\xAF"
         "567,5",
         "1234567.5", "1234567.5", "1234567.5"},
        {"1\xA0"
         "234,5",
         "1234.5", "1234.5", "1234.5"},
        {"1'234,5", "1234.5", "1234.5", "1234.5"},
        {"12 34,5", "?", "?", "?"},
        {"1.23.456", "?", "?", "?"},
        {"1.2,3.4", "?", "?", "?"},
        {"1,2,3", "?", "?", "?"},
        {"01.234.567", "?", "?", "?"},
        {"1,5E-3", "0.0015", "0.0015", "0.0015"},
        {"2E3", "2000", "2000", "2000"},
        {"1E-37", "?", "?", "?"},
        {"1E999", "?", "?", "?"},
        {"1E", "?", "?", "?"},
        {" 8,25 ", "8.25", "8.25", "8.25"},
        {"", "", "", ""},
        {"   ", "", "", ""},
        {"-", "?", "?", "?"},
        {"abc", "?", "?", "?"},
        {"12,50 EUR", "?", "?", "?"},
        {"(12,50)", "?", "?", "?"},
        {"--1", "?", "?", "?"},
        {"0,0000000000000000000123", "0.0000000000000000000123", "0.0000000000000000000123", "0.0000000000000000000123"},
        {"123456789012345678,12", "123456789012345678.12", "123456789012345678.12", "123456789012345678.12"},
        {"99999999999999999999", "99999999999999999999", "99999999999999999999", "99999999999999999999"},
        {"1234567890123456789012345678901234567", "?", "?", "?"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.field);
        CHECK(read(each.field, DecimalMark::comma) == each.comma);
        CHECK(read(each.field, DecimalMark::dot) == each.dot);
        CHECK(read(each.field, DecimalMark::unknown) == each.unknown);
    }
    CHECK(read(std::string(100'000, '7'), DecimalMark::comma) == "?");
}

TEST_CASE("a workbook's 0.30000000000000004 must not become a price of its own") {
    const std::vector<std::array<std::string_view, 2>> cases{{"0.30000000000000004", "0.3"},
                                                             {"1234.5600000000001", "1234.56"},
                                                             {"12.5", "12.5"},
                                                             {"-2E-05", "-0.00002"},
                                                             {"1E+3", "1000"},
                                                             {"0", "0"},
                                                             {"100", "100"},
                                                             {"9.9999999999999995E-5", "0.0001"},
                                                             {"0.99999999999999989", "1"},
                                                             {"1.0000000000000002E-2", "0.01"},
                                                             {"123456789012345", "123456789012345"},
                                                             {"12345678901234567", "12345678901234600"},
                                                             {"1.2.3", "?"},
                                                             {"1,5", "?"},
                                                             {"", "?"},
                                                             {"NaN", "?"},
                                                             {"-0", "0"},
                                                             {"1.", "?"}};
    for (const auto& [text, expected] : cases) {
        CAPTURE(text);
        std::array<char, usage::number_text_max> out{};
        const usage::ReadNumber number = usage::read_workbook_number(text, out.data());
        CHECK((number.form == NumberForm::number ? std::string(out.data(), number.end) : std::string("?")) == expected);
    }
}

TEST_CASE("what a file's numbers show of their decimal mark decides what 1.234 is") {
    CHECK(usage::mark_shown_by("12,50") == DecimalMark::comma);
    CHECK(usage::mark_shown_by("1.234,5") == DecimalMark::comma);
    CHECK(usage::mark_shown_by("12.50") == DecimalMark::dot);
    CHECK(usage::mark_shown_by("1,234.5") == DecimalMark::dot);
    CHECK(usage::mark_shown_by("1.234") == DecimalMark::unknown);
    CHECK(usage::mark_shown_by("1,234") == DecimalMark::unknown);
    CHECK(usage::mark_shown_by("1234") == DecimalMark::unknown);
    CHECK(usage::mark_shown_by("Quantity") == DecimalMark::unknown);
}

#include "invoice/page_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/code_points.hpp"
#include "base/text.hpp"
#include "invoice/utf8_append.hpp"

namespace moisson::invoice {

namespace {

/// Gaps between runs, in parts of the font's size: below the first they are one word, below the second words of one cell. A blank is 0.2 to
/// 0.35 wide; columns are further apart than three of them.
constexpr double word_gap = 0.13;
constexpr double cell_gap = 0.8;
/// How far two baselines of one line are apart at most.
constexpr double line_drift = 0.3;
/// How far away a heading stands above its values, in letters' heights, and how many lines are looked at on the way.
constexpr double above_max = 8;
constexpr std::size_t lines_above_max = 12;

struct Folded {
    char32_t letter;
    std::string_view as;
};

/// Sorted. Letters of Latin-1 and some more that labels are written with, without case and accents.
constexpr auto folded_letters = std::to_array<Folded>({
    {0xa0, " "},    {0xab, "\""},    {0xad, ""},      {0xb0, "o"},   {0xba, "o"},    {0xbb, "\""},  {0xc0, "a"},    {0xc1, "a"},
    {0xc2, "a"},    {0xc3, "a"},     {0xc4, "a"},     {0xc5, "a"},   {0xc6, "ae"},   {0xc7, "c"},   {0xc8, "e"},    {0xc9, "e"},
    {0xca, "e"},    {0xcb, "e"},     {0xcc, "i"},     {0xcd, "i"},   {0xce, "i"},    {0xcf, "i"},   {0xd1, "n"},    {0xd2, "o"},
    {0xd3, "o"},    {0xd4, "o"},     {0xd5, "o"},     {0xd6, "o"},   {0xd8, "o"},    {0xd9, "u"},   {0xda, "u"},    {0xdb, "u"},
    {0xdc, "u"},    {0xdd, "y"},     {0xdf, "ss"},    {0xe0, "a"},   {0xe1, "a"},    {0xe2, "a"},   {0xe3, "a"},    {0xe4, "a"},
    {0xe5, "a"},    {0xe6, "ae"},    {0xe7, "c"},     {0xe8, "e"},   {0xe9, "e"},    {0xea, "e"},   {0xeb, "e"},    {0xec, "i"},
    {0xed, "i"},    {0xee, "i"},     {0xef, "i"},     {0xf1, "n"},   {0xf2, "o"},    {0xf3, "o"},   {0xf4, "o"},    {0xf5, "o"},
    {0xf6, "o"},    {0xf8, "o"},     {0xf9, "u"},     {0xfa, "u"},   {0xfb, "u"},    {0xfc, "u"},   {0xfd, "y"},    {0xff, "y"},
    {0x152, "oe"},  {0x153, "oe"},   {0x178, "y"},    {0x2bc, "'"},  {0x2010, "-"},  {0x2011, "-"}, {0x2012, "-"},  {0x2013, "-"},
    {0x2014, "-"},  {0x2018, "'"},   {0x2019, "'"},   {0x2032, "'"}, {0x2116, "no"}, {0x2212, "-"}, {0xfb00, "ff"}, {0xfb01, "fi"},
    {0xfb02, "fl"}, {0xfb03, "ffi"}, {0xfb04, "ffl"},
});

/// Every kind of blank as ' ', ligatures as their letters, and nothing that cannot be seen.
std::string plain_blanks(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 0;
        const char32_t letter = first_code_point(text, length);
        if (is_blank(letter) || letter < 0x20) {
            plain += letter == 0x200b || letter == 0x2060 || letter == 0xfeff ? "" : " ";
        } else if (letter >= 0xfb00 && letter <= 0xfb04) {
            plain += fold(text.substr(0, length));
        } else if (letter != 0xad) {
            append_utf8(plain, letter);
        }
        text.remove_prefix(length);
    }
    return plain;
}

bool comes_first(const TextRun& one, const TextRun& other) {
    if (one.page != other.page) {
        return one.page < other.page;
    }
    if (one.direction != other.direction) {
        return one.direction < other.direction;
    }
    return one.base != other.base ? one.base > other.base : one.left < other.left;
}

/// Cells of the runs of one line.
PageLine line_of(std::vector<TextRun> runs) {
    std::stable_sort(runs.begin(), runs.end(), [](const TextRun& one, const TextRun& other) { return one.left < other.left; });
    PageLine line;
    line.page = runs.front().page;
    line.direction = runs.front().direction;
    line.base = runs.front().base;
    const TextRun* before = nullptr;
    for (const TextRun& run : runs) {
        line.size = std::max(line.size, run.size);
        const double size = before == nullptr ? run.size : std::min(run.size, before->size);
        if (before != nullptr && before->text == run.text && std::abs(before->left - run.left) < 0.3 * size) {
            continue;  // drawn twice: how some programs make letters bold
        }
        const double gap = before == nullptr ? 0 : run.left - line.cells.back().right;
        std::string text = plain_blanks(run.text);
        if (before == nullptr || gap > cell_gap * size || gap < -size) {
            line.cells.push_back({std::move(text), {}, run.left, run.right});
        } else {
            PageCell& cell = line.cells.back();
            cell.text += (gap > word_gap * size ? " " : "") + text;
            cell.right = std::max(cell.right, run.right);
        }
        before = &run;
    }
    for (PageCell& cell : line.cells) {
        cell.text = trim(cell.text);
        cell.folded = fold(cell.text);
    }
    return line;
}

bool share_width(const PageCell& one, const PageCell& other) { return one.left < other.right && other.left < one.right; }

std::optional<CellPlace> cell_near(const std::vector<PageLine>& lines, CellPlace cell, bool is_above) {
    const PageLine& line = lines[cell.first];
    for (std::size_t step = 1; step <= lines_above_max; ++step) {
        if (is_above ? step > cell.first : cell.first + step >= lines.size()) {
            return std::nullopt;
        }
        const std::size_t at = is_above ? cell.first - step : cell.first + step;
        const PageLine& other = lines[at];
        if (other.page != line.page || other.direction != line.direction ||
            std::abs(other.base - line.base) > above_max * std::max(line.size, other.size)) {
            return std::nullopt;
        }
        for (std::size_t column = 0; column < other.cells.size(); ++column) {
            if (share_width(other.cells[column], line.cells[cell.second])) {
                return CellPlace(at, column);
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::string fold(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 0;
        const char32_t letter = first_code_point(text, length);
        const auto* const found = std::lower_bound(folded_letters.begin(), folded_letters.end(), letter,
                                                   [](const Folded& row, char32_t wanted) { return row.letter < wanted; });
        if (letter < 0x80) {
            folded += lower(text.front());
        } else if (found != folded_letters.end() && found->letter == letter) {
            folded += found->as;
        } else if (is_blank(letter)) {
            folded += ' ';
        } else {
            folded += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return folded;
}

std::vector<PageLine> lines_of(std::vector<TextRun> runs) {
    std::stable_sort(runs.begin(), runs.end(), comes_first);
    std::vector<PageLine> lines;
    std::vector<TextRun> together;
    const auto end_line = [&] {
        if (!together.empty()) {
            lines.push_back(line_of(std::exchange(together, {})));
        }
    };
    for (TextRun& run : runs) {
        if (!together.empty()) {
            const TextRun& first = together.front();
            const bool is_same = first.page == run.page && first.direction == run.direction &&
                                 first.base - run.base <= line_drift * std::min(first.size, run.size);
            if (!is_same) {
                end_line();
            }
        }
        together.push_back(std::move(run));
    }
    end_line();
    return lines;
}

std::optional<CellPlace> cell_above(const std::vector<PageLine>& lines, CellPlace cell) { return cell_near(lines, cell, true); }
std::optional<CellPlace> cell_below(const std::vector<PageLine>& lines, CellPlace cell) { return cell_near(lines, cell, false); }

}  // namespace moisson::invoice

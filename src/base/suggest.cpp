#include "base/suggest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace moisson {

namespace {

/// Words longer than this are no slip of the finger; the table of distances stays small.
constexpr std::size_t word_length_max = 80;

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::size_t width = right.size() + 1;
    std::vector<std::size_t> table((left.size() + 1) * width);
    const auto at = [&](std::size_t row, std::size_t column) -> std::size_t& { return table[row * width + column]; };
    for (std::size_t row = 0; row <= left.size(); ++row) {
        at(row, 0) = row;
    }
    for (std::size_t column = 0; column <= right.size(); ++column) {
        at(0, column) = column;
    }
    for (std::size_t row = 1; row <= left.size(); ++row) {
        for (std::size_t column = 1; column <= right.size(); ++column) {
            const bool same = lower(left[row - 1]) == lower(right[column - 1]);
            std::size_t best = std::min({at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0U : 1U)});
            if (row > 1 && column > 1 && lower(left[row - 1]) == lower(right[column - 2]) &&
                lower(left[row - 2]) == lower(right[column - 1])) {
                best = std::min(best, at(row - 2, column - 2) + 1);
            }
            at(row, column) = best;
        }
    }
    return at(left.size(), right.size());
}

std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string_view> known) {
    if (word.empty() || word.size() > word_length_max) {
        return std::nullopt;
    }
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        // Half of a short word replaced is another word, not a slip.
        if (distance < best_distance && distance * 2 <= std::max(word.size(), candidate.size())) {
            best_distance = distance;
            best = std::string(candidate);
        }
    }
    if (best) {
        return best;
    }
    for (const std::string_view candidate : known) {
        if (word.size() >= 3 && (starts_with_ignoring_case(candidate, word) || starts_with_ignoring_case(word, candidate))) {
            return std::string(candidate);
        }
    }
    return std::nullopt;
}

std::vector<std::string> nearest_names(std::string_view word, std::span<const std::string_view> known, std::size_t count_max) {
    std::vector<std::pair<std::size_t, std::string_view>> names;
    for (const std::string_view name : known) {
        // The beginning of a name is meant by a pattern, and comes near for one who types no further.
        const std::string_view cut = name.substr(0, std::min(name.size(), word_length_max));
        const std::string_view written = word.substr(0, word_length_max);
        const std::size_t whole = edit_distance(written, cut);
        const std::size_t head = edit_distance(written, cut.substr(0, written.size())) + 1;
        names.emplace_back(std::min(whole, head), name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::vector<std::string> nearest;
    for (std::size_t at = 0; at < std::min(count_max, names.size()); ++at) {
        nearest.emplace_back(names[at].second);
    }
    return nearest;
}

}  // namespace moisson

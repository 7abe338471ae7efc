#pragma once
/// Text for people as their terminal shows it: lines that fit, and a few words in colour. Where there is no terminal nothing is changed:
/// what goes into a file or a pipe is the plain text.

#include <cstddef>
#include <string>
#include <string_view>

namespace moisson::cli {

struct Screen {
    std::size_t width = 0;  ///< 0: lines stay as long as they are
    bool colour = false;
};

/// What the descriptor is, if a terminal: its width (COLUMNS, else what it says itself), and colours unless NO_COLOR.
[[nodiscard]] Screen screen_of(int descriptor);

/// Every line at most `width` wide, broken between words; what follows stands below the last column of the line (columns are parted by two
/// blanks) that begins in its left half, else behind `indent` blanks. A word that is longer stands alone, and a command to copy ("next: …")
/// stays whole. `width` 0: as it is.
[[nodiscard]] std::string wrap_lines(std::string_view text, std::size_t width, std::size_t indent = 2);

/// A run's result (run_text.hpp), past the gate for texts from outside: lines that fit, verdict and severities in colour.
[[nodiscard]] std::string dress_result(std::string_view text, const Screen& screen);

}  // namespace moisson::cli

#pragma once
/// What the fuzz targets share. A target is one function, `run`; libFuzzer's loop is in main.cpp.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::fuzz {

/// The target: whatever the input is, it returns, and what it promises about the program holds.
void run(std::string_view input);

/// Ends the process with `what` unless `holds`; libFuzzer then keeps the input.
void require(bool holds, std::string_view what);

/// Takes the first byte off `input`; 0 when there is none.
[[nodiscard]] std::uint8_t take_byte(std::string_view& input);

/// Takes the first line off `input`, without its end.
[[nodiscard]] std::string_view take_line(std::string_view& input);

/// Files of one input: each begins with a line "@@ NAME".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> take_files(std::string_view input);

/// A ZIP of these files, not compressed, with the right sums: what a reader would refuse at once is no use here.
[[nodiscard]] std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& files);

/// A folder of this process, in memory where the machine has such a place; taken away at its end.
[[nodiscard]] const std::filesystem::path& scratch();

/// Writes a file without a sync: the disk is not what is tested.
void put(const std::filesystem::path& path, std::string_view bytes);

}  // namespace moisson::fuzz

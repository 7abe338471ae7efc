#pragma once
/// The books that a bundle carries on (samples/bundle.md, "books/"), against themselves and against its ledger. It shares no code with
/// their writer. Only the bundle room includes this header.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

/// The form of the tables, in `tables.csv`, up to which this program knows them. 2: contracts have a perimeter.
inline constexpr std::uint64_t books_form_known = 2;

/// What a bundle says of its place among all that were published.
struct StatedPlace {
    std::uint64_t number = 1;
    std::string previous_folder;  ///< empty: it is the first
    std::string previous_sha256;
    std::uint64_t closings = 0;   ///< closings and reopenings
    std::string closings_sha256;  ///< head of the hash tree over their lines
};

/// The files of the payload below "books/", and how they and the ledger are read.
struct BooksSource {
    std::map<std::string, std::uint64_t> tables;  ///< path without "data/", to its packed bytes
    /// False: the file cannot be read; that was said before.
    std::function<bool(const std::string& path, const std::function<void(std::string_view)>& sink)> read;
    std::string ledger_sha256;
};

/// The lines of closings.csv as they stand, without its header, each with its line end; a field with line ends is quoted. They are the
/// leaves of the closings' hash tree.
[[nodiscard]] std::vector<std::string> closing_lines_of(const BooksSource& source);

/// Its place in the chain; empty for a bundle without books, as earlier versions made, and for one of a later form, which is not looked at.
/// Every table is as its list says, the chain has no gap, closed months are those of the summary, the rows of the months that the ledger
/// holds are the ledger's.
[[nodiscard]] std::optional<StatedPlace> check_books(const rapidjson::Value& summary, const BooksSource& source, Problems& problems);

/// The published summary says the same of its place as the bundle.
void check_place(const rapidjson::Value& published, const std::optional<StatedPlace>& place, Problems& problems);

}  // namespace moisson::bundle

#pragma once
/// The books as tables in a bundle: `data/books/NAME.csv`, and `data/books/tables.csv`, which names each of them with its number of rows.
/// Their form for users: samples/bundle.md, "books/". The columns have the names and meanings of the state's (src/state/schema.hpp); money
/// is minor units and currency, instants are UTC to the millisecond, texts are the bytes that came.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// "books/" and what follows: below the bag's payload folder.
inline constexpr std::string_view books_folder = "books/";
/// Raised with every change of the tables. A reader refuses a higher one, and reads the lower ones. 2: contracts have a perimeter.
inline constexpr std::uint32_t books_format = 2;
/// Stands in the place of the runs that a bundle does not name.
inline constexpr const char* archived_run = "archive";

/// Path below the payload folder, and bytes, by path. Tables without rows are left out, the list is always there. The same books, the same
/// bytes: no run id and no time of this run is in them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> books_files(state::Books books);

/// The lines of `books/closings.csv` without its header, each with its line end: the leaves of the closings' hash tree.
[[nodiscard]] std::vector<std::string> closing_lines(const std::vector<ClosingEvent>& history);

/// Hands the content of a payload file to the sink; `not_found` where there is none.
using ReadPayload = std::function<Status(const std::string& path, const std::function<void(std::string_view)>& sink)>;

/// What `books_files` wrote. Runs are `archived_run`. `not_found`: a bundle from before this was kept; `verification`: no such tables, with
/// the table and row; `bad_input`: of a later version of the program.
[[nodiscard]] Result<state::Books> read_books(const ReadPayload& read);

}  // namespace moisson::pipeline

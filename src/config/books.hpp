#pragma once
/// [books] and its repeated tables ([[books.counting]], [[books.types]], [[books.withdrawn]], [[books.expected]]) of a job file as checked
/// settings.

#include <map>
#include <string>

#include "config/job_file.hpp"
#include "domain/books_settings.hpp"

namespace moisson::config {

/// FatalError(usage) with file, line and column: a type that can never count, a currency or a month that does not exist, an unusable
/// pattern, a reporting currency without rates. `origins` gets where each value came from.
[[nodiscard]] BooksSettings read_books(const JobFile& file, std::map<std::string, std::string>& origins);

/// Empty when the pattern can be used; else why not. Patterns: `*`, `?`, `[a-z]`, `\` before a character that stands for itself.
[[nodiscard]] std::string problem_of_glob(std::string_view glob);

}  // namespace moisson::config

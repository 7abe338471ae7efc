#pragma once
/// The gate for every line that leaves: text from outside (service, documents, job files) is shown by what reads the line, never obeyed.
///
/// Who obeys what (their documentation and sources, read 2026-11):
/// - Azure Pipelines `##vso[area.action …]` anywhere in a line, `##[section]` at its start; GitHub Actions `##[command]` anywhere and
///   `::command::` at a line's start, white space before it or not; TeamCity `##teamcity[…]` and Octopus `##octopus[…]` anywhere;
/// - GitLab `section_start:TIME:NAME` and `section_end:…` with a carriage return; Travis `travis_fold:…` in the same way;
/// - Buildkite `---`, `+++`, `~~~` and `^^^` and a blank at a line's start, and escape sequences; Jenkins escape sequences ("console
///   notes").
/// Terminals obey the controls of C0 and C1; bidi marks, tags and characters without width turn or hide the text around them.
///
/// What would be obeyed loses one letter to an escape that can be seen: `\x23` in text, as `sanitise` writes it; `\u0023` in JSON and
/// `&#35;` in markup, where programs read the same value as before.

#include <string>
#include <string_view>

#include "base/redactor.hpp"

namespace moisson {

/// True for a well-formed UTF-8 sequence that a terminal would obey or that turns or hides the text around it: C0 and C1 controls, DEL,
/// bidi marks, zero-width characters, line separators, annotation marks, tags.
[[nodiscard]] bool is_treacherous(std::string_view sequence) noexcept;

/// Lines of text for a terminal, a log or a file that is read as text. Line ends and tabs stay: a text from outside that must stay on its
/// line has gone through `sanitise`. Ill-formed UTF-8 becomes `\xNN`. Leaves alone what went through it before.
[[nodiscard]] std::string gated_text(std::string_view text);

/// A whole JSON text: the same value, every string of it pure of what a log would obey. Bytes that are not UTF-8 become U+FFFD. With
/// `secrets`, strings are cleaned of them before they are quoted.
[[nodiscard]] std::string gated_json(std::string_view json, const Redactor* secrets = nullptr);

/// Text or attribute value of XML 1.0 and HTML, on one line: `& < > " '` as references, bytes that are not UTF-8 as U+FFFD, control
/// characters and other treacherous ones shown as `\xNN`, U+FFFE and U+FFFF left out (XML forbids them).
[[nodiscard]] std::string gated_markup(std::string_view text);

}  // namespace moisson

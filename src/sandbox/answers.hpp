#pragma once
/// Small helpers that the endpoints share: answers by kind, fault notes, query parameters.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/faults.hpp"
#include "sandbox/message.hpp"

namespace moisson::sandbox {

[[nodiscard]] Answer json_answer(std::string body);
[[nodiscard]] Answer html_answer(int status, std::string_view page);

/// Writes the fault's name into the answer's note for the access log.
void note_fault(Answer& answer, FaultKind kind);
/// The answer with that note.
[[nodiscard]] Answer struck(FaultKind kind, Answer answer);

/// The first value of that name; empty when there is none.
[[nodiscard]] std::optional<std::string> parameter(const std::vector<std::pair<std::string, std::string>>& query, std::string_view name);

/// The value of a `limit`: a whole number from 1; empty for anything else.
[[nodiscard]] std::optional<std::uint32_t> parse_limit(std::string_view text) noexcept;

}  // namespace moisson::sandbox

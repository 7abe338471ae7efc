// Answers by kind.
#include "sandbox/answers.hpp"

#include <charconv>

namespace moisson::sandbox {

Answer json_answer(std::string body) {
    Answer answer;
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = std::move(body);
    return answer;
}

Answer html_answer(int status, std::string_view page) {
    Answer answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "text/html; charset=UTF-8");
    answer.body = page;
    return answer;
}

void note_fault(Answer& answer, FaultKind kind) {
    if (!answer.fault.empty()) {
        answer.fault += ' ';
    }
    answer.fault += fault_names()[static_cast<std::size_t>(kind)].name;
}

Answer struck(FaultKind kind, Answer answer) {
    note_fault(answer, kind);
    return answer;
}

std::optional<std::string> parameter(const std::vector<std::pair<std::string, std::string>>& query, std::string_view name) {
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> parse_limit(std::string_view text) noexcept {
    std::uint32_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    return error == std::errc{} && end == text.data() + text.size() && limit > 0 ? std::optional(limit) : std::nullopt;
}

}  // namespace moisson::sandbox

#pragma once
/// The JSON object in the body of a write, field by field: what is missing or wrong becomes the gateway's answer.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/message.hpp"

namespace moisson::sandbox {

/// One thread at a time. The first refusal stays: later reads change nothing.
class BodyFields {
public:
    /// 400/21 for an empty body, 400/22 for what is no JSON object.
    explicit BodyFields(std::string_view body);
    BodyFields(const BodyFields&) = delete;
    BodyFields& operator=(const BodyFields&) = delete;
    ~BodyFields();

    /// A text that must be there and not be empty: 400/23, or 400/24 for another kind, more than `length_max` bytes, or control characters.
    [[nodiscard]] std::string text(std::string_view name, std::size_t length_max = 255);
    /// A text that may be empty or left out.
    [[nodiscard]] std::string optional_text(std::string_view name, std::size_t length_max = 255);
    /// {"section": ["role", …], …}, not empty.
    [[nodiscard]] std::map<std::string, std::vector<std::string>> lists(std::string_view name);
    /// 400/24: the field's value is not one that the service takes.
    void refuse_value(std::string_view name, std::string_view why);
    [[nodiscard]] const std::optional<Answer>& refusal() const noexcept { return refusal_; }

private:
    struct State;
    void refuse(int code, std::string description);
    std::unique_ptr<State> state_;
    std::optional<Answer> refusal_;
};

}  // namespace moisson::sandbox

#pragma once
/// How the run talks to people and log collectors; the rooms know only this interface.
///
/// Implemented in `cli` (terminal, text or JSON log) and by doubles in tests. Never receives a secret.
/// One thread at a time: the control loop's.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson {

enum class LogLevel { debug, info, warning, error };

/// A text, or a number as JSON writes it.
class LogValue {
public:
    LogValue(std::string text) : text_(std::move(text)) {}       // NOLINT(google-explicit-constructor): fields are written as they are
    LogValue(std::string_view text) : text_(text) {}             // NOLINT(google-explicit-constructor)
    LogValue(const char* text) : text_(text) {}                  // NOLINT(google-explicit-constructor)
    template <std::integral Number>
    LogValue(Number number) : text_(std::to_string(number)), is_number_(true) {}  // NOLINT(google-explicit-constructor)
    /// "1.250": `thousandths` of one.
    [[nodiscard]] static LogValue decimal(std::uint64_t thousandths);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool is_number() const noexcept { return is_number_; }

private:
    std::string text_;
    bool is_number_ = false;
};

inline LogValue LogValue::decimal(std::uint64_t thousandths) {
    LogValue value(std::to_string(thousandths / 1000) + "." + std::to_string(1000 + thousandths % 1000).substr(1));
    value.is_number_ = true;
    return value;
}

/// Key and value of a structured log line, in the order given. The same thing has the same name in all of them: contract_id, document_id,
/// code (why, as one word), request_id (the service's), attempt. What is an empty text is not known, and left out.
using LogFields = std::vector<std::pair<std::string, LogValue>>;

/// Where the run stands. Counts only grow; totals grow while contracts are still being listed.
struct Progress {
    std::string_view stage;  ///< "contracts", "documents", "files", "publish"
    std::uint64_t contracts_done = 0;
    std::uint64_t contracts_total = 0;
    std::uint64_t documents_listed = 0;
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t requests = 0;
};

class Reporter {
public:
    virtual ~Reporter() = default;
    /// `event` is a stable kebab-case word; `message` a sentence.
    virtual void log(LogLevel level, std::string_view event, std::string_view message, const LogFields& fields = {}) = 0;
    /// Called often; the implementation limits how often it draws.
    virtual void progress(const Progress& progress) = 0;
};

/// Says nothing.
class SilentReporter final : public Reporter {
public:
    void log(LogLevel, std::string_view, std::string_view, const LogFields&) override {}
    void progress(const Progress&) override {}
};

}  // namespace moisson

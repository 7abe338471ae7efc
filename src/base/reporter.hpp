#pragma once
/// How the run talks to people and log collectors; the rooms know only this interface.
///
/// Implemented in `cli` (terminal, text or JSON log) and by doubles in tests. Never receives a secret.
/// One thread at a time: the control loop's.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson {

enum class LogLevel { debug, info, warning, error };

/// Key and value of a structured log line, in the order given.
using LogFields = std::vector<std::pair<std::string, std::string>>;

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

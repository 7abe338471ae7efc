#pragma once
/// The reporter of the program: a progress line on a terminal, a few milestones elsewhere, log lines as text or JSON. All of it goes to
/// standard error.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "cli/output.hpp"

namespace moisson::cli {

struct ConsoleOptions {
    int descriptor = 2;
    bool terminal = false;       ///< the descriptor is a terminal that understands cursor movements
    std::size_t width = 80;      ///< of the terminal, in columns: COLUMNS, else what it says itself
    bool json = false;           ///< one JSON object a line, no progress line
    bool progress = true;        ///< the progress line, or milestones where there is no terminal
    bool colour = false;
    LogLevel level_min = LogLevel::info;
};

/// Looks at the descriptor, TERM and NO_COLOR (https://no-color.org: set and not empty).
[[nodiscard]] ConsoleOptions console_options(int descriptor);

/// Any thread may log; `progress` belongs to one.
class ConsoleReporter final : public Reporter {
public:
    ConsoleReporter(ConsoleOptions options, const Clock& clock, const Redactor& redactor);
    ~ConsoleReporter() override;

    /// For people, what is wrong with one of many documents or contracts is told once a kind, unless everything is to be told.
    void log(LogLevel level, std::string_view event, std::string_view message, const LogFields& fields = {}) override;
    void progress(const Progress& progress) override;
    /// Lines that another program obeys, without secrets and else as they are: whoever made them has seen to the texts from outside.
    void pass_on(std::string_view lines);
    /// Takes the progress line away. Call before anything else is written to the terminal.
    void finish();

private:
    [[nodiscard]] bool is_told_by_kind(LogLevel level, std::string_view event, const LogFields& fields);
    void write(const std::string& text);
    void draw(const Progress& progress);
    void tell_milestone(const Progress& progress);
    void tell(std::string_view event, const std::string& words, const Progress& progress);

    const ConsoleOptions options_;
    const Clock& clock_;
    const Redactor& redactor_;
    std::mutex mutex_;  ///< guards all below
    std::string line_;  ///< the progress line on screen; empty: none
    std::optional<std::chrono::steady_clock::time_point> drawn_at_;
    std::optional<std::chrono::steady_clock::time_point> started_at_;
    bool contracts_told_ = false;
    bool documents_told_ = false;
    std::set<std::string, std::less<>> kinds_told_;
};

/// "contracts 3/12 · documents 184 · files 20/96 · 3.2 MB · 1.1 MB/s · 0:45 left", cut to `width` characters. Pure.
[[nodiscard]] std::string progress_line(const Progress& progress, std::chrono::milliseconds elapsed, std::size_t width);

}  // namespace moisson::cli

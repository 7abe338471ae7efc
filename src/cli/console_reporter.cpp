#include "cli/console_reporter.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/gate.hpp"
#include "base/result.hpp"
#include "cli/json_text.hpp"
#include "cli/screen.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::chrono::seconds milestone_interval{30};
/// Before that, a rate says more about the first connection than about the run.
constexpr std::chrono::seconds rate_after{1};
constexpr std::size_t message_bytes_max = 4000;
constexpr std::size_t field_bytes_max = 200;

std::string_view word_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return "info";
}

std::string_view colour_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "\x1b[2m";
        case LogLevel::info: return "";
        case LogLevel::warning: return "\x1b[33m";
        case LogLevel::error: return "\x1b[31m";
    }
    return "";
}

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

/// COLUMNS, where it is a number that a screen can have.
std::optional<std::size_t> columns_of_environment() {
    constexpr std::size_t columns_max = 10'000;
    const char* value = std::getenv("COLUMNS");
    const std::string_view text = value == nullptr ? std::string_view() : std::string_view(value);
    std::size_t columns = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), columns);
    const bool is_number = problem == std::errc() && end == text.data() + text.size() && columns > 0 && columns <= columns_max;
    return is_number ? std::optional(columns) : std::nullopt;
}

/// Whole characters only, so that a cut line stays UTF-8.
std::string cut(std::string text, std::size_t width) {
    if (width_of(text) <= width) {
        return text;
    }
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && ++characters > width) {
            text.erase(at);
            break;
        }
    }
    return text;
}

std::string format_left(std::uint64_t seconds) {
    if (seconds >= 3600) {
        return fmt::format("{}:{:02}:{:02} left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    return fmt::format("{}:{:02} left", seconds / 60, seconds % 60);
}

/// What is still to do at the pace so far. Each contract is a list, each file a download: both count as one piece of work.
std::optional<std::uint64_t> seconds_left(const Progress& progress, std::uint64_t elapsed_ms) {
    const std::uint64_t done = progress.contracts_done + progress.files_done;
    const std::uint64_t total = std::max(progress.contracts_total + progress.files_total, done);
    if (done == 0 || done == total) {
        return std::nullopt;
    }
    return elapsed_ms * (total - done) / done / 1000;
}

/// A text from outside as part of a line: without secrets, and on its line.
std::string told(std::string_view text, std::size_t bytes_max, const Redactor& redactor) {
    return gated_text(sanitise(redactor.clean(text), bytes_max));
}

std::string text_line(LogLevel level, std::string_view message, const LogFields& fields, bool colour, const Redactor& redactor) {
    std::string line = "moisson: ";
    if (level != LogLevel::info) {
        line += colour ? fmt::format("{}{}\x1b[0m: ", colour_of(level), word_of(level)) : fmt::format("{}: ", word_of(level));
    }
    line += told(message, message_bytes_max, redactor);
    std::string more;
    for (const auto& [name, value] : fields) {
        if (!value.text().empty() && message.find(value.text()) == std::string_view::npos) {  // the sentence says most of them
            more += fmt::format("{}{}={}", more.empty() ? "" : ", ", name, told(value.text(), field_bytes_max, redactor));
        }
    }
    return more.empty() ? line + "\n" : fmt::format("{} ({})\n", line, more);
}

std::string json_line(Timestamp now, LogLevel level, std::string_view event, std::string_view message, const LogFields& fields,
                      const Redactor& redactor) {
    JsonWriter writer(JsonWriter::Layout::one_line);
    writer.begin_object();
    writer.key("time").text(format_timestamp(now));
    writer.key("level").text(word_of(level));
    writer.key("event").text(event);
    writer.key("message").text(message);
    for (const auto& [name, value] : fields) {
        if (value.text().empty()) {
            continue;
        }
        const bool taken = name == "time" || name == "level" || name == "event" || name == "message";
        writer.key(taken ? "field_" + name : name);
        static_cast<void>(value.is_number() ? writer.decimal(value.text()) : writer.text(value.text()));
    }
    writer.end_object();
    return fit_to_leave(writer.finish(), OutputForm::json, redactor);
}

}  // namespace

ConsoleOptions console_options(int descriptor) {
    ConsoleOptions options;
    options.descriptor = descriptor;
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb" || *terminal == '\0';
    options.terminal = ::isatty(descriptor) == 1 && !dumb;
    options.colour = options.terminal && !is_set("NO_COLOR");
    winsize size{};
    if (const auto columns = columns_of_environment()) {
        options.width = *columns;
    } else if (options.terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        options.width = size.ws_col;
    }
    return options;
}

std::string progress_line(const Progress& progress, std::chrono::milliseconds elapsed, std::size_t width) {
    std::vector<std::string> parts;
    if (progress.contracts_total > 0) {
        parts.push_back(fmt::format("contracts {}/{}", progress.contracts_done, progress.contracts_total));
    }
    if (progress.documents_listed > 0) {
        parts.push_back(fmt::format("documents {}", progress.documents_listed));
    }
    if (progress.files_total > 0) {
        parts.push_back(fmt::format("files {}/{}", progress.files_done, progress.files_total));
    }
    if (progress.bytes_received > 0) {
        parts.push_back(format_bytes(progress.bytes_received));
    }
    if (parts.empty()) {
        parts.push_back(fmt::format("{} …", progress.stage));
    }
    if (progress.documents_listed == 0 && progress.requests > 0) {
        // Nothing else moves before the first list is in.
        parts.push_back(plural(progress.requests, "request"));
    }
    const auto elapsed_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
    if (elapsed >= rate_after) {
        if (progress.bytes_received > 0) {
            // Bytes a millisecond times 1000, without passing 64 bits for any volume.
            parts.push_back(
                format_bytes(progress.bytes_received / elapsed_ms * 1000 + progress.bytes_received % elapsed_ms * 1000 / elapsed_ms) +
                "/s");
        }
        if (const auto seconds = seconds_left(progress, elapsed_ms)) {
            parts.push_back(format_left(*seconds));
        }
    }
    return cut(fmt::format("{}", fmt::join(parts, " · ")), width);
}

ConsoleReporter::ConsoleReporter(ConsoleOptions options, const Clock& clock, const Redactor& redactor)
    : options_(options), clock_(clock), redactor_(redactor) {}

ConsoleReporter::~ConsoleReporter() {
    finish();
}

void ConsoleReporter::log(LogLevel level, std::string_view event, std::string_view message, const LogFields& fields) {
    if (level < options_.level_min) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (is_told_by_kind(level, event, fields)) {
        return;
    }
    const std::string text = options_.json ? json_line(clock_.now(), level, event, message, fields, redactor_)
                                           : wrap_lines(text_line(level, message, fields, options_.colour, redactor_),
                                                        options_.terminal ? options_.width : 0);
    if (line_.empty()) {
        write(text);
    } else {
        write(fmt::format("\r\x1b[K{}{}", text, line_));
    }
}

/// True where the result will count it: another one of its kind was told already.
bool ConsoleReporter::is_told_by_kind(LogLevel level, std::string_view event, const LogFields& fields) {
    if (options_.json || options_.level_min == LogLevel::debug || level < LogLevel::warning) {
        return false;
    }
    const auto find = [&](std::string_view name) {
        return std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    };
    if (find("contract_id") == fields.end()) {
        return false;
    }
    // Contracts are incomplete for several reasons; each is a kind of finding.
    const auto code = find("document_id") == fields.end() ? find("code") : fields.end();
    return !kinds_told_.insert(fmt::format("{} {}", event, code == fields.end() ? "" : code->second.text())).second;
}

void ConsoleReporter::progress(const Progress& progress) {
    if (!options_.progress) {
        return;
    }
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady_now();
    if (!started_at_) {
        started_at_ = now;
    }
    if (!options_.terminal || options_.json) {
        tell_milestone(progress);
        return;
    }
    if (!drawn_at_ || now - *drawn_at_ >= redraw_interval) {
        drawn_at_ = now;
        draw(progress);
    }
}

void ConsoleReporter::draw(const Progress& progress) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(*drawn_at_ - *started_at_);
    // The last column stays free: a full line makes some terminals wrap.
    const std::size_t width = options_.width > 1 ? options_.width - 1 : 1;
    line_ = progress_line(progress, elapsed, width);
    write(fmt::format("\r\x1b[K{}", line_));
}

/// A log gets what a person would look for in it: how much there is, once it is known, and a sign of life in between.
void ConsoleReporter::tell_milestone(const Progress& progress) {
    const auto now = clock_.steady_now();
    if (!contracts_told_ && progress.contracts_total > 0) {
        contracts_told_ = true;
        drawn_at_ = now;
        tell("contracts-found", fmt::format("{} found; listing their documents", plural(progress.contracts_total, "contract")), progress);
    }
    if (!documents_told_ && progress.contracts_total > 0 && progress.contracts_done >= progress.contracts_total) {
        documents_told_ = true;
        drawn_at_ = now;
        tell("documents-listed",
             fmt::format("{} listed; {} to fetch", plural(progress.documents_listed, "document"), plural(progress.files_total, "file")),
             progress);
    }
    if (drawn_at_ && now - *drawn_at_ >= milestone_interval) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - *started_at_);
        drawn_at_ = now;
        tell("progress", progress_line(progress, elapsed, 200), progress);
    }
}

void ConsoleReporter::tell(std::string_view event, const std::string& words, const Progress& progress) {
    if (LogLevel::info < options_.level_min) {
        return;
    }
    const LogFields fields = {{"stage", progress.stage},
                              {"contracts_done", progress.contracts_done},
                              {"contracts_total", progress.contracts_total},
                              {"documents_listed", progress.documents_listed},
                              {"files_done", progress.files_done},
                              {"files_total", progress.files_total},
                              {"bytes_received", progress.bytes_received}};
    write(options_.json ? json_line(clock_.now(), LogLevel::info, event, words, fields, redactor_)
                        : text_line(LogLevel::info, words, {}, options_.colour, redactor_));
}

void ConsoleReporter::finish() {
    const std::lock_guard lock(mutex_);
    if (!line_.empty()) {
        line_.clear();
        write("\r\x1b[K");
    }
}

void ConsoleReporter::pass_on(std::string_view lines) {
    finish();
    const std::scoped_lock lock(mutex_);
    write(redactor_.clean(lines));
}

void ConsoleReporter::write(const std::string& text) {
    // Nobody is left to be told when standard error is gone.
    static_cast<void>(write_fully(options_.descriptor, text));
}

}  // namespace moisson::cli

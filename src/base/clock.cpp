#include "base/clock.hpp"

#include <cstdint>
#include <cstdlib>
#include <charconv>

#include <fmt/format.h>

namespace moisson {

namespace {

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return std::chrono::steady_clock::now(); }
};

/// Takes fixed-width digit groups off the front of a text.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}
    bool digits(std::size_t count, int& value) {
        if (rest_.size() < count) {
            return false;
        }
        int result = 0;
        for (std::size_t at = 0; at < count; ++at) {
            if (rest_[at] < '0' || rest_[at] > '9') {
                return false;
            }
            result = result * 10 + (rest_[at] - '0');
        }
        rest_.remove_prefix(count);
        value = result;
        return true;
    }
    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    /// Digits after the fraction's point: at least one; the first three count.
    bool fraction(int& millis) {
        std::size_t count = 0;
        millis = 0;
        while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
            if (count < 3) {
                millis = millis * 10 + (rest_[count] - '0');
            }
            ++count;
        }
        for (std::size_t at = count; at < 3; ++at) {
            millis *= 10;
        }
        rest_.remove_prefix(count);
        return count > 0;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool read_zone(Scanner& scanner, int& offset_minutes) {
    offset_minutes = 0;
    if (scanner.take('Z') || scanner.take('z')) {
        return true;
    }
    const bool ahead = scanner.take('+');
    if (!ahead && !scanner.take('-')) {
        return false;
    }
    int hours = 0;
    int minutes = 0;
    if (!scanner.digits(2, hours)) {
        return false;
    }
    if (!scanner.at_end()) {
        scanner.take(':');
        if (!scanner.digits(2, minutes)) {
            return false;
        }
    }
    if (hours > 14 || minutes > 59) {
        return false;
    }
    offset_minutes = (hours * 60 + minutes) * (ahead ? 1 : -1);
    return true;
}

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string format_timestamp(Timestamp instant) {
    const auto days = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss time{instant - days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::string format_timestamp_seconds(Timestamp instant) {
    std::string text = format_timestamp(instant);
    text.replace(text.size() - 5, 5, "Z");
    return text;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Scanner scanner(text);
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millis = 0;
    if (!scanner.digits(4, year) || !scanner.take('-') || !scanner.digits(2, month) || !scanner.take('-') || !scanner.digits(2, day)) {
        return std::nullopt;
    }
    if (!scanner.take('T') && !scanner.take('t') && !scanner.take(' ')) {
        return std::nullopt;
    }
    if (!scanner.digits(2, hour) || !scanner.take(':') || !scanner.digits(2, minute)) {
        return std::nullopt;
    }
    if (scanner.take(':') && (!scanner.digits(2, second) || (scanner.take('.') && !scanner.fraction(millis)))) {
        return std::nullopt;
    }
    int offset_minutes = 0;
    if (!read_zone(scanner, offset_minutes) || !scanner.at_end()) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute - offset_minutes} +
           std::chrono::seconds{second} + std::chrono::milliseconds{millis};
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT") ||
        text[7] != ' ' || text[11] != ' ') {
        return std::nullopt;
    }
    const std::size_t month = months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) {
        return std::nullopt;
    }
    // The same instant in the form that parse_timestamp reads: one place knows which days and times there are.
    return parse_timestamp(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1, text.substr(5, 2), text.substr(17, 8)));
}

std::optional<Timestamp> source_date_epoch() {
    const char* text = std::getenv("SOURCE_DATE_EPOCH");
    if (text == nullptr) {
        return std::nullopt;
    }
    const std::string_view view(text);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), seconds);
    if (error != std::errc{} || end != view.data() + view.size() || seconds < 0 || seconds > 253402300799) {
        return std::nullopt;
    }
    return Timestamp{std::chrono::seconds{seconds}};
}

}  // namespace moisson

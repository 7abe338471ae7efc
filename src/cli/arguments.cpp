#include "cli/arguments.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace moisson::cli {

const Argument& Argument::required() const {
    option_->required();
    return *this;
}

const Argument& Argument::excludes(const Argument& other) const {
    option_->excludes(other.option_);
    return *this;
}

const Argument& Argument::among(std::vector<std::string> choices) const {
    (*choices_)[option_] = std::move(choices);
    return *this;
}

void Arguments::talk() {
    flag("--json", talk_.json, "print the result (and an error, on standard error) as JSON");
    parsed(
        "--log-format", "text|json",
        [&talk = talk_](const std::string& written) {
            talk.log_json = written == "json";
            return talk.log_json || written == "text" ? std::string() : must_be("text or json", written);
        },
        "log lines on standard error as text (default) or as one JSON object each")
        .among({"text", "json"});
    app_.add_flag_function(
        "-v,--verbose", [&talk = talk_](std::int64_t count) { talk.verbosity += static_cast<int>(count); }, "say more");
    app_.add_flag_function(
        "-q,--quiet", [&talk = talk_](std::int64_t count) { talk.verbosity -= static_cast<int>(count); },
        "say only warnings and errors; twice: only errors");
    app_.add_flag_callback(
        "--no-progress", [&talk = talk_] { talk.progress = false; }, "no progress line");
}

Argument Arguments::flag(const std::string& name, bool& value, const std::string& help) {
    return declared(*app_.add_flag(name, value, help));
}

Argument Arguments::text(const std::string& name, const std::string& type, std::string& value, const std::string& help) {
    return declared(*app_.add_option(name, value, help)->type_name(type));
}

Argument Arguments::text(const std::string& name, const std::string& type, std::optional<std::string>& value, const std::string& help) {
    return declared(*app_.add_option(name, value, help)->type_name(type));
}

Argument Arguments::texts(const std::string& name, const std::string& type, std::vector<std::string>& values, const std::string& help,
                          Parted parted) {
    CLI::Option* option = app_.add_option(name, values, help)->type_name(type);
    if (parted == Parted::by_commas) {
        option->delimiter(',');
    }
    return declared(*option->take_all()->allow_extra_args(false));
}

Argument Arguments::parsed(const std::string& name, const std::string& type, TakeText take, const std::string& help) {
    const auto check = [name, take = std::move(take)](const std::string& written) {
        if (const std::string problem = take(written); !problem.empty()) {
            throw CLI::ValidationError(name, problem);
        }
    };
    return declared(*app_.add_option_function<std::string>(name, check, help)->type_name(type));
}

Argument Arguments::parsed_each(const std::string& name, const std::string& type, TakeText take, const std::string& help) {
    const auto check = [name, take = std::move(take)](const std::vector<std::string>& values) {
        for (const std::string& written : values) {
            if (const std::string problem = take(written); !problem.empty()) {
                throw CLI::ValidationError(name, problem);
            }
        }
    };
    return declared(
        *app_.add_option_function<std::vector<std::string>>(name, check, help)->type_name(type)->take_all()->allow_extra_args(false));
}

Argument Arguments::whole_number(const std::string& name, std::uint64_t min, std::uint64_t max, std::function<void(std::uint64_t)> take,
                                 const std::string& help) {
    return parsed(
        name, "N",
        [min, max, take = std::move(take)](const std::string& written) {
            std::uint64_t value = 0;
            const char* end = written.data() + written.size();
            const auto [stop, problem] = std::from_chars(written.data(), end, value);
            if (problem != std::errc{} || stop != end || value < min || value > max) {
                return must_be(fmt::format("a whole number from {} to {}", min, max), written);
            }
            take(value);
            return std::string();
        },
        help);
}

Argument Arguments::positional(const std::string& name, std::string& value, const std::string& help) { return text(name, "", value, help); }

Argument Arguments::positional(const std::string& name, std::optional<std::string>& value, const std::string& help) {
    return text(name, "", value, help);
}

Argument Arguments::positionals(const std::string& name, std::vector<std::string>& values, const std::string& help,
                                std::optional<int> at_most) {
    CLI::Option* option = app_.add_option(name, values, help)->type_name("");
    return declared(at_most ? *option->expected(1, *at_most) : *option);
}

Argument Arguments::words_behind_dashes(const std::string& name, std::vector<std::string>& words, const std::string& help) {
    behind_dashes_ = app_.add_option(name, words, help)->type_name("");
    return declared(*behind_dashes_);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    long factor = 1;
    if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
        factor = text.back() == 'h' ? 3600 : text.back() == 'm' ? 60 : 1;
        text.remove_suffix(1);
    }
    unsigned value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr long seconds_max = 31L * 86'400;
    if (problem != std::errc{} || stop != text.data() + text.size() || static_cast<long>(value) > seconds_max / factor) {
        return std::nullopt;
    }
    return std::chrono::seconds(static_cast<long>(value) * factor);
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string must_be(std::string_view words, std::string_view written, std::size_t bytes_max) {
    return fmt::format("must be {}, found \"{}\"", words, sanitise(written, bytes_max));
}

}  // namespace moisson::cli

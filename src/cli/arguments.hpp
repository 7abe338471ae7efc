#pragma once
/// How a command says which options and arguments it takes. The help shows them in the order in which they are declared. The option library
/// stands behind this header and in no command.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace moisson::cli {

/// How much is said, and in which form: every command has these options.
struct Talk {
    bool json = false;
    bool log_json = false;
    int verbosity = 0;  ///< `-v` adds one, `-q` takes one away
    bool progress = true;
};

/// Values that an option may have, where they are known: for who completes a command line. What is taken is said by the option itself.
using Choices = std::map<const CLI::Option*, std::vector<std::string>>;

/// One option that was declared.
class Argument {
public:
    Argument(CLI::Option& option, Choices& choices) : option_(&option), choices_(&choices) {}
    const Argument& required() const;
    /// Never both on one command line.
    const Argument& excludes(const Argument& other) const;
    const Argument& among(std::vector<std::string> choices) const;

private:
    CLI::Option* option_;
    Choices* choices_;
};

/// Several values of a repeatable option: one a time, or also several in one with commas between.
enum class Parted { never, by_commas };

/// Takes a value as it was written; returns what is wrong with it in words that follow the option's name, empty when nothing is.
using TakeText = std::function<std::string(const std::string& written)>;

/// What is bound outlives the parsing. Names as on the command line ("--out", "JOB.toml"), `type` as the help shows it ("DIR").
class Arguments {
public:
    /// `behind_dashes`: is set to the argument of `words_behind_dashes`.
    Arguments(CLI::App& app, Talk& talk, std::vector<std::function<Status()>>& checks, Choices& choices, CLI::Option*& behind_dashes)
        : app_(app), talk_(talk), checks_(checks), choices_(choices), behind_dashes_(behind_dashes) {}

    /// The options of `Talk`.
    void talk();
    Argument flag(const std::string& name, bool& value, const std::string& help);
    Argument text(const std::string& name, const std::string& type, std::string& value, const std::string& help);
    Argument text(const std::string& name, const std::string& type, std::optional<std::string>& value, const std::string& help);
    /// Repeatable.
    Argument texts(const std::string& name, const std::string& type, std::vector<std::string>& values, const std::string& help,
                   Parted parted = Parted::never);
    /// A whole number, `min` to `max`; `Number` is an integer or an optional one.
    template <class Number>
    Argument whole(const std::string& name, std::uint64_t min, std::uint64_t max, Number& value, const std::string& help) {
        return whole_number(
            name, min, max, [&value](std::uint64_t number) { assign(value, number); }, help);
    }
    Argument parsed(const std::string& name, const std::string& type, TakeText take, const std::string& help);
    /// Repeatable.
    Argument parsed_each(const std::string& name, const std::string& type, TakeText take, const std::string& help);
    Argument positional(const std::string& name, std::string& value, const std::string& help);
    Argument positional(const std::string& name, std::optional<std::string>& value, const std::string& help);
    /// Any number, or one to `at_most`.
    Argument positionals(const std::string& name, std::vector<std::string>& values, const std::string& help,
                         std::optional<int> at_most = std::nullopt);

    /// Everything behind `--`, options too; nowhere else.
    Argument words_behind_dashes(const std::string& name, std::vector<std::string>& words, const std::string& help);

    /// Done when all values are there; its error is a wrong command line.
    void check(std::function<Status()> check) { checks_.push_back(std::move(check)); }

private:
    template <class Integer>
    static void assign(Integer& value, std::uint64_t number) {
        value = static_cast<Integer>(number);
    }
    template <class Integer>
    static void assign(std::optional<Integer>& value, std::uint64_t number) {
        value = static_cast<Integer>(number);
    }
    [[nodiscard]] Argument declared(CLI::Option& option) const { return {option, choices_}; }
    Argument whole_number(const std::string& name, std::uint64_t min, std::uint64_t max, std::function<void(std::uint64_t)> take,
                          const std::string& help);

    CLI::App& app_;
    Talk& talk_;
    std::vector<std::function<Status()>>& checks_;
    Choices& choices_;
    CLI::Option*& behind_dashes_;
};

/// "90", "90s", "30m", "2h"; at most 31 days. Nothing when it is no such time.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// Decimal, with a point. Nothing when it is no number.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// "must be …, found "…"": for TakeText.
[[nodiscard]] std::string must_be(std::string_view words, std::string_view written, std::size_t bytes_max = 40);

}  // namespace moisson::cli

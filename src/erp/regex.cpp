/// RE2 with a bound on its memory; messages of its own log are turned off.
#include "erp/regex.hpp"

#include <re2/re2.h>

#include <fmt/format.h>

namespace moisson::erp {

namespace {

constexpr std::size_t regex_bytes_max = 1000;
constexpr int memory_bytes_max = 1 << 20;

}  // namespace

struct Regex::Machine {
    Machine(std::string_view pattern, const re2::RE2::Options& options)
        : machine(re2::StringPiece(pattern.data(), pattern.size()), options) {}
    re2::RE2 machine;
};

Regex::Regex(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
    if (pattern.size() > regex_bytes_max) {
        return fail(ErrorCode::bad_input, fmt::format("the regular expression is longer than {} bytes", regex_bytes_max));
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory_bytes_max);
    auto machine = std::make_unique<Machine>(pattern, options);
    if (!machine->machine.ok()) {
        return fail(ErrorCode::bad_input, fmt::format("the regular expression \"{}\" cannot be used: {}", sanitise(pattern, 80),
                                                      sanitise(machine->machine.error(), 120)));
    }
    return Regex(std::move(machine));
}

bool Regex::finds(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), machine_->machine);
}

bool Regex::fits(std::string_view text) const { return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), machine_->machine); }

bool Regex::replace_all(std::string& text, std::string_view replacement) const {
    std::string problem;
    const re2::StringPiece rewrite(replacement.data(), replacement.size());
    if (!machine_->machine.CheckRewriteString(rewrite, &problem)) {
        return false;
    }
    re2::RE2::GlobalReplace(&text, machine_->machine, rewrite);
    return true;
}

}  // namespace moisson::erp

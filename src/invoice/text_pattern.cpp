/// RE2 with a bound on its memory; messages of its own log are turned off.
#include "invoice/text_pattern.hpp"

#include <array>
#include <utility>

#include <re2/re2.h>

#include <fmt/format.h>

namespace moisson::invoice {

namespace {

constexpr std::size_t pattern_bytes_max = 500;
constexpr int pattern_memory_max = 1 << 20;
/// Matches on one line: a line has one number.
constexpr int matches_max = 100;

/// A letter of a month's name is one of ASCII, or anything behind Latin-1's signs: what stands there is held against the names of months.
/// All letters of Unicode by name (\p{L}), thirty times in a pattern, take 20 ms to compile, and these 0.1 ms.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> place_holders{{
    {"{date}",
     R"((\d{4}-\d{2}-\d{2}|\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}|)"
     R"(\d{1,2}(?:er|st|nd|rd|th|\.)? ?[A-Za-z\x{C0}-\x{10FFFF}]{3,10}\.?,? \d{4}|)"
     R"([A-Za-z\x{C0}-\x{10FFFF}]{3,10}\.? \d{1,2},? \d{4}))"},
    {"{reference}", R"(([A-Z0-9](?:[A-Z0-9/_.-]{0,38}[A-Z0-9])?)(?:[^A-Z0-9/_-]|$))"},
    {"{iban}", R"(([A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,9}))"},
}};

}  // namespace

Result<TextPattern> TextPattern::compile(std::string_view pattern, int groups) {
    if (pattern.size() > pattern_bytes_max) {
        return fail(ErrorCode::bad_input, fmt::format("a pattern is longer than {} bytes", pattern_bytes_max));
    }
    std::string whole(pattern);
    for (const auto& [name, form] : place_holders) {
        for (std::size_t at = whole.find(name); at != std::string::npos; at = whole.find(name, at + form.size())) {
            whole.replace(at, name.size(), form);
        }
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory_max);
    options.set_case_sensitive(false);
    auto machine = std::make_shared<const re2::RE2>(re2::StringPiece(whole.data(), whole.size()), options);
    if (!machine->ok()) {
        return fail(ErrorCode::bad_input,
                    fmt::format("the pattern \"{}\" cannot be used: {}", sanitise(pattern, 80), sanitise(machine->error(), 120)));
    }
    if (machine->NumberOfCapturingGroups() != groups) {
        return fail(ErrorCode::bad_input,
                    groups == 0
                        ? fmt::format("the pattern \"{}\" has a group: write (?:…)", sanitise(pattern, 80))
                        : fmt::format("the pattern \"{}\" needs one group, which is the value: {{reference}}, {{date}}, {{iban}} or (…)",
                                      sanitise(pattern, 80)));
    }
    TextPattern compiled;
    compiled.machine_ = std::move(machine);
    return compiled;
}

bool TextPattern::finds(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *machine_);
}

void TextPattern::each(std::string_view text, const std::function<void(std::string_view)>& take) const {
    re2::StringPiece rest(text.data(), text.size());
    re2::StringPiece group;
    for (int count = 0; count < matches_max && re2::RE2::FindAndConsume(&rest, *machine_, &group); ++count) {
        if (!group.empty()) {
            take({group.data(), group.size()});
        }
    }
}

}  // namespace moisson::invoice

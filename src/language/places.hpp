#pragma once
/// What stands in the places of messages, as types: a row says which it takes (row.hpp).

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "language/message.hpp"

namespace moisson {

/// What stands in a place. Values of the domain become one by themselves (Money, Month, Currency …).
namespace place {

/// Verbatim in every language: from outside, a file's or column's name, a code.
struct Text : MessageValue {
    static constexpr Place kind = Place::text;
    template <class String>
    requires std::convertible_to<const String&, std::string_view> Text(const String& value)
        : MessageValue{kind, std::string(std::string_view(value)), {}} {}  // NOLINT(google-explicit-constructor)
};

/// A whole number that words may follow.
struct Count : MessageValue {
    static constexpr Place kind = Place::count;
    template <std::integral Number>
    Count(Number value) : MessageValue{kind, fmt::to_string(value), {}} {}  // NOLINT(google-explicit-constructor)
};

/// A whole number, or one that is written with digits and a dot.
struct Number : MessageValue {
    static constexpr Place kind = Place::number;
    template <std::integral Whole>
    Number(Whole value) : MessageValue{kind, fmt::to_string(value), {}} {}  // NOLINT(google-explicit-constructor)
    template <class String>
    requires std::convertible_to<const String&, std::string_view> Number(const String& decimal)  // NOLINT(google-explicit-constructor)
        : MessageValue{kind, std::string(std::string_view(decimal)), {}} {}
};

struct Amount : MessageValue {
    static constexpr Place kind = Place::amount;
    Amount(std::string_view decimal, std::string_view currency) : MessageValue{kind, fmt::format("{} {}", decimal, currency), {}} {}
};

struct Day : MessageValue {
    static constexpr Place kind = Place::day;
    Day(std::chrono::year_month_day day)  // NOLINT(google-explicit-constructor)
        : MessageValue{kind,
                       fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                                   static_cast<unsigned>(day.day())),
                       {}} {}
    Day(std::chrono::sys_days day) : Day(std::chrono::year_month_day(day)) {}  // NOLINT(google-explicit-constructor)
    /// "2026-10-31" or "2026-10-31T08:00:00Z".
    explicit Day(std::string iso) : MessageValue{kind, std::move(iso), {}} {}
};

struct Months : MessageValue {
    static constexpr Place kind = Place::months;
    /// As `Month` and `MonthRange` write themselves, or "2026-08 to 2026-10".
    explicit Months(std::string months) : MessageValue{kind, std::move(months), {}} {}
};

inline constexpr MessageText value_alone{{"{0}", "{0}"}};

/// Another message; one that says nothing leaves nothing.
struct Said : MessageValue {
    static constexpr Place kind = Place::said;
    template <class Sayable>
    requires std::convertible_to<const Sayable&, Message> Said(const Sayable& message)
        : MessageValue{kind, {}, Message(message)} {}                        // NOLINT(google-explicit-constructor)
    /// A value where a message may stand, too.
    Said(Amount amount) : MessageValue{kind, {}, Message(value_alone, {std::move(amount)})} {}  // NOLINT(google-explicit-constructor)
    Said(Months months) : MessageValue{kind, {}, Message(value_alone, {std::move(months)})} {}  // NOLINT(google-explicit-constructor)
    Said(Message&& message) : MessageValue{kind, {}, std::move(message)} {}  // NOLINT(google-explicit-constructor)
};

}  // namespace place

}  // namespace moisson

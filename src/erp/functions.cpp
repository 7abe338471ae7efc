/// Operators and functions of expressions. Each ends: texts are bounded, numbers are checked for overflow, an impossible wish refuses the
/// document instead of inventing a value.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "erp/days.hpp"
#include "erp/encoding.hpp"
#include "erp/evaluator.hpp"
#include "erp/messages.hpp"
#include "erp/texts.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t text_bytes_max = 64U * 1024U;  // of one value that an expression makes

constexpr bool no_foreign[256] = {};

}  // namespace

Value Evaluator::plain(const Value& from) {
    if (from.type == Type::text || from.is_empty) {
        return from.is_empty ? Value::empty(Type::text) : from;
    }
    return text_of(plain_text(from));
}

Value Evaluator::concat(const Node& node) {
    std::array<std::string_view, 8> few;
    std::vector<std::string_view> many;
    const std::size_t count = node.arguments.size();
    if (count > few.size()) {
        many.resize(count);
    }
    std::string_view* pieces = count > few.size() ? many.data() : few.data();
    std::size_t size = 0;
    for (std::size_t at = 0; at < count; ++at) {
        pieces[at] = compute(*node.arguments[at]).text;
        size += pieces[at].size();
    }
    if (size > text_bytes_max) {
        report("erp-text-too-long", messages::text_bytes_made_most(size, text_bytes_max));
        return Value::empty(Type::text);
    }
    char* memory = arena().take(size);
    char* at = memory;
    for (std::size_t piece = 0; piece < count; ++piece) {
        at = std::copy(pieces[piece].begin(), pieces[piece].end(), at);
    }
    return Value::of_text({memory, size});
}

Value Evaluator::arithmetic(const Node& node) {
    const Value left = compute(*node.arguments[0]);
    if (left.is_empty) {
        return Value::empty(node.type);
    }
    if (node.op == Op::negate) {
        Value result = left;
        if (__builtin_sub_overflow(std::int64_t{0}, left.number, &result.number)) {
            report("erp-number-too-long", messages::number_not_fit_64_bits);
        }
        return result;
    }
    const Value right = compute(*node.arguments[1]);
    if (right.is_empty) {
        return Value::empty(node.type);
    }
    if (node.type == Type::number) {
        return number_arithmetic(node.op, left, right);
    }
    Value result = left;
    bool fits = true;
    if (node.op == Op::multiply) {
        fits = divide(static_cast<Wide>(left.number) * right.number, power_of_ten(right.scale), settings_.rounding, result.number);
    } else if (left.currency != right.currency) {
        report("erp-currencies-mixed", messages::added(left.currency.code(), right.currency.code()));
    } else {
        fits = node.op == Op::add ? !__builtin_add_overflow(left.number, right.number, &result.number)
                                  : !__builtin_sub_overflow(left.number, right.number, &result.number);
    }
    if (!fits) {
        report("erp-number-too-long", messages::amount_not_fit_64_bits_minor_units);
    }
    return result;
}

Value Evaluator::number_arithmetic(Op op, Value left, Value right) {
    Wide result = 0;
    unsigned scale = 0;
    if (op == Op::multiply) {
        result = static_cast<Wide>(left.number) * right.number;
        scale = static_cast<unsigned>(left.scale) + right.scale;
    } else {
        scale = std::max(left.scale, right.scale);
        const Wide one = static_cast<Wide>(left.number) * power_of_ten(scale - left.scale);
        const Wide other = static_cast<Wide>(right.number) * power_of_ten(scale - right.scale);
        result = op == Op::add ? one + other : one - other;
    }
    while (scale > 0 && result % 10 == 0) {
        result /= 10;
        --scale;
    }
    if (result > INT64_MAX || result < -INT64_MAX || scale > 18) {
        report("erp-number-too-long", messages::number_not_fit_18_digits);
        return Value::empty(Type::number);
    }
    return Value::of_number(static_cast<std::int64_t>(result), static_cast<std::uint8_t>(scale));
}

Value Evaluator::comparison(const Node& node) {
    Value left = compute(*node.arguments[0]);
    Value right = compute(*node.arguments[1]);
    const bool is_equality = node.op == Op::equal || node.op == Op::not_equal;
    if (left.is_empty || right.is_empty) {
        const bool same = left.is_empty && right.is_empty;
        return Value::of_truth(is_equality && same == (node.op == Op::equal));
    }
    if (left.type == Type::money && right.type == Type::money && left.currency != right.currency && left.number != 0 && right.number != 0) {
        report("erp-currencies-mixed", messages::compared(left.currency.code(), right.currency.code()));
    }
    for (Value* side : {&left, &right}) {
        if (side->type == Type::money) {
            side->scale = static_cast<std::uint8_t>(side->currency.minor_digits());
        }
    }
    const int order = compare(left, right);
    switch (node.op) {
        case Op::equal: return Value::of_truth(order == 0);
        case Op::not_equal: return Value::of_truth(order != 0);
        case Op::less: return Value::of_truth(order < 0);
        case Op::less_equal: return Value::of_truth(order <= 0);
        case Op::greater: return Value::of_truth(order > 0);
        default: return Value::of_truth(order >= 0);
    }
}

std::int64_t Evaluator::count_argument(const Node& node, std::int64_t most) {
    const Value count = compute(node);
    if (count.is_empty || count.scale != 0) {
        return 0;
    }
    return std::clamp(count.number, std::int64_t{0}, most);
}

Value Evaluator::call(const Node& node) {
    switch (node.function) {
        case Function::if_:
        case Function::case_:
        case Function::first:
        case Function::min:
        case Function::max:
        case Function::empty:
        case Function::refuse:
        case Function::translate: return choice_call(node);
        case Function::abs_:
        case Function::credit:
        case Function::debit:
        case Function::minor:
        case Function::round:
        case Function::share:
        case Function::sign:
        case Function::with_vat:
        case Function::without_vat: return amount_call(node);
        case Function::add_days:
        case Function::add_months:
        case Function::date:
        case Function::date_of:
        case Function::day:
        case Function::due_date:
        case Function::end_of_month:
        case Function::in_zone:
        case Function::month:
        case Function::start_of_month:
        case Function::year:
        case Function::year_begin:
        case Function::year_end: return date_call(node);
        case Function::text: return format(node);
        case Function::cut:
        case Function::tail:
        case Function::mid:
        case Function::pad_left:
        case Function::pad_right:
        case Function::part:
        case Function::repeat:
        case Function::short_digest:
        case Function::shorten: return text_part_call(node);
        default: return text_call(node);
    }
}

Value Evaluator::choice_call(const Node& node) {
    const auto& arguments = node.arguments;
    switch (node.function) {
        case Function::if_: return compute(*arguments[0]).is_true() ? compute(*arguments[1]) : compute(*arguments[2]);
        case Function::case_: {
            const Value chosen = compute(*arguments[0]);
            std::size_t at = 1;
            for (; at + 1 < arguments.size(); at += 2) {
                const Value when = compute(*arguments[at]);
                if (chosen.is_empty == when.is_empty && (chosen.is_empty || compare(chosen, when) == 0)) {
                    return compute(*arguments[at + 1]);
                }
            }
            return at < arguments.size() ? compute(*arguments[at]) : Value::empty(node.type);
        }
        case Function::first:
            for (const Node* argument : arguments) {
                if (const Value one = compute(*argument); !one.is_empty) {
                    return one;
                }
            }
            return Value::empty(node.type);
        case Function::empty: return Value::of_truth(compute(*arguments[0]).is_empty);
        case Function::refuse: {
            const Value message = compute(*arguments[0]);
            report("erp-check-failed", sanitise(message.text, 300));
            return Value::empty(Type::text);
        }
        case Function::translate: {
            const auto& [name, table] = template_.tables[node.index];
            const Value key = compute(*arguments[1]);
            if (const auto found = table.find(key.text); found != table.end()) {
                return Value::of_text(found->second);
            }
            if (arguments.size() > 2) {
                return compute(*arguments[2]);
            }
            report("erp-account-missing", messages::table_nothing(name, sanitise(key.text, 60)));
            return Value::empty(Type::text);
        }
        default: break;
    }
    Value best = Value::empty(node.type);
    for (const Node* argument : arguments) {
        const Value one = compute(*argument);
        if (one.is_empty) {
            continue;
        }
        if (one.type == Type::money && !best.is_empty && one.currency != best.currency) {
            report("erp-currencies-mixed", messages::compared(best.currency.code(), one.currency.code()));
        }
        const int order = best.is_empty ? 0 : compare(one, best);
        best = best.is_empty || (node.function == Function::min ? order < 0 : order > 0) ? one : best;
    }
    return best;
}

Value Evaluator::amount_call(const Node& node) {
    Value one = compute(*node.arguments[0]);
    if (one.is_empty) {
        return Value::empty(node.type);
    }
    const auto too_long = [&] { report("erp-number-too-long", messages::amount_not_fit_64_bits_minor_units); };
    switch (node.function) {
        case Function::sign: return number_of(one.number < 0 ? -1 : one.number > 0 ? 1 : 0);
        case Function::minor: return number_of(one.number);
        case Function::debit: one.number = std::max(one.number, std::int64_t{0}); return one;
        case Function::credit:
        case Function::abs_: {
            if (one.number == INT64_MIN) {
                too_long();
                return one;
            }
            const std::int64_t opposite = -one.number;
            one.number = node.function == Function::abs_ ? std::max(one.number, opposite) : std::max(opposite, std::int64_t{0});
            return one;
        }
        default: break;
    }
    const Value other = compute(*node.arguments[1]);
    if (other.is_empty) {
        return Value::empty(node.type);
    }
    if (node.function == Function::round) {
        const auto digits = static_cast<unsigned>(other.scale == 0 ? std::clamp(other.number, std::int64_t{0}, std::int64_t{18}) : 0);
        if (digits >= one.scale) {
            return one;
        }
        static_cast<void>(divide(one.number, power_of_ten(one.scale - digits), settings_.rounding, one.number));
        one.scale = static_cast<std::uint8_t>(digits);
        return one;
    }
    // A percentage of the amount, on top of it, or taken out of it.
    const Wide whole = static_cast<Wide>(100) * power_of_ten(other.scale);
    const Wide amount = one.number;
    const Wide divisor = node.function == Function::without_vat ? whole + other.number : whole;
    const Wide factor = node.function == Function::share      ? Wide{other.number}
                        : node.function == Function::with_vat ? whole + other.number
                                                              : whole;
    constexpr Wide wide_limit = static_cast<Wide>(INT64_MAX) * INT64_MAX;
    if (divisor <= 0 || factor > wide_limit / INT64_MAX || factor < -(wide_limit / INT64_MAX) ||
        !divide(amount * factor, divisor, settings_.rounding, one.number)) {
        too_long();
    }
    return one;
}

Value Evaluator::text_call(const Node& node) {
    const std::string_view text = text_argument(node, 0);
    switch (node.function) {
        case Function::ascii: return is_ascii(text) ? Value::of_text(text) : text_of(transliterate_text(text));
        case Function::lower:
        case Function::upper: return text_of(change_case(text, node.function == Function::upper));
        case Function::trim: return Value::of_text(trim(text));
        case Function::clean: {
            std::string cleaned;
            return Value::of_text(trim(clean_text(text, no_foreign, cleaned) ? arena().copy(cleaned) : text));
        }
        case Function::slug: return text_of(slug_of(text, node.arguments.size() > 1 ? text_argument(node, 1) : "-"));
        case Function::length: return number_of(static_cast<std::int64_t>(count_letters(text)));
        case Function::contains: return Value::of_truth(text.find(text_argument(node, 1)) != std::string_view::npos);
        case Function::starts_with: return Value::of_truth(text.starts_with(text_argument(node, 1)));
        case Function::ends_with: return Value::of_truth(text.ends_with(text_argument(node, 1)));
        case Function::matches: return Value::of_truth(template_.regexes[node.index].finds(text));
        case Function::number: {
            Value parsed = Value::empty(Type::number);
            if (!text.empty() && !parse_decimal(trim(text), parsed)) {
                report("erp-field-missing", messages::no_number(sanitise(text, 60)));
            }
            return parsed;
        }
        case Function::replace:
        case Function::regex_replace: {
            std::string changed(text);
            const std::string_view with = text_argument(node, 2);
            bool fits = true;
            if (node.function == Function::regex_replace) {
                fits = with.size() <= 200 && changed.size() <= text_bytes_max && template_.regexes[node.index].replace_all(changed, with);
            } else {
                const std::string_view what = text_argument(node, 1);
                for (auto at = what.empty() ? std::string::npos : changed.find(what); at != std::string::npos && fits;
                     at = changed.find(what, at + with.size())) {
                    changed.replace(at, what.size(), with);
                    fits = changed.size() <= text_bytes_max;
                }
            }
            if (!fits || changed.size() > text_bytes_max) {
                report("erp-text-too-long", messages::replacement_makes_text_too_long);
                return Value::empty(Type::text);
            }
            return text_of(changed);
        }
        default: break;
    }
    return Value::of_text(text);
}

Value Evaluator::text_part_call(const Node& node) {
    const std::string_view text = text_argument(node, 0);
    const auto most = static_cast<std::int64_t>(text_bytes_max);
    if (node.function == Function::part) {
        const std::string_view separator = text_argument(node, 1);
        std::int64_t wanted = count_argument(*node.arguments[2], most);
        std::string_view rest = text;
        for (; wanted > 1 && !separator.empty(); --wanted) {
            const auto at = rest.find(separator);
            if (at == std::string_view::npos) {
                return Value::empty(Type::text);
            }
            rest.remove_prefix(at + separator.size());
        }
        return Value::of_text(separator.empty() ? rest : rest.substr(0, rest.find(separator)));
    }
    const auto count = static_cast<std::size_t>(count_argument(*node.arguments[1], most));
    switch (node.function) {
        case Function::cut: return Value::of_text(cut_text(text, count));
        case Function::tail: {
            const std::size_t letters = count_letters(text);
            return Value::of_text(letters <= count ? text : text.substr(cut_text(text, letters - count).size()));
        }
        case Function::mid: {
            const std::string_view from = text.substr(cut_text(text, count == 0 ? 0 : count - 1).size());
            return Value::of_text(cut_text(from, static_cast<std::size_t>(count_argument(*node.arguments[2], most))));
        }
        case Function::short_digest: return text_of(std::string_view(sha256_hex(text)).substr(0, std::min<std::size_t>(count, 64)));
        case Function::shorten: return text_of(shorten_text(text, count));
        case Function::repeat: {
            std::string repeated;
            for (std::size_t at = 0; at < std::min<std::size_t>(count, 1000) && repeated.size() + text.size() <= text_bytes_max; ++at) {
                repeated += text;
            }
            return text_of(repeated);
        }
        default: break;
    }
    const std::size_t letters = count_letters(text);
    const std::string_view fill = node.arguments.size() > 2 ? text_argument(node, 2) : std::string_view(" ");
    if (letters >= count || fill.size() != 1) {
        return Value::of_text(text);
    }
    const std::string padding(std::min<std::size_t>(count - letters, 1000), fill.front());
    return text_of(node.function == Function::pad_left ? padding + std::string(text) : std::string(text) + padding);
}

Value Evaluator::format(const Node& node) {
    const Value one = compute(*node.arguments[0]);
    if (node.arguments.size() == 1 || one.is_empty || one.type == Type::text) {
        return plain(one);
    }
    std::string& text = scratch_;
    text.clear();
    bool fits = true;
    if (one.type == Type::number || one.type == Type::money) {
        const NumberPattern* pattern = nullptr;
        if (node.index != pattern_at_run_time) {
            pattern = &template_.number_patterns[node.index];
        } else if (const auto known = run_number_patterns_.find(&node); known != run_number_patterns_.end()) {
            pattern = &known->second;
        } else if (auto parsed = NumberPattern::parse(text_argument(node, 1))) {
            pattern = &run_number_patterns_.emplace(&node, std::move(*parsed)).first->second;
        }
        const unsigned digits = one.type == Type::money ? static_cast<unsigned>(one.currency.minor_digits()) : one.scale;
        fits = pattern != nullptr && pattern->append(text, one.number, one.type == Type::money ? digits : one.scale, digits);
    } else if (one.type == Type::date || one.type == Type::instant) {
        const DatePattern* pattern = nullptr;
        if (node.index != pattern_at_run_time) {
            pattern = &template_.date_patterns[node.index];
        } else if (const auto known = run_date_patterns_.find(&node); known != run_date_patterns_.end()) {
            pattern = &known->second;
        } else if (auto parsed = DatePattern::parse(text_argument(node, 1))) {
            pattern = &run_date_patterns_.emplace(&node, std::move(*parsed)).first->second;
        }
        const std::int64_t days = one.type == Type::date ? one.number : floor_days(one.number);
        fits = pattern != nullptr && pattern->append(text, days, one.type == Type::date ? 0 : one.number - days * day_milliseconds);
    } else {
        return plain(one);
    }
    if (!fits) {
        report("erp-number-too-long",
               messages::not_fit_pattern_named(plain_text(one), sanitise(text_argument(node, 1), 60)));
        return Value::empty(Type::text);
    }
    return text_of(text);
}

}  // namespace moisson::erp

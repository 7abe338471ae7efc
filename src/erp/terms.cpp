/// See terms.hpp.
#include "erp/terms.hpp"
#include "erp/messages.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace moisson::erp {

namespace {

constexpr std::array<std::pair<AmountIs, std::string_view>, 3> amount_words = {
    {{AmountIs::gross, "gross"}, {AmountIs::net, "net"}, {AmountIs::untaxed, "untaxed"}}};
constexpr std::array<std::pair<Rounding, std::string_view>, 4> rounding_words = {
    {{Rounding::half_up, "half-up"}, {Rounding::half_even, "half-even"}, {Rounding::down, "down"}, {Rounding::up, "up"}}};

template <class Words, class Key>
std::string_view word_of(const Words& words, Key key) {
    for (const auto& [value, word] : words) {
        if (value == key) {
            return word;
        }
    }
    return {};
}

template <class Words, class Key>
void read_word(const Words& words, const std::optional<std::optional<std::string>>& text, Key& into) {
    for (const auto& [value, word] : words) {
        if (text && *text && **text == word) {
            into = value;
        }
    }
}

}  // namespace

Result<PostingParts> split(const Money& amount, const SplitRule& rule) {
    PostingParts parts;
    parts.gross_minor = parts.net_minor = amount.amount_minor;
    if (rule.amount_is != AmountIs::untaxed) {
        const Wide whole = static_cast<Wide>(100) * power_of_ten(rule.vat_rate.scale);
        bool fits = true;
        if (rule.amount_is == AmountIs::gross) {
            fits = divide(amount.amount_minor * whole, whole + rule.vat_rate.number, rule.rounding, parts.net_minor);
            parts.vat_minor = parts.gross_minor - parts.net_minor;
        } else {
            fits = divide(static_cast<Wide>(amount.amount_minor) * rule.vat_rate.number, whole, rule.rounding, parts.vat_minor) &&
                   !__builtin_add_overflow(parts.net_minor, parts.vat_minor, &parts.gross_minor);
        }
        if (!fits) {
            return fail(ErrorCode::bad_input, messages::amount_vat_not_fit_64_bits_minor);
        }
    }
    parts.local_gross_minor = parts.gross_minor;
    parts.local_net_minor = parts.net_minor;
    if (rule.local && rule.rate) {
        const auto gross = convert({parts.gross_minor, amount.currency}, rule.rate->value, *rule.local);
        const auto net = convert({parts.net_minor, amount.currency}, rule.rate->value, *rule.local);
        if (!gross || !net) {
            return fail((gross ? net : gross).error());
        }
        parts.local_gross_minor = gross->amount_minor;
        parts.local_net_minor = net->amount_minor;
    }
    // The third by subtraction: the entry balances to the cent.
    if (__builtin_sub_overflow(parts.local_gross_minor, parts.local_net_minor, &parts.local_vat_minor)) {
        return fail(ErrorCode::bad_input, messages::amount_vat_not_fit_64_bits_minor);
    }
    return parts;
}

void append_rule(PostingTerms& terms, const SplitRule& rule) {
    if (rule.amount_is != AmountIs::untaxed) {
        append_term(terms.basis, "amount_is", word_of(amount_words, rule.amount_is));
        append_term(terms.remarks, "rounding", word_of(rounding_words, rule.rounding));
    }
    if (rule.local) {
        append_term(terms.basis, "local_currency", rule.local->code());
        append_term(terms.basis, "rate", rule.rate ? std::optional<std::string_view>(rule.rate->value.to_text()) : std::nullopt);
        if (rule.rate) {
            append_term(terms.remarks, "rate_day", to_text(rule.rate->day));
        }
    }
}

SplitRule read_rule(const PostingTerms& terms) {
    SplitRule rule;
    read_word(amount_words, find_term(terms.basis, "amount_is"), rule.amount_is);
    read_word(rounding_words, find_term(terms.remarks, "rounding"), rule.rounding);
    const auto vat_rate = find_term(terms.basis, term_of_column("vat_rate"));
    if (vat_rate && *vat_rate && !(*vat_rate)->empty()) {
        Value rate;
        rule.vat_rate = parse_decimal(**vat_rate, rate) ? rate : rule.vat_rate;
        rule.vat_rate.text = {};
    }
    if (const auto local = find_term(terms.basis, "local_currency"); local && *local) {
        rule.local = find_currency(**local);
    }
    const auto rate = find_term(terms.basis, "rate");
    const auto value = rate && *rate ? Decimal::parse(**rate) : std::nullopt;
    if (value) {
        const auto day = find_term(terms.remarks, "rate_day");
        rule.rate =
            Rate{*value, day && *day ? parse_day_setting(**day).value_or(std::chrono::year_month_day{}) : std::chrono::year_month_day{}};
    }
    return rule;
}

std::string term_of_column(std::string_view column) { return fmt::format("map.{}", column); }

}  // namespace moisson::erp

/// See terms.hpp.
#include "erp/terms.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "domain/posting_terms.hpp"
#include "erp/messages.hpp"

namespace moisson::erp {

namespace {

constexpr std::array<std::pair<AmountIs, std::string_view>, 5> amount_words = {{{AmountIs::gross, "gross"},
                                                                                {AmountIs::net, "net"},
                                                                                {AmountIs::untaxed, "untaxed"},
                                                                                {AmountIs::document, "document"},
                                                                                {AmountIs::undecided, "undecided"}}};
constexpr std::string_view amount_term = "document.amount";
constexpr std::string_view parts_term = "document.vat";
constexpr std::string_view piece_term = "document.piece";
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

/// The VAT by the mapping's rate. False when something does not fit.
bool take_rate(std::int64_t amount, const SplitRule& rule, PostingParts& parts) {
    const Wide whole = static_cast<Wide>(100) * power_of_ten(rule.vat_rate.scale);
    if (rule.amount_is == AmountIs::gross) {
        const bool fits = divide(amount * whole, whole + rule.vat_rate.number, rule.rounding, parts.net_minor);
        parts.vat_minor = parts.gross_minor - parts.net_minor;
        return fits;
    }
    return divide(static_cast<Wide>(amount) * rule.vat_rate.number, whole, rule.rounding, parts.vat_minor) &&
           !__builtin_add_overflow(parts.net_minor, parts.vat_minor, &parts.gross_minor);
}

/// The invoice's own net and VAT, or what takes them back. False for another amount.
bool take_invoice(std::int64_t amount, const InvoiceSplit& invoice, PostingParts& parts) {
    const bool is_back = amount != invoice.amount_minor();
    if (is_back && (amount == INT64_MIN || -amount != invoice.amount_minor())) {
        return false;
    }
    parts.gross_minor = is_back ? -invoice.gross_minor : invoice.gross_minor;
    parts.net_minor = is_back ? -invoice.net_minor : invoice.net_minor;
    parts.vat_minor = is_back ? -invoice.vat_minor : invoice.vat_minor;
    return true;
}

}  // namespace

Result<PostingParts> split(const Money& amount, const SplitRule& rule) {
    PostingParts parts;
    parts.gross_minor = parts.net_minor = amount.amount_minor;
    if (rule.invoice && !take_invoice(amount.amount_minor, *rule.invoice, parts)) {
        return fail(ErrorCode::bad_input, messages::amount_not_invoices(amount, Money{rule.invoice->amount_minor(), amount.currency}));
    }
    if ((rule.amount_is == AmountIs::gross || rule.amount_is == AmountIs::net) && !take_rate(amount.amount_minor, rule, parts)) {
        return fail(ErrorCode::bad_input, messages::amount_vat_not_fit_64_bits_minor);
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
    if (rule.amount_is == AmountIs::document) {
        append_term(terms.basis, "amount_is", word_of(amount_words, rule.amount_is));
    } else if (rule.amount_is != AmountIs::untaxed) {
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
    rule.invoice = find_invoice(terms);
    return rule;
}

void prepend_invoice(PostingTerms& terms, const SplitRule& rule, std::string_view piece) {
    if (rule.invoice) {
        std::string lines;
        append_term(lines, amount_term, rule.invoice->amount_is_net ? "net" : "gross");
        append_term(lines, parts_term, text_of_parts(rule.invoice->parts));
        terms.basis.insert(0, lines);
    }
    if (!piece.empty()) {
        std::string line;
        append_term(line, piece_term, piece);
        terms.remarks.insert(0, line);
    }
}

std::optional<InvoiceSplit> find_invoice(const PostingTerms& terms) {
    if (!terms.basis.starts_with(document_terms)) {
        return std::nullopt;
    }
    const auto amount = find_term(terms.basis, amount_term);
    const auto parts = find_term(terms.basis, parts_term);
    return amount && *amount && parts && *parts ? parse_parts(**parts, **amount == "net") : std::nullopt;
}

std::optional<std::string> find_piece(const PostingTerms& terms) {
    auto piece = terms.remarks.starts_with(document_terms) ? find_term(terms.remarks, piece_term) : std::nullopt;
    return piece ? std::move(*piece) : std::nullopt;
}

std::string term_of_column(std::string_view column) { return fmt::format("map.{}", column); }

std::string term_of_column(std::string_view column, const Value& rate) {
    return fmt::format("map.{}{}{}", column, rate_mark, plain_text(rate));
}

}  // namespace moisson::erp

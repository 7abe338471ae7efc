/// Evaluation: the split of amounts, by the invoice or by the mapping's rate, and the terms that it is remembered by.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "domain/posting_terms.hpp"
#include "erp/days.hpp"
#include "erp/evaluator.hpp"
#include "erp/messages.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t rates_max = 65'536;

/// A number without zeros behind its decimals: 5.50 is 5.5.
Value shortest(Value value) {
    while (value.type == Type::number && value.scale > 0 && value.number % 10 == 0) {
        value.number /= 10;
        --value.scale;
    }
    return value;
}

}  // namespace

/// Of the rate in hand; of no rate those of the whole.
Value Evaluator::vat_field(Field which) {
    if (which == Field::vat_rate && !template_.uses_split) {
        return vat_rate();
    }
    const Amounts& parts = amounts();
    if (which == Field::vat_count) {
        return number_of(static_cast<std::int64_t>(parts.rates.size()));
    }
    if (which == Field::vat_source) {
        return Value::of_text(parts.is_invoices ? "invoice" : mapped_base_->values[0].value.is_empty ? "" : "mapping");
    }
    const bool is_whole = rate_at_ == no_rate || which == Field::vat_rate;
    if (which == Field::vat_rate || which == Field::vat_rate_of_line) {
        return is_whole && parts.rates.size() > 1 ? Value::empty(Type::number) : parts.rates.at(is_whole ? 0 : rate_at_).rate;
    }
    const RateAmounts whole{{}, parts.net, parts.vat, parts.local_net, parts.local_vat};
    const RateAmounts& of = is_whole ? whole : parts.rates.at(rate_at_);
    switch (which) {
        case Field::vat_base: return Value::of_money(of.base);
        case Field::vat_amount: return Value::of_money(of.vat);
        case Field::vat_gross: return Value::of_money({of.base.amount_minor + of.vat.amount_minor, of.base.currency});
        case Field::vat_local_base: return Value::of_money(of.local_base);
        case Field::vat_local_amount: return Value::of_money(of.local_vat);
        default: break;
    }
    return Value::of_money({of.local_base.amount_minor + of.local_vat.amount_minor, of.local_base.currency});
}

const Amounts& Evaluator::find_amounts() {
    if (amounts_stamp_ != stamp(Level::entry)) {
        amounts_stamp_ = stamp(Level::entry);
        amount_problems_.clear();
        watch(&amount_problems_);
        compute_amounts();
        unwatch();
    } else if (!amount_problems_.empty()) {
        report_again(amount_problems_);
    }
    return amounts_;
}

/// How today's settings split a whole amount of the posting in hand.
SplitRule Evaluator::rule_now() {
    SplitRule rule;
    rule.amount_is = template_.uses_split ? settings_.amount_is : AmountIs::untaxed;
    rule.rounding = settings_.rounding;
    rule.vat_rate = mapped_base_->values[0].value.is_empty ? number_of(0) : mapped_base_->values[0].value;
    if (rule.amount_is == AmountIs::document) {
        read_invoice_now(rule);
    }
    if (template_.uses_local && settings_.local_currency && *settings_.local_currency != posting_->amount.currency) {
        rule.local = settings_.local_currency;
        rule.rate = rate_into(*rule.local);
    }
    return rule;
}

/// What the invoice proves; where it says nothing, what the settings say then.
void Evaluator::read_invoice_now(SplitRule& rule) {
    InvoiceReading reading = read_invoice(posting_->entry->invoice.get(), posting_->amount);
    if (ignores_invoices_ && reading.split) {
        reading.says = reading.split->amount_is_net ? InvoiceSays::net : InvoiceSays::gross;
    }
    switch (reading.says) {
        case InvoiceSays::split: rule.invoice = std::move(reading.split); return;
        case InvoiceSays::gross: rule.amount_is = AmountIs::gross; return;
        case InvoiceSays::net: rule.amount_is = AmountIs::net; return;
        case InvoiceSays::nothing: rule.amount_is = settings_.amount_is_otherwise; return;
    }
}

/// How the posting in hand is split: as it was booked, else by today's settings.
SplitRule Evaluator::rule_of_entry() {
    if (posting_->terms == nullptr) {
        return rule_now();
    }
    SplitRule rule = mapped_base_->rule;
    rule.invoice = find_invoice(*posting_->terms);
    return rule;
}

void Evaluator::compute_amounts() {
    const Money amount = posting_->amount;
    const SplitRule rule = rule_of_entry();
    if (rule.amount_is == AmountIs::gross || rule.amount_is == AmountIs::net) {
        vat_unknown_ = !mapped_base_->values[0].is_set;
        static_cast<void>(vat_rate());  // says when the template requires it
    } else if (rule.amount_is == AmountIs::undecided) {
        report("erp-field-missing", messages::invoice_not_say_amount);
    }
    PostingParts parts = posting_->parts;
    if (posting_->terms == nullptr) {
        const auto made = split(amount, rule);
        if (!made) {
            report("erp-number-too-long", made.error().message);
        }
        parts = made.value_or(PostingParts{});
    }
    if (rule.local && !rule.rate) {
        const std::int64_t day = settings_.date_from == DateFrom::none ? entry_field(Field::period_end).number : piece_date().number;
        report("erp-rate-missing", messages::no_rate_from(amount.currency.code(), rule.local->code(), day_of(day)));
    }
    const Currency local = rule.local && rule.rate ? *rule.local : amount.currency;
    amounts_.amount_is = !rule.invoice ? rule.amount_is : rule.invoice->amount_is_net ? AmountIs::net : AmountIs::gross;
    amounts_.is_invoices = rule.invoice.has_value();
    amounts_.gross = {parts.gross_minor, amount.currency};
    amounts_.net = {parts.net_minor, amount.currency};
    amounts_.vat = {parts.vat_minor, amount.currency};
    amounts_.local_gross = {parts.local_gross_minor, local};
    amounts_.local_net = {parts.local_net_minor, local};
    amounts_.local_vat = {parts.local_vat_minor, local};
    amounts_.rate = rule.rate.value_or(Rate{});
    amounts_.has_rate = rule.rate.has_value();
    fill_rates(rule);
}

/// By rate: of each but the largest the converted amounts, and the rest for that, so that they add up to the posting's.
void Evaluator::fill_rates(const SplitRule& rule) {
    const Value mapped = mapped_base_->values[0].value;
    std::vector<RateAmounts>& rates = amounts_.rates;
    rates.resize(1);
    rates.front() = {mapped.is_empty ? number_of(0) : mapped, amounts_.net, amounts_.vat, amounts_.local_net, amounts_.local_vat};
    if (!rule.invoice) {
        return;
    }
    const std::vector<RatePart>& parts = rule.invoice->parts;
    const std::int64_t sign = posting_->amount.amount_minor == rule.invoice->amount_minor() ? 1 : -1;
    if (parts.size() == 1) {
        // The invoice's rate; where it says none, the mapping's, as far as the VAT is of that.
        const RatePart by_mapping{mapped, parts.front().base_minor, parts.front().vat_minor};
        const bool fits = !mapped.is_empty && is_tax_of(by_mapping, amounts_.net.currency);
        rates.front().rate = !parts.front().rate.is_empty ? parts.front().rate : fits ? mapped : Value::empty(Type::number);
        return;
    }
    rates.resize(parts.size());
    std::size_t most_base = 0;
    std::size_t most_vat = 0;
    Wide local_base = 0;
    Wide local_vat = 0;
    const auto in_local = [&](const Money& money) {
        const auto made = rule.local && rule.rate ? convert(money, rule.rate->value, *rule.local) : Result<Money>(money);
        if (!made) {
            report("erp-number-too-long", made.error().message);
        }
        return made.value_or(Money{0, amounts_.local_net.currency});
    };
    for (std::size_t at = 0; at < parts.size(); ++at) {
        RateAmounts& one = rates[at];
        one.rate = parts[at].rate;
        one.base = {sign * parts[at].base_minor, amounts_.net.currency};
        one.vat = {sign * parts[at].vat_minor, amounts_.net.currency};
        one.local_base = in_local(one.base);
        one.local_vat = in_local(one.vat);
        local_base += one.local_base.amount_minor;
        local_vat += one.local_vat.amount_minor;
        most_base = std::abs(one.base.amount_minor) > std::abs(rates[most_base].base.amount_minor) ? at : most_base;
        most_vat = std::abs(one.vat.amount_minor) > std::abs(rates[most_vat].vat.amount_minor) ? at : most_vat;
    }
    // What does not fit in 64 bits does not fit the whole either, which was said.
    rates[most_base].local_base.amount_minor += static_cast<std::int64_t>(amounts_.local_net.amount_minor - local_base);
    rates[most_vat].local_vat.amount_minor += static_cast<std::int64_t>(amounts_.local_vat.amount_minor - local_vat);
}

/// What one unit of the posting's currency is worth on its piece date; kept for its day and pair of currencies.
std::optional<Rate> Evaluator::rate_into(Currency local) {
    const std::int64_t day = settings_.date_from == DateFrom::none ? entry_field(Field::period_end).number : piece_date().number;
    const std::pair key(posting_->amount.currency.code(), day);
    auto found = rates_.find(key);
    if (found == rates_.end()) {
        if (rates_.size() >= rates_max) {
            rates_.clear();
        }
        found = rates_.emplace(key, options_.rates ? options_.rates(posting_->amount.currency, local, day_of(day)) : std::nullopt).first;
    }
    return found->second;
}

PostingTermsPtr Evaluator::terms_now() {
    const SplitRule rule = rule_now();
    const bool by_rate = mapped_base_->is_by_rate && rule.invoice;
    const std::tuple key(mapped_base_->serial, mapped_epoch_, rule.amount_is, rule.rate ? rule.rate->value.digits : 0,
                         rule.rate ? rule.rate->value.decimals : std::uint8_t{0}, rule.rate ? days_of(rule.rate->day) : 0);
    PostingTermsPtr shared;
    if (const auto found = terms_now_.find(key); found != terms_now_.end() && !by_rate) {
        shared = found->second;
    } else {
        auto terms = std::make_shared<PostingTerms>();
        append_rule(*terms, rule);
        append_mapping(*terms, rule);
        shared = std::move(terms);
        if (!by_rate) {
            terms_now_.emplace(key, shared);
        }
    }
    const std::string_view piece = invoice_piece();
    if (!rule.invoice && piece.empty()) {
        return shared;
    }
    auto own = std::make_shared<PostingTerms>(*shared);
    prepend_invoice(*own, rule, piece);
    return own;
}

/// What the mapping says, and of each rate of the invoice what it says otherwise.
void Evaluator::append_mapping(PostingTerms& terms, const SplitRule& rule) {
    append_mapping_of(terms, rule, Value::empty(Type::number));
    if (!mapped_base_->is_by_rate) {
        return;
    }
    if (rule.invoice) {
        for (const RatePart& part : rule.invoice->parts) {
            append_mapping_of(terms, rule, part.rate);
        }
    } else {
        append_mapping_of(terms, rule, rule.vat_rate);
    }
}

/// Of no rate all columns; of a rate those that are others.
void Evaluator::append_mapping_of(PostingTerms& terms, const SplitRule& rule, const Value& rate) {
    ContractKey key = entry_key_;
    key.rate = rate_index(rate);
    if (!rate.is_empty && key.rate == 0) {
        return;
    }
    const MappedRow& row = key.rate == 0 ? *mapped_base_ : look_up(key);
    const bool has_rate = rule.amount_is == AmountIs::gross || rule.amount_is == AmountIs::net;
    for (std::size_t at = 0; at < template_.mappings.size(); ++at) {
        const MappingSpec& spec = template_.mappings[at];
        const MappedValue& mapped = row.values[at];
        // What has no value is the same as what is empty on purpose; without a split by it the VAT rate decides nothing.
        const bool has_value = !mapped.value.is_empty && (at != 0 || (mapped.value.number != 0 && has_rate && key.rate == 0));
        const bool decides = has_value && !spec.is_label;
        const std::string text = mapped.value.is_empty ? std::string() : plain_text(shortest(mapped.value));
        const MappedValue& base = mapped_base_->values[at];
        if (key.rate != 0 && mapped.is_set == base.is_set && plain_text(mapped.value) == plain_text(base.value)) {
            continue;
        }
        append_term(decides ? terms.basis : terms.remarks, key.rate == 0 ? term_of_column(spec.name) : term_of_column(spec.name, rate),
                    mapped.is_set ? std::optional<std::string_view>(text) : std::nullopt);
    }
}

}  // namespace moisson::erp

/// See invoice_split.hpp.
#include "erp/invoice_split.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace moisson::erp {

namespace {

constexpr std::uint8_t rate_decimals_max = 6;
constexpr std::int64_t hundred = 100;
constexpr std::size_t parts_max = 1000;

/// A percentage from 0 to 100 without zeros behind its decimals; empty for another one.
std::optional<Value> rate_of(const BigDecimal& read) {
    BigDecimal rate = read;
    while (rate.scale > 0 && rate.value % 10 == 0) {
        rate.value /= 10;
        --rate.scale;
    }
    if (rate.scale > rate_decimals_max || rate.value < 0 || rate.value > Int128{hundred} * power_of_ten(rate.scale)) {
        return std::nullopt;
    }
    return Value::of_number(static_cast<std::int64_t>(rate.value), rate.scale);
}

/// The highest rate first; the one that is not said last.
bool comes_before(const RatePart& left, const RatePart& right) {
    if (left.rate.is_empty || right.rate.is_empty) {
        return !left.rate.is_empty && right.rate.is_empty;
    }
    return compare(left.rate, right.rate) > 0;
}

bool same_rate(const RatePart& left, const RatePart& right) { return !comes_before(left, right) && !comes_before(right, left); }

/// Adds the sums. False when one does not fit.
bool add_up(InvoiceSplit& split) {
    split.net_minor = split.vat_minor = 0;
    for (const RatePart& part : split.parts) {
        if (__builtin_add_overflow(split.net_minor, part.base_minor, &split.net_minor) ||
            __builtin_add_overflow(split.vat_minor, part.vat_minor, &split.vat_minor)) {
            return false;
        }
    }
    return !__builtin_add_overflow(split.net_minor, split.vat_minor, &split.gross_minor);
}

/// Net, VAT and gross, where at most one of them is not told. False where they contradict each other.
struct TaxTotals {
    std::optional<std::int64_t> net;
    std::optional<std::int64_t> vat;
    std::optional<std::int64_t> gross;

    [[nodiscard]] bool complete() {
        std::int64_t made = 0;
        if (net && vat) {
            const bool fits = !__builtin_add_overflow(*net, *vat, &made);
            const bool holds = fits && (!gross || *gross == made);
            gross = made;
            return holds;
        }
        if (gross && (net || vat)) {
            const bool fits = !__builtin_sub_overflow(*gross, net ? *net : *vat, &made);
            (net ? vat : net) = made;
            return fits;
        }
        return true;
    }
};

/// One part for each rate. False where a line cannot be used.
bool take_parts(const InvoiceValues& values, const TaxTotals& totals, Currency currency, std::vector<RatePart>& parts) {
    if (values.vat_lines.empty()) {
        parts.push_back({*totals.vat == 0 ? Value::of_number(0) : Value::empty(Type::number), *totals.net, *totals.vat});
    }
    for (const InvoiceVat& line : values.vat_lines) {
        RatePart part{Value::empty(Type::number), line.base.amount_minor, line.amount.amount_minor};
        if (line.rate) {
            const auto rate = rate_of(*line.rate);
            if (!rate) {
                return false;
            }
            part.rate = *rate;
        } else if (part.vat_minor == 0) {
            part.rate = Value::of_number(0);
        }
        if (line.base.currency != currency || line.amount.currency != currency || !is_tax_of(part, currency)) {
            return false;
        }
        const auto same = std::find_if(parts.begin(), parts.end(), [&](const RatePart& one) { return same_rate(one, part); });
        if (same == parts.end()) {
            parts.push_back(part);
        } else if (__builtin_add_overflow(same->base_minor, part.base_minor, &same->base_minor) ||
                   __builtin_add_overflow(same->vat_minor, part.vat_minor, &same->vat_minor)) {
            return false;
        }
    }
    if (parts.size() > 1) {
        std::erase_if(parts, [](const RatePart& part) { return part.base_minor == 0 && part.vat_minor == 0; });
    }
    std::sort(parts.begin(), parts.end(), comes_before);
    return !parts.empty() && parts.size() <= parts_max && (parts.size() == 1 || !parts.back().rate.is_empty);
}

std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || number == INT64_MIN) {  // which has no other side
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take_mark(std::string_view& text, char mark) {
    if (!text.starts_with(mark)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

}  // namespace

bool is_tax_of(const RatePart& part, Currency currency) {
    if (part.rate.is_empty || part.rate.number == 0) {
        return part.rate.is_empty || part.vat_minor == 0;
    }
    const Wide whole = static_cast<Wide>(hundred) * power_of_ten(part.rate.scale);
    const Wide difference = static_cast<Wide>(part.base_minor) * part.rate.number - static_cast<Wide>(part.vat_minor) * whole;
    const Wide tolerance = whole * power_of_ten(static_cast<unsigned>(currency.minor_digits()));
    return -tolerance < difference && difference < tolerance;
}

InvoiceReading read_invoice(const InvoiceValues* values, const Money& amount) {
    if (values == nullptr) {
        return {};
    }
    TaxTotals totals;
    for (const auto& [told, into] : {std::pair(&values->net, &totals.net), std::pair(&values->vat, &totals.vat),
                                     std::pair(&values->gross, &totals.gross)}) {
        if (*told && (*told)->currency != amount.currency) {
            return {};
        }
        *into = *told ? std::optional((*told)->amount_minor) : std::nullopt;
    }
    if (!totals.complete() || (totals.gross != amount.amount_minor && totals.net != amount.amount_minor)) {
        return {};
    }
    const bool is_net = totals.gross != amount.amount_minor;
    if (!totals.net || !totals.vat) {
        return {is_net ? InvoiceSays::net : InvoiceSays::gross, std::nullopt};
    }
    InvoiceSplit split;
    split.amount_is_net = is_net;
    if (!take_parts(*values, totals, amount.currency, split.parts) || !add_up(split) || split.net_minor != *totals.net ||
        split.vat_minor != *totals.vat) {
        return {};
    }
    return {InvoiceSays::split, std::move(split)};
}

std::string text_of_parts(const std::vector<RatePart>& parts) {
    std::string text;
    for (const RatePart& part : parts) {
        text += fmt::format("{}{}:{}:{}", text.empty() ? "" : " ", part.rate.is_empty ? "-" : plain_text(part.rate), part.base_minor,
                            part.vat_minor);
    }
    return text;
}

std::optional<InvoiceSplit> parse_parts(std::string_view text, bool amount_is_net) {
    InvoiceSplit split;
    split.amount_is_net = amount_is_net;
    do {
        RatePart part;
        part.rate = Value::empty(Type::number);
        const std::string_view rate = text.substr(0, text.find(':'));
        if (rate != "-" && !parse_decimal(rate, part.rate)) {
            return std::nullopt;
        }
        part.rate.text = {};
        text.remove_prefix(rate.size());
        const auto base = take_mark(text, ':') ? take_number(text) : std::nullopt;
        const auto vat = base && take_mark(text, ':') ? take_number(text) : std::nullopt;
        if (!vat) {
            return std::nullopt;
        }
        part.base_minor = *base;
        part.vat_minor = *vat;
        split.parts.push_back(part);
    } while (split.parts.size() < parts_max && take_mark(text, ' '));
    return text.empty() && add_up(split) ? std::optional(std::move(split)) : std::nullopt;
}

}  // namespace moisson::erp

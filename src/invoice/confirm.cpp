#include "invoice/confirm.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "invoice/page_labels.hpp"

namespace moisson::invoice {

namespace {

/// The highest rates of the European Union are below it (Hungary: 27 %); partial sums that add up by chance lie above as a rule.
constexpr std::int64_t vat_percent_max = 30;
/// Rates of one invoice.
constexpr std::size_t rates_max = 12;

/// Net, tax and gross by their labels, each value once.
struct Candidates {
    std::set<std::int64_t> net;
    std::set<std::int64_t> vat;
    std::set<std::int64_t> gross;
};

bool is_plausible(const ProvedSum& sum) {
    const bool same_sign = sum.vat == 0 || (sum.vat > 0) == (sum.net > 0);
    return sum.net != 0 && same_sign && Int128{std::abs(sum.vat)} * 100 <= Int128{std::abs(sum.net)} * vat_percent_max;
}

Candidates candidates_of(const LabelledPage& page) {
    Candidates found;
    for (const LabelledAmount& amount : page.amounts) {
        (amount.role == Role::net ? found.net : amount.role == Role::vat ? found.vat : found.gross).insert(amount.minor);
    }
    // Where the taxes of several rates are not added up on the page.
    if (page.rates.size() > 1 && page.rates.size() <= rates_max) {
        std::int64_t sum = 0;
        for (const RateLine& line : page.rates) {
            sum += line.vat;
        }
        found.vat.insert(sum);
    }
    return found;
}

/// Sums with the amount as their net or gross.
std::vector<ProvedSum> sums_with(const Candidates& candidates, std::int64_t amount) {
    std::vector<ProvedSum> found;
    const auto add = [&](const ProvedSum& sum) {
        if (is_plausible(sum) && std::find(found.begin(), found.end(), sum) == found.end()) {
            found.push_back(sum);
        }
    };
    if (candidates.gross.count(amount) > 0) {
        for (const std::int64_t net : candidates.net) {
            if (candidates.vat.count(amount - net) > 0) {
                add({net, amount - net, amount});
            }
        }
    }
    if (candidates.net.count(amount) > 0) {
        for (const std::int64_t vat : candidates.vat) {
            if (candidates.gross.count(amount + vat) > 0) {
                add({amount, vat, amount + vat});
            }
        }
    }
    return found;
}

/// The largest net and gross, where they prove each other: sums of parts are smaller.
std::optional<ProvedSum> largest_sum(const Candidates& candidates) {
    const auto by_size = [](std::int64_t one, std::int64_t other) { return std::abs(one) < std::abs(other); };
    if (candidates.net.empty() || candidates.gross.empty()) {
        return std::nullopt;
    }
    const std::int64_t net = *std::max_element(candidates.net.begin(), candidates.net.end(), by_size);
    const std::int64_t gross = *std::max_element(candidates.gross.begin(), candidates.gross.end(), by_size);
    const ProvedSum sum{net, gross - net, gross};
    return candidates.vat.count(sum.vat) > 0 && is_plausible(sum) ? std::optional(sum) : std::nullopt;
}

/// By the label alone, where it says it of this amount and of no other, no other label says otherwise, and no larger amount has that label:
/// a part's total has it, too.
AmountIs labelled_as(const LabelledPage& page, const Candidates& candidates, std::int64_t amount) {
    bool is_net = false;
    bool is_gross = false;
    bool is_clear = false;
    for (const LabelledAmount& labelled : page.amounts) {
        if (labelled.minor == amount && labelled.role != Role::vat) {
            (labelled.role == Role::net ? is_net : is_gross) = true;
            is_clear = is_clear || labelled.is_alone;
        }
    }
    const std::set<std::int64_t>& alike = is_net ? candidates.net : candidates.gross;
    const bool is_part = std::any_of(alike.begin(), alike.end(), [&](std::int64_t other) { return std::abs(other) > std::abs(amount); });
    if (is_net == is_gross || !is_clear || is_part) {
        return AmountIs::unknown;
    }
    return is_net ? AmountIs::net : AmountIs::gross;
}

/// By rate, where base and tax of all of them add up to the sum.
std::vector<InvoiceVat> vat_lines_of(const LabelledPage& page, const ProvedSum& sum, Currency currency) {
    std::vector<RateLine> rates = page.rates;
    if (rates.size() == 1 && !rates.front().base && rates.front().vat == sum.vat) {
        rates.front().base = sum.net;
        Int128 unit = 100;
        for (int digit = 0; digit < rates.front().rate.scale; ++digit) {
            unit *= 10;
        }
        const Int128 difference = Int128{sum.net} * rates.front().rate.value - Int128{sum.vat} * unit;
        if (difference > unit || difference < -unit) {
            return {};
        }
    }
    std::vector<InvoiceVat> lines;
    std::int64_t base = 0;
    std::int64_t vat = 0;
    for (const RateLine& rate : rates) {
        if (!rate.base || lines.size() == rates_max) {
            return {};
        }
        base += *rate.base;
        vat += rate.vat;
        lines.push_back({{}, rate.rate, Money{*rate.base, currency}, Money{rate.vat, currency}, {}});
    }
    return base == sum.net && vat == sum.vat ? lines : std::vector<InvoiceVat>();
}

AmountIs role_in(const ProvedSum& sum, std::int64_t amount) {
    return sum.net == sum.gross ? AmountIs::both : amount == sum.net ? AmountIs::net : AmountIs::gross;
}

}  // namespace

Confirmation confirm(const std::vector<PageLine>& lines, const Profile& profile, const Money& expected, bool is_credit_note) {
    Confirmation confirmed;
    if (expected.amount_minor == 0) {
        return confirmed;  // a nought stands on every page
    }
    const LabelledPage page = label_amounts(lines, profile, expected.currency);
    const Candidates candidates = candidates_of(page);
    std::vector<std::int64_t> asked{expected.amount_minor};
    if (is_credit_note && expected.amount_minor < 0) {
        asked.push_back(-expected.amount_minor);
    }
    std::vector<ProvedSum> sums;
    std::int64_t amount = expected.amount_minor;
    for (const std::int64_t wanted : asked) {
        for (const ProvedSum& sum : sums_with(candidates, wanted)) {
            sums.push_back(sum);
            amount = wanted;
        }
    }
    const auto largest = largest_sum(candidates);
    if (!sums.empty()) {
        confirmed.amount_is = role_in(sums.front(), amount);
        for (const ProvedSum& sum : sums) {
            const bool is_part = largest && std::abs(sum.gross) < std::abs(largest->gross);
            confirmed.amount_is = role_in(sum, amount) == confirmed.amount_is && !is_part ? confirmed.amount_is : AmountIs::unknown;
        }
        confirmed.is_ambiguous = sums.size() > 1 || confirmed.amount_is == AmountIs::unknown;
        if (!confirmed.is_ambiguous) {
            confirmed.sum = sums.front();
            confirmed.vat_lines = vat_lines_of(page, sums.front(), expected.currency);
        }
        return confirmed;
    }
    for (const std::int64_t wanted : asked) {
        if (const AmountIs labelled = labelled_as(page, candidates, wanted); labelled != AmountIs::unknown) {
            // Beside a sum that is proved it is something else: what is left to pay, as a rule.
            confirmed.amount_is = largest ? AmountIs::unknown : labelled;
            return confirmed;
        }
    }
    // An amount that stands there at all may be the total that no label was seen for. With the other sign it is no other amount: the
    // document may be a credit note that was not understood as one.
    const bool is_stated = page.stated.count(expected.amount_minor) > 0 || page.stated.count(-expected.amount_minor) > 0;
    if (largest && !is_stated) {
        confirmed.amount_is = AmountIs::neither;
    }
    return confirmed;
}

}  // namespace moisson::invoice

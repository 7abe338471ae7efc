#include "invoice/raw_values.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "invoice/iban.hpp"
#include "invoice/messages.hpp"
#include "invoice/observation.hpp"
#include "invoice/sums.hpp"
#include "invoice/value_texts.hpp"

namespace moisson::invoice {

namespace {


/// Rates of any tax have fewer digits; more would overflow where taxes are checked.
constexpr Int128 rate_value_max = 999'999'999;

class Maker {
public:
    Maker(const RawValues& raw, std::vector<Observation>& observations) : raw_(raw), observations_(observations) {}

    InvoiceValues make(const std::vector<RawVatLine>& vat_lines, InvoiceKind root_kind) {
        values_.from = ValuesFrom::xml;
        values_.profile = text(Term::profile, messages::term_profile);
        values_.number = text(Term::number, messages::term_number);
        values_.kind = kind(root_kind);
        values_.issue_date = date(Term::issue_date, messages::term_issue_date);
        values_.due_date = date(raw_.of(Term::due_date).empty() ? Term::discount_date : Term::due_date, messages::term_due_date);
        make_billed();
        make_seller();
        make_buyer();
        values_.order_reference = text(Term::order, messages::term_order);
        values_.contract_reference = text(Term::contract, messages::term_contract);
        if (const auto& credited = raw_.of(Term::credited_invoice); !credited.empty()) {
            values_.credited_invoice = clean_text(credited.front().text);
        }
        values_.payment_means = text(Term::payment_means, messages::term_payment_means);
        values_.iban = iban();
        make_amounts(vat_lines);
        return std::move(values_);
    }

private:
    void ambiguous(Message message) { observe(observations_, "invoice-value-ambiguous", std::move(message)); }
    void unreadable(const Message& term, std::string_view text) {
        ambiguous(messages::cannot_be_read(term, sanitise(text, limits::shown_bytes)));
    }
    void twice(const Message& term, std::string_view one, std::string_view other) {
        ambiguous(messages::said_twice(term, sanitise(one, limits::shown_bytes), sanitise(other, limits::shown_bytes)));
    }

    /// The only one of several texts; empty texts are none.
    std::string only(const std::vector<std::string>& texts, const Message& term) {
        std::string found;
        for (const std::string& text : texts) {
            if (text.empty() || text == found) {
                continue;
            }
            if (!found.empty()) {
                twice(term, found, text);
                return {};
            }
            found = text;
        }
        return found;
    }

    std::string text(Term term, const Message& name) {
        std::vector<std::string> texts;
        for (const RawText& one : raw_.of(term)) {
            texts.push_back(clean_text(one.text));
        }
        return only(texts, name);
    }

    InvoiceKind kind(InvoiceKind root_kind) {
        const std::string type = text(Term::type, messages::term_type);
        if (type.empty()) {
            return raw_.of(Term::type).size() > 1 ? InvoiceKind::unknown : root_kind;
        }
        const InvoiceKind kind = kind_of(type);
        if (kind == InvoiceKind::unknown || (root_kind != InvoiceKind::unknown && root_kind != kind)) {
            unreadable(messages::term_type, type);
            return InvoiceKind::unknown;
        }
        return kind;
    }

    std::optional<std::chrono::year_month_day> date(Term term, const Message& name) {
        std::optional<std::chrono::year_month_day> found;
        std::string_view found_text;
        for (const RawText& one : raw_.of(term)) {
            const auto day = parse_date(one.text, one.attribute);
            if (!day) {
                unreadable(name, one.text);
                return std::nullopt;
            }
            if (found && *found != *day) {
                twice(name, found_text, one.text);
                return std::nullopt;
            }
            found = day;
            found_text = one.text;
        }
        return found;
    }

    /// Both days, or none: one alone says nothing of what is charged.
    void make_billed() {
        const auto from = date(Term::billed_from, messages::term_billed);
        const auto until = date(Term::billed_until, messages::term_billed);
        if (from && until && std::chrono::sys_days{*from} <= std::chrono::sys_days{*until}) {
            values_.billed = Period{*from, *until};
        } else if (from && until) {
            unreadable(messages::term_billed, raw_.of(Term::billed_until).front().text);
        }
    }

    /// Ids of the French registers. Scheme 0002 is Sirene as a whole (ISO 6523), and older documents give a SIRET by it.
    void make_registers(Term ids, InvoiceParty& party, const Message& siren_name, const Message& siret_name) {
        std::vector<std::string> sirens;
        std::vector<std::string> sirets;
        for (const RawText& one : raw_.of(ids)) {
            const std::string digits = without_blanks(one.text);
            if (one.attribute != "0002" && one.attribute != "0009") {
                continue;
            }
            if (is_siren(digits)) {
                sirens.push_back(digits);
            } else if (is_siret(digits)) {
                sirets.push_back(digits);
            }
        }
        party.siret = only(sirets, siret_name);
        for (const std::string& siret : sirets) {
            if (const std::string siren = siret.substr(0, 9); is_siren(siren)) {
                sirens.push_back(siren);  // by definition; an office of another company is one that differs
            }
        }
        party.siren = only(sirens, siren_name);
    }

    std::string vat_id(Term term, const Message& name) {
        std::vector<std::string> ids;
        for (const RawText& one : raw_.of(term)) {
            if (one.attribute == "VA") {
                ids.push_back(without_blanks(one.text));
            }
        }
        return only(ids, name);
    }

    void make_seller() {
        values_.seller.name = text(Term::seller_name, messages::term_seller_name);
        make_registers(Term::seller_id, values_.seller, messages::term_seller_siren, messages::term_seller_siret);
        values_.seller.vat_id = vat_id(Term::seller_tax_id, messages::term_seller_vat_id);
    }

    void make_buyer() {
        values_.buyer.name = text(Term::buyer_name, messages::term_buyer_name);
        make_registers(Term::buyer_id, values_.buyer, messages::term_buyer_siren, messages::term_buyer_siret);
        values_.buyer.vat_id = vat_id(Term::buyer_tax_id, messages::term_buyer_vat_id);
    }

    std::string iban() {
        std::vector<std::string> ibans;
        for (const RawText& one : raw_.of(Term::iban)) {
            ibans.push_back(right_iban(clean_text(one.text)));
        }
        return only(ibans, messages::term_iban);
    }

    struct ReadAmount {
        std::optional<Money> money;
        bool is_told = false;  // in any currency, readable or not
    };

    ReadAmount amount(const std::vector<RawText>& texts, const Message& name) {
        const Currency currency = *values_.currency;
        ReadAmount read;
        std::string_view other;
        std::string_view found;
        for (const RawText& one : texts) {
            read.is_told = true;
            if (!one.attribute.empty() && one.attribute != currency.code()) {
                other = one.attribute;
                continue;
            }
            const auto decimal = parse_decimal(one.text);
            const auto money = decimal ? to_money(*decimal, currency) : std::nullopt;
            if (!money) {
                unreadable(name, one.text);
                return {std::nullopt, true};
            }
            if (read.money && *read.money != *money) {
                twice(name, found, one.text);
                return {std::nullopt, true};
            }
            read.money = money;
            found = one.text;
        }
        if (!read.money && read.is_told) {
            ambiguous(messages::other_currency(name, sanitise(other, limits::shown_bytes)));
        }
        return read;
    }

    std::optional<Money> amount(Term term, const Message& name) { return amount(raw_.of(term), name).money; }

    std::optional<Money> summand(Term term, const Message& name, SumTerms& terms) {
        const ReadAmount read = amount(raw_.of(term), name);
        terms.is_whole = terms.is_whole && (read.money || !read.is_told);
        return read.money;
    }

    void make_amounts(const std::vector<RawVatLine>& vat_lines) {
        const std::string code = text(Term::currency, messages::term_currency);
        values_.currency = find_currency(code);
        if (!values_.currency || *values_.currency == Currency{}) {
            values_.currency.reset();
            const bool has_amounts = !raw_.of(Term::gross).empty() || !raw_.of(Term::net).empty() || !raw_.of(Term::amount_due).empty();
            if (!code.empty()) {
                unreadable(messages::term_currency, code);
            } else if (has_amounts && raw_.of(Term::currency).size() < 2) {
                ambiguous(messages::amounts_without_currency);
            }
            return;
        }
        values_.net = amount(Term::net, messages::term_net);
        const ReadAmount vat = amount(raw_.of(Term::vat), messages::term_vat);
        values_.vat = vat.money;
        values_.gross = amount(Term::gross, messages::term_gross);
        values_.amount_due = amount(Term::amount_due, messages::term_amount_due);
        make_breakdown(vat_lines);
        SumTerms terms;
        terms.lines_total = summand(Term::lines_total, messages::term_lines_total, terms);
        terms.allowances = summand(Term::allowances, messages::term_allowances, terms);
        terms.charges = summand(Term::charges, messages::term_charges, terms);
        terms.prepaid = summand(Term::prepaid, messages::term_prepaid, terms);
        terms.rounding = summand(Term::rounding, messages::term_rounding, terms);
        terms.tells_no_vat = !vat.is_told;
        // Factur-X 1.0.07: MINIMUM has the amount due (BT-115), and not what was paid before (BT-113).
        terms.tells_prepaid = terms.prepaid || !values_.profile.ends_with(":minimum");
        check_sums(values_, terms, observations_);
    }

    std::optional<BigDecimal> rate(const std::string& text) {
        if (text.empty()) {
            return std::nullopt;
        }
        auto rate = parse_decimal(text);
        while (rate && rate->scale > 0 && rate->value % 10 == 0) {
            rate->value /= 10;
            --rate->scale;
        }
        if (!rate || rate->value > rate_value_max || rate->value < -rate_value_max || rate->scale > 9) {
            unreadable(messages::term_vat_rate, text);
            return std::nullopt;
        }
        return rate;
    }

    /// All rows, or none: a part of a breakdown would be booked as the whole.
    void make_breakdown(const std::vector<RawVatLine>& rows) {
        const std::string_view currency = values_.currency->code();
        for (const RawVatLine& row : rows) {
            if (!row.amount.attribute.empty() && row.amount.attribute != currency) {
                continue;  // the accounting currency's
            }
            if (row.differs || row.base.text.empty() || row.amount.text.empty()) {
                ambiguous(messages::breakdown_incomplete);
                values_.vat_lines.clear();
                return;
            }
            const auto base = amount({row.base}, messages::term_vat_base);
            const auto tax = amount({row.amount}, messages::term_vat_amount);
            const auto percent = rate(row.rate);
            if (!base.money || !tax.money || (!percent && !row.rate.empty())) {
                values_.vat_lines.clear();
                return;
            }
            values_.vat_lines.push_back({clean_text(row.category), percent, *base.money, *tax.money,
                                         clean_text(row.reason.empty() ? row.reason_code : row.reason)});
        }
    }

    const RawValues& raw_;
    std::vector<Observation>& observations_;
    InvoiceValues values_;
};

}  // namespace

void RawValues::add(Term term, RawText text) {
    auto& texts = texts_[static_cast<std::size_t>(term)];
    if (texts.size() < limits::values_of_term && std::find(texts.begin(), texts.end(), text) == texts.end()) {
        texts.push_back(std::move(text));
    }
}

InvoiceValues make_values(const RawValues& raw, const std::vector<RawVatLine>& vat_lines, InvoiceKind root_kind,
                          std::vector<Observation>& observations) {
    return Maker(raw, observations).make(vat_lines, root_kind);
}

}  // namespace moisson::invoice

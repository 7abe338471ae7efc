/// One wire document to one ledger row, with a finding for whatever was left out, repaired or odd.
#include <array>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "normalize/filename.hpp"
#include "normalize/messages.hpp"
#include "normalize/normalize.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

/// Collects what is found about one row: the code on the row, the sentence in the run's list.
class Notes {
public:
    Notes(LedgerEntry& entry, std::vector<Finding>& findings) : entry_(entry), findings_(findings) {}

    void add(FindingCode code, Message message = {}) {
        entry_.findings.insert(code);
        findings_.push_back(make_finding(code, std::move(message), entry_.contract->id, entry_.document_id));
    }
    /// An error, whatever the kind's own severity is.
    void add_error(FindingCode code, Message message) {
        add(code, std::move(message));
        findings_.back().raised = true;
    }
    /// For what the contract's own finding says at length already.
    void mark(FindingCode code) { entry_.findings.insert(code); }

private:
    LedgerEntry& entry_;
    std::vector<Finding>& findings_;
};

std::string shown(std::string_view text) { return sanitise(text, 120); }

bool is_given(const std::optional<std::string>& text) { return text && !trim(*text).empty(); }

void read_type(const wire::Document& document, LedgerEntry& entry, Notes& notes) {
    entry.document_type = document.documentType.value_or("");
    entry.standing = standing_of(entry.document_type);
    if (entry.document_type.empty()) {
        notes.add("document-type-missing");
    } else if (find_document_type(entry.document_type) == nullptr) {
        notes.add("document-type-unknown", messages::type_not_known_document_kept(shown(entry.document_type)));
    }
}

/// An unreadable amount or currency keeps a final document out of the totals: an error. On any other it costs nothing but the value.
void add_value_problem(FindingCode code, Message message, const LedgerEntry& entry, Notes& notes) {
    notes.add(entry.standing == Standing::final_ ? code : FindingCode("detail-unreadable"), std::move(message));
}

void read_currency(const wire::Document& document, bool has_amount, LedgerEntry& entry, Notes& notes) {
    entry.raw_currency = document.currency.value_or("");
    if (is_given(document.currency)) {
        Result<Currency> currency = parse_currency(entry.raw_currency);
        if (currency) {
            entry.currency = *currency;
        } else {
            add_value_problem("currency-unreadable", messages::currency_cannot_used(currency.error().message), entry, notes);
        }
        return;
    }
    if (has_amount) {
        add_value_problem("currency-missing", messages::amount_came_without_currency(shown(entry.raw_amount)), entry, notes);
    }
}

void read_amount(const wire::Document& document, LedgerEntry& entry, Notes& notes) {
    using wire::AmountKind;
    const bool is_null = document.amount_kind == AmountKind::absent || document.amount_kind == AmountKind::null;
    entry.raw_amount = is_null ? std::string() : document.amount;
    const bool has_amount = !is_null && (document.amount_kind == AmountKind::other || !trim(document.amount).empty());
    read_currency(document, has_amount, entry, notes);
    if (!has_amount) {
        if (entry.standing == Standing::final_) {
            notes.add("amount-missing", messages::document_no_amount(words_of_type(shown(entry.document_type))));
        }
        return;
    }
    if (document.amount_kind == AmountKind::other) {
        add_value_problem("amount-unreadable", messages::amount_neither_number_nor_text(shown(entry.raw_amount)), entry, notes);
        return;
    }
    if (!entry.currency) {
        return;  // the currency's finding says why; without its digits the amount has no exact value
    }
    const AmountSyntax syntax = document.amount_kind == AmountKind::number ? AmountSyntax::json_number : AmountSyntax::text;
    Result<Money> amount = parse_amount(entry.raw_amount, *entry.currency, syntax);
    if (!amount) {
        add_value_problem("amount-unreadable", messages::amount_not_read(amount.error().message), entry, notes);
        return;
    }
    entry.amount = *amount;
    if (entry.standing == Standing::final_ && amount->amount_minor < 0) {
        const bool has_positive = amount->amount_minor > std::numeric_limits<std::int64_t>::min();
        notes.add("credit-note", messages::credit(has_positive ? Money{-amount->amount_minor, amount->currency} : *amount));
    } else if (entry.standing == Standing::final_ && amount->amount_minor == 0) {
        notes.add("amount-zero");
    }
}

void read_period(const wire::Document& document, const PlausibleTimes& plausible, LedgerEntry& entry, Notes& notes) {
    entry.raw_period = document.period.value_or("");
    if (!is_given(document.period)) {
        notes.add("period-missing");
        return;
    }
    Result<ParsedPeriod> parsed = parse_period_text(entry.raw_period);
    if (!parsed) {
        notes.add("period-unreadable", messages::period_not_read(parsed.error().message));
        return;
    }
    if (!plausible.holds(parsed->period)) {
        notes.add("period-unreadable", messages::period_not_taken_not_within_years(shown(entry.raw_period),
                                                                                   fmt::to_string(static_cast<int>(plausible_first_year)),
                                                                                   fmt::to_string(plausible.last_year())));
        return;
    }
    entry.period = parsed->period;
    if (parsed->has_tail) {
        notes.add("period-tail", messages::period_taken(shown(entry.raw_period), parsed->period.month()));
    }
    if (parsed->spans_months()) {
        notes.add("period-spans-months", messages::period_runs_from_row_stands(shown(entry.raw_period), parsed->period.first,
                                                                               parsed->period.last, parsed->period.month()));
    }
}

std::optional<Timestamp> read_instant(const std::optional<std::string>& text, std::string_view member, const PlausibleTimes& plausible,
                                      Notes& notes) {
    if (!is_given(text)) {
        return std::nullopt;
    }
    const std::optional<Timestamp> instant = parse_timestamp(trim(*text));
    if (!instant) {
        notes.add("timestamp-unreadable", messages::not_instant(member, shown(*text)));
    } else if (!plausible.holds(*instant)) {
        notes.add("date-implausible",
                  messages::not_within_years_left_empty(member, shown(*text), fmt::to_string(static_cast<int>(plausible_first_year)),
                                                        fmt::to_string(plausible.last_year())));
        return std::nullopt;
    }
    return instant;
}

void read_instants(const wire::Document& document, const PlausibleTimes& plausible, LedgerEntry& entry, Notes& notes) {
    entry.issued_at = read_instant(document.createdAt, "createdAt", plausible, notes);
    entry.updated_at = read_instant(document.updatedAt, "updatedAt", plausible, notes);
    if (entry.issued_at && entry.updated_at && *entry.issued_at != *entry.updated_at) {
        notes.add("updated-after-issue", messages::issued_updated(place::Day(format_timestamp(*entry.issued_at)),
                                                                  place::Day(format_timestamp(*entry.updated_at))));
    }
}

void read_filename(const wire::Document& document, LedgerEntry& entry, Notes& notes) {
    entry.filename = document.filename.value_or("");
    if (entry.filename.empty()) {
        notes.add("filename-missing");
        return;
    }
    if (const Message why = why_unsafe(entry.filename); !why.empty()) {
        notes.add("filename-unsafe", messages::file_name_archive_uses_safe_one(shown(entry.filename), why));
    }
}

using NamedText = std::pair<std::string_view, const std::string*>;

std::array<NamedText, 6> contract_texts(const Contract& contract) {
    return {{{"contract_id", &contract.id},
             {"contract_name", &contract.name},
             {"offer_id", &contract.offer_id},
             {"offer_name", &contract.offer_name},
             {"customer_id", &contract.customer_id},
             {"customer_name", &contract.customer_name}}};
}

/// The raw amount of a credit begins with '-' and is a number; any other text that begins so is suspect.
bool is_plain_number(const LedgerEntry& entry, const std::string* text) { return text == &entry.raw_amount && entry.amount.has_value(); }

void check_texts(LedgerEntry& entry, Notes& notes) {
    const std::array<NamedText, 6> texts{{{"document_id", &entry.document_id},
                                          {"document_type", &entry.document_type},
                                          {"filename", &entry.filename},
                                          {"raw_amount", &entry.raw_amount},
                                          {"raw_currency", &entry.raw_currency},
                                          {"raw_period", &entry.raw_period}}};
    for (const auto& [column, text] : texts) {
        if (is_formula_like(*text) && !is_plain_number(entry, text)) {
            notes.add("formula-like", messages::column_holds_spreadsheet_would_run(column, shown(*text)));
        }
        if (!is_utf8(*text)) {
            notes.add("text-not-utf8", messages::column_not_utf_8(column, shown(*text)));
        }
    }
    for (const auto& [column, text] : contract_texts(*entry.contract)) {
        if (is_formula_like(*text)) {
            notes.mark("formula-like");
        }
        if (!is_utf8(*text)) {
            notes.mark("text-not-utf8");
        }
    }
}

/// What the answer said in two ways, not in text, or what it may not say: the value is left empty, or repaired.
void read_flaws(const wire::Document& document, LedgerEntry& entry, Notes& notes) {
    static constexpr std::array<std::pair<std::uint8_t, std::string_view>, 8> members{{{wire::member_id, "id"},
                                                                                       {wire::member_filename, "filename"},
                                                                                       {wire::member_period, "period"},
                                                                                       {wire::member_created_at, "createdAt"},
                                                                                       {wire::member_updated_at, "updatedAt"},
                                                                                       {wire::member_amount, "amount"},
                                                                                       {wire::member_currency, "currency"},
                                                                                       {wire::member_document_type, "documentType"}}};
    for (const auto& [bit, name] : members) {
        if ((document.secret & bit) != 0) {
            notes.add("secret-in-answer", messages::service_repeated_secret_job_left(name));
        }
        if ((document.contradicting & bit) == 0) {
            continue;
        }
        Message message = messages::service_gave_two_different_values(name);
        // What is not known of its name or day costs nobody money; the rest decides what counts, and where.
        const bool costs_money = bit != wire::member_filename && bit != wire::member_created_at;
        const bool may_count = entry.standing == Standing::final_ || entry.document_type.empty();
        if (costs_money && may_count) {
            notes.add_error("member-contradicting", std::move(message));
        } else {
            notes.add("member-contradicting", std::move(message));
        }
    }
    if (document.repaired) {
        notes.add("text-not-utf8", messages::text_document_entry_list_not_utf_8);
    }
}

void take(std::string& into, const std::string& from) {
    if (!from.empty()) {
        into = from;
    }
}

}  // namespace

LedgerEntry make_entry(const wire::Document& document, const Contract& contract, std::vector<Finding>& findings,
                       const PlausibleTimes& plausible) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = document.id;
    Notes notes(entry, findings);
    read_type(document, entry, notes);
    read_amount(document, entry, notes);
    read_period(document, plausible, entry, notes);
    read_instants(document, plausible, entry, notes);
    read_filename(document, entry, notes);
    check_texts(entry, notes);
    read_flaws(document, entry, notes);
    return entry;
}

Contract make_contract(const wire::Contract& item, const wire::Contract* detail) {
    Contract contract{item.id, item.name, item.offer_id, item.offer_name, item.customer_id, item.customer_name, item.platformId};
    if (detail != nullptr) {
        // The id stays the list's: it is the key under which everything is asked.
        take(contract.name, detail->name);
        take(contract.offer_id, detail->offer_id);
        take(contract.offer_name, detail->offer_name);
        take(contract.customer_id, detail->customer_id);
        take(contract.customer_name, detail->customer_name);
        take(contract.platform_id, detail->platformId);
        if (contract.id.empty()) {
            contract.id = detail->id;
        }
    }
    return contract;
}

void check_contract(const Contract& contract, std::vector<Finding>& findings) {
    if (contract.platform_id.empty()) {
        findings.push_back(make_finding("platform-id-missing", {}, contract.id));
    }
    for (const auto& [column, text] : contract_texts(contract)) {
        if (is_formula_like(*text)) {
            findings.push_back(
                make_finding("formula-like", messages::column_holds_spreadsheet_would_run(column, shown(*text)), contract.id));
        }
        if (!is_utf8(*text)) {
            findings.push_back(make_finding("text-not-utf8", messages::column_not_utf_8(column, shown(*text)), contract.id));
        }
    }
}

}  // namespace moisson::normalize

/// Evaluation: fields of the posting, kept names, mappings. Amounts and functions are in files of their own.
#include "erp/evaluator.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/version.hpp"
#include "domain/posting_terms.hpp"
#include "erp/days.hpp"
#include "erp/messages.hpp"

namespace moisson::erp {

namespace {

/// ASCII, since many formats have no accents; the same in every language, as all of an ERP file is.
constexpr std::string_view no_file_mark = "NO FILE ";
constexpr std::size_t mapped_keys_max = 65'536;

Value instant_of(const std::optional<Timestamp>& instant) {
    return instant ? Value::of_instant(instant->time_since_epoch().count()) : Value::empty(Type::instant);
}

}  // namespace

std::size_t Evaluator::ContractKeyHash::operator()(const ContractKey& key) const noexcept {
    auto bits = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(key.contract)) ^ (std::uint64_t{key.type} << 52U);
    bits ^= static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(key.terms)) * 31U ^ std::uint64_t{key.rate} << 32U;
    bits ^= static_cast<std::uint64_t>(key.currency.code()[0] * 31 + key.currency.code()[1]) << 40U ^
            static_cast<std::uint64_t>(key.currency.code()[2]) << 36U;
    bits *= 0x9e3779b97f4a7c15ULL;
    return bits ^ bits >> 32U;
}

Evaluator::Evaluator(const Settings& settings, const RenderOptions& options)
    : settings_(settings), template_(*settings.of), options_(options), zone_(settings.zone), lets_(settings.of->lets.size()) {
    base_ = options.base_name.empty() ? template_.info.name : options.base_name;
    export_period_ = options.period.to_text();
    counters.counts.resize(template_.counters.size());
    counters.current.resize(template_.counters.size());
    has_row_counters_ =
        std::any_of(template_.counters.begin(), template_.counters.end(), [](const CounterSpec& spec) { return spec.per_row; });
    for (const EntryNumber& given : options.numbers) {
        Series& series = series_[given.series];
        series.earlier[given.posting] = given.number;
        series.last = std::max(series.last, given.number);
    }
    step(Level::fixed);
}

void Evaluator::step(Level level) {
    ++clock_;
    for (auto at = static_cast<std::size_t>(level); at < std::size(stamps_); ++at) {
        stamps_[at] = clock_;
        arenas_[at].clear();
    }
}

void Evaluator::begin_part(std::int64_t part) {
    part_ = part;
    contract_key_ = {};
    last_terms_ = nullptr;
    step(Level::part);
}

void Evaluator::begin_entry(const Posting& posting) {
    posting_ = &posting;
    problems_.clear();
    vat_unknown_ = false;
    rate_at_ = no_rate;
    if (mapped_.size() >= mapped_keys_max) {
        mapped_.clear();
        shared_terms_.clear();
        last_terms_ = nullptr;
        ++mapped_epoch_;
        contract_key_ = {};
    }
    entry_key_ = {posting.entry->contract, shared_terms(posting.terms.get()), posting.amount.currency,
                  type_index(posting.entry->document_type), 0};
    mapped_base_ = entry_key_ == contract_key_ ? mapped_now_ : &look_up(entry_key_);
    enter(entry_key_);
    if (mapped_base_->is_by_rate && amounts().rates.size() == 1) {
        entry_key_.rate = rate_index(amounts().rates.front().rate);
        enter(entry_key_);
    }
}

/// Contract, document type, currency and rate that the mapping is asked for from now on.
void Evaluator::enter(const ContractKey& key) {
    if (key == contract_key_) {
        step(Level::entry);
        return;
    }
    contract_key_ = key;
    step(Level::contract);
    mapped_now_ = &look_up(key);
}

void Evaluator::begin_rate(std::size_t at) {
    rate_at_ = at;
    ContractKey key = entry_key_;
    if (mapped_base_->is_by_rate) {
        key.rate = rate_index(amounts().rates.at(at).rate);
    }
    enter(key);  // a line of the entry is written again, with other amounts
}

void Evaluator::end_rates() {
    rate_at_ = no_rate;
    enter(entry_key_);
}

/// 0 for no rate, and for more different ones than any month has.
std::uint32_t Evaluator::rate_index(const Value& rate) {
    constexpr std::size_t rates_known_max = 4096;
    if (rate.is_empty) {
        return 0;
    }
    for (std::size_t at = 1; at < rate_values_.size(); ++at) {
        if (compare(rate_values_[at], rate) == 0) {
            return static_cast<std::uint32_t>(at);
        }
    }
    if (rate_values_.size() >= rates_known_max) {
        return 0;
    }
    rate_values_.push_back(rate);
    return static_cast<std::uint32_t>(rate_values_.size() - 1);
}

/// Terms that are the same but for what each invoice said: what the mapping said is looked up once for all of them.
const PostingTerms* Evaluator::shared_terms(const PostingTerms* terms) {
    if (terms == nullptr || terms == last_terms_) {
        return terms == nullptr ? nullptr : last_shared_;
    }
    last_terms_ = terms;
    last_shared_ = shared_terms_.try_emplace({without_document(terms->basis), without_document(terms->remarks)}, terms).first->second;
    return last_shared_;
}

std::uint32_t Evaluator::type_index(const std::string& type) {
    constexpr std::size_t types_max = 4096;
    if (contract_key_.type < types_.size() && types_[contract_key_.type] == type) {
        return contract_key_.type;
    }
    for (std::size_t at = 0; at < types_.size(); ++at) {
        if (types_[at] == type) {
            return static_cast<std::uint32_t>(at);
        }
    }
    if (types_.size() >= types_max) {
        types_.clear();
        mapped_.clear();
        shared_terms_.clear();
        ++mapped_epoch_;
        contract_key_ = {};
    }
    types_.push_back(type);
    return static_cast<std::uint32_t>(types_.size() - 1);
}

const Evaluator::MappedRow& Evaluator::look_up(const ContractKey& key) {
    auto [found, is_new] = mapped_.try_emplace(key);
    MappedRow& row = found->second;
    if (!is_new) {
        return row;
    }
    row.serial = static_cast<std::uint32_t>(mapped_.size() - 1);
    row.values.resize(template_.mappings.size());
    row.is_by_rate = settings_.has_rate_keys;
    for (std::size_t at = 0; at < template_.mappings.size(); ++at) {
        row.values[at].value = Value::empty(template_.mappings[at].type);
        if (key.terms == nullptr) {
            look_up_today(key, at, row.values[at]);
        } else {
            look_up_kept(key, at, row);
        }
    }
    if (key.terms != nullptr) {
        row.is_by_rate = row.is_by_rate || key.terms->basis.find(rate_mark) != std::string::npos ||
                         key.terms->remarks.find(rate_mark) != std::string::npos;
        row.rule = read_rule(*key.terms);
        row.rule.invoice.reset();  // each posting's own
    }
    return row;
}

/// What the terms say of a column; today's mapping where the template did not have it then.
void Evaluator::look_up_kept(const ContractKey& key, std::size_t index, MappedRow& row) {
    const MappingSpec& spec = template_.mappings[index];
    MappedValue& mapped = row.values[index];
    const auto find = [&](const std::string& name) {
        auto kept = find_term(key.terms->basis, name);
        return kept ? kept : find_term(key.terms->remarks, name);
    };
    auto kept = key.rate == 0 ? std::nullopt : find(term_of_column(spec.name, rate_values_[key.rate]));
    kept = kept ? kept : find(term_of_column(spec.name));
    if (!kept) {
        look_up_today(key, index, mapped);
    } else if (*kept) {
        mapped.is_set = true;
        const std::string& text = row.texts.emplace_back(std::move(**kept));
        if (spec.type == Type::text) {
            mapped.value = Value::of_text(text);
        } else if (!text.empty()) {
            static_cast<void>(parse_mapping_number(spec.name, text, mapped.value));
        }
    }
}

void Evaluator::look_up_today(const ContractKey& key, std::size_t index, MappedValue& into) {
    for (const auto& [mapping, column] : settings_.columns[index]) {
        const Mapping::Found cell =
            mapping->find(*key.contract, posting_->entry->document_type, key.currency.code(), rate_values_[key.rate], column);
        if (!cell.is_set) {
            continue;
        }
        into.is_set = true;
        if (template_.mappings[index].type == Type::text) {
            into.value = Value::of_text(cell.text);
        } else if (!cell.text.empty()) {
            // The mapping's numbers were checked when it was read.
            static_cast<void>(parse_mapping_number(template_.mappings[index].name, cell.text, into.value));
        }
        return;
    }
}

void Evaluator::begin_row() { step(Level::row); }

void Evaluator::report(FindingCode code, Message message) {
    Problem problem{code, std::move(message)};
    for (std::vector<Problem>* watcher : watchers_) {
        if (std::find(watcher->begin(), watcher->end(), problem) == watcher->end()) {
            watcher->push_back(problem);
        }
    }
    if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end()) {
        problems_.push_back(std::move(problem));
    }
}

void Evaluator::report_again(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
        report(problem.code, problem.message);
    }
}

Value Evaluator::compute(const Node& node) {
    switch (node.op) {
        case Op::constant: return node.value;
        case Op::field: return field(node.field);
        case Op::setting: return settings_.values[node.index];
        case Op::mapping: return mapped(node.index);
        case Op::let: return let(node);
        case Op::counter: return number_of(counters.current[node.index]);
        case Op::concat: return concat(node);
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::negate: return arithmetic(node);
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal: return comparison(node);
        case Op::both: return Value::of_truth(compute(*node.arguments[0]).is_true() && compute(*node.arguments[1]).is_true());
        case Op::either: return Value::of_truth(compute(*node.arguments[0]).is_true() || compute(*node.arguments[1]).is_true());
        case Op::not_: return Value::of_truth(!compute(*node.arguments[0]).is_true());
        case Op::call: return call(node);
    }
    return {};
}

Value Evaluator::let(const Node& node) {
    Kept& kept = lets_[node.index];
    const std::uint64_t now = stamp(node.level);
    if (kept.stamp != now) {
        kept.problems.clear();
        watch(&kept.problems);
        kept.value = value(*template_.lets[node.index].node);
        unwatch();
        kept.stamp = now;
    } else if (!kept.problems.empty()) {
        report_again(kept.problems);
    }
    return kept.value;
}

Value Evaluator::field(Field which) {
    // The fields of every line first.
    switch (which) {
        case Field::line_debit: return Value::of_money(line_debit);
        case Field::line_credit: return Value::of_money(line_credit);
        case Field::local_gross: return Value::of_money(amounts().local_gross);
        case Field::local_net: return Value::of_money(amounts().local_net);
        case Field::local_vat: return Value::of_money(amounts().local_vat);
        case Field::vat: return Value::of_money(amounts().vat);
        default: break;
    }
    if (which <= Field::local_currency) {
        return contract_field(which);
    }
    if (which <= Field::entry) {
        return entry_field(which);
    }
    if (which >= Field::total_entries) {
        return total_field(which);
    }
    return run_field(which);
}

Value Evaluator::contract_field(Field which) {
    const Contract& contract = *posting_->entry->contract;
    switch (which) {
        case Field::contract_id: return Value::of_text(contract.id);
        case Field::contract_name: return Value::of_text(contract.name);
        case Field::offer_id: return Value::of_text(contract.offer_id);
        case Field::offer_name: return Value::of_text(contract.offer_name);
        case Field::customer_id: return Value::of_text(contract.customer_id);
        case Field::customer_name: return Value::of_text(contract.customer_name);
        case Field::perimeter: return Value::of_text(contract.perimeter);
        case Field::platform_id: return Value::of_text(contract.platform_id);
        case Field::document_type: return Value::of_text(posting_->entry->document_type);
        case Field::currency: return Value::of_text(posting_->amount.currency.code());
        case Field::is_foreign: return Value::of_truth(settings_.local_currency && *settings_.local_currency != posting_->amount.currency);
        default: break;
    }
    return Value::of_text(settings_.local_currency ? settings_.local_currency->code() : posting_->amount.currency.code());
}

Value Evaluator::entry_field(Field which) {
    const LedgerEntry& entry = *posting_->entry;
    switch (which) {
        case Field::document_id: return Value::of_text(entry.document_id);
        case Field::piece: return piece();
        case Field::piece_number: return text_of(piece_number());
        case Field::key: return text_of(posting_->key());
        case Field::version: return number_of(posting_->version);
        case Field::sequence: return number_of(posting_->sequence);
        case Field::kind: return Value::of_text(to_text(posting_->kind));
        case Field::standing: return Value::of_text(to_text(entry.standing));
        case Field::filename: return Value::of_text(entry.filename);
        case Field::path: return Value::of_text(entry.path);
        case Field::sha256: return Value::of_text(entry.sha256);
        case Field::media_type: return Value::of_text(entry.media_type);
        case Field::size_bytes:
            return entry.size_bytes ? number_of(static_cast<std::int64_t>(*entry.size_bytes)) : Value::empty(Type::number);
        case Field::file_status: return Value::of_text(to_text(entry.status));
        case Field::file_mark:
            return Value::of_text(entry.status == DocumentStatus::ok ? std::string_view() : no_file_mark);
        case Field::period: return month_text(posting_->period);
        case Field::booking_period: return month_text(posting_->booking_period);
        // A row that moved since tells nothing of the month that its posting takes back.
        case Field::period_start:
            return Value::of_date(
                days_of(entry.period && entry.period->month() == posting_->period ? entry.period->first : posting_->period.first_day()));
        case Field::period_end:
            return Value::of_date(
                days_of(entry.period && entry.period->month() == posting_->period ? entry.period->last : posting_->period.last_day()));
        case Field::booking_start: return Value::of_date(days_of(posting_->booking_period.first_day()));
        case Field::booking_end: return Value::of_date(days_of(posting_->booking_period.last_day()));
        case Field::issued_at: return instant_of(entry.issued_at);
        case Field::updated_at: return instant_of(entry.updated_at);
        case Field::invoice_number:
        case Field::due_date:
        case Field::credited_invoice:
        case Field::order_reference:
        case Field::values_from:
        case Field::document_net:
        case Field::document_vat:
        case Field::document_gross: return invoice_field(which);
        case Field::piece_date: return piece_date();
        case Field::posting_date: return posting_date();
        case Field::is_credit: return Value::of_truth(posting_->amount.amount_minor < 0);
        case Field::is_late: return Value::of_truth(posting_->late);
        case Field::entry: return number_of(numbers.entry);
        default: break;
    }
    return amount_field(which);
}

/// What the invoice says of itself now, whatever was booked.
Value Evaluator::invoice_field(Field which) {
    static const InvoiceValues nothing;
    const InvoiceValues& values = posting_->entry->invoice == nullptr ? nothing : *posting_->entry->invoice;
    const auto amount = [](const std::optional<Money>& told) { return told ? Value::of_money(*told) : Value::empty(Type::money); };
    switch (which) {
        case Field::invoice_number: return Value::of_text(values.number);
        case Field::due_date: return values.due_date ? Value::of_date(days_of(*values.due_date)) : Value::empty(Type::date);
        case Field::credited_invoice: return Value::of_text(values.credited_invoice);
        case Field::order_reference: return Value::of_text(values.order_reference);
        case Field::values_from: return Value::of_text(to_text(values.from));
        case Field::document_net: return amount(values.net);
        case Field::document_vat: return amount(values.vat);
        default: break;
    }
    return amount(values.gross);
}

/// The invoice's number that is the piece of its document by today's settings; empty: the document's id is.
std::string_view Evaluator::invoice_piece() const {
    const LedgerEntry& entry = *posting_->entry;
    const bool is_known = settings_.piece_is_number && entry.invoice != nullptr && !entry.invoice->number.empty();
    return is_known && !(is_shared_ && is_shared_(entry)) ? std::string_view(entry.invoice->number) : std::string_view();
}

/// The invoice's number that the piece is made of, as it was booked; empty: the document's id.
std::string Evaluator::piece_number() const {
    return posting_->terms == nullptr ? std::string(invoice_piece()) : find_piece(*posting_->terms).value_or(std::string());
}

/// With the posting's number among those of its document.
Value Evaluator::piece() {
    const std::string number = piece_number();
    const std::string_view text = number.empty() ? std::string_view(posting_->entry->document_id) : std::string_view(number);
    return posting_->sequence == 1 ? text_of(text) : text_of(fmt::format("{}-{}", text, posting_->sequence));
}

Value Evaluator::amount_field(Field which) {
    if (which == Field::amount) {
        return Value::of_money(posting_->amount);
    }
    if (which >= Field::vat_rate && which <= Field::vat_local_gross) {
        return vat_field(which);
    }
    const Amounts& parts = amounts();
    switch (which) {
        case Field::gross: return Value::of_money(parts.gross);
        case Field::net: return Value::of_money(parts.net);
        case Field::vat: return Value::of_money(parts.vat);
        case Field::local_gross: return Value::of_money(parts.local_gross);
        case Field::local_net: return Value::of_money(parts.local_net);
        case Field::local_vat: return Value::of_money(parts.local_vat);
        case Field::rate:
            return parts.has_rate && parts.rate.value.decimals <= 18 ? Value::of_number(parts.rate.value.digits, parts.rate.value.decimals)
                                                                     : Value::empty(Type::number);
        case Field::inverse_rate: {
            const auto inverse = parts.has_rate ? moisson::divide(Decimal{1, 0}, parts.rate.value) : Result<Decimal>(Decimal{});
            return parts.has_rate && inverse && inverse->decimals <= 18 ? Value::of_number(inverse->digits, inverse->decimals)
                                                                        : Value::empty(Type::number);
        }
        default: break;
    }
    return parts.has_rate ? Value::of_date(days_of(parts.rate.day)) : Value::empty(Type::date);
}

Value Evaluator::run_field(Field which) {
    switch (which) {
        case Field::row: return number_of(numbers.row);
        case Field::line_number: return number_of(numbers.line_number);
        case Field::line_debit: return Value::of_money(line_debit);
        case Field::line_credit: return Value::of_money(line_credit);
        case Field::line_signed: return Value::of_money({line_debit.amount_minor - line_credit.amount_minor, line_debit.currency});
        case Field::line_amount: {
            const std::int64_t both = line_debit.amount_minor != 0 ? line_debit.amount_minor : line_credit.amount_minor;
            return Value::of_money({both, line_debit.currency});
        }
        case Field::line_side: return Value::of_text(line_credit.amount_minor != 0 ? "C" : "D");
        case Field::base: return Value::of_text(base_);
        case Field::template_name: return Value::of_text(template_.info.name);
        case Field::export_period: return Value::of_text(export_period_);
        case Field::export_first_day:
            return options_.period.first ? Value::of_date(days_of(options_.period.first->first_day())) : Value::empty(Type::date);
        case Field::export_last_day:
            return options_.period.last ? Value::of_date(days_of(options_.period.last->last_day())) : Value::empty(Type::date);
        case Field::data_date: return Value::of_instant(options_.data_date.time_since_epoch().count());
        case Field::program: return Value::of_text(program_name);
        default: break;
    }
    return number_of(part_);
}

Value Evaluator::total_field(Field which) {
    const bool of_group = which >= Field::group_number && which <= Field::group_credit;
    const Totals* from = of_group ? group_totals : totals;
    if (which == Field::group_number) {
        return number_of(numbers.group);
    }
    if (which == Field::each_value) {
        return Value::of_text(each.value);
    }
    if (which == Field::each_count) {
        return number_of(each.count);
    }
    if (which == Field::each_sum ? each.is_mixed : from == nullptr || from->is_mixed) {
        const bool is_sum =
            which == Field::each_sum || (which >= Field::total_amount && which <= Field::total_credit) || which >= Field::group_amount;
        if (is_sum) {
            report("erp-currencies-mixed", messages::total_over_several_currencies);
            return Value::empty(Type::money);
        }
    }
    if (which == Field::each_sum) {
        return Value::of_money(each.sum);
    }
    if (from == nullptr) {
        return Value::empty(which == Field::total_first_date || which == Field::total_last_date ? Type::date : Type::number);
    }
    switch (which) {
        case Field::total_entries:
        case Field::group_entries: return number_of(from->entries);
        case Field::total_rows:
        case Field::group_rows: return number_of(from->rows);
        case Field::total_amount:
        case Field::group_amount: return Value::of_money(from->amount);
        case Field::total_debit:
        case Field::group_debit: return Value::of_money(from->debit);
        case Field::total_credit:
        case Field::group_credit: return Value::of_money(from->credit);
        case Field::total_first_date: return from->has_dates ? Value::of_date(from->first_date) : Value::empty(Type::date);
        case Field::total_last_date: return from->has_dates ? Value::of_date(from->last_date) : Value::empty(Type::date);
        default: break;
    }
    return number_of(from->groups);
}

Value Evaluator::mapped(std::uint32_t index) {
    const MappedValue& mapped = mapped_now_->values[index];
    if (!mapped.is_set && template_.mappings[index].required) {
        const LedgerEntry& entry = *posting_->entry;
        report("erp-account-missing", messages::mapping_no_contract_type(template_.mappings[index].name, sanitise(entry.contract->id, 60),
                                                                         sanitise(entry.document_type, 60)));
    }
    return mapped.value;
}

Value Evaluator::vat_rate() {
    // The column is always there, first.
    const MappedValue& mapped = mapped_base_->values[0];
    if (!mapped.is_set && template_.mappings[0].required) {
        return this->mapped(0);
    }
    return mapped.value.is_empty ? number_of(0) : mapped.value;
}

Value Evaluator::piece_date() {
    const LedgerEntry& entry = *posting_->entry;
    switch (settings_.date_from) {
        case DateFrom::period_start: return entry_field(Field::period_start);
        case DateFrom::issued_at:
        case DateFrom::updated_at: {
            const auto& instant = settings_.date_from == DateFrom::issued_at ? entry.issued_at : entry.updated_at;
            if (!instant) {
                report("erp-field-missing", messages::piece_date_asked_from_document_not(
                                                settings_.date_from == DateFrom::issued_at ? "issued_at" : "updated_at"));
                return Value::empty(Type::date);
            }
            return Value::of_date(floor_days(zone_->to_local(instant->time_since_epoch().count())));
        }
        case DateFrom::period_end:
        case DateFrom::none: break;
    }
    return entry_field(Field::period_end);
}

/// "2026-10", without a formatting call.
Value Evaluator::month_text(Month month) {
    constexpr std::size_t size = 7;
    char* at = arena().take(size);
    auto year = static_cast<unsigned>(month.year());
    for (std::size_t place = 4; place > 0; --place, year /= 10U) {
        at[place - 1] = static_cast<char>('0' + year % 10U);
    }
    at[4] = '-';
    at[5] = static_cast<char>('0' + month.month() / 10U);
    at[6] = static_cast<char>('0' + month.month() % 10U);
    return Value::of_text({at, size});
}

/// Kept for the posting: columns and checks ask for it often. A date that cannot be found is looked for again, so that it is reported
/// again.
Value Evaluator::posting_date() {
    if (posting_date_stamp_ != stamp(Level::entry)) {
        posting_date_ = find_posting_date();
        posting_date_stamp_ = posting_date_.is_empty ? 0 : stamp(Level::entry);
    }
    return posting_date_;
}

Value Evaluator::find_posting_date() {
    const Value piece = piece_date();
    const std::int64_t begin = days_of(posting_->booking_period.first_day());
    const std::int64_t end = days_of(posting_->booking_period.last_day());
    // Later than its file's month: of a document that moved to an earlier one.
    const bool outside = piece.number < begin || (piece.number > end && posting_->booking_period < posting_->period);
    return posting_->late && !piece.is_empty && outside ? Value::of_date(end) : piece;
}

void Evaluator::restart_counters() {
    for (std::size_t at = 0; at < template_.counters.size(); ++at) {
        if (template_.counters[at].restarts) {
            counters.counts[at].clear();
        }
    }
}

std::int64_t Evaluator::start_of(const CounterSpec& spec) {
    const Value start = spec.start == nullptr ? number_of(1) : value(*spec.start);
    if (start.is_empty || start.scale != 0) {
        report("erp-field-missing", messages::counter_no_whole_number_start(spec.name));
    }
    return start.is_empty ? 1 : start.number;
}

void Evaluator::step_kept_counters() {
    for (std::size_t at = 0; at < template_.counters.size(); ++at) {
        const CounterSpec& spec = template_.counters[at];
        if (!spec.is_kept) {
            continue;
        }
        const auto series = series_of(at, spec.key == nullptr ? std::string_view() : value(*spec.key).text);
        Series& of = series->second;
        const auto [found, is_new] = of.numbers.try_emplace(posting_);
        const auto earlier = is_new && !of.earlier.empty() ? of.earlier.find(posting_->key()) : of.earlier.end();
        if (earlier != of.earlier.end()) {
            found->second = earlier->second;
        } else if (is_new) {
            // A start that was raised meanwhile is obeyed: entries of another origin stand between.
            of.last = found->second = std::max(of.last + 1, start_of(spec));
            given_.push_back({series, posting_, found->second});
        }
        counters.current[at] = found->second;
    }
}

Evaluator::AllSeries::iterator Evaluator::series_of(std::size_t counter, std::string_view key) {
    last_series_.resize(template_.counters.size(), {std::string(), series_.end()});
    auto& [last_key, series] = last_series_[counter];
    if (series == series_.end() || last_key != key) {
        last_key = key;
        series = series_.try_emplace(fmt::format("{}/{}", template_.counters[counter].name, key)).first;
    }
    return series;
}

std::vector<EntryNumber> Evaluator::given_numbers() const {
    std::vector<EntryNumber> all;
    all.reserve(given_.size());
    for (const GivenNumber& one : given_) {
        all.push_back({one.series->first, one.posting->key(), one.number});
    }
    return all;
}

void Evaluator::step_counters(Step step) {
    if (!has_row_counters_ && step == Step::row) {
        return;
    }
    if (step == Step::entry) {
        step_kept_counters();
    }
    for (std::size_t at = 0; at < template_.counters.size(); ++at) {
        const CounterSpec& spec = template_.counters[at];
        const Step wanted = spec.per_row ? Step::row : spec.per_group ? Step::group : Step::entry;
        if (wanted != step || spec.is_kept) {
            continue;
        }
        const std::string_view key = spec.key == nullptr ? std::string_view() : value(*spec.key).text;
        CounterState& counts = counters.counts[at];
        auto found = counts.find(key);
        if (found == counts.end()) {
            found = counts.emplace(std::string(key), start_of(spec) - 1).first;
        }
        counters.current[at] = ++found->second;
    }
}

}  // namespace moisson::erp

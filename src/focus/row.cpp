/// Column by column, in the order of columns.hpp. A null is an empty cell (FOCUS 1.2, "Null Handling").
#include "focus/row.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/text.hpp"
#include "domain/period.hpp"
#include "focus/columns.hpp"
#include "focus/services.hpp"
#include "focus/tags.hpp"

namespace moisson::focus {

namespace {

std::string at_midnight(std::chrono::sys_days day) { return fmt::format("{}T00:00:00Z", to_text(std::chrono::year_month_day{day})); }

/// "HH:MM", "HH:MM:SS" or "HH:MM:SS.sss" as seconds of the day; empty for another text.
std::optional<std::chrono::seconds> time_of(std::string_view text) {
    if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        if (dot != 8 || text.find_first_not_of("0123456789", dot + 1) != std::string_view::npos) {
            return std::nullopt;
        }
        text = text.substr(0, dot);
    }
    int parts[3] = {0, 0, 0};
    if (text.size() != 5 && text.size() != 8) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < text.size(); at += 3) {
        if (!is_digit(text[at]) || !is_digit(text[at + 1]) || (at > 0 && text[at - 1] != ':')) {
            return std::nullopt;
        }
        parts[at / 3] = (text[at] - '0') * 10 + (text[at + 1] - '0');
    }
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) {
        return std::nullopt;
    }
    return std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} + std::chrono::seconds{parts[2]};
}

std::string_view bare(const Field& field, std::string& scratch) { return trim(field.text(scratch)); }

bool is_blank(const Field& field, std::string& scratch) {
    const bool begins_with_text = !field.raw.empty() && field.raw.front() > ' ' && field.raw.front() != '"';
    return !begins_with_text && bare(field, scratch).empty();
}

/// A text as it stands in usage.csv; blanks alone are a null.
void append_field(std::string& out, const Field& field, std::string& scratch) {
    if (!is_blank(field, scratch)) {
        out += field.raw;
    }
    out += ',';
}

bool is_none(const Field& field) { return field.is_empty() || field.raw.find_first_of("123456789") == std::string_view::npos; }

}  // namespace

void append_cell(std::string& out, std::string_view text) {
    const bool needs_quotes =
        !text.empty() && (text.front() == ' ' || text.back() == ' ' || text.find_first_of(",\"\r\n") != std::string_view::npos);
    if (!needs_quotes) {
        out += text;
        return;
    }
    out += '"';
    for (const char letter : text) {
        out.append(letter == '"' ? 2 : 1, letter);
    }
    out += '"';
}

std::string header_line() {
    std::string line;
    for (const Column& column : columns) {
        line += column.name;
        line += &column == &columns.back() ? '\n' : ',';
    }
    return line;
}

std::string instant_of(std::string_view text, bool is_end) {
    const auto day = parse_day(text.substr(0, 10));
    if (!day) {
        return {};
    }
    const std::chrono::sys_days midnight{*day};
    if (text.size() == 10) {
        return at_midnight(is_end ? midnight + std::chrono::days{1} : midnight);
    }
    std::string_view time = text.substr(11);
    if ((text[10] != 'T' && text[10] != ' ') || time.empty()) {
        return {};
    }
    time.remove_suffix(time.ends_with('Z') ? 1 : 0);
    const auto seconds = time_of(time);
    if (!seconds) {
        return {};
    }
    std::chrono::sys_seconds instant = midnight + *seconds;
    instant += std::chrono::seconds{is_end && seconds->count() % 60 == 59 ? 1 : 0};
    const std::chrono::hh_mm_ss clock(instant - std::chrono::floor<std::chrono::days>(instant));
    return fmt::format("{}T{:02}:{:02}:{:02}Z", to_text(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(instant)}),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<BigDecimal> product(const BigDecimal& one, const BigDecimal& other) noexcept {
    BigDecimal result;
    const int scale = one.scale + other.scale;
    if (scale > big_decimal_scale_max || __builtin_mul_overflow(one.value, other.value, &result.value)) {
        return std::nullopt;
    }
    result.scale = static_cast<std::uint8_t>(scale);
    return result;
}

RowMaker::RowMaker(const Options& options) {
    append_cell(issuer_, options.invoice_issuer);
    append_cell(provider_, options.provider);
    providers_ = provider_ + ',';
    append_cell(providers_, options.publisher);
}

/// The billing period is the document's month. A charge is of that month, too, where its own days cannot be read.
Status RowMaker::keep_periods(const Fields& fields) {
    if (fields[period].raw == period_text_ && fields[begin_date].raw == begin_text_ && fields[end_date].raw == end_text_) {
        return {};
    }
    const auto month = Month::parse(fields[period].raw);
    if (!month) {
        return fail(ErrorCode::verification, "usage.csv is not as it was written: a line that counts has no month");
    }
    period_text_ = fields[period].raw;
    begin_text_ = fields[begin_date].raw;
    end_text_ = fields[end_date].raw;
    billing_start_ = at_midnight(month->first_day());
    billing_end_ = at_midnight(std::chrono::sys_days{month->last_day()} + std::chrono::days{1});
    std::string other;
    charge_start_ = instant_of(bare(fields[begin_date], scratch_), false);
    charge_end_ = instant_of(bare(fields[end_date], other), true);
    if (charge_start_.empty() || charge_end_.empty() || charge_end_ <= charge_start_) {
        charge_start_ = billing_start_;
        charge_end_ = billing_end_;
    }
    return {};
}

/// ServiceCategory, ServiceName, ServiceSubcategory. A name that is missing is the first of charge, code and provider that is there.
void RowMaker::keep_service(const Fields& fields) {
    std::string_view name = bare(fields[service], scratch_);
    for (const In otherwise : {charge, code}) {
        name = name.empty() ? bare(fields[otherwise], scratch_) : name;
    }
    if (has_service_ && name == service_text_) {
        return;
    }
    has_service_ = true;
    service_text_ = name;
    const Service known = service_of(name);
    service_cells_ = fmt::format("{},", known.category);
    if (name.empty()) {
        service_cells_ += provider_;
    } else {
        append_cell(service_cells_, name);
    }
    service_cells_ += fmt::format(",{},", known.subcategory);
}

/// FOCUS asks of usage and of purchases a quantity with its unit, a price that is not below zero, and a SKU: what has not all of them is
/// a credit where it is below zero, else an adjustment.
RowMaker::Charge RowMaker::charge_of(const Fields& fields, const BigDecimal& billed) {
    Charge made;
    const auto count = parse_big_decimal(fields[quantity].raw);
    const auto price = parse_big_decimal(fields[unit_price].raw);
    const bool has_sku = !is_blank(fields[code], scratch_) || !is_blank(fields[charge], scratch_);
    const auto cost = count && price && price->value >= 0 ? product(*count, *price) : std::nullopt;
    if (!cost || !has_sku || is_blank(fields[unit], scratch_)) {
        made.category = billed.value < 0 ? "Credit" : "Adjustment";
        made.frequency = "One-Time";
        return made;
    }
    made.is_priced = true;
    made.cost = to_short_decimal(*cost);
    const bool is_reserved = !is_blank(fields[subs_charge_type], scratch_) || !is_blank(fields[subs_duration], scratch_);
    made.is_usage = true;
    made.category = "Usage";
    made.frequency = is_reserved ? "Recurring" : "Usage-Based";
    made.pricing = is_reserved ? "Other" : "Standard";
    // A line that bills just the upfront payment is that payment. Its cost is effective in later months, of which no report tells.
    const Field& upfront = is_none(fields[subs_upfront_discounted]) ? fields[subs_upfront] : fields[subs_upfront_discounted];
    const auto paid = is_reserved && !is_none(upfront) ? parse_big_decimal(upfront.raw) : std::nullopt;
    if (paid && *paid == billed) {
        made.is_prepaid = true;
        made.is_usage = false;
        made.category = "Purchase";
        made.frequency = "One-Time";
        made.pricing = "Standard";
    }
    return made;
}

void RowMaker::append_rest(const Fields& fields, std::string& out) {
    const auto put = [&](In field) { append_field(out, fields[field], scratch_); };
    put(region);  // RegionId
    put(region);  // RegionName: reports have one text for both
    put(resource_id);
    out += ',';  // ResourceName
    out += service_cells_;
    const In sku = is_blank(fields[code], scratch_) ? charge : code;
    const bool has_sku = !is_blank(fields[sku], scratch_);
    put(sku);
    if (has_sku) {
        put(charge);  // SkuMeter
    } else {
        out += ',';
    }
    out += ',';  // SkuPriceDetails
    put(sku);    // SkuPriceId: the service has one price for a code
    const In account = is_blank(fields[tenant], scratch_) ? service_id : tenant;
    put(account);
    put(account);
    if (fields[tags].raw != tags_text_) {
        tags_text_ = fields[tags].raw;
        tags_cell_.clear();
        append_cell(tags_cell_, tags_as_json(fields[tags].text(scratch_)));
    }
    out += tags_cell_;
    out += ',';
    for (const In field : {amount, billing_mode, country, document_id, line, project, subs_charge_type, subs_duration, subs_flavor}) {
        put(field);
    }
    out += fields[volume_discount].raw;
    out += '\n';
}

Result<std::optional<BigDecimal>> RowMaker::make(const Fields& fields, std::string& out) {
    if (fields[discounted_amount].is_empty()) {
        return std::optional<BigDecimal>();
    }
    const auto billed = parse_big_decimal(fields[discounted_amount].raw);
    if (!billed || fields[currency].is_empty()) {
        return fail(ErrorCode::verification, "usage.csv is not as it was written: an amount cannot be read, or has no currency");
    }
    if (auto kept = keep_periods(fields); !kept) {
        return fail(std::move(kept.error()));
    }
    keep_service(fields);
    const Charge made = charge_of(fields, *billed);
    const std::string_view cost = fields[discounted_amount].raw;
    const std::string_view list_cost = made.is_priced ? std::string_view(made.cost) : cost;
    const auto put = [&](std::string_view cell) {
        out += cell;
        out += ',';
    };
    put(cost);
    put(fields[contract_id].raw);
    append_field(out, fields[contract_name], scratch_);
    put(fields[currency].raw);
    put(billing_end_);
    put(billing_start_);
    put(made.category);
    put({});  // ChargeClass: reports do not say what they correct
    append_field(out, is_blank(fields[charge], scratch_) ? fields[service] : fields[charge], scratch_);
    put(made.frequency);
    put(charge_end_);
    put(charge_start_);
    put(made.is_usage ? fields[quantity].raw : std::string_view());
    append_field(out, made.is_usage ? fields[unit] : Field{}, scratch_);
    put(list_cost);  // ContractedCost
    put(made.is_priced ? fields[unit_price].raw : std::string_view());
    put(made.is_prepaid ? std::string_view("0") : cost);  // EffectiveCost
    put(issuer_);
    put(list_cost);
    put(made.is_priced ? fields[unit_price].raw : std::string_view());
    put(made.pricing);
    put(made.is_priced ? fields[quantity].raw : std::string_view());
    append_field(out, made.is_priced ? fields[unit] : Field{}, scratch_);
    put(providers_);
    append_rest(fields, out);
    return std::optional<BigDecimal>(*billed);
}

}  // namespace moisson::focus

/// Written by the reader and read by the run, side by side, so that one look shows whether they agree.
#include "invoice/reader_frames.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "base/utf8.hpp"
#include "cage/cage.hpp"
#include "cage/message_values.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/value_texts.hpp"

namespace moisson::invoice {

namespace {

using cage::ValueReader;
using cage::ValueWriter;

/// What a reader may report.
constexpr std::array<FindingCode, 4> reader_codes{"invoice-unreadable", "invoice-over-budget", "invoice-value-ambiguous", "vat-sum-wrong"};

constexpr std::uint8_t kinds = 3;
constexpr std::uint8_t places = 4;
constexpr std::uint8_t amount_kinds = 5;
constexpr std::uint8_t rate_scale_max = 9;

void put_text(ValueWriter& writer, const std::string& text) { writer.text(std::string_view(text).substr(0, limits::text_bytes)); }

std::string read_text(ValueReader& reader) {
    const std::string_view text = reader.text(limits::text_bytes);
    reader.check(is_utf8(text) && clean_text(text) == text);
    return std::string(text);
}

void put_day(ValueWriter& writer, const std::optional<std::chrono::year_month_day>& day) {
    writer.flag(day.has_value());
    if (day) {
        writer.number(static_cast<std::int32_t>(std::chrono::sys_days(*day).time_since_epoch().count()));
    }
}

std::optional<std::chrono::year_month_day> read_day(ValueReader& reader) {
    if (!reader.flag()) {
        return std::nullopt;
    }
    namespace chrono = std::chrono;
    constexpr chrono::sys_days first{chrono::year{0} / chrono::January / 1};
    constexpr chrono::sys_days last{chrono::year{9999} / chrono::December / 31};
    const chrono::sys_days day{chrono::days(reader.number<std::int32_t>())};
    reader.check(first <= day && day <= last);
    return reader.is_good() ? std::optional(chrono::year_month_day(day)) : std::nullopt;
}

void put_currency(ValueWriter& writer, const std::optional<Currency>& currency) {
    writer.text(currency ? currency->code() : std::string_view());
}

std::optional<Currency> read_currency(ValueReader& reader) {
    const std::string_view code = reader.text(3);
    if (code.empty()) {
        return std::nullopt;
    }
    const auto currency = find_currency(code);
    reader.check(currency.has_value() && *currency != Currency{});
    return currency;
}

std::int64_t read_minor(ValueReader& reader) {
    const auto minor = reader.number<std::int64_t>();
    reader.check(minor != std::numeric_limits<std::int64_t>::min());  // no amount could turn it
    return minor;
}

/// Amounts go without their currency: it is the invoice's.
void put_amount(ValueWriter& writer, const std::optional<Money>& amount) {
    writer.flag(amount.has_value());
    if (amount) {
        writer.number(amount->amount_minor);
    }
}

std::optional<Money> read_amount(ValueReader& reader, const std::optional<Currency>& currency) {
    if (!reader.flag()) {
        return std::nullopt;
    }
    const std::int64_t minor = read_minor(reader);
    reader.check(currency.has_value());
    return currency ? std::optional(Money{minor, *currency}) : std::nullopt;
}

void put_party(ValueWriter& writer, const InvoiceParty& party) {
    for (const std::string* const text : {&party.name, &party.siren, &party.siret, &party.vat_id}) {
        put_text(writer, *text);
    }
}

InvoiceParty read_party(ValueReader& reader) {
    InvoiceParty party;
    for (std::string* const text : {&party.name, &party.siren, &party.siret, &party.vat_id}) {
        *text = read_text(reader);
    }
    reader.check(party.siren.empty() || is_siren(party.siren));
    reader.check(party.siret.empty() || is_siret(party.siret));
    return party;
}

void put_vat_lines(ValueWriter& writer, const std::vector<InvoiceVat>& lines) {
    writer.number(static_cast<std::uint32_t>(lines.size()));
    for (const InvoiceVat& line : lines) {
        put_text(writer, line.category);
        writer.flag(line.rate.has_value());
        if (line.rate) {
            writer.number(line.rate->value);
            writer.number(line.rate->scale);
        }
        writer.number(line.base.amount_minor);
        writer.number(line.amount.amount_minor);
        put_text(writer, line.exemption_reason);
    }
}

std::vector<InvoiceVat> read_vat_lines(ValueReader& reader, const std::optional<Currency>& currency) {
    constexpr std::size_t bytes_each = 25;
    constexpr Int128 rate_max = 999'999'999;
    const std::uint32_t count = reader.count(bytes_each);
    reader.check(count <= limits::vat_lines && (count == 0 || currency.has_value()));
    std::vector<InvoiceVat> lines;
    for (std::uint32_t at = 0; at < count && reader.is_good(); ++at) {
        InvoiceVat line;
        line.category = read_text(reader);
        if (reader.flag()) {
            BigDecimal rate;
            rate.value = reader.number<Int128>();
            rate.scale = reader.choice<std::uint8_t>(rate_scale_max + 1);
            reader.check(-rate_max <= rate.value && rate.value <= rate_max);
            line.rate = rate;
        }
        line.base = {read_minor(reader), currency.value_or(Currency{})};
        line.amount = {read_minor(reader), currency.value_or(Currency{})};
        line.exemption_reason = read_text(reader);
        lines.push_back(std::move(line));
    }
    return lines;
}

void put_values(ValueWriter& writer, const InvoiceValues& values) {
    writer.choice(values.from);
    writer.choice(values.kind);
    put_text(writer, values.profile);
    put_text(writer, values.number);
    put_day(writer, values.issue_date);
    put_day(writer, values.due_date);
    put_day(writer, values.billed ? std::optional(values.billed->first) : std::nullopt);
    put_day(writer, values.billed ? std::optional(values.billed->last) : std::nullopt);
    put_party(writer, values.seller);
    put_party(writer, values.buyer);
    put_currency(writer, values.currency);
    for (const auto* const amount : {&values.net, &values.vat, &values.gross, &values.amount_due}) {
        put_amount(writer, *amount);
    }
    put_vat_lines(writer, values.vat_lines);
    for (const std::string* const text : {&values.credited_invoice, &values.order_reference, &values.contract_reference,
                                          &values.payment_means, &values.iban}) {
        put_text(writer, *text);
    }
    writer.number(values.lines);
}

InvoiceValues read_values(ValueReader& reader) {
    InvoiceValues values;
    values.from = reader.choice<ValuesFrom>(places);
    values.kind = reader.choice<InvoiceKind>(kinds);
    values.profile = read_text(reader);
    values.number = read_text(reader);
    values.issue_date = read_day(reader);
    values.due_date = read_day(reader);
    const auto from = read_day(reader);
    const auto until = read_day(reader);
    reader.check(from.has_value() == until.has_value() && (!from || std::chrono::sys_days{*from} <= std::chrono::sys_days{*until}));
    if (from && until) {
        values.billed = Period{*from, *until};
    }
    values.seller = read_party(reader);
    values.buyer = read_party(reader);
    values.currency = read_currency(reader);
    for (auto* const amount : {&values.net, &values.vat, &values.gross, &values.amount_due}) {
        *amount = read_amount(reader, values.currency);
    }
    values.vat_lines = read_vat_lines(reader, values.currency);
    for (std::string* const text : {&values.credited_invoice, &values.order_reference, &values.contract_reference,
                                    &values.payment_means, &values.iban}) {
        *text = read_text(reader);
    }
    reader.check(values.iban.empty() || is_iban(values.iban));
    values.lines = reader.number<std::uint32_t>();
    return values;
}

}  // namespace

void put_profiles(ValueWriter& writer, std::span<const ProfileText> profiles) {
    writer.number(static_cast<std::uint32_t>(profiles.size()));
    for (const ProfileText& profile : profiles) {
        writer.text(profile.name);
        writer.text(profile.text);
    }
}

std::optional<std::vector<ProfileText>> read_profiles(std::string_view bytes) {
    ValueReader reader(bytes);
    std::vector<ProfileText> profiles;
    for (std::uint32_t left = reader.count(2 * sizeof(std::uint32_t)); left > 0 && reader.is_good(); --left) {
        ProfileText profile;
        profile.name = reader.text(bytes.size());
        profile.text = reader.text(bytes.size());
        profiles.push_back(std::move(profile));
    }
    return reader.is_whole() ? std::optional(std::move(profiles)) : std::nullopt;
}

void put_order(ValueWriter& writer, const Order& order) {
    writer.number(order.document);
    put_currency(writer, order.expected ? std::optional(order.expected->currency) : std::nullopt);
    writer.number<std::int64_t>(order.expected ? order.expected->amount_minor : 0);
}

std::optional<Order> read_order(std::string_view bytes) {
    ValueReader reader(bytes);
    Order order;
    order.document = reader.number<std::uint64_t>();
    const auto currency = read_currency(reader);
    const std::int64_t minor = read_minor(reader);
    if (currency) {
        order.expected = Money{minor, *currency};
    }
    return reader.is_whole() ? std::optional(order) : std::nullopt;
}

void put_reading(ValueWriter& writer, std::uint64_t document, const Reading& reading) {
    writer.number(document);
    put_values(writer, reading.values);
    writer.choice(reading.amount_is);
    writer.flag(reading.is_read);
    writer.number(static_cast<std::uint32_t>(reading.observations.size()));
    for (const Observation& one : reading.observations) {
        const auto* const code = std::find(reader_codes.begin(), reader_codes.end(), one.code);
        MOISSON_INVARIANT(code != reader_codes.end(), "a code of a reader");
        writer.number(static_cast<std::uint8_t>(code - reader_codes.begin()));
        cage::put_message(writer, one.message, messages::of_readers);
    }
}

std::optional<Reading> read_reading(std::string_view bytes, std::uint64_t document) {
    ValueReader reader(bytes);
    reader.check(reader.number<std::uint64_t>() == document);
    Reading reading;
    reading.values = read_values(reader);
    reading.amount_is = reader.choice<AmountIs>(amount_kinds);
    reading.is_read = reader.flag();
    const std::uint32_t count = reader.count(2);
    reader.check(count <= limits::observations);
    for (std::uint32_t at = 0; at < count && reader.is_good(); ++at) {
        const auto code = reader.choice<std::uint8_t>(static_cast<std::uint8_t>(reader_codes.size()));
        Message message = cage::read_message(reader, messages::of_readers);
        reader.check(!message.empty());
        reading.observations.push_back({reader_codes.at(code), std::move(message)});
    }
    reader.check(reading.is_read || (!reading.observations.empty() && reading.values == InvoiceValues{}));
    return reader.is_whole() ? std::optional(std::move(reading)) : std::nullopt;
}

}  // namespace moisson::invoice

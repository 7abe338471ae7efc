#include "cage/message_values.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/days.hpp"
#include "base/result.hpp"
#include "language/format.hpp"

namespace moisson::cage {

namespace {

/// A message in a message in a message.
constexpr int nested_messages_max = 3;

void put_nested(ValueWriter& writer, const Message& message, std::span<const AnyRow> rows, int depth) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const AnyRow& one) { return one.text == message.row(); });
    const bool is_known = row != rows.end() && depth > 0;
    writer.choice(static_cast<std::uint8_t>(is_known ? row - rows.begin() + 1 : 0));
    if (!is_known) {
        writer.text(std::string_view(message.english()).substr(0, message_text_bytes_max));
        return;
    }
    for (const MessageValue& value : message.values()) {
        if (value.place == Place::said) {
            put_nested(writer, value.said, rows, depth - 1);
        } else {
            writer.text(std::string_view(value.text).substr(0, message_text_bytes_max));
        }
    }
}

bool is_amount(std::string_view text) {
    constexpr std::size_t currency_size = 4;  // " EUR"
    if (text.size() <= currency_size || text[text.size() - currency_size] != ' ') {
        return false;
    }
    const std::string_view code = text.substr(text.size() - currency_size + 1);
    return is_decimal(text.substr(0, text.size() - currency_size)) &&
           std::all_of(code.begin(), code.end(), [](char letter) { return 'A' <= letter && letter <= 'Z'; });
}

bool can_be(Place place, std::string_view text) {
    switch (place) {
        case Place::text: return true;
        case Place::count:
        case Place::number: return is_decimal(text);
        case Place::amount: return is_amount(text);
        case Place::day: return parse_day(text).has_value();
        case Place::months:
        case Place::said: return false;
    }
    return false;
}

Message read_nested(ValueReader& reader, std::span<const AnyRow> rows, int depth) {
    const auto number = reader.choice<std::uint8_t>(static_cast<std::uint8_t>(rows.size() + 1));
    if (number == 0) {
        return sanitise(reader.text(message_text_bytes_max), message_text_bytes_max);
    }
    reader.check(depth > 0);
    const AnyRow& row = rows[number - 1U];
    std::vector<MessageValue> values;
    for (const Place place : row.places) {
        if (!reader.is_good()) {
            return {};
        }
        MessageValue value{place, {}, {}};
        if (place == Place::said) {
            value.said = read_nested(reader, rows, depth - 1);
        } else {
            value.text = sanitise(reader.text(message_text_bytes_max), message_text_bytes_max);
            reader.check(can_be(place, value.text));
        }
        values.push_back(std::move(value));
    }
    return {*row.text, std::move(values)};
}

}  // namespace

void put_message(ValueWriter& writer, const Message& message, std::span<const AnyRow> rows) {
    MOISSON_INVARIANT(rows.size() < 255, "a row's number is a byte");
    put_nested(writer, message, rows, nested_messages_max);
}

Message read_message(ValueReader& reader, std::span<const AnyRow> rows) { return read_nested(reader, rows, nested_messages_max); }

}  // namespace moisson::cage

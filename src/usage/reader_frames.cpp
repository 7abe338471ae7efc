/// Written by the reader and read by the run, side by side, so that one look shows whether they agree.
#include "usage/reader_frames.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "cage/message_values.hpp"
#include "usage/messages.hpp"

namespace moisson::usage {

namespace {

using cage::ValueReader;
using cage::ValueWriter;

/// Frames of rows and groups are about so long.
constexpr std::size_t frame_bytes = 256U << 10U;
/// Of a sentence about a document, and of a sample; what they hold from outside was cut to fewer.
constexpr std::size_t sentence_bytes_max = 2000;
/// Groups of one piece: it has a megabyte or two of lines, of 27 bytes at least.
constexpr std::size_t groups_max = 200'000;
constexpr std::size_t group_text_bytes_max = 16U << 20U;
constexpr std::size_t currencies_max = 400;

void put_decimal(ValueWriter& writer, const BigDecimal& decimal) {
    writer.number(decimal.value);
    writer.number(decimal.scale);
}

BigDecimal read_decimal(ValueReader& reader) {
    BigDecimal decimal;
    decimal.value = reader.number<Int128>();
    decimal.scale = reader.choice<std::uint8_t>(big_decimal_scale_max + 1);
    return decimal;
}

void put_sum(ValueWriter& writer, const UsageSum& sum) {
    writer.text(sum.currency.code());
    writer.number(sum.lines);
    put_decimal(writer, sum.amount);
    put_decimal(writer, sum.discounted);
}

UsageSum read_sum(ValueReader& reader) {
    UsageSum sum;
    const auto currency = find_currency(reader.text(3));
    reader.check(currency.has_value() && *currency != Currency{});
    sum.currency = currency.value_or(Currency{});
    sum.lines = reader.number<std::uint64_t>();
    reader.check(sum.lines > 0);
    sum.amount = read_decimal(reader);
    sum.discounted = read_decimal(reader);
    return sum;
}

void put_sightings(ValueWriter& writer, const Sightings& sightings) {
    writer.number(sightings.count);
    writer.number(sightings.first_line);
    writer.text(sightings.sample);
    writer.number(sightings.columns);
}

Sightings read_sightings(ValueReader& reader) {
    Sightings sightings;
    sightings.count = reader.number<std::uint64_t>();
    sightings.first_line = reader.number<std::uint64_t>();
    sightings.sample = reader.text(sentence_bytes_max);
    sightings.columns = reader.number<std::uint64_t>();
    return sightings;
}

void put_groups(cage::Link& link, const Groups& groups, bool by_project) {
    ValueWriter writer;
    for (std::size_t at = 0; at < groups.all().size();) {
        writer.clear();
        writer.flag(by_project);
        for (; at < groups.all().size() && writer.bytes().size() < frame_bytes; ++at) {
            const Groups::Group& group = groups.all()[at];
            writer.text(groups.text_of(group));
            put_sum(writer, group.sum);
        }
        link.put(frame::groups, writer.bytes());
    }
}

std::string piece_of(std::size_t document, const Yield& yield) {
    ValueWriter writer;
    writer.number<std::uint64_t>(document);
    writer.number(yield.lines);
    writer.number(static_cast<std::uint32_t>(yield.sums.size()));
    for (const UsageSum& sum : yield.sums) {
        put_sum(writer, sum);
    }
    for (const Sightings* const sightings :
         {&yield.without_amount, &yield.unreadable_numbers, &yield.not_utf8, &yield.formula_like, &yield.more_columns, &yield.total_rows,
          &yield.marks.comma, &yield.marks.dot, &yield.marks.leant}) {
        put_sightings(writer, *sightings);
    }
    writer.choice(yield.mark);
    put_decimal(writer, yield.total_row);
    writer.text(std::string_view(yield.other_sheet).substr(0, sentence_bytes_max));
    writer.flag(yield.is_no_source);
    writer.flag(yield.is_last);
    writer.number(yield.unpacked_bytes);
    writer.number(yield.milliseconds);
    writer.flag(yield.error.has_value());
    if (yield.error) {
        writer.number(yield.error->line);
        cage::put_message(writer, yield.error->message, messages::of_readers);
        writer.choice(yield.error->kind);
    }
    return std::string(writer.bytes());
}

/// So much below what 38 digits hold that a hundred such sums can be added whatever their scales.
bool is_small(const UsageSum& sum) {
    constexpr Int128 limit = Int128{1} << 60U;
    constexpr int scale_max = 18;
    const auto fits = [](const BigDecimal& decimal) {
        return decimal.value < limit && -limit < decimal.value && decimal.scale <= scale_max;
    };
    return fits(sum.amount) && fits(sum.discounted);
}

void add_groups(const Groups& from, Groups& to) {
    for (const Groups::Group& group : from.all()) {
        const bool fits = add_sum(to.at(from.text_of(group), group.sum.currency, group.hash), group.sum);
        MOISSON_INVARIANT(fits, "they are small");
    }
}

/// The groups' sums are those of the pieces, currency by currency.
bool add_up_to(const Groups& groups, const std::vector<UsageSum>& sums) {
    std::vector<UsageSum> left = sums;
    for (const Groups::Group& group : groups.all()) {
        const auto found = std::find_if(left.begin(), left.end(), [&](const UsageSum& sum) { return sum.currency == group.sum.currency; });
        if (found == left.end() || found->lines < group.sum.lines || !add_to(found->amount, negated(group.sum.amount)) ||
            !add_to(found->discounted, negated(group.sum.discounted))) {
            return false;
        }
        found->lines -= group.sum.lines;
    }
    return std::all_of(left.begin(), left.end(),
                       [](const UsageSum& sum) { return sum.lines == 0 && sum.amount == BigDecimal{} && sum.discounted == BigDecimal{}; });
}

}  // namespace

void put_terms(ValueWriter& writer, const ReaderTerms& terms) {
    writer.number<std::uint32_t>(terms.reading.threads);
    writer.number<std::uint64_t>(terms.reading.chunk_bytes);
    writer.number(terms.reading.limits);
    writer.flag(terms.wants_rows);
}

std::optional<ReaderTerms> read_terms(std::string_view bytes) {
    ValueReader reader(bytes);
    ReaderTerms terms;
    terms.reading.threads = reader.number<std::uint32_t>();
    terms.reading.chunk_bytes = reader.number<std::uint64_t>();
    terms.reading.limits = reader.number<Limits>();
    terms.wants_rows = reader.flag();
    return reader.is_whole() ? std::optional(std::move(terms)) : std::nullopt;
}

void put_order(ValueWriter& writer, const Order& order) {
    writer.number<std::uint64_t>(order.document);
    writer.number(order.stored_bytes);
    writer.text(order.media_type);
    writer.flag(order.is_bill);
    writer.text(order.prefix);
    writer.flag(order.counted);
    writer.text(order.currency ? order.currency->code() : std::string_view());
    writer.flag(order.is_known_broken);
    writer.number(order.line_limit);
    writer.number(order.free);
}

std::optional<Order> read_order(std::string_view bytes) {
    ValueReader reader(bytes);
    Order order;
    order.document = reader.number<std::uint64_t>();
    order.stored_bytes = reader.number<std::uint64_t>();
    order.media_type = reader.text(bytes.size());
    order.is_bill = reader.flag();
    order.prefix = reader.text(bytes.size());
    order.counted = reader.flag();
    order.currency = find_currency(reader.text(3));
    order.is_known_broken = reader.flag();
    order.line_limit = reader.number<std::uint64_t>();
    order.free = reader.number<FreeCosts>();
    return reader.is_whole() ? std::optional(std::move(order)) : std::nullopt;
}

bool PieceSender::may_add(const Yield& yield) const {
    constexpr unsigned pieces_max = 64;
    constexpr std::size_t held_groups_max = 50'000;
    constexpr std::size_t held_text_bytes_max = 4U << 20U;
    const auto has_room = [](const Groups& held, const Groups& more) {
        return held.all().size() + more.all().size() <= held_groups_max && held.text_bytes() + more.text_bytes() <= held_text_bytes_max;
    };
    const auto all_small = [](const Groups& groups) {
        return std::all_of(groups.all().begin(), groups.all().end(), [](const Groups::Group& group) { return is_small(group.sum); });
    };
    return pieces_ < pieces_max && has_room(by_service_, yield.by_service) && has_room(by_project_, yield.by_project) &&
           all_small(yield.by_service) && all_small(yield.by_project) && std::all_of(yield.sums.begin(), yield.sums.end(), is_small);
}

void PieceSender::send_groups() {
    put_groups(link_, by_service_, false);
    put_groups(link_, by_project_, true);
    by_service_.clear();
    by_project_.clear();
    pieces_ = 0;
}

void PieceSender::send_held_piece() {
    if (!held_piece_.empty()) {
        link_.put(frame::piece, held_piece_);
        held_piece_.clear();
    }
}

void PieceSender::send(std::size_t document, const Yield& yield) {
    const bool has_groups = yield.counted && !yield.error;
    const bool adds = has_groups && may_add(yield);
    if (pieces_ > 0 && has_groups && !adds) {
        send_groups();  // with the piece before, which is the last that is in them
    }
    send_held_piece();
    const std::string_view rows = yield.rows.bytes();
    for (std::size_t at = 0, from = 0; wants_rows_ && at < yield.row_ends.size(); ++at) {
        const bool is_enough = at + 1 == yield.row_ends.size() || yield.row_ends[at + 1] - from > frame_bytes;
        if (is_enough) {
            link_.put(frame::rows, rows.substr(from, yield.row_ends[at] - from));
            from = yield.row_ends[at];
        }
    }
    held_piece_ = piece_of(document, yield);
    if (adds) {
        add_groups(yield.by_service, by_service_);
        add_groups(yield.by_project, by_project_);
        ++pieces_;
    } else if (has_groups) {
        put_groups(link_, yield.by_service, false);
        put_groups(link_, yield.by_project, true);
        send_held_piece();
    }
    if (yield.is_last || yield.error) {
        if (has_groups) {
            send_groups();
        }
        by_service_.clear();  // of what is broken nobody wants them
        by_project_.clear();
        pieces_ = 0;
        send_held_piece();
    }
}

bool read_groups(std::string_view bytes, Yield& yield) {
    ValueReader reader(bytes);
    const bool by_project = reader.flag();
    Groups& groups = by_project ? yield.by_project : yield.by_service;
    while (reader.is_good() && !reader.is_whole()) {
        const std::string_view text = reader.text(cage::frame_bytes_max);
        const UsageSum sum = read_sum(reader);
        reader.check(is_utf8(text) && groups.all().size() < groups_max && groups.text_bytes() + text.size() <= group_text_bytes_max);
        if (!reader.is_good()) {
            return false;
        }
        UsageSum& kept = groups.at(text, sum.currency);
        reader.check(kept.lines == 0);  // each comes once
        kept = sum;
    }
    return reader.is_good();
}

bool read_piece(std::string_view bytes, const Order& order, Yield& yield, std::vector<UsageSum>& without_groups) {
    ValueReader reader(bytes);
    reader.check(reader.number<std::uint64_t>() == order.document);
    yield.lines = reader.number<std::uint64_t>();
    const std::uint32_t sums = reader.count(3);
    reader.check(sums <= currencies_max);
    std::uint64_t lines_in_sums = 0;
    for (std::uint32_t at = 0; at < sums && reader.is_good(); ++at) {
        const UsageSum sum = read_sum(reader);
        reader.check(
            std::none_of(yield.sums.begin(), yield.sums.end(), [&](const UsageSum& other) { return other.currency == sum.currency; }));
        reader.check(!__builtin_add_overflow(lines_in_sums, sum.lines, &lines_in_sums));
        yield.sums.push_back(sum);
    }
    for (Sightings* const sightings : {&yield.without_amount, &yield.unreadable_numbers, &yield.not_utf8, &yield.formula_like,
                                       &yield.more_columns, &yield.total_rows, &yield.marks.comma, &yield.marks.dot, &yield.marks.leant}) {
        *sightings = read_sightings(reader);
    }
    yield.mark = reader.choice<DecimalMark>(3);
    yield.total_row = read_decimal(reader);
    yield.other_sheet = reader.text(sentence_bytes_max);
    yield.is_no_source = reader.flag();
    reader.check(!yield.is_no_source || (order.is_bill && order.media_type == zip_type && yield.lines == 0));
    yield.is_last = reader.flag();
    yield.unpacked_bytes = reader.number<std::uint64_t>();
    yield.milliseconds = reader.number<std::uint64_t>();
    if (reader.flag()) {
        LineError error;
        error.line = reader.number<std::uint64_t>();
        error.message = cage::read_message(reader, messages::of_readers);
        error.kind = reader.choice<Trouble>(static_cast<std::uint8_t>(Trouble::count));
        reader.check(!error.message.empty());
        yield.error = std::move(error);
    }
    // The line that is the error may have been added in part; of such a piece nothing is kept.
    if (yield.error) {
        return reader.is_whole();
    }
    reader.check(lines_in_sums <= yield.lines);
    if (!order.counted) {
        return reader.is_whole() && yield.by_service.all().empty() && yield.by_project.all().empty();
    }
    for (const UsageSum& sum : yield.sums) {
        reader.check(add_by_currency(without_groups, sum));
    }
    const bool groups_come_later = !yield.is_last && yield.by_service.all().empty() && yield.by_project.all().empty();
    if (!reader.is_whole() || groups_come_later) {
        return reader.is_whole();
    }
    const bool adds_up = add_up_to(yield.by_service, without_groups) && add_up_to(yield.by_project, without_groups);
    without_groups.clear();
    return adds_up;
}

}  // namespace moisson::usage

/// ledger.csv, written by hand: every row goes straight into one raw buffer whose room is reserved before the row begins, so that no
/// field checks for space. A formatting call per row would be slower by a factor of six (measured).

#include "ledger/csv_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/threads.hpp"
#include "domain/currency.hpp"

namespace moisson::ledger {

namespace {

/// More than any cell whose length is bounded: dates, numbers.
constexpr std::size_t bounded_cell_bytes_max = 48;
/// Rows that are made and handed to the file together, and about how long their text is.
constexpr std::size_t rows_a_block = 512;
constexpr std::size_t piece_bytes = 256U * 1024U;
/// Fewer are made sooner than threads are started.
constexpr std::size_t rows_side_by_side_min = 8192;
constexpr unsigned threads_max = 8;

constexpr std::array<bool, 256> make_needs_quotes() {
    std::array<bool, 256> table{};
    for (const char letter : {',', '"', '\r', '\n', '\0'}) {
        table[static_cast<unsigned char>(letter)] = true;
    }
    return table;
}
constexpr std::array<bool, 256> needs_quotes = make_needs_quotes();

/// Writes a row's cells (columns.hpp) to memory that is known to be large enough (`row_bytes_max`).
class RowWriter {
public:
    /// `findings`: the text of the entry's codes.
    RowWriter(char* at, std::string_view findings) : at_(at), findings_(findings) {}

    void nothing() {}
    void key(std::string_view value) { text(value); }
    void word(std::string_view value) { plain(value); }
    void codes(const FindingCodes&) { plain(findings_); }
    void truth(bool value) { plain(value ? "yes" : "no"); }
    void count(std::uint64_t value) { number(value); }
    void month(Month value) { month(value.year(), value.month()); }
    void text(std::string_view value) {
        if (value.empty()) {
            return;
        }
        bool quoted = value.front() == ' ' || value.back() == ' ';
        for (const char letter : value) {
            quoted |= needs_quotes[static_cast<unsigned char>(letter)];
        }
        if (!quoted) {
            plain(value);
            return;
        }
        *at_++ = '"';
        for (const char letter : value) {
            if (letter == '\0') {
                plain("\xe2\x90\x80");
                continue;
            }
            if (letter == '"') {
                *at_++ = '"';
            }
            *at_++ = letter;
        }
        *at_++ = '"';
    }
    /// For values that hold nothing to quote.
    void plain(std::string_view value) {
        std::memcpy(at_, value.data(), value.size());
        at_ += value.size();
    }
    template <class Integer>
    void number(Integer value) {
        at_ = std::to_chars(at_, at_ + 24, value).ptr;
    }
    void digits(unsigned value, unsigned width) {
        for (unsigned place = width; place > 0; --place) {
            at_[place - 1] = static_cast<char>('0' + value % 10U);
            value /= 10U;
        }
        at_ += width;
    }
    void letter(char value) { *at_++ = value; }
    void comma() { *at_++ = ','; }

    void month(int year, unsigned month_of_year) {
        digits(static_cast<unsigned>(year), 4);
        letter('-');
        digits(month_of_year, 2);
    }
    void day(std::chrono::year_month_day date) {
        month(static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
        letter('-');
        digits(static_cast<unsigned>(date.day()), 2);
    }
    void instant(Timestamp value) {
        const auto days = std::chrono::floor<std::chrono::days>(value);
        const std::chrono::year_month_day date{days};
        const int year = static_cast<int>(date.year());
        if (year < 0 || year > 9999) {
            plain(format_timestamp(value));
            return;
        }
        const auto millis = static_cast<unsigned>((value - days).count());
        day(date);
        letter('T');
        digits(millis / 3'600'000U, 2);
        letter(':');
        digits(millis / 60'000U % 60U, 2);
        letter(':');
        digits(millis / 1000U % 60U, 2);
        letter('.');
        digits(millis % 1000U, 3);
        letter('Z');
    }
    /// The text of `to_decimal`, without its allocation.
    void money(const Money& value) {
        const auto places = static_cast<unsigned>(value.currency.minor_digits());
        std::uint64_t minor = static_cast<std::uint64_t>(value.amount_minor);
        if (value.amount_minor < 0) {
            letter('-');
            minor = 0 - minor;
        }
        std::uint64_t unit = 1;
        for (unsigned place = 0; place < places; ++place) {
            unit *= 10;
        }
        number(minor / unit);
        if (places > 0) {
            letter('.');
            digits(static_cast<unsigned>(minor % unit), places);
        }
    }
    /// The text of `Decimal::to_text`, without its allocation.
    void decimal(const Decimal& value) {
        char digits[24];
        const auto length = static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, value.digits).ptr - digits);
        const std::size_t decimals = value.decimals;
        if (length <= decimals) {
            plain("0.");
            std::memset(at_, '0', decimals - length);
            at_ += decimals - length;
            plain({digits, length});
            return;
        }
        plain({digits, length - decimals});
        if (decimals > 0) {
            letter('.');
            plain({digits + length - decimals, decimals});
        }
    }
    [[nodiscard]] char* position() const { return at_; }

private:
    char* at_;
    std::string_view findings_;
};

/// Takes a row's cells for an upper bound of their length: every text doubled by quotes, and quoted.
class RowRoom {
public:
    explicit RowRoom(std::string_view findings) : bytes_(findings.size() + column_infos.size() * (bounded_cell_bytes_max + 1)) {}

    void nothing() {}
    void text(std::string_view value) {
        constexpr std::size_t bytes_a_letter_max = 3;  // a NUL becomes U+2400
        bytes_ += bytes_a_letter_max * value.size();
    }
    void key(std::string_view value) { text(value); }
    void word(std::string_view value) { text(value); }
    void codes(const FindingCodes&) {}
    void truth(bool) {}
    void count(std::uint64_t) {}
    void money(const Money&) {}
    void decimal(const Decimal&) {}
    void month(Month) {}
    void day(std::chrono::year_month_day) {}
    void instant(Timestamp) {}
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    std::size_t bytes_;
};

std::size_t row_bytes_max(const LedgerEntry& entry, std::string_view findings) {
    RowRoom room(findings);
    std::apply([&](const auto&... column) { (column.put(room, entry), ...); }, ledger_columns);
    return room.bytes();
}

/// One cell, behind its separator.
template <class Put>
void put_cell(RowWriter& row, const LedgerEntry& entry, const Column<Put>& column, CsvColumns columns) {
    if (column.only_reporting && columns == CsvColumns::fixed) {
        return;
    }
    if (column.name != column_infos.front().name) {
        row.comma();
    }
    column.put(row, entry);
}

char* put_row(char* at, const LedgerEntry& entry, std::string_view findings, CsvColumns columns) {
    RowWriter row(at, findings);
    std::apply([&](const auto&... column) { (put_cell(row, entry, column, columns), ...); }, ledger_columns);
    row.letter('\n');
    return row.position();
}

/// Raw memory that grows without being cleared: a std::string would zero every byte before it is written.
class Piece {
public:
    /// Room for `bytes` more.
    char* reserve(std::size_t bytes) {
        if (capacity_ - size_ < bytes) {
            capacity_ = 2 * (size_ + bytes);
            std::unique_ptr<char[]> larger(new char[capacity_]);
            std::memcpy(larger.get(), memory_.get(), size_);
            memory_ = std::move(larger);
        }
        return memory_.get() + size_;
    }
    void end_at(const char* end) { size_ = static_cast<std::size_t>(end - memory_.get()); }
    void clear() { size_ = 0; }
    [[nodiscard]] std::string_view bytes() const { return {memory_.get(), size_}; }

private:
    std::size_t size_ = 0;
    std::size_t capacity_ = 2 * piece_bytes;
    std::unique_ptr<char[]> memory_{new char[capacity_]};
};

void put_rows(Piece& piece, std::span<const LedgerEntry> entries, CsvColumns columns) {
    piece.clear();
    for (const LedgerEntry& entry : entries) {
        const std::string findings = entry.findings.to_text();
        piece.end_at(put_row(piece.reserve(row_bytes_max(entry, findings)), entry, findings, columns));
    }
}

/// Blocks of rows, made by as many threads as there are cores where there are many, and written in their order.
Status write_rows(AtomicFile& file, std::span<const LedgerEntry> entries, CsvColumns columns) {
    const unsigned threads = entries.size() < rows_side_by_side_min ? 0 : cores_up_to(threads_max);
    std::vector<Piece> spare(2 * threads + 1);
    std::deque<std::future<Piece>> pending;
    const auto write_first = [&]() -> Status {
        Piece piece = pending.front().get();
        pending.pop_front();
        auto written = file.write(piece.bytes());
        spare.push_back(std::move(piece));
        return written;
    };
    std::optional<Workers<>> workers;  // after what its jobs use
    if (threads > 0) {
        workers.emplace(threads);
    }
    for (std::size_t begin = 0; begin < entries.size(); begin += rows_a_block) {
        const auto block = entries.subspan(begin, std::min(rows_a_block, entries.size() - begin));
        Piece piece = std::move(spare.back());
        spare.pop_back();
        const auto make = [block, columns](Piece& into) { put_rows(into, block, columns); };
        if (workers) {
            pending.push_back(workers->submit([make, into = std::move(piece)](NoTools) mutable {
                make(into);
                return std::move(into);
            }));
        } else {
            make(piece);
            if (auto written = file.write(piece.bytes()); !written) {
                return written;
            }
            spare.push_back(std::move(piece));
        }
        if (spare.empty()) {
            if (auto written = write_first(); !written) {
                return written;
            }
        }
    }
    while (!pending.empty()) {
        if (auto written = write_first(); !written) {
            return written;
        }
    }
    return {};
}

}  // namespace

void append_csv_header(std::string& out, CsvColumns columns) {
    for (const ColumnInfo& column : std::span(column_infos).first(column_count(columns))) {
        out += &column == column_infos.data() ? "" : ",";
        out += column.name;
    }
    out += '\n';
}

void append_csv_row(std::string& out, const LedgerEntry& entry, CsvColumns columns) {
    const std::string findings = entry.findings.to_text();
    const std::size_t start = out.size();
    out.resize(start + row_bytes_max(entry, findings));
    const char* end = put_row(out.data() + start, entry, findings, columns);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

Status write_ledger_csv(const std::filesystem::path& path, std::span<const LedgerEntry> entries, CsvColumns columns) {
    auto file = AtomicFile::create(path);
    if (!file) {
        return fail(std::move(file.error()));
    }
    std::string header;
    append_csv_header(header, columns);
    if (auto written = file->write(header); !written) {
        return written;
    }
    if (auto written = write_rows(*file, entries, columns); !written) {
        return written;
    }
    return file->commit();
}

}  // namespace moisson::ledger

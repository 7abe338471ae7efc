/// ledger.csv, written by hand: every row goes straight into one raw buffer whose room is reserved before the row begins, so that no
/// field checks for space. A formatting call per row would be slower by a factor of six (measured).

#include "ledger/csv_writer.hpp"

#include <charconv>
#include <cstring>
#include <memory>

#include "domain/currency.hpp"

namespace moisson::ledger {

namespace {

/// More than all columns together whose length is bounded: dates, numbers, words, separators and quotes.
constexpr std::size_t fixed_columns_bytes_max = 1024;
/// Rows are handed to the file in pieces of about this size.
constexpr std::size_t piece_bytes = 256U * 1024U;

constexpr std::array<bool, 256> make_needs_quotes() {
    std::array<bool, 256> table{};
    for (const char letter : {',', '"', '\r', '\n', '\0'}) {
        table[static_cast<unsigned char>(letter)] = true;
    }
    return table;
}
constexpr std::array<bool, 256> needs_quotes = make_needs_quotes();

/// Appends to memory that is known to be large enough (`row_bytes_max`).
class RowWriter {
public:
    explicit RowWriter(char* at) : at_(at) {}

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
};

/// An upper bound of the row's length: every text doubled by quotes, and quoted.
std::size_t row_bytes_max(const LedgerEntry& entry, std::string_view findings) {
    const Contract& contract = *entry.contract;
    const std::size_t text = contract.id.size() + contract.name.size() + contract.offer_id.size() + contract.offer_name.size() +
                             contract.customer_id.size() + contract.customer_name.size() + entry.document_id.size() +
                             entry.document_type.size() + entry.filename.size() + entry.path.size() + entry.sha256.size() +
                             entry.media_type.size() + entry.raw_amount.size() + entry.raw_currency.size() + entry.raw_period.size();
    constexpr std::size_t bytes_a_letter_max = 3;  // a NUL becomes U+2400
    return bytes_a_letter_max * text + findings.size() + fixed_columns_bytes_max;
}

/// Columns `period` to `document_type`.
void put_identity(RowWriter& row, const LedgerEntry& entry) {
    const Contract& contract = *entry.contract;
    if (entry.period) {
        const Month month = entry.period->month();
        row.month(month.year(), month.month());
    }
    for (const std::string* text : {&contract.id, &contract.name, &contract.offer_id, &contract.offer_name, &contract.customer_id,
                                    &contract.customer_name, &entry.document_id}) {
        row.comma();
        row.text(*text);
    }
    row.comma();
    row.number(entry.version);
    row.comma();
    row.text(entry.document_type);
}

/// Columns `standing` to `updated_at`.
void put_values(RowWriter& row, const LedgerEntry& entry) {
    row.comma();
    row.plain(to_text(entry.standing));
    row.comma();
    row.plain(entry.counted ? "yes" : "no");
    row.comma();
    if (entry.amount) {
        row.money(*entry.amount);
    }
    row.comma();
    if (const auto currency = entry.amount ? entry.amount->currency : entry.currency.value_or(Currency{}); currency != Currency{}) {
        row.plain(currency.code());
    }
    row.comma();
    if (entry.period) {
        row.day(entry.period->first);
    }
    row.comma();
    if (entry.period) {
        row.day(entry.period->last);
    }
    for (const std::optional<Timestamp>* instant : {&entry.issued_at, &entry.updated_at}) {
        row.comma();
        if (*instant) {
            row.instant(**instant);
        }
    }
}

void put_reporting(RowWriter& row, const std::optional<Reporting>& reporting) {
    if (!reporting) {
        row.plain(",,,,");
        return;
    }
    row.comma();
    row.money(reporting->amount());
    row.comma();
    row.plain(reporting->currency.code());
    row.comma();
    row.decimal(reporting->rate());
    row.comma();
    row.day(reporting->day);
}

char* put_row(char* at, const LedgerEntry& entry, std::string_view findings, CsvColumns columns) {
    RowWriter row(at);
    put_identity(row, entry);
    put_values(row, entry);
    row.comma();
    row.text(entry.filename);
    row.comma();
    row.text(entry.path);
    row.comma();
    if (entry.size_bytes) {
        row.number(*entry.size_bytes);
    }
    row.comma();
    row.text(entry.sha256);
    row.comma();
    row.text(entry.media_type);
    row.comma();
    row.plain(to_text(entry.status));
    row.comma();
    row.plain(findings);
    for (const std::string* text : {&entry.raw_amount, &entry.raw_currency, &entry.raw_period}) {
        row.comma();
        row.text(*text);
    }
    if (columns == CsvColumns::with_reporting) {
        put_reporting(row, entry.reporting);
    }
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

}  // namespace

void append_csv_header(std::string& out, CsvColumns columns) {
    for (std::size_t column = 0; column < csv_columns.size(); ++column) {
        out += column == 0 ? "" : ",";
        out += csv_columns.at(column);
    }
    if (columns == CsvColumns::with_reporting) {
        for (const std::string_view name : reporting_columns) {
            out += ',';
            out += name;
        }
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
    Piece piece;
    for (const LedgerEntry& entry : entries) {
        const std::string findings = entry.findings.to_text();
        piece.end_at(put_row(piece.reserve(row_bytes_max(entry, findings)), entry, findings, columns));
        if (piece.bytes().size() >= piece_bytes) {
            if (auto written = file->write(piece.bytes()); !written) {
                return written;
            }
            piece.clear();
        }
    }
    if (auto written = file->write(piece.bytes()); !written) {
        return written;
    }
    return file->commit();
}

}  // namespace moisson::ledger

// Which file a document has, and the text ones among them.
#include "sandbox/files.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "sandbox/decimal.hpp"

namespace moisson::sandbox {

namespace {

/// The partial documents are made on the 15th and cover what came before.
constexpr int partial_days = 14;

bool is_partial(const Document& document) noexcept {
    return document.type == DocumentType::partial_bills || document.type == DocumentType::partial_rated_report;
}

constexpr std::size_t long_field_bytes = 10U << 20U;

constexpr std::array<std::string_view, 28> rated_headings{
    "BillingMode",    "BeginDate",     "EndDate",        "ServiceID",        "TenantLabel",
    "Country",        "Region",        "ServiceCloud",   "CodeLabel",        "ChargeLabel",
    "IdResource",     "Project",       "Tags",           "Quantity",         "BillingUnit",
    "UnitPrice",      "Amount",        "VolumeDiscount", "DiscountedAmount", "Currency",
    "SubsChargeType", "SubsBeginDate", "SubsEndDate",    "SubsUpfront",      "SubsUpfrontDiscounted",
    "SubsFlavor",     "SubsDuration",  "CostCenter"};
constexpr std::size_t rated_columns = 27;

/// Line end and byte order mark of a contract's text files: nobody knows the service's, so a scenario may mix them.
CsvForm csv_form_of(const World& world, const Contract& contract, const Document& document) {
    if (document.csv) {
        return *document.csv;
    }
    CsvForm form;
    form.crlf = !world.scenario().plain_text && contract.number % 3 != 0;
    form.mark = form.crlf && contract.number % 3 == 1;
    return form;
}

std::string_view line_end_of(const CsvForm& form) { return form.crlf ? "\r\n" : "\n"; }
std::string_view mark_of(const CsvForm& form) { return form.mark ? "\xEF\xBB\xBF" : ""; }

using Fields = std::array<std::string, rated_columns + 1>;

Fields rated_fields(const Contract& contract, const Document& document, const UsageLine& line) {
    const CloudService& service = cloud_services()[line.service];
    const bool reserved = line.discount_percent > 15;  // some of the large discounts are reservations: they fill the Subs columns
    const auto money = [&contract](std::int64_t value) { return format_decimal(value, contract.digits, ','); };
    const std::string begin = begin_date(document);
    const std::string end = end_date(document);
    Fields fields{reserved ? "Reserved" : "PayAsYouGo",
                  begin,
                  end,
                  contract.id,
                  document.csv ? contract.name : contract.id,
                  "FR",
                  contract.number % 2 == 0 ? "eu-west-0" : "eu-west-1",
                  std::string(service.name),
                  std::string(service.code),
                  std::string(service.charge),
                  fmt::format("{:08x}", line.resource),
                  fmt::format("project-{}", line.resource % 5),
                  fmt::format("env=prod,team={}", line.resource % 7),
                  format_decimal(line.quantity_milli, 3, ','),
                  std::string(service.unit),
                  format_decimal(line.unit_price_e5, 5, ','),
                  money(line.amount_minor),
                  money(line.amount_minor - line.discounted_minor),
                  money(line.discounted_minor),
                  shown_currency(contract, document)};
    if (document.csv && document.csv->quoted) {
        fields[12] = fmt::format("env=prod;team={};say=\"hello\"", line.resource % 7);
    }
    if (reserved) {
        const std::array<std::string, 7> subscription{"Upfront", begin, end, money(0), money(0), std::string(service.code), "12"};
        std::copy(subscription.begin(), subscription.end(), fields.begin() + 20);
    }
    fields[rated_columns] = fmt::format("CC{:03}", line.resource % 9);
    return fields;
}

void append_field(std::string& text, std::string_view field, bool quoted) {
    if (!quoted) {
        text += field;
        return;
    }
    text += '"';
    for (const char letter : field) {
        text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    }
    text += '"';
}

template <class Texts>
void append_row(std::string& text, const Texts& fields, const CsvForm& form) {
    const std::size_t columns = form.wide ? rated_columns + 1 : (form.narrow ? rated_columns - 1 : rated_columns);
    for (std::size_t at = 0; at < columns; ++at) {
        text += at > 0 ? ";" : "";
        append_field(text, fields[at], form.quoted);
    }
    text += line_end_of(form);
}

/// ISO 8859-1: what it does not have becomes a question mark.
std::string to_latin1(std::string_view utf8) {
    std::string latin1;
    latin1.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto lead = static_cast<unsigned char>(utf8[at]);
        if (lead < 0x80) {
            latin1 += utf8[at];
        } else if ((lead == 0xc2 || lead == 0xc3) && at + 1 < utf8.size()) {
            ++at;
            latin1 += static_cast<char>(((lead & 0x03U) << 6U) | (static_cast<unsigned char>(utf8[at]) & 0x3fU));
        } else if ((lead & 0xc0U) == 0xc0U) {
            latin1 += '?';
        }
    }
    return latin1;
}

Fields total_fields(const Contract& contract, const Document& document, const std::vector<UsageLine>& lines) {
    std::int64_t amount = 0;
    std::int64_t discounted = 0;
    for (const UsageLine& line : lines) {
        amount += line.amount_minor;
        discounted += line.discounted_minor;
    }
    Fields fields;
    fields[0] = "Total";
    fields[16] = format_decimal(amount, contract.digits, ',');
    fields[17] = format_decimal(amount - discounted, contract.digits, ',');
    fields[18] = format_decimal(discounted, contract.digits, ',');
    fields[19] = shown_currency(contract, document);
    return fields;
}

/// Rows of nothing, which leave all sums as they are.
void fill_rated_csv(std::string& text, const Contract& contract, const Document& document, const CsvForm& form) {
    std::string row;
    append_row(row, rated_fields(contract, document, UsageLine{}), form);
    text.reserve(std::max<std::size_t>(document.file_bytes_min + row.size(), text.size()));
    while (text.size() < document.file_bytes_min) {
        text += row;
    }
}

/// A PDF's readers look for the last `startxref`: comments may stand between the file as it was and another copy of that line.
void fill_pdf(std::string& pdf, std::uint64_t bytes_min) {
    const std::size_t tail_at = pdf.rfind("startxref");
    if (pdf.size() >= bytes_min || tail_at == std::string::npos) {
        return;
    }
    constexpr std::string_view comment = "% filled up to the size that the scenario asks for, with comments that every reader skips ....\n";
    const std::string tail = pdf.substr(tail_at);
    pdf.reserve(bytes_min + comment.size() + tail.size());
    while (pdf.size() + tail.size() < bytes_min) {
        pdf += comment;
    }
    pdf += tail;
}

struct ArchiveCloser {
    void operator()(archive* writer) const noexcept { archive_write_free(writer); }
};

}  // namespace

std::string begin_date(const Document& document) { return document.month.dashed() + "-01"; }

std::string end_date(const Document& document) {
    return fmt::format("{}-{:02}", document.month.dashed(), is_partial(document) ? partial_days : document.month.last_day());
}

std::string shown_currency(const Contract& contract, const Document& document) {
    // A rule's currency is shown too, unless it is no currency, or one with other decimals than the amounts were made with.
    const std::string listed = document.currency.value_or(contract.currency);
    const bool is_code = listed.size() == 3 && std::all_of(listed.begin(), listed.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_code && minor_digits_of(listed) == contract.digits ? listed : contract.currency;
}

std::string make_rated_csv(const World& world, const Contract& contract, const Document& document) {
    const CsvForm form = csv_form_of(world, contract, document);
    std::string text(mark_of(form));
    append_row(text, rated_headings, form);
    const std::vector<UsageLine> lines = world.lines_of(contract, document);
    for (std::size_t at = 0; at < lines.size(); ++at) {
        Fields fields = rated_fields(contract, document, lines[at]);
        if (form.long_field && at == 0) {
            fields[12].append(long_field_bytes, 'x');
        }
        append_row(text, fields, form);
    }
    fill_rated_csv(text, contract, document, form);
    if (form.total) {
        append_row(text, total_fields(contract, document, lines), form);
    }
    if (form.cut) {
        // The middle of the line that stands at three fifths.
        const std::size_t line = text.rfind('\n', text.size() * 3 / 5);
        text.resize(std::min(text.size(), (line == std::string::npos ? 0 : line) + 41));
    }
    return form.latin1 ? to_latin1(text) : text;
}

std::string make_usage_csv(const World& world, const Contract& contract, const Document& document) {
    const CsvForm form = csv_form_of(world, contract, document);
    std::string text(mark_of(form));
    text += fmt::format("Contract;BeginDate;EndDate;Service;Code;Resource;Quantity;Unit{}", line_end_of(form));
    for (const UsageLine& line : world.lines_of(contract, document)) {
        const CloudService& service = cloud_services()[line.service];
        text += fmt::format("{};{};{};{};{};{:08x};{};{}{}", contract.id, begin_date(document), end_date(document), service.name,
                            service.code, line.resource, format_decimal(line.quantity_milli, 3, ','), service.unit, line_end_of(form));
    }
    return text;
}

Result<FileContent> make_file(const World& world, const Contract& contract, const Document& document) {
    Result<std::string> bytes;
    switch (document.type) {
        case DocumentType::invoices:
            bytes = make_invoice_pdf(world, contract, document);
            if (!bytes) {
                return fail(bytes.error());
            }
            fill_pdf(*bytes, document.file_bytes_min);
            return FileContent{std::move(*bytes), "application/pdf", "pdf"};
        case DocumentType::bills:
        case DocumentType::partial_bills:
            bytes = make_bill_xlsx(world, contract, document);
            if (!bytes) {
                return fail(bytes.error());
            }
            return FileContent{std::move(*bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"};
        case DocumentType::reports: return FileContent{make_usage_csv(world, contract, document), "text/csv", "csv"};
        case DocumentType::rated_report:
        case DocumentType::partial_rated_report: return FileContent{make_rated_csv(world, contract, document), "text/csv", "csv"};
    }
    return fail(ErrorCode::internal, "no such document type");
}

Result<std::string> make_zip(std::string_view entry_name, std::string_view bytes) {
    std::string zip(bytes.size() + entry_name.size() * 2 + 4096 + bytes.size() / 100, '\0');
    std::size_t used = 0;
    const std::unique_ptr<archive, ArchiveCloser> writer(archive_write_new());
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), archive_entry_free);
    const auto failed = [&writer] {
        const char* text = archive_error_string(writer.get());
        return fail(ErrorCode::internal, "the ZIP could not be made", text == nullptr ? "" : text);
    };
    // Without a time in the entry libarchive writes 1980-01-01 in any time zone.
    archive_entry_set_pathname(entry.get(), std::string(entry_name).c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    if (archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
        archive_write_open_memory(writer.get(), zip.data(), zip.size(), &used) != ARCHIVE_OK ||
        archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(writer.get(), bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size()) ||
        archive_write_close(writer.get()) != ARCHIVE_OK) {
        return failed();
    }
    zip.resize(used);
    return zip;
}

}  // namespace moisson::sandbox

// Which file a document has, and the text ones among them.
#include "sandbox/files.hpp"

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

/// Line end and byte order mark of a contract's text files: nobody knows the service's, so a scenario may mix them.
struct TextForm {
    std::string_view mark;
    std::string_view line_end;
};

TextForm text_form_of(const World& world, const Contract& contract) {
    if (world.scenario().plain_text || contract.number % 3 == 0) {
        return TextForm{"", "\n"};
    }
    return contract.number % 3 == 1 ? TextForm{"\xEF\xBB\xBF", "\r\n"} : TextForm{"", "\r\n"};
}

void append_rated_line(std::string& text, const Contract& contract, const Document& document, const UsageLine& line) {
    const CloudService& service = cloud_services()[line.service];
    const bool reserved = line.discount_percent > 15;  // some of the large discounts are reservations: they fill the Subs columns
    const std::string_view region = contract.number % 2 == 0 ? "eu-west-0" : "eu-west-1";
    const int digits = contract.digits;
    const auto money = [digits](std::int64_t value) { return format_decimal(value, digits, ','); };
    text += fmt::format("{};{};{};{};{};{};{};{};{};{};", reserved ? "Reserved" : "PayAsYouGo", begin_date(document), end_date(document),
                        contract.id, contract.id, "FR", region, service.name, service.code, service.charge);
    text += fmt::format("{:08x};project-{};env=prod,team={};{};{};{};", line.resource, line.resource % 5, line.resource % 7,
                        format_decimal(line.quantity_milli, 3, ','), service.unit, format_decimal(line.unit_price_e5, 5, ','));
    text += fmt::format("{};{};{};{};", money(line.amount_minor), money(line.amount_minor - line.discounted_minor),
                        money(line.discounted_minor), contract.currency);
    if (reserved) {
        text += fmt::format("Upfront;{};{};{};{};{};12", begin_date(document), end_date(document), money(0), money(0), service.code);
    } else {
        text += ";;;;;;";
    }
}

/// Rows of nothing, which leave all sums as they are.
void fill_rated_csv(std::string& text, const Contract& contract, const Document& document, std::string_view line_end) {
    UsageLine line;
    std::string row;
    append_rated_line(row, contract, document, line);
    row += line_end;
    text.reserve(document.file_bytes_min + row.size());
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

std::string shown_amount(const Contract& contract, const Document& document) {
    return format_decimal(document.amount_minor, contract.digits);
}

std::string make_rated_csv(const World& world, const Contract& contract, const Document& document) {
    const TextForm form = text_form_of(world, contract);
    std::string text(form.mark);
    text +=
        "BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
        "Quantity;"
        "BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
        "SubsUpfrontDiscounted;SubsFlavor;SubsDuration";
    text += form.line_end;
    for (const UsageLine& line : world.lines_of(contract, document)) {
        append_rated_line(text, contract, document, line);
        text += form.line_end;
    }
    fill_rated_csv(text, contract, document, form.line_end);
    return text;
}

std::string make_usage_csv(const World& world, const Contract& contract, const Document& document) {
    const TextForm form = text_form_of(world, contract);
    std::string text(form.mark);
    text += fmt::format("Contract;BeginDate;EndDate;Service;Code;Resource;Quantity;Unit{}", form.line_end);
    for (const UsageLine& line : world.lines_of(contract, document)) {
        const CloudService& service = cloud_services()[line.service];
        text += fmt::format("{};{};{};{};{};{:08x};{};{}{}", contract.id, begin_date(document), end_date(document), service.name,
                            service.code, line.resource, format_decimal(line.quantity_milli, 3, ','), service.unit, form.line_end);
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

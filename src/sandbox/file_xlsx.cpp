// Bills as workbooks, by libxlsxwriter.
#include "sandbox/files.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <xlsxwriter.h>

#include "sandbox/decimal.hpp"

namespace moisson::sandbox {

namespace {

constexpr lxw_row_t first_data_row = 13;  // row 14 as people count
constexpr std::array<const char*, 18> headings{"Reference",    "Contract", "Customer",   "Offer",  "Begin date",      "End date",
                                               "Billing mode", "Charge",   "Country",    "Region", "Service",         "Category",
                                               "Quantity",     "Unit",     "Unit price", "Amount", "Volume discount", "Discounted amount"};

/// An unnamed file in memory: libxlsxwriter can only write to a path, and no folder has to be writable for this one.
class MemoryFile {
public:
    MemoryFile() : descriptor_(memfd_create("bill", MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
    [[nodiscard]] Result<std::string> read() const {
        const off_t size = ::lseek(descriptor_, 0, SEEK_END);
        std::string bytes(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count = ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
            if (count <= 0) {
                return fail(ErrorCode::disk, fmt::format("the bill could not be read back: {}", std::strerror(errno)));
            }
            done += static_cast<std::size_t>(count);
        }
        return bytes;
    }

private:
    int descriptor_;
};

/// Keeps the first failure of many cell writes.
class Cells {
public:
    explicit Cells(lxw_worksheet* sheet) : sheet_(sheet) {}
    void text(lxw_row_t row, lxw_col_t column, const std::string& value) {
        keep(worksheet_write_string(sheet_, row, column, value.c_str(), nullptr));
    }
    /// Cells hold doubles by the format's nature: up to 15 digits come back exactly.
    void number(lxw_row_t row, lxw_col_t column, std::int64_t value, int digits) {
        keep(worksheet_write_number(sheet_, row, column, static_cast<double>(value) / static_cast<double>(power_of_ten(digits)), nullptr));
    }
    [[nodiscard]] lxw_error error() const noexcept { return error_; }

private:
    void keep(lxw_error error) {
        if (error_ == LXW_NO_ERROR) {
            error_ = error;
        }
    }
    lxw_worksheet* sheet_;
    lxw_error error_ = LXW_NO_ERROR;
};

/// workbook_close writes the creation time by gmtime(), whose result all threads of the process share: two at once exchange their dates
/// (libxlsxwriter 1.1.4, found by ThreadSanitizer).
lxw_error close_alone(lxw_workbook* workbook) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    return workbook_close(workbook);
}

void write_preamble(Cells& cells, const Contract& contract, const Document& document) {
    cells.text(0, 0, "Billing Report");
    const std::array<std::pair<const char*, std::string>, 8> facts{{{"Contract", contract.id},
                                                                    {"Contract name", contract.name},
                                                                    {"Customer", contract.customer_name},
                                                                    {"Offer", contract.offer_name},
                                                                    {"Begin date", begin_date(document)},
                                                                    {"End date", end_date(document)},
                                                                    {"Currency", shown_currency(contract, document)},
                                                                    {"Version", std::to_string(document.version)}}};
    lxw_row_t row = 2;
    for (const auto& [name, value] : facts) {
        cells.text(row, 0, name);
        cells.text(row, 1, value);
        ++row;
    }
    cells.text(10, 0, "Total");
    cells.number(10, 1, document.amount_minor, contract.digits);
    for (std::size_t column = 0; column < headings.size(); ++column) {
        cells.text(first_data_row - 1, static_cast<lxw_col_t>(column), headings[column]);
    }
}

void write_line(Cells& cells, lxw_row_t row, const Contract& contract, const Document& document, const UsageLine& line) {
    const CloudService& service = cloud_services()[line.service];
    const std::array<std::pair<lxw_col_t, std::string>, 13> texts{{{0, fmt::format("{:08x}", line.resource)},
                                                                   {1, contract.id},
                                                                   {2, contract.customer_id},
                                                                   {3, contract.offer_name},
                                                                   {4, begin_date(document)},
                                                                   {5, end_date(document)},
                                                                   {6, "PayAsYouGo"},
                                                                   {7, std::string(service.charge)},
                                                                   {8, "FR"},
                                                                   {9, contract.number % 2 == 0 ? "eu-west-0" : "eu-west-1"},
                                                                   {10, std::string(service.name)},
                                                                   {11, std::string(service.category)},
                                                                   {13, std::string(service.unit)}}};
    for (const auto& [column, text] : texts) {
        cells.text(row, column, text);
    }
    cells.number(row, 12, line.quantity_milli, 3);
    cells.number(row, 14, line.unit_price_e5, 5);
    cells.number(row, 15, line.amount_minor, contract.digits);
    cells.number(row, 16, line.amount_minor - line.discounted_minor, contract.digits);
    cells.number(row, 17, line.discounted_minor, contract.digits);
}

}  // namespace

Result<std::string> make_bill_xlsx(const World& world, const Contract& contract, const Document& document) {
    const MemoryFile file;
    if (!file.is_open()) {
        return fail(ErrorCode::disk, fmt::format("no memory file for a bill: {}", std::strerror(errno)));
    }
    lxw_workbook* workbook = workbook_new(file.path().c_str());
    if (workbook == nullptr) {
        return fail(ErrorCode::internal, "no workbook could be begun");
    }
    std::string title = contract.id;
    std::string author = "Moisson sandbox";
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.author = author.data();
    // A fixed creation time makes equal bills equal bytes.
    properties.created = static_cast<time_t>(std::chrono::duration_cast<std::chrono::seconds>(document.order.time_since_epoch()).count());
    workbook_set_properties(workbook, &properties);
    lxw_worksheet* sheet = workbook_add_worksheet(workbook, "Billing Report");
    Cells cells(sheet);
    write_preamble(cells, contract, document);
    lxw_row_t row = first_data_row;
    for (const UsageLine& line : world.lines_of(contract, document)) {
        write_line(cells, row++, contract, document, line);
    }
    const lxw_error cell_error = cells.error();
    const lxw_error close_error = close_alone(workbook);
    if (cell_error != LXW_NO_ERROR || close_error != LXW_NO_ERROR) {
        return fail(ErrorCode::disk, "the bill's workbook could not be made", contract.id,
                    lxw_strerror(cell_error != LXW_NO_ERROR ? cell_error : close_error));
    }
    return file.read();
}

}  // namespace moisson::sandbox

#pragma once
/// One worksheet in a file of its own, cell by absolute cell (libxlsxwriter underneath, not shown here).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

/// Rows from top to bottom. One thread.
class Worksheet {
public:
    /// The library writes to `path`; its temporary files lie beside it. `created` stamps the file.
    [[nodiscard]] static Result<Worksheet> create(const std::filesystem::path& path, const std::string& sheet, Timestamp created);
    Worksheet(Worksheet&&) noexcept;
    Worksheet& operator=(Worksheet&&) noexcept;
    ~Worksheet();

    /// Text as text, numbers and amounts as numbers, dates as days with `format`; rows and columns from 0. An empty value writes nothing.
    /// False when a number has more digits than a spreadsheet keeps (15), or the cell lies outside of a sheet.
    [[nodiscard]] bool write(std::uint32_t row, std::uint32_t column, const Value& value, std::string_view text, const std::string& format);
    /// The first row that nothing was written to yet.
    [[nodiscard]] std::uint32_t next_row() const noexcept;
    /// "A1\ttext" lines in the order of writing: what `templates test` compares. Only gathered after `list_cells`.
    void list_cells();
    [[nodiscard]] const std::string& cells() const noexcept;
    /// Finishes the file and reads it back. `disk`.
    [[nodiscard]] Status close();

private:
    struct Book;
    explicit Worksheet(std::unique_ptr<Book> book);
    std::unique_ptr<Book> book_;
};

/// "A", "Z", "AA" …
[[nodiscard]] std::string column_letters(std::uint32_t column);

}  // namespace moisson::erp

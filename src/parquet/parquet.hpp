#pragma once
/// A table as an Apache Parquet file: what DuckDB, Spark, Trino and others read by columns. No library of Debian 12 writes them.
/// Source: the format's own description, github.com/apache/parquet-format (its pages on encodings and logical types, parquet.thrift).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace moisson::parquet {

/// How a cell's text is read, and what it is in the file.
enum class Kind : std::uint8_t {
    text,     ///< BYTE_ARRAY, STRING
    truth,    ///< "yes" or "no": BOOLEAN
    count,    ///< a whole number of at most 63 bits: INT64
    decimal,  ///< "-1234.50": FIXED_LEN_BYTE_ARRAY of 16, DECIMAL(38, scale), exact
    day,      ///< "2026-10-31": INT32, DATE
    instant,  ///< "2026-10-31T09:07:47.372Z": INT64, TIMESTAMP, milliseconds in UTC
};

struct Column {
    std::string name;
    Kind kind = Kind::text;
    int scale = 0;               ///< of decimals; at most 38
    bool empty_is_text = false;  ///< an empty text is one, and not the lack of a value
};

/// What a file is made of, besides its rows: names and texts in its footer.
using FileTexts = std::vector<std::pair<std::string, std::string>>;

/// Writes one file, row by row. The file is there after `finish`, or not at all. The same rows give the same bytes, with the same zlib.
///
/// Row groups of at most `rows_a_group` rows; each column is one page of values, behind a page of the distinct ones where that is
/// shorter, both by gzip with a CRC-32; smallest and largest value and the number of empty ones stand in the footer, so that a reader
/// passes over what it does not look for. Memory: one row group, at most about `group_bytes_max` and one row. One thread.
class Writer {
public:
    static constexpr std::size_t rows_a_group = 65'536;
    static constexpr std::size_t group_bytes_max = 64U << 20U;

    /// Every column may be empty in any row. `disk`.
    [[nodiscard]] static Result<Writer> create(const std::filesystem::path& target, std::vector<Column> columns, FileTexts texts);
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;
    ~Writer();

    /// One cell for each column. `bad_input`: a cell is not of its column's kind, or a number does not fit: column and value are told.
    [[nodiscard]] Status add(std::span<const std::string> cells);
    /// `disk`.
    [[nodiscard]] Status finish();
    [[nodiscard]] std::uint64_t rows() const noexcept;

private:
    class Body;
    explicit Writer(std::unique_ptr<Body> body) noexcept;
    std::unique_ptr<Body> body_;
};

}  // namespace moisson::parquet

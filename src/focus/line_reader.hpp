#pragma once
/// The lines of usage.csv, cut into fields. Only this room includes this header.

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::focus {

/// The columns of usage.csv that a row is made of, as its header line names them (samples/usage.md).
enum In : std::uint8_t {
    contract_id,
    contract_name,
    period,
    document_id,
    line,
    counted,
    billing_mode,
    begin_date,
    end_date,
    service_id,
    tenant,
    country,
    region,
    service,
    code,
    charge,
    resource_id,
    project,
    tags,
    quantity,
    unit,
    unit_price,
    amount,
    volume_discount,
    discounted_amount,
    currency,
    subs_charge_type,
    subs_upfront,
    subs_upfront_discounted,
    subs_flavor,
    subs_duration,
    in_columns
};

/// A field as it stands in the file, and what it says.
struct Field {
    std::string_view raw;  ///< with its quotes
    [[nodiscard]] bool is_quoted() const noexcept { return raw.starts_with('"'); }
    [[nodiscard]] bool is_empty() const noexcept { return raw.empty() || raw == "\"\""; }
    /// What it says; `scratch` may hold it.
    [[nodiscard]] std::string_view text(std::string& scratch) const;
};
using Fields = std::array<Field, in_columns>;

/// Cuts a stream of RFC 4180 lines as the usage room writes them. Memory: one line, of at most 64 MiB.
class LineReader {
public:
    /// Opens the file and reads the header line. `disk`; `verification`: it is no usage.csv.
    [[nodiscard]] Status open(const std::filesystem::path& path);
    /// The next line; false at the end. `fields` hold until the next call. `verification`: it is not as it was written.
    [[nodiscard]] Result<bool> next(Fields& fields);

private:
    static constexpr std::size_t columns_max = 64;

    /// Cuts the line at `begin_`; false: its end is not in the buffer.
    [[nodiscard]] bool cut();
    [[nodiscard]] Result<bool> next_cut();
    [[nodiscard]] tl::unexpected<Error> wrong() const;

    std::filesystem::path path_;
    std::ifstream file_;
    std::string buffer_;
    std::size_t begin_ = 0;
    bool ended_ = false;
    std::uint64_t line_ = 0;
    std::array<Field, columns_max> cut_{};
    std::size_t cut_count_ = 0;
    std::size_t wanted_ = 0;  ///< fields of each line; 0: the header line is not read yet
    std::array<std::uint8_t, in_columns> places_{};
};

}  // namespace moisson::focus

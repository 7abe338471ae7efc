#pragma once
/// Usage lines as a FOCUS 1.2 Cost and Usage data set (FinOps Open Cost and Usage Specification, focus.finops.org): the door of the room.
///
/// What a column is made of, and what was decided where the reports say less than the standard asks, stands in samples/usage.md.

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/big_decimal.hpp"

namespace moisson::focus {

inline constexpr std::string_view version = "1.2";

struct Options {
    std::string provider;        ///< ProviderName
    std::string publisher;       ///< PublisherName
    std::string invoice_issuer;  ///< InvoiceIssuerName
    std::string base_name;       ///< of the files: "focus-usage"
    std::stop_token stop;
};

/// Of a data set: its rows, its schema, and what says which schema that is.
enum class Part { data, schema, metadata };
/// "focus-usage.csv", "focus-usage-schema.json", "focus-usage-metadata.json".
[[nodiscard]] std::string file_name(const std::string& base_name, Part part);

struct File {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::string sha256;
    std::uint64_t rows = 0;  ///< of the data alone
};

/// What the rows of one currency add up to.
struct Billed {
    std::string currency;
    BigDecimal cost;  ///< sum of BilledCost
};

struct Written {
    std::vector<File> files;     ///< by Part; none where no line counts
    std::vector<Billed> billed;  ///< in order of first sight
};

/// Reads `usage_csv` (as the usage room writes it) once and writes the data set into `folder`: a row for each counted line that has a
/// billed amount, in the file's order. All files or none. The same lines and options give the same bytes. Memory does not grow with lines.
/// `verification`: the file is not as it was written; `disk`; `cancelled` on a stop request. Any thread; one thread each.
[[nodiscard]] Result<Written> write(const std::filesystem::path& usage_csv, const std::filesystem::path& folder, const Options& options);

}  // namespace moisson::focus

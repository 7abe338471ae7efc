#pragma once
/// Rows of usage.csv as they come from a reader, before they are believed to be rows. Only the usage room includes this header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moisson::usage {

/// Rows of one document, in any number of pieces. What holds of them afterwards: they are UTF-8; each is one record of 35 fields, quoted as
/// RFC 4180 says; each begins with the document's own columns and a line number above the last one's, and says `counted` as it must.
class RowCheck {
public:
    /// `prefix`: the columns up to `document_type`, with the comma behind.
    RowCheck(std::string prefix, bool counted);
    /// Whole rows. How many they are; empty when they are none.
    [[nodiscard]] std::optional<std::uint64_t> check(std::string_view rows);

private:
    [[nodiscard]] bool begins_well(std::string_view row);
    std::string prefix_;
    std::string_view counted_;
    std::uint64_t last_line_ = 0;
};

}  // namespace moisson::usage

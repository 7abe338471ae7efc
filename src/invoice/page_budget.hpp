#pragma once
/// What the pages of one document may cost. Only the invoice room includes this header.

#include <cstddef>
#include <cstdint>
#include <string>

#include <qpdf/QPDFObjectHandle.hh>

namespace moisson::invoice {

/// Pages that are read: an invoice of a thousand lines has twenty.
inline constexpr std::size_t pages_max = 200;
/// Forms inside forms: real ones are two or three deep.
inline constexpr unsigned form_depth_max = 8;
/// q inside q. The standard's own limit is 28 (ISO 32000-1, annex C); deeper ones are counted and not kept.
inline constexpr std::size_t graphics_depth_max = 256;
/// Items of one array of a content stream, and operands before an operator.
inline constexpr std::size_t array_items_max = 100'000;
inline constexpr std::size_t operands_max = 64;
/// One token: a string of text has some hundred bytes.
inline constexpr std::size_t token_bytes_max = 64U << 10U;

/// What is left for one document. Each is counted down; at zero the reading ends.
struct PageBudget {
    std::uint64_t operators = 2'000'000;     ///< a full page has some thousand. Forms, fonts and strings cost some, too
    std::uint64_t inflated = 64ULL << 20U;   ///< bytes of content streams and CMaps: a full page has 50 KiB
    std::uint64_t text_bytes = 8ULL << 20U;  ///< of what is shown: a full page has 5 KiB
    std::uint64_t runs = 200'000;            ///< pieces of text: a full page has a thousand
    std::size_t unicode_ranges = 262'144;    ///< entries of ToUnicode CMaps
    bool is_over = false;

    /// False where there is not so much left.
    [[nodiscard]] bool spend(std::uint64_t PageBudget::*what, std::uint64_t amount) noexcept {
        if (is_over || this->*what < amount) {
            is_over = true;
            return false;
        }
        this->*what -= amount;
        return true;
    }
};

/// Appends what the stream holds to `bytes`. Nothing where it cannot be decoded; `budget.is_over` where it is larger than what is left.
void append_stream(QPDFObjectHandle stream, std::string& bytes, PageBudget& budget);

}  // namespace moisson::invoice

#pragma once
/// A font's ToUnicode CMap: which text a code stands for. Only the invoice room includes this header.
///
/// Source: ISO 32000-1, 9.10.3; Adobe Technical Note 5411.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::invoice {

/// Immutable once it is read.
class ToUnicode {
public:
    /// Reads what stands between begin… and end… of bfchar, bfrange and codespacerange; the rest is passed over. At most `ranges_max`
    /// entries are kept, which is lowered by as many.
    [[nodiscard]] static ToUnicode read(std::string_view cmap, std::size_t& ranges_max);

    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
    /// Appends the text of the code; false, and nothing is appended, where it has none.
    [[nodiscard]] bool append(std::string& text, std::uint32_t code) const;
    /// Bytes of a code, by the codespace ranges: 1 or 2; 0 where none is given.
    [[nodiscard]] std::size_t code_bytes() const noexcept { return code_bytes_; }

private:
    friend class ToUnicodeReader;
    struct Range {
        std::uint32_t low;
        std::uint32_t high;
        char32_t letter;         ///< of `low`, the next of the next; 0: the text
        std::uint32_t text = 0;  ///< where it stands in `texts_`
        std::uint32_t bytes = 0;
    };
    std::vector<Range> ranges_;  // sorted by `low`
    std::string texts_;
    std::size_t code_bytes_ = 0;
};

}  // namespace moisson::invoice

#pragma once
/// E-invoices out of a ZIP, one by one, by a child process: the parent sees names and bytes, and counts them. Only the invoice room
/// includes this header.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cage/cage.hpp"

namespace moisson::invoice {

/// The end of a name tells a kind: ".xml", in any letters.
[[nodiscard]] bool has_ending(std::string_view name, std::string_view ending);
[[nodiscard]] bool is_document_name(std::string_view name);  ///< .pdf or .xml

/// What the two ends say to each other.
namespace unpack_frame {
inline constexpr std::uint8_t archive = 1;  ///< to the child, with the ZIP

inline constexpr std::uint8_t entry = 1;      ///< from the child: the name of an e-invoice
inline constexpr std::uint8_t piece = 2;      ///< bytes of it
inline constexpr std::uint8_t entry_end = 3;  ///< … and its end
inline constexpr std::uint8_t other = 4;      ///< an entry that is none
inline constexpr std::uint8_t whole = 5;      ///< the end
inline constexpr std::uint8_t broken = 6;     ///< the end: it cannot be read further
inline constexpr std::uint8_t encrypted = 7;

inline constexpr std::size_t piece_bytes = 256U << 10U;  ///< at most so many in one
}  // namespace unpack_frame

using PutFrame = std::function<void(std::uint8_t kind, std::string_view bytes)>;

/// What the child does with the ZIP that is open there, whatever its bytes are; the kind of the frame that ends it. Nothing is counted: the
/// parent does. Called where no child is: by the fuzz target alone.
[[nodiscard]] std::uint8_t unpack_frames(int descriptor, const PutFrame& put);

/// Takes an e-invoice: the name that the ZIP gives it, untrusted, and its bytes. What it returns as a failure ends the unpacking.
using TakeEntry = std::function<Status(const std::string& name, std::string&& bytes)>;

struct Unpacked {
    std::uint64_t others = 0;    ///< entries that are no e-invoices
    std::optional<Message> why;  ///< it is not whole: damaged, over budget, or its reader failed; what was handed on before stays
};

/// `size_bytes` of the ZIP: what it may unpack to is measured by it. Failures are those of `take`, `cancelled`, and `internal` where no
/// child can be started.
[[nodiscard]] Result<Unpacked> unpack(cage::Descriptor zip, std::uint64_t size_bytes, const std::stop_token& stop, const TakeEntry& take);

}  // namespace moisson::invoice

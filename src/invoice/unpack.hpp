#pragma once
/// E-invoices out of a ZIP, one by one, by a child process: the parent sees names and bytes, and counts them. Only the invoice room
/// includes this header.

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

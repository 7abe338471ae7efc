#pragma once
/// A reading as bytes, to be kept from one run to the next. Part of the room's door.

#include <optional>
#include <string>
#include <string_view>

#include "invoice/invoice.hpp"

namespace moisson::invoice {

/// All of it. Sentences keep their values, so that they can be said in another language later.
[[nodiscard]] std::string to_bytes(const Reading& reading);
/// Empty where the bytes are not what this version of the program writes: the document is then to be read anew.
[[nodiscard]] std::optional<Reading> reading_from(std::string_view bytes);

}  // namespace moisson::invoice

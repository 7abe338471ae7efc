#pragma once
/// Messages in the payload of a frame: a number in the list of rows that both ends have, and values. What a reader says of a document comes
/// out in whatever language is asked for, and a reader that lies can say no more than a row's values allow.

#include <span>

#include "cage/values.hpp"
#include "language/row.hpp"

namespace moisson::cage {

/// Bytes of a text in a message; what it holds from outside was cut to fewer.
inline constexpr std::size_t message_text_bytes_max = 2000;

/// `rows` has fewer than 255. A message of another row, or nested too deeply, goes as its English text.
void put_message(ValueWriter& writer, const Message& message, std::span<const AnyRow> rows);

/// Values are of the kinds that the row has, short and clean; the reader is no longer good where they are not.
[[nodiscard]] Message read_message(ValueReader& reader, std::span<const AnyRow> rows);

}  // namespace moisson::cage

/// See kept_reading.hpp: the frame of a reader, behind a mark of the rows that its sentences may be of.

#include "invoice/kept_reading.hpp"

#include "base/digest.hpp"
#include "invoice/messages.hpp"
#include "invoice/reader_frames.hpp"

namespace moisson::invoice {

namespace {

/// Sentences are kept as numbers in the list of rows: of another list they would be other sentences.
std::string_view mark() {
    static const std::string made = [] {
        Digest digest;
        for (const AnyRow& row : messages::of_readers) {
            digest.update(row.text->english());
            digest.update("\n");
        }
        return digest.finish_hex();
    }();
    return made;
}

}  // namespace

std::string to_bytes(const Reading& reading) {
    cage::ValueWriter writer;
    put_reading(writer, 0, reading);
    return std::string(mark()) + std::string(writer.bytes());
}

std::optional<Reading> reading_from(std::string_view bytes) {
    return bytes.starts_with(mark()) ? read_reading(bytes.substr(mark().size()), 0) : std::nullopt;
}

}  // namespace moisson::invoice

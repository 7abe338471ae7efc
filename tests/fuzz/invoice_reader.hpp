#pragma once
/// One document through the reader of the invoice room, in this process and this thread.

#include <string_view>

#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "invoice/document.hpp"
#include "invoice/reader_frames.hpp"

namespace moisson::fuzz {

/// Reads it, and hands the reading over as a child would: what a reader says of any document is what its run takes.
inline void read_invoice(std::string_view bytes) {
    const Money expected{12000, *find_currency("EUR")};
    const invoice::Reading reading = invoice::read_document(bytes, expected, invoice::Profiles({}));
    require(reading.is_read || !reading.observations.empty(), "a document that was not read has a reason");
    for (const invoice::Observation& one : reading.observations) {
        require(!one.message.empty() && is_utf8(one.message.english()), "an observation's sentence is text");
    }
    cage::ValueWriter writer;
    invoice::put_reading(writer, 7, reading);
    const auto taken = invoice::read_reading(writer.bytes(), 7);
    require(taken.has_value(), "a reading can be taken over");
    require(taken->values == reading.values && taken->amount_is == reading.amount_is && taken->is_read == reading.is_read,
            "a reading is taken over as it is");
    require(taken->observations.size() == reading.observations.size(), "each observation is taken over");
    static_cast<void>(booked(reading.values));
}

}  // namespace moisson::fuzz

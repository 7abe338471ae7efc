/// ZIPs of an inbox, as their reader's child takes them. Input: the bytes; or, where it begins with "@@", files (fuzz.hpp) that are made a
/// ZIP with the right sums. What its frames say must be what the parent can count.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "fuzz.hpp"
#include "invoice/limits.hpp"
#include "invoice/unpack.hpp"

namespace {

using namespace moisson;

void unpack_bytes(std::string_view bytes) {
    const cage::Descriptor file(::memfd_create("fuzz", MFD_CLOEXEC));
    fuzz::require(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "a file in memory");
    bool is_open = false;
    std::uint64_t size = 0;
    std::uint64_t frames = 0;
    const std::uint8_t end = invoice::unpack_frames(file.get(), [&](std::uint8_t kind, std::string_view piece) {
        ++frames;
        switch (kind) {
            case invoice::unpack_frame::entry:
                fuzz::require(!is_open, "an entry begins when none is open");
                is_open = true;
                size = 0;
                break;
            case invoice::unpack_frame::piece:
                size += piece.size();
                fuzz::require(is_open, "a piece belongs to an entry");
                fuzz::require(!piece.empty() && piece.size() <= invoice::unpack_frame::piece_bytes, "a piece is no larger than said");
                fuzz::require(size <= invoice::limits::entry_bytes + 2 * invoice::unpack_frame::piece_bytes, "an entry is cut");
                break;
            case invoice::unpack_frame::entry_end:
                fuzz::require(is_open, "what ends was begun");
                is_open = false;
                break;
            default: fuzz::require(!is_open && kind == invoice::unpack_frame::other, "no other kind of frame");
        }
    });
    fuzz::require(end == invoice::unpack_frame::whole || end == invoice::unpack_frame::broken || end == invoice::unpack_frame::encrypted,
                  "it ends in one of three ways");
    fuzz::require(end != invoice::unpack_frame::whole || !is_open, "a whole ZIP leaves nothing open");
    fuzz::require(frames <= 64 * (bytes.size() + 1) + 1024, "frames grow with the bytes");
}

}  // namespace

void moisson::fuzz::run(std::string_view input) {
    if (input.starts_with("@@")) {
        unpack_bytes(stored_zip(take_files(input)));
    } else {
        unpack_bytes(input);
    }
}

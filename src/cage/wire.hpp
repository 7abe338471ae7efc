#pragma once
/// How frames stand on the socket. Only the cage room includes this header.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "cage/cage.hpp"

namespace moisson::cage {

/// Before each payload.
struct Head {
    std::uint32_t size = 0;
    std::uint8_t kind = 0;
    std::uint8_t has_descriptor = 0;  ///< of the descriptors that came so far, the first that is not taken yet
    std::uint16_t piece = 0;          ///< of the shared memory, from 1, where the payload stands; 0: it follows. From the child alone
};
static_assert(sizeof(Head) == 8);

/// The first frame either way: `kind` 0. The parent's holds `Limits` and hands over the shared memory, the child's holds `Confinement`.
inline constexpr std::uint8_t greeting_kind = 0;

/// The child's socket, and the word that makes the program a child. Neither is an interface: both ends are the same file.
inline constexpr int child_socket = 3;
inline constexpr std::string_view child_word = "reader-child";

/// Exit codes of a child.
inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 2;
inline constexpr int exit_thrown = 70;
inline constexpr int exit_out_of_memory = 71;

inline void append_head(std::string& out, std::uint8_t kind, std::size_t size, bool has_descriptor, std::uint16_t piece = 0) {
    Head head;
    head.size = static_cast<std::uint32_t>(size);
    head.kind = kind;
    head.has_descriptor = has_descriptor ? 1 : 0;
    head.piece = piece;
    char text[sizeof head];
    std::memcpy(text, &head, sizeof head);
    out.append(text, sizeof head);
}

inline void append_frame(std::string& out, std::uint8_t kind, std::string_view bytes, bool has_descriptor) {
    append_head(out, kind, bytes.size(), has_descriptor);
    out += bytes;
}

}  // namespace moisson::cage

/// If this fails, a workbook or a bundle is packed so that nobody can unpack it, or its bytes hang on more than what was packed.

#include <doctest/doctest.h>

#define ZLIB_CONST
#include <zlib.h>

#include <random>
#include <string>
#include <vector>

#include "base/deflate.hpp"

using namespace moisson;

namespace {

std::string unpacked(std::string_view packed, std::size_t size) {
    z_stream state{};
    REQUIRE(inflateInit2(&state, -15) == Z_OK);
    std::string out(size + 1, '\0');
    state.next_in = reinterpret_cast<const Bytef*>(packed.data());
    state.avail_in = static_cast<uInt>(packed.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&state, Z_FINISH) == Z_STREAM_END);
    CHECK(state.avail_in == 0);
    out.resize(out.size() - state.avail_out);
    inflateEnd(&state);
    return out;
}

/// Nothing, one letter, noise that no packing shortens, and texts of which much is alike, of one block and of several.
std::string some_bytes(std::mt19937& chance) {
    std::string bytes;
    const std::size_t kind = chance() % 4;
    const std::size_t size = kind == 0 ? chance() % 3 : chance() % (kind == 1 ? 2'000 : 200'000);
    while (bytes.size() < size) {
        if (kind == 2) {
            bytes += static_cast<char>(chance());
        } else {
            bytes += "<c r=\"A" + std::to_string(chance() % 1000) + "\"><v>" + std::to_string(chance() % 7) + "</v></c>";
        }
    }
    return bytes;
}

}  // namespace

TEST_CASE("parts packed fast are one stream, however each of them ends") {
    std::mt19937 chance(20261203);
    Deflater deflater;
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        std::string whole;
        std::string packed;
        std::uint32_t crc = 0;
        for (auto left = chance() % 12;; --left) {
            const std::string bytes = some_bytes(chance);
            const std::string part = chance() % 8 == 0 ? deflater.deflate(bytes, {}, left == 0) : deflater.deflate_fast(bytes, left == 0);
            crc = crc_joined(crc, crc_of(bytes), bytes.size());
            whole += bytes;
            packed += part;
            if (left == 0) {
                break;
            }
        }
        CHECK(unpacked(packed, whole.size()) == whole);
        CHECK(crc == crc_of(whole));
        CHECK(crc == crc32(0, reinterpret_cast<const Bytef*>(whole.data()), static_cast<uInt>(whole.size())));
    }
}

TEST_CASE("what is packed hangs on nothing but its bytes") {
    std::mt19937 chance(20261203);
    Deflater used;
    for (int round = 0; round < 20; ++round) {
        const std::string bytes = some_bytes(chance);
        CHECK(used.deflate_fast(bytes, round % 2 == 0) == Deflater(1).deflate_fast(bytes, round % 2 == 0));
    }
}

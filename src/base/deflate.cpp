#include "base/deflate.hpp"

#include <libdeflate.h>

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace moisson {

namespace {

constexpr int raw_window_bits = -15;
constexpr int memory_level = 8;

/// zlib takes lengths of 32 bits; callers pass pieces of some MiB at most.
uInt short_size(std::string_view bytes) {
    MOISSON_INVARIANT(bytes.size() <= 0x40000000, "a piece for zlib is short");
    return static_cast<uInt>(bytes.size());
}

const Bytef* input_of(std::string_view bytes) { return reinterpret_cast<const Bytef*>(bytes.data()); }

}  // namespace

std::uint32_t crc_of(std::string_view bytes, std::uint32_t before) noexcept {
    return static_cast<std::uint32_t>(::libdeflate_crc32(before, bytes.data(), bytes.size()));
}

std::uint32_t crc_joined(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) noexcept {
    return static_cast<std::uint32_t>(crc32_combine64(first, second, static_cast<z_off64_t>(second_size)));
}

struct Deflater::Stream {
    z_stream state{};
};

Deflater::Deflater(int level) : stream_(std::make_unique<Stream>()) {
    MOISSON_INVARIANT(deflateInit2(&stream_->state, level, Z_DEFLATED, raw_window_bits, memory_level, Z_DEFAULT_STRATEGY) == Z_OK,
                      "no memory for deflate");
}

std::string Deflater::deflate(std::string_view bytes, std::string_view before, bool is_last) {
    z_stream& state = stream_->state;
    MOISSON_INVARIANT(deflateReset(&state) == Z_OK, "deflate reset");
    if (!before.empty()) {
        MOISSON_INVARIANT(deflateSetDictionary(&state, input_of(before), short_size(before)) == Z_OK, "deflate dictionary");
    }
    // The bound is for Z_FINISH; a sync flush adds an empty block of at most 6 bytes.
    std::string out;
    out.resize(deflateBound(&state, short_size(bytes)) + 16);
    state.next_in = input_of(bytes);
    state.avail_in = short_size(bytes);
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = short_size(out);
    const int result = ::deflate(&state, is_last ? Z_FINISH : Z_SYNC_FLUSH);
    MOISSON_INVARIANT(result == (is_last ? Z_STREAM_END : Z_OK) && state.avail_in == 0 && state.avail_out > 0, "deflate in one step");
    out.resize(out.size() - state.avail_out);
    return out;
}

namespace {

struct FreePacker {
    void operator()(libdeflate_compressor* packer) const { ::libdeflate_free_compressor(packer); }
};

/// Unpacks a stream block by block, and can make of its last block one that others may follow. libdeflate ends each stream, and says
/// neither where its last block begins nor with which bit it ends; zlib's example gzjoin.c joins streams in this way.
class Blocks {
public:
    /// `packed` grows by what `read` puts there. Into `unpacked`.
    Blocks(std::string& packed, std::span<char> unpacked) : packed_(packed), unpacked_(unpacked) {
        MOISSON_INVARIANT(inflateInit2(&state_, raw_window_bits) == Z_OK, "no memory for inflate");
        state_.avail_out = static_cast<uInt>(unpacked.size());
        state_.next_out = reinterpret_cast<Bytef*>(unpacked.data());
        feed(0);
    }
    ~Blocks() { inflateEnd(&state_); }
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;

    /// All blocks; with `reopens` the last one becomes one of many, and an empty one behind it ends with a whole byte.
    void read(bool reopens) {
        for (bool is_last = false; !is_last;) {
            is_last = begins_last();
            if (is_last && reopens) {
                reopen();
            }
            step();
        }
        if (reopens) {
            const std::size_t end = packed_.size();
            constexpr unsigned header_bits = 3;  // all zero, as those that are left in the last byte are
            packed_.append(unused_bits() < header_bits ? 1 : 0, '\0');
            packed_.append("\0\0\xff\xff", 4);
            feed(end);
        }
        step();  // past the last block, or over the empty one
    }
    /// Nothing was left over, and all of it is `bytes`.
    [[nodiscard]] bool holds(std::string_view bytes, bool is_last) const {
        constexpr int between_blocks = 128;  // and between bytes
        return state_.avail_in == 0 && std::string_view(unpacked_.data(), unpacked_.size() - state_.avail_out) == bytes &&
               (is_last ? result_ == Z_STREAM_END : result_ == Z_OK && state_.data_type == between_blocks);
    }

private:
    void feed(std::size_t from) {
        state_.next_in = input_of(packed_) + from;
        state_.avail_in = short_size(std::string_view(packed_).substr(from));
    }
    void step() {
        result_ = ::inflate(&state_, Z_BLOCK);
        MOISSON_INVARIANT(result_ == Z_OK || result_ == Z_STREAM_END, "zlib unpacks what libdeflate packed");
    }
    /// Of the byte that was read last.
    [[nodiscard]] unsigned unused_bits() const { return static_cast<unsigned>(state_.data_type) & 7U; }
    /// Where the next block's first bit is: 1 in the last block.
    [[nodiscard]] std::size_t header_byte() const {
        return static_cast<std::size_t>(state_.next_in - input_of(packed_)) - (unused_bits() == 0 ? 0 : 1);
    }
    [[nodiscard]] unsigned header_bit() const { return unused_bits() == 0 ? 0 : 8 - unused_bits(); }
    [[nodiscard]] bool begins_last() const {
        MOISSON_INVARIANT(header_byte() < packed_.size(), "a stream has a last block");
        return (static_cast<unsigned>(static_cast<unsigned char>(packed_[header_byte()])) >> header_bit() & 1U) != 0;
    }
    void reopen() {
        char& byte = packed_[header_byte()];
        byte = static_cast<char>(byte & ~(1 << header_bit()));
        if (unused_bits() > 0) {  // zlib has read that bit already
            const int rest = static_cast<int>(static_cast<unsigned char>(byte)) >> header_bit();
            constexpr int forget = -1;
            MOISSON_INVARIANT(inflatePrime(&state_, forget, 0) == Z_OK &&
                                  inflatePrime(&state_, static_cast<int>(unused_bits()), rest) == Z_OK,
                              "inflate takes bits");
        }
    }

    std::string& packed_;
    std::span<char> unpacked_;
    z_stream state_{};
    int result_ = Z_OK;
};

}  // namespace

/// What packs a piece, and room for it that is used again.
struct Deflater::Fast {
    static constexpr int level = 1;
    std::unique_ptr<libdeflate_compressor, FreePacker> packer{::libdeflate_alloc_compressor(level)};
    std::string packed;
    std::vector<char> unpacked;
};

Deflater::~Deflater() { deflateEnd(&stream_->state); }

std::string Deflater::deflate_fast(std::string_view bytes, bool is_last) {
    if (fast_ == nullptr) {
        fast_ = std::make_unique<Fast>();
        MOISSON_INVARIANT(fast_->packer != nullptr, "no memory for deflate");
    }
    std::string& room = fast_->packed;
    room.resize(std::max(room.size(), ::libdeflate_deflate_compress_bound(fast_->packer.get(), bytes.size())));
    fast_->unpacked.resize(std::max(fast_->unpacked.size(), bytes.size() + 1));  // one byte more than there may be
    std::string packed(room, 0, ::libdeflate_deflate_compress(fast_->packer.get(), bytes.data(), bytes.size(), room.data(), room.size()));
    Blocks blocks(packed, std::span(fast_->unpacked).first(bytes.size() + 1));
    blocks.read(!is_last);
    MOISSON_INVARIANT(blocks.holds(bytes, is_last), "zlib unpacks what was packed");
    return packed;
}

}  // namespace moisson

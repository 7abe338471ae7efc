#include "base/deflate.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <array>

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
    return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
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

Deflater::~Deflater() { deflateEnd(&stream_->state); }

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

Workers::Workers(unsigned threads, int level) : level_(level) {
    for (unsigned at = 0; at < threads; ++at) {
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

Workers::~Workers() {
    for (std::jthread& thread : threads_) {
        thread.request_stop();
    }
}

void Workers::push(std::function<void(Deflater&)> job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void Workers::work(const std::stop_token& stop) {
    Deflater deflater(level_);
    for (;;) {
        std::function<void(Deflater&)> job;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) {
                return;
            }
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job(deflater);
    }
}

}  // namespace moisson

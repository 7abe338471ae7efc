#include "bundle/answer_archive.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <future>
#include <utility>

#include "base/deflate.hpp"
#include "base/threads.hpp"
#include "bundle/zip_writer.hpp"

namespace moisson::bundle {

namespace {

/// What packs to less than this part of its length is mostly blanks, and stays as it is: a file that unpacks to far more than it is long is
/// over the budget of whoever verifies it (limits.hpp).
constexpr std::size_t packed_part_min = 40;
constexpr std::size_t always_packed_bytes = 1U << 20U;
/// JSON of lists packs to an eighth so, to a tenth with the usual level, in a third of the time; every run packs all lists.
constexpr int fast_level = 1;

/// Texts that wait to be packed: as many bytes as fit, or one of any length.
constexpr std::size_t waiting_bytes_max = 8U << 20U;

/// What stays of a text when it is packed: the packed bytes, or itself where that does not pay.
struct Kept {
    std::string bytes;
    Method method = Method::stored;
    std::uint32_t crc = 0;
};

Kept pack(Deflater& deflater, std::string text) {
    Kept kept;
    kept.crc = crc_of(text);
    std::string packed = deflater.deflate(text, {}, true);
    const bool is_thin = text.size() > always_packed_bytes && packed.size() < text.size() / packed_part_min;
    const bool pays = packed.size() < text.size() && !is_thin;
    kept.method = pays ? Method::deflated : Method::stored;
    kept.bytes = pays ? std::move(packed) : std::move(text);
    return kept;
}

}  // namespace

/// One thread packs while the caller goes on; entries stand in the order in which they came.
struct AnswerArchive::State {
    struct Waiting {
        ZipEntry entry;
        std::future<Kept> kept;
    };
    explicit State(ZipWriter made) : zip(std::move(made)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] bool is_first_packed() const {
        return waiting.front().kept.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    /// Waits until it is packed.
    [[nodiscard]] Status write_first() {
        Kept kept = waiting.front().kept.get();
        ZipEntry entry = std::move(waiting.front().entry);
        waiting.pop_front();
        waiting_bytes -= entry.size;
        entry.crc = kept.crc;
        entry.method = kept.method;
        entry.packed_size = kept.bytes.size();
        return zip.add(std::move(entry), kept.bytes);
    }

    ZipWriter zip;
    std::deque<Waiting> waiting;
    std::size_t waiting_bytes = 0;
    Workers<Deflater> workers{1, fast_level};
};

AnswerArchive::AnswerArchive(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnswerArchive::AnswerArchive(AnswerArchive&&) noexcept = default;
AnswerArchive& AnswerArchive::operator=(AnswerArchive&&) noexcept = default;
AnswerArchive::~AnswerArchive() = default;

Result<AnswerArchive> AnswerArchive::create(const std::filesystem::path& path, Timestamp instant) {
    auto zip = ZipWriter::create(path, instant, ZipLimits{});
    if (!zip) {
        return fail(std::move(zip.error()));
    }
    return AnswerArchive(std::make_unique<State>(std::move(*zip)));
}

Status AnswerArchive::add(std::string name, std::string_view text) {
    MOISSON_INVARIANT(text.size() <= text_bytes_max, "an answer longer than an archive takes");
    ZipEntry entry;
    entry.name = std::move(name);
    entry.size = text.size();
    state_->waiting_bytes += text.size();
    auto kept = state_->workers.submit([text = std::string(text)](Deflater& deflater) mutable { return pack(deflater, std::move(text)); });
    state_->waiting.push_back({std::move(entry), std::move(kept)});
    while (!state_->waiting.empty() && (state_->waiting_bytes > waiting_bytes_max || state_->is_first_packed())) {
        if (auto written = state_->write_first(); !written) {
            return written;
        }
    }
    return {};
}

Result<WrittenBundle> AnswerArchive::finish() {
    while (!state_->waiting.empty()) {
        if (auto written = state_->write_first(); !written) {
            return fail(std::move(written.error()));
        }
    }
    return state_->zip.finish();
}

}  // namespace moisson::bundle

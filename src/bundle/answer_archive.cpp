#include "bundle/answer_archive.hpp"

#include <utility>

#include "base/deflate.hpp"
#include "bundle/zip_writer.hpp"

namespace moisson::bundle {

namespace {

/// What packs to less than this part of its length is mostly blanks, and stays as it is: a file that unpacks to far more than it is long is
/// over the budget of whoever verifies it (limits.hpp).
constexpr std::size_t packed_part_min = 40;
constexpr std::size_t always_packed_bytes = 1U << 20U;
/// JSON of lists packs to an eighth so, to a tenth with the usual level, in a third of the time; every run packs all lists.
constexpr int fast_level = 1;

}  // namespace

struct AnswerArchive::State {
    ZipWriter zip;
    Deflater deflater{fast_level};
    explicit State(ZipWriter made) : zip(std::move(made)) {}
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
    entry.crc = crc_of(text);
    entry.size = text.size();
    const std::string packed = state_->deflater.deflate(text, {}, true);
    const bool is_thin = text.size() > always_packed_bytes && packed.size() < text.size() / packed_part_min;
    if (packed.size() < text.size() && !is_thin) {
        entry.method = Method::deflated;
        entry.packed_size = packed.size();
        return state_->zip.add(std::move(entry), packed);
    }
    entry.packed_size = text.size();
    return state_->zip.add(std::move(entry), text);
}

Result<WrittenBundle> AnswerArchive::finish() { return state_->zip.finish(); }

}  // namespace moisson::bundle

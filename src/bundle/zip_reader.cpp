#include "bundle/zip_reader.hpp"

#include <fmt/format.h>
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "base/deflate.hpp"
#include "base/digest.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t read_piece_bytes = 256U << 10U;
constexpr std::size_t inflated_bytes = 64U << 10U;
constexpr std::size_t end_record_bytes = 22;
constexpr std::size_t zip64_records_bytes = 56 + 20;
constexpr std::size_t directory_header_bytes = 46;
/// A directory entry's name and ZIP64 fields; far above what the writer makes.
constexpr std::size_t entry_name_bytes_max = 4096;
/// The longest header that two bytes each for name and extra fields can announce.
constexpr std::size_t header_bytes_max = directory_header_bytes + 2 * 0xffff;

std::uint64_t number_at(std::string_view bytes, std::size_t offset, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned at = 0; at < size; ++at) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[offset + at])} << (8U * at);
    }
    return value;
}

tl::unexpected<Error> broken(std::string message) { return fail(ErrorCode::verification, std::move(message)); }

/// The entry in a directory header; `bytes` holds it whole. Nothing is checked here: the caller compares with what would be written.
ZipEntry parse_directory_header(std::string_view bytes, std::size_t name_size) {
    ZipEntry entry;
    entry.method = static_cast<Method>(number_at(bytes, 10, 2));
    entry.crc = static_cast<std::uint32_t>(number_at(bytes, 16, 4));
    entry.packed_size = number_at(bytes, 20, 4);
    entry.size = number_at(bytes, 24, 4);
    entry.offset = number_at(bytes, 42, 4);
    entry.name = bytes.substr(directory_header_bytes, name_size);
    std::string_view extra = bytes.substr(directory_header_bytes + name_size);
    extra.remove_prefix(std::min<std::size_t>(extra.size(), 4));
    const auto take = [&](std::uint64_t& value) {
        if (value == 0xffffffff && extra.size() >= 8) {
            value = number_at(extra, 0, 8);
            extra.remove_prefix(8);
        }
    };
    take(entry.size);
    take(entry.packed_size);
    take(entry.offset);
    return entry;
}

/// Inflates pieces of one raw deflate stream. One thread.
class Inflater {
public:
    Inflater() { MOISSON_INVARIANT(inflateInit2(&state_, -15) == Z_OK, "no memory for inflate"); }
    ~Inflater() { inflateEnd(&state_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// False when the stream is broken, or goes on after its end.
    bool take(std::string_view packed, const std::function<bool(std::string_view)>& sink) {
        state_.next_in = reinterpret_cast<const Bytef*>(packed.data());
        state_.avail_in = static_cast<uInt>(packed.size());
        // Where the output was full, more of it may wait though all input is taken.
        for (bool is_full = false; state_.avail_in > 0 || (is_full && !ended_);) {
            if (ended_) {
                return false;
            }
            state_.next_out = reinterpret_cast<Bytef*>(out_.data());
            state_.avail_out = static_cast<uInt>(out_.size());
            const int result = inflate(&state_, Z_NO_FLUSH);
            const bool has_no_more = result == Z_BUF_ERROR && is_full && state_.avail_in == 0;
            if ((result != Z_OK && result != Z_STREAM_END && !has_no_more) || !sink({out_.data(), out_.size() - state_.avail_out})) {
                return false;
            }
            is_full = state_.avail_out == 0;
            ended_ = result == Z_STREAM_END;
        }
        return true;
    }
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    z_stream state_{};
    std::string out_ = std::string(inflated_bytes, '\0');
    bool ended_ = false;
};

}  // namespace

Result<ZipReader> ZipReader::open(const std::filesystem::path& path, const ZipLimits& limits) {
    auto file = OpenFile::at(path);
    return file ? open(std::move(*file), limits) : fail(std::move(file.error()));
}

Result<ZipReader> ZipReader::open(OpenFile file, const ZipLimits& limits) {
    const auto size = file.size_bytes();
    if (!size) {
        return fail(size.error());
    }
    ZipReader reader(std::move(file));
    reader.limits_ = limits;
    reader.file_size_ = *size;
    auto ready = reader.read_end().and_then([&] { return reader.read_directory(); }).and_then([&] { return reader.check_layout(); });
    if (!ready) {
        return fail(std::move(ready.error()));
    }
    return reader;
}

std::uint64_t ZipReader::unpacked_bytes_max() const noexcept {
    return limits::unpacked_bytes + std::min(file_size_, UINT64_MAX / 2 / limits::unpacked_ratio) * limits::unpacked_ratio;
}

Status ZipReader::read_end() {
    constexpr std::size_t tail_bytes = end_record_bytes + seal_text.size() + seal_digits;
    if (file_size_ < tail_bytes) {
        return broken("the file is too short to be a bundle");
    }
    const auto tail = file_.read_at(file_size_ - tail_bytes, tail_bytes - seal_digits);
    if (!tail) {
        return fail(tail.error());
    }
    if (number_at(*tail, 0, 4) != 0x06054b50) {
        return broken("the end record is not where it was written: the bundle is cut, longer than written, or not one of Moisson's");
    }
    count_ = number_at(*tail, 10, 2);
    directory_size_ = number_at(*tail, 12, 4);
    directory_offset_ = number_at(*tail, 16, 4);
    std::uint64_t end_offset = file_size_ - tail_bytes;
    if (count_ == 0xffff || directory_size_ == 0xffffffff || directory_offset_ == 0xffffffff) {
        if (end_offset < zip64_records_bytes) {
            return broken("the ZIP64 end record is missing");
        }
        end_offset -= zip64_records_bytes;
        const auto large = file_.read_at(end_offset, zip64_records_bytes);
        if (!large) {
            return fail(large.error());
        }
        count_ = number_at(*large, 32, 8);
        directory_size_ = number_at(*large, 40, 8);
        directory_offset_ = number_at(*large, 48, 8);
    }
    if (directory_offset_ > end_offset || directory_size_ != end_offset - directory_offset_) {
        return broken("the directory does not end where the end record begins");
    }
    const auto written = file_.read_at(end_offset, file_size_ - seal_digits - end_offset);
    if (!written) {
        return fail(written.error());
    }
    if (*written != end_records(count_, directory_size_, directory_offset_, limits_)) {
        return broken("the end record is not as it was written");
    }
    return {};
}

/// Piece by piece: a directory can be as long as the file.
Status ZipReader::read_directory() {
    std::string held;
    std::string_view rest;
    std::uint64_t unread = directory_size_;
    std::uint64_t unpacked = 0;
    while (!rest.empty() || unread > 0) {
        if (rest.size() < header_bytes_max && unread > 0) {
            const std::uint64_t size = std::min<std::uint64_t>(unread, limits::directory_piece_bytes);
            auto piece = file_.read_at(directory_offset_ + directory_size_ - unread, size);
            if (!piece) {
                return fail(std::move(piece.error()));
            }
            held = std::string(rest) + *piece;
            rest = held;
            unread -= size;
        }
        if (rest.size() < directory_header_bytes) {
            return broken("the directory ends in the middle of an entry");
        }
        const auto name_size = static_cast<std::size_t>(number_at(rest, 28, 2));
        const std::size_t size = directory_header_bytes + name_size + static_cast<std::size_t>(number_at(rest, 30, 2));
        if (rest.size() < size || name_size > entry_name_bytes_max) {
            return broken("the directory ends in the middle of an entry");
        }
        const std::string_view bytes = rest.substr(0, size);
        ZipEntry entry = parse_directory_header(bytes, name_size);
        const auto dos = static_cast<std::uint32_t>(number_at(bytes, 12, 4));
        dos_ = entries_.empty() ? dos : dos_;
        if (directory_header(entry, dos_, limits_) != bytes || (entry.method != Method::stored && entry.method != Method::deflated)) {
            return broken(fmt::format("{}: its entry in the directory is not as it was written", sanitise(entry.name)));
        }
        if (entry.size > unpacked_bytes_max() - unpacked) {
            return broken(fmt::format("{}: over budget: what the bundle packs is more than {} bytes, {} times its own length",
                                      sanitise(entry.name), unpacked_bytes_max(), limits::unpacked_ratio));
        }
        unpacked += entry.size;
        entries_.push_back(std::move(entry));
        rest.remove_prefix(size);
    }
    if (entries_.size() != count_) {
        return broken(fmt::format("the directory holds {} entries, the end record says {}", entries_.size(), count_));
    }
    return {};
}

Status ZipReader::check_layout() const {
    std::uint64_t offset = 0;
    for (const ZipEntry& entry : entries_) {
        const std::uint64_t header = local_header(entry, dos_, limits_).size();
        if (entry.offset != offset || directory_offset_ - offset < header || directory_offset_ - offset - header < entry.packed_size ||
            (entry.method == Method::stored && entry.packed_size != entry.size)) {
            return broken(fmt::format("{}: it does not stand where the entry before it ends", sanitise(entry.name)));
        }
        offset += header + entry.packed_size;
    }
    if (offset != directory_offset_) {
        return broken("there are bytes between the last entry and the directory");
    }
    return {};
}

Status ZipReader::read(const ZipEntry& entry, const std::function<void(std::string_view)>& sink) const {
    const std::string header = local_header(entry, dos_, limits_);
    const auto found = file_.read_at(entry.offset, header.size());
    if (!found) {
        return fail(found.error());
    }
    if (*found != header) {
        return broken(fmt::format("{}: its local header differs from the directory", sanitise(entry.name)));
    }
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    const auto take = [&](std::string_view content) {
        crc = crc_of(content, crc);
        size += content.size();
        if (size > entry.size) {
            return false;
        }
        sink(content);
        return true;
    };
    std::optional<Inflater> inflater;
    if (entry.method == Method::deflated) {
        inflater.emplace();
    }
    std::uint64_t offset = entry.offset + header.size();
    for (std::uint64_t rest = entry.packed_size; rest > 0;) {
        const auto piece = file_.read_at(offset, std::min<std::uint64_t>(rest, read_piece_bytes));
        if (!piece) {
            return fail(piece.error());
        }
        if (!(inflater ? inflater->take(*piece, take) : take(*piece))) {
            return broken(fmt::format("{}: its packed bytes are damaged", sanitise(entry.name)));
        }
        offset += piece->size();
        rest -= piece->size();
    }
    if (size != entry.size || crc != entry.crc || (inflater && !inflater->ended())) {
        return broken(fmt::format("{}: its content does not have the length and CRC of the directory", sanitise(entry.name)));
    }
    return {};
}

Result<std::string> ZipReader::sealed_digest() const {
    Digest digest;
    const std::uint64_t end = file_size_ - seal_digits;
    for (std::uint64_t offset = 0; offset < end;) {
        const auto piece = file_.read_at(offset, std::min<std::uint64_t>(end - offset, read_piece_bytes));
        if (!piece) {
            return fail(piece.error());
        }
        digest.update(*piece);
        offset += piece->size();
    }
    const auto seal = file_.read_at(end, seal_digits);
    if (!seal) {
        return fail(seal.error());
    }
    if (*seal != digest.hex_so_far()) {
        return broken("the bundle's bytes are not those that were written: its seal does not match");
    }
    digest.update(*seal);
    return digest.finish_hex();
}

Status ZipReader::check_seal() const {
    return sealed_digest().transform([](const std::string&) {});
}

}  // namespace moisson::bundle

/// Writes bags. Payload that fits one piece is read, digested and packed whole by a worker. Payload that is stored goes through one worker
/// from its file to its place in the archive, several at once, where that place is known. Longer payload that is deflated is read and
/// digested here in order while workers pack its pieces. Either way every source is read once, and the archive's bytes are those of one
/// after the other in path order.

#include "bundle/bag_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/deflate.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/zip_writer.hpp"

namespace moisson::bundle {

namespace {

constexpr unsigned threads_max = 8;
/// Pieces in flight for each worker: enough to keep it busy, few enough to bound memory.
constexpr std::size_t pieces_per_worker = 4;
/// Small files in flight: as many bytes as those pieces, and no more files than this.
constexpr std::size_t pending_files_max = 256;
/// Deflating pays when it saves at least one part in 32.
constexpr std::size_t saving_divisor = 32;

/// One payload's bytes, from its file or from memory. One thread.
class PayloadSource {
public:
    [[nodiscard]] static Result<PayloadSource> open(const Payload& payload) {
        PayloadSource source;
        source.payload_ = &payload;
        if (!payload.source.empty()) {
            source.descriptor_ = ::open(payload.source.c_str(), O_RDONLY | O_CLOEXEC);
            if (source.descriptor_ < 0) {
                return disk_error("cannot open a file for the bundle", payload.source, errno);
            }
        }
        return source;
    }
    PayloadSource(PayloadSource&& other) noexcept
        : payload_(other.payload_), descriptor_(std::exchange(other.descriptor_, -1)), offset_(other.offset_) {}
    PayloadSource& operator=(PayloadSource&&) = delete;
    ~PayloadSource() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    /// Up to `size` bytes; fewer only at the end.
    [[nodiscard]] Result<std::string> read(std::size_t size) {
        std::string piece;
        if (auto read = read_into(piece, size); !read) {
            return fail(std::move(read.error()));
        }
        return piece;
    }
    /// The same into `piece`, whose memory is used again.
    [[nodiscard]] Status read_into(std::string& piece, std::size_t size) {
        if (payload_->source.empty()) {
            piece = payload_->bytes.substr(std::min(offset_, payload_->bytes.size()), size);
            offset_ += piece.size();
            return {};
        }
        piece.resize(size);
        std::size_t filled = 0;
        while (filled < size) {
            const ssize_t got = ::read(descriptor_, piece.data() + filled, size - filled);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return disk_error("cannot read a file for the bundle", payload_->source, errno);
            }
            if (got == 0) {
                break;
            }
            filled += static_cast<std::size_t>(got);
        }
        piece.resize(filled);
        return {};
    }

private:
    PayloadSource() = default;
    const Payload* payload_ = nullptr;
    int descriptor_ = -1;
    std::size_t offset_ = 0;
};

struct Digests {
    Digest sha256{DigestKind::sha256};
    Digest sha512{DigestKind::sha512};
    void update(std::string_view bytes) {
        sha256.update(bytes);
        sha512.update(bytes);
    }
};

/// Packed bytes of a whole small payload or of one piece of a long one.
struct Packed {
    std::string bytes;
    Method method = Method::stored;
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    std::string sha256;
    std::string sha512;
};

bool pays(std::size_t packed, std::size_t plain) { return packed + plain / saving_divisor < plain; }

std::string_view tail_of(std::string_view bytes) { return bytes.substr(bytes.size() - std::min(bytes.size(), deflate_window_bytes)); }

Status check_expected(const Payload& payload, std::uint64_t expected_size, std::uint64_t size, const std::string& sha256) {
    if (size != expected_size) {
        return fail(ErrorCode::verification, fmt::format("a file for the bundle holds {} bytes, {} were expected", size, expected_size),
                    payload.path, "the file changed since it was stored; run the export again");
    }
    if (!payload.sha256.empty() && payload.sha256 != sha256) {
        return fail(ErrorCode::verification, fmt::format("a file for the bundle has SHA-256 {}, {} was expected", sha256, payload.sha256),
                    payload.path, "the file changed since it was stored; run the export again");
    }
    return {};
}

tl::unexpected<Error> stopped() { return fail(ErrorCode::cancelled, "stopped while the bundle was written"); }

Packed pack_whole(Deflater& deflater, std::string plain, bool is_packed) {
    Packed packed;
    Digests digests;
    digests.update(plain);
    packed.sha256 = digests.sha256.finish_hex();
    packed.sha512 = digests.sha512.finish_hex();
    packed.crc = crc_of(plain);
    packed.size = plain.size();
    if (!is_packed) {
        std::string deflated = deflater.deflate(plain, {}, true);
        if (pays(deflated.size(), plain.size())) {
            packed.bytes = std::move(deflated);
            packed.method = Method::deflated;
            return packed;
        }
    }
    packed.bytes = std::move(plain);
    return packed;
}

class BagWriter {
public:
    BagWriter(std::string top, std::vector<Payload> payload, const WriteOptions& options, ZipWriter zip)
        : top_(std::move(top)), payload_(std::move(payload)), options_(options), zip_(std::move(zip)),
          workers_(options.threads > 0 ? options.threads : cores_up_to(threads_max)) {}

    /// Asks for sizes that the caller did not give; the sum goes into bag-info.txt before anything is read.
    [[nodiscard]] Status measure() {
        for (const Payload& payload : payload_) {
            std::uint64_t size = payload.source.empty() ? payload.bytes.size() : payload.size_bytes;
            if (!payload.source.empty() && size == 0) {
                struct stat information {};
                if (::stat(payload.source.c_str(), &information) != 0) {
                    return disk_error("cannot look at a file for the bundle", payload.source, errno);
                }
                size = static_cast<std::uint64_t>(information.st_size);
            }
            sizes_.push_back(size);
            octets_ += size;
        }
        return {};
    }

    [[nodiscard]] Result<WrittenBundle> run(const BagInfo& info) {
        if (auto measured = measure(); !measured) {
            return fail(std::move(measured.error()));
        }
        auto done = add_tag("bagit.txt", std::string(bagit_text));
        if (done) {
            done = add_tag("bag-info.txt", bag_info_text(info, octets_, payload_.size()));
        }
        for (const Payload& tag : info.tags) {
            if (done) {
                done = add_tag(tag);
            }
        }
        if (done) {
            done = add_payload();
        }
        if (done) {
            done = add_tag("manifest-sha256.txt", std::move(manifest_sha256_));
        }
        if (done) {
            done = add_tag("manifest-sha512.txt", std::move(manifest_sha512_));
        }
        const std::string tags_sha256 = tags_sha256_;
        const std::string tags_sha512 = tags_sha512_;
        if (done) {
            done = add_tag("tagmanifest-sha256.txt", tags_sha256);
        }
        if (done) {
            done = add_tag("tagmanifest-sha512.txt", tags_sha512);
        }
        if (!done) {
            return fail(std::move(done.error()));
        }
        return zip_.finish();
    }

private:
    /// What a worker is at: a whole small payload, or a long one that goes to its place by itself and brings digests only.
    struct Pending {
        std::size_t index;
        bool is_placed;
        std::future<Result<Packed>> packed;
    };

    [[nodiscard]] Status add_tag(const std::string& name, std::string text) {
        Payload tag;
        tag.path = name;
        tag.bytes = std::move(text);
        return add_tag(tag);
    }

    /// A manifest of many thousand files is long: it streams through in pieces as payload does.
    [[nodiscard]] Status add_tag(const Payload& tag) {
        const std::uint64_t size = tag.source.empty() ? tag.bytes.size() : tag.size_bytes;
        LongResult result;
        if (auto added = add_in_pieces(tag, top_ + "/" + tag.path, size, result); !added) {
            return added;
        }
        append_manifest_line(tags_sha256_, result.sha256, tag.path);
        append_manifest_line(tags_sha512_, result.sha512, tag.path);
        return check_expected(tag, size, result.size, result.sha256);
    }

    [[nodiscard]] Status add_payload() {
        std::deque<Pending> pending;
        for (std::size_t index = 0; index < payload_.size(); ++index) {
            if (options_.stop.stop_requested()) {
                return stopped();
            }
            const bool is_long = sizes_[index] > options_.piece_bytes;
            const bool is_packed = is_packed_kind(payload_[index].path);
            // Where an entry begins is known when all before it are there, or have their place.
            while (is_full(pending) || (is_long && is_packed && held_files_ > 0) || (is_long && !is_packed && !pending.empty())) {
                if (auto added = add_pending(pending); !added) {
                    return added;
                }
            }
            if (is_long && !is_packed) {
                if (auto added = add_long(index); !added) {
                    return added;
                }
            } else if (is_packed && held_files_ == 0) {
                if (auto begun = place(pending, index); !begun) {
                    return begun;
                }
            } else {
                ++held_files_;
                held_bytes_ += sizes_[index];
                auto packed = workers_.submit([this, index](Deflater& deflater) { return pack_small(deflater, index); });
                pending.push_back({index, false, std::move(packed)});
            }
        }
        while (!pending.empty()) {
            if (auto added = add_pending(pending); !added) {
                return added;
            }
        }
        return {};
    }

    [[nodiscard]] bool is_full(const std::deque<Pending>& pending) const {
        return pending.size() >= pending_files_max || held_bytes_ >= workers_.count() * pieces_per_worker * options_.piece_bytes;
    }

    [[nodiscard]] Status place(std::deque<Pending>& pending, std::size_t index) {
        const auto begin = zip_.reserve(ZipEntry{top_ + "/data/" + payload_[index].path, Method::stored, 0, sizes_[index], 0, 0});
        if (!begin) {
            return fail(begin.error());
        }
        pending.push_back({index, true, workers_.submit([this, index, at = *begin](Deflater&) { return copy_to_place(index, at); })});
        return {};
    }

    /// On a worker's thread. What comes back has no bytes: they are in the archive.
    [[nodiscard]] Result<Packed> copy_to_place(std::size_t index, std::uint64_t at) const {
        const Payload& payload = payload_[index];
        auto source = PayloadSource::open(payload);
        if (!source) {
            return fail(std::move(source.error()));
        }
        Digests digests;
        Packed packed;
        std::string piece;
        // One byte more than expected would show a file that grew.
        const auto piece_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(options_.piece_bytes, sizes_[index] + 1));
        do {
            if (options_.stop.stop_requested()) {
                return stopped();
            }
            if (auto read = source->read_into(piece, piece_bytes); !read) {
                return fail(std::move(read.error()));
            }
            if (packed.size + piece.size() > sizes_[index]) {
                packed.size += piece.size();
                break;  // the place is too small for a file that grew
            }
            digests.update(piece);
            packed.crc = crc_of(piece, packed.crc);
            if (auto written = zip_.fill(at + packed.size, piece); !written) {
                return fail(std::move(written.error()));
            }
            packed.size += piece.size();
        } while (!piece.empty());
        packed.sha256 = digests.sha256.finish_hex();
        packed.sha512 = digests.sha512.finish_hex();
        if (auto right = check_expected(payload, sizes_[index], packed.size, packed.sha256); !right) {
            return fail(std::move(right.error()));
        }
        return packed;
    }

    /// On a worker's thread; reads only what no one changes meanwhile.
    [[nodiscard]] Result<Packed> pack_small(Deflater& deflater, std::size_t index) const {
        const Payload& payload = payload_[index];
        auto source = PayloadSource::open(payload);
        if (!source) {
            return fail(std::move(source.error()));
        }
        // One byte more than expected would show a file that grew.
        auto plain = source->read(static_cast<std::size_t>(sizes_[index]) + 1);
        if (!plain) {
            return fail(std::move(plain.error()));
        }
        Packed packed = pack_whole(deflater, std::move(*plain), is_packed_kind(payload.path));
        if (auto right = check_expected(payload, sizes_[index], packed.size, packed.sha256); !right) {
            return fail(std::move(right.error()));
        }
        return packed;
    }

    [[nodiscard]] Status add_pending(std::deque<Pending>& pending) {
        Pending next = std::move(pending.front());
        pending.pop_front();
        auto packed = next.packed.get();
        if (!packed) {
            return fail(std::move(packed.error()));
        }
        const std::string path = "data/" + payload_[next.index].path;
        append_manifest_line(manifest_sha256_, packed->sha256, path);
        append_manifest_line(manifest_sha512_, packed->sha512, path);
        if (next.is_placed) {
            return zip_.complete(packed->crc);
        }
        --held_files_;
        held_bytes_ -= sizes_[next.index];
        return zip_.add(ZipEntry{top_ + "/" + path, packed->method, packed->crc, packed->size, 0, 0}, packed->bytes);
    }

    [[nodiscard]] Status add_long(std::size_t index) {
        const Payload& payload = payload_[index];
        const std::string path = "data/" + payload.path;
        LongResult result;
        if (auto added = add_in_pieces(payload, top_ + "/" + path, sizes_[index], result); !added) {
            return added;
        }
        append_manifest_line(manifest_sha256_, result.sha256, path);
        append_manifest_line(manifest_sha512_, result.sha512, path);
        return check_expected(payload, sizes_[index], result.size, result.sha256);
    }

    struct LongResult {
        std::uint64_t size = 0;
        std::uint32_t crc = 0;
        std::string sha256;
        std::string sha512;
    };
    struct Piece {
        std::string bytes;
        std::uint32_t crc = 0;
        std::uint64_t size = 0;
    };

    /// The first piece decides whether deflating pays; the pieces of a deflated entry are packed by all workers at once.
    [[nodiscard]] Status add_in_pieces(const Payload& payload, const std::string& name, std::uint64_t size, LongResult& result) {
        auto source = PayloadSource::open(payload);
        if (!source) {
            return fail(std::move(source.error()));
        }
        auto piece = source->read(options_.piece_bytes);
        if (!piece) {
            return fail(std::move(piece.error()));
        }
        const bool deflates = !is_packed_kind(payload.path) && pays(own_deflater_.deflate(*piece, {}, true).size(), piece->size());
        const ZipEntry entry{name, deflates ? Method::deflated : Method::stored, 0, size, 0, 0};
        if (auto begun = zip_.begin(entry); !begun) {
            return begun;
        }
        Digests digests;
        std::string before;
        std::deque<std::future<Piece>> pending;
        const std::size_t pending_max = deflates ? workers_.count() * pieces_per_worker : 1;
        for (bool is_last = false; !is_last;) {
            if (options_.stop.stop_requested()) {
                return stopped();
            }
            auto next = source->read(options_.piece_bytes);
            if (!next) {
                return fail(std::move(next.error()));
            }
            is_last = next->empty();
            digests.update(*piece);
            std::string window(tail_of(*piece));
            pending.push_back(workers_.submit(
                [bytes = std::move(*piece), before = std::move(before), is_last, deflates](Deflater& deflater) mutable {
                    const std::uint32_t crc = crc_of(bytes);
                    const std::uint64_t plain_size = bytes.size();
                    return Piece{deflates ? deflater.deflate(bytes, before, is_last) : std::move(bytes), crc, plain_size};
                }));
            before = std::move(window);
            piece = std::move(next);
            while (pending.size() >= pending_max || (is_last && !pending.empty())) {
                if (auto written = write_piece(pending, result); !written) {
                    return written;
                }
            }
        }
        result.sha256 = digests.sha256.finish_hex();
        result.sha512 = digests.sha512.finish_hex();
        return zip_.end(result.crc);
    }

    [[nodiscard]] Status write_piece(std::deque<std::future<Piece>>& pending, LongResult& result) {
        const Piece piece = pending.front().get();
        pending.pop_front();
        result.crc = crc_joined(result.crc, piece.crc, piece.size);
        result.size += piece.size;
        return zip_.write(piece.bytes);
    }

    const std::string top_;
    const std::vector<Payload> payload_;
    const WriteOptions options_;
    std::vector<std::uint64_t> sizes_;
    std::uint64_t octets_ = 0;
    std::size_t held_files_ = 0;    ///< among those pending, small ones whose bytes wait in memory
    std::uint64_t held_bytes_ = 0;  ///< of those
    std::string manifest_sha256_;
    std::string manifest_sha512_;
    std::string tags_sha256_;
    std::string tags_sha512_;
    ZipWriter zip_;
    Deflater own_deflater_;
    Workers<Deflater> workers_;  // last: joined before what its jobs read goes
};

/// Sorts by path; refuses what a bag cannot hold.
Status put_in_order(const std::string& top, std::vector<Payload>& payload) {
    if (!is_portable_path(top) || top.find('/') != std::string::npos) {
        return fail(ErrorCode::internal, "the bag's folder cannot be named so", sanitise(top));
    }
    std::sort(payload.begin(), payload.end(), [](const Payload& left, const Payload& right) { return left.path < right.path; });
    std::set<std::string> files;
    std::set<std::string> folders;
    for (const Payload& entry : payload) {
        if (!is_portable_path(entry.path)) {
            return fail(ErrorCode::internal, "a file of the bag has a path that not every system can hold", sanitise(entry.path));
        }
        std::string path = lower(entry.path);
        for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            folders.insert(path.substr(0, slash));
        }
        if (!files.insert(std::move(path)).second) {
            return fail(ErrorCode::internal, "two files of the bag have the same path", sanitise(entry.path));
        }
    }
    const auto both = std::find_if(folders.begin(), folders.end(), [&](const std::string& folder) { return files.contains(folder); });
    if (both != folders.end()) {
        return fail(ErrorCode::internal, "a path of the bag is a file and a folder", sanitise(*both));
    }
    return {};
}

}  // namespace

Result<WrittenBundle> write_bag(const std::filesystem::path& path, const std::string& top, const BagInfo& info,
                                std::vector<Payload> payload, const WriteOptions& options) {
    if (auto ordered = put_in_order(top, payload); !ordered) {
        return fail(std::move(ordered.error()));
    }
    auto zip = ZipWriter::create(path, info.data_date, options.limits);
    if (!zip) {
        return fail(std::move(zip.error()));
    }
    BagWriter writer(top, std::move(payload), options, std::move(*zip));
    return writer.run(info);
}

Result<WrittenBundle> write_bundle(const std::filesystem::path& path, const std::string& top, const BagInfo& info,
                                   std::vector<Payload> payload, std::stop_token stop) {
    WriteOptions options;
    options.stop = std::move(stop);
    return write_bag(path, top, info, std::move(payload), options);
}

}  // namespace moisson::bundle

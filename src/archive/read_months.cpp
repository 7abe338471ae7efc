/// Months out of an archive: nothing of it is believed that was not proved by a digest.

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/manifest.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::archive {

namespace {

/// The object's bytes; `verification` where they are not those of its name.
Result<std::string> get_piece(Store& store, const std::string& month, const Piece& piece) {
    const std::string key = data_key(month, piece.sha256);
    auto bytes = store.get(key);
    if (!bytes) {
        if (bytes.error().code == ErrorCode::not_found) {
            return fail(ErrorCode::verification, "the archive has lost an object of a month", bytes.error().where,
                        "Another export of the month brings it back while OUT has it");
        }
        return bytes;
    }
    if (bytes->size() != piece.size_bytes || sha256_hex(*bytes) != piece.sha256) {
        return fail(ErrorCode::verification, "an object in the archive is not what was archived", fmt::format("{}/{}", store.name(), key),
                    "Look at the store's own versions of it; another export of the month mends it while OUT has it");
    }
    return bytes;
}

bool is_older(const Manifest& one, const Manifest& other) {
    return std::tie(one.generation.number, one.archived_at, one.generation.manifest_sha256) <
           std::tie(other.generation.number, other.archived_at, other.generation.manifest_sha256);
}

/// `generations` are of one month, by number.
Result<Manifest> newest_among(Store& store, const std::vector<Generation>& generations) {
    std::optional<Manifest> newest;
    for (const Generation& one : generations) {
        if (one.number != generations.back().number) {
            continue;
        }
        auto manifest = read_manifest(store, one);
        if (!manifest) {
            return manifest;
        }
        if (!newest || is_older(*newest, *manifest)) {
            newest = std::move(*manifest);
        }
    }
    MOISSON_INVARIANT(newest.has_value(), "there is at least one generation");
    return std::move(*newest);
}

/// Goes away with all that is in it, unless it was kept.
class Scratch {
public:
    explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        if (!kept_) {
            std::error_code ignored;  // nothing of value is in there, and a destructor has nobody to tell
            std::filesystem::remove_all(path_, ignored);
        }
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void keep() { kept_ = true; }

private:
    std::filesystem::path path_;
    bool kept_ = false;
};

}  // namespace

Result<std::vector<Generation>> list_generations(Store& store, const std::string& month) {
    auto listed = store.list(month.empty() ? "months/" : fmt::format("months/{}/manifests/", month));
    if (!listed) {
        return fail(std::move(listed.error()));
    }
    std::vector<Generation> found;
    for (const ObjectInfo& one : *listed) {
        if (auto generation = parse_manifest_key(one.key)) {
            found.push_back(std::move(*generation));
        }
    }
    return found;  // by key, so by month and number
}

Result<Manifest> read_manifest(Store& store, const Generation& generation) {
    auto bytes = store.get(generation.key());
    if (!bytes) {
        return fail(std::move(bytes.error()));
    }
    if (sha256_hex(*bytes) != generation.manifest_sha256) {
        return fail(ErrorCode::verification, "a manifest in the archive is not what was archived",
                    fmt::format("{}/{}", store.name(), generation.key()), "Look at the store's own versions of it");
    }
    return read_manifest_json(*bytes, generation);
}

Result<std::vector<Manifest>> newest_months(Store& store) {
    auto generations = list_generations(store);
    if (!generations) {
        return fail(std::move(generations.error()));
    }
    std::vector<Manifest> months;
    for (auto begin = generations->begin(); begin != generations->end();) {
        const auto end = std::find_if(begin, generations->end(), [&](const Generation& one) { return one.month != begin->month; });
        auto newest = newest_among(store, {begin, end});
        if (!newest) {
            return fail(std::move(newest.error()));
        }
        months.push_back(std::move(*newest));
        begin = end;
    }
    return months;
}

Result<Manifest> newest_of(Store& store, const std::string& month) {
    auto generations = list_generations(store, month);
    if (!generations) {
        return fail(std::move(generations.error()));
    }
    if (generations->empty()) {
        return fail(ErrorCode::not_found, fmt::format("the archive does not have {}", sanitise(month)), store.name(),
                    "moisson archive list shows what it has");
    }
    return newest_among(store, *generations);
}

Status read_back(Store& store, const Manifest& manifest, const ArchivedFile& file, const std::function<Status(std::string_view)>& write) {
    Digest whole;
    for (const Piece& piece : file.pieces) {
        auto bytes = get_piece(store, manifest.generation.month, piece);
        if (!bytes) {
            return fail(std::move(bytes.error()));
        }
        whole.update(*bytes);
        if (Status written = write(*bytes); !written) {
            return written;
        }
    }
    if (whole.finish_hex() != file.sha256) {
        return fail(ErrorCode::verification, "the pieces of a file in the archive are not that file", file.path);
    }
    return {};
}

Status fetch_file(Store& store, const Manifest& manifest, const std::string& path, const std::filesystem::path& target) {
    const ArchivedFile* file = manifest.find(path);
    if (file == nullptr) {
        return fail(ErrorCode::not_found, fmt::format("{} in the archive has no {}", manifest.generation.month, sanitise(path)),
                    store.name());
    }
    auto written = AtomicFile::create(target);
    if (!written) {
        return fail(std::move(written.error()));
    }
    if (Status read = read_back(store, manifest, *file, [&](std::string_view bytes) { return written->write(bytes); }); !read) {
        return read;
    }
    return written->commit();
}

Status fetch_month(Store& store, const Manifest& manifest, const std::filesystem::path& target, unsigned file_mode) {
    std::error_code problem;
    if (std::filesystem::symlink_status(target, problem).type() != std::filesystem::file_type::not_found) {
        return fail(ErrorCode::bad_input, "there is something where the month would go", target.string(),
                    "Name another folder with --out: nothing is written over");
    }
    const std::filesystem::path parent = std::filesystem::absolute(target).parent_path();
    if (Status made = make_folders(parent); !made) {
        return made;
    }
    auto folder = make_temporary_folder(parent / fmt::format(".{}.", manifest.generation.month));
    if (!folder) {
        return fail(std::move(folder.error()));
    }
    Scratch scratch(std::move(*folder));
    for (const ArchivedFile& file : manifest.files) {
        if (Status fetched = fetch_file(store, manifest, file.path, scratch.path() / file.path); !fetched) {
            return fetched;
        }
    }
    if (Status set = set_modes(scratch.path(), file_mode); !set) {
        return set;
    }
    // RENAME_NOREPLACE: an empty folder that came there meanwhile is not ours either.
    if (::renameat2(AT_FDCWD, scratch.path().c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
        return disk_error("cannot bring the month to", target, errno);
    }
    scratch.keep();
    return sync_folder(parent);
}

}  // namespace moisson::archive

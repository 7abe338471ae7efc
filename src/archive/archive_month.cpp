/// A month's way into an archive.

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/manifest.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::archive {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t looked_at_bytes = 64U << 10U;
/// They tell of the run that published the month, and differ where the month does not.
constexpr auto files_of_run =
    std::to_array<std::string_view>({"evidence.json", "evidence/answers.zip", "junit.xml", "report.html", "summary.json", "summary.md"});
constexpr std::string_view mark_key = "archive.txt";

std::string mark_of(const std::string& source) { return fmt::format("moisson archive, schema 1\n{}\n", source); }

bool is_unmarked(const Error& error) {
    return error.code == ErrorCode::not_found && error.cause.find("NoSuchBucket") == std::string::npos;
}

Status of_another_source(const Store& store) {
    return fail(ErrorCode::verification, "the archive holds months of another source", store.name(),
                "Give each source a folder or prefix of its own: url of [archive]");
}

/// Paths below the folder, sorted. Links and what else is no file are an error: nothing but files is published.
Result<std::vector<std::string>> files_of(const fs::path& folder) {
    std::vector<std::string> paths;
    std::error_code problem;
    fs::recursive_directory_iterator at(folder, problem);
    for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
        const auto type = at->symlink_status(problem).type();
        if (type == fs::file_type::regular) {
            paths.push_back(at->path().lexically_relative(folder).generic_string());
        } else if (type != fs::file_type::directory) {
            return fail(ErrorCode::disk, "this is no file of a published month", at->path().string(), "Take it out of the folder");
        }
    }
    if (problem) {
        return disk_error("cannot read the published month", folder, problem.value());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Reads the file piece by piece, at most `object_max_bytes` in memory. `take` gets each with its digest.
Result<ArchivedFile> read_in_pieces(const fs::path& folder, const std::string& path,
                                    const std::function<Status(const Piece&, std::string_view)>& take) {
    std::ifstream file(folder / path, std::ios::binary);
    ArchivedFile read{path, {}, 0, {}};
    Digest whole;
    std::string bytes;
    while (file) {
        bytes.resize(object_max_bytes);
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(file.gcount()));
        if (bytes.empty() && !read.pieces.empty()) {
            break;
        }
        whole.update(bytes);
        read.size_bytes += bytes.size();
        read.pieces.push_back({sha256_hex(bytes), bytes.size()});
        if (Status taken = take(read.pieces.back(), bytes); !taken) {
            return fail(std::move(taken.error()));
        }
    }
    if (file.bad() || !file.eof()) {
        return fail(ErrorCode::disk, "a published file cannot be read", (folder / path).string());
    }
    read.sha256 = whole.finish_hex();
    return read;
}

std::string day_text(std::chrono::year_month_day day) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

/// One month on its way; `Archived` counts what was sent.
class Bringing {
public:
    Bringing(Store& store, const MonthToArchive& month, const Clock& clock)
        : store_(store), month_(month), clock_(clock), lock_until_(std::chrono::sys_days(month.retain_until) + std::chrono::days(1)) {}

    Result<Archived> run() {
        auto content = content_of(month_.folder);
        auto generations = content ? list_generations(store_, month_.month) : fail(std::move(content.error()));
        if (!generations) {
            return fail(std::move(generations.error()));
        }
        Manifest manifest;
        manifest.generation = {month_.month, 1, *content, {}};
        if (!generations->empty()) {
            auto newest = newest_of(store_, month_.month);
            if (!newest) {
                return fail(std::move(newest.error()));
            }
            manifest.generation.number = newest->generation.number + 1;
            manifest.previous = newest->generation.manifest_sha256;
            auto is_it = is_this_state(*newest, *content);
            if (!is_it) {
                return fail(std::move(is_it.error()));
            }
            if (*is_it) {
                done_.was_there = true;
                manifest = std::move(*newest);
            }
        }
        if (done_.was_there) {
            auto whole = bring_back_lost(manifest);
            if (!whole) {
                return fail(std::move(whole.error()));
            }
            done_.was_there = *whole;
            done_.generation = manifest.generation;
            if (*whole) {
                return done_;
            }
            Manifest next;
            next.generation = {month_.month, manifest.generation.number + 1, *content, {}};
            next.previous = manifest.generation.manifest_sha256;
            manifest = std::move(next);
        }
        Status sent = bring_files(manifest);
        sent = sent ? bring_manifest(manifest) : sent;
        if (!sent) {
            return fail(std::move(sent.error()));
        }
        done_.generation = manifest.generation;
        return done_;
    }

private:
    Result<bool> is_this_state(const Manifest& newest, const std::string& content) const {
        if (newest.generation.content != content || !month_.exact) {
            return newest.generation.content == content;
        }
        auto paths = files_of(month_.folder);
        if (!paths) {
            return fail(std::move(paths.error()));
        }
        for (const std::string& path : *paths) {
            auto sha256 = sha256_of_file(month_.folder / path);
            if (!sha256) {
                return fail(std::move(sha256.error()));
            }
            const ArchivedFile* const file = newest.find(path);
            if (file == nullptr || file->sha256 != *sha256) {
                return false;
            }
        }
        return paths->size() == newest.files.size();
    }

    Status bring_files(Manifest& manifest) {
        auto paths = files_of(month_.folder);
        if (!paths) {
            return fail(std::move(paths.error()));
        }
        for (const std::string& path : *paths) {
            auto file = read_in_pieces(month_.folder, path,
                                       [&](const Piece& piece, std::string_view bytes) { return bring_piece(piece, bytes, true); });
            if (!file) {
                return fail(std::move(file.error()));
            }
            manifest.files.push_back(std::move(*file));
        }
        manifest.source = month_.source;
        manifest.chain_number = month_.chain_number;
        manifest.archived_at = format_timestamp(clock_.now());
        manifest.retain_until = day_text(month_.retain_until);
        return {};
    }

    /// The month is there: what the store has lost of it since is sent once more. False where the folder no longer has those bytes.
    Result<bool> bring_back_lost(const Manifest& manifest) {
        for (const ArchivedFile& file : manifest.files) {
            bool is_whole = true;
            for (const Piece& piece : file.pieces) {
                auto found = store_.head(data_key(month_.month, piece.sha256));
                if (!found) {
                    return fail(std::move(found.error()));
                }
                is_whole = is_whole && *found && (*found)->size_bytes == piece.size_bytes;
            }
            if (is_whole) {
                done_.objects_kept += static_cast<std::uint32_t>(file.pieces.size());
                continue;
            }
            const auto local = sha256_of_file(month_.folder / file.path);
            if (!local || *local != file.sha256) {
                return false;
            }
            auto sent = read_in_pieces(month_.folder, file.path,
                                       [&](const Piece& piece, std::string_view bytes) { return bring_piece(piece, bytes, true); });
            if (!sent) {
                return fail(std::move(sent.error()));
            }
        }
        return true;
    }

    Status bring_piece(const Piece& piece, std::string_view bytes, bool may_be_there) {
        return bring(data_key(month_.month, piece.sha256), piece.sha256, bytes, may_be_there);
    }

    /// At most twice: an object that is there with other bytes is written again under its digest, since it proves nothing as it is.
    Status bring(const std::string& key, const std::string& sha256, std::string_view bytes, bool may_be_there) {
        problem_.reset();
        auto found = store_.head(key);
        if (!found) {
            return fail(std::move(found.error()));
        }
        if (may_be_there && *found && (*found)->size_bytes == bytes.size() && is_kept(key, sha256)) {
            ++done_.objects_kept;
            const auto& locked = (*found)->locked_until;
            return locked && *locked >= lock_until_ ? Status() : store_.lock(key, lock_until_);
        }
        if (problem_) {
            return fail(*problem_);
        }
        for (int attempt = 1; attempt <= 2; ++attempt) {
            if (Status put = store_.put(key, bytes, {sha256, lock_until_}); !put) {
                return put;
            }
            if (is_kept(key, sha256)) {
                ++done_.objects_sent;
                return {};
            }
            if (problem_) {
                return fail(*problem_);
            }
        }
        return fail(ErrorCode::verification, "the archive says that it keeps an object, and has other bytes or none",
                    fmt::format("{}/{}", store_.name(), key), "The month is not archived; have the store looked at");
    }

    /// Reads it back. False also where that failed: `problem_` says why.
    bool is_kept(const std::string& key, const std::string& sha256) {
        problem_.reset();
        auto bytes = store_.get(key);
        if (!bytes && bytes.error().code != ErrorCode::not_found) {
            problem_ = std::move(bytes.error());
        }
        return bytes && sha256_hex(*bytes) == sha256;
    }

    Status bring_manifest(Manifest& manifest) {
        const std::string json = manifest_json(manifest);
        manifest.generation.manifest_sha256 = sha256_hex(json);
        const std::string key = manifest.generation.key();
        if (Status brought = bring(key, manifest.generation.manifest_sha256, json, false); !brought) {
            return brought;
        }
        // Lists that lag are known; a month that is nowhere in them would be archived again by the next run.
        for (int look = 0; look < 5; ++look) {
            auto listed = list_generations(store_, month_.month);
            if (!listed) {
                return fail(std::move(listed.error()));
            }
            done_.is_listed = std::any_of(listed->begin(), listed->end(), [&](const Generation& one) { return one.key() == key; });
            if (done_.is_listed) {
                return {};
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100 << look));
        }
        return {};
    }

    Store& store_;
    const MonthToArchive& month_;
    const Clock& clock_;
    Timestamp lock_until_;
    Archived done_;
    std::optional<Error> problem_;
};

}  // namespace

Result<std::string> content_of(const std::filesystem::path& folder) {
    auto paths = files_of(folder);
    if (!paths) {
        return fail(std::move(paths.error()));
    }
    Digest digest;
    for (const std::string& path : *paths) {
        if (std::find(files_of_run.begin(), files_of_run.end(), path) != files_of_run.end()) {
            continue;
        }
        std::ifstream file(folder / path, std::ios::binary | std::ios::ate);
        const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(file.tellg(), 0));
        std::string tail(std::min(size, looked_at_bytes), '\0');
        file.seekg(-static_cast<std::streamoff>(tail.size()), std::ios::end);
        if (!file.read(tail.data(), static_cast<std::streamsize>(tail.size()))) {
            return fail(ErrorCode::disk, "a published file cannot be read", (folder / path).string());
        }
        digest.update(fmt::format("{} {} {}\n", size, sha256_hex(tail), path));
    }
    return digest.finish_hex().substr(0, 16);
}

Result<Archived> archive_month(Store& store, const MonthToArchive& month, const Clock& clock) {
    if (!is_month_name(month.month)) {
        return fail(ErrorCode::bad_input, "this is no month that is archived", sanitise(month.month));
    }
    return Bringing(store, month, clock).run();
}

Status must_be_of(Store& store, const std::string& source) {
    const auto found = store.get(std::string(mark_key));
    if (!found) {
        return is_unmarked(found.error()) ? Status() : Status(fail(found.error()));
    }
    return *found == mark_of(source) ? Status() : of_another_source(store);
}

Status claim(Store& store, const std::string& source) {
    const std::string own = mark_of(source);
    auto found = store.get(std::string(mark_key));
    if (!found && is_unmarked(found.error())) {
        if (Status put = store.put(std::string(mark_key), own, {sha256_hex(own), {}}); !put) {
            return put;
        }
        found = store.get(std::string(mark_key));
    }
    if (!found) {
        return fail(std::move(found.error()));
    }
    return *found == own ? Status() : of_another_source(store);
}

}  // namespace moisson::archive

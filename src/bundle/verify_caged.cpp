/// Verification in a child: it gets one open bundle, or the list of a folder's files, asks for those that it wants, and tells problems. The
/// parent opens nothing that is not in its own list, and takes nothing that is no sentence.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "bundle/bundle.hpp"
#include "bundle/caged.hpp"
#include "bundle/chain_caged.hpp"
#include "bundle/handing.hpp"
#include "bundle/limits.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes_max = 256U << 10U;
/// "EUR -92233720368547758.08"
constexpr std::size_t total_bytes_max = 64;
constexpr std::size_t totals_max = 1000;

/// ErrorCode has no count of its own; what comes from outside it is taken for `internal`.
constexpr std::array error_codes{ErrorCode::disk, ErrorCode::verification, ErrorCode::not_found, ErrorCode::internal};

void tell(cage::Link& link, const Result<VerifyReport>& report) {
    cage::ValueWriter writer;
    if (!report) {
        put_error(writer, report.error());
        link.put(failed, writer.bytes());
        return;
    }
    const auto put_text = [&](Answer kind, std::string_view text, std::size_t size_max) {
        writer.clear();
        writer.text(text.substr(0, size_max));
        link.put(kind, writer.bytes());
    };
    for (const std::string& problem : report->problems) {
        put_text(problem_found, problem, sentence_bytes_max);
    }
    for (const std::string& total : report->totals) {
        put_text(total_found, total, total_bytes_max);
    }
    writer.clear();
    for (const std::uint64_t count : {report->files, report->documents, report->bytes}) {
        writer.number(count);
    }
    link.put(done, writer.bytes());
}

void tell(cage::Link& link, const Status& status) {
    cage::ValueWriter writer;
    if (!status) {
        put_error(writer, status.error());
    }
    link.put(status ? done : failed, writer.bytes());
}

/// The files of one bundle, for the asking.
class ToldFiles {
public:
    [[nodiscard]] Status open(OpenFile bundle) {
        auto zip = ZipReader::open(std::move(bundle), ZipLimits{});
        if (!zip) {
            return fail(std::move(zip.error()));
        }
        zip_.emplace(std::move(*zip));
        for (const ZipEntry& entry : zip_->entries()) {
            entries_.emplace(entry.name.substr(entry.name.find('/') + 1), &entry);
        }
        return {};
    }
    [[nodiscard]] Status read(cage::Link& link, const std::string& path) const {
        const auto found = entries_.find(path);
        if (found == entries_.end()) {
            return fail(ErrorCode::not_found, "the bundle has no such file", path);
        }
        return zip_->read(*found->second, [&](std::string_view piece) {
            for (; !piece.empty(); piece.remove_prefix(std::min(piece.size(), piece_bytes_max))) {
                link.put(file_piece, piece.substr(0, piece_bytes_max));
            }
        });
    }

private:
    std::optional<ZipReader> zip_;
    std::unordered_map<std::string, const ZipEntry*> entries_;  ///< by path below the top folder
};

void run_job(cage::Link& link) {
    std::vector<FileSource::Entry> entries;
    ToldFiles files;
    cage::Frame frame;
    while (link.next(frame)) {
        if (frame.kind == folder_entry) {
            cage::ValueReader reader(frame.bytes);
            const std::string path(reader.text(path_bytes_max));
            entries.push_back({path, reader.flag()});
        } else if (frame.kind == verify_folder_task) {
            AskedFolder folder(link, std::move(entries));
            tell(link, verify_folder(folder));
        } else if (frame.kind == verify_bundle_task) {
            tell(link, verify_bundle(OpenFile(frame.descriptor.release(), "bundle")));
        } else if (frame.kind == files_task) {
            tell(link, files.open(OpenFile(frame.descriptor.release(), "bundle")));
        } else if (frame.kind == read_task) {
            cage::ValueReader reader(frame.bytes);
            tell(link, files.read(link, std::string(reader.text(path_bytes_max))));
        } else {
            tell_chain(link, frame, entries);
        }
    }
}

/// What libraries open when they are first used.
void prepare_job() {
    static_cast<void>(Digest(DigestKind::sha256).finish_hex());
    static_cast<void>(Digest(DigestKind::sha512).finish_hex());
}

/// The parent's end.
class Conversation {
public:
    Conversation(cage::Cage& child, FileSource& files, std::set<std::string> names, std::size_t problems_max)
        : child_(child), opener_(child, files, std::move(names)), problems_max_(problems_max) {}

    /// Until the child is done. The outer failure is the child's end.
    [[nodiscard]] cage::Outcome<Result<VerifyReport>> run() {
        for (;;) {
            auto frame = child_.next();
            if (!frame) {
                return tl::unexpected(frame.error());
            }
            cage::ValueReader reader(frame->bytes);
            const std::uint8_t kind = frame->kind;
            if (kind == failed) {
                Error error = take_error(reader);
                return reader.is_whole() ? cage::Outcome<Result<VerifyReport>>(fail(std::move(error))) : refuse();
            }
            if (kind == done) {
                report_.files = reader.number<std::uint64_t>();
                report_.documents = reader.number<std::uint64_t>();
                report_.bytes = reader.number<std::uint64_t>();
                return reader.is_whole() ? cage::Outcome<Result<VerifyReport>>(std::move(report_)) : refuse();
            }
            const std::string text(reader.text(kind == problem_found ? sentence_bytes_max : path_bytes_max));
            if (!reader.is_whole() || !take(kind, text)) {
                return refuse();
            }
        }
    }

private:
    [[nodiscard]] cage::Outcome<Result<VerifyReport>> refuse() { return tl::unexpected(child_.refuse("no report of a verification")); }

    [[nodiscard]] bool take(std::uint8_t kind, const std::string& text) {
        switch (kind) {
            case open_wanted: return opener_.open(text);
            case problem_found:
                report_.problems.push_back(sanitise(text, sentence_bytes_max));
                return report_.problems.size() <= problems_max_;
            case total_found: report_.totals.push_back(sanitise(text, total_bytes_max)); return report_.totals.size() <= totals_max;
            default: return false;
        }
    }

    cage::Cage& child_;
    Opener opener_;
    const std::size_t problems_max_;
    VerifyReport report_;
};

/// How the child ended, as a problem of what it read.
Result<VerifyReport> report_of(const cage::Failure& failure, const fs::path& path) {
    Error error = error_of(failure, path);
    if (error.code != ErrorCode::verification) {
        return fail(std::move(error));
    }
    VerifyReport report;
    report.problems.push_back(fmt::format("{}: {}", sanitise(path.string()), error.message));
    return report;
}

}  // namespace

void put_error(cage::ValueWriter& writer, const Error& error) {
    const auto* const code = std::find(error_codes.begin(), error_codes.end() - 1, error.code);
    writer.choice(static_cast<std::uint8_t>(code - error_codes.begin()));
    for (const std::string& text : {error.message.english(), error.where, error.hint, error.cause}) {
        writer.text(std::string_view(text).substr(0, path_bytes_max));
    }
}

Error take_error(cage::ValueReader& reader) {
    Error error;
    error.code = error_codes.at(reader.choice<std::uint8_t>(error_codes.size()));
    error.message = sanitise(reader.text(path_bytes_max), path_bytes_max);
    for (std::string* text : {&error.where, &error.hint, &error.cause}) {
        *text = sanitise(reader.text(path_bytes_max), path_bytes_max);
    }
    return error;
}

const cage::Job& verify_job() noexcept {
    static constexpr cage::Job job{"verify", prepare_job, run_job};
    return job;
}

cage::Outcome<std::unique_ptr<cage::Cage>> start_child(std::uint64_t size_bytes, const std::stop_token& stop) {
    cage::Limits child_limits;
    child_limits.memory_bytes =
        std::min(limits::child_bytes + limits::child_bytes_ratio * std::min(size_bytes, limits::child_bytes_max), limits::child_bytes_max);
    return cage::Cage::start(verify_job().name, child_limits, stop);
}

void allow_time(cage::Cage& child, std::uint64_t size_bytes) {
    child.allow(std::chrono::seconds(limits::child_seconds + limits::child_seconds_per_megabyte * (size_bytes >> 20U)));
}

Error error_of(const cage::Failure& failure, const fs::path& path) {
    Error error;
    error.where = path.string();
    switch (failure.ending) {
        case cage::Ending::cancelled:
            error.code = ErrorCode::cancelled;
            error.message = "stopped before all was verified";
            break;
        case cage::Ending::not_started:
            error.code = ErrorCode::internal;
            error.message = fmt::format("there is no process to verify in: {}", failure.sentence);
            break;
        default: {
            const bool is_over_budget = failure.ending == cage::Ending::out_of_memory || failure.ending == cage::Ending::over_time;
            error.code = ErrorCode::verification;
            error.message = fmt::format("{}it could not be verified; of the process that read it: {}",
                                        is_over_budget ? "over budget: " : "", failure.sentence);
        }
    }
    return error;
}

Result<VerifyReport> verify_caged(const fs::path& path, const std::stop_token& stop) {
    const auto kind = find_verifiable(path);
    if (!kind) {
        return fail(kind.error());
    }
    const fs::path place = path.has_filename() ? path : path.parent_path();
    Folder folder(place);
    auto handed = hand_over(place, *kind, folder);
    if (!handed) {
        return fail(std::move(handed.error()));
    }
    auto child = start_child(handed->size_bytes, stop);
    if (!child) {
        return report_of(child.error(), path);
    }
    allow_time(**child, handed->size_bytes);
    // Of a folder, the bundle's own problems come with their own last sentence.
    const std::size_t problems_max = limits::sentences + 1;
    std::set<std::string> names = put_handed(**child, std::move(*handed), verify_bundle_task, verify_folder_task);
    auto said = Conversation(**child, folder, std::move(names), problems_max).run();
    if (!said) {
        return report_of(said.error(), path);
    }
    if (!*said) {
        name_place(said->error(), place, *kind);
    }
    return std::move(*said);
}

}  // namespace moisson::bundle

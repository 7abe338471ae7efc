/// See closed_folder.hpp.

#include "pipeline/closed_folder.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/bundle.hpp"
#include "bundle/bundle_files.hpp"
#include "domain/evidence_names.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t named_max = 20;  ///< differences that one message names

/// Every file below the folder, by path; what is neither file nor folder too.
std::map<std::string, fs::path> files_in(const fs::path& folder) {
    std::map<std::string, fs::path> files;
    std::error_code problem;
    fs::recursive_directory_iterator next(folder, problem);
    for (; !problem && next != fs::recursive_directory_iterator(); next.increment(problem)) {
        if (next->symlink_status(problem).type() != fs::file_type::directory) {
            files.emplace(next->path().lexically_relative(folder).generic_string(), next->path());
        }
    }
    if (problem) {
        throw FatalError(ExitCode::local, ErrorCode::disk, "cannot read the folder: " + problem.message(), folder.string());
    }
    return files;
}

/// A month that was closed before its files were kept.
std::vector<std::string> compare_with_summary(const ClosedMonth& month, const fs::path& folder, const std::stop_token& stop) {
    const auto report = bundle::verify_caged(folder, stop);
    if (!report && report.error().code == ErrorCode::cancelled) {
        throw FatalError(ExitCode::interrupted, report.error());
    }
    if (!report) {
        return {report.error().to_line()};
    }
    std::vector<std::string> differences = report->problems;
    const auto ledger = sha256_of_file(folder / "ledger.csv");
    if (ledger && *ledger != month.ledger_sha256) {
        differences.push_back("its published ledger.csv is not the one that was closed");
    }
    return differences;
}

/// Empty: the file is the one that was closed.
std::string difference_of(const ClosedFile& file, const std::map<std::string, fs::path>& files) {
    const auto found = files.find(file.path);
    if (found == files.end()) {
        return fmt::format("{} is gone", sanitise(file.path));
    }
    std::error_code problem;
    if (!fs::is_regular_file(fs::symlink_status(found->second, problem))) {
        return fmt::format("{} is not a plain file", sanitise(file.path));
    }
    const auto digest = sha256_of_file(found->second);
    if (!digest) {
        return fmt::format("{} cannot be read: {}", sanitise(file.path), digest.error().message);
    }
    return *digest == file.sha256 ? std::string() : fmt::format("its published {} is not the one that was closed", sanitise(file.path));
}

/// Copies and syncs; the digest of what was copied. `not_found` when there is nothing to copy.
Result<std::string> copy_whole(const fs::path& from, const fs::path& to) {
    std::ifstream source(from, std::ios::binary);
    if (!source) {
        return fail(ErrorCode::not_found, "it is not there", from.string());
    }
    auto target = AtomicFile::create(to);
    if (!target) {
        return fail(std::move(target.error()));
    }
    Digest digest;
    constexpr std::size_t piece_bytes = 1U << 20U;
    std::string piece(piece_bytes, '\0');
    while (source) {
        source.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const auto part = std::string_view(piece).substr(0, static_cast<std::size_t>(source.gcount()));
        digest.update(part);
        if (auto written = target->write(part); !written) {
            return fail(std::move(written.error()));
        }
    }
    if (auto done = target->commit(); !done) {
        return fail(std::move(done.error()));
    }
    return digest.finish_hex();
}

}  // namespace

std::vector<ClosedFile> keep_files(const fs::path& folder, transfer::ObjectStore& store) {
    std::vector<ClosedFile> files;
    for (const auto& [path, file] : files_in(folder)) {
        const transfer::StoredObject object = must_be_done(store.keep_copy(file));
        files.push_back({path, object.size_bytes, object.sha256});
    }
    must_be_done(store.sync_all());
    return files;
}

std::vector<std::string> compare_with_closed(const ClosedMonth& month, const fs::path& folder, const std::stop_token& stop) {
    if (month.files.empty()) {
        return compare_with_summary(month, folder, stop);
    }
    const std::map<std::string, fs::path> files = files_in(folder);
    std::vector<std::string> differences;
    for (const ClosedFile& file : month.files) {
        if (std::string difference = difference_of(file, files); !difference.empty()) {
            differences.push_back(std::move(difference));
        }
    }
    for (const auto& there : files) {
        if (is_added_evidence(there.first)) {
            continue;  // a time stamp may come later, and be renewed; `verify` looks at what it says
        }
        if (std::none_of(month.files.begin(), month.files.end(), [&](const ClosedFile& one) { return one.path == there.first; })) {
            differences.push_back(fmt::format("{} was not in it", sanitise(there.first)));
        }
    }
    return differences;
}

void must_be_as_closed(const ClosedMonth& month, const fs::path& folder, const std::stop_token& stop) {
    const std::vector<std::string> differences = compare_with_closed(month, folder, stop);
    if (!differences.empty()) {
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("{} is closed, and its folder is not as it was: {}. Nothing was published", month.period.to_text(),
                                     join_sentences(differences)),
                         folder.string(),
                         fmt::format("Move the folder away: the next export of {} publishes the month as it was closed",
                                     month.period.to_text()));
    }
}

void publish_closed(const ClosedMonth& month, const transfer::ObjectStore& store, PublishFolder& folder) {
    must_be_done(remove_path(folder.path()));  // what this run had put there already
    must_be_done(make_new_folder(folder.path()));
    for (const ClosedFile& file : month.files) {
        const auto digest = copy_whole(store.path_of(file.sha256), folder.path() / file.path);
        if (!digest || *digest != file.sha256) {
            throw FatalError(
                digest || digest.error().code == ErrorCode::not_found ? ExitCode::inconsistent : ExitCode::local, ErrorCode::verification,
                fmt::format("{} is closed, and what was kept of its {} {}. Nothing was published", month.period.to_text(),
                            sanitise(file.path), digest ? "is damaged" : fmt::format("cannot be read: {}", digest.error().message)),
                store.path_of(file.sha256).string(), "Put a backup of the state's objects folder in its place, or the month's own folder");
        }
    }
    folder.publish();
}

namespace {

/// What the bundle holds under that path, when it is what the row says.
Status restore(const bundle::BundleFiles& bundle, const AddendumRow& row, transfer::ObjectStore::Writer& writer) {
    if (auto begun = writer.begin(); !begun) {
        return begun;
    }
    Status written;
    if (auto read = bundle.read(row.path, [&](std::string_view piece) { written = written ? writer.write(piece) : written; }); !read) {
        return read;
    }
    if (!written) {
        return written;
    }
    if (writer.sha256() != row.sha256) {
        return fail(ErrorCode::verification, "the bundle holds other bytes", row.path);
    }
    auto kept = writer.keep();
    return kept ? Status() : Status(fail(std::move(kept.error())));
}

}  // namespace

void restore_addendum_files(const std::vector<Addendum>& addenda, const fs::path& bundle, transfer::ObjectStore& store) {
    std::vector<const AddendumRow*> missing;
    for (const Addendum& addendum : addenda) {
        for (const AddendumRow& row : addendum.rows) {
            if (!row.path.empty() && !store.has(row.sha256, row.size_bytes)) {
                missing.push_back(&row);
            }
        }
    }
    if (missing.empty()) {
        return;
    }
    const auto files = bundle::BundleFiles::open(bundle);
    if (!files) {
        return;
    }
    for (const AddendumRow* row : missing) {
        auto writer = store.make_writer();
        if (auto done = restore(*files, *row, writer); !done && done.error().code == ErrorCode::disk) {
            throw FatalError(ExitCode::local, std::move(done.error()));
        }
    }
    must_be_done(store.sync_all());
}

void must_hold_addendum_files(const std::vector<Addendum>& addenda, const transfer::ObjectStore& store) {
    for (const Addendum& addendum : addenda) {
        for (const AddendumRow& row : addendum.rows) {
            if (!row.path.empty() && !store.has(row.sha256, row.size_bytes)) {
                throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                                 fmt::format("the file of {}/{} in {} is neither in the cache nor in the published bundle",
                                             sanitise(row.contract_id), sanitise(row.document_id), addendum.file_name()),
                                 store.path_of(row.sha256).string(), "Put the published folder back as it was, and export again");
            }
        }
    }
}

std::string join_sentences(const std::vector<std::string>& sentences) {
    const std::size_t named = std::min(sentences.size(), named_max);
    std::string text = fmt::format("{}", fmt::join(sentences.begin(), sentences.begin() + static_cast<std::ptrdiff_t>(named), "; "));
    return named == sentences.size() ? text : fmt::format("{}; and {} more", text, sentences.size() - named);
}

}  // namespace moisson::pipeline

/// See handing.hpp.

#include "bundle/handing.hpp"

#include <system_error>
#include <utility>

#include "bundle/limits.hpp"
#include "cage/values.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

/// Each file is opened a few times.
constexpr std::size_t opens_of_file_max = 8;

}  // namespace

Result<std::vector<FileSource::Entry>> AskedFolder::list(std::size_t) { return std::move(entries_); }

Result<OpenFile> AskedFolder::open(const std::string& path) {
    cage::ValueWriter wanted;
    wanted.text(path);
    link_.put(open_wanted, wanted.bytes());
    cage::Frame frame;
    if (!link_.next(frame)) {
        return fail(ErrorCode::disk, "there is no file any more", path);
    }
    if (frame.kind == opened && frame.descriptor.is_open()) {
        return OpenFile(frame.descriptor.release(), path);
    }
    cage::ValueReader reader(frame.bytes);
    return fail(take_error(reader));
}

Result<Handed> hand_over(const fs::path& path, Verifiable kind, FileSource& folder) {
    Handed handed;
    if (kind == Verifiable::bundle) {
        auto bundle = OpenFile::at(path);
        const auto size = bundle ? bundle->size_bytes() : fail(bundle.error());
        if (!size) {
            return fail(size.error());
        }
        handed.bundle = std::move(*bundle);
        handed.size_bytes = *size;
        return handed;
    }
    auto entries = folder.list(limits::folder_files);
    if (!entries) {
        return fail(std::move(entries.error()));
    }
    handed.entries = std::move(*entries);
    for (const FileSource::Entry& entry : handed.entries) {
        std::error_code ignored;
        const std::uint64_t size = entry.is_plain ? fs::file_size(path / entry.path, ignored) : 0;
        handed.size_bytes += ignored ? 0 : size;
    }
    return handed;
}

std::set<std::string> put_handed(cage::Cage& child, Handed handed, Task bundle_task, Task folder_task, std::string_view said) {
    std::set<std::string> names;
    if (handed.bundle) {
        child.put(bundle_task, said, cage::Descriptor(handed.bundle->release()));
        return names;
    }
    for (const FileSource::Entry& entry : handed.entries) {
        cage::ValueWriter writer;
        writer.text(std::string_view(entry.path).substr(0, path_bytes_max));
        writer.flag(entry.is_plain);
        child.put(folder_entry, writer.bytes());
        if (entry.is_plain) {
            names.insert(entry.path);
        }
    }
    child.put(folder_task, said);
    return names;
}

Opener::Opener(cage::Cage& child, FileSource& files, std::set<std::string> names)
    : child_(child), files_(files), names_(std::move(names)), opens_left_(names_.size() * opens_of_file_max) {}

bool Opener::open(const std::string& path) {
    if (!names_.contains(path) || opens_left_ == 0) {
        return false;
    }
    --opens_left_;
    auto file = files_.open(path);
    if (file) {
        child_.put(opened, {}, cage::Descriptor(file->release()));
    } else {
        cage::ValueWriter writer;
        put_error(writer, file.error());
        child_.put(not_opened, writer.bytes());
    }
    return true;
}

void name_place(Error& error, const fs::path& place, Verifiable kind) {
    error.where = kind == Verifiable::bundle || error.where.empty() ? place.string() : (place / error.where).string();
}

}  // namespace moisson::bundle

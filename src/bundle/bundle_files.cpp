/// See bundle_files.hpp.

#include "bundle/bundle_files.hpp"

#include <unordered_map>

#include "base/files.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

struct BundleFiles::Opened {
    ZipReader zip;
    std::unordered_map<std::string, const ZipEntry*> entries;  ///< by path below the top folder
};

BundleFiles::BundleFiles(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}
BundleFiles::BundleFiles(BundleFiles&&) noexcept = default;
BundleFiles::~BundleFiles() = default;

Result<BundleFiles> BundleFiles::open(const std::filesystem::path& bundle) {
    auto zip = ZipReader::open(bundle, ZipLimits{});
    if (!zip) {
        return fail(std::move(zip.error()));
    }
    auto opened = std::make_unique<Opened>(Opened{std::move(*zip), {}});
    for (const ZipEntry& entry : opened->zip.entries()) {
        opened->entries.emplace(entry.name.substr(entry.name.find('/') + 1), &entry);
    }
    return BundleFiles(std::move(opened));
}

Status BundleFiles::read(const std::string& path, const std::function<void(std::string_view)>& sink) const {
    const auto found = opened_->entries.find(path);
    if (found == opened_->entries.end()) {
        return fail(ErrorCode::not_found, "the bundle has no such file", path);
    }
    return opened_->zip.read(*found->second, sink);
}

Status BundleFiles::extract(const std::string& path, const std::filesystem::path& target) const {
    auto file = AtomicFile::create(target);
    if (!file) {
        return fail(std::move(file.error()));
    }
    Status written;
    auto done = read(path, [&](std::string_view piece) { written = written ? file->write(piece) : written; });
    return done.and_then([&] { return written; }).and_then([&] { return file->commit(); });
}

}  // namespace moisson::bundle

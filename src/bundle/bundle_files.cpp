/// See bundle_files.hpp.

#include "bundle/bundle_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/files.hpp"
#include "bundle/caged.hpp"
#include "bundle/file_source.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

struct BundleFiles::Opened {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
    std::unique_ptr<cage::Cage> child;

    /// Takes frames until the child is done with its task.
    [[nodiscard]] Status take(const std::function<void(std::string_view)>& sink) const {
        allow_time(*child, size_bytes);
        std::uint64_t left =
            limits::unpacked_bytes + limits::unpacked_ratio * std::min(size_bytes, UINT64_MAX / 2 / limits::unpacked_ratio);
        for (;;) {
            auto frame = child->next();
            if (!frame) {
                return fail(error_of(frame.error(), path));
            }
            cage::ValueReader reader(frame->bytes);
            switch (frame->kind) {
                case file_piece:
                    if (frame->bytes.size() > left) {
                        return fail(error_of(child->refuse("more than a bundle holds"), path));
                    }
                    left -= frame->bytes.size();
                    sink(frame->bytes);
                    break;
                case done: return {};
                case failed: return fail(take_error(reader));
                default: return fail(error_of(child->refuse("no file of a bundle"), path));
            }
        }
    }
};

BundleFiles::BundleFiles(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}
BundleFiles::BundleFiles(BundleFiles&&) noexcept = default;
BundleFiles::~BundleFiles() = default;

Result<BundleFiles> BundleFiles::open(const std::filesystem::path& bundle, const std::stop_token& stop) {
    auto file = OpenFile::at(bundle);
    const auto size = file ? file->size_bytes() : fail(file.error());
    if (!size) {
        return fail(size.error());
    }
    auto child = start_child(*size, stop);
    if (!child) {
        return fail(error_of(child.error(), bundle));
    }
    auto opened_bundle = std::make_unique<Opened>(Opened{bundle, *size, std::move(*child)});
    opened_bundle->child->put(files_task, {}, cage::Descriptor(file->release()));
    if (auto ready = opened_bundle->take([](std::string_view) {}); !ready) {
        return fail(std::move(ready.error()));
    }
    return BundleFiles(std::move(opened_bundle));
}

Status BundleFiles::read(const std::string& path, const std::function<void(std::string_view)>& sink) const {
    cage::ValueWriter wanted;
    wanted.text(path);
    opened_->child->put(read_task, wanted.bytes());
    return opened_->take(sink);
}

Status BundleFiles::extract(const std::string& path, const std::filesystem::path& target) const {
    const auto disk_error = [&] {
        Error error = fail(ErrorCode::disk, "cannot write the file", target.string()).value();
        error.cause = std::strerror(errno);
        return fail(std::move(error));
    };
    const auto descriptor = open_new_file(target, Access::own);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    const OpenFile file(*descriptor, target.string());
    Status written;
    auto read_whole = read(path, [&](std::string_view piece) {
        while (written && !piece.empty()) {
            const ssize_t put = ::write(file.descriptor(), piece.data(), piece.size());
            if (put < 0 && errno != EINTR) {
                written = disk_error();
            }
            piece.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
        }
    });
    return read_whole.and_then([&] { return written; });
}

}  // namespace moisson::bundle

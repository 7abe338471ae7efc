/// Files under temporary names until every check has passed.
#include "erp/render.hpp"

namespace moisson::erp {

Result<std::unique_ptr<Target>> Target::create(const std::filesystem::path& path, const FileSpec& file, Timestamp created, bool list_cells) {
    auto target = std::make_unique<Target>();
    auto opened = AtomicFile::create(path);
    if (!opened) {
        return fail(std::move(opened.error()));
    }
    target->file_ = std::move(*opened);
    target->temporary_ = path;
    if (file.layout == Layout::worksheet) {
        // The library opens the temporary name itself.
        auto sheet = Worksheet::create(target->file_->temporary_path(), file.sheet, created);
        if (!sheet) {
            return fail(std::move(sheet.error()));
        }
        target->sheet_ = std::move(*sheet);
        if (list_cells) {
            target->sheet_->list_cells();
        }
    }
    return target;
}

Status Target::drain() {
    if (buffer.empty() || sheet_) {
        return {};
    }
    digest_.update(buffer);
    size_ += buffer.size();
    auto written = file_->write(buffer);
    buffer.clear();
    return written;
}

Status Target::finish(RenderedFile& into) {
    if (sheet_) {
        if (auto closed = sheet_->close(); !closed) {
            return closed;
        }
        cells_ = sheet_->cells();
    } else if (auto drained = drain(); !drained) {
        return drained;
    }
    if (auto done = file_->commit(); !done) {
        return done;
    }
    file_.reset();
    buffer = {};
    if (!sheet_) {
        into.size_bytes = size_;
        into.sha256 = digest_.finish_hex();
        return {};
    }
    sheet_.reset();
    std::error_code problem;
    into.size_bytes = std::filesystem::file_size(temporary_, problem);
    auto digest = sha256_of_file(temporary_);
    if (!digest) {
        return fail(std::move(digest.error()));
    }
    into.sha256 = std::move(*digest);
    return {};
}

Status Target::rename_to(const std::filesystem::path& path) {
    if (auto renamed = rename_path(temporary_, path); !renamed) {
        return renamed;
    }
    temporary_.clear();
    return {};
}

Target::~Target() {
    if (!temporary_.empty()) {
        static_cast<void>(remove_path(temporary_));
    }
}

}  // namespace moisson::erp

/// Files under temporary names until every check has passed.
#include "erp/target.hpp"

namespace moisson::erp {

Result<std::unique_ptr<Target>> Target::create(const std::filesystem::path& path, const FileSpec& file, Timestamp created,
                                               bool list_cells) {
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

Status Target::write_piece(std::string_view piece) {
    digest_.update(piece);
    size_ += piece.size();
    return file_->write(piece);
}

void Target::write_pieces(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    std::string mine;
    for (;;) {
        changed_.wait(lock, stop, [this] { return is_full_; });
        if (!is_full_) {
            return;
        }
        mine.swap(piece_);
        is_full_ = false;
        changed_.notify_all();
        lock.unlock();
        auto written = write_piece(mine);
        mine.clear();
        lock.lock();
        if (!written && written_) {
            written_ = std::move(written);
        }
    }
}

Status Target::drain() {
    if (buffer.empty() || sheet_) {
        return {};
    }
    if (!writer_.joinable()) {
        writer_ = std::jthread([this](const std::stop_token& stop) { write_pieces(stop); });
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_full_; });
    piece_.swap(buffer);
    is_full_ = true;
    changed_.notify_all();
    buffer.clear();
    return written_;
}

Status Target::finish(RenderedFile& into) {
    if (sheet_) {
        if (auto closed = sheet_->close(); !closed) {
            return closed;
        }
        cells_ = sheet_->cells();
    } else {
        if (writer_.joinable()) {
            // What was handed over is written before the stop is seen.
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !is_full_; });
            lock.unlock();
            writer_.request_stop();
            writer_.join();
        }
        if (!written_) {
            return written_;
        }
        if (auto last = write_piece(buffer); !last) {
            return last;
        }
    }
    if (auto done = file_->commit(); !done) {
        return done;
    }
    file_.reset();
    buffer = {};
    piece_ = {};
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
    if (writer_.joinable()) {
        writer_.request_stop();
        writer_.join();
    }
    if (!temporary_.empty()) {
        static_cast<void>(remove_path(temporary_));
    }
}

}  // namespace moisson::erp

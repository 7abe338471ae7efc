#include "pipeline/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t texts_in_record = 12;
constexpr std::size_t numbers_in_record = 5;
constexpr std::uint64_t journal_max_bytes = 256ULL << 20U;  ///< far above one group of records

std::array<std::string*, texts_in_record> texts_of(state::DocumentRecord& record) {
    return {&record.contract_id, &record.document_id, &record.document_type, &record.filename, &record.period,     &record.created_at,
            &record.updated_at,  &record.amount,      &record.currency,      &record.sha256,   &record.media_type, &record.first_seen_run};
}

/// Every text as "length:bytes", every number as "n", each with a blank before it; a line end closes the record.
void put(std::string& bytes, const state::DocumentRecord& record) {
    state::DocumentRecord copy = record;
    for (const std::string* text : texts_of(copy)) {
        fmt::format_to(std::back_inserter(bytes), " {}:", text->size());
        bytes += *text;
    }
    fmt::format_to(std::back_inserter(bytes), " {} {} {} {} {}\n", record.version, record.amount_kind, record.present, record.size_bytes,
                   (record.unframed ? 1 : 0) + (record.damaged ? 2 : 0));
}

/// Reads what `put` wrote; any other byte ends it.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    bool read(state::DocumentRecord& record) {
        for (std::string* text : texts_of(record)) {
            std::uint64_t length = 0;
            if (!skip(' ') || !number(length) || !skip(':') || length > rest_.size()) {
                return false;
            }
            text->assign(rest_.substr(0, length));
            rest_.remove_prefix(length);
        }
        std::array<std::uint64_t, numbers_in_record> numbers{};
        for (std::uint64_t& value : numbers) {
            if (!skip(' ') || !number(value)) {
                return false;
            }
        }
        record.version = static_cast<std::uint32_t>(numbers[0]);
        record.amount_kind = static_cast<std::uint8_t>(numbers[1]);
        record.present = static_cast<std::uint8_t>(numbers[2]);
        record.size_bytes = numbers[3];
        record.unframed = (numbers[4] & 1U) != 0;
        record.damaged = (numbers[4] & 2U) != 0;
        return skip('\n') && record.version > 0 && !record.contract_id.empty() && !record.document_id.empty();
    }

private:
    bool skip(char letter) {
        if (!rest_.starts_with(letter)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    bool number(std::uint64_t& value) {
        const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (problem != std::errc()) {
            return false;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
    }

    std::string_view rest_;
};

tl::unexpected<Error> journal_error(std::string what, const std::filesystem::path& path, int number) {
    Error error = fail(ErrorCode::disk, std::move(what), path.string()).value();
    error.cause = std::generic_category().message(number);
    return fail(std::move(error));
}

Error no_journal(Error error) {
    error.message = "cannot make the journal of fetched files";
    return error;
}

/// Where the next journal is written before it takes the old one's place.
std::filesystem::path fresh_path(const std::filesystem::path& path) {
    std::filesystem::path fresh = path;
    fresh += ".part";
    return fresh;
}

bool is_whole(const state::DocumentRecord& record, const transfer::ObjectStore& store) {
    if (!store.has(record.sha256, record.size_bytes)) {
        return false;
    }
    const auto digest = sha256_of_file(store.path_of(record.sha256));
    return digest && *digest == record.sha256;
}

}  // namespace

Journal::Journal(std::filesystem::path path) : path_(std::move(path)) {}

Journal::~Journal() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

void Journal::give_up() noexcept {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        descriptor_ = -1;
    }
    given_up_ = true;
}

Status Journal::append(std::span<const state::DocumentRecord> records) {
    if (given_up_ || records.empty()) {
        return {};
    }
    if (descriptor_ < 0) {
        const auto opened = open_kept_file(path_, O_WRONLY | O_APPEND, Access::own);
        if (!opened) {
            give_up();
            return fail(no_journal(opened.error()));
        }
        descriptor_ = *opened;
    }
    return write(records);
}

Status Journal::write(std::span<const state::DocumentRecord> records) {
    std::string bytes;
    for (const state::DocumentRecord& record : records) {
        put(bytes, record);
    }
    for (std::string_view rest = bytes; !rest.empty();) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            const int number = written == 0 ? EIO : errno;
            give_up();
            return journal_error("cannot write the journal of fetched files", path_, number);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Status Journal::replace(std::span<const state::DocumentRecord> records) {
    if (records.empty() || descriptor_ < 0) {
        return clear();
    }
    const std::filesystem::path fresh = fresh_path(path_);
    ::unlink(fresh.c_str());  // of a run that was killed
    const auto made = open_new_file(fresh, Access::own);
    if (!made) {
        give_up();
        return fail(no_journal(made.error()));
    }
    ::close(std::exchange(descriptor_, *made));
    if (auto written = write(records); !written) {
        return written;
    }
    // Not rename_path: a power loss may take this file, and waiting for the disk here would hold up the transfers.
    if (::rename(fresh.c_str(), path_.c_str()) != 0) {
        const int number = errno;
        give_up();
        return journal_error("cannot rename the journal of fetched files to its place", path_, number);
    }
    return {};
}

Status Journal::clear() {
    if (descriptor_ < 0) {
        return {};
    }
    ::close(descriptor_);
    descriptor_ = -1;
    return remove_path(path_);
}

std::vector<state::DocumentRecord> read_journal(std::string_view bytes) {
    std::vector<state::DocumentRecord> records;
    Reader reader(bytes);
    state::DocumentRecord record;
    while (reader.read(record)) {
        records.push_back(std::exchange(record, {}));
    }
    return records;
}

Result<std::uint64_t> recover_journal(const std::filesystem::path& path, state::StateStore& state, const transfer::ObjectStore& store) {
    if (auto removed = remove_path(fresh_path(path)); !removed) {
        return fail(std::move(removed.error()));
    }
    std::error_code problem;
    if (!std::filesystem::exists(path, problem)) {
        return 0;
    }
    const auto bytes = read_file(path, journal_max_bytes);
    if (!bytes) {
        return fail(bytes.error());
    }
    std::vector<state::DocumentRecord> records = read_journal(*bytes);
    std::uint64_t files = 0;
    for (state::DocumentRecord& record : records) {
        if (record.sha256.empty()) {
            continue;
        }
        if (is_whole(record, store)) {
            ++files;
            continue;
        }
        state::forget_file(record);
    }
    if (!records.empty()) {
        // As with any save: first the bytes, then the rows that promise them.
        if (auto synced = store.sync_all(); !synced) {
            return fail(std::move(synced.error()));
        }
        state.save_documents(records);
    }
    if (auto removed = remove_path(path); !removed) {
        return fail(std::move(removed.error()));
    }
    return files;
}

}  // namespace moisson::pipeline

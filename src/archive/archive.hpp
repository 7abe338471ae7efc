#pragma once
/// Months in an archive: what a month there is, how it gets there whole, and how it comes back. The door of this room.
///
/// Under the store's root:
///
///     archive.txt                                       whose months these are; made once
///     months/MONTH/data/SHA256                          bytes of published files, at most 32 MiB each, named by their digest
///     months/MONTH/manifests/NNNNNN-CONTENT-SHA256.json one published state of the month (a generation), made last
///     closings/NNNNNN-MONTH-SHA256.json                 one closing or reopening, by its place in the closings' history
///
/// A month is there when a manifest of it is. Nothing is ever taken out, and an object is written again only where its bytes are not
/// those of its name. Another export of the month that brought other bytes is a further generation beside the earlier ones; the highest
/// number counts, and of two with one number (two machines at once) the one that was archived later, then the one with the higher digest.
/// Manifests name the one before them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/store.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "domain/closing.hpp"

namespace moisson::archive {

/// The store that the job names, or empty where it names none. Nothing is asked yet. `bad_input` when its settings cannot be used, among
/// them certificates.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(const config::Job& job, const Clock& clock, std::stop_token stop);

struct Piece {
    std::string sha256;
    std::uint64_t size_bytes = 0;
};

struct ArchivedFile {
    std::string path;  ///< below the month's folder, '/' between parts
    std::string sha256;
    std::uint64_t size_bytes = 0;
    std::vector<Piece> pieces;  ///< joined they are the file
};

/// What the key of a manifest says.
struct Generation {
    std::string month;  ///< "2026-10"; "2026-01..2026-03" and "all" are kept as well
    std::uint32_t number = 0;
    std::string content;  ///< 16 digits of a digest over the month's files: `content_of`
    std::string manifest_sha256;
    [[nodiscard]] std::string key() const;
};

struct Manifest {
    Generation generation;
    std::string previous;             ///< digest of the manifest before; empty: the first
    std::string source;               ///< whose documents: the service's address
    std::string archived_at;          ///< UTC
    std::string retain_until;         ///< last day of the retention, "2036-12-31"
    std::uint32_t chain_number = 0;   ///< place among all publications of one history, from 1; 0: made before that was kept
    std::vector<ArchivedFile> files;  ///< by path
    /// Null when there is none.
    [[nodiscard]] const ArchivedFile* find(std::string_view path) const;
    [[nodiscard]] std::uint64_t size_bytes() const;
    /// The link of the chain that this publication is; number 0 where it says none.
    [[nodiscard]] ChainLink link() const;
};

/// Every generation of every month, or of one, by month and number. Objects whose names are none of ours are passed over.
[[nodiscard]] Result<std::vector<Generation>> list_generations(Store& store, const std::string& month = {});
/// `verification`: the manifest is not that of its name; `bad_answer`: it cannot be read, or was made by a newer version.
[[nodiscard]] Result<Manifest> read_manifest(Store& store, const Generation& generation);
/// The newest generation of each month, by month; read, and so proved against its name.
[[nodiscard]] Result<std::vector<Manifest>> newest_months(Store& store);
/// `not_found` when the archive does not have the month.
[[nodiscard]] Result<Manifest> newest_of(Store& store, const std::string& month);

/// Reads one file back, piece by piece; `write` gets bytes that are proved. `verification` when the whole is not that of its digest.
[[nodiscard]] Status read_back(Store& store, const Manifest& manifest, const ArchivedFile& file,
                               const std::function<Status(std::string_view)>& write);
/// Brings one file to `target`, whole and proved, or not at all.
[[nodiscard]] Status fetch_file(Store& store, const Manifest& manifest, const std::string& path, const std::filesystem::path& target);
/// Brings a whole month to the folder `target`, which must not be there: by one rename, when every byte of it is proved.
[[nodiscard]] Status fetch_month(Store& store, const Manifest& manifest, const std::filesystem::path& target, unsigned file_mode);

struct MonthToArchive {
    std::string month;
    std::filesystem::path folder;  ///< as it is published; nobody changes it meanwhile
    std::string source;
    std::chrono::year_month_day retain_until;
    std::uint32_t chain_number = 0;  ///< as its summary.json says it; 0: none
    bool exact = false;  ///< the newest generation counts as this state only when each file of it is the same, those of the run too
};

struct Archived {
    Generation generation;
    std::uint32_t objects_sent = 0;
    std::uint32_t objects_kept = 0;  ///< were there already
    bool was_there = false;          ///< the newest generation is this state of the month
    bool is_listed = true;           ///< false: the store's list does not show the month yet
};

/// What tells one state of a published month from another, without reading its large files: of every file its path, its size and a digest
/// of its last 64 KiB, where bundle.zip has the seal over all its bytes. Files that tell of the run that published the month are left
/// out: a run that found nothing new is no new state.
[[nodiscard]] Result<std::string> content_of(const std::filesystem::path& folder);

/// Brings the month there: objects that are missing, each then read back and compared, then the manifest, read back, too. Objects that an
/// interrupted run left are taken over, once their bytes were compared. `verification` when the store says yes and has other bytes, or
/// none, also after a second time; the errors of the store. Whatever breaks, the month's earlier generations stand.
[[nodiscard]] Result<Archived> archive_month(Store& store, const MonthToArchive& month, const Clock& clock);

/// `verification` when the archive's months are of another source; makes the mark of this one where there is none.
[[nodiscard]] Status claim(Store& store, const std::string& source);
/// The same without making a mark.
[[nodiscard]] Status must_be_of(Store& store, const std::string& source);

/// A closing or reopening as the archive keeps it: what a bundle knows of it only once a month was published after it.
struct ClosingRecord {
    std::uint32_t number = 0;  ///< place in the closings' history, from 1
    ClosingEvent event;
    ClosedMonth month;  ///< of a closing that stood when it was archived, else only its `period`; without totals and files
};

/// What the key of a record says.
struct ClosingKey {
    std::uint32_t number = 0;
    Month period = *Month::make(1980, 1);
    std::string sha256;
    [[nodiscard]] std::string key() const;
};

/// By number. Objects whose names are none of ours are passed over.
[[nodiscard]] Result<std::vector<ClosingKey>> list_closings(Store& store);
/// `verification`: it is not that of its name; `bad_answer`: it cannot be read, or was made by a newer version.
[[nodiscard]] Result<ClosingRecord> read_closing(Store& store, const ClosingKey& key);
/// Brings the record there, reads it back and compares. The same record again is the same object. Errors as of `archive_month`.
[[nodiscard]] Status archive_closing(Store& store, const ClosingRecord& record, std::chrono::year_month_day retain_until);

}  // namespace moisson::archive

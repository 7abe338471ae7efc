#pragma once
/// The folder that keeps every downloaded file once, named by its SHA-256: `<root>/objects/ab/abcdef…`, partial files in `<root>/partial/`.
/// Only this user reads them: files are 0600, folders 0700, whatever the umask.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::transfer {

struct StoredObject {
    std::string sha256;
    std::uint64_t size_bytes = 0;
    std::string media_type;  ///< found from the bytes
    bool unframed = false;   ///< accepted by its format's own end only (finding `body-unframed`)
    bool damaged = false;    ///< came whole twice with the same bytes, and looks damaged inside (finding `file-damaged`)
};

/// What the first and last bytes say. Pure. By the first bytes alone: `application/zip`, or
/// `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet` where its directory has content types and a workbook;
/// `application/pdf`. Text, in UTF-8, Latin-1 or UTF-16, is `text/html` or `application/xml` (it begins with a tag), `application/json`,
/// `text/csv` (a table: 27 columns, or a heading and rows below it) or `text/plain`: a sentence, a message, code. `text/plain` is no
/// document. Anything else: `application/octet-stream`.
struct Kind {
    std::string_view media_type;
    bool proves_end = false;  ///< the format shows its own end and it was seen: PDF, ZIP, XLSX
    bool cut = false;         ///< the format has an end mark and it is missing; padding behind the mark does no harm
};
/// `said_to_be_csv`: who sent it says so; a heading alone is a table then.
[[nodiscard]] Kind kind_of(std::string_view first_bytes, std::string_view last_bytes, bool said_to_be_csv = false);
/// True for a media type of text that is no table: never a document, whatever was asked for.
[[nodiscard]] bool is_message(std::string_view media_type) noexcept;
/// True for any text, tables too.
[[nodiscard]] bool is_textual(std::string_view media_type) noexcept;

/// Any thread may `make_writer`; each writer belongs to one thread at a time.
///
/// Durability comes in groups: `Writer::keep` gives a file its name, `sync_all` makes everything kept so far survive a power loss. Whoever
/// writes down that an object is there (the state store) calls `sync_all` first. One fdatasync per file would cost half again the time of
/// the whole transfer (measured 1.52 times against 1.12 for one syncfs).
class ObjectStore {
public:
    /// Makes the folders and removes partial files left by dead runs; those of a living process stay. `disk`.
    [[nodiscard]] static Result<std::unique_ptr<ObjectStore>> open(const std::filesystem::path& root);

    class Writer final : public http::BodySink {
    public:
        ~Writer() override;  ///< removes an unfinished partial file
        Writer(Writer&&) noexcept;
        Writer& operator=(Writer&&) noexcept;
        [[nodiscard]] Status begin() override;
        [[nodiscard]] Status write(std::string_view bytes) override;
        /// Goes on after what came before when the answer is the rest of it (206 and `resume_next` was called); else as `begin`.
        [[nodiscard]] Status begin_answer(const http::Response& head) override;
        /// The next answer may be the rest of an interrupted body: when it is a 206, keep what is there.
        void resume_next() noexcept;
        /// Bytes received since `begin`.
        [[nodiscard]] std::uint64_t size_bytes() const noexcept;
        /// What came, judged by its bytes; call when the body is whole, before `keep`.
        [[nodiscard]] Kind kind() const;
        /// SHA-256 of what came since `begin`; the writer goes on as before.
        [[nodiscard]] std::string sha256() const;
        /// Closes the partial file and renames it to the digest's name; durable after the next `ObjectStore::sync_all`. A file already
        /// there is kept when its bytes have that digest, else replaced. The writer can begin anew afterwards. `disk`: nothing is kept.
        [[nodiscard]] Result<StoredObject> keep();
        /// First bytes (at most 4 KiB) for judging answers that are no documents.
        [[nodiscard]] std::string_view first_bytes() const noexcept;

    private:
        friend class ObjectStore;
        struct State;
        explicit Writer(std::unique_ptr<State> state);
        std::unique_ptr<State> state_;
    };
    [[nodiscard]] Writer make_writer();

    /// Keeps a copy of the file; durable as what a writer keeps. `disk`.
    [[nodiscard]] Result<StoredObject> keep_copy(const std::filesystem::path& file);

    /// Flushes every object kept so far, with names and folders, to the disk (syncfs of the root's file system). `disk`: nothing that was
    /// kept since the last success may be counted on. Blocks as long as the disk takes. Any thread.
    [[nodiscard]] Status sync_all() const;

    /// `open` found the folders open to others, as earlier versions made them, and closed them.
    [[nodiscard]] bool was_open_to_others() const noexcept { return was_open_to_others_; }

    [[nodiscard]] std::filesystem::path path_of(std::string_view sha256) const;
    /// True when the object is there with that size (its bytes are not read).
    [[nodiscard]] bool has(std::string_view sha256, std::uint64_t size_bytes) const;
    /// The same of a store that nobody opened; nothing is made.
    [[nodiscard]] static bool has(const std::filesystem::path& root, std::string_view sha256, std::uint64_t size_bytes);
    /// What a stored file is, by its first and last bytes; empty when it cannot be read.
    [[nodiscard]] std::optional<Kind> kind_of_stored(std::string_view sha256) const;
    /// Removes the object when its bytes are no longer those of its name; true when it did. Reads all of it.
    [[nodiscard]] Result<bool> drop_if_changed(std::string_view sha256) const;

private:
    explicit ObjectStore(std::filesystem::path root);
    std::filesystem::path root_;
    bool was_open_to_others_ = false;
    std::string run_mark_;  ///< in the names of this store's partial files: tells them from those of a dead process with the same id
};

}  // namespace moisson::transfer

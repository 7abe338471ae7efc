#pragma once
/// The folder that keeps every downloaded file once, named by its SHA-256: `<root>/objects/ab/abcdef…`, partial files in `<root>/partial/`.

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
};

/// What the first and last bytes say. Pure.
/// `application/pdf` (%PDF- … %%EOF), `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`, `application/zip` (end of central
/// directory found), `text/csv` (text, UTF-8 or Latin-1, no NUL), `text/html`, `application/json`, `application/octet-stream`.
struct Kind {
    std::string_view media_type;
    bool proves_end = false;  ///< the format shows its own end and it was seen: PDF, ZIP, XLSX
    bool cut = false;         ///< the format has an end mark and it is missing
};
[[nodiscard]] Kind kind_of(std::string_view first_bytes, std::string_view last_bytes);

/// Any thread may `open` a writer; each writer belongs to one thread.
class ObjectStore {
public:
    /// Makes the folders and removes partial files left by dead runs. `disk`.
    [[nodiscard]] static Result<std::unique_ptr<ObjectStore>> open(const std::filesystem::path& root);

    class Writer final : public http::BodySink {
    public:
        ~Writer() override;  ///< removes an unfinished partial file
        [[nodiscard]] Status begin() override;
        [[nodiscard]] Status write(std::string_view bytes) override;
        /// What came, judged by its bytes; call when the body is whole, before `keep`.
        [[nodiscard]] Kind kind() const;
        /// fsync, rename to the digest's name (a file already there with that name and size is kept), fsync of the folder.
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

    [[nodiscard]] std::filesystem::path path_of(std::string_view sha256) const;
    /// Brings every kept object to stable storage (one flush for many files). A state row may name a digest only after this returned well.
    [[nodiscard]] Status sync_all();
    /// True when the object is there with that size (its bytes are not read).
    [[nodiscard]] bool has(std::string_view sha256, std::uint64_t size_bytes) const;

private:
    explicit ObjectStore(std::filesystem::path root);
    std::filesystem::path root_;
};

}  // namespace moisson::transfer

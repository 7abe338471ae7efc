#pragma once
/// `bundle.zip`: the archive bundle, a BagIt 1.0 bag (RFC 8493) in a deterministic ZIP; and the re-check of bundles and published months.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bundle/file_source.hpp"
#include "cage/cage.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/retention.hpp"

namespace moisson::bundle {

/// One payload file of the bag. `path` is under `data/`, ASCII, '/' between parts, unique, safe on every system.
struct Payload {
    std::string path;                    ///< e.g. "documents/OCB0001234/2026-10/invoices/Facture_octobre.pdf"
    std::string source;                  ///< path of the file to read (a path object of its parts is many times as large); empty: `bytes`
    std::string bytes;
    std::string sha256;                  ///< expected; empty: computed. A difference is `verification`, the bundle is not written
    std::uint64_t size_bytes = 0;        ///< expected, with `source`
};

struct BagInfo {
    std::vector<std::pair<std::string, std::string>> fields;  ///< bag-info.txt lines in order, e.g. {"External-Identifier", "moisson-1"}
    Timestamp data_date;                                      ///< stamped on every ZIP entry (to 2 s, not before 1980)
    /// Further tag files of the bag's folder (RFC 8493, 2.2.4), for people: `path` is a name; with a `source`, `sha256` and `size_bytes`
    /// too.
    std::vector<Payload> tags = {};
};

struct WrittenBundle {
    std::uint64_t size_bytes = 0;
    std::string sha256;
    std::uint64_t files = 0;
};

/// Entries: `<top>/bagit.txt`, `bag-info.txt`, `info.tags` as they stand there, `data/…` sorted by path, `manifest-sha256.txt`,
/// `manifest-sha512.txt`, `tagmanifest-sha256.txt`, `tagmanifest-sha512.txt`, all under one top folder named `top`. PDF, ZIP and XLSX are
/// stored, the rest deflated where that pays. ZIP64 where needed. The archive's comment seals all its bytes (zip_format.hpp).
/// `Payload-Oxum` and, where `info` has none, `Bag-Software-Agent` are added to bag-info.txt.
/// Same payload, same bytes, whatever the time zone. Atomic. Errors: `disk`, `verification`, `cancelled` on a stop.
[[nodiscard]] Result<WrittenBundle> write_bundle(const std::filesystem::path& path, const std::string& top, const BagInfo& info,
                                                 std::vector<Payload> payload, std::stop_token stop = {});

/// The bundle that stands at `path`, when it is the one that `write_bundle` with these arguments would write: its seal holds, and its
/// bag-info.txt, further tag files and manifest are the same, so its payload is. Every payload with a `source` has its `sha256` and
/// `size_bytes`. Costs one read of the file. Empty: it has to be written.
[[nodiscard]] std::optional<WrittenBundle> find_same_bundle(const std::filesystem::path& path, const std::string& top,
                                                            const BagInfo& info, const std::vector<Payload>& payload);

/// Path of a document inside the bag: "documents/<contract>/<month or no-period>/<type>/<safe file name>". Pure.
/// ASCII letters, digits, `.`, `-`, `_` only; no part is empty, longer than 100 bytes, begins or ends with a dot, or is a Windows
/// device name.
/// The extension follows the media type when the name's own is missing or contradicts it.
[[nodiscard]] std::string document_path(const LedgerEntry& entry);

/// Sets `path` of every entry that has a file: `document_path`, made unique (compared without case) by version and a short digest of
/// (contract id, document id, version): the same input gives the same paths whatever the order. With the payload folder in front,
/// "data/documents/…", as the manifests and the ledger's `path` column write it.
void assign_paths(std::vector<LedgerEntry>& entries);
/// The same for rows that have a folder of their own in the place of "documents", as each addendum has.
void assign_paths(std::span<LedgerEntry* const> entries, std::string_view folder);
/// `Payload::path` of an entry with a path: without "data/".
[[nodiscard]] std::string payload_path(const LedgerEntry& entry);

struct VerifyReport {
    std::vector<std::string> problems;  ///< sentences, each with the file's path; empty: all is well
    std::uint64_t files = 0;
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> totals;    ///< "EUR 1234.56", recomputed from the ledger's counted rows
    std::vector<std::string> evidence;  ///< what time stamps and signature of a folder say; pipeline/verify_month.hpp checks them
};

/// Re-checks a `bundle.zip` or a published folder from its own bytes. `path` that is neither: `bad_input`.
/// Bundle: every byte accounted for: ZIP structure (no gap, no trailing or duplicate entry, local headers equal the directory, CRCs),
/// bagit.txt, both manifests complete and exact, tag manifests, no stray file, ledger rows against files and digests, totals of
/// summary.json, the seal over all bytes.
/// Folder: summary.json's `files` against size and digest of each, no stray or missing file, summary.json against its own seal, the bundle
/// inside as above, the bundle's ledger equal to ledger.csv.
[[nodiscard]] Result<VerifyReport> verify(const std::filesystem::path& path);

/// The same in a child process that can open nothing and has limits that follow from the length of what is verified (cage.hpp): the door
/// for everything that others may have made. A crash, a hang or a want of memory there is a problem that names the path. `cancelled` when
/// `stop` was requested; `internal` when no child is to be had.
[[nodiscard]] Result<VerifyReport> verify_caged(const std::filesystem::path& path, const std::stop_token& stop = {});
/// What that child does; `main` knows it.
[[nodiscard]] const cage::Job& verify_job() noexcept;

/// What there is to verify at a path; `bad_input` when it is neither.
enum class Verifiable { bundle, folder };
[[nodiscard]] Result<Verifiable> find_verifiable(const std::filesystem::path& path);
/// The same re-check where nothing can be opened by name (file_source.hpp).
[[nodiscard]] Result<VerifyReport> verify_bundle(OpenFile bundle);
[[nodiscard]] Result<VerifyReport> verify_folder(FileSource& folder);

/// Until when a published folder says that it is to be kept; empty when it says nothing, or nothing that can be read.
[[nodiscard]] std::optional<Retention> stated_retention(const std::filesystem::path& folder);

/// SHA-256 of the file `name` of a published folder, as its summary.json states it; empty when that has no such file or its seal is broken.
[[nodiscard]] std::optional<std::string> stated_digest(const std::filesystem::path& folder, const std::string& name);

}  // namespace moisson::bundle

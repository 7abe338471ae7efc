#pragma once
/// One published month, or one bundle, as a link of the chain (samples/bundle.md, "The chain"): what its own bytes are, and what its books
/// say of all that was published before it. Read in a child process as `verify_caged` reads (bundle.hpp): it may be anybody's.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "domain/closing.hpp"

namespace moisson::bundle {

/// So many rows of a table, and the digest of all their cells. Of a table that only grows, the first rows of a later one have the same.
struct TableMark {
    std::uint64_t rows = 0;
    std::string sha256;
    friend bool operator==(const TableMark&, const TableMark&) = default;
};

/// The mark of a chain whose links are added oldest first.
class ChainDigest {
public:
    void add(const ChainLink& link);
    [[nodiscard]] TableMark mark() const { return {links_, digest_.hex_so_far()}; }

private:
    Digest digest_;
    std::uint64_t links_ = 0;
};

/// A month that the books name as closed. Digests in hexadecimal; of the same closing they are the same in all later books.
struct ClosedRevision {
    std::string period;
    std::uint64_t revision = 0;
    std::string ledger_sha256;
    std::string rows_sha256;   ///< of its rows in closed_rows.csv
    std::string lines_sha256;  ///< of the digests of its ledger's lines as the books keep them, sorted
    std::string files_sha256;  ///< of its rows in closed_files.csv; empty: closed before its files were kept
    friend bool operator==(const ClosedRevision&, const ClosedRevision&) = default;
};

struct ChainFacts {
    std::vector<std::string> problems;  ///< sentences, each with the file's path below the month
    std::string name;                   ///< that the bundle says of itself: "2026-10"; empty: it cannot be read
    bool has_books = false;             ///< it says its place in a chain
    std::uint64_t number = 0;           ///< its place; 0 without books
    std::uint64_t stated_number = 0;    ///< the same by a folder's summary.json; 0: it says none
    std::string run_id;                 ///< of a folder, by its summary.json
    std::string ledger_sha256;          ///< of the ledger in the bundle, by its manifest
    std::string bundle_sha256;          ///< of the file as it is; empty: there is none
    TableMark chain;                    ///< the links before it
    TableMark closings;
    TableMark postings;
    std::vector<ClosedRevision> closed;        ///< by month
    std::string lines_sha256;                  ///< of the digests of the lines of its ledger.csv that have a month, sorted; of a folder
    std::map<std::string, std::string> files;  ///< of a folder: path to SHA-256, summary.json too
    std::uint64_t file_count = 0;
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
};

/// Reads links of the chain, one after the other. The digest of a bundle is made here, where nothing of it is understood, and so does not
/// depend on what reads it; everything else comes from a child, which reads some months and then gives way to a new one. One thread.
class ChainReader {
public:
    explicit ChainReader(std::stop_token stop);
    ~ChainReader();
    ChainReader(const ChainReader&) = delete;
    ChainReader& operator=(const ChainReader&) = delete;

    /// Reads all of it. Digests of all files against summary.json and its seal (of a bundle alone, its own seal), ledger, ERP files and
    /// addenda against the bundle's manifest, summary.json against the place that the books give. What is wrong is in `problems`, as is a
    /// child that crashed, hung or wanted too much memory. `bad_input`: it is neither a published month nor a bundle; `disk`; `cancelled`.
    [[nodiscard]] Result<ChainFacts> read(const std::filesystem::path& path);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The counts of rows at which marks are wanted; sorted.
struct ChainMarks {
    std::vector<std::uint64_t> closings;
    std::vector<std::uint64_t> postings;
};

/// What the books of one bundle say of all before it.
struct ChainBooks {
    std::vector<ChainLink> links;     ///< without its own
    std::vector<TableMark> closings;  ///< at the counts that were asked for, as far as there are rows
    std::vector<TableMark> postings;
    std::map<std::string, std::vector<ClosedFile>> closed_files;  ///< by month
};

/// Of the bundle at `path`, a file. `verification`: it has no books, or none that can be read; `disk`; `cancelled`.
[[nodiscard]] Result<ChainBooks> read_chain_books(const std::filesystem::path& bundle, const ChainMarks& marks,
                                                  const std::stop_token& stop);

}  // namespace moisson::bundle

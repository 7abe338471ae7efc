#pragma once
/// Where the bytes of each fetched file came from: kept beside the state for all later runs, because nothing is fetched twice and a month
/// is published again without asking for its files.
///
/// One line a fetch, appended as the file comes and before the state knows of it:
///
///     <SHA-256 of contract id, document id and the file's SHA-256, with a zero byte between them> {"contract_id": …}
///
/// Lines are never changed; of several with one key the last counts. A line that a kill tore is no line. It grows by some 800 bytes a
/// fetched file; deleting it costs nothing but what the evidence says of files that are here already.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/redactor.hpp"
#include "base/result.hpp"
#include "bundle/file_source.hpp"
#include "http/http.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// One call, as evidence tells of it. All texts are sanitised, cut and without secrets.
struct CallFacts {
    Timestamp sent_at{};
    Timestamp head_at{};
    std::string url;            ///< without credentials; of the query only what is known to hold none
    std::string redirected_to;  ///< without its query; empty: the answer came from `url`
    int status = 0;
    std::string request_id;
    int attempts = 0;  ///< of the whole job: those before the one that came through, too
    std::vector<std::pair<std::string, std::string>> headers;  ///< those that say what the body is, and Date; each name once
    std::optional<http::PeerCertificate> peer;                 ///< empty without TLS
    friend bool operator==(const CallFacts&, const CallFacts&) = default;
};

/// `asked`: the request's own URL.
[[nodiscard]] CallFacts facts_of(const http::Url& asked, const transfer::Answer& answer, int attempts, const Redactor& secrets);

/// Scheme, host, port and path, and of the query `documentType`, `limit`, `offset` and `page`; the values of others become "…": a service's
/// own next page may carry a token.
[[nodiscard]] std::string url_for_evidence(const http::Url& url, const Redactor& secrets);

struct FileProvenance {
    std::string contract_id;
    std::string document_id;
    std::string sha256;
    std::string run_id;  ///< of the run that fetched it
    CallFacts call;
    friend bool operator==(const FileProvenance&, const FileProvenance&) = default;
};

/// A line of the log, with its end; and back: empty when it is none.
[[nodiscard]] std::string provenance_line(const FileProvenance& file);
[[nodiscard]] std::optional<FileProvenance> read_provenance_line(std::string_view line);

/// Control loop's thread only.
class ProvenanceLog {
public:
    /// Nothing is made before the first `append`.
    explicit ProvenanceLog(std::filesystem::path path) : path_(std::move(path)) {}
    ~ProvenanceLog();
    ProvenanceLog(const ProvenanceLog&) = delete;
    ProvenanceLog& operator=(const ProvenanceLog&) = delete;

    /// One write(2), no flush: the next flush of the object store, on the same file system, takes it along. `disk`: the log is given up,
    /// and later calls do nothing.
    [[nodiscard]] Status append(const FileProvenance& file);

private:
    [[nodiscard]] Status open();

    std::filesystem::path path_;
    int descriptor_ = -1;
    bool given_up_ = false;
};

/// What the log holds of some files. Memory: some 60 bytes for each wanted one, whatever the log holds. One thread.
class ProvenanceIndex {
public:
    /// Says which files will be asked for; before `read`.
    void want(std::string_view contract_id, std::string_view document_id, std::string_view sha256);
    /// Goes through the log once; one that is not there, or cannot be read, holds nothing.
    void read(const std::filesystem::path& path);
    [[nodiscard]] std::optional<FileProvenance> find(std::string_view contract_id, std::string_view document_id,
                                                     std::string_view sha256) const;

private:
    static constexpr std::uint64_t nowhere = UINT64_MAX;
    std::unordered_map<std::uint64_t, std::uint64_t> places_;  ///< half a key to where the last line with it begins
    std::optional<bundle::OpenFile> file_;
};

}  // namespace moisson::pipeline

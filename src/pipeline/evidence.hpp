#pragma once
/// `evidence.json` and `evidence/answers.zip` (samples/evidence.md): who asked whom, when and how for each file of a month, and what the
/// service answered. It differs from run to run, so it stands beside the bundle and never in it.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bundle/answer_archive.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "http/http.hpp"
#include "pipeline/provenance.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// How far the service's clock is ahead of this machine's, narrowed by each answer that names its time. Pure.
///
/// `Date` is in whole seconds: the answer was made between it and a second later, and between the sending of the request and the arrival of
/// its head on this machine's clock. So each answer bounds the difference on both sides.
class ClockOffset {
public:
    /// Answers out of a cache, or without a `Date` in the form that servers must send (RFC 9110 §5.6.7), say nothing.
    void note(const http::Headers& headers, Timestamp sent_at, Timestamp head_at);
    [[nodiscard]] std::uint64_t answers() const noexcept { return answers_; }
    /// Service minus machine, in milliseconds; of no answers 0. Where they contradict each other (a clock was set, the service has several)
    /// the first is above the second.
    [[nodiscard]] std::int64_t least_ms() const noexcept { return least_ms_; }
    [[nodiscard]] std::int64_t most_ms() const noexcept { return most_ms_; }

private:
    std::uint64_t answers_ = 0;
    std::int64_t least_ms_ = 0;
    std::int64_t most_ms_ = 0;
};

/// A part of a merged month, as evidence names it.
struct MergedPart {
    std::string part;  ///< "1/3"
    std::string run_id;
    std::string host;
    std::string program;
    Timestamp began_at{};
    Timestamp made_at{};
    std::string sha256;  ///< of its manifest
};

/// Control loop's thread only; every failure of the disk is FatalError(local). Memory: some 700 bytes for each list or detail that was
/// asked for; nothing for a file.
class EvidenceRecorder {
public:
    /// `folder`: the state's own (the answers are packed there until the month is published; what killed runs left is removed).
    /// `provenance`: the log of provenance.hpp. All outlive it. Nothing is made before the first call.
    EvidenceRecorder(const config::Job& job, const Clock& clock, std::string run_id, std::filesystem::path folder,
                     std::filesystem::path provenance);
    ~EvidenceRecorder();
    EvidenceRecorder(const EvidenceRecorder&) = delete;
    EvidenceRecorder& operator=(const EvidenceRecorder&) = delete;

    /// A file came and is in the object store.
    void file_came(const std::string& contract_id, const std::string& document_id, const std::string& sha256, const http::Url& asked,
                   const transfer::Answer& answer, int attempts);

    struct Question {
        std::string_view kind;         ///< "contracts", "contract" (its detail) or "documents"
        std::string_view contract_id;  ///< empty of the list of contracts
        const http::Url& asked;
        std::string_view perimeter = {};  ///< the login that asked; empty where the job has one only
    };
    /// An answer in JSON, or that none came. Its body is kept as it came, unless it repeats a secret.
    void answer_came(const Question& question, const Result<transfer::Answer>& answer, int attempts);

    /// Of answers nothing is recorded: somebody else keeps them.
    void keep_files_alone() noexcept { keeps_answers_ = false; }
    /// The month is merged of these: what is recorded was asked by them.
    void merge(std::vector<MergedPart> parts) { parts_ = std::move(parts); }
    /// Whose question the next answer or file is of, and what became of it there. Empty `part`: this run's own.
    struct Replayed {
        std::string part;  ///< "1/3"
        std::string run_id;
        http::Url asked;
        Timestamp at{};
        std::string body_sha256;  ///< of a body in memory, as it came
        std::uint64_t body_bytes = 0;
    };
    void replay(Replayed replayed) { replayed_ = std::move(replayed); }

    /// Writes both files into `folder` and gives back their names; `entries`, `summary.files` (ledger.csv and bundle.zip are there) and the
    /// addenda say of which files it tells.
    [[nodiscard]] std::vector<std::string> write(const std::filesystem::path& folder, const std::vector<LedgerEntry>& entries,
                                                 const RunSummary& summary);

private:
    /// Brings the packed answers into `folder`, where there are any.
    [[nodiscard]] std::optional<PublishedFile> place_answers(const std::filesystem::path& folder);
    void keep_body(const std::string& name, std::string_view body);

    const config::Job& job_;
    const Clock& clock_;
    const std::string run_id_;
    const std::filesystem::path folder_;
    const std::filesystem::path provenance_path_;
    ProvenanceLog provenance_;
    ClockOffset offset_;
    std::optional<bundle::AnswerArchive> archive_;
    std::uint64_t kept_bytes_ = 0;
    std::vector<std::string> answers_;                   ///< an object of JSON each, in the order in which they came
    std::map<std::string, http::PeerCertificate> peers_; ///< by digest
    bool keeps_answers_ = true;
    std::vector<MergedPart> parts_;
    Replayed replayed_;
};

}  // namespace moisson::pipeline

#pragma once
/// What the service answered to each question of a part, in a file; and the same answers given again to who asks the same.
///
/// What is kept is what came out of all attempts: an answer with its headers and body (of a file: which object of the part it is), or the
/// failure. Secrets that an answer repeats are replaced by the part's own mark, by which whoever reads it knows that one stood there.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/redactor.hpp"
#include "base/result.hpp"
#include "http/http.hpp"
#include "transfer/engine.hpp"

namespace moisson::parts {

/// A request as it is known again: path, query and headers; of a very long one, a digest. It has no credentials yet.
[[nodiscard]] std::string question_of(const http::Request& request);

/// A question and what became of it.
struct Heard {
    std::string perimeter;  ///< whose login asked; empty where the job has one only
    std::string question;   ///< question_of() the request; empty: whatever the login asks
    http::Url asked;        ///< where it was sent
    Result<transfer::Answer> answer;  ///< of a file: `Answer::object` in the place of the body; status 0: how it came is not known
    int attempts = 0;
    Timestamp at{};           ///< when it was known
    std::string run_id = {};  ///< of the run that asked
    std::string body_sha256 = {};  ///< of a body in memory, as it came
    std::uint64_t body_bytes = 0;
};

/// What a list was asked by: of two machines that know other things, each would ask something else.
struct AskedBy {
    bool trusted = false;          ///< as api::ListingOptions has them
    std::uint64_t compared_count = 0;
    std::uint64_t limit_first = 0;
    std::uint64_t last = 0;
    std::uint64_t missing_last = 0;
    std::uint64_t longest_mixed = 0;  ///< as api::ListSizes has them when the first question was asked
    std::uint64_t longest_type = 0;
    std::vector<std::string> known_ids = {};
    friend bool operator==(const AskedBy&, const AskedBy&) = default;
};

/// One thread. Failures are `disk`.
class OutcomeWriter {
public:
    /// `secrets` outlives it. The file has its name after `finish` alone.
    [[nodiscard]] static Result<OutcomeWriter> create(const std::filesystem::path& path, std::string mark, const Redactor& secrets);

    /// `heard.body_…` are filled in here.
    [[nodiscard]] Status add(const Heard& heard);
    /// No question of this login can be asked: its answer to each is this error.
    [[nodiscard]] Status add_refusal(const std::string& perimeter, const Error& error, Timestamp at, const std::string& run_id);
    /// `contract_id` empty: the list of the login's contracts.
    [[nodiscard]] Status add_asked_by(const std::string& perimeter, const std::string& contract_id, const AskedBy& options);
    /// What this login was not asked has the last answer to what another one was asked, which is in here, each time that it is asked.
    [[nodiscard]] Status add_same(const std::string& perimeter, const http::Request& request, const std::string& other_perimeter,
                                  const http::Request& other);
    /// Whether the question has an answer. One in some 10^13 may be taken for another.
    [[nodiscard]] bool has(const std::string& perimeter, const http::Request& request) const;
    [[nodiscard]] Status finish() { return file_.commit(); }

private:
    OutcomeWriter(AtomicFile file, std::string mark, const Redactor& secrets)
        : file_(std::move(file)), mark_(std::move(mark)), secrets_(&secrets) {}
    [[nodiscard]] std::string clean(std::string_view text) const;
    [[nodiscard]] Status write(std::string_view frame);

    AtomicFile file_;
    std::string mark_;
    const Redactor* secrets_;
    std::unordered_set<std::uint64_t> asked_;
};

/// One thread. Memory: 24 bytes a question.
class OutcomeReader {
public:
    /// `sha256`: what the part's manifest says of the file; `verification` when its bytes are others or cannot be read as outcomes.
    [[nodiscard]] static Result<OutcomeReader> open(const std::filesystem::path& path, const std::string& sha256);
    ~OutcomeReader();
    OutcomeReader(OutcomeReader&&) noexcept;
    OutcomeReader& operator=(OutcomeReader&&) noexcept;

    /// The next answer to that question: what was asked several times is answered so often, in the same order. Empty: it was not asked, or
    /// not once more. `disk`.
    [[nodiscard]] Result<std::optional<Heard>> take(const std::string& perimeter, const http::Request& request);
    /// Empty: the list was not asked. `disk`.
    [[nodiscard]] Result<std::optional<AskedBy>> asked_by(const std::string& perimeter, const std::string& contract_id);
    /// Nothing was taken yet.
    void rewind() noexcept;

private:
    friend class OutcomeIndex;
    struct State;
    explicit OutcomeReader(std::unique_ptr<State> state);
    struct Frame;
    [[nodiscard]] Result<std::optional<Heard>> take(const std::string& perimeter, const std::string& question, const http::Url& asked);
    [[nodiscard]] Result<std::vector<Frame>> frames_of(std::string_view perimeter, std::string_view question) const;
    [[nodiscard]] Result<Frame> follow(Frame frame) const;
    std::unique_ptr<State> state_;
};

/// Which of several readers can have an answer: of a hundred parts, most were never asked. Memory: 16 bytes a question.
class OutcomeIndex {
public:
    OutcomeIndex() = default;
    explicit OutcomeIndex(const std::vector<const OutcomeReader*>& readers);

    /// Places in `readers`, in ascending order. `take` of every other reader is empty; rarely that of one of these, too.
    [[nodiscard]] std::vector<std::uint32_t> readers_of(const std::string& perimeter, const http::Request& request) const;
    /// The same for `asked_by`.
    [[nodiscard]] std::vector<std::uint32_t> readers_of(const std::string& perimeter, const std::string& contract_id) const;

private:
    [[nodiscard]] std::vector<std::uint32_t> readers_of_question(const std::string& perimeter, const std::string& question) const;

    std::vector<std::pair<std::uint64_t, std::uint32_t>> readers_;  // by a question's hash
};

}  // namespace moisson::parts

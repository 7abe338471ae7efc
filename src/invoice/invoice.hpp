#pragma once
/// What invoices say of themselves: type, number, dates, parties, currency, net, VAT by rate, gross.
///
/// The door of the room. Values come from structured data (CII or UBL, embedded in a PDF or a file by itself) or, where there is none, from
/// the text on a PDF's pages, and there only where they prove themselves (README.md beside this file). Exact, never guessed: what is
/// ambiguous stays empty and is told as an observation. Memory and time are bounded whatever the bytes are (limits.hpp), and what reads
/// them is a process apart (`Options::confined`, cage.hpp).

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cage/cage.hpp"
#include "domain/finding.hpp"
#include "domain/invoice_values.hpp"

namespace moisson::invoice {

/// Part of what a kept reading stands for: it is counted up with every change that reads any document otherwise.
inline constexpr std::uint32_t reader_version = 2;

/// A stored file to read, and what the service's list says of it.
struct Source {
    std::filesystem::path file;
    std::string name;               ///< for sentences; may be empty
    std::optional<Money> expected;  ///< the list's amount (negative for a credit): the page is asked for it
};

/// Something odd about one document: a code of finding_kinds.hpp with its sentence, without contract and document, which the caller knows.
struct Observation {
    FindingCode code;
    Message message;
};

struct Reading {
    InvoiceValues values;
    AmountIs amount_is = AmountIs::unknown;  ///< `expected` against what the document says
    std::vector<Observation> observations;   ///< in the order in which they were seen
    bool is_read = false;  ///< false: not at all (over budget, crashed reader, broken file); an observation says why
};

struct Options {
    unsigned readers = 0;  ///< child processes at a time; 0: one for each core, 4 at most
    std::stop_token stop;
    bool confined = false;          ///< in child processes; the program's `main` must give `reader_job` to `cage::run_if_child`
    std::string profiles_folder;    ///< the user's own text profiles beside the built-in ones; empty: none
};

/// What such a child does.
[[nodiscard]] cage::Job reader_job();

/// What became of the source that was added with this tag.
struct TaggedReading {
    std::uint64_t tag = 0;
    Reading reading;
};

/// Readers that read while more documents come. They start with the first documents, and live until this object ends, which ends them at
/// once. One thread.
class Readers {
public:
    /// `bad_input`: as `read_all`.
    [[nodiscard]] static Result<std::unique_ptr<Readers>> open(const Options& options);
    ~Readers();
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    /// Returns at once. `tag`: the caller's, each once.
    void add(std::uint64_t tag, Source source);
    /// What was read since the last call, in no order; returns at once.
    [[nodiscard]] std::vector<TaggedReading> take();
    /// Waits until so many are read, or all that were added, and returns what was not taken, in no order; nothing: all were. More may be
    /// added then. Errors as `read_all`; after one no more is read, and every call returns it.
    [[nodiscard]] Result<std::vector<TaggedReading>> wait(std::size_t some);

private:
    struct State;
    friend Result<std::unique_ptr<Readers>> open_readers(const Options& options, std::chrono::milliseconds patience);
    explicit Readers(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// One reading for each source, in their order, the same with any number of readers. `bad_input`: a profile of `profiles_folder` is wrong
/// (named). `disk`: a stored file cannot be opened. `cancelled` on a stop request, which is answered within a second. `internal`: no child
/// can be started.
[[nodiscard]] Result<std::vector<Reading>> read_all(std::span<const Source> sources, const Options& options = {});

}  // namespace moisson::invoice

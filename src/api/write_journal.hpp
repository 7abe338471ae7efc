#pragma once
/// The local record of every write: who asked for what, when, and what became of it. Append-only JSON lines, each on the disk before the
/// next step is taken.
///
/// It holds no secret. Of personal data it holds what tells later which write it was: the local user and host, the login asked for and the
/// one the service gave, and of an e-mail address a digest; of a contract's referent nothing. File mode 0600.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace moisson::api {

/// One write as the journal tells it: its intent, and its outcome as far as one was recorded.
struct JournalledWrite {
    std::string id;
    std::string at;                                           ///< of the intent, as written
    std::string who;                                          ///< user@host
    std::string verb;                                         ///< "users add", "contracts create"
    std::string service;                                      ///< API base URL
    std::map<std::string, std::string, std::less<>> about;    ///< the intent's own members: contract_id, login, contract_name, …
    std::string outcome;                                      ///< of the last outcome; empty: none was recorded (killed, power loss)
    std::map<std::string, std::string, std::less<>> details;  ///< the last outcome's: contract_id, request_id, …
    /// It may have been carried out, and nothing recorded says whether it was.
    [[nodiscard]] bool is_unresolved() const;
};

/// Members of a line, in the order given; empty values are left out.
using JournalMembers = std::vector<std::pair<std::string, std::string>>;

/// Held open for a command's whole life: the lock on it lets one write at a time run on this machine's state, from the first look-up to the
/// recorded outcome. One thread.
class WriteJournal {
public:
    /// Makes folder and file (0600) where they are missing, takes the lock (flock(2), falls with the process) without waiting, reads what
    /// is there. `locked` names what holds it; `disk`. A last line that a crash tore is closed with a line end and passed over.
    [[nodiscard]] static Result<WriteJournal> open(const std::filesystem::path& path, const Clock& clock);
    WriteJournal(WriteJournal&& other) noexcept;
    WriteJournal& operator=(WriteJournal&& other) noexcept;
    WriteJournal(const WriteJournal&) = delete;
    WriteJournal& operator=(const WriteJournal&) = delete;
    ~WriteJournal();

    /// On the disk (fsync) when it returns; the id to give to `outcome`. `disk`: then nothing may be sent.
    [[nodiscard]] Result<std::string> intent(std::string_view verb, std::string_view service, const JournalMembers& about);
    /// "done", "refused", "not-sent", "unclear", or for an earlier unclear one "found".
    [[nodiscard]] Status outcome(const std::string& id, std::string_view outcome, const JournalMembers& details);

    /// In the order of their intents, as read at opening.
    [[nodiscard]] const std::vector<JournalledWrite>& writes() const noexcept { return writes_; }
    /// Lines at opening that could not be read; the first one's number.
    [[nodiscard]] std::uint64_t damaged_lines() const noexcept { return damaged_lines_; }
    [[nodiscard]] std::uint64_t first_damaged_line() const noexcept { return first_damaged_line_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    WriteJournal() = default;
    [[nodiscard]] Status read();
    [[nodiscard]] Status append(std::string_view line);

    std::filesystem::path path_;
    const Clock* clock_ = nullptr;
    int descriptor_ = -1;
    std::uint64_t count_ = 0;
    bool torn_ = false;
    std::string who_;
    std::vector<JournalledWrite> writes_;
    std::uint64_t damaged_lines_ = 0;
    std::uint64_t first_damaged_line_ = 0;
};

/// What the journal's lines say. Pure. `damaged` gets the numbers (from 1) of lines that are no journal lines.
[[nodiscard]] std::vector<JournalledWrite> read_write_journal(std::string_view bytes, std::vector<std::uint64_t>& damaged);

}  // namespace moisson::api

#pragma once
/// E-invoices that an approved platform, a mailbox rule or a person lays into a folder: PDF, XML, ZIP of these. Part of the room's door.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "invoice/invoice.hpp"

namespace moisson::invoice {

/// One e-invoice, read.
struct InboxFile {
    std::string name;    ///< below the folder, '/' between parts; of what a ZIP holds "october.zip: F-1.xml". UTF-8, without controls
    std::string sha256;  ///< of the bytes that were read
    std::uint64_t size_bytes = 0;
    Reading reading;
};

/// Something of the folder that could not be looked at, or not whole; what else is there was.
struct InboxProblem {
    std::string name;  ///< as InboxFile has it; empty: the folder itself
    Message why;
};

struct InboxReading {
    std::vector<InboxFile> files;        ///< by name, bytewise
    std::vector<InboxProblem> problems;  ///< by name
    std::uint64_t others = 0;            ///< files of other kinds, links, and what else is no e-invoice: left alone
};

/// What earlier runs read, by content. Either may be empty.
struct KeptReadings {
    std::function<std::optional<Reading>(const std::string& sha256)> recall;
    std::function<void(const std::string& sha256, const Reading&)> keep;  ///< of what `is_read`
};

/// What a child does that unpacks ZIPs; the program's `main` gives it to `cage::run_if_child` beside `reader_job`.
[[nodiscard]] cage::Job unpack_job();

/// Whether a file of that name is looked at: .pdf, .xml or .zip, and no part of it begins with a dot.
[[nodiscard]] bool is_inbox_name(std::string_view name);

/// Reads all of `folder` and the folders in it. A kind is told by the end of the name (.pdf, .xml, .zip, in any letters); names that begin
/// with a dot, and links, are left alone. A ZIP is unpacked by a child process into memory, never into a folder, and a ZIP in it is not.
/// Files that change while they are read are problems, not readings. Bounded (limits.hpp): files, depth, sizes, and what a ZIP unpacks to.
/// `disk`: the folder cannot be read. All else as `read_all`; `options.confined` is for documents: ZIPs are always read in a child.
[[nodiscard]] Result<InboxReading> read_inbox(const std::filesystem::path& folder, const Options& options = {},
                                              const KeptReadings& kept = {});

/// Takes one document's bytes: `file` can be read until it returns. What it returns as a failure ends the reading.
using TakeDocument = std::function<Status(const std::string& name, const std::filesystem::path& file)>;

/// Hands over those of the folder's documents that `wanted` has, by name, with that digest: what was read before, once more. One that
/// changed since, or went, is left out. What `read_inbox` does not look at is not looked at. Failures are those of `take`, `disk` and
/// `cancelled`.
[[nodiscard]] Status take_from_inbox(const std::filesystem::path& folder, const std::map<std::string, std::string>& wanted,
                                     const std::stop_token& stop, const TakeDocument& take);

}  // namespace moisson::invoice

#pragma once
/// A job file as checked settings: every key known, every value of its kind, each with its line. No meaning is given to them here.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace moisson::config {

/// One `key = value` of the file.
struct Setting {
    std::variant<std::string, std::vector<std::string>, bool, std::int64_t, double> value;
    unsigned line = 0;    ///< from 1
    unsigned column = 0;  ///< of the value, from 1
};

/// One `[[table]]` of the file.
struct Record {
    std::map<std::string, Setting> settings;  ///< by the key's name alone
    unsigned line = 0;                        ///< of the table's own line
    /// Null when the record does not have it.
    [[nodiscard]] const Setting* find(const std::string& name) const;
};

struct JobFile {
    std::string path;  ///< as given; empty: there is no job file
    std::string sha256;  ///< of the bytes that were read
    std::map<std::string, Setting> settings;  ///< by "table.key"; of a free table also by "table.sub-table.key"
    std::map<std::string, std::vector<Record>> records;  ///< of repeated tables, by the table's name, in the file's order
    bool read_by_others = false;  ///< every user of this machine can read it
    bool written_by_others = false;  ///< … can change it

    /// Null when the file does not have it.
    [[nodiscard]] const Setting* find(const std::string& full_name) const;
    /// "jobs/monthly.toml:3"
    [[nodiscard]] std::string where(const Setting& setting) const;
    /// A path written in the file: relative ones start at the file's folder.
    [[nodiscard]] std::string resolve(const std::string& written) const;
    /// Overwrites and empties the secrets that stand in it.
    void forget_secrets();
};

/// At most 1 MiB of TOML. FatalError(usage) with file and line: not readable, not TOML, unknown table or key (with the nearest known one),
/// a value of another kind. Values of secrets are never in a message.
[[nodiscard]] JobFile read_job_file(const std::string& path);
/// The same from text; `path` is for messages.
[[nodiscard]] JobFile parse_job_file(std::string_view text, const std::string& path);

/// The one form of a usage error.
[[noreturn]] void usage_error(std::string message, std::string where, std::string hint);

}  // namespace moisson::config

#pragma once
/// One table of the job file whose settings the environment may give, too: where a value comes from, and what is said of it. Only the
/// config room includes this header.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "config/job.hpp"
#include "config/secret.hpp"

namespace moisson::config {

/// Where a value was found, for messages.
struct FoundText {
    std::string value;
    std::string where;
};

/// Takes keys of one table out of the environment and the job file, in this order, and tells the job where each was found. All that is
/// given outlives this. FatalError(usage) where a value cannot be used. One thread.
class TableKeys {
public:
    /// `table`: "archive", "notify.mail".
    TableKeys(Job& job, const JobFile& file, const Environment& environment, std::string table);

    /// Empty: not given. A path is resolved against the job file. A text that is there and empty is refused.
    std::optional<FoundText> text(std::string_view name);
    /// Of the job file alone.
    std::optional<std::int64_t> whole(std::string_view name);
    /// Empty: not given. What the file of a secret, or the job file that holds one, shows to others goes to the job's warnings.
    Secret secret(const std::string& name, const std::stop_token& stop);
    [[nodiscard]] bool has_secret(std::string_view name) const;
    /// Where the table begins in the file; empty where the file has none of its keys.
    [[nodiscard]] std::optional<std::string> first_line() const;

private:
    Job& job_;
    const JobFile& file_;
    const Environment& environment_;
    const std::string table_;
};

}  // namespace moisson::config

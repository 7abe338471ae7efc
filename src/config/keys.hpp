#pragma once
/// Every key that a job file may have: the one table that reading, checking, suggesting and documenting go by.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace moisson::config {

enum class KeyKind {
    text,
    texts,    ///< a list of texts
    boolean,
    whole,    ///< integer within [whole_min, whole_max]
    number,   ///< integer or fraction, 0 or more
    path,     ///< text; relative to the job file's folder
    secret,   ///< text that is never shown
};

struct JobKey {
    std::string_view table;
    std::string_view name;
    KeyKind kind = KeyKind::text;
    std::string_view environment;  ///< the variable that beats it; empty: none
    std::string_view option;       ///< the option that beats it; empty: none
    std::string_view example;      ///< a value as it is written in TOML
    std::int64_t whole_min = 0;
    std::int64_t whole_max = 0;

    /// "table.name"
    [[nodiscard]] std::string full_name() const;
    /// What the value must be, for messages: "a whole number from 1 to 64".
    [[nodiscard]] std::string expected() const;
};

/// In the order in which `samples/job.toml` explains them.
[[nodiscard]] std::span<const JobKey> all_job_keys() noexcept;
/// Null when there is none.
[[nodiscard]] const JobKey* find_job_key(std::string_view table, std::string_view name) noexcept;

/// Environment variables beside the job keys' own that begin with MOISSON_; for noticing misspelt ones.
[[nodiscard]] std::span<const std::string_view> all_environment_variables() noexcept;

}  // namespace moisson::config

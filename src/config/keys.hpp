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
    day,      ///< "2025-03-01", with or without quotes
};

enum class TableKind {
    single,    ///< [name]
    repeated,  ///< [[name]]: any number of them, in order
    free,      ///< [name]: keys of the user's own, one level of sub-tables; texts, whole numbers, booleans, lists of texts
};

struct JobKey {
    std::string_view table;  ///< empty: outside of any table; dots between nested ones ("output.database")
    std::string_view name;
    KeyKind kind = KeyKind::text;
    std::string_view environment;  ///< the variable that beats it; `*` stands for a perimeter's name (variable_part); empty: none
    std::string_view option;       ///< the option that beats it; empty: none
    std::string_view example;      ///< a value as it is written in TOML
    std::int64_t whole_min = 0;
    std::int64_t whole_max = 0;

    /// "table.name"; the name alone outside of any table
    [[nodiscard]] std::string full_name() const;
    /// What the value must be, for messages: "a whole number from 1 to 64".
    [[nodiscard]] std::string expected() const;
};

/// In the order in which `samples/job.toml` explains them.
[[nodiscard]] std::span<const JobKey> all_job_keys() noexcept;
/// `single` for whatever is not known.
[[nodiscard]] TableKind table_kind(std::string_view table) noexcept;
/// The tables whose keys are the user's own: "erp".
[[nodiscard]] std::span<const std::string_view> free_tables() noexcept;
/// Null when there is none.
[[nodiscard]] const JobKey* find_job_key(std::string_view table, std::string_view name) noexcept;

/// The variable's name, `part` in the place of `*`.
[[nodiscard]] std::string variable_of(const JobKey& key, std::string_view part);
/// A perimeter's name as variables have it: capital letters and digits, `_` in the place of all else.
[[nodiscard]] std::string variable_part(std::string_view perimeter);
/// Whether `name` is this variable, or one of those that `pattern` stands for with its `*`.
[[nodiscard]] bool is_variable(std::string_view pattern, std::string_view name) noexcept;

/// Environment variables beside the job keys' own that begin with MOISSON_; for noticing misspelt ones.
[[nodiscard]] std::span<const std::string_view> all_environment_variables() noexcept;

}  // namespace moisson::config

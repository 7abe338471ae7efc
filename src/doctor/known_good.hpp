#pragma once
/// Whether the libraries that are loaded are as old as faults that are known. Pure, but for `this_system`.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::doctor {

/// A library that reads what comes from outside, and the first versions without a fault that is known of it.
struct KnownGood {
    std::string_view library;
    std::string_view package;         ///< Debian's name
    std::string_view debian_12;       ///< Debian 12 mends without a new number: its own version
    std::string_view first_upstream;  ///< the library's own first good version; empty: several lines are kept up, and no number tells
    std::string_view fault;           ///< "CVE-…" or "Debian bug …", and what it does
};
[[nodiscard]] const std::vector<KnownGood>& known_good_libraries();

/// What a system says of itself. `packages`: installed ones, name to version; empty where there is no dpkg.
struct SystemFacts {
    std::string id;       ///< /etc/os-release, "debian"
    std::string version;  ///< … "12"
    std::map<std::string, std::string, std::less<>> packages;
};
/// `os_release`: the text of /etc/os-release; `status`: that of dpkg's status file.
[[nodiscard]] SystemFacts read_system_facts(std::string_view os_release, std::string_view status);
[[nodiscard]] SystemFacts this_system();

/// -1, 0 or 1, as `dpkg --compare-versions` has it (Debian Policy, 5.6.12). Any text has its place.
[[nodiscard]] int compare_debian_versions(std::string_view left, std::string_view right);

/// What can be said of one library that is loaded in version `loaded`.
struct LibraryVerdict {
    enum class Kind { good, old, unknown } kind = Kind::good;
    std::string version;  ///< the package's where the library is the package's, else `loaded`
    std::string text;     ///< a clause; empty when good
    std::string remedy;   ///< only when old
};
[[nodiscard]] LibraryVerdict judge_library(const KnownGood& row, std::string_view loaded, const SystemFacts& facts);

}  // namespace moisson::doctor

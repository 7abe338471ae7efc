#include "doctor/known_good.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"

namespace moisson::doctor {

namespace {


bool is_letter(char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'); }

/// '~' before the end of the text, the end before letters, letters before all else.
int order_of(std::string_view text) {
    if (text.empty() || is_digit(text.front())) {
        return 0;
    }
    const char letter = text.front();
    return letter == '~' ? -1 : is_letter(letter) ? static_cast<unsigned char>(letter) : static_cast<unsigned char>(letter) + 256;
}

/// The digits in front, without leading zeros; taken off `text`.
std::string_view take_number(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) {
        ++end;
    }
    std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

int compare_part(std::string_view left, std::string_view right) {
    while (!left.empty() || !right.empty()) {
        while ((!left.empty() && !is_digit(left.front())) || (!right.empty() && !is_digit(right.front()))) {
            if (const int difference = order_of(left) - order_of(right); difference != 0) {
                return difference < 0 ? -1 : 1;
            }
            left.remove_prefix(1);
            right.remove_prefix(1);
        }
        const std::string_view one = take_number(left);
        const std::string_view other = take_number(right);
        if (one.size() != other.size() || one != other) {
            return one.size() != other.size() ? (one.size() < other.size() ? -1 : 1) : (one < other ? -1 : 1);
        }
    }
    return 0;
}

struct DebianVersion {
    std::string_view epoch;
    std::string_view upstream;
    std::string_view revision;
};

DebianVersion split(std::string_view text) {
    DebianVersion version;
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        version.epoch = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (const auto hyphen = text.rfind('-'); hyphen != std::string_view::npos) {
        version.revision = text.substr(hyphen + 1);
        text = text.substr(0, hyphen);
    }
    version.upstream = text;
    return version;
}

std::string_view unquoted(std::string_view text) {
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

/// "1.2.13.dfsg" is 1.2.13.
bool is_of(std::string_view upstream, std::string_view loaded) {
    return upstream.starts_with(loaded) && (upstream.size() == loaded.size() || !is_digit(upstream[loaded.size()]));
}

template <class Take>
void for_each_line(std::string_view text, const Take& take) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

const std::vector<KnownGood>& known_good_libraries() {
    // From Debian 12's changelogs and the libraries' release notes.
    static const std::vector<KnownGood> rows{
        {"expat", "libexpat1", "2.5.0-1+deb12u5", "2.8.2",
         "CVE-2026-56132 and CVE-2026-56403, by which an XML text writes outside of its memory"},
        {"libarchive", "libarchive13", "3.6.2-1+deb12u5", "",
         "CVE-2026-14164, CVE-2026-15028 and CVE-2026-16517, in the reading of archives"},
        {"OpenSSL", "libssl3", "3.0.20-1~deb12u2", "", "CVE-2026-34180 and CVE-2026-7383, in the reading of certificates"},
        {"qpdf", "libqpdf29", "11.3.0-1+deb12u1", "11.6.3", "Debian bug 1054158, by which a text of a PDF loses a letter"},
        {"SQLite", "libsqlite3-0", "3.40.1-2+deb12u2", "3.50.2", "CVE-2025-6965, by which a query writes outside of its memory"},
        {"zlib", "zlib1g", "1:1.2.13.dfsg-1", "1.2.13", "CVE-2022-37434, by which a packed text writes outside of its memory"},
    };
    return rows;
}

SystemFacts read_system_facts(std::string_view os_release, std::string_view status) {
    SystemFacts facts;
    for_each_line(os_release, [&](std::string_view line) {
        if (line.starts_with("ID=")) {
            facts.id = unquoted(line.substr(3));
        } else if (line.starts_with("VERSION_ID=")) {
            facts.version = unquoted(line.substr(11));
        }
    });
    std::string_view name;
    bool is_installed = false;
    for_each_line(status, [&](std::string_view line) {
        if (line.starts_with("Package: ")) {
            name = line.substr(9);
            is_installed = false;
        } else if (line.starts_with("Status: ")) {
            is_installed = line.ends_with(" installed");
        } else if (line.starts_with("Version: ") && is_installed) {
            facts.packages.insert_or_assign(std::string(name), std::string(line.substr(9)));
        }
    });
    return facts;
}

SystemFacts this_system() {
    constexpr std::uint64_t status_bytes_max = 64U << 20U;
    const auto os_release = read_file("/etc/os-release", status_bytes_max);
    const auto status = read_file("/var/lib/dpkg/status", status_bytes_max);
    return read_system_facts(os_release ? *os_release : std::string(), status ? *status : std::string());
}

int compare_debian_versions(std::string_view left, std::string_view right) {
    const DebianVersion one = split(left);
    const DebianVersion other = split(right);
    if (const int order = compare_part(one.epoch, other.epoch); order != 0) {
        return order;
    }
    const int order = compare_part(one.upstream, other.upstream);
    return order != 0 ? order : compare_part(one.revision, other.revision);
}

LibraryVerdict judge_library(const KnownGood& row, std::string_view loaded, const SystemFacts& facts) {
    LibraryVerdict verdict{LibraryVerdict::Kind::good, std::string(loaded), {}, {}};
    const auto package = facts.packages.find(row.package);
    // A library that came from elsewhere has another number than the package, as a rule.
    const bool is_packaged = package != facts.packages.end() && is_of(split(package->second).upstream, loaded);
    if (is_packaged) {
        verdict.version = package->second;
    }
    if (is_packaged && facts.id == "debian" && facts.version == "12") {
        if (compare_debian_versions(package->second, row.debian_12) < 0) {
            verdict.kind = LibraryVerdict::Kind::old;
            verdict.text = fmt::format("older than {}, which mends {}", row.debian_12, row.fault);
            verdict.remedy = fmt::format("apt-get update && apt-get install --only-upgrade {}", row.package);
        }
        return verdict;
    }
    if (!row.first_upstream.empty() && compare_debian_versions(loaded, row.first_upstream) >= 0) {
        return verdict;
    }
    verdict.kind = LibraryVerdict::Kind::unknown;
    verdict.text = fmt::format("whether this system's version mends {} cannot be told from here", row.fault);
    if (!row.first_upstream.empty()) {
        verdict.text += fmt::format("; the library's own versions do from {} on", row.first_upstream);
    }
    return verdict;
}

}  // namespace moisson::doctor

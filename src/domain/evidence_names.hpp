#pragma once
/// The files beside a month that prove when it was there and by whom, and what each is about. Pure.

#include <string>
#include <string_view>

namespace moisson {

inline constexpr std::string_view evidence_name = "evidence.json";
/// Detached CMS signature of evidence.json.
inline constexpr std::string_view evidence_signature_name = "evidence.json.p7s";

/// Time stamp of evidence.json: "evidence.json.tsr", and of a renewal "evidence.json.2.tsr", "evidence.json.3.tsr" … `number` from 1. The
/// first is of the bytes of evidence.json, each further one of those bytes and those of all stamps before it, in order: what RFC 4998 §5
/// calls a renewal.
[[nodiscard]] inline std::string evidence_stamp_name(unsigned number) {
    return number <= 1 ? std::string(evidence_name) + ".tsr" : std::string(evidence_name) + "." + std::to_string(number) + ".tsr";
}

inline constexpr unsigned evidence_stamps_max = 99;  ///< one a year for a lifetime

/// A stamp or the signature: made after the month, so that no list of the month's files names it.
[[nodiscard]] inline bool is_added_evidence(std::string_view path) {
    if (path == evidence_signature_name) {
        return true;
    }
    for (unsigned number = 1; number <= evidence_stamps_max; ++number) {
        if (path == evidence_stamp_name(number)) {
            return true;
        }
    }
    return false;
}

}  // namespace moisson

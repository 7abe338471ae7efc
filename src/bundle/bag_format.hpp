#pragma once
/// What a bag's tag files look like (RFC 8493); the writer and the verifier share it. Pure; only the bundle room includes this header.

#include <cstdint>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"

namespace moisson::bundle {

inline constexpr std::string_view bagit_text = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// "<digest>  <path>\n"; CR, LF and % in the path percent-encoded (RFC 8493, 2.1.3).
void append_manifest_line(std::string& out, std::string_view digest, std::string_view path);

/// The caller's fields, then `Bag-Software-Agent` where the caller gave none, then `Payload-Oxum`. No `Bagging-Date`: the day of the run is
/// in no byte of a bag that is the same in every run, and another day would not be true. Line breaks inside a value become blanks.
[[nodiscard]] std::string bag_info_text(const BagInfo& info, std::uint64_t octets, std::uint64_t streams);

/// A path that every system can hold: printable ASCII without `\ : * ? " < > |`, '/' between parts, no part empty, longer than 255 bytes,
/// beginning with a blank or ending with a dot or blank (so neither "." nor "..").
[[nodiscard]] bool is_portable_path(std::string_view path) noexcept;

/// True for paths whose kind is compressed by itself.
[[nodiscard]] bool is_packed_kind(std::string_view path);

}  // namespace moisson::bundle

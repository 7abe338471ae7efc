#pragma once
/// A month's manifest as JSON. Pure. Only this room includes it.

#include <optional>
#include <string>
#include <string_view>

#include "archive/archive.hpp"

namespace moisson::archive {

/// The same manifest, the same bytes. The generation's digest is not in it: it is the digest of these bytes.
[[nodiscard]] std::string manifest_json(const Manifest& manifest);
/// `bad_answer` for anything that `manifest_json` does not write: paths that lead elsewhere, digests that are none, sizes that do not add
/// up, a newer schema. `generation`: what the key said; the manifest must say the same.
[[nodiscard]] Result<Manifest> read_manifest_json(std::string_view json, const Generation& generation);

/// Empty for a key that is no manifest's.
[[nodiscard]] std::optional<Generation> parse_manifest_key(std::string_view key);
[[nodiscard]] std::string data_key(const std::string& month, const std::string& sha256);
/// "2026-10", "2026-01..2026-03", "all".
[[nodiscard]] bool is_month_name(std::string_view text) noexcept;

}  // namespace moisson::archive

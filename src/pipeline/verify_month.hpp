#pragma once
/// The whole re-check of a bundle or a published month: what `bundle` compares, and usage.csv and its sums against the documents' own
/// bytes, which are read again.

#include <filesystem>
#include <stop_token>

#include "bundle/bundle.hpp"
#include "evidence/trust.hpp"

namespace moisson::pipeline {

/// As `bundle::verify_caged`. Lines of consumption are read again only where nothing else is wrong, and where this version wrote the month:
/// another one may read more forms of reports. Needs room for the consumption reports in the folder for temporary files, and leaves nothing
/// there. Of a folder, time stamps and signature are checked too, where nothing else is wrong: against `trust`, or, where that names
/// nobody, in themselves. Where it names somebody, a month with neither of them is a problem.
[[nodiscard]] Result<bundle::VerifyReport> verify_month(const std::filesystem::path& path, const std::stop_token& stop = {},
                                                        const evidence::Trust& trust = {});

}  // namespace moisson::pipeline

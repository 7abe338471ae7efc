#pragma once
/// The small XML answers of an S3 store, flat: which text stands at which path. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace moisson::archive {

/// ("ListBucketResult/Contents/Key", "a.txt"), in the document's order; elements that hold elements only are left out, but for their end:
/// ("ListBucketResult/Contents", ""), so that entries can be told apart. Names without prefixes of namespaces.
/// `bad_answer`: not XML, a document type (and so entities), or deeper than 16.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> read_xml(std::string_view bytes);

/// The first text at this path; empty when there is none.
[[nodiscard]] std::string text_at(const std::vector<std::pair<std::string, std::string>>& xml, std::string_view path);

}  // namespace moisson::archive

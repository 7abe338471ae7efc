#pragma once
/// One document through the readers of the usage room, in this process and this thread.

#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "usage/usage.hpp"

namespace moisson::fuzz {

/// `bytes` as a stored file of that media type, read, added up and written to usage.csv.
inline void read_document(std::string_view bytes, std::string_view media_type, std::string_view document_type) {
    const std::filesystem::path file = scratch() / "document";
    const std::filesystem::path csv = scratch() / "usage.csv";
    put(file, bytes);
    Contract contract;
    contract.id = "OCB0001001";
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = "REP";
    entry.document_type = document_type;
    entry.media_type = media_type;
    entry.status = DocumentStatus::ok;
    const Month month = *Month::make(2026, 10);
    entry.period = Period{month.first_day(), month.last_day()};
    entry.size_bytes = bytes.size();
    const usage::Source source{&entry, file};
    usage::Options options;
    options.threads = 1;
    options.chunk_bytes = 4096;
    const auto read = usage::extract({&source, 1}, csv, options);
    require(read || !read.error().message.empty(), "a refusal has a reason");
    if (!read) {
        return;
    }
    for (const Finding& finding : read->findings) {
        require(is_utf8(finding.message.english()), "a finding's sentence is text");
    }
    if (!read->sha256.empty()) {
        const auto rows = read_file(csv);
        require(rows && rows->size() == read->size_bytes, "usage.csv has the size that is told");
        require(is_utf8(*rows), "usage.csv is text");
    }
}

}  // namespace moisson::fuzz

/// Whether a bundle that is there already is the one that would be written.

#include <algorithm>
#include <numeric>

#include "base/digest.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/bundle.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

namespace {

std::string expected_manifest(const std::vector<Payload>& payload) {
    std::vector<const Payload*> in_order(payload.size());
    std::transform(payload.begin(), payload.end(), in_order.begin(), [](const Payload& one) { return &one; });
    std::sort(in_order.begin(), in_order.end(), [](const Payload* left, const Payload* right) { return left->path < right->path; });
    std::string text;
    for (const Payload* one : in_order) {
        const bool is_in_memory = one->source.empty();
        append_manifest_line(text, is_in_memory ? sha256_hex(one->bytes) : one->sha256, "data/" + one->path);
    }
    return text;
}

bool holds(const ZipReader& reader, const std::string& name, std::string_view expected) {
    const auto entry = std::find_if(reader.entries().begin(), reader.entries().end(),
                                    [&](const ZipEntry& one) { return one.name == name; });
    if (entry == reader.entries().end() || entry->size != expected.size()) {
        return false;
    }
    bool is_same = true;
    std::size_t offset = 0;
    const Status read = reader.read(*entry, [&](std::string_view piece) {
        is_same = is_same && expected.substr(std::min(offset, expected.size()), piece.size()) == piece;
        offset += piece.size();
    });
    return read && is_same && offset == expected.size();
}

/// A file that may be long: its digest is compared.
bool holds(const ZipReader& reader, const std::string& top, const Payload& tag) {
    if (tag.source.empty()) {
        return holds(reader, top + "/" + tag.path, tag.bytes);
    }
    const auto entry = std::find_if(reader.entries().begin(), reader.entries().end(),
                                    [&](const ZipEntry& one) { return one.name == top + "/" + tag.path; });
    if (entry == reader.entries().end() || entry->size != tag.size_bytes) {
        return false;
    }
    Digest digest;
    return reader.read(*entry, [&](std::string_view piece) { digest.update(piece); }) && digest.finish_hex() == tag.sha256;
}

}  // namespace

std::optional<WrittenBundle> find_same_bundle(const std::filesystem::path& path, const std::string& top, const BagInfo& info,
                                              const std::vector<Payload>& payload) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, problem))) {
        return std::nullopt;
    }
    const auto reader = ZipReader::open(path, ZipLimits{});
    if (!reader) {
        return std::nullopt;
    }
    const auto size_of = [](const Payload& one) { return one.source.empty() ? std::uint64_t{one.bytes.size()} : one.size_bytes; };
    const std::uint64_t octets = std::accumulate(payload.begin(), payload.end(), std::uint64_t{0},
                                                 [&](std::uint64_t sum, const Payload& one) { return sum + size_of(one); });
    if (!holds(*reader, top + "/bag-info.txt", bag_info_text(info, octets, payload.size())) ||
        !holds(*reader, top + "/manifest-sha256.txt", expected_manifest(payload)) ||
        !std::all_of(info.tags.begin(), info.tags.end(), [&](const Payload& tag) { return holds(*reader, top, tag); })) {
        return std::nullopt;
    }
    auto digest = reader->sealed_digest();
    if (!digest) {
        return std::nullopt;
    }
    return WrittenBundle{std::filesystem::file_size(path, problem), std::move(*digest), reader->entries().size()};
}

}  // namespace moisson::bundle

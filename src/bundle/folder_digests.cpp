/// See folder_digests.hpp.

#include "bundle/folder_digests.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "bundle/evidence_check.hpp"
#include "bundle/limits.hpp"
#include "domain/evidence_names.hpp"

namespace moisson::bundle {

namespace {

constexpr std::string_view seal_before = "  \"seal\": \"";
constexpr std::string_view seal_after = "\"\n}\n";
constexpr std::size_t sha256_digits = 64;

bool is_published_name(std::string_view path) {
    constexpr std::array<std::string_view, 9> names{ledger_name,  "ledger.xlsx", bundle_name,   "report.html", "junit.xml",
                                                    "summary.md", "usage.csv",   evidence_name, answers_name};
    return is_copied(path) || std::find(names.begin(), names.end(), path) != names.end();
}

void take_summary(std::string text, FolderDigests& digests, Problems& problems) {
    ++digests.files;
    digests.bytes += text.size();
    digests.summary_sha256 = sha256_hex(text);
    if (!seal_holds(text)) {
        problems.add("summary.json: its bytes are not those that were written, its seal does not match");
    }
    const std::uint64_t memory_max = json_memory_max(text.size());
    if (auto parsed = Json::parse(std::move(text), memory_max)) {
        digests.summary = std::move(*parsed);
        digests.listed = listed_files(digests.summary->root(), problems);
    } else {
        problems.add(fmt::format("summary.json: {}", parsed.error().message));
    }
}

/// SHA-256 and length of a file; the first may be known.
Result<std::pair<std::string, std::uint64_t>> digest_of(FileSource& folder, const std::string& path,
                                                        const std::map<std::string, std::string>& known) {
    const auto file = folder.open(path);
    const auto size = file ? file->size_bytes() : fail(file.error());
    if (!size) {
        return fail(size.error());
    }
    if (const auto found = known.find(path); found != known.end()) {
        return std::pair(found->second, *size);
    }
    Digest digest;
    if (auto read = file->read([&](std::string_view piece) { digest.update(piece); }); !read) {
        return fail(std::move(read.error()));
    }
    return std::pair(digest.finish_hex(), *size);
}

Status check_listed(FileSource& folder, const std::string& path, const std::map<std::string, std::string>& known, FolderDigests& digests,
                    Problems& problems) {
    if (!is_published_name(path)) {
        problems.add(fmt::format("{}: a file that no published month holds", sanitise(path)));
    }
    const auto listed = digests.listed.find(path);
    if (listed == digests.listed.end()) {
        problems.add(fmt::format("{}: a file that summary.json does not list", sanitise(path)));
        return {};
    }
    auto read = digest_of(folder, path, known);
    if (!read) {
        return fail(std::move(read.error()));
    }
    const auto& [sha256, size] = *read;
    digests.seen[path] = sha256;
    ++digests.files;
    digests.bytes += size;
    if (fmt::format("{}", size) != listed->second.size_bytes) {
        problems.add(fmt::format("{}: its length is not the one in summary.json", sanitise(path)));
    }
    if (sha256 != listed->second.sha256) {
        problems.add(fmt::format("{}: its SHA-256 is not the one in summary.json", sanitise(path)));
    }
    return {};
}

}  // namespace

bool seal_holds(std::string_view summary) {
    const std::size_t length = seal_before.size() + sha256_digits + seal_after.size();
    if (summary.size() < length) {
        return false;
    }
    const std::string_view sealed = summary.substr(0, summary.size() - length);
    return summary.substr(sealed.size()) == fmt::format("{}{}{}", seal_before, sha256_hex(sealed), seal_after);
}

std::map<std::string, Listed> listed_files(const rapidjson::Value& summary, Problems& problems) {
    std::map<std::string, Listed> files;
    const rapidjson::Value* const list = find_member(summary, "files");
    if (list == nullptr || !list->IsArray()) {
        problems.add("summary.json: it has no list of files");
        return files;
    }
    for (const auto& entry : list->GetArray()) {
        const std::string path = text_member(entry, "path");
        if (path.empty() || !files.emplace(path, Listed{text_member(entry, "sha256"), text_member(entry, "size_bytes")}).second) {
            problems.add(fmt::format("summary.json: its list of files names one twice or not at all: {}", sanitise(path)));
        }
    }
    return files;
}

bool is_copied(std::string_view path) { return path.starts_with("erp/") || path.starts_with("addendum-"); }

Result<std::string> held_file(FileSource& folder, std::string_view path, Problems& problems) {
    const auto file = folder.open(std::string(path));
    auto text = file ? file->read_all(held_bytes_max) : fail(file.error());
    if (!text && text.error().code == ErrorCode::too_large) {
        problems.add(fmt::format("{}: over budget: longer than {} bytes", path, held_bytes_max));
        return std::string();
    }
    return text;
}

Result<FolderDigests> check_folder_digests(FileSource& folder, Problems& problems, const std::map<std::string, std::string>& known) {
    FolderDigests digests;
    auto entries = folder.list(limits::folder_files);
    if (!entries) {
        return fail(std::move(entries.error()));
    }
    if (entries->size() > limits::folder_files) {
        problems.add(fmt::format("over budget: the folder holds more than {} files", limits::folder_files));
    }
    const bool has_summary = std::any_of(entries->begin(), entries->end(),
                                         [](const FileSource::Entry& entry) { return entry.path == summary_name && entry.is_plain; });
    if (!has_summary) {
        problems.add("summary.json: it is missing");
    } else {
        auto summary = held_file(folder, summary_name, problems);
        if (!summary) {
            return fail(std::move(summary.error()));
        }
        take_summary(std::move(*summary), digests, problems);
    }
    for (const FileSource::Entry& entry : *entries) {
        if (entry.path == summary_name) {
            continue;
        }
        if (!entry.is_plain) {
            problems.add(fmt::format("{}: it is not a plain file", sanitise(entry.path)));
            continue;
        }
        if (is_added_evidence(entry.path)) {
            digests.added.push_back(entry.path);
            continue;  // made after the summary, and so in no list; who checks signatures looks at them
        }
        if (auto checked = check_listed(folder, entry.path, known, digests, problems); !checked) {
            return fail(std::move(checked.error()));
        }
    }
    return digests;
}

void name_missing(const FolderDigests& digests, Problems& problems) {
    for (const auto& [path, file] : digests.listed) {
        if (!digests.seen.contains(path)) {
            problems.add(fmt::format("{}: it is missing", sanitise(path)));
        }
    }
}

void compare_copied(const std::map<std::string, std::string>& seen, const std::map<std::string, std::string>& inside, Problems& problems) {
    for (const auto& [path, sha256] : seen) {
        const auto found = inside.find(path);
        if (is_copied(path) && (found == inside.end() || found->second != sha256)) {
            problems.add(fmt::format("{}: {} bundle.zip", sanitise(path),
                                     found == inside.end() ? "it is not in" : "it differs from the one inside"));
        }
    }
    for (const auto& [path, sha256] : inside) {
        if (is_copied(path) && !seen.contains(path)) {
            problems.add(fmt::format("{}: it is missing, bundle.zip has it", sanitise(path)));
        }
    }
}

}  // namespace moisson::bundle

/// `verify`: what kind of thing the path is, and the re-check of a published folder.

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <fstream>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/verifier.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view summary_name = "summary.json";
constexpr std::string_view bundle_name = "bundle.zip";
constexpr std::string_view ledger_name = "ledger.csv";
/// 200,000 findings take about 60 MB.
constexpr std::uint64_t summary_bytes_max = 1ULL << 30U;
constexpr std::string_view seal_before = "  \"seal\": \"";
constexpr std::string_view seal_after = "\"\n}\n";
constexpr std::size_t sha256_digits = 64;

struct Listed {
    std::string sha256;
    std::string size_bytes;  ///< as the summary spells it
};

/// The last member, `seal`, is the SHA-256 of all bytes before it; its own spelling is fixed too, so that no byte is free.
bool seal_holds(std::string_view summary) {
    const std::size_t length = seal_before.size() + sha256_digits + seal_after.size();
    if (summary.size() < length) {
        return false;
    }
    const std::string_view sealed = summary.substr(0, summary.size() - length);
    return summary.substr(sealed.size()) == fmt::format("{}{}{}", seal_before, sha256_hex(sealed), seal_after);
}

std::string text_of(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    const bool is_text = member != object.MemberEnd() && member->value.IsString();
    return is_text ? std::string(member->value.GetString(), member->value.GetStringLength()) : "";
}

std::map<std::string, Listed> listed_files(const std::string& summary, Problems& problems) {
    std::map<std::string, Listed> files;
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
        summary.data(), summary.size());
    const bool is_object = !document.HasParseError() && document.IsObject();
    const auto member = is_object ? document.FindMember("files") : rapidjson::Value::MemberIterator{};
    if (!is_object || member == document.MemberEnd() || !member->value.IsArray()) {
        problems.add("summary.json: it has no list of files");
        return files;
    }
    for (const auto& entry : member->value.GetArray()) {
        const std::string path = entry.IsObject() ? text_of(entry, "path") : "";
        if (path.empty() || !files.emplace(path, Listed{text_of(entry, "sha256"), text_of(entry, "size_bytes")}).second) {
            problems.add(fmt::format("summary.json: its list of files names one twice or not at all: {}", sanitise(path)));
        }
    }
    return files;
}

class FolderCheck {
public:
    explicit FolderCheck(fs::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] Result<VerifyReport> run() {
        const fs::path summary_path = folder_ / summary_name;
        std::error_code ignored;
        if (!fs::is_regular_file(fs::symlink_status(summary_path, ignored))) {
            problems_.add("summary.json: it is missing");
        } else {
            const auto summary = read_file(summary_path, summary_bytes_max);
            if (!summary) {
                return fail(summary.error());
            }
            summary_ = *summary;
            ++report_.files;
            report_.bytes += summary_.size();
            if (!seal_holds(summary_)) {
                problems_.add("summary.json: its bytes are not those that were written, its seal does not match");
            }
            listed_ = listed_files(summary_, problems_);
        }
        auto done = walk();
        if (done) {
            done = check_bundle_inside();
        }
        if (!done) {
            return fail(std::move(done.error()));
        }
        for (const auto& [path, file] : listed_) {
            if (!seen_.contains(path)) {
                problems_.add(fmt::format("{}: it is missing", sanitise(path)));
            }
        }
        report_.problems = problems_.take();
        return std::move(report_);
    }

private:
    /// Every file in the folder against the list.
    [[nodiscard]] Status walk() {
        std::error_code problem;
        fs::recursive_directory_iterator next(folder_, problem);
        for (; !problem && next != fs::recursive_directory_iterator(); next.increment(problem)) {
            const std::string path = fs::path(next->path()).lexically_relative(folder_).generic_string();
            const auto kind = next->symlink_status(problem).type();
            if (problem || kind == fs::file_type::directory || path == summary_name) {
                continue;
            }
            if (kind != fs::file_type::regular) {
                problems_.add(fmt::format("{}: it is not a plain file", sanitise(path)));
                continue;
            }
            if (auto checked = check_file(path, next->path()); !checked) {
                return checked;
            }
        }
        if (problem) {
            return fail(ErrorCode::disk, "cannot read the folder: " + problem.message(), folder_.string());
        }
        return {};
    }

    [[nodiscard]] Status check_file(const std::string& path, const fs::path& file) {
        const auto listed = listed_.find(path);
        if (listed == listed_.end()) {
            problems_.add(fmt::format("{}: a file that summary.json does not list", sanitise(path)));
            return {};
        }
        std::error_code problem;
        const std::uint64_t size = fs::file_size(file, problem);
        const auto digest = sha256_of_file(file);
        if (!digest) {
            return fail(digest.error());
        }
        seen_[path] = *digest;
        ++report_.files;
        report_.bytes += problem ? 0 : size;
        if (problem || fmt::format("{}", size) != listed->second.size_bytes) {
            problems_.add(fmt::format("{}: its length is not the one in summary.json", sanitise(path)));
        }
        if (*digest != listed->second.sha256) {
            problems_.add(fmt::format("{}: its SHA-256 is not the one in summary.json", sanitise(path)));
        }
        return {};
    }

    [[nodiscard]] Status check_bundle_inside() {
        if (!seen_.contains(std::string(bundle_name)) || !seen_.contains(std::string(ledger_name))) {
            problems_.add("a published month holds bundle.zip and ledger.csv, and lists them in summary.json");
            return {};
        }
        Problems inside;
        auto content = check_bundle(folder_ / bundle_name, ZipLimits{}, inside);
        if (!content) {
            return fail(std::move(content.error()));
        }
        for (const std::string& sentence : inside.take()) {
            problems_.add("bundle.zip: " + sentence);
        }
        if (content->ledger_sha256 != seen_[std::string(ledger_name)]) {
            problems_.add("ledger.csv: it differs from the ledger inside bundle.zip");
        }
        check_summary_totals(summary_, "summary.json", content->totals, problems_);
        compare_with(content->files);
        check_same_statements(summary_, content->summary, problems_);
        report_.documents = content->documents;
        for (const auto& [code, total] : content->totals) {
            report_.totals.push_back(fmt::format("{} {}", code, to_decimal(total.total)));
        }
        return {};
    }

    /// ERP files and addenda stand in both places.
    void compare_with(const std::map<std::string, std::string>& inside) {
        const auto is_copied = [](std::string_view path) { return path.starts_with("erp/") || path.starts_with("addendum-"); };
        for (const auto& [path, sha256] : seen_) {
            const auto found = inside.find(path);
            if (is_copied(path) && (found == inside.end() || found->second != sha256)) {
                problems_.add(fmt::format("{}: {} bundle.zip", sanitise(path),
                                          found == inside.end() ? "it is not in" : "it differs from the one inside"));
            }
        }
        for (const auto& [path, sha256] : inside) {
            if (is_copied(path) && !seen_.contains(path)) {
                problems_.add(fmt::format("{}: it is missing, bundle.zip has it", sanitise(path)));
            }
        }
    }

    const fs::path folder_;
    Problems problems_;
    VerifyReport report_;
    std::string summary_;
    std::map<std::string, Listed> listed_;
    std::map<std::string, std::string> seen_;  ///< path to SHA-256
};

Result<VerifyReport> verify_bundle(const fs::path& path) {
    Problems problems;
    const auto content = check_bundle(path, ZipLimits{}, problems);
    if (!content) {
        return fail(content.error());
    }
    VerifyReport report;
    report.files = content->entries;
    report.documents = content->documents;
    report.bytes = content->payload_bytes;
    for (const auto& [code, total] : content->totals) {
        report.totals.push_back(fmt::format("{} {}", code, to_decimal(total.total)));
    }
    report.problems = problems.take();
    return report;
}

/// By its name, or by the first bytes of a ZIP: a bundle whose first byte was changed is a damaged bundle, not a wrong argument.
bool is_bundle(const fs::path& path) {
    if (without_case(path.extension().string()) == ".zip") {
        return true;
    }
    std::string start(4, '\0');
    std::ifstream file(path, std::ios::binary);
    return file.read(start.data(), 4) && start == "PK\x03\x04";
}

/// A published month, even where its summary was taken away.
bool is_published(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / summary_name, ignored) || fs::exists(folder / bundle_name, ignored) ||
           fs::exists(folder / ledger_name, ignored);
}

}  // namespace

Result<VerifyReport> verify(const std::filesystem::path& path) {
    std::error_code problem;
    const auto kind = fs::status(path, problem).type();
    if (kind == fs::file_type::directory && is_published(path)) {
        // "out/2026-10/" and "out/2026-10" are one folder; its files' relative paths must not depend on the slash.
        return FolderCheck(path.has_filename() ? path : path.parent_path()).run();
    }
    if (kind == fs::file_type::regular && is_bundle(path)) {
        return verify_bundle(path);
    }
    if (kind == fs::file_type::not_found) {
        return fail(ErrorCode::bad_input, "there is nothing to verify", path.string(), "name a bundle.zip or a published month's folder");
    }
    return fail(ErrorCode::bad_input, "this is neither a bundle nor a published month", path.string(),
                "name a bundle.zip or a published month's folder");
}

std::optional<std::string> stated_digest(const fs::path& folder, const std::string& name) {
    const auto summary = read_file(folder / summary_name, summary_bytes_max);
    if (!summary || !seal_holds(*summary)) {
        return std::nullopt;
    }
    Problems ignored;  // a summary with a whole seal and a broken list states nothing
    const auto files = listed_files(*summary, ignored);
    const auto found = files.find(name);
    return found == files.end() ? std::nullopt : std::optional(found->second.sha256);
}

}  // namespace moisson::bundle

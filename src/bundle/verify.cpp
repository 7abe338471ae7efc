/// `verify`: what kind of thing the path is, and the re-check of a published folder.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/evidence_check.hpp"
#include "bundle/limits.hpp"
#include "bundle/page_check.hpp"
#include "bundle/summary_check.hpp"
#include "bundle/verifier.hpp"
#include "bundle/workbook_check.hpp"
#include "domain/evidence_names.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view summary_name = "summary.json";
constexpr std::string_view bundle_name = "bundle.zip";
constexpr std::string_view ledger_name = "ledger.csv";
constexpr std::string_view workbook_name = "ledger.xlsx";
constexpr std::string_view usage_name = "usage.csv";
constexpr std::string_view page_name = "report.html";
constexpr std::string_view junit_name = "junit.xml";
constexpr std::string_view note_name = "summary.md";  ///< earlier versions had none
/// Summary, page and JUnit are held one by one. 200,000 findings take about 60 MB.
constexpr std::uint64_t held_bytes_max = 1ULL << 30U;
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

bool is_published_name(std::string_view path) {
    constexpr std::array<std::string_view, 9> names{ledger_name, workbook_name, bundle_name,   page_name,   junit_name,
                                                    note_name,   usage_name,    evidence_name, answers_name};
    return is_copied(path) || std::find(names.begin(), names.end(), path) != names.end();
}

class FolderCheck {
public:
    explicit FolderCheck(FileSource& folder) : folder_(folder) {}

    [[nodiscard]] Result<VerifyReport> run() {
        auto entries = folder_.list(limits::folder_files);
        if (!entries) {
            return fail(std::move(entries.error()));
        }
        if (entries->size() > limits::folder_files) {
            problems_.add(fmt::format("over budget: the folder holds more than {} files", limits::folder_files));
        }
        const bool has_summary = std::any_of(entries->begin(), entries->end(),
                                             [](const FileSource::Entry& entry) { return entry.path == summary_name && entry.is_plain; });
        if (!has_summary) {
            problems_.add("summary.json: it is missing");
        } else {
            auto summary = held(summary_name);
            if (!summary) {
                return fail(std::move(summary.error()));
            }
            summary_ = std::move(*summary);
            ++report_.files;
            report_.bytes += summary_.size();
            if (!seal_holds(summary_)) {
                problems_.add("summary.json: its bytes are not those that were written, its seal does not match");
            }
            const std::uint64_t memory_max = json_memory_max(summary_.size());
            if (auto parsed = Json::parse(std::move(summary_), memory_max)) {
                parsed_ = std::move(*parsed);
                listed_ = listed_files(parsed_->root(), problems_);
            } else {
                problems_.add(fmt::format("summary.json: {}", parsed.error().message));
            }
        }
        auto done = walk(*entries);
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
    /// A whole file; empty, and said, when it is longer than any of its kind.
    [[nodiscard]] Result<std::string> held(std::string_view path) {
        const auto file = folder_.open(std::string(path));
        auto text = file ? file->read_all(held_bytes_max) : fail(file.error());
        if (!text && text.error().code == ErrorCode::too_large) {
            problems_.add(fmt::format("{}: over budget: longer than {} bytes", path, held_bytes_max));
            return std::string();
        }
        return text;
    }

    /// Every file in the folder against the list.
    [[nodiscard]] Status walk(const std::vector<FileSource::Entry>& entries) {
        for (const FileSource::Entry& entry : entries) {
            if (entry.path == summary_name) {
                continue;
            }
            if (!entry.is_plain) {
                problems_.add(fmt::format("{}: it is not a plain file", sanitise(entry.path)));
                continue;
            }
            if (is_added_evidence(entry.path)) {
                continue;  // made after the summary, and so in no list; who checks signatures looks at them
            }
            if (auto checked = check_file(entry.path); !checked) {
                return checked;
            }
        }
        return {};
    }

    [[nodiscard]] Status check_file(const std::string& path) {
        if (!is_published_name(path)) {
            problems_.add(fmt::format("{}: a file that no published month holds", sanitise(path)));
        }
        const auto listed = listed_.find(path);
        if (listed == listed_.end()) {
            problems_.add(fmt::format("{}: a file that summary.json does not list", sanitise(path)));
            return {};
        }
        const auto file = folder_.open(path);
        if (!file) {
            return fail(file.error());
        }
        Digest digest;
        std::uint64_t size = 0;
        if (auto read = file->read([&](std::string_view piece) {
                digest.update(piece);
                size += piece.size();
            });
            !read) {
            return read;
        }
        const std::string sha256 = digest.finish_hex();
        seen_[path] = sha256;
        ++report_.files;
        report_.bytes += size;
        if (fmt::format("{}", size) != listed->second.size_bytes) {
            problems_.add(fmt::format("{}: its length is not the one in summary.json", sanitise(path)));
        }
        if (sha256 != listed->second.sha256) {
            problems_.add(fmt::format("{}: its SHA-256 is not the one in summary.json", sanitise(path)));
        }
        return {};
    }

    [[nodiscard]] Status check_bundle_inside() {
        for (const std::string_view name : {bundle_name, ledger_name, workbook_name, page_name, junit_name}) {
            if (!seen_.contains(std::string(name))) {
                problems_.add(fmt::format("{}: a published month holds it and lists it in summary.json", name));
            }
        }
        if (!seen_.contains(std::string(bundle_name)) || !seen_.contains(std::string(ledger_name))) {
            return {};
        }
        auto file = folder_.open(std::string(bundle_name));
        if (!file) {
            return fail(std::move(file.error()));
        }
        Problems inside;
        auto content = check_bundle(std::move(*file), ZipLimits{}, inside);
        if (!content) {
            return fail(std::move(content.error()));
        }
        for (const std::string& sentence : inside.take()) {
            problems_.add("bundle.zip: " + sentence);
        }
        if (content->ledger_sha256 != seen_[std::string(ledger_name)]) {
            problems_.add("ledger.csv: it differs from the ledger inside bundle.zip");
        }
        compare_with(content->files);
        if (auto checked = check_statements(*content); !checked) {
            return checked;
        }
        report_.documents = content->ledger.documents;
        for (const auto& [code, total] : content->ledger.totals) {
            report_.totals.push_back(fmt::format("{} {}", code, to_decimal(total.total)));
        }
        return {};
    }

    /// The summary, the workbook and the pages, each against the ledger and the bundle's own summary.
    [[nodiscard]] Status check_statements(const BundleContent& content) {
        if (!parsed_ || !content.summary) {
            return {};  // said where they were read
        }
        const rapidjson::Value& published = parsed_->root();
        const rapidjson::Value& archived = content.summary->root();
        check_against_ledger(published, "summary.json", content.ledger, problems_);
        check_own_statements(published, "summary.json", problems_);
        check_same_statements(published, archived, problems_);
        check_place(published, content.place, problems_);
        Language language = Language::english;
        if (has(workbook_name)) {
            const auto workbook = folder_.open(std::string(workbook_name));
            const auto ledger = folder_.open(std::string(ledger_name));
            if (!workbook || !ledger) {
                return fail(workbook ? ledger.error() : workbook.error());
            }
            const auto usage = has(usage_name) ? folder_.open(std::string(usage_name)) : fail(ErrorCode::not_found, "");
            auto found = check_workbook(*workbook, *ledger, usage ? &*usage : nullptr, published, archived, content.ledger, problems_);
            if (!found) {
                return fail(std::move(found.error()));
            }
            language = *found;
        }
        if (has(evidence_name)) {
            auto evidence = held(evidence_name);
            auto checked = evidence ? check_evidence(std::move(*evidence), {folder_, seen_, published}, problems_)
                                    : fail(std::move(evidence.error()));
            if (!checked) {
                return checked;
            }
        } else if (is_of_this_build(published)) {
            problems_.add("evidence.json: a published month holds it and lists it in summary.json");
        }
        if (!is_of_this_version(published)) {
            return {};  // another version has other words on its pages
        }
        for (const std::string_view name : {page_name, junit_name, note_name}) {
            const auto text = has(name) ? held(name) : Result<std::string>(std::string());
            if (!text) {
                return fail(text.error());
            }
            if (has(name) && name == page_name) {
                check_page(*text, published, content.ledger, language, problems_);
            } else if (has(name) && name == junit_name) {
                check_junit(*text, published, archived, language, problems_);
            } else if (has(name)) {
                check_note(*text, published, language, problems_);
            } else if (name == note_name && is_of_this_build(published)) {
                problems_.add("summary.md: a published month holds it and lists it in summary.json");
            }
        }
        return {};
    }

    /// What is missing was said already.
    [[nodiscard]] bool has(std::string_view name) const { return seen_.contains(std::string(name)); }

    /// ERP files and addenda stand in both places.
    void compare_with(const std::map<std::string, std::string>& inside) {
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

    FileSource& folder_;
    Problems problems_;
    VerifyReport report_;
    std::string summary_;
    std::optional<Json> parsed_;
    std::map<std::string, Listed> listed_;
    std::map<std::string, std::string> seen_;  ///< path to SHA-256
};

/// By its name, or by the first bytes of a ZIP: a bundle whose first byte was changed is a damaged bundle, not a wrong argument.
bool is_bundle(const fs::path& path) {
    if (equal_ignoring_case(path.extension().string(), ".zip")) {
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

Result<VerifyReport> verify_bundle(OpenFile bundle) {
    Problems problems;
    const auto content = check_bundle(std::move(bundle), ZipLimits{}, problems);
    if (!content) {
        return fail(content.error());
    }
    VerifyReport report;
    report.files = content->entries;
    report.documents = content->ledger.documents;
    report.bytes = content->payload_bytes;
    for (const auto& [code, total] : content->ledger.totals) {
        report.totals.push_back(fmt::format("{} {}", code, to_decimal(total.total)));
    }
    report.problems = problems.take();
    return report;
}

Result<VerifyReport> verify_folder(FileSource& folder) { return FolderCheck(folder).run(); }

Result<Verifiable> find_verifiable(const std::filesystem::path& path) {
    std::error_code problem;
    const auto kind = fs::status(path, problem).type();
    if (kind == fs::file_type::directory && is_published(path)) {
        return Verifiable::folder;
    }
    if (kind == fs::file_type::regular && is_bundle(path)) {
        return Verifiable::bundle;
    }
    const char* const what =
        kind == fs::file_type::not_found ? "there is nothing to verify" : "this is neither a bundle nor a published month";
    return fail(ErrorCode::bad_input, what, path.string(), "name a bundle.zip or a published month's folder");
}

Result<VerifyReport> verify(const std::filesystem::path& path) {
    const auto kind = find_verifiable(path);
    if (!kind) {
        return fail(kind.error());
    }
    if (*kind == Verifiable::folder) {
        // "out/2026-10/" and "out/2026-10" are one folder; its files' relative paths must not depend on the slash.
        Folder folder(path.has_filename() ? path : path.parent_path());
        return verify_folder(folder);
    }
    auto bundle = OpenFile::at(path);
    return bundle ? verify_bundle(std::move(*bundle)) : fail(std::move(bundle.error()));
}

std::optional<std::string> stated_digest(const fs::path& folder, const std::string& name) {
    auto summary = read_file(folder / summary_name, held_bytes_max);
    if (!summary || !seal_holds(*summary)) {
        return std::nullopt;
    }
    const std::uint64_t memory_max = json_memory_max(summary->size());
    const auto parsed = Json::parse(std::move(*summary), memory_max);
    if (!parsed) {
        return std::nullopt;
    }
    Problems ignored;  // a summary with a whole seal and a broken list states nothing
    const auto files = listed_files(parsed->root(), ignored);
    const auto found = files.find(name);
    return found == files.end() ? std::nullopt : std::optional(found->second.sha256);
}

}  // namespace moisson::bundle

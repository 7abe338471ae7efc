/// `verify`: what kind of thing the path is, and the re-check of a published folder.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/files.hpp"
#include "base/text.hpp"
#include "bundle/evidence_check.hpp"
#include "bundle/folder_digests.hpp"
#include "bundle/page_check.hpp"
#include "bundle/summary_check.hpp"
#include "bundle/verifier.hpp"
#include "bundle/workbook_check.hpp"
#include "domain/evidence_names.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view workbook_name = "ledger.xlsx";
constexpr std::string_view usage_name = "usage.csv";
constexpr std::string_view page_name = "report.html";
constexpr std::string_view junit_name = "junit.xml";
constexpr std::string_view note_name = "summary.md";  ///< earlier versions had none

class FolderCheck {
public:
    explicit FolderCheck(FileSource& folder) : folder_(folder) {}

    [[nodiscard]] Result<VerifyReport> run() {
        auto digests = check_folder_digests(folder_, problems_);
        if (!digests) {
            return fail(std::move(digests.error()));
        }
        digests_ = std::move(*digests);
        if (auto done = check_bundle_inside(); !done) {
            return fail(std::move(done.error()));
        }
        name_missing(digests_, problems_);
        report_.files = digests_.files;
        report_.bytes = digests_.bytes;
        report_.problems = problems_.take();
        return std::move(report_);
    }

private:
    [[nodiscard]] Status check_bundle_inside() {
        for (const std::string_view name : {bundle_name, ledger_name, workbook_name, page_name, junit_name}) {
            if (!digests_.seen.contains(std::string(name))) {
                problems_.add(fmt::format("{}: a published month holds it and lists it in summary.json", name));
            }
        }
        if (!digests_.seen.contains(std::string(bundle_name)) || !digests_.seen.contains(std::string(ledger_name))) {
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
        if (content->ledger_sha256 != digests_.seen[std::string(ledger_name)]) {
            problems_.add("ledger.csv: it differs from the ledger inside bundle.zip");
        }
        compare_copied(digests_.seen, content->files, problems_);
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
        if (!digests_.summary || !content.summary) {
            return {};  // said where they were read
        }
        const rapidjson::Value& published = digests_.summary->root();
        const rapidjson::Value& archived = content.summary->root();
        check_against_ledger(published, "summary.json", content.ledger, problems_);
        check_own_statements(published, "summary.json", problems_);
        check_same_statements(published, archived, problems_);
        check_place(published, content.place, problems_);
        if (is_of_this_build(published) && find_member(archived, "retention") == nullptr) {
            problems_.add("bundle.zip: it does not say until when it is to be kept");
        }
        Vocabulary words = Language::english;
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
            words = *found;
        }
        if (has(evidence_name)) {
            auto evidence = held_file(folder_, evidence_name, problems_);
            auto checked = evidence ? check_evidence(std::move(*evidence), {folder_, digests_.seen, published}, problems_)
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
            const auto text = has(name) ? held_file(folder_, name, problems_) : Result<std::string>(std::string());
            if (!text) {
                return fail(text.error());
            }
            if (has(name) && name == page_name) {
                check_page(*text, published, content.ledger, words, problems_);
            } else if (has(name) && name == junit_name) {
                check_junit(*text, published, archived, words, problems_);
            } else if (has(name)) {
                check_note(*text, published, words, problems_);
            } else if (name == note_name && is_of_this_build(published)) {
                problems_.add("summary.md: a published month holds it and lists it in summary.json");
            }
        }
        return {};
    }

    /// What is missing was said already.
    [[nodiscard]] bool has(std::string_view name) const { return digests_.seen.contains(std::string(name)); }

    FileSource& folder_;
    Problems problems_;
    VerifyReport report_;
    FolderDigests digests_;
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

#include "pipeline/publish.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/version.hpp"
#include "bundle/bundle.hpp"
#include "bundle/bundle_files.hpp"
#include "domain/usage_sheet.hpp"
#include "ledger/csv_writer.hpp"
#include "ledger/workbook.hpp"
#include "pipeline/auditor_files.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/books_tables.hpp"
#include "pipeline/closed_csv.hpp"
#include "pipeline/usage_lines.hpp"
#include "report/report.hpp"

namespace moisson::pipeline {

namespace {

PublishedFile describe(const std::filesystem::path& folder, const std::string& name) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(folder / name, problem);
    if (problem) {
        throw FatalError(ExitCode::local, ErrorCode::disk, "cannot read back what was written: " + problem.message(),
                         (folder / name).string());
    }
    return PublishedFile{name, size, must_be_done(sha256_of_file(folder / name))};
}

std::string bag_name(const RunSummary& summary) { return "moisson-" + publication_name(summary.period, summary.view); }

bundle::BagInfo bag_info(const RunSummary& summary) {
    bundle::BagInfo info;
    info.data_date = summary.data_date;
    info.fields = {
        {"Bag-Software-Agent", fmt::format("{} {}", program_name, version())},
        {"External-Identifier", bag_name(summary)},
    };
    const std::string of = fmt::format("of {} from {}", summary.period.to_text(), sanitise(summary.source));
    if (summary.view.is_whole()) {
        info.fields.emplace_back("External-Description", "Ledger and documents " + of);
    } else {
        info.fields.emplace_back("External-Description",
                                 fmt::format("Partial view, not the month: {} {}", in_words(Language::english, summary.view), of));
        info.fields.emplace_back("Moisson-Partial-View", in_words(Language::english, summary.view));
    }
    for (auto& field : record_keeping_fields(summary)) {
        info.fields.push_back(std::move(field));
    }
    return info;
}

std::vector<bundle::Payload> bundle_payload(const std::vector<LedgerEntry>& entries, const RunSummary& summary,
                                            const transfer::ObjectStore& store, const std::filesystem::path& folder) {
    std::vector<bundle::Payload> payload;
    payload.reserve(entries.size() + 2);
    const PublishedFile& ledger = summary.files.front();
    payload.push_back({ledger.path, (folder / ledger.path).string(), {}, ledger.sha256, ledger.size_bytes});
    for (const Addendum& addendum : summary.addenda) {
        payload.push_back({addendum.file_name(), {}, addendum_csv(addendum), {}, 0});
        for (const AddendumRow& row : addendum.rows) {
            if (!row.path.empty()) {
                const std::string path = row.path.substr(std::string_view("data/").size());
                payload.push_back({path, store.path_of(row.sha256).string(), {}, row.sha256, row.size_bytes});
            }
        }
    }
    if (!summary.closed_months.empty()) {
        payload.push_back({"closed-months.csv", {}, closed_months_csv(summary.closed_months), {}, 0});
    }
    payload.push_back({"summary.json", {}, report::summary_json(summary, report::SummaryKind::archived), {}, 0});
    for (const PublishedFile& file : summary.files) {
        if (file.path.starts_with("erp/")) {
            payload.push_back({file.path, (folder / file.path).string(), {}, file.sha256, file.size_bytes});
        }
    }
    for (const LedgerEntry& entry : entries) {
        if (entry.status == DocumentStatus::ok) {
            payload.push_back(
                {bundle::payload_path(entry), store.path_of(entry.sha256).string(), {}, entry.sha256, entry.size_bytes.value_or(0)});
        }
    }
    return payload;
}

/// False where the file system has no links: then it is written.
bool link_standing(const std::filesystem::path& target, const std::filesystem::path& folder, const char* name) {
    std::error_code problem;
    std::filesystem::create_hard_link(target / name, folder / name, problem);
    return !problem;
}

/// What a run that found nothing new would only write once more: the bundle of the month as it stands, linked into the new folder after
/// its bytes were checked.
std::optional<bundle::WrittenBundle> take_over_bundle(const std::filesystem::path& target, const std::filesystem::path& folder,
                                                      const std::string& top, const bundle::BagInfo& info,
                                                      const std::vector<bundle::Payload>& payload) {
    auto same = bundle::find_same_bundle(target / "bundle.zip", top, info, payload);
    return same && link_standing(target, folder, "bundle.zip") ? std::move(same) : std::nullopt;
}

/// The workbook beside a bundle that was taken over, in the same way: the bundle's payload has ledger and summary in it, and with them all
/// that the workbook shows but its language, and what is told of the run: what to do, and the months before, which may be other ones now.
bool take_over_workbook(const std::filesystem::path& target, const std::filesystem::path& folder, const RunSummary& summary,
                        Language language) {
    const auto standing = read_file(target / "summary.json");
    if (!standing || standing->find(report::members_of_workbook(summary)) == std::string::npos ||
        !ledger::may_stand(target / "ledger.xlsx", summary, language)) {
        return false;
    }
    const auto stated = bundle::stated_digest(target, "ledger.xlsx");
    const auto found = stated ? sha256_of_file(target / "ledger.xlsx") : fail(ErrorCode::not_found, "");
    return found && *found == *stated && link_standing(target, folder, "ledger.xlsx");
}

/// The books in the bundle that stands, where it is the one of the folder's last link. Nothing: there is none, or of before they were kept.
std::optional<state::Books> standing_books(const std::filesystem::path& target, const ChainLink* link) {
    if (link == nullptr || bundle::stated_digest(target, "bundle.zip") != link->bundle_sha256) {
        return std::nullopt;
    }
    const auto files = bundle::BundleFiles::open(target / "bundle.zip");
    if (!files) {
        return std::nullopt;
    }
    auto books = read_books([&](const std::string& path, const auto& sink) { return files->read("data/" + path, sink); });
    return books ? std::optional(std::move(*books)) : std::nullopt;
}

/// Workbook and bundle of one publication.
class BundleWriter {
public:
    BundleWriter(const PublishContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary)
        : context_(context),
          entries_(entries),
          summary_(summary),
          folder_(context.folder.path()),
          top_(bag_name(summary)),
          info_(bag_info(summary)),
          payload_(bundle_payload(entries, summary, context.store, folder_)),
          own_payload_(payload_.size()),
          auditor_(summary, entries, payload_, folder_),
          link_(last_link_of(context.chain, publication_name(summary.period, summary.view))) {}

    void run() {
        auto written = take_over_standing();
        if (!written) {
            written = write();
        } else if (!take_over_workbook(context_.folder.target(), folder_, summary_, context_.language)) {
            must_be_done(write_workbook());
        }
        summary_.files.push_back(describe(folder_, "ledger.xlsx"));
        summary_.files.push_back(PublishedFile{"bundle.zip", written->size_bytes, written->sha256});
        if (context_.books && (link_ == nullptr || link_->bundle_sha256 != written->sha256)) {
            context_.keep_link({summary_.chain->number, publication_name(summary_.period, summary_.view), summary_.files.front().sha256,
                                written->sha256});
        }
    }

private:
    /// The bundle that stands, when it would only be written once more: with the books that it carries, since those grow with every other
    /// month, and what became of this one does not hang on them.
    std::optional<bundle::WrittenBundle> take_over_standing() {
        std::optional<state::Books> books;
        if (context_.books) {
            books = context_.books_something || !is_last_here() ? std::nullopt : standing_books(context_.folder.target(), link_);
            if (!books) {
                return std::nullopt;
            }
        }
        const auto place = books ? std::optional(place_of(*books)) : std::nullopt;
        take_books(std::move(books), payload_);
        auto same = take_over_bundle(context_.folder.target(), folder_, top_, info_of(payload_), payload_);
        if (same && place) {
            summary_.chain = place;
        }
        return same;
    }

    /// The folder that was published last holds all of the books. Where it is gone, this one must not stand as the newest with older ones.
    [[nodiscard]] bool is_last_here() const {
        std::error_code problem;
        return !context_.chain.empty() &&
               std::filesystem::exists(context_.folder.target().parent_path() / context_.chain.back().folder / "bundle.zip", problem);
    }

    Status write_workbook() const {
        const auto usage_lines = first_usage_lines(folder_ / "usage.csv", usage_lines_shown_max);
        return ledger::write_workbook(
            folder_ / "ledger.xlsx", entries_, summary_,
            ledger::WorkbookOptions{
                .temporary_folder = folder_, .usage_lines = usage_lines, .language = context_.language, .stop = context_.stop});
    }

    bundle::WrittenBundle write() {
        // Side by side: both only read the rows and the summary.
        std::promise<Status> workbook;
        const std::jthread writer([&] {
            try {
                workbook.set_value(write_workbook());
            } catch (...) {
                workbook.set_exception(std::current_exception());
            }
        });
        auto made = write_bundle();
        must_be_done(workbook.get_future().get());
        summary_.chain = place_;  // the workbook's writer has ended
        return must_be_done(std::move(made));
    }

    Result<bundle::WrittenBundle> write_bundle() {
        std::optional<state::Books> books;
        if (context_.books) {
            books = context_.books();
        }
        // Published last, and its folder lost since: with the books of before its own link it is the same bundle again.
        const bool may_be_same = books && link_ != nullptr && !context_.books_something && *link_ == context_.chain.back() &&
                                 link_->ledger_sha256 == summary_.files.front().sha256;
        if (may_be_same) {
            auto before = books;
            before->chain.pop_back();
            auto made = write_with(std::move(before), payload_);
            if (!made || made->sha256 == books->chain.back().bundle_sha256) {
                return made;
            }
        }
        return write_with(std::move(books), std::move(payload_));
    }

    /// `payload`: that of this object, or a copy of it.
    Result<bundle::WrittenBundle> write_with(std::optional<state::Books> books, std::vector<bundle::Payload> payload) {
        if (books) {
            place_ = place_of(*books);
        }
        take_books(std::move(books), payload);
        const bundle::BagInfo info = info_of(payload);
        return bundle::write_bundle(folder_ / "bundle.zip", top_, info, std::move(payload), context_.stop);
    }

    /// In the place of those that it had. Books and payload grow with the documents: neither is kept twice.
    void take_books(std::optional<state::Books> books, std::vector<bundle::Payload>& payload) const {
        payload.resize(own_payload_);
        if (books) {
            for (auto& [path, bytes] : books_files(std::move(*books))) {
                payload.push_back({path, {}, std::move(bytes), {}, 0});
            }
        }
        payload.push_back(auditor_.schema());
    }
    [[nodiscard]] bundle::BagInfo info_of(const std::vector<bundle::Payload>& payload) const {
        bundle::BagInfo info = info_;
        info.tags = auditor_.tags(payload);
        return info;
    }

    const PublishContext& context_;
    const std::vector<LedgerEntry>& entries_;
    RunSummary& summary_;
    const std::filesystem::path folder_;
    const std::string top_;
    const bundle::BagInfo info_;
    std::vector<bundle::Payload> payload_;  ///< gone once the bundle is written
    const std::size_t own_payload_;         ///< of it: without books and schema
    const AuditorFiles auditor_;
    const ChainLink* const link_;  ///< the folder's last one
    std::optional<ChainPlace> place_;
};

/// Pages and evidence, side by side: all of them only read the rows and the summary.
std::vector<PublishedFile> write_reports(const PublishContext& context, const std::vector<LedgerEntry>& entries,
                                         const RunSummary& summary) {
    const std::filesystem::path& path = context.folder.path();
    std::packaged_task<std::vector<std::string>()> write_evidence([&] {
        return context.evidence != nullptr ? context.evidence->write(path, entries, summary) : std::vector<std::string>();
    });
    auto evidence = write_evidence.get_future();
    const std::jthread writer(std::move(write_evidence));
    must_be_done(write_file(path / "report.html", report::report_html(summary, entries, context.language)));
    must_be_done(write_file(path / "junit.xml", report::junit_xml(summary, context.language)));
    must_be_done(write_file(path / "summary.md", report::summary_md(summary, context.language)));
    std::vector<std::string> names{"report.html", "junit.xml", "summary.md"};
    std::ranges::move(evidence.get(), std::back_inserter(names));
    std::vector<PublishedFile> files;
    std::ranges::transform(names, std::back_inserter(files), [&](const std::string& name) { return describe(path, name); });
    return files;
}

}  // namespace

bool publish(const PublishContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary) {
    const std::filesystem::path& path = context.folder.path();
    std::vector<PublishedFile> made_before = std::exchange(summary.files, {});
    must_be_done(ledger::write_ledger_csv(path / "ledger.csv", entries,
                                          summary.reporting ? ledger::CsvColumns::with_reporting : ledger::CsvColumns::fixed));
    summary.files.push_back(describe(path, "ledger.csv"));
    if (context.accept_ledger && !context.accept_ledger(path / "ledger.csv", summary.files.front().sha256)) {
        summary.finished_at = context.clock.now();
        return false;
    }
    for (const Addendum& addendum : summary.addenda) {
        must_be_done(write_file(path / addendum.file_name(), addendum_csv(addendum)));
        summary.files.push_back(describe(path, addendum.file_name()));
    }
    summary.files.insert(summary.files.end(), std::make_move_iterator(made_before.begin()), std::make_move_iterator(made_before.end()));
    context.stages.done("ledger");
    BundleWriter(context, entries, summary).run();
    context.stages.done("workbook and bundle");
    for (PublishedFile& file : write_reports(context, entries, summary)) {
        summary.files.push_back(std::move(file));
    }
    summary.finished_at = context.clock.now();
    must_be_done(write_file(path / "summary.json", report::summary_json(summary, report::SummaryKind::published)));
    if (context.before_rename) {
        context.before_rename();
    }
    context.folder.publish();
    context.stages.last_done("report and rename");
    return true;
}

std::string published_ledger_digest(const std::filesystem::path& folder) {
    const auto digest = sha256_of_file(folder / "ledger.csv");
    return digest ? *digest : std::string();
}

}  // namespace moisson::pipeline

#include "pipeline/erp_step.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/threads.hpp"
#include "books/fx.hpp"
#include "erp/erp.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::string_view erp_folder = "erp";
constexpr std::string_view preview_prefix = "preview-";

/// Made up, as the sandbox's contracts are: nothing is assumed for a real month.
books::RateTable sample_rates(const config::Job& job) {
    auto table = books::RateTable::parse(erp::sandbox_rates(), "samples/erp/rates.csv", job.books.rate_age_days_max);
    MOISSON_INVARIANT(table.has_value(), "the sandbox's own rates can be read");
    return std::move(*table);
}

erp::RateLookup lookup_in(const std::optional<books::RateTable>& rates, RateRule rule) {
    if (!rates) {
        return {};
    }
    return [&rates, rule](Currency from, Currency to, std::chrono::year_month_day day) -> std::optional<Rate> {
        const auto found = rates->rate(from, to, day, rule);
        return found ? std::optional(*found) : std::nullopt;
    };
}

/// A view hands nothing out: its file says so by its name, wherever it is copied to.
std::string name_preview(const std::filesystem::path& folder, const std::string& name) {
    const std::string preview = std::string(preview_prefix) + name;
    must_be_done(rename_path(folder / name, folder / preview));
    return preview;
}

/// "erp", or "erp/north" for a perimeter's own files.
std::string folder_of(const ReadyTemplate& of) {
    return of.perimeter.empty() ? std::string(erp_folder) : fmt::format("{}/{}", erp_folder, of.perimeter);
}

/// Names of files that stand in the template's folder, or outside of those for ERP files.
std::vector<std::string> names_taken(const RunSummary& summary, const ReadyTemplate& of) {
    std::vector<std::string> names;
    for (const PublishedFile& file : summary.files) {
        const std::filesystem::path path(file.path);
        if (path.parent_path() == folder_of(of) || !file.path.starts_with(std::string(erp_folder) + "/")) {
            names.push_back(path.filename().string());
        }
    }
    return names;
}

/// Templates whose files are written at a time, and the rows up to which they are: each holds postings, and half a kilobyte a posting while
/// it writes.
constexpr unsigned writers_max = 4;
constexpr std::size_t rows_side_by_side_max = 100'000;

constexpr std::size_t terms_named_max = 8;  ///< settings and columns that one message names

books::TermsSource terms_of(erp::Quoter& quoter) {
    return {[&quoter](const LedgerEntry& row) { return quoter.takes(row); },
            [&quoter](const LedgerEntry& row, Currency currency) { return quoter.terms_now(row, currency); },
            [&quoter](const Money& amount, const PostingTermsPtr& terms) { return quoter.split(amount, terms); }, quoter.closed_terms(),
            [&quoter](const LedgerEntry& row, Currency currency) { return quoter.terms_without_invoice(row, currency); }};
}

/// One finding for each way in which the terms differ.
void tell_of(FindingCode code, const Row<place::Text, place::Count, place::Text>& sentence, const std::string& name,
             const std::vector<books::TermsNote>& notes, std::vector<Finding>& findings) {
    std::map<std::string, std::size_t> times;
    for (const books::TermsNote& note : notes) {
        ++times[differing_terms(note.booked->basis, note.now->basis, terms_named_max)];
    }
    for (const auto& [differences, count] : times) {
        findings.push_back(make_finding(code, sentence(sanitise(name), count, differences)));
    }
}

/// What there is to say of settings and accounts that changed since. False: the files are refused.
bool tell_terms(const std::string& name, const books::PostingNotes& notes, std::vector<Finding>& findings) {
    for (const books::TermsNote& note : notes.undecided) {
        findings.push_back(
            make_finding("erp-terms-undecided",
                         messages::template_document_changed_after(sanitise(name), note.entry->period->month(),
                                                                   differing_terms(note.booked->basis, note.now->basis, terms_named_max)),
                         note.entry->contract->id, note.entry->document_id));
    }
    if (!notes.undecided.empty()) {
        findings.push_back(make_finding("erp-file-refused", messages::template_no_file_written_findings(sanitise(name))));
        return false;
    }
    tell_of("erp-terms-changed", messages::template_amounts_were_booked_other, name, notes.renewed, findings);
    tell_of("erp-terms-kept", messages::template_amounts_closed_months, name, notes.kept, findings);
    if (notes.terms_unknown > 0) {
        findings.push_back(
            make_finding("erp-terms-unknown", messages::template_earlier_postings_not_say(sanitise(name), notes.terms_unknown)));
    }
    return true;
}

/// A row that is lost or stands twice would be another sum than the one that was compared with the bills.
void must_be_the_lines(const std::string& name, const std::vector<erp::BilledUsage>& billed, const UsageSummary& usage) {
    const auto must_be = [&](std::string_view currency, const BigDecimal& in_lines, const BigDecimal& in_files) {
        if (in_lines != in_files) {
            must_be_done(fail(ErrorCode::verification,
                              fmt::format("usage lines bill {} {}, and the files made of them {}", to_short_decimal(in_lines), currency,
                                          to_short_decimal(in_files)),
                              "template " + sanitise(name), "Export without this template, and report the fault with usage.csv's columns"));
        }
    };
    for (const UsageSum& total : usage.totals) {
        const auto found = std::find_if(billed.begin(), billed.end(),
                                        [&](const erp::BilledUsage& one) { return one.currency == total.currency.code(); });
        must_be(total.currency.code(), total.discounted, found == billed.end() ? BigDecimal{} : found->amount);
    }
    for (const erp::BilledUsage& one : billed) {
        if (std::none_of(usage.totals.begin(), usage.totals.end(),
                         [&](const UsageSum& total) { return total.currency.code() == one.currency; })) {
            must_be(one.currency, BigDecimal{}, one.amount);
        }
    }
}

/// The order of the templates for the threads that make their files: what they read and write of the run goes in this order.
class Turns {
public:
    /// Waits until all templates before this one have ended. False: one of them failed, and no further turn comes.
    [[nodiscard]] bool wait_for(std::size_t at) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ == at || problem_; });
        return !problem_;
    }
    /// Its turn is over. `problem`: it failed.
    void end(std::size_t at, std::exception_ptr problem) {
        {
            const std::scoped_lock lock(mutex_);
            if (problem && (!problem_ || at < failed_)) {  // as one after the other: the first of them is told
                problem_ = std::move(problem);
                failed_ = at;
            }
            ended_ = std::max(ended_, at + 1);
        }
        changed_.notify_all();
    }
    void rethrow() const {
        if (problem_) {
            std::rethrow_exception(problem_);
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t ended_ = 0;
    std::size_t failed_ = 0;
    std::exception_ptr problem_;
};

/// An earlier template failed: nothing becomes of this one.
struct Abandoned {};

/// The files of all templates, some at a time. Whatever a template takes from the run or adds to it, it does in its turn, or with the books
/// to itself: what comes out is what one after the other would give.
class ErpFiles {
public:
    ErpFiles(const ErpContext& context, const std::optional<books::RateTable>& rates, const std::vector<LedgerEntry>& entries,
             RunSummary& summary)
        : context_(context), templates_(context.settings.templates), rates_(rates), entries_(entries), summary_(summary) {}

    void write() {
        run_on_threads(writers(), [this] { work(); });
        turns_.rethrow();
        std::error_code ignored;  // folders without a file: all that they were for was refused
        for (const ReadyTemplate& one : templates_) {
            std::filesystem::remove(context_.folder / folder_of(one), ignored);
        }
        std::filesystem::remove(context_.folder / erp_folder, ignored);
    }

private:
    [[nodiscard]] std::size_t writers() const {
        return entries_.size() > rows_side_by_side_max ? 1 : std::min<std::size_t>(cores_up_to(writers_max), templates_.size());
    }

    void work() {
        for (std::size_t at = next_++; at < templates_.size(); at = next_++) {
            std::exception_ptr problem;
            try {
                stop_if_asked(context_.stop);
                if (erp::info_of(*templates_[at].settings).of_usage) {
                    write_usage_files(at);
                } else {
                    write_files(at);
                }
            } catch (const Abandoned&) {
                return;
            } catch (...) {
                problem = std::current_exception();
            }
            turns_.end(at, problem);
            if (problem) {
                return;
            }
        }
    }

    void take_turn(std::size_t at) {
        if (!turns_.wait_for(at)) {
            throw Abandoned{};
        }
    }

    void add_findings(std::vector<Finding>& findings) {
        summary_.findings.insert(summary_.findings.end(), std::make_move_iterator(findings.begin()),
                                 std::make_move_iterator(findings.end()));
    }

    [[nodiscard]] bool is_preview() const { return !summary_.view.is_whole(); }

    void write_files(std::size_t at) {
        ClosedBooks& closed = context_.closed;
        const std::string& key = templates_[at].name;
        const erp::RateLookup rates = lookup_in(rates_, context_.job.books.rate_rule);
        erp::Quoter quoter(templates_[at].settings, rates);
        quoter.know(entries_);
        erp::RenderOptions options;
        options.folder = context_.folder / folder_of(templates_[at]);
        options.taken = [this, at] {
            take_turn(at);
            std::vector<std::string> names = names_taken(summary_, templates_[at]);
            for (std::string& name : names) {  // a preview is called so once it is written
                name.erase(0, is_preview() && name.starts_with(preview_prefix) ? preview_prefix.size() : 0);
            }
            return names;
        };
        options.shown_name = key;
        options.period = context_.job.export_.period;
        options.data_date = summary_.data_date;
        options.rates = rates;
        options.only_new = context_.job.export_.since_last && closed.exported() == nullptr;  // a closed month's file is whole again
        if (closed.is_shared(key)) {
            take_turn(at);  // what other companies book in this run is a part of its history
        }
        books::PostingNotes notes;
        std::vector<Posting> postings;
        {
            const std::scoped_lock lock(books_);
            postings = closed.make_postings(key, entries_, terms_of(quoter), notes);
            options.numbers = closed.numbers_of(key);
        }
        std::vector<Finding> findings;
        const bool is_decided = tell_terms(key, notes, findings);
        erp::Rendered rendered;
        if (is_decided) {
            rendered = must_be_done(erp::render(*templates_[at].settings, postings, options));
        }
        take_turn(at);
        add_findings(findings);
        add_findings(rendered.findings);
        const std::scoped_lock lock(books_);
        if (!is_decided || rendered.refused) {
            closed.owe(key, entries_);
        } else {
            book(templates_[at], postings, std::move(rendered));
        }
    }

    /// In its turn.
    void book(const ReadyTemplate& of, const std::vector<Posting>& postings, erp::Rendered rendered) {
        ClosedBooks& closed = context_.closed;
        const std::string& key = of.name;
        if (rendered.files.empty()) {
            context_.reporter.log(LogLevel::debug, "erp-nothing-to-post",
                                  fmt::format("template {}: nothing to post; no file is written", sanitise(key)));
        }
        for (const Month month : closed.taken_for_booked(key)) {
            context_.reporter.log(LogLevel::info, "erp-booked-before",
                                  fmt::format("template {}: {} was closed before its first file, and is taken for booked in another way",
                                              sanitise(key), month.to_text()));
        }
        const bool books_anything = std::any_of(postings.begin(), postings.end(), [](const Posting& one) { return one.is_new; });
        for (const std::string& other : books_anything ? closed.booked_elsewhere(key) : std::vector<std::string>()) {
            summary_.findings.push_back(
                make_finding("erp-booked-elsewhere", messages::template_template_not_asked_now(sanitise(key), sanitise(other))));
        }
        closed.book(key, postings, rendered.written);
        closed.keep_numbers(key, std::move(rendered.numbers));
        for (const erp::RenderedFile& file : rendered.files) {
            const std::string shown = is_preview() ? name_preview(context_.folder / folder_of(of), file.name) : file.name;
            summary_.files.push_back(PublishedFile{fmt::format("{}/{}", folder_of(of), shown), file.size_bytes, file.sha256});
        }
    }

    /// Files of usage lines book nothing: the closed months have no say in them.
    void write_usage_files(std::size_t at) {
        const ReadyTemplate& of = templates_[at];
        take_turn(at);
        const std::filesystem::path usage_csv = context_.folder / "usage.csv";
        const bool has_lines = std::any_of(summary_.files.begin(), summary_.files.end(),
                                           [](const PublishedFile& file) { return file.path == "usage.csv"; });
        erp::RenderOptions options;
        options.folder = context_.folder / folder_of(of);
        options.base_name = is_preview() ? std::string(preview_prefix) + of.name : of.name;
        options.taken = [this, &of] { return names_taken(summary_, of); };
        auto read = has_lines ? erp::render_usage(*of.settings, usage_csv, options, context_.stop) : erp::RenderedUsage{};
        if (!read && read.error().code == ErrorCode::cancelled) {
            throw FatalError(ExitCode::interrupted, std::move(read.error()));
        }
        erp::RenderedUsage made = must_be_done(std::move(read));
        if (!made.rendered.refused) {
            must_be_the_lines(of.name, made.billed, summary_.usage);
        }
        if (made.rendered.files.empty() && !made.rendered.refused) {
            context_.reporter.log(LogLevel::debug, "erp-nothing-to-post",
                                  fmt::format("template {}: no usage line counts; no file is written", sanitise(of.name)));
        }
        add_findings(made.rendered.findings);
        for (const erp::RenderedFile& file : made.rendered.files) {
            summary_.files.push_back(PublishedFile{fmt::format("{}/{}", folder_of(of), file.name), file.size_bytes, file.sha256});
        }
    }

    const ErpContext& context_;
    const std::vector<ReadyTemplate>& templates_;
    const std::optional<books::RateTable>& rates_;  ///< the job's, or the sandbox's
    const std::vector<LedgerEntry>& entries_;
    RunSummary& summary_;  ///< of whoever's turn it is
    Turns turns_;
    std::mutex books_;  ///< held by whoever asks or tells the closed books, which read the state
    std::atomic<std::size_t> next_{0};
};

}  // namespace

void write_erp_files(const ErpContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary) {
    const config::Job& job = context.job;
    if (context.settings.templates.empty()) {
        return;
    }
    if (!summary.view.is_whole()) {
        context.reporter.log(LogLevel::info, "erp-preview",
                             "a partial view is not the month: its ERP files are previews, and nothing counts as handed out");
    }
    if (uses_erp_samples(job)) {
        context.reporter.log(LogLevel::info, "erp-sample-settings",
                             "the ERP files use the sandbox's sample accounts and rates: [erp] in a job file gives yours");
    }
    const std::optional<books::RateTable>& rates = context.settings.rates;
    const std::optional<books::RateTable> samples = uses_erp_samples(job) && !rates ? std::optional(sample_rates(job)) : std::nullopt;
    ErpFiles(context, rates ? rates : samples, entries, summary).write();
}

}  // namespace moisson::pipeline

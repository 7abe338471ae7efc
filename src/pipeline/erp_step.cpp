#include "pipeline/erp_step.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"
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

constexpr std::size_t terms_named_max = 8;  ///< settings and columns that one message names

books::TermsSource terms_of(erp::Quoter& quoter) {
    return {[&quoter](const LedgerEntry& row) { return quoter.takes(row); },
            [&quoter](const LedgerEntry& row, Currency currency) { return quoter.terms_now(row, currency); },
            [&quoter](const Money& amount, const PostingTermsPtr& terms) { return quoter.split(amount, terms); }, quoter.closed_terms(),
            [&quoter](const LedgerEntry& row, Currency currency) { return quoter.terms_without_invoice(row, currency); }};
}

/// One finding for each way in which the terms differ.
void tell_of(FindingCode code, const Row<place::Text, place::Count, place::Text>& sentence, const std::string& name,
             const std::vector<books::TermsNote>& notes, RunSummary& summary) {
    std::map<std::string, std::size_t> times;
    for (const books::TermsNote& note : notes) {
        ++times[differing_terms(note.booked->basis, note.now->basis, terms_named_max)];
    }
    for (const auto& [differences, count] : times) {
        summary.findings.push_back(make_finding(code, sentence(sanitise(name), count, differences)));
    }
}

/// What there is to say of settings and accounts that changed since. False: the files are refused.
bool tell_terms(const std::string& name, const books::PostingNotes& notes, RunSummary& summary) {
    for (const books::TermsNote& note : notes.undecided) {
        summary.findings.push_back(
            make_finding("erp-terms-undecided",
                         messages::template_document_changed_after(sanitise(name), note.entry->period->month(),
                                                                   differing_terms(note.booked->basis, note.now->basis, terms_named_max)),
                         note.entry->contract->id, note.entry->document_id));
    }
    if (!notes.undecided.empty()) {
        summary.findings.push_back(make_finding("erp-file-refused", messages::template_no_file_written_findings(sanitise(name))));
        return false;
    }
    tell_of("erp-terms-changed", messages::template_amounts_were_booked_other, name, notes.renewed, summary);
    tell_of("erp-terms-kept", messages::template_amounts_closed_months, name, notes.kept, summary);
    if (notes.terms_unknown > 0) {
        summary.findings.push_back(
            make_finding("erp-terms-unknown", messages::template_earlier_postings_not_say(sanitise(name), notes.terms_unknown)));
    }
    return true;
}

/// `rates`: the job's, or the sandbox's.
void write_files_of(const ErpContext& context, const ReadyTemplate& of, const std::optional<books::RateTable>& rates,
                    const std::vector<LedgerEntry>& entries, RunSummary& summary) {
    ClosedBooks& closed = context.closed;
    const RateRule rule = context.job.books.rate_rule;
    const std::string& key = of.name;
    erp::Quoter quoter(of.settings, lookup_in(rates, rule));
    quoter.know(entries);
    books::PostingNotes notes;
    const std::vector<Posting> postings = closed.make_postings(key, entries, terms_of(quoter), notes);
    if (!tell_terms(key, notes, summary)) {
        closed.owe(key, entries);
        return;
    }
    erp::RenderOptions options;
    options.folder = context.folder / folder_of(of);
    options.shown_name = key;
    options.period = context.job.export_.period;
    options.data_date = summary.data_date;
    options.rates = lookup_in(rates, rule);
    options.numbers = closed.numbers_of(key);
    options.only_new = context.job.export_.since_last && closed.exported() == nullptr;  // a closed month's file is whole again
    options.taken = names_taken(summary, of);
    if (!summary.view.is_whole()) {
        for (std::string& taken : options.taken) {
            taken.erase(0, taken.starts_with(preview_prefix) ? preview_prefix.size() : 0);
        }
    }
    erp::Rendered rendered = must_be_done(erp::render(*of.settings, postings, options));
    if (!rendered.refused && rendered.files.empty()) {
        context.reporter.log(LogLevel::debug, "erp-nothing-to-post",
                             fmt::format("template {}: nothing to post; no file is written", sanitise(key)));
    }
    summary.findings.insert(summary.findings.end(), std::make_move_iterator(rendered.findings.begin()),
                            std::make_move_iterator(rendered.findings.end()));
    if (rendered.refused) {
        std::error_code ignored;
        std::filesystem::remove(context.folder / erp_folder, ignored);  // only when no other template wrote a file
        closed.owe(key, entries);
        return;
    }
    for (const Month month : closed.taken_for_booked(key)) {
        context.reporter.log(LogLevel::info, "erp-booked-before",
                             fmt::format("template {}: {} was closed before its first file, and is taken for booked in another way",
                                         sanitise(key), month.to_text()));
    }
    const bool books_anything = std::any_of(postings.begin(), postings.end(), [](const Posting& one) { return one.is_new; });
    for (const std::string& other : books_anything ? closed.booked_elsewhere(key) : std::vector<std::string>()) {
        summary.findings.push_back(
            make_finding("erp-booked-elsewhere", messages::template_template_not_asked_now(sanitise(key), sanitise(other))));
    }
    closed.book(key, postings, rendered.written);
    closed.keep_numbers(key, std::move(rendered.numbers));
    for (const erp::RenderedFile& file : rendered.files) {
        const std::string shown = summary.view.is_whole() ? file.name : name_preview(options.folder, file.name);
        summary.files.push_back(PublishedFile{fmt::format("{}/{}", folder_of(of), shown), file.size_bytes, file.sha256});
    }
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

/// Files of usage lines book nothing: the closed months have no say in them.
void write_usage_files(const ErpContext& context, const ReadyTemplate& of, RunSummary& summary) {
    const std::filesystem::path usage_csv = context.folder / "usage.csv";
    const bool has_lines =
        std::any_of(summary.files.begin(), summary.files.end(), [](const PublishedFile& file) { return file.path == "usage.csv"; });
    erp::RenderOptions options;
    options.folder = context.folder / folder_of(of);
    options.base_name = summary.view.is_whole() ? of.name : std::string(preview_prefix) + of.name;
    options.taken = names_taken(summary, of);
    auto read = has_lines ? erp::render_usage(*of.settings, usage_csv, options, context.stop) : erp::RenderedUsage{};
    if (!read && read.error().code == ErrorCode::cancelled) {
        throw FatalError(ExitCode::interrupted, std::move(read.error()));
    }
    erp::RenderedUsage made = must_be_done(std::move(read));
    if (!made.rendered.refused) {
        must_be_the_lines(of.name, made.billed, summary.usage);
    }
    if (made.rendered.files.empty() && !made.rendered.refused) {
        context.reporter.log(LogLevel::debug, "erp-nothing-to-post",
                             fmt::format("template {}: no usage line counts; no file is written", sanitise(of.name)));
    }
    summary.findings.insert(summary.findings.end(), made.rendered.findings.begin(), made.rendered.findings.end());
    for (const erp::RenderedFile& file : made.rendered.files) {
        summary.files.push_back(PublishedFile{fmt::format("{}/{}", folder_of(of), file.name), file.size_bytes, file.sha256});
    }
}

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
    for (const ReadyTemplate& one : context.settings.templates) {
        stop_if_asked(context.stop);
        if (erp::info_of(*one.settings).of_usage) {
            write_usage_files(context, one, summary);
        } else {
            write_files_of(context, one, rates ? rates : samples, entries, summary);
        }
    }
}

}  // namespace moisson::pipeline

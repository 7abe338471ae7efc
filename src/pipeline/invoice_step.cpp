/// See invoice_step.hpp.

#include "pipeline/invoice_step.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "books/books.hpp"
#include "invoice/kept_reading.hpp"
#include "pipeline/invoice_findings.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// So many documents are read between two saves: what a stop or a kill costs.
constexpr std::size_t documents_a_save = 512;
/// So many files come between two looks at what was read of them.
constexpr std::size_t documents_a_look = 64;

std::string expected_of(const LedgerEntry& entry) {
    return entry.amount ? fmt::format("{} {}", to_decimal(*entry.amount), entry.amount->currency.code()) : std::string();
}

/// An invoice, or what charges as one, on paper or as data.
bool is_invoice(const LedgerEntry& entry) {
    return entry.standing == Standing::final_ && !entry.sha256.empty() &&
           (entry.media_type == "application/pdf" || entry.media_type == "application/xml");
}

template <class T>
T must_be_read(Result<T> result) {
    if (!result) {
        const ErrorCode code = result.error().code;
        throw FatalError(code == ErrorCode::cancelled   ? ExitCode::interrupted
                         : code == ErrorCode::bad_input ? ExitCode::usage
                                                        : ExitCode::local,
                         std::move(result.error()));
    }
    return std::move(*result);
}

InvoiceReadings::Known known_of(invoice::Reading reading) {
    InvoiceReadings::Known known;
    if (reading.values.from != ValuesFrom::none) {
        known.values = std::make_shared<const InvoiceValues>(booked(std::move(reading.values)));
    }
    known.reading = std::move(reading);
    return known;
}

}  // namespace

std::string reader_name(const std::string& profiles_folder) {
    std::string name = fmt::format("{}", invoice::reader_version);
    if (profiles_folder.empty()) {
        return name;
    }
    std::vector<fs::path> files;
    std::error_code problem;
    for (fs::directory_iterator at(profiles_folder, problem); !problem && at != fs::directory_iterator(); at.increment(problem)) {
        if (at->path().extension() == ".toml") {
            files.push_back(at->path());
        }
    }
    if (problem) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "the folder of invoice profiles cannot be read: " + problem.message(),
                         profiles_folder, "Correct profiles in [invoices] of the job file");
    }
    std::sort(files.begin(), files.end());
    Digest digest;
    for (const fs::path& file : files) {
        digest.update(fmt::format("{}\n{}\n", file.filename().string(), must_be_done(sha256_of_file(file))));
    }
    return fmt::format("{} {}", name, digest.finish_hex());
}

const InvoiceReadings::Known* InvoiceReadings::find(const LedgerEntry& entry) const {
    const auto found = is_invoice(entry) ? known_.find({entry.sha256, expected_of(entry)}) : known_.end();
    return found == known_.end() ? nullptr : &found->second;
}

InvoiceReader::InvoiceReader(const InvoiceContext& context) : context_(context) {
    if (!context.job.invoices.read) {
        return;
    }
    name_ = reader_name(context.job.invoices.profiles_folder);
    invoice::Options options;
    options.stop = context.stop;
    options.confined = true;
    options.profiles_folder = context.job.invoices.profiles_folder;
    readers_ = must_be_read(invoice::Readers::open(options));
}

InvoiceReader::~InvoiceReader() = default;

void InvoiceReader::file_came(const LedgerEntry& row, bool late) {
    if (readers_ == nullptr || !is_invoice(row) || !(late || is_exported(row))) {
        return;
    }
    order(row, {row.sha256, expected_of(row)});
    if (orders_.size() % documents_a_look == 0) {
        take(readers_->take());
    }
}

bool InvoiceReader::is_exported(const LedgerEntry& row) const {
    return !row.period || context_.job.export_.period.contains(row.period->month());
}

/// Once for each key: rows of one content may have several names.
void InvoiceReader::order(const LedgerEntry& row, ReadingKey key) {
    const auto [at, is_new] = readings_.known_.try_emplace(std::move(key));
    if (is_new) {
        orders_.push_back(&*at);
        readers_->add(orders_.size() - 1, {context_.store.path_of(row.sha256), {}, row.amount});
    }
}

/// Takes what an earlier run read; what none did becomes an order.
void InvoiceReader::recall(const LedgerEntry& row, ReadingKey key) {
    if (readings_.known_.contains(key)) {
        return;
    }
    if (const auto kept = context_.state.load_reading(key.first, key.second, name_)) {
        if (auto reading = invoice::reading_from(*kept)) {
            ++recalled_;
            readings_.known_.insert_or_assign(std::move(key), known_of(std::move(*reading)));
            return;
        }
    }
    // Bytes that are no longer those that were fetched are not kept under their digest: publishing says so, and has them fetched again.
    if (context_.store.has(row.sha256, row.size_bytes.value_or(0)) &&
        must_be_done(sha256_of_file(context_.store.path_of(row.sha256))) == row.sha256) {
        order(row, std::move(key));
    }
}

void InvoiceReader::take(std::vector<invoice::TaggedReading> read) {
    for (invoice::TaggedReading& one : read) {
        auto& [key, known] = *orders_[one.tag];
        if (one.reading.is_read) {  // what could not be read may have been for want of memory or time: it is tried again
            unsaved_.push_back({key.first, key.second, name_, invoice::to_bytes(one.reading)});
        }
        known = known_of(std::move(one.reading));
    }
    if (unsaved_.size() >= documents_a_save) {
        save();
    }
}

void InvoiceReader::save() {
    context_.state.save_readings(unsaved_);
    unsaved_.clear();
}

void InvoiceReader::keep() {
    if (readers_ != nullptr) {
        take(readers_->take());
        save();
    }
}

void InvoiceReader::read(std::vector<LedgerEntry>& entries, std::vector<LateEntry>& late) {
    if (readers_ == nullptr) {
        return;
    }
    std::vector<LedgerEntry*> rows;
    for (LedgerEntry& entry : entries) {
        if (is_invoice(entry) && is_exported(entry)) {
            rows.push_back(&entry);
        }
    }
    for (LateEntry& one : late) {
        if (is_invoice(one.entry)) {
            rows.push_back(&one.entry);
        }
    }
    for (const LedgerEntry* row : rows) {
        stop_if_asked(context_.stop);
        recall(*row, {row->sha256, expected_of(*row)});
    }
    for (auto some = must_be_read(readers_->wait(documents_a_save)); !some.empty(); some = must_be_read(readers_->wait(documents_a_save))) {
        take(std::move(some));
    }
    save();
    for (LedgerEntry* row : rows) {
        if (const InvoiceReadings::Known* known = readings_.find(*row)) {
            row->invoice = known->values;
        }
    }
    const std::size_t read = orders_.size() - std::exchange(told_, orders_.size());
    const std::size_t recalled = std::exchange(recalled_, 0);
    if (recalled + read > 0) {
        context_.reporter.log(LogLevel::debug, "invoices-read",
                              fmt::format("{} documents read, {} known from earlier runs", read, recalled));
    }
}

void tell_invoices(const InvoiceContext& context, const InvoiceReadings& readings, std::vector<LedgerEntry>& entries, RunSummary& summary) {
    std::vector<ReadRow> rows;
    for (LedgerEntry& entry : entries) {
        const InvoiceReadings::Known* const known = readings.find(entry);
        if (known != nullptr && !entry.findings.contains("superseded") && !entry.findings.contains("inbox-delivered")) {
            rows.push_back({&entry, known->values.get(), known->reading.amount_is, known->reading.observations,
                            &config::organization_of(context.job, entry.contract->perimeter)});
        }
    }
    std::vector<Finding> findings = judge_invoices(rows);
    books::raise_findings(findings, context.job.books.errors, entries);
    std::move(findings.begin(), findings.end(), std::back_inserter(summary.findings));
    if (auto due = due_by_now(rows, day_of(context.clock.now()))) {
        summary.run_findings.push_back(std::move(*due));
    }
}

}  // namespace moisson::pipeline

/// See invoice_step.hpp.

#include "pipeline/invoice_step.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>

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

using ReadingKey = std::pair<std::string, std::string>;  ///< content, and the list's amount

std::string expected_of(const LedgerEntry& entry) {
    return entry.amount ? fmt::format("{} {}", to_decimal(*entry.amount), entry.amount->currency.code()) : std::string();
}

/// An invoice, or what charges as one, on paper or as data.
bool is_invoice(const LedgerEntry& entry) {
    return entry.standing == Standing::final_ && !entry.sha256.empty() &&
           (entry.media_type == "application/pdf" || entry.media_type == "application/xml");
}

/// One document to read, and for which key.
struct ReadingOrder {
    ReadingKey key;
    invoice::Source source;
};

class InvoiceReader {
public:
    explicit InvoiceReader(const InvoiceContext& context) : context_(context), reader_(reader_name(context.job.invoices.profiles_folder)) {}

    /// Takes what an earlier run read; what none did becomes an order.
    std::optional<invoice::Reading> recall(const LedgerEntry& entry, const ReadingKey& key) {
        if (const auto kept = context_.state.load_reading(key.first, key.second, reader_)) {
            if (auto reading = invoice::reading_from(*kept)) {
                ++recalled_;
                return reading;
            }
        }
        const fs::path file = context_.store.path_of(entry.sha256);
        // Bytes that are no longer those that were fetched are not kept under their digest: publishing says so, and has them fetched again.
        if (context_.store.has(entry.sha256, entry.size_bytes.value_or(0)) && must_be_done(sha256_of_file(file)) == entry.sha256) {
            orders_.push_back({key, {file, {}, entry.amount}});  // rows of one content may have several names
        }
        return std::nullopt;
    }

    /// Hands each reading on as it is there.
    template <class Take>
    void read(const Take& take) {
        invoice::Options options;
        options.stop = context_.stop;
        options.confined = true;
        options.profiles_folder = context_.job.invoices.profiles_folder;
        for (std::size_t begin = 0; begin < orders_.size(); begin += documents_a_save) {
            const std::span<ReadingOrder> some = std::span(orders_).subspan(begin, std::min(documents_a_save, orders_.size() - begin));
            std::vector<invoice::Source> sources;
            std::transform(some.begin(), some.end(), std::back_inserter(sources),
                           [](ReadingOrder& order) { return std::move(order.source); });
            auto read = invoice::read_all(sources, options);
            if (!read) {
                const ErrorCode code = read.error().code;
                throw FatalError(code == ErrorCode::cancelled   ? ExitCode::interrupted
                                 : code == ErrorCode::bad_input ? ExitCode::usage
                                                                : ExitCode::local,
                                 std::move(read.error()));
            }
            keep(some, *read);
            for (std::size_t at = 0; at < some.size(); ++at) {
                take(some[at].key, std::move((*read)[at]));
            }
        }
        if (recalled_ + orders_.size() > 0) {
            context_.reporter.log(LogLevel::debug, "invoices-read",
                                  fmt::format("{} documents read, {} known from earlier runs", orders_.size(), recalled_));
        }
    }

private:
    /// What could not be read may have been for want of memory or time: it is tried again.
    void keep(std::span<const ReadingOrder> orders, const std::vector<invoice::Reading>& readings) {
        std::vector<state::KeptReading> kept;
        for (std::size_t at = 0; at < orders.size(); ++at) {
            if (readings[at].is_read) {
                kept.push_back({orders[at].key.first, orders[at].key.second, reader_, invoice::to_bytes(readings[at])});
            }
        }
        context_.state.save_readings(kept);
    }

    const InvoiceContext& context_;
    const std::string reader_;
    std::vector<ReadingOrder> orders_;
    std::size_t recalled_ = 0;
};

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

InvoiceReadings read_invoices(const InvoiceContext& context, std::vector<LedgerEntry>& entries, std::vector<LateEntry>& late) {
    InvoiceReadings readings;
    if (!context.job.invoices.read) {
        return readings;
    }
    std::vector<LedgerEntry*> rows;
    for (LedgerEntry& entry : entries) {
        if (is_invoice(entry) && (!entry.period || context.job.export_.period.contains(entry.period->month()))) {
            rows.push_back(&entry);
        }
    }
    for (LateEntry& one : late) {
        if (is_invoice(one.entry)) {
            rows.push_back(&one.entry);
        }
    }
    std::map<ReadingKey, const LedgerEntry*> wanted;
    for (const LedgerEntry* row : rows) {
        wanted.emplace(ReadingKey(row->sha256, expected_of(*row)), row);
    }
    InvoiceReader reader(context);
    const auto take = [&](const ReadingKey& key, invoice::Reading reading) {
        InvoiceReadings::Known known;
        if (reading.values.from != ValuesFrom::none) {
            known.values = std::make_shared<const InvoiceValues>(booked(std::move(reading.values)));
        }
        known.reading = std::move(reading);
        readings.known_.insert_or_assign(key, std::move(known));
    };
    for (const auto& [key, row] : wanted) {
        stop_if_asked(context.stop);
        if (auto reading = reader.recall(*row, key)) {
            take(key, std::move(*reading));
        }
    }
    reader.read(take);
    for (LedgerEntry* row : rows) {
        if (const InvoiceReadings::Known* known = readings.find(*row)) {
            row->invoice = known->values;
        }
    }
    return readings;
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

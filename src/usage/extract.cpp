/// The order of documents, which of them count, and usage.csv.
///
/// What is written first says whether a document counts, and that is known only when it was read to its end. So all documents are taken to
/// be whole; where one is not, everything is read once more, with what is known by then.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/threads.hpp"
#include "usage/messages.hpp"
#include "usage/plan.hpp"
#include "usage/usage.hpp"

namespace moisson::usage {

namespace {

constexpr unsigned threads_max = 8;

/// A NUL as U+FFFD, as in ledger.csv: readers in C would end the line there.
std::string without_nul(std::string text) {
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, "\xEF\xBF\xBD");
    }
    return text;
}

std::string prefix_of(const LedgerEntry& entry) {
    std::string prefix;
    append_csv_field(prefix, without_nul(entry.contract->id));
    prefix += ',';
    append_csv_field(prefix, without_nul(entry.contract->name));
    prefix += ',';
    prefix += entry.period ? entry.period->month().to_text() : std::string();
    prefix += ',';
    append_csv_field(prefix, without_nul(entry.document_id));
    prefix += fmt::format(",{},", entry.version);
    append_csv_field(prefix, without_nul(entry.document_type));
    prefix += ',';
    return prefix;
}

std::optional<Month> month_of(const LedgerEntry& entry) { return entry.period ? std::optional(entry.period->month()) : std::nullopt; }

std::vector<Plan> make_plans(std::span<const Source> sources) {
    std::vector<Plan> plans;
    plans.reserve(sources.size());
    for (const Source& source : sources) {
        Plan plan;
        plan.source = source;
        plan.type = find_document_type(source.entry->document_type);
        MOISSON_INVARIANT(plan.type != nullptr && plan.type->lines != UsageLines::none, "sources are of types that hold lines");
        plans.push_back(std::move(plan));
    }
    std::stable_sort(plans.begin(), plans.end(), [](const Plan& left, const Plan& right) {
        const LedgerEntry& one = *left.source.entry;
        const LedgerEntry& other = *right.source.entry;
        return std::forward_as_tuple(one.contract->id, month_of(one), left.type->lines_rank, one.document_id, one.version) <
               std::forward_as_tuple(other.contract->id, month_of(other), right.type->lines_rank, other.document_id, other.version);
    });
    return plans;
}

/// Sets what counts, by what is known to be broken. Plans of one contract and month stand side by side, reports first.
void choose(std::vector<Plan>& plans) {
    std::set<std::string_view> digests;
    bool has_report = false;
    for (std::size_t at = 0; at < plans.size(); ++at) {
        Plan& plan = plans[at];
        const LedgerEntry& entry = *plan.source.entry;
        const bool begins = at == 0 || plans[at - 1].source.entry->contract->id != entry.contract->id ||
                            month_of(*plans[at - 1].source.entry) != month_of(entry);
        if (begins) {
            digests.clear();
            has_report = false;
        }
        plan.reason.clear();
        if (plan.is_known_broken) {
            plan.reason = "it could not be read to its end";
        } else if (standing_of(entry.document_type) == Standing::provisional) {
            plan.reason = "it is provisional";
        } else if (!entry.period) {
            plan.reason = "its month is not known";
        } else if (!digests.insert(entry.sha256).second) {
            plan.reason = "another document of the month has the same bytes";
        } else if (plan.is_workbook() && has_report) {
            plan.reason = "the consumption report of the month counts";
        }
        plan.counted = plan.reason.empty();
        has_report = has_report || (plan.counted && !plan.is_workbook());
    }
}

/// Takes the lines of one pass: rows to the file, sums to verdicts and groups.
class Writer final : public PlanTaker {
public:
    Writer(const std::vector<Plan>& plans, const Options& options)
        : plans_(plans), verdicts_(plans.size()), groups_(options.groups_max), costs_(options.limits) {}

    Status open(const std::filesystem::path& path) {
        auto file = AtomicFile::create(path);
        if (!file) {
            return fail(std::move(file.error()));
        }
        file_ = std::move(*file);
        std::string header;
        for (const std::string_view column : csv_columns) {
            header += column;
            header += column == csv_columns.back() ? '\n' : ',';
        }
        return write(header);
    }

    /// Rows that come before the rest of their piece. Should that be broken, they will all be written once more.
    Status take_rows(std::size_t /*document*/, std::string_view rows) override {
        rows_bytes_ += rows.size();
        return file_ && !has_broken_ ? write(rows) : Status{};
    }

    Status take(std::size_t document, const Yield& yield) override {
        if (auto written = take_rows(document, yield.rows.bytes()); !written) {
            return written;
        }
        const Plan& plan = plans_[document];
        Verdict& verdict = verdicts_[document];
        if (!verdict.take(yield) && !plan.is_known_broken) {
            verdict.error = LineError{0, messages::sum_lines_not_fit_38_digits};
        }
        charge(plan, yield, verdict);
        if (yield.error) {
            verdict.error = yield.error;
        }
        if (plan.is_known_broken) {
            verdict.error.reset();  // said in the pass before
        }
        has_broken_ = has_broken_ || verdict.error.has_value();
        if (has_broken_) {
            return {};  // all will be read once more
        }
        if (plan.counted) {
            const LedgerEntry& entry = *plan.source.entry;
            if (entry.contract != last_contract_ || month_of(entry) != last_month_) {
                last_contract_ = entry.contract;
                last_month_ = month_of(entry);
                groups_.begin(*entry.contract, *last_month_);
            }
            if (!groups_.take(yield)) {
                verdict.error = LineError{0, messages::sum_lines_not_fit_38_digits};
                has_broken_ = true;
            }
        }
        lines_ += yield.lines;
        return {};
    }

    FreeCosts left_for_document() const override { return costs_.left(); }
    void charge_time(std::uint64_t milliseconds) override { costs_.charge_time(milliseconds); }

    /// After all lines: a workbook whose lines hold no amount at all has them in another place.
    void judge_layouts() {
        for (std::size_t at = 0; at < plans_.size(); ++at) {
            Verdict& verdict = verdicts_[at];
            const bool is_empty = !verdict.is_no_source && verdict.lines > 0 && verdict.without_amount.count == verdict.lines;
            if (plans_[at].is_workbook() && !plans_[at].is_known_broken && !verdict.error && is_empty) {
                verdict.error = LineError{verdict.without_amount.first_line, messages::neither_line_nor_any_other_holds};
                has_broken_ = true;
            }
        }
    }

    [[nodiscard]] bool has_broken() const noexcept { return has_broken_; }
    [[nodiscard]] std::vector<Verdict>& verdicts() noexcept { return verdicts_; }

    Status finish(Extract& extract) {
        if (groups_.finish(extract.summary)) {
            extract.findings.push_back(make_finding("usage-groups-capped"));
        }
        extract.summary.lines = lines_;
        if (!file_ || lines_ == 0) {
            return {};
        }
        extract.size_bytes = file_->size_bytes();
        extract.sha256 = digest_.finish_hex();
        return file_->commit();
    }

private:
    /// At the end of a document: what it cost beyond its size is the run's.
    void charge(const Plan& plan, const Yield& yield, Verdict& verdict) {
        if (!yield.is_last && !yield.error) {
            return;
        }
        const bool is_within = costs_.charge(plan.stored_bytes, yield.unpacked_bytes, rows_bytes_, yield.milliseconds);
        rows_bytes_ = 0;
        if (!is_within && !verdict.error) {
            verdict.error = LineError{0, messages::documents_run_cost_more_their_size, Trouble::over_budget};
        }
    }

    Status write(std::string_view bytes) {
        digest_.update(bytes);
        return file_->write(bytes);
    }

    const std::vector<Plan>& plans_;
    std::vector<Verdict> verdicts_;
    GroupCollector groups_;
    RunCosts costs_;
    std::uint64_t rows_bytes_ = 0;  // of the document at hand
    const Contract* last_contract_ = nullptr;
    std::optional<Month> last_month_;
    bool has_broken_ = false;
    std::uint64_t lines_ = 0;
    std::optional<AtomicFile> file_;
    Digest digest_;
};

Message where_of(const Sightings& sightings) {
    return sightings.count == 1 ? messages::line(sightings.first_line) : messages::lines_first_line(sightings.count, sightings.first_line);
}

/// Of a bill the amount counts, not its workbook, whose layout may be another by now: nothing is missing from the books.
FindingCode code_of(const Plan& plan, Trouble kind) {
    switch (kind) {
        case Trouble::over_budget: return "usage-over-budget";
        case Trouble::reader_failed: return "usage-reader-failed";
        case Trouble::unreadable:
        case Trouble::count: break;
    }
    return plan.is_workbook() ? FindingCode("usage-workbook-unreadable") : FindingCode("usage-unreadable");
}

/// What is odd about one document, in sentences. Texts of the document were cut and cleaned where they were read, by a process that may
/// lie.
void describe(const Plan& plan, const Verdict& verdict, std::vector<Finding>& findings) {
    const LedgerEntry& entry = *plan.source.entry;
    const auto add = [&](FindingCode code, Message message) {
        findings.push_back(make_finding(code, std::move(message), entry.contract->id, entry.document_id));
    };
    const std::string name = sanitise(entry.filename.empty() ? entry.document_id : entry.filename, 120);
    if (verdict.error && verdict.error->line != 0) {
        add(code_of(plan, verdict.error->kind), messages::line_lines_not_counted(name, verdict.error->line, verdict.error->message));
    } else if (verdict.error) {
        add(code_of(plan, verdict.error->kind), messages::lines_not_counted(name, verdict.error->message));
    }
    if (verdict.error && verdict.error->kind != Trouble::unreadable) {
        findings.back().raised = !plan.is_workbook();
    }
    if (verdict.without_amount.count > 0) {
        add("usage-amount-missing", messages::no_discountedamount_nothing_added(name, where_of(verdict.without_amount)));
    }
    if (verdict.unreadable_numbers.count > 0) {
        add("usage-number-unreadable", messages::cannot_read_without_guessing_left(name, sanitise(verdict.unreadable_numbers.sample),
                                                                                   where_of(verdict.unreadable_numbers)));
    }
    if (verdict.not_utf8.count > 0) {
        add("usage-not-utf8", messages::texts_not_utf_8_were_read_windows(name, where_of(verdict.not_utf8)));
    }
    if (verdict.formula_like.count > 0) {
        add("formula-like",
            messages::texts_such_spreadsheet_would_run(name, where_of(verdict.formula_like), sanitise(verdict.formula_like.sample, 40)));
    }
    if (verdict.more_columns.count > 0) {
        add("usage-columns",
            messages::n_27_known_from_line_others_were(name,
                                                       verdict.more_columns.columns > 0 ? messages::columns(verdict.more_columns.columns)
                                                                                        : Message(sanitise(verdict.more_columns.sample)),
                                                       verdict.more_columns.first_line));
    }
    if (verdict.total_rows.count > 0) {
        BigDecimal sum;
        bool fits = true;
        for (const UsageSum& of_currency : verdict.sums) {
            fits = add_to(sum, of_currency.discounted) && fits;
        }
        const Message agreement = verdict.sums.size() > 1 || !fits ? Message(messages::lines_several_currencies)
                                  : sum == verdict.total_row       ? Message(messages::lines_file_add_up_same)
                                                                   : messages::lines_file_add_up(to_short_decimal(sum, 2));
        add("usage-total-row",
            messages::totals_left_out_last_one_says(name, where_of(verdict.total_rows), to_short_decimal(verdict.total_row, 2), agreement));
    }
    if (!verdict.other_sheet.empty()) {
        add("usage-sheet-renamed", messages::no_sheet_billing_report_only_sheet(name, sanitise(verdict.other_sheet, 60)));
    }
}

void add_total(std::map<Currency, UsageSum>& totals, const UsageSum& sum) {
    UsageSum& total = totals[sum.currency];
    total.currency = sum.currency;
    const bool fits = add_sum(total, sum);
    static_cast<void>(fits);  // at 38 digits the figure is for people's eyes no more
}

void summarise(const std::vector<Plan>& plans, std::vector<Verdict>& verdicts, Extract& extract) {
    std::map<Currency, UsageSum> totals;
    for (std::size_t at = 0; at < plans.size(); ++at) {
        const LedgerEntry& entry = *plans[at].source.entry;
        Verdict& verdict = verdicts[at];
        if (verdict.is_no_source) {
            continue;  // a bill in another form, packed: it has no lines to read
        }
        std::sort(verdict.sums.begin(), verdict.sums.end(),
                  [](const UsageSum& left, const UsageSum& right) { return left.currency < right.currency; });
        describe(plans[at], verdict, extract.findings);
        UsageDocument document;
        document.contract = entry.contract;
        document.document_id = entry.document_id;
        document.document_type = entry.document_type;
        document.version = entry.version;
        document.period = entry.period;
        document.whole = !plans[at].is_known_broken;
        document.counted = plans[at].counted;
        document.reason = plans[at].reason;
        document.lines = verdict.lines;
        document.sums = std::move(verdict.sums);
        if (document.counted) {
            extract.summary.counted_lines += document.lines;
            for (const UsageSum& sum : document.sums) {
                add_total(totals, sum);
            }
        }
        extract.summary.documents.push_back(std::move(document));
    }
    for (const auto& [currency, total] : totals) {
        extract.summary.totals.push_back(total);
    }
    std::stable_sort(extract.findings.begin(), extract.findings.end(), [](const Finding& left, const Finding& right) {
        return std::tie(left.contract_id, left.document_id, left.code) < std::tie(right.contract_id, right.document_id, right.code);
    });
}

/// What begins each row of a document's lines, and what the document itself costs to name in each.
void prepare_plans(std::vector<Plan>& plans, std::vector<std::optional<LineError>>& errors) {
    constexpr std::size_t prefix_bytes_max = 64U << 10U;
    for (std::size_t at = 0; at < plans.size(); ++at) {
        plans[at].prefix = prefix_of(*plans[at].source.entry);
        if (plans[at].prefix.size() > prefix_bytes_max) {
            errors[at] = LineError{0, messages::contract_names_too_long_stand, Trouble::over_budget};
            plans[at].is_known_broken = plans[at].is_left_out = true;
            plans[at].prefix.clear();
        }
    }
}

Reading reading_of(const Options& options) {
    Reading reading;
    reading.threads = options.threads == 0 ? cores_up_to(threads_max) : std::min(options.threads, threads_max);
    reading.chunk_bytes = options.chunk_bytes;
    reading.limits = options.limits;
    reading.stop = options.stop;
    return reading;
}

}  // namespace

bool is_source(const LedgerEntry& entry) noexcept {
    if (entry.status != DocumentStatus::ok || entry.sha256.empty() || entry.findings.contains("superseded")) {
        return false;
    }
    const UsageLines lines = usage_lines_of(entry.document_type);
    if (lines == UsageLines::report) {
        return true;
    }
    return lines == UsageLines::workbook && (entry.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" ||
                       entry.media_type == "application/zip");
}

std::unique_ptr<cage::Cage> start_reader(const Options& options) {
    return options.confined ? launch_reader(reading_of(options)) : nullptr;
}

Result<Extract> extract(std::span<const Source> sources, const std::filesystem::path& usage_csv, const Options& options,
                        std::unique_ptr<cage::Cage> reader) {
    if (reader == nullptr && !sources.empty()) {
        reader = start_reader(options);
    }
    std::vector<Plan> plans = make_plans(sources);
    std::vector<std::optional<LineError>> errors(plans.size());
    prepare_plans(plans, errors);
    Extract extract;
    for (;;) {
        choose(plans);
        Writer writer(plans, options);
        auto done = usage_csv.empty() || plans.empty() ? Status{} : writer.open(usage_csv);
        done = done.and_then([&] {
            const Reading reading = reading_of(options);
            return options.confined ? read_confined(plans, writer, reading, !usage_csv.empty(), std::move(reader), extract.reader)
                                    : read_here(plans, writer, reading);
        });
        if (!done) {
            return fail(std::move(done.error()));
        }
        writer.judge_layouts();
        if (writer.has_broken()) {
            for (std::size_t at = 0; at < plans.size(); ++at) {
                if (const auto& error = writer.verdicts()[at].error; error && !plans[at].is_known_broken) {
                    errors[at] = error;
                    plans[at].is_known_broken = true;
                    plans[at].is_left_out = error->kind != Trouble::unreadable;
                    plans[at].line_limit = error->line;
                }
            }
            continue;
        }
        for (std::size_t at = 0; at < plans.size(); ++at) {
            writer.verdicts()[at].error = errors[at];
        }
        if (auto finished = writer.finish(extract); !finished) {
            return fail(std::move(finished.error()));
        }
        summarise(plans, writer.verdicts(), extract);
        return extract;
    }
}

}  // namespace moisson::usage

#include "pipeline/inbox_step.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iterator>
#include <map>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/days.hpp"
#include "base/files.hpp"
#include "books/inbox_match.hpp"
#include "invoice/inbox.hpp"
#include "invoice/kept_reading.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t inbox_readings_a_save = 512;

/// What was read, in one list with one name for each.
struct Inbox {
    std::vector<invoice::InboxFile> files;
    std::vector<invoice::InboxProblem> problems;
    std::uint64_t others = 0;
    std::vector<std::string> sellers;
};

/// What earlier runs read, and what this one reads, saved some at a time.
class KeptInState {
public:
    explicit KeptInState(const InvoiceContext& context) : context_(context), reader_(reader_name(context.job.invoices.profiles_folder)) {}

    [[nodiscard]] invoice::KeptReadings access() {
        return {[this](const std::string& sha256) -> std::optional<invoice::Reading> {
                    const auto kept = context_.state.load_reading(sha256, "", reader_);
                    return kept ? invoice::reading_from(*kept) : std::nullopt;
                },
                [this](const std::string& sha256, const invoice::Reading& reading) {
                    waiting_.push_back({sha256, "", reader_, invoice::to_bytes(reading)});
                    if (waiting_.size() >= inbox_readings_a_save) {
                        save();
                    }
                }};
    }
    void save() {
        context_.state.save_readings(waiting_);
        waiting_.clear();
    }

private:
    const InvoiceContext& context_;
    const std::string reader_;
    std::vector<state::KeptReading> waiting_;
};

Inbox read_all_inboxes(const InvoiceContext& context) {
    Inbox inbox;
    KeptInState kept(context);
    const invoice::KeptReadings access = kept.access();
    invoice::Options options;
    options.stop = context.stop;
    options.confined = true;
    options.profiles_folder = context.job.invoices.profiles_folder;
    const std::vector<config::InboxSettings>& all = context.job.invoices.inboxes;
    for (const config::InboxSettings& one : all) {
        const std::string before =
            all.size() == 1 ? std::string() : sanitise(std::filesystem::path(one.folder).filename().string(), 100) + "/";
        std::copy(one.sellers.begin(), one.sellers.end(), std::back_inserter(inbox.sellers));
        auto read = invoice::read_inbox(one.folder, options, access);
        if (!read && read.error().code == ErrorCode::disk) {
            inbox.problems.push_back({before, read.error().message});  // it was there when the run began
            continue;
        }
        if (!read) {
            throw FatalError(read.error().code == ErrorCode::cancelled   ? ExitCode::interrupted
                             : read.error().code == ErrorCode::bad_input ? ExitCode::usage
                                                                         : ExitCode::local,
                             std::move(read.error()));
        }
        for (invoice::InboxFile& file : read->files) {
            file.name.insert(0, before);
            file.reading.values = booked(std::move(file.reading.values));
            inbox.files.push_back(std::move(file));
        }
        for (invoice::InboxProblem& problem : read->problems) {
            problem.name.insert(0, before);
            inbox.problems.push_back(std::move(problem));
        }
        inbox.others += read->others;
    }
    kept.save();
    return inbox;
}

std::vector<books::ServiceInvoice> listed_invoices(const InvoiceContext& context, const std::vector<LedgerEntry>& entries) {
    std::vector<books::ServiceInvoice> service;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.period && context.job.export_.period.contains(entry.period->month())) {
            books::ServiceInvoice one;
            one.contract_id = entry.contract->id;
            one.document_id = entry.document_id;
            one.sha256 = entry.sha256;
            one.amount = entry.amount;
            one.period = entry.period;
            one.issued = entry.issued_at ? std::optional(day_of(*entry.issued_at)) : std::nullopt;
            one.values = entry.invoice.get();
            one.counted = true;
            service.push_back(one);
        }
    }
    return service;
}

int months_between(Month from, std::chrono::year_month_day to) {
    return static_cast<int>(to.year()) * 12 + static_cast<int>(static_cast<unsigned>(to.month())) - from.year() * 12 -
           static_cast<int>(from.month());
}

/// By how many months the service's invoices are issued after their month, as most of them are; none: 0.
int usual_shift(std::span<const books::ServiceInvoice> service) {
    std::map<int, int> counts;
    for (const books::ServiceInvoice& one : service) {
        const auto day = one.values != nullptr && one.values->issue_date ? one.values->issue_date : one.issued;
        if (day) {
            ++counts[months_between(one.period->month(), *day)];
        }
    }
    const auto most =
        std::max_element(counts.begin(), counts.end(), [](const auto& one, const auto& other) { return one.second < other.second; });
    return most == counts.end() ? 0 : most->first;
}

class InboxTeller {
public:
    InboxTeller(const InvoiceContext& context, RunSummary& summary) : context_(context), summary_(summary) {}

    void run(const Inbox& inbox, std::span<const books::ServiceInvoice> service, std::span<const books::InboxInvoice> files,
             const books::InboxMatches& matches) {
        InboxSummary& told = summary_.inbox.emplace();
        told.service = service.size();
        told.files = inbox.files.size();
        told.others = inbox.others;
        const int shift = usual_shift(service);
        for (std::size_t at = 0; at < files.size(); ++at) {
            tell_file(files, at, service, matches, shift);
        }
        tell_missing(service, matches);
        for (const invoice::InboxProblem& problem : inbox.problems) {
            add("inbox-unreadable", messages::inbox_problem(problem.name, problem.why));
        }
    }

private:
    void add(FindingCode code, Message message) { summary_.run_findings.push_back(make_finding(code, std::move(message))); }

    [[nodiscard]] bool is_of_these_months(const books::InboxInvoice& file, int shift) const {
        return !file.values->issue_date || context_.job.export_.period.contains(Month::of(*file.values->issue_date).plus(-shift));
    }

    void tell_file(std::span<const books::InboxInvoice> files, std::size_t at, std::span<const books::ServiceInvoice> service,
                   const books::InboxMatches& matches, int shift) {
        InboxSummary& told = *summary_.inbox;
        const books::InboxMatch& match = matches.inbox[at];
        const std::size_t stands = match.where == InboxClass::doubled ? *match.partner : at;
        const InboxClass where = matches.inbox[stands].where;
        if (where == InboxClass::other_supplier) {
            ++told.other_suppliers;
            return;
        }
        if (where == InboxClass::only_inbox && !is_of_these_months(files[stands], shift)) {
            ++told.other_months;
            return;
        }
        if (match.where == InboxClass::matched) {
            ++told.matched;
            return;
        }
        InboxDocument one;
        one.where = match.where;
        one.name = files[at].name;
        one.fields = match.fields;
        if (files[at].values != nullptr) {
            one.number = files[at].values->number;
            one.issue_date = files[at].values->issue_date;
            one.net = files[at].values->net;
            one.gross = files[at].values->gross;
        }
        if (match.where == InboxClass::doubled) {
            one.stands_for = files[stands].name;
        } else if (match.partner) {
            one.contract_id = service[*match.partner].contract_id;
            one.document_id = service[*match.partner].document_id;
        }
        find(one);
        told.documents.push_back(std::move(one));
    }

    void find(const InboxDocument& one) {
        switch (one.where) {
            case InboxClass::only_inbox: {
                add("invoice-only-inbox", one.gross ? messages::inbox_only(one.name, one.number, *one.gross)
                                                    : messages::inbox_only_without_amount(one.name, one.number));
                break;
            }
            case InboxClass::differs: {
                std::vector<std::string_view> fields;
                std::transform(one.fields.begin(), one.fields.end(), std::back_inserter(fields),
                               [](InboxField field) { return to_text(field); });
                add("inbox-differs", messages::inbox_differs(one.name, sanitise(one.contract_id, 40), sanitise(one.document_id, 60),
                                                             fmt::format("{}", fmt::join(fields, ", "))));
                break;
            }
            case InboxClass::doubled: {
                add("inbox-doubled", messages::inbox_doubled(one.name, one.stands_for));
                break;
            }
            case InboxClass::ambiguous: {
                add("inbox-ambiguous", messages::inbox_ambiguous(one.name));
                break;
            }
            case InboxClass::unreadable: {
                add("inbox-unreadable", messages::inbox_problem(one.name, messages::inbox_says_nothing));
                break;
            }
            default: break;
        }
    }

    void tell_missing(std::span<const books::ServiceInvoice> service, const books::InboxMatches& matches) {
        InboxSummary& told = *summary_.inbox;
        std::uint64_t missing = 0;
        for (std::size_t at = 0; at < service.size(); ++at) {
            const books::InboxMatch& match = matches.service[at];
            if (match.where == InboxClass::matched || match.where == InboxClass::differs) {
                continue;
            }
            InboxDocument one;
            one.where = match.where;
            one.contract_id = service[at].contract_id;
            one.document_id = service[at].document_id;
            if (match.where == InboxClass::doubled) {
                one.stands_for = service[*match.partner].document_id;
            }
            missing += match.where == InboxClass::only_service ? 1 : 0;
            told.documents.push_back(std::move(one));
        }
        if (missing > 0) {
            add("invoice-only-service", messages::inbox_misses(missing, service.size()));
        }
    }

    const InvoiceContext& context_;
    RunSummary& summary_;
};

}  // namespace

void must_see_inboxes(const config::Job& job) {
    for (const config::InboxSettings& one : job.invoices.inboxes) {
        const int folder = ::open(one.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) {
            throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                             "the folder of an inbox cannot be read: " + std::generic_category().message(errno), one.folder,
                             "Correct folder in [[invoices.inbox]] of the job file");
        }
        ::close(folder);
    }
}

void match_inboxes(const InvoiceContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary) {
    if (context.job.invoices.inboxes.empty() || !summary.view.is_whole()) {
        return;
    }
    const Inbox inbox = read_all_inboxes(context);
    std::vector<books::InboxInvoice> files;
    for (const invoice::InboxFile& one : inbox.files) {
        files.push_back({one.name, one.sha256, one.reading.values.from == ValuesFrom::none ? nullptr : &one.reading.values});
    }
    const std::vector<books::ServiceInvoice> service = listed_invoices(context, entries);
    InboxTeller(context, summary).run(inbox, service, files, books::match_inbox(service, files, inbox.sellers));
}

}  // namespace moisson::pipeline

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
#include "pipeline/inbox_archive.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t inbox_readings_a_save = 512;

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

[[noreturn]] void end_by(Error error) {
    throw FatalError(error.code == ErrorCode::cancelled   ? ExitCode::interrupted
                     : error.code == ErrorCode::bad_input ? ExitCode::usage
                                                          : ExitCode::local,
                     std::move(error));
}

class AllInboxes {
public:
    explicit AllInboxes(const InvoiceContext& context) : context_(context), kept_(context), access_(kept_.access()) {
        options_.stop = context.stop;
        options_.confined = true;
        options_.profiles_folder = context.job.invoices.profiles_folder;
    }

    Inboxes read() {
        const std::vector<config::InboxSettings>& all = context_.job.invoices.inboxes;
        remove_inboxes_of_killed_runs(context_.job);
        for (std::size_t at = 0; at < all.size(); ++at) {
            const std::string place = all[at].prefix.empty() ? all[at].folder : all[at].prefix.substr(0, all[at].prefix.size() - 1);
            before_ = all.size() == 1 ? std::string() : sanitise(std::filesystem::path(place).filename().string(), 100) + "/";
            std::copy(all[at].sellers.begin(), all[at].sellers.end(), std::back_inserter(inboxes_.sellers));
            inboxes_.folders.push_back(folder_of(all[at]));
            if (!inboxes_.folders.back().empty()) {
                read_one(at);
            }
        }
        kept_.save();
        return std::move(inboxes_);
    }

private:
    void add_problem(invoice::InboxProblem problem) {
        problem.name.insert(0, before_);
        inboxes_.problems.push_back(std::move(problem));
    }
    void miss_whole(Message why) {
        add_problem({"", std::move(why)});
        inboxes_.are_whole = false;
    }

    /// Empty: it cannot be had, which is told.
    std::filesystem::path folder_of(const config::InboxSettings& settings) {
        if (settings.prefix.empty()) {
            return settings.folder;
        }
        auto fetched = fetch_inbox(context_.job, settings.prefix, context_.clock, context_.stop);
        if (!fetched && (fetched.error().code == ErrorCode::cancelled || fetched.error().code == ErrorCode::bad_input)) {
            end_by(std::move(fetched.error()));
        }
        if (!fetched) {
            miss_whole(messages::inbox_not_fetched(fetched.error().message));
            return {};
        }
        for (invoice::InboxProblem& problem : fetched->problems) {
            add_problem(std::move(problem));
        }
        inboxes_.others += fetched->others;
        inboxes_.fetched.push_back(std::move(fetched->folder));
        return inboxes_.fetched.back().path();
    }

    void read_one(std::size_t at) {
        auto read = invoice::read_inbox(inboxes_.folders[at], options_, access_);
        if (!read && read.error().code == ErrorCode::disk) {
            miss_whole(read.error().message);  // it was there when the run began
            return;
        }
        if (!read) {
            end_by(std::move(read.error()));
        }
        for (invoice::InboxFile& file : read->files) {
            InboxFile found;
            found.inbox = at;
            found.own_name = file.name;
            found.file = std::move(file);
            found.file.name.insert(0, before_);
            found.file.reading.values = booked(std::move(found.file.reading.values));
            inboxes_.files.push_back(std::move(found));
        }
        for (invoice::InboxProblem& problem : read->problems) {
            add_problem(std::move(problem));
        }
        inboxes_.others += read->others;
    }

    const InvoiceContext& context_;
    KeptInState kept_;
    const invoice::KeptReadings access_;
    invoice::Options options_;
    std::string before_;  ///< the names of the inbox that is read
    Inboxes inboxes_;
};

std::vector<books::ServiceInvoice> listed_invoices(const InvoiceContext& context, const std::vector<LedgerEntry>& entries) {
    std::vector<books::ServiceInvoice> service;
    for (const LedgerEntry& entry : entries) {
        const bool is_counted = entry.counted && entry.channel == Channel::service && entry.period;
        if (is_counted && context.job.export_.period.contains(entry.period->month())) {
            service.push_back(service_invoice(entry));
            service.back().counted = true;
        }
    }
    return service;
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

/// What lies in the inboxes, and rows of the exported months that came by them and lie there no more.
struct Told {
    std::vector<books::InboxInvoice> invoices;
    std::vector<std::string> contracts;  ///< of its row, one for each
    std::vector<std::string> documents;
    std::vector<const LedgerEntry*> rows;  ///< of the exported months; null: it is none
};

Told told_of(const Inboxes& inboxes, const std::vector<LedgerEntry>& entries) {
    std::map<std::string_view, const LedgerEntry*> rows;
    for (const LedgerEntry& entry : entries) {
        if (entry.channel == Channel::inbox && !entry.sha256.empty()) {
            rows.emplace(entry.sha256, &entry);
        }
    }
    Told told;
    const auto add = [&](books::InboxInvoice invoice, const std::string& contract, const std::string& document, const LedgerEntry* row) {
        told.invoices.push_back(invoice);
        told.contracts.push_back(row != nullptr ? row->contract->id : contract);
        told.documents.push_back(row != nullptr ? row->document_id : document);
        told.rows.push_back(row);
    };
    for (std::size_t at = 0; at < inboxes.files.size(); ++at) {
        const InboxFile& one = inboxes.files[at];
        const auto row = rows.find(one.file.sha256);
        add({one.file.name, one.file.sha256, inboxes.values_of(at)}, one.contract_id, one.document_id,
            row == rows.end() ? nullptr : row->second);
        if (row != rows.end()) {
            rows.erase(row);
        }
    }
    for (const auto& [sha256, row] : rows) {
        add({row->document_id, row->sha256, row->invoice.get()}, row->contract->id, row->document_id, row);
    }
    return told;
}

Message net_and_gross(const std::optional<Money>& net, const std::optional<Money>& gross) {
    return net && gross ? messages::told_net_and_gross(*net, *gross)
           : gross      ? messages::told_gross(*gross)
           : net        ? messages::told_net(*net)
                        : messages::other_amounts();
}

class InboxTeller {
public:
    InboxTeller(const InvoiceContext& context, const std::vector<Month>& closed, RunSummary& summary)
        : context_(context), closed_(closed), summary_(summary), told_(summary.inbox.emplace()) {}

    void run(const Inboxes& inboxes, const Told& files, std::span<const books::ServiceInvoice> service,
             const books::InboxMatches& matches) {
        told_.service = service.size();
        told_.files = inboxes.files.size();
        told_.others = inboxes.others;
        shift_ = usual_shift(service);
        for (std::size_t at = 0; at < files.invoices.size(); ++at) {
            tell_file(files, at, service, matches);
        }
        tell_service(service, matches, inboxes);
        for (const invoice::InboxProblem& problem : inboxes.problems) {
            add("inbox-unreadable", messages::inbox_problem(problem.name, problem.why));
        }
        summary_.run_findings.insert(summary_.run_findings.end(), inboxes.findings.begin(), inboxes.findings.end());
        for (const InboxFile& one : inboxes.files) {
            if (one.why_not) {
                add("inbox-not-counted",
                    messages::inbox_not_counted(one.file.name, sanitise(one.file.reading.values.number, shown_letters_max), *one.why_not));
            }
        }
    }

private:
    static constexpr std::size_t shown_letters_max = 80;

    void add(FindingCode code, Message message) { summary_.run_findings.push_back(make_finding(code, std::move(message))); }

    /// Empty: it does not tell.
    [[nodiscard]] std::optional<Month> month_of(const books::InboxInvoice& file) const {
        if (file.values == nullptr) {
            return std::nullopt;
        }
        return file.values->billed       ? std::optional(file.values->billed->month())
               : file.values->issue_date ? std::optional(Month::of(*file.values->issue_date).plus(-shift_))
                                         : std::nullopt;
    }

    static void take_values(InboxDocument& one, const InvoiceValues* values) {
        if (values != nullptr) {
            one.number = values->number;
            one.issue_date = values->issue_date;
            one.net = values->net;
            one.gross = values->gross;
        }
    }

    /// Of an invoice that the service does not have and that is of no exported month: true where no more is to be said of it.
    bool is_of_other_months(const Told& files, std::size_t stands, InboxDocument& one) {
        const auto month = month_of(files.invoices[stands]);
        if (files.rows[stands] != nullptr || !month || context_.job.export_.period.contains(*month)) {
            return false;
        }
        if (!std::binary_search(closed_.begin(), closed_.end(), *month)) {
            ++told_.other_months;
            return true;
        }
        one.late_for = month;
        return false;
    }

    void tell_file(const Told& files, std::size_t at, std::span<const books::ServiceInvoice> service, const books::InboxMatches& matches) {
        const books::InboxMatch& match = matches.inbox[at];
        const std::size_t stands = match.where == InboxClass::doubled ? *match.partner : at;
        const InboxClass where = matches.inbox[stands].where;
        if (where == InboxClass::other_supplier) {
            ++told_.other_suppliers;
            return;
        }
        InboxDocument one;
        if (where == InboxClass::only_inbox && is_of_other_months(files, stands, one)) {
            return;
        }
        told_.matched += match.where == InboxClass::matched ? 1 : 0;
        one.where = match.where;
        one.name = files.invoices[at].name;
        one.fields = match.fields;
        take_values(one, files.invoices[at].values);
        if (match.where == InboxClass::doubled) {
            one.stands_for = files.invoices[stands].name;
        } else if (match.partner) {
            one.contract_id = service[*match.partner].contract_id;
            one.document_id = service[*match.partner].document_id;
            one.counted = true;
        } else {
            one.contract_id = files.contracts[at];
            one.document_id = files.documents[at];
            // Of a closed month it counts in an addendum.
            one.counted = files.rows[at] != nullptr ? files.rows[at]->counted : !one.document_id.empty();
            told_.counted += one.counted ? 1 : 0;
        }
        find(one);
        told_.documents.push_back(std::move(one));
    }

    void find(const InboxDocument& one) {
        switch (one.where) {
            case InboxClass::only_inbox: find_alone(one); break;
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

    void find_alone(const InboxDocument& one) {
        const std::string number = sanitise(one.number, shown_letters_max);
        if (one.late_for && !one.counted) {
            add("inbox-late", messages::inbox_late(one.name, number, *one.late_for, net_and_gross(one.net, one.gross)));
        } else if (one.counted && one.gross) {
            add("invoice-only-inbox", messages::inbox_only_counted(one.name, number, *one.gross, sanitise(one.contract_id, 40)));
        } else {
            add("invoice-only-inbox",
                one.gross ? messages::inbox_only(one.name, number, *one.gross) : messages::inbox_only_without_amount(one.name, number));
        }
    }

    /// What is in no inbox is told only where all of them were looked into.
    /// Files that say nothing, or cannot be read, may be what is looked for.
    static std::uint64_t count_silent(const Inboxes& inboxes, const books::InboxMatches& matches) {
        const auto is_silent = [](const books::InboxMatch& one) { return one.where == InboxClass::unreadable; };
        return inboxes.problems.size() +
               static_cast<std::uint64_t>(std::count_if(matches.inbox.begin(), matches.inbox.end(), is_silent));
    }

    void tell_service(std::span<const books::ServiceInvoice> service, const books::InboxMatches& matches, const Inboxes& inboxes) {
        std::uint64_t missing = 0;
        for (std::size_t at = 0; at < service.size(); ++at) {
            const books::InboxMatch& match = matches.service[at];
            if (match.where == InboxClass::matched || match.where == InboxClass::differs) {
                continue;  // its partner tells of both
            }
            if (match.where == InboxClass::only_service && !inboxes.are_whole) {
                continue;
            }
            InboxDocument one;
            one.where = match.where;
            one.contract_id = service[at].contract_id;
            one.document_id = service[at].document_id;
            one.counted = true;
            take_values(one, service[at].values);
            if (match.where == InboxClass::doubled) {
                one.stands_for = service[*match.partner].document_id;
            }
            missing += match.where == InboxClass::only_service ? 1 : 0;
            told_.documents.push_back(std::move(one));
        }
        if (const std::uint64_t silent = count_silent(inboxes, matches); missing > 0 && silent > 0) {
            add("invoice-only-service", messages::inbox_may_miss(missing, service.size(), silent));
        } else if (missing > 0) {
            add("invoice-only-service", messages::inbox_misses(missing, service.size()));
        }
    }

    const InvoiceContext& context_;
    const std::vector<Month>& closed_;
    RunSummary& summary_;
    InboxSummary& told_;
    int shift_ = 0;
};

}  // namespace

books::ServiceInvoice service_invoice(const LedgerEntry& entry) {
    books::ServiceInvoice invoice;
    invoice.contract_id = entry.contract->id;
    invoice.document_id = entry.document_id;
    invoice.sha256 = entry.sha256;
    invoice.amount = entry.amount;
    invoice.period = entry.period;
    invoice.issued = entry.issued_at ? std::optional(day_of(*entry.issued_at)) : std::nullopt;
    invoice.values = entry.invoice.get();
    return invoice;
}

int months_between(Month from, std::chrono::year_month_day to) {
    return static_cast<int>(to.year()) * 12 + static_cast<int>(static_cast<unsigned>(to.month())) - from.year() * 12 -
           static_cast<int>(from.month());
}

void must_see_inboxes(const config::Job& job) {
    for (const config::InboxSettings& one : job.invoices.inboxes) {
        if (!one.prefix.empty()) {
            if (job.archive.url.empty()) {
                throw FatalError(ExitCode::usage, ErrorCode::bad_input, "an inbox is a prefix of the archive, and the job has no archive",
                                 one.prefix, "Name it in [archive] of the job file, or give the inbox a folder");
            }
            continue;  // asked when it is read: a store that does not answer costs no month
        }
        const int folder = ::open(one.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) {
            throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                             "the folder of an inbox cannot be read: " + std::generic_category().message(errno), one.folder,
                             "Correct folder in [[invoices.inbox]] of the job file");
        }
        ::close(folder);
    }
}

Inboxes read_inboxes(const InvoiceContext& context, const View& view) {
    return context.job.invoices.inboxes.empty() || !view.is_whole() ? Inboxes() : AllInboxes(context).read();
}

void tell_inboxes(const InvoiceContext& context, const Inboxes& inboxes, const std::vector<LedgerEntry>& entries,
                  const std::vector<Month>& closed, RunSummary& summary) {
    if (context.job.invoices.inboxes.empty() || !summary.view.is_whole()) {
        return;
    }
    const Told told = told_of(inboxes, entries);
    const std::vector<books::ServiceInvoice> service = listed_invoices(context, entries);
    InboxTeller(context, closed, summary).run(inboxes, told, service, books::match_inbox(service, told.invoices, inboxes.sellers));
}

}  // namespace moisson::pipeline

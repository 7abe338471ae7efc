/// Takes over a folder that another state made. See witness.hpp.

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "base/files.hpp"
#include "bundle/bundle.hpp"
#include "bundle/stated_summary.hpp"
#include "pipeline/closed_content.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/closed_csv.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/template_books.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr const char* adopted_run = "adopted";  ///< in the place of the run of postings that nobody saw being handed out

[[noreturn]] void refuse(std::string message, std::string hint) {
    throw FatalError(ExitCode::inconsistent, ErrorCode::verification, std::move(message) + ". Nothing was taken over", "", std::move(hint));
}

template <class T>
T must_be_read(Result<T> result, const std::string& what) {
    if (!result) {
        refuse(fmt::format("{} cannot be read: {}", what, result.error().message),
               "Look at the folder with moisson verify, and put it back as it was");
    }
    return std::move(*result);
}

/// The digits from there on; 0 without any.
std::uint32_t number_in(const std::string& name, std::size_t from) {
    return name.size() <= from ? 0 : static_cast<std::uint32_t>(std::strtoul(name.c_str() + from, nullptr, 10));
}

class Taker {
public:
    Taker(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const FolderDoubts& doubts,
          const std::stop_token& stop)
        : out_(job.export_.out),
          state_(state),
          store_(store),
          doubts_(doubts),
          stop_(stop),
          closed_(state.load_closed_months()),
          addenda_(state.load_addenda()) {
        takeover_.adoption.reason = job.export_.adopt_folder;
    }

    state::Takeover take(Timestamp at) {
        takeover_.adoption.at = at;
        take_runs();
        reopen_what_is_open_there();
        for (const ClosedMonth& month : doubts_.closings) {
            take_closing(month);
        }
        std::sort(closed_.begin(), closed_.end(),
                  [](const ClosedMonth& left, const ClosedMonth& right) { return left.period < right.period; });
        for (const auto& [key, found] : find_addenda()) {
            take_addendum(found.first, found.second);
        }
        take_postings();
        take_words();
        return std::move(takeover_);
    }

private:
    using Rows = std::vector<ClosedRow>;

    void take_runs() {
        for (const std::string& name : doubts_.folders) {
            const auto summary = bundle::stated_summary(out_ / name);
            if (!summary || summary->run_id.empty()) {
                refuse(fmt::format("{} has no summary.json that names its run", name),
                       "Put the folder back as it was published, or move it away");
            }
            state::RunRecord run;
            run.run_id = summary->run_id;
            run.period = name;
            run.started_at = run.finished_at = summary->finished_at;
            run.verdict = summary->verdict;
            run.exit_code = static_cast<int>(summary->verdict == "complete" ? ExitCode::complete : ExitCode::incomplete);
            run.ledger_sha256 = must_be_read(sha256_of_file(out_ / name / "ledger.csv"), name + "/ledger.csv");
            takeover_.runs.push_back(std::move(run));
        }
        const bool is_taken = std::any_of(takeover_.runs.begin(), takeover_.runs.end(),
                                          [&](const state::RunRecord& run) { return run.run_id == doubts_.run_id; });
        if (!doubts_.run_id.empty() && !is_taken) {
            state::RunRecord run;
            run.run_id = doubts_.run_id;
            takeover_.runs.push_back(std::move(run));
        }
    }

    /// Closed here, and published there with another ledger: it was opened again in the other state.
    void reopen_what_is_open_there() {
        for (const state::RunRecord& run : takeover_.runs) {
            const auto month = std::find_if(closed_.begin(), closed_.end(), [&](const ClosedMonth& one) {
                return one.period.to_text() == run.period && one.ledger_sha256 != run.ledger_sha256;
            });
            if (month == closed_.end()) {
                continue;
            }
            ClosingEvent event;
            event.period = month->period;
            event.closed = false;
            event.revision = month->revision;
            event.at = takeover_.adoption.at;
            event.by = adopted_run;
            event.reason = takeover_.adoption.reason;
            takeover_.reopenings.push_back(std::move(event));
            closed_.erase(month);
        }
    }

    void take_closing(ClosedMonth month) {
        const std::string text = month.period.to_text();
        const fs::path folder = out_ / text;
        const auto report = bundle::verify_caged(folder, stop_);
        if (!report && report.error().code == ErrorCode::cancelled) {
            throw FatalError(ExitCode::interrupted, report.error());
        }
        if (!report) {
            refuse(fmt::format("{} was closed, and its folder is not here", text),
                   fmt::format("Put the folder of {} back, then take over", text));
        }
        const SealedLedger ledger = must_be_read(read_sealed_ledger(folder / "ledger.csv"), text + "/ledger.csv");
        if (!report->problems.empty() || ledger.sha256 != month.ledger_sha256) {
            refuse(fmt::format("{} was closed, and its folder is not the one that was closed: {}", text,
                               report->problems.empty() ? "its ledger.csv is another one" : join_sentences(report->problems)),
                   fmt::format("Put the closed month's own folder back, then take over; the ledger that was closed has SHA-256 {}",
                               month.ledger_sha256));
        }
        month.totals = totals_of(ledger.rows);
        month.files = keep_files(folder, store_);
        month.addenda_before = std::max(month.addenda_before, addenda_before(month));
        std::erase_if(closed_, [&](const ClosedMonth& one) { return one.period == month.period; });
        closed_.push_back(month);
        rows_[month.period] = ledger.rows;
        note_perimeters(month.period, ledger);
        const auto summary = bundle::stated_summary(folder);
        std::vector<ClosedContract> judged = judged_by(month.period, summary.value_or(bundle::StatedSummary{}), ledger, state_);
        takeover_.closings.push_back({std::move(month), ledger.rows, std::move(judged), {}});
    }

    /// Where no summary says it, as before it was kept: addenda that were published before the month was closed for the last time. One
    /// whose month was exported once more since is not told by its time.
    [[nodiscard]] std::uint32_t addenda_before(const ClosedMonth& month) const {
        std::uint32_t last = 0;
        if (month.revision == 1) {
            return last;
        }
        for (const auto& [key, found] : find_addenda()) {
            const auto summary = bundle::stated_summary(found.second.parent_path());
            if (key.first == month.period && summary && summary->finished_at < month.closed_at) {
                last = std::max(last, key.second);
            }
        }
        return last;
    }

    using FoundAddenda = std::map<std::pair<Month, std::uint32_t>, std::pair<Addendum, fs::path>>;
    /// In the taken folders of single months, by closed month and number; without rows.
    [[nodiscard]] FoundAddenda find_addenda() const {
        FoundAddenda found;
        for (const state::RunRecord& run : takeover_.runs) {
            const auto booking = Month::parse(run.period);
            std::error_code problem;
            for (const auto& item : booking ? fs::directory_iterator(out_ / run.period, problem) : fs::directory_iterator()) {
                const std::string name = item.path().filename().string();
                constexpr std::string_view before = "addendum-";
                constexpr std::size_t month_letters = 7;
                const auto period = name.starts_with(before) ? Month::parse(name.substr(before.size(), month_letters)) : std::nullopt;
                Addendum addendum;
                addendum.number = period ? number_in(name, before.size() + month_letters + 1) : 0;
                addendum.period = period.value_or(*booking);
                addendum.booking_period = *booking;
                addendum.run_id = run.run_id;
                if (period && addendum.file_name() == name) {
                    found[{*period, addendum.number}] = {addendum, item.path()};
                }
            }
        }
        return found;
    }

    void take_addendum(Addendum addendum, const fs::path& file) {
        must_be_read(read_addendum(file, addendum), file.string());
        const auto known = std::find_if(addenda_.begin(), addenda_.end(), [&](const Addendum& one) {
            return one.period == addendum.period && one.number == addendum.number;
        });
        if (known != addenda_.end()) {
            if (addendum_csv(*known) != addendum_csv(addendum)) {
                refuse(fmt::format("this state and the folder hold two different {}", addendum.file_name()),
                       "Use the state that made the folder, or give this state a folder of its own with --out");
            }
            return;
        }
        for (AddendumRow& row : addendum.rows) {
            fill_change(addendum.period, row);
        }
        addenda_.push_back(addendum);
        takeover_.addenda.push_back(std::move(addendum));
    }

    /// What the file does not say: what the closed month counted for the document so far, and so what changed.
    void fill_change(Month period, AddendumRow& row) {
        const auto is_same = [&](const auto& one) {
            return one.contract_id == row.contract_id && one.document_id == row.document_id &&
                   (!row.document_id.empty() || one.version == row.version);
        };
        std::optional<std::tuple<std::uint32_t, bool, std::optional<Money>>> before;
        for (const ClosedRow& one : rows_of(period)) {
            if (is_same(one) && (!before || std::get<0>(*before) <= one.version)) {
                before.emplace(one.version, one.counted, one.amount);
            }
        }
        for (const Addendum& addendum : addenda_) {
            for (const AddendumRow& one : addendum.rows) {
                if (addendum.period == period && is_same(one)) {
                    before.emplace(one.version, one.counted, one.amount);
                }
            }
        }
        if (!before) {
            row.change = Change::late;
            return;
        }
        const auto& [version, counted, amount] = *before;
        row.counted_before = counted ? amount : std::nullopt;
        const bool counts_as_before =
            row.counted ? row.amount == row.counted_before : !row.counted_before.has_value();  // one copy less for GCC 12 to warn of
        row.change = row.version > version ? Change::version : counts_as_before ? Change::file : Change::counting;
    }

    /// Whose files booked a month's documents: who reads the contract now may be another.
    void note_perimeters(Month month, const SealedLedger& ledger) {
        for (const auto& [id, contract] : ledger.contracts) {
            perimeters_[month][id] = contract.perimeter;
        }
    }

    const Rows& rows_of(Month period) {
        const auto [found, is_new] = rows_.try_emplace(period);
        if (is_new) {
            found->second = state_.load_closed_rows(period);
        }
        return found->second;
    }

    /// The closed books, month by month, and those of open months whose folders hold ERP files.
    void take_postings() {
        std::map<Month, Rows> booked;
        for (const state::RunRecord& run : takeover_.runs) {
            std::error_code problem;
            if (run.period.empty() || !fs::exists(out_ / run.period / "erp", problem)) {
                continue;
            }
            const SealedLedger ledger =
                must_be_read(read_sealed_ledger(out_ / run.period / "ledger.csv"), run.period + "/ledger.csv");
            std::map<Month, Rows> by_month;
            if (const auto month = Month::parse(run.period)) {
                by_month[*month];  // without rows of its own it may hold what came late to closed months
            }
            for (const ClosedRow& row : ledger.rows) {
                by_month[row.period].push_back(row);
            }
            for (auto& [month, rows] : by_month) {
                if (month.to_text() == run.period || !booked.contains(month)) {
                    booked[month] = std::move(rows);  // a month's own folder says more than a range's
                    note_perimeters(month, ledger);
                }
            }
        }
        for (const state::Takeover::Closing& closing : takeover_.closings) {
            booked[closing.month.period] = closing.rows;
        }
        book("", booked, [](Month) { return true; });
        // A template that this state saw booking a month, or starting from its books, does not start from the month's books: what was lost
        // since is added to its own.
        for (const auto& months : {state_.load_booked_months(), state_.load_template_bases()}) {
            for (const TemplateBase& one : months) {
                months_of_[one.template_name].insert(one.booking_period);
            }
        }
        months_of_.erase("");
        for (const auto& one : months_of_) {
            book(one.first, booked, [&](Month month) { return one.second.contains(month); });
        }
        for (const auto& [month, rows] : booked) {
            takeover_.booked_months.push_back(month);
        }
    }

    /// By the template's files, and what it starts from: closed books as they were when it was first used.
    [[nodiscard]] std::vector<HandedPosting> handed_out(const std::string& template_name) {
        std::vector<HandedPosting> handed = state_.load_postings_of(template_name);
        std::map<Month, std::int64_t> last_numbers;
        for (const TemplateBase& base : state_.load_template_bases()) {
            if (base.template_name == template_name) {
                last_numbers.emplace(base.booking_period, base.last_number);
            }
        }
        if (!last_numbers.empty()) {
            std::vector<HandedPosting> books = state_.load_postings_of("");
            std::copy_if(books.begin(), books.end(), std::back_inserter(handed), [&](const HandedPosting& one) {
                const auto base = last_numbers.find(one.booking_period);
                return base != last_numbers.end() && one.number <= base->second;
            });
        }
        return handed;
    }

    /// Whether a document was booked by the files of that name: a perimeter's own, where the month has some.
    [[nodiscard]] bool is_of(const std::string& name, const std::string& contract_id, Month period, Month booking) const {
        std::string whose;
        for (const Month month : {booking, period}) {  // the latter says more, where it is known
            const auto contracts = perimeters_.find(month);
            if (contracts != perimeters_.end() && contracts->second.contains(contract_id)) {
                whose = contracts->second.at(contract_id);
            }
        }
        if (!perimeter_of(name).empty() || whose.empty()) {
            return perimeter_of(name) == whose;
        }
        const auto own = months_of_.find(name_of_books(name, whose));
        const bool has_own = own != months_of_.end() && own->second.contains(booking);
        std::error_code problem;
        return !has_own && !fs::exists(out_ / booking.to_text() / "erp" / whose, problem);
    }

    /// Of a template that has files of perimeters, those of `name`: what the others were handed, as far as it is known.
    [[nodiscard]] std::optional<books::PostingShare> share_of(const std::string& name, Month booking) const {
        books::PostingShare share;
        bool shared = false;
        for (const auto& [other, postings] : handed_of_) {
            if (other != name && template_of(other) == template_of(name)) {
                shared = true;
                share.elsewhere.insert(share.elsewhere.end(), postings.begin(), postings.end());
            }
        }
        share.belongs = [this, name, booking](std::string_view contract_id, Month period) {
            return is_of(name, std::string(contract_id), period, booking);
        };
        return shared ? std::optional(std::move(share)) : std::nullopt;
    }

    /// What the folders' months count beyond what the template, or with an empty name the books themselves, had of them.
    template <class Takes>
    void book(const std::string& template_name, const std::map<Month, Rows>& booked, Takes takes) {
        for (const auto& one : months_of_) {
            if (!handed_of_.contains(one.first)) {
                handed_of_.emplace(one.first, handed_out(one.first));
            }
        }
        std::vector<HandedPosting>& handed = handed_of_.try_emplace(template_name, handed_out(template_name)).first->second;
        for (const auto& [month, rows] : booked) {
            if (!takes(month)) {
                continue;
            }
            ClosedMonth only_period;
            only_period.period = month;
            const auto closing = std::find_if(takeover_.closings.begin(), takeover_.closings.end(),
                                              [&](const auto& one) { return one.month.period == only_period.period; });
            std::vector<ClosedMonth> others = closed_;  // as it was when the month itself was not closed yet
            std::erase_if(others, [&](const ClosedMonth& one) { return one.period == only_period.period; });
            // The files of a template gave them numbers as they were given since the last takeover.
            const std::uint32_t floor = template_name.empty() ? 0 : doubts_.adoptions * sequences_per_adoption;
            const auto share = share_of(template_name, month);
            std::vector<HandedPosting> postings = postings_of(closing == takeover_.closings.end() ? only_period : closing->month, rows,
                                                              addenda_, others, handed, floor, share ? &*share : nullptr);
            for (HandedPosting& posting : postings) {
                posting.template_name = template_name;
                posting.run_id = adopted_run;
            }
            handed.insert(handed.end(), postings.begin(), postings.end());
            auto& target = closing == takeover_.closings.end() ? takeover_.postings : closing->postings;
            std::move(postings.begin(), postings.end(), std::back_inserter(target));
        }
    }

    void take_words() {
        std::set<std::string> names(doubts_.folders.begin(), doubts_.folders.end());
        for (const ClosedMonth& month : doubts_.closings) {
            names.insert(month.period.to_text());
        }
        takeover_.adoption.what = names.empty() ? doubts_.run_id : fmt::format("{}", fmt::join(names, ", "));
        takeover_.adoption.number = doubts_.adoptions + 1;
        for (const Adoption& adoption : state_.load_adoptions()) {
            takeover_.adoption.number = std::max(takeover_.adoption.number, adoption.number + 1);
        }
    }

    const fs::path out_;
    state::StateStore& state_;
    transfer::ObjectStore& store_;
    const FolderDoubts& doubts_;
    const std::stop_token& stop_;
    std::vector<ClosedMonth> closed_;  ///< as they will be
    std::vector<Addendum> addenda_;    ///< the same
    std::map<Month, Rows> rows_;
    std::map<Month, std::map<std::string, std::string>> perimeters_;    ///< by contract id, as the months' ledgers name them
    std::map<std::string, std::set<Month>> months_of_;                  ///< by name of books, those that they booked or started from
    std::map<std::string, std::vector<HandedPosting>> handed_of_;       ///< by name of books, this takeover's among them
    state::Takeover takeover_;
};

}  // namespace

void adopt_folder(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const Clock& clock,
                  const std::stop_token& stop) {
    const FolderDoubts doubts = compare_folder(job, state);
    if (doubts.sentences.empty()) {
        return;
    }
    settle_publications(state, job.export_.out);
    state.adopt(Taker(job, state, store, doubts, stop).take(clock.now()));
    write_witness(job, state, doubts.run_id);
}

}  // namespace moisson::pipeline

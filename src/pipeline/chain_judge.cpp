/// See chain_judge.hpp.

#include "pipeline/chain_judge.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/counts.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t digest_digits_shown = 12;

std::string short_digest(const std::string& sha256) { return fmt::format("{}…", sanitise(sha256.substr(0, digest_digits_shown))); }

std::string shown_name(const std::string& name) { return sanitise(name, 60); }

bool is_wrong(ChainStanding standing) {
    return standing != ChainStanding::whole && standing != ChainStanding::superseded && standing != ChainStanding::outside;
}

class Judge {
public:
    Judge(const std::vector<FoundMonth>& months, const ChainHistory& history) : months_(months), history_(history) {
        for (const ChainLink& link : history.books.links) {
            last_[link.folder] = link.number;
            by_bundle_.emplace(std::pair(link.folder, link.bundle_sha256), link.number);
        }
        for (const FoundMonth& month : months) {
            if (history.holds(month.facts)) {
                holders_.push_back(month.facts.number);
            }
        }
        std::sort(holders_.begin(), holders_.end());
    }

    void run(ChainReport& report) {
        for (std::size_t at = 0; at < months_.size(); ++at) {
            entries_.push_back(judge(months_[at]));
        }
        name_twice();
        hold_closed_months();
        hold_books();
        for (std::size_t at = 0; at < entries_.size(); ++at) {
            finish(entries_[at], months_[at].facts);
        }
        add_absent();
        std::stable_sort(entries_.begin(), entries_.end(), [](const ChainEntry& left, const ChainEntry& right) {
            return std::tuple(left.number == 0, left.number, left.path) < std::tuple(right.number == 0, right.number, right.path);
        });
        report.entries = std::move(entries_);
    }

private:
    [[nodiscard]] const ChainLink& link_of(std::uint64_t number) const { return history_.books.links[number - 1]; }

    ChainEntry judge(const FoundMonth& month) {
        const bundle::ChainFacts& facts = month.facts;
        ChainEntry entry;
        entry.path = month.path;
        entry.folder = month.place.empty() ? facts.name : month.place;
        const auto own = by_bundle_.find({facts.name, facts.bundle_sha256});
        if (own == by_bundle_.end()) {
            judge_stranger(facts, entry);
            return entry;
        }
        const std::uint64_t last = last_[facts.name];
        entry.number = own->second;
        if (!month.place.empty() && month.place != facts.name) {
            entry.standing = ChainStanding::swapped;
            entry.problems.push_back(fmt::format("what lies here is {}, published as number {}", shown_name(facts.name), own->second));
            if (const auto wanted = last_.find(month.place); wanted != last_.end()) {
                entry.number = wanted->second;  // of the month whose place this is
            }
            stands_elsewhere_.insert(facts.name);
            return entry;
        }
        if (link_of(own->second).bundle_sha256 == link_of(last).bundle_sha256) {
            entry.number = last;
        } else {
            entry.standing = ChainStanding::older;
            entry.problems.push_back(
                fmt::format("it was published again as number {}, and what lies here is number {}", last, own->second));
        }
        entry.held_by = static_cast<std::uint64_t>(holders_.end() - std::upper_bound(holders_.begin(), holders_.end(), entry.number));
        return entry;
    }

    /// Its bundle was never published, as this history has it.
    void judge_stranger(const bundle::ChainFacts& facts, ChainEntry& entry) {
        const auto known = last_.find(entry.folder);
        if (facts.name != entry.folder && !facts.name.empty() && facts.problems.empty()) {
            entry.standing = ChainStanding::swapped;
            entry.number = known == last_.end() ? 0 : known->second;
            entry.problems.push_back(fmt::format("what lies here says that it is {}", shown_name(facts.name)));
            return;
        }
        if (known == last_.end()) {
            judge_unknown(facts, entry);
            return;
        }
        const ChainLink& link = link_of(known->second);
        entry.standing = ChainStanding::changed;
        entry.number = link.number;
        if (facts.bundle_sha256.empty()) {
            entry.problems.push_back(fmt::format("its bundle.zip, published as number {}, is not here or cannot be read", link.number));
            return;
        }
        entry.problems.push_back(fmt::format("its bundle.zip is not the one that was published as number {}: SHA-256 {}, and that had {}",
                                             link.number, short_digest(facts.bundle_sha256), short_digest(link.bundle_sha256)));
        if (!facts.has_books && facts.problems.empty()) {
            entry.problems.emplace_back("it says no place in the chain, and the month that was published here did");
        } else if (!is_of_this_history(facts)) {
            entry.problems.push_back(fmt::format("it is of another history: as number {}, with other months before it", facts.number));
        }
    }

    /// No month of this name was ever published.
    void judge_unknown(const bundle::ChainFacts& facts, ChainEntry& entry) const {
        if (!facts.problems.empty()) {  // it is damaged, whatever it is
            entry.standing = ChainStanding::changed;
            entry.number = facts.stated_number;
            return;
        }
        entry.standing = facts.has_books ? ChainStanding::added : ChainStanding::outside;
        if (facts.has_books) {
            entry.number = facts.number;
            entry.problems.push_back(fmt::format("it says that it was published as number {}, and no month of this history knows of it{}",
                                                 facts.number, is_of_this_history(facts) ? "" : "; other months were before it"));
        }
    }

    /// What it says of the months before it; of a damaged one nothing is known.
    [[nodiscard]] bool is_of_this_history(const bundle::ChainFacts& facts) const {
        return !facts.problems.empty() ||
               (facts.number >= 1 && facts.number <= history_.marks.size() && history_.marks[facts.number - 1] == facts.chain);
    }

    /// Of two that are the same, the first by path stands.
    void name_twice() {
        std::map<std::uint64_t, const ChainEntry*> seen;
        for (ChainEntry& entry : entries_) {
            if (entry.standing != ChainStanding::whole && entry.standing != ChainStanding::older) {
                continue;
            }
            const auto [first, is_first] = seen.emplace(entry.number, &entry);
            if (!is_first) {
                entry.standing = ChainStanding::twice;
                entry.problems.push_back(fmt::format("the same bundle stands here as {}", sanitise(first->second->path)));
            }
        }
    }

    /// What the latest month says of closed ones, every file of them.
    void hold_closed_months() {
        const bundle::ChainFacts& teller = months_[history_.teller].facts;
        for (const bundle::ClosedRevision& closed : teller.closed) {
            const auto last = last_.find(closed.period);
            for (std::size_t at = 0; at < entries_.size(); ++at) {
                const bundle::ChainFacts& facts = months_[at].facts;
                ChainEntry& entry = entries_[at];
                const bool is_it = months_[at].place == closed.period && facts.name == closed.period &&
                                   (entry.standing == ChainStanding::whole || entry.standing == ChainStanding::outside);
                if (is_it) {
                    entry.is_closed = !closed.files_sha256.empty();
                    hold_closed(closed, facts, entry);
                }
            }
            if (last != last_.end() && link_of(last->second).ledger_sha256 != closed.ledger_sha256) {
                blame_teller(
                    fmt::format("its books have {} closed with a ledger.csv that was never published", sanitise(closed.period, 20)));
            }
        }
    }

    void hold_closed(const bundle::ClosedRevision& closed, const bundle::ChainFacts& facts, ChainEntry& entry) {
        const auto ledger = facts.files.find("ledger.csv");
        const bool is_closed_ledger = ledger != facts.files.end() && ledger->second == closed.ledger_sha256;
        if (is_closed_ledger && facts.lines_sha256 != closed.lines_sha256) {
            blame_teller(fmt::format("its books have other closed rows of {} than its ledger.csv", sanitise(closed.period, 20)));
        }
        const auto files = history_.books.closed_files.find(closed.period);
        if (files == history_.books.closed_files.end()) {
            return;
        }
        for (const ClosedFile& file : files->second) {
            const auto found = facts.files.find(file.path);
            if (found != facts.files.end() && found->second == file.sha256) {
                continue;
            }
            entry.problems.push_back(fmt::format("{}: it is not the one that was closed", sanitise(file.path)));
        }
    }

    /// Closings and postings only become more; of one closing all books say the same.
    void hold_books() {
        std::map<std::pair<std::string, std::uint64_t>, std::pair<bundle::ClosedRevision, std::uint64_t>> closed;
        std::vector<std::size_t> held;
        for (std::size_t at = 0; at < months_.size(); ++at) {
            if (history_.holds(months_[at].facts)) {
                held.push_back(at);
            }
        }
        std::stable_sort(held.begin(), held.end(),
                         [&](std::size_t left, std::size_t right) { return months_[left].facts.number < months_[right].facts.number; });
        bool is_told = false;
        for (const std::size_t at : held) {
            const bundle::ChainFacts& facts = months_[at].facts;
            const bool has_closings = has(history_.books.closings, facts.closings);
            if (!is_told && (!has_closings || !has(history_.books.postings, facts.postings))) {
                is_told = true;
                blame_teller(fmt::format("its books do not go on from those of {}, number {}: what was {} by then stands otherwise",
                                         shown_name(facts.name), facts.number, has_closings ? "handed out to an ERP" : "closed or opened"));
            }
            for (const bundle::ClosedRevision& one : facts.closed) {
                const auto [first, is_first] = closed.try_emplace({one.period, one.revision}, one, facts.number);
                bundle::ClosedRevision& before = first->second.first;
                const bool has_same_files = before.files_sha256.empty() || before.files_sha256 == one.files_sha256;
                if (!is_first && (before.ledger_sha256 != one.ledger_sha256 || before.rows_sha256 != one.rows_sha256 || !has_same_files)) {
                    entries_[at].problems.push_back(fmt::format("its books say of {}, closed, what those of number {} did not",
                                                                sanitise(one.period, 20), first->second.second));
                }
                before.files_sha256 = one.files_sha256;  // those of a month that was closed before files were kept come later
            }
        }
    }

    static bool has(const std::vector<bundle::TableMark>& marks, const bundle::TableMark& mark) {
        return std::find(marks.begin(), marks.end(), mark) != marks.end();
    }

    /// Entries stand as the months do until those that are not here are added.
    void blame_teller(std::string sentence) { entries_[history_.teller].problems.push_back(std::move(sentence)); }

    static void finish(ChainEntry& entry, const bundle::ChainFacts& facts) {
        entry.problems.insert(entry.problems.end(), facts.problems.begin(), facts.problems.end());
        const bool is_well = entry.standing == ChainStanding::whole || entry.standing == ChainStanding::outside;
        if (is_well && !entry.problems.empty()) {
            entry.standing = ChainStanding::changed;
        }
    }

    /// Numbers without a month: gone with the next publication of that name, or removed.
    void add_absent() {
        std::set<std::uint64_t> present;
        for (const ChainEntry& entry : entries_) {
            if (entry.standing == ChainStanding::older && entry.number != 0) {
                present.insert(last_[entry.folder]);
            }
            if (last_.contains(entry.folder) && entry.standing != ChainStanding::added && entry.standing != ChainStanding::swapped) {
                present.insert(entry.number);
            }
        }
        for (const ChainLink& link : history_.books.links) {
            ChainEntry entry;
            entry.number = link.number;
            entry.folder = link.folder;
            const std::uint64_t last = last_[link.folder];
            const bool is_swapped = last == link.number && stands_elsewhere_.contains(link.folder);  // said where it lies
            if (present.contains(link.number) || is_swapped) {
                continue;
            }
            if (last != link.number) {
                entry.standing = ChainStanding::superseded;
            } else {
                entry.standing = ChainStanding::removed;
                entry.problems.push_back(fmt::format("it was published as number {}, and is not here", link.number));
            }
            entries_.push_back(std::move(entry));
        }
    }

    const std::vector<FoundMonth>& months_;
    const ChainHistory& history_;
    std::map<std::string, std::uint64_t> last_;                               ///< number of a name's last publication
    std::map<std::pair<std::string, std::string>, std::uint64_t> by_bundle_;  ///< name and SHA-256
    std::vector<std::uint64_t> holders_;                                      ///< numbers of the months that tell this history
    std::set<std::string> stands_elsewhere_;                                  ///< names
    std::vector<ChainEntry> entries_;
};

/// The head that somebody kept, against the history that stands here.
void hold_head(const ChainHead& head, const ChainHistory& history, ChainReport& report) {
    if (history.holds(head)) {
        const ChainLink& link = history.books.links[head.number - 1];
        report.proved.push_back(fmt::format("number {}, {}, is the one that was given as known", head.number, shown_name(link.folder)));
    } else if (head.number > history.books.links.size()) {
        report.problems.push_back(fmt::format("number {} was published, as was given, and the newest month here is number {}: {} removed",
                                              head.number, history.books.links.size(),
                                              head.number == history.books.links.size() + 1 ? "it was" : "later ones were"));
    } else {
        report.problems.push_back(fmt::format("number {} is not the bundle that was given as known: SHA-256 {}, and that had {}",
                                              head.number, short_digest(history.books.links[head.number - 1].bundle_sha256),
                                              short_digest(head.bundle_sha256)));
    }
}

void hold_witness(const std::vector<FoundMonth>& months, const FolderWitness& witness, ChainReport& report) {
    if (!witness.is_sound) {
        report.problems.emplace_back(".moisson-folder: it is damaged");
        return;
    }
    const bool is_here = witness.run_id.empty() || std::any_of(months.begin(), months.end(), [&](const FoundMonth& month) {
                             return month.facts.run_id == witness.run_id;
                         });
    if (!is_here) {
        report.problems.push_back(
            fmt::format(".moisson-folder: the last run that published here was {}, and no month here is of it: what was "
                        "published last was removed, or is not what it was",
                        sanitise(witness.run_id, 60)));
    }
    for (const ClosedMonth& closed : witness.closed) {
        const std::string period = closed.period.to_text();
        for (ChainEntry& entry : report.entries) {
            const auto month = std::find_if(months.begin(), months.end(), [&](const FoundMonth& one) { return one.path == entry.path; });
            if (month == months.end() || month->place != period) {
                continue;
            }
            const auto ledger = month->facts.files.find("ledger.csv");
            if (ledger == month->facts.files.end() || ledger->second != closed.ledger_sha256) {
                entry.problems.emplace_back("its ledger.csv is not the one that was closed, as .moisson-folder has it");
                entry.standing = is_wrong(entry.standing) ? entry.standing : ChainStanding::changed;
            }
        }
    }
}

void say_what_was_proved(const ChainHistory& history, const std::optional<ChainHead>& head, const std::optional<FolderWitness>& witness,
                         ChainReport& report) {
    std::uint64_t held = 0;
    std::uint64_t open = 0;
    std::uint64_t outside = 0;
    std::uint64_t superseded = 0;
    for (const ChainEntry& entry : report.entries) {
        held += entry.standing == ChainStanding::whole && entry.held_by > 0 ? 1U : 0U;
        open += entry.standing == ChainStanding::whole && !entry.is_closed ? 1U : 0U;
        outside += entry.standing == ChainStanding::outside ? 1U : 0U;
        superseded += entry.standing == ChainStanding::superseded ? 1U : 0U;
    }
    const ChainLink& newest = history.books.links.back();
    report.newest = newest.number;
    report.newest_folder = newest.folder;
    report.newest_sha256 = newest.bundle_sha256;
    if (held > 0) {
        report.proved.push_back(
            fmt::format("{} here {} the bytes that all later ones name", plural(held, "month"), held == 1 ? "has" : "have"));
    }
    if (superseded > 0) {
        report.proved.push_back(
            fmt::format("{} of {} went with later ones of the same names", superseded, plural(newest.number, "publication")));
    }
    const std::string newest_words = fmt::format("number {}, {}", newest.number, shown_name(newest.folder));
    if (!head || head->number != newest.number) {
        const bool is_witnessed = witness && witness->is_sound && !witness->run_id.empty();
        report.not_shown.push_back(
            fmt::format("the newest month here is {}; whether a later one existed is not shown by these files{}", newest_words,
                        is_witnessed ? " (.moisson-folder names none, and who removes a month can change that)" : ""));
    }
    if (!head || head->number < newest.number) {
        report.not_shown.push_back(
            fmt::format("{} is held by no later month: that it is the one that was published needs its number and "
                        "SHA-256 from elsewhere (--head), or a time stamp or signature",
                        newest_words));
    }
    if (open > 0) {
        report.not_shown.push_back(
            fmt::format("{} not closed: ledger.xlsx, pages, summaries, evidence and usage.csv beside the bundle are held "
                        "by the month's own summary.json alone",
                        open == 1 ? "1 month is" : fmt::format("{} months are", open)));
    }
    if (outside > 0) {
        report.not_shown.push_back(
            fmt::format("{} not in the chain, as earlier versions and partial views are: its own digests alone were "
                        "compared",
                        outside == 1 ? "1 month is" : fmt::format("{} months are", outside)));
    }
}

}  // namespace

std::string_view to_text(ChainStanding standing) noexcept {
    switch (standing) {
        case ChainStanding::whole: return "whole";
        case ChainStanding::superseded: return "superseded";
        case ChainStanding::outside: return "not-in-chain";
        case ChainStanding::changed: return "changed";
        case ChainStanding::older: return "older";
        case ChainStanding::swapped: return "swapped";
        case ChainStanding::twice: return "twice";
        case ChainStanding::added: return "added";
        case ChainStanding::removed: return "removed";
    }
    return "";
}

bool ChainReport::is_sound() const { return problems.empty() && first_problem() == nullptr; }

const ChainEntry* ChainReport::first_problem() const {
    const auto found = std::find_if(entries.begin(), entries.end(), [](const ChainEntry& entry) { return is_wrong(entry.standing); });
    return found == entries.end() ? nullptr : &*found;
}

ChainHistory::ChainHistory(std::size_t month, bundle::ChainBooks told, const bundle::ChainFacts& facts)
    : teller(month), books(std::move(told)) {
    books.links.push_back({static_cast<std::uint32_t>(books.links.size() + 1), facts.name, facts.ledger_sha256, facts.bundle_sha256});
    bundle::ChainDigest digest;
    for (const ChainLink& link : books.links) {
        marks.push_back(digest.mark());
        digest.add(link);
    }
}

bool ChainHistory::holds(const bundle::ChainFacts& facts) const {
    if (!facts.has_books || facts.number == 0 || facts.number > marks.size() || marks[facts.number - 1] != facts.chain) {
        return false;
    }
    const ChainLink& link = books.links[facts.number - 1];
    return link.folder == facts.name && link.bundle_sha256 == facts.bundle_sha256 && link.ledger_sha256 == facts.ledger_sha256;
}

bool ChainHistory::holds(const ChainHead& head) const {
    return head.number >= 1 && head.number <= books.links.size() && books.links[head.number - 1].bundle_sha256 == head.bundle_sha256;
}

std::vector<std::size_t> tellers(const std::vector<FoundMonth>& months) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at < months.size(); ++at) {
        if (months[at].facts.has_books) {
            found.push_back(at);
        }
    }
    std::stable_sort(found.begin(), found.end(), [&](std::size_t left, std::size_t right) {
        const bundle::ChainFacts& one = months[left].facts;
        const bundle::ChainFacts& other = months[right].facts;
        return std::tuple(other.number, one.problems.size()) < std::tuple(one.number, other.problems.size());
    });
    return found;
}

bundle::ChainMarks marks_of(const std::vector<FoundMonth>& months) {
    std::set<std::uint64_t> closings;
    std::set<std::uint64_t> postings;
    for (const FoundMonth& month : months) {
        closings.insert(month.facts.closings.rows);
        postings.insert(month.facts.postings.rows);
    }
    return {{closings.begin(), closings.end()}, {postings.begin(), postings.end()}};
}

ChainReport judge_chain(const std::vector<FoundMonth>& months, const ChainHistory* history, const std::optional<ChainHead>& head,
                        const std::optional<FolderWitness>& witness) {
    ChainReport report;
    for (const FoundMonth& month : months) {
        ++report.months;
        report.files += month.facts.file_count;
        report.documents += month.facts.documents;
        report.bytes += month.facts.bytes;
    }
    if (history == nullptr) {
        for (const FoundMonth& month : months) {
            ChainEntry entry;
            entry.path = month.path;
            entry.folder = month.place.empty() ? month.facts.name : month.place;
            entry.problems = month.facts.problems;
            entry.standing = entry.problems.empty() ? ChainStanding::outside : ChainStanding::changed;
            report.entries.push_back(std::move(entry));
        }
        report.problems.emplace_back("no month here says its place in a chain: there is nothing that holds one by another");
    } else {
        Judge(months, *history).run(report);
    }
    if (head && history != nullptr) {
        hold_head(*head, *history, report);
    }
    if (witness) {
        hold_witness(months, *witness, report);
    }
    if (history != nullptr) {
        say_what_was_proved(*history, head, witness, report);
    }
    return report;
}

}  // namespace moisson::pipeline

/// summary.md: one screen for a step summary, a merge request's note, a mail.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "domain/to_do.hpp"
#include "domain/verdict.hpp"
#include "language/format.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace moisson::report {

namespace {

// Together with headings and blank lines at most 60 lines.
constexpr std::size_t totals_max = 6;
constexpr std::size_t addenda_max = 4;
constexpr std::size_t sums_max = 3;
constexpr std::size_t to_do_max = 10;
constexpr std::size_t kinds_max = 18;
constexpr std::size_t kinds_max_below_to_do = 6;
constexpr std::size_t places_max = 3;  ///< contracts and documents named of one kind
constexpr std::size_t name_bytes_max = 60;

/// What a month's documents and contracts are against what earlier runs knew; as errors they stand under what is to be done.
constexpr std::array<FindingCode, 8> changes{"addendum-changed", "addendum-late",      "contract-ended",       "contract-gone",
                                             "contract-new",     "no-longer-listed",   "provisional-replaced", "version-changed"};

/// Words of ours, none of their letters read as Markdown.
std::string plain(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (std::string_view("\\`*[]<>#|").find(letter) != std::string_view::npos) {
            out += '\\';
        }
        out += letter;
    }
    return out;
}

/// Text from outside, on one line in a code span: nothing in it is Markdown, a link, a mention or HTML, also for a reader that knows only
/// one of these.
std::string in_code(std::string_view text) {
    std::string out;
    for (const char letter : gated_text(sanitise(text, name_bytes_max))) {
        if (std::string_view("`<>|").find(letter) != std::string_view::npos) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(letter));
        } else {
            out += letter;
        }
    }
    return out.empty() ? out : fmt::format("`{}`", out);
}

using Group = std::vector<const Finding*>;

/// Lines of Markdown, each ended.
class Note {
public:
    Note(const RunSummary& summary, Language language) : summary_(summary), language_(language) {
        for (const ContractCompleteness& entry : summary.completeness) {
            names_[entry.contract->id] = entry.contract->name;
        }
        for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
            for (const Finding& finding : *findings) {
                groups_[{finding.severity(), finding.code}].push_back(&finding);
            }
        }
    }

    std::string write() {
        put_verdict();
        put_totals();
        put_changes();
        put_inbox();
        put_to_do();
        return std::move(out_);
    }

private:
    void line(std::string_view text) { out_.append(text).append("\n"); }
    void heading(Word word) { line(fmt::format("\n## {}\n", translate(language_, word))); }
    template <class Said>
    void item(const Said& said) {
        line(fmt::format("- {}", said.in(language_)));
    }
    void item_of_more(std::size_t all, std::size_t shown) {
        if (all > shown) {
            item(messages::more(all - shown));
        }
    }

    void put_verdict() {
        line(messages::note_title(title_of(summary_, language_), word_of(language_, verdict_of(summary_))).in(language_));
        const std::vector<Cause> causes = causes_of(summary_);
        const bool tells_why = summary_.exit_code == ExitCode::incomplete && !causes.empty();
        line(fmt::format("\n{}{}{}", plain(translate(language_, verdict_sentence(summary_))),
                         tells_why ? " " + plain(in_words(language_, causes)) : "", tells_why ? "." : ""));
        if (!summary_.view.is_whole()) {
            line(fmt::format("\n{}", messages::partial_view(in_code(in_words(language_, summary_.view))).in(language_)));
        }
    }

    void put_totals() {
        heading("Totals");
        if (summary_.totals.empty()) {
            line(translate(language_, "No document of this period counts."));
        } else {
            line(fmt::format("| {} | {} | {} |\n|---|---:|---:|", translate(language_, "Currency"), translate(language_, "Documents"),
                             translate(language_, "Amount")));
        }
        const std::size_t shown = std::min(summary_.totals.size(), totals_max);
        for (std::size_t at = 0; at < shown; ++at) {
            const CurrencyTotal& total = summary_.totals[at];
            line(fmt::format("| {} | {} | {} |", plain(total.total.currency.name_in(language_)), group_thousands(total.documents),
                             amount_for_people(total.total, language_)));
        }
        if (summary_.totals.size() > shown) {
            line(fmt::format("| {} | | |", messages::more(summary_.totals.size() - shown).in(language_)));
        }
        line("\n" + messages::note_documents(summary_.contracts, summary_.documents.rows, summary_.documents.ok).in(language_));
    }

    void put_changes() {
        heading("What changed");
        if (summary_.run_id.empty()) {
            // What differs from run to run stands only where the run has a name.
        } else if (summary_.documents.downloaded > 0) {
            item(messages::files_first_fetched(summary_.documents.downloaded));
        } else {
            line(fmt::format("- {}", translate(language_, "Nothing new: every file was there already.")));
        }
        put_differences();
        const std::size_t shown = std::min(summary_.addendum_sums.size(), addenda_max);
        for (std::size_t at = 0; at < shown; ++at) {
            const AddendumSum& sum = summary_.addendum_sums[at];
            std::string differences;
            for (const ClosedTotal& one : sum.differences) {
                differences += (differences.empty() ? "" : ", ") + amount_for_people(one.total, language_);
            }
            item(messages::note_addendum(sum.rows, place::Months(sum.period.to_text()),
                                         differences.empty() ? in_code(sum.file) : fmt::format("{} ({})", in_code(sum.file), differences)));
        }
        item_of_more(summary_.addendum_sums.size(), shown);
        put_kinds(changes.size(), [](Severity severity, FindingCode code) { return severity != Severity::error && is_change(code); });
    }

    /// Sums that differ most, and how many documents changed in which way.
    void put_differences() {
        if (!summary_.changes) {
            return;
        }
        const std::vector<const SumChange*> sums = by_weight(summary_.changes->sums);
        const std::size_t shown = std::min(sums.size(), sums_max);
        for (std::size_t at = 0; at < shown; ++at) {
            const SumChange& one = *sums[at];
            std::string place = in_code(one.contract_id);
            if (!one.contract_name.empty()) {
                place += fmt::format(" ({})", in_code(one.contract_name));
            }
            std::string share = percent_of(one);
            if (!share.empty()) {
                share = fmt::format(" ({}{}%)", decimal_for_people(language_, share), no_break_blank);
            }
            item(messages::note_sum(place, amount_or_nothing(one.before), amount_or_nothing(one.now), share));
        }
        item_of_more(sums.size(), shown);
        std::map<DocumentEvent, std::size_t> events;
        for (const DocumentChange& one : summary_.changes->documents) {
            ++events[one.event];
        }
        std::string told;
        for (const auto& [event, count] : events) {
            told += fmt::format("{}{} {}", told.empty() ? "" : ", ", word_of(language_, to_text(event)), group_thousands(count));
        }
        if (!told.empty()) {
            item(messages::note_documents_changed(told));
        }
    }
    [[nodiscard]] std::string amount_or_nothing(const std::optional<Money>& money) const {
        return money ? amount_for_people(*money, language_) : std::string(translate(language_, "nothing"));
    }

    void put_inbox() {
        if (summary_.inbox) {
            heading("Inbox and service");
            item(inbox_pairs_of(*summary_.inbox));
            item(inbox_rest_of(*summary_.inbox));
        }
    }

    void put_to_do() {
        heading("What to do");
        const std::size_t shown = std::min(summary_.to_do.size(), to_do_max);
        for (std::size_t at = 0; at < shown; ++at) {
            put_item(at + 1, summary_.to_do[at]);
        }
        if (shown > 0) {
            line("");  // of another list
        }
        const std::size_t kinds =
            put_kinds(shown > 0 ? kinds_max_below_to_do : kinds_max, [](Severity severity, FindingCode code) {
                return severity == Severity::error || (severity == Severity::warning && !is_change(code));
            });
        if (kinds == 0) {
            line(translate(language_, "Nothing."));
        }
        std::size_t rest = 0;
        for (const auto& [key, findings] : groups_) {
            rest += key.first == Severity::info && !is_change(key.second) ? findings.size() : 0;
        }
        if (rest > 0) {
            line("\n" + messages::for_information(rest).in(language_));
        }
    }

    /// "1. **error** `document-failed` `OCB1` (`Web shop`) `doc1` `a.pdf`, 12.50 EUR: Run the export again. *operations* `moisson …`"
    void put_item(std::size_t number, const ToDo& one) {
        const FindingKind& kind = one.finding.code.kind();
        std::string text = fmt::format("{}. **{}** {}", number, word_of(language_, to_text(one.finding.severity())), in_code(kind.code));
        text += one.finding.contract_id.empty() ? "" : " " + in_code(one.finding.contract_id);
        text += one.contract_name.empty() ? "" : fmt::format(" ({})", in_code(one.contract_name));
        for (const std::string* const part : {&one.finding.document_id, &one.filename}) {
            text += part->empty() ? "" : " " + in_code(*part);
        }
        text += one.amount ? ", " + amount_for_people(*one.amount, language_) : "";
        const std::string remedy = plain(show_text(language_, kind.remedy));
        text += messages::note_to_do(remedy, word_of(language_, to_text(who_acts(kind.code)))).in(language_);
        const std::string command = command_for(kind.code, one.finding.document_id, summary_.period);
        line(command.empty() ? text : fmt::format("{} `{}`", text, command));
    }

    static bool is_change(FindingCode code) { return std::find(changes.begin(), changes.end(), code) != changes.end(); }

    /// One line a kind, errors first; how many kinds there are.
    template <class Wanted>
    std::size_t put_kinds(std::size_t shown_max, const Wanted& is_wanted) {
        std::size_t kinds = 0;
        for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
            for (const auto& [key, findings] : groups_) {
                if (key.first == severity && is_wanted(severity, key.second) && ++kinds <= shown_max) {
                    put_kind(severity, key.second.kind(), findings);
                }
            }
        }
        item_of_more(kinds, shown_max);
        return kinds;
    }

    void put_kind(Severity severity, const FindingKind& kind, const Group& findings) {
        std::string text = plain(show_text(language_, kind.meaning));
        if (!kind.remedy.english().empty()) {
            text += " " + plain(show_text(language_, kind.remedy));
        }
        if (const std::string places = places_of(findings); !places.empty()) {
            text += " " + messages::seen_at(places).in(language_);
        }
        item(messages::note_kind(word_of(language_, to_text(severity)), in_code(kind.code), group_thousands(findings.size()), text));
    }

    std::string places_of(const Group& findings) {
        std::string places;
        std::size_t named = 0;
        for (const Finding* finding : findings) {
            if (!finding->contract_id.empty() && ++named <= places_max) {
                places += (places.empty() ? "" : ", ") + place_of(*finding);
            }
        }
        return named > places_max ? fmt::format("{} {}", places, messages::more(named - places_max).in(language_)) : places;
    }

    std::string place_of(const Finding& finding) {
        std::string text = in_code(finding.contract_id);
        if (const std::string& name = names_[finding.contract_id]; !name.empty()) {
            text += fmt::format(" ({})", in_code(name));
        }
        return finding.document_id.empty() ? text : text + " " + in_code(finding.document_id);
    }

    const RunSummary& summary_;
    const Language language_;
    std::map<std::string, std::string> names_;  ///< contract id to name
    std::map<std::pair<Severity, FindingCode>, Group> groups_;
    std::string out_;
};

}  // namespace

std::string summary_md(const RunSummary& summary, Language language) { return Note(summary, language).write(); }

}  // namespace moisson::report

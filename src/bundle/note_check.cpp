/// summary.md against the summary. See page_check.hpp.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bundle/markup.hpp"
#include "bundle/page_check.hpp"
#include "bundle/summary_check.hpp"
#include "domain/page_messages.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

constexpr std::size_t totals_shown_max = 6;
constexpr std::size_t kinds_shown_max = 18;  ///< of what is to be done

class NoteCheck {
public:
    NoteCheck(std::string_view note, const Value& summary, const Vocabulary& words, Problems& problems)
        : note_(note), summary_(summary), words_(words), language_(words.language()), problems_(problems) {}

    void run() {
        check_head();
        check_totals();
        check_kinds();
    }

private:
    void add(std::string_view what) { problems_.add(fmt::format("summary.md: {}", what)); }

    void check_head() {
        const std::string months = at_head(months_of(summary_, language_));
        const std::string title = messages::note_title(months, words_.word_of(view_member(summary_, "verdict"))).in(language_);
        if (note_.substr(0, note_.find('\n')) != title) {
            add(fmt::format("its title is not \"{}\"", sanitise(title, 120)));
        }
        if (const std::string causes = in_words(language_, stated_causes(summary_)); !has_text(note_, causes)) {
            add(fmt::format("it does not say why: {}", sanitise(causes, 200)));
        }
    }

    /// The rows of the only table, below its heading.
    void check_totals() {
        const Value& totals = items_member(summary_, "totals");
        const std::string_view rows = first_between(note_, "|---|---:|---:|\n", "\n\n");
        std::size_t at = 0;
        for (const Value& total : totals.GetArray()) {
            const std::size_t end = std::min(rows.find('\n', at), rows.size());
            const std::string_view row = rows.substr(at, end - at);
            at = std::min(end + 1, rows.size());
            const std::size_t amount = std::min(row.rfind("| ", row.size() - std::min<std::size_t>(row.size(), 2)), row.size());
            const std::size_t count = std::min(row.rfind("| ", amount - std::min<std::size_t>(amount, 1)), row.size());
            if (static_cast<std::size_t>(&total - totals.Begin()) == totals_shown_max) {
                return;  // the rest are counted
            }
            const std::string wanted = text_member(total, "amount") + text_member(total, "currency");
            if (plain_number(row.substr(amount)) != "|" + wanted + "|" ||
                plain_number(row.substr(count, amount - count)) != "|" + text_member(total, "documents")) {
                add(fmt::format("it does not show {} of {} documents", wanted, text_member(total, "documents")));
            }
        }
        if (at < rows.size()) {
            add("it has more totals than the summary");
        }
    }

    /// "- **error** `document-failed`, 3×: …": each as often as the summary has it, and all errors as far as there is room.
    void check_kinds() {
        std::map<std::pair<std::string, std::string>, std::uint64_t> stated;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            ++stated[{std::string(words_.word_of(view_member(finding, "severity"))), text_member(finding, "code")}];
        }
        std::size_t shown = 0;
        std::size_t at = 0;
        for (auto line = next_between(note_, "\n- **", ":", at); line.data() != nullptr; line = next_between(note_, "\n- **", ":", at)) {
            const std::string word(line.substr(0, line.find("**")));
            const std::string code(first_between(line, "`", "`"));
            const auto found = stated.find({word, code});
            const std::vector<std::uint64_t> numbers = numbers_in(line.substr(std::min(line.find("`, "), line.size())));
            if (found == stated.end() || numbers != std::vector{found->second}) {
                add(fmt::format("{} {} is not as often in the summary", sanitise(word, 40), sanitise(code, 40)));
            } else {
                stated.erase(found);
            }
            ++shown;
        }
        const auto is_error = [&](const auto& one) { return one.first.first == words_.word_of("error"); };
        const auto left = std::find_if(stated.begin(), stated.end(), is_error);
        if (shown < kinds_shown_max && left != stated.end()) {
            add(fmt::format("it does not name {}", sanitise(left->first.second, 40)));
        }
    }

    const std::string_view note_;
    const Value& summary_;
    const Vocabulary words_;
    const Language language_;
    Problems& problems_;
};

}  // namespace

void check_note(std::string_view note, const Value& summary, const Vocabulary& words, Problems& problems) {
    NoteCheck(note, summary, words, problems).run();
}

}  // namespace moisson::bundle

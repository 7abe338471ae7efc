/// summary.md against the summary. See page_check.hpp.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/gate.hpp"
#include "bundle/markup.hpp"
#include "bundle/page_check.hpp"
#include "bundle/summary_check.hpp"
#include "domain/page_messages.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

constexpr std::size_t totals_shown_max = 6;
constexpr std::size_t kinds_shown_max = 18;  ///< of what is to be done
constexpr std::size_t kinds_shown_max_below_to_do = 6;
constexpr std::size_t to_do_shown_max = 10;
constexpr std::size_t note_name_bytes_max = 60;

/// Every second piece between grave accents that are not escaped.
std::vector<std::string> code_spans(std::string_view text) {
    std::string line;
    for (const char letter : text) {
        if (letter == '`' && line.ends_with('\\')) {
            line.back() = '\'';
        } else {
            line += letter;
        }
    }
    std::vector<std::string> spans;
    std::size_t at = 0;
    for (auto span = next_between(line, "`", "`", at); span.data() != nullptr; span = next_between(line, "`", "`", at)) {
        spans.emplace_back(span);
    }
    return spans;
}

class NoteCheck {
public:
    NoteCheck(std::string_view note, const Value& summary, const Vocabulary& words, Problems& problems)
        : note_(note), summary_(summary), words_(words), language_(words.language()), problems_(problems) {}

    void run() {
        check_head();
        check_totals();
        const bool has_to_do = check_to_do();
        check_kinds(has_to_do ? kinds_shown_max_below_to_do : kinds_shown_max);
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

    /// "1. **error** `document-failed` `OCB1` (`Web shop`) `doc1` `a.pdf`, 12.50 EUR: … *operations* `moisson …`": the first of the
    /// summary's things to do. False: an earlier version's note has none.
    bool check_to_do() {
        const Value* const to_do = find_member(summary_, "to_do");
        std::size_t start = note_.find("\n1. **");
        if (to_do == nullptr || !to_do->IsArray() || to_do->Empty()) {
            return false;
        }
        if (start == std::string_view::npos) {
            if (is_of_this_build(summary_)) {
                add("it does not list what is to be done");
            }
            return false;
        }
        for (rapidjson::SizeType index = 0; index < std::min<std::size_t>(to_do->Size(), to_do_shown_max); ++index) {
            const std::size_t end = start == std::string_view::npos ? start : note_.find('\n', start + 1);
            const std::string_view line = end == std::string_view::npos ? std::string_view() : note_.substr(start + 1, end - start - 1);
            if (!shows(line, index + 1, (*to_do)[index])) {
                add(fmt::format("its thing to do number {} is not the summary's", index + 1));
            }
            start = end;
        }
        if (start != std::string_view::npos && note_.substr(start, 2) != "\n\n") {
            add("it has more things to do than the summary");
        }
        return true;
    }

    [[nodiscard]] bool shows(std::string_view line, std::size_t number, const Value& one) const {
        const std::string head =
            fmt::format("{}. **{}** `{}`", number, words_.word_of(view_member(one, "severity")), text_member(one, "code"));
        const std::string who = fmt::format(" *{}*", words_.word_of(view_member(one, "who")));
        if (!line.starts_with(head) || !has_text(line, who)) {
            return false;
        }
        std::vector<std::string> wanted;
        bool is_odd = false;
        for (const char* const name : {"code", "contract_id", "contract_name", "document_id", "filename", "command"}) {
            const std::string text = text_member(one, name);
            is_odd = is_odd || is_odd_text(text) || text.find_first_of("`<>|\\") != std::string::npos;
            const bool is_ours = std::string_view(name) == "command" || std::string_view(name) == "code";
            if (!text.empty()) {
                wanted.push_back(is_ours ? text : gated_text(sanitise(text, note_name_bytes_max)));
            }
        }
        const std::string amount = text_member(one, "amount");
        const std::string shown = plain_number(first_between(line, "`, ", ":"));
        const bool has_amount = amount.empty() || shown == amount + text_member(one, "currency");
        return has_amount && (is_odd || code_spans(line) == wanted);
    }

    /// "- **error** `document-failed`, 3×: …": each as often as the summary has it, and all errors as far as there is room.
    void check_kinds(std::size_t shown_max) {
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
        if (shown < shown_max && left != stated.end()) {
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

#include "bundle/to_do_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "bundle/markup.hpp"
#include "bundle/said.hpp"
#include "bundle/summary_check.hpp"
#include "domain/finding.hpp"
#include "domain/language.hpp"
#include "domain/to_do.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Items that the page shows.
constexpr std::size_t shown_max = 200;

/// What an item has of its finding.
std::string finding_key(const Value& one, const char* sentence) {
    std::string key;
    for (const char* const name : {"severity", "code", "contract_id", "document_id", "request_id"}) {
        key += text_member(one, name) + "\n";
    }
    return key + text_member(one, sentence);
}

std::string name_of(const Value& one) {
    return fmt::format("{} {} {}", sanitise(text_member(one, "code"), 40), sanitise(text_member(one, "contract_id"), 60),
                       sanitise(text_member(one, "document_id"), 80));
}

/// What a sentence of the summary is on a page: its own words, or what its kind means.
bool shows_why(std::string_view shown, const Value& one, const Vocabulary& words, bool is_own) {
    const std::string why = text_member(one, "why");
    const auto kinds = all_finding_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const FindingKind& any) { return any.meaning.english() == why; });
    if (kind != kinds.end() && is_own) {
        return bare(shown) == bare(show_text(words.language(), kind->meaning));
    }
    const bool is_foreign = words.language() != Language::english && !why.empty() && has_text(bare(shown), bare(why));
    return kind != kinds.end() || says(words, shown, why) || is_foreign;
}

/// Three paragraphs: what to do and who, where, why; then the command.
bool shows_item(std::string_view item, const Value& one, const Vocabulary& words, bool is_own) {
    std::size_t at = 0;
    const std::string_view head = next_between(item, "<p>", "</p>", at);
    const std::string_view place = next_between(item, "<p>", "</p>", at);
    const std::string_view why = next_between(item, "<p>", "</p>", at);
    const std::string badge = text_of_markup(first_between(head, "<span class=\"badge ", "</span>"));
    bool fits = badge.substr(std::min(badge.find('>') + 1, badge.size())) == words.word_of(view_member(one, "severity"));
    fits = fits && text_of_markup(first_between(head, "<em>", "</em>")) == words.word_of(view_member(one, "who"));
    const FindingKind* const kind = find_finding_kind(view_member(one, "code"));
    const std::string remedy = text_of_markup(first_between(head, "<strong>", "</strong>"));
    fits = fits && (!is_own || (kind != nullptr && bare(remedy) == bare(show_text(words.language(), kind->remedy))));
    std::string named;
    for (const char* const name : {"contract_id", "contract_name", "document_id", "filename"}) {
        named += text_member(one, name);
    }
    fits = fits && (is_odd_text(named) || bare(text_of_markup(place.substr(0, place.find("<b>")))) == bare(named));
    const std::string stated = text_member(one, "amount");
    const std::string amount = plain_number(text_of_markup(first_between(place, "<b>", "</b>")));
    fits = fits && amount == (stated.empty() ? stated : stated + text_member(one, "currency"));
    fits = fits && text_of_markup(first_between(item, "<code>", "</code>")) == text_member(one, "command");
    return fits && shows_why(text_of_markup(why), one, words, is_own);
}

}  // namespace

void check_to_do(const Value& summary, const std::string& where, Problems& problems) {
    const Value* const to_do = find_member(summary, "to_do");
    if (to_do == nullptr || !to_do->IsArray()) {
        return;
    }
    const bool is_own = is_of_this_build(summary);
    std::multiset<std::string> findings;
    for (const Value& finding : items_member(summary, "findings").GetArray()) {
        const FindingKind* const kind = find_finding_kind(view_member(finding, "code"));
        if (view_member(finding, "severity") != "info" && kind != nullptr && !kind->remedy.english().empty()) {
            findings.insert(finding_key(finding, "message"));
        }
    }
    std::map<std::string_view, std::string_view> names;
    for (const Value& entry : items_member(summary, "completeness").GetArray()) {
        names.emplace(view_member(entry, "contract_id"), view_member(entry, "contract_name"));
    }
    const StatedPeriod period = stated_period(summary);
    const MonthRange months{Month::parse(period.first), Month::parse(period.last)};
    bool are_warnings = false;
    for (const Value& one : to_do->GetArray()) {
        const auto found = findings.find(finding_key(one, "why"));
        const std::string_view code = view_member(one, "code");
        const FindingKind* const kind = find_finding_kind(code);
        const bool is_warning = view_member(one, "severity") == "warning";
        const auto name = names.find(view_member(one, "contract_id"));
        const bool has_name = text_member(one, "contract_name") == (name == names.end() ? std::string_view() : name->second);
        const bool is_said = !is_own || (kind != nullptr && text_member(one, "what") == kind->remedy.english() &&
                                         text_member(one, "who") == to_text(who_acts(code)) &&
                                         text_member(one, "command") == command_for(code, view_member(one, "document_id"), months));
        const bool is_amount = text_member(one, "amount").empty() == text_member(one, "currency").empty();
        if (found == findings.end() || !has_name || !is_said || !is_amount || (are_warnings && !is_warning)) {
            problems.add(fmt::format("{}: to_do names {}, which its findings do not ask for so", where, name_of(one)));
        }
        if (found != findings.end()) {
            findings.erase(found);
        }
        are_warnings = is_warning;
    }
    if (is_own && !findings.empty()) {
        problems.add(fmt::format("{}: to_do leaves out {}", where, sanitise(*findings.begin(), 120)));
    }
}

void check_to_do_shown(std::string_view section, const Value& summary, const Vocabulary& words, Problems& problems) {
    const Value* const to_do = find_member(summary, "to_do");
    if (to_do == nullptr || section.empty()) {
        if ((to_do == nullptr) != section.empty()) {
            problems.add("report.html: what is to be done stands in it or in the summary alone");
        }
        return;
    }
    std::vector<std::string> items;
    std::size_t at = 0;
    for (auto item = next_between(section, "<li>", "</li>", at); item.data() != nullptr;
         item = next_between(section, "<li>", "</li>", at)) {
        items.emplace_back(item);
    }
    const auto& all = items_member(summary, "to_do").GetArray();
    if (items.size() != std::min<std::size_t>(all.Size(), shown_max)) {
        problems.add(fmt::format("report.html: it shows {} things to do, the summary has {}", items.size(), all.Size()));
        return;
    }
    const bool is_own = is_of_this_build(summary);
    for (std::size_t index = 0; index < items.size(); ++index) {
        const Value& one = all[static_cast<rapidjson::SizeType>(index)];
        if (!shows_item(items[index], one, words, is_own)) {
            problems.add(fmt::format("report.html: its thing to do number {} is not {}", index + 1, name_of(one)));
        }
    }
}

}  // namespace moisson::bundle

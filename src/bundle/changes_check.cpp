#include "bundle/changes_check.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bundle/markup.hpp"
#include "bundle/said.hpp"
#include "bundle/summary_check.hpp"
#include "domain/big_decimal.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Rows that the page shows of one table.
constexpr std::size_t changed_rows_max = 200;

/// "-12.50" is -1250; of nothing 0. Empty: no amount.
std::optional<Int128> minor_of(std::string text) {
    if (text.empty()) {
        return 0;
    }
    std::erase(text, '.');
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() ? std::optional<Int128>(value) : std::nullopt;
}

std::string digits_of(Int128 value) {
    std::string text;
    do {
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value > 0);
    return text;
}

/// With as many digits behind the dot as `like` has.
std::string decimal_like(std::string_view like, Int128 minor) {
    const std::size_t dot = like.find('.');
    const std::size_t decimals = dot == std::string_view::npos ? 0 : like.size() - dot - 1;
    std::string text = digits_of(minor < 0 ? -minor : minor);
    if (text.size() <= decimals) {
        text.insert(0, decimals + 1 - text.size(), '0');
    }
    if (decimals > 0) {
        text.insert(text.size() - decimals, ".");
    }
    return (minor < 0 ? "-" : "") + text;
}

std::string share_of(Int128 difference, Int128 before) {
    if (before == 0) {
        return {};
    }
    constexpr Int128 permille = 1000;
    const Int128 size = before < 0 ? -before : before;
    const Int128 tenths = ((difference < 0 ? -difference : difference) * permille * 2 + size) / (size * 2);
    std::string text = decimal_like("0.0", tenths);
    return difference < 0 && tenths > 0 ? "-" + text : text;
}

void check_arithmetic(const Value& one, const std::string& where, const std::string& name, Problems& problems) {
    const std::string before_text = text_member(one, "before");
    const std::string now_text = text_member(one, "amount");
    const auto before = minor_of(before_text);
    const auto now = minor_of(now_text);
    const std::string stated = text_member(one, "difference");
    if (!before || !now) {
        problems.add(fmt::format("{}: changes of {}: an amount is none", where, name));
        return;
    }
    const Int128 difference = *now - *before;
    const std::string share = share_of(difference, *before);
    const bool is_told = stated.empty() || stated == decimal_like(now_text.empty() ? before_text : now_text, difference);
    if (!is_told || (text_member(one, "percent") != share && !text_member(one, "percent").empty()) || before_text == now_text) {
        problems.add(fmt::format("{}: changes of {}: {} and {} percent are not what {} and {} make", where, name, sanitise(stated, 40),
                                 sanitise(text_member(one, "percent"), 20), before_text.empty() ? "nothing" : before_text,
                                 now_text.empty() ? "nothing" : now_text));
    }
}

using Rows = std::vector<std::vector<std::string>>;

/// The cells of each row, as people see them, without blanks.
void take_rows(std::string_view table, Rows& rows) {
    std::size_t at = 0;
    for (auto row = next_between(table, "<tr><td", "</tr>", at); row.data() != nullptr; row = next_between(table, "<tr><td", "</tr>", at)) {
        std::vector<std::string>& cells = rows.emplace_back();
        while (!row.empty()) {
            const std::size_t begin = std::min(row.find('>'), row.size() - 1) + 1;
            const std::size_t end = std::min(row.find("</td>"), row.size());
            cells.push_back(bare(text_of_markup(row.substr(std::min(begin, end), end - std::min(begin, end)))));
            const std::size_t next = row.find("<td", end);
            row = next == std::string_view::npos ? std::string_view() : row.substr(next);
        }
    }
}

std::string shown_amount(const Value& one, const char* name) {
    const std::string amount = text_member(one, name);
    return amount.empty() ? amount : amount + text_member(one, "currency");
}

/// Issued again in another currency.
std::string shown_before(const Value& one) {
    const std::string currency = text_member(one, "currency_before");
    return currency.empty() ? shown_amount(one, "before") : text_member(one, "before") + currency;
}

class ShownChanges {
public:
    ShownChanges(const Vocabulary& words, Problems& problems) : words_(words), problems_(problems) {}

    void check_sums(const Rows& rows, const Value& sums) {
        std::multiset<std::string> wanted;
        for (const Value& one : sums.GetArray()) {
            std::string place = text_member(one, "contract_id") + text_member(one, "contract_name");
            place += is_true(one, "first") ? word("first invoice") : "";
            place += text_member(one, "amount").empty() ? word("nothing any more") : "";
            place += is_true(one, "unusual") ? word("unusual") : "";
            const std::string share = text_member(one, "percent");
            wanted.insert(key({is_odd_text(place) ? std::string() : bare(place), shown_amount(one, "before"), shown_amount(one, "amount"),
                               shown_amount(one, "difference"), share.empty() ? share : share + "%"}));
        }
        hold(rows, std::move(wanted), {0}, "sum");
    }

    void check_documents(const Rows& rows, const Value& documents) {
        std::multiset<std::string> wanted;
        for (const Value& one : documents.GetArray()) {
            const std::string type = text_member(one, "document_type");
            std::vector<std::string> cells{std::string(words_.word_of(view_member(one, "change"))),
                                           text_member(one, "contract_id") + text_member(one, "contract_name"),
                                           text_member(one, "document_id") + std::string(words_.word_of(type)),
                                           text_member(one, "filename") + text_member(one, "filename_before"), shown_before(one),
                                           shown_amount(one, "amount")};
            for (std::size_t at = 0; at < 4; ++at) {
                cells[at] = is_odd_text(cells[at]) ? std::string() : bare(cells[at]);
            }
            wanted.insert(key(cells));
        }
        hold(rows, std::move(wanted), {0, 1, 2, 3}, "document");
    }

private:
    [[nodiscard]] std::string word(Word word) const { return std::string(words_.word(word)); }
    [[nodiscard]] static bool is_true(const Value& one, const char* name) {
        const Value* const value = find_member(one, name);
        return value != nullptr && value->IsBool() && value->GetBool();
    }
    static std::string key(const std::vector<std::string>& cells) {
        std::string text;
        for (const std::string& cell : cells) {
            text += cell + "\n";
        }
        return text;
    }

    /// Text from outside may hold what a page cannot show: such a cell, one of `texts`, is empty among what is wanted.
    void hold(const Rows& rows, std::multiset<std::string> wanted, const std::vector<std::size_t>& texts, std::string_view what) {
        if (rows.size() != std::min(wanted.size(), changed_rows_max)) {
            problems_.add(fmt::format("report.html: it shows {} changes of a {}, the summary has {}", rows.size(), what, wanted.size()));
            return;
        }
        for (const std::vector<std::string>& row : rows) {
            std::vector<std::string> cells = row;
            for (std::size_t at = 0; at < cells.size(); ++at) {
                const bool is_text = std::find(texts.begin(), texts.end(), at) != texts.end();
                cells[at] = is_text ? cells[at] : plain_number(cells[at]);
            }
            auto found = wanted.find(key(cells));
            for (std::size_t mask = 1; found == wanted.end() && mask < (std::size_t{1} << texts.size()); ++mask) {
                std::vector<std::string> blanked = cells;
                for (std::size_t at = 0; at < texts.size(); ++at) {
                    if ((mask >> at & 1U) != 0 && texts[at] < blanked.size()) {
                        blanked[texts[at]].clear();
                    }
                }
                found = wanted.find(key(blanked));
            }
            if (found == wanted.end()) {
                problems_.add(fmt::format("report.html: its change {} is none of the summary's, or stands twice",
                                          sanitise(row.empty() ? std::string() : row.front(), 80)));
                continue;
            }
            wanted.erase(found);
        }
    }

    const Vocabulary& words_;
    Problems& problems_;
};

/// Of the table with that caption, and of the one in which it goes on, folded. None: there is no such table.
Rows rows_of(std::string_view section, std::string_view caption) {
    Rows rows;
    for (const std::string_view tag : {"caption", "caption class=\"hidden\""}) {
        take_rows(first_between(section, fmt::format("<{}>{}</caption>", tag, caption), "</table>"), rows);
    }
    return rows;
}

}  // namespace

void check_changed_sums(const Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems) {
    const Value* const changes = find_member(summary, "changes");
    if (changes == nullptr) {
        return;
    }
    const StatedPeriod period = stated_period(summary);
    const auto month = Month::parse(period.first);
    const std::string before = text_member(*changes, "month_before");
    const Value& sums = items_member(*changes, "sums");
    const bool is_before = month && (before.empty() ? sums.Empty() : before == month->plus(-1).to_text());
    if (!is_before || period.first != period.last) {
        problems.add(fmt::format("{}: changes: {} is not the month before {}", where, before.empty() ? "none" : sanitise(before, 20),
                                 sanitise(period.first, 20)));
    }
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Value& one : sums.GetArray()) {
        const std::string_view contract = view_member(one, "contract_id");
        const std::string_view code = view_member(one, "currency");
        const std::string name = fmt::format("{} {}", sanitise(contract, 60), sanitise(code, 10));
        const auto found = facts.contracts.find(contract);
        std::string now;
        if (found != facts.contracts.end()) {
            const auto sum = found->second.sums.find(std::string(code));
            now = sum == found->second.sums.end() ? std::string() : to_decimal(sum->second.total);
        }
        if (text_member(one, "amount") != now) {
            problems.add(fmt::format("{}: changes says {} {} of {}, the ledger gives {}", where, sanitise(text_member(one, "amount"), 40),
                                     sanitise(code, 10), sanitise(contract, 60), now.empty() ? "nothing" : now));
        }
        check_arithmetic(one, where, name, problems);
        if (!seen.emplace(contract, code).second) {
            problems.add(fmt::format("{}: changes names {} twice", where, name));
        }
    }
}

void check_changes_shown(std::string_view section, const Value& summary, const Vocabulary& words, Problems& problems) {
    const Value* const changes = find_member(summary, "changes");
    if (changes == nullptr || section.empty()) {
        if ((changes == nullptr) != section.empty()) {
            problems.add("report.html: what changed stands in it or in the summary alone");
        }
        return;
    }
    const std::string text = text_of_markup(section);
    const Value* const was_published = find_member(*changes, "was_published");
    const bool has_last = was_published != nullptr && was_published->IsBool() && was_published->GetBool();
    const auto is_none_shown = [&](Word sentence) { return has_text(text, words.word(sentence)); };
    if (is_none_shown("No document changed.") != (has_last && items_member(*changes, "documents").Empty()) ||
        is_none_shown("No contract's sum is another one.") !=
            (!text_member(*changes, "month_before").empty() && items_member(*changes, "sums").Empty())) {
        problems.add("report.html: what it compares with is not what the summary says");
    }
    if (!has_last && !items_member(*changes, "documents").Empty()) {
        problems.add("summary.json: changes names documents of a month that was not published before");
    }
    ShownChanges shown(words, problems);
    shown.check_sums(rows_of(section, words.word("Against the month before")), items_member(*changes, "sums"));
    shown.check_documents(rows_of(section, words.word("Since it was last published")), items_member(*changes, "documents"));
}

}  // namespace moisson::bundle

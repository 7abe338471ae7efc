/// report.html against the summary. See page_check.hpp.

#include "bundle/page_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "bundle/changes_check.hpp"
#include "bundle/evidence_check.hpp"
#include "bundle/limits.hpp"
#include "bundle/markup.hpp"
#include "bundle/page_markup_check.hpp"
#include "bundle/page_shown_check.hpp"
#include "bundle/said.hpp"
#include "bundle/summary_check.hpp"
#include "bundle/to_do_check.hpp"
#include "domain/document_type.hpp"
#include "domain/finding.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Rows that the page shows of one kind of finding.
constexpr std::size_t finding_rows_max = 200;

/// Text from outside may hold what a page cannot show; plain text is compared as it is.
bool shows_same(std::string_view shown, std::string_view stated) { return is_odd_text(stated) || bare(shown) == bare(stated); }

std::string size_in_words(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> units{"", "k", "M", "G", "T"};
    std::uint64_t divisor = 1;
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes / divisor >= 1000) {
        divisor *= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{}", bytes) : fmt::format("{}.{}{}", bytes / divisor, bytes % divisor / (divisor / 10), units.at(unit));
}

class PageCheck {
public:
    PageCheck(std::string_view html, const Value& summary, const LedgerFacts& facts, const Vocabulary& words, Problems& problems)
        : html_(html), summary_(summary), facts_(facts), words_(words), language_(words.language()), problems_(problems) {}

    void check_head() {
        if (attribute_of(first_between(html_, "<html", ">"), "lang") != to_text(language_)) {
            add("its language is not the workbook's");
        }
        const std::string verdict = code(text_member(summary_, "verdict"));
        const std::string badge = text_of_markup(first_between(html_, "<strong class=\"badge", "</strong>"));
        if (badge.substr(std::min(badge.find('>') + 1, badge.size())) != verdict) {
            add(fmt::format("its verdict is {}, the summary's is {}", sanitise(badge, 60), verdict));
        }
        const std::string causes = in_words(language_, stated_causes(summary_));
        if (!has_text(text_of_markup(first_between(html_, "<p class=\"verdict\">", "</p>")), causes)) {
            add(fmt::format("it does not say why: {}", sanitise(causes, 200)));
        }
        const std::string months = months_of(summary_, language_);
        for (const auto& [name, text] : {std::pair("title", text_of_markup(first_between(html_, "<title>", "</title>"))),
                                         std::pair("heading", text_of_markup(first_between(html_, "<h1>", "</h1>")))}) {
            const bool has_month = text.find(months) != std::string::npos || text.starts_with(at_head(months));
            const bool has_verdict = std::string_view(name) == "heading" || has_text(text, verdict);
            if (!has_month || !has_verdict) {
                add(fmt::format("its {} is {}, the summary is of {} and {}", name, sanitise(text, 80), months, verdict));
            }
        }
    }

    void check_tiles() {
        std::map<std::string, std::pair<std::string, std::string>> tiles;  // label to value and note
        std::size_t at = 0;
        for (auto tile = next_between(html_, "<div class=\"tile\">", "</div>", at); tile.data() != nullptr;
             tile = next_between(html_, "<div class=\"tile\">", "</div>", at)) {
            const std::string label = text_of_markup(first_between(tile, "<dt>", "</dt>"));
            const std::string value = text_of_markup(first_between(tile, "<dd>", "<small>"));
            if (!tiles.emplace(label, std::pair(value, text_of_markup(first_between(tile, "<small>", "</small>")))).second) {
                add(fmt::format("it shows {} twice", sanitise(label, 60)));
            }
        }
        const auto want = [&](const std::string& label, const std::string& value, const std::vector<std::uint64_t>& numbers) {
            const auto found = tiles.find(label);
            if (found == tiles.end() || plain_number(found->second.first) != value || numbers_in(found->second.second) != numbers) {
                add(fmt::format("{} shows {}, the summary has {}", sanitise(label, 60),
                                found == tiles.end() ? "nothing" : sanitise(found->second.first + ", " + found->second.second, 120),
                                value));
            }
        };
        std::size_t wanted = 3;
        for (const Value& total : items_member(summary_, "totals").GetArray()) {
            const std::string code = text_member(total, "currency");
            const auto unit = find_currency(code);
            want(unit ? unit->name_in(language_) : code, text_member(total, "amount") + code,
                 {count_member(total, "documents"), count_member(total, "credits")});
            ++wanted;
        }
        if (const Value* const total = find_member(summary_, "reporting_total")) {
            const std::string code = text_member(*total, "currency");
            std::vector<std::uint64_t> numbers{count_member(*total, "documents")};
            if (count_member(*total, "documents_without_rate") > 0) {
                numbers.push_back(count_member(*total, "documents_without_rate"));
            }
            want(messages::converted_to(code).in(language_), text_member(*total, "amount") + code, numbers);
            ++wanted;
        }
        const Value* const documents = find_member(summary_, "documents");
        if (documents == nullptr) {
            return;
        }
        const auto count = [&](const char* member) { return count_member(*documents, member); };
        want(word("Contracts"), text_member(summary_, "contracts"), {});
        want(word("Documents"), text_member(*documents, "rows"), {count("ok"), count("counted")});
        want(word("Missing files"), fmt::format("{}", count("not_ready") + count("failed")), {count("not_ready"), count("failed")});
        if (tiles.size() != wanted) {
            add(fmt::format("it shows {} sums and counts, the summary has {}", tiles.size(), wanted));
        }
    }

    /// The rules that the sums were made by.
    void check_notes() {
        std::vector<std::string> wanted;  // in English but for the words around what the summary says
        wanted.push_back(messages::counting_rule(text_member(summary_, "counting_rule")).in(language_));
        for (const Value& use : items_member(summary_, "counting_rules").GetArray()) {
            constexpr std::size_t named_max = 10;
            const Value& contracts = items_member(use, "contracts");
            std::string named;
            for (const Value& contract : contracts.GetArray()) {
                named += (named.empty() ? "" : ", ") + text_of(contract);
            }
            if (contracts.Size() > named_max) {
                named = messages::contracts_named_elsewhere(contracts.Size()).in(language_);
            }
            wanted.push_back(messages::counted_by_another_rule(named, text_member(use, "rule")).in(language_));
        }
        if (const Value* const total = find_member(summary_, "reporting_total")) {
            wanted.push_back(messages::converted_with(code(text_member(*total, "rate_rule")), text_member(*total, "rates")).in(language_));
        }
        const std::string_view section = section_of("totals");
        std::size_t at = 0;
        for (auto note = next_between(section, "<p class=\"note\">", "</p>", at); note.data() != nullptr;
             note = next_between(section, "<p class=\"note\">", "</p>", at)) {
            const std::string text = text_of_markup(note);
            const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const std::string& one) { return says_rule(text, one); });
            if (found == wanted.end()) {
                add(fmt::format("its note {} is not what the summary says", sanitise(text, 120)));
            } else {
                wanted.erase(found);
            }
        }
        if (!wanted.empty()) {
            add("a note on how the sums were made is missing");
        }
    }

    void check_findings() {
        std::map<std::pair<std::string, std::string>, std::vector<const Value*>> groups;  // severity and code
        const Value& findings = items_member(summary_, "findings");
        for (const Value& finding : findings.GetArray()) {
            groups[{code(text_member(finding, "severity")), text_member(finding, "code")}].push_back(&finding);
        }
        std::size_t at = 0;
        const std::string_view section = section_of("findings");
        for (auto article = next_between(section, "<article>", "</article>", at); article.data() != nullptr;
             article = next_between(section, "<article>", "</article>", at)) {
            const std::string_view head = first_between(article, "<h3>", "</h3>");
            const std::string badge = text_of_markup(first_between(head, "<span class=\"badge ", "</span>"));
            const std::pair key(badge.substr(std::min(badge.find('>') + 1, badge.size())),
                                text_of_markup(first_between(head, "<code>", "</code>")));
            const auto group = groups.find(key);
            const auto count = numbers_in(text_of_markup(first_between(head, "<span class=\"count\">", "</span>")));
            if (group == groups.end() || count != std::vector<std::uint64_t>{group->second.size()}) {
                add(fmt::format("its findings {} {} are not as many as the summary's", sanitise(key.first, 20), sanitise(key.second, 40)));
                continue;
            }
            check_meaning(article, key.second);
            check_finding_rows(article, group->second);
            groups.erase(group);
        }
        if (!groups.empty()) {
            add(fmt::format("it does not show the findings {} {}", groups.begin()->first.first, groups.begin()->first.second));
        }
    }

    void check_to_do() { check_to_do_shown(section_of("to-do"), summary_, words_, problems_); }
    void check_changes() { check_changes_shown(section_of("changes"), summary_, words_, problems_); }

    void check_contracts() {
        std::map<std::string, const Value*> contracts;
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            contracts[bare(sanitise(text_member(entry, "contract_id"), SIZE_MAX))] = &entry;
            names_[text_member(entry, "contract_id")] = text_member(entry, "contract_name");
        }
        for_each_row(section_of("completeness"), [&](const std::vector<std::string>& cells) {
            const std::size_t line = std::min(cells[0].find('\n'), cells[0].size());
            const auto found = contracts.find(bare(std::string_view(cells[0]).substr(0, line)));
            if (found == contracts.end()) {
                add(fmt::format("its contract {} is none of the summary's, or stands twice", sanitise(cells[0], 60)));
                return;
            }
            check_contract(*found->second, std::string_view(cells[0]).substr(std::min(line + 1, cells[0].size())), cells);
            contracts.erase(found);
        });
        if (!contracts.empty()) {
            add(fmt::format("it does not show the contract {}", sanitise(contracts.begin()->first, 60)));
        }
    }

    void check_charts() {
        std::set<std::string> months;
        for (const auto& [key, total] : facts_.months) {
            if (const auto month = Month::parse(key.second)) {
                months.insert(sum_key(month_for_people(language_, *month), total));
            }
        }
        for_each_row(section_of("months"), [&](const std::vector<std::string>& cells) {
            if (!shows_sum(cells[0], cells, months)) {
                add(fmt::format("its month {} shows a sum that the ledger does not give", sanitise(cells[0], 40)));
            }
        });
        std::set<std::string> contracts;
        for (const auto& [contract, facts] : facts_.contracts) {
            const auto named = names_.find(contract);
            const std::string name = contract + " " + (named == names_.end() ? facts.name : named->second);
            for (const auto& [code, total] : facts.sums) {
                contracts.insert(sum_key(is_odd_text(name) ? std::string() : bare(name), total));
            }
        }
        for_each_row(section_of("largest"), [&](const std::vector<std::string>& cells) {
            if (!shows_sum(bare(cells[0]), cells, contracts) && !shows_sum({}, cells, contracts)) {
                add(fmt::format("its contract {} shows a sum that the ledger does not give", sanitise(cells[0], 80)));
            }
        });
    }

    /// All but the pages themselves and the evidence, which were not there yet.
    void check_files() {
        static constexpr std::array<std::string_view, 5> later{"report.html", "junit.xml", "summary.md", evidence_name, answers_name};
        std::map<std::string, const Value*> files;
        for (const Value& file : items_member(summary_, "files").GetArray()) {
            const std::string path = text_member(file, "path");
            if (std::find(later.begin(), later.end(), path) == later.end()) {
                files[path] = &file;
            }
        }
        for_each_row(section_of("files"), [&](const std::vector<std::string>& cells) {
            const auto found = files.find(cells[0]);
            if (found == files.end() || cells.size() < 3 || cells[2] != text_member(*found->second, "sha256") ||
                !plain_number(cells[1]).starts_with(size_in_words(count_member(*found->second, "size_bytes")))) {
                add(fmt::format("its file {} is not as the summary lists it", sanitise(cells[0], 80)));
            }
            if (found != files.end()) {
                files.erase(found);
            }
        });
        if (!files.empty()) {
            add(fmt::format("it does not list {}", sanitise(files.begin()->first, 80)));
        }
    }

    void check_run() {
        std::map<std::string, std::string> shown;
        const std::string_view section = section_of("run");
        std::size_t at = 0;
        for (auto fact = next_between(section, "<div>", "</div>", at); fact.data() != nullptr;
             fact = next_between(section, "<div>", "</div>", at)) {
            shown[text_of_markup(first_between(fact, "<dt>", "</dt>"))] = text_of_markup(first_between(fact, "<dd>", "</dd>"));
        }
        const auto want = [&](Word label, const std::string& text) {
            if (!text.empty() && !shows_same(shown[word(label)], text)) {
                add(fmt::format("{} is {}, the summary says {}", label.in(Language::english), sanitise(shown[word(label)], 80),
                                sanitise(text, 80)));
            }
        };
        const auto instant = [&](const char* member) {
            const auto found = parse_timestamp(text_member(summary_, member));
            return found ? instant_for_people(language_, *found) : std::string();
        };
        const StatedPeriod period = stated_period(summary_);
        if (!period.first.empty() || !period.last.empty()) {
            want("Period", months_for_people(language_, MonthRange{Month::parse(period.first), Month::parse(period.last)}));
        }
        want("Source", text_member(summary_, "source"));
        want("Run", text_member(summary_, "run_id"));
        want("Started", instant("started_at"));
        want("Data as of", instant("data_date"));
        const auto numbers = [&](Word label, const char* object, const std::vector<const char*>& members) {
            std::vector<std::uint64_t> stated;
            const Value* const value = find_member(summary_, object);
            for (const char* member : members) {
                stated.push_back(value == nullptr ? 0 : count_member(*value, member));
            }
            if (numbers_in(shown[word(label)]) != stated) {
                add(fmt::format("{}: {} is not what the summary's {} say", label.in(Language::english), sanitise(shown[word(label)], 120),
                                object));
            }
        };
        numbers("Requests", "requests", {"token", "contracts", "lists", "files", "retries", "throttled"});
        numbers("Files fetched", "documents", {"downloaded", "reused"});
        if (const Value* const requests = find_member(summary_, "requests")) {
            const std::string received = plain_number(shown[word("Received")]);
            if (!received.starts_with(size_in_words(count_member(*requests, "bytes_received")))) {
                add(fmt::format("Received is {}, the summary says {} bytes", sanitise(received, 40),
                                sanitise(text_member(*requests, "bytes_received"), 40)));
            }
        }
        check_filters(shown);
        const Value* const tool = find_member(summary_, "tool");
        const std::string footer = text_of_markup(first_between(html_, "<footer>", "</footer>"));
        if (tool == nullptr || !has_text(footer, text_member(*tool, "version"))) {
            add("its last line does not name the summary's version");
        }
    }

private:
    void add(std::string_view what) { problems_.add(fmt::format("report.html: {}", what)); }
    [[nodiscard]] std::string word(Word word) const { return std::string(words_.word(word)); }
    [[nodiscard]] std::string code(std::string_view code) const { return std::string(words_.word_of(code)); }

    /// A note is its own words around the rule. In another language the rule's types stand there by their names in it.
    [[nodiscard]] bool says_rule(std::string_view shown, std::string_view wanted) const {
        if (language_ == Language::english) {
            return bare(shown) == bare(wanted);
        }
        const std::string text = bare(shown);
        return says(words_, shown, wanted) && std::all_of(document_types.begin(), document_types.end(), [&](const DocumentType& type) {
                   return wanted.find(type.name) == std::string_view::npos ||
                          text.find(bare(words_.word_of(type.name))) != std::string::npos ||
                          text.find(type.name) != std::string::npos;
               });
    }

    [[nodiscard]] std::string_view section_of(std::string_view id) const {
        return first_between(html_, fmt::format("<h2 id=\"{}\">", id), "</section>");
    }

    /// Rows of tables that have a row heading.
    void for_each_row(std::string_view section, const std::function<void(const std::vector<std::string>&)>& on_row) {
        std::size_t at = 0;
        for (auto row = next_between(section, "<tr", "</tr>", at); row.data() != nullptr; row = next_between(section, "<tr", "</tr>", at)) {
            row.remove_prefix(std::min(row.find('>') + 1, row.size()));
            if (!row.starts_with("<th scope=\"row\">")) {
                continue;
            }
            std::vector<std::string> cells{text_of_markup(first_between(row, "<th scope=\"row\">", "</th>"))};
            std::size_t cell_at = 0;
            for (auto cell = next_between(row, "<td", "</td>", cell_at); cell.data() != nullptr;
                 cell = next_between(row, "<td", "</td>", cell_at)) {
                cells.push_back(text_of_markup(cell.substr(std::min(cell.find('>') + 1, cell.size()))));
            }
            if (std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.size() > limits::page_cell_bytes; })) {
                add("over budget: a cell of it is longer than any");
                continue;
            }
            on_row(cells);
        }
    }

    /// Name, documents and amount in one text; a sum that does not fit is shown in a way of its own.
    static std::string sum_key(std::string_view name, const LedgerTotal& total) {
        const std::string amount = total.fits ? to_decimal(total.total) + std::string(total.total.currency.code()) : "*";
        return fmt::format("{}\n{}\n{}", name, total.documents, amount);
    }
    [[nodiscard]] static bool shows_sum(std::string_view name, const std::vector<std::string>& cells, const std::set<std::string>& sums) {
        if (cells.size() < 3) {
            return false;
        }
        const std::string documents = plain_number(cells[1]);
        return sums.contains(fmt::format("{}\n{}\n{}", name, documents, plain_number(cells[2]))) ||
               sums.contains(fmt::format("{}\n{}\n*", name, documents));
    }

    /// What the kind means, and what to do: words that are made better from one build to the next.
    void check_meaning(std::string_view article, const std::string& code) {
        const auto kinds = all_finding_kinds();
        const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const FindingKind& one) { return one.code == code; });
        if (kind == kinds.end() || !is_of_this_build(summary_)) {
            return;
        }
        std::string wanted = show_text(language_, kind->meaning);
        if (!kind->remedy.english().empty()) {
            wanted += word("What to do:") + show_text(language_, kind->remedy);
        }
        if (bare(text_of_markup(first_between(article, "<p>", "</p>"))) != bare(wanted)) {
            add(fmt::format("it does not say what {} means", sanitise(code, 40)));
        }
    }

    void check_finding_rows(std::string_view article, const std::vector<const Value*>& group) {
        std::size_t at = 0;
        std::size_t index = 0;
        for (auto row = next_between(article, "<tr><td>", "</td></tr>", at);
             row.data() != nullptr && index < std::min(group.size(), finding_rows_max + 1);
             row = next_between(article, "<tr><td>", "</td></tr>", at), ++index) {
            const Value& finding = *group[index];
            const std::size_t first = std::min(row.find("</td><td>"), row.size());
            const std::size_t second = std::min(row.find("</td><td>", first + 1), row.size());
            constexpr std::size_t mark = 9;
            const std::string contract = text_of_markup(row.substr(0, first));
            const std::string document =
                text_of_markup(row.substr(std::min(first + mark, row.size()), second - std::min(first + mark, second)));
            const std::string seen = text_of_markup(row.substr(std::min(second + mark, row.size())));
            const std::string message = text_member(finding, "message");
            const auto kinds = all_finding_kinds();
            // A message that only says what the kind means stands above the rows; another build's words are those that stand there.
            const bool is_meaning =
                std::any_of(kinds.begin(), kinds.end(), [&](const FindingKind& kind) { return kind.meaning.english() == message; }) ||
                (!is_of_this_build(summary_) && bare(text_of_markup(first_between(article, "<p>", "</p>"))).starts_with(bare(message)));
            // The service's own words stay in its language; they stand behind a sentence of ours.
            const bool is_foreign = language_ != Language::english && !message.empty() && has_text(bare(seen), bare(message));
            const bool is_told = is_meaning ? seen.empty() : says(words_, seen, message) || is_foreign;
            if (!shows_same(contract, text_member(finding, "contract_id")) || !shows_same(document, text_member(finding, "document_id")) ||
                !is_told) {
                add(fmt::format("its finding {} of {} {} is not what the summary says", sanitise(text_member(finding, "code"), 40),
                                sanitise(contract, 60), sanitise(document, 80)));
            }
        }
        if (index != std::min(group.size(), finding_rows_max)) {
            add(fmt::format("of its findings {} rows are missing", sanitise(text_member(*group.front(), "code"), 40)));
        }
    }

    void check_contract(const Value& entry, std::string_view name, const std::vector<std::string>& cells) {
        const std::string contract = text_member(entry, "contract_id");
        std::string amounts;
        if (const auto facts = facts_.contracts.find(contract); facts != facts_.contracts.end()) {
            for (const auto& [code, sum] : facts->second.sums) {
                amounts += fmt::format("{}{}{}", amounts.empty() ? "" : "\n", to_decimal(sum.total), code);
            }
        }
        const std::string verdict = code(text_member(entry, "verdict"));
        bool fits = cells.size() > 6 && shows_same(name, text_member(entry, "contract_name")) && cells[1].starts_with(verdict) &&
                    plain_number(cells[6]) == amounts;
        constexpr std::array<const char*, 4> members{"listed", "in_period", "files_ok", "files_missing"};
        for (std::size_t at = 0; fits && at < members.size(); ++at) {
            fits = plain_number(cells[2 + at]) == text_member(entry, members.at(at));
        }
        const std::string reason = text_member(entry, "reason");
        const bool tells_why = language_ == Language::english ? has_text(bare(cells[1]), bare(reason)) : holds_values(cells[1], reason);
        fits = fits && (reason.empty() || tells_why) && shows_types(entry, cells[1]) && shows_owed(entry, cells[1]);
        if (!fits) {
            add(fmt::format("its row of {} is not what the summary's completeness says", sanitise(contract, 60)));
        }
    }

    /// What is owed and late or missing.
    [[nodiscard]] bool shows_owed(const Value& entry, std::string_view cell) const {
        const auto& expected = items_member(entry, "expected").GetArray();
        if (expected.Size() > limits::expected_of_contract) {
            return true;  // said of the summary
        }
        return std::all_of(expected.begin(), expected.end(), [&](const Value& one) {
            const std::string status = text_member(one, "status");
            const auto month = Month::parse(text_member(one, "month"));
            return (status != "late" && status != "missing") || !month ||
                   cell.find(month_for_people(language_, *month)) != std::string_view::npos;
        });
    }

    /// "invoices 2 (2 counted), reports 1; expected: …", in the last line.
    [[nodiscard]] bool shows_types(const Value& entry, std::string_view cell) const {
        std::map<std::string, std::vector<std::uint64_t>> shown;
        std::string_view line = cell.substr(cell.rfind('\n') + 1);
        line = line.substr(0, line.find("; "));
        while (!line.empty()) {
            const std::string_view part = line.substr(0, line.find(", "));
            const std::size_t digit = part.find_first_of("0123456789", part.find(' ') + 1);
            shown[std::string(part.substr(0, digit == std::string_view::npos ? part.size() : digit - 1))] =
                numbers_in(digit == std::string_view::npos ? std::string_view{} : part.substr(digit));
            line.remove_prefix(std::min(line.size(), part.size() + 2));
        }
        for (const auto& type : object_member(entry, "types").GetObject()) {
            const std::string name = code(view_of(type.name));
            const bool is_odd = name.empty() || is_odd_text(name) || name.find_first_of(",;0123456789") != std::string::npos;
            if (count_member(type.value, "in_period") == 0 || is_odd) {
                continue;
            }
            std::vector<std::uint64_t> wanted{count_member(type.value, "in_period")};
            if (count_member(type.value, "counted") > 0) {
                wanted.push_back(count_member(type.value, "counted"));
            }
            if (shown[name] != wanted) {
                return false;
            }
        }
        return true;
    }

    void check_filters(std::map<std::string, std::string>& shown) {
        const Value* const filters = find_member(summary_, "filters");
        for (const auto& [label, member] : {std::pair(Word("Only contracts"), "contracts"), std::pair(Word("Only types"), "types"),
                                           std::pair(Word("Only perimeters"), "perimeters")}) {
            std::string joined;
            for (const Value& filter : (filters == nullptr ? items_member(summary_, "none") : items_member(*filters, member)).GetArray()) {
                joined += (joined.empty() ? "" : ", ") + text_of(filter);
            }
            if (!shows_same(shown[word(label)], joined)) {
                add(fmt::format("{} is {}, the summary says {}", label.in(Language::english), sanitise(shown[word(label)], 80),
                                sanitise(joined, 80)));
            }
        }
    }

    const std::string_view html_;
    const Value& summary_;
    const LedgerFacts& facts_;
    const Vocabulary words_;
    const Language language_;
    Problems& problems_;
    std::map<std::string, std::string> names_;  ///< contract id to name
};

}  // namespace

std::string months_of(const Value& summary, Language language) {
    const StatedPeriod period = stated_period(summary);
    return period.first.empty() && period.last.empty()
               ? std::string(translate(language, "All months"))
               : months_for_people(language, MonthRange{Month::parse(period.first), Month::parse(period.last)});
}

std::string at_head(std::string words) {
    if (words.front() >= 'a' && words.front() <= 'z') {  // French months have a small letter
        words.front() = static_cast<char>(words.front() - 'a' + 'A');
    }
    return words;
}

void check_page(std::string_view html, const Value& summary, const LedgerFacts& facts, const Vocabulary& words, Problems& problems) {
    check_page_markup(html, summary, facts, words, problems);
    if (has_page_script(html)) {
        check_page_shown(html, summary, facts, words, problems);
    }
    PageCheck check(html, summary, facts, words, problems);
    check.check_head();
    check.check_tiles();
    check.check_notes();
    check.check_findings();
    check.check_to_do();
    check.check_changes();
    check.check_contracts();
    check.check_charts();
    check.check_files();
    check.check_run();
}

}  // namespace moisson::bundle

/// See workbook_check.hpp.

#include "bundle/workbook_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "bundle/cell_compare.hpp"
#include "bundle/limits.hpp"
#include "bundle/past_months_check.hpp"
#include "bundle/people_sheets.hpp"
#include "bundle/row_source.hpp"
#include "bundle/sheet_reader.hpp"
#include "bundle/sheet_tables.hpp"
#include "bundle/summary_check.hpp"
#include "domain/big_decimal.hpp"
#include "domain/finding.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "domain/sheet_rows.hpp"
#include "domain/usage_sheet.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

Shows shown_as(std::size_t column) {
    switch (column) {
        case version:
        case amount:
        case size_bytes:
        case net_amount:
        case vat_amount:
        case gross_amount:
        case reporting_amount:
        case fx_rate: return Shows::number;
        case period_start:
        case period_end:
        case due_date:
        case fx_date: return Shows::day;
        case issued_at:
        case updated_at: return Shows::instant;
        default: return Shows::text;
    }
}

/// Tables with a heading in their first row, by the English name of their sheet; a long one goes on in further sheets.
constexpr std::array<Word, 9> table_names{"To do",    "Contracts",        "Completeness",     "Expected", "Changes",
                                          "Findings", "Usage by service", "Usage by project", "Inbox"};

/// A sum that a row of the Summary sheet must show, in that column.
struct WantedSum {
    std::size_t column;
    std::string text;
};

class WorkbookCheck {
public:
    /// `size_bytes`: of the workbook; `counted` reads the ledger a second time; `usage` null: there is no usage.csv.
    WorkbookCheck(std::vector<std::string> names, std::uint64_t size_bytes, RowSource& ledger, RowSource& counted, RowSource* usage,
                  const Value& published, const Value& archived, const LedgerFacts& facts, Problems& problems)
        : names_(std::move(names)),
          language_(has_sheet(translate(Language::french, "Ledger")) ? Language::french : Language::english),
          words_(Vocabulary::told_by(language_, [this](auto title) { return has_sheet(title); })),
          ledger_(ledger),
          usage_(usage),
          published_(published),
          archived_(archived),
          facts_(facts),
          problems_(problems),
          is_of_this_version_(bundle::is_of_this_version(archived)),
          is_of_this_build_(bundle::is_of_this_build(published)),
          is_new_(has_sheet(words_.word("To do"))),
          tables_(words_, limits::sheet_held_bytes + size_bytes * limits::sheet_held_ratio, problems),
          people_({words_, tables_, counted, published, archived, is_of_this_build_, problems}) {
        const std::string first = stated_period(archived_).first;
        for (const Value& month : items_member(archived_, "closed_months").GetArray()) {
            has_closed_ = has_closed_ || view_member(month, "period") >= first;
        }
    }

    [[nodiscard]] const Vocabulary& words() const { return words_; }

    void take(const SheetRow& row) {
        if (problems_.is_full()) {
            return;
        }
        const std::string_view name = row.sheet < names_.size() ? std::string_view(names_[row.sheet]) : std::string_view{};
        if (is_part_of(name, "Ledger")) {
            take_ledger(row);
            return;
        }
        if (is_part_of(name, usage_lines_sheet)) {
            take_usage_line(row);
            return;
        }
        if (is_part_of(name, "Documents to book")) {
            people_.take_document(row);
            return;
        }
        for (const Word table : table_names) {
            if (is_part_of(name, table)) {
                tables_.take(table.in(Language::english), row);
                return;
            }
        }
        std::vector<SheetRow>& rows = is_part_of(name, "Run") ? run_ : summary_;
        if (!is_part_of(name, "Run") && !is_part_of(name, "Summary") && is_of_this_version_) {
            problems_.add(fmt::format("ledger.xlsx: a sheet {} that no workbook of a month has", sanitise(name, 40)));
        }
        tables_.hold(rows, row);
    }

    void finish() {
        if (ledger_.next()) {
            problems_.add("ledger.xlsx: its Ledger sheets have fewer rows than ledger.csv");
        }
        if (!is_of_this_version_ || tables_.is_over_budget()) {
            return;  // another version has other words and columns on the other sheets
        }
        if (usage_lines_ > 0 && !is_usage_whole_) {
            problems_.add(fmt::format("ledger.xlsx: {} has fewer lines than usage.csv", usage_lines_sheet.in(Language::english)));
        }
        check_contracts();
        check_completeness();
        check_expected();
        if (!is_new_) {
            check_former_findings();
        }
        people_.finish(names_);
        check_inbox();
        check_usage("Usage by service");
        check_usage("Usage by project");
        check_summary();
        check_run();
    }

private:
    [[nodiscard]] bool has_sheet(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

    /// "Ledger", "Ledger 2" in the workbook's language.
    [[nodiscard]] bool is_part_of(std::string_view name, Word sheet) const {
        const std::string_view own = words_.word(sheet);
        if (!name.starts_with(own)) {
            return false;
        }
        const std::string_view rest = name.substr(own.size());
        return rest.empty() || (rest.front() == ' ' && rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
    }

    void take_ledger(const SheetRow& row) {
        if (row.number == 1) {
            if (header_.empty()) {
                header_ = ledger_.next().value_or(CsvReader::Row());
            }
            for (std::size_t column = 0; column < std::max(header_.size(), row.cells.size()); ++column) {
                if (row.at(column).text != (column < header_.size() ? header_[column] : "")) {
                    problems_.add(fmt::format("ledger.xlsx: sheet {}: its heading is not that of ledger.csv", row.sheet + 1));
                    break;
                }
            }
            return;
        }
        const auto expected = ledger_.next();
        if (!expected) {
            problems_.add(fmt::format("ledger.xlsx: sheet {} row {}: ledger.csv has no such row", row.sheet + 1, row.number));
            return;
        }
        people_.take_ledger_row(*expected);
        for (std::size_t column = 0; column < std::max(expected->size(), row.cells.size()); ++column) {
            const std::string_view text = column < expected->size() ? std::string_view((*expected)[column]) : std::string_view{};
            const std::size_t which = column_at(column, expected->size());
            if (!shows_value(row.at(column), text, shown_as(which))) {
                problems_.add(fmt::format("ledger.xlsx: sheet {} row {}: {} is {}, ledger.csv has {}", row.sheet + 1, row.number,
                                          column_name(which), sanitise(row.at(column).text, 60), sanitise(text, 60)));
            }
        }
    }

    /// Lines as usage.csv has them, heading first; below them how many there are.
    void take_usage_line(const SheetRow& row) {
        const bool is_full = std::any_of(usage_lines_shown_ever.begin(), usage_lines_shown_ever.end(),
                                         [&](std::uint64_t most) { return usage_lines_ == most + 1 && is_usage_note(row, most); });
        const auto expected = usage_ != nullptr && !is_full ? usage_->next() : std::nullopt;
        if (expected) {
            ++usage_lines_;
            for (std::size_t column = 0; column < std::max(expected->size(), row.cells.size()); ++column) {
                const std::string_view text = column < expected->size() ? std::string_view((*expected)[column]) : std::string_view{};
                if (!shows_value(row.at(column), text, row.at(column).is_number ? Shows::number : Shows::text)) {
                    problems_.add(fmt::format("ledger.xlsx: {} row {}: column {} is {}, usage.csv has {}",
                                              usage_lines_sheet.in(Language::english), row.number, column + 1,
                                              sanitise(row.at(column).text, 60), sanitise(text, 60)));
                }
            }
            return;
        }
        if (std::none_of(usage_lines_shown_ever.begin(), usage_lines_shown_ever.end(),
                         [&](std::uint64_t most) { return usage_lines_ <= most + 1 && is_usage_note(row, most); })) {
            problems_.add(
                fmt::format("ledger.xlsx: {} row {}: usage.csv has no such line", usage_lines_sheet.in(Language::english), row.number));
        }
        is_usage_whole_ = true;
    }

    /// `most`: the lines that the sheet shows at most.
    [[nodiscard]] bool is_usage_note(const SheetRow& row, std::uint64_t most) const {
        const Value* const usage = find_member(archived_, "usage");
        const std::string lines = usage == nullptr ? std::string() : text_member(*usage, "lines");
        return row.at(0).text == messages::usage_lines_note(fmt::to_string(most), lines).in(language_);
    }

    [[nodiscard]] std::string word(Word word) const { return std::string(words_.word(word)); }
    [[nodiscard]] std::string code(std::string_view code) const { return std::string(words_.word_of(code)); }

    void check_contracts() {
        std::size_t index = 0;
        for (const Value& entry : items_member(archived_, "completeness").GetArray()) {
            std::vector<Wanted> values{{"contract_id", text_member(entry, "contract_id")},
                                       {"contract_name", text_member(entry, "contract_name")},
                                       {"verdict", code(text_member(entry, "verdict"))},
                                       {"in_period", text_member(entry, "in_period"), Shows::number},
                                       {"files_ok", text_member(entry, "files_ok"), Shows::number},
                                       {"files_missing", text_member(entry, "files_missing"), Shows::number}};
            values.push_back({"reason", text_member(entry, "reason"), Shows::sentence});
            const auto facts = facts_.contracts.find(text_member(entry, "contract_id"));
            if (facts != facts_.contracts.end() && !has_closed_) {
                values.push_back({"offer_name", facts->second.offer_name});
                values.push_back({"customer_name", facts->second.customer_name});
            }
            if (is_new_) {
                want_sums(values, facts == facts_.contracts.end() ? nullptr : &facts->second);
            }
            if (has_perimeters()) {
                values.push_back({"perimeter", text_member(entry, "perimeter")});
            }
            tables_.want("Contracts", index++, values);
        }
        if (is_new_ && is_of_this_build_) {
            tables_.want_heading("Contracts", contract_titles());
        }
        tables_.want_rows("Contracts", index, is_new_ ? std::optional(Word("no contract in the perimeter")) : std::nullopt);
    }

    [[nodiscard]] std::vector<std::string> contract_titles() const {
        std::vector<std::string> titles;
        for (const Word title : std::array<Word, 9>{"contract_id", "contract_name", "offer_name", "customer_name", "verdict", "reason",
                                                    "in_period", "files_ok", "files_missing"}) {
            titles.push_back(word(title));
        }
        for (const auto& [code, ignored] : facts_.totals) {
            titles.push_back(code);
        }
        titles.resize(std::min(titles.size(), 9 + currency_columns_max));
        if (has_perimeters()) {
            titles.push_back(word("perimeter"));
        }
        return titles;
    }

    [[nodiscard]] bool has_perimeters() const { return !items_member(archived_, "perimeters").Empty(); }

    /// A column for each currency in which something counts.
    void want_sums(std::vector<Wanted>& values, const ContractFacts* contract) const {
        std::size_t columns = 0;
        for (const auto& [code, ignored] : facts_.totals) {
            if (++columns > currency_columns_max) {
                return;
            }
            const bool has_sum = contract != nullptr && contract->sums.contains(code);
            const LedgerTotal* const total = has_sum ? &contract->sums.at(code) : nullptr;
            if (total == nullptr || total->fits) {
                values.push_back({"amount", total == nullptr ? std::string() : to_decimal(total->total), Shows::number, code});
            }
        }
    }

    void check_completeness() {
        std::size_t index = 0;
        for (const Value& entry : items_member(archived_, "completeness").GetArray()) {
            for (const auto& type : object_member(entry, "types").GetObject()) {
                std::vector<Wanted> values{{"contract_id", text_member(entry, "contract_id")},
                                           {"contract_name", text_member(entry, "contract_name")},
                                           {"document_type", type_shown("Completeness", index, text_of(type.name))}};
                for (const char* member : {"in_period", "final", "counted", "files_ok", "files_missing"}) {
                    values.push_back({*Word::find(member), text_member(type.value, member), Shows::number});
                }
                tables_.want("Completeness", index++, values);
            }
        }
        tables_.want_rows("Completeness", index);
    }

    /// What the table's row of that index calls the type: former builds named it in French, too, as the service spells it.
    [[nodiscard]] std::string type_shown(std::string_view table, std::size_t index, const std::string& type) {
        const SheetTable& own = tables_.at(table);
        const auto column = std::find(own.heading.begin(), own.heading.end(), word("document_type"));
        const bool is_spelt = !is_of_this_build_ && index < own.rows.size() &&
                              own.rows[index].at(static_cast<std::size_t>(column - own.heading.begin())).text == type;
        return is_spelt ? type : code(type);
    }

    void check_expected() {
        std::size_t index = 0;
        for (const Value& entry : items_member(archived_, "completeness").GetArray()) {
            for (const Value& expected : items_member(entry, "expected").GetArray()) {
                const std::string type = text_member(expected, "document_type");
                const std::string shown = type.empty() ? word("any final type") : type_shown("Expected", index, type);
                tables_.want("Expected", index++,
                     {{"contract_id", text_member(entry, "contract_id")},
                      {"contract_name", text_member(entry, "contract_name")},
                      {"month", text_member(expected, "month")},
                      {"document_type", shown},
                      {"due", text_member(expected, "due"), Shows::day},
                      {"issued", text_member(expected, "issued"), Shows::day},
                      {"status", code(text_member(expected, "status"))},
                      {"source", code(text_member(expected, "source"))}});
            }
        }
        tables_.want_rows("Expected", index);
    }

    /// Of builds that had no sheets for people: in the summary's order, without names and amounts.
    void check_former_findings() {
        std::size_t index = 0;
        for (const Value& finding : items_member(archived_, "findings").GetArray()) {
            const std::string kind_code = text_member(finding, "code");
            std::vector<Wanted> values{{"severity", code(text_member(finding, "severity"))},
                                       {"code", kind_code},
                                       {"contract_id", text_member(finding, "contract_id")},
                                       {"document_id", text_member(finding, "document_id")},
                                       {"finding", text_member(finding, "message"), Shows::sentence}};
            const auto kinds = all_finding_kinds();
            const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const FindingKind& one) { return one.code == kind_code; });
            if (is_of_this_build_ && kind != kinds.end() && !kind->remedy.english().empty()) {
                values.push_back({"remedy", show_text(language_, kind->remedy)});
            }
            tables_.want("Findings", index++, values);
        }
        tables_.want_rows("Findings", index);
    }

    /// Those that the summary names, in its order; between them pairs that say the same, which it only counts.
    void check_inbox() {
        const SheetTable& own = tables_.at("Inbox");
        const Value* const inbox = find_member(published_, "inbox");
        std::vector<const Value*> named;
        std::uint64_t matched = 0;
        if (inbox != nullptr) {
            for (const Value& one : items_member(*inbox, "documents").GetArray()) {
                named.push_back(&one);
            }
            matched = count_member(*inbox, "matched");
        }
        const std::string_view same = words_.word_of("matched");
        std::size_t at = 0;
        for (const SheetRow& row : own.rows) {
            if (shows_text(row.at(0), same) && matched > 0) {
                --matched;
                continue;
            }
            const bool is_it = at < named.size() && shows_text(row.at(0), words_.word_of(text_member(*named[at], "class"))) &&
                               shows_text(row.at(1), text_member(*named[at], "name")) &&
                               shows_text(row.at(3), text_member(*named[at], "document_id"));
            if (!is_it) {
                problems_.add(fmt::format("ledger.xlsx: Inbox row {} is not what the summary says", row.number));
                return;
            }
            ++at;
        }
        if (at < named.size() || matched > 0) {
            problems_.add("ledger.xlsx: Inbox has fewer rows than the summary says");
        }
    }

    /// Groups add up to the counted lines.
    void check_usage(std::string_view table) {
        const SheetTable& own = tables_.at(table);
        const Value* const usage = find_member(archived_, "usage");
        const auto at = [&](const SheetRow& row, Word column) -> const Cell& {
            const auto found = std::find(own.heading.begin(), own.heading.end(), words_.word(column));
            return row.at(static_cast<std::size_t>(found - own.heading.begin()));
        };
        struct Sum {
            std::uint64_t lines = 0;
            BigDecimal amount;
            BigDecimal discounted;
            BigDecimal size;  ///< of both, without signs: what their binary numbers may be off by grows with it
        };
        std::map<std::string, Sum> sums;
        for (const SheetRow& row : own.rows) {
            Sum& sum = sums[at(row, "currency").text];
            const auto amount = number_of(at(row, "amount"));
            const auto discounted = number_of(at(row, "discounted_amount"));
            sum.lines += parse_count(at(row, "lines").text).value_or(0);
            const auto magnitude = [](const BigDecimal& decimal) { return decimal < BigDecimal{} ? negated(decimal) : decimal; };
            if (!amount || !discounted || !add_to(sum.amount, *amount) || !add_to(sum.discounted, *discounted) ||
                !add_to(sum.size, magnitude(*amount)) || !add_to(sum.size, magnitude(*discounted))) {
                problems_.add(fmt::format("ledger.xlsx: {} row {}: its amounts cannot be read", table, row.number));
                return;
            }
        }
        static const Value none(rapidjson::kArrayType);
        for (const Value& total : (usage == nullptr ? none : items_member(*usage, "totals")).GetArray()) {
            const std::string code = text_member(total, "currency");
            const Sum sum = sums[code];
            sums.erase(code);
            const auto amount = parse_big_decimal(text_member(total, "amount"));
            const auto discounted = parse_big_decimal(text_member(total, "discounted_amount"));
            if (fmt::format("{}", sum.lines) != text_member(total, "lines") || !amount || !discounted ||
                !is_near(sum.amount, *amount, sum.size) || !is_near(sum.discounted, *discounted, sum.size)) {
                problems_.add(fmt::format("ledger.xlsx: {} does not add up to the summary's usage in {}", table, sanitise(code, 20)));
            }
        }
        if (!sums.empty()) {
            problems_.add(
                fmt::format("ledger.xlsx: {} has lines in {}, the summary's usage has none", table, sanitise(sums.begin()->first, 20)));
        }
    }

    /// Every row with a sum is one that follows, and every sum has its row.
    void check_summary() {
        std::map<std::string, std::vector<WantedSum>> wanted;
        const auto sum = [](const LedgerTotal& total) { return total.fits ? to_decimal(total.total) : std::string(); };
        for (const auto& [code, total] : facts_.totals) {
            auto& values = wanted["total " + code];
            values = {{2, fmt::format("{}", total.credits)}, {3, fmt::format("{}", total.documents)}, {4, sum(total)}};
            want_before(values, code, total);
        }
        for (const auto& [key, total] : facts_.months) {
            wanted[fmt::format("month {} {}", key.second, key.first)] = {{3, fmt::format("{}", total.documents)}, {4, sum(total)}};
        }
        static const std::map<std::string, ContractFacts, std::less<>> none;  // they stand on Contracts
        for (const auto& [contract, facts] : is_new_ ? none : facts_.contracts) {
            for (const auto& [code, total] : facts.sums) {
                wanted[fmt::format("contract {} {}", contract, code)] = {{3, fmt::format("{}", total.documents)}, {4, sum(total)}};
            }
        }
        if (const Value* const reporting = find_member(archived_, "reporting_total")) {
            wanted["converted " + text_member(*reporting, "currency")] = {{2, text_member(*reporting, "documents_without_rate")},
                                                                          {3, text_member(*reporting, "documents")},
                                                                          {4, text_member(*reporting, "amount")}};
        }
        check_heading();
        const std::set<std::uint64_t> past =
            check_past_months_sheet(summary_, {words_, published_, facts_, is_of_this_build_, problems_});
        if (!past.empty()) {
            std::erase_if(wanted, [](const auto& one) { return one.first.starts_with("month "); });
        }
        for (const SheetRow& row : summary_) {
            if (past.contains(row.number)) {
                continue;
            }
            if (!row.at(4).is_number && !row.at(3).is_number) {
                continue;
            }
            const std::string key = key_of(row);
            const auto found = wanted.find(key);
            if (found == wanted.end()) {
                problems_.add(
                    fmt::format("ledger.xlsx: Summary row {}: {} has no such sum in the ledger, or two", row.number, sanitise(key, 80)));
                continue;
            }
            for (const WantedSum& value : found->second) {
                const Cell& cell = row.at(value.column);
                if (!value.text.empty() && !shows_number(cell, value.text)) {
                    problems_.add(fmt::format("ledger.xlsx: Summary row {}: {} shows {}, the ledger gives {}", row.number,
                                              sanitise(key, 80), sanitise(cell.text, 60), value.text));
                }
            }
            wanted.erase(found);
        }
        if (!wanted.empty()) {
            problems_.add(fmt::format("ledger.xlsx: Summary lacks the row of {}", sanitise(wanted.begin()->first, 80)));
        }
    }

    /// Beside a currency's total that of the month before, and the difference, where the summary compares them.
    void want_before(std::vector<WantedSum>& values, std::string_view code, const LedgerTotal& total) const {
        const Value* const changes = find_member(published_, "changes");
        if (!is_new_ || changes == nullptr || view_member(*changes, "month_before").empty()) {
            return;
        }
        BigDecimal difference;
        for (const Value& one : items_member(*changes, "sums").GetArray()) {
            const auto part = view_member(one, "currency") == code ? parse_big_decimal(view_member(one, "difference")) : BigDecimal{};
            if (!part || !add_to(difference, *part)) {
                return;
            }
        }
        BigDecimal before = negated(difference);
        if (add_to(before, to_exact(total.total))) {
            values.push_back({5, to_decimal(before)});
            values.push_back({6, to_decimal(difference)});
        }
    }

    /// Which sum a row of the Summary sheet shows, by its section: totals have the currency in front, all others have it in the third
    /// column.
    [[nodiscard]] std::string key_of(const SheetRow& row) const {
        if (row.at(2).is_number) {
            const auto unit = find_currency(row.at(0).text);
            const bool is_named = unit && row.at(1).text == unit->name_in(language_);
            return fmt::format("{} {}", is_named ? "total" : "converted", row.at(0).text);
        }
        const bool is_month = row.at(0).text.size() == 7 && Month::parse(row.at(0).text) && row.at(1).text.empty();
        return fmt::format("{} {} {}", is_month ? "month" : "contract", row.at(0).text, row.at(2).text);
    }

    void check_heading() {
        const std::string verdict = code(text_member(archived_, "verdict"));
        const auto has = [&](std::string_view text) {
            return std::any_of(summary_.begin(), summary_.end(), [&](const SheetRow& row) { return row.at(0).text == text; });
        };
        if (!has(verdict)) {
            problems_.add(fmt::format("ledger.xlsx: Summary does not show the verdict {}", sanitise(verdict, 40)));
        }
        const std::string causes = in_words(language_, stated_causes(archived_));
        const std::string label = word("causes");
        const auto row = std::find_if(summary_.begin(), summary_.end(), [&](const SheetRow& one) { return one.at(0).text == label; });
        if (!causes.empty() && (row == summary_.end() || !shows_text(row->at(1), causes))) {
            problems_.add(fmt::format("ledger.xlsx: Summary does not say why it is not complete: {}", sanitise(causes, 200)));
        }
        if (const auto months = months_of_summary(); months && !summary_.empty()) {
            const std::string title = words_.title_of(*months);
            if (!summary_.front().at(0).text.starts_with(title)) {
                problems_.add(fmt::format("ledger.xlsx: Summary is titled {}, not {}", sanitise(summary_.front().at(0).text, 60), title));
            }
        }
    }

    [[nodiscard]] std::optional<MonthRange> months_of_summary() const {
        const StatedPeriod period = stated_period(archived_);
        const auto first = Month::parse(period.first);
        const auto last = Month::parse(period.last);
        if ((!period.first.empty() && !first) || (!period.last.empty() && !last)) {
            return std::nullopt;
        }
        return MonthRange{first, last};
    }

    [[nodiscard]] std::string asked_for(const char* member) const {
        const Value* const filters = find_member(archived_, "filters");
        std::string text;
        for (const Value& filter : items_member(filters == nullptr ? archived_ : *filters, member).GetArray()) {
            text += (text.empty() ? "" : ", ") + text_of(filter);
        }
        return text.empty() ? word("all") : text;
    }

    void check_run() {
        const Value* const documents = find_member(archived_, "documents");
        const Value* const tool = find_member(archived_, "tool");
        if (documents == nullptr || tool == nullptr) {
            return;
        }
        const std::uint64_t missing = count_member(*documents, "not_ready") + count_member(*documents, "failed");
        const auto months = months_of_summary();
        const auto date = parse_timestamp(text_member(archived_, "data_date"));
        std::map<std::string, std::string> wanted{{word("tool"), text_member(*tool, "name")},
                                                  {word("contracts asked for"), asked_for("contracts")},
                                                  {word("types asked for"), asked_for("types")},
                                                  {word("version"), text_member(*tool, "version")},
                                                  {word("verdict"), code(text_member(archived_, "verdict"))},
                                                  {word("source"), text_member(archived_, "source")},
                                                  {word("counting rule"), text_member(archived_, "counting_rule")},
                                                  {word("contracts"), text_member(archived_, "contracts")},
                                                  {word("ledger rows"), text_member(*documents, "rows")},
                                                  {word("rows that count"), text_member(*documents, "counted")},
                                                  {word("files in the bundle"), text_member(*documents, "ok")},
                                                  {word("files missing"), fmt::format("{}", missing)},
                                                  {word("period"), months ? months_for_people(language_, *months) : std::string()},
                                                  {word("data date"), date ? instant_for_people(language_, *date) : std::string()}};
        if (const std::string perimeters = asked_for("perimeters"); perimeters != word("all")) {
            wanted[word("perimeters asked for")] = perimeters;
        }
        if (find_member(archived_, "causes") != nullptr) {
            wanted[word("causes")] = in_words(language_, stated_causes(archived_));
        }
        for (const SheetRow& row : run_) {
            const auto found = wanted.find(row.at(0).text);
            if (found == wanted.end()) {
                continue;
            }
            const bool is_rule = found->first == word("counting rule");
            const bool is_shown = is_rule ? tables_.shows_sentence(row.at(1), found->second) : shows_text(row.at(1), found->second);
            if (!found->second.empty() && !is_shown) {
                problems_.add(fmt::format("ledger.xlsx: Run row {}: {} is {}, the summary says {}", row.number, found->first,
                                          sanitise(row.at(1).text, 80), sanitise(found->second, 80)));
            }
            wanted.erase(found);
        }
        if (!wanted.empty()) {
            problems_.add(fmt::format("ledger.xlsx: Run lacks the row {}", wanted.begin()->first));
        }
    }

    const std::vector<std::string> names_;
    const Language language_;
    const Vocabulary words_;
    RowSource& ledger_;
    RowSource* const usage_;  ///< null: there is no usage.csv
    const Value& published_;
    const Value& archived_;
    const LedgerFacts& facts_;
    Problems& problems_;
    const bool is_of_this_version_;
    const bool is_of_this_build_;
    const bool is_new_;        ///< it has the sheets for people
    SheetTables tables_;
    PeopleSheets people_;
    bool has_closed_ = false;      ///< some exported month is closed: its rows keep the names that they had
    CsvReader::Row header_;
    std::uint64_t usage_lines_ = 0;  ///< rows of its sheet that were compared, heading included
    bool is_usage_whole_ = false;    ///< the note below them was seen
    std::vector<SheetRow> summary_;
    std::vector<SheetRow> run_;
};

}  // namespace

Result<Vocabulary> check_workbook(const OpenFile& workbook, const OpenFile& ledger_csv, const OpenFile* usage_csv, const Value& published,
                                  const Value& archived, const LedgerFacts& facts, Problems& problems) {
    auto names = read_sheet_names(workbook);
    if (!names || names->empty()) {
        problems.add(fmt::format("ledger.xlsx: {}", names ? "it has no sheets" : names.error().message.english()));
        return Vocabulary(Language::english);
    }
    RowSource ledger(ledger_csv);
    RowSource counted(ledger_csv);
    std::optional<RowSource> usage;
    if (usage_csv != nullptr) {
        usage.emplace(*usage_csv);
    }
    WorkbookCheck check(std::move(*names), workbook.size_bytes().value_or(0), ledger, counted, usage ? &*usage : nullptr, published,
                        archived, facts, problems);
    const Vocabulary words = check.words();
    if (const auto read = read_sheets(workbook, [&](const SheetRow& row) { check.take(row); }); !read) {
        problems.add(fmt::format("ledger.xlsx: {}", read.error().message));
        return words;
    }
    check.finish();
    return words;
}

}  // namespace moisson::bundle

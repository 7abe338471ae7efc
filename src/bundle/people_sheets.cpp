/// See people_sheets.hpp.

#include "bundle/people_sheets.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "bundle/cell_compare.hpp"
#include "bundle/summary_check.hpp"
#include "domain/finding.hpp"
#include "domain/language.hpp"
#include "domain/sheet_rows.hpp"
#include "domain/to_do.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

constexpr std::array<Word, 12> document_titles{"Issued", "Contract", "Name of the contract", "Type",     "Invoice number", "Document",
                                               "Month",  "Amount",   "Currency",             "Net",      "VAT",            "File"};
constexpr std::array<Word, 11> to_do_titles{"Severity", "What to do", "Who acts", "Contract", "Name of the contract", "Document",
                                            "Amount",   "File",       "Why",      "Row",      "Command"};
constexpr std::array<Word, 8> finding_titles{"severity",    "code",   "contract_id", "contract_name",
                                             "document_id", "amount", "finding",     "remedy"};
constexpr std::array<Word, 8> change_titles{"Contract", "Name of the contract", "Currency", "Before", "Now", "Difference", "%", "Remark"};

std::vector<std::string> titles_of(const Vocabulary& words, std::span<const Word> titles) {
    std::vector<std::string> shown;
    std::transform(titles.begin(), titles.end(), std::back_inserter(shown), [&](Word title) { return std::string(words.word(title)); });
    return shown;
}

int severity_rank(std::string_view severity) { return severity == "error" ? 0 : severity == "warning" ? 1 : 2; }

/// The amount's whole units, without its sign.
std::uint64_t whole_units(std::string_view amount) {
    amount.remove_prefix(amount.starts_with('-') ? 1 : 0);
    return parse_count(amount.substr(0, amount.find('.'))).value_or(0);
}

bool is_flag(const Value& one, const char* name) {
    const Value* const value = find_member(one, name);
    return value != nullptr && value->IsBool() && value->GetBool();
}

}  // namespace

/// What is to be done about a finding, and where it stands in the order.
struct PeopleSheets::Item {
    const Value* finding = nullptr;
    const FindingKind* kind = nullptr;
    const NamedDocument* document = nullptr;
    std::size_t at = 0;  ///< in `findings_`
    std::tuple<int, int, std::uint64_t, std::size_t> rank;
};

PeopleSheets::PeopleSheets(const Given& given) : given_(given) {
    for (const Value& entry : items_member(given.archived, "completeness").GetArray()) {
        contracts_.try_emplace(text_member(entry, "contract_id"), contracts_.size(), text_member(entry, "contract_name"));
    }
    for (const Value& finding : items_member(given.archived, "findings").GetArray()) {
        findings_.push_back(&finding);
        if (!view_member(finding, "document_id").empty()) {
            named_[text_member(finding, "contract_id")].try_emplace(text_member(finding, "document_id"));
        }
    }
    std::stable_sort(findings_.begin(), findings_.end(), [](const Value* left, const Value* right) {
        return severity_rank(view_member(*left, "severity")) < severity_rank(view_member(*right, "severity"));
    });
}

void PeopleSheets::take_ledger_row(const CsvReader::Row& given) {
    const CsvReader::Row& row = with_all_columns(given, room_);
    const bool counts = row[counted] == "yes";
    const auto contract = named_.find(row[contract_id]);
    if (contract != named_.end()) {
        const auto found = contract->second.find(row[document_id]);
        const std::uint64_t number = parse_count(row[version]).value_or(0);
        if (found != contract->second.end() && found->second.version < number) {
            found->second = {number, row[amount], row[filename], counts, ledger_rows_, counted_rows_};
        }
    }
    ++ledger_rows_;
    counted_rows_ += counts ? 1U : 0U;
}

void PeopleSheets::take_document(const SheetRow& row) {
    if (row.number == 1) {
        std::vector<std::string> heading;
        std::transform(row.cells.begin(), row.cells.end(), std::back_inserter(heading), [](const Cell& cell) { return cell.text; });
        if (heading != titles_of(given_.words, document_titles)) {
            given_.problems.add("ledger.xlsx: the heading of Documents to book is another one");
        }
        return;
    }
    if (!has_header_) {
        has_header_ = true;
        static_cast<void>(given_.ledger.next());
    }
    auto next = given_.ledger.next();
    while (next && with_all_columns(*next, room_)[counted] != "yes") {
        next = given_.ledger.next();
    }
    if (!next) {
        const bool says_none = documents_ == 0 && !is_none_said_ && row.cells.size() == 1 &&
                               shows_text(row.at(0), word("No document counts in this period."));
        is_none_said_ = is_none_said_ || says_none;
        if (!says_none) {
            given_.problems.add(fmt::format("ledger.xlsx: Documents to book row {}: ledger.csv has no such row that counts", row.number));
        }
        return;
    }
    const CsvReader::Row& wanted = with_all_columns(*next, room_);
    const std::array<std::pair<std::string, Shows>, document_titles.size()> values{{
        {wanted[issued_at].substr(0, wanted[issued_at].find('T')), Shows::day},
        {wanted[contract_id], Shows::text},
        {wanted[contract_name], Shows::text},
        {std::string(given_.words.word_of(wanted[document_type])), Shows::text},
        {wanted[invoice_number], Shows::text},
        {wanted[document_id], Shows::text},
        {wanted[period], Shows::text},
        {wanted[amount], Shows::number},
        {wanted[currency], Shows::text},
        {wanted[net_amount], Shows::number},
        {wanted[vat_amount], Shows::number},
        {wanted[filename], Shows::text},
    }};
    const SheetRowPlace place = place_of_row(documents_++);
    if (row.number != place.row || row.cells.size() > values.size()) {
        given_.problems.add(fmt::format("ledger.xlsx: Documents to book row {}: it stands in another place", row.number));
    }
    for (std::size_t column = 0; column < values.size(); ++column) {
        if (!shows_value(row.at(column), values.at(column).first, values.at(column).second)) {
            given_.problems.add(fmt::format("ledger.xlsx: Documents to book row {}: {} is {}, ledger.csv has {}", row.number,
                                            document_titles.at(column).in(Language::english), sanitise(row.at(column).text, 60),
                                            sanitise(values.at(column).first, 60)));
        }
    }
}

void PeopleSheets::finish(const std::vector<std::string>& names) {
    const auto has = [&](Word sheet) { return std::find(names.begin(), names.end(), given_.words.word(sheet)) != names.end(); };
    const bool is_new = has("To do");
    if (given_.is_of_this_build && (!is_new || !has("Documents to book"))) {
        given_.problems.add("ledger.xlsx: it has no sheet To do, or none of the documents to book");
    }
    if (!is_new) {
        return;  // of an earlier build
    }
    check_documents_end(has("Documents to book"));
    check_findings();
    check_to_do();
    check_changes(has("Changes"));
}

void PeopleSheets::check_documents_end(bool has_sheet) {
    if (has_sheet && (documents_ != counted_rows_ || is_none_said_ != (counted_rows_ == 0))) {
        given_.problems.add(fmt::format("ledger.xlsx: Documents to book has {} rows, in ledger.csv {} count", documents_, counted_rows_));
    }
}

const PeopleSheets::NamedDocument* PeopleSheets::find(const Value& finding) const {
    const auto contract = named_.find(view_member(finding, "contract_id"));
    if (contract == named_.end()) {
        return nullptr;
    }
    const auto found = contract->second.find(view_member(finding, "document_id"));
    return found == contract->second.end() || found->second.version == 0 ? nullptr : &found->second;
}

std::string PeopleSheets::name_of(std::string_view contract_id) const {
    const auto found = contracts_.find(contract_id);
    return found == contracts_.end() ? std::string() : found->second.second;
}

void PeopleSheets::check_findings() {
    given_.tables.want_heading("Findings", titles_of(given_.words, finding_titles));
    const SheetTable& own = given_.tables.at("Findings");
    const auto why = std::find(own.heading.begin(), own.heading.end(), word("finding"));
    for (std::size_t at = 0; at < findings_.size(); ++at) {
        const Value& finding = *findings_[at];
        const NamedDocument* const document = find(finding);
        given_.tables.want("Findings", at,
                           {{"severity", std::string(given_.words.word_of(view_member(finding, "severity")))},
                            {"code", text_member(finding, "code")},
                            {"contract_id", text_member(finding, "contract_id")},
                            {"contract_name", name_of(view_member(finding, "contract_id"))},
                            {"document_id", text_member(finding, "document_id")},
                            {"amount", document == nullptr ? std::string() : document->amount, Shows::number},
                            {"finding", text_member(finding, "message"), Shows::sentence}});
        const FindingKind* const kind = find_finding_kind(view_member(finding, "code"));
        if (given_.is_of_this_build && kind != nullptr) {
            const Language language = given_.words.language();
            given_.tables.want("Findings", at, {{"remedy", show_text(language, kind->remedy)}});
            if (view_member(finding, "message") == kind->meaning.english()) {
                given_.tables.want("Findings", at, {{"finding", show_text(language, kind->meaning)}});
            }
        }
        if (at < own.rows.size()) {
            whys_.push_back(own.rows[at].at(static_cast<std::size_t>(why - own.heading.begin())).text);
        }
    }
    given_.tables.want_rows("Findings", findings_.size(), Word("Nothing was found odd."));
}

std::vector<PeopleSheets::Item> PeopleSheets::items() const {
    std::map<const Value*, std::size_t> rows;
    for (std::size_t at = 0; at < findings_.size(); ++at) {
        rows.emplace(findings_[at], at);
    }
    std::vector<Item> all;
    std::size_t place = 0;
    for (const Value& finding : items_member(given_.archived, "findings").GetArray()) {
        const FindingKind* const kind = find_finding_kind(view_member(finding, "code"));
        const std::string_view severity = view_member(finding, "severity");
        ++place;
        if (severity == "info" || kind == nullptr || kind->remedy.english().empty()) {
            continue;
        }
        const NamedDocument* const document = find(finding);
        const bool has_amount = document != nullptr && !document->amount.empty();
        const int tier = has_amount                                     ? 0
                         : view_member(finding, "contract_id").empty()  ? 3
                         : view_member(finding, "document_id").empty() ? 1
                                                                        : 2;
        all.push_back({&finding, kind, document, rows[&finding],
                       {severity == "error" ? 0 : 1, tier, has_amount ? ~whole_units(document->amount) : 0, place}});
    }
    std::sort(all.begin(), all.end(), [](const Item& left, const Item& right) { return left.rank < right.rank; });
    return all;
}

/// Where the sheet leads to.
std::string PeopleSheets::row_of(const Value& finding) const {
    const NamedDocument* const document = find(finding);
    const auto contract = contracts_.find(view_member(finding, "contract_id"));
    const Language language = given_.words.language();
    if (document != nullptr) {
        return document->counts ? place_of_row(document->counted_index).in_words(language, word("Documents to book"))
                                : place_of_row(document->ledger_index).in_words(language, word("Ledger"));
    }
    return contract == contracts_.end() ? std::string() : place_of_row(contract->second.first).in_words(language, word("Contracts"));
}

void PeopleSheets::check_to_do() {
    if (!given_.is_of_this_build) {
        return;  // another build may say otherwise who acts, and in which order
    }
    given_.tables.want_heading("To do", titles_of(given_.words, to_do_titles));
    const SheetTable& own = given_.tables.at("To do");
    const StatedPeriod stated = stated_period(given_.archived);
    const MonthRange months{Month::parse(stated.first), Month::parse(stated.last)};
    const std::vector<Item> all = items();
    for (std::size_t at = 0; at < all.size(); ++at) {
        const Value& finding = *all[at].finding;
        const std::string_view code = all[at].kind->code;
        const NamedDocument* const document = all[at].document;
        given_.tables.want("To do", at,
                           {{"Severity", std::string(given_.words.word_of(view_member(finding, "severity")))},
                            {"What to do", show_text(given_.words.language(), all[at].kind->remedy)},
                            {"Who acts", std::string(given_.words.word_of(to_text(who_acts(code))))},
                            {"Contract", text_member(finding, "contract_id")},
                            {"Name of the contract", name_of(view_member(finding, "contract_id"))},
                            {"Document", text_member(finding, "document_id")},
                            {"Amount", document == nullptr ? std::string() : document->amount, Shows::number},
                            {"File", document == nullptr ? std::string() : document->filename},
                            {"Why", text_member(finding, "message"), Shows::sentence},
                            {"Row", row_of(finding)},
                            {"Command", command_for(code, view_member(finding, "document_id"), months)}});
        // In another language than the summary's the sheets are held against each other, too.
        const bool can_compare = at < own.rows.size() && all[at].at < whys_.size();
        if (can_compare && own.rows[at].at(8).text != whys_[all[at].at]) {
            given_.problems.add(fmt::format("ledger.xlsx: To do row {} and Findings say otherwise why", own.rows[at].number));
        }
    }
    given_.tables.want_rows("To do", all.size(), Word("Nothing is to be done."));
}

void PeopleSheets::check_changes(bool has_sheet) {
    const Value* const changes = find_member(given_.published, "changes");
    const bool is_told = changes != nullptr && !view_member(*changes, "month_before").empty();
    if (is_told != has_sheet) {
        given_.problems.add("ledger.xlsx: sums are compared with the month before in it or in the summary alone");
    }
    if (!is_told || !has_sheet) {
        return;
    }
    given_.tables.want_heading("Changes", titles_of(given_.words, change_titles));
    std::size_t at = 0;
    for (const Value& one : items_member(*changes, "sums").GetArray()) {
        std::string remark;
        const auto say = [&](bool is_so, Word text) { remark += is_so ? (remark.empty() ? "" : ", ") + word(text) : std::string(); };
        say(is_flag(one, "first"), "first invoice");
        say(view_member(one, "amount").empty(), "nothing any more");
        say(is_flag(one, "unusual"), "unusual");
        given_.tables.want("Changes", at++,
                           {{"Contract", text_member(one, "contract_id")},
                            {"Name of the contract", text_member(one, "contract_name")},
                            {"Currency", text_member(one, "currency")},
                            {"Before", text_member(one, "before"), Shows::number},
                            {"Now", text_member(one, "amount"), Shows::number},
                            {"Difference", text_member(one, "difference"), Shows::number},
                            {"%", text_member(one, "percent"), Shows::number},
                            {"Remark", remark}});
    }
    given_.tables.want_rows("Changes", at, Word("No contract's sum is another one."));
}

}  // namespace moisson::bundle

#include "bundle/page_shown_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/days.hpp"
#include "base/gate.hpp"
#include "bundle/limits.hpp"
#include "bundle/markup.hpp"
#include "bundle/page_words.hpp"
#include "bundle/said.hpp"
#include "domain/big_decimal.hpp"
#include "domain/language.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Columns of a picture: of ten units, in the middle of which a line of 7.5 stands from the zero line to the amount.
class Picture {
public:
    /// `amounts`: of a history, texts or null. Empty: one of them is no amount, which was said of the summary.
    static std::optional<Picture> of(const Value& amounts, int height) {
        Picture picture;
        picture.height_ = height;
        for (const Value& item : amounts.GetArray()) {
            const auto amount = item.IsNull() ? std::optional(BigDecimal{}) : parse_big_decimal(view_of(item));
            if (!amount || view_of(item).size() > amount_letters_max) {
                return std::nullopt;
            }
            picture.values_.push_back(amount->value);
            picture.highest_ = std::max(picture.highest_, amount->value);
            picture.lowest_ = std::min(picture.lowest_, amount->value);
        }
        return picture;
    }

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool is_nothing(std::size_t index) const { return values_[index] == 0; }
    [[nodiscard]] bool is_credit(std::size_t index) const { return values_[index] < 0; }
    [[nodiscard]] int zero() const { return level(0); }
    [[nodiscard]] std::string column(std::size_t index) const {
        return fmt::format("M{} {}V{}", 10 * index + 5, zero(), level(values_[index]));
    }

private:
    static constexpr std::size_t amount_letters_max = 32;

    [[nodiscard]] int level(Int128 value) const {
        const Int128 range = highest_ - lowest_;
        return range == 0 ? height_ : static_cast<int>((highest_ - value) * height_ / range);
    }

    std::vector<Int128> values_;
    Int128 highest_ = 0;
    Int128 lowest_ = 0;
    int height_ = 0;
};

/// The months' markup as the summary's history gives it.
class Pictures {
public:
    Pictures(const Value& history, const Vocabulary& words) : words_(words), language_(words.language()) {
        for (const Value& month : items_member(history, "months").GetArray()) {
            const auto read = Month::parse(view_of(month));
            months_.push_back(read ? month_for_people(language_, *read) : std::string());
        }
    }

    [[nodiscard]] std::string chart_of(const Value& total) const {
        const auto picture = Picture::of(items_member(total, "amounts"), 100);
        if (!picture || picture->size() != months_.size() || months_.empty()) {
            return {};
        }
        std::string wanted = fmt::format(
            "<svg class=\"history\" viewBox=\"0 0 130 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<path class=\"zero\" d=\"M0 {}H130\"/>",
            picture->zero());
        const Value& amounts = items_member(total, "amounts");
        for (std::size_t at = 0; at < months_.size(); ++at) {
            const Value& amount = amounts[static_cast<rapidjson::SizeType>(at)];
            const std::string text = amount.IsNull()
                                         ? std::string(words_.word("nothing"))
                                         : grouped_amount(view_of(amount), language_) + "\u00a0" + text_member(total, "currency");
            const std::string_view kind = picture->is_credit(at) ? "credit" : at + 1 == months_.size() ? "now" : "past";
            wanted += fmt::format("<path class=\"{}\" d=\"{}\"><title>{}, {}</title></path>", kind, picture->column(at), months_[at], text);
        }
        return wanted + fmt::format("</svg><span>{}</span> <span>{}</span>", months_.front(), months_.back());
    }

    [[nodiscard]] std::string line_of(const Value& contract) const {
        const Value& amounts = items_member(contract, "amounts");
        const auto picture = Picture::of(amounts, 24);
        if (!picture) {
            return {};
        }
        std::string path;
        std::string texts;
        for (std::size_t at = 0; at < picture->size(); ++at) {
            const Value& amount = amounts[static_cast<rapidjson::SizeType>(at)];
            texts += (at == 0 ? "" : "; ") + (amount.IsNull() ? std::string("\u2013") : grouped_amount(view_of(amount), language_));
            path += picture->is_nothing(at) ? std::string() : picture->column(at);
        }
        return fmt::format("<svg class=\"spark\" viewBox=\"0 0 130 24\" role=\"img\"><title>{}\u00a0{}</title><path d=\"{}\"/></svg>",
                           texts, text_member(contract, "currency"), path);
    }

    /// The rows of the table of figures.
    [[nodiscard]] std::string figures_of(const Value& history) const {
        std::string wanted;
        for (std::size_t at = 0; at < months_.size(); ++at) {
            wanted += fmt::format("<tr><th scope=\"row\">{}</th>", months_[at]);
            for (const Value& total : items_member(history, "totals").GetArray()) {
                const Value& amounts = items_member(total, "amounts");
                const Value* const amount = at < amounts.Size() ? &amounts[static_cast<rapidjson::SizeType>(at)] : nullptr;
                wanted += fmt::format("<td class=\"number\">{}</td>", amount == nullptr || amount->IsNull()
                                                                          ? std::string(words_.word("nothing"))
                                                                          : grouped_amount(view_of(*amount), language_));
            }
            wanted += "</tr>\n";
        }
        return wanted;
    }

private:
    const Vocabulary words_;
    const Language language_;
    std::vector<std::string> months_;  ///< as people read them
};

/// A row that others lead to.
struct Anchor {
    std::string contract;
    std::string document;
};

/// Bytes that a path may have (RFC 3986), others as %NN.
std::string reference_of(std::string_view path) {
    std::string out;
    for (const char letter : path) {
        const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                              std::string_view("-._~/").find(letter) != std::string_view::npos;
        out += is_plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
    return out;
}

std::vector<std::string_view> cells_of(std::string_view row) {
    std::vector<std::string_view> cells;
    std::size_t at = 0;
    for (auto cell = next_between(row, "<td", "</td>", at); cell.data() != nullptr; cell = next_between(row, "<td", "</td>", at)) {
        cells.push_back(cell.substr(std::min(cell.find('>') + 1, cell.size())));
    }
    return cells;
}

/// As far as the first `<small>`.
std::string first_line(std::string_view cell) { return text_of_markup(cell.substr(0, cell.find("<small>"))); }

bool shows(std::string_view shown, std::string_view stated) { return is_odd_text(stated) || bare(shown) == bare(stated); }

class ShownCheck {
public:
    ShownCheck(std::string_view html, const Value& summary, const LedgerFacts& facts, const Vocabulary& words, Problems& problems)
        : html_(html), summary_(summary), facts_(facts), words_(words), problems_(problems) {}

    void run() {
        check_documents();
        check_contract_rows();
        check_months();
        check_perimeters();
        check_links();
    }

private:
    void add(const std::string& what) { problems_.add("report.html: " + what); }

    [[nodiscard]] std::string_view section_of(std::string_view id) const {
        return first_between(html_, fmt::format("<h2 id=\"{}\">", id), "</section>");
    }

    void check_documents() {
        std::size_t at = 0;
        std::size_t number = 0;
        const std::string_view section = section_of("documents");
        for (auto row = next_between(section, "<tr id=\"", "</tr>", at); row.data() != nullptr;
             row = next_between(section, "<tr id=\"", "</tr>", at)) {
            const std::string id = std::string(row.substr(0, row.find('"')));
            ++number;
            if (number > facts_.shown.size() || row.size() > limits::page_cell_bytes || id != fmt::format("d{}", number) ||
                !shows_document(row, facts_.shown[number - 1])) {
                add(fmt::format(
                    "its counted document {} is not what ledger.csv has there",
                    sanitise(text_of_markup(row.substr(std::min(row.find('>') + 1, std::min<std::size_t>(row.size(), 400)))), 80)));
                continue;
            }
            anchors_[id] = {facts_.shown[number - 1].contract_id, facts_.shown[number - 1].document_id};
        }
        if (number != std::min<std::uint64_t>(facts_.counted, page_documents_max)) {
            add(fmt::format("it shows {} counted documents, in ledger.csv {} count", number, facts_.counted));
        }
        std::size_t bodies = 0;
        for (std::size_t from = section.find("<tr>"); from != std::string_view::npos; from = section.find("<tr>", from + 1)) {
            ++bodies;
        }
        if (bodies > 1) {
            add("a counted document has no number");
        }
    }

    [[nodiscard]] bool shows_document(std::string_view row, const ShownDocument& wanted) {
        const std::vector<std::string_view> cells = cells_of(row);
        if (cells.size() != 5) {
            return false;
        }
        const auto issued = parse_timestamp(wanted.issued_at);
        std::string date;
        if (issued) {
            const std::string iso = day_for_people(Language::english, day_of(*issued));
            const std::string day = day_for_people(words_.language(), day_of(*issued));
            date = iso == day ? day : fmt::format("<time datetime=\"{}\">{}</time>", iso, day);
        }
        const std::string& name = wanted.filename.empty() ? wanted.document_id : wanted.filename;
        const std::string_view file = cells[4];
        const std::string link =
            wanted.path.empty() ? std::string() : fmt::format("<a href=\"{}/{}\">", reference_of(facts_.top), reference_of(wanted.path));
        const bool is_led = link.empty() ? file.find("<a ") == std::string_view::npos : file.starts_with(link);
        files_ += link.empty() ? 0U : 1U;
        return cells[0] == date && plain_number(text_of_markup(cells[1])) == wanted.amount + wanted.currency && is_led &&
               shows(text_of_markup(cells[2]), wanted.contract_id + wanted.contract_name) &&
               shows(first_line(cells[2]), wanted.contract_id) && shows(text_of_markup(cells[3]), words_.word_of(wanted.document_type)) &&
               shows(first_line(file), name) && shows(text_of_markup(file), name + wanted.document_id);
    }

    /// Their numbers, which are those of the summary; their months; the way to their first document.
    void check_contract_rows() {
        std::map<std::string, std::string> lines;
        if (const Value* const history = find_member(summary_, "history")) {
            const Pictures pictures(*history, words_);
            for (const Value& one : items_member(*history, "contracts").GetArray()) {
                lines[text_member(one, "contract_id")] += pictures.line_of(one);
            }
        }
        const Value& contracts = items_member(summary_, "completeness");
        std::map<std::string, std::string> known;
        for (rapidjson::SizeType at = 0; at < contracts.Size(); ++at) {
            known[fmt::format("c{}", at + 1)] = text_member(contracts[at], "contract_id");
        }
        const std::string_view section = section_of("completeness");
        std::size_t at = 0;
        for (auto row = next_between(section, "<tr id=\"", "</tr>", at); row.data() != nullptr;
             row = next_between(section, "<tr id=\"", "</tr>", at)) {
            const std::string id = std::string(row.substr(0, row.find('"')));
            const auto found = known.find(id);
            const std::vector<std::string_view> cells = cells_of(row);
            if (found == known.end() || cells.size() != 7 ||
                !shows(first_line(first_between(row, "<th scope=\"row\">", "</th>")), found->second) || cells[6] != lines[found->second]) {
                add(fmt::format("its contract {} has another place, or other months, than the summary says", sanitise(id, 20)));
                continue;
            }
            anchors_[id] = {found->second, {}};
            check_first_document(cells[5], found->second);
            known.erase(found);
        }
    }

    void check_first_document(std::string_view amounts, const std::string& contract) {
        const auto first =
            std::find_if(facts_.shown.begin(), facts_.shown.end(), [&](const ShownDocument& one) { return one.contract_id == contract; });
        const std::string link =
            first == facts_.shown.end() ? std::string() : fmt::format("<a href=\"#d{}\">", first - facts_.shown.begin() + 1);
        if (!amounts.starts_with(link) || (link.empty() && amounts.find("<a ") != std::string_view::npos)) {
            add(fmt::format("its sum of {} does not lead to its documents", sanitise(contract, 60)));
        }
    }

    void check_months() {
        const Value* const history = find_member(summary_, "history");
        std::map<std::string, std::string> wanted;  // by what its tile shows, without blanks
        if (history != nullptr) {
            const Pictures pictures(*history, words_);
            for (const Value& total : items_member(*history, "totals").GetArray()) {
                wanted[text_member(total, "currency")] = pictures.chart_of(total);
            }
            const std::string_view figures =
                first_between(first_between(html_, "<table class=\"figures\">", "</table>"), "<tbody>\n", "</tbody>");
            if (!items_member(*history, "totals").Empty() && figures != pictures.figures_of(*history)) {
                add("its figures of the months are not the summary's");
            }
        }
        std::size_t at = 0;
        const std::string_view section = section_of("totals");
        for (auto tile = next_between(section, "<div class=\"tile\">", "</div>", at); tile.data() != nullptr;
             tile = next_between(section, "<div class=\"tile\">", "</div>", at)) {
            const std::string value = plain_number(text_of_markup(first_between(tile, "<dd>", "<small>")));
            const bool is_total = text_of_markup(first_between(tile, "<dt>", "</dt>")) == total_label(value) && value.size() > 3;
            const std::string code = is_total ? value.substr(value.size() - 3) : std::string();
            const auto found = wanted.find(code);
            if (first_between(tile, "<dd class=\"months\">", "</dd>") != (found == wanted.end() ? std::string() : found->second)) {
                add(fmt::format("its picture of the months beside {} is not what the summary's history gives", sanitise(value, 60)));
            }
        }
    }

    void check_perimeters() {
        std::string wanted;
        for (const Value& one : items_member(summary_, "perimeters").GetArray()) {
            std::string amounts;
            for (const Value& total : items_member(one, "totals").GetArray()) {
                amounts += fmt::format("{}{}\u00a0{}", amounts.empty() ? "" : "<br>",
                                       grouped_amount(view_member(total, "amount"), words_.language()), text_member(total, "currency"));
            }
            wanted += fmt::format("<tr><th scope=\"row\"><bdi>{}</bdi></th><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                                  gated_markup(text_member(one, "name")), grouped_count(count_member(one, "contracts")).text, amounts);
        }
        if (first_between(first_between(html_, "<table class=\"figures perimeters\">", "</table>"), "<tbody>\n", "</tbody>") != wanted) {
            add("its totals by perimeter are not the summary's");
        }
    }

    /// What stands above a total of that currency; empty: it is none.
    [[nodiscard]] std::string total_label(const std::string& value) const {
        const auto unit = value.size() < 4 ? std::nullopt : find_currency(value.substr(value.size() - 3));
        return unit ? std::string(unit->name_in(words_.language())) : std::string();
    }

    /// Each leads where its text says. The heads of the sections name themselves.
    void check_links() {
        std::map<std::string_view, std::string> headings;
        std::size_t at = 0;
        for (auto head = next_between(html_, "<h2 id=\"", "</h2>", at); head.data() != nullptr;
             head = next_between(html_, "<h2 id=\"", "</h2>", at)) {
            headings[head.substr(0, head.find('"'))] = text_of_markup(head.substr(std::min(head.find('>') + 1, head.size())));
        }
        at = 0;
        std::size_t files = 0;
        const std::string_view navigation = first_between(html_, "<nav ", "</nav>");
        for (auto link = next_between(html_, "<a href=\"", "</a>", at); link.data() != nullptr;
             link = next_between(html_, "<a href=\"", "</a>", at)) {
            const std::string_view target = link.substr(0, std::min(link.find('"'), link.size()));
            const std::string text = text_of_markup(link.substr(std::min(link.find('>') + 1, link.size())));
            if (!target.starts_with('#')) {
                ++files;
                continue;
            }
            const auto found = anchors_.find(std::string(target.substr(1)));
            const bool is_in_navigation = link.data() > navigation.data() && link.data() < navigation.data() + navigation.size();
            const auto heading = headings.find(target.substr(1));
            const bool leads_to_section =
                target == "#findings" || (is_in_navigation && heading != headings.end() && heading->second == text);
            const bool leads_to_row =
                found != anchors_.end() && (shows(text, found->second.document.empty() ? found->second.contract : found->second.document) ||
                                            is_sum(text, found->second.contract));
            if (!leads_to_section && !leads_to_row) {
                add(fmt::format("its link {} leads elsewhere: {}", sanitise(text, 60), sanitise(target, 40)));
            }
        }
        if (files != files_) {
            add(fmt::format("it has {} links to files, of documents that count {} have one", files, files_));
        }
    }

    /// From a contract's sum to its documents; that it is the right one was looked at with the contract.
    [[nodiscard]] bool is_sum(const std::string& text, const std::string& contract) const {
        const auto found = facts_.contracts.find(contract);
        std::string sums;
        if (found != facts_.contracts.end()) {
            for (const auto& [code, sum] : found->second.sums) {
                sums += (sums.empty() ? "" : "\n") + to_decimal(sum.total) + code;
            }
        }
        return !sums.empty() && plain_number(text) == sums;
    }

    const std::string_view html_;
    const Value& summary_;
    const LedgerFacts& facts_;
    const Vocabulary words_;
    Problems& problems_;
    std::map<std::string, Anchor> anchors_;
    std::size_t files_ = 0;
};

}  // namespace

void check_page_shown(std::string_view html, const Value& summary, const LedgerFacts& facts, const Vocabulary& words, Problems& problems) {
    ShownCheck(html, summary, facts, words, problems).run();
}

}  // namespace moisson::bundle

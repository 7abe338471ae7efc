#include "bundle/auditor_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "bundle/markup.hpp"
#include "bundle/retention_check.hpp"
#include "bundle/said.hpp"
#include "bundle/summary_check.hpp"
#include "domain/auditor_page.hpp"
#include "domain/bag_notes.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;
using Row = std::vector<std::string>;

constexpr std::string_view link_before = "<a href=\"";

/// LedgerCells of a ledger's row by the names of its header.
class LedgerCells {
public:
    /// False: a column that every ledger has is not there, which is said elsewhere.
    bool take_header(const Row& header) {
        names_ = header;
        for (std::size_t at = 0; at < wanted.size(); ++at) {
            const auto found = std::find(header.begin(), header.end(), wanted.at(at));
            if (found == header.end()) {
                return false;
            }
            columns_.at(at) = static_cast<std::size_t>(found - header.begin());
        }
        return true;
    }
    [[nodiscard]] bool fits(const Row& row) const { return row.size() == names_.size() && !names_.empty(); }
    [[nodiscard]] PageRow page_row(const Row& row) const {
        const auto cell = [&](std::size_t at) { return std::string_view(row.at(columns_.at(at))); };
        const std::string_view currency = cell(6).empty() ? std::string_view() : cell(7);
        return {cell(0),  cell(1), cell(2), cell(3),  cell(4),  cell(5),          cell(6),
                currency, cell(8), cell(9), cell(10), cell(11), cell(12) == "yes"};
    }
    [[nodiscard]] const Row& names() const noexcept { return names_; }

private:
    static constexpr std::array<std::string_view, 13> wanted{"contract_id", "contract_name", "period",   "document_type", "document_id",
                                                             "version",     "amount",        "currency", "filename",      "path",
                                                             "sha256",      "status",        "counted"};
    Row names_;
    std::array<std::size_t, wanted.size()> columns_{};
};

std::optional<std::string> unescape_link(std::string_view link) {
    std::string path;
    for (std::size_t at = 0; at < link.size(); ++at) {
        if (link[at] != '%') {
            path += link[at];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = link.substr(std::min(at + 1, link.size()), 2);
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (problem != std::errc{} || end != digits.data() + 2) {
            return std::nullopt;
        }
        path += static_cast<char>(value);
        at += 2;
    }
    return path;
}

class AuditorCheck {
public:
    AuditorCheck(const Value& summary, const AuditorSource& source, Problems& problems)
        : summary_(summary), source_(source), problems_(problems) {}

    void run() {
        read_ledger();
        check_retention(summary_, stated_last_day(summary_, latest_month_), problems_);
        const bool has_retention = find_member(summary_, "retention") != nullptr;
        const std::array<bool, 4> there{!source_.notes_english.empty(), !source_.notes_french.empty(), !source_.page.empty(),
                                        !source_.schema.empty()};
        const auto count = std::count(there.begin(), there.end(), true);
        if (count == 0 && !has_retention) {
            return;  // of an earlier version
        }
        if (count != 4 || !has_retention) {
            problems_.add(
                "README.txt, LISEZ-MOI.txt, index.html, data/ledger.schema.json and a retention: a bundle has all of them or none");
            return;
        }
        check_links();
        read_schema();
        const auto retention = stated_retention(summary_);
        if (!is_of_this_version(summary_) || !retention) {
            return;  // another version has other words
        }
        retention_ = *retention;
        check_notes(Language::french, notes_name_french, source_.notes_french);
        check_notes(Language::english, notes_name_english, source_.notes_english);
        check_page();
    }

private:
    void each_row(const std::string& path, const std::function<void(const LedgerCells&, const Row&)>& take) const {
        LedgerCells cells;
        bool is_head = true;
        bool is_sound = true;
        static_cast<void>(source_.read_table(path, [&](const Row& row) {
            if (std::exchange(is_head, false)) {
                is_sound = cells.take_header(row);
            } else if (is_sound && cells.fits(row)) {
                take(cells, row);
            }
        }));
    }

    void read_ledger() {
        each_row("data/ledger.csv", [&](const LedgerCells& cells, const Row& cells_of_row) {
            const PageRow row = cells.page_row(cells_of_row);
            latest_month_ = std::max(latest_month_, std::string(row.period));
            header_ = header_.empty() ? cells.names() : header_;
            const bool is_plain = row.counted && row.status == "ok" && is_plain_word(row.document_id) && is_plain_word(row.path);
            if (is_plain && !example_) {
                example_ = NotedDocument{std::string(row.document_id), std::string(row.path), std::string(row.sha256)};
            }
        });
    }

    [[nodiscard]] bool has_file(std::string_view path) const {
        const auto found = std::lower_bound(source_.files.begin(), source_.files.end(), path,
                                            [](const DataFile& file, std::string_view wanted) { return file.path < wanted; });
        return found != source_.files.end() && found->path == path;
    }

    /// Every link leads somewhere in the bundle, every document is linked once, every other file at least once but for the books.
    void check_links() {
        std::map<std::string, std::size_t, std::less<>> linked;
        constexpr std::array<std::string_view, 4> tags{notes_name_french, notes_name_english, "bag-info.txt", "manifest-sha256.txt"};
        std::size_t at = 0;
        for (auto link = next_between(source_.page, link_before, "\"", at); link.data() != nullptr;
             link = next_between(source_.page, link_before, "\"", at)) {
            const auto path = unescape_link(link);
            const bool is_data = path && path->starts_with("data/") && has_file(std::string_view(*path).substr(5));
            if (!is_data && (!path || std::find(tags.begin(), tags.end(), *path) == tags.end())) {
                problems_.add(fmt::format("index.html: a link leads to {}, which is not in the bundle", sanitise(link, 100)));
            } else if (is_data) {
                ++linked[path->substr(5)];
            }
        }
        for (const DataFile& file : source_.files) {
            const auto found = linked.find(file.path);
            const std::size_t count = found == linked.end() ? 0 : found->second;
            const bool is_document = file.path.starts_with("documents/") || file.path.starts_with("addenda/");
            if (!file.path.starts_with("books/") && (count == 0 || (is_document && count != 1))) {
                problems_.add(fmt::format("index.html: data/{} is linked {} times", sanitise(file.path, 100), count));
            }
        }
    }

    /// Its columns are those of the ledger; what it says of them stands in both notes.
    void read_schema() {
        const auto parsed = Json::parse(std::string(source_.schema), json_memory_max(source_.length));
        if (!parsed) {
            problems_.add(fmt::format("data/ledger.schema.json: {}", parsed.error().message));
            return;
        }
        const Value& table = object_member(parsed->root(), "tableSchema");
        Row names;
        for (const Value& column : items_member(table, "columns").GetArray()) {
            names.push_back(text_member(column, "name"));
            for (const auto& [language, code] : {std::pair(Language::english, "en"), std::pair(Language::french, "fr")}) {
                NotedColumn noted{names.back(), {}, {}};
                const Value& titles = items_member(object_member(column, "titles"), code);
                const bool has_name = titles.Size() == 2 && text_of(titles[0]) == names.back();
                noted.title = has_name ? text_of(titles[1]) : std::string();
                for (const Value& meaning : items_member(column, "dc:description").GetArray()) {
                    noted.meaning = text_member(meaning, "@language") == code ? text_member(meaning, "@value") : noted.meaning;
                }
                if (noted.title.empty() || noted.meaning.empty()) {
                    problems_.add(fmt::format("data/ledger.schema.json: it does not say what {} is", sanitise(noted.name, 60)));
                }
                columns_[language].push_back(std::move(noted));
            }
        }
        if (text_member(parsed->root(), "url") != "ledger.csv" || (!header_.empty() && names != header_)) {
            problems_.add("data/ledger.schema.json: its columns are not those of data/ledger.csv");
        }
    }

    [[nodiscard]] bool has_files(std::string_view beginning) const {
        return std::any_of(source_.files.begin(), source_.files.end(),
                           [&](const DataFile& file) { return file.path.starts_with(beginning); });
    }

    [[nodiscard]] Organization organization() const {
        const Value& stated = object_member(summary_, "organization");
        return {text_member(stated, "name"), text_member(stated, "siren")};
    }
    [[nodiscard]] std::string program() const {
        const Value& tool = object_member(summary_, "tool");
        return fmt::format("{} {}", text_member(tool, "name"), text_member(tool, "version"));
    }

    void check_notes(Language language, std::string_view name, std::string_view found) {
        BagNotes notes;
        notes.bag = source_.top;
        notes.period = text_member(summary_, "period");
        notes.source = sanitise(text_member(summary_, "source"));
        notes.program = program();
        notes.is_view = !text_member(summary_, "view").empty();
        notes.organization = organization();
        notes.retention = retention_;
        notes.has_addenda = items_member(summary_, "addenda").Size() > 0;
        notes.has_closed_months = items_member(summary_, "closed_months").Size() > 0;
        notes.has_erp_files = has_files("erp/");
        notes.has_books = has_files("books/");
        notes.has_chain = has_files("books/chain.csv");
        notes.example = example_;
        notes.columns = columns_[language];
        notes.has_numbers = std::any_of(notes.columns.begin(), notes.columns.end(), [](const auto& one) { return one.name == "channel"; });
        compare(name, found, bag_notes(language, notes));
    }

    void compare(std::string_view name, std::string_view found, std::string_view wanted) {
        if (found == wanted) {
            return;
        }
        const auto differs = std::mismatch(found.begin(), found.end(), wanted.begin(), wanted.end()).first;
        problems_.add(
            fmt::format("{}: line {} is not what the ledger and the summary give", name, 1 + std::count(found.begin(), differs, '\n')));
    }

    /// The French sentence that the page shows next, where it says what the English one says.
    PageSentence sentence(std::string english) {
        const std::string_view markup = next_between(source_.page, page_reason_before, page_reason_after, reason_at_);
        std::string shown = markup.data() == nullptr ? std::string() : unescape_markup(markup);
        if (!says(Language::french, shown, english)) {
            problems_.add(fmt::format("index.html: {} is not what the summary says: {}", sanitise(shown, 200), sanitise(english, 200)));
        }
        return {std::move(english), std::move(shown)};
    }

    void check_page() {
        AuditorPage page;
        page.period = text_member(summary_, "period");
        page.is_view = !text_member(summary_, "view").empty();
        page.without_files = page.is_view && !flag_member(object_member(summary_, "filters"), "files");
        page.source = sanitise(text_member(summary_, "source"));
        page.program = program();
        page.organization = organization();
        page.retention = retention_;
        for (const Value& total : items_member(summary_, "totals").GetArray()) {
            page.totals.push_back({text_member(total, "currency"), text_member(total, "amount"), count_member(total, "documents"),
                                   count_member(total, "credits")});
        }
        for (const Value& contract : items_member(summary_, "completeness").GetArray()) {
            if (std::string word = text_member(contract, "verdict"); word != "complete") {
                page.contracts.push_back(
                    {text_member(contract, "contract_id"), std::move(word), sentence(text_member(contract, "reason"))});
            }
        }
        std::map<std::pair<std::string, std::string>, std::vector<std::string>> reasons;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            if (explains_missing_file(text_member(finding, "code"))) {
                reasons[{text_member(finding, "contract_id"), text_member(finding, "document_id")}].push_back(
                    text_member(finding, "message"));
            }
        }
        page.reasons_of = [&](std::string_view contract_id, std::string_view document_id) {
            std::vector<PageSentence> sentences;
            if (const auto found = reasons.find({as_stated(contract_id), as_stated(document_id)}); found != reasons.end()) {
                std::transform(found->second.begin(), found->second.end(), std::back_inserter(sentences),
                               [&](const std::string& english) { return sentence(english); });
            }
            return sentences;
        };
        page.each_row = rows_of("data/ledger.csv");
        for (const Value& addendum : items_member(summary_, "addenda").GetArray()) {
            const std::string file = text_member(addendum, "file");
            page.addenda.push_back({file, rows_of("data/" + file)});
        }
        std::vector<std::string_view> paths;
        std::transform(source_.files.begin(), source_.files.end(), std::back_inserter(paths),
                       [](const DataFile& file) { return std::string_view(file.path); });
        page.files = page_files(paths);
        compare_page(page);
    }

    [[nodiscard]] std::function<void(const std::function<void(const PageRow&)>&)> rows_of(std::string path) const {
        return [this, path = std::move(path)](const std::function<void(const PageRow&)>& take) {
            each_row(path, [&](const LedgerCells& cells, const Row& row) { take(cells.page_row(row)); });
        };
    }

    /// Piece by piece: the page that is wanted is never held.
    void compare_page(const AuditorPage& page) {
        std::string_view rest = source_.page;
        std::int64_t line = 1;
        bool is_same = true;
        write_auditor_page(page, [&](std::string_view piece) {
            if (!is_same) {
                return;
            }
            is_same = rest.starts_with(piece);
            const auto differs = std::mismatch(rest.begin(), rest.end(), piece.begin(), piece.end()).first;
            line += std::count(rest.begin(), differs, '\n');
            rest.remove_prefix(is_same ? piece.size() : 0);
        });
        if (!is_same || !rest.empty()) {
            problems_.add(fmt::format("{}: line {} is not what the ledger and the summary give", bag_page_name, line));
        }
    }

    const Value& summary_;
    const AuditorSource& source_;
    Problems& problems_;
    std::string latest_month_;
    Row header_;
    std::optional<NotedDocument> example_;
    std::map<Language, std::vector<NotedColumn>> columns_;
    Retention retention_;
    std::size_t reason_at_ = 0;  ///< in the page
};

}  // namespace

void check_auditor_files(const Value& summary, const AuditorSource& source, Problems& problems) {
    AuditorCheck(summary, source, problems).run();
}

}  // namespace moisson::bundle

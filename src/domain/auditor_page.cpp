#include "domain/auditor_page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/gate.hpp"
#include "base/text.hpp"
#include "domain/auditor_messages.hpp"
#include "domain/bag_notes.hpp"
#include "domain/currency.hpp"
#include "domain/language.hpp"
#include "language/format.hpp"

namespace moisson {

namespace {

namespace shown = messages::auditor;

constexpr Language french = Language::french;
constexpr Language english = Language::english;
constexpr std::size_t piece_bytes = 256U << 10U;

constexpr std::string_view style =
    R"css(:root{color-scheme:light dark;--ink:#1c2420;--soft:#56625c;--paper:#fff;--line:#dce2de;--bad:#a11d1d}
@media (prefers-color-scheme:dark){:root{--ink:#e8eeea;--soft:#a5b1aa;--paper:#161b18;--line:#343e38;--bad:#ff9c96}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:80rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{margin:0;font-size:2rem;line-height:1.2}
h2{margin:2.25rem 0 .75rem;font-size:1.25rem}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
[lang=en]{color:var(--soft)}
a{color:inherit}
.tables{display:flex;flex-wrap:wrap;gap:0 3rem}
table{border-collapse:collapse;margin:0 0 1rem;font-size:.875rem}
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}
th,td{padding:.3rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.o{color:var(--soft)}
.d td{overflow-wrap:anywhere}
.d td.n{overflow-wrap:normal}
strong{color:var(--bad)}
code{font:.85em ui-monospace,"Cascadia Mono","DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
@media print{a{text-decoration:none}h2,h3,caption{break-after:avoid}tr{break-inside:avoid}}
)css";

constexpr std::string_view nul_in_text = "\u2400";  // as the ledger shows it

/// Text from outside: escaped, and kept from turning the direction of what stands beside it.
std::string outside(std::string_view value) {
    if (value.empty()) {
        return {};
    }
    std::string whole;
    for (const char letter : value) {
        whole += letter == '\0' ? nul_in_text : std::string_view(&letter, 1);
    }
    return fmt::format("<bdi>{}</bdi>", gated_markup(whole));
}

/// French, and the English where it is another word.
std::string both(const Message& message) {
    const std::string first = message.in(french);
    const std::string second = message.in(english);
    return first == second ? first : fmt::format("{} <span lang=\"en\">/ {}</span>", first, second);
}

std::string both_words(std::string_view code) {
    return fmt::format("{} <span lang=\"en\">/ {}</span>", gated_markup(word_of(french, code)), gated_markup(word_of(english, code)));
}

Message said_of(std::string_view status) {
    return status == "not-ready" ? Message(shown::not_ready) : status == "failed" ? Message(shown::failed) : Message(shown::skipped);
}

/// "-1234.56 EUR", as the ledger spells it.
std::string amount_of(const PageRow& row) {
    return row.amount.empty() ? std::string() : gated_markup(fmt::format("{} {}", row.amount, row.currency));
}

/// Everything but letters, digits and `-._~/` as %XX.
std::string link_to(std::string_view path) {
    std::string link;
    for (const char letter : path) {
        if (is_letter_or_digit(letter) || std::string_view("-._~/").find(letter) != std::string_view::npos) {
            link += letter;
        } else {
            link += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return link;
}

/// Under the name that the service gave, else under its own.
std::string file_link(std::string_view path, std::string_view filename) {
    const std::string_view own = path.substr(path.rfind('/') + 1);
    return fmt::format("<a href=\"{}\">{}</a>", link_to(path), outside(is_blank(filename) ? own : filename));
}

/// A document whose file should be there: what is counted, and what was asked for and did not come.
bool lacks_file(const PageRow& row) {
    return row.status == "not-ready" || row.status == "failed" || (row.status == "skipped" && row.counted);
}

class PageWriter {
public:
    PageWriter(const AuditorPage& page, const std::function<void(std::string_view)>& sink) : page_(page), sink_(sink) {}

    void write() {
        put("<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n");
        put("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        put("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n", title().in(french), style);
        write_introduction(french);
        write_introduction(english);
        write_missing();
        write_documents();
        write_addenda();
        write_files();
        put("<footer><p>{}</p></footer>\n</main>\n</body>\n</html>\n", gated_markup(page_.program));
        sink_(out_);
    }

private:
    template <class... Values>
    void put(fmt::format_string<Values...> form, Values&&... values) {
        fmt::format_to(std::back_inserter(out_), form, std::forward<Values>(values)...);
        if (out_.size() >= piece_bytes) {
            sink_(out_);
            out_.clear();
        }
    }

    [[nodiscard]] Message title() const {
        return (page_.is_view ? shown::title_of_view : shown::title_of_month)(place::Months(page_.period));
    }

    void write_introduction(Language language) {
        const bool is_first = language == french;
        put("<section lang=\"{0}\">\n<h{1}>{2}</h{1}>\n", to_text(language), is_first ? 1 : 2, gated_markup(title().in(language)));
        const std::string_view notes = is_first ? notes_name_french : notes_name_english;
        put("<p>{}</p>\n", shown::about(fmt::format("<a href=\"{0}\">{0}</a>", notes)).in(language));
        std::string who;
        if (!page_.organization.name.empty()) {
            who = outside(page_.organization.name) + ". ";
        }
        if (!page_.organization.siren.empty()) {
            who += shown::siren(gated_markup(page_.organization.siren)).in(language) + ". ";
        }
        put("<p>{}{}</p>\n", who, shown::keep(page_.retention.until, page_.retention.fiscal_year_end).in(language));
        put("<p>{}</p>\n", shown::source(outside(page_.source)).in(language));
        write_totals(language);
        put("</section>\n");
    }

    void write_totals(Language language) {
        if (page_.totals.empty()) {
            put("<p>{}</p>\n", shown::nothing_counted.in(language));
            return;
        }
        put("<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th>", shown::totals.in(language),
            shown::currency.in(language));
        for (const Row<>& title : {shown::total, shown::documents_counted, shown::credits}) {
            put("<th scope=\"col\" class=\"n\">{}</th>", title.in(language));
        }
        put("</tr></thead>\n<tbody>\n");
        for (const PageTotal& total : page_.totals) {
            const auto known = find_currency(total.currency);
            put("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                gated_markup(known ? known->name_in(language) : total.currency),
                gated_markup(show_amount(language, fmt::format("{} {}", total.amount, total.currency))), total.documents, total.credits);
        }
        put("</tbody>\n</table>\n");
    }

    /// Opens a table at its first row.
    void open(bool& is_open, const Message& caption, std::initializer_list<std::pair<Row<>, bool>> titles) {
        if (std::exchange(is_open, true)) {
            return;
        }
        put("<table>\n<caption>{}</caption>\n", both(caption));
        columns(titles);
    }
    void close(bool is_open) { put("{}", is_open ? "</tbody>\n</table>\n" : ""); }
    void columns(std::initializer_list<std::pair<Row<>, bool>> titles) {
        put("<thead><tr>");
        for (const auto& [title, is_number] : titles) {
            put("<th scope=\"col\"{}>{}</th>", is_number ? " class=\"n\"" : "", both(title));
        }
        put("</tr></thead>\n<tbody>\n");
    }

    void reason(const PageSentence& sentence) {
        put("{}{}{}<br><span lang=\"en\">{}</span>", page_reason_before, gated_markup(sentence.french), page_reason_after,
            gated_markup(sentence.english));
    }

    void write_missing() {
        put("<h2 id=\"missing\">{}</h2>\n", both(shown::missing));
        bool has_contracts = false;
        for (const PageContract& contract : page_.contracts) {
            open(has_contracts, shown::contracts_missing, {{shown::contract, false}, {shown::state, false}, {shown::why, false}});
            put("<tr><th scope=\"row\">{}</th><td>{}</td><td>", outside(contract.id), both_words(contract.verdict));
            reason(contract.reason);
            put("</td></tr>\n");
        }
        close(has_contracts);
        if (page_.without_files) {
            put("<p>{}</p>\n", both(shown::without_files));
            return;
        }
        bool has_files = false;
        page_.each_row([&](const PageRow& row) {
            if (lacks_file(row)) {
                open(has_files, shown::files_missing,
                     {{shown::contract, false},
                      {shown::document, false},
                      {shown::version, true},
                      {shown::amount, true},
                      {shown::state, false},
                      {shown::why, false}});
                write_missing_file(row);
            }
        });
        close(has_files);
        if (!has_contracts && !has_files) {
            put("<p>{}</p>\n", both(shown::nothing_missing));
        }
    }

    void write_missing_file(const PageRow& row) {
        put("<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>", outside(row.contract_id),
            outside(row.document_id), gated_markup(row.version), amount_of(row), both(said_of(row.status)));
        for (const PageSentence& sentence : page_.reasons_of(row.contract_id, row.document_id)) {
            reason(sentence);
        }
        put("</td></tr>\n");
    }

    /// A table for each contract, whose rows stand together.
    void write_documents() {
        put("<h2 id=\"documents\">{}</h2>\n", both(shown::documents));
        std::string contract;
        bool is_open = false;
        page_.each_row([&](const PageRow& row) {
            if (!is_open || contract != row.contract_id) {
                close(is_open);
                is_open = true;
                contract = row.contract_id;
                const std::string name = row.contract_name.empty() ? std::string() : " · " + outside(row.contract_name);
                put("<h3>{}{}</h3>\n<table>\n<caption>{}</caption>\n", outside(contract), name,
                    both(shown::documents_of(outside(contract))));
                columns({{shown::month, false},
                         {shown::type, false},
                         {shown::document, false},
                         {shown::version, true},
                         {shown::amount, true},
                         {shown::counted, false},
                         {shown::file, false},
                         {shown::digest, false}});
            }
            write_row(row);
        });
        close(is_open);
        if (!is_open) {
            put("<p>{}</p>\n", both(shown::nothing_counted));
        }
    }

    void write_row(const PageRow& row) {
        put("<tr class=\"d{}\"><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>",
            row.counted ? "" : " o", gated_markup(row.period), outside(row.document_type), outside(row.document_id),
            gated_markup(row.version), amount_of(row), both(row.counted ? shown::yes : shown::no));
        if (row.status == "ok") {
            put("<td>{}</td><td><code>{}</code></td></tr>\n", file_link(row.path, row.filename), gated_markup(row.sha256));
        } else {
            put("<td><strong>{}</strong></td><td></td></tr>\n", both(said_of(row.status)));
        }
    }

    void write_addenda() {
        if (!page_.addenda.empty()) {
            put("<h2 id=\"addenda\">{}</h2>\n", both(shown::late));
        }
        for (const PageAddendum& addendum : page_.addenda) {
            put("<table>\n<caption>{}</caption>\n", file_link("data/" + addendum.file, {}));
            columns({{shown::contract, false},
                     {shown::document, false},
                     {shown::version, true},
                     {shown::amount, true},
                     {shown::file, false},
                     {shown::digest, false}});
            addendum.each_row([&](const PageRow& row) {
                put("<tr class=\"d\"><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>", outside(row.contract_id),
                    outside(row.document_id), gated_markup(row.version), amount_of(row));
                put("<td>{}</td><td><code>{}</code></td></tr>\n", row.path.empty() ? std::string() : file_link(row.path, {}),
                    gated_markup(row.sha256));
            });
            put("</tbody>\n</table>\n");
        }
    }

    void write_files() {
        put("<h2 id=\"files\">{}</h2>\n<ul>\n", both(shown::other_files));
        for (const std::string& file : page_.files) {
            put("<li><a href=\"{}\">{}</a></li>\n", link_to(file), gated_markup(file));
        }
        put("</ul>\n");
    }

    const AuditorPage& page_;
    const std::function<void(std::string_view)>& sink_;
    std::string out_;
};

}  // namespace

void write_auditor_page(const AuditorPage& page, const std::function<void(std::string_view)>& sink) { PageWriter(page, sink).write(); }

bool explains_missing_file(std::string_view code) noexcept {
    constexpr std::array<std::string_view, 3> codes{"document-failed", "document-missing", "document-not-ready"};
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::vector<std::string> page_files(const std::vector<std::string_view>& payload) {
    std::vector<std::string> files;
    for (const std::string_view path : payload) {
        if (path.starts_with("erp/") || path == "closed-months.csv") {
            files.push_back(fmt::format("data/{}", path));
        }
    }
    std::sort(files.begin(), files.end());
    files.insert(files.begin(), {"data/ledger.csv", fmt::format("data/{}", ledger_schema_name), "data/summary.json"});
    files.insert(files.end(), {"bag-info.txt", "manifest-sha256.txt"});
    return files;
}

}  // namespace moisson

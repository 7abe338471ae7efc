/// The sums of report.html: by currency with the months before, by month, by contract.

#include <algorithm>
#include <map>
#include <set>

#include "base/gate.hpp"
#include "domain/page_messages.hpp"
#include "report/page.hpp"

namespace moisson::report {

namespace {

/// Contracts in the chart of the largest ones.
constexpr std::size_t largest_contracts_max = 15;
/// Contracts named in a sentence.
constexpr std::size_t contracts_named_max = 10;

/// `chart`: below the sum, or nothing.
void put_tile(Page& page, std::string_view label, std::string_view value, std::string_view note, std::string_view chart = {}) {
    page.put("<div class=\"tile\"><dt>{}</dt><dd>{}<small>{}</small></dd>{}</div>\n", label, value, note, chart);
}

const PastSums* history_of(const RunSummary& summary, Currency currency) {
    if (!summary.history) {
        return nullptr;
    }
    const std::vector<PastSums>& totals = summary.history->totals;
    const auto found = std::find_if(totals.begin(), totals.end(), [&](const PastSums& one) { return one.currency == currency; });
    return found == totals.end() ? nullptr : &*found;
}

/// The months' columns, and which is the first and the last.
std::string chart_of(const Page& page, const PastSums* sums) {
    if (sums == nullptr) {
        return "";
    }
    const std::vector<Month>& months = page.summary.history->months;
    return fmt::format("<dd class=\"months\">{}<span>{}</span> <span>{}</span></dd>", history_chart(*sums, months, page.language),
                       month_for_people(page.language, months.front()), month_for_people(page.language, months.back()));
}

void put_total_tiles(Page& page) {
    const RunSummary& summary = page.summary;
    for (const CurrencyTotal& total : summary.totals) {
        put_tile(page, gated_markup(total.total.currency.name_in(page.language)), page.amount(total.total),
                 messages::counted_credits(written(total.documents), written(total.credits)).in(page.language),
                 chart_of(page, history_of(summary, total.total.currency)));
    }
    if (summary.reporting) {
        const ReportingTotal& reporting = *summary.reporting;
        const Message note =
            reporting.documents_missing == 0
                ? messages::counted_rates(written(reporting.documents), word_of(page.language, reporting.rate_rule))
                : messages::counted_without_rate(written(reporting.documents), group_thousands(reporting.documents_missing));
        put_tile(page, messages::converted_to(reporting.total.currency.code()).in(page.language), page.amount(reporting.total),
                 note.in(page.language));
    }
}

void put_count_tiles(Page& page) {
    const RunSummary& summary = page.summary;
    const DocumentCounts& documents = summary.documents;
    put_tile(page, page.word("Contracts"), group_thousands(summary.contracts), page.word("in the perimeter"));
    put_tile(page, page.word("Documents"), group_thousands(documents.rows),
             messages::with_their_file(written(documents.ok), written(documents.counted)).in(page.language));
    put_tile(page, page.word("Missing files"), group_thousands(documents.not_ready + documents.failed),
             messages::not_ready_failed(written(documents.not_ready), written(documents.failed)).in(page.language));
}

/// What the pictures show, for those who read it or have it read to them.
void put_history_figures(Page& page) {
    if (!page.summary.history || page.summary.history->totals.empty()) {
        return;
    }
    const PastMonths& history = *page.summary.history;
    page.put("<details>\n<summary>{}</summary>\n<table class=\"figures\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th>",
             page.word("The thirteen months in figures"), page.word("Counted amounts of this month and of the twelve before it"),
             page.word("Month"));
    for (const PastSums& total : history.totals) {
        page.put("<th scope=\"col\" class=\"number\">{}</th>", total.currency.code());
    }
    page.out += "</tr></thead>\n<tbody>\n";
    for (std::size_t at = 0; at < history.months.size(); ++at) {
        page.put("<tr><th scope=\"row\">{}</th>", month_for_people(page.language, history.months[at]));
        for (const PastSums& total : history.totals) {
            const std::optional<Int128>& amount = total.amounts_minor[at];
            page.put("<td class=\"number\">{}</td>",
                     amount ? group_thousands(to_decimal(*amount, total.currency), page.language) : std::string(page.word("nothing")));
        }
        page.out += "</tr>\n";
    }
    page.out += "</tbody>\n</table>\n</details>\n";
}

/// Of a job with several logins.
void put_perimeters(Page& page) {
    const RunSummary& summary = page.summary;
    if (summary.perimeters.empty()) {
        return;
    }
    page.put("<table class=\"figures perimeters\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th>"
             "<th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{}</th></tr></thead>\n<tbody>\n",
             page.word("Totals by perimeter"), page.word("Perimeter"), page.word("Contracts"), page.word("Amount"));
    for (const PerimeterSummary& one : summary.perimeters) {
        std::string amounts;  // each with its currency: on a telephone no heading says it
        for (const CurrencyTotal& total : one.totals) {
            amounts += fmt::format("{}{}\u00a0{}", amounts.empty() ? "" : "<br>", group_thousands(to_decimal(total.total), page.language),
                                   total.total.currency.code());
        }
        page.put("<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n", outside(one.name),
                 group_thousands(one.contracts), amounts);
    }
    page.out += "</tbody>\n</table>\n";
}

/// One labelled amount of a chart.
struct Bar {
    std::string label;  ///< escaped
    Sum sum;
};

/// The amount without its sign, the most negative one too.
std::uint64_t size_of(std::int64_t amount) {
    return amount < 0 ? 0U - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
}

/// Thousandths of the chart's width that `amount` takes when `largest` takes all of it. Both may be negative; only their size matters.
/// Geometry alone: the amount itself is printed beside it.
std::uint64_t bar_permille(std::int64_t amount, std::uint64_t largest) {
    if (largest == 0) {
        return 0;
    }
    const std::uint64_t size = size_of(amount);
    return largest < 1'000'000 ? size * 1000 / largest : std::min<std::uint64_t>(1000, size / (largest / 1000));
}

/// A table with a bar per row. `bars` share one currency.
void put_bar_table(Page& page, std::string_view caption, Word first_column, const std::vector<Bar>& bars) {
    std::uint64_t largest = 0;
    for (const Bar& bar : bars) {
        largest = std::max(largest, bar.sum.fits ? size_of(bar.sum.money.amount_minor) : 0);
    }
    page.put(
        "<table class=\"bars\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th><td class=\"chart\"></td></tr></thead>\n<tbody>\n",
        caption, page.word(first_column), page.word("Documents"), page.word("Amount"));
    for (const Bar& bar : bars) {
        const bool credit = bar.sum.money.amount_minor < 0;
        const std::uint64_t width = bar.sum.fits ? bar_permille(bar.sum.money.amount_minor, largest) : 0;
        page.put("<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"chart\">", bar.label,
                 group_thousands(bar.sum.documents), sum_for_people(bar.sum, page.language));
        page.put(
            "<svg viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<rect class=\"track\" width=\"1000\" height=\"40\"/><rect class=\"{}\" width=\"{}\" height=\"40\"/></svg></td></tr>\n",
            credit ? "credit" : "bar", width);
    }
    page.out += "</tbody>\n</table>\n";
}

}  // namespace

void put_totals(Page& page) {
    const RunSummary& summary = page.summary;
    page.begin_section("totals", "Totals");
    page.out += "<dl class=\"tiles\">\n";
    put_total_tiles(page);
    // One sum has the counts beside it; several have a row of their own, and pictures that the counts would be stretched to.
    page.out += summary.totals.size() > 1 ? "</dl>\n<dl class=\"tiles\">\n" : "";
    put_count_tiles(page);
    page.out += "</dl>\n";
    if (summary.totals.empty()) {
        page.put("<p>{}</p>\n", page.word("No document of this period counts."));
    }
    put_history_figures(page);
    put_perimeters(page);
    if (!summary.counting_rule.empty()) {
        page.put_note(messages::counting_rule(outside(summary.counting_rule.in(page.language))).in(page.language));
    }
    for (const CountingUse& use : summary.counting_uses) {
        const std::string contracts = use.contracts.size() <= contracts_named_max
                                          ? join(use.contracts)
                                          : messages::contracts_named_elsewhere(use.contracts.size()).in(page.language);
        page.put_note(messages::counted_by_another_rule(contracts, outside(use.rule.in(page.language))).in(page.language));
    }
    if (summary.reporting) {
        page.put_note(messages::converted_with(word_of(page.language, summary.reporting->rate_rule), outside(summary.reporting->rates_file))
                          .in(page.language));
    }
    page.out += "</section>\n";
}

void put_months(Page& page) {
    std::map<std::string_view, std::vector<Bar>> by_currency;
    std::set<Month> distinct;
    for (const MonthSum& entry : sums_by_month(page.summary)) {
        by_currency[entry.sum.money.currency.code()].push_back({month_for_people(page.language, entry.month), entry.sum});
        distinct.insert(entry.month);
    }
    if (distinct.size() < 2) {
        return;  // One month is the total above.
    }
    page.begin_section("months", "Months");
    for (const auto& [currency, bars] : by_currency) {
        put_bar_table(page, messages::counted_amounts_by_month(currency).in(page.language), "Month", bars);
    }
    page.out += "</section>\n";
}

void put_largest_contracts(Page& page, const std::vector<ContractSum>& contracts) {
    if (page.summary.history || contracts.size() < 2) {
        return;  // With their months they stand among all contracts.
    }
    std::map<std::string_view, std::vector<ContractSum>> by_currency;
    for (const ContractSum& entry : contracts) {
        by_currency[entry.sum.money.currency.code()].push_back(entry);
    }
    page.begin_section("largest", "Contracts by amount");
    for (auto& [currency, entries] : by_currency) {
        std::stable_sort(entries.begin(), entries.end(), [](const ContractSum& left, const ContractSum& right) {
            return size_of(left.sum.money.amount_minor) > size_of(right.sum.money.amount_minor);
        });
        std::vector<Bar> bars;
        for (std::size_t at = 0; at < std::min(entries.size(), largest_contracts_max); ++at) {
            const Contract& contract = *entries[at].contract;
            bars.push_back({fmt::format("{} {}", outside(contract.id), outside(contract.name)), entries[at].sum});
        }
        const std::string caption =
            entries.size() > bars.size()
                ? messages::largest_contracts(fmt::to_string(bars.size()), fmt::to_string(entries.size()), currency).in(page.language)
                : messages::all_contracts(currency).in(page.language);
        put_bar_table(page, caption, "Contract", bars);
    }
    page.out += "</section>\n";
}

}  // namespace moisson::report

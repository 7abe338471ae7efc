/// The members of summary.json that are of a run. See summary_members.hpp.

#include "report/summary_members.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace moisson::report {

namespace {

void write_amount(Json& json, std::string_view name, const std::optional<Money>& amount) {
    amount ? json.member(name, to_decimal(*amount)) : json.null(name);
}

}  // namespace

void write_to_do(Json& json, const RunSummary& summary) {
    json.array("to_do");
    for (const ToDo& one : summary.to_do) {
        const FindingKind& kind = one.finding.code.kind();
        json.object();
        json.member("severity", to_text(one.finding.severity()));
        json.member("code", kind.code);
        json.member("contract_id", one.finding.contract_id);
        json.member("contract_name", one.contract_name);
        json.member("document_id", one.finding.document_id);
        json.member("filename", one.filename);
        json.member("currency", one.amount ? std::string(one.amount->currency.code()) : std::string());
        write_amount(json, "amount", one.amount);
        json.member("why", one.finding.in_full().english());
        json.member("what", kind.remedy.english());
        json.member("who", to_text(who_acts(kind.code)));
        json.member("command", command_for(kind.code, one.finding.document_id, summary.period));
        json.member("request_id", one.finding.request_id);
        json.end_object();
    }
    json.end_array();
}

void write_history(Json& json, const RunSummary& summary) {
    if (!summary.history) {
        return;
    }
    const auto write = [&](const PastSums& sums) {
        json.object();
        if (!sums.contract_id.empty()) {
            json.member("contract_id", sums.contract_id);
        }
        json.member("currency", sums.currency.code());
        json.row();
        json.array("amounts");
        for (const std::optional<Int128>& amount : sums.amounts_minor) {
            amount ? json.text(to_decimal(*amount, sums.currency)) : json.null();
        }
        json.end_array();
        json.end_row();
        json.end_object();
    };
    json.object("history");
    json.row();
    json.array("months");
    for (const Month month : summary.history->months) {
        json.text(month.to_text());
    }
    json.end_array();
    json.end_row();
    json.array("totals");
    std::for_each(summary.history->totals.begin(), summary.history->totals.end(), write);
    json.end_array();
    json.array("contracts");
    std::for_each(summary.history->contracts.begin(), summary.history->contracts.end(), write);
    json.end_array();
    json.end_object();
}

void write_changes(Json& json, const RunSummary& summary) {
    if (!summary.changes) {
        return;
    }
    const Changes& changes = *summary.changes;
    json.object("changes");
    changes.month_before ? json.member("month_before", changes.month_before->to_text()) : json.null("month_before");
    json.array("sums");
    for (const SumChange& one : changes.sums) {
        json.object();
        json.member("contract_id", one.contract_id);
        json.member("contract_name", one.contract_name);
        json.member("currency", one.currency.code());
        write_amount(json, "before", one.before);
        write_amount(json, "amount", one.now);
        write_amount(json, "difference", difference_of(one));
        const std::string percent = percent_of(one);
        percent.empty() ? json.null("percent") : json.member("percent", percent);
        json.flag("first", one.is_first);
        json.flag("unusual", one.is_unusual);
        json.end_object();
    }
    json.end_array();
    json.flag("was_published", changes.was_published);
    json.array("documents");
    for (const DocumentChange& one : changes.documents) {
        const std::optional<Money>& known = one.now ? one.now : one.before;
        json.object();
        json.member("change", to_text(one.event));
        json.member("contract_id", one.contract_id);
        json.member("contract_name", one.contract_name);
        json.member("document_id", one.document_id);
        json.member("document_type", one.document_type);
        json.member("version", std::uint64_t{one.version});
        json.member("filename", one.filename);
        json.member("filename_before", one.filename_before);
        json.member("currency", known ? std::string(known->currency.code()) : std::string());
        if (one.before && one.now && one.before->currency != one.now->currency) {
            json.member("currency_before", one.before->currency.code());
        }
        write_amount(json, "before", one.before);
        write_amount(json, "amount", one.now);
        json.flag("counted_before", one.counted_before);
        json.flag("counted", one.counted);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_inbox(Json& json, const RunSummary& summary) {
    if (!summary.inbox) {
        return;
    }
    const InboxSummary& inbox = *summary.inbox;
    json.object("inbox");
    json.member("service", inbox.service);
    json.member("files", inbox.files);
    json.member("matched", inbox.matched);
    json.member("other_suppliers", inbox.other_suppliers);
    json.member("other_months", inbox.other_months);
    json.member("other_files", inbox.others);
    json.member("counted", inbox.counted);
    json.array("documents");
    for (const InboxDocument& one : inbox.documents) {
        if (one.where == InboxClass::matched) {
            continue;  // counted above: as a rule nearly all of them
        }
        const auto amount = [](const std::optional<Money>& money) { return money ? to_decimal(*money) : std::string(); };
        const std::optional<Money>& known = one.gross ? one.gross : one.net;
        std::vector<std::string> fields;
        std::transform(one.fields.begin(), one.fields.end(), std::back_inserter(fields),
                       [](InboxField field) { return std::string(to_text(field)); });
        json.object();
        json.member("class", to_text(one.where));
        json.member("name", one.name);
        json.member("contract_id", one.contract_id);
        json.member("document_id", one.document_id);
        json.member("stands_for", one.stands_for);
        json.texts("fields", fields);
        json.member("invoice_number", one.number);
        json.member("issue_date", one.issue_date ? to_text(*one.issue_date) : std::string());
        json.member("currency", known ? std::string(known->currency.code()) : std::string());
        json.member("net", amount(one.net));
        json.member("gross", amount(one.gross));
        json.flag("counted", one.counted);
        json.member("late_for", one.late_for ? one.late_for->to_text() : std::string());
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

}  // namespace moisson::report

#pragma once
/// Postings, settings and templates for the tests of this room.

#include <doctest/doctest.h>

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/files.hpp"
#include "erp/erp.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::erp_test {

using Scratch = test::ScratchFolder;

/// Documents and their postings; addresses stay.
class Books {
public:
    LedgerEntry& add(const std::string& document_id, std::int64_t minor, const std::string& code = "EUR",
                     const std::string& contract_id = "OCB1", const std::string& contract_name = "Production", unsigned month = 10) {
        Contract& contract = contracts_.emplace_back();
        contract.id = contract_id;
        contract.name = contract_name;
        contract.offer_name = "Flexible Engine";
        LedgerEntry& entry = entries_.emplace_back();
        entry.contract = &contract;
        entry.document_id = document_id;
        entry.document_type = "invoices";
        entry.counted = true;
        entry.amount = Money{minor, find_currency(code).value()};
        entry.currency = entry.amount->currency;
        const Month period = Month::make(2026, month).value();
        entry.period = Period{period.first_day(), period.last_day()};
        entry.issued_at = parse_timestamp("2026-10-31T23:30:00Z");
        Posting& posting = postings.emplace_back();
        posting.entry = &entry;
        posting.amount = *entry.amount;
        posting.period = posting.booking_period = period;
        return entry;
    }
    /// Of the document that was added as that one.
    Contract& contract(std::size_t at) { return contracts_.at(at); }
    std::vector<Posting> postings;

private:
    std::deque<Contract> contracts_;
    std::deque<LedgerEntry> entries_;
};

inline erp::TemplatePtr parse(const std::string& text, const std::string& path = "folder/trial.toml") {
    auto parsed = erp::parse_template(text, path);
    if (!parsed) {
        FAIL(parsed.error().to_line());
    }
    return *parsed;
}

/// "line:column message" of a template that is wrong; empty when it is not.
inline std::string problem_of(const std::string& text) {
    const auto parsed = erp::parse_template(text, "t.toml");
    return parsed ? std::string() : fmt::format("{} {} {}", parsed.error().where, parsed.error().message, parsed.error().hint);
}

/// Settings with a mapping in a file of the scratch folder.
struct Trial {
    Scratch scratch;
    ErpJob job;
    erp::RenderOptions options;

    Trial() {
        job.folder = scratch.path().string();
        job.where = "job.toml";
        set("amount_is", "gross");
        set("date_from", "period_end");
        map("");
        options.folder = scratch.path() / "erp";
        options.period = {Month::make(2026, 10), Month::make(2026, 10)};
        options.data_date = *parse_timestamp("2026-11-03T08:00:00Z");
    }
    void set(const std::string& name, const std::string& text) { job.common[name] = ErpValue{{text}, "job.toml:1"}; }
    /// Empty: the standard accounts.
    void map(const std::string& csv, const std::string& name = "map.csv") {
        const std::string standard = "contract;account;vat_account;supplier_account;vat_rate\n;626100;445660;401000;20\n";
        REQUIRE(write_file(scratch.path() / name, csv.empty() ? standard : csv));
        set("mapping", name);
    }
    [[nodiscard]] Result<erp::Rendered> try_render(const std::string& text, const std::vector<Posting>& postings) {
        auto settings = erp::load_settings(parse(text), job);
        if (!settings) {
            return fail(settings.error());
        }
        return erp::render(**settings, postings, options);
    }
    [[nodiscard]] erp::Rendered render(const std::string& text, const std::vector<Posting>& postings) {
        auto rendered = try_render(text, postings);
        if (!rendered) {
            FAIL(rendered.error().to_line());
        }
        return *rendered;
    }
    /// The first file's bytes, or the findings of a refusal.
    [[nodiscard]] std::string bytes(const std::string& text, const std::vector<Posting>& postings) {
        const erp::Rendered rendered = render(text, postings);
        if (rendered.refused || rendered.files.empty()) {
            std::string all = "refused:";
            for (const Finding& finding : rendered.findings) {
                all += fmt::format("\n{} {} {}", finding.code, finding.document_id, finding.message);
            }
            return all;
        }
        auto read = read_file(options.folder / rendered.files.front().name);
        return read ? *read : read.error().to_line();
    }
};

inline bool has(const std::vector<Finding>& findings, std::string_view code, std::string_view document_id = {}) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.code == code && (document_id.empty() || finding.document_id == document_id);
    });
}

inline constexpr std::string_view about = "[about]\ntarget = \"t\"\nabout = \"a\"\n";

/// A delimited file of one line per posting with one expression in it.
inline std::string one_cell(const std::string& expression, const std::string& more = {}) {
    return fmt::format(
        "{}{}\n[[file]]\nextension = \"txt\"\nlayout = \"delimited\"\nseparator = \"|\"\ncolumns = [{{name = \"x\", value = '''{}'''}}]\n"
        "[[file.line]]\namount = 'amount'\n",
        about, more, expression);
}

}  // namespace moisson::erp_test

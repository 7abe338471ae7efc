/// Why a run is not complete, and what a view of a month is called.

#include <doctest/doctest.h>

#include "domain/verdict.hpp"

using namespace moisson;

namespace {

Contract contract_of(const char* id) {
    Contract contract;
    contract.id = id;
    return contract;
}

/// Three contracts whose lists are whole, and nothing found.
struct Run {
    Contract one = contract_of("OCB1");
    Contract two = contract_of("OCB2");
    Contract three = contract_of("OCB3");
    RunSummary summary;

    Run() {
        summary.exit_code = ExitCode::complete;
        for (const Contract* contract : {&one, &two, &three}) {
            ContractCompleteness entry;
            entry.contract = contract;
            entry.verdict = Completeness::complete;
            summary.completeness.push_back(entry);
        }
    }
    void add(FindingCode code, const char* contract_id, const char* document_id = "") {
        summary.findings.push_back(make_finding(code, "", contract_id, document_id));
    }
    [[nodiscard]] std::string words(Language language = Language::english) const { return in_words(language, causes_of(summary)); }
    [[nodiscard]] std::string verdict(std::size_t at) const { return std::string(contract_verdicts(summary)[at].word); }
};

UsageDifference difference(const Contract& contract, const char* usage, const char* billed, const char* currency) {
    UsageDifference found;
    found.contract = &contract;
    found.currency = *find_currency(currency);
    found.usage = *parse_big_decimal(usage);
    found.billed = *parse_big_decimal(billed);
    return found;
}

}  // namespace

TEST_CASE("an accountant would read \"incomplete\" and not what is missing") {
    Run run;
    CHECK(run.words().empty());
    CHECK(exit_code_of(causes_of(run.summary)) == ExitCode::complete);
    run.summary.completeness[0].files_missing = 3;
    for (const char* id : {"a", "b", "c"}) {
        run.add("document-not-ready", "OCB1", id);
    }
    run.summary.completeness[1].verdict = Completeness::forbidden;
    run.summary.completeness[2].verdict = Completeness::forbidden;
    run.add("contract-forbidden", "OCB2");
    run.add("invoices-not-visible", "OCB3");
    run.add("usage-differs", "OCB1");
    run.summary.usage.differences = {difference(run.one, "10.00", "10.02", "EUR")};
    run.add("credit-note", "OCB1", "d");
    CHECK(run.words() == "3 files missing, 2 contracts refused, 1 sum differs by 0.02 EUR");
    CHECK(run.words(Language::french) == "3 fichiers manquants, 2 contrats refusés, 1 somme diffère de 0,02 EUR");
    CHECK(exit_code_of(causes_of(run.summary)) == ExitCode::incomplete);
    CHECK(causes_of(run.summary) == causes_of_data(run.summary));
}

TEST_CASE("two currencies would be added, or a sum that is too high would cancel one that is too low") {
    Run run;
    run.add("usage-differs", "OCB1");
    run.add("usage-differs", "OCB2");
    run.add("usage-differs", "OCB3");
    run.summary.usage.differences = {difference(run.one, "1.005", "1", "EUR"), difference(run.two, "1", "3.00", "EUR"),
                                     difference(run.three, "5", "4", "JPY")};
    CHECK(run.words() == "3 sums differ by 2.005 EUR + 1 JPY");
}

TEST_CASE("a cause that has no words of its own would be left out") {
    Run run;
    run.add("document-id-conflict", "OCB1", "x");
    run.add("amount-missing", "OCB1", "y");
    run.add("amount-missing", "OCB2", "z");
    run.add("list-capped", "");  // the list of contracts: no contract's verdict says it
    CHECK(run.words() == "2 amounts missing, 1 finding document-id-conflict, 1 finding list-capped");
    CHECK(run.words(Language::french) == "2 montants manquants, 1 constat document-id-conflict, 1 constat list-capped");
}

TEST_CASE("a file of an earlier month that an addendum brings would be missing without a word") {
    Run run;
    run.add("document-failed", "OCB1", "late");
    CHECK(run.words() == "1 file missing");
    CHECK(run.verdict(0) == "incomplete");
}

TEST_CASE("a run finding that the job raised would be ignored, or change the archive") {
    Run run;
    run.summary.run_findings = {make_finding("api-key-expires-soon")};
    CHECK(run.words().empty());
    run.summary.run_findings.front().raised = true;
    CHECK(run.words() == "the API key expires soon");
    CHECK(causes_of(run.summary).front().of_run);
    CHECK(causes_of_data(run.summary).empty());
}

TEST_CASE("a green badge would stand beside missing files, refused invoices or an overdue bill") {
    Run run;
    CHECK(run.verdict(0) == "complete");
    CHECK(contract_verdicts(run.summary)[0].mood == Mood::good);
    run.summary.completeness[0].files_missing = 1;
    run.summary.completeness[1].verdict = Completeness::forbidden;
    run.summary.completeness[1].reason = "no invoice is shown";
    Expectation owed;
    owed.status = Expectation::Status::missing;
    run.summary.completeness[2].expected = {owed};
    CHECK(run.verdict(0) == "incomplete");
    CHECK(run.verdict(1) == "forbidden");
    CHECK(run.verdict(2) == "overdue");
    const auto verdicts = contract_verdicts(run.summary);
    for (const ContractVerdict& verdict : verdicts) {
        CHECK(verdict.mood != Mood::good);
        CHECK_FALSE(verdict.passed);
    }
    CHECK(reason_of(Language::english, run.summary.completeness[0], verdicts[0]) == "1 file missing");
    CHECK(reason_of(Language::english, run.summary.completeness[1], verdicts[1]) == "no invoice is shown");
    CHECK(reason_of(Language::english, run.summary.completeness[2], verdicts[2]) == "1 owed document missing");
    // An overdue bill is a warning unless the job says more: the run itself is not incomplete for it.
    CHECK(run.words() == "1 file missing, 1 contract refused");
}

TEST_CASE("a filter would have another folder each time, or two filters the same one") {
    const View whole;
    CHECK(whole.is_whole());
    CHECK(whole.label().empty());
    CHECK(publication_name({Month::parse("2026-10"), Month::parse("2026-10")}, whole) == "2026-10");
    const std::string bills = View{{}, {"bills"}, true}.label();
    CHECK(bills.starts_with("bills-"));
    CHECK(bills.size() == std::string("bills-3f9a1c2b").size());
    CHECK(View{{"OCB2", "OCB1*"}, {}, true}.label() == View{{"OCB1*", "OCB2", "OCB2"}, {}, true}.label());
    CHECK(View{{"OCB1"}, {}, true}.label() != View{{"OCB1*"}, {}, true}.label());
    CHECK(View{{"a b"}, {}, true}.label() != View{{"a", "b"}, {}, true}.label());
    CHECK(View{{}, {"bills"}, false}.label().starts_with("bills-no-files-"));
    CHECK(View{{"\xc3\xa9*"}, {}, true}.label().starts_with("view-"));
    CHECK(View{{std::string(500, 'x')}, {}, true}.label().size() == 49);
    CHECK(viewed_period("2026-10+bills-3f9a1c2b") == "2026-10");
    CHECK(viewed_period("2026-10").empty());
    CHECK(in_words(Language::english, View{{"OCB1*"}, {"bills", "invoices"}, false}) ==
          "contracts OCB1*; types bills, invoices; without files");
}

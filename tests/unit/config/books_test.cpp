/// What a job file says about the books, and how a slip in it is told.

#include <string>

#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

BooksSettings books_of(const std::string& text) {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", text);
    return load(command_line).books;
}

}  // namespace

TEST_CASE("a user's rules for the books would be read as others, or as none") {
    const BooksSettings books = books_of(R"([books]
reporting_currency = "CHF"
rates = "/rates/ecb.csv"
rate_rule = "month-average"
rate_age_days_max = 31
learn_expectations = false
outliers = false
outlier_deviations = 4
outlier_change_percent = 50
errors = ["contract-gone"]

[[books.counting]]
types = ["bills"]
contracts = ["OCB1*"]
[[books.counting]]
types = ["bills", "invoices"]
offers = ["Flexible*", "FE"]

[[books.expected]]
[[books.expected]]
contracts = ["OCB2"]
type = "bills"
every = "quarter"
due_day = 20
from = "2026-01"
until = "2026-12"

[[books.ended]]
contract = "OCB3"
since = "2026-10"
reason = "sold"
[[books.ended]]
contract = "OCB4*"
since = "2026-09-30"
reason = "moved"
[[books.ended]]
contract = "OCB5"
since = "2026-10-01"
reason = "moved"

[[books.no_invoices]]
contract = "OCB6"
reason = "billed elsewhere"
)");
    CHECK(books.reporting_currency == find_currency("CHF"));
    CHECK(books.rates_file == "/rates/ecb.csv");
    CHECK(books.rate_rule == RateRule::month_average);
    CHECK(books.rate_age_days_max == 31);
    CHECK_FALSE(books.learn_expectations);
    CHECK_FALSE(books.outliers);
    CHECK(books.outlier_deviations == 4);
    CHECK(books.outlier_change_percent == 50);
    CHECK(books.errors == std::vector<std::string>{"contract-gone"});
    CHECK(books.counting == std::vector<CountingChoice>{{{"bills"}, {"OCB1*"}, {}}, {{"bills", "invoices"}, {}, {"Flexible*", "FE"}}});
    REQUIRE(books.expected.size() == 2);
    CHECK(books.expected[0].contracts.empty());
    CHECK(books.expected[0].every_months == 1);
    CHECK(books.expected[0].due_day == 8);
    CHECK(books.expected[1].type == "bills");
    CHECK(books.expected[1].every_months == 3);
    CHECK(books.expected[1].due_day == 20);
    CHECK(books.expected[1].from == Month::make(2026, 1));
    CHECK(books.expected[1].until == Month::make(2026, 12));
    const Month october = *Month::make(2026, 10);
    CHECK(books.ended == std::vector<EndedContract>{{"OCB3", october, "sold"}, {"OCB4*", october, "moved"}, {"OCB5", october, "moved"}});
    CHECK(books.no_invoices == std::vector<SilentContract>{{"OCB6", "billed elsewhere"}});
}

TEST_CASE("what the user decides about unknown types and withdrawn documents is read as it is written") {
    const BooksSettings books = books_of(
        "[[books.types]]\ntype = \"creditNotes\"\ncounts_as = \"invoices\"\nreason = \"new\"\n"
        "[[books.types]]\ntype = \"notes\"\ncounts_as = \"nothing\"\nreason = \"paper\"\n"
        "[[books.withdrawn]]\ndocuments = [\"INV-1\", \"INV-2*\"]\ncontracts = [\"OCB*\"]\ncounts = false\nreason = \"cancelled\"\n");
    CHECK(books.types == std::vector<TypeDecision>{{"creditNotes", "invoices", "new"}, {"notes", "", "paper"}});
    CHECK(books.withdrawn == std::vector<WithdrawnDecision>{{{"INV-1", "INV-2*"}, {"OCB*"}, false, "cancelled"}});
}

TEST_CASE("a user without [books] would get another rule than the documented one") {
    CHECK(books_of("[export]\nfiles = true\n") == BooksSettings{});
}

TEST_CASE("a user's slip in the books would pass, or be told without its place") {
    struct Case {
        const char* text;
        const char* problem;
    };
    const Case cases[] = {
        {"[[books.counting]]\ntypes = [\"bills\", \"partialBills\"]\n",
         "DIR/job.toml:2:9 | \"partialBills\" can never count: it is provisional: it changes until the month is closed, and the final "
         "document "
         "then takes its place | The types that can are invoices and bills"},
        {"[[books.counting]]\ntypes = [\"comsumptionRatedReports\"]\n",
         "DIR/job.toml:2:9 | \"comsumptionRatedReports\" can never count: it is a report: what it lists is charged by an invoice or a bill "
         "of "
         "the same month | The types that can are invoices and bills"},
        {"[[books.counting]]\n  types = [\"invoice\"]\n",
         "DIR/job.toml:2:11 | the document type \"invoice\" is not one that can count | Did you mean \"invoices\"?"},
        {"[[books.counting]]\ntypes = []\n",
         "DIR/job.toml:2:9 | a counting rule in which nothing counts | Name one type at least; to leave contracts out of an export, use "
         "contracts in [export]"},
        {"[[books.counting]]\ncontracts = [\"A\"]\n",
         "DIR/job.toml:1 | a counting rule without types | Write what counts, in order of preference: types = [\"invoices\", \"bills\"]"},
        {"[[books.counting]]\ntypes = [\"bills\", \"bills\"]\n",
         "DIR/job.toml:2:9 | the type \"bills\" stands twice in types | Keep it once"},
        {"[[books.counting]]\ntypes = [\"bills\"]\ncontracts = [\"[a\"]\n",
         "DIR/job.toml:3:13 | the pattern \"[a\" in contracts cannot be used: a [ in it is never closed | Write an id or a name, with * "
         "for any "
         "text, ? for one character, [ab] for one of several"},
        {"[[books.counting]]\ntypes = [\"bills\"]\noffers = []\n",
         "DIR/job.toml:3:10 | offers is an empty list | Name one at least, or remove the line: then all are meant"},
        {"[books]\nreporting_currency = \"EUR\"\n",
         "DIR/job.toml:2:22 | reporting_currency is given without rates | Name a rate table: rates = \"eurofxref-hist.csv\", as the "
         "European "
         "Central Bank publishes it, or one of your own"},
        {"[books]\nreporting_currency = \"euro\"\nrates = \"r.csv\"\n",
         "DIR/job.toml:2:22 | reporting_currency \"euro\" is not a currency of ISO 4217 | Write its three letters, for example "
         "reporting_currency = \"EUR\""},
        {"[books]\nrate_rule = \"daily\"\n",
         "DIR/job.toml:2:13 | the rate rule \"daily\" is not known | Write one of \"month-end\", \"month-average\", \"issue-day\""},
        {"[books]\nerrors = [\"contract-gon\"]\n",
         "DIR/job.toml:2:10 | there is no finding \"contract-gon\" | Did you mean \"contract-gone\"?"},
        {"[[books.types]]\ntype = \"creditNotes\"\nreason = \"x\"\n",
         "DIR/job.toml:1 | a type without what it counts as | Write type = \"creditNotes\" and counts_as = \"invoices\", or "
         "\"nothing\""},
        {"[[books.types]]\ntype = \"bills\"\ncounts_as = \"invoices\"\nreason = \"x\"\n",
         "DIR/job.toml:2:8 | the type \"bills\" is known, and needs no decision | Which of the known types count is said in "
         "[[books.counting]]"},
        {"[[books.types]]\ntype = \"creditNotes\"\ncounts_as = \"credit\"\nreason = \"x\"\n",
         "DIR/job.toml:3:13 | counts_as must be \"invoices\", \"bills\" or \"nothing\", found \"credit\" | Its documents are counted "
         "together with those of that type"},
        {"[[books.types]]\ntype = \"creditNotes\"\ncounts_as = \"nothing\"\n",
         "DIR/job.toml:1 | a decision in [[books.types]] without a reason | Write why, for those who read the books later: reason = \"…\""},
        {"[[books.withdrawn]]\ndocuments = [\"A\"]\nreason = \"x\"\n",
         "DIR/job.toml:1 | a decision in [[books.withdrawn]] without counts | Write documents = [\"INV-2026-0042\"] and counts = false"},
        {"[[books.withdrawn]]\ndocuments = [\"A\"]\ncounts = true\nreason = \" \"\n",
         "DIR/job.toml:4:10 | a decision in [[books.withdrawn]] without a reason | Write why, for those who read the books later: reason = "
         "\"…\""},
        {"[[books.expected]]\ntype = \"partialBills\"\n",
         "DIR/job.toml:2:8 | \"partialBills\" can never be owed: it is provisional: it changes until the month is closed, and the final "
         "document then takes its place | The types that can are invoices and bills"},
        {"[[books.expected]]\nevery = \"week\"\n",
         "DIR/job.toml:2:9 | every must be \"month\" or \"quarter\", found \"week\" | Write every = \"month\""},
        {"[[books.expected]]\nfrom = \"2026\"\n",
         "DIR/job.toml:2:8 | from must be a month, found \"2026\" | Write YYYY-MM, for example 2026-10"},
        {"[[books.expected]]\nfrom = \"2026-02\"\nuntil = \"2026-01\"\n",
         "DIR/job.toml:2:8 | from 2026-02 is after until 2026-01 | Exchange the two months"},
        {"[[books.ended]]\ncontract = \"A\"\nsince = \"2026-10\"\n",
         "DIR/job.toml:1 | reason is missing | Write reason = \"sold with the plant\""},
        {"[[books.ended]]\ncontract = \"A\"\nsince = \"2026-10-32\"\nreason = \"x\"\n",
         "DIR/job.toml:3:9 | since must be a month or a day, found \"2026-10-32\" | Write YYYY-MM, for example 2026-10"},
        {"[[books.no_invoices]]\ncontract = \"A\"\nreason = \"\"\n",
         "DIR/job.toml:3:10 | reason is empty | Write reason = \"billed by Orange Belgium\""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.text);
        CHECK(problem_of_job(one.text) == one.problem);
    }
}

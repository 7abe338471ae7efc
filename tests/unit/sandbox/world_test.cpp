// Contracts and documents as functions of the seed.
#include "sandbox/world.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "sandbox/decimal.hpp"
#include "sandbox/files.hpp"
#include "sandbox/lists.hpp"
#include "support.hpp"

using namespace moisson;
using namespace moisson::sandbox;

namespace {

std::string listing(const World& world, const Contract& contract) {
    const std::vector<Document> documents = world.documents_of(contract);
    std::vector<const Document*> listed;
    for (const Document& document : documents) {
        listed.push_back(&document);
    }
    return documents_json(listed);
}

std::vector<const Contract*> all_of(const World& world) {
    std::vector<const Contract*> all;
    for (const Contract& contract : world.contracts()) {
        all.push_back(&contract);
    }
    return all;
}

const Document& find(const std::vector<Document>& documents, DocumentType type, std::string_view month, std::uint32_t serial = 0) {
    for (const Document& document : documents) {
        if (document.type == type && document.month.dashed() == month && document.serial == serial) {
            return document;
        }
    }
    FAIL("no such document");
    return documents.front();
}

}  // namespace

TEST_CASE("one seed gives one world, another seed another") {
    // If this fails, two runs of one scenario cannot be compared, or all scenarios look alike.
    const World one(sandbox::test::built_in("small"));
    const World same(sandbox::test::built_in("small"));
    Options options;
    options.seed = 5;
    const World other(sandbox::test::built_in("small", options));
    CHECK(one.applications()[0].client_secret == same.applications()[0].client_secret);
    CHECK(one.applications()[0].client_secret != other.applications()[0].client_secret);
    CHECK(make_key_text(1, "admin", 1) == make_key_text(1, "admin", 1));
    CHECK(make_key_text(1, "admin", 1) != make_key_text(1, "admin", 2));
    CHECK(make_key_text(1, "admin", 1).size() == 1200);
    CHECK(contracts_json(all_of(one)) == contracts_json(all_of(same)));
    for (std::size_t at = 0; at < one.contracts().size(); ++at) {
        CHECK(listing(one, one.contracts()[at]) == listing(same, same.contracts()[at]));
    }
    CHECK(listing(one, one.contracts()[0]) != listing(other, other.contracts()[0]));
}

TEST_CASE("a perimeter of another size does not change the contracts that stay") {
    // If this fails, a test with --contracts 3 sees other documents than the demo.
    Options options;
    options.contracts = 3;
    const World few(sandbox::test::built_in("small", options));
    const World all(sandbox::test::built_in("small"));
    CHECK(few.contracts().size() == 3);
    CHECK(listing(few, few.contracts()[2]) == listing(all, all.contracts()[2]));
}

TEST_CASE("lists are newest first, ids are unique, and every contract is found by its id") {
    // If this fails, "the ten newest" are others, or two documents cannot be told apart.
    const World world(sandbox::test::built_in("large"));
    CHECK(world.contracts().size() == 2000);
    std::set<std::string> ids;
    std::size_t documents_seen = 0;
    for (std::size_t at = 0; at < world.contracts().size(); at += 37) {
        const Contract& contract = world.contracts()[at];
        REQUIRE(world.find_contract(contract.id) == &contract);
        const std::vector<Document> documents = world.documents_of(contract);
        CHECK(documents.size() == 99);
        for (std::size_t next = 0; next < documents.size(); ++next) {
            ids.insert(*documents[next].id);
            ++documents_seen;
            CHECK((next == 0 || documents[next - 1].order >= documents[next].order));
        }
    }
    CHECK(ids.size() == documents_seen);
    for (const char* foreign : {"OCB0001000", "OCB0003001", "OCB0001", "ocb0001001", "OCB00010 1", ""}) {
        CAPTURE(foreign);
        CHECK(world.find_contract(foreign) == nullptr);
    }
}

TEST_CASE("a month's amount is the exact sum of its lines in the currency's own digits") {
    // If this fails, the sandbox's bills do not add up, and a correct client is blamed for it.
    const World world(
        sandbox::test::scenario_from("contracts = 3\ncurrencies = [\"EUR\", \"JPY\", \"TND\"]\nfinal = \"both\"\nmonths = 6\n"));
    const int digits[] = {2, 0, 3};
    for (std::size_t at = 0; at < 3; ++at) {
        const Contract& contract = world.contracts()[at];
        for (const Document& document : world.documents_of(contract)) {
            if (!document.amount_json) {
                CHECK(document.type == DocumentType::reports);
                continue;
            }
            std::int64_t sum = 0;
            for (const UsageLine& line : world.lines_of(contract, document)) {
                sum += line.discounted_minor;
                CHECK(line.discounted_minor <= line.amount_minor);
            }
            CHECK(*document.amount_json == format_decimal(sum, digits[at]));
            CHECK(document.currency == contract.currency);
            CHECK(sum > 0);
        }
    }
}

TEST_CASE("the small scenario holds each trap") {
    // If this fails, the demo and the tests built on it stop showing one of the service's traps.
    const World world(sandbox::test::built_in("small"));
    const std::vector<Contract>& contracts = world.contracts();
    const std::string month = "2026-10";
    const auto documents = [&world, &contracts](std::size_t number) { return world.documents_of(contracts[number - 1]); };
    using Type = DocumentType;

    CHECK(find(documents(1), Type::invoices, month, 1).amount_json->front() == '-');
    CHECK(find(documents(1), Type::invoices, month, 2).amount_json == "0.00");
    const std::vector<Document> first = documents(1);
    CHECK(find(first, Type::invoices, month).created == "2026-11-04T06:17:29.388Z");
    CHECK(find(first, Type::invoices, month).updated == "2026-11-13T06:17:29.388Z");
    CHECK(contracts[1].platform_id.empty());
    CHECK(find(documents(2), Type::bills, month).period == "202610-V2");
    CHECK(contracts[2].name.front() == '=');
    CHECK(find(documents(3), Type::invoices, month).amount_json == find(documents(3), Type::bills, month).amount_json);
    CHECK(find(documents(4), Type::bills, month).amount_json->find('.') == std::string::npos);
    CHECK(contracts[4].currency == "TND");
    CHECK(find(documents(5), Type::invoices, month).id->find('/') != std::string::npos);
    CHECK(find(documents(6), Type::bills, month).filename == "../../etc/passwd");
    CHECK(find(documents(6), Type::reports, month, 2).filename == std::string("report\0.csv", 11));
    CHECK(find(documents(6), Type::reports, month, 3).filename->size() == 300);
    CHECK_FALSE(find(documents(6), Type::reports, month, 7).filename.has_value());
    CHECK(find(documents(7), Type::invoices, month).amount_json == "\"1 234,56 €\"");
    CHECK_FALSE(find(documents(7), Type::invoices, month, 2).amount_json.has_value());
    CHECK(find(documents(7), Type::reports, month, 5).amount_json == "12345678901234567.89");
    CHECK(find(documents(7), Type::invoices, month, 1).currency == "eur");
    CHECK_FALSE(find(documents(7), Type::invoices, month, 8).period.has_value());
    CHECK(find(documents(8), Type::bills, month).file == FileAnswer::missing);
    CHECK(find(documents(8), Type::rated_report, month).file == FileAnswer::html);
    CHECK(find(documents(8), Type::reports, month, 1).filename == find(documents(8), Type::reports, month, 2).filename);
    CHECK(contracts[8].answer == ContractAnswer::forbidden);
    for (const Document& document : documents(10)) {
        CHECK((document.type == Type::reports || document.type == Type::partial_bills || document.type == Type::partial_rated_report));
    }
    CHECK(documents(11).empty());
    CHECK(find(documents(12), Type::reports, month).listed_times == 2);
}

TEST_CASE("the clean scenario has nothing odd") {
    // If this fails, an export of it ends with a warning that is the sandbox's fault.
    const World world(sandbox::test::built_in("clean"));
    std::set<std::string> names;
    std::set<std::string> ids;
    std::size_t count = 0;
    for (const Contract& contract : world.contracts()) {
        CHECK_FALSE(contract.platform_id.empty());
        CHECK(contract.answer == ContractAnswer::normal);
        for (const Document& document : world.documents_of(contract)) {
            REQUIRE(document.id.has_value());
            REQUIRE(document.filename.has_value());
            names.insert(*document.filename);
            ids.insert(*document.id);
            ++count;
            CHECK(document.period == document.month.compact());
            CHECK(document.created == document.updated);
            CHECK(document.listed_times == 1);
            CHECK(document.file == FileAnswer::whole);
            CHECK(document.amount_json.has_value() == (document.type != DocumentType::reports));
            CHECK((document.type == DocumentType::reports || document.amount_minor > 0));
        }
        CHECK(world.documents_of(contract).size() == 44);
    }
    CHECK(names.size() == count);
    CHECK(ids.size() == count);
}

TEST_CASE("a reissued document keeps its id and changes its amount and instant") {
    // If this fails, nothing can be tried out about documents that change after they were fetched.
    const World world(sandbox::test::built_in("clean"));
    const Contract& contract = world.contracts()[1];
    const std::vector<Document> documents = world.documents_of(contract);
    const Document& bill = find(documents, DocumentType::bills, "2026-10");
    const Document changed = world.reissued(contract, bill, 2);
    CHECK(changed.id == bill.id);
    CHECK(changed.amount_json != bill.amount_json);
    CHECK(*changed.updated > *bill.updated);
    const Document& report = find(documents, DocumentType::rated_report, "2026-10");
    CHECK(world.reissued(contract, report, 2).amount_json == changed.amount_json);
}

TEST_CASE("decimal text is exact at every scale") {
    // If this fails, amounts in the sandbox's files and lists are wrong by a digit.
    CHECK(format_decimal(-5, 2) == "-0.05");
    CHECK(format_decimal(1234567, 3, ',') == "1234,567");
    CHECK(format_decimal(42, 0) == "42");
    CHECK(format_decimal(INT64_MIN, 2) == "-92233720368547758.08");
    CHECK(parse_decimal("-12.34", 2) == -1234);
    CHECK(parse_decimal("7", 3) == 7000);
    CHECK(divide_half_up(5, 2) == 3);
    CHECK(divide_half_up(-5, 2) == -3);
    for (const char* bad : {"", "-", "1.", ".5", "1,5", "1.234", "1.2.3", "x", "99999999999999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_decimal(bad, 2).has_value());
    }
}

namespace {

/// Sum of what the documents of the types charge in a month, as listed in a run.
std::int64_t listed_in(const World& world, std::size_t contract, std::initializer_list<DocumentType> types, std::string_view month,
                       std::uint32_t run) {
    std::int64_t sum = 0;
    for (const Document& document : world.documents_of(world.contracts()[contract - 1])) {
        const bool is_of_type = std::find(types.begin(), types.end(), document.type) != types.end();
        if (!is_of_type || document.month.dashed() != month || run < document.from_run || document.listed_times == 0) {
            continue;
        }
        const bool reissued = document.reissued_in_run != 0 && run >= document.reissued_in_run;
        sum += reissued ? world.reissued(world.contracts()[contract - 1], document, 2).amount_minor : document.amount_minor;
    }
    return sum;
}

}  // namespace

TEST_CASE("in the scenario of the books, bills and reports agree but where a rule says otherwise") {
    // If this fails, the demonstration of the books shows differences that nobody wrote into it.
    const World world(sandbox::test::built_in("books"));
    CHECK(world.check().has_value());
    REQUIRE(world.contracts().size() == 8);
    for (std::uint32_t run = 1; run <= 2; ++run) {
        for (std::size_t contract = 1; contract <= 8; ++contract) {
            for (int back = 0; back < 14; ++back) {
                const std::string month = world.scenario().last_month.plus(-back).dashed();
                CAPTURE(run);
                CAPTURE(contract);
                CAPTURE(month);
                const std::int64_t billed = listed_in(world, contract, {DocumentType::invoices, DocumentType::bills}, month, run);
                const std::int64_t used = listed_in(world, contract, {DocumentType::rated_report}, month, run);
                const bool missing = contract == 6 && month == "2026-10";
                CHECK((billed == used) == !missing);
            }
        }
    }
    const auto invoices = {DocumentType::invoices, DocumentType::bills};
    CHECK(listed_in(world, 1, invoices, "2026-09", 1) != listed_in(world, 1, invoices, "2026-09", 2));
    CHECK(listed_in(world, 1, invoices, "2026-08", 1) < listed_in(world, 1, invoices, "2026-08", 2));
    CHECK(listed_in(world, 4, invoices, "2026-09", 1) == 0);
    CHECK(listed_in(world, 4, invoices, "2026-10", 1) > 3 * listed_in(world, 4, invoices, "2026-08", 1));
    CHECK(world.contracts()[5].name_in(1) != world.contracts()[5].name_in(2));
    CHECK(world.contracts()[6].is_there(1));
    CHECK_FALSE(world.contracts()[6].is_there(2));
    CHECK_FALSE(world.contracts()[7].is_there(1));
    CHECK(world.contracts()[7].is_there(2));
    CHECK(world.documents_of(world.contracts()[7]).back().month.dashed() == "2026-10");
    const std::vector<Document> documents = world.documents_of(world.contracts()[0]);
    const Document& invoice = find(documents, DocumentType::invoices, "2026-09");
    CHECK(world.reissued(world.contracts()[0], invoice, 2).updated->starts_with("2026-11-0"));
}

TEST_CASE("a copy is the same file under another id") {
    // If this fails, a file that is billed twice cannot be tried.
    const World world(sandbox::test::scenario_from("contracts = 1\n[[document]]\ncontract = 1\nadd = true\ncopy = true\n"));
    const std::vector<Document> documents = world.documents_of(world.contracts()[0]);
    const Document& original = find(documents, DocumentType::invoices, "2026-10");
    const Document& copy = find(documents, DocumentType::invoices, "2026-10", 1);
    CHECK(copy.id != original.id);
    CHECK(copy.filename != original.filename);
    CHECK(copy.amount_json == original.amount_json);
    CHECK(make_file(world, world.contracts()[0], copy)->bytes == make_file(world, world.contracts()[0], original)->bytes);
}

TEST_CASE("an amount with tax is the net lines and the tax of each rate, rounded") {
    // If this fails, a list whose amounts are gross cannot be tried, or its invoices do not add up to it.
    const World world(
        sandbox::test::scenario_from("contracts = 4\nmonths = 3\nfinal = \"invoices\"\nlast_month = \"2026-10\"\n"
                                     "amount_is = \"gross\"\n"
                                     "vat = \"20+10\"\n[[contract]]\nnumber = 2\namount_is = \"net\"\n"
                                     "[[document]]\ncontract = 1\nadd = true\ncredit = true\n"));
    for (const Contract& contract : world.contracts()) {
        for (const Document& document : world.documents_of(contract)) {
            std::int64_t net = 0;
            std::int64_t bases[2] = {0, 0};
            std::size_t at = 0;
            for (const UsageLine& line : world.lines_of(contract, document)) {
                net += line.discounted_minor;
                bases[at++ % 3 == 2 ? 1 : 0] += line.discounted_minor;
            }
            const bool gross = document.type == DocumentType::invoices && contract.number != 2;
            const std::int64_t tax = divide_half_up(bases[0] * 20, 100) + divide_half_up(bases[1] * 10, 100);
            const bool carries = document.type != DocumentType::reports;
            CHECK(document.amount_minor == (carries ? net + (gross ? tax : 0) : 0));
        }
    }
}

/// Which of a template's files book what, where some perimeters have files of their own.

#include "pipeline/template_books.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace moisson;
using pipeline::TemplateBooks;

namespace {

using Names = std::vector<std::string>;

ErpJob job_that_continues(const std::string& name, const Names& earlier) {
    ErpJob job;
    job.by_template[name]["continues"] = {earlier, "job.toml:1"};
    return job;
}

HandedPosting posting_of(const std::string& name, const std::string& contract_id) {
    HandedPosting one;
    one.template_name = name;
    one.contract_id = contract_id;
    one.document_id = "INV-1";
    one.period = one.booking_period = *Month::parse("2026-10");
    return one;
}

Names names_in_list(const std::vector<HandedPosting>& postings) {
    Names names;
    std::transform(postings.begin(), postings.end(), std::back_inserter(names),
                   [](const HandedPosting& one) { return one.template_name + " " + one.contract_id; });
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("each perimeter's documents belong into one set of files") {
    // Else: a document is in two companies' files, or in none.
    const TemplateBooks books({}, {"fec", "fec@north", "csv-fr"}, {});
    for (const std::string perimeter : {"", "north", "south", "gone"}) {
        CAPTURE(perimeter);
        CHECK(books.belongs("fec", perimeter) != books.belongs("fec@north", perimeter));
        CHECK(books.belongs("csv-fr", perimeter));
    }
    CHECK(books.belongs("fec@north", "north"));
    CHECK(pipeline::template_of("fec@north") == "fec");
    CHECK(pipeline::perimeter_of("fec@north") == "north");
    CHECK(pipeline::perimeter_of("fec").empty());
    CHECK(pipeline::name_of_books("fec", "north") == "fec@north");
    CHECK(pipeline::name_of_books("fec", "") == "fec");
}

TEST_CASE("a month that one of a template's files started is started for all of them") {
    // Else: a company whose files come later takes a month for booked that is not, or books it twice.
    const TemplateBooks books(job_that_continues("fec", {"sage100"}), {"fec", "fec@north", "csv-fr"},
                              {"", "fec@south", "sage100", "sage100@north", "xero"});
    CHECK(books.family_of("fec@north") == Names{"fec@north", "fec", "sage100", "fec@south", "sage100@north"});
    CHECK(books.family_of("fec").front() == "fec");
    CHECK(books.names_of("fec") == Names{"fec", "sage100"});
    CHECK(books.names_of("fec@north") == Names{"fec@north", "sage100@north"});
    CHECK(books.is_shared("fec"));
    CHECK_FALSE(books.is_shared("csv-fr"));
}

TEST_CASE("what was booked is whose files booked it, and what is left of others goes where the document belongs") {
    // Else: a correction is made against what another company has in its books.
    const Contract contract_of_north{"OCB1", "", "", "", "", "", "", "north"};
    const Contract contract_of_south{"OCB2", "", "", "", "", "", "", "south"};
    LedgerEntry north;
    LedgerEntry south;
    north.contract = &contract_of_north;
    south.contract = &contract_of_south;
    const Month october = *Month::parse("2026-10");
    north.period = south.period = Period{october.first_day(), october.last_day()};
    const std::vector<const LedgerEntry*> rows{&north, &south};
    const pipeline::RowPerimeters perimeters(rows);
    std::map<std::string, std::vector<HandedPosting>> kept;
    for (const std::string name : {"fec", "fec@south", "sage100", "sage100@north"}) {
        kept[name] = {posting_of(name, "OCB1"), posting_of(name, "OCB2")};
    }
    kept["fec@north"] = {posting_of("fec@north", "OCB2")};
    const auto load = [&](const std::string& name) -> const std::vector<HandedPosting>& { return kept[name]; };
    const TemplateBooks books(job_that_continues("fec", {"sage100"}), {"fec", "fec@north"}, {"fec@south", "sage100", "sage100@north"});
    const std::vector<HandedPosting> fresh{posting_of("fec", "OCB2"), posting_of("xero", "OCB2"), posting_of("fec", "OCB3")};
    const auto of_north = books.history_of("fec@north", load, fresh, rows, perimeters);
    CHECK(names_in_list(of_north.own) == Names{"fec@north OCB2", "sage100@north OCB1", "sage100@north OCB2"});
    CHECK(names_in_list(of_north.share.left) == Names{"fec@south OCB1"});
    CHECK(names_in_list(of_north.share.elsewhere) ==
          Names{"fec OCB1", "fec OCB2", "fec OCB2", "fec@south OCB2", "sage100 OCB1", "sage100 OCB2"});
    CHECK(of_north.rows == rows);
    const auto of_all = books.history_of("fec", load, {}, rows, perimeters);
    CHECK(names_in_list(of_all.own) == Names{"fec OCB1", "fec OCB2", "sage100 OCB1", "sage100 OCB2"});
    CHECK(names_in_list(of_all.share.left) == Names{"fec@south OCB2"});
}

TEST_CASE("files that have nothing to do with a contract do not look at it") {
    // Else: each company's files cost what all of them cost.
    const Contract contract_of_north{"OCB1", "", "", "", "", "", "", "north"};
    LedgerEntry north;
    north.contract = &contract_of_north;
    const Month october = *Month::parse("2026-10");
    north.period = Period{october.first_day(), october.last_day()};
    const std::vector<const LedgerEntry*> rows{&north};
    const pipeline::RowPerimeters perimeters(rows);
    std::map<std::string, std::vector<HandedPosting>> kept{{"fec@north", {posting_of("fec@north", "OCB1")}}};
    const auto load = [&](const std::string& name) -> const std::vector<HandedPosting>& { return kept[name]; };
    const TemplateBooks books({}, {"fec", "fec@north", "fec@south"}, {});
    CHECK(books.history_of("fec@north", load, {}, rows, perimeters).rows.size() == 1);
    const auto of_south = books.history_of("fec@south", load, {}, rows, perimeters);
    CHECK(of_south.rows.empty());
    CHECK(of_south.share.elsewhere.empty());
}

/// The built-in templates against their expected bytes, and the invented format of templates/README.md.

#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

TEST_CASE("every built-in template makes exactly the bytes that were kept for it") {
    // A format that an ERP took last month would change unseen.
    const auto templates = erp::list_templates();
    CHECK(templates.size() >= 3);
    for (const erp::TemplateInfo& info : templates) {
        CAPTURE(info.name);
        Scratch scratch;
        const auto tested = erp::test_template(*erp::load_template(info.name), scratch.path());
        REQUIRE(tested);
        for (const std::string& problem : tested->problems) {
            CAPTURE(problem);
            CHECK(problem.empty());
        }
        for (const erp::SampleFile& file : tested->files) {
            CAPTURE(file.name);
            CAPTURE(file.difference);
            CHECK(file.compared);
            CHECK(file.equal);
        }
        CHECK(tested->passed);
    }
}

TEST_CASE("every template file of the project is built in, and can be read") {
    // A template would be in the folder but not in the program.
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(MOISSON_SOURCE_DIR) / "templates")) {
        if (entry.path().extension() == ".toml") {
            ++files;
            CAPTURE(entry.path().string());
            CHECK(erp::load_template(entry.path().stem().string()).has_value());
        }
    }
    CHECK(files == erp::list_templates().size());
}

TEST_CASE("the format that templates/README.md invents works as it stands there") {
    // A user who follows the page alone would be stuck.
    const auto page = read_file(std::filesystem::path(MOISSON_SOURCE_DIR) / "templates/README.md");
    REQUIRE(page);
    const auto named = page->find("Save this as `inhouse.toml`");
    REQUIRE(named != std::string::npos);
    const auto begin = page->find("```toml\n", named) + 8;
    const std::string text = page->substr(begin, page->find("```", begin) - begin);
    Scratch scratch;
    REQUIRE(write_file(scratch.path() / "inhouse.toml", text));
    const auto loaded = erp::load_template((scratch.path() / "inhouse.toml").string());
    REQUIRE(loaded);
    const auto first = erp::test_template(*loaded, scratch.path() / "sample");
    REQUIRE(first);
    CHECK(first->problems.empty());
    CHECK(!first->passed);  // nothing to compare with yet
    const std::string bytes = scratch.read("sample/inhouse.txt");
    CHECK(bytes.starts_with("date\taccount\tdebit\tcredit\tpiece\tlabel\r\n"));
    CHECK(bytes.find("31.10.2026\t626100\t833,34\t0,00\t61a0c3d2-9f4e-2cb155\tDonn\xe9"
                     "es; \"nuage\" 2026-10\r\n") != std::string::npos);
    CHECK(bytes.find("\tRecherche et essais 2026-10\r\n") != std::string::npos);
    // Kept as expected, the next test compares it, and finds one byte.
    REQUIRE(write_file(scratch.path() / "expected" / "inhouse.txt", bytes));
    CHECK(erp::test_template(*loaded, scratch.path() / "sample")->passed);
    REQUIRE(write_file(scratch.path() / "expected" / "inhouse.txt", bytes.substr(0, 60) + "X" + bytes.substr(61)));
    const auto second = erp::test_template(*loaded, scratch.path() / "sample");
    REQUIRE(second);
    REQUIRE(second->files.size() == 1);
    CHECK(second->files[0].difference.starts_with("line 2, byte 22 (offset 60)"));
}

TEST_CASE("a template's own sample may stand in it") {
    // One file must be enough.
    const std::string text =
        one_cell("document_id & \" \" & map.account & \" \" & setting.mark",
                 "[settings]\nmark = {about=\"m\"}\n[mapping]\naccount = {about=\"a\"}\n[sample]\nsettings = {mark = \"é\"}\n"
                 "mapping = '''\ncontract;account\n;1\n'''\npostings = '''\ncontract_id,document_id,document_type,period,amount,currency\n"
                 "C,D1,invoices,2026-10,1.00,EUR\n'''\n[sample.expected]\n\"trial.txt\" = '''\nD1 1 é\n'''\n");
    Scratch scratch;
    const auto tested = erp::test_template(parse(text), scratch.path());
    if (!tested) {
        FAIL(tested.error().to_line());
    }
    CHECK(tested->passed);
}

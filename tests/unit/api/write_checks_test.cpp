// Fields of the two write verbs, before anything is sent.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "api/write_checks.hpp"

using namespace moisson;
using namespace moisson::api;

namespace {

NewUser good_user() {
    return {"M", "Dupont", "Jean", "jean.dupont@example.com", "jean.dupont", "+33 (0)1.23-45 67/89", "", {{"contracts", {"visitor"}}}};
}

NewContract good_contract() {
    return {"BA0000101", "HONEY", "Lab two", "BSC", "M", "Dupont", "Jean", "jean.dupont@example.com", "", "", "", "", ""};
}

/// "login!" for a problem that stops the write, "civility?" for one that only warns; each once.
template <class Body>
std::string fields_of(const std::vector<FieldProblem>& problems, const Body&) {
    std::string text;
    for (const FieldProblem& problem : problems) {
        text += std::string(text.empty() ? "" : " ") + std::string(problem.field) + (problem.fatal ? "!" : "?");
    }
    return text;
}

std::string problems_of(const NewUser& user) { return fields_of(check_user(user), user); }
std::string problems_of(const NewContract& contract) { return fields_of(check_new_contract(contract), contract); }

}  // namespace

TEST_CASE("a user whose data are right would be refused before the service is asked") {
    CHECK(problems_of(good_user()).empty());
    NewUser user = good_user();
    user.civility = "Mme";
    user.last_name = "Ngọc d'Été-O’Neil";
    user.mobile_phone = "0612345678";
    user.login = std::string(64, 'a');
    user.email = "a+b_c%d@sub.example-1.museum";
    CHECK(problems_of(user).empty());
    CHECK(problems_of(good_contract()).empty());
}

TEST_CASE("a wrong login, address or phone number would go out and cost the access an error") {
    struct Row {
        std::string NewUser::*field;
        std::string value;
        const char* expected;
    };
    const std::vector<Row> rows = {
        {&NewUser::login, "", "login!"},
        {&NewUser::login, "seven77", "login!"},
        {&NewUser::login, "eight888", ""},
        {&NewUser::login, std::string(65, 'a'), "login!"},
        {&NewUser::login, "jean dupont", "login!"},
        {&NewUser::login, "jean.dupönt", "login!"},
        {&NewUser::login, "jean@dupont", "login!"},
        {&NewUser::login, "A1._-.._-", ""},
        {&NewUser::email, "", "email!"},
        {&NewUser::email, "jean", "email!"},
        {&NewUser::email, "jean@localhost", "email!"},
        {&NewUser::email, "jean@@example.com", "email!"},
        {&NewUser::email, "jean@exa mple.com", "email!"},
        {&NewUser::email, "jean@example..com", "email!"},
        {&NewUser::email, "jean@-example.com", "email!"},
        {&NewUser::email, ".jean@example.com", "email!"},
        {&NewUser::email, "Jean <jean@example.com>", "email!"},
        {&NewUser::email, "jean@example.com,anne@example.com", "email!"},
        {&NewUser::email, std::string(65, 'a') + "@example.com", "email!"},
        {&NewUser::email, "j@" + std::string(64, 'a') + ".com", "email!"},
        {&NewUser::email, "jean@ex\xc3\xa9mple.com", "email!"},
        {&NewUser::fix_phone, "", ""},
        {&NewUser::fix_phone, "12", "fixPhone!"},
        {&NewUser::fix_phone, "1234567890123456", "fixPhone!"},
        {&NewUser::fix_phone, "+33+1", "fixPhone!"},
        {&NewUser::fix_phone, "call me", "fixPhone!"},
        {&NewUser::civility, "", "civility!"},
        {&NewUser::civility, "m", "civility!"},
        {&NewUser::civility, "Dr", "civility?"},
        {&NewUser::last_name, "", "lastName!"},
        {&NewUser::last_name, "Dupont\nX", "lastName!"},
        {&NewUser::last_name, "Dup\xe2\x80\xaeont", "lastName!"},
        {&NewUser::last_name, "Dup\xff", "lastName!"},
        {&NewUser::first_name, std::string(101, 'a'), "firstName!"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.value);
        NewUser user = good_user();
        user.*row.field = row.value;
        CHECK(problems_of(user) == row.expected);
    }
}

TEST_CASE("a misspelt role would grant nothing, or a role that the service has could not be given") {
    struct Row {
        Roles roles;
        const char* expected;
        const char* words;
    };
    const std::vector<Row> rows = {
        {{}, "roles!", "contracts=visitor"},
        {{{"contracts", {}}}, "roles!", "no role"},
        {{{"contracts", {"visitor", "manager"}}}, "", ""},
        {{{"contracts", {"Visitor"}}}, "roles!", "\"visitor\""},
        {{{"contracts", {"vistor"}}}, "roles!", "\"visitor\""},
        {{{"contracts", {"visitro"}}}, "roles!", "\"visitor\""},
        {{{"contract", {"visitor"}}}, "roles!", "\"contracts\""},
        {{{"contracts", {"auditor"}}}, "roles?", "not known"},
        {{{"billing", {"visitor"}}}, "roles?", "not known"},
        {{{"invoices", {"manager"}}}, "roles?", "documented"},
        {{{"con tracts", {"visitor"}}}, "roles!", "no word"},
        {{{"contracts", {""}}}, "roles!", "no word"},
        {{{"contracts", std::vector<std::string>(51, "visitor")}}, "roles!", "51"},
    };
    for (const Row& row : rows) {
        NewUser user = good_user();
        user.roles = row.roles;
        CAPTURE(to_text(row.roles));
        CHECK(problems_of(user) == row.expected);
        const auto problems = check_user(user);
        CHECK((problems.empty() || problems.front().message.find(row.words) != std::string::npos));
    }
}

TEST_CASE("an order without what it needs would be sent") {
    for (const auto& field : contract_fields()) {
        NewContract contract = good_contract();
        contract.*field.value = "";
        CAPTURE(field.name);
        const bool optional = field.name.ends_with("Phone") || field.name.starts_with("referenceExt");
        CHECK(problems_of(contract) == (optional ? "" : std::string(field.name) + "!"));
    }
    NewContract contract = good_contract();
    contract.offer_code = "HON EY";
    contract.support_level = "BSC\"";
    CHECK(problems_of(contract) == "offerCode! supportLevel!");
}

TEST_CASE("a blank copied with a cell would go to the service") {
    NewUser user = good_user();
    user.login = "  jean.dupont\t\r\n";
    user.fix_phone = "   ";
    trim(user);
    CHECK(user.login == "jean.dupont");
    CHECK(user.fix_phone.empty());
}

TEST_CASE("a role given on the command line would land in another section, or twice") {
    Roles roles;
    CHECK(add_role(roles, "contracts=visitor").empty());
    CHECK(add_role(roles, "invoices=manager,visitor").empty());
    CHECK(add_role(roles, "contracts=visitor,manager").empty());
    CHECK(to_text(roles) == "contracts=visitor,manager invoices=manager,visitor");
    for (const char* wrong : {"", "visitor", "=visitor", "contracts=", "contracts=visitor,", "contracts=,visitor"}) {
        CAPTURE(wrong);
        Roles none;
        CHECK_FALSE(add_role(none, wrong).empty());
    }
}

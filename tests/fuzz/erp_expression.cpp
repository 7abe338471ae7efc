/// Expressions: what compiles is evaluated for the built-in sample's postings.

#include "erp/erp.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    static const std::string before = R"([about]
target = "t"
version = "1"
about = "a"
source = "s"
confidence = "general"
[let]
named = 'contract_id & "x"'
[[file]]
extension = "csv"
layout = "delimited"
separator = ";"
columns = [{name = "a", value = ''')";
    static const std::string after = "'''}]\n[[file.line]]\namount = 'amount'\n";
    const auto parsed = erp::parse_template(before + std::string(input) + after, "fuzz.toml");
    if (!parsed) {
        require(parsed.error().code == ErrorCode::bad_input && !parsed.error().message.empty(), "a refusal has a reason");
        return;
    }
    const std::filesystem::path folder = scratch() / "erp";
    const auto result = erp::test_template(*parsed, folder);
    require(result || !result.error().message.empty(), "a refusal has a reason");
    std::filesystem::remove_all(folder);
}

/// Templates: compiled, or refused with a place.

#include "erp/erp.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const auto parsed = erp::parse_template(input, "fuzz.toml");
    if (parsed) {
        require(erp::info_of(**parsed).name == "fuzz" && !erp::info_of(**parsed).files.empty(), "a template writes files");
        return;
    }
    require(parsed.error().code == ErrorCode::bad_input && !parsed.error().message.empty(), "a refusal has a reason");
    require(parsed.error().where.starts_with("fuzz.toml"), "a refusal has its place");
}

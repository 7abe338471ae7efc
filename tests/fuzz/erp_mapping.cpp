/// Mappings, as CSV or, where the first byte is 't', as TOML.

#include "erp/mapping.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    const bool is_toml = take_byte(input) == 't';
    const auto mapping = erp::Mapping::parse(input, is_toml ? "map.toml" : "map.csv");
    if (!mapping) {
        require(mapping.error().code == ErrorCode::bad_input && !mapping.error().message.empty(), "a refusal has a reason");
        return;
    }
    Contract contract;
    contract.id = "OCB0001001";
    contract.customer_id = "C1";
    for (const std::string& name : mapping->columns()) {
        const int column = mapping->find_column(name);
        require(column >= 0, "a column is found by its name");
        const auto found = mapping->find(contract, "invoices", "EUR", erp::Value::of_number(20), column);
        require(found.text.empty() || found.is_set, "what is found is set");
    }
}

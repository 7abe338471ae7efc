// Contracts and documents as JSON.
#include "sandbox/lists.hpp"

#include "sandbox/json_text.hpp"

namespace moisson::sandbox {

namespace {

void append_offer(std::string& json, const Contract& contract) {
    append_json_name(json, "offer");
    json += '{';
    append_json_member(json, "name", contract.offer_name);
    append_json_member(json, "id", contract.offer_id);
    json += '}';
}

void append_optional(std::string& json, std::string_view name, const std::optional<std::string>& value) {
    if (value) {
        append_json_member(json, name, *value);
    }
}

void append_document(std::string& json, const Document& document) {
    json += '{';
    append_optional(json, "id", document.id);
    append_optional(json, "filename", document.filename);
    append_optional(json, "period", document.period);
    append_optional(json, "createdAt", document.created);
    append_optional(json, "updatedAt", document.updated);
    if (document.amount_json) {
        append_json_name(json, "amount");
        json += *document.amount_json;
    }
    append_optional(json, "currency", document.currency);
    append_optional(json, "documentType", document.listed_type);
    json += '}';
}

}  // namespace

std::string contracts_json(const std::vector<const Contract*>& contracts, std::uint32_t run) {
    std::string json = "[";
    for (const Contract* contract : contracts) {
        json += json.size() > 1 ? ",{" : "{";
        append_json_member(json, "id", contract->id);
        append_json_member(json, "name", contract->name_in(run));
        append_json_member(json, "createdAt", format_timestamp(contract->created));
        append_offer(json, *contract);
        json += '}';
    }
    json += ']';
    return json;
}

std::string contract_json(const Contract& contract, std::uint32_t run) {
    std::string json = "{";
    append_json_member(json, "name", contract.name_in(run));
    append_json_member(json, "contractType", "standard");
    append_offer(json, contract);
    if (!contract.platform_id.empty()) {
        append_json_member(json, "platformId", contract.platform_id);
    }
    append_json_name(json, "customer");
    json += '{';
    append_json_member(json, "id", contract.customer_id);
    append_json_member(json, "name", contract.customer_name);
    append_json_member(json, "segment", "int");
    json += '}';
    append_json_member(json, "updatedAt", format_timestamp(contract.updated));
    append_json_member(json, "id", contract.id);
    append_json_member(json, "createdAt", format_timestamp(contract.created));
    append_json_name(json, "contact");
    json += '{';
    append_json_member(json, "lastName", contract.last_name);
    append_json_member(json, "firstName", contract.first_name);
    append_json_member(json, "name", contract.first_name + " " + contract.last_name);
    append_json_member(json, "email", contract.email);
    append_json_member(json, "title", "M");
    json += "}}";
    return json;
}

std::string documents_json(const std::vector<const Document*>& documents) {
    std::string json = "[";
    json.reserve(documents.size() * 300 + 2);
    for (const Document* document : documents) {
        if (json.size() > 1) {
            json += ',';
        }
        append_document(json, *document);
    }
    json += ']';
    return json;
}

}  // namespace moisson::sandbox

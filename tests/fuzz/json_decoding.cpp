/// Answers of the service: whatever their bytes are, they are read or refused with a reason, and what is read is text.
/// The first byte says which answer it is; in a list of documents the first line is a `Link` header.

#include "api/endpoints.hpp"
#include "api/json_reader.hpp"
#include "api/write_endpoints.hpp"
#include "base/utf8.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/bundle.hpp"
#include "fuzz.hpp"
#include "normalize/normalize.hpp"

namespace moisson::fuzz {

namespace {

void check_refusal(const Error& error) {
    require(error.code == ErrorCode::bad_answer, "what cannot be read is a bad answer");
    require(!error.message.empty() && is_utf8(error.to_line()), "a refusal has a reason that can be shown");
}

void check_contract(const wire::Contract& contract) {
    require(is_utf8(contract.id) && is_utf8(contract.name), "a contract's texts are text");
}

void check_rows(const wire::DocumentsAnswer& answer) {
    Contract contract;
    contract.id = "OCB0001001";
    std::vector<LedgerEntry> rows;
    for (const wire::Document& document : answer.documents) {
        if (rows.size() == 50) {
            break;
        }
        std::vector<Finding> findings;
        rows.push_back(normalize::make_entry(document, contract, findings));
        for (const Finding& finding : findings) {
            require(is_utf8(finding.message.english()), "a finding's sentence is text");
        }
        rows.back().status = DocumentStatus::ok;
        rows.back().sha256 = std::string(64, 'a');
        require(bundle::is_portable_path(bundle::document_path(rows.back())), "a document's place in the bundle exists on every system");
    }
    bundle::assign_paths(rows);
    for (const LedgerEntry& row : rows) {
        require(row.path.empty() || bundle::is_portable_path(row.path), "a document's final place exists on every system");
    }
}

void check_documents(std::string_view input) {
    http::Headers headers;
    headers.add("Link", std::string(take_line(input)));
    headers.add("Content-Range", std::string(input.substr(0, input.find('\n'))));
    const http::Url asked{"https", "api.example.test", 443, "/cloud/b2b/v1/documents?limit=50"};
    const auto answer = api::read_documents(std::string(input), headers, asked);
    if (!answer) {
        return check_refusal(answer.error());
    }
    check_rows(*answer);
}

void check_contracts(std::string_view input) {
    const auto answer = api::decode_contracts(std::string(input));
    if (!answer) {
        return check_refusal(answer.error());
    }
    for (const wire::Contract& contract : answer->contracts) {
        check_contract(contract);
    }
}

void check_judgement(std::string_view input) {
    http::Response response;
    response.status = 400 + take_byte(input);
    response.headers.add("Retry-After", std::string(take_line(input)));
    response.headers.add("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    response.error_body = input;
    const Error error = api::judge(response, "GET /documents");
    require(!error.message.empty() && is_utf8(error.to_line()), "a judgement can be shown");
    require(!error.retry_after || error.retry_after->count() >= 0, "nobody waits for the past");
}

}  // namespace

void run(std::string_view input) {
    switch (take_byte(input) % 8) {
        case 0: check_contracts(input); break;
        case 1:
            if (const auto contract = api::decode_contract(std::string(input))) {
                check_contract(*contract);
            }
            break;
        case 2:
            if (const auto token = api::decode_token(input)) {
                require(!token->value.empty(), "a token is not empty");
                require(!token->lifetime || token->lifetime->count() > 0, "a token lives");
            }
            break;
        case 3: static_cast<void>(api::decode_user(std::string(input))); break;
        case 4: static_cast<void>(api::decode_created_contract(std::string(input))); break;
        case 5: static_cast<void>(api::read_flat_object(std::string(input), "a place")); break;
        case 6: check_judgement(input); break;
        default: check_documents(input); break;
    }
}

}  // namespace moisson::fuzz

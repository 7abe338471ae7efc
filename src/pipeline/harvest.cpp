#include "pipeline/harvest.hpp"
#include "pipeline/messages.hpp"

#include <fmt/format.h>

namespace moisson::pipeline {

namespace {

/// True where the error's own message is a sentence and a status: no counts of bytes, times, ports or texts of the service.
bool is_plain(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_ready:
        case ErrorCode::not_found:
        case ErrorCode::forbidden:
        case ErrorCode::credentials:
        case ErrorCode::over_capacity:
        case ErrorCode::server_error:
        case ErrorCode::client_error: return true;
        default: return false;
    }
}

}  // namespace

void Harvest::remember_file(const LedgerEntry& row, const std::string& sha256, const MonthRange& exported) {
    if (row.period && exported.first && row.period->month() < *exported.first) {
        earlier_files.push_back({row.contract, row.document_id, sha256, row.period->month()});
    }
}

void Harvest::add_finding(FindingCode code, Message message, const std::string& contract_id, const std::string& document_id) {
    findings.push_back(make_finding(code, std::move(message), contract_id, document_id));
}

Message Harvest::sentence_of(const Error& error) {
    return is_plain(error.code) ? error.message : Message(messages::failed(to_text(error.code)));
}

void Harvest::add_failure(FindingCode code, const Error& error, const std::string& contract_id, const std::string& document_id) {
    Finding finding = make_finding(code, sentence_of(error), contract_id, document_id);
    const bool is_message_alone = error.where.empty() && error.cause.empty() && error.hint.empty();
    finding.detail = is_message_alone ? error.message : Message(error.to_line());
    finding.request_id = error.request_id;
    findings.push_back(std::move(finding));
}

}  // namespace moisson::pipeline

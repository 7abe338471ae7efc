/// `documents list`: one contract's documents with the service's own values.

#include <algorithm>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/suggest.hpp"
#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

struct DocumentsListOptions {
    std::string contract_id;
    std::vector<std::string> document_types;  ///< empty: all
    config::CommandLine settings;
};

void declare_documents_list(Arguments& arguments, DocumentsListOptions& options) {
    arguments.text("--contract", "ID", options.contract_id, "contract id").required();
    arguments.texts("--type", "TYPE", options.document_types, "only documents of this type; repeatable", Parted::by_commas)
        .among({document_type_names.begin(), document_type_names.end()});
    declare_login(arguments, options.settings);
}

std::string_view to_text(api::ListingVerdict verdict) {
    switch (verdict) {
        case api::ListingVerdict::complete: return "complete";
        case api::ListingVerdict::capped: return "capped";
        case api::ListingVerdict::forbidden: return "forbidden";
        case api::ListingVerdict::failed: return "failed";
        case api::ListingVerdict::unknown_answer: return "unknown-answer";
    }
    return "unknown-answer";
}

std::string_view to_text(wire::AmountKind kind) {
    switch (kind) {
        case wire::AmountKind::absent: return "absent";
        case wire::AmountKind::null: return "null";
        case wire::AmountKind::number: return "number";
        case wire::AmountKind::string: return "string";
        case wire::AmountKind::other: return "other";
    }
    return "other";
}

/// Alone, without other contracts' lists, a list of one type proves nothing.
bool is_unproven(const api::ListingResult& listing) {
    return listing.verdict == api::ListingVerdict::complete && listing.proof == api::ListingProof::none &&
           !api::ListSizes().is_mixed_whole(listing.mixed_count);
}

std::string documents_table(const std::vector<wire::Document>& documents) {
    std::vector<std::vector<std::string>> rows;
    for (const wire::Document& document : documents) {
        rows.push_back({document.id, document.documentType.value_or(""), document.period.value_or(""), document.amount,
                        document.currency.value_or(""), document.updatedAt.value_or(""), document.filename.value_or("")});
    }
    return format_table({{"id"}, {"type"}, {"period"}, {"amount", Align::right}, {"currency"}, {"updated"}, {"file name"}}, rows);
}

/// The service's own member names and values; the amount as its raw text, so that no reader rounds it.
std::string documents_json(const std::string& contract_id, const api::ListingResult& listing) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("contract_id").text(contract_id);
    writer.key("verdict").text(is_unproven(listing) ? "unproven" : to_text(listing.verdict));
    writer.key("reason").text(listing.reason.english());
    writer.key("documents").begin_array();
    for (const wire::Document& document : listing.documents) {
        writer.begin_object();
        writer.key("id").text(document.id);
        for (const auto& [name, value] : {std::pair{"documentType", &document.documentType}, std::pair{"period", &document.period},
                                          std::pair{"filename", &document.filename}, std::pair{"createdAt", &document.createdAt},
                                          std::pair{"updatedAt", &document.updatedAt}, std::pair{"currency", &document.currency}}) {
            writer.key(name);
            static_cast<void>(*value ? writer.text(**value) : writer.null());
        }
        writer.key("amount").text(document.amount);
        writer.key("amount_kind").text(to_text(document.amount_kind));
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

ExitCode exit_code_of(const api::ListingResult& listing) {
    switch (listing.verdict) {
        case api::ListingVerdict::complete: return ExitCode::complete;
        case api::ListingVerdict::capped:
        case api::ListingVerdict::unknown_answer: return ExitCode::incomplete;
        case api::ListingVerdict::forbidden: return ExitCode::refused;
        case api::ListingVerdict::failed: return pipeline::exit_code_of(listing.error);
    }
    return ExitCode::internal;
}

/// Only documents of these types; of none: all. FatalError(usage) for a type that is not known and that no document of a whole list has.
void keep_types(api::ListingResult& listing, const std::vector<std::string>& types) {
    if (types.empty()) {
        return;
    }
    std::vector<std::string_view> known(document_type_names.begin(), document_type_names.end());
    for (const wire::Document& document : listing.documents) {
        known.push_back(document.documentType ? std::string_view(*document.documentType) : std::string_view());
    }
    for (const std::string& type : types) {
        if (listing.verdict == api::ListingVerdict::complete && std::find(known.begin(), known.end(), type) == known.end()) {
            constexpr std::size_t names_max = 3;
            throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("no document is of the type \"{}\"", sanitise(type, 80)),
                             "option --type",
                             fmt::format("The nearest types: {}", fmt::join(nearest_names(type, known, names_max), ", ")));
        }
    }
    std::erase_if(listing.documents, [&](const wire::Document& document) {
        return std::find(types.begin(), types.end(), document.documentType.value_or("")) == types.end();
    });
}

ExitCode run_documents_list(CommandContext& context, const DocumentsListOptions& options) {
    for (const std::string& type : options.document_types) {
        config::check_type_spelling(type, "option --type");
    }
    const config::Job job = load_login(context, options.settings, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    api::ListingResult listing = service->list_documents(options.contract_id);
    const ExitCode exit_code = exit_code_of(listing);
    context.reporter.finish();
    if (listing.documents.empty() &&
        (listing.verdict == api::ListingVerdict::failed || listing.verdict == api::ListingVerdict::forbidden)) {
        throw FatalError(exit_code, listing.error);
    }
    if (std::any_of(listing.documents.begin(), listing.documents.end(), [](const wire::Document& one) { return one.secret != 0; })) {
        context.reporter.log(LogLevel::error, "secret-in-answer", std::string(FindingCode("secret-in-answer").kind().meaning.english()));
    }
    const std::size_t listed = listing.documents.size();
    const bool is_doubted = is_unproven(listing);
    keep_types(listing, options.document_types);
    context.out.write(context.talk.json ? documents_json(options.contract_id, listing) : documents_table(listing.documents));
    if (exit_code == ExitCode::complete) {
        const std::string of = listing.documents.size() == listed ? "" : fmt::format(" of {}", format_count(listed));
        context.reporter.log(
            LogLevel::info, "documents",
            fmt::format("{}{}; {}", plural(listing.documents.size(), "document"), of,
                        is_doubted ? "nothing shows that the list is whole, and nothing speaks against it" : "the list is whole"));
    } else {
        context.reporter.log(LogLevel::error, "documents", fmt::format("the list is not whole: {}", listing.reason),
                             {{"verdict", std::string(to_text(listing.verdict))}});
    }
    return exit_code;
}

}  // namespace

Command documents_list_command() {
    return with_options({.name = "documents list",
                         .help = "all documents of a contract; the list is proven whole",
                         .examples = "  moisson documents list --contract OCB0001234\n"
                                     "  moisson documents list --contract OCB0001234 --type invoices --json\n",
                         .exit_codes = codes_of_question()},
                        declare_documents_list, run_documents_list);
}

}  // namespace moisson::cli

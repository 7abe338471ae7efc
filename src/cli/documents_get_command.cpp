/// `documents get`: one document's file.

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/exit_codes.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

struct DocumentsGetOptions {
    std::string document_id;
    std::string contract_id;
    std::string target;  ///< the file to write; empty: named after the document
    config::CommandLine settings;
};

void declare_documents_get(Arguments& arguments, DocumentsGetOptions& options) {
    arguments.positional("ID", options.document_id, "document id").required();
    arguments.text("--contract", "ID", options.contract_id, "contract id").required();
    arguments.text("--out", "FILE", options.target, "file to write (default: the document's id with the extension of its content)");
    declare_login(arguments, options.settings);
}

/// What failed to come is missing (3), as in an export; the service answered well.
ExitCode exit_code_of_file(const Error& error) {
    const bool missing = error.code == ErrorCode::not_found || error.code == ErrorCode::not_ready || error.code == ErrorCode::wrong_type;
    return missing ? ExitCode::incomplete : pipeline::exit_code_of(error);
}

/// A document id as a file name: what is no letter, digit, dot, dash or underscore becomes an underscore, and no leading dot stays.
std::string safe_name(const std::string& document_id) {
    constexpr std::size_t name_bytes_max = 100;
    std::string name = document_id.substr(0, name_bytes_max);
    std::replace_if(
        name.begin(), name.end(),
        [](char letter) { return !is_letter_or_digit(letter) && letter != '.' && letter != '-' && letter != '_'; },
        '_');
    if (name.empty() || name.front() == '.' || name.front() == '-') {
        name.insert(0, "document_");
    }
    return name;
}

constexpr std::size_t path_bytes_max = 4096;

std::string_view extension_of(std::string_view media_type) {
    if (media_type == "application/pdf") {
        return ".pdf";
    }
    if (media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") {
        return ".xlsx";
    }
    if (media_type == "application/zip") {
        return ".zip";
    }
    return media_type == "text/csv" ? ".csv" : ".bin";
}

ExitCode run_documents_get(CommandContext& context, const DocumentsGetOptions& options) {
    const config::Job job = load_login(context, options.settings, config::Need::credentials);
    const auto service = pipeline::Service::open(job, nullptr, context.clock, context.reporter, context.stop);
    const std::string name = safe_name(options.document_id);
    const std::filesystem::path first = options.target.empty() ? fmt::format("{}.{}.part", name, ::getpid()) : options.target;
    const auto object = service->fetch_file(options.contract_id, options.document_id, first);
    if (!object) {
        throw FatalError(exit_code_of_file(object.error()), object.error());
    }
    std::filesystem::path target = first;
    if (options.target.empty()) {
        // The extension is known only now; a name that has it already keeps it once.
        const std::string_view extension = extension_of(object->media_type);
        target = name.ends_with(extension) ? name : name + std::string(extension);
        if (auto renamed = rename_path(first, target); !renamed) {
            throw FatalError(ExitCode::local, renamed.error());
        }
    }
    context.reporter.finish();
    if (object->damaged) {
        context.reporter.log(LogLevel::warning, "file-damaged", std::string(FindingCode("file-damaged").kind().meaning.english()));
    }
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        writer.key("contract_id").text(options.contract_id);
        writer.key("document_id").text(options.document_id);
        writer.key("path").text(target.string());
        writer.key("size_bytes").count(object->size_bytes);
        writer.key("sha256").text(object->sha256);
        writer.key("media_type").text(object->media_type);
        writer.end_object();
        context.out.write(writer.finish());
    } else {
        context.out.write(fmt::format("{}\n", sanitise(target.string(), path_bytes_max)));
        context.reporter.log(LogLevel::info, "document", fmt::format("{}, {}", format_bytes(object->size_bytes), object->media_type),
                             {{"sha256", object->sha256}});
    }
    return ExitCode::complete;
}

}  // namespace

Command documents_get_command() {
    return with_options({.name = "documents get",
                         .help = "download one document's file",
                         .examples = "  moisson documents get 61a0c3 --contract OCB0001234 --out october.pdf\n",
                         .exit_codes = codes_of_question()},
                        declare_documents_get, run_documents_get);
}

}  // namespace moisson::cli

#pragma once
/// Step of the run: the files that ERP systems import.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/reporter.hpp"
#include "base/result.hpp"
#include "books/fx.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "erp/erp.hpp"
#include "pipeline/closed_books.hpp"

namespace moisson::pipeline {

/// An ERP template as the job asks for it, compiled.
struct LoadedTemplate {
    std::string name;  ///< as it was asked for: a name, or a path
    Result<erp::TemplatePtr> compiled;
};

/// The job's templates, each read and compiled once in a run. Before anything is called: FatalError(usage) for a template that does not
/// exist, naming the nearest one. What is wrong inside a template or its settings is told when the files are made: it must not keep the
/// month from being published.
[[nodiscard]] std::vector<LoadedTemplate> load_templates(const config::Job& job);

/// What keeps a template's file from being written whatever the month holds, by template, in the job's order: a fault inside it, a setting
/// that is missing or does not fit, an unreadable mapping. For `doctor`; as the export would find it.
[[nodiscard]] std::vector<std::pair<std::string, Error>> template_problems(const config::Job& job,
                                                                           const std::vector<LoadedTemplate>& templates);

/// What the step works with; all outlive it.
struct ErpContext {
    const config::Job& job;
    const std::vector<LoadedTemplate>& templates;
    const std::optional<books::RateTable>& rates;  ///< the job's; empty: none, or the sandbox's sample ones with its sample settings
    ClosedBooks& closed;                           ///< is told what the files hold
    const std::filesystem::path& folder;
    Reporter& reporter;
};

/// Writes `folder`/erp/NAME.EXT for every template. Files go to `summary.files`. A template whose files are refused gets findings that
/// name the documents; the others are written all the same. FatalError(local): disk.
void write_erp_files(const ErpContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline

#include "cli/next_step.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace moisson::cli {

namespace {

/// A command with the options that say which service and which state: without them it would look elsewhere.
class CommandWords {
public:
    CommandWords(std::string_view command, const config::CommandLine& settings) : line_(command), settings_(settings) {}

    CommandWords& word(std::string_view word) {
        line_ += " " + shell_word(word);
        return *this;
    }
    CommandWords& option(std::string_view name, const std::optional<std::string>& value) {
        return value ? word(name).word(*value) : *this;
    }
    CommandWords& options(std::string_view name, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            word(name).word(value);
        }
        return *this;
    }
    CommandWords& flag(std::string_view name, bool is_set) { return is_set ? word(name) : *this; }
    CommandWords& source() {
        flag("--sandbox", settings_.sandbox).option("--scenario", settings_.scenario).option("--account", settings_.sandbox_account);
        option("--db", settings_.sandbox_database).option("--out", settings_.out);
        return flag("--trust-job", settings_.trust_job);
    }
    /// Which months, and what of them.
    CommandWords& scope() {
        option("--period", settings_.period).option("--from", settings_.from).option("--to", settings_.to);
        flag("--all", settings_.all).flag("--due", settings_.due).flag("--no-files", settings_.no_files);
        if (settings_.part) {
            word("--part").word(fmt::format("{}/{}", settings_.part->number, settings_.part->of));
        }
        options("--perimeter", settings_.perimeters);
        return options("--contract", settings_.contracts).options("--type", settings_.types).options("--template", settings_.templates);
    }
    [[nodiscard]] const std::string& line() const noexcept { return line_; }

private:
    std::string line_;
    const config::CommandLine& settings_;
};

std::string export_again(const config::CommandLine& settings, const MonthRange& period) {
    CommandWords words("moisson export", settings);
    if (settings.job_file) {
        words.word(*settings.job_file);
    }
    const bool names_period = settings.period || settings.from || settings.all || settings.due;
    if (!names_period && period.first && period.first == period.last) {
        words.word("--period").word(period.first->to_text());  // next month, the default is another one
    }
    return words.scope().source().line();
}

std::string explain_line(const config::CommandLine& settings, const Finding& finding) {
    return CommandWords("moisson explain", settings)
        .word(sanitise(finding.document_id))
        .option("--contract", sanitise(finding.contract_id))
        .option("--job", settings.job_file)
        .source()
        .line();
}

/// Another run may bring what is missing: its file, its list, or the right to see it.
bool may_come(const Finding& finding) {
    static constexpr std::array<std::string_view, 4> codes{"document-failed", "document-missing", "document-not-ready", "invoice-missing"};
    return finding.document_id.empty() || std::find(codes.begin(), codes.end(), finding.code.text()) != codes.end();
}

}  // namespace

std::string shell_quote(std::string_view value) {
    std::string quoted = "'";
    for (const char letter : value) {
        quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return quoted + "'";
}

std::string shell_word(std::string_view word) {
    const auto is_plain = [](char letter) {
        return is_letter_or_digit(letter) || std::string_view("-_./:@,+=%").find(letter) != std::string_view::npos;
    };
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
        return std::string(word);
    }
    return shell_quote(word);
}

std::string next_of_export(const pipeline::RunResult& result, const config::CommandLine& settings) {
    const RunSummary& summary = result.summary;
    if (summary.exit_code == ExitCode::complete) {
        return CommandWords("moisson verify", settings).word(result.folder.string()).line();
    }
    if (summary.closed_incomplete) {
        return CommandWords("moisson close --list", settings).option("--job", settings.job_file).source().line();
    }
    const auto is_error = [](const Finding& finding) { return finding.severity() == Severity::error; };
    const auto comes = [&](const Finding& finding) { return is_error(finding) && may_come(finding); };
    const auto wrong = std::find_if(summary.findings.begin(), summary.findings.end(), is_error);
    if (wrong == summary.findings.end() || std::any_of(summary.findings.begin(), summary.findings.end(), comes)) {
        return export_again(settings, summary.period);
    }
    return explain_line(settings, *wrong);
}

std::string command_of(const ToDo& one, const pipeline::RunResult& result, const config::CommandLine& settings) {
    const std::string_view some_id = one.finding.document_id.empty() ? "" : "id";  // whatever the id, it is quoted here
    const std::string command = command_for(one.finding.code.text(), some_id, result.summary.period);
    if (command.starts_with("moisson explain")) {
        return explain_line(settings, one.finding);
    }
    if (command.starts_with("moisson evidence stamp")) {
        return CommandWords("moisson evidence stamp", settings).word(result.folder.string()).option("--job", settings.job_file).line();
    }
    if (command == "moisson export --due") {
        CommandWords words("moisson export --due", settings);
        return (settings.job_file ? words.word(*settings.job_file) : words).source().line();
    }
    const std::string again = command.empty() ? command : export_again(settings, result.summary.period);
    return command.ends_with(" --refetch") ? again + " --refetch" : again;
}

std::string next_of_part(const std::filesystem::path& part, const config::CommandLine& settings) {
    return CommandWords("moisson merge", settings)
        .word(part.parent_path().string())
        .option("--job", settings.job_file)
        .options("--template", settings.templates)
        .source()
        .line();
}

std::string next_of_plan(const pipeline::RunResult& result, const config::CommandLine& settings) {
    return export_again(settings, result.summary.period);
}

}  // namespace moisson::cli

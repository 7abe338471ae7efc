/// The command line's grammar and help. The only file that knows the option library.

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/options.hpp"
#include "cli/table.hpp"
#include "config/suggest.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t help_width = 100;
constexpr std::size_t help_column = 30;

constexpr std::string_view description =
    "moisson exports the invoices, bills and reports of all your contracts from Orange's\n"
    "Cloud Store Customer Space API into one ledger and one archive bundle a month.";

constexpr std::string_view program_examples =
    "  moisson export --sandbox                  try it, without credentials\n"
    "  moisson doctor jobs/monthly.toml          check credentials, network and disk\n"
    "  moisson export --period 2026-10           one month of all contracts\n"
    "  moisson verify out/2026-10                re-check what was published\n";

constexpr std::string_view environment_help =
    "  MOISSON_CLIENT_ID, MOISSON_CLIENT_SECRET  the portal application's credentials\n"
    "  MOISSON_BASIC                             or its finished Basic value instead of the two\n"
    "  MOISSON_API_KEY                           the Customer Space login's key\n"
    "  each also as NAME_FILE (a file that holds it) or NAME_COMMAND (a command that prints it)\n"
    "  MOISSON_API_URL, MOISSON_OAUTH_URL        base URLs of the service\n"
    "  MOISSON_CA_FILE                           PEM file of further certificate authorities\n"
    "  MOISSON_STATE                             URL of the state store\n"
    "  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NO_COLOR, SOURCE_DATE_EPOCH  as everywhere\n";

/// Every exit code that a run against the service may end with.
const std::vector<ExitCode> run_codes = {ExitCode::complete, ExitCode::internal,    ExitCode::usage,        ExitCode::incomplete,
                                         ExitCode::refused,  ExitCode::unavailable, ExitCode::inconsistent, ExitCode::local,
                                         ExitCode::locked,   ExitCode::nothing_new, ExitCode::interrupted};
const std::vector<ExitCode> call_codes = {ExitCode::complete, ExitCode::internal,    ExitCode::usage, ExitCode::incomplete,
                                          ExitCode::refused,  ExitCode::unavailable, ExitCode::local, ExitCode::interrupted};

const std::vector<ExitCode> write_codes = {ExitCode::complete, ExitCode::internal,    ExitCode::usage,
                                           ExitCode::incomplete, ExitCode::refused,   ExitCode::unavailable,
                                           ExitCode::local,    ExitCode::locked,      ExitCode::interrupted};

/// What a command's help shows below its options.
struct CommandHelp {
    std::string examples;
    std::vector<ExitCode> codes;
};

std::string wrap(std::string_view text, std::size_t indent) {
    std::string result;
    std::size_t column = indent;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        const std::size_t width = width_of(word);
        if (column > indent && column + 1 + width > help_width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += word;
        column += width;
    }
    return result;
}

std::string help_line(const std::string& head, std::string_view text) {
    std::string line = "  " + head;
    if (width_of(line) + 2 > help_column) {
        line += "\n" + std::string(help_column, ' ');
    } else {
        line.append(help_column - width_of(line), ' ');
    }
    return line + wrap(text, help_column) + "\n";
}

/// "-v, --verbose" or "--period YYYY-MM".
std::string head_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) {
        names.push_back("-" + name);
    }
    for (const auto& name : option.get_lnames()) {
        names.push_back("--" + name);
    }
    std::string head = fmt::format("{}", fmt::join(names, ", "));
    if (head.starts_with("--")) {
        head = "    " + head;
    }
    if (option.get_type_size() != 0) {
        head += " " + option.get_type_name();
    }
    if (option.get_expected_max() > 1) {
        head += " ...";
    }
    return head;
}

std::string usage_line(const CLI::App& app, const std::string& path) {
    std::string line = "Usage: moisson" + (path.empty() ? "" : " " + path);
    if (app.get_require_subcommand_min() > 0) {
        return line + " COMMAND [OPTIONS]\n";
    }
    line += " [OPTIONS]";
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            line += option->get_required() ? " " + option->get_name() : " [" + option->get_name() + "]";
        } else if (option->get_required()) {
            line += fmt::format(" {} {}", option->get_name(), option->get_type_name());
        }
    }
    return line + "\n";
}

/// The grammar: the option library's tree over one Options value.
class Grammar {
public:
    Grammar();
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    [[nodiscard]] Parsed parse(std::vector<std::string> arguments);
    [[nodiscard]] std::string help(const CLI::App& app) const;
    /// Leaves only, with their full names.
    [[nodiscard]] std::vector<std::pair<std::string, const CLI::App*>> commands() const;
    [[nodiscard]] const CLI::App& root() const { return app_; }
    [[nodiscard]] const CLI::App* find(const std::string& name) const;

private:
    CLI::App* add(CLI::App& parent, const std::string& name, const std::string& text, Command command, CommandHelp help);
    void add_talk(CLI::App& command);
    void add_service(CLI::App& command);
    void add_job(CLI::App& command);
    void add_period(CLI::App& command);
    void add_export(CLI::App& command);
    void add_close();
    void add_explain();
    void add_contracts();
    void add_contracts_create(CLI::App& group);
    void add_users();
    void add_write(CLI::App& command);
    void add_documents();
    void add_postman();
    void add_templates();
    void add_sandbox();
    void add_sandbox_keys(CLI::App& sandbox);
    void append_commands(std::string& text, const CLI::App& app, std::size_t skipped) const;
    void collect(const CLI::App& app, std::vector<std::pair<std::string, const CLI::App*>>& found) const;
    [[nodiscard]] static std::string path_of(const CLI::App& app);
    [[nodiscard]] Error explain(const CLI::ParseError& problem) const;
    [[nodiscard]] const CLI::App* deepest() const;

    Options options_;
    std::optional<std::string> positional_job_;
    bool version_ = false;
    int verbose_ = 0;
    int quiet_ = 0;
    CLI::App app_{std::string(description)};
    std::map<const CLI::App*, CommandHelp> helps_;
    std::map<const CLI::App*, Command> leaves_;
};

/// A whole number within bounds, as the callback of an option.
template <class T>
CLI::Option* add_whole(CLI::App& app, const std::string& name, const std::string& type, const std::string& text, std::uint64_t min,
                       std::uint64_t max, std::function<void(T)> take) {
    return app
        .add_option_function<std::string>(
            name,
            [name, min, max, take](const std::string& written) {
                std::uint64_t value = 0;
                const char* end = written.data() + written.size();
                const auto [stop, problem] = std::from_chars(written.data(), end, value);
                if (problem != std::errc{} || stop != end || value < min || value > max) {
                    throw CLI::ValidationError(
                        name, fmt::format("must be a whole number from {} to {}, found \"{}\"", min, max, sanitise(written, 40)));
                }
                take(static_cast<T>(value));
            },
            text)
        ->type_name(type);
}

/// "90", "90s", "30m", "2h" in seconds.
std::optional<long> parse_duration(std::string_view text) {
    long factor = 1;
    if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
        factor = text.back() == 'h' ? 3600 : text.back() == 'm' ? 60 : 1;
        text.remove_suffix(1);
    }
    unsigned value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr long seconds_max = 31L * 86'400;
    if (problem != std::errc{} || stop != text.data() + text.size() || static_cast<long>(value) > seconds_max / factor) {
        return std::nullopt;
    }
    return static_cast<long>(value) * factor;
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

Grammar::Grammar() {
    app_.name("moisson");
    app_.require_subcommand(1);
    app_.set_help_flag("-h,--help", "show this help and exit");
    app_.add_flag("--version", version_, "show the version and exit");

    CLI::App* exporting = add(app_, "export", "the monthly job: list, download, reconcile, publish", Command::export_,
                              {"  moisson export jobs/monthly.toml\n"
                               "  moisson export --period 2026-10 --contract 'OCB0001*' --out archive\n"
                               "  moisson export --sandbox\n",
                               run_codes});
    add_job(*exporting);
    add_export(*exporting);
    exporting
        ->add_option("--metrics", options_.settings.metrics, "write Prometheus metrics there at every end of an export, a failed one too")
        ->type_name("FILE");
    CLI::App* planning = add(app_, "plan", "what an export would do; downloads and writes nothing", Command::plan,
                             {"  moisson plan --period 2026-10\n"
                              "  moisson plan jobs/monthly.toml --json\n",
                              run_codes});
    add_job(*planning);
    add_export(*planning);

    CLI::App* verifying =
        add(app_, "verify", "re-check a bundle or a published month from its own bytes", Command::verify,
            {"  moisson verify out/2026-10\n"
             "  moisson verify out/2026-10/bundle.zip\n",
             {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local, ExitCode::interrupted}});
    verifying->add_option("PATH", options_.path, "a published folder (OUT/PERIOD) or a bundle.zip")->required()->type_name("");
    add_talk(*verifying);

    add_close();
    add_explain();
    CLI::App* doctor = add(app_, "doctor", "check each step from the job file to a file of the service; changes nothing", Command::doctor,
                           {"  moisson doctor jobs/monthly.toml\n"
                            "  moisson doctor --sandbox --json\n",
                            {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                             ExitCode::local, ExitCode::locked, ExitCode::interrupted}});
    add_job(*doctor);
    doctor->add_option("--out", options_.settings.out, "folder that would be published to")->type_name("DIR");
    add_contracts();
    add_users();
    add_documents();
    add_postman();
    add_templates();
    add_sandbox();
}

CLI::App* Grammar::add(CLI::App& parent, const std::string& name, const std::string& text, Command command, CommandHelp help) {
    CLI::App* added = parent.add_subcommand(name, text);
    added->set_help_flag("-h,--help", "show this help and exit");
    helps_[added] = std::move(help);
    leaves_[added] = command;
    return added;
}

void Grammar::add_talk(CLI::App& command) {
    command.add_flag("--json", options_.json, "print the result (and an error, on standard error) as JSON");
    command
        .add_option_function<std::string>(
            "--log-format",
            [this](const std::string& written) {
                if (written != "text" && written != "json") {
                    throw CLI::ValidationError("--log-format", fmt::format("must be text or json, found \"{}\"", sanitise(written, 40)));
                }
                options_.log_json = written == "json";
            },
            "log lines on standard error as text (default) or as one JSON object each")
        ->type_name("text|json");
    command.add_flag("-v,--verbose", verbose_, "say more");
    command.add_flag("-q,--quiet", quiet_, "say only warnings and errors; twice: only errors");
    command.add_flag_callback(
        "--no-progress", [this] { options_.progress = false; }, "no progress line");
}

void Grammar::add_service(CLI::App& command) {
    command.add_option("--job", options_.settings.job_file, "job file with the settings")->type_name("FILE");
    command.add_flag("--trust-job", options_.settings.trust_job,
                     "let the job file send secrets of the environment to addresses that it names itself");
    command.add_flag("--sandbox", options_.settings.sandbox, "use the embedded sandbox instead of the service; needs no credentials");
    command.add_option("--scenario", options_.settings.scenario, "what the embedded sandbox holds: small, clean, large, books or a file")
        ->type_name("NAME|FILE");
    command.add_option("--account", options_.settings.sandbox_account, "with --sandbox: whose key it is asked with")->type_name("NAME");
    command.add_option("--db", options_.settings.sandbox_database, "with --sandbox: file that keeps what was written, and the runs' count")
        ->type_name("FILE");
    add_whole<std::uint32_t>(command, "--run", "N", "with --sandbox: which run of its scenario this is (default: 1, or what --db says)", 1,
                             1'000'000, [this](std::uint32_t run) { options_.settings.sandbox_run = run; });
    add_talk(command);
}

void Grammar::add_job(CLI::App& command) {
    command.add_option("JOB.toml", positional_job_, "job file with the settings (the same as --job)")->type_name("");
    add_service(command);
}

void Grammar::add_period(CLI::App& command) {
    command.add_option("--period", options_.settings.period, "one month (default: the last closed month)")->type_name("YYYY-MM");
    command.add_option("--from", options_.settings.from, "first month of several; with --to")->type_name("YYYY-MM");
    command.add_option("--to", options_.settings.to, "last month of several, included; with --from")->type_name("YYYY-MM");
    command.add_flag("--all", options_.settings.all, "everything that the service lists");
    command.add_flag("--due", options_.settings.due, "every month that is owed: never published, or no longer what was published");
}

void Grammar::add_export(CLI::App& command) {
    config::CommandLine& settings = options_.settings;
    add_period(command);
    const auto repeatable = [](CLI::Option* option) { option->take_all()->allow_extra_args(false); };
    repeatable(command.add_option("--contract", settings.contracts, "only contracts whose id or name fits (* ? [ab]); repeatable")
                   ->type_name("GLOB"));
    repeatable(
        command.add_option("--type", settings.types, "only documents of this type; repeatable")->type_name("TYPE")->delimiter(','));
    command.add_option("--out", settings.out, "folder to publish to (default: out)")->type_name("DIR");
    repeatable(command.add_option("--template", settings.templates, "also write this ERP template's file (a name or path); repeatable")
                   ->type_name("NAME"));
    add_whole<int>(command, "--transfers", "N", "parallel downloads, 1 to 64 (default: 8)", 1, 64,
                   [&settings](int count) { settings.transfers = count; });
    command
        .add_option_function<std::string>(
            "--rate",
            [&settings](const std::string& written) {
                settings.rate = parse_number(written);
                if (!settings.rate) {
                    throw CLI::ValidationError("--rate", fmt::format("must be a number, 0 or more, found \"{}\"", sanitise(written, 40)));
                }
            },
            "requests a second, 0 for no limit (default: 20)")
        ->type_name("N");
    command
        .add_option_function<std::string>(
            "--max-duration",
            [&settings](const std::string& written) {
                settings.max_duration_seconds = parse_duration(written);
                if (!settings.max_duration_seconds) {
                    throw CLI::ValidationError(
                        "--max-duration",
                        fmt::format("must be a duration such as 90s, 30m or 2h, at most 31 days, found \"{}\"", sanitise(written, 40)));
                }
            },
            "stop asking after this time (90s, 30m, 2h) and publish what came (default: no limit)")
        ->type_name("TIME");
    command.add_flag("--refetch", settings.refetch, "ask for files that are here once more; other bytes are a document's next version");
    command
        .add_option("--adopt-folder", settings.adopt_folder,
                    "take over months in OUT that another state made, or a lost one; the reason is kept and told from then on")
        ->type_name("REASON");
    command.add_flag("--since-last", settings.since_last, "ERP files hold only what no earlier file of their template held");
    command.add_flag("--no-files", settings.no_files, "the ledger from metadata alone: fetch no file, every row is `skipped`");
    command.add_flag("--exit-nothing-new", settings.exit_nothing_new, "end with 9 when nothing new was found");
}

void Grammar::add_close() {
    CLI::App* command =
        add(app_, "close", "close a month: from then on it is never rewritten, and late documents go to addenda", Command::close,
            {"  moisson close 2026-10\n"
             "  moisson close --list\n"
             "  moisson close 2026-10 --reopen \"the supplier cancelled invoice 4711\"\n",
             {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local, ExitCode::locked}});
    BooksOptions& books = options_.books;
    command->add_option("PERIOD", books.period, "the month, as 2026-10")->type_name("");
    CLI::Option* list = command->add_flag("--list", books.list, "show closed months, their addenda, and every reopening with its reason");
    CLI::Option* reopen =
        command->add_option("--reopen", books.reopen, "open a closed month again; the reason is kept")->type_name("REASON")->excludes(list);
    command->add_option("--accept-incomplete", books.accept_incomplete, "close a month that is incomplete; the reason is kept")
        ->type_name("REASON")
        ->excludes(list)
        ->excludes(reopen);
    command->add_option("--by", books.by, "who does it (default: the user's name)")->type_name("NAME");
    command->add_option("--out", options_.settings.out, "folder that the month is published in (default: out)")->type_name("DIR");
    add_service(*command);
}

void Grammar::add_explain() {
    CLI::App* command = add(app_, "explain", "one document from what the service said to its row in the ledger; calls nothing",
                            Command::explain,
                            {"  moisson explain 61a0c3\n"
                             "  moisson explain 61a0c3 --contract OCB0001234 --json\n",
                             {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local, ExitCode::locked}});
    command->add_option("DOCUMENT_ID", options_.document_id, "document id, as in the ledger")->required()->type_name("");
    command->add_option("--contract", options_.contract_id, "only this contract's document of that id")->type_name("ID");
    command->add_option("--out", options_.settings.out, "folder that the months are published in (default: out)")->type_name("DIR");
    add_service(*command);
}

void Grammar::add_contracts() {
    CLI::App* group = app_.add_subcommand("contracts", "the contracts that the credentials can see");
    group->set_help_flag("-h,--help", "show this help and exit");
    group->require_subcommand(1);
    CLI::App* list = add(*group, "list", "all contracts of the perimeter", Command::contracts_list,
                         {"  moisson contracts list\n"
                          "  moisson contracts list --json\n",
                          call_codes});
    add_service(*list);
    CLI::App* show =
        add(*group, "show", "one contract in full", Command::contracts_show, {"  moisson contracts show OCB0001234\n", call_codes});
    show->add_option("ID", options_.contract_id, "contract id")->required()->type_name("");
    add_service(*show);
    add_contracts_create(*group);
}

void Grammar::add_write(CLI::App& command) {
    command.add_flag("--yes", options_.write.yes, "do not ask; needed where standard input is no terminal");
    command.add_flag("--dry-run", options_.write.dry_run, "show what would be sent, and call nothing");
    add_service(command);
}

void Grammar::add_contracts_create(CLI::App& group) {
    CLI::App* create = add(group, "create", "order a contract; this costs money", Command::contracts_create,
                           {"  moisson contracts create --billing-account 42 --offer HONEY --name 'Lab 2' --support-level BSC\n"
                            "      --referent-civility M --referent-name Dupont --referent-first-name Jean\n"
                            "      --referent-mail jean.dupont@example.com\n",
                            write_codes});
    api::NewContract& contract = options_.write.contract;
    const auto text = [&](const char* name, std::string& value, const char* help) {
        create->add_option(name, value, help)->type_name("TEXT");
    };
    text("--billing-account", contract.billing_account_id, "billing account that pays (billingAccountId)");
    text("--offer", contract.offer_code, "offer code, such as HONEY (offerCode)");
    text("--name", contract.contract_name, "name of the new contract (contractName)");
    text("--support-level", contract.support_level, "support level, such as BSC (supportLevel)");
    text("--referent-civility", contract.referent_civility, "civility of the person to refer to, such as M");
    text("--referent-name", contract.referent_name, "last name of that person");
    text("--referent-first-name", contract.referent_first_name, "first name of that person");
    text("--referent-mail", contract.referent_mail, "e-mail address of that person");
    text("--referent-fix-phone", contract.referent_fix_phone, "phone number of that person");
    text("--referent-mobile-phone", contract.referent_mobile_phone, "mobile phone number of that person");
    create->add_option("--reference", options_.write.references, "a reference of your own; up to three (referenceExt1 to 3)")
        ->type_name("TEXT")
        ->take_all()
        ->allow_extra_args(false);
    create->add_flag("--allow-duplicate-name", options_.write.allow_duplicate_name,
                     "order although a contract of this name exists, or may exist");
    add_write(*create);
}

void Grammar::add_users() {
    CLI::App* group = app_.add_subcommand("users", "the users of a contract");
    group->set_help_flag("-h,--help", "show this help and exit");
    group->require_subcommand(1);
    CLI::App* adding = add(*group, "add", "add a user to a contract, or many from a file", Command::users_add,
                           {"  moisson users add --contract OCB0001234 --civility M --last-name Dupont --first-name Jean\n"
                            "      --email jean.dupont@example.com --login jean.dupont --role contracts=visitor\n"
                            "  moisson users add --contract OCB0001234 --file users.csv --dry-run\n",
                            write_codes});
    adding->add_option("--contract", options_.contract_id, "contract id")->required()->type_name("ID");
    api::NewUser& user = options_.write.user;
    const auto text = [&](const char* name, std::string& value, const char* help) {
        adding->add_option(name, value, help)->type_name("TEXT");
    };
    text("--civility", user.civility, "civility, such as M");
    text("--last-name", user.last_name, "last name");
    text("--first-name", user.first_name, "first name");
    text("--email", user.email, "e-mail address; one that already has a login keeps it");
    text("--login", user.login, "login: 8 to 64 unaccented letters, digits and . _ -");
    text("--fix-phone", user.fix_phone, "phone number");
    text("--mobile-phone", user.mobile_phone, "mobile phone number");
    adding->add_option("--role", options_.write.roles, "a role in a section, such as contracts=visitor; repeatable")
        ->type_name("SECTION=NAME")
        ->take_all()
        ->allow_extra_args(false);
    adding->add_option("--file", options_.write.file, "many users instead: JSON (.json) or CSV with the API's member names")
        ->type_name("FILE");
    add_write(*adding);
}

void Grammar::add_documents() {
    CLI::App* group = app_.add_subcommand("documents", "the documents of one contract");
    group->set_help_flag("-h,--help", "show this help and exit");
    group->require_subcommand(1);
    CLI::App* list = add(*group, "list", "all documents of a contract; the list is proven whole", Command::documents_list,
                         {"  moisson documents list --contract OCB0001234\n"
                          "  moisson documents list --contract OCB0001234 --type invoices --json\n",
                          call_codes});
    list->add_option("--contract", options_.contract_id, "contract id")->required()->type_name("ID");
    list->add_option("--type", options_.document_types, "only documents of this type; repeatable")
        ->type_name("TYPE")
        ->delimiter(',')
        ->take_all()
        ->allow_extra_args(false);
    add_service(*list);
    CLI::App* get = add(*group, "get", "download one document's file", Command::documents_get,
                        {"  moisson documents get 61a0c3 --contract OCB0001234 --out october.pdf\n", call_codes});
    get->add_option("ID", options_.document_id, "document id")->required()->type_name("");
    get->add_option("--contract", options_.contract_id, "contract id")->required()->type_name("ID");
    get->add_option("--out", options_.target, "file to write (default: the document's id with the extension of its content)")
        ->type_name("FILE");
    add_service(*get);
}

void Grammar::add_postman() {
    CLI::App* command = add(app_, "postman", "make a job file out of a Postman environment, its collection, or both", Command::postman,
                            {"  moisson postman cloud-store.postman_environment.json --out orange.toml\n"
                             "  moisson postman cloud-store.postman_environment.json cloud-store.postman_collection.json\n"
                             "  moisson sandbox --port 8080 --postman explore    (in another terminal)\n"
                             "  moisson postman explore/moisson-sandbox.postman_environment.json --out explore\n",
                             {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}});
    command->add_option("FILE", options_.paths, "environment, collection (version 2), or one of each, as Postman exports them (JSON)")
        ->required()
        ->expected(1, 2)
        ->type_name("");
    command->add_option("--out", options_.target, "job file (*.toml), or folder for job.toml; its secrets go beside it, mode 0600")
        ->type_name("FILE|DIR");
    command->add_flag("--force", options_.force, "replace files that are there");
    add_talk(*command);
}

/// For `moisson sandbox --help`: what --fault may name.
std::string fault_list() {
    std::string text = "\nFaults:\n";
    for (const sandbox::FaultName& fault : sandbox::fault_names()) {
        text += fmt::format("  {:<18}  {}\n", fault.name, wrap(fault.effect, 22));
    }
    return text;
}

void Grammar::add_templates() {
    CLI::App* group = app_.add_subcommand("templates", "the formats of ERP files");
    group->set_help_flag("-h,--help", "show this help and exit");
    group->require_subcommand(1);
    const std::vector<ExitCode> codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local};
    CLI::App* list = add(*group, "list", "the built-in templates", Command::templates_list, {"  moisson templates list\n", codes});
    add_talk(*list);
    CLI::App* show = add(*group, "show", "one template: what it wants, and its text", Command::templates_show,
                         {"  moisson templates show fec\n"
                          "  moisson templates show fec > my-fec.toml      a copy to change\n",
                          codes});
    show->add_option("NAME", options_.template_names, "a built-in name, one of the job's template_folder, or a path")
        ->required()->expected(1)->type_name("");
    show->add_option("--job", options_.settings.job_file, "job file with [erp] template_folder")->type_name("FILE");
    add_talk(*show);
    CLI::App* test = add(*group, "test", "render a template's sample and compare the bytes", Command::templates_test,
                         {"  moisson templates test\n"
                          "  moisson templates test my-format.toml --out sample\n",
                          {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local}});
    test->add_option("NAME", options_.template_names, "names or paths (default: all built-in ones)")->type_name("");
    test->add_option("--job", options_.settings.job_file, "job file with [erp] template_folder")->type_name("FILE");
    test->add_option("--out", options_.target, "keep the sample's files in this folder")->type_name("DIR");
    add_talk(*test);
}

sandbox::Fault read_fault(const std::string& written) {
    const auto equals = written.find('=');
    sandbox::Fault fault;
    fault.name = written.substr(0, equals);
    if (equals != std::string::npos) {
        const auto probability = parse_number(std::string_view(written).substr(equals + 1));
        if (!probability || !(*probability >= 0 && *probability <= 1)) {
            throw CLI::ValidationError("--fault",
                                       fmt::format("must be NAME or NAME=P with P from 0 to 1, found \"{}\"", sanitise(written, 60)));
        }
        fault.probability = *probability;
    }
    return fault;
}

void Grammar::add_sandbox() {
    CLI::App* command = add(app_, "sandbox", "serve a local stand-in of the API", Command::sandbox,
                            {"  moisson sandbox --port 8080\n"
                             "  moisson sandbox --tls --ca-file ca.pem --scenario clean --fault throttle-429=0.05\n"
                             "  It prints the MOISSON_ variables to set, then serves until SIGINT or SIGTERM, which end it with 0.\n",
                             {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local, ExitCode::locked}});
    helps_.at(command).examples += fault_list();
    sandbox::Options& sandbox = options_.sandbox;
    add_whole<std::uint16_t>(*command, "--port", "N", "loopback port (default: a free one)", 0, 65535,
                             [&sandbox](std::uint16_t port) { sandbox.port = port; });
    command->add_option("--scenario", sandbox.scenario, "what it holds: small (default), clean, large, books or a file")
        ->type_name("NAME|FILE");
    add_whole<std::uint32_t>(*command, "--contracts", "N", "number of contracts instead of the scenario's", 0, 1'000'000,
                             [&sandbox](std::uint32_t count) { sandbox.contracts = count; });
    add_whole<std::uint32_t>(*command, "--months", "N", "number of months instead of the scenario's", 0, 1200,
                             [&sandbox](std::uint32_t count) { sandbox.months = count; });
    add_whole<std::uint64_t>(*command, "--seed", "N", "seed of names, amounts and files instead of the scenario's", 0, UINT64_MAX,
                             [&sandbox](std::uint64_t seed) { sandbox.seed = seed; });
    command->add_flag("--tls", sandbox.tls, "serve https with a certificate of its own authority");
    command->add_option("--ca-file", sandbox.ca_file, "where to write that authority's certificate (PEM); implies --tls")
        ->type_name("FILE");
    command
        ->add_option_function<std::vector<std::string>>(
            "--fault",
            [&sandbox](const std::vector<std::string>& faults) {
                for (const std::string& written : faults) {
                    sandbox.faults.push_back(read_fault(written));
                }
            },
            "a fault and how often it strikes, 0 to 1; repeatable")
        ->type_name("NAME=P")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--postman", options_.postman_folder, "write an environment and a collection for Postman into this folder")
        ->type_name("DIR");
    command->add_option("--account", sandbox.account, "whose API key is printed (default: the scenario's first account)")
        ->type_name("NAME");
    command->add_option("--application", sandbox.application, "whose id and secret are printed (default: the scenario's first application)")
        ->type_name("NAME");
    command->add_option("--db", sandbox.database, "keep orders, users, keys and the count of runs in this file (SQLite)")
        ->type_name("FILE");
    add_whole<std::uint32_t>(*command, "--run", "N", "the run that the first contract list belongs to (default: 1)", 1, 1'000'000,
                             [&sandbox](std::uint32_t run) { sandbox.run = run; });
    command->add_option("--access-log", sandbox.access_log, "file that gets one JSON line a request")->type_name("FILE");
    command
        ->add_option_function<std::string>(
            "--for",
            [this](const std::string& written) {
                const auto seconds = parse_duration(written);
                if (!seconds || *seconds == 0) {
                    throw CLI::ValidationError(
                        "--for", fmt::format("must be a duration such as 90s, 30m or 2h, found \"{}\"", sanitise(written, 40)));
                }
                options_.serve_for = std::chrono::seconds(*seconds);
            },
            "serve only for this time (90s, 30m, 2h)")
        ->type_name("TIME");
    add_talk(*command);
    add_sandbox_keys(*command);
}

void Grammar::add_sandbox_keys(CLI::App& sandbox) {
    CLI::App* group = sandbox.add_subcommand("keys", "the API keys of a running sandbox");
    group->set_help_flag("-h,--help", "show this help and exit");
    group->require_subcommand(1);
    const std::vector<ExitCode> codes = {ExitCode::complete, ExitCode::internal,    ExitCode::usage,
                                         ExitCode::refused,  ExitCode::unavailable, ExitCode::interrupted};
    CLI::App* list = add(*group, "list", "all keys with their ages", Command::sandbox_keys_list, {"  moisson sandbox keys list\n", codes});
    CLI::App* issue = add(*group, "issue", "a new key for an account; it alone goes to standard output", Command::sandbox_keys_issue,
                          {"  moisson sandbox keys issue admin > secrets/api_key\n", codes});
    issue->add_option("ACCOUNT", options_.key_name, "name of the account")->required()->type_name("");
    CLI::App* age = add(*group, "age", "make a key older", Command::sandbox_keys_age,
                        {"  moisson sandbox keys age admin-1 --days 600\n", codes});
    age->add_option("KEY", options_.key_name, "id of the key, as list shows it")->required()->type_name("");
    add_whole<std::uint32_t>(*age, "--days", "N", "by how many days", 1, 36'500, [this](std::uint32_t days) { options_.key_days = days; })
        ->required();
    CLI::App* revoke = add(*group, "revoke", "end a key now", Command::sandbox_keys_revoke,
                           {"  moisson sandbox keys revoke admin-1\n", codes});
    revoke->add_option("KEY", options_.key_name, "id of the key, as list shows it")->required()->type_name("");
    for (CLI::App* command : {list, issue, age, revoke}) {
        add_talk(*command);
    }
}

std::string Grammar::path_of(const CLI::App& app) {
    if (app.get_parent() == nullptr) {
        return {};
    }
    const std::string parent = path_of(*app.get_parent());
    return parent.empty() ? app.get_name() : parent + " " + app.get_name();
}

std::string Grammar::help(const CLI::App& app) const {
    const std::string path = path_of(app);
    const bool is_root = path.empty();
    std::string description_text = app.get_description();
    if (!is_root) {
        description_text = fmt::format("moisson {}: {}", path, description_text);
    }
    std::string text = description_text + "\n\n" + usage_line(app, path);
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    if (!commands.empty()) {
        text += "\nCommands:\n";
        for (const CLI::App* command : commands) {
            append_commands(text, *command, is_root ? 0 : path.size() + 1);
        }
    }
    std::string arguments;
    std::string options;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            arguments += help_line(option->get_name(), option->get_description());
        } else {
            options += help_line(head_of(*option), option->get_description());
        }
    }
    text += arguments.empty() ? "" : "\nArguments:\n" + arguments;
    text += options.empty() ? "" : "\nOptions:\n" + options;
    const auto found = helps_.find(&app);
    if (found != helps_.end()) {
        text += fmt::format("\nExamples:\n{}\nExit codes:\n{}", found->second.examples, exit_code_lines(found->second.codes));
    }
    if (is_root) {
        text += fmt::format("\nExamples:\n{}\nEnvironment:\n{}\nExit codes:\n{}\nmoisson COMMAND --help tells more about each command.\n",
                            program_examples, environment_help, exit_code_lines(run_codes));
    }
    return text;
}

/// The command, where it is one by itself, and those below it; `skipped` letters of their full names are left out.
void Grammar::append_commands(std::string& text, const CLI::App& app, std::size_t skipped) const {
    if (leaves_.contains(&app)) {
        text += help_line(path_of(app).substr(skipped), app.get_description());
    }
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        append_commands(text, *child, skipped);
    }
}

void Grammar::collect(const CLI::App& app, std::vector<std::pair<std::string, const CLI::App*>>& found) const {
    if (leaves_.contains(&app)) {
        found.emplace_back(path_of(app), &app);
    }
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        collect(*child, found);
    }
}

std::vector<std::pair<std::string, const CLI::App*>> Grammar::commands() const {
    std::vector<std::pair<std::string, const CLI::App*>> found;
    collect(app_, found);
    return found;
}

const CLI::App* Grammar::find(const std::string& name) const {
    if (name.empty()) {
        return &app_;
    }
    for (const auto& [path, command] : commands()) {
        if (path == name) {
            return command;
        }
    }
    return nullptr;
}

/// The last command word that was understood.
const CLI::App* Grammar::deepest() const {
    const CLI::App* at = &app_;
    for (;;) {
        const auto parsed = at->get_subcommands();
        if (parsed.empty()) {
            return at;
        }
        at = parsed.front();
    }
}

/// What was wrong, with the nearest option or command.
Error Grammar::explain(const CLI::ParseError& problem) const {
    const CLI::App* at = deepest();
    const std::string path = path_of(*at);
    const std::string see = fmt::format("See moisson {}--help", path.empty() ? "" : path + " ");
    const auto make = [&](std::string message, std::string hint) {
        return fail(ErrorCode::bad_input, std::move(message), "command line", std::move(hint)).value();
    };
    const std::vector<std::string> rest = app_.remaining(true);
    const auto children = at->get_subcommands([](const CLI::App*) { return true; });
    // A command that has commands below it is one by itself too when an option is what was not understood.
    const bool by_itself = leaves_.contains(at) && (rest.empty() || rest.front().starts_with('-'));
    if (!children.empty() && !by_itself) {
        std::vector<std::string_view> names;
        for (const CLI::App* child : children) {
            names.push_back(child->get_name());
        }
        const auto word = std::find_if(rest.begin(), rest.end(), [](const std::string& one) { return !one.starts_with('-'); });
        const std::string known = fmt::format("The commands are {}", fmt::join(names, ", "));
        if (word != rest.end()) {
            const auto suggestion = config::nearest(*word, names);
            return make(fmt::format("there is no command \"{}{}\"", path.empty() ? "" : path + " ", sanitise(*word, 60)),
                        suggestion ? fmt::format("Did you mean \"{}{}\"?", path.empty() ? "" : path + " ", *suggestion) : known);
        }
        if (rest.empty()) {
            return make("no command is given", fmt::format("{}. {}", known, see));
        }
    }
    if (!rest.empty() && (dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr || !children.empty())) {
        const std::string word = rest.front().substr(0, rest.front().find('='));
        if (!word.starts_with('-')) {
            return make(fmt::format("\"{}\" is one argument too many", sanitise(word, 60)), see);
        }
        std::vector<std::string> names;
        for (const CLI::Option* option : at->get_options()) {
            for (const auto& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
        const auto suggestion = config::nearest(word, std::vector<std::string_view>(names.begin(), names.end()));
        return make(fmt::format("there is no option {}{}", sanitise(word, 60), path.empty() ? "" : fmt::format(" for moisson {}", path)),
                    suggestion ? fmt::format("Did you mean {}?", *suggestion) : see);
    }
    std::string message = problem.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&problem) != nullptr) {
        message = message.substr(0, message.find(':')) + " needs exactly one value";
    } else if (dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr) {
        message = message.substr(0, message.find(" is required")) + " is missing";
    } else if (dynamic_cast<const CLI::ValidationError*>(&problem) != nullptr) {
        if (const auto colon = message.find(": "); colon != std::string::npos) {
            message.erase(colon, 1);
        }
    }
    return make(sanitise(message), see);
}

Parsed Grammar::parse(std::vector<std::string> arguments) {
    Parsed parsed;
    parsed.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    std::reverse(arguments.begin(), arguments.end());  // the library takes them from the back
    try {
        app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        parsed.text = help(*deepest());
        return parsed;
    } catch (const CLI::ParseError& problem) {
        if (version_) {
            parsed.text = fmt::format("moisson {} ({})\n", version(), git_description());
            return parsed;
        }
        parsed.error = explain(problem);
        return parsed;
    }
    if (version_) {
        parsed.text = fmt::format("moisson {} ({})\n", version(), git_description());
        return parsed;
    }
    if (positional_job_) {
        if (options_.settings.job_file && *options_.settings.job_file != *positional_job_) {
            parsed.error =
                fail(ErrorCode::bad_input,
                     fmt::format("two job files are given: {} and {}", sanitise(*options_.settings.job_file), sanitise(*positional_job_)),
                     "command line", "Name one, with or without --job")
                    .value();
            return parsed;
        }
        options_.settings.job_file = positional_job_;
    }
    options_.command = leaves_.at(deepest());
    options_.verbosity = verbose_ - quiet_;
    options_.sandbox.tls = options_.sandbox.tls || !options_.sandbox.ca_file.empty();
    parsed.options = std::move(options_);
    return parsed;
}

}  // namespace

Parsed parse_command_line(const std::vector<std::string>& arguments) {
    return Grammar().parse(arguments);
}

std::vector<OptionInfo> all_options() {
    const Grammar grammar;
    std::vector<OptionInfo> found;
    const auto add = [&](const std::string& command, const CLI::App& app) {
        for (const CLI::Option* option : app.get_options()) {
            if (option->get_positional()) {
                found.push_back({command, option->get_name(), option->get_description()});
            }
            for (const auto& name : option->get_lnames()) {
                found.push_back({command, "--" + name, option->get_description()});
            }
        }
    };
    add("", grammar.root());
    for (const auto& [path, command] : grammar.commands()) {
        add(path, *command);
    }
    return found;
}

std::vector<std::string> all_commands() {
    std::vector<std::string> names;
    for (const auto& [path, command] : Grammar().commands()) {
        names.push_back(path);
    }
    return names;
}

std::string help_of(const std::string& command) {
    const Grammar grammar;
    const CLI::App* found = grammar.find(command);
    return found == nullptr ? std::string() : grammar.help(*found);
}

}  // namespace moisson::cli

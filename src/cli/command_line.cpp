/// The command line's grammar, help and errors, for whatever commands the table holds.

#include "cli/command_line.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/suggest.hpp"
#include "base/version.hpp"
#include "cli/exit_codes.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t help_column = 30;

constexpr std::string_view description_text =
    "moisson exports the invoices, bills and reports of all your contracts from Orange's\n"
    "Cloud Store Customer Space API into one ledger and one archive bundle a month.";

constexpr std::string_view examples_text =
    "  moisson export --sandbox                  try it, without credentials\n"
    "  moisson doctor jobs/monthly.toml          check credentials, network and disk\n"
    "  moisson export --period 2026-10           one month of all contracts\n"
    "  moisson verify out/2026-10                re-check what was published\n";

std::string environment_help() {
    constexpr std::size_t names_width = 40;
    std::string text;
    for (const auto& [names, meaning] : environment_variables()) {
        text += names.empty() ? fmt::format("  {}\n", meaning) : fmt::format("  {:<{}}  {}\n", names, names_width, meaning);
    }
    return text;
}

std::string help_line(const std::string& head, std::string_view text) {
    std::string line = "  " + head;
    if (width_of(line) + 2 > help_column) {
        line += "\n" + std::string(help_column, ' ');
    } else {
        line.append(help_column - width_of(line), ' ');
    }
    return line + wrap_words(text, help_column, help_width) + "\n";
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

std::string section_text(const HelpSection& section) {
    std::size_t widest = 0;
    for (const auto& [word, meaning] : section.entries) {
        widest = std::max(widest, width_of(word));
    }
    std::string text = fmt::format("\n{}:\n", section.title);
    for (const auto& [word, meaning] : section.entries) {
        text += fmt::format("  {:<{}}  {}\n", word, widest, wrap_words(meaning, widest + 4, help_width));
    }
    return text;
}

/// The grammar: the option library's tree over the table of commands.
class Grammar {
public:
    /// `table` outlives it. `arguments`: commands that none of them begins have a name and a help, and no options; parsing does not reach
    /// them, and all of them cost more than the rest of a start's work.
    explicit Grammar(const std::vector<Command>& table, const std::vector<std::string>* arguments = nullptr);
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    [[nodiscard]] Parsed parse(std::vector<std::string> arguments);
    [[nodiscard]] std::string help(const CLI::App& app) const;
    /// Leaves only, with their full names.
    [[nodiscard]] std::vector<std::pair<std::string, const CLI::App*>> commands() const;
    /// Words that several commands begin with, too.
    [[nodiscard]] std::vector<CommandInfo> describe() const;
    [[nodiscard]] const CLI::App& root() const { return app_; }
    [[nodiscard]] const CLI::App* find(const std::string& name) const;

private:
    struct Leaf {
        const Command* command = nullptr;
        Run run;
        std::vector<std::function<Status()>> checks;
        CLI::Option* behind_dashes = nullptr;
    };

    void add(const Command& command, bool with_options);
    CLI::App& group_of(const std::string& name);
    [[nodiscard]] std::string all_commands_by_heading() const;
    void append_commands(std::string& text, const CLI::App& app, std::size_t skipped) const;
    void collect(const CLI::App& app, std::vector<std::pair<std::string, const CLI::App*>>& found) const;
    void describe(const CLI::App& app, std::vector<CommandInfo>& found) const;
    [[nodiscard]] Parameter describe(const CLI::Option& option) const;
    [[nodiscard]] static std::string path_of(const CLI::App& app);
    [[nodiscard]] Error explain(const CLI::ParseError& problem) const;
    [[nodiscard]] const CLI::App* deepest() const;

    const std::vector<Command>& table_;
    Talk talk_;
    Choices choices_;
    bool version_ = false;
    CLI::App app_{std::string(description_text)};
    std::map<std::string, CLI::App*> apps_;  ///< by the full name
    std::map<const CLI::App*, Leaf> leaves_;
};

Grammar::Grammar(const std::vector<Command>& table, const std::vector<std::string>* arguments) : table_(table) {
    app_.name("moisson");
    app_.require_subcommand(1);
    app_.set_help_flag("-h,--help", "show this help and exit");
    app_.add_flag("--version", version_, "show the version and exit");
    for (const Command& command : table) {
        const std::string_view first = command.name.substr(0, command.name.find(' '));
        add(command, arguments == nullptr || std::find(arguments->begin(), arguments->end(), first) != arguments->end());
    }
}

void Grammar::add(const Command& command, bool with_options) {
    const std::string name(command.name);
    const auto blank = name.rfind(' ');
    CLI::App& parent = blank == std::string::npos ? app_ : group_of(name.substr(0, blank));
    CLI::App* added = parent.add_subcommand(name.substr(blank + 1), std::string(command.help));
    added->set_help_flag("-h,--help", "show this help and exit");
    apps_[name] = added;
    Leaf& leaf = leaves_[added];
    leaf.command = &command;
    if (with_options) {
        Arguments arguments(*added, talk_, leaf.checks, choices_, leaf.behind_dashes);
        leaf.run = command.declare(arguments);
    }
}

/// The command of that name, or the group that a command below it makes.
CLI::App& Grammar::group_of(const std::string& name) {
    if (const auto found = apps_.find(name); found != apps_.end()) {
        return *found->second;
    }
    const auto& table = groups();
    const auto group = std::find_if(table.begin(), table.end(), [&](const Group& one) { return one.name == name; });
    MOISSON_INVARIANT(group != table.end(), "a group of commands that the table does not know");
    const auto blank = name.rfind(' ');
    CLI::App& parent = blank == std::string::npos ? app_ : group_of(name.substr(0, blank));
    CLI::App* added = parent.add_subcommand(name.substr(blank + 1), std::string(group->help));
    added->set_help_flag("-h,--help", "show this help and exit");
    added->require_subcommand(1);
    apps_[name] = added;
    return *added;
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
    std::string about = app.get_description();
    if (!is_root) {
        about = fmt::format("moisson {}: {}", path, about);
    }
    std::string text = about + "\n\n" + usage_line(app, path);
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    if (!commands.empty()) {
        text += "\nCommands:\n" + (is_root ? all_commands_by_heading() : "");
        for (const CLI::App* command : is_root ? std::vector<const CLI::App*>() : commands) {
            append_commands(text, *command, path.size() + 1);
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
    const auto found = leaves_.find(&app);
    if (found != leaves_.end()) {
        const Command& command = *found->second.command;
        text += fmt::format("\nExamples:\n{}", command.examples);
        if (!command.note.empty()) {
            text += fmt::format("  {}\n", wrap_words(command.note, 2, help_width));
        }
        for (const HelpSection& section : command.sections) {
            text += section_text(section);
        }
        text += "\nExit codes:\n" + exit_code_lines(command.exit_codes);
    }
    if (is_root) {
        text += fmt::format("\nExamples:\n{}\nEnvironment:\n{}\nExit codes:\n{}\n", examples_text, environment_help(),
                            exit_code_lines(codes_of_run()));
        text += "moisson COMMAND --help tells more about each command, moisson help topics lists the reference.\n";
    }
    return text;
}

/// In the order of the table.
std::string Grammar::all_commands_by_heading() const {
    std::string text;
    std::string_view heading;
    for (const Command& command : table_) {
        if (command.heading != heading) {
            heading = command.heading;
            text += fmt::format(" {}\n", heading);
        }
        text += help_line(std::string(command.name), command.help);
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

Parameter Grammar::describe(const CLI::Option& option) const {
    Parameter parameter;
    parameter.help = option.get_description();
    parameter.is_argument = option.get_positional();
    parameter.is_required = option.get_required();
    parameter.is_repeatable = option.get_expected_max() > 1;
    if (parameter.is_argument) {
        parameter.names = {option.get_name()};
    } else {
        for (const auto& name : option.get_snames()) {
            parameter.names.push_back("-" + name);
        }
        for (const auto& name : option.get_lnames()) {
            parameter.names.push_back("--" + name);
        }
        parameter.value = option.get_type_size() == 0 ? std::string() : option.get_type_name();
    }
    if (const auto found = choices_.find(&option); found != choices_.end()) {
        parameter.choices = found->second;
    }
    return parameter;
}

void Grammar::describe(const CLI::App& app, std::vector<CommandInfo>& found) const {
    CommandInfo info{.name = path_of(app), .help = app.get_description(), .parameters = {}, .command = {}};
    for (const CLI::Option* option : app.get_options()) {
        info.parameters.push_back(describe(*option));
    }
    if (const auto leaf = leaves_.find(&app); leaf != leaves_.end()) {
        info.command = *leaf->second.command;
    }
    found.push_back(std::move(info));
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        describe(*child, found);
    }
}

std::vector<CommandInfo> Grammar::describe() const {
    std::vector<CommandInfo> found;
    describe(app_, found);
    return found;
}

const CLI::App* Grammar::find(const std::string& name) const {
    if (name.empty()) {
        return &app_;
    }
    const auto found = apps_.find(name);
    return found == apps_.end() ? nullptr : found->second;
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
            const auto suggestion = nearest_word(*word, names);
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
        const auto suggestion = nearest_word(word, std::vector<std::string_view>(names.begin(), names.end()));
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
    const auto has = [&](std::string_view word) { return std::find(arguments.begin(), arguments.end(), word) != arguments.end(); };
    if (!has("--") && !has("--help") && !has("-h")) {
        // The library would take a misspelt command word for one of these.
        for (const auto& [name, app] : apps_) {
            if (const auto leaf = leaves_.find(app); leaf != leaves_.end() && leaf->second.behind_dashes != nullptr) {
                app->remove_option(leaf->second.behind_dashes);
            }
        }
    }
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
    Leaf& leaf = leaves_.at(deepest());
    for (const auto& check : leaf.checks) {
        if (auto checked = check(); !checked) {
            parsed.error = std::move(checked.error());
            return parsed;
        }
    }
    parsed.talk = talk_;
    parsed.run = std::move(leaf.run);
    return parsed;
}

}  // namespace

Parsed parse_command_line(const std::vector<std::string>& arguments, const std::vector<Command>& table) {
    return Grammar(table, &arguments).parse(arguments);
}

std::vector<CommandInfo> describe_commands() {
    const std::vector<Command> table = commands();
    return Grammar(table).describe();
}

std::string_view program_description() noexcept { return description_text; }

std::string_view program_examples() noexcept { return examples_text; }

const std::vector<std::pair<std::string_view, std::string_view>>& environment_variables() {
    static const std::vector<std::pair<std::string_view, std::string_view>> table{
        {"MOISSON_CLIENT_ID, MOISSON_CLIENT_SECRET", "the portal application's credentials"},
        {"MOISSON_BASIC", "or its finished Basic value instead of the two"},
        {"MOISSON_API_KEY", "the Customer Space login's key"},
        {"", "each also as NAME_FILE (a file that holds it) or NAME_COMMAND (a command that prints it)"},
        {"MOISSON_API_URL, MOISSON_OAUTH_URL", "base URLs of the service"},
        {"MOISSON_CA_FILE", "PEM file of further certificate authorities"},
        {"MOISSON_STATE", "URL of the state store"},
        {"HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NO_COLOR, SOURCE_DATE_EPOCH", "as everywhere"},
    };
    return table;
}

std::vector<OptionInfo> all_options() {
    const std::vector<Command> table = commands();
    const Grammar grammar(table);
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
    const std::vector<Command> table = commands();
    std::vector<std::string> names;
    for (const auto& [path, command] : Grammar(table).commands()) {
        names.push_back(path);
    }
    return names;
}

std::string help_of(const std::string& command) {
    const std::vector<Command> table = commands();
    const Grammar grammar(table);
    const CLI::App* found = grammar.find(command);
    return found == nullptr ? std::string() : grammar.help(*found);
}

}  // namespace moisson::cli

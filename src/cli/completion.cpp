#include "cli/completion.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_line.hpp"

namespace moisson::cli {

namespace {

enum class Paths { none, files, folders };

Paths paths_of(const Parameter& parameter) {
    const std::string& kind = parameter.is_argument ? parameter.names.front() : parameter.value;
    if (kind.find("FILE") != std::string::npos || kind == "JOB.toml" || kind == "PATH") {
        return Paths::files;
    }
    // "a name or path"
    return kind == "DIR" ? Paths::folders : kind == "NAME" && !parameter.choices.empty() ? Paths::files : Paths::none;
}

std::string in_single_quotes(std::string_view text) {
    std::string quoted = "'";
    for (const char letter : text) {
        quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return quoted + "'";
}

/// The next words behind a command's, with their help.
std::vector<std::pair<std::string, std::string>> words_behind(const std::string& name, const std::vector<CommandInfo>& all) {
    std::vector<std::pair<std::string, std::string>> words;
    const std::string begin = name.empty() ? name : name + " ";
    for (const CommandInfo& info : all) {
        if (!info.name.empty() && info.name.starts_with(begin) && info.name.find(' ', begin.size()) == std::string::npos) {
            words.emplace_back(info.name.substr(begin.size()), info.help);
        }
    }
    return words;
}

/// A pattern of `case` that fits "COMMAND WORD" of all commands but the program itself.
std::string all_paths_pattern(const std::vector<CommandInfo>& all) {
    std::vector<std::string> paths;
    for (const CommandInfo& info : all) {
        if (!info.name.empty()) {
            paths.push_back("\"" + std::string(info.name.find(' ') == std::string::npos ? " " : "") + info.name + "\"");
        }
    }
    return fmt::format("{}", fmt::join(paths, " | "));
}

std::string bash_values(const Parameter& parameter) {
    std::vector<std::string> settings;
    if (!parameter.choices.empty()) {
        settings.push_back("words=" + in_single_quotes(fmt::format("{}", fmt::join(parameter.choices, " "))));
    }
    if (paths_of(parameter) != Paths::none) {
        settings.emplace_back(paths_of(parameter) == Paths::folders ? "paths=-d" : "paths=-f");
    }
    return fmt::format("{}", fmt::join(settings, " "));
}

std::string bash_command(const CommandInfo& info, const std::vector<CommandInfo>& all) {
    std::string text = fmt::format("        {})\n", in_single_quotes(info.name));
    std::vector<std::string> options;
    std::string values;
    std::string arguments;
    for (const Parameter& parameter : info.parameters) {
        if (parameter.is_argument) {
            arguments = bash_values(parameter);
            continue;
        }
        options.insert(options.end(), parameter.names.begin(), parameter.names.end());
        if (!parameter.value.empty()) {
            const std::string settings = bash_values(parameter);
            values += fmt::format("                {}) takes_value=1{}{} ;;\n", fmt::join(parameter.names, " | "),
                                  settings.empty() ? "" : " ", settings);
        }
    }
    std::vector<std::string> words;
    for (const auto& [word, help] : words_behind(info.name, all)) {
        words.push_back(word);
    }
    text += fmt::format("            options={}\n", in_single_quotes(fmt::format("{}", fmt::join(options, " "))));
    if (!words.empty()) {
        text += fmt::format("            commands={}\n", in_single_quotes(fmt::format("{}", fmt::join(words, " "))));
    }
    if (!values.empty()) {
        text += "            case $previous in\n" + values + "            esac\n";
    }
    if (!arguments.empty()) {
        text += "            if ((!takes_value)); then\n                " + arguments + "\n            fi\n";
    }
    return text + "            ;;\n";
}

std::string bash_script(const std::vector<CommandInfo>& all) {
    std::string text =
        "# shellcheck shell=bash\n"
        "# Completion of moisson for bash, made by `moisson completion bash`.\n\n"
        "_moisson() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "    local command='' options='' commands='' words='' paths='' takes_value=0 i\n"
        "    COMPREPLY=()\n"
        "    # --option=value comes as three words.\n"
        "    if [[ $current == '=' ]]; then\n"
        "        current=''\n"
        "    elif [[ $previous == '=' ]] && ((COMP_CWORD > 1)); then\n"
        "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
        "    fi\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case \"$command ${COMP_WORDS[i]}\" in\n";
    text += fmt::format("            {}) command=${{command:+$command }}${{COMP_WORDS[i]}} ;;\n", all_paths_pattern(all));
    text +=
        "            *) break ;;\n"
        "        esac\n"
        "    done\n"
        "    case $command in\n";
    for (const CommandInfo& info : all) {
        text += bash_command(info, all);
    }
    text +=
        "    esac\n"
        "    if ((!takes_value)); then\n"
        "        if [[ $current == -* ]]; then\n"
        "            words=$options paths=''\n"
        "        elif ((i == COMP_CWORD)); then\n"
        "            words=\"$words $commands\"\n"
        "        fi\n"
        "    fi\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "    if [[ $paths ]]; then\n"
        "        compopt -o filenames 2>/dev/null\n"
        "        mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen \"$paths\" -- \"$current\")\n"
        "    fi\n"
        "}\n\n"
        "complete -F _moisson moisson\n";
    return text;
}

/// Of the help, inside `[…]` of a specification.
std::string zsh_text(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        escaped += std::string_view("[]:\\").find(letter) != std::string_view::npos ? std::string("\\") + letter : std::string(1, letter);
    }
    return escaped;
}

std::string zsh_action(const Parameter& parameter) {
    std::string words;
    if (!parameter.choices.empty()) {
        words = fmt::format("({})", fmt::join(parameter.choices, " "));
    }
    const Paths paths = paths_of(parameter);
    if (paths == Paths::none) {
        return words.empty() ? " " : words;
    }
    const std::string files = paths == Paths::folders ? "_files -/" : "_files";
    return words.empty() ? files : fmt::format("{{_alternative \"values\\:value\\:{}\" \"files\\:file\\:{}\"}}", words, files);
}

std::string zsh_parameter(const Parameter& parameter) {
    const std::string& kind = parameter.is_argument ? parameter.names.front() : parameter.value;
    std::string text;
    if (parameter.is_argument) {
        return "            " +
               in_single_quotes(fmt::format("{}:{}:{}", parameter.is_repeatable ? "*" : "", zsh_text(kind), zsh_action(parameter)));
    }
    for (const std::string& name : parameter.names) {
        std::string spec = parameter.is_repeatable ? "*" : fmt::format("({})", fmt::join(parameter.names, " "));
        spec += name + (parameter.value.empty() ? "" : "=") + "[" + zsh_text(parameter.help) + "]";
        spec += parameter.value.empty() ? "" : ":" + zsh_text(kind) + ":" + zsh_action(parameter);
        text += (text.empty() ? "            " : "\n            ") + in_single_quotes(spec);
    }
    return text;
}

std::string zsh_script(const std::vector<CommandInfo>& all) {
    std::string text =
        "#compdef moisson\n"
        "# Completion of moisson for zsh, made by `moisson completion zsh`.\n\n"
        "_moisson() {\n"
        "    local command= i=2\n"
        "    while ((i < CURRENT)); do\n"
        "        case \"$command $words[i]\" in\n";
    text += fmt::format("            {}) command=\"${{command:+$command }}$words[i]\" ;;\n", all_paths_pattern(all));
    text +=
        "            *) break ;;\n"
        "        esac\n"
        "        ((i++))\n"
        "    done\n"
        "    # What stands behind the command's words, as if it were a program of its own.\n"
        "    words=(moisson \"${(@)words[i,-1]}\")\n"
        "    ((CURRENT -= i - 2))\n"
        "    local -a specs\n"
        "    case $command in\n";
    for (const CommandInfo& info : all) {
        std::vector<std::string> specs;
        std::vector<std::string> words;
        for (const auto& [word, help] : words_behind(info.name, all)) {
            words.push_back(fmt::format("{}\\:\"{}\"", word, zsh_text(help)));
        }
        if (!words.empty()) {
            specs.push_back("            " + in_single_quotes(fmt::format("1:command:(({}))", fmt::join(words, " "))));
        }
        std::transform(info.parameters.begin(), info.parameters.end(), std::back_inserter(specs), zsh_parameter);
        text += fmt::format("        {}) specs=(\n{}\n        ) ;;\n", in_single_quotes(info.name), fmt::join(specs, "\n"));
    }
    return text +
           "    esac\n"
           "    _arguments -s -S : $specs\n"
           "}\n\n"
           "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
           "    _moisson \"$@\"\n"
           "else\n"
           "    compdef _moisson moisson\n"
           "fi\n";
}

std::string fish_text(std::string_view text) {
    std::string quoted = "'";
    for (const char letter : text) {
        quoted += letter == '\'' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
    }
    return quoted + "'";
}

std::string fish_values(const Parameter& parameter) {
    std::string text;
    if (!parameter.choices.empty()) {
        text += " -a " + fish_text(fmt::format("{}", fmt::join(parameter.choices, " ")));
    }
    const Paths paths = paths_of(parameter);
    if (paths == Paths::folders) {
        text += " -a '(__fish_complete_directories)'";
    }
    return text + (paths == Paths::files ? " -F" : "");
}

std::string fish_command(const CommandInfo& info, const std::vector<CommandInfo>& all) {
    const std::string head = fmt::format("complete -c moisson -n \"__moisson_at {}\"", fish_text(info.name));
    std::string text;
    for (const auto& [word, help] : words_behind(info.name, all)) {
        text += fmt::format("{} -a {} -d {}\n", head, word, fish_text(help));
    }
    for (const Parameter& parameter : info.parameters) {
        if (parameter.is_argument) {
            if (const std::string values = fish_values(parameter); !values.empty()) {
                text += head + values + "\n";
            }
            continue;
        }
        text += head;
        for (const std::string& name : parameter.names) {
            text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        text += (parameter.value.empty() ? "" : (paths_of(parameter) == Paths::files ? " -r" : " -x") + fish_values(parameter)) + " -d " +
                fish_text(parameter.help) + "\n";
    }
    return text;
}

std::string fish_script(const std::vector<CommandInfo>& all) {
    std::vector<std::string> names;
    for (const CommandInfo& info : all) {
        if (!info.name.empty()) {
            names.push_back(fish_text(info.name));
        }
    }
    std::string text =
        "# Completion of moisson for fish, made by `moisson completion fish`.\n\n"
        "# True where the command's words so far are these.\n"
        "function __moisson_at\n"
        "    set -l words (commandline -opc)\n"
        "    set -e words[1]\n"
        "    set -l command\n"
        "    for word in $words\n";
    text += fmt::format("        if contains -- (string join ' ' -- $command $word) {}\n", fmt::join(names, " "));
    text +=
        "            set command $command $word\n"
        "        else\n"
        "            break\n"
        "        end\n"
        "    end\n"
        "    test \"$command\" = \"$argv\"\n"
        "end\n\n"
        "complete -c moisson -f\n";
    for (const CommandInfo& info : all) {
        text += fish_command(info, all);
    }
    return text;
}

}  // namespace

std::optional<Shell> shell_of(std::string_view name) noexcept {
    if (name == "bash") {
        return Shell::bash;
    }
    if (name == "zsh") {
        return Shell::zsh;
    }
    return name == "fish" ? std::optional(Shell::fish) : std::nullopt;
}

std::string completion_script(Shell shell) {
    const std::vector<CommandInfo> all = describe_commands();
    switch (shell) {
        case Shell::bash: return bash_script(all);
        case Shell::zsh: return zsh_script(all);
        case Shell::fish: return fish_script(all);
    }
    return {};
}

}  // namespace moisson::cli

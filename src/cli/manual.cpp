#include "cli/manual.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/command_line.hpp"
#include "cli/exit_codes.hpp"
#include "cli/roff.hpp"
#include "cli/topics.hpp"

namespace moisson::cli {

namespace {

/// "contracts list": "moisson-contracts-list"
std::string page_name(std::string_view command) {
    std::string name = command.empty() ? "moisson" : fmt::format("moisson-{}", command);
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

std::string in_capitals(std::string_view text) {
    std::string capitals(text);
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; });
    return capitals;
}

std::string page_head(const std::string& name, char section, std::string_view kind, std::string_view about) {
    return fmt::format(
        "'\\\" t\n.\\\" Made by moisson help --man from what the program says of itself.\n.TH {} {} {} \"moisson {}\" \"{}\"\n.ad "
        "l\n.nh\n.SH NAME\n{} "
        "\\- {}\n",
        roff_letters(in_capitals(name)), section, source_date(), version(), kind, roff_letters(name), roff_letters(about));
}

std::string reference_to(std::string_view page) {
    const std::size_t dot = page.rfind('.');
    return fmt::format("{}({})", roff_bold(page.substr(0, dot)), page.substr(dot + 1));
}

std::string see_also(const std::vector<std::string>& pages) {
    std::string text = ".SH SEE ALSO\n";
    for (std::size_t at = 0; at < pages.size(); ++at) {
        text += reference_to(pages[at]) + (at + 1 < pages.size() ? ",\n" : "\n");
    }
    return text;
}

/// "-v, --verbose", "--period YYYY-MM ..."
std::string term_of(const Parameter& parameter) {
    if (parameter.is_argument) {
        return roff_italic(parameter.names.front()) + (parameter.is_repeatable ? " ..." : "");
    }
    std::vector<std::string> names;
    std::transform(parameter.names.begin(), parameter.names.end(), std::back_inserter(names), roff_bold);
    return fmt::format("{}{}{}", fmt::join(names, ", "), parameter.value.empty() ? "" : " " + roff_italic(parameter.value),
                       parameter.is_repeatable ? " ..." : "");
}

std::string synopsis_of(const CommandInfo& info) {
    std::string text = ".SH SYNOPSIS\n" + roff_bold(info.name.empty() ? "moisson" : "moisson " + info.name);
    for (const Parameter& parameter : info.parameters) {
        if (!parameter.is_argument && parameter.is_required) {
            text += "\n" + roff_bold(parameter.names.back()) + " " + roff_italic(parameter.value);
        }
    }
    text += info.command ? "" : "\n" + roff_italic("COMMAND");
    text += "\n[" + roff_italic("OPTION") + " ...]";
    for (const Parameter& parameter : info.parameters) {
        if (parameter.is_argument) {
            const std::string name = term_of(parameter);
            text += "\n" + (parameter.is_required ? name : "[" + name + "]");
        }
    }
    return text + "\n";
}

/// Nothing where there is none.
std::string parameters_text(const CommandInfo& info, bool arguments) {
    std::string text;
    for (const Parameter& parameter : info.parameters) {
        if (parameter.is_argument == arguments) {
            text += ".TP\n" + term_of(parameter) + "\n" + roff_lines(roff_letters(parameter.help));
        }
    }
    return text.empty() ? text : (arguments ? ".SH ARGUMENTS\n" : ".SH OPTIONS\n") + text;
}

std::string exit_status(const std::vector<ExitCode>& codes) {
    std::string text = ".SH EXIT STATUS\n";
    const auto add = [&](std::string_view numbers, std::string_view verdict, std::string_view meaning) {
        text += fmt::format(".TP\n{} ({})\n{}", roff_bold(numbers), roff_letters(verdict), roff_lines(roff_letters(meaning)));
    };
    for (const ExitCode code : codes) {
        if (code != ExitCode::terminated) {
            add(exit_code_numbers(code), verdict_of(code), meaning_of(code));
        }
        if (code == ExitCode::incomplete && publishes(codes)) {
            add("0 / 3", "partial-view", partial_view_meaning);
        }
    }
    return text;
}

std::string sections_text(const Command& command) {
    std::string text;
    for (const HelpSection& section : command.sections) {
        text += ".SH " + in_capitals(section.title) + "\n";
        for (const auto& [word, meaning] : section.entries) {
            text += ".TP\n" + roff_bold(word) + "\n" + roff_lines(roff_letters(meaning));
        }
    }
    return text;
}

/// The program's, its topics', and its neighbours under the same word.
std::vector<std::string> neighbours_of(const CommandInfo& info, const std::vector<CommandInfo>& all) {
    std::vector<std::string> pages{"moisson.1"};
    const std::string word = info.name.substr(0, info.name.find(' '));
    for (const CommandInfo& other : all) {
        if (other.command && other.name != info.name && other.name.substr(0, other.name.find(' ')) == word) {
            pages.push_back(page_name(other.name) + ".1");
        }
    }
    for (const Topic& topic : topics()) {
        if (!topic.page.empty() && (topic.name == "job" || topic.name == word)) {
            pages.emplace_back(topic.page);
        }
    }
    return pages;
}

ManualPage command_page(const CommandInfo& info, const std::vector<CommandInfo>& all) {
    const Command& command = *info.command;
    std::string text = page_head(page_name(info.name), '1', "User Commands", info.help);
    text += synopsis_of(info);
    text += ".SH DESCRIPTION\n" + roff_lines(roff_bold("moisson " + info.name) + ": " + roff_letters(info.help) + ".");
    text += command.note.empty() ? "" : ".PP\n" + roff_lines(roff_letters(command.note));
    text += parameters_text(info, true) + parameters_text(info, false) + sections_text(command);
    text += ".SH EXAMPLES\n" + roff_example(command.examples);
    text += exit_status(command.exit_codes) + see_also(neighbours_of(info, all));
    return {page_name(info.name) + ".1", std::move(text)};
}

ManualPage program_page(const std::vector<CommandInfo>& all) {
    const CommandInfo& program = all.front();
    std::string text = page_head("moisson", '1', "User Commands", "monthly export of cloud invoices into one ledger");
    text += synopsis_of(program) + ".SH DESCRIPTION\n";
    std::string words(program_description());
    std::replace(words.begin(), words.end(), '\n', ' ');
    text += roff_lines(roff_letters(words)) + ".SH COMMANDS\n";
    std::vector<std::string> pages;
    std::string_view heading;
    for (const Command& command : commands()) {
        text += command.heading == heading ? "" : ".SS " + roff_letters(command.heading) + "\n";
        heading = command.heading;
        text += ".TP\n" + reference_to(page_name(std::string(command.name)) + ".1") + "\n" + roff_lines(roff_letters(command.help));
    }
    text += parameters_text(program, false) + ".SH ENVIRONMENT\n";
    for (const auto& [names, meaning] : environment_variables()) {
        text += (names.empty() ? ".PP\n" : ".TP\n" + roff_bold(names) + "\n") + roff_lines(roff_letters(meaning));
    }
    for (const Topic& topic : topics()) {
        if (!topic.page.empty()) {
            pages.emplace_back(topic.page);
        }
    }
    text += ".SH EXAMPLES\n" + roff_example(program_examples());
    text += exit_status(codes_of_run()) + see_also(pages);
    return {"moisson.1", std::move(text)};
}

ManualPage topic_page(const Topic& topic) {
    const std::string name(topic.page.substr(0, topic.page.rfind('.')));
    const char section = topic.page.back();
    std::string text = page_head(name, section, section == '5' ? "File Formats" : "Moisson", topic.about);
    text += roff_markdown(topic_markdown(topic));
    std::vector<std::string> pages{"moisson.1"};
    for (const Topic& other : linked_topics(topic)) {
        pages.emplace_back(other.page);
    }
    return {std::string(topic.page), text + see_also(pages)};
}

}  // namespace

std::vector<ManualPage> manual_pages() {
    const std::vector<CommandInfo> all = describe_commands();
    std::vector<ManualPage> pages{program_page(all)};
    for (const CommandInfo& info : all) {
        if (info.command) {
            pages.push_back(command_page(info, all));
        }
    }
    for (const Topic& topic : topics()) {
        if (!topic.page.empty()) {
            pages.push_back(topic_page(topic));
        }
    }
    return pages;
}

}  // namespace moisson::cli

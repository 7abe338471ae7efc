/// `help`: the help of a command, or a topic of the reference.

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.hpp"
#include "base/suggest.hpp"
#include "cli/command_line.hpp"
#include "cli/json_text.hpp"
#include "cli/manual.hpp"
#include "cli/topics.hpp"

namespace moisson::cli {

namespace {

constexpr std::string_view list_of_topics = "topics";

struct HelpOptions {
    std::vector<std::string> words;
    std::string manual_folder;  ///< empty: nothing is written
};

/// Where completion of the words begins.
std::vector<std::string> first_words() {
    std::vector<std::string> words{std::string(list_of_topics)};
    for (const Topic& topic : topics()) {
        words.emplace_back(topic.name);
    }
    for (const Command& command : commands()) {
        words.emplace_back(command.name.substr(0, command.name.find(' ')));
    }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

void declare_help(Arguments& arguments, HelpOptions& options) {
    arguments.positionals("TOPIC", options.words, "a command, or a topic of the reference; topics: which there are (default: the commands)")
        .among(first_words());
    arguments.text("--man", "DIR", options.manual_folder, "write the manual pages of all commands and topics into this folder instead");
    arguments.talk();
}

/// As wide as the terminal, where it is neither too narrow nor too wide to read.
std::size_t text_width() {
    constexpr std::size_t narrowest = 60;
    constexpr std::size_t widest = 120;
    const ConsoleOptions screen = console_options(STDOUT_FILENO);
    return screen.terminal ? std::clamp(screen.width, narrowest, widest) : help_width;
}

[[noreturn]] void refuse(const std::string& name) {
    const std::vector<std::string> known_commands = all_commands();
    std::vector<std::string_view> names(known_commands.begin(), known_commands.end());
    std::vector<std::string_view> topic_names;
    for (const Topic& topic : topics()) {
        topic_names.push_back(topic.name);
    }
    names.insert(names.end(), topic_names.begin(), topic_names.end());
    names.push_back(list_of_topics);
    const auto suggestion = nearest_word(name, names);
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("there is no command and no topic \"{}\"", sanitise(name, 60)),
                     "command line",
                     suggestion ? fmt::format("Did you mean \"{}\"?", *suggestion)
                                : fmt::format("The topics are {}; moisson --help lists the commands", fmt::join(topic_names, ", ")));
}

/// Some names are a command's and a topic's: then both are told.
std::string help_text_of(const std::string& name) {
    if (name == list_of_topics) {
        return topics_text(text_width());
    }
    std::string text = help_of(name);
    if (const Topic* topic = find_topic(name)) {
        text += (text.empty() ? "" : "\n") + topic_text(*topic, text_width());
    }
    if (text.empty()) {
        refuse(name);
    }
    return text;
}

void write_manual(const std::filesystem::path& folder) {
    Status written = make_folders(folder);
    for (const ManualPage& page : manual_pages()) {
        if (written) {
            written = write_file(folder / page.file, page.text);
        }
    }
    if (!written) {
        throw FatalError(ExitCode::local, written.error());
    }
}

ExitCode run_help(CommandContext& context, const HelpOptions& options) {
    if (!options.manual_folder.empty()) {
        write_manual(options.manual_folder);
        return ExitCode::complete;
    }
    const std::string name = fmt::format("{}", fmt::join(options.words, " "));
    const std::string text = help_text_of(name);
    if (!context.talk.json) {
        context.out.write(text);
        return ExitCode::complete;
    }
    JsonWriter writer;
    writer.begin_answer();
    writer.key("name").text(name);
    writer.key("text").text(text);
    writer.end_object();
    context.out.write(writer.finish());
    return ExitCode::complete;
}

}  // namespace

Command help_command() {
    return with_options({.name = "help",
                         .help = "the help of a command, or the reference: moisson help topics",
                         .examples = "  moisson help contracts create\n"
                                     "  moisson help findings\n"
                                     "  moisson help topics\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}},
                        declare_help, run_help);
}

}  // namespace moisson::cli

#include "config/secret.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

constexpr std::size_t secret_bytes_max = 64U << 10U;  // an API key is about 1,200 characters; a file of this size is another file
constexpr std::chrono::seconds command_time_max{30};
constexpr std::chrono::milliseconds stop_seen_within{100};
/// The ways to give a secret, as the ends of their names.
constexpr std::array<std::string_view, 3> ways_of_secret = {"", "_FILE", "_COMMAND"};

constexpr std::string_view no_shell_hint = "Commands run without a shell; write sh -c '…' where one is needed";

/// Reads one command line; see split_words.
class WordReader {
public:
    explicit WordReader(std::string_view text) : text_(text) {}

    [[nodiscard]] Result<std::vector<std::string>> read() {
        while (at_ < text_.size()) {
            if (auto taken = take(); !taken) {
                return fail(std::move(taken.error()));
            }
        }
        end_word();
        if (words_.empty()) {
            return fail(ErrorCode::bad_input, "the command is empty");
        }
        return std::move(words_);
    }

private:
    [[nodiscard]] Status take() {
        const char letter = text_[at_++];
        if (letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r') {
            end_word();
            return {};
        }
        if (letter == '\'') {
            return quoted('\'');
        }
        if (letter == '"') {
            return quoted('"');
        }
        if (letter == '\\' && at_ < text_.size()) {
            add(text_[at_++]);
            return {};
        }
        const bool opens_shell = letter == '`' || (letter == '$' && at_ < text_.size() && text_[at_] == '(');
        if (opens_shell || (is_operator(letter) && stands_alone())) {
            return fail(ErrorCode::bad_input, fmt::format("the command uses the shell's \"{}\"", letter), {}, std::string(no_shell_hint));
        }
        add(letter);
        return {};
    }

    static bool is_operator(char letter) { return std::string_view("|&;<>").find(letter) != std::string_view::npos; }

    /// An operator inside a word ("a&b", an address) is meant as it stands; one at a word's edge is a shell's.
    [[nodiscard]] bool stands_alone() const {
        const bool at_end = at_ == text_.size() || text_[at_] == ' ' || is_operator(text_[at_]);
        return !in_word_ || at_end;
    }

    [[nodiscard]] Status quoted(char quote) {
        in_word_ = true;
        while (at_ < text_.size()) {
            char letter = text_[at_++];
            if (letter == quote) {
                return {};
            }
            if (quote == '"' && letter == '\\' && at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\')) {
                letter = text_[at_++];
            }
            add(letter);
        }
        return fail(ErrorCode::bad_input, fmt::format("a quote ({}) is opened and never closed", quote));
    }

    void add(char letter) {
        in_word_ = true;
        word_ += letter;
    }

    void end_word() {
        if (in_word_) {
            words_.push_back(std::exchange(word_, {}));
        }
        in_word_ = false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string word_;
    bool in_word_ = false;
    std::vector<std::string> words_;
};

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }
    [[nodiscard]] int get() const { return number_; }
    void reset() {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = -1;
    }

private:
    int number_;
};

/// The command's only descriptors: `input` (below 0: an empty one), `output`, our standard error.
class Actions {
public:
    Actions(int input, int output) {
        ::posix_spawn_file_actions_init(&actions_);
        if (input < 0) {
            ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        } else {
            ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        }
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// A group of its own, so that it is killed whole; and signals as a fresh program has them: ours may block or ignore them.
class Attributes {
public:
    Attributes() {
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t defaults;
        ::sigemptyset(&none);
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::sigaddset(&defaults, SIGXFSZ);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

/// Starts the program between `input` and `output`; errno text on failure.
Result<pid_t> spawn(const std::vector<std::string>& words, const Environment& environment, int input, int output) {
    std::vector<std::string> pairs;
    for (const auto& [name, value] : environment) {
        pairs.push_back(fmt::format("{}={}", name, value));
    }
    std::vector<std::string> arguments = words;
    std::vector<char*> argv;
    std::vector<char*> envp;
    for (std::string& word : arguments) {
        argv.push_back(word.data());
    }
    for (std::string& pair : pairs) {
        envp.push_back(pair.data());
    }
    argv.push_back(nullptr);
    envp.push_back(nullptr);

    const Actions actions(input, output);
    const Attributes attributes;
    pid_t pid = -1;
    const int problem = ::posix_spawnp(&pid, argv.front(), actions.get(), attributes.get(), argv.data(), envp.data());
    if (problem != 0) {
        auto error = fail(ErrorCode::bad_input, fmt::format("cannot start \"{}\"", sanitise(words.front(), 100))).value();
        error.cause = std::generic_category().message(problem);
        return fail(std::move(error));
    }
    return pid;
}

enum class ReadEnd { whole, too_slow, too_long, stopped };

/// Reads until the other side closes, the deadline passes or a stop is asked for. `text` has room for all: nothing of it is left elsewhere.
ReadEnd read_until_end(int descriptor, std::size_t bytes_max, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop,
                       std::string& text) {
    text.resize(bytes_max + 1);
    std::size_t size = 0;
    ReadEnd end = ReadEnd::whole;
    for (;;) {
        if (stop.stop_requested()) {
            end = ReadEnd::stopped;
            break;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            end = ReadEnd::too_slow;
            break;
        }
        pollfd wanted{descriptor, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(std::min(left, stop_seen_within).count())) <= 0) {
            continue;  // a signal, a stop or the deadline, which the next round tells apart
        }
        const ssize_t got = ::read(descriptor, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
        if (size > bytes_max) {
            end = ReadEnd::too_long;
            break;
        }
    }
    text.resize(size);
    return end;
}

/// Waits for the end, at most until the deadline; empty when it still runs then.
std::optional<int> wait_for_end(pid_t pid, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop) {
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(pid, &status, WNOHANG);
        if (ended == pid) {
            return status;
        }
        if ((ended < 0 && errno != EINTR) || stop.stop_requested() || std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        }
        // Its output is closed already, so the end is near: no event to wait for without taking over SIGCHLD.
        ::poll(nullptr, 0, 2);
    }
}

/// With all that it started and that stayed in its group: one of them may hold the pipe.
void kill_and_reap(pid_t pid) {
    ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
}

/// Blanks around a secret come from copying it; a byte order mark comes from an editor.
std::string trim(std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) {
        text.erase(0, 3);
    }
    std::string trimmed(moisson::trim(text));
    wipe(text);
    return trimmed;
}

/// One way in which a secret was given.
struct Way {
    enum class Kind { plain, file, command } kind = Kind::plain;
    Secret text;         ///< the secret itself, the path, or the command
    std::string name;    ///< "MOISSON_API_KEY_FILE", or "api_key_file" of the job file
    std::string where;   ///< for messages
    std::string origin;  ///< for `doctor`
};

std::vector<Way> ways_in_environment(const SecretTable& table, std::string_view name, const Environment& environment) {
    std::vector<Way> ways;
    for (const auto& [suffix, kind] :
         {std::pair{"", Way::Kind::plain}, std::pair{"_file", Way::Kind::file}, std::pair{"_command", Way::Kind::command}}) {
        const JobKey* key = find_job_key(table.table, fmt::format("{}{}", name, suffix));
        MOISSON_INVARIANT(key != nullptr, "every secret has its three job keys");
        const auto found = environment.find(variable_of(*key, table.part));
        if (found != environment.end() && !found->second.empty()) {
            ways.push_back({kind, Secret(found->second), found->first, fmt::format("environment variable {}", found->first),
                            fmt::format("environment {}", found->first)});
        }
    }
    return ways;
}

std::vector<Way> ways_in_job_file(const SecretTable& table, std::string_view name, const JobFile& file) {
    std::vector<Way> ways;
    for (const auto& [suffix, kind] :
         {std::pair{"", Way::Kind::plain}, std::pair{"_file", Way::Kind::file}, std::pair{"_command", Way::Kind::command}}) {
        const std::string key = fmt::format("{}{}", name, suffix);
        const Setting* setting = table.record != nullptr ? table.record->find(key) : file.find(fmt::format("{}.{}", table.table, key));
        if (setting == nullptr) {
            continue;
        }
        std::string text = std::get<std::string>(setting->value);
        if (text.empty()) {
            usage_error(fmt::format("{} is empty", key), file.where(*setting), "Give it a value or remove the line");
        }
        if (kind == Way::Kind::file) {
            text = file.resolve(text);
        }
        ways.push_back({kind, Secret(std::move(text)), key, file.where(*setting), fmt::format("job file line {}", setting->line)});
    }
    return ways;
}

std::string read_secret_file(const Way& way) {
    auto text = read_file(way.text.reveal(), secret_bytes_max);
    if (!text) {
        const bool too_large = text.error().code == ErrorCode::too_large;
        std::string message = too_large ? fmt::format("the file named by {} is longer than 64 KiB", way.name)
                                        : fmt::format("cannot read the file named by {}: {}", way.name, text.error().cause);
        usage_error(std::move(message), fmt::format("{}, file {}", way.where, sanitise(way.text.reveal())),
                    "Name a file that holds nothing but the secret and that this user may read");
    }
    return trim(std::move(*text));
}

std::string run_secret_command(const Way& way, const Environment& environment, std::stop_token stop) {
    auto words = split_words(way.text.reveal());
    auto output = words ? run_command(*words, environment_for_command(environment), command_time_max, std::move(stop))
                        : Result<std::string>(fail(words.error()));
    if (!output) {
        const Error& error = output.error();
        if (error.code == ErrorCode::cancelled) {
            throw FatalError(ExitCode::interrupted, error);
        }
        std::string message = fmt::format("the command of {} gave no secret: {}", way.name, error.message);
        if (!error.cause.empty()) {
            message += fmt::format(" ({})", error.cause);
        }
        usage_error(std::move(message), way.where,
                    error.hint.empty() ? "Run the command by hand: it must print the secret alone and end with 0" : error.hint);
    }
    return trim(std::move(*output));
}

/// What a template or CI system left unreplaced in place of a value.
bool looks_unexpanded(const std::string& value) {
    return value.starts_with("${") || value.starts_with("$(") || value.starts_with("{{") || value.starts_with("%{");
}

Secret read_way(const Way& way, const Environment& environment, std::stop_token stop) {
    std::string value;
    switch (way.kind) {
        case Way::Kind::plain: value = trim(way.text.reveal()); break;
        case Way::Kind::file: value = read_secret_file(way); break;
        case Way::Kind::command: value = run_secret_command(way, environment, std::move(stop)); break;
    }
    if (value.empty()) {
        usage_error(fmt::format("{} gives an empty secret", way.name), way.where, "Put the secret there");
    }
    if (looks_unexpanded(value)) {
        usage_error(fmt::format("{} gives a variable that nothing replaced", way.name), way.where,
                    "Check the name of the variable in the CI job: the secret may be masked or not granted to this branch");
    }
    const bool api_key = way.name.find("api_key") != std::string::npos || way.name.find("API_KEY") != std::string::npos;
    const bool broken = std::any_of(value.begin(), value.end(), [&](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        // A key pasted from a document may be broken over lines; it is cleaned before use.
        const bool blank = letter == '\n' || letter == '\r' || letter == '\t';
        return (byte < 0x20 && !(api_key && blank)) || byte == 0x7f;
    });
    if (broken) {
        usage_error(fmt::format("{} gives a secret with a line end or control character inside", way.name), way.where,
                    "Store the secret alone, as one line of plain text (UTF-8)");
    }
    return Secret(std::move(value));
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view command) {
    return WordReader(command).read();
}

namespace {

/// What the command printed, all of it, when it ended with 0. `input`: its standard input; below 0 an empty one.
Result<std::string> run_process(const std::vector<std::string>& words, const Environment& environment, int input, std::size_t bytes_max,
                                std::chrono::milliseconds time_max, const std::stop_token& stop) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(ErrorCode::bad_input, "cannot make a pipe for the command");
    }
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const auto pid = spawn(words, environment, input, writing.get());
    writing.reset();
    if (!pid) {
        return fail(pid.error());
    }
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    std::string text;
    const ReadEnd end = read_until_end(reading.get(), bytes_max, deadline, stop, text);
    const auto status = end == ReadEnd::whole ? wait_for_end(*pid, deadline, stop) : std::nullopt;
    if (!status || !WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
        wipe(text);
    }
    if (!status) {
        kill_and_reap(*pid);
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped before anything was called");
        }
        return end == ReadEnd::too_long ? fail(ErrorCode::bad_input, fmt::format("it printed more than {} KiB", bytes_max >> 10U))
                                        : fail(ErrorCode::bad_input, fmt::format("it had not ended after {} s",
                                                                                 std::chrono::duration<double>(time_max).count()));
    }
    if (WIFSIGNALED(*status)) {
        return fail(ErrorCode::bad_input, fmt::format("it was ended by signal {}", WTERMSIG(*status)));
    }
    if (WEXITSTATUS(*status) != 0) {
        return fail(ErrorCode::bad_input, fmt::format("it ended with code {}", WEXITSTATUS(*status)));
    }
    return text;
}

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& words, const Environment& environment, std::chrono::milliseconds time_max,
                                std::stop_token stop) {
    auto text = run_process(words, environment, -1, secret_bytes_max, time_max, stop);
    if (!text) {
        return text;
    }
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) {
        text->pop_back();
    }
    std::string output = *text;  // in a text of its size: the long one is overwritten
    wipe(*text);
    return output;
}

Result<std::string> run_filter(const std::vector<std::string>& words, const Environment& environment, std::string_view input,
                               std::size_t output_bytes_max, std::chrono::milliseconds time_max, std::stop_token stop) {
    // A file in memory: whoever reads slowly, or not at all, holds nobody up.
    const Descriptor file(::memfd_create("moisson-input", MFD_CLOEXEC));
    if (file.get() < 0) {
        return fail(ErrorCode::bad_input, "cannot hold what the command is to read");
    }
    while (!input.empty()) {
        const ssize_t written = ::write(file.get(), input.data(), input.size());
        if (written < 0 && errno != EINTR) {
            return fail(ErrorCode::bad_input, "cannot hold what the command is to read");
        }
        input.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) {
        return fail(ErrorCode::bad_input, "cannot hold what the command is to read");
    }
    return run_process(words, environment, file.get(), output_bytes_max, time_max, stop);
}

Environment environment_for_command(const Environment& environment) {
    Environment kept = environment;
    kept.erase("MOISSON_SANDBOX_TOKEN");
    std::erase_if(kept, [](const auto& variable) {
        const auto keys = all_job_keys();
        return std::any_of(keys.begin(), keys.end(), [&](const JobKey& key) {
            return key.kind == KeyKind::secret && std::any_of(ways_of_secret.begin(), ways_of_secret.end(), [&](std::string_view way) {
                       return is_variable(fmt::format("{}{}", key.environment, way), variable.first);
                   });
        });
    });
    return kept;
}

Layer layer_of_secret(std::string_view name, const JobFile& file, const Environment& environment, const SecretTable& table) {
    if (!ways_in_environment(table, name, environment).empty()) {
        return Layer::environment;
    }
    return ways_in_job_file(table, name, file).empty() ? Layer::none : Layer::job_file;
}

std::string openness_of_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) == 0) {
        return {};
    }
    const bool readable = (status.st_mode & S_IROTH) != 0;
    const bool writable = (status.st_mode & S_IWOTH) != 0;
    const std::string_view who = readable || writable ? "every user of this machine" : "its whole group";
    return fmt::format("{} can {} {}: run chmod 600 {}", who,
                       readable && writable ? "read and change"
                       : readable           ? "read"
                                            : "change",
                       sanitise(path), sanitise(path));
}

FoundSecret find_secret(std::string_view name, const JobFile& file, const Environment& environment, const SecretTable& table,
                        std::stop_token stop) {
    std::vector<Way> ways = ways_in_environment(table, name, environment);
    const std::vector<Way> in_file = ways_in_job_file(table, name, file);
    Layer layer = Layer::environment;
    if (ways.empty()) {
        ways = in_file;
        layer = Layer::job_file;
    }
    if (ways.empty()) {
        return {};
    }
    if (ways.size() > 1) {
        usage_error(fmt::format("{} and {} are both given", ways[0].name, ways[1].name), ways[1].where,
                    "Keep one of them: they name the same secret");
    }
    FoundSecret found;
    found.value = read_way(ways.front(), environment, std::move(stop));
    found.layer = layer;
    found.origin = ways.front().origin;
    found.plain_in_job_file = layer == Layer::job_file && ways.front().kind == Way::Kind::plain;
    found.file = ways.front().kind == Way::Kind::file ? ways.front().text.reveal() : std::string();
    return found;
}

}  // namespace moisson::config

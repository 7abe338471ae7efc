#include "config/job_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/suggest.hpp"
#include "base/toml_shape.hpp"
#include "base/wipe.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

constexpr std::uint64_t job_file_bytes_max = 1U << 20U;

std::string place(const std::string& path, unsigned line) { return fmt::format("{}:{}", path, line); }

unsigned line_of(const toml::node& node) { return static_cast<unsigned>(node.source().begin.line); }

/// The tables in the order of the registry, without the place outside of any.
std::vector<std::string_view> table_names() {
    std::vector<std::string_view> names;
    for (const JobKey& key : all_job_keys()) {
        if (!key.table.empty() && std::find(names.begin(), names.end(), key.table) == names.end()) {
            names.push_back(key.table);
        }
    }
    names.insert(names.end(), free_tables().begin(), free_tables().end());
    return names;
}

/// A table that holds tables only, such as the "output" of "output.database".
bool holds_tables(std::string_view name) {
    const auto names = table_names();
    return std::any_of(names.begin(), names.end(), [&](std::string_view table) {
        return table.size() > name.size() && table.starts_with(name) && table[name.size()] == '.';
    });
}

std::vector<std::string_view> key_names(std::string_view table) {
    std::vector<std::string_view> names;
    for (const JobKey& key : all_job_keys()) {
        if (key.table == table) {
            names.push_back(key.name);
        }
    }
    return names;
}

/// What a TOML value is, in words; with the value itself where it is short and no secret.
std::string describe(const toml::node& node, bool secret) {
    switch (node.type()) {
        case toml::node_type::string: return secret ? "a text" : fmt::format("the text \"{}\"", sanitise(node.as_string()->get(), 60));
        case toml::node_type::integer: return secret ? "a number" : fmt::format("the number {}", node.as_integer()->get());
        case toml::node_type::floating_point: return secret ? "a number" : fmt::format("the number {}", node.as_floating_point()->get());
        case toml::node_type::boolean: return node.as_boolean()->get() ? "true" : "false";
        case toml::node_type::array: return "a list";
        case toml::node_type::table: return "a table";
        case toml::node_type::date: return "a date without quotes";
        case toml::node_type::time: return "a time without quotes";
        case toml::node_type::date_time: return "a date and time without quotes";
        case toml::node_type::none: break;
    }
    return "nothing";
}

std::optional<std::vector<std::string>> as_texts(const toml::node& node) {
    const toml::array* list = node.as_array();
    if (list == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const toml::node& item : *list) {
        const auto* text = item.as_string();
        if (text == nullptr) {
            return std::nullopt;
        }
        texts.push_back(text->get());
    }
    return texts;
}

[[noreturn]] void wrong_type(const JobKey& key, const toml::node& node, const std::string& path) {
    std::string found = describe(node, key.kind == KeyKind::secret);
    if (key.kind == KeyKind::texts && node.is_array()) {
        found = "a list with something else in it";
    }
    usage_error(fmt::format("{} must be {}, found {}", key.full_name(), key.expected(), found), place(path, line_of(node)),
                fmt::format("Write {} = {}", key.name, key.example));
}

/// A TOML date, or the same in quotes; nothing for another text: the caller knows what it expected.
std::optional<Setting> convert_day(const toml::node& node) {
    Setting setting;
    setting.line = line_of(node);
    if (const auto* date = node.as_date()) {
        const toml::date& day = date->get();
        setting.value = fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
        return setting;
    }
    if (const auto* text = node.as_string(); text != nullptr && text->get().size() == std::string_view("2025-03-01").size()) {
        setting.value = text->get();
        return setting;
    }
    return std::nullopt;
}

std::optional<Setting> convert(const JobKey& key, const toml::node& node) {
    Setting setting;
    setting.line = line_of(node);
    switch (key.kind) {
        case KeyKind::text:
        case KeyKind::path:
        case KeyKind::secret:
            if (const auto* text = node.as_string()) {
                setting.value = text->get();
                return setting;
            }
            return std::nullopt;
        case KeyKind::texts:
            if (auto texts = as_texts(node)) {
                setting.value = std::move(*texts);
                return setting;
            }
            return std::nullopt;
        case KeyKind::boolean:
            if (const auto* truth = node.as_boolean()) {
                setting.value = truth->get();
                return setting;
            }
            return std::nullopt;
        case KeyKind::whole:
            if (const auto* whole = node.as_integer(); whole != nullptr && whole->get() >= key.whole_min && whole->get() <= key.whole_max) {
                setting.value = whole->get();
                return setting;
            }
            return std::nullopt;
        case KeyKind::number:
            if (const auto number = node.value<double>();
                number && (node.is_integer() || node.is_floating_point()) && std::isfinite(*number) && *number >= 0) {
                setting.value = *number;
                return setting;
            }
            return std::nullopt;
        case KeyKind::day: return convert_day(node);
    }
    return std::nullopt;
}

/// What a free table may hold. No fractions: they would become binary ones, and some of these are rates of money.
std::optional<Setting> convert_any(const toml::node& node) {
    Setting setting;
    setting.line = line_of(node);
    if (const auto* text = node.as_string()) {
        setting.value = text->get();
    } else if (const auto* truth = node.as_boolean()) {
        setting.value = truth->get();
    } else if (const auto* whole = node.as_integer()) {
        setting.value = whole->get();
    } else if (auto texts = as_texts(node)) {
        setting.value = std::move(*texts);
    } else {
        return convert_day(node);
    }
    return setting;
}

[[noreturn]] void unknown_key(std::string_view table, const toml::key& key, const std::string& path) {
    const auto names = key_names(table);
    const std::string written(key.str());
    std::string hint = fmt::format("[{}] knows: {}", table, fmt::join(names, ", "));
    if (const auto suggestion = nearest_word(written, names)) {
        hint = fmt::format("Did you mean \"{}\"?", *suggestion);
    } else {
        // The key may be right and only stand in the wrong table; of several, one inside this one is nearest.
        const auto is_inside = [&](const JobKey& known) { return known.table.starts_with(std::string(table) + "."); };
        bool found_inside = false;
        for (const JobKey& known : all_job_keys()) {
            if (known.name == written && !found_inside) {
                found_inside = is_inside(known);
                hint = known.table.empty() ? fmt::format("\"{}\" belongs above the first table", written)
                                           : fmt::format("\"{}\" belongs in table [{}]", written, known.table);
            }
        }
    }
    usage_error(fmt::format("unknown key \"{}\" in table [{}]", sanitise(written, 60), table),
                place(path, static_cast<unsigned>(key.source().begin.line)), std::move(hint));
}

[[noreturn]] void unknown_table(const std::string& parent, const toml::key& key, const toml::node& node, const std::string& path) {
    const std::string written = parent.empty() ? std::string(key.str()) : fmt::format("{}.{}", parent, key.str());
    const auto tables = table_names();
    const std::string where = place(path, static_cast<unsigned>(key.source().begin.line));
    if (!node.is_table()) {
        for (const JobKey& known : all_job_keys()) {
            if (known.name == written && !known.table.empty()) {
                usage_error(fmt::format("\"{}\" stands outside of any table", written), where,
                            fmt::format("Put it under a line that says [{}]", known.table));
            }
        }
        usage_error(fmt::format("unknown key \"{}\" outside of any table", sanitise(written, 60)), where,
                    fmt::format("The tables are [{}]", fmt::join(tables, "], [")));
    }
    std::string hint = fmt::format("The tables are [{}]", fmt::join(tables, "], ["));
    if (const auto suggestion = nearest_word(written, tables)) {
        hint = fmt::format("Did you mean [{}]?", *suggestion);
    }
    usage_error(fmt::format("unknown table [{}]", sanitise(written, 60)), where, std::move(hint));
}

/// The parser's own words may quote the line: where a secret could stand, they are left out.
[[noreturn]] void not_toml(const toml::parse_error& problem, std::string_view text, const std::string& path) {
    const auto line = static_cast<unsigned>(problem.source().begin.line);
    std::size_t begin = 0;
    for (unsigned at = 1; at < line && begin != std::string_view::npos; ++at) {
        begin = text.find('\n', begin);
        begin = begin == std::string_view::npos ? begin : begin + 1;
    }
    const std::string_view rest = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
    const std::string_view source = rest.substr(0, rest.find('\n'));
    bool secret = false;
    for (const JobKey& key : all_job_keys()) {
        secret = secret || (key.kind == KeyKind::secret && source.find(key.name) != std::string_view::npos);
    }
    std::string message = "the job file is not valid TOML";
    std::string hint = "Texts and months go between double quotes, for example period = \"2026-10\"";
    if (problem.description().find("redefine") != std::string_view::npos) {
        hint = "Keep one of the two lines";
    }
    if (!secret) {
        message += fmt::format(": {}", sanitise(problem.description(), 160));
    }
    usage_error(std::move(message), place(path, line), std::move(hint));
}

/// Tables in the order of the file, so that the first problem from the top is the one that is named.
template <class Visit>
void visit_in_order(const toml::table& table, const Visit& visit) {
    std::vector<std::pair<const toml::key*, const toml::node*>> items;
    for (const auto& [key, node] : table) {
        items.emplace_back(&key, &node);
    }
    std::sort(items.begin(), items.end(), [](const auto& left, const auto& right) {
        const auto& one = left.first->source().begin;
        const auto& other = right.first->source().begin;
        return one.line != other.line ? one.line < other.line : one.column < other.column;
    });
    for (const auto& [key, node] : items) {
        visit(*key, *node);
    }
}

/// Walks the parsed file, table by table, and keeps what is known.
class Reader {
public:
    Reader(const std::string& path, JobFile& file) : path_(path), file_(file) {}

    void read_root(const toml::table& root) {
        visit_in_order(root, [&](const toml::key& key, const toml::node& node) {
            if (const JobKey* known = find_job_key("", key.str())) {
                file_.settings.emplace(known->full_name(), read_value(*known, node));
            } else {
                read_table(std::string(), key, node);
            }
        });
    }

private:
    void read_table(const std::string& parent, const toml::key& key, const toml::node& node) {
        const std::string name = parent.empty() ? std::string(key.str()) : fmt::format("{}.{}", parent, key.str());
        const auto tables = table_names();
        const bool known = std::find(tables.begin(), tables.end(), name) != tables.end();
        if (!known && !holds_tables(name)) {
            unknown_table(parent, key, node, path_);
        }
        if (known && table_kind(name) == TableKind::repeated) {
            return read_records(name, node);
        }
        const toml::table* table = node.as_table();
        if (table == nullptr) {
            usage_error(fmt::format("[{}] must be a table, found {}", name, describe(node, true)), place(path_, line_of(node)),
                        fmt::format("Write a line [{}] and its keys below it", name));
        }
        if (known && table_kind(name) == TableKind::free) {
            return read_free(name, *table, true, file_.settings);
        }
        visit_in_order(*table, [&](const toml::key& inner, const toml::node& value) {
            if (const JobKey* known_key = find_job_key(name, inner.str())) {
                file_.settings.emplace(known_key->full_name(), read_value(*known_key, value));
            } else if (holds_tables(name) && (value.is_table() || value.is_array_of_tables())) {
                read_table(name, inner, value);
            } else {
                unknown_key(name, inner, path_);
            }
        });
    }

    void read_records(const std::string& name, const toml::node& node) {
        const toml::array* list = node.as_array();
        if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
            usage_error(fmt::format("[[{}]] must be a list of tables, found {}", name, describe(node, true)), place(path_, line_of(node)),
                        fmt::format("Write a line [[{}]] and its keys below it, once for each", name));
        }
        for (const toml::node& item : *list) {
            Record record;
            record.line = line_of(item);
            visit_in_order(*item.as_table(), [&](const toml::key& key, const toml::node& value) {
                if (const JobKey* known = find_job_key(name, key.str())) {
                    record.settings.emplace(std::string(known->name), read_value(*known, value));
                } else {
                    read_inside_record(name, key, value, record);
                }
            });
            file_.records[name].push_back(std::move(record));
        }
    }

    /// A free table of a record, such as [perimeter.erp], stands in it under its own name: "erp.journal".
    void read_inside_record(const std::string& name, const toml::key& key, const toml::node& value, Record& record) {
        const std::string inside = fmt::format("{}.{}", name, key.str());
        const toml::table* const table = value.as_table();
        if (table == nullptr || table_kind(inside) != TableKind::free) {
            unknown_key(name, key, path_);
        }
        std::map<std::string, Setting> settings;
        read_free(inside, *table, true, settings);
        for (auto& [full_name, setting] : settings) {
            record.settings.emplace(full_name.substr(name.size() + 1), std::move(setting));
        }
    }

    void read_free(const std::string& name, const toml::table& table, bool sub_tables, std::map<std::string, Setting>& into) {
        visit_in_order(table, [&](const toml::key& key, const toml::node& node) {
            const std::string full_name = fmt::format("{}.{}", name, key.str());
            if (const toml::table* inner = node.as_table(); inner != nullptr && sub_tables) {
                return read_free(full_name, *inner, false, into);
            }
            auto setting = convert_any(node);
            if (!setting) {
                usage_error(fmt::format("{} must be a text, a whole number, true, false, a day or a list of texts, found {}",
                                        sanitise(full_name, 100), describe(node, false)),
                            place(path_, line_of(node)),
                            fmt::format("Write numbers with a fraction between quotes: {} = \"20.0\"", key.str()));
            }
            into.emplace(full_name, std::move(*setting));
        });
    }

    Setting read_value(const JobKey& key, const toml::node& node) const {
        auto setting = convert(key, node);
        if (!setting) {
            wrong_type(key, node, path_);
        }
        setting->column = static_cast<unsigned>(node.source().begin.column);
        return std::move(*setting);
    }

    const std::string& path_;
    JobFile& file_;
};

}  // namespace

void usage_error(std::string message, std::string where, std::string hint) {
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, std::move(message), std::move(where), std::move(hint));
}

const Setting* JobFile::find(const std::string& full_name) const {
    const auto found = settings.find(full_name);
    return found == settings.end() ? nullptr : &found->second;
}

const Setting* Record::find(const std::string& name) const {
    const auto found = settings.find(name);
    return found == settings.end() ? nullptr : &found->second;
}

std::string JobFile::where(const Setting& setting) const { return place(path, setting.line); }

std::string JobFile::resolve(const std::string& written) const {
    const std::filesystem::path target(written);
    if (target.is_absolute()) {
        return written;
    }
    return (std::filesystem::path(path).parent_path() / target).lexically_normal().string();
}

void JobFile::forget_secrets() {
    for (const JobKey& key : all_job_keys()) {
        const auto found = key.kind == KeyKind::secret ? settings.find(key.full_name()) : settings.end();
        if (found != settings.end()) {
            wipe(std::get<std::string>(found->second.value));
        }
        const auto repeated = key.kind == KeyKind::secret ? records.find(std::string(key.table)) : records.end();
        if (repeated == records.end()) {
            continue;
        }
        for (Record& record : repeated->second) {
            if (const auto one = record.settings.find(std::string(key.name)); one != record.settings.end()) {
                wipe(std::get<std::string>(one->second.value));
            }
        }
    }
}

JobFile parse_job_file(std::string_view text, const std::string& path) {
    JobFile file;
    file.path = path;
    if (const auto excess = find_toml_excess(text)) {
        usage_error(fmt::format("the job file has {}", excess->what), place(path, excess->line), "Start from samples/job.toml");
    }
    toml::table root;
    try {
        root = toml::parse(text, path);
    } catch (const toml::parse_error& problem) {
        not_toml(problem, text, path);
    }
    Reader(path, file).read_root(root);
    return file;
}

JobFile read_job_file(const std::string& path) {
    auto text = read_file(path, job_file_bytes_max);
    if (!text) {
        const bool too_large = text.error().code == ErrorCode::too_large;
        std::string message = too_large ? "the job file is longer than 1 MiB" : "cannot read the job file";
        if (!text.error().cause.empty()) {
            message += ": " + text.error().cause;
        }
        usage_error(std::move(message), path,
                    too_large ? "Name a TOML file such as samples/job.toml" : "Check the path, or start from samples/job.toml");
    }
    JobFile file = parse_job_file(*text, path);
    file.sha256 = sha256_hex(*text);
    wipe(*text);
    struct stat status {};
    const bool is_file = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    file.read_by_others = is_file && (status.st_mode & S_IROTH) != 0;
    file.written_by_others = is_file && (status.st_mode & S_IWOTH) != 0;
    return file;
}

}  // namespace moisson::config

/// Keys are strict: what is misspelt would be a label that is silently not looked for.
#include "invoice/profile.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/files.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/toml_shape.hpp"
#include "base/utf8.hpp"
#include "invoice/page_lines.hpp"

namespace moisson::invoice {

namespace {

#include "invoice_profiles.inc"

constexpr std::uint64_t profile_bytes_max = 256ULL << 10U;
constexpr std::size_t profiles_max = 100;
/// Of all profiles together: each reader gets them in one frame.
constexpr std::size_t texts_bytes_max = 1'000'000;
/// Texts of one list.
constexpr std::size_t list_max = 200;
constexpr std::size_t text_bytes_max = 500;

constexpr std::string_view profile_ending = ".toml";
/// Profiles of a language are asked when no issuer's fits.
constexpr std::string_view generic_head = "generic-";

struct ProfileProblem {
    unsigned line = 0;
    unsigned column = 0;
    std::string what;
    std::string hint;
};

/// A table whose keys are asked for one by one; those that nobody asked for are slips.
class ProfileTable {
public:
    ProfileTable(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

    [[noreturn]] static void wrong(const toml::node& node, std::string what, std::string hint = {}) {
        throw ProfileProblem{static_cast<unsigned>(node.source().begin.line), static_cast<unsigned>(node.source().begin.column),
                             std::move(what), std::move(hint)};
    }

    const toml::node* find(std::string_view key) {
        asked_.emplace_back(key);
        return table_.get(key);
    }

    std::string text(std::string_view key) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            wrong(table_, fmt::format("{} needs \"{}\"", name_, key));
        }
        if (!node->is_string() || node->as_string()->get().empty()) {
            wrong(*node, fmt::format("\"{}\" must be a text", key));
        }
        return node->as_string()->get();
    }

    /// Calls `take` with each text of the list, and its place.
    template <class Take>
    void each(std::string_view key, Take take) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return;
        }
        const toml::array* list = node->as_array();
        if (list == nullptr || list->size() > list_max || (!list->empty() && !list->is_homogeneous(toml::node_type::string))) {
            wrong(*node, fmt::format("\"{}\" must be a list of at most {} texts", key, list_max));
        }
        for (const toml::node& item : *list) {
            const std::string& text = item.as_string()->get();
            if (text.empty() || text.size() > text_bytes_max) {
                wrong(item, fmt::format("a text of \"{}\" is empty or longer than {} bytes", key, text_bytes_max));
            }
            take(text, item);
        }
    }

    template <class Take>
    void inner(std::string_view key, Take take) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return;
        }
        if (!node->is_table()) {
            wrong(*node, fmt::format("\"{}\" must be a table: [{}]", key, key));
        }
        ProfileTable table(*node->as_table(), fmt::format("[{}]", key));
        take(table);
        table.finish();
    }

    void finish() const {
        for (const auto& [key, node] : table_) {
            if (std::find(asked_.begin(), asked_.end(), key.str()) == asked_.end()) {
                const auto near = nearest_word(key.str(), asked_);
                throw ProfileProblem{
                    static_cast<unsigned>(key.source().begin.line), static_cast<unsigned>(key.source().begin.column),
                    fmt::format("{} has no \"{}\"", name_, sanitise(key.str(), 60)),
                    near ? fmt::format("Did you mean \"{}\"?", *near) : fmt::format("It may have: {}", fmt::join(asked_, ", "))};
            }
        }
    }

private:
    const toml::table& table_;
    std::string name_;
    std::vector<std::string_view> asked_;
};

void read_patterns(ProfileTable& table, std::string_view key, int groups, std::vector<TextPattern>& into) {
    table.each(key, [&](const std::string& text, const toml::node& node) {
        auto pattern = TextPattern::compile(text, groups);
        if (!pattern) {
            ProfileTable::wrong(node, pattern.error().message.english());
        }
        into.push_back(std::move(*pattern));
    });
}

void read_folded(ProfileTable& table, std::string_view key, std::vector<std::string>& into) {
    table.each(key, [&](const std::string& text, const toml::node&) { into.push_back(fold(text)); });
}

void read_labels(ProfileTable& table, Profile& profile) {
    static constexpr std::array<std::pair<std::string_view, Role>, 4> roles{
        {{"net", Role::net}, {"vat", Role::vat}, {"gross", Role::gross}, {"never", Role::never}}};
    for (const auto& [key, role] : roles) {
        table.each(key, [&profile, role = role](const std::string& text, const toml::node& node) {
            std::string folded = fold(text);
            for (const Label& label : profile.labels) {
                if (label.text == folded && label.role != role) {
                    ProfileTable::wrong(node, fmt::format("the label \"{}\" stands in two lists", sanitise(text, 60)));
                }
            }
            profile.labels.push_back({role, std::move(folded)});
        });
    }
}

void read_dates(ProfileTable& table, Profile& profile) {
    const toml::node* last = nullptr;
    table.each("forms", [&](const std::string& text, const toml::node& node) {
        auto form = DateForm::parse(text);
        if (!form) {
            ProfileTable::wrong(node, form.error().message.english());
        }
        profile.date_forms.push_back(std::move(*form));
        last = &node;
    });
    std::size_t month = 0;
    const toml::node* months = table.find("months");
    table.each("months", [&](const std::string& text, const toml::node&) {
        for (std::string_view rest = text; !rest.empty();) {
            const std::size_t bar = std::min(rest.find('|'), rest.size());
            if (const std::string_view name = trim(rest.substr(0, bar)); !name.empty()) {
                profile.months.at(month % 12).push_back(fold(name));
            }
            rest.remove_prefix(std::min(bar + 1, rest.size()));
        }
        ++month;
    });
    if (months != nullptr && month != 12) {
        ProfileTable::wrong(*months, "\"months\" must name the twelve months; \"sept|sep\" are two forms of one");
    }
    const bool needs_names =
        std::any_of(profile.date_forms.begin(), profile.date_forms.end(), [](const auto& form) { return form.has_name(); });
    if (needs_names && months == nullptr) {
        ProfileTable::wrong(*last, "a form with MMMM needs \"months\"");
    }
}

Profile profile_of(const toml::table& file, const std::string& name) {
    Profile profile;
    profile.name = name;
    ProfileTable table(file, "a profile");
    const toml::node* schema = table.find("schema");
    if (schema == nullptr || !schema->is_integer() || schema->as_integer()->get() != 1) {
        ProfileTable::wrong(schema == nullptr ? static_cast<const toml::node&>(file) : *schema, "\"schema\" must be 1");
    }
    if (table.text("name") != name) {
        ProfileTable::wrong(*file.get("name"), fmt::format("\"name\" must be the file's: \"{}\"", sanitise(name, 60)));
    }
    static_cast<void>(table.text("about"));
    table.each("languages", [&](const std::string& text, const toml::node&) { profile.languages.push_back(text); });
    table.inner("match", [&](ProfileTable& match) {
        read_folded(match, "all", profile.match_all);
        read_folded(match, "any", profile.match_any);
        read_patterns(match, "patterns", 0, profile.match_patterns);
    });
    if (profile.match_all.empty() && profile.match_any.empty() && profile.match_patterns.empty()) {
        ProfileTable::wrong(file, "a profile needs [match] with \"all\", \"any\" or \"patterns\": what must stand in the document");
    }
    table.inner("labels", [&](ProfileTable& labels) { read_labels(labels, profile); });
    table.inner("kind", [&](ProfileTable& kind) {
        read_patterns(kind, "invoice", 0, profile.invoice);
        read_patterns(kind, "credit_note", 0, profile.credit_note);
    });
    table.inner("patterns", [&](ProfileTable& patterns) {
        static constexpr std::array<std::string_view, pattern_values> keys{"number",   "issue_date", "due_date",        "order",
                                                                           "contract", "iban",       "credited_invoice"};
        for (std::size_t at = 0; at < keys.size(); ++at) {
            read_patterns(patterns, keys.at(at), 1, profile.patterns.at(at));
        }
    });
    table.inner("dates", [&](ProfileTable& dates) { read_dates(dates, profile); });
    table.finish();
    return profile;
}

tl::unexpected<Error> refused(const std::string& name, const ProfileProblem& problem) {
    return fail(ErrorCode::bad_input, problem.what, fmt::format("profile {}:{}:{}", sanitise(name, 60), problem.line, problem.column),
                problem.hint);
}

Result<Profile> parse_profile(const ProfileText& text) {
    if (!is_utf8(text.text)) {
        return refused(text.name, {1, 1, "it is no UTF-8 text", {}});
    }
    if (const auto excess = find_toml_excess(text.text)) {
        return refused(text.name, {excess->line, excess->column, excess->what, {}});
    }
    try {
        return profile_of(toml::parse(text.text), text.name);
    } catch (const toml::parse_error& problem) {
        return refused(text.name, {static_cast<unsigned>(problem.source().begin.line),
                                   static_cast<unsigned>(problem.source().begin.column),
                                   sanitise(problem.description(), 200),
                                   {}});
    } catch (const ProfileProblem& problem) {
        return refused(text.name, problem);
    }
}

/// By name: the user's.
Result<std::map<std::string, std::string>> own_texts(const std::string& folder) {
    std::map<std::string, std::string> texts;
    if (folder.empty()) {
        return texts;
    }
    std::error_code problem;
    std::filesystem::directory_iterator entries(folder, problem);
    for (; !problem && entries != std::filesystem::directory_iterator(); entries.increment(problem)) {
        const std::filesystem::path& path = entries->path();
        if (path.extension() != profile_ending) {
            continue;
        }
        auto text = read_file(path, profile_bytes_max);
        if (!text) {
            return fail(std::move(text.error()));
        }
        texts.emplace(path.stem().string(), std::move(*text));
        if (texts.size() > profiles_max) {
            return fail(ErrorCode::bad_input, fmt::format("there are more than {} profiles", profiles_max), sanitise(folder));
        }
    }
    if (problem) {
        return fail(ErrorCode::disk, fmt::format("the folder of profiles cannot be read: {}", problem.message()), sanitise(folder));
    }
    return texts;
}

}  // namespace

Result<std::vector<ProfileText>> profile_texts(const std::string& folder) {
    auto own = own_texts(folder);
    if (!own) {
        return fail(std::move(own.error()));
    }
    std::vector<ProfileText> texts;
    for (const auto& [name, text] : *own) {
        texts.push_back({name, text});
    }
    std::vector<ProfileText> built_in;
    for (const auto& file : invoice_profiles::built_in_files) {
        std::string name = std::filesystem::path(std::string(file.path)).stem().string();
        if (own->count(name) == 0) {
            built_in.push_back({std::move(name), std::string(file.bytes)});
        }
    }
    std::sort(built_in.begin(), built_in.end(), [](const ProfileText& one, const ProfileText& other) {
        const bool is_generic = one.name.starts_with(generic_head);
        return is_generic != other.name.starts_with(generic_head) ? !is_generic : one.name < other.name;
    });
    std::move(built_in.begin(), built_in.end(), std::back_inserter(texts));
    std::size_t bytes = 0;
    for (const ProfileText& text : texts) {
        bytes += text.name.size() + text.text.size();
    }
    if (bytes > texts_bytes_max) {
        return fail(ErrorCode::bad_input, fmt::format("the profiles have more than {} bytes together", texts_bytes_max), sanitise(folder));
    }
    return texts;
}

Result<std::vector<Profile>> parse_profiles(std::span<const ProfileText> texts) {
    std::vector<Profile> profiles;
    for (const ProfileText& text : texts) {
        auto profile = parse_profile(text);
        if (!profile) {
            return fail(std::move(profile.error()));
        }
        profiles.push_back(std::move(*profile));
    }
    return profiles;
}

std::span<const Profile> Profiles::parsed() const {
    std::call_once(once_, [this] {
        auto parsed = parse_profiles(texts_);
        MOISSON_INVARIANT(parsed.has_value(), "they were looked at before");
        parsed_ = std::move(*parsed);
    });
    return parsed_;
}

}  // namespace moisson::invoice

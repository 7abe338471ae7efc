/// The tables of a template beside its files: what it says of itself, what it wants, its names, its checks, its sample.
#include "erp/compiler.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "erp/mapping.hpp"
#include "erp/usage_files.hpp"
#include "focus/focus.hpp"

namespace moisson::erp {

namespace {

const std::vector<std::string_view> type_words = {"text", "number", "date", "truth"};
constexpr std::array<Type, 4> type_of_word = {Type::text, Type::number, Type::date, Type::truth};

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= 60 && !is_digit(name.front()) && is_letters_and_digits(name, "_");
}

void check_name(const TableReader& table, const std::string& name) {
    if (!is_plain_name(name)) {
        table.wrong(name, fmt::format("\"{}\" cannot be a name: letters, digits and _, not a digit first", sanitise(name, 60)));
    }
}

SettingSpec standard(std::string_view name, std::string_view about, Type type, std::optional<std::string> otherwise,
                     std::vector<std::string> choices = {}) {
    SettingSpec spec;
    spec.name = name;
    spec.about = about;
    spec.type = type;
    spec.required = false;
    spec.is_standard = true;
    spec.default_text = std::move(otherwise);
    spec.choices = std::move(choices);
    return spec;
}

/// What every template may use. Which of them a job must give depends on the fields that the template uses: load_settings knows.
std::vector<SettingSpec> standard_settings() {
    return {
        standard("amount_is", "what the service's amount is: gross (with VAT), net (without it), untaxed (there is none), or document",
                 Type::text, std::nullopt, {"gross", "net", "untaxed", "document"}),
        standard("amount_is_otherwise", "of amount_is = \"document\": what the amount is where the document does not say it", Type::text,
                 std::nullopt, {"gross", "net", "untaxed"}),
        standard("piece", "an entry's piece: the invoice-number where it is known, or the document-id always", Type::text, "invoice-number",
                 {"invoice-number", "document-id"}),
        standard("rounding", "how a division's remainder is settled", Type::text, "half-up", {"half-up", "half-even", "down", "up"}),
        standard("local_currency", "the currency that the books are kept in; amounts in others are converted", Type::text, std::nullopt),
        standard("date_from", "which date of a document is its piece date", Type::text, std::nullopt,
                 {"period_end", "period_start", "issued_at", "updated_at"}),
        standard("time_zone", "the zone that makes a day of an instant, such as Europe/Paris", Type::text, std::nullopt),
        standard("fiscal_year_begin", "first day of the fiscal year", Type::date, std::nullopt),
        standard("fiscal_year_end", "last day of the fiscal year", Type::date, std::nullopt),
        standard("closed_terms", "a document of a closed month that changed: its VAT as-booked or as-now; ask refuses where they differ",
                 Type::text, "ask", {"ask", "as-booked", "as-now"}),
    };
}

}  // namespace

int Template::find_setting(std::string_view name) const noexcept {
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const SettingSpec& spec) { return spec.name == name; });
    return found == settings.end() ? -1 : static_cast<int>(found - settings.begin());
}

std::size_t Template::standard_setting(std::string_view name) const noexcept {
    const int index = find_setting(name);
    MOISSON_INVARIANT(index >= 0, "standard settings are always there");
    return static_cast<std::size_t>(index);
}

std::string parse_setting(Type type, std::string_view text, Value& into) {
    into = Value::empty(type);
    if (text.empty()) {
        return {};
    }
    switch (type) {
        case Type::number:
            if (!parse_decimal(text, into)) {
                return "must be a number such as 20 or 5.5";
            }
            return {};
        case Type::date: {
            // The instant reader knows which days there are.
            const auto instant = text.size() == 10 ? parse_timestamp(fmt::format("{}T00:00:00Z", text)) : std::nullopt;
            if (!instant) {
                return "must be a day such as 2026-01-31";
            }
            into = Value::of_date(std::chrono::floor<std::chrono::days>(*instant).time_since_epoch().count());
            return {};
        }
        case Type::truth:
            if (text != "true" && text != "false") {
                return "must be true or false";
            }
            into = Value::of_truth(text == "true");
            return {};
        case Type::text:
        case Type::money:
        case Type::instant: into = Value::of_text(text); return {};
    }
    return {};
}

std::optional<std::chrono::year_month_day> parse_day_setting(std::string_view text) {
    Value value;
    if (!parse_setting(Type::date, text, value).empty() || value.is_empty) {
        return std::nullopt;
    }
    return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{value.number}}};
}

void Compiler::compile(const toml::table& root_table) {
    TableReader root(root_table, "the template", source_);
    template_.settings = standard_settings();
    for (const std::string_view name :
         {"about", "settings", "usage", "mapping", "let", "tables", "counters", "select", "entry", "transliterate", "file", "check", "sample"}) {
        static_cast<void>(root.has(name));
    }
    root.finish();
    read_about(root);
    read_settings(root);
    if (auto usage = root.table("usage")) {
        read_usage(root, *usage);
        list_wanted();
        return;
    }
    read_mappings(root);
    read_tables(root);
    read_lets(root);
    read_counters(root);
    read_select(root);
    read_entry(root);
    if (auto rules = root.table("transliterate")) {
        for (const auto& [letter, node] : rules->all()) {
            if (utf8_sequence_length(letter) != letter.size() || !node->is_string()) {
                rules->wrong(letter, "[transliterate] holds lines such as \"€\" = \"EUR\": one letter, and its text");
            }
            own_rules_[letter] = node->as_string()->get();
        }
    }
    read_files(root);
    read_checks(root);
    read_sample(root);
    // Names that no file uses are compiled too: a mistake in them is one.
    for (const LetSpec& let : template_.lets) {
        static_cast<void>(let_node(let.name));
    }
    list_wanted();
}

/// Files of usage lines have a layout that is written down elsewhere: a template says who is named in them.
void Compiler::read_usage(TableReader& root, TableReader& usage) {
    const std::vector<std::string_view> layouts = {usage_layout};
    static_cast<void>(usage.required_text("layout"));
    static_cast<void>(usage.word("layout", layouts));
    usage.finish();
    for (const std::string_view other :
         {"mapping", "let", "tables", "counters", "select", "entry", "transliterate", "file", "check", "sample"}) {
        if (root.has(other)) {
            root.wrong(other, fmt::format("a template with [usage] has no [{}]: its rows are the usage lines", other));
        }
    }
    for (const std::string_view name : usage_settings) {
        if (template_.find_setting(name) < 0) {
            throw TemplateProblem(usage.place(), fmt::format("the layout {} needs the setting \"{}\"", usage_layout, name));
        }
    }
    template_.info.of_usage = true;
    for (const focus::Part part : {focus::Part::data, focus::Part::schema, focus::Part::metadata}) {
        template_.info.files.push_back(focus::file_name(template_.info.name, part));
    }
}

void Compiler::list_wanted() {
    for (const SettingSpec& spec : template_.settings) {
        if (!spec.is_standard || spec.required) {
            template_.info.settings.push_back({spec.name, spec.about, spec.required && !spec.default_text, spec.default_text.value_or("")});
        }
    }
    for (const MappingSpec& spec : template_.mappings) {
        if (!spec.about.empty()) {
            template_.info.mappings.push_back({spec.name, spec.about, spec.required, {}});
        }
    }
}

void Compiler::read_about(TableReader& root) {
    auto about = root.table("about");
    if (!about) {
        throw TemplateProblem({1, 1}, "the template has no [about]", "It says target, about, source and confidence");
    }
    TemplateInfo& info = template_.info;
    info.target = about->required_text("target");
    info.version = about->text_or("version", "");
    info.about = about->required_text("about");
    info.source = about->text_or("source", "");
    const std::vector<std::string_view> words = {"law", "official", "engine", "run", "third", "general"};
    const auto confidence = about->word("confidence", words);
    info.confidence = confidence ? words[*confidence] : "general";
    about->finish();
}

void Compiler::read_settings(TableReader& root) {
    auto settings = root.table("settings");
    if (!settings) {
        template_.setting_used.assign(template_.settings.size(), false);
        return;
    }
    for (const auto& [name, node] : settings->all()) {
        check_name(*settings, name);
        if (!node->is_table()) {
            settings->wrong(name, fmt::format("setting \"{}\" must be a table: {} = {{about = \"…\"}}", name, name));
        }
        TableReader table = settings->inner(*node->as_table(), fmt::format("setting \"{}\"", name));
        const int known = template_.find_setting(name);
        SettingSpec spec = known < 0 ? SettingSpec{} : template_.settings[static_cast<std::size_t>(known)];
        spec.name = name;
        spec.about = known < 0 ? table.required_text("about") : table.text_or("about", spec.about);
        if (known < 0) {
            spec.type = type_of_word[table.word("type", type_words).value_or(0)];
            spec.choices = table.texts("choices");
        }
        if (auto otherwise = table.text("default")) {
            spec.default_text = std::move(otherwise);
        }
        spec.required = table.truth_or("required", !spec.default_text);
        if (auto pattern = table.text("pattern")) {
            spec.pattern = add_regex(*pattern, table.place("pattern"));
        }
        spec.has_check_digit = table.word("check_digit", {"luhn"}).has_value();
        Value value;
        if (spec.default_text && !parse_setting(spec.type, *spec.default_text, value).empty()) {
            table.wrong("default", fmt::format("the default {}", parse_setting(spec.type, *spec.default_text, value)));
        }
        table.finish();
        if (known < 0) {
            template_.settings.push_back(std::move(spec));
        } else {
            template_.settings[static_cast<std::size_t>(known)] = std::move(spec);
        }
    }
    template_.setting_used.assign(template_.settings.size(), false);
}

void Compiler::read_mappings(TableReader& root) {
    // The rate is a column that every mapping may have: without it there is no VAT line.
    template_.mappings.push_back({std::string(vat_rate_column), "", Type::number, false, std::nullopt, false});
    auto mappings = root.table("mapping");
    if (!mappings) {
        return;
    }
    for (const auto& [name, node] : mappings->all()) {
        check_name(*mappings, name);
        if (!node->is_table()) {
            mappings->wrong(name, fmt::format("column \"{}\" must be a table: {} = {{about = \"…\"}}", name, name));
        }
        TableReader table = mappings->inner(*node->as_table(), fmt::format("mapping \"{}\"", name));
        MappingSpec spec;
        spec.name = name;
        spec.about = table.required_text("about");
        spec.required = table.truth_or("required", true);
        spec.is_label = table.truth_or("label", false);
        spec.type = type_of_word[table.word("type", {"text", "number"}).value_or(0)];
        if (auto pattern = table.text("pattern")) {
            spec.pattern = add_regex(*pattern, table.place("pattern"));
        }
        table.finish();
        if (name == "vat_rate") {
            spec.type = Type::number;
            template_.mappings.front() = std::move(spec);
        } else {
            template_.mappings.push_back(std::move(spec));
        }
    }
}

void Compiler::read_tables(TableReader& root) {
    auto tables = root.table("tables");
    if (!tables) {
        return;
    }
    for (const auto& [name, node] : tables->all()) {
        if (!node->is_table()) {
            tables->wrong(name, fmt::format("[tables.{}] must be a table of texts", name));
        }
        TableReader table = tables->inner(*node->as_table(), name);
        auto& added = template_.tables.emplace_back(name, std::map<std::string, std::string, std::less<>>());
        for (const auto& [key, value] : table.all()) {
            if (!value->is_string()) {
                table.wrong(key, fmt::format("[tables.{}] holds texts", name));
            }
            added.second.emplace(key, value->as_string()->get());
        }
    }
}

void Compiler::read_lets(TableReader& root) {
    auto lets = root.table("let");
    if (!lets) {
        return;
    }
    for (const auto& [name, node] : lets->all()) {
        check_name(*lets, name);
        if (!node->is_string()) {
            lets->wrong(name, fmt::format("\"{}\" must be an expression between quotes", name));
        }
        if (find_field(name) != nullptr || name == "n" || name == "true" || name == "false" || name == "and" || name == "or" ||
            name == "not") {
            lets->wrong(name, fmt::format("\"{}\" has a meaning already", name));
        }
        LetSpec let;
        let.name = name;
        let.source = lets->source_of(*node);
        template_.lets.push_back(std::move(let));
    }
}

void Compiler::read_counters(TableReader& root) {
    auto counters = root.table("counters");
    if (!counters) {
        return;
    }
    for (const auto& [name, node] : counters->all()) {
        check_name(*counters, name);
        if (!node->is_table()) {
            counters->wrong(name, fmt::format("counter \"{}\" must be a table: {} = {{per = \"entry\"}}", name, name));
        }
        TableReader table = counters->inner(*node->as_table(), fmt::format("counter \"{}\"", name));
        CounterSpec spec;
        spec.name = name;
        const std::size_t per = table.word("per", {"entry", "row", "group"}).value_or(0);
        spec.per_row = per == 1;
        spec.per_group = per == 2;
        Surroundings around;
        spec.key = expression_of(table, "key", around, Type::text);
        spec.start = expression_of(table, "start", around, Type::number);
        spec.restarts = table.word("restart", {"file", "never"}).value_or(0) == 0;
        spec.is_kept = table.truth_or("keep", false);
        if (spec.is_kept && (per != 0 || spec.restarts)) {
            table.wrong("keep", "a number that is kept is one of an entry, for good: it needs per = \"entry\" and restart = \"never\"");
        }
        table.finish();
        template_.counters.push_back(std::move(spec));
    }
}

void Compiler::read_select(TableReader& root) {
    auto select = root.table("select");
    if (!select) {
        return;
    }
    Surroundings around;
    template_.types = select->texts("types");
    template_.where = expression_of(*select, "where", around, Type::truth);
    template_.date = expression_of(*select, "date", around, Type::date);
    template_.group = expression_of(*select, "group", around, Type::text);
    for (const SourceText& source : select->source_texts("order")) {
        template_.order.push_back(expression(source, around));
    }
    select->finish();
}

void Compiler::read_entry(TableReader& root) {
    auto entry = root.table("entry");
    if (!entry) {
        return;
    }
    template_.credit_notes = entry->word("credit_notes", {"swap", "negative"}).value_or(0) == 0 ? CreditNotes::swap : CreditNotes::negative;
    constexpr std::array<ZeroAmounts, 3> zero = {ZeroAmounts::skip, ZeroAmounts::post, ZeroAmounts::refuse};
    template_.zero_amounts = zero[entry->word("zero_amounts", {"skip", "post", "refuse"}).value_or(0)];
    entry->finish();
}

void Compiler::read_checks(TableReader& root) {
    constexpr std::array<FindingCode, 4> codes{"erp-check-failed", "erp-date-outside-year", "erp-field-missing", "erp-text-not-allowed"};
    const std::vector<std::string_view> words(codes.begin(), codes.end());
    for (TableReader& table : root.tables("check")) {
        CheckSpec check;
        check.place = table.place();
        Surroundings around;
        int kinds = 0;
        if (const Node* that = expression_of(table, "that", around, Type::truth)) {
            check.value = that;
            ++kinds;
        }
        if (const Node* unique = expression_of(table, "unique", around, Type::text)) {
            check.kind = CheckKind::unique;
            check.value = unique;
            ++kinds;
        }
        if (const Node* continuous = expression_of(table, "continuous", around, Type::number)) {
            check.kind = CheckKind::continuous;
            check.value = continuous;
            ++kinds;
        }
        if (kinds != 1) {
            throw TemplateProblem(check.place, "a [[check]] has one of: that, unique, continuous");
        }
        check.per_rate = table.word("per", {"entry", "rate"}).value_or(0) == 1;
        if (check.per_rate && check.kind != CheckKind::that) {
            table.wrong("per", "per = \"rate\" goes with \"that\"");
        }
        check.code = codes.at(table.word("code", words).value_or(0));
        if (const auto message = table.source_text("message")) {
            check.message = text_parts(*message, around);
        }
        table.finish();
        template_.checks.push_back(std::move(check));
    }
}

void Compiler::read_sample(TableReader& root) {
    auto sample = root.table("sample");
    if (!sample) {
        return;
    }
    if (auto settings = sample->table("settings")) {
        for (const auto& [name, node] : settings->all()) {
            ErpValue value;
            value.where = fmt::format("{}:{}", template_.path, TableReader::place_of(*node).line);
            if (const auto* words = node->as_string()) {
                value.texts.push_back(words->get());
            } else if (const auto* whole = node->as_integer()) {
                value.texts.push_back(fmt::format("{}", whole->get()));
            } else if (const auto* truth = node->as_boolean()) {
                value.texts.emplace_back(truth->get() ? "true" : "false");
            } else {
                settings->wrong(name, fmt::format("\"{}\" must be a text, a whole number, true or false", name));
            }
            template_.sample.settings.emplace(name, std::move(value));
        }
    }
    template_.sample.mapping = sample->text_or("mapping", "");
    template_.sample.postings = sample->text_or("postings", "");
    if (auto expected = sample->table("expected")) {
        for (const auto& [name, node] : expected->all()) {
            if (!node->is_string()) {
                expected->wrong(name, "[sample.expected] holds lines such as \"NAME.EXT\" = '''…'''");
            }
            template_.sample.expected.emplace(name, node->as_string()->get());
        }
    }
    sample->finish();
}

void Compiler::read_files(TableReader& root) {
    std::vector<TableReader> files = root.tables("file");
    if (files.empty()) {
        throw TemplateProblem({1, 1}, "the template has no [[file]]", "It says what is written");
    }
    for (TableReader& table : files) {
        template_.files.push_back(read_file(table, own_rules_));
        const FileSpec& file = template_.files.back();
        std::string name;
        for (const TextPart& part : file.name) {
            name += part.value == nullptr                                             ? part.literal
                    : part.value->op == Op::field && part.value->field == Field::base ? template_.info.name
                                                                                      : "…";
        }
        template_.info.files.push_back(name.empty() ? fmt::format("{}.{}", template_.info.name, file.extension) : name);
    }
    if (!has_control_) {
        throw TemplateProblem(
            template_.files.front().place, "no line says which amount of the document it holds, so nothing could be checked",
            "Give a line debit, credit or amount = 'gross' (or net, or amount); with another expression also control = \"gross\"");
    }
}

}  // namespace moisson::erp

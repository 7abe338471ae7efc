/// What names mean in a template's expressions, and what their use makes of the template.
#include <algorithm>

#include <fmt/format.h>

#include "erp/compiler.hpp"

namespace moisson::erp {

const Node* Compiler::let_node(std::string_view name) {
    const auto found = std::find_if(template_.lets.begin(), template_.lets.end(), [&](const LetSpec& let) { return let.name == name; });
    if (found == template_.lets.end()) {
        return nullptr;
    }
    if (found->use != nullptr) {
        return found->use;
    }
    if (found->is_open) {
        throw TemplateProblem(found->source.place(0), fmt::format("\"{}\" is made of itself", found->name));
    }
    struct Opened {
        bool& is_open;
        ~Opened() { is_open = false; }
    } const opened{found->is_open};
    found->is_open = true;
    Surroundings around;
    around.before_entries = true;
    std::size_t offset = 0;
    const Scope scope = scope_for(around);
    found->node = parse_expression(found->source, offset, true, scope, template_.pool);
    if (found->node->op == Op::constant || found->node->op == Op::field || found->node->op == Op::setting ||
        found->node->op == Op::mapping) {
        found->use = found->node;
        return found->use;
    }
    Node use;
    use.op = Op::let;
    use.type = found->node->type;
    use.level = found->node->level;
    use.height = found->node->height + 1;
    use.index = static_cast<std::uint32_t>(found - template_.lets.begin());
    use.place = found->node->place;
    found->use = &template_.pool.add(std::move(use));
    return found->use;
}

std::size_t Compiler::add_regex(std::string_view pattern, Place place) {
    auto compiled = Regex::compile(pattern);
    if (!compiled) {
        throw TemplateProblem(place, compiled.error().message.english());
    }
    if (template_.regexes.size() >= 2000) {
        throw TemplateProblem(place, "too many regular expressions");
    }
    template_.regexes.push_back(std::move(*compiled));
    return template_.regexes.size() - 1;
}

void Compiler::note_use(Field field, Surroundings& around) {
    switch (field) {
        case Field::vat_rate_of_line:
        case Field::vat_base:
        case Field::vat_amount:
        case Field::vat_gross:
        case Field::vat_count:
        case Field::vat_source:
        case Field::net:
        case Field::vat:
        case Field::gross: template_.uses_split = true; break;
        case Field::vat_local_base:
        case Field::vat_local_amount:
        case Field::vat_local_gross:
        case Field::local_net:
        case Field::local_vat:
        case Field::local_gross: template_.uses_split = true; [[fallthrough]];
        case Field::rate:
        case Field::inverse_rate:
        case Field::rate_date: template_.uses_local = true; break;
        case Field::posting_date: template_.uses_posting_date = true; [[fallthrough]];
        case Field::piece_date: template_.uses_dates = true; break;
        case Field::line_debit:
        case Field::line_credit:
        case Field::line_signed:
        case Field::line_amount:
        case Field::line_side: around.uses_line = true; break;
        case Field::total_entries:
        case Field::total_rows:
        case Field::total_amount:
        case Field::total_debit:
        case Field::total_credit:
        case Field::total_first_date:
        case Field::total_last_date:
        case Field::total_groups:
            for (FileSpec& file : template_.files) {
                file.has_totals = file.has_totals || around.file == nullptr;
            }
            if (around.file != nullptr && around.before_entries) {
                around.file->has_totals = true;
            }
            break;
        case Field::group_entries:
        case Field::group_rows:
        case Field::group_amount:
        case Field::group_debit:
        case Field::group_credit:
            if (around.file != nullptr) {
                around.file->has_group_totals = true;
                around.file->has_totals = true;
            }
            break;
        default: break;
    }
}

void Compiler::add_template_names(Scope& scope) {
    scope.setting = [this](std::string_view name, Type& type) {
        const int index = template_.find_setting(name);
        if (index >= 0) {
            type = template_.settings[static_cast<std::size_t>(index)].type;
            template_.setting_used[static_cast<std::size_t>(index)] = true;
        }
        return index;
    };
    scope.mapping = [this](std::string_view name, Type& type) {
        const auto found =
            std::find_if(template_.mappings.begin(), template_.mappings.end(), [&](const MappingSpec& spec) { return spec.name == name; });
        if (found == template_.mappings.end()) {
            return -1;
        }
        type = found->type;
        return static_cast<int>(found - template_.mappings.begin());
    };
    scope.counter = [this](std::string_view name, Level& level) {
        const auto found =
            std::find_if(template_.counters.begin(), template_.counters.end(), [&](const CounterSpec& spec) { return spec.name == name; });
        if (found == template_.counters.end()) {
            return -1;
        }
        level = found->per_row ? Level::row : Level::entry;
        return static_cast<int>(found - template_.counters.begin());
    };
    scope.table = [this](std::string_view name) {
        const auto found =
            std::find_if(template_.tables.begin(), template_.tables.end(), [&](const auto& item) { return item.first == name; });
        return found == template_.tables.end() ? -1 : static_cast<int>(found - template_.tables.begin());
    };
}

void Compiler::add_patterns(Scope& scope) {
    const auto compiled = [](auto parsed, auto& list, Place place) {
        if (!parsed) {
            throw TemplateProblem(place, parsed.error().message.english(), parsed.error().hint);
        }
        list.push_back(std::move(*parsed));
        return static_cast<std::uint32_t>(list.size() - 1);
    };
    scope.number_pattern = [this, compiled](std::string_view pattern, Place place) {
        return compiled(NumberPattern::parse(pattern), template_.number_patterns, place);
    };
    scope.date_pattern = [this, compiled](std::string_view pattern, Place place) {
        return compiled(DatePattern::parse(pattern), template_.date_patterns, place);
    };
    scope.regex = [this](std::string_view pattern, Place place) { return static_cast<std::uint32_t>(add_regex(pattern, place)); };
}

std::vector<std::string> Compiler::known_names(const Surroundings& around) const {
    std::vector<std::string> names;
    for (const LetSpec& let : template_.lets) {
        names.push_back(let.name);
    }
    for (const SettingSpec& spec : template_.settings) {
        names.push_back("setting." + spec.name);
    }
    for (const MappingSpec& spec : template_.mappings) {
        names.push_back("map." + spec.name);
    }
    for (const CounterSpec& spec : template_.counters) {
        names.push_back("counter." + spec.name);
    }
    if (around.line != nullptr) {
        for (const auto& [name, node] : around.line->set) {
            names.push_back("line." + name);
        }
    }
    return names;
}

Scope Compiler::scope_for(Surroundings& around) {
    Scope scope;
    scope.let = [this, &around](std::string_view name) -> const Node* {
        if (name == "n" && around.n) {
            Node node;
            node.type = Type::number;
            node.value = Value::of_number(*around.n);
            return &template_.pool.add(std::move(node));
        }
        return let_node(name);
    };
    scope.line = [&around](std::string_view name) -> const Node* {
        around.uses_line = true;
        if (around.line == nullptr) {
            return nullptr;
        }
        const auto& set = around.line->set;
        const auto found = std::find_if(set.begin(), set.end(), [&](const auto& item) { return item.first == name; });
        return found == set.end() ? nullptr : found->second;
    };
    scope.allows = [&around](Field field) {
        if (field >= Field::each_value) {
            return around.has_each;
        }
        const bool of_line = field >= Field::line_debit && field <= Field::line_side;
        return !of_line || around.has_amount;
    };
    add_template_names(scope);
    add_patterns(scope);
    scope.depth = &depth_;
    scope.used = [this, &around](Field field) { note_use(field, around); };
    scope.names = [this, &around] { return known_names(around); };
    return scope;
}

const Node* Compiler::expression(const SourceText& source, Surroundings& around) {
    std::size_t offset = 0;
    const Scope scope = scope_for(around);
    return parse_expression(source, offset, true, scope, template_.pool);
}

const Node* Compiler::expression_of(TableReader& table, std::string_view key, Surroundings& around, std::optional<Type> type) {
    const auto source = table.source_text(key);
    if (!source) {
        return nullptr;
    }
    const Node* node = expression(*source, around);
    if (type && node->type != *type) {
        table.wrong(key, fmt::format("\"{}\" must be {}, found {}", key, name_of(*type), name_of(node->type)),
                    *type == Type::text ? "text(…) makes a text" : "");
    }
    return node;
}

std::vector<TextPart> Compiler::text_parts(const SourceText& source, Surroundings& around) {
    std::vector<TextPart> parts;
    std::string literal;
    const std::string& text = source.text;
    const Scope scope = scope_for(around);
    for (std::size_t at = 0; at < text.size();) {
        const char letter = text[at];
        const bool is_double = at + 1 < text.size() && text[at + 1] == letter;
        if ((letter == '{' || letter == '}') && is_double) {
            literal += letter;
            at += 2;
            continue;
        }
        if (letter == '}') {
            throw TemplateProblem(source.place(at), "a \"}\" without its \"{\"", "Write }} for a brace that is text");
        }
        if (letter != '{') {
            literal += letter;
            ++at;
            continue;
        }
        if (!literal.empty()) {
            parts.push_back({std::move(literal), nullptr});
            literal.clear();
        }
        const std::size_t begin = at++;
        const Node* node = parse_expression(source, at, false, scope, template_.pool);
        if (at >= text.size() || text[at] != '}') {
            throw TemplateProblem(
                source.place(std::min(at, text.size())), "expected a \"}\" here",
                fmt::format("The \"{{\" is at column {}; write {{{{ for a brace that is text", source.place(begin).column));
        }
        ++at;
        parts.push_back({{}, node});
    }
    if (!literal.empty()) {
        parts.push_back({std::move(literal), nullptr});
    }
    return parts;
}

}  // namespace moisson::erp

/// The parser of expressions: recursive descent, types settled on the way, every error with its place.
#include "erp/expression.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace moisson::erp {

namespace {

using enum Type;
using enum Level;

constexpr int depth_max = 100;
constexpr std::size_t nodes_max = 200'000;
constexpr std::size_t arguments_max = 200;

bool is_name_letter(char letter) {
    return is_letter_or_digit(letter) || letter == '_' || letter == '.';
}

class Parser {
public:
    Parser(const SourceText& source, std::size_t offset, const Scope& scope, NodePool& pool)
        : source_(source), at_(offset), scope_(scope), pool_(pool) {}

    const Node* parse(bool to_end) {
        const Node* node = parse_either();
        skip_blanks();
        if (to_end && at_ < source_.text.size()) {
            wrong(at_, fmt::format("expected an operator or the end here, found \"{}\"", rest()));
        }
        return node;
    }
    [[nodiscard]] std::size_t offset() const { return at_; }

private:
    // Where the parser stands.
    [[noreturn]] void wrong(std::size_t offset, const std::string& message, std::string hint = {}) const {
        throw TemplateProblem(source_.place(offset), message, std::move(hint));
    }
    [[nodiscard]] std::string rest() const { return sanitise(std::string_view(source_.text).substr(at_, 20), 24); }
    void skip_blanks() {
        while (at_ < source_.text.size() && (source_.text[at_] == ' ' || source_.text[at_] == '\n' || source_.text[at_] == '\t')) {
            ++at_;
        }
    }
    [[nodiscard]] bool take(std::string_view symbol) {
        skip_blanks();
        if (std::string_view(source_.text).substr(at_).starts_with(symbol)) {
            at_ += symbol.size();
            return true;
        }
        return false;
    }
    [[nodiscard]] bool take_word(std::string_view word) {
        skip_blanks();
        const std::string_view ahead = std::string_view(source_.text).substr(at_);
        if (ahead.starts_with(word) && (ahead.size() == word.size() || !is_name_letter(ahead[word.size()]))) {
            at_ += word.size();
            return true;
        }
        return false;
    }

    // Trees.
    const Node* make(Node node, std::size_t offset) {
        for (const Node* argument : node.arguments) {
            node.level = std::max(node.level, argument->level);
            node.height = std::max(node.height, argument->height + 1);
        }
        if (node.height > height_max) {
            wrong(offset, fmt::format("the expression (with the names that it uses) is nested deeper than {} levels", height_max));
        }
        node.place = source_.place(offset);
        if (pool_.size() >= nodes_max) {
            wrong(offset, "the template is too large");
        }
        return &pool_.add(std::move(node));
    }
    const Node* constant(Value value, std::size_t offset) {
        Node node;
        node.type = value.type;
        node.value = value;
        return make(std::move(node), offset);
    }
    const Node* operation(Op op, Type type, std::vector<const Node*> arguments, std::size_t offset) {
        Node node;
        node.op = op;
        node.type = type;
        node.arguments = std::move(arguments);
        return make(std::move(node), offset);
    }
    const Node* call(Function function, Type type, std::vector<const Node*> arguments, std::size_t offset) {
        Node node;
        node.op = Op::call;
        node.function = function;
        node.type = type;
        node.arguments = std::move(arguments);
        return make(std::move(node), offset);
    }
    /// Numbers, amounts, dates and instants become their plain text.
    const Node* as_text(const Node* node, std::size_t offset) {
        if (node->type == text) {
            return node;
        }
        if (node->type == truth) {
            wrong(offset, "a truth value is no text; say what to write with if(…, …, …)");
        }
        return call(Function::text, text, {node}, offset);
    }

    const Node* parse_either() {
        const Node* left = parse_both();
        for (skip_blanks(); take_word("or"); skip_blanks()) {
            left = logic(Op::either, left);
        }
        return left;
    }
    const Node* parse_both() {
        const Node* left = parse_not();
        for (skip_blanks(); take_word("and"); skip_blanks()) {
            left = logic(Op::both, left);
        }
        return left;
    }
    const Node* logic(Op op, const Node* left) {
        const std::size_t offset = at_;
        const Node* right = op == Op::either ? parse_both() : parse_not();
        for (const Node* side : {left, right}) {
            if (side->type != truth) {
                wrong(offset, fmt::format("\"and\" and \"or\" join truth values, found {}", name_of(side->type)));
            }
        }
        return operation(op, truth, {left, right}, offset);
    }
    const Node* parse_not() {
        skip_blanks();
        const std::size_t offset = at_;
        if (!take_word("not")) {
            return parse_comparison();
        }
        const Deeper deeper(*this, offset);
        const Node* inner = parse_not();
        if (inner->type != truth) {
            wrong(offset, fmt::format("\"not\" stands before a truth value, found {}", name_of(inner->type)));
        }
        return operation(Op::not_, truth, {inner}, offset);
    }

    const Node* parse_comparison() {
        static constexpr std::array<std::pair<std::string_view, Op>, 6> operators{{
            {"<>", Op::not_equal},
            {"<=", Op::less_equal},
            {">=", Op::greater_equal},
            {"=", Op::equal},
            {"<", Op::less},
            {">", Op::greater},
        }};
        const Node* left = parse_concat();
        skip_blanks();
        const std::size_t offset = at_;
        for (const auto& [symbol, op] : operators) {
            if (!take(symbol)) {
                continue;
            }
            if (op == Op::equal && take("=")) {
                wrong(offset, "equality is written with one =");
            }
            const Node* right = parse_concat();
            const bool measured = (left->type == money && right->type == number) || (left->type == number && right->type == money);
            if (left->type != right->type && !measured) {
                wrong(offset, fmt::format("{} cannot be compared with {}", name_of(left->type), name_of(right->type)));
            }
            return operation(op, truth, {left, right}, offset);
        }
        return left;
    }
    const Node* parse_concat() {
        const Node* left = parse_sum();
        if (!take("&")) {
            return left;
        }
        const std::size_t offset = at_;
        std::vector<const Node*> pieces{as_text(left, offset)};
        do {
            skip_blanks();
            const std::size_t begin = at_;
            pieces.push_back(as_text(parse_sum(), begin));
        } while (take("&") && pieces.size() < arguments_max);
        return operation(Op::concat, text, std::move(pieces), offset);
    }
    const Node* parse_sum() {
        const Node* left = parse_product();
        for (;;) {
            skip_blanks();
            const std::size_t offset = at_;
            const bool plus = take("+");
            if (!plus && !take("-")) {
                return left;
            }
            const Node* right = parse_product();
            if (left->type != right->type || (left->type != number && left->type != money)) {
                wrong(offset,
                      fmt::format("+ and - take two numbers or two amounts, found {} and {}", name_of(left->type), name_of(right->type)),
                      left->type == date   ? "Use add_days(date, days)"
                      : left->type == text ? "Join texts with &"
                                           : "");
            }
            left = operation(plus ? Op::add : Op::subtract, left->type, {left, right}, offset);
        }
    }
    const Node* parse_product() {
        const Node* left = parse_unary();
        for (;;) {
            skip_blanks();
            const std::size_t offset = at_;
            if (!take("*")) {
                return left;
            }
            const Node* right = parse_unary();
            if (right->type != number || (left->type != number && left->type != money)) {
                wrong(offset, "* takes a number, or an amount and a number");
            }
            left = operation(Op::multiply, left->type, {left, right}, offset);
        }
    }
    const Node* parse_unary() {
        skip_blanks();
        const std::size_t offset = at_;
        if (!take("-")) {
            return parse_primary();
        }
        const Deeper deeper(*this, offset);
        const Node* inner = parse_unary();
        if (inner->type != number && inner->type != money) {
            wrong(offset, fmt::format("- stands before a number or an amount, found {}", name_of(inner->type)));
        }
        return operation(Op::negate, inner->type, {inner}, offset);
    }

    const Node* parse_primary() {
        skip_blanks();
        const std::size_t offset = at_;
        const Deeper deeper(*this, offset);
        if (at_ >= source_.text.size()) {
            wrong(offset, "the expression ends where a value should stand");
        }
        const char letter = source_.text[at_];
        if (letter == '(') {
            ++at_;
            const Node* inner = parse_either();
            if (!take(")")) {
                wrong(at_, "a \")\" is missing", fmt::format("The \"(\" is at column {}", source_.place(offset).column));
            }
            return inner;
        }
        if (letter == '"') {
            return parse_text();
        }
        if (letter >= '0' && letter <= '9') {
            return parse_number();
        }
        if (is_name_letter(letter) && letter != '.') {
            return parse_name();
        }
        wrong(offset, fmt::format("expected a value here, found \"{}\"", rest()),
              letter == '\''  ? "Texts stand between double quotes"
              : letter == '{' ? "Braces belong into texts, not into expressions"
                              : "");
    }

    const Node* parse_text() {
        const std::size_t offset = at_++;
        std::string value;
        for (;; ++at_) {
            if (at_ >= source_.text.size() || source_.text[at_] == '\n') {
                wrong(offset, "the text is not closed with a \"");
            }
            char letter = source_.text[at_];
            if (letter == '"') {
                ++at_;
                break;
            }
            if (letter == '\\') {
                ++at_;
                const char escape = at_ < source_.text.size() ? source_.text[at_] : '\0';
                constexpr std::string_view names = "tnr\"\\";
                constexpr std::string_view letters = "\t\n\r\"\\";
                const auto found = names.find(escape);
                if (found == std::string_view::npos) {
                    wrong(at_, "\\ stands only before t, n, r, \" and \\");
                }
                letter = letters[found];
            }
            value += letter;
        }
        return constant(Value::of_text(pool_.keep(std::move(value))), offset);
    }

    const Node* parse_number() {
        const std::size_t offset = at_;
        while (at_ < source_.text.size() && (is_name_letter(source_.text[at_]))) {
            ++at_;
        }
        const std::string_view written = std::string_view(source_.text).substr(offset, at_ - offset);
        Value value;
        if (!parse_decimal(written, value) || value.scale > 9) {
            wrong(offset, fmt::format("\"{}\" is no number", sanitise(written, 40)), "At most 18 digits, 9 of them after a dot");
        }
        return constant(value, offset);
    }

    const Node* parse_name() {
        const std::size_t offset = at_;
        while (at_ < source_.text.size() && is_name_letter(source_.text[at_])) {
            ++at_;
        }
        const std::string name = source_.text.substr(offset, at_ - offset);
        if (name == "true" || name == "false") {
            return constant(Value::of_truth(name == "true"), offset);
        }
        skip_blanks();
        if (at_ < source_.text.size() && source_.text[at_] == '(') {
            return parse_call(name, offset);
        }
        if (const Node* known = resolve(name, offset)) {
            return known;
        }
        std::vector<std::string> names = scope_.names();
        std::vector<std::string_view> known(names.begin(), names.end());
        const auto more = field_names();
        known.insert(known.end(), more.begin(), more.end());
        const auto near = nearest_word(name, known);
        wrong(offset, fmt::format("there is no \"{}\"", sanitise(name, 60)), near ? fmt::format("Did you mean \"{}\"?", *near) : "");
    }

    const Node* resolve(const std::string& name, std::size_t offset) {
        Node node;
        if (name.starts_with("setting.")) {
            const int index = scope_.setting(std::string_view(name).substr(8), node.type);
            node.op = Op::setting;
            node.index = static_cast<std::uint32_t>(index);
            return index < 0 ? nullptr : make(std::move(node), offset);
        }
        if (name.starts_with("map.")) {
            const int index = scope_.mapping(std::string_view(name).substr(4), node.type);
            node.op = Op::mapping;
            node.level = contract;
            node.index = static_cast<std::uint32_t>(index);
            return index < 0 ? nullptr : make(std::move(node), offset);
        }
        if (name.starts_with("counter.")) {
            const int index = scope_.counter(std::string_view(name).substr(8), node.level);
            node.op = Op::counter;
            node.type = number;
            node.index = static_cast<std::uint32_t>(index);
            return index < 0 ? nullptr : make(std::move(node), offset);
        }
        if (const FieldInfo* info = find_field(name)) {
            if (!scope_.allows(info->field)) {
                wrong(offset, fmt::format("\"{}\" has no meaning here", name),
                      "templates/README.md, \"Fields\", says where each may stand");
            }
            scope_.used(info->field);
            node.op = Op::field;
            node.type = info->type;
            node.level = info->level;
            node.field = info->field;
            return make(std::move(node), offset);
        }
        return name.starts_with("line.") ? scope_.line(std::string_view(name).substr(5)) : scope_.let(name);
    }

    const Node* parse_call(const std::string& name, std::size_t offset) {
        const Signature* signature = find_signature(name);
        if (signature == nullptr) {
            const auto near = nearest_word(name, function_names());
            wrong(offset, fmt::format("there is no function \"{}\"", sanitise(name, 60)),
                  near ? fmt::format("Did you mean \"{}\"?", *near) : "");
        }
        ++at_;
        std::vector<const Node*> arguments;
        std::vector<std::size_t> offsets;
        if (!take(")")) {
            do {
                skip_blanks();
                offsets.push_back(at_);
                arguments.push_back(parse_either());
                if (arguments.size() > arguments_max) {
                    wrong(offset, "too many arguments");
                }
            } while (take(","));
            if (!take(")")) {
                wrong(at_, fmt::format("expected \",\" or \")\" in {}(…), found \"{}\"", name, rest()));
            }
        }
        return signature->function == Function::case_ ? make_case(std::move(arguments), offsets, offset)
                                                      : make_call(*signature, std::move(arguments), offsets, offset);
    }

    /// case(value, when1, then1, when2, then2, …[, else])
    const Node* make_case(std::vector<const Node*> arguments, const std::vector<std::size_t>& offsets, std::size_t offset) {
        if (arguments.size() < 3) {
            wrong(offset, "case(value, when, then, …, else) takes three arguments or more");
        }
        const Type result = arguments[2]->type;
        for (std::size_t at = 1; at < arguments.size(); ++at) {
            const bool is_result = at % 2 == 0 || at + 1 == arguments.size();
            const Type wanted = is_result ? result : arguments[0]->type;
            if (wanted == text && arguments[at]->type != text) {
                arguments[at] = as_text(arguments[at], offsets[at]);
            }
            if (arguments[at]->type != wanted) {
                wrong(offsets[at], fmt::format("case(…): expected {} here, found {}", name_of(wanted), name_of(arguments[at]->type)));
            }
        }
        return call(Function::case_, result, std::move(arguments), offset);
    }

    const Node* make_call(const Signature& signature, std::vector<const Node*> arguments, const std::vector<std::size_t>& offsets,
                          std::size_t offset) {
        check_count(signature, arguments.size(), offset);
        Node node;
        node.op = Op::call;
        node.function = signature.function;
        Type alike = text;
        bool has_alike = false;
        std::size_t letter_at = 0;
        for (std::size_t at = 0; at < arguments.size(); ++at, ++letter_at) {
            if (letter_at < signature.parameters.size() && signature.parameters[letter_at] == '|') {
                ++letter_at;
            }
            const bool repeated = letter_at >= signature.parameters.size() || signature.parameters[letter_at] == '*';
            const char letter = repeated ? signature.parameters[signature.parameters.size() - 2] : signature.parameters[letter_at];
            if (letter == 's') {
                alike = has_alike ? alike : arguments[at]->type;
                has_alike = true;
                arguments[at] = alike == text ? as_text(arguments[at], offsets[at]) : arguments[at];
                expect(alike == arguments[at]->type, name_of(alike), arguments[at], signature, offsets[at]);
                continue;
            }
            arguments[at] = check_argument(letter, arguments[at], arguments[0], signature, offsets[at], node);
        }
        node.type = result_of(signature.result, alike, arguments[0]->type);
        node.arguments = std::move(arguments);
        return make(std::move(node), offset);
    }

    void check_count(const Signature& signature, std::size_t count, std::size_t offset) const {
        const std::string_view parameters = signature.parameters;
        const auto bar = parameters.find('|');
        const bool repeats = parameters.ends_with('*');
        const std::size_t most = parameters.size() - (bar == std::string_view::npos ? 0 : 1) - (repeats ? 1 : 0);
        const std::size_t least = bar == std::string_view::npos ? most : bar;
        if (count < least || (count > most && !repeats)) {
            wrong(offset, fmt::format("{}(…) takes {} argument{}, found {}", signature.name,
                                      least == most && !repeats ? fmt::format("{}", most)
                                      : repeats                 ? fmt::format("{} or more", least)
                                                                : fmt::format("{} or {}", least, most),
                                      most == 1 ? "" : "s", count));
        }
    }
    void expect(bool fits, std::string_view wanted, const Node* argument, const Signature& signature, std::size_t offset) const {
        if (!fits) {
            wrong(offset, fmt::format("{}(…): expected {} here, found {}", signature.name, wanted, name_of(argument->type)));
        }
    }
    [[nodiscard]] static Type result_of(char letter, Type alike, Type first) {
        switch (letter) {
            case 'n': return number;
            case 'm': return money;
            case 'd': return date;
            case 'i': return instant;
            case 'b': return truth;
            case 's': return alike;
            case '1': return first;
            default: return text;
        }
    }
    [[nodiscard]] static bool is_literal(const Node* node) { return node->op == Op::constant && node->type == text; }

    const Node* check_argument(char letter, const Node* argument, const Node* first, const Signature& signature, std::size_t offset,
                               Node& node) {
        switch (letter) {
            case 't': return as_text(argument, offset);
            case 'n': expect(argument->type == number, "a number", argument, signature, offset); break;
            case 'm': expect(argument->type == money, "an amount", argument, signature, offset); break;
            case 'd': expect(argument->type == date, "a date", argument, signature, offset); break;
            case 'i': expect(argument->type == instant, "an instant", argument, signature, offset); break;
            case 'b': expect(argument->type == truth, "a truth value", argument, signature, offset); break;
            case 'q':
                expect(argument->type == number || argument->type == money, "a number or an amount", argument, signature, offset);
                break;
            case 'r':
                expect(is_literal(argument), "a regular expression between double quotes", argument, signature, offset);
                node.index = scope_.regex(argument->value.text, source_.place(offset));
                break;
            case 'T': {
                expect(is_literal(argument), "the name of a table between double quotes", argument, signature, offset);
                const int table = scope_.table(argument->value.text);
                if (table < 0) {
                    wrong(offset, fmt::format("there is no table \"{}\"", sanitise(argument->value.text, 60)), "Tables are [tables.NAME]");
                }
                node.index = static_cast<std::uint32_t>(table);
                break;
            }
            case 'p': node.index = compile_pattern(argument, first, offset); break;
            default: break;
        }
        return argument;
    }
    std::uint32_t compile_pattern(const Node* argument, const Node* first, std::size_t offset) {
        if (argument->op == Op::setting && argument->type == text) {
            return pattern_at_run_time;
        }
        if (!is_literal(argument)) {
            wrong(offset, "a pattern is a text between double quotes, or a setting");
        }
        if (first->type == number || first->type == money) {
            return scope_.number_pattern(argument->value.text, source_.place(offset));
        }
        if (first->type == date || first->type == instant) {
            return scope_.date_pattern(argument->value.text, source_.place(offset));
        }
        wrong(offset, fmt::format("{} is written without a pattern", name_of(first->type)));
    }

    /// Expressions nest only so deep: the parser calls itself.
    class Deeper {
    public:
        Deeper(Parser& parser, std::size_t offset) : parser_(parser) {
            if (*parser_.scope_.depth >= depth_max) {
                parser_.wrong(offset,
                              fmt::format("the expression (with the names that it uses) is nested deeper than {} levels", depth_max));
            }
            ++*parser_.scope_.depth;
        }
        ~Deeper() { --*parser_.scope_.depth; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

    private:
        Parser& parser_;
    };

    const SourceText& source_;
    std::size_t at_;
    const Scope& scope_;
    NodePool& pool_;
};

}  // namespace

const Node* parse_expression(const SourceText& source, std::size_t& offset, bool to_end, const Scope& scope, NodePool& pool) {
    Parser parser(source, offset, scope, pool);
    const Node* node = parser.parse(to_end);
    offset = parser.offset();
    return node;
}

}  // namespace moisson::erp

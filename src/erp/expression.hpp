#pragma once
/// Expressions of templates as typed trees. Reference: templates/README.md, "Expressions". A tree is made once, when the template is
/// read, and never changed; nothing in it loops, so every evaluation ends.

#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "erp/value.hpp"
#include "erp/vocabulary.hpp"

namespace moisson::erp {

/// Line and column in a template, from 1.
struct Place {
    unsigned line = 0;
    unsigned column = 0;
};

/// What is wrong with a template, and where: thrown while one is read, caught by `parse_template`.
class TemplateProblem : public std::runtime_error {
public:
    TemplateProblem(Place place, const std::string& message, std::string hint = {})
        : std::runtime_error(message), place_(place), hint_(std::move(hint)) {}
    [[nodiscard]] Place place() const noexcept { return place_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    Place place_;
    std::string hint_;
};

enum class Op : std::uint8_t {
    constant,
    field,
    setting,
    mapping,
    let,
    counter,
    concat,
    add,
    subtract,
    multiply,
    negate,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    both,
    either,
    not_,
    call,
};

struct Node {
    Op op = Op::constant;
    Function function = Function::text;
    Type type = Type::text;
    Level level = Level::fixed;
    Field field = Field::amount;
    std::uint32_t index = 0;   ///< of the setting, mapping column, let, counter, or compiled pattern, expression or table of a call
    std::uint32_t height = 1;  ///< of the tree below, through names of [let] too
    Value value;               ///< of a constant; its text lives in the pool
    std::vector<const Node*> arguments;
    Place place;
};

/// Evaluation calls itself as deep as a tree is high.
inline constexpr std::uint32_t height_max = 300;

/// Owns the nodes and their literals; addresses stay.
class NodePool {
public:
    [[nodiscard]] Node& add(Node node) { return nodes_.emplace_back(std::move(node)); }
    [[nodiscard]] std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

private:
    std::deque<Node> nodes_;
    std::deque<std::string> texts_;
};

/// What names mean where an expression stands. The functions return null (or a negative index) for what they do not know.
struct Scope {
    std::function<const Node*(std::string_view name)> let;   ///< a name of [let], or of the repetition; its node
    std::function<const Node*(std::string_view name)> line;  ///< `line.NAME` of the line's `set`
    std::function<bool(Field field)> allows;                 ///< whether `line.…`, `each.…` may stand here
    std::function<int(std::string_view name, Type& type)> setting;
    std::function<int(std::string_view name, Type& type)> mapping;
    std::function<int(std::string_view name, Level& level)> counter;
    std::function<int(std::string_view name)> table;
    std::function<std::uint32_t(std::string_view pattern, Place place)> number_pattern;  ///< compiles; TemplateProblem
    std::function<std::uint32_t(std::string_view pattern, Place place)> date_pattern;
    std::function<std::uint32_t(std::string_view pattern, Place place)> regex;
    std::function<void(Field field)> used;            ///< told of every field
    int* depth = nullptr;                                       ///< how deep the parser is nested, names of [let] included
    std::function<std::vector<std::string>()> names;  ///< for "did you mean"
};

/// A text of the template with where its bytes stand in the file.
struct SourceText {
    std::string text;
    std::function<Place(std::size_t offset)> place;
};

/// Parses `source` from `offset` on and moves it behind the expression. With `to_end`, all of it must be one expression.
/// TemplateProblem: where and what.
[[nodiscard]] const Node* parse_expression(const SourceText& source, std::size_t& offset, bool to_end, const Scope& scope, NodePool& pool);

/// The pattern argument of a call that is not a literal (a setting): index in its node.
inline constexpr std::uint32_t pattern_at_run_time = 0xffffffffU;

}  // namespace moisson::erp

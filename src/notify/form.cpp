#include "notify/form.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "notify/note_text.hpp"

namespace moisson::notify {

namespace {

#include "notices.inc"

using Value = rapidjson::Value;
using Allocator = rapidjson::Document::AllocatorType;

constexpr std::uint64_t form_bytes_max = 64U << 10U;
constexpr std::size_t filled_bytes_max = 1U << 20U;
constexpr unsigned depth_max = 32;
constexpr std::size_t elements_max = 20'000;
constexpr std::string_view mark_begin = "{{";
constexpr std::string_view mark_end = "}}";

std::string_view view_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// "item.title|150"
struct Placeholder {
    std::string_view path;
    bool for_slack = false;
    std::size_t letters_max = 0;  ///< 0: no bound
};

std::optional<Placeholder> read_placeholder(std::string_view inside) {
    Placeholder found;
    const std::size_t bar = std::min(inside.find('|'), inside.size());
    found.path = trim(inside.substr(0, bar));
    if (found.path.empty() || !is_letters_and_digits(found.path, "._")) {
        return std::nullopt;
    }
    for (std::string_view rest = inside.substr(bar); !rest.empty();) {
        rest.remove_prefix(1);
        const std::size_t end = std::min(rest.find('|'), rest.size());
        const std::string_view filter = trim(rest.substr(0, end));
        rest.remove_prefix(end);
        const char* const last = filter.data() + filter.size();
        const auto [stop, problem] = std::from_chars(filter.data(), last, found.letters_max);
        if (filter == "slack") {
            found.for_slack = true;
        } else if (problem != std::errc{} || stop != last || found.letters_max == 0) {
            return std::nullopt;
        }
    }
    return found;
}

std::string first_letters(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (std::size_t letters = 0; end < text.size(); ++letters) {
        if (letters + 1 == count) {
            const std::size_t size = std::max<std::size_t>(utf8_sequence_length(text.substr(end)), 1);
            return end + size == text.size() ? std::string(text) : std::string(text.substr(0, end)) + "…";
        }
        end += std::max<std::size_t>(utf8_sequence_length(text.substr(end)), 1);
    }
    return std::string(text);
}

/// docs.slack.dev, "Formatting message text": these three alone.
std::string for_slack(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        escaped += letter == '&' ? "&amp;" : letter == '<' ? "&lt;" : letter == '>' ? "&gt;" : std::string(1, letter);
    }
    return escaped;
}

/// Calls `text(piece)` and `placeholder(found)` in the order in which they stand; false where something between the marks is none.
template <class Text, class Found>
bool go_through(std::string_view words, const Text& text, const Found& placeholder) {
    while (!words.empty()) {
        const std::size_t begin = std::min(words.find(mark_begin), words.size());
        text(words.substr(0, begin));
        words.remove_prefix(begin);
        if (words.empty()) {
            break;
        }
        const std::size_t end = words.find(mark_end);
        const auto found = end == std::string_view::npos ? std::nullopt : read_placeholder(words.substr(2, end - 2));
        if (!found) {
            return false;
        }
        placeholder(*found);
        words.remove_prefix(end + mark_end.size());
    }
    return true;
}

/// The list's name, where the element is `{"$each": …, "$do": …}`.
const Value* each_of(const Value& element) {
    if (!element.IsObject()) {
        return nullptr;
    }
    const auto found = element.FindMember("$each");
    return found == element.MemberEnd() ? nullptr : &found->value;
}

/// What is wrong with a form; empty where nothing is.
std::string problem_of_form(const Value& value, unsigned depth = 1) {
    if (depth > depth_max) {
        return fmt::format("it is nested deeper than {}", depth_max);
    }
    if (value.IsString()) {
        const bool fine = go_through(
            view_of(value), [](std::string_view) {}, [](const Placeholder&) {});
        return fine ? std::string() : fmt::format("\"{}\" has a placeholder that is none", sanitise(view_of(value), 80));
    }
    if (value.IsArray()) {
        for (const Value& element : value.GetArray()) {
            if (std::string problem = problem_of_form(element, depth + 1); !problem.empty()) {
                return problem;
            }
        }
        return {};
    }
    if (!value.IsObject()) {
        return {};
    }
    if (const Value* const each = each_of(value)) {
        const bool is_name = each->IsString() && is_letters_and_digits(view_of(*each), "._") && each->GetStringLength() > 0;
        if (!is_name || value.MemberCount() != 2 || !value.HasMember("$do")) {
            return "an element with $each needs the name of a list and $do, and nothing else";
        }
    }
    for (const auto& member : value.GetObject()) {
        if (std::string problem = problem_of_form(member.value, depth + 1); !problem.empty()) {
            return problem;
        }
    }
    return {};
}

/// A form's values, filled from a notice's.
class Filler {
public:
    Filler(const Value& data, Allocator& allocator) : data_(data), allocator_(allocator) {}

    Value fill(const Value& form) {
        if (form.IsString()) {
            return fill_text(view_of(form));
        }
        if (form.IsArray()) {
            return fill_array(form);
        }
        if (!form.IsObject()) {
            return Value(form, allocator_);
        }
        Value filled(rapidjson::kObjectType);
        for (const auto& member : form.GetObject()) {
            filled.AddMember(Value(member.name, allocator_), fill(member.value), allocator_);
        }
        return filled;
    }
    [[nodiscard]] bool is_over() const noexcept { return elements_ > elements_max; }

private:
    Value fill_array(const Value& form) {
        Value filled(rapidjson::kArrayType);
        for (const Value& element : form.GetArray()) {
            if (const Value* const each = each_of(element)) {
                repeat(element["$do"], find(view_of(*each)), filled);
            } else {
                filled.PushBack(fill(element), allocator_);
            }
        }
        return filled;
    }

    void repeat(const Value& form, const Value* list, Value& filled) {
        if (list == nullptr || !list->IsArray()) {
            return;
        }
        const Value* const outer = item_;
        for (const Value& item : list->GetArray()) {
            if (++elements_ > elements_max) {
                break;
            }
            item_ = &item;
            if (form.IsArray()) {
                Value several = fill_array(form);
                for (Value& one : several.GetArray()) {
                    filled.PushBack(one, allocator_);
                }
            } else {
                filled.PushBack(fill(form), allocator_);
            }
        }
        item_ = outer;
    }

    Value fill_text(std::string_view words) {
        std::string text;
        const Value* whole = nullptr;
        std::size_t pieces = 0;
        go_through(
            words,
            [&](std::string_view piece) {
                text += piece;
                pieces += std::size_t{!piece.empty()};
            },
            [&](const Placeholder& placeholder) {
                ++pieces;
                whole = find(placeholder.path);
                std::string said = whole == nullptr ? std::string() : text_of(*whole);
                said = placeholder.letters_max > 0 ? first_letters(said, placeholder.letters_max) : said;
                text += placeholder.for_slack ? for_slack(said) : said;
            });
        const bool is_value = pieces == 1 && words.starts_with(mark_begin) && words.find('|') == std::string_view::npos;
        if (is_value && (whole == nullptr || !whole->IsString())) {
            return whole == nullptr ? Value() : Value(*whole, allocator_);
        }
        return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator_);
    }

    static std::string text_of(const Value& value) {
        return value.IsString()   ? std::string(view_of(value))
               : value.IsUint64() ? fmt::format("{}", value.GetUint64())
               : value.IsInt64()  ? fmt::format("{}", value.GetInt64())
               : value.IsBool()   ? std::string(value.GetBool() ? "true" : "false")
                                  : std::string();
    }

    /// Null where the notice does not have it.
    [[nodiscard]] const Value* find(std::string_view path) const {
        const Value* at = &data_;
        bool is_first = true;
        while (!path.empty()) {
            const std::size_t dot = std::min(path.find('.'), path.size());
            const std::string_view name = path.substr(0, dot);
            path.remove_prefix(std::min(dot + 1, path.size()));
            if (std::exchange(is_first, false) && name == "item" && item_ != nullptr) {
                at = item_;
                continue;
            }
            if (!at->IsObject()) {
                return nullptr;
            }
            const auto member = at->FindMember(Value(rapidjson::StringRef(name.data(), name.size())));
            if (member == at->MemberEnd()) {
                return nullptr;
            }
            at = &member->value;
        }
        return at;
    }

    const Value& data_;
    Allocator& allocator_;
    const Value* item_ = nullptr;
    std::size_t elements_ = 0;
};

Value text_value(std::string_view text, Allocator& allocator) {
    return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator);
}

/// `notice` of the values: what is no member of the summary.
Value notice_value(const Notice& notice, Allocator& allocator) {
    Value sections(rapidjson::kArrayType);
    for (const NoteSection& section : note_sections(notice.markdown)) {
        Value lines(rapidjson::kArrayType);
        std::string whole = section.title;
        for (const std::string& line : section.lines) {
            lines.PushBack(text_value(line, allocator), allocator);
            whole += (whole.empty() ? "" : "\n") + line;
        }
        Value one(rapidjson::kObjectType);
        // A chat takes no empty text.
        one.AddMember("title", text_value(section.title.empty() ? "Moisson" : section.title, allocator), allocator);
        one.AddMember("lines", lines, allocator);
        one.AddMember("whole", text_value(whole, allocator), allocator);
        sections.PushBack(one, allocator);
    }
    Value value(rapidjson::kObjectType);
    value.AddMember("id", text_value(notice.id, allocator), allocator);
    value.AddMember("made_at", text_value(format_timestamp(notice.made_at), allocator), allocator);
    value.AddMember("language", text_value(to_text(notice.language), allocator), allocator);
    value.AddMember("title", text_value(note_title(notice.markdown), allocator), allocator);
    value.AddMember("text", text_value(notice.markdown, allocator), allocator);
    value.AddMember("sections", sections, allocator);
    return value;
}

}  // namespace

struct Form::Content {
    rapidjson::Document document;
};

Form::Form(std::unique_ptr<Content> content) : content_(std::move(content)) {}
Form::~Form() = default;
Form::Form(Form&&) noexcept = default;
Form& Form::operator=(Form&&) noexcept = default;

Result<Form> Form::load(const std::string& name) {
    const std::string path = fmt::format("templates/notices/{}.json", name);
    const auto* const built_in = std::find_if(notices::built_in_files.begin(), notices::built_in_files.end(),
                                              [&](const notices::BuiltInFile& file) { return file.path == path; });
    if (built_in != notices::built_in_files.end()) {
        return parse(built_in->bytes, path);
    }
    auto text = read_file(name, form_bytes_max);
    if (!text) {
        return fail(ErrorCode::bad_input, "the form of the webhook cannot be read", sanitise(name),
                    text.error().code == ErrorCode::too_large ? "A form has at most 64 KiB" : "Name a file that this user may read");
    }
    return parse(*text, sanitise(name));
}

Result<Form> Form::parse(std::string_view json, const std::string& where) {
    auto content = std::make_unique<Content>();
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    content->document.Parse<flags>(json.data(), json.size());
    std::string problem = content->document.HasParseError()
                              ? fmt::format("it is no JSON at byte {}: {}", content->document.GetErrorOffset(),
                                            rapidjson::GetParseError_En(content->document.GetParseError()))
                              : problem_of_form(content->document);
    if (!problem.empty()) {
        return fail(ErrorCode::bad_input, fmt::format("the form of the webhook cannot be used: {}", problem), where,
                    "jobs/README.md, \"Notices\", says what a form may hold");
    }
    return Form(std::move(content));
}

Result<std::string> Form::fill(const Notice& notice) const {
    rapidjson::Document data;
    data.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(notice.members.data(), notice.members.size());
    if (data.HasParseError() || !data.IsObject()) {
        return fail(ErrorCode::internal, "a notice was kept that is none");
    }
    data.AddMember("notice", notice_value(notice, data.GetAllocator()), data.GetAllocator());
    Filler filler(data, data.GetAllocator());
    const Value filled = filler.fill(content_->document);
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(text);
    const bool is_whole = filled.Accept(writer);
    if (filler.is_over() || text.GetSize() > filled_bytes_max) {
        return fail(ErrorCode::too_large, "the form makes more than 1 MiB of the notice");
    }
    return is_whole ? Result<std::string>(std::string(text.GetString(), text.GetSize()))
                    : fail(ErrorCode::internal, "a notice was kept that is no UTF-8");
}

}  // namespace moisson::notify

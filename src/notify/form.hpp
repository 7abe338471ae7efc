#pragma once
/// What a webhook gets: a JSON text made of a form, which is data (templates/notices/, or a file of the user's), and a notice.
///
/// A form is a JSON document. In its texts `{{name}}` stands for a value of the notice: a member's name, with dots between nested ones
/// (`notice.title`, `verdict`, `totals`). A text that is nothing but one `{{name}}` becomes the value itself, whatever its kind; null where
/// the notice does not have it. Behind the name may stand `|N` (at most N characters, then "…") and `|slack` (Slack's three signs escaped).
/// An element `{"$each": "name", "$do": …}` of an array stands for one `$do` (where it is an array: its elements) for each element of that
/// list, which is `item` in it. What a notice holds never becomes structure.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "notify/notice.hpp"

namespace moisson::notify {

/// Immutable; any thread.
class Form {
public:
    /// "plain", "slack", "teams", or a file. `bad_input`: not readable, longer than 64 KiB, no JSON, nested deeper than 32, a placeholder
    /// that is none; with file and byte.
    [[nodiscard]] static Result<Form> load(const std::string& name);
    /// The same of a text; `where` is for messages.
    [[nodiscard]] static Result<Form> parse(std::string_view json, const std::string& where);
    ~Form();
    Form(Form&&) noexcept;
    Form& operator=(Form&&) noexcept;

    /// One JSON text, pure ASCII. `too_large` beyond 1 MiB: a form can repeat what it likes.
    [[nodiscard]] Result<std::string> fill(const Notice& notice) const;

private:
    struct Content;
    explicit Form(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

}  // namespace moisson::notify

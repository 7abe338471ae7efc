#pragma once
/// What a page's text must look like for its values to be taken: labels and patterns by issuer and language. Only the invoice room includes
/// this header. For users: templates/invoices/README.md.

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "invoice/date_form.hpp"
#include "invoice/text_pattern.hpp"

namespace moisson::invoice {

/// The text of one profile, as its file has it: read in the run, understood where pages are read.
struct ProfileText {
    std::string name;  ///< of the file, without ".toml"
    std::string text;
};

/// What a label says of the amount beside it.
enum class Role : std::uint8_t { net, vat, gross, never };

struct Label {
    Role role;
    std::string text;  ///< folded (page_lines.hpp)
};

/// Values that are taken by a pattern.
enum class PatternValue : std::uint8_t { number, issue_date, due_date, order, contract, iban, credited };
inline constexpr std::size_t pattern_values = 7;

/// One layout of an issuer or a language.
struct Profile {
    std::string name;
    std::vector<std::string> languages;
    std::vector<std::string> match_all;       ///< folded; each stands in the document
    std::vector<std::string> match_any;       ///< folded; one of them does, where there are some
    std::vector<TextPattern> match_patterns;  ///< each finds something on a line
    std::vector<Label> labels;
    std::vector<TextPattern> credit_note;  ///< on a cell: it is one
    std::vector<TextPattern> invoice;
    std::array<std::vector<TextPattern>, pattern_values> patterns;
    std::vector<DateForm> date_forms;
    MonthNames months;
};

/// The built-in profiles and those of `folder` (empty: none), in the order in which they are asked: the user's, the issuers', the
/// languages'. A user's takes the place of a built-in one of its name. Together less than 1 MiB. `bad_input`: they are more; `disk`: one
/// cannot be read.
[[nodiscard]] Result<std::vector<ProfileText>> profile_texts(const std::string& folder);

/// In the order given. `bad_input`: one is wrong (named, with line and column).
[[nodiscard]] Result<std::vector<Profile>> parse_profiles(std::span<const ProfileText> texts);

/// Profiles that are understood when a page first asks for them: their patterns take longer than a hundred invoices, and most documents
/// need none. Any thread.
class Profiles {
public:
    /// `texts` are right: built in, or looked at by `parse_profiles`.
    explicit Profiles(std::vector<ProfileText> texts) : texts_(std::move(texts)) {}

    [[nodiscard]] std::span<const ProfileText> texts() const noexcept { return texts_; }
    [[nodiscard]] std::span<const Profile> parsed() const;

private:
    std::vector<ProfileText> texts_;
    mutable std::once_flag once_;
    mutable std::vector<Profile> parsed_;
};

}  // namespace moisson::invoice

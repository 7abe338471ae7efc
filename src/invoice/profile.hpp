#pragma once
/// What a page's text must look like for its values to be taken. Only the invoice room includes this header.

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace moisson::invoice {

/// The text of one profile, as its file has it: read in the run, understood where pages are read.
struct ProfileText {
    std::string name;  ///< of the file, without ".toml"
    std::string text;
};

/// One layout of an issuer or a language.
struct Profile {
    std::string name;
};

/// The built-in profiles and those of `folder` (empty: none), in the order in which they are asked; together less than 1 MiB. `bad_input`:
/// one of them is wrong (named), or they are more; `disk`: one cannot be read.
[[nodiscard]] Result<std::vector<ProfileText>> profile_texts(const std::string& folder);

/// In the order given. `bad_input`: one is wrong (named).
[[nodiscard]] Result<std::vector<Profile>> parse_profiles(std::span<const ProfileText> texts);

}  // namespace moisson::invoice

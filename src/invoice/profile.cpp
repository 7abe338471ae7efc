#include "invoice/profile.hpp"

namespace moisson::invoice {

Result<std::vector<ProfileText>> profile_texts(const std::string& /*folder*/) { return std::vector<ProfileText>(); }

Result<std::vector<Profile>> parse_profiles(std::span<const ProfileText> texts) {
    std::vector<Profile> profiles;
    profiles.reserve(texts.size());
    for (const ProfileText& text : texts) {
        profiles.push_back({text.name});
    }
    return profiles;
}

}  // namespace moisson::invoice

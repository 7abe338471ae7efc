#include "base/user.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include <fmt/format.h>

namespace moisson {

std::string user_name() {
    std::array<char, 4096> bytes{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, bytes.data(), bytes.size(), &found) == 0 && found != nullptr) {
        return found->pw_name;
    }
    return fmt::format("uid{}", ::geteuid());
}

}  // namespace moisson

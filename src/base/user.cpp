#include "base/user.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include <fmt/format.h>

#include "base/result.hpp"

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

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? sanitise(name.data(), 100) : std::string("unknown");
}

}  // namespace moisson

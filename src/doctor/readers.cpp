/// The step of `doctor` that starts a reader of documents and asks what holds it back.

#include <fmt/format.h>

#include "cage/cage.hpp"
#include "doctor/steps.hpp"

namespace moisson::doctor {

void check_readers(Visit& visit) {
    const auto given = cage::look_at_confinement();
    if (!given) {
        visit.fail_with("readers", fmt::format("documents cannot be read: {}", given.error().sentence),
                        "Raise the limits of processes, files and memory of this user; /proc must be there", ExitCode::local);
        return;
    }
    std::string has = given->limits ? "limits" : "some limits";
    std::string lacks;
    const auto add = [&](bool is_there, const std::string& name) {
        std::string& words = is_there ? has : lacks;
        words += (words.empty() ? "" : ", ") + name;
    };
    add(given->seccomp, "seccomp");
    add(given->landlock_abi > 0, given->landlock_abi > 0 ? fmt::format("Landlock {}", given->landlock_abi) : std::string("Landlock"));
    add(given->no_network, "a network namespace");
    const std::string text =
        fmt::format("documents are read apart, held by {}{}", has, lacks.empty() ? std::string() : "; this kernel gives no " + lacks);
    if (given->seccomp && given->limits) {
        visit.ok("readers", text);
    } else {
        visit.warn("readers", text, "Run where the kernel has seccomp (containers: the default profile allows it)");
    }
}

}  // namespace moisson::doctor

/// The step of `doctor` that looks at the libraries this program is loaded with.

#include <algorithm>

#include <fmt/format.h>

#include "doctor/known_good.hpp"
#include "doctor/steps.hpp"
#include "http/libraries.hpp"
#include "invoice/libraries.hpp"
#include "state/libraries.hpp"
#include "usage/libraries.hpp"

namespace moisson::doctor {

void check_libraries(Visit& visit) {
    const SystemFacts facts = this_system();
    std::string good;
    for (const auto& loaded :
         {usage::library_versions(), invoice::library_versions(), http::library_versions(), state::library_versions()}) {
        for (const auto& [name, version] : loaded) {
            const std::string_view wanted = name;
            const auto& rows = known_good_libraries();
            const auto row = std::find_if(rows.begin(), rows.end(), [&](const KnownGood& one) { return one.library == wanted; });
            MOISSON_INVARIANT(row != rows.end(), "a library that the table does not know");
            const LibraryVerdict verdict = judge_library(*row, version, facts);
            const std::string title = fmt::format("{} {}", name, sanitise(verdict.version));
            switch (verdict.kind) {
                case LibraryVerdict::Kind::good: good += (good.empty() ? "" : ", ") + title; break;
                case LibraryVerdict::Kind::old:
                    visit.warn("libraries", fmt::format("{} is {}", title, verdict.text), verdict.remedy);
                    break;
                case LibraryVerdict::Kind::unknown: visit.skip("libraries", fmt::format("{}: {}", title, verdict.text)); break;
            }
        }
    }
    if (!good.empty()) {
        visit.ok("libraries", fmt::format("{}: no fault of these versions is known here", good));
    }
}

}  // namespace moisson::doctor

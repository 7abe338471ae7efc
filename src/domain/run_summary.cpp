/// Words of a run's summary.
#include "domain/run_summary.hpp"

namespace moisson {

std::string_view to_text(Expectation::Status status) noexcept {
    switch (status) {
        case Expectation::Status::arrived: return "arrived";
        case Expectation::Status::late: return "late";
        case Expectation::Status::missing: return "missing";
        case Expectation::Status::not_due: return "not-due";
    }
    return "missing";
}

}  // namespace moisson

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

std::string publication_name(const MonthRange& period, const View& view) {
    return view.is_whole() ? period.to_text() : period.to_text() + "+" + view.label();
}

std::string viewed_period(std::string_view publication_name) {
    const std::size_t mark = publication_name.find('+');
    return std::string(mark == std::string_view::npos ? std::string_view() : publication_name.substr(0, mark));
}

}  // namespace moisson

#include "doctor/doctor.hpp"

#include "doctor/steps.hpp"

namespace moisson::doctor {

Diagnosis examine(const Conditions& conditions) {
    Visit visit{conditions};
    if (check_job(visit)) {
        check_credentials(visit);
        check_service(visit);
        check_state(visit);
        check_local_settings(visit);
        check_output(visit);
        check_notices(visit);
    }
    check_libraries(visit);
    check_readers(visit);
    if (conditions.stop.stop_requested()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped before the last check");
    }
    return {in_order(std::move(visit.checks)), std::move(visit.job.origins)};
}

}  // namespace moisson::doctor

#pragma once
/// Which secrets a run has, and that none of them leaves it: not in what it says of itself, even where the service repeated one, and not in
/// what it takes from the service's answers.

#include <string>
#include <string_view>

#include "api/wire.hpp"
#include "base/redactor.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"

namespace moisson::pipeline {

/// Tells `job.secrets` every secret of the job: the client's and the Basic value made of it, the API key, of proxies and the database the
/// address with its password, those of the archive, the evidence and the notices. Again at no cost.
void watch_secrets(const config::Job& job);

/// Blots out every secret in the texts of findings and the reasons of verdicts.
void hide_secrets(const config::Job& job, RunSummary& summary);

/// Empties every text of the answer that repeats a secret, and notes which. A name of a member among `members` is left out with its value.
void drop_secrets(const Redactor& secrets, wire::Contract& contract);
void drop_secrets(const Redactor& secrets, wire::ContractsAnswer& answer);
void drop_secrets(const Redactor& secrets, wire::DocumentsAnswer& answer);

/// The body of an answer outside 2xx without secrets: what is told of it is cut and escaped afterwards. JSON stays JSON.
[[nodiscard]] std::string without_secrets(const Redactor& secrets, std::string_view error_body);

}  // namespace moisson::pipeline

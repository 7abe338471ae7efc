#pragma once
/// The environment variables that the program was started with.

#include <map>
#include <string>
#include <vector>

namespace moisson::config {

/// Environment look-up, so that tests need not change the process's own.
using Environment = std::map<std::string, std::string>;
/// Takes the secrets, and proxies with a password, out of the process's own environment: nobody finds them there any more. Call before any
/// thread starts.
[[nodiscard]] Environment take_process_environment();
/// Takes them out of this one.
void forget_secrets(Environment& environment);
/// A sentence for each MOISSON_ variable that does not exist, with its nearest relative.
[[nodiscard]] std::vector<std::string> misspelt_variables(const Environment& environment);
/// FatalError(usage) where SOURCE_DATE_EPOCH is set and no number of seconds.
void check_source_date_epoch(const Environment& environment);

}  // namespace moisson::config

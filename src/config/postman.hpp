#pragma once
/// Reads an environment that Postman exported, and makes a job file of it with each secret in a file of its own.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/job.hpp"

namespace moisson::config {

/// One secret of the environment.
struct PostmanSecret {
    std::string name;      ///< of the job's key: "api_key", "basic", "client_id", "client_secret"
    std::string variable;  ///< as the environment calls it: "X-API-Key"
    Secret value;
};

/// What a job needs of an environment. The variables that are looked for, without regard to case, hyphens, underscores and blanks:
///   X-API-Key    the API key; must be there. Blanks and line ends inside it are taken out, with a note.
///   Contract-Id  only this contract (or several, parted by commas); without it all contracts of the perimeter
///   Host         base URL or host of the API; a bare host gets /cloud/b2b/v1. Default: the service's
///   oauth_host   base URL or host of the token endpoint; a bare host gets /oauth/v3. Default: on Host's host
///   client_id, client_secret   the application's credentials
///   Basic, Authorization       the finished Basic value instead of the two
///   Token        a Basic value ("Basic …", or base64 of id:secret) is taken as the one above. Anything else is a bearer token, which ends
///                within the hour and which Moisson asks for itself: it is left out, with a note.
///   ca_file      certificate authorities (PEM), which `moisson sandbox --postman` writes
/// References to other variables ({{name}}) are followed.
struct PostmanJob {
    std::string environment;  ///< its name; may be empty
    std::string api_url;
    std::string oauth_url;
    std::string ca_file;                 ///< as it stands; empty: none
    std::vector<std::string> contracts;  ///< empty: all
    std::vector<PostmanSecret> secrets;  ///< without credentials of the application: the API key alone
    std::vector<std::string> notes;      ///< what a person should know; no secret in it

    /// Whether the environment held client id and secret, or a Basic value.
    [[nodiscard]] bool has_credentials() const noexcept { return secrets.size() > 1; }
};

/// At most 4 MiB. FatalError(usage) with file, line and column: not readable, not UTF-8, not JSON, a collection or a dump instead of an
/// environment, a list of variables of another form, a needed variable that is missing, disabled, empty or still a placeholder.
/// No value of a variable is ever in a message.
[[nodiscard]] PostmanJob read_postman_environment(const std::string& path);
/// The same from text; `path` is for messages.
[[nodiscard]] PostmanJob parse_postman_environment(std::string_view text, const std::string& path);

/// The files that a job is written to.
struct PostmanTarget {
    std::string job_file;        ///< "DIR/job.toml"
    std::string secrets_folder;  ///< "DIR/job-secrets"
};

/// `out` is a job file when it ends in .toml, else a folder for job.toml; empty: the present folder.
[[nodiscard]] PostmanTarget postman_target(const std::string& out);

/// The job file's text. It names its secrets' files and holds none of the secrets.
[[nodiscard]] std::string postman_job_text(const PostmanJob& job, const PostmanTarget& target);

/// Writes the secrets (folder of mode 0700 with a .gitignore, files of mode 0600) and then the job file. Returns the secrets' files in the
/// order of `job.secrets`. Without `force` no file that is there is touched: `bad_input` when one is. `disk` for what cannot be written;
/// what this call has made until then is removed.
[[nodiscard]] Result<std::vector<std::string>> write_postman_job(const PostmanJob& job, const PostmanTarget& target, bool force);

}  // namespace moisson::config

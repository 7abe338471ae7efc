#pragma once
/// Reads an environment and a collection that Postman exported, and makes a job file of it with each secret in a file of its own.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/job.hpp"

namespace moisson::postman {

/// A file's text and its name for messages.
struct Source {
    std::string text;
    std::string path;
};

/// One secret of the environment.
struct Secret {
    std::string name;      ///< of the job's key: "api_key", "basic", "client_id", "client_secret"
    std::string variable;  ///< as the environment calls it: "X-API-Key"
    config::Secret value;
};

/// What a job needs of an environment, a collection or both. An environment's variables are taken before the collection's, these before
/// what stands in the collection's authorizations: OAuth 2.0 and Basic of the collection or of its request for a token, an API key in a
/// header, a token request's form and headers. The variables that are looked for, without regard to case, hyphens, underscores and blanks:
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
struct Job {
    std::string environment;  ///< its name; may be empty
    std::string collection;   ///< likewise
    std::string api_url;
    std::string oauth_url;
    std::string ca_file;                 ///< as it stands; empty: none
    std::vector<std::string> contracts;  ///< empty: all
    std::vector<Secret> secrets;  ///< without credentials of the application: the API key alone
    std::vector<std::string> notes;      ///< what a person should know; no secret in it

    /// Whether the environment held client id and secret, or a Basic value.
    [[nodiscard]] bool has_credentials() const noexcept { return secrets.size() > 1; }
};

/// One file, or an environment and a collection in any order; each at most 4 MiB. FatalError(usage) with file, line and column: not
/// readable, not UTF-8, not JSON, two files of one kind, a collection of version 1 or a dump, a list of variables of another form, a needed
/// variable that is missing, disabled, empty or still a placeholder. No value of a variable is ever in a message.
[[nodiscard]] Job read_files(const std::vector<std::string>& paths);
/// The same from texts; their paths are for messages.
[[nodiscard]] Job parse(const std::vector<Source>& sources);

/// The files that a job is written to.
struct Target {
    std::string job_file;        ///< "DIR/job.toml"
    std::string secrets_folder;  ///< "DIR/job-secrets"
};

/// `out` is a job file when it ends in .toml, else a folder for job.toml; empty: the present folder.
[[nodiscard]] Target target_of(const std::string& out);

/// The job file's text. It names its secrets' files and holds none of the secrets.
[[nodiscard]] std::string job_text(const Job& job, const Target& target);

/// Writes the secrets (folder of mode 0700 with a .gitignore, files of mode 0600) and then the job file. Returns the secrets' files in the
/// order of `job.secrets`. Without `force` no file that is there is touched: `bad_input` when one is. `disk` for what cannot be written;
/// what this call has made until then is removed.
[[nodiscard]] Result<std::vector<std::string>> write_job(const Job& job, const Target& target, bool force);

}  // namespace moisson::postman

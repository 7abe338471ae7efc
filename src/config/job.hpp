#pragma once
/// Job file, environment and command line as one validated, immutable job. Secrets are read here and nowhere else.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/redactor.hpp"
#include "base/result.hpp"
#include "base/wipe.hpp"
#include "config/ci_identity.hpp"
#include "config/environment.hpp"
#include "domain/books_settings.hpp"
#include "domain/erp_job.hpp"
#include "domain/period.hpp"
#include "domain/retention.hpp"

namespace moisson::config {

/// A secret's value. Never printed: it has no conversion to text but `reveal`. Its bytes are overwritten when it goes.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) { wipe(value); }
    ~Secret() { wipe(value_); }
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe(value_);
            value_ = other.value_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe(value_);
            value_ = std::move(other.value_);
            wipe(other.value_);
        }
        return *this;
    }
    [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

private:
    std::string value_;
};

/// [api]
struct ApiSettings {
    std::string api_url = "https://api.orange.com/cloud/b2b/v1";
    std::string oauth_url = "https://api.orange.com/oauth/v3";
    std::string write_path = "contracts";  ///< "contracts" or "contract": the address of the two write verbs; both are printed
    std::string ca_file;
    std::string ca_folder;
    std::vector<std::string> redirect_hosts;  ///< globs: the hosts that a redirect may lead to; empty: any in the internet
    std::string client_certificate_file;
    std::string client_key_file;
    Secret client_id;
    Secret client_secret;
    Secret basic;     ///< instead of the two above
    Secret api_key;
    std::optional<std::chrono::year_month_day> api_key_issued;  ///< the day on which support issued the key; keys live two years
    std::string api_key_file;  ///< the file that held the key; empty: it came another way. Its date is the key's age, for `doctor`
};

/// [[perimeter]]: one login of several, and what it sees
struct PerimeterSettings {
    std::string name;                    ///< letters, digits, `.`, `_`, `-`; as variables have it (keys.hpp), no two are the same
    ApiSettings api;                     ///< [api], with this login's addresses, credentials and key
    std::vector<std::string> contracts;  ///< globs on contract id or name; empty: all that it sees
    ErpJob erp;                          ///< [perimeter.erp] and [perimeter.erp.NAME]: what differs from the job's in files of its own
    Organization organization;           ///< whose contracts these are; empty: [evidence]'s
    std::string sandbox_account;         ///< of the embedded sandbox: whose key it has
    std::string sandbox_application;     ///< … and whose token; empty: the scenario's first
};

/// The ways out, of the environment alone.
struct ProxySettings {
    Secret https_proxy;  ///< URLs may carry a password
    Secret http_proxy;
    std::string no_proxy;
};

/// Which of how many machines makes this part of a month.
struct PartNumber {
    std::uint32_t number = 1;  ///< 1 to `of`
    std::uint32_t of = 1;
    friend bool operator==(const PartNumber&, const PartNumber&) = default;
};
inline constexpr std::uint32_t parts_max = 10000;

/// The `index`th of `of` shares of some contracts (parts/share.hpp).
struct ContractShare {
    std::uint32_t index = 0;
    std::uint32_t of = 1;
    friend bool operator==(const ContractShare&, const ContractShare&) = default;
};

/// [export]
struct ExportSettings {
    MonthRange period;           ///< both bounds set, or both empty for --all
    bool is_default_period = false;      ///< nobody named a month
    std::vector<std::string> contracts;  ///< globs on contract id or name; empty: all
    std::vector<std::string> types;      ///< empty: all
    std::vector<std::string> perimeters;  ///< names of those of the job's that are asked for; empty: all; never in a job file
    std::string out = "out";
    std::vector<std::string> templates;  ///< names of ERP templates, or paths to one
    bool since_last = false;     ///< ERP files hold only what no earlier file of their template held
    bool refetch = false;        ///< files that are here are asked for once more; never in a job file
    std::string adopt_folder;    ///< why a folder that another state made is taken over; empty: it is refused; never in a job file
    std::string previous;        ///< the bundle, or folder, that was published last; empty: none; never in a job file
    bool files = true;           ///< false (--no-files): the ledger from metadata alone, every file `skipped`
    bool exit_nothing_new = false;
    std::chrono::seconds lock_wait{0};  ///< how long another run's end is waited for; never in a job file
    bool due = false;            ///< every month that is owed, one after the other; `period` is the last closed one; never in a job file
    std::optional<PartNumber> part;  ///< only this part is made, and nothing is published; never in a job file
    ContractShare share;             ///< … of the contracts; not given: parts/share.hpp finds it
    std::string metrics;         ///< Prometheus metrics are written there at every end of an export; empty: nowhere
};

/// [transfer]
struct TransferSettings {
    int transfers = 8;               ///< 1..64
    double rate_per_second = 20.0;   ///< 0: no limit
    int attempts_max = 5;
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds read_timeout{10};
    std::chrono::seconds attempt_timeout{600};
    std::chrono::seconds max_duration{0};  ///< 0: none
    std::uint64_t list_bytes_max = 256ULL << 20U;
    std::uint64_t file_bytes_max = 4ULL << 30U;
};

/// [state]
struct StateSettings {
    std::string state_url;  ///< empty: "<out>/.moisson/state.sqlite3"; with the embedded sandbox "<out>/.moisson/sandbox-<scenario>/…"
};

/// [[invoices.inbox]]: where e-invoices are laid that came by another way
struct InboxSettings {
    std::string folder;                ///< empty: `prefix` is set
    std::string prefix;                ///< of keys in the job's [archive]: "inbox/"; empty: `folder` is set
    std::vector<std::string> sellers;  ///< SIREN, SIRET or VAT ids of this supplier, beside those that its invoices tell
    bool count = false;                ///< what the service does not have of this supplier is a row of its own
    std::string amount_is;             ///< the row's amount: "net", "gross", or empty: as the service's list has it
};

/// [invoices]: what documents say of themselves
struct InvoiceSettings {
    bool read = true;
    std::string profiles_folder;  ///< text profiles beside the built-in ones; empty: none
    std::vector<InboxSettings> inboxes;
};

/// [output.database]
struct DatabaseSettings {
    Secret url;                      ///< libpq's URL or "key=value" text; empty: no database
    std::string schema = "moisson";  ///< the schema that holds the tables
};

/// [output]
struct OutputSettings {
    unsigned file_mode = 0640;  ///< of published files; folders have x where this has r. Never writable for all, always for the owner
    DatabaseSettings database;
};

/// [archive]: where months go besides OUT
struct ArchiveSettings {
    std::string url;       ///< "file:///mnt/archive" or "s3://bucket/prefix"; empty: nowhere
    std::string folder;    ///< of a "file:" URL
    std::string bucket;    ///< of an "s3:" URL
    std::string prefix;    ///< likewise, without '/' at its ends; may be empty
    std::string endpoint;  ///< of the S3 store, without a path; AWS's own of the region where nothing is said
    std::string region = "us-east-1";
    std::string ca_file;       ///< PEM; empty: the system's store
    Secret access_key_id;
    Secret secret_access_key;
    Secret session_token;      ///< of keys that live for hours only; empty: none
    int retention_years = 10;  ///< after the end of the (calendar) year of the month
    bool object_lock = true;   ///< lock until then where the bucket can
};

/// [sandbox]
struct SandboxSettings {
    bool enabled = false;
    std::string scenario;   ///< a built-in name, or a file (it has a '/' or ends in .toml); empty: its default
    std::string account;    ///< whose key it is asked with; empty: the scenario's first account
    std::string database;   ///< file that keeps its orders, users, keys and count of runs; empty: none
    std::uint32_t run = 0;  ///< the run that its first listing of the contracts belongs to; 0: 1, or what the database says
};

/// [evidence]
struct EvidenceSettings {
    std::string tsa_url;      ///< where a time stamp is asked for; empty: nowhere
    std::string tsa_ca_file;  ///< PEM: whom a stamp must lead to; empty: nobody is named
    std::string certificate_file;
    std::string key_file;
    std::string pkcs12_file;  ///< instead of the two above
    Secret passphrase;        ///< of the key, or of the container
    std::vector<std::string> sign_command;  ///< instead of a key: its words
    Environment command_environment;        ///< what the command gets: no secret
    Organization organization;              ///< whose books the bundles are
    RetentionTerms retention;               ///< until when they are to be kept
    [[nodiscard]] bool signs() const noexcept { return !certificate_file.empty() || !pkcs12_file.empty() || !sign_command.empty(); }
};

/// [notify.mail]
struct MailSettings {
    std::string host;  ///< empty: no mail
    std::uint16_t port = 587;
    bool tls_at_once = false;  ///< "smtps:"; else STARTTLS, which must be had
    std::string ca_file;       ///< PEM; empty: the system's store
    std::string from;
    std::vector<std::string> to;
    std::string user;  ///< empty: without login
    Secret password;
};

/// [notify.webhook]
struct WebhookSettings {
    Secret url;  ///< empty: no webhook. Whoever knows it may post there
    std::string ca_file;
    Secret secret;               ///< signs what is sent; empty: nothing does
    std::string form = "plain";  ///< "plain", "slack", "teams", or a file
};

/// [notify]: who is told of what was published
struct NotifySettings {
    enum class When {
        always,   ///< "always": each publication, and each run that failed
        changed,  ///< "changed": what is not as it was told last
        trouble,  ///< "trouble": the same, where the verdict is neither complete nor an untroubled view
    };
    When when = When::changed;
    std::chrono::seconds timeout{60};  ///< for one notice on one way, with all its tries
    MailSettings mail;
    WebhookSettings webhook;
};

/// A member a table of the job file, under the table's name, with what options and environment say of the same thing.
struct Job {
    std::string job_file;         ///< path as given; empty: none
    std::string job_file_sha256;  ///< of its bytes as they were read
    CiIdentity ci;                ///< which CI job this is; for the evidence
    std::string language = "en";  ///< outside of any table. "en" or "fr": workbook titles, findings' sentences and the report
    ApiSettings api;
    std::vector<PerimeterSettings> perimeters;  ///< those that are asked for, in the file's order; empty: [api] is the only login
    ExportSettings export_;  ///< `export` is a word of C++
    TransferSettings transfer;
    StateSettings state;
    BooksSettings books;
    ErpJob erp;  ///< [erp] and [erp.NAME]
    InvoiceSettings invoices;
    OutputSettings output;
    ArchiveSettings archive;
    SandboxSettings sandbox;
    EvidenceSettings evidence;
    NotifySettings notify;
    ProxySettings proxies;

    /// What no text of the run may hold: the secrets above and, from the service on, the tokens of the run. Shared, since copies of a job
    /// and whoever prints its texts must know the same secrets. Never null. Filled by `pipeline::watch_secrets`.
    std::shared_ptr<Redactor> secrets = std::make_shared<Redactor>();

    /// Where each value came from, for `doctor`: "api.api_url" -> "job file line 3", "environment MOISSON_API_URL", "default", "--rate".
    std::map<std::string, std::string> origins;
    /// Sentences for the log: nothing is wrong, but the person should know (a secret in a job file that everyone can read, a misspelt
    /// MOISSON_ variable, a month that is not over).
    std::vector<std::string> warnings;
    /// Clauses for `doctor`: what the job file makes this program do beside exporting ("runs api_key_command (line 5)").
    std::vector<std::string> powers;
    /// Sentences for `doctor`: files that hold secrets and that others can read or change.
    std::vector<std::string> open_secrets;
};

/// What the command line said; unset means: not given.
struct CommandLine {
    std::optional<std::string> job_file;
    bool trust_job = false;  ///< the job file may send secrets of the environment where it likes
    bool sandbox = false;
    std::optional<std::string> scenario;
    std::optional<std::string> sandbox_account;
    std::optional<std::string> sandbox_database;
    std::optional<std::uint32_t> sandbox_run;
    std::optional<std::string> period;
    std::optional<std::string> from;
    std::optional<std::string> to;
    bool all = false;
    bool due = false;
    std::vector<std::string> contracts;
    std::vector<std::string> types;
    std::vector<std::string> perimeters;
    std::optional<PartNumber> part;
    std::optional<std::string> out;
    std::optional<std::string> metrics;
    std::vector<std::string> templates;
    bool since_last = false;
    bool refetch = false;
    std::optional<std::string> adopt_folder;
    std::optional<std::string> previous;
    std::optional<int> transfers;
    std::optional<double> rate;
    std::optional<long> max_duration_seconds;
    bool no_files = false;
    bool exit_nothing_new = false;
    std::optional<std::string> language;     ///< "en" or "fr"; checked as the job file's word is
    std::chrono::seconds lock_wait{0};       ///< for another run's end
    std::optional<std::string> annotations;  ///< what a CI system is told: "never", "github" or "gitlab"
    std::chrono::seconds local_offset{0};  ///< what the clock on the user's wall shows, minus UTC: for a warning only
};

/// Whether the credentials must be there: `sandbox` brings its own. `archive`: those of [archive], which must be given, and no others.
/// `evidence`: none of the service, but what opens the signing key. `publishing`: all but those of the service.
enum class Need { credentials, no_credentials, archive, evidence, publishing };

/// Command line beats environment beats job file beats default. FatalError(usage) with file, line, what was found and what to write:
/// unknown key or table (with the nearest known one), wrong type, bad period or glob, --period with --all, missing secret (each way to give
/// it), unreadable secret file, failing secret command, a secret that would go to an address of a lower layer (trust.hpp).
/// FatalError(interrupted) when stopped while a secret command runs. `clock` gives the default period: the last closed calendar month in
/// UTC. With the sandbox it is the caller's to take the newest month that the scenario has.
[[nodiscard]] Job load_job(const CommandLine& command_line, const Environment& environment, const Clock& clock, Need need,
                           std::stop_token stop = {});

/// Whose logins the job has: its perimeters, or one without a name by [api].
[[nodiscard]] std::vector<PerimeterSettings> logins_of(const Job& job);
/// Whose contracts a perimeter's are: what it says itself, else what [evidence] says; that too of a name that is none of the job's.
[[nodiscard]] const Organization& organization_of(const Job& job, std::string_view perimeter);
/// The job of that login alone: `Job::api` is its own, and there are no perimeters.
[[nodiscard]] Job job_of_login(const Job& job, const PerimeterSettings& login);

/// FatalError(usage) for a type that is a slip of a known one, or that no type can be. `where`: for the message.
void check_type_spelling(const std::string& type, const std::string& where);

/// The state store's URL, default filled in.
[[nodiscard]] std::string state_url_of(const Job& job);

}  // namespace moisson::config

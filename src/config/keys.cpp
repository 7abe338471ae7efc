#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "domain/retention.hpp"

namespace moisson::config {

namespace {

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t bytes_max = std::int64_t{1} << 40;  // 1 TiB: a bound against slips, far above any document

constexpr auto job_keys = std::to_array<JobKey>({
    {"", "language", KeyKind::text, "", "--language", "\"en\""},
    {"api", "api_url", KeyKind::text, "MOISSON_API_URL", "", "\"https://api.orange.com/cloud/b2b/v1\""},
    {"api", "oauth_url", KeyKind::text, "MOISSON_OAUTH_URL", "", "\"https://api.orange.com/oauth/v3\""},
    {"api", "write_path", KeyKind::text, "", "", "\"contracts\""},
    {"api", "client_id", KeyKind::secret, "MOISSON_CLIENT_ID", "", "\"…\""},
    {"api", "client_id_file", KeyKind::path, "MOISSON_CLIENT_ID_FILE", "", "\"secrets/client_id\""},
    {"api", "client_id_command", KeyKind::text, "MOISSON_CLIENT_ID_COMMAND", "", "\"pass show orange/client_id\""},
    {"api", "client_secret", KeyKind::secret, "MOISSON_CLIENT_SECRET", "", "\"…\""},
    {"api", "client_secret_file", KeyKind::path, "MOISSON_CLIENT_SECRET_FILE", "", "\"secrets/client_secret\""},
    {"api", "client_secret_command", KeyKind::text, "MOISSON_CLIENT_SECRET_COMMAND", "", "\"pass show orange/client_secret\""},
    {"api", "basic", KeyKind::secret, "MOISSON_BASIC", "", "\"…\""},
    {"api", "basic_file", KeyKind::path, "MOISSON_BASIC_FILE", "", "\"secrets/basic\""},
    {"api", "basic_command", KeyKind::text, "MOISSON_BASIC_COMMAND", "", "\"pass show orange/basic\""},
    {"api", "api_key", KeyKind::secret, "MOISSON_API_KEY", "", "\"…\""},
    {"api", "api_key_file", KeyKind::path, "MOISSON_API_KEY_FILE", "", "\"secrets/api_key\""},
    {"api", "api_key_command", KeyKind::text, "MOISSON_API_KEY_COMMAND", "", "\"pass show orange/api_key\""},
    {"api", "api_key_issued", KeyKind::day, "", "", "2025-03-01"},
    {"api", "ca_file", KeyKind::path, "MOISSON_CA_FILE", "", "\"company-ca.pem\""},
    {"api", "ca_folder", KeyKind::path, "", "", "\"company-ca\""},
    {"api", "redirect_hosts", KeyKind::texts, "", "", "[\"*.orange.com\"]"},
    {"api", "client_certificate_file", KeyKind::path, "", "", "\"client.pem\""},
    {"api", "client_key_file", KeyKind::path, "", "", "\"client-key.pem\""},
    {"perimeter", "name", KeyKind::text, "", "", "\"north\""},
    {"perimeter", "api_url", KeyKind::text, "", "", "\"https://api.orange.com/cloud/b2b/v1\""},
    {"perimeter", "oauth_url", KeyKind::text, "", "", "\"https://api.orange.com/oauth/v3\""},
    {"perimeter", "client_id", KeyKind::secret, "MOISSON_PERIMETER_*_CLIENT_ID", "", "\"…\""},
    {"perimeter", "client_id_file", KeyKind::path, "MOISSON_PERIMETER_*_CLIENT_ID_FILE", "", "\"secrets/north_client_id\""},
    {"perimeter", "client_id_command", KeyKind::text, "MOISSON_PERIMETER_*_CLIENT_ID_COMMAND", "", "\"pass show north/client_id\""},
    {"perimeter", "client_secret", KeyKind::secret, "MOISSON_PERIMETER_*_CLIENT_SECRET", "", "\"…\""},
    {"perimeter", "client_secret_file", KeyKind::path, "MOISSON_PERIMETER_*_CLIENT_SECRET_FILE", "", "\"secrets/north_client_secret\""},
    {"perimeter", "client_secret_command", KeyKind::text, "MOISSON_PERIMETER_*_CLIENT_SECRET_COMMAND", "", "\"pass show north/client_secret\""},
    {"perimeter", "basic", KeyKind::secret, "MOISSON_PERIMETER_*_BASIC", "", "\"…\""},
    {"perimeter", "basic_file", KeyKind::path, "MOISSON_PERIMETER_*_BASIC_FILE", "", "\"secrets/north_basic\""},
    {"perimeter", "basic_command", KeyKind::text, "MOISSON_PERIMETER_*_BASIC_COMMAND", "", "\"pass show north/basic\""},
    {"perimeter", "api_key", KeyKind::secret, "MOISSON_PERIMETER_*_API_KEY", "", "\"…\""},
    {"perimeter", "api_key_file", KeyKind::path, "MOISSON_PERIMETER_*_API_KEY_FILE", "", "\"secrets/north_api_key\""},
    {"perimeter", "api_key_command", KeyKind::text, "MOISSON_PERIMETER_*_API_KEY_COMMAND", "", "\"pass show north/api_key\""},
    {"perimeter", "api_key_issued", KeyKind::day, "", "", "2025-03-01"},
    {"perimeter", "contracts", KeyKind::texts, "", "", "[\"OCB0001*\"]"},
    {"perimeter", "organization", KeyKind::text, "", "", "\"Exemple Nord SARL\""},
    {"perimeter", "siren", KeyKind::text, "", "", "\"552100554\""},
    {"perimeter", "sandbox_account", KeyKind::text, "", "", "\"north\""},
    {"perimeter", "sandbox_application", KeyKind::text, "", "", "\"main\""},
    {"export", "period", KeyKind::text, "", "--period", "\"2026-10\""},
    {"export", "from", KeyKind::text, "", "--from", "\"2026-01\""},
    {"export", "to", KeyKind::text, "", "--to", "\"2026-03\""},
    {"export", "all", KeyKind::boolean, "", "--all", "true"},
    {"export", "contracts", KeyKind::texts, "", "--contract", "[\"OCB0001*\"]"},
    {"export", "types", KeyKind::texts, "", "--type", "[\"invoices\", \"bills\"]"},
    {"export", "out", KeyKind::text, "", "--out", "\"out\""},
    {"export", "templates", KeyKind::texts, "", "--template", "[]"},
    {"export", "since_last", KeyKind::boolean, "", "--since-last", "false"},
    {"export", "files", KeyKind::boolean, "", "--no-files", "true"},
    {"export", "metrics", KeyKind::text, "", "--metrics", "\"/var/lib/node_exporter/moisson.prom\""},
    {"export", "exit_nothing_new", KeyKind::boolean, "", "--exit-nothing-new", "false"},
    {"transfer", "transfers", KeyKind::whole, "", "--transfers", "8", 1, 64},
    {"transfer", "rate_per_second", KeyKind::number, "", "--rate", "20"},
    {"transfer", "attempts_max", KeyKind::whole, "", "", "5", 1, 100},
    {"transfer", "connect_timeout_seconds", KeyKind::whole, "", "", "10", 1, 3600},
    {"transfer", "read_timeout_seconds", KeyKind::whole, "", "", "10", 1, 3600},
    {"transfer", "attempt_timeout_seconds", KeyKind::whole, "", "", "600", 1, seconds_a_day},
    {"transfer", "max_duration_seconds", KeyKind::whole, "", "--max-duration", "0", 0, 31 * seconds_a_day},
    {"transfer", "list_bytes_max", KeyKind::whole, "", "", "268435456", 1024, bytes_max},
    {"transfer", "file_bytes_max", KeyKind::whole, "", "", "4294967296", 1024, bytes_max},
    {"state", "state_url", KeyKind::text, "MOISSON_STATE", "", "\"sqlite:/var/lib/moisson/state.sqlite3\""},
    {"books", "reporting_currency", KeyKind::text, "", "", "\"EUR\""},
    {"books", "rates", KeyKind::path, "", "", "\"eurofxref-hist.csv\""},
    {"books", "rate_rule", KeyKind::text, "", "", "\"month-end\""},
    {"books", "rate_age_days_max", KeyKind::whole, "", "", "7", 0, 366},
    {"books", "learn_expectations", KeyKind::boolean, "", "", "true"},
    {"books", "outliers", KeyKind::boolean, "", "", "true"},
    {"books", "outlier_deviations", KeyKind::whole, "", "", "6", 1, 1000},
    {"books", "outlier_change_percent", KeyKind::whole, "", "", "30", 0, 100'000},
    {"books", "usage", KeyKind::boolean, "", "", "true"},
    {"books", "usage_tolerance", KeyKind::text, "", "", "\"0.01\""},
    {"books", "errors", KeyKind::texts, "", "", "[\"media-type-unexpected\"]"},
    {"books.counting", "types", KeyKind::texts, "", "", "[\"bills\", \"invoices\"]"},
    {"books.counting", "contracts", KeyKind::texts, "", "", "[\"OCB0001*\"]"},
    {"books.counting", "offers", KeyKind::texts, "", "", "[\"Flexible Engine\"]"},
    {"books.counting", "perimeters", KeyKind::texts, "", "", "[\"north\"]"},
    {"books.types", "type", KeyKind::text, "", "", "\"creditNotes\""},
    {"books.types", "counts_as", KeyKind::text, "", "", "\"invoices\""},
    {"books.types", "reason", KeyKind::text, "", "", "\"credit notes, seen since October\""},
    {"books.withdrawn", "documents", KeyKind::texts, "", "", "[\"INV-2026-0042\"]"},
    {"books.withdrawn", "contracts", KeyKind::texts, "", "", "[\"OCB0001*\"]"},
    {"books.withdrawn", "counts", KeyKind::boolean, "", "", "false"},
    {"books.withdrawn", "reason", KeyKind::text, "", "", "\"cancelled by Orange, letter of 3 November\""},
    {"books.expected", "contracts", KeyKind::texts, "", "", "[\"OCB0001*\"]"},
    {"books.expected", "type", KeyKind::text, "", "", "\"invoices\""},
    {"books.expected", "every", KeyKind::text, "", "", "\"month\""},
    {"books.expected", "due_day", KeyKind::whole, "", "", "8", 1, 28},
    {"books.expected", "from", KeyKind::text, "", "", "\"2026-01\""},
    {"books.expected", "until", KeyKind::text, "", "", "\"2026-12\""},
    {"books.ended", "contract", KeyKind::text, "", "", "\"OCB0001234\""},
    {"books.ended", "since", KeyKind::text, "", "", "\"2026-10\""},
    {"books.ended", "reason", KeyKind::text, "", "", "\"sold with the plant\""},
    {"books.no_invoices", "contract", KeyKind::text, "", "", "\"OCB0001234\""},
    {"books.no_invoices", "reason", KeyKind::text, "", "", "\"billed by Orange Belgium\""},
    {"invoices", "read", KeyKind::boolean, "", "", "true"},
    {"invoices", "profiles", KeyKind::path, "", "", "\"invoice-profiles\""},
    {"invoices.inbox", "folder", KeyKind::path, "", "", "\"/var/spool/e-invoices\""},
    {"invoices.inbox", "prefix", KeyKind::text, "", "", "\"inbox/\""},
    {"invoices.inbox", "count", KeyKind::text, "", "", "\"yes\""},
    {"invoices.inbox", "amount_is", KeyKind::text, "", "", "\"gross\""},
    {"invoices.inbox", "sellers", KeyKind::texts, "", "", "[\"380129866\"]"},
    {"output", "file_mode", KeyKind::text, "", "", "\"0640\""},
    {"output.database", "url", KeyKind::secret, "MOISSON_DATABASE_URL", "", "\"postgresql://moisson@db.example.com/accounting\""},
    {"output.database", "url_file", KeyKind::path, "MOISSON_DATABASE_URL_FILE", "", "\"secrets/database_url\""},
    {"output.database", "url_command", KeyKind::text, "MOISSON_DATABASE_URL_COMMAND", "", "\"pass show accounting/database_url\""},
    {"output.database", "schema", KeyKind::text, "", "", "\"moisson\""},
    {"archive", "url", KeyKind::text, "MOISSON_ARCHIVE_URL", "", "\"file:///mnt/archive\""},
    {"archive", "endpoint", KeyKind::text, "MOISSON_ARCHIVE_ENDPOINT", "", "\"https://s3.example.com\""},
    {"archive", "region", KeyKind::text, "MOISSON_ARCHIVE_REGION", "", "\"eu-west-3\""},
    {"archive", "ca_file", KeyKind::path, "MOISSON_ARCHIVE_CA_FILE", "", "\"company-ca.pem\""},
    {"archive", "access_key_id", KeyKind::secret, "MOISSON_ARCHIVE_ACCESS_KEY_ID", "", "\"…\""},
    {"archive", "access_key_id_file", KeyKind::path, "MOISSON_ARCHIVE_ACCESS_KEY_ID_FILE", "", "\"secrets/archive_access_key_id\""},
    {"archive", "access_key_id_command", KeyKind::text, "MOISSON_ARCHIVE_ACCESS_KEY_ID_COMMAND", "", "\"pass show archive/access_key_id\""},
    {"archive", "secret_access_key", KeyKind::secret, "MOISSON_ARCHIVE_SECRET_ACCESS_KEY", "", "\"…\""},
    {"archive", "secret_access_key_file", KeyKind::path, "MOISSON_ARCHIVE_SECRET_ACCESS_KEY_FILE", "", "\"secrets/archive_secret_access_key\""},
    {"archive", "secret_access_key_command", KeyKind::text, "MOISSON_ARCHIVE_SECRET_ACCESS_KEY_COMMAND", "", "\"pass show archive/secret_access_key\""},
    {"archive", "session_token", KeyKind::secret, "MOISSON_ARCHIVE_SESSION_TOKEN", "", "\"…\""},
    {"archive", "session_token_file", KeyKind::path, "MOISSON_ARCHIVE_SESSION_TOKEN_FILE", "", "\"secrets/archive_session_token\""},
    {"archive", "session_token_command", KeyKind::text, "MOISSON_ARCHIVE_SESSION_TOKEN_COMMAND", "", "\"pass show archive/session_token\""},
    {"archive", "retention", KeyKind::whole, "", "", "10", 1, 100},
    {"archive", "object_lock", KeyKind::text, "", "", "\"auto\""},
    {"evidence", "tsa_url", KeyKind::text, "", "", "\"https://tsa.example.com/tsr\""},
    {"evidence", "tsa_ca_file", KeyKind::path, "", "", "\"tsa-ca.pem\""},
    {"evidence", "certificate", KeyKind::path, "", "", "\"seal.pem\""},
    {"evidence", "key", KeyKind::path, "", "", "\"secrets/seal.key\""},
    {"evidence", "pkcs12", KeyKind::path, "", "", "\"secrets/seal.p12\""},
    {"evidence", "passphrase", KeyKind::secret, "MOISSON_EVIDENCE_PASSPHRASE", "", "\"…\""},
    {"evidence", "passphrase_file", KeyKind::path, "MOISSON_EVIDENCE_PASSPHRASE_FILE", "", "\"secrets/seal_passphrase\""},
    {"evidence", "passphrase_command", KeyKind::text, "MOISSON_EVIDENCE_PASSPHRASE_COMMAND", "", "\"pass show accounting/seal\""},
    {"evidence", "sign_command", KeyKind::text, "", "", "\"/usr/local/bin/sign-with-hsm\""},
    {"evidence", "organization", KeyKind::text, "", "", "\"Exemple SA\""},
    {"evidence", "siren", KeyKind::text, "", "", "\"732829320\""},
    {"evidence", "fiscal_year_end", KeyKind::text, "", "", "\"12-31\""},
    {"evidence", "retention", KeyKind::whole, "", "", "10", RetentionTerms::years_min, RetentionTerms::years_max},
    {"evidence", "retain_until", KeyKind::day, "", "", "2040-12-31"},
    {"notify", "when", KeyKind::text, "", "", "\"changed\""},
    {"notify", "timeout_seconds", KeyKind::whole, "", "", "60", 1, 600},
    {"notify.mail", "server", KeyKind::text, "MOISSON_NOTIFY_MAIL_SERVER", "", "\"smtp://mail.example.com:587\""},
    {"notify.mail", "ca_file", KeyKind::path, "MOISSON_NOTIFY_MAIL_CA_FILE", "", "\"company-ca.pem\""},
    {"notify.mail", "from", KeyKind::text, "", "", "\"moisson@example.com\""},
    {"notify.mail", "to", KeyKind::texts, "", "", "[\"accounting@example.com\"]"},
    {"notify.mail", "user", KeyKind::text, "", "", "\"moisson@example.com\""},
    {"notify.mail", "password", KeyKind::secret, "MOISSON_NOTIFY_MAIL_PASSWORD", "", "\"…\""},
    {"notify.mail", "password_file", KeyKind::path, "MOISSON_NOTIFY_MAIL_PASSWORD_FILE", "", "\"secrets/mail_password\""},
    {"notify.mail", "password_command", KeyKind::text, "MOISSON_NOTIFY_MAIL_PASSWORD_COMMAND", "", "\"pass show accounting/mail\""},
    {"notify.webhook", "url", KeyKind::secret, "MOISSON_NOTIFY_WEBHOOK_URL", "", "\"https://hooks.example.com/moisson\""},
    {"notify.webhook", "url_file", KeyKind::path, "MOISSON_NOTIFY_WEBHOOK_URL_FILE", "", "\"secrets/webhook_url\""},
    {"notify.webhook", "url_command", KeyKind::text, "MOISSON_NOTIFY_WEBHOOK_URL_COMMAND", "", "\"pass show accounting/webhook_url\""},
    {"notify.webhook", "ca_file", KeyKind::path, "MOISSON_NOTIFY_WEBHOOK_CA_FILE", "", "\"company-ca.pem\""},
    {"notify.webhook", "form", KeyKind::text, "", "", "\"slack\""},
    {"notify.webhook", "secret", KeyKind::secret, "MOISSON_NOTIFY_WEBHOOK_SECRET", "", "\"…\""},
    {"notify.webhook", "secret_file", KeyKind::path, "MOISSON_NOTIFY_WEBHOOK_SECRET_FILE", "", "\"secrets/webhook_secret\""},
    {"notify.webhook", "secret_command", KeyKind::text, "MOISSON_NOTIFY_WEBHOOK_SECRET_COMMAND", "",
     "\"pass show accounting/webhook_secret\""},
    {"sandbox", "enabled", KeyKind::boolean, "", "--sandbox", "true"},
    {"sandbox", "scenario", KeyKind::text, "", "--scenario", "\"small\""},
    {"sandbox", "account", KeyKind::text, "", "--account", "\"admin\""},
    {"sandbox", "database", KeyKind::path, "", "--db", "\"sandbox.sqlite3\""},
    {"sandbox", "run", KeyKind::whole, "", "--run", "2", 1, 1'000'000},
});

/// Tables that may stand several times.
constexpr std::array<std::string_view, 8> repeated_tables = {"perimeter",       "books.counting", "books.expected",    "books.types",
                                                             "books.withdrawn", "books.ended",    "books.no_invoices", "invoices.inbox"};
constexpr std::array<std::string_view, 2> tables_of_users = {"erp", "perimeter.erp"};

}  // namespace

std::string JobKey::full_name() const {
    return table.empty() ? std::string(name) : fmt::format("{}.{}", table, name);
}

std::string JobKey::expected() const {
    switch (kind) {
        case KeyKind::text:
        case KeyKind::path:
        case KeyKind::secret: return "text in double quotes";
        case KeyKind::texts: return "a list of texts";
        case KeyKind::boolean: return "true or false";
        case KeyKind::whole: return fmt::format("a whole number from {} to {}", whole_min, whole_max);
        case KeyKind::number: return "a number, 0 or more";
        case KeyKind::day: return "a day such as 2025-03-01";
    }
    return "text in double quotes";
}

std::span<const JobKey> all_job_keys() noexcept {
    return job_keys;
}

TableKind table_kind(std::string_view table) noexcept {
    if (std::find(tables_of_users.begin(), tables_of_users.end(), table) != tables_of_users.end()) {
        return TableKind::free;
    }
    return std::find(repeated_tables.begin(), repeated_tables.end(), table) != repeated_tables.end() ? TableKind::repeated
                                                                                                      : TableKind::single;
}

std::span<const std::string_view> free_tables() noexcept { return tables_of_users; }

const JobKey* find_job_key(std::string_view table, std::string_view name) noexcept {
    const auto* found =
        std::find_if(job_keys.begin(), job_keys.end(), [&](const JobKey& key) { return key.table == table && key.name == name; });
    return found == job_keys.end() ? nullptr : found;
}

std::string variable_of(const JobKey& key, std::string_view part) {
    std::string name(key.environment);
    if (const auto star = name.find('*'); star != std::string::npos) {
        name.replace(star, 1, part);
    }
    return name;
}

std::string variable_part(std::string_view perimeter) {
    std::string part;
    for (const char letter : perimeter) {
        const bool small = letter >= 'a' && letter <= 'z';
        const bool plain = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        part += small ? static_cast<char>(letter - 'a' + 'A') : plain ? letter : '_';
    }
    return part;
}

bool is_variable(std::string_view pattern, std::string_view name) noexcept {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) {
        return pattern == name;
    }
    const std::string_view begin = pattern.substr(0, star);
    const std::string_view end = pattern.substr(star + 1);
    return name.size() > begin.size() + end.size() && name.starts_with(begin) && name.ends_with(end);
}

std::span<const std::string_view> all_environment_variables() noexcept {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> found;
        for (const JobKey& key : job_keys) {
            if (!key.environment.empty()) {
                found.push_back(key.environment);
            }
        }
        // No setting of a job: they lead `moisson sandbox keys` to a running sandbox.
        found.push_back("MOISSON_SANDBOX_URL");
        found.push_back("MOISSON_SANDBOX_TOKEN");
        return found;
    }();
    return names;
}

}  // namespace moisson::config

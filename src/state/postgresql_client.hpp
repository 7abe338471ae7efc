#pragma once
/// PostgreSQL's client library and Poco's connector to it, loaded when a job first has to do with a database.
///
/// With all that stands behind them (Kerberos, LDAP, GnuTLS …) they are a third of the libraries that the program could need, and took a
/// fifth of its start's time. Each reader of documents is the program started anew, too.

#include <libpq-fe.h>

#include "base/result.hpp"

namespace moisson::state {

/// What is called of libpq by name; the rest goes through Poco.
struct PostgresqlClient {
    decltype(&::PQconninfoParse) parse;
    decltype(&::PQconninfoFree) free_options;
    decltype(&::PQfreemem) free_text;
};

/// Loads both libraries, and makes Poco's sessions named "postgresql" possible. Any thread; loaded once and never let go. `state` where a
/// library is missing: it is named, with the package that has it on Debian.
[[nodiscard]] Result<PostgresqlClient> postgresql_client();

}  // namespace moisson::state

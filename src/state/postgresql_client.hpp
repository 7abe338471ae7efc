#pragma once
/// PostgreSQL's client library and Poco's connector to it, loaded when a job first has to do with a database.
///
/// With all that stands behind them (Kerberos, LDAP, GnuTLS …) they are a third of the libraries that the program could need, and took a
/// fifth of its start's time. Each reader of documents is the program started anew, too.

#include <string>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "base/result.hpp"

namespace moisson::state {

/// What is called of libpq, each under its own name without "PQ".
struct Libpq {
    decltype(&::PQconninfoParse) conninfo_parse;
    decltype(&::PQconninfoFree) conninfo_free;
    decltype(&::PQfreemem) freemem;
    decltype(&::PQconnectdbParams) connectdb_params;
    decltype(&::PQfinish) finish;
    decltype(&::PQstatus) status;
    decltype(&::PQerrorMessage) error_message;
    decltype(&::PQserverVersion) server_version;
    decltype(&::PQconnectionNeedsPassword) connection_needs_password;
    decltype(&::PQsetNoticeProcessor) set_notice_processor;
    decltype(&::PQexec) exec;
    decltype(&::PQexecParams) exec_params;
    decltype(&::PQprepare) prepare;
    decltype(&::PQexecPrepared) exec_prepared;
    decltype(&::PQsendQueryPrepared) send_query_prepared;
    decltype(&::PQsetSingleRowMode) set_single_row_mode;
    decltype(&::PQgetResult) get_result;
    decltype(&::PQresultStatus) result_status;
    decltype(&::PQresultErrorField) result_error_field;
    decltype(&::PQclear) clear;
    decltype(&::PQntuples) ntuples;
    decltype(&::PQftype) ftype;
    decltype(&::PQgetvalue) getvalue;
    decltype(&::PQgetlength) getlength;
    decltype(&::PQputCopyData) put_copy_data;
    decltype(&::PQputCopyEnd) put_copy_end;
};

/// Loads libpq. Any thread; loaded once and never let go. `state` where it is missing: with the package that has it on Debian.
[[nodiscard]] Result<Libpq> libpq();

/// The same, and makes Poco's sessions named "postgresql" possible. `state` where a library is missing.
[[nodiscard]] Result<Libpq> libpq_for_poco();

/// An address ("postgresql://…" or "key=value …") as libpq's options that it gives, by their own names. `bad_input`, which shows nothing of
/// the address: it may hold a password.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_address(const Libpq& libpq, const std::string& address);

}  // namespace moisson::state

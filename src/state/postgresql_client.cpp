#include "state/postgresql_client.hpp"

#include <dlfcn.h>

#include <memory>

#include <fmt/format.h>

namespace moisson::state {

namespace {

/// By the itanium C++ ABI, which GCC and clang share: Poco::Data::PostgreSQL::Connector::registerConnector().
constexpr const char* register_connector = "_ZN4Poco4Data10PostgreSQL9Connector17registerConnectorEv";

Error missing(const char* library) {
    const char* const reason = ::dlerror();
    Error error = fail(ErrorCode::state, fmt::format("the library {} is missing, by which a database is spoken to", library), "",
                       "Install libpq5 and libpocodatapostgresql80 (Debian's names), or do without a database")
                      .value();
    error.cause = reason == nullptr ? "" : reason;
    return error;
}

/// Whether the library has all of them; those before the first that it has not are found.
template <class... Functions>
bool find_all(void* library, std::pair<const char*, Functions*>... functions) {
    return (... && ((*functions.second = reinterpret_cast<Functions>(::dlsym(library, functions.first))) != nullptr));
}

// MOISSON_LIBPQ and the other name the files of the machine that built (CMakeLists.txt): another version may be another interface.
Result<Libpq> load_libpq() {
    void* const library = ::dlopen(MOISSON_LIBPQ, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return fail(missing(MOISSON_LIBPQ));
    }
    Libpq all{};
    const bool found = find_all(
        library, std::pair("PQconninfoParse", &all.conninfo_parse), std::pair("PQconninfoFree", &all.conninfo_free),
        std::pair("PQfreemem", &all.freemem), std::pair("PQconnectdbParams", &all.connectdb_params), std::pair("PQfinish", &all.finish),
        std::pair("PQstatus", &all.status), std::pair("PQerrorMessage", &all.error_message),
        std::pair("PQserverVersion", &all.server_version), std::pair("PQconnectionNeedsPassword", &all.connection_needs_password),
        std::pair("PQsetNoticeProcessor", &all.set_notice_processor), std::pair("PQexec", &all.exec),
        std::pair("PQexecParams", &all.exec_params), std::pair("PQprepare", &all.prepare), std::pair("PQexecPrepared", &all.exec_prepared),
        std::pair("PQsendQueryPrepared", &all.send_query_prepared), std::pair("PQsetSingleRowMode", &all.set_single_row_mode),
        std::pair("PQgetResult", &all.get_result), std::pair("PQresultStatus", &all.result_status),
        std::pair("PQresultErrorField", &all.result_error_field), std::pair("PQclear", &all.clear), std::pair("PQntuples", &all.ntuples),
        std::pair("PQftype", &all.ftype), std::pair("PQgetvalue", &all.getvalue), std::pair("PQgetlength", &all.getlength),
        std::pair("PQputCopyData", &all.put_copy_data), std::pair("PQputCopyEnd", &all.put_copy_end));
    return found ? Result<Libpq>(all) : fail(missing(MOISSON_LIBPQ));
}

Result<Libpq> load_for_poco() {
    Result<Libpq> client = libpq();
    if (!client) {
        return client;
    }
    void* const connector = ::dlopen(MOISSON_POCO_DATA_POSTGRESQL, RTLD_NOW | RTLD_LOCAL);
    if (connector == nullptr) {
        return fail(missing(MOISSON_POCO_DATA_POSTGRESQL));
    }
    const auto poco = reinterpret_cast<void (*)()>(::dlsym(connector, register_connector));
    if (poco == nullptr) {
        return fail(missing(MOISSON_POCO_DATA_POSTGRESQL));
    }
    poco();
    return client;
}

}  // namespace

Result<Libpq> libpq() {
    static const Result<Libpq> client = load_libpq();
    return client;
}

Result<Libpq> libpq_for_poco() {
    static const Result<Libpq> client = load_for_poco();
    return client;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_address(const Libpq& libpq, const std::string& address) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(libpq.conninfo_free)> options(libpq.conninfo_parse(address.c_str(), &problem),
                                                                                   libpq.conninfo_free);
    if (options == nullptr) {
        libpq.freemem(problem);  // not shown: it quotes the address, and with it the password
        return fail(ErrorCode::bad_input, "the database's URL cannot be read", {},
                    "Write it as postgresql://user@host:5432/database or as host=… dbname=… user=…");
    }
    std::vector<std::pair<std::string, std::string>> given;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            given.emplace_back(option->keyword, option->val);
        }
    }
    return given;
}

}  // namespace moisson::state

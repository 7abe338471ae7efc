#include "state/postgresql_client.hpp"

#include <dlfcn.h>

#include <fmt/format.h>

namespace moisson::state {

namespace {

/// By the itanium C++ ABI, which GCC and clang share: Poco::Data::PostgreSQL::Connector::registerConnector().
constexpr const char* register_connector = "_ZN4Poco4Data10PostgreSQL9Connector17registerConnectorEv";

Result<PostgresqlClient> load() {
    const auto missing = [](const char* library) {
        const char* const reason = ::dlerror();
        Error error = fail(ErrorCode::state, fmt::format("the library {} is missing, by which a database is written", library),
                           "[output.database]", "Install libpq5 and libpocodatapostgresql80 (Debian's names), or take the table out of the job")
                          .value();
        error.cause = reason == nullptr ? "" : reason;
        return fail(std::move(error));
    };
    // MOISSON_LIBPQ and the other name the files of the machine that built (CMakeLists.txt): another version may be another interface.
    void* const libpq = ::dlopen(MOISSON_LIBPQ, RTLD_NOW | RTLD_LOCAL);
    if (libpq == nullptr) {
        return missing(MOISSON_LIBPQ);
    }
    void* const connector = ::dlopen(MOISSON_POCO_DATA_POSTGRESQL, RTLD_NOW | RTLD_LOCAL);
    if (connector == nullptr) {
        return missing(MOISSON_POCO_DATA_POSTGRESQL);
    }
    PostgresqlClient client{};
    client.parse = reinterpret_cast<decltype(client.parse)>(::dlsym(libpq, "PQconninfoParse"));
    client.free_options = reinterpret_cast<decltype(client.free_options)>(::dlsym(libpq, "PQconninfoFree"));
    client.free_text = reinterpret_cast<decltype(client.free_text)>(::dlsym(libpq, "PQfreemem"));
    if (client.parse == nullptr || client.free_options == nullptr || client.free_text == nullptr) {
        return missing(MOISSON_LIBPQ);
    }
    const auto poco = reinterpret_cast<void (*)()>(::dlsym(connector, register_connector));
    if (poco == nullptr) {
        return missing(MOISSON_POCO_DATA_POSTGRESQL);
    }
    poco();
    return client;
}

}  // namespace

Result<PostgresqlClient> postgresql_client() {
    static const Result<PostgresqlClient> client = load();
    return client;
}

}  // namespace moisson::state

/// See checksum.hpp.

#include "state/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "state/sqlite_statement.hpp"

namespace moisson::state {

namespace {

constexpr const char* function_name = "row_checksum";

/// Little-endian.
void append_number(std::string& bytes, std::uint64_t number) {
    std::array<char, 8> digits{};
    for (char& digit : digits) {
        digit = static_cast<char>(number & 0xffU);
        number >>= 8U;
    }
    bytes.append(digits.data(), digits.size());
}

/// Type, length and bytes of each value, so that nothing can move from one column into the next. All of a row in one piece: a call of
/// zlib for each value took most of the time.
void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
    thread_local std::string bytes;
    bytes.clear();
    for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
        const int type = sqlite3_value_type(value);
        bytes += static_cast<char>(type);
        if (type == SQLITE_INTEGER) {
            append_number(bytes, static_cast<std::uint64_t>(sqlite3_value_int64(value)));
        } else if (type != SQLITE_NULL) {
            const void* const data = sqlite3_value_blob(value);
            const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
            append_number(bytes, size);
            if (size > 0) {
                bytes.append(static_cast<const char*>(data), size);
            }
        }
    }
    const uLong sum = crc32_z(0, static_cast<const Bytef*>(static_cast<const void*>(bytes.data())), bytes.size());
    sqlite3_result_int64(context, static_cast<sqlite3_int64>(sum));
}

std::vector<std::string_view> split(std::string_view columns) {
    std::vector<std::string_view> names;
    for (std::size_t begin = 0; begin <= columns.size();) {
        const std::size_t end = std::min(columns.find(',', begin), columns.size());
        names.push_back(columns.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

/// "contract_id OCB1, document_id INV-7, version 2"
std::string name_row(Statement& row, const std::vector<std::string_view>& names) {
    constexpr std::size_t shown_max = 60;
    std::vector<std::string> parts;
    for (const std::string_view name : names) {
        parts.push_back(fmt::format("{} {}", name, sanitise(row.text(), shown_max)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void add_checksum_function(sqlite3* handle, const std::filesystem::path& path) {
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    const int result = sqlite3_create_function_v2(handle, function_name, -1, flags, nullptr, row_checksum, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        throw_fatal(sqlite_error(handle, result, "opening it", path));
    }
}

std::string insert_sealed(const char* verb, const SealedTable& table) {
    std::string parameters;
    for (std::size_t at = 1; at <= split(table.columns).size(); ++at) {
        parameters += fmt::format("{}?{}", at == 1 ? "" : ",", at);
    }
    return fmt::format("{} INTO {}({},checksum) VALUES({},{}({}))", verb, table.name, table.columns, parameters, function_name, parameters);
}

std::string seal_all(const SealedTable& table) {
    return fmt::format("UPDATE {} SET checksum={}({})", table.name, function_name, table.columns);
}

void check_checksums(sqlite3* handle, const std::filesystem::path& path, std::int64_t version) {
    add_checksum_function(handle, path);
    for (const SealedTable& table : sealed_tables) {
        if (version < table.since) {
            continue;
        }
        std::vector<std::string_view> names = split(table.columns);
        names.resize(std::min<std::size_t>(names.size(), 3));
        const std::string sql = fmt::format("SELECT {} FROM {} WHERE checksum IS NOT {}({}) LIMIT 1", fmt::join(names, ","), table.name,
                                            function_name, table.columns);
        Statement row(handle, sql.c_str(), path);
        if (row.step()) {
            const std::string which = name_row(row, names);
            row.reset();
            throw_fatal(damaged_error(path, fmt::format("a row of the table {} is not what was written, its checksum does not match: {}",
                                                        table.name, which)));
        }
    }
}

}  // namespace moisson::state

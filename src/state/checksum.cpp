/// See checksum.hpp.

#include "state/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
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

/// Of what had the sum `before`, with these bytes behind.
std::uint64_t sum_behind(std::uint64_t before, const std::string& bytes) {
    return crc32_z(before, static_cast<const Bytef*>(static_cast<const void*>(bytes.data())), bytes.size());
}

void append_text(std::string& bytes, std::string_view text, char kind) {
    bytes += kind;
    append_number(bytes, text.size());
    bytes += text;
}

void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
    thread_local RowChecksum sum;
    for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
        const int type = sqlite3_value_type(value);
        if (type == SQLITE_INTEGER) {
            sum.add(std::int64_t{sqlite3_value_int64(value)});
        } else if (type == SQLITE_NULL) {
            sum.add_nothing();
        } else {
            const void* const data = sqlite3_value_blob(value);
            const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
            sum.add(size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size), static_cast<char>(type));
        }
    }
    sqlite3_result_int64(context, sum.take());
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

constexpr std::size_t names_a_row = 3;  ///< the first columns find the row again

/// "contract_id OCB1, document_id INV-7, version 2"
std::string name_row(const std::vector<std::string_view>& names, const std::vector<std::string>& values) {
    constexpr std::size_t shown_max = 60;
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < std::min({names_a_row, names.size(), values.size()}); ++at) {
        parts.push_back(fmt::format("{} {}", names[at], sanitise(values[at], shown_max)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string changed_row(const Table& table, const std::string& which) {
    return fmt::format("a row of the table {} is not what was written, its checksum does not match: {}", table.name, which);
}

std::string parameters_from(std::size_t first, std::size_t last) {
    std::string text;
    for (std::size_t at = first; at <= last; ++at) {
        text += fmt::format("{}?{}", at == first ? "" : ",", at);
    }
    return text;
}

}  // namespace

void RowChecksum::add(std::int64_t number) {
    bytes_ += static_cast<char>(SQLITE_INTEGER);
    append_number(bytes_, static_cast<std::uint64_t>(number));
}

void RowChecksum::add(std::string_view text, char kind) {
    append_text(bytes_, text, kind);
}

void RowChecksum::add_nothing() { bytes_ += static_cast<char>(SQLITE_NULL); }

std::int64_t RowChecksum::take() {
    const auto sum = static_cast<std::int64_t>(sum_behind(0, bytes_));
    bytes_.clear();
    return sum;
}

void add_checksum_function(sqlite3* handle, const std::filesystem::path& path) {
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    const int result = sqlite3_create_function_v2(handle, function_name, -1, flags, nullptr, row_checksum, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        throw_fatal(sqlite_error(handle, result, "opening it", path));
    }
}

std::string write_sql(Write write, const Table& table) {
    const bool with_number = write == Write::numbered && table.is_numbered;
    const std::vector<std::string_view> names = split(table.columns);
    const std::size_t first = with_number ? 2 : 1;
    const std::size_t last = names.size() + first - 1;
    std::string columns = with_number ? fmt::format("number,{}", table.columns) : table.columns;
    std::string values = parameters_from(1, last);
    if (table.since != 0) {
        columns += ",checksum";
        values += fmt::format(",{}({})", function_name, parameters_from(first, last));
    }
    const bool keeps_number = write == Write::replace && table.is_numbered;
    std::string sql = fmt::format("{} INTO {}({}) VALUES({})", write == Write::replace && !keeps_number ? "INSERT OR REPLACE" : "INSERT",
                                  table.name, columns, values);
    if (keeps_number) {
        std::string assignments;
        for (const std::string_view name : names) {
            assignments += fmt::format("{}{}=excluded.{}", assignments.empty() ? "" : ",", name, name);
        }
        sql += fmt::format(" ON CONFLICT({}) DO UPDATE SET {}", table.key, assignments);
    }
    return sql;
}

std::string seal_all(const Table& table) { return fmt::format("UPDATE {} SET checksum={}({})", table.name, function_name, table.columns); }

std::string seal_added(const Table& table) {
    std::string behind;
    for (std::uint32_t at = 0; at < table.added.count; ++at) {
        append_text(behind, {}, SQLITE_TEXT);
    }
    // A CRC is linear: each bit that the sum had before changes the same bits of the sum with `behind`, whatever the row says.
    const std::uint64_t of_none = sum_behind(0, behind);
    std::string bits = fmt::format("{}::bigint", of_none);
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
        bits += fmt::format(" # (((checksum >> {}) & 1) * {}::bigint)", bit, sum_behind(std::uint64_t{1} << bit, behind) ^ of_none);
    }
    return fmt::format("UPDATE {} SET checksum={}", table.name, bits);
}

void check_checksums(sqlite3* handle, const std::filesystem::path& path, std::int64_t version) {
    add_checksum_function(handle, path);
    for (const Table& table : all_tables) {
        if (table.since == 0 || version < table.since) {
            continue;
        }
        const std::string_view columns = columns_at(table, version);
        std::vector<std::string_view> names = split(columns);
        names.resize(std::min(names.size(), names_a_row));
        const std::string sql = fmt::format("SELECT {} FROM {} WHERE checksum IS NOT {}({}) LIMIT 1", fmt::join(names, ","), table.name,
                                            function_name, columns);
        SqliteStatement row(handle, sql.c_str(), path);
        if (row.step()) {
            std::vector<std::string> values;
            for (std::size_t at = 0; at < names.size(); ++at) {
                values.push_back(row.text());
            }
            const std::string which = name_row(names, values);
            row.reset();
            throw_fatal(damaged_error(path, changed_row(table, which)));
        }
    }
}

void check_checksums(Engine& engine, std::int64_t version) {
    for (const Table& table : all_tables) {
        if (table.since == 0 || version < table.since) {
            continue;
        }
        const std::string_view columns = columns_at(table, version);
        const std::vector<std::string_view> names = split(columns);
        Statement row(engine, fmt::format("SELECT {},checksum FROM {}", columns, table.name), Rows::many);
        RowChecksum sum;
        std::vector<std::string> values;
        while (row.step()) {
            values.clear();
            for (std::size_t at = 0; at < names.size(); ++at) {
                if (row.is_number()) {
                    const std::int64_t number = row.number();
                    sum.add(number);
                    values.push_back(at < names_a_row ? std::to_string(number) : std::string());
                } else {
                    values.push_back(row.text());
                    sum.add(values.back());
                }
            }
            if (sum.take() != row.number()) {
                row.reset();
                throw_fatal(engine.damaged(changed_row(table, name_row(names, values))));
            }
        }
    }
}

}  // namespace moisson::state

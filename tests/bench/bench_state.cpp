// 200,000 document rows into the state store and back, beside raw sqlite3 with prepared statements on the same table and settings. With a
// database's address: into PostgreSQL and back, beside the file.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "state/schema.hpp"
#include "state/state_url.hpp"

namespace {

using moisson::state::DocumentRecord;

constexpr std::size_t rows = 200'000;
constexpr std::size_t rows_per_contract = 100;
constexpr int rounds = 5;

std::vector<DocumentRecord> make_records() {
    std::mt19937_64 random(1);
    std::vector<DocumentRecord> records(rows);
    for (std::size_t index = 0; index < rows; ++index) {
        DocumentRecord& record = records[index];
        record.contract_id = fmt::format("OCB{:07}", index / rows_per_contract);
        record.document_id = fmt::format("{:016x}", random());
        record.document_type = "invoices";
        record.filename = fmt::format("OCB_facture_{:08}.pdf", index);
        record.period = "202110";
        record.created_at = "2021-08-18T09:07:47.372Z";
        record.updated_at = "2021-08-19T09:07:47.372Z";
        record.amount = "1234.50";
        record.amount_kind = 2;
        record.currency = "EUR";
        record.present = 63;
        record.sha256 = fmt::format("{:016x}{:016x}{:016x}{:016x}", random(), random(), random(), random());
        record.size_bytes = index;
        record.media_type = "application/pdf";
        record.first_seen_run = "20261122T100000Z-1";
    }
    return records;
}

template <class Work>
double seconds_of(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void must(int result) {
    if (result != SQLITE_OK && result != SQLITE_DONE && result != SQLITE_ROW) {
        fmt::print(stderr, "sqlite3 failed: {}\n", sqlite3_errstr(result));
        std::exit(1);
    }
}

/// The shortest program that does the same: one prepared statement, one transaction per contract.
void save_raw(const std::string& path, const std::vector<DocumentRecord>& records, std::size_t rows_per_transaction) {
    sqlite3* handle = nullptr;
    must(sqlite3_open(path.c_str(), &handle));
    must(sqlite3_exec(handle, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536",
                      nullptr, nullptr, nullptr));
    must(sqlite3_exec(handle, moisson::state::schema_sql, nullptr, nullptr, nullptr));
    sqlite3_stmt* insert = nullptr;
    must(sqlite3_prepare_v2(handle, "INSERT OR REPLACE INTO document VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &insert, nullptr));
    for (std::size_t index = 0; index < records.size(); ++index) {
        if (index % rows_per_transaction == 0) {
            must(sqlite3_exec(handle, "BEGIN", nullptr, nullptr, nullptr));
        }
        const DocumentRecord& record = records[index];
        int at = 0;
        const auto text = [&](const std::string& value) {
            sqlite3_bind_text(insert, ++at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        };
        const auto number = [&](std::uint64_t value) { sqlite3_bind_int64(insert, ++at, static_cast<sqlite3_int64>(value)); };
        text(record.contract_id), text(record.document_id), number(record.version), text(record.document_type), text(record.filename);
        text(record.period), text(record.created_at), text(record.updated_at), text(record.amount), number(record.amount_kind);
        text(record.currency), number(record.present), text(record.sha256), number(record.size_bytes), text(record.media_type);
        number(record.unframed ? 1 : 0), text(record.first_seen_run);
        must(sqlite3_step(insert));
        must(sqlite3_reset(insert));
        if ((index + 1) % rows_per_transaction == 0) {
            must(sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr));
        }
    }
    sqlite3_finalize(insert);
    sqlite3_close(handle);
}

std::size_t load_raw(const std::string& path) {
    sqlite3* handle = nullptr;
    must(sqlite3_open(path.c_str(), &handle));
    sqlite3_stmt* select = nullptr;
    must(sqlite3_prepare_v2(handle, "SELECT * FROM document ORDER BY contract_id,document_id,version", -1, &select, nullptr));
    std::vector<std::vector<std::string>> all;
    while (sqlite3_step(select) == SQLITE_ROW) {
        std::vector<std::string>& row = all.emplace_back();
        row.reserve(17);
        for (int column = 0; column < 17; ++column) {
            const void* const text = sqlite3_column_text(select, column);
            row.emplace_back(static_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(select, column)));
        }
    }
    sqlite3_finalize(select);
    sqlite3_close(handle);
    return all.size();
}

void save_ours(const std::string& path, const std::vector<DocumentRecord>& records, std::size_t rows_per_transaction) {
    const auto store = moisson::state::open_state_store(path, "bench");
    for (std::size_t index = 0; index < records.size(); index += rows_per_transaction) {
        store->save_documents(std::span(records).subspan(index, rows_per_transaction));
    }
}

/// The same rows in a schema of the database at `address`, beside a file, in turn.
void compare(const std::string& folder, const std::string& address, const std::vector<DocumentRecord>& records) {
    fmt::print("state in PostgreSQL, beside the file, {} rows (goal: saved within 2 times the file's time)\n", rows);
    int number = 0;
    for (const std::size_t rows_per_transaction : {rows, rows_per_contract}) {
        std::vector<double> file;
        std::vector<double> database;
        for (int round = 0; round < rounds; ++round) {
            file.push_back(seconds_of([&] { save_ours(fmt::format("{}/beside-{}.db", folder, number), records, rows_per_transaction); }));
            database.push_back(
                seconds_of([&] { save_ours(fmt::format("{}?schema=bench_{}", address, number), records, rows_per_transaction); }));
            ++number;
        }
        fmt::print("save, {:6} rows a transaction: PostgreSQL {:.2f} s, file {:.2f} s, ratio {:.2f}\n", rows_per_transaction,
                   median(database), median(file), median(database) / median(file));
    }
    for (const std::string& url : {fmt::format("{}/beside-0.db", folder), fmt::format("{}?schema=bench_0", address)}) {
        std::unique_ptr<moisson::state::StateStore> store;
        const double opening = seconds_of([&] { store = moisson::state::open_state_store(url, "bench"); });
        std::size_t loaded = 0;
        const double loading = seconds_of([&] { loaded = store->load_all_documents().size(); });
        const double again = seconds_of([&] { store->save_documents(records); });
        std::vector<DocumentRecord> others = records;
        for (DocumentRecord& record : others) {
            record.contract_id += "-other";
        }
        const double beside = seconds_of([&] { store->save_documents(others); });
        fmt::print("{}: open {:.2f} s, load {} rows {:.2f} s, save them again unchanged {:.2f} s, as many others beside them {:.2f} s\n",
                   url.starts_with("postgresql") ? "PostgreSQL" : "file", opening, loaded, loading, again, beside);
    }
}

}  // namespace

int main(int count, char** arguments) {
    std::string folder = (std::filesystem::temp_directory_path() / "moisson-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        return 1;
    }
    const auto records = make_records();
    std::error_code problem;
    if (count > 1) {
        compare(folder, arguments[1], records);
        std::filesystem::remove_all(folder, problem);
        return 0;
    }
    int number = 0;
    fmt::print("state: {} rows of 17 columns, synchronous=FULL, write-ahead log\n", rows);
    for (const std::size_t rows_per_transaction : {rows, rows_per_contract}) {
        std::vector<double> ours;
        std::vector<double> raw;
        for (int round = 0; round < rounds; ++round) {
            const std::string our_path = fmt::format("{}/{}.db", folder, number++);
            const std::string raw_path = fmt::format("{}/{}.db", folder, number++);
            ours.push_back(seconds_of([&] { save_ours(our_path, records, rows_per_transaction); }));
            raw.push_back(seconds_of([&] { save_raw(raw_path, records, rows_per_transaction); }));
        }
        fmt::print("save, {:6} rows a transaction: moisson {:8.0f} rows/s, raw sqlite3 {:8.0f} rows/s, ratio {:.2f}\n",
                   rows_per_transaction, static_cast<double>(rows) / median(ours), static_cast<double>(rows) / median(raw),
                   median(raw) / median(ours));
    }
    const std::string path = fmt::format("{}/0.db", folder);
    std::vector<double> opening;
    std::vector<double> ours;
    std::vector<double> raw;
    std::size_t loaded = 0;
    for (int round = 0; round < rounds; ++round) {
        std::unique_ptr<moisson::state::StateStore> store;
        opening.push_back(seconds_of([&] { store = moisson::state::open_state_store(path, "bench"); }));
        ours.push_back(seconds_of([&] { loaded = store->load_all_documents().size(); }));
        store.reset();
        raw.push_back(seconds_of([&] { loaded = std::min(loaded, load_raw(path)); }));
    }
    fmt::print("open with the integrity check: {:.0f} ms ({:.1f} MB)\n", median(opening) * 1000,
               static_cast<double>(std::filesystem::file_size(path)) / 1e6);
    fmt::print("load: moisson {:.0f} rows/s, raw sqlite3 {:.0f} rows/s, ratio {:.2f}\n", static_cast<double>(rows) / median(ours),
               static_cast<double>(rows) / median(raw), median(raw) / median(ours));
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("peak memory of this program, rows included: {} MiB\n", usage.ru_maxrss / 1024);
    std::filesystem::remove_all(folder, problem);
    return loaded == rows ? 0 : 1;
}

// The state store on a SQLite file, opened through Poco Data.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <fmt/format.h>

#include "base/files.hpp"
#include "state/checksum.hpp"
#include "state/run_lock.hpp"
#include "state/schema.hpp"
#include "state/sqlite_books.hpp"
#include "state/sqlite_published.hpp"
#include "state/sqlite_statement.hpp"
#include "state/state_file.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

namespace {

/// Another program (a person looking into the file) may have it open for a moment; a run never waits longer for it.
constexpr int busy_timeout_ms = 1000;

/// The whole translation of the library's failures; none of its exceptions leaves this folder.
Error to_error(const Poco::Exception& failure, const std::filesystem::path& path) {
    return fail(ErrorCode::state, "cannot open the state file: " + sanitise(failure.displayText()), path.string(),
                "Give this user the right to write the file and its folder, or choose another place (MOISSON_STATE)")
        .value();
}

class Connection {
public:
    /// Throws FatalError.
    explicit Connection(std::filesystem::path path) : path_(std::move(path)) {
        try {
            Poco::Data::SQLite::Connector::registerConnector();
            session_.emplace("SQLite", path_.string());
            handle_ = Poco::Data::SQLite::Utility::dbHandle(*session_);
        } catch (const Poco::Exception& failure) {
            throw_fatal(to_error(failure, path_));
        }
        sqlite3_extended_result_codes(handle_, 1);
        add_checksum_function(handle_, path_);
        sqlite3_busy_timeout(handle_, busy_timeout_ms);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        keep_log_on_close(1);
        // Exclusive: no shared-memory file, which network file systems lack. 8 MiB of cache: rows of one contract lie together, so more
        // brings nothing (measured with 200,000 rows).
        execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8192; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY",
                "opening it");
    }
    /// Until the file is known to be ours and whole, closing must not write to it.
    void keep_log_on_close(int keep) { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, nullptr); }
    void execute(const char* sql, std::string_view doing) {
        if (const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); result != SQLITE_OK) {
            throw_fatal(sqlite_error(handle_, result, doing, path_));
        }
    }
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    std::optional<Poco::Data::Session> session_;
    sqlite3* handle_ = nullptr;  // the session's
};

/// Every statement, prepared once: that also shows that all tables and columns are there.
struct Statements {
    explicit Statements(sqlite3* handle, const std::filesystem::path& path)
        : begin(handle, "BEGIN IMMEDIATE", path),
          commit(handle, "COMMIT", path),
          load_setting(handle, "SELECT value FROM setting WHERE name=?", path),
          save_setting(handle, "INSERT OR REPLACE INTO setting(name,value) VALUES(?,?)", path),
          load_contracts(
              handle,
              "SELECT id,name,offer_id,offer_name,customer_id,customer_name,platform_id,list_item_digest,detail_known,"
              "mixed_list_trusted,documents_last,last_seen_run,first_month,earlier_name,renamed_month,compared_month,compared_count,"
              "proved_by_types FROM contract ORDER BY id",
              path),
          save_contract(
              handle,
              "INSERT OR REPLACE INTO contract(id,name,offer_id,offer_name,customer_id,customer_name,platform_id,list_item_digest,"
              "detail_known,mixed_list_trusted,documents_last,last_seen_run,first_month,earlier_name,renamed_month,compared_month,"
              "compared_count,proved_by_types) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
              path),
          load_documents(
              handle,
              fmt::format("SELECT {} FROM document WHERE contract_id=? ORDER BY document_id,version", sealed_document.columns).c_str(),
              path),
          load_versions(handle,
                        fmt::format("SELECT {} FROM document WHERE contract_id=? AND document_id=? ORDER BY version",
                                    sealed_document.columns)
                            .c_str(),
                        path),
          load_all_documents(
              handle,
              fmt::format("SELECT {} FROM document ORDER BY contract_id,document_id,version", sealed_document.columns).c_str(), path),
          save_document(handle, insert_sealed("INSERT OR REPLACE", sealed_document).c_str(), path),
          forget_documents(handle, "DELETE FROM document WHERE contract_id=? AND first_seen_run=?", path),
          load_reading(handle, "SELECT reading FROM invoice_reading WHERE sha256=? AND expected=? AND reader=?", path),
          save_reading(handle, insert_sealed("INSERT OR REPLACE", sealed_invoice_reading).c_str(), path),
          load_runs(handle, "SELECT run_id,period,started_at,finished_at,verdict,exit_code,ledger_sha256 FROM run ORDER BY number", path),
          save_run(
              handle,
              "INSERT INTO run(run_id,period,started_at,finished_at,verdict,exit_code,ledger_sha256) VALUES(?,?,?,?,?,?,?) "
              "ON CONFLICT(run_id) DO UPDATE SET period=excluded.period,started_at=excluded.started_at,finished_at=excluded.finished_at,"
              "verdict=excluded.verdict,exit_code=excluded.exit_code,ledger_sha256=excluded.ledger_sha256",
              path) {}

    Statement begin;
    Statement commit;
    Statement load_setting;
    Statement save_setting;
    Statement load_contracts;
    Statement save_contract;
    Statement load_documents;
    Statement load_versions;
    Statement load_all_documents;
    Statement save_document;
    Statement forget_documents;
    Statement load_reading;
    Statement save_reading;
    Statement load_runs;
    Statement save_run;
};

DocumentRecord read_document(Statement& row) {
    DocumentRecord record;
    record.contract_id = row.text();
    record.document_id = row.text();
    record.version = static_cast<std::uint32_t>(row.number_within(1, std::numeric_limits<std::uint32_t>::max()));
    record.document_type = row.text();
    record.filename = row.text();
    record.period = row.text();
    record.created_at = row.text();
    record.updated_at = row.text();
    record.amount = row.text();
    record.amount_kind = static_cast<std::uint8_t>(row.number_within(0, std::numeric_limits<std::uint8_t>::max()));
    record.currency = row.text();
    record.present = static_cast<std::uint8_t>(row.number_within(0, std::numeric_limits<std::uint8_t>::max()));
    record.sha256 = row.text();
    record.size_bytes = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
    record.media_type = row.text();
    const auto how = row.number_within(0, 3);
    record.unframed = (how & 1) != 0;
    record.damaged = (how & 2) != 0;
    record.first_seen_run = row.text();
    return record;
}

class SqliteStore final : public StateStore {
public:
    /// `connection` to a file that was checked.
    SqliteStore(RunLock lock, Connection connection, bool was_open_to_others)
        : lock_(std::move(lock)), connection_(std::move(connection)), was_open_to_others_(was_open_to_others) {
        connection_.keep_log_on_close(0);
        connection_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "opening it");
        statements_.emplace(connection_.handle(), connection_.path());
        books_.emplace(connection_.handle(), connection_.path());
        published_.emplace(connection_.handle(), connection_.path());
    }

    bool was_open_to_others() const noexcept override { return was_open_to_others_; }
    std::string source() override { return setting("source"); }
    void set_source(const std::string& source) override { set_setting("source", source); }
    std::string setting(const std::string& name) override {
        Statement& row = statements_->load_setting.bind(name);
        std::string value = row.step() ? row.text() : std::string();
        row.reset();
        return value;
    }
    void set_setting(const std::string& name, const std::string& value) override {
        Transaction transaction = begin();
        statements_->save_setting.bind(name).bind(value).execute();
        transaction.commit();
    }

    std::vector<ContractRecord> load_contracts() override {
        std::vector<ContractRecord> records;
        Statement& row = statements_->load_contracts;
        while (row.step()) {
            ContractRecord record;
            record.contract.id = row.text();
            record.contract.name = row.text();
            record.contract.offer_id = row.text();
            record.contract.offer_name = row.text();
            record.contract.customer_id = row.text();
            record.contract.customer_name = row.text();
            record.contract.platform_id = row.text();
            record.list_item_digest = row.text();
            record.detail_known = row.number_within(0, 1) == 1;
            record.mixed_list_trusted = row.number_within(0, 1) == 1;
            record.documents_last = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
            record.last_seen_run = row.text();
            record.first_month = Month::parse(row.text());
            record.earlier_name = row.text();
            record.renamed_month = Month::parse(row.text());
            record.compared_month = Month::parse(row.text());
            record.compared_count = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
            record.proved_by_types = row.number_within(0, 1) == 1;
            records.push_back(std::move(record));
        }
        return records;
    }
    void save_contract(const ContractRecord& record) override {
        // What is lost with the power is only asked again, so the disk is not waited for: 2,000 contracts are 2,000 transactions.
        connection_.execute("PRAGMA synchronous=NORMAL", "writing to it");
        {
            Transaction transaction = begin();
            write_contract(record);
            transaction.commit();
        }
        connection_.execute("PRAGMA synchronous=FULL", "writing to it");
    }

    std::vector<DocumentRecord> load_documents(const std::string& contract_id) override {
        return read_documents(statements_->load_documents.bind(contract_id));
    }
    std::vector<DocumentRecord> load_all_documents() override { return read_documents(statements_->load_all_documents); }
    std::vector<DocumentRecord> load_versions(const std::string& contract_id, const std::string& document_id) override {
        return read_documents(statements_->load_versions.bind(contract_id).bind(document_id));
    }
    void save_documents(std::span<const DocumentRecord> records) override {
        if (records.empty()) {
            return;
        }
        Transaction transaction = begin();
        for (const DocumentRecord& record : records) {
            write_document(record);
        }
        transaction.commit();
    }

    void forget_documents(const std::string& contract_id, const std::string& run_id) override {
        Transaction transaction = begin();
        statements_->forget_documents.bind(contract_id).bind(run_id).execute();
        transaction.commit();
    }

    std::optional<std::string> load_reading(const std::string& sha256, const std::string& expected, const std::string& reader) override {
        Statement& row = statements_->load_reading.bind(sha256).bind(expected).bind(reader);
        std::optional<std::string> reading;
        if (row.step()) {
            reading = row.text();
        }
        row.reset();
        return reading;
    }
    void save_readings(std::span<const KeptReading> readings) override {
        if (readings.empty()) {
            return;
        }
        Transaction transaction = begin();
        for (const KeptReading& one : readings) {
            statements_->save_reading.bind(one.sha256).bind(one.expected).bind(one.reader).bind(one.reading).execute();
        }
        transaction.commit();
    }

    void save_run(const RunRecord& record) override {
        Transaction transaction = begin();
        write_run(record);
        transaction.commit();
    }
    std::vector<RunRecord> load_runs() override {
        std::vector<RunRecord> records;
        Statement& row = statements_->load_runs;
        while (row.step()) {
            RunRecord record;
            record.run_id = row.text();
            record.period = row.text();
            record.started_at = Timestamp(std::chrono::milliseconds(row.number()));
            record.finished_at = Timestamp(std::chrono::milliseconds(row.number()));
            record.verdict = row.text();
            record.exit_code = static_cast<int>(row.number_within(0, 255));
            record.ledger_sha256 = row.text();
            records.push_back(std::move(record));
        }
        return records;
    }

    std::vector<ClosedMonth> load_closed_months() override { return books_->load_closed_months(); }
    std::vector<ClosingEvent> load_closing_history() override { return books_->load_history(); }
    std::vector<ClosedRow> load_closed_rows(const std::string& contract_id) override { return books_->load_rows_of_contract(contract_id); }
    std::vector<ClosedRow> load_closed_rows(Month period) override { return books_->load_rows_of_month(period); }
    std::vector<ClosedContract> load_closed_contracts(const std::string& contract_id) override {
        return books_->load_contracts(contract_id);
    }
    void save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                      std::span<const HandedPosting> postings) override {
        Transaction transaction = begin();
        books_->save_closing(month, rows, contracts, postings);
        transaction.commit();
    }
    void save_reopening(const ClosingEvent& event) override {
        Transaction transaction = begin();
        books_->save_reopening(event);
        transaction.commit();
    }
    std::vector<Addendum> load_addenda() override { return books_->load_addenda(); }
    std::vector<HandedPosting> load_postings(const std::string& contract_id) override {
        return books_->load_postings_of_contract(contract_id);
    }
    std::vector<HandedPosting> load_postings_of(const std::string& template_name) override {
        return books_->load_postings_of_template(template_name);
    }
    std::vector<TemplateBase> load_booked_months() override { return books_->load_booked(); }
    std::vector<TemplateBase> load_template_bases() override { return books_->load_bases(); }
    std::vector<EntryNumber> load_entry_numbers(const std::string& template_name) override {
        return books_->load_entry_numbers(template_name);
    }
    void adopt(const Takeover& takeover) override {
        Transaction transaction = begin();
        for (const RunRecord& run : takeover.runs) {
            write_run(run);
        }
        books_->adopt(takeover);
        transaction.commit();
    }
    std::vector<Adoption> load_adoptions() override { return books_->load_adoptions(); }
    std::vector<Month> load_adopted_months() override { return books_->load_adopted_months(); }
    void save_closed_files(Month period, std::span<const ClosedFile> files) override {
        Transaction transaction = begin();
        books_->save_files(period, files);
        transaction.commit();
    }
    std::vector<ChainLink> load_chain() override { return books_->load_chain(); }
    void restore(const Books& books, std::span<const RunRecord> runs, const std::string& run_id) override {
        Transaction transaction = begin();
        books_->restore(books, run_id);
        published_->restore(books);
        for (const ContractRecord& record : books.contracts) {
            write_contract(record);
        }
        for (const DocumentRecord& record : books.documents) {
            write_document(record);
        }
        for (const RunRecord& run : runs) {
            write_run(run);
        }
        transaction.commit();
    }
    std::vector<PublishedMonth> load_published_months() override { return published_->load_months(); }
    std::vector<ClosedRow> load_published_rows(const std::string& contract_id) override { return published_->load_rows(contract_id); }
    void begin_publication(const Publication& publication) override {
        Transaction transaction = begin();
        books_->begin_publication(publication);
        published_->begin(publication);
        transaction.commit();
    }
    std::vector<Publication> pending_publications() override { return books_->pending_publications(); }
    void end_publication(const std::string& run_id, bool published) override {
        Transaction transaction = begin();
        books_->end_publication(run_id, published);
        published_->end(run_id, published);
        transaction.commit();
    }

private:
    Transaction begin() { return Transaction(statements_->begin, statements_->commit, connection_.handle()); }
    void write_contract(const ContractRecord& record) {
        const Contract& contract = record.contract;
        Statement& row = statements_->save_contract;
        row.bind(contract.id).bind(contract.name).bind(contract.offer_id).bind(contract.offer_name);
        row.bind(contract.customer_id).bind(contract.customer_name).bind(contract.platform_id).bind(record.list_item_digest);
        row.bind(std::int64_t{record.detail_known}).bind(std::int64_t{record.mixed_list_trusted});
        row.bind(static_cast<std::int64_t>(record.documents_last)).bind(record.last_seen_run);
        const auto text_of = [](const std::optional<Month>& month) { return month ? month->to_text() : std::string(); };
        const std::string first_month = text_of(record.first_month);
        const std::string renamed_month = text_of(record.renamed_month);
        const std::string compared_month = text_of(record.compared_month);
        row.bind(first_month).bind(record.earlier_name).bind(renamed_month).bind(compared_month);
        row.bind(static_cast<std::int64_t>(record.compared_count)).bind(std::int64_t{record.proved_by_types}).execute();
    }
    void write_document(const DocumentRecord& record) {
        Statement& row = statements_->save_document;
        row.bind(record.contract_id).bind(record.document_id).bind(std::int64_t{record.version}).bind(record.document_type);
        row.bind(record.filename).bind(record.period).bind(record.created_at).bind(record.updated_at).bind(record.amount);
        row.bind(std::int64_t{record.amount_kind}).bind(record.currency).bind(std::int64_t{record.present}).bind(record.sha256);
        row.bind(static_cast<std::int64_t>(record.size_bytes)).bind(record.media_type);
        row.bind(std::int64_t{record.unframed} + 2 * std::int64_t{record.damaged});
        row.bind(record.first_seen_run).execute();
    }
    void write_run(const RunRecord& record) {
        Statement& row = statements_->save_run;
        row.bind(record.run_id).bind(record.period).bind(std::int64_t{record.started_at.time_since_epoch().count()});
        row.bind(std::int64_t{record.finished_at.time_since_epoch().count()}).bind(record.verdict).bind(std::int64_t{record.exit_code});
        row.bind(record.ledger_sha256).execute();
    }
    static std::vector<DocumentRecord> read_documents(Statement& row) {
        std::vector<DocumentRecord> records;
        while (row.step()) {
            records.push_back(read_document(row));
        }
        return records;
    }

    // Destroyed from the last to the first: statements, connection, and the lock when nothing is open any more.
    RunLock lock_;
    Connection connection_;
    std::optional<Statements> statements_;
    std::optional<BooksTables> books_;
    std::optional<PublishedTables> published_;
    bool was_open_to_others_ = false;
};

void must(Status status) {
    if (!status) {
        status.error().code = status.error().code == ErrorCode::disk ? ErrorCode::state : status.error().code;
        throw_fatal(std::move(status.error()));
    }
}

/// A new file appears under its name whole or not at all, so that an empty or half-made one is always damage.
void create_file(const std::filesystem::path& path) {
    const auto temporary = with_suffix(path, ".new");
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        must(remove_path(with_suffix(temporary, suffix)));
    }
    // Made here and not by SQLite: its logs and journals take the mode of the file.
    auto made = open_new_file(temporary, Access::own);
    must(made ? Status{} : fail(std::move(made.error())));
    ::close(*made);
    {
        Connection connection(temporary);
        connection.keep_log_on_close(0);
        connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "making it");
        connection.execute(fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={};", application_id, schema_version).c_str(),
                           "making it");
        connection.execute(schema_sql, "making it");
        connection.execute(schema_2_sql, "making it");
        connection.execute(schema_3_sql, "making it");
        connection.execute(schema_4_sql, "making it");
        connection.execute(schema_5_sql, "making it");
        connection.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", "making it");
    }
    must(rename_path(temporary, path));
}

/// Brings an older version's tables up to date, all of it or nothing.
void migrate(Connection& connection) {
    std::int64_t version = 0;
    {
        Statement version_of(connection.handle(), "PRAGMA user_version", connection.path());
        version = version_of.step() ? version_of.number() : 0;
    }
    if (version == schema_version) {
        return;
    }
    MOISSON_INVARIANT(version >= 1 && version < schema_version, "a version that was not checked");
    connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE", "bringing it up to date");
    if (version == 1) {
        connection.execute(schema_2_sql, "bringing it up to date");
    }
    if (version < 3) {
        connection.execute(schema_3_sql, "bringing it up to date");
    }
    if (version < 4) {
        connection.execute(schema_4_sql, "bringing it up to date");
    }
    connection.execute(schema_5_sql, "bringing it up to date");
    for (const SealedTable& table : sealed_tables) {
        if (version < table.since) {  // the others' rows were held against their own when the file was opened
            connection.execute(seal_all(table).c_str(), "bringing it up to date");
        }
    }
    connection.execute(fmt::format("PRAGMA user_version={}; COMMIT", schema_version).c_str(), "bringing it up to date");
}

bool is_there(const std::filesystem::path& path) {
    std::error_code problem;
    return std::filesystem::symlink_status(path, problem).type() != std::filesystem::file_type::not_found;
}

bool has_log(const std::filesystem::path& path) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(with_suffix(path, "-wal"), problem);
    return !problem && size > 0;
}

/// Looks into the file without changing it. Without a log SQLite is told that nobody writes (immutable): it makes no file beside. With
/// one it needs its shared-memory file to read by, which is removed again unless it was there.
Status look_into(const std::filesystem::path& path, const std::function<Status(sqlite3*)>& look) {
    std::string address = "file:";
    for (const char letter : path.string()) {
        const bool has_meaning = letter == '%' || letter == '?' || letter == '#';
        address += has_meaning ? fmt::format("%{:02x}", static_cast<unsigned char>(letter)) : std::string(1, letter);
    }
    const bool logged = has_log(path);
    const auto shared_memory = with_suffix(path, "-shm");
    const bool remove_shared_memory = logged && !is_there(shared_memory);
    address += logged ? "?mode=ro" : "?mode=ro&immutable=1";
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(address.c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    Status status = result == SQLITE_OK ? Status{} : Status(fail(sqlite_error(handle, result, "opening it", path)));
    if (status) {
        sqlite3_busy_timeout(handle, busy_timeout_ms);
        status = look(handle);
    }
    sqlite3_close(handle);
    if (remove_shared_memory) {
        std::error_code problem;
        std::filesystem::remove(shared_memory, problem);
    }
    return status;
}

/// Version and integrity.
Status check_read_only(const std::filesystem::path& path) {
    return look_into(path, [&](sqlite3* handle) { return check_database(handle, path); });
}

Status check_rights(const std::filesystem::path& path) {
    std::error_code problem;
    std::filesystem::path probe = path;
    if (!is_there(path)) {
        probe = path.parent_path();
        while (!std::filesystem::exists(probe, problem) && probe != probe.parent_path()) {
            probe = probe.parent_path();
        }
    }
    for (const auto& each : {probe, std::filesystem::is_directory(probe, problem) ? probe : probe.parent_path()}) {
        if (::faccessat(AT_FDCWD, each.c_str(), W_OK, AT_EACCESS) != 0) {
            auto failure = fail(ErrorCode::state, "the state store cannot be written", each.string(),
                                "Give this user the right to write there, or choose another place (MOISSON_STATE)");
            failure.value().cause = std::generic_category().message(errno);
            return failure;
        }
    }
    return {};
}

std::unique_ptr<StateStore> open(const StateUrl& url, const std::string& holder) {
    const auto path = sqlite_path(url);
    if (!path) {
        throw_fatal(path.error());
    }
    auto open_to_others = make_own_folders(path->parent_path(), ".moisson");
    must(open_to_others ? Status{} : fail(std::move(open_to_others.error())));
    must(check_rights(*path));
    auto lock = RunLock::take(with_suffix(*path, ".lock"), holder);
    if (!lock) {
        throw_fatal(std::move(lock.error()));
    }
    if (!is_there(*path)) {
        must(check_no_stray_log(*path));
        create_file(*path);
    }
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {  // before SQLite opens them: closing a descriptor drops its locks
        *open_to_others = keep_to_owner(with_suffix(*path, suffix)) || *open_to_others;
    }
    must(check_header(*path));
    // With a log of a killed run, only a connection that may write can read without leaving a file; it is kept from writing until all is
    // well.
    const bool logged = has_log(*path);
    if (!logged) {
        must(check_read_only(*path));
    }
    Connection connection(*path);
    if (logged) {
        must(check_database(connection.handle(), *path));
    }
    migrate(connection);
    return std::make_unique<SqliteStore>(std::move(*lock), std::move(connection), *open_to_others);
}

Status check(const StateUrl& url) {
    const auto path = sqlite_path(url);
    if (!path) {
        return fail(path.error());
    }
    if (auto free = RunLock::probe(with_suffix(*path, ".lock")); !free) {
        return free;
    }
    if (auto writable = check_rights(*path); !writable) {
        return writable;
    }
    if (!is_there(*path)) {
        return check_no_stray_log(*path);
    }
    if (auto ours = check_header(*path); !ours) {
        return ours;
    }
    return check_read_only(*path);
}

std::string peek_setting(const StateUrl& url, const std::string& name) {
    std::string value;
    const auto path = sqlite_path(url);
    if (!path || !is_there(*path) || !check_header(*path)) {
        return value;
    }
    const Status looked = look_into(*path, [&](sqlite3* handle) -> Status {
        try {
            Statement row(handle, "SELECT value FROM setting WHERE name=?", *path);
            row.bind(name);
            value = row.step() ? row.text() : std::string();
            row.reset();
        } catch (const FatalError& failure) {
            return fail(failure.error());
        }
        return {};
    });
    static_cast<void>(looked);  // whoever opens the store will hear of what is wrong with it
    return value;
}

Result<bool> is_made(const StateUrl& url) {
    const auto path = sqlite_path(url);
    std::error_code problem;
    return path ? Result<bool>(std::filesystem::exists(*path, problem)) : fail(path.error());
}

std::filesystem::path local_file(const StateUrl& url) { return url.place; }

}  // namespace

const StoreKind sqlite_kind{"sqlite", open, check, peek_setting, is_made, local_file};

}  // namespace moisson::state

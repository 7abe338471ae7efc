// The ledger in PostgreSQL, through Poco Data. Rows travel as one array a column to a temporary table, and from there in one statement:
// a statement a row would be bound by round trips (8,500 rows a second against more than 300,000, measured).
#include "state/ledger_database.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>
#include <fmt/format.h>

#include "ledger/columns.hpp"
#include "state/ledger_schema.hpp"
#include "state/postgresql_client.hpp"

namespace moisson::state {

namespace {

using namespace Poco::Data::Keywords;

constexpr std::size_t rows_a_statement = 4000;

using ledger::column_infos;
using ledger::ColumnInfo;

/// Cells (ledger/columns.hpp) as PostgreSQL array literals, one a column, that grow row by row.
class Arrays {
public:
    Arrays() : texts_(column_infos.size(), "{") {}

    void add(const LedgerEntry& entry) {
        column_ = 0;
        std::apply([&](const auto&... column) { (column.put(*this, entry), ...); }, ledger::ledger_columns);
        ++rows_;
        MOISSON_INVARIANT(column_ == column_infos.size(), "every column of the table has its value");
    }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// The literals, closed; empty again after.
    [[nodiscard]] std::vector<std::string> take() {
        for (std::string& text : texts_) {
            text += '}';
        }
        rows_ = 0;
        return std::exchange(texts_, std::vector<std::string>(column_infos.size(), "{"));
    }

    void nothing() { next() += "NULL"; }
    void text(std::string_view value) { value.empty() ? nothing() : key(value); }
    void key(std::string_view value) {
        std::string& out = next();
        out += '"';
        for (const char letter : value) {
            if (letter == '"' || letter == '\\') {
                out += '\\';
            }
            if (letter == '\0') {
                out += "\xe2\x90\x80";
            } else {
                out += letter;
            }
        }
        out += '"';
    }
    void word(std::string_view value) { next() += value; }
    void codes(const FindingCodes& value) { text(value.to_text()); }
    void truth(bool value) { word(value ? "t" : "f"); }
    void count(std::uint64_t value) { word(fmt::format("{}", value)); }
    void money(const Money& value) { word(to_decimal(value)); }
    void decimal(const Decimal& value) { word(value.to_text()); }
    void month(Month value) { word(value.to_text()); }
    void day(std::chrono::year_month_day value) { word(to_text(value)); }
    void instant(Timestamp value) { key(format_timestamp(value)); }

private:
    std::string& next() {
        std::string& out = texts_[column_++];
        if (rows_ > 0) {
            out += ',';
        }
        return out;
    }

    std::vector<std::string> texts_;
    std::size_t column_ = 0;
    std::size_t rows_ = 0;
};

std::string names(std::string_view before = {}) {
    std::string text;
    for (const ColumnInfo& column : column_infos) {
        text += fmt::format("{}{}{}", text.empty() ? "" : ", ", before, column.name);
    }
    return text;
}

Error load_error(ErrorCode code, std::string message, std::string hint, const Poco::Exception* failure) {
    Error error = fail(code, std::move(message), "the ledger database", std::move(hint)).value();
    if (failure != nullptr) {
        error.cause = sanitise(failure->displayText(), 400);
    }
    return error;
}

/// libpq's URL taken apart and put together as the text that Poco hands on: "key=value", parted by blanks. Poco splits at every blank, so
/// no value may hold one; quotes and backslashes are escaped as libpq's own reader wants it.
Result<std::string> connection_text(const std::string& url) {
    auto client = libpq_for_poco();
    if (!client) {
        client.error().where = "[output.database]";
        return fail(std::move(client.error()));
    }
    auto options = parse_address(*client, url);
    if (!options) {
        options.error().where = "[output.database]";
        return fail(std::move(options.error()));
    }
    std::string text = "connect_timeout=10 application_name=moisson tcp_user_timeout=60000";
    for (const auto& [keyword, value] : *options) {
        if (value.empty() || value.find_first_of(" \t\r\n\v\f") != std::string::npos) {
            return fail(ErrorCode::bad_input, fmt::format("the database URL's {} is empty or has a blank in it", keyword),
                        "[output.database]",
                        "Leave such a value to libpq's own places: ~/.pgpass for a password, ~/.pg_service.conf for the rest");
        }
        text += fmt::format(" {}=", keyword);
        for (const char letter : value) {
            if (letter == '\'' || letter == '\\') {
                text += '\\';
            }
            text += letter;
        }
    }
    return text;
}

Error connect_error(const Poco::Exception& failure) {
    const std::string text = failure.displayText();
    const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
    if (says("authentication") || says("no password supplied") || says("pg_hba.conf")) {
        return load_error(ErrorCode::credentials, "the ledger database refused the user",
                          "Check user and password, or ~/.pgpass", &failure);
    }
    return load_error(says("timeout") ? ErrorCode::timeout : ErrorCode::connect, "the ledger database cannot be reached",
                      "Check host, port and database name in [output.database]; the next export loads what is missing", &failure);
}

Error statement_error(const Poco::Exception& failure, const std::string& schema) {
    const std::string text = failure.displayText();
    if (text.find("permission denied") != std::string::npos) {
        return load_error(ErrorCode::state, "the ledger database's user lacks a right",
                          fmt::format("Grant it, or have an owner make the tables first: samples/ledger.sql with {} as schema", schema),
                          &failure);
    }
    if (text.find("connection") != std::string::npos || text.find("terminating") != std::string::npos) {
        return load_error(ErrorCode::connect, "the ledger database went away in the middle; nothing of this load stays there",
                          "The next export loads it again", &failure);
    }
    return load_error(ErrorCode::state, "the ledger database did not take the rows; nothing of this load stays there",
                      "The cause names what it refused; ledger.csv has the same rows", &failure);
}

/// One session with its transaction; rolled back unless committed.
class Load {
public:
    Load(const std::string& connection, const DatabaseTarget& target) : target_(target), session_("PostgreSQL", connection) {}

    Status prepare() {
        execute("SET lock_timeout = '60s'");
        execute("SET statement_timeout = '600s'");
        session_.begin();
        if (!table_is_there()) {
            for (const std::string& statement : schema_statements(target_.schema)) {
                execute(statement);
            }
        } else if (const std::vector<const ColumnInfo*> missing = missing_columns(); !missing.empty() && is_mine()) {
            for (const ColumnInfo* column : missing) {
                execute(fmt::format("ALTER TABLE {} ADD COLUMN {} {} {}", table(), column->name, column->sql_type, column->sql_rule));
            }
        }
        return check_columns();
    }

    Status check() {
        if (!table_is_there()) {
            std::string may;
            session_ << "SELECT CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 'yes' ELSE 'no' END", into(may), now;
            return may == "yes" ? Status() : Status(fail(load_error(ErrorCode::state, "the ledger database's user may not make the tables",
                                                                  "Grant CREATE on the database, or have an owner run samples/ledger.sql",
                                                                  nullptr)));
        }
        return !missing_columns().empty() && is_mine() ? Status() : check_columns();
    }

    DatabaseChanges run(std::span<const LedgerEntry> entries) {
        // Two loads at once would each miss what the other inserts.
        execute(fmt::format("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table()));
        execute(fmt::format("CREATE TEMPORARY TABLE moisson_rows ON COMMIT DROP AS SELECT * FROM {} WITH NO DATA", table()));
        Arrays arrays;
        for (const LedgerEntry& entry : entries) {
            arrays.add(entry);
            if (arrays.rows() == rows_a_statement) {
                send(arrays);
            }
        }
        if (arrays.rows() > 0) {
            send(arrays);
        }
        execute("ANALYZE moisson_rows");
        DatabaseChanges changes;
        changes.removed = remove_rows();
        const std::uint64_t before = count(table());
        const std::uint64_t touched = upsert();
        changes.inserted = count(table()) - before;
        changes.updated = touched - changes.inserted;
        changes.unchanged = entries.size() - touched;
        session_.commit();
        return changes;
    }

private:
    [[nodiscard]] std::string table() const { return fmt::format("{}.ledger", target_.schema); }

    std::uint64_t execute(const std::string& sql) {
        Poco::Data::Statement statement(session_);
        statement << sql;
        return statement.execute();
    }

    std::uint64_t count(const std::string& of) {
        Poco::Int64 rows = 0;
        session_ << fmt::format("SELECT count(*) FROM {}", of), into(rows), now;
        return static_cast<std::uint64_t>(rows);
    }

    bool table_is_there() {
        std::string found;
        std::string name = table();
        session_ << "SELECT CASE WHEN to_regclass($1) IS NULL THEN 'no' ELSE 'yes' END", use(name), into(found), now;
        return found == "yes";
    }

    /// Columns that later versions brought and that a table of an earlier one does not have, where all others are there.
    std::vector<const ColumnInfo*> missing_columns() {
        std::vector<std::string> found;
        std::string name = table();
        session_ << "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped", use(name),
            into(found), now;
        std::vector<const ColumnInfo*> missing;
        for (std::size_t at = 0; at < column_infos.size(); ++at) {
            if (std::find(found.begin(), found.end(), column_infos[at].name) != found.end()) {
                continue;
            }
            if (at < ledger::column_at("invoice_number") || at > ledger::column_at("perimeter")) {
                return {};  // no ledger of ours
            }
            missing.push_back(&column_infos[at]);
        }
        return missing;
    }

    bool is_mine() {
        std::string may;
        std::string name = table();
        session_ << "SELECT CASE WHEN pg_has_role(relowner, 'USAGE') THEN 'yes' ELSE 'no' END FROM pg_class WHERE oid = to_regclass($1)",
            use(name), into(may), now;
        return may == "yes";
    }

    Status check_columns() {
        std::vector<std::string> found;
        std::string name = table();
        session_ << "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute "
                    "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            use(name), into(found), now;
        for (const ColumnInfo& column : column_infos) {
            const std::string wanted = fmt::format("{} {}", column.name, column.sql_type);
            if (std::find(found.begin(), found.end(), wanted) == found.end()) {
                return fail(load_error(ErrorCode::state,
                                       fmt::format("the table {} has no column \"{}\": it is no ledger of this version", table(), wanted),
                                       "Compare it with samples/ledger.sql and have its owner add what is missing, or name another schema in "
                                       "[output.database]",
                                       nullptr));
            }
        }
        return {};
    }

    void send(Arrays& arrays) {
        std::vector<std::string> texts = arrays.take();
        std::string sql = fmt::format("INSERT INTO moisson_rows ({}) SELECT * FROM unnest(", names());
        for (std::size_t at = 0; at < column_infos.size(); ++at) {
            sql += fmt::format("{}${}::{}[]", at == 0 ? "" : ", ", at + 1, column_infos.at(at).sql_type);
        }
        sql += ")";
        Poco::Data::Statement statement(session_);
        statement << sql;
        for (std::string& text : texts) {
            statement, use(text);
        }
        statement.execute();
    }

    /// Rows of the loaded months that are no longer in the ledger, such as placeholders of documents without an id.
    std::uint64_t remove_rows() {
        if (target_.whole_range == nullptr) {
            return 0;
        }
        const MonthRange& range = *target_.whole_range;
        std::string months = "true";
        if (range.first) {
            months += fmt::format(" AND old.period >= '{}'", range.first->to_text());
        }
        if (range.last) {
            months += fmt::format(" AND old.period <= '{}'", range.last->to_text());
        }
        return execute(fmt::format("DELETE FROM {} AS old WHERE (old.period IS NULL OR ({})) AND NOT EXISTS "
                                   "(SELECT FROM moisson_rows AS new "
                                   "WHERE (new.contract_id, new.document_id, new.version) = "
                                   "(old.contract_id, old.document_id, old.version))",
                                   table(), months));
    }

    std::uint64_t upsert() {
        std::string assignments;
        for (const ColumnInfo& column : column_infos) {
            assignments += fmt::format("{}{} = excluded.{}", assignments.empty() ? "" : ", ", column.name, column.name);
        }
        return execute(fmt::format("INSERT INTO {} AS old ({}) SELECT {} FROM moisson_rows ON CONFLICT (contract_id, document_id, version) "
                                   "DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})",
                                   table(), names(), names(), assignments, names("old."), names("excluded.")));
    }

    const DatabaseTarget& target_;
    Poco::Data::Session session_;
};

template <class Work>
auto with_database(const DatabaseTarget& target, Work work) -> decltype(work(std::declval<Load&>())) {
    const auto connection = connection_text(target.url);
    if (!connection) {
        return fail(connection.error());
    }
    std::unique_ptr<Load> load;
    try {
        load = std::make_unique<Load>(*connection, target);
    } catch (const Poco::Exception& failure) {
        return fail(connect_error(failure));
    }
    try {
        return work(*load);
    } catch (const Poco::Exception& failure) {
        return fail(statement_error(failure, target.schema));
    }
}

}  // namespace

Result<DatabaseChanges> load_ledger(const DatabaseTarget& target, std::span<const LedgerEntry> entries) {
    return with_database(target, [&](Load& load) -> Result<DatabaseChanges> {
        if (auto prepared = load.prepare(); !prepared) {
            return fail(std::move(prepared.error()));
        }
        return load.run(entries);
    });
}

Status check_database_address(const std::string& url) {
    const auto connection = connection_text(url);
    return connection ? Status() : Status(fail(connection.error()));
}

Status check_ledger_database(const DatabaseTarget& target) {
    return with_database(target, [](Load& load) { return load.check(); });
}

}  // namespace moisson::state

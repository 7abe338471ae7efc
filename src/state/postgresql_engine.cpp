/// See postgresql_engine.hpp.

#include "state/postgresql_engine.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "state/binary_rows.hpp"
#include "state/checksum.hpp"
#include "state/postgresql_script.hpp"

namespace moisson::state {

namespace {

constexpr Oid oid_of_bytea = 17;  // pg_type.dat of PostgreSQL
constexpr Oid oid_of_bigint = 20;

/// Columns whose unique indexes are by `key_function`: what is asked for by one of them is found by it. The same rows without, but slower.
constexpr std::array<std::string_view, 7> found_by_key{"contract_id", "document_id", "template", "run_id", "name", "sha256", "expected"};

/// "?" and "?1" as PostgreSQL writes them; our statements have none in a text.
std::string as_postgresql(const std::string& sql) {
    std::string text;
    int number = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        if (sql[at] != '?') {
            text += sql[at];
            continue;
        }
        const bool has_number = at + 1 < sql.size() && sql[at + 1] >= '0' && sql[at + 1] <= '9';
        const std::string parameter = has_number ? "$" : fmt::format("${}", ++number);
        const auto is_before = [&](std::string_view name) {
            const std::string end = fmt::format(" {}=", name);
            return text.ends_with(end);
        };
        const auto column = std::find_if(found_by_key.begin(), found_by_key.end(), is_before);
        if (column == found_by_key.end() || has_number) {
            text += parameter;
        } else {
            text.resize(text.size() - column->size() - 1);
            text += fmt::format("{0}({1})={0}({2})", key_function, *column, parameter);
        }
    }
    return text;
}

std::vector<std::string> names_in(std::string_view columns) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= columns.size();) {
        const std::size_t end = std::min(columns.find(',', begin), columns.size());
        names.emplace_back(columns.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

std::string join(const std::vector<std::string>& names, std::string_view before) {
    std::string text;
    for (const std::string& name : names) {
        text += fmt::format("{}{}{}", text.empty() ? "" : ",", before, name);
    }
    return text;
}

}  // namespace

/// Reads, and the commands that are no rows.
class PostgresqlRead final : public Prepared {
public:
    PostgresqlRead(PostgresqlEngine& engine, const std::string& sql, Rows rows)
        : engine_(engine), sql_(as_postgresql(sql)), rows_(rows), is_read_(sql.starts_with("SELECT")), result_(nullptr, nullptr) {}
    ~PostgresqlRead() override { reset(); }

    void bind_text(std::string_view text) override { parameters_.emplace_back(text); }
    void bind_number(std::int64_t number) override { parameters_.push_back(to_big_endian(number)); }
    bool step() override {
        if (!is_running_) {
            start();
        } else if (rows_ == Rows::many) {
            next_single();
        } else {
            ++row_;
        }
        column_ = 0;
        if (result_ != nullptr && row_ < api().ntuples(result_.get())) {
            return true;
        }
        reset();
        return false;
    }
    std::string text() override {
        const int column = column_++;
        return {api().getvalue(result_.get(), row_, column), static_cast<std::size_t>(api().getlength(result_.get(), row_, column))};
    }
    std::int64_t number() override {
        const int column = column_++;
        const auto size = static_cast<std::size_t>(api().getlength(result_.get(), row_, column));
        const auto value = from_big_endian({api().getvalue(result_.get(), row_, column), size});
        if (!value) {
            throw_fatal(engine_.damaged(fmt::format("a number has {} bytes", size)));
        }
        return *value;
    }
    bool is_number() const override { return api().ftype(result_.get(), column_) == oid_of_bigint; }
    void reset() noexcept override {
        if (std::exchange(is_running_, false) && rows_ == Rows::many) {
            while (const PostgresqlResult left = engine_.connection().own(api().get_result(engine_.connection().handle()))) {
            }
        }
        result_.reset();
        parameters_.clear();
        row_ = 0;
    }

private:
    [[nodiscard]] const Libpq& api() const { return engine_.connection().api(); }
    [[nodiscard]] std::string_view doing() const { return is_read_ ? "reading it" : "writing to it"; }
    void accept(PGresult* result) {
        result_ = engine_.connection().own(result);
        row_ = 0;
        const ExecStatusType status = result == nullptr ? PGRES_FATAL_ERROR : api().result_status(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE) {
            const PostgresqlResult failed = std::exchange(result_, engine_.connection().own(nullptr));
            reset();
            engine_.connection().fail_with(failed.get(), doing());
        }
    }
    void start() {
        PostgresqlConnection& connection = engine_.connection();
        engine_.settle();
        if (name_.empty()) {
            const std::string name = engine_.next_name();
            const PostgresqlResult made = connection.own(api().prepare(connection.handle(), name.c_str(), sql_.c_str(), 0, nullptr));
            connection.check(made.get(), doing());
            name_ = name;
        }
        std::vector<const char*> values;
        std::vector<int> sizes;
        for (const std::string& parameter : parameters_) {
            values.push_back(parameter.data());
            sizes.push_back(static_cast<int>(parameter.size()));
        }
        const std::vector<int> binary(values.size(), 1);
        const auto count = static_cast<int>(values.size());
        is_running_ = true;
        if (rows_ == Rows::few) {
            accept(api().exec_prepared(connection.handle(), name_.c_str(), count, values.data(), sizes.data(), binary.data(), 1));
        } else {
            if (api().send_query_prepared(connection.handle(), name_.c_str(), count, values.data(), sizes.data(), binary.data(), 1) == 0) {
                is_running_ = false;
                connection.fail_with(nullptr, doing());
            }
            api().set_single_row_mode(connection.handle());
            next_single();
        }
        if (!is_read_) {
            engine_.forget_numbers();
        }
    }
    void next_single() { accept(api().get_result(engine_.connection().handle())); }

    PostgresqlEngine& engine_;
    std::string sql_;
    Rows rows_;
    bool is_read_;
    std::string name_;  ///< empty: the server does not know it yet
    std::vector<std::string> parameters_;
    PostgresqlResult result_;
    bool is_running_ = false;
    int row_ = 0;
    int column_ = 0;
};

/// Rows of one table.
class PostgresqlWrite final : public Prepared {
public:
    PostgresqlWrite(PostgresqlEngine& engine, Write write, const Table& table)
        : engine_(engine), write_(write), table_(table), columns_(names_in(table.columns)) {
        if (table.is_numbered) {
            columns_.insert(columns_.begin(), "number");
        }
        if (table.since != 0) {
            columns_.emplace_back("checksum");
        }
        key_ = names_in(table.key);
        for (const std::string& name : key_) {
            key_places_.push_back(static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) - columns_.begin()));
        }
        engine.know(*this);
    }
    ~PostgresqlWrite() override {
        drop();
        engine_.forget(*this);
    }

    void bind_text(std::string_view text) override {
        begin_row();
        rows_.add(text);
        sum_.add(text);
    }
    void bind_number(std::int64_t number) override {
        const bool is_under_checksum = !(is_new_row_ && numbers_are_bound());
        begin_row();
        rows_.add(number);
        if (is_under_checksum) {
            sum_.add(number);
        }
    }
    /// The row is whole: it waits for more.
    bool step() override {
        const std::int64_t sum = sum_.take();
        if (table_.since != 0) {
            rows_.add(sum);
        }
        is_new_row_ = true;
        MOISSON_INVARIANT(rows_.cells() == columns_.size(), "every column of the table has its value");
        if (write_ == Write::replace && !keys_.insert(std::hash<std::string>{}(rows_.cells_of_row(key_places_))).second) {
            engine_.settle();  // one statement may not replace a row twice: the earlier rows go first
            keys_.insert(std::hash<std::string>{}(rows_.cells_of_row(key_places_)));
        }
        rows_.end_row();
        engine_.wait_for(*this);
        if (!is_small()) {
            copy();
        }
        return false;
    }
    std::string text() override { return {}; }
    std::int64_t number() override { return 0; }
    bool is_number() const override { return false; }
    void reset() noexcept override {}

    [[nodiscard]] bool is_small() const noexcept {
        return !is_copying_ && rows_.rows() <= small_rows && rows_.bytes().size() <= small_bytes;
    }
    /// What waits, and a row that was begun, as if they had never been bound.
    void drop() noexcept {
        if (std::exchange(is_copying_, false)) {
            const Libpq& api = engine_.connection().api();
            api.put_copy_end(engine_.connection().handle(), "given up");
            static_cast<void>(last_result());
        }
        rows_.clear();
        rows_.drop_row();
        keys_.clear();
        static_cast<void>(sum_.take());
        is_new_row_ = true;
    }
    /// Within a transaction, or as one of its own where they are small.
    void send() {
        if (is_small()) {
            send_arrays();
        } else {
            end_copy();
        }
        rows_.clear();
        keys_.clear();
    }

private:
    static constexpr std::size_t small_rows = 500;  // 32 µs a row; COPY 16 µs, but four more round trips (measured)
    static constexpr std::size_t small_bytes = 1U << 20U;
    static constexpr std::size_t chunk = 256U << 10U;    // the server takes it in while the next rows are made
    static constexpr std::size_t copied_max = 1U << 20U;  // rows of one COPY: their keys are remembered

    [[nodiscard]] bool numbers_are_bound() const noexcept { return table_.is_numbered && write_ == Write::numbered; }
    void begin_row() {
        if (!std::exchange(is_new_row_, false)) {
            return;
        }
        if (table_.is_numbered && write_ != Write::numbered) {
            rows_.add(engine_.next_number(table_.name));
        }
    }
    [[nodiscard]] std::string on_conflict() const {
        if (write_ != Write::replace) {
            return {};
        }
        std::vector<std::string> others;
        for (const std::string& name : columns_) {
            if (name != "number" && std::find(key_.begin(), key_.end(), name) == key_.end()) {
                others.push_back(name);
            }
        }
        std::string assignments;
        for (const std::string& name : others) {
            assignments += fmt::format("{}{}=excluded.{}", assignments.empty() ? "" : ",", name, name);
        }
        std::string key;
        for (std::size_t at = 0; at < key_.size(); ++at) {
            const bool is_number = rows_.is_number(key_places_[at]);
            key += fmt::format("{}{}", at == 0 ? "" : ",", is_number ? key_[at] : fmt::format("{}({})", key_function, key_[at]));
        }
        return fmt::format(" ON CONFLICT({}) DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})", key, assignments, join(others, "old."),
                           join(others, "excluded."));
    }
    void send_arrays() {
        PostgresqlConnection& connection = engine_.connection();
        const std::vector<std::string> arrays = rows_.as_arrays(oid_of_bytea, oid_of_bigint);
        if (name_.empty()) {
            std::string parameters;
            for (std::size_t at = 0; at < columns_.size(); ++at) {
                parameters += fmt::format("{}${}::{}[]", at == 0 ? "" : ",", at + 1, rows_.is_number(at) ? "bigint" : "bytea");
            }
            const std::string sql = fmt::format("INSERT INTO {} AS old({}) SELECT * FROM unnest({}){}", table_.name, join(columns_, ""),
                                                parameters, on_conflict());
            const std::string name = engine_.next_name();
            const PostgresqlResult made =
                connection.own(connection.api().prepare(connection.handle(), name.c_str(), sql.c_str(), 0, nullptr));
            connection.check(made.get(), "writing to it");
            name_ = name;
        }
        std::vector<const char*> values;
        std::vector<int> sizes;
        for (const std::string& array : arrays) {
            values.push_back(array.data());
            sizes.push_back(static_cast<int>(array.size()));
        }
        const std::vector<int> binary(values.size(), 1);
        const PostgresqlResult done = connection.own(connection.api().exec_prepared(
            connection.handle(), name_.c_str(), static_cast<int>(values.size()), values.data(), sizes.data(), binary.data(), 1));
        connection.check(done.get(), "writing to it");
    }
    /// The server takes in what waits, in a COPY that goes on with the next rows. Into the table itself where nothing can be replaced.
    void copy() {
        PostgresqlConnection& connection = engine_.connection();
        if (!is_copying_) {
            engine_.open_transaction();
            is_direct_ = write_ != Write::replace ||
                         connection.ask(fmt::format("SELECT 1 FROM {} LIMIT 1", table_.name), {}, "reading it").empty();
            if (!is_direct_) {
                connection.run(fmt::format("CREATE TEMPORARY TABLE IF NOT EXISTS {0} (LIKE {1}) ON COMMIT DELETE ROWS; TRUNCATE {0}",
                                           incoming(), table_.name),
                               "writing to it");
            }
            connection.run(fmt::format("COPY {}({}) FROM STDIN (FORMAT binary)", is_direct_ ? table_.name : incoming(), join(columns_, "")),
                           "writing to it");
            is_copying_ = true;
            copied_ = 0;
            put(copy_head);
        }
        if (rows_.bytes().size() >= chunk) {
            put(rows_.bytes());
            copied_ += rows_.rows();
            rows_.clear();
        }
        if (copied_ >= copied_max) {
            engine_.settle();
        }
    }
    void end_copy() {
        PostgresqlConnection& connection = engine_.connection();
        put(rows_.bytes());
        put(copy_end);
        is_copying_ = false;
        const bool was_sent = connection.api().put_copy_end(connection.handle(), nullptr) == 1;
        const PostgresqlResult done = last_result();
        if (!was_sent) {
            connection.fail_with(done.get(), "writing to it");
        }
        connection.check(done.get(), "writing to it");
        if (!is_direct_) {
            connection.run(fmt::format("INSERT INTO {} AS old({}) SELECT {} FROM {}{}", table_.name, join(columns_, ""), join(columns_, ""),
                                       incoming(), on_conflict()),
                           "writing to it");
        }
    }
    [[nodiscard]] std::string incoming() const { return fmt::format("moisson_incoming_{}", table_.name); }
    void put(std::string_view bytes) {
        PostgresqlConnection& connection = engine_.connection();
        if (connection.api().put_copy_data(connection.handle(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
            is_copying_ = false;
            const PostgresqlResult told = last_result();
            connection.fail_with(told.get(), "writing to it");
        }
    }
    /// Of an ended COPY: what became of it. The connection is free then.
    [[nodiscard]] PostgresqlResult last_result() {
        PostgresqlConnection& connection = engine_.connection();
        const auto next = [&] { return connection.own(connection.api().get_result(connection.handle())); };
        PostgresqlResult result = next();
        // A COPY that could not even be ended is answered for ever.
        for (PostgresqlResult left = next(); left != nullptr && connection.api().result_status(left.get()) != PGRES_COPY_IN;) {
            left = next();
        }
        return result;
    }

    PostgresqlEngine& engine_;
    Write write_;
    Table table_;
    std::vector<std::string> columns_;
    std::vector<std::string> key_;
    std::vector<std::size_t> key_places_;
    std::string name_;  ///< empty: the server does not know it yet
    BinaryRows rows_;
    RowChecksum sum_;
    std::unordered_set<std::size_t> keys_;  ///< hashes of the rows' keys that are not sent, or in the COPY: two of one are sent apart
    bool is_copying_ = false;
    bool is_direct_ = false;  ///< … into the table itself
    std::size_t copied_ = 0;  ///< rows that were sent
    bool is_new_row_ = true;
};

PostgresqlEngine::PostgresqlEngine(PostgresqlConnection connection) : connection_(std::move(connection)) {
    synchronous_commit_ = connection_.ask("SHOW synchronous_commit", {}, "opening it");
}

PostgresqlEngine::~PostgresqlEngine() = default;

std::unique_ptr<Prepared> PostgresqlEngine::prepare(const std::string& sql, Rows rows) {
    return std::make_unique<PostgresqlRead>(*this, sql, rows);
}

std::unique_ptr<Prepared> PostgresqlEngine::prepare(Write write, const Table& table) {
    return std::make_unique<PostgresqlWrite>(*this, write, table);
}

void PostgresqlEngine::begin(Durability durability) {
    MOISSON_INVARIANT(!is_wanted_, "one transaction at a time");
    is_wanted_ = true;
    durability_ = durability;
    numbers_.clear();
}

void PostgresqlEngine::commit() {
    if (!is_open_ && waiting_ != nullptr && waiting_->is_small()) {
        apply_durability();
        std::exchange(waiting_, nullptr)->send();  // one statement is a transaction by itself
    } else if (is_open_ || waiting_ != nullptr) {
        settle();
        connection_.run("COMMIT", "writing to it");
    }
    is_wanted_ = false;
    is_open_ = false;
    numbers_.clear();
}

void PostgresqlEngine::rollback() noexcept {
    waiting_ = nullptr;
    for (PostgresqlWrite* writer : writers_) {
        writer->drop();
    }
    if (std::exchange(is_open_, false)) {
        static_cast<void>(connection_.own(connection_.api().exec(connection_.handle(), "ROLLBACK")));
    }
    is_wanted_ = false;
    numbers_.clear();
}

std::string PostgresqlEngine::next_name() { return fmt::format("moisson_{}", ++names_); }

void PostgresqlEngine::apply_durability() {
    if (durability_ != applied_) {
        connection_.run(fmt::format("SET synchronous_commit = {}", durability_ == Durability::full ? synchronous_commit_ : "off"),
                        "writing to it");
        applied_ = durability_;
    }
}

void PostgresqlEngine::open_transaction() {
    if (is_wanted_ && !is_open_) {
        apply_durability();
        connection_.run("BEGIN", "writing to it");
        is_open_ = true;
    }
}

void PostgresqlEngine::settle() {
    open_transaction();
    if (waiting_ != nullptr) {
        std::exchange(waiting_, nullptr)->send();
    }
}

void PostgresqlEngine::wait_for(PostgresqlWrite& writer) {
    MOISSON_INVARIANT(is_wanted_, "rows are written within a transaction");
    if (waiting_ != nullptr && waiting_ != &writer) {
        settle();
    }
    waiting_ = &writer;
}

void PostgresqlEngine::forget(PostgresqlWrite& writer) noexcept {
    writers_.erase(&writer);
    if (waiting_ == &writer) {
        waiting_ = nullptr;
    }
}

std::int64_t PostgresqlEngine::next_number(const char* table) {
    auto last = numbers_.find(std::string_view(table));
    if (last == numbers_.end()) {
        settle();
        const std::string greatest = connection_.ask(fmt::format("SELECT COALESCE(max(number), 0) FROM {}", table), {}, "reading it");
        last = numbers_.emplace(table, std::stoll(greatest)).first;
    }
    last_number_ = ++last->second;
    return last_number_;
}

}  // namespace moisson::state

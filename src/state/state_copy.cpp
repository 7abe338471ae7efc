/// See state_copy.hpp.

#include "state/state_copy.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "state/engine.hpp"
#include "state/schema.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

namespace {

std::string columns_with_number(const Table& table) {
    return table.is_numbered ? fmt::format("number,{}", table.columns) : std::string(table.columns);
}

std::string all_rows(const Table& table) {
    return fmt::format("SELECT {} FROM {} ORDER BY {}", columns_with_number(table), table.name, table.key);
}

bool holds_nothing(Engine& engine) {
    return std::ranges::none_of(all_tables, [&](const Table& table) {
        Statement row(engine, fmt::format("SELECT {} FROM {} LIMIT 1", table.key, table.name));
        const bool has_row = row.step();
        row.reset();
        return has_row;
    });
}

void stop_where_asked(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled,
                         "stopped while a state was copied; nothing of it stands in the target");
    }
}

/// One row after the other of a table.
class TableReader {
public:
    TableReader(Engine& engine, const Table& table) : statement_(engine, all_rows(table), Rows::many) {
        const std::string columns = columns_with_number(table);
        cells_.resize(static_cast<std::size_t>(std::ranges::count(columns, ',')) + 1);
    }
    ~TableReader() { statement_.reset(); }
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;

    struct Cell {
        bool is_number = false;
        std::int64_t number = 0;
        std::string text;
        friend bool operator==(const Cell&, const Cell&) = default;
    };

    /// Null behind the last row; valid until the next call.
    const std::vector<Cell>* next() {
        if (!statement_.step()) {
            return nullptr;
        }
        for (Cell& cell : cells_) {
            cell.is_number = statement_.is_number();
            cell.number = cell.is_number ? statement_.number() : 0;
            cell.text = cell.is_number ? std::string() : statement_.text();
        }
        return &cells_;
    }

private:
    Statement statement_;
    std::vector<Cell> cells_;
};

std::uint64_t copy_table(Engine& from, Engine& to, const Table& table, const std::stop_token& stop) {
    TableReader reader(from, table);
    Statement writer(to, Write::numbered, table);
    std::uint64_t rows = 0;
    while (const auto* cells = reader.next()) {
        stop_where_asked(stop);
        for (const TableReader::Cell& cell : *cells) {
            cell.is_number ? writer.bind(cell.number) : writer.bind(cell.text);
        }
        writer.execute();
        ++rows;
    }
    to.flush();
    return rows;
}

bool is_same(Engine& from, Engine& to, const Table& table, const std::stop_token& stop) {
    TableReader expected(from, table);
    TableReader found(to, table);
    for (;;) {
        stop_where_asked(stop);
        const auto* left = expected.next();
        const auto* right = found.next();
        if (left == nullptr || right == nullptr) {
            return left == right;
        }
        if (*left != *right) {
            return false;
        }
    }
}

Error nothing_copied(std::string message, const StateUrl& url, std::string hint) {
    return fail(ErrorCode::bad_input, std::move(message), sanitise(url.text, 200), std::move(hint)).value();
}

}  // namespace

StateCopied copy_state(const std::string& from, const std::string& to, const std::stop_token& stop) {
    const AddressedStore source = find_store(from);
    const AddressedStore target = find_store(to);
    auto is_there = source.kind.is_there(source.url);
    if (!is_there) {
        throw_fatal(std::move(is_there.error()));
    }
    if (!*is_there) {
        throw_fatal(nothing_copied("there is no state to copy", source.url, "Name the state that is there first, then the new one"));
    }
    const std::unique_ptr<Engine> reading = source.kind.open(source.url, "state copy");
    const std::unique_ptr<Engine> writing = target.kind.open(target.url, "state copy");
    if (!holds_nothing(*writing)) {
        throw_fatal(nothing_copied("the state to copy to holds something already, and stays as it is", target.url,
                                   "Name a file or a schema that is not there yet"));
    }
    StateCopied copied;
    Transaction transaction(*writing);
    for (const Table& table : all_tables) {
        const std::uint64_t rows = copy_table(*reading, *writing, table, stop);
        copied.rows += rows;
        copied.documents += std::string_view(table.name) == table_document.name ? rows : 0;
    }
    for (const Table& table : all_tables) {
        if (!is_same(*reading, *writing, table, stop)) {
            throw FatalError(
                ExitCode::inconsistent, ErrorCode::verification,
                fmt::format("the table {} of the copied state does not say what it was copied from; nothing of it stands", table.name),
                sanitise(to, 200), "Copy again; if it fails again, the target's disk or database is not to be trusted");
        }
    }
    transaction.commit();
    return copied;
}

}  // namespace moisson::state

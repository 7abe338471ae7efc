/// See published_tables.hpp.

#include "state/published_tables.hpp"

#include <limits>
#include <map>

#include <fmt/format.h>

#include "state/schema.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

PublishedTables::PublishedTables(Engine& engine)
    : engine_(engine),
      load_months_(engine, "SELECT period,run_id,ledger_sha256 FROM published_month ORDER BY period"),
      load_rows_(engine,
                 "SELECT period,document_id,version,counted,amount_minor,currency FROM published_row WHERE contract_id=? "
                 "ORDER BY period,document_id,version"),
      save_month_(engine, Write::insert, table_published_month),
      save_row_(engine, Write::insert, table_published_row),
      drop_rows_(engine, "DELETE FROM published_row WHERE run_id=?"),
      drop_months_(engine, "DELETE FROM published_month WHERE run_id=?"),
      replace_rows_(engine,
                    "DELETE FROM published_row WHERE run_id<>?1 AND period IN (SELECT period FROM published_month WHERE run_id=?1)"),
      replace_months_(engine,
                      "DELETE FROM published_month WHERE run_id<>?1 AND period IN (SELECT period FROM published_month WHERE run_id=?1)"),
      drop_month_(engine, "DELETE FROM published_month WHERE period=?"),
      drop_document_(engine, "DELETE FROM published_row WHERE contract_id=? AND period=? AND document_id=?") {}

std::vector<PublishedMonth> PublishedTables::load_months() {
    std::vector<PublishedMonth> months;
    while (load_months_.step()) {
        const std::string period = load_months_.text();
        const auto month = Month::parse(period);
        if (!month) {
            load_months_.reset();
            throw_fatal(engine_.damaged(fmt::format("\"{}\" stands in a month's place", sanitise(period, 40))));
        }
        PublishedMonth one{*month, load_months_.text(), {}};
        one.ledger_sha256 = load_months_.text();
        months.push_back(std::move(one));
    }
    return months;
}

std::vector<ClosedRow> PublishedTables::load_rows(const std::string& contract_id) {
    std::vector<ClosedRow> rows;
    load_rows_.bind(contract_id);
    while (load_rows_.step()) {
        ClosedRow row;
        row.contract_id = contract_id;
        const auto month = Month::parse(load_rows_.text());
        row.document_id = load_rows_.text();
        row.version = static_cast<std::uint32_t>(load_rows_.number_within(1, std::numeric_limits<std::uint32_t>::max()));
        row.counted = load_rows_.number_within(0, 1) == 1;
        const std::int64_t amount_minor = load_rows_.number();
        const std::string code = load_rows_.text();
        const auto currency = find_currency(code);
        if (!month || (!code.empty() && !currency)) {
            load_rows_.reset();
            throw_fatal(engine_.damaged("a row of a published month has no month, or a currency that does not exist"));
        }
        row.period = *month;
        if (!code.empty()) {
            row.amount = Money{amount_minor, *currency};
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void PublishedTables::save_month(const PublishedMonth& month, const std::string& run_id) {
    const std::string period = month.period.to_text();
    save_month_.bind(period).bind(run_id).bind(month.ledger_sha256).execute();
}

void PublishedTables::save_row(const ClosedRow& row, const std::string& run_id) {
    const std::string period = row.period.to_text();
    save_row_.bind(row.contract_id).bind(period).bind(row.document_id).bind(std::int64_t{row.version}).bind(run_id);
    save_row_.bind(std::int64_t{row.counted}).bind(row.amount ? row.amount->amount_minor : std::int64_t{0});
    save_row_.bind(row.amount ? row.amount->currency.code() : std::string_view()).execute();
}

void PublishedTables::begin(const Publication& publication) {
    for (const PublishedMonth& month : publication.months) {
        save_month(month, publication.run_id);
    }
    for (const ClosedRow& row : publication.rows) {
        save_row(row, publication.run_id);
    }
}

void PublishedTables::open_again(Month period, std::span<const ClosedRow> booked) {
    const std::string text = period.to_text();
    for (PublishedMonth& month : load_months()) {
        if (month.period != period) {
            continue;
        }
        drop_month_.bind(text).execute();
        month.ledger_sha256.clear();
        save_month(month, month.run_id);
        for (const ClosedRow& row : booked) {
            drop_document_.bind(row.contract_id).bind(text).bind(row.document_id).execute();
            save_row(row, month.run_id);
        }
        return;
    }
}

void PublishedTables::restore(const Books& books) {
    for (const Table& table : {table_published_month, table_published_row}) {
        Statement(engine_, fmt::format("DELETE FROM {}", table.name)).execute();
    }
    std::map<Month, std::string> run_ids;
    for (const PublishedMonth& month : books.published) {
        run_ids[month.period] = month.run_id;
        save_month(month, month.run_id);
    }
    for (const ClosedRow& row : books.published_rows) {
        save_row(row, run_ids[row.period]);
    }
}

void PublishedTables::end(const std::string& run_id, bool published) {
    if (published) {
        replace_rows_.bind(run_id).execute();
        replace_months_.bind(run_id).execute();
    } else {
        drop_rows_.bind(run_id).execute();
        drop_months_.bind(run_id).execute();
    }
}

}  // namespace moisson::state

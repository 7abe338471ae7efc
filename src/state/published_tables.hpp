#pragma once
/// The tables of published months that are open. Only the state room includes this.

#include <span>
#include <string>
#include <vector>

#include "domain/closing.hpp"
#include "state/engine.hpp"
#include "state/state_store.hpp"

namespace moisson::state {

/// Every statement of these tables, prepared once. The caller holds a transaction around what writes. Destroyed before its connection.
class PublishedTables {
public:
    /// `engine` outlives this.
    explicit PublishedTables(Engine& engine);

    [[nodiscard]] std::vector<PublishedMonth> load_months();
    [[nodiscard]] std::vector<ClosedRow> load_rows(const std::string& contract_id);
    /// What the publication's months hold stands beside what earlier runs published, until `end` says which of the two is true.
    void begin(const Publication& publication);
    void end(const std::string& run_id, bool published);

    /// The month's ledger is no longer what is booked; `booked`, of its documents, is. Nothing where the month was never published.
    void open_again(Month period, std::span<const ClosedRow> booked);

    /// All of it anew.
    void restore(const Books& books);

private:
    void save_month(const PublishedMonth& month, const std::string& run_id);
    void save_row(const ClosedRow& row, const std::string& run_id);

    Engine& engine_;
    Statement load_months_;
    Statement load_rows_;
    Statement save_month_;
    Statement save_row_;
    Statement drop_rows_;
    Statement drop_months_;
    Statement replace_rows_;
    Statement replace_months_;
    Statement drop_month_;
    Statement drop_document_;
};

}  // namespace moisson::state

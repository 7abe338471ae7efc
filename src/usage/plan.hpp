#pragma once
/// Documents of the ledger, in the order of usage.csv, and the two ways of reading them. Only the usage room includes this header.

#include <cstdint>
#include <mutex>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/document_type.hpp"
#include "usage/pass.hpp"
#include "usage/usage.hpp"

namespace moisson::usage {

/// One document, and how its lines are to be taken.
struct Plan {
    Source source;
    const DocumentType* type = nullptr;  ///< never null in a list of plans
    std::string prefix;                  ///< of its rows
    bool counted = false;
    std::string reason;                      ///< why not counted
    bool is_known_broken = false;            ///< an earlier pass found its error: the lines before it are taken, and no more said
    bool is_left_out = false;                ///< and that error was its cost, or its reader's end: it is not read again
    std::uint64_t line_limit = 0;            ///< the line of that error; 0: none
    mutable std::uint64_t stored_bytes = 0;  ///< known when it was opened

    [[nodiscard]] bool is_workbook() const noexcept { return type->lines == UsageLines::workbook; }
};

/// What documents have cost beyond what their sizes explain. Any thread.
class RunCosts {
public:
    explicit RunCosts(const Limits& limits) : limits_(limits) {}
    [[nodiscard]] FreeCosts left() const;
    /// False when the document used free costs that the run has not.
    [[nodiscard]] bool charge(std::uint64_t stored_bytes, std::uint64_t unpacked_bytes, std::uint64_t rows_bytes,
                              std::uint64_t milliseconds);
    void charge_time(std::uint64_t milliseconds);

private:
    const Limits& limits_;
    mutable std::mutex mutex_;
    FreeCosts used_;
};

/// Takes what is read of plans.
class PlanTaker : public Taker {
public:
    /// Rows of a piece that are not in its yield, before it.
    [[nodiscard]] virtual Status take_rows(std::size_t document, std::string_view rows) = 0;
    /// What of the run's free costs the next document may use. Any thread.
    [[nodiscard]] virtual FreeCosts left_for_document() const = 0;
    /// Time that was spent waiting for a reader in vain.
    virtual void charge_time(std::uint64_t milliseconds) = 0;
};

/// The order for a plan, its file opened. `disk`.
[[nodiscard]] Result<Order> order_for(const std::vector<Plan>& plans, std::size_t document, const FreeCosts& free);

/// Starts the child of a confined reading; null where none is to be had.
[[nodiscard]] std::unique_ptr<cage::Cage> launch_reader(const Reading& reading);

/// Reads all plans that are not left out: with threads of this process, or in a child. As `read_all`; `internal`: no child can be started.
/// `reader`: of `launch_reader` with the same reading, or null.
[[nodiscard]] Status read_here(const std::vector<Plan>& plans, PlanTaker& taker, const Reading& reading);
[[nodiscard]] Status read_confined(const std::vector<Plan>& plans, PlanTaker& taker, const Reading& reading, bool wants_rows,
                                   std::unique_ptr<cage::Cage> reader, std::optional<cage::Confinement>& confinement);

}  // namespace moisson::usage

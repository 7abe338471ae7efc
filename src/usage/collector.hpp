#pragma once
/// What all lines together give, taken in the order of usage.csv, so that nothing depends on which thread was faster.
/// Only the usage room includes this header.

#include <cstddef>
#include <optional>
#include <vector>

#include "domain/usage_summary.hpp"
#include "usage/lines.hpp"

namespace moisson::usage {

/// What reading one document came to.
struct Verdict {
    std::uint64_t lines = 0;
    std::vector<UsageSum> sums;
    Sightings without_amount;
    Sightings unreadable_numbers;
    Sightings not_utf8;
    Sightings formula_like;
    Sightings more_columns;
    Sightings total_rows;
    MarksSeen marks;
    BigDecimal total_row;
    std::string other_sheet;
    bool is_no_source = false;  ///< nothing of it is told
    std::optional<LineError> error;

    /// False when a sum does not fit. Sets `error` where the numbers so far contradict the mark that they were read by.
    [[nodiscard]] bool take(const Yield& yield);
};

/// Groups of counted lines, by contract and month. Keeps `groups_max` groups of each kind; what comes later is in `others`.
class GroupCollector {
public:
    explicit GroupCollector(std::size_t groups_max) : groups_max_(groups_max) {}
    /// Lines that follow are of this contract and month. Once for each contract and month.
    void begin(const Contract& contract, Month month);
    /// False when a group's sum does not fit: what it misses then is in no sum.
    [[nodiscard]] bool take(const Yield& yield);
    /// Sorts what was taken into `summary`. True when there are others.
    bool finish(UsageSummary& summary);

private:
    struct Kind {
        Groups groups;
        std::vector<UsageSum> others;
        std::vector<UsageGroup> done;
        std::size_t text_bytes_done = 0;
    };
    [[nodiscard]] bool take(const Groups& from, Kind& kind);
    void close(Kind& kind, bool by_project);
    void close();

    std::size_t groups_max_;
    const Contract* contract_ = nullptr;
    Month month_ = *Month::make(1980, 1);
    Kind by_service_;
    Kind by_project_;
    bool has_others_ = false;
};

}  // namespace moisson::usage

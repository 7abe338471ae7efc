#pragma once
/// An ERP file against the ledger, as far as its text lets documents be found in it. Only the bundle room includes this header.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/ledger_check.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

/// Takes one ERP file piece by piece. `finish` says so where the file shows the amounts of a currency's documents, in one number or as net
/// and tax, but that of one document not. Converted and corrected amounts, numbers without their decimal mark, and ids that the format cuts
/// show nothing: then nothing is said, and neither where a line or the numbers are more than any entry's (limits.hpp). One thread.
class ErpCheck {
public:
    using Booked = std::map<std::string, Money, std::less<>>;
    /// `booked`: counted documents by id, with their amounts (`LedgerFacts::booked`); outlives the check.
    explicit ErpCheck(const Booked& booked)
        : booked_(booked), current_(booked.end()), numbers_left_(limits::erp_numbers + limits::erp_numbers_per_document * booked.size()) {}

    void feed(std::string_view bytes);
    void finish(std::string_view name, Problems& problems);

private:
    void take_line(std::string_view line);

    const Booked& booked_;
    Booked::const_iterator current_;  ///< whose entry the lines are of
    std::size_t numbers_left_;
    std::string waiting_;  ///< the line that has begun
    bool is_odd_ = false;
    std::map<std::string_view, std::vector<std::uint64_t>> numbers_;  ///< by document id, each sorted, in minor units
};

}  // namespace moisson::bundle

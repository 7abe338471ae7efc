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

/// Takes one ERP file piece by piece. A document is found by its id, or by its invoice's number where the ledger has it once. `finish` says
/// so where the file shows the amounts of a currency's documents, in one number or as net and tax of some rates, but that of one document
/// not: the ledger's amount, or the gross one of its row. Converted and corrected amounts, numbers without their decimal mark, and ids that
/// the format cuts show nothing: then nothing is said, and neither where a line or the numbers are more than any entry's (limits.hpp). One
/// thread.
class ErpCheck {
public:
    using Booked = std::map<std::string, BookedDocument, std::less<>>;
    /// `booked`: counted documents by id (`LedgerFacts::booked`); outlives the check.
    explicit ErpCheck(const Booked& booked);

    void feed(std::string_view bytes);
    void finish(std::string_view name, Problems& problems);

private:
    void take_line(std::string_view line);
    void find_documents(std::string_view line, bool with_slashes);

    const Booked& booked_;
    std::map<std::string_view, Booked::const_iterator, std::less<>> keys_;  ///< ids, and numbers of one document
    Booked::const_iterator current_;  ///< whose entry the lines are of
    std::size_t numbers_left_;
    std::string waiting_;  ///< the line that has begun
    bool is_odd_ = false;
    std::map<std::string_view, std::vector<std::uint64_t>> numbers_;  ///< by document id, each sorted, in minor units
};

}  // namespace moisson::bundle

#pragma once
/// What a job says about ERP files: the tables `[erp]` and `[erp.NAME]`, read but not yet understood. Which keys there may be is the
/// templates' matter (src/erp): here they are texts with their place.

#include <map>
#include <string>
#include <vector>

namespace moisson {

/// One `key = value`. A whole number, a truth value and a date stand as their text ("30", "true", "2026-01-01").
struct ErpValue {
    std::vector<std::string> texts;  ///< one; several for a list
    std::string where;               ///< "jobs/monthly.toml:12"
};

struct ErpJob {
    std::string folder;  ///< where relative paths start: the job file's folder
    std::string where;   ///< the job file, for messages; empty: there is none
    /// True: paths name files inside the program (the sandbox's sample mapping and settings).
    bool built_in = false;
    std::map<std::string, ErpValue> common;                             ///< [erp]
    std::map<std::string, std::map<std::string, ErpValue>> by_template;  ///< [erp.NAME]
    [[nodiscard]] bool empty() const noexcept { return common.empty() && by_template.empty(); }
};

}  // namespace moisson

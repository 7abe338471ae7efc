#pragma once
/// Rate tables as files. Private to this room; formats: fx.hpp.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/currency.hpp"
#include "domain/rate.hpp"

namespace moisson::books {

struct RateFile {
    /// One currency's rates, by day.
    struct Series {
        std::vector<std::chrono::sys_days> days;  ///< ascending, none twice
        std::vector<Decimal> values;              ///< units of the currency for one of the base
    };
    std::string name;    ///< without folder
    std::string sha256;  ///< of the text
    Currency base;
    bool by_day = false;                      ///< the central bank's layout: one row for all currencies of a day
    std::vector<std::chrono::sys_days> days;  ///< with `by_day`: the rows' days, ascending
    std::map<Currency, Series> series;        ///< currencies that ISO 4217 does not know are left out: nobody can ask for them
};

/// At most 16 MiB. `disk`, or `bad_input` where it is longer.
[[nodiscard]] Result<std::string> read_rate_file(const std::filesystem::path& path);
/// `bad_input`, `where` "file:line:column".
[[nodiscard]] Result<RateFile> parse_rate_file(std::string_view text, const std::string& path);

}  // namespace moisson::books

#pragma once
/// A template's settings and mappings as the accountant gave them: typed and checked.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/currency.hpp"
#include "erp/mapping.hpp"
#include "erp/template.hpp"
#include "erp/zone.hpp"

namespace moisson::erp {

/// What the list's amount is. `document`: what the invoice says. `undecided`: it does not, and no setting says what then.
enum class AmountIs : std::uint8_t { gross, net, untaxed, document, undecided };
enum class DateFrom : std::uint8_t { none, period_end, period_start, issued_at, updated_at };

class Settings {
public:
    TemplatePtr of;
    std::vector<Value> values;  ///< by `Template::settings`; texts live in `texts`
    std::deque<std::string> texts;
    std::deque<Mapping> mappings;
    /// By `Template::mappings`: the files that have the column, and where it is in them.
    std::vector<std::vector<std::pair<const Mapping*, int>>> columns;

    // The standard settings, understood.
    AmountIs amount_is = AmountIs::untaxed;
    AmountIs amount_is_otherwise = AmountIs::undecided;  ///< of `document`: where the invoice does not say it
    bool piece_is_number = true;                         ///< an invoice's number is its piece; false: the document's id is
    bool has_rate_keys = false;                          ///< some row of a mapping is for one VAT rate alone
    Rounding rounding = Rounding::half_up;
    std::optional<Currency> local_currency;
    DateFrom date_from = DateFrom::none;
    std::optional<Zone> zone;
};

/// `load_settings` with a mapping given as CSV text instead of files: a template's own sample.
[[nodiscard]] Result<SettingsPtr> load_sample_settings(TemplatePtr of, const ErpJob& job, std::string_view mapping);

}  // namespace moisson::erp

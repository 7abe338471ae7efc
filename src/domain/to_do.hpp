#pragma once
/// What is to be done about a month, in order: made by `books`, told by `report`, held against the findings by `bundle`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/finding.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

/// Who can do it.
enum class Acting : std::uint8_t {
    accounting,     ///< "accounting"
    support,        ///< "support": of the service
    administrator,  ///< "administrator": of the account at the service
    operations,     ///< "operations": who runs this program
};
[[nodiscard]] std::string_view to_text(Acting acting) noexcept;
/// Of a kind of finding.
[[nodiscard]] Acting who_acts(std::string_view code) noexcept;

/// The command that helps, to be copied into a shell: nothing in it needs quotes. Empty: there is none, or the id would need them.
/// `months`: those of the run; a range that is open has no command of its own.
[[nodiscard]] std::string command_for(std::string_view code, std::string_view document_id, const MonthRange& months);

struct ToDo {
    Finding finding;            ///< an error or a warning whose kind says what to do
    std::string contract_name;  ///< empty: of the run as a whole, or not known
    std::string filename;       ///< of the document's row; empty: there is none
    std::optional<Money> amount;
    bool of_run = false;  ///< of this run alone (credentials, clock), not of its data: not in the workbook
};

}  // namespace moisson

#pragma once
/// What a month's figures are beside those of the month before, and what became of its documents since it was last published: made by
/// `books`, told by `report`. Of a run and not of its data: another run, or another folder, sees other changes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/currency.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

/// The counted sum of a contract in one currency, where it is another one than in the month before.
struct SumChange {
    std::string contract_id;
    std::string contract_name;
    Currency currency;
    std::optional<Money> before;  ///< empty: nothing of it counted
    std::optional<Money> now;     ///< empty: nothing of it counts
    bool is_first = false;        ///< nothing of the contract counted in any month before
    bool is_unusual = false;      ///< `amount-unusual` tells of the contract
};

/// By how much, and of what it was before in percent, rounded half away from zero to one digit: "-12.5". Empty where it does not fit, and
/// without a sum before to compare with.
[[nodiscard]] std::optional<Money> difference_of(const SumChange& change);
[[nodiscard]] std::string percent_of(const SumChange& change);

/// What became of a document since the month was last published; the first of these that holds.
enum class DocumentEvent : std::uint8_t {
    gone,       ///< "gone": it has no row any more
    added,      ///< "new": it had none
    withdrawn,  ///< "withdrawn": it is no longer listed
    reissued,   ///< "reissued": it has a further version
    renamed,    ///< "renamed": it has another file name and nothing else
    counting,   ///< "counted-otherwise": it counts now, or no longer does, or with another amount
    file,       ///< "file-changed": its file is there at last, is another one, or is gone
};
[[nodiscard]] std::string_view to_text(DocumentEvent event) noexcept;

struct DocumentChange {
    DocumentEvent event = DocumentEvent::added;
    std::string contract_id;
    std::string contract_name;
    std::string document_id;
    std::string document_type;
    std::uint32_t version = 1;      ///< the latest; of one that is gone: that it had
    std::string filename;
    std::string filename_before;    ///< of one that was renamed
    std::optional<Money> before;    ///< its amount; empty: none, or there was no such document
    std::optional<Money> now;
    bool counted_before = false;
    bool counted = false;
};

struct Changes {
    std::optional<Month> month_before;      ///< empty: it is not published here
    std::vector<SumChange> sums;            ///< by contract id and currency code
    bool was_published = false;             ///< the month itself, before this run
    std::vector<DocumentChange> documents;  ///< by contract id and document id; empty where it was not published before
};

}  // namespace moisson

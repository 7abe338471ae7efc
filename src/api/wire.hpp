#pragma once
/// The JSON of the Cloud Store Customer Space API as it comes, names untouched. Every member may be missing (api/README.md §3..§5).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace moisson::wire {

/// An item of GET /contracts or the object of GET /contract.
struct Contract {
    std::string id;
    std::string name;
    std::string offer_id;       // offer.id
    std::string offer_name;     // offer.name
    std::string customer_id;    // customer.id
    std::string customer_name;  // customer.name
    std::string platformId;
    /// Of GET /contract alone: every member that is no object or list, by its path ("contact.email"), as the answer has them; those above
    /// too.
    std::vector<std::pair<std::string, std::string>> members;
    bool repaired = false;       ///< a name or text in the item was no text, and was repaired
    bool contradicting = false;  ///< a member stood twice with different values: it is empty
    bool secret = false;         ///< a member repeated a secret of the caller: it is empty
};

/// What kind of JSON value `amount` was.
enum class AmountKind : unsigned char { absent, null, number, string, other };

/// Members of a document that can be flawed, as bits.
enum Member : std::uint8_t {
    member_id = 1,
    member_filename = 2,
    member_period = 4,
    member_created_at = 8,
    member_updated_at = 16,
    member_amount = 32,
    member_currency = 64,
    member_document_type = 128,
};

/// An item of GET /documents. Text members: empty optional when the key is missing or null; a number in their place is kept as its text.
struct Document {
    std::string id;
    std::optional<std::string> filename;
    std::optional<std::string> period;
    std::optional<std::string> createdAt;
    std::optional<std::string> updatedAt;
    std::string amount;  ///< the number's raw source text ("1e2", "100.10"), or the string's content
    AmountKind amount_kind = AmountKind::absent;
    std::optional<std::string> currency;
    std::optional<std::string> documentType;
    bool repaired = false;           ///< a name or text in the item was no text, and was repaired
    std::uint8_t contradicting = 0;  ///< `Member` bits: stood twice with different values, left as if absent
    std::uint8_t secret = 0;         ///< `Member` bits: repeated a secret of the caller, left as if absent
    friend bool operator==(const Document&, const Document&) = default;
};

/// What an answer says about items that it does not hold. Nothing of it is documented for this service.
struct Paging {
    std::uint64_t total = 0;       ///< the highest count told; 0: none was
    bool total_is_of_all = false;  ///< … by a name that means all there are; else it may be the answer's own length
    std::uint64_t pages = 0;       ///< how many pages there are; 0: not told
    std::string next;              ///< path and query of the next page, at the same origin and path as what was asked; empty: none
    std::string more;              ///< what says that there is more, where nothing can be followed; empty: nothing
    friend bool operator==(const Paging&, const Paging&) = default;
};

/// The answer of GET /contracts: an array (also inside the wrappers {"contracts":[…]} and {"data":[…]}).
struct ContractsAnswer {
    std::vector<Contract> contracts;
    Paging paging;
};

/// The answer of GET /documents: an array (also inside the wrappers {"documents":[…]} and {"data":[…]}), or {"documents": null}.
struct DocumentsAnswer {
    bool is_null = false;  ///< {"documents": null}: the type is unknown to the server (api/README.md §5)
    std::vector<Document> documents;
    bool repaired = false;        ///< a name or text beside the list was no text, and was repaired
    Paging paging;
};

}  // namespace moisson::wire

#pragma once
/// A contract of the perimeter as the ledger names it. Any text but `id` may be empty: the API leaves members out (api/README.md §3, §4).

#include <string>
#include <string_view>

namespace moisson {

struct Contract {
    std::string id;    ///< contract number, `OCB` + 7 digits as far as known; the key
    std::string name;
    std::string offer_id;
    std::string offer_name;
    std::string customer_id;
    std::string customer_name;
    std::string platform_id;  ///< may be absent on the API's side
    /// The perimeter (login) of the job under which it was read; empty where the job has none. Ours, never the service's.
    std::string perimeter = {};
    friend bool operator==(const Contract&, const Contract&) = default;
};

/// How a contract's document list ended. Only `complete` and `unproven` let a run be complete.
enum class Completeness {
    complete,        ///< the list was shown to be whole
    unproven,        ///< nothing speaks against it, and nothing shows it: the longest list that the service ever gave, of one type
    capped,          ///< the server never gave fewer than asked: more may exist
    forbidden,       ///< rights refused for this contract
    failed,          ///< no answer within the retry budget
    unknown_answer,  ///< an answer that is not a document list
};

/// The list is taken for whole: what is not in it is not there.
[[nodiscard]] constexpr bool is_whole(Completeness verdict) noexcept {
    return verdict == Completeness::complete || verdict == Completeness::unproven;
}

[[nodiscard]] std::string_view to_text(Completeness verdict) noexcept;  ///< "complete" … "unknown-answer"

}  // namespace moisson

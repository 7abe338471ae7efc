#pragma once
/// Proves one contract's document list whole (design.md, rule 1), as a state machine without I/O: ask `next`, feed the answer.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoints.hpp"
#include "api/wire.hpp"
#include "base/result.hpp"

namespace moisson::api {

struct ListingOptions {
    std::uint64_t limit_first = 1000;         ///< first limit asked for; raised above what the last run saw
    std::uint64_t limit_max = documents_max;  ///< never asked beyond: then the verdict is `capped`
    bool mixed_list_trusted = false;          ///< an earlier run compared the mixed list with the six types and they agreed
    std::uint64_t documents_last = 0;         ///< documents listed by the last run
    /// Ids seen by earlier runs, each once. A trusted mixed list that misses more of them than `missing_last` is compared with the
    /// types again.
    std::vector<std::string> known_ids;
    std::uint64_t missing_last = 0;  ///< how many known ids the last run's list already lacked
};

/// How a listing ended; same meanings as domain's Completeness:
/// complete        every list asked for ended with fewer documents than asked, and where the types were asked, what is returned holds them
/// all; capped          a list never ended so within `limit_max`, stops at the same length as another list although there is more, or
/// holds fewer than the service says there are;
/// forbidden       rights refused for this contract (403/50..52), or the contract is unknown to this login (401/41, 404: which of them the
///                 service gives is not known, api-facts.md §2), or one type was refused;
/// failed          a list could not be had; what the others gave is kept;
/// unknown_answer  {"documents": null} or no document list at all in the place of the mixed list, or no document list for a type; null for
/// a type that the mixed list names, or beside a mixed list that lacks what other types gave.
enum class ListingVerdict { complete, capped, forbidden, failed, unknown_answer };

struct ListingResult {
    ListingVerdict verdict = ListingVerdict::failed;
    std::vector<wire::Document> documents;  ///< in the order listed; the union where lists disagreed; duplicates by id still inside
    std::string reason;                     ///< why not complete
    bool compared_with_types = false;       ///< the six types were asked in this run
    bool types_agreed = false;              ///< … and gave the same set of ids as the mixed list
    bool type_by_type = false;              ///< the mixed list was not trusted: documents are the union
    /// The length equals a round number that could be the service's own limit, and all documents are of one type, so that the lists by type
    /// prove nothing. Depends on the documents alone: the same in every run.
    bool size_suspicious = false;
    std::vector<std::string> null_types;  ///< types that the server answered with {"documents": null}
    Error error;                          ///< for forbidden, failed, and unknown_answer where an answer could not be read
};

/// The mixed list (`documentType=`) is asked with a growing limit until fewer came than asked. When it is not trusted yet, or misses known
/// ids, the six types are asked one by one in the same way. They agree when the mixed list holds all that the types gave and nothing of the
/// six types besides; else the mixed list is asked once more (documents may have appeared in between), and then the union is taken.
/// A mixed list that is no list at all is replaced by the types' (verdict `unknown_answer`: nothing proves that there are no other types).
/// Ends after at most 8 × (1 + log4(limit_max / limit_first)) questions. One thread at a time.
class ContractListing {
public:
    explicit ContractListing(ListingOptions options);
    struct Question {
        std::string document_type;  ///< empty: mixed
        std::uint64_t limit = 0;
    };
    /// The next list request; empty when the listing is done. Stays the same until it is answered.
    [[nodiscard]] std::optional<Question> next() const;
    /// The answer to the last `next`.
    void answer(wire::DocumentsAnswer answer);
    /// `next` got no document list: the request's error, or the decoder's `bad_answer`.
    void failed(const Error& error);
    /// Once `next` is empty. Moves the documents out.
    [[nodiscard]] ListingResult take_result();

private:
    enum class Stage { mixed, types, mixed_again, finished };
    void accept_mixed(std::vector<wire::Document> documents);
    void accept_type(std::vector<wire::Document> documents);
    void start_types();
    void next_type();
    void compare();
    void settle();
    void note_null_types(bool mixed_is_cut);
    void note_problem(ListingVerdict verdict, std::string reason, const Error& error);
    void finish();
    [[nodiscard]] bool grow(std::uint64_t count);
    [[nodiscard]] bool misses_known_ids() const;
    [[nodiscard]] std::string capped_type(const std::vector<wire::Document>& extra) const;

    ListingOptions options_;
    Stage stage_ = Stage::mixed;
    std::vector<wire::Document> mixed_;
    std::map<std::string, std::vector<wire::Document>, std::less<>> by_type_;
    std::size_t type_at_ = 0;
    std::uint64_t limit_ = 0;
    std::uint64_t announced_ = 0;  // how many the service says there are
    bool mixed_readable_ = true;
    ListingResult result_;
};

}  // namespace moisson::api

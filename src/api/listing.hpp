#pragma once
/// Proves one contract's document list whole (design.md, rule 1), as a state machine without I/O: ask `next`, feed the answer.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire.hpp"
#include "base/result.hpp"

namespace moisson::api {

struct ListingOptions {
    std::uint64_t limit_first = 1000;      ///< first limit asked for; raised above what the last run saw
    std::uint64_t limit_max = 10'000'000;  ///< never asked beyond: then the verdict is `capped`
    bool mixed_list_trusted = false;       ///< an earlier run compared the mixed list with the six types and they agreed
    std::uint64_t documents_last = 0;      ///< documents listed by the last run
    std::vector<std::string> known_ids;    ///< ids seen by earlier runs; a trusted mixed list that misses some is compared with the types again
};

/// How a listing ended; same meanings as domain's Completeness.
enum class ListingVerdict { complete, capped, forbidden, failed, unknown_answer };

struct ListingResult {
    ListingVerdict verdict = ListingVerdict::failed;
    std::vector<wire::Document> documents;  ///< in the order listed; the union where lists disagreed; duplicates by id still inside
    std::string reason;                     ///< why not complete
    bool compared_with_types = false;       ///< the six types were asked in this run
    bool types_agreed = false;              ///< … and gave the same set of ids as the mixed list
    bool type_by_type = false;              ///< the mixed list was not trusted: documents are the union
    bool size_suspicious = false;           ///< the length equals a round number that could be the service's own limit
    std::vector<std::string> null_types;    ///< types that the server answered with {"documents": null}
    Error error;                            ///< for forbidden and failed
};

/// One thread at a time.
class ContractListing {
public:
    explicit ContractListing(ListingOptions options);
    struct Question {
        std::string document_type;  ///< empty: mixed
        std::uint64_t limit = 0;
    };
    /// The next list request; empty when the listing is done.
    [[nodiscard]] std::optional<Question> next() const;
    /// The answer to the last `next`.
    void answer(wire::DocumentsAnswer answer);
    void failed(const Error& error);
    /// Once `next` is empty. Moves the documents out.
    [[nodiscard]] ListingResult take_result();

private:
    void decide_after_mixed();
    void decide_after_types();
    ListingOptions options_;
    std::vector<wire::Document> mixed_;
    std::map<std::string, std::vector<wire::Document>> by_type_;
    std::size_t type_at_ = 0;
    std::uint64_t limit_ = 0;
    bool asking_types_ = false;
    bool finished_ = false;
    ListingResult result_;
};

}  // namespace moisson::api

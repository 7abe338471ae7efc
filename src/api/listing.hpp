#pragma once
/// Proves one contract's document list whole (src/README.md, rule 1), as a state machine without I/O: ask `next`, feed the answer.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "api/endpoints.hpp"
#include "api/wire.hpp"
#include "base/result.hpp"

namespace moisson::api {

/// How long lists the service has given in one answer. A cap that the service keeps to itself cuts every longer list to one length: a list
/// shorter than the longest ever given is not cut by it, while of one that is as long nothing is known.
///
/// Mixed lists and lists of one type may have caps of their own, so they are kept apart.
class ListSizes {
public:
    /// Lists shorter than this need no longer one beside them: unasked, the service gives ten (api/README.md §5).
    static constexpr std::uint64_t given_unasked = 10;

    void note_mixed(std::uint64_t count) noexcept { longest_mixed_ = std::max(longest_mixed_, count); }
    void note_type(std::uint64_t count) noexcept { longest_type_ = std::max(longest_type_, count); }
    [[nodiscard]] std::uint64_t longest_mixed() const noexcept { return longest_mixed_; }
    [[nodiscard]] std::uint64_t longest_type() const noexcept { return longest_type_; }
    [[nodiscard]] bool is_mixed_whole(std::uint64_t count) const noexcept { return count < std::max(given_unasked, longest_mixed_); }
    [[nodiscard]] bool is_type_whole(std::uint64_t count) const noexcept { return is_mixed_whole(count) || count < longest_type_; }

private:
    std::uint64_t longest_mixed_ = 0;
    std::uint64_t longest_type_ = 0;
};

struct ListingOptions {
    std::uint64_t limit_first = 1000;         ///< first limit asked for; raised above what the last run saw
    std::uint64_t limit_max = documents_max;  ///< never asked beyond: then the verdict is `capped`
    bool mixed_list_trusted = false;          ///< a run of this calendar month compared the mixed list with the six types and they agreed
    std::uint64_t compared_count = 0;         ///< how long the mixed list was then: one that outgrew it is compared again, unless …
    const ListSizes* sizes = nullptr;         ///< … the service gave longer ones; null: none is known. Outlives the listing
    std::uint64_t documents_last = 0;         ///< documents listed by the last run
    /// Ids seen by earlier runs, each once. A trusted mixed list that misses more of them than `missing_last` is compared with the
    /// types again.
    std::vector<std::string> known_ids;
    std::uint64_t missing_last = 0;  ///< how many known ids the last run's list already lacked
};

/// How a listing ended; same meanings as domain's Completeness:
///
///     complete        every list asked for ended with fewer documents than asked, and where the types were asked, what is returned
///                     holds them all;
///     capped          a list never ended so within `limit_max`, stops at the same length as another list although there is more, holds
///                     fewer than the service says there are, has further pages that cannot be followed, or is longer when less is
///                     asked for;
///     forbidden       rights refused for this contract (403/50..52), or the contract is unknown to this login (401/41, 404: which of
///                     them the service gives is not known, api/README.md §2), or one type was refused;
///     failed          a list could not be had; what the others gave is kept;
///     unknown_answer  {"documents": null} or no document list at all in the place of the mixed list, or no document list for a type;
///                     null for a type that the mixed list names, or beside a mixed list that lacks what other types gave.
enum class ListingVerdict { complete, capped, forbidden, failed, unknown_answer };

/// What shows that a list that ended as `complete` was not cut by a cap of the service; `none`: only longer lists can (`ListSizes`).
enum class ListingProof {
    none,
    types,  ///< the mixed list holds what the types gave, and each type's list is shorter: one cap cannot have cut both
    told,   ///< the service says how many there are, or gave pages to the last one
};

struct ListingResult {
    ListingVerdict verdict = ListingVerdict::failed;
    std::vector<wire::Document> documents;  ///< in the order listed; the union where lists disagreed; duplicates by id still inside
    Message reason;                         ///< why not complete
    bool compared_with_types = false;       ///< the six types were asked in this run
    bool types_agreed = false;              ///< … and gave the same set of ids as the mixed list
    bool type_by_type = false;              ///< the mixed list was not trusted: documents are the union
    ListingProof proof = ListingProof::none;
    bool types_cut = false;               ///< lists of types lack what the mixed list holds: it is all that there is to go by
    std::uint64_t mixed_count = 0;        ///< length of the mixed list
    std::uint64_t mixed_answer_max = 0;   ///< most documents in one answer of the mixed list
    std::uint64_t type_answer_max = 0;    ///< … and of a type's; 0: none was asked
    std::vector<std::string> null_types;  ///< types that the server answered with {"documents": null}
    Error error;                          ///< for forbidden, failed, and unknown_answer where an answer could not be read
};

/// The mixed list (`documentType=`) is asked with a growing limit until fewer came than asked. When it is not trusted yet, or misses known
/// ids, the six types are asked one by one in the same way. They agree when the mixed list holds all that the types gave and nothing of the
/// six types besides; else the mixed list is asked once more (documents may have appeared in between), and then the union is taken.
/// A list that may be cut, for all that is known (`ListSizes`), is asked once more with a limit just above its length: a service that takes
/// a high limit for none shows more then. Pages are followed one by one, as long as each brings something new.
/// A mixed list that is no list at all is replaced by the types' (verdict `unknown_answer`: nothing proves that there are no other types).
/// Ends after at most 9 × (1 + log4(limit_max / limit_first)) questions, not counting pages (1,000 of a list at most). One thread at a
/// time.
class ContractListing {
public:
    explicit ContractListing(ListingOptions options);
    struct Question {
        std::string document_type;  ///< empty: mixed
        std::uint64_t limit = 0;
        std::string page;           ///< path and query of a further page, to be asked in the place of the first's; empty: the first
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
    enum class Stage { mixed, types, mixed_again, probe, finished };
    [[nodiscard]] bool wants_next_page(wire::DocumentsAnswer& answer);
    void end_pages();
    void note_more(const wire::Paging& paging, bool was_paged);
    void accept(std::vector<wire::Document> documents);
    void accept_probe(std::vector<wire::Document> documents);
    void finish_or_probe();
    [[nodiscard]] bool is_told_whole() const;
    [[nodiscard]] bool is_proved_by_types() const;
    void accept_mixed(std::vector<wire::Document> documents);
    void accept_type(std::vector<wire::Document> documents);
    void start_types();
    void next_type();
    void compare();
    void settle();
    void note_null_types(bool mixed_is_cut);
    void note_problem(ListingVerdict verdict, Message reason, const Error& error);
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
    bool told_whole_ = false;      // the mixed list's own answers say that nothing is left
    std::string page_;             // the page that is asked for
    std::vector<wire::Document> gathered_;          // of the pages before
    std::unordered_set<std::string> gathered_ids_;  // … by type and id
    std::set<std::string> pages_;                   // asked of this list
    ListingResult result_;
};

}  // namespace moisson::api

#pragma once
/// The list of contracts, as whole as the service gives it, as a state machine without I/O: ask `next`, feed the answer.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "api/listing.hpp"
#include "api/wire.hpp"
#include "base/result.hpp"

namespace moisson::api {

struct PerimeterOptions {
    std::uint64_t longest = 0;  ///< the longest list of contracts that the service ever gave in one answer
    std::uint64_t probed = 0;   ///< a list of this length was asked with a limit not long ago and did not grow: it is not asked again
};

struct PerimeterResult {
    std::vector<wire::Contract> contracts;  ///< in the order listed, each id once; all of those without an id
    /// complete  the service says how many there are, gave pages to the last one, or has given a longer list
    /// capped    there are more, by what the service says, or when asked with another limit it went on to its end
    /// (no other value)
    ListingVerdict verdict = ListingVerdict::complete;
    bool unproven = false;         ///< complete as far as is known, and nothing shows it
    Message reason;                ///< why capped
    std::uint64_t answer_max = 0;  ///< most contracts in one answer
};

/// GET /contracts is asked as the guide prints it, without a limit. Where nothing shows that the answer is whole, it is asked once more
/// with a limit above its length; pages are followed. At most 5 questions, not counting pages (1,000 at most).
class PerimeterListing {
public:
    explicit PerimeterListing(PerimeterOptions options) : options_(options) {}
    struct Question {
        std::uint64_t limit = 0;  ///< 0: none is named
        std::string page;         ///< path and query of a further page; empty: the first
    };
    [[nodiscard]] std::optional<Question> next() const;
    void answer(wire::ContractsAnswer answer);
    /// The last question got no list. True: the listing ends with this error; false: what came before stands.
    [[nodiscard]] bool failed(const Error& error);
    /// Once `next` is empty.
    [[nodiscard]] PerimeterResult take_result() { return std::move(result_); }

private:
    void end_of_pages(const wire::Paging& paging, std::uint64_t count);
    void note_capped(Message reason);

    PerimeterOptions options_;
    PerimeterResult result_;
    std::unordered_set<std::string> ids_;
    std::uint64_t limit_ = 0;
    std::uint64_t total_ = 0;
    int asked_with_limit_ = 0;
    std::string page_;
    std::set<std::string> pages_;
    bool done_ = false;
};

}  // namespace moisson::api

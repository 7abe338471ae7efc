#pragma once
/// Postings: what a template's files book, each amount once. Pure functions over rows and over what earlier files held.
///
/// Of each document and month, a template has handed out the sum of its postings in each currency. Where the counted amount is another
/// one, the difference is a new posting: in the document's own month while that is open, else in the month that is being exported.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/posting.hpp"

namespace moisson::books {

/// What postings are made from; all outlive the call, `entries` what it returns.
struct PostingInput {
    std::string template_name;
    /// Rows after counting, in any order. Of a document only the months that have a row here are looked at: what stands in others is left
    /// as it is.
    std::span<const LedgerEntry* const> entries;
    std::span<const Month> closed;                ///< months closed now, sorted
    std::span<const HandedPosting> handed;        ///< of this template, from earlier runs; any order
    std::span<const HandedPosting> closed_books;  ///< those with an empty template name, which a later template starts from
    std::span<const TemplateBase> bases;          ///< of this template, those of `find_bases` included
    MonthRange range;                             ///< the months that the file is for
    /// The open month whose file takes what changed in closed ones before it; empty: they are left for another run.
    std::optional<Month> exporting;
};

/// All postings of the template booked in a month of the range, those of earlier files included, in `posting_order`. Earlier ones whose
/// document has no row any more are left out. Adding up those with `is_new` and what was handed out gives the counted amounts; made again
/// from that, nothing is new. A counted amount of zero that was never booked has no posting. `bad_input` when a difference does not fit.
[[nodiscard]] Result<std::vector<Posting>> make_postings(const PostingInput& input);

/// Closed months that the template takes for booked from now on, because it had handed out nothing in them; `run_id` empty.
/// `booked`: for each template and booking month the last posting's number, the closed ledgers' own (template name empty) among them.
/// `bases`: those that are kept already, of any template.
[[nodiscard]] std::vector<TemplateBase> find_bases(const std::string& template_name, std::span<const Month> closed,
                                                   std::span<const TemplateBase> booked, std::span<const TemplateBase> bases);

/// The new ones, as the state keeps them.
[[nodiscard]] std::vector<HandedPosting> to_handed(std::span<const Posting> postings, const std::string& template_name,
                                                   const std::string& run_id);

}  // namespace moisson::books

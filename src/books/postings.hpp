#pragma once
/// Postings: what a template's files book, each amount once. Pure functions over rows and over what earlier files held.
///
/// Of each document and month, a template has handed out the sum of its postings in each currency, by the settings and on the accounts of
/// that time. Where the counted amount is another one, the difference is a new posting: in the document's own month while that is open,
/// else in the month that is being exported. Where the settings or accounts are other ones, what was booked is taken back from where it
/// stands and booked anew; in a closed month only when the document changed, and then by `ClosedTerms`. A document that moved to another
/// month is taken back from the old one in the file that books it in the new one, so that it never stands twice.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/posting.hpp"

namespace moisson::books {

/// How a template books rows today. Without it (its functions empty) postings are amounts alone, without terms and parts.
struct TermsSource {
    std::function<bool(const LedgerEntry&)> takes;  ///< false: the template posts no such row, and takes back what it had posted of it
    std::function<PostingTermsPtr(const LedgerEntry&, Currency)> now;  ///< never null
    std::function<Result<PostingParts>(const Money&, const PostingTermsPtr&)> split;
    ClosedTerms closed_terms = ClosedTerms::ask;
    /// Of what was booked before terms were kept, when nobody asked an invoice; empty: `now`.
    std::function<PostingTermsPtr(const LedgerEntry&, Currency)> unknown = {};
};

/// A document whose terms are other ones than when it was booked.
struct TermsNote {
    const LedgerEntry* entry = nullptr;
    PostingTermsPtr booked;
    PostingTermsPtr now;
};

/// What there is to say of the terms, in the order of contract and document.
struct PostingNotes {
    std::vector<TermsNote> renewed;    ///< taken back, and booked anew by today's terms
    std::vector<TermsNote> kept;       ///< of a closed month: the difference is booked by the earlier terms
    std::vector<TermsNote> undecided;  ///< the same under `ClosedTerms::ask` where the parts would be other ones: not to be written
    std::uint64_t terms_unknown = 0;   ///< earlier postings whose terms nobody kept, taken as booked by today's
    /// Under the names of `PostingShare::left`: what these files book anew stands there no more. For no file; to be kept with the postings.
    std::vector<HandedPosting> voided;
};

/// Of a template that has files of its own for some perimeters: which rows belong into the files that are made. A document of an open month
/// is booked where it belongs now, and taken back from the others; one of a closed month stays where it was booked, with
/// its later changes.
struct PostingShare {
    /// Empty: all rows.
    std::function<bool(std::string_view contract_id, Month period)> belongs;
    /// Of the template's other files, those of this run among them; any order. Their sequences are not given again.
    std::vector<HandedPosting> elsewhere;
    /// Of files that are not made any more, documents that belong here now. What stands there of a closed month counts as booked. Of an
    /// open one it is booked anew here, and taken for taken back there (`PostingNotes::voided`), by hand since no file can do it.
    std::vector<HandedPosting> left;
};

/// What postings are made from; all outlive the call, `entries` what it returns.
struct PostingInput {
    std::string template_name;
    /// Rows after counting, in any order. Of a document only the months that have a row here are looked at, and those that it has left.
    std::span<const LedgerEntry* const> entries;
    std::span<const Month> closed;                ///< months closed now, sorted
    std::span<const HandedPosting> handed;        ///< of these files, from earlier runs; any order
    std::span<const HandedPosting> closed_books;  ///< those with an empty template name, which a later template starts from
    std::span<const TemplateBase> bases;          ///< of this template, those of `find_bases` included
    MonthRange range;                             ///< the months that the file is for
    /// The open month whose file takes what changed in closed ones before it; empty: they are left for another run.
    std::optional<Month> exporting;
    /// The rows are of today: a document that counts in one month counts in no other. False: they are those of ledgers that were closed.
    bool is_current = true;
    TermsSource terms{};
    PostingNotes* notes = nullptr;  ///< added to
    /// New postings have higher sequences: of a folder that was taken over nobody knows which keys its earlier files held.
    std::uint32_t sequence_floor = 0;
    const PostingShare* share = nullptr;  ///< null: the template's files are one set
};

/// All postings of the template booked in a month of the range, those of earlier files included, in `posting_order`. Earlier ones whose
/// document has no row any more are left out. Adding up those with `is_new` and what was handed out gives the counted amounts; made again
/// from that, nothing is new. A counted amount of zero that was never booked has no posting. `bad_input` when an amount does not fit.
[[nodiscard]] Result<std::vector<Posting>> make_postings(const PostingInput& input);

/// Months of `closed` that the template takes for booked from now on, because it had handed out nothing in them; `run_id` empty.
/// `booked`: for each template and booking month the last posting's number, the closed ledgers' own (template name empty) among them.
/// `bases`: those that are kept already, of any template.
[[nodiscard]] std::vector<TemplateBase> find_bases(const std::string& template_name, std::span<const Month> closed,
                                                   std::span<const TemplateBase> booked, std::span<const TemplateBase> bases);

/// The new ones, as the state keeps them.
[[nodiscard]] std::vector<HandedPosting> to_handed(std::span<const Posting> postings, const std::string& template_name,
                                                   const std::string& run_id);

}  // namespace moisson::books

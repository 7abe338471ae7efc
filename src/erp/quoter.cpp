/// How a template books documents today.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "domain/invoice_values.hpp"
#include "erp/erp.hpp"
#include "erp/evaluator.hpp"
#include "erp/terms.hpp"

namespace moisson::erp {

class Quoter::Inside {
public:
    Inside(SettingsPtr settings, RateLookup rates)
        : settings_(std::move(settings)), options_(options_with(std::move(rates))), evaluator_(*settings_, options_) {
        evaluator_.begin_part(1);
    }

    [[nodiscard]] bool takes(const LedgerEntry& row) {
        const Template& of = *settings_->of;
        if (!of.types.empty() && std::find(of.types.begin(), of.types.end(), row.document_type) == of.types.end()) {
            return false;
        }
        if (of.where == nullptr) {
            return true;
        }
        hold(row, row.amount ? row.amount->currency : Currency());
        const bool taken = evaluator_.is_true(of.where);
        evaluator_.forget_problems();  // they come again when the posting is written
        return taken;
    }

    [[nodiscard]] PostingTermsPtr terms_now(const LedgerEntry& row, Currency currency, bool ignores_invoice) {
        evaluator_.ignore_invoices(ignores_invoice);
        hold(row, currency);
        PostingTermsPtr terms = evaluator_.terms_now();
        evaluator_.forget_problems();
        evaluator_.ignore_invoices(false);
        return terms;
    }

    void know(std::span<const LedgerEntry> rows) {
        for (const LedgerEntry& row : rows) {
            if (row.counted && row.invoice != nullptr && !row.invoice->number.empty()) {
                note(row.invoice->number, row);
            }
        }
        for (const LedgerEntry& row : rows) {
            if (row.counted && !pieces_.empty()) {
                note(row.document_id, row);
            }
        }
        evaluator_.share_numbers([this](const LedgerEntry& row) {
            const auto found = pieces_.find(row.invoice->number);
            return found != pieces_.end() && found->second != Document(row.contract->id, row.document_id);
        });
    }

    [[nodiscard]] Result<PostingParts> split(const Money& amount, const PostingTermsPtr& terms) {
        if (terms != last_) {
            rule_ = read_rule(*terms);
            last_ = terms;
        }
        return erp::split(amount, rule_);
    }

    [[nodiscard]] ClosedTerms closed_terms() const {
        const std::string_view word = settings_->values[settings_->of->standard_setting("closed_terms")].text;
        return word == "as-booked" ? ClosedTerms::as_booked : word == "as-now" ? ClosedTerms::as_now : ClosedTerms::ask;
    }

private:
    static RenderOptions options_with(RateLookup rates) {
        RenderOptions options;
        options.rates = std::move(rates);
        return options;
    }

    /// Contract and document id. Both empty: several have the piece.
    using Document = std::pair<std::string, std::string>;

    void note(const std::string& piece, const LedgerEntry& row) {
        const Document document(row.contract->id, row.document_id);
        auto& known = pieces_.try_emplace(piece, document).first->second;
        known = known == document ? known : Document();
    }

    /// The row as its first posting.
    void hold(const LedgerEntry& row, Currency currency) {
        posting_ = {};
        posting_.entry = &row;
        posting_.version = row.version;
        posting_.amount = {row.amount ? row.amount->amount_minor : 0, currency};
        posting_.period = posting_.booking_period = row.period ? row.period->month() : posting_.period;
        evaluator_.begin_entry(posting_);
    }

    SettingsPtr settings_;
    RenderOptions options_;
    Evaluator evaluator_;
    Posting posting_;
    PostingTermsPtr last_;
    SplitRule rule_;
    std::map<std::string, Document, std::less<>> pieces_;
};

Quoter::Quoter(SettingsPtr settings, RateLookup rates) : inside_(std::make_unique<Inside>(std::move(settings), std::move(rates))) {}
Quoter::~Quoter() = default;

bool Quoter::takes(const LedgerEntry& row) { return inside_->takes(row); }
PostingTermsPtr Quoter::terms_now(const LedgerEntry& row, Currency currency) { return inside_->terms_now(row, currency, false); }
PostingTermsPtr Quoter::terms_without_invoice(const LedgerEntry& row, Currency currency) {
    return inside_->terms_now(row, currency, true);
}
void Quoter::know(std::span<const LedgerEntry> rows) { inside_->know(rows); }
Result<PostingParts> Quoter::split(const Money& amount, const PostingTermsPtr& terms) { return inside_->split(amount, terms); }
ClosedTerms Quoter::closed_terms() const { return inside_->closed_terms(); }

}  // namespace moisson::erp

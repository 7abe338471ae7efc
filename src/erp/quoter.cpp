/// How a template books documents today.
#include <algorithm>

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

    [[nodiscard]] PostingTermsPtr terms_now(const LedgerEntry& row, Currency currency) {
        hold(row, currency);
        PostingTermsPtr terms = evaluator_.terms_now();
        evaluator_.forget_problems();
        return terms;
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
};

Quoter::Quoter(SettingsPtr settings, RateLookup rates) : inside_(std::make_unique<Inside>(std::move(settings), std::move(rates))) {}
Quoter::~Quoter() = default;

bool Quoter::takes(const LedgerEntry& row) { return inside_->takes(row); }
PostingTermsPtr Quoter::terms_now(const LedgerEntry& row, Currency currency) { return inside_->terms_now(row, currency); }
Result<PostingParts> Quoter::split(const Money& amount, const PostingTermsPtr& terms) { return inside_->split(amount, terms); }
ClosedTerms Quoter::closed_terms() const { return inside_->closed_terms(); }

}  // namespace moisson::erp

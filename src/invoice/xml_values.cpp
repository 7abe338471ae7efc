/// Structured data as a stream: elements on the way to a value are followed, all others passed over.
#include "invoice/xml_values.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/xml.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/raw_values.hpp"
#include "invoice/terms.hpp"

namespace moisson::invoice {

namespace {

constexpr std::size_t piece_bytes = 64U << 10U;

class Events final : public XmlEvents {
public:
    void start(std::string_view name, const Attributes& attributes) override {
        if (open_.empty()) {
            syntax_ = find_syntax(name);
            if (syntax_ == nullptr) {
                is_other_ = true;
                stop(messages::xml_broken("root"));  // nobody is told: it ends the reading
                return;
            }
            open_.push_back(&syntax_->root);
            return;
        }
        const PathNode* const node = open_.back() == nullptr ? nullptr : open_.back()->find(name);
        open_.push_back(node);
        if (node == nullptr) {
            return;
        }
        text_.clear();
        attribute_ = node->attribute.empty() ? std::string() : std::string(trim(attributes.get(node->attribute)));
        if (attribute_.size() > limits::text_bytes) {
            attribute_.resize(limits::text_bytes);
        }
        begin(node->term);
    }

    void end(std::string_view /*name*/) override {
        const PathNode* const node = open_.back();
        open_.pop_back();
        if (node != nullptr && !open_.empty()) {
            finish(node->term);
        }
    }

    void text(std::string_view text) override {
        if (const PathNode* const node = open_.empty() ? nullptr : open_.back(); node != nullptr && node->children.empty()) {
            const std::size_t room = limits::raw_text_bytes - text_.size();
            text_ += text.substr(0, room);
        }
    }

    [[nodiscard]] bool is_other() const noexcept { return is_other_; }

    XmlReading reading() {
        XmlReading reading;
        reading.is_invoice = syntax_ != nullptr;
        if (reading.is_invoice) {
            reading.values = make_values(raw_, vat_lines_, syntax_->kind, reading.observations);
            reading.values.lines = lines_;
        }
        return reading;
    }

private:
    void begin(Term term) {
        switch (term) {
            case Term::line: lines_ += 1; break;
            case Term::vat_line:
                vat_lines_.emplace_back();
                if (vat_lines_.size() > limits::vat_lines) {
                    stop(messages::too_many_rates(limits::vat_lines), ErrorCode::too_large);
                }
                break;
            case Term::payment_terms:
                terms_date_ = {};
                gives_discount_ = false;
                break;
            case Term::discount: gives_discount_ = true; break;
            case Term::seller_registration:
            case Term::buyer_registration:
                raw_.clear(Term::tax_id);
                raw_.clear(Term::tax_scheme);
                break;
            default: break;
        }
    }

    void finish(Term term) {
        switch (term) {
            case Term::none:
            case Term::line:
            case Term::discount:
            case Term::vat_line: return;
            case Term::payment_terms: return finish_terms();
            case Term::seller_registration: return finish_registration(Term::seller_tax_id);
            case Term::buyer_registration: return finish_registration(Term::buyer_tax_id);
            case Term::vat_category: set(vat_lines_.back().category, taken().text); return;
            case Term::vat_rate: set(vat_lines_.back().rate, taken().text); return;
            case Term::vat_base: set(vat_lines_.back().base, taken()); return;
            case Term::vat_amount: set(vat_lines_.back().amount, taken()); return;
            case Term::vat_reason: vat_lines_.back().reason = taken().text; return;
            case Term::vat_reason_code: vat_lines_.back().reason_code = taken().text; return;
            default: break;
        }
        RawText text = taken();
        if (term == Term::due_date && syntax_->kind == InvoiceKind::unknown) {  // CII: a part of its terms
            if (!terms_date_.text.empty()) {
                raw_.add(Term::due_date, std::move(terms_date_));  // there is one more in the same terms
            }
            terms_date_ = std::move(text);
        } else if (!text.text.empty()) {
            raw_.add(term, std::move(text));
        }
    }

    template <class Value>
    void set(Value& kept, Value value) {
        vat_lines_.back().differs = vat_lines_.back().differs || (kept != Value{} && kept != value);
        kept = std::move(value);
    }

    /// EXTENDED has several terms: those with a discount say until when it is given, those without until when the invoice is paid.
    void finish_terms() {
        if (!terms_date_.text.empty()) {
            raw_.add(gives_discount_ ? Term::discount_date : Term::due_date, std::move(terms_date_));
        }
    }

    /// Scheme and id of one registration belong together; without a scheme it is not said that it is VAT's.
    void finish_registration(Term party) {
        const auto& schemes = raw_.of(Term::tax_scheme);
        if (schemes.size() == 1 && equal_ignoring_case(schemes.front().text, "VAT")) {
            for (const RawText& id : raw_.of(Term::tax_id)) {
                raw_.add(party, {id.text, "VA"});
            }
        }
    }

    RawText taken() { return {std::string(trim(text_)), std::move(attribute_)}; }

    const Syntax* syntax_ = nullptr;
    bool is_other_ = false;
    std::vector<const PathNode*> open_;  // null: not on the way to any value
    std::string text_;
    std::string attribute_;
    RawValues raw_;
    std::vector<RawVatLine> vat_lines_;
    std::uint32_t lines_ = 0;
    RawText terms_date_;  // of the payment terms at hand
    bool gives_discount_ = false;
};

XmlTerms terms() {
    XmlTerms terms;
    terms.token_bytes = limits::xml_token_bytes;
    terms.memory_bytes = limits::xml_memory_bytes;
    terms.depth_max = limits::xml_depth;
    terms.with_namespaces = true;
    terms.token_too_long = messages::xml_token_too_long;
    terms.too_much_memory = messages::xml_takes_more_memory;
    terms.too_deep = messages::xml_too_deep;
    terms.has_document_type = messages::xml_has_document_type;
    terms.broken = [](std::string_view why) { return messages::xml_broken(why); };
    return terms;
}

}  // namespace

Result<XmlReading> read_xml(std::string_view bytes, const TimeLeft& time) {
    if (bytes.size() > limits::xml_bytes) {
        return fail(ErrorCode::too_large, messages::xml_too_large(limits::xml_bytes >> 20U));
    }
    Events events;
    XmlReader reader(events, terms());
    for (bool is_last = false; !is_last;) {
        const std::string_view piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        is_last = bytes.empty();
        if (auto fed = reader.feed(piece, is_last); !fed) {
            return events.is_other() ? Result<XmlReading>(XmlReading{}) : fail(std::move(fed.error()));
        }
        if (time.is_over()) {
            return fail(ErrorCode::too_large, messages::takes_too_long);
        }
    }
    return events.reading();
}

}  // namespace moisson::invoice

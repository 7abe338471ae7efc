#pragma once
/// Texts of an invoice's structured data as they stand there, and values made of them. Only the invoice room includes this header.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "domain/invoice_values.hpp"
#include "invoice/invoice.hpp"
#include "invoice/terms.hpp"

namespace moisson::invoice {

/// One text and its attribute: scheme, currency, format.
struct RawText {
    std::string text;
    std::string attribute;
    friend bool operator==(const RawText&, const RawText&) = default;
};

/// All that is kept while the document streams by.
class RawValues {
public:
    /// What is the same, attribute included, is kept once.
    void add(Term term, RawText text);
    [[nodiscard]] const std::vector<RawText>& of(Term term) const { return texts_[static_cast<std::size_t>(term)]; }
    void clear(Term term) { texts_[static_cast<std::size_t>(term)].clear(); }

private:
    std::array<std::vector<RawText>, term_count> texts_;
};

struct RawVatLine {
    RawText base;
    RawText amount;
    std::string category;
    std::string rate;
    std::string reason;
    std::string reason_code;
    bool differs = false;  ///< base, tax, category or rate stands there twice with other content
};

/// Values of what was kept, with an observation for each that is told twice in two ways, or cannot be read. `root_kind`: what the root
/// says.
[[nodiscard]] InvoiceValues make_values(const RawValues& raw, const std::vector<RawVatLine>& vat_lines, InvoiceKind root_kind,
                                        std::vector<Observation>& observations);

}  // namespace moisson::invoice

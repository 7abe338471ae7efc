// What a scenario says of invoices.
#include "sandbox/scenario_invoices.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace moisson::sandbox {

void read_invoice_rules(TomlReader& reader, InvoiceRules& rules) {
    reader.read_word<std::optional<InvoiceProfile>>("invoices", rules.profile,
                                                    {{"mixed", std::nullopt},
                                                     {"plain", InvoiceProfile::plain},
                                                     {"minimum", InvoiceProfile::minimum},
                                                     {"basic-wl", InvoiceProfile::basic_wl},
                                                     {"basic", InvoiceProfile::basic},
                                                     {"en16931", InvoiceProfile::en16931},
                                                     {"extended", InvoiceProfile::extended},
                                                     {"french", InvoiceProfile::french}});
    reader.read_word<std::optional<Vat>>("vat", rules.vat,
                                         {{"mixed", std::nullopt},
                                          {"20", Vat::standard},
                                          {"20+10", Vat::two_rates},
                                          {"exempt", Vat::exempt},
                                          {"reverse-charge", Vat::reverse_charge},
                                          {"export", Vat::export_outside}});
    reader.read_word<AmountIs>("amount_is", rules.amount_is, {{"net", AmountIs::net}, {"gross", AmountIs::gross}});
}

void read_invoice_form(TomlReader& reader, DocumentRule& rule) {
    static constexpr std::array<std::pair<std::string_view, bool InvoiceForm::*>, 9> words{
        {{"allowance", &InvoiceForm::allowance},
         {"prepaid", &InvoiceForm::prepaid},
         {"other-amount", &InvoiceForm::other_amount},
         {"xml-amount", &InvoiceForm::xml_amount},
         {"page-amount", &InvoiceForm::page_amount},
         {"vat-sum", &InvoiceForm::vat_sum},
         {"another-buyer", &InvoiceForm::another_buyer},
         {"number-doubled", &InvoiceForm::number_doubled},
         {"no-due-date", &InvoiceForm::no_due_date}}};
    if (reader.find("invoice") == nullptr) {
        return;
    }
    std::vector<std::string> wanted;
    reader.read("invoice", wanted);
    for (const std::string& word : wanted) {
        const auto found = std::find_if(words.begin(), words.end(), [&word](const auto& known) { return known.first == word; });
        if (found == words.end()) {
            reader.problems().add(reader.source_of("invoice"), fmt::format("`invoice` cannot be \"{}\"", sanitise(word)),
                                  "Write some of: allowance, prepaid, other-amount, xml-amount, page-amount, vat-sum, another-buyer, "
                                  "number-doubled, no-due-date");
            return;
        }
        rule.invoice.*(found->second) = true;
    }
    if (rule.type != DocumentType::invoices) {
        reader.problems().add(reader.source_of("invoice"), fmt::format("`invoice` is for invoices, not for {}", spelling_of(rule.type)));
    }
}

}  // namespace moisson::sandbox

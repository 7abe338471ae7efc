// Made-up companies. Their SIRENs begin with 999, which the register of companies does not give.
#include "sandbox/invoice_parties.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

namespace moisson::sandbox {

namespace {

/// Luhn's formula, ISO/IEC 7812-1 annex B, as SIREN and SIRET use it.
char luhn_digit(std::string_view digits) {
    int sum = 0;
    bool doubled = true;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
        const int value = (*digit - '0') * (doubled ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// A company in France. `eight` are the first digits of its SIREN.
Party french_company(std::string name, std::string street, std::string postcode, std::string city, std::string_view eight) {
    Party party;
    party.name = std::move(name);
    party.street = std::move(street);
    party.postcode = std::move(postcode);
    party.city = std::move(city);
    party.country = "FR";
    party.legal_id = std::string(eight) + luhn_digit(eight);
    party.legal_scheme = "0002";
    party.siret = party.legal_id + "0001";
    party.siret += luhn_digit(party.siret);
    // The key of article R. 123-221 of the Code de commerce and BOI-TVA-DECLA-20-10-10-10.
    party.vat_id = fmt::format("FR{:02}{}", (12 + 3 * (std::stol(party.legal_id) % 97)) % 97, party.legal_id);
    return party;
}

std::vector<Party> make_buyers() {
    struct Place {
        std::string_view street;
        std::string_view postcode;
        std::string_view city;
    };
    static constexpr std::array<Place, 8> places{{{"4 rue du Fournil", "69002", "Lyon"},
                                                  {"18 quai des Ateliers", "59000", "Lille"},
                                                  {"2 allée des Rouliers", "44000", "Nantes"},
                                                  {"7 avenue du Parc", "33000", "Bordeaux"},
                                                  {"11 chemin du Lac", "1201", "Genève"},
                                                  {"25 rue des Portulans", "13001", "Marseille"},
                                                  {"3 route des Champs", "35000", "Rennes"},
                                                  {"9 boulevard des Presses", "31000", "Toulouse"}}};
    std::vector<Party> buyers;
    for (std::size_t at = 0; at < customer_count(); ++at) {
        const Place& place = places[at % places.size()];
        buyers.push_back(french_company(std::string(customer_name(at)), std::string(place.street), std::string(place.postcode),
                                        std::string(place.city), fmt::format("{}", 99900101 + at)));
        if (at == swiss_customer) {
            Party& buyer = buyers.back();
            buyer.country = "CH";
            buyer.legal_id = "CHE-999.000.108";
            buyer.legal_scheme = "0183";
            buyer.siret.clear();
            buyer.vat_id.clear();
        }
    }
    return buyers;
}

}  // namespace

const Party& supplier() {
    static const Party party = french_company("Nuages d'Exemple SA", "1 place des Échantillons", "92000", "Nanterre", "99900001");
    return party;
}

const Party& buyer_of(const Contract& contract) {
    static const std::vector<Party> buyers = make_buyers();
    return buyers[contract.customer % buyers.size()];
}

const Party& another_buyer() {
    static const Party party = french_company("Quincaillerie Imaginaire", "5 rue du Hasard", "21000", "Dijon", "99900199");
    return party;
}

}  // namespace moisson::sandbox

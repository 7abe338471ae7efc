/// The ISO 4217 table and the lookups over it.
#include "domain/currency.hpp"

#include <algorithm>
#include <array>

namespace moisson {

namespace {

constexpr bool active = true;
constexpr bool withdrawn = false;

// Source: ISO 4217:2015, list one (current currency and fund codes) with its amendments up to 179 (XAD, 2025-05-12), and of list three
// (historic denominations) what was still in use in 1999 or later. Amendments since 2022 that matter here: HRK withdrawn 2023-01-15,
// SLL 2024-03-31 (now SLE), ZWL 2024-08-31 (now ZWG), CUC moved to list three 2025-02, ANG 2025-03-31 (now XCG); BGN withdrawn
// 2026-01-01, when Bulgaria took the euro. List three gives no minor units: a withdrawn code keeps the digits that list one had for it
// last. Left out because no amount of money is written in them (no minor unit): XAG XAU XPD XPT XBA XBB XBC XBD XDR XSU XTS XUA.
constexpr std::array table{
    CurrencyInfo{
        "XXX", {"No currency", "Aucune devise"}, 0, active},  // first: what a default-constructed Currency is; find_currency never gives it
    CurrencyInfo{"ADP", {"Andorran Peseta", "Peseta andorrane"}, 0, withdrawn},
    CurrencyInfo{"AED", {"UAE Dirham", "Dirham des Émirats arabes unis"}, 2, active},
    CurrencyInfo{"AFA", {"Afghani (until 2003)", "Afghani (jusqu'en 2003)"}, 2, withdrawn},
    CurrencyInfo{"AFN", {"Afghani", "Afghani"}, 2, active},
    CurrencyInfo{"ALL", {"Lek", "Lek"}, 2, active},
    CurrencyInfo{"AMD", {"Armenian Dram", "Dram arménien"}, 2, active},
    CurrencyInfo{"ANG", {"Netherlands Antillean Guilder", "Florin des Antilles néerlandaises"}, 2, withdrawn},
    CurrencyInfo{"AOA", {"Kwanza", "Kwanza"}, 2, active},
    CurrencyInfo{"ARS", {"Argentine Peso", "Peso argentin"}, 2, active},
    CurrencyInfo{"ATS", {"Austrian Schilling", "Schilling autrichien"}, 2, withdrawn},
    CurrencyInfo{"AUD", {"Australian Dollar", "Dollar australien"}, 2, active},
    CurrencyInfo{"AWG", {"Aruban Florin", "Florin d'Aruba"}, 2, active},
    CurrencyInfo{"AZM", {"Azerbaijanian Manat (until 2005)", "Manat azerbaïdjanais (jusqu'en 2005)"}, 2, withdrawn},
    CurrencyInfo{"AZN", {"Azerbaijan Manat", "Manat azerbaïdjanais"}, 2, active},
    CurrencyInfo{"BAM", {"Convertible Mark", "Mark convertible"}, 2, active},
    CurrencyInfo{"BBD", {"Barbados Dollar", "Dollar de la Barbade"}, 2, active},
    CurrencyInfo{"BDT", {"Taka", "Taka"}, 2, active},
    CurrencyInfo{"BEF", {"Belgian Franc", "Franc belge"}, 0, withdrawn},
    CurrencyInfo{"BGL", {"Bulgarian Lev (until 1999)", "Lev bulgare (jusqu'en 1999)"}, 2, withdrawn},
    CurrencyInfo{"BGN", {"Bulgarian Lev", "Lev bulgare"}, 2, withdrawn},
    CurrencyInfo{"BHD", {"Bahraini Dinar", "Dinar de Bahreïn"}, 3, active},
    CurrencyInfo{"BIF", {"Burundi Franc", "Franc du Burundi"}, 0, active},
    CurrencyInfo{"BMD", {"Bermudian Dollar", "Dollar des Bermudes"}, 2, active},
    CurrencyInfo{"BND", {"Brunei Dollar", "Dollar de Brunei"}, 2, active},
    CurrencyInfo{"BOB", {"Boliviano", "Boliviano"}, 2, active},
    CurrencyInfo{"BOV", {"Mvdol", "Mvdol"}, 2, active},
    CurrencyInfo{"BRL", {"Brazilian Real", "Réal brésilien"}, 2, active},
    CurrencyInfo{"BSD", {"Bahamian Dollar", "Dollar des Bahamas"}, 2, active},
    CurrencyInfo{"BTN", {"Ngultrum", "Ngultrum"}, 2, active},
    CurrencyInfo{"BWP", {"Pula", "Pula"}, 2, active},
    CurrencyInfo{"BYB", {"Belarusian Ruble (until 1999)", "Rouble biélorusse (jusqu'en 1999)"}, 0, withdrawn},
    CurrencyInfo{"BYN", {"Belarusian Ruble", "Rouble biélorusse"}, 2, active},
    CurrencyInfo{"BYR", {"Belarusian Ruble (until 2016)", "Rouble biélorusse (jusqu'en 2016)"}, 0, withdrawn},
    CurrencyInfo{"BZD", {"Belize Dollar", "Dollar du Belize"}, 2, active},
    CurrencyInfo{"CAD", {"Canadian Dollar", "Dollar canadien"}, 2, active},
    CurrencyInfo{"CDF", {"Congolese Franc", "Franc congolais"}, 2, active},
    CurrencyInfo{"CHE", {"WIR Euro", "Euro WIR"}, 2, active},
    CurrencyInfo{"CHF", {"Swiss Franc", "Franc suisse"}, 2, active},
    CurrencyInfo{"CHW", {"WIR Franc", "Franc WIR"}, 2, active},
    CurrencyInfo{"CLF", {"Unidad de Fomento", "Unidad de Fomento"}, 4, active},
    CurrencyInfo{"CLP", {"Chilean Peso", "Peso chilien"}, 0, active},
    CurrencyInfo{"CNY", {"Yuan Renminbi", "Yuan Renminbi"}, 2, active},
    CurrencyInfo{"COP", {"Colombian Peso", "Peso colombien"}, 2, active},
    CurrencyInfo{"COU", {"Unidad de Valor Real", "Unidad de Valor Real"}, 2, active},
    CurrencyInfo{"CRC", {"Costa Rican Colon", "Colon costaricain"}, 2, active},
    CurrencyInfo{"CSD", {"Serbian Dinar (until 2006)", "Dinar serbe (jusqu'en 2006)"}, 2, withdrawn},
    CurrencyInfo{"CUC", {"Peso Convertible", "Peso convertible"}, 2, withdrawn},
    CurrencyInfo{"CUP", {"Cuban Peso", "Peso cubain"}, 2, active},
    CurrencyInfo{"CVE", {"Cabo Verde Escudo", "Escudo du Cabo Verde"}, 2, active},
    CurrencyInfo{"CYP", {"Cyprus Pound", "Livre chypriote"}, 2, withdrawn},
    CurrencyInfo{"CZK", {"Czech Koruna", "Couronne tchèque"}, 2, active},
    CurrencyInfo{"DEM", {"Deutsche Mark", "Mark allemand"}, 2, withdrawn},
    CurrencyInfo{"DJF", {"Djibouti Franc", "Franc de Djibouti"}, 0, active},
    CurrencyInfo{"DKK", {"Danish Krone", "Couronne danoise"}, 2, active},
    CurrencyInfo{"DOP", {"Dominican Peso", "Peso dominicain"}, 2, active},
    CurrencyInfo{"DZD", {"Algerian Dinar", "Dinar algérien"}, 2, active},
    CurrencyInfo{"EEK", {"Estonian Kroon", "Couronne estonienne"}, 2, withdrawn},
    CurrencyInfo{"EGP", {"Egyptian Pound", "Livre égyptienne"}, 2, active},
    CurrencyInfo{"ERN", {"Nakfa", "Nakfa"}, 2, active},
    CurrencyInfo{"ESP", {"Spanish Peseta", "Peseta espagnole"}, 0, withdrawn},
    CurrencyInfo{"ETB", {"Ethiopian Birr", "Birr éthiopien"}, 2, active},
    CurrencyInfo{"EUR", {"Euro", "Euro"}, 2, active},
    CurrencyInfo{"FIM", {"Finnish Markka", "Mark finlandais"}, 2, withdrawn},
    CurrencyInfo{"FJD", {"Fiji Dollar", "Dollar des Fidji"}, 2, active},
    CurrencyInfo{"FKP", {"Falkland Islands Pound", "Livre des îles Falkland"}, 2, active},
    CurrencyInfo{"FRF", {"French Franc", "Franc français"}, 2, withdrawn},
    CurrencyInfo{"GBP", {"Pound Sterling", "Livre sterling"}, 2, active},
    CurrencyInfo{"GEL", {"Lari", "Lari"}, 2, active},
    CurrencyInfo{"GHC", {"Ghana Cedi (until 2007)", "Cedi du Ghana (jusqu'en 2007)"}, 2, withdrawn},
    CurrencyInfo{"GHS", {"Ghana Cedi", "Cedi du Ghana"}, 2, active},
    CurrencyInfo{"GIP", {"Gibraltar Pound", "Livre de Gibraltar"}, 2, active},
    CurrencyInfo{"GMD", {"Dalasi", "Dalasi"}, 2, active},
    CurrencyInfo{"GNF", {"Guinean Franc", "Franc guinéen"}, 0, active},
    CurrencyInfo{"GRD", {"Greek Drachma", "Drachme grecque"}, 0, withdrawn},
    CurrencyInfo{"GTQ", {"Quetzal", "Quetzal"}, 2, active},
    CurrencyInfo{"GWP", {"Guinea-Bissau Peso", "Peso de Guinée-Bissau"}, 2, withdrawn},
    CurrencyInfo{"GYD", {"Guyana Dollar", "Dollar du Guyana"}, 2, active},
    CurrencyInfo{"HKD", {"Hong Kong Dollar", "Dollar de Hong Kong"}, 2, active},
    CurrencyInfo{"HNL", {"Lempira", "Lempira"}, 2, active},
    CurrencyInfo{"HRK", {"Kuna", "Kuna"}, 2, withdrawn},
    CurrencyInfo{"HTG", {"Gourde", "Gourde"}, 2, active},
    CurrencyInfo{"HUF", {"Forint", "Forint"}, 2, active},
    CurrencyInfo{"IDR", {"Rupiah", "Roupie indonésienne"}, 2, active},
    CurrencyInfo{"IEP", {"Irish Pound", "Livre irlandaise"}, 2, withdrawn},
    CurrencyInfo{"ILS", {"New Israeli Sheqel", "Nouveau shekel israélien"}, 2, active},
    CurrencyInfo{"INR", {"Indian Rupee", "Roupie indienne"}, 2, active},
    CurrencyInfo{"IQD", {"Iraqi Dinar", "Dinar iraquien"}, 3, active},
    CurrencyInfo{"IRR", {"Iranian Rial", "Rial iranien"}, 2, active},
    CurrencyInfo{"ISK", {"Iceland Krona", "Couronne islandaise"}, 0, active},
    CurrencyInfo{"ITL", {"Italian Lira", "Lire italienne"}, 0, withdrawn},
    CurrencyInfo{"JMD", {"Jamaican Dollar", "Dollar jamaïcain"}, 2, active},
    CurrencyInfo{"JOD", {"Jordanian Dinar", "Dinar jordanien"}, 3, active},
    CurrencyInfo{"JPY", {"Yen", "Yen"}, 0, active},
    CurrencyInfo{"KES", {"Kenyan Shilling", "Shilling du Kenya"}, 2, active},
    CurrencyInfo{"KGS", {"Som", "Som"}, 2, active},
    CurrencyInfo{"KHR", {"Riel", "Riel"}, 2, active},
    CurrencyInfo{"KMF", {"Comorian Franc", "Franc comorien"}, 0, active},
    CurrencyInfo{"KPW", {"North Korean Won", "Won nord-coréen"}, 2, active},
    CurrencyInfo{"KRW", {"Won", "Won"}, 0, active},
    CurrencyInfo{"KWD", {"Kuwaiti Dinar", "Dinar koweïtien"}, 3, active},
    CurrencyInfo{"KYD", {"Cayman Islands Dollar", "Dollar des îles Caïmanes"}, 2, active},
    CurrencyInfo{"KZT", {"Tenge", "Tenge"}, 2, active},
    CurrencyInfo{"LAK", {"Lao Kip", "Kip laotien"}, 2, active},
    CurrencyInfo{"LBP", {"Lebanese Pound", "Livre libanaise"}, 2, active},
    CurrencyInfo{"LKR", {"Sri Lanka Rupee", "Roupie de Sri Lanka"}, 2, active},
    CurrencyInfo{"LRD", {"Liberian Dollar", "Dollar libérien"}, 2, active},
    CurrencyInfo{"LSL", {"Loti", "Loti"}, 2, active},
    CurrencyInfo{"LTL", {"Lithuanian Litas", "Litas lituanien"}, 2, withdrawn},
    CurrencyInfo{"LUF", {"Luxembourg Franc", "Franc luxembourgeois"}, 0, withdrawn},
    CurrencyInfo{"LVL", {"Latvian Lats", "Lats letton"}, 2, withdrawn},
    CurrencyInfo{"LYD", {"Libyan Dinar", "Dinar libyen"}, 3, active},
    CurrencyInfo{"MAD", {"Moroccan Dirham", "Dirham marocain"}, 2, active},
    CurrencyInfo{"MDL", {"Moldovan Leu", "Leu moldave"}, 2, active},
    CurrencyInfo{"MGA", {"Malagasy Ariary", "Ariary malgache"}, 2, active},
    CurrencyInfo{"MGF", {"Malagasy Franc", "Franc malgache"}, 0, withdrawn},
    CurrencyInfo{"MKD", {"Denar", "Denar"}, 2, active},
    CurrencyInfo{"MMK", {"Kyat", "Kyat"}, 2, active},
    CurrencyInfo{"MNT", {"Tugrik", "Tugrik"}, 2, active},
    CurrencyInfo{"MOP", {"Pataca", "Pataca"}, 2, active},
    CurrencyInfo{"MRO", {"Ouguiya (until 2017)", "Ouguiya (jusqu'en 2017)"}, 2, withdrawn},
    CurrencyInfo{"MRU", {"Ouguiya", "Ouguiya"}, 2, active},
    CurrencyInfo{"MTL", {"Maltese Lira", "Lire maltaise"}, 2, withdrawn},
    CurrencyInfo{"MUR", {"Mauritius Rupee", "Roupie mauricienne"}, 2, active},
    CurrencyInfo{"MVR", {"Rufiyaa", "Rufiyaa"}, 2, active},
    CurrencyInfo{"MWK", {"Malawi Kwacha", "Kwacha du Malawi"}, 2, active},
    CurrencyInfo{"MXN", {"Mexican Peso", "Peso mexicain"}, 2, active},
    CurrencyInfo{"MXV", {"Mexican Unidad de Inversion (UDI)", "Unité d'investissement mexicaine (UDI)"}, 2, active},
    CurrencyInfo{"MYR", {"Malaysian Ringgit", "Ringgit malaisien"}, 2, active},
    CurrencyInfo{"MZM", {"Mozambique Metical (until 2006)", "Metical du Mozambique (jusqu'en 2006)"}, 2, withdrawn},
    CurrencyInfo{"MZN", {"Mozambique Metical", "Metical du Mozambique"}, 2, active},
    CurrencyInfo{"NAD", {"Namibia Dollar", "Dollar namibien"}, 2, active},
    CurrencyInfo{"NGN", {"Naira", "Naira"}, 2, active},
    CurrencyInfo{"NIO", {"Cordoba Oro", "Cordoba Oro"}, 2, active},
    CurrencyInfo{"NLG", {"Netherlands Guilder", "Florin néerlandais"}, 2, withdrawn},
    CurrencyInfo{"NOK", {"Norwegian Krone", "Couronne norvégienne"}, 2, active},
    CurrencyInfo{"NPR", {"Nepalese Rupee", "Roupie népalaise"}, 2, active},
    CurrencyInfo{"NZD", {"New Zealand Dollar", "Dollar néo-zélandais"}, 2, active},
    CurrencyInfo{"OMR", {"Rial Omani", "Rial omanais"}, 3, active},
    CurrencyInfo{"PAB", {"Balboa", "Balboa"}, 2, active},
    CurrencyInfo{"PEN", {"Sol", "Sol"}, 2, active},
    CurrencyInfo{"PGK", {"Kina", "Kina"}, 2, active},
    CurrencyInfo{"PHP", {"Philippine Peso", "Peso philippin"}, 2, active},
    CurrencyInfo{"PKR", {"Pakistan Rupee", "Roupie pakistanaise"}, 2, active},
    CurrencyInfo{"PLN", {"Zloty", "Zloty"}, 2, active},
    CurrencyInfo{"PTE", {"Portuguese Escudo", "Escudo portugais"}, 0, withdrawn},
    CurrencyInfo{"PYG", {"Guarani", "Guarani"}, 0, active},
    CurrencyInfo{"QAR", {"Qatari Rial", "Riyal qatari"}, 2, active},
    CurrencyInfo{"ROL", {"Romanian Leu (until 2005)", "Leu roumain (jusqu'en 2005)"}, 2, withdrawn},
    CurrencyInfo{"RON", {"Romanian Leu", "Leu roumain"}, 2, active},
    CurrencyInfo{"RSD", {"Serbian Dinar", "Dinar serbe"}, 2, active},
    CurrencyInfo{"RUB", {"Russian Ruble", "Rouble russe"}, 2, active},
    CurrencyInfo{"RUR", {"Russian Ruble (until 1997)", "Rouble russe (jusqu'en 1997)"}, 2, withdrawn},
    CurrencyInfo{"RWF", {"Rwanda Franc", "Franc rwandais"}, 0, active},
    CurrencyInfo{"SAR", {"Saudi Riyal", "Riyal saoudien"}, 2, active},
    CurrencyInfo{"SBD", {"Solomon Islands Dollar", "Dollar des îles Salomon"}, 2, active},
    CurrencyInfo{"SCR", {"Seychelles Rupee", "Roupie des Seychelles"}, 2, active},
    CurrencyInfo{"SDD", {"Sudanese Dinar (until 2007)", "Dinar soudanais (jusqu'en 2007)"}, 2, withdrawn},
    CurrencyInfo{"SDG", {"Sudanese Pound", "Livre soudanaise"}, 2, active},
    CurrencyInfo{"SEK", {"Swedish Krona", "Couronne suédoise"}, 2, active},
    CurrencyInfo{"SGD", {"Singapore Dollar", "Dollar de Singapour"}, 2, active},
    CurrencyInfo{"SHP", {"Saint Helena Pound", "Livre de Sainte-Hélène"}, 2, active},
    CurrencyInfo{"SIT", {"Slovenian Tolar", "Tolar slovène"}, 2, withdrawn},
    CurrencyInfo{"SKK", {"Slovak Koruna", "Couronne slovaque"}, 2, withdrawn},
    CurrencyInfo{"SLE", {"Leone", "Leone"}, 2, active},
    CurrencyInfo{"SLL", {"Leone", "Leone"}, 2, withdrawn},
    CurrencyInfo{"SOS", {"Somali Shilling", "Shilling somalien"}, 2, active},
    CurrencyInfo{"SRD", {"Surinam Dollar", "Dollar du Suriname"}, 2, active},
    CurrencyInfo{"SRG", {"Surinam Guilder", "Florin du Suriname"}, 2, withdrawn},
    CurrencyInfo{"SSP", {"South Sudanese Pound", "Livre sud-soudanaise"}, 2, active},
    CurrencyInfo{"STD", {"Dobra (until 2017)", "Dobra (jusqu'en 2017)"}, 2, withdrawn},
    CurrencyInfo{"STN", {"Dobra", "Dobra"}, 2, active},
    CurrencyInfo{"SVC", {"El Salvador Colon", "Colon salvadorien"}, 2, active},
    CurrencyInfo{"SYP", {"Syrian Pound", "Livre syrienne"}, 2, active},
    CurrencyInfo{"SZL", {"Lilangeni", "Lilangeni"}, 2, active},
    CurrencyInfo{"THB", {"Baht", "Baht"}, 2, active},
    CurrencyInfo{"TJS", {"Somoni", "Somoni"}, 2, active},
    CurrencyInfo{"TMM", {"Turkmenistan Manat (until 2009)", "Manat turkmène (jusqu'en 2009)"}, 2, withdrawn},
    CurrencyInfo{"TMT", {"Turkmenistan New Manat", "Nouveau manat turkmène"}, 2, active},
    CurrencyInfo{"TND", {"Tunisian Dinar", "Dinar tunisien"}, 3, active},
    CurrencyInfo{"TOP", {"Pa'anga", "Pa'anga"}, 2, active},
    CurrencyInfo{"TPE", {"Timor Escudo", "Escudo de Timor"}, 0, withdrawn},
    CurrencyInfo{"TRL", {"Turkish Lira (until 2005)", "Livre turque (jusqu'en 2005)"}, 0, withdrawn},
    CurrencyInfo{"TRY", {"Turkish Lira", "Livre turque"}, 2, active},
    CurrencyInfo{"TTD", {"Trinidad and Tobago Dollar", "Dollar de Trinité-et-Tobago"}, 2, active},
    CurrencyInfo{"TWD", {"New Taiwan Dollar", "Nouveau dollar de Taïwan"}, 2, active},
    CurrencyInfo{"TZS", {"Tanzanian Shilling", "Shilling tanzanien"}, 2, active},
    CurrencyInfo{"UAH", {"Hryvnia", "Hryvnia"}, 2, active},
    CurrencyInfo{"UGX", {"Uganda Shilling", "Shilling ougandais"}, 0, active},
    CurrencyInfo{"USD", {"US Dollar", "Dollar des États-Unis"}, 2, active},
    CurrencyInfo{"USN", {"US Dollar (Next day)", "Dollar des États-Unis (jour suivant)"}, 2, active},
    CurrencyInfo{"USS", {"US Dollar (Same day)", "Dollar des États-Unis (même jour)"}, 2, withdrawn},
    CurrencyInfo{"UYI", {"Uruguay Peso en Unidades Indexadas (UI)", "Peso uruguayen en unités indexées (UI)"}, 0, active},
    CurrencyInfo{"UYU", {"Peso Uruguayo", "Peso uruguayen"}, 2, active},
    CurrencyInfo{"UYW", {"Unidad Previsional", "Unidad Previsional"}, 4, active},
    CurrencyInfo{"UZS", {"Uzbekistan Sum", "Sum ouzbek"}, 2, active},
    CurrencyInfo{"VEB", {"Bolivar (until 2008)", "Bolivar (jusqu'en 2008)"}, 2, withdrawn},
    CurrencyInfo{"VED", {"Bolívar Soberano", "Bolivar souverain"}, 2, active},
    CurrencyInfo{"VEF", {"Bolivar Fuerte (until 2018)", "Bolivar fort (jusqu'en 2018)"}, 2, withdrawn},
    CurrencyInfo{"VES", {"Bolívar Soberano", "Bolivar souverain"}, 2, active},
    CurrencyInfo{"VND", {"Dong", "Dong"}, 0, active},
    CurrencyInfo{"VUV", {"Vatu", "Vatu"}, 0, active},
    CurrencyInfo{"WST", {"Tala", "Tala"}, 2, active},
    CurrencyInfo{"XAD", {"Arab Accounting Dinar", "Dinar comptable arabe"}, 2, active},
    CurrencyInfo{"XAF", {"CFA Franc BEAC", "Franc CFA (BEAC)"}, 0, active},
    CurrencyInfo{"XCD", {"East Caribbean Dollar", "Dollar des Caraïbes orientales"}, 2, active},
    CurrencyInfo{"XCG", {"Caribbean Guilder", "Florin caribéen"}, 2, active},
    CurrencyInfo{"XOF", {"CFA Franc BCEAO", "Franc CFA (BCEAO)"}, 0, active},
    CurrencyInfo{"XPF", {"CFP Franc", "Franc CFP"}, 0, active},
    CurrencyInfo{"YER", {"Yemeni Rial", "Riyal yéménite"}, 2, active},
    CurrencyInfo{"YUM", {"New Yugoslavian Dinar", "Nouveau dinar yougoslave"}, 2, withdrawn},
    CurrencyInfo{"ZAR", {"Rand", "Rand"}, 2, active},
    CurrencyInfo{"ZMK", {"Zambian Kwacha (until 2012)", "Kwacha zambien (jusqu'en 2012)"}, 2, withdrawn},
    CurrencyInfo{"ZMW", {"Zambian Kwacha", "Kwacha zambien"}, 2, active},
    CurrencyInfo{"ZWD", {"Zimbabwe Dollar (until 2006)", "Dollar du Zimbabwe (jusqu'en 2006)"}, 2, withdrawn},
    CurrencyInfo{"ZWG", {"Zimbabwe Gold", "Or du Zimbabwe"}, 2, active},
    CurrencyInfo{"ZWL", {"Zimbabwe Dollar", "Dollar du Zimbabwe"}, 2, withdrawn},
    CurrencyInfo{"ZWN", {"Zimbabwe Dollar (2006 to 2008)", "Dollar du Zimbabwe (2006 à 2008)"}, 2, withdrawn},
    CurrencyInfo{"ZWR", {"Zimbabwe Dollar (2009)", "Dollar du Zimbabwe (2009)"}, 2, withdrawn},
};

constexpr bool currencies_are_sorted() {
    for (std::size_t at = 2; at < table.size(); ++at) {
        if (!(table[at - 1].code < table[at].code)) {
            return false;
        }
    }
    return true;
}
static_assert(currencies_are_sorted());
static_assert(table.size() < 65536, "Currency keeps an index in two bytes");

}  // namespace

std::string_view Currency::code() const noexcept { return info().code; }

int Currency::minor_digits() const noexcept { return info().minor_digits; }

const CurrencyInfo& Currency::info() const noexcept { return table[index_]; }

std::optional<Currency> find_currency(std::string_view code) noexcept {
    const auto first = table.begin() + 1;
    const auto found =
        std::lower_bound(first, table.end(), code, [](const CurrencyInfo& row, std::string_view wanted) { return row.code < wanted; });
    if (found == table.end() || found->code != code) {
        return std::nullopt;
    }
    return Currency(static_cast<std::uint16_t>(found - table.begin()));
}

std::span<const CurrencyInfo> all_currencies() noexcept { return table; }

}  // namespace moisson

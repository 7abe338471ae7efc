/// Currency spellings found on documents: codes in any case, signs, names in English and French.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "normalize/currency_sign.hpp"
#include "normalize/messages.hpp"
#include "normalize/normalize.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

/// One folded spelling and the codes that it can mean, blank between; the first is not preferred.
struct Spelling {
    std::string_view text;
    std::string_view codes;
};

// Signs per Unicode's block of currency symbols; a sign used by several states is listed with all of them and stays ambiguous,
// but for the pound sign, which stands for sterling unless the text says otherwise (normalize.hpp).
constexpr std::array spellings{
    Spelling{"$", "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD UYU XCD"},
    Spelling{"a$", "AUD"},
    Spelling{"ar$", "ARS"},
    Spelling{"au$", "AUD"},
    Spelling{"baht", "THB"},
    Spelling{"c$", "CAD NIO"},
    Spelling{"ca$", "CAD"},
    Spelling{"cn¥", "CNY"},
    Spelling{"couronne", "CZK DKK ISK NOK SEK"},
    Spelling{"couronne danoise", "DKK"},
    Spelling{"couronne norvegienne", "NOK"},
    Spelling{"couronne suedoise", "SEK"},
    Spelling{"couronne tcheque", "CZK"},
    Spelling{"couronnes", "CZK DKK ISK NOK SEK"},
    Spelling{"couronnes danoises", "DKK"},
    Spelling{"couronnes norvegiennes", "NOK"},
    Spelling{"couronnes suedoises", "SEK"},
    Spelling{"couronnes tcheques", "CZK"},
    Spelling{"crown", "CZK DKK ISK NOK SEK"},
    Spelling{"crowns", "CZK DKK ISK NOK SEK"},
    Spelling{"cfa", "XAF XOF"},
    Spelling{"deutsche mark", "DEM"},
    Spelling{"dh", "AED MAD"},
    Spelling{"dhs", "AED MAD"},
    Spelling{"dinar", "BHD DZD IQD JOD KWD LYD RSD TND"},
    Spelling{"dinar algerien", "DZD"},
    Spelling{"dinar tunisien", "TND"},
    Spelling{"dinars", "BHD DZD IQD JOD KWD LYD RSD TND"},
    Spelling{"dinars algeriens", "DZD"},
    Spelling{"dinars tunisiens", "TND"},
    Spelling{"dirham", "AED MAD"},
    Spelling{"dirham marocain", "MAD"},
    Spelling{"dirhams", "AED MAD"},
    Spelling{"dirhams marocains", "MAD"},
    Spelling{"dm", "DEM"},
    Spelling{"dollar", "AUD CAD HKD NZD SGD TWD USD"},
    Spelling{"dollar americain", "USD"},
    Spelling{"dollar canadien", "CAD"},
    Spelling{"dollar us", "USD"},
    Spelling{"dollars", "AUD CAD HKD NZD SGD TWD USD"},
    Spelling{"dollars americains", "USD"},
    Spelling{"dollars canadiens", "CAD"},
    Spelling{"dollars us", "USD"},
    Spelling{"dt", "TND"},
    Spelling{"euro", "EUR"},
    Spelling{"euros", "EUR"},
    Spelling{"f", "CHF FRF XAF XOF XPF"},
    Spelling{"f cfa", "XAF XOF"},
    Spelling{"fcfa", "XAF XOF"},
    Spelling{"fcfp", "XPF"},
    Spelling{"ff", "FRF"},
    Spelling{"forint", "HUF"},
    Spelling{"forints", "HUF"},
    Spelling{"fr", "CHF FRF XAF XOF"},
    Spelling{"fr.", "CHF"},
    Spelling{"franc", "CHF FRF XAF XOF XPF"},
    Spelling{"franc cfa", "XAF XOF"},
    Spelling{"franc cfp", "XPF"},
    Spelling{"franc francais", "FRF"},
    Spelling{"franc pacifique", "XPF"},
    Spelling{"franc suisse", "CHF"},
    Spelling{"francs", "CHF FRF XAF XOF XPF"},
    Spelling{"francs cfa", "XAF XOF"},
    Spelling{"francs cfp", "XPF"},
    Spelling{"francs francais", "FRF"},
    Spelling{"francs suisses", "CHF"},
    Spelling{"ft", "HUF"},
    Spelling{"hk$", "HKD"},
    Spelling{"jp¥", "JPY"},
    Spelling{"kc", "CZK"},
    Spelling{"kr", "DKK EEK ISK NOK SEK"},
    Spelling{"kr.", "DKK EEK ISK NOK SEK"},
    Spelling{"krona", "ISK SEK"},
    Spelling{"krone", "DKK NOK"},
    Spelling{"kroner", "DKK NOK"},
    Spelling{"kronor", "SEK"},
    Spelling{"lei", "MDL RON"},
    Spelling{"leu", "MDL RON"},
    Spelling{"livre", "EGP GBP LBP SYP"},
    Spelling{"livre sterling", "GBP"},
    Spelling{"livres", "EGP GBP LBP SYP"},
    Spelling{"livres sterling", "GBP"},
    Spelling{"mx$", "MXN"},
    Spelling{"nt$", "TWD"},
    Spelling{"nz$", "NZD"},
    Spelling{"peso", "ARS CLP COP CUP DOP MXN PHP UYU"},
    Spelling{"pesos", "ARS CLP COP CUP DOP MXN PHP UYU"},
    Spelling{"pound", "EGP GBP LBP SYP"},
    Spelling{"pound sterling", "GBP"},
    Spelling{"pounds", "EGP GBP LBP SYP"},
    Spelling{"pounds sterling", "GBP"},
    Spelling{"r$", "BRL"},
    Spelling{"rand", "ZAR"},
    Spelling{"real", "BRL"},
    Spelling{"renminbi", "CNY"},
    Spelling{"rmb", "CNY"},
    Spelling{"roupie", "IDR INR LKR MUR NPR PKR SCR"},
    Spelling{"roupies", "IDR INR LKR MUR NPR PKR SCR"},
    Spelling{"rs", "INR LKR MUR NPR PKR SCR"},
    Spelling{"rupee", "INR LKR MUR NPR PKR SCR"},
    Spelling{"rupees", "INR LKR MUR NPR PKR SCR"},
    Spelling{"s$", "SGD"},
    Spelling{"sfr", "CHF"},
    Spelling{"sfr.", "CHF"},
    Spelling{"sterling", "GBP"},
    Spelling{"swiss franc", "CHF"},
    Spelling{"swiss francs", "CHF"},
    Spelling{"u.s. dollar", "USD"},
    Spelling{"u.s. dollars", "USD"},
    Spelling{"us dollar", "USD"},
    Spelling{"us dollars", "USD"},
    Spelling{"us$", "USD"},
    Spelling{"won", "KPW KRW"},
    Spelling{"yen", "JPY"},
    Spelling{"yens", "JPY"},
    Spelling{"yuan", "CNY"},
    Spelling{"yuans", "CNY"},
    Spelling{"zl", "PLN"},
    Spelling{"zloty", "PLN"},
    Spelling{"zlotys", "PLN"},
    Spelling{"£", "GBP"},
    Spelling{"¥", "CNY JPY"},
    Spelling{"лв", "BGN"},
    Spelling{"лв.", "BGN"},
    Spelling{"₡", "CRC"},
    Spelling{"₣", "FRF"},
    Spelling{"₦", "NGN"},
    Spelling{"₩", "KPW KRW"},
    Spelling{"₪", "ILS"},
    Spelling{"₫", "VND"},
    Spelling{"€", "EUR"},
    Spelling{"₭", "LAK"},
    Spelling{"₮", "MNT"},
    Spelling{"₱", "CUP PHP"},
    Spelling{"₲", "PYG"},
    Spelling{"₴", "UAH"},
    Spelling{"₵", "GHS"},
    Spelling{"₸", "KZT"},
    Spelling{"₹", "INR"},
    Spelling{"₺", "TRY"},
    Spelling{"₼", "AZN"},
    Spelling{"₽", "RUB"},
    Spelling{"₾", "GEL"},
    Spelling{"元", "CNY"},
    Spelling{"円", "JPY"},
    Spelling{"฿", "THB"},
    Spelling{"￥", "CNY JPY"},
};

constexpr std::size_t spelling_length_max = 64;  // the longest spelling has 22 bytes; longer text is not searched

std::string_view codes_of(std::string_view folded) {
    const auto* found = std::find_if(spellings.begin(), spellings.end(), [&](const Spelling& row) { return row.text == folded; });
    return found == spellings.end() ? std::string_view{} : found->codes;
}

std::optional<Currency> by_code(std::string_view folded) {
    if (folded.size() != 3) {
        return std::nullopt;
    }
    std::string code;
    for (const char letter : folded) {
        code += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return find_currency(code);
}

}  // namespace

Result<Currency> parse_currency(std::string_view text) {
    if (const std::optional<Currency> currency = find_currency(text)) {
        return *currency;  // the plain code, what the service sends nearly always
    }
    if (trim(text).empty()) {
        return fail(ErrorCode::bad_input, messages::no_currency_given);
    }
    if (text.size() > spelling_length_max) {
        return fail(ErrorCode::bad_input, messages::not_currency_iso_4217_knows(sanitise(text, spelling_length_max)));
    }
    const std::string folded = fold(text);
    if (const std::optional<Currency> currency = by_code(folded)) {
        return *currency;
    }
    const std::string_view codes = codes_of(folded);
    if (codes.empty()) {
        return fail(ErrorCode::bad_input, messages::not_currency_iso_4217_knows(sanitise(text)));
    }
    if (codes.size() > 3) {
        return fail(ErrorCode::bad_input, messages::could_any(sanitise(text), codes));
    }
    return find_currency(codes).value();
}

bool may_mean(std::string_view sign, Currency currency) {
    if (sign.size() > spelling_length_max) {
        return false;
    }
    const std::string folded = fold(sign);
    if (const std::optional<Currency> named = by_code(folded)) {
        return *named == currency;
    }
    // Beside a known currency a bare pound sign may be any state's pound.
    if (folded == "£") {
        constexpr std::string_view pounds = "EGP FKP GBP GIP LBP SDG SHP SSP SYP CYP IEP MTL";
        return pounds.find(currency.code()) != std::string_view::npos;
    }
    return codes_of(folded).find(currency.code()) != std::string_view::npos;
}

}  // namespace moisson::normalize

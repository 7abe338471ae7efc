/// Words of headings and of total rows.
#include "usage/headings.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "base/text.hpp"

namespace moisson::usage {

namespace {

bool has_any(const std::string& folded, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool tells_discount(const std::string& folded) {
    return has_any(folded, {"discount", "remis", "rabais", "reduc", "r\xC3\xA9"
                                                                    "duc",
                            "net", "after", "apr\xC3\xA8s"});
}

bool is_letter(char letter) { return (lower(letter) >= 'a' && lower(letter) <= 'z') || static_cast<unsigned char>(letter) >= 0x80; }

}  // namespace

std::string fold_heading(std::string_view text) {
    std::string folded;
    for (const char letter : text) {
        if (letter != ' ' && letter != '\t' && letter != '_' && letter != '-' && letter != '.') {
            folded += lower(letter);
        }
    }
    return folded;
}

bool names_quantity(std::string_view heading) {
    return has_any(fold_heading(heading), {"quantit", "qty", "qt\xC3\xA9", "volume", "usage", "consum", "consom"});
}

bool names_amount(std::string_view heading) {
    const std::string folded = fold_heading(heading);
    return has_any(folded, {"amount", "montant", "total", "cost", "co\xC3\xBBt", "price", "prix"}) && !tells_discount(folded);
}

bool names_discounted(std::string_view heading) {
    const std::string folded = fold_heading(heading);
    return tells_discount(folded) || has_any(folded, {"total", "billed", "factur", "payer", "topay"});
}

bool begins_with_total(std::string_view text) {
    static constexpr std::string_view words[] = {"total",        "totaux",    "sous-total",    "sous total",    "subtotal", "sub-total",
                                                 "grand total",  "somme",     "sum",           "montant total", "cumul",    "gesamt",
                                                 "total amount", "overall",   "monthly total", "invoice total"};
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const std::string folded = lower(text);
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
        return folded.starts_with(word) && (folded.size() == word.size() || !is_letter(folded[word.size()]));
    });
}

}  // namespace moisson::usage

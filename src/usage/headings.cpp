/// Words of headings.
#include "usage/headings.hpp"

#include <algorithm>
#include <initializer_list>

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

}  // namespace

std::string fold_heading(std::string_view text) {
    std::string folded;
    for (const char letter : text) {
        if (letter >= 'A' && letter <= 'Z') {
            folded += static_cast<char>(letter - 'A' + 'a');
        } else if (letter != ' ' && letter != '\t' && letter != '_' && letter != '-' && letter != '.') {
            folded += letter;
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

}  // namespace moisson::usage

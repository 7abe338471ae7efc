#include "invoice/page_labels.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "invoice/page_amounts.hpp"

namespace moisson::invoice {

namespace {

/// A label or an amount, where it stands on its line.
struct Mark {
    std::size_t cell = 0;
    std::size_t at = 0;
    std::size_t bytes = 0;
    std::optional<Role> role;  ///< none: an amount
    std::int64_t minor = 0;
};

bool is_word_byte(char letter) noexcept { return is_letter_or_digit(letter) || static_cast<unsigned char>(letter) >= 0x80; }

/// Labels inside a text, as whole words. Of two that overlap the longer one is meant: "net a payer" is no "total net".
std::vector<Mark> labels_in(std::string_view text, const std::vector<Label>& labels) {
    std::vector<Mark> found;
    for (const Label& label : labels) {
        for (std::size_t at = text.find(label.text); at != std::string_view::npos; at = text.find(label.text, at + 1)) {
            const std::size_t end = at + label.text.size();
            const bool begins = at == 0 || !is_word_byte(text[at - 1]) || !is_word_byte(label.text.front());
            const bool ends = end == text.size() || !is_word_byte(text[end]) || !is_word_byte(label.text.back());
            if (begins && ends) {
                found.push_back({0, at, label.text.size(), label.role, 0});
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Mark& one, const Mark& other) { return one.bytes > other.bytes; });
    std::vector<Mark> kept;
    for (const Mark& mark : found) {
        const bool is_covered = std::any_of(kept.begin(), kept.end(), [&](const Mark& longer) {
            return mark.at < longer.at + longer.bytes && longer.at < mark.at + mark.bytes;
        });
        if (!is_covered) {
            kept.push_back(mark);
        }
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Mark& one, const Mark& other) { return one.at < other.at; });
    const bool is_none = std::any_of(kept.begin(), kept.end(), [](const Mark& mark) { return mark.role == Role::never; });
    if (is_none) {
        // "Sous-total HT": the whole cell says nothing of a total.
        kept.erase(kept.begin() + 1, kept.end());
        kept.front().role = Role::never;
    }
    return kept;
}

class Labeller {
public:
    Labeller(const std::vector<PageLine>& lines, const Profile& profile, Currency currency)
        : lines_(lines), profile_(profile), currency_(currency), amounts_(lines.size()) {}

    LabelledPage label() {
        std::size_t left = labelled_amounts_max;
        for (std::size_t line = 0; line < lines_.size(); ++line) {
            amounts_[line] = amounts_of(lines_[line]);
            if (amounts_[line].size() > left) {
                return {};  // no invoice: nothing is said of it
            }
            left -= amounts_[line].size();
            for (const Mark& mark : amounts_[line]) {
                page_.stated.insert(mark.minor);
            }
        }
        for (std::size_t line = 0; line < lines_.size(); ++line) {
            if (!amounts_[line].empty()) {
                label_line(line);
            }
        }
        give_bases();
        return std::move(page_);
    }

private:
    [[nodiscard]] std::vector<Mark> amounts_of(const PageLine& line) const {
        std::vector<Mark> marks;
        for (std::size_t cell = 0; cell < line.cells.size(); ++cell) {
            if (cell > 0 && line.cells[cell - 1].folded == "-") {
                continue;  // a minus that stands apart, or a dash: nobody can say
            }
            for (const TextAmount& amount : amounts_in(line.cells[cell].folded, currency_)) {
                marks.push_back({cell, amount.at, amount.end - amount.at, std::nullopt, amount.minor});
            }
        }
        return marks;
    }

    /// Labels and amounts of a line, from left to right.
    [[nodiscard]] std::vector<Mark> marks_of(std::size_t at) const {
        std::vector<Mark> marks = amounts_[at];
        const PageLine& line = lines_[at];
        for (std::size_t cell = 0; cell < line.cells.size(); ++cell) {
            for (Mark mark : labels_in(line.cells[cell].folded, profile_.labels)) {
                mark.cell = cell;
                marks.push_back(mark);
            }
        }
        std::stable_sort(marks.begin(), marks.end(), [](const Mark& one, const Mark& other) {
            return one.cell != other.cell ? one.cell < other.cell : one.at < other.at;
        });
        return marks;
    }

    void label_line(std::size_t at) {
        const std::vector<Mark> marks = marks_of(at);
        std::optional<Role> role;
        bool has_vat = false;
        for (std::size_t index = 0; index < marks.size(); ++index) {
            const Mark& mark = marks[index];
            if (mark.role) {
                role = mark.role;
                has_vat = has_vat || mark.role == Role::vat;
                continue;
            }
            const bool shares = (index > 0 && !marks[index - 1].role) || (index + 1 < marks.size() && !marks[index + 1].role);
            bool is_alone = !shares;
            std::optional<Role> meant = role;
            if (!meant) {
                meant = role_above(at, mark.cell);
                is_alone = !has_amount_below(at, mark.cell);
                has_vat = has_vat || meant == Role::vat;
            }
            if (meant && *meant != Role::never) {
                page_.amounts.push_back({*meant, mark.minor, is_alone});
            }
        }
        if (has_vat) {
            take_rate(at);
        } else if (role == Role::net && amounts_[at].size() == 1) {
            if (const auto rate = rate_of(at)) {
                bases_.push_back({*rate, amounts_[at].front().minor, 0});
            }
        }
    }

    /// The last label of the cell above, where it holds no amount itself.
    [[nodiscard]] std::optional<Role> role_above(std::size_t line, std::size_t cell) const {
        const auto above = cell_above(lines_, {line, cell});
        if (!above || has_amount(*above)) {
            return std::nullopt;
        }
        const std::vector<Mark> labels = labels_in(lines_[above->first].cells[above->second].folded, profile_.labels);
        const bool is_clear = !labels.empty() && std::all_of(labels.begin(), labels.end(),
                                                             [&](const Mark& label) { return label.role == labels.front().role; });
        return is_clear ? labels.front().role : std::nullopt;
    }

    [[nodiscard]] bool has_amount(CellPlace place) const {
        const std::vector<Mark>& marks = amounts_[place.first];
        return std::any_of(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.cell == place.second; });
    }

    [[nodiscard]] bool has_amount_below(std::size_t line, std::size_t cell) const {
        const auto below = cell_below(lines_, {line, cell});
        return below && has_amount(*below);
    }

    /// The one percentage of a line.
    [[nodiscard]] std::optional<BigDecimal> rate_of(std::size_t at) const {
        std::vector<TextRate> rates;
        for (const PageCell& cell : lines_[at].cells) {
            for (const TextRate& rate : rates_in(cell.folded)) {
                rates.push_back(rate);
            }
        }
        return rates.size() == 1 ? std::optional(rates.front().percent) : std::nullopt;
    }

    /// "Base HT 20 %" stands on a line of its own.
    void give_bases() {
        for (RateLine& line : page_.rates) {
            const auto base = std::find_if(bases_.begin(), bases_.end(), [&](const RateLine& one) {
                return one.rate == line.rate && fits(line.rate, *one.base, line.vat);
            });
            if (!line.base && base != bases_.end()) {
                line.base = base->base;
            }
        }
    }

    void take_rate(std::size_t at) {
        const auto rate = rate_of(at);
        if (!rate) {
            return;
        }
        const std::vector<Mark>& amounts = amounts_[at];
        RateLine found{*rate, std::nullopt, amounts.back().minor};
        int pairs = 0;
        for (const Mark& base : amounts) {
            for (const Mark& vat : amounts) {
                if (&base != &vat && fits(found.rate, base.minor, vat.minor)) {
                    ++pairs;
                    found.base = base.minor;
                    found.vat = vat.minor;
                }
            }
        }
        if (pairs > 1 || (pairs == 0 && amounts.size() != 1)) {
            return;
        }
        if (std::find(page_.rates.begin(), page_.rates.end(), found) == page_.rates.end()) {
            page_.rates.push_back(found);
        }
    }

    /// base × rate = tax, within one minor unit.
    [[nodiscard]] static bool fits(const BigDecimal& rate, std::int64_t base, std::int64_t vat) {
        if (base == 0 || rate.scale > 6) {
            return false;
        }
        Int128 unit = 100;
        for (int digit = 0; digit < rate.scale; ++digit) {
            unit *= 10;
        }
        const Int128 difference = Int128{base} * rate.value - Int128{vat} * unit;
        return difference <= unit && difference >= -unit;
    }

    const std::vector<PageLine>& lines_;
    const Profile& profile_;
    const Currency currency_;
    std::vector<std::vector<Mark>> amounts_;  // by line
    std::vector<RateLine> bases_;
    LabelledPage page_;
};

}  // namespace

LabelledPage label_amounts(const std::vector<PageLine>& lines, const Profile& profile, Currency currency) {
    return Labeller(lines, profile, currency).label();
}

}  // namespace moisson::invoice

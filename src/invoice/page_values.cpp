#include "invoice/page_values.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "invoice/confirm.hpp"
#include "invoice/iban.hpp"
#include "invoice/page_lines.hpp"
#include "invoice/page_messages.hpp"
#include "invoice/page_text.hpp"

namespace moisson::invoice {

namespace {

/// The longest reference that is taken.
constexpr std::size_t reference_bytes_max = 64;
/// An IBAN stands in groups; what follows it on the line may look like one more. So many are tried.
constexpr std::size_t iban_groups_max = 10;

/// One document's text, and what is asked of it more than once.
struct PageDocument {
    std::vector<PageLine> lines;
    std::string folded;                 ///< all of it, one line a line
    std::vector<std::string> readings;  ///< where a value may stand behind its name: each line, and each cell behind the one above
};

std::string line_text(const PageLine& line, std::string PageCell::*form) {
    std::string text;
    for (const PageCell& cell : line.cells) {
        text += (text.empty() ? "" : " ") + cell.*form;
    }
    return text;
}

PageDocument page_document(std::vector<PageLine> lines) {
    PageDocument document{std::move(lines), {}, {}};
    for (std::size_t at = 0; at < document.lines.size(); ++at) {
        const PageLine& line = document.lines[at];
        document.folded += line_text(line, &PageCell::folded) + '\n';
        document.readings.push_back(line_text(line, &PageCell::text));
        for (std::size_t cell = 0; cell < line.cells.size(); ++cell) {
            if (const auto above = cell_above(document.lines, {at, cell})) {
                document.readings.push_back(document.lines[above->first].cells[above->second].text + " " + line.cells[cell].text);
            }
        }
    }
    return document;
}

bool suits(const Profile& profile, const PageDocument& document) {
    const auto stands = [&](const std::string& text) { return document.folded.find(text) != std::string::npos; };
    const auto found = [&](const TextPattern& pattern) {
        return std::any_of(document.readings.begin(), document.readings.end(),
                           [&](const std::string& line) { return pattern.finds(line); });
    };
    return std::all_of(profile.match_all.begin(), profile.match_all.end(), stands) &&
           (profile.match_any.empty() || std::any_of(profile.match_any.begin(), profile.match_any.end(), stands)) &&
           std::all_of(profile.match_patterns.begin(), profile.match_patterns.end(), found);
}

/// The size of the largest letters of a cell that one of the patterns finds something in; 0: of none.
double size_of_title(const PageDocument& document, const std::vector<TextPattern>& patterns) {
    double size = 0;
    for (const PageLine& line : document.lines) {
        for (const PageCell& cell : line.cells) {
            const bool is_found = line.size > size && std::any_of(patterns.begin(), patterns.end(),
                                                                  [&](const auto& pattern) { return pattern.finds(cell.text); });
            size = is_found ? line.size : size;
        }
    }
    return size;
}

InvoiceKind page_kind(const PageDocument& document, const Profile& profile) {
    const double invoice = size_of_title(document, profile.invoice);
    const double credit_note = size_of_title(document, profile.credit_note);
    return invoice == credit_note ? InvoiceKind::unknown : invoice > credit_note ? InvoiceKind::invoice : InvoiceKind::credit_note;
}

/// What one profile makes of the document.
class ProfileReading {
public:
    ProfileReading(const PageDocument& document, const Profile& profile) : document_(document), profile_(profile) {}

    PageReading read(const std::optional<Money>& expected) {
        reading_.values.kind = page_kind(document_, profile_);
        take_texts();
        take_dates();
        take_iban();
        if (expected) {
            take_amounts(*expected);
        }
        if (taken_ == 0) {
            reading_.values = InvoiceValues{};
        } else {
            reading_.values.from = ValuesFrom::text;
            reading_.values.profile = profile_.name;
        }
        return std::move(reading_);
    }

    [[nodiscard]] int taken() const noexcept { return taken_; }

private:
    void each_match(PatternValue value, const std::function<void(std::string_view)>& take) const {
        for (const TextPattern& pattern : profile_.patterns.at(static_cast<std::size_t>(value))) {
            for (const std::string& line : document_.readings) {
                pattern.each(line, take);
            }
        }
    }

    void observe(Message message) { reading_.observations.push_back({"invoice-value-ambiguous", std::move(message)}); }

    /// One value that stands there is taken, two are none. `seen`: the value by how it was written.
    template <class Value>
    std::optional<Value> only(const std::vector<std::pair<std::string, Value>>& seen, const Message& name) {
        if (seen.empty()) {
            return std::nullopt;
        }
        const auto other = std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.second != seen.front().second; });
        if (other != seen.end()) {
            observe(messages::stands_as_two(name, sanitise(seen.front().first, 64), sanitise(other->first, 64)));
            return std::nullopt;
        }
        ++taken_;
        return seen.front().second;
    }

    void take_texts() {
        struct Reference {
            PatternValue value;
            std::string InvoiceValues::*into;
            Message name;
        };
        const std::array<Reference, 4> references{
            {{PatternValue::number, &InvoiceValues::number, messages::invoice_number},
             {PatternValue::order, &InvoiceValues::order_reference, messages::order_reference},
             {PatternValue::contract, &InvoiceValues::contract_reference, messages::contract_reference},
             {PatternValue::credited, &InvoiceValues::credited_invoice, messages::credited_invoice}}};
        for (const Reference& reference : references) {
            std::vector<std::pair<std::string, std::string>> seen;
            each_match(reference.value, [&](std::string_view found) {
                const std::string text(trim(found));
                // A reference has a digit; without one it is the heading of the next column.
                if (text.size() <= reference_bytes_max && std::any_of(text.begin(), text.end(), is_digit) &&
                    text.find("\xef\xbf\xbd") == std::string::npos) {
                    seen.emplace_back(text, text);
                }
            });
            reading_.values.*reference.into = only(seen, reference.name).value_or("");
        }
    }

    void take_dates() {
        struct Date {
            PatternValue value;
            std::optional<std::chrono::year_month_day> InvoiceValues::*into;
            Message name;
        };
        const std::array<Date, 2> dates{{{PatternValue::issue_date, &InvoiceValues::issue_date, messages::issue_date},
                                         {PatternValue::due_date, &InvoiceValues::due_date, messages::due_date}}};
        for (const Date& date : dates) {
            std::vector<std::pair<std::string, std::chrono::year_month_day>> seen;
            std::string unclear;
            each_match(date.value, [&](std::string_view found) {
                bool is_ambiguous = false;
                const auto day = read_date(fold(found), profile_.date_forms, profile_.months, is_ambiguous);
                if (day) {
                    seen.emplace_back(std::string(found), *day);
                }
                unclear = is_ambiguous ? std::string(found) : unclear;
            });
            if (!unclear.empty()) {
                observe(messages::read_as_two_days(date.name, sanitise(unclear, 64)));
                continue;
            }
            reading_.values.*date.into = only(seen, date.name);
        }
    }

    void take_iban() {
        std::vector<std::pair<std::string, std::string>> seen;
        each_match(PatternValue::iban, [&](std::string_view found) {
            std::string_view head = found;
            for (std::size_t group = 0; group < iban_groups_max && !head.empty(); ++group) {
                if (std::string iban = right_iban(head); !iban.empty()) {
                    seen.emplace_back(iban, iban);
                    return;
                }
                const std::size_t blank = head.rfind(' ');
                head = head.substr(0, blank == std::string_view::npos ? 0 : blank);
            }
        });
        reading_.values.iban = only(seen, messages::iban).value_or("");
    }

    void take_amounts(const Money& expected) {
        const Confirmation confirmed = confirm(document_.lines, profile_, expected, reading_.values.kind == InvoiceKind::credit_note);
        reading_.amount_is = confirmed.amount_is;
        if (confirmed.is_ambiguous) {
            observe(messages::several_sums(expected));
        }
        if (!confirmed.sum) {
            return;
        }
        ++taken_;
        InvoiceValues& values = reading_.values;
        values.currency = expected.currency;
        values.net = Money{confirmed.sum->net, expected.currency};
        values.vat = Money{confirmed.sum->vat, expected.currency};
        values.gross = Money{confirmed.sum->gross, expected.currency};
        values.vat_lines = confirmed.vat_lines;
    }

    const PageDocument& document_;
    const Profile& profile_;
    PageReading reading_;
    int taken_ = 0;
};

bool is_definite(AmountIs amount_is) { return amount_is != AmountIs::unknown && amount_is != AmountIs::neither; }

/// How much a reading proves: amounts before an answer, an answer before other values.
int weight_of(const PageReading& reading, int taken) {
    return (reading.values.gross ? 1000 : 0) + (is_definite(reading.amount_is) ? 500 : 0) +
           (reading.amount_is == AmountIs::neither ? 100 : 0) + taken;
}

/// Nothing of the amounts is taken where profiles say different things of them.
void forget_amounts(PageReading& reading, const Money& expected) {
    reading.amount_is = AmountIs::unknown;
    reading.values.currency.reset();
    reading.values.net.reset();
    reading.values.vat.reset();
    reading.values.gross.reset();
    reading.values.vat_lines.clear();
    const InvoiceValues& left = reading.values;
    if (left.number.empty() && left.order_reference.empty() && left.contract_reference.empty() && left.credited_invoice.empty() &&
        left.iban.empty() && !left.issue_date && !left.due_date) {
        reading.values = InvoiceValues{};
    }
    reading.observations.push_back({"invoice-value-ambiguous", messages::profiles_disagree(expected)});
}

}  // namespace

Result<PageReading> read_pages(QPDF& pdf, const std::optional<Money>& expected, std::span<const Profile> profiles) {
    auto runs = read_page_text(pdf);
    if (!runs) {
        return fail(std::move(runs.error()));
    }
    const PageDocument document = page_document(lines_of(std::move(*runs)));
    PageReading best;
    int best_weight = -1;
    // What they say of the amount: by a sum that proves it, and by a label alone, which counts for nothing beside one.
    std::set<AmountIs> proved;
    std::set<AmountIs> labelled;
    for (const Profile& profile : profiles) {
        if (!suits(profile, document)) {
            continue;
        }
        ProfileReading asked(document, profile);
        PageReading reading = asked.read(expected);
        if (is_definite(reading.amount_is)) {
            (reading.values.gross ? proved : labelled).insert(reading.amount_is);
        }
        if (const int weight = weight_of(reading, asked.taken()); weight > best_weight) {
            best_weight = weight;
            best = std::move(reading);
        }
    }
    const bool is_contradicted = proved.size() > 1 || (proved.empty() && labelled.size() > 1);
    if (is_contradicted) {
        forget_amounts(best, *expected);
    }
    return best;
}

}  // namespace moisson::invoice

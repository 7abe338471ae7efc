/// See erp_check.hpp.

#include "bundle/erp_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "base/text.hpp"

namespace moisson::bundle {

namespace {

/// Numbers of one entry that are looked at: an entry has some lines of some columns.
constexpr std::size_t numbers_max = 256;
/// As many others of the currency show their amount before one that does not is odd.
constexpr std::size_t others_min = 2;

bool is_id_letter(char letter) {
    return is_digit(letter) || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || letter == '-' || letter == '_' ||
           letter == '.';
}

/// The line without blanks that group thousands.
std::string ungrouped(std::string_view line) {
    std::string out;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const std::string_view rest = line.substr(at);
        std::size_t length = rest.starts_with(' ') || rest.starts_with('\'') ? 1 : 0;
        length = rest.starts_with("\u00a0") ? 2 : rest.starts_with("\u202f") ? 3 : length;
        const std::string_view behind = rest.substr(std::min(length, rest.size()), 3);
        if (length > 0 && !out.empty() && is_digit(out.back()) && behind.size() == 3 &&
            std::all_of(behind.begin(), behind.end(), is_digit)) {
            at += length - 1;
        } else {
            out += line[at];
        }
    }
    return out;
}

void insert(std::vector<std::uint64_t>& numbers, std::uint64_t number) {
    const auto place = std::lower_bound(numbers.begin(), numbers.end(), number);
    if (place == numbers.end() || *place != number) {
        numbers.insert(place, number);
    }
}

/// A number with so many decimals, whatever groups its digits.
void add_number(std::string_view text, int places, std::vector<std::uint64_t>& numbers) {
    std::string run(text);
    const std::size_t mark = run.find_last_of(".,");
    const std::size_t decimals = mark == std::string::npos ? 0 : run.size() - mark - 1;
    if (decimals == static_cast<std::size_t>(places)) {
        std::erase_if(run, [](char letter) { return !is_digit(letter); });
        std::uint64_t value = 0;
        if (std::from_chars(run.data(), run.data() + run.size(), value).ec == std::errc{}) {
            insert(numbers, value);
        }
    }
}

/// Adds every number with so many digits behind its mark, in minor units.
void add_numbers(std::string_view line, int places, std::vector<std::uint64_t>& numbers) {
    for (std::size_t at = 0; at < line.size() && numbers.size() < numbers_max;) {
        if (!is_digit(line[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < line.size() && (is_digit(line[end]) || line[end] == '.' || line[end] == ',')) {
            ++end;
        }
        std::string run(line.substr(at, end - at));
        at = end;
        while (!is_digit(run.back())) {
            run.pop_back();
        }
        add_number(run, places, numbers);
        // A comma may stand between two fields as well: "216.97,0.00" is two amounts.
        std::string_view rest = run;
        for (std::size_t comma = rest.find(','); comma != std::string_view::npos && numbers.size() < numbers_max; comma = rest.find(',')) {
            add_number(rest.substr(0, comma), places, numbers);
            rest.remove_prefix(comma + 1);
        }
        add_number(rest, places, numbers);
    }
}

/// One number, or up to so many that add up: net and tax, net by rate. Of more than two none twice: thirds of an amount are soon found.
/// `numbers` sorted.
bool holds(std::span<const std::uint64_t> numbers, std::uint64_t amount, int terms) {
    if (std::binary_search(numbers.begin(), numbers.end(), amount)) {
        return true;
    }
    for (std::size_t at = 0; terms > 1 && at < numbers.size() && numbers[at] < amount; ++at) {
        if (numbers[at] > 0 && holds(numbers.subspan(terms > 2 ? at + 1 : at), amount - numbers[at], terms - 1)) {
            return true;
        }
    }
    return false;
}

std::uint64_t size_of(const Money& money) {
    const auto minor = static_cast<std::uint64_t>(money.amount_minor);
    return money.amount_minor < 0 ? 0 - minor : minor;
}

/// In two numbers; in more where the entry is short, as one with several VAT rates is.
bool shows(const std::vector<std::uint64_t>& numbers, const BookedDocument& document) {
    constexpr std::size_t numbers_of_rates_max = 16;
    constexpr int rates_max = 5;
    const int terms = numbers.size() <= numbers_of_rates_max ? rates_max : 2;
    return holds(numbers, size_of(document.amount), terms) || (document.gross && holds(numbers, size_of(*document.gross), terms));
}

}  // namespace

ErpCheck::ErpCheck(const Booked& booked)
    : booked_(booked), current_(booked.end()), numbers_left_(limits::erp_numbers + limits::erp_numbers_per_document * booked.size()) {
    for (auto at = booked.begin(); at != booked.end(); ++at) {
        if (!at->second.number.empty()) {
            const auto [known, is_new] = keys_.emplace(at->second.number, at);
            known->second = is_new ? at : booked.end();
        }
    }
    std::erase_if(keys_, [&](const auto& key) { return key.second == booked.end(); });
    for (auto at = booked.begin(); at != booked.end(); ++at) {
        keys_.insert_or_assign(at->first, at);
    }
}

void ErpCheck::feed(std::string_view bytes) {
    while (!bytes.empty() && !is_odd_) {
        const std::size_t end = bytes.find('\n');
        if (waiting_.size() + std::min(end, bytes.size()) > limits::erp_line_bytes) {
            is_odd_ = true;
            return;
        }
        if (end == std::string_view::npos) {
            waiting_ += bytes;
            return;
        }
        if (waiting_.empty()) {
            take_line(bytes.substr(0, end));
        } else {
            waiting_ += bytes.substr(0, end);
            take_line(waiting_);
            waiting_.clear();
        }
        bytes.remove_prefix(end + 1);
    }
}

/// Numbers of invoices have slashes as well; in keys of postings these stand between ids.
void ErpCheck::find_documents(std::string_view line, bool with_slashes) {
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at;
        while (end < line.size() && (is_id_letter(line[end]) || (with_slashes && line[end] == '/'))) {
            ++end;
        }
        if (const auto found = keys_.find(line.substr(at, end - at)); found != keys_.end()) {
            current_ = found->second;
        }
        at = end + 1;
    }
}

void ErpCheck::take_line(std::string_view line) {
    find_documents(line, true);
    find_documents(line, false);
    if (line.empty() || line == "\r") {
        current_ = booked_.end();
    } else if (current_ != booked_.end()) {
        std::vector<std::uint64_t>& own = numbers_[current_->first];
        const std::size_t before = own.size();
        add_numbers(line, current_->second.amount.currency.minor_digits(), own);
        add_numbers(ungrouped(line), current_->second.amount.currency.minor_digits(), own);
        is_odd_ = own.size() - before > numbers_left_;
        numbers_left_ -= std::min(numbers_left_, own.size() - before);
    }
}

void ErpCheck::finish(std::string_view name, Problems& problems) {
    if (!waiting_.empty()) {
        take_line(waiting_);
    }
    if (is_odd_) {
        return;
    }
    struct Shown {
        std::size_t with_amount = 0;
        std::vector<std::string_view> without;
    };
    std::map<Currency, Shown> by_currency;
    for (const auto& [id, own] : numbers_) {
        const BookedDocument& document = booked_.find(id)->second;
        Shown& shown = by_currency[document.amount.currency];
        if (shows(own, document)) {
            ++shown.with_amount;
        } else {
            shown.without.push_back(id);
        }
    }
    for (const auto& [currency, shown] : by_currency) {
        if (shown.without.size() == 1 && shown.with_amount >= others_min) {
            problems.add(fmt::format("{}: it does not post the document {} with the ledger's amount {} {}", name,
                                     sanitise(shown.without.front(), 80), to_decimal(booked_.find(shown.without.front())->second.amount),
                                     currency.code()));
        }
    }
}

}  // namespace moisson::bundle

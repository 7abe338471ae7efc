/// See addendum_check.hpp.

#include "bundle/addendum_check.hpp"

#include <fmt/format.h>

#include <optional>

namespace moisson::bundle {

namespace {

using rapidjson::Value;
using Row = CsvReader::Row;

/// "it counted 12.00 EUR, and version 2 counts …": the amount, no amount for "nothing". Empty when the sentence says no such thing.
std::optional<std::optional<Money>> counted_before(std::string_view sentence) {
    constexpr std::string_view before = "it counted ";
    const std::size_t at = sentence.find(before);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = sentence.substr(at + before.size());
    const std::string_view words = rest.substr(0, rest.find(", and version"));
    if (words == "nothing") {
        return std::optional<Money>();
    }
    const std::size_t blank = words.find(' ');
    const auto unit = blank == std::string_view::npos ? std::nullopt : find_currency(words.substr(blank + 1));
    const auto money = unit ? parse_exact(words.substr(0, blank), *unit) : std::nullopt;
    return money ? std::optional(std::optional(*money)) : std::nullopt;
}

}  // namespace

AddendumSentences::AddendumSentences(const Value& summary) {
    constexpr std::string_view open = "(addendum-";
    constexpr std::string_view middle = ", booked in ";
    constexpr std::size_t mark_bytes_max = 100;  // a file name and a month
    for (const Value& finding : items_member(summary, "findings").GetArray()) {
        const std::string_view sentence = view_member(finding, "message");
        for (std::size_t at = sentence.find(open); at != std::string_view::npos; at = sentence.find(open, at + 1)) {
            std::string_view inner = sentence.substr(at + 1, mark_bytes_max);
            inner = inner.substr(0, inner.find(')'));
            const std::size_t comma = inner.find(middle);
            if (comma != std::string_view::npos) {
                by_mark_[{inner.substr(0, comma), inner.substr(comma + middle.size())}]
                        [{view_member(finding, "contract_id"), view_member(finding, "document_id")}] = sentence;
            }
        }
    }
}

const AddendumSentences::OfFile& AddendumSentences::of(std::string_view file, std::string_view booking_period) const {
    static const OfFile none;
    const auto found = by_mark_.find({file, booking_period});
    return found == by_mark_.end() ? none : found->second;
}

AddendumCheck::AddendumCheck(Addendum addendum, const AddendumSentences& sentences, const std::vector<DataFile>& files,
                             std::vector<bool>& named, Problems& problems)
    : file_(std::move(addendum.file)),
      statement_(addendum.statement),
      period_(statement_ == nullptr ? std::string() : text_member(*statement_, "period")),
      sentences_(sentences.of(file_, statement_ == nullptr ? std::string_view() : view_member(*statement_, "booking_period"))),
      files_(files),
      named_(named),
      problems_(problems),
      reader_([this](const Row& row) { take_row(row); }, addendum.rows_max) {}

void AddendumCheck::take_row(const Row& given) {
    if (reader_.row_number() == 1) {
        width_ = width_of_header(given);
        if (width_ == 0) {
            problems_.add(fmt::format("data/{}: its header line is not that of the ledger", file_));
        }
        return;
    }
    ++rows_;
    if (problems_.is_full()) {
        return;
    }
    const std::string where = fmt::format("data/{} row {}", file_, reader_.row_number());
    if (given.size() != width_) {
        problems_.add(fmt::format("{}: {} columns in place of {}", where, given.size(), width_));
        return;
    }
    Row room;
    const Row& row = with_all_columns(given, room);
    check_row(row, where, problems_);
    check_file(row, where, files_, named_, problems_);
    if (has_reporting(width_)) {
        check_reporting(row, where, problems_);
    }
    if (statement_ != nullptr && row[period] != period_) {
        problems_.add(fmt::format("{}: column period, {}, is not the addendum's month", where, sanitise(row[period], 40)));
    }
    const auto number = parse_count(row[version]);
    if (!number || *number == 0) {
        problems_.add(where + ": the version is not a number from 1");
    }
    std::string key = fmt::format("{}\n{}\n{}\n{:020}", row[contract_id], row[document_type], row[document_id], number.value_or(0));
    if (row[contract_id] < last_contract_ || (row[contract_id] == last_contract_ && key <= last_)) {
        problems_.add(where + ": it does not come after the row before it; a row is doubled or out of order");
    }
    if (rows_ > 1 && row[contract_id] == last_contract_ && row[perimeter] != last_perimeter_) {
        problems_.add(fmt::format("{}: column perimeter, {}, is not that of the contract's other rows, {}", where,
                                  sanitise(row[perimeter], 80), sanitise(last_perimeter_, 80)));
    }
    last_ = std::move(key);
    last_contract_ = row[contract_id];
    last_perimeter_ = row[perimeter];
    add_difference(row);
}

/// What the row adds: what it counts now less what the month counted before.
void AddendumCheck::add_difference(const Row& row) {
    const auto unit = find_currency(row[currency]);
    const auto now = unit && row[counted] == "yes" ? parse_exact(row[amount], *unit) : std::nullopt;
    const std::string contract = as_stated(row[contract_id]);
    const std::string document = as_stated(row[document_id]);
    const auto sentence = sentences_.find(AddendumSentences::Key(contract, document));
    if (sentence == sentences_.end()) {
        problems_.add(fmt::format("data/summary.json: findings lack a sentence about {} {} of {}", sanitise(row[contract_id], 60),
                                  sanitise(row[document_id], 80), file_));
        return;
    }
    std::optional<Money> before;
    if (!sentence->second.starts_with("Came after ")) {
        const auto stated = counted_before(sentence->second);
        const bool as_before = sentence->second.find(" as before ") != std::string::npos;
        differences_known_ = differences_known_ && (stated || as_before);
        before = stated ? *stated : now;
    }
    if (before && before->amount_minor == INT64_MIN) {  // has no opposite
        differences_known_ = false;
        return;
    }
    if (now) {
        differences_[row[currency]].add(*now);
    }
    if (before) {
        LedgerTotal& total = differences_[std::string(before->currency.code())];
        const std::uint64_t documents = total.documents + (now && now->currency == before->currency ? 0U : 1U);
        total.add(Money{-before->amount_minor, before->currency});
        total.documents = documents;
    }
}

void AddendumCheck::finish() {
    if (const std::string problem = reader_.finish(); !problem.empty()) {
        problems_.add(fmt::format("data/{}: {}", file_, problem));
    }
    if (statement_ == nullptr) {
        problems_.add(fmt::format("data/{}: an addendum that data/summary.json does not name", file_));
        return;
    }
    const std::string month = text_member(*statement_, "period");
    if (!file_.starts_with(fmt::format("addendum-{}-", month)) || !(month < text_member(*statement_, "booking_period"))) {
        problems_.add(fmt::format("data/summary.json: addenda, {}: its period or booking_period is not the file's", file_));
    }
    if (text_member(*statement_, "rows") != fmt::format("{}", rows_)) {
        problems_.add(fmt::format("data/summary.json: addenda, {}: rows is {}, the file has {}", file_,
                                  sanitise(text_member(*statement_, "rows"), 20), rows_));
    }
    std::map<std::string, std::string> stated;
    for (const Value& difference : items_member(*statement_, "differences").GetArray()) {
        stated[text_member(difference, "currency")] =
            fmt::format("{} in {} documents", text_member(difference, "amount"), text_member(difference, "documents"));
    }
    std::map<std::string, std::string> counted;
    for (const auto& [code, total] : differences_) {
        counted[code] = fmt::format("{} in {} documents", to_decimal(total.total), total.documents);
    }
    if (differences_known_ && stated != counted) {
        problems_.add(fmt::format("data/summary.json: addenda, {}: differences are not what its rows add to the closed month", file_));
    }
}

}  // namespace moisson::bundle

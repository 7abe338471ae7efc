#include "bundle/ledger_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bundle/json.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

namespace {

using Row = CsvReader::Row;

std::string where_of(std::uint64_t number) { return fmt::format("data/ledger.csv row {}", number); }

/// Whether a file that begins so can be of the media type. Told for the kinds that begin in a way of their own.
bool may_be(Beginning beginning, std::string_view media_type) {
    if (media_type == "application/zip" || media_type.find("openxmlformats") != std::string_view::npos) {
        return beginning == Beginning::zip;
    }
    const bool has_mark = beginning == Beginning::pdf || beginning == Beginning::pdf_later;
    return media_type == "application/pdf" ? has_mark : beginning != Beginning::zip && beginning != Beginning::pdf;
}

CountedRow counted_row(std::uint64_t number, const Row& row) {
    CountedRow kept;
    kept.number = number;
    kept.version = parse_count(row[version]);
    kept.document_id = row[document_id];
    kept.document_type = row[document_type];
    kept.period = row[period];
    const auto first = Month::parse(std::string_view(row[period_start]).substr(0, 7));
    const auto last = Month::parse(std::string_view(row[period_end]).substr(0, 7));
    if (first && last && *first <= *last) {
        kept.months = CountedRow::Span{*first, *last};
    }
    kept.is_final = row[standing] == "final";
    kept.counts = row[counted] == "yes";
    kept.could_count = kept.is_final && !row[amount].empty() && !row[period].empty();
    kept.has_reason = has_reason(row);
    kept.is_superseded = has_code(row, "superseded");
    kept.is_of_inbox = row[channel] == "inbox";
    kept.is_out = kept.is_of_inbox || (!kept.counts && has_code(row, "withdrawn-decided"));
    kept.has_file = row[status] == "ok";
    kept.lacks_file = row[status] == "failed" || row[status] == "not-ready";
    return kept;
}

/// Months as spans that do not meet, in order.
class Months {
public:
    void add(const CountedRow::Span& span) { spans_.push_back(span); }
    void settle() {
        std::sort(spans_.begin(), spans_.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
        std::vector<CountedRow::Span> merged;
        for (const CountedRow::Span& span : spans_) {
            if (!merged.empty() && span.first <= merged.back().last) {
                merged.back().last = std::max(merged.back().last, span.last);
            } else {
                merged.push_back(span);
            }
        }
        spans_ = std::move(merged);
    }
    [[nodiscard]] bool meet(const CountedRow::Span& span) const {
        const auto next = std::lower_bound(spans_.begin(), spans_.end(), span.first,
                                           [](const CountedRow::Span& one, Month first) { return one.last < first; });
        return next != spans_.end() && next->first <= span.last;
    }

private:
    std::vector<CountedRow::Span> spans_;
};

/// The rows of one contract against the counting rule.
class ContractCheck {
public:
    ContractCheck(const std::string& contract, const std::vector<CountedRow>& rows, const StatedRules& rules, Problems& problems)
        : rows_(rows), problems_(problems), types_(types_of(contract, rules)), counts_as_(rules.counts_as), closed_(rules.closed_months) {}

    /// Whether each row is its document's latest version.
    [[nodiscard]] std::vector<bool> latest() {
        std::map<std::string_view, std::uint64_t> newest;
        std::set<std::pair<std::string_view, std::uint64_t>> seen;
        for (const CountedRow& row : rows_) {
            const std::uint64_t found = row.version.value_or(0);
            std::uint64_t& last = newest[row.document_id];
            last = std::max(last, found);
            if (!seen.emplace(row.document_id, found).second) {
                problems_.add(fmt::format("{}: document {} stands in the ledger twice with version {}", where_of(row.number),
                                          sanitise(row.document_id, 80), found));
            }
        }
        std::vector<bool> is_latest;
        for (const CountedRow& row : rows_) {
            const bool is_last = row.document_id.empty() || row.version == newest[row.document_id];
            if (!is_last && !row.is_superseded) {
                problems_.add(
                    fmt::format("{}: column findings lacks superseded, though a later version stands in the ledger", where_of(row.number)));
            }
            is_latest.push_back(is_last && !row.is_superseded);
        }
        return is_latest;
    }

    void check_counted(const std::vector<bool>& is_latest) {
        collect_months(is_latest);
        std::map<std::string_view, std::string_view> counted_types;
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            const CountedRow& row = rows_[at];
            if (!row.counts) {
                if (is_latest[at] && row.could_count && !row.has_reason) {
                    problems_.add(where_of(row.number) + ": column counted is no, and no finding of the row says why");
                }
                continue;
            }
            if (!is_latest[at]) {
                problems_.add(where_of(row.number) + ": column counted is yes, though a later version exists");
            }
            if (row.is_of_inbox) {
                continue;  // counts beside whatever the service's rule lets count
            }
            const auto [type, is_new] = counted_types.try_emplace(row.period, type_of(row));
            if (!is_new && type->second != type_of(row)) {
                problems_.add(fmt::format("{}: column counted is yes for {}, though {} count for the same contract and month",
                                          where_of(row.number), sanitise(row.document_type, 40), sanitise(type->second, 40)));
            }
            check_rank(row);
        }
    }

private:
    static const std::vector<std::string>& types_of(const std::string& contract, const StatedRules& rules) {
        const auto own = rules.by_contract.find(as_stated(contract));
        return own == rules.by_contract.end() ? rules.default_types : rules.other_types[own->second];
    }

    /// The type, or that as which the job file lets it count.
    [[nodiscard]] std::string_view type_of(const CountedRow& row) const {
        const auto found = counts_as_.find(row.document_type);
        return found == counts_as_.end() ? std::string_view(row.document_type) : std::string_view(found->second);
    }

    [[nodiscard]] std::size_t rank_of(const CountedRow& row) const {
        return static_cast<std::size_t>(std::find(types_.begin(), types_.end(), type_of(row)) - types_.begin());
    }

    /// Which ranks of type have a document in which months.
    void collect_months(const std::vector<bool>& is_latest) {
        present_.resize(types_.size());
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            const std::size_t rank = rank_of(rows_[at]);
            if (is_latest[at] && !rows_[at].is_out && rows_[at].months && rank < types_.size()) {
                present_[rank].add(*rows_[at].months);
            }
        }
        for (Months& months : present_) {
            months.settle();
        }
    }

    /// By the stated rule the row's type counts, and no document of a preferred type stands in its months.
    void check_rank(const CountedRow& row) {
        if (types_.empty() || closed_.contains(row.period)) {
            return;
        }
        const std::size_t rank = rank_of(row);
        if (rank == types_.size()) {
            problems_.add(fmt::format("{}: column counted is yes, but the counting rule leaves {} out", where_of(row.number),
                                      sanitise(row.document_type, 40)));
            return;
        }
        for (std::size_t preferred = 0; preferred < rank && row.months; ++preferred) {
            if (present_[preferred].meet(*row.months)) {
                problems_.add(fmt::format("{}: column counted is yes, but by the counting rule the {} of these months do",
                                          where_of(row.number), sanitise(types_[preferred], 40)));
                return;
            }
        }
    }

    const std::vector<CountedRow>& rows_;
    Problems& problems_;
    const std::vector<std::string>& types_;
    const std::map<std::string, std::string>& counts_as_;
    const std::set<std::string>& closed_;
    std::vector<Months> present_;  ///< by rank
};

}  // namespace

Beginning beginning_of(std::string_view first_bytes) noexcept {
    if (first_bytes.starts_with("PK\x03\x04") || first_bytes.starts_with("PK\x05\x06")) {
        return Beginning::zip;
    }
    const std::size_t mark = first_bytes.find("%PDF-");
    return mark == 0 ? Beginning::pdf : mark == std::string_view::npos ? Beginning::other : Beginning::pdf_later;
}

bool LedgerTotal::add(const Money& money) {
    total.currency = money.currency;
    ++documents;
    credits += money.amount_minor < 0 ? 1U : 0U;
    const auto sum = moisson::add(total, money);
    fits = fits && sum.has_value();
    total = sum.value_or(total);
    return fits;
}

void Problems::add(std::string sentence) {
    if (sentences_.size() < limits::sentences) {
        sentences_.push_back(std::move(sentence));
    } else {
        ++left_out_;
    }
}

bool Problems::is_full() const noexcept { return left_out_ >= limits::counted_sentences; }

std::vector<std::string> Problems::take() {
    if (is_full()) {
        sentences_.push_back(fmt::format("… and {} further problems; over budget: not all was looked at", left_out_));
    } else if (left_out_ > 0) {
        sentences_.push_back(fmt::format("… and {} further problems", left_out_));
    }
    return std::move(sentences_);
}

const std::vector<RowCode>* ContractFacts::find_codes(std::string_view document) const {
    const auto found = documents.find(document);
    return found == documents.end() ? nullptr : &found->second;
}

LedgerCheck::LedgerCheck(const std::vector<DataFile>& files, const StatedRules& rules, std::uint64_t rows_max, Problems& problems)
    : files_(files),
      rules_(rules),
      problems_(problems),
      reader_([this](const Row& row) { take_row(row); }, rows_max),
      named_(files.size(), false) {}

void LedgerCheck::take_row(const Row& given) {
    if (!has_header_) {
        has_header_ = true;
        width_ = width_of_header(given);
        if (width_ == 0) {
            problems_.add("data/ledger.csv: its header line is not the published one");
            width_ = given.size() > column_count ? column_count_with_reporting : column_count;
        }
        return;
    }
    ++facts_.rows;
    if (problems_.is_full()) {
        return;
    }
    const std::string where = where_of(reader_.row_number());
    if (given.size() != width_) {
        problems_.add(fmt::format("{}: {} columns in place of {}", where, given.size(), width_));
        return;
    }
    Row room;
    const Row& row = with_all_columns(given, room);
    if (contract_id_ != row[contract_id]) {
        end_contract();
        contract_id_ = row[contract_id];
        perimeters_.clear();
    }
    check_order(row, where);
    check_month(row, where);
    check_perimeter(row, where);
    check_row(row, where, problems_);
    check_file(row, where, files_, named_, problems_);
    if (has_reporting(width_)) {
        check_rate(row, where);
    }
    count(row, where);
    contract_.push_back(counted_row(reader_.row_number(), row));
}

void LedgerCheck::check_order(const Row& row, const std::string& where) {
    const auto number = parse_count(row[version]);
    if (!number || *number == 0) {
        problems_.add(where + ": the version is not a number from 1");
        return;
    }
    auto key = std::tuple(row[contract_id], row[period], row[document_type], row[document_id], *number);
    if (facts_.rows > 1 && !(last_key_ < key)) {
        problems_.add(where + ": it does not come after the row before it; a row is doubled or out of order");
    }
    last_key_ = std::move(key);
}

void LedgerCheck::check_month(const Row& row, const std::string& where) {
    const std::string& month = row[period];
    if (!month.empty() &&
        ((!rules_.first_month.empty() && month < rules_.first_month) || (!rules_.last_month.empty() && month > rules_.last_month))) {
        problems_.add(fmt::format("{}: column period, {}, is none of the exported months", where, sanitise(month, 40)));
    }
}

/// One day has one rate.
/// A contract is read under one perimeter; in another month, that was closed before it moved, it may have been another.
void LedgerCheck::check_perimeter(const Row& row, const std::string& where) {
    const auto [known, is_new] = perimeters_.try_emplace(row[period], row[perimeter]);
    if (!is_new && known->second != row[perimeter]) {
        problems_.add(fmt::format("{}: column perimeter, {}, is not that of the contract's other rows of the month, {}", where,
                                  sanitise(row[perimeter], 80), sanitise(known->second, 80)));
    }
}

void LedgerCheck::check_rate(const Row& row, const std::string& where) {
    check_reporting(row, where, problems_);
    if (row[fx_rate].empty()) {
        return;
    }
    const auto [rate, is_new] = rates_.try_emplace({row[currency], row[reporting_currency], row[fx_date]}, row[fx_rate]);
    if (!is_new && rate->second != row[fx_rate]) {
        problems_.add(
            fmt::format("{}: column fx_rate, {}, is not the rate that other rows have for that day", where, sanitise(row[fx_rate], 40)));
    }
}

void check_file(const Row& row, const std::string& where, const std::vector<DataFile>& files, std::vector<bool>& named,
                Problems& problems) {
    constexpr std::string_view data_folder = "data/";
    if (row[path].empty()) {
        return;
    }
    if (!row[path].starts_with(data_folder)) {
        problems.add(fmt::format("{}: its path {} does not begin with data/", where, sanitise(row[path])));
        return;
    }
    const std::string wanted_path = row[path].substr(data_folder.size());
    const auto found = std::lower_bound(files.begin(), files.end(), wanted_path,
                                        [](const DataFile& file, const std::string& wanted) { return file.path < wanted; });
    if (found == files.end() || found->path != wanted_path) {
        problems.add(fmt::format("{}: the bundle has no file {}", where, sanitise(row[path])));
        return;
    }
    const auto index = static_cast<std::size_t>(found - files.begin());
    if (named[index]) {
        problems.add(fmt::format("{}: data/{} belongs to another row too", where, found->path));
    }
    named[index] = true;
    if (found->sha256 != row[sha256]) {
        problems.add(fmt::format("{}: data/{} has another SHA-256", where, found->path));
    }
    if (parse_count(row[size_bytes]) != found->size_bytes) {
        problems.add(fmt::format("{}: data/{} has another length", where, found->path));
    }
    if (!may_be(found->beginning, row[media_type])) {
        problems.add(
            fmt::format("{}: data/{} does not begin as a file of media_type {}", where, found->path, sanitise(row[media_type], 60)));
    }
}

void LedgerCheck::count(const Row& row, const std::string& where) {
    facts_.documents += row[path].empty() ? 0U : 1U;
    ++facts_.by_status[row[status]];
    ContractFacts& contract = facts_.contracts[as_stated(row[contract_id])];
    note_codes(row, where, contract.documents[as_stated(row[document_id])]);
    contract.name = as_stated(row[contract_name]);
    contract.offer_name = as_stated(row[offer_name]);
    contract.customer_name = as_stated(row[customer_name]);
    contract.perimeter = as_stated(row[perimeter]);
    PerimeterFacts& of_perimeter = facts_.perimeters[as_stated(row[perimeter])];
    ++of_perimeter.rows;
    if (row[counted] != "yes") {
        return;
    }
    ++facts_.counted;
    const auto unit = find_currency(row[currency]);
    const auto money = unit ? parse_exact(row[amount], *unit) : std::nullopt;
    if (!money) {
        return;  // said by check_row
    }
    const bool fitted = facts_.totals[row[currency]].fits;
    if (!facts_.totals[row[currency]].add(*money) && fitted) {
        problems_.add(fmt::format("{}: the sum in {} is too large", where, row[currency]));
    }
    facts_.months[{row[currency], row[period]}].add(*money);
    of_perimeter.totals[row[currency]].add(*money);
    contract.sums[row[currency]].add(*money);
    note_booked(row, *money);
    note_shown(row);
    if (has_reporting(width_)) {
        const auto to = find_currency(row[reporting_currency]);
        const auto converted = to ? parse_exact(row[reporting_amount], *to) : std::nullopt;
        if (converted) {
            facts_.reporting[row[reporting_currency]].add(*converted);
        } else {
            ++facts_.without_rate;
        }
    }
}

void LedgerCheck::note_codes(const Row& row, const std::string& where, std::vector<RowCode>& own) {
    const bool is_history = has_code(row, "superseded");
    std::size_t left = limits::codes_of_row;
    for (std::string_view codes = row[findings]; !codes.empty(); --left) {
        const std::string_view code = codes.substr(0, codes.find(' '));
        codes.remove_prefix(std::min(codes.size(), code.size() + 1));
        auto number = code_numbers_.find(code);
        if (left == 0 || own.size() >= limits::codes_of_document ||
            (number == code_numbers_.end() && facts_.codes.size() >= limits::codes)) {
            problems_.add(fmt::format("{}: over budget: column findings has more codes than there are", where));
            return;
        }
        if (number == code_numbers_.end()) {
            number = code_numbers_.emplace(code, static_cast<std::uint16_t>(facts_.codes.size())).first;
            facts_.codes.emplace_back(code);
        }
        // That no file was asked for is said of the run, not of each row.
        const bool is_stated = code != "file-not-requested" && (!is_history || code == "superseded");
        const auto known = std::find_if(own.begin(), own.end(), [&](const RowCode& one) { return one.code == number->second; });
        if (known == own.end()) {
            own.push_back({number->second, is_stated});
        } else {
            known->is_stated = known->is_stated || is_stated;
        }
    }
}

void LedgerCheck::note_booked(const Row& row, const Money& money) {
    constexpr std::size_t id_bytes_min = 6;  // shorter ones stand in a file for other reasons
    const std::string& id = row[document_id];
    if (row[version] != "1" || id.size() < id_bytes_min || money.amount_minor == 0 || twice_.contains(id)) {
        return;
    }
    BookedDocument document{money, row[invoice_number].size() < id_bytes_min ? std::string() : row[invoice_number],
                            parse_exact(row[gross_amount], money.currency)};
    if (!facts_.booked.emplace(id, std::move(document)).second) {
        facts_.booked.erase(id);
        twice_.insert(id);
    }
}

void LedgerCheck::note_shown(const Row& row) {
    if (facts_.shown.size() == limits::page_documents) {
        return;
    }
    for (const Column column : {contract_id, contract_name, document_id, document_type, filename, path}) {
        shown_bytes_ += row[column].size();
    }
    if (shown_bytes_ <= limits::page_documents_bytes) {
        facts_.shown.push_back({as_stated(row[contract_id]), as_stated(row[contract_name]), as_stated(row[document_id]),
                                as_stated(row[document_type]), as_stated(row[filename]), row[path], row[amount], row[currency],
                                row[issued_at]});
    }
}

void LedgerCheck::end_contract() {
    if (contract_.empty()) {
        return;
    }
    ContractCheck check(contract_id_, contract_, rules_, problems_);
    const std::vector<bool> is_latest = check.latest();
    check.check_counted(is_latest);
    ContractFacts& contract = facts_.contracts[as_stated(contract_id_)];
    for (std::size_t at = 0; at < contract_.size(); ++at) {
        const CountedRow& row = contract_[at];
        if (!is_latest[at]) {
            continue;
        }
        TypeFacts& type = contract.types[as_stated(row.document_type)];
        ++type.in_period;
        type.final_ += row.is_final ? 1U : 0U;
        type.counted += row.counts ? 1U : 0U;
        type.files_ok += row.has_file ? 1U : 0U;
        type.files_missing += row.lacks_file ? 1U : 0U;
    }
    contract_.clear();
}

void LedgerCheck::finish() {
    end_contract();
    if (const std::string problem = reader_.finish(); !problem.empty()) {
        problems_.add("data/ledger.csv: " + problem);
        return;
    }
    if (!has_header_) {
        problems_.add("data/ledger.csv: it is empty");
    }
    for (std::size_t index = 0; index < files_.size(); ++index) {
        if (!named_[index] && files_[index].path.starts_with("documents/")) {
            problems_.add(fmt::format("data/{}: no row of the ledger names it", files_[index].path));
        }
    }
}

}  // namespace moisson::bundle

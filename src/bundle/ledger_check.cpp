#include "bundle/ledger_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bundle/json.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t sentences_max = 1000;

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

/// Months as numbers, for rows with readable days.
struct Span {
    Month first = *Month::make(1980, 1);
    Month last = *Month::make(1980, 1);
    /// No bill covers more than these: a bound on what a forged row can cost.
    static constexpr int months_max = 240;
    [[nodiscard]] std::size_t size() const {
        const int months = (last.year() - first.year()) * 12 + static_cast<int>(last.month()) - static_cast<int>(first.month()) + 1;
        return static_cast<std::size_t>(std::clamp(months, 0, months_max));
    }
};

std::optional<Span> span_of(const Row& row) {
    const auto first = Month::parse(std::string_view(row[period_start]).substr(0, 7));
    const auto last = Month::parse(std::string_view(row[period_end]).substr(0, 7));
    return first && last ? std::optional(Span{*first, *last}) : std::nullopt;
}

/// The rows of one contract against the counting rule.
class ContractCheck {
public:
    ContractCheck(const std::vector<std::pair<std::uint64_t, Row>>& rows, const StatedRules& rules, Problems& problems)
        : rows_(rows), problems_(problems) {
        const auto own = rules.by_contract.find(as_stated(rows.front().second[contract_id]));
        types_ = own == rules.by_contract.end() ? rules.default_types : own->second;
        counts_as_ = &rules.counts_as;
        closed_ = &rules.closed_months;
    }

    /// Whether each row is its document's latest version.
    [[nodiscard]] std::vector<bool> latest() {
        std::map<std::string_view, std::uint64_t> newest;
        std::set<std::pair<std::string_view, std::uint64_t>> seen;
        for (const auto& [number, row] : rows_) {
            const std::uint64_t found = parse_count(row[version]).value_or(0);
            std::uint64_t& last = newest[row[document_id]];
            last = std::max(last, found);
            if (!seen.emplace(row[document_id], found).second) {
                problems_.add(fmt::format("{}: document {} stands in the ledger twice with version {}", where_of(number),
                                          sanitise(row[document_id], 80), row[version]));
            }
        }
        std::vector<bool> is_latest;
        for (const auto& [number, row] : rows_) {
            const bool is_last = row[document_id].empty() || parse_count(row[version]) == newest[row[document_id]];
            const bool is_marked = has_code(row, "superseded");
            if (!is_last && !is_marked) {
                problems_.add(
                    fmt::format("{}: column findings lacks superseded, though a later version stands in the ledger", where_of(number)));
            }
            is_latest.push_back(is_last && !is_marked);
        }
        return is_latest;
    }

    void check_counted(const std::vector<bool>& is_latest) {
        collect_months(is_latest);
        std::map<std::string_view, std::string_view> counted_types;
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            const auto& [number, row] = rows_[at];
            if (row[counted] != "yes") {
                const bool could = is_latest[at] && row[standing] == "final" && !row[amount].empty() && !row[period].empty();
                if (could && !has_reason(row)) {
                    problems_.add(where_of(number) + ": column counted is no, and no finding of the row says why");
                }
                continue;
            }
            if (!is_latest[at]) {
                problems_.add(where_of(number) + ": column counted is yes, though a later version exists");
            }
            const auto [type, is_new] = counted_types.try_emplace(row[period], type_of(row));
            if (!is_new && type->second != type_of(row)) {
                problems_.add(fmt::format("{}: column counted is yes for {}, though {} count for the same contract and month",
                                          where_of(number), sanitise(row[document_type], 40), sanitise(type->second, 40)));
            }
            check_rank(row, where_of(number));
        }
    }

private:
    /// The type, or that as which the job file lets it count.
    [[nodiscard]] std::string_view type_of(const Row& row) const {
        const auto found = counts_as_->find(row[document_type]);
        return found == counts_as_->end() ? std::string_view(row[document_type]) : std::string_view(found->second);
    }

    [[nodiscard]] std::size_t rank_of(const Row& row) const {
        return static_cast<std::size_t>(std::find(types_.begin(), types_.end(), type_of(row)) - types_.begin());
    }

    /// Which ranks of type have a document in which months.
    void collect_months(const std::vector<bool>& is_latest) {
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            const auto span = is_latest[at] ? span_of(rows_[at].second) : std::nullopt;
            const std::size_t rank = rank_of(rows_[at].second);
            for (std::size_t month = 0; span && rank < types_.size() && month < span->size(); ++month) {
                present_.emplace(rank, span->first.plus(static_cast<int>(month)));
            }
        }
    }

    /// By the stated rule the row's type counts, and no document of a preferred type stands in its months.
    void check_rank(const Row& row, const std::string& where) {
        if (types_.empty() || closed_->contains(row[period])) {
            return;
        }
        const std::size_t rank = rank_of(row);
        if (rank == types_.size()) {
            problems_.add(
                fmt::format("{}: column counted is yes, but the counting rule leaves {} out", where, sanitise(row[document_type], 40)));
            return;
        }
        const auto span = span_of(row);
        for (std::size_t preferred = 0; preferred < rank && span; ++preferred) {
            const auto next = present_.lower_bound({preferred, span->first});
            if (next != present_.end() && next->first == preferred && next->second <= span->last) {
                problems_.add(fmt::format("{}: column counted is yes, but by the counting rule the {} of these months do", where,
                                          sanitise(types_[preferred], 40)));
                return;
            }
        }
    }

    const std::vector<std::pair<std::uint64_t, Row>>& rows_;
    Problems& problems_;
    std::vector<std::string> types_;
    const std::map<std::string, std::string>* counts_as_ = nullptr;
    const std::set<std::string>* closed_ = nullptr;
    std::set<std::pair<std::size_t, Month>> present_;
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
    if (sentences_.size() < sentences_max) {
        sentences_.push_back(std::move(sentence));
    } else {
        ++left_out_;
    }
}

std::vector<std::string> Problems::take() {
    if (left_out_ > 0) {
        sentences_.push_back(fmt::format("… and {} further problems", left_out_));
    }
    return std::move(sentences_);
}

LedgerCheck::LedgerCheck(const std::vector<DataFile>& files, const StatedRules& rules, Problems& problems)
    : files_(files), rules_(rules), problems_(problems), reader_([this](const Row& row) { take_row(row); }), named_(files.size(), false) {}

void LedgerCheck::take_row(const Row& row) {
    if (!has_header_) {
        has_header_ = true;
        width_ = width_of_header(row);
        if (width_ == 0) {
            problems_.add("data/ledger.csv: its header line is not the published one");
            width_ = row.size() > column_count ? column_count_with_reporting : column_count;
        }
        return;
    }
    ++facts_.rows;
    const std::string where = where_of(reader_.row_number());
    if (row.size() != width_) {
        problems_.add(fmt::format("{}: {} columns in place of {}", where, row.size(), width_));
        return;
    }
    if (!contract_.empty() && contract_.front().second[contract_id] != row[contract_id]) {
        end_contract();
    }
    check_order(row, where);
    check_month(row, where);
    check_row(row, where, problems_);
    check_file(row, where, files_, named_, problems_);
    if (width_ == column_count_with_reporting) {
        check_rate(row, where);
    }
    count(row, where);
    contract_.emplace_back(reader_.row_number(), row);
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
    const std::string own_contract = as_stated(row[contract_id]);
    const std::string own_document = as_stated(row[document_id]);
    facts_.ids.emplace(own_contract, own_document);
    const bool is_history = has_code(row, "superseded");
    std::string_view codes = row[findings];
    while (!codes.empty()) {
        const std::string_view code = codes.substr(0, codes.find(' '));
        bool& is_stated = facts_.codes[{own_contract, own_document, std::string(code)}];
        // That no file was asked for is said of the run, not of each row.
        is_stated = is_stated || (code != "file-not-requested" && (!is_history || code == "superseded"));
        codes.remove_prefix(std::min(codes.size(), code.size() + 1));
    }
    ContractFacts& contract = facts_.contracts[own_contract];
    contract.name = as_stated(row[contract_name]);
    contract.offer_name = as_stated(row[offer_name]);
    contract.customer_name = as_stated(row[customer_name]);
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
    contract.sums[row[currency]].add(*money);
    note_booked(row, *money);
    if (width_ == column_count_with_reporting) {
        const auto to = find_currency(row[reporting_currency]);
        const auto converted = to ? parse_exact(row[reporting_amount], *to) : std::nullopt;
        if (converted) {
            facts_.reporting[row[reporting_currency]].add(*converted);
        } else {
            ++facts_.without_rate;
        }
    }
}

void LedgerCheck::note_booked(const Row& row, const Money& money) {
    constexpr std::size_t id_bytes_min = 6;  // shorter ones stand in a file for other reasons
    const std::string& id = row[document_id];
    if (row[version] != "1" || id.size() < id_bytes_min || money.amount_minor == 0 || twice_.contains(id)) {
        return;
    }
    if (!facts_.booked.emplace(id, money).second) {
        facts_.booked.erase(id);
        twice_.insert(id);
    }
}

void LedgerCheck::end_contract() {
    if (contract_.empty()) {
        return;
    }
    ContractCheck check(contract_, rules_, problems_);
    const std::vector<bool> is_latest = check.latest();
    check.check_counted(is_latest);
    ContractFacts& contract = facts_.contracts[as_stated(contract_.front().second[contract_id])];
    for (std::size_t at = 0; at < contract_.size(); ++at) {
        const Row& row = contract_[at].second;
        if (!is_latest[at]) {
            continue;
        }
        TypeFacts& type = contract.types[as_stated(row[document_type])];
        ++type.in_period;
        type.final_ += row[standing] == "final" ? 1U : 0U;
        type.counted += row[counted] == "yes" ? 1U : 0U;
        type.files_ok += row[status] == "ok" ? 1U : 0U;
        type.files_missing += row[status] == "failed" || row[status] == "not-ready" ? 1U : 0U;
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

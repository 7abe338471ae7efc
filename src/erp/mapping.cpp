/// Reading mappings. The file is a person's: its slips are named with file and line.
#include "erp/mapping.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "base/toml_shape.hpp"
#include "base/utf8.hpp"
#include "erp/encoding.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t mapping_rows_max = 200'000;
constexpr std::size_t mapping_columns_max = 200;
constexpr std::size_t cell_bytes_max = 4096;
constexpr std::string_view rate_key = "for_rate";
constexpr std::array<std::string_view, 7> key_names = {"contract", "customer", "offer", "perimeter", "type", "currency", rate_key};

bool is_key(std::string_view name) { return std::find(key_names.begin(), key_names.end(), name) != key_names.end(); }

/// One record of a CSV text, moved behind it. False at the end. A quote may hold separators and line ends.
class Records {
public:
    Records(std::string_view text, char separator) : rest_(text), separator_(separator) {}

    /// An error is in `problem`.
    bool next(std::vector<std::string>& cells, unsigned& line, std::string& problem) {
        cells.clear();
        if (rest_.empty()) {
            return false;
        }
        line = line_;
        for (;;) {
            bool quoted = false;
            std::string cell = take_cell(quoted, problem);
            if (!problem.empty()) {
                return false;
            }
            cells.push_back(quoted ? std::move(cell) : std::string(trim(cell, line_blanks)));
            if (rest_.empty() || rest_.front() == '\n' || rest_.front() == '\r') {
                break;
            }
            rest_.remove_prefix(1);
        }
        take_line_end();
        return true;
    }

private:
    std::string take_cell(bool& quoted, std::string& problem) {
        std::string cell;
        quoted = rest_.starts_with('"');
        if (!quoted) {
            const auto end = std::min(rest_.find_first_of(std::array{separator_, '\n', '\r', '\0'}.data()), rest_.size());
            cell = rest_.substr(0, end);
            rest_.remove_prefix(end);
            return cell;
        }
        const unsigned begin = line_;
        rest_.remove_prefix(1);
        for (;;) {
            if (rest_.empty()) {
                problem = fmt::format("the quote that opens in line {} is not closed", begin);
                return cell;
            }
            const char letter = rest_.front();
            rest_.remove_prefix(1);
            if (letter == '"' && !rest_.starts_with('"')) {
                break;
            }
            if (letter == '"') {
                rest_.remove_prefix(1);
            }
            line_ += letter == '\n' ? 1U : 0U;
            cell += letter;
        }
        if (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\n' && rest_.front() != '\r') {
            problem = "text follows a closing quote";
        }
        return cell;
    }
    void take_line_end() {
        if (rest_.starts_with('\r')) {
            rest_.remove_prefix(1);
        }
        if (rest_.starts_with('\n')) {
            rest_.remove_prefix(1);
        }
        ++line_;
    }

    std::string_view rest_;
    char separator_;
    unsigned line_ = 1;
};

/// UTF-8 of what a spreadsheet saves: "CSV UTF-8" (with a byte order mark), "CSV" of a western desktop (cp1252), "Unicode text" (UTF-16,
/// separated by tabs). `converted` keeps the text where it had to be made.
std::string_view to_utf8(std::string_view bytes, std::string& converted) {
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
        converted = decode_utf16(bytes);
        return converted;
    }
    if (bytes.starts_with("\xef\xbb\xbf")) {
        bytes.remove_prefix(3);
    }
    if (is_utf8(bytes)) {
        return bytes;
    }
    converted = decode_text(bytes, Charset::cp1252);
    return converted;
}

/// The blanks that a French spreadsheet puts before a percent sign: a plain one, U+00A0, U+202F, U+2009.
bool drop_blank(std::string_view& text) {
    for (const std::string_view blank : {" ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"}) {
        if (text.ends_with(blank)) {
            text.remove_suffix(blank.size());
            return true;
        }
        if (text.starts_with(blank)) {
            text.remove_prefix(blank.size());
            return true;
        }
    }
    return false;
}

void drop_blanks(std::string_view& text) {
    while (drop_blank(text)) {
    }
}

}  // namespace

bool parse_mapping_number(std::string_view column, std::string_view cell, Value& into) {
    drop_blanks(cell);
    if ((column == vat_rate_column || column == rate_key) && cell.ends_with('%')) {
        cell.remove_suffix(1);
        drop_blanks(cell);
    }
    std::string text(cell);
    if (std::count(text.begin(), text.end(), ',') == 1 && text.find('.') == std::string::npos) {
        std::replace(text.begin(), text.end(), ',', '.');
    }
    return parse_decimal(text, into);
}

bool Mapping::Row::fits_all() const noexcept {
    return contract.empty() && customer.empty() && offer.empty() && perimeter.empty() && type.empty() && currency.empty() && rate.empty();
}

std::string* Mapping::key_cell(Row& row, std::string_view name) noexcept {
    if (name == "contract") {
        return &row.contract;
    }
    if (name == "customer") {
        return &row.customer;
    }
    if (name == "offer") {
        return &row.offer;
    }
    if (name == "perimeter") {
        return &row.perimeter;
    }
    if (name == rate_key) {
        return &row.rate;
    }
    return name == "type" ? &row.type : &row.currency;
}

int Mapping::find_column(std::string_view name) const noexcept {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    return found == columns_.end() ? -1 : static_cast<int>(found - columns_.begin());
}

Status Mapping::check_header(std::vector<std::string>& names, unsigned line) {
    for (std::string& name : names) {
        name = lower(name);  // columns are found whatever the case of their names
        if (name.empty()) {
            continue;
        }
        const auto is_name = [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
        };
        if (!std::all_of(name.begin(), name.end(), is_name)) {
            return fail(ErrorCode::bad_input, fmt::format("\"{}\" cannot be a column's name", sanitise(name, 60)),
                        fmt::format("{}:{}", path_, line), "Use letters, digits and _: for example cost_centre");
        }
        if (std::count(names.begin(), names.end(), name) > 1) {
            return fail(ErrorCode::bad_input, fmt::format("the column \"{}\" is there twice", name), fmt::format("{}:{}", path_, line));
        }
    }
    if (names.size() > mapping_columns_max) {
        return fail(ErrorCode::bad_input, fmt::format("more than {} columns", mapping_columns_max), fmt::format("{}:{}", path_, line));
    }
    if (std::none_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty() && !is_key(name); })) {
        return fail(ErrorCode::bad_input, "no column besides the keys", fmt::format("{}:{}", path_, line),
                    "The first line names the columns: contract;type;account;supplier_account;…");
    }
    return {};
}

std::string for_each_record(std::string_view text, const std::function<bool(std::vector<std::string>&, unsigned)>& take) {
    // The first line that is no comment names the columns.
    std::string_view header = text;
    while (header.starts_with('#') || header.starts_with("\"#") || header.starts_with('\n') || header.starts_with('\r')) {
        header.remove_prefix(std::min(header.find('\n'), header.size() - 1) + 1);
    }
    header = header.substr(0, header.find('\n'));
    const char separator = header.find(';') != std::string_view::npos ? ';' : header.find('\t') != std::string_view::npos ? '\t' : ',';
    Records records(text, separator);
    std::vector<std::string> cells;
    std::string problem;
    unsigned line = 1;
    while (records.next(cells, line, problem)) {
        const bool blank = std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); });
        if (!blank && !cells.front().starts_with('#') && !take(cells, line)) {
            return {};
        }
    }
    return problem.empty() ? problem : fmt::format("line {}: {}", line, problem);
}

Status Mapping::take_row(const std::vector<std::string>& names, std::vector<std::string>& cells, unsigned line) {
    const std::string where = fmt::format("{}:{}", path_, line);
    if (cells.size() != names.size()) {
        return fail(ErrorCode::bad_input, fmt::format("{} cells under {} columns", cells.size(), names.size()), where,
                    "A cell with the separator in it goes between double quotes");
    }
    Row row;
    row.line = line;
    for (std::size_t at = 0; at < names.size(); ++at) {
        if (cells[at].size() > cell_bytes_max) {
            return fail(ErrorCode::bad_input, fmt::format("a cell of more than {} bytes", cell_bytes_max), where);
        }
        if (is_key(names[at])) {
            *key_cell(row, names[at]) = cells[at] == "*" ? std::string() : std::move(cells[at]);
        } else if (!names[at].empty()) {
            row.cells.push_back(std::move(cells[at]));
        }
    }
    rows_.push_back(std::move(row));
    if (rows_.size() > mapping_rows_max) {
        return fail(ErrorCode::too_large, fmt::format("more than {} rows", mapping_rows_max), path_);
    }
    return {};
}

Status Mapping::parse_csv(std::string_view text) {
    std::vector<std::string> names;
    Status status;
    const std::string problem = for_each_record(text, [&](std::vector<std::string>& cells, unsigned line) {
        if (!names.empty()) {
            status = take_row(names, cells, line);
            return status.has_value();
        }
        names = cells;
        status = check_header(names, line);
        std::copy_if(names.begin(), names.end(), std::back_inserter(columns_),
                     [](const std::string& name) { return !name.empty() && !is_key(name); });
        return status.has_value();
    });
    if (!problem.empty()) {
        return fail(ErrorCode::bad_input, problem, path_);
    }
    return status;
}

Status Mapping::parse_toml(std::string_view text) {
    if (const auto excess = find_toml_excess(text)) {
        return fail(ErrorCode::bad_input, fmt::format("the mapping has {}", excess->what),
                    fmt::format("{}:{}:{}", path_, excess->line, excess->column));
    }
    toml::table root;
    try {
        root = toml::parse(text, path_);
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::bad_input, fmt::format("not valid TOML: {}", sanitise(error.description(), 160)),
                    fmt::format("{}:{}:{}", path_, error.source().begin.line, error.source().begin.column));
    }
    const toml::array* list = root["row"].as_array();
    if (list == nullptr || root.size() != 1 || !list->is_homogeneous(toml::node_type::table)) {
        return fail(ErrorCode::bad_input, "a mapping in TOML holds [[row]] tables and nothing else", path_);
    }
    std::vector<std::string> names;
    for (const toml::node& node : *list) {
        std::set<std::string> of_row;
        for (const auto& [key, value] : *node.as_table()) {
            const std::string name = lower(key.str());
            if (!of_row.insert(name).second) {
                return fail(ErrorCode::bad_input, fmt::format("the column \"{}\" is there twice", sanitise(name, 60)),
                            fmt::format("{}:{}", path_, node.source().begin.line));
            }
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    std::sort(names.begin(), names.end());
    if (auto fine = check_header(names, static_cast<unsigned>(list->source().begin.line)); !fine) {
        return fine;
    }
    std::copy_if(names.begin(), names.end(), std::back_inserter(columns_), [](const std::string& name) { return !is_key(name); });
    for (const toml::node& node : *list) {
        Row row;
        row.line = static_cast<unsigned>(node.source().begin.line);
        row.cells.resize(columns_.size());
        for (const auto& [key, value] : *node.as_table()) {
            std::string cell;
            if (const auto* words = value.as_string()) {
                cell = words->get();
            } else if (const auto* whole = value.as_integer()) {
                cell = fmt::format("{}", whole->get());
            } else {
                return fail(ErrorCode::bad_input, fmt::format("\"{}\" must be a text or a whole number", key.str()),
                            fmt::format("{}:{}", path_, value.source().begin.line),
                            "Write numbers with a fraction between quotes: \"5.5\"");
            }
            const std::string name = lower(key.str());
            if (is_key(name)) {
                *key_cell(row, name) = cell == "*" ? std::string() : std::move(cell);
            } else {
                row.cells[static_cast<std::size_t>(find_column(name))] = std::move(cell);
            }
        }
        rows_.push_back(std::move(row));
    }
    return {};
}

Status Mapping::check_rows() const {
    if (rows_.empty()) {
        return fail(ErrorCode::bad_input, "the mapping has no rows", path_, "Add at least a default row: empty keys, and the accounts");
    }
    for (std::size_t at = 0; at + 1 < rows_.size(); ++at) {
        if (rows_[at].fits_all()) {
            return fail(ErrorCode::bad_input, "this row fits every document, so the rows below it have no effect",
                        fmt::format("{}:{}", path_, rows_[at].line), "Put the default row last");
        }
    }
    return {};
}

/// Which rate a row is for.
Status Mapping::read_rates() {
    for (Row& row : rows_) {
        if (row.rate.empty()) {
            continue;
        }
        has_rate_keys_ = true;
        if (!parse_mapping_number(rate_key, row.rate, row.rate_value)) {
            return fail(ErrorCode::bad_input,
                        fmt::format("{} = \"{}\" must be a VAT rate such as 20, 5.5 or 5,5", rate_key, sanitise(row.rate, 60)),
                        fmt::format("{}:{}", path_, row.line), "Leave it empty in a row that holds for every rate");
        }
    }
    return {};
}

Result<Mapping> Mapping::parse(std::string_view text, const std::string& path) {
    Mapping mapping;
    mapping.path_ = path;
    std::string converted;
    text = to_utf8(text, converted);
    if (text.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::bad_input, "the file holds a NUL byte: it is no CSV text", path, "Save it as CSV UTF-8");
    }
    const bool is_toml = path.ends_with(".toml");
    if (auto parsed = is_toml ? mapping.parse_toml(text) : mapping.parse_csv(text); !parsed) {
        return fail(std::move(parsed.error()));
    }
    if (auto fine = mapping.check_rows(); !fine) {
        return fail(std::move(fine.error()));
    }
    if (auto fine = mapping.read_rates(); !fine) {
        return fail(std::move(fine.error()));
    }
    return mapping;
}

Mapping::Found Mapping::find(const Contract& contract, std::string_view document_type, std::string_view currency, const Value& rate,
                             int column) const {
    const auto fits = [](const std::string& pattern, std::string_view id, std::string_view name) {
        return pattern.empty() || glob_matches(pattern, id) || (!name.empty() && glob_matches(pattern, name));
    };
    for (const Row& row : rows_) {
        const std::string& cell = row.cells[static_cast<std::size_t>(column)];
        const bool is_of_rate = row.rate.empty() || (!rate.is_empty && compare(row.rate_value, rate) == 0);
        if (cell.empty() || !is_of_rate || !fits(row.currency, currency, {}) || !fits(row.type, document_type, {}) ||
            !fits(row.contract, contract.id, contract.name) || !fits(row.customer, contract.customer_id, contract.customer_name) ||
            !fits(row.offer, contract.offer_id, contract.offer_name) || !fits(row.perimeter, contract.perimeter, {})) {
            continue;
        }
        return {true, cell == "-" ? std::string_view() : std::string_view(cell), row.line};
    }
    return {};
}

}  // namespace moisson::erp

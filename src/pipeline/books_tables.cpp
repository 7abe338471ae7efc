/// See books_tables.hpp. Each table's columns stand once, in a `columns` that both the writer and the reader go through.

#include "pipeline/books_tables.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "bundle/csv_reader.hpp"

namespace moisson::pipeline {

namespace {

/// The format whose tables have a contract's perimeter first.
constexpr std::uint64_t format_with_perimeter = 2;

/// A row of a table as text.
class RowWriter {
public:
    explicit RowWriter(std::string& out) : out_(out) {}

    [[nodiscard]] static bool has(std::uint64_t since) noexcept { return since <= books_format; }
    void operator()(std::string_view, const std::string& value) { text(value); }
    void operator()(std::string_view, const Month& value) { text(value.to_text()); }
    void operator()(std::string_view, const std::optional<Month>& value) { text(value ? value->to_text() : std::string()); }
    void operator()(std::string_view, const Timestamp& value) { text(format_timestamp(value)); }
    void operator()(std::string_view, const bool& value) { number(value ? 1 : 0); }
    template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number>
    void operator()(std::string_view, const Number& value) { number(value); }
    void operator()(std::string_view, const std::optional<Money>& value) {
        number(value ? value->amount_minor : 0);
        text(value ? std::string(value->currency.code()) : std::string());
    }
    void operator()(std::string_view name, const Money& value) { (*this)(name, std::optional(value)); }
    void operator()(std::string_view, const std::vector<std::string>& lines) { text(fmt::format("{}", fmt::join(lines, "\n"))); }
    void operator()(std::string_view, const std::vector<TypeDecision>& decided) {
        std::string lines;
        for (const TypeDecision& one : decided) {
            lines += fmt::format("{}\t{}\n", one.type, one.counts_as);
        }
        text(lines);
    }
    void end() {
        out_ += '\n';
        is_first_ = true;
    }

private:
    template <class Number>
    void number(Number value) {
        separate();
        fmt::format_to(std::back_inserter(out_), "{}", static_cast<std::int64_t>(value));
    }
    void text(std::string_view value) {
        separate();
        if (value.find_first_of(",\"\n\r") == std::string_view::npos) {
            out_ += value;
            return;
        }
        out_ += '"';
        for (const char letter : value) {
            out_ += letter;
            if (letter == '"') {
                out_ += '"';
            }
        }
        out_ += '"';
    }
    void separate() {
        if (!is_first_) {
            out_ += ',';
        }
        is_first_ = false;
    }

    std::string& out_;
    bool is_first_ = true;
};

/// The header line.
class HeaderWriter {
public:
    explicit HeaderWriter(std::uint64_t format) : format_(format) {}

    /// Columns that came with that format are there.
    [[nodiscard]] bool has(std::uint64_t since) const noexcept { return since <= format_; }
    void operator()(std::string_view name, const std::optional<Money>&) {
        add(fmt::format("{}_minor", name));
        add(name == "amount" ? "currency" : fmt::format("{}_currency", name));
    }
    void operator()(std::string_view name, const Money&) { (*this)(name, std::optional<Money>()); }
    template <class Value>
    void operator()(std::string_view name, const Value&) {
        add(std::string(name));
    }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

private:
    void add(std::string name) { names_.push_back(std::move(name)); }
    std::uint64_t format_;
    std::vector<std::string> names_;
};

/// The cells of one row. After a cell that cannot be, `is_sound` is false for good.
class RowReader {
public:
    RowReader(const bundle::CsvReader::Row& row, std::uint64_t format) : row_(row), format_(format) {}

    [[nodiscard]] bool has(std::uint64_t since) const noexcept { return since <= format_; }
    void operator()(std::string_view, std::string& value) { value = next(); }
    void operator()(std::string_view, Month& value) {
        const auto month = Month::parse(next());
        is_sound_ = is_sound_ && month;
        value = month.value_or(value);
    }
    void operator()(std::string_view name, std::optional<Month>& value) {
        if (at_ < row_.size() && row_[at_].empty()) {
            ++at_;
            value.reset();
            return;
        }
        (*this)(name, value.emplace(*Month::make(1980, 1)));
    }
    void operator()(std::string_view, Timestamp& value) {
        const auto instant = parse_timestamp(next());
        is_sound_ = is_sound_ && instant;
        value = instant.value_or(value);
    }
    void operator()(std::string_view, bool& value) { value = number(0, 1) == 1; }
    void operator()(std::string_view, Change& value) { value = static_cast<Change>(number(0, static_cast<std::int64_t>(Change::file))); }
    void operator()(std::string_view, PostingKind& value) {
        value = static_cast<PostingKind>(number(0, static_cast<std::int64_t>(PostingKind::withdrawal)));
    }
    void operator()(std::string_view, std::int64_t& value) { value = number(INT64_MIN, INT64_MAX); }
    template <class Count>
    requires std::is_unsigned_v<Count>
    void operator()(std::string_view, Count& value) {
        constexpr std::uint64_t most = std::min<std::uint64_t>(std::numeric_limits<Count>::max(), INT64_MAX);
        value = static_cast<Count>(number(0, static_cast<std::int64_t>(most)));
    }
    void operator()(std::string_view, std::optional<Money>& value) {
        const std::int64_t amount_minor = number(INT64_MIN, INT64_MAX);
        const std::string code = next();
        const auto currency = find_currency(code);
        is_sound_ = is_sound_ && (code.empty() ? amount_minor == 0 : currency.has_value());
        value.reset();
        if (currency) {
            value = Money{amount_minor, *currency};
        }
    }
    void operator()(std::string_view name, Money& value) {
        std::optional<Money> money;
        (*this)(name, money);
        is_sound_ = is_sound_ && money;
        value = money.value_or(value);
    }
    void operator()(std::string_view, std::vector<std::string>& value) { value = lines(next()); }
    void operator()(std::string_view, std::vector<TypeDecision>& value) {
        for (const std::string& line : lines(next())) {
            const std::size_t tab = line.find('\t');
            is_sound_ = is_sound_ && tab != std::string::npos;
            if (is_sound_) {
                value.push_back({line.substr(0, tab), line.substr(tab + 1), {}});
            }
        }
    }
    [[nodiscard]] bool is_whole() const noexcept { return is_sound_ && at_ == row_.size(); }

private:
    std::string next() {
        is_sound_ = is_sound_ && at_ < row_.size();
        return at_ < row_.size() ? row_[at_++] : std::string();
    }
    std::int64_t number(std::int64_t smallest, std::int64_t greatest) {
        const std::string text = next();
        std::int64_t value = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool fits =
            problem == std::errc{} && end == text.data() + text.size() && !text.empty() && value >= smallest && value <= greatest;
        is_sound_ = is_sound_ && fits;
        return fits ? value : smallest;
    }
    static std::vector<std::string> lines(const std::string& text) {
        std::vector<std::string> parts;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            parts.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
        return parts;
    }

    const bundle::CsvReader::Row& row_;
    std::uint64_t format_;
    std::size_t at_ = 0;
    bool is_sound_ = true;
};

// What stands in a table of its own beside its owner.
struct TotalRow {
    Month period = *Month::make(1980, 1);
    ClosedTotal total{Money{0, *find_currency("EUR")}, 0};
};
struct FileRow {
    Month period = *Month::make(1980, 1);
    ClosedFile file;
};
struct AddendumLine {
    Month period = *Month::make(1980, 1);
    std::uint32_t number = 1;
    AddendumRow row;
};
struct TermsRow {
    std::uint32_t number = 1;
    PostingTerms terms;
};
struct PostingRow {
    HandedPosting posting;
    std::uint32_t terms = 0;  ///< TermsRow::number; 0: none
};
struct NumberRow {
    std::string template_name;
    EntryNumber entry;
};
struct MonthRow {
    Month period = *Month::make(1980, 1);
};

template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, ChainLink> {
    visit("number", one.number), visit("folder", one.folder), visit("ledger_sha256", one.ledger_sha256);
    visit("bundle_sha256", one.bundle_sha256);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, Adoption> {
    visit("number", one.number), visit("happened_at", one.at), visit("reason", one.reason), visit("what", one.what);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, MonthRow> {
    visit("period", one.period);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, ClosingEvent> {
    visit("period", one.period), visit("closed", one.closed), visit("revision", one.revision), visit("happened_at", one.at);
    visit("done_by", one.by), visit("reason", one.reason), visit("ledger_sha256", one.ledger_sha256);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, ClosedMonth> {
    visit("period", one.period), visit("revision", one.revision), visit("closed_at", one.closed_at), visit("closed_by", one.closed_by);
    visit("ledger_sha256", one.ledger_sha256), visit("row_count", one.rows), visit("counted_count", one.counted);
    visit("verdict", one.verdict), visit("reason", one.reason), visit("addenda_before", one.addenda_before);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, TotalRow> {
    visit("period", one.period), visit("amount", one.total.total), visit("documents", one.total.documents);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, FileRow> {
    visit("period", one.period), visit("path", one.file.path), visit("size_bytes", one.file.size_bytes), visit("sha256", one.file.sha256);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, ClosedRow> {
    visit("contract_id", one.contract_id), visit("period", one.period), visit("document_id", one.document_id);
    visit("version", one.version), visit("document_type", one.document_type), visit("counted", one.counted), visit("amount", one.amount);
    visit("sha256", one.sha256), visit("row_sha256", one.row_sha256);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, Contract> {
    visit("contract_id", one.id), visit("name", one.name), visit("offer_id", one.offer_id), visit("offer_name", one.offer_name);
    visit("customer_id", one.customer_id), visit("customer_name", one.customer_name), visit("platform_id", one.platform_id);
    if (visit.has(format_with_perimeter)) {
        visit("perimeter", one.perimeter);
    }
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, ClosedContract> {
    columns(visit, one.contract);
    visit("period", one.period), visit("types", one.types), visit("decided", one.decided);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, state::ContractRecord> {
    columns(visit, one.contract);
    visit("first_month", one.first_month), visit("earlier_name", one.earlier_name), visit("renamed_month", one.renamed_month);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, Addendum> {
    visit("period", one.period), visit("number", one.number), visit("booking_period", one.booking_period);
    visit("reporting", one.reporting);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, AddendumLine> {
    visit("period", one.period), visit("number", one.number), visit("contract_id", one.row.contract_id);
    visit("document_id", one.row.document_id), visit("version", one.row.version), visit("change", one.row.change);
    visit("document_type", one.row.document_type), visit("counted", one.row.counted), visit("amount", one.row.amount);
    visit("before", one.row.counted_before), visit("sha256", one.row.sha256), visit("size_bytes", one.row.size_bytes);
    visit("media_type", one.row.media_type), visit("path", one.row.path), visit("csv", one.row.csv);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, TermsRow> {
    visit("number", one.number), visit("basis", one.terms.basis), visit("remarks", one.terms.remarks);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, PostingRow> {
    auto& posting = one.posting;
    visit("number", posting.number), visit("template", posting.template_name), visit("contract_id", posting.contract_id);
    visit("document_id", posting.document_id), visit("sequence", posting.sequence), visit("version", posting.version);
    visit("kind", posting.kind), visit("amount", posting.amount), visit("period", posting.period);
    visit("booking_period", posting.booking_period), visit("terms", one.terms), visit("gross_minor", posting.parts.gross_minor);
    visit("net_minor", posting.parts.net_minor), visit("vat_minor", posting.parts.vat_minor);
    visit("local_gross_minor", posting.parts.local_gross_minor), visit("local_net_minor", posting.parts.local_net_minor);
    visit("local_vat_minor", posting.parts.local_vat_minor);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, TemplateBase> {
    visit("template", one.template_name), visit("booking_period", one.booking_period), visit("last_number", one.last_number);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, NumberRow> {
    visit("template", one.template_name), visit("series", one.entry.series), visit("posting", one.entry.posting);
    visit("number", one.entry.number);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, PublishedMonth> {
    visit("period", one.period), visit("ledger_sha256", one.ledger_sha256);
}
template <class Visit>
void columns(Visit& visit, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, state::DocumentRecord> {
    visit("contract_id", one.contract_id), visit("document_id", one.document_id), visit("version", one.version);
    visit("document_type", one.document_type), visit("filename", one.filename), visit("period", one.period);
    visit("created_at", one.created_at), visit("updated_at", one.updated_at), visit("amount", one.amount);
    visit("amount_kind", one.amount_kind), visit("currency", one.currency), visit("present", one.present), visit("sha256", one.sha256);
    visit("size_bytes", one.size_bytes), visit("media_type", one.media_type), visit("unframed", one.unframed);
    visit("damaged", one.damaged);
}

/// All tables, in the order in which they are listed. `Visit::table(name, rows, sample)`.
template <class Visit, class Flat>
void each_table(Visit&& visit, Flat& flat) {
    visit("chain", flat.chain);
    visit("adoptions", flat.adoptions);
    visit("adopted_months", flat.adopted_months);
    visit("closings", flat.closings);
    visit("closed_months", flat.closed_months);
    visit("closed_totals", flat.closed_totals);
    visit("closed_files", flat.closed_files);
    visit("closed_rows", flat.closed_rows);
    visit("closed_contracts", flat.closed_contracts);
    visit("addenda", flat.addenda);
    visit("addendum_rows", flat.addendum_rows);
    visit("posting_terms", flat.terms);
    visit("postings", flat.postings);
    visit("template_bases", flat.bases);
    visit("entry_numbers", flat.numbers);
    visit("published_months", flat.published);
    visit("published_rows", flat.published_rows);
    visit("contracts", flat.contracts);
    visit("documents", flat.documents);
}

/// The books as rows of tables.
struct Flat {
    std::vector<ChainLink> chain;
    std::vector<Adoption> adoptions;
    std::vector<MonthRow> adopted_months;
    std::vector<ClosingEvent> closings;
    std::vector<ClosedMonth> closed_months;
    std::vector<TotalRow> closed_totals;
    std::vector<FileRow> closed_files;
    std::vector<ClosedRow> closed_rows;
    std::vector<ClosedContract> closed_contracts;
    std::vector<Addendum> addenda;
    std::vector<AddendumLine> addendum_rows;
    std::vector<TermsRow> terms;
    std::vector<PostingRow> postings;
    std::vector<TemplateBase> bases;
    std::vector<NumberRow> numbers;
    std::vector<PublishedMonth> published;
    std::vector<ClosedRow> published_rows;
    std::vector<state::ContractRecord> contracts;
    std::vector<state::DocumentRecord> documents;
};

void flatten_postings(std::vector<HandedPosting> postings, Flat& flat) {
    std::map<std::pair<std::string, std::string>, std::uint32_t> terms;
    for (HandedPosting& posting : postings) {
        std::uint32_t number = 0;
        if (posting.terms != nullptr) {
            const auto next = static_cast<std::uint32_t>(terms.size() + 1);
            const auto [found, is_new] = terms.try_emplace({posting.terms->basis, posting.terms->remarks}, next);
            number = found->second;
            if (is_new) {
                flat.terms.push_back({number, *posting.terms});
            }
        }
        flat.postings.push_back({std::move(posting), number});
    }
}

/// As many rows as there were documents: they are moved, not copied.
Flat flatten(state::Books books) {
    Flat flat;
    flat.chain = std::move(books.chain);
    flat.adoptions = std::move(books.adoptions);
    for (const Month month : books.adopted_months) {
        flat.adopted_months.push_back({month});
    }
    flat.closings = std::move(books.history);
    for (const ClosedMonth& month : books.months) {
        for (const ClosedTotal& total : month.totals) {
            flat.closed_totals.push_back({month.period, total});
        }
        for (const ClosedFile& file : month.files) {
            flat.closed_files.push_back({month.period, file});
        }
    }
    flat.closed_months = std::move(books.months);
    flat.closed_rows = std::move(books.rows);
    flat.closed_contracts = std::move(books.judged);
    for (const Addendum& addendum : books.addenda) {
        for (const AddendumRow& row : addendum.rows) {
            flat.addendum_rows.push_back({addendum.period, addendum.number, row});
        }
    }
    flat.addenda = std::move(books.addenda);
    flatten_postings(std::move(books.postings), flat);
    flat.bases = std::move(books.bases);
    for (const auto& [template_name, numbers] : books.numbers) {
        for (const EntryNumber& entry : numbers) {
            flat.numbers.push_back({template_name, entry});
        }
    }
    flat.published = std::move(books.published);
    flat.published_rows = std::move(books.published_rows);
    flat.contracts = std::move(books.contracts);
    flat.documents = std::move(books.documents);
    return flat;
}

/// The same back. Empty: a row belongs to an owner that is not there.
std::optional<state::Books> gather(Flat flat) {
    state::Books books;
    bool is_sound = true;
    books.chain = std::move(flat.chain);
    books.adoptions = std::move(flat.adoptions);
    for (const MonthRow& row : flat.adopted_months) {
        books.adopted_months.push_back(row.period);
    }
    books.history = std::move(flat.closings);
    books.months = std::move(flat.closed_months);
    const auto month_of = [&](Month period) -> ClosedMonth* {
        const auto found =
            std::find_if(books.months.begin(), books.months.end(), [&](const ClosedMonth& one) { return one.period == period; });
        is_sound = is_sound && found != books.months.end();
        return found == books.months.end() ? nullptr : &*found;
    };
    for (TotalRow& row : flat.closed_totals) {
        if (ClosedMonth* const month = month_of(row.period)) {
            month->totals.push_back(row.total);
        }
    }
    for (FileRow& row : flat.closed_files) {
        if (ClosedMonth* const month = month_of(row.period)) {
            month->files.push_back(std::move(row.file));
        }
    }
    books.rows = std::move(flat.closed_rows);
    books.judged = std::move(flat.closed_contracts);
    books.addenda = std::move(flat.addenda);
    std::map<std::pair<Month, std::uint32_t>, Addendum*> addenda;
    for (Addendum& addendum : books.addenda) {
        addendum.run_id = archived_run;
        addenda[{addendum.period, addendum.number}] = &addendum;
    }
    for (AddendumLine& line : flat.addendum_rows) {
        const auto found = addenda.find({line.period, line.number});
        is_sound = is_sound && found != addenda.end();
        if (found != addenda.end()) {
            found->second->rows.push_back(std::move(line.row));
        }
    }
    std::map<std::uint32_t, PostingTermsPtr> terms;
    for (TermsRow& row : flat.terms) {
        terms[row.number] = std::make_shared<PostingTerms>(std::move(row.terms));
    }
    for (PostingRow& row : flat.postings) {
        is_sound = is_sound && (row.terms == 0 || terms.contains(row.terms));
        row.posting.terms = row.terms == 0 ? nullptr : terms[row.terms];
        row.posting.run_id = archived_run;
        books.postings.push_back(std::move(row.posting));
    }
    books.bases = std::move(flat.bases);
    for (TemplateBase& base : books.bases) {
        base.run_id = archived_run;
    }
    for (NumberRow& row : flat.numbers) {
        books.numbers[row.template_name].push_back(std::move(row.entry));
    }
    books.published = std::move(flat.published);
    for (PublishedMonth& month : books.published) {
        month.run_id = archived_run;
    }
    books.published_rows = std::move(flat.published_rows);
    books.contracts = std::move(flat.contracts);
    books.documents = std::move(flat.documents);
    return is_sound ? std::optional(std::move(books)) : std::nullopt;
}

std::string path_of(std::string_view table) { return fmt::format("{}{}.csv", books_folder, table); }

template <class Row>
std::vector<std::string> header_of(std::uint64_t format) {
    HeaderWriter header(format);
    Row sample;
    columns(header, sample);
    return header.names();
}

template <class Row>
std::string write_table(const std::vector<Row>& rows) {
    std::string bytes = fmt::format("{}\n", fmt::join(header_of<Row>(books_format), ","));
    RowWriter writer(bytes);
    for (const Row& row : rows) {
        columns(writer, row);
        writer.end();
    }
    return bytes;
}

constexpr std::string_view list_name = "tables";
constexpr std::string_view format_name = "format";

/// Rows of each table, by the list. The list's first row is the format.
Result<std::map<std::string, std::uint64_t>> read_list(const ReadPayload& read) {
    std::map<std::string, std::uint64_t> counts;
    bool is_sound = true;
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) {
        std::uint64_t count = 0;
        if (row.size() == 2 && row[0] == "table") {
            return;
        }
        const std::string text = row.size() == 2 ? row[1] : std::string();
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
        is_sound = is_sound && problem == std::errc{} && end == text.data() + text.size() && counts.emplace(row[0], count).second;
    });
    if (auto status = read(path_of(list_name), [&](std::string_view piece) { reader.feed(piece); }); !status) {
        return fail(std::move(status.error()));
    }
    const std::string problem = reader.finish();
    if (!problem.empty() || !is_sound || !counts.contains(std::string(format_name))) {
        return fail(ErrorCode::verification,
                    fmt::format("{} is no list of tables{}{}", path_of(list_name), problem.empty() ? "" : ": ", problem));
    }
    if (counts[std::string(format_name)] > books_format) {
        return fail(ErrorCode::bad_input,
                    fmt::format("its books have the format {}, and this program knows {}", counts[std::string(format_name)], books_format),
                    "", "Use a newer version of Moisson");
    }
    return counts;
}

template <class Row>
Status read_table(const ReadPayload& read, std::string_view name, std::uint64_t format, std::uint64_t expected, std::vector<Row>& rows) {
    const std::vector<std::string> header = header_of<Row>(format);
    std::uint64_t line = 0;
    std::uint64_t broken = 0;
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) {
        if (++line == 1) {
            broken = row == header ? 0 : line;
            return;
        }
        RowReader cells(row, format);
        columns(cells, rows.emplace_back());
        broken = broken == 0 && !cells.is_whole() ? line : broken;
    });
    if (expected == 0) {
        return {};
    }
    if (auto status = read(path_of(name), [&](std::string_view piece) { reader.feed(piece); }); !status) {
        return status.error().code == ErrorCode::not_found ? Status(fail(ErrorCode::verification, path_of(name) + " is missing")) : status;
    }
    if (const std::string problem = reader.finish(); !problem.empty() || broken != 0) {
        return fail(ErrorCode::verification, fmt::format("{} row {}{}{}", path_of(name), broken == 0 ? line : broken,
                                                         problem.empty() ? " is none of this table" : ": ", problem));
    }
    if (rows.size() != expected) {
        return fail(ErrorCode::verification, fmt::format("{} has {} rows, its list says {}", path_of(name), rows.size(), expected));
    }
    return {};
}

}  // namespace

std::vector<std::string> closing_lines(const std::vector<ClosingEvent>& history) {
    std::vector<std::string> lines;
    for (const ClosingEvent& event : history) {
        RowWriter writer(lines.emplace_back());
        columns(writer, event);
        writer.end();
    }
    return lines;
}

std::vector<std::pair<std::string, std::string>> books_files(state::Books books) {
    const Flat flat = flatten(std::move(books));
    std::string list = fmt::format("table,rows\n{},{}\n", format_name, books_format);
    std::vector<std::pair<std::string, std::string>> files;
    each_table(
        [&](std::string_view name, const auto& rows) {
            list += fmt::format("{},{}\n", name, rows.size());
            if (!rows.empty()) {
                files.emplace_back(path_of(name), write_table(rows));
            }
        },
        flat);
    files.emplace_back(path_of(list_name), std::move(list));
    std::sort(files.begin(), files.end());
    return files;
}

Result<state::Books> read_books(const ReadPayload& read) {
    auto counts = read_list(read);
    if (!counts) {
        return fail(std::move(counts.error()));
    }
    Flat flat;
    Status status;
    const std::uint64_t format = counts->at(std::string(format_name));
    each_table(
        [&](std::string_view name, auto& rows) {
            const auto count = counts->find(std::string(name));
            if (status && count == counts->end()) {
                status = fail(ErrorCode::verification, fmt::format("{} does not name the table {}", path_of(list_name), name));
            }
            status = status ? read_table(read, name, format, count->second, rows) : status;
        },
        flat);
    if (!status) {
        return fail(std::move(status.error()));
    }
    auto books = gather(std::move(flat));
    if (!books) {
        return fail(ErrorCode::verification, "a row of its books belongs to a month, an addendum or terms that are not in them");
    }
    return std::move(*books);
}

}  // namespace moisson::pipeline

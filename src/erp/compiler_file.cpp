/// The files of a template: layout, columns, lines.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "erp/compiler.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint32_t width_max = 10'000;
constexpr std::int64_t repeat_max = 1000;
constexpr std::size_t template_columns_max = 5000;
constexpr std::uint32_t sheet_columns_max = 16'384;
constexpr std::int64_t sheet_rows_max = 1'048'576;

/// "A" is 0, "AA" is 26; empty when it is no spreadsheet column.
std::optional<std::uint32_t> column_number(std::string_view letters) {
    std::uint32_t number = 0;
    for (const char letter : letters) {
        if (letter < 'A' || letter > 'Z' || letters.size() > 3) {
            return std::nullopt;
        }
        number = number * 26 + static_cast<std::uint32_t>(letter - 'A' + 1);
    }
    if (number == 0 || number > sheet_columns_max) {
        return std::nullopt;
    }
    return number - 1;
}

/// What an amount's expression says about itself, when it is one of the posting's amounts as it stands.
Control control_of(const Node& amount) {
    if (amount.op != Op::field) {
        return Control::none;
    }
    switch (amount.field) {
        case Field::amount: return Control::amount;
        case Field::gross:
        case Field::local_gross:
        case Field::vat_gross:
        case Field::vat_local_gross: return Control::gross;
        case Field::net:
        case Field::local_net:
        case Field::vat_base:
        case Field::vat_local_base: return Control::net;
        case Field::vat:
        case Field::local_vat:
        case Field::vat_amount:
        case Field::vat_local_amount: return Control::vat;
        default: return Control::none;
    }
}

/// Line ends inside a text become the file's; the one before the closing quotes is the record's own.
void settle_line_ends(std::vector<TextPart>& parts, const std::string& line_end) {
    for (TextPart& part : parts) {
        std::string settled;
        for (const char letter : part.literal) {
            if (letter == '\n') {
                settled += line_end;
            } else if (letter != '\r') {
                settled += letter;
            }
        }
        part.literal = std::move(settled);
    }
    if (!parts.empty() && parts.back().value == nullptr && parts.back().literal.ends_with(line_end)) {
        parts.back().literal.resize(parts.back().literal.size() - line_end.size());
    }
}

template <class Pattern>
Pattern compiled(Result<Pattern> parsed, Place place) {
    if (!parsed) {
        throw TemplateProblem(place, parsed.error().message.english(), parsed.error().hint);
    }
    return std::move(*parsed);
}

}  // namespace

FileSpec Compiler::read_file(TableReader& table, const std::map<std::string, std::string>& own_rules) {
    FileSpec file;
    file.place = table.place();
    file.losses.own_rules = own_rules;
    file.extension = table.required_text("extension");
    if (!is_letters_and_digits(file.extension, ".") || file.extension.size() > 20) {
        table.wrong("extension", "an extension is made of letters and digits, without the dot before it");
    }
    constexpr std::array<Layout, 4> layouts = {Layout::delimited, Layout::fixed, Layout::text, Layout::worksheet};
    const auto layout = table.word("layout", {"delimited", "fixed", "text", "worksheet"});
    if (!layout) {
        table.wrong("layout", "a [[file]] needs layout = \"delimited\", \"fixed\", \"text\" or \"worksheet\"");
    }
    file.layout = layouts[*layout];
    shared_cells_.clear();
    pending_eaches_.clear();
    read_encoding(table, file);
    read_layout(table, file);
    read_file_parts(table, file);
    formats_ = read_formats(table);
    file.formats.money = formats_.money;
    file.formats.number = formats_.number;
    file.formats.date = formats_.date;
    file.formats.instant = formats_.instant;
    const std::vector<std::uint32_t> columns = read_columns(table, "columns", file);
    read_lines(table, file, columns);
    compile_eaches(file);
    check_file(table, file);
    table.finish();
    return file;
}

void Compiler::read_encoding(TableReader& table, FileSpec& file) {
    if (const auto name = table.text("encoding")) {
        const auto charset = find_charset(*name);
        if (!charset) {
            table.wrong("encoding", fmt::format("the encoding \"{}\" is not known", sanitise(*name, 40)),
                        "One of utf-8, ascii, iso-8859-15, cp1252, cp850");
        }
        file.charset = *charset;
    }
    constexpr std::array<LossPolicy::Kind, 3> kinds = {LossPolicy::Kind::error, LossPolicy::Kind::transliterate, LossPolicy::Kind::replace};
    file.losses.kind = kinds[table.word("unmappable", {"error", "transliterate", "replace"}).value_or(0)];
    if (const auto replacement = table.text("replacement")) {
        file.losses.replacement = *replacement;
    } else if (file.losses.kind == LossPolicy::Kind::replace) {
        table.wrong("unmappable", "unmappable = \"replace\" needs \"replacement\"");
    }
    file.byte_order_mark = table.truth_or("byte_order_mark", false);
    if (file.byte_order_mark && file.charset != Charset::utf_8) {
        table.wrong("byte_order_mark", "a byte order mark belongs to utf-8");
    }
    constexpr std::array<std::string_view, 3> ends = {"\n", "\r\n", "\r"};
    file.line_end = ends[table.word("line_end", {"lf", "crlf", "cr"}).value_or(0)];
    file.last_line_end = table.truth_or("last_line_end", true);
}

void Compiler::read_layout(TableReader& table, FileSpec& file) {
    file.separator = table.text_or("separator", ",");
    if (file.separator.size() > 10 || (file.layout == Layout::delimited && file.separator.empty())) {
        table.wrong("separator", "a separator is a text of 1 to 10 bytes");
    }
    const std::string quote = table.text_or("quote", "\"");
    if (quote.size() != 1 || static_cast<unsigned char>(quote.front()) >= 0x80) {
        table.wrong("quote", "a quote is one ASCII character");
    }
    file.quote = quote.front();
    constexpr std::array<Quoting, 4> quotings = {Quoting::never, Quoting::needed, Quoting::text, Quoting::all};
    file.quoting = quotings[table.word("quoting", {"never", "needed", "text", "all"}).value_or(1)];
    constexpr std::array<QuoteInside, 3> insides = {QuoteInside::double_, QuoteInside::backslash, QuoteInside::forbid};
    file.quote_inside = insides[table.word("quote_inside", {"double", "backslash", "forbid"}).value_or(0)];
    const bool bare =
        (file.layout == Layout::delimited && file.quoting == Quoting::never) || file.layout == Layout::fixed || file.layout == Layout::text;
    file.clean = table.truth_or("clean", bare);
    file.clean_also = table.text_or("clean_also", "");
    file.formula_guard = table.truth_or("formula_guard", false);
    file.header = table.truth_or("header", false);
    file.sheet = table.text_or("sheet", "Sheet1");
    const bool fits = !file.sheet.empty() && file.sheet.size() <= 31 && file.sheet.find_first_of(":\\/?*[]") == std::string::npos &&
                      file.sheet.front() != '\'' && file.sheet.back() != '\'';
    if (!fits) {
        table.wrong("sheet", "a sheet's name has 1 to 31 characters, none of : \\ / ? * [ ], and no ' at its ends");
    }
    file.parent_first_only = table.word("parent_cells", {"repeat", "first"}).value_or(0) == 1;
}

void Compiler::read_file_parts(TableReader& table, FileSpec& file) {
    Surroundings around;
    around.file = &file;
    around.before_entries = true;
    if (const auto name = table.source_text("name")) {
        file.name = text_parts(*name, around);
    }
    file.where = expression_of(table, "where", around, Type::truth);
    file.split = expression_of(table, "split", around, Type::text);
    file.rows_max = static_cast<std::uint64_t>(table.whole("rows_max", 1, 1'000'000'000).value_or(0));
}

Compiler::FileFormats Compiler::read_formats(TableReader& table) {
    const auto number = [&](std::string_view key, std::string_view otherwise) {
        return compiled(NumberPattern::parse(table.text_or(key, otherwise)), table.place(key));
    };
    const auto date = [&](std::string_view key, std::string_view otherwise) {
        return compiled(DatePattern::parse(table.text_or(key, otherwise)), table.place(key));
    };
    return {number("money", "0.*"), number("number", "0.##################"), date("date", "YYYY-MM-DD"),
            date("instant", "YYYY-MM-DDThh:mm:ssZ")};
}

std::vector<std::uint32_t> Compiler::read_columns(TableReader& table, std::string_view key, const FileSpec& file) {
    std::vector<std::uint32_t> columns;
    for (TableReader& column : table.tables(key)) {
        const auto repeat = column.whole("repeat", 1, repeat_max);
        if (!repeat) {
            read_column(column, file, std::nullopt, columns);
            column.finish();
            continue;
        }
        std::vector<TableReader> family = column.tables("columns");
        for (std::int64_t n = 1; n <= *repeat; ++n) {
            if (family.empty()) {
                read_column(column, file, n, columns);
                continue;
            }
            for (TableReader& member : family) {
                read_column(member, file, n, columns);
                member.finish();
            }
        }
        column.finish();
    }
    return columns;
}

void Compiler::read_column(TableReader& table, const FileSpec& file, std::optional<std::int64_t> n, std::vector<std::uint32_t>& into) {
    ColumnSpec column;
    column.place = table.place();
    column.n = n;
    column.name = table.text_or("name", "");
    for (auto at = column.name.find("{n}"); n && at != std::string::npos; at = column.name.find("{n}", at)) {
        column.name.replace(at, 3, fmt::format("{}", *n));
    }
    const auto value = table.source_text("value");
    if (!value) {
        throw TemplateProblem(column.place, fmt::format("column \"{}\" has no \"value\"", sanitise(column.name, 60)),
                              "An empty column is value = '\"\"'");
    }
    column.value = *value;
    read_column_format(table, column);
    read_column_text_rules(table, column);
    read_column_place(table, file, column, into.size());
    if (template_.columns.size() >= template_columns_max) {
        throw TemplateProblem(column.place, fmt::format("more than {} columns", template_columns_max));
    }
    template_.columns.push_back(std::move(column));
    into.push_back(static_cast<std::uint32_t>(template_.columns.size() - 1));
}

void Compiler::read_column_format(TableReader& table, ColumnSpec& column) {
    CellFormat& format = column.format;
    format.money = formats_.money;
    format.number = formats_.number;
    format.date = formats_.date;
    format.instant = formats_.instant;
    const auto pattern = table.text("format");
    if (!pattern) {
        return;
    }
    column.has_format = true;
    column.format_place = table.place("format");
    auto number = NumberPattern::parse(*pattern);
    auto date = DatePattern::parse(*pattern);
    if (!number && !date) {
        const Error& error = pattern->find('0') != std::string::npos ? number.error() : date.error();
        throw TemplateProblem(column.format_place, error.message.english(), "Numbers: \"0,00\". Dates: \"YYYYMMDD\"");
    }
    if (number) {
        column.formats_numbers = true;
        format.money = *number;
        format.number = *number;
    }
    if (date) {
        column.formats_dates = true;
        format.date = *date;
        format.instant = *date;
    }
}

void Compiler::read_column_text_rules(TableReader& table, ColumnSpec& column) {
    CellFormat& format = column.format;
    format.length_max = static_cast<std::uint32_t>(table.whole("max", 1, width_max).value_or(0));
    constexpr std::array<TooLong, 3> too_long = {TooLong::error, TooLong::cut, TooLong::shorten};
    format.too_long = too_long[table.word("too_long", {"error", "cut", "shorten"}).value_or(0)];
    if (format.too_long == TooLong::shorten && format.length_max != 0 && format.length_max < 8) {
        table.wrong("too_long", "too_long = \"shorten\" needs a max of 8 or more: 7 of them are a digest");
    }
    if (const auto allowed = table.text("allowed")) {
        format.allowed = add_regex(fmt::format("[^{}]", *allowed), table.place("allowed"));
    }
    if (const auto otherwise = table.text("not_allowed")) {
        format.not_allowed = *otherwise == "error" ? NotAllowed::error : *otherwise == "drop" ? NotAllowed::drop : NotAllowed::replace;
        format.not_allowed_text = *otherwise;
        if (format.not_allowed == NotAllowed::replace && utf8_sequence_length(*otherwise) != otherwise->size()) {
            table.wrong("not_allowed", "\"not_allowed\" is \"error\", \"drop\" or one character to write instead");
        }
    }
    constexpr std::array<LetterCase, 3> cases = {LetterCase::as_is, LetterCase::upper, LetterCase::lower};
    format.letter_case = cases[table.word("case", {"as-is", "upper", "lower"}).value_or(0)];
    format.has_text_rules = format.allowed.has_value() || format.letter_case != LetterCase::as_is;
    format.required = table.truth_or("required", false);
    format.unique = table.truth_or("unique", false);
    format.parent = table.truth_or("parent", false);
    if (table.has("quote")) {
        format.quote = table.truth_or("quote", false);
    }
    format.empty_text = table.text_or("empty", "");
    format.guard = table.truth_or("guard", true);
}

void Compiler::read_column_place(TableReader& table, const FileSpec& file, ColumnSpec& column, std::size_t before) {
    CellFormat& format = column.format;
    format.width = static_cast<std::uint32_t>(table.whole("width", 1, width_max).value_or(0));
    if (file.layout == Layout::fixed && format.width == 0) {
        throw TemplateProblem(column.place, fmt::format("column \"{}\" has no \"width\"", sanitise(column.name, 60)),
                              "In a fixed layout each column has its width in bytes");
    }
    if (file.layout == Layout::fixed && format.length_max == 0) {
        format.length_max = format.width;
    }
    format.align_right = table.word("align", {"left", "right"}).value_or(0) == 1;
    const std::string pad = table.text_or("pad", " ");
    if (pad.size() != 1 || static_cast<unsigned char>(pad.front()) >= 0x80) {
        table.wrong("pad", "\"pad\" is one ASCII character");
    }
    format.pad = pad.front();
    format.spreadsheet_format = table.text_or("cell_format", "");
    column.at = static_cast<std::uint32_t>(before);
    if (const auto at = table.text("at")) {
        const auto number = column_number(*at);
        if (!number) {
            table.wrong("at", fmt::format("\"{}\" is no spreadsheet column", sanitise(*at, 20)), "A, B, … AA, … XFD");
        }
        column.at = *number;
    }
}

std::uint32_t Compiler::add_cell(std::uint32_t index, Surroundings& around, bool may_share) {
    if (may_share) {
        if (const auto shared = shared_cells_.find(index); shared != shared_cells_.end()) {
            return shared->second;
        }
    }
    const ColumnSpec& column = template_.columns[index];
    around.n = column.n;
    around.uses_line = false;
    const Node* value = expression(column.value, around);
    around.n.reset();
    if (column.has_format) {
        const bool is_number = value->type == Type::number || value->type == Type::money;
        const bool is_date = value->type == Type::date || value->type == Type::instant;
        if ((is_number && !column.formats_numbers) || (is_date && !column.formats_dates) || (!is_number && !is_date)) {
            throw TemplateProblem(column.format_place, fmt::format("this pattern does not fit {}", name_of(value->type)),
                                  is_number ? "For example \"0,00\""
                                  : is_date ? "For example \"YYYYMMDD\""
                                            : "Texts have no format");
        }
    }
    if (value->type == Type::truth) {
        throw TemplateProblem(value->place, "a truth value cannot be written", "Say what to write: if(…, \"yes\", \"no\")");
    }
    template_.cells.push_back({index, value});
    const auto id = static_cast<std::uint32_t>(template_.cells.size() - 1);
    if (may_share && !around.uses_line) {
        shared_cells_.emplace(index, id);
    }
    return id;
}

void Compiler::add_plain_cells(const std::vector<SourceText>& values, const FileSpec& file, LineSpec& line, Surroundings& around) {
    for (const SourceText& value : values) {
        ColumnSpec column;
        column.place = value.place(0);
        column.value = value;
        column.at = static_cast<std::uint32_t>(line.cells.size());
        column.format.money = formats_.money;
        column.format.number = formats_.number;
        column.format.date = formats_.date;
        column.format.instant = formats_.instant;
        if (file.layout == Layout::fixed) {
            column.format.width = 0;  // as long as its text: a first line of literals
        }
        template_.columns.push_back(std::move(column));
        line.cells.push_back(add_cell(static_cast<std::uint32_t>(template_.columns.size() - 1), around, false));
    }
}

void Compiler::read_lines(TableReader& table, FileSpec& file, const std::vector<std::uint32_t>& columns) {
    if (file.header) {
        LineSpec header;
        header.name = "header";
        header.place = file.place;
        header.per = Per::file;
        header.is_header = true;
        header.header_columns = columns;
        file.lines.push_back(std::move(header));
    }
    const std::size_t header_at = file.lines.size();
    for (TableReader& line : table.tables("line")) {
        file.lines.push_back(read_line(line, file, columns));
        line.finish();
    }
    // The header stands right before the entries: what else is written per file comes first.
    if (header_at == 1) {
        const auto first_entry =
            std::find_if(file.lines.begin() + 1, file.lines.end(), [](const LineSpec& line) { return line.per != Per::file; });
        std::rotate(file.lines.begin(), file.lines.begin() + 1, first_entry);
        for (PendingEach& each : pending_eaches_) {
            each.line -= each.line < static_cast<std::size_t>(first_entry - file.lines.begin()) ? 1U : 0U;
        }
    }
}

LineSpec Compiler::read_line(TableReader& table, FileSpec& file, const std::vector<std::uint32_t>& columns) {
    LineSpec line;
    line.name = table.text_or("name", "");
    line.place = table.place();
    constexpr std::array<Per, 6> places = {Per::entry, Per::rate, Per::file, Per::group, Per::group_end, Per::file_end};
    line.per = places[table.word("per", {"entry", "rate", "file", "group", "group-end", "file-end"}).value_or(0)];
    Surroundings around;
    around.file = &file;
    around.line = &line;
    around.before_entries = line.per != Per::file_end;
    read_line_amount(table, line, around);
    if (auto set = table.table("set")) {
        for (const auto& [name, node] : set->all()) {
            if (!node->is_string()) {
                set->wrong(name, fmt::format("\"{}\" must be an expression between quotes", name));
            }
            if (find_field("line." + name) != nullptr) {
                set->wrong(name, fmt::format("\"{}\" has a meaning already: line.{}", name, name));
            }
            const Node* value = expression(set->source_of(*node), around);
            line.set.emplace_back(name, value);
        }
    }
    read_each(table, file, line);
    around.has_each = line.each >= 0;
    line.when = expression_of(table, "when", around, Type::truth);
    line.at_row = static_cast<std::uint32_t>(table.whole("row", 1, sheet_rows_max).value_or(0));
    line.skip_rows = static_cast<std::uint32_t>(table.whole("skip", 0, 10'000).value_or(0));
    read_line_content(table, file, line, columns, around);
    return line;
}

void Compiler::read_line_amount(TableReader& table, LineSpec& line, Surroundings& around) {
    for (const std::string_view key : {"debit", "credit", "amount"}) {
        const Node* amount = expression_of(table, key, around, Type::money);
        if (amount == nullptr) {
            continue;
        }
        if (line.amount != nullptr) {
            table.wrong(key, "a line has one of debit, credit and amount");
        }
        line.amount = amount;
        line.amount_place = table.place(key);
        line.is_credit = key == "credit";
        line.is_plain = key == "amount";
        line.control = control_of(*amount);
    }
    constexpr std::array<Control, 5> controls = {Control::none, Control::amount, Control::gross, Control::net, Control::vat};
    if (const auto control = table.word("control", {"none", "amount", "gross", "net", "vat"})) {
        if (line.amount == nullptr) {
            table.wrong("control", "\"control\" says what a line's debit, credit or amount is: this line has none");
        }
        line.control = controls[*control];
    }
    if (line.control == Control::gross || line.control == Control::net || line.control == Control::vat) {
        template_.uses_split = true;
    }
    around.has_amount = line.amount != nullptr;
    if (line.amount != nullptr && !is_of_entry(line.per)) {
        throw TemplateProblem(line.place, "only a line per entry or rate has a debit, credit or amount");
    }
}

void Compiler::read_line_content(TableReader& table, FileSpec& file, LineSpec& line, const std::vector<std::uint32_t>& columns,
                                 Surroundings& around) {
    const bool own_columns = table.has("columns");
    const bool has_values = table.has("values");
    const auto text = table.source_text("text");
    if ((own_columns ? 1 : 0) + (has_values ? 1 : 0) + (text ? 1 : 0) > 1) {
        throw TemplateProblem(line.place, "a line has one of columns, values and text");
    }
    if (text) {
        if (file.layout == Layout::worksheet) {
            table.wrong("text", "a worksheet's line has columns or values");
        }
        line.is_text = true;
        line.text = text_parts(*text, around);
        settle_line_ends(line.text, file.line_end);
        return;
    }
    if (file.layout == Layout::text) {
        throw TemplateProblem(line.place, "in a text layout each line has its \"text\"");
    }
    if (has_values) {
        add_plain_cells(table.source_texts("values"), file, line, around);
        return;
    }
    const std::vector<std::uint32_t> own = own_columns ? read_columns(table, "columns", file) : std::vector<std::uint32_t>();
    const std::vector<std::uint32_t>& wanted = own_columns ? own : columns;
    if (wanted.empty()) {
        throw TemplateProblem(line.place, "this line writes nothing: it has no columns, values or text, and the file has no columns");
    }
    line.is_header = table.truth_or("names", false);
    if (line.is_header) {
        line.header_columns = wanted;
        return;
    }
    for (const std::uint32_t column : wanted) {
        line.cells.push_back(add_cell(column, around, !own_columns && line.each < 0));
        line.has_unique = line.has_unique || template_.columns[column].format.unique;
    }
}

void Compiler::read_each(TableReader& table, FileSpec& file, LineSpec& line) {
    const auto value = table.source_text("each");
    const auto sum = table.source_text("each_sum");
    if (!value) {
        if (sum) {
            table.wrong("each_sum", "\"each_sum\" goes with \"each\"");
        }
        return;
    }
    if (line.per != Per::file && line.per != Per::file_end) {
        table.wrong("each", "\"each\" belongs to a line per file or file-end");
    }
    line.each = static_cast<int>(pending_eaches_.size());
    pending_eaches_.push_back({file.lines.size(), *value, sum});
    if (line.per == Per::file) {
        file.has_totals = true;
    }
}

/// An `each` is evaluated beside every line of an entry, with what that line sets; a line that does not set what it asks for is passed
/// over.
void Compiler::compile_eaches(FileSpec& file) {
    for (const PendingEach& pending : pending_eaches_) {
        EachSpec each;
        bool somewhere = false;
        std::optional<TemplateProblem> problem;
        for (const LineSpec& line : file.lines) {
            each.value.push_back(nullptr);
            each.sum.push_back(nullptr);
            if (!is_of_entry(line.per)) {
                continue;
            }
            Surroundings around;
            around.file = &file;
            around.line = &line;
            around.has_amount = line.amount != nullptr;
            try {
                const Node* value = expression(pending.value, around);
                if (value->type != Type::text) {
                    throw TemplateProblem(value->place, fmt::format("\"each\" must be a text, found {}", name_of(value->type)));
                }
                const Node* sum = pending.sum ? expression(*pending.sum, around) : nullptr;
                if (sum != nullptr && sum->type != Type::money) {
                    throw TemplateProblem(sum->place, fmt::format("\"each_sum\" must be an amount, found {}", name_of(sum->type)));
                }
                each.value.back() = value;
                each.sum.back() = sum;
                somewhere = true;
            } catch (const TemplateProblem& found) {
                problem = found;
            }
        }
        if (!somewhere) {
            throw problem.value_or(TemplateProblem(pending.value.place(0), "\"each\" needs lines of entries"));
        }
        file.eaches.push_back(std::move(each));
    }
}

void Compiler::check_file(TableReader& table, FileSpec& file) {
    bool has_debit = false;
    bool has_credit = false;
    bool has_entry_line = false;
    for (const LineSpec& line : file.lines) {
        file.controls_used.at(static_cast<std::size_t>(line.control)) = true;
        has_entry_line = has_entry_line || is_of_entry(line.per);
        has_control_ = has_control_ || (line.control != Control::none && line.control != Control::vat);
        has_debit = has_debit || (line.amount != nullptr && !line.is_plain && !line.is_credit);
        has_credit = has_credit || (line.amount != nullptr && line.is_credit);
    }
    if (!has_entry_line) {
        throw TemplateProblem(file.place, "this file has no line per entry: it would hold no document");
    }
    file.balance = table.truth_or("balance", has_debit && has_credit);
}

}  // namespace moisson::erp

/// The "Billing Report" sheet of a bill's workbook as lines of a consumption report: archive, shared texts, sheet, row by row. Parts are
/// found by their relationships (ECMA-376 part 2 §9.3), whatever their names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "usage/headings.hpp"
#include "usage/input.hpp"
#include "usage/messages.hpp"
#include "usage/xml.hpp"

namespace moisson::usage {

namespace {

constexpr std::string_view sheet_name = "Billing Report";
constexpr std::uint64_t first_data_row = 14;
constexpr std::uint64_t rows_max = 1'048'576;  // XLSX's own limit
/// Rows that are made before they are asked for; the sheet is halted then.
constexpr std::size_t rows_ahead_bytes = 1U << 20U;
constexpr std::size_t sheets_max = 1000;
constexpr std::size_t relations_max = 10'000;

/// Where the sheet's columns go; the others are not known (api/README.md §6).
constexpr std::array<std::pair<std::uint8_t, ReportColumn>, 10> column_map{{{0, id_resource},
                                                                            {7, charge_label},
                                                                            {9, region},
                                                                            {10, service_cloud},
                                                                            {11, code_label},
                                                                            {12, quantity},
                                                                            {13, billing_unit},
                                                                            {14, unit_price},
                                                                            {15, amount},
                                                                            {17, discounted_amount}}};
constexpr std::uint8_t quantity_column = 12;
constexpr std::uint8_t amount_column = 15;
constexpr std::uint8_t discounted_column = 17;

/// Whether the cells of a row name quantity, amount and what is left of it after the discount, in this order and in these columns. The
/// texts of the real heading were never published: the words are those that bills use in English and French.
template <class Cells>
bool is_heading(const Cells& cells) {
    return names_quantity(cells[quantity_column]) && names_amount(cells[amount_column]) && names_discounted(cells[discounted_column]);
}

/// What is no more than broken, in our words and the library's.
Error said(Error error, const Message& what) {
    if (error.code == ErrorCode::bad_input) {
        error.message = error.cause.empty() ? what : messages::with_cause_in_brackets(what, error.cause);
    }
    return error;
}

/// The name by which a part is compared: names of parts differ by no case (ECMA-376 part 2 §9.1.1); some writers put backslashes.
std::string part_name(std::string_view path) {
    std::vector<std::string> steps;
    std::string step;
    const auto end_step = [&] {
        if (step == ".." && !steps.empty()) {
            steps.pop_back();
        } else if (!step.empty() && step != "." && step != "..") {
            steps.push_back(step);
        }
        step.clear();
    };
    for (const char letter : path) {
        if (letter == '/' || letter == '\\') {
            end_step();
        } else {
            step += lower(letter);
        }
    }
    end_step();
    return fmt::format("{}", fmt::join(steps, "/"));
}

std::string folder_of(const std::string& part) {
    const std::size_t slash = part.rfind('/');
    return slash == std::string::npos ? std::string() : part.substr(0, slash + 1);
}

/// The part that holds another one's relationships.
std::string relations_of(const std::string& part) {
    const std::string folder = folder_of(part);
    return fmt::format("{}_rels/{}.rels", folder, part.substr(folder.size()));
}

/// Where the workbook's bytes are.
struct Package {
    StoredFile& file;
    std::string bytes;  ///< instead of the file, unless empty

    /// Opened at the part of that name; empty when there is none.
    [[nodiscard]] Result<std::unique_ptr<ArchiveReader>> open_part(std::string_view name) const {
        auto reader = bytes.empty() ? std::make_unique<ArchiveReader>(file) : std::make_unique<ArchiveReader>(file, bytes);
        if (auto opened = reader->open(ArchiveReader::Form::package); !opened) {
            return fail(said(std::move(opened.error()), messages::workbook_cannot_opened));
        }
        for (;;) {
            auto entry = reader->next();
            if (!entry) {
                return fail(said(std::move(entry.error()), messages::workbook_directory_cannot_read));
            }
            if (!*entry) {
                return std::unique_ptr<ArchiveReader>();
            }
            if (part_name((*entry)->name) == name) {
                return reader;
            }
        }
    }

    /// Reads a part of the archive as XML.
    [[nodiscard]] Status read_part(const std::string& name, XmlEvents& events, std::uint64_t bytes_max, bool is_needed) const {
        auto part = open_part(name);
        if (!part) {
            return fail(std::move(part.error()));
        }
        if (*part == nullptr) {
            return is_needed ? Status(fail(ErrorCode::bad_input, messages::workbook_no_part(sanitise(name, 80))))
                             : Status{};
        }
        XmlReader reader(events, xml_terms(file.budget().limits()));
        std::string piece(64U << 10U, '\0');
        std::uint64_t total = 0;
        for (;;) {
            auto got = (*part)->read(piece.data(), piece.size());
            if (!got) {
                return fail(said(std::move(got.error()), messages::workbook_cannot_unpacked));
            }
            total += *got;
            if (total > bytes_max) {
                return fail(ErrorCode::too_large, messages::workbook_part_too_large(sanitise(name, 80)));
            }
            if (auto fed = reader.feed(std::string_view(piece).substr(0, *got), *got == 0); !fed || *got == 0) {
                return fed;
            }
        }
    }
};

/// xl/workbook.xml: names and relation ids of the sheets.
class SheetList final : public XmlEvents {
public:
    struct Sheet {
        std::string name;
        std::string relation;
    };
    void start(std::string_view name, const Attributes& attributes) override {
        if (name == "sheet") {
            sheets.push_back({std::string(attributes.get("name")), std::string(attributes.get("id"))});
            if (sheets.size() > sheets_max) {
                stop(messages::workbook_more_thousand_sheets);
            }
        }
    }
    void end(std::string_view /*name*/) override {}
    void text(std::string_view /*text*/) override {}
    std::vector<Sheet> sheets;
};

/// The relationships of one part: where the parts lie that it names.
class Relations final : public XmlEvents {
public:
    /// `folder`: of the part, with a slash at its end; targets are relative to it.
    explicit Relations(std::string folder) : folder_(std::move(folder)) {}
    void start(std::string_view name, const Attributes& attributes) override {
        if (name != "Relationship" || attributes.get("TargetMode") == "External") {
            return;
        }
        const std::string_view target = attributes.get("Target");
        const bool is_absolute = target.starts_with('/') || target.starts_with('\\');
        std::string path = part_name(is_absolute ? std::string(target) : folder_ + std::string(target));
        const std::string_view type = attributes.get("Type");
        if (type.ends_with("/sharedStrings")) {
            shared_texts = path;
        } else if (type.ends_with("/officeDocument")) {
            document = path;
        }
        paths.emplace_back(attributes.get("Id"), std::move(path));
        if (paths.size() > relations_max) {
            stop(messages::workbook_more_ten_thousand);
        }
    }
    void end(std::string_view /*name*/) override {}
    void text(std::string_view /*text*/) override {}
    [[nodiscard]] std::string path_of(std::string_view id) const {
        const auto found = std::find_if(paths.begin(), paths.end(), [&](const auto& pair) { return pair.first == id; });
        return found == paths.end() ? std::string() : found->second;
    }
    std::string shared_texts;
    std::string document;
    std::vector<std::pair<std::string, std::string>> paths;

private:
    std::string folder_;
};

/// xl/sharedStrings.xml: texts that cells name by number. Blocks of a fixed size: nothing is copied as it grows.
class SharedTexts final : public XmlEvents {
public:
    explicit SharedTexts(const Limits& limits) : limits_(limits) {}
    void start(std::string_view name, const Attributes& /*attributes*/) override {
        if (name == "si") {
            current_.clear();
        }
        in_phonetic_ = in_phonetic_ || name == "rPh";
        in_text_ = name == "t" && !in_phonetic_;
    }
    void end(std::string_view name) override {
        in_text_ = false;
        in_phonetic_ = in_phonetic_ && name != "rPh";
        if (name == "si") {
            keep();
        }
    }
    void text(std::string_view text) override {
        if (in_text_) {
            current_ += text;
            if (current_.size() > line_bytes_max) {
                stop(messages::text_workbook_longer_1_mib);
            }
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }
    [[nodiscard]] std::string_view at(std::size_t index) const {
        const Place& place = texts_.at(index);
        return {blocks_.at(place.block).get() + place.begin, place.size};
    }

private:
    struct Place {
        std::uint32_t block = 0;
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };
    void keep() {
        total_ += current_.size() + sizeof(Place);
        if (total_ > limits_.shared_texts_bytes) {
            stop(messages::workbook_texts_take_more_64_mib, ErrorCode::too_large);
            return;
        }
        if (blocks_.empty() || line_bytes_max - used_ < current_.size()) {
            blocks_.emplace_back(new char[line_bytes_max]);
            used_ = 0;
        }
        std::memcpy(blocks_.back().get() + used_, current_.data(), current_.size());
        texts_.push_back({static_cast<std::uint32_t>(blocks_.size() - 1), static_cast<std::uint32_t>(used_),
                          static_cast<std::uint32_t>(current_.size())});
        used_ += current_.size();
    }
    const Limits& limits_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = 0;
    std::size_t total_ = 0;
    std::vector<Place> texts_;
    std::string current_;
    bool in_text_ = false;
    bool in_phonetic_ = false;
};

/// "R14" of "AB14": the column from 0; -1 when there is none.
int column_of(std::string_view reference) noexcept {
    constexpr int columns_max = 16'384;  // XLSX's own limit
    int column = 0;
    for (const char letter : reference) {
        if (letter < 'A' || letter > 'Z') {
            break;
        }
        column = column * 26 + (letter - 'A' + 1);
        if (column > columns_max) {
            return -1;
        }
    }
    return column - 1;
}

/// The rows of one sheet, each a record of `out` in the form of a consumption report; rows that are not there and rows above the data are
/// blank lines, so that the record's number is the row's.
class SheetRows final : public XmlEvents {
public:
    SheetRows(const SharedTexts& texts, std::string& out) : texts_(texts), out_(out) {}

    void start(std::string_view name, const Attributes& attributes) override {
        if (name == "row") {
            begin_row(attributes.get("r"));
        } else if (name == "c" && in_row_) {
            begin_cell(attributes);
        } else if (name == "rPh") {
            in_phonetic_ = true;
        } else if (name == "v" || (name == "t" && !in_phonetic_)) {
            in_value_ = column_ >= 0;
        }
    }
    void end(std::string_view name) override {
        if (name == "row") {
            end_row();
        } else if (name == "sheetData" && !has_heading_) {
            stop_without_heading();
        } else if (name == "c") {
            end_cell();
        } else if (name == "rPh") {
            in_phonetic_ = false;
        } else if (name == "v" || name == "t") {
            in_value_ = false;
        }
    }
    void text(std::string_view text) override {
        if (in_value_) {
            value_ += text;
            if (value_.size() > line_bytes_max) {
                stop(messages::cell_longer_1_mib);
            }
        }
    }
    /// The row at hand, or the one that should have followed.
    [[nodiscard]] std::uint64_t row() const noexcept { return in_row_ ? row_ : row_ + 1; }

private:
    /// Without it nobody knows what the columns are: lines of another layout would add up to something, and be compared with the bill.
    void stop_without_heading() {
        stop(
            messages::no_row_up_names_quantity_amount(first_data_row - 1));
    }
    void begin_row(std::string_view number) {
        std::uint64_t row = row_ + 1;
        if (!number.empty()) {
            const auto read = std::from_chars(number.data(), number.data() + number.size(), row);
            if (read.ec != std::errc() || read.ptr != number.data() + number.size()) {
                row = 0;
            }
        }
        if (row <= row_ || row > rows_max) {
            stop(messages::row_after_row_no_number_can(row_));
            return;
        }
        out_.append(row - row_ - 1, '\n');
        row_ = row;
        in_row_ = true;
        if (row >= first_data_row && !has_heading_) {
            stop_without_heading();
            return;
        }
        next_column_ = 0;
        for (std::string& cell : cells_) {
            cell.clear();
        }
    }
    void begin_cell(const Attributes& attributes) {
        const std::string_view reference = attributes.get("r");
        column_ = reference.empty() ? next_column_ : column_of(reference);
        if (column_ < 0) {
            stop(messages::cell_no_column);
            return;
        }
        next_column_ = column_ + 1;
        kind_ = attributes.get("t");
        value_.clear();
    }
    void end_cell() {
        if (column_ >= 0 && static_cast<std::size_t>(column_) < cells_.size() && !value_.empty()) {
            std::string& cell = cells_.at(static_cast<std::size_t>(column_));
            if (kind_ == "s") {
                std::size_t index = texts_.size();
                std::from_chars(value_.data(), value_.data() + value_.size(), index);
                if (index >= texts_.size()) {
                    stop(messages::cell_names_text_not);
                    return;
                }
                cell = texts_.at(index);
            } else if (kind_.empty() || kind_ == "n") {
                std::array<char, number_text_max> text{};
                const ReadNumber number = read_workbook_number(value_, text.data());
                cell = number.form == NumberForm::number ? std::string_view(text.data(), static_cast<std::size_t>(number.end - text.data()))
                                                         : std::string_view(value_);
            } else {
                cell = value_;
            }
        }
        column_ = -1;
        in_value_ = false;
    }
    void end_row() {
        if (row_ < first_data_row) {
            std::array<char, number_text_max> text{};
            const bool has_amounts = std::all_of(amount_cells.begin(), amount_cells.end(), [&](std::uint8_t column) {
                return read_number(cells_.at(column), DecimalMark::dot, text.data()).form == NumberForm::number;
            });
            if (has_amounts) {
                stop(messages::holds_amounts_but_lines_begin_row(first_data_row));
                return;
            }
            has_heading_ = has_heading_ || is_heading(cells_);
            out_ += '\n';
            in_row_ = false;
            halt_when_ahead();
            return;
        }
        std::size_t written = 0;
        for (std::size_t column = 0; column < known_columns; ++column) {
            const auto from = std::find_if(column_map.begin(), column_map.end(), [&](const auto& pair) { return pair.second == column; });
            if (from != column_map.end()) {
                put_field(cells_.at(from->first));
                written += cells_.at(from->first).size();
            }
            out_ += column + 1 < known_columns ? ';' : '\n';
        }
        if (written > line_bytes_max) {
            stop(line_too_long);
            return;
        }
        in_row_ = false;
        halt_when_ahead();
    }
    /// A piece of the sheet can name a long text many times: rows are made no faster than they are taken.
    void halt_when_ahead() {
        if (out_.size() > rows_ahead_bytes) {
            pause();
        }
    }
    void put_field(std::string_view value) {
        if (value.find_first_of(";\"\r\n") == std::string_view::npos) {
            out_ += value;
            return;
        }
        out_ += '"';
        for (const char letter : value) {
            out_.append(letter == '"' ? 2 : 1, letter);
        }
        out_ += '"';
    }

    static constexpr std::array<std::uint8_t, 2> amount_cells{amount_column, discounted_column};
    const SharedTexts& texts_;
    std::string& out_;
    std::array<std::string, 18> cells_;
    std::uint64_t row_ = 0;
    bool in_row_ = false;
    bool has_heading_ = false;
    bool in_value_ = false;
    bool in_phonetic_ = false;
    int column_ = -1;
    int next_column_ = 0;
    std::string kind_;
    std::string value_;
};

class WorkbookSource final : public ByteSource {
public:
    WorkbookSource(StoredFile& file, std::string bytes)
        : budget_(file.budget()),
          limits_(budget_.limits()),
          package_{file, std::move(bytes)},
          texts_(limits_),
          rows_(texts_, out_),
          reader_(rows_, xml_terms(limits_)) {}

    Status open() {
        SheetList sheets;
        Relations package_relations("");
        auto read = package_.read_part("_rels/.rels", package_relations, limits_.small_part_bytes, false);
        if (!read) {
            return read;
        }
        const std::string document = package_relations.document.empty() ? "xl/workbook.xml" : package_relations.document;
        Relations relations(folder_of(document));
        read = package_.read_part(document, sheets, limits_.small_part_bytes, true).and_then([&] {
            return package_.read_part(relations_of(document), relations, limits_.small_part_bytes, true);
        });
        if (!read) {
            return read;
        }
        auto wanted = std::find_if(sheets.sheets.begin(), sheets.sheets.end(), [](const auto& sheet) { return sheet.name == sheet_name; });
        if (wanted == sheets.sheets.end() && sheets.sheets.size() == 1) {
            wanted = sheets.sheets.begin();
            other_sheet_ = wanted->name.empty() ? "?" : wanted->name;
        }
        if (wanted == sheets.sheets.end()) {
            return fail(ErrorCode::bad_input,
                        messages::workbook_sheets_none_called(sheets.sheets.size(), sheet_name));
        }
        if (!relations.shared_texts.empty()) {
            if (auto texts = package_.read_part(relations.shared_texts, texts_, UINT64_MAX, true); !texts) {
                return texts;
            }
        }
        auto part = package_.open_part(relations.path_of(wanted->relation));
        if (!part) {
            return fail(std::move(part.error()));
        }
        if (*part == nullptr) {
            return fail(ErrorCode::bad_input, messages::workbook_no_such_part_sheet);
        }
        sheet_ = std::move(*part);
        return {};
    }

    Result<std::size_t> read(char* to, std::size_t size) override {
        while (out_.size() - at_ < size && !at_end_) {
            out_.erase(0, at_);
            at_ = 0;
            auto more = feed();
            if (!more && more.error().code == ErrorCode::disk) {
                return fail(std::move(more.error()));
            }
            if (!more) {
                at_end_ = true;
                trouble_ = trouble_of(rows_.row(), more.error());
            }
        }
        const std::size_t taken = std::min(size, out_.size() - at_);
        std::memcpy(to, out_.data() + at_, taken);
        at_ += taken;
        return taken;
    }
    std::optional<LineError> trouble() const override { return trouble_; }
    std::string other_sheet() const override { return other_sheet_; }

private:
    Status feed() {
        const std::size_t before = out_.size();
        auto fed = feed_reader();
        at_end_ = was_last_ && !reader_.is_paused();
        // A row can name a long text with few bytes: what rows become counts as if it had been packed.
        auto within = budget_.unpacked(out_.size() - before);
        return fed ? within : fed;
    }
    Status feed_reader() {
        if (reader_.is_paused()) {
            return reader_.resume();
        }
        auto got = sheet_->read(piece_.data(), piece_.size());
        if (!got) {
            return fail(said(std::move(got.error()), messages::sheet_cannot_unpacked));
        }
        was_last_ = *got == 0;
        return reader_.feed(std::string_view(piece_).substr(0, *got), was_last_);
    }

    Budget& budget_;
    const Limits& limits_;
    Package package_;
    SharedTexts texts_;
    std::string out_;
    std::size_t at_ = 0;
    SheetRows rows_;
    XmlReader reader_;
    std::unique_ptr<ArchiveReader> sheet_;
    std::string piece_ = std::string(64U << 10U, '\0');
    bool was_last_ = false;
    bool at_end_ = false;
    std::optional<LineError> trouble_;
    std::string other_sheet_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_workbook(StoredFile& file, std::string bytes) {
    auto source = std::make_unique<WorkbookSource>(file, std::move(bytes));
    if (auto opened = source->open(); !opened) {
        return fail(std::move(opened.error()));
    }
    return source;
}

}  // namespace moisson::usage

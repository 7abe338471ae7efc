#pragma once
/// Postings into the files of one template: selection, order, splits, lines, checks, totals.

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "erp/cells.hpp"
#include "erp/erp.hpp"
#include "erp/evaluator.hpp"
#include "erp/worksheet.hpp"

namespace moisson::erp {

/// Findings of one template, bounded: of each code the first thousand, and how many more there are.
class FindingList {
public:
    void add(Finding finding);
    [[nodiscard]] std::vector<Finding> finish();
    [[nodiscard]] bool has_errors() const noexcept { return has_errors_; }

private:
    static constexpr std::size_t of_a_code_max = 1000;
    std::vector<Finding> findings_;
    std::map<std::string_view, std::uint64_t> counts_;
    bool has_errors_ = false;
};

/// A file that grows under a temporary name: bytes, or a worksheet.
class Target {
public:
    [[nodiscard]] static Result<std::unique_ptr<Target>> create(const std::filesystem::path& path, const FileSpec& file, Timestamp created,
                                                                bool list_cells);
    /// Bytes that wait to be written; handed on by `drain`.
    std::string buffer;
    [[nodiscard]] Status drain();
    /// Closes the file, which stays under its temporary name; fills size and digest.
    [[nodiscard]] Status finish(RenderedFile& into);
    /// Gives the finished file its name. Without it the destructor removes the file.
    [[nodiscard]] Status rename_to(const std::filesystem::path& path);
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    ~Target();
    [[nodiscard]] Worksheet* sheet() { return sheet_ ? &*sheet_ : nullptr; }
    [[nodiscard]] const std::string& cells() const noexcept { return cells_; }

private:
    std::optional<AtomicFile> file_;
    std::optional<Worksheet> sheet_;
    std::filesystem::path temporary_;  // empty: renamed
    void write_pieces(const std::stop_token& stop);
    [[nodiscard]] Status write_piece(std::string_view piece);

    std::string cells_;
    Digest digest_;
    std::uint64_t size_ = 0;

    // Digest and write beside the rendering: a piece is handed over while the next one is made. Guarded by `mutex_`: `piece_`, `is_full_`,
    // `written_`. The writer alone touches `digest_`, `file_` and `size_` while it runs.
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string piece_;
    bool is_full_ = false;
    Status written_;
    std::jthread writer_;  // last: it ends before what it uses
};

class Renderer {
public:
    Renderer(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options);
    [[nodiscard]] Result<Rendered> render();
    /// For `templates test`: the cells of each worksheet, by file name.
    void list_cells() { list_cells_ = true; }
    [[nodiscard]] const std::map<std::string, std::string>& cells() const noexcept { return cell_listings_; }

private:
    using Indices = std::vector<std::uint32_t>;
    /// What is known of the file that is being gone through.
    struct Pass {
        const FileSpec* file = nullptr;
        Cells* cells = nullptr;
        Target* target = nullptr;  ///< null: nothing is written (counting, or refused already)
        bool is_dry = false;       ///< counting only
        std::span<const std::uint32_t> indices;
        Totals totals;
        std::vector<Totals> groups;
        const Posting* group_first = nullptr;
        std::map<std::string_view, ControlTotal> control;
        ControlTotal* last_control = nullptr;
        Currency last_currency;
        [[nodiscard]] ControlTotal& control_of(Currency currency);
        std::array<bool, 5> controls_used{};  ///< by Control: some line has it
        std::uint64_t records = 0;            ///< written so far: line ends stand between them
        std::uint32_t sheet_row = 0;
    };
    struct EachValue {
        Money sum;
        std::int64_t count = 0;
        bool is_mixed = false;
        bool has_sum = false;
    };
    using EachValues = std::map<std::string, EachValue, std::less<>>;

    void select(Indices& selected);
    [[nodiscard]] bool is_wanted(const Posting& posting);
    void sort(Indices& selected);
    [[nodiscard]] Status render_file(const FileSpec& file, const Indices& selected);
    [[nodiscard]] Status render_part(const FileSpec& file, std::span<const std::uint32_t>& rest, bool is_only);
    void fetch_ahead(std::span<const std::uint32_t> indices, std::size_t at) const;
    [[nodiscard]] std::size_t run_pass(Pass& pass);
    [[nodiscard]] std::uint64_t rows_ahead(const Pass& pass, std::size_t at);
    [[nodiscard]] bool begins_group(std::span<const std::uint32_t> indices, std::size_t at) const;
    void begin_pass(Pass& pass);
    void end_pass(Pass& pass);
    void write_file_lines(Pass& pass, Per per);
    void write_each_lines(Pass& pass, const LineSpec& line);
    void begin_group(Pass& pass, const Posting& posting);
    void write_group_lines(Pass& pass, Per per);
    void write_entry(Pass& pass, const Posting& posting, std::uint32_t index);
    void write_entry_line(Pass& pass, std::size_t line_at, const LineSpec& line);
    [[nodiscard]] bool take_amount(const LineSpec& line);
    void gather_each(Pass& pass, std::size_t line_at);
    void check_entry(Pass& pass, const Posting& posting, std::uint32_t index);
    [[nodiscard]] bool is_covered(Control kind) const;
    void check_sums(const Pass& pass);
    void check_fiscal_year();
    void check_rules(std::uint32_t index);
    void note_entry(Pass& pass, const Posting& posting);
    void write_line(Pass& pass, const LineSpec& line, bool is_continuation);
    void write_row_cells(Pass& pass, const LineSpec& line, bool is_continuation);
    void write_sheet_cells(Pass& pass, const LineSpec& line, bool is_continuation);
    void begin_record(Pass& pass);
    void take_problems(const Posting* posting);
    void drain(Pass& pass);
    [[nodiscard]] std::string file_name(const FileSpec& file);
    void name_files();
    [[nodiscard]] Status publish(Rendered& rendered);
    static void add_money(Money& sum, bool& has, bool& mixed, const Money& more);

    const Settings& settings_;
    const Template& template_;
    std::span<const Posting> postings_;
    const RenderOptions& options_;
    Evaluator evaluator_;
    FindingList findings_;
    std::vector<bool> is_written_;
    std::vector<bool> is_checked_;
    std::vector<std::uint32_t> group_of_;  ///< by posting; empty without groups
    std::vector<EachValues> eaches_;
    std::vector<FingerprintTable> check_tables_;
    std::vector<std::optional<std::int64_t>> check_numbers_;
    std::map<std::pair<std::string_view, std::string_view>, bool> vat_told_;
    struct Written {
        std::unique_ptr<Target> target;
        RenderedFile file;
        const FileSpec* spec = nullptr;
        bool has_own_name = false;
    };
    std::vector<Written> files_;
    std::int64_t part_ = 0;
    bool list_cells_ = false;
    std::map<std::string, std::string> cell_listings_;
    std::optional<Status> disk_problem_;

    // Sums of the entry in hand.
    struct ControlSum {
        Money sum;
        bool has = false;
        bool is_mixed = false;
    };
    std::array<ControlSum, 5> controls_{};  // by Control
    Money entry_debit_;
    Money entry_credit_;
    bool has_debit_ = false;
    bool has_credit_ = false;
    bool is_mixed_ = false;
};

}  // namespace moisson::erp

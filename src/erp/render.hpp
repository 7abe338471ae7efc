#pragma once
/// Postings into the files of one template: selection, order, splits, lines, checks, totals.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erp/cells.hpp"
#include "erp/entry_sums.hpp"
#include "erp/erp.hpp"
#include "erp/evaluator.hpp"
#include "erp/finding_list.hpp"
#include "erp/line_writer.hpp"
#include "erp/selection.hpp"
#include "erp/target.hpp"
#include "erp/written_files.hpp"

namespace moisson::erp {

class Renderer {
public:
    Renderer(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options);
    [[nodiscard]] Result<Rendered> render();
    /// For `templates test`: the cells of each worksheet, by file name.
    void list_cells() { files_.list_cells(); }
    [[nodiscard]] const std::map<std::string, std::string>& cells() const noexcept { return files_.cells(); }

private:
    using Indices = std::vector<std::uint32_t>;
    /// What is known of the file that is being gone through.
    struct Pass {
        const FileSpec* file = nullptr;
        Cells* cells = nullptr;
        Target* target = nullptr;     ///< null: nothing is written (counting, or refused already)
        LineWriter* lines = nullptr;  ///< null: counting only
        bool is_dry = false;          ///< counting only
        std::span<const std::uint32_t> indices;
        Totals totals;
        std::vector<Totals> groups;
        const Posting* group_first = nullptr;
        std::map<std::string_view, ControlTotal> control;
        ControlTotal* last_control = nullptr;
        Currency last_currency;
        [[nodiscard]] ControlTotal& control_of(Currency currency);
    };
    struct EachValue {
        Money sum;
        std::int64_t count = 0;
        bool is_mixed = false;
        bool has_sum = false;
    };
    using EachValues = std::map<std::string, EachValue, std::less<>>;

    [[nodiscard]] Status render_file(const FileSpec& file, const Indices& selected);
    [[nodiscard]] Status render_part(const FileSpec& file, std::span<const std::uint32_t>& rest);
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
    template <class Take>
    void for_each_rate(bool per_rate, const Take& take);
    [[nodiscard]] bool take_amount(const LineSpec& line);
    void gather_each(Pass& pass, std::size_t line_at);
    void take_problems(const Posting* posting) { findings_.take_problems(evaluator_, posting); }
    void check_entry(Pass& pass, const Posting& posting, std::uint32_t index);
    void check_fiscal_year();
    void check_rules(std::uint32_t index);
    void check_rule(std::size_t at, std::uint32_t index);
    void note_entry(Pass& pass, const Posting& posting);
    void drain(Pass& pass);
    [[nodiscard]] std::string file_name(const FileSpec& file);

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
    WrittenFiles files_;
    std::int64_t part_ = 0;
    std::optional<Status> disk_problem_;
    EntrySums sums_;  // of the entry in hand
};

}  // namespace moisson::erp

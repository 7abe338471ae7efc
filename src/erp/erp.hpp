#pragma once
/// The door of the ERP room: templates (data files that say how an ERP wants its postings) are loaded, given an accountant's settings and
/// mappings, and rendered into files.
///
/// A template is one TOML file; templates/README.md is its reference. Nothing here knows a format by name.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"
#include "domain/entry_number.hpp"
#include "domain/erp_job.hpp"
#include "domain/finding.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/posting.hpp"
#include "domain/rate.hpp"

namespace moisson::erp {

/// One setting or mapping column that a template declares.
struct Wanted {
    std::string name;
    std::string about;
    bool required = true;
    std::string default_text;  ///< of a setting; empty: none
};

/// What a template says of itself.
struct TemplateInfo {
    std::string name;                ///< "fec": the file's name without ".toml"
    std::string origin;              ///< "built in", or the path
    std::string target;              ///< the program or rule that reads the file
    std::string version;             ///< of the target's format
    std::string about;               ///< one or two sentences
    std::string source;              ///< where the layout is written down
    std::string confidence;          ///< "law", "official", "engine", "run", "third" or "general"
    std::vector<std::string> files;  ///< the names that it writes, as patterns: "fec.txt"
    std::vector<Wanted> settings;
    std::vector<Wanted> mappings;  ///< columns of the mapping
    bool of_usage = false;         ///< made of the lines in usage.csv: it books nothing
};

/// A compiled template: immutable, any thread.
class Template;
using TemplatePtr = std::shared_ptr<const Template>;

/// One template with what an accountant says about it: immutable, any thread. Keeps its template alive.
class Settings;
using SettingsPtr = std::shared_ptr<const Settings>;

/// The templates inside the program, by name.
[[nodiscard]] std::vector<TemplateInfo> list_templates();

/// `name_or_path`: a path when it has a '/' or ends in ".toml"; else NAME.toml in the job's `[erp] template_folder` when there is one;
/// else a built-in name. `bad_input` with file, line and column in `where`; `not_found` for an unknown name, with the nearest one in
/// `hint`.
[[nodiscard]] Result<TemplatePtr> load_template(const std::string& name_or_path, const ErpJob& job = {});
/// The same from text; `path` names it.
[[nodiscard]] Result<TemplatePtr> parse_template(std::string_view text, const std::string& path);

[[nodiscard]] const TemplateInfo& info_of(const Template& of) noexcept;
[[nodiscard]] const TemplateInfo& info_of(const Settings& settings) noexcept;
/// The TOML text.
[[nodiscard]] const std::string& text_of(const Template& of) noexcept;

/// Reads `[erp]` and `[erp.NAME]` for this template, and the mapping files that they name. `bad_input` with the place: a required
/// setting that is missing, a value that does not fit, an unknown setting of `[erp.NAME]`, an unreadable mapping, a mapping without a
/// required column.
[[nodiscard]] Result<SettingsPtr> load_settings(TemplatePtr of, const ErpJob& job);

/// What holds for a perimeter: `own` goes before all that `job` says, below [erp] before [erp.NAME] too.
[[nodiscard]] ErpJob with_own(const ErpJob& job, const ErpJob& own);

/// Whether the template takes something of `own`: a setting, or the mapping.
[[nodiscard]] bool takes_any(const Template& of, const ErpJob& own);

/// `bad_input` for a table [erp.NAME] or a key of [erp] that is a slip of one that there is: it would be silently not obeyed. `asked`: the
/// job's templates. What is near nothing may belong to a template that is not asked for now.
[[nodiscard]] Status check_names(const ErpJob& job, std::span<const TemplatePtr> asked);

/// The sandbox's sample settings and mapping, from inside the program. Made-up accounts: for `--sandbox` only.
[[nodiscard]] ErpJob sandbox_job();

/// The rate table that goes with it, as CSV text. Made-up rates.
[[nodiscard]] std::string_view sandbox_rates();

/// What one unit of `from` is worth in `to` on that day; empty when there is no rate: the document is then refused. Called by the thread
/// that renders, only for two different currencies; an answer is kept for its day and pair of currencies.
using RateLookup = std::function<std::optional<Rate>(Currency from, Currency to, std::chrono::year_month_day day)>;

/// Says how a template books documents today, for whoever makes postings; `render` then writes these as they are. One thread.
class Quoter {
public:
    Quoter(SettingsPtr settings, RateLookup rates);
    Quoter(const Quoter&) = delete;
    Quoter& operator=(const Quoter&) = delete;
    ~Quoter();
    /// Whether the template posts such a row at all, by its types and its `where`.
    [[nodiscard]] bool takes(const LedgerEntry& row);
    /// Settings and accounts that a posting in this currency of this row is booked by, the mapping's for its contract and type and the rate
    /// of its day among them, and with `amount_is = "document"` what the invoice says; the invoice's number beside them, where it is the
    /// piece. The same object where they are the same and no invoice has a say.
    [[nodiscard]] PostingTermsPtr terms_now(const LedgerEntry& row, Currency currency);
    /// The same of an amount of which nobody knows how it was booked: by settings and mapping alone.
    [[nodiscard]] PostingTermsPtr terms_without_invoice(const LedgerEntry& row, Currency currency);
    /// Rows whose invoice numbers are compared from now on, those that count: a number that several documents have, or that is another's
    /// id, is the piece of none of them.
    void know(std::span<const LedgerEntry> rows);
    /// A whole amount by such terms, earlier ones too. `bad_input` when something does not fit in 64 bits of minor units.
    [[nodiscard]] Result<PostingParts> split(const Money& amount, const PostingTermsPtr& terms);
    [[nodiscard]] ClosedTerms closed_terms() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

struct RenderOptions {
    std::filesystem::path folder;      ///< made when missing; the files go here; it stays when they are refused
    std::string base_name;             ///< file name without extension; empty: the template's name
    std::string shown_name;            ///< what findings call the template; empty: its name
    MonthRange period;                 ///< what is exported, for names and headers
    Timestamp data_date;               ///< stamps what must carry an instant: same data, same bytes
    RateLookup rates;                  ///< may be empty: no rate at all
    std::vector<EntryNumber> numbers;  ///< given by earlier files of this template, in any order
    bool only_new = false;             ///< `--since-last`: only postings with `is_new`
    /// Names that other templates' files have in `folder`: a file of the same name is refused. Asked once, when all files are good and get
    /// their names; what it throws ends the rendering, and no file is left. Empty: none.
    std::function<std::vector<std::string>()> taken = {};
};

/// What a file holds in one currency.
struct ControlTotal {
    Money amount;  ///< sum of its postings
    Money debit;   ///< of the lines, as written; in the currency that they are written in
    Money credit;
    std::uint64_t entries = 0;
};

struct RenderedFile {
    std::string name;  ///< in `folder`
    std::uint64_t size_bytes = 0;
    std::string sha256;
    std::uint64_t rows = 0;  ///< lines of entries, without preamble and trailer
    std::uint64_t entries = 0;
    std::vector<ControlTotal> totals;  ///< by currency code
};

/// All files of one template, or none of them.
struct Rendered {
    std::string template_name;
    bool refused = false;                ///< a check failed: no file was written; `findings` has `erp-file-refused` and the documents
    std::vector<RenderedFile> files;     ///< none when there was nothing to post
    std::vector<Finding> findings;       ///< in the postings' order; at most 1,000 of a code, the last of which says how many more
    std::vector<std::uint32_t> written;  ///< indices into `postings` of those that the files hold, ascending
    std::vector<EntryNumber> numbers;    ///< given by these files, and to be kept
};

/// Writes the template's files. `postings` in `posting_order`. Streams: memory grows by some bytes a posting, not by its text.
/// The same postings, settings and options give the same bytes. `disk` errors only; then no file is left. Any thread; one thread each.
[[nodiscard]] Result<Rendered> render(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options);

/// What a file of usage lines bills in one currency.
struct BilledUsage {
    std::string currency;
    BigDecimal amount;
};
struct RenderedUsage {
    Rendered rendered;  ///< no files where no line counts
    std::vector<BilledUsage> billed;
};
/// Writes the files of a template that is `of_usage`, from the usage.csv of the month, as `focus::write` does; of `options` the folder, the
/// base name and the names that are taken. Any thread; one thread each.
[[nodiscard]] Result<RenderedUsage> render_usage(const Settings& settings, const std::filesystem::path& usage_csv,
                                                 const RenderOptions& options, const std::stop_token& stop = {});

/// One file of a sample against what it should be.
struct SampleFile {
    std::string name;
    bool compared = false;  ///< there are expected bytes
    bool equal = false;
    std::string difference;  ///< where and what, when not equal
};
struct SampleResult {
    bool passed = false;
    std::vector<SampleFile> files;
    std::vector<std::string> problems;  ///< sentences: refusals, missing files
    std::vector<Finding> findings;
};
/// Renders the template's own sample into `folder` and compares the bytes with those that belong to it.
[[nodiscard]] Result<SampleResult> test_template(TemplatePtr of, const std::filesystem::path& folder);

}  // namespace moisson::erp

/// Samples: the sandbox's settings, the standard postings, and `templates test`.
#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/files.hpp"
#include "erp/built_in.hpp"
#include "erp/mapping.hpp"
#include "erp/render.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint64_t expected_bytes_max = 64ULL << 20U;
constexpr std::string_view settings_path = "samples/erp/settings.toml";
constexpr std::string_view postings_path = "samples/erp/postings.csv";
constexpr std::string_view usage_path = "samples/erp/usage.csv";

ErpValue value_of(const toml::node& node, std::string_view path) {
    ErpValue value;
    value.where = fmt::format("{}:{}", path, node.source().begin.line);
    if (const auto* words = node.as_string()) {
        value.texts.push_back(words->get());
    } else if (const auto* whole = node.as_integer()) {
        value.texts.push_back(fmt::format("{}", whole->get()));
    } else if (const auto* truth = node.as_boolean()) {
        value.texts.emplace_back(truth->get() ? "true" : "false");
    } else if (const toml::array* list = node.as_array()) {
        for (const toml::node& item : *list) {
            value.texts.push_back(item.value_or(std::string()));
        }
    }
    return value;
}

/// Sample postings and all that they point to.
struct Sample {
    std::deque<Contract> contracts;
    std::deque<LedgerEntry> entries;
    std::vector<Posting> postings;
};

/// One cell of a sample; empty when the file has no such column.
class SampleRow {
public:
    SampleRow(const std::vector<std::string>& names, const std::vector<std::string>& cells) : names_(names), cells_(cells) {}
    [[nodiscard]] std::string operator[](std::string_view name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        return found == names_.end() ? std::string() : cells_[static_cast<std::size_t>(found - names_.begin())];
    }

private:
    const std::vector<std::string>& names_;
    const std::vector<std::string>& cells_;
};

/// A sentence when the row cannot be used.
std::string add_posting(const SampleRow& row, Sample& sample) {
    const auto currency = find_currency(row["currency"]);
    const auto month = Month::parse(row["period"]);
    Value amount;
    if (!currency || !month || !parse_decimal(row["amount"], amount) || amount.scale > currency->minor_digits()) {
        return "period (YYYY-MM), amount and currency must be there and readable";
    }
    Contract& contract = sample.contracts.emplace_back();
    contract.id = row["contract_id"];
    contract.name = row["contract_name"];
    contract.offer_id = row["offer_id"];
    contract.offer_name = row["offer_name"];
    contract.customer_id = row["customer_id"];
    contract.customer_name = row["customer_name"];
    contract.perimeter = row["perimeter"];
    LedgerEntry& entry = sample.entries.emplace_back();
    entry.contract = &contract;
    entry.document_id = row["document_id"];
    entry.document_type = row["document_type"];
    entry.standing = Standing::final_;
    entry.status = DocumentStatus::ok;
    entry.counted = true;
    entry.amount = Money{amount.number * power_of_ten(static_cast<unsigned>(currency->minor_digits()) - amount.scale), *currency};
    entry.currency = currency;
    const auto first = parse_day_setting(row["period_start"]);
    const auto last = parse_day_setting(row["period_end"]);
    entry.period = Period{first.value_or(month->first_day()), last.value_or(month->last_day())};
    entry.issued_at = parse_timestamp(row["issued_at"]);
    entry.updated_at = parse_timestamp(row["updated_at"]);
    entry.filename = row["filename"];
    entry.path = row["path"];
    entry.sha256 = row["sha256"];
    entry.media_type = row["media_type"];
    Posting& posting = sample.postings.emplace_back();
    posting.entry = &entry;
    posting.kind = row["kind"] == "correction"   ? PostingKind::correction
                   : row["kind"] == "withdrawal" ? PostingKind::withdrawal
                                                 : PostingKind::first;
    Value sequence;
    posting.sequence = parse_decimal(row["sequence"], sequence) && sequence.number > 0 ? static_cast<std::uint32_t>(sequence.number) : 1;
    posting.amount = *entry.amount;
    posting.period = *month;
    posting.booking_period = Month::parse(row["booking_period"]).value_or(*month);
    posting.late = posting.booking_period != posting.period;
    return {};
}

Result<Sample> read_postings(std::string_view text, const std::string& path) {
    Sample sample;
    std::vector<std::string> names;
    std::string problem;
    unsigned wrong_line = 0;
    const auto read = for_each_record(text, [&](std::vector<std::string>& cells, unsigned line) {
        if (names.empty()) {
            names = cells;
            return true;
        }
        problem = cells.size() != names.size() ? fmt::format("{} cells under {} columns", cells.size(), names.size())
                                               : add_posting(SampleRow(names, cells), sample);
        wrong_line = line;
        return problem.empty();
    });
    if (!read.empty() || !problem.empty()) {
        return fail(ErrorCode::bad_input, fmt::format("the sample's postings cannot be read: {}", read.empty() ? problem : read),
                    fmt::format("{}:{}", path, wrong_line));
    }
    std::stable_sort(sample.postings.begin(), sample.postings.end(), posting_order);
    return sample;
}

/// "line 3, byte 17 (offset 120): expected "…", found "…"".
std::string difference(std::string_view expected, std::string_view found) {
    const auto at = static_cast<std::size_t>(
        std::mismatch(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(std::min(expected.size(), found.size())),
                      found.begin())
            .first -
        expected.begin());
    const auto line = static_cast<std::size_t>(std::count(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
    const auto line_begin = expected.substr(0, at).rfind('\n');
    const std::size_t column = line_begin == std::string_view::npos ? at + 1 : at - line_begin;
    const auto here = [&](std::string_view bytes) {
        return at >= bytes.size() ? std::string("the end of the file") : fmt::format("\"{}\"", sanitise(bytes.substr(at, 30), 60));
    };
    return fmt::format("line {}, byte {} (offset {}): expected {}, found {}", line, column, at, here(expected), here(found));
}

/// The bytes that a sample's file should have; empty when nobody wrote them down.
std::optional<std::string> expected_of(const Template& of, const std::string& name, bool is_sheet) {
    const std::string file = is_sheet ? name + ".cells" : name;
    if (const auto own = of.sample.expected.find(file); own != of.sample.expected.end()) {
        return own->second;
    }
    if (of.is_built_in) {
        const auto bytes = built_in_file("templates/expected/" + file);
        return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
    }
    auto bytes = read_file(std::filesystem::path(of.path).parent_path() / "expected" / file, expected_bytes_max);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

/// A text in the template stands for the file's text: in UTF-8, with plain line ends.
std::string as_text(std::string_view bytes, const FileSpec& spec) {
    if (spec.byte_order_mark && bytes.starts_with("\xef\xbb\xbf")) {
        bytes.remove_prefix(3);
    }
    std::string text = decode_text(bytes, spec.charset);
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, spec.line_end.size(), spec.line_end) == 0) {
            plain += '\n';
            at += spec.line_end.size() - 1;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

const FileSpec& spec_of(const Template& of, const std::string& name) {
    for (const FileSpec& spec : of.files) {
        if (name.ends_with("." + spec.extension)) {
            return spec;
        }
    }
    return of.files.front();
}

void compare_files(const Template& of, const Rendered& rendered, const std::map<std::string, std::string>& cells,
                   const std::filesystem::path& folder, SampleResult& result) {
    for (const RenderedFile& file : rendered.files) {
        SampleFile& compared = result.files.emplace_back();
        compared.name = file.name;
        const FileSpec& spec = spec_of(of, file.name);
        const bool is_sheet = spec.layout == Layout::worksheet;
        auto bytes = is_sheet ? Result<std::string>(cells.at(file.name)) : read_file(folder / file.name, expected_bytes_max);
        const auto expected = expected_of(of, file.name, is_sheet);
        if (!bytes || !expected) {
            continue;
        }
        const bool is_inline = of.sample.expected.contains(is_sheet ? file.name + ".cells" : file.name);
        const std::string found = is_inline && !is_sheet ? as_text(*bytes, spec) : std::move(*bytes);
        compared.compared = true;
        compared.equal = found == *expected;
        if (!compared.equal) {
            compared.difference = difference(*expected, found);
        }
    }
    for (const auto& [name, text] : of.sample.expected) {
        const std::string plain = name.ends_with(".cells") ? name.substr(0, name.size() - 6) : name;
        if (std::none_of(rendered.files.begin(), rendered.files.end(), [&](const RenderedFile& file) { return file.name == plain; })) {
            result.problems.push_back(fmt::format("{} is expected, but it is not made", name));
        }
    }
}

}  // namespace

ErpJob sandbox_job() {
    ErpJob job;
    job.built_in = true;
    job.where = settings_path;
    const auto text = built_in_file(settings_path);
    MOISSON_INVARIANT(text.has_value(), "the sandbox's settings are inside the program");
    const toml::table root = toml::parse(*text, settings_path);
    const toml::table* erp = root["erp"].as_table();
    MOISSON_INVARIANT(erp != nullptr, "the sandbox's settings have [erp]");
    for (const auto& [key, node] : *erp) {
        if (const toml::table* own = node.as_table()) {
            for (const auto& [name, value] : *own) {
                job.by_template[std::string(key.str())][std::string(name.str())] = value_of(value, settings_path);
            }
        } else {
            job.common[std::string(key.str())] = value_of(node, settings_path);
        }
    }
    return job;
}

std::string_view sandbox_rates() {
    const auto text = built_in_file("samples/erp/rates.csv");
    MOISSON_INVARIANT(text.has_value(), "the sandbox's rates are inside the program");
    return *text;
}

/// Usage lines have a sample of their own.
static Result<SampleResult> test_usage_template(const TemplatePtr& of, const Settings& settings, const std::filesystem::path& folder) {
    const auto lines = built_in_file(usage_path);
    MOISSON_INVARIANT(lines.has_value(), "the sample's usage lines are inside the program");
    const std::filesystem::path sample = folder / "usage.csv";
    if (auto written = write_file(sample, *lines); !written) {
        return fail(std::move(written.error()));
    }
    RenderOptions options;
    options.folder = folder;
    auto made = render_usage(settings, sample, options);
    static_cast<void>(remove_path(sample));
    if (!made) {
        return fail(std::move(made.error()));
    }
    SampleResult result;
    for (const RenderedFile& file : made->rendered.files) {
        SampleFile& compared = result.files.emplace_back();
        compared.name = file.name;
        const auto bytes = read_file(folder / file.name, expected_bytes_max);
        const auto expected = expected_of(*of, file.name, false);
        compared.compared = bytes && expected;
        compared.equal = compared.compared && *bytes == *expected;
        compared.difference = compared.compared && !compared.equal ? difference(*expected, *bytes) : std::string();
    }
    result.passed = std::all_of(result.files.begin(), result.files.end(), [](const SampleFile& file) { return file.equal; });
    return result;
}

Result<SampleResult> test_template(TemplatePtr of, const std::filesystem::path& folder) {
    // The sandbox's settings, and over them the sample's own.
    ErpJob job = sandbox_job();
    for (const auto& [name, value] : of->sample.settings) {
        job.by_template[of->info.name][name] = value;
    }
    auto settings = of->sample.mapping.empty() ? load_settings(of, job) : load_sample_settings(of, job, of->sample.mapping);
    if (!settings) {
        return fail(std::move(settings.error()));
    }
    if (of->info.of_usage) {
        return test_usage_template(of, **settings, folder);
    }
    const std::string own = of->sample.postings;
    auto sample = read_postings(own.empty() ? *built_in_file(postings_path) : std::string_view(own),
                                own.empty() ? std::string(postings_path) : of->path);
    if (!sample) {
        return fail(std::move(sample.error()));
    }
    RenderOptions options;
    options.folder = folder;
    options.period = {Month::make(2026, 10), Month::make(2026, 10)};
    options.data_date = *parse_timestamp("2026-11-03T08:15:30.250Z");
    options.rates = [](Currency from, Currency to, std::chrono::year_month_day day) -> std::optional<Rate> {
        const auto rate = Decimal::parse("0.9");
        return from.code() == "USD" && to.code() == "EUR" ? std::optional(Rate{*rate, day}) : std::nullopt;
    };
    Renderer renderer(**settings, sample->postings, options);
    renderer.list_cells();
    auto rendered = renderer.render();
    if (!rendered) {
        return fail(std::move(rendered.error()));
    }
    // A worksheet's cells as text lie beside it: they are what can be kept as expected.
    for (const auto& [name, cells] : renderer.cells()) {
        if (auto written = write_file(folder / (name + ".cells"), cells); !written) {
            return fail(std::move(written.error()));
        }
    }
    SampleResult result;
    for (const Finding& finding : rendered->findings) {
        if (finding.severity() == Severity::error) {
            result.problems.push_back(
                fmt::format("{}{}{}: {}", finding.document_id, finding.document_id.empty() ? "" : " ", finding.code, finding.message));
        }
    }
    if (rendered->files.empty() && result.problems.empty()) {
        result.problems.emplace_back("the sample makes no file: the template takes none of its documents");
    }
    compare_files(*of, *rendered, renderer.cells(), folder, result);
    result.findings = std::move(rendered->findings);
    result.passed = result.problems.empty() && std::all_of(result.files.begin(), result.files.end(),
                                                           [](const SampleFile& file) { return file.compared && file.equal; });
    return result;
}

}  // namespace moisson::erp

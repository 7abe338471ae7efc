/// Rendering, top down: select, order, split; then each file is gone through once, or twice where its head needs its totals.
#include "erp/render.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t piece_bytes = 256U * 1024U;
constexpr std::size_t each_values_max = 200'000;
constexpr std::size_t files_max = 10'000;
constexpr std::size_t name_bytes_max = 180;

/// A name that stays in its folder, whatever the data said.
bool is_safe_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' && name.front() != ' ' && is_utf8(name) &&
           std::none_of(name.begin(), name.end(), [](char letter) {
               return static_cast<unsigned char>(letter) < 0x20 || letter == '/' || letter == '\\' || letter == 0x7f || letter == ':' ||
                      letter == '*' || letter == '?' || letter == '"' || letter == '<' || letter == '>' || letter == '|';
           });
}

}  // namespace

void FindingList::add(Finding finding) {
    has_errors_ = has_errors_ || finding.severity() == Severity::error;
    if (++counts_[finding.code] <= of_a_code_max) {
        findings_.push_back(std::move(finding));
    }
}

std::vector<Finding> FindingList::finish() {
    for (const auto& [code, count] : counts_) {
        if (count > of_a_code_max) {
            findings_.push_back(make_finding(code, fmt::format("and {} more of this kind", count - of_a_code_max)));
        }
    }
    return std::move(findings_);
}

Renderer::Renderer(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options)
    : settings_(settings), template_(*settings.of), postings_(postings), options_(options), evaluator_(settings, options) {
    is_written_.resize(postings.size());
    is_checked_.resize(postings.size());
    check_tables_.resize(template_.checks.size());
    check_numbers_.resize(template_.checks.size());
}

Result<Rendered> Renderer::render() {
    Rendered rendered;
    rendered.template_name = template_.info.name;
    Indices selected;
    select(selected);
    sort(selected);
    for (const FileSpec& file : template_.files) {
        if (auto done = render_file(file, selected); !done) {
            return fail(std::move(done.error()));
        }
    }
    for (const std::uint32_t index : selected) {
        if (!is_written_[index]) {
            const LedgerEntry& entry = *postings_[index].entry;
            findings_.add(make_finding("erp-left-out",
                                       fmt::format("template {}: none of its files takes this document", template_.info.name),
                                       entry.contract->id, entry.document_id));
        }
    }
    if (auto done = publish(rendered); !done) {
        return fail(std::move(done.error()));
    }
    if (!rendered.refused && selected.empty()) {
        findings_.add(
            make_finding("erp-nothing-to-post", fmt::format("template {}: nothing to post{}; no file is written", template_.info.name,
                                                            options_.only_new ? " that earlier files do not hold" : "")));
    }
    if (!rendered.refused) {
        rendered.written = std::move(selected);
        std::sort(rendered.written.begin(), rendered.written.end());
        rendered.numbers = evaluator_.given_numbers();
    }
    rendered.findings = findings_.finish();
    return rendered;
}

bool Renderer::is_wanted(const Posting& posting) {
    if (options_.only_new && !posting.is_new) {
        return false;
    }
    if (posting.terms != nullptr) {
        return true;  // whether the template takes the document was asked when the posting was made
    }
    const auto& types = template_.types;
    if (!types.empty() && std::find(types.begin(), types.end(), posting.entry->document_type) == types.end()) {
        return false;
    }
    if (posting.amount.amount_minor == 0 && template_.zero_amounts != ZeroAmounts::post) {
        const bool refuse = template_.zero_amounts == ZeroAmounts::refuse;
        findings_.add(
            make_finding(refuse ? "erp-check-failed" : "erp-zero-skipped",
                         fmt::format("template {}: the amount is zero{}", template_.info.name, refuse ? "" : "; nothing is posted"),
                         posting.entry->contract->id, posting.entry->document_id));
        return false;
    }
    if (template_.where == nullptr) {
        return true;
    }
    evaluator_.begin_entry(posting);
    const bool wanted = evaluator_.is_true(template_.where);
    take_problems(&posting);
    return wanted;
}

void Renderer::select(Indices& selected) {
    MOISSON_INVARIANT(postings_.size() < UINT32_MAX, "postings are counted in 32 bits");
    selected.reserve(postings_.size());
    evaluator_.begin_part(1);
    for (std::size_t at = 0; at < postings_.size(); ++at) {
        if (is_wanted(postings_[at])) {
            selected.push_back(static_cast<std::uint32_t>(at));
        }
    }
}

void Renderer::sort(Indices& selected) {
    if (template_.order.empty() && template_.group == nullptr) {
        return;
    }
    struct Key {
        std::string group;
        std::vector<std::string> texts;
        std::vector<Value> values;
    };
    std::vector<Key> keys(selected.size());
    for (std::size_t at = 0; at < selected.size(); ++at) {
        const Posting& posting = postings_[selected[at]];
        evaluator_.begin_entry(posting);
        evaluator_.step_kept_counters();
        Key& key = keys[at];
        key.group = template_.group == nullptr ? std::string() : std::string(evaluator_.value(*template_.group).text);
        for (const Node* node : template_.order) {
            key.values.push_back(evaluator_.value(*node));
            key.texts.emplace_back(key.values.back().text);
        }
        take_problems(&posting);
    }
    std::vector<std::uint32_t> places(selected.size());
    std::iota(places.begin(), places.end(), 0U);
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t left, std::uint32_t right) {
        const Key& one = keys[left];
        const Key& other = keys[right];
        if (one.group != other.group) {
            return one.group < other.group;
        }
        for (std::size_t at = 0; at < one.values.size(); ++at) {
            const Value& mine = one.values[at];
            const Value& theirs = other.values[at];
            const int order = mine.is_empty != theirs.is_empty ? (mine.is_empty ? -1 : 1)
                              : mine.type == Type::text        ? one.texts[at].compare(other.texts[at])
                                                               : (mine.is_empty ? 0 : compare(mine, theirs));
            if (order != 0) {
                return order < 0;
            }
        }
        return false;
    });
    Indices sorted;
    sorted.reserve(selected.size());
    if (template_.group != nullptr) {
        group_of_.resize(postings_.size());
    }
    std::uint32_t group = 0;
    for (std::size_t at = 0; at < places.size(); ++at) {
        sorted.push_back(selected[places[at]]);
        if (template_.group != nullptr) {
            group += at > 0 && keys[places[at]].group != keys[places[at - 1]].group ? 1U : 0U;
            group_of_[sorted.back()] = group;
        }
    }
    selected = std::move(sorted);
}

Status Renderer::render_file(const FileSpec& file, const Indices& selected) {
    part_ = 0;
    std::map<std::string, Indices> splits;
    Indices taken;
    const bool filters = file.where != nullptr || file.split != nullptr;
    for (const std::uint32_t index : filters ? std::span<const std::uint32_t>(selected) : std::span<const std::uint32_t>()) {
        const Posting& posting = postings_[index];
        evaluator_.begin_entry(posting);
        if (evaluator_.is_true(file.where)) {
            if (file.split == nullptr) {
                taken.push_back(index);
            } else {
                splits[std::string(evaluator_.value(*file.split).text)].push_back(index);
            }
        }
        take_problems(&posting);
    }
    std::vector<std::span<const std::uint32_t>> parts;
    if (!filters) {
        parts.emplace_back(selected);
    } else if (file.split == nullptr) {
        parts.emplace_back(taken);
    }
    for (const auto& [key, indices] : splits) {
        parts.emplace_back(indices);
    }
    // Numbers go on from part to part where the template says so, but each file of a template counts for itself.
    evaluator_.counters.counts.assign(template_.counters.size(), {});
    for (std::span<const std::uint32_t> rest : parts) {
        while (!rest.empty()) {
            if (files_.size() >= files_max) {
                return fail(ErrorCode::bad_input, fmt::format("template {} makes more than {} files", template_.info.name, files_max));
            }
            if (auto done = render_part(file, rest, parts.size() == 1); !done) {
                return done;
            }
        }
    }
    return {};
}

Status Renderer::render_part(const FileSpec& file, std::span<const std::uint32_t>& rest, bool) {
    ++part_;
    Cells cells(template_, file, evaluator_);
    eaches_.assign(file.eaches.size(), {});
    evaluator_.restart_counters();
    Pass counted;
    std::size_t count = 0;
    if (file.has_totals) {
        const Evaluator::Counters before = evaluator_.counters;
        counted.file = &file;
        counted.cells = &cells;
        counted.is_dry = true;
        counted.indices = rest;
        count = run_pass(counted);
        evaluator_.counters = before;
    }
    Pass pass;
    pass.file = &file;
    pass.cells = &cells;
    pass.indices = file.has_totals ? rest.first(count) : rest;
    Written written;
    written.spec = &file;
    if (!findings_.has_errors()) {
        auto target = Target::create(options_.folder / fmt::format(".{}-{}", template_.info.name, files_.size()), file, options_.data_date,
                                     list_cells_);
        if (!target) {
            return fail(std::move(target.error()));
        }
        written.target = std::move(*target);
        pass.target = written.target.get();
    }
    evaluator_.totals = file.has_totals ? &counted.totals : &pass.totals;
    if (file.has_group_totals) {
        pass.groups = std::move(counted.groups);
    }
    evaluator_.begin_part(part_);
    evaluator_.begin_entry(postings_[rest.front()]);
    if (!file.name.empty()) {
        written.file.name = file_name(file);
        written.has_own_name = true;
    }
    count = run_pass(pass);
    rest = rest.subspan(count);
    written.file.rows = static_cast<std::uint64_t>(pass.totals.rows);
    written.file.entries = static_cast<std::uint64_t>(pass.totals.entries);
    for (const auto& [code, total] : pass.control) {
        written.file.totals.push_back(total);
    }
    if (disk_problem_) {
        return *disk_problem_;
    }
    if (findings_.has_errors()) {
        written.target.reset();
    } else if (auto finished = written.target->finish(written.file); !finished) {
        return finished;
    }
    files_.push_back(std::move(written));
    return {};
}

std::string Renderer::file_name(const FileSpec& file) {
    std::string name;
    for (const TextPart& part : file.name) {
        name += part.value == nullptr ? part.literal : plain_text(evaluator_.value(*part.value));
    }
    take_problems(nullptr);
    return name;
}

bool Renderer::begins_group(std::span<const std::uint32_t> indices, std::size_t at) const {
    return at == 0 || group_of_.empty() || group_of_[indices[at]] != group_of_[indices[at - 1]];
}

/// Lines that the entry at `at` makes, or its whole group.
std::uint64_t Renderer::rows_ahead(const Pass& pass, std::size_t at) {
    std::uint64_t rows = 0;
    for (std::size_t next = at; next < pass.indices.size() && (next == at || (!group_of_.empty() && !begins_group(pass.indices, next)));
         ++next) {
        evaluator_.begin_entry(postings_[pass.indices[next]]);
        for (const LineSpec& line : pass.file->lines) {
            rows += line.per == Per::entry && take_amount(line) && evaluator_.is_true(line.when) ? 1U : 0U;
        }
    }
    return rows;
}

/// Rows lie far apart in memory: they are asked for before they are needed, their texts a little later.
void Renderer::fetch_ahead(std::span<const std::uint32_t> indices, std::size_t at) const {
    constexpr std::size_t far = 16;
    constexpr std::size_t near = 8;
    constexpr std::size_t line_bytes = 64;
    if (at + far >= indices.size()) {
        return;
    }
    const char* row = reinterpret_cast<const char*>(postings_[indices[at + far]].entry);
    for (std::size_t line = 0; line < 4; ++line) {
        __builtin_prefetch(row + line * line_bytes);
    }
    const LedgerEntry& entry = *postings_[indices[at + near]].entry;
    __builtin_prefetch(entry.document_id.data());
    __builtin_prefetch(entry.contract);
}

std::size_t Renderer::run_pass(Pass& pass) {
    begin_pass(pass);
    const FileSpec& file = *pass.file;
    std::size_t at = 0;
    for (; at < pass.indices.size(); ++at) {
        const std::uint32_t index = pass.indices[at];
        const Posting& posting = postings_[index];
        fetch_ahead(pass.indices, at);
        const bool new_group = !group_of_.empty() && begins_group(pass.indices, at);
        if (file.rows_max != 0 && at > 0 && (group_of_.empty() || new_group) &&
            static_cast<std::uint64_t>(pass.totals.rows) + rows_ahead(pass, at) > file.rows_max) {
            break;
        }
        if (new_group) {
            if (at > 0) {
                write_group_lines(pass, Per::group_end);
            }
            begin_group(pass, posting);
        }
        write_entry(pass, posting, index);
    }
    if (!group_of_.empty()) {
        write_group_lines(pass, Per::group_end);
    }
    end_pass(pass);
    return at;
}

ControlTotal& Renderer::Pass::control_of(Currency currency) {
    if (last_control == nullptr || currency != last_currency) {
        last_control = &control[currency.code()];
        last_currency = currency;
    }
    return *last_control;
}

void Renderer::begin_pass(Pass& pass) {
    for (const LineSpec& line : pass.file->lines) {
        pass.controls_used.at(static_cast<std::size_t>(line.control)) = true;
    }
    evaluator_.numbers = {};
    evaluator_.begin_part(part_);
    evaluator_.begin_entry(postings_[pass.indices.front()]);
    if (pass.is_dry) {
        evaluator_.totals = &pass.totals;
        return;
    }
    if (pass.target != nullptr && pass.file->byte_order_mark) {
        pass.target->buffer += "\xef\xbb\xbf";
    }
    write_file_lines(pass, Per::file);
}

void Renderer::end_pass(Pass& pass) {
    if (pass.is_dry) {
        return;
    }
    evaluator_.begin_part(part_);  // running totals are final now
    evaluator_.begin_entry(postings_[pass.indices.front()]);
    write_file_lines(pass, Per::file_end);
    if (pass.target != nullptr && pass.target->sheet() == nullptr && pass.records > 0 && pass.file->last_line_end) {
        pass.target->buffer += pass.file->line_end;
    }
}

void Renderer::write_file_lines(Pass& pass, Per per) {
    for (const LineSpec& line : pass.file->lines) {
        if (line.per != per) {
            continue;
        }
        if (line.each >= 0) {
            write_each_lines(pass, line);
        } else if (evaluator_.is_true(line.when)) {
            evaluator_.begin_row();
            write_line(pass, line, false);
        }
        take_problems(nullptr);
    }
}

void Renderer::write_each_lines(Pass& pass, const LineSpec& line) {
    for (const auto& [value, sums] : eaches_[static_cast<std::size_t>(line.each)]) {
        evaluator_.begin_row();
        evaluator_.each = {value, sums.sum, sums.count, sums.is_mixed};
        if (evaluator_.is_true(line.when)) {
            write_line(pass, line, false);
        }
    }
}

void Renderer::begin_group(Pass& pass, const Posting& posting) {
    ++evaluator_.numbers.group;
    ++pass.totals.groups;
    const auto at = static_cast<std::size_t>(evaluator_.numbers.group - 1);
    if (pass.is_dry || !pass.file->has_group_totals) {
        pass.groups.emplace_back();
    }
    evaluator_.group_totals = at < pass.groups.size() ? &pass.groups[at] : nullptr;
    pass.group_first = &posting;
    evaluator_.begin_entry(posting);
    evaluator_.step_counters(Evaluator::Step::group);
    write_group_lines(pass, Per::group);
}

void Renderer::write_group_lines(Pass& pass, Per per) {
    if (pass.is_dry) {
        return;
    }
    // Fields of the posting are those of the group's first, at its end too.
    evaluator_.begin_entry(*pass.group_first);
    for (const LineSpec& line : pass.file->lines) {
        if (line.per == per) {
            evaluator_.begin_row();
            if (evaluator_.is_true(line.when)) {
                write_line(pass, line, false);
            }
        }
    }
    take_problems(&evaluator_.posting());
}

void Renderer::write_entry(Pass& pass, const Posting& posting, std::uint32_t index) {
    evaluator_.begin_entry(posting);
    ++evaluator_.numbers.entry;
    evaluator_.numbers.line_number = 0;
    evaluator_.step_counters(Evaluator::Step::entry);
    controls_ = {};
    has_debit_ = has_credit_ = is_mixed_ = false;
    const auto& lines = pass.file->lines;
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const LineSpec& line = lines[at];
        if (line.per == Per::entry && take_amount(line) && evaluator_.is_true(line.when)) {
            write_entry_line(pass, at, line);
        }
    }
    note_entry(pass, posting);
    if (!pass.is_dry) {
        check_entry(pass, posting, index);
        is_written_[index] = true;
        take_problems(&posting);
    }
    if (pass.target != nullptr && pass.target->buffer.size() >= piece_bytes) {
        drain(pass);
    }
}

/// The line's debit and credit, by the rule for credit notes. False when it has an amount that is not there.
bool Renderer::take_amount(const LineSpec& line) {
    if (line.amount == nullptr) {
        return true;
    }
    const Value amount = evaluator_.value(*line.amount);
    if (amount.is_empty) {
        evaluator_.report("erp-field-missing", fmt::format("the amount of line \"{}\" is empty", sanitise(line.name, 60)));
        return false;
    }
    if (amount.number == INT64_MIN) {
        evaluator_.report("erp-number-too-long", "an amount does not fit in 64 bits of minor units");
        return false;
    }
    const bool swaps = amount.number < 0 && template_.credit_notes == CreditNotes::swap;
    const std::int64_t written = swaps ? -amount.number : amount.number;
    const bool on_credit = line.is_credit != swaps;
    evaluator_.line_debit = {on_credit ? 0 : written, amount.currency};
    evaluator_.line_credit = {on_credit ? written : 0, amount.currency};
    return true;
}

void Renderer::add_money(Money& sum, bool& has, bool& mixed, const Money& more) {
    if (!has) {
        has = true;
        sum = more;
        return;
    }
    if (sum.currency != more.currency || __builtin_add_overflow(sum.amount_minor, more.amount_minor, &sum.amount_minor)) {
        mixed = true;
    }
}

void Renderer::write_entry_line(Pass& pass, std::size_t line_at, const LineSpec& line) {
    ++evaluator_.numbers.row;
    ++evaluator_.numbers.line_number;
    ++pass.totals.rows;
    evaluator_.begin_row();
    evaluator_.step_counters(Evaluator::Step::row);
    if (line.amount != nullptr) {
        const Money debit = evaluator_.line_debit;
        const Money credit = evaluator_.line_credit;
        Money directed{debit.amount_minor - credit.amount_minor, debit.currency};
        if (line.is_credit) {
            directed.amount_minor = -directed.amount_minor;
        }
        ControlSum& control = controls_.at(static_cast<std::size_t>(line.control));
        add_money(control.sum, control.has, control.is_mixed, directed);
        add_money(entry_debit_, has_debit_, is_mixed_, debit);
        add_money(entry_credit_, has_credit_, is_mixed_, credit);
    }
    gather_each(pass, line_at);
    if (!pass.is_dry) {
        write_line(pass, line, evaluator_.numbers.line_number > 1);
        if (evaluator_.numbers.line_number == 1 && line.has_unique) {
            pass.cells->check_unique(line.cells);
        }
    }
}

void Renderer::gather_each(Pass& pass, std::size_t line_at) {
    const FileSpec& file = *pass.file;
    if (file.eaches.empty() || pass.is_dry != file.has_totals) {
        return;
    }
    for (std::size_t at = 0; at < file.eaches.size(); ++at) {
        const EachSpec& spec = file.eaches[at];
        if (spec.value[line_at] == nullptr) {
            continue;
        }
        const Value value = evaluator_.value(*spec.value[line_at]);
        if (value.is_empty) {
            continue;
        }
        EachValues& values = eaches_[at];
        auto found = values.find(value.text);
        if (found == values.end()) {
            if (values.size() >= each_values_max) {
                evaluator_.report("erp-number-too-long", fmt::format("more than {} different values of an \"each\"", each_values_max));
                return;
            }
            found = values.emplace(std::string(value.text), EachValue{}).first;
        }
        ++found->second.count;
        if (spec.sum[line_at] != nullptr) {
            const Value sum = evaluator_.value(*spec.sum[line_at]);
            if (!sum.is_empty) {
                add_money(found->second.sum, found->second.has_sum, found->second.is_mixed, sum.money());
            }
        }
    }
}

/// Adds the entry to the totals of file and group.
void Renderer::note_entry(Pass& pass, const Posting& posting) {
    std::optional<std::int64_t> date;
    if (template_.date != nullptr) {
        const Value value = evaluator_.value(*template_.date);
        date = value.is_empty ? std::nullopt : std::optional(value.number);
    }
    const auto add = [&](Totals& totals) {
        ++totals.entries;
        add_money(totals.amount, totals.has_amount, totals.is_mixed, posting.amount);
        if (has_debit_) {
            bool has = totals.has_lines;
            add_money(totals.debit, has, totals.is_mixed, entry_debit_);
            add_money(totals.credit, totals.has_lines, totals.is_mixed, entry_credit_);
        }
        if (date) {
            totals.first_date = totals.has_dates ? std::min(totals.first_date, *date) : *date;
            totals.last_date = totals.has_dates ? std::max(totals.last_date, *date) : *date;
            totals.has_dates = true;
        }
    };
    add(pass.totals);
    const auto group = static_cast<std::size_t>(evaluator_.numbers.group);
    if (group > 0 && (pass.is_dry || !pass.file->has_group_totals)) {
        add(pass.groups[group - 1]);
        pass.groups[group - 1].rows += evaluator_.numbers.line_number;
    }
    if (pass.is_dry) {
        return;
    }
    ControlTotal& mine = pass.control_of(posting.amount.currency);
    bool overflow = false;
    bool has = mine.entries > 0;
    add_money(mine.amount, has, overflow, posting.amount);
    ++mine.entries;
    if (has_debit_) {
        ControlTotal& lines = pass.control_of(entry_debit_.currency);
        lines.amount.currency = lines.debit.currency = lines.credit.currency = entry_debit_.currency;
        has = true;
        add_money(lines.debit, has, overflow, entry_debit_);
        add_money(lines.credit, has, overflow, entry_credit_);
    }
    if (overflow) {
        evaluator_.report("erp-number-too-long", "the file's total does not fit in 64 bits of minor units");
    }
}

void Renderer::check_entry(Pass& pass, const Posting& posting, std::uint32_t index) {
    check_sums(pass);
    check_fiscal_year();
    if (evaluator_.numbers.line_number == 0) {
        evaluator_.report("erp-left-out", "no line of the file takes this document");
    }
    if (evaluator_.vat_unknown()) {
        const std::pair key(std::string_view(posting.entry->contract->id), std::string_view(posting.entry->document_type));
        if (vat_told_.emplace(key, true).second) {
            findings_.add(make_finding("erp-vat-unknown",
                                       fmt::format("template {}: the mapping has no vat_rate for {}; no VAT line is written",
                                                   template_.info.name, sanitise(posting.entry->document_type, 60)),
                                       posting.entry->contract->id));
        }
    }
    if (!template_.checks.empty() && !is_checked_[index]) {
        check_rules(index);
    }
    is_checked_[index] = true;
}

/// A kind of line that this entry does not have, because lines of another kind hold the same: the whole amount instead of net and VAT, or
/// the other way round, by a condition of the template.
bool Renderer::is_covered(Control kind) const {
    const auto has = [&](Control one) { return controls_.at(static_cast<std::size_t>(one)).has; };
    if (has(kind)) {
        return false;
    }
    const bool has_whole = has(Control::gross) || has(Control::amount);
    if (kind == Control::vat) {
        return has_whole && !has(Control::net);
    }
    return has_whole || (kind != Control::net && has(Control::net));
}

/// Debit and credit agree, and what the lines hold is the document's amount: on the very values that are written.
void Renderer::check_sums(const Pass& pass) {
    if (is_mixed_) {
        evaluator_.report("erp-currencies-mixed", "the lines of the entry are in several currencies");
        return;
    }
    if (pass.file->balance && has_debit_ && entry_debit_.amount_minor != entry_credit_.amount_minor) {
        evaluator_.report("erp-unbalanced", fmt::format("debit {} and credit {} {} differ", to_decimal(entry_debit_),
                                                        to_decimal(entry_credit_), entry_debit_.currency.code()));
    }
    for (std::size_t at = 1; at < controls_.size(); ++at) {
        const ControlSum& control = controls_.at(at);
        const auto kind = static_cast<Control>(at);
        if (!pass.controls_used.at(at) || is_covered(kind)) {
            continue;
        }
        const Money amount = evaluator_.posting().amount;
        Money expected = amount;
        const bool is_local = control.has && control.sum.currency != amount.currency;
        if (kind != Control::amount || is_local) {
            const Amounts& parts = evaluator_.amounts();
            const bool as_net = kind == Control::net || (kind == Control::amount && parts.amount_is == AmountIs::net);
            expected = kind == Control::vat ? (is_local ? parts.local_vat : parts.vat)
                       : as_net             ? (is_local ? parts.local_net : parts.net)
                                            : (is_local ? parts.local_gross : parts.gross);
        }
        if (control.is_mixed || control.sum.amount_minor != expected.amount_minor) {
            evaluator_.report("erp-control-total", fmt::format("the lines hold {} where the document has {} {}",
                                                               control.has ? to_decimal(control.sum) : "nothing", to_decimal(expected),
                                                               expected.currency.code()));
        }
    }
}

/// Where both ends of the fiscal year are set, what is posted outside of it is refused, whatever the template.
void Renderer::check_fiscal_year() {
    const Value& begin = settings_.values[template_.standard_setting("fiscal_year_begin")];
    const Value& end = settings_.values[template_.standard_setting("fiscal_year_end")];
    if (!template_.uses_posting_date || begin.is_empty || end.is_empty) {
        return;
    }
    const Value date = evaluator_.posting_date();
    if (!date.is_empty && (date.number < begin.number || date.number > end.number)) {
        evaluator_.report("erp-date-outside-year", fmt::format("the entry of {} lies outside the fiscal year from {} to {}",
                                                               plain_text(date), plain_text(begin), plain_text(end)));
    }
}

void Renderer::check_rules(std::uint32_t index) {
    for (std::size_t at = 0; at < template_.checks.size(); ++at) {
        const CheckSpec& check = template_.checks[at];
        const Value value = evaluator_.value(*check.value);
        bool holds = true;
        switch (check.kind) {
            case CheckKind::that: holds = value.is_true(); break;
            case CheckKind::unique: holds = value.is_empty || check_tables_[at].insert(value.text, index) == index; break;
            case CheckKind::continuous:
                holds = !value.is_empty && value.scale == 0 && (!check_numbers_[at] || value.number == *check_numbers_[at] + 1);
                check_numbers_[at] = value.number;
                break;
        }
        if (holds) {
            continue;
        }
        std::string message;
        for (const TextPart& part : check.message) {
            message += part.value == nullptr ? part.literal : plain_text(evaluator_.value(*part.value));
        }
        if (message.empty()) {
            message = fmt::format("the check at line {} of the template failed", check.place.line);
        }
        evaluator_.report(check.kind == CheckKind::unique ? "erp-key-duplicate" : std::string_view(check.code), sanitise(message, 300));
    }
}

void Renderer::begin_record(Pass& pass) {
    if (pass.records++ > 0) {
        pass.target->buffer += pass.file->line_end;
    }
}

void Renderer::write_line(Pass& pass, const LineSpec& line, bool is_continuation) {
    if (pass.file->layout == Layout::worksheet) {
        write_sheet_cells(pass, line, is_continuation);
        return;
    }
    if (pass.target == nullptr) {
        // Refused already: only for the problems of this line.
        if (line.is_text) {
            std::string ignored;
            pass.cells->append_text(ignored, line.text);
        }
        for (const std::uint32_t cell : line.cells) {
            static_cast<void>(pass.cells->bytes(cell));
        }
        return;
    }
    begin_record(pass);
    if (line.is_text) {
        pass.cells->append_text(pass.target->buffer, line.text);
    } else {
        write_row_cells(pass, line, is_continuation);
    }
}

void Renderer::write_row_cells(Pass& pass, const LineSpec& line, bool is_continuation) {
    std::string& out = pass.target->buffer;
    const FileSpec& file = *pass.file;
    const std::string_view separator = file.layout == Layout::delimited ? std::string_view(file.separator) : std::string_view();
    bool first = true;
    for (const std::uint32_t column : line.header_columns) {
        out += first ? std::string_view() : separator;
        first = false;
        pass.cells->append_name(out, column);
    }
    if (!is_continuation || !file.parent_first_only) {
        pass.cells->append_row(out, line, separator);
        return;
    }
    for (const std::uint32_t cell : line.cells) {
        if (!first) {
            out += separator;
        }
        first = false;
        if (pass.cells->column_of(cell).format.parent) {
            pass.cells->append_blank(out, cell);
        } else {
            out += pass.cells->bytes(cell);
        }
    }
}

void Renderer::write_sheet_cells(Pass& pass, const LineSpec& line, bool is_continuation) {
    Worksheet* sheet = pass.target == nullptr ? nullptr : pass.target->sheet();
    const std::uint32_t row = line.at_row != 0 ? line.at_row - 1 : pass.sheet_row + line.skip_rows;
    if (row < pass.sheet_row) {
        evaluator_.report("erp-check-failed",
                          fmt::format("row {} of the sheet is wanted after row {} was written", row + 1, pass.sheet_row));
        return;
    }
    pass.sheet_row = row + 1;
    for (const std::uint32_t index : line.header_columns) {
        const ColumnSpec& column = template_.columns[index];
        if (sheet != nullptr && !sheet->write(row, column.at, Value::of_text(column.name), column.name, {})) {
            evaluator_.report("erp-sheet-full", "the sheet has no more rows");
        }
    }
    for (const std::uint32_t cell : line.cells) {
        const ColumnSpec& column = pass.cells->column_of(cell);
        if (is_continuation && pass.file->parent_first_only && column.format.parent) {
            continue;
        }
        const auto [value, text] = pass.cells->typed(cell);
        if (sheet != nullptr && !sheet->write(row, column.at, value, text, column.format.spreadsheet_format)) {
            evaluator_.report("erp-sheet-full",
                              "a number has more than 15 digits, a day is before 1900-03-01, or the sheet has no more rows");
        }
    }
}

void Renderer::drain(Pass& pass) {
    if (pass.target == nullptr) {
        return;
    }
    if (auto drained = pass.target->drain(); !drained && !disk_problem_) {
        disk_problem_ = std::move(drained);
    }
}

/// What the evaluation of this posting met becomes findings.
void Renderer::take_problems(const Posting* posting) {
    if (evaluator_.problems().empty()) {
        return;
    }
    for (const Problem& problem : evaluator_.problems()) {
        findings_.add(make_finding(problem.code, fmt::format("template {}: {}", template_.info.name, problem.message),
                                   posting == nullptr ? std::string() : posting->entry->contract->id,
                                   posting == nullptr ? std::string() : posting->entry->document_id));
    }
    evaluator_.forget_problems();
}

/// Files without a name of their own are called BASE.EXT. Where one `[[file]]` makes a name several times, its files are numbered before
/// the extension.
void Renderer::name_files() {
    const std::string base = options_.base_name.empty() ? template_.info.name : options_.base_name;
    std::map<std::pair<const FileSpec*, std::string>, std::size_t> times;
    for (Written& written : files_) {
        if (!written.has_own_name) {
            written.file.name = fmt::format("{}.{}", base, written.spec->extension);
        }
        ++times[{written.spec, written.file.name}];
    }
    std::map<std::pair<const FileSpec*, std::string>, std::size_t> number;
    for (Written& written : files_) {
        const std::pair key(written.spec, written.file.name);
        if (times[key] > 1) {
            const std::string& name = key.second;
            const std::size_t dot = std::min(name.rfind('.'), name.size());
            written.file.name = fmt::format("{}-{}{}", name.substr(0, dot), ++number[key], name.substr(dot));
        }
    }
}

Status Renderer::publish(Rendered& rendered) {
    name_files();
    std::set<std::string> names(options_.taken.begin(), options_.taken.end());
    for (const Written& written : files_) {
        if (!is_safe_name(written.file.name) || !names.insert(written.file.name).second) {
            findings_.add(
                make_finding("erp-check-failed",
                             fmt::format("template {}: the file name \"{}\" {}", template_.info.name, sanitise(written.file.name, 200),
                                         is_safe_name(written.file.name) ? "is made twice" : "cannot be used")));
        }
    }
    if (findings_.has_errors()) {
        rendered.refused = true;
        files_.clear();
        std::error_code ignored;
        std::filesystem::remove(options_.folder, ignored);  // only when nothing else is in it
        findings_.add(make_finding("erp-file-refused",
                                   fmt::format("template {}: no file is written; the findings before say why", template_.info.name)));
        return {};
    }
    for (Written& written : files_) {
        if (auto done = written.target->rename_to(options_.folder / written.file.name); !done) {
            for (const RenderedFile& earlier : rendered.files) {
                static_cast<void>(remove_path(options_.folder / earlier.name));
            }
            return done;
        }
        if (list_cells_ && written.spec->layout == Layout::worksheet) {
            cell_listings_[written.file.name] = written.target->cells();
        }
        rendered.files.push_back(std::move(written.file));
    }
    return {};
}

}  // namespace moisson::erp

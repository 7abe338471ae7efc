/// Rendering, top down: select, order, split; then each file is gone through once, or twice where its head needs its totals.
#include "erp/render.hpp"
#include "erp/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::erp {

namespace {

constexpr std::size_t piece_bytes = 256U * 1024U;
constexpr std::size_t each_values_max = 200'000;
constexpr std::size_t files_max = 10'000;

}  // namespace

/// Calls `take` once, or for each VAT rate of the entry in hand where it has several.
template <class Take>
void Renderer::for_each_rate(bool per_rate, const Take& take) {
    const std::size_t count = per_rate ? evaluator_.amounts().rates.size() : 1;
    for (std::size_t at = 0; at < count; ++at) {
        if (count > 1) {
            evaluator_.begin_rate(at);
        }
        take();
    }
    if (count > 1) {
        evaluator_.end_rates();
    }
}

Renderer::Renderer(const Settings& settings, std::span<const Posting> postings, const RenderOptions& options)
    : settings_(settings),
      template_(*settings.of),
      postings_(postings),
      options_(options),
      evaluator_(settings, options),
      findings_(options.shown_name.empty() ? template_.info.name : options.shown_name),
      files_(template_, options) {
    is_written_.resize(postings.size());
    is_checked_.resize(postings.size());
    check_tables_.resize(template_.checks.size());
    check_numbers_.resize(template_.checks.size());
}

Result<Rendered> Renderer::render() {
    Rendered rendered;
    rendered.template_name = template_.info.name;
    Selection selection = Selector(template_, postings_, evaluator_, findings_).select(options_.only_new);
    Indices& selected = selection.indices;
    group_of_ = std::move(selection.group_of);
    for (const FileSpec& file : template_.files) {
        if (auto done = render_file(file, selected); !done) {
            return fail(std::move(done.error()));
        }
    }
    for (const std::uint32_t index : selected) {
        if (!is_written_[index]) {
            const LedgerEntry& entry = *postings_[index].entry;
            findings_.add(make_finding("erp-left-out", messages::template_none_files_takes_document(findings_.of()),
                                       entry.contract->id, entry.document_id));
        }
    }
    if (auto done = files_.publish(rendered, findings_); !done) {
        return fail(std::move(done.error()));
    }
    if (!rendered.refused && selected.empty()) {
        findings_.add(make_finding("erp-nothing-to-post",
                                   messages::template_nothing_post_no_file(
                                       findings_.of(), options_.only_new ? Message(messages::earlier_files_not_hold) : Message())));
    }
    if (!rendered.refused) {
        rendered.written = std::move(selected);
        std::sort(rendered.written.begin(), rendered.written.end());
        rendered.numbers = evaluator_.given_numbers();
    }
    rendered.findings = findings_.finish();
    return rendered;
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
                return fail(ErrorCode::bad_input, fmt::format("template {} makes more than {} files", findings_.of(), files_max));
            }
            if (auto done = render_part(file, rest); !done) {
                return done;
            }
        }
    }
    return {};
}

Status Renderer::render_part(const FileSpec& file, std::span<const std::uint32_t>& rest) {
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
    WrittenFiles::Written written;
    written.spec = &file;
    if (!findings_.has_errors()) {
        auto target = Target::create(options_.folder / fmt::format(".{}-{}", findings_.of(), files_.size()), file, options_.data_date,
                                     files_.lists_cells());
        if (!target) {
            return fail(std::move(target.error()));
        }
        written.target = std::move(*target);
        pass.target = written.target.get();
    }
    LineWriter lines(template_, file, cells, evaluator_, pass.target);
    pass.lines = &lines;
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
    files_.add(std::move(written));
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
            if (is_of_entry(line.per)) {
                for_each_rate(line.per == Per::rate, [&] { rows += take_amount(line) && evaluator_.is_true(line.when) ? 1U : 0U; });
            }
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
    evaluator_.numbers = {};
    evaluator_.begin_part(part_);
    evaluator_.begin_entry(postings_[pass.indices.front()]);
    if (pass.is_dry) {
        evaluator_.totals = &pass.totals;
        return;
    }
    pass.lines->begin();
    write_file_lines(pass, Per::file);
}

void Renderer::end_pass(Pass& pass) {
    if (pass.is_dry) {
        return;
    }
    evaluator_.begin_part(part_);  // running totals are final now
    evaluator_.begin_entry(postings_[pass.indices.front()]);
    write_file_lines(pass, Per::file_end);
    pass.lines->end();
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
            pass.lines->write(line, false);
        }
        take_problems(nullptr);
    }
}

void Renderer::write_each_lines(Pass& pass, const LineSpec& line) {
    for (const auto& [value, sums] : eaches_[static_cast<std::size_t>(line.each)]) {
        evaluator_.begin_row();
        evaluator_.each = {value, sums.sum, sums.count, sums.is_mixed};
        if (evaluator_.is_true(line.when)) {
            pass.lines->write(line, false);
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
                pass.lines->write(line, false);
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
    sums_.begin();
    const auto& lines = pass.file->lines;
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const LineSpec& line = lines[at];
        if (!is_of_entry(line.per)) {
            continue;
        }
        for_each_rate(line.per == Per::rate, [&] {
            if (take_amount(line) && evaluator_.is_true(line.when)) {
                write_entry_line(pass, at, line);
            }
        });
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
        evaluator_.report("erp-field-missing", messages::amount_line_empty(sanitise(line.name, 60)));
        return false;
    }
    if (amount.number == INT64_MIN) {
        evaluator_.report("erp-number-too-long", messages::amount_not_fit_64_bits_minor_units);
        return false;
    }
    const bool swaps = amount.number < 0 && template_.credit_notes == CreditNotes::swap;
    const std::int64_t written = swaps ? -amount.number : amount.number;
    const bool on_credit = line.is_credit != swaps;
    evaluator_.line_debit = {on_credit ? 0 : written, amount.currency};
    evaluator_.line_credit = {on_credit ? written : 0, amount.currency};
    return true;
}

void Renderer::write_entry_line(Pass& pass, std::size_t line_at, const LineSpec& line) {
    ++evaluator_.numbers.row;
    ++evaluator_.numbers.line_number;
    ++pass.totals.rows;
    evaluator_.begin_row();
    evaluator_.step_counters(Evaluator::Step::row);
    if (line.amount != nullptr) {
        sums_.add(line, evaluator_.line_debit, evaluator_.line_credit);
    }
    gather_each(pass, line_at);
    if (!pass.is_dry) {
        pass.lines->write(line, evaluator_.numbers.line_number > 1);
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
                evaluator_.report("erp-number-too-long", messages::more_different_values_each(each_values_max));
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
        if (sums_.has_lines()) {
            bool has = totals.has_lines;
            add_money(totals.debit, has, totals.is_mixed, sums_.debit());
            add_money(totals.credit, totals.has_lines, totals.is_mixed, sums_.credit());
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
    if (sums_.has_lines()) {
        ControlTotal& lines = pass.control_of(sums_.debit().currency);
        lines.amount.currency = lines.debit.currency = lines.credit.currency = sums_.debit().currency;
        has = true;
        add_money(lines.debit, has, overflow, sums_.debit());
        add_money(lines.credit, has, overflow, sums_.credit());
    }
    if (overflow) {
        evaluator_.report("erp-number-too-long", messages::file_total_not_fit_64_bits_minor);
    }
}

void Renderer::check_entry(Pass& pass, const Posting& posting, std::uint32_t index) {
    sums_.check(*pass.file, evaluator_);
    check_fiscal_year();
    if (evaluator_.numbers.line_number == 0) {
        evaluator_.report("erp-left-out", messages::no_line_file_takes_document);
    }
    if (evaluator_.vat_unknown()) {
        const std::pair key(std::string_view(posting.entry->contract->id), std::string_view(posting.entry->document_type));
        if (vat_told_.emplace(key, true).second) {
            findings_.add(make_finding(
                "erp-vat-unknown",
                messages::template_mapping_no_vat_rate_no(findings_.of(), words_of_type(sanitise(posting.entry->document_type, 60))),
                posting.entry->contract->id));
        }
    }
    if (!template_.checks.empty() && !is_checked_[index]) {
        check_rules(index);
    }
    is_checked_[index] = true;
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
        evaluator_.report("erp-date-outside-year",
                          messages::entry_lies_outside_fiscal_year(place::Day(plain_text(date)), place::Day(plain_text(begin)),
                                                                   place::Day(plain_text(end))));
    }
}

void Renderer::check_rules(std::uint32_t index) {
    for (std::size_t at = 0; at < template_.checks.size(); ++at) {
        for_each_rate(template_.checks[at].per_rate, [&] { check_rule(at, index); });
    }
}

void Renderer::check_rule(std::size_t at, std::uint32_t index) {
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
    if (!holds) {
        std::string words;
        for (const TextPart& part : check.message) {
            words += part.value == nullptr ? part.literal : plain_text(evaluator_.value(*part.value));
        }
        Message message = words.empty() ? messages::check_line_template_failed(check.place.line) : Message(sanitise(words, 300));
        evaluator_.report(check.kind == CheckKind::unique ? FindingCode("erp-key-duplicate") : check.code, std::move(message));
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

}  // namespace moisson::erp

/// Verdicts of documents, and groups up to a limit.
#include "usage/collector.hpp"

#include <algorithm>
#include <tuple>

namespace moisson::usage {

namespace {

/// For the texts of all groups of one kind.
constexpr std::size_t text_bytes_max = 16U << 20U;

}  // namespace

bool Verdict::take(const Yield& yield) {
    lines += yield.lines;
    without_amount.add(yield.without_amount);
    unreadable_numbers.add(yield.unreadable_numbers);
    not_utf8.add(yield.not_utf8);
    formula_like.add(yield.formula_like);
    more_columns.add(yield.more_columns);
    total_rows.add(yield.total_rows);
    if (yield.total_rows.count > 0) {
        total_row = yield.total_row;
    }
    if (!yield.other_sheet.empty()) {
        other_sheet = yield.other_sheet;
    }
    is_no_source = is_no_source || yield.is_no_source;
    marks.add(yield.marks);
    if (auto contradiction = marks.contradiction(yield.mark)) {
        error = std::move(contradiction);
    }
    bool fits = true;
    for (const UsageSum& sum : yield.sums) {
        fits = add_by_currency(sums, sum) && fits;
    }
    return fits;
}

void GroupCollector::begin(const Contract& contract, Month month) {
    close();
    contract_ = &contract;
    month_ = month;
}

bool GroupCollector::take(const Yield& yield) {
    const bool services_fit = take(yield.by_service, by_service_);
    return take(yield.by_project, by_project_) && services_fit;
}

bool GroupCollector::take(const Groups& from, Kind& kind) {
    bool all_fit = true;
    for (const Groups::Group& group : from.all()) {
        const std::string_view text = from.text_of(group);
        const bool has_room = kind.done.size() + kind.groups.all().size() < groups_max_ &&
                              kind.text_bytes_done + kind.groups.text_bytes() + text.size() <= text_bytes_max;
        UsageSum* sum =
            has_room ? &kind.groups.at(text, group.sum.currency, group.hash) : kind.groups.find(text, group.sum.currency, group.hash);
        // Charges and credits of another group can keep the document's own sum small.
        all_fit = (sum != nullptr ? add_sum(*sum, group.sum) : add_by_currency(kind.others, group.sum)) && all_fit;
    }
    return all_fit;
}

void GroupCollector::close(Kind& kind, bool by_project) {
    const std::size_t first = kind.done.size();
    const auto add = [&](const UsageSum& sum) -> UsageGroup& {
        UsageGroup group;
        group.contract = contract_;
        group.month = month_;
        group.sum = sum;
        kind.done.push_back(std::move(group));
        return kind.done.back();
    };
    for (const Groups::Group& group : kind.groups.all()) {
        const std::string_view text = kind.groups.text_of(group);
        const std::size_t middle = by_project ? text.find('\0') : std::string_view::npos;
        UsageGroup& made = add(group.sum);
        if (by_project) {
            made.project = text.substr(0, middle);
            made.tags = middle == std::string_view::npos ? std::string_view() : text.substr(middle + 1);
        } else {
            made.service = text;
        }
    }
    kind.text_bytes_done += kind.groups.text_bytes();
    std::sort(kind.done.begin() + static_cast<std::ptrdiff_t>(first), kind.done.end(), [](const UsageGroup& left, const UsageGroup& right) {
        return std::tie(left.service, left.project, left.tags, left.sum.currency) <
               std::tie(right.service, right.project, right.tags, right.sum.currency);
    });
    std::sort(kind.others.begin(), kind.others.end(),
              [](const UsageSum& left, const UsageSum& right) { return left.currency < right.currency; });
    for (const UsageSum& sum : kind.others) {
        add(sum).others = true;
        has_others_ = true;
    }
    kind.groups.clear();
    kind.others.clear();
}

void GroupCollector::close() {
    if (contract_ != nullptr) {
        close(by_service_, false);
        close(by_project_, true);
    }
    contract_ = nullptr;
}

bool GroupCollector::finish(UsageSummary& summary) {
    close();
    summary.by_service = std::move(by_service_.done);
    summary.by_project = std::move(by_project_.done);
    return has_others_;
}

}  // namespace moisson::usage

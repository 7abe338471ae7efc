/// See template_books.hpp.

#include "pipeline/template_books.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/result.hpp"

namespace moisson::pipeline {

namespace {

constexpr char perimeter_mark = '@';

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string name_of_books(const std::string& template_name, std::string_view perimeter) {
    return perimeter.empty() ? template_name : fmt::format("{}{}{}", template_name, perimeter_mark, perimeter);
}

std::string template_of(const std::string& name) { return name.substr(0, name.find(perimeter_mark)); }

std::string perimeter_of(const std::string& name) {
    const auto mark = name.find(perimeter_mark);
    return mark == std::string::npos ? std::string() : name.substr(mark + 1);
}

RowPerimeters::RowPerimeters(const std::vector<const LedgerEntry*>& rows) {
    for (const LedgerEntry* const row : rows) {
        if (row->period) {
            perimeters_[row->contract->id].insert_or_assign(row->period->month(), row->contract->perimeter);
        }
    }
}

std::string_view RowPerimeters::find(std::string_view contract_id, Month period) const {
    const auto contract = perimeters_.find(contract_id);
    if (contract == perimeters_.end()) {
        return {};
    }
    const auto month = contract->second.find(period);
    return month != contract->second.end() ? month->second : contract->second.rbegin()->second;
}

TemplateBooks::TemplateBooks(ErpJob erp, std::vector<std::string> asked, std::set<std::string> kept)
    : erp_(std::move(erp)), asked_(std::move(asked)), asked_names_(asked_.begin(), asked_.end()), kept_(std::move(kept)) {
    kept_.insert(asked_.begin(), asked_.end());
    for (const std::string& name : asked_) {
        families_.emplace(name, find_family(name));
    }
}

bool TemplateBooks::is_asked(const std::string& name) const { return asked_names_.contains(name); }

/// The template, and those whose books it goes on with.
std::vector<std::string> TemplateBooks::templates_of(const std::string& name) const {
    std::vector<std::string> templates{template_of(name)};
    for (std::size_t at = 0; at < templates.size(); ++at) {
        const auto own = erp_.by_template.find(templates[at]);
        if (own == erp_.by_template.end()) {
            continue;
        }
        const auto earlier = own->second.find("continues");
        for (const std::string& one : earlier == own->second.end() ? std::vector<std::string>() : earlier->second.texts) {
            if (!contains(templates, one)) {
                templates.push_back(one);
            }
        }
    }
    return templates;
}

std::vector<std::string> TemplateBooks::names_of(const std::string& name) const {
    std::vector<std::string> names = templates_of(name);
    const std::string perimeter = perimeter_of(name);
    std::transform(names.begin(), names.end(), names.begin(), [&](const std::string& one) { return name_of_books(one, perimeter); });
    return names;
}

const std::vector<std::string>& TemplateBooks::family_of(const std::string& name) const {
    const auto found = families_.find(name);
    MOISSON_INVARIANT(found != families_.end(), "only names that are asked for are looked up");
    return found->second;
}

std::vector<std::string> TemplateBooks::find_family(const std::string& name) const {
    const std::vector<std::string> templates = templates_of(name);
    std::vector<std::string> family{name};
    std::copy_if(templates.begin(), templates.end(), std::back_inserter(family), [&](const std::string& one) { return one != name; });
    std::copy_if(kept_.begin(), kept_.end(), std::back_inserter(family), [&](const std::string& one) {
        return one != name && !contains(templates, one) && contains(templates, template_of(one));
    });
    return family;
}

bool TemplateBooks::is_shared(const std::string& name) const {
    const std::vector<std::string>& family = family_of(name);
    return std::any_of(family.begin(), family.end(), [](const std::string& one) { return !perimeter_of(one).empty(); });
}

bool TemplateBooks::belongs(const std::string& name, std::string_view perimeter) const {
    const std::string own = perimeter_of(name);
    return own.empty() ? perimeter.empty() || !is_asked(name_of_books(name, perimeter)) : own == perimeter;
}

std::string TemplateBooks::goes_on_as(const std::string& kept, const std::string& template_name) const {
    return is_asked(kept) ? kept : name_of_books(template_name, perimeter_of(kept));
}

FilesHistory TemplateBooks::history_of(const std::string& name, const LoadPostings& load, const std::vector<HandedPosting>& fresh,
                                       const std::vector<const LedgerEntry*>& rows, const RowPerimeters& perimeters) const {
    FilesHistory history;
    history.share.belongs = [this, name, &perimeters](std::string_view contract_id, Month period) {
        return belongs(name, perimeters.find(contract_id, period));
    };
    // What others booked of a contract that the files have nothing to do with is not needed.
    std::unordered_set<std::string_view> contracts;
    for (const LedgerEntry* const row : rows) {
        if (belongs(name, row->contract->perimeter)) {
            contracts.insert(row->contract->id);
        }
    }
    const std::string of = template_of(name);
    std::vector<std::string> others;
    for (const std::string& one : family_of(name)) {
        if (goes_on_as(one, of) != name) {
            others.push_back(one);
            continue;
        }
        for (const HandedPosting& posting : load(one)) {
            history.own.push_back(posting);
            contracts.insert(posting.contract_id);
        }
    }
    for (const std::string& one : others) {
        const bool is_made = is_asked(goes_on_as(one, of));
        for (const HandedPosting& posting : load(one)) {
            if (contracts.contains(posting.contract_id)) {
                const bool is_left = !is_made && history.share.belongs(posting.contract_id, posting.period);
                (is_left ? history.share.left : history.share.elsewhere).push_back(posting);
            }
        }
    }
    std::copy_if(fresh.begin(), fresh.end(), std::back_inserter(history.share.elsewhere), [&](const HandedPosting& one) {
        return one.template_name != name && template_of(one.template_name) == of && contracts.contains(one.contract_id);
    });
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(history.rows),
                 [&](const LedgerEntry* row) { return contracts.contains(row->contract->id); });
    return history;
}

}  // namespace moisson::pipeline

/// See template_books.hpp.

#include "pipeline/template_books.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

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
    : erp_(std::move(erp)), asked_(std::move(asked)), kept_(std::move(kept)) {
    kept_.insert(asked_.begin(), asked_.end());
}

bool TemplateBooks::is_asked(std::string_view name) const { return contains(asked_, name); }

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
    std::vector<std::string> names;
    const std::string perimeter = perimeter_of(name);
    for (const std::string& one : templates_of(name)) {
        names.push_back(name_of_books(one, perimeter));
        if (!perimeter.empty() && one != template_of(name)) {
            names.push_back(one);
        }
    }
    return names;
}

std::vector<std::string> TemplateBooks::family_of(const std::string& name) const {
    std::vector<std::string> names{name};
    const std::vector<std::string> templates = templates_of(name);
    names.insert(names.end(), templates.begin(), templates.end());
    std::copy_if(kept_.begin(), kept_.end(), std::back_inserter(names),
                 [&](const std::string& one) { return !one.empty() && contains(templates, template_of(one)); });
    std::vector<std::string> family;
    std::set<std::string> seen;
    std::copy_if(names.begin(), names.end(), std::back_inserter(family), [&](const std::string& one) { return seen.insert(one).second; });
    return family;
}

bool TemplateBooks::is_taken_over(const std::string& name, const std::string& other) const {
    return perimeter_of(name).empty() && !perimeter_of(other).empty() && template_of(other) == name && !is_asked(other);
}

bool TemplateBooks::belongs(const std::string& name, std::string_view perimeter) const {
    const std::string own = perimeter_of(name);
    return own.empty() ? !is_asked(name_of_books(name, perimeter)) || perimeter.empty() : own == perimeter;
}

FilesHistory TemplateBooks::history_of(const std::string& name, const LoadPostings& load, const std::vector<HandedPosting>& fresh,
                                       const std::vector<const LedgerEntry*>& rows) const {
    FilesHistory history;
    const std::vector<std::string> family = family_of(name);
    const auto is_shared = [](const std::string& one) { return !perimeter_of(one).empty(); };
    const bool shared = std::any_of(family.begin(), family.end(), is_shared);
    if (!shared) {
        for (const std::string& one : family) {
            std::vector<HandedPosting> some = load(one);
            std::move(some.begin(), some.end(), std::back_inserter(history.own));
        }
        return history;
    }
    const auto perimeters = std::make_shared<const RowPerimeters>(rows);
    history.share.belongs = [this, name, perimeters](std::string_view contract_id, Month period) {
        return belongs(name, perimeters->find(contract_id, period));
    };
    for (const std::string& one : family) {
        const bool is_of_template = template_of(one) == template_of(name);
        for (HandedPosting& posting : load(one)) {
            const bool goes_on_here = !is_asked(one) && history.share.belongs(posting.contract_id, posting.period);
            std::vector<HandedPosting>& to = one == name || (goes_on_here && !is_of_template) ? history.own
                                             : goes_on_here                                   ? history.share.left
                                                                                              : history.share.elsewhere;
            to.push_back(std::move(posting));
        }
    }
    std::copy_if(fresh.begin(), fresh.end(), std::back_inserter(history.share.elsewhere), [&](const HandedPosting& one) {
        return one.template_name != name && template_of(one.template_name) == template_of(name);
    });
    return history;
}

}  // namespace moisson::pipeline

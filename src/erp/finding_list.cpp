/// Bounded findings.
#include "erp/finding_list.hpp"
#include "erp/messages.hpp"

#include <fmt/format.h>

namespace moisson::erp {

void FindingList::add(Finding finding) {
    has_errors_ = has_errors_ || finding.severity() == Severity::error;
    if (++counts_[finding.code] <= of_a_code_max) {
        findings_.push_back(std::move(finding));
    }
}

std::vector<Finding> FindingList::finish() {
    for (const auto& [code, count] : counts_) {
        if (count > of_a_code_max) {
            findings_.push_back(make_finding(code, messages::more_of_this_kind(count - of_a_code_max)));
        }
    }
    return std::move(findings_);
}

void FindingList::take_problems(Evaluator& evaluator, const Posting* posting) {
    if (evaluator.problems().empty()) {
        return;
    }
    for (const Problem& problem : evaluator.problems()) {
        add(make_finding(problem.code, messages::of_template(of_, problem.message),
                         posting == nullptr ? std::string() : posting->entry->contract->id,
                         posting == nullptr ? std::string() : posting->entry->document_id));
    }
    evaluator.forget_problems();
}

}  // namespace moisson::erp

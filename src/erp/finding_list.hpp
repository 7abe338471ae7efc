#pragma once
/// What rendering a template finds.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erp/erp.hpp"
#include "erp/evaluator.hpp"

namespace moisson::erp {

/// Findings of one template, bounded: of each code the first thousand, and how many more there are.
class FindingList {
public:
    explicit FindingList(std::string of) : of_(std::move(of)) {}
    /// What messages call the template.
    [[nodiscard]] const std::string& of() const noexcept { return of_; }
    void add(Finding finding);
    /// What the evaluator met becomes findings of this posting; null: of the template.
    void take_problems(Evaluator& evaluator, const Posting* posting);
    [[nodiscard]] std::vector<Finding> finish();
    [[nodiscard]] bool has_errors() const noexcept { return has_errors_; }

private:
    static constexpr std::size_t of_a_code_max = 1000;
    std::string of_;
    std::vector<Finding> findings_;
    std::map<FindingCode, std::uint64_t> counts_;
    bool has_errors_ = false;
};

}  // namespace moisson::erp

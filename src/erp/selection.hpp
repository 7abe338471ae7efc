#pragma once
/// Which postings a template takes, in which order, and in which groups.

#include <cstdint>
#include <span>
#include <vector>

#include "erp/erp.hpp"
#include "erp/evaluator.hpp"
#include "erp/finding_list.hpp"
#include "erp/template.hpp"

namespace moisson::erp {

struct Selection {
    std::vector<std::uint32_t> indices;   ///< of postings, in the order in which they are written
    std::vector<std::uint32_t> group_of;  ///< by posting; empty without groups
};

/// Reads [select] and `zero_amounts` of the template. What is met on the way goes to `findings`.
class Selector {
public:
    Selector(const Template& of, std::span<const Posting> postings, Evaluator& evaluator, FindingList& findings)
        : template_(of), postings_(postings), evaluator_(evaluator), findings_(findings) {}
    /// `only_new`: postings that an earlier file holds are left out.
    [[nodiscard]] Selection select(bool only_new);

private:
    [[nodiscard]] bool is_wanted(const Posting& posting, bool only_new);
    void sort(Selection& selection);

    const Template& template_;
    std::span<const Posting> postings_;
    Evaluator& evaluator_;
    FindingList& findings_;
};

}  // namespace moisson::erp

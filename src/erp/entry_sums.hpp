#pragma once
/// Sums of the lines of one entry: debit and credit, and what they hold of the document's amounts.

#include <array>

#include "domain/money.hpp"
#include "erp/evaluator.hpp"
#include "erp/template.hpp"

namespace moisson::erp {

/// Adds `more` to a sum that `has` says is begun; another currency, or what does not fit, makes it `mixed`.
void add_money(Money& sum, bool& has, bool& mixed, const Money& more);

class EntrySums {
public:
    void begin() { *this = {}; }
    /// A line with an amount: `debit` and `credit` as they are written.
    void add(const LineSpec& line, const Money& debit, const Money& credit);
    /// Debit and credit agree, and what the lines hold is the document's amount: on the very values that are written. What is not so goes
    /// to the evaluator's problems.
    void check(const FileSpec& file, Evaluator& evaluator) const;

    [[nodiscard]] bool has_lines() const noexcept { return has_debit_; }
    [[nodiscard]] const Money& debit() const noexcept { return debit_; }
    [[nodiscard]] const Money& credit() const noexcept { return credit_; }

private:
    struct Sum {
        Money sum;
        bool has = false;
        bool is_mixed = false;
    };
    [[nodiscard]] bool is_covered(Control kind) const;

    std::array<Sum, 5> controls_{};  // by Control
    Money debit_;
    Money credit_;
    bool has_debit_ = false;
    bool has_credit_ = false;
    bool is_mixed_ = false;
};

}  // namespace moisson::erp

#pragma once
/// Under which names a template's postings are kept, and which of them are whose: a template books under its own name ("fec"), the files of
/// a perimeter with settings of its own under both ("fec@north"). Names of templates have no '@'.
///
/// What a set of files has booked is its own, even of contracts that are another's now. What an earlier template booked, which `continues`
/// names, goes on in the files of the same perimeter. What stands under the names of files that the job has no more is left to those where
/// the documents belong now (books::PostingShare).

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "books/postings.hpp"
#include "domain/erp_job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/posting.hpp"

namespace moisson::pipeline {

/// "fec@north"; of an empty perimeter "fec".
[[nodiscard]] std::string name_of_books(const std::string& template_name, std::string_view perimeter);
/// "fec" of "fec@north".
[[nodiscard]] std::string template_of(const std::string& name);
/// "north" of "fec@north"; empty of "fec".
[[nodiscard]] std::string perimeter_of(const std::string& name);

/// Whose documents are, by their rows: a contract may have had another perimeter in a month that is closed.
class RowPerimeters {
public:
    explicit RowPerimeters(const std::vector<const LedgerEntry*>& rows);  ///< which outlive it
    /// Of a month without rows that of the contract's last one; empty where there is none.
    [[nodiscard]] std::string_view find(std::string_view contract_id, Month period) const;

private:
    std::map<std::string_view, std::map<Month, std::string_view>> perimeters_;
};

using LoadPostings = std::function<const std::vector<HandedPosting>&(const std::string& name)>;

/// What one set of files has to do with rows and earlier postings.
struct FilesHistory {
    std::vector<HandedPosting> own;
    books::PostingShare share;
    std::vector<const LedgerEntry*> rows;  ///< all of contracts that have something to do with the files
};

class TemplateBooks {
public:
    /// `asked`: names of the job's files. `kept`: names under which the state has something.
    TemplateBooks(ErpJob erp, std::vector<std::string> asked, std::set<std::string> kept);

    [[nodiscard]] const std::vector<std::string>& asked() const noexcept { return asked_; }
    /// The name itself first, then that of each earlier template that it goes on with.
    [[nodiscard]] std::vector<std::string> names_of(const std::string& name) const;
    /// The name itself first, then all under which its template, or one that it goes on with, booked or books: a month that one of them
    /// started is not one that another starts from the closed books.
    [[nodiscard]] const std::vector<std::string>& family_of(const std::string& name) const;
    /// Whether some perimeter has, or had, files of its own for the template.
    [[nodiscard]] bool is_shared(const std::string& name) const;
    /// Whether the files hold what is a perimeter's.
    [[nodiscard]] bool belongs(const std::string& name, std::string_view perimeter) const;
    /// Of a name that is shared. `load`: the postings that are kept under a name. `fresh`: those of this run so far. `perimeters`: of
    /// `rows`; both outlive the history.
    [[nodiscard]] FilesHistory history_of(const std::string& name, const LoadPostings& load, const std::vector<HandedPosting>& fresh,
                                          const std::vector<const LedgerEntry*>& rows, const RowPerimeters& perimeters) const;

private:
    [[nodiscard]] std::vector<std::string> templates_of(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> find_family(const std::string& name) const;
    [[nodiscard]] bool is_asked(const std::string& name) const;
    /// The files that go on with what is kept under the name, whether the job has them or not.
    [[nodiscard]] std::string goes_on_as(const std::string& kept, const std::string& template_name) const;

    ErpJob erp_;
    std::vector<std::string> asked_;
    std::set<std::string, std::less<>> asked_names_;
    std::set<std::string> kept_;
    std::map<std::string, std::vector<std::string>> families_;  ///< of those that are asked for
};

}  // namespace moisson::pipeline

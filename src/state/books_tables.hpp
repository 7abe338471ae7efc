#pragma once
/// The tables of closed months, addenda and postings. Only the state room includes this.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domain/closing.hpp"
#include "state/engine.hpp"
#include "state/state_store.hpp"

namespace moisson::state {

/// Every statement of these tables, prepared once. The caller holds a transaction around what writes. Destroyed before its connection.
class BooksTables {
public:
    /// `engine` outlives this.
    explicit BooksTables(Engine& engine);

    [[nodiscard]] std::vector<ClosedMonth> load_closed_months();
    [[nodiscard]] std::vector<ClosingEvent> load_history();
    [[nodiscard]] std::vector<ClosedRow> load_rows_of_contract(const std::string& contract_id);
    [[nodiscard]] std::vector<ClosedRow> load_rows_of_month(Month period);
    [[nodiscard]] std::vector<ClosedContract> load_contracts(const std::string& contract_id);
    void save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                      std::span<const HandedPosting> postings);
    void save_reopening(const ClosingEvent& event);

    void save_files(Month period, std::span<const ClosedFile> files);

    /// Everything but the runs.
    void adopt(const Takeover& takeover);
    [[nodiscard]] std::vector<Adoption> load_adoptions();
    [[nodiscard]] std::vector<Month> load_adopted_months();

    [[nodiscard]] std::vector<ChainLink> load_chain();
    /// Everything but runs, contracts, documents and published months.
    void restore(const Books& books, const std::string& run_id);

    [[nodiscard]] std::vector<Addendum> load_addenda();
    [[nodiscard]] std::vector<HandedPosting> load_postings_of_contract(const std::string& contract_id);
    [[nodiscard]] std::vector<HandedPosting> load_postings_of_template(const std::string& template_name);
    [[nodiscard]] std::vector<TemplateBase> load_booked();
    [[nodiscard]] std::vector<TemplateBase> load_bases();

    [[nodiscard]] std::vector<EntryNumber> load_entry_numbers(const std::string& template_name);
    void begin_publication(const Publication& publication);
    [[nodiscard]] std::vector<Publication> pending_publications();
    void end_publication(const std::string& run_id, bool published);

private:
    [[nodiscard]] Month read_month_text(Statement& row);
    [[nodiscard]] std::optional<Money> read_money(Statement& row);
    [[nodiscard]] std::vector<ClosedRow> read_rows(Statement& row);
    [[nodiscard]] std::vector<HandedPosting> read_postings(Statement& row);
    [[nodiscard]] std::vector<TemplateBase> read_bases(Statement& row);
    void save_additions(const Publication& publication);
    void save_event(const ClosingEvent& event);
    void save_link(const ChainLink& link, const std::string& run_id);
    void save_addendum(const Addendum& addendum);
    void save_posting(const HandedPosting& posting);
    void load_terms();
    void forget_terms();
    [[nodiscard]] std::int64_t number_of(const PostingTermsPtr& terms);
    [[noreturn]] void damaged(const std::string& cause) const;

    Engine& engine_;
    std::map<std::int64_t, PostingTermsPtr> terms_;  ///< by number; empty: to be read
    /// By basis and remarks, with those of this transaction; nothing: to be asked.
    std::optional<std::map<std::pair<std::string, std::string>, std::int64_t>> numbers_;
    Statement load_months_;
    Statement load_totals_;
    Statement load_files_;
    Statement save_file_;
    Statement remove_files_;
    Statement load_adoptions_;
    Statement save_adoption_;
    Statement load_adopted_months_;
    Statement save_adopted_month_;
    Statement load_history_;
    Statement save_event_;
    Statement save_total_;
    Statement load_rows_of_contract_;
    Statement load_rows_of_month_;
    Statement save_row_;
    Statement load_contracts_;
    Statement save_contract_;
    Statement remove_contracts_;
    Statement remove_rows_;
    Statement load_addenda_;
    Statement load_addendum_rows_;
    Statement save_addendum_;
    Statement save_addendum_row_;
    Statement load_postings_of_contract_;
    Statement load_postings_of_template_;
    Statement save_posting_;
    Statement load_terms_;
    Statement save_terms_;
    Statement load_booked_;
    Statement load_bases_;
    Statement save_base_;
    Statement load_numbers_;
    Statement save_number_;
    Statement load_pending_;
    Statement save_pending_;
    Statement remove_pending_;
    Statement drop_addendum_rows_;
    Statement drop_addenda_;
    Statement drop_postings_;
    Statement drop_bases_;
    Statement drop_numbers_;
    Statement load_chain_;
    Statement save_link_;
    Statement drop_links_;
};

}  // namespace moisson::state

#pragma once
/// A state store in memory: keeps all that the contract of StateStore promises (tests/contract holds it to it), as long as its content is
/// held.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "state/state_store.hpp"

namespace moisson::test {

class MemoryStore final : public state::StateStore {
public:
    /// What outlives a store, as a file outlives its process.
    struct Content {
        std::map<std::string, std::string> settings;
        std::map<std::string, state::ContractRecord> contracts;
        std::map<std::tuple<std::string, std::string, std::uint32_t>, state::DocumentRecord> documents;
        std::map<std::pair<std::string, std::string>, state::KeptReading> readings;
        std::vector<state::RunRecord> runs;
        std::vector<ClosingEvent> history;
        std::map<Month, ClosedMonth> closed_months;
        std::map<std::tuple<Month, std::string, std::string, std::uint32_t>, ClosedRow> closed_rows;
        std::map<std::pair<Month, std::string>, ClosedContract> closed_contracts;
        std::map<std::pair<Month, std::uint32_t>, Addendum> addenda;
        std::map<std::tuple<std::string, std::string, std::string, std::uint32_t>, HandedPosting>
            postings;  ///< contract, document, template
        std::map<std::pair<std::string, Month>, TemplateBase> bases;
        struct Numbered {
            std::string template_name;
            std::string run_id;
            EntryNumber entry;
        };
        std::vector<Numbered> numbers;
        std::map<std::uint32_t, Adoption> adoptions;
        std::set<Month> adopted_months;
        std::map<std::pair<Month, std::string>, PublishedMonth> published_months;
        std::map<std::tuple<std::string, Month, std::string, std::uint32_t, std::string>, ClosedRow> published_rows;
        std::map<std::uint32_t, std::pair<ChainLink, std::string>> chain;  ///< with the run id
        std::map<std::string, std::string> pending;  ///< run id, folder
        bool is_open = false;
    };

    MemoryStore();
    /// FatalError(locked) while another store has it open.
    explicit MemoryStore(std::shared_ptr<Content> content);
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;
    ~MemoryStore() override;

    [[nodiscard]] const Content& content() const noexcept { return *content_; }
    /// All that `save_documents` was ever given, in that order.
    std::vector<state::DocumentRecord> saved_documents;

    [[nodiscard]] bool was_open_to_others() const noexcept override { return false; }
    [[nodiscard]] std::string source() override;
    void set_source(const std::string& source) override;
    [[nodiscard]] std::string setting(const std::string& name) override;
    void set_setting(const std::string& name, const std::string& value) override;
    [[nodiscard]] std::vector<state::ContractRecord> load_contracts() override;
    void save_contract(const state::ContractRecord& record) override;
    [[nodiscard]] std::vector<state::DocumentRecord> load_documents(const std::string& contract_id) override;
    [[nodiscard]] std::vector<state::DocumentRecord> load_all_documents() override;
    [[nodiscard]] std::vector<state::DocumentRecord> load_versions(const std::string& contract_id, const std::string& document_id) override;
    void save_documents(std::span<const state::DocumentRecord> records) override;
    void forget_documents(const std::string& contract_id, const std::string& run_id) override;
    [[nodiscard]] std::optional<std::string> load_reading(const std::string& sha256, const std::string& expected,
                                                          const std::string& reader) override;
    void save_readings(std::span<const state::KeptReading> readings) override;
    void save_run(const state::RunRecord& record) override;
    [[nodiscard]] std::vector<state::RunRecord> load_runs() override;
    [[nodiscard]] std::vector<ClosedMonth> load_closed_months() override;
    [[nodiscard]] std::vector<ClosingEvent> load_closing_history() override;
    [[nodiscard]] std::vector<ClosedRow> load_closed_rows(const std::string& contract_id) override;
    [[nodiscard]] std::vector<ClosedRow> load_closed_rows(Month period) override;
    [[nodiscard]] std::vector<ClosedContract> load_closed_contracts(const std::string& contract_id) override;
    void save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                      std::span<const HandedPosting> postings) override;
    void save_reopening(const ClosingEvent& event) override;
    [[nodiscard]] std::vector<Addendum> load_addenda() override;
    [[nodiscard]] std::vector<HandedPosting> load_postings(const std::string& contract_id) override;
    [[nodiscard]] std::vector<HandedPosting> load_postings_of(const std::string& template_name) override;
    [[nodiscard]] std::vector<TemplateBase> load_booked_months() override;
    [[nodiscard]] std::vector<TemplateBase> load_template_bases() override;
    [[nodiscard]] std::vector<EntryNumber> load_entry_numbers(const std::string& template_name) override;
    void adopt(const state::Takeover& takeover) override;
    [[nodiscard]] std::vector<Adoption> load_adoptions() override;
    [[nodiscard]] std::vector<Month> load_adopted_months() override;
    void save_closed_files(Month period, std::span<const ClosedFile> files) override;
    [[nodiscard]] std::vector<ChainLink> load_chain() override;
    void restore(const state::Books& books, std::span<const state::RunRecord> runs, const std::string& run_id) override;
    [[nodiscard]] std::vector<PublishedMonth> load_published_months() override;
    [[nodiscard]] std::vector<ClosedRow> load_published_rows(const std::string& contract_id) override;
    void begin_publication(const Publication& publication) override;
    [[nodiscard]] std::vector<Publication> pending_publications() override;
    void end_publication(const std::string& run_id, bool published) override;

private:
    /// `work` changes a copy: where it throws, nothing has happened.
    template <class Work>
    void change(const Work& work);
    std::shared_ptr<Content> content_;
};

}  // namespace moisson::test

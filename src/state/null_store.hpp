#pragma once
/// A state store that keeps nothing: it is always new, and forgets at once what it is told. For what only reads, on a machine that never
/// exported.

#include "state/state_store.hpp"

namespace moisson::state {

class NullStore final : public StateStore {
public:
    [[nodiscard]] bool was_open_to_others() const noexcept override { return false; }
    [[nodiscard]] std::string source() override { return {}; }
    void set_source(const std::string&) override {}
    [[nodiscard]] std::string setting(const std::string&) override { return {}; }
    void set_setting(const std::string&, const std::string&) override {}
    [[nodiscard]] std::vector<ContractRecord> load_contracts() override { return {}; }
    void save_contract(const ContractRecord&) override {}
    [[nodiscard]] std::vector<DocumentRecord> load_documents(const std::string&) override { return {}; }
    [[nodiscard]] std::vector<DocumentRecord> load_all_documents() override { return {}; }
    [[nodiscard]] std::vector<DocumentRecord> load_versions(const std::string&, const std::string&) override { return {}; }
    void save_documents(std::span<const DocumentRecord>) override {}
    void forget_documents(const std::string&, const std::string&) override {}
    [[nodiscard]] std::optional<std::string> load_reading(const std::string&, const std::string&, const std::string&) override {
        return std::nullopt;
    }
    void save_readings(std::span<const KeptReading>) override {}
    void save_run(const RunRecord&) override {}
    [[nodiscard]] std::vector<RunRecord> load_runs() override { return {}; }
    [[nodiscard]] std::vector<ClosedMonth> load_closed_months() override { return {}; }
    [[nodiscard]] std::vector<ClosingEvent> load_closing_history() override { return {}; }
    [[nodiscard]] std::vector<ClosedRow> load_closed_rows(const std::string&) override { return {}; }
    [[nodiscard]] std::vector<ClosedRow> load_closed_rows(Month) override { return {}; }
    [[nodiscard]] std::vector<ClosedContract> load_closed_contracts(const std::string&) override { return {}; }
    void save_closing(const ClosedMonth&, std::span<const ClosedRow>, std::span<const ClosedContract>,
                      std::span<const HandedPosting>) override {}
    void save_reopening(const ClosingEvent&) override {}
    [[nodiscard]] std::vector<Addendum> load_addenda() override { return {}; }
    [[nodiscard]] std::vector<HandedPosting> load_postings(const std::string&) override { return {}; }
    [[nodiscard]] std::vector<HandedPosting> load_postings_of(const std::string&) override { return {}; }
    [[nodiscard]] std::vector<TemplateBase> load_booked_months() override { return {}; }
    [[nodiscard]] std::vector<TemplateBase> load_template_bases() override { return {}; }
    [[nodiscard]] std::vector<EntryNumber> load_entry_numbers(const std::string&) override { return {}; }
    void adopt(const Takeover&) override {}
    [[nodiscard]] std::vector<Adoption> load_adoptions() override { return {}; }
    [[nodiscard]] std::vector<Month> load_adopted_months() override { return {}; }
    [[nodiscard]] std::vector<ChainLink> load_chain() override { return {}; }
    void restore(const Books&, std::span<const RunRecord>, const std::string&) override {}
    void save_closed_files(Month, std::span<const ClosedFile>) override {}
    [[nodiscard]] std::vector<PublishedMonth> load_published_months() override { return {}; }
    [[nodiscard]] std::vector<ClosedRow> load_published_rows(const std::string&) override { return {}; }
    void begin_publication(const Publication&) override {}
    [[nodiscard]] std::vector<Publication> pending_publications() override { return {}; }
    void end_publication(const std::string&, bool) override {}
};

}  // namespace moisson::state

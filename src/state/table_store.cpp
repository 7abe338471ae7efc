// The state store on the tables of schema.hpp, whichever database holds them.
#include "state/table_store.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "state/books_tables.hpp"
#include "state/published_tables.hpp"
#include "state/schema.hpp"

namespace moisson::state {

namespace {

/// Every statement but those of the books.
struct Statements {
    explicit Statements(Engine& engine)
        : load_setting(engine, "SELECT value FROM setting WHERE name=?"),
          save_setting(engine, Write::replace, table_setting),
          load_contracts(engine, fmt::format("SELECT {} FROM contract ORDER BY id", table_contract.columns)),
          save_contract(engine, Write::replace, table_contract),
          load_documents(engine,
                         fmt::format("SELECT {} FROM document WHERE contract_id=? ORDER BY document_id,version", table_document.columns)),
          load_versions(engine, fmt::format("SELECT {} FROM document WHERE contract_id=? AND document_id=? ORDER BY version",
                                            table_document.columns)),
          load_all_documents(
              engine, fmt::format("SELECT {} FROM document ORDER BY contract_id,document_id,version", table_document.columns), Rows::many),
          save_document(engine, Write::replace, table_document),
          forget_documents(engine, "DELETE FROM document WHERE contract_id=? AND first_seen_run=?"),
          load_reading(engine, "SELECT reading FROM invoice_reading WHERE sha256=? AND expected=? AND reader=?"),
          save_reading(engine, Write::replace, table_invoice_reading),
          load_runs(engine, fmt::format("SELECT {} FROM run ORDER BY number", table_run.columns)),
          save_run(engine, Write::replace, table_run) {}

    Statement load_setting;
    Statement save_setting;
    Statement load_contracts;
    Statement save_contract;
    Statement load_documents;
    Statement load_versions;
    Statement load_all_documents;
    Statement save_document;
    Statement forget_documents;
    Statement load_reading;
    Statement save_reading;
    Statement load_runs;
    Statement save_run;
};

DocumentRecord read_document(Statement& row) {
    DocumentRecord record;
    record.contract_id = row.text();
    record.document_id = row.text();
    record.version = static_cast<std::uint32_t>(row.number_within(1, std::numeric_limits<std::uint32_t>::max()));
    record.document_type = row.text();
    record.filename = row.text();
    record.period = row.text();
    record.created_at = row.text();
    record.updated_at = row.text();
    record.amount = row.text();
    record.amount_kind = static_cast<std::uint8_t>(row.number_within(0, std::numeric_limits<std::uint8_t>::max()));
    record.currency = row.text();
    record.present = static_cast<std::uint8_t>(row.number_within(0, std::numeric_limits<std::uint8_t>::max()));
    record.sha256 = row.text();
    record.size_bytes = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
    record.media_type = row.text();
    const auto how = row.number_within(0, 3);
    record.unframed = (how & 1) != 0;
    record.damaged = (how & 2) != 0;
    record.first_seen_run = row.text();
    return record;
}

class TableStore final : public StateStore {
public:
    explicit TableStore(std::unique_ptr<Engine> engine)
        : engine_(std::move(engine)), statements_(*engine_), books_(*engine_), published_(*engine_) {}

    bool was_open_to_others() const noexcept override { return engine_->was_open_to_others(); }
    std::string source() override { return setting("source"); }
    void set_source(const std::string& source) override { set_setting("source", source); }
    std::string setting(const std::string& name) override {
        Statement& row = statements_.load_setting.bind(name);
        std::string value = row.step() ? row.text() : std::string();
        row.reset();
        return value;
    }
    void set_setting(const std::string& name, const std::string& value) override {
        Transaction transaction(*engine_);
        statements_.save_setting.bind(name).bind(value).execute();
        transaction.commit();
    }

    std::vector<ContractRecord> load_contracts() override {
        std::vector<ContractRecord> records;
        Statement& row = statements_.load_contracts;
        while (row.step()) {
            ContractRecord record;
            record.contract.id = row.text();
            record.contract.name = row.text();
            record.contract.offer_id = row.text();
            record.contract.offer_name = row.text();
            record.contract.customer_id = row.text();
            record.contract.customer_name = row.text();
            record.contract.platform_id = row.text();
            record.list_item_digest = row.text();
            record.detail_known = row.number_within(0, 1) == 1;
            record.mixed_list_trusted = row.number_within(0, 1) == 1;
            record.documents_last = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
            record.last_seen_run = row.text();
            record.first_month = Month::parse(row.text());
            record.earlier_name = row.text();
            record.renamed_month = Month::parse(row.text());
            record.compared_month = Month::parse(row.text());
            record.compared_count = static_cast<std::uint64_t>(row.number_within(0, std::numeric_limits<std::int64_t>::max()));
            record.proved_by_types = row.number_within(0, 1) == 1;
            record.contract.perimeter = row.text();
            records.push_back(std::move(record));
        }
        return records;
    }
    void save_contract(const ContractRecord& record) override {
        // What is lost with the power is only asked again, so the disk is not waited for: 2,000 contracts are 2,000 transactions.
        Transaction transaction(*engine_, Durability::relaxed);
        write_contract(record);
        transaction.commit();
    }

    std::vector<DocumentRecord> load_documents(const std::string& contract_id) override {
        return read_documents(statements_.load_documents.bind(contract_id));
    }
    std::vector<DocumentRecord> load_all_documents() override { return read_documents(statements_.load_all_documents); }
    std::vector<DocumentRecord> load_versions(const std::string& contract_id, const std::string& document_id) override {
        return read_documents(statements_.load_versions.bind(contract_id).bind(document_id));
    }
    void save_documents(std::span<const DocumentRecord> records) override {
        if (records.empty()) {
            return;
        }
        Transaction transaction(*engine_);
        for (const DocumentRecord& record : records) {
            write_document(record);
        }
        transaction.commit();
    }

    void forget_documents(const std::string& contract_id, const std::string& run_id) override {
        Transaction transaction(*engine_);
        statements_.forget_documents.bind(contract_id).bind(run_id).execute();
        transaction.commit();
    }

    std::optional<std::string> load_reading(const std::string& sha256, const std::string& expected, const std::string& reader) override {
        Statement& row = statements_.load_reading.bind(sha256).bind(expected).bind(reader);
        std::optional<std::string> reading;
        if (row.step()) {
            reading = row.text();
        }
        row.reset();
        return reading;
    }
    void save_readings(std::span<const KeptReading> readings) override {
        if (readings.empty()) {
            return;
        }
        Transaction transaction(*engine_);
        for (const KeptReading& one : readings) {
            statements_.save_reading.bind(one.sha256).bind(one.expected).bind(one.reader).bind(one.reading).execute();
        }
        transaction.commit();
    }

    void save_run(const RunRecord& record) override {
        Transaction transaction(*engine_);
        write_run(record);
        transaction.commit();
    }
    std::vector<RunRecord> load_runs() override {
        std::vector<RunRecord> records;
        Statement& row = statements_.load_runs;
        while (row.step()) {
            RunRecord record;
            record.run_id = row.text();
            record.period = row.text();
            record.started_at = Timestamp(std::chrono::milliseconds(row.number()));
            record.finished_at = Timestamp(std::chrono::milliseconds(row.number()));
            record.verdict = row.text();
            record.exit_code = static_cast<int>(row.number_within(0, 255));
            record.ledger_sha256 = row.text();
            records.push_back(std::move(record));
        }
        return records;
    }

    std::vector<ClosedMonth> load_closed_months() override { return books_.load_closed_months(); }
    std::vector<ClosingEvent> load_closing_history() override { return books_.load_history(); }
    std::vector<ClosedRow> load_closed_rows(const std::string& contract_id) override { return books_.load_rows_of_contract(contract_id); }
    std::vector<ClosedRow> load_closed_rows(Month period) override { return books_.load_rows_of_month(period); }
    std::vector<ClosedContract> load_closed_contracts(const std::string& contract_id) override {
        return books_.load_contracts(contract_id);
    }
    void save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                      std::span<const HandedPosting> postings) override {
        Transaction transaction(*engine_);
        books_.save_closing(month, rows, contracts, postings);
        transaction.commit();
    }
    void save_reopening(const ClosingEvent& event) override {
        Transaction transaction(*engine_);
        std::uint32_t addenda_before = 0;
        for (const ClosedMonth& one : books_.load_closed_months()) {
            addenda_before = one.period == event.period ? one.addenda_before : addenda_before;
        }
        const std::vector<ClosedRow> booked = rows_of_addenda(books_.load_addenda(), event.period, addenda_before);
        books_.save_reopening(event);
        if (!booked.empty()) {
            published_.open_again(event.period, booked);
        }
        transaction.commit();
    }
    std::vector<Addendum> load_addenda() override { return books_.load_addenda(); }
    std::vector<HandedPosting> load_postings(const std::string& contract_id) override {
        return books_.load_postings_of_contract(contract_id);
    }
    std::vector<HandedPosting> load_postings_of(const std::string& template_name) override {
        return books_.load_postings_of_template(template_name);
    }
    std::vector<TemplateBase> load_booked_months() override { return books_.load_booked(); }
    std::vector<TemplateBase> load_template_bases() override { return books_.load_bases(); }
    std::vector<EntryNumber> load_entry_numbers(const std::string& template_name) override {
        return books_.load_entry_numbers(template_name);
    }
    void adopt(const Takeover& takeover) override {
        Transaction transaction(*engine_);
        for (const RunRecord& run : takeover.runs) {
            write_run(run);
        }
        books_.adopt(takeover);
        transaction.commit();
    }
    std::vector<Adoption> load_adoptions() override { return books_.load_adoptions(); }
    std::vector<Month> load_adopted_months() override { return books_.load_adopted_months(); }
    void save_closed_files(Month period, std::span<const ClosedFile> files) override {
        Transaction transaction(*engine_);
        books_.save_files(period, files);
        transaction.commit();
    }
    std::vector<ChainLink> load_chain() override { return books_.load_chain(); }
    void restore(const Books& books, std::span<const RunRecord> runs, const std::string& run_id) override {
        Transaction transaction(*engine_);
        books_.restore(books, run_id);
        published_.restore(books);
        for (const ContractRecord& record : books.contracts) {
            write_contract(record);
        }
        for (const DocumentRecord& record : books.documents) {
            write_document(record);
        }
        for (const RunRecord& run : runs) {
            write_run(run);
        }
        transaction.commit();
    }
    std::vector<PublishedMonth> load_published_months() override { return published_.load_months(); }
    std::vector<ClosedRow> load_published_rows(const std::string& contract_id) override { return published_.load_rows(contract_id); }
    void begin_publication(const Publication& publication) override {
        Transaction transaction(*engine_);
        books_.begin_publication(publication);
        published_.begin(publication);
        transaction.commit();
    }
    std::vector<Publication> pending_publications() override { return books_.pending_publications(); }
    void end_publication(const std::string& run_id, bool published) override {
        Transaction transaction(*engine_);
        books_.end_publication(run_id, published);
        published_.end(run_id, published);
        transaction.commit();
    }

private:
    void write_contract(const ContractRecord& record) {
        const Contract& contract = record.contract;
        Statement& row = statements_.save_contract;
        row.bind(contract.id).bind(contract.name).bind(contract.offer_id).bind(contract.offer_name);
        row.bind(contract.customer_id).bind(contract.customer_name).bind(contract.platform_id).bind(record.list_item_digest);
        row.bind(std::int64_t{record.detail_known}).bind(std::int64_t{record.mixed_list_trusted});
        row.bind(static_cast<std::int64_t>(record.documents_last)).bind(record.last_seen_run);
        const auto text_of = [](const std::optional<Month>& month) { return month ? month->to_text() : std::string(); };
        const std::string first_month = text_of(record.first_month);
        const std::string renamed_month = text_of(record.renamed_month);
        const std::string compared_month = text_of(record.compared_month);
        row.bind(first_month).bind(record.earlier_name).bind(renamed_month).bind(compared_month);
        row.bind(static_cast<std::int64_t>(record.compared_count)).bind(std::int64_t{record.proved_by_types});
        row.bind(contract.perimeter).execute();
    }
    void write_document(const DocumentRecord& record) {
        Statement& row = statements_.save_document;
        row.bind(record.contract_id).bind(record.document_id).bind(std::int64_t{record.version}).bind(record.document_type);
        row.bind(record.filename).bind(record.period).bind(record.created_at).bind(record.updated_at).bind(record.amount);
        row.bind(std::int64_t{record.amount_kind}).bind(record.currency).bind(std::int64_t{record.present}).bind(record.sha256);
        row.bind(static_cast<std::int64_t>(record.size_bytes)).bind(record.media_type);
        row.bind(std::int64_t{record.unframed} + 2 * std::int64_t{record.damaged});
        row.bind(record.first_seen_run).execute();
    }
    void write_run(const RunRecord& record) {
        Statement& row = statements_.save_run;
        row.bind(record.run_id).bind(record.period).bind(std::int64_t{record.started_at.time_since_epoch().count()});
        row.bind(std::int64_t{record.finished_at.time_since_epoch().count()}).bind(record.verdict).bind(std::int64_t{record.exit_code});
        row.bind(record.ledger_sha256).execute();
    }
    static std::vector<DocumentRecord> read_documents(Statement& row) {
        std::vector<DocumentRecord> records;
        while (row.step()) {
            records.push_back(read_document(row));
        }
        return records;
    }

    // Destroyed from the last to the first: statements before what they are of.
    std::unique_ptr<Engine> engine_;
    Statements statements_;
    BooksTables books_;
    PublishedTables published_;
};

}  // namespace

std::unique_ptr<StateStore> make_table_store(std::unique_ptr<Engine> engine) { return std::make_unique<TableStore>(std::move(engine)); }

}  // namespace moisson::state

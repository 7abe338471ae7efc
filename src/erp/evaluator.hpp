#pragma once
/// Values of expressions for the posting, line and file in hand. What does not change with the next posting is kept.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "domain/invoice_values.hpp"
#include "erp/erp.hpp"
#include "erp/settings.hpp"
#include "erp/template.hpp"
#include "erp/terms.hpp"

namespace moisson::erp {

/// Something that refuses a document: a registered finding code and a sentence.
struct Problem {
    FindingCode code;
    Message message;
    friend bool operator==(const Problem&, const Problem&) = default;
};

/// Sums over what a file, or a group in it, holds.
struct Totals {
    std::int64_t entries = 0;
    std::int64_t rows = 0;
    std::int64_t groups = 0;
    Money amount;
    Money debit;
    Money credit;
    bool has_amount = false;
    bool has_lines = false;
    bool is_mixed = false;  ///< more than one currency: no sum can be asked for
    std::int64_t first_date = 0;
    std::int64_t last_date = 0;
    bool has_dates = false;
};

/// What a posting has of one VAT rate.
struct RateAmounts {
    Value rate;  ///< empty: not known
    Money base;
    Money vat;
    Money local_base;
    Money local_vat;
};

/// A posting's parts, in its own and in the local currency.
struct Amounts {
    AmountIs amount_is = AmountIs::untaxed;  ///< gross, net or untaxed: of an invoice's split what its amount is
    bool is_invoices = false;                ///< net and VAT are the invoice's own
    std::vector<RateAmounts> rates;          ///< never empty; they add up to net and VAT
    Money gross;
    Money net;
    Money vat;
    Money local_gross;
    Money local_net;
    Money local_vat;
    Rate rate;
    bool has_rate = false;
};

class Evaluator {
public:
    Evaluator(const Settings& settings, const RenderOptions& options);

    // Steps. Each makes what was kept of its level and those below it old.
    void begin_part(std::int64_t part);
    void begin_entry(const Posting& posting);
    void begin_row();
    /// One of `amounts().rates` is in hand: fields and mapping are those of it, until `end_rates`.
    void begin_rate(std::size_t at);
    void end_rates();

    /// Its text, where it is made here, lives until the node's level steps on.
    [[nodiscard]] Value value(const Node& node) {
        const Level outer = level_;
        level_ = node.level;
        const Value found = compute(node);
        level_ = outer;
        return found;
    }
    [[nodiscard]] bool is_true(const Node* condition) { return condition == nullptr || value(*condition).is_true(); }
    /// The amounts of the posting in hand.
    [[nodiscard]] const Amounts& amounts() {
        return amounts_stamp_ == stamp(Level::entry) && amount_problems_.empty() ? amounts_ : find_amounts();
    }
    [[nodiscard]] const Posting& posting() const noexcept { return *posting_; }
    /// How the posting in hand, which has no terms of its own, is booked by today's settings. The same object as long as they are the same.
    [[nodiscard]] PostingTermsPtr terms_now();
    /// What invoices say is left out of account from now on, or not any more: amounts are split as the mapping says.
    void ignore_invoices(bool ignored) noexcept { ignores_invoices_ = ignored; }
    /// An invoice's number that is no piece of its document: other documents have it too.
    using IsShared = std::function<bool(const LedgerEntry&)>;
    void share_numbers(IsShared is_shared) { is_shared_ = std::move(is_shared); }
    [[nodiscard]] Value posting_date();

    /// A small number for contract, document type and currency in hand, the same whenever they come again, while `contract_epoch` stays.
    [[nodiscard]] std::uint32_t contract_serial() const noexcept { return mapped_now_->serial; }
    [[nodiscard]] std::uint32_t contract_epoch() const noexcept { return mapped_epoch_; }

    /// What a level's values were computed at: equal as long as they hold.
    [[nodiscard]] std::uint64_t stamp(Level level) const noexcept { return stamps_[static_cast<std::size_t>(level)]; }
    void report(FindingCode code, Message message);
    /// Problems met since `watch` go to `into` too: a kept value brings them back when it is used again.
    void watch(std::vector<Problem>* into) { watchers_.push_back(into); }
    void unwatch() { watchers_.pop_back(); }
    void report_again(const std::vector<Problem>& problems);
    /// Of the posting in hand.
    [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
    void forget_problems() { problems_.clear(); }
    [[nodiscard]] bool vat_unknown() const noexcept { return vat_unknown_; }

    // What the renderer counts.
    struct Numbers {
        std::int64_t entry = 0;
        std::int64_t row = 0;
        std::int64_t line_number = 0;
        std::int64_t group = 0;
    };
    Numbers numbers;
    const Totals* totals = nullptr;
    const Totals* group_totals = nullptr;
    Money line_debit;
    Money line_credit;
    struct Each {
        std::string_view value;
        Money sum;
        std::int64_t count = 0;
        bool is_mixed = false;
    };
    Each each;

    // Counters.
    using CounterState = std::map<std::string, std::int64_t, std::less<>>;
    struct Counters {
        std::vector<CounterState> counts;
        std::vector<std::int64_t> current;
    };
    Counters counters;
    /// Gives the posting in hand its number of each counter that keeps them: the one that it has, else the next of its series.
    void step_kept_counters();
    /// Those that were given since, in order.
    [[nodiscard]] std::vector<EntryNumber> given_numbers() const;
    enum class Step : std::uint8_t { entry, row, group };
    void step_counters(Step step);
    void restart_counters();

private:
    struct Kept {
        Value value;
        std::uint64_t stamp = 0;
        std::vector<Problem> problems;
    };
    struct ContractKey {
        const Contract* contract = nullptr;
        const PostingTerms* terms = nullptr;  ///< some that say the same, but for the invoice; null: today's mapping
        Currency currency;
        std::uint32_t type = 0;  ///< index into `types_`
        std::uint32_t rate = 0;  ///< index into `rate_values_`; 0: no rate
        friend bool operator==(const ContractKey&, const ContractKey&) = default;
    };
    struct ContractKeyHash {
        std::size_t operator()(const ContractKey& key) const noexcept;
    };
    struct MappedValue {
        Value value;
        bool is_set = false;
    };
    struct MappedRow {
        std::vector<MappedValue> values;
        std::deque<std::string> texts;  ///< of values that come from terms
        SplitRule rule;                 ///< of the terms
        bool is_by_rate = false;        ///< values for one VAT rate may be others
        std::uint32_t serial = 0;
    };

    void step(Level level);
    [[nodiscard]] std::uint32_t type_index(const std::string& type);
    [[nodiscard]] std::uint32_t rate_index(const Value& rate);
    [[nodiscard]] const PostingTerms* shared_terms(const PostingTerms* terms);
    void enter(const ContractKey& key);
    const MappedRow& look_up(const ContractKey& key);
    void look_up_kept(const ContractKey& key, std::size_t index, MappedRow& row);
    void look_up_today(const ContractKey& key, std::size_t index, MappedValue& into);
    [[nodiscard]] SplitRule rule_now();
    [[nodiscard]] SplitRule rule_of_entry();
    void read_invoice_now(SplitRule& rule);
    void append_mapping(PostingTerms& terms, const SplitRule& rule);
    void append_mapping_of(PostingTerms& terms, const SplitRule& rule, const Value& rate);
    [[nodiscard]] std::string_view invoice_piece() const;
    [[nodiscard]] Value compute(const Node& node);
    [[nodiscard]] Value let(const Node& node);
    [[nodiscard]] Value field(Field field);
    [[nodiscard]] Value contract_field(Field field);
    [[nodiscard]] Value entry_field(Field field);
    [[nodiscard]] Value invoice_field(Field field);
    [[nodiscard]] Value amount_field(Field field);
    [[nodiscard]] Value vat_field(Field field);
    [[nodiscard]] std::string piece_number() const;
    [[nodiscard]] Value piece();
    [[nodiscard]] Value run_field(Field field);
    [[nodiscard]] Value total_field(Field field);
    [[nodiscard]] Value mapped(std::uint32_t index);
    [[nodiscard]] Value vat_rate();
    [[nodiscard]] Value month_text(Month month);
    [[nodiscard]] Value piece_date();
    [[nodiscard]] Value find_posting_date();
    [[nodiscard]] Value concat(const Node& node);
    [[nodiscard]] Value arithmetic(const Node& node);
    [[nodiscard]] Value number_arithmetic(Op op, Value left, Value right);
    [[nodiscard]] Value comparison(const Node& node);
    [[nodiscard]] Value call(const Node& node);
    [[nodiscard]] Value text_call(const Node& node);
    [[nodiscard]] Value text_part_call(const Node& node);
    [[nodiscard]] Value amount_call(const Node& node);
    [[nodiscard]] Value date_call(const Node& node);
    [[nodiscard]] Value choice_call(const Node& node);
    [[nodiscard]] Value format(const Node& node);
    [[nodiscard]] Value due_date(std::int64_t day, std::string_view terms);
    [[nodiscard]] Value fiscal_year(std::int64_t day, bool end);
    [[nodiscard]] Value number_of(std::int64_t number) { return Value::of_number(number); }
    [[nodiscard]] Value text_of(std::string_view text) { return Value::of_text(arena().copy(text)); }
    [[nodiscard]] Value plain(const Value& value);
    [[nodiscard]] std::int64_t count_argument(const Node& node, std::int64_t most);
    [[nodiscard]] std::string_view text_argument(const Node& node, std::size_t index) { return compute(*node.arguments[index]).text; }
    [[nodiscard]] Arena& arena() noexcept { return arenas_[static_cast<std::size_t>(level_)]; }
    [[nodiscard]] const Amounts& find_amounts();
    void compute_amounts();
    void fill_rates(const SplitRule& rule);
    [[nodiscard]] std::optional<Rate> rate_into(Currency local);
    [[nodiscard]] const Zone* zone_of(std::string_view name);
    [[nodiscard]] std::int64_t start_of(const CounterSpec& spec);

    const Settings& settings_;
    const Template& template_;
    const RenderOptions& options_;
    std::optional<Zone> zone_;  // of the settings: a zone remembers what it was asked last
    const Posting* posting_ = nullptr;
    ContractKey contract_key_;
    ContractKey entry_key_;  // of the posting in hand, whichever rate is
    static constexpr std::size_t no_rate = SIZE_MAX;
    std::size_t rate_at_ = no_rate;
    bool ignores_invoices_ = false;
    IsShared is_shared_;
    Level level_ = Level::fixed;
    std::uint64_t clock_ = 0;
    std::uint64_t stamps_[5] = {};
    Arena arenas_[5];
    std::vector<Kept> lets_;
    std::unordered_map<ContractKey, MappedRow, ContractKeyHash> mapped_;
    const MappedRow* mapped_now_ = nullptr;
    const MappedRow* mapped_base_ = nullptr;  // of no rate: what amounts are split by
    std::map<std::pair<std::string_view, std::string_view>, const PostingTerms*> shared_terms_;
    const PostingTerms* last_terms_ = nullptr;
    const PostingTerms* last_shared_ = nullptr;
    std::vector<Value> rate_values_{Value::empty(Type::number)};
    std::uint32_t mapped_epoch_ = 0;
    std::vector<std::string> types_;  // document types met
    std::vector<Problem> problems_;
    std::vector<std::vector<Problem>*> watchers_;
    Amounts amounts_;
    std::uint64_t amounts_stamp_ = 0;
    Value posting_date_;
    std::uint64_t posting_date_stamp_ = 0;
    std::vector<Problem> amount_problems_;
    bool vat_unknown_ = false;
    bool has_row_counters_ = false;
    /// Of counters that keep their numbers: what each posting of a series has, and the series' last number. Postings of this rendering are
    /// known by their place: as many texts as there are postings would take most of the memory.
    struct Series {
        std::unordered_map<std::string, std::int64_t> earlier;  ///< by `Posting::key`
        std::unordered_map<const Posting*, std::int64_t> numbers;
        std::int64_t last = 0;
    };
    using AllSeries = std::map<std::string, Series, std::less<>>;
    struct GivenNumber {
        AllSeries::const_iterator series;
        const Posting* posting = nullptr;
        std::int64_t number = 0;
    };
    [[nodiscard]] AllSeries::iterator series_of(std::size_t counter, std::string_view key);
    AllSeries series_;
    std::vector<std::pair<std::string, AllSeries::iterator>> last_series_;  ///< by counter, with its key: it seldom changes
    std::vector<GivenNumber> given_;
    std::map<std::pair<std::string_view, std::int64_t>, std::optional<Rate>> rates_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, AmountIs, std::int64_t, std::uint8_t, std::int64_t>, PostingTermsPtr> terms_now_;
    std::map<std::string, std::optional<Zone>, std::less<>> zones_;
    std::map<const Node*, NumberPattern> run_number_patterns_;
    std::map<const Node*, DatePattern> run_date_patterns_;
    std::string base_;
    std::string export_period_;
    std::string scratch_;
    std::int64_t part_ = 1;
};

}  // namespace moisson::erp

/// See books_tables.hpp.

#include "state/books_tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "state/schema.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

namespace {

constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t count_max = std::numeric_limits<std::uint32_t>::max();

/// As the columns stand.
constexpr std::array parts_in_order = {&PostingParts::gross_minor,       &PostingParts::net_minor,       &PostingParts::vat_minor,
                                       &PostingParts::local_gross_minor, &PostingParts::local_net_minor, &PostingParts::local_vat_minor};

std::string select_rows(const char* which) { return fmt::format("SELECT {} FROM closed_row WHERE {}", table_closed_row.columns, which); }
std::string select_postings(const char* which) {
    return fmt::format("SELECT number,{} FROM posting WHERE {}", table_posting.columns, which);
}

std::uint32_t count_of(Statement& row, std::int64_t smallest) { return static_cast<std::uint32_t>(row.number_within(smallest, count_max)); }
std::uint64_t size_of(Statement& row) { return static_cast<std::uint64_t>(row.number_within(0, number_max)); }

/// Texts in one: type names have no line ends or tabs in them (the job file refuses those).
std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string decisions_text(const std::vector<TypeDecision>& decided) {
    std::string text;
    for (const TypeDecision& one : decided) {
        text += fmt::format("{}\t{}\n", one.type, one.counts_as);
    }
    return text;
}

void bind_money(Statement& row, const std::optional<Money>& money) {
    row.bind(money ? money->amount_minor : std::int64_t{0}).bind(money ? money->currency.code() : std::string_view());
}

}  // namespace

BooksTables::BooksTables(Engine& engine)
    : engine_(engine),
      load_months_(
          engine,
          "SELECT number,period,revision,happened_at,done_by,reason,ledger_sha256,row_count,counted_count,verdict,addenda_before "
          "FROM closing AS one WHERE closed=1 AND number=(SELECT max(number) FROM closing WHERE period=one.period) ORDER BY period"),
      load_totals_(engine, "SELECT currency,amount_minor,documents FROM closing_total WHERE closing_number=? ORDER BY currency"),
      load_files_(engine, "SELECT path,size_bytes,sha256 FROM closed_file WHERE period=? ORDER BY path"),
      save_file_(engine, Write::insert, table_closed_file),
      remove_files_(engine, "DELETE FROM closed_file WHERE period=?"),
      load_adoptions_(engine, "SELECT number,happened_at,reason,what FROM adoption ORDER BY number"),
      save_adoption_(engine, Write::insert, table_adoption),
      load_adopted_months_(engine, "SELECT period FROM adopted_month ORDER BY period"),
      save_adopted_month_(engine, Write::replace, table_adopted_month),
      load_history_(engine, "SELECT period,closed,revision,happened_at,done_by,reason,ledger_sha256 FROM closing ORDER BY number"),
      save_event_(engine, Write::insert, table_closing),
      save_total_(engine, Write::insert, table_closing_total),
      load_rows_of_contract_(engine, select_rows("contract_id=? ORDER BY period,document_id,version")),
      load_rows_of_month_(engine, select_rows("period=? ORDER BY contract_id,document_id,version"), Rows::many),
      save_row_(engine, Write::insert, table_closed_row),
      load_contracts_(engine,
                      fmt::format("SELECT {} FROM closed_contract WHERE contract_id=? ORDER BY period", table_closed_contract.columns)),
      save_contract_(engine, Write::insert, table_closed_contract),
      remove_contracts_(engine, "DELETE FROM closed_contract WHERE period=?"),
      remove_rows_(engine, "DELETE FROM closed_row WHERE period=?"),
      load_addenda_(engine, "SELECT period,number,booking_period,run_id,reporting FROM addendum ORDER BY period,number"),
      load_addendum_rows_(engine,
                          "SELECT contract_id,document_id,version,change,document_type,counted,amount_minor,currency,before_minor,"
                          "before_currency,sha256,size_bytes,media_type,path,csv FROM addendum_row WHERE period=? AND number=? "
                          "ORDER BY position"),
      save_addendum_(engine, Write::insert, table_addendum),
      save_addendum_row_(engine, Write::insert, table_addendum_row),
      load_postings_of_contract_(engine, select_postings("contract_id=? ORDER BY document_id,template,sequence")),
      load_postings_of_template_(engine, select_postings("template=? ORDER BY contract_id,document_id,sequence"), Rows::many),
      save_posting_(engine, Write::insert, table_posting),
      load_terms_(engine, "SELECT number,basis,remarks FROM posting_terms"),
      save_terms_(engine, Write::insert, table_posting_terms),
      load_booked_(engine,
                   "SELECT template,booking_period,max(number),'' FROM posting GROUP BY template,booking_period "
                   "ORDER BY template,booking_period"),
      load_bases_(engine, "SELECT template,booking_period,last_number,run_id FROM template_base ORDER BY template,booking_period"),
      save_base_(engine, Write::insert, table_template_base),
      load_numbers_(engine, "SELECT series,posting,number FROM entry_number WHERE template=? ORDER BY series,number"),
      save_number_(engine, Write::insert, table_entry_number),
      load_pending_(engine, "SELECT run_id,folder FROM publication ORDER BY run_id"),
      save_pending_(engine, Write::insert, table_publication),
      remove_pending_(engine, "DELETE FROM publication WHERE run_id=?"),
      drop_addendum_rows_(engine,
                          "DELETE FROM addendum_row WHERE EXISTS(SELECT 1 FROM addendum WHERE addendum.period=addendum_row.period AND "
                          "addendum.number=addendum_row.number AND run_id=?)"),
      drop_addenda_(engine, "DELETE FROM addendum WHERE run_id=?"),
      drop_postings_(engine, "DELETE FROM posting WHERE run_id=?"),
      drop_bases_(engine, "DELETE FROM template_base WHERE run_id=?"),
      drop_numbers_(engine, "DELETE FROM entry_number WHERE run_id=?"),
      load_chain_(engine, "SELECT number,folder,ledger_sha256,bundle_sha256 FROM chain ORDER BY number"),
      save_link_(engine, Write::insert, table_chain),
      drop_links_(engine, "DELETE FROM chain WHERE run_id=?") {}

void BooksTables::damaged(const std::string& cause) const { throw_fatal(engine_.damaged(cause)); }

Month BooksTables::read_month_text(Statement& row) {
    const std::string text = row.text();
    const auto month = Month::parse(text);
    if (!month) {
        row.reset();
        damaged(fmt::format("\"{}\" stands in a month's place", sanitise(text, 40)));
    }
    return *month;
}

std::optional<Money> BooksTables::read_money(Statement& row) {
    const std::int64_t amount_minor = row.number();
    const std::string code = row.text();
    if (code.empty()) {
        return std::nullopt;
    }
    const auto currency = find_currency(code);
    if (!currency) {
        row.reset();
        damaged(fmt::format("\"{}\" stands in a currency's place", sanitise(code, 40)));
    }
    return Money{amount_minor, *currency};
}

std::vector<ClosedMonth> BooksTables::load_closed_months() {
    std::vector<ClosedMonth> months;
    while (load_months_.step()) {
        Statement& row = load_months_;
        ClosedMonth month;
        const std::int64_t number = row.number();
        month.period = read_month_text(row);
        month.revision = count_of(row, 1);
        month.closed_at = Timestamp(std::chrono::milliseconds(row.number()));
        month.closed_by = row.text();
        month.reason = row.text();
        month.ledger_sha256 = row.text();
        month.rows = size_of(row);
        month.counted = size_of(row);
        month.verdict = row.text();
        month.addenda_before = count_of(row, 0);
        load_totals_.bind(number);
        while (load_totals_.step()) {
            const std::string code = load_totals_.text();
            const auto currency = find_currency(code);
            if (!currency) {
                damaged(fmt::format("\"{}\" stands in a currency's place", sanitise(code, 40)));
            }
            const std::int64_t amount_minor = load_totals_.number();
            month.totals.push_back({Money{amount_minor, *currency}, size_of(load_totals_)});
        }
        const std::string period = month.period.to_text();
        load_files_.bind(period);
        while (load_files_.step()) {
            std::string file = load_files_.text();
            const std::uint64_t size_bytes = size_of(load_files_);
            month.files.push_back({std::move(file), size_bytes, load_files_.text()});
        }
        months.push_back(std::move(month));
    }
    return months;
}

std::vector<ClosingEvent> BooksTables::load_history() {
    std::vector<ClosingEvent> events;
    while (load_history_.step()) {
        Statement& row = load_history_;
        ClosingEvent event;
        event.period = read_month_text(row);
        event.closed = row.number_within(0, 1) == 1;
        event.revision = count_of(row, 1);
        event.at = Timestamp(std::chrono::milliseconds(row.number()));
        event.by = row.text();
        event.reason = row.text();
        event.ledger_sha256 = row.text();
        events.push_back(std::move(event));
    }
    return events;
}

std::vector<ClosedRow> BooksTables::load_rows_of_contract(const std::string& contract_id) {
    return read_rows(load_rows_of_contract_.bind(contract_id));
}

std::vector<ClosedRow> BooksTables::load_rows_of_month(Month period) {
    const std::string text = period.to_text();
    return read_rows(load_rows_of_month_.bind(text));
}

std::vector<ClosedContract> BooksTables::load_contracts(const std::string& contract_id) {
    std::vector<ClosedContract> contracts;
    Statement& row = load_contracts_.bind(contract_id);
    while (row.step()) {
        ClosedContract one;
        one.contract.id = row.text();
        one.period = read_month_text(row);
        one.contract.name = row.text();
        one.contract.offer_id = row.text();
        one.contract.offer_name = row.text();
        one.contract.customer_id = row.text();
        one.contract.customer_name = row.text();
        one.contract.platform_id = row.text();
        one.types = split(row.text(), '\n');
        for (const std::string& line : split(row.text(), '\n')) {
            const std::size_t tab = line.find('\t');
            if (tab == std::string::npos) {
                row.reset();
                damaged(fmt::format("\"{}\" stands in a decision's place", sanitise(line, 40)));
            }
            one.decided.push_back({line.substr(0, tab), line.substr(tab + 1), {}});
        }
        one.contract.perimeter = row.text();
        contracts.push_back(std::move(one));
    }
    return contracts;
}

std::vector<ClosedRow> BooksTables::read_rows(Statement& row) {
    std::vector<ClosedRow> rows;
    while (row.step()) {
        ClosedRow closed;
        closed.contract_id = row.text();
        closed.period = read_month_text(row);
        closed.document_id = row.text();
        closed.version = count_of(row, 1);
        closed.document_type = row.text();
        closed.counted = row.number_within(0, 1) == 1;
        closed.amount = read_money(row);
        closed.sha256 = row.text();
        closed.row_sha256 = row.text();
        rows.push_back(std::move(closed));
    }
    return rows;
}

void BooksTables::save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                               std::span<const HandedPosting> postings) {
    forget_terms();
    const std::string period = month.period.to_text();
    save_event_.bind(period).bind(std::int64_t{1}).bind(std::int64_t{month.revision});
    save_event_.bind(std::int64_t{month.closed_at.time_since_epoch().count()}).bind(month.closed_by).bind(month.reason);
    save_event_.bind(month.ledger_sha256).bind(static_cast<std::int64_t>(month.rows)).bind(static_cast<std::int64_t>(month.counted));
    save_event_.bind(month.verdict).bind(std::int64_t{month.addenda_before}).execute();
    const std::int64_t number = engine_.last_number();
    for (const ClosedTotal& total : month.totals) {
        save_total_.bind(number).bind(total.total.currency.code()).bind(total.total.amount_minor);
        save_total_.bind(static_cast<std::int64_t>(total.documents)).execute();
    }
    save_files(month.period, month.files);
    remove_rows_.bind(period).execute();
    for (const ClosedRow& row : rows) {
        save_row_.bind(row.contract_id).bind(period).bind(row.document_id).bind(std::int64_t{row.version}).bind(row.document_type);
        bind_money(save_row_.bind(std::int64_t{row.counted}), row.amount);
        save_row_.bind(row.sha256).bind(row.row_sha256).execute();
    }
    remove_contracts_.bind(period).execute();
    for (const ClosedContract& one : contracts) {
        save_contract_.bind(one.contract.id).bind(period).bind(one.contract.name).bind(one.contract.offer_id).bind(one.contract.offer_name);
        save_contract_.bind(one.contract.customer_id).bind(one.contract.customer_name).bind(one.contract.platform_id);
        const std::string types = fmt::format("{}", fmt::join(one.types, "\n"));
        const std::string decided = decisions_text(one.decided);
        save_contract_.bind(types).bind(decided).bind(one.contract.perimeter).execute();
    }
    for (const HandedPosting& posting : postings) {
        save_posting(posting);
    }
}

void BooksTables::save_event(const ClosingEvent& event) {
    const std::string period = event.period.to_text();
    save_event_.bind(period).bind(std::int64_t{event.closed}).bind(std::int64_t{event.revision});
    save_event_.bind(std::int64_t{event.at.time_since_epoch().count()}).bind(event.by).bind(event.reason).bind(event.ledger_sha256);
    save_event_.bind(std::int64_t{0}).bind(std::int64_t{0}).bind(std::string_view()).bind(std::int64_t{0}).execute();
}

void BooksTables::save_reopening(const ClosingEvent& event) {
    const std::string period = event.period.to_text();
    save_event(event);
    remove_rows_.bind(period).execute();
    remove_contracts_.bind(period).execute();
    remove_files_.bind(period).execute();
}

void BooksTables::save_files(Month period, std::span<const ClosedFile> files) {
    const std::string text = period.to_text();
    remove_files_.bind(text).execute();
    for (const ClosedFile& file : files) {
        save_file_.bind(text).bind(file.path).bind(static_cast<std::int64_t>(file.size_bytes)).bind(file.sha256).execute();
    }
}

void BooksTables::adopt(const Takeover& takeover) {
    forget_terms();
    for (const ClosingEvent& event : takeover.reopenings) {
        save_reopening(event);
    }
    for (const Takeover::Closing& closing : takeover.closings) {
        save_closing(closing.month, closing.rows, closing.contracts, closing.postings);
    }
    for (const Addendum& addendum : takeover.addenda) {
        save_addendum(addendum);
    }
    for (const HandedPosting& posting : takeover.postings) {
        save_posting(posting);
    }
    const Adoption& adoption = takeover.adoption;
    save_adoption_.bind(std::int64_t{adoption.number}).bind(std::int64_t{adoption.at.time_since_epoch().count()});
    save_adoption_.bind(adoption.reason).bind(adoption.what).execute();
    for (const Month month : takeover.booked_months) {
        const std::string period = month.to_text();
        save_adopted_month_.bind(period).bind(std::int64_t{adoption.number}).execute();
    }
}

std::vector<ChainLink> BooksTables::load_chain() {
    std::vector<ChainLink> chain;
    while (load_chain_.step()) {
        ChainLink& link = chain.emplace_back();
        link.number = count_of(load_chain_, 1);
        link.folder = load_chain_.text();
        link.ledger_sha256 = load_chain_.text();
        link.bundle_sha256 = load_chain_.text();
    }
    return chain;
}

void BooksTables::save_link(const ChainLink& link, const std::string& run_id) {
    save_link_.bind(std::int64_t{link.number}).bind(link.folder).bind(link.ledger_sha256).bind(link.bundle_sha256).bind(run_id).execute();
}

void BooksTables::restore(const Books& books, const std::string& run_id) {
    for (const Table& table : {table_closing, table_closing_total, table_closed_row, table_closed_file, table_closed_contract,
                               table_addendum, table_addendum_row, table_posting, table_posting_terms, table_template_base,
                               table_entry_number, table_adoption, table_adopted_month, table_chain}) {
        Statement(engine_, fmt::format("DELETE FROM {}", table.name)).execute();
    }
    Statement(engine_, "DELETE FROM publication").execute();
    forget_terms();
    for (const ClosingEvent& event : books.history) {
        const auto is_last = [&](const ClosedMonth& one) {
            return event.closed && one.period == event.period && one.revision == event.revision;
        };
        const auto month = std::find_if(books.months.begin(), books.months.end(), is_last);
        if (month == books.months.end()) {
            save_event(event);
            continue;
        }
        std::vector<ClosedRow> rows;
        std::copy_if(books.rows.begin(), books.rows.end(), std::back_inserter(rows),
                     [&](const ClosedRow& one) { return one.period == event.period; });
        std::vector<ClosedContract> judged;
        std::copy_if(books.judged.begin(), books.judged.end(), std::back_inserter(judged),
                     [&](const ClosedContract& one) { return one.period == event.period; });
        save_closing(*month, rows, judged, {});
    }
    for (const Adoption& adoption : books.adoptions) {
        save_adoption_.bind(std::int64_t{adoption.number}).bind(std::int64_t{adoption.at.time_since_epoch().count()});
        save_adoption_.bind(adoption.reason).bind(adoption.what).execute();
    }
    for (const Month month : books.adopted_months) {
        const std::string period = month.to_text();
        save_adopted_month_.bind(period).bind(books.adoptions.empty() ? std::int64_t{0} : std::int64_t{books.adoptions.back().number});
        save_adopted_month_.execute();
    }
    Publication all;
    all.run_id = run_id;
    all.addenda = books.addenda;
    all.postings = books.postings;
    all.bases = books.bases;
    all.numbers = books.numbers;
    save_additions(all);
    for (const ChainLink& link : books.chain) {
        save_link(link, run_id);
    }
}

std::vector<Adoption> BooksTables::load_adoptions() {
    std::vector<Adoption> adoptions;
    while (load_adoptions_.step()) {
        Statement& row = load_adoptions_;
        Adoption adoption;
        adoption.number = count_of(row, 1);
        adoption.at = Timestamp(std::chrono::milliseconds(row.number()));
        adoption.reason = row.text();
        adoption.what = row.text();
        adoptions.push_back(std::move(adoption));
    }
    return adoptions;
}

std::vector<Month> BooksTables::load_adopted_months() {
    std::vector<Month> months;
    while (load_adopted_months_.step()) {
        months.push_back(read_month_text(load_adopted_months_));
    }
    return months;
}

std::vector<Addendum> BooksTables::load_addenda() {
    std::vector<Addendum> addenda;
    while (load_addenda_.step()) {
        Addendum addendum;
        addendum.period = read_month_text(load_addenda_);
        addendum.number = count_of(load_addenda_, 1);
        addendum.booking_period = read_month_text(load_addenda_);
        addendum.run_id = load_addenda_.text();
        addendum.reporting = load_addenda_.number_within(0, 1) == 1;
        const std::string period = addendum.period.to_text();
        Statement& row = load_addendum_rows_.bind(period).bind(std::int64_t{addendum.number});
        while (row.step()) {
            AddendumRow one;
            one.contract_id = row.text();
            one.document_id = row.text();
            one.version = count_of(row, 1);
            one.change = static_cast<Change>(row.number_within(0, static_cast<std::int64_t>(Change::file)));
            one.document_type = row.text();
            one.counted = row.number_within(0, 1) == 1;
            one.amount = read_money(row);
            one.counted_before = read_money(row);
            one.sha256 = row.text();
            one.size_bytes = size_of(row);
            one.media_type = row.text();
            one.path = row.text();
            one.csv = row.text();
            addendum.rows.push_back(std::move(one));
        }
        addenda.push_back(std::move(addendum));
    }
    return addenda;
}

void BooksTables::save_addendum(const Addendum& addendum) {
    const std::string period = addendum.period.to_text();
    const std::string booking_period = addendum.booking_period.to_text();
    save_addendum_.bind(period).bind(std::int64_t{addendum.number}).bind(booking_period).bind(addendum.run_id);
    save_addendum_.bind(std::int64_t{addendum.reporting}).execute();
    std::int64_t position = 0;
    for (const AddendumRow& one : addendum.rows) {
        Statement& row = save_addendum_row_;
        row.bind(period).bind(std::int64_t{addendum.number}).bind(++position).bind(one.contract_id).bind(one.document_id);
        row.bind(std::int64_t{one.version}).bind(static_cast<std::int64_t>(one.change)).bind(one.document_type);
        bind_money(row.bind(std::int64_t{one.counted}), one.amount);
        bind_money(row, one.counted_before);
        row.bind(one.sha256).bind(static_cast<std::int64_t>(one.size_bytes)).bind(one.media_type).bind(one.path).bind(one.csv).execute();
    }
}

std::vector<HandedPosting> BooksTables::load_postings_of_contract(const std::string& contract_id) {
    return read_postings(load_postings_of_contract_.bind(contract_id));
}

std::vector<HandedPosting> BooksTables::load_postings_of_template(const std::string& template_name) {
    return read_postings(load_postings_of_template_.bind(template_name));
}

/// Many postings share them: read once, and again only when some were added.
void BooksTables::load_terms() {
    if (!terms_.empty()) {
        return;
    }
    while (load_terms_.step()) {
        const std::int64_t number = load_terms_.number();
        auto terms = std::make_shared<PostingTerms>();
        terms->basis = load_terms_.text();
        terms->remarks = load_terms_.text();
        terms_.emplace(number, std::move(terms));
    }
}

/// What an earlier transaction knew may have been rolled back.
void BooksTables::forget_terms() {
    terms_.clear();
    numbers_.reset();
}

/// 0 for none. Asked once a transaction and not for each posting, so that rows can travel together.
std::int64_t BooksTables::number_of(const PostingTermsPtr& terms) {
    if (terms == nullptr) {
        return 0;
    }
    if (!numbers_) {
        load_terms();
        numbers_.emplace();
        for (const auto& [number, known] : terms_) {
            numbers_->emplace(std::pair(known->basis, known->remarks), number);
        }
    }
    const auto [place, is_new] = numbers_->try_emplace(std::pair(terms->basis, terms->remarks), 0);
    if (is_new) {
        save_terms_.bind(terms->basis).bind(terms->remarks).execute();
        place->second = engine_.last_number();
        terms_.clear();
    }
    return place->second;
}

std::vector<HandedPosting> BooksTables::read_postings(Statement& row) {
    load_terms();
    std::vector<HandedPosting> postings;
    while (row.step()) {
        HandedPosting posting;
        posting.number = row.number();
        posting.template_name = row.text();
        posting.contract_id = row.text();
        posting.document_id = row.text();
        posting.sequence = count_of(row, 1);
        posting.version = count_of(row, 1);
        posting.kind = static_cast<PostingKind>(row.number_within(0, static_cast<std::int64_t>(PostingKind::withdrawal)));
        const auto amount = read_money(row);
        if (!amount) {
            row.reset();
            damaged("a posting has no currency");
        }
        posting.amount = *amount;
        posting.period = read_month_text(row);
        posting.booking_period = read_month_text(row);
        posting.run_id = row.text();
        if (const std::int64_t number = row.number(); number != 0) {
            const auto found = terms_.find(number);
            if (found == terms_.end()) {
                row.reset();
                damaged(fmt::format("a posting names the terms {}, which are not there", number));
            }
            posting.terms = found->second;
        }
        for (std::int64_t PostingParts::*const part : parts_in_order) {
            posting.parts.*part = row.number();
        }
        postings.push_back(std::move(posting));
    }
    return postings;
}

void BooksTables::save_posting(const HandedPosting& posting) {
    const std::string period = posting.period.to_text();
    const std::string booking_period = posting.booking_period.to_text();
    save_posting_.bind(posting.template_name).bind(posting.contract_id).bind(posting.document_id).bind(std::int64_t{posting.sequence});
    save_posting_.bind(std::int64_t{posting.version}).bind(static_cast<std::int64_t>(posting.kind));
    bind_money(save_posting_, posting.amount);
    save_posting_.bind(period).bind(booking_period).bind(posting.run_id).bind(number_of(posting.terms));
    for (const std::int64_t PostingParts::*const part : parts_in_order) {
        save_posting_.bind(posting.parts.*part);
    }
    save_posting_.execute();
}

std::vector<TemplateBase> BooksTables::load_booked() { return read_bases(load_booked_); }

std::vector<TemplateBase> BooksTables::load_bases() { return read_bases(load_bases_); }

std::vector<TemplateBase> BooksTables::read_bases(Statement& row) {
    std::vector<TemplateBase> bases;
    while (row.step()) {
        TemplateBase base;
        base.template_name = row.text();
        base.booking_period = read_month_text(row);
        base.last_number = row.number();
        base.run_id = row.text();
        bases.push_back(std::move(base));
    }
    return bases;
}

void BooksTables::begin_publication(const Publication& publication) {
    forget_terms();
    save_pending_.bind(publication.run_id).bind(publication.folder).execute();
    save_additions(publication);
    if (publication.link) {
        save_link(*publication.link, publication.run_id);
    }
}

void BooksTables::save_additions(const Publication& publication) {
    for (const Addendum& addendum : publication.addenda) {
        save_addendum(addendum);
    }
    for (const HandedPosting& posting : publication.postings) {
        save_posting(posting);
    }
    for (const TemplateBase& base : publication.bases) {
        const std::string booking_period = base.booking_period.to_text();
        save_base_.bind(base.template_name).bind(booking_period).bind(base.last_number).bind(base.run_id).execute();
    }
    for (const auto& [template_name, numbers] : publication.numbers) {
        for (const EntryNumber& one : numbers) {
            save_number_.bind(template_name).bind(one.series).bind(one.posting).bind(one.number).bind(publication.run_id).execute();
        }
    }
}

std::vector<EntryNumber> BooksTables::load_entry_numbers(const std::string& template_name) {
    std::vector<EntryNumber> numbers;
    load_numbers_.bind(template_name);
    while (load_numbers_.step()) {
        EntryNumber& one = numbers.emplace_back();
        one.series = load_numbers_.text();
        one.posting = load_numbers_.text();
        one.number = load_numbers_.number();
    }
    return numbers;
}

std::vector<Publication> BooksTables::pending_publications() {
    std::vector<Publication> pending;
    while (load_pending_.step()) {
        Publication publication;
        publication.run_id = load_pending_.text();
        publication.folder = load_pending_.text();
        pending.push_back(std::move(publication));
    }
    return pending;
}

void BooksTables::end_publication(const std::string& run_id, bool published) {
    if (!published) {
        for (Statement* drop : {&drop_addendum_rows_, &drop_addenda_, &drop_postings_, &drop_bases_, &drop_numbers_, &drop_links_}) {
            drop->bind(run_id).execute();
        }
    }
    remove_pending_.bind(run_id).execute();
}

}  // namespace moisson::state

// Scenario files: TOML to Scenario, with a place for every complaint.
#include "sandbox/scenario.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.hpp"
#include "base/toml_shape.hpp"
#include "base/utf8.hpp"
#include "sandbox/decimal.hpp"
#include "sandbox/scenario_accounts.hpp"
#include "sandbox/scenario_invoices.hpp"
#include "sandbox/toml_reader.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::int64_t file_bytes_max = 4LL << 30U;  // files are made in memory

constexpr std::array<std::string_view, document_types> spellings{
    "invoices", "bills", "reports", "comsumptionRatedReports", "partialBills", "partialConsumptionRatedReports"};

const std::vector<std::pair<std::string_view, FinalKind>> final_words{
    {"alternate", FinalKind::alternate}, {"invoices", FinalKind::invoices}, {"bills", FinalKind::bills}, {"both", FinalKind::both}};

std::vector<std::string> known_faults() {
    std::vector<std::string> names;
    for (const FaultName& fault : fault_names()) {
        names.emplace_back(fault.name);
    }
    return names;
}

void read_refusal(TomlReader& reader, std::string_view key, Refusal& refusal) {
    // The three answers that are plausible for what nobody has seen.
    reader.read_word<Refusal>(key, refusal, {{"401/41", {401, 41}}, {"403/50", {403, 50}}, {"404/60", {404, 60}}});
}

/// What a key that was good once gets: 42 is plausible too, and would send a client for a new token.
void read_key_refusal(TomlReader& reader, std::string_view key, std::optional<Refusal>& refusal) {
    if (reader.find(key) == nullptr) {
        return;
    }
    refusal.emplace();
    reader.read_word<Refusal>(
        key, *refusal, {{"401/41", {401, 41}}, {"401/42", {401, 42}}, {"403/50", {403, 50}}, {"403/52", {403, 52}}, {"404/60", {404, 60}}});
}

/// The answers to writes, where the documents leave them open.
void read_write_rules(TomlReader& reader, ServerRules& rules) {
    reader.read_word<Refusal>("foreign_order", rules.foreign_order, {{"400/24", {400, 24}}, {"403/50", {403, 50}}, {"404/60", {404, 60}}});
    reader.read_word<Refusal>("missing_role", rules.missing_role,
                              {{"403/50", {403, 50}}, {"403/51", {403, 51}}, {"403/52", {403, 52}}, {"404/60", {404, 60}}});
    reader.read("visitor_refused", rules.visitor_refused);
    reader.read_word<PostPaths>("post_paths", rules.post_paths,
                                {{"both", PostPaths::both}, {"plural", PostPaths::plural}, {"singular", PostPaths::singular}});
    reader.read_word<PostTypes>("post_types", rules.post_types, {{"lenient", PostTypes::lenient}, {"json", PostTypes::json}});
    reader.read_integer("user_status", rules.user_status, 200, 201);
    reader.read_integer("order_status", rules.order_status, 200, 201);
    reader.read_integer("created_listed_after", rules.created_listed_after, 0, 1000000);
    reader.read_integer("key_life_days", rules.key_life_days, 1, 36500);
    reader.read("role_sections", rules.role_sections);
    reader.read("role_names", rules.role_names);
}

/// Lists and files, where the documents leave them open.
void read_list_rules(TomlReader& reader, ServerRules& rules) {
    reader.read_integer("contracts_limit", rules.contracts_limit, 0, 100000);
    std::vector<std::pair<std::string_view, std::optional<DocumentType>>> types{{"all", std::nullopt}};
    for (int type = 0; type < document_types; ++type) {
        types.emplace_back(spellings[static_cast<std::size_t>(type)], static_cast<DocumentType>(type));
    }
    reader.read_word("default_type", rules.default_type, types);
    reader.read_word<ListOrder>("order", rules.order,
                                {{"newest", ListOrder::newest}, {"oldest", ListOrder::oldest}, {"mixed", ListOrder::mixed}});
    reader.read_word<bool>("period_names", rules.period_is_issue_month, {{"consumed", false}, {"issued", true}});
    reader.read("period_tail", rules.period_tail);
    reader.read_word<MediaTypes>("media_types", rules.media_types,
                                 {{"exact", MediaTypes::exact}, {"octet-stream", MediaTypes::octets}, {"json", MediaTypes::json}});
    reader.read("disposition", rules.disposition);
    reader.read_word<ZipEntry>("zip_entry", rules.zip_entry,
                               {{"id", ZipEntry::id}, {"filename", ZipEntry::filename}, {"folder", ZipEntry::folder}});
    const std::vector<std::pair<std::string_view, RefusalBody>> bodies{
        {"oauth", RefusalBody::oauth}, {"gateway", RefusalBody::gateway}, {"html", RefusalBody::html}, {"empty", RefusalBody::empty}};
    reader.read_word("token_406", rules.token_406, bodies);
    reader.read_word("token_429", rules.token_429, bodies);
}

void read_server(const toml::table& table, ServerRules& rules, Problems& problems) {
    TomlReader reader(table, "[server]", problems);
    reader.read_integer("token_life_s", rules.token_life_s, 1, 7776000);
    reader.read_word<TokenForm>("token_form", rules.token_form,
                                {{"signed", TokenForm::signed_text}, {"opaque", TokenForm::opaque}, {"alternate", TokenForm::alternate}});
    reader.read_word<ExpiryForm>("expires_in", rules.expires_in,
                                 {{"number", ExpiryForm::number}, {"text", ExpiryForm::text}, {"alternate", ExpiryForm::alternate}});
    reader.read_integer("token_requests_per_minute", rules.token_requests_per_minute, 0, 1000000);
    reader.read_integer("requests_per_second", rules.requests_per_second, 0, 100000);
    reader.read_integer("default_limit", rules.default_limit, 1, 100000);
    reader.read_integer("limit_max", rules.limit_max, 0, 10000000);
    reader.read_integer("latency_ms", rules.latency_ms, 0, 60000);
    reader.read_word<CodeForm>("error_codes", rules.error_codes, {{"number", CodeForm::number}, {"text", CodeForm::text}});
    reader.read_word<Framing>("framing", rules.framing,
                              {{"length", Framing::length}, {"chunked", Framing::chunked}, {"mixed", Framing::mixed}});
    reader.read("ranges", rules.ranges);
    reader.read("count_headers", rules.count_headers);
    read_refusal(reader, "bad_api_key", rules.bad_api_key);
    read_key_refusal(reader, "expired_api_key", rules.expired_api_key);
    read_key_refusal(reader, "revoked_api_key", rules.revoked_api_key);
    read_refusal(reader, "foreign_contract", rules.foreign_contract);
    read_write_rules(reader, rules);
    read_list_rules(reader, rules);
    reader.refuse_unknown();
}

void read_fault_rules(const toml::table& table, FaultRules& rules, Problems& problems) {
    TomlReader reader(table, "[fault_rules]", problems);
    reader.read_integer("page_cap", rules.page_cap, 1, 100000);
    reader.read_integer("stall_s", rules.stall_s, 1, 3600);
    reader.read_integer("trickle_s", rules.trickle_s, 1, 3600);
    reader.read_integer("slow_tls_ms", rules.slow_tls_ms, 1, 600000);
    reader.read_integer("write_late_listings", rules.write_late_listings, 1, 1000000);
    reader.read("quota", rules.quota);
    reader.refuse_unknown();
}

void read_faults(const toml::table& table, std::vector<Fault>& faults, Problems& problems) {
    const std::vector<std::string> known = known_faults();
    for (const auto& [key, node] : table) {
        const std::string_view name = key.str();
        const std::optional<double> probability = node.value<double>();
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string near = nearest_word(name, known);
            problems.add(key.source(), fmt::format("unknown fault `{}` in [faults]", sanitise(name)),
                         near.empty() ? "" : fmt::format("Did you mean `{}`?", near));
        } else if (!probability || !(*probability >= 0.0 && *probability <= 1.0)) {
            problems.add(node.source(), fmt::format("`{}` in [faults] must be a probability from 0 to 1", name));
        } else {
            faults.push_back(Fault{std::string(name), *probability});
        }
    }
}

void check_currency(TomlReader& reader, std::string_view key, const std::string& currency) {
    const bool letters = currency.size() == 3 && std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!letters) {
        reader.problems().add(reader.source_of(key), fmt::format("\"{}\" is not an ISO 4217 code", sanitise(currency)),
                              "Write for example \"EUR\"");
    }
}

/// The number of the contract that a rule is for; empty (with a problem) when there is no such contract.
std::optional<std::uint32_t> read_contract_number(TomlReader& reader, std::string_view key, const Scenario& scenario, bool beaten) {
    if (reader.find(key) == nullptr) {
        reader.problems().add(reader.source_of(key), fmt::format("`{}` is missing: which contract is it for?", key));
        return std::nullopt;
    }
    std::uint32_t number = 1;
    // A smaller perimeter from the command line leaves rules without a contract: they are let be.
    reader.read_integer(key, number, 1, beaten ? 1000000 : static_cast<std::int64_t>(scenario.contracts));
    return number;
}

/// A month of the scenario, or the one after its last.
void read_month(TomlReader& reader, std::string_view key, const Scenario& scenario, bool beaten, Month& month) {
    std::optional<std::string> text;
    reader.read(key, text);
    if (!text) {
        return;
    }
    const std::optional<Month> found = parse_month(*text);
    const Month oldest = scenario.last_month.plus(1 - static_cast<int>(scenario.months));
    if (!found) {
        reader.problems().add(reader.source_of(key), fmt::format("\"{}\" is not a month", sanitise(*text)), "Write YYYY-MM");
    } else if (!beaten && (*found < oldest || *found > scenario.last_month.plus(1))) {
        reader.problems().add(reader.source_of(key), fmt::format("{} is outside the scenario's months", found->dashed()),
                              fmt::format("They run from {} to {}", oldest.dashed(), scenario.last_month.plus(1).dashed()));
    } else {
        month = *found;
    }
}

void read_contract_rule(const toml::table& table, Scenario& scenario, bool beaten, Problems& problems) {
    TomlReader reader(table, "[[contract]]", problems);
    const std::optional<std::uint32_t> number = read_contract_number(reader, "number", scenario, beaten);
    ContractRule rule;
    rule.invoices = scenario.invoices;
    read_invoice_rules(reader, rule.invoices);
    reader.read("name", rule.name);
    reader.read("currency", rule.currency);
    if (rule.currency) {
        check_currency(reader, "currency", *rule.currency);
    }
    FinalKind final = scenario.final;
    reader.read_word("final", final, final_words);
    if (reader.find("final") != nullptr) {
        rule.final = final;
    }
    reader.read_word<ContractAnswer>("answer", rule.answer, {{"normal", ContractAnswer::normal}, {"forbidden", ContractAnswer::forbidden}});
    reader.read("platform_id", rule.platform_id);
    reader.read_word<bool>("role", rule.visitor, {{"manager", false}, {"visitor", true}});
    reader.read("documents", rule.documents);
    reader.read("billing_account", rule.billing_account);
    if (rule.billing_account && std::find(scenario.billing_accounts.begin(), scenario.billing_accounts.end(), *rule.billing_account) ==
                                    scenario.billing_accounts.end()) {
        problems.add(reader.source_of("billing_account"),
                     fmt::format("there is no billing account \"{}\"", sanitise(*rule.billing_account)),
                     fmt::format("There are: {}", fmt::join(scenario.billing_accounts, ", ")));
    }
    if (reader.find("from_month") != nullptr) {
        rule.from_month = scenario.last_month;
        read_month(reader, "from_month", scenario, beaten, *rule.from_month);
    }
    reader.read_integer("from_run", rule.from_run, 1, 1000000);
    reader.read_integer("until_run", rule.until_run, 0, 1000000);
    reader.read_integer("renamed_in_run", rule.renamed_in_run, 0, 1000000);
    reader.read("new_name", rule.new_name);
    if ((rule.renamed_in_run != 0) != !rule.new_name.empty()) {
        problems.add(table.source(), "`renamed_in_run` and `new_name` belong together");
    }
    reader.refuse_unknown();
    if (number && !scenario.contract_rules.emplace(*number, rule).second) {
        problems.add(table.source(), fmt::format("contract {} has two [[contract]] tables", *number), "Put both into one");
    }
}

void read_leave_out(TomlReader& reader, DocumentRule& rule) {
    static constexpr std::array<std::string_view, 8> members{"id",        "filename", "period",   "createdAt",
                                                             "updatedAt", "amount",   "currency", "documentType"};
    reader.read("leave_out", rule.leave_out);
    for (const std::string& member : rule.leave_out) {
        if (std::find(members.begin(), members.end(), member) == members.end()) {
            reader.problems().add(reader.source_of("leave_out"), fmt::format("a document has no member \"{}\"", sanitise(member)),
                                  fmt::format("Members: {}", fmt::join(members, ", ")));
        }
    }
}

void read_csv_form(TomlReader& reader, DocumentRule& rule) {
    static constexpr std::array<std::pair<std::string_view, bool CsvForm::*>, 9> words{{{"bom", &CsvForm::mark},
                                                                                        {"crlf", &CsvForm::crlf},
                                                                                        {"latin1", &CsvForm::latin1},
                                                                                        {"quoted", &CsvForm::quoted},
                                                                                        {"total-row", &CsvForm::total},
                                                                                        {"28-columns", &CsvForm::wide},
                                                                                        {"26-columns", &CsvForm::narrow},
                                                                                        {"cut", &CsvForm::cut},
                                                                                        {"long-field", &CsvForm::long_field}}};
    if (reader.find("csv") == nullptr) {
        return;
    }
    std::vector<std::string> wanted;
    reader.read("csv", wanted);
    rule.csv.emplace();
    for (const std::string& word : wanted) {
        const auto found = std::find_if(words.begin(), words.end(), [&word](const auto& known) { return known.first == word; });
        if (found == words.end()) {
            reader.problems().add(reader.source_of("csv"), fmt::format("`csv` cannot be \"{}\"", sanitise(word)),
                                  "Write some of: bom, crlf, latin1, quoted, total-row, 28-columns, 26-columns, cut, long-field");
            return;
        }
        (*rule.csv).*(found->second) = true;
    }
    if (rule.type != DocumentType::rated_report && rule.type != DocumentType::partial_rated_report) {
        reader.problems().add(reader.source_of("csv"), fmt::format("`csv` is for rated reports, not for {}", spelling_of(rule.type)));
    }
}

/// Where the document's lines come from.
void read_content(TomlReader& reader, DocumentRule& rule) {
    reader.read("credit", rule.credit);
    reader.read("zero", rule.zero);
    reader.read("copy", rule.copy);
    reader.read_integer("scale", rule.scale, 1, 1000);
    reader.read_integer("lines_from", rule.lines_from, 0, 1000);
    if (rule.copy && !rule.add) {
        reader.problems().add(reader.source_of("copy"), "`copy` is for a document that is added", "Write add = true too");
    }
    read_csv_form(reader, rule);
    read_invoice_form(reader, rule);
}

void read_document_rule(const toml::table& table, Scenario& scenario, bool beaten, Problems& problems) {
    TomlReader reader(table, "[[document]]", problems);
    const std::optional<std::uint32_t> number = read_contract_number(reader, "contract", scenario, beaten);
    DocumentRule rule;
    rule.month = scenario.last_month;
    read_month(reader, "month", scenario, beaten, rule.month);
    std::vector<std::pair<std::string_view, DocumentType>> types;
    for (int type = 0; type < document_types; ++type) {
        types.emplace_back(spellings[static_cast<std::size_t>(type)], static_cast<DocumentType>(type));
    }
    reader.read_word("type", rule.type, types);
    reader.read("add", rule.add);
    reader.read("id", rule.id);
    reader.read("filename", rule.filename);
    reader.read("period", rule.period);
    reader.read("currency", rule.currency);
    reader.read("amount_json", rule.amount_json);
    read_leave_out(reader, rule);
    read_content(reader, rule);
    reader.read("listed_type", rule.listed_type);
    reader.read_integer("from_run", rule.from_run, 1, 1000000);
    reader.read_integer("until_run", rule.until_run, 0, 1000000);
    reader.read_integer("reissued_in_run", rule.reissued_in_run, 0, 1000000);
    reader.read_integer("reissued_days", rule.reissued_days, 1, 3650);
    reader.read_integer("created_days", rule.created_days, 0, 3650);
    reader.read_integer("updated_days", rule.updated_days, 0, 3650);
    reader.read_integer("listed_times", rule.listed_times, 0, 1000);
    reader.read_word<FileAnswer>("file", rule.file,
                                 {{"whole", FileAnswer::whole},
                                  {"missing", FileAnswer::missing},
                                  {"html", FileAnswer::html},
                                  {"json", FileAnswer::json},
                                  {"empty", FileAnswer::empty}});
    reader.read_integer("file_bytes_min", rule.file_bytes_min, 0, file_bytes_max);
    reader.read("usage_differs", rule.usage_differs);
    const std::string& currency = currency_of(scenario, number.value_or(1));
    if (!rule.usage_differs.empty() && !parse_decimal(rule.usage_differs, minor_digits_of(currency))) {
        problems.add(reader.source_of("usage_differs"), fmt::format("`usage_differs` must be a decimal number of {} in quotes", currency));
    }
    reader.refuse_unknown();
    if (number) {
        scenario.document_rules[*number].push_back(std::move(rule));
    }
}

void read_months(TomlReader& reader, Scenario& scenario, const Options& options, Timestamp now) {
    reader.read_integer("contracts", scenario.contracts, 1, 100000);
    reader.read_integer("months", scenario.months, 1, 600);
    scenario.contracts = options.contracts.value_or(scenario.contracts);
    scenario.months = options.months.value_or(scenario.months);
    scenario.last_month = last_closed_month(now);
    std::optional<std::string> text;
    reader.read("last_month", text);
    if (text) {
        const std::optional<Month> month = parse_month(*text);
        if (!month) {
            reader.problems().add(reader.source_of("last_month"), fmt::format("\"{}\" is not a month", sanitise(*text)), "Write YYYY-MM");
            return;
        }
        scenario.last_month = *month;
    }
}

void read_currencies(TomlReader& reader, Scenario& scenario) {
    reader.read("currencies", scenario.currencies);
    if (scenario.currencies.empty()) {
        reader.problems().add(reader.source_of("currencies"), "`currencies` must name at least one");
        scenario.currencies = {"EUR"};
    }
    for (const std::string& currency : scenario.currencies) {
        check_currency(reader, "currencies", currency);
    }
}

Scenario read_scenario(const toml::table& table, Problems& problems, const Options& options, Timestamp now) {
    Scenario scenario;
    TomlReader reader(table, "the scenario", problems);
    reader.read("name", scenario.name);
    reader.read_integer("seed", scenario.seed, 0, INT64_MAX);
    scenario.seed = options.seed.value_or(scenario.seed);
    read_months(reader, scenario, options, now);
    read_currencies(reader, scenario);
    reader.read_word("final", scenario.final, final_words);
    scenario.usage_months = scenario.months;
    scenario.reports_months = scenario.months;
    reader.read_integer("usage_months", scenario.usage_months, 0, 600);
    reader.read_integer("reports_months", scenario.reports_months, 0, 600);
    read_invoice_rules(reader, scenario.invoices);
    reader.read("partials", scenario.partials);
    reader.read("plain_text", scenario.plain_text);
    reader.read_integer("lines_min", scenario.lines_min, 1, 10000);
    reader.read_integer("lines_max", scenario.lines_max, 1, 10000);
    reader.read_integer("file_bytes_min", scenario.file_bytes_min, 0, file_bytes_max);
    if (scenario.lines_min > scenario.lines_max) {
        problems.add(reader.source_of("lines_min"), "`lines_min` is above `lines_max`");
    }
    if (const toml::table* server = reader.find_table("server")) {
        read_server(*server, scenario.server, problems);
    }
    if (const toml::table* rules = reader.find_table("fault_rules")) {
        read_fault_rules(*rules, scenario.fault_rules, problems);
    }
    if (const toml::table* faults = reader.find_table("faults")) {
        read_faults(*faults, scenario.faults, problems);
    }
    const bool beaten = options.contracts.has_value() || options.months.has_value();
    read_accounts(reader, scenario, beaten, problems);
    for (const toml::table* rule : reader.find_tables("contract")) {
        read_contract_rule(*rule, scenario, beaten, problems);
    }
    for (const toml::table* rule : reader.find_tables("document")) {
        read_document_rule(*rule, scenario, beaten, problems);
    }
    reader.refuse_unknown();
    return scenario;
}

}  // namespace

std::string_view spelling_of(DocumentType type) noexcept { return spellings[static_cast<std::size_t>(type)]; }

std::optional<DocumentType> parse_document_type(std::string_view text) noexcept {
    const auto found = std::find(spellings.begin(), spellings.end(), text);
    if (found == spellings.end()) {
        return std::nullopt;
    }
    return static_cast<DocumentType>(found - spellings.begin());
}

const std::vector<Offer>& all_offers() {
    static const std::vector<Offer> offers{
        {"OFR101", "HONEY", "Flexible Engine"}, {"OFR102", "AVENUE", "Cloud Avenue"}, {"OFR103", "FCADV", "Flexible Computing Advanced"}};
    return offers;
}

const std::string& currency_of(const Scenario& scenario, std::uint32_t number) {
    const auto rule = scenario.contract_rules.find(number);
    if (rule != scenario.contract_rules.end() && rule->second.currency) {
        return *rule->second.currency;
    }
    return scenario.currencies[(number - 1) % scenario.currencies.size()];
}

int minor_digits_of(std::string_view currency) noexcept {
    // ISO 4217 list one; currencies that an Orange subsidiary could bill in.
    static constexpr std::array<std::string_view, 13> none{"JPY", "KRW", "VND", "CLP", "ISK", "XOF", "XAF",
                                                           "XPF", "KMF", "DJF", "GNF", "RWF", "UGX"};
    static constexpr std::array<std::string_view, 7> three{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    if (std::find(none.begin(), none.end(), currency) != none.end()) {
        return 0;
    }
    return std::find(three.begin(), three.end(), currency) != three.end() ? 3 : 2;
}

Result<Scenario> parse_scenario(std::string_view toml_text, const std::string& file, const Options& options, Timestamp now) {
    if (const auto excess = find_toml_excess(toml_text)) {
        return fail(ErrorCode::bad_input, fmt::format("the scenario has {}", excess->what),
                    fmt::format("{}:{}:{}", file, excess->line, excess->column));
    }
    Problems problems(file);
    try {
        const toml::table table = toml::parse(toml_text);
        Scenario scenario = read_scenario(table, problems, options, now);
        if (problems.first()) {
            return fail(*problems.first());
        }
        if (scenario.name.empty()) {
            scenario.name = "custom";
        }
        return scenario;
    } catch (const toml::parse_error& error) {
        problems.add(error.source(), fmt::format("not valid TOML: {}", sanitise(error.description())));
        return fail(*problems.first());
    }
}

Result<Scenario> load_scenario(const Options& options, Timestamp now) {
    const std::string wanted = options.scenario.empty() ? "small" : options.scenario;
    std::vector<std::string> names;
    for (const BuiltInScenario& scenario : built_in_scenarios()) {
        if (scenario.name == wanted) {
            return parse_scenario(scenario.toml, fmt::format("{} (built in)", wanted), options, now);
        }
        names.emplace_back(scenario.name);
    }
    const Result<std::string> text = read_file(wanted, 16U << 20U);
    if (!text) {
        Error error = fail(ErrorCode::bad_input, fmt::format("there is no scenario \"{}\"", sanitise(wanted)), wanted,
                           fmt::format("Built in: {}; or name a TOML file", fmt::join(names, ", ")))
                          .value();
        error.cause = text.error().to_line();
        return fail(std::move(error));
    }
    return parse_scenario(*text, wanted, options, now);
}

}  // namespace moisson::sandbox

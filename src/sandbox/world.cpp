// Contracts, documents and consumption lines as functions of the seed.
#include "sandbox/world.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "sandbox/decimal.hpp"
#include "sandbox/invoice_values.hpp"
#include "sandbox/random.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::uint32_t first_contract_number = 1001;

// Purposes keep numbers drawn for different things apart.
enum Purpose : std::uint64_t { for_key = 1, for_contract, for_id, for_time, for_lines, for_application, for_order };

constexpr std::array<std::string_view, 12> places{"Lyon",   "Nantes", "Genève", "Tunis",    "Osaka", "Chicago",
                                                  "Rennes", "Lille",  "Zürich", "Bordeaux", "Liège", "Marseille"};
constexpr std::array<std::string_view, 6> uses{"Production", "Recette", "Intégration", "Archivage", "Calcul", "Web"};
constexpr std::array<std::string_view, 8> customers{"Boulangeries Réunies", "Atelier Nord",   "Transports Vasseur", "Clinique du Parc",
                                                    "Verrerie du Lac",      "Cartes & Plans", "Semences Durand",    "Imprimerie Sud"};
constexpr std::array<std::string_view, 8> first_names{"Chloé", "Inès", "Yann", "Paul", "Zoé", "Hugo", "Aïcha", "Noël"};
constexpr std::array<std::string_view, 8> last_names{"Martin", "Lefèvre", "Le Goff", "Dubois", "Haddad", "Müller", "Moreau", "Petit"};

std::string random_text(Random& random, std::size_t length, std::string_view alphabet) {
    std::string text(length, ' ');
    for (char& letter : text) {
        letter = alphabet[random.between(0, alphabet.size() - 1)];
    }
    return text;
}

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

Application make_application(std::uint64_t seed, const ApplicationRule& rule) {
    Random random(mix_key({seed, for_application, key_of(rule.name)}));
    Application application;
    application.rule = rule;
    application.client_id = random_text(random, 32, letters);
    application.client_secret = random_text(random, 16, letters);
    return application;
}

Account make_account(const AccountRule& rule) {
    Account account;
    account.rule = rule;
    account.login = rule.name.size() < 8 ? "login." + rule.name : rule.name;  // the portal's logins have 8 characters at least
    account.email = rule.name + "@customer.example";
    return account;
}

bool is_listed(const std::vector<std::string>& list, std::string_view word) {
    return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

/// What a euro's price becomes in other money: only so that amounts look usual there.
std::int64_t price_factor(std::string_view currency) {
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> factors{
        {{"JPY", 160}, {"XPF", 119}, {"XOF", 656}, {"TND", 3}}};
    for (const auto& [code, factor] : factors) {
        if (code == currency) {
            return factor;
        }
    }
    return 1;
}

std::string make_id(std::uint64_t seed, std::uint32_t contract, Month month, DocumentType type, std::uint32_t serial) {
    const auto part = static_cast<std::uint64_t>(type);
    const std::uint64_t high = mix_key({seed, for_id, contract, static_cast<std::uint64_t>(month.number), part, serial});
    const std::uint64_t low = mix(high);
    // The real form is unknown: two that are common.
    if (type == DocumentType::bills || type == DocumentType::partial_bills) {
        return fmt::format("{:016x}{:08x}", high, low >> 32U);
    }
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xfffU,
                       0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffULL);
}

std::string make_filename(std::string_view contract, std::string_view period, DocumentType type, std::uint32_t serial) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, document_types> forms{
        {{"FACTURE", "pdf"}, {"BILL", "xlsx"}, {"USAGE", "csv"}, {"RATED", "csv"}, {"PARTIAL-BILL", "xlsx"}, {"PARTIAL-RATED", "csv"}}};
    const auto& [stem, extension] = forms[static_cast<std::size_t>(type)];
    if (serial == 0) {
        return fmt::format("{}_{}_{}.{}", stem, contract, period, extension);
    }
    return fmt::format("{}_{}_{}_{}.{}", stem, contract, period, serial, extension);
}

/// When the document of a month is made: some days into the next one, the partial ones in the middle of the running one.
Timestamp make_time(std::uint64_t seed, std::uint32_t contract, Month month, DocumentType type, std::uint32_t serial) {
    static constexpr std::array<int, document_types> days{3, 2, 1, 1, 14, 14};
    const auto part = static_cast<std::uint64_t>(type);
    const std::uint64_t number = mix_key({seed, for_time, contract, static_cast<std::uint64_t>(month.number), part, serial});
    const bool partial = type == DocumentType::partial_bills || type == DocumentType::partial_rated_report;
    const Timestamp base = partial ? month.begin() : month.plus(1).begin();
    return base + std::chrono::days(days[static_cast<std::size_t>(type)]) + std::chrono::milliseconds(number % (20ULL * 3600 * 1000));
}

/// Dealt in pairs: where invoices and bills alternate, only every other contract has invoices.
void set_invoices(const InvoiceRules& rules, Contract& contract) {
    static constexpr std::array<InvoiceProfile, 7> profiles{InvoiceProfile::en16931, InvoiceProfile::basic_wl, InvoiceProfile::extended,
                                                            InvoiceProfile::plain,   InvoiceProfile::basic,    InvoiceProfile::french,
                                                            InvoiceProfile::minimum};
    static constexpr std::array<Vat, 5> taxes{Vat::standard, Vat::two_rates, Vat::standard, Vat::reverse_charge, Vat::exempt};
    const std::size_t pair = (contract.number - 1) / 2;
    // EN 16931 has no room for a third decimal (BR-DEC): such invoices are pages alone unless a rule says otherwise.
    const InvoiceProfile dealt = contract.digits > 2 ? InvoiceProfile::plain : profiles[pair % profiles.size()];
    const Vat laid = contract.customer == swiss_customer ? Vat::export_outside : taxes[pair % taxes.size()];
    contract.profile = rules.profile.value_or(dealt);
    contract.vat = rules.vat.value_or(laid);
    contract.amount_is = rules.amount_is;
}

bool is_with_tax(const Contract& contract, DocumentType type) noexcept {
    return type == DocumentType::invoices && contract.amount_is == AmountIs::gross;
}

bool carries_amount(DocumentType type) noexcept { return type != DocumentType::reports; }

/// What only a manager of the invoices section sees.
bool is_final(DocumentType type) noexcept {
    return type == DocumentType::invoices || type == DocumentType::bills || type == DocumentType::rated_report;
}

}  // namespace

const std::vector<CloudService>& cloud_services() {
    static const std::vector<CloudService> all{
        {"ECS", "ecs.s3.large", "Compute", "Virtual machine, 2 vCPU 4 GB", "Hour", 6210, 744},
        {"ECS", "ecs.c4.2xlarge", "Compute", "Virtual machine, 8 vCPU 16 GB", "Hour", 33480, 744},
        {"ECS", "ecs.m4.4xlarge", "Compute", "Virtual machine, 16 vCPU 128 GB", "Hour", 128900, 744},
        {"EVS", "evs.sas", "Storage", "Block storage, SAS", "GB", 8100, 4000},
        {"EVS", "evs.ssd", "Storage", "Block storage, SSD", "GB", 14200, 2000},
        {"OBS", "obs.standard", "Storage", "Object storage, standard", "GB", 2150, 20000},
        {"EIP", "eip.bandwidth", "Network", "Public address and bandwidth", "Mbit/s", 195000, 100},
        {"ELB", "elb.classic", "Network", "Load balancer", "Hour", 2900, 744},
        {"VPN", "vpn.gateway", "Network", "VPN gateway", "Hour", 9400, 744},
        {"RDS", "rds.pg.c2.large", "Database", "Managed PostgreSQL", "Hour", 17250, 744},
        {"CBR", "cbr.vault", "Backup", "Backup vault", "GB", 3000, 6000},
        {"CCE", "cce.s2.small", "Containers", "Kubernetes cluster", "Hour", 11900, 744},
    };
    return all;
}

std::string make_key_text(std::uint64_t seed, std::string_view account, std::uint32_t serial) {
    static constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Random random(mix_key({seed, for_key, key_of(account), serial}));
    return random_text(random, 1200, base64);
}

bool Account::sees(const Contract& contract) const {
    if (rule.type == AccountType::client) {
        return rule.contracts.count(contract.number) > 0 || (!contract.ordered_by.empty() && contract.ordered_by == rule.name);
    }
    return is_listed(rule.billing_accounts, contract.billing_account) && is_listed(rule.offers, contract.offer_code);
}

Role Account::invoices_role(const Contract& contract) const {
    const bool visitor = contract.visitor || rule.visitor_of.count(contract.number) > 0;
    return visitor ? std::min(rule.invoices_role, Role::visitor) : rule.invoices_role;
}

std::size_t customer_count() noexcept { return customers.size(); }
std::string_view customer_name(std::size_t customer) noexcept { return customers[customer]; }

World::World(Scenario scenario) : scenario_(std::move(scenario)) {
    for (const AccountRule& rule : scenario_.accounts) {
        accounts_.push_back(make_account(rule));
    }
    for (const ApplicationRule& rule : scenario_.applications) {
        applications_.push_back(make_application(scenario_.seed, rule));
    }
    contracts_.reserve(scenario_.contracts);
    for (std::uint32_t number = 1; number <= scenario_.contracts; ++number) {
        contracts_.push_back(make_contract(number));
    }
}

Status World::check() const {
    const Month oldest = scenario_.last_month.plus(1 - static_cast<int>(scenario_.months));
    for (const auto& [number, rules] : scenario_.document_rules) {
        if (number > contracts_.size()) {
            continue;  // a smaller perimeter was asked for
        }
        for (const DocumentRule& rule : rules) {
            if ((!rule.add || rule.copy) && rule.month >= oldest && !is_listed(contracts_[number - 1], rule.type, rule.month)) {
                return fail(ErrorCode::bad_input,
                            fmt::format("a [[document]] {} the {} of contract {} in {}, but there are none",
                                        rule.copy ? "copies" : "changes", spelling_of(rule.type), number, rule.month.dashed()),
                            scenario_.name, "Write add = true to add one, or correct type, contract or month");
            }
        }
    }
    return {};
}

Contract World::make_contract(std::uint32_t number) const {
    Random random(mix_key({scenario_.seed, for_contract, number}));
    const auto rule_at = scenario_.contract_rules.find(number);
    const bool has_rule = rule_at != scenario_.contract_rules.end();
    const ContractRule rule = has_rule ? rule_at->second : ContractRule{};
    Contract contract;
    contract.number = number;
    contract.id = fmt::format("OCB{:07}", first_contract_number + number - 1);
    contract.name =
        rule.name.value_or(fmt::format("{} {} {}", uses[random.next() % uses.size()], places[random.next() % places.size()], number));
    const Offer& offer = all_offers()[random.next() % all_offers().size()];
    contract.offer_id = offer.id;
    contract.offer_name = offer.name;
    contract.offer_code = offer.code;
    contract.billing_account = rule.billing_account.value_or(scenario_.billing_accounts[(number - 1) % scenario_.billing_accounts.size()]);
    if (rule.platform_id) {
        contract.platform_id = fmt::format("{:016x}{:016x}", mix(random.next()), mix(number));
    }
    const std::size_t customer = random.next() % customers.size();
    contract.customer = customer;
    contract.customer_id = fmt::format("CUS{:06}", 4200 + customer);
    contract.customer_name = customers[customer];
    const std::size_t contact = random.next() % first_names.size();
    contract.first_name = first_names[contact];
    contract.last_name = last_names[random.next() % last_names.size()];
    contract.email = fmt::format("contact{}@customer{}.example", number, customer);
    contract.created = scenario_.last_month.plus(-static_cast<int>(scenario_.months)).begin() + std::chrono::hours(random.between(8, 500));
    contract.updated = contract.created + std::chrono::hours(random.between(1, 2000));
    contract.currency = currency_of(scenario_, number);
    contract.digits = minor_digits_of(contract.currency);
    const FinalKind final = rule.final.value_or(scenario_.final);
    contract.final = final != FinalKind::alternate ? final : (number % 2 == 1 ? FinalKind::invoices : FinalKind::bills);
    set_invoices(has_rule ? rule.invoices : scenario_.invoices, contract);
    contract.answer = rule.answer;
    contract.visitor = rule.visitor;
    contract.documents = rule.documents;
    contract.from_month = rule.from_month;
    contract.from_run = rule.from_run;
    contract.until_run = rule.until_run;
    contract.renamed_in_run = rule.renamed_in_run;
    contract.new_name = rule.new_name;
    return contract;
}

const Contract* World::find_contract(std::string_view id) const noexcept {
    if (contracts_.empty() || id.size() != 10 || id.substr(0, 3) != "OCB") {
        return nullptr;
    }
    std::uint32_t value = 0;
    for (const char digit : id.substr(3)) {
        if (digit < '0' || digit > '9') {
            return nullptr;
        }
        value = value * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    if (value < first_contract_number || value - first_contract_number >= contracts_.size()) {
        return nullptr;
    }
    return &contracts_[value - first_contract_number];
}

std::vector<UsageLine> World::lines_of(const Contract& contract, Month month, std::uint32_t serial, std::uint32_t version) const {
    Random random(mix_key({scenario_.seed, for_lines, contract.number, static_cast<std::uint64_t>(month.number), serial, version}));
    const std::int64_t factor = price_factor(contract.currency);
    // quantity (10^-3) × price (10^-5) is in 10^-8 of the currency.
    const std::int64_t divisor = power_of_ten(8 - contract.digits);
    const std::uint64_t count = serial == 0 ? random.between(scenario_.lines_min, scenario_.lines_max) : 3;
    std::vector<UsageLine> lines;
    lines.reserve(count);
    for (std::uint64_t at = 0; at < count; ++at) {
        const std::uint64_t number = random.next();
        UsageLine line;
        line.service = static_cast<std::uint32_t>(number % cloud_services().size());
        const CloudService& service = cloud_services()[line.service];
        line.resource = static_cast<std::uint32_t>(number >> 32U);
        line.quantity_milli = static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(service.quantity_max * 1000)) + 1;
        line.unit_price_e5 = service.unit_price_e5 * factor;
        line.amount_minor = divide_half_up(line.quantity_milli * line.unit_price_e5, divisor);
        line.discount_percent = (number >> 8U) % 3 == 0 ? static_cast<std::int64_t>((number >> 16U) % 20) : 0;
        line.discounted_minor = divide_half_up(line.amount_minor * (100 - line.discount_percent), 100);
        lines.push_back(line);
    }
    return lines;
}

std::vector<UsageLine> World::lines_of(const Contract& contract, const Document& document) const {
    if (document.zero) {
        return {};
    }
    std::vector<UsageLine> lines = lines_of(contract, document.month, document.content, document.version);
    if (document.scale != 1) {
        for (UsageLine& line : lines) {
            line.quantity_milli *= document.scale;
            line.amount_minor *= document.scale;
            line.discounted_minor *= document.scale;
        }
    }
    if (document.credit) {
        for (UsageLine& line : lines) {
            line.quantity_milli = -line.quantity_milli;
            line.amount_minor = -line.amount_minor;
            line.discounted_minor = -line.discounted_minor;
        }
    }
    if (document.usage_difference_minor != 0 && !lines.empty()) {
        lines.front().discounted_minor += document.usage_difference_minor;
    }
    return lines;
}

bool World::is_listed(const Contract& contract, DocumentType type, Month month) const noexcept {
    const auto age = static_cast<std::uint32_t>(scenario_.last_month.number - month.number);
    const bool running = month > scenario_.last_month;
    if (contract.from_month && month < *contract.from_month) {
        return false;
    }
    switch (type) {
        case DocumentType::invoices: return !running && (contract.final == FinalKind::invoices || contract.final == FinalKind::both);
        case DocumentType::bills: return !running && (contract.final == FinalKind::bills || contract.final == FinalKind::both);
        case DocumentType::reports: return !running && age < scenario_.reports_months;
        case DocumentType::rated_report: return !running && age < scenario_.usage_months;
        case DocumentType::partial_bills:
        case DocumentType::partial_rated_report: return running && scenario_.partials;
    }
    return false;
}

void World::fill_amount(const Contract& contract, Document& document) const {
    document.amount_minor = 0;
    if (carries_amount(document.type)) {
        const std::vector<UsageLine> lines = lines_of(contract, document);
        for (const UsageLine& line : lines) {
            document.amount_minor += line.discounted_minor;
        }
        if (is_with_tax(contract, document.type)) {
            for (const VatPart& part : vat_parts_of(contract.vat, lines)) {
                document.amount_minor += part.tax_minor;
            }
        }
        document.amount_minor -= document.zero ? 0 : document.usage_difference_minor;
        document.amount_json = format_decimal(document.amount_minor, contract.digits);
        document.currency = contract.currency;
    }
}

Document World::make_document(const Contract& contract, Month month, DocumentType type, std::uint32_t serial) const {
    Document document;
    document.type = type;
    document.listed_type = spelling_of(type);
    document.file_bytes_min = scenario_.file_bytes_min;
    document.month = month;
    document.serial = serial;
    document.content = serial;
    document.number_serial = serial;
    document.id = make_id(scenario_.seed, contract.number, month, type, serial);
    document.period = month.plus(scenario_.server.period_is_issue_month ? 1 : 0).compact() + scenario_.server.period_tail;
    document.filename = make_filename(contract.id, month.compact(), type, serial);
    document.order = make_time(scenario_.seed, contract.number, month, type, serial);
    document.created = format_timestamp(document.order);
    document.updated = document.created;
    return document;
}

Document World::make_copy(const Contract& contract, const DocumentRule& rule, const std::vector<Document>& documents,
                          std::uint32_t serial) const {
    Document copy = make_document(contract, rule.month, rule.type, serial);
    for (const Document& original : documents) {
        if (original.serial == 0 && original.type == rule.type && original.month == rule.month) {
            const Document made = std::exchange(copy, original);
            copy.serial = serial;
            copy.id = rule.id ? rule.id : made.id;
            copy.filename = rule.filename ? rule.filename : made.filename;
            copy.created = format_timestamp(copy.order + std::chrono::days(1));
            copy.updated = copy.created;
            copy.from_run = rule.from_run;
            copy.until_run = rule.until_run;
            return copy;
        }
    }
    return copy;
}

void World::apply(const Contract& contract, const DocumentRule& rule, Document& document) const {
    document.credit = rule.credit;
    document.zero = rule.zero;
    document.scale = rule.scale;
    document.csv = rule.csv;
    document.invoice = rule.invoice;
    if (rule.lines_from != 0) {
        document.content = rule.lines_from;
    }
    if (rule.created_days != 0) {
        document.order += std::chrono::days(rule.created_days);
        document.created = format_timestamp(document.order);
        document.updated = document.created;
    }
    document.usage_difference_minor = parse_decimal(rule.usage_differs, contract.digits).value_or(0);
    document.listed_times = rule.listed_times;
    document.file = rule.file;
    document.from_run = rule.from_run;
    document.until_run = rule.until_run;
    document.reissued_in_run = rule.reissued_in_run;
    document.reissued_days = rule.reissued_days;
    if (rule.file_bytes_min != 0) {
        document.file_bytes_min = rule.file_bytes_min;
    }
    fill_amount(contract, document);
    const auto replace = [](const std::optional<std::string>& from, std::optional<std::string>& to) {
        if (from) {
            to = from;
        }
    };
    replace(rule.id, document.id);
    replace(rule.filename, document.filename);
    replace(rule.period, document.period);
    replace(rule.currency, document.currency);
    replace(rule.amount_json, document.amount_json);
    replace(rule.listed_type, document.listed_type);
    if (rule.updated_days > 0) {
        document.updated = format_timestamp(document.order + std::chrono::days(rule.updated_days));
    }
    for (const std::string& member : rule.leave_out) {
        const std::array<std::pair<std::string_view, std::optional<std::string>*>, 8> members{{{"id", &document.id},
                                                                                               {"filename", &document.filename},
                                                                                               {"period", &document.period},
                                                                                               {"createdAt", &document.created},
                                                                                               {"updatedAt", &document.updated},
                                                                                               {"amount", &document.amount_json},
                                                                                               {"currency", &document.currency},
                                                                                               {"documentType", &document.listed_type}}};
        for (const auto& [name, value] : members) {
            if (name == member) {
                value->reset();
            }
        }
    }
}

void World::add_month(const Contract& contract, Month month, std::vector<Document>& documents) const {
    std::optional<Document> filled;  // all types of one month share their lines: they are added up once
    for (int type = 0; type < document_types; ++type) {
        if (!is_listed(contract, static_cast<DocumentType>(type), month)) {
            continue;
        }
        Document document = make_document(contract, month, static_cast<DocumentType>(type), 0);
        if (carries_amount(document.type)) {
            if (filled && !is_with_tax(contract, document.type)) {
                document.amount_minor = filled->amount_minor;
                document.amount_json = filled->amount_json;
                document.currency = filled->currency;
            } else {
                fill_amount(contract, document);
                if (!is_with_tax(contract, document.type)) {
                    filled = document;
                }
            }
        }
        documents.push_back(std::move(document));
    }
}

std::vector<Document> World::documents_of(const Contract& contract, Role role) const {
    std::vector<Document> documents;
    if (!contract.documents || contract.answer != ContractAnswer::normal) {
        return documents;
    }
    documents.reserve(scenario_.months * 4 + 8);
    for (int back = -1; back < static_cast<int>(scenario_.months); ++back) {
        add_month(contract, scenario_.last_month.plus(-back), documents);
    }
    const auto rules = scenario_.document_rules.find(contract.number);
    if (rules != scenario_.document_rules.end()) {
        std::uint32_t serial = 0;
        for (const DocumentRule& rule : rules->second) {
            if (rule.add) {
                ++serial;
                documents.push_back(rule.copy ? make_copy(contract, rule, documents, serial)
                                              : make_document(contract, rule.month, rule.type, serial));
                if (!rule.copy) {
                    apply(contract, rule, documents.back());
                }
                continue;
            }
            for (Document& document : documents) {
                if (document.serial == 0 && document.type == rule.type && document.month == rule.month) {
                    apply(contract, rule, document);
                }
            }
        }
    }
    if (role != Role::manager || contract.visitor) {
        std::erase_if(documents, [](const Document& document) { return is_final(document.type); });
    }
    const auto mixed_key = [this](const Document& document) {
        return mix_key({scenario_.seed, for_order, static_cast<std::uint64_t>(document.type),
                        static_cast<std::uint64_t>(document.month.number), document.serial});
    };
    const ListOrder order = scenario_.server.order;
    std::stable_sort(documents.begin(), documents.end(), [&](const Document& one, const Document& other) {
        return order == ListOrder::mixed ? mixed_key(one) < mixed_key(other)
                                         : (order == ListOrder::oldest ? one.order < other.order : one.order > other.order);
    });
    return documents;
}

Document World::reissued(const Contract& contract, const Document& document, std::uint32_t version) const {
    Document changed = document;
    changed.version = version;
    changed.updated = format_timestamp(document.order + std::chrono::days(document.reissued_days + version - 2));
    if (carries_amount(changed.type)) {
        const std::optional<std::string> currency = changed.currency;
        fill_amount(contract, changed);
        changed.currency = currency;
    }
    return changed;
}

}  // namespace moisson::sandbox

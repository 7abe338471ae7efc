/// What the job file says about the books.
#include "config/books.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "domain/document_type.hpp"
#include "domain/finding.hpp"

namespace moisson::config {

namespace {

/// Why a type can never enter the totals; empty for the final ones.
std::string_view why_not(const DocumentType& type) {
    switch (type.standing) {
        case Standing::final_: return "";
        case Standing::provisional:
            return type.is_report ? "it is provisional, and a report: what it lists is charged by an invoice or a bill"
                                  : "it is provisional: it changes until the month is closed, and the final document then takes its place";
        case Standing::supporting: return "it is a report: what it lists is charged by an invoice or a bill of the same month";
    }
    return "";
}

/// "job.toml:3:9"
std::string place(const JobFile& file, const Setting& setting) { return fmt::format("{}:{}", file.where(setting), setting.column); }

void check_final_type(const JobFile& file, const Setting& setting, const std::string& type, std::string_view verb) {
    const DocumentType* const known = find_document_type(type);
    const std::string hint = fmt::format("The types that can are {}", fmt::join(final_type_names, " and "));
    if (known == nullptr) {
        const auto suggestion = nearest_word(type, final_type_names);
        usage_error(fmt::format("the document type \"{}\" is not one that can {}", sanitise(type, 80), verb), place(file, setting),
                    suggestion ? fmt::format("Did you mean \"{}\"?", *suggestion) : hint);
    }
    if (const std::string_view reason = why_not(*known); !reason.empty()) {
        usage_error(fmt::format("\"{}\" can never {}: {}", type, verb, reason), place(file, setting), hint);
    }
}

std::vector<std::string> read_globs(const JobFile& file, const Record& record, const std::string& key) {
    const Setting* setting = record.find(key);
    if (setting == nullptr) {
        return {};
    }
    auto globs = std::get<std::vector<std::string>>(setting->value);
    for (const std::string& glob : globs) {
        if (const std::string problem = problem_of_glob(glob); !problem.empty()) {
            usage_error(fmt::format("the pattern \"{}\" in {} cannot be used: {}", sanitise(glob, 80), key, problem), place(file, *setting),
                        "Write an id or a name, with * for any text, ? for one character, [ab] for one of several");
        }
    }
    if (globs.empty()) {
        usage_error(fmt::format("{} is an empty list", key), place(file, *setting),
                    "Name one at least, or remove the line: then all are meant");
    }
    return globs;
}

CountingChoice read_counting(const JobFile& file, const Record& record) {
    CountingChoice choice;
    const Setting* types = record.find("types");
    if (types == nullptr) {
        usage_error("a counting rule without types", fmt::format("{}:{}", file.path, record.line),
                    "Write what counts, in order of preference: types = [\"invoices\", \"bills\"]");
    }
    choice.types = std::get<std::vector<std::string>>(types->value);
    if (choice.types.empty()) {
        usage_error("a counting rule in which nothing counts", place(file, *types),
                    "Name one type at least; to leave contracts out of an export, use contracts in [export]");
    }
    for (std::size_t at = 0; at < choice.types.size(); ++at) {
        check_final_type(file, *types, choice.types[at], "count");
        if (std::find(choice.types.begin(), choice.types.begin() + static_cast<std::ptrdiff_t>(at), choice.types[at]) !=
            choice.types.begin() + static_cast<std::ptrdiff_t>(at)) {
            usage_error(fmt::format("the type \"{}\" stands twice in types", choice.types[at]), place(file, *types), "Keep it once");
        }
    }
    choice.contracts = read_globs(file, record, "contracts");
    choice.offers = read_globs(file, record, "offers");
    choice.perimeters = read_globs(file, record, "perimeters");
    return choice;
}

/// A decision stands in the books: it says why.
std::string read_reason(const JobFile& file, const Record& record, std::string_view table) {
    const Setting* const reason = record.find("reason");
    const std::string text = reason == nullptr ? std::string() : std::get<std::string>(reason->value);
    if (is_blank(text)) {
        usage_error(fmt::format("a decision in [[{}]] without a reason", table),
                    reason == nullptr ? fmt::format("{}:{}", file.path, record.line) : place(file, *reason),
                    "Write why, for those who read the books later: reason = \"…\"");
    }
    return text;
}

TypeDecision read_type(const JobFile& file, const Record& record) {
    TypeDecision decision;
    const Setting* const type = record.find("type");
    const Setting* const counts_as = record.find("counts_as");
    if (type == nullptr || counts_as == nullptr) {
        usage_error(fmt::format("a type without {}", type == nullptr ? "its name" : "what it counts as"),
                    fmt::format("{}:{}", file.path, record.line),
                    "Write type = \"creditNotes\" and counts_as = \"invoices\", or \"nothing\"");
    }
    decision.type = std::get<std::string>(type->value);
    decision.counts_as = std::get<std::string>(counts_as->value);
    if (find_document_type(decision.type) != nullptr) {
        usage_error(fmt::format("the type \"{}\" is known, and needs no decision", decision.type), place(file, *type),
                    "Which of the known types count is said in [[books.counting]]");
    }
    const bool has_control = std::any_of(decision.type.begin(), decision.type.end(),
                                         [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; });
    if (decision.type.empty() || has_control) {
        usage_error(decision.type.empty() ? "type is empty" : "the type has a control character in it", place(file, *type),
                    "Write it as the finding document-type-undecided does");
    }
    if (decision.counts_as == "nothing") {
        decision.counts_as.clear();
    } else if (standing_of(decision.counts_as) != Standing::final_) {
        usage_error(fmt::format("counts_as must be \"invoices\", \"bills\" or \"nothing\", found \"{}\"", sanitise(decision.counts_as, 60)),
                    place(file, *counts_as), "Its documents are counted together with those of that type");
    }
    decision.reason = read_reason(file, record, "books.types");
    return decision;
}

WithdrawnDecision read_withdrawn(const JobFile& file, const Record& record) {
    WithdrawnDecision decision;
    decision.documents = read_globs(file, record, "documents");
    decision.contracts = read_globs(file, record, "contracts");
    const Setting* const counts = record.find("counts");
    if (decision.documents.empty() || counts == nullptr) {
        usage_error(fmt::format("a decision in [[books.withdrawn]] without {}", counts == nullptr ? "counts" : "documents"),
                    fmt::format("{}:{}", file.path, record.line), "Write documents = [\"INV-2026-0042\"] and counts = false");
    }
    decision.counts = std::get<bool>(counts->value);
    decision.reason = read_reason(file, record, "books.withdrawn");
    return decision;
}

std::optional<Month> read_month(const JobFile& file, const Record& record, const std::string& key) {
    const Setting* setting = record.find(key);
    if (setting == nullptr) {
        return std::nullopt;
    }
    const std::string& text = std::get<std::string>(setting->value);
    const auto month = Month::parse(text);
    if (!month) {
        usage_error(fmt::format("{} must be a month, found \"{}\"", key, sanitise(text, 40)), place(file, *setting),
                    "Write YYYY-MM, for example 2026-10");
    }
    return month;
}

ExpectedDocuments read_expected(const JobFile& file, const Record& record) {
    ExpectedDocuments expected;
    expected.where = fmt::format("job file line {}", record.line);
    expected.contracts = read_globs(file, record, "contracts");
    if (const Setting* type = record.find("type")) {
        expected.type = std::get<std::string>(type->value);
        check_final_type(file, *type, expected.type, "be owed");
    }
    if (const Setting* every = record.find("every")) {
        const std::string& text = std::get<std::string>(every->value);
        if (text != "month" && text != "quarter") {
            usage_error(fmt::format("every must be \"month\" or \"quarter\", found \"{}\"", sanitise(text, 40)), place(file, *every),
                        "Write every = \"month\"");
        }
        expected.every_months = text == "month" ? 1 : 3;
    }
    if (const Setting* due_day = record.find("due_day")) {
        expected.due_day = static_cast<int>(std::get<std::int64_t>(due_day->value));
    }
    expected.from = read_month(file, record, "from");
    expected.until = read_month(file, record, "until");
    if (expected.from && expected.until && *expected.until < *expected.from) {
        usage_error(fmt::format("from {} is after until {}", expected.from->to_text(), expected.until->to_text()),
                    place(file, *record.find("from")), "Exchange the two months");
    }
    return expected;
}

/// A text that must be there.
std::string read_required(const JobFile& file, const Record& record, const std::string& key, std::string_view example) {
    const Setting* setting = record.find(key);
    if (setting == nullptr || std::get<std::string>(setting->value).empty()) {
        usage_error(fmt::format("{} is {}", key, setting == nullptr ? "missing" : "empty"),
                    setting == nullptr ? fmt::format("{}:{}", file.path, record.line) : place(file, *setting),
                    fmt::format("Write {} = \"{}\"", key, example));
    }
    return std::get<std::string>(setting->value);
}

std::string read_contract(const JobFile& file, const Record& record) {
    std::string glob = read_required(file, record, "contract", "OCB0001234");
    if (const std::string problem = problem_of_glob(glob); !problem.empty()) {
        usage_error(fmt::format("contract \"{}\" is no pattern: {}", sanitise(glob, 60), problem), place(file, *record.find("contract")),
                    "Write an id or a name, with * for any text, ? for one character, [ab] for one of several");
    }
    return glob;
}

/// A month, or a day: then the month of that day is still billed, unless it is the first.
Month read_first_month_without(const JobFile& file, const Setting& setting) {
    const std::string& text = std::get<std::string>(setting.value);
    if (const auto month = Month::parse(text)) {
        return *month;
    }
    const auto month = text.size() == 10 && text[7] == '-' ? Month::parse(text.substr(0, 7)) : std::nullopt;
    const std::string day = month ? text.substr(8) : std::string();
    if (day.size() != 2 || day < "01" || day > "31" || day.find_first_not_of("0123456789") != std::string::npos) {
        usage_error(fmt::format("since must be a month or a day, found \"{}\"", sanitise(text, 40)), place(file, setting),
                    "Write YYYY-MM, for example 2026-10");
    }
    return day == "01" ? *month : month->plus(1);
}

EndedContract read_ended(const JobFile& file, const Record& record) {
    EndedContract ended;
    ended.contract = read_contract(file, record);
    read_required(file, record, "since", "2026-10");
    ended.since = read_first_month_without(file, *record.find("since"));
    ended.reason = read_required(file, record, "reason", "sold with the plant");
    return ended;
}

/// Takes one key of [books], and says where its value came from.
template <class T, class Take>
void take(const JobFile& file, std::map<std::string, std::string>& origins, const std::string& key, const Take& use) {
    const Setting* setting = file.find("books." + key);
    origins["books." + key] = setting == nullptr ? "default" : fmt::format("job file line {}", setting->line);
    if (setting != nullptr) {
        use(std::get<T>(setting->value), *setting);
    }
}

void read_reporting(const JobFile& file, BooksSettings& books, std::map<std::string, std::string>& origins) {
    take<std::string>(file, origins, "reporting_currency", [&](const std::string& code, const Setting& setting) {
        books.reporting_currency = find_currency(code);
        if (!books.reporting_currency) {
            usage_error(fmt::format("reporting_currency \"{}\" is not a currency of ISO 4217", sanitise(code, 40)), place(file, setting),
                        "Write its three letters, for example reporting_currency = \"EUR\"");
        }
    });
    take<std::string>(file, origins, "rates", [&](const std::string& path, const Setting& setting) {
        if (path.empty()) {
            usage_error("rates is empty", place(file, setting), "Name a rate table, for example rates = \"eurofxref-hist.csv\"");
        }
        books.rates_file = file.resolve(path);
    });
    take<std::string>(file, origins, "rate_rule", [&](const std::string& text, const Setting& setting) {
        const auto rule = parse_rate_rule(text);
        if (!rule) {
            usage_error(fmt::format("the rate rule \"{}\" is not known", sanitise(text, 40)), place(file, setting),
                        "Write one of \"month-end\", \"month-average\", \"issue-day\"");
        }
        books.rate_rule = *rule;
    });
    take<std::int64_t>(file, origins, "rate_age_days_max",
                       [&](std::int64_t days, const Setting&) { books.rate_age_days_max = static_cast<int>(days); });
    if (books.reporting_currency && books.rates_file.empty()) {
        usage_error("reporting_currency is given without rates", place(file, *file.find("books.reporting_currency")),
                    "Name a rate table: rates = \"eurofxref-hist.csv\", as the European Central Bank publishes it, or one of your own");
    }
}

void read_errors(const JobFile& file, BooksSettings& books, std::map<std::string, std::string>& origins) {
    take<std::vector<std::string>>(file, origins, "errors", [&](const std::vector<std::string>& codes, const Setting& setting) {
        std::vector<std::string_view> known;
        for (const FindingKind& kind : all_finding_kinds()) {
            known.push_back(kind.code);
        }
        for (const std::string& code : codes) {
            if (std::find(known.begin(), known.end(), code) == known.end()) {
                const auto suggestion = nearest_word(code, known);
                usage_error(fmt::format("there is no finding \"{}\"", sanitise(code, 60)), place(file, setting),
                            suggestion ? fmt::format("Did you mean \"{}\"?", *suggestion) : "jobs/findings.md lists all codes");
            }
        }
        books.errors = codes;
    });
}

}  // namespace

std::string problem_of_glob(std::string_view glob) {
    if (glob.empty()) {
        return "it is empty";
    }
    if (glob.size() > 256) {
        return "it is longer than 256 bytes";
    }
    for (std::size_t at = 0; at < glob.size(); ++at) {
        if (static_cast<unsigned char>(glob[at]) < 0x20) {
            return "it has a control character in it";
        }
        if (glob[at] == '\\') {
            if (++at == glob.size()) {
                return "it ends with a backslash";
            }
        } else if (glob[at] == '[') {
            // A ] right behind [, [! or [^ is a member of the set.
            std::size_t end = at + 1;
            end += end < glob.size() && (glob[end] == '!' || glob[end] == '^') ? 1U : 0U;
            end = glob.find(']', end + 1);
            if (end == std::string_view::npos) {
                return "a [ in it is never closed";
            }
            at = end;
        }
    }
    return {};
}

BooksSettings read_books(const JobFile& file, std::map<std::string, std::string>& origins) {
    BooksSettings books;
    read_reporting(file, books, origins);
    take<bool>(file, origins, "learn_expectations", [&](bool learn, const Setting&) { books.learn_expectations = learn; });
    take<bool>(file, origins, "outliers", [&](bool on, const Setting&) { books.outliers = on; });
    take<std::int64_t>(file, origins, "outlier_deviations", [&](std::int64_t value, const Setting&) { books.outlier_deviations = value; });
    take<std::int64_t>(file, origins, "outlier_change_percent",
                       [&](std::int64_t value, const Setting&) { books.outlier_change_percent = value; });
    take<bool>(file, origins, "usage", [&](bool on, const Setting&) { books.usage = on; });
    take<std::string>(file, origins, "usage_tolerance", [&](const std::string& text, const Setting& setting) {
        const auto tolerance = parse_big_decimal(text);
        if (!tolerance || tolerance->value < 0) {
            usage_error(fmt::format("books.usage_tolerance must be an amount, 0 or more, found \"{}\"", sanitise(text, 40)),
                        file.where(setting), "Write usage_tolerance = \"0.01\"");
        }
        books.usage_tolerance = *tolerance;
    });
    read_errors(file, books, origins);
    if (const auto found = file.records.find("books.counting"); found != file.records.end()) {
        for (const Record& record : found->second) {
            books.counting.push_back(read_counting(file, record));
        }
    }
    if (const auto found = file.records.find("books.types"); found != file.records.end()) {
        for (const Record& record : found->second) {
            TypeDecision decision = read_type(file, record);
            if (std::any_of(books.types.begin(), books.types.end(), [&](const TypeDecision& one) { return one.type == decision.type; })) {
                usage_error(fmt::format("two decisions on the type \"{}\"", decision.type), fmt::format("{}:{}", file.path, record.line),
                            "Keep one");
            }
            books.types.push_back(std::move(decision));
        }
    }
    if (const auto found = file.records.find("books.withdrawn"); found != file.records.end()) {
        for (const Record& record : found->second) {
            books.withdrawn.push_back(read_withdrawn(file, record));
        }
    }
    if (const auto found = file.records.find("books.expected"); found != file.records.end()) {
        for (const Record& record : found->second) {
            books.expected.push_back(read_expected(file, record));
        }
    }
    if (const auto found = file.records.find("books.ended"); found != file.records.end()) {
        for (const Record& record : found->second) {
            books.ended.push_back(read_ended(file, record));
        }
    }
    if (const auto found = file.records.find("books.no_invoices"); found != file.records.end()) {
        for (const Record& record : found->second) {
            books.no_invoices.push_back({read_contract(file, record), read_required(file, record, "reason", "billed by Orange Belgium")});
        }
    }
    return books;
}

}  // namespace moisson::config

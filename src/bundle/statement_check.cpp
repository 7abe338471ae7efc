/// A summary against itself and against what says the same: the other summary, closed-months.csv, bag-info.txt.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "bundle/limits.hpp"
#include "bundle/markup.hpp"
#include "bundle/retention_check.hpp"
#include "bundle/summary_check.hpp"
#include "bundle/to_do_check.hpp"
#include "domain/finding.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

std::optional<Severity> severity_of(std::string_view text) {
    for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) {
        if (to_text(severity) == text) {
            return severity;
        }
    }
    return std::nullopt;
}

class Own {
public:
    Own(const Value& summary, const std::string& where, Problems& problems) : summary_(summary), where_(where), problems_(problems) {}

    void check_verdict() {
        std::set<std::string_view> errors;  // contracts that have one
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            if (view_member(finding, "severity") == "error") {
                errors.insert(view_member(finding, "contract_id"));
            }
        }
        bool is_incomplete = !errors.empty();
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            const std::string list = list_of(entry);
            is_incomplete = is_incomplete || (list != "complete" && list != "unproven") || count_member(entry, "files_missing") > 0;
            check_contract_verdict(entry, errors.contains(view_member(entry, "contract_id")));
        }
        const std::string verdict = text_member(summary_, "verdict");
        const std::string exit_code = text_member(summary_, "exit_code");
        const bool fits = exit_code == (is_incomplete ? "3" : "0");
        if (!fits || (verdict != "partial-view" && verdict != (is_incomplete ? "incomplete" : "complete"))) {
            add(fmt::format("verdict {} with exit_code {}, though {}", sanitise(verdict, 40), sanitise(exit_code, 10),
                            is_incomplete ? "a finding, a file or a contract's list is an error"
                                          : "no finding, no file and no contract's list is an error"));
        }
        check_filters();
        check_causes(is_incomplete);
    }

    /// A view leaves something out, and a month nothing. Early versions did not say whether files were asked for.
    void check_filters() {
        const Value* const filters = find_member(summary_, "filters");
        if (filters == nullptr) {
            add("it has no filters");
            return;
        }
        const Value* const files = find_member(*filters, "files");
        if (files != nullptr && !files->IsBool()) {
            add("its filters do not say whether files were asked for");
        }
        const bool leaves_out = !items_member(*filters, "contracts").Empty() || !items_member(*filters, "types").Empty() ||
                                !items_member(*filters, "perimeters").Empty() || (files != nullptr && files->IsFalse());
        if (leaves_out != (find_member(summary_, "view") != nullptr)) {
            add(leaves_out ? "its filters leave something out, though it is no view"
                           : "it is a view, though its filters leave nothing out");
        }
    }

    void check_findings() {
        const bool is_archived = find_member(summary_, "run_id") == nullptr;  // else what is of the run stands in front
        std::array<std::string, 3> last;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            const std::string code = text_member(finding, "code");
            const auto severity = severity_of(text_member(finding, "severity"));
            const FindingKind* const kind = find_finding_kind(code);
            if (!severity) {
                add(fmt::format("finding {}: its severity is none", sanitise(code, 40)));
            } else if (kind != nullptr && *severity != kind->severity && *severity != Severity::error) {
                add(fmt::format("finding {}: its severity is {}, that of its kind is {}", code, to_text(*severity),
                                to_text(kind->severity)));
            }
            if (code.empty() || text_member(finding, "message").empty()) {
                add("a finding has no code or no message");
            }
            std::array<std::string, 3> key{text_member(finding, "contract_id"), text_member(finding, "document_id"), code};
            if (is_archived && key < last) {
                add(fmt::format("finding {} of {} {} is out of order", sanitise(code, 40), sanitise(key[0], 60), sanitise(key[1], 80)));
            }
            last = std::move(key);
        }
    }

    void check_lists() {
        std::uint64_t listed = 0;
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            check_expected(entry);
            if (find_member(entry, "listed") != nullptr) {
                listed += count_member(entry, "listed");
                check_listed(entry);
            }
        }
        const Value* const documents = find_member(summary_, "documents");
        if (documents != nullptr && find_member(*documents, "listed") != nullptr && count_member(*documents, "listed") != listed) {
            add(fmt::format("documents.listed is {}, the contracts' listed add up to {}", sanitise(text_member(*documents, "listed"), 20),
                            listed));
        }
    }

    void check_rules() {
        for (const Value& use : items_member(summary_, "counting_rules").GetArray()) {
            const std::string_view rule = view_member(use, "rule");
            const Value& types = items_member(use, "types");
            if (types.Size() > limits::types_of_rule) {
                add("counting_rules: over budget: a rule names more types than there are");
                continue;
            }
            for (const Value& type : types.GetArray()) {
                if (!has_text(rule, view_of(type))) {
                    add(fmt::format("counting_rules: the rule in words does not name its type {}", sanitise(text_of(type), 40)));
                }
            }
        }
        const std::string_view rule = view_member(summary_, "counting_rule");
        if (rule.empty()) {
            add("counting_rule is missing");
        } else if (is_of_this_version(summary_) && !is_rule_of_this_version(rule)) {
            add("counting_rule is not worded as this version words a rule");
        }
    }

    void check_times() {
        if (!parse_timestamp(text_member(summary_, "data_date"))) {
            add("data_date is no instant");
        }
        if (find_member(summary_, "run_id") == nullptr) {
            return;  // of the bundle: nothing in it is about the run
        }
        const auto began = parse_timestamp(text_member(summary_, "started_at"));
        const auto ended = parse_timestamp(text_member(summary_, "finished_at"));
        if (!began || !ended || *ended < *began) {
            add("started_at and finished_at are not the begin and the end of a run");
        }
    }

    void check_usage() {
        const Value* const usage = find_member(summary_, "usage");
        if (usage == nullptr) {
            return;
        }
        std::uint64_t lines = 0;
        for (const Value& total : items_member(*usage, "totals").GetArray()) {
            lines += count_member(total, "lines");
        }
        if (lines > count_member(*usage, "counted_lines") || count_member(*usage, "counted_lines") > count_member(*usage, "lines")) {
            add("usage: lines, counted_lines and the totals' lines contradict each other");
        }
        std::uint64_t differing = 0;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            differing += text_member(finding, "code") == "usage-differs" ? 1U : 0U;
        }
        if (differing != items_member(*usage, "differences").Size()) {
            add("usage: as many differences as findings usage-differs are to be stated");
        }
    }

private:
    void add(std::string_view what) { problems_.add(fmt::format("{}: {}", where_, what)); }

    /// How the list ended: a member of its own where the contract's verdict joins list, files, owed documents and errors.
    static std::string list_of(const Value& entry) {
        return text_member(entry, find_member(entry, "list") == nullptr ? "verdict" : "list");
    }

    void check_contract_verdict(const Value& entry, bool has_error) {
        const std::string verdict = text_member(entry, "verdict");
        const std::string list = list_of(entry);
        const bool has_reason = !text_member(entry, "reason").empty();
        bool fits = list == "unproven" || has_reason != (verdict == "complete");
        if (find_member(entry, "list") != nullptr && list == "complete") {
            const auto& expected = items_member(entry, "expected").GetArray();
            const bool is_overdue =
                std::any_of(expected.begin(), expected.end(), [](const Value& one) { return text_member(one, "status") == "missing"; });
            const bool is_incomplete = has_error || count_member(entry, "files_missing") > 0;
            fits = fits && verdict == (is_incomplete ? "incomplete" : is_overdue ? "overdue" : "complete");
        }
        constexpr std::array<std::string_view, 6> lists{"complete", "unproven", "capped", "forbidden", "failed", "unknown-answer"};
        if (!fits || std::find(lists.begin(), lists.end(), list) == lists.end()) {
            add(fmt::format("completeness of {}: verdict {} with reason {} is not what its list, files, owed documents and errors give",
                            sanitise(text_member(entry, "contract_id"), 60), sanitise(verdict, 40),
                            sanitise(text_member(entry, "reason"), 80)));
        }
    }

    /// Why it is not complete, counted; of a code of findings as many as there are errors of it.
    void check_causes(bool is_incomplete) {
        const Value* const causes = find_member(summary_, "causes");
        if (causes == nullptr || !causes->IsArray()) {
            return;  // written before causes were
        }
        if (causes->Empty() == is_incomplete) {
            add("causes: there are some exactly where it is not complete");
        }
        std::map<std::string_view, std::uint64_t> errors;
        for (const Value& finding : items_member(summary_, "findings").GetArray()) {
            errors[view_member(finding, "code")] += view_member(finding, "severity") == "error" ? 1U : 0U;
        }
        std::uint64_t missing = 0;
        for (const Value& entry : items_member(summary_, "completeness").GetArray()) {
            missing += count_member(entry, "files_missing");
        }
        const std::vector<Cause> stated = stated_causes(summary_);
        if (find_member(summary_, "run_id") == nullptr &&
            std::any_of(stated.begin(), stated.end(), [](const Cause& cause) { return cause.of_run; })) {
            add("causes: one is of a run, of which an archive says nothing");
        }
        for (std::size_t at = 0; at < stated.size(); ++at) {
            const auto& [code, count, amounts, of_run] = stated[at];
            const auto own = errors.find(code == "sums-differ" ? std::string_view("usage-differs") : std::string_view(code));
            bool fits = find_finding_kind(code) == nullptr || (own != errors.end() && own->second >= count);
            if (code == "files-missing") {
                fits = count >= missing;
            } else if (code == "sums-differ") {
                fits = own != errors.end() && own->second == count;
            }
            const bool is_said =
                text_member((*causes)[static_cast<rapidjson::SizeType>(at)], "text") == in_words(Language::english, stated[at]);
            if (count == 0 || !fits || (!is_said && is_of_this_version(summary_))) {
                add(fmt::format("causes: {} {} is not what findings and completeness give, or is not said so", count, sanitise(code, 40)));
            }
        }
    }

    void check_listed(const Value& entry) {
        const std::string contract = sanitise(text_member(entry, "contract_id"), 60);
        const Value* const by_type = find_member(entry, "by_type");
        const Value* const types = find_member(entry, "types");
        if (by_type == nullptr || !by_type->IsObject() || types == nullptr || !types->IsObject()) {
            add(fmt::format("completeness of {}: by_type or types is missing", contract));
            return;
        }
        std::uint64_t sum = 0;
        for (const auto& type : by_type->GetObject()) {
            const Value* const other = find_member(*types, std::string_view(type.name.GetString(), type.name.GetStringLength()));
            sum += count_member(*by_type, std::string_view(type.name.GetString(), type.name.GetStringLength()));
            if (other == nullptr || text_member(*other, "listed") != text_of(type.value)) {
                add(fmt::format("completeness of {}: types and by_type differ in how many {} are listed", contract,
                                sanitise(text_of(type.name), 40)));
            }
        }
        for (const auto& type : types->GetObject()) {
            if (count_member(type.value, "listed") > 0 &&
                find_member(*by_type, std::string_view(type.name.GetString(), type.name.GetStringLength())) == nullptr) {
                add(fmt::format("completeness of {}: by_type lacks {}", contract, sanitise(text_of(type.name), 40)));
            }
        }
        if (sum != count_member(entry, "listed")) {
            add(fmt::format("completeness of {}: listed is {}, its types add up to {}", contract,
                            sanitise(text_member(entry, "listed"), 20), sum));
        }
    }

    void check_expected(const Value& entry) {
        if (items_member(entry, "expected").Size() > limits::expected_of_contract) {
            add(fmt::format("completeness of {}: over budget: more expected documents than any contract has",
                            sanitise(text_member(entry, "contract_id"), 60)));
            return;
        }
        for (const Value& expected : items_member(entry, "expected").GetArray()) {
            const std::string status = text_member(expected, "status");
            const std::string issued = text_member(expected, "issued");
            const std::string due = text_member(expected, "due");
            const bool fits = (status == "arrived" && (issued.empty() || issued <= due)) ||
                              (status == "late" && !issued.empty() && issued > due) ||
                              ((status == "missing" || status == "not-due") && issued.empty());
            const std::string source = text_member(expected, "source");
            if (!fits || due < text_member(expected, "month") || (source != "declared" && source != "learned")) {
                add(fmt::format("completeness of {}: expected of {}: status {}, due {}, issued {} and source {} contradict each other",
                                sanitise(text_member(entry, "contract_id"), 60), sanitise(text_member(expected, "month"), 20),
                                sanitise(status, 20), sanitise(due, 20), sanitise(issued, 20), sanitise(source, 20)));
            }
        }
    }

    const Value& summary_;
    const std::string& where_;
    Problems& problems_;
};

/// Whether all that `part` says stands in `whole`, too; `path` gets the first member that does not. Both were bounded in depth and in the
/// members of an object when they were read (json.hpp). Arrays have the same length; objects of `whole` may have more members.
class Within {
public:
    bool check(const Value& part, const Value& whole, std::string& path) {
        bool fits = enter(part, whole);
        while (fits && !open_.empty()) {
            Frame& frame = open_.back();
            if (frame.at == frame.size()) {
                open_.pop_back();
                continue;
            }
            const std::size_t at = frame.at++;
            if (frame.part->IsArray()) {
                const auto index = static_cast<rapidjson::SizeType>(at);
                fits = enter((*frame.part)[index], (*frame.whole)[index]);
            } else {
                const auto member = frame.part->MemberBegin() + static_cast<std::ptrdiff_t>(at);
                const Value* const other = find_member(*frame.whole, view_of(member->name));
                fits = other != nullptr && enter(member->value, *other);
            }
        }
        for (const Frame& frame : open_) {
            if (frame.part->IsArray()) {
                path += fmt::format("[{}]", frame.at - 1);
            } else {
                const auto member = frame.part->MemberBegin() + static_cast<std::ptrdiff_t>(frame.at - 1);
                path += fmt::format(".{}", sanitise(view_of(member->name), 60));
            }
        }
        return fits;
    }

private:
    struct Frame {
        const Value* part;
        const Value* whole;
        std::size_t at = 0;  ///< the next item
        [[nodiscard]] std::size_t size() const { return part->IsArray() ? part->Size() : part->MemberCount(); }
    };

    bool enter(const Value& part, const Value& whole) {
        if (part.GetType() != whole.GetType()) {
            return false;
        }
        if (part.IsArray() || part.IsObject()) {
            if (part.IsArray() && part.Size() != whole.Size()) {
                return false;
            }
            open_.push_back({&part, &whole});
            return true;
        }
        return view_of(part) == view_of(whole);
    }

    std::vector<Frame> open_;
};

/// The published list begins with what is of the run alone; sentences of failures are longer there.
void check_same_findings(const Value& published, const Value& archived, Problems& problems) {
    const Value& here = items_member(published, "findings");
    const Value& there = items_member(archived, "findings");
    if (here.Size() < there.Size()) {
        problems.add("summary.json: its findings are fewer than those of the summary inside bundle.zip");
        return;
    }
    const rapidjson::SizeType more = here.Size() - there.Size();
    for (rapidjson::SizeType at = 0; at < there.Size(); ++at) {
        for (const char* member : {"code", "severity", "contract_id", "document_id"}) {
            if (view_member(here[at + more], member) != view_member(there[at], member)) {
                problems.add(fmt::format("summary.json: its findings are not those of the summary inside bundle.zip: {} {} in place of {}",
                                         member, sanitise(text_member(here[at + more], member), 60),
                                         sanitise(text_member(there[at], member), 60)));
                return;
            }
        }
    }
    for (rapidjson::SizeType at = 0; at < more; ++at) {
        if (!text_member(here[at], "document_id").empty() || !text_member(here[at], "contract_id").empty()) {
            problems.add(fmt::format("summary.json: its finding {} stands not in the summary inside bundle.zip",
                                     sanitise(text_member(here[at], "code"), 40)));
        }
    }
}

/// What is of the data is the same. True when the published one has causes of its run alone.
bool check_same_causes(const Value& published, const Value& archived, Problems& problems) {
    std::vector<Cause> here = stated_causes(published);
    std::set<std::string, std::less<>> of_run{"closed-incomplete"};
    const Value& findings = items_member(published, "findings");
    const rapidjson::SizeType of_data = std::min(findings.Size(), items_member(archived, "findings").Size());
    for (rapidjson::SizeType at = 0; at < findings.Size() - of_data; ++at) {
        of_run.emplace(view_member(findings[at], "severity") == "error" ? view_member(findings[at], "code") : std::string_view());
    }
    for (const Cause& cause : here) {
        if (cause.of_run && !of_run.contains(cause.code)) {
            problems.add(fmt::format("summary.json: causes: {} is said to be of the run, and no finding of the run says so",
                                     sanitise(cause.code, 40)));
        }
    }
    const std::size_t all = here.size();
    std::erase_if(here, [](const Cause& cause) { return cause.of_run; });
    if (here != stated_causes(archived)) {
        problems.add("summary.json: causes are not those of the summary inside bundle.zip");
    }
    return here.size() != all;
}

}  // namespace

void check_own_statements(const Value& summary, const std::string& where, Problems& problems) {
    if (text_member(summary, "schema") != "1") {
        problems.add(where + ": its schema is not 1");
    }
    const Value* const tool = find_member(summary, "tool");
    if (tool == nullptr || text_member(*tool, "name") != "moisson" || text_member(*tool, "version").empty()) {
        problems.add(where + ": its tool is not named");
    }
    Own own(summary, where, problems);
    own.check_verdict();
    own.check_findings();
    check_to_do(summary, where, problems);
    own.check_lists();
    own.check_rules();
    own.check_times();
    own.check_usage();
}

void check_same_statements(const Value& published, const Value& archived, Problems& problems) {
    const bool has_run_causes = check_same_causes(published, archived, problems);
    for (const auto& member : archived.GetObject()) {
        const std::string name = text_of(member.name);
        if (has_run_causes && (name == "verdict" || name == "exit_code" || name == "causes")) {
            continue;  // a key that ends soon, say, is of the run alone
        }
        if (name == "findings") {
            check_same_findings(published, archived, problems);
            continue;
        }
        const Value* const other = find_member(published, name);
        std::string path = name;
        if (other == nullptr || !Within().check(member.value, *other, path)) {
            problems.add(fmt::format("summary.json: {} is not what the summary inside bundle.zip says", path));
        }
    }
    for (const char* name : {"closed_months", "addenda", "usage", "reporting_total", "counting_rules", "months", "totals", "perimeters"}) {
        if (find_member(published, name) != nullptr && find_member(archived, name) == nullptr) {
            problems.add(fmt::format("summary.json: {} stands not in the summary inside bundle.zip", name));
        }
    }
}

void check_closed_months(const Value& summary, std::string_view csv, Problems& problems) {
    constexpr std::array<const char*, 10> names{"period", "revision", "closed_at", "closed_by", "ledger_sha256",
                                                "rows",   "counted",  "verdict",   "reason",    "addenda_before"};
    const Value& months = items_member(summary, "closed_months");
    // Archives of before the last column was kept have it neither here nor there.
    const bool is_older = !months.Empty() && find_member(months[0], "addenda_before") == nullptr;
    const auto columns = std::span(names).first(names.size() - (is_older ? 1U : 0U));
    std::uint64_t rows = 0;
    CsvReader reader([&](const CsvReader::Row& row) {
        ++rows;
        if (rows == 1) {
            if (!std::equal(row.begin(), row.end(), columns.begin(), columns.end())) {
                problems.add("data/closed-months.csv: its header line is not the published one");
            }
            return;
        }
        const auto at = static_cast<rapidjson::SizeType>(rows - 2);
        if (at >= months.Size() || row.size() != columns.size()) {
            problems.add(fmt::format("data/closed-months.csv row {}: the summary names no such month", rows));
            return;
        }
        for (std::size_t column = 0; column < columns.size(); ++column) {
            if (row[column] != text_member(months[at], columns[column])) {
                problems.add(fmt::format("data/closed-months.csv row {}: column {} is {}, the summary says {}", rows, columns[column],
                                         sanitise(row[column], 80), sanitise(text_member(months[at], columns[column]), 80)));
            }
        }
    });
    reader.feed(csv);
    const std::string problem = reader.finish();
    if (!problem.empty() || (csv.empty() ? 1 : rows) != months.Size() + 1) {
        problems.add(fmt::format("data/closed-months.csv: {}", problem.empty() ? "it does not name the summary's closed months" : problem));
    }
    for (const Value& month : months.GetArray()) {
        std::uint64_t documents = 0;
        for (const Value& total : items_member(month, "totals").GetArray()) {
            documents += count_member(total, "documents");
            const auto unit = find_currency(text_member(total, "currency"));
            if (!unit || !parse_exact(text_member(total, "amount"), *unit)) {
                problems.add(fmt::format("data/summary.json: closed_months of {}: a total cannot be read",
                                         sanitise(text_member(month, "period"), 20)));
            }
        }
        const std::string verdict = text_member(month, "verdict");
        const bool has_reason = !text_member(month, "reason").empty();
        if (documents != count_member(month, "counted") || count_member(month, "counted") > count_member(month, "rows") ||
            (verdict != "complete" && verdict != "incomplete") || has_reason != (verdict == "incomplete") ||
            count_member(month, "revision") == 0 || !parse_timestamp(text_member(month, "closed_at")) ||
            text_member(month, "ledger_sha256").size() != 64) {
            problems.add(fmt::format("data/summary.json: closed_months of {}: its members contradict each other",
                                     sanitise(text_member(month, "period"), 20)));
        }
    }
}

void check_bag_info(const Value& summary, std::string_view bag_info, std::string_view top, Problems& problems) {
    std::multimap<std::string, std::string> fields;
    while (!bag_info.empty()) {
        const std::string_view line = bag_info.substr(0, bag_info.find('\n'));
        const std::size_t colon = line.find(": ");
        const std::string name(line.substr(0, colon));
        // A bag may have several identifiers, each once (RFC 8493, 2.2.2).
        if (colon == std::string_view::npos || (fields.contains(name) && name != "External-Identifier")) {
            problems.add("bag-info.txt: a line is no field, or a field stands twice");
        } else {
            fields.emplace(name, line.substr(colon + 2));
        }
        bag_info.remove_prefix(std::min(bag_info.size(), line.size() + 1));
    }
    const auto value_of = [&](const char* name) {
        const auto found = fields.lower_bound(name);
        return found == fields.end() || found->first != name ? std::string() : found->second;
    };
    const std::string period = text_member(summary, "period");
    const Value* const tool = find_member(summary, "tool");
    const std::string agent =
        tool == nullptr ? std::string() : fmt::format("{} {}", text_member(*tool, "name"), text_member(*tool, "version"));
    if (value_of("Bag-Software-Agent") != agent) {
        problems.add("bag-info.txt: Bag-Software-Agent is not the tool that data/summary.json names");
    }
    const std::string view = text_member(summary, "view");
    const bool has_siren = !text_member(object_member(summary, "organization"), "siren").empty();
    if (value_of("External-Identifier") != top || fields.count("External-Identifier") != (has_siren ? 2U : 1U) ||
        top != "moisson-" + (view.empty() ? period : view) || (!view.empty() && !view.starts_with(period + "+"))) {
        problems.add("bag-info.txt: External-Identifier is not the name of the bundle's folder, or not of the summary's period");
    }
    const std::string description = value_of("External-Description");
    const std::string source = sanitise(text_member(summary, "source"));
    if (!has_text(description, fmt::format(" {} ", period)) || source.empty() || !description.ends_with(source)) {
        problems.add("bag-info.txt: External-Description does not name the summary's period and source");
    }
    check_record_keeping(summary, fields, problems);
}

}  // namespace moisson::bundle

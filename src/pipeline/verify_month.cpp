/// See verify_month.hpp.

#include "pipeline/verify_month.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/scratch_folder.hpp"
#include "base/version.hpp"
#include "bundle/bundle_files.hpp"
#include "bundle/csv_reader.hpp"
#include "pipeline/evidence_check.hpp"
#include "usage/usage.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

/// A folder for a while.
Result<ScratchFolder> make_room() {
    std::error_code problem;
    const fs::path place = fs::temp_directory_path(problem);
    auto made = ScratchFolder::make(place / "moisson-verify-");
    if (problem || !made) {
        return fail(ErrorCode::disk, "cannot make a folder for temporary files", place.string(),
                    "set TMPDIR to a folder that can be written");
    }
    return made;
}

/// What the bundle's ledger says of its rows, as far as consumption is about them. The bundle was verified before: nothing is doubted here,
/// and nothing trusted beyond its form.
class LedgerRows {
public:
    [[nodiscard]] Status read(const bundle::BundleFiles& files) {
        bundle::CsvReader reader([this](const bundle::CsvReader::Row& row) { take(row); });
        return files.read("data/ledger.csv", [&](std::string_view piece) { reader.feed(piece); });
    }
    [[nodiscard]] const std::vector<LedgerEntry>& entries() const { return entries_; }

private:
    void take(const bundle::CsvReader::Row& row) {
        if (columns_.empty()) {
            for (std::size_t at = 0; at < row.size(); ++at) {
                columns_.emplace(row[at], at);
            }
            return;
        }
        const auto text = [&](const char* column) {
            const auto at = columns_.find(column);
            return at != columns_.end() && at->second < row.size() ? row[at->second] : std::string();
        };
        Contract contract;
        contract.id = text("contract_id");
        contract.name = text("contract_name");
        if (contracts_.empty() || contracts_.back() != contract) {
            contracts_.push_back(std::move(contract));
        }
        LedgerEntry entry;
        entry.contract = &contracts_.back();
        entry.document_id = text("document_id");
        entry.document_type = text("document_type");
        const std::string version = text("version");
        std::from_chars(version.data(), version.data() + version.size(), entry.version);
        entry.status = text("status") == "ok" ? DocumentStatus::ok : DocumentStatus::skipped;
        entry.counted = text("counted") == "yes";
        entry.currency = find_currency(text("currency"));
        if (const auto amount = entry.currency ? parse_big_decimal(text("amount")) : std::nullopt) {
            entry.amount = Money{static_cast<std::int64_t>(amount->value), *entry.currency};  // with exactly the currency's digits
        }
        const auto first = Month::parse(text("period_start").substr(0, 7));
        const auto last = Month::parse(text("period_end").substr(0, 7));
        if (first && last) {
            entry.period = Period{first->first_day(), last->last_day()};
        }
        entry.path = text("path");
        entry.sha256 = text("sha256");
        entry.media_type = text("media_type");
        if ((" " + text("findings") + " ").find(" superseded ") != std::string::npos) {
            entry.findings.insert("superseded");
        }
        entries_.push_back(std::move(entry));
    }

    std::map<std::string, std::size_t> columns_;
    std::deque<Contract> contracts_;
    std::vector<LedgerEntry> entries_;
};

std::string text_member(const Value& object, const char* name) {
    const auto member = object.IsObject() ? object.FindMember(name) : Value::ConstMemberIterator();
    return object.IsObject() && member != object.MemberEnd() && member->value.IsString()
               ? std::string(member->value.GetString(), member->value.GetStringLength())
               : std::string();
}

/// An array member; an empty one where there is none.
const Value& items_member(const Value& object, const char* name) {
    static const Value none(rapidjson::kArrayType);
    const auto member = object.FindMember(name);
    return member != object.MemberEnd() && member->value.IsArray() ? member->value : none;
}

/// One line for each value, so that what differs can be named.
std::vector<std::string> in_words(const Value& usage) {
    std::vector<std::string> words{
        fmt::format("{} documents", text_member(usage, "documents")), fmt::format("{} lines", text_member(usage, "lines")),
        fmt::format("{} counted_lines", text_member(usage, "counted_lines")), fmt::format("{} compared", text_member(usage, "compared"))};
    for (const Value& total : items_member(usage, "totals").GetArray()) {
        words.push_back(fmt::format("{} {} {} in {} lines", text_member(total, "currency"), text_member(total, "amount"),
                                    text_member(total, "discounted_amount"), text_member(total, "lines")));
    }
    return words;
}

std::vector<std::string> in_words(const UsageSummary& usage) {
    std::vector<std::string> words{fmt::format("{} documents", usage.documents.size()), fmt::format("{} lines", usage.lines),
                                   fmt::format("{} counted_lines", usage.counted_lines), fmt::format("{} compared", usage.compared)};
    for (const UsageSum& sum : usage.totals) {
        const int digits = std::max(0, sum.currency.minor_digits());
        words.push_back(fmt::format("{} {} {} in {} lines", sum.currency.code(), to_short_decimal(sum.amount, digits),
                                    to_short_decimal(sum.discounted, digits), sum.lines));
    }
    return words;
}

/// What is stated of consumption against what the documents hold. Differences within the job's tolerance, which is not known here, are not
/// stated: each one that is must be one.
void compare(const Value& stated, const usage::Extract& read, std::vector<std::string>& problems) {
    const auto here = in_words(stated);
    const auto there = in_words(read.summary);
    for (std::size_t at = 0; at < std::max(here.size(), there.size()); ++at) {
        if (at >= here.size() || at >= there.size() || here[at] != there[at]) {
            problems.push_back(fmt::format("summary.json: usage says {}, the documents hold {}",
                                           at < here.size() ? sanitise(here[at]) : "nothing", at < there.size() ? there[at] : "nothing"));
        }
    }
    for (const Value& difference : items_member(stated, "differences").GetArray()) {
        const bool is_one = std::any_of(read.summary.differences.begin(), read.summary.differences.end(), [&](const UsageDifference& one) {
            const int digits = std::max(0, one.currency.minor_digits());
            return one.contract->id == text_member(difference, "contract_id") &&
                   one.first_month.to_text() == text_member(difference, "first_month") &&
                   one.last_month.to_text() == text_member(difference, "last_month") &&
                   one.currency.code() == text_member(difference, "currency") &&
                   to_short_decimal(one.usage, digits) == text_member(difference, "usage") &&
                   to_short_decimal(one.billed, digits) == text_member(difference, "billed");
        });
        if (!is_one) {
            problems.push_back(fmt::format("summary.json: usage states a difference of {} that the documents do not have",
                                           sanitise(text_member(difference, "contract_id"), 60)));
        }
    }
}

/// The bundle's summary and, of a folder, usage.csv.
Status check_usage(const fs::path& bundle_path, const std::optional<fs::path>& folder, const std::stop_token& stop,
                   std::vector<std::string>& problems) {
    const auto files = bundle::BundleFiles::open(bundle_path, stop);
    if (!files) {
        return fail(files.error());
    }
    std::string text;
    if (auto done = files->read("data/summary.json", [&](std::string_view piece) { text += piece; }); !done) {
        return done;
    }
    rapidjson::Document summary;  // verified before: an object of a depth that is bounded
    summary.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
    const auto usage = summary.FindMember("usage");
    if (usage != summary.MemberEnd() && !usage->value.IsObject()) {
        problems.emplace_back("summary.json: usage is no object");
        return {};
    }
    const fs::path published = folder ? *folder / "usage.csv" : fs::path();
    std::error_code ignored;
    const bool is_published = folder && fs::exists(published, ignored);
    if (text_member(summary["tool"], "version") != version() || (usage == summary.MemberEnd() && !is_published)) {
        return {};
    }
    LedgerRows rows;
    auto room = make_room();
    auto done = room ? rows.read(*files) : Status(fail(room.error()));
    std::vector<usage::Source> sources;
    for (const LedgerEntry& entry : rows.entries()) {
        if (done && usage::is_source(entry)) {
            sources.push_back({&entry, room->path() / fmt::format("{}", sources.size())});
            done = files->extract(entry.path, sources.back().file);
        }
    }
    if (!done) {
        return done;
    }
    usage::Options options;
    options.stop = stop;
    options.confined = true;
    auto read = usage::extract(sources, room->path() / "usage.csv", options);
    if (!read) {
        return fail(std::move(read.error()));
    }
    usage::compare(rows.entries(), BigDecimal{}, *read);
    if (usage == summary.MemberEnd()) {
        problems.emplace_back("usage.csv: the summary says nothing of consumption");
    } else {
        compare(usage->value, *read, problems);
    }
    const auto digest = is_published ? sha256_of_file(published) : Result<std::string>(std::string());
    if (folder && (!digest || *digest != read->sha256)) {
        problems.emplace_back(is_published ? "usage.csv: its lines are not those of the documents in the bundle"
                                           : "usage.csv: it is missing, the documents in the bundle have lines");
    }
    return {};
}

}  // namespace

Result<bundle::VerifyReport> verify_month(const fs::path& path, const std::stop_token& stop, const evidence::Trust& trust) {
    auto report = bundle::verify_caged(path, stop);
    if (!report || !report->problems.empty()) {
        return report;
    }
    std::error_code ignored;
    const bool is_folder = fs::is_directory(path, ignored);
    if (auto done =
            check_usage(is_folder ? path / "bundle.zip" : path, is_folder ? std::optional(path) : std::nullopt, stop, report->problems);
        !done) {
        return fail(std::move(done.error()));
    }
    if (is_folder) {
        auto evidence = check_evidence(path, trust, system_clock().now());
        if (!evidence) {
            return fail(std::move(evidence.error()));
        }
        std::move(evidence->problems.begin(), evidence->problems.end(), std::back_inserter(report->problems));
        report->evidence = std::move(evidence->said);
    }
    if (trust.names_authorities() && report->evidence.empty() && report->problems.empty()) {
        // Who changes a month can take its proofs away.
        report->problems.emplace_back(is_folder ? "there is neither a time stamp nor a signature that could lead to the authorities"
                                                : "a bundle alone holds no time stamp and no signature: give the month's folder");
    }
    return report;
}

}  // namespace moisson::pipeline

#include "pipeline/notify_step.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/counts.hpp"
#include "base/digest.hpp"
#include "bundle/stated_summary.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "domain/verdict.hpp"
#include "notify/notify.hpp"
#include "pipeline/messages.hpp"
#include "report/report.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

using When = config::NotifySettings::When;

constexpr const char* notices_setting = "notices";
constexpr std::size_t listed_max = 100;  ///< of each list that a notice has; what is left out is counted
constexpr std::size_t waiting_max = 50;
constexpr std::size_t id_letters = 32;
/// Of summary.json, in this order.
constexpr std::array notice_members{"run_id",    "period", "view",      "source",    "started_at", "finished_at", "verdict",
                                    "exit_code", "causes", "contracts", "documents", "totals",     "perimeters",  "changes", "to_do"};

Language language_of(const config::Job& job) { return find_language(job.language).value_or(Language::english); }

/// Keeps the first ones; how many are gone.
std::size_t shorten(rapidjson::Value& list) {
    if (!list.IsArray() || list.Size() <= listed_max) {
        return 0;
    }
    const std::size_t gone = list.Size() - listed_max;
    list.Erase(list.Begin() + listed_max, list.End());
    return gone;
}

std::string json_text(const rapidjson::Value& value) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    value.Accept(writer);
    return {text.GetString(), text.GetSize()};
}

/// What a notice has of the summary, for machines.
std::string members_of(const RunSummary& summary) {
    const std::string whole = report::summary_json(summary, report::SummaryKind::published);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(whole.data(), whole.size());
    MOISSON_INVARIANT(!document.HasParseError() && document.IsObject(), "summary.json is a JSON object");
    auto& allocator = document.GetAllocator();
    rapidjson::Value members(rapidjson::kObjectType);
    rapidjson::Value left_out(rapidjson::kObjectType);
    const auto cut = [&](const char* name, rapidjson::Value& holder) {
        const auto found = holder.FindMember(name);
        const std::size_t gone = found == holder.MemberEnd() ? 0 : shorten(found->value);
        left_out.AddMember(rapidjson::StringRef(name), static_cast<std::uint64_t>(gone), allocator);
    };
    for (const char* const name : notice_members) {
        if (const auto found = document.FindMember(name); found != document.MemberEnd()) {
            members.AddMember(rapidjson::StringRef(name), found->value, allocator);
        }
    }
    cut("to_do", members);
    if (const auto changes = members.FindMember("changes"); changes != members.MemberEnd() && changes->value.IsObject()) {
        cut("sums", changes->value);
        cut("documents", changes->value);
    }
    members.AddMember("left_out", left_out, allocator);
    return json_text(members);
}

/// What is gone in the next run, whatever becomes of the month.
bool tells_of_earlier_runs(FindingCode code) { return code == "notice-not-delivered" || code == "state-rebuilt"; }

/// The same for a month that is the same for whoever reads it: its rows, its verdict and what is wrong with it.
std::string notice_digest(const RunSummary& summary) {
    std::set<std::string> lines;
    for (const std::vector<Finding>* findings : {&summary.findings, &summary.run_findings}) {
        for (const Finding& finding : *findings) {
            if (finding.severity() != Severity::info && !tells_of_earlier_runs(finding.code)) {
                lines.insert(fmt::format("{} {} {}", finding.code.text(), finding.contract_id, finding.document_id));
            }
        }
    }
    Digest digest;
    digest.update(fmt::format("{}\n{}\n", verdict_of(summary), summary.files.empty() ? std::string() : summary.files.front().sha256));
    for (const std::string& line : lines) {
        digest.update(line + "\n");
    }
    return digest.finish_hex();
}

std::string notice_id(const std::string& run_id, const std::string& folder) {
    return "moisson-" + sha256_hex(fmt::format("{}\n{}", run_id, folder)).substr(0, id_letters);
}

/// Text from outside on one line in a code span (as summary.md has it): nothing in it is Markdown.
std::string code_span(std::string_view text) {
    std::string span;
    for (const char letter : sanitise(text, 600)) {
        span += letter == '`' ? "\\x60" : std::string(1, letter);
    }
    return span.empty() ? span : fmt::format("`{}`", span);
}

std::string failure_note(const Error& error, const RunSummary& summary, ExitCode exit_code, Language language) {
    std::string note =
        moisson::messages::note_title(months_for_people(language, summary.period), word_of(language, verdict_of(exit_code))).in(language) +
        "\n\n" + messages::run_published_nothing.in(language) + "\n\n" + code_span(error.message.in(language)) + "\n";
    for (const std::string& more : {error.where, error.cause, error.hint}) {
        if (!more.empty()) {
            note += fmt::format("\n- {}", code_span(more));
        }
    }
    return note + "\n";
}

std::string failure_members(const Error& error, const RunSummary& summary, ExitCode exit_code) {
    rapidjson::Document members(rapidjson::kObjectType);
    auto& allocator = members.GetAllocator();
    const auto text = [&](std::string_view value) {
        return rapidjson::Value(value.data(), static_cast<rapidjson::SizeType>(value.size()), allocator);
    };
    members.AddMember("run_id", text(summary.run_id), allocator);
    members.AddMember("period", text(summary.period.to_text()), allocator);
    members.AddMember("source", text(summary.source), allocator);
    members.AddMember("verdict", text(verdict_of(exit_code)), allocator);
    members.AddMember("exit_code", static_cast<int>(exit_code), allocator);
    rapidjson::Value why(rapidjson::kObjectType);
    why.AddMember("code", text(to_text(error.code)), allocator);
    why.AddMember("message", text(sanitise(error.message.english(), 1000)), allocator);
    why.AddMember("where", text(sanitise(error.where, 1000)), allocator);
    why.AddMember("hint", text(sanitise(error.hint, 1000)), allocator);
    members.AddMember("error", why, allocator);
    return json_text(members);
}

bool shows(const config::Job& job, const notify::WaitingNotice& notice) {
    return bundle::stated_run_id(fs::path(job.export_.out) / notice.folder) == notice.run_id;
}

}  // namespace

Notices::Notices(const config::Job& job, state::StateStore& state, const Clock& clock, Reporter& reporter, std::stop_token stop)
    : job_(job), state_(state), clock_(clock), reporter_(reporter), stop_(std::move(stop)), ways_(notify::ways_of(job)) {
    auto kept = notify::read_outbox(state_.setting(notices_setting));
    if (kept) {
        outbox_ = std::move(*kept);
    } else {
        reporter_.log(LogLevel::warning, "notices-unreadable", "what earlier runs could not tell cannot be read any more, and is not told");
    }
}

std::vector<Finding> Notices::catch_up() {
    settle();
    std::vector<Finding> findings;
    for (const auto& [way, why] : deliver()) {
        findings.push_back(not_delivered(way, why));
    }
    return findings;
}

void Notices::keep(const RunSummary& summary) {
    const std::string folder = publication_name(summary.period, summary.view);
    const std::string digest = notice_digest(summary);
    const bool is_trouble = summary.exit_code != ExitCode::complete;
    if (ways_.empty() || !is_due(folder, digest, is_trouble)) {
        return;
    }
    const Language language = language_of(job_);
    put({{notice_id(summary.run_id, folder), clock_.now(), language, report::summary_md(summary, language), members_of(summary)},
         summary.run_id,
         folder,
         digest,
         is_trouble,
         false,
         ways_});
}

void Notices::tell(RunSummary& summary) {
    const std::string folder = publication_name(summary.period, summary.view);
    keep(summary);
    for (notify::WaitingNotice& one : outbox_.waiting) {
        if (one.run_id == summary.run_id) {
            one.is_settled = true;
            mark_told(one);
        }
    }
    const auto failures = deliver();
    if (stop_.stop_requested() && !outbox_.waiting.empty()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped while telling; the month is published",
                         (fs::path(job_.export_.out) / folder).string(), "The next export tells what was not told");
    }
    for (const auto& [way, why] : failures) {
        Finding finding = not_delivered(way, why);
        const auto tells_the_same = [&](const Finding& one) { return one.code == finding.code && one.message == finding.message; };
        if (std::none_of(summary.run_findings.begin(), summary.run_findings.end(), tells_the_same)) {
            summary.findings.push_back(std::move(finding));
        }
    }
}

void Notices::tell_failure(const FatalError& problem, const RunSummary& summary) {
    if (ways_.empty() || problem.exit_code() == ExitCode::interrupted || problem.exit_code() == ExitCode::locked) {
        return;
    }
    const std::string folder = publication_name(summary.period, summary.view);
    Error error = problem.error();
    error.message.change_texts([&](std::string_view text) { return job_.secrets->clean(text); });
    for (std::string* text : {&error.where, &error.cause, &error.hint}) {
        *text = job_.secrets->clean(*text);
    }
    const std::string digest = sha256_hex(fmt::format("{}\n{}", verdict_of(problem.exit_code()), to_text(error.code)));
    take_back(summary.run_id);
    if (is_due(folder, digest, true)) {
        const Language language = language_of(job_);
        put({{notice_id(summary.run_id, folder), clock_.now(), language, failure_note(error, summary, problem.exit_code(), language),
              failure_members(error, summary, problem.exit_code())},
             summary.run_id,
             folder,
             digest,
             true,
             true,
             ways_});
        mark_told(outbox_.waiting.back());
    }
    static_cast<void>(deliver());
}

/// Of a trouble that was told its end is told, too.
bool Notices::is_due(const std::string& folder, const std::string& digest, bool is_trouble) const {
    const auto told = outbox_.told.find(folder);
    switch (job_.notify.when) {
        case When::always: return true;
        case When::changed: return told == outbox_.told.end() || told->second != digest;
        case When::trouble: return is_trouble ? told == outbox_.told.end() || told->second != digest : told != outbox_.told.end();
    }
    return true;
}

/// In the place of what this run said before, under the same id.
void Notices::put(notify::WaitingNotice notice) {
    std::erase_if(outbox_.waiting, [&](const notify::WaitingNotice& one) { return one.run_id == notice.run_id; });
    outbox_.waiting.push_back(std::move(notice));
    if (outbox_.waiting.size() > waiting_max) {
        const std::size_t gone = outbox_.waiting.size() - waiting_max;
        outbox_.waiting.erase(outbox_.waiting.begin(), outbox_.waiting.begin() + static_cast<std::ptrdiff_t>(gone));
        reporter_.log(
            LogLevel::warning, "notices-dropped",
            fmt::format("{} waited behind {} younger ones for a delivery, and will not be told", plural(gone, "notice"), waiting_max));
    }
    save();
}

void Notices::take_back(const std::string& run_id) {
    std::erase_if(outbox_.waiting, [&](const notify::WaitingNotice& one) { return one.run_id == run_id; });
}

/// What a run made that died before its month stood in its place was never true.
void Notices::settle() {
    const std::size_t before = outbox_.waiting.size();
    bool changed = false;
    std::erase_if(outbox_.waiting, [&](const notify::WaitingNotice& one) { return !one.is_settled && !shows(job_, one); });
    for (notify::WaitingNotice& one : outbox_.waiting) {
        if (!std::exchange(one.is_settled, true)) {
            mark_told(one);
            changed = true;
        }
        std::erase_if(one.ways, [&](notify::Way way) { return std::find(ways_.begin(), ways_.end(), way) == ways_.end(); });
    }
    std::erase_if(outbox_.waiting, [](const notify::WaitingNotice& one) { return one.ways.empty(); });
    if (changed || before != outbox_.waiting.size()) {
        save();
    }
}

/// A trouble that is over leaves nothing to compare with: what comes is told when it is one.
void Notices::mark_told(const notify::WaitingNotice& notice) {
    if (job_.notify.when == When::trouble && !notice.is_trouble) {
        outbox_.told.erase(notice.folder);
    } else {
        outbox_.told[notice.folder] = notice.digest;
    }
}

/// Everything that waits, the oldest first. A way that cannot be gone is not tried again for the next notice, unless it refused this very
/// one. The first failure of each.
std::vector<std::pair<notify::Way, Error>> Notices::deliver() {
    std::vector<std::pair<notify::Way, Error>> failures;
    for (const notify::Way way : ways_) {
        bool is_blocked = false;
        bool has_failed = false;
        for (notify::WaitingNotice& one : outbox_.waiting) {
            const auto at = std::find(one.ways.begin(), one.ways.end(), way);
            if (at == one.ways.end() || is_blocked || stop_.stop_requested()) {
                continue;
            }
            const Status done = notify::deliver(job_, way, one.notice, clock_, stop_);
            if (done) {
                one.ways.erase(at);
                save();
                reporter_.log(LogLevel::info, "notice-delivered",
                              fmt::format("{}: the {} took the notice", one.folder, notify::to_text(way)), {{"notice_id", one.notice.id}});
                continue;
            }
            is_blocked = done.error().http_status == 0 || done.error().retry == Retry::later;
            if (!std::exchange(has_failed, true)) {
                failures.emplace_back(way, done.error());
                reporter_.log(LogLevel::warning, "notice-not-delivered",
                              fmt::format("{}: the {} did not take the notice, which waits for the next export: {}", one.folder,
                                          notify::to_text(way), job_.secrets->clean(done.error().to_line())),
                              {{"code", to_text(done.error().code)}, {"notice_id", one.notice.id}});
            }
        }
    }
    std::erase_if(outbox_.waiting, [](const notify::WaitingNotice& one) { return one.ways.empty(); });
    std::erase_if(failures, [](const auto& failure) { return failure.second.code == ErrorCode::cancelled; });
    save();
    return failures;
}

Finding Notices::not_delivered(notify::Way way, const Error& why) const {
    std::string first;
    std::size_t count = 0;
    for (const notify::WaitingNotice& one : outbox_.waiting) {
        if (std::find(one.ways.begin(), one.ways.end(), way) != one.ways.end()) {
            first = count++ == 0 ? one.folder : first;
        }
    }
    Finding finding = make_finding("notice-not-delivered", way == notify::Way::mail ? messages::mails_wait(count, sanitise(first, 60))
                                                                                    : messages::posts_wait(count, sanitise(first, 60)));
    finding.detail = job_.secrets->clean(why.to_line());
    return finding;
}

void Notices::save() {
    const std::string text = outbox_.waiting.empty() && outbox_.told.empty() ? std::string() : notify::outbox_text(outbox_);
    if (text != state_.setting(notices_setting)) {
        state_.set_setting(notices_setting, text);
    }
}

}  // namespace moisson::pipeline

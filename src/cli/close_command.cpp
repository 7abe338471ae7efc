/// `close`: seals a month, opens it again, lists what is closed.

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/user.hpp"
#include "books/closing.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "cli/totals_json.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/close_month.hpp"

namespace moisson::cli {

namespace {

struct CloseOptions {
    std::string period;                 ///< may be empty with `list`
    bool list = false;                  ///< what is closed, instead
    std::optional<std::string> reopen;  ///< the reason
    std::string accept_incomplete;      ///< the reason
    std::string by;                     ///< who does it; empty: the environment's user
    config::CommandLine settings;
};

void declare_close(Arguments& arguments, CloseOptions& options) {
    arguments.positional("PERIOD", options.period, "the month, as 2026-10");
    const Argument list = arguments.flag("--list", options.list, "show closed months, their addenda, and every reopening with its reason");
    const Argument reopen = arguments.text("--reopen", "REASON", options.reopen, "open a closed month again; the reason is kept");
    reopen.excludes(list);
    arguments.text("--accept-incomplete", "REASON", options.accept_incomplete, "close a month that is incomplete; the reason is kept")
        .excludes(list)
        .excludes(reopen);
    arguments.text("--by", "NAME", options.by, "who does it (default: the user's name)");
    arguments.text("--out", "DIR", options.settings.out, "folder that the month is published in (default: out)");
    arguments.text("--previous", "FILE", options.settings.previous,
                   "the bundle.zip (or folder) that was published last, where the state is lost");
    declare_service(arguments, options.settings);
}

/// --by, else the user's name as the environment has it, else the user database.
std::string person(const CommandContext& context, const CloseOptions& options) {
    if (!options.by.empty()) {
        return options.by;
    }
    for (const char* name : {"USER", "LOGNAME"}) {
        const auto found = context.environment.find(name);
        if (found != context.environment.end() && !found->second.empty()) {
            return found->second;
        }
    }
    return user_name();
}

Month month_of(const CloseOptions& options) {
    const auto month = Month::parse(options.period);
    if (const std::string viewed = viewed_period(options.period); !viewed.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         fmt::format("{} is a partial view, and a view is never closed", sanitise(options.period, 80)), "command line",
                         fmt::format("Close the month itself: moisson close {}", sanitise(viewed, 40)));
    }
    if (!month) {
        throw FatalError(
            ExitCode::usage, ErrorCode::bad_input,
            options.period.empty() ? std::string("no month is given") : fmt::format("\"{}\" is not a month", sanitise(options.period, 40)),
            "command line", "Write it as 2026-10; moisson close --list shows the closed months");
    }
    return *month;
}

std::string totals_words(const std::vector<ClosedTotal>& totals) {
    std::vector<std::string> words;
    for (const ClosedTotal& total : totals) {
        words.push_back(fmt::format("{} {}", to_decimal(total.total), total.total.currency.code()));
    }
    return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

void put_month(JsonWriter& writer, const ClosedMonth& month) {
    writer.key("period").text(month.period.to_text());
    writer.key("revision").count(month.revision);
    writer.key("closed_at").text(format_timestamp_seconds(month.closed_at));
    writer.key("closed_by").text(month.closed_by);
    writer.key("ledger_sha256").text(month.ledger_sha256);
    writer.key("rows").count(month.rows);
    writer.key("counted").count(month.counted);
    writer.key("verdict").text(month.verdict);
    writer.key("reason").text(month.reason);
    write_totals(writer, "totals", month.totals);
}

void put_history(JsonWriter& writer, const std::vector<ClosingEvent>& history) {
    writer.key("history").begin_array();
    for (const ClosingEvent& event : history) {
        writer.begin_object();
        writer.key("period").text(event.period.to_text());
        writer.key("event").text(event.closed ? "closed" : "reopened");
        writer.key("revision").count(event.revision);
        writer.key("at").text(format_timestamp_seconds(event.at));
        writer.key("by").text(event.by);
        writer.key("reason").text(event.reason);
        writer.key("ledger_sha256").text(event.ledger_sha256);
        writer.end_object();
    }
    writer.end_array();
}

void put_addenda(JsonWriter& writer, const std::vector<Addendum>& addenda) {
    writer.key("addenda").begin_array();
    for (const Addendum& addendum : addenda) {
        writer.begin_object();
        writer.key("file").text(addendum.file_name());
        writer.key("period").text(addendum.period.to_text());
        writer.key("booking_period").text(addendum.booking_period.to_text());
        writer.key("rows").count(addendum.rows.size());
        write_totals(writer, "differences", books::differences_of(addendum));
        writer.end_object();
    }
    writer.end_array();
}

std::string list_json(const pipeline::ClosingList& list) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("closed_months").begin_array();
    for (const ClosedMonth& month : list.months) {
        writer.begin_object();
        put_month(writer, month);
        writer.end_object();
    }
    writer.end_array();
    put_addenda(writer, list.addenda);
    put_history(writer, list.history);
    writer.end_object();
    return writer.finish();
}

std::string list_text(const pipeline::ClosingList& list) {
    if (list.history.empty()) {
        return "no month is closed\n";
    }
    std::vector<std::vector<std::string>> rows;
    for (const ClosedMonth& month : list.months) {
        rows.push_back({month.period.to_text(), fmt::format("{}", month.revision), format_timestamp_seconds(month.closed_at),
                        month.closed_by, format_count(month.rows), totals_words(month.totals), month.verdict});
    }
    std::string text =
        rows.empty()
            ? std::string("no month is closed now\n")
            : format_table({{"month"}, {"revision", Align::right}, {"closed at"}, {"by"}, {"rows", Align::right}, {"counted"}, {"verdict"}},
                           rows);
    rows.clear();
    for (const Addendum& addendum : list.addenda) {
        rows.push_back({addendum.file_name(), addendum.booking_period.to_text(), format_count(addendum.rows.size()),
                        totals_words(books::differences_of(addendum))});
    }
    if (!rows.empty()) {
        text += "\n" + format_table({{"addendum"}, {"booked in"}, {"rows", Align::right}, {"difference"}}, rows);
    }
    rows.clear();
    for (const ClosingEvent& event : list.history) {
        if (!event.closed || !event.reason.empty()) {
            rows.push_back(
                {event.period.to_text(), event.closed ? "closed" : "reopened", format_timestamp_seconds(event.at), event.by, event.reason});
        }
    }
    return rows.empty() ? text : text + "\n" + format_table({{"month"}, {"event"}, {"at"}, {"by"}, {"reason"}}, rows);
}

ExitCode list(CommandContext& context, const config::Job& job) {
    const pipeline::ClosingList closings = pipeline::list_closings(job);
    context.out.write(context.talk.json ? list_json(closings) : list_text(closings));
    return ExitCode::complete;
}

ExitCode reopen(CommandContext& context, const config::Job& job, const CloseOptions& options) {
    const ClosingEvent event =
        pipeline::reopen_month(job, month_of(options), *options.reopen, person(context, options), context.clock, context.reporter);
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        put_history(writer, {event});
        writer.end_object();
        context.out.write(writer.finish());
    } else {
        context.out.write(fmt::format("{} is open again; its addenda so far stay where they were booked\n", event.period.to_text()));
    }
    return ExitCode::complete;
}

ExitCode run_close(CommandContext& context, const CloseOptions& options) {
    const config::Job job = load_job(context, options.settings, options.list ? config::Need::no_credentials : config::Need::archive);
    if (options.list) {
        return list(context, job);
    }
    if (options.reopen) {
        return reopen(context, job, options);
    }
    pipeline::CloseRequest request;
    request.period = month_of(options);
    request.accept_incomplete = options.accept_incomplete;
    request.by = person(context, options);
    request.stop = context.stop;
    const pipeline::CloseResult result = pipeline::close_month(job, request, context.clock, context.reporter);
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        put_month(writer, result.month);
        writer.key("was_closed").boolean(result.was_closed);
        writer.end_object();
        context.out.write(writer.finish());
        return ExitCode::complete;
    }
    context.out.write(fmt::format(
        "{} {}: {}, {} counted, {}; ledger {}\n", result.month.period.to_text(),
        result.was_closed ? fmt::format("was closed already, at {}, and is as it was", format_timestamp_seconds(result.month.closed_at))
                          : std::string("is closed"),
        plural(result.month.rows, "row"), format_count(result.month.counted), totals_words(result.month.totals),
        result.month.ledger_sha256));
    return ExitCode::complete;
}

}  // namespace

Command close_command() {
    return with_options({.name = "close",
                         .help = "close a month: from then on it is never rewritten, and late documents go to addenda",
                         .examples = "  moisson close 2026-10\n"
                                     "  moisson close --list\n"
                                     "  moisson close 2026-10 --reopen \"the supplier cancelled invoice 4711\"\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::inconsistent, ExitCode::local, ExitCode::locked, ExitCode::interrupted}},
                        declare_close, run_close);
}

}  // namespace moisson::cli

/// `sandbox keys`: lists, issues, ages and revokes the API keys of a running sandbox, so that a renewal can be rehearsed.

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "http/http.hpp"

namespace moisson::cli {

namespace {

constexpr std::uint64_t answer_bytes_max = 16U << 20U;

std::string text_of(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString() ? std::string(found->value.GetString(), found->value.GetStringLength())
                                                                  : std::string();
}

/// The sandbox that the environment names.
class RunningSandbox {
public:
    explicit RunningSandbox(CommandContext& context) : context_(context) {
        url_ = variable("MOISSON_SANDBOX_URL");
        token_ = variable("MOISSON_SANDBOX_TOKEN");
        http::ClientOptions options;
        options.user_agent = fmt::format("moisson/{}", version());
        const auto ca_file = context.environment.find("MOISSON_CA_FILE");
        options.ca_file = ca_file == context.environment.end() ? "" : ca_file->second;
        auto transport = http::Transport::make(std::move(options));
        if (!transport) {
            throw FatalError(ExitCode::usage, transport.error());
        }
        transport_ = *transport;
    }

    /// The answer's JSON; FatalError where the sandbox refuses or is not there.
    [[nodiscard]] rapidjson::Document ask(const std::string& method, const std::string& path) {
        auto url = http::Url::parse(url_ + path);
        if (!url) {
            throw FatalError(ExitCode::usage, ErrorCode::bad_input, "MOISSON_SANDBOX_URL is no address of a sandbox", "environment",
                             "Copy what moisson sandbox prints when it starts");
        }
        http::Request request;
        request.method = method;
        request.url = *url;
        request.headers.set("Authorization", "Bearer " + token_);
        request.headers.set("Accept", "application/json");
        request.origin_bound_headers = {"Authorization"};
        http::Session session(transport_, context_.clock);
        http::StringSink sink;
        http::Limits limits;
        limits.body_max_bytes = answer_bytes_max;
        auto response = session.exchange(request, sink, limits, context_.stop);
        if (!response) {
            if (response.error().code == ErrorCode::connect) {
                response.error().hint = "Is the sandbox still running? moisson sandbox prints MOISSON_SANDBOX_URL when it starts";
            }
            throw FatalError(response.error().code == ErrorCode::cancelled ? ExitCode::interrupted : ExitCode::unavailable,
                             response.error());
        }
        rapidjson::Document answer;
        const std::string& body = response->ok() ? sink.bytes : response->error_body;
        answer.Parse(body.data(), body.size());
        if (answer.HasParseError() || !(answer.IsObject() || (answer.IsArray() && response->ok()))) {
            throw FatalError(ExitCode::unavailable, ErrorCode::bad_answer, "what answers there is no sandbox", url->for_people(),
                             "Copy MOISSON_SANDBOX_URL from what moisson sandbox prints when it starts");
        }
        if (!response->ok()) {
            throw FatalError(response->status == 401 ? ExitCode::refused : ExitCode::usage, ErrorCode::bad_input,
                             sanitise(text_of(answer, "error")), "", sanitise(text_of(answer, "hint"), 2000));
        }
        return answer;
    }

private:
    [[nodiscard]] std::string variable(const std::string& name) const {
        const auto found = context_.environment.find(name);
        if (found == context_.environment.end() || found->second.empty()) {
            throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("{} is not set: which sandbox?", name), "environment",
                             "Start moisson sandbox in another terminal and run the export lines that it prints");
        }
        return found->second;
    }

    CommandContext& context_;
    std::string url_;
    std::string token_;
    std::shared_ptr<const http::Transport> transport_;
};

std::vector<std::string> row_of(const rapidjson::Value& key) {
    return {text_of(key, "id"), text_of(key, "account"), text_of(key, "state"), text_of(key, "issued_at"), text_of(key, "expires_at")};
}

std::string table_of(const std::vector<std::vector<std::string>>& rows) {
    return format_table({{"key"}, {"account"}, {"state"}, {"issued"}, {"expires"}}, rows);
}

void write_key(JsonWriter& writer, const rapidjson::Value& key) {
    writer.begin_object();
    for (const char* name : {"id", "account", "state", "issued_at", "expires_at", "key"}) {
        writer.key(name).text(text_of(key, name));
    }
    writer.end_object();
}

void show_key(CommandContext& context, const rapidjson::Value& key) {
    if (!context.options.json) {
        context.out.write(table_of({row_of(key)}));
        return;
    }
    JsonWriter writer;
    write_key(writer, key);
    context.out.write(writer.finish());
}

}  // namespace

ExitCode run_sandbox_keys_list(CommandContext& context) {
    const rapidjson::Document answer = RunningSandbox(context).ask("GET", "/keys");
    if (!context.options.json) {
        std::vector<std::vector<std::string>> rows;
        for (rapidjson::SizeType at = 0; answer.IsArray() && at < answer.Size(); ++at) {
            rows.push_back(row_of(answer[at]));
        }
        context.out.write(table_of(rows));
        return ExitCode::complete;
    }
    JsonWriter writer;
    writer.begin_array();
    for (rapidjson::SizeType at = 0; answer.IsArray() && at < answer.Size(); ++at) {
        write_key(writer, answer[at]);
    }
    writer.end_array();
    context.out.write(writer.finish());
    return ExitCode::complete;
}

ExitCode run_sandbox_keys_issue(CommandContext& context) {
    const rapidjson::Document key = RunningSandbox(context).ask("POST", "/keys?account=" + http::percent_encode(context.options.key_name));
    if (context.options.json) {
        show_key(context, key);
        return ExitCode::complete;
    }
    // Alone on standard output: it goes into a file or a variable.
    context.out.write(text_of(key, "key") + "\n");
    context.reporter.log(LogLevel::info, "key-issued",
                         fmt::format("{} is a new key of {}, valid until {}", sanitise(text_of(key, "id")),
                                     sanitise(text_of(key, "account")), sanitise(text_of(key, "expires_at"))));
    return ExitCode::complete;
}

ExitCode run_sandbox_keys_age(CommandContext& context) {
    show_key(context,
             RunningSandbox(context).ask(
                 "POST", fmt::format("/keys/{}/age?days={}", http::percent_encode(context.options.key_name), context.options.key_days)));
    return ExitCode::complete;
}

ExitCode run_sandbox_keys_revoke(CommandContext& context) {
    show_key(context, RunningSandbox(context).ask("POST", fmt::format("/keys/{}/revoke", http::percent_encode(context.options.key_name))));
    return ExitCode::complete;
}

}  // namespace moisson::cli

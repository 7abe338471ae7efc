#include "cli/running_sandbox.hpp"

#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

constexpr std::uint64_t answer_bytes_max = 16U << 20U;

}  // namespace

RunningSandbox::RunningSandbox(CommandContext& context) : context_(context) {
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

rapidjson::Document RunningSandbox::ask(const std::string& method, const std::string& path) {
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
        throw FatalError(response.error().code == ErrorCode::cancelled ? ExitCode::interrupted : ExitCode::unavailable, response.error());
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

std::string RunningSandbox::variable(const std::string& name) const {
    const auto found = context_.environment.find(name);
    if (found == context_.environment.end() || found->second.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("{} is not set: which sandbox?", name), "environment",
                         "Start moisson sandbox in another terminal and run the export lines that it prints");
    }
    return found->second;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString() ? std::string(found->value.GetString(), found->value.GetStringLength())
                                                                  : std::string();
}

std::string keys_table(const std::vector<const rapidjson::Value*>& keys) {
    std::vector<std::vector<std::string>> rows;
    for (const rapidjson::Value* key : keys) {
        rows.push_back({text_of(*key, "id"), text_of(*key, "account"), text_of(*key, "state"), text_of(*key, "issued_at"),
                        text_of(*key, "expires_at")});
    }
    return format_table({{"key"}, {"account"}, {"state"}, {"issued"}, {"expires"}}, rows);
}

void put_key(JsonWriter& writer, const rapidjson::Value& key) {
    for (const char* name : {"id", "account", "state", "issued_at", "expires_at", "key"}) {
        writer.key(name).text(text_of(key, name));
    }
}

void show_key(CommandContext& context, const rapidjson::Value& key) {
    if (!context.talk.json) {
        context.out.write(keys_table({&key}));
        return;
    }
    JsonWriter writer;
    writer.begin_answer();
    put_key(writer, key);
    writer.end_object();
    context.out.write(writer.finish());
}

}  // namespace moisson::cli

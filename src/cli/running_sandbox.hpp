#pragma once
/// A sandbox that runs elsewhere, as `sandbox keys` asks it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "http/http.hpp"

namespace moisson::cli {

/// The one that MOISSON_SANDBOX_URL names.
class RunningSandbox {
public:
    /// FatalError(usage) when the environment names none.
    explicit RunningSandbox(CommandContext& context);

    /// The answer's JSON. FatalError where the sandbox refuses or is not there.
    [[nodiscard]] rapidjson::Document ask(const std::string& method, const std::string& path);

private:
    [[nodiscard]] std::string variable(const std::string& name) const;

    CommandContext& context_;
    std::string url_;
    std::string token_;
    std::shared_ptr<const http::Transport> transport_;
};

/// A member that is a text; else empty.
[[nodiscard]] std::string text_of(const rapidjson::Value& object, const char* name);
/// Keys as a table, and one as members of the JSON object that is open.
[[nodiscard]] std::string keys_table(const std::vector<const rapidjson::Value*>& keys);
void put_key(JsonWriter& writer, const rapidjson::Value& key);
/// One key on standard output, in the form that was asked for.
void show_key(CommandContext& context, const rapidjson::Value& key);

}  // namespace moisson::cli

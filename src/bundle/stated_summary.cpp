/// See stated_summary.hpp.

#include "bundle/stated_summary.hpp"

#include <rapidjson/document.h>

#include "base/files.hpp"

namespace moisson::bundle {

namespace {

constexpr std::uint64_t summary_bytes_max = 1ULL << 30U;

const rapidjson::Value* find(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() ? nullptr : &member->value;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
    const rapidjson::Value* const value = find(object, name);
    return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength()) : std::string();
}

bool has_items(const rapidjson::Value& object, const char* name) {
    const rapidjson::Value* const value = find(object, name);
    return value != nullptr && value->IsArray() && !value->Empty();
}

}  // namespace

std::optional<StatedSummary> stated_summary(const std::filesystem::path& folder) {
    const auto text = read_file(folder / "summary.json", summary_bytes_max);
    if (!text) {
        return std::nullopt;
    }
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(text->data(), text->size());
    if (document.HasParseError() || !document.IsObject()) {
        return std::nullopt;
    }
    StatedSummary summary;
    summary.run_id = text_of(document, "run_id");
    summary.period = text_of(document, "period");
    summary.verdict = text_of(document, "verdict");
    const rapidjson::Value* const filters = find(document, "filters");
    summary.filtered = filters != nullptr && filters->IsObject() && (has_items(*filters, "contracts") || has_items(*filters, "types"));
    return summary;
}

}  // namespace moisson::bundle

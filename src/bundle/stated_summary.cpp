/// See stated_summary.hpp.

#include "bundle/stated_summary.hpp"

#include <rapidjson/document.h>

#include <algorithm>

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

bool is_false(const rapidjson::Value& object, const char* name) {
    const rapidjson::Value* const value = find(object, name);
    return value != nullptr && value->IsFalse();
}

/// The books are whole; a key that ends soon, say, made the run incomplete.
bool is_of_run_alone(const rapidjson::Value& summary) {
    const rapidjson::Value* const causes = find(summary, "causes");
    if (causes == nullptr || !causes->IsArray() || causes->Empty()) {
        return false;
    }
    return std::all_of(causes->Begin(), causes->End(), [](const rapidjson::Value& cause) {
        const rapidjson::Value* const of_run = cause.IsObject() ? find(cause, "of_run") : nullptr;
        return of_run != nullptr && of_run->IsTrue();
    });
}

std::vector<std::string> texts_of(const rapidjson::Value& object, const char* name) {
    std::vector<std::string> texts;
    const rapidjson::Value* const value = find(object, name);
    if (value != nullptr && value->IsArray()) {
        for (const rapidjson::Value& one : value->GetArray()) {
            if (one.IsString()) {
                texts.emplace_back(one.GetString(), one.GetStringLength());
            }
        }
    }
    return texts;
}

/// Calls `take` with each object of an array member.
template <class Take>
void for_objects(const rapidjson::Value& object, const char* name, const Take& take) {
    const rapidjson::Value* const value = find(object, name);
    if (value == nullptr || !value->IsArray()) {
        return;
    }
    for (const rapidjson::Value& one : value->GetArray()) {
        if (one.IsObject()) {
            take(one);
        }
    }
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
    const bool leaves_out = filters != nullptr && filters->IsObject() &&
                            (has_items(*filters, "contracts") || has_items(*filters, "types") || is_false(*filters, "files"));
    summary.filtered = leaves_out || summary.verdict == "partial-view";
    if (summary.verdict == "incomplete" && is_of_run_alone(document)) {
        summary.verdict = "complete";
    }
    for_objects(document, "counting_rules", [&](const rapidjson::Value& one) {
        summary.counting_rules.push_back({texts_of(one, "types"), texts_of(one, "contracts"), {}});
    });
    if (const rapidjson::Value* const decisions = find(document, "decisions"); decisions != nullptr && decisions->IsObject()) {
        for_objects(*decisions, "types", [&](const rapidjson::Value& one) {
            summary.type_decisions.push_back({text_of(one, "type"), text_of(one, "counts_as"), text_of(one, "reason")});
        });
    }
    return summary;
}

}  // namespace moisson::bundle

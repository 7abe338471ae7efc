/// See stated_summary.hpp.

#include "bundle/stated_summary.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>

#include <rapidjson/document.h>
#include <rapidjson/filereadstream.h>
#include <rapidjson/reader.h>

#include "base/files.hpp"
#include "bundle/json.hpp"

namespace moisson::bundle {

namespace {

constexpr std::uint64_t summary_bytes_max = 1ULL << 30U;

const rapidjson::Value* find(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() ? nullptr : &member->value;
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
std::uint64_t count_of(const rapidjson::Value& object, const char* name) {
    const std::string text = text_member(object, name);  // numbers are read as their own text
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    return problem == std::errc{} && end == text.data() + text.size() ? count : 0;
}

std::vector<ClosedMonth> closed_months_of(const rapidjson::Value& summary) {
    std::vector<ClosedMonth> months;
    const rapidjson::Value* const list = find(summary, "closed_months");
    if (list == nullptr || !list->IsArray()) {
        return months;
    }
    for (const rapidjson::Value& item : list->GetArray()) {
        const auto period = item.IsObject() ? Month::parse(text_member(item, "period")) : std::nullopt;
        const auto closed_at = period ? parse_timestamp(text_member(item, "closed_at")) : std::nullopt;
        if (!closed_at) {
            continue;
        }
        ClosedMonth month;
        month.period = *period;
        month.revision = static_cast<std::uint32_t>(count_of(item, "revision"));
        month.closed_at = *closed_at;
        month.closed_by = text_member(item, "closed_by");
        month.ledger_sha256 = text_member(item, "ledger_sha256");
        month.rows = count_of(item, "rows");
        month.counted = count_of(item, "counted");
        month.verdict = text_member(item, "verdict");
        month.reason = text_member(item, "reason");
        month.addenda_before = static_cast<std::uint32_t>(count_of(item, "addenda_before"));
        months.push_back(std::move(month));
    }
    return months;
}

/// Reads until the member "run_id" of the outermost object.
class RunIdReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, RunIdReader> {
public:
    bool Default() { return true; }
    bool StartObject() { return ++depth_ > 0; }
    bool EndObject(rapidjson::SizeType) { return --depth_ > 0; }
    bool StartArray() { return ++depth_ > 1; }
    bool EndArray(rapidjson::SizeType) { return --depth_ > 0; }
    bool Key(const char* name, rapidjson::SizeType size, bool) {
        next_is_it_ = depth_ == 1 && std::string_view(name, size) == "run_id";
        return true;
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        if (next_is_it_) {
            run_id.emplace(text, size);
        }
        return !next_is_it_;
    }
    std::optional<std::string> run_id;

private:
    int depth_ = 0;
    bool next_is_it_ = false;
};

}  // namespace

std::optional<std::string> stated_run_id(const std::filesystem::path& folder) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen((folder / "summary.json").c_str(), "rbe"), std::fclose);
    if (file == nullptr) {
        return std::nullopt;
    }
    std::string buffer(4096, '\0');
    rapidjson::FileReadStream stream(file.get(), buffer.data(), buffer.size());
    rapidjson::Reader reader;
    RunIdReader handler;
    static_cast<void>(reader.Parse<rapidjson::kParseIterativeFlag>(stream, handler));
    return handler.run_id;
}

std::optional<StatedSummary> stated_summary(const std::filesystem::path& folder) { return stated_summary_at(folder / "summary.json"); }

std::optional<StatedSummary> stated_summary_at(const std::filesystem::path& file) {
    const auto text = read_file(file, summary_bytes_max);
    if (!text) {
        return std::nullopt;
    }
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(text->data(), text->size());
    if (document.HasParseError() || !document.IsObject()) {
        return std::nullopt;
    }
    StatedSummary summary;
    summary.run_id = text_member(document, "run_id");
    summary.period = text_member(document, "period");
    summary.source = text_member(document, "source");
    summary.verdict = text_member(document, "verdict");
    summary.finished_at = parse_timestamp(text_member(document, "finished_at")).value_or(Timestamp{});
    if (const rapidjson::Value* const chain = find(document, "chain"); chain != nullptr && chain->IsObject()) {
        summary.chain_number = static_cast<std::uint32_t>(std::min<std::uint64_t>(count_member(*chain, "number"), UINT32_MAX));
    }
    for_objects(document, "files", [&](const rapidjson::Value& one) {
        const std::string path = text_member(one, "path");
        std::string* const digest = path == "bundle.zip" ? &summary.bundle_sha256 : path == "ledger.csv" ? &summary.ledger_sha256 : nullptr;
        if (digest != nullptr) {
            *digest = text_member(one, "sha256");
        }
        summary.file_sha256.emplace(path, text_member(one, "sha256"));
    });
    summary.closed_months = closed_months_of(document);
    const rapidjson::Value* const filters = find(document, "filters");
    const bool leaves_out = filters != nullptr && filters->IsObject() &&
                            (has_items(*filters, "contracts") || has_items(*filters, "types") || has_items(*filters, "perimeters") ||
                             is_false(*filters, "files"));
    summary.filtered = leaves_out || summary.verdict == "partial-view";
    if (summary.verdict == "incomplete" && is_of_run_alone(document)) {
        summary.verdict = "complete";
    }
    for_objects(document, "completeness", [&](const rapidjson::Value& one) {
        summary.contracts.emplace_back(text_member(one, "contract_id"), text_member(one, "contract_name"));
    });
    for_objects(document, "counting_rules", [&](const rapidjson::Value& one) {
        summary.counting_rules.push_back({texts_of(one, "types"), texts_of(one, "contracts"), {}});
    });
    if (const rapidjson::Value* const decisions = find(document, "decisions"); decisions != nullptr && decisions->IsObject()) {
        for_objects(*decisions, "types", [&](const rapidjson::Value& one) {
            summary.type_decisions.push_back({text_member(one, "type"), text_member(one, "counts_as"), text_member(one, "reason")});
        });
    }
    return summary;
}

}  // namespace moisson::bundle

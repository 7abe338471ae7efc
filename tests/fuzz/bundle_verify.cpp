/// What a bundle or a published folder holds, whole as to ZIP, manifests and seals: ledger, summary, workbook, page, documents.
/// Input: files (fuzz.hpp). Names that begin with "ledger.xlsx!" are the workbook's parts; where there is a file "summary.json", all files
/// are a published folder, with the files below "data/" in its bundle; else all files are a bundle's.

#include <map>

#include "base/digest.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/bundle.hpp"
#include "fuzz.hpp"

namespace moisson::fuzz {

namespace {

using Files = std::map<std::string, std::string>;

Files files_of(std::string_view input) {
    Files files;
    std::vector<std::pair<std::string, std::string>> parts;
    for (auto& [name, content] : take_files(input)) {
        if (constexpr std::string_view prefix = "ledger.xlsx!"; name.starts_with(prefix)) {
            parts.emplace_back(name.substr(prefix.size()), content);
        } else if (bundle::is_portable_path(name) && name.size() < 100) {
            files.insert_or_assign(name, content);
        }
    }
    if (!parts.empty()) {
        files["ledger.xlsx"] = stored_zip(parts);
    }
    return files;
}

void write(const std::filesystem::path& path, const Files& files, std::string_view below) {
    std::vector<bundle::Payload> payload;
    for (const auto& [name, content] : files) {
        if (name.starts_with(below) && name.size() > below.size()) {
            bundle::Payload one;
            one.path = name.substr(below.size());
            one.bytes = content;
            payload.push_back(std::move(one));
        }
    }
    bundle::BagInfo info;
    info.data_date = *parse_timestamp("2026-11-03T10:11:13Z");
    static_cast<void>(bundle::write_bundle(path, "moisson-2026-10", info, std::move(payload)));
}

std::string sealed(std::string summary) {
    // The seal stands where the summary's last brace was.
    summary.resize(std::min(summary.find_last_of('}'), summary.size()));
    const std::string digest = sha256_hex(summary);
    return summary + "  \"seal\": \"" + digest + "\"\n}\n";
}

}  // namespace

void run(std::string_view input) {
    const Files files = files_of(input);
    const std::filesystem::path top = scratch() / "month";
    std::filesystem::remove_all(top);
    std::filesystem::create_directories(top);
    if (!files.contains("summary.json")) {
        write(top / "bundle.zip", files, "");
        static_cast<void>(bundle::verify(top / "bundle.zip"));
        return;
    }
    for (const auto& [name, content] : files) {
        if (!name.starts_with("data/")) {
            std::error_code ignored;
            std::filesystem::create_directories((top / name).parent_path(), ignored);
            if (!ignored && !std::filesystem::is_directory(top / name, ignored)) {
                put(top / name, name == "summary.json" ? sealed(content) : content);
            }
        }
    }
    write(top / "bundle.zip", files, "data/");
    const auto report = bundle::verify(top);
    require(report || !report.error().message.empty(), "a refusal has a reason");
}

}  // namespace moisson::fuzz

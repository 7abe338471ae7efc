/// The re-check of one bundle from its own bytes: archive, bag, ledger, totals.

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/verifier.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

namespace {

/// Tag files and the archived summary are held in memory while they are compared.
constexpr std::uint64_t held_bytes_max = 1ULL << 30U;

constexpr std::array<std::string_view, 2> tags_before{"bagit.txt", "bag-info.txt"};
constexpr std::array<std::string_view, 4> tags_after{"manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
                                                     "tagmanifest-sha512.txt"};
constexpr std::string_view data_prefix = "data/";

class BundleCheck {
public:
    BundleCheck(const ZipReader& zip, Problems& problems) : zip_(zip), problems_(problems) {}

    /// False: names or order are wrong, so that nothing else can be judged.
    bool check_names() {
        const auto& entries = zip_.entries();
        top_ = entries.empty() ? "" : entries.front().name.substr(0, entries.front().name.find('/') + 1);
        if (top_.empty()) {
            problems_.add("the bundle has no top folder");
            return false;
        }
        std::string last;
        std::size_t tags = 0;
        bool in_order = true;
        for (const ZipEntry& entry : entries) {
            const std::string name = entry.name.starts_with(top_) ? entry.name.substr(top_.size()) : "";
            const bool is_data = name.starts_with(data_prefix) && is_portable_path(name);
            const bool is_tag = !is_data && tags < 6 && name == (tags < 2 ? tags_before.at(tags) : tags_after.at(tags - 2));
            tags += is_tag ? 1U : 0U;
            if (!is_data && !is_tag) {
                problems_.add(fmt::format("{}: a file that does not belong into the bag, or not at this place", sanitise(entry.name)));
                in_order = false;
            } else if (is_data && (tags != 2 || !(last < name))) {
                problems_.add(fmt::format("{}: it stands out of order or twice", sanitise(name)));
                in_order = false;
            }
            last = is_data ? name : last;
        }
        if (tags != 6) {
            problems_.add("a tag file of the bag is missing: bagit.txt, bag-info.txt, two manifests, two tag manifests");
            return false;
        }
        return in_order;
    }

    /// Reads every entry once: digests of all, contents of the tag files.
    [[nodiscard]] Status read_all() {
        for (const ZipEntry& entry : zip_.entries()) {
            const std::string name = entry.name.substr(top_.size());
            const bool is_data = name.starts_with(data_prefix);
            const bool is_held = !is_data || name == "data/summary.json";
            if (is_held && entry.size > held_bytes_max) {
                problems_.add(fmt::format("{}: longer than any of its kind", name));
                continue;
            }
            Digest sha256(DigestKind::sha256);
            Digest sha512(DigestKind::sha512);
            std::string content;
            const auto read = zip_.read(entry, [&](std::string_view piece) {
                sha256.update(piece);
                sha512.update(piece);
                if (is_held) {
                    content += piece;
                }
            });
            if (!read && read.error().code == ErrorCode::disk) {
                return read;
            }
            if (!read) {
                problems_.add(read.error().message);
                continue;
            }
            take_file(name, entry, sha256.finish_hex(), sha512.finish_hex(), std::move(content));
        }
        return {};
    }

    void check_tags() {
        if (held_["bagit.txt"] != bagit_text) {
            problems_.add("bagit.txt: it is not that of a BagIt 1.0 bag");
        }
        const std::string oxum = fmt::format("\nPayload-Oxum: {}.{}\n", content_.payload_bytes, files_.size());
        if (("\n" + held_["bag-info.txt"]).find(oxum) == std::string::npos) {
            problems_.add("bag-info.txt: Payload-Oxum does not state the payload's bytes and files");
        }
        compare("manifest-sha256.txt", manifest_sha256_);
        compare("manifest-sha512.txt", manifest_sha512_);
        compare("tagmanifest-sha256.txt", tags_sha256_);
        compare("tagmanifest-sha512.txt", tags_sha512_);
    }

    [[nodiscard]] Status check_ledger() {
        const auto& entries = zip_.entries();
        const auto ledger = std::find_if(entries.begin(), entries.end(),
                                         [&](const ZipEntry& entry) { return entry.name == top_ + "data/ledger.csv"; });
        if (ledger == entries.end()) {
            problems_.add("data/ledger.csv: it is missing");
            return {};
        }
        LedgerCheck check(files_, problems_);
        const auto read = zip_.read(*ledger, [&](std::string_view piece) { check.feed(piece); });
        if (!read) {
            // What is wrong with it was said when it was read the first time.
            return read.error().code == ErrorCode::disk ? read : Status{};
        }
        check.finish();
        content_.documents = check.documents();
        content_.totals = check.totals();
        if (held_.contains("data/summary.json")) {
            check_summary_totals(held_["data/summary.json"], "data/summary.json", content_.totals, problems_);
        } else {
            problems_.add("data/summary.json: it is missing");
        }
        return {};
    }

    [[nodiscard]] BundleContent take_content() {
        content_.entries = zip_.entries().size();
        content_.summary = std::move(held_["data/summary.json"]);
        return std::move(content_);
    }

private:
    void take_file(const std::string& name, const ZipEntry& entry, std::string sha256, const std::string& sha512, std::string content) {
        if (name.starts_with(data_prefix)) {
            append_manifest_line(manifest_sha256_, sha256, name);
            append_manifest_line(manifest_sha512_, sha512, name);
            content_.payload_bytes += entry.size;
            if (name == "data/ledger.csv") {
                content_.ledger_sha256 = sha256;
            }
            std::string path = name.substr(data_prefix.size());
            if (!path.starts_with("documents/") && !path.starts_with("addenda/")) {
                content_.files.emplace(path, sha256);
            }
            files_.push_back({std::move(path), std::move(sha256), entry.size});
        } else if (!name.starts_with("tagmanifest-")) {
            append_manifest_line(tags_sha256_, sha256, name);
            append_manifest_line(tags_sha512_, sha512, name);
        }
        if (!name.starts_with(data_prefix) || name == "data/summary.json") {
            held_[name] = std::move(content);
        }
    }

    /// A manifest's bytes are fixed by the files: same order, same form. Where they differ, each differing line is named.
    void compare(const std::string& name, std::string_view expected) {
        std::string_view found = held_[name];
        if (found == expected) {
            return;
        }
        std::map<std::string_view, std::string_view> lines;
        for (const auto& line : lines_of(found)) {
            lines.emplace(line.second, line.first);
        }
        bool named = false;
        for (const auto& [digest, file] : lines_of(expected)) {
            const auto listed = lines.find(file);
            if (listed == lines.end() || listed->second != digest) {
                const char* what = listed == lines.end() ? "it is not listed in" : "it differs from its digest in";
                problems_.add(fmt::format("{}: {} {}", sanitise(file), what, name));
                named = true;
            }
            if (listed != lines.end()) {
                lines.erase(listed);
            }
        }
        for (const auto& [file, digest] : lines) {
            problems_.add(fmt::format("{}: it is listed in {}, but not in the bag", sanitise(file), name));
            named = true;
        }
        if (!named) {
            problems_.add(fmt::format("{}: its lines are not as they were written", name));
        }
    }

    /// (digest, path) of each line.
    static std::vector<std::pair<std::string_view, std::string_view>> lines_of(std::string_view text) {
        std::vector<std::pair<std::string_view, std::string_view>> lines;
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            const std::size_t gap = line.find("  ");
            lines.emplace_back(line.substr(0, gap), gap == std::string_view::npos ? line : line.substr(gap + 2));
            text.remove_prefix(std::min(text.size(), line.size() + 1));
        }
        return lines;
    }

    const ZipReader& zip_;
    Problems& problems_;
    std::string top_;
    std::vector<DataFile> files_;
    std::map<std::string, std::string> held_;
    std::string manifest_sha256_;
    std::string manifest_sha512_;
    std::string tags_sha256_;
    std::string tags_sha512_;
    BundleContent content_;
};

std::string text_member(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    const bool is_text = member != object.MemberEnd() && member->value.IsString();
    return is_text ? std::string(member->value.GetString(), member->value.GetStringLength()) : "";
}

}  // namespace

Result<BundleContent> check_bundle(const std::filesystem::path& path, const ZipLimits& limits, Problems& problems) {
    const auto zip = ZipReader::open(path, limits);
    if (!zip && zip.error().code == ErrorCode::disk) {
        return fail(zip.error());
    }
    if (!zip) {
        problems.add(zip.error().message);
        return BundleContent{};
    }
    BundleCheck check(*zip, problems);
    if (check.check_names()) {
        auto read = check.read_all();
        if (read) {
            check.check_tags();
            read = check.check_ledger();
        }
        if (!read) {
            return fail(std::move(read.error()));
        }
    }
    if (const auto sealed = zip->check_seal(); !sealed) {
        if (sealed.error().code == ErrorCode::disk) {
            return fail(sealed.error());
        }
        problems.add(sealed.error().message);
    }
    return check.take_content();
}

void check_summary_totals(std::string_view summary, const std::string& where, const std::map<std::string, LedgerTotal>& totals,
                          Problems& problems) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
        summary.data(), summary.size());
    if (document.HasParseError() || !document.IsObject()) {
        problems.add(where + ": it is not a JSON object");
        return;
    }
    const auto member = document.FindMember("totals");
    if (member == document.MemberEnd() || !member->value.IsArray()) {
        problems.add(where + ": it has no totals");
        return;
    }
    std::map<std::string, std::string> stated;
    for (const auto& total : member->value.GetArray()) {
        if (total.IsObject()) {
            stated[text_member(total, "currency")] =
                fmt::format("{} in {} documents", text_member(total, "amount"), text_member(total, "documents"));
        }
    }
    std::map<std::string, std::string> counted;
    for (const auto& [code, total] : totals) {
        counted[code] = fmt::format("{} in {} documents", to_decimal(total.total), total.documents);
    }
    if (stated.size() != member->value.Size()) {
        problems.add(where + ": its totals name a currency twice");
    }
    for (const auto& [code, text] : counted) {
        if (stated[code] != text) {
            problems.add(fmt::format("{}: its total in {} is {}, the ledger's counted rows give {}", where, code,
                                     stated[code].empty() ? "missing" : sanitise(stated[code]), text));
        }
    }
    for (const auto& [code, text] : stated) {
        if (!counted.contains(code)) {
            problems.add(fmt::format("{}: it has a total in {}, the ledger counts none", where, sanitise(code)));
        }
    }
}

void check_same_statements(std::string_view published, std::string_view archived, Problems& problems) {
    constexpr unsigned how =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    rapidjson::Document mine;
    rapidjson::Document theirs;
    mine.Parse<how>(published.data(), published.size());
    theirs.Parse<how>(archived.data(), archived.size());
    if (mine.HasParseError() || theirs.HasParseError() || !mine.IsObject() || !theirs.IsObject()) {
        return;  // said where they were read
    }
    for (const char* name : {"closed_months", "addenda", "usage"}) {
        const auto here = mine.FindMember(name);
        const auto there = theirs.FindMember(name);
        const bool is_here = here != mine.MemberEnd();
        if (is_here != (there != theirs.MemberEnd()) || (is_here && here->value != there->value)) {
            problems.add(fmt::format("summary.json: its {} are not those of the summary inside bundle.zip", name));
        }
    }
}

}  // namespace moisson::bundle

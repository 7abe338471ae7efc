/// The re-check of one bundle from its own bytes: archive, bag, ledger, totals.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.hpp"
#include "bundle/addendum_check.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/erp_check.hpp"
#include "bundle/summary_check.hpp"
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
/// An ERP file is held in memory while its documents are looked for; a longer one is not looked into.
constexpr std::uint64_t erp_bytes_max = 256ULL << 20U;
/// Kinds of files are told by their first bytes.
constexpr std::size_t head_bytes = 1024;

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
            const bool is_held = !is_data || is_held_data(name);
            if (is_held && entry.size > held_bytes_max) {
                problems_.add(fmt::format("{}: longer than any of its kind", name));
                continue;
            }
            Digest sha256(DigestKind::sha256);
            Digest sha512(DigestKind::sha512);
            std::string content;
            std::string head;
            const auto read = zip_.read(entry, [&](std::string_view piece) {
                sha256.update(piece);
                sha512.update(piece);
                head += piece.substr(0, head_bytes - std::min(head.size(), head_bytes));
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
            take_file(name, {name.substr(is_data ? data_prefix.size() : 0), sha256.finish_hex(), entry.size, beginning_of(head)},
                      sha512.finish_hex(), std::move(content));
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

    /// The ledger and all that the summary says, against each other.
    [[nodiscard]] Status check_statements() {
        const auto summary = held_.contains("data/summary.json") ? parse_json(held_["data/summary.json"]) : std::nullopt;
        if (!summary) {
            problems_.add(held_.contains("data/summary.json") ? "data/summary.json: it is not a JSON object"
                                                              : "data/summary.json: it is missing");
        }
        static const rapidjson::Value none(rapidjson::kObjectType);
        const rapidjson::Value& stated = summary ? static_cast<const rapidjson::Value&>(*summary) : none;
        if (auto read = check_ledger(stated); !read || !summary) {
            return read;
        }
        check_against_ledger(stated, "data/summary.json", content_.ledger, problems_);
        check_own_statements(stated, "data/summary.json", problems_);
        check_closed_months(stated, held_["data/closed-months.csv"], problems_);
        check_bag_info(stated, held_["bag-info.txt"], std::string_view(top_).substr(0, top_.size() - 1), problems_);
        const auto data_date = parse_timestamp(text_member(stated, "data_date"));
        if (data_date && dos_instant(*data_date) != zip_.stamp()) {
            problems_.add("data/summary.json: data_date is not the instant that the bundle's files are stamped with");
        }
        if (auto read = check_erp_files(); !read) {
            return read;
        }
        return check_addenda(stated);
    }

    [[nodiscard]] BundleContent take_content() {
        content_.entries = zip_.entries().size();
        content_.summary = std::move(held_["data/summary.json"]);
        return std::move(content_);
    }

private:
    [[nodiscard]] Status check_ledger(const rapidjson::Value& summary) {
        const ZipEntry* const ledger = find_entry("data/ledger.csv");
        if (ledger == nullptr) {
            problems_.add("data/ledger.csv: it is missing");
            return {};
        }
        const StatedRules rules = stated_rules(summary);
        LedgerCheck check(files_, rules, problems_);
        const auto read = zip_.read(*ledger, [&](std::string_view piece) { check.feed(piece); });
        if (!read) {
            // What is wrong with it was said when it was read the first time.
            return read.error().code == ErrorCode::disk ? read : Status{};
        }
        check.finish();
        content_.ledger = check.take_facts();
        return {};
    }

    /// Those that are text.
    [[nodiscard]] Status check_erp_files() {
        for (const ZipEntry& entry : zip_.entries()) {
            const std::string name = entry.name.substr(top_.size());
            if (!name.starts_with("data/erp/") || is_packed_kind(name) || entry.size > erp_bytes_max) {
                continue;
            }
            std::string text;
            const auto read = zip_.read(entry, [&](std::string_view piece) { text += piece; });
            if (!read && read.error().code == ErrorCode::disk) {
                return read;
            }
            check_erp_text(name, text, content_.ledger.booked, problems_);
        }
        return {};
    }

    /// Each addendum that is there or that the summary names.
    [[nodiscard]] Status check_addenda(const rapidjson::Value& summary) {
        std::map<std::string, const rapidjson::Value*> stated;
        for (const rapidjson::Value& addendum : items_member(summary, "addenda").GetArray()) {
            const std::string file = text_member(addendum, "file");
            if (!stated.emplace(file, &addendum).second || find_entry("data/" + file) == nullptr) {
                problems_.add(
                    fmt::format("data/summary.json: addenda name {}, which is not in the bundle or is named twice", sanitise(file, 60)));
            }
        }
        std::vector<bool> named(files_.size(), false);
        for (const DataFile& file : files_) {
            if (!is_addendum(file.path)) {
                continue;
            }
            const auto own = stated.find(file.path);
            AddendumCheck check(file.path, own == stated.end() ? nullptr : own->second, summary, files_, named, problems_);
            const auto read = zip_.read(*find_entry("data/" + file.path), [&](std::string_view piece) { check.feed(piece); });
            if (!read && read.error().code == ErrorCode::disk) {
                return read;
            }
            check.finish();
        }
        for (std::size_t at = 0; at < files_.size(); ++at) {
            if (!named[at] && files_[at].path.starts_with("addenda/")) {
                problems_.add(fmt::format("data/{}: no row of an addendum names it", files_[at].path));
            }
        }
        return {};
    }

    [[nodiscard]] const ZipEntry* find_entry(const std::string& name) const {
        const auto& entries = zip_.entries();
        const auto found = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry& entry) { return entry.name == top_ + name; });
        return found == entries.end() ? nullptr : &*found;
    }

    static bool is_held_data(std::string_view name) { return name == "data/summary.json" || name == "data/closed-months.csv"; }
    static bool is_addendum(std::string_view path) { return path.starts_with("addendum-") && path.find('/') == std::string_view::npos; }

    void take_file(const std::string& name, DataFile file, const std::string& sha512, std::string content) {
        const bool is_data = name.starts_with(data_prefix);
        if (!is_data || is_held_data(name)) {
            held_[name] = std::move(content);
        }
        if (!is_data) {
            if (!name.starts_with("tagmanifest-")) {
                append_manifest_line(tags_sha256_, file.sha256, name);
                append_manifest_line(tags_sha512_, sha512, name);
            }
            return;
        }
        append_manifest_line(manifest_sha256_, file.sha256, name);
        append_manifest_line(manifest_sha512_, sha512, name);
        content_.payload_bytes += file.size_bytes;
        if (name == "data/ledger.csv") {
            content_.ledger_sha256 = file.sha256;
        }
        if (!file.path.starts_with("documents/") && !file.path.starts_with("addenda/")) {
            content_.files.emplace(file.path, file.sha256);
            const bool is_known =
                is_held_data(name) || name == "data/ledger.csv" || is_addendum(file.path) || file.path.starts_with("erp/");
            if (!is_known) {
                problems_.add(fmt::format("{}: a file that no bundle of a month holds", sanitise(name)));
            }
        }
        files_.push_back(std::move(file));
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
            read = check.check_statements();
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

}  // namespace moisson::bundle

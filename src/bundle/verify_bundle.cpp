/// The re-check of one bundle from its own bytes: archive, bag, ledger, totals.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "base/digest.hpp"
#include "bundle/addendum_check.hpp"
#include "bundle/auditor_check.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/books_check.hpp"
#include "bundle/erp_check.hpp"
#include "bundle/limits.hpp"
#include "bundle/summary_check.hpp"
#include "bundle/verifier.hpp"
#include "bundle/zip_reader.hpp"
#include "domain/bag_notes.hpp"

namespace moisson::bundle {

namespace {

constexpr std::array<std::string_view, 2> tags_before{"bagit.txt", "bag-info.txt"};
/// Behind them, all or none: bundles of earlier versions have none.
constexpr std::array<std::string_view, 3> tags_for_people{notes_name_french, notes_name_english, bag_page_name};
constexpr std::array<std::string_view, 4> tags_after{"manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
                                                     "tagmanifest-sha512.txt"};
constexpr std::string_view data_prefix = "data/";
constexpr std::string_view summary_path = "data/summary.json";
constexpr std::string_view schema_path = "data/ledger.schema.json";
/// Kinds of files are told by their first bytes.
constexpr std::size_t head_bytes = 1024;

/// The lines that a manifest must have, one after the other, against its bytes as they come. Both digests of every file stand in 96 bytes
/// and its path: neither manifest is held.
class ManifestCheck {
public:
    using LineOf = std::function<std::optional<std::string>(std::size_t)>;
    explicit ManifestCheck(LineOf line_of) : line_of_(std::move(line_of)) {}

    void feed(std::string_view bytes) {
        while (!bytes.empty() && is_same_) {
            if (at_ == line_.size()) {
                line_ = line_of_(next_++).value_or(std::string());
                at_ = 0;
                is_same_ = !line_.empty();
            }
            const std::size_t size = std::min(bytes.size(), line_.size() - at_);
            is_same_ = is_same_ && bytes.substr(0, size) == std::string_view(line_).substr(at_, size);
            at_ += size;
            bytes.remove_prefix(size);
        }
    }
    [[nodiscard]] bool finish() const { return is_same_ && at_ == line_.size() && !line_of_(next_).has_value(); }

private:
    LineOf line_of_;
    std::string line_;
    std::size_t at_ = 0;
    std::size_t next_ = 0;
    bool is_same_ = true;
};

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
        std::vector<std::string_view> tag_names;
        std::copy(tags_before.begin(), tags_before.end(), std::back_inserter(tag_names));
        if (entries.size() > tags_before.size() && entries[tags_before.size()].name == fmt::format("{}{}", top_, tags_for_people.front())) {
            std::copy(tags_for_people.begin(), tags_for_people.end(), std::back_inserter(tag_names));
        }
        data_begin_ = tag_names.size();
        std::copy(tags_after.begin(), tags_after.end(), std::back_inserter(tag_names));
        std::string last;
        std::size_t tags = 0;
        bool in_order = true;
        for (const ZipEntry& entry : entries) {
            const std::string name = entry.name.starts_with(top_) ? entry.name.substr(top_.size()) : "";
            const bool is_data = name.starts_with(data_prefix) && is_portable_path(name);
            const bool is_tag = !is_data && tags < tag_names.size() && name == tag_names[tags];
            tags += is_tag ? 1U : 0U;
            if (!is_data && !is_tag) {
                problems_.add(fmt::format("{}: a file that does not belong into the bag, or not at this place", sanitise(entry.name)));
                in_order = false;
            } else if (is_data && (tags != data_begin_ || !(last < name))) {
                problems_.add(fmt::format("{}: it stands out of order or twice", sanitise(name)));
                in_order = false;
            }
            last = is_data ? name : last;
        }
        if (tags != tag_names.size()) {
            problems_.add(fmt::format("a tag file of the bag is missing: {}", fmt::join(tag_names, ", ")));
            return false;
        }
        return in_order;
    }

    /// Reads every entry once: digests of all, contents of the tag files.
    [[nodiscard]] Status read_all() {
        for (const ZipEntry& entry : zip_.entries()) {
            const std::string name = entry.name.substr(top_.size());
            const bool is_data = name.starts_with(data_prefix);
            const std::uint64_t held_max = held_bytes_of(name);
            if (entry.size > held_max && is_held(name)) {
                problems_.add(fmt::format("{}: over budget: longer than {} bytes", name, held_max));
                is_over_budget_ = is_over_budget_ || name == summary_path;
            }
            Digest sha256(DigestKind::sha256);
            Digest sha512(DigestKind::sha512);
            ManifestCheck manifest([&](std::size_t at) { return line_of(name, at); });
            std::string content;
            std::string head;
            const auto read = zip_.read(entry, [&](std::string_view piece) {
                sha256.update(piece);
                sha512.update(piece);
                head += piece.substr(0, head_bytes - std::min(head.size(), head_bytes));
                if (is_manifest(name)) {
                    manifest.feed(piece);
                } else if (is_held(name) && entry.size <= held_max) {
                    content += piece;
                }
            });
            if (!read && read.error().code == ErrorCode::disk) {
                return read;
            }
            if (!read) {
                problems_.add(read.error().message.english());
                continue;
            }
            if (is_manifest(name) && !manifest.finish()) {
                name_differences(entry, name);
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
        compare("tagmanifest-sha256.txt", held_["tagmanifest-sha256.txt"], [&](std::size_t at) { return tag_line(tags_sha256_, at); });
        compare("tagmanifest-sha512.txt", held_["tagmanifest-sha512.txt"], [&](std::size_t at) { return tag_line(tags_sha512_, at); });
    }

    /// The ledger and all that the summary says, against each other.
    [[nodiscard]] Status check_statements() {
        if (const auto held = held_.find(summary_path); held == held_.end()) {
            problems_.add("data/summary.json: it is missing");
        } else if (!is_over_budget_) {
            auto parsed = Json::parse(std::move(held->second), json_memory_max(zip_.size_bytes()));
            if (parsed) {
                content_.summary = std::move(*parsed);
            } else {
                problems_.add(fmt::format("data/summary.json: {}", parsed.error().message));
            }
        }
        static const rapidjson::Value none(rapidjson::kObjectType);
        const rapidjson::Value& stated = content_.summary ? content_.summary->root() : none;
        if (auto read = check_ledger(stated); !read || !content_.summary) {
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
        check_books_of(stated);
        check_auditor_files_of(stated);
        if (auto read = check_erp_files(); !read) {
            return read;
        }
        return check_addenda(stated);
    }

    [[nodiscard]] BundleContent take_content() {
        content_.entries = zip_.entries().size();
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
        LedgerCheck check(files_, rules, rows_max_of(ledger->packed_size), problems_);
        const auto read = zip_.read(*ledger, [&](std::string_view piece) { check.feed(piece); });
        if (!read) {
            // What is wrong with it was said when it was read the first time.
            return read.error().code == ErrorCode::disk ? read : Status{};
        }
        check.finish();
        content_.ledger = check.take_facts();
        content_.ledger.top = top_.substr(0, top_.size() - 1);
        return {};
    }

    void check_books_of(const rapidjson::Value& summary) {
        BooksSource source;
        source.ledger_sha256 = content_.ledger_sha256;
        for (const DataFile& file : files_) {
            if (file.path.starts_with("books/")) {
                source.tables.emplace(file.path, find_entry("data/" + file.path)->packed_size);
            }
        }
        source.read = [&](const std::string& path, const auto& sink) {
            const ZipEntry* const entry = find_entry("data/" + path);
            return entry != nullptr && zip_.read(*entry, sink).has_value();
        };
        content_.place = check_books(summary, source, problems_);
    }

    void check_auditor_files_of(const rapidjson::Value& summary) {
        const auto held = [&](std::string_view name) {
            const auto found = held_.find(name);
            return found == held_.end() ? std::string_view() : std::string_view(found->second);
        };
        AuditorSource source{.notes_english = held(notes_name_english),
                             .notes_french = held(notes_name_french),
                             .page = held(bag_page_name),
                             .schema = held(schema_path),
                             .top = std::string_view(top_).substr(0, top_.size() - 1),
                             .files = files_,
                             .length = zip_.size_bytes(),
                             .read_table = {}};
        source.read_table = [&](const std::string& path, const auto& take) {
            const ZipEntry* const entry = find_entry(path);
            if (entry == nullptr) {
                return false;
            }
            CsvReader reader(take, rows_max_of(entry->packed_size));
            return zip_.read(*entry, [&](std::string_view piece) { reader.feed(piece); }).has_value() && reader.finish().empty();
        };
        check_auditor_files(summary, source, problems_);
    }

    /// Those that are text.
    [[nodiscard]] Status check_erp_files() {
        for (const ZipEntry& entry : zip_.entries()) {
            const std::string name = entry.name.substr(top_.size());
            if (!name.starts_with("data/erp/") || is_packed_kind(name)) {
                continue;
            }
            ErpCheck check(content_.ledger.booked);
            const auto read = zip_.read(entry, [&](std::string_view piece) { check.feed(piece); });
            if (!read && read.error().code == ErrorCode::disk) {
                return read;
            }
            check.finish(name, problems_);
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
        const AddendumSentences sentences(summary);
        for (const DataFile& file : files_) {
            if (!is_addendum(file.path)) {
                continue;
            }
            const auto own = stated.find(file.path);
            const ZipEntry& entry = *find_entry("data/" + file.path);
            AddendumCheck check({file.path, own == stated.end() ? nullptr : own->second, rows_max_of(entry.packed_size)}, sentences, files_,
                                named, problems_);
            const auto read = zip_.read(entry, [&](std::string_view piece) { check.feed(piece); });
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

    /// `check_names` has found the data in order, `data_begin_` tag files before and four behind it.
    [[nodiscard]] const ZipEntry* find_entry(const std::string& name) const {
        const auto begin = zip_.entries().begin() + static_cast<std::ptrdiff_t>(data_begin_);
        const auto end = zip_.entries().end() - tags_after.size();
        const std::string wanted = top_ + name;
        const auto found =
            std::lower_bound(begin, end, wanted, [](const ZipEntry& entry, const std::string& one) { return entry.name < one; });
        return found == end || found->name != wanted ? nullptr : &*found;
    }

    static bool is_held_data(std::string_view name) {
        return name == summary_path || name == "data/closed-months.csv" || name == schema_path;
    }
    static bool is_manifest(std::string_view name) { return name.starts_with("manifest-"); }
    static bool is_held(std::string_view name) { return is_held_data(name) || (!name.starts_with(data_prefix) && !is_manifest(name)); }
    [[nodiscard]] std::uint64_t held_bytes_of(std::string_view name) const {
        return name == summary_path                 ? json_memory_max(zip_.size_bytes())
               : name == bag_page_name              ? limits::auditor_page_bytes + limits::auditor_page_ratio * zip_.size_bytes()
               : name == "data/closed-months.csv" ? limits::closed_months_bytes
                                                  : limits::tag_bytes;
    }
    static bool is_addendum(std::string_view path) { return path.starts_with("addendum-") && path.find('/') == std::string_view::npos; }

    void take_file(const std::string& name, DataFile file, const std::string& sha512, std::string content) {
        const bool is_data = name.starts_with(data_prefix);
        if (is_held(name)) {
            held_[name] = std::move(content);
        }
        if (!is_data) {
            if (!name.starts_with("tagmanifest-")) {
                append_manifest_line(tags_sha256_, file.sha256, name);
                append_manifest_line(tags_sha512_, sha512, name);
            }
            return;
        }
        sha512_.push_back(bytes_of(sha512));
        content_.payload_bytes += file.size_bytes;
        if (name == "data/ledger.csv") {
            content_.ledger_sha256 = file.sha256;
        }
        if (!file.path.starts_with("documents/") && !file.path.starts_with("addenda/")) {
            content_.files.emplace(file.path, file.sha256);
            const bool is_known = is_held_data(name) || name == "data/ledger.csv" || is_addendum(file.path) ||
                                  file.path.starts_with("erp/") || file.path.starts_with("books/");
            if (!is_known) {
                problems_.add(fmt::format("{}: a file that no bundle of a month holds", sanitise(name)));
            }
        }
        files_.push_back(std::move(file));
    }

    using Bytes512 = std::array<unsigned char, 64>;

    static Bytes512 bytes_of(std::string_view hex) {
        Bytes512 bytes{};
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            std::from_chars(hex.data() + 2 * at, hex.data() + 2 * at + 2, bytes.at(at), 16);
        }
        return bytes;
    }

    static std::string hex_of(const Bytes512& bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string hex;
        for (const unsigned byte : bytes) {
            hex += digits[byte >> 4U];
            hex += digits[byte & 15U];
        }
        return hex;
    }

    /// Line `at` of a manifest as the files themselves give it; empty behind the last.
    [[nodiscard]] std::optional<std::string> line_of(std::string_view manifest, std::size_t at) const {
        if (at >= files_.size()) {
            return std::nullopt;
        }
        std::string line;
        const std::string path = std::string(data_prefix) + files_[at].path;
        if (manifest == "manifest-sha256.txt") {
            append_manifest_line(line, files_[at].sha256, path);
        } else {
            append_manifest_line(line, hex_of(sha512_[at]), path);
        }
        return line;
    }

    /// Line `at` of a text that is held.
    static std::optional<std::string> tag_line(std::string_view text, std::size_t at) {
        for (; at > 0 && !text.empty(); --at) {
            text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
        }
        return text.empty() ? std::nullopt : std::optional(std::string(text.substr(0, text.find('\n') + 1)));
    }

    /// Reads a manifest that differs again, where it is not longer than what is right by far.
    void name_differences(const ZipEntry& entry, const std::string& name) {
        std::uint64_t right_bytes = limits::tag_bytes;
        for (const DataFile& file : files_) {
            right_bytes += file.path.size() + 2 * sizeof(Bytes512) + data_prefix.size() + 3;
        }
        std::string found;
        if (entry.size <= limits::manifest_ratio * right_bytes) {
            // It was read once already.
            static_cast<void>(zip_.read(entry, [&](std::string_view piece) { found += piece; }));
            compare(name, found, [&](std::size_t at) { return line_of(name, at); });
        } else {
            problems_.add(fmt::format("{}: over budget: it is far longer than the bag's files give", name));
        }
    }

    /// A manifest's bytes are fixed by the files: same order, same form. Where they differ, each differing line is named.
    void compare(const std::string& name, std::string_view found, const ManifestCheck::LineOf& expected) {
        ManifestCheck same(expected);
        same.feed(found);
        if (same.finish()) {
            return;
        }
        std::map<std::string_view, std::string_view> lines;  // path to digest
        for (std::string_view rest = found; !rest.empty() && lines.size() <= files_.size() + limits::sentences;) {
            const auto [digest, file, size] = first_line(rest);
            lines.emplace(file, digest);
            rest.remove_prefix(size);
        }
        bool named = false;
        for (std::size_t at = 0; const auto line = expected(at); ++at) {
            const auto [digest, file, size] = first_line(*line);
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

    struct Line {
        std::string_view digest;
        std::string_view path;
        std::size_t size;  ///< with its end
    };
    static Line first_line(std::string_view text) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const std::size_t gap = line.find("  ");
        return {line.substr(0, gap), gap == std::string_view::npos ? line : line.substr(gap + 2), std::min(text.size(), line.size() + 1)};
    }

    const ZipReader& zip_;
    Problems& problems_;
    std::string top_;
    std::size_t data_begin_ = tags_before.size();  ///< tag files before the data
    std::vector<DataFile> files_;
    std::map<std::string, std::string, std::less<>> held_;
    std::vector<Bytes512> sha512_;  ///< by index in `files_`
    bool is_over_budget_ = false;   ///< the summary is: it was said, and it is not there
    std::string tags_sha256_;
    std::string tags_sha512_;
    BundleContent content_;
};

}  // namespace

Result<BundleContent> check_bundle(OpenFile file, const ZipLimits& limits, Problems& problems) {
    const auto zip = ZipReader::open(std::move(file), limits);
    if (!zip && zip.error().code == ErrorCode::disk) {
        return fail(zip.error());
    }
    if (!zip) {
        problems.add(zip.error().message.english());
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
        problems.add(sealed.error().message.english());
    }
    return check.take_content();
}

}  // namespace moisson::bundle

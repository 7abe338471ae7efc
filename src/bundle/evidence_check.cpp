#include "bundle/evidence_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "bundle/csv_reader.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

enum class Kind { text, text_or_null, instant, digest, digest_or_null, number, flag, object, object_or_null, list };

struct Member {
    std::string_view name;
    Kind kind;
    bool may_be_missing = false;
};

constexpr std::array<Member, 15> top_members{{{"schema", Kind::number},
                                              {"period", Kind::text},
                                              {"view", Kind::text_or_null},
                                              {"source", Kind::text},
                                              {"written_at", Kind::instant},
                                              {"run", Kind::object},
                                              {"program", Kind::object},
                                              {"job_file", Kind::object_or_null},
                                              {"parts", Kind::list, true},
                                              {"clock", Kind::object_or_null},
                                              {"ledger", Kind::object},
                                              {"bundle", Kind::object},
                                              {"answers_file", Kind::object_or_null},
                                              {"answers", Kind::list},
                                              {"documents", Kind::list}}};
constexpr std::array<Member, 1> last_member{{{"peers", Kind::list}}};
constexpr std::array<Member, 5> run_members{{{"id", Kind::text},
                                             {"started_at", Kind::instant},
                                             {"host", Kind::text},
                                             {"user", Kind::text},
                                             {"ci", Kind::object_or_null}}};
constexpr std::array<Member, 2> ci_members{{{"system", Kind::text}, {"variables", Kind::object}}};
constexpr std::array<Member, 5> program_members{{{"name", Kind::text},
                                                 {"version", Kind::text},
                                                 {"build", Kind::text},
                                                 {"source_date", Kind::text_or_null},
                                                 {"executable_sha256", Kind::digest_or_null}}};
constexpr std::array<Member, 2> job_file_members{{{"name", Kind::text}, {"sha256", Kind::digest}}};
constexpr std::array<Member, 7> part_members{{{"part", Kind::text},
                                              {"run_id", Kind::text},
                                              {"host", Kind::text},
                                              {"program", Kind::text},
                                              {"began_at", Kind::instant},
                                              {"made_at", Kind::instant},
                                              {"sha256", Kind::digest}}};
constexpr std::array<Member, 5> clock_members{{{"service_ahead_ms_min", Kind::number},
                                               {"service_ahead_ms_max", Kind::number},
                                               {"consistent", Kind::flag},
                                               {"answers", Kind::number},
                                               {"how", Kind::text}}};
constexpr std::array<Member, 3> file_members{{{"path", Kind::text}, {"size_bytes", Kind::number}, {"sha256", Kind::digest}}};
constexpr std::array<Member, 9> call_members{{{"sent_at", Kind::instant},
                                              {"head_at", Kind::instant},
                                              {"url", Kind::text},
                                              {"redirected_to", Kind::text_or_null},
                                              {"status", Kind::number},
                                              {"request_id", Kind::text_or_null},
                                              {"attempts", Kind::number},
                                              {"headers", Kind::object},
                                              {"peer", Kind::digest_or_null}}};
constexpr std::array<Member, 8> answer_members{{{"kind", Kind::text},
                                                {"contract_id", Kind::text_or_null},
                                                {"perimeter", Kind::text, true},
                                                {"part", Kind::text, true},
                                                {"size_bytes", Kind::number},
                                                {"sha256", Kind::digest},
                                                {"name", Kind::text_or_null},
                                                {"not_kept", Kind::text, true}}};
constexpr std::array<Member, 10> failure_members{{{"kind", Kind::text},
                                                 {"contract_id", Kind::text_or_null},
                                                 {"perimeter", Kind::text, true},
                                                 {"part", Kind::text, true},
                                                 {"url", Kind::text},
                                                 {"failed_at", Kind::instant},
                                                 {"error", Kind::text},
                                                 {"status", Kind::number},
                                                 {"request_id", Kind::text_or_null},
                                                 {"attempts", Kind::number}}};
constexpr std::array<Member, 9> document_members{{{"contract_id", Kind::text},
                                                  {"document_id", Kind::text},
                                                  {"version", Kind::number},
                                                  {"path", Kind::text},
                                                  {"size_bytes", Kind::number},
                                                  {"sha256", Kind::digest},
                                                  {"addendum", Kind::text, true},
                                                  {"fetched", Kind::object_or_null},
                                                  {"not_known", Kind::text, true}}};
constexpr std::array<Member, 1> fetched_member{{{"run_id", Kind::text}}};
constexpr std::array<Member, 3> peer_members{{{"sha256", Kind::digest}, {"subject", Kind::text}, {"issuer", Kind::text}}};

bool is_digest(const Value& value) {
    const std::string_view text = view_of(value);
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// Numbers are texts here (json.hpp).
bool is_number(const Value& value) {
    std::string_view text = view_of(value);
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    return !text.empty() && text.size() < 20 && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_of_kind(const Value& value, Kind kind) {
    switch (kind) {
        case Kind::text: return value.IsString();
        case Kind::text_or_null: return value.IsString() || value.IsNull();
        case Kind::instant: return parse_timestamp(view_of(value)).has_value();
        case Kind::digest: return is_digest(value);
        case Kind::digest_or_null: return value.IsNull() || is_digest(value);
        case Kind::number: return is_number(value);
        case Kind::flag: return value.IsBool();
        case Kind::object: return value.IsObject();
        case Kind::object_or_null: return value.IsObject() || value.IsNull();
        case Kind::list: return value.IsArray();
    }
    return false;
}

class EvidenceCheck {
public:
    EvidenceCheck(const Value& evidence, const EvidenceContext& context, Problems& problems)
        : evidence_(evidence), context_(context), problems_(problems) {}

    [[nodiscard]] Status run() {
        if (view_member(evidence_, "schema") != "1") {
            add("its schema is none that this version knows");
            return {};
        }
        if (!has_shape(evidence_, {top_members, last_member}, "it")) {
            return {};  // what its members mean is not known
        }
        check_head();
        check_peers();
        if (auto checked = check_documents(); !checked) {
            return checked;
        }
        return check_answers();
    }

private:
    using Key = std::tuple<std::string_view, std::string_view, std::string_view>;  // contract, document, version

    void add(std::string_view what) { problems_.add(fmt::format("{}: {}", evidence_name, what)); }

    /// Exactly these members, each of its kind.
    bool has_shape(const Value& object, std::initializer_list<std::span<const Member>> tables, std::string_view where) {
        if (!object.IsObject()) {
            add(fmt::format("{} is not an object", where));
            return false;
        }
        std::size_t known = 0;
        for (const std::span<const Member> members : tables) {
            for (const Member& member : members) {
                const Value* const value = find_member(object, member.name);
                known += value == nullptr ? 0 : 1;
                if (value == nullptr ? !member.may_be_missing : !is_of_kind(*value, member.kind)) {
                    add(fmt::format("{} has no {} of the right kind", where, member.name));
                    return false;
                }
            }
        }
        if (known != object.MemberCount()) {
            add(fmt::format("{} has a member twice, or one that no evidence has", where));
            return false;
        }
        return true;
    }

    void check_texts(const Value& object, std::string_view where) {
        for (const auto& member : object.GetObject()) {
            if (!member.value.IsString()) {
                add(fmt::format("{} has a value that is no text", where));
                return;
            }
        }
    }

    void check_head() {
        const Value& run = object_member(evidence_, "run");
        if (has_shape(run, {run_members}, "run")) {
            if (view_member(run, "id") != view_member(context_.summary, "run_id")) {
                add("its run is not the one of summary.json");
            }
            const Value& ci = object_member(run, "ci");
            if (ci.MemberCount() > 0 && has_shape(ci, {ci_members}, "run.ci")) {
                check_texts(object_member(ci, "variables"), "run.ci.variables");
            }
        }
        has_shape(object_member(evidence_, "program"), {program_members}, "program");
        if (find_member(evidence_, "job_file")->IsObject()) {
            has_shape(object_member(evidence_, "job_file"), {job_file_members}, "job_file");
        }
        if (find_member(evidence_, "clock")->IsObject()) {
            has_shape(object_member(evidence_, "clock"), {clock_members}, "clock");
        }
        check_parts();
        if (view_member(evidence_, "period") != view_member(context_.summary, "period")) {
            add("its period is not the one of summary.json");
        }
        if (view_member(evidence_, "source") != view_member(context_.summary, "source")) {
            add("its source is not the one of summary.json");
        }
        if (find_member(evidence_, "view")->IsNull() != view_member(context_.summary, "view").empty()) {
            add("whether it is a partial view is not as summary.json says");
        }
        check_file("ledger", "ledger.csv");
        check_file("bundle", "bundle.zip");
    }

    /// Each is there once, and answers are of parts that are.
    void check_parts() {
        if (find_member(evidence_, "parts") == nullptr) {
            return;
        }
        for (const Value& part : items_member(evidence_, "parts").GetArray()) {
            if (has_shape(part, {part_members}, "a part") && !parts_.insert(view_member(part, "part")).second) {
                add("a part stands twice");
            }
        }
        if (parts_.empty()) {
            add("it is merged of no part");
        }
    }

    /// Of an answer, or a failure.
    void check_part(const Value& answer, std::string_view where) {
        const bool is_told = find_member(answer, "part") != nullptr;
        if (is_told ? !parts_.contains(view_member(answer, "part")) : !parts_.empty()) {
            add(fmt::format("{} is of no part that the month is merged of", where));
        }
    }

    void check_file(std::string_view member, std::string_view path) {
        const Value& file = object_member(evidence_, member);
        const auto found = context_.digests.find(std::string(path));
        if (!has_shape(file, {file_members}, member)) {
            return;
        }
        if (view_member(file, "path") != path || found == context_.digests.end() || view_member(file, "sha256") != found->second) {
            add(fmt::format("its SHA-256 of {} is not that of the file in the folder", path));
        }
        for (const Value& listed : items_member(context_.summary, "files").GetArray()) {
            if (view_member(listed, "path") == path && view_member(listed, "size_bytes") != view_member(file, "size_bytes")) {
                add(fmt::format("its length of {} is not the one in summary.json", path));
            }
        }
    }

    void check_peers() {
        for (const Value& peer : items_member(evidence_, "peers").GetArray()) {
            if (has_shape(peer, {peer_members}, "a peer") && !peers_.insert(view_member(peer, "sha256")).second) {
                add("it describes one certificate twice");
            }
        }
    }

    void check_call(const Value& call, const std::string& where) {
        check_texts(object_member(call, "headers"), where + ".headers");
        const std::string_view peer = view_member(call, "peer");
        if (!peer.empty() && !peers_.contains(peer)) {
            add(fmt::format("{} names a certificate that peers lacks", where));
        }
        const std::string_view url = view_member(call, "url");
        if (peer.empty() && view_member(call, "redirected_to").empty() && url.starts_with("https://")) {
            add(fmt::format("{} came over TLS, and no certificate is named", where));
        }
        if (const std::string_view status = view_member(call, "status"); status.size() != 3 || status.front() != '2') {
            add(fmt::format("{} has the status of an answer without a body of its own", where));
        }
    }

    [[nodiscard]] Status check_documents() {
        for (const Value& document : items_member(evidence_, "documents").GetArray()) {
            if (problems_.is_full()) {
                return {};
            }
            if (!has_shape(document, {document_members}, "a document")) {
                continue;
            }
            const std::string_view contract = view_member(document, "contract_id");
            const std::string_view id = view_member(document, "document_id");
            const std::string where = fmt::format("{} {}", sanitise(contract, 60), sanitise(id, 80));
            const Value& fetched = *find_member(document, "fetched");
            if (fetched.IsNull() == (find_member(document, "not_known") == nullptr)) {
                add(fmt::format("{} says neither how it was fetched nor why that is not known, or both", where));
            }
            if (fetched.IsObject() && has_shape(fetched, {fetched_member, call_members}, where + ".fetched")) {
                check_call(fetched, where);
            }
            const Key key(contract, id, view_member(document, "version"));
            const std::string_view addendum = view_member(document, "addendum");
            if (!(addendum.empty() ? documents_.emplace(key, &document).second : late_.emplace(addendum, key).second)) {
                add(fmt::format("it tells of {} twice", where));
            }
        }
        return compare_with_ledger();
    }

    /// Each row with a file has its document here, and each document its row.
    [[nodiscard]] Status compare_with_ledger() {
        const auto ledger = context_.folder.open("ledger.csv");
        if (!ledger) {
            return fail(ledger.error());
        }
        std::map<std::string, std::size_t> columns;
        std::size_t matched = 0;
        CsvReader reader([&](const CsvReader::Row& row) {
            if (columns.empty()) {
                for (std::size_t at = 0; at < row.size(); ++at) {
                    columns.emplace(row[at], at);
                }
                return;
            }
            const auto cell = [&](const char* name) {
                const auto found = columns.find(name);
                return as_stated(found == columns.end() || found->second >= row.size() ? std::string_view() : row[found->second]);
            };
            if (cell("status") != "ok") {
                return;
            }
            const std::string contract = cell("contract_id");
            const std::string id = cell("document_id");
            const std::string version = cell("version");
            const auto found = documents_.find(Key(contract, id, version));
            if (found == documents_.end()) {
                add(fmt::format("it lacks {} {}, version {}, whose file the ledger has", sanitise(contract, 60), sanitise(id, 80),
                                sanitise(version, 20)));
                return;
            }
            ++matched;
            for (const char* const name : {"sha256", "size_bytes", "path"}) {
                if (view_member(*found->second, name) != cell(name)) {
                    add(fmt::format("its {} of {} {} is not the ledger's", name, sanitise(contract, 60), sanitise(id, 80)));
                }
            }
        });
        if (auto read = ledger->read([&](std::string_view piece) { reader.feed(piece); }); !read) {
            return read;
        }
        if (!reader.finish().empty()) {
            return {};  // said where the ledger was read
        }
        if (matched < documents_.size()) {
            add(fmt::format("it tells of {} documents that the ledger does not have with a file", documents_.size() - matched));
        }
        return {};
    }

    [[nodiscard]] Status check_answers() {
        std::map<std::string_view, const Value*> named;
        for (const Value& answer : items_member(evidence_, "answers").GetArray()) {
            check_part(answer, "an answer");
            if (find_member(answer, "error") != nullptr) {
                has_shape(answer, {failure_members}, "an answer");
                continue;
            }
            if (!has_shape(answer, {call_members, answer_members}, "an answer")) {
                continue;
            }
            const std::string_view name = view_member(answer, "name");
            check_call(answer, fmt::format("the answer {}", sanitise(name.empty() ? "that is not kept" : name, 80)));
            if (name.empty() == (find_member(answer, "not_kept") == nullptr)) {
                add("an answer says neither where it is kept nor why it is not, or both");
            }
            if (!name.empty() && !named.emplace(name, &answer).second) {
                add(fmt::format("it names the answer {} twice", sanitise(name, 80)));
            }
        }
        const bool is_there = context_.digests.contains(std::string(answers_name));
        if (find_member(evidence_, "answers_file")->IsNull()) {
            if (is_there || !named.empty()) {
                add(fmt::format("it names no {}, though there is one or answers name it", answers_name));
            }
            return {};
        }
        check_file("answers_file", answers_name);
        return is_there ? compare_with_archive(std::move(named)) : Status{};
    }

    [[nodiscard]] Status compare_with_archive(std::map<std::string_view, const Value*> named) {
        const auto say = [&](std::string_view what) { problems_.add(fmt::format("{}: {}", answers_name, what)); };
        auto file = context_.folder.open(std::string(answers_name));
        auto zip = file ? ZipReader::open(std::move(*file), ZipLimits{}) : fail(file.error());
        if (!zip) {
            if (zip.error().code == ErrorCode::disk) {
                return fail(zip.error());
            }
            say(fmt::format("{}", zip.error().message));
            return {};
        }
        if (auto sealed = zip->check_seal(); !sealed) {
            say(fmt::format("{}", sealed.error().message));
        }
        for (const ZipEntry& entry : zip->entries()) {
            const auto found = named.find(entry.name);
            if (found == named.end()) {
                say(fmt::format("{} is no answer that {} names, or is there twice", sanitise(entry.name, 80), evidence_name));
                continue;
            }
            Digest digest;
            if (auto read = zip->read(entry, [&](std::string_view piece) { digest.update(piece); }); !read) {
                say(fmt::format("{}: {}", sanitise(entry.name, 80), read.error().message));
            } else if (digest.finish_hex() != view_member(*found->second, "sha256") ||
                       fmt::to_string(entry.size) != view_member(*found->second, "size_bytes")) {
                say(fmt::format("{} is not the answer that {} names", sanitise(entry.name, 80), evidence_name));
            }
            named.erase(found);
        }
        for (const auto& [name, answer] : named) {
            say(fmt::format("{} is not in it", sanitise(name, 80)));
        }
        return {};
    }

    const Value& evidence_;
    const EvidenceContext& context_;
    Problems& problems_;
    std::set<std::string_view> peers_;
    std::set<std::string_view> parts_;
    std::map<Key, const Value*> documents_;
    std::set<std::pair<std::string_view, Key>> late_;  ///< of addenda: one document may stand in several, and in the ledger
};

}  // namespace

Status check_evidence(std::string text, const EvidenceContext& context, Problems& problems) {
    const std::uint64_t memory_max = json_memory_max(text.size());
    const auto parsed = Json::parse(std::move(text), memory_max);
    if (!parsed) {
        problems.add(fmt::format("{}: {}", evidence_name, parsed.error().message));
        return {};
    }
    return EvidenceCheck(parsed->root(), context, problems).run();
}

}  // namespace moisson::bundle

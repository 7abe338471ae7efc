/// See evidence.hpp.

#include "pipeline/evidence.hpp"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/endpoints.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/gate.hpp"
#include "base/user.hpp"
#include "base/version.hpp"
#include "pipeline/publish_folder.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t schema_version = 1;
constexpr const char* evidence_name = "evidence.json";
constexpr const char* answers_name = "evidence/answers.zip";
constexpr std::string_view packing_name = "answers.zip";  ///< in the state's folder, until the month is published
/// All answers of a run together, as they came: far above any perimeter met, and it bounds the published folder.
constexpr std::uint64_t kept_bytes_max = 4ULL << 30U;
constexpr std::string_view not_recorded = "fetched by an earlier run, not recorded";

/// One value of JSON, put together member by member.
class Value {
public:
    Value() : writer_(buffer_) {}
    void object(const std::function<void()>& members) {
        writer_.StartObject();
        members();
        writer_.EndObject();
    }
    void object(const char* name, const std::function<void()>& members) {
        writer_.Key(name);
        object(members);
    }
    void text(const char* name, std::string_view value) {
        writer_.Key(name);
        writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    /// An empty one is `null`: not known, or none.
    void text_or_null(const char* name, std::string_view value) {
        if (value.empty()) {
            null(name);
        } else {
            text(name, value);
        }
    }
    void number(const char* name, std::int64_t value) {
        writer_.Key(name);
        writer_.Int64(value);
    }
    void size(const char* name, std::uint64_t value) {
        writer_.Key(name);
        writer_.Uint64(value);
    }
    void flag(const char* name, bool value) {
        writer_.Key(name);
        writer_.Bool(value);
    }
    void null(const char* name) {
        writer_.Key(name);
        writer_.Null();
    }
    /// Without a secret, and with nothing that a log would obey.
    [[nodiscard]] std::string take(const Redactor& secrets) const {
        return gated_json(std::string_view(buffer_.GetString(), buffer_.GetSize()), &secrets);
    }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

void put_call(Value& value, const CallFacts& call) {
    value.text("sent_at", format_timestamp(call.sent_at));
    value.text("head_at", format_timestamp(call.head_at));
    value.text("url", call.url);
    value.text_or_null("redirected_to", call.redirected_to);
    value.number("status", call.status);
    value.text_or_null("request_id", call.request_id);
    value.number("attempts", call.attempts);
    value.object("headers", [&] {
        for (const auto& [name, text] : call.headers) {
            value.text(name.c_str(), text);
        }
    });
    value.text_or_null("peer", call.peer ? std::string_view(call.peer->sha256) : std::string_view());
}

/// A document of the ledger or of an addendum.
struct Fetched {
    std::string_view contract_id;
    std::string_view document_id;
    std::uint32_t version = 1;
    std::string_view path;
    std::string_view sha256;
    std::uint64_t size_bytes = 0;
    std::string addendum;  ///< its file; empty: a row of the ledger
};

void for_each_fetched(const std::vector<LedgerEntry>& entries, const RunSummary& summary, const std::function<void(const Fetched&)>& use) {
    for (const LedgerEntry& entry : entries) {
        if (entry.status == DocumentStatus::ok) {
            use({entry.contract->id, entry.document_id, entry.version, entry.path, entry.sha256, entry.size_bytes.value_or(0), {}});
        }
    }
    for (const Addendum& addendum : summary.addenda) {
        for (const AddendumRow& row : addendum.rows) {
            if (!row.path.empty()) {
                use({row.contract_id, row.document_id, row.version, row.path, row.sha256, row.size_bytes, addendum.file_name()});
            }
        }
    }
}

void put_document(Value& value, const Fetched& one, const std::optional<FileProvenance>& known) {
    value.object([&] {
        value.text("contract_id", one.contract_id);
        value.text("document_id", one.document_id);
        value.size("version", one.version);
        value.text("path", one.path);
        value.size("size_bytes", one.size_bytes);
        value.text("sha256", one.sha256);
        if (!one.addendum.empty()) {
            value.text("addendum", one.addendum);
        }
        if (!known) {
            value.null("fetched");
            value.text("not_known", not_recorded);
            return;
        }
        value.object("fetched", [&] {
            value.text("run_id", known->run_id);
            put_call(value, known->call);
        });
    });
}

void put_peer(Value& value, const http::PeerCertificate& peer) {
    value.object([&] {
        value.text("sha256", peer.sha256);
        value.text("subject", peer.subject);
        value.text("issuer", peer.issuer);
    });
}

const PublishedFile* find_file(const RunSummary& summary, std::string_view path) {
    const auto found = std::find_if(summary.files.begin(), summary.files.end(), [&](const PublishedFile& one) { return one.path == path; });
    return found == summary.files.end() ? nullptr : &*found;
}

/// evidence.json as it is written: members in order, long lists with an item a line, each on its way to disk at once.
class EvidenceFile {
public:
    EvidenceFile(AtomicFile file, const Redactor& secrets) : file_(std::move(file)), secrets_(secrets) { put("{"); }

    void member(const char* name, const std::function<void(Value&)>& fill) {
        Value value;
        fill(value);
        begin(name);
        put(value.take(secrets_));
    }
    void text(const char* name, std::string_view text) {
        begin(name);
        put(quoted(text));
    }
    void plain(const char* name, std::string_view json) {
        begin(name);
        put(json);
    }
    void begin_list(const char* name) {
        begin(name);
        put("[");
        is_first_item_ = true;
    }
    void item(std::string_view json) {
        put(is_first_item_ ? "\n    " : ",\n    ");
        put(json);
        is_first_item_ = false;
    }
    void item(const std::function<void(Value&)>& fill) {
        Value value;
        fill(value);
        item(value.take(secrets_));
    }
    void end_list() { put(is_first_item_ ? "]" : "\n  ]"); }
    void commit() {
        put("\n}\n");
        must_be_done(file_.commit());
    }

private:
    void put(std::string_view bytes) { must_be_done(file_.write(bytes)); }
    void begin(const char* name) { put(fmt::format("{}\n  \"{}\": ", std::exchange(is_first_, false) ? "" : ",", name)); }
    [[nodiscard]] std::string quoted(std::string_view text) const {
        rapidjson::StringBuffer buffer;
        rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
        return gated_json(std::string_view(buffer.GetString(), buffer.GetSize()), &secrets_);
    }

    AtomicFile file_;
    const Redactor& secrets_;
    bool is_first_ = true;
    bool is_first_item_ = true;
};

void put_who(EvidenceFile& file, const config::Job& job, const RunSummary& summary, const std::string& run_id) {
    file.member("run", [&](Value& value) {
        value.object([&] {
            value.text("id", run_id);
            value.text("started_at", format_timestamp(summary.started_at));
            value.text("host", host_name());
            value.text("user", sanitise(user_name()));
            if (job.ci.system.empty()) {
                value.null("ci");
                return;
            }
            value.object("ci", [&] {
                value.text("system", job.ci.system);
                value.object("variables", [&] {
                    for (const auto& [name, text] : job.ci.variables) {
                        value.text(name.c_str(), text);
                    }
                });
            });
        });
    });
    file.member("program", [&](Value& value) {
        const auto executable = sha256_of_file("/proc/self/exe");
        value.object([&] {
            value.text("name", program_name);
            value.text("version", version());
            value.text("build", git_description());
            value.text_or_null("source_date", source_date());
            value.text_or_null("executable_sha256", executable ? std::string_view(*executable) : std::string_view());
        });
    });
    if (job.job_file.empty()) {
        file.plain("job_file", "null");
        return;
    }
    file.member("job_file", [&](Value& value) {
        value.object([&] {
            value.text("name", sanitise(fs::path(job.job_file).filename().string()));
            value.text("sha256", job.job_file_sha256);
        });
    });
}

void put_parts(EvidenceFile& file, const std::vector<MergedPart>& parts) {
    if (parts.empty()) {
        return;
    }
    file.begin_list("parts");
    for (const MergedPart& part : parts) {
        file.item([&](Value& value) {
            value.object([&] {
                value.text("part", part.part);
                value.text("run_id", part.run_id);
                value.text("host", part.host);
                value.text("program", part.program);
                value.text("began_at", format_timestamp(part.began_at));
                value.text("made_at", format_timestamp(part.made_at));
                value.text("sha256", part.sha256);
            });
        });
    }
    file.end_list();
}

void put_clock(EvidenceFile& file, const ClockOffset& offset) {
    if (offset.answers() == 0) {
        file.plain("clock", "null");
        return;
    }
    file.member("clock", [&](Value& value) {
        value.object([&] {
            value.number("service_ahead_ms_min", offset.least_ms());
            value.number("service_ahead_ms_max", offset.most_ms());
            value.flag("consistent", offset.least_ms() <= offset.most_ms());
            value.size("answers", offset.answers());
            value.text("how",
                       "Date (whole seconds) of each answer of this run that came out of no cache, against this machine's clock when its "
                       "request was sent and when its head was there");
        });
    });
}

void put_digest(EvidenceFile& file, const char* name, const PublishedFile* published) {
    MOISSON_INVARIANT(published != nullptr, "evidence of a month without its ledger or bundle");
    file.member(name, [&](Value& value) {
        value.object([&] {
            value.text("path", published->path);
            value.size("size_bytes", published->size_bytes);
            value.text("sha256", published->sha256);
        });
    });
}

}  // namespace

void ClockOffset::note(const http::Headers& headers, Timestamp sent_at, Timestamp head_at) {
    const auto date = headers.find("Date");
    const auto instant = date ? parse_http_date(*date) : std::nullopt;
    if (!instant || api::is_from_cache(headers)) {
        return;
    }
    const std::int64_t least = (*instant - head_at).count();
    const std::int64_t most = (*instant + std::chrono::seconds(1) - sent_at).count();
    least_ms_ = answers_ == 0 ? least : std::max(least_ms_, least);
    most_ms_ = answers_ == 0 ? most : std::min(most_ms_, most);
    ++answers_;
}

EvidenceRecorder::EvidenceRecorder(const config::Job& job, const Clock& clock, std::string run_id, fs::path folder, fs::path provenance)
    : job_(job),
      clock_(clock),
      run_id_(std::move(run_id)),
      folder_(std::move(folder)),
      provenance_path_(std::move(provenance)),
      provenance_(provenance_path_) {
    std::error_code problem;
    std::vector<fs::path> left;
    for (auto at = fs::directory_iterator(folder_, problem); !problem && at != fs::directory_iterator(); at.increment(problem)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with(packing_name) && (name.size() == packing_name.size() || name.ends_with(".part"))) {
            left.push_back(at->path());
        }
    }
    for (const fs::path& path : left) {
        fs::remove(path, problem);  // the next run tries again
    }
}

EvidenceRecorder::~EvidenceRecorder() = default;

void EvidenceRecorder::file_came(const std::string& contract_id, const std::string& document_id, const std::string& sha256,
                                 const http::Url& asked, const transfer::Answer& answer, int attempts) {
    if (!parts_.empty() && answer.status == 0) {
        return;  // a run before the part had fetched it
    }
    if (parts_.empty()) {
        offset_.note(answer.headers, answer.sent_at, answer.head_at);
    }
    const FileProvenance file{contract_id, document_id, sha256, parts_.empty() ? run_id_ : replayed_.run_id,
                              facts_of(parts_.empty() ? asked : replayed_.asked, answer, attempts, *job_.secrets)};
    must_be_done(provenance_.append(file));
}

void EvidenceRecorder::keep_body(const std::string& name, std::string_view body) {
    if (!archive_) {
        archive_ = must_be_done(bundle::AnswerArchive::create(folder_ / packing_name, clock_.now()));
    }
    must_be_done(archive_->add(name, body));
    kept_bytes_ += body.size();
}

void EvidenceRecorder::answer_came(const Question& question, const Result<transfer::Answer>& answer, int attempts) {
    if (!keeps_answers_) {
        return;
    }
    const Redactor& secrets = *job_.secrets;
    const bool is_replayed = !parts_.empty();
    const http::Url& asked = is_replayed ? replayed_.asked : question.asked;
    Value value;
    value.object([&] {
        value.text("kind", question.kind);
        value.text_or_null("contract_id", question.contract_id);
        if (!question.perimeter.empty()) {
            value.text("perimeter", question.perimeter);
        }
        if (is_replayed) {
            value.text("part", replayed_.part);
        }
        if (!answer) {
            const Error& error = answer.error();
            value.text("url", url_for_evidence(asked, secrets));
            value.text("failed_at", format_timestamp(is_replayed ? replayed_.at : clock_.now()));
            value.text("error", to_text(error.code));
            value.number("status", error.http_status);
            value.text_or_null("request_id", sanitise(secrets.clean(error.request_id)));
            value.number("attempts", attempts);
            return;
        }
        if (!is_replayed) {
            offset_.note(answer->headers, answer->sent_at, answer->head_at);
        }
        const CallFacts call = facts_of(asked, *answer, attempts, secrets);
        put_call(value, call);
        if (call.peer) {
            peers_.emplace(call.peer->sha256, *call.peer);
        }
        value.size("size_bytes", is_replayed ? replayed_.body_bytes : answer->body.size());
        value.text("sha256", is_replayed ? replayed_.body_sha256 : sha256_hex(answer->body));
        std::string why;
        if (secrets.finds(answer->body)) {
            why = "it repeats a secret";
        } else if (answer->body.size() > bundle::AnswerArchive::text_bytes_max || kept_bytes_ + answer->body.size() > kept_bytes_max) {
            why = "the answers of the run are longer than what is kept of them";
        }
        const std::string name = fmt::format("{:06}-{}.json", answers_.size() + 1, question.kind);
        if (why.empty()) {
            keep_body(name, answer->body);
            value.text("name", name);
        } else {
            value.null("name");
            value.text("not_kept", why);
        }
    });
    answers_.push_back(value.take(secrets));
}

std::optional<PublishedFile> EvidenceRecorder::place_answers(const fs::path& folder) {
    if (!archive_) {
        return std::nullopt;
    }
    const bundle::WrittenBundle packed = must_be_done(archive_->finish());
    archive_.reset();
    const fs::path target = folder / answers_name;
    must_be_done(make_folders(target.parent_path()));
    std::error_code problem;
    fs::rename(folder_ / packing_name, target, problem);
    if (problem) {  // the state lies on another file system
        fs::copy_file(folder_ / packing_name, target, problem);
        if (problem) {
            must_be_done(disk_error("cannot copy the service's answers", target, problem.value()));
        }
        must_be_done(remove_path(folder_ / packing_name));
    }
    return PublishedFile{answers_name, packed.size_bytes, packed.sha256};
}

std::vector<std::string> EvidenceRecorder::write(const fs::path& folder, const std::vector<LedgerEntry>& entries,
                                                 const RunSummary& summary) {
    std::vector<std::string> names;
    const std::optional<PublishedFile> packed = place_answers(folder);
    ProvenanceIndex index;
    for_each_fetched(entries, summary, [&](const Fetched& one) { index.want(one.contract_id, one.document_id, one.sha256); });
    index.read(provenance_path_);

    EvidenceFile file(must_be_done(AtomicFile::create(folder / evidence_name)), *job_.secrets);
    file.plain("schema", fmt::to_string(schema_version));
    file.text("period", summary.period.to_text());
    if (summary.view.is_whole()) {
        file.plain("view", "null");
    } else {
        file.text("view", in_words(Language::english, summary.view));
    }
    file.text("source", summary.source);
    file.text("written_at", format_timestamp(clock_.now()));
    put_who(file, job_, summary, run_id_);
    put_parts(file, parts_);
    put_clock(file, offset_);
    put_digest(file, "ledger", find_file(summary, "ledger.csv"));
    put_digest(file, "bundle", find_file(summary, "bundle.zip"));
    if (packed) {
        put_digest(file, "answers_file", &*packed);
        names.push_back(packed->path);
    } else {
        file.plain("answers_file", "null");
    }
    file.begin_list("answers");
    for (const std::string& answer : answers_) {
        file.item(answer);
    }
    file.end_list();
    file.begin_list("documents");
    for_each_fetched(entries, summary, [&](const Fetched& one) {
        const auto known = index.find(one.contract_id, one.document_id, one.sha256);
        if (known && known->call.peer) {
            peers_.emplace(known->call.peer->sha256, *known->call.peer);
        }
        file.item([&](Value& value) { put_document(value, one, known); });
    });
    file.end_list();
    file.begin_list("peers");
    for (const auto& [sha256, peer] : peers_) {
        file.item([&one = peer](Value& value) { put_peer(value, one); });
    }
    file.end_list();
    file.commit();
    names.emplace_back(evidence_name);
    return names;
}

}  // namespace moisson::pipeline

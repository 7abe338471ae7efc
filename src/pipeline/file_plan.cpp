#include "pipeline/file_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "normalize/normalize.hpp"
#include "pipeline/contract_visit.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/policy.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

/// Of what several logins were answered: that the file is not ready yet, else what the first was.
std::shared_ptr<const Error> more_hopeful(const std::shared_ptr<const Error>& before, const Error& now) {
    const bool stands = before != nullptr && (now.code != ErrorCode::not_ready || before->code == ErrorCode::not_ready);
    return stands ? before : std::make_shared<const Error>(now);
}

}  // namespace

FilePlan::FilePlan(FilePlanContext context, Harvest& harvest, Saver& saver, Progress& progress)
    : context_(context), harvest_(harvest), saver_(saver), progress_(progress), queued_(context.logins.size()), second_chances_(queued_) {}

LedgerEntry& FilePlan::row_at(RowPlace place) { return place.late ? harvest_.late[place.at].entry : harvest_.entries[place.at]; }

bool FilePlan::has_file(const state::DocumentRecord& record) const {
    if (record.sha256.empty()) {
        return false;
    }
    // A plan opens no store, and must not take for there what is lost: an addendum that lacks it would be owed for ever.
    return context_.store != nullptr ? context_.store->has(record.sha256, record.size_bytes)
                                     : transfer::ObjectStore::has(state_folder(context_.job), record.sha256, record.size_bytes);
}

bool FilePlan::can_be_had(const VersionedDocument& versioned) const {
    const state::DocumentRecord& record = versioned.record;
    return (versioned.latest && versioned.id_listed) ||
           (!record.sha256.empty() && transfer::ObjectStore::has(state_folder(context_.job), record.sha256, record.size_bytes));
}

void FilePlan::note(LedgerEntry& row, FindingCode code, Message message) {
    row.findings.insert(code);
    harvest_.add_finding(code, std::move(message), row.contract->id, row.document_id);
}

void FilePlan::add(const ListedContract& listed, VersionedDocument& versioned, RowPlace place) {
    LedgerEntry& row = row_at(place);
    state::DocumentRecord& record = versioned.record;
    const bool sealed = place.late ? !harvest_.late[place.at].change : context_.is_closed;
    if (is_of_inbox(record)) {
        add_of_inbox(row, record);
        return;
    }
    if (!record.sha256.empty() && !sealed && holds_no_document(row, record)) {
        state::forget_file(record);
        row.status = DocumentStatus::not_ready;  // until its file comes
        saver_.keep(record);
    }
    const bool can_be_had = versioned.latest && versioned.id_listed;
    const bool again = context_.job.export_.refetch && context_.job.export_.files && !place.late && can_be_had;
    if (!again && has_file(record)) {
        note_stored(row, record);
        ++harvest_.reused;
        if (versioned.latest) {
            note_askable(record, listed.lanes_of(record.document_id), true);
        }
        return;
    }
    if (!context_.job.export_.files) {
        row.findings.insert("file-not-requested");
        return;
    }
    if (versioned.latest && !versioned.id_listed && !listed.misses_unlisted()) {
        row.findings.insert(finding_of(listed.verdict));  // why its file was not asked for
    } else if (versioned.latest && !versioned.id_listed) {
        lose(row, record.sha256.empty()
                      ? messages::service_no_longer_lists_document
                      : messages::service_no_longer_lists_document_2);
    } else if (!versioned.latest && !record.sha256.empty()) {
        lose(row, messages::file_earlier_version_gone_from);
    }
    if (!can_be_had) {
        return;
    }
    if (context_.store == nullptr) {
        note_wanted(listed.contract, versioned, place);
        return;
    }
    queue({place, listed.lanes_of(record.document_id), record, normalize::is_paper(row.document_type)});
}

void FilePlan::add_of_others(const LedgerEntry& entry, const OtherContent& other) {
    queue({{}, other.lanes, to_record(other.document, entry.contract->id, 1), normalize::is_paper(entry.document_type)});
}

void FilePlan::queue(File file) {
    ++progress_.files_total;
    note_askable(file.record, file.lanes, false);
    file.askable = harvest_.askable.empty() ? std::nullopt : std::optional(harvest_.askable.size() - 1);
    const std::size_t first = file.lane();
    queued_[first].push_back(std::move(file));
}

/// Whoever merges a part asks what the part's answers have to hold.
void FilePlan::note_askable(const state::DocumentRecord& record, std::vector<std::size_t> lanes, bool is_here) {
    if (!context_.job.export_.part) {
        return;
    }
    AskableFile& file = harvest_.askable.emplace_back(AskableFile{record.contract_id, record.document_id, std::move(lanes), {}});
    if (is_here) {
        file.object = {record.sha256, record.size_bytes, record.media_type, record.unframed, record.damaged};
    }
}

/// The service was never asked for its file, and cannot be.
void FilePlan::add_of_inbox(LedgerEntry& row, const state::DocumentRecord& record) {
    if (has_file(record)) {
        note_stored(row, record);
        ++harvest_.reused;
    } else if (!context_.job.export_.files) {
        row.findings.insert("file-not-requested");
    } else {
        lose(row, messages::file_of_inbox_gone);
    }
}

/// Of a plan.
void FilePlan::note_wanted(const Contract& contract, const VersionedDocument& versioned, RowPlace place) {
    const LedgerEntry& row = row_at(place);
    const state::DocumentRecord& record = versioned.record;
    const auto why = !record.sha256.empty() ? PlannedFile::Why::again
                     : record.version == 1  ? PlannedFile::Why::new_
                                            : PlannedFile::Why::changed;
    const bool is_new = place.late && row.period && harvest_.late[place.at].change.has_value();
    const auto closed_month = is_new ? std::optional(row.period->month()) : std::nullopt;
    harvest_.to_fetch.push_back({&contract, record.document_id, record.version, row.document_type, row.filename, why, closed_month});
}

/// Its file cannot be had any more.
void FilePlan::lose(LedgerEntry& row, const Message& why) {
    row.status = DocumentStatus::failed;
    note(row, "document-missing", why);
}

void FilePlan::note_stored(LedgerEntry& row, const state::DocumentRecord& record) {
    row.status = DocumentStatus::ok;
    row.sha256 = record.sha256;
    row.size_bytes = record.size_bytes;
    row.media_type = record.media_type;
    if (record.unframed) {
        note(row, "body-unframed", "");
    }
    if (record.damaged && row.findings.contains("superseded")) {
        row.findings.insert("file-damaged");  // said on the row; a version that was replaced owes nobody its file
    } else if (record.damaged) {
        note(row, "file-damaged", "");
    }
    if (record.media_type == "application/octet-stream") {
        note(row, "media-type-unexpected", messages::file_kind_not_known);
    }
}

/// True when what is stored for the document is a text that an earlier version of the program took for its file.
bool FilePlan::holds_no_document(const LedgerEntry& row, const state::DocumentRecord& record) const {
    const bool may_be_text = transfer::is_textual(record.media_type) || record.media_type == "application/octet-stream";
    if (!may_be_text) {
        return false;
    }
    const auto kind = context_.store == nullptr ? std::nullopt : context_.store->kind_of_stored(record.sha256);
    const std::string_view media_type = kind ? kind->media_type : std::string_view(record.media_type);
    return transfer::is_message(media_type) || (transfer::is_textual(media_type) && normalize::is_paper(row.document_type));
}

bool FilePlan::has_queued() const noexcept {
    return std::any_of(queued_.begin(), queued_.end(), [](const auto& files) { return !files.empty(); });
}

std::optional<FilePlan::Question> FilePlan::next(std::size_t lane) {
    std::deque<File>& queued = queued_[lane];
    while (!queued.empty()) {
        File file = std::move(queued.front());
        queued.pop_front();
        auto request = api::file_request(context_.logins[lane].urls, file.record.contract_id, file.record.document_id);
        if (!request) {
            failed(file, request.error(), 0);
            continue;
        }
        ++harvest_.requests.files;
        transfer::Job job = make_file_job(context_.job, std::move(*request));
        job.about = {{"contract_id", file.record.contract_id}, {"document_id", file.record.document_id}};
        job.table_allowed = !file.is_paper;
        return Question{std::move(file), std::move(job)};
    }
    return std::nullopt;
}

void FilePlan::done(const File& file, Result<transfer::Answer> answer, int attempts) {
    if (!answer) {
        if (is_file_asked_again(answer.error(), file.asked_again)) {
            second_chances_[file.lane()].push_back(file);
            ++second_chances_[file.lane()].back().asked_again;
            return;
        }
        if (!ask_another(file, answer.error())) {
            failed(file, *more_hopeful(file.refused, answer.error()), attempts);
        }
        return;
    }
    MOISSON_INVARIANT(answer->object.has_value(), "a stored file without its object");
    came(file, *answer, attempts);
}

void FilePlan::came(const File& file, const transfer::Answer& answer, int attempts) {
    if (file.askable) {
        harvest_.askable[*file.askable].object = answer.object;
    }
    if (file.place) {
        came_to_row(file, *file.place, answer, attempts);
    }
    if (file.refused) {
        context_.reporter.log(LogLevel::info, "file-from-another-login",
                              fmt::format("{} {}: the file came by the login {}; another one was not given it: {}",
                                          sanitise(file.record.contract_id), sanitise(file.record.document_id),
                                          context_.logins[file.lane()].perimeter, file.refused->to_line()),
                              {{"contract_id", file.record.contract_id}, {"document_id", file.record.document_id}});
    }
    ++harvest_.downloaded;
    ++progress_.files_done;
    progress_.bytes_received += answer.object->size_bytes;
}

void FilePlan::came_to_row(const File& file, RowPlace place, const transfer::Answer& answer, int attempts) {
    const transfer::StoredObject& object = *answer.object;
    state::DocumentRecord record = file.record;
    record.sha256 = object.sha256;
    record.size_bytes = object.size_bytes;
    record.media_type = object.media_type;
    record.unframed = object.unframed;
    record.damaged = object.damaged;
    const auto asked = api::file_request(context_.logins[file.lane()].urls, record.contract_id, record.document_id);
    if (context_.evidence != nullptr && asked) {
        context_.evidence->file_came(record.contract_id, record.document_id, record.sha256, asked->url, answer, attempts);
    }
    if (!place.late && !file.record.sha256.empty() && file.record.sha256 != record.sha256) {
        add_version(place, file.record, std::move(record));
    } else {
        LedgerEntry& row = row_at(place);
        note_stored(row, record);
        if (place.late && !row.findings.contains("superseded")) {
            harvest_.remember_file(row, row.sha256, context_.job.export_.period);  // as the next run will, which finds it in the state
        }
        saver_.keep_fetched(std::move(record));
        read_ahead(row_at(place), place.late);
    }
}

void FilePlan::read_ahead(const LedgerEntry& row, bool late) {
    if (context_.invoices != nullptr) {
        context_.invoices->file_came(row, late);
    }
}

/// The service gives other bytes than before for a document whose data are the same: they are its next version.
void FilePlan::add_version(RowPlace place, const state::DocumentRecord& before, state::DocumentRecord record) {
    LedgerEntry& earlier = harvest_.entries[place.at];
    LedgerEntry entry = earlier;
    record.version = before.version + 1;
    record.first_seen_run = context_.run_id;
    entry.version = record.version;
    note(entry, "version-changed", other_file(entry.version));
    note(earlier, "superseded", messages::version_replaced(before.version));
    if (has_file(before)) {
        note_stored(earlier, before);
    } else {
        lose(earlier, messages::file_earlier_version_gone_from);
    }
    note_stored(entry, record);
    harvest_.entries.push_back(std::move(entry));
    ++harvest_.new_versions;
    saver_.keep_fetched(std::move(record));
    read_ahead(harvest_.entries.back(), false);
}

/// What one login may not have, or lost its key for, another one that lists the document may. False: nobody is left to be asked, or
/// another one would fare no better, or what is here stands.
bool FilePlan::ask_another(const File& file, const Error& error) {
    const bool is_of_all = error.code == ErrorCode::cancelled || error.code == ErrorCode::disk || error.code == ErrorCode::too_slow ||
                           error.code == ErrorCode::too_large;
    if (file.lanes.size() == 1 || is_of_all || harvest_.ended_by || has_file(file.record)) {
        return false;
    }
    File next = file;
    next.lanes.erase(next.lanes.begin());
    next.asked_again = 0;
    next.refused = more_hopeful(file.refused, error);
    const std::size_t lane = next.lane();
    queued_[lane].push_back(std::move(next));
    return true;
}

void FilePlan::failed(const File& file, const Error& error, int attempts) {
    ++progress_.files_done;
    if (!file.place) {
        return;  // whoever merges tells it, if a row stands by it
    }
    LedgerEntry& row = row_at(*file.place);
    const std::string what = fmt::format("{} {}", sanitise(row.contract->id), sanitise(row.document_id));
    const LogFields fields{{"contract_id", row.contract->id},
                           {"document_id", row.document_id},
                           {"code", to_text(error.code)},
                           {"request_id", error.request_id},
                           {"attempt", attempts}};
    if (has_file(file.record)) {
        // Asked for once more although it is here: what is here stands.
        note_stored(row, file.record);
        ++harvest_.reused;
        context_.reporter.log(LogLevel::warning, "refetch-failed",
                              fmt::format("{}: the file that was fetched earlier stands: {}", what, error.to_line()), fields);
        return;
    }
    FindingCode code = "document-failed";
    row.status = DocumentStatus::failed;
    if (error.code == ErrorCode::not_ready) {
        code = "document-not-ready";
        row.status = DocumentStatus::not_ready;
    } else if (error.code == ErrorCode::not_found) {
        code = "document-missing";
    }
    row.findings.insert(code);
    harvest_.add_failure(code, error, row.contract->id, row.document_id);
    context_.reporter.log(LogLevel::warning, code, fmt::format("{}: {}", what, error.to_line()), fields);
}

}  // namespace moisson::pipeline

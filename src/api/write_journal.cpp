// Append-only JSON lines, one flock, one fsync a line.
#include "api/write_journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/json_reader.hpp"
#include "base/files.hpp"
#include "base/user.hpp"

namespace moisson::api {

namespace {

constexpr std::uint64_t journal_max_bytes = 256ULL << 20U;  ///< half a million writes
constexpr std::array<std::string_view, 5> own_members{"stage", "write", "at", "pid", "outcome"};

tl::unexpected<Error> disk_error(std::string message, const std::filesystem::path& path, int number) {
    Error error = fail(ErrorCode::disk, std::move(message), path.string(),
                       "Without this record nothing is sent: give this user the right to write there, or free space")
                      .value();
    error.cause = std::generic_category().message(number);
    return fail(std::move(error));
}

std::string json_line(const JournalMembers& members) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [name, value] : members) {
        if (value.empty()) {
            continue;
        }
        writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        const std::string clean = sanitise(value, 4000);
        writer.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
    }
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string member(const FlatObject& object, std::string_view name) { return std::string(object.text(name)); }

/// One line into what was read so far; false when it is none of ours.
bool take_line(std::string_view line, std::vector<JournalledWrite>& writes, std::map<std::string, std::size_t>& places) {
    const auto object = read_flat_object(std::string(line), {});
    if (!object) {
        return false;
    }
    const std::string id = member(*object, "write");
    const std::string stage = member(*object, "stage");
    std::map<std::string, std::string, std::less<>> rest;
    for (const auto& [name, value] : object->members) {
        if (std::find(own_members.begin(), own_members.end(), name) == own_members.end()) {
            rest.emplace(name, value.second);
        }
    }
    if (stage == "intent" && !id.empty() && !places.contains(id)) {
        JournalledWrite write;
        write.id = id;
        write.at = member(*object, "at");
        write.who = member(*object, "who");
        write.verb = member(*object, "verb");
        write.service = member(*object, "service");
        write.about = std::move(rest);
        places.emplace(id, writes.size());
        writes.push_back(std::move(write));
        return true;
    }
    const auto place = places.find(id);
    if (stage != "outcome" || place == places.end()) {
        return false;
    }
    writes[place->second].outcome = member(*object, "outcome");
    writes[place->second].details = std::move(rest);
    return true;
}

}  // namespace

bool JournalledWrite::is_unresolved() const { return outcome.empty() || outcome == "unclear"; }

std::vector<JournalledWrite> read_write_journal(std::string_view bytes, std::vector<std::uint64_t>& damaged) {
    std::vector<JournalledWrite> writes;
    std::map<std::string, std::size_t> places;
    std::uint64_t number = 0;
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        const std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        ++number;
        if (!line.empty() && !take_line(line, writes, places)) {
            damaged.push_back(number);
        }
    }
    return writes;
}

Result<WriteJournal> WriteJournal::open(const std::filesystem::path& path, const Clock& clock) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (auto made = make_own_folders(folder, ".moisson"); !made) {
        return fail(std::move(made.error()));
    }
    WriteJournal journal;
    journal.path_ = path;
    journal.clock_ = &clock;
    journal.who_ = fmt::format("{}@{}", user_name(), host_name());
    const auto opened = open_kept_file(path, O_RDWR | O_APPEND, Access::own);
    if (!opened) {
        auto refused = disk_error("cannot open the journal of writes", path, 0);
        refused.value().cause = opened.error().cause;
        return refused;
    }
    journal.descriptor_ = *opened;
    if (::flock(journal.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(ErrorCode::locked, "another write is under way on this machine", path.string(),
                        "Wait until it has ended, then run again: one write at a time, so that no order is given twice");
        }
        return disk_error("cannot lock the journal of writes", path, errno);
    }
    if (auto synced = sync_folder(folder); !synced) {
        return fail(std::move(synced.error()));
    }
    if (auto read = journal.read(); !read) {
        return fail(std::move(read.error()));
    }
    return journal;
}

WriteJournal::WriteJournal(WriteJournal&& other) noexcept { *this = std::move(other); }

WriteJournal& WriteJournal::operator=(WriteJournal&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        path_ = std::move(other.path_);
        clock_ = other.clock_;
        descriptor_ = std::exchange(other.descriptor_, -1);
        count_ = other.count_;
        torn_ = other.torn_;
        who_ = std::move(other.who_);
        writes_ = std::move(other.writes_);
        damaged_lines_ = other.damaged_lines_;
        first_damaged_line_ = other.first_damaged_line_;
    }
    return *this;
}

WriteJournal::~WriteJournal() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);  // every line is on the disk already; the lock falls with it
    }
}

Status WriteJournal::read() {
    auto bytes = read_file(path_, journal_max_bytes);
    if (!bytes) {
        Error error = std::move(bytes.error());
        if (error.code == ErrorCode::too_large) {
            error.code = ErrorCode::disk;
            error.hint = "Move the journal away to an archive and run again; open writes in it are not looked up any more";
        }
        return fail(std::move(error));
    }
    std::vector<std::uint64_t> damaged;
    writes_ = read_write_journal(*bytes, damaged);
    damaged_lines_ = damaged.size();
    first_damaged_line_ = damaged.empty() ? 0 : damaged.front();
    return bytes->empty() || bytes->back() == '\n' ? Status{} : append("\n");
}

Status WriteJournal::append(std::string_view line) {
    const std::string whole = std::string(torn_ ? "\n" : "") + std::string(line);
    torn_ = false;
    for (std::string_view rest = whole; !rest.empty();) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            torn_ = true;  // part of the line may be there: the next one must not be glued to it
            return disk_error("cannot write the journal of writes", path_, errno);
        }
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return ::fsync(descriptor_) == 0 ? Status{} : disk_error("cannot flush the journal of writes", path_, errno);
}

Result<std::string> WriteJournal::intent(std::string_view verb, std::string_view service, const JournalMembers& about) {
    const Timestamp now = clock_->now();
    const std::string id = fmt::format("{}-{}-{}", now.time_since_epoch().count(), ::getpid(), ++count_);
    JournalMembers members = {{"stage", "intent"},
                              {"write", id},
                              {"at", format_timestamp(now)},
                              {"who", who_},
                              {"pid", fmt::to_string(::getpid())},
                              {"verb", std::string(verb)},
                              {"service", std::string(service)}};
    members.insert(members.end(), about.begin(), about.end());
    if (auto appended = append(json_line(members)); !appended) {
        return fail(std::move(appended.error()));
    }
    return id;
}

Status WriteJournal::outcome(const std::string& id, std::string_view outcome, const JournalMembers& details) {
    JournalMembers members = {
        {"stage", "outcome"}, {"write", id}, {"at", format_timestamp(clock_->now())}, {"who", who_}, {"outcome", std::string(outcome)}};
    members.insert(members.end(), details.begin(), details.end());
    return append(json_line(members));
}

}  // namespace moisson::api

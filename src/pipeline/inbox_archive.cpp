#include "pipeline/inbox_archive.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "base/files.hpp"
#include "invoice/limits.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t name_letters_max = 200;
constexpr std::string_view folder_beginning = "inbox-";

Status bring(archive::Store& store, const archive::ObjectInfo& object, const std::filesystem::path& target) {
    auto bytes = store.get(object.key);
    if (!bytes) {
        return fail(std::move(bytes.error()));
    }
    if (Status made = make_folders(target.parent_path(), Access::own); !made) {
        return made;
    }
    return write_file(target, *bytes, Access::own);
}

}  // namespace

void remove_inboxes_of_killed_runs(const config::Job& job) {
    std::vector<std::filesystem::path> left;
    std::error_code none;
    for (const auto& item : std::filesystem::directory_iterator(state_folder(job), none)) {
        if (item.path().filename().string().starts_with(folder_beginning) && item.is_directory(none)) {
            left.push_back(item.path());
        }
    }
    for (const std::filesystem::path& one : left) {
        std::filesystem::remove_all(one, none);  // the next run tries again
    }
}

Result<FetchedInbox> fetch_inbox(const config::Job& job, const std::string& prefix, const Clock& clock, const std::stop_token& stop) {
    auto store = archive::open_store(job, clock, stop);
    if (!store) {
        return fail(std::move(store.error()));
    }
    const auto objects = (*store)->list(prefix);
    if (!objects) {
        return fail(objects.error());
    }
    auto folder = ScratchFolder::make(state_folder(job) / folder_beginning);
    if (!folder) {
        return fail(std::move(folder.error()));
    }
    FetchedInbox inbox{std::move(*folder), {}, 0};
    std::size_t names = 0;
    for (const archive::ObjectInfo& object : *objects) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "the run was told to stop");
        }
        const std::string name = object.key.substr(prefix.size());
        if (!invoice::is_inbox_name(name)) {
            ++inbox.others;
            continue;
        }
        if (++names > invoice::limits::inbox_names + 1) {
            break;  // one more than is read: who reads the folder says so
        }
        Status brought = archive::check_key(name);
        if (brought) {
            brought = bring(**store, object, inbox.folder.path() / name);
        }
        if (!brought && brought.error().code == ErrorCode::cancelled) {
            return fail(std::move(brought.error()));
        }
        if (!brought) {
            inbox.problems.push_back({sanitise(name, name_letters_max), messages::inbox_not_fetched(brought.error().message)});
        }
    }
    return inbox;
}

}  // namespace moisson::pipeline

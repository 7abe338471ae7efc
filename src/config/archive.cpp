#include "config/archive.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/keys.hpp"
#include "config/table_keys.hpp"

namespace moisson::config {

namespace {

constexpr std::string_view archive_url_hint = "Write url = \"file:///mnt/archive\" or url = \"s3://bucket/prefix\"";

/// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and what older buckets and other stores have.
bool is_bucket(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && is_letters_and_digits(name, ".-_") && name.front() != '.' && name.back() != '.';
}

bool is_archive_prefix(std::string_view prefix) {
    const auto is_control = [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; };
    constexpr std::size_t prefix_max_bytes = 300;
    const std::string parts = fmt::format("/{}/", prefix);
    return prefix.size() <= prefix_max_bytes && std::none_of(prefix.begin(), prefix.end(), is_control) &&
           (prefix.empty() ||
            (parts.find("//") == std::string::npos && parts.find("/./") == std::string::npos && parts.find("/../") == std::string::npos));
}

void take_archive_endpoint(ArchiveSettings& archive, TableKeys& keys) {
    if (const auto region = keys.text("region")) {
        if (region->value.size() > 64 || !is_letters_and_digits(region->value, "-_")) {
            usage_error(fmt::format("the region \"{}\" cannot be used", sanitise(region->value, 80)), region->where,
                        "Write the store's own name of it, for example region = \"eu-west-3\"");
        }
        archive.region = region->value;
    }
    archive.endpoint = fmt::format("https://s3.{}.amazonaws.com", archive.region);
    if (const auto endpoint = keys.text("endpoint")) {
        auto checked = check_base_url(endpoint->value);
        const bool has_path = checked && checked->find('/', checked->find("://") + 3) != std::string::npos;
        if (!checked || has_path) {
            usage_error(fmt::format("endpoint cannot be used: {}", has_path ? Message("it has a path") : checked.error().message),
                        endpoint->where, "Write the S3 store's address without bucket, for example endpoint = \"https://s3.example.com\"");
        }
        archive.endpoint = *checked;
    }
    if (const auto ca_file = keys.text("ca_file")) {
        archive.ca_file = ca_file->value;
    }
}

void check_archive_keys(const ArchiveSettings& archive, const std::string& where) {
    const std::array<std::pair<std::string_view, bool>, 2> given{
        {{"access_key_id", !archive.access_key_id.empty()}, {"secret_access_key", !archive.secret_access_key.empty()}}};
    for (const auto& [name, is_given] : given) {
        if (!is_given && !archive.bucket.empty()) {
            const JobKey* key = find_job_key("archive", name);
            MOISSON_INVARIANT(key != nullptr, "secrets are in the table of keys");
            usage_error(fmt::format("the archive needs {}", name), where,
                        fmt::format("Give {0}, {0}_FILE or {0}_COMMAND in the environment, or {1}_file or {1}_command in [archive]",
                                    key->environment, name));
        }
    }
}

}  // namespace

Status split_archive_url(ArchiveSettings& settings, std::string_view url) {
    constexpr std::string_view file_scheme = "file://";
    constexpr std::string_view s3_scheme = "s3://";
    if (url.starts_with(file_scheme)) {
        settings.folder = url.substr(file_scheme.size());
        while (settings.folder.size() > 1 && settings.folder.ends_with('/')) {
            settings.folder.pop_back();
        }
        if (!settings.folder.starts_with('/') || settings.folder.find('\0') != std::string::npos) {
            return fail(ErrorCode::bad_input, "its folder is not absolute");
        }
    } else if (url.starts_with(s3_scheme)) {
        const std::string_view rest = url.substr(s3_scheme.size());
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        settings.bucket = rest.substr(0, slash);
        settings.prefix = rest.substr(std::min(slash + 1, rest.size()));
        while (settings.prefix.ends_with('/')) {
            settings.prefix.pop_back();
        }
        if (!is_bucket(settings.bucket)) {
            return fail(ErrorCode::bad_input, "its bucket is no bucket's name");
        }
        if (!is_archive_prefix(settings.prefix)) {
            return fail(ErrorCode::bad_input, "its prefix cannot be used");
        }
    } else {
        return fail(ErrorCode::bad_input, "it begins with neither file:// nor s3://");
    }
    settings.url = url;
    return {};
}

void read_archive(Job& job, const JobFile& file, const Environment& environment, bool secrets, const std::stop_token& stop) {
    ArchiveSettings& archive = job.archive;
    TableKeys keys(job, file, environment, "archive");
    const auto url = keys.text("url");
    if (url) {
        if (Status split = split_archive_url(archive, url->value); !split) {
            usage_error(fmt::format("the archive's url \"{}\" cannot be used: {}", sanitise(url->value, 120), split.error().message),
                        url->where, std::string(archive_url_hint));
        }
    }
    take_archive_endpoint(archive, keys);
    if (const auto years = keys.whole("retention")) {
        archive.retention_years = static_cast<int>(*years);
    }
    if (const auto lock = keys.text("object_lock")) {
        if (lock->value != "auto" && lock->value != "never") {
            usage_error(fmt::format("object_lock must be \"auto\" or \"never\", found \"{}\"", sanitise(lock->value, 40)), lock->where,
                        "Leave it out for \"auto\": objects are locked where the bucket can");
        }
        archive.object_lock = lock->value == "auto";
    }
    if (!secrets || !url || archive.bucket.empty()) {
        return;
    }
    archive.access_key_id = keys.secret("access_key_id", stop);
    archive.secret_access_key = keys.secret("secret_access_key", stop);
    archive.session_token = keys.secret("session_token", stop);
    check_archive_keys(archive, url->where);
}

}  // namespace moisson::config

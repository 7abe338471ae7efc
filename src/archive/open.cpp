#include "archive/archive.hpp"

#include <utility>

#include "archive/folder_store.hpp"
#include "archive/s3_store.hpp"
#include "base/version.hpp"

namespace moisson::archive {

namespace {

Result<std::shared_ptr<const http::Transport>> make_transport(const config::Job& job) {
    http::ClientOptions options;
    options.ca_file = job.archive.ca_file;
    options.connect_timeout = job.transfer.connect_timeout;
    options.read_timeout = job.transfer.read_timeout;
    options.user_agent = std::string(user_agent());
    const config::ProxySettings& proxies = job.proxies;
    if (Status set = http::apply_proxy_settings(options, proxies.https_proxy.reveal(), proxies.http_proxy.reveal(), proxies.no_proxy);
        !set) {
        return fail(std::move(set.error()));
    }
    return http::Transport::make(std::move(options));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const config::Job& job, const Clock& clock, std::stop_token stop) {
    const config::ArchiveSettings& settings = job.archive;
    if (settings.url.empty()) {
        return nullptr;
    }
    if (!settings.folder.empty()) {
        return open_folder_store(settings.folder, job.output.file_mode);
    }
    auto endpoint = http::Url::parse(settings.endpoint);
    if (!endpoint) {
        return fail(std::move(endpoint.error()));
    }
    auto transport = make_transport(job);
    if (!transport) {
        return fail(std::move(transport.error()));
    }
    S3Options options;
    options.endpoint = std::move(*endpoint);
    options.bucket = settings.bucket;
    options.prefix = settings.prefix;
    options.keys = {settings.access_key_id.reveal(), settings.secret_access_key.reveal(), settings.session_token.reveal(), settings.region};
    options.object_lock = settings.object_lock;
    return open_s3_store(std::move(options), std::move(*transport), clock, std::move(stop));
}

}  // namespace moisson::archive

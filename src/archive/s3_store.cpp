#include "archive/s3_store.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "archive/s3_answer.hpp"
#include "archive/xml.hpp"
#include "base/base64.hpp"
#include "base/digest.hpp"

namespace moisson::archive {

namespace {

constexpr std::size_t pages_max = 10'000;  // of 1,000 keys each

/// What locks ask for besides the signature (PutObject, "Object Lock"); empty where policy forbids MD5.
std::string md5_base64(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
        return {};
    }
    return encode_base64({reinterpret_cast<const char*>(digest.data()), size});
}

class S3Store final : public Store {
public:
    S3Store(S3Options options, std::shared_ptr<const http::Transport> transport, const Clock& clock, std::stop_token stop)
        : options_(std::move(options)), clock_(clock), stop_(std::move(stop)), session_(std::move(transport), clock) {}

    [[nodiscard]] std::string name() const override {
        return fmt::format("s3://{}{}{}", options_.bucket, options_.prefix.empty() ? "" : "/", options_.prefix);
    }

    [[nodiscard]] Result<std::vector<ObjectInfo>> list(const std::string& beginning) override {
        std::vector<ObjectInfo> found;
        Query query{{"list-type", "2"}, {"prefix", with_prefix(beginning)}};
        std::string token;
        for (std::size_t page = 0; page < pages_max; ++page) {
            auto answer = ask({.method = "GET", .query = query, .what = beginning});
            if (!answer) {
                return fail(std::move(answer.error()));
            }
            auto xml = read_xml(answer->body);
            if (!xml || text_at(*xml, "ListBucketResult/Name").empty()) {
                return bad_answer("the list of the archive cannot be read", beginning);
            }
            if (Status taken = take_page(*xml, found); !taken) {
                return fail(std::move(taken.error()));
            }
            if (text_at(*xml, "ListBucketResult/IsTruncated") != "true") {
                std::sort(found.begin(), found.end(), [](const ObjectInfo& one, const ObjectInfo& other) { return one.key < other.key; });
                return found;
            }
            std::string next = text_at(*xml, "ListBucketResult/NextContinuationToken");
            if (next.empty() || next == token) {
                break;
            }
            token = std::move(next);
            query.resize(2);
            query.emplace_back("continuation-token", token);
        }
        return bad_answer("the list of the archive does not end", beginning);
    }

    [[nodiscard]] Result<std::optional<ObjectInfo>> head(const std::string& key) override {
        auto answer = ask({.method = "HEAD", .key = key, .what = key});
        if (!answer) {
            if (answer.error().code == ErrorCode::not_found) {
                return std::nullopt;
            }
            return fail(std::move(answer.error()));
        }
        ObjectInfo info{key, 0, std::nullopt};
        const std::string_view length = answer->headers.find("Content-Length").value_or("");
        const auto [end, problem] = std::from_chars(length.data(), length.data() + length.size(), info.size_bytes);
        if (problem != std::errc{} || end != length.data() + length.size()) {
            return bad_answer("the archive does not say how long an object is", key);
        }
        if (const auto until = answer->headers.find("x-amz-object-lock-retain-until-date")) {
            info.locked_until = parse_timestamp(*until);
        }
        return info;
    }

    [[nodiscard]] Status put(const std::string& key, std::string_view bytes, const PutOptions& options) override {
        if (bytes.size() > object_max_bytes) {
            return fail(ErrorCode::too_large, "an object of an archive is smaller", place_of(key));
        }
        Question question{.method = "PUT", .key = key, .body = std::string(bytes), .sha256 = options.sha256, .what = key};
        question.headers.set("Content-Type", "application/octet-stream");
        if (options.lock_until) {
            auto known = protection();
            if (!known) {
                return fail(std::move(known.error()));
            }
            if (known->locks) {
                question.headers.set("x-amz-object-lock-mode", "COMPLIANCE");
                question.headers.set("x-amz-object-lock-retain-until-date", format_timestamp_seconds(*options.lock_until));
                set_md5(question);
            }
        }
        auto answer = ask(std::move(question));
        return answer ? Status() : Status(fail(std::move(answer.error())));
    }

    [[nodiscard]] Result<std::string> get(const std::string& key) override {
        auto answer = ask({.method = "GET", .key = key, .what = key});
        if (!answer) {
            return fail(std::move(answer.error()));
        }
        return std::move(answer->body);
    }

    [[nodiscard]] Status lock(const std::string& key, Timestamp until) override {
        auto known = protection();
        if (!known || !known->locks) {
            return known ? Status() : Status(fail(std::move(known.error())));
        }
        Question question{.method = "PUT", .key = key, .query = {{"retention", ""}}, .what = key};
        question.body = fmt::format(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>COMPLIANCE</Mode>"
            "<RetainUntilDate>{}</RetainUntilDate></Retention>",
            format_timestamp_seconds(until));
        set_md5(question);
        auto answer = ask(std::move(question));
        return answer ? Status() : Status(fail(std::move(answer.error())));
    }

    [[nodiscard]] Result<Protection> protection() override {
        if (protection_) {
            return *protection_;
        }
        Protection found;
        auto versions = ask_setting("versioning", "VersioningConfiguration/Status");
        auto locks = options_.object_lock ? ask_setting("object-lock", "ObjectLockConfiguration/ObjectLockEnabled") : std::string();
        if (!versions || !locks) {
            return fail(std::move(versions ? locks.error() : versions.error()));
        }
        found.versions = *versions == "Enabled";
        found.locks = *locks == "Enabled";
        protection_ = found;
        return found;
    }

private:
    struct Question {
        std::string method;
        std::optional<std::string> key = std::nullopt;  ///< none: the bucket itself
        Query query = {};
        http::Headers headers = {};
        std::string body = {};
        std::string sha256 = {};  ///< of the body; empty: computed
        std::string what = {};    ///< for messages
    };
    struct Answer {
        http::Headers headers;
        std::string body;
    };

    [[nodiscard]] std::string with_prefix(const std::string& key) const {
        return options_.prefix.empty() ? key : fmt::format("{}/{}", options_.prefix, key);
    }

    [[nodiscard]] std::string place_of(const std::string& what) const { return fmt::format("{}/{}", name(), sanitise(what)); }

    [[nodiscard]] tl::unexpected<Error> bad_answer(std::string message, const std::string& what) const {
        return fail(ErrorCode::bad_answer, std::move(message), place_of(what), "Check endpoint and url of [archive]");
    }

    static void set_md5(Question& question) {
        if (std::string md5 = md5_base64(question.body); !md5.empty()) {
            question.headers.set("Content-MD5", std::move(md5));
        }
    }

    [[nodiscard]] Status take_page(const std::vector<std::pair<std::string, std::string>>& xml, std::vector<ObjectInfo>& found) const {
        const std::string own = options_.prefix.empty() ? std::string() : options_.prefix + "/";
        ObjectInfo one;
        for (const auto& [path, text] : xml) {
            if (path == "ListBucketResult/Contents/Key") {
                one.key = text;
            } else if (path == "ListBucketResult/Contents/Size") {
                const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), one.size_bytes);
                if (problem != std::errc{} || end != text.data() + text.size()) {
                    return bad_answer("the list of the archive cannot be read", one.key);
                }
            } else if (path == "ListBucketResult/Contents") {
                if (!one.key.starts_with(own)) {
                    return bad_answer("the list of the archive holds what was not asked for", one.key);
                }
                one.key.erase(0, own.size());
                found.push_back(std::exchange(one, {}));
            }
        }
        return {};
    }

    /// Empty where the bucket has no such setting, the store knows none, or this user may not see it.
    [[nodiscard]] Result<std::string> ask_setting(const std::string& setting, std::string_view path) {
        auto answer = ask({.method = "GET", .query = {{setting, ""}}, .what = "?" + setting});
        if (answer) {
            const auto xml = read_xml(answer->body);
            return xml ? text_at(*xml, path) : std::string();
        }
        const Error& error = answer.error();
        const bool is_none = error.http_status == 404 && error.cause.find("NoSuchBucket") == std::string::npos;
        if (is_none || error.http_status == 400 || error.code == ErrorCode::forbidden || error.http_status == 405 ||
            error.http_status == 409 || error.http_status == 501) {
            return std::string();
        }
        return fail(std::move(answer.error()));
    }

    [[nodiscard]] Result<Answer> ask(Question question) {
        if (question.key) {
            if (Status fine = check_key(*question.key); !fine) {
                return fail(std::move(fine.error()));
            }
        }
        if (question.sha256.empty()) {
            question.sha256 = sha256_hex(question.body);
        }
        http::Request request;
        request.method = question.method;
        request.url = options_.endpoint;
        std::string path = "/" + options_.bucket;
        path += question.key ? "/" + with_prefix(*question.key) : std::string();
        request.url.path_and_query = encode_path(path);
        if (!question.query.empty()) {
            request.url.path_and_query += "?" + encode_query(question.query);
        }
        request.headers = std::move(question.headers);
        request.body = std::move(question.body);
        auto wait = options_.first_wait;
        for (int attempt = 1;; ++attempt, wait *= 2) {
            auto answer = ask_once(request, question.sha256, place_of(question.what));
            if (answer || answer.error().retry == Retry::never || attempt >= options_.attempts_max) {
                return answer;
            }
            if (!pause(answer.error().retry_after.value_or(wait))) {
                return fail(ErrorCode::cancelled, "stopped while asking the archive");
            }
        }
    }

    [[nodiscard]] Result<Answer> ask_once(http::Request& request, const std::string& sha256, std::string where) {
        sign(request, sha256, options_.keys, clock_.now());
        http::StringSink sink;
        http::Limits limits;
        limits.body_max_bytes = object_max_bytes;
        limits.redirects_max = 0;
        auto response = session_.exchange(request, sink, limits, stop_);
        if (!response) {
            Error error = std::move(response.error());
            error.where = std::move(where);
            return fail(std::move(error));
        }
        if (!response->ok()) {
            return fail(judge_s3_answer(*response, where));
        }
        return Answer{std::move(response->headers), std::move(sink.bytes)};
    }

    /// In short steps, so that a stop is seen soon; false when stopped.
    [[nodiscard]] bool pause(std::chrono::milliseconds wait) const {
        const auto due = clock_.steady_now() + wait;
        while (clock_.steady_now() < due && !stop_.stop_requested()) {
            const std::chrono::steady_clock::duration left = due - clock_.steady_now();
            std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds(50)));
        }
        return !stop_.stop_requested();
    }

    S3Options options_;
    const Clock& clock_;
    std::stop_token stop_;
    http::Session session_;
    std::optional<Protection> protection_;
};

}  // namespace

std::unique_ptr<Store> open_s3_store(S3Options options, std::shared_ptr<const http::Transport> transport, const Clock& clock,
                                     std::stop_token stop) {
    return std::make_unique<S3Store>(std::move(options), std::move(transport), clock, std::move(stop));
}

}  // namespace moisson::archive

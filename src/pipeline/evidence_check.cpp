#include "pipeline/evidence_check.hpp"

#include <system_error>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "domain/evidence_names.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t evidence_bytes_max = 1ULL << 30U;

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

/// Opened only where it is a plain file: a link, a pipe or a device is somebody else's.
Result<std::string> read_plain(const fs::path& path, std::uint64_t bytes_max) {
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(path, ignored))) {
        return fail(ErrorCode::verification, "it is not a plain file", path.string());
    }
    return read_file(path, bytes_max);
}

class EvidenceCheck {
public:
    EvidenceCheck(const fs::path& folder, const evidence::Trust& trust, Timestamp now) : folder_(folder), trust_(trust), now_(now) {}

    [[nodiscard]] Result<EvidenceReport> run() {
        report_.has_evidence = is_there(folder_ / evidence_name);
        if (report_.has_evidence) {
            auto bytes = read_plain(folder_ / evidence_name, evidence_bytes_max);
            if (!bytes) {
                return fail(std::move(bytes.error()));
            }
            report_.evidence = std::move(*bytes);
            report_.stamped = report_.evidence;
        }
        for (unsigned number = 1; number <= evidence_stamps_max; ++number) {
            if (is_there(folder_ / evidence_stamp_name(number))) {
                if (auto done = check_stamp(number); !done) {
                    return fail(std::move(done.error()));
                }
            }
        }
        if (is_there(folder_ / evidence_signature_name)) {
            if (auto done = check_signature(); !done) {
                return fail(std::move(done.error()));
            }
        }
        return std::move(report_);
    }

private:
    void add_problem(std::string_view name, const Error& error) {
        const std::string cause = error.cause.empty() ? std::string() : fmt::format(" ({})", error.cause);
        report_.problems.push_back(fmt::format("{}: {}{}", name, error.message, cause));
    }

    /// False, and said, where there is nothing that it could be of.
    [[nodiscard]] bool has_ground(const std::string& name, unsigned number) {
        if (!report_.has_evidence) {
            report_.problems.push_back(fmt::format("{}: there is no {} that it could be of", name, evidence_name));
            return false;
        }
        if (number != taken_ + 1) {
            report_.problems.push_back(fmt::format("{}: {} is missing, and it is of that one too", name, evidence_stamp_name(taken_ + 1)));
            return false;
        }
        return true;
    }

    [[nodiscard]] Status check_stamp(unsigned number) {
        const std::string name = evidence_stamp_name(number);
        if (!has_ground(name, number)) {
            return {};
        }
        const auto token = read_plain(folder_ / name, evidence::token_bytes_max);
        if (!token && token.error().code == ErrorCode::disk) {
            return fail(token.error());
        }
        auto facts = token ? evidence::verify_timestamp(*token, sha256_hex(report_.stamped), trust_) : fail(token.error());
        taken_ = number;
        report_.stamped += token ? *token : std::string();
        if (!facts) {
            add_problem(name, facts.error());
            return {};
        }
        if (!report_.stamps.empty() && facts->time < report_.stamps.back().time) {
            report_.problems.push_back(fmt::format("{}: it is older than the stamp that it is said to renew", name));
            return {};
        }
        const bool too_late = !report_.stamps.empty() && facts->time > report_.stamps.back().certificate_end;
        report_.said.push_back(fmt::format("{}: stamped at {} by {}{}, policy {}, serial {}; its certificate ends on {}{}", name,
                                           format_timestamp_seconds(facts->time), facts->authority, in_trust(facts->trusted),
                                           facts->policy, facts->serial, format_timestamp_seconds(facts->certificate_end),
                                           too_late ? "; the stamp before it had ended by then" : ""));
        report_.stamps.push_back(std::move(*facts));
        return {};
    }

    [[nodiscard]] Status check_signature() {
        if (!report_.has_evidence) {
            report_.problems.push_back(fmt::format("{}: there is no {} that it could be of", evidence_signature_name, evidence_name));
            return {};
        }
        const auto bytes = read_plain(folder_ / evidence_signature_name, evidence::signature_bytes_max);
        if (!bytes && bytes.error().code == ErrorCode::disk) {
            return fail(bytes.error());
        }
        auto facts = bytes ? evidence::verify_signature(*bytes, report_.evidence, trust_, now_) : fail(bytes.error());
        if (!facts) {
            add_problem(evidence_signature_name, facts.error());
            return {};
        }
        report_.said.push_back(fmt::format("{}: signed{} by {}{}; the certificate ends on {}", evidence_signature_name,
                                           facts->time ? fmt::format(" at {}", format_timestamp_seconds(*facts->time)) : "", facts->signer,
                                           in_trust(facts->trusted), format_timestamp_seconds(facts->certificate_end)));
        report_.signature = std::move(*facts);
        return {};
    }

    static std::string_view in_trust(bool trusted) { return trusted ? "" : " (whose that is was not checked; verify --evidence-ca does)"; }

    const fs::path& folder_;
    const evidence::Trust& trust_;
    Timestamp now_;
    EvidenceReport report_;
    unsigned taken_ = 0;  ///< the last stamp that is part of `stamped`
};

}  // namespace

Result<EvidenceReport> check_evidence(const fs::path& folder, const evidence::Trust& trust, Timestamp now) {
    return EvidenceCheck(folder, trust, now).run();
}

}  // namespace moisson::pipeline

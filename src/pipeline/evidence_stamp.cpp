#include "pipeline/evidence_stamp.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "config/secret.hpp"
#include "domain/evidence_names.hpp"
#include "pipeline/evidence_check.hpp"
#include "pipeline/local_settings.hpp"
#include "pipeline/stamp_authority.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds sign_time_max{60};  ///< an HSM or a KMS over the network; nobody types a PIN

/// With the job's own line in front of the file.
Error at_place(const config::Job& job, const std::string& key, Error error) {
    const std::string place = place_of(job, key);
    if (!place.empty()) {
        error.where = error.where.empty() ? place : fmt::format("{}, file {}", place, error.where);
    }
    return error;
}

Result<std::string> run_sign_command(const StampContext& context, const std::string& content) {
    const config::EvidenceSettings& settings = context.job.evidence;
    auto signature = config::run_filter(settings.sign_command, settings.command_environment, content, evidence::signature_bytes_max,
                                        sign_time_max, context.stop);
    if (!signature) {
        Error error = std::move(signature.error());
        if (error.code != ErrorCode::cancelled) {
            error.message = fmt::format("the sign_command gave no signature: {}", error.message);
            error.hint = "Run it by hand: it must read the file on its input and print a detached CMS signature in DER";
        }
        return fail(at_place(context.job, "evidence.sign_command", std::move(error)));
    }
    return signature;
}

/// Checked before it is believed: a command may print anything.
Result<std::string> make_signature(const StampContext& context, const std::string& content) {
    const Timestamp now = context.clock.now();
    const evidence::Signer* signer = context.tools.signer.get();
    if (signer != nullptr && (now < signer->certificate_begin() || now > signer->certificate_end())) {
        return fail(ErrorCode::bad_input,
                    fmt::format("the certificate of {} is not valid now: it runs from {} to {}", signer->subject(),
                                format_timestamp_seconds(signer->certificate_begin()), format_timestamp_seconds(signer->certificate_end())),
                    place_of(context.job, context.job.evidence.pkcs12_file.empty() ? "evidence.certificate" : "evidence.pkcs12"),
                    "Get a new one and name it in [evidence]");
    }
    auto signature = signer != nullptr ? signer->sign(content, now) : run_sign_command(context, content);
    if (!signature) {
        return signature;
    }
    if (auto holds = evidence::verify_signature(*signature, content, {}, now); !holds) {
        Error error = std::move(holds.error());
        error.message = fmt::format("what the sign_command printed is no signature of this month: {}", error.message);
        error.hint = "It must print a detached CMS signature in DER, with its certificate, of the bytes on its input";
        return fail(at_place(context.job, "evidence.sign_command", std::move(error)));
    }
    return signature;
}

/// First in a folder beside the month, then into it in one step: a kill leaves nothing in the month that is not whole. What it leaves
/// beside it goes with the next stamp or the next export, which knows such folders by their end.
Status put_beside(const fs::path& folder, const std::string& name, std::string_view bytes, unsigned file_mode) {
    const fs::path part = folder.parent_path() / fmt::format(".{}.{}.moisson-part", folder.filename().string(), name);
    const fs::path made = part / name;
    Status done = remove_path(part);
    done = done ? make_new_folder(part) : std::move(done);
    done = done ? write_file(made, bytes) : std::move(done);
    done = done ? set_modes(made, file_mode) : std::move(done);
    done = done ? rename_path(made, folder / name) : std::move(done);
    const Status removed = remove_path(part);  // what failed says more
    static_cast<void>(removed);
    return done;
}

bool wants_stamp(const StampContext& context, const EvidenceReport& found, Renewal renewal) {
    if (context.job.evidence.tsa_url.empty() || found.stamps.size() >= evidence_stamps_max) {
        return false;
    }
    if (found.stamps.empty() || renewal == Renewal::always) {
        return true;
    }
    return renewal == Renewal::when_due && found.stamps.back().certificate_end < context.clock.now() + std::chrono::days(renewal_days);
}

/// "out/2026-10" and "out/2026-10/" are one folder.
fs::path without_slash(const fs::path& folder) {
    const fs::path plain = fs::absolute(folder).lexically_normal();
    return plain.has_filename() ? plain : plain.parent_path();
}

}  // namespace

EvidenceTools open_evidence_tools(const config::Job& job, std::vector<Error>& problems) {
    const config::EvidenceSettings& settings = job.evidence;
    EvidenceTools tools;
    if (!settings.tsa_ca_file.empty()) {
        if (auto trust = evidence::Trust::read(settings.tsa_ca_file)) {
            tools.trust = std::move(*trust);
        } else {
            problems.push_back(at_place(job, "evidence.tsa_ca_file", std::move(trust.error())));
        }
    }
    if (!settings.tsa_url.empty()) {
        if (auto usable = StampAuthority::check(job); !usable) {
            problems.push_back(at_place(job, "evidence.tsa_url", std::move(usable.error())));
        }
    }
    const bool is_container = !settings.pkcs12_file.empty();
    if (is_container || !settings.certificate_file.empty()) {
        auto signer = is_container ? evidence::Signer::from_pkcs12(settings.pkcs12_file, settings.passphrase.reveal())
                                   : evidence::Signer::from_pem(settings.certificate_file, settings.key_file, settings.passphrase.reveal());
        if (signer) {
            tools.signer = std::make_shared<const evidence::Signer>(std::move(*signer));
        } else {
            const char* key = is_container                                            ? "evidence.pkcs12"
                              : signer.error().where == settings.certificate_file ? "evidence.certificate"
                                                                                      : "evidence.key";
            problems.push_back(at_place(job, key, std::move(signer.error())));
        }
    }
    return tools;
}

Result<Stamped> stamp_month(const StampContext& context, const fs::path& path, Renewal renewal) {
    const fs::path folder = without_slash(path);
    auto found = check_evidence(folder, {}, context.clock.now());
    if (!found) {
        return fail(std::move(found.error()));
    }
    if (!found->problems.empty()) {
        return fail(ErrorCode::verification, fmt::format("{}", fmt::join(found->problems, "; ")), folder.string(),
                    "Put the folder back as it was; `moisson verify` names all that is wrong with it");
    }
    Stamped done;
    done.has_evidence = found->has_evidence;
    if (!found->has_evidence) {
        return done;
    }
    const auto keep = [&](const std::string& name, const std::string& bytes) -> Status {
        Status put = put_beside(folder, name, bytes, context.job.output.file_mode);
        if (put) {
            done.written.push_back(name);
        }
        return put;
    };
    if (context.job.evidence.signs() && !found->signature) {
        auto signature = make_signature(context, found->evidence);
        if (!signature) {
            done.not_signed = std::move(signature.error());
        } else if (auto kept = keep(std::string(evidence_signature_name), *signature); !kept) {
            return fail(std::move(kept.error()));
        }
    }
    if (wants_stamp(context, *found, renewal)) {
        StampAuthority authority(context.job, context.clock);
        auto token = authority.ask(sha256_hex(found->stamped), context.tools.trust, context.stop);
        if (!token) {
            done.not_stamped = std::move(token.error());
        } else if (auto kept = keep(evidence_stamp_name(static_cast<unsigned>(found->stamps.size()) + 1), *token); !kept) {
            return fail(std::move(kept.error()));
        }
    }
    auto now = check_evidence(folder, {}, context.clock.now());
    if (now) {
        done.said = std::move(now->said);
    }
    return done;
}

void stamp_published(const StampContext& context, const fs::path& folder, Reporter& reporter, RunSummary& summary) {
    if (context.job.evidence.tsa_url.empty() && !context.job.evidence.signs()) {
        return;
    }
    const auto warn = [&](FindingCode code, std::string_view what, const Error& why) {
        Finding finding = make_finding(code);
        finding.detail = context.job.secrets->clean(why.to_line());
        reporter.log(LogLevel::warning, finding.code.kind().code,
                     fmt::format("the month is published, but not {}: {}. Later: moisson evidence stamp {}", what, why.to_line(),
                                 sanitise(folder.string())),
                     {{"code", to_text(why.code)}});
        summary.findings.push_back(std::move(finding));
    };
    const auto done = stamp_month(context, folder, Renewal::never);
    if (!done) {
        warn("evidence-not-stamped", "stamped", done.error());
        return;
    }
    if (done->not_signed) {
        warn("evidence-not-signed", "signed", *done->not_signed);
    }
    if (done->not_stamped) {
        warn("evidence-not-stamped", "stamped", *done->not_stamped);
    }
    for (const std::string& name : done->written) {
        reporter.log(LogLevel::info, "evidence", fmt::format("{} is written", name));
    }
}

}  // namespace moisson::pipeline

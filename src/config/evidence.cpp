/// What the job file says about time stamps and signatures.
#include "config/evidence.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/record_keeping.hpp"
#include "config/secret.hpp"

namespace moisson::config {

namespace {

struct EvidenceReader {
    const JobFile& file;
    std::map<std::string, std::string>& origins;

    /// Null where the file does not have it.
    const Setting* find(std::string_view name) const {
        const std::string full = fmt::format("evidence.{}", name);
        const Setting* setting = file.find(full);
        origins[full] = setting == nullptr ? "not given" : fmt::format("job file line {}", setting->line);
        if (setting != nullptr && std::get<std::string>(setting->value).empty()) {
            usage_error(fmt::format("{} is empty", name), file.where(*setting), "Give it a value or remove the line");
        }
        return setting;
    }
    const Setting* take_path(std::string_view name, std::string& target) const {
        const Setting* setting = find(name);
        if (setting != nullptr) {
            target = file.resolve(std::get<std::string>(setting->value));
        }
        return setting;
    }
};

void take_authority(const EvidenceReader& reader, EvidenceSettings& settings) {
    const Setting* url = reader.find("tsa_url");
    const Setting* authorities = reader.take_path("tsa_ca_file", settings.tsa_ca_file);
    if (url != nullptr) {
        auto checked = check_public_url(std::get<std::string>(url->value));
        if (!checked) {
            usage_error(fmt::format("evidence.tsa_url cannot be used: {}", checked.error().message), reader.file.where(*url),
                        "Write the address of a time stamp authority (RFC 3161) such as https://tsa.example.com/tsr");
        }
        settings.tsa_url = std::move(*checked);
    } else if (authorities != nullptr) {
        usage_error("tsa_ca_file is given without tsa_url", reader.file.where(*authorities),
                    "Name the time stamp authority that is asked: tsa_url = \"https://…\"");
    }
}

/// At most one of three ways to sign.
void take_signer(const EvidenceReader& reader, EvidenceSettings& settings) {
    const Setting* certificate = reader.take_path("certificate", settings.certificate_file);
    const Setting* key = reader.take_path("key", settings.key_file);
    const Setting* container = reader.take_path("pkcs12", settings.pkcs12_file);
    const Setting* command = reader.find("sign_command");
    if ((certificate == nullptr) != (key == nullptr)) {
        usage_error(fmt::format("{} is given without {}", certificate != nullptr ? "certificate" : "key",
                                certificate != nullptr ? "key" : "certificate"),
                    reader.file.where(certificate != nullptr ? *certificate : *key), "A signature needs both, each a PEM file");
    }
    std::optional<std::string_view> given;
    for (const auto& [name, setting] :
         {std::pair{"certificate", certificate}, std::pair{"pkcs12", container}, std::pair{"sign_command", command}}) {
        if (setting != nullptr && given) {
            usage_error(fmt::format("{} and {} are both given", *given, name), reader.file.where(*setting),
                        "Keep one of them: certificate with key, pkcs12, or sign_command");
        }
        given = setting != nullptr ? std::optional<std::string_view>(name) : given;
    }
    if (command != nullptr) {
        auto words = split_words(std::get<std::string>(command->value));
        if (!words) {
            usage_error(fmt::format("sign_command cannot be run: {}", words.error().message), reader.file.where(*command),
                        words.error().hint.empty() ? "Write a command that reads the file on its input and prints a CMS signature in DER"
                                                   : words.error().hint);
        }
        settings.sign_command = std::move(*words);
    }
}

}  // namespace

void read_evidence(Job& job, const JobFile& file, const Environment& environment, bool with_passphrase, const std::stop_token& stop) {
    read_record_keeping(job, file);
    EvidenceSettings& settings = job.evidence;
    const EvidenceReader reader{file, job.origins};
    take_authority(reader, settings);
    take_signer(reader, settings);
    if (!settings.sign_command.empty()) {
        settings.command_environment = environment_for_command(environment);
    }
    for (const std::string& key_file : {settings.key_file, settings.pkcs12_file}) {
        if (std::string sentence = key_file.empty() ? std::string() : openness_of_file(key_file); !sentence.empty()) {
            job.open_secrets.push_back(std::move(sentence));
        }
    }
    const Layer layer = layer_of_secret("passphrase", file, environment, "evidence");
    std::string& origin = job.origins["evidence.passphrase"];
    origin = "not given";
    // Nothing is opened with it: its command is not run, its file not read.
    if (layer == Layer::none || (settings.key_file.empty() && settings.pkcs12_file.empty())) {
        return;
    }
    origin = layer == Layer::environment ? "environment" : "job file";
    if (with_passphrase) {
        FoundSecret passphrase = find_secret("passphrase", file, environment, "evidence", stop);
        origin = passphrase.origin;
        if (passphrase.plain_in_job_file && file.read_by_others) {
            job.warnings.push_back(
                fmt::format("{} holds passphrase in plain text and every user of this machine can read it: run chmod 600 {}",
                            sanitise(file.path), sanitise(file.path)));
        }
        if (std::string sentence = passphrase.file.empty() ? std::string() : openness_of_file(passphrase.file); !sentence.empty()) {
            job.open_secrets.push_back(std::move(sentence));
        }
        settings.passphrase = std::move(passphrase.value);
    }
}

}  // namespace moisson::config

#include "config/inboxes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result.hpp"

namespace moisson::config {

namespace {

/// A SIREN, a SIRET, or a VAT id, which begins with the letters of its country and has digits; with blanks as people write them.
bool is_seller(std::string id) {
    std::erase(id, ' ');
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    const auto is_letter = [](char letter) { return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z'); };
    if (std::all_of(id.begin(), id.end(), is_digit)) {
        return id.size() == 9 || id.size() == 14;
    }
    return id.size() >= 4 && id.size() <= 20 && is_letter(id[0]) && is_letter(id[1]) && std::any_of(id.begin(), id.end(), is_digit) &&
           std::all_of(id.begin(), id.end(), [&](char letter) { return is_digit(letter) || is_letter(letter); });
}

/// Empty where the key is not there.
std::string one_of(const JobFile& file, const Record& record, const char* key, const char* first, const char* second) {
    const Setting* const found = record.find(key);
    const std::string value = found == nullptr ? std::string() : std::get<std::string>(found->value);
    if (found != nullptr && value != first && value != second) {
        usage_error(fmt::format("{} is \"{}\"", key, sanitise(value, 60)), file.where(*found),
                    fmt::format("Write {0} = \"{1}\" or {0} = \"{2}\"", key, first, second));
    }
    return value;
}

/// Parts of letters, digits and . _ - with a slash behind each, none of those that hold the archive's own objects.
bool is_prefix(std::string_view prefix) {
    constexpr std::string_view marks = "._-";
    const auto is_plain = [&](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               marks.find(letter) != std::string_view::npos;
    };
    constexpr std::size_t bytes_max = 200;
    const bool is_own = prefix.starts_with("months/") || prefix.starts_with("closings/");
    if (prefix.empty() || prefix.size() > bytes_max || prefix.back() != '/' || is_own) {
        return false;
    }
    while (!prefix.empty()) {
        const std::string_view part = prefix.substr(0, prefix.find('/'));
        if (part.empty() || part.front() == '.' || !std::all_of(part.begin(), part.end(), is_plain)) {
            return false;
        }
        prefix.remove_prefix(part.size() + 1);
    }
    return true;
}

/// A folder, or what begins the keys of an archive's objects.
void take_place(const JobFile& file, const Record& record, InboxSettings& inbox) {
    const Setting* const folder = record.find("folder");
    const Setting* const prefix = record.find("prefix");
    if (folder != nullptr && prefix != nullptr) {
        usage_error("an inbox has folder and prefix", file.where(*prefix), "Name two inboxes: each has a place of its own");
    }
    if (prefix != nullptr) {
        inbox.prefix = std::get<std::string>(prefix->value);
        if (!is_prefix(inbox.prefix)) {
            usage_error(fmt::format("prefix is \"{}\"", sanitise(inbox.prefix, 60)), file.where(*prefix),
                        "Write letters, digits and . _ - with a slash behind each part, and none of the archive's own: prefix = \"inbox/\"");
        }
        return;
    }
    if (folder == nullptr || std::get<std::string>(folder->value).empty()) {
        usage_error(fmt::format("folder is {}", folder == nullptr ? "missing" : "empty"),
                    folder == nullptr ? fmt::format("{}:{}", file.path, record.line) : file.where(*folder),
                    "Write folder = \"/var/spool/e-invoices\"");
    }
    inbox.folder = file.resolve(std::get<std::string>(folder->value));
}

}  // namespace

std::vector<InboxSettings> read_inboxes(const JobFile& file) {
    std::vector<InboxSettings> inboxes;
    const auto found = file.records.find("invoices.inbox");
    if (found == file.records.end()) {
        return inboxes;
    }
    for (const Record& record : found->second) {
        InboxSettings inbox;
        take_place(file, record, inbox);
        inbox.count = one_of(file, record, "count", "yes", "no") == "yes";
        inbox.amount_is = one_of(file, record, "amount_is", "net", "gross");
        if (const Setting* const sellers = record.find("sellers")) {
            inbox.sellers = std::get<std::vector<std::string>>(sellers->value);
            for (const std::string& id : inbox.sellers) {
                if (!is_seller(id)) {
                    usage_error(fmt::format("\"{}\" in sellers is no SIREN, SIRET or VAT id", sanitise(id, 60)), file.where(*sellers),
                                "Write nine or fourteen digits, or a VAT id: sellers = [\"380129866\"]");
                }
            }
        }
        inboxes.push_back(std::move(inbox));
    }
    return inboxes;
}

}  // namespace moisson::config

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

}  // namespace

std::vector<InboxSettings> read_inboxes(const JobFile& file) {
    std::vector<InboxSettings> inboxes;
    const auto found = file.records.find("invoices.inbox");
    if (found == file.records.end()) {
        return inboxes;
    }
    for (const Record& record : found->second) {
        InboxSettings inbox;
        const Setting* const folder = record.find("folder");
        if (folder == nullptr || std::get<std::string>(folder->value).empty()) {
            usage_error(fmt::format("folder is {}", folder == nullptr ? "missing" : "empty"),
                        folder == nullptr ? fmt::format("{}:{}", file.path, record.line) : file.where(*folder),
                        "Write folder = \"/var/spool/e-invoices\"");
        }
        inbox.folder = file.resolve(std::get<std::string>(folder->value));
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

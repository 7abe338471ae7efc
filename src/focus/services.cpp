/// Abbreviations and names of the services of Flexible Engine, and words by which others are known.
#include "focus/services.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace moisson::focus {

namespace {

// Names of FOCUS 1.2, "Service Category" and "Service Subcategory".
constexpr Service machines{"Compute", "Virtual Machines"};
constexpr Service containers{"Compute", "Containers"};
constexpr Service serverless{"Compute", "Serverless Compute"};
constexpr Service desktops{"Compute", "End User Computing"};
constexpr Service other_compute{"Compute", "Other (Compute)"};
constexpr Service blocks{"Storage", "Block Storage"};
constexpr Service files{"Storage", "File Storage"};
constexpr Service objects{"Storage", "Object Storage"};
constexpr Service backups{"Storage", "Backup Storage"};
constexpr Service other_storage{"Storage", "Other (Storage)"};
constexpr Service relational{"Databases", "Relational Databases"};
constexpr Service no_sql{"Databases", "NoSQL Databases"};
constexpr Service caching{"Databases", "Caching"};
constexpr Service warehouses{"Databases", "Data Warehouses"};
constexpr Service other_databases{"Databases", "Other (Databases)"};
constexpr Service connectivity{"Networking", "Network Connectivity"};
constexpr Service balancing{"Networking", "Application Networking"};
constexpr Service delivery{"Networking", "Content Delivery"};
constexpr Service routing{"Networking", "Network Routing"};
constexpr Service network_security{"Networking", "Network Security"};
constexpr Service other_networking{"Networking", "Other (Networking)"};
constexpr Service secrets{"Security", "Secret Management"};
constexpr Service threats{"Security", "Threat Detection and Response"};
constexpr Service other_security{"Security", "Other (Security)"};
constexpr Service identities{"Identity", "Identity and Access Management"};
constexpr Service observability{"Management and Governance", "Observability"};
constexpr Service recovery{"Management and Governance", "Disaster Recovery"};
constexpr Service support{"Management and Governance", "Support"};
constexpr Service compliance{"Management and Governance", "Compliance"};
constexpr Service messaging{"Integration", "Messaging"};
constexpr Service interfaces{"Integration", "API Management"};
constexpr Service processing{"Analytics", "Data Processing"};
constexpr Service searching{"Analytics", "Search"};
constexpr Service streaming{"Analytics", "Streaming Analytics"};
constexpr Service learning{"AI and Machine Learning", "Machine Learning"};
constexpr Service migration{"Migration", "Other (Migration)"};
constexpr Service unknown{"Other", "Other (Other)"};

struct Known {
    std::string_view words;  ///< lower case
    Service service;
};

/// Abbreviations: the whole name, or its first or last word ("ECS", "Elastic Cloud Server (ECS)").
constexpr std::array abbreviations{
    Known{"ecs", machines},
    Known{"bms", machines},
    Known{"deh", machines},
    Known{"as", other_compute},
    Known{"ims", other_compute},
    Known{"cce", containers},
    Known{"cci", containers},
    Known{"swr", containers},
    Known{"fgs", serverless},
    Known{"workspace", desktops},
    Known{"evs", blocks},
    Known{"dss", blocks},
    Known{"sfs", files},
    Known{"obs", objects},
    Known{"cbr", backups},
    Known{"csbs", backups},
    Known{"vbs", backups},
    Known{"sdrs", recovery},
    Known{"rds", relational},
    Known{"gaussdb", relational},
    Known{"ddm", relational},
    Known{"dds", no_sql},
    Known{"dcs", caching},
    Known{"dws", warehouses},
    Known{"das", other_databases},
    Known{"drs", migration},
    Known{"vpc", connectivity},
    Known{"eip", connectivity},
    Known{"vpn", connectivity},
    Known{"dc", connectivity},
    Known{"nat", connectivity},
    Known{"vpcep", connectivity},
    Known{"elb", balancing},
    Known{"dns", routing},
    Known{"er", routing},
    Known{"cdn", delivery},
    Known{"waf", network_security},
    Known{"cfw", network_security},
    Known{"kms", secrets},
    Known{"dew", secrets},
    Known{"hss", threats},
    Known{"dbss", threats},
    Known{"iam", identities},
    Known{"ces", observability},
    Known{"aom", observability},
    Known{"apm", observability},
    Known{"lts", observability},
    Known{"cts", compliance},
    Known{"dms", messaging},
    Known{"smn", messaging},
    Known{"apig", interfaces},
    Known{"mrs", processing},
    Known{"dli", processing},
    Known{"cdm", processing},
    Known{"css", searching},
    Known{"dis", streaming},
    Known{"modelarts", learning},
};

/// What a name holds, the first that it does: what is told more exactly comes first.
constexpr std::array phrases{
    Known{"backup", backups},
    Known{"disaster recovery", recovery},
    Known{"migration", migration},
    Known{"support", support},
    Known{"kubernetes", containers},
    Known{"container", containers},
    Known{"functiongraph", serverless},
    Known{"function", serverless},
    Known{"desktop", desktops},
    Known{"object storage", objects},
    Known{"volume", blocks},
    Known{"block storage", blocks},
    Known{"file", files},
    Known{"storage", other_storage},
    Known{"stockage", other_storage},
    Known{"relational", relational},
    Known{"postgresql", relational},
    Known{"mysql", relational},
    Known{"document database", no_sql},
    Known{"cache", caching},
    Known{"data warehouse", warehouses},
    Known{"database", other_databases},
    Known{"load balanc", balancing},
    Known{"content delivery", delivery},
    Known{"domain name", routing},
    Known{"firewall", network_security},
    Known{"anti-ddos", network_security},
    Known{"private network", connectivity},
    Known{"virtual private cloud", connectivity},
    Known{"direct connect", connectivity},
    Known{"elastic ip", connectivity},
    Known{"bandwidth", connectivity},
    Known{"network", other_networking},
    Known{"key management", secrets},
    Known{"identity", identities},
    Known{"security", other_security},
    Known{"api gateway", interfaces},
    Known{"message", messaging},
    Known{"notification", messaging},
    Known{"mapreduce", processing},
    Known{"machine learning", learning},
    Known{"monitoring", observability},
    Known{"cloud eye", observability},
    Known{"cloud trace", compliance},
    Known{"auto scaling", other_compute},
    Known{"bare metal", machines},
    Known{"dedicated host", machines},
    Known{"cloud server", machines},
    Known{"virtual machine", machines},
    Known{"compute", other_compute},
};

/// The name's letters in lower case, as far as they matter.
class Folded {
public:
    explicit Folded(std::string_view name) noexcept {
        for (const char letter : trim(name).substr(0, letters_.size())) {
            letters_[size_++] = lower(letter);
        }
    }
    [[nodiscard]] std::string_view text() const noexcept { return {letters_.data(), size_}; }

private:
    std::array<char, 200> letters_{};
    std::size_t size_ = 0;
};

constexpr bool is_word_letter(char letter) noexcept { return is_letter_or_digit(letter) || static_cast<unsigned char>(letter) >= 0x80; }

std::string_view first_word(std::string_view text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), is_word_letter);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string_view last_word(std::string_view text) noexcept {
    const std::string_view bare = text.ends_with(')') ? text.substr(0, text.size() - 1) : text;
    const auto begin = std::find_if_not(bare.rbegin(), bare.rend(), is_word_letter);
    return bare.substr(bare.size() - static_cast<std::size_t>(begin - bare.rbegin()));
}

}  // namespace

Service service_of(std::string_view name) noexcept {
    const Folded folded(name);
    const std::string_view text = folded.text();
    const std::string_view in_brackets = text.ends_with(')') ? last_word(text) : std::string_view();
    const std::string_view first = first_word(text);
    const auto is_abbreviation = [&](const Known& known) { return !known.words.empty() && known.words == in_brackets; };
    auto found = std::find_if(abbreviations.begin(), abbreviations.end(), is_abbreviation);
    if (found != abbreviations.end()) {
        return found->service;
    }
    const auto phrase =
        std::find_if(phrases.begin(), phrases.end(), [&](const Known& known) { return text.find(known.words) != std::string_view::npos; });
    if (phrase != phrases.end()) {
        return phrase->service;
    }
    // "AS" and "DC" are words of other texts too: at its beginning an abbreviation is all of the name, or stands before a mark.
    found = std::find_if(abbreviations.begin(), abbreviations.end(), [&](const Known& known) {
        return known.words == first && (text.size() == first.size() || known.words.size() > 2 || text[first.size()] != ' ');
    });
    return found == abbreviations.end() ? unknown : found->service;
}

}  // namespace moisson::focus

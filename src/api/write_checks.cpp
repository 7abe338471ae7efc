// Field by field, before anything is sent.
#include "api/write_checks.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace moisson::api {

namespace {

constexpr std::size_t text_bytes_max = 100;
constexpr std::size_t code_bytes_max = 64;
constexpr std::size_t roles_max = 50;

/// "M" is printed (api/README.md §7); its counterparts are not, but a service that knew only one would be of no use.
constexpr std::array<std::string_view, 5> civilities{"M", "Mme", "MME", "Mlle", "MLLE"};
/// `contracts` is printed; the others are the portal's sections (§9), whose keys are not published: good for noticing slips only.
constexpr std::array<std::string_view, 7> sections{"contracts", "dashboard", "services", "invoices", "documents", "users", "support"};
constexpr std::array<std::string_view, 2> profiles{"visitor", "manager"};

bool is_letter(char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'); }
bool is_one_of(char letter, std::string_view letters) { return letters.find(letter) != std::string_view::npos; }

/// One edit (insert, delete, replace, swap of neighbours), or letters' case alone.
bool is_slip_of(std::string_view word, std::string_view known) {
    std::string one(word);
    one = lower(one);
    std::string other(known);
    other = lower(other);
    if (one == other) {
        return true;
    }
    const std::size_t shorter = std::min(one.size(), other.size());
    const std::size_t longer = std::max(one.size(), other.size());
    if (known.size() < 4 || longer - shorter > 1) {
        return false;  // in a short word, one letter makes another word
    }
    std::size_t front = 0;
    while (front < shorter && one[front] == other[front]) {
        ++front;
    }
    std::size_t back = 0;
    while (back < shorter - front && one[one.size() - 1 - back] == other[other.size() - 1 - back]) {
        ++back;
    }
    const bool swapped =
        one.size() == other.size() && front + back + 2 == one.size() && one[front] == other[front + 1] && one[front + 1] == other[front];
    return front + back + 1 >= longer || swapped;
}

/// The known word that `word` misspells; empty when it is known, or near none.
std::string_view slip(std::string_view word, std::span<const std::string_view> known) {
    if (std::find(known.begin(), known.end(), word) != known.end()) {
        return {};
    }
    const auto found = std::find_if(known.begin(), known.end(), [&](std::string_view one) { return is_slip_of(word, one); });
    return found == known.end() ? std::string_view{} : *found;
}

std::string shown(std::string_view text) { return sanitise(text, 60); }

/// Gathers what is wrong.
class Checker {
public:
    void bad(std::string_view field, std::string message) { problems_.push_back({field, true, std::move(message)}); }
    void odd(std::string_view field, std::string message) { problems_.push_back({field, false, std::move(message)}); }

    /// What any text must be; false when there is nothing to look at further.
    bool text(std::string_view field, const std::string& value, bool needed, std::size_t bytes_max = text_bytes_max) {
        if (value.empty()) {
            if (needed) {
                bad(field, fmt::format("{} is missing", field));
            }
            return false;
        }
        if (!is_utf8(value)) {
            bad(field, fmt::format("{} is not valid UTF-8: \"{}\"", field, shown(value)));
            return false;
        }
        if (sanitise(value, value.size() + 1) != value) {
            bad(field, fmt::format("{} has control or invisible characters in it: \"{}\"", field, shown(value)));
            return false;
        }
        if (value.size() > bytes_max) {
            bad(field, fmt::format("{} has {} bytes, at most {} are sent: \"{}\"", field, value.size(), bytes_max, shown(value)));
            return false;
        }
        return true;
    }

    void code(std::string_view field, const std::string& value) {
        if (text(field, value, true, code_bytes_max) && !std::all_of(value.begin(), value.end(), [](char letter) {
                return is_letter(letter) || is_digit(letter) || is_one_of(letter, "._-/");
            })) {
            bad(field, fmt::format("{} may hold letters, digits and . _ - / only, found \"{}\"", field, shown(value)));
        }
    }

    void civility(std::string_view field, const std::string& value) {
        if (!text(field, value, true, 10)) {
            return;
        }
        if (value == "m") {
            bad(field, fmt::format("{} is \"m\"; did you mean \"M\"?", field));
        } else if (std::find(civilities.begin(), civilities.end(), value) == civilities.end()) {
            odd(field, fmt::format("{} \"{}\" is not one that is known ({}): the service may refuse it", field, shown(value),
                                   fmt::join(civilities, ", ")));
        }
    }

    void email(std::string_view field, const std::string& value);

    void login(std::string_view field, const std::string& value) {
        if (value.empty()) {
            bad(field, fmt::format("{} is missing", field));
            return;
        }
        const auto wrong = std::find_if(value.begin(), value.end(),
                                        [](char letter) { return !is_letter(letter) && !is_digit(letter) && !is_one_of(letter, "._-"); });
        if (wrong != value.end()) {
            bad(field, fmt::format("{} may hold unaccented letters, digits and . _ - only, found \"{}\"", field, shown(value)));
        } else if (value.size() < 8 || value.size() > 64) {
            bad(field, fmt::format("{} must have 8 to 64 characters, found {}: \"{}\"", field, value.size(), shown(value)));
        }
    }

    void phone(std::string_view field, const std::string& value) {
        if (!text(field, value, false, 30)) {
            return;
        }
        const auto digits = std::count_if(value.begin(), value.end(), is_digit);
        const bool plain =
            std::all_of(value.begin(), value.end(), [](char letter) { return is_digit(letter) || is_one_of(letter, " +().-/"); });
        if (!plain || value.find('+', 1) != std::string::npos || digits < 4 || digits > 15) {
            bad(field, fmt::format("{} must be a phone number of 4 to 15 digits such as +33 1 23 45 67 89, or empty, found \"{}\"", field,
                                   shown(value)));
        }
    }

    void roles(const Roles& roles);

    [[nodiscard]] std::vector<FieldProblem> take() { return std::move(problems_); }

private:
    void role_word(std::string_view what, const std::string& word, std::span<const std::string_view> known);

    std::vector<FieldProblem> problems_;
};

bool is_domain(std::string_view domain) {
    if (domain.size() > 253 || domain.find('.') == std::string_view::npos) {
        return false;
    }
    for (std::size_t at = 0; at <= domain.size();) {
        const std::size_t end = std::min(domain.find('.', at), domain.size());
        const std::string_view label = domain.substr(at, end - at);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
            !std::all_of(label.begin(), label.end(), [](char letter) { return is_letter(letter) || is_digit(letter) || letter == '-'; })) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

/// A dot-atom (RFC 5321 §4.1.2), without quotes and comments.
bool is_mailbox(std::string_view mailbox) {
    return !mailbox.empty() && mailbox.size() <= 64 && mailbox.front() != '.' && mailbox.back() != '.' &&
           mailbox.find("..") == std::string_view::npos && std::all_of(mailbox.begin(), mailbox.end(), [](char letter) {
               return is_letter(letter) || is_digit(letter) || is_one_of(letter, ".!#$%&'*+/=?^_`{|}~-");
           });
}

void Checker::email(std::string_view field, const std::string& value) {
    if (!text(field, value, true, 254)) {
        return;
    }
    const std::size_t at = value.find('@');
    const std::string_view whole(value);
    if (at == std::string::npos || !is_mailbox(whole.substr(0, at)) || !is_domain(whole.substr(at + 1))) {
        bad(field, fmt::format("{} must be one plain address such as jean.dupont@example.com, found \"{}\"", field, shown(value)));
    }
}

void Checker::role_word(std::string_view what, const std::string& word, std::span<const std::string_view> known) {
    const bool plain = std::all_of(word.begin(), word.end(),
                                   [](char letter) { return is_letter(letter) || is_digit(letter) || is_one_of(letter, "._-"); });
    if (word.empty() || word.size() > code_bytes_max || !plain) {
        bad("roles", fmt::format("the {} \"{}\" is no word of letters, digits and . _ -", what, shown(word)));
    } else if (const std::string_view meant = slip(word, known); !meant.empty()) {
        bad("roles", fmt::format("the {} \"{}\" is not known; did you mean \"{}\"?", what, word, meant));
    } else if (std::find(known.begin(), known.end(), word) == known.end()) {
        odd("roles", fmt::format("the {} \"{}\" is not known ({}): the service may refuse it", what, word, fmt::join(known, ", ")));
    } else if (what == "section" && word != "contracts") {
        odd("roles", fmt::format("the section \"{}\" is one of the portal's, but only the key \"contracts\" is documented", word));
    }
}

void Checker::roles(const Roles& roles) {
    std::size_t count = 0;
    for (const auto& [section, names] : roles) {
        role_word("section", section, sections);
        if (names.empty()) {
            bad("roles", fmt::format("the section \"{}\" has no role", shown(section)));
        }
        for (const std::string& name : names) {
            ++count;
            if (count <= roles_max) {
                role_word("role", name, profiles);
            }
        }
    }
    if (roles.empty()) {
        bad("roles", "roles is missing: a user needs at least one, such as contracts=visitor");
    } else if (count > roles_max) {
        bad("roles", fmt::format("roles holds {} roles; at most {} are sent", count, roles_max));
    }
}

}  // namespace

void trim(NewUser& user) {
    for (const auto& field : user_fields()) {
        user.*field.value = std::string(moisson::trim(user.*field.value));
    }
}

void trim(NewContract& contract) {
    for (const auto& field : contract_fields()) {
        contract.*field.value = std::string(moisson::trim(contract.*field.value));
    }
}

std::vector<FieldProblem> check_user(const NewUser& user) {
    Checker checker;
    checker.civility("civility", user.civility);
    checker.text("lastName", user.last_name, true);
    checker.text("firstName", user.first_name, true);
    checker.email("email", user.email);
    checker.login("login", user.login);
    checker.phone("fixPhone", user.fix_phone);
    checker.phone("mobilePhone", user.mobile_phone);
    checker.roles(user.roles);
    return checker.take();
}

std::vector<FieldProblem> check_new_contract(const NewContract& contract) {
    Checker checker;
    checker.code("billingAccountId", contract.billing_account_id);
    checker.code("offerCode", contract.offer_code);
    checker.text("contractName", contract.contract_name, true);
    checker.code("supportLevel", contract.support_level);
    checker.civility("referentCivility", contract.referent_civility);
    checker.text("referentName", contract.referent_name, true);
    checker.text("referentFirstName", contract.referent_first_name, true);
    checker.email("referentMail", contract.referent_mail);
    checker.phone("referentFixPhone", contract.referent_fix_phone);
    checker.phone("referentMobilePhone", contract.referent_mobile_phone);
    checker.text("referenceExt1", contract.reference_ext1, false);
    checker.text("referenceExt2", contract.reference_ext2, false);
    checker.text("referenceExt3", contract.reference_ext3, false);
    return checker.take();
}

std::string add_role(Roles& roles, std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
        return fmt::format("a role is written SECTION=NAME, such as contracts=visitor, found \"{}\"", shown(text));
    }
    const std::string section(text.substr(0, equals));
    auto known = std::find_if(roles.begin(), roles.end(), [&](const auto& role) { return role.first == section; });
    if (known == roles.end()) {
        roles.emplace_back(section, std::vector<std::string>());
        known = std::prev(roles.end());
    }
    for (std::size_t at = equals + 1; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string name(text.substr(at, end - at));
        if (name.empty()) {
            return fmt::format("an empty role name in \"{}\"", shown(text));
        }
        if (std::find(known->second.begin(), known->second.end(), name) == known->second.end()) {
            known->second.push_back(name);
        }
        at = end + 1;
    }
    return {};
}

}  // namespace moisson::api

/// Random perimeters beside random inboxes: an invoice matched with the wrong one, missed, or told twice would be paid wrongly by somebody
/// who trusted the sheet. What is right is known here from how each document was made, never from matching.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "books/inbox_match.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace std::chrono_literals;

namespace {

using Fields = std::set<InboxField>;

/// What happened to a copy in the inbox on its way.
enum class Slip { none, cents, issue_day, due_day, order };

struct InboxCopy {
    std::string name;
    std::string sha256;
    Slip slip = Slip::none;
    bool is_read = true;
    InvoiceValues values;
};

enum class Tells { nothing, all_but_seller, all };

/// One real invoice, and its documents on either side.
struct Truth {
    std::size_t seller = 0;  ///< index into the world's; those from `ours` on are other suppliers
    std::string contract;
    std::size_t month = 0;
    InvoiceValues values;  ///< as booked, with all that it tells
    bool is_twin = false;  ///< another invoice is like it in all that a list without numbers tells
    Tells tells = Tells::all;
    bool lists_gross = false;
    bool lists_day = false;
    std::vector<std::string> listed;  ///< document ids; the first counts
    std::string sha256;               ///< of the service's file
    std::vector<InboxCopy> copies;
};

struct Expected {
    InboxClass where = InboxClass::only_service;
    std::string partner;
    Fields fields;
    friend bool operator==(const Expected&, const Expected&) = default;
};

/// A SIREN for the seller: eight digits and the one that makes the sum right.
std::string siren_for(std::size_t at) {
    std::string digits = std::to_string(30000000 + at * 7919);
    for (char last = '0'; last <= '9'; ++last) {
        int sum = 0;
        const std::string all = digits + last;
        for (std::size_t place = 0; place < 9; ++place) {
            const int digit = (all[place] - '0') * (place % 2 == 1 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        if (sum % 10 == 0) {
            return all;
        }
    }
    return {};
}

class World {
public:
    explicit World(std::uint64_t seed) : random_(seed) { make(); }

    /// Checks one answer of the matcher against what is true, in the order that documents were made and in another.
    void check() {
        for (const bool is_shuffled : {false, true}) {
            lay_out(is_shuffled);
            const books::InboxMatches matches = books::match_inbox(service_, inbox_, given_);
            REQUIRE(matches.service.size() == service_.size());
            REQUIRE(matches.inbox.size() == inbox_.size());
            for (std::size_t at = 0; at < service_.size(); ++at) {
                const books::InboxMatch& one = matches.service[at];
                const bool is_own = one.where == InboxClass::doubled;
                compare(service_[at].document_id, one, expected_service_,
                        !one.partner ? std::string_view()
                        : is_own     ? service_[*one.partner].document_id
                                     : inbox_[*one.partner].name);
            }
            for (std::size_t at = 0; at < inbox_.size(); ++at) {
                const books::InboxMatch& one = matches.inbox[at];
                const bool is_own = one.where == InboxClass::doubled;
                compare(inbox_[at].name, one, expected_inbox_,
                        !one.partner ? std::string_view()
                        : is_own     ? inbox_[*one.partner].name
                                     : service_[*one.partner].document_id);
            }
        }
    }

    std::map<InboxClass, int> told;  ///< documents by class
    int wrong = 0;

private:
    std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
    bool chance(std::size_t percent) { return pick(100) < percent; }
    static Money euro(std::int64_t minor) { return {minor, *find_currency("EUR")}; }
    std::string fresh_sha() { return "sha-" + std::to_string(++shas_); }
    std::string fresh_name() {
        // Random letters first: which copy stands for the others must not hang on the order in which they were made.
        return std::string(1, static_cast<char>('a' + pick(26))) + std::to_string(++names_) + (chance(50) ? ".pdf" : ".xml");
    }

    void make() {
        ours_ = 1 + pick(3);
        others_ = pick(4);
        const std::size_t contracts = 1 + pick(5);
        const std::size_t months = 1 + pick(4);
        for (std::size_t contract = 0; contract < contracts; ++contract) {
            const std::int64_t flat = chance(30) ? 10000 + static_cast<std::int64_t>(contract) * 100 : 0;
            for (std::size_t month = 0; month < months; ++month) {
                for (std::size_t count = pick(3); count > 0; --count) {
                    make_one("OCB000000" + std::to_string(contract), month, pick(ours_), count == 1 ? flat : 0);
                }
                if (flat == 0 && chance(8)) {
                    make_twins("OCB000000" + std::to_string(contract), month);
                }
            }
        }
        for (std::size_t count = others_ == 0 ? 0 : pick(8); count > 0; --count) {
            make_others();
        }
        for (std::size_t count = pick(3); count > 0; --count) {
            noise_.push_back({fresh_name(), fresh_sha(), Slip::none, false, {}});
        }
        if (chance(50)) {
            for (std::size_t at = 0; at < ours_; ++at) {
                given_.push_back(at % 2 == 0 ? siren_for(at) : "FR00" + siren_for(at));
            }
        }
    }

    Truth& make_one(const std::string& contract, std::size_t month, std::size_t seller, std::int64_t flat) {
        Truth truth;
        truth.seller = seller;
        truth.contract = contract;
        truth.month = month;
        const bool is_credit = flat == 0 && chance(20);
        // Every amount once, but for flat ones and twins, and far enough apart that no slip makes one of another.
        const std::int64_t net = flat != 0 ? flat : 100000 + 1000 * static_cast<std::int64_t>(++amounts_);
        const std::int64_t sign = is_credit ? -1 : 1;
        InvoiceValues& values = truth.values;
        values.from = ValuesFrom::xml;
        values.kind = is_credit ? InvoiceKind::credit_note : InvoiceKind::invoice;
        values.number = "F" + std::to_string(++numbers_);
        values.currency = find_currency("EUR");
        values.net = euro(sign * net);
        values.vat = euro(sign * net / 5);
        values.gross = euro(sign * (net + net / 5));
        values.issue_date = issue_day(month);
        values.due_date = std::chrono::sys_days(*values.issue_date) + std::chrono::days(30);
        values.contract_reference = contract;
        values.order_reference = "PO-" + std::to_string(amounts_);
        values.seller = party(seller, 2);
        truth.tells = static_cast<Tells>(pick(3));
        truth.lists_gross = chance(50);
        truth.lists_day = chance(50);
        if (chance(15)) {
            reuse_number(truth);
        }
        const std::size_t sides = pick(10);  // 0: only the inbox, 1: only the service
        if (sides != 0) {
            truth.listed.push_back("D" + std::to_string(++documents_));
            truth.sha256 = fresh_sha();
            if (chance(5)) {
                truth.listed.push_back("D" + std::to_string(++documents_));
            }
        }
        if (sides != 1) {
            for (std::size_t count = chance(20) ? 2 + pick(2) : 1; count > 0; --count) {
                truth.copies.push_back(copy_of(truth));
            }
        }
        truths_.push_back(std::move(truth));
        return truths_.back();
    }

    /// Numbers that were used before: by another seller, in another year, by a credit note.
    void reuse_number(Truth& truth) {
        for (const Truth& other : truths_) {
            const bool is_credit_beside = (truth.values.net->amount_minor < 0) != (other.values.net->amount_minor < 0);
            const bool is_other_seller = truth.tells == Tells::all && other.tells == Tells::all && truth.seller != other.seller;
            if (!reused_.contains(other.values.number) && (is_credit_beside || is_other_seller) && !other.is_twin) {
                truth.values.number = other.values.number;
                reused_.insert(other.values.number);
                return;
            }
        }
        if (truth.tells == Tells::all && !truths_.empty() && truths_.front().tells == Tells::all &&
            !reused_.contains(truths_.front().values.number)) {
            truth.values.number = truths_.front().values.number;
            truth.values.issue_date = *truth.values.issue_date - std::chrono::years(1);
            reused_.insert(truth.values.number);
        }
    }

    void make_twins(const std::string& contract, std::size_t month) {
        Truth one = make_one(contract, month, 0, 0);
        truths_.pop_back();
        one.is_twin = true;
        one.tells = Tells::nothing;
        one.listed = {"D" + std::to_string(++documents_)};
        one.sha256 = fresh_sha();
        one.copies.clear();
        Truth two = one;
        two.values.number = "F" + std::to_string(++numbers_);
        two.listed = {"D" + std::to_string(++documents_)};
        two.sha256 = fresh_sha();
        for (Truth* const twin : {&one, &two}) {
            InboxCopy copy = copy_of(*twin);
            copy.values = twin->values;
            copy.sha256 = fresh_sha();
            copy.slip = Slip::none;
            copy.is_read = true;
            twin->copies.push_back(std::move(copy));
        }
        truths_.push_back(std::move(one));
        truths_.push_back(std::move(two));
    }

    /// Others' invoices, with numbers, contracts and amounts of ours.
    void make_others() {
        InvoiceValues values = truths_.empty() ? InvoiceValues() : truths_[pick(truths_.size())].values;
        values.number = values.number.empty() ? "F1" : values.number;
        values.issue_date = values.issue_date ? values.issue_date : issue_day(0);
        values.seller = party(ours_ + pick(others_), pick(3));
        noise_.push_back({fresh_name(), fresh_sha(), Slip::none, true, values});
    }

    static std::chrono::year_month_day issue_day(std::size_t month) {
        const std::chrono::year_month_day end{2026y / static_cast<int>(month + 1) / std::chrono::last};
        return std::chrono::sys_days(end) + std::chrono::days(1);
    }

    InvoiceParty party(std::size_t seller, std::size_t way) {
        InvoiceParty party;
        party.name = "Seller " + std::to_string(seller);
        party.siren = way != 1 ? siren_for(seller) : "";
        party.vat_id = way != 0 ? "FR00" + siren_for(seller) : "";
        return party;
    }

    InboxCopy copy_of(const Truth& truth) {
        InboxCopy copy{fresh_name(), fresh_sha(), Slip::none, true, truth.values};
        copy.values.seller = party(truth.seller, pick(3));
        const bool is_same_bytes = !truth.sha256.empty() && chance(40);
        if (is_same_bytes) {
            copy.sha256 = truth.sha256;
            copy.values = truth.values;
            if (truth.tells == Tells::all_but_seller) {
                copy.values.seller = {};  // the same bytes are read the same way
            }
            copy.is_read = truth.tells != Tells::nothing;
            return copy;
        }
        copy.slip = chance(25) ? static_cast<Slip>(1 + pick(4)) : Slip::none;
        switch (copy.slip) {
            case Slip::none: break;
            case Slip::cents:
                copy.values.net->amount_minor += static_cast<std::int64_t>(1 + pick(10));
                copy.values.gross->amount_minor += static_cast<std::int64_t>(1 + pick(10));
                break;
            case Slip::issue_day: copy.values.issue_date = std::chrono::sys_days(*copy.values.issue_date) + std::chrono::days(1); break;
            case Slip::due_day: copy.values.due_date = std::chrono::sys_days(*copy.values.due_date) + std::chrono::days(1); break;
            case Slip::order: copy.values.order_reference += "X"; break;
        }
        return copy;
    }

    /// The documents as the matcher gets them, and what must become of them.
    void lay_out(bool is_shuffled) {
        service_.clear();
        inbox_.clear();
        expected_service_.clear();
        expected_inbox_.clear();
        service_values_.clear();
        for (const Truth& truth : truths_) {
            for (const std::string& id : truth.listed) {
                lay_out_document(truth, id);
            }
            for (const InboxCopy& copy : truth.copies) {
                inbox_.push_back({copy.name, copy.sha256, copy.is_read ? &copy.values : nullptr});
            }
        }
        const bool is_nobody_known = known_ours().empty();
        for (const InboxCopy& copy : noise_) {
            if (copy.is_read && is_nobody_known) {
                continue;  // whose they are cannot be told then
            }
            inbox_.push_back({copy.name, copy.sha256, copy.is_read ? &copy.values : nullptr});
            expected_inbox_[copy.name].where = copy.is_read ? InboxClass::other_supplier : InboxClass::unreadable;
        }
        for (const Truth& truth : truths_) {
            expect(truth);
        }
        if (is_shuffled) {
            std::shuffle(service_.begin(), service_.end(), random_);
            std::shuffle(inbox_.begin(), inbox_.end(), random_);
        }
    }

    void lay_out_document(const Truth& truth, const std::string& id) {
        books::ServiceInvoice one;
        one.contract_id = truth.contract;
        one.document_id = id;
        one.sha256 = truth.sha256;
        one.amount = truth.lists_gross ? truth.values.gross : truth.values.net;
        const std::chrono::year_month month = 2026y / std::chrono::month(static_cast<unsigned>(truth.month + 1));
        one.period = Period{month / 1, std::chrono::year_month_day(month / std::chrono::last)};
        if (truth.lists_day) {
            one.issued = std::chrono::sys_days(*truth.values.issue_date) + std::chrono::days(2);
        }
        if (truth.tells != Tells::nothing) {
            InvoiceValues values = truth.values;
            if (truth.tells == Tells::all_but_seller) {
                values.seller = {};
            }
            one.values = &service_values_.emplace_back(std::move(values));
        }
        one.counted = id == truth.listed.front();
        service_.push_back(one);
    }

    /// Sellers that are known to be ours: given, or told by a document of the service.
    [[nodiscard]] std::set<std::size_t> known_ours() const {
        std::set<std::size_t> known;
        for (std::size_t at = 0; at < given_.size(); ++at) {
            known.insert(at);
        }
        for (const Truth& truth : truths_) {
            if (!truth.listed.empty() && truth.tells == Tells::all) {
                known.insert(truth.seller);
            }
        }
        return known;
    }

    static Fields slip_fields(Slip slip) {
        switch (slip) {
            case Slip::none: return {};
            case Slip::cents: return {InboxField::net, InboxField::gross};
            case Slip::issue_day: return {InboxField::issue_date};
            case Slip::due_day: return {InboxField::due_date};
            case Slip::order: return {InboxField::order_reference};
        }
        return {};
    }

    /// What two copies tell otherwise; both may have slipped the same way, by the same or by another value.
    static Fields between(const InboxCopy& one, const InboxCopy& other) {
        Fields fields;
        if (!one.is_read || !other.is_read) {
            return fields;
        }
        if (one.values.net != other.values.net) {
            fields.insert(InboxField::net);
        }
        if (one.values.gross != other.values.gross) {
            fields.insert(InboxField::gross);
        }
        if (one.values.issue_date != other.values.issue_date) {
            fields.insert(InboxField::issue_date);
        }
        if (one.values.due_date != other.values.due_date) {
            fields.insert(InboxField::due_date);
        }
        if (one.values.order_reference != other.values.order_reference) {
            fields.insert(InboxField::order_reference);
        }
        return fields;
    }

    void expect(const Truth& truth) {
        const std::set<std::size_t> known = known_ours();
        const bool is_ours = known.contains(truth.seller);
        std::vector<const InboxCopy*> found;
        std::vector<const InboxCopy*> others;
        bool is_alike = truth.tells != Tells::nothing;  // the list's amount is among what the inbox's tell
        for (const InboxCopy& copy : truth.copies) {
            if (!truth.sha256.empty() && copy.sha256 == truth.sha256) {
                found.push_back(&copy);
            } else if (is_ours || known.empty()) {
                others.push_back(&copy);
                is_alike = is_alike || copy.slip != Slip::cents;
            } else {
                expected_inbox_[copy.name].where = InboxClass::other_supplier;
            }
        }
        for (const std::string& id : truth.listed) {
            expected_service_[id] = id == truth.listed.front() ? Expected() : Expected{InboxClass::doubled, truth.listed.front(), {}};
        }
        if (truth.is_twin && !others.empty()) {
            expected_service_[truth.listed.front()].where = InboxClass::ambiguous;
            expected_inbox_[others.front()->name].where = InboxClass::ambiguous;
            return;
        }
        if (!truth.listed.empty() && is_alike) {
            found.insert(found.end(), others.begin(), others.end());
            others.clear();
        }
        if (!found.empty()) {
            expect_pair(truth, found);
        }
        if (!others.empty() && is_ours) {
            expect_doubles(others, InboxClass::only_inbox, *std::min_element(others.begin(), others.end(), by_name), {}, {});
        }
        for (const InboxCopy* const copy : others) {
            if (!is_ours) {
                expected_inbox_[copy->name].where = InboxClass::other_supplier;
            }
        }
    }

    static bool by_name(const InboxCopy* one, const InboxCopy* other) { return one->name < other->name; }

    void expect_pair(const Truth& truth, std::vector<const InboxCopy*> copies) {
        const auto fields = [&](const InboxCopy* copy) {
            return copy->slip == Slip::none                                     ? Fields()
                   : truth.tells == Tells::nothing && copy->slip == Slip::cents ? Fields{InboxField::amount}
                   : truth.tells == Tells::nothing                              ? Fields()
                                                                                : slip_fields(copy->slip);
        };
        const InboxCopy* const stands = *std::min_element(copies.begin(), copies.end(), [&](const InboxCopy* one, const InboxCopy* other) {
            return std::tuple(fields(one).size(), !one->is_read, one->name) <
                   std::tuple(fields(other).size(), !other->is_read, other->name);
        });
        const InboxClass where = fields(stands).empty() ? InboxClass::matched : InboxClass::differs;
        expected_service_[truth.listed.front()] = {where, stands->name, fields(stands)};
        expect_doubles(copies, where, stands, truth.listed.front(), fields(stands));
    }

    void expect_doubles(const std::vector<const InboxCopy*>& copies, InboxClass where, const InboxCopy* stands, std::string partner,
                        Fields fields) {
        for (const InboxCopy* const copy : copies) {
            expected_inbox_[copy->name] =
                copy == stands ? Expected{where, partner, fields} : Expected{InboxClass::doubled, stands->name, between(*stands, *copy)};
        }
    }

    void compare(std::string_view name, const books::InboxMatch& one, const std::map<std::string, Expected, std::less<>>& expected,
                 std::string_view partner) {
        const Expected got{one.where, std::string(partner), Fields(one.fields.begin(), one.fields.end())};
        ++told[one.where];
        const auto found = expected.find(name);
        if (found == expected.end() || !(found->second == got)) {
            ++wrong;
            const Expected& want = found == expected.end() ? Expected() : found->second;
            MESSAGE(name << " is " << to_text(got.where) << " with " << got.partner << " (" << got.fields.size()
                         << " fields), and should be " << to_text(want.where) << " with " << want.partner << " (" << want.fields.size()
                         << " fields)");
        }
    }

    std::mt19937_64 random_;
    std::size_t ours_ = 1, others_ = 0;
    std::size_t amounts_ = 0, numbers_ = 0, documents_ = 0, shas_ = 0, names_ = 0;
    std::set<std::string> reused_;
    std::deque<Truth> truths_;
    std::deque<InboxCopy> noise_;
    std::vector<std::string> given_;
    std::deque<InvoiceValues> service_values_;
    std::vector<books::ServiceInvoice> service_;
    std::vector<books::InboxInvoice> inbox_;
    std::map<std::string, Expected, std::less<>> expected_service_;
    std::map<std::string, Expected, std::less<>> expected_inbox_;
};

}  // namespace

TEST_CASE("1,000 random perimeters beside random inboxes: no false match, no miss, each document in one class") {
    const char* const seed = std::getenv("MOISSON_INBOX_SEED");  // another thousand: any number
    const std::uint64_t first = seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
    std::map<InboxClass, int> told;
    int wrong = 0;
    for (std::uint64_t at = 0; at < test::rounds(std::uint64_t{1000}); ++at) {
        CAPTURE(first + at);
        World world(first + at);
        world.check();
        wrong += world.wrong;
        for (const auto& [one, count] : world.told) {
            told[one] += count;
        }
        REQUIRE(world.wrong == 0);
    }
    CHECK(wrong == 0);
    std::string line;
    for (const auto& [one, count] : told) {
        line += std::string(to_text(one)) + " " + std::to_string(count) + "  ";
        CHECK(count > test::rounds(100));  // a class that nothing falls in is not tested
    }
    CHECK(told.size() == 8);
    std::printf("%s\n", line.c_str());
}

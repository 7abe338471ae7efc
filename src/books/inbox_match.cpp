#include "books/inbox_match.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "books/inbox_compare.hpp"

namespace moisson::books {

namespace {

using Year = std::optional<int>;
/// Seller, number, credit or not, year of issue.
using InvoiceKey = std::tuple<std::string, std::string, bool, Year>;

/// What is known of one document, of either side.
struct Known {
    std::string seller;  ///< empty: it names none
    std::string number;
    bool is_credit = false;
    Year year;
    bool is_of_no_year = false;  ///< has no date, and its number was used in more than one year
};

/// Documents of one side that are one invoice.
struct Group {
    std::vector<std::size_t> members;    ///< empty: taken over by another group
    std::optional<std::size_t> partner;  ///< a group of the other side
    bool is_ambiguous = false;
};

/// Which of a side's documents belong together.
class Unions {
public:
    explicit Unions(std::size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), std::size_t{0}); }
    std::size_t root(std::size_t at) {
        while (parents_[at] != at) {
            at = parents_[at] = parents_[parents_[at]];
        }
        return at;
    }
    void join(std::size_t one, std::size_t other) { parents_[root(one)] = root(other); }

private:
    std::vector<std::size_t> parents_;
};

/// Pairs of groups that could be one invoice: service, inbox.
using Choices = std::set<std::pair<std::size_t, std::size_t>>;

class InboxMatcher {
public:
    InboxMatcher(std::span<const ServiceInvoice> service, std::span<const InboxInvoice> inbox, std::span<const std::string> sellers)
        : service_(service), inbox_(inbox), suppliers_(service, inbox, sellers) {
        matches_.service.resize(service.size());
        matches_.inbox.resize(inbox.size());
        for (const ServiceInvoice& one : service) {
            contracts_.insert(one.contract_id);
        }
    }

    InboxMatches run() {
        know();
        settle_years();
        leave_others_alone();
        group();
        pair_by_bytes();
        set_aside_undated();
        pair_by_key();
        pair_by_number();
        pair_by_contract();
        tell();
        return std::move(matches_);
    }

private:
    void know() {
        for (const ServiceInvoice& one : service_) {
            Known known;
            known.is_credit = is_credit(one.values, one.amount);
            if (one.values != nullptr) {
                known.number = one.values->number;
                known.seller = suppliers_.name_of(one.values->seller);
                known.year = year_of(one.values->issue_date);
            }
            // Its own documents are of this supplier, named or not.
            if (known.seller.empty()) {
                known.seller = suppliers_.only_one();
            }
            known_service_.push_back(std::move(known));
        }
        for (const InboxInvoice& one : inbox_) {
            Known known;
            known.is_credit = is_credit(one.values, std::nullopt);
            if (one.values != nullptr) {
                known.number = one.values->number;
                known.seller = suppliers_.name_of(one.values->seller);
                known.year = year_of(one.values->issue_date);
            }
            known_inbox_.push_back(std::move(known));
        }
    }

    static Year year_of(const std::optional<std::chrono::year_month_day>& day) {
        return day ? Year(static_cast<int>(day->year())) : std::nullopt;
    }

    /// A number without a date is of the only year in which that number is there.
    void settle_years() {
        std::map<std::tuple<std::string, std::string, bool>, std::set<int>> years;
        const auto each = [&](const auto& what) {
            for (auto* const side : {&known_service_, &known_inbox_}) {
                std::for_each(side->begin(), side->end(), what);
            }
        };
        each([&](const Known& known) {
            if (!known.number.empty() && known.year) {
                years[{known.seller, known.number, known.is_credit}].insert(*known.year);
            }
        });
        each([&](Known& known) {
            const auto found = years.find({known.seller, known.number, known.is_credit});
            if (!known.number.empty() && !known.year && found != years.end()) {
                known.is_of_no_year = found->second.size() > 1;
                known.year = known.is_of_no_year ? std::nullopt : Year(*found->second.begin());
            }
        });
    }

    /// What comes from others is out of all that follows, but for bytes that the service has too.
    void leave_others_alone() {
        std::set<std::string_view> files;
        for (const ServiceInvoice& one : service_) {
            if (!one.sha256.empty()) {
                files.insert(one.sha256);
            }
        }
        for (std::size_t at = 0; at < inbox_.size(); ++at) {
            is_other_.push_back(suppliers_.is_other(known_inbox_[at].seller) && !files.contains(inbox_[at].sha256));
        }
    }

    void group() {
        groups_of_service_ = grouped(
            known_service_, [&](std::size_t at) { return service_[at].sha256; }, [](std::size_t) { return false; }, true);
        groups_of_inbox_ = grouped(
            known_inbox_, [&](std::size_t at) { return inbox_[at].sha256; }, [&](std::size_t at) { return bool(is_other_[at]); }, false);
    }

    /// What has a number of several years and no date is paired by its bytes, or not at all.
    void set_aside_undated() {
        const auto set_aside = [](std::vector<Group>& groups, const std::vector<Known>& known) {
            for (Group& one : groups) {
                one.is_ambiguous =
                    one.is_ambiguous || (!one.partner && std::any_of(one.members.begin(), one.members.end(),
                                                                     [&](std::size_t at) { return known[at].is_of_no_year; }));
            }
        };
        set_aside(groups_of_service_, known_service_);
        set_aside(groups_of_inbox_, known_inbox_);
    }

    /// `all_of_one`: a number says enough where no seller is named.
    template <class Bytes, class LeaveOut>
    static std::vector<Group> grouped(const std::vector<Known>& known, const Bytes& bytes, const LeaveOut& leave_out, bool all_of_one) {
        Unions unions(known.size());
        std::map<std::string_view, std::size_t> by_bytes;
        std::map<InvoiceKey, std::size_t> by_key;
        for (std::size_t at = 0; at < known.size(); ++at) {
            if (leave_out(at)) {
                continue;
            }
            if (!bytes(at).empty()) {
                unions.join(at, by_bytes.emplace(bytes(at), at).first->second);
            }
            if (!known[at].number.empty() && (all_of_one || !known[at].seller.empty()) && !known[at].is_of_no_year) {
                unions.join(at, by_key.emplace(key_of(known[at]), at).first->second);
            }
        }
        std::map<std::size_t, Group> by_root;
        for (std::size_t at = 0; at < known.size(); ++at) {
            if (!leave_out(at)) {
                by_root[unions.root(at)].members.push_back(at);
            }
        }
        std::vector<Group> groups;
        for (auto& [root, one] : by_root) {
            groups.push_back(std::move(one));
        }
        return groups;
    }

    static InvoiceKey key_of(const Known& known) { return {known.seller, known.number, known.is_credit, known.year}; }

    /// Calls `use` with each group of the side that `takes_part` and each of its members.
    template <class TakesPart, class Use>
    static void each(const std::vector<Group>& groups, const TakesPart& takes_part, const Use& use) {
        for (std::size_t at = 0; at < groups.size(); ++at) {
            if (takes_part(groups[at])) {
                std::for_each(groups[at].members.begin(), groups[at].members.end(), [&](std::size_t member) { use(at, member); });
            }
        }
    }

    /// Groups that share what `of_service` and `of_inbox` give of a member (empty: nothing), where `fits` agrees. Those of the service that
    /// have a partner take part: what else of the inbox fits them is there twice, unless it has another number.
    template <class Key, class OfService, class OfInbox, class Fits>
    Choices choices_by(const OfService& of_service, const OfInbox& of_inbox, const Fits& fits) const {
        std::multimap<Key, std::pair<std::size_t, std::size_t>> index;
        const auto is_open = [](const Group& one) { return !one.partner && !one.is_ambiguous; };
        each(groups_of_inbox_, is_open, [&](std::size_t group, std::size_t member) {
            for (Key& key : of_inbox(member)) {
                index.emplace(std::move(key), std::pair(group, member));
            }
        });
        Choices choices;
        const auto is_sure = [](const Group& one) { return !one.is_ambiguous; };
        each(groups_of_service_, is_sure, [&](std::size_t group, std::size_t member) {
            for (const Key& key : of_service(member)) {
                const auto [begin, end] = index.equal_range(key);
                for (auto at = begin; at != end; ++at) {
                    if (!has_another_number(groups_of_service_[group], known_inbox_[at->second.second].number) &&
                        fits(member, at->second.second)) {
                        choices.emplace(group, at->second.first);
                    }
                }
            }
        });
        return choices;
    }

    /// The invoice of the inbox that the service's group is paired with has a number, and it is not this one.
    [[nodiscard]] bool has_another_number(const Group& service, std::string_view number) const {
        if (!service.partner || number.empty()) {
            return false;
        }
        const std::vector<std::size_t>& members = groups_of_inbox_[*service.partner].members;
        return std::any_of(members.begin(), members.end(),
                           [&](std::size_t at) { return !known_inbox_[at].number.empty() && known_inbox_[at].number != number; });
    }

    /// A pair is made where neither side has another choice; all others that have one are ambiguous.
    void settle(const Choices& choices) {
        std::map<std::size_t, int> of_service;
        std::map<std::size_t, int> of_inbox;
        for (const auto& [service, inbox] : choices) {
            ++of_service[service];
            ++of_inbox[inbox];
        }
        for (const auto& [service, inbox] : choices) {
            Group& one = groups_of_service_[service];
            Group& other = groups_of_inbox_[inbox];
            if (of_service[service] == 1 && of_inbox[inbox] == 1) {
                if (one.partner) {
                    std::vector<std::size_t>& members = groups_of_inbox_[*one.partner].members;
                    members.insert(members.end(), other.members.begin(), other.members.end());
                    other.members.clear();
                } else {
                    one.partner = inbox;
                    other.partner = service;
                }
            } else {
                one.is_ambiguous = !one.partner;
                other.is_ambiguous = true;
            }
        }
    }

    void pair_by_bytes() {
        using Keys = std::vector<std::string_view>;
        const auto key = [](std::string_view sha256) { return sha256.empty() ? Keys{} : Keys{sha256}; };
        settle(choices_by<std::string_view>([&](std::size_t at) { return key(service_[at].sha256); },
                                            [&](std::size_t at) { return key(inbox_[at].sha256); },
                                            [](std::size_t, std::size_t) { return true; }));
    }

    void pair_by_key() {
        using Keys = std::vector<InvoiceKey>;
        const auto key = [](const Known& known) { return known.number.empty() || known.seller.empty() ? Keys{} : Keys{key_of(known)}; };
        settle(choices_by<InvoiceKey>([&](std::size_t at) { return key(known_service_[at]); },
                                      [&](std::size_t at) { return key(known_inbox_[at]); },
                                      [](std::size_t, std::size_t) { return true; }));
    }

    void pair_by_number() {
        using Keys = std::vector<std::string_view>;
        const auto key = [](const Known& known) { return known.number.empty() ? Keys{} : Keys{known.number}; };
        settle(choices_by<std::string_view>(
            [&](std::size_t at) { return key(known_service_[at]); }, [&](std::size_t at) { return key(known_inbox_[at]); },
            [&](std::size_t one, std::size_t other) {
                const Known& service = known_service_[one];
                const Known& inbox = known_inbox_[other];
                if (service.is_credit != inbox.is_credit || (!service.seller.empty() && !inbox.seller.empty()) ||
                    (service.year && inbox.year && service.year != inbox.year)) {
                    return false;
                }
                const int agreeing = has_amount(service_[one], *inbox_[other].values) +
                                     is_of_same_day(service_[one], *inbox_[other].values) +
                                     names_contract(*inbox_[other].values, service_[one].contract_id);
                return agreeing >= (suppliers_.is_ours(inbox.seller) ? 1 : 2);
            }));
    }

    void pair_by_contract() {
        using Keys = std::vector<std::string_view>;
        settle(choices_by<std::string_view>(
            [&](std::size_t at) { return Keys{service_[at].contract_id}; },
            [&](std::size_t at) {
                const InvoiceValues* const values = inbox_[at].values;
                Keys keys = values == nullptr ? Keys{} : Keys{values->contract_reference, values->order_reference};
                std::erase(keys, std::string_view());
                return keys;
            },
            [&](std::size_t one, std::size_t other) {
                const ServiceInvoice& service = service_[one];
                const InvoiceValues& inbox = *inbox_[other].values;
                return (known_service_[one].number.empty() || known_inbox_[other].number.empty()) &&
                       known_service_[one].is_credit == known_inbox_[other].is_credit && has_amount(service, inbox) &&
                       may_be_of_that_day(service, inbox) && differing(service, inbox, contracts_).empty();
            }));
    }

    /// Each document's class, group by group.
    void tell() {
        for (std::size_t at = 0; at < inbox_.size(); ++at) {
            matches_.inbox[at].where = InboxClass::other_supplier;
        }
        for (const Group& one : groups_of_service_) {
            const std::size_t stands = one.partner ? counted_first(one, &groups_of_inbox_[*one.partner]) : counted_first(one, nullptr);
            if (one.partner) {
                tell_pair(stands, groups_of_inbox_[*one.partner]);
            } else {
                matches_.service[stands].where = one.is_ambiguous ? InboxClass::ambiguous : InboxClass::only_service;
            }
            for (const std::size_t member : one.members) {
                if (member != stands) {
                    matches_.service[member] = {InboxClass::doubled, stands, {}};
                }
            }
        }
        for (const Group& one : groups_of_inbox_) {
            if (!one.partner && !one.members.empty()) {
                const std::size_t stands = least_differing(one, [](std::size_t) { return std::size_t{0}; });
                matches_.inbox[stands].where = alone(one, stands);
                if (matches_.inbox[stands].where != InboxClass::other_supplier) {
                    tell_doubles(one, stands);
                }
            }
        }
    }

    InboxClass alone(const Group& group, std::size_t stands) const {
        if (group.is_ambiguous) {
            return InboxClass::ambiguous;
        }
        if (inbox_[stands].values == nullptr) {
            return InboxClass::unreadable;
        }
        return suppliers_.is_ours(known_inbox_[stands].seller) ? InboxClass::only_inbox : InboxClass::other_supplier;
    }

    void tell_pair(std::size_t service, const Group& inbox) {
        const auto fields = [&](std::size_t at) {
            const bool is_same = !inbox_[at].sha256.empty() && inbox_[at].sha256 == service_[service].sha256;
            return is_same || inbox_[at].values == nullptr ? std::vector<InboxField>()
                                                           : differing(service_[service], *inbox_[at].values, contracts_);
        };
        const std::size_t stands = least_differing(inbox, [&](std::size_t at) { return fields(at).size(); });
        std::vector<InboxField> what = fields(stands);
        const InboxClass where = what.empty() ? InboxClass::matched : InboxClass::differs;
        matches_.inbox[stands] = {where, service, what};
        matches_.service[service] = {where, stands, std::move(what)};
        tell_doubles(inbox, stands);
    }

    void tell_doubles(const Group& group, std::size_t stands) {
        for (const std::size_t member : group.members) {
            if (member != stands) {
                const InvoiceValues* const one = inbox_[stands].values;
                const InvoiceValues* const other = inbox_[member].values;
                matches_.inbox[member] = {InboxClass::doubled, stands,
                                          one == nullptr || other == nullptr ? std::vector<InboxField>() : differing(*one, *other)};
            }
        }
    }

    std::size_t counted_first(const Group& group, const Group* inbox) const {
        const auto lies_there = [&](std::size_t at) {
            return inbox != nullptr && std::any_of(inbox->members.begin(), inbox->members.end(), [&](std::size_t other) {
                       return !service_[at].sha256.empty() && service_[at].sha256 == inbox_[other].sha256;
                   });
        };
        const auto order = [&](std::size_t at) {
            return std::tuple(!service_[at].counted, !lies_there(at), service_[at].contract_id, service_[at].document_id);
        };
        return *std::min_element(group.members.begin(), group.members.end(),
                                 [&](std::size_t left, std::size_t right) { return order(left) < order(right); });
    }

    template <class Differences>
    std::size_t least_differing(const Group& group, const Differences& differences) const {
        const auto order = [&](std::size_t at) {
            return std::tuple(differences(at), inbox_[at].values == nullptr, inbox_[at].name, inbox_[at].sha256);
        };
        return *std::min_element(group.members.begin(), group.members.end(),
                                 [&](std::size_t left, std::size_t right) { return order(left) < order(right); });
    }

    std::span<const ServiceInvoice> service_;
    std::span<const InboxInvoice> inbox_;
    Suppliers suppliers_;
    std::set<std::string_view> contracts_;
    std::vector<Known> known_service_;
    std::vector<Known> known_inbox_;
    std::vector<bool> is_other_;
    std::vector<Group> groups_of_service_;
    std::vector<Group> groups_of_inbox_;
    InboxMatches matches_;
};

}  // namespace

InboxMatches match_inbox(std::span<const ServiceInvoice> service, std::span<const InboxInvoice> inbox,
                         std::span<const std::string> sellers) {
    return InboxMatcher(service, inbox, sellers).run();
}

}  // namespace moisson::books

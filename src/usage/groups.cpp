/// A hash table of sums by text and currency: open addressing, texts side by side in one string.
#include "usage/lines.hpp"

#include <sys/random.h>

#include <algorithm>

namespace moisson::usage {

namespace {

__extension__ using Wide = unsigned __int128;

/// Another number in each process: texts that share a slot cannot be made beforehand, to make the table a list. Nothing that is written
/// depends on it.
std::uint64_t make_key() noexcept {
    std::uint64_t key = 0x9FB21C651E98DF25U;
    static_cast<void>(::getrandom(&key, sizeof key, GRND_NONBLOCK) == sizeof key);  // without it, a fixed one
    return key | 1U;
}

const std::uint64_t key = make_key();

std::uint64_t hash_of(std::string_view text, Currency currency) noexcept {
    std::uint64_t hash = 0x9E3779B97F4A7C15U ^ text.size();
    const auto mix = [&](std::uint64_t word) {
        const Wide product = Wide{hash ^ word} * key;
        hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U) ^ (key >> 7U);
    };
    std::uint64_t word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        mix(word);
    }
    word = 0;
    std::memcpy(&word, text.data(), text.size());
    mix(word);
    word = 0;
    std::memcpy(&word, currency.code().data(), 3);
    mix(word);
    return hash;
}

}  // namespace

std::size_t Groups::slot_of(std::string_view text, Currency currency, std::uint64_t hash) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32U);
    std::size_t slot = static_cast<std::size_t>(hash) & mask;
    for (; slots_[slot].group != 0; slot = (slot + 1) & mask) {
        if (slots_[slot].tag != tag) {
            continue;
        }
        const Group& group = groups_[slots_[slot].group - 1];
        if (group.hash == hash && group.sum.currency == currency && text_of(group) == text) {
            break;
        }
    }
    return slot;
}

void Groups::grow() {
    constexpr std::size_t slots_min = 64;
    slots_.assign(slots_.empty() ? slots_min : 2 * slots_.size(), Slot{});
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = 0; at < groups_.size(); ++at) {
        std::size_t slot = static_cast<std::size_t>(groups_[at].hash) & mask;
        while (slots_[slot].group != 0) {
            slot = (slot + 1) & mask;
        }
        slots_[slot] = {static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(groups_[at].hash >> 32U)};
    }
}

UsageSum& Groups::at(std::string_view text, Currency currency) { return at(text, currency, hash_of(text, currency)); }

UsageSum& Groups::at(std::string_view text, Currency currency, std::uint64_t hash) {
    if (2 * (groups_.size() + 1) > slots_.size()) {
        grow();
    }
    Slot& slot = slots_[slot_of(text, currency, hash)];
    if (slot.group == 0) {
        Group group;
        group.hash = hash;
        group.text_begin = texts_.size();
        group.text_size = static_cast<std::uint32_t>(text.size());
        group.sum.currency = currency;
        texts_ += text;
        groups_.push_back(group);
        slot = {static_cast<std::uint32_t>(groups_.size()), static_cast<std::uint32_t>(hash >> 32U)};
    }
    return groups_[slot.group - 1].sum;
}

UsageSum* Groups::find(std::string_view text, Currency currency, std::uint64_t hash) {
    if (slots_.empty()) {
        return nullptr;
    }
    const Slot& slot = slots_[slot_of(text, currency, hash)];
    return slot.group == 0 ? nullptr : &groups_[slot.group - 1].sum;
}

void Groups::clear() noexcept {
    if (groups_.empty()) {
        return;
    }
    std::fill(slots_.begin(), slots_.end(), Slot{});
    groups_.clear();
    texts_.clear();
}

}  // namespace moisson::usage

// Caches of lists and files.
#include "sandbox/caches.hpp"

namespace moisson::sandbox {

ListCache::List ListCache::find(const Key& key) const {
    const Slot& slot = slots_[key.contract % slots_.size()];
    const std::scoped_lock lock(slot.mutex);
    return slot.key == key ? slot.list : nullptr;
}

void ListCache::keep(const Key& key, List list) {
    Slot& slot = slots_[key.contract % slots_.size()];
    const std::scoped_lock lock(slot.mutex);
    slot.key = key;
    slot.list = std::move(list);
}

FileCache::File FileCache::find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) {
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->file;
}

void FileCache::keep(const std::string& key, File file) {
    const std::scoped_lock lock(mutex_);
    if (file->bytes.size() > bytes_max / 2 || places_.contains(key)) {
        return;
    }
    bytes_ += file->bytes.size();
    entries_.push_front({key, std::move(file)});
    places_[key] = entries_.begin();
    while (bytes_ > bytes_max) {
        bytes_ -= entries_.back().file->bytes.size();
        places_.erase(entries_.back().key);
        entries_.pop_back();
    }
}

}  // namespace moisson::sandbox

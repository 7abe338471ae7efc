#pragma once
/// What was made lately and will be asked for again: lists of documents by contract, files by document. Small, so that memory stays small.

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/files.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

/// One list each for up to 256 contracts. Any thread.
class ListCache {
public:
    using List = std::shared_ptr<const std::vector<Document>>;
    struct Key {
        std::uint32_t contract = 0;  ///< number
        std::uint32_t run = 0;
        Role role = Role::none;
        friend bool operator==(const Key&, const Key&) = default;
    };
    /// Null when it is not there.
    [[nodiscard]] List find(const Key& key) const;
    void keep(const Key& key, List list);

private:
    struct Slot {
        mutable std::mutex mutex;
        Key key;    // protected by mutex
        List list;  // protected by mutex
    };
    std::array<Slot, 256> slots_;
};

/// Files up to 128 MB together; those that were used longest ago go first. Any thread.
class FileCache {
public:
    using File = std::shared_ptr<const FileContent>;
    [[nodiscard]] File find(const std::string& key);
    void keep(const std::string& key, File file);

private:
    struct Entry {
        std::string key;
        File file;
    };
    static constexpr std::size_t bytes_max = 128U << 20U;
    std::mutex mutex_;
    std::list<Entry> entries_;                                            // protected by mutex_: used last first
    std::unordered_map<std::string, std::list<Entry>::iterator> places_;  // protected by mutex_
    std::size_t bytes_ = 0;                                               // protected by mutex_
};

}  // namespace moisson::sandbox

#pragma once
/// The run lock: one program at a time works on a state file. Only the state room includes this.

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace moisson::state {

/// An flock(2) on `<file>.lock`. It falls with the process, however that ends: a lock file left behind locks nothing. Movable, not
/// copyable.
class RunLock {
public:
    /// Takes the lock without waiting and writes pid, host, instant and `holder` into the file for the one who finds it taken.
    /// `locked`: another process (or another RunLock of this one) has it; the message names it. `state`: the lock file cannot be made, or
    /// the file system has no locks.
    [[nodiscard]] static Result<RunLock> take(const std::filesystem::path& path, const std::string& holder);
    /// `locked` when someone holds it; makes and changes nothing.
    [[nodiscard]] static Status probe(const std::filesystem::path& path);

    RunLock(RunLock&& other) noexcept;
    RunLock& operator=(RunLock&& other) noexcept;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    /// Empties the file and lets go.
    ~RunLock();

private:
    explicit RunLock(int descriptor) : descriptor_(descriptor) {}
    void release() noexcept;
    int descriptor_;
};

}  // namespace moisson::state

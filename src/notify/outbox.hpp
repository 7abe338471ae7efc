#pragma once
/// What is to be told and was not delivered yet, as it is kept in the state. Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "notify/notice.hpp"
#include "notify/notify.hpp"

namespace moisson::notify {

struct WaitingNotice {
    Notice notice;
    std::string run_id;  ///< of the run that made it
    std::string folder;  ///< the publication's name
    std::string digest;  ///< of what it tells: two that tell the same have the same
    bool is_trouble = false;
    bool is_settled = true;  ///< false: it was made before its month stood in its place, and counts only where it stands there
    std::vector<Way> ways;   ///< that did not take it yet; never empty
    friend bool operator==(const WaitingNotice&, const WaitingNotice&) = default;
};

struct Outbox {
    std::vector<WaitingNotice> waiting;       ///< the oldest first
    std::map<std::string, std::string> told;  ///< by folder: the digest of what was told last
    friend bool operator==(const Outbox&, const Outbox&) = default;
};

[[nodiscard]] std::string outbox_text(const Outbox& outbox);
/// An empty text is an empty outbox. `state` for anything that `outbox_text` did not write.
[[nodiscard]] Result<Outbox> read_outbox(std::string_view text);

}  // namespace moisson::notify

#pragma once
/// How an answer goes onto a socket, whole or broken on purpose. Only for server.cpp: it shows Poco.

#include <string>
#include <string_view>

#include <Poco/Net/StreamSocket.h>

#include "sandbox/message.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/stop_signal.hpp"

namespace moisson::sandbox {

struct SendOptions {
    std::string_view request_id;
    std::string_view date;  ///< RFC 1123
    bool tls = false;
    bool keep_alive = true;
    bool head_only = false;
};

/// Sends the answer as its `delivery` says. Returns whether the connection can be used for another request.
/// Throws Poco::Exception when the client is gone.
[[nodiscard]] bool send_answer(Poco::Net::StreamSocket& socket, const Answer& answer, const SendOptions& options, const FaultRules& rules,
                               const StopSignal& stop);

}  // namespace moisson::sandbox

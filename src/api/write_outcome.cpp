// The fate of a write, and its words.
#include "api/write_outcome.hpp"

#include <fmt/format.h>

namespace moisson::api {

namespace {

/// A sentence and what to do.
struct Words {
    std::string_view message;
    std::string_view hint;
};

constexpr std::string_view other_path =
    "The service may know the other of the two printed addresses: set write_path = \"contract\" in [api] of the job file (or back to "
    "\"contracts\")";

Words words_of_user(int code, int status) {
    switch (code) {
        case 20:
            return {"the service does not accept the contract number in the address",
                    "Check --contract: moisson contracts list shows the numbers"};
        case 23: return {"the service wants a field that is empty or missing", "The reason names it: fill it in and run again"};
        case 24:
            return {"the service does not accept a value",
                    "The reason names the field: correct it and run again. Names of sections and roles beyond contracts=visitor are not "
                    "published: ask Orange which ones the contract has"};
        case 50:
            return {"the service does not let this login add users",
                    "The API key's login must be Manager in the Users section of the contract (Customer Space), and the application must "
                    "be subscribed to the API (developer portal)"};
        case 60:
            return {"the service knows no such contract for this login",
                    "Check --contract with moisson contracts list. If it is listed, the service may know the other of the two printed "
                    "addresses: set write_path = \"contract\" in [api] of the job file (or back to \"contracts\")"};
        case 69:
            return {"the user conflicts with one that exists", "Choose another login, or look in the Users section of the Customer Space"};
        default: break;
    }
    return status == 404 || status == 405 ? Words{"the service does not take users at this address", other_path} : Words{};
}

Words words_of_contract(int code, int status) {
    switch (code) {
        case 23: return {"the service wants a field that is empty or missing", "The reason names it: give its option and run again"};
        case 24:
            return {"the service does not accept a value of the order",
                    "The reason names the field. Offer codes, support levels and billing accounts are not published: ask Orange which "
                    "ones yours are"};
        case 50:
            return {"the service does not let this login order contracts",
                    "The API key's login needs the right to order for this billing account (ask Orange support), and the application "
                    "must be subscribed to the API (developer portal)"};
        case 69: return {"the order conflicts with something that exists", "Look for a contract of this name: moisson contracts list"};
        default: break;
    }
    return status == 404 || status == 405 ? Words{"the service does not take orders at this address", other_path} : Words{};
}

/// What both verbs have in common.
Words words_of_any(int code, int status) {
    switch (code) {
        case 20:
        case 27:
        case 28: return {"the service does not accept the address", other_path};
        case 21:
        case 22:
            return {"the service could not read what was sent",
                    "Check that no proxy on the way removes or changes request bodies; if none does, report it with the request id"};
        case 23: return {"the service wants a field that is empty or missing", "The reason names it"};
        case 24: return {"the service does not accept a value", "The reason names the field"};
        case 25:
        case 26: return {"a header was lost or changed on the way", "Check that no proxy on the way removes request headers"};
        case 62: return {"the service cannot answer in the form asked for", "Check that no proxy on the way changes the Accept header"};
        case 64: return {"the service did not get the length of what was sent", "Check that no proxy on the way changes requests"};
        case 65: return {"the service names a condition that was not met", "Report it, with the request id"};
        case 66: return {"the service finds what was sent too large", "Shorten the texts and run again"};
        case 67: return {"the service finds the address too long", "Check the contract number and the base addresses"};
        case 68: return {"the service does not take JSON here", "Check that no proxy on the way changes the Content-Type header"};
        default: break;
    }
    switch (status) {
        case 409: return {"what was asked conflicts with something that exists", "Look in the Customer Space"};
        case 413: return {"what was sent is too large for the service or a proxy on the way", "Shorten the texts and run again"};
        case 415: return {"the service does not take JSON here", "Check that no proxy on the way changes the Content-Type header"};
        default: return {};
    }
}

std::string_view doubt_of(WriteVerb verb) {
    return verb == WriteVerb::add_user ? "whether the user was added is not known" : "whether the contract was ordered is not known";
}

std::string_view doubt_hint(WriteVerb verb) {
    return verb == WriteVerb::add_user
               ? "Look in the Users section of the contract in the Customer Space before trying again: users cannot be looked up through "
                 "the API"
               : "Do not order again before you know: moisson contracts list, and Orange support with the request id";
}

std::string status_of(const Error& error) {
    return error.gateway_code != 0 ? fmt::format("{}/{}", error.http_status, error.gateway_code) : fmt::to_string(error.http_status);
}

}  // namespace

WriteFate fate_of(const Error& error, http::Delivery delivery) {
    if (delivery == http::Delivery::not_sent) {
        return WriteFate::not_sent;
    }
    switch (error.code) {
        case ErrorCode::throttled:
        case ErrorCode::quota_spent:
        case ErrorCode::token_expired:
        case ErrorCode::proxy: return WriteFate::not_sent;  // turned away at the door, or by the proxy before it
        default: break;
    }
    if (delivery == http::Delivery::sent) {
        return WriteFate::unclear;
    }
    const int status = error.http_status;
    if (status == 0) {
        // The last attempt was answered and was to be made again, so it had been turned away; the run ended before it was.
        const bool ended_waiting = error.code == ErrorCode::cancelled || error.code == ErrorCode::too_slow;
        return ended_waiting ? WriteFate::not_sent : WriteFate::unclear;
    }
    // 307 and 308 ask for the same request elsewhere: it was not carried out here (RFC 9110 §15.4).
    const bool refused = (status >= 400 && status < 500 && status != 408) || status == 307 || status == 308;
    return refused ? WriteFate::refused : WriteFate::unclear;
}

Error explain_write(Error error, WriteFate fate, WriteVerb verb) {
    if (fate == WriteFate::unclear) {
        error.message = fmt::format("{}: {}", doubt_of(verb), error.message);
        error.hint = doubt_hint(verb);
        return error;
    }
    if (fate == WriteFate::not_sent) {
        error.message = fmt::format("nothing was done: {}", error.message);
        return error;
    }
    const bool keeps_its_words = error.code == ErrorCode::credentials || error.http_status == 407 || error.gateway_code == 51 ||
                                 error.gateway_code == 52 || (error.http_status == 403 && error.gateway_code == 0);
    if (keeps_its_words) {
        return error;
    }
    Words words = verb == WriteVerb::add_user ? words_of_user(error.gateway_code, error.http_status)
                                              : words_of_contract(error.gateway_code, error.http_status);
    if (words.message.empty()) {
        words = words_of_any(error.gateway_code, error.http_status);
    }
    if (!words.message.empty()) {
        error.message = fmt::format("{} [{}]", words.message, status_of(error));
        error.hint = words.hint;
    }
    return error;
}

ExitCode write_exit_code(const Error& error, WriteFate fate, WriteVerb verb) noexcept {
    if (fate == WriteFate::unclear) {
        return ExitCode::unavailable;
    }
    switch (error.code) {
        case ErrorCode::cancelled: return ExitCode::interrupted;
        case ErrorCode::credentials:
        case ErrorCode::token_expired:
        case ErrorCode::forbidden: return ExitCode::refused;
        case ErrorCode::not_found: return verb == WriteVerb::add_user ? ExitCode::refused : ExitCode::incomplete;
        case ErrorCode::bad_input: return fate == WriteFate::refused ? ExitCode::incomplete : ExitCode::usage;
        case ErrorCode::disk:
        case ErrorCode::state: return ExitCode::local;
        case ErrorCode::internal: return ExitCode::internal;
        case ErrorCode::client_error: return ExitCode::incomplete;
        default: return ExitCode::unavailable;
    }
}

}  // namespace moisson::api

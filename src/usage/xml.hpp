#pragma once
/// XML as a stream of events (expat underneath, not shown here). Only the usage room includes this header.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "usage/limits.hpp"

namespace moisson::usage {

/// Receives what an XML document holds; names without their prefix. One thread.
class XmlEvents {
public:
    /// Attributes of an element, by name without prefix.
    class Attributes {
    public:
        explicit Attributes(const char* const* pairs) : pairs_(pairs) {}
        /// Empty when it is not there.
        [[nodiscard]] std::string_view get(std::string_view name) const noexcept;

    private:
        const char* const* pairs_;
    };
    virtual ~XmlEvents() = default;
    virtual void start(std::string_view name, const Attributes& attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view text) = 0;
    /// The first sentence stays; reading ends with it. `code`: `bad_input`, or `too_large` for what is over budget.
    void stop(Message message, ErrorCode code = ErrorCode::bad_input) {
        if (problem_.empty()) {
            problem_ = std::move(message);
            code_ = code;
        }
    }
    /// Reading halts behind this event, until `XmlReader::resume`.
    void pause() noexcept { is_paused_ = true; }
    [[nodiscard]] const Message& problem() const noexcept { return problem_; }
    [[nodiscard]] ErrorCode problem_code() const noexcept { return code_; }

private:
    friend class XmlReader;
    Message problem_;
    ErrorCode code_ = ErrorCode::bad_input;
    bool is_paused_ = false;
};

/// Reads a document piece by piece. Document types are refused, and with them all entities but XML's own five: a workbook has none. What it
/// holds is bounded: an unfinished tag by `limits.xml_token_bytes`, all else by `limits.xml_memory_bytes`.
class XmlReader {
public:
    XmlReader(XmlEvents& events, const Limits& limits);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;
    /// `bad_input` with a sentence; `too_large` where a limit is passed. Not while it is paused.
    [[nodiscard]] Status feed(std::string_view piece, bool is_last);
    /// What is left of the piece that was fed.
    [[nodiscard]] Status resume();
    [[nodiscard]] bool is_paused() const noexcept;

private:
    struct State;
    [[nodiscard]] Status judge(int status);
    std::unique_ptr<State> state_;
};

}  // namespace moisson::usage

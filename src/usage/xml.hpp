#pragma once
/// XML as a stream of events (expat underneath, not shown here). Only the usage room includes this header.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

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
    /// The first sentence stays; reading ends with it.
    void stop(std::string message) {
        if (problem_.empty()) {
            problem_ = std::move(message);
        }
    }
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    std::string problem_;
};

/// Reads a document piece by piece. Document types are refused, and with them all entities but XML's own five: a workbook has none.
class XmlReader {
public:
    explicit XmlReader(XmlEvents& events);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;
    /// `bad_input` with a sentence.
    [[nodiscard]] Status feed(std::string_view piece, bool is_last);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace moisson::usage

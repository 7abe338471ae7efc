#pragma once
/// XML from outside as a stream of events (expat underneath, not shown here), with bounds and sentences of the room that reads.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson {

/// Between a namespace's URI and the name in it, where they are told; stands in neither.
inline constexpr char xml_name_separator = '\n';

/// What a document may cost, and what is said where it costs more, or is no XML.
struct XmlTerms {
    std::size_t token_bytes = 1U << 20U;    ///< a tag with its attributes, a comment, an instruction, while it is not whole
    std::size_t memory_bytes = 16U << 20U;  ///< all that the parser holds: an unfinished tag twice, and every name that it has seen
    int depth_max = 64;                     ///< elements inside elements
    bool with_namespaces = false;  ///< names are told as "URI\nname" where they have a namespace; otherwise without their prefix
    Message token_too_long;
    Message too_much_memory;
    Message too_deep;
    Message has_document_type;
    Message (*broken)(std::string_view why) = nullptr;  ///< never null
};

/// Receives what an XML document holds; of names `XmlTerms::with_namespaces` says which form they have. One thread.
class XmlEvents {
public:
    /// Attributes of an element, by name without prefix.
    class Attributes {
    public:
        explicit Attributes(const char* const* pairs) : pairs_(pairs) {}
        /// Empty when it is not there. With namespaces: of those that have none.
        [[nodiscard]] std::string_view get(std::string_view name) const noexcept;

    private:
        const char* const* pairs_;
    };
    virtual ~XmlEvents() = default;
    virtual void start(std::string_view name, const Attributes& attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view text) = 0;
    /// The first sentence stays; reading ends with it, and no end is told any more. `code`: `bad_input`, or `too_large` for what is over
    /// budget.
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

/// Reads a document piece by piece. Document types are refused, and with them all entities but XML's own five. What it holds is bounded by
/// its terms.
class XmlReader {
public:
    XmlReader(XmlEvents& events, XmlTerms terms);
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

}  // namespace moisson

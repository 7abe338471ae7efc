/// expat's callbacks, and nothing that a reader of foreign documents does not need.
#include "base/xml.hpp"

#include <expat.h>

#include <cstddef>
#include <cstdlib>
#include <utility>

namespace moisson {

namespace {

std::string_view local_name(std::string_view name) noexcept {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// What the parser at work on this thread may still take; expat's functions for memory know nothing of the parser that calls them.
thread_local std::size_t* memory_left = nullptr;

/// Before each piece of memory: its size.
constexpr std::size_t memory_head = alignof(std::max_align_t);

void* take_memory(void* old, std::size_t size) {
    auto* const block = old == nullptr ? nullptr : static_cast<char*>(old) - memory_head;
    const std::size_t before = block == nullptr ? 0 : *static_cast<const std::size_t*>(static_cast<const void*>(block));
    if (size > before && size - before > *memory_left) {
        return nullptr;
    }
    void* const made = std::realloc(block, size + memory_head);
    if (made == nullptr) {
        return nullptr;
    }
    *memory_left -= size;
    *memory_left += before;
    *static_cast<std::size_t*>(made) = size;
    return static_cast<char*>(made) + memory_head;
}

void* allocate(std::size_t size) { return take_memory(nullptr, size); }

void give_back(void* memory) {
    if (memory != nullptr) {
        void* const block = static_cast<char*>(memory) - memory_head;
        *memory_left += *static_cast<const std::size_t*>(block);
        std::free(block);
    }
}

}  // namespace

std::string_view XmlEvents::Attributes::get(std::string_view name) const noexcept {
    for (const char* const* pair = pairs_; *pair != nullptr; pair += 2) {
        if (local_name(*pair) == name) {
            return pair[1];
        }
    }
    return {};
}

struct XmlReader::State {
    XML_Parser parser = nullptr;
    XmlEvents& events;
    XmlTerms terms;
    std::size_t left;
    int depth = 0;
    bool has_moved = false;            // an event came from the piece at hand
    std::size_t unfinished_bytes = 0;  // at most so many were fed since the last event

    State(XmlEvents& sink, XmlTerms bounds) : events(sink), terms(std::move(bounds)), left(terms.memory_bytes) {}

    [[nodiscard]] std::string_view shown(std::string_view name) const { return terms.with_namespaces ? name : local_name(name); }
    static State& moved(void* data) {
        auto& state = *static_cast<State*>(data);
        state.has_moved = true;
        return state;
    }
    void check() const {
        if (!events.problem().empty()) {
            XML_StopParser(parser, XML_FALSE);
        } else if (events.is_paused_) {
            XML_StopParser(parser, XML_TRUE);
        }
    }
    /// Comments, instructions, sections: nothing that a reader wants, but the end of a token.
    static void XMLCALL on_other(void* data, const XML_Char* /*text*/, int /*size*/) { moved(data); }
    static void XMLCALL on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
        auto& state = moved(data);
        if (++state.depth > state.terms.depth_max) {
            state.events.stop(state.terms.too_deep);
        } else {
            state.events.start(state.shown(name), XmlEvents::Attributes(attributes));
        }
        state.check();
    }
    static void XMLCALL on_end(void* data, const XML_Char* name) {
        auto& state = moved(data);
        --state.depth;
        // The end of an empty element comes also where its start ended the reading.
        if (state.events.problem().empty()) {
            state.events.end(state.shown(name));
        }
        state.check();
    }
    static void XMLCALL on_text(void* data, const XML_Char* text, int size) {
        auto& state = moved(data);
        state.events.text({text, static_cast<std::size_t>(size)});
        state.check();
    }
    static void XMLCALL on_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*public*/,
                                   int /*has_subset*/) {
        auto& state = moved(data);
        state.events.stop(state.terms.has_document_type);
        state.check();
    }
};

XmlReader::XmlReader(XmlEvents& events, XmlTerms terms) : state_(std::make_unique<State>(events, std::move(terms))) {
    static constexpr XML_Memory_Handling_Suite memory{allocate, take_memory, give_back};
    memory_left = &state_->left;
    static constexpr char separator[] = {xml_name_separator, 0};
    state_->parser = XML_ParserCreate_MM(nullptr, &memory, state_->terms.with_namespaces ? separator : nullptr);
    if (state_->parser == nullptr) {
        events.stop(state_->terms.too_much_memory, ErrorCode::too_large);
        return;
    }
    XML_SetUserData(state_->parser, state_.get());
    XML_SetElementHandler(state_->parser, &State::on_start, &State::on_end);
    XML_SetCharacterDataHandler(state_->parser, &State::on_text);
    XML_SetDefaultHandler(state_->parser, &State::on_other);
    XML_SetStartDoctypeDeclHandler(state_->parser, &State::on_doctype);
}

XmlReader::~XmlReader() {
    memory_left = &state_->left;
    XML_ParserFree(state_->parser);
}

bool XmlReader::is_paused() const noexcept { return state_->events.is_paused_; }

Status XmlReader::judge(int status) {
    const XmlEvents& events = state_->events;
    if (!events.problem().empty()) {
        return fail(events.problem_code(), events.problem());
    }
    if (status == XML_STATUS_ERROR) {
        const XML_Error error = XML_GetErrorCode(state_->parser);
        if (error == XML_ERROR_NO_MEMORY) {
            return fail(ErrorCode::too_large, state_->terms.too_much_memory);
        }
        return fail(ErrorCode::bad_input, state_->terms.broken(XML_ErrorString(error)));
    }
    if (!is_paused() && state_->unfinished_bytes > state_->terms.token_bytes) {
        return fail(ErrorCode::too_large, state_->terms.token_too_long);
    }
    return {};
}

Status XmlReader::feed(std::string_view piece, bool is_last) {
    if (state_->parser == nullptr) {
        return judge(XML_STATUS_OK);
    }
    memory_left = &state_->left;
    state_->has_moved = false;
    const XML_Status status = XML_Parse(state_->parser, piece.data(), static_cast<int>(piece.size()), is_last ? 1 : 0);
    state_->unfinished_bytes = piece.size() + (state_->has_moved ? 0 : state_->unfinished_bytes);
    return judge(status);
}

Status XmlReader::resume() {
    memory_left = &state_->left;
    state_->events.is_paused_ = false;
    return judge(XML_ResumeParser(state_->parser));
}

}  // namespace moisson

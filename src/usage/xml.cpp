/// expat's callbacks, and nothing that a workbook does not need.
#include "usage/xml.hpp"

#include <expat.h>
#include <fmt/format.h>

namespace moisson::usage {

namespace {

std::string_view local_name(std::string_view name) noexcept {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Elements inside elements; a sheet needs six.
constexpr int depth_max = 64;

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
    int depth = 0;

    explicit State(XmlEvents& sink) : events(sink) {}

    void check() const {
        if (!events.problem().empty()) {
            XML_StopParser(parser, XML_FALSE);
        }
    }
    static void XMLCALL on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
        auto& state = *static_cast<State*>(data);
        if (++state.depth > depth_max) {
            state.events.stop("its XML is nested too deeply");
        } else {
            state.events.start(local_name(name), XmlEvents::Attributes(attributes));
        }
        state.check();
    }
    static void XMLCALL on_end(void* data, const XML_Char* name) {
        auto& state = *static_cast<State*>(data);
        --state.depth;
        state.events.end(local_name(name));
        state.check();
    }
    static void XMLCALL on_text(void* data, const XML_Char* text, int size) {
        auto& state = *static_cast<State*>(data);
        state.events.text({text, static_cast<std::size_t>(size)});
        state.check();
    }
    static void XMLCALL on_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*public*/,
                                   int /*has_subset*/) {
        auto& state = *static_cast<State*>(data);
        state.events.stop("its XML has a document type, which no workbook has");
        state.check();
    }
};

XmlReader::XmlReader(XmlEvents& events) : state_(std::make_unique<State>(events)) {
    state_->parser = XML_ParserCreate(nullptr);
    MOISSON_INVARIANT(state_->parser != nullptr, "no memory for an XML parser");
    XML_SetUserData(state_->parser, state_.get());
    XML_SetElementHandler(state_->parser, &State::on_start, &State::on_end);
    XML_SetCharacterDataHandler(state_->parser, &State::on_text);
    XML_SetStartDoctypeDeclHandler(state_->parser, &State::on_doctype);
}

XmlReader::~XmlReader() { XML_ParserFree(state_->parser); }

Status XmlReader::feed(std::string_view piece, bool is_last) {
    if (XML_Parse(state_->parser, piece.data(), static_cast<int>(piece.size()), is_last ? 1 : 0) == XML_STATUS_OK) {
        return {};
    }
    if (!state_->events.problem().empty()) {
        return fail(ErrorCode::bad_input, state_->events.problem());
    }
    return fail(ErrorCode::bad_input, fmt::format("its XML is broken ({})", XML_ErrorString(XML_GetErrorCode(state_->parser))));
}

}  // namespace moisson::usage

#include "archive/xml.hpp"

#include <expat.h>

#include <memory>

namespace moisson::archive {

namespace {

constexpr int depth_max = 16;

struct Reading {
    XML_Parser parser = nullptr;
    std::vector<std::pair<std::string, std::string>> found;
    std::vector<std::size_t> ends;  ///< of the paths above
    std::string path;
    std::string text;
    bool refused = false;

    void refuse() {
        refused = true;
        XML_StopParser(parser, XML_FALSE);
    }
};

Reading& of(void* data) { return *static_cast<Reading*>(data); }

void start(void* data, const char* name, const char** /*attributes*/) {
    Reading& reading = of(data);
    std::string_view local(name);
    local.remove_prefix(local.rfind(':') == std::string_view::npos ? 0 : local.rfind(':') + 1);
    reading.ends.push_back(reading.path.size());
    reading.path += reading.path.empty() ? "" : "/";
    reading.path += local;
    reading.text.clear();
    if (reading.ends.size() > depth_max) {
        reading.refuse();
    }
}

void end(void* data, const char* /*name*/) {
    Reading& reading = of(data);
    reading.found.emplace_back(reading.path, std::move(reading.text));
    reading.text.clear();
    reading.path.resize(reading.ends.back());
    reading.ends.pop_back();
}

void take_text(void* data, const char* text, int size) { of(data).text.append(text, static_cast<std::size_t>(size)); }

void refuse_doctype(void* data, const char* /*name*/, const char* /*system*/, const char* /*public*/, int /*internal*/) {
    of(data).refuse();
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_xml(std::string_view bytes) {
    const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"), XML_ParserFree);
    MOISSON_INVARIANT(parser != nullptr, "there is memory for a parser");
    Reading reading;
    reading.parser = parser.get();
    XML_SetUserData(parser.get(), &reading);
    XML_SetElementHandler(parser.get(), start, end);
    XML_SetCharacterDataHandler(parser.get(), take_text);
    XML_SetStartDoctypeDeclHandler(parser.get(), refuse_doctype);
    const bool fits = bytes.size() <= std::size_t{64} << 20U;
    if (!fits || XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), XML_TRUE) != XML_STATUS_OK || reading.refused) {
        return fail(ErrorCode::bad_answer, "the store's answer is not XML as S3 stores send it");
    }
    return std::move(reading.found);
}

std::string text_at(const std::vector<std::pair<std::string, std::string>>& xml, std::string_view path) {
    for (const auto& [at, text] : xml) {
        if (at == path) {
            return text;
        }
    }
    return {};
}

}  // namespace moisson::archive

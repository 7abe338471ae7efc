#include "usage/xml.hpp"

#include <fmt/format.h>

#include "usage/messages.hpp"

namespace moisson::usage {

XmlTerms xml_terms(const Limits& limits) {
    XmlTerms terms;
    terms.token_bytes = limits.xml_token_bytes;
    terms.memory_bytes = limits.xml_memory_bytes;
    terms.token_too_long = messages::xml_tag_comment_longer_workbook;
    terms.too_much_memory = messages::xml_takes_more_memory_workbook;
    terms.too_deep = "its XML is nested too deeply";
    terms.has_document_type = "its XML has a document type, which no workbook has";
    terms.broken = [](std::string_view why) { return Message(fmt::format("its XML is broken ({})", why)); };
    return terms;
}

}  // namespace moisson::usage

// Attaching by libqpdf: libharu knows neither AF nor XMP.
#include "sandbox/pdf_attachment.hpp"

#include <exception>
#include <memory>
#include <mutex>

#include <fmt/format.h>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFEFStreamObjectHelper.hh>
#include <qpdf/QPDFEmbeddedFileDocumentHelper.hh>
#include <qpdf/QPDFFileSpecObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

namespace moisson::sandbox {

namespace {

constexpr std::string_view file_name = "factur-x.xml";

/// Factur-X 1.0, 6.2: what the document is, and the description of these properties.
std::string make_xmp(std::string_view level) {
    std::string properties;
    for (const auto& [name, text] :
         {std::pair{"DocumentFileName", "name of the embedded XML invoice file"}, std::pair{"DocumentType", "INVOICE"},
          std::pair{"Version", "The actual version of the Factur-X XML schema"},
          std::pair{"ConformanceLevel", "The conformance level of the embedded Factur-X data"}}) {
        properties += fmt::format(
            "<rdf:li "
            "rdf:parseType=\"Resource\"><pdfaProperty:name>{}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
            "<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{}</pdfaProperty:description></rdf:li>\n",
            name, text);
    }
    return fmt::format(R"(<?xpacket begin="{}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>{}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>{}</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>)",
                       "\xEF\xBB\xBF", file_name, level, properties);
}

std::string attach(std::string_view bytes, const AttachedXml& xml) {
    QPDF pdf;
    pdf.processMemoryFile("page", bytes.data(), bytes.size());
    auto stream = QPDFEFStreamObjectHelper::createEFStream(pdf, std::string(xml.bytes));
    stream.setSubtype("text/xml").setCreationDate(xml.pdf_date).setModDate(xml.pdf_date);
    auto file = QPDFFileSpecObjectHelper::createFileSpec(pdf, std::string(file_name), stream);
    file.setDescription("Factur-X");
    QPDFObjectHandle handle = file.getObjectHandle();
    handle.replaceKey("/AFRelationship", QPDFObjectHandle::newName("/" + std::string(xml.relationship)));
    QPDFEmbeddedFileDocumentHelper(pdf).replaceEmbeddedFile(std::string(file_name), file);
    QPDFObjectHandle catalog = pdf.getRoot();
    QPDFObjectHandle list = QPDFObjectHandle::newArray();
    list.appendItem(handle);
    catalog.replaceKey("/AF", list);
    QPDFObjectHandle metadata = QPDFObjectHandle::newStream(&pdf, make_xmp(xml.level));
    metadata.getDict().replaceKey("/Type", QPDFObjectHandle::newName("/Metadata"));
    metadata.getDict().replaceKey("/Subtype", QPDFObjectHandle::newName("/XML"));
    catalog.replaceKey("/Metadata", metadata);
    QPDFWriter writer(pdf);
    writer.setOutputMemory();
    writer.setDeterministicID(true);
    writer.setMinimumPDFVersion("1.7");
    writer.setObjectStreamMode(qpdf_o_disable);
    writer.write();
    const std::shared_ptr<Buffer> written = writer.getBufferSharedPointer();
    return {reinterpret_cast<const char*>(written->getBuffer()), written->getSize()};
}

}  // namespace

Result<std::string> attach_xml(std::string_view pdf, const AttachedXml& xml) {
    try {
        // libqpdf's static objects are made by its first use. Its own guards of that are unknown to the thread sanitizer; this one is not.
        static std::once_flag first;
        std::call_once(first, [&] { static_cast<void>(attach(pdf, xml)); });
        return attach(pdf, xml);
    } catch (const std::exception& error) {
        return fail(ErrorCode::internal, fmt::format("the XML could not be attached to a PDF: {}", error.what()));
    }
}

}  // namespace moisson::sandbox

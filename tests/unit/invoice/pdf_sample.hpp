#pragma once
// PDFs with files in them, made by libqpdf.

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFEFStreamObjectHelper.hh>
#include <qpdf/QPDFEmbeddedFileDocumentHelper.hh>
#include <qpdf/QPDFFileSpecObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include <functional>
#include <string>

namespace moisson::invoice_test {

using Writing = std::function<void(QPDFWriter&)>;

/// A PDF of one page; `change` adds to it before it is written.
inline std::string pdf(const std::function<void(QPDF&)>& change, const Writing& writing = {}) {
    QPDF document;
    document.emptyPDF();
    const auto page = QPDFObjectHandle::parse("<< /Type /Page /MediaBox [0 0 595 842] /Resources << >> >>");
    document.addPage(document.makeIndirectObject(page), true);
    change(document);
    QPDFWriter writer(document);
    writer.setOutputMemory();
    writer.setStaticID(true);
    if (writing) {
        writing(writer);
    }
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    return {static_cast<const char*>(static_cast<const void*>(buffer->getBuffer())), buffer->getSize()};
}

inline QPDFFileSpecObjectHelper file_of(QPDF& document, const std::string& name, const std::string& bytes) {
    return QPDFFileSpecObjectHelper::createFileSpec(document, name, QPDFEFStreamObjectHelper::createEFStream(document, bytes));
}

/// As writers do it: in the tree of names and in /AF.
inline void attach(QPDF& document, const std::string& name, const std::string& bytes) {
    QPDFEmbeddedFileDocumentHelper(document).replaceEmbeddedFile(name, file_of(document, name, bytes));
}

inline std::string with_file(const std::string& name, const std::string& bytes) {
    return pdf([&](QPDF& document) { attach(document, name, bytes); });
}

/// The same, encrypted for whoever has this password; empty: for everybody.
inline std::string encrypted(const std::string& password, const std::string& name, const std::string& bytes) {
    return pdf([&](QPDF& document) { attach(document, name, bytes); }, [&](QPDFWriter& writer) {
        writer.setR6EncryptionParameters(password.c_str(), "owner", true, true, true, true, true, true, qpdf_r3p_full, true);
    });
}

}  // namespace moisson::invoice_test

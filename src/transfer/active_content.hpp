#pragma once
/// What in a stored document a reader may run, or load, when a person opens it (finding `document-active`).
///
/// Bytes are looked for and no document is parsed: what a PDF packs into compressed object streams (ISO 32000-1, 7.5.7), or a ZIP around a
/// workbook, is out of reach. What is found is there; that nothing is found is no proof.

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace moisson::transfer {

enum class Active : std::uint8_t {
    javascript,     ///< PDF: actions of type JavaScript, or with a script (ISO 32000-1, 12.6.4.16)
    launch,         ///< PDF: actions that start a program (12.6.4.5)
    automatic,      ///< PDF: actions that start when a page or field is shown, left or changed (12.6.3)
    program,        ///< PDF: a file specification that names a program or a script
    macros,         ///< workbook: VBA or Excel 4 macros
    external_link,  ///< workbook: links to other files (ECMA-376-1, 18.14)
    dde,            ///< workbook: DDE links, which start programs
    objects,        ///< workbook: embedded OLE or ActiveX objects
    count
};

/// An English sentence about it.
[[nodiscard]] Message to_sentence(Active active);

/// What a PDF or a workbook of that media type holds, in the order of the enumeration; nothing for other media types. Memory: some 300 KB
/// for a PDF, 10 MB for a workbook; time: one pass over a PDF; of a workbook its directory, content types and links to other files, 1 MiB
/// of each. `disk` when the file cannot be read.
[[nodiscard]] Result<std::vector<Active>> find_active_content(const std::filesystem::path& file, std::string_view media_type);

}  // namespace moisson::transfer

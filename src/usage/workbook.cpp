/// The "Billing Report" sheet of a bill's workbook as lines of a consumption report.
#include "usage/input.hpp"

namespace moisson::usage {

Result<std::unique_ptr<ByteSource>> open_workbook(const std::filesystem::path& file, std::string bytes) {
    static_cast<void>(file);
    static_cast<void>(bytes);
    return fail(ErrorCode::bad_input, "workbooks are not read yet");
}

}  // namespace moisson::usage

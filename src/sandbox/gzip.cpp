// gzip by Poco.
#include "sandbox/gzip.hpp"

#include <sstream>

#include <Poco/DeflatingStream.h>

namespace moisson::sandbox {

std::string gzip(std::string_view bytes) {
    std::ostringstream coded;
    Poco::DeflatingOutputStream deflater(coded, Poco::DeflatingStreamBuf::STREAM_GZIP);
    deflater.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    deflater.close();
    return coded.str();
}

}  // namespace moisson::sandbox

#include "invoice/page_budget.hpp"

#include <stdexcept>

#include <qpdf/Pipeline.hh>

namespace moisson::invoice {

namespace {

/// Takes what comes out of the last filter, and stops the filters when it is enough.
class BoundedText final : public Pipeline {
public:
    BoundedText(std::string& bytes, PageBudget& budget) : Pipeline("page text", nullptr), bytes_(bytes), budget_(budget) {}
    void write(unsigned char const* data, std::size_t length) override {
        if (!budget_.spend(&PageBudget::inflated, length)) {
            throw std::runtime_error("more than a page's text may unpack to");
        }
        bytes_.append(reinterpret_cast<const char*>(data), length);
    }
    void finish() override {}

private:
    std::string& bytes_;
    PageBudget& budget_;
};

/// A stream that is packed twice unpacks to a million times its size before its end is seen, and no program writes one.
bool is_packed_twice(QPDFObjectHandle filter) {
    if (!filter.isArray()) {
        return false;
    }
    constexpr int filters_max = 4;
    const int count = filter.getArrayNItems();
    int packed = count > filters_max ? 2 : 0;
    for (int at = 0; at < count && packed < 2; ++at) {
        QPDFObjectHandle name = filter.getArrayItem(at);
        packed += name.isNameAndEquals("/ASCIIHexDecode") || name.isNameAndEquals("/ASCII85Decode") || name.isNameAndEquals("/AHx") ||
                          name.isNameAndEquals("/A85")
                      ? 0
                      : 1;
    }
    return packed > 1;
}

}  // namespace

void append_stream(QPDFObjectHandle stream, std::string& bytes, PageBudget& budget) {
    if (!stream.isStream() || is_packed_twice(stream.getDict().getKey("/Filter"))) {
        return;
    }
    const std::size_t before = bytes.size();
    BoundedText taker(bytes, budget);
    bool is_decoded = false;
    try {
        static_cast<void>(stream.pipeStreamData(&taker, &is_decoded, 0, qpdf_dl_generalized, true));
    } catch (const std::runtime_error&) {
        if (!budget.is_over) {
            throw;
        }
    }
    if (!is_decoded) {
        bytes.resize(before);
    }
}

}  // namespace moisson::invoice
